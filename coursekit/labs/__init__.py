"""The lab machine: one source per lab becomes the notebook, the checks, the grading tests and the
proof that they fit.

Nothing here imports a backend. Public names are resolved on first use.
"""

from __future__ import annotations

import importlib

_PUBLIC = {
    "open_lab": "coursekit.labs.session",
    "mistake": "coursekit.labs.author.mistakes",
    "fresh": "coursekit.labs.author.fresh",
    "excuse": "coursekit.labs.author.mistakes",
    "NotAnsweredYet": "coursekit.errors",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name: str):
    if name in _PUBLIC:
        value = getattr(importlib.import_module(_PUBLIC[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'coursekit.labs' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})
