"""Start the backend without its start-up lines."""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import os
import sys
import tempfile
import types
from collections.abc import Iterator, Sequence

from coursekit.devices import _signs


def start_quietly() -> None:
    """Import Keras with its backend; what the native libraries write to stderr meanwhile is shown
    only if that fails.

    TensorFlow writes several lines before any setting of its log level is read. Call `use` first.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _captured_stderr():
        import keras

        keras.ops.convert_to_tensor(0.0)


def hush() -> None:
    """Keep TensorFlow's start-up lines back whenever it is imported later; they are shown if that
    import fails. Where JAX is there and TensorFlow is not, as on Colab's TPU machines, Keras is
    told to use it: of itself it asks for TensorFlow alone.

    Imports nothing itself. Lines are not kept back if TensorFlow is imported already, or if
    `TF_CPP_MIN_LOG_LEVEL` asks for them; a `KERAS_BACKEND` that is set stays.
    """
    if not _signs.installed("tensorflow") and _signs.installed("jax"):
        os.environ.setdefault("KERAS_BACKEND", "jax")
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") != "3" or "tensorflow" in sys.modules:
        return
    if not any(isinstance(finder, _QuietImport) for finder in sys.meta_path):
        sys.meta_path.insert(0, _QuietImport())


def compile_quickly() -> None:
    """Have Keras on JAX compile in less time, to programs that run slower: for runs in which a
    network meets few batches. Holds for the whole process; TensorFlow does not ask for it.

    The switch is JAX's own `jax_disable_most_optimizations`; imports nothing itself.
    """
    os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")
    if "jax" in sys.modules:
        wanted = os.environ["JAX_DISABLE_MOST_OPTIMIZATIONS"].lower() in ("1", "true", "yes")
        sys.modules["jax"].config.update("jax_disable_most_optimizations", wanted)


class _QuietImport(importlib.abc.MetaPathFinder):
    """Finds TensorFlow as the other finders do, and has it executed with stderr kept back."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "tensorflow":
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        found = (
            finder.find_spec(fullname, path, target)
            for finder in others
            if hasattr(finder, "find_spec")
        )
        spec = next((spec for spec in found if spec is not None), None)
        execute = getattr(getattr(spec, "loader", None), "exec_module", None)
        if execute is None:
            return spec

        def exec_module(module: types.ModuleType) -> None:
            with _captured_stderr():
                execute(module)

        with contextlib.suppress(AttributeError):  # a loader that takes no attributes speaks aloud
            spec.loader.exec_module = exec_module
        return spec


@contextlib.contextmanager
def _captured_stderr() -> Iterator[None]:
    """Keep what is written to file descriptor 2, and write it out after an exception."""
    try:
        target = sys.__stderr__.fileno()
        saved = os.dup(target)
    except (AttributeError, OSError, ValueError):  # no stderr to speak of, as under pythonw
        yield
        return
    with tempfile.TemporaryFile() as kept:
        sys.__stderr__.flush()
        os.dup2(kept.fileno(), target)
        failed = True
        try:
            yield
            failed = False
        finally:
            sys.__stderr__.flush()
            os.dup2(saved, target)
            os.close(saved)
            if failed:
                kept.seek(0)
                os.write(target, kept.read())
