"""The pictures of lab 12 and what is seen on them, and measurements around a student's functions."""

import numpy as np
from scipy.stats import rankdata

from coursekit import recurrent
from coursekit.datasets.sequences import number_words
from coursekit.plots import GREY, PALETTE, subplots

NAMES = {"rnn": "plain", "ugrnn": "UGRNN", "gru": "GRU", "lstm": "LSTM"}
STYLES = {"rnn": ":", "ugrnn": "-.", "gru": "--", "lstm": "-"}


def small_network(seed=0, steps=40, units=16, inputs=3):
    """A sequence (steps, inputs), and A_h, A_x, b, A_y and h_0 of a network without training."""
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(units, units)))[0]
    parts = (
        0.9 * turn,
        rng.normal(0, 0.4, (units, inputs)),
        rng.normal(0, 0.05, units),
        rng.normal(0, 0.5, (2, units)),
        np.zeros(units),
    )
    return rng.normal(size=(steps, inputs)), parts


def vectors(count, inputs, steps=7, seed=0):
    """Random sequences (count, steps, inputs)."""
    return np.random.default_rng(seed).normal(size=(count, steps, inputs))


def _passage(text, longest=420):
    """A paragraph with many quotations, and where it begins."""
    place, best = 0, (0, 0, 0)
    for part in text.split("\n\n"):
        marks = part.count('"')
        if 250 <= len(part) <= longest and marks % 2 == 0:
            best = max(best, (min(marks, 12), place, place + len(part)))
        place += len(part) + 2
    return best[1:] if best[2] else (0, min(longest, len(text)))


def _broken(text, columns):
    """The text with line ends for the spaces at which it is broken; its length stays."""
    letters, begin, gap = list(text), 0, None
    for i, letter in enumerate(text):
        gap = i if letter == " " else gap
        if i - begin >= columns and gap is not None:
            letters[gap] = "\n"
            begin, gap = gap + 1, None
    return "".join(letters)


def _paint(text, values, title):
    begin, end = _passage(text)
    shown, kept = text[begin:end].replace("\n", " "), []
    for i, letter in enumerate(shown):  # several spaces are drawn as one
        if letter != " " or (kept and shown[kept[-1]] != " "):
            kept.append(i)
    lines, values = "".join(shown[i] for i in kept), values[begin:end][kept]
    broken = _broken(lines, 76)
    rows = broken.count("\n") + 1
    figure, ax = subplots(size=(9.5, 0.7 + 0.32 * rows))
    recurrent.draw_painted(ax, broken, values)
    ax.set_title(title, fontsize=9)
    return figure, lines, values


def opening(text, states):
    """A paragraph that is new to the network, coloured by the number that follows its quotations."""
    marks = recurrent.quoted(text).astype(float)
    apart = states - states.mean(axis=0)
    along = (marks - marks.mean()) @ apart / (np.linalg.norm(apart, axis=0) + 1e-9)
    which = int(np.argmax(np.abs(along)))
    values = states[:, which] * np.sign(along[which])
    figure, lines, _ = _paint(
        text, values, "one number of the state: orange 1, white 0, blue -1"
    )
    return figure, (
        "A paragraph of the manual, each letter on a coloured ground: between quotation marks "
        f"mostly orange, elsewhere mostly blue or white. It reads: {lines}"
    )


def exchange(before, after, gap):
    """How much each output changes when two inputs are exchanged."""
    change = np.abs(after - before).max(axis=1)
    steps = np.arange(1, len(change) + 1)
    figure, ax = subplots(size=(7.5, 3))
    there = change > 0
    ax.semilogy(steps[there], change[there], "o-", color=PALETTE[0], ms=4)
    ax.axvspan(9.5, 11.5, color=GREY, alpha=0.25, label="exchanged inputs")
    ax.set(xlabel="step", ylabel="change of the outputs", xlim=(0, len(change) + 1))
    ax.legend(title=f"beside Keras off by {gap:.0e}", fontsize=8, title_fontsize=8)
    first = int(steps[there][0]) if there.any() else 0
    return figure, (
        f"Change of the outputs against the step, on a log scale: none before step {first}, "
        f"{change.max():.2g} at most, and {change[-1]:.1g} at the last step, on a falling line."
    )


def uses(bptt, x, states, h_0, a_h, d_states):
    """Length of what each step's use adds to the slope of A_h, the first step first."""
    lengths, shorter = [], np.zeros(np.shape(a_h))
    for begin in reversed(range(len(x))):
        start = h_0 if begin == 0 else states[begin - 1]
        longer, *_ = bptt(x[begin:], states[begin:], start, a_h, d_states[begin:])
        lengths.append(np.linalg.norm(np.asarray(longer) - shorter))
        shorter = np.asarray(longer)
    return np.array(lengths[::-1])


def shares(lengths):
    """Bars of what each step's use adds to the slope."""
    figure, ax = subplots(size=(7.5, 2.8))
    ax.bar(np.arange(1, len(lengths) + 1), lengths / lengths.sum(), color=PALETTE[0])
    ax.set(xlabel="step at which $A_h$ is used", ylabel="share of the slope")
    return figure, (
        f"Bars over {len(lengths)} steps: the share of each step's use in the slope grows towards "
        f"the end, from {lengths[0] / lengths.sum():.1g} at the first to "
        f"{lengths[-1] / lengths.sum():.2f} at the last."
    )


def fading(left):
    """What is left of a slope against the steps back, beside the bound."""
    figure, ax = subplots(size=(7.5, 3.8))
    told = []
    for colour, (scale, values) in zip(PALETTE, left.items(), strict=False):
        lags = np.arange(1, len(values) + 1)
        ax.semilogy(lags, values, color=colour, label=f"σ = {scale}")
        ax.semilogy(lags, float(scale) ** lags, "--", color=colour, lw=1, alpha=0.7)
        told.append(
            f"σ {scale}: {values[-1]:.1g} (bound {float(scale) ** len(values):.1g})"
        )
    ax.set(xlabel="steps back", ylabel="left of a slope", ylim=(1e-13, 1e7))
    ax.legend(title="dashed: bound", fontsize=8, title_fontsize=8)
    return figure, (
        "Curves on a log scale of what is left of a slope against the steps back, each below its "
        f"dashed bound. After {len(values)} steps: " + "; ".join(told) + "."
    )


def under_the_bound(left):
    """The largest share of the bound that was reached, beyond one step."""
    shares_ = [
        np.max(v[1:] / float(s) ** np.arange(2, len(v) + 1)) for s, v in left.items()
    ]
    return f"at most {max(shares_):.2f} of it" if shares_ else "none"


def half_lives(step, bias_for):
    """Values that fade under gates whose bias was asked for, with half-lives 1, 5, 20 and 80."""
    figure, ax = subplots(size=(7.5, 3))
    told, count = [], 100
    zeros = np.zeros((1, 2))
    for colour, wanted in zip(PALETTE, (1, 5, 20, 80), strict=False):
        h, values = np.ones((1, 1)), [1.0]
        bias = np.array([bias_for(wanted), 0.0])
        for _ in range(count):
            h = np.asarray(step(np.zeros((1, 1)), h, zeros, zeros, bias))
            values.append(float(h[0, 0]))
        ax.plot(values, color=colour, label=f"{wanted}: bias {bias[0]:.2f}")
        told.append(f"{wanted} steps: bias {bias[0]:.2f}")
    ax.axhline(0.5, color=GREY, lw=1)
    ax.set(xlabel="step", ylabel="left of a value of 1", ylim=(0, 1))
    ax.legend(title="half-life", fontsize=8, title_fontsize=8)
    return figure, (
        "Four falling curves that cross one half at their half-life: "
        + "; ".join(told)
        + "."
    )


def beside_keras(lstm_step, gru_step, keras_outputs, layer, units=9, seed=0):
    """How far the student's steps are from Keras's layers with random weights, in words."""
    rng, told = np.random.default_rng(seed), []
    x = rng.normal(size=(4, 6, 3))
    for kind, blocks in (("lstm", 4), ("gru", 3)):
        sizes = (3, blocks * units), (units, blocks * units), (blocks * units,)
        weights = [rng.normal(0, 0.5, size) for size in sizes]
        theirs = keras_outputs(layer(kind, units), x, weights)
        h = c = np.zeros((4, units))
        for t in range(6):
            if kind == "lstm":
                h, c = lstm_step(x[:, t], h, c, *weights)
            else:
                h = gru_step(x[:, t], h, *weights)
        told.append(f"{NAMES[kind]} {np.abs(h - theirs).max():.0e}")
    return "beside Keras, off by at most: " + ", ".join(told)


def race(curves, sizes, length, steps):
    """Errors of the adding problem while the cells learn."""
    figure, ax = subplots(size=(7.5, 3.6))
    for colour, (kind, curve) in zip(PALETTE, curves.items(), strict=False):
        places = (np.arange(len(curve)) + 0.5) * steps / len(curve)
        label = f"{NAMES[kind]}, {sizes[kind]} units"
        ax.plot(places, curve, STYLES[kind], color=colour, label=label)
    ax.axhline(1 / 6, color=GREY, lw=1)
    ax.text(steps, 1 / 6, "always 1", ha="right", va="bottom", fontsize=8, color=GREY)
    ax.set(
        xlabel="batches",
        ylabel="mean squared error",
        title=f"the sum of two marked numbers among {length}",
        ylim=(0, 0.3),
    )
    ax.legend(fontsize=8)
    return figure, (
        f"Mean squared error against batches, {length} steps a sequence; a grey line at 1/6 is the "
        f"guess 1. At the end: {ends(curves)}."
    )


def ends(curves):
    """The last error of each cell, in words."""
    return ", ".join(f"{NAMES[kind]} {curve[-1]:.3f}" for kind, curve in curves.items())


def first_below(curves, limit):
    """The cell that is first below a limit; where none is, the one with the least error."""
    reached = {
        k: int(np.argmax(c < limit)) for k, c in curves.items() if np.any(c < limit)
    }
    if reached:
        return min(reached, key=lambda k: (reached[k], curves[k][-1]))
    return min(curves, key=lambda k: curves[k][-1])


# Five ways to map sequences ---------------------------------------------------------------

CLASSES = {
    "one to one": 2,
    "one to many": 27,
    "many to one": 55,
    "in step": 10,
    "afterwards": 11,
}
"""The five mappings and the classes of each one's answers."""

_ASKED = {
    "one to one": "is the first even?",
    "one to many": "spell the first",
    "many to one": "their sum",
    "in step": "largest so far",
    "afterwards": "in order",
}


def digit_strings(count, seed=0):
    """Strings of 1 to 6 digits, and what each mapping makes of them, padded with 0."""
    rng = np.random.default_rng(seed)
    strings = [rng.integers(0, 10, rng.integers(1, 7)).tolist() for _ in range(count)]
    targets = {
        "one to one": np.array([1 - s[0] % 2 for s in strings]),
        "one to many": np.zeros((count, 5), int),
        "many to one": np.array([sum(s) for s in strings]),
        "in step": np.zeros((count, 6), int),
        "afterwards": np.zeros((count, 6), int),
    }
    for row, digits in enumerate(strings):
        word = [ord(letter) - 96 for letter in number_words(digits[0])]
        targets["one to many"][row, : len(word)] = word
        targets["in step"][row, : len(digits)] = np.maximum.accumulate(digits)
        targets["afterwards"][row, : len(digits)] = np.sort(digits) + 1
    return strings, targets


def train_mapper(model, ids, targets, masked_mean, seed=0):
    """Train all five mappings at once; the share of new strings that each gets right: of all
    letters or digits, or of the real steps where an answer comes at each."""
    import keras

    from coursekit.training import fit

    cut = 4 * len(ids) // 5
    losses = [
        keras.losses.SparseCategoricalCrossentropy(from_logits=True) for _ in CLASSES
    ]
    model.compile(keras.optimizers.Adam(1e-2 if len(ids) < 5000 else 3e-3), losses)
    wanted = [targets[name] for name in CLASSES]
    fit(
        model,
        ids[:cut],
        [w[:cut] for w in wanted],
        epochs=8,
        batch_size=50 if len(ids) < 5000 else 100,
        seed=seed,
        progress="none",
    )
    shares_ = {}
    answers = model(ids[cut:], training=False)
    for name, answer, right in zip(CLASSES, answers, wanted, strict=True):
        hit = keras.ops.convert_to_numpy(answer).argmax(axis=-1) == right[cut:]
        if name == "in step":
            shares_[name] = float(masked_mean(hit.astype(float), ids[cut:]))
        else:
            shares_[name] = float(np.mean(hit.reshape(len(hit), -1).all(axis=1)))
    return shares_


def _shown(name, target):
    if name == "one to one":
        return "yes" if target else "no"
    if name == "many to one":
        return str(target)
    if name == "one to many":
        return "".join(chr(96 + k) if k else "" for k in target)
    return "".join(str(k - (name == "afterwards")) for k in target)


def mappings(shares_, strings, targets, row=0):
    """Bars of the five mappings, with one string as an example."""
    while len(strings[row]) < 4:
        row += 1
    digits = "".join(map(str, strings[row]))
    figure, ax = subplots(size=(8, 2.8))
    names = []
    for name in shares_:
        target = targets[name][row]
        if name in ("in step", "afterwards"):
            target = target[: len(digits)]
        names.append(f"{name}: {_ASKED[name]}  {digits} → {_shown(name, target)}")
    ax.barh(names, [100 * v for v in shares_.values()], color=PALETTE[0])
    ax.invert_yaxis()
    ax.set(xlabel="right on new strings, %", xlim=(0, 100))
    return figure, (
        "Bars of the five mappings, in per cent of new strings: "
        + "; ".join(
            f"{n}, {100 * v:.0f} %"
            for n, v in zip(names, shares_.values(), strict=True)
        )
        + "."
    )


# Characters ----------------------------------------------------------------------------------


def chain_and_networks(chain, bits):
    """Bits per character of chains of rising order, beside the networks."""
    figure, ax = subplots(size=(7.5, 3.4))
    ax.plot(list(chain), list(chain.values()), "o-", color=PALETTE[0], label="chain")
    for colour, style, (name, value) in zip(
        PALETTE[1:], ("--", ":"), bits.items(), strict=False
    ):
        ax.axhline(value, ls=style, color=colour, label=name)
    ax.set(xlabel="characters of context", ylabel="bits per character, new text")
    ax.legend(fontsize=8)
    return figure, (
        "Bits per character of the interpolated chain against its order: "
        + ", ".join(f"{order}: {value:.2f}" for order, value in chain.items())
        + ". Level lines: "
        + ", ".join(f"{name} {value:.2f}" for name, value in bits.items())
        + "."
    )


def _areas(states, labels):
    """AUC of every column by the sums of ranks."""
    ranks = rankdata(states, axis=0)
    ones = int(np.sum(labels))
    low = ranks[np.asarray(labels) > 0].sum(axis=0) - ones * (ones + 1) / 2
    return low / (ones * (len(labels) - ones))


def cells(states, labels, found, by_three):
    """AUC of all cells in order, and how the found one's values are spread."""
    areas = _areas(states, labels)
    figure, (left, right) = subplots(1, 2, size=(9.5, 3.2))
    left.plot(np.sort(areas)[::-1], ".", color=PALETTE[0])
    place = int(np.sum(areas > areas[found]))
    left.plot(place, areas[found], "D", color=PALETTE[1], label=f"cell {found}")
    left.axhline(by_three, ls="--", color=GREY, label="the last three characters")
    left.set(
        xlabel="cells in order",
        ylabel="AUC for inside",
        ylim=(areas.min() - 0.03, 1.03),
    )
    left.axhline(0.5, color=GREY, lw=1, ls=":", label="by chance")
    left.legend(fontsize=8)
    edges = np.linspace(-1, 1, 41)
    for name, label, colour in (("outside", 0, PALETTE[0]), ("inside", 1, PALETTE[1])):
        own = states[np.asarray(labels) == label, found]
        weights = np.full(len(own), 1 / max(len(own), 1))
        kind = {"histtype": "step", "lw": 2, "ls": "-" if label else "--"}
        right.hist(own, edges, weights=weights, color=colour, label=name, **kind)
    right.set(xlabel=f"value of cell {found}", ylabel="share of characters")
    right.set_xticks([-1, -0.5, 0, 0.5, 1])
    right.legend(fontsize=8)
    return figure, (
        f"Left, the AUC of {len(areas)} cells in order, from {areas.max():.2f} down to "
        f"{areas.min():.2f}; cell {found} has {areas[found]:.3f}, the last three characters alone "
        f"{by_three:.3f}. Right, two histograms of its values, high inside and low outside."
    )


def last_three(text, labels, text_new, labels_new):
    """AUC of the share of inside after the same three characters, counted in another text."""
    seen, inside = {}, {}
    for i, label in enumerate(labels):
        key = text[max(0, i - 2) : i + 1]
        seen[key] = seen.get(key, 0) + 1
        inside[key] = inside.get(key, 0) + int(label)
    usual = float(np.mean(labels))
    keys = [text_new[max(0, i - 2) : i + 1] for i in range(len(text_new))]
    scores = [(inside.get(k, 0) + usual) / (seen.get(k, 0) + 1) for k in keys]
    return float(_areas(np.array(scores)[:, None], labels_new)[0])


def painted(text, values):
    """The paragraph of the opening, coloured by the cell that was found."""
    figure, lines, shown = _paint(text, values, "the cell that you found")
    on = "".join(c if v > 0 else "." for c, v in zip(lines, shown, strict=True))
    return figure, (
        f"The paragraph again, coloured by the found cell. Where it is above 0 it reads: {on}"
    )


def hold(values, labels):
    """Mean value of the cell by the distance from the opening mark, and outside."""
    labels = np.asarray(labels)
    distance, ages = 0, np.zeros(len(labels), int)
    for i, label in enumerate(labels):
        distance = distance + 1 if label else 0
        ages[i] = distance
    means = {0: float(values[labels == 0].mean())}
    for low, high in ((1, 4), (5, 9), (10, 14), (15, 60)):
        there = (ages >= low) & (ages <= high)
        if there.sum() >= 10:
            means[low] = float(values[there].mean())
    return means


def how_long(means):
    """Which of the opening's three answers the means speak for."""
    outside, near = means[0], means.get(5, means.get(1, 0.0))
    far = [v for k, v in means.items() if k >= 10]
    kept = (far[-1] - outside) / (near - outside) if far and near != outside else 0.0
    return "c" if kept > 0.6 else "b" if kept > 0.25 else "a"


def told_hold(means):
    """The means in words."""
    inside = ", ".join(f"{v:+.2f} from letter {k} on" for k, v in means.items() if k)
    return f"mean value {means[0]:+.2f} outside; inside {inside}"


def samples(texts):
    """What the network writes at each temperature."""
    import textwrap

    lines = []
    for t, text in texts.items():
        flat = "The " + text.replace("\n", " ")
        lines += [f"T = {t}", *textwrap.wrap(flat, 110), ""]
    figure, ax = subplots(size=(9.5, 0.16 * len(lines)))
    ax.axis("off")
    ax.text(
        0,
        1,
        "\n".join(lines[:-1]),
        family="monospace",
        fontsize=8.5,
        va="top",
        transform=ax.transAxes,
        parse_math=False,
    )
    return figure, "Four texts that the network wrote. " + " ".join(
        f"At T = {t}: The {text}" for t, text in texts.items()
    )


def what_cold_writes(text, known, run=8):
    """Which prediction a text of low temperature bears out, and its numbers in words."""
    runs = [text[i : i + run] for i in range(len(text) - run)]
    again = 1 - len(set(runs)) / len(runs)
    copied = float(np.mean([r in known for r in runs]))
    truth = "b" if again > 0.5 else "a" if copied > 0.7 else "b" if again > 0.2 else "c"
    return truth, (
        f"of its runs of {run} characters {again:.0%} came before in what it wrote, and "
        f"{copied:.0%} stand in the text that it learned from"
    )


_COLLINS = "Collins, Sohl-Dickstein and Sussillo 2017"
_HOCHREITER = "Hochreiter and Schmidhuber 1997; form of Le, Jaitly and Hinton 2015"
_KARPATHY = "Karpathy, Johnson and Li 2015, quoted from memory"
_CLAIMS = {
    "bound": (
        "what is left of a slope stays under its bound",
        "Bengio, Simard and Frasconi 1994",
        "at most 1",
    ),
    "adding rnn": (
        "adding problem: mean squared error, plain network",
        _HOCHREITER,
        "1/6 = 0.167",
    ),
    "adding ugrnn": ("adding problem: the same, UGRNN", _COLLINS, "trainable"),
    "adding gru": ("adding problem: the same, GRU", "", ""),
    "adding lstm": ("adding problem: the same, LSTM", _HOCHREITER, "solved"),
    "map one to one": ("digit strings, one to one: first even?", "", ""),
    "map one to many": ("digit strings, one to many: spelled right", "", ""),
    "map many to one": ("digit strings, many to one: sum", "", ""),
    "map in step": ("digit strings, in step: largest so far, real steps", "", ""),
    "map afterwards": ("digit strings, afterwards: sorted right", "", ""),
    "rows": ("digits as 28 rows, LSTM", "common figure", "98 to 99 %"),
    "bits chain": (
        "new text, interpolated chain of the best order, bits per character",
        _KARPATHY,
        "20-gram 1.195 nats (War and Peace)",
    ),
    "bits LSTM": (
        "the same, LSTM",
        _KARPATHY,
        "1.077 nats (War and Peace)",
    ),
    "bits UGRNN": ("the same, UGRNN", "", ""),
    "quotes": (
        "AUC of one cell for inside quotes, new text",
        _KARPATHY + "; the lecture's UGRNN",
        "a cell is on inside quotes",
    ),
    "three": ("the same from the last three characters", "", ""),
}


def receipt(measured, about, sizes, length, steps):
    """Rows for `lab.receipt`.

    Args:
        measured: what came, by key.
        about: the text that was read, with its hash.
        sizes: units of each cell in the race.
        length, steps: of the race.
    """
    rows = []
    for key, value in measured.items():
        claim, source, stated = _CLAIMS[key]
        note = ""
        if key.startswith("adding"):
            units = sizes[key.removeprefix("adding ")]
            note = f"{units} units, {length} steps, {steps:,} batches of 50"
        elif key.startswith(("bits", "quotes", "three")):
            note = about
        row = {"claim": claim, "source": source, "stated": stated, "measured": value}
        rows.append(row | {"note": note})
    return rows
