# ---
# coursekit:
#   title: Sequence to sequence
#   question: A network reads a number in English to its end and then writes it in German, where the five comes before the forty. Where does it look while it writes?
#   goals:
#     - Teach an encoder and a decoder with the true sentence, and let them write without it
#     - Search for the most probable sentence with a beam, and know when the search is exact
#     - Look back at the source by attention, and read its map
#     - Judge sentences by BLEU, and answers by what a blind guesser gets right
#   prerequisites:
#     - lab 12, LSTM; lab 04, softmax and cross-entropy
#     - Python's Counter; arrays of three axes
#   lecture: "Session 11, Deep Learning 2 (sequence to sequence, stop symbol, captioning, visual question answering, multimodal encoder-decoder); Deep learning overview (sequence translation, attention)"
#   seconds: {cpu: 900, fast: 60}
#   accelerator: helps the trainings; nothing here needs one
# ---

# %% [markdown]
# # Sequence to sequence
#
# **A network reads a number in English to its end and then writes it in German, where the five comes before the forty.
# Where does it look while it writes?**

# %%
from collections import Counter

import keras
import numpy as np
from scipy.special import logsumexp, softmax
from sklearn.neighbors import NearestCentroid

import coursekit
from coursekit import NotAnsweredYet, open_lab
from coursekit.datasets import sequences, spectrograms
from coursekit.datasets.scenes import ANSWERS, make_scenes
from coursekit.evaluation import text as measures
from coursekit.seq2seq import (
    GO,
    PAD,
    STOP,
    Symbols,
    counted,
    networks,
    relations,
    spellers,
)

lab = open_lab("13_seq2seq")
check, figures = lab.check, lab.figures

# %% [markdown]
# ## Two sentences that cross
#
# A line joins letters that say the same. Ones and tens change places.

# %%
lab.show(figures.crossing(lab.pick([345, 97, 612], [45, 97, 63])))

# %% [markdown]
# A German letter and the English one above it seldom belong together, and the two sides need not have one length. At the
# end you will watch a network read.

# %%
lab.predict(
    "13.0",
    "A network has just written fünf of fünfundvierzig, and now writes und. "
    "At which letters of forty-five does it look most?",
    choices=["forty", "the hyphen", "five", "at all alike"],
)

# %% [markdown]
# Both sides are rows of numbers: a letter is a number from 3 on, `PAD` = 0 fills short rows up, `GO` = 1 starts a target,
# `STOP` = 2 ends it. The network learns from some of the numbers and is asked about the others.

# %%
LARGEST, KNOWN, UNITS = lab.pick(
    (999, 700, 96), (spellers.LARGEST, spellers.KNOWN, spellers.UNITS)
)
english, german = sequences.make_number_words(LARGEST + 1, largest=LARGEST, seed=7)
source, target = Symbols(english), Symbols(german)
x, y = source.encode(english), target.rows(german)
LENGTH = max(map(len, y)) + 1  # of a target with STOP
print(english[0], "->", german[0], x[0].tolist(), y[0], sep="\n")

# %% [markdown]
# ## Reading, thinking, writing

# %% [markdown]
# ### Exercise 13.1 · What comes next
#
# A *decoder* writes symbol by symbol: at each place it is *given* one symbol and says how probable each symbol is as the
# next. In training it is given the true sentence, not its own words (*teacher forcing*), so all places are taught at once.
# A target becomes two rows: at every place `wanted` holds what comes after `given`. The first row starts with `GO`, the
# second ends with `STOP`; behind that stands `PAD`.
#
# The loss is $-\log p$ of the wanted symbol, averaged over **all symbols of all rows** but `PAD`. A row is an *exact match*
# if all its wanted symbols were chosen, `STOP` included.

# %%
lab.predict(
    "13.1",
    "Forget to shift: at every place the decoder is given the very symbol that is "
    "wanted there. The training loss",
    choices=["goes to 0", "stays where it was", "grows"],
)


# %%
def teacher_forcing(targets, length):
    """Rows for teaching a decoder.

    Args:
        targets: list of n sequences of symbols, of unequal lengths.
        length: of the rows, at least one more than the longest target.

    Returns:
        (given, wanted), two int arrays (n, length).

    >>> teacher_forcing([[5, 7], [4]], 4)
    (array([[1, 5, 7, 0], [1, 4, 0, 0]]), array([[5, 7, 2, 0], [4, 2, 0, 0]]))
    """
    ### BEGIN SOLUTION
    given, wanted = np.full((2, len(targets), length), PAD)
    for row, symbols in enumerate(targets):
        given[row, : len(symbols) + 1] = [GO, *symbols]
        wanted[row, : len(symbols) + 1] = [*symbols, STOP]
    return given, wanted
    ### END SOLUTION


def masked_loss(log_probs, wanted):
    """Mean of -log p over the symbols that are not PAD.

    Args:
        log_probs: natural logarithms of the probabilities (n, length, symbols).
        wanted: int array (n, length), PAD at the end of short rows.

    Returns:
        float.

    >>> masked_loss([[[-9.0, -9.0, -1.5], [-5.0, -9.0, -9.0]]], [[2, 0]])
    1.5
    """
    ### BEGIN SOLUTION
    log_probs, wanted = np.asarray(log_probs), np.asarray(wanted)
    each = np.take_along_axis(log_probs, wanted[..., None], axis=-1)[..., 0]
    return float(-each[wanted != PAD].mean())
    ### END SOLUTION


def exact_match(chosen, wanted):
    """Share of the rows in which every wanted symbol was chosen.

    Args:
        chosen: int array (n, length).
        wanted: int array (n, length); where PAD is wanted, what was chosen does not
            count.

    Returns:
        float.

    >>> exact_match([[5, 2, 9], [5, 4, 2]], [[5, 2, 0], [5, 6, 2]])
    0.5
    """
    ### BEGIN SOLUTION
    chosen, wanted = np.asarray(chosen), np.asarray(wanted)
    right = (chosen == wanted) | (wanted == PAD)
    return float(right.all(axis=1).mean())
    ### END SOLUTION


# %%
check("13.1")

# %%
with lab.needs("13.1"):
    given, wanted = teacher_forcing(y, LENGTH)
    last = counted(given, wanted, len(target))  # log p(next | last), by counting
    same = counted(wanted, wanted, len(target))  # the same without the shift
    losses = masked_loss(last[given], wanted), masked_loss(same[wanted], wanted)
    told = f"a table of counts: {losses[0]:.2f} shifted, {losses[1]:.2f} not"
    lab.reveal("13.1", "abc"[int(losses[1] > 0.1) + int(losses[1] > losses[0])], told)

# %% [markdown]
# A decoder that sees what it must say learns to copy, with a loss near nothing, and cannot write a word.

# %% [markdown]
# ### Exercise 13.2 · The thought vector
#
# An *encoder* reads the source symbol by symbol. Its state after the last one is the *thought vector*, in which the decoder
# starts; nothing else of the source reaches it. The score of a target is the sum of the log-probabilities of its symbols
# and of `STOP`, each given all before. *Logits* are the numbers before the softmax.
#
# Then count the weights of Sutskever, Vinyals and Le's network (2014): a table of `width` numbers for each source word,
# one for the target words; `layers` LSTM layers of `units` on each side, each fed by the one below; a dense layer with
# biases to the target words. (An LSTM's gates: lab 12.)

# %%
lab.predict(
    "13.2",
    "That network knows 160,000 source words and 80,000 target words, 1,000 numbers "
    "each, and has 2 x 4 LSTM layers of 1,000 units. Their share of its weights is",
    choices=["about a sixth", "about a half", "about five sixths"],
)


# %%
def sentence_score(source, target, encoder, decoder, zero):
    """Log-probability of a target sentence, STOP included, given a source sentence.

    Args:
        source, target: sequences of symbols, without GO and STOP.
        encoder: function; encoder(symbol, state) gives the next state.
        decoder: function; decoder(symbol, state) gives (logits, next state): an array
            (symbols,) for what comes after `symbol`. Logits may be in the hundreds.
        zero: state before the first symbol of the source.

    Returns:
        float.

    >>> three = lambda symbol, state: (np.zeros(3), state)
    >>> round(sentence_score([5], [], max, three, 0), 4)
    -1.0986
    """
    ### BEGIN SOLUTION
    state = zero
    for symbol in source:
        state = encoder(symbol, state)
    score = 0.0
    for now, following in zip([GO, *target], [*target, STOP], strict=True):
        logits, state = decoder(now, state)
        score += logits[following] - logsumexp(logits)
    return float(score)
    ### END SOLUTION


def count_weights(source_words, target_words, width, units, layers):
    """Number of weights of an encoder-decoder of LSTMs.

    Args:
        source_words, target_words: how many words each side knows.
        width: numbers that stand for a word.
        units: of every LSTM layer.
        layers: LSTM layers of each side, at least 1.

    Returns:
        int.

    >>> count_weights(2, 3, 1, 1, 1)
    35
    """
    ### BEGIN SOLUTION
    total = (source_words + target_words) * width + target_words * (units + 1)
    for inputs in [width] + [units] * (layers - 1):
        total += 2 * 4 * units * (inputs + units + 1)
    return total
    ### END SOLUTION


# %%
check("13.2")

# %% [markdown]
# A network of one layer on each side learns the numbers. (In fast mode it remembers what it learned before from the same
# lessons.) Your score goes step by step, Keras through the sentence at once.

# %%
with lab.needs("13.1", "13.2"):
    sizes, new = (len(source), len(target)), x[KNOWN:]
    lessons = [part[:KNOWN] for part in (x, given, wanted)]
    plain = networks.translator(*sizes, units=UNITS, seed=lab.seed)
    spellers.learn(plain, "thought vector", lessons, fast=lab.fast)
    pieces, some = plain.pieces(), range(KNOWN, KNOWN + 8)
    mine = [sentence_score(x[k][x[k] != PAD].tolist(), y[k], *pieces) for k in some]
    gap = np.abs(mine - plain.scores(x[some], given[some], wanted[some])).max()
    print(f"step by step and at once: scores differ by at most {gap:.0e}")

# %%
total = float("nan")
with lab.needs("13.2"):
    deep = networks.translator(30, 20, units=16, embedding=8, depth=4).model
    print(
        f"2 x 4 layers in small: {deep.count_params():,} by Keras, "
        f"{count_weights(30, 20, 8, 16, 4):,} by you"
    )
    total = count_weights(160_000, 80_000, 1000, 1000, 4)
    one = total - count_weights(160_000, 80_000, 1000, 1000, 3)  # layer on each side
    share = 4 * one / total
    kinds = ["about a sixth", "about a half", "about five sixths"]
    told = f"{share:.0%} of {total:,}"
    lab.reveal("13.2", kinds[int(share > 0.3) + int(share > 0.7)], told)

# %% [markdown]
# The words weigh most. And whatever the sentence, its thought has room for as many numbers as the LSTM has units.

# %% [markdown]
# ### Exercise 13.3 · Without the teacher
#
# Nobody knows the true symbols of a new sentence, so the decoder is given its own. Write the *greedy* way: start from `GO`,
# choose the most probable symbol, give it back as the next input. Stop once `STOP` is written, or after `length`
# symbols. The result lists what was written: `STOP` too if it came, `GO` never.
#
# `step` hides the network: `step(symbol, state)` gives the log-probabilities of what comes next, and the next state.

# %%
lab.predict(
    "13.3",
    "Of the numbers that it never saw, how many does the network spell without a "
    "single wrong letter?",
    choices=["under a third", "a third to two thirds", "over two thirds"],
)


# %%
def greedy(step, state, length):
    """Write the most probable symbol each time.

    Args:
        step: function; step(symbol, state) gives (log-probabilities, next state), the
            first an array (symbols,).
        state: state before the first symbol.
        length: most symbols, at least 1.

    Returns:
        list of ints.

    >>> step = lambda last, state: (np.array([-9, -9, -2, -0.5 - state]), state + 1)
    >>> greedy(step, 0, 9)
    [3, 3, 2]
    """
    ### BEGIN SOLUTION
    symbol, written = GO, []
    while len(written) < length and symbol != STOP:
        log_probs, state = step(symbol, state)
        symbol = int(np.argmax(log_probs))
        written.append(symbol)
    return written
    ### END SOLUTION


# %%
check("13.3")

# %%
with lab.needs("13.1", "13.2", "13.3"):
    step, states = plain.open(new)
    said = [target.decode(greedy(step, state, LENGTH)) for state in states]
    right = np.array([a == b for a, b in zip(said, german[KNOWN:], strict=True)])
    lab.show(figures.spelled(english[KNOWN:], german[KNOWN:], said))
    kinds = ["under a third", "a third to two thirds", "over two thirds"]
    kind = kinds[int(right.mean() > 1 / 3) + int(right.mean() > 2 / 3)]
    lab.reveal("13.3", kind, f"{right.sum()} of {right.size}")

# %% [markdown]
# A wrong letter early on is the start of another word, and the decoder goes on with *that* word.

# %% [markdown]
# ### Exercise 13.4 · A beam
#
# The most probable sentence need not begin with the most probable symbol. *Beam search* keeps several beginnings. Start
# with the empty one. In each of at most `length` rounds
#
# 1. each beginning that does not end in `STOP` is replaced by its children, one for **every** symbol; a child's score is
#    its parent's plus the log-probability of the symbol;
# 2. beginnings that end in `STOP` stay as they are;
# 3. of all these together, only the `width` best by score go on.
#
# Each beginning has a state of its own. Give the last ones, best first.

# %%
lab.predict(
    "13.4",
    "A beam of 5 does five times the work. Of the new numbers that greedy search "
    "spelled wrong, how many does it put right?",
    choices=["hardly any, under a tenth", "a tenth to a half", "more than half"],
)


# %%
def beam_search(step, state, width, length):
    """The best sentences that a beam finds.

    Args:
        step: function; step(symbol, state) gives (log-probabilities, next state), the
            first an array (symbols,).
        state: state before the first symbol, GO.
        width: beginnings that are kept.
        length: rounds, at least 1.

    Returns:
        list of at most `width` pairs (symbols, score): a list of ints without GO, and a
        float. Best first.

    >>> step = lambda symbol, state: (np.array([-9, -9, -1.5, -0.25]), state)
    >>> beam_search(step, None, 2, 2)
    [([3, 3], -0.5), ([2], -1.5)]
    """
    ### BEGIN SOLUTION
    beam = [([], 0.0, state)]
    for _ in range(length):
        grown = []
        for symbols, score, state in beam:
            if symbols[-1:] == [STOP]:
                grown.append((symbols, score, state))
                continue
            log_probs, after = step(symbols[-1] if symbols else GO, state)
            for symbol, log_prob in enumerate(log_probs):
                grown.append(([*symbols, symbol], score + float(log_prob), after))
        beam = sorted(grown, key=lambda entry: -entry[1])[:width]
    return [(symbols, score) for symbols, score, _ in beam]
    ### END SOLUTION


# %%
check("13.4")

# %%
beams = {}
with lab.needs("13.1", "13.2", "13.3", "13.4"):
    for width in lab.pick((1, 2, 5, 12), (1, 5)):
        best = [beam_search(step, state, width, LENGTH)[0] for state in states]
        beams[width] = [target.decode(s) for s, _ in best], [score for _, score in best]
    lab.show(figures.beams(beams, german[KNOWN:]))
    mended = [a == b for a, b in zip(beams[5][0], german[KNOWN:], strict=True)]
    mended = np.mean(np.array(mended)[~right]) if not right.all() else 0.0
    kinds = ["hardly any, under a tenth", "a tenth to a half", "more than half"]
    told = f"{mended:.0%} of those that were wrong"
    lab.reveal("13.4", kinds[int(mended >= 0.1) + int(mended > 0.5)], told)

# %% [markdown]
# A wider beam finds more probable sentences. More probable is more right only as far as the network is.

# %% [markdown]
# ### Exercise 13.5 · Turned round
#
# Sutskever, Vinyals and Le fed every source backwards, and their BLEU rose from 25.9 to 30.6. Why? Count moments: the
# encoder reads one symbol at each of the moments 0, 1, 2 ...; the decoder writes its first symbol at the moment after the
# last reading. The *lag* of a pair of symbols that say the same is the time between reading one and writing the other.
#
# `lags` gets pairs (i, j): source symbol i says the same as target symbol j, places counted from 0 as in the
# sentences **before** anything is turned round. `reverse_source` turns each row's symbols round; `PAD` stays behind.

# %%
lab.predict(
    "13.5",
    "A sentence of 10 words, translated word by word. Reading it backwards, the mean "
    "lag of its ten pairs",
    choices=["falls to half", "falls to 1", "stays", "grows"],
)


# %%
def lags(pairs, length, reverse):
    """Smallest and mean lag between reading and writing.

    Args:
        pairs: list of (i, j), places in the source and in the target.
        length: symbols of the source.
        reverse: whether the source is read backwards.

    Returns:
        (smallest, mean), two numbers.

    >>> lags([(0, 1), (1, 0)], 2, False), lags([(0, 1), (1, 0)], 2, True)
    ((1, 2.0), (2, 2.0))
    """
    ### BEGIN SOLUTION
    places = np.asarray(pairs)
    read = length - 1 - places[:, 0] if reverse else places[:, 0]
    lag = length + places[:, 1] - read
    return int(lag.min()), float(lag.mean())
    ### END SOLUTION


def reverse_source(rows):
    """Each row with its symbols in the opposite order.

    Args:
        rows: int array (n, length), PAD behind the symbols of short rows.

    Returns:
        int array (n, length).

    >>> reverse_source(np.array([[5, 7, 0], [3, 4, 8]]))
    array([[7, 5, 0],
           [8, 4, 3]])
    """
    ### BEGIN SOLUTION
    turned = np.full_like(rows, PAD)
    for row, out in zip(rows, turned, strict=True):
        symbols = row[row != PAD]
        out[: len(symbols)] = symbols[::-1]
    return turned
    ### END SOLUTION


# %%
check("13.5")

# %% [markdown]
# Sums of two numbers, asked as "12+7" and answered as "19": the classic trial. The same network learns them both ways.
# (Fast mode stops long before either has learned.)

# %%
learned = {}
with lab.needs("13.1", "13.5"):
    asked, sums = sequences.make_additions(lab.pick(5_500, 1_650), seed=lab.seed)
    marks = Symbols(asked)
    a, (g, w) = marks.encode(asked), teacher_forcing(marks.rows(sums), 4)
    adder = networks.translator(len(marks), len(marks), units=lab.pick(128, 48))
    often = {"epochs": lab.pick(60, 3), "batch_size": 100}
    cuts = slice(len(a) * 10 // 11), slice(len(a) * 10 // 11, None)
    for name, rows in {"forwards": a, "backwards": reverse_source(a)}.items():
        old, fresh = ([p[i] for p in (rows, g, w)] for i in cuts)
        learned[name] = adder.fit(*old, test=lab.pick(fresh, None), **often)
    lab.show(figures.both_ways(learned))
    means = [lags([(i, i) for i in range(10)], 10, way) for way in (False, True)]
    told = f"(smallest, mean) forwards {means[0]}, backwards {means[1]}"
    lab.reveal("13.5", "stays" if means[0][1] == means[1][1] else "grows", told)

# %% [markdown]
# What reading backwards buys is a short way for *some* pairs: a place for learning to begin.

# %% [markdown]
# ## Looking back

# %% [markdown]
# ### Exercise 13.6 · Attention
#
# Instead of one thought, keep every output of the encoder: *keys*, one for each source symbol. Whatever the decoder writes,
# it first asks with a *query*: how well does each key fit? Two scores are in use. The *dot* score is $q\cdot k/\sqrt d$
# with $d$ numbers in each; the *additive* one is $v\cdot\tanh(qW_q+kW_k)$. A softmax over the **source** turns a query's
# scores, however large, into weights; places of `PAD` get the weight 0. The *context* is the weighted sum of the values (here
# the keys again), and goes to the output layer.

# %%
lab.predict(
    "13.6",
    "How much does attention add to the share of new numbers spelled right, among the "
    "third with the longest English words?",
    choices=["under 10 points", "10 to 30 points", "over 30 points"],
)


# %%
def dot_scores(queries, keys):
    """Dot scores, divided by the root of the size.

    Args:
        queries: (n, t, d).
        keys: (n, s, d).

    Returns:
        array (n, t, s).

    >>> dot_scores([[[2.0, 0.0, 0.0, 0.0]]], [[[3.0, 1.0, 1.0, 1.0]]])
    array([[[3.]]])
    """
    ### BEGIN SOLUTION
    queries, keys = np.asarray(queries), np.asarray(keys)
    return queries @ keys.transpose(0, 2, 1) / np.sqrt(keys.shape[-1])
    ### END SOLUTION


def additive_scores(queries, keys, w_query, w_key, v):
    """Additive scores.

    Args:
        queries: (n, t, d).
        keys: (n, s, e).
        w_query: (d, a).
        w_key: (e, a).
        v: (a,).

    Returns:
        array (n, t, s).

    >>> additive_scores([[[2.0]]], [[[-2.0], [50.0]]], [[1.0]], [[1.0]], [3.0])
    array([[[0., 3.]]])
    """
    ### BEGIN SOLUTION
    asked, offered = np.asarray(queries) @ w_query, np.asarray(keys) @ w_key
    return np.tanh(asked[:, :, None] + offered[:, None]) @ v
    ### END SOLUTION


def attend(scores, values, there):
    """Context and weights of attention.

    Args:
        scores: (n, t, s).
        values: (n, s, d).
        there: bool (n, s), False where the source is PAD; True at least once a row.

    Returns:
        (context, weights), arrays (n, t, d) and (n, t, s).

    >>> attend([[[1.0, 1.0, 8.0]]], [[[4.0], [6.0], [0.0]]], [[True, True, False]])
    (array([[[5.]]]), array([[[0.5, 0.5, 0. ]]]))
    """
    ### BEGIN SOLUTION
    scores = np.where(np.asarray(there)[:, None], scores, -np.inf)
    weights = softmax(scores, axis=-1)
    return weights @ np.asarray(values), weights
    ### END SOLUTION


# %%
check("13.6")

# %%
shares = {}
with lab.needs("13.1", "13.2", "13.6"):
    figures.beside_keras(dot_scores, attend, keras.layers.Attention())
    how = {"units": min(UNITS, 48), "attention": "additive", "seed": lab.seed}
    seeing = networks.translator(*sizes, **how)
    spellers.learn(seeing, "attention", lessons, fast=lab.fast, learning_rate=6e-3)
    for name, net in {"thought vector": plain, "attention": seeing}.items():
        pairs = zip(net.greedy(new, LENGTH)[0], wanted[KNOWN:], strict=True)
        hit = [exact_match(a[None], b[None]) for a, b in pairs]
        shares[name] = figures.thirds(english[KNOWN:], hit)
    lab.show(figures.by_length(shares))
    gain = shares["attention"][2] - shares["thought vector"][2]
    kinds = ["under 10 points", "10 to 30 points", "over 30 points"]
    kind = kinds[int(gain >= 0.1) + int(gain > 0.3)]
    lab.reveal("13.6", kind, f"{100 * gain:+.0f} points")

# %% [markdown]
# A thought has one size, however long the sentence; a memory grows with it.

# %% [markdown]
# ## From pictures

# %% [markdown]
# ### Exercise 13.7 · BLEU
#
# *BLEU* (Papineni et al. 2002) compares a *candidate* with several *references*, all lists of words. An *n-gram* is a run of
# n words. A candidate's n-gram is a *hit* as often as it occurs there, but at most as often as in the reference that has it
# most often. Hits and n-grams are **added up over all candidates**; their ratio is the precision $p_n$. BLEU is the
# geometric mean of $p_1\dots p_N$, times $e^{1-r/c}$ if the candidates' words, $c$ in all, are fewer than $r$: the sum of the
# lengths of the references nearest in length to each candidate (of two equally near, the shorter). Without a hit for
# some n, it is 0.

# %%
lab.predict(
    "13.7",
    "A caption of nine words has one wrong word. It loses most of its BLEU if that "
    "word stands",
    choices=["at the start or the end", "in the middle", "anywhere, it is the same"],
)


# %%
def clipped_hits(candidate, references, n):
    """Hits among a candidate's n-grams, and how many n-grams it has.

    Args:
        candidate: list of words.
        references: list of lists of words.
        n: length of the runs.

    Returns:
        (hits, total), two ints.

    >>> clipped_hits(["the", "the", "the"], [["the", "cat"], ["the", "the"]], 1)
    (2, 3)
    """

    ### BEGIN SOLUTION
    def count(words):
        return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))

    found, most = count(candidate), Counter()
    for reference in references:
        most |= count(reference)
    return (found & most).total(), found.total()
    ### END SOLUTION


def bleu(candidates, references, max_n=4):
    """BLEU of several candidates together.

    Args:
        candidates: list of lists of words.
        references: for each candidate, a list of lists of words.
        max_n: N.

    Returns:
        float.

    >>> round(bleu([["a", "b", "c"]], [[["a", "b", "c", "d"]]], 2), 4)
    0.7165
    """
    ### BEGIN SOLUTION
    hits, totals = np.zeros((2, max_n))
    length = nearest = 0
    for candidate, several in zip(candidates, references, strict=True):
        for n in range(1, max_n + 1):
            found, of = clipped_hits(candidate, several, n)
            hits[n - 1] += found
            totals[n - 1] += of
        length += len(candidate)
        nearest += min((abs(len(r) - len(candidate)), len(r)) for r in several)[1]
    if not hits.all():
        return 0.0
    penalty = min(1.0, np.exp(1 - nearest / length))
    return float(penalty * np.exp(np.log(hits / totals).mean()))
    ### END SOLUTION


# %%
check("13.7")

# %% [markdown]
# Convolutions read a scene, a decoder writes the caption. The references say the same in other words. (In fast mode it
# sees too few scenes to learn where to look, and says the same of each.)

# %%
captions = {}
with lab.needs("13.1", "13.7"):
    kinds = ["circle", "square", "triangle", "cross"]
    many, few, LONG = *lab.pick((8_000, 500), (600, 100)), 12
    scenes = make_scenes(many + few, objects=2, kinds=kinds, seed=lab.seed)
    images = (scenes.images / 255).astype("float32")
    words = Symbols(scenes.captions(), words=True)
    g, w = teacher_forcing(words.rows(scenes.captions()), LONG)
    teller = networks.captioner(len(words), **lab.pick({}, {"width": 8, "units": 32}))
    often = lab.pick({"epochs": 25}, {"epochs": 2, "learning_rate": 0.01})
    teller.fit(images[:many], g[:many], w[:many], **often)
    written, looks = teller.greedy(images[many:], LONG)
    told, true = ([words.decode(row) for row in r] for r in (written, w[many:]))
    ways = scenes[many:].paraphrases(5, seed=lab.seed)
    ways = [[one.split() for one in [t, *p]] for t, p in zip(true, ways, strict=True)]
    captions["BLEU-4"] = bleu([one.split() for one in told], ways)
    captions["exact match"] = measures.exact_match(true, told)
    captions["words right"] = figures.words_right(true, told)
    lab.show(figures.captions(scenes[many:], told, looks, captions))
    falls = figures.one_wrong_word(bleu)
    told = f"BLEU-4 by the wrong word's place: {np.round(falls, 2).tolist()}"
    lab.reveal("13.7", "b" if falls[4] < min(falls[0], falls[8]) else "a", told)

# %% [markdown]
# BLEU counts runs of words, not truth: one wrong colour costs as much as one clumsy word.

# %% [markdown]
# ### Exercise 13.8 · All pairs, and a blind guesser
#
# "What shape is the thing nearest to the red one?" compares things. A *relation network* (Santoro et al. 2017) looks at
# pairs: it adds up $g(o_i, o_j, q)$ over **all** ordered pairs of things, each with itself too, where $g$ is one small network
# for all pairs and $q$ the question. What it answers depends on the sum alone.
#
# And how much of an answer is in the question? `blind` answers without looking: with the answer that the same question had
# most often among those known (of several, the smallest number); if it was never asked, with the answer that was most often given in all.

# %%
lab.predict(
    "13.8a",
    "What share of the questions that compare things does the blind guesser answer "
    "rightly? (A coin for every answer: 7 %.)",
    number=True,
    unit="%",
)


# %%
def relate(g, objects, question):
    """Sum of g over all ordered pairs of things.

    Args:
        g: function from rows (r, 2 * d + m) to rows (r, out); a row holds the first
            thing, the second thing, the question.
        objects: (n, k, d), k things in each of n scenes.
        question: (n, m), one for each scene.

    Returns:
        array (n, out).

    >>> relate(lambda rows: rows, [[[1.0], [2.0]]], [[5.0]])
    array([[ 6.,  6., 20.]])
    """
    ### BEGIN SOLUTION
    objects, question = np.asarray(objects), np.asarray(question)
    n, k, _ = objects.shape
    first, second = np.repeat(objects, k, axis=1), np.tile(objects, (1, k, 1))
    asked = np.repeat(question[:, None], k * k, axis=1)
    pairs = np.concatenate([first, second, asked], axis=-1)
    seen = np.asarray(g(pairs.reshape(n * k * k, -1)))
    return seen.reshape(n, k * k, -1).sum(axis=1)
    ### END SOLUTION


def blind(asked, answers, asked_new):
    """Answers to new questions by a guesser who sees no scene.

    Args:
        asked: int array (n,), number of each known question.
        answers: int array (n,), its answer, from 0 on.
        asked_new: int array (m,), numbers of the new questions.

    Returns:
        int array (m,).

    >>> blind(np.array([7, 7, 7, 4]), np.array([2, 1, 1, 3]), np.array([4, 7, 9]))
    array([3, 1, 1])
    """

    ### BEGIN SOLUTION
    def usual(some):
        return int(np.bincount(some).argmax())

    asked, answers = np.asarray(asked), np.asarray(answers)
    table = {q: usual(answers[asked == q]) for q in np.unique(asked).tolist()}
    guesses = [table.get(q, usual(answers)) for q in np.asarray(asked_new).tolist()]
    return np.array(guesses, dtype=int)
    ### END SOLUTION


# %%
check("13.8")

# %% [markdown]
# Questions about scenes of four things or fewer, after sort-of-CLEVR. The networks get the things as lists of numbers first:
# what is where is settled, what remains is to compare. (Fast mode trains too briefly to tell which network is better.)

# %%
scores, pixels = {}, {}
with lab.needs("13.8"):
    many, few, each = lab.pick((6_000, 1_000, 10), (400, 100, 6))
    world = make_scenes(many + few, objects=(2, 4), seed=lab.seed)
    lists, q = world.state(), world[:many].questions(each, seed=1)
    new_q, unseen = world[many:].questions(each, seed=2), lists[many:]
    numbers = [s.code @ np.r_[np.arange(6) * 7, np.arange(7)] for s in (q, new_q)]
    numbers = [column.astype(int) for column in numbers]
    said = {"blind": blind(numbers[0], q.answer, numbers[1])}
    for name, build in {"flat": "flat_network", "pairs": "pair_network"}.items():
        net = getattr(relations, build)(lists.shape[1:], 13, len(ANSWERS))
        relations.teach(net, lists, q, epochs=lab.pick(15, 3))
        said[name] = relations.answered(net, unseen, new_q)
    scores = figures.scored(said, new_q)
    lab.show(figures.answers(scores, world[many:], new_q, said))
    code = new_q.code[:4], unseen[new_q.scene[:4]]
    yours = relate(relations.pair_function(net), code[1], code[0])
    gap = np.abs(yours - relations.pooled(net, code[1], code[0])).max()
    print(f"your sum over pairs and the network's differ by at most {gap:.0e}")
    percent = 100 * scores["blind", "compare"]
    lab.reveal("13.8a", round(percent), f"{percent:.1f} % without looking")

# %% [markdown]
# Now from pixels: the cells of three convolutions stand for things, each with its place. What is where has to be learned
# as well.

# %%
with lab.needs("13.8"):
    if not lab.fast:
        for name, build in {"flat": "flat_network", "pairs": "pair_network"}.items():
            net = getattr(relations, build)((32, 32, 3), 13, len(ANSWERS))
            relations.teach(net, world.images, q, epochs=5)
            answers = relations.answered(net, world.images[many:], new_q)
            pixels |= figures.scored({name: answers}, new_q)
        lab.show(figures.from_pixels(scores, pixels))

# %% [markdown]
# ## One decoder, two encoders
#
# A decoder does not care where its first state comes from. Here one decoder writes the names of digits, "seven", behind
# two encoders: one sees drawn digits, one hears spoken ones. Both are trained together, and no drawn digit is ever shown
# with a spoken one.

# %%
lab.predict(
    "13.8b",
    "Each digit leaves a thought vector. Take the mean thought of each spoken word, "
    "and for drawn digits the nearest of these ten. The two agree for",
    choices=["about 10 %, as by chance", "about half", "nearly all"],
)

# %%
digits, spoken = coursekit.load_digits, coursekit.make_spoken_digits
try:
    drawings = lab.pick(coursekit.load_mnist, digits)()
    sounds = lab.pick(coursekit.load_spoken_digits, lambda: spoken(7))()
except coursekit.DataUnavailableError:
    drawings, sounds = digits(), spoken(20)
drawings = [(v / np.float32(255), labels) for v, labels in drawings]
drawings[0] = [part[: lab.pick(5_000, 600)] for part in drawings[0]]
drawings[1] = [part[: lab.pick(2_000, 300)] for part in drawings[1]]


def hear(x):
    """Sounds as 49 frames by 24 mel filters (lab 15), from 0, silent, to 1, loud."""
    mel = spectrograms.power_spectrogram(x, 256, 160) @ spectrograms.mel_filters(24).T
    return (spectrograms.levels(mel, 1000.0) / 60 + 1).astype("float32")


# %%
named, crossed = {}, float("nan")
with lab.needs("13.1", "13.8"):
    parts = [[part[: lab.pick(2_700, 180)] for part in side] for side in sounds]
    heard = [(hear(v), labels) for v, labels in parts]
    names = [sequences.number_words(digit) for digit in range(10)]
    spelling = Symbols(names)
    g, w = teacher_forcing(spelling.rows(names), 6)
    both = networks.TwoReaders((28, 28), (49, 24), len(spelling), seed=lab.seed)
    lessons = [(v, g[labels], w[labels]) for v, labels in (drawings[0], heard[0])]
    pace = lab.pick({"epochs": 15}, {"epochs": 7, "learning_rate": 0.003})
    both.fit(*lessons, **pace)
    thoughts, spelled = {}, {}
    for name, part in {"drawn": drawings[1], "spoken": heard[1]}.items():
        net = getattr(both, name)
        spelled[name] = [spelling.decode(row) for row in net.greedy(part[0], 6)[0]]
        named[name] = measures.exact_match([names[k] for k in part[1]], spelled[name])
        thoughts[name] = np.hstack(net.start(part[0]))
    lab.show(figures.two_readers(drawings[1], heard[1], spelled, named))
    middles = NearestCentroid().fit(thoughts["spoken"], heard[1][1])
    crossed = middles.score(thoughts["drawn"], drawings[1][1])
    kinds = ["about 10 %, as by chance", "about half", "nearly all"]
    told = f"{crossed:.0%} of the drawn digits lie nearest to their own word's sounds"
    lab.reveal("13.8b", kinds[int(crossed > 0.3) + int(crossed > 0.75)], told)

# %% [markdown]
# Two senses, one tongue. Nobody asked for a common thought; how far the decoder brought the two together, you have just
# measured.

# %% [markdown]
# ## The eye that jumps
#
# Each column of a map is a letter of the English source, each row a letter that the network writes; dark is where it
# looks. Follow the dark places down. Frames mark the letters that say the same.

# %%
eye = {}
with lab.needs("13.1", "13.6"):
    look = [345, 97, 612] if LARGEST > 99 else [45, 97, 63]
    asked = [sequences.number_words(number) for number in look]
    written, looks = seeing.greedy(source.encode(asked, x.shape[1]), LENGTH)
    told = [target.decode(row) for row in written]
    lab.show(figures.maps(look, told, looks))
    eye = figures.eye(english[KNOWN:], *seeing.greedy(new, LENGTH), target)
    und = {"forty": eye["tens"], "the hyphen": eye["hyphen"], "five": eye["ones"]}
    most = max(und, key=und.get)
    told = ", ".join(f"{name} {share:.0%}" for name, share in und.items())
    kind = "at all alike" if min(und.values()) > 0.25 else most
    if np.isnan(und[most]):
        print("Not one new number was spelled right, so the map shows nothing yet.")
    else:
        told = f"writing und, weight on {told} (mean over new numbers)"
        lab.reveal("13.0", kind, told)

# %% [markdown]
# Now you can answer the opening question. Where the network spells new numbers right it jumps over the tens to the ones,
# writes them, and comes back. Nobody told it which English letters belong to which German ones; it found that looking
# there made the next letter easier.

# %% [markdown]
# ## Go further
#
# - Translate into French. Which words does *quatre-vingt-dix-sept* look at, and how often?
# - Give the translator with a thought vector twice the units. From which size on does it spell all numbers?
# - Let `beam_search` divide scores by the number of symbols. Which sentences change?
# - Ask the relation network with sums over i < j only. Which questions suffer?
# - Hide all spoken sevens from the training of the two encoders. What does the network write when it hears one?

# %% [markdown]
# ## Receipt

# %%
measured = {"weights": f"{total:,}"}
for name, run in learned.items():
    measured[name] = figures.lessons_needed(run)
for name, thirds in shares.items():
    measured[f"long, {name}"] = f"{thirds[2]:.1%}"
measured |= {f"beam {n}": row for n, row in figures.beam_rows(beams, german[KNOWN:])}
measured |= {name: f"{value:.1%}" for name, value in captions.items()}
measured |= {f"lists {n}, {k}": f"{v:.1%}" for (n, k), v in scores.items()}
measured |= {f"pixels {n}, {k}": f"{v:.1%}" for (n, k), v in pixels.items()}
measured |= {f"{name} digits": f"{value:.1%}" for name, value in named.items()}
measured["thoughts"] = f"{crossed:.1%}"
measured |= {f"eye {k}": f"{v:.0%}" for k, v in eye.items()}
spelling = f"{KNOWN} of {LARGEST + 1} numbers known, {UNITS} units"
spelling += ", 48 with attention"
notes = dict.fromkeys(("long,", "beam", "eye"), spelling)
notes |= dict.fromkeys(("forwards", "backwards"), lab.pick("5,000 sums known", ""))
notes |= dict.fromkeys(("BLEU-4", "exact"), lab.pick("8,000 scenes of two things", ""))
notes["lists"] = lab.pick("6,000 scenes, 60,000 questions, 15 passes", "")
notes["pixels"] = "the same scenes in 32x32 pixels, 5 passes; the paper has 75x75"
lab.receipt(figures.receipt(measured, notes), seeds=[lab.seed])
