"""Make calls in processes of their own, several at a time.

On Linux each is a fork of a process that has imported Keras and run nothing with it: a backend does
not survive a fork once it has run. Elsewhere each imports what it needs.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.context import BaseContext
from typing import Any

from coursekit.devices import hush

SETTINGS = {
    "MPLBACKEND": "agg",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # Processes side by side have a core each; threads that wait for one another only burn it.
    **dict.fromkeys(
        (
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "MKL_NUM_THREADS",
            "TF_NUM_INTRAOP_THREADS",
            "TF_NUM_INTEROP_THREADS",
        ),
        "1",
    ),
}
"""What libraries read in the environment while they are imported, so before a fork."""

PATH: tuple[str, ...] = ()
"""`sys.path` as an interpreter has it at its start; in forks."""
IMPORT_SECONDS = 0.0
"""The processor time of an interpreter that imports what forks begin with; in forks."""


def get_ready() -> None:
    """Import what forks begin with. For the process that is forked."""
    global PATH, IMPORT_SECONDS
    PATH = tuple(sys.path)
    hush()
    for name in ("keras", "ipykernel.kernelapp", "coursekit.labs.author.verify"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what is never freed need not be looked through, nor copied for that
    IMPORT_SECONDS = time.process_time()


class Apart:
    """Makes calls in processes of their own. A context manager; what has not begun at its end is
    dropped.

    Args:
        jobs: how many run at the same time.
    """

    def __init__(self, jobs: int) -> None:
        self._context = _context()
        self._threads = ThreadPoolExecutor(jobs)

    def __enter__(self) -> Apart:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._threads.shutdown(cancel_futures=True)

    def submit(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
        """Have `function` called in a new process, in the order in which calls are submitted.
        Function, arguments and result are pickled."""
        return self._threads.submit(self._call, dict(os.environ), function, args, kwargs)

    def _call(self, *call: Any) -> Any:
        with ProcessPoolExecutor(1, mp_context=self._context) as process:
            return process.submit(_called, *call).result()


def is_fork() -> bool:
    """Whether this process is such a fork that has run nothing yet: it may be forked again."""
    if sys.platform != "linux":
        return False
    from multiprocessing import forkserver

    alone = len(os.listdir("/proc/self/task")) == 1
    return alone and forkserver.get_inherited_fds() is not None


@contextlib.contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Only these variables for the time of the block."""
    earlier = dict(os.environ)
    _replace_environment(variables)
    try:
        yield
    finally:
        _replace_environment(earlier)


def _replace_environment(variables: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(variables)


def _called(variables: dict[str, str], function: Callable[..., Any], args, kwargs) -> Any:
    with environment({**variables, **SETTINGS}):
        return function(*args, **kwargs)


def _context() -> BaseContext:
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["coursekit.labs.author.ready"])
    with environment({**os.environ, **SETTINGS}):
        forkserver.ensure_running()
    return context
