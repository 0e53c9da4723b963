"""One line that tells how training goes, in a terminal, a notebook or a log file."""

from __future__ import annotations

import sys
import time
from typing import TextIO

import keras

from coursekit.errors import InvalidInputError

_MODES = ("auto", "terminal", "notebook", "lines", "none")
_LINES_IN_A_LOG = 5
_REFRESH_SECONDS = 0.2


class ProgressLine(keras.callbacks.Callback):
    """Shows epoch, share done, loss and metrics in one line that is updated in place.

    Args:
        mode: "terminal" rewrites one line, "notebook" updates one output of the cell, "lines"
            writes at most five lines in all (for log files), "none" writes nothing, "auto" chooses
            by where the output goes.
        stream: where "terminal" and "lines" write; standard error if None.

    Raises:
        InvalidInputError: if `mode` is unknown.
    """

    def __init__(self, mode: str | bool = "auto", stream: TextIO | None = None):
        super().__init__()
        mode = {True: "auto", False: "none", None: "none"}.get(mode, mode)
        if mode not in _MODES:
            raise InvalidInputError(
                f"`progress` must be one of {', '.join(_MODES)}, or a bool. Received: {mode!r}"
            )
        self._stream = stream if stream is not None else sys.stderr
        self.mode = _detect(self._stream) if mode == "auto" else mode
        self._display = None

    def on_train_begin(self, logs=None):
        """Start the clock."""
        self._started = time.perf_counter()
        self._shown = 0.0
        self._epoch = 0
        self._width = 0
        self._last = ""
        self._finished = False

    def on_epoch_begin(self, epoch, logs=None):
        """Remember which epoch runs."""
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        """Refresh the line, a few times a second at most."""
        now = time.perf_counter()
        if self.mode in ("terminal", "notebook") and now - self._shown >= _REFRESH_SECONDS:
            self._shown = now
            steps = self.params.get("steps")
            share = f" {100 * (batch + 1) // steps:3d} %" if steps else f" step {batch + 1}"
            self._write(self._text(share, logs))

    def on_epoch_end(self, epoch, logs=None):
        """Show the epoch's figures, in a log file only for a few of the epochs."""
        total = self.params.get("epochs") or 1
        last = epoch + 1 == total
        every = -(-total // _LINES_IN_A_LOG)
        self._last = self._text("", logs)
        self._finished = self.mode != "lines" or last or (epoch + 1) % every == 0
        if self.mode != "none" and self._finished:
            self._write(self._last)

    def on_train_end(self, logs=None):
        """Leave the last figures standing."""
        if self.mode == "lines" and self._last and not self._finished:
            self._write(self._last)
        if self.mode == "terminal" and self._width:
            self._stream.write("\n")
            self._stream.flush()

    def _text(self, share: str, logs: dict | None) -> str:
        figures = "  ".join(
            f"{name} {float(value):.4g}"
            for name, value in (logs or {}).items()
            if _is_number(value)
        )
        total = self.params.get("epochs")
        seconds = time.perf_counter() - self._started
        return f"epoch {self._epoch + 1}/{total}{share}  {figures}  {seconds:.1f} s"

    def _write(self, text: str) -> None:
        if self.mode == "terminal":
            self._stream.write("\r" + text.ljust(self._width))
            self._width = len(text)
            self._stream.flush()
        elif self.mode == "lines":
            self._stream.write(text + "\n")
            self._stream.flush()
        elif self.mode == "notebook":
            from IPython.display import display

            content = {"text/plain": text}
            if self._display is None:
                self._display = display(content, raw=True, display_id=True)
            else:
                self._display.update(content, raw=True)


def _is_number(value) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _detect(stream: TextIO) -> str:
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None and getattr(shell, "kernel", None) is not None:
        return "notebook"
    return "terminal" if hasattr(stream, "isatty") and stream.isatty() else "lines"
