"""A user's own data: npz files and folders of pictures."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from coursekit.datasets import from_folder, from_npz, load
from coursekit.errors import InvalidInputError

RNG = np.random.default_rng(0)
X = RNG.integers(0, 256, (40, 8, 6)).astype(np.uint8)
Y = np.arange(40) % 4


def save(path, **arrays):
    np.savez(path / "mine.npz", **arrays)
    return path / "mine.npz"


def test_given_split_is_kept(tmp_path):
    data = from_npz(save(tmp_path, x_train=X[:30], y_train=Y[:30], x_test=X[30:], y_test=Y[30:]))
    np.testing.assert_array_equal(data.x_train, X[:30])
    np.testing.assert_array_equal(data.y_test, Y[30:])
    assert (data.name, data.class_names, data.source) == (
        "mine",
        ["0", "1", "2", "3"],
        "the file mine.npz",
    )
    assert (data.image_shape, data.num_classes) == ((8, 6), 4)


@pytest.mark.parametrize(("x", "y"), [("x", "y"), ("images", "labels")])
def test_own_split_is_stratified_and_follows_the_seed(x, y, tmp_path):
    path = save(tmp_path, **{x: X, y: Y})
    data, same, other = from_npz(path), from_npz(path), from_npz(path, seed=1)
    assert np.bincount(data.y_test).tolist() == [2, 2, 2, 2]
    assert np.bincount(data.y_train).tolist() == [8, 8, 8, 8]
    np.testing.assert_array_equal(data.x_test, same.x_test)
    assert (data.x_test != other.x_test).any()
    together = np.concatenate([data.x_train, data.x_test])
    assert {image.tobytes() for image in together} == {image.tobytes() for image in X}


def test_images_and_labels_stay_together(tmp_path):
    marked = np.broadcast_to((Y * 50)[:, None, None], X.shape).astype(np.uint8)
    data = from_npz(save(tmp_path, x=marked, y=Y))
    np.testing.assert_array_equal(data.x_train[:, 0, 0], data.y_train * 50)
    np.testing.assert_array_equal(data.x_test[:, 0, 0], data.y_test * 50)


def test_any_two_images_of_two_classes_can_be_split(tmp_path):
    data = from_npz(save(tmp_path, x=X[:4], y=[0, 0, 1, 1]))
    assert (sorted(data.y_train), sorted(data.y_test)) == ([0, 1], [0, 1])


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (np.array(["cat", "dog"])[Y % 2], ["cat", "dog"]),
        (np.array([b"cat", b"dog"])[Y % 2], ["cat", "dog"]),
        (np.array([7, -3])[Y % 2], ["-3", "7"]),
        (np.array([2.0, 5.0])[Y % 2], ["2", "5"]),
        ((Y % 2).reshape(-1, 1), ["0", "1"]),
        (Y % 2 == 1, ["0", "1"]),
    ],
)
def test_labels_of_any_kind_become_indices(labels, names, tmp_path):
    data = from_npz(save(tmp_path, x=X, y=labels))
    assert data.class_names == names
    assert data.y_train.dtype == np.int64
    assert set(data.y_train) == set(data.y_test) == {0, 1}


@pytest.mark.parametrize(
    "images",
    [X / 255, X.astype(np.float32), X.astype(np.int64), X[..., None]],
    ids=["unit floats", "floats", "integers", "channel"],
)
def test_images_of_any_range_become_uint8(images, tmp_path):
    data = from_npz(
        save(tmp_path, x_train=images[:30], y_train=Y[:30], x_test=images[30:], y_test=Y[30:])
    )
    np.testing.assert_array_equal(data.x_train, X[:30])
    assert data.x_train.dtype == np.uint8


def test_colour_keeps_its_channels(tmp_path):
    data = from_npz(save(tmp_path, x=np.stack([X] * 3, axis=-1), y=Y))
    assert data.image_shape == (8, 6, 3)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": X, "y": Y[:39]}, "40 images and 39 labels"),
        ({"x": X[:1], "y": Y[:1]}, "at least two labelled images.*Received: 1"),
        ({"x": X[:0], "y": Y[:0]}, "at least two labelled images.*Received: 0"),
        ({"x": X, "y": np.zeros(40, int)}, "at least two classes.*only 0"),
        ({"x": X[:5], "y": Y[:5]}, "two images of each class.*1 of class 1"),
        ({"x": X, "y": np.where(Y == 0, np.nan, Y)}, "NaN"),
        ({"x": X, "y": Y + 0.5}, "fractions such as 0.5"),
        ({"x": X, "y": np.eye(4)[Y]}, r"shape \(n,\).*\(40, 4\).*argmax"),
        ({"x": X, "y": 1j * Y}, "complex"),
        ({"x": X.reshape(40, 48), "y": Y}, r"shape \(40, 48\)"),
        ({"x": np.zeros((4, 8, 8, 2), np.uint8), "y": [0, 0, 1, 1]}, r"\(4, 8, 8, 2\)"),
        ({"x": np.array(5), "y": Y}, r"shape \(\)"),
        ({"x": X - 100.0, "y": Y}, "0 to 255.*-100"),
        ({"x": np.full(X.shape, np.nan), "y": Y}, "nan"),
        ({"x": X * 10.0, "y": Y}, "0 to 255"),
        ({"x": np.full(X.shape, "a"), "y": Y}, "dtype"),
        ({"a": X, "b": Y}, "Received: a, b"),
        ({"x_train": X, "y_train": Y}, "Received: x_train, y_train"),
        ({"x_train": X, "y_train": Y, "x_test": X[:, :4], "y_test": Y}, "one shape"),
        (
            {"x_train": X, "y_train": Y % 3, "x_test": X, "y_test": Y},
            "Received: 3, which y_train lacks",
        ),
        ({"x_train": X, "y_train": Y, "x_test": X, "y_test": Y.astype(str)}, "one kind"),
        ({"x_train": X, "y_train": Y, "x_test": X[:0], "y_test": Y[:0]}, "at least one test image"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_in_one_line(arrays, message, tmp_path):
    with pytest.raises(InvalidInputError, match=message) as caught:
        from_npz(save(tmp_path, **arrays))
    assert "\n" not in str(caught.value)


def test_pickled_objects_are_never_opened(tmp_path):
    path = save(tmp_path, x=X, y=np.array([{"a": 1}] * 40, dtype=object))
    with pytest.raises(InvalidInputError, match="no object arrays"):
        from_npz(path)


@pytest.mark.parametrize("content", [b"", b"hello", "half", "array"])
def test_broken_file_is_refused(content, tmp_path):
    path = save(tmp_path, x=X, y=Y)
    if content == "half":
        path.write_bytes(path.read_bytes()[:2000])
    elif content == "array":
        with open(path, "wb") as file:
            np.save(file, X)
    else:
        path.write_bytes(content)
    with pytest.raises(InvalidInputError, match="Expected an npz file of plain arrays"):
        from_npz(path)


def test_missing_file_and_folder_in_its_place(tmp_path):
    with pytest.raises(InvalidInputError, match="not there"):
        from_npz(tmp_path / "none.npz")
    with pytest.raises(InvalidInputError, match="a folder"):
        from_npz(tmp_path)
    with pytest.raises(InvalidInputError, match="not a folder"):
        from_folder(tmp_path / "none")


@pytest.mark.parametrize("share", [0, 1, -0.5, 2])
def test_test_share_must_be_a_share(share, tmp_path):
    with pytest.raises(InvalidInputError, match="test_share"):
        from_npz(save(tmp_path, x=X, y=Y), test_share=share)


def pictures(folder, *, counts=(6, 6), size=(8, 6), mode="L", suffix="png"):
    """Subfolders cat and dog; the first pixel of a cat is dark, that of a dog is light."""
    for name, level, count in zip(("cat", "dog"), (10, 240), counts, strict=True):
        (folder / name).mkdir(parents=True)
        for index in range(count):
            Image.new(mode, (size[1], size[0]), level if mode == "L" else (level, 0, 0)).save(
                folder / name / f"{index}.{suffix}"
            )
    return folder


def test_folder_gives_grey_pictures_with_class_names(tmp_path):
    data = from_folder(pictures(tmp_path / "animals"))
    assert (data.name, data.class_names, data.image_shape) == ("animals", ["cat", "dog"], (8, 6))
    np.testing.assert_array_equal(data.x_train[:, 0, 0], np.where(data.y_train == 0, 10, 240))
    assert (len(data.y_train), len(data.y_test)) == (9, 3)


def test_folder_with_its_own_split_is_shuffled_inside_it(tmp_path):
    pictures(tmp_path / "train", counts=(12, 12))
    pictures(tmp_path / "test", counts=(1, 2))
    data = from_folder(tmp_path)
    assert (len(data.y_train), data.y_test.tolist()) == (24, [0, 1, 1])
    np.testing.assert_array_equal(data.x_train[:, 0, 0], np.where(data.y_train == 0, 10, 240))
    assert len(set(data.y_train[:12].tolist())) == 2, "classes are mixed"


def test_one_colour_picture_makes_all_colour(tmp_path):
    pictures(tmp_path)
    Image.new("RGB", (6, 8), (1, 2, 3)).save(tmp_path / "dog" / "colour.png")
    data = from_folder(tmp_path)
    assert data.image_shape == (8, 6, 3)
    every = np.concatenate([data.x_train, data.x_test])
    assert (every[:, 0, 0] == [1, 2, 3]).all(1).sum() == 1


def test_jpg_other_files_and_hidden_folders(tmp_path):
    pictures(tmp_path, mode="RGB", suffix="jpg")
    (tmp_path / "cat" / "notes.txt").write_text("not a picture")
    (tmp_path / ".thumbnails").mkdir()
    assert from_folder(tmp_path).image_shape == (8, 6, 3)


def test_sixteen_bit_grey_keeps_its_high_byte(tmp_path):
    pictures(tmp_path, counts=(2, 2))
    Image.fromarray(np.full((8, 6), 0x8001, np.uint16)).save(tmp_path / "dog" / "deep.png")
    data = from_folder(tmp_path)
    assert 0x80 in np.concatenate([data.x_train, data.x_test])[:, 0, 0]


def test_size_brings_mixed_pictures_together(tmp_path):
    pictures(tmp_path)
    Image.new("L", (30, 30), 240).save(tmp_path / "dog" / "large.png")
    with pytest.raises(InvalidInputError, match=r"one size.*8x6 and large.png with 30x30.*size="):
        from_folder(tmp_path)
    assert from_folder(tmp_path, size=10).image_shape == (10, 10)
    assert from_folder(tmp_path, size=(10, 12)).image_shape == (10, 12)
    with pytest.raises(InvalidInputError, match="`size`"):
        from_folder(tmp_path, size=0)


def test_unreadable_picture_is_named(tmp_path):
    pictures(tmp_path)
    (tmp_path / "cat" / "9.png").write_bytes(b"not a picture")
    with pytest.raises(InvalidInputError, match=r"9.png. Received: not a picture"):
        from_folder(tmp_path)
    whole = (tmp_path / "cat" / "0.png").read_bytes()
    (tmp_path / "cat" / "9.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InvalidInputError, match=r"9\.png"):
        from_folder(tmp_path)


def test_too_little_in_a_folder(tmp_path):
    with pytest.raises(InvalidInputError, match="at least two classes"):
        from_folder(tmp_path)
    (tmp_path / "cat").mkdir()
    with pytest.raises(InvalidInputError, match="png or jpg pictures"):
        from_folder(tmp_path)
    Image.new("L", (5, 5)).save(tmp_path / "cat" / "0.png")
    with pytest.raises(InvalidInputError, match="at least two classes"):
        from_folder(tmp_path)
    (tmp_path / "dog").mkdir()
    Image.new("L", (5, 5)).save(tmp_path / "dog" / "0.png")
    with pytest.raises(InvalidInputError, match="two images of each class"):
        from_folder(tmp_path)


def test_load_takes_paths(tmp_path):
    path = save(tmp_path, x=X, y=Y)
    np.testing.assert_array_equal(load(path, seed=3).x_test, from_npz(str(path), seed=3).x_test)
    assert len(load(str(path), limit=7).y_train) == 7
    assert load(pictures(tmp_path / "animals")).class_names == ["cat", "dog"]


@pytest.mark.parametrize("name", ["digits", "Digits", " digits "])
def test_load_takes_names(name):
    data = load(name, limit=50)
    assert (data.name, data.x_train.shape, data.x_test.shape) == (
        "digits",
        (50, 28, 28),
        (450, 28, 28),
    )
    assert data.licence == "CC BY 4.0"
    assert data.split[0][0] is data.x_train


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("mnst", "Did you mean 'mnist'.*Known: digits, mnist"),
        ("fashion", "Did you mean 'fashion_mnist'"),
        ("qqqqqq", "No data set is called 'qqqqqq'. Known: digits"),
        ("none.npz", "no file or folder none.npz"),
        ("no/such/folder", "no file or folder"),
        ("spoken_digits", "load_spoken_digits"),
        ("", "named by a text or a path"),
        (3, "named by a text or a path"),
    ],
)
def test_load_says_what_is_known(spec, message):
    with pytest.raises(InvalidInputError, match=message):
        load(spec)


@pytest.mark.parametrize("limit", [0, -1, 2.5, True, "5"])
def test_limit_must_be_a_positive_integer(limit):
    with pytest.raises(InvalidInputError, match="`limit` must be a positive integer"):
        load("digits", limit=limit)
