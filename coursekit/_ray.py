"""Joining a Ray cluster that runs already, for grading and for training alike. Ray is imported only
when asked for."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import warnings
from collections.abc import Iterator
from types import ModuleType

from coursekit.errors import ClusterError, MissingDependencyError

_CONNECT_SECONDS = 10.0
_ADVICE = (
    "Start one with `ray start --head` there and `ray start --address HOST:PORT` on each other "
    "machine, this one too; "
    "or use ray://HOST:10001 from outside."
)


def connect(address: str) -> tuple[ModuleType, bool]:
    """Join a Ray cluster that runs already.

    Args:
        address: `HOST:PORT` of a cluster that this machine belongs to, `auto` for the one that runs
            here, or `ray://HOST:PORT` from a machine outside.

    Returns:
        the module `ray`, and whether the connection is ours to close.

    Raises:
        MissingDependencyError: if Ray is not installed.
        ClusterError: if nobody answers at the address.
    """
    # Neither reports home, nor ships the folder that this was started in to the nodes.
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0"}
    try:
        import ray
        import ray.util.scheduling_strategies
    except ImportError as error:
        raise MissingDependencyError(
            "Expected Ray for --cluster. Received: none. Install Ray, or coursekit with its "
            "extra [cluster]."
        ) from error
    if ray.is_initialized():
        return ray, False
    knock(address)
    try:
        # Ray lets nodes import from the driver's current folder: it must not be one that holds
        # submissions.
        with warnings.catch_warnings(), contextlib.chdir("/"):
            warnings.simplefilter("ignore")
            ray.init(address=address, log_to_driver=False, logging_level=logging.CRITICAL)
    except (Exception, SystemExit) as error:
        raise ClusterError(
            f"Expected to join the Ray cluster at {address}. Received: {in_words(error)}. {_ADVICE}"
        ) from error
    return ray, True


@contextlib.contextmanager
def joined(address: str) -> Iterator[ModuleType]:
    """`connect`, and at the end of the block a connection that is ours is closed."""
    ray, ours = connect(address)
    try:
        yield ray
    finally:
        if ours:
            with contextlib.suppress(Exception):
                ray.shutdown()


def knock(address: str) -> None:
    """See whether anybody listens; Ray itself would try for minutes.

    Raises:
        ClusterError: if nobody does, or the address is none.
    """
    if address == "auto":
        return
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        raise ClusterError(
            f"Expected --cluster HOST:PORT, ray://HOST:PORT or auto. Received: {address}."
        )
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise ClusterError(
            f"Expected a Ray cluster at {address}. Received: {error}. {_ADVICE}"
        ) from error


def in_words(error: Exception) -> str:
    """The last line of what an error says: Ray puts a whole traceback before it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__)[:300]
