"""Given names, one a line."""

from __future__ import annotations

from coursekit.datasets import _text

GIVEN_NAMES = _text.register_text(
    "names",
    "Given names in the United States (collected by Karpathy 2022)",
    "https://github.com/karpathy/makemore",
    "32,033 names",
    228_145,
    "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
    "https://raw.githubusercontent.com/karpathy/makemore/master/names.txt",
    "https://cdn.jsdelivr.net/gh/karpathy/makemore@master/names.txt",
)


def load_names() -> _text.Text:
    """Load 32,033 given names in lower case, one a line.

    Returns:
        `Text`, with `symbols`, `encode`, `decode` and `split`.

    Raises:
        DataUnavailableError: if no copy is found; the message says where was looked and what to do.

    Source: collected by Karpathy 2022; public domain.
    """
    return _text.read("names")
