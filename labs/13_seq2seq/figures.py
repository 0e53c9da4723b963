"""The pictures of lab 13 and what is seen on them, and measurements around a student's functions."""

import numpy as np

from coursekit.datasets.sequences import number_spans, number_words
from coursekit.plots import INK, PALETTE, subplots
from coursekit.plots.images import draw_image
from coursekit.plots.overlays import draw_attention, draw_heat


def crossing(numbers):
    """English words above German ones, with lines between what says the same."""
    figure, axes = subplots(
        len(numbers), 1, size=(8, 1.5 * len(numbers)), squeeze=False
    )
    told = []
    for ax, number in zip(axes[:, 0], numbers, strict=True):
        english, german = (number_words(number, lang) for lang in ("en", "de"))
        wide = max(len(english), len(german))
        offsets = [(wide - len(text)) / 2 for text in (english, german)]
        for y, text, offset in ((1, english, offsets[0]), (0, german, offsets[1])):
            for place, letter in enumerate(text):
                ax.text(
                    offset + place,
                    y,
                    letter,
                    ha="center",
                    va="center",
                    family="monospace",
                )
        for k, ((a, b), (c, d)) in enumerate(number_spans(number)):
            x = offsets[0] + (a + b - 1) / 2, offsets[1] + (c + d - 1) / 2
            colour = PALETTE[k % len(PALETTE)]
            ax.plot(x, (0.8, 0.2), color=colour, lw=2)
            for (start, stop), offset, y in (
                ((a, b), offsets[0], 0.8),
                ((c, d), offsets[1], 0.2),
            ):
                ends = offset + start - 0.4, offset + stop - 0.6
                ax.plot(ends, (y, y), color=colour, lw=2)
        ax.set(xlim=(-1, wide), ylim=(-0.3, 1.3))
        ax.axis("off")
        told.append(f"{english} above {german}")
    return figure, (
        f"Pairs of words with lines between the parts that say the same: {'; '.join(told)}. The "
        "lines of the tens and of the ones cross each other in each pair."
    )


def spelled(english, german, said, count=9):
    """A table of new numbers, what is right, and what the network wrote."""
    order = np.argsort([len(text) for text in english], kind="stable")
    picks = order[np.linspace(0, len(order) - 1, min(count, len(order))).astype(int)]
    figure, ax = subplots(size=(7.5, 0.4 + 0.28 * len(picks)))
    ax.axis("off")
    ax.text(0, 1, "a new number", fontsize=9, fontweight="bold")
    ax.text(0.42, 1, "what was written", fontsize=9, fontweight="bold")
    for line, row in enumerate(picks):
        fine = german[row] == said[row]
        written = said[row] if fine else f"{said[row]}, right is {german[row]}"
        ax.text(0, -line, english[row], fontsize=9)
        ax.text(0.42, -line, written, fontsize=9, color=INK if fine else PALETTE[1])
        ax.text(0.38, -line, "✓" if fine else "✗", fontsize=9, color=PALETTE[2 if fine else 1],
                family="DejaVu Sans")  # fmt: skip
    ax.set(xlim=(0, 1), ylim=(-len(picks) + 0.6, 1.6))
    wrong = [
        f"{said[row]} for {english[row]}" for row in picks if german[row] != said[row]
    ]
    return figure, (
        f"A table of {len(picks)} new numbers from short to long with what the network wrote. "
        f"{len(picks) - len(wrong)} are right. Wrong: {'; '.join(wrong) if wrong else 'none'}."
    )


def beam_rows(beams, german):
    """For each width: share spelled right and mean log-probability, in words."""
    rows = []
    for width, (said, scores) in beams.items():
        right = np.mean([a == b for a, b in zip(said, german, strict=True)])
        rows.append(
            (width, f"{right:.1%} right, mean log-probability {np.mean(scores):.3f}")
        )
    return rows


def beams(found, german):
    """Share of new numbers spelled right and mean log-probability, by the width of the beam."""
    figure, axes = subplots(1, 2, size=(8, 2.8))
    names = [str(width) for width in found]
    rights = [
        100 * np.mean([a == b for a, b in zip(said, german, strict=True)])
        for said, _ in found.values()
    ]
    means = [float(np.mean(scores)) for _, scores in found.values()]
    axes[0].bar(names, rights, color=PALETTE[0])
    axes[0].set(xlabel="width of the beam", ylabel="spelled right, %", ylim=(0, 100))
    axes[1].plot(names, means, "o-", color=PALETTE[1])
    axes[1].set(xlabel="width of the beam", ylabel="mean log-probability")
    first, *others = (scores for _, scores in found.values())
    lower = max(
        (int(np.sum(np.array(o) < np.array(first) - 1e-6)) for o in others), default=0
    )
    return figure, (
        "Left, bars of the share spelled right by width of the beam: "
        + ", ".join(f"{n}: {r:.0f} %" for n, r in zip(names, rights, strict=True))
        + ". Right, the mean log-probability of what was found: "
        + ", ".join(f"{n}: {m:.3f}" for n, m in zip(names, means, strict=True))
        + f". Less probable than with width {names[0]} were at most {lower} sentences."
    )


def _accuracy(run):
    """Share of right symbols by epoch, of new sums where they were watched."""
    return np.array(run.get("val_masked_accuracy", run["masked_accuracy"]))


def lessons_needed(run, goal=0.99):
    """First epoch in which so many symbols of new sums are right, in words."""
    accuracy = _accuracy(run)
    reached = np.flatnonzero(accuracy >= goal)
    if len(reached):
        return f"epoch {reached[0] + 1}"
    return f"not in {len(accuracy)} epochs ({accuracy.max():.1%})"


def both_ways(runs):
    """Share of right symbols of new sums by epoch, read forwards and backwards."""
    figure, ax = subplots(size=(7, 3.2))
    for (name, run), style, colour in zip(
        runs.items(), ("-", "--"), PALETTE, strict=False
    ):
        accuracy = 100 * _accuracy(run)
        ax.plot(range(1, len(accuracy) + 1), accuracy, style, color=colour, label=name)
    ax.set(xlabel="epoch", ylabel="symbols right, %", ylim=(0, 102))
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend()
    return figure, (
        "Two rising curves of the share of right symbols in answers to sums. 99 % are reached: "
        + "; ".join(f"{name}, {lessons_needed(run)}" for name, run in runs.items())
        + "."
    )


def beside_keras(dot_scores, attend, layer, seed=0):
    """Print how far a student's attention is from Keras's own."""
    rng = np.random.default_rng(seed)
    queries, keys = (
        rng.normal(size=s).astype("float32") for s in ((2, 3, 4), (2, 5, 4))
    )
    there = np.array([[True] * 5, [True] * 3 + [False] * 2])
    mine, weights = attend(dot_scores(queries, keys), keys, there)
    queries = queries / np.float32(2)  # Keras's layer does not divide by the root of 4
    theirs, looks = layer(
        [queries, keys], mask=[None, there], return_attention_scores=True
    )
    gaps = [
        np.abs(np.asarray(a) - np.asarray(b)).max()
        for a, b in ((mine, theirs), (weights, looks))
    ]
    print(f"your attention and Keras's differ by at most {max(gaps):.0e}")


def thirds(texts, hit):
    """Mean of `hit` in the thirds of the rows with short, middling and long texts."""
    order = np.argsort([len(text) for text in texts], kind="stable")
    return [float(np.mean(np.array(hit)[part])) for part in np.array_split(order, 3)]


def by_length(shares):
    """Share of new numbers spelled right in thirds by length, for several networks."""
    figure, ax = subplots(size=(7, 3))
    width = 0.8 / len(shares)
    for k, (name, values) in enumerate(shares.items()):
        places = np.arange(3) + k * width
        ax.bar(places, 100 * np.array(values), width, color=PALETTE[k], label=name)
        for x, value in zip(places, values, strict=True):
            ax.text(x, 100 * value + 1, f"{100 * value:.0f}", ha="center", fontsize=8)
    ax.set_xticks(np.arange(3) + 0.4 - width / 2, ["short", "middling", "long"])
    ax.set(xlabel="thirds of the new numbers, by the length of their English words",
           ylabel="spelled right, %", ylim=(0, 112))  # fmt: skip
    ax.legend(fontsize=8, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return figure, (
        "Bars of the share of new numbers spelled right, short, middling and long ones. "
        + "; ".join(
            f"{name}: " + ", ".join(f"{100 * v:.0f} %" for v in values)
            for name, values in shares.items()
        )
        + "."
    )


def words_right(true, told):
    """Share of the words of captions that stand at their place."""
    hits = [
        a == b
        for right, said in zip(true, told, strict=True)
        for a, b in zip(
            right.split(), [*said.split(), *[""] * len(right.split())][: len(right.split())],
            strict=True,
        )
    ]  # fmt: skip
    return float(np.mean(hits))


def captions(scenes, told, looks, scores):
    """Scenes with the captions that were written, and where the network looked for four words."""
    words = [said.split() for said in told[:3]]
    columns = 5
    figure, axes = subplots(
        len(words), columns, size=(9, 2.2 * len(words)), squeeze=False
    )
    side = int(np.sqrt(looks.shape[-1]))
    for row, (line, said) in enumerate(zip(axes, words, strict=True)):
        image = scenes.images[row]
        draw_image(line[0], image)
        line[0].set_xlabel("\n".join(_halves(said)), fontsize=8)
        places = np.linspace(1, max(1, len(said) - 1), columns - 1).astype(int)
        for ax, place in zip(line[1:], places, strict=True):
            word = said[place] if place < len(said) else ""
            draw_heat(ax, image, looks[row, place].reshape(side, side), title=word)
    return figure, (
        "Three scenes with the captions "
        + "; ".join(f"“{said}”" for said in told[:3])
        + ". Beside each, heat over the picture for four of the words; its hottest place is another "
        f"one from word to word in {_moves(looks, words):.0%} of the steps. "
        + ", ".join(f"{name} {value:.2f}" for name, value in scores.items())
        + "."
    )


def _moves(looks, words):
    """Share of the steps from word to word in which the hottest place changes."""
    places = [
        map_[: len(said)].argmax(axis=1)
        for map_, said in zip(looks, words, strict=False)
    ]
    changed = np.concatenate([np.diff(place) != 0 for place in places])
    return float(changed.mean()) if changed.size else 0.0


def _halves(words):
    return [" ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])]


def one_wrong_word(bleu):
    """BLEU-4 of nine words with a wrong one at each place."""
    right = ["a", "large", "red", "circle", "above", "a", "small", "blue", "square"]
    return [
        bleu([[*right[:k], "wrong", *right[k + 1 :]]], [[right]], 4) for k in range(9)
    ]


def scored(said, questions):
    """Share of right answers, by network and by kind of question."""
    groups = {"look": ~questions.relational, "compare": questions.relational}
    return {
        (name, group): float(np.mean(np.asarray(found)[rows] == questions.answer[rows]))
        for name, found in said.items()
        for group, rows in groups.items()
    }


def answers(scores, scenes, questions, said):
    """Share of right answers to both kinds of question; a scene with questions and answers."""
    figure, axes = subplots(1, 2, size=(9.5, 3.6), width_ratios=[3, 2])
    names = list(dict.fromkeys(name for name, _ in scores))
    for k, group in enumerate(("look", "compare")):
        values = [100 * scores[name, group] for name in names]
        places = np.arange(len(names)) + 0.4 * k
        label = {"look": "about one thing", "compare": "that compare things"}[group]
        axes[0].bar(places, values, 0.38, color=PALETTE[k], label=label)
        for x, value in zip(places, values, strict=True):
            axes[0].text(x, value + 1, f"{value:.0f}", ha="center", fontsize=8)
    axes[0].set_xticks(np.arange(len(names)) + 0.2, names)
    axes[0].set(ylabel="answers right, %", ylim=(0, 112))
    axes[0].legend(fontsize=8, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    picks = np.flatnonzero(questions.relational)[:3]
    row = picks[0]
    draw_image(axes[1], scenes.images[questions.scene[row]])
    lines = [
        f"{questions.texts()[k]}? {questions.answers()[k]}"
        for k in np.flatnonzero(questions.scene == questions.scene[row])[:4]
    ]
    axes[1].set_xlabel("\n".join(lines), fontsize=8)
    return figure, (
        "Left, bars of right answers: "
        + "; ".join(
            f"{name} {100 * scores[name, 'look']:.0f} % about one thing, "
            f"{100 * scores[name, 'compare']:.0f} % that compare"
            for name in names
        )
        + f". Right, a scene with questions and their answers: {'; '.join(lines)}."
    )


def from_pixels(lists, pixels):
    """The same from pixels, beside lists, for questions that compare."""
    figure, ax = subplots(size=(7, 2.6))
    bars = {"blind": lists["blind", "compare"]}
    bars |= {f"{n}, lists": lists[n, "compare"] for n in ("flat", "pairs")}
    bars |= {f"{n}, pixels": pixels[n, "compare"] for n in ("flat", "pairs")}
    ax.barh(list(bars), [100 * v for v in bars.values()], color=PALETTE[0])
    for place, value in enumerate(bars.values()):
        ax.text(100 * value, place, f" {100 * value:.0f}", va="center", fontsize=8)
    ax.set(xlabel="right answers to questions that compare things, %", xlim=(0, 108))
    ax.invert_yaxis()
    told = ", ".join(f"{name} {100 * value:.0f} %" for name, value in bars.items())
    return (
        figure,
        f"Horizontal bars of right answers to questions that compare things: {told}.",
    )


def two_readers(drawn, heard, said, shares, digits=(1, 2, 5, 7, 8, 9)):
    """Drawn and spoken digits with what one decoder wrote for them."""
    figure, axes = subplots(2, len(digits), size=(9, 3.4))
    told = {}
    for line, (name, (x, y)) in zip(
        axes, {"drawn": drawn, "spoken": heard}.items(), strict=True
    ):
        picks = [int(np.flatnonzero(y == digit)[0]) for digit in digits]
        told[name] = ", ".join(said[name][k] for k in picks)
        for ax, k in zip(line, picks, strict=True):
            picture = x[k] if name == "drawn" else x[k].T[::-1]
            draw_image(ax, picture, title=said[name][k], limits=(0, 1))
            ax.set_aspect("auto")
        line[0].set_ylabel(f"{name}\n{shares[name]:.1%}", fontsize=9)
    return figure, (
        f"Above, drawn digits {', '.join(map(str, digits))} with the words that were written for "
        f"them: {told['drawn']}. Below, spectrograms of the same digits spoken: {told['spoken']}. "
        f"Spelled right of all: drawn {shares['drawn']:.1%}, spoken {shares['spoken']:.1%}."
    )


def maps(numbers, told, looks):
    """Attention maps of some numbers, with frames where letters say the same."""
    from matplotlib.patches import Rectangle

    figure, axes = subplots(
        1, len(numbers), size=(4.2 * len(numbers), 5.2), squeeze=False
    )
    for ax, number, said, map_ in zip(axes[0], numbers, told, looks, strict=True):
        english, german = (number_words(number, lang) for lang in ("en", "de"))
        rows = [*said, "■"][: map_.shape[0]]
        weights = map_[: len(rows), : len(english)]
        draw_attention(ax, weights, list(english), rows)
        if said == german:
            for (a, b), (c, d) in number_spans(number):
                ax.add_patch(Rectangle((a - 0.5, c - 0.5), b - a, d - c, fill=False,
                                       ec=PALETTE[1], lw=1.5))  # fmt: skip
    pairs = ", ".join(
        f"{number_words(n)} to {said}" for n, said in zip(numbers, told, strict=True)
    )
    return figure, (
        f"Attention maps, English letters along the top and the letters written down the side: "
        f"{pairs}. Frames mark what says the same; where ones and tens change places, the dark "
        "places jump to the right for the ones and back to the left for the tens."
    )


def eye(english, written, looks, symbols):
    """Where a network looks while it writes new numbers that it spells right.

    Returns:
        dict: "on the word", the share of letters whose darkest place lies in the word that says
        the same; "tens", "hyphen" and "ones", the mean weight on these while it writes "und".
    """
    numbers = {number_words(n): n for n in range(1000)}
    on_word, und = [], []
    for text, row, map_ in zip(english, written, looks, strict=True):
        number = numbers[text]
        german = number_words(number, "de")
        if symbols.decode(row) != german:
            continue
        spans = number_spans(number)
        for (a, b), (c, d) in spans:
            on_word += [a <= place < b for place in map_[c:d].argmax(axis=1)]
        if number % 100 > 20 and number % 10:
            ((a, b), _), ((c, d), (_, after)) = spans[-2:]
            weights = map_[after : after + 3].mean(axis=0)
            und.append([weights[a:b].sum(), weights[b:c].sum(), weights[c:d].sum()])
    shares = np.mean(und, axis=0) if und else np.full(3, np.nan)
    found = {"on the word": float(np.mean(on_word)) if on_word else float("nan")}
    return found | dict(
        zip(("tens", "hyphen", "ones"), map(float, shares), strict=True)
    )


_SUTSKEVER = "Sutskever, Vinyals and Le 2014, quoted from memory"
_SANTORO = "Santoro et al. 2017, quoted from memory"
_CLAIMS = {
    "weights": (
        "weights of the 2 x 4 layer translator, by your formula",
        _SUTSKEVER,
        "384 M",
    ),
    "forwards": (
        "sums of two digits, read forwards: 99 % of symbols right",
        "keras.io, addition_rnn",
        "",
    ),
    "backwards": (
        "the same, read backwards",
        "keras.io, addition_rnn; " + _SUTSKEVER,
        "99 % in 55 epochs; BLEU 25.9 to 30.6 on sentences",
    ),
    "long, thought vector": (
        "longest third of new numbers spelled right, thought vector",
        "Bahdanau, Cho and Bengio 2015, quoted from memory",
        "falls with length (BLEU 17.8)",
    ),
    "long, attention": (
        "the same with attention",
        "Bahdanau, Cho and Bengio 2015, quoted from memory",
        "keeps long sentences (BLEU 26.8)",
    ),
    "BLEU-4": (
        "captions of generated scenes, six references: BLEU-4",
        "Vinyals et al. 2015, quoted from memory",
        "0.277 on COCO",
    ),
    "exact match": ("captions: exact match with the canonical one", "", ""),
    "words right": ("captions: words at their places", "", ""),
    "lists blind, compare": (
        "questions that compare, blind guesser",
        "Antol et al. 2015, quoted from memory",
        "48 % (language alone, other questions)",
    ),
    "lists flat, compare": (
        "questions that compare, flat network on lists of things",
        "",
        "",
    ),
    "lists pairs, compare": (
        "questions that compare, pairs on lists of things",
        _SANTORO,
        "above 94 %",
    ),
    "pixels flat, compare": (
        "questions that compare, flat network on pixels",
        _SANTORO,
        "63 %",
    ),
    "pixels pairs, compare": (
        "questions that compare, pairs on pixels",
        _SANTORO,
        "94 %; reproductions 89 to 91 %",
    ),
    "drawn digits": ("one decoder: drawn digits spelled right", "", ""),
    "spoken digits": ("one decoder: spoken digits spelled right", "", ""),
    "thoughts": (
        "drawn digits whose thought is nearest to their own spoken word's",
        "",
        "",
    ),
    "eye on the word": (
        "letters written while looking at the word that says the same",
        "Bahdanau, Cho and Bengio 2015, figure 3",
        "alignment",
    ),
}


def receipt(measured, notes):
    """Rows for `lab.receipt`.

    Args:
        measured: what came, by key; keys without a claim of their own name themselves.
        notes: how it was measured, by the first word of a key.
    """
    rows = []
    for key, value in measured.items():
        claim, source, stated = _CLAIMS.get(key, (key, "", ""))
        if key.startswith("beam "):
            claim = f"new numbers, beam of {key.removeprefix('beam ')}"
            source, stated = (
                _SUTSKEVER,
                "33.0 to 34.8 BLEU from width 1 to 12 (five networks)",
            )
        elif key.startswith("eye ") and not source:
            claim = f"writing und: weight on the {key.removeprefix('eye ')}"
        elif (
            key.startswith(("lists", "pixels"))
            and not claim[0].isupper()
            and key == claim
        ):
            kind, rest = key.split(" ", 1)
            claim = f"questions about one thing, {rest.split(',')[0]} network, {kind}"
        row = {"claim": claim, "source": source, "stated": stated, "measured": value}
        rows.append(row | {"note": notes.get(key.split(" ")[0], "")})
    return rows
