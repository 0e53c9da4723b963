"""Public checks of lab 13: they run in the notebook."""

import functools
import heapq
import itertools

import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from coursekit.evaluation import text
from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_true,
    counterexample,
)

PAD, GO, STOP = 0, 1, 2


def read(got, names, tried):
    """The parts of a result, after a look at its form."""
    fits = isinstance(got, list | tuple | np.ndarray) and len(got) == len(names)
    expected = f"{len(names)} results: {', '.join(names)}"
    assert_true(fits, tried=tried, expected=expected, got=got)
    return got


def sentences(rng, lengths, symbols=9):
    """Rows of symbols from 3 on, of these lengths."""
    return [rng.integers(3, symbols, n).tolist() for n in lengths]


# 13.1 ---------------------------------------------------------------------------------


def filled(rows, length):
    """Rows of one length, with PAD behind."""
    return np.array([[*row, *[PAD] * (length - len(row))] for row in rows])


def two_rows(targets, length):
    """What is given and what is wanted."""
    before, after = [[GO, *t] for t in targets], [[*t, STOP] for t in targets]
    return filled(before, length), filled(after, length)


@pytest.mark.exercise("13.1")
@pytest.mark.points(2)
@pytest.mark.parametrize(
    ("lengths", "extra"), [((3, 5, 2, 4), 0), ((4,), 3), ((2, 6, 1), 2)]
)
def test_wanted_is_what_comes_after_what_is_given(student, lengths, extra):
    targets, length = sentences(student.rng, lengths), max(lengths) + 1 + extra
    tried = f"teacher_forcing({targets}, {length})"
    given, wanted = read(
        student.teacher_forcing(targets, length), ("given", "wanted"), tried
    )
    right = two_rows(targets, length)
    assert_equal(given, right[0], tried=f"given of {tried}")
    assert_equal(wanted, right[1], tried=f"wanted of {tried}")


def draw_loss(rng, lengths, length, symbols):
    """Log-probabilities and wanted symbols of rows of unequal lengths."""
    log_probs = log_softmax(rng.normal(0, 2, (len(lengths), length, symbols)), axis=-1)
    rows = [rng.integers(1, symbols, n).tolist() for n in lengths]
    return log_probs, filled(rows, length)


def loss_one_by_one(log_probs, wanted):
    """The loss, symbol by symbol."""
    places = np.argwhere(np.asarray(wanted) > PAD)
    costs = [-log_probs[i][t][int(wanted[i][t])] for i, t in places]
    return float(np.sum(costs) / len(places))


@pytest.mark.exercise("13.1")
@pytest.mark.points(1)
@pytest.mark.parametrize("lengths", [(4, 1, 3), (2,), (5, 5), (1, 4)])
def test_the_loss_is_a_mean_over_all_symbols_but_pad(student, lengths):
    log_probs, wanted = draw_loss(student.rng, lengths, 5, 6)
    got = student.masked_loss(log_probs, wanted)
    tried = f"masked_loss, wanted = {wanted.tolist()}, 6 symbols"
    assert_close(got, loss_one_by_one(log_probs, wanted), tried=tried)


@pytest.mark.exercise("13.1")
@pytest.mark.points(1)
def test_a_row_counts_if_every_wanted_symbol_was_chosen(student):
    wanted = filled(sentences(student.rng, (3, 2, 4, 3, 1), 30), 7)
    wanted[np.arange(5), (wanted != PAD).sum(axis=1)] = STOP
    chosen = wanted.copy()
    chosen[1, 3:], chosen[4, 2:] = 8, 3  # behind STOP anything goes
    chosen[0, 1] += 1
    tried = f"exact_match({chosen.tolist()}, {wanted.tolist()})"
    assert_close(student.exact_match(chosen, wanted), 4 / 5, tried=tried)
    chosen[2, 4] = 9  # where STOP is due
    tried = f"exact_match({chosen.tolist()}, {wanted.tolist()})"
    assert_close(student.exact_match(chosen, wanted), 3 / 5, tried=tried)


@pytest.mark.exercise("13.1")
@pytest.mark.points(1)
def test_pad_is_wrong_where_a_symbol_is_wanted(student):
    wanted = filled(sentences(student.rng, (4, 2, 3, 4), 30), 4)
    chosen = wanted.copy()
    chosen[student.rng.permutation(4)[:1], 0] = PAD
    tried = f"exact_match({chosen.tolist()}, {wanted.tolist()})"
    assert_close(student.exact_match(chosen, wanted), 3 / 4, tried=tried)


# 13.2 ---------------------------------------------------------------------------------


def small_net(rng, symbols=7, units=3, shift=0.0):
    """An encoder and a decoder with random weights; a state is a pair of arrays."""
    read_in, write_in = rng.normal(size=(2, symbols, units))
    back = rng.normal(size=(4, units, units))
    out = rng.normal(size=(units, symbols))

    def encoder(symbol, state):
        h, c = (np.asarray(part) for part in state)
        return np.tanh(read_in[int(symbol)] + h @ back[0]), c + h @ back[1]

    def decoder(symbol, state):
        h, c = (np.asarray(part) for part in state)
        h = np.tanh(write_in[int(symbol)] + h @ back[2] + c @ back[3])
        return h @ out + shift, (h, c)

    return encoder, decoder, (0.1 * np.ones(units), np.zeros(units))


def score_of(source, target, encoder, decoder, zero):
    """The score, from a table of all logits."""
    state, logits = functools.reduce(lambda s, word: encoder(word, s), source, zero), []
    for word in itertools.chain((GO,), target):
        said, state = decoder(word, state)
        logits.append(said)
    picked = log_softmax(np.array(logits), axis=1)
    return float(sum(picked[k, w] for k, w in enumerate((*target, STOP))))


@pytest.mark.exercise("13.2")
@pytest.mark.points(2)
@pytest.mark.parametrize("lengths", [(4, 3), (1, 5), (6, 1), (3, 4)])
def test_a_score_adds_up_what_the_decoder_says_after_the_encoder(student, lengths):
    source, target = sentences(student.rng, lengths, 7)
    net = small_net(student.rng, shift=900.0 if lengths[0] == 6 else 0.0)
    got = student.sentence_score(source, target, *net)
    tried = f"sentence_score({source}, {target}, encoder, decoder, zero)"
    assert_close(got, score_of(source, target, *net), tried=tried)


def weights_of(source_words, target_words, width, units, layers):
    """The same from the shapes of all arrays."""
    fed = [width, *itertools.repeat(units, layers - 1)]
    shapes = [(source_words, width), (target_words, width), (units, target_words)]
    shapes.append((target_words,))
    for size in fed * 2:
        shapes += [(size, 4 * units), (units, 4 * units), (4 * units,)]
    return sum(int(np.prod(shape)) for shape in shapes)


@pytest.mark.exercise("13.2")
@pytest.mark.points(1)
@pytest.mark.parametrize("layers", [1, 2, 4])
def test_the_weights_of_an_encoder_decoder(student, layers):
    words = student.rng.choice(np.arange(20, 90), 2, replace=False)
    width, units = student.rng.choice(np.arange(3, 14), 2, replace=False)
    sizes = [int(size) for size in (*words, width, units)]
    tried = "count_weights({}, {}, {}, {}, {})".format(*sizes, layers)
    got = student.count_weights(*sizes, layers)
    assert_equal(got, weights_of(*sizes, layers), tried=tried)


# 13.3 ---------------------------------------------------------------------------------


class Chain:
    """A step function: what comes next depends on the state and on the last symbol."""

    def __init__(self, rng, symbols=5, states=7, stop=None):
        logits = rng.normal(0, 1.5, (states, symbols, symbols))
        if stop is not None:
            logits[..., STOP] = stop
        self.table, self.states = log_softmax(logits, axis=-1), states
        self.symbols = symbols

    def __call__(self, symbol, state):
        after = (3 * int(state) + int(symbol) + 1) % self.states
        return self.table[int(state), int(symbol)], after


def most_probable(step, state, length):
    """Greedy writing as one walk."""
    row = [GO]
    for _ in range(length):
        log_probs, state = step(row[-1], state)
        row.append(int(np.flatnonzero(log_probs == np.max(log_probs))[0]))
        if row[-1] == STOP:
            break
    return row[1:]


@pytest.mark.exercise("13.3")
@pytest.mark.points(2)
@pytest.mark.parametrize("length", [1, 4, 9])
def test_each_symbol_is_given_back_until_stop_or_length(student, length):
    for stop in (-20.0, 1.0, None):
        step = Chain(student.rng, stop=stop)
        for state in (0, 3):
            expected = most_probable(step, state, length)
            got = student.greedy(step, state, length)
            tried = f"greedy(step, {state}, {length}) of a step with 5 symbols"
            assert_equal(got, expected, tried=tried)


@pytest.mark.exercise("13.3")
@pytest.mark.points(1)
def test_nothing_is_written_after_stop(student):
    places = student.rng.permutation(np.arange(1, 6))
    for place in places[:3]:

        def step(symbol, state, place=int(place)):
            log_probs = np.full(6, -4.0)
            log_probs[STOP if state == place else 3 + state % 3] = -0.1
            return log_probs, state + 1

        expected = [*(3 + k % 3 for k in range(place)), STOP]
        got = student.greedy(step, 0, 12)
        tried = f"greedy, STOP most probable as symbol {place + 1}, length 12"
        assert_equal(got, expected, tried=tried)


# 13.4 ---------------------------------------------------------------------------------


def walked(step, state, symbols):
    """Log-probability of a beginning, from its first symbol."""
    total = 0.0
    for last, symbol in itertools.pairwise((GO, *symbols)):
        log_probs, state = step(last, state)
        total += float(log_probs[symbol])
    return total


def searched(step, state, width, length):
    """A beam of tuples, each walked anew."""
    score = functools.partial(walked, step, state)
    kept = [()]
    for _ in range(length):
        ended = {row for row in kept if STOP in row}
        open_ = [row for row in kept if row not in ended]
        pool = ended.union(itertools.starmap(
            lambda row, s: (*row, s), itertools.product(open_, range(step.symbols))
        ))  # fmt: skip
        kept = heapq.nlargest(width, sorted(pool), key=score)
    return [(list(row), score(row)) for row in kept]


def compare_beams(got, expected, tried):
    """Sentences and scores, one pair after the other."""
    fits = isinstance(got, list | tuple) and len(got) == len(expected)
    assert_true(fits, tried=tried, expected=f"{len(expected)} pairs", got=got)
    for place, (mine, (symbols, score)) in enumerate(
        zip(got, expected, strict=True), 1
    ):
        where = f"{tried}: number {place}"
        row, value = read(mine, ("symbols", "score"), where)
        assert_equal(row, symbols, tried=f"{where}, its symbols")
        assert_close(value, score, tried=f"{where}, its score")


@pytest.mark.exercise("13.4")
@pytest.mark.points(1)
def test_a_beam_of_one_is_greedy(student):
    for length in (3, 6):
        step = Chain(student.rng)
        row = most_probable(step, 2, length)
        tried = f"beam_search(step, 2, 1, {length}), 5 symbols"
        expected = [(row, walked(step, 2, row))]
        compare_beams(student.beam_search(step, 2, 1, length), expected, tried)


@pytest.mark.exercise("13.4")
@pytest.mark.points(2)
@pytest.mark.parametrize(("width", "length"), [(2, 4), (3, 5), (4, 2), (5, 4)])
def test_the_best_of_all_go_on(student, width, length):
    for stop in (None, 0.5):
        step = Chain(student.rng, stop=stop)
        tried = f"beam_search(step, 1, {width}, {length}), 5 symbols"
        got = student.beam_search(step, 1, width, length)
        compare_beams(got, searched(step, 1, width, length), tried)


@pytest.mark.exercise("13.4")
@pytest.mark.points(1)
def test_a_beam_as_wide_as_all_sentences_is_exact(student):
    step = Chain(student.rng, symbols=4, states=5)
    every = set()
    for row in itertools.product(range(4), repeat=3):
        every.add(row[: row.index(STOP) + 1] if STOP in row else row)
    expected = [(list(row), walked(step, 0, row)) for row in every]
    expected.sort(key=lambda pair: pair[1], reverse=True)
    tried = f"beam_search(step, 0, 64, 3), 4 symbols, {len(every)} sentences"
    compare_beams(student.beam_search(step, 0, 64, 3), expected, tried)


# 13.5 ---------------------------------------------------------------------------------


def lags_one_by_one(pairs, length, reverse):
    """The moments of reading and of writing, in two lists."""
    read_at = list(range(length))
    if reverse:
        read_at.reverse()
    waits = [range(length, length + j + 1)[-1] - read_at[i] for i, j in pairs]
    return min(waits), sum(waits) / len(waits)


def some_pairs(rng, count, length, target):
    """Different source places, each with a target place."""
    i = rng.choice(length, count, replace=False)
    j = rng.choice(target, count, replace=False)
    return [(int(a), int(b)) for a, b in zip(i, j, strict=True)]


@pytest.mark.exercise("13.5")
@pytest.mark.points(2)
@pytest.mark.parametrize("reverse", [False, True])
def test_lags_of_pairs(student, reverse):
    for count, length, target in ((4, 6, 8), (3, 7, 4), (1, 5, 6)):
        pairs = some_pairs(student.rng, count, length, target)
        tried = f"lags({pairs}, {length}, {reverse})"
        got = read(student.lags(pairs, length, reverse), ("smallest", "mean"), tried)
        expected = lags_one_by_one(pairs, length, reverse)
        assert_close(got[0], expected[0], tried=f"{tried}, the smallest")
        assert_close(got[1], expected[1], tried=f"{tried}, the mean")


def turned_round(rows):
    """Each row's symbols in the opposite order, in lists."""
    return filled([[s for s in row[::-1] if s] for row in rows.tolist()], rows.shape[1])


@pytest.mark.exercise("13.5")
@pytest.mark.points(1)
@pytest.mark.parametrize("lengths", [(3, 5, 2, 4), (6,), (1, 4, 3)])
def test_symbols_turn_round_and_padding_stays_behind(student, lengths):
    rows = filled(
        sentences(student.rng, lengths, 60), max(lengths) + 2 * (len(lengths) % 2)
    )
    tried = f"reverse_source({rows.tolist()})"
    assert_equal(student.reverse_source(rows), turned_round(rows), tried=tried)


# 13.6 ---------------------------------------------------------------------------------


def dots(queries, keys):
    """Dot scores, pair by pair."""
    pairs = [
        [[np.dot(q, k) for k in b] for q in a]
        for a, b in zip(queries, keys, strict=True)
    ]
    return np.array(pairs) * np.shape(keys)[-1] ** -0.5


def additive(queries, keys, w_query, w_key, v):
    """Additive scores, pair by pair."""
    out = np.zeros((len(queries), len(queries[0]), len(keys[0])))
    for n, t, s in np.ndindex(out.shape):
        inside = np.dot(queries[n][t], w_query) + np.dot(keys[n][s], w_key)
        out[n, t, s] = np.dot(v, np.tanh(inside))
    return out


def looked(scores, values, there):
    """Context and weights, with a softmax over the places that are there."""
    weights = np.zeros(np.shape(scores))
    for n, places in enumerate(np.asarray(there)):
        for t in range(weights.shape[1]):
            weights[n, t, places] = softmax(np.asarray(scores)[n, t, places])
    return np.einsum("nts,nsd->ntd", weights, values), weights


@pytest.mark.exercise("13.6")
@pytest.mark.points(1)
@pytest.mark.parametrize("shape", [(2, 3, 5, 4), (1, 4, 2, 6), (3, 1, 4, 2)])
def test_dot_scores_of_every_query_and_key(student, shape):
    n, t, s, d = shape
    queries, keys = (
        student.rng.normal(size=(n, t, d)),
        student.rng.normal(size=(n, s, d)),
    )
    tried = f"dot_scores, queries {(n, t, d)}, keys {(n, s, d)}"
    assert_close(student.dot_scores(queries, keys), dots(queries, keys), tried=tried)


@pytest.mark.exercise("13.6")
@pytest.mark.points(1)
@pytest.mark.parametrize("shape", [(2, 3, 5, 4, 6, 7), (1, 4, 2, 3, 2, 5)])
def test_additive_scores_of_every_query_and_key(student, shape):
    n, t, s, d, e, a = shape
    sizes = ((n, t, d), (n, s, e), (d, a), (e, a), (a,))
    parts = [student.rng.normal(size=size) for size in sizes]
    tried = f"additive_scores, queries {sizes[0]}, keys {sizes[1]}, a = {a}"
    assert_close(student.additive_scores(*parts), additive(*parts), tried=tried)


def draw_there(rng, n, s):
    """Rows of unequal lengths, one of them full."""
    lengths = rng.permutation([s, *rng.integers(1, s, n - 1)])
    return np.arange(s) < lengths[:, None]


@pytest.mark.exercise("13.6")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(3, 2, 5, 4), (2, 6, 3, 2), (1, 3, 4, 5)])
def test_weights_over_the_source_and_the_context(student, shape):
    n, t, s, d = shape
    scores = student.rng.normal(0, 2 if d != 2 else 500, (n, t, s))
    values, there = student.rng.normal(size=(n, s, d)), draw_there(student.rng, n, s)
    tried = f"attend, scores {(n, t, s)}, values {(n, s, d)}, lengths {there.sum(1).tolist()}"
    got = read(student.attend(scores, values, there), ("context", "weights"), tried)
    context, weights = looked(scores, values, there)
    assert_close(got[1], weights, tried=f"{tried}: the weights")
    assert_close(got[0], context, tried=f"{tried}: the context")


# 13.7 ---------------------------------------------------------------------------------

WORDS = ("red", "blue", "box", "on", "a")


def runs(words, n):
    """All runs of n words."""
    return list(zip(*(words[k:] for k in range(n)), strict=False))


def hits(candidate, references, n):
    """Hits and runs, one run after the other."""
    found = runs(candidate, n)
    counted = {}
    for run in found:
        most = max(runs(reference, n).count(run) for reference in references)
        counted[run] = min(found.count(run), most)
    return sum(counted.values()), len(found)


def sentence(rng, length):
    """Words at random."""
    return [str(word) for word in rng.choice(WORDS, length)]


def spoiled(rng, words, length):
    """The first words of a sentence, one of them changed, and words at random behind."""
    words = [*words[:length], *sentence(rng, max(0, length - len(words)))]
    words[int(rng.integers(0, len(words)))] = "odd"
    return words


@pytest.mark.exercise("13.7")
@pytest.mark.points(2)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_hits_are_clipped_at_the_reference_that_has_most(student, n):
    for lengths in ((7, 5, 6), (6, 8, 4), (9, 6, 7)):
        candidate, *references = (sentence(student.rng, k) for k in lengths)
        references[0][: n + 1] = candidate[: n + 1]
        tried = f"clipped_hits({candidate}, {references}, {n})"
        got = read(
            student.clipped_hits(candidate, references, n), ("hits", "total"), tried
        )
        assert_equal(list(got), list(hits(candidate, references, n)), tried=tried)


def corpus(rng, lengths):
    """Candidates that are near one of their references, and the references."""
    candidates, references = [], []
    for length, *theirs in lengths:
        several = [sentence(rng, k) for k in theirs]
        candidates.append(spoiled(rng, several[0], length))
        references.append(several)
    return candidates, references


@pytest.mark.exercise("13.7")
@pytest.mark.points(2)
@pytest.mark.parametrize("max_n", [1, 2, 4])
def test_bleu_of_several_candidates_together(student, max_n):
    for lengths in (((12, 12, 9), (9, 11, 14)), ((8, 11), (10, 12, 13), (9, 9, 8))):
        candidates, references = corpus(student.rng, lengths)
        expected = text.bleu(references, candidates, max_n=max_n)
        tried = f"bleu of {len(lengths)} candidates of {[k[0] for k in lengths]} words, N = {max_n}"
        got = student.bleu(candidates, references, max_n)
        assert_close(got, expected, tried=tried)


@pytest.mark.exercise("13.7")
@pytest.mark.points(1)
@pytest.mark.parametrize(
    ("mine", "theirs"),
    [(7, (11,)), (11, (8,)), (9, (10, 8)), (9, (8, 10)), (8, (11, 6, 9))],
)
def test_short_candidates_pay_and_long_ones_do_not(student, mine, theirs):
    words = [*WORDS, *student.rng.permutation(list("uvwxyz")).tolist()]
    candidates = [[*words[: mine - 1], "odd"]]
    references = [[words[:k] for k in theirs]]
    expected = text.bleu(references, candidates, max_n=3)
    tried = (
        f"bleu of the first {mine} words, the last of them wrong, references the first "
        f"{theirs} words, N = 3"
    )
    assert_close(student.bleu(candidates, references, 3), expected, tried=tried)


# 13.8 ---------------------------------------------------------------------------------


def sum_of_pairs(g, objects, question):
    """The sum, pair by pair."""
    out = []
    for things, asked in zip(objects, question, strict=True):
        pairs = itertools.product(things, repeat=2)
        out.append(sum(g(np.hstack([a, b, asked])[None])[0] for a, b in pairs))
    return np.array(out)


@pytest.mark.exercise("13.8")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(3, 4, 2, 5), (1, 3, 4, 2), (4, 2, 3, 1)])
def test_g_is_added_up_over_all_ordered_pairs(student, shape):
    n, k, d, m = shape
    w = student.rng.normal(size=(2 * d + m, 3))
    objects, question = (
        student.rng.normal(size=(n, k, d)),
        student.rng.normal(size=(n, m)),
    )

    def g(rows):
        return np.tanh(np.asarray(rows) @ w)

    tried = f"relate(g, objects {(n, k, d)}, question {(n, m)}), g to 3 numbers"
    got = student.relate(g, objects, question)
    assert_close(got, sum_of_pairs(g, objects, question), tried=tried)


def guessed(asked, answers, asked_new):
    """The commonest answers, counted in lists."""

    def usual(some):
        return min(set(some), key=lambda answer: (-some.count(answer), answer))

    known = list(
        zip(np.asarray(asked).tolist(), np.asarray(answers).tolist(), strict=True)
    )
    out = []
    for q in np.asarray(asked_new).tolist():
        own = [answer for number, answer in known if number == q]
        out.append(usual(own or [answer for _, answer in known]))
    return np.array(out)


@pytest.mark.exercise("13.8")
@pytest.mark.points(1)
@pytest.mark.parametrize("count", [11, 30])
def test_the_blind_guesser_knows_what_was_answered_most_often(student, count):
    asked = student.rng.permutation(np.arange(count) % 4 + 3)
    answers = student.rng.integers(0, 4, count)
    new = student.rng.permutation(np.arange(3, 7).repeat(2))
    tried = f"blind({asked.tolist()}, {answers.tolist()}, {new.tolist()})"
    got = student.blind(asked, answers, new)
    assert_equal(got, guessed(asked, answers, new), tried=tried)


@pytest.mark.exercise("13.8")
@pytest.mark.points(1)
def test_ties_go_to_the_smallest_number_and_new_questions_to_the_commonest(student):
    low, high = sorted(student.rng.choice(np.arange(1, 9), 2, replace=False).tolist())
    asked, answers = np.array([5, 5, 2, 2, 2]), np.array([high, low, high, high, 0])
    order = student.rng.permutation(5)
    new = np.array([5, 9, 2, 9])
    tried = f"blind({asked[order].tolist()}, {answers[order].tolist()}, {new.tolist()})"
    got = student.blind(asked[order], answers[order], new)
    assert_equal(got, np.array([low, high, high, high]), tried=tried)


# Small cases, for an answer that no known mistake fits ---------------------------------


def small_lengths(rng, size):
    """One or two lengths."""
    return rng.integers(1, size + 1, min(size, 2)).tolist()


counterexample(
    "13.1",
    "teacher_forcing",
    draw=lambda rng, size: (sentences(rng, small_lengths(rng, size), 6), size + 1),
    oracle=two_rows,
)
counterexample(
    "13.1",
    "masked_loss",
    draw=lambda rng, size: (
        -rng.integers(1, 6, (1, size, 3)).astype(float),
        filled([rng.integers(1, 3, int(rng.integers(1, size + 1))).tolist()], size),
    ),
    oracle=loss_one_by_one,
)
counterexample(
    "13.1",
    "exact_match",
    draw=lambda rng, size: (
        rng.integers(2, 4, (size, 2)),
        np.stack([rng.integers(2, 4, size), rng.integers(0, 2, size) * 2], axis=1),
    ),
    oracle=lambda chosen, wanted: float(
        np.mean([all(w in (PAD, c) for c, w in zip(*pair, strict=True))
                 for pair in zip(chosen.tolist(), wanted.tolist(), strict=True)])
    ),
)  # fmt: skip
counterexample(
    "13.2",
    "count_weights",
    draw=lambda rng, size: (*map(int, rng.integers(1, size + 2, 4)), size),
    oracle=weights_of,
)
counterexample(
    "13.5",
    "lags",
    draw=lambda rng, size: (
        some_pairs(rng, size, size + 1, size + 1),
        size + 1,
        bool(rng.integers(0, 2)),
    ),
    oracle=lags_one_by_one,
)
counterexample(
    "13.5",
    "reverse_source",
    draw=lambda rng, size: (
        filled(
            sentences(rng, small_lengths(rng, size)), size + int(rng.integers(0, 2))
        ),
    ),
    oracle=turned_round,
)
counterexample(
    "13.6",
    "dot_scores",
    draw=lambda rng, size: (
        rng.choice([-2.0, 1.0, 3.0], (1, 1, 4)),
        rng.choice([-2.0, 1.0, 3.0], (1, size, 4)),
    ),
    oracle=dots,
)
counterexample(
    "13.6",
    "attend",
    draw=lambda rng, size: (
        np.log(rng.choice([1.0, 2.0, 3.0], (1, size, size + 1))),
        rng.choice([-1.0, 2.0, 6.0], (1, size + 1, 1)),
        np.arange(size + 1)[None] < rng.integers(1, size + 2),
    ),
    oracle=looked,
)
counterexample(
    "13.7",
    "clipped_hits",
    draw=lambda rng, size: (
        sentence(rng, size + 1),
        [sentence(rng, size + 1) for _ in range(min(size, 2))],
        int(rng.integers(1, 3)),
    ),
    oracle=hits,
)
counterexample(
    "13.8",
    "blind",
    draw=lambda rng, size: (
        rng.integers(0, 2, size + 1),
        rng.integers(0, 3, size + 1),
        rng.integers(0, 3, size),
    ),
    oracle=guessed,
)
