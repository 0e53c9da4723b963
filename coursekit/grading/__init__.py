"""Safe grading: the code that decides never runs in the process that a student's code runs in.

Public names are resolved on first use; nothing here imports a backend.
"""

from __future__ import annotations

import importlib

_PUBLIC = {
    "Gradebook": "coursekit.grading.books.gradebook",
    "Record": "coursekit.grading.record",
    "Summary": "coursekit.grading.runner",
    "TestResult": "coursekit.grading.record",
    "grade": "coursekit.grading.runner",
    "layers": "coursekit.grading.zygote.sandbox",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name: str):
    if name in _PUBLIC:
        value = getattr(importlib.import_module(_PUBLIC[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'coursekit.grading' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})
