"""Questions to the backends themselves. Everything here may import one."""

from __future__ import annotations

import os
import re
import sys

from coursekit.devices import _signs
from coursekit.errors import DeviceError

_FAKE_DEVICES = re.compile(r"--xla_force_host_platform_device_count=(\d+)")


def keras_backend() -> str | None:
    """Backend of the Keras that this process has imported already, or None."""
    keras = sys.modules.get("keras")
    return keras.config.backend() if keras is not None and hasattr(keras, "config") else None


def names(backend: str, kind: str) -> list[str]:
    """Names of the devices of `kind` that `backend` would use. Imports the backend."""
    if backend == "jax":
        import jax

        try:
            found = jax.devices(kind)
        except RuntimeError:
            return []
        return [device.device_kind for device in found] if jax.default_backend() == kind else []
    if kind == "tpu":
        return []
    import tensorflow as tf

    found = tf.config.get_visible_devices(kind.upper())
    if kind == "cpu":
        return [_signs.cpu_name()] * max(1, _logical_cpus(tf))
    return [
        tf.config.experimental.get_device_details(device).get("device_name", device.name)
        for device in found
    ]


def cpu_count(backend: str | None) -> int:
    """How many CPU devices `backend` has been told to show. Imports nothing."""
    if backend == "jax":
        if "jax" in sys.modules and keras_backend() == "jax":
            return len(names("jax", "cpu")) or 1
        asked = _FAKE_DEVICES.findall(os.environ.get("XLA_FLAGS", ""))
        return int(asked[-1]) if asked else 1
    tf = sys.modules.get("tensorflow")
    return max(1, _logical_cpus(tf)) if hasattr(tf, "config") else 1


def pin_cpu(backend: str, remember) -> None:
    """Hide accelerators from `backend`; `remember(name, value)` sets an environment variable that
    can be taken back.

    Raises:
        DeviceError: if the backend has already started on an accelerator.
    """
    started = (
        f'kind="cpu", but {backend} has already started on an accelerator. '
        'Restart the kernel and call coursekit.devices.use("cpu") before anything else uses it.'
    )
    if backend == "jax":
        remember("JAX_PLATFORMS", "cpu")
        if "jax" in sys.modules:
            import jax

            jax.config.update("jax_platforms", "cpu")
            if jax.default_backend() != "cpu":
                raise DeviceError(started)
        return
    remember("CUDA_VISIBLE_DEVICES", "-1")
    if "tensorflow" in sys.modules:
        import tensorflow as tf

        try:
            tf.config.set_visible_devices([], "GPU")
        except RuntimeError as error:
            if tf.config.get_visible_devices("GPU"):
                raise DeviceError(started) from error


def _logical_cpus(tf) -> int:
    configured = [
        tf.config.get_logical_device_configuration(cpu)
        for cpu in tf.config.get_visible_devices("CPU")
    ]
    return sum(len(parts) if parts else 1 for parts in configured)
