"""Execute a lab's notebooks as a student would, with the network blocked, and look at what they
show."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import itertools
import json
import os
import re
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursekit.errors import MissingDependencyError
from coursekit.labs.author import apart
from coursekit.labs.author.build import lab_points
from coursekit.labs.author.bundle import leaks, student_files
from coursekit.labs.author.notebook import build_notebook
from coursekit.labs.author.source import Lab, read_lab

if TYPE_CHECKING:
    from coursekit.labs.author.stem import Stem

FAST_LIMIT = 60.0
_MIN_ALT = 30
KINDS = ("student", "solution")
_LONGEST_FOLDER = 90  # bytes; the name of a local socket has 104 to 108, the folder's with them
_PATIENCE = 5  # seconds until a cell that does not mind an interrupt is ended
# a last cell: a kernel that is stopped while others compute cannot tell any more
_CLOCK = "__import__('time').process_time()"
_BLOCKER = '''\
"""Network off for this process: only this machine may be reached."""
import socket

_connect, _connect_ex, _getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo


def _local(address):
    host = address[0] if isinstance(address, tuple) else None
    return host is None or str(host) in ("localhost", "::1", "") or str(host).startswith("127.")


def _refuse(address):
    raise OSError(f"The network is blocked while labs are verified. Asked for: {address!r}")


def connect(self, address):
    return _connect(self, address) if _local(address) else _refuse(address)


def connect_ex(self, address):
    return _connect_ex(self, address) if _local(address) else _refuse(address)


def getaddrinfo(host, *args, **kwargs):
    host_text = host.decode() if isinstance(host, bytes) else host
    return _getaddrinfo(host, *args, **kwargs) if host_text is None or _local((host_text,)) else _refuse(host)


socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo = connect, connect_ex, getaddrinfo
'''


@dataclasses.dataclass(frozen=True)
class Execution:
    """An executed notebook as plain data, its wall and processor seconds, and the error that
    stopped it ("" for none).

    `cpu_seconds` is infinite if the notebook did not reach its end.
    """

    notebook: dict[str, Any]
    seconds: float
    cpu_seconds: float
    error: str

    @property
    def own_seconds(self) -> float:
        """The smaller of wall and processor time: waiting for other programs is left out."""
        return min(self.seconds, self.cpu_seconds)

    @property
    def took(self) -> str:
        """Both times in words."""
        busy = (
            f"{self.cpu_seconds:.0f} s of processor time"
            if self.cpu_seconds < float("inf")
            else "processor time unknown"
        )
        return f"{self.seconds:.0f} s of wall time, {busy}"


def verify_notebooks(lab: Lab) -> tuple[list[str], list[str]]:
    """Execute the student and the solution notebook of a lab at the same time.

    Returns:
        problems, and notes such as the seconds taken.
    """
    points = lab_points(lab)
    made = {kind: build_notebook(lab, kind, points) for kind in KINDS}
    with ThreadPoolExecutor(len(KINDS)) as pool:
        waiting = {kind: pool.submit(execute_fast, lab, made[kind]) for kind in KINDS}
        found = [_judged(lab, kind, made[kind], waiting[kind].result()) for kind in KINDS]
    return [fault for faults, _ in found for fault in faults], [note for _, note in found]


def verify_notebook(folder: str | Path, kind: str) -> tuple[list[str], str]:
    """Execute the student or the solution notebook of a lab; see `verify_notebooks`."""
    lab = read_lab(folder)
    stem = stem_for(lab)
    notebook = build_notebook(lab, kind, lab_points(lab))
    return _judged(lab, kind, notebook, execute_fast(lab, notebook, stem=stem))


def stem_for(lab: Lab) -> Stem | None:
    """Where this process can be forked, a kernel for a lab that imports Keras; otherwise None."""
    imports = re.compile(r"^\s*(import|from) keras\b", re.MULTILINE)
    if not apart.is_fork() or not any(
        c.kind == "code" and imports.search(c.text) for c in lab.cells
    ):
        return None
    from coursekit.labs.author.stem import Stem

    return Stem()


def _judged(
    lab: Lab, kind: str, notebook: dict[str, Any], done: Execution
) -> tuple[list[str], str]:
    problems = []
    if kind == "student":
        problems += [f"leak: {text}" for text in leaks(lab)] + heading_faults(notebook)
    if done.error:
        problems.append(f"{kind} notebook stops: {done.error}")
    faults = alt_faults(done.notebook)
    if not done.error:
        faults += check_faults(done.notebook, lab, kind)
    problems += time_faults(done, kind) + [f"{kind} notebook: {fault}" for fault in faults]
    return problems, f"{kind} notebook: {done.took} in fast mode"


def execute_fast(lab: Lab, notebook: dict[str, Any], *, stem: Stem | None = None) -> Execution:
    """Run a notebook of a lab in fast mode beside copies of what students have, with a core to
    itself and the network blocked.

    Args:
        lab: whose notebook it is.
        notebook: nbformat 4 as plain data.
        stem: the kernel to be, if there is one already.
    """
    with tempfile.TemporaryDirectory(prefix="coursekit-fast-") as work:
        home = Path(work) / lab.name
        home.mkdir()
        for path in student_files(lab.folder):
            shutil.copy(path, home / path.name)
        environment = {
            "COURSEKIT_LABS": work,
            "COURSEKIT_FAST": "1",
            "COURSEKIT_MEMORY": "off",
            "COURSEKIT_RECEIPT": str(home / "receipt.json"),
            **apart.SETTINGS,
        }
        return execute_notebook(notebook, home, environment=environment, stem=stem)


def execute_notebook(
    notebook: dict[str, Any],
    folder: Path,
    *,
    environment: dict[str, str],
    timeout: int = 600,
    blocked: bool = True,
    stem: Stem | None = None,
) -> Execution:
    """Run a notebook (plain data) in `folder` with a kernel of its own.

    Args:
        notebook: nbformat 4 as plain data.
        folder: the working folder of the kernel.
        environment: variables set besides those of this process.
        timeout: seconds per cell.
        blocked: keep the kernel from any network.
        stem: the process that becomes the kernel; by default a new one.

    Returns:
        what came of it; an error in a cell is told, not raised. The times are those of a kernel
        that imports everything itself, also where it began as a stem.

    Raises:
        KeyboardInterrupt: after Ctrl-C or SIGTERM; the kernel has been shut down by then.
    """
    try:
        import nbformat
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
        from traitlets.config import Config
    except ImportError as error:
        raise MissingDependencyError(
            "Executing notebooks needs nbclient: install coursekit with its extra [labs]."
        ) from error
    node = nbformat.reads(json.dumps(notebook), as_version=4)
    node.cells.append(nbformat.v4.new_code_cell(_CLOCK))
    env = {
        **os.environ,
        "MPLBACKEND": "agg",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONDONTWRITEBYTECODE": "1",
        "COURSEKIT_WIDGETS": "0",
        **environment,
    }
    with tempfile.TemporaryDirectory(prefix="coursekit-block-") as site:
        (Path(site) / "sitecustomize.py").write_text(_BLOCKER if blocked else "", encoding="utf-8")
        env["PYTHONPATH"] = os.pathsep.join(filter(None, [site, os.environ.get("PYTHONPATH", "")]))
        local = os.name != "nt" and len(os.fsencode(site)) <= _LONGEST_FOLDER
        wires = {
            "transport": "ipc" if local else "tcp",
            "connection_file": str(Path(site) / "k.json"),
        }
        client = NotebookClient(
            node,
            timeout=timeout,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
            config=Config({"KernelManager": wires}),
        )
        spared = 0.0
        if stem is not None:
            from coursekit.labs.author.stem import StemProvisioner

            manager = client.create_kernel_manager()
            manager.provisioner = StemProvisioner(stem, manager)
            spared = apart.IMPORT_SECONDS
        start, stopped = time.perf_counter(), ""
        try:
            with _signals_as_before():
                _run_to_its_end(_awake(client, env))
        except CellExecutionError as error:
            stopped = _last_lines(str(error))
        except (CellTimeoutError, DeadKernelError) as error:
            stopped = f"{type(error).__name__}: {str(error).splitlines()[0]}"
        seconds = time.perf_counter() - start + spared
        busy = _cpu_seconds(node.cells.pop()) + spared
        return Execution(json.loads(nbformat.writes(node)), seconds, busy, stopped)


async def _awake(client: Any, env: dict[str, str]) -> None:
    """Execute, and look at the sockets each second: now and then one has a reply of which its loop
    was not told, and the cell would wait for its time-out.

    Raises:
        KeyboardInterrupt: after SIGINT or SIGTERM, when the kernel has gone.
    """
    import zmq

    work = asyncio.ensure_future(client.async_execute(env=env))
    await asyncio.sleep(0)  # nbclient sets handlers that take its kernel away and tell nobody
    signals, waited = 0, 0
    asking: list[asyncio.Future[None]] = []

    def end() -> None:
        client.shutdown_kernel = "immediate"
        work.cancel()

    def stop() -> None:
        """Interrupt the cell; without a kernel, or at the second signal, end it all."""
        nonlocal signals
        signals += 1
        if signals == 1 and client.km is not None and client.km.has_kernel:
            asking.append(asyncio.ensure_future(client.km.interrupt_kernel()))
        else:
            end()

    with contextlib.suppress(NotImplementedError, RuntimeError):  # Windows; not the main thread
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop)
    while not (await asyncio.wait([work], timeout=1.0))[0]:
        if client.kc is not None and client.kc.channels_running:
            for channel in (client.kc.shell_channel, client.kc.iopub_channel):
                channel.socket.get(zmq.EVENTS)  # tells the loop what is there
        waited += signals > 0
        if waited == _PATIENCE:
            end()
    if signals:
        await asyncio.gather(work, *asking, return_exceptions=True)
        raise KeyboardInterrupt
    await work


@contextlib.contextmanager
def _signals_as_before() -> Iterator[None]:
    """What Ctrl-C and SIGTERM did before they do again afterwards; nbclient leaves Python's own."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is not None:  # None: not set by Python
                signal.signal(number, handler)


def _run_to_its_end(work: Coroutine[Any, Any, Any]) -> None:
    """asyncio.run, also where this thread runs a loop already (a notebook, a browser's driver).

    nbclient's own `execute` leaves the loop of each thread open.
    """

    async def watched() -> None:
        asyncio.get_running_loop().set_exception_handler(_unless_late)
        await work

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(watched())
    else:
        with ThreadPoolExecutor(1) as aside:
            aside.submit(asyncio.run, watched()).result()


def _unless_late(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """nbclient may look after a kernel that it has let go of, and then asserts that there is one:
    no news where the notebook's own end is told."""
    if not isinstance(context.get("exception"), AssertionError):
        loop.default_exception_handler(context)


def _cpu_seconds(cell: Any) -> float:
    try:
        return float(cell.outputs[-1].data["text/plain"])
    except (AttributeError, IndexError, KeyError, ValueError):
        return float("inf")


def time_faults(done: Execution, kind: str) -> list[str]:
    """Whether a notebook took too long in fast mode, whichever of its two times is taken."""
    if done.own_seconds <= FAST_LIMIT:
        return []
    return [
        f"{kind} notebook: {done.took} in fast mode; the smaller of the two may be at most "
        f"{FAST_LIMIT:.0f} s"
    ]


def heading_faults(notebook: dict[str, Any]) -> list[str]:
    """What is wrong with the order of headings: one of level 1, first; none skips a level."""
    levels: list[tuple[int, str]] = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            text = re.sub(r"```.*?```", "", "".join(cell["source"]), flags=re.DOTALL)
            levels += [
                (len(m[1]), m[2].strip())
                for m in re.finditer(r"^(#{1,6}) (.+)$", text, re.MULTILINE)
            ]
    if not levels or levels[0][0] != 1 or sum(level == 1 for level, _ in levels) != 1:
        return ["headings: expected one of level 1, before all others"]
    pairs = itertools.pairwise(levels)
    return [
        f"headings: {text!r} skips a level"
        for (before, _), (level, text) in pairs
        if level > before + 1
    ]


def alt_faults(notebook: dict[str, Any]) -> list[str]:
    """Pictures in the outputs and in the prose that lack a text of at least 30 characters that says
    what is seen."""
    found = []
    for place, cell in enumerate(notebook["cells"], start=1):
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            alts = re.findall(r"!\[([^\]]*)\]\(", text)
            found += [f"cell {place}: picture without alt text" for alt in alts if not alt.strip()]
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            html = "".join(data.get("text/html", ""))
            tags = re.findall(r"<img\b[^>]*>", html)
            for tag in tags:
                alt = re.search(r'\balt="([^"]*)"', tag)
                if alt is None or len(alt[1].strip()) < _MIN_ALT:
                    found.append(f"cell {place}: picture without alt text")
            metadata = output.get("metadata", {})
            for kind in ("image/png", "image/jpeg", "image/svg+xml"):
                described = metadata.get("alt") or metadata.get(kind, {}).get("alt", "")
                if kind in data and not tags and len(described) < _MIN_ALT:
                    found.append(
                        f"cell {place}: picture without alt text; show it with "
                        f"lab.show(figure, alt=...)"
                    )
    return found


def check_faults(notebook: dict[str, Any], lab: Lab, kind: str) -> list[str]:
    """Checks of the executed notebook that say something else than they should."""
    wanted = "is not answered yet" if kind == "student" else "pass"
    found, seen = [], set()
    for cell in notebook["cells"]:
        key = cell["id"]
        if not key.startswith("check-"):
            continue
        text = "\n".join(_output_text(output) for output in cell["outputs"])
        number = ".".join(key.split("-")[1:3])
        seen.add(number)
        ok = wanted in text and (
            kind == "student" or re.search(r"\b(\d+) of \1 (?:public )?checks? pass", text)
        )
        if not ok:
            found.append(f"check {number} says: {' '.join(text.split())[:200] or 'nothing'}")
    return found + [f"check {e.number} is missing" for e in lab.exercises if e.number not in seen]


def _output_text(output: dict[str, Any]) -> str:
    return "".join(output.get("text", "")) + "".join(output.get("data", {}).get("text/plain", ""))


def _last_lines(error: str) -> str:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", error)
    lines = [line for line in plain.strip().splitlines() if line.strip("- ")]
    arrows = [line.strip() for line in lines if line.lstrip().startswith("-") and "> " in line]
    return " | ".join([*arrows[-1:], *lines[-1:]])[:400]
