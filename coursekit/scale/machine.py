"""The two limits of this machine, measured with NumPy."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Machine:
    """What a processor can do at most, as measured; G is 10^9.

    Attributes:
        gflops: operations of float32 a second, in GFLOP/s.
        gb_per_s: bytes that travel between memory and processor a second, in GB/s.
    """

    gflops: float
    gb_per_s: float

    @property
    def ridge(self) -> float:
        """Operations per byte from which on the processor, not the memory, is the limit."""
        return self.gflops / self.gb_per_s


def measure_machine(*, size: int = 768, megabytes: int = 96, repeats: int = 5) -> Machine:
    """Measure a large matrix product and a large copy, the best of a few tries each.

    Args:
        size: rows and columns of the float32 matrices.
        megabytes: what is copied; more than any cache holds.
        repeats: tries.
    """
    rng = np.random.default_rng(0)
    a, b = rng.random((2, size, size), dtype=np.float32)
    product = np.empty_like(a)
    source = np.ones(megabytes * 1_000_000 // 4, np.float32)
    target = np.zeros_like(source)
    multiply = _best(lambda: np.matmul(a, b, out=product), repeats)
    copy = _best(lambda: np.copyto(target, source), repeats)
    return Machine(2 * size**3 / multiply / 1e9, 2 * source.nbytes / copy / 1e9)


def _best(action: Callable[[], object], repeats: int) -> float:
    action()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    return min(seconds)
