"""What runs inside the sandbox: the student's cells, and the lab machine's agent that answers the
checks' questions.

Nothing here decides about points. Whatever the student's code does to this process, it can only
change values that the referee compares with its own.
"""

from __future__ import annotations

import ast
import contextlib
import linecache
import os
import signal
import sys
from typing import Any

from coursekit.errors import NotAnsweredYet
from coursekit.grading import cells as _cells
from coursekit.grading import protocol
from coursekit.labs.exchange import wire
from coursekit.labs.exchange.agent import Agent

_NOTES = 50


class Channel:
    """Frames of `coursekit.grading.protocol` on a descriptor."""

    def __init__(self, fd: int):
        self.fd, self.ticket = fd, protocol.NO_TICKET

    def receive(self) -> bytes | None:
        """The next message; None when the referee is gone."""
        while True:
            with contextlib.suppress(KeyboardInterrupt):
                head = self._read(protocol.HEAD_BYTES)
                break
        if head is None:
            return None
        length, self.ticket = protocol.opened(head)
        return self._read(length) if length <= protocol.REQUEST_LIMIT else None

    def send(self, data: bytes) -> None:
        """Send one message."""
        view = memoryview(protocol.frame(data, self.ticket))
        while view:
            view = view[os.write(self.fd, view) :]

    def _read(self, length: int) -> bytes | None:
        parts = []
        while length:
            part = os.read(self.fd, min(length, 1 << 20))
            if not part:
                return None
            parts.append(part)
            length -= len(part)
        return b"".join(parts)


class Globals(dict):
    """The student's namespace. A name that is missing makes the cell run that defines it, once."""

    def __init__(self, notebook: Notebook):
        super().__init__(__name__="__main__", __builtins__=__builtins__)
        self._notebook = notebook

    def __missing__(self, name: str) -> Any:
        if not _cells.is_builtin(name) and self._notebook.provide(name):
            return dict.__getitem__(self, name)
        raise KeyError(name)


class Notebook:
    """The submission in this process: its plan, its namespace, what has run."""

    def __init__(self, found: list[dict], wanted: dict[str, str], released: list[dict]):
        self.plan = _cells.make_plan(found, wanted, released)
        self.sources = [cell["source"] for cell in found]
        self.released = [
            _cells.parse(cell["source"])[0] for cell in released if not cell.get("names")
        ]
        self.wanted, self.notes = wanted, []
        self.namespace = Globals(self)
        self._whole: set[int] = set()
        self._given: set[int] = set()
        self._asked: set[str] = set()

    def run_statement(self, index: int, number: int) -> str:
        """Run one statement of a cell. Returns what went wrong, or an empty string."""
        plan = self.plan.cells[index]
        filename = f"<cell {plan.number}>"
        if filename not in linecache.cache:
            lines = [line + "\n" for line in self.sources[index].split("\n")]
            linecache.cache[filename] = (len(self.sources[index]), None, lines, filename)
        statement = plan.statements[number]
        problem = self._execute(statement, filename)
        return f"Cell {plan.number}, line {statement.lineno}: {problem}" if problem else ""

    def finish(self) -> None:
        """After the cells: answers found under another name get theirs as well."""
        for name, alias in self.plan.aliases.items():
            if alias in self:
                self.namespace[name] = self.namespace[alias]

    def steps(self) -> list[dict]:
        """What is to run, in order: per cell its statements as `[number, is a definition or an
        answer]`."""
        looked_for = {*self.wanted, *self.plan.aliases.values()}
        found = []
        for index, plan in enumerate(self.plan.cells):
            kinds = [
                _cells.is_definition(s) or bool(_cells.bound_names(s) & looked_for)
                for s in plan.statements
            ]
            kept = [
                [n, kind]
                for n, kind in enumerate(kinds)
                if plan.mode != "skip" and (kind or plan.mode == "all")
            ]
            if plan.mode == "all":
                self._whole.add(index)
            if kept:
                found.append({"index": index, "statements": kept})
        return found

    def _execute(self, statement: ast.stmt, filename: str) -> str:
        try:
            exec(
                compile(ast.Module([statement], []), filename, "exec", dont_inherit=True),
                self.namespace,
            )
        except NotAnsweredYet:
            return ""
        except BaseException as error:
            return f"{type(error).__name__}: {str(error)[:200]}"
        return ""

    def provide(self, name: str) -> bool:
        """Run what defines a missing name: the student's own cells, or else the released
        notebook's."""
        if name in self._asked or name in self.wanted:
            return False
        self._asked.add(name)
        numbers = [i for i in self.plan.providers.get(name, ()) if i not in self._whole]
        for index in numbers:
            self._whole.add(index)
            for number in range(len(self.plan.cells[index].statements)):
                self.run_statement(index, number)
        if name in self:
            own = [str(i + 1) for i in numbers if not self.plan.cells[i].handed_out]
            if own:
                self.note(f"`{name}` was needed; cell {', '.join(own)} was run for it.")
            return True
        for index, statements in enumerate(self.released):
            if index not in self._given and any(name in _cells.bound_names(s) for s in statements):
                self._given.add(index)
                for statement in statements:
                    self._execute(statement, "<released notebook>")
        if name in self:
            self.note(f"`{name}` is missing in this copy; the released notebook's was used.")
        return name in self

    def __contains__(self, name: str) -> bool:
        return dict.__contains__(self.namespace, name)

    def note(self, text: str) -> None:
        """Keep a sentence for the feedback."""
        if len(self.notes) < _NOTES:
            self.notes.append(text)


class NoFigures:
    """Stands in for `lab.figures`: every function is there and does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args, **kwargs: None


class GradingLab:
    """Stands in for `lab` where cells use it: shows nothing, checks nothing, and always takes the
    fast path."""

    fast, seed = True, 0

    def __init__(self, namespace: dict, wanted: dict[str, str]):
        self._namespace, self._wanted, self.figures = namespace, wanted, NoFigures()

    def pick(self, full: Any, fast: Any) -> Any:
        """The fast one."""
        return fast

    def answer(self, exercise: str, *, fallback: Any = None, name: str | None = None) -> Any:
        """The library's function where there is one, so that no answer depends on an earlier
        one."""
        if fallback is not None:
            return fallback
        names = [name for name, number in self._wanted.items() if number == exercise]
        return self._namespace[name or names[0]]

    def needs(self, *numbers: str) -> contextlib.AbstractContextManager:
        """Runs its block, and goes on after an unanswered exercise."""
        return contextlib.suppress(Exception)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args, **kwargs: None


def main(fd: int, spec: dict) -> None:
    """Answer the referee until it goes away.

    Control messages are `read` (with the file behind it), `load`, `statement`, `finish` and
    `notes`. All other messages belong to the lab machine's agent.
    """
    channel, state = Channel(fd), {}
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # the zygote ignores it; a loop that is interrupted says so
    sys.stdin = open(os.devnull)  # noqa: SIM115 (held for the life of the process)

    def ask(message: bytes) -> bytes:
        channel.send(message)
        while (incoming := channel.receive()) is not None:
            if incoming[:1] == wire.ANSWER:
                return incoming
            channel.send(state["agent"].handle(incoming))
        os._exit(0)

    while (message := channel.receive()) is not None:
        if message[:1] == protocol.CONTROL:
            try:
                reply = _control(message, state)
            except BaseException as error:
                reply = {"error": f"{type(error).__name__}: {str(error)[:300]}"}
            channel.send(protocol.pack_control(reply))
            if "agent" in state:
                state["agent"].ask = ask
        elif "agent" in state:
            channel.send(state["agent"].handle(message))


def _control(message: bytes, state: dict) -> dict:
    request, data = protocol.unpack_control(message)
    if request["do"] == "read":
        try:
            return {"cells": _cells.read(data, request["kind"])}
        except _cells.Unreadable as error:
            return {"unreadable": str(error)}
        except MemoryError:
            return {
                "unreadable": "The file is too large to be read. Clear all outputs and hand it "
                "in again."
            }
    if request["do"] == "load":
        notebook = Notebook(request["cells"], request["wanted"], request["released"])
        state["notebook"] = notebook
        lab = GradingLab(notebook.namespace, request["wanted"])
        _replace_open_lab(lab)
        _compile_as_written()
        state["agent"] = Agent(
            notebook.namespace, catch=BaseException, limits=wire.Limits(size=request["reply_limit"])
        )
        plan = notebook.plan
        return {"steps": notebook.steps(), "answers": plan.answers, "notes": plan.notes}
    if request["do"] == "statement":
        return {"problem": state["notebook"].run_statement(request["index"], request["number"])}
    if request["do"] == "finish":
        state["notebook"].finish()
        return {}
    return {"notes": state["notebook"].notes}


def _compile_as_written() -> None:
    """Let TensorFlow run graphs as they are traced: optimising them takes longer than a lab's small
    trainings gain by it."""
    if (tensorflow := sys.modules.get("tensorflow")) is not None:
        with contextlib.suppress(Exception):  # a version without the switch is only slower
            tensorflow.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


def _replace_open_lab(lab: GradingLab) -> None:
    """`open_lab` gives `lab`: the lab's folder, with its tests, is not in this sandbox."""
    for name in ("coursekit", "coursekit.labs"):  # loaded, as parents of what is imported above
        sys.modules[name].open_lab = lambda *args, **kwargs: lab
