"""A small writer with random weights, and lines for it."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.datasets import load_digits
from coursekit.datasets.sequences import digit_strokes
from coursekit.handwriting import Scribe, coarser


@pytest.fixture(scope="session")
def strokes():
    (x, y), _ = load_digits()
    return coarser(digit_strokes(x[:60], y[:60]))


@pytest.fixture
def small_scribe():
    rng = np.random.default_rng(0)
    symbols, units, k, m = "0123456789", 7, 2, 3
    shapes = {
        "kernel": (3 + len(symbols), 4 * units),
        "recurrent": (units, 4 * units),
        "bias": (4 * units,),
        "window": (units, 3 * k),
        "window_bias": (3 * k,),
        "out": (units + len(symbols), 6 * m + 1),
        "out_bias": (6 * m + 1,),
    }
    weights = {name: rng.normal(0, 0.4, shape) for name, shape in shapes.items()}
    return Scribe(weights, symbols=symbols, scale=2.0)
