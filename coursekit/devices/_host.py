"""What runs on a host of several that train together, in a process of its own: started by `main` on
this machine, an actor on a Ray cluster."""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import platform
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from coursekit.devices import _signs
from coursekit.errors import DeviceError

if TYPE_CHECKING:
    import numpy as np

State = Mapping[str, "np.ndarray"]


@dataclass(frozen=True)
class Host:
    """One of several hosts that train together; a launched program gets it first.

    Attributes:
        rank: this host's number, from 0.
        count: how many hosts there are.
        state: what was kept last of an earlier run that did not end, by name; empty at a fresh
            start.
    """

    rank: int = 0
    count: int = 1
    state: State = field(default_factory=dict)
    report: Callable[[State], None] = field(default=lambda state: None, repr=False)

    def keep(self, state: Mapping[str, Any]) -> None:
        """Keep arrays and numbers by name, so that a run that breaks off goes on from here.

        Call it on every host, after an epoch, say; what host 0 gives is kept.
        """
        import numpy as np

        if self.rank == 0:
            self.report({name: np.asarray(value) for name, value in state.items()})


@dataclass(frozen=True)
class Order:
    """What a host is to do. `program` is "module:function", `meeting` where host 0 listens."""

    program: str
    arguments: Mapping[str, Any]
    rank: int
    count: int
    meeting: str
    state: State


def follow(order: Order, report: Callable[[State], None]) -> Any:
    """Join the other hosts, run the program, return its result.

    Raises:
        DeviceError: if Keras was imported with another backend, or the hosts did not find each
            other.
    """
    os.environ["KERAS_BACKEND"] = "jax"
    import jax

    with contextlib.suppress(AttributeError, ValueError):  # the default where it has no name
        jax.config.update("jax_cpu_collectives_implementation", "gloo")
    import keras

    if keras.config.backend() != "jax":
        raise DeviceError(
            "Expected Keras on JAX: several hosts train with it alone. Received: keras imported "
            f"with {keras.config.backend()}. Start a new process."
        )
    keras.utils.set_random_seed(0)  # the same on every host, without asking each other
    keras.distribution.initialize(order.meeting, order.count, order.rank)
    if jax.process_count() != order.count:
        raise DeviceError(
            f"Expected {order.count} hosts to find each other. Received: JAX sees "
            f"{jax.process_count()}, so each would train alone. Check that host 0 can be reached "
            f"at {order.meeting}."
        )
    everywhere = keras.distribution.DataParallel(auto_shard_dataset=False)
    keras.distribution.set_distribution(everywhere)
    module, _, name = order.program.partition(":")
    program = getattr(importlib.import_module(module), name)
    return program(Host(order.rank, order.count, order.state, report), **order.arguments)


def versions() -> dict[str, str]:
    """What has to be the same on all hosts."""
    found = {name: _signs.version(name) or "missing" for name in ("coursekit", "keras", "jax")}
    return {"Python": ".".join(platform.python_version_tuple()[:2]), **found}


def main() -> NoReturn:
    """Follow the order that comes on stdin; tell on stdout what was kept, and how it ended. Leaves
    when stdin ends, and at once: at an ordinary end JAX would wait for hosts that are gone."""
    told = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is printed is no report

    def tell(kind: str, value: Any) -> None:
        pickle.dump((kind, value), told)
        told.flush()

    order = pickle.load(sys.stdin.buffer)
    try:
        tell("done", follow(order, lambda state: tell("kept", state)))
    except Exception as error:  # whatever the program raises is what its caller wants to hear
        traceback.print_exc()
        tell("failed", f"{type(error).__name__}: {error}")
    sys.stdin.buffer.read()  # the others may still need this one
    os._exit(0)
