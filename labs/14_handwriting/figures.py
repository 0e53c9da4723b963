"""The pictures of lab 14 and what is seen on them, and the loops around a student's functions."""

import numpy as np

from coursekit.datasets.sequences import from_offsets
from coursekit.handwriting import Mixture, slant
from coursekit.plots import GREY, PALETTE, subplots, tidy
from coursekit.plots.overlays import draw_strokes


def four(lines):
    """Four lines of writing under one another, A to D."""
    figure, axes = subplots(4, 1, size=(6.5, 5))
    for ax, name, strokes in zip(axes, "ABCD", lines, strict=True):
        draw_strokes(ax, strokes, colour="black", width=2.2)
        ax.set_title(name, loc="left", fontsize=11)
    return figure, (
        "Four lines of handwritten digits, A to D, that say the same number. All four look as if a "
        "pen had written them; forms and sizes differ from line to line."
    )


def walk(strokes, offsets, back):
    """Points of a digit in their order, and its steps as a table of three curves."""
    figure, axes = subplots(1, 2, size=(9, 3.2), width_ratios=[1, 2])
    draw_strokes(
        axes[0], back(offsets), points=True, title="strokes, from their offsets"
    )
    count = np.arange(len(offsets))
    for column, (name, marker) in enumerate([("Δx", "o"), ("Δy", "s")]):
        axes[1].plot(
            count,
            offsets[:, column],
            marker,
            ls="-",
            ms=3,
            color=PALETTE[column],
            label=name,
        )
    for end in np.flatnonzero(offsets[:, 2]):
        axes[1].axvline(end, color=GREY, ls=":", lw=1)
    axes[1].set(xlabel="point", ylabel="step in pixels", title="offsets")
    axes[1].xaxis.get_major_locator().set_params(integer=True)
    axes[1].legend(fontsize=8)
    return figure, (
        f"Left, a digit as {len(strokes)} strokes with its points marked and the starts numbered. "
        "Right, the steps in x and y at each point, smooth waves; dotted lines mark where the pen "
        "is lifted."
    )


def leaning(hands):
    """How many times as slanted hands are after x and y are divided by their own spreads, and
    after both are divided by one."""
    real = hands.offsets[hands.mask][:, :2]
    before = np.array([slant(hands.strokes(i)) for i in range(min(len(hands), 300))])
    ratios = []
    for spread in (real.std(axis=0), np.full(2, real.std())):
        after = [
            slant([s / spread for s in hands.strokes(i)]) for i in range(len(before))
        ]
        ratios.append(float(np.std(after) / np.std(before)))
    return ratios


def hills(log_normal, rhos):
    """Density of a Gaussian with several correlations, as contours."""
    figure, axes = subplots(1, len(rhos), size=(3 * len(rhos), 3), sharey=True)
    side = np.linspace(-3, 3, 81)
    places = np.stack(np.meshgrid(side, side), axis=-1)
    for ax, rho in zip(axes, rhos, strict=True):
        density = np.exp(log_normal(places, np.zeros(2), np.array([1.0, 1.0]), rho))
        levels = density.max() * np.linspace(0.02, 1, 9)
        ax.contourf(side, side, density, levels=levels, cmap="Blues")
        ax.set(
            aspect="equal", title=f"ρ = {rho:g}, top {density.max():.2f}", xlabel="x"
        )
    axes[0].set(ylabel="y")
    return figure, (
        "Three hills of density as contours. At correlation 0 a circle; as the correlation grows "
        "the hill becomes a narrow ellipse along the diagonal, and its top higher."
    )


def _ellipse(ax, centre, sigma, rho, **style):
    """The curve of one standard deviation."""
    turn = np.linspace(0, 2 * np.pi, 40)
    x, z = np.cos(turn), np.sin(turn)
    y = rho * x + np.sqrt(1 - rho**2) * z
    ax.plot(centre[0] + sigma[0] * x, centre[1] + sigma[1] * y, **style)


def forecasts(people, outputs, mixture, scale):
    """Before each point of a line, the hills that the network gave for it."""
    figure, ax = subplots(size=(9, 3))
    draw_strokes(ax, people.strokes(0), colour="0.75", width=4)
    places = np.cumsum(people.offsets[0, : people.lengths[0], :2], axis=0)
    weights, means, sigmas, rho, _ = mixture(outputs[: len(places) - 1])
    for here, *hills in zip(places, weights, means, sigmas, rho, strict=False):
        for weight, mean, sigma, r in zip(*hills, strict=True):
            if weight > 0.1:
                colour = PALETTE[0] if weight > 0.5 else PALETTE[1]
                centre = here + scale * mean
                _ellipse(
                    ax,
                    centre,
                    scale * sigma,
                    r,
                    color=colour,
                    lw=0.8,
                    alpha=weight**0.5,
                )
    ax.set_title("what the network expected at each point", fontsize=9)
    return figure, (
        "A line of digits in pale grey, covered by small ellipses, one or two for each point. Along "
        "the strokes they are narrow and lie on the line; near the ends of strokes others in a "
        "second colour are larger and lie off it, where the next stroke might begin."
    )


def ladder(nats):
    """Mean loss of each answer in nats a point."""
    figure, ax = subplots(size=(7, 0.5 + 0.42 * len(nats)))
    ax.barh(list(nats), list(nats.values()), color=[GREY, GREY, *PALETTE][: len(nats)])
    ax.axvline(0, color="black", lw=0.8)
    high, low = max(*nats.values(), 0), min(*nats.values(), 0)
    for row, value in enumerate(nats.values()):
        ax.text(
            high + 0.05 * (high - low), row, f"{value:.2f}", va="center", fontsize=9
        )
    ax.set(xlabel="nats a point on other people's lines (left is better)")
    ax.set_xlim(low * 1.1, high + 0.25 * (high - low))
    ax.invert_yaxis()
    told = ", ".join(f"{name} {value:.2f}" for name, value in nats.items())
    return (
        figure,
        f"Horizontal bars of the mean loss in nats a point, from the top: {told}.",
    )


def let_write(copy, biased, draw, bias, seed, points=90):
    """A line of a network without a text, drawn by the student's functions."""
    rng, state = np.random.default_rng(seed), copy.initial_state(1)
    point, made = np.zeros(3), []
    for _ in range(points):
        outputs, state = copy.step(point[None].astype("float32"), state)
        out = Mixture.of(outputs[0])
        weights, sigmas = biased(out.logits, out.log_sigmas, bias)
        lift = 0.5 * (1 + np.tanh(out.pen / 2))
        chance = weights, out.means, sigmas, out.rho, lift
        point = np.asarray(draw(*chance, rng.random(2), rng.normal(size=2)), float)
        made.append(point)
    return np.array(made)


def free_lines(lines, scale):
    """Lines without a text under one another."""
    figure, axes = subplots(len(lines), 1, size=(7, 1.1 * len(lines)))
    for ax, line in zip(axes, lines, strict=True):
        draw_strokes(
            ax, from_offsets(line * [scale, scale, 1]), colour="black", width=1.8
        )
    return figure, (
        f"{len(lines)} lines by the network without a text: shaky strokes after a short training; "
        "after a long one strokes and loops of the size of digits, from left to right."
    )


def by_bias(scribe, text, biases, biased, draw, lines=3):
    """Lines of one text for each bias, drawn by the student's functions."""
    rows = {}
    for bias in biases:
        rows[bias] = []
        for seed in range(lines):
            rng, state = np.random.default_rng(seed), scribe.start([text])
            point, made = np.zeros(3), []
            while len(made) < 35 * len(text):
                outputs, state = scribe.step(point[None], state)
                window = state.weights()[0]
                if point[2] and window[-1] > window[:-1].max():
                    break
                out = Mixture.of(outputs[0])
                weights, sigmas = biased(out.logits, out.log_sigmas, bias)
                lift = 0.5 * (1 + np.tanh(out.pen / 2))
                chance = weights, out.means, sigmas, out.rho, lift
                point = np.asarray(
                    draw(*chance, rng.random(2), rng.normal(size=2)), float
                )
                made.append(point)
            rows[bias].append(
                from_offsets(
                    np.array(made).reshape(-1, 3) * [scribe.scale, scribe.scale, 1]
                )
            )
    return rows


def neatness(rows, biases):
    """Lines of one text, a row for each bias."""
    lines = len(rows[biases[0]])
    figure, axes = subplots(len(biases), lines, size=(3 * lines, 1.4 * len(biases)))
    for row, bias in zip(axes, biases, strict=True):
        for place, (ax, strokes) in enumerate(zip(row, rows[bias], strict=True)):
            title = f"bias {bias:g}" if place == 0 else ""
            draw_strokes(ax, strokes, colour="black", width=2, title=title)
    return figure, (
        "A row of three lines of the same digits for each bias. At 0 they are shaky and unlike each "
        "other; at 1 clear and still different; at 10 smooth and nearly alike."
    )


def difference(rows):
    """How far the lines of each bias are apart: mean distance of a point of one line from the
    nearest of another, in pixels."""
    gaps = {}
    for bias, lines in rows.items():
        points = [np.concatenate(strokes) for strokes in lines]
        pairs = [(a, b) for a in points for b in points if a is not b]
        away = [
            np.linalg.norm(a[:, None] - b[None], axis=-1).min(axis=1) for a, b in pairs
        ]
        gaps[bias] = float(np.mean([one.mean() for one in away]))
    return gaps


def window_numbers(scribe, lines):
    """Heights, sharpness and steps of the window at each point of the first line."""
    state, rows = scribe.start(lines.texts[:1]), []
    for t in range(int(lines.points[0].sum())):
        old = state.places
        _, state = scribe.step(lines.before[:1, t], state)
        rows.append((state.heights[0], state.sharpness[0], (state.places - old)[0]))
    return [np.array(part) for part in zip(*rows, strict=True)]


def window(strings, weights, text):
    """The window's weights along a line, under the line itself."""
    figure, axes = subplots(2, 1, size=(8, 4), height_ratios=[1.3, 1])
    draw_strokes(axes[0], strings.strokes(0), colour="black")
    share = weights / np.maximum(weights.max(axis=1, keepdims=True), 1e-12)
    axes[1].imshow(share.T, aspect="auto", cmap="Blues", origin="lower")
    axes[1].grid(False)
    axes[1].set_yticks(range(len(text)), list(text))
    axes[1].set(xlabel="point of the line", ylabel="symbol looked at")
    return figure, (
        f"Above, a line that says {text}. Below, for each point the weight of each symbol: a dark "
        "band that lies on the first symbol, then steps up to the second, then to the third."
    )


def doubt(people, outputs, heat, scale):
    """Density of the next point, added up over all points of a line."""
    figure, ax = subplots(size=(9, 3))
    places = np.cumsum(people.offsets[0, : people.lengths[0], :2], axis=0) / scale
    low, high = places.min(axis=0) - 2, places.max(axis=0) + 2
    xs, ys = (np.linspace(low[i], high[i], n) for i, n in ((0, 150), (1, 60)))
    total = np.zeros((len(ys), len(xs)))
    for here, out in zip(places, outputs[: len(places) - 1], strict=False):
        m = Mixture.of(out)
        spot = np.asarray(
            heat(m.weights, m.means, m.sigmas, m.rho, here, xs, ys), float
        )
        total += spot / max(spot.max(), 1e-12)
    edges = [low[0], high[0], high[1], low[1]]
    ax.imshow(np.sqrt(total), cmap="inferno", extent=edges, aspect="equal")
    ax.set_title(
        "density of the next point, each scaled to its own top, added up", fontsize=9
    )
    ax.axis("off")
    return figure, (
        "A dark picture with the line of digits as a chain of small bright spots. At the ends of "
        "strokes the spots are joined by wide, faint clouds where the next stroke may begin."
    )


def surprise(losses, lines):
    """Mean loss of points inside strokes, of the last of each stroke and of the first."""
    real = lines.points > 0
    last = real & (lines.after[..., 2] > 0.5)
    first = real & (lines.before[..., 2] > 0.5)
    inside = real & ~last & ~first
    return {
        "inside": float(losses[inside].mean()),
        "last": float(losses[last & ~first].mean()),
        "first": float(losses[first].mean()),
    }


def continued(scribe, strings, row, go_on, finished, text="4190", bias=1.0):
    """What the student's functions write behind a line, as strokes in pixels."""
    rng, whole = np.random.default_rng(row), strings.texts[row] + text
    unit = np.array([scribe.scale, scribe.scale, 1.0])

    lifted = [False]

    def step(point, state):
        lifted[0] = point[2] > 0.5
        outputs, state = scribe.step(np.asarray(point, float)[None], state)
        return outputs[0], state

    def draw_point(outputs):
        return Mixture.of(outputs).biased(bias).draw(rng)

    def stop(state):
        parts = state.heights[0], state.sharpness[0], state.places[0]
        return lifted[0] and finished(*parts, len(whole))

    prime = strings.offsets[row, : strings.lengths[row]] / unit
    new = go_on(step, scribe.start([whole]), prime, draw_point, stop, 50 * len(text))
    return from_offsets(np.asarray(new) * unit)


def two_hands(lines, after, rows=3):
    """Lines that lean left and right, and what was written behind them."""
    figure, axes = subplots(rows, 2, size=(9.5, 1.3 * rows))
    for column, way in enumerate(lines):
        for row in range(rows):
            ax, here = axes[row][column], lines[way].strokes(row)
            end = here[-1][-1]
            draw_strokes(ax, here, colour=GREY)
            title = f"behind a line that leans {way}" if row == 0 else ""
            draw_strokes(
                ax, [s + end for s in after[way][row]], colour=PALETTE[0], title=title
            )
    return figure, (
        "Two columns of lines. In each a few digits in grey lean to the left or to the right, and "
        "digits in colour go on behind them, in much the same lean and size."
    )


def read_back(written, read):
    """Some written lines, and the share of digits read right at each bias."""
    figure, axes = subplots(2, 4, size=(10, 3))
    for ax, line in zip(axes[:, :3].flat, written, strict=False):
        draw_strokes(ax, line.strokes(), colour="black", width=1.6, title=line.text)
    grid = axes[0, 3].get_gridspec()
    for ax in axes[:, 3]:
        ax.remove()
    ax = tidy(figure.add_subplot(grid[:, 3]))
    colours = [GREY] + [PALETTE[0]] * (len(read) - 1)
    names = [f"bias {who:g}" if isinstance(who, float) else who for who in read]
    ax.bar(names, list(read.values()), color=colours)
    for place, share in enumerate(read.values()):
        ax.text(place, share + 2, f"{share:.0f}", ha="center", fontsize=8)
    ax.set(ylim=(0, 108), ylabel="read right, %")
    ax.tick_params(axis="x", labelsize=8)
    told = ", ".join(f"{who} {share:.0f} per cent" for who, share in read.items())
    return figure, (
        f"Six lines of four digits written by the network, each under the number asked for, and "
        f"bars of the share that another network reads right, for people and by bias: {told}."
    )


def words(lines):
    """A few short texts side by side."""
    figure, axes = subplots(1, len(lines), size=(3 * len(lines), 1.6))
    for ax, strokes in zip(axes, lines, strict=True):
        draw_strokes(ax, strokes, colour="black", width=2)
    return figure, (
        "Three short texts by the network side by side: two words in single-stroke letters, and a "
        "number in digits."
    )


_GRAVES = "Graves 2013, quoted from memory"
_CLAIMS = {
    "one hill": ("nats a point, one Gaussian for all points", "", ""),
    "20 hills": (
        "nats a point, 20 Gaussians for all points",
        "",
        "less than one Gaussian",
    ),
    "LSTM, one hill": ("nats a point, LSTM with one Gaussian", "", ""),
    "LSTM, ten hills": (
        "nats a point, LSTM with a mixture of ten",
        _GRAVES,
        "-1025.7 a line, other data",
    ),
    "LSTM and text": (
        "nats a point, with a text through a window",
        _GRAVES,
        "-1128.2 a line, other data",
    ),
    "gain": ("what the text brings, nats a point", _GRAVES, "better with text"),
    "squared error": (
        "squared error with text, units, and ratio",
        _GRAVES,
        "0.23 against 0.41",
    ),
    "order": (
        "window looks hardest at each symbol in turn",
        _GRAVES,
        "learned, not told",
    ),
    "read people": ("people's own digits, traced, read by lab 08's network", "", ""),
    "read 0.0": ("digits read right by lab 08's network, bias 0", "", ""),
    "read 1.0": (
        "digits read right by lab 08's network, bias 1",
        _GRAVES,
        "easier to read",
    ),
    "read 2.0": ("digits read right by lab 08's network, bias 2", "", ""),
    "step": ("nats a point, point by point and all at once, apart", "", "equal"),
}


def receipt(measured, notes, about):
    """Rows for `lab.receipt`; `about` says how the writer of the package was trained."""
    writer = f"the package's writer: {about['trained_on']}, {about['epochs']} epochs"
    rows = []
    for key, value in measured.items():
        claim, source, stated = _CLAIMS[key]
        of_writer = key.startswith(("order", "read")) and key != "read people"
        note = notes.get(key, writer if of_writer else "")
        rows.append(
            {
                "claim": claim,
                "source": source,
                "stated": stated,
                "measured": value,
                "note": note,
            }
        )
    return rows
