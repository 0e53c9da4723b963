"""Public checks of lab 09: the student sees these run after every exercise."""

import numpy as np
import pytest

from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_gradient,
    assert_true,
    assert_unchanged,
    counterexample,
)


def read_pair(got, names, tried):
    """Two results of a tuple, after a look at its form."""
    fits = isinstance(got, list | tuple | np.ndarray) and len(got) == 2
    assert_true(fits, tried=tried, expected=f"two results: {names}", got=got)
    return got[0], got[1]


def by_counting(kernel, inputs, outputs, size, groups, bias, norm):
    """Trained weights and multiply-adds, pair of maps by pair of maps."""
    i, o = np.ogrid[:inputs, :outputs]
    pairs = int(np.sum(i * groups // inputs == o * groups // outputs))
    kernels = np.zeros((*kernel, pairs)).size
    per_map = {(False, False): 0, (True, False): 1, (False, True): 2, (True, True): 3}
    return kernels + outputs * per_map[bias, norm], kernels * size[0] * size[1]


# 9.1 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("9.1")
@pytest.mark.points(1)
def test_layer_cost_counts_weights_and_multiply_adds(student):
    for groups, bias, norm in [(1, True, False), (1, False, True), (1, False, False)]:
        kernel = tuple(int(k) for k in student.rng.integers(1, 6, 2))
        size = tuple(int(k) for k in student.rng.integers(2, 9, 2))
        inputs, outputs = (int(k) for k in student.rng.integers(2, 12, 2))
        got = student.layer_cost(kernel, inputs, outputs, size, groups, bias, norm)
        tried = f"layer_cost({kernel}, {inputs}, {outputs}, {size}, groups=1, bias={bias}, norm={norm})"
        weights, work = read_pair(got, "weights, multiply_adds", tried)
        wanted = by_counting(kernel, inputs, outputs, size, groups, bias, norm)
        assert_equal(weights, wanted[0], tried=f"{tried}, weights")
        assert_equal(work, wanted[1], tried=f"{tried}, multiply-adds")


@pytest.mark.exercise("9.1")
@pytest.mark.points(1)
def test_layer_cost_with_groups(student):
    for groups in (2, 3):
        inputs, outputs = (groups * int(k) for k in student.rng.integers(2, 6, 2))
        k, side = int(student.rng.integers(2, 6)), int(student.rng.integers(3, 9))
        got = student.layer_cost(
            (k, k + 1), inputs, outputs, (side, side + 2), groups=groups
        )
        tried = f"layer_cost(({k}, {k + 1}), {inputs}, {outputs}, ({side}, {side + 2}), groups={groups})"
        weights, work = read_pair(got, "weights, multiply_adds", tried)
        wanted = by_counting(
            (k, k + 1), inputs, outputs, (side, side + 2), groups, True, False
        )
        assert_equal(weights, wanted[0], tried=f"{tried}, weights")
        assert_equal(work, wanted[1], tried=f"{tried}, multiply-adds")


# 9.2 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("9.2")
@pytest.mark.points(1)
def test_neighbours_are_runs_on_a_ring(student):
    maps = int(student.rng.integers(5, 9))
    for run in (1, int(student.rng.integers(2, maps)), maps):
        got = student.neighbours(maps, run)
        tried = f"neighbours({maps}, {run})"
        ring = np.tile(np.arange(maps), 2)
        wanted = np.lib.stride_tricks.sliding_window_view(ring, run)[:maps]
        assert_equal(np.array([list(seen) for seen in got]), wanted, tried=tried)


@pytest.mark.exercise("9.2")
@pytest.mark.points(1)
def test_partial_cost_counts_each_pair_once_and_a_bias_for_each_map(student):
    for _ in range(3):
        sizes = student.rng.integers(1, 6, int(student.rng.integers(2, 7)))
        table = [
            tuple(int(i) for i in student.rng.permutation(6)[:many]) for many in sizes
        ]
        kernel = tuple(int(k) for k in student.rng.integers(1, 6, 2))
        size = tuple(int(k) for k in student.rng.integers(2, 11, 2))
        tried = f"partial_cost({table}, {kernel}, {size})"
        weights, links = read_pair(
            student.partial_cost(table, kernel, size), "weights, connections", tried
        )
        each = [np.prod(kernel) * len(seen) for seen in table]
        wanted = int(np.sum(each) + len(table))
        assert_equal(weights, wanted, tried=f"{tried}, weights")
        assert_equal(links, wanted * int(np.prod(size)), tried=f"{tried}, connections")


# 9.3 ------------------------------------------------------------------------------------------------------------------


def module_by_kernels(inputs, maps, size, naive):
    """Output maps and multiply-adds, from the shapes of the module's kernels."""
    a, b, c, d, e, f = (int(m) for m in maps)
    stacks = [[(1, a)], [(1, b), (3, c)], [(1, d), (5, e)], [(1, f)]]
    if naive:
        stacks = [[(1, a)], [(3, c)], [(5, e)], []]
    places, leaving = 0, 0
    for stack in stacks:
        reads = inputs
        for k, writes in stack:
            places += np.zeros((k, k, reads, writes)).size * size[0] * size[1]
            reads = writes
        leaving += reads
    return leaving, places


@pytest.mark.exercise("9.3")
@pytest.mark.points(1)
def test_inception_cost_with_reductions(student):
    for _ in range(2):
        inputs = int(student.rng.integers(3, 20))
        maps = tuple(int(m) for m in student.rng.integers(1, 9, 6))
        size = tuple(int(s) for s in student.rng.integers(2, 7, 2))
        tried = f"inception_cost({inputs}, {maps}, {size})"
        outputs, work = read_pair(
            student.inception_cost(inputs, maps, size),
            "output_maps, multiply_adds",
            tried,
        )
        wanted = module_by_kernels(inputs, maps, size, False)
        assert_equal(outputs, wanted[0], tried=f"{tried}, output maps")
        assert_equal(work, wanted[1], tried=f"{tried}, multiply-adds")


@pytest.mark.exercise("9.3")
@pytest.mark.points(1)
def test_inception_cost_of_the_naive_module(student):
    for _ in range(2):
        inputs = int(student.rng.integers(3, 20))
        maps = tuple(int(m) for m in student.rng.integers(1, 9, 6))
        size = tuple(int(s) for s in student.rng.integers(2, 7, 2))
        tried = f"inception_cost({inputs}, {maps}, {size}, naive=True)"
        outputs, work = read_pair(
            student.inception_cost(inputs, maps, size, naive=True),
            "output_maps, multiply_adds",
            tried,
        )
        wanted = module_by_kernels(inputs, maps, size, True)
        assert_equal(outputs, wanted[0], tried=f"{tried}, output maps")
        assert_equal(work, wanted[1], tried=f"{tried}, multiply-adds")


# 9.4 ------------------------------------------------------------------------------------------------------------------


def draw_block(rng, n=3, d=4, h=5):
    """x, w1, w2 whose sums lie on both sides of 0."""
    return rng.normal(size=(n, d)), rng.normal(size=(d, h)), rng.normal(size=(h, d))


def block_by_rows(x, w1, w2):
    """The block's output, one row after the other."""
    rows = []
    for row in x:
        hidden = np.einsum("d,dh->h", row, w1)
        total = row + np.einsum("h,hd->d", np.where(hidden > 0, hidden, 0), w2)
        rows.append(np.where(total > 0, total, 0))
    return np.array(rows)


@pytest.mark.exercise("9.4")
@pytest.mark.points(1)
def test_residual_block_adds_before_the_last_relu(student):
    for n, d, h in [(3, 4, 5), (1, 3, 2), (5, 2, 6)]:
        x, w1, w2 = draw_block(student.rng, n, d, h)
        got, after = student.call_tracking("residual_block", x, w1, w2)
        wanted = block_by_rows(x, w1, w2)
        tried = f"residual_block, x {x.shape}, w1 {w1.shape}, w2 {w2.shape}"
        assert_close(got, wanted, tried=tried)
        assert_unchanged([x, w1, w2], after, tried="residual_block")


@pytest.mark.exercise("9.4")
@pytest.mark.points(2)
def test_block_gradient_is_the_slope_of_the_block(student):
    for n, d, h in [(3, 4, 5), (2, 3, 2)]:
        x, w1, w2 = draw_block(student.rng, n, d, h)
        upstream = student.rng.normal(size=(n, d))

        def loss(v, w1=w1, w2=w2, upstream=upstream):
            """The block's sum with upstream, in float64."""
            half = np.clip(v @ w1, 0, None) @ w2
            return np.sum(upstream * np.clip(half + v, 0, None))

        got = student.block_gradient(x, w1, w2, upstream)
        assert_gradient(
            got,
            loss,
            x,
            tried=f"block_gradient, x {x.shape}, beside finite differences",
        )


@pytest.mark.exercise("9.4")
@pytest.mark.points(1)
def test_shortcut_keeps_every_stride_th_pixel_and_adds_zeros_behind(student):
    for h, w, c, maps, stride in [(5, 4, 2, 5, 2), (6, 7, 3, 3, 3), (3, 2, 1, 2, 1)]:
        x = student.rng.normal(size=(2, h, w, c))
        got, after = student.call_tracking("shortcut", x, maps, stride)
        rows, columns = -(-h // stride), -(-w // stride)
        wanted = np.zeros((2, rows, columns, maps))
        for i, j in np.ndindex(rows, columns):
            wanted[:, i, j, :c] = x[:, i * stride, j * stride]
        tried = f"shortcut of x {x.shape}, maps={maps}, stride={stride}"
        assert_close(got, wanted, tried=tried)
        assert_unchanged([x], after[:1], tried="shortcut")


# 9.5 ------------------------------------------------------------------------------------------------------------------


def block_outputs(z, columns, conv):
    """What arrives at the last join, by walking down the rows of the paper's figure."""
    reads = [np.asarray(z, float)] * columns
    for row in range(1, 2 ** (columns - 1) + 1):
        here = [c for c in range(columns) if row % 2 ** (columns - 1 - c) == 0]
        out = {c: conv(reads[c]) for c in here}
        for c in here:
            reads[c] = np.mean([out[k] for k in here], axis=0)
    return [out[c] for c in range(columns)]


@pytest.mark.exercise("9.5")
@pytest.mark.points(2)
def test_fractal_gives_what_arrives_at_the_last_join(student):
    for columns in (1, 2, 3, 4):
        z = student.rng.normal(size=3)
        a, b = student.rng.uniform(0.5, 1.5, 2)
        got = student.fractal(z, columns, lambda v, a=a, b=b: a * np.sin(v) + b)
        wanted = block_outputs(z, columns, lambda v, a=a, b=b: a * np.sin(v) + b)
        tried = f"fractal(z, {columns}, conv) with conv(z) = a sin(z) + b"
        listed = isinstance(got, list | tuple) and len(got) == columns
        assert_true(
            listed,
            tried=tried,
            expected=f"a list of {columns} results",
            got=got,
        )
        assert_close(list(got), wanted, tried=tried)


@pytest.mark.exercise("9.5")
@pytest.mark.points(1)
def test_fractal_makes_every_convolution_anew(student):
    columns = int(student.rng.integers(2, 5))
    scale = student.rng.uniform(0.5, 1.5)
    calls = []

    def conv(z):
        calls.append(1)
        return scale * np.asarray(z)

    got = student.fractal(np.ones(2), columns, conv)
    wanted = block_outputs(np.ones(2), columns, lambda v: scale * v)
    assert_close(list(got), wanted, tried=f"fractal(ones, {columns}, conv)")
    assert_equal(
        len(calls), 2**columns - 1, tried=f"calls of conv with {columns} columns"
    )


@pytest.mark.exercise("9.5")
@pytest.mark.points(1)
def test_path_lengths_lists_every_path(student):
    order = student.rng.permutation([1, 2, 3, 4])
    known = {1: [1], 2: [1, 2], 3: [1, 2, 3, 3, 4]}
    known[4] = sorted([1] + [a + b for a in known[3] for b in known[3]])
    for columns in order.tolist():
        got = student.path_lengths(columns)
        tried = f"path_lengths({columns})"
        assert_equal(list(np.asarray(got).tolist()), known[columns], tried=tried)


# 9.6 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("9.6")
@pytest.mark.points(1)
def test_local_kept_drops_what_is_below_the_rate(student):
    for k in (2, 3, 5):
        draws = student.rng.random(k)
        rate = float(np.sort(draws)[1])  # drops the smallest; one draw equals the rate
        got = student.local_kept(draws, rate)
        tried = f"local_kept({draws.tolist()}, {rate!r})"
        wanted = (draws != draws.min()).astype(float)
        assert_equal(np.asarray(got, float), wanted, tried=tried)


@pytest.mark.exercise("9.6")
@pytest.mark.points(1)
def test_local_kept_never_drops_all(student):
    for k in (1, 2, 4):
        draws = 0.5 * student.rng.random(k)
        got = student.local_kept(draws, 0.9)
        wanted = np.zeros(k)
        wanted[np.argmax(draws)] = 1
        tried = (
            f"local_kept({np.round(draws, 3).tolist()}, 0.9): all are below the rate"
        )
        assert_equal(np.asarray(got, float), wanted, tried=tried)


@pytest.mark.exercise("9.6")
@pytest.mark.points(2)
def test_global_kept_keeps_one_column_in_every_join(student):
    joins = [(1, 2), (0, 1, 2), (2, 1), (0, 1, 2)]
    for _ in range(4):
        numbers = iter(student.rng.random(50).tolist())
        first = []

        def draw(numbers=numbers, first=first):
            first.append(next(numbers))
            return first[-1]

        got = student.global_kept(joins, 3, draw)
        column = int(3 * first[0]) if first else 0
        wanted = []
        for reached in joins:
            alone = [float(c == column) for c in reached]
            wanted.append(np.array(alone if sum(alone) else [1.0] * len(reached)))
        drawn = f"{first[0]:.3f}" if first else "never called"
        tried = f"global_kept({joins}, 3, draw) with draw() {drawn}"
        assert_close([np.asarray(k, float) for k in got], wanted, tried=tried)


@pytest.mark.exercise("9.6")
@pytest.mark.points(1)
def test_join_takes_the_mean_of_the_survivors(student):
    for k in (2, 3, 4):
        paths = student.rng.normal(size=(k, 2, 3))
        kept = student.rng.random(k) < 0.5
        kept[student.rng.integers(k)] = True
        got, after = student.call_tracking("join", paths, kept)
        wanted = np.average(paths, axis=0, weights=kept.astype(float))
        tried = f"join of {k} paths, kept {kept.tolist()}"
        assert_close(got, wanted, tried=tried)
        assert_unchanged([paths, kept], after, tried="join")


# 9.7 ------------------------------------------------------------------------------------------------------------------


def one_s_cell(patch, weights, r):
    e, v = float(np.vdot(patch, weights)), float(np.linalg.norm(patch))
    return r * max(0.0, (1 + e) / (1 + r * v / (1 + r)) - 1)


@pytest.mark.exercise("9.7")
@pytest.mark.points(2)
def test_s_plane_answers_at_every_pixel(student):
    for h, w, k in [(4, 5, 3), (6, 3, 1), (5, 6, 5)]:
        image, r = student.rng.random((h, w)), float(student.rng.uniform(0.5, 3))
        weights = student.rng.random((k, k))
        weights /= np.linalg.norm(weights)
        got, after = student.call_tracking("s_plane", image, weights, r)
        wanted = np.zeros((h, w))
        framed = np.zeros((h + k - 1, w + k - 1))
        framed[k // 2 : k // 2 + h, k // 2 : k // 2 + w] = image
        for i, j in np.ndindex(h, w):
            wanted[i, j] = one_s_cell(framed[i : i + k, j : j + k], weights, r)
        tried = f"s_plane, image {image.shape}, weights {weights.shape}, R={r:.2f}"
        assert_close(got, wanted, tried=tried)
        assert_unchanged([image, weights], after[:2], tried="s_plane")


@pytest.mark.exercise("9.7")
@pytest.mark.points(1)
def test_c_plane_blurs_then_saturates(student):
    for h, w, size, stride in [(5, 4, 3, 2), (6, 6, 5, 1), (4, 7, 1, 3)]:
        plane = student.rng.random((h, w))
        got, after = student.call_tracking("c_plane", plane, size, stride)
        rows, columns = -(-h // stride), -(-w // stride)
        wanted, reach = np.zeros((rows, columns)), size // 2
        for i, j in np.ndindex(rows, columns):
            top, left = i * stride, j * stride
            square = plane[
                max(0, top - reach) : top + reach + 1,
                max(0, left - reach) : left + reach + 1,
            ]
            m = square.sum() / size**2
            wanted[i, j] = m / (0.1 + m)
        tried = f"c_plane, plane {plane.shape}, size={size}, stride={stride}"
        assert_close(got, wanted, tried=tried)
        assert_unchanged([plane], after[:1], tried="c_plane")


# 9.8 ------------------------------------------------------------------------------------------------------------------


def by_sorting(scores, labels, k):
    """Top-k error where no two scores of a row are alike."""
    best = np.argsort(scores, axis=1)[:, -k:]
    return float(np.mean(~np.any(best == np.asarray(labels)[:, None], axis=1)))


@pytest.mark.exercise("9.8")
@pytest.mark.points(1)
def test_top_k_error_without_ties(student):
    for n, classes, k in [(12, 6, 1), (20, 8, 3), (9, 7, 5)]:
        scores = student.rng.normal(size=(n, classes))
        labels = student.rng.integers(0, classes, n)
        right = int(np.argmax(scores[0]))
        labels[0] = right  # at least one is right
        labels[1] = int(np.argmin(scores[1]))  # and one is not
        tried = f"top_k_error, scores {scores.shape}, k={k}"
        assert_close(
            student.top_k_error(scores, labels, k),
            by_sorting(scores, labels, k),
            tried=tried,
        )


@pytest.mark.exercise("9.8")
@pytest.mark.points(1)
def test_top_k_error_lets_ties_stand_before_the_label(student):
    n, classes = 10, 6
    labels = student.rng.integers(0, classes, n)
    scores = np.full((n, classes), float(student.rng.normal()))
    for k, wanted in [(1, 1.0), (classes - 1, 1.0), (classes, 0.0)]:
        tried = f"top_k_error, all {classes} scores equal, k={k}"
        assert_close(student.top_k_error(scores, labels, k), wanted, tried=tried)
    half = scores.copy()
    half[: n // 2, :] -= np.arange(classes)  # rows with an order, class 0 best
    labels[: n // 2] = 0
    tried = f"top_k_error, half the rows tied, k={classes - 2}"
    assert_close(student.top_k_error(half, labels, classes - 2), 0.5, tried=tried)


counterexample(
    "9.2",
    "neighbours",
    draw=lambda rng, size: (size + 1, int(rng.integers(1, size + 2))),
    oracle=lambda maps, run: [
        tuple(int(v) for v in seen)
        for seen in np.lib.stride_tricks.sliding_window_view(
            np.tile(np.arange(maps), 2), run
        )[:maps]
    ],
)
counterexample(
    "9.6",
    "join",
    draw=lambda rng, size: (
        rng.integers(0, 5, (size + 1, 2)).astype(float),
        np.arange(size + 1) <= rng.integers(0, size + 1),
    ),
    oracle=lambda paths, kept: np.average(
        paths, axis=0, weights=np.asarray(kept, float)
    ),
)
