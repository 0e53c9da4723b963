"""Hidden checks of lab 22: they run at grading."""

import itertools

import numpy as np
import pytest
from scipy import ndimage

from coursekit.evaluation import detection as measures
from coursekit.labs.testing import assert_close, assert_equal, assert_true


def assert_near(got, expected, *, tried, tolerance=1e-5):
    """Equal to five digits, so that an answer may count in float32."""
    assert_close(got, expected, tried=tried, rtol=tolerance)


# 22.1 ---------------------------------------------------------------------------------


@pytest.mark.exercise("22.1")
@pytest.mark.points(1)
def test_overlap_does_not_mind_who_is_first_nor_the_scale(student):
    corners = np.sort(student.rng.uniform(-50, 50, (5, 2, 2)), axis=1)
    boxes = corners.reshape(5, 4)
    right = measures.box_iou(boxes, boxes[:3] * 0.9)
    got = student.iou(boxes, boxes[:3] * 0.9)
    assert_near(got, right, tried="iou of 5 boxes with 3, some at negative places")
    got = student.iou((boxes[:3] * 1e-3 * 0.9).tolist(), (boxes * 1e-3).tolist())
    assert_near(
        got, right.T, tried="iou of lists, the two exchanged and 1,000 times smaller"
    )


# 22.2 ---------------------------------------------------------------------------------


@pytest.mark.exercise("22.2")
@pytest.mark.points(2)
def test_there_and_back(student):
    cells, size = 6, 48
    places = student.rng.permutation(cells**2)[:8]
    centre = 8 * np.stack([places % cells, places // cells], 1)
    centre = centre + student.rng.uniform(0.5, 7.5, (8, 2))
    half = student.rng.uniform(2, 9, (8, 2))
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    classes = student.rng.integers(0, 5, 8)
    grid = student.to_grid(boxes.tolist(), classes.tolist(), cells, size, 5)
    got = student.from_grid(np.asarray(grid, float), size, 0.5)
    fits = isinstance(got, list | tuple) and len(got) == 3
    assert_true(fits, tried="from_grid", expected="three results", got=got)
    order = np.argsort(places)
    tried = "from_grid(to_grid(...)) of 8 things in 8 cells"
    assert_near(got[0], boxes[order], tried=f"{tried}: boxes")
    assert_near(got[1], np.ones(8), tried=f"{tried}: scores")
    assert_equal(got[2], classes[order], tried=f"{tried}: classes")


@pytest.mark.exercise("22.2")
@pytest.mark.points(1)
def test_a_small_thing_after_a_large_one_leaves_no_trace(student):
    x, y = student.rng.uniform(17, 23, 2)
    large, small = [x - 9, y - 7, x + 9, y + 7], [x - 2, y - 3, x + 2, y + 3]
    one = student.to_grid([large], [2], 4, 32, 3)
    three = student.to_grid([small, large, small], [0, 2, 1], 4, 32, 3)
    expected = np.zeros((4, 4, 8))
    row, column = int(y // 8), int(x // 8)
    place = [x / 8 - column, y / 8 - row, 18 / 32, 14 / 32]
    expected[row, column] = [1, *place, 0, 0, 1]
    assert_near(one, expected, tried="to_grid of one large thing")
    assert_near(three, expected, tried="to_grid of a small, the large, a small thing")
    empty = student.to_grid(np.zeros((0, 4)), np.zeros(0, int), 3, 24, 2)
    assert_near(empty, np.zeros((3, 3, 7)), tried="to_grid of a picture without things")


# 22.3 ---------------------------------------------------------------------------------


@pytest.mark.exercise("22.3")
@pytest.mark.points(2)
@pytest.mark.parametrize("most", [0.2, 0.5])
def test_boxes_of_a_crowd(student, most):
    corner = student.rng.uniform(0, 20, (25, 2))
    boxes = np.concatenate(
        [corner, corner + student.rng.uniform(4, 12, (25, 2))], axis=1
    )
    scores = student.rng.permutation(25) / 25
    classes = student.rng.integers(5, 7, 25)
    overlap = measures.box_iou(boxes, boxes)
    tried = f"suppress of 25 boxes of two classes, most {most}"
    got = student.suppress(overlap, scores, classes, most)
    right = measures.non_maximum_suppression(
        boxes, scores, threshold=most, classes=classes
    )
    assert_equal(got, right, tried=tried)
    got = student.suppress(overlap.tolist(), scores.tolist(), classes.tolist(), 1.0)
    assert_equal(
        got, np.argsort(-scores), tried="suppress, everything is allowed, lists"
    )
    got = student.suppress([[1.0]], [0.0], [3], most)
    assert_equal(got, [0], tried="suppress of one box with a score of 0")


# 22.4 ---------------------------------------------------------------------------------


@pytest.mark.exercise("22.4")
@pytest.mark.points(2)
def test_boxes_and_truths_of_several_pictures(student):
    truths = np.array(
        [[0, 0, 9, 8], [12, 10, 20, 22], [30, 1, 41, 9], [5, 30, 14, 44.0]]
    )
    boxes = np.concatenate(
        [truths + student.rng.normal(0, 1.3, truths.shape) for _ in range(3)]
    )
    pictures, there = np.tile([0, 0, 1, 1], 3), np.array([0, 0, 1, 1])
    scores = student.rng.permutation(12) / 12
    overlap = measures.box_iou(boxes, truths) * (pictures[:, None] == there)
    right = measures.average_precision(boxes, scores, pictures, truths, there)
    tried = "find_hits of 12 boxes on 4 truths in two pictures"
    got = student.find_hits(overlap.tolist(), scores.tolist(), 0.5)
    assert_equal(got, right.hits, tried=tried)
    got = student.average_precision(right.hits.tolist(), 4)
    assert_near(got, right.average_precision, tried="average_precision of these hits")


@pytest.mark.exercise("22.4")
@pytest.mark.points(1)
def test_boxes_that_overlap_nothing(student):
    overlap = np.zeros((5, 3))
    overlap[student.rng.integers(5), 2] = 0.9
    scores = student.rng.permutation(5) / 5
    got = student.find_hits(overlap, scores, 0.5)
    expected = overlap[np.argsort(-scores)].max(axis=1) > 0.5
    assert_equal(got, expected, tried="find_hits, one of 5 boxes overlaps a truth")
    got = [student.average_precision(np.array([0, 1, 1, 0, 1])[k:], 3) for k in (0, 1)]
    assert_near(
        got,
        [2 / 3 * 2 / 3 + 0.6 / 3, 2 / 3 + 0.75 / 3],
        tried="average_precision of whole numbers",
    )


# 22.5 ---------------------------------------------------------------------------------


@pytest.mark.exercise("22.5")
@pytest.mark.points(1)
def test_what_was_written_can_be_read(student):
    joints = student.rng.uniform(6, 14, (4, 2))
    heat = [
        np.asarray(student.heat_map(joint, 20, 1.5), float) for joint in joints.tolist()
    ]
    got = student.read_maps(np.log(np.stack(heat, axis=-1) + 1e-300))
    assert_near(
        got, joints, tolerance=1e-3, tried="read_maps of the logarithms of 4 heat maps"
    )
    tall = np.full((9, 3, 1), -50.0)
    row, column = int(student.rng.integers(9)), int(student.rng.integers(3))
    tall[row, column] = 50.0
    got = student.read_maps(tall.astype(np.float32))
    right = [[column + 0.5, row + 0.5]]
    assert_near(got, right, tried="read_maps of one bright pixel, float32")


@pytest.mark.exercise("22.5")
@pytest.mark.points(1)
def test_a_joint_at_the_edge_and_a_share_of_bodies(student):
    x = float(student.rng.uniform(0.1, 0.9))
    got = student.heat_map([x, 7.25], 7, 0.9)
    centres = np.arange(7) + 0.5
    lines = [np.exp(-((centres - v) ** 2) / (2 * 0.81)) for v in (7.25, x)]
    heat = np.outer(*lines)
    assert_near(got, heat / heat.sum(), tried=f"heat_map([{x:.3f}, 7.25], 7, 0.9)")
    y_true = student.rng.uniform(0, 9, (3, 5, 2))
    away = np.array([0.0, 0.9, 1.1, 2.9, 5.0])
    y_pred = y_true + np.stack([away, np.zeros(5)], axis=1)
    got = student.pck(y_true.tolist(), y_pred.tolist(), [10.0, 20.0, 30.0], 0.1)
    assert_near(got, (2 + 3 + 4) / 15, tried="pck of bodies 10, 20 and 30 high, lists")


# 22.6 ---------------------------------------------------------------------------------


@pytest.mark.exercise("22.6")
@pytest.mark.points(1)
def test_the_mean_over_all_pixels_of_all_pictures(student):
    y_true = student.rng.integers(0, 5, (3, 12, 9))
    y_pred = np.where(student.rng.random(y_true.shape) < 0.6, y_true, 5)
    confusion = np.zeros((7, 7), int)
    np.add.at(confusion, (y_true, y_pred), 1)
    right = measures.mean_iou(y_true, y_pred, 7)[0]
    assert_near(
        student.mean_iou(confusion), right, tried="mean_iou of 7 classes, 6 in use"
    )
    got = student.mean_iou(confusion[:6, :6].astype(float).tolist())
    assert_near(got, right, tried="mean_iou of lists of floats")


@pytest.mark.exercise("22.6")
@pytest.mark.points(2)
def test_interpolation_between_pixels(student):
    slope = student.rng.uniform(1, 3, 2)
    for stride in (2, 5):
        rows, columns = np.indices((5, 4))
        plane = slope[0] * rows + slope[1] * columns
        got = np.asarray(student.stamp(plane, student.tent(stride), stride), float)
        places = [(np.arange(n) + 0.5) / stride - 1 for n in got.shape]
        expected = slope[0] * places[0][:, None] + slope[1] * places[1]
        inside = (slice(stride, -stride),) * 2
        tried = f"a slanted plane, enlarged {stride} times, without its border"
        assert_near(got[inside], expected[inside], tried=tried)
    got = student.stamp(np.array([[2, 3]]), np.array([[0.5], [0.25]]), 1)
    assert_near(
        got,
        [[1.0, 1.5], [0.5, 0.75]],
        tried="stamp of whole numbers, a column as kernel",
    )


# 22.7 ---------------------------------------------------------------------------------


@pytest.mark.exercise("22.7")
@pytest.mark.points(2)
def test_one_voxel_and_the_whole_volume(student):
    volume, kernel = (
        student.rng.normal(size=(3, 2, 4, 5)),
        student.rng.normal(size=(3, 2, 4, 5, 2)),
    )
    expected = np.tensordot(volume, kernel, axes=4).reshape(1, 1, 1, 2)
    got = student.convolve3d(volume.tolist(), kernel.tolist())
    assert_near(
        got, expected, tried="convolve3d, a kernel as large as the volume, lists"
    )
    got = student.convolve3d(volume, kernel[:1, :1, :1])
    assert_near(
        got, volume @ kernel[0, 0, 0], tried="convolve3d with one voxel as kernel"
    )
    flat = student.rng.normal(size=(4, 5, 6))
    weights = student.rng.normal(size=(3, 3, 3))
    got = student.convolve3d(flat[..., None], weights[..., None, None])
    expected = ndimage.correlate(flat, weights)[1:-1, 1:-1, 1:-1, None]
    assert_near(got, expected, tried="convolve3d of one channel")


@pytest.mark.exercise("22.7")
@pytest.mark.points(1)
def test_nothing_belongs_together_and_membrane_does_not_count(student):
    true = np.array([7, 7, 3, 3, 0, 0, 0])
    answer = np.array([1, 2, 1, 2, 2, 2, 1])
    order = student.rng.permutation(7)
    got = student.rand_error(true[order], answer[order])
    assert_near(list(got), [1.0, 0.0, 0.0], tried="rand_error, no pair is right")
    labels = student.rng.integers(1, 5, 60)
    answer = np.where(student.rng.random(60) < 0.8, labels, 0)
    padded = [
        np.concatenate([labels, np.zeros(30, int)]),
        np.concatenate([answer, np.full(30, 3)]),
    ]
    right = measures.adapted_rand_error(labels, answer)
    got = student.rand_error(*(part.reshape(9, 10) for part in padded))
    assert_near(list(got), list(right), tried="rand_error, membrane among the voxels")


# 22.8 ---------------------------------------------------------------------------------


@pytest.mark.exercise("22.8")
@pytest.mark.points(1)
def test_twins_of_twins_are_the_clips(student):
    clips = student.rng.normal(size=(3, 5, 2)).astype(np.float32)
    labels = np.array([6, 3, 4])[student.rng.permutation(3)]
    got = student.add_twins(clips, labels)
    fits = isinstance(got, list | tuple) and len(got) == 2
    assert_true(fits, tried="add_twins", expected="two results", got=got)
    again = student.add_twins(np.asarray(got[0])[1::2], np.asarray(got[1])[1::2])
    tried = "add_twins of the twins"
    assert_equal(np.asarray(again[0])[1::2], clips, tried=f"{tried}: clips")
    assert_equal(np.asarray(again[1])[1::2], labels, tried=f"{tried}: labels")
    assert_equal(
        np.asarray(got[0])[::2], clips, tried="add_twins: the clips themselves"
    )


@pytest.mark.exercise("22.8")
@pytest.mark.points(2)
def test_all_orders_of_some_frames(student):
    frames = student.rng.integers(0, 256, (3, 2, 2)).astype(np.uint8)
    frames[2] = frames[1][::-1] + 1
    clips = np.array(
        [frames[list(order)] for order in itertools.permutations(range(3))]
    )
    labels = student.rng.permutation([0, 0, 0, 1, 1, 2])
    got = student.best_without_order(clips, labels)
    assert_near(got, 0.5, tried="best_without_order of all orders of three frames")
    alone = student.rng.normal(size=(4, 3, 2))
    got = student.best_without_order(alone, [5, 5, 1, 0])
    assert_near(got, 1.0, tried="best_without_order of clips that share no frame")
    both = np.concatenate([alone, alone[:, [1, 2, 0]], alone[:2, ::-1]])
    got = student.best_without_order(both, [5, 4, 1, 0, 5, 3, 1, 2, 6, 7])
    assert_near(got, 0.6, tried="best_without_order, some clips in three orders")
