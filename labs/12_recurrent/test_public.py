"""Public checks of lab 12: they run in the notebook."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from scipy.special import expit, logit, logsumexp

from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_gradient,
    assert_true,
    counterexample,
)


def read(got, count, tried):
    """The parts of a result, after a look at its form."""
    fits = isinstance(got, list | tuple) and len(got) == count
    assert_true(fits, tried=tried, expected=f"{count} results", got=got)
    return got


# 12.1 ---------------------------------------------------------------------------------


def network(rng, n, d, k=2):
    """A_h, A_x, b, A_y and h_0 of a network."""
    sizes = (n, n), (n, d), (n,), (k, n), (n,)
    return [rng.normal(0, 0.7, size) for size in sizes]


def unrolled(x, a_h, a_x, b, a_y, h_0):
    """States and outputs, number by number."""
    kept = [list(h_0)]
    for row in x:
        last = kept[-1]
        kept.append(
            [
                math.tanh(
                    sum(w * v for w, v in zip(a_h[i], last, strict=True))
                    + sum(w * v for w, v in zip(a_x[i], row, strict=True))
                    + b[i]
                )
                for i in range(len(b))
            ]
        )
    states = np.array(kept[1:])
    return states, np.einsum("kn,tn->tk", a_y, states)


@pytest.mark.exercise("12.1")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(5, 4, 3), (1, 2, 5), (7, 3, 2)])
def test_each_state_comes_from_the_last_one_and_the_input(student, shape):
    t, n, d = shape
    x, parts = student.rng.normal(size=(t, d)), network(student.rng, n, d)
    tried = f"rnn_forward of {t} vectors of {d} numbers, {n} units"
    got = read(student.rnn_forward(x, *parts), 2, tried)
    assert_close(got[0], unrolled(x, *parts)[0], tried=f"{tried}: the states")


@pytest.mark.exercise("12.1")
@pytest.mark.points(1)
@pytest.mark.parametrize("shape", [(4, 3, 2, 5), (1, 2, 3, 4), (6, 5, 2, 1)])
def test_each_output_needs_its_own_state_alone(student, shape):
    t, n, d, k = shape
    x, parts = student.rng.normal(size=(t, d)), network(student.rng, n, d, k)
    tried = f"rnn_forward of {t} vectors, {n} units, {k} outputs"
    got = read(student.rnn_forward(x, *parts), 2, tried)
    assert_close(got[1], unrolled(x, *parts)[1], tried=f"{tried}: the outputs")


# 12.2 ---------------------------------------------------------------------------------


def through_time(student, t, n, d, last_only=False):
    """A run of a network, weights of a loss that is linear in the states, and the result."""
    rng = student.rng
    x, (a_h, a_x, b, a_y, h_0) = rng.normal(size=(t, d)), network(rng, n, d)
    weights = rng.normal(size=(t, n))
    if last_only:
        weights[:-1] = 0

    def loss(a_h, a_x, b):
        return float(np.vdot(weights, unrolled(x, a_h, a_x, b, a_y, h_0)[0]))

    states = unrolled(x, a_h, a_x, b, a_y, h_0)[0]
    tried = f"bptt over {t} steps, {n} units, {d} inputs"
    got = read(student.bptt(x, states, h_0, a_h, weights), 3, tried)
    return got, loss, (a_h, a_x, b), tried


@pytest.mark.exercise("12.2")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(4, 3, 2), (6, 2, 3), (1, 3, 2)])
def test_the_slope_of_a_h_adds_up_all_its_uses(student, shape):
    got, loss, (a_h, a_x, b), tried = through_time(student, *shape)
    assert_gradient(
        got[0], lambda v: loss(v, a_x, b), a_h, tried=f"{tried}: slope of A_h"
    )


@pytest.mark.exercise("12.2")
@pytest.mark.points(1)
@pytest.mark.parametrize("shape", [(5, 3, 2), (1, 2, 4)])
def test_the_slopes_of_a_x_and_b(student, shape):
    got, loss, (a_h, a_x, b), tried = through_time(student, *shape)
    assert_gradient(
        got[1], lambda v: loss(a_h, v, b), a_x, tried=f"{tried}: slope of A_x"
    )
    assert_gradient(
        got[2], lambda v: loss(a_h, a_x, v), b, tried=f"{tried}: slope of b"
    )


@pytest.mark.exercise("12.2")
@pytest.mark.points(1)
def test_a_loss_at_the_end_reaches_the_first_step(student):
    got, loss, (a_h, a_x, b), tried = through_time(student, 5, 3, 2, last_only=True)
    tried = f"{tried}, a loss at the last step only: slope of"
    assert_gradient(got[0], lambda v: loss(v, a_x, b), a_h, tried=f"{tried} A_h")
    assert_gradient(got[2], lambda v: loss(a_h, a_x, v), b, tried=f"{tried} b")


# 12.3 ---------------------------------------------------------------------------------


def jacobian_sizes(states, a_h):
    """The largest singular value of each product of Jacobians, the longest chain first made."""
    steps = [np.diag(1 - np.square(h)).dot(a_h) for h in states]
    found = []
    for k in range(1, len(steps) + 1):
        chain = np.identity(len(a_h))
        for step in steps[len(steps) - k :]:  # from the earliest on
            chain = step.dot(chain)
        found.append(np.linalg.svd(chain, compute_uv=False)[0])
    return np.array(found)


@pytest.mark.exercise("12.3")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(5, 3), (1, 4), (8, 2)])
def test_what_is_left_of_a_slope(student, shape):
    states = student.rng.uniform(-0.9, 0.9, shape)
    a_h = student.rng.normal(size=(shape[1], shape[1]))
    tried = f"memory of {shape[0]} states of {shape[1]} numbers"
    assert_close(student.memory(states, a_h), jacobian_sizes(states, a_h), tried=tried)


def shortened(slopes, limit):
    """Slopes as one long vector, shortened, and cut again."""
    together = np.concatenate([np.ravel(s) for s in slopes])
    together = together * min(1.0, limit / max(np.linalg.norm(together), 1e-300))
    ends = np.cumsum([np.size(s) for s in slopes])[:-1]
    parts = np.split(together, ends)
    return [np.reshape(p, np.shape(s)) for p, s in zip(parts, slopes, strict=True)]


@pytest.mark.exercise("12.3")
@pytest.mark.points(1)
@pytest.mark.parametrize("shapes", [((2, 3), (4,), (1, 2)), ((5,),)])
def test_slopes_are_clipped_by_one_factor(student, shapes):
    for limit in (0.5, 3.0, 100.0):
        slopes = [student.rng.normal(0, 2, shape) for shape in shapes]
        length = np.linalg.norm(np.concatenate([s.ravel() for s in slopes]))
        tried = f"clip of slopes {shapes} of length {length:.3f}, limit {limit}"
        expected = shortened(slopes, limit)
        assert_close(student.clip(slopes, limit), expected, rtol=1e-5, tried=tried)


@pytest.mark.exercise("12.3")
@pytest.mark.points(1)
def test_short_slopes_and_slopes_of_zero_stay(student):
    slopes = [student.rng.normal(size=(2, 2)), np.zeros(3)]
    slopes[0] *= 0.4 / np.linalg.norm(slopes[0])
    tried = "clip of slopes of length 0.4 and 4, limit 2"
    assert_close(student.clip(slopes, 2.0), slopes, rtol=1e-5, tried=tried)
    slopes[0] *= 10
    expected = shortened(slopes, 2.0)
    assert_close(student.clip(slopes, 2.0), expected, rtol=1e-5, tried=tried)
    got = student.clip([np.zeros(2), np.zeros((1, 3))], 1.0)
    tried = "clip of slopes that are all 0"
    assert_close(got, [np.zeros(2), np.zeros((1, 3))], tried=tried)


# 12.4 ---------------------------------------------------------------------------------


def blocks(rng, count, n, d, units):
    """Inputs, states and the weights of a cell with so many blocks of columns."""
    sizes = (n, d), (n, units)
    columns = count * units
    weights = (d, columns), (units, columns), (columns,)
    x, h = (rng.normal(0, 1.2, size) for size in sizes)
    return x, h, *(rng.normal(0, 0.8, size) for size in weights)


def sums_of(x, h, kernel, recurrent, bias, count):
    """The weighted sums of each block of columns."""
    total = np.einsum("nd,dc->nc", x, kernel) + np.einsum("nu,uc->nc", h, recurrent)
    return np.moveaxis((total + bias).reshape(len(x), count, -1), 1, 0)


def gated(x, h, kernel, recurrent, bias):
    """A step of a UGRNN as a move from the candidate towards the old state."""
    gate, new = sums_of(x, h, kernel, recurrent, bias, 2)
    new = np.tanh(new)
    return new + (h - new) / (1 + np.exp(-gate))


@pytest.mark.exercise("12.4")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(3, 4, 2), (1, 2, 5), (5, 1, 3)])
def test_the_gate_keeps_and_the_rest_is_new(student, shape):
    given = blocks(student.rng, 2, *shape)
    tried = "ugrnn_step, {} samples, {} inputs, {} units".format(*shape)
    assert_close(student.ugrnn_step(*given), gated(*given), tried=tried)


@pytest.mark.exercise("12.4")
@pytest.mark.points(1)
@pytest.mark.parametrize("scale", [0.4, 3.0, 40.0])
def test_half_of_a_value_is_left_after_so_many_steps(student, scale):
    steps = float(student.rng.uniform(1, 2) * scale)
    expected = float(logit(np.exp2(-1 / steps)))
    got = student.bias_for_half_life(steps)
    assert_close(got, expected, tried=f"bias_for_half_life({steps:.3f})")


# 12.5 ---------------------------------------------------------------------------------


def long_short(x, h, c, kernel, recurrent, bias):
    """A step of an LSTM."""
    wr, keep, new, show = sums_of(x, h, kernel, recurrent, bias, 4)
    c = c * expit(keep) + np.tanh(new) * expit(wr)
    return np.tanh(c) * expit(show), c


def reset_before(x, h, kernel, recurrent, bias):
    """A step of a GRU whose reset gate acts before the product."""
    units = h.shape[1]
    stay, reset, _ = sums_of(x, h, kernel, recurrent, bias, 3)
    part = np.einsum("nu,uc->nc", h * expit(reset), recurrent[:, -units:])
    new = np.tanh(np.einsum("nd,dc->nc", x, kernel[:, -units:]) + part + bias[-units:])
    return new + expit(stay) * (h - new)


@pytest.mark.exercise("12.5")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(3, 4, 2), (1, 2, 5), (5, 1, 3)])
def test_a_step_of_the_lstm(student, shape):
    x, h, *weights = blocks(student.rng, 4, *shape)
    c = student.rng.normal(0, 1.5, h.shape)
    tried = "lstm_step, {} samples, {} inputs, {} units".format(*shape)
    got = read(student.lstm_step(x, h, c, *weights), 2, tried)
    for part, expected, name in zip(
        got, long_short(x, h, c, *weights), "hc", strict=True
    ):
        assert_close(part, expected, tried=f"{tried}: the new {name}")


@pytest.mark.exercise("12.5")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(3, 4, 2), (1, 2, 5), (5, 1, 3)])
def test_a_step_of_the_gru(student, shape):
    given = blocks(student.rng, 3, *shape)
    tried = "gru_step, {} samples, {} inputs, {} units".format(*shape)
    assert_close(student.gru_step(*given), reset_before(*given), tried=tried)


BLOCKS = {"rnn": 1, "ugrnn": 2, "gru": 3, "lstm": 4}


def most_units(kind, weights, inputs):
    """The positive root of a quadratic equation, rounded down."""
    share = weights // BLOCKS[kind]
    return (math.isqrt((inputs + 1) ** 2 + 4 * share) - inputs - 1) // 2


@pytest.mark.exercise("12.5")
@pytest.mark.points(1)
@pytest.mark.parametrize("kind", ["rnn", "ugrnn", "gru", "lstm"])
def test_units_for_a_number_of_weights(student, kind):
    inputs, units = (int(v) for v in student.rng.integers(2, 40, 2))
    exact = BLOCKS[kind] * units * (units + inputs + 1)
    given = [(int(BLOCKS[kind] * 3.7 * (inputs + 44.7)), inputs + 40)]  # 3 fit
    given += [(n, inputs) for n in (exact, exact - 1, 1)]
    given.append((int(student.rng.integers(2_000, 90_000)), inputs))
    for weights, inputs in given:
        tried = f'units_for("{kind}", {weights}, {inputs})'
        got = student.units_for(kind, weights, inputs)
        assert_equal(got, most_units(kind, weights, inputs), tried=tried)


# 12.6 ---------------------------------------------------------------------------------


def ragged(rng, lengths):
    """Sequences of these lengths, with zeros among their symbols."""
    return [rng.integers(0, 4, length).tolist() for length in lengths]


def side_by_side(sequences):
    """Sequences in one array, column by column."""
    columns = list(itertools.zip_longest(*sequences, fillvalue=-1))
    return np.array(columns).T + 1


@pytest.mark.exercise("12.6")
@pytest.mark.points(1)
@pytest.mark.parametrize("lengths", [(3, 5, 1, 4), (2, 0, 6), (4, 4)])
def test_short_sequences_are_padded_at_the_end(student, lengths):
    sequences = ragged(student.rng, lengths)
    assert_equal(
        student.pad(sequences), side_by_side(sequences), tried=f"pad({sequences})"
    )


def padded_ids(rng, lengths, longest):
    """Padded symbols, from 1 on."""
    ids = rng.integers(1, 9, (len(lengths), longest))
    return ids * (np.arange(longest) < np.array(lengths)[:, None])


@pytest.mark.exercise("12.6")
@pytest.mark.points(2)
@pytest.mark.parametrize("lengths", [(3, 5, 1, 4), (2, 0, 6, 6), (1, 2)])
def test_the_state_after_the_last_real_symbol(student, lengths):
    longest = max(lengths) + (lengths[0] == 1)
    ids = padded_ids(student.rng, lengths, longest)
    states = student.rng.normal(size=(len(lengths), longest, 3))
    expected = [
        s[n - 1] if n else np.zeros(3) for s, n in zip(states, lengths, strict=True)
    ]
    tried = f"last_states of sequences of {lengths} symbols, padded to {longest}"
    assert_close(student.last_states(states, ids), np.array(expected), tried=tried)


@pytest.mark.exercise("12.6")
@pytest.mark.points(1)
@pytest.mark.parametrize("lengths", [(3, 5, 1, 4), (2, 0, 6, 6), (4, 1)])
def test_padding_does_not_enter_the_mean(student, lengths):
    ids = padded_ids(student.rng, lengths, 6)
    losses = student.rng.exponential(2.0, ids.shape)
    expected = float(np.average(losses, weights=np.sign(ids)))
    tried = f"masked_mean over sequences of {lengths} symbols, padded to 6"
    assert_close(student.masked_mean(losses, ids), expected, tried=tried)


# 12.7 ---------------------------------------------------------------------------------


def random_text(rng, length, letters="abc"):
    return "".join(rng.choice(list(letters), length))


def table_of(text, order):
    """Counts of what followed each context."""
    found = {}
    runs = Counter(text[i : i + order + 1] for i in range(len(text) - order))
    for run, count in runs.items():
        found.setdefault(run[:-1], {})[run[-1]] = count
    return found


@pytest.mark.exercise("12.7")
@pytest.mark.points(1)
@pytest.mark.parametrize("order", [0, 1, 3])
def test_what_followed_each_context(student, order):
    for length in (25, 12):
        text = random_text(student.rng, length)
        tried = f"count_contexts({text!r}, {order})"
        assert_equal(
            student.count_contexts(text, order), table_of(text, order), tried=tried
        )


def mixed(tables, context, character, symbols, strength):
    """Each order's share and the shorter context's, weighed by what was seen."""
    below = 1 / symbols
    for order, table in enumerate(tables):
        if order > len(context):
            break
        seen = Counter(table.get(context[-order:] if order else "", {}))
        trust = seen.total() / (seen.total() + strength)
        share = seen[character] / seen.total() if seen else 0.0
        below = trust * share + (1 - trust) * below
    return below


@pytest.mark.exercise("12.7")
@pytest.mark.points(2)
@pytest.mark.parametrize("orders", [1, 2, 4])
def test_counts_of_all_orders_are_interpolated(student, orders):
    rng = student.rng
    text, strength = random_text(rng, 40, "abcd"), float(rng.uniform(0.5, 6))
    tables = [table_of(text, order) for order in range(orders)]
    cases = [(text[3:11], "a"), (text[5:14], "d"), ("zz" + text[:1], "b"), ("ab", "z")]
    for context, character in [*cases, (text[7], "c"), ("", "a")]:
        tried = (
            f"probability of {character!r} after {context!r}, orders 0 to {orders - 1}"
        )
        assert_close(
            student.probability(tables, context, character, 7, strength),
            mixed(tables, context, character, 7, strength),
            tried=tried,
        )


def surprise(tables, text, symbols, strength):
    """Bits per character, in logarithms of base e first."""
    order = len(tables) - 1
    given = [
        mixed(tables, text[:i][-order:] if order else "", text[i], symbols, strength)
        for i in range(len(text))
    ]
    return float(-np.mean(np.log(given)) / math.log(2))


@pytest.mark.exercise("12.7")
@pytest.mark.points(1)
@pytest.mark.parametrize("orders", [1, 2, 4])
def test_bits_per_character_of_a_new_text(student, orders):
    known, new = (random_text(student.rng, n, "abcd") for n in (50, 15))
    tables = [table_of(known, order) for order in range(orders)]
    tried = f"chain_bits of {new!r}, orders 0 to {orders - 1}"
    got = student.chain_bits(tables, new, 6, 2.0)
    assert_close(got, surprise(tables, new, 6, 2.0), tried=tried)


# 12.8 ---------------------------------------------------------------------------------


def quote_open(text):
    """Marks since the last empty line, counted anew for every character."""
    ends = (text[: i + 1].rpartition("\n\n")[2] for i in range(len(text)))
    return np.array([piece.count('"') % 2 for piece in ends])


def quoted_text(rng, length):
    return "".join(rng.choice(list('ab"\n '), length, p=[0.25, 0.2, 0.25, 0.2, 0.1]))


@pytest.mark.exercise("12.8")
@pytest.mark.points(1)
def test_a_mark_opens_or_closes(student):
    for length in (12, 25):
        text = quoted_text(student.rng, length).replace("\n", "c")
        got = student.inside_quotes(text)
        assert_equal(got, quote_open(text), tried=f"inside_quotes({text!r})")


@pytest.mark.exercise("12.8")
@pytest.mark.points(1)
def test_an_empty_line_closes_and_a_line_end_does_not(student):
    a, b = (random_text(student.rng, 3) for _ in range(2))
    for text in (f'"{a}\n{b}" {a}', f'{a}"{b}\n\n{a}"{b}', f'\n\n"{a}\n\n\n{b}""{a}'):
        got = student.inside_quotes(text)
        assert_equal(got, quote_open(text), tried=f"inside_quotes({text!r})")


def pairs_won(values, labels):
    """AUC as the share of pairs that are in order."""
    ones, zeros = values[labels == 1], values[labels == 0]
    return float(np.mean((np.sign(ones[:, None] - zeros) + 1) / 2))


def parting_cell(states, labels):
    """The column whose share of ordered pairs is farthest from one half."""
    states, labels = np.asarray(states), np.asarray(labels)
    shares = [pairs_won(column, labels) for column in states.T]
    cell = max(range(len(shares)), key=lambda j: abs(shares[j] - 0.5))
    return cell, shares[cell]


@pytest.mark.exercise("12.8")
@pytest.mark.points(2)
@pytest.mark.parametrize("sign", [1, -1])
def test_the_cell_that_parts_best_whichever_way_round(student, sign):
    labels = student.rng.permutation(np.repeat([0, 1], [13, 7]))
    states = student.rng.normal(size=(20, 6)) + np.outer(
        labels, [0, 1, -0.5, 0, 0.5, -1]
    )
    chosen = int(student.rng.integers(1, 6))
    order = labels + student.rng.uniform(0, 1.2, 20)
    states[:, chosen] = sign * np.exp(6 * order) / 1e6  # in order, and far from even
    states[:, 0] = 30 * student.rng.normal(size=20)
    tried = f"best_cell of 20 states of 6 numbers, cell {chosen} tells {sign:+d}"
    got = read(student.best_cell(states, labels), 2, tried)
    expected = parting_cell(states, labels)
    assert_equal(got[0], expected[0], tried=f"{tried}: the cell")
    assert_close(got[1], expected[1], tried=f"{tried}: its AUC")


@pytest.mark.exercise("12.8")
@pytest.mark.points(1)
@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5])
def test_a_temperature_sharpens_or_flattens(student, temperature):
    for shape in ((5,), (3, 4)):
        logits = student.rng.normal(0, 3, shape)
        scaled = logits / temperature
        expected = np.exp(scaled - logsumexp(scaled, axis=-1, keepdims=True))
        tried = f"with_temperature of logits {shape} at T = {temperature}"
        assert_close(
            student.with_temperature(logits, temperature), expected, tried=tried
        )


@pytest.mark.exercise("12.8")
@pytest.mark.points(1)
def test_large_logits_stay_finite(student):
    logits = student.rng.normal(0, 1, 4) + np.array([900.0, 899.0, 898.0, 0.0])
    expected = np.exp(logits / 0.5 - logsumexp(logits / 0.5))
    tried = f"with_temperature({np.round(logits, 1).tolist()}, 0.5)"
    assert_close(student.with_temperature(logits, 0.5), expected, tried=tried)


# Small cases, for an answer that no known mistake fits ---------------------------------


def whole(rng, *shape):
    """Small whole numbers as floats, none of them 0."""
    return rng.choice([-2.0, -1.0, 1.0, 2.0], shape)


counterexample(
    "12.1",
    "rnn_forward",
    draw=lambda rng, size: (
        whole(rng, size, 1) / 4,
        whole(rng, 1, 1) / 4,
        whole(rng, 1, 1) / 4,
        whole(rng, 1) / 4,
        whole(rng, 1, 1),
        whole(rng, 1) / 4,
    ),
    oracle=unrolled,
)
counterexample(
    "12.3",
    "memory",
    draw=lambda rng, size: (
        rng.choice([0.0, 0.5, -0.5], (size, 2)),
        whole(rng, 2, 2),
    ),
    oracle=jacobian_sizes,
)
counterexample(
    "12.3",
    "clip",
    draw=lambda rng, size: ([whole(rng, 1) for _ in range(size)], 1.0),
    oracle=shortened,
)
counterexample(
    "12.4",
    "ugrnn_step",
    draw=lambda rng, size: (
        whole(rng, size, 1),
        whole(rng, size, 1),
        whole(rng, 1, 2),
        whole(rng, 1, 2),
        np.zeros(2),
    ),
    oracle=gated,
)
counterexample(
    "12.4",
    "bias_for_half_life",
    draw=lambda rng, size: (float(rng.integers(1, 1 + 2 * size)),),
    oracle=lambda steps: float(logit(np.exp2(-1 / steps))),
)
counterexample(
    "12.5",
    "lstm_step",
    draw=lambda rng, size: (
        whole(rng, size, 1),
        whole(rng, size, 1),
        whole(rng, size, 1),
        whole(rng, 1, 4),
        whole(rng, 1, 4),
        np.zeros(4),
    ),
    oracle=long_short,
)
counterexample(
    "12.5",
    "gru_step",
    draw=lambda rng, size: (
        whole(rng, 1, 1),
        whole(rng, 1, size),
        whole(rng, 1, 3 * size),
        whole(rng, size, 3 * size),
        np.zeros(3 * size),
    ),
    oracle=reset_before,
)
counterexample(
    "12.5",
    "units_for",
    draw=lambda rng, size: (
        str(rng.choice(list(BLOCKS))),
        int(rng.integers(1, 12 * size)),
        int(rng.integers(1, 3)),
    ),
    oracle=most_units,
)
counterexample(
    "12.6",
    "pad",
    draw=lambda rng, size: (ragged(rng, rng.integers(1, 4, size)),),
    oracle=side_by_side,
)
counterexample(
    "12.6",
    "masked_mean",
    draw=lambda rng, size: (
        rng.integers(1, 5, (size, 2)).astype(float),
        padded_ids(rng, rng.integers(1, 3, size), 2),
    ),
    oracle=lambda losses, ids: float(np.average(losses, weights=np.sign(ids))),
)
counterexample(
    "12.7",
    "count_contexts",
    draw=lambda rng, size: (random_text(rng, size + 2, "ab"), int(rng.integers(0, 3))),
    oracle=table_of,
)
counterexample(
    "12.7",
    "probability",
    draw=lambda rng, size: (
        [table_of("abab" + random_text(rng, size, "ab"), k) for k in range(2)],
        random_text(rng, size - 1, "ab"),
        "a",
        2,
        2.0,
    ),
    oracle=mixed,
)
counterexample(
    "12.7",
    "chain_bits",
    draw=lambda rng, size: (
        [table_of("abab" + random_text(rng, size, "ab"), k) for k in range(2)],
        random_text(rng, size, "ab"),
        2,
        2.0,
    ),
    oracle=surprise,
)
counterexample(
    "12.8",
    "inside_quotes",
    draw=lambda rng, size: (quoted_text(rng, size + 1),),
    oracle=quote_open,
)
counterexample(
    "12.8",
    "best_cell",
    draw=lambda rng, size: (
        rng.permutation(np.arange(2.0 * size + 4)).reshape(size + 2, 2),
        np.arange(size + 2) % 2,
    ),
    oracle=parting_cell,
)
counterexample(
    "12.8",
    "with_temperature",
    draw=lambda rng, size: (whole(rng, size + 1), float(rng.choice([0.5, 2.0]))),
    oracle=lambda z, t: np.exp(z / t - logsumexp(z / t)),
)
