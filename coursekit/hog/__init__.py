"""Histograms of oriented gradients (Dalal and Triggs 2005), for a whole batch at once.

`hog` computes the features, `HOG` is the same as a Keras layer, `HOGTransformer` the same for
scikit-learn pipelines, `show_hog` draws what the features hold. Keras, scikit-learn and matplotlib
are imported when their name is first used.
"""

from __future__ import annotations

import importlib

from coursekit.hog._batch import hog

__all__ = ["HOG", "HOGTransformer", "hog", "show_hog"]

_LAZY = {
    "HOG": "coursekit.hog.layer",
    "HOGTransformer": "coursekit.hog.transformer",
    "show_hog": "coursekit.hog.picture",
}


def __getattr__(name: str):
    if name in _LAZY:
        value = getattr(importlib.import_module(_LAZY[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'coursekit.hog' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
