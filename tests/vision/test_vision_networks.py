"""Networks for boxes, maps, volumes and clips, on this process's backend."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops
from scipy.special import expit, log_softmax

from coursekit import vision
from coursekit.errors import InvalidInputError
from coursekit.evaluation import detection
from coursekit.vision import learning, networks


def test_a_detector_halves_the_picture_to_its_grid():
    net = networks.detector(32, 4, width=4)
    assert net.output_shape == (None, 4, 4, 11)
    images = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3)).astype(np.uint8)
    grids = networks.grids(net, images, batch_size=2)
    assert grids.shape == (3, 4, 4, 11)
    np.testing.assert_allclose(grids[..., 5:].sum(axis=-1), 1, rtol=1e-5)
    np.testing.assert_allclose(grids[:1], networks.grids(net, images[:1], batch_size=1), rtol=1e-4)
    with pytest.raises(InvalidInputError, match="cells"):
        networks.detector(48, 5)


def test_the_loss_of_a_grid_counts_place_and_class_where_there_is_a_thing():
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(2, 3, 3, 8)).astype("float32")
    grid = np.zeros((2, 3, 3, 8), "float32")
    grid[0, 1, 2] = [1, 0.25, 0.5, 0.2, 0.4, 0, 1, 0]
    grid[1, 0, 0] = [1, 0.75, 0.1, 0.3, 0.1, 1, 0, 0]
    chance = expit(logits[..., 0])
    there = grid[..., 0]
    presence = -np.sum(there * np.log(chance) + (1 - there) * np.log(1 - chance))
    rest = 0.0
    for place in ((0, 1, 2), (1, 0, 0)):
        off = np.abs(expit(logits[place][1:5]) - grid[place][1:5])
        rest += 2 * (off[:2].sum() + 3 * off[2:].sum())
        rest -= np.sum(grid[place][5:] * log_softmax(logits[place][5:]))
    found = float(ops.convert_to_numpy(networks.grid_loss(grid, logits)))
    assert found == pytest.approx((presence + rest) / 2, rel=1e-4)


def test_the_loss_of_maps_is_least_for_the_truth():
    world = vision.people(2, size=32, seed=0)
    joints = vision.bodies(world).joints

    def bell(joint):
        rows, columns = np.mgrid[:32, :32] + 0.5
        heat = np.exp(-((columns - joint[0]) ** 2 + (rows - joint[1]) ** 2) / 2)
        return heat / heat.sum()

    target = vision.map_targets(world, bell).astype("float32")
    output = np.zeros((2, 32, 32, 22), "float32")
    output[..., :7] = 20 * np.eye(7)[world.class_mask]
    output[..., 7] = world.depth
    output[..., 8:] = np.log(target[..., 2:] + 1e-8)
    right = float(ops.convert_to_numpy(networks.map_loss(target, output)))
    for part in (slice(0, 7), slice(7, 8), slice(8, 22)):
        worse = output.copy()
        worse[..., part] = np.roll(output[..., part], 5, axis=2)
        assert float(ops.convert_to_numpy(networks.map_loss(target, worse))) > right + 0.01
    assert np.isfinite(right)
    assert joints.shape == (2, 14, 2)


def test_maps_with_and_without_skips():
    images = np.zeros((2, 32, 32, 3), np.uint8)
    for skips in (True, False):
        net = networks.mapper(32, skips=skips, filters=(4, 6, 8))
        maps = networks.maps(net, images, batch_size=2)
        assert maps.classes.shape == maps.depth.shape == (2, 32, 32)
        assert maps.joints.shape == (2, 32, 32, 14)
        assert maps.net is net
    places = networks.places(networks.pointer(32, width=4), images)
    assert places.shape == (2, 14, 2)


def test_a_flat_network_sees_one_slice_and_the_other_its_neighbours():
    volume = np.random.default_rng(2).random((1, 8, 16, 16)).astype("float32")
    other = volume.copy()
    other[0, 4] += 0.5
    for flat in (True, False):
        net = networks.membranes((8, 16, 16), flat=flat, width=4)
        a, b = (networks.probabilities(net, v, batch_size=1)[0] for v in (volume, other))
        changed = np.flatnonzero(np.abs(a - b).max(axis=(1, 2)) > 1e-7)
        assert changed.tolist() == ([4] if flat else [1, 2, 3, 4, 5, 6, 7])
    counts = [networks.membranes((8, 16, 16), flat=f).count_params() for f in (True, False)]
    assert 0.7 < counts[0] / counts[1] < 1.4


def test_an_average_is_blind_to_order_and_an_lstm_is_not():
    clips = np.random.default_rng(3).integers(0, 256, (2, 16, 32, 32, 3)).astype(np.uint8)
    for kind, steps in (("average", 1), ("LSTM", 16), ("Conv3D", 1)):
        net = networks.clip_reader(kind)
        one, back = (networks.outputs(net, c, batch_size=2) for c in (clips, clips[:, ::-1]))
        assert one.shape == (2, steps, 8)
        same = np.allclose(one[:, -1], back[:, -1], atol=1e-5)
        assert same == (kind == "average")
    with pytest.raises(InvalidInputError, match="kind"):
        networks.clip_reader("GRU")


@pytest.mark.parametrize(
    ("frames", "kernel", "strides"),
    [(7, (3, 5, 5), (1, 2, 2)), (8, (3, 3, 3), (2, 2, 2)), (7, (2, 3, 1), (3, 1, 2))],
)
def test_frames_side_by_side_are_a_convolution_in_time(frames, kernel, strides):
    rng = np.random.default_rng(5)
    clips = rng.standard_normal((3, frames, 8, 9, 2)).astype(np.float32)
    weights = rng.standard_normal((*kernel, 2, 4)).astype(np.float32)
    inputs = keras.Input(clips.shape[1:])
    conv3d = keras.layers.Conv3D(4, kernel, strides, padding="same", activation="relu")
    outputs = networks._convolution_in_time(inputs, 4, kernel, strides)
    mine, theirs = keras.Model(inputs, outputs), keras.Model(inputs, conv3d(inputs))
    theirs.set_weights([weights, np.ones(4)])
    mine.set_weights([np.moveaxis(weights, 0, 2).reshape(*kernel[1:], -1, 4), np.ones(4)])
    np.testing.assert_allclose(mine(clips), theirs(clips), atol=1e-4)


def test_an_lstm_reader_does_not_look_ahead():
    clips = np.random.default_rng(4).integers(0, 256, (1, 16, 32, 32, 3)).astype(np.uint8)
    cut = clips.copy()
    cut[:, 9:] = cut[:, 8:9]
    net = networks.clip_reader("LSTM")
    whole, padded = (networks.action_chances(net, c) for c in (clips, cut))
    np.testing.assert_allclose(whole[:, :9], padded[:, :9], rtol=1e-4)
    np.testing.assert_allclose(whole.sum(axis=-1), 1, rtol=1e-5)


def test_one_label_counts_at_every_step():
    logits = np.random.default_rng(5).normal(size=(3, 4, 5)).astype("float32")
    labels = np.array([4, 0, 2])
    each = [log_softmax(logits[k], axis=-1)[:, labels[k]] for k in range(3)]
    found = float(ops.convert_to_numpy(networks.label_loss(labels, logits)))
    assert found == pytest.approx(-np.mean(each), rel=1e-5)


@pytest.mark.slow
def test_teaching_lowers_the_loss_and_a_brain_is_read():
    rng = np.random.default_rng(6)
    x = rng.normal(size=(30, 6, 12, 12)).astype("float32")
    y = np.arange(30) % 3
    x[y == 1, 2:4, 2:6, 2:6] += 2
    x[y == 2, 2:4, 7:11, 7:11] += 2
    net = networks.brain_reader(x.shape[1:])
    losses = networks.teach(net, x, y, networks.label_loss, epochs=15, batch_size=8)
    assert len(losses) == 15
    assert losses[-1] < 0.5 * losses[0]
    assert np.mean(networks.chosen(net, x) == y) > 0.8


def test_five_answers_to_each_frame():
    seer = vision.Seer(
        networks.detector(32, 4, width=4),
        networks.mapper(32, filters=(4, 6, 8)),
        networks.clip_reader("LSTM"),
    )
    clip = vision.walk(32, seed=0)

    def from_grid(grid, size, least):
        assert grid.shape == (4, 4, 11)
        return [[1, 2, 9, 9], [1, 2, 9, 8]], [0.9, 0.8], [5, 5]

    def suppress(overlap, scores, classes, most):
        places = detection.non_maximum_suppression(
            [[1, 2, 9, 9], [1, 2, 9, 8]], scores, threshold=most, classes=classes
        )
        return places.tolist()

    def read_maps(logits):
        assert logits.shape == (32, 32, 14)
        return np.ones((14, 2))

    answers = [
        seer.look(image, from_grid, detection.box_iou, suppress, read_maps)
        for image in clip.images[:3]
    ]
    assert len(answers[-1].found) == 1
    assert answers[-1].classes.shape == answers[-1].depth.shape == (32, 32)
    assert answers[-1].actions.shape == (8,)
    assert seer.frames_per_second > 0


def test_what_was_taught_before_sees_new_scenes():
    facts = vision.kept_facts()
    assert facts["parameters"] == sum(learning.build(n).count_params() for n in learning.NAMES)
    world = vision.people(12, size=learning.SIZE, seed=99)
    grids = networks.grids(learning.load("detector"), world.images, batch_size=12)
    hits = total = 0
    for grid, (boxes, classes) in zip(grids, vision.things(world), strict=True):
        found = vision.found(grid, learning.SIZE, least=0.3)
        same = found.classes[:, None] == classes
        hits += np.sum((detection.box_iou(found.boxes, boxes) * same).max(axis=0, initial=0) > 0.5)
        total += len(boxes)
    assert hits / total > facts["mean_average_precision"] - 0.25
    with pytest.raises(InvalidInputError, match="mapper"):
        learning.build("writer")


@pytest.mark.slow
def test_lessons_are_kept_and_come_back(tmp_path):
    path = tmp_path / "kept.npz"
    facts = learning.train_references(scenes=40, clips=20, tissues=1, share=0.05, path=path)
    assert facts == vision.kept_facts(path)
    assert set(facts) >= {
        "mean_average_precision",
        "mean_iou",
        "keypoints",
        "actions",
        "rand_error",
    }
    net = learning.load("mapper", path)
    assert net.count_params() == learning.build("mapper").count_params()


def test_a_bell_and_a_grid_are_what_the_lab_asks_for():
    heat = learning.bell((2.25, 5.5), 8, 1.0)
    rows, columns = np.mgrid[:8, :8] + 0.5
    expected = np.exp(-((columns - 2.25) ** 2 + (rows - 5.5) ** 2) / 2)
    np.testing.assert_allclose(heat, expected / expected.sum())
    boxes = np.array([[3.0, 1.0, 7.0, 3.0], [1.0, 9.0, 5.0, 15.0], [2.0, 10.0, 4.0, 14.0]])
    grid = learning.grid_of(boxes, np.array([1, 5, 2]), 16, 2)
    assert grid[0, 0, :5].tolist() == [1, 0.625, 0.25, 0.25, 0.125]
    assert grid[1, 0, 5:].tolist() == [0, 0, 0, 0, 0, 1]
    found = vision.found(grid, 16)
    np.testing.assert_allclose(found.boxes, boxes[:2])
