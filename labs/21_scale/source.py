# ---
# coursekit:
#   title: Accelerators and scale
#   question: Every network of this course is a dot under one roof, the roof of the machine before you. Those that were measured hang far below it. What holds them down, and what would lift them?
#   goals:
#     - Say before a run what a layer will wait for, arithmetic or memory, and time the run honestly
#     - Train with 16-bit numbers, on many devices and on many hosts, and prove that it is the same training
#     - Foretell what more devices will bring, in seconds and in steps of the optimiser
#   prerequisites:
#     - lab 04, steps of gradient descent and batch normalisation; lab 09, multiply-adds of a layer
#   lecture: "Sydney COMP5318 (very powerful GPUs); CNN and Keras (back ends and hardware); HES-SO T-MachLe 10 (GPU acceleration, CPUs, GPUs and TPUs)"
#   seconds: {cpu: 300, fast: 40}
#   accelerator: measured by this lab where one is there; nothing here needs one
# ---

# %% [markdown]
# # Accelerators and scale
#
# **Every network of this course is a dot under one roof, the roof of the machine before you. Those that were measured hang
# far below it. What holds them down, and what would lift them?**

# %%
import math
import os

import numpy as np

from coursekit import NotAnsweredYet, devices, open_lab, scale

lab = open_lab("21_scale")
check, figures = lab.check, lab.figures

# %% [markdown]
# ## One roof
#
# This machine multiplies two large matrices and copies a large array: the two speeds are its *peak* and its *bandwidth*.
# Across: the operations that a network does for each byte that it moves, one image at a time. Up: operations a second. An
# open dot lies where peak and bandwidth would let the network be; the full ones below were measured a moment ago. (Fast mode
# shows five networks.)

# %%
machine = scale.measure_machine(repeats=lab.pick(9, 3))
small = lab.pick(("MLP", "LeNet-5", "digit CNN", "CIFAR CNN"), ("MLP", "digit CNN"))
names = lab.pick(
    tuple(scale.NETWORKS), ("MLP", "LeNet-5", "digit CNN", "AlexNet", "VGG-16")
)
costs = {name: scale.layer_costs(name) for name in names}
passes = {}
for name in small:
    net = scale.network(name)
    for batch in (1, 64):
        x = np.ones((batch, *net.input_shape[1:]), np.float32)
        passes[name, batch] = scale.forward(net, x)
found = {name: figures.rough_seconds(*passes[name, 1]) for name in small}
lab.show(figures.opening(machine, costs, found))

# %% [markdown]
# At the end you will draw this picture again, with a clock, a cost and a batch of your own.

# %%
lab.predict(
    "21.0",
    "Forget the roof for a moment. With 64 images a batch instead of one, how much "
    "less time does this machine need for an image of the multilayer perceptron?",
    choices=["about as much", "2 to 8 times less", "over 8 times less"],
)

# %% [markdown]
# ## Before the run

# %% [markdown]
# ### Exercise 21.1 · Two limits of a layer
#
# A chip does at most so many operations a second, and moves at most so many bytes a second to and from memory. It does
# both at once, so the **slower** of the two says how long a layer takes.
#
# What there is to do and to move: a multiply-add counts as **two** operations (as on the makers' sheets); a number has
# `size` bytes; every weight comes once for each *batch*; every activation, whether it enters or leaves the layer, travels
# once for each *image*. G means $10^9$.
#
# From which batch on does a layer no longer wait for memory? Give the smallest, or `None` if there is none.

# %%
lab.predict(
    "21.1a",
    "A dense layer with 784 inputs and 512 units reads one image. On this machine it "
    "waits for",
    choices=["memory", "arithmetic", "both about alike"],
)

# %%
lab.predict(
    "21.1b",
    "Batch normalisation: four numbers a map, and every pixel is touched. From which "
    "batch on does it wait for arithmetic?",
    choices=["1", "about 100", "never"],
)


# %%
def layer_seconds(layer, batch, gflops, gb_per_s, size=4):
    """The least time of a layer's pass over a batch.

    Args:
        layer: dict with "multiply_adds" and "activations" (both for one image) and
            "weights", all above 0.
        batch: images.
        gflops: peak, in 10^9 operations a second.
        gb_per_s: bandwidth, in 10^9 bytes a second.
        size: bytes of a number.

    Returns:
        float, in seconds.

    >>> dense = {"multiply_adds": 3e9, "activations": 1e9, "weights": 5e9}
    >>> layer_seconds(dense, 2, gflops=4.0, gb_per_s=1.0, size=1)
    7.0
    """
    ### BEGIN SOLUTION
    computing = 2 * layer["multiply_adds"] * batch / (gflops * 1e9)
    numbers = layer["weights"] + layer["activations"] * batch
    moving = size * numbers / (gb_per_s * 1e9)
    return max(computing, moving)
    ### END SOLUTION


def enough_images(layer, gflops, gb_per_s, size=4):
    """The smallest batch whose arithmetic takes at least as long as its traffic.

    Args:
        layer, gflops, gb_per_s, size: as in `layer_seconds`.

    Returns:
        int, at least 1; None if there is no such batch.

    >>> dense = {"multiply_adds": 3e9, "activations": 1e9, "weights": 5e9}
    >>> enough_images(dense, gflops=4.0, gb_per_s=1.0, size=1)
    10
    """
    ### BEGIN SOLUTION
    computing = 2 * layer["multiply_adds"] / (gflops * 1e9)
    moving, fetching = (
        size * layer[kind] / (gb_per_s * 1e9) for kind in ("activations", "weights")
    )
    if computing <= moving:
        return None
    return math.ceil(fetching / (computing - moving))
    ### END SOLUTION


# %%
check("21.1")

# %%
with lab.needs("21.1"):
    lab.show(figures.layers(costs["LeNet-5"], layer_seconds, machine))
    limits = (machine.gflops, machine.gb_per_s)
    dense = {"multiply_adds": 784 * 512, "weights": 785 * 512, "activations": 1296}
    alone = [layer_seconds(dense, 1, *pair) for pair in figures.one_limit(*limits)]
    from_here = enough_images(dense, *limits)
    told = f"memory {alone[1] / alone[0]:.0f} times longer; enough images: {from_here}"
    lab.reveal("21.1a", "a" if alone[1] > 1.2 * alone[0] else "b", told)
    norm = {"multiply_adds": 64 * 49, "weights": 4 * 64, "activations": 2 * 64 * 49}
    never = enough_images(norm, *limits)
    lab.reveal("21.1b", "c" if never is None else "b", f"enough_images gives {never}")

# %% [markdown]
# A dense layer is lifted by a larger batch, because its weights are shared. What does few operations for each activation waits for
# memory whatever the batch: that is why compilers fuse it with its neighbours.

# %% [markdown]
# ### Exercise 21.2 · An honest clock
#
# Three things spoil a timing. The first steps of a compiled network are unlike the others. A backend may come back at once
# with a *promise*, while the device is still at work on this step and those before. And other programs interrupt.
#
# `step()` starts a step and gives its promise; `wait(promise)` returns when that result is there; `clock()` reads seconds.
# Give the seconds from a step's start until its result is there: the median over `repeats` steps, after `warmup` steps
# that do not count and of which nothing may be left to do when the first counted one begins.

# %%
lab.predict(
    "21.2",
    "The very first pass of a fresh network, compared with a later one, takes",
    choices=[
        "about as long",
        "2 to 10 times as long",
        "10 to 100 times",
        "over 100 times",
    ],
)


# %%
def honest_seconds(step, wait, clock, warmup, repeats):
    """Median seconds of a step, its result included.

    Args:
        step: `step()` starts a step and returns its promise.
        wait: `wait(promise)` returns when the step is done.
        clock: `clock()` gives seconds.
        warmup: steps before, 0 or more.
        repeats: steps that are timed, 1 or more.

    Returns:
        float, in seconds; of an even number the mean of the middle two.

    >>> ticks = iter([0.0, 5.0, 10.0, 12.0, 20.0, 23.0])
    >>> honest_seconds(lambda: None, lambda p: None, lambda: next(ticks), 1, 3)
    3.0
    """
    ### BEGIN SOLUTION
    for _ in range(warmup):
        wait(step())
    seconds = []
    for _ in range(repeats):
        start = clock()
        promise = step()
        wait(promise)
        seconds.append(clock() - start)
    return float(np.median(seconds))
    ### END SOLUTION


# %%
check("21.2")

# %%
timed = {}
with lab.needs("21.2"):
    fresh = scale.forward(scale.network(small[0]), np.ones((64, 28, 28, 1), np.float32))
    turns = lab.pick(200, 30)
    first = honest_seconds(*fresh, figures.clock, 0, 1)
    later = honest_seconds(*fresh, figures.clock, 3, turns)
    for key, (step, wait) in passes.items():
        begun = honest_seconds(step, figures.not_waiting, figures.clock, 3, turns)
        timed[key] = begun, honest_seconds(step, wait, figures.clock, 3, turns)
    lab.show(figures.clocks(first, later, timed))
    ratio = first / later
    truth = "a" if ratio < 2 else "b" if ratio < 10 else "c" if ratio < 100 else "d"
    lab.reveal("21.2", truth, f"{1e3 * first:.1f} against {1e3 * later:.3f} ms")
    gain = 64 * timed[small[0], 1][1] / timed[small[0], 64][1]
    truth = "a" if gain < 2 else "b" if gain < 8 else "c"
    lab.reveal("21.0", truth, f"{gain:.1f} times less time for an image")

# %% [markdown]
# Where both marks lie on one another the backend made no promises; where they part, whoever did not wait has timed a promise. The
# numbers are this machine's, of this hour; nothing in the checks depends on them.

# %% [markdown]
# ## Fewer bits

# %% [markdown]
# ### Exercise 21.3 · Range and precision
#
# A float of $e$ exponent and $f$ fraction bits is $\pm m\,2^k$, where $1\le m<2$ has $f$ binary places and $1-B\le k\le B$ with
# $B=2^{e-1}-1$. Below $2^{1-B}$ the gaps stay those of $k=1-B$. A number goes to the nearest of
# these; half-way, to the one whose last bit is 0 (`np.round` does so); what would round beyond the largest, to $\pm\infty$. float16 is $(5,10)$,
# bfloat16 $(8,7)$.
#
# Small gradients fall to zero in float16. So the loss is multiplied by `scale` first; weights stay in float32.
# `scaled_step` gets such a gradient: take the scale out, shorten to length `clip` what is longer, descend. Is an
# entry not finite: no step, half the scale.

# %%
lab.predict(
    "21.3",
    "float16 or bfloat16: which has the smaller relative error on a number near 1, and "
    "which on one near 1e-9?",
    choices=["float16, float16", "float16, bfloat16", "bfloat16, bfloat16"],
)


# %%
def round_to(x, exponent_bits, fraction_bits):
    """The nearest numbers of a format.

    Args:
        x: numbers or an array; infinite ones stay so.
        exponent_bits, fraction_bits: e and f.

    Returns:
        float64 array of the shape of x.

    >>> round_to([1.0625, 0.3, 5.0, 0.01], 3, 2)
    array([1.    , 0.3125, 5.    , 0.    ])
    """
    ### BEGIN SOLUTION
    x = np.asarray(x, float)
    most = 2 ** (exponent_bits - 1) - 1
    k = np.maximum(np.frexp(x)[1] - 1, 1 - most)
    gap = 2.0 ** (k - fraction_bits)
    near = np.round(x / gap) * gap
    largest = (2 - 2.0**-fraction_bits) * 2.0**most
    return np.where(np.abs(near) > largest, np.copysign(np.inf, x), near)
    ### END SOLUTION


def scaled_step(weights, gradient, scale, rate, clip):
    """One step with a gradient of the scaled loss.

    Args:
        weights: float32 array (n,).
        gradient: float16 array (n,), of `scale` times the loss.
        scale: positive.
        rate: learning rate.
        clip: largest length of the gradient of the loss itself.

    Returns:
        (weights, scale): a new float32 or float64 array, and a float.

    >>> gradient = np.array([6.0, 8.0], np.float16)
    >>> w, s = scaled_step(np.ones(2, np.float32), gradient, 2.0, 0.1, 1.0)
    >>> w.round(6).tolist(), s
    ([0.94, 0.92], 2.0)
    """
    ### BEGIN SOLUTION
    if not np.all(np.isfinite(gradient)):
        return np.array(weights), scale / 2
    slope = np.asarray(gradient, np.float32) / scale
    length = np.linalg.norm(slope)
    if length > clip:
        slope = slope * (clip / length)
    return weights - rate * slope, float(scale)
    ### END SOLUTION


# %%
check("21.3")

# %% [markdown]
# Your `round_to` squeezes numbers of every size, and then the weights of a network after each of its steps. Beside it the
# same network with weights in float32 and gradients in float16, without and with your `scaled_step`. (Its loss is counted
# in tens of millions there, so that gradients are as small as in a deep network.)

# %%
x, y = scale.problem()
net, count = scale.Mlp(), lab.pick(1_200, 240)
rows, precision = scale.batches(len(x), 64, count, seed=lab.seed), {}
with lab.needs("21.3"):
    lab.show(figures.formats(round_to))
    ways = figures.ways_to_step(round_to, scaled_step)
    for name, step in ways.items():
        end, losses = scale.descend(net, x, y, rows, 0.02, seed=lab.seed, step=step)
        precision[name] = losses, net.error(end, x, y)
    lab.show(figures.precision(precision))
    near_one, tiny = (
        [np.max(abs(round_to(v, *bits) / v - 1)) for bits in ((5, 10), (8, 7))]
        for v in (np.linspace(1, 2, 999), np.linspace(1e-9, 2e-9, 999))
    )
    truth = "b" if near_one[0] < near_one[1] and tiny[0] > tiny[1] else "a"
    told = [f"{a:.0e} in float16, {b:.0e} in bfloat16" for a, b in (near_one, tiny)]
    lab.reveal("21.3", truth, f"near 1 {told[0]}; near 1e-9 {told[1]}")

# %% [markdown]
# float16 spends its bits on precision, bfloat16 on range. A step much smaller than a weight's gap leaves the weight where it
# is, and bfloat16's gaps are eight times as wide: therefore the weights keep 32 bits, and only what flows through the network gets 16.

# %% [markdown]
# ## More devices

# %% [markdown]
# ### Exercise 21.4 · Many small gradients, one large one
#
# In *data parallel* training each device has all weights and some rows of the batch, and computes the gradient of **its**
# rows' mean loss. The step is to be the one of the whole batch, whose loss is the mean over **all** its rows. The last batch
# may be cut unevenly. A device without any row sends NaN (its mean is 0/0) and has no say.
#
# Batch normalisation couples rows: its mean and its variance (divided by $n$, not $n-1$) are to be those of the whole batch,
# though each device knows only its own. What of the distance between the devices' means?

# %%
lab.predict(
    "21.4",
    "A network with batch normalisation, 64 rows on 8 devices, each normalising with "
    "its own rows. Is the weighted gradient that of the whole batch?",
    choices=["yes, to rounding", "nearly, within 1 %", "no, off by more"],
)


# %%
def combine(gradients, rows):
    """Gradient of the mean loss over all rows.

    Args:
        gradients: one array a device, all of one shape: of its own mean loss.
        rows: how many rows each device had, not all 0; where it is 0 the gradient is
            NaN.

    Returns:
        float array of that shape.

    >>> combine([np.array([1.0, 0.0]), np.array([5.0, 4.0])], [3, 1])
    array([2., 1.])
    """
    ### BEGIN SOLUTION
    total = np.zeros_like(np.asarray(gradients[0], float))
    for gradient, count in zip(gradients, rows, strict=True):
        if count > 0:
            total = total + np.asarray(gradient) * (count / np.sum(rows))
    return total
    ### END SOLUTION


def pooled(means, variances, rows):
    """Mean and variance over the rows of all devices.

    Args:
        means, variances: arrays (devices, features), of each device's own rows.
        rows: rows of each device, all above 0.

    Returns:
        (mean, variance): arrays (features,).

    >>> pooled([[0.0], [4.0]], [[1.0], [1.0]], [2, 2])
    (array([2.]), array([5.]))
    """
    ### BEGIN SOLUTION
    share = np.asarray(rows)[:, None] / np.sum(rows)
    mean = np.sum(share * means, axis=0)
    apart = np.asarray(means) - mean
    return mean, np.sum(share * (variances + apart**2), axis=0)
    ### END SOLUTION


# %%
check("21.4")

# %%
gaps = {}
with lab.needs("21.4"):
    for name, kind in (("plain", net), ("normalised", scale.Mlp(normalised=True))):
        weights = kind.start(lab.seed)
        whole = kind.loss_and_gradient(weights, x[:64], y[:64])[1]
        shares = np.split(np.arange(64), (14, 26, 34, 42, 48, 54, 60))  # 14 rows to 4
        sent = [kind.loss_and_gradient(weights, x[s], y[s])[1] for s in shares]
        both = combine(sent, list(map(len, shares))), np.mean(sent, axis=0)
        gaps[name] = [np.linalg.norm(g - whole) / np.linalg.norm(whole) for g in both]
    sums = x[:64] @ net.parts(net.start(lab.seed))[0]
    lab.show(figures.shards(gaps, sums, shares, pooled))
    off = gaps["normalised"][0]
    truth = "a" if off < 1e-4 else "b" if off < 0.01 else "c"
    told = f"off by {off:.0%}, against {gaps['plain'][0]:.0e} without normalisation"
    lab.reveal("21.4", truth, told)

# %% [markdown]
# Data parallelism is no approximation as long as rows do not see one another. Where they do, devices have to agree on the
# statistics first (`BatchNormalization(synchronized=True)` in Keras), or the batch of a device is the batch that counts.

# %% [markdown]
# ### Exercise 21.5 · The ring
#
# Every device needs the sum of all arrays; one that collected them would drown. In a *ring*, device $d$ speaks to
# $d+1$ alone (the last to the first). Each array is cut into as many pieces as there are devices (`np.array_split`).
# First half: each round every device passes one piece on, and its neighbour **adds** it to its own, until
# each piece is complete on one device. Second half: complete pieces go round, and **replace**.
#
# Which piece starts where is for you to find. Everything that travels goes through `send(d, numbers)`, which gives what
# arrives at the neighbour of $d$; each device sends one piece a round, in as few rounds as possible.

# %%
lab.predict(
    "21.5a",
    "With 64 devices instead of 8, the numbers that a device sends in all are",
    choices=["about the same", "8 times as many", "64 times as many"],
)

# %%
lab.predict(
    "21.5b",
    "And the time of the whole, if to begin a message takes as long as to send a "
    "thousand numbers, and arrays hold 4,000?",
    choices=["about the same", "several times as long", "shorter"],
)


# %%
def ring_sum(arrays, send):
    """Sum over devices, on every device, by a ring.

    Args:
        arrays: one array (n,) a device, at least two of them; they stay as they are.
        send: `send(d, numbers)` sends an array from device d to the next one; returns
            the array that arrives there.

    Returns:
        list of arrays (n,), one a device.

    >>> ring_sum([np.array([1.0, 2.0]), np.array([10.0, 20.0])], lambda d, v: v)
    [array([11., 22.]), array([11., 22.])]
    """
    ### BEGIN SOLUTION
    count = len(arrays)
    held = [np.array_split(np.asarray(array, float), count) for array in arrays]
    for turn in range(2 * (count - 1)):
        for d in range(count):
            piece, neighbour = (d - turn) % count, (d + 1) % count
            arrived = np.asarray(send(d, held[d][piece]))
            if turn < count - 1:
                arrived = held[neighbour][piece] + arrived
            held[neighbour][piece] = arrived
    return [np.concatenate(pieces) for pieces in held]
    ### END SOLUTION


def ring_seconds(numbers, count, latency, gb_per_s, size=4):
    """Time of `ring_sum` if all devices send at once.

    Args:
        numbers: length of each array; `count` divides it.
        count: devices.
        latency: seconds that each message takes besides its bytes.
        gb_per_s: what a link carries, in 10^9 bytes a second.
        size: bytes of a number.

    Returns:
        float, in seconds.

    >>> ring_seconds(3e9, 3, latency=1.0, gb_per_s=2.0)
    12.0
    """
    ### BEGIN SOLUTION
    rounds = 2 * (count - 1)
    return rounds * (latency + size * numbers / count / (gb_per_s * 1e9))
    ### END SOLUTION


# %%
check("21.5")

# %% [markdown]
# Eight devices hold a digit each. Your function sends the pieces: bands of the pictures.

# %%
with lab.needs("21.5"):
    ring = figures.Ring([x[np.flatnonzero(y == d)[0]] for d in range(8)])
    ring.result = ring_sum(ring.arrays, ring.send)
    sent = {n: figures.numbers_sent(ring_sum, n, 1_344) for n in (2, 4, 8, 16, 64)}
    lab.show(figures.traffic(sent, ring_seconds))
    told = f"{sent[2]:,} with 2, {sent[8]:,} with 8, {sent[64]:,} with 64, of 1,344"
    lab.reveal("21.5a", "a" if sent[64] < 1.5 * sent[8] else "b", told)
    few, many = (ring_seconds(4_000, n, 1e-6, 4.0) for n in (8, 64))
    told = f"{1e6 * few:.0f} against {1e6 * many:.0f} microseconds"
    lab.reveal("21.5b", "b" if many > 2 * few else "a", told)

# %%
ring_moves = "The ring moves once ring_sum is there."
with lab.needs("21.5"):
    ring_moves = figures.animated(ring)
ring_moves

# %% [markdown]
# Of $p$ devices each sends $2(p-1)/p$ times its array: always less than twice. What grows with $p$ is the
# number of rounds, and with it the waiting for messages that are too short.

# %% [markdown]
# ## What more devices bring

# %% [markdown]
# ### Exercise 21.6 · The part that stays
#
# One device's step takes `alone` seconds for what cannot be shared and `shared` seconds for what
# $p$ devices divide. *Amdahl*: how many times as fast do $p$ devices do the **same** step? *Gustafson*: each
# gets as much to share as the one had; `alone` stays. How many times as fast is this
# larger step as on **one device**?
#
# `lonely_share` goes back: from seconds with several numbers of devices, by least squares, to `alone`'s share
# of one device's step. `pipeline_seconds` feeds a device: batch $i$ takes `prepare[i]` seconds to make and `train[i]` to use. The
# maker works ahead into `room` places; a place is free again when the device *begins* with its batch.

# %%
lab.predict(
    "21.6",
    "Batches take 10 ms to make and 10 ms to use, on average, but vary. With room for "
    "one batch, is the device always busy?",
    choices=["yes", "no, and more room helps", "no, and more room does not help"],
)


# %%
def speed_ups(alone, shared, p):
    """Amdahl's and Gustafson's answers.

    Args:
        alone, shared: seconds of one device's step.
        p: devices.

    Returns:
        (amdahl, gustafson): floats, one device's seconds over those of p.

    >>> speed_ups(1.0, 3.0, 3)
    (2.0, 2.5)
    """
    ### BEGIN SOLUTION
    amdahl = (alone + shared) / (alone + shared / p)
    gustafson = (alone + p * shared) / (alone + shared)
    return amdahl, gustafson
    ### END SOLUTION


def lonely_share(counts, seconds):
    """Share of a single device's step that cannot be shared.

    Args:
        counts: numbers of devices, at least two different ones.
        seconds: measured, one for each.

    Returns:
        float: alone / (alone + shared) of the line that fits best.

    >>> round(lonely_share([1, 2, 4], [4.0, 2.5, 1.75]), 6)
    0.25
    """
    ### BEGIN SOLUTION
    columns = np.stack([np.ones(len(counts)), 1 / np.asarray(counts, float)], axis=1)
    alone, shared = np.linalg.lstsq(columns, np.asarray(seconds, float), rcond=None)[0]
    return float(alone / (alone + shared))
    ### END SOLUTION


def pipeline_seconds(prepare, train, room):
    """When the device is done with the last batch.

    Args:
        prepare, train: seconds of each batch, of equal length, at least one.
        room: finished or unfinished batches that the maker may hold, 1 or more.

    Returns:
        float, in seconds from the start.

    >>> pipeline_seconds([2.0, 2.0, 2.0], [5.0, 1.0, 1.0], 1)
    10.0
    """
    ### BEGIN SOLUTION
    made, begun, free = 0.0, [], 0.0
    for i, (making, using) in enumerate(zip(prepare, train, strict=True)):
        made = max(made, begun[i - room] if i >= room else 0.0) + making
        begun.append(max(made, free))
        free = begun[-1] + using
    return float(free)
    ### END SOLUTION


# %%
check("21.6")

# %%
with lab.needs("21.6"):
    lab.show(figures.scaling(speed_ups, lonely_share, seed=lab.seed))
    rng = np.random.default_rng(lab.seed)
    prepare, train = rng.gamma(2.0, 5e-3, (2, 400))  # 10 ms on average
    rooms = (1, 2, 4, 8, 16)
    busy = {r: train.sum() / pipeline_seconds(prepare, train, r) for r in rooms}
    lab.show(figures.feed(busy))
    truth = "a" if busy[1] > 0.97 else "b" if busy[16] > busy[1] + 0.05 else "c"
    told = f"busy for {busy[1]:.0%} of the time with room for 1, {busy[16]:.0%} for 16"
    lab.reveal("21.6", truth, told)

# %% [markdown]
# Amdahl's curve levels off, Gustafson's rises on: they answer different questions, and an honest report says which. The serial
# part of a training is often its feed, and a few places of room make up for what varies, never for what is too slow.

# %% [markdown]
# ### Exercise 21.7 · Larger batches, larger steps
#
# More devices at the same share each make a larger batch, and fewer steps in an epoch. Goyal et al. (2017): if the batch
# grows by a factor, the learning rate grows by the same factor. With their *warm-up* the rate begins as the small batch's
# and rises evenly, step by step, to reach the new one when `warmup` **epochs** are over.
# From the begin of each epoch in `drops` on, it is ten times smaller than before.
#
# A last batch that is not full is left out of every epoch.

# %%
lab.predict(
    "21.7",
    "Batches of 32 times the size, a rate 32 times as high, the same number of epochs. "
    "Compared with the small batch, the network is at the end",
    choices=[
        "as good, at any start",
        "as good with warm-up, worse without",
        "worse in both cases",
    ],
)


# %%
def rate_at(step, base_rate, base_batch, p, share, n, warmup, drops=()):
    """Learning rate of a step, the first being step 0.

    Args:
        step: its number.
        base_rate, base_batch: what goes well on one device.
        p: devices.
        share: rows that each of them takes a step.
        n: rows of the data.
        warmup: epochs, 0 or more, not always whole.
        drops: epochs (from 0), each at or after `warmup`.

    Returns:
        float.

    >>> [round(rate_at(s, 0.1, 8, 4, 8, 70, 1, [3]), 3) for s in range(7)]
    [0.1, 0.25, 0.4, 0.4, 0.4, 0.4, 0.04]
    """
    ### BEGIN SOLUTION
    batch = p * share
    target = base_rate * batch / base_batch
    epoch = step / (n // batch)
    if epoch < warmup:
        return base_rate + (target - base_rate) * epoch / warmup
    return target / 10 ** sum(epoch >= drop for drop in drops)
    ### END SOLUTION


# %%
check("21.7")

# %%
large = {}
SEEDS = tuple(lab.seed + k for k in range(3))
with lab.needs("21.7"):
    plan = figures.batch_plans(rate_at, SEEDS, fast=lab.fast)
    large = plan.errors
    lab.show(figures.large_batches(plan))
    means = {name: float(np.mean(errors)) for name, errors in large.items()}
    small_batch, risen, sudden = (means[name] for name in plan.told)
    near = risen < small_batch + 0.01
    truth = "b" if near and sudden > risen + 0.01 else "a" if near else "c"
    told = f"wrong: {small_batch:.1%} small, {risen:.1%} warm-up, {sudden:.1%} without"
    lab.reveal("21.7", truth, told)

# %% [markdown]
# The rule keeps what an *epoch* does. Curves over steps compare a network with one that has seen 32 times as many images.

# %% [markdown]
# ## The same training everywhere

# %% [markdown]
# ### Exercise 21.8 · Devices change bits, not lessons
#
# Every host makes the same order of rows from the same seed, and feeds its own part. `host_rows`
# gives a step's rows for one host: the hosts' parts, put together in order, are the batch that one machine would take. An
# epoch's rows that fill no batch are left out.
#
# Two places seldom agree to the last bit: sums are taken in another order. What matters is whether they differ less than runs
# from other seeds do. `drift` divides the distance of two loss curves at each step by the spread of other seeds'
# losses at that same step (their standard deviation, with $n-1$), and gives the **largest** of these.

# %%
lab.predict(
    "21.8",
    "The same digits, weights and rows, in NumPy and in Keras, on one device, on eight "
    "and on two hosts. How far apart are the losses at most, as a share of the seeds' "
    "spread?",
    choices=["under a thousandth", "about a tenth", "as far as other seeds"],
)


# %%
def host_rows(order, step, batch, hosts, host):
    """The rows that one host feeds in a step of an epoch.

    Args:
        order: all row numbers (n,), in this epoch's order.
        step: from 0.
        batch: rows of a step over all hosts; `hosts` divides it.
        hosts: how many there are.
        host: which one, from 0.

    Returns:
        int array (batch / hosts,), a part of `order`; empty, shape (0,), where the
        epoch's full batches are over.

    >>> host_rows([5, 3, 0, 1, 4, 2, 6], 1, 2, 2, 0)
    array([0])
    """
    ### BEGIN SOLUTION
    order = np.asarray(order)
    rows = order[step * batch : (step + 1) * batch]
    if len(rows) < batch:
        return order[:0]
    share = batch // hosts
    return rows[host * share : (host + 1) * share]
    ### END SOLUTION


def drift(one, other, seeds):
    """How far two loss curves part, in units of the spread over seeds.

    Args:
        one, other: losses (steps,).
        seeds: losses of other seeds (runs, steps), at least two runs.

    Returns:
        float: the largest over all steps.

    >>> round(drift([1.0, 2.0], [1.5, 2.0], [[0.0, 1.0], [2.0, 9.0]]), 4)
    0.3536
    """
    ### BEGIN SOLUTION
    spread = np.std(seeds, axis=0, ddof=1)
    return float(np.max(np.abs(np.subtract(one, other)) / spread))
    ### END SOLUTION


# %%
check("21.8")

# %% [markdown]
# Your rows go to every place that there is: NumPy, Keras in this kernel, eight devices (a process that sees this CPU eight
# times: equality, no speed), and in full mode two hosts: processes of this machine, or nodes of your course's cluster where its
# address is given. A chip that is not there is told as *not run*.

# %%
with lab.needs("21.8"):
    order = np.random.default_rng(lab.seed).permutation(len(x))
    turns = [step % (len(x) // 64) for step in range(lab.pick(84, 12))]
    feed = {
        n: [[host_rows(order, t, 64, n, h) for t in turns] for h in range(n)]
        for n in (1, 2)
    }
    one, two = ({"rows": feed[n], "seed": lab.seed} for n in (1, 2))
    cluster = os.environ.get("COURSEKIT_CLUSTER")  # HOST:PORT of your course's, or None

# %%
curves, same = {}, {}
with lab.needs("21.8"):
    by_hand = figures.in_numpy(x, y, feed[1], lab.seed)
    curves = {"NumPy": by_hand[0], "here": scale.train(**one)["losses"]}
    curves["8 devices"] = figures.losses(scale.elsewhere, count=8, **one)
    if not lab.fast:
        hosts = {"arguments": two, "hosts": 2, "cluster": cluster}
        curves["2 hosts"] = figures.losses(devices.launch, scale.train, **hosts)
    curves |= dict.fromkeys(figures.missing_chips())
    ran = {name: losses for name, losses in curves.items() if losses is not None}
    same = {name: drift(ran["NumPy"], ran[name], by_hand[1:]) for name in ran}
    lab.show(figures.everywhere(curves, by_hand[1:], same))
    worst = max(same.values())
    truth = "a" if worst < 1e-3 else "b" if worst < 0.5 else "c"
    lab.reveal("21.8", truth, f"at most {worst:.0e}, in {len(ran) - 1} places")

# %% [markdown]
# One training, many places. To run it on your course's cluster takes one argument:
# `devices.launch(scale.train, arguments={"rows": rows}, cluster="HOST:PORT")` starts Keras on JAX on every node. If a host is
# lost, one error names it, and with `checkpoint=` the same call goes on from what was kept.

# %% [markdown]
# ## The roof again
#
# Your costs, your clock: every network under the roof, with one image and with 64.

# %%
with lab.needs("21.1", "21.2"):
    lab.show(figures.under_the_roof(machine, costs, layer_seconds, timed))

# %% [markdown]
# Now you can say what holds the dots down. One image shares its weights with nobody, so dense layers wait for memory; small
# networks spend their time on starting, which no roof shows; and a batch lifts both, until arithmetic is the limit. A chip with a
# hundred times the peak lifts the roof's flat part, and leaves its slope.

# %% [markdown]
# ## Go further
#
# - Open this notebook where a GPU or TPU is (in Colab: *Runtime, Change runtime type*). Which dots move, and which do not?
# - Run it in float16 or bfloat16: `scale.images_per_second("digit CNN", precision="mixed_bfloat16")`. Does your chip have units for it?
# - Let `ring_sum` send float16. What becomes of the sum of 64 devices, and in which order would you add?
# - Kill a host of `devices.launch` in the middle of a training, and start it again.

# %% [markdown]
# ## Receipt

# %%
jobs = [] if lab.fast else scale.jobs()
rates = [scale.images_per_second(**job) for job in jobs]
measured = {
    "peak": f"{machine.gflops:.0f} GFLOP/s",
    "bandwidth": f"{machine.gb_per_s:.0f} GB/s",
}
measured |= {f"wrong, {name}": f"{error:.1%}" for name, (_, error) in precision.items()}
measured |= {f"shards, {name}": f"{gap[0]:.0e}" for name, gap in gaps.items()}
measured |= {
    f"batch, {name}": f"{np.mean(errors):.1%} +- {np.std(errors):.1%}"
    for name, errors in large.items()
}
for name in curves:
    measured[f"same, {name}"] = f"{same[name]:.0e}" if name in same else "not run"
lab.receipt(figures.receipt(measured), seeds=SEEDS, throughput=rates)
