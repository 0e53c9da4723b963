"""coursekit: the lab half of a deep-learning course.

Public names are resolved on first use, so that `import coursekit` loads neither a backend nor
matplotlib.
"""

from __future__ import annotations

import importlib

__version__ = "0.1.0"

_PUBLIC = {
    "CoursekitError": "coursekit.errors",
    "DataUnavailableError": "coursekit.errors",
    "DeviceError": "coursekit.errors",
    "InvalidInputError": "coursekit.errors",
    "NotAnsweredYet": "coursekit.errors",
    "Evaluation": "coursekit.evaluation",
    "KerasClassifier": "coursekit.classifier",
    "check_compile": "coursekit.training",
    "compare": "coursekit.comparison",
    "evaluate": "coursekit.evaluation",
    "fit": "coursekit.training",
    "from_folder": "coursekit.datasets",
    "from_npz": "coursekit.datasets",
    "gradients": "coursekit.training",
    "make_circles": "coursekit.datasets",
    "make_convex": "coursekit.datasets",
    "make_hills": "coursekit.datasets",
    "make_moons": "coursekit.datasets",
    "make_motion": "coursekit.datasets",
    "make_plane": "coursekit.datasets",
    "make_rectangles": "coursekit.datasets",
    "make_scenes": "coursekit.datasets",
    "make_spiral": "coursekit.datasets",
    "make_spoken_digits": "coursekit.datasets",
    "make_xor": "coursekit.datasets",
    "open_lab": "coursekit.labs",
}
_ROOMS = (
    "boltzmann",
    "callbacks",
    "classifier",
    "codes",
    "comparison",
    "datasets",
    "devices",
    "evaluation",
    "generative",
    "grading",
    "handwriting",
    "hog",
    "labs",
    "layers",
    "losses",
    "models",
    "pad",
    "playground",
    "plots",
    "recurrent",
    "rl",
    "scale",
    "seq2seq",
    "style",
    "training",
    "vision",
)

_BACKENDS = ("keras", "tensorflow", "jax", "torch")


def __getattr__(name: str):
    if name == "__all__":  # with one loader per registered data set
        return sorted({*_PUBLIC, *importlib.import_module("coursekit.datasets").LOADERS})
    if name.startswith("load_"):
        loaders = importlib.import_module("coursekit.datasets").LOADERS
        if name in loaders:
            return loaders[name]
    if name in _PUBLIC:
        value = getattr(_room(_PUBLIC[name], name), name)
        globals()[name] = value
        return value
    if name in _ROOMS:
        return _room(f"coursekit.{name}", name)
    raise AttributeError(f"module 'coursekit' has no attribute {name!r}")


def _room(module: str, name: str):
    """A module of ours; where it needs Keras and Keras finds no backend, a sentence instead."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _BACKENDS:
            raise
        from coursekit.errors import MissingDependencyError

        step = (
            "Install coursekit with its extra [tensorflow] or [jax]; with JAX alone, set "
            "KERAS_BACKEND=jax, or call coursekit.devices.use() first."
        )
        if missing == "torch":  # no extra brings it, and Keras asks for it only when told to
            step = "Unset KERAS_BACKEND, or set it to tensorflow or jax."
        raise MissingDependencyError(
            f"coursekit.{name} needs Keras with a backend. Received: no package {missing}. {step}"
        ) from error


def __dir__() -> list[str]:
    return sorted({*globals(), *__getattr__("__all__"), *_ROOMS})
