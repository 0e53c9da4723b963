"""Seeding TensorFlow thousands of times, without what that costs."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def kernels_kept() -> Iterator[None]:
    """While it lasts, seeding drops TensorFlow's prepared kernels only where one of them may hold a
    generator that is to begin anew.

    `tf.random.set_seed`, which each check begins with, always drops them, and all that checks do is
    then prepared again: up to half of their time. A random operation with a state asks for seeds
    when it is made; Keras' own have none. Does nothing where TensorFlow is not imported.
    """
    bridge: Any = sys.modules.get("tensorflow.python.pywrap_tfe")
    seeds: Any = sys.modules.get("tensorflow.python.framework.random_seed")
    drop, ask = getattr(bridge, "TFE_ContextClearCaches", None), getattr(seeds, "get_seed", None)
    if drop is None or ask is None:
        yield
        return
    eager = sys.modules["tensorflow"].executing_eagerly
    asked, traced = True, False  # of what was run before nothing is known

    def noting(op_seed: Any) -> Any:
        nonlocal asked, traced
        asked = True
        traced = traced or not eager()  # run again later, it does not ask again
        return ask(op_seed)

    def dropping(handle: Any) -> None:
        nonlocal asked
        if asked or traced:
            drop(handle)
        asked = False

    bridge.TFE_ContextClearCaches, seeds.get_seed = dropping, noting
    try:
        yield
    finally:
        bridge.TFE_ContextClearCaches, seeds.get_seed = drop, ask
