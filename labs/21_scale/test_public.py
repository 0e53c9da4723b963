"""Public checks of lab 21: they run in the notebook."""

import statistics
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest

from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_true,
    counterexample,
)


def read(got, count, tried):
    """The parts of a result, after a look at its form."""
    fits = isinstance(got, list | tuple | np.ndarray) and len(got) == count
    assert_true(fits, tried=tried, expected=f"{count} results", got=got)
    return got


# 21.1 ---------------------------------------------------------------------------------


def two_times(layer, batch, gflops, gb_per_s, size=4):
    """Seconds for the operations and for the bytes, in fractions."""
    peak, band = (Fraction(v) * 10**9 for v in (gflops, gb_per_s))
    operations = sum([Fraction(layer["multiply_adds"])] * 2) * batch
    numbers = Fraction(layer["weights"]) + sum([Fraction(layer["activations"])] * batch)
    return operations / peak, numbers * size / band


def slower(*arguments, **options):
    return float(max(two_times(*arguments, **options)))


def first_batch(layer, gflops, gb_per_s, size=4):
    """Try one batch after the other."""
    for batch in range(1, 400):
        work, traffic = two_times(layer, batch, gflops, gb_per_s, size)
        if work >= traffic:
            return batch
    return None


def a_layer(rng):
    """Counts of a layer, all different."""
    return {
        "multiply_adds": int(rng.integers(100_000, 900_000)),
        "activations": int(rng.integers(2_000, 9_000)),
        "weights": int(rng.integers(20_000, 90_000)),
    }


def balanced(rng, layer, batch, size=4):
    """Peak and bandwidth for which both times are the same at `batch` images, not whole."""
    peak = float(rng.uniform(5, 50))
    numbers = layer["weights"] + batch * layer["activations"]
    work = 2 * layer["multiply_adds"] * batch / peak
    return peak, size * numbers / work


@pytest.mark.exercise("21.1")
@pytest.mark.points(2)
@pytest.mark.parametrize("waits", ["memory", "arithmetic"])
def test_the_slower_of_both_decides(student, waits):
    for batch, size in ((1, 4), (7, 4), (3, 2)):
        layer = a_layer(student.rng)
        peak, band = balanced(student.rng, layer, batch, size)
        band = band * (0.3 if waits == "memory" else 4.0)
        tried = (
            f"layer_seconds({layer}, {batch}, {peak:.3f}, {band:.3f}, size={size}), which "
            f"waits for {waits}"
        )
        got = student.layer_seconds(layer, batch, peak, band, size=size)
        assert_close(got, slower(layer, batch, peak, band, size), tried=tried)


@pytest.mark.exercise("21.1")
@pytest.mark.points(1)
def test_the_smallest_batch_that_does_not_wait_for_memory(student):
    for at, size in ((2.4, 4), (11.7, 4), (58.3, 2), (0.4, 4), (321.3, 4)):
        layer = a_layer(student.rng)
        peak, band = balanced(student.rng, layer, at, size)
        tried = f"enough_images({layer}, {peak:.3f}, {band:.3f}, size={size})"
        got = student.enough_images(layer, peak, band, size=size)
        assert_equal(got, first_batch(layer, peak, band, size), tried=tried)


@pytest.mark.exercise("21.1")
@pytest.mark.points(1)
def test_some_layers_wait_for_memory_at_any_batch(student):
    entering = int(student.rng.integers(1, 9)) * 10**9
    layer = {"multiply_adds": 2 * entering, "activations": entering, "weights": 7}
    tried = (
        f"enough_images({layer}, 4.0, 1.0, size=1): images bring as much as they take"
    )
    assert_equal(student.enough_images(layer, 4.0, 1.0, size=1), None, tried=tried)
    for factor in (0.9, 0.4):
        layer = a_layer(student.rng)
        peak = float(student.rng.uniform(5, 50))
        ratio = layer["activations"] / layer["multiply_adds"]
        enough = (
            4 * ratio / 2 * peak
        )  # without any weights both times would be the same
        tried = f"enough_images({layer}, {peak:.3f}, {factor * enough:.5f})"
        got = student.enough_images(layer, peak, factor * enough)
        assert_equal(got, None, tried=tried)
        at = student.rng.integers(3, 9) + 0.5
        more = balanced(student.rng, layer, at)
        tried = f"enough_images({layer}, {more[0]:.3f}, {more[1]:.3f})"
        got = student.enough_images(layer, *more)
        assert_equal(got, int(at + 0.5), tried=tried)


@pytest.mark.exercise("21.1")
@pytest.mark.points(1)
def test_as_long_is_long_enough(student):
    for _ in range(3):
        batch, spare = int(student.rng.integers(2, 40)), int(student.rng.integers(1, 3))
        entering = int(student.rng.integers(1, 9))
        counts = (2 * (entering + spare), entering, batch * spare)
        names = ("multiply_adds", "activations", "weights")
        layer = {k: n * 10**9 for k, n in zip(names, counts, strict=True)}
        tried = f"enough_images({layer}, 4.0, 1.0, size=1), both times alike at {batch}"
        got = student.enough_images(layer, 4.0, 1.0, size=1)
        assert_equal(got, first_batch(layer, 4.0, 1.0, 1), tried=tried)


def draw_layer(rng, size):
    counts = [int(rng.integers(1, 3 * size)) * 10**9 for _ in range(3)]
    names = ("multiply_adds", "activations", "weights")
    return dict(zip(names, counts, strict=True)), size, 1.0, float(rng.integers(1, 4))


counterexample("21.1", "layer_seconds", draw=draw_layer, oracle=slower)

# 21.2 ---------------------------------------------------------------------------------


class Device:
    """A device that promises at once and works through what it was given, in order."""

    def __init__(self, seconds, starting):
        self.now, self.free, self.steps = 0.0, 0.0, 0
        self.seconds, self.starting, self.ends = seconds, starting, []

    def step(self):
        self.now += self.starting
        work = self.seconds[self.steps % len(self.seconds)]
        self.free = max(self.free, self.now) + float(work)
        self.ends.append(self.free)
        self.steps += 1
        return self.steps - 1

    def wait(self, promise):
        self.now = max(self.now, self.ends[int(promise)])

    def clock(self):
        return self.now


def timed(student, seconds, starting, warmup, repeats):
    """What the student's function says of such a device, and the device."""
    device = Device(seconds, starting)
    got = student.honest_seconds(
        lambda: device.step(),
        lambda promise: device.wait(promise),
        lambda: device.clock(),
        warmup,
        repeats,
    )
    return got, device


@pytest.mark.exercise("21.2")
@pytest.mark.points(2)
@pytest.mark.parametrize(("warmup", "repeats"), [(2, 5), (3, 6), (1, 1)])
def test_the_median_of_steps_that_were_waited_for(student, warmup, repeats):
    seconds = student.rng.uniform(1, 2, warmup + repeats)
    seconds[:warmup] += student.rng.uniform(20, 30, warmup)  # compiling
    if repeats > 1:
        seconds[warmup + student.rng.integers(repeats)] += 50  # somebody else's work
    got, device = timed(student, seconds, 0.25, warmup, repeats)
    tried = f"honest_seconds, warmup {warmup}, repeats {repeats}: steps of {seconds.round(2)} s, 0.25 s to start one"
    assert_close(got, statistics.median(0.25 + seconds[warmup:]), tried=tried)
    assert_equal(device.steps, warmup + repeats, tried=f"{tried}: steps started")


@pytest.mark.exercise("21.2")
@pytest.mark.points(1)
def test_nothing_is_left_to_do_when_the_first_counted_step_begins(student):
    seconds = np.concatenate(
        [student.rng.uniform(30, 60, 2), student.rng.uniform(1, 2, 1)]
    )
    got, _ = timed(student, seconds, 0.5, 2, 1)
    tried = f"honest_seconds, warmup 2, repeats 1: steps of {seconds.round(2)} s"
    assert_close(got, 0.5 + seconds[2], tried=tried)


# 21.3 ---------------------------------------------------------------------------------


def by_table(x, exponent_bits, fraction_bits):
    """The nearest of all numbers of a small format, which are written down one by one."""
    places, most = 2**fraction_bits, 2 ** (exponent_bits - 1) - 1
    table = [m * 2.0 ** (1 - most) / places for m in range(places)]
    for power in range(1 - most, most + 2):
        table += [(1 + m / places) * 2.0**power for m in range(places)]
    table = table[: len(table) - places + 1]  # the last stands for infinity
    out = []
    for value in np.ravel(x):
        apart = np.abs(np.array(table) - min(abs(value), 2 * table[-1]))
        near = np.flatnonzero(apart == apart.min())
        code = next((c for c in near if c % 2 == 0), near[0])
        size = np.inf if code == len(table) - 1 else table[code]
        out.append(np.copysign(size, value))
    return np.reshape(out, np.shape(x))


def spread_numbers(rng, low, high, shape):
    """float32 numbers of every size between two powers of ten, of both signs."""
    size = 10 ** rng.uniform(low, high, shape)
    return (size * rng.choice([-1.0, 1.0], shape)).astype(np.float32)


@pytest.mark.exercise("21.3")
@pytest.mark.points(2)
@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
def test_the_formats_of_the_chips(student, kind):
    dtype = {"float16": np.float16, "bfloat16": ml_dtypes.bfloat16}[kind]
    bits = {"float16": (5, 10), "bfloat16": (8, 7)}[kind]
    ranges = {"everyday": (-3, 3), "tiny": (-9, -4), "large": (4.0, 5.5)}
    for name, (low, high) in ranges.items():
        x = spread_numbers(student.rng, low, high, (4, 5))
        with np.errstate(over="ignore"):
            expected = x.astype(dtype).astype(float)
        tried = f"round_to, {kind}, {name} numbers such as {x[0, 0]:.4g}"
        assert_equal(student.round_to(x.astype(float), *bits), expected, tried=tried)


@pytest.mark.exercise("21.3")
@pytest.mark.points(1)
@pytest.mark.parametrize("bits", [(4, 3), (3, 4), (5, 2)])
def test_ties_small_numbers_and_infinity_in_a_small_format(student, bits):
    most = 2 ** (bits[0] - 1) - 1
    gap = 2.0 ** (1 - most - bits[1])
    halves = gap * (student.rng.integers(0, 3 * 2 ** bits[1], 8) + 0.5)
    larger = 2.0 ** student.rng.integers(0, most, 4) * (1 + 1.5 / 2 ** bits[1])
    last = (
        2.0 ** -bits[1]
    )  # between the largest and twice its last place: still the largest
    ends = 2.0**most * np.array([2 - last, 2 - 0.75 * last, 2 - last / 2, 3.0])
    x = np.concatenate([halves, -halves, larger, ends, -ends, [0.0, np.inf]])
    tried = f"round_to with {bits[0]} exponent and {bits[1]} fraction bits, half-way numbers and ends"
    assert_equal(student.round_to(x, *bits), by_table(x, *bits), tried=tried)


def stepped(weights, gradient, scale, rate, clip):
    """The step in float64."""
    slope = np.array([float(v) for v in gradient]) / float(scale)
    length = float(np.sqrt(np.dot(slope, slope)))
    return weights.astype(float) - rate * slope * min(1.0, clip / max(length, 1e-300))


@pytest.mark.exercise("21.3")
@pytest.mark.points(2)
@pytest.mark.parametrize("clip", [0.5, 100.0])
def test_scale_out_then_clip_then_descend(student, clip):
    for scale in (512.0, 8.0):
        weights = student.rng.normal(size=6).astype(np.float32)
        slope = student.rng.normal(size=6)
        slope *= 2.0 / np.linalg.norm(slope)
        gradient = (slope * scale).astype(np.float16)
        tried = f"scaled_step, a gradient of length 2, scale {scale:g}, clip {clip}"
        got = read(student.scaled_step(weights, gradient, scale, 0.3, clip), 2, tried)
        expected = stepped(weights, gradient, scale, 0.3, clip)
        assert_close(got[0], expected, rtol=1e-5, tried=f"{tried}: weights")
        assert_close(got[1], scale, tried=f"{tried}: scale")


@pytest.mark.exercise("21.3")
@pytest.mark.points(1)
def test_what_is_too_small_for_float16_still_moves_the_weights(student):
    weights = (1e-7 * student.rng.normal(size=5)).astype(np.float32)
    gradient = (student.rng.uniform(1, 3, 5) * 1e-3).astype(np.float16)
    tried = "scaled_step, scale 65536: the gradient itself is about 3e-8"
    got = read(student.scaled_step(weights, gradient, 65536.0, 2.0, 1.0), 2, tried)
    expected = stepped(weights, gradient, 65536.0, 2.0, 1.0)
    assert_close(got[0], expected, rtol=1e-4, tried=f"{tried}: weights")


@pytest.mark.exercise("21.3")
@pytest.mark.points(1)
@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
def test_no_step_after_an_overflow_and_half_the_scale(student, bad):
    weights = student.rng.normal(size=5).astype(np.float32)
    gradient = student.rng.normal(size=5).astype(np.float16)
    gradient[student.rng.integers(5)] = bad
    scale = float(student.rng.integers(3, 40))
    tried = f"scaled_step, scale {scale:g}, one entry {bad}"
    got = read(student.scaled_step(weights, gradient, scale, 0.1, 9.0), 2, tried)
    assert_close(got[0], weights, tried=f"{tried}: weights")
    assert_close(got[1], scale / 2, tried=f"{tried}: scale")


counterexample(
    "21.3",
    "round_to",
    draw=lambda rng, size: (rng.integers(-40, 41, size) / 8, 3, 2),
    oracle=by_table,
)

# 21.4 ---------------------------------------------------------------------------------


def by_average(gradients, rows):
    """NumPy's weighted average of the devices that had rows."""
    kept = [k for k, n in enumerate(rows) if n]
    return np.average(
        [gradients[k] for k in kept], axis=0, weights=[rows[k] for k in kept]
    )


@pytest.mark.exercise("21.4")
@pytest.mark.points(1)
@pytest.mark.parametrize("shape", [(5,), (3, 2)])
def test_the_gradient_of_all_rows(student, shape):
    for rows in ([7, 2, 4], [3, 9], [5, 5, 1, 8]):
        gradients = [student.rng.normal(size=shape) for _ in rows]
        tried = f"combine of {len(rows)} gradients of shape {shape}, rows {rows}"
        got = student.combine(gradients, rows)
        assert_close(got, by_average(gradients, rows), tried=tried)


@pytest.mark.exercise("21.4")
@pytest.mark.points(1)
def test_a_device_without_rows_has_no_say(student):
    for rows in ([6, 0, 3], [0, 4, 2, 0]):
        gradients = [
            student.rng.normal(size=4) if n else np.full(4, np.nan) for n in rows
        ]
        tried = f"combine with rows {rows}; who has none sends NaN"
        got = student.combine(gradients, rows)
        assert_close(got, by_average(gradients, rows), tried=tried)


@pytest.mark.exercise("21.4")
@pytest.mark.points(2)
@pytest.mark.parametrize("rows", [[6, 3, 2], [4, 11], [1, 5, 2, 7]])
def test_statistics_of_the_whole_batch(student, rows):
    parts = [
        student.rng.normal(
            student.rng.normal(0, 3, 4), student.rng.uniform(0.5, 3), (n, 4)
        )
        for n in rows
    ]
    means, variances = ([f(part, axis=0) for part in parts] for f in (np.mean, np.var))
    whole = np.concatenate(parts)
    tried = f"pooled of {len(rows)} devices with rows {rows}, 4 features"
    got = read(student.pooled(np.array(means), np.array(variances), rows), 2, tried)
    assert_close(got[0], whole.mean(axis=0), tried=f"{tried}: mean")
    assert_close(got[1], whole.var(axis=0), tried=f"{tried}: variance")


def draw_gradients(rng, size):
    rows = [int(n) for n in rng.integers(0, 4, size + 1)]
    rows[0] += not sum(rows)
    sent = [rng.integers(-3, 4, 2) * 1.0 if n else np.full(2, np.nan) for n in rows]
    return sent, rows


counterexample("21.4", "combine", draw=draw_gradients, oracle=by_average)

# 21.5 ---------------------------------------------------------------------------------


class Wire:
    """Takes what is sent, remembers who sent it, and may add a little on the way."""

    def __init__(self, count, noise=0.0):
        self.count, self.noise, self.log = count, noise, []

    def send(self, d, numbers):
        numbers = np.asarray(numbers, float)
        self.log.append((int(d) % self.count, numbers.size))
        return numbers + self.noise


def ring(student, arrays, noise=0.0):
    """The student's sums, as an array, and the wire."""
    wire = Wire(len(arrays), noise)
    got = student.ring_sum(arrays, lambda d, numbers: wire.send(d, numbers))
    tried = f"ring_sum of {len(arrays)} arrays of {len(arrays[0])} numbers"
    return read(got, len(arrays), tried), wire, tried


@pytest.mark.exercise("21.5")
@pytest.mark.points(2)
@pytest.mark.parametrize(("count", "n"), [(3, 6), (2, 5), (5, 12)])
def test_every_device_ends_with_the_sum(student, count, n):
    arrays = list(student.rng.normal(size=(count, n)))
    got, _, tried = ring(student, arrays)
    for d in range(count):
        whole = np.add.reduce(arrays)
        assert_close(got[d], whole, tried=f"{tried}: device {d}")


@pytest.mark.exercise("21.5")
@pytest.mark.points(2)
@pytest.mark.parametrize(("count", "n"), [(4, 8), (3, 10), (2, 6)])
def test_each_device_sends_one_piece_a_round(student, count, n):
    arrays = list(student.rng.normal(size=(count, n)))
    got, wire, tried = ring(student, arrays)
    assert_close(got[0], np.add.reduce(arrays), tried=tried)
    rounds = 2 * (count - 1)
    assert_equal(len(wire.log), rounds * count, tried=f"{tried}: messages in all")
    assert_equal(
        sum(size for _, size in wire.log),
        rounds * n,
        tried=f"{tried}: numbers sent in all",
    )
    for turn in range(rounds):
        senders = sorted(d for d, _ in wire.log[turn * count : (turn + 1) * count])
        assert_equal(
            senders, list(range(count)), tried=f"{tried}: senders of round {turn + 1}"
        )


@pytest.mark.exercise("21.5")
@pytest.mark.points(1)
@pytest.mark.parametrize(("count", "n"), [(4, 9), (3, 7)])
def test_what_arrives_is_what_counts(student, count, n):
    arrays = list(student.rng.normal(size=(count, n)))
    got, _, tried = ring(student, arrays, noise=1.0)
    hops = np.arange(count - 1, 2 * count - 1)[:, None]
    tried += ", over a wire that adds 1 to all numbers: the devices' results, sorted"
    tried += " (pieces are complete after so many hops as there are neighbours)"
    rows = [np.asarray(row, float).ravel() for row in got]
    fits = all(len(row) == n for row in rows)
    assert_true(fits, tried=tried, expected=f"{count} arrays of {n} numbers", got=got)
    assert_close(np.sort(rows, axis=0), np.add.reduce(arrays) + hops, tried=tried)


def ring_by_rounds(numbers, count, latency, gb_per_s, size=4):
    """Add up round after round."""
    message = Fraction(numbers) * size / count / Fraction(gb_per_s) / 10**9
    return float(sum([Fraction(latency) + message] * (2 * count - 2)))


@pytest.mark.exercise("21.5")
@pytest.mark.points(1)
def test_the_time_of_a_ring(student):
    for count, size in ((2, 4), (5, 4), (8, 2)):
        numbers = count * int(student.rng.integers(1_000, 9_000))
        latency = float(student.rng.uniform(1e-6, 9e-6))
        link = float(student.rng.uniform(0.5, 3))
        tried = (
            f"ring_seconds({numbers}, {count}, {latency:.2e}, {link:.2f}, size={size})"
        )
        got = student.ring_seconds(numbers, count, latency, link, size=size)
        expected = ring_by_rounds(numbers, count, latency, link, size)
        assert_close(got, expected, tried=tried)


# 21.6 ---------------------------------------------------------------------------------


def step_time(alone, shared, p):
    return alone + shared / p


@pytest.mark.exercise("21.6")
@pytest.mark.points(1)
@pytest.mark.parametrize("p", [2, 3, 16])
def test_two_questions_to_the_same_devices(student, p):
    alone, shared = (float(v) for v in student.rng.uniform(0.5, 4, 2))
    tried = f"speed_ups({alone:.3f}, {shared:.3f}, {p})"
    got = read(student.speed_ups(alone, shared, p), 2, tried)
    same = step_time(alone, shared, 1) / step_time(alone, shared, p)
    larger = step_time(alone, p * shared, 1) / step_time(alone, p * shared, p)
    assert_close(got[0], same, tried=f"{tried}: Amdahl")
    assert_close(got[1], larger, tried=f"{tried}: Gustafson")


def by_polyfit(counts, seconds):
    shared, alone = np.polyfit([1 / n for n in counts], seconds, 1)
    return float(alone / (alone + shared))


@pytest.mark.exercise("21.6")
@pytest.mark.points(1)
@pytest.mark.parametrize("counts", [[1, 2, 4, 8], [2, 3, 6], [1, 1, 4, 4, 16]])
def test_the_share_that_fits_all_timings_best(student, counts):
    alone, shared = student.rng.uniform(1, 5, 2)
    seconds = alone + shared / np.array(counts)
    seconds = seconds * student.rng.normal(1, 0.05, len(counts))
    tried = f"lonely_share({counts}, {seconds.round(3).tolist()})"
    got = student.lonely_share(counts, seconds.tolist())
    assert_close(got, by_polyfit(counts, seconds), rtol=1e-6, tried=tried)


def by_events(prepare, train, room):
    """Seconds at which batches are begun, asked for one by one."""

    def made(i):
        if i < 0:
            return 0.0
        return max(made(i - 1), begun(i - room)) + prepare[i]

    def begun(i):
        return (
            max(made(i), begun(i - 1) + train[i - 1] if i else 0.0) if i >= 0 else 0.0
        )

    return float(begun(len(train) - 1) + train[-1])


@pytest.mark.exercise("21.6")
@pytest.mark.points(2)
@pytest.mark.parametrize("room", [1, 2, 4])
def test_a_maker_who_works_ahead(student, room):
    for n in (room + 4, 3, 1):
        prepare, train = student.rng.gamma(1.5, 1.0, (2, n)).round(2)
        train[0] += 9 + 3 * room  # so long that the maker runs out of room
        tried = f"pipeline_seconds({prepare.tolist()}, {train.tolist()}, {room})"
        got = student.pipeline_seconds(prepare.tolist(), train.tolist(), room)
        assert_close(got, by_events(prepare, train, room), tried=tried)


counterexample(
    "21.6",
    "pipeline_seconds",
    draw=lambda rng, size: (
        rng.integers(1, 6, size + 1).astype(float).tolist(),
        rng.integers(1, 6, size + 1).astype(float).tolist(),
        1,
    ),
    oracle=by_events,
)

# 21.7 ---------------------------------------------------------------------------------


def by_interpolation(step, base_rate, base_batch, p, share, n, warmup, drops=()):
    """A broken line from the old rate to the new one, and a staircase."""
    per_epoch = n // (p * share)
    new = base_rate * (p * share / base_batch)
    line = np.interp(step, [0, warmup * per_epoch], [base_rate, new]) if warmup else new
    stairs = np.searchsorted(np.sort(drops), step // per_epoch, side="right")
    return float(line * 0.1**stairs)


@pytest.mark.exercise("21.7")
@pytest.mark.points(2)
@pytest.mark.parametrize("warmup", [0, 1, 2.5])
def test_the_rate_rises_to_that_of_the_whole_batch(student, warmup):
    p, share, base_batch = 4, int(student.rng.integers(3, 7)), 8
    n = p * share * 6 + int(student.rng.integers(1, p * share))
    rate = float(student.rng.uniform(0.01, 0.2))
    for step in (8, 0, 1, 4, 6, 11, 14, 15, 30):
        options = (step, rate, base_batch, p, share, n, warmup)
        tried = f"rate_at{options}"
        assert_close(student.rate_at(*options), by_interpolation(*options), tried=tried)


@pytest.mark.exercise("21.7")
@pytest.mark.points(1)
def test_the_rate_drops_at_the_begin_of_epochs(student):
    p, share, base_batch = 2, 8, int(student.rng.integers(3, 7))
    n = p * share * 5 + int(student.rng.integers(1, p * share))
    rate, drops = float(student.rng.uniform(0.01, 0.2)), [3, 7]
    for step in (14, 15, 16, 34, 35, 50):
        options = (step, rate, base_batch, p, share, n, 1, drops)
        tried = f"rate_at{options}"
        assert_close(student.rate_at(*options), by_interpolation(*options), tried=tried)


# 21.8 ---------------------------------------------------------------------------------


def by_reshape(order, step, batch, hosts, host):
    """All full batches as a table, read off."""
    full = len(order) // batch * batch
    table = np.reshape(np.asarray(order)[:full], (-1, hosts, batch // hosts))
    return table[step, host] if step < len(table) else np.array([], int)


@pytest.mark.exercise("21.8")
@pytest.mark.points(2)
@pytest.mark.parametrize(("n", "batch", "hosts"), [(26, 6, 2), (31, 12, 3), (17, 4, 1)])
def test_the_hosts_parts_are_the_batch(student, n, batch, hosts):
    order = student.rng.permutation(n)
    for step in range(n // batch + 2):
        for host in range(hosts):
            tried = f"host_rows of {n} rows, step {step}, batch {batch}, host {host} of {hosts}"
            got = student.host_rows(order, step, batch, hosts, host)
            assert_equal(got, by_reshape(order, step, batch, hosts, host), tried=tried)


def largest_ratio(one, other, seeds):
    """Step by step, with the standard library."""
    ratios = []
    for place, (a, b) in enumerate(zip(one, other, strict=True)):
        spread = statistics.stdev([float(run[place]) for run in seeds])
        ratios.append(abs(float(a) - float(b)) / spread)
    return max(ratios)


@pytest.mark.exercise("21.8")
@pytest.mark.points(1)
@pytest.mark.parametrize("runs", [2, 5])
def test_the_largest_distance_in_units_of_the_seeds(student, runs):
    level = student.rng.uniform(0.1, 3, 7)
    seeds = level + level * student.rng.normal(0, 0.2, (runs, 7))
    one = level + student.rng.normal(0, 0.1, 7)
    other = one + student.rng.normal(0, 0.05, 7)
    other[student.rng.integers(7)] -= 0.4
    tried = f"drift of two curves of 7 steps, {runs} other seeds"
    for pair in ((one, other), (other, one)):
        got = student.drift(*pair, seeds)
        assert_close(got, largest_ratio(*pair, seeds), tried=tried)


counterexample(
    "21.8",
    "host_rows",
    draw=lambda rng, size: (
        rng.permutation(2 * size + 3),
        int(rng.integers(3)),
        2 * size,
        2,
        int(rng.integers(2)),
    ),
    oracle=by_reshape,
)
