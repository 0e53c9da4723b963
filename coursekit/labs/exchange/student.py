"""The check's side: `student`, a proxy for code that runs elsewhere. What carries the messages is a
`Transport`."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any, NoReturn, Protocol

import numpy as np

from coursekit.errors import near_name
from coursekit.labs.exchange import wire
from coursekit.labs.exchange.agent import MAX_HANDLES, Agent
from coursekit.labs.exchange.wire import ANSWER, REPLY, REQUEST
from coursekit.labs.testing import (
    Crash,
    MissingAnswer,
    NotAnswered,
    StudentError,
    assert_unchanged,
)

_MAX_ITERATION = 10_000
_MAX_CALLBACKS = 100_000
_LONGEST = {"message": 2_000, "type": 100, "code": 300, "function": 100}  # as an agent cuts them


class Transport(Protocol):
    """Carries one request to an `Agent` and brings back its reply."""

    def request(self, message: bytes, on_callback: Callable[[bytes], bytes]) -> bytes:
        """Send `message` (first byte `REQUEST`), return the reply (first byte `REPLY`).

        While waiting, an incoming message with first byte `CALLBACK` is answered with
        `on_callback(message)`.
        """


class LocalTransport:
    """Reaches an `Agent` in this process; every value is encoded and decoded all the same, as in
    grading."""

    def __init__(self, agent: Agent):
        self.agent = agent

    def request(self, message: bytes, on_callback: Callable[[bytes], bytes]) -> bytes:
        """See `Transport.request`."""
        outer, self.agent.ask = self.agent.ask, on_callback
        try:
            return self.agent.handle(message)
        finally:
            self.agent.ask = outer


@dataclasses.dataclass(frozen=True)
class Call:
    """One request of a check, and what came back.

    `function` is the student's function that was called, or the one that made the object that was
    asked; "" for library objects. `value` is the result, or the error that was raised.
    """

    function: str
    action: str
    args: tuple
    kwargs: dict[str, Any]
    value: Any


class Student:
    """What a check receives: `student.rng`, and the student's functions by their names.

    Args:
        transport: carries the messages.
        seed: seeds `rng` and the global generators on the student's side; an int, or a sequence of
            ints.
        record: called with every `Call`.
        salt: gives the student's side other global generators while `rng` stays the same.
    """

    def __init__(
        self,
        transport: Transport,
        seed: int | tuple[int, ...] = 0,
        *,
        record: Callable[[Call], None] | None = None,
        salt: int = 0,
        limits: wire.Limits = wire.DEFAULT_LIMITS,
    ):
        self.rng = np.random.default_rng(seed)
        self._transport, self._record, self._limits = transport, record, limits
        self._callbacks: dict[int, Callable] = {}
        self._makers: dict[int, str] = {}  # key of a handle -> the function it came from
        self._asked = ""
        self._now: list = []
        self._changes: list[str] = []
        self._called = self._called_bytes = self._held = 0
        global_seed = int(np.random.SeedSequence(seed, spawn_key=(salt,)).generate_state(1)[0])
        self._exchange({"do": "begin", "seed": global_seed})

    def __getattr__(self, name: str) -> StudentFunction:
        if name.startswith("_"):
            raise AttributeError(name)
        return StudentFunction(self, name)

    def call(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call the student's function `name`; the same as `student.NAME(...)`, for names that this
        class uses itself."""
        return self._ask({"do": "call", "name": name, "args": args, "kwargs": kwargs})

    def call_tracking(self, name: str, /, *args: Any, **kwargs: Any) -> tuple[Any, list]:
        """Call the student's function `name`; returns its result and the positional arguments as
        the call left them. What this call does to them is for the check to judge."""
        reply = self._ask(
            {"do": "call", "name": name, "args": args, "kwargs": kwargs, "track": True}
        )
        return reply["value"], reply["args"]

    def make(self, path: str, /, *args: Any, **kwargs: Any) -> Handle:
        """Build a library object beside the student's code, e.g.
        `student.make("coursekit.models.mlp", (28, 28, 1), 10)`."""
        return self._ask({"do": "make", "path": path, "args": args, "kwargs": kwargs})

    def library(self, path: str, /) -> Handle:
        """A function of coursekit, keras or numpy as it stands beside the student's code, to pass
        as an argument."""
        return self._ask({"do": "library", "path": path})

    def value(self, name: str, /) -> Any:
        """The value of a variable of the student's."""
        return self._ask({"do": "value", "name": name})

    def has(self, name: str, /) -> bool:
        """Whether the student's namespace holds `name`."""
        return self._ask({"do": "has", "name": name})

    # Messages

    def _ask(self, message: dict) -> Any:
        if "args" in message:
            message["args"] = list(message["args"])
        outer, self._asked = self._asked, self._function_of(message)
        try:
            value = self._exchange(message)
        except (StudentError, NotAnswered) as error:
            self._note(message, error)
            raise
        finally:
            asked, self._asked = self._asked, outer
        now, self._now = self._now, []
        self._note(message, value, asked)
        self._look_at_arguments(message, now)
        return value

    def _look_at_arguments(self, message: dict, now: list) -> None:
        for key, name, *after in [] if self._changes else now:
            name = name[:80]
            before = message["kwargs"][key] if isinstance(key, str) else message["args"][key]
            tried = f"`{name}` after {_tried(message).removeprefix('tried:').strip()}"
            kept = "the same entries in the same order"
            try:
                if after:
                    assert_unchanged(before, after[0], tried=tried, name=f"`{name}`")
                else:
                    assert_unchanged([kept], ["others"], tried=tried, name=f"`{name}`")
            except AssertionError as error:
                self._changes.append(str(error))  # the error's frames hold what came

    def _note(self, message: dict, value: Any, function: str | None = None) -> None:
        if self._record is not None:
            function = self._function_of(message) if function is None else function
            args, kwargs = tuple(message.get("args", ())), dict(message.get("kwargs", {}))
            self._record(Call(function, message["do"], args, kwargs, value))

    def _function_of(self, message: dict) -> str:
        if message["do"] in ("call", "value", "has"):
            return message["name"]
        return self._makers.get(message["key"], "") if "key" in message else ""

    def _exchange(self, message: dict) -> Any:
        packed = REQUEST + wire.pack(message, refer=self._refer, limits=self._limits)
        raw = self._transport.request(packed, self._on_callback)
        reply = self._open_reply(raw)
        if reply["ok"] is True:
            self._now = _changed(reply.get("changed", []), message)
            return reply["value"]
        return self._raise(reply["error"], _tried(message))

    def _open_reply(self, raw: bytes) -> dict:
        if raw[:1] != REPLY:
            raise wire.WireError("Expected a reply. Received: another message.")
        reply = wire.unpack(memoryview(raw)[1:], resolve=self._resolve, limits=self._limits)
        if not isinstance(reply, dict) or not isinstance(reply.get("ok"), bool):
            raise wire.WireError("Expected a reply. Received: another structure.")
        if (reply["ok"] and "value" not in reply) or (
            not reply["ok"] and not isinstance(reply.get("error"), dict)
        ):
            raise wire.WireError("Expected a reply. Received: an incomplete one.")
        return reply

    def _refer(self, value: Any) -> wire.Ref:
        if isinstance(value, Handle):
            return value._ref
        if isinstance(value, StudentFunction):
            return wire.Ref("name", value._name)
        if callable(value):
            key = len(self._callbacks) + 1
            self._callbacks[key] = value
            return wire.Ref("callback", key, getattr(value, "__name__", type(value).__name__)[:80])
        raise wire.WireError(
            f"Expected plain data, a function or a handle as argument. Received: "
            f"{type(value).__name__}."
        )

    def _resolve(self, ref: wire.Ref) -> Any:
        if ref.kind == "handle":
            self._held += 1
            if self._held > MAX_HANDLES:
                raise wire.WireError(
                    f"Expected at most {MAX_HANDLES:,} objects in one check. Received: more."
                )
            self._makers[ref.key] = self._asked
            return Handle(self, ref)
        raise wire.WireError("Expected a handle. Received: another reference.")

    def _on_callback(self, raw: bytes) -> bytes:
        try:
            message = wire.unpack(memoryview(raw)[1:], resolve=self._resolve, limits=self._limits)
            self._count_callback(len(raw))
            value = self._callbacks[message["key"]](*message["args"], **message["kwargs"])
            reply = {"ok": True, "value": value}
            return ANSWER + wire.pack(reply, refer=self._refer, limits=self._limits)
        except Exception as error:
            return ANSWER + wire.pack(
                {"ok": False, "error": f"{type(error).__name__}: {str(error)[:500]}"}
            )

    def _count_callback(self, size: int) -> None:
        """A check's function may keep what it is called with, so the sum is limited."""
        self._called += 1
        self._called_bytes += size
        if self._called > _MAX_CALLBACKS or self._called_bytes > self._limits.size:
            raise wire.WireError(
                f"Expected at most {_MAX_CALLBACKS:,} calls of the check's functions with "
                f"{self._limits.size:,} bytes in all. Received: more."
            )

    def _raise(self, error: dict, tried: str) -> NoReturn:
        kind = error.get("kind")
        message, type_name, code, function = (_said(error, key) for key in _LONGEST)
        if kind == "not-answered":
            raise NotAnswered(message)
        if kind == "missing":
            raise MissingAnswer(_missing_message(message, error.get("names")))
        line = error.get("line") if isinstance(error.get("line"), int) else None
        lines = [tried, "expected: a result that can be checked", f"got:      {message}"]
        if kind == "raised":
            lines = [tried, f"got:      {type_name}: {message}"]
            if line is not None:
                where = f" of `{function}`" if function and function[0] != "<" else ""
                lines.append(f"where:    line {line}{where}: {code}".rstrip(": "))
            if type_name == "NameError":
                lines.append(
                    "hint:     after a restart, run the cells above first, the imports included."
                )
        raise StudentError(
            "\n".join(filter(None, lines)),
            type_name=type_name,
            text=message,
            line=line,
            code=code,
            crash=Crash.read(error.get("crash")),
        )


class StudentFunction:
    """A name in the student's namespace: call it, or pass it as an argument."""

    def __init__(self, student: Student, name: str):
        self._student, self._name = student, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._student.call(self._name, *args, **kwargs)

    def __repr__(self) -> str:
        return f"<{self._name} of the student>"


class Handle:
    """An object that stays on the student's side. Attributes, calls, items and iteration are asked
    of it."""

    __slots__ = ("_ref", "_student")

    def __init__(self, student: Student, ref: wire.Ref):
        self._student, self._ref = student, ref

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "count_params":
            return self._count_params
        return self._student._ask({"do": "attribute", "key": self._ref.key, "name": name})

    def _count_params(self) -> int:
        """How many numbers the object's weights hold, counted here: an object may say anything of
        itself."""
        return sum(int(np.size(weight)) for weight in self.get_weights())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._student._ask(
            {"do": "handle_call", "key": self._ref.key, "args": args, "kwargs": kwargs}
        )

    def __getitem__(self, index: Any) -> Any:
        return self._student._ask({"do": "item", "key": self._ref.key, "index": index})

    def __len__(self) -> int:
        try:
            length = self._student._exchange({"do": "length", "key": self._ref.key})
        except StudentError as error:
            raise TypeError(error.text) from None
        if type(length) is not int or length < 0:
            raise wire.WireError("Expected a length. Received: something else.")
        return length

    def __bool__(self) -> bool:
        return True

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """NumPy takes whatever has a length for a sequence, asks for every entry of every entry,
        and swallows what goes wrong."""
        raise ValueError(f"Expected numbers. Received: {self!r}.")

    def __iter__(self) -> Iterator[Any]:
        return iter(
            self._student._ask({"do": "iterate", "key": self._ref.key, "limit": _MAX_ITERATION})
        )

    def __repr__(self) -> str:
        return f"<{self._ref.about or 'object'} of the student>"


def local_student(
    namespace: MutableMapping[str, Any], seed: int | tuple[int, ...] = 0, **kwargs: Any
) -> Student:
    """A `student` for code that lives in this process, e.g. a notebook's namespace or the
    solution's."""
    return Student(LocalTransport(Agent(namespace)), seed, **kwargs)


def _said(error: dict, key: str) -> str:
    """A text of an error, no longer than an agent makes it: whoever looks for a near name in eight
    megabytes looks long."""
    text = error.get(key, "")
    return text[: _LONGEST[key]] if isinstance(text, str) else ""


def recorded(student: Student, record: Callable[[Call], None] | None) -> Student:
    """`student`, whose calls are told to `record` from now on."""
    student._record = record
    return student


def assert_arguments_kept(student: Student) -> None:
    """Fail if a call of the student's functions has changed an array, list, dict or set that it was
    given. Every check ends with this; calls by `call_tracking` are left to the check."""
    if student._changes:
        raise AssertionError(student._changes[0])


def _changed(entries: Any, message: dict) -> list:
    """What the student's side says of changed arguments, if it has the right form."""
    given = {*range(len(message.get("args", ()))), *message.get("kwargs", {})}
    if not isinstance(entries, list) or not all(
        isinstance(entry, list)
        and len(entry) in (2, 3)
        and type(entry[0]) in (int, str)
        and entry[0] in given
        and isinstance(entry[1], str)
        for entry in entries
    ):
        raise wire.WireError("Expected the arguments of a call. Received: something else.")
    return entries


def _tried(message: dict) -> str:
    """The line that says which call went wrong."""
    name = message.get("name") or message.get("path")
    if name is None:
        return ""
    if "args" not in message:
        return f"tried:    {name}"
    given = [_short(value) for value in message["args"]]
    given += [f"{key}={_short(value)}" for key, value in message["kwargs"].items()]
    return f"tried:    {name}({', '.join(given)})"


_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")  # differs from run to run, and says nothing


def _short(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.size > 6:
        return f"<{value.dtype} {value.shape}>"
    text = " ".join(
        repr(value.tolist() if isinstance(value, np.ndarray | np.generic) else value).split()
    )
    text = _ADDRESS.sub("", text)
    return text if len(text) <= 60 else text[:57] + "..."


def _missing_message(name: str, names: Any) -> str:
    known = (
        [n for n in names[:2000] if isinstance(n, str) and len(n) < 100]
        if isinstance(names, list)
        else []
    )
    close = near_name(name, known)
    if close:
        return (
            f"There is no `{name}` here, but there is `{close}`. The check looks for the "
            f"name `{name}`."
        )
    return (
        f"There is no `{name}` here yet. Run the cell that defines it; a restart or an "
        f"interrupted cell forgets it."
    )


RESERVED_NAMES = frozenset(
    name for name, _ in inspect.getmembers(Student) if not name.startswith("_")
) | {"rng"}
