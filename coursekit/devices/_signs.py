"""What can be told about a machine in milliseconds, without importing a backend."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import math
import os
import platform
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_TPU_VARIABLES = ("TPU_NAME", "COLAB_TPU_ADDR", "TPU_ACCELERATOR_TYPE", "TPU_WORKER_ID")
_HIDING_VARIABLES = ("CUDA_VISIBLE_DEVICES", "JAX_PLATFORMS", "KERAS_BACKEND")
_GPU_FILES = ("proc/driver/nvidia/version", "dev/nvidia0", "dev/nvidiactl", "dev/dxg", "dev/kfd")
_DISTRIBUTIONS = {
    "tensorflow": ("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tf-nightly"),
    "jax": ("jax",),
}


@dataclass(frozen=True)
class Signs:
    """Hints of accelerators. A hint is a reason to ask the backend, whose word decides.

    Attributes:
        tpu: what points to a TPU: variables and device files.
        gpu: what points to a GPU: device files and `nvidia-smi`.
        libtpu: whether the library that drives a TPU is installed.
        settings: environment variables that choose or hide devices, as `NAME=value`.
    """

    tpu: tuple[str, ...]
    gpu: tuple[str, ...]
    libtpu: bool
    settings: tuple[str, ...]

    def __str__(self) -> str:
        found = [f"sign of a TPU ({', '.join(self.tpu)})"] if self.tpu else []
        found += [f"sign of a GPU ({', '.join(self.gpu)})"] if self.gpu else []
        return ", ".join([*(found or ["no sign of a GPU or TPU"]), *self.settings])


def look(root: str | os.PathLike = "/", environ: Mapping[str, str] | None = None) -> Signs:
    """Look for accelerators under `root` and in `environ` (default: this process's)."""
    root, environ = Path(root), os.environ if environ is None else environ
    tpu = [name for name in _TPU_VARIABLES if environ.get(name)]
    tpu += [
        f"/{path.relative_to(root)}"
        for pattern in ("accel[0-9]*", "vfio/[0-9]*")
        for path in sorted(root.glob(f"dev/{pattern}"))
    ]
    gpu = [f"/{name}" for name in _GPU_FILES if (root / name).exists()]
    if shutil.which("nvidia-smi", path=environ.get("PATH")):
        gpu.append("nvidia-smi")
    settings = [f"{name}={environ[name]}" for name in _HIDING_VARIABLES if name in environ]
    return Signs(tuple(tpu), tuple(gpu), installed("libtpu"), tuple(settings))


def installed(package: str) -> bool:
    """Whether the import package is there, told without importing it. An empty leftover folder does
    not count."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return False
    return spec is not None and spec.origin is not None


def version(distribution: str) -> str | None:
    """Version of an installed distribution, or None."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def backend_version(backend: str) -> str | None:
    """Version of a backend, whichever distribution brought it."""
    return next((found for name in _DISTRIBUTIONS[backend] if (found := version(name))), None)


def cores() -> int:
    """CPU cores that this process may use: its affinity, and its container's quota rounded up."""
    count = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    quota, _, period = _first_line("/sys/fs/cgroup/cpu.max").partition(" ")
    return (
        max(1, min(count, math.ceil(int(quota) / int(period))))
        if quota.isdigit() and period.isdigit()
        else count
    )


def memory_gb() -> float | None:
    """Memory in GB (10^9 bytes) that this process may use, its container's limit included; None if
    it cannot be told."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
    limit = _first_line("/sys/fs/cgroup/memory.max")
    return round(min(total, int(limit)) / 1e9 if limit.isdigit() else total / 1e9, 1)


def cpu_name() -> str:
    """The processor's name as the system tells it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine() or "CPU"


def _first_line(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
