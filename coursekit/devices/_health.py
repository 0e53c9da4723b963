"""What is installed, what is in conflict, and what to do about it. Told without importing a
backend."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from coursekit.devices import _signs
from coursekit.devices._choose import BACKENDS

ESSENTIAL = (
    "keras",
    "numpy",
    "scipy",
    "pandas",
    "scikit-learn",
    "scikit-image",
    "matplotlib",
    "pooch",
    "rich",
)
BACKEND_PACKAGES = (
    "tensorflow",
    "tensorflow-cpu",
    "jax",
    "jaxlib",
    "libtpu",
    "jax-cuda12-plugin",
    "jax-cuda13-plugin",
)
OPTIONAL = {
    "numba": ("HOG runs on its portable path, many times slower.", "pip install numba"),
    "pytest": (
        "checks in a lab's notebook and grading do not run.",
        "pip install pytest",
    ),
    "jupytext": ("notebooks are not built from lab sources.", "pip install jupytext"),
    "nbclient": ("notebooks are not executed.", "pip install nbclient"),
    "ipywidgets": (
        "a lab's interactive parts are shown as still pictures.",
        "pip install ipywidgets",
    ),
    "anywidget": ("drawing a digit of one's own needs it.", "pip install anywidget"),
    "psutil": ("grading does not watch a submission's memory.", "pip install psutil"),
    "playwright": ("tests that open a browser are skipped.", "pip install playwright"),
}
_BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)
_BROWSER_FOLDERS = (
    ".cache/ms-playwright",
    "Library/Caches/ms-playwright",
    "AppData/Local/ms-playwright",
)


@dataclass(frozen=True)
class Problem:
    """Something to know or to do.

    Attributes:
        level: "error" (coursekit cannot run), "warning" (something will fail or be slow), "note" (a
            part is absent).
        what: what was found.
        what_to_do: one step that mends it.
    """

    level: str
    what: str
    what_to_do: str

    def to_dict(self) -> dict:
        """Plain values, ready for JSON."""
        return asdict(self)


def environment() -> dict:
    """Python, operating system, processor, cores, memory (GB) and the notebook host, as plain
    values."""
    return {
        "python": platform.python_version(),
        "executable": sys.executable,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": _signs.cpu_name(),
        "cores": _signs.cores(),
        "memory_gb": _signs.memory_gb(),
        "host": _host(),
        "KERAS_BACKEND": os.environ.get("KERAS_BACKEND"),
    }


def versions() -> dict[str, str | None]:
    """Installed version of every package that matters, None where it is absent."""
    return {
        name: _signs.version(name)
        for name in ("coursekit", *ESSENTIAL, *BACKEND_PACKAGES, *OPTIONAL)
    }


def tools() -> dict[str, str | None]:
    """Where the programs are that some parts call; None where they are absent."""
    browser = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    for folder in _BROWSER_FOLDERS if browser is None else ():
        browser = next((str(path) for path in (Path.home() / folder).glob("chromium*")), browser)
    return {"graphviz": shutil.which("dot"), "chromium": browser}


def problems() -> list[Problem]:
    """Everything in the way, worst first."""
    found = versions()
    listed = [*_python(), *_essential(found), *_backend(found), *_bounds(), *_optional(found)]
    return sorted(listed, key=lambda problem: ("error", "warning", "note").index(problem.level))


def _python() -> list[Problem]:
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return []
    return [
        Problem(
            "warning",
            f"coursekit is tested on Python 3.11 to 3.13; this is {platform.python_version()}, "
            f"for which TensorFlow may have no wheel.",
            "Make an environment with Python 3.11, 3.12 or 3.13.",
        )
    ]


def _essential(found: dict[str, str | None]) -> list[Problem]:
    missing = [name for name in ESSENTIAL if found[name] is None]
    if not missing:
        return []
    return [
        Problem(
            "error", f"Not installed: {', '.join(missing)}.", f"pip install {' '.join(missing)}"
        )
    ]


def _backend(found: dict[str, str | None]) -> list[Problem]:
    listed = []
    there = [name for name in BACKENDS if _signs.installed(name)]
    if not there:
        listed.append(
            Problem(
                "error",
                "Keras has no backend: neither tensorflow nor jax is installed.",
                "pip install tensorflow, or coursekit with its extra [tensorflow].",
            )
        )
    if found["tensorflow"] and found["tensorflow-cpu"]:
        listed.append(
            Problem(
                "warning",
                f"tensorflow {found['tensorflow']} and tensorflow-cpu "
                f"{found['tensorflow-cpu']} are both installed; "
                "each overwrites the other's folder.",
                "pip uninstall -y tensorflow tensorflow-cpu, then install one of them.",
            )
        )
    wish = os.environ.get("KERAS_BACKEND")
    if wish and wish not in BACKENDS:
        listed.append(
            Problem(
                "error",
                f"KERAS_BACKEND={wish} is not a backend that coursekit runs on.",
                "Unset it, or set it to tensorflow or jax.",
            )
        )
    elif wish and wish not in there:
        instead = f"Unset KERAS_BACKEND to use {there[0]}, or " if there else ""
        listed.append(
            Problem(
                "error",
                f"KERAS_BACKEND={wish}, but {wish} is not installed.",
                f"{instead}install {wish}, or coursekit with its extra [{wish}].",
            )
        )
    elif not wish and there == ["jax"]:
        listed.append(
            Problem(
                "note",
                "TensorFlow is not installed, and a plain `import keras` asks for it.",
                "Set KERAS_BACKEND=jax, or call coursekit.devices.use() before importing keras.",
            )
        )
    return listed


def _bounds() -> list[Problem]:
    """Packages older than coursekit's own metadata asks for."""
    if not _signs.installed("packaging") or _signs.version("coursekit") is None:
        return []
    from packaging.requirements import Requirement

    listed = []
    for line in importlib.metadata.requires("coursekit") or ():
        requirement = Requirement(line)
        have = _signs.version(requirement.name)
        if have and not requirement.specifier.contains(have, prereleases=True):
            what = (
                f"{requirement.name} {have} is installed; coursekit is tested with "
                f"{requirement.specifier}."
            )
            problem = Problem(
                "warning",
                what,
                f"pip install '{requirement.name}{requirement.specifier}'{_on_colab()}",
            )
            listed += [problem] if problem not in listed else []
    return listed


def _optional(found: dict[str, str | None]) -> list[Problem]:
    listed = [
        Problem("note", f"{name} is not installed: {consequence}", remedy)
        for name, (consequence, remedy) in OPTIONAL.items()
        if found[name] is None
    ]
    programs = tools()
    if programs["graphviz"] is None:
        what = "Graphviz is not installed: keras.utils.plot_model draws nothing."
        listed.append(
            Problem(
                "note",
                what,
                "apt install graphviz, brew install graphviz, or conda install graphviz; and "
                "pip install pydot",
            )
        )
    if programs["chromium"] is None:
        what = (
            "No Chromium was found: tests that open a report or the site in a browser are skipped."
        )
        listed.append(Problem("note", what, "apt install chromium, or playwright install chromium"))
    return listed


def _host() -> str:
    if "COLAB_RELEASE_TAG" in os.environ:
        return "Colab"
    if "KAGGLE_KERNEL_RUN_TYPE" in os.environ:
        return "Kaggle"
    return "Jupyter" if "ipykernel" in sys.modules or "JPY_PARENT_PID" in os.environ else "terminal"


def _on_colab() -> str:
    return (
        " (on Colab leave numpy and tensorflow as they are: a restart would follow)"
        if _host() == "Colab"
        else ""
    )
