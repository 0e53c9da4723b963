"""Programs for `coursekit.devices.launch`: they travel by name, so they stand in a module."""

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np

from coursekit import scale


def train_until_killed(host, *, rows, victim, after, trap):
    """`scale.train`, in which a host kills itself after some steps, as if its plug were pulled; once
    only: `trap` is a file that is gone afterwards."""
    report = host.report

    def watched(state):
        report(state)
        if len(state["losses"]) >= after and Path(trap).exists():
            Path(trap).unlink()
            Path(f"{trap}.sprung").touch()
            time.sleep(2)  # until the victim is dead, so that there are steps left to do

    object.__setattr__(host, "report", watched)
    if host.rank == victim:
        _die_when(Path(f"{trap}.sprung"), trap)
    return scale.train(host, rows=rows, keep_every=2)


def _die_when(sprung, trap):
    """Watch for a file from a thread, and end this process when it is there."""
    fresh = Path(trap).exists()

    def watch():
        while fresh:
            if sprung.exists():
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(0.01)

    threading.Thread(target=watch, daemon=True).start()


def refuse(host, *, message):
    """A program with a fault on every host."""
    raise ValueError(f"{message} on {host.count} hosts")


def where_am_i(host):
    """What a host sees, and the sum of all ranks."""
    import jax
    import keras
    from jax.experimental import multihost_utils

    ranks = multihost_utils.process_allgather(np.array([host.rank]))
    return {
        "rank": host.rank,
        "processes": jax.process_count(),
        "backend": keras.config.backend(),
        "ranks": sorted(int(r) for r in np.ravel(ranks)),
        "state": {name: np.asarray(value).tolist() for name, value in host.state.items()},
    }
