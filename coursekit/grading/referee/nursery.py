"""The one zygote that all graders of a run share."""

from __future__ import annotations

import threading
from collections.abc import Callable

from coursekit.grading.zygote.process import Zygote


class Nursery:
    """The zygote that all graders share, started again when it dies."""

    def __init__(self, make: Callable[[], Zygote]):
        self._make, self._lock, self._zygote = make, threading.Lock(), None

    def get(self) -> Zygote:
        """A living zygote."""
        with self._lock:
            if self._zygote is None:
                zygote = self._make()
                zygote.start()
                self._zygote = zygote
            return self._zygote

    def lost(self, zygote: Zygote) -> None:
        """Report one that does not answer; the next `get` starts another."""
        with self._lock:
            if self._zygote is zygote:
                zygote.distrust()
                zygote.close()
                self._zygote = None

    def close(self) -> None:
        """End the zygote."""
        with self._lock:
            if self._zygote is not None:
                self._zygote.close()
                self._zygote = None
