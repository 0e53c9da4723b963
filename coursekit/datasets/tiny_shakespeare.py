"""Tiny Shakespeare: parts of the plays in one file."""

from __future__ import annotations

from coursekit.datasets import _text

TINY_SHAKESPEARE = _text.register_text(
    "tiny_shakespeare",
    "Tiny Shakespeare, parts of the plays (collected by Karpathy 2015)",
    "https://github.com/karpathy/char-rnn",
    "1,115,394 characters",
    1_115_394,
    "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
    "https://storage.googleapis.com/download.tensorflow.org/data/shakespeare.txt",
)


def load_tiny_shakespeare() -> _text.Text:
    """Load 1.1 million characters of plays, 65 of them different.

    Returns:
        `Text`, with `symbols`, `encode`, `decode` and `split`.

    Raises:
        DataUnavailableError: if no copy is found; the message says where was looked and what to do.

    Source: Shakespeare, collected by Karpathy 2015; public domain.
    """
    return _text.read("tiny_shakespeare")
