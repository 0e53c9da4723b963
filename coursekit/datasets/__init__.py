"""Data sets: real ones found offline first, small ones made on the spot, and a user's own."""

from coursekit.datasets._dataset import Dataset, load
from coursekit.datasets.cifar10 import load_cifar10
from coursekit.datasets.digits import load_digits
from coursekit.datasets.fashion_mnist import load_fashion_mnist
from coursekit.datasets.mnist import load_mnist
from coursekit.datasets.own import from_folder, from_npz
from coursekit.datasets.playground import make_circles, make_moons, make_spiral, make_xor
from coursekit.datasets.preprocessing import preprocess_digit
from coursekit.datasets.scenes import make_motion, make_scenes
from coursekit.datasets.spoken_digits import load_spoken_digits

__all__ = [
    "Dataset",
    "from_folder",
    "from_npz",
    "load",
    "load_cifar10",
    "load_digits",
    "load_fashion_mnist",
    "load_mnist",
    "load_spoken_digits",
    "make_circles",
    "make_moons",
    "make_motion",
    "make_scenes",
    "make_spiral",
    "make_xor",
    "preprocess_digit",
]
