"""Public checks of lab 06: the student sees these run after every exercise."""

import itertools

import numpy as np
import pytest

from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_gradient,
    assert_probabilities,
    assert_true,
    counterexample,
)


def read_parts(got, names, tried):
    """The parts of a returned tuple, after a look at its form."""
    fits = isinstance(got, list | tuple | np.ndarray) and len(got) == len(names)
    assert_true(
        fits, tried=tried, expected=f"{len(names)} results: {', '.join(names)}", got=got
    )
    return list(got)


def read_epochs(got, tried):
    """(best, last) as two ints."""
    best, last = read_parts(got, ["best", "last"], tried)
    return [int(best), int(last)]


# 6.1 ------------------------------------------------------------------------------------------------------------------


def unit_by_unit(x, w, b, v, c):
    return np.array(
        [
            c
            + sum(
                vm * np.tanh(wm * xi + bm) for wm, bm, vm in zip(w, b, v, strict=True)
            )
            for xi in x
        ]
    )


@pytest.mark.exercise("6.1")
@pytest.mark.points(1)
def test_network_sums_its_tanh_units(student):
    for n, units in [(5, 3), (3, 5), (4, 1), (1, 4)]:
        x, (w, b, v), c = (
            student.rng.normal(size=n),
            student.rng.normal(size=(3, units)),
            float(student.rng.normal()),
        )
        got = student.network(x, w, b, v, c)
        assert_close(
            got,
            unit_by_unit(x, w, b, v, c),
            tried=f"network of {n} inputs and M = {units} units",
        )


@pytest.mark.exercise("6.1")
@pytest.mark.points(1)
def test_choose_units_takes_the_smallest_median(student):
    for repeats in (3, 5, 6):
        units = student.rng.permutation(40)[:5].tolist()
        errors = student.rng.uniform(0.2, 0.9, (repeats, 5))
        medians = np.median(errors, axis=0)
        best = int(np.argmin(medians))
        errors[np.argmax(errors[:, best]), best] += (
            1000  # one wild fit of the best size
        )
        errors[0, (best + 1) % 5] = min(
            errors[0, (best + 1) % 5], 0.01
        )  # and one lucky fit of another
        wanted = units[int(np.argmin(np.median(errors, axis=0)))]
        got = student.choose_units(units, errors)
        assert_equal(
            got,
            wanted,
            tried=f"choose_units({units}, errors of {repeats} data sets; medians {np.median(errors, axis=0).round(3).tolist()})",
        )


@pytest.mark.exercise("6.1")
@pytest.mark.points(1)
def test_choose_units_takes_the_mean_of_the_two_middle_values_of_an_even_number(
    student,
):
    units = (1 + student.rng.permutation(30)[:3]).tolist()
    base, shift = float(student.rng.uniform(0, 3)), student.rng.uniform(0, 0.01, 3)
    columns = np.array(
        [[0.03, 0.05, 0.9, 0.95], [0.3, 0.35, 0.4, 0.5], [0.05, 0.1, 0.5, 0.9]]
    )  # medians 0.475, 0.375, 0.3
    errors = base + (columns + shift[:, None]).T
    for column in range(3):
        errors[:, column] = student.rng.permutation(errors[:, column])
    medians = np.median(errors, axis=0).round(3).tolist()
    got = student.choose_units(units, errors)
    assert_equal(
        got,
        units[2],
        tried=f"choose_units({units}, errors of 4 data sets; medians {medians})",
    )


@pytest.mark.exercise("6.1")
@pytest.mark.points(1)
def test_choose_units_prefers_fewer_units_among_equals(student):
    units = (1 + student.rng.permutation(30)[:4]).tolist()
    errors = np.tile(student.rng.integers(5, 9, (3, 1)) / 4, (1, 4))
    for order in (sorted(units), sorted(units)[::-1], units, units[::-1]):
        got = student.choose_units(order, errors)
        assert_equal(
            got,
            min(order),
            tried=f"choose_units({order}, ...) where all candidates have the same errors",
        )


# 6.2 ------------------------------------------------------------------------------------------------------------------


def stop_by_definition(errors, patience):
    """Records first, then the first epoch that lies `patience` behind the last record before it."""
    errors = list(errors)
    records = [
        e
        for e in range(len(errors))
        if all(errors[e] < earlier for earlier in errors[:e])
    ]
    for epoch in range(len(errors)):
        best = max(r for r in records if r <= epoch)
        if epoch - best >= patience:
            return [best, epoch]
    return [records[-1], len(errors) - 1]


@pytest.mark.exercise("6.2")
@pytest.mark.points(2)
def test_early_stopping_ends_when_patience_runs_out(student):
    for patience in (1, 3, 2):
        falling = np.sort(student.rng.uniform(1, 2, 4))[::-1]
        rising = falling[-1] + student.rng.uniform(
            0.1, 1, patience + 3
        )  # no record among these
        errors = [*falling, *rising, 0.5, 0.4]  # better still, but too late
        tried = f"early_stopping({np.round(errors, 2).tolist()}, {patience})"
        got = read_epochs(student.early_stopping(errors, patience), tried)
        assert_equal(got, [3, 3 + patience], tried=f"{tried}, as [best, last]")
        records = np.repeat(np.sort(student.rng.uniform(1, 2, 4))[::-1], patience)
        blips = records + np.where(
            np.arange(len(records)) % patience, 0.5, 0.0
        )  # patience - 1 bad epochs after each record
        tried = f"early_stopping({blips.round(2).tolist()}, {patience}): each wait ends in a record"
        got = read_epochs(student.early_stopping(blips, patience), tried)
        assert_equal(
            got, [3 * patience, 4 * patience - 1], tried=f"{tried}, as [best, last]"
        )


@pytest.mark.exercise("6.2")
@pytest.mark.points(1)
def test_early_stopping_on_ragged_curves_with_ties(student):
    for patience, epochs in itertools.product((1, 2, 4), (1, 8, 12, 25, 25)):
        errors = (
            student.rng.integers(0, 12, epochs) + np.arange(epochs)[::-1] // 2
        ).astype(float)
        tried = f"early_stopping({errors.tolist()}, {patience})"
        got = read_epochs(student.early_stopping(errors, patience), tried)
        assert_equal(
            got, stop_by_definition(errors, patience), tried=f"{tried}, as [best, last]"
        )


@pytest.mark.exercise("6.2")
@pytest.mark.points(1)
def test_early_stopping_runs_all_epochs_while_records_keep_coming(student):
    errors = np.sort(student.rng.uniform(0, 1, 7))[::-1]
    tried = f"early_stopping({errors.round(2).tolist()}, 1)"
    assert_equal(
        read_epochs(student.early_stopping(errors, 1), tried),
        [6, 6],
        tried=f"{tried}, as [best, last]",
    )
    errors = [*errors, errors[-1] + student.rng.uniform(0.1, 1)]
    tried = f"early_stopping({np.round(errors, 2).tolist()}, 3): training ends before patience does"
    assert_equal(
        read_epochs(student.early_stopping(errors, 3), tried),
        [6, 7],
        tried=f"{tried}, as [best, last]",
    )


# 6.3 ------------------------------------------------------------------------------------------------------------------


def layers_of(rng, sizes):
    """Weights and biases (none zero) of dense layers."""
    pairs = itertools.pairwise(sizes)
    return [(rng.normal(size=(i, o)), 1 + rng.random(o)) for i, o in pairs]


def cost(layers, l1, l2):
    weights = np.concatenate([np.ravel(w) for w, _ in layers])
    return float(l1 * np.abs(weights).sum() + 0.5 * l2 * weights @ weights)


def read_gradients(got, layers, tried):
    """A list of pairs of arrays in the form of `layers`."""
    form = f"a list of {len(layers)} pairs (dW, db)"
    fits = (
        isinstance(got, list | tuple)
        and len(got) == len(layers)
        and all(isinstance(p, list | tuple) and len(p) == 2 for p in got)
    )
    assert_true(fits, tried=tried, expected=form, got=got)
    return got


@pytest.mark.exercise("6.3")
@pytest.mark.points(1)
def test_penalty_prices_weights_and_leaves_biases_free(student):
    for sizes in [(3, 2), (2, 5, 1), (4, 3, 2, 3)]:
        layers = layers_of(student.rng, sizes)
        for l1, l2 in [(0.0, 0.7), (0.3, 0.0), (0.2, 0.5)]:
            got = student.penalty(layers, l1, l2)
            assert_close(
                got,
                cost(layers, l1, l2),
                tried=f"penalty of layers {sizes} with l1={l1}, l2={l2}",
            )


@pytest.mark.exercise("6.3")
@pytest.mark.points(2)
def test_penalty_gradient_matches_finite_differences(student):
    for sizes, l1, l2 in [
        ((3, 2), 0.0, 0.8),
        ((2, 4, 1), 0.4, 0.0),
        ((1, 3, 2), 0.2, 0.6),
    ]:
        layers = layers_of(student.rng, sizes)
        tried = f"penalty_gradient of layers {sizes} with l1={l1}, l2={l2}"
        for place, (dw, _) in enumerate(
            read_gradients(student.penalty_gradient(layers, l1, l2), layers, tried)
        ):
            w = layers[place][0]
            assert_gradient(
                dw,
                lambda w, l1=l1, l2=l2: cost([(w, 0.0)], l1, l2),
                w,
                tried=f"{tried}: dW of layer {place}, beside finite differences",
            )


@pytest.mark.exercise("6.3")
@pytest.mark.points(1)
def test_penalty_gradient_is_zero_for_biases_and_at_zero(student):
    layers = layers_of(student.rng, (3, 4, 2))
    layers[0][0][0, :] = 0.0
    l1, l2 = student.rng.uniform(0.2, 0.9, 2)
    tried = "penalty_gradient where some weights are 0"
    grads = read_gradients(student.penalty_gradient(layers, l1, l2), layers, tried)
    assert_close(np.asarray(grads[0][0])[0], np.zeros(4), tried=f"{tried}: dW there")
    for place, (_, db) in enumerate(grads):
        assert_close(
            db, np.zeros_like(layers[place][1]), tried=f"{tried}: db of layer {place}"
        )


# 6.4 ------------------------------------------------------------------------------------------------------------------


def one_mask(a, u, rate, training):
    """Dropout, a unit at a time."""
    kept = [
        value / (1 - rate) if draw >= rate else 0.0
        for value, draw in zip(a.flat, u.flat, strict=True)
    ]
    return np.array(kept).reshape(a.shape) if training else a


@pytest.mark.exercise("6.4")
@pytest.mark.points(2)
def test_dropout_keeps_and_rescales_while_training(student):
    for shape, rate in [((40,), 0.2), ((5, 8), 0.5), ((2, 3, 4), 0.75), ((3, 6), 0.0)]:
        a, u = student.rng.normal(size=shape), student.rng.random(shape)
        u.flat[0] = rate  # u = rate is kept
        got = student.dropout(a, u, rate, True)
        assert_close(
            got,
            one_mask(a, u, rate, True),
            tried=f"dropout of shape {shape}, rate {rate}, training=True",
        )


@pytest.mark.exercise("6.4")
@pytest.mark.points(1)
def test_dropout_does_nothing_at_test(student):
    for shape, rate in [((7,), 0.8), ((3, 5), 0.3)]:
        a, u = student.rng.normal(size=shape), student.rng.random(shape)
        assert_close(
            student.dropout(a, u, rate, False),
            a,
            tried=f"dropout of shape {shape}, rate {rate}, training=False",
        )
    a, u = student.rng.normal(size=40), np.linspace(0.01, 0.99, 40)
    assert_true(
        not np.allclose(student.dropout(a, u, 0.5, True), a),
        tried="dropout of 40 entries, rate 0.5, training=True",
        expected="something dropped in training",
        got="the input",
    )


@pytest.mark.exercise("6.4")
@pytest.mark.points(1)
def test_dropout_keeps_the_average(student):
    a = student.rng.uniform(1, 3, 6)
    for rate in (0.25, 0.5, 0.8):
        u = (
            np.arange(4000)[:, None] + student.rng.random((4000, 6))
        ) / 4000  # evenly spread draws
        got = np.asarray(student.dropout(np.tile(a, (4000, 1)), u, rate, True))
        assert_close(
            got.mean(axis=0), a, tried=f"mean over 4000 masks, rate {rate}", rtol=5e-3
        )
        assert_close(
            np.mean(got == 0), rate, tried=f"share dropped, rate {rate}", atol=5e-3
        )


# 6.5 ------------------------------------------------------------------------------------------------------------------


def softly(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def crowd_average(h, V, c, keep):
    """The average of all thinned networks, row by row, mask by mask from the bits of a number."""
    rows, n = h.shape
    out = np.zeros((rows, len(c)))
    for bits in range(2**n):
        mask = (bits >> np.arange(n)) & 1
        chance = np.prod(np.where(mask, keep, 1 - keep))
        for r in range(rows):
            out[r] += chance * softly((mask * h[r]) @ V + c)
    return out


def last_layer(rng, rows, n, classes):
    return (
        rng.normal(size=(rows, n)) * 1.5,
        rng.normal(size=(n, classes)),
        rng.normal(size=classes),
    )


@pytest.mark.exercise("6.5")
@pytest.mark.points(2)
def test_average_over_masks_weighs_every_mask_by_its_chance(student):
    for rows, n, classes, keep in [
        (3, 4, 2, 0.5),
        (2, 3, 5, 0.8),
        (1, 5, 3, 0.3),
        (4, 1, 2, 0.6),
    ]:
        h, V, c = last_layer(student.rng, rows, n, classes)
        tried = f"average_over_masks: {rows} rows, {n} units, {classes} classes, keep={keep}"
        got = student.average_over_masks(h, V, c, keep)
        assert_probabilities(got, tried=tried)
        assert_close(got, crowd_average(h, V, c, keep), tried=tried)


@pytest.mark.exercise("6.5")
@pytest.mark.points(1)
def test_weight_scaling_scales_weights_and_not_biases(student):
    for rows, n, classes, keep in [(3, 4, 2, 0.5), (2, 6, 5, 0.8), (1, 3, 3, 0.2)]:
        h, V, c = last_layer(student.rng, rows, n, classes)
        wanted = np.array([softly(keep * row @ V + c) for row in h])
        got = student.weight_scaling(h, V, c, keep)
        assert_close(
            got,
            wanted,
            tried=f"weight_scaling: {rows} rows, {n} units, {classes} classes, keep={keep}",
        )


@pytest.mark.exercise("6.5")
@pytest.mark.points(1)
def test_with_every_unit_kept_both_are_the_plain_network(student):
    h, V, c = last_layer(student.rng, 3, 4, 3)
    wanted = np.array([softly(row @ V + c) for row in h])
    for name in ("average_over_masks", "weight_scaling"):
        assert_close(
            student.call(name, h, V, c, 1.0), wanted, tried=f"{name} with keep=1"
        )


# 6.6 ------------------------------------------------------------------------------------------------------------------


def moved_pixel_by_pixel(image, angle, scale, shift):
    height, width = image.shape
    out, turn = np.zeros_like(image), np.deg2rad(angle)
    for i in range(height):
        for j in range(width):
            di, dj = i - (height - 1) / 2 - shift[0], j - (width - 1) / 2 - shift[1]
            r = round(
                (height - 1) / 2 + (np.cos(turn) * di + np.sin(turn) * dj) / scale
            )
            s = round(
                (width - 1) / 2 + (-np.sin(turn) * di + np.cos(turn) * dj) / scale
            )
            if 0 <= r < height and 0 <= s < width:
                out[i, j] = image[r, s]
    return out


@pytest.mark.exercise("6.6")
@pytest.mark.points(1)
def test_move_shifts_down_and_right(student):
    for shape, shift in [
        ((4, 7), (1, 2)),
        ((6, 3), (-2, 1)),
        ((5, 5), (0, -3)),
        ((3, 4), (0, 0)),
    ]:
        image = student.rng.random(shape)
        got = student.move(image, 0, 1, shift)
        assert_close(
            got,
            moved_pixel_by_pixel(image, 0, 1, shift),
            tried=f"move of an image {shape} by shift={shift}",
        )


@pytest.mark.exercise("6.6")
@pytest.mark.points(2)
def test_move_turns_and_scales_about_the_middle(student):
    for shape, scale in [
        ((6, 9), 1.0),
        ((8, 5), student.rng.uniform(1.3, 1.9)),
        ((7, 7), student.rng.uniform(0.5, 0.8)),
    ]:
        image, angle = (
            student.rng.random(shape).astype(np.float32),
            float(student.rng.uniform(15, 70)),
        )
        for turn in (0.0, angle, -angle):
            shift = tuple(
                (
                    student.rng.integers(-1, 2, 2) + student.rng.uniform(0.05, 0.2)
                ).tolist()
            )
            tried = f"move of an image {shape}, angle={turn:.1f}, scale={scale:.2f}, shift=({shift[0]:.2f}, {shift[1]:.2f})"
            got = student.move(image, turn, float(scale), shift)
            assert_close(
                got, moved_pixel_by_pixel(image, turn, scale, shift), tried=tried
            )


@pytest.mark.exercise("6.6")
@pytest.mark.points(2)
def test_augmented_split_adds_fresh_copies_of_training_rows_only(student):
    n, copies = 9, 3
    images, labels = student.rng.random((n, 3, 4)), student.rng.permutation(n)
    rows = student.rng.permutation(n)
    train, validation = rows[:5], rows[5:]
    calls = []

    def change(x):
        calls.append(np.asarray(x))
        return np.asarray(x) + 10.0 * len(calls)

    tried = f"augmented_split with {len(train)} training rows, {len(validation)} validation rows, {copies} copies"
    names = ["x_train", "y_train", "x_validation", "y_validation"]
    x_train, y_train, x_validation, y_validation = read_parts(
        student.augmented_split(images, labels, train, validation, change, copies),
        names,
        tried,
    )
    assert_true(
        len(calls) == copies,
        tried=tried,
        expected=f"{copies} calls of change, one per copy",
        got=f"{len(calls)} calls",
    )
    for i, seen in enumerate(calls):
        assert_close(
            seen, images[train], tried=f"{tried}: what change received in call {i + 1}"
        )
    wanted = np.concatenate([images[train] + 10.0 * i for i in range(copies + 1)])
    assert_close(x_train, wanted, tried=f"{tried}: x_train")
    assert_equal(
        y_train,
        np.concatenate([labels[train]] * (copies + 1)),
        tried=f"{tried}: y_train",
    )
    assert_close(x_validation, images[validation], tried=f"{tried}: x_validation")
    assert_equal(y_validation, labels[validation], tried=f"{tried}: y_validation")


# 6.7 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("6.7")
@pytest.mark.points(2)
def test_ensemble_labels_average_probabilities(student):
    for members, rows, classes in [(3, 20, 4), (5, 40, 3), (1, 6, 5), (4, 1, 2)]:
        p = student.rng.dirichlet(np.full(classes, 0.6), (members, rows))
        wanted = np.argmax(sum(p[m] for m in range(members)) / members, axis=1)
        got = student.ensemble_labels(p)
        assert_equal(
            got,
            wanted,
            tried=f"ensemble_labels of {members} members, {rows} rows, {classes} classes",
        )


@pytest.mark.exercise("6.7")
@pytest.mark.points(1)
def test_one_sure_member_outweighs_two_that_hesitate(student):
    classes = 4
    sure, unsure = student.rng.permutation(classes)[:2]
    p = np.full((3, 1, classes), 0.0)
    p[0, 0, sure], p[0, 0, unsure] = 0.96, 0.04
    tilt = student.rng.uniform(0.01, 0.04)
    p[1:, 0, sure], p[1:, 0, unsure] = 0.5 - tilt, 0.5 + tilt
    assert_equal(
        student.ensemble_labels(p),
        np.array([sure]),
        tried="one member sure of a class, two that lean slightly to another",
    )


def three_terms(f, y):
    """Error of the mean, mean error and spread, an entry at a time."""
    members, points = f.shape
    pairs = list(np.ndindex(f.shape))
    mean = [sum(f[m, i] for m in range(members)) / members for i in range(points)]
    together = sum((mean[i] - y[i]) ** 2 for i in range(points)) / points
    each = sum((f[m, i] - y[i]) ** 2 for m, i in pairs) / len(pairs)
    spread = sum((f[m, i] - mean[i]) ** 2 for m, i in pairs) / len(pairs)
    return float(together), float(each), float(spread)


@pytest.mark.exercise("6.7")
@pytest.mark.points(2)
def test_error_and_spread_are_the_three_terms(student):
    for members, points in [(3, 8), (2, 1), (6, 30), (1, 5)]:
        f, y = (
            student.rng.normal(size=(members, points)),
            student.rng.normal(size=points),
        )
        together, each, spread = three_terms(f, y)
        tried = f"error_and_spread of {members} members on {points} points"
        got = read_parts(
            student.error_and_spread(f, y),
            ["error of the mean", "mean error", "spread"],
            tried,
        )
        for value, wanted, name in zip(
            got,
            (together, each, spread),
            ("error of the mean", "mean error of the members", "spread"),
            strict=True,
        ):
            assert_close(value, float(wanted), tried=f"{tried}: {name}", atol=1e-9)


# 6.8 ------------------------------------------------------------------------------------------------------------------


def weighted_answer(x, y, x_probe):
    """A learner whose answer depends on every row and its place."""
    x, y, x_probe = (np.asarray(values, dtype=float) for values in (x, y, x_probe))
    place = np.arange(1, len(y) + 1)
    return (
        np.sum(place * y * np.exp(-((x_probe[:, None] - x) ** 2)), axis=1) / place.sum()
    )


def moved_answers(learn, x, y, x_spare, y_spare, x_probe):
    before, out = learn(x, y, x_probe), []
    for i in range(len(x_spare)):
        x_new = np.concatenate([x[:i], [x_spare[i]], x[i + 1 :]])
        y_new = np.concatenate([y[:i], [y_spare[i]], y[i + 1 :]])
        out.append(np.abs(learn(x_new, y_new, x_probe) - before))
    return float(np.mean(out))


@pytest.mark.exercise("6.8")
@pytest.mark.points(2)
def test_instability_replaces_one_row_at_a_time(student):
    for n, spares, probes in [(6, 4, 5), (5, 5, 2), (4, 1, 3), (1, 1, 1)]:
        x, y = student.rng.normal(size=(2, n))
        x_spare, y_spare = student.rng.normal(size=(2, spares))
        x_probe = student.rng.normal(size=probes)
        got = student.instability(weighted_answer, x, y, x_spare, y_spare, x_probe)
        wanted = moved_answers(weighted_answer, x, y, x_spare, y_spare, x_probe)
        assert_close(
            got,
            wanted,
            tried=f"instability with {n} rows, {spares} spares, {probes} probes",
        )


@pytest.mark.exercise("6.8")
@pytest.mark.points(1)
def test_instability_of_the_mean_falls_as_one_over_n(student):
    for n in (5, 10, 20):
        x, y, spare = (
            student.rng.normal(size=n),
            student.rng.normal(size=n),
            student.rng.normal(size=3),
        )
        got = student.instability(
            lambda x, y, probe: np.full(len(probe), np.mean(y)),
            x,
            y,
            np.zeros(3),
            spare,
            np.arange(4.0),
        )
        wanted = float(np.mean(np.abs(spare - y[:3])) / n)
        assert_close(
            got,
            wanted,
            tried=f"a learner that always answers the mean of y, n={n}: instability is the mean |change of y| / n",
        )


# Small cases, for an answer that no known mistake fits -----------------------------------------------------------------


def whole(rng, *shape):
    """Small whole numbers as floats, none of them 0."""
    return rng.choice([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0], shape)


def small_moves(rng, size):
    """An image and a turn, a scale or a shift; no source lies halfway between pixels."""
    image = 1 + np.arange((size + 1) * (size + 2)).reshape(size + 1, size + 2)
    shift = tuple(int(v) for v in rng.integers(-1, 2, 2))
    return [(image, 0, 1, shift), (image, 25, 1, (0, 0)), (image, 0, 1.7, (0, 0))][
        rng.integers(3)
    ]


def small_crowd(rng, size):
    """Probabilities in tenths, with one class ahead of the others in the mean."""
    while True:
        p = rng.multinomial(10, np.full(size + 1, 1 / (size + 1)), (size + 1, 1)) / 10
        first, second = np.sort(p.mean(axis=0)[0])[:-3:-1]
        if first - second > 0.01:
            return (p,)


counterexample(
    "6.1",
    "network",
    draw=lambda rng, size: (
        whole(rng, size),
        *whole(rng, 3, size),
        float(rng.integers(1, 4)),
    ),
    oracle=unit_by_unit,
)
counterexample(
    "6.1",
    "choose_units",
    draw=lambda rng, size: (
        rng.permutation(20)[: size + 1].tolist(),
        rng.permutation(30)[: 3 * size + 3].reshape(3, size + 1) / 10,
    ),
    oracle=lambda units, errors: units[int(np.argmin(np.median(errors, axis=0)))],
)
counterexample(
    "6.2",
    "early_stopping",
    draw=lambda rng, size: (
        rng.integers(1, 7, size + 2).tolist(),
        int(rng.integers(1, size + 1)),
    ),
    oracle=stop_by_definition,
)
counterexample(
    "6.3",
    "penalty",
    draw=lambda rng, size: (
        [(whole(rng, size, 2), whole(rng, 2))],
        *rng.choice([0.0, 1.0, 2.0], 2, replace=False).tolist(),
    ),
    oracle=cost,
)
counterexample(
    "6.4",
    "dropout",
    draw=lambda rng, size: (
        whole(rng, size),
        rng.integers(1, 10, size) / 10,
        float(rng.choice([0.2, 0.5, 0.75])),
        bool(rng.integers(2)),
    ),
    oracle=one_mask,
)
counterexample(
    "6.5",
    "average_over_masks",
    draw=lambda rng, size: (
        whole(rng, 1, size),
        whole(rng, size, 2),
        whole(rng, 2),
        float(rng.choice([0.5, 0.8])),
    ),
    oracle=crowd_average,
)
counterexample(
    "6.5",
    "weight_scaling",
    draw=lambda rng, size: (
        whole(rng, 1, size),
        whole(rng, size, 2),
        whole(rng, 2),
        float(rng.choice([0.5, 0.8])),
    ),
    oracle=lambda h, V, c, keep: np.array([softly(keep * row @ V + c) for row in h]),
)
counterexample("6.6", "move", draw=small_moves, oracle=moved_pixel_by_pixel)
counterexample(
    "6.7",
    "ensemble_labels",
    draw=small_crowd,
    oracle=lambda p: np.argmax(sum(member for member in p) / len(p), axis=1),
)
counterexample(
    "6.7",
    "error_and_spread",
    draw=lambda rng, size: (whole(rng, size + 1, size), whole(rng, size)),
    oracle=three_terms,
)
