"""Imports that are put off until a module is used, so that the zygote does not load what no
submission asks for.

Keras and TensorFlow import matplotlib, scikit-learn, JAX, pandas and interfaces of their own that
most programs never touch: more than half of the time. Two remedies:

* A *deferred* module is an empty one of the right name until somebody asks it for an attribute;
  then it is run.
* A *hidden* module cannot be imported for a while, as if it were not installed. That suits an
  optional import that leaves no trace in the importing module.
"""

from __future__ import annotations

import contextlib
import importlib.util
import sys
import threading
import types
from collections.abc import Collection, Iterable, Iterator, Sequence
from importlib.machinery import ModuleSpec
from typing import Any

SELDOM_USED = (
    "IPython",
    "matplotlib",
    "matplotlib.patches",
    "matplotlib.pyplot",
    "keras.wrappers",
    "keras.visualization",
    "keras._tf_keras.keras.wrappers",
    "keras._tf_keras.keras.visualization",
    "tensorflow._api.v2.compat",
    "tensorflow._api.v2.feature_column",
    "tensorflow._api.v2.__internal__.feature_column",
)
WITHOUT_TRACE = ("jax", "pandas")
_BEFORE = {
    "tensorflow._api.v2.compat": ("tensorflow.lite",)
}  # its name must not come to hide `tf.lite` when `compat` is run late
_running = threading.RLock()


class Deferred(types.ModuleType):
    """A module that is run when it is first asked for an attribute."""

    def __getattr__(self, name: str) -> Any:
        run(self)
        return getattr(self, name)

    def __dir__(self) -> list[str]:
        run(self)
        return dir(self)


def run(module: types.ModuleType | None) -> None:
    """Run a deferred module, after the package that it is in; any other module is left as it is."""
    with _running:
        if type(module) is not Deferred:
            return
        spec = module.__spec__
        run(sys.modules.get(spec.name.rpartition(".")[0]))
        if type(module) is not Deferred:
            return
        later = spec.loader
        module.__class__ = types.ModuleType
        spec.loader = module.__loader__ = later.real
        try:
            later.real.exec_module(module)
        except BaseException:
            module.__class__, spec.loader = Deferred, later
            raise


class _Later:
    """Loads by doing nothing; `real` is the loader for later."""

    def __init__(self, real: Any) -> None:
        self.real = real

    def create_module(self, spec: ModuleSpec) -> types.ModuleType | None:
        return self.real.create_module(spec)

    def exec_module(self, module: types.ModuleType) -> None:
        module.__class__ = Deferred


class _Already:
    """Gives a module that came into being while its package was run."""

    def __init__(self, module: types.ModuleType) -> None:
        self.module, self.spec = module, module.__spec__

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return self.module

    def exec_module(self, module: types.ModuleType) -> None:
        module.__spec__ = self.spec


class Finder:
    """First on `sys.meta_path`: defers and hides, and runs a deferred package before a module
    inside it is imported."""

    def __init__(self, deferred: Iterable[str]) -> None:
        self.deferred = frozenset(deferred)
        self.hidden: frozenset[str] = frozenset()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """As `importlib.abc.MetaPathFinder.find_spec`."""
        if name in self.hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if name in self.deferred:
            return self._later(name, path, target)
        package = sys.modules.get(name.rpartition(".")[0])
        if type(package) is Deferred:
            run(package)
            if (
                name in sys.modules
            ):  # the import system takes the module's own spec and would run it a second time
                module = sys.modules[name]
                module.__spec__ = importlib.util.spec_from_loader(name, _Already(module))
                return module.__spec__
        return None

    def _later(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None
    ) -> ModuleSpec | None:
        for other in _BEFORE.get(name, ()):
            with contextlib.suppress(ImportError):
                importlib.import_module(other)
        found = (
            finder.find_spec(name, path, target) for finder in sys.meta_path if finder is not self
        )
        spec = next((spec for spec in found if spec is not None), None)
        if spec is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = _Later(spec.loader)
        return spec

    @contextlib.contextmanager
    def hiding(self, names: Collection[str]) -> Iterator[None]:
        """While it lasts these modules cannot be imported; those imported already are not
        concerned."""
        self.hidden = frozenset(names)
        try:
            yield
        finally:
            self.hidden = frozenset()


def install(names: Iterable[str] = SELDOM_USED) -> Finder:
    """From now on defer these modules; those imported already are not concerned."""
    finder = Finder(names)
    sys.meta_path.insert(0, finder)
    return finder
