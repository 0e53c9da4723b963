"""Start the backend without its start-up lines."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


def start_quietly() -> None:
    """Import Keras with its backend; what the native libraries write to stderr meanwhile is shown only if that fails.

    TensorFlow writes several lines before any setting of its log level is read. Call `use` first.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _captured_stderr():
        import keras

        keras.ops.convert_to_tensor(0.0)


@contextlib.contextmanager
def _captured_stderr() -> Iterator[None]:
    """Keep what is written to file descriptor 2, and write it out after an exception."""
    try:
        target = sys.__stderr__.fileno()
        saved = os.dup(target)
    except (AttributeError, OSError, ValueError):  # no stderr to speak of, as under pythonw
        yield
        return
    with tempfile.TemporaryFile() as kept:
        sys.__stderr__.flush()
        os.dup2(kept.fileno(), target)
        failed = True
        try:
            yield
            failed = False
        finally:
            sys.__stderr__.flush()
            os.dup2(saved, target)
            os.close(saved)
            if failed:
                kept.seek(0)
                os.write(target, kept.read())
