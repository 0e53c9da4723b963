"""Hidden checks of lab 12: they run at grading."""

import itertools

import numpy as np
import pytest
from scipy.special import logsumexp

from coursekit.labs.testing import assert_close, assert_equal, assert_true


def sigmoid(v):
    return 1 / (1 + np.exp(-np.asarray(v, float)))


def run(x, a_h, a_x, b, h):
    """The states of the lecture's network."""
    kept = []
    for row in x:
        h = np.tanh(a_h.dot(h) + a_x.dot(row) + b)
        kept.append(h)
    return np.stack(kept)


def parts(rng, n, d):
    return [rng.normal(0, 0.6, size) for size in ((n, n), (n, d), (n,))]


@pytest.mark.exercise("12.1")
@pytest.mark.points(1)
def test_a_sequence_in_two_halves_is_the_same_sequence(student):
    x, (a_h, a_x, b) = student.rng.normal(size=(9, 2)), parts(student.rng, 4, 2)
    a_y, h_0 = student.rng.normal(size=(3, 4)), student.rng.normal(size=4)
    whole, _ = student.rnn_forward(x, a_h, a_x, b, a_y, h_0)
    assert_close(whole, run(x, a_h, a_x, b, h_0), tried="rnn_forward of 9 vectors")
    first, _ = student.rnn_forward(x[:5], a_h, a_x, b, a_y, h_0)
    second, out = student.rnn_forward(x[5:], a_h, a_x, b, a_y, np.asarray(first)[-1])
    tried = "the last 4 steps, from the state after the first 5"
    assert_close(second, np.asarray(whole)[5:], tried=tried)
    assert_close(out, np.inner(np.asarray(whole)[5:], a_y), tried=f"{tried}: outputs")


@pytest.mark.exercise("12.1")
@pytest.mark.points(1)
def test_float32_and_whole_numbers(student):
    a_h, a_x, b = (p.astype(np.float32) for p in parts(student.rng, 3, 2))
    a_y = student.rng.normal(size=(1, 3)).astype(np.float32)
    x = student.rng.integers(-2, 3, (4, 2))
    states, out = student.rnn_forward(x, a_h, a_x, b, a_y, np.zeros(3, np.float32))
    expected = run(x, a_h, a_x, b, np.zeros(3))
    assert_close(states, expected, rtol=1e-4, tried="rnn_forward of whole numbers")
    assert_close(out, expected @ a_y.T, rtol=1e-4, tried="the outputs, one number each")


@pytest.mark.exercise("12.2")
@pytest.mark.points(2)
def test_a_small_step_against_the_slopes_lowers_the_loss_as_they_say(student):
    x, weights = student.rng.normal(size=(7, 3)), parts(student.rng, 4, 3)
    target, h_0 = student.rng.normal(size=(7, 4)), student.rng.normal(0, 0.5, 4)
    states = run(x, *weights, h_0)
    slopes = student.bptt(x, states, h_0, weights[0], states - target)
    slopes = [np.asarray(s, float) for s in slopes]
    lower = [w - 1e-5 * s for w, s in zip(weights, slopes, strict=True)]
    loss, less = (
        0.5 * np.sum((run(x, *w, h_0) - target) ** 2) for w in (weights, lower)
    )
    told = sum(float(np.sum(s**2)) for s in slopes)
    tried = (
        "the fall of the loss after a small step, over the squared size of the slopes"
    )
    assert_close((loss - less) / 1e-5, told, rtol=5e-3, tried=tried)


@pytest.mark.exercise("12.2")
@pytest.mark.points(1)
def test_slopes_of_two_losses_add_up(student):
    x, (a_h, a_x, b) = student.rng.normal(size=(5, 2)), parts(student.rng, 3, 2)
    h_0 = student.rng.normal(0, 0.5, 3)
    states = run(x, a_h, a_x, b, h_0)
    one, other = student.rng.normal(size=(2, 5, 3))
    apart = [student.bptt(x, states, h_0, a_h, g) for g in (one, other)]
    both = student.bptt(x, states, h_0, a_h, one + other)
    for place, name in enumerate(("A_h", "A_x", "b")):
        expected = np.asarray(apart[0][place]) + np.asarray(apart[1][place])
        assert_close(
            both[place], expected, tried=f"bptt of two losses: slope of {name}"
        )
    d_h, d_b = np.zeros(3), np.zeros(3)
    for h, g in zip(states[::-1], (one + other)[::-1], strict=True):
        through = (d_h + g) * (1 - h * h)
        d_b, d_h = d_b + through, through.dot(a_h)
    assert_close(both[2], d_b, tried="bptt of two losses: slope of b")


@pytest.mark.exercise("12.3")
@pytest.mark.points(2)
def test_the_jacobian_of_a_real_run(student):
    x, (a_h, a_x, b) = student.rng.normal(size=(4, 2)), parts(student.rng, 3, 2)
    h_0 = student.rng.normal(0, 0.5, 3)
    expected = []
    states = run(x, a_h, a_x, b, h_0)
    for k in range(1, 5):
        begin = h_0 if k == 4 else states[3 - k]
        columns = []
        for j in range(3):
            step = 1e-6 * np.eye(3)[j]
            up, down = (
                run(x[4 - k :], a_h, a_x, b, begin + s * step)[-1] for s in (1, -1)
            )
            columns.append((up - down) / 2e-6)
        expected.append(np.linalg.svd(np.array(columns).T)[1].max())
    tried = (
        "memory beside the change of the last state under small changes of earlier ones"
    )
    got = student.memory(states, a_h)
    assert_close(got, np.array(expected), rtol=1e-4, tried=tried)


@pytest.mark.exercise("12.3")
@pytest.mark.points(1)
def test_many_steps_stay_under_the_bound(student):
    states = student.rng.uniform(-0.8, 0.8, (30, 5))
    a_h = student.rng.normal(0, 0.6, (5, 5))
    got = np.asarray(student.memory(states, a_h), float)
    size = np.linalg.svd(a_h, compute_uv=False)[0]
    first = np.linalg.svd((1 - states[-1:].T ** 2) * a_h, compute_uv=False)[0]
    tried = "memory over 30 steps"
    assert_close(got[0], first, tried=f"{tried}: one step back")
    fits = got.shape == (30,) and np.all(got <= size ** np.arange(1, 31) * (1 + 1e-9))
    assert_true(fits, tried=tried, expected="30 numbers, each at most sigma^k", got=got)


@pytest.mark.exercise("12.3")
@pytest.mark.points(1)
def test_clipped_slopes_point_where_they_pointed(student):
    slopes = [student.rng.normal(0, 5, s) for s in ((3, 2), (1,), (4,))]
    got = [np.asarray(s, float) for s in student.clip(slopes, 1.5)]
    flat, before = (np.concatenate([s.ravel() for s in v]) for v in (got, slopes))
    size = np.sqrt(np.dot(before, before))
    tried = "clip of long slopes, limit 1.5"
    assert_close(flat, before * (1.5 / size), rtol=1e-5, tried=tried)
    exact = [np.array([3.0, 0.0]), np.array([[-4.0]])]
    got = student.clip(exact, 5.0)
    tried = "clip of slopes whose length is the limit"
    assert_close(got, exact, rtol=1e-5, tried=tried)


@pytest.mark.exercise("12.4")
@pytest.mark.points(1)
def test_an_open_gate_copies_and_a_closed_one_forgets(student):
    x, h = student.rng.normal(size=(4, 3)), student.rng.normal(0, 2, (4, 2))
    kernel, recurrent = student.rng.normal(size=(3, 4)), student.rng.normal(size=(2, 4))
    for bias, expected in (
        ([60.0, 60.0, 0.3, -0.2], h),
        (
            [-60.0, -60.0, 0.3, -0.2],
            np.tanh(x @ kernel[:, 2:] + h @ recurrent[:, 2:] + [0.3, -0.2]),
        ),
    ):
        got = student.ugrnn_step(x, h, kernel, recurrent, np.array(bias))
        assert_close(got, expected, tried=f"ugrnn_step with the biases {bias}")


@pytest.mark.exercise("12.4")
@pytest.mark.points(1)
def test_float32_and_one_sample(student):
    x, h, kernel, recurrent, bias = (
        student.rng.normal(size=s).astype(np.float32)
        for s in ((1, 4), (1, 3), (4, 6), (3, 6), (6,))
    )
    sums = (x @ kernel + h @ recurrent + bias).astype(float)
    gate, new = sigmoid(sums[:, :3]), np.tanh(sums[:, 3:])
    got = student.ugrnn_step(x, h, kernel, recurrent, bias)
    expected = (1 - gate) * new + h * gate
    assert_close(got, expected, rtol=1e-4, tried="ugrnn_step of one sample, float32")


@pytest.mark.exercise("12.4")
@pytest.mark.points(1)
def test_a_value_is_halved_after_the_half_life(student):
    for steps in (1, int(student.rng.integers(2, 20)), 300):
        gate = float(sigmoid(student.bias_for_half_life(steps)))
        tried = f"a value of 1 after {steps} steps under bias_for_half_life({steps})"
        assert_close(gate**steps, 0.5, rtol=1e-6, tried=tried)


@pytest.mark.exercise("12.5")
@pytest.mark.points(1)
def test_gates_of_the_lstm_one_by_one(student):
    n, u = 3, 2
    h, c = student.rng.normal(size=(n, u)), student.rng.normal(0, 2, (n, u))
    x, kernel = student.rng.normal(size=(n, 4)), np.zeros((4, 4 * u))
    recurrent, far = np.zeros((u, 4 * u)), 60.0
    candidate = float(student.rng.uniform(0.3, 1.0))
    for i, f, o in itertools.product((0, 1), repeat=3):
        gates = [far * (2 * v - 1) for v in (i, f, o)]
        bias = np.repeat([gates[0], gates[1], candidate, gates[2]], u)
        got = student.lstm_step(x, h, c, kernel, recurrent, bias)
        cell = f * c + i * np.tanh(candidate)
        tried = f"lstm_step with gates i, f, o at {i}, {f}, {o}"
        assert_close(got[1], cell, atol=1e-9, tried=f"{tried}: c")
        assert_close(got[0], o * np.tanh(cell), atol=1e-9, tried=f"{tried}: h")


@pytest.mark.exercise("12.5")
@pytest.mark.points(1)
def test_gates_of_the_gru_one_by_one(student):
    n, u = 3, 2
    h, x = student.rng.normal(size=(n, u)), student.rng.normal(size=(n, 4))
    kernel, recurrent = np.zeros((4, 3 * u)), np.zeros((u, 3 * u))
    own = student.rng.normal(size=(u, u))
    recurrent[:, 2 * u :] = own
    for z, r in itertools.product((0, 1), repeat=2):
        bias = np.repeat([60.0 * (2 * z - 1), 60.0 * (2 * r - 1), 0.4], u)
        expected = h if z else np.tanh(r * (h @ own) + 0.4)
        got = student.gru_step(x, h, kernel, recurrent, bias)
        tried = f"gru_step with gates z, r at {z}, {r}"
        assert_close(got, expected, atol=1e-9, tried=tried)


@pytest.mark.exercise("12.5")
@pytest.mark.points(1)
def test_one_more_unit_would_be_too_many(student):
    blocks = {"rnn": 1, "ugrnn": 2, "gru": 3, "lstm": 4}
    for kind, count in blocks.items():
        weights, inputs = (
            int(student.rng.integers(*r)) for r in ((500, 9000), (1, 30))
        )
        units = int(student.units_for(kind, weights, inputs))
        sizes = [count * n * (n + inputs + 1) for n in (units, units + 1)]
        tried = f'units_for("{kind}", {weights}, {inputs})'
        fits = units > 0 and sizes[0] <= weights < sizes[1]
        assert_true(fits, tried=tried, expected="the largest that fits", got=units)


@pytest.mark.exercise("12.6")
@pytest.mark.points(1)
def test_arrays_and_large_symbols(student):
    sequences = [student.rng.integers(0, 1000, n) for n in (1, 4, 2)]
    got = np.asarray(student.pad(sequences))
    expected = np.zeros((3, 4), int)
    for row, column in itertools.product(range(3), range(4)):
        if column < len(sequences[row]):
            expected[row, column] = sequences[row][column] + 1
    assert_equal(got, expected, tried="pad of arrays of 1, 4 and 2 symbols")


@pytest.mark.exercise("12.6")
@pytest.mark.points(1)
def test_what_stands_at_the_padding_does_not_matter(student):
    ids = np.array([[3, 1, 0, 0], [2, 0, 0, 0], [1, 1, 1, 4]])
    states = student.rng.normal(size=(3, 4, 2)).astype(np.float32)
    losses = student.rng.exponential(size=(3, 4))
    other_states, other_losses = states.copy(), losses.copy()
    other_states[ids == 0] += 50
    other_losses[ids == 0] = 1e3
    expected = np.array([states[0, 1], states[1, 0], states[2, 3]])
    for given in (states, other_states):
        got = student.last_states(given, ids)
        assert_close(got, expected, tried="last_states of lengths 2, 1, 4")
    real = [*losses[0, :2], losses[1, 0], *losses[2]]
    for given in (losses, other_losses):
        got = student.masked_mean(given.tolist(), ids.tolist())
        assert_close(got, sum(real) / 7, tried="masked_mean over 7 real steps of 12")


@pytest.mark.exercise("12.7")
@pytest.mark.points(1)
def test_probabilities_of_all_symbols_sum_to_one(student):
    letters = "abcde"
    text = "".join(student.rng.choice(list("abc"), 30))
    tables = [student.count_contexts(text, order) for order in range(4)]
    total = sum(sum(follows.values()) for follows in tables[2].values())
    assert_equal(total, 28, tried="all counts of count_contexts of 30 letters, order 2")
    for context in ("", "ab", text[:9], "dded"):
        got = [student.probability(tables, context, c, 5, 1.5) for c in letters]
        assert_close(
            sum(got), 1.0, tried=f"probabilities of {letters} after {context!r}"
        )
        low = 1.5 * 0.2
        for order in range(min(4, len(context) + 1)):
            key = context[len(context) - order :]
            seen = sum(tables[order].get(key, {}).values())
            low = low / (seen + 1.5) * (1.5 if order < min(3, len(context)) else 1.0)
        assert_close(got[4], low, tried=f"what is left for e after {context!r}")


@pytest.mark.exercise("12.7")
@pytest.mark.points(1)
def test_a_text_shorter_than_the_order_has_no_context(student):
    text = "".join(student.rng.choice(list("ab"), 3))
    assert_equal(
        student.count_contexts(text, 3), {}, tried=f"count_contexts({text!r}, 3)"
    )
    got = student.count_contexts(text, 2)
    assert_equal(got, {text[:2]: {text[2]: 1}}, tried=f"count_contexts({text!r}, 2)")


@pytest.mark.exercise("12.7")
@pytest.mark.points(1)
def test_knowing_nothing_costs_the_logarithm_of_the_alphabet(student):
    symbols = int(student.rng.integers(3, 100))
    text = "".join(student.rng.choice(list("xyz"), 8))
    got = student.chain_bits([{}, {}, {}], text, symbols, 1.0)
    assert_close(
        got, np.log2(symbols), tried=f"chain_bits without counts, {symbols} symbols"
    )
    sure = student.chain_bits([{"": {"x": 10**9}}], "xxxx", symbols, 1.0)
    assert_close(sure, 0.0, atol=1e-6, tried="chain_bits of what always came")


@pytest.mark.exercise("12.8")
@pytest.mark.points(1)
def test_marks_at_the_ends(student):
    letters = "".join(student.rng.choice(list("xyz"), 4))
    for text, expected in (
        (f'"{letters}', [1] * 5),
        (f'{letters}"', [0, 0, 0, 0, 1]),
        (f'""{letters}"', [1, 0, 0, 0, 0, 0, 1]),
        (f'\n"{letters}\n\n"', [0, 1, 1, 1, 1, 1, 1, 0, 1]),
        ('"', [1]),
    ):
        got = student.inside_quotes(text)
        assert_equal(got, np.array(expected), tried=f"inside_quotes({text!r})")


@pytest.mark.exercise("12.8")
@pytest.mark.points(1)
def test_ties_and_cells_that_do_not_move(student):
    labels = np.array([0, 1, 0, 1, 1, 0])
    values = student.rng.uniform(1, 2, 6)
    low = np.where(labels == 1, -values, values)  # high outside, without exception
    mixed = np.array([0, 0, 1, 1, 0, 1])
    states = np.stack([np.full(6, 0.3), mixed, low, labels, low], axis=1)
    got = student.best_cell(states, labels)
    tried = "best_cell: constant, mixed, low inside, high inside, low inside again"
    assert_equal(got[0], 2, tried=f"{tried}: the first of equals")
    assert_close(got[1], 0.0, atol=1e-12, tried=f"{tried}: its AUC")
    two = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 1.0]])
    got = student.best_cell(two, [0, 0, 1, 1])
    assert_close(got, (0, 1.0), tried="best_cell with tied values")
    got = student.best_cell(two[:, 1:], [0, 0, 1, 1])
    assert_close(got, (0, 0.75), tried="best_cell of one cell, half of its pairs tied")


@pytest.mark.exercise("12.8")
@pytest.mark.points(1)
def test_cold_takes_the_best_and_heat_levels(student):
    logits = student.rng.permutation(np.array([-3.0, 0.0, 2.0, 2.5]))
    cold = student.with_temperature(logits, 0.01)
    assert_close(cold, (logits == 2.5).astype(float), atol=1e-9, tried="T = 0.01")
    hot = student.with_temperature(logits, 1e6)
    assert_close(hot, np.full(4, 0.25), rtol=1e-4, tried="T = 1,000,000")
    rows = np.stack([logits, 5 * logits]).astype(np.float32)
    got = student.with_temperature(rows, 2.0)
    expected = np.exp(rows / 2.0 - logsumexp(rows / 2.0, axis=1, keepdims=True))
    assert_close(got, expected, rtol=1e-4, tried="two rows at T = 2, float32")
