"""Wrong answers that students of lab 13 really give, each with the thought that puts it right."""

from collections import Counter

import numpy as np
from scipy.special import softmax

from coursekit.labs import excuse, mistake
from coursekit.seq2seq import GO, PAD, STOP

# 13.1 ---------------------------------------------------------------------------------


@mistake(
    "13.1",
    tag="off-by-one",
    edit=(
        "given[row, : len(symbols) + 1] = [GO, *symbols]",
        "given[row, : len(symbols) + 1] = [*symbols, STOP]",
    ),
)
def no_shift():
    """At the first place, what is given, and what is wanted? Are they the same symbol?

    Then the decoder has only to copy. What is given lags one place behind what is wanted: it starts with GO."""


@mistake(
    "13.1",
    tag="off-by-one",
    edit=(
        "wanted[row, : len(symbols) + 1] = [*symbols, STOP]",
        "wanted[row, : len(symbols)] = symbols",
    ),
)
def never_asked_to_stop():
    """After the last symbol of a target, what should the decoder have learned to say?

    STOP is wanted there. A decoder that was never asked for it never ends."""


@mistake(
    "13.1",
    tag="off-by-one",
    edit=(
        "given[row, : len(symbols) + 1] = [GO, *symbols]",
        "given[row, : len(symbols)] = [GO, *symbols[:-1]]",
    ),
)
def last_symbol_not_given():
    """When STOP is wanted, what has been given just before?

    The last symbol itself. The row of what is given is as long as that of what is wanted: GO and the whole target."""


@mistake(
    "13.1",
    tag="off-by-one",
    edit=(
        "given[row, : len(symbols) + 1] = [GO, *symbols]",
        "given[row, : len(symbols) + 2] = [GO, *symbols, STOP][:length]",
    ),
)
def stop_is_given():
    """Once STOP is written, is there anything left to ask?

    What is given ends with the last symbol of the target; behind it stands PAD, also where STOP might be read."""


@mistake(
    "13.1",
    tag="order",
    edit=("return given, wanted", "return wanted, given"),
)
def rows_exchanged():
    """Which of your two arrays starts with GO?

    The first one that you give back holds what is given, the second what is wanted."""


@mistake(
    "13.1",
    tag="edge-case",
    edit=("float(-each[wanted != PAD].mean())", "float(-each.mean())"),
)
def padding_counted():
    """Make all rows longer by padding. Should the loss change?

    Places where PAD is wanted are no symbols: leave them out of the sum and of the count."""


@mistake(
    "13.1",
    tag="missing-1/n",
    edit=("-each[wanted != PAD].mean()", "-each[wanted != PAD].sum() / each.size"),
)
def divided_by_all_places():
    """By what do you divide: by the symbols, or by all places?

    PAD adds nothing to your sum, but it is in your count."""


@mistake(
    "13.1",
    tag="missing-1/n",
    edit=(
        "float(-each[wanted != PAD].mean())",
        "float(np.mean([-row[there].mean() for row, there in zip(each, wanted != PAD)]))",
    ),
)
def mean_of_row_means():
    """A row of one symbol and a row of nine: how much does each symbol weigh in your mean?

    You averaged rows first. All symbols of all rows weigh alike."""


@mistake(
    "13.1",
    tag="missing-1/n",
    edit=("-each[wanted != PAD].mean()", "-each[wanted != PAD].sum() / len(wanted)"),
)
def divided_by_rows():
    """Give every row a second symbol of the same cost. Should the loss double?

    It is an average over symbols, not over rows."""


@mistake(
    "13.1",
    tag="sign",
    edit=("float(-each[", "float(each["),
)
def loss_below_zero():
    """Is your loss negative? Logarithms of probabilities are.

    The loss is minus the logarithm."""


@mistake(
    "13.1",
    tag="logits-as-probabilities",
    edit=(
        "float(-each[wanted != PAD].mean())",
        "float(-np.log(np.abs(each[wanted != PAD])).mean())",
    ),
)
def logarithm_taken_twice():
    """What do you get: probabilities, or their logarithms already?

    log_probs are logarithms; take no other."""


@mistake(
    "13.1",
    tag="axis",
    edit=("right.all(axis=1).mean()", "right.mean()"),
)
def per_symbol():
    """A row with one wrong symbol among ten: how much does it count for you?

    An exact match is all or nothing: first ask whether the whole row is right."""


@mistake(
    "13.1",
    tag="edge-case",
    edit=("right = (chosen == wanted) | (wanted == PAD)", "right = chosen == wanted"),
)
def padding_must_match():
    """What a decoder says behind STOP is nobody's business. Does it cost a row in your function?

    Where PAD is wanted, anything may be chosen."""


@mistake(
    "13.1",
    tag="edge-case",
    edit=("(wanted == PAD)", "(wanted <= STOP)"),
)
def stop_need_not_match():
    """A row goes on where it should stop. Do you call it right?

    STOP is a wanted symbol as any other; only PAD is not."""


@mistake(
    "13.1",
    tag="axis",
    edit=("right.all(axis=1)", "right.all(axis=0)"),
)
def columns_matched():
    """Over which axis do you ask whether all are right?

    A row is a sentence: axis 1 runs along it."""


@mistake(
    "13.1",
    of="exact_match",
    tag="edge-case",
    edit=("(wanted == PAD)", "(chosen == PAD)"),
)
def pad_chosen_is_pardoned():
    """A decoder that says PAD all the time: how many of its rows do you call right?

    It is the wanted row that says where nothing counts."""


# 13.2 ---------------------------------------------------------------------------------


@mistake(
    "13.2",
    tag="formula",
    edit=("score = 0.0\n", "score, state = 0.0, zero\n"),
)
def decoder_starts_from_nothing():
    """Change the source. Does your score change?

    The state after the last symbol of the source is where the decoder starts; you gave it the zero state."""


@mistake(
    "13.2",
    tag="off-by-one",
    edit=(
        "zip([GO, *target], [*target, STOP], strict=True)",
        "zip([GO, *target], target, strict=False)",
    ),
)
def stop_left_out():
    """Is "drei" as probable as all that begins with "drei"?

    A sentence ends somewhere: the log-probability of STOP after the last symbol belongs to the score."""


@mistake(
    "13.2",
    tag="off-by-one",
    edit=(
        "zip([GO, *target], [*target, STOP], strict=True)",
        "zip(target, [*target[1:], STOP], strict=False)",
    ),
)
def first_symbol_left_out():
    """Which step decides how probable the first symbol is?

    Give GO first; what the decoder says then is about the first symbol of the target."""


@mistake(
    "13.2",
    tag="off-by-one",
    edit=("decoder(now, state)", "decoder(following, state)"),
)
def wanted_is_given():
    """When the decoder judges a symbol, has it seen that symbol already?

    It is given the one before, and GO at first."""


@mistake(
    "13.2",
    tag="logits-as-probabilities",
    edit=("logits[following] - logsumexp(logits)", "logits[following]"),
)
def logits_taken_for_log_probabilities():
    """Add 5 to all logits. Does your score change? It should not.

    Logits are before the softmax: the logarithm of a softmax takes off the log of the sum of exponentials."""


@mistake(
    "13.2",
    tag="logits-as-probabilities",
    edit=(
        "logits[following] - logsumexp(logits)",
        "np.log(logits[following] ** 2) / 2",
    ),
)
def logarithm_of_a_logit():
    """May a probability be negative? Logits may.

    First the softmax, then its logarithm."""


@mistake(
    "13.2",
    tag="logits-as-probabilities",
    edit=(
        "score += logits[following] - logsumexp(logits)",
        "score += softmax(logits)[following]",
    ),
)
def probabilities_added():
    """What do you add up: probabilities, or their logarithms?

    Probabilities of one thing after another are multiplied, so their logarithms are added."""


@mistake(
    "13.2",
    tag="edge-case",
    edit=("logsumexp(logits)", "np.log(np.sum(np.exp(logits)))"),
)
def exponentials_overflow():
    """Try logits near 900. What is their exponential?

    Too large for a float. Take the largest off first, as in lab 04, or use SciPy's logsumexp."""


@mistake(
    "13.2",
    tag="missing-1/n",
    edit=("return float(score)", "return float(score) / (len(target) + 1)"),
)
def averaged_over_symbols():
    """Do you divide by the number of symbols? Then the probabilities of all sentences do not add up to 1.

    The score of a sentence is a sum."""


@mistake(
    "13.2",
    tag="formula",
    edit=("return float(score)", "return float(np.exp(score))"),
)
def probability_instead_of_its_logarithm():
    """Is your result between 0 and 1? A log-probability is below 0.

    Give the sum itself, without the exponential."""


@mistake(
    "13.2",
    tag="order",
    edit=("for symbol in source:", "for symbol in list(source)[::-1]:"),
)
def source_read_backwards():
    """In which order does your encoder read?

    From the first symbol to the last; turning round comes in 13.5."""


@mistake(
    "13.2",
    tag="aliasing",
    edit=("logits, state = decoder(now, state)", "logits, _ = decoder(now, state)"),
)
def state_not_handed_on():
    """After the first symbol, which state does your decoder work with?

    Each step gives a new state; hand it to the next step, or the decoder forgets what it has written."""


@mistake(
    "13.2",
    tag="aliasing",
    edit=("state = encoder(symbol, state)", "state = encoder(symbol, zero)"),
)
def encoder_starts_anew():
    """Which symbols of the source are still in your state at the end?

    You gave the zero state to every step, so only the last symbol is left. Hand on the state."""


@mistake(
    "13.2",
    tag="formula",
    edit=("target_words * (units + 1)", "target_words * units"),
)
def no_biases_on_top():
    """The dense layer to the target words: has it biases?

    One for each target word."""


@mistake(
    "13.2",
    tag="formula",
    edit=("(inputs + units + 1)\n", "(inputs + units)\n"),
)
def no_biases_in_the_gates():
    """Each of the four gates of a unit: which numbers does it hold?

    A weight for each input, one for each unit of its own layer, and a bias."""


@mistake(
    "13.2",
    tag="formula",
    edit=("2 * 4 * units * (inputs + units + 1)", "2 * units * (inputs + units + 1)"),
)
def one_gate_for_four():
    """How many matrices has an LSTM: is one enough for three gates and a candidate?

    Four of each."""


@mistake(
    "13.2",
    tag="formula",
    edit=("2 * 4 * units", "4 * units"),
)
def one_side_alone():
    """Which of the two sides did you count?

    The encoder and the decoder have layers of their own."""


@mistake(
    "13.2",
    tag="formula",
    edit=("[width] + [units] * (layers - 1)", "[width] * layers"),
)
def all_layers_fed_by_words():
    """What does the second layer read: words, or the first layer's outputs?

    Only the lowest layer is fed with `width` numbers; the others with `units`."""


@mistake(
    "13.2",
    tag="formula",
    edit=(
        "(source_words + target_words) * width + target_words * (units + 1)",
        "(source_words + target_words) * width",
    ),
)
def softmax_forgotten():
    """How does the decoder get from its units to a number for each word?

    By a dense layer, with weights and biases."""


@mistake(
    "13.2",
    tag="formula",
    edit=(
        "(source_words + target_words) * width +",
        "source_words * width +",
    ),
)
def one_table():
    """The decoder is given words, too. Where do their numbers stand?

    There is a table for each of the two languages."""


@mistake(
    "13.2",
    tag="formula",
    edit=("target_words * (units + 1)", "target_words * (width + 1)"),
)
def fed_from_the_table():
    """What does the dense layer on top read?

    The outputs of the highest LSTM layer: `units` numbers."""


# 13.3 ---------------------------------------------------------------------------------


@mistake(
    "13.3",
    tag="edge-case",
    edit=("len(written) < length and symbol != STOP", "len(written) < length"),
)
def never_stops():
    """What does your function do once STOP is written?

    Nothing may follow it: leave the loop."""


@mistake(
    "13.3",
    tag="edge-case",
    edit=("return written", "return [s for s in written if s != STOP]"),
)
def stop_dropped():
    """Does your list tell whether the sentence ended, or was cut at `length`?

    STOP belongs to the result if it was written: first list the symbol, then ask whether it was STOP."""


@mistake(
    "13.3",
    tag="edge-case",
    edit=("symbol, written = GO, []", "symbol, written = GO, [GO]"),
)
def go_written():
    """Did the decoder write GO, or was it given?

    GO only starts it; the list holds what was chosen."""


@mistake(
    "13.3",
    tag="aliasing",
    edit=(
        "log_probs, state = step(symbol, state)",
        "log_probs, _ = step(symbol, state)",
    ),
)
def same_state_each_time():
    """How does your second step know what the first one did?

    By the state that came back from it. You handed on the old one."""


@mistake(
    "13.3",
    tag="formula",
    edit=("step(symbol, state)", "step(GO, state)"),
)
def go_again_and_again():
    """What is your decoder given at the second step?

    The symbol that it has just chosen, not GO again."""


@mistake(
    "13.3",
    tag="sign",
    edit=("np.argmax(log_probs)", "np.argmin(log_probs)"),
)
def least_probable():
    """Which is more probable, a log-probability of -0.1 or of -5?

    The one nearer to 0 is the larger. Look for the largest number, not for the largest size."""


@mistake(
    "13.3",
    tag="off-by-one",
    edit=("len(written) < length", "len(written) <= length"),
)
def one_symbol_too_many():
    """With length = 1, how many symbols do you write?

    At most `length`, STOP included."""


@mistake(
    "13.3",
    tag="off-by-one",
    edit=("len(written) < length", "len(written) < length - 1"),
)
def one_symbol_too_few():
    """With length = 1, how many symbols do you write?

    Up to `length`, STOP included."""


@mistake("13.3", name="special-symbols-forbidden", tag="edge-case")
def greedy(step, state, length):
    """Which symbols may be chosen in your function?

    All that `step` speaks of; a taught decoder knows by itself when PAD and GO are out of place."""
    symbol, written = GO, []
    while len(written) < length and symbol != STOP:
        log_probs, state = step(symbol, state)
        symbol = STOP + int(np.argmax(np.asarray(log_probs)[STOP:]))
        written.append(symbol)
    return written


# 13.4 ---------------------------------------------------------------------------------


@mistake(
    "13.4",
    tag="formula",
    edit=("score + float(log_prob)", "score * float(log_prob)"),
)
def logarithms_multiplied():
    """Probabilities are multiplied. What happens to their logarithms?

    They are added. With the empty beginning at 0, a product stays 0 for ever."""


@mistake(
    "13.4",
    tag="edge-case",
    edit=("if symbols[-1:] == [STOP]:", "if False:"),
)
def finished_ones_keep_growing():
    """What stands behind STOP in your sentences?

    Nothing should. A beginning that ends in STOP stays as it is, with its score."""


@mistake(
    "13.4",
    tag="edge-case",
    edit=("grown.append((symbols, score, state))\n", "pass\n"),
)
def finished_ones_dropped():
    """Where do your finished sentences go in the next round?

    They stay in the contest with their score, and may be the best in the end."""


@mistake(
    "13.4",
    tag="sign",
    edit=("-entry[1]", "entry[1]"),
)
def worst_kept():
    """Which scores go on in your beam: those near 0, or those far below?

    The best have the largest scores. sorted() begins with the smallest."""


@mistake(
    "13.4",
    tag="aliasing",
    edit=("score + float(log_prob), after))", "score + float(log_prob), state))"),
)
def state_not_handed_to_children():
    """How does a child know what its parent has written?

    By the state that came back from the step; each child starts from that one."""


@mistake(
    "13.4",
    tag="formula",
    edit=("score + float(log_prob)", "float(log_prob)"),
)
def only_the_last_step_counts():
    """Whose score decides, the child's last symbol or the whole beginning?

    A child's score is its parent's plus the log-probability of the new symbol."""


@mistake(
    "13.4",
    tag="missing-1/n",
    edit=("lambda entry: -entry[1]", "lambda entry: -entry[1] / len(entry[0])"),
)
def scores_for_a_symbol():
    """Do you compare sums of log-probabilities, or means over symbols?

    Sums, in this exercise. (A mean favours long sentences; see Go further.)"""


@mistake(
    "13.4",
    tag="formula",
    edit=("step(symbols[-1] if symbols else GO, state)", "step(GO, state)"),
)
def always_given_go():
    """Which symbol does a step of your second round get?

    The last one of the beginning; GO only at the very first."""


@mistake("13.4", name="best-child-of-each-parent", tag="formula")
def beam_search(step, state, width, length):
    """May two of the kept beginnings have the same parent?

    The best of all children go on, whoever their parents are. You let every parent keep one."""
    beam = [([], 0.0, state)]
    for turn in range(length):
        grown = []
        for symbols, score, now in beam:
            if symbols[-1:] == [STOP]:
                grown.append((symbols, score, now))
                continue
            log_probs, after = step(symbols[-1] if symbols else GO, now)
            order = np.argsort(-np.asarray(log_probs), kind="stable")
            for symbol in order[: 1 if turn else width].tolist():
                value = score + float(log_probs[symbol])
                grown.append(([*symbols, symbol], value, after))
        beam = sorted(grown, key=lambda entry: -entry[1])[:width]
    return [(symbols, score) for symbols, score, _ in beam]


@mistake("13.4", name="finished-ones-outside-the-beam", tag="formula")
def beam_search(step, state, width, length):
    """Do finished sentences take places in your beam?

    All go into one contest: those that ended and the children of the others share the `width` places."""
    beam, ended = [([], 0.0, state)], []
    for _ in range(length):
        grown = []
        for symbols, score, now in beam:
            log_probs, after = step(symbols[-1] if symbols else GO, now)
            for symbol, log_prob in enumerate(log_probs):
                entry = ([*symbols, symbol], score + float(log_prob), after)
                (ended if symbol == STOP else grown).append(entry)
        beam = sorted(grown, key=lambda entry: -entry[1])[:width]
    best = sorted(beam + ended, key=lambda entry: -entry[1])[:width]
    return [(symbols, score) for symbols, score, _ in best]


@mistake("13.4", name="only-finished-ones-given", tag="edge-case")
def beam_search(step, state, width, length):
    """What do you give if nothing has ended after `length` rounds?

    Whatever is in the beam then, finished or not."""
    beam = [([], 0.0, state)]
    for _ in range(length):
        grown = []
        for symbols, score, now in beam:
            if symbols[-1:] == [STOP]:
                grown.append((symbols, score, now))
                continue
            log_probs, after = step(symbols[-1] if symbols else GO, now)
            for symbol, log_prob in enumerate(log_probs):
                grown.append(([*symbols, symbol], score + float(log_prob), after))
        beam = sorted(grown, key=lambda entry: -entry[1])[:width]
    return [(symbols, score) for symbols, score, _ in beam if symbols[-1] == STOP]


@mistake("13.4", name="stops-with-the-first-finished", tag="edge-case")
def beam_search(step, state, width, length):
    """One sentence has ended. Can no other become better than the worst of the beam?

    Go on for all rounds, or until every beginning in the beam has ended."""
    beam = [([], 0.0, state)]
    for _ in range(length):
        grown = []
        for symbols, score, now in beam:
            if symbols[-1:] == [STOP]:
                grown.append((symbols, score, now))
                continue
            log_probs, after = step(symbols[-1] if symbols else GO, now)
            for symbol, log_prob in enumerate(log_probs):
                grown.append(([*symbols, symbol], score + float(log_prob), after))
        beam = sorted(grown, key=lambda entry: -entry[1])[:width]
        if any(symbols[-1] == STOP for symbols, _, _ in beam):
            break
    return [(symbols, score) for symbols, score, _ in beam]


@mistake("13.4", name="stop-left-out-of-sentences", tag="edge-case")
def beam_search(step, state, width, length):
    """Do your sentences tell whether they have ended?

    STOP stays in the list of symbols."""
    beam = [([], 0.0, state)]
    for _ in range(length):
        grown = []
        for symbols, score, now in beam:
            if symbols[-1:] == [STOP]:
                grown.append((symbols, score, now))
                continue
            log_probs, after = step(symbols[-1] if symbols else GO, now)
            for symbol, log_prob in enumerate(log_probs):
                grown.append(([*symbols, symbol], score + float(log_prob), after))
        beam = sorted(grown, key=lambda entry: -entry[1])[:width]
    return [([s for s in row if s != STOP], score) for row, score, _ in beam]


# 13.5 ---------------------------------------------------------------------------------


@mistake(
    "13.5",
    of="lags",
    tag="off-by-one",
    edit=("length - 1 - places[:, 0]", "length - places[:, 0]"),
)
def read_one_too_late():
    """Read backwards, at which moment is the last source symbol read?

    At moment 0: it is the first to be read. Its place is length - 1."""


@mistake(
    "13.5",
    of="lags",
    tag="formula",
    edit=("lag = length + places[:, 1] - read", "lag = np.abs(places[:, 1] - read)"),
)
def writing_begins_at_once():
    """At which moment does the decoder write its first symbol?

    Not at 0: all of the source is read first, and that takes `length` moments."""


@mistake(
    "13.5",
    of="lags",
    tag="off-by-one",
    edit=("lag = length + places[:, 1]", "lag = length - 1 + places[:, 1]"),
)
def written_while_reading():
    """The last symbol of the source is read at moment length - 1. When is the first one written?

    At the moment after that."""


@mistake(
    "13.5",
    of="lags",
    tag="order",
    edit=(
        "- places[:, 0] if reverse else places[:, 0]",
        "- places[:, 1] if reverse else places[:, 1]",
    ),
)
def places_exchanged():
    """In a pair (i, j), which one is read and which is written?

    i is a place in the source, j one in the target."""


@mistake(
    "13.5",
    of="lags",
    tag="formula",
    edit=("int(lag.min())", "int(lag.max())"),
)
def largest_lag():
    """Which of the lags do you give first?

    The smallest: a short way for some pair is what reading backwards buys."""


@mistake(
    "13.5",
    of="lags",
    tag="sign",
    edit=("if reverse else", "if not reverse else"),
)
def the_wrong_way_round():
    """Without `reverse`, which symbol is read first?

    The one at place 0, at moment 0."""


@mistake("13.5", name="target-turned-as-well", tag="formula")
def lags(pairs, length, reverse):
    """What is turned round, the source alone, or the target, too?

    The decoder still writes from the first symbol to the last."""
    places = np.asarray(pairs)
    read, write = places[:, 0], places[:, 1]
    if reverse:
        read, write = length - 1 - read, length - 1 - write
    lag = length + write - read
    return int(lag.min()), float(lag.mean())


@mistake("13.5", name="padding-turned-too", tag="edge-case")
def reverse_source(rows):
    """With which symbol does a short row begin after you have turned it?

    With PAD, which the encoder would read first. Turn the symbols alone, and leave PAD behind them."""
    return np.asarray(rows)[:, ::-1].copy()


@mistake("13.5", name="rows-in-the-opposite-order", tag="axis")
def reverse_source(rows):
    """What did you turn round: each row, or the list of rows?

    The first sentence stays first; its symbols change places."""
    return np.asarray(rows)[::-1].copy()


@mistake("13.5", name="last-symbol-lost", tag="off-by-one")
def reverse_source(rows):
    """Does your turned row hold every symbol of the row?

    row[n:0:-1] leaves out place 0, and place n of a short row is PAD."""
    rows = np.asarray(rows)
    turned = np.zeros_like(rows)
    for row, out in zip(rows, turned, strict=True):
        n = int((row != PAD).sum())
        out[: max(0, n - 1)] = row[n - 1 : 0 : -1]
    return turned


@mistake("13.5", name="symbols-sorted", tag="order")
def reverse_source(rows):
    """Are the symbols of your row in the opposite order, or in falling order?

    Turning round does not look at values: the last becomes the first."""
    return -np.sort(-np.asarray(rows), axis=1)


# 13.6 ---------------------------------------------------------------------------------


@mistake(
    "13.6",
    tag="formula",
    edit=("/ np.sqrt(keys.shape[-1])", "* 1.0"),
)
def not_divided():
    """Double the size d of queries and keys. Do your scores grow?

    The text divides them by the root of d, so that the softmax does not harden as d grows."""


@mistake(
    "13.6",
    tag="formula",
    edit=("/ np.sqrt(keys.shape[-1])", "/ keys.shape[-1]"),
)
def divided_by_d():
    """By what do you divide: d, or its root?

    The sum of d products of random numbers grows as the root of d."""


@mistake(
    "13.6",
    tag="axis",
    edit=("np.sqrt(keys.shape[-1])", "np.sqrt(keys.shape[1])"),
)
def divided_by_the_length():
    """Which axis holds d?

    The last one. You took the root of the number of source symbols."""


@mistake("13.6", name="queries-and-keys-exchanged", tag="transpose")
def dot_scores(queries, keys):
    """Which shape has your result: (n, t, s), or (n, s, t)?

    One row for each query, one column for each key."""
    queries, keys = np.asarray(queries), np.asarray(keys)
    return keys @ queries.transpose(0, 2, 1) / np.sqrt(keys.shape[-1])


@mistake("13.6", name="cosines", tag="formula")
def dot_scores(queries, keys):
    """Is your score of a query twice as long still the same?

    You divided by the lengths of the vectors. Only the root of d is asked for."""
    queries, keys = np.asarray(queries), np.asarray(keys)
    queries = queries / np.linalg.norm(queries, axis=-1, keepdims=True)
    keys = keys / np.linalg.norm(keys, axis=-1, keepdims=True)
    return queries @ keys.transpose(0, 2, 1)


@mistake(
    "13.6",
    tag="formula",
    edit=(
        "np.tanh(asked[:, :, None] + offered[:, None]) @ v",
        "(asked[:, :, None] + offered[:, None]) @ v",
    ),
)
def no_tanh():
    """Without a bend, does a score depend on the pair, or on each of the two alone?

    Inside stands a tanh, before v."""


@mistake(
    "13.6",
    tag="formula",
    edit=(
        "np.tanh(asked[:, :, None] + offered[:, None]) @ v",
        "np.tanh(asked[:, :, None]) @ v + np.tanh(offered[:, None]) @ v",
    ),
)
def tanh_of_each():
    """tanh of a sum, or a sum of two tanh?

    Query and key meet inside: first the sum, then tanh."""


@mistake(
    "13.6",
    tag="formula",
    edit=("offered[:, None]) @ v", "offered[:, None]).sum(axis=-1)"),
)
def v_forgotten():
    """What makes one number of the `a` numbers behind the tanh?

    The weights v, not a plain sum."""


@mistake(
    "13.6",
    tag="formula",
    edit=(
        "asked[:, :, None] + offered[:, None]",
        "asked[:, :, None] * offered[:, None]",
    ),
)
def multiplied_inside():
    """Why is this score called additive?

    Inside the tanh the two parts are added."""


@mistake(
    "13.6",
    tag="axis",
    edit=("softmax(scores, axis=-1)", "softmax(scores, axis=1)"),
)
def softmax_over_the_target():
    """What adds up to 1 in your weights: a row, or a column?

    A query spreads its look over the source: that is the last axis."""


@mistake(
    "13.6",
    tag="axis",
    edit=("softmax(scores, axis=-1)", "softmax(scores)"),
)
def softmax_over_everything():
    """What adds up to 1 in your weights: each row, or the whole array?

    SciPy's softmax takes all axes unless it is told one."""


@mistake("13.6", name="masked-after-the-softmax", tag="order")
def attend(scores, values, there):
    """Do the weights of a short source still add up to 1?

    You put them to 0 after the softmax. Take PAD out before, so that its share goes to the others."""
    weights = softmax(np.asarray(scores), axis=-1) * np.asarray(there)[:, None]
    return weights @ np.asarray(values), weights


@mistake("13.6", name="mask-forgotten", tag="edge-case")
def attend(scores, values, there):
    """What weight do places of PAD get?

    None: their scores must not enter the softmax."""
    weights = softmax(np.asarray(scores), axis=-1)
    return weights @ np.asarray(values), weights


@mistake("13.6", name="zero-for-nothing", tag="formula")
def attend(scores, values, there):
    """A score of 0 is one among others. Which weight does the softmax make of it?

    More than none. Only minus infinity (or a very large negative number) becomes the weight 0."""
    scores = np.asarray(scores) * np.asarray(there)[:, None]
    weights = softmax(scores, axis=-1)
    return weights @ np.asarray(values), weights


@mistake(
    "13.6",
    tag="sign",
    edit=(
        "np.where(np.asarray(there)[:, None], scores, -np.inf)",
        "np.where(np.asarray(there)[:, None], -np.inf, scores)",
    ),
)
def mask_turned_round():
    """Which places do you take out: those that are there?

    `there` is True where the source has a symbol."""


@mistake(
    "13.6",
    tag="order",
    edit=(
        "return weights @ np.asarray(values), weights",
        "return weights, weights @ np.asarray(values)",
    ),
)
def weights_first():
    """Which of your two results has the size of the values?

    The context comes first, then the weights."""


@mistake("13.6", name="exponentials-without-care", tag="edge-case")
def attend(scores, values, there):
    """Try scores of 900. Does something overflow?

    Take the largest score off before the exponential, as in lab 04, or use SciPy's softmax."""
    with np.errstate(over="ignore", invalid="ignore"):
        weights = np.exp(np.asarray(scores)) * np.asarray(there)[:, None]
        weights = weights / weights.sum(axis=-1, keepdims=True)
        return weights @ np.asarray(values), weights


# 13.7 ---------------------------------------------------------------------------------


@mistake(
    "13.7",
    of="clipped_hits",
    tag="formula",
    edit=(
        "(found & most).total()",
        "sum(times for run, times in found.items() if run in most)",
    ),
)
def not_clipped():
    """A candidate that says "the" seven times: how many hits has it?

    As many as "the" occurs in the reference that has it most often, not seven."""


@mistake(
    "13.7",
    of="clipped_hits",
    tag="formula",
    edit=("most |= count(reference)", "most += count(reference)"),
)
def references_added_up():
    """Two references hold a word once each. How often may it hit?

    Once: the limit comes from one reference, the one that has it most often, not from all together."""


@mistake(
    "13.7",
    of="clipped_hits",
    tag="formula",
    edit=("most |= count(reference)", "most = count(reference)"),
)
def last_reference_alone():
    """Which of the references does your function ask?

    All: for each n-gram the one that has it most often."""


@mistake(
    "13.7",
    of="clipped_hits",
    tag="formula",
    edit=(", found.total()", ", len(found)"),
)
def runs_counted_once():
    """The candidate says the same word three times. How many 1-grams has it?

    Three. You counted different ones."""


@mistake(
    "13.7",
    of="clipped_hits",
    tag="formula",
    edit=("(found & most).total()", "len(found & most)"),
)
def hits_counted_once():
    """A word occurs twice in the candidate and twice in a reference. How many hits is that?

    Two; you counted different n-grams."""


@mistake(
    "13.7",
    of="clipped_hits",
    tag="off-by-one",
    edit=("range(len(words) - n + 1)", "range(len(words) - n)"),
)
def last_run_lost():
    """How many runs of 2 are in a sentence of 3 words?

    Two. Yours ends one too early."""


@mistake(
    "13.7",
    of="clipped_hits",
    tag="off-by-one",
    edit=("range(len(words) - n + 1)", "range(len(words))"),
)
def short_runs_at_the_end():
    """How long are the last runs that you count?

    A run of n words needs n words; at the end of the sentence fewer are left."""


@mistake(
    "13.7",
    of="clipped_hits",
    tag="order",
    edit=("tuple(words[i : i + n])", "tuple(sorted(words[i : i + n]))"),
)
def order_inside_a_run_lost():
    """Are "red box" and "box red" the same run?

    No: the order of the words counts."""


@mistake(
    "13.7",
    of="bleu",
    tag="formula",
    edit=("np.exp(np.log(hits / totals).mean())", "np.mean(hits / totals)"),
)
def arithmetic_mean():
    """Which mean of the precisions do you take?

    The geometric one: the exponential of the mean of the logarithms. One low precision pulls it down."""


@mistake(
    "13.7",
    of="bleu",
    tag="formula",
    edit=("np.log(hits / totals).mean()", "np.log(hits / totals).sum()"),
)
def product_without_a_root():
    """With N = 2 and both precisions 1/2, what is the geometric mean?

    1/2, not 1/4: the N-th root of the product."""


@mistake(
    "13.7",
    of="bleu",
    tag="formula",
    edit=("float(penalty * np.exp(", "float(np.exp("),
)
def no_penalty():
    """A candidate of one word that hits: is its BLEU 1?

    Candidates that are too short pay; multiply by the penalty."""


@mistake(
    "13.7",
    of="bleu",
    tag="formula",
    edit=("min(1.0, np.exp(1 - nearest / length))", "np.exp(1 - nearest / length)"),
)
def reward_for_long_ones():
    """Is your factor above 1 for a candidate longer than its reference?

    It is at most 1: who is longer neither pays nor gains."""


@mistake(
    "13.7",
    of="bleu",
    tag="sign",
    edit=("1 - nearest / length", "1 - length / nearest"),
)
def penalty_for_long_ones():
    """Who pays in your function, the short or the long?

    The short: r stands above c."""


@mistake(
    "13.7",
    of="bleu",
    tag="formula",
    edit=(
        "min((abs(len(r) - len(candidate)), len(r)) for r in several)[1]",
        "min(len(r) for r in several)",
    ),
)
def shortest_reference():
    """References of 6 and 11 words, a candidate of 10: against which is it short?

    Against the one nearest in length, 11, not against the shortest."""


@mistake(
    "13.7",
    of="bleu",
    tag="formula",
    edit=(
        "min((abs(len(r) - len(candidate)), len(r)) for r in several)[1]",
        "len(several[0])",
    ),
)
def first_reference():
    """Which reference's length do you take?

    Not the first: the one nearest in length to the candidate."""


@mistake(
    "13.7",
    of="bleu",
    tag="ties",
    edit=(
        "min((abs(len(r) - len(candidate)), len(r)) for r in several)[1]",
        "max(len(r) for r in several if abs(len(r) - len(candidate)) == min(abs(len(s) - len(candidate)) for s in several))",
    ),
)
def longer_of_two_as_near():
    """A candidate of 9 words, references of 8 and 10: which counts?

    Of two equally near the shorter, so that nobody pays here."""


@mistake("13.7", name="mean-of-sentences", tag="missing-1/n")
def bleu(candidates, references, max_n=4):
    """Do you take BLEU of each candidate, and then the mean?

    Hits, n-grams and lengths are added up over all candidates first, and then the ratios are taken once."""
    each = []
    for candidate, several in zip(candidates, references, strict=True):
        pairs = []
        for n in range(1, max_n + 1):
            found = Counter(
                tuple(candidate[i : i + n]) for i in range(len(candidate) - n + 1)
            )
            most = Counter()
            for words in several:
                most |= Counter(
                    tuple(words[i : i + n]) for i in range(len(words) - n + 1)
                )
            pairs.append(((found & most).total(), max(1, found.total())))
        near = min((abs(len(r) - len(candidate)), len(r)) for r in several)[1]
        shares = np.array([a / b for a, b in pairs])
        with np.errstate(divide="ignore"):
            value = np.exp(np.log(shares).mean())
        each.append(min(1.0, np.exp(1 - near / len(candidate))) * value)
    return float(np.mean(each))


@mistake(
    "13.7",
    of="bleu",
    tag="off-by-one",
    edit=("range(1, max_n + 1)", "range(1, max_n)"),
)
def longest_run_left_out():
    """With N = 4, which n do you look at?

    1, 2, 3 and 4. range() stops before its end."""


# 13.8 ---------------------------------------------------------------------------------


@mistake("13.8", name="each-pair-once", tag="formula")
def relate(g, objects, question):
    """Do you look at (o1, o2) and at (o2, o1)?

    Both count, and each thing with itself: k times k pairs. g need not treat its two places alike."""
    objects, question = np.asarray(objects), np.asarray(question)
    k = objects.shape[1]
    total = 0
    for i in range(k):
        for j in range(i, k):
            rows = np.concatenate([objects[:, i], objects[:, j], question], axis=-1)
            total = total + np.asarray(g(rows))
    return total


@mistake("13.8", name="never-with-itself", tag="formula")
def relate(g, objects, question):
    """Do you leave out pairs of a thing with itself?

    All k times k pairs count."""
    objects, question = np.asarray(objects), np.asarray(question)
    k = objects.shape[1]
    total = 0
    for i in range(k):
        for j in range(k):
            if i != j:
                rows = np.concatenate([objects[:, i], objects[:, j], question], axis=-1)
                total = total + np.asarray(g(rows))
    return total


@mistake("13.8", name="neighbours-in-the-list", tag="formula")
def relate(g, objects, question):
    """Which pairs do you make of three things?

    Nine: every thing with every thing, not only with the one at the same place."""
    objects, question = np.asarray(objects), np.asarray(question)
    asked = np.repeat(question[:, None], objects.shape[1], axis=1)
    rows = np.concatenate([objects, objects, asked], axis=-1)
    n, k, size = rows.shape
    return np.asarray(g(rows.reshape(n * k, size))).reshape(n, k, -1).sum(axis=1)


@mistake(
    "13.8",
    tag="axis",
    edit=(".sum(axis=1)\n", ".sum(axis=(0, 1))\n"),
)
def scenes_added_up():
    """How many rows has your result?

    One for each scene: sum over its pairs, never over scenes."""


@mistake(
    "13.8",
    tag="missing-1/n",
    edit=(".sum(axis=1)\n", ".mean(axis=1)\n"),
)
def mean_over_pairs():
    """Is your result too small, by the number of pairs?

    The pairs are added up, not averaged."""


@mistake(
    "13.8",
    tag="order",
    edit=("[first, second, asked]", "[asked, first, second]"),
)
def question_first():
    """In which order does g get its row?

    First thing, second thing, question."""


@mistake(
    "13.8",
    tag="order",
    edit=(
        "np.repeat(question[:, None], k * k, axis=1)",
        "np.tile(question, (k * k, 1)).reshape(n, k * k, -1)",
    ),
)
def questions_mixed_up():
    """Does every pair of a scene get that scene's question?

    With tile the questions of all scenes take turns. Repeat each one for the pairs of its own scene."""


@mistake(
    "13.8",
    tag="order",
    edit=("np.tile(objects, (1, k, 1))", "np.repeat(objects, k, axis=1)"),
)
def every_thing_with_itself():
    """Write down your pairs of two things. Is (first, second) among them?

    Repeating both lists in the same way pairs every thing only with itself. One of them has to take turns."""


@mistake("13.8", name="g-of-the-sum", tag="formula")
def relate(g, objects, question):
    """Is g called on pairs, or on a sum?

    g of a sum is not the sum of g: first g of each pair, then the sum."""
    objects, question = np.asarray(objects), np.asarray(question)
    k = objects.shape[1]
    total = k * objects.sum(axis=1)
    return np.asarray(g(np.concatenate([total, total, k * k * question], axis=-1)))


@mistake(
    "13.8",
    tag="leakage",
    edit=("usual(answers[asked == q])", "usual(answers)"),
)
def the_question_not_heard():
    """Does your guess depend on the question?

    The guesser is blind, not deaf: it takes the usual answer to that question."""


@mistake(
    "13.8",
    tag="ties",
    edit=(
        "int(np.bincount(some).argmax())",
        "int(len(np.bincount(some)) - 1 - np.bincount(some)[::-1].argmax())",
    ),
)
def largest_of_several():
    """Two answers came equally often. Which one do you give?

    The one with the smallest number."""


@mistake(
    "13.8",
    tag="formula",
    edit=("int(np.bincount(some).argmax())", "int(np.bincount(some).max())"),
)
def how_often_instead_of_what():
    """What do you give: an answer, or how often it came?

    The place of the largest count, not the count."""


@mistake(
    "13.8",
    tag="edge-case",
    edit=("table.get(q, usual(answers))", "table.get(q, 0)"),
)
def zero_for_new_questions():
    """What do you answer to a question that nobody asked before?

    The answer that was most often given in all."""


@mistake(
    "13.8",
    tag="formula",
    edit=("int(np.bincount(some).argmax())", "round(np.mean(some))"),
)
def mean_answer():
    """Answers are names with numbers. What does a mean of names say?

    Nothing: count them, and take the commonest."""


@mistake(
    "13.8",
    tag="formula",
    edit=("int(np.bincount(some).argmax())", "int(some[-1])"),
)
def last_answer():
    """Which of the known answers do you take?

    Not the last one: the one that came most often."""


excuse(
    "13.7",
    "bleu: 1 -> 2 (5)",
    "hits in another order: the product of all is the same",
)
excuse(
    "13.7",
    "bleu: 1 -> 2 (6)",
    "totals in another order: the product of all is the same",
)
excuse("13.8", "relate: 1 -> 2 (7)", "NumPy reads any negative size as the open one")
excuse("13.8", "relate: 1 -> 2 (8)", "NumPy reads any negative size as the open one")
excuse(
    "13.8",
    "blind: np.array(guesses, dtype=int) -> np.asarray(guesses, dtype=int)",
    "a list becomes a new array either way",
)
