"""The pictures of lab 21 and what is seen on them, and measurements around a student's functions."""

import dataclasses
import time

import numpy as np

from coursekit import CoursekitError, DataUnavailableError, devices, load_mnist, scale
from coursekit.plots import GREY, INK, PALETTE, subplots
from coursekit.plots.animation import animate

clock = time.perf_counter


def not_waiting(promise):
    """Takes a promise and does not wait for it."""


def rough_seconds(step, wait):
    """The quickest of five passes."""
    found = []
    for _ in range(5):
        begun = clock()
        wait(step())
        found.append(clock() - begun)
    return min(found)


def one_limit(gflops, gb_per_s):
    """The machine as if it had no memory to wait for, and as if arithmetic took no time."""
    return (gflops, np.inf), (np.inf, gb_per_s)


# Roofs ----------------------------------------------------------------------------------


def _operations(layers):
    return 2 * sum(layer["multiply_adds"] for layer in layers)


def _intensity(layers, batch=1):
    """Operations per byte of a whole network, float32."""
    weights = sum(layer["weights"] for layer in layers)
    activations = sum(layer["activations"] for layer in layers)
    return batch * _operations(layers) / (4 * (weights + batch * activations))


def _roof(ax, machine, right):
    across = np.geomspace(0.1, right, 200)
    roof = np.minimum(machine.gflops, across * machine.gb_per_s)
    ax.loglog(across, roof, color=INK, lw=2)
    ax.axvline(machine.ridge, color=GREY, lw=1, ls=":")
    ax.set(xlabel="operations per byte", ylabel="GFLOP/s", xlim=(0.1, right))


def _names(ax, places):
    """Names beside points, those that would lie on one another one below the other."""
    last = {}
    for name, (x, y) in sorted(places.items(), key=lambda item: item[1]):
        column = round(np.log10(x) * 3)
        low = last.get(column, np.inf)
        shown = min(y, low / 1.5)
        last[column] = shown
        ax.annotate(name, (x, y), (x * 1.12, shown * 0.82), fontsize=7, color=INK)


def opening(machine, costs, found):
    """The roof of this machine, where each network could be, and where some are, at one image."""
    figure, ax = subplots(size=(8.5, 4.6))
    _roof(ax, machine, 1e3)
    places = {}
    for name, layers in costs.items():
        x = _intensity(layers)
        places[name] = x, min(machine.gflops, x * machine.gb_per_s)
    ax.plot(*zip(*places.values(), strict=True), "o", mfc="white", color=PALETTE[0])
    low = {}
    for name, seconds in found.items():
        low[name] = places[name][0], _operations(costs[name]) / seconds / 1e9
    ax.plot(*zip(*low.values(), strict=True), "o", color=PALETTE[1])
    for name, (x, y) in low.items():
        ax.plot([x, x], [y, places[name][1]], ":", color=PALETTE[1], lw=1)
    _names(ax, {n: p for n, p in places.items() if n not in low})
    _names(ax, low)
    ax.set_ylim(min(y for _, y in low.values()) / 3, machine.gflops * 2)
    left = sum(x < machine.ridge for x, _ in places.values())
    ax.set_title("one image at a time", fontsize=10)
    return figure, (
        f"A roof: a line that rises with the operations per byte up to {machine.gflops:.0f} GFLOP/s "
        f"at {machine.ridge:.1f} operations per byte, and is flat from there. Of {len(places)} open "
        f"dots, networks of the course at one image, {left} lie on its rising part. "
        + " ".join(
            f"{name} was measured at {y:.2g} GFLOP/s, below its open dot at {places[name][1]:.2g}."
            for name, (_, y) in low.items()
        )
    )


def layers(costs, layer_seconds, machine):
    """Each layer of a network: the time for arithmetic alone and for traffic alone, two batches."""
    figure, axes = subplots(1, 2, size=(9, 3), sharey=True)
    told = []
    for ax, batch in zip(axes, (1, 64), strict=True):
        for shift, color, name, pair in (
            (-0.2, PALETTE[0], "arithmetic", (machine.gflops, np.inf)),
            (0.2, PALETTE[1], "memory", (np.inf, machine.gb_per_s)),
        ):
            seconds = [layer_seconds(layer, batch, *pair) for layer in costs]
            micro = 1e6 * np.array(seconds) / batch
            ax.bar(np.arange(len(costs)) + shift, micro, 0.4, color=color, label=name)
            told.append((batch, name, micro.sum()))
        ax.set_xticks(
            range(len(costs)), [layer["name"] for layer in costs], rotation=30
        )
        ax.tick_params(axis="x", labelsize=7)
        ax.set(title=f"{batch} image{'s' * (batch > 1)} a batch", yscale="log")
    axes[0].set_ylabel("microseconds an image")
    axes[0].legend(fontsize=8)
    return figure, (
        "Two panels of bars, a pair for each layer of the network: the time for arithmetic and for "
        "traffic. Summed over layers: "
        + "; ".join(
            f"{name}, {batch} a batch: {micro:.2g} microseconds an image"
            for batch, name, micro in told
        )
        + ". In the larger batch the traffic of the dense layers has nearly gone."
    )


def clocks(first, later, timed):
    """A first pass beside later ones, and passes timed without and with waiting."""
    figure, ax = subplots(size=(8.5, 0.8 + 0.5 * (len(timed) + 1)))
    rows = {"first pass, and later ones": (first, later)}
    rows |= {f"{name}, {batch} a batch": pair for (name, batch), pair in timed.items()}
    for place, (a, b) in enumerate(rows.values()):
        ax.plot([a, b], [place, place], "-", color=GREY, lw=1)
        ax.plot(b, place, "o", color=PALETTE[0], label="honest" * (place == 0))
        label = "first" if place == 0 else "without waiting" * (place == 1)
        ax.plot(
            a, place, "s" if place == 0 else "|", ms=9, color=PALETTE[1], label=label
        )
    ax.set_yticks(range(len(rows)), rows)
    ax.invert_yaxis()
    ax.set(xscale="log", xlabel="seconds")
    handles, labels = ax.get_legend_handles_labels()
    kept = [(h, t) for h, t in zip(handles, labels, strict=True) if t and t[0] != "_"]
    ax.legend(*zip(*kept, strict=True), fontsize=8)
    return figure, (
        f"Times on a logarithmic axis. A first pass took {1e3 * first:.1f} ms, later ones "
        f"{1e3 * later:.3f} ms. "
        + " ".join(
            f"{name}, {batch} a batch: {1e3 * a:.3f} ms without waiting, {1e3 * b:.3f} ms with."
            for (name, batch), (a, b) in timed.items()
        )
    )


def under_the_roof(machine, costs, layer_seconds, timed):
    """All networks under the roof by their layers' least times, at 1 and at 64 images."""
    figure, ax = subplots(size=(9, 5))
    right = 2 * max(_intensity(layers, 64) for layers in costs.values())
    _roof(ax, machine, max(1e3, right))
    arrows, names, told = [], {}, []
    for name, layers in costs.items():
        ends = []
        for batch in (1, 64):
            pair = machine.gflops, machine.gb_per_s
            seconds = sum(layer_seconds(layer, batch, *pair) for layer in layers)
            gflops = batch * _operations(layers) / seconds / 1e9
            ends.append((_intensity(layers, batch), gflops))
        names[name] = ends[0]
        arrows.append(ends)
    for (x0, y0), (x1, y1) in arrows:
        ax.plot([x0, x1], [y0, y1], "-", color=PALETTE[5], lw=1)
    for place, style in ((0, {"mfc": "white"}), (1, {})):
        ends = [pair[place] for pair in arrows]
        label = f"{(1, 64)[place]} a batch, by your layer_seconds"
        ax.plot(
            *zip(*ends, strict=True), "o", ms=5, color=PALETTE[0], label=label, **style
        )
    for (name, batch), (_, seconds) in timed.items():
        rate = batch * _operations(costs[name]) / seconds / 1e9
        label = "by your clock" if not told else None
        ax.plot(
            _intensity(costs[name], batch), rate, "x", color=PALETTE[1], label=label
        )
        told.append(f"{name}, {batch} a batch: {rate:.2g} GFLOP/s by the clock.")
    _names(ax, names)
    ax.legend(fontsize=8, loc="lower right")
    most = max(end[1] for _, end in arrows)
    return figure, (
        "The roof again. For each network an open dot at one image and a full one at 64, with a "
        "line between them that goes right and up: more operations per byte, more operations a "
        f"second, up to {most:.0f} of {machine.gflops:.0f} GFLOP/s. Crosses, measured, lie below: "
        + " ".join(told)
    )


# Bits -----------------------------------------------------------------------------------

_FORMATS = {"float16": (5, 10), "bfloat16": (8, 7)}
_UNIT = np.float32(
    1e-7
)  # of the loss where gradients are to be as small as in deep networks


def formats(round_to):
    """Relative error of rounding over numbers of every size."""
    figure, ax = subplots(size=(8.5, 3))
    sizes = np.geomspace(1e-10, 1e7, 1500)
    told = []
    for color, (name, bits) in zip(PALETTE, _FORMATS.items(), strict=False):
        with np.errstate(invalid="ignore"):
            off = np.abs(np.asarray(round_to(sizes, *bits)) / sizes - 1)
        ax.loglog(sizes, np.clip(off, 1e-7, 2), ".", ms=2, color=color, label=name)
        fine = np.abs(np.log10(sizes)) < 0.5
        told.append(f"{name} is off by up to {off[fine].max():.0e} near 1")
    ax.set(xlabel="number", ylabel="relative error", ylim=(1e-7, 3))
    ax.legend(markerscale=6, fontsize=8)
    return figure, (
        "Relative rounding error against the size of a number, from 1e-10 to 1e7. "
        + " and ".join(told)
        + ". The cloud of bfloat16 is level everywhere. That of float16 lies lower between 1e-4 and "
        "65,504, rises to 1 for smaller numbers, and is infinite beyond."
    )


def ways_to_step(round_to, scaled_step):
    """Steps of descent by name: float32, weights squeezed after every step, and your scaled step."""

    def squeezed(bits):
        def step(weights, slope, rate):
            return round_to(weights - rate * slope, *bits).astype(np.float32)

        return step

    def unscaled(weights, slope, rate):
        sent = (slope * _UNIT).astype(np.float16).astype(np.float32)
        return weights - np.float32(rate / _UNIT) * sent

    def scaled(weights, slope, rate, kept=[2.0**24]):  # noqa: B006 (the scale, step by step)
        with np.errstate(over="ignore"):
            sent = (slope * np.float32(_UNIT * kept[0])).astype(np.float16)
        new, kept[0] = scaled_step(weights, sent, kept[0], rate / _UNIT, 10.0 * _UNIT)
        return np.asarray(new, np.float32)

    return {
        "float32": None,
        "weights in float16": squeezed(_FORMATS["float16"]),
        "weights in bfloat16": squeezed(_FORMATS["bfloat16"]),
        "gradients in float16": unscaled,
        "gradients in float16, scaled": scaled,
    }


def precision(found):
    """Losses of a network whose numbers have fewer bits."""
    figure, ax = subplots(size=(8.5, 3.2))
    for color, (name, (losses, error)) in zip(PALETTE, found.items(), strict=False):
        width = max(1, len(losses) // 24)
        level = np.convolve(losses, np.ones(width) / width, "valid")
        style = "--" if "scaled" in name else "-"
        ax.semilogy(level, style, color=color, label=f"{name}: {error:.1%} wrong")
    ax.set(xlabel="step", ylabel="loss")
    ax.legend(fontsize=8)
    return figure, (
        "Losses over the steps of one training with numbers of fewer bits. Digits read wrong at the "
        "end: "
        + ", ".join(f"{name} {error:.1%}" for name, (_, error) in found.items())
        + "."
    )


# Devices --------------------------------------------------------------------------------


def shards(gaps, sums, shares, pooled):
    """How far combined gradients are from the batch's, and means of one unit on each device."""
    figure, (left, right) = subplots(1, 2, size=(9, 3), width_ratios=[3, 4])
    names = ("weighted by rows", "plain mean")
    for place, pair in enumerate(gaps.values()):
        for shift, color, value in zip((-0.2, 0.2), PALETTE, pair, strict=False):
            left.bar(place + shift, max(value, 1e-17), 0.4, color=color)
    left.set_xticks(range(len(gaps)), gaps)
    left.set(yscale="log", ylabel="distance to the batch's gradient")
    left.set_ylim(1e-9, 100)
    left.legend(left.containers[:2], names, fontsize=7, loc="upper left", ncols=2)
    means = np.array([sums[s].mean(axis=0) for s in shares])
    spreads = np.array([sums[s].var(axis=0) for s in shares])
    rows = np.array([len(s) for s in shares])
    mean, variance = pooled(means, spreads, rows)
    unit = int(np.argmax(means.std(axis=0) / np.sqrt(spreads.mean(axis=0))))
    ends = [
        *zip(means[:, unit], spreads[:, unit], strict=True),
        (mean[unit], variance[unit]),
    ]
    for place, (m, v) in enumerate(ends):
        color = PALETTE[2] if place == len(rows) else GREY
        right.errorbar(place, m, np.sqrt(v), fmt="o", color=color, capsize=3)
    right.set_xticks(
        range(len(ends)), [*(f"{n} rows" for n in rows), "all"], fontsize=7
    )
    right.set_ylabel("mean and deviation of a unit")
    words = ", ".join(
        f"{n}: {a:.0e} weighted, {b:.0e} plain" for n, (a, b) in gaps.items()
    )
    return figure, (
        f"Left: relative distance of combined gradients from that of the whole batch; {words}. "
        "Right: mean and deviation of one hidden unit on eight devices, which differ from one "
        "another, and beside them those of all 64 rows, pooled."
    )


class Ring:
    """Devices with an array each, and the wire between neighbours, which remembers."""

    def __init__(self, arrays):
        self.arrays = [np.array(array, float) for array in arrays]
        self.sent, self.result = [], None

    def send(self, d, numbers):
        """Device d sends to the next one."""
        self.sent.append((int(d), np.array(numbers, float)))
        return np.array(numbers, float)


def numbers_sent(ring_sum, count, size):
    """The most numbers that one of the devices sends when all sum arrays of that size."""
    ring = Ring(np.ones((count, size)))
    ring_sum(ring.arrays, ring.send)
    each = [0] * count
    for d, numbers in ring.sent:
        each[d] += len(numbers)
    return max(each)


def traffic(sent, ring_seconds):
    """What one device sends, and the time of a ring, against the number of devices."""
    figure, (left, right) = subplots(1, 2, size=(9, 3))
    size, counts = 1344, np.array([2, 4, 8, 16, 32, 64, 128])
    left.plot(list(sent), np.array(list(sent.values())) / size, "o-", label="your ring")
    left.plot(list(sent), np.array(list(sent)) - 1.0, "s--", label="each to each")
    left.axhline(2, color=GREY, lw=1, ls=":")
    left.set(xlabel="devices", ylabel="arrays that a device sends", yscale="log")
    left.legend(fontsize=8)
    for color, (name, n) in zip(
        PALETTE, (("4 thousand numbers", 4e3), ("100 million", 1e8)), strict=False
    ):
        seconds = np.array([ring_seconds(n, p, 1e-6, 4.0) for p in counts])
        right.loglog(counts, seconds / seconds[0], "o-", color=color, label=name)
    right.set(xlabel="devices", ylabel="time, 2 devices = 1")
    right.legend(fontsize=8)
    words = ", ".join(f"{v / size:.2f} arrays with {n}" for n, v in sent.items())
    return figure, (
        f"Left: what a device sends in the ring stays below two arrays: {words}; if each sends to "
        "each it grows with the devices. Right: the time for a long array hardly depends on the "
        "number of devices; for a short one it grows with them."
    )


def _first_pieces(ring, cuts):
    """Which piece each device sends first: device d sends piece d plus the same number for all."""
    count = len(ring.arrays)
    for shift in range(count):
        pieces = [(d + shift) % count for d in range(count)]
        fits = [
            np.array_equal(
                ring.arrays[d][cuts[pieces[d]] : cuts[pieces[d] + 1]], numbers
            )
            for d, numbers in ring.sent[:count]
        ]
        if all(fits):
            return pieces
    return list(range(count))


def animated(ring):
    """The arrays of a ring as pictures, one frame a round, from what was sent."""
    count, rounds = len(ring.arrays), len(ring.sent) // len(ring.arrays)
    side = int(np.sqrt(len(ring.arrays[0])))
    parts = np.array_split(ring.arrays[0], count)
    cuts = np.cumsum([0, *map(len, parts)])
    held, brightest = [a.copy() for a in ring.arrays], np.sum(ring.arrays, axis=0).max()
    pieces, marks, frames = _first_pieces(ring, cuts), [[]] * count, []
    for turn in range(rounds + 1):
        frames.append(_ring_frame(held, marks, side, turn, rounds, brightest))
        marks, before, came = (
            [[] for _ in range(count)],
            [a.copy() for a in held],
            [0] * count,
        )
        for d, numbers in ring.sent[turn * count : (turn + 1) * count]:
            to, low, high = (d + 1) % count, cuts[pieces[d]], cuts[pieces[d] + 1]
            held[to][low:high] = numbers + before[to][low:high] * (turn < rounds // 2)
            marks[to].append((low / side, high / side))
            came[to] = pieces[d]
        pieces = came  # whoever is in a ring passes on what has just come
    held = [np.asarray(array) for array in ring.result]
    frames += [_ring_frame(held, [[]] * count, side, rounds, rounds, brightest)] * 3
    return animate(
        frames,
        f"{count} pictures of digits in a circle, one a device. Round after round each sends a band "
        f"to its neighbour: in the first {rounds // 2} rounds bands are added up, in the other "
        f"{rounds - rounds // 2} finished bands go round. At the end all devices hold the same "
        "picture, the sum of all digits.",
        frames_per_second=1.5,
        dpi=72,
    )


def _ring_frame(held, marks, side, turn, rounds, brightest):
    """One state: the devices in a circle, arrows between them, the bands that just came framed."""
    figure, ax = subplots(size=(5.4, 5.4))
    count, half = len(held), 0.29
    angles = np.pi / 2 - 2 * np.pi * np.arange(count) / count
    for d, (angle, array) in enumerate(zip(angles, held, strict=True)):
        cx, cy = np.cos(angle), np.sin(angle)
        box = (cx - half, cx + half, cy - half, cy + half)
        picture = array.reshape(side, side) ** 0.6
        ax.imshow(picture, cmap="gray_r", extent=box, vmin=0, vmax=brightest**0.6)
        ax.plot(
            [box[0], box[1], box[1], box[0], box[0]],
            [box[2], box[2], box[3], box[3], box[2]],
            color=GREY,
            lw=1,
        )
        for low, high in marks[d]:
            top, bottom = (box[3] - 2 * half * v / side for v in (low, high))
            ax.fill_between(box[:2], bottom, top, color=PALETTE[1], alpha=0.3, lw=0)
    for angle in angles - np.pi / count:
        start, end = (
            1.32 * np.array([np.cos(a), np.sin(a)]) for a in (angle + 0.1, angle - 0.1)
        )
        arrow = {"arrowstyle": "->", "color": PALETTE[0], "lw": 1.5}
        ax.annotate("", end, start, arrowprops=arrow)
    phase = "adding" if turn <= rounds // 2 else "passing on"
    text = "the start" if turn == 0 else f"round {turn} of {rounds}\n{phase}"
    ax.text(0, 0, text, ha="center", va="center", fontsize=11, color=INK)
    ax.set(xlim=(-1.45, 1.45), ylim=(-1.45, 1.45), aspect="equal")
    ax.axis("off")
    return figure


def scaling(speed_ups, lonely_share, *, seed):
    """Amdahl's and Gustafson's curves, and a share that is read from noisy timings."""
    figure, (left, right) = subplots(1, 2, size=(9, 3))
    counts = np.array([1, 2, 4, 8, 16, 32, 64])
    for color, share in zip(PALETTE, (0.05, 0.2), strict=False):
        both = np.array([speed_ups(share, 1 - share, int(p)) for p in counts])
        left.plot(counts, both[:, 0], "o-", color=color, label=f"Amdahl, {share:.0%}")
        left.plot(
            counts, both[:, 1], "s--", color=color, label=f"Gustafson, {share:.0%}"
        )
    left.plot(counts, counts, color=GREY, lw=1, ls=":")
    left.set(xlabel="devices", ylabel="times sooner", xscale="log", yscale="log")
    left.legend(fontsize=7)
    rng = np.random.default_rng(seed)
    few = counts[:5]
    found = {}
    for runs in (1, 20):
        seconds = (0.2 + 0.8 / few) * rng.normal(1, 0.05, (200, runs, len(few))).mean(
            axis=1
        )
        found[runs] = [lonely_share(few, row) for row in seconds]
    right.boxplot(list(found.values()), whis=(5, 95), showfliers=False)
    right.set_xticks(
        (1, 2), [f"{runs} timing{'s' * (runs > 1)} each" for runs in found]
    )
    right.axhline(0.2, color=GREY, lw=1, ls=":")
    right.set_ylabel("share of alone, as read back")
    wide = {
        runs: np.ptp(np.quantile(shares, (0.05, 0.95)))
        for runs, shares in found.items()
    }
    return figure, (
        "Left: Amdahl's curves level off, at 20 with a share of 5 % and at 5 with 20 %; Gustafson's "
        "keep rising. Right: the share read back from timings at five numbers of devices with 5 % "
        f"of noise; nine in ten lie within {wide[1]:.3f} with one timing each and within "
        f"{wide[20]:.3f} with the mean of twenty. The truth is 0.2."
    )


def feed(busy):
    """Share of the time in which the device works, against the maker's room."""
    figure, ax = subplots(size=(6, 2.6))
    ax.plot(list(busy), list(busy.values()), "o-")
    ax.set(xlabel="room for batches", ylabel="device busy", ylim=(0, 1.03))
    ax.set_xscale("log", base=2)
    ax.set_xticks(list(busy), list(busy))
    words = ", ".join(
        f"{share:.0%} with room for {room}" for room, share in busy.items()
    )
    return figure, f"A curve that rises and levels off: the device is busy {words}."


@dataclasses.dataclass
class Plans:
    """Rates of several plans, errors by plan, and losses per epoch of the first seed."""

    rates: dict
    errors: dict
    epochs: dict
    told: tuple
    kind: str


def batch_plans(rate_at, seeds, *, fast):
    """Train one network with a small batch and with one 32 times as large, for equal epochs."""
    try:
        if fast:
            raise DataUnavailableError("digits are enough")
        (x, y), (x_test, y_test) = load_mnist()
        x, x_test = (
            a.reshape(len(a), -1).astype(np.float32) / 255 for a in (x, x_test)
        )
        kind, base, rate, epochs, rise = "MNIST", 64, 0.035, 10, 2.5
    except DataUnavailableError:
        x, y = scale.problem()
        x, y, x_test, y_test = x[:1400], y[:1400], x[1400:], y[1400:]
        kind, base, rate, epochs, rise = "8x8 digits", 8, 0.018, 16, 5
    net, n = scale.Mlp(hidden=64), len(x)
    plans = {
        "small batch": (1, 0),
        "large, rate kept": (32, None),
        "large, warm-up": (32, rise),
        "large, at once": (32, 0),
    }
    found = Plans({}, {}, {}, ("small batch", "large, warm-up", "large, at once"), kind)
    for name, (p, warmup) in plans.items():
        steps = epochs * (n // (p * base))
        kept = (
            rate / p if warmup is None else rate
        )  # so that the target is the old rate
        options = (kept, base, p, base, n, warmup or 0)
        found.rates[name] = np.array([rate_at(s, *options) for s in range(steps)])
        found.errors[name] = []
        for seed in seeds:
            rows = scale.batches(n, p * base, steps, seed=seed)
            end, losses = scale.descend(net, x, y, rows, found.rates[name], seed=seed)
            found.errors[name].append(net.error(end, x_test, y_test))
            if seed == seeds[0]:
                found.epochs[name] = np.reshape(losses, (epochs, -1)).mean(axis=1)
    return found


def large_batches(plans):
    """Rates and losses of several plans, over epochs."""
    figure, (left, right) = subplots(1, 2, size=(10, 3))
    for color, (name, rates) in zip(PALETTE, plans.rates.items(), strict=False):
        losses = plans.epochs[name]
        left.plot(
            np.linspace(0, len(losses), len(rates)), rates, color=color, label=name
        )
        error = float(np.mean(plans.errors[name]))
        shown = np.clip(np.nan_to_num(losses, nan=1e3), 1e-4, 1e2)
        label = f"{name}: {error:.1%} wrong"
        right.semilogy(
            np.arange(1, len(losses) + 1), shown, "o-", ms=3, color=color, label=label
        )
    left.set(xlabel="epoch", ylabel="learning rate")
    right.set(xlabel="epoch", ylabel="loss")
    right.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
    return figure, (
        "Left: learning rates over epochs; with warm-up the rate rises evenly to 32 times the small "
        f"batch's. Right: losses over epochs on {plans.kind}. Wrong on test digits: "
        + ", ".join(f"{name} {np.mean(e):.1%}" for name, e in plans.errors.items())
        + "."
    )


# The same training ----------------------------------------------------------------------


def in_numpy(x, y, rows, seed):
    """Losses of the training in NumPy, with this seed's first weights and with five others'."""
    return [
        scale.descend(scale.Mlp(), x, y, np.array(rows[0]), 0.2, seed=seed + k)[1]
        for k in range(6)
    ]


def losses(run, *arguments, **options):
    """The losses of a training elsewhere; None, and a line, where there is no such place."""
    try:
        return run(*arguments, **options)["losses"]
    except CoursekitError as error:
        print(f"not run: {error}")
        return None


def missing_chips():
    """Accelerators that this kernel does not train on."""
    return [kind.upper() for kind in ("gpu", "tpu") if devices.describe().kind != kind]


def everywhere(curves, seeds, same):
    """Loss curves of one training in many places, over those of other seeds."""
    figure, (left, right) = subplots(1, 2, size=(9, 3.2), width_ratios=[4, 3])
    for losses in seeds:
        left.plot(losses, color=GREY, lw=0.8, alpha=0.6)
    ran = {name: losses for name, losses in curves.items() if losses is not None}
    for place, (name, losses) in enumerate(ran.items()):
        width = 2 * (len(ran) - place) + 1
        left.plot(losses, color=PALETTE[place], lw=width, alpha=0.8, label=name)
    left.set(xlabel="step", ylabel="loss", title="grey: other seeds")
    left.legend(fontsize=7)
    shown = {name: value for name, value in same.items() if name != "NumPy"}
    right.barh(list(shown), [max(v, 1e-9) for v in shown.values()], color=PALETTE[0])
    for name, losses in curves.items():
        if losses is None:
            right.barh(name, 1e-9, color=GREY)
            right.text(1e-8, name, "not run", va="center", fontsize=8, color=INK)
    right.set(
        xscale="log", xlim=(1e-9, 2), xlabel="drift from NumPy, spread of seeds = 1"
    )
    right.invert_yaxis()
    words = ", ".join(f"{name} {value:.0e}" for name, value in shown.items())
    missing = [name for name, losses in curves.items() if losses is None]
    return figure, (
        f"Left: the loss curves of {', '.join(ran)} lie on one another, in the middle of the grey "
        f"curves of other seeds. Right: how far they part, in units of the seeds' spread: {words}. "
        f"Not run: {', '.join(missing) or 'none'}."
    )


_NOTES = {
    "wrong, weights in float16": "a small network forgives float16's gaps; bfloat16's are eight "
    "times as wide",
}
_CLAIMS = {
    "peak": ("fastest matrix product of this machine, float32", "this run", ""),
    "bandwidth": ("fastest copy of this machine, read and written", "this run", ""),
    "wrong, weights in float16": (
        "16-bit weights lose small steps; a float32 copy keeps them",
        "Micikevicius et al. 2018",
        "worse than with a copy in float32",
    ),
    "wrong, gradients in float16, scaled": (
        "with loss scaling as good as float32",
        "Micikevicius et al. 2018",
        "equal within noise",
    ),
    "shards, plain": (
        "weighted gradients of 8 unequal shares against the batch's",
        "algebra",
        "0 to rounding",
    ),
    "shards, normalised": (
        "the same with each device's own batch statistics",
        "",
        "not 0",
    ),
    "batch, large, warm-up": (
        "batch and rate times 32 with warm-up, equal epochs",
        "Goyal et al. 2017: no loss up to 8,192 images (ImageNet)",
        "as the small batch",
    ),
    "batch, large, at once": (
        "the same without warm-up",
        "Goyal et al. 2017 (ImageNet)",
        "worse",
    ),
    "same, here": (
        "losses of Keras and NumPy part by",
        "",
        "under a thousandth of the spread",
    ),
    "same, 8 devices": ("losses on 8 devices (JAX, one CPU) part by", "", "as above"),
    "same, 2 hosts": ("losses on 2 hosts (JAX, gloo) part by", "", "as above"),
}


def receipt(measured):
    """Rows for `lab.receipt`."""
    rows = []
    for key, value in measured.items():
        claim, source, stated = _CLAIMS.get(key, (key, "", ""))
        if key == claim:
            claim = claim.replace("wrong,", "digits read wrong,").replace(
                "batch,", "wrong,"
            )
            claim = claim.replace("same,", "drift,")
        row = {"claim": claim, "source": source, "stated": stated, "measured": value}
        rows.append(row | {"note": _NOTES.get(key, "")})
    return rows
