"""Hidden checks of lab 13: they run at grading."""

import itertools

import numpy as np
import pytest
from scipy.special import log_softmax, logsumexp, softmax

from coursekit.evaluation import text
from coursekit.labs.testing import assert_close, assert_equal, assert_true

PAD, GO, STOP = 0, 1, 2


def padded(rows, length):
    """Rows of one length."""
    return np.array([np.pad(row, (0, length - len(row))) for row in rows])


@pytest.mark.exercise("13.1")
@pytest.mark.points(1)
def test_many_targets_in_rows_longer_than_needed(student):
    lengths = student.rng.integers(1, 12, 25)
    targets = [student.rng.integers(3, 40, n).tolist() for n in lengths]
    given, wanted = student.teacher_forcing(targets, 15)
    given, wanted = np.asarray(given), np.asarray(wanted)
    tried = "teacher_forcing of 25 targets, rows of 15"
    expected = padded([np.r_[t, STOP] for t in targets], 15)
    assert_equal(wanted, expected, tried=f"{tried}: wanted")
    before = np.insert(expected, 0, GO, axis=1)[:, :-1]
    before[expected == PAD] = PAD  # STOP is never given
    assert_equal(given, before, tried=f"{tried}: given")


@pytest.mark.exercise("13.1")
@pytest.mark.points(1)
def test_longer_rows_of_padding_change_no_loss(student):
    log_probs = log_softmax(student.rng.normal(size=(4, 9, 5)), axis=-1).astype(
        "float32"
    )
    lengths = student.rng.permutation([1, 3, 6, 4])
    wanted = student.rng.integers(1, 5, (4, 9)) * (np.arange(9) < lengths[:, None])
    costs = [
        -log_probs[i, t, wanted[i, t]] for i in range(4) for t in range(lengths[i])
    ]
    short = student.masked_loss(log_probs[:, :6], wanted[:, :6])
    assert_close(
        short, np.mean(costs), rtol=1e-5, tried="masked_loss, float32, 6 places"
    )
    long = student.masked_loss(log_probs, wanted)
    assert_close(long, np.mean(costs), rtol=1e-5, tried="the same with 9 places")


@pytest.mark.exercise("13.1")
@pytest.mark.points(1)
def test_one_wrong_symbol_costs_a_whole_row(student):
    wanted = student.rng.integers(3, 9, (8, 5))
    chosen = wanted.copy()
    rows = student.rng.permutation(8)[:3]
    chosen[rows, student.rng.integers(0, 5, 3)] += 10
    got = student.exact_match(chosen, wanted)
    assert_close(got, 5 / 8, tried="exact_match of 8 rows, 3 with one wrong symbol")
    got = student.exact_match(chosen[rows], wanted[rows])
    assert_close(got, 0.0, tried="exact_match, one wrong symbol in each of 3 rows")
    wanted[:, 3], wanted[:, 4] = STOP, PAD
    chosen[:, 3], chosen[:, :3] = STOP, wanted[:, :3]
    chosen[rows[0], 3] = PAD
    got = student.exact_match(chosen, wanted)
    assert_close(got, 7 / 8, tried="exact_match, PAD chosen where STOP is due")


@pytest.mark.exercise("13.2")
@pytest.mark.points(1)
def test_all_targets_together_have_probability_one(student):
    logits = student.rng.normal(0, 1, (4, 6, 4))  # of what was read, what was written

    def encoder(symbol, state):
        return (2 * int(state) + int(symbol)) % 6

    def decoder(symbol, state):
        said = np.array(logits[int(symbol), int(state)])
        said[:STOP] = -40.0  # PAD and GO are never written
        return said, (int(state) + 1) % 6

    source = student.rng.integers(3, 9, 4).tolist()
    state = 0
    for symbol in source:
        state = (2 * state + symbol) % 6
    total, left = [], 0.0
    for count in range(6):
        total.append(student.sentence_score(source, [3] * count, encoder, decoder, 0))
        said = log_softmax(decoder(3 if count else GO, (state + count) % 6)[0])
        expected = left + said[STOP]
        tried = f"sentence_score({source}, {[3] * count}, ...), one symbol beside STOP"
        assert_close(total[-1], expected, tried=tried)
        left += said[3]
    tried = "probabilities of the first six targets, and of all longer ones"
    assert_close(logsumexp([*total, left]), 0.0, atol=1e-6, tried=tried)


@pytest.mark.exercise("13.2")
@pytest.mark.points(1)
def test_large_logits(student):
    shift = float(student.rng.uniform(800, 1200))
    logits = student.rng.normal(0, 2, (8, 6))

    def encoder(symbol, state):
        return state + int(symbol)

    def decoder(symbol, state):
        return logits[(int(symbol) + int(state)) % 8] + shift, state + 1

    expected = sum(
        log_softmax(logits[(s + 12 + k) % 8])[w]
        for k, (s, w) in enumerate(((GO, 5), (5, 3), (3, STOP)))
    )
    got = student.sentence_score([4, 8], [5, 3], encoder, decoder, 0)
    tried = "sentence_score([4, 8], [5, 3], ...), logits near 1,000"
    assert_close(got, expected, rtol=1e-6, tried=tried)


@pytest.mark.exercise("13.2")
@pytest.mark.points(1)
def test_sutskevers_network(student):
    layers = int(student.rng.integers(2, 6))
    got = student.count_weights(160_000, 80_000, 1000, 1000, layers)
    expected = 320_080_000 + layers * 16_008_000
    assert_equal(
        got, expected, tried=f"count_weights, Sutskever's words, 2 x {layers} layers"
    )
    got = student.count_weights(50, 70, 20, 30, layers)
    expected = 2400 + 2170 + 2 * 6120 + (layers - 1) * 2 * 7320
    assert_equal(got, expected, tried=f"count_weights(50, 70, 20, 30, {layers})")


class Tree:
    """A step function whose state is the whole beginning."""

    def __init__(self, rng, symbols, depth):
        self.symbols, self.table = symbols, {}
        for length in range(depth):
            for row in itertools.product(range(symbols), repeat=length):
                self.table[row] = log_softmax(rng.normal(0, 1.5, symbols))

    def __call__(self, symbol, state):
        row = (*state, int(symbol)) if state is not None else ()
        return self.table[tuple(row)], tuple(row)

    def score(self, row):
        """Log-probability of a sentence."""
        return float(sum(self.table[tuple(row[:k])][s] for k, s in enumerate(row)))


@pytest.mark.exercise("13.3")
@pytest.mark.points(1)
def test_the_whole_beginning_is_handed_on(student):
    for _ in range(4):
        step, row = Tree(student.rng, 4, 5), []
        while len(row) < 5 and STOP not in row:
            row.append(int(step.table[tuple(row)].argmax()))
        got = student.greedy(step, None, 5)
        assert_equal(got, row, tried="greedy, a state that holds all that was written")


@pytest.mark.exercise("13.3")
@pytest.mark.points(1)
def test_step_is_asked_only_as_often_as_needed(student):
    asked = []
    first = int(student.rng.integers(3, 6))

    def step(symbol, state):
        asked.append(int(symbol))
        log_probs = np.full(6, -5.0)
        log_probs[STOP if len(asked) == 3 else first] = -0.01
        return log_probs, state

    got = student.greedy(step, [0.0], 10)
    tried = "greedy, STOP third"
    assert_equal(got, [first, first, STOP], tried=tried)
    assert_equal(asked, [GO, first, first], tried=f"{tried}: what was given to step")


@pytest.mark.exercise("13.4")
@pytest.mark.points(2)
def test_beginnings_keep_states_of_their_own(student):
    for width in (2, 3, 6):
        step, kept = Tree(student.rng, 4, 4), [()]
        for _ in range(4):
            ended = [row for row in kept if STOP in row]
            grown = [(*row, s) for row in kept if STOP not in row for s in range(4)]
            kept = sorted(ended + grown, key=step.score, reverse=True)[:width]
        got = student.beam_search(step, None, width, 4)
        tried = f"beam_search, width {width}, a state that holds the whole beginning"
        fits = isinstance(got, list | tuple) and len(got) == width
        assert_true(fits, tried=tried, expected=f"{width} pairs", got=got)
        for (symbols, score), row in zip(got, kept, strict=True):
            assert_equal(symbols, list(row), tried=f"{tried}: symbols")
            assert_close(score, step.score(row), tried=f"{tried}: score")


@pytest.mark.exercise("13.4")
@pytest.mark.points(1)
def test_the_best_sentence_may_begin_with_the_second_best_symbol(student):
    low = float(student.rng.uniform(0.3, 0.36))
    table = {
        GO: [0, 0, 0, 1 - low - 0.1, low + 0.1],
        3: [0.26, 0.24, 0.02, 0.25, 0.23],
        4: [0.02, 0.02, 0.94, 0.01, 0.01],
    }

    def step(symbol, state):
        with np.errstate(divide="ignore"):
            return np.log(table.get(int(symbol), [0.2] * 5)), state

    (first, score), *_ = student.beam_search(step, "any", 2, 2)
    tried = "beam_search, width 2, where 3 is likelier than 4 and then 4, STOP is best"
    assert_equal(first, [4, STOP], tried=tried)
    assert_close(score, np.log((low + 0.1) * 0.94), tried=f"{tried}: its score")


@pytest.mark.exercise("13.5")
@pytest.mark.points(1)
def test_word_by_word_the_mean_stays_and_the_smallest_falls_to_one(student):
    n = int(student.rng.integers(6, 30))
    pairs = [(k, k) for k in student.rng.permutation(n).tolist()]
    for reverse, expected in ((False, (n, n)), (True, (1, n))):
        got = student.lags(pairs, n, reverse)
        tried = f"lags of {n} words in their order, reverse={reverse}"
        assert_close(list(got), list(map(float, expected)), tried=tried)
    pairs = [(k, n - 1 - k) for k in range(n)]
    got = student.lags(pairs, n, True)
    assert_close(
        list(got),
        [float(n), float(n)],
        tried=f"lags of {n} words that all cross, reversed",
    )


@pytest.mark.exercise("13.5")
@pytest.mark.points(1)
def test_turned_twice_rows_are_as_before(student):
    lengths = student.rng.permutation([1, 4, 7, 2, 6])
    rows = student.rng.integers(1, 50, (5, 8)) * (np.arange(8) < lengths[:, None])
    once = np.asarray(student.reverse_source(rows))
    tried = "reverse_source of 5 rows"
    for row, turned, n in zip(rows, once, lengths, strict=True):
        assert_equal(turned[:n], np.flip(row[:n]), tried=f"{tried}: symbols")
        assert_equal(turned[n:], np.zeros(8 - n, int), tried=f"{tried}: behind them")
    assert_equal(student.reverse_source(once), rows, tried=f"{tried}, twice")


@pytest.mark.exercise("13.6")
@pytest.mark.points(1)
def test_float32_and_keys_in_another_order(student):
    queries = student.rng.normal(size=(2, 3, 9)).astype("float32")
    keys = student.rng.normal(size=(2, 5, 9)).astype("float32")
    right = np.einsum("ntd,nsd->nts", queries, keys) / np.float32(3)
    order = student.rng.permutation(5)
    for o in (np.arange(5), order):
        got = student.dot_scores(queries, keys[:, o])
        assert_close(got, right[:, :, o], rtol=1e-4, tried="dot_scores, float32, d = 9")
    w = [student.rng.normal(size=s).astype("float32") for s in ((9, 4), (9, 4), (4,))]
    both = np.einsum("ntd,da->nta", queries, w[0])[:, :, None]
    both = both + np.einsum("nsd,da->nsa", keys, w[1])[:, None]
    got = student.additive_scores(queries, keys, *w)
    expected = np.einsum("ntsa,a->nts", np.tanh(both), w[2])
    assert_close(got, expected, rtol=1e-4, tried="additive_scores, float32")


@pytest.mark.exercise("13.6")
@pytest.mark.points(2)
def test_padding_has_no_weight_and_scores_may_be_large(student):
    lengths = student.rng.permutation([2, 4, 6])
    there = np.arange(6) < lengths[:, None]
    scores = student.rng.normal(0, 300, (3, 5, 6))
    scores[~np.broadcast_to(there[:, None], scores.shape)] = 900.0
    values = student.rng.normal(size=(3, 6, 4))
    context, weights = student.attend(scores, values, there)
    for n, k in enumerate(lengths):
        right = softmax(scores[n, :, :k], axis=1)
        tried = f"attend, {k} of 6 places there, scores of hundreds"
        expected = np.pad(right, ((0, 0), (0, 6 - k)))
        assert_close(np.asarray(weights)[n], expected, tried=f"{tried}: weights")
        assert_close(
            np.asarray(context)[n], right @ values[n, :k], tried=f"{tried}: context"
        )


@pytest.mark.exercise("13.7")
@pytest.mark.points(1)
def test_seven_times_the_same_word(student):
    word, other = (f"w{k}" for k in student.rng.choice(90, 2, replace=False))
    references = [[word, other, "x", "on", word, "y"], ["x", word, other, "is", "on"]]
    got = student.clipped_hits([word] * 7, references, 1)
    assert_equal(
        list(got), [2, 7], tried="clipped_hits, seven times a word that occurs twice"
    )
    got = student.clipped_hits([word] * 7, references, 2)
    assert_equal(list(got), [0, 6], tried="clipped_hits, n = 2, no hit")
    got = student.clipped_hits([word, other], references, 3)
    assert_equal(list(got), [0, 0], tried="clipped_hits, n = 3 of two words")


@pytest.mark.exercise("13.7")
@pytest.mark.points(1)
def test_bleu_counts_over_the_corpus_and_may_be_zero(student):
    letters = student.rng.permutation(list("abcdefghijkl")).tolist()
    fine, poor = letters[:7], [letters[0], *reversed(letters[5:11])]
    references = [[letters[:8]], [letters[:5], letters]]
    expected = text.bleu(references, [fine, poor], max_n=2)
    got = student.bleu([fine, poor], references, 2)
    assert_close(got, expected, tried="bleu of a good and a poor candidate, N = 2")
    got = student.bleu([fine], references[:1])
    expected = text.bleu(references[:1], [fine])
    assert_close(got, expected, tried="bleu of one candidate, N left at 4")
    got = student.bleu([poor], references[1:], 3)
    assert_close(got, 0.0, tried="bleu without a hit among three words, N = 3")


@pytest.mark.exercise("13.8")
@pytest.mark.points(1)
def test_order_matters_only_inside_a_pair(student):
    objects, question = (
        student.rng.normal(size=(3, 5, 2)),
        student.rng.normal(size=(3, 4)),
    )

    def g(rows):
        rows = np.asarray(rows)
        first, second, asked = rows[..., :2], rows[..., 2:4], rows[..., 4:]
        return np.stack(
            [first[..., 0] * second[..., 1] ** 2, asked[..., 1] * first[..., 1]],
            axis=-1,
        )

    got = student.relate(g, objects, question)
    expected = np.stack(
        [
            objects[..., 0].sum(axis=1) * (objects[..., 1] ** 2).sum(axis=1),
            5 * question[:, 1] * objects[..., 1].sum(axis=1),
        ],
        axis=1,
    )
    assert_close(got, expected, tried="relate, 3 scenes of 5 things, g of products")
    order = student.rng.permutation(5)
    again = student.relate(g, objects[:, order], question)
    assert_close(again, expected, tried="relate, things in another order")


@pytest.mark.exercise("13.8")
@pytest.mark.points(1)
def test_many_questions_and_one_that_was_never_asked(student):
    asked = student.rng.integers(0, 6, 400)
    answers = (asked * 2 + student.rng.integers(0, 3, 400)) % 7
    new = student.rng.permutation([0, 1, 2, 3, 4, 5, 77, 3])
    counts = np.zeros((6, 7), int)
    np.add.at(counts, (asked, answers), 1)
    best, overall = counts.argmax(axis=1), counts.sum(axis=0).argmax()
    expected = np.array([overall if q > 5 else best[q] for q in new])
    got = student.blind(asked, answers, new)
    assert_equal(
        got, expected, tried=f"blind, 400 known questions, new: {new.tolist()}"
    )
