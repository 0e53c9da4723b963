"""How a data set is described: where it comes from, its licence, its size, and the hashes that make
it the right one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coursekit.datasets._dataset import Split
from coursekit.datasets._formats import Arrays


@dataclass(frozen=True)
class Form:
    """One form in which a data set may lie in a folder.

    Attributes:
        files: names of the files that belong together.
        read: reader of their paths, giving the arrays.
        sha256: SHA-256 of files, by name; checked before reading.
        arrays: SHA-256 of arrays, by key; checked after reading. With neither, only the shapes are
            checked.
        remark: what a reader of a report must know about this form, for example that it is a
            subset.
    """

    files: tuple[str, ...]
    read: Callable[[Sequence[Path]], Arrays]
    sha256: Mapping[str, str] = field(default_factory=dict)
    arrays: Mapping[str, str] = field(default_factory=dict)
    remark: str = ""

    @property
    def hashed(self) -> bool:
        """Whether a hash of its content is known."""
        return bool(self.sha256 or self.arrays)


@dataclass(frozen=True)
class RemoteFile:
    """A file of the cache and the mirrors that have it.

    Attributes:
        name: file name in the cache.
        urls: mirrors, tried in this order.
        size: bytes of the download, about.
        sha256: of the download; None where a host packs its archive anew and only the content can
            be checked.
        convert: makes the file of the cache (second argument) from the download (first argument).
    """

    name: str
    urls: tuple[str, ...]
    size: int
    sha256: str | None
    convert: Callable[[Path, Path], None] | None = None


@dataclass(frozen=True)
class Source:
    """A data set of the registry.

    Attributes:
        name: by which people ask for it; its loader is `load_` and this name.
        title: one line that names the makers.
        licence, homepage: as its makers state them.
        examples: how many of what.
        class_names: in label order; empty where there are no classes.
        forms: the forms in which it may lie in a folder.
        downloads: the files to fetch; none where `bundled` makes it.
        shapes: per array, the shape of one example.
        kind: "images" can be loaded as a `Dataset` and compared; others say what they hold.
        bundled: makes the split without a network, from what is installed.
    """

    name: str
    title: str
    licence: str
    homepage: str
    examples: str
    class_names: tuple[str, ...]
    forms: tuple[Form, ...]
    downloads: tuple[RemoteFile, ...]
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    kind: str = "images"
    bundled: Callable[[], Split] | None = None

    @property
    def size(self) -> int:
        """Bytes to download, about."""
        return sum(remote.size for remote in self.downloads)


DIGIT_NAMES = tuple("0123456789")
GREY_28 = {"x_train": (28, 28), "y_train": (), "x_test": (28, 28), "y_test": ()}
GOOGLE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
SOURCES: dict[str, Source] = {}
"""Every registered data set by name, in the order of registration."""


def register(source: Source) -> Source:
    """Make `source` known by its name to `load`, the commands and the loaders. Returns it."""
    SOURCES[source.name] = source
    return source
