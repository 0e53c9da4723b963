"""Scenes with one person, boxes from grids, cells from membranes, maps of brains, and a baseline for
real pictures. No Keras."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit import vision
from coursekit.datasets import make_brains, make_neurites, make_scenes
from coursekit.datasets.scenes import ACTIONS, KINDS
from coursekit.errors import InvalidInputError
from coursekit.evaluation import detection
from coursekit.vision import baseline, volumes


def test_each_scene_has_one_person_whose_joints_come_out():
    world = vision.people(40, size=32, seed=2)
    assert len(world) == 40
    assert np.all(np.sum(world.classes == KINDS.index("person"), axis=1) == 1)
    folk = vision.bodies(world)
    assert folk.joints.shape == (40, 14, 2)
    assert np.isfinite(folk.joints).all()
    assert np.all((folk.heights > 5) & (folk.heights < 32))
    boxes, classes = next(iter(vision.things(world)))
    assert len(boxes) == len(classes) == world.present[0].sum()
    with pytest.raises(InvalidInputError, match="one person"):
        vision.bodies(make_scenes(9, kinds=["circle"], seed=0))


def test_a_person_walks_alone():
    for seed in range(3):
        clip = vision.walk(32, seed=seed)
        assert clip.images.shape == (16, 32, 32, 3)
        x = vision.bodies(clip.scene).joints[:, 0, 0]
        assert ACTIONS[clip.action] == ("moves right" if x[-1] > x[0] else "moves left")
        assert abs(x[-1] - x[0]) > 5


def test_targets_hold_class_distance_and_a_map_for_each_joint():
    world = vision.people(3, size=32, seed=1)
    asked = []

    def heat_map(joint):
        asked.append(joint)
        return np.full((32, 32), len(asked) / 64)

    targets = vision.map_targets(world, heat_map)
    assert targets.shape == (3, 32, 32, 16)
    np.testing.assert_array_equal(targets[..., 0], world.class_mask)
    np.testing.assert_allclose(targets[..., 1], world.depth, atol=1e-3)
    np.testing.assert_array_equal(asked, vision.bodies(world).joints.reshape(-1, 2))
    assert targets[1, 0, 0, 2 + 5] == 20 / 64


def test_confusion_counts_pixels():
    table = vision.confusion([[0, 1], [2, 2]], [[0, 1], [1, 2]], 3)
    assert table.tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 1]]


def test_boxes_come_out_of_a_grid_once():
    grid = np.zeros((4, 4, 5 + 3))
    grid[1, 2] = [0.9, 0.5, 0.25, 0.25, 0.5, 0.0, 1.0, 0.0]
    grid[1, 3] = [0.8, -0.45, 0.25, 0.25, 0.5, 0.1, 0.9, 0.0]  # the same thing again
    grid[3, 0] = [0.5, 0.5, 0.5, 0.1, 0.1, 0.0, 0.1, 0.9]
    found = vision.found(grid, 32, least=0.3)
    np.testing.assert_allclose(found.boxes[0], [16, 2, 24, 18])
    assert found.classes.tolist() == [1, 2]
    np.testing.assert_allclose(found.scores, [0.9, 0.45])
    assert len(vision.found(np.zeros((4, 4, 8)), 32)) == 0


def test_what_was_found_is_cleaned_by_given_functions():
    boxes = [[0, 0, 4, 4], [0, 0, 4, 3], [8, 8, 9, 9]]
    found = vision.Found(boxes, [0.5, 0.9, 0.7], [0, 0, 0])
    calls = []

    def suppress(overlap, scores, classes, most):
        calls.append((np.shape(overlap), most))
        return [1, 2]

    stay = found.cleaned(detection.box_iou, suppress, most=0.3)
    assert calls == [((3, 3), 0.3)]
    assert stay.scores.tolist() == [0.9, 0.7]
    empty = vision.Found([], [], [])
    assert len(empty.cleaned(detection.box_iou, suppress)) == 0
    assert len(calls) == 1


def test_smaller_pictures_and_a_median_of_seconds():
    image = np.zeros((48, 48, 3), np.uint8)
    image[:24] = 200
    small = vision.smaller(image, 32)
    assert small.shape == (32, 32, 3)
    assert small[0, 0, 0] == 200
    assert small[-1, 0, 0] == 0
    assert vision.smaller(image, 48) is image
    seen = []
    assert vision.seconds_each(seen.append, [1, 2], warmup=1) >= 0
    assert seen == [1, 1, 2]


def test_a_flood_from_true_membranes_gives_the_true_cells():
    tissue = make_neurites(1, shape=(8, 40, 40), seed=2)
    labels = tissue.labels[0]
    assert detection.adapted_rand_error(labels, volumes.flood(labels == 0))[0] < 0.02
    assert np.all(volumes.flood(np.ones((4, 8, 8))) == 1)
    dark = volumes.dark(tissue.images)[0]
    assert dark[labels == 0].mean() > 0.6 > 0.4 > dark[labels > 0].mean()


def test_the_general_linear_model_finds_the_blobs():
    heads = make_brains(2, effect=6.0, seed=3)
    t = volumes.t_map(heads)
    assert t[heads.active[0, 1]].mean() > 4
    assert t[heads.active[0, 0]].mean() < -4
    quiet = heads.head & ~heads.active[0].any(axis=0)
    assert np.abs(np.median(t[quiet])) < 1
    assert not t[~heads.head].any()


def test_examples_of_brains_are_relative_to_each_person():
    heads = make_brains(3, effect=6.0, wander=0.2, seed=3)
    x, y = volumes.examples(heads)
    assert len(x) == len(y) == 3 * np.sum(heads.labels >= 0)
    assert np.abs(x[:, heads.head].mean()) < 0.1
    assert volumes.by_voxel(heads[:2], heads[2:]) > 0.8


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSEKIT_DATA", str(tmp_path))
    monkeypatch.setenv("COURSEKIT_OFFLINE", "1")
    return tmp_path


def test_the_baseline_reads_pictures_from_a_folder(folder):
    rng, part = np.random.default_rng(0), {}
    for name, count in (("train", 60), ("test", 20)):
        y = np.arange(count) % 2
        x = rng.integers(0, 60, (count, 32, 32, 3)).astype(np.uint8)
        x[y == 1, :, 12:20] += 120  # an upright bar
        x[y == 0, 12:20] += 120  # a level one
        part[f"x_{name}"], part[f"y_{name}"] = x, y
    path = folder / "bars.npz"
    np.savez(path, **part)
    reading = baseline.read(str(path), limit=40)
    assert (reading.trained, reading.tested) == (40, 20)
    assert reading.accuracy == reading.balanced == 1
    assert reading.most_common == 0.5
    assert "100.0% of 20 right after 40" in str(reading)
    assert baseline.features(part["x_test"]).dtype == np.float32
