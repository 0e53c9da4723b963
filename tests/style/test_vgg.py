"""VGG's filters from a small stand-in of its weights file, and where such a file is looked for."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

from coursekit import style
from coursekit.errors import InvalidInputError
from coursekit.style import vgg

WIDTHS = {(1, 1): 4, (1, 2): 3, (2, 1): 5, (2, 2): 4, (3, 1): 6}


def write(path, widths=WIDTHS, *, biases=True):
    """A file in the form of keras.applications, with narrow layers."""
    rng, before = np.random.default_rng(0), 3
    with h5py.File(path, "w") as file:
        for (block, place), width in widths.items():
            name = f"block{block}_conv{place}"
            group = file.create_group(name)
            kernel = rng.normal(0, 0.2, (3, 3, before, width)).astype("float32")
            group.create_dataset(f"{name}_W_1:0", data=kernel)
            if biases:
                group.create_dataset(f"{name}_b_1:0", data=rng.normal(size=width))
            before = width
        file.create_group("block1_pool")
    return path


def test_a_chain_with_the_files_layers(tmp_path):
    chain = style.load_vgg(write(tmp_path / "small.h5"))
    pictures = np.random.default_rng(1).random((2, 16, 24, 3))
    shapes = [a.shape for a in chain.forward(pictures)]
    assert shapes == [(2, 16, 24, 4), (2, 8, 12, 5), (2, 4, 6, 6)]
    assert chain.multiple == 4
    second = style.load_vgg(tmp_path / "small.h5", listen=["block2_conv2"])
    assert [a.shape for a in second.forward(pictures)] == [(2, 8, 12, 4)]


def test_blue_comes_first_and_the_mean_is_taken_off(tmp_path):
    path = write(tmp_path / "small.h5", {(1, 1): 2})
    with h5py.File(path) as file:
        kernel, bias = (file[f"block1_conv1/block1_conv1_{k}_1:0"][()] for k in "Wb")
    red, green, blue = 0.8, 0.5, 0.1
    flat = np.tile(np.array([red, green, blue]), (1, 8, 8, 1))
    (answers,) = style.load_vgg(path).forward(flat)
    seen = 255 * np.array([blue, green, red]) - [103.939, 116.779, 123.68]
    expected = np.einsum("xyci,c->i", kernel, seen) + bias
    np.testing.assert_allclose(answers[0, 3, 3], expected, rtol=1e-4)


def test_the_slope_comes_back_to_red_green_and_blue(tmp_path):
    chain = style.load_vgg(write(tmp_path / "small.h5"))
    rng = np.random.default_rng(2)
    targets = style.style_targets(chain, rng.random((1, 40, 40, 3)))
    pictures, way = rng.random((1, 16, 16, 3)), rng.normal(size=(1, 16, 16, 3))

    def loss(step):
        return style.through(pictures + step * way, chain, targets, style.style_loss)

    rise = (loss(1e-5)[0] - loss(-1e-5)[0]) / 2e-5
    np.testing.assert_allclose(np.sum(loss(0)[1] * way), rise, rtol=1e-3)


def test_where_a_file_is_found(tmp_path, monkeypatch):
    monkeypatch.delenv(vgg.VARIABLE, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COURSEKIT_DATA", str(tmp_path))
    assert style.find_vgg() is None
    in_data = write(tmp_path / vgg.FILES[0])
    assert style.find_vgg() == in_data
    other = write(tmp_path / "other.h5")
    monkeypatch.setenv(vgg.VARIABLE, str(other))
    assert style.find_vgg() == other
    assert style.find_vgg(in_data) == in_data
    monkeypatch.setenv(vgg.VARIABLE, str(tmp_path / "gone.h5"))
    with pytest.raises(InvalidInputError, match="COURSEKIT_VGG"):
        style.find_vgg()


def test_files_that_do_not_fit(tmp_path):
    (tmp_path / "text.h5").write_text("no weights")
    with pytest.raises(InvalidInputError, match="HDF5"):
        style.load_vgg(tmp_path / "text.h5")
    with pytest.raises(InvalidInputError, match="Received: none"):
        style.load_vgg(write(tmp_path / "empty.h5", {}))
    with pytest.raises(InvalidInputError, match="a kernel and a bias for block1_conv1"):
        style.load_vgg(write(tmp_path / "bare.h5", biases=False))
    with pytest.raises(InvalidInputError, match="block9_conv1"):
        style.load_vgg(write(tmp_path / "small.h5"), listen=["block9_conv1"])
