"""Texts to learn letters from, with Python's own manual as the one that is always there."""

from __future__ import annotations

from coursekit.datasets._text import Text
from coursekit.datasets.names import load_names
from coursekit.datasets.tiny_shakespeare import load_tiny_shakespeare
from coursekit.errors import DataUnavailableError, InvalidInputError

_LOADERS = {"tiny_shakespeare": load_tiny_shakespeare, "names": load_names}
TEXTS = (*_LOADERS, "manual")


def load_text(name: str = "tiny_shakespeare", *, fallback: bool = False) -> Text:
    """Load a corpus.

    Args:
        name: "tiny_shakespeare", 1.1 million characters of plays; "names", 32,033 given names, one
            a line; "manual", the topics of Python's own help, half a million characters full of
            quotes and brackets, without any download.
        fallback: give the manual where the corpus cannot be had; `Text.source` says so.

    Returns:
        `Text`.

    Raises:
        InvalidInputError: if nothing is known by that name.
        DataUnavailableError: if no copy is found and `fallback` is False.
    """
    if name not in TEXTS:
        raise InvalidInputError(f"Known texts: {', '.join(TEXTS)}. Received: {name!r}")
    if name == "manual":
        return _manual()
    try:
        return _LOADERS[name]()
    except DataUnavailableError:
        if not fallback:
            raise
        return _manual()


def _manual() -> Text:
    import platform

    try:
        from pydoc_data.topics import topics
    except ImportError as error:
        raise DataUnavailableError(
            "This Python has no pydoc_data, the topics of its help. Install the whole standard "
            "library, or load another text."
        ) from error
    text = "\n\n".join(topics[name].strip() for name in sorted(topics)) + "\n"
    return Text("manual", text, f"the manual of Python {platform.python_version()}")
