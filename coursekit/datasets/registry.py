"""Every data set that coursekit knows by name. A new one is a file beside this one, which registers
its `Source` and defines `load_NAME`, and its line here."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from coursekit.datasets._source import SOURCES, Form, RemoteFile, Source

NAMES = (  # the order of every list that people see
    "digits",
    "mnist",
    "fashion_mnist",
    "cifar10",
    "svhn",
    "gtsrb",
    "skin_lesions",
    "spoken_digits",
    "tiny_shakespeare",
    "names",
)
_MODULES = {name: importlib.import_module(f"coursekit.datasets.{name}") for name in NAMES}
LOADERS: dict[str, Callable] = {
    f"load_{name}": getattr(module, f"load_{name}") for name, module in _MODULES.items()
}

__all__ = ["LOADERS", "NAMES", "SOURCES", "Form", "RemoteFile", "Source", "fetched", "image_sets"]


def image_sets() -> tuple[str, ...]:
    """Names of the data sets that `coursekit.datasets.load` gives as a `Dataset`."""
    return tuple(name for name, source in SOURCES.items() if source.kind == "images")


def fetched() -> dict[str, Source]:
    """The data sets that come over the network, by name: those with a place in the cache."""
    return {name: source for name, source in SOURCES.items() if source.downloads}
