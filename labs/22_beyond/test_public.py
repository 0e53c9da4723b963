"""Public checks of lab 22: they run in the notebook."""

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import ndimage, signal, special, stats
from sklearn.metrics import jaccard_score
from sklearn.metrics.cluster import contingency_matrix

from coursekit.evaluation import detection as measures
from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_true,
    counterexample,
)


def assert_near(got, expected, *, tried, tolerance=1e-5):
    """Equal to five digits, so that an answer may count in float32."""
    assert_close(got, expected, tried=tried, rtol=tolerance)


def parts(got, count, tried):
    """The parts of a result, after a look at its form."""
    fits = isinstance(got, list | tuple | np.ndarray) and len(got) == count
    assert_true(fits, tried=tried, expected=f"{count} results", got=got)
    return got


# 22.1 ---------------------------------------------------------------------------------


def painted(box):
    """A box in quarters of a pixel, painted on a floor of 12 x 12 pixels."""
    x0, y0, x1, y1 = (round(4 * float(v)) for v in box)
    floor = np.zeros((48, 48), bool)
    floor[y0:y1, x0:x1] = True
    return floor


def by_painting(boxes, others):
    """Count the quarters that are painted twice and at least once."""
    out = np.zeros((len(boxes), len(others)))
    for i, one in enumerate(boxes):
        for j, other in enumerate(others):
            a, b = painted(one), painted(other)
            out[i, j] = (a & b).sum() / max(1, (a | b).sum())
    return out


def some_boxes(rng, count, shortest=1):
    """Boxes with corners at quarters of a pixel, none of them square."""
    start = rng.integers(0, 20, (count, 2))
    sides = rng.integers(shortest, 13, (count, 2)) * [1, 2]
    return np.concatenate([start, start + sides], axis=1) / 4


@pytest.mark.exercise("22.1")
@pytest.mark.points(2)
@pytest.mark.parametrize(("m", "k"), [(3, 5), (4, 2), (1, 6)])
def test_every_box_with_every_other(student, m, k):
    boxes, others = (some_boxes(student.rng, n, 6) for n in (m, k))
    tried = f"iou of {m} boxes with {k} others, {boxes[0]} and so on"
    assert_near(student.iou(boxes, others), by_painting(boxes, others), tried=tried)


@pytest.mark.exercise("22.1")
@pytest.mark.points(1)
def test_boxes_that_lie_apart_or_only_touch_share_nothing(student):
    x, y, w, h = (float(v) for v in student.rng.integers([1, 1, 1, 2], [3, 3, 4, 4]))
    one = [[x, y, x + w, y + h]]
    others = [
        [x + w, y, x + w + 2, y + h],
        [x + w + 1, y + h + 1, x + w + 2, y + h + 3],
        [x, y + h + 1, x + w, y + h + 2],
        [x, y, x + w, y + h],
        [x, y, x + w, y + h / 2],
        [0, 0, x + w + 2, y + h + 2],
    ]
    tried = f"iou of {one[0]} with boxes beside, apart, below, itself, half, around"
    assert_near(student.iou(one, others), by_painting(one, others), tried=tried)


@pytest.mark.exercise("22.1")
@pytest.mark.points(1)
def test_boxes_without_any_area(student):
    x, y = (float(v) for v in student.rng.integers(1, 6, 2))
    boxes = [[x, y, x, y], [x, y, x + 2, y + 1]]
    others = [[x, y, x, y], [x, y, x, y + 3], [x + 1, y, x + 4, y + 1]]
    tried = f"iou of {boxes} with {others}"
    assert_near(student.iou(boxes, others), by_painting(boxes, others), tried=tried)


counterexample(
    "22.1",
    "iou",
    draw=lambda rng, size: (
        some_boxes(rng, 1, 2).round(),
        some_boxes(rng, size, 2).round(),
    ),
    oracle=by_painting,
)

# 22.2 ---------------------------------------------------------------------------------


def cell_by_cell(boxes, classes, cells, size, num_classes):
    """Ask every cell for the things with their centre in it."""
    side = Fraction(size) / cells
    out = np.zeros((cells, cells, 5 + num_classes))
    for (row, column), there in np.ndenumerate(np.zeros((cells, cells))):
        best = there
        for box, name in zip(np.asarray(boxes).tolist(), classes, strict=True):
            x0, y0, x1, y1 = map(Fraction, box)
            across, down = (x0 + x1) / 2 / side - column, (y0 + y1) / 2 / side - row
            if 0 <= across < 1 and 0 <= down < 1 and (x1 - x0) * (y1 - y0) > best:
                best = (x1 - x0) * (y1 - y0)
                numbers = [1, across, down, (x1 - x0) / size, (y1 - y0) / size]
                names = [float(k == name) for k in range(num_classes)]
                out[row, column] = [*map(float, numbers), *names]
    return out


def spread_boxes(rng, cells, size, count):
    """Boxes whose centres lie in different cells, off the diagonal, not square."""
    side = size / cells
    places = rng.choice(cells**2, count, replace=False)
    centre = side * (np.stack([places % cells, places // cells], axis=1))
    centre = centre + side * rng.integers(1, 8, (count, 2)) / 8
    half = (
        size * np.stack([rng.integers(1, 5, count), rng.integers(5, 9, count)], 1) / 32
    )
    return np.concatenate([centre - half, centre + half], axis=1)


@pytest.mark.exercise("22.2")
@pytest.mark.points(2)
@pytest.mark.parametrize(
    ("cells", "size", "num_classes"), [(3, 24, 4), (4, 24, 3), (5, 20, 6)]
)
def test_each_thing_in_the_cell_of_its_centre(student, cells, size, num_classes):
    count = 3
    boxes = spread_boxes(student.rng, cells, size, count)
    classes = student.rng.choice(num_classes, count, replace=False)
    tried = (
        f"to_grid of {count} boxes, {cells} cells, size {size}, {num_classes} classes"
    )
    got = student.to_grid(boxes, classes, cells, size, num_classes)
    expected = cell_by_cell(boxes, classes, cells, size, num_classes)
    assert_near(got, expected, tried=tried)


@pytest.mark.exercise("22.2")
@pytest.mark.points(1)
@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0)])
def test_the_largest_of_several_things_in_a_cell(student, order):
    x, y = (float(v) for v in student.rng.integers([9, 17], [12, 20]))
    halves = [(2.0, 5.0), (4.0, 3.0), (9.0, 1.0)]  # areas 40, 48, 36
    boxes = [[x - a, y - b, x + a, y + b] for a, b in halves]
    boxes, classes = [boxes[k] for k in order], [(2, 0, 1)[k] for k in order]
    tried = f"to_grid of three boxes with one centre, half sides {[halves[k] for k in order]}"
    got = student.to_grid(boxes, classes, 3, 24, 3)
    assert_near(got, cell_by_cell(boxes, classes, 3, 24, 3), tried=tried)
    equal = [[x - 2, y - 4, x + 2, y + 4], [x - 4, y - 2, x + 4, y + 2]]
    tried = "to_grid of two boxes of one area in one cell"
    got = student.to_grid(equal, [1, 0], 3, 24, 2)
    assert_near(got, cell_by_cell(equal, [1, 0], 3, 24, 2), tried=tried)


def a_grid(rng, cells, num_classes):
    """Numbers from 0 to 1, in sixteenths, so that products are exact."""
    grid = rng.integers(1, 16, (cells, cells, 5 + num_classes)) / 16
    for cell in grid.reshape(-1, 5 + num_classes):
        cell[5:] = rng.choice(np.arange(1, 15), num_classes, replace=False) / 16
    return grid


def box_by_box(grid, size, least):
    """Read all cells, one after the other."""
    grid, boxes, scores, classes = np.asarray(grid), [], [], []
    side = size / grid.shape[0]
    for row, line in enumerate(grid):
        for column, (there, across, down, w, h, *names) in enumerate(line):
            score = there * max(names)
            if not score < least:
                middle = side * (column + across), side * (row + down)
                corners = [
                    (m - size * s / 2, m + size * s / 2)
                    for m, s in zip(middle, (w, h), strict=True)
                ]
                boxes.append(
                    [corners[0][0], corners[1][0], corners[0][1], corners[1][1]]
                )
                scores.append(score)
                classes.append(names.index(max(names)))
    return np.reshape(boxes, (-1, 4)), np.array(scores), np.array(classes, int)


@pytest.mark.exercise("22.2")
@pytest.mark.points(2)
@pytest.mark.parametrize(("cells", "size", "num_classes"), [(3, 24, 4), (2, 30, 3)])
def test_boxes_come_back_from_a_grid(student, cells, size, num_classes):
    grid = a_grid(student.rng, cells, num_classes)
    scores = np.sort((grid[..., 0] * grid[..., 5:].max(axis=-1)).ravel())
    for least in (float(scores[-2]), float(scores[1]) + 1e-3):
        tried = f"from_grid of {cells} x {cells} cells, size {size}, least {least:.4f}"
        got = parts(student.from_grid(grid, size, least), 3, tried)
        expected = box_by_box(grid, size, least)
        for name, mine, right in zip(
            ("boxes", "scores", "classes"), got, expected, strict=True
        ):
            assert_near(mine, right, tried=f"{tried}: {name}")


@pytest.mark.exercise("22.2")
@pytest.mark.points(1)
def test_a_grid_with_nothing_in_it(student):
    grid = a_grid(student.rng, 3, 2)
    tried = "from_grid, one cell above `least`"
    score = float((grid[..., 0] * grid[..., 5:].max(axis=-1)).max())
    got = parts(student.from_grid(grid, 12, score), 3, tried)
    assert_near(got[0], box_by_box(grid, 12, score)[0], tried=f"{tried}: boxes")
    tried = "from_grid, no cell above `least`"
    got = parts(student.from_grid(grid, 12, 0.99), 3, tried)
    for name, mine in zip(("boxes", "scores", "classes"), got, strict=True):
        assert_equal(np.size(mine), 0, tried=f"{tried}: numbers in {name}")


# 22.3 ---------------------------------------------------------------------------------


def best_of_the_rest(overlap, scores, classes, most):
    """Take the best that is left, and strike out what it covers."""
    overlap, scores, classes = map(np.asarray, (overlap, scores, classes))
    left, kept = np.ones(len(scores), bool), []
    while left.any():
        best = int(np.argmax(np.where(left, scores, -np.inf)))
        kept.append(best)
        left &= ~((overlap[best] > most) & (classes == classes[best]))
        left[best] = False
    return kept


def overlaps(rng, m):
    """A symmetric table in eighths, 1 on its diagonal."""
    table = rng.integers(0, 8, (m, m)) / 8
    table = np.triu(table, 1)
    return table + table.T + np.eye(m)


@pytest.mark.exercise("22.3")
@pytest.mark.points(2)
@pytest.mark.parametrize("kinds", [1, 2, 3])
def test_the_best_of_each_heap_stays(student, kinds):
    for m, most in ((9, 0.45), (7, 0.6), (10, 0.3)):
        overlap, classes = overlaps(student.rng, m), student.rng.integers(0, kinds, m)
        scores = student.rng.permutation(m) / m + 0.05
        tried = f"suppress of {m} boxes, {kinds} classes, most {most}"
        got = student.suppress(overlap, scores, classes, most)
        expected = best_of_the_rest(overlap, scores, classes, most)
        assert_equal(got, expected, tried=tried)


@pytest.mark.exercise("22.3")
@pytest.mark.points(1)
def test_who_was_dropped_drops_nobody(student):
    length = int(student.rng.integers(5, 8))
    apart = np.abs(np.subtract.outer(np.arange(length), np.arange(length)))
    overlap = np.where(apart == 0, 1.0, np.where(apart == 1, 0.7, 0.0))
    scores = np.linspace(0.9, 0.2, length)
    order = student.rng.permutation(length)
    overlap, scores = overlap[np.ix_(order, order)], scores[order]
    tried = f"suppress of {length} boxes in a row, each touching its neighbours by 0.7, most 0.5"
    got = student.suppress(overlap, scores, np.zeros(length, int), 0.5)
    expected = best_of_the_rest(overlap, scores, np.zeros(length), 0.5)
    assert_equal(got, expected, tried=tried)


@pytest.mark.exercise("22.3")
@pytest.mark.points(1)
def test_equal_scores_and_an_overlap_of_just_so_much(student):
    for most in (0.5, 0.25):
        pair = np.array([[1.0, most], [most, 1.0]])
        scores = student.rng.permutation([0.3, 0.8])
        tried = f"suppress of two boxes that overlap by {most}, and so much is allowed"
        got = student.suppress(pair, scores, [1, 1], most)
        assert_equal(got, best_of_the_rest(pair, scores, [1, 1], most), tried=tried)
        overlap, scores = overlaps(student.rng, 9), student.rng.integers(1, 4, 9) / 4
        classes = student.rng.integers(0, 2, 9)
        tried = f"suppress of 9 boxes with scores {scores}, overlaps in eighths, most {most}"
        got = student.suppress(overlap, scores, classes, most)
        expected = best_of_the_rest(overlap, scores, classes, most)
        assert_equal(got, expected, tried=tried)


counterexample(
    "22.3",
    "suppress",
    draw=lambda rng, size: (
        overlaps(rng, size + 1),
        rng.permutation(size + 1) / 4 + 0.25,
        rng.integers(0, 2, size + 1),
        0.5,
    ),
    oracle=best_of_the_rest,
)

# 22.4 ---------------------------------------------------------------------------------


def by_claims(overlap, scores, least):
    """Each truth goes to the best of those who claim it."""
    overlap, scores = np.asarray(overlap, float), np.asarray(scores, float)
    rank = np.lexsort((np.arange(len(scores)), -scores))
    wanted = [int(np.flatnonzero(row == row.max())[0]) for row in overlap]
    hits = np.zeros(len(scores), bool)
    for truth in range(overlap.shape[1]):
        claims = [b for b in rank if wanted[b] == truth and overlap[b, truth] >= least]
        hits[claims[:1]] = True
    return hits[rank]


@pytest.mark.exercise("22.4")
@pytest.mark.points(2)
@pytest.mark.parametrize(("m", "k"), [(8, 3), (6, 5), (11, 4)])
def test_each_truth_is_hit_once_by_the_best(student, m, k):
    for least in (0.5, 0.7):
        overlap = student.rng.permutation(m * k).reshape(m, k) / (m * k)
        scores = student.rng.permutation(m) / m + 0.01
        tried = f"find_hits of {m} boxes and {k} truths, least {least}"
        got = student.find_hits(overlap, scores, least)
        assert_equal(got, by_claims(overlap, scores, least), tried=tried)


@pytest.mark.exercise("22.4")
@pytest.mark.points(1)
def test_a_second_answer_is_no_hit_and_takes_no_other_truth(student):
    most, other = 0.9, 0.6
    overlap = np.array([[most, other], [most - 0.1, other], [0.2, 0.4], [0.1, 0.8]])
    order = student.rng.permutation(4)
    scores = np.array([0.8, 0.7, 0.6, 0.5])
    tried = "find_hits: two boxes on one truth, which overlap another one, too"
    got = student.find_hits(overlap[order], scores[order], 0.5)
    assert_equal(got, by_claims(overlap[order], scores[order], 0.5), tried=tried)


@pytest.mark.exercise("22.4")
@pytest.mark.points(1)
def test_equal_scores_equal_overlaps_and_the_least_that_counts(student):
    for _ in range(3):
        overlap = student.rng.integers(0, 4, (9, 4)) / 4
        scores = student.rng.integers(1, 4, 9) / 4
        tried = f"find_hits, overlaps in quarters, least 0.5, scores {scores}"
        got = student.find_hits(overlap, scores, 0.5)
        assert_equal(got, by_claims(overlap, scores, 0.5), tried=tried)


def by_recall(hits, truths):
    """At each recall the best precision that is still to come."""
    found = [sum(map(bool, hits[: n + 1])) for n in range(len(hits))]
    total = Fraction(0)
    for wanted in range(1, found[-1] + 1):
        total += max(Fraction(f, n + 1) for n, f in enumerate(found) if f >= wanted)
    return float(total / truths)


@pytest.mark.exercise("22.4")
@pytest.mark.points(2)
@pytest.mark.parametrize(("m", "truths"), [(8, 9), (12, 7), (5, 20)])
def test_the_area_under_the_envelope(student, m, truths):
    for _ in range(2):
        hits = student.rng.permutation(np.arange(m) % 2 == 0)
        tried = f"average_precision({hits.astype(int).tolist()}, {truths})"
        got = student.average_precision(hits, truths)
        assert_near(got, by_recall(hits.tolist(), truths), tried=tried)


@pytest.mark.exercise("22.4")
@pytest.mark.points(1)
def test_late_hits_missed_truths_and_no_hit_at_all(student):
    late = int(student.rng.integers(2, 6))
    for hits, truths in (
        ([False] * late + [True, True], 2),
        ([True, True, True], 3 + late),
        ([True] * late, late),
        ([False] * late, 3),
    ):
        tried = f"average_precision({hits}, {truths})"
        got = student.average_precision(hits, truths)
        assert_near(got, by_recall(hits, truths), tried=tried)


counterexample(
    "22.4",
    "find_hits",
    draw=lambda rng, size: (
        rng.integers(0, 5, (size + 1, 2)) / 4,
        rng.permutation(size + 1) / 4 + 0.25,
        0.5,
    ),
    oracle=by_claims,
)

# 22.5 ---------------------------------------------------------------------------------


def by_density(joint, size, spread):
    """SciPy's normal density at the pixels' centres, as probabilities."""
    if not np.all(np.isfinite(np.asarray(joint, float))):
        return np.zeros((size, size))
    rows, columns = np.mgrid[:size, :size] + 0.5
    heat = stats.norm.pdf(columns, joint[0], spread) * stats.norm.pdf(
        rows, joint[1], spread
    )
    return heat / np.sum(heat)


@pytest.mark.exercise("22.5")
@pytest.mark.points(2)
@pytest.mark.parametrize("size", [5, 8])
def test_a_map_is_bright_around_the_joint_and_sums_to_one(student, size):
    for spread in (0.7, 1.6):
        x, y = student.rng.uniform([0.5, size / 2 + 1], [size / 2 - 1, size - 0.5])
        tried = f"heat_map(({x:.3f}, {y:.3f}), {size}, {spread})"
        got = student.heat_map((x, y), size, spread)
        assert_near(got, by_density((x, y), size, spread), tried=tried)


@pytest.mark.exercise("22.5")
@pytest.mark.points(1)
def test_a_joint_that_is_not_known_has_an_empty_map(student):
    x, y = (float(v) for v in student.rng.uniform(1, 5, 2))
    for joint in ((x, y), (x, np.nan), (np.nan, y), (np.nan, np.nan)):
        tried = f"heat_map({joint}, 6, 1.0)"
        got = student.heat_map(joint, 6, 1.0)
        assert_near(got, by_density(joint, 6, 1.0), tried=tried)


def centres_of_mass(logits):
    """SciPy's softmax and centre of mass, a joint at a time."""
    out = []
    for heat in np.moveaxis(np.asarray(logits, float), -1, 0):
        y, x = ndimage.center_of_mass(special.softmax(heat))
        out.append([x + 0.5, y + 0.5])
    return np.array(out)


@pytest.mark.exercise("22.5")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(4, 6, 3), (7, 5, 2), (1, 3, 4)])
def test_the_place_is_the_mean_of_each_joints_map(student, shape):
    logits = student.rng.normal(0, 2, shape)
    tried = f"read_maps of logits {shape}"
    assert_near(student.read_maps(logits), centres_of_mass(logits), tried=tried)


@pytest.mark.exercise("22.5")
@pytest.mark.points(1)
def test_logits_in_the_hundreds(student):
    logits = student.rng.normal(0, 2, (5, 4, 3)) + np.array([900.0, -900.0, 0.0])
    tried = "read_maps of logits around 900, -900 and 0"
    got = student.read_maps(logits)
    assert_near(got, centres_of_mass(logits), tried=tried, tolerance=1e-3)


def by_distances(y_true, y_pred, heights, alpha):
    """Joint by joint."""
    found = []
    for body, guess, height in zip(y_true, y_pred, heights, strict=True):
        for joint, said in zip(body, guess, strict=True):
            if not np.isnan(joint).any():
                found.append(math.dist(joint, said) <= alpha * height)
    return sum(found) / len(found)


@pytest.mark.exercise("22.5")
@pytest.mark.points(2)
@pytest.mark.parametrize(("n", "joints"), [(6, 4), (3, 9)])
def test_found_is_what_lies_within_a_share_of_the_body(student, n, joints):
    heights = np.concatenate([[12.0], student.rng.uniform(20, 60, n - 1)])
    y_true = student.rng.uniform(0, 48, (n, joints, 2))
    y_pred = y_true + student.rng.normal(0, 3.5, y_true.shape)
    y_true[0, : joints - 1] = np.nan
    y_true[1, 0, 1] = np.nan
    for alpha in (0.1, 0.25):
        tried = f"pck of {n} bodies with {joints} joints, some not known, alpha {alpha}"
        got = student.pck(y_true, y_pred, heights, alpha)
        assert_near(got, by_distances(y_true, y_pred, heights, alpha), tried=tried)


@pytest.mark.exercise("22.5")
@pytest.mark.points(1)
def test_exactly_so_far_is_found(student):
    steps = np.array([[3.0, 4.0], [0.0, 5.0], [4.0, 4.0], [5.0, 0.0]])
    y_true = student.rng.integers(5, 30, (2, 4, 2)).astype(float)
    y_pred = y_true + steps[student.rng.permutation(4)]
    heights = [20.0, 16.0]
    tried = "pck, alpha 0.25, heights 20 and 16, joints off by 5 and by 5.66"
    got = student.pck(y_true, y_pred, heights, 0.25)
    assert_near(got, by_distances(y_true, y_pred, heights, 0.25), tried=tried)


# 22.6 ---------------------------------------------------------------------------------


def by_sklearn(confusion):
    """Write the pixels out and ask scikit-learn."""
    confusion = np.asarray(confusion, int)
    rows, columns = np.indices(confusion.shape)
    y_true, y_pred = (np.repeat(v.ravel(), confusion.ravel()) for v in (rows, columns))
    there = np.union1d(y_true, y_pred)
    return float(jaccard_score(y_true, y_pred, labels=there, average="macro"))


@pytest.mark.exercise("22.6")
@pytest.mark.points(2)
@pytest.mark.parametrize("classes", [2, 4, 6])
def test_every_class_counts_alike(student, classes):
    confusion = student.rng.integers(0, 9, (classes, classes))
    confusion += np.diag(student.rng.integers(1, 90, classes))
    tried = f"mean_iou of {confusion.tolist()}"
    assert_near(student.mean_iou(confusion), by_sklearn(confusion), tried=tried)


@pytest.mark.exercise("22.6")
@pytest.mark.points(1)
def test_classes_that_are_not_there(student):
    for absent, missed in ((1, 3), (4, 0)):
        confusion = student.rng.integers(1, 9, (5, 5)) + 9 * np.eye(5, dtype=int)
        confusion[absent] = confusion[:, absent] = 0
        tried = f"mean_iou, class {absent} in neither: {confusion.tolist()}"
        assert_near(student.mean_iou(confusion), by_sklearn(confusion), tried=tried)
        confusion[missed] = 0
        tried = f"mean_iou, class {missed} in the answer alone: {confusion.tolist()}"
        assert_near(student.mean_iou(confusion), by_sklearn(confusion), tried=tried)
        confusion[absent, absent] = 1
        tried = f"mean_iou, class {absent} is a single pixel: {confusion.tolist()}"
        assert_near(student.mean_iou(confusion), by_sklearn(confusion), tried=tried)


def with_zeros_between(x, kernel, stride):
    """Zeros between the pixels, then SciPy's convolution."""
    x = np.asarray(x, float)
    wide = np.zeros([(n - 1) * stride + 1 for n in x.shape])
    wide[::stride, ::stride] = x
    return signal.convolve2d(wide, np.asarray(kernel, float))


@pytest.mark.exercise("22.6")
@pytest.mark.points(2)
@pytest.mark.parametrize(
    ("shape", "kernel", "stride"),
    [
        ((2, 3), (4, 3), 2),
        ((4, 2), (2, 5), 3),
        ((3, 5), (2, 1), 1),
        ((2, 4), (2, 1), 3),
    ],
)
def test_stamps_add_up(student, shape, kernel, stride):
    x, weights = student.rng.normal(size=shape), student.rng.normal(size=kernel)
    tried = f"stamp of a map {shape}, kernel {kernel}, stride {stride}"
    got = student.stamp(x, weights, stride)
    assert_near(got, with_zeros_between(x, weights, stride), tried=tried)


@pytest.mark.exercise("22.6")
@pytest.mark.points(1)
@pytest.mark.parametrize("stride", [2, 3, 4])
def test_the_kernel_of_bilinear_interpolation(student, stride):
    weights = signal.windows.triang(2 * stride)
    got = student.tent(stride)
    assert_near(got, np.outer(weights, weights), tried=f"tent({stride})")
    x = student.rng.normal(size=(3, 4))
    middle = with_zeros_between(np.ones((3, 4)), got, stride)[
        stride:-stride, stride:-stride
    ]
    tried = f"a map of ones, stamped with tent({stride}) by SciPy, without its border"
    assert_near(middle, np.ones_like(middle), tried=tried)
    tried = f"a map, stamped with tent({stride}) by SciPy"
    right = with_zeros_between(x, np.outer(weights, weights), stride)
    assert_near(with_zeros_between(x, got, stride), right, tried=tried)


counterexample(
    "22.6",
    "mean_iou",
    draw=lambda rng, size: (
        rng.integers(0, 4, (size + 1, size + 1)) + np.eye(size + 1, dtype=int),
    ),
    oracle=by_sklearn,
)
counterexample(
    "22.6",
    "stamp",
    draw=lambda rng, size: (
        rng.integers(1, 4, (size, 2)),
        rng.integers(1, 4, (1, size)),
        2,
    ),
    oracle=with_zeros_between,
)

# 22.7 ---------------------------------------------------------------------------------


def by_correlation(volume, kernel):
    """SciPy's correlation, channel by channel."""
    out = []
    for maps in np.moveaxis(kernel, -1, 0):
        each = [
            signal.correlate(volume[..., c], maps[..., c], "valid", "direct")
            for c in range(volume.shape[-1])
        ]
        out.append(np.sum(each, axis=0))
    return np.stack(out, axis=-1)


@pytest.mark.exercise("22.7")
@pytest.mark.points(2)
@pytest.mark.parametrize(
    ("shape", "kernel"),
    [((4, 5, 6), (2, 3, 1)), ((5, 4, 7), (3, 1, 2)), ((3, 6, 4), (3, 2, 4))],
)
def test_the_kernel_moves_along_depth_too(student, shape, kernel):
    volume = student.rng.normal(size=(*shape, 2))
    weights = student.rng.normal(size=(*kernel, 2, 3))
    tried = f"convolve3d of a volume {volume.shape}, kernel {weights.shape}"
    got = student.convolve3d(volume, weights)
    assert_near(got, by_correlation(volume, weights), tried=tried)


@pytest.mark.exercise("22.7")
@pytest.mark.points(1)
def test_what_moves_along_depth_is_seen_as_the_same(student):
    thing, weights = (
        student.rng.normal(size=(2, 3, 2, 1)),
        student.rng.normal(size=(2, 2, 2, 1, 2)),
    )
    for place in (1, 3):
        volume = np.zeros((7, 3, 2, 1))
        volume[place : place + 2] = thing
        tried = f"convolve3d of a volume with a thing at slice {place}"
        got = student.convolve3d(volume, weights)
        assert_near(got, by_correlation(volume, weights), tried=tried)


@pytest.mark.exercise("22.7")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(40,), (5, 8), (3, 4, 5)])
def test_pairs_that_are_put_together(student, shape):
    true = student.rng.choice([0, 3, 4, 9], shape, p=[0.25, 0.35, 0.2, 0.2])
    answer = np.where(
        student.rng.random(shape) < 0.7, true + 1, student.rng.integers(0, 3, shape)
    )
    tried = f"rand_error of labels {shape}: true {true.ravel()[:9]}..., answer {answer.ravel()[:9]}..."
    got = parts(student.rand_error(true, answer), 3, tried)
    expected = measures.adapted_rand_error(true, answer)
    for name, mine, right in zip(
        ("error", "precision", "recall"), got, expected, strict=True
    ):
        assert_near(mine, right, tried=f"{tried}: {name}")


@pytest.mark.exercise("22.7")
@pytest.mark.points(1)
def test_joining_costs_precision_and_cutting_costs_recall(student):
    sizes = student.rng.integers(3, 7, 4)
    true = np.repeat([1, 2, 3, 4], sizes)
    joined, cut = np.where(true == 2, 1, true), true * 2 + (np.arange(len(true)) % 2)
    for name, answer in (
        ("two cells joined", joined),
        ("every cell cut", cut),
        ("other names", 9 - true),
    ):
        tried = f"rand_error, cells of {sizes} voxels, {name}"
        got = parts(student.rand_error(true, answer), 3, tried)
        assert_near(
            list(got), list(measures.adapted_rand_error(true, answer)), tried=tried
        )


counterexample(
    "22.7",
    "rand_error",
    draw=lambda rng, size: (
        np.concatenate([[1, 1], rng.integers(0, 3, size)]),
        np.concatenate([[2, 2], rng.integers(0, 3, size)]),
    ),
    oracle=measures.adapted_rand_error,
)

# 22.8 ---------------------------------------------------------------------------------


def one_after_the_other(clips, labels):
    """Clips as lists, each followed by its frames from the last to the first."""
    both, names = [], []
    for clip, label in zip(list(clips), list(labels), strict=True):
        both += [list(clip), list(reversed(list(clip)))]
        names += [int(label), int(label) ^ 1]
    return np.array(both), np.array(names)


@pytest.mark.exercise("22.8")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(3, 4), (2, 5, 3), (4, 3, 2, 2)])
def test_each_clip_is_followed_by_its_twin(student, shape):
    clips = student.rng.integers(0, 250, shape).astype(np.uint8)
    labels = student.rng.permutation(8)[: len(clips)]
    tried = f"add_twins of clips {shape}, labels {labels}"
    got = parts(student.add_twins(clips, labels), 2, tried)
    expected = one_after_the_other(clips, labels)
    assert_equal(got[0], expected[0], tried=f"{tried}: clips")
    assert_equal(got[1], expected[1], tried=f"{tried}: labels")
    assert_equal(
        str(np.asarray(got[0]).dtype), "uint8", tried=f"{tried}: dtype of the clips"
    )


def by_table(clips, labels):
    """A table of labels and of heaps of frames."""
    clips = np.asarray(clips)
    flat = clips.reshape(*clips.shape[:2], -1)
    sorted_frames = np.stack([clip[np.lexsort(clip.T)].ravel() for clip in flat])
    _, heap = np.unique(sorted_frames, axis=0, return_inverse=True)
    table = contingency_matrix(np.asarray(labels), heap.ravel())
    return float(table.max(axis=0).sum() / len(clips))


def mixed(rng, kinds, copies, shape):
    """Clips that are the same frames in other orders, and labels."""
    firsts = rng.integers(0, 4, (kinds, *shape))
    clips = [
        first[rng.permutation(shape[0])] for first in firsts for _ in range(copies)
    ]
    order = rng.permutation(len(clips))
    return np.array(clips)[order], rng.integers(0, 3, len(clips))


@pytest.mark.exercise("22.8")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(4,), (3, 2), (5, 2, 2)])
def test_a_heap_of_frames_gets_one_label(student, shape):
    clips, labels = mixed(student.rng, 3, 5, shape)
    tried = f"best_without_order of {clips.shape} clips, labels {labels}"
    got = student.best_without_order(clips, labels)
    assert_near(got, by_table(clips, labels), tried=tried)
    both, names = one_after_the_other(clips, labels)
    got = student.best_without_order(both, names)
    assert_near(got, by_table(both, names), tried=f"{tried}, with twins")


@pytest.mark.exercise("22.8")
@pytest.mark.points(1)
def test_frames_that_occur_several_times_and_equal_means(student):
    a = float(student.rng.integers(1, 5))
    clips = [
        [a, a, a + 2],
        [a, a + 2, a + 2],
        [a + 2, a, a],
        [a, a + 1, a + 1],
        [a + 1, a, a + 1],
    ]
    clips.append([a + 3, a - 1, a])
    labels = [0, 1, 0, 2, 0, 3]
    tried = f"best_without_order({clips}, {labels})"
    got = student.best_without_order(clips, labels)
    assert_near(got, by_table(clips, labels), tried=tried)
    pictures = np.zeros((2, 2, 2, 2))
    pictures[0, 0, 0, 0] = pictures[0, 1, 1, 1] = a
    pictures[1, 0, 0, 1] = pictures[1, 1, 1, 0] = a
    tried = (
        "best_without_order of two clips whose frames have equal sums but other pixels"
    )
    got = student.best_without_order(pictures, [0, 1])
    assert_near(got, by_table(pictures, [0, 1]), tried=tried)
    pixels = [[[a, 0.0], [0.0, a]], [[a, a], [0.0, 0.0]], [[0.0, a], [a, 0.0]]]
    tried = f"best_without_order({pixels}, [0, 1, 0])"
    got = student.best_without_order(pixels, [0, 1, 0])
    assert_near(got, by_table(pixels, [0, 1, 0]), tried=tried)


counterexample(
    "22.8",
    "best_without_order",
    draw=lambda rng, size: (
        rng.integers(0, 2, (size + 1, 2)),
        rng.integers(0, 2, size + 1),
    ),
    oracle=by_table,
)
