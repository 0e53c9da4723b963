"""The student's side of a check: executes requests against a namespace and answers in plain data.

The notebook and the grading child use this same class. It needs the standard library, NumPy and
`coursekit.errors`; a backend is touched only if the student's code has imported one.
"""

from __future__ import annotations

import importlib
import itertools
import linecache
import random
import sys
from collections.abc import Callable, MutableMapping
from typing import Any

import numpy as np

from coursekit.errors import NotAnsweredYet
from coursekit.labs.exchange import arguments, wire
from coursekit.labs.exchange.crash import crash_site
from coursekit.labs.exchange.wire import CALLBACK, REPLY, REQUEST

_LIBRARIES = ("coursekit", "keras", "numpy")
MAX_HANDLES = 100_000


class Agent:
    """Answers the requests of a `Student` against `namespace`.

    Args:
        namespace: name -> object, as the student's cells left it; read at each request, never
            written.
        ask: sends a callback message to the side of the check and returns its answer; set per
            transport.
        catch: what counts as an error of the student's code. A child process passes
            `BaseException`; the notebook leaves Ctrl-C alone.
        limits: what a message may hold.
    """

    def __init__(
        self,
        namespace: MutableMapping[str, Any],
        *,
        ask: Callable[[bytes], bytes] | None = None,
        catch: type[BaseException] | tuple[type[BaseException], ...] = (Exception, SystemExit),
        limits: wire.Limits = wire.DEFAULT_LIMITS,
    ):
        self.namespace, self.ask, self.catch, self.limits = namespace, ask, catch, limits
        self._objects: dict[int, Any] = {}
        self._keys = itertools.count(1)

    def handle(self, message: bytes) -> bytes:
        """Execute one request (bytes of `wire.pack` behind `REQUEST`) and return the reply, errors
        included."""
        try:
            if message[:1] != REQUEST:
                raise wire.WireError("Expected a request. Received: another message.")
            request = wire.unpack(message[1:], resolve=self._resolve, limits=self.limits)
            action = getattr(self, f"_do_{request.pop('do')}")
            value = action(**request)
            reply = {"ok": True, "value": value}
            if isinstance(value, _Called):
                reply |= {"value": value.value, "changed": value.changed}
            return REPLY + wire.pack(reply, refer=self._refer, limits=self.limits)
        except self.catch as error:
            return REPLY + wire.pack(
                {"ok": False, "error": self._explain(error)}, limits=self.limits
            )

    # Requests

    def _do_call(self, name: str, args: list, kwargs: dict, track: bool = False) -> Any:
        function = self._lookup(name)
        if track:  # the check looks at the arguments itself
            value = function(*args, **kwargs)
            return {"value": value, "args": list(args), "kwargs": kwargs}
        before = arguments.snapshot(args, kwargs)
        value = function(*args, **kwargs)
        return _Called(value, arguments.changed(before, args, kwargs, function))

    def _do_value(self, name: str) -> Any:
        return self._lookup(name)

    def _do_has(self, name: str) -> bool:
        return name in self.namespace

    def _do_make(self, path: str, args: list, kwargs: dict) -> Any:
        return _Kept(self._library(path)(*args, **kwargs))

    def _do_library(self, path: str) -> Any:
        return _Kept(self._library(path))

    def _do_handle_call(self, key: int, args: list, kwargs: dict) -> Any:
        return self._objects[key](*args, **kwargs)

    def _do_attribute(self, key: int, name: str) -> Any:
        target = self._objects[key]
        if name == "layers" and _is_keras(target):
            return [_describe_layer(layer) for layer in target.layers]
        value = getattr(target, name)
        return _plain_shape(value) if name in ("input_shape", "output_shape", "shape") else value

    def _do_item(self, key: int, index: Any) -> Any:
        return self._objects[key][index]

    def _do_length(self, key: int) -> int:
        return len(self._objects[key])

    def _do_iterate(self, key: int, limit: int) -> Any:
        return list(itertools.islice(iter(self._objects[key]), limit))

    def _do_begin(self, seed: int) -> None:
        """Start of a test: forget what earlier tests kept, seed the global generators that are
        there."""
        self._objects.clear()
        random.seed(seed)
        np.random.seed(seed)
        keras = sys.modules.get("keras")
        if keras is not None and hasattr(keras, "utils"):
            keras.utils.set_random_seed(seed)

    # Names, references

    def _lookup(self, name: str) -> Any:
        try:
            return self.namespace[name]
        except KeyError:
            raise _Missing(name) from None

    @staticmethod
    def _library(path: str) -> Any:
        parts = path.split(".")
        if parts[0] not in _LIBRARIES:
            raise ValueError(f"Expected a name in {', '.join(_LIBRARIES)}. Received: {path!r}.")
        target = importlib.import_module(parts[0])
        for place, part in enumerate(parts[1:], start=2):
            try:
                target = getattr(target, part)
            except AttributeError:
                target = importlib.import_module(".".join(parts[:place]))
        return target

    def _refer(self, value: Any) -> wire.Ref:
        if len(self._objects) >= MAX_HANDLES:
            raise wire.WireError(f"Expected at most {MAX_HANDLES:,} objects kept in one test.")
        if isinstance(value, _Kept):
            value = value.value
        key = next(self._keys)
        self._objects[key] = value
        return wire.Ref("handle", key, type(value).__name__[:80])

    def _resolve(self, ref: wire.Ref) -> Any:
        if ref.kind == "handle":
            return self._objects[ref.key]
        if ref.kind == "name":
            return self._lookup(ref.key)
        return self._callback(ref)

    def _callback(self, ref: wire.Ref) -> Callable:
        def callback(*args, **kwargs):
            if self.ask is None:
                raise RuntimeError(
                    "This function can be called only while the check is waiting for your answer."
                )
            message = {"key": ref.key, "args": list(args), "kwargs": kwargs}
            answer = self.ask(CALLBACK + wire.pack(message, refer=self._refer, limits=self.limits))
            reply = wire.unpack(answer[1:], resolve=self._resolve, limits=self.limits)
            if not reply["ok"]:
                raise ValueError(reply["error"])
            return reply["value"]

        callback.__name__ = callback.__qualname__ = ref.about or "function_of_the_check"
        return callback

    # Errors

    def _explain(self, error: BaseException) -> dict:
        if isinstance(error, NotAnsweredYet):
            return {"kind": "not-answered", "message": str(error)[:200]}
        if isinstance(error, _Missing):
            names = [
                k
                for k, v in list(self.namespace.items())
                if isinstance(k, str) and callable(v) and k[:1] != "_"
            ]
            return {"kind": "missing", "message": error.name, "names": names[:2000]}
        line, code, function, trace = self._place(error)
        kind = "unsendable" if isinstance(error, wire.WireError) else "raised"
        return {
            "kind": kind,
            "type": type(error).__name__[:100],
            "message": str(error)[:2000],
            "line": line,
            "code": code[:300],
            "function": function[:100],
            "crash": crash_site(trace),
        }

    def _place(self, error: BaseException) -> tuple[int | None, str, str, Any]:
        """Line number, text, function and traceback entry of the deepest frame that runs the
        student's code."""
        best, trace = None, error.__traceback__
        while trace is not None:
            frame = trace.tb_frame
            home = str(frame.f_globals.get("__name__", ""))
            if (
                frame.f_globals is self.namespace
                or "<ipython" in frame.f_code.co_filename
                or home.startswith(wire.LAB_MODULE)  # a known wrong answer
            ):
                best = (trace.tb_lineno, frame, trace)
            trace = trace.tb_next
        if best is None:
            return None, "", "", None
        line, frame, trace = best
        return (
            line,
            linecache.getline(frame.f_code.co_filename, line, frame.f_globals).strip(),
            frame.f_code.co_name,
            trace,
        )


class _Missing(LookupError):
    def __init__(self, name: str):
        super().__init__(name)
        self.name = name


class _Kept:
    """Wraps a value that is to stay here as a handle even if it could be sent."""

    def __init__(self, value: Any):
        self.value = value


class _Called:
    """What a call gave, and which of its arguments it changed."""

    def __init__(self, value: Any, changed: list):
        self.value, self.changed = value, changed


def _is_keras(value: Any) -> bool:
    return any(
        base.__module__.partition(".")[0] == "keras" for base in type(value).__mro__
    ) and hasattr(value, "layers")


def _describe_layer(layer: Any) -> dict:
    output = getattr(layer, "output", None) if getattr(layer, "built", False) else None
    described = {
        "name": layer.name,
        "class_name": type(layer).__name__,
        "config": _plain(layer.get_config()),
        "output_shape": _plain_shape(getattr(output, "shape", None)),
        "count_params": layer.count_params() if getattr(layer, "built", False) else 0,
        "trainable": bool(layer.trainable),
    }
    if _is_keras(layer):
        described["layers"] = [_describe_layer(inner) for inner in layer.layers]
    return described


def _plain_shape(shape: Any) -> Any:
    if isinstance(shape, list) and shape and not isinstance(shape[0], int | type(None)):
        return [_plain_shape(part) for part in shape]
    return (
        tuple(shape)
        if isinstance(shape, tuple | list) or type(shape).__name__ == "TensorShape"
        else shape
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return (
            type(value)(_plain(v) for v in value)
            if type(value) in (list, tuple)
            else [_plain(v) for v in value]
        )
    if value is None or isinstance(value, bool | int | float | str | np.ndarray | np.generic):
        return value
    return repr(value)[:200]
