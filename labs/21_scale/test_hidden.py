"""Hidden checks of lab 21: they run at grading."""

import itertools
import statistics

import ml_dtypes
import numpy as np
import pytest

from coursekit.labs.testing import assert_close, assert_equal, assert_true

# 21.1 ---------------------------------------------------------------------------------


def named(counts):
    """A layer's three counts."""
    kinds = ("multiply_adds", "activations", "weights")
    return {kind: int(count) for kind, count in zip(kinds, counts, strict=True)}


@pytest.mark.exercise("21.1")
@pytest.mark.points(1)
def test_times_without_one_of_the_limits(student):
    counts = student.rng.integers(1_000, 90_000, 3)
    layer = named(counts)
    batch = int(student.rng.integers(2, 9))
    tried = f"layer_seconds({layer}, {batch}, ...)"
    got = student.layer_seconds(layer, batch, 3.0, float("inf"))
    assert_close(got, counts[0] * batch / 1.5e9, tried=f"{tried}, endless bandwidth")
    got = student.layer_seconds(layer, batch, float("inf"), 3.0)
    moved = 4 * (counts[1] * batch + counts[2]) / 3e9
    assert_close(got, moved, tried=f"{tried}, endless peak")


@pytest.mark.exercise("21.1")
@pytest.mark.points(1)
def test_before_enough_images_memory_decides_and_from_there_arithmetic(student):
    for _ in range(3):
        counts = student.rng.integers([90_000, 500, 9_000], [99_000, 900, 90_000])
        layer = named(counts)
        peak = float(student.rng.uniform(6, 12))
        got = student.enough_images(layer, peak, 1.0)
        tried = f"enough_images({layer}, {peak:.4f}, 1.0)"
        spare = 2 * counts[0] / peak - 4 * counts[1]
        whole = -int(-(4 * counts[2]) // spare)
        assert_equal(got, whole, tried=tried)


# 21.2 ---------------------------------------------------------------------------------


@pytest.mark.exercise("21.2")
@pytest.mark.points(2)
@pytest.mark.parametrize(("warmup", "repeats"), [(0, 4), (1, 7)])
def test_a_clock_that_also_costs_and_a_device_that_lags(student, warmup, repeats):
    work = student.rng.uniform(2, 5, warmup + repeats)
    work[student.rng.integers(warmup, warmup + repeats)] += 80
    now, free, ends = [0.0], [0.0], []

    def step():
        now[0] += 0.125
        free[0] = max(free[0], now[0]) + work[len(ends)]
        ends.append(free[0])
        return f"promise {len(ends) - 1}"

    def wait(promise):
        now[0] = max(now[0], ends[int(promise.split()[1])])

    got = student.honest_seconds(step, wait, lambda: 1000 + now[0], warmup, repeats)
    tried = f"honest_seconds, warmup {warmup}, repeats {repeats}, promises are texts"
    assert_close(got, 0.125 + statistics.median(work[warmup:]), tried=tried)
    assert_equal(len(ends), warmup + repeats, tried=f"{tried}: steps started")


# 21.3 ---------------------------------------------------------------------------------


@pytest.mark.exercise("21.3")
@pytest.mark.points(1)
def test_numbers_of_a_format_stay_and_the_rest_is_monotone(student):
    codes = student.rng.integers(0, 2**15 - 2**10, 40).astype(np.uint16)
    own = codes.view(np.float16).astype(float)
    assert_equal(student.round_to(own, 5, 10), own, tried="round_to of float16's own")
    codes = student.rng.integers(0, 2**15 - 2**7, 40).astype(np.uint16)
    own = codes.view(ml_dtypes.bfloat16).astype(float)
    assert_equal(student.round_to(own, 8, 7), own, tried="round_to of bfloat16's own")
    x = np.float32(70_000 * student.rng.random(30) ** 8)
    expected = x.astype(np.float16).astype(float)
    got = student.round_to(x.tolist(), 5, 10)
    assert_equal(got, expected, tried="round_to, float16, a list of positive numbers")


@pytest.mark.exercise("21.3")
@pytest.mark.points(1)
def test_a_single_number_keeps_its_form(student):
    value = float(np.float32(student.rng.normal()))
    expected = float(np.float16(value))
    got = student.round_to(value, 5, 10)
    assert_close(got, expected, rtol=0, atol=0, tried=f"round_to({value}, 5, 10)")


@pytest.mark.exercise("21.3")
@pytest.mark.points(1)
def test_a_long_gradient_keeps_its_direction(student):
    weights = np.zeros(4, np.float32)
    gradient = np.array([30_000, -40_000, 20_000, 10_000], np.float16)
    gradient = gradient[student.rng.permutation(4)]
    got = student.scaled_step(weights, gradient, 4.0, 1.0, 3.0)
    fits = isinstance(got, list | tuple) and len(got) == 2
    tried = "scaled_step of a gradient whose squares are beyond float16"
    assert_true(fits, tried=tried, expected="(weights, scale)", got=got)
    wide = gradient.astype(float)
    assert_close(got[0], -3 * wide / np.linalg.norm(wide), rtol=1e-5, tried=tried)
    flat = student.scaled_step(weights + 1, np.zeros(4, np.float16), 4.0, 1.0, 3.0)
    assert_close(flat[0], np.ones(4), tried="scaled_step of a gradient of zeros")
    assert_close(flat[1], 4.0, tried="scaled_step of a gradient of zeros: scale")


# 21.4 ---------------------------------------------------------------------------------


@pytest.mark.exercise("21.4")
@pytest.mark.points(1)
def test_a_linear_model_on_uneven_devices(student):
    x, y = student.rng.normal(size=(17, 3)), student.rng.normal(size=17)
    w = student.rng.normal(size=3)
    parts = np.split(np.arange(17), (2, 9, 10))
    sent = [2 * x[p].T @ (x[p] @ w - y[p]) / len(p) for p in parts]
    whole = 2 * x.T @ (x @ w - y) / 17
    got = student.combine(sent, [len(p) for p in parts])
    tried = "combine, a linear model, 17 rows as 2, 7, 1 and 7"
    assert_close(got, whole, tried=tried)
    got = student.combine(np.float32(sent[:1]), [2])
    assert_close(got, sent[0], rtol=1e-5, tried="combine of a single device, float32")


@pytest.mark.exercise("21.4")
@pytest.mark.points(1)
def test_one_row_a_device(student):
    x = student.rng.normal(2, 3, (6, 2))
    got = student.pooled(x.tolist(), np.zeros((6, 2)).tolist(), [1] * 6)
    tried = "pooled of 6 devices with one row each"
    fits = isinstance(got, list | tuple | np.ndarray) and len(got) == 2
    assert_true(fits, tried=tried, expected="(mean, variance)", got=got)
    assert_close(got[0], x.mean(axis=0), tried=f"{tried}: mean")
    assert_close(got[1], x.var(axis=0), tried=f"{tried}: variance")


# 21.5 ---------------------------------------------------------------------------------


@pytest.mark.exercise("21.5")
@pytest.mark.points(2)
@pytest.mark.parametrize(("count", "n"), [(6, 15), (2, 3), (7, 7)])
def test_sums_and_traffic_of_other_rings(student, count, n):
    arrays = list(student.rng.integers(-9, 10, (count, n)).astype(float))
    log = []

    def send(d, numbers):
        log.append((int(d), np.size(numbers)))
        return np.array(numbers, float) * 2

    got = student.ring_sum(arrays, send)
    tried = f"ring_sum of {count} arrays of {n} whole numbers"
    fits = isinstance(got, list | tuple | np.ndarray) and len(got) == count
    assert_true(fits, tried=tried, expected=f"{count} arrays", got=got)
    rounds = 2 * (count - 1)
    assert_equal(sum(size for _, size in log), rounds * n, tried=f"{tried}: numbers")
    each = np.bincount([d for d, _ in log], minlength=count)
    assert_equal(each, np.full(count, rounds), tried=f"{tried}: messages of each")
    # over a wire that doubles, the complete piece of one device is a sum of powers of two
    first = np.array([np.asarray(row, float) for row in got])
    cuts = np.cumsum([0, *(len(p) for p in np.array_split(np.arange(n), count))])
    for low, high in itertools.pairwise(cuts):
        piece = np.abs(first[:, low:high]).sum(axis=1)
        order = np.argsort(piece)
        growing = piece[order][0] * 2.0 ** np.arange(count)
        assert_close(piece[order], growing, tried=f"{tried}, a wire that doubles")


@pytest.mark.exercise("21.5")
@pytest.mark.points(1)
def test_a_long_array_takes_hardly_longer_on_more_devices(student):
    numbers, link = 2.0**30, float(student.rng.uniform(1, 4))
    seconds = [student.ring_seconds(numbers, p, 0.0, link) for p in (2, 1024)]
    expected = [4 * numbers / link / 1e9 * f for f in (1.0, 2 - 2 / 1024)]
    assert_close(seconds, expected, tried="ring_seconds without latency, 2 and 1,024")
    got = student.ring_seconds(0.0, 9, 0.25, link)
    assert_close(got, 4.0, tried="ring_seconds of nothing, latency 0.25, 9 devices")


# 21.6 ---------------------------------------------------------------------------------


@pytest.mark.exercise("21.6")
@pytest.mark.points(1)
def test_ends_of_both_laws(student):
    work = float(student.rng.uniform(1, 9))
    got = student.speed_ups(0.0, work, 12)
    assert_close(list(got), [12.0, 12.0], tried="speed_ups, nothing alone, 12 devices")
    got = student.speed_ups(work, 3 * work, 10**6)
    expected = [4.0, (1 + 3e6) / 4]
    assert_close(
        list(got), expected, rtol=1e-4, tried="speed_ups, a quarter alone, 10^6 devices"
    )


@pytest.mark.exercise("21.6")
@pytest.mark.points(1)
def test_exact_timings_give_the_exact_share(student):
    alone, shared = student.rng.uniform(1, 5, 2)
    counts = np.array([3, 5, 12])
    got = student.lonely_share(counts, alone + shared / counts)
    assert_close(
        got, alone / (alone + shared), rtol=1e-6, tried="lonely_share, no noise"
    )


@pytest.mark.exercise("21.6")
@pytest.mark.points(1)
def test_the_slower_one_sets_the_pace(student):
    a, b = student.rng.uniform(1, 2), student.rng.uniform(3, 4)
    for room in (1, 3):
        got = student.pipeline_seconds([a] * 20, [b] * 20, room)
        assert_close(
            got, a + 20 * b, tried=f"pipeline_seconds, quick maker, room {room}"
        )
        got = student.pipeline_seconds([b] * 20, [a] * 20, room)
        assert_close(
            got, 20 * b + a, tried=f"pipeline_seconds, slow maker, room {room}"
        )
    slow = np.array([5 * a, a, a, a])
    got = student.pipeline_seconds([a] * 4, slow, 2)
    assert_close(got, a + slow.sum(), tried="pipeline_seconds, one long step first")
    rest = student.pipeline_seconds([0.5, 0.5, 6.0 * a, 0.5], [4 * a, a, a, a], 2)
    made = [0.5, 1.0, 1.0 + 6 * a, 0]
    begun = [0.5, 0.5 + 4 * a, max(made[2], 0.5 + 5 * a), 0]
    made[3] = max(made[2], begun[1]) + 0.5
    begun[3] = max(made[3], begun[2] + a)
    assert_close(rest, begun[3] + a, tried="pipeline_seconds, one batch long to make")


# 21.7 ---------------------------------------------------------------------------------


@pytest.mark.exercise("21.7")
@pytest.mark.points(2)
def test_even_steps_up_then_level_then_down(student):
    p, share, base = (
        3,
        int(student.rng.integers(4, 9)),
        int(student.rng.integers(5, 12)),
    )
    n, rate = p * share * 8 + p * share - 1, float(student.rng.uniform(0.01, 0.1))
    new = rate * p * share / base
    expected = np.r_[
        np.linspace(rate, new, 17), np.full(15, new), np.full(20, new / 10)
    ]
    got = [student.rate_at(s, rate, base, p, share, n, 2, (4,)) for s in range(52)]
    tried = f"rate_at of 52 steps, 8 steps an epoch, warm-up 2 epochs, drop at epoch 4, p {p}, share {share}, base batch {base}"
    assert_close(got, expected, tried=tried)


@pytest.mark.exercise("21.7")
@pytest.mark.points(1)
def test_a_smaller_batch_wants_a_smaller_rate(student):
    rate = float(student.rng.uniform(0.1, 0.9))
    got = [student.rate_at(s, rate, 64, 1, 16, 100, 0.5, [1, 3]) for s in range(21)]
    falling = np.linspace(rate, rate / 4, 4)
    expected = [*falling[:3], rate / 4, rate / 4, rate / 4]
    expected += [rate / 40] * 12 + [rate / 400] * 3
    assert_close(
        got, expected, tried="rate_at, a quarter of the batch, half an epoch up"
    )


# 21.8 ---------------------------------------------------------------------------------


@pytest.mark.exercise("21.8")
@pytest.mark.points(1)
def test_all_hosts_together_feed_every_full_batch_once(student):
    order = student.rng.permutation(50) + 100
    for hosts in (1, 2, 4):
        parts = [
            np.asarray(student.host_rows(order.tolist(), step, 12, hosts, host))
            for step in range(6)
            for host in range(hosts)
        ]
        together = np.concatenate([np.ravel(part) for part in parts])
        tried = f"host_rows of all {hosts} hosts and 6 steps, put together"
        assert_equal(together, order[:48], tried=tried)


@pytest.mark.exercise("21.8")
@pytest.mark.points(1)
def test_each_step_has_its_own_spread(student):
    seeds = student.rng.normal(size=(4, 3)) * [100.0, 1.0, 0.01]
    spread = [statistics.stdev(map(float, column)) for column in seeds.T]
    one = student.rng.normal(size=3)
    other = one - np.array([30.0, 0.5, 0.02]) * [1, -1, 1]
    got = student.drift(one.tolist(), other.tolist(), seeds.tolist())
    expected = max(30 / spread[0], 0.5 / spread[1], 0.02 / spread[2])
    assert_close(got, expected, tried="drift, spreads of 100, 1 and 0.01")
    got = student.drift(one, np.add(one, [0.0, 1e-3, 0.0]), seeds)
    assert_close(got, 1e-3 / spread[1], rtol=1e-6, tried="drift at one step alone")
