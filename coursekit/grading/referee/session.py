"""The referee's end: a child as a `Transport` with time limits. It imports no backend and runs no
line of the student's."""

from __future__ import annotations

import os
import secrets
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from coursekit.errors import SandboxUnavailableError
from coursekit.grading import protocol
from coursekit.grading.zygote.process import Child, Zygote, ZygoteDied
from coursekit.labs.exchange import wire
from coursekit.labs.exchange.judge import Outcome, Verdict

_GRACE = 1.0
_OUTPUT_KEPT = 4_000
_MAX_EXTENSIONS, _MAX_LENGTHENED = 3, 2


class ChildProblem(BaseException):
    """A child that did not answer; not an `Exception`, so that no check takes it for an answer.

    `status` is timeout, crashed, out-of-memory, forbidden or infrastructure-error; `message` is for
    the student.
    """

    def __init__(self, status: Outcome, message: str):
        super().__init__(message)
        self.status, self.message = Outcome(status), message

    def verdict(self) -> Verdict:
        """What it means for the check that was asked."""
        return Verdict(self.status, self.message, self)


def over_budget(budget: Budget) -> str:
    """What a student is told whose submission has used all its time."""
    return (
        f"expected: all answers of the notebook within {budget.seconds:.0f} seconds\n"
        f"got:      none; the time was used up by what came before"
    )


class Budget:
    """The seconds that one submission has in all, for whatever is waited for."""

    def __init__(self, seconds: float):
        self.seconds = self.left = seconds

        self._lengthened = 0

    @property
    def spent(self) -> bool:
        """Whether nothing is left."""
        return self.left <= 0

    def lengthen(self) -> bool:
        """Where the machine was too busy for a child: give as much again, twice at most. Whether
        there is something left now."""
        if self.spent and self._lengthened < _MAX_LENGTHENED:
            self._lengthened += 1
            self.left += self.seconds
        return not self.spent


@dataclass
class Usage:
    """What the children of one submission used."""

    children: int = 0
    cpu_seconds: float = 0.0
    max_rss_mb: int = 0


class Session:
    """One child and the channel to it: the lab machine's `Transport`, with a deadline.

    Args:
        zygote: where to fork.
        spec: passed to the child.
        usage: where its end is added up.
        budget: what all children of the submission have together; what is waited for is taken off.
        output_bytes: how much of what it prints is taken; the rest is read and thrown away.
    """

    def __init__(
        self,
        zygote: Zygote,
        spec: dict,
        usage: Usage,
        budget: Budget | None = None,
        *,
        output_bytes: int = 1_000_000,
    ):
        self.zygote, self.usage, self._output_limit = zygote, usage, output_bytes
        self.budget = budget or Budget(float("inf"))
        try:
            self.child: Child = zygote.fork(spec)
        except (ZygoteDied, SandboxUnavailableError) as error:
            raise ChildProblem(
                Outcome.INFRASTRUCTURE_ERROR, f"The grader could not start a process: {error}"
            ) from error
        os.set_blocking(self.child.channel, False)
        usage.children += 1
        self.allow(60.0)
        self.printed = b""
        self._received = 0
        self._printed_total = 0
        self._buffer = bytearray()
        self._ticket = b""
        self.closed = self.loaded = False
        self.problem: ChildProblem | None = None  # what ended it, if it did not end as it should

    # Transport

    def request(self, message: bytes, on_callback: Callable[[bytes], bytes]) -> bytes:
        """Send one request and wait for its reply, answering callbacks meanwhile; see
        `coursekit.labs.exchange.student.Transport`."""
        self._new_ticket()
        self._send(message)
        while True:
            incoming = self._receive()
            if incoming[:1] != wire.CALLBACK:
                return incoming
            outer = self._ticket
            answer = on_callback(incoming)
            self._ticket = outer
            self._send(answer)

    def control(self, request: dict, data: bytes = b"") -> dict:
        """Send a control message; returns the child's reply, which is a dict of plain data."""
        self._new_ticket()
        self._send(protocol.pack_control(request), data)
        most = protocol.CONTROL_LIMITS.get(request["do"], protocol.CONTROL_LIMIT)
        try:
            return protocol.unpack_control(self._receive(most))[0]
        except protocol.BadControl:
            raise self._violation() from None

    def is_clean(self) -> bool:
        """Whether the child is alive and nothing waits in the channel that nobody asked for."""
        if self.closed:
            return False
        self._drain_output()
        return (
            not self._buffer
            and not select.select([self.child.channel, self.child.pidfd], [], [], 0)[0]
        )

    def _new_ticket(self) -> None:
        if self.closed:  # somebody swallowed what ended it, and asks on
            raise self.problem or ChildProblem(
                Outcome.CRASHED, "expected: the result of the function\ngot:      no process"
            )
        self._ticket = secrets.token_bytes(protocol.TICKET_BYTES)

    # Bytes

    def _send(self, message: bytes, data: bytes = b"") -> None:
        for part in (protocol.frame(message, self._ticket, len(data)), data):
            view = memoryview(part)
            while view:
                self._wait(select.POLLOUT)
                try:
                    view = view[os.write(self.child.channel, view[: 1 << 20]) :]
                except BlockingIOError:
                    continue
                except OSError:
                    raise self._death() from None

    def _receive(self, most: int = protocol.REPLY_LIMIT + 1) -> bytes | bytearray:
        length, ticket = protocol.opened(self._read(protocol.HEAD_BYTES))
        if ticket != self._ticket or not 0 < length <= most:
            raise self._violation()
        self._received += length
        if self._received > protocol.CHECK_LIMIT:
            raise self._flood()
        data = self._read(length)
        if wire.tree_bytes(data[1:8]) > protocol.TREE_LIMIT:
            raise self._violation()
        return data

    def _read(self, length: int) -> bytes | bytearray:
        while len(self._buffer) < length:
            self._wait(select.POLLIN)
            try:
                part = os.read(self.child.channel, 1 << 20)
            except BlockingIOError:
                continue
            except OSError:
                part = b""
            if not part:
                raise self._death()
            self._buffer += part
        if len(self._buffer) == length:  # a large reply is not copied
            data, self._buffer = self._buffer, bytearray()
            return data
        data = bytes(memoryview(self._buffer)[:length])
        del self._buffer[:length]
        return data

    def _wait(self, event: int) -> None:
        """Wait until the channel is ready; keep the child's output flowing; end the child at the
        deadline."""
        poller = select.poll()
        poller.register(self.child.channel, event)
        if not self._output_closed:
            poller.register(self.child.output, select.POLLIN)
        while True:
            start = time.monotonic()
            left = self.deadline - start
            if left <= 0 or self.budget.spent:
                if self._is_starved() and self.budget.lengthen():
                    continue
                raise self._timeout()
            ready = dict(poller.poll(1000 * min(left, self.budget.left)))
            self.budget.left -= time.monotonic() - start
            if self.child.output in ready and not self._drain_output():
                poller.unregister(self.child.output)
            if self.child.channel in ready:
                return

    def _is_starved(self) -> bool:
        """At the deadline: give a child more time that wants to run, or waits for its output to be
        taken, and got less than half of it from a busy machine."""
        limit = max(self.deadline - self._clock[0], 0.1)
        state, cpu = _state_and_cpu(self.child.pidfd)
        starved = (
            (state in "RD" or self._output_waits())
            and cpu - self._clock[1] < 0.5 * limit
            and self._extensions < _MAX_EXTENSIONS
        )
        if starved:
            self._extensions += 1
            self.deadline += limit / max(1, self._extensions)
        return starved

    def allow(self, seconds: float) -> None:
        """Set the deadline: `seconds` from now."""
        now = time.monotonic()
        self._clock = (now, _state_and_cpu(self.child.pidfd)[1])
        self._extensions = self._received = 0
        self.deadline = now + seconds

    _output_closed = False

    def _output_waits(self) -> bool:
        """Whether the child printed what was not taken yet: a full pipe puts it to sleep."""
        return not self._output_closed and bool(select.select([self.child.output], [], [], 0)[0])

    def _drain_output(self) -> bool:
        """Take what the child printed; of more than the limit only the count is kept. False once it
        closed its output."""
        for _ in range(16):
            try:
                part = os.read(self.child.output, 1 << 16)
            except (BlockingIOError, OSError):
                return True
            if not part:
                self._output_closed = True
                return False
            self._printed_total += len(part)
            if self._printed_total <= self._output_limit:
                self.printed = (self.printed + part)[-_OUTPUT_KEPT:]
        return True

    # Ends

    def _ended(self, status: Outcome, message: str) -> ChildProblem:
        self.close()
        self.problem = ChildProblem(status, message)
        return self.problem

    def _timeout(self) -> ChildProblem:
        """Interrupt, wait a moment, kill."""
        self.child.kill(signal.SIGINT)
        interrupted = bool(select.select([self.child.channel], [], [], _GRACE)[0])
        if self.budget.spent:
            return self._ended(Outcome.TIMEOUT, over_budget(self.budget))
        how = (
            "It was interrupted."
            if interrupted
            else "It did not react to an interrupt and was ended."
        )
        return self._ended(
            Outcome.TIMEOUT,
            f"expected: an answer within the time limit\ngot:      none; is there an endless "
            f"loop? {how}",
        )

    def _flood(self) -> ChildProblem:
        most = protocol.CHECK_LIMIT // protocol.MEGABYTE
        return self._ended(
            Outcome.OUT_OF_MEMORY,
            f"expected: at most {most} MB of results for one check\ngot:      more",
        )

    def _violation(self) -> ChildProblem:
        return self._ended(
            Outcome.FORBIDDEN,
            "expected: the result of the function\ngot:      other bytes on the grader's channel",
        )

    def _death(self) -> ChildProblem:
        """Tell how a child ended that closed its channel: by itself, out of memory, out of time, or
        from outside."""
        dead = self.child.wait_dead(2.0)
        self._drain_output()
        said = self.printed
        try:
            ended = self.zygote.reap(self.child) if dead else {}
        except ZygoteDied as error:
            return self._ended(Outcome.INFRASTRUCTURE_ERROR, f"The grader's zygote ended: {error}")
        limits = self.zygote.policy.limits
        if not dead:
            return self._ended(
                Outcome.FORBIDDEN,
                "expected: the result of the function\ngot:      the grader's channel closed",
            )
        allowed = min(limits.cpu_seconds, ended.get("cpu_limit") or limits.cpu_seconds)
        if ended.get("cpu", 0.0) >= allowed - 1:
            return self._ended(
                Outcome.TIMEOUT,
                "expected: an answer within the time limit\ngot:      none; the process used "
                "all its time",
            )
        if ended.get("ran_out"):
            return self._ended(
                Outcome.OUT_OF_MEMORY,
                f"expected: an answer within {limits.memory_mb} MB\ngot:      a process that "
                f"took more, with what the system keeps for it",
            )
        if any(
            words in said
            for words in (b"bad_alloc", b"MemoryError", b"Out of memory", b"Cannot allocate memory")
        ):
            return self._ended(
                Outcome.OUT_OF_MEMORY,
                f"expected: an answer within {limits.memory_mb} MB\ngot:      a process that "
                f"asked for more",
            )
        if ended.get("signal") == signal.SIGKILL:
            return self._ended(Outcome.INFRASTRUCTURE_ERROR, "The process was killed from outside.")
        how = (
            f"by signal {ended['signal']}"
            if ended.get("signal")
            else f"with exit code {ended.get('code', 0)}"
        )
        return self._ended(
            Outcome.CRASHED,
            f"expected: the result of the function\ngot:      the process ended {how}",
        )

    def close(self) -> None:
        """End the child, whatever it does, and add up what it used."""
        if self.closed:
            return
        self.closed = True
        try:
            ended = self.zygote.reap(self.child)
            self.usage.cpu_seconds += float(ended.get("cpu", 0.0))
            self.usage.max_rss_mb = max(self.usage.max_rss_mb, int(ended.get("max_rss_mb", 0)))
        except ZygoteDied:
            pass
        self.child.close()


def _state_and_cpu(pidfd: int) -> tuple[str, float]:
    """The scheduler's state of a process (`R` while it wants to run) and its CPU seconds so far."""
    try:
        with open(f"/proc/self/fdinfo/{pidfd}", encoding="ascii") as file:
            pid = next(line.split()[1] for line in file if line.startswith("Pid:"))
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        return fields[0].decode(), (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, StopIteration, IndexError, ValueError):
        return "X", 0.0
