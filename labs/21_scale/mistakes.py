"""Wrong answers that students of lab 21 really give, each with the thought that puts it right."""

import numpy as np

from coursekit.labs import excuse, mistake

# 21.1 ---------------------------------------------------------------------------------


@mistake(
    "21.1",
    of="layer_seconds",
    tag="formula",
    edit=('2 * layer["multiply_adds"] * batch', 'layer["multiply_adds"] * batch'),
)
def multiply_add_counted_once():
    """Your arithmetic is twice as quick as the chip's. What does a maker's sheet count as one operation?

    A multiplication and an addition are two."""


@mistake(
    "21.1",
    of="layer_seconds",
    tag="formula",
    edit=("return max(computing, moving)", "return computing + moving"),
)
def one_after_the_other():
    """Does the memory rest while the chip computes? The text says: both at once.

    The longer of two things that go on together decides; they do not add up."""


@mistake(
    "21.1",
    of="layer_seconds",
    tag="formula",
    edit=("return max(computing, moving)", "return min(computing, moving)"),
)
def the_quicker_decides():
    """Endless bandwidth makes traffic take no time. What does your layer take then?

    Whoever is slower has to be waited for."""


@mistake(
    "21.1",
    of="layer_seconds",
    tag="formula",
    edit=(
        'layer["weights"] + layer["activations"] * batch',
        '(layer["weights"] + layer["activations"]) * batch',
    ),
)
def weights_for_every_image():
    """How often do the weights come from memory for a batch of 64 images?

    Once for the batch: that is what a batch is good for. Activations travel for each image."""


@mistake(
    "21.1",
    of="layer_seconds",
    tag="formula",
    edit=('layer["weights"] + layer["activations"] * batch', 'layer["weights"]'),
)
def activations_left_out():
    """Do weights alone travel? Images go in and come out as well.

    What enters and leaves the layer travels once for each image of the batch."""


@mistake(
    "21.1",
    of="layer_seconds",
    tag="formula",
    edit=(
        'layer["weights"] + layer["activations"] * batch',
        'layer["weights"] + layer["activations"]',
    ),
)
def activations_of_one_image():
    """Double the batch. Does your traffic grow?

    Each image brings its own activations."""


@mistake(
    "21.1",
    of="layer_seconds",
    tag="formula",
    edit=("moving = size * numbers", "moving = numbers"),
)
def numbers_for_bytes():
    """The bandwidth counts bytes. What does your traffic count?

    Every number has `size` bytes."""


@mistake(
    "21.1",
    of="layer_seconds",
    tag="formula",
    edit=("(gb_per_s * 1e9)", "(gb_per_s * 2**30)"),
)
def gibibytes():
    """You are off by 7 % where memory decides. How many bytes has a GB here?

    G is 10^9. 2^30 is another unit, the GiB."""


@mistake(
    "21.1",
    of="layer_seconds",
    tag="formula",
    edit=(
        'computing = 2 * layer["multiply_adds"] * batch',
        'computing = 2 * layer["multiply_adds"]',
    ),
)
def work_of_one_image():
    """Double the batch. Does your arithmetic grow?

    The multiply-adds in the dict are those of one image."""


@mistake(
    "21.1",
    of="enough_images",
    tag="off-by-one",
    edit=(
        "math.ceil(fetching / (computing - moving))",
        "math.floor(fetching / (computing - moving))",
    ),
)
def rounded_down():
    """Put your batch into layer_seconds with each limit alone. Which one is still slower?

    At that batch memory is still waited for: one image more is needed, unless the division comes out even."""


@mistake(
    "21.1",
    of="enough_images",
    tag="off-by-one",
    edit=(
        "math.ceil(fetching / (computing - moving))",
        "math.floor(fetching / (computing - moving)) + 1",
    ),
)
def one_more_at_a_tie():
    """When arithmetic takes exactly as long as traffic, is that enough?

    At least as long, says the docstring: a tie is enough."""


@mistake(
    "21.1",
    of="enough_images",
    tag="formula",
    edit=("fetching / (computing - moving)", "fetching / computing"),
)
def traffic_of_images_forgotten():
    """Each further image brings arithmetic. What else does it bring?

    Its activations: only what is left of the arithmetic after them makes up for the weights."""


@mistake(
    "21.1",
    of="enough_images",
    tag="edge-case",
    edit=("    if computing <= moving:\n        return None\n", ""),
)
def no_batch_is_not_foreseen():
    """What comes out for a layer whose images bring more traffic than arithmetic?

    Then no batch is large enough, and None is due."""


@mistake(
    "21.1",
    of="enough_images",
    tag="formula",
    edit=(
        '2 * layer["multiply_adds"] / (gflops * 1e9)',
        'layer["multiply_adds"] / (gflops * 1e9)',
    ),
)
def half_the_work_to_balance():
    """Put your batch into layer_seconds. Is arithmetic really slower only from there on?

    A multiply-add is two operations here, too."""


# 21.2 ---------------------------------------------------------------------------------


@mistake("21.2", tag="formula", edit=("        wait(promise)\n", ""))
def promises_timed():
    """When your clock stops, is the result there?

    You measured how long it takes to promise. Wait for the promise, and only then read the clock."""


@mistake(
    "21.2", tag="formula", edit=("float(np.median(seconds))", "float(np.mean(seconds))")
)
def one_interruption_counts():
    """One step of your run was interrupted by another program. What does it do to your figure?

    A mean carries every interruption; the median does not."""


@mistake(
    "21.2", tag="formula", edit=("float(np.median(seconds))", "float(np.min(seconds))")
)
def the_luckiest_step():
    """Half of the steps should be quicker than your figure. Is any?

    The smallest is the luckiest step; asked is the median."""


@mistake(
    "21.2",
    tag="off-by-one",
    edit=(
        "    for _ in range(warmup):\n        wait(step())\n",
        "    for _ in range(max(warmup - 1, 0)):\n        wait(step())\n",
    ),
)
def one_warm_up_too_few():
    """Count the steps that you start before the first one that counts.

    `warmup` of them."""


@mistake("21.2", tag="order", edit=("        wait(step())\n", "        step()\n"))
def queue_at_the_start():
    """Your first counted step waits in a queue. Behind what?

    Behind the warm-up, which was started and never waited for."""


@mistake(
    "21.2",
    tag="order",
    edit=("    for _ in range(warmup):\n        wait(step())\n", ""),
)
def no_warm_up():
    """Where are the steps that do not count?

    The first steps compile. Do `warmup` of them before the clock is read at all."""


@mistake(
    "21.2",
    tag="order",
    edit=(
        "        start = clock()\n        promise = step()",
        "        promise = step()\n        start = clock()",
    ),
)
def started_before_the_clock():
    """Starting a step takes time, too. Does your clock see it?

    Read the clock before the step is started."""


@mistake("21.2", name="whole-run-divided", tag="formula")
def honest_seconds(step, wait, clock, warmup, repeats):
    """You read the clock twice and divided. Can a median come from two readings?

    Each step needs its own start and end, so that one long step does not spoil the others."""
    for _ in range(warmup):
        wait(step())
    start = clock()
    for _ in range(repeats):
        wait(step())
    return float((clock() - start) / repeats)


@mistake(
    "21.2",
    tag="off-by-one",
    edit=("float(np.median(seconds))", "float(sorted(seconds)[len(seconds) // 2])"),
)
def upper_of_two_middles():
    """Of four numbers, which one is in the middle?

    Two are: the median is their mean."""


# 21.3 ---------------------------------------------------------------------------------


@mistake(
    "21.3",
    of="round_to",
    tag="formula",
    edit=("np.round(x / gap) * gap", "np.trunc(x / gap) * gap"),
)
def cut_off():
    """Is your number the nearest one, or the next one towards zero?

    Cutting bits off is not rounding: on average it makes everything smaller."""


@mistake(
    "21.3",
    of="round_to",
    tag="ties",
    edit=("np.round(x / gap) * gap", "np.floor(x / gap + 0.5) * gap"),
)
def half_always_up():
    """Where do you differ? At numbers half-way between two neighbours.

    Those go to the neighbour whose last bit is 0, not always up."""


@mistake(
    "21.3",
    of="round_to",
    tag="edge-case",
    edit=(
        "np.maximum(np.frexp(x)[1] - 1, 1 - most)",
        "np.frexp(x)[1] - 1",
    ),
)
def gaps_ever_finer():
    """Your tiny numbers are too exact. How small can the exponent get?

    Below k = 1 - B the gaps stay as they are, so that small numbers lose bits and fall to 0."""


@mistake(
    "21.3",
    of="round_to",
    tag="edge-case",
    edit=(
        "np.where(np.abs(near) > largest, np.copysign(np.inf, x), near)",
        "near",
    ),
)
def no_largest_number():
    """What becomes of 70,000 in float16?

    Its largest number is 65,504. What rounds beyond the largest is infinite."""


@mistake(
    "21.3",
    of="round_to",
    tag="edge-case",
    edit=("np.copysign(np.inf, x), near)", "np.copysign(largest, x), near)"),
)
def held_at_the_largest():
    """What does a format do with a number beyond its largest?

    It becomes infinite, with its sign, so that an overflow is seen."""


@mistake(
    "21.3",
    of="round_to",
    tag="order",
    edit=("np.abs(near) > largest", "np.abs(x) > largest"),
)
def infinite_before_it_is_rounded():
    """What becomes of a number that is a hair larger than the largest of the format?

    It is rounded first, and may well go down to the largest; only what lands beyond it is infinite."""


@mistake(
    "21.3",
    of="round_to",
    tag="sign",
    edit=("np.copysign(np.inf, x), near)", "np.inf, near)"),
)
def infinity_without_sign():
    """What becomes of -70,000?

    Minus infinity: keep the sign."""


@mistake(
    "21.3",
    of="round_to",
    tag="off-by-one",
    edit=("np.frexp(x)[1] - 1, 1 - most)", "np.frexp(x)[1], 1 - most)"),
)
def mantissa_below_one():
    """Is your m between 1 and 2? Look at what np.frexp gives.

    It splits into a number from 0.5 to 1 and a power that is one larger than k: your gaps are twice too wide."""


@mistake(
    "21.3",
    of="round_to",
    tag="off-by-one",
    edit=("1 - most)", "-most)"),
)
def one_exponent_too_many():
    """Which is the smallest k? Put B into the inequality.

    1 - B. One more of them is not for numbers: its code stands for zero and what lies below the smallest power."""


@mistake(
    "21.3",
    of="round_to",
    tag="off-by-one",
    edit=("2 ** (exponent_bits - 1) - 1", "2 ** (exponent_bits - 1)"),
)
def bias_off_by_one():
    """What is B for five exponent bits? 15, not 16.

    B = 2^(e-1) - 1."""


@mistake(
    "21.3",
    of="scaled_step",
    tag="order",
    edit=(
        "    if length > clip:\n        slope = slope * (clip / length)",
        "    if length * scale > clip:\n        slope = slope * (clip / (length * scale))",
    ),
)
def clipped_before_the_scale_is_out():
    """Which gradient is held against `clip`: that of the loss or that of the scaled loss?

    Take the scale out first; otherwise nearly everything is shortened."""


@mistake(
    "21.3",
    of="scaled_step",
    tag="dtype",
    edit=(
        "np.asarray(gradient, np.float32) / scale",
        "np.asarray(gradient) / np.float16(scale)",
    ),
)
def divided_in_sixteen_bits():
    """In which format do you divide by the scale? What does a small quotient become there?

    In float16 it falls back to zero, and the scaling was for nothing. Widen first, then divide."""


@mistake(
    "21.3",
    of="scaled_step",
    tag="formula",
    edit=(
        "np.asarray(gradient, np.float32) / scale",
        "np.asarray(gradient, np.float32)",
    ),
)
def scale_left_in():
    """Your step is `scale` times too long, or shortened to clip. What was the loss multiplied by?

    The gradient grew with the loss: divide it by the scale again."""


@mistake(
    "21.3",
    of="scaled_step",
    tag="edge-case",
    edit=(
        "    if not np.all(np.isfinite(gradient)):\n        return np.array(weights), scale / 2\n",
        "",
    ),
)
def stepped_into_infinity():
    """One entry of the gradient is infinite. What are your weights afterwards?

    An overflow says that the scale was too large: no step this time, and half the scale."""


@mistake(
    "21.3",
    of="scaled_step",
    tag="formula",
    edit=("return np.array(weights), scale / 2", "return np.array(weights), scale * 2"),
)
def scale_doubled_after_an_overflow():
    """The numbers were too large. Will they be smaller with twice the scale?

    Halve it."""


@mistake(
    "21.3",
    of="scaled_step",
    tag="formula",
    edit=("return np.array(weights), scale / 2", "return np.array(weights), scale"),
)
def scale_kept_after_an_overflow():
    """What will happen in the next step if the scale stays as it is?

    The same overflow. Half the scale goes back."""


@mistake(
    "21.3",
    of="scaled_step",
    tag="formula",
    edit=(
        "    if length > clip:\n        slope = slope * (clip / length)",
        "    slope = np.clip(slope, -clip, clip)",
    ),
)
def every_entry_clipped():
    """Does your shortened gradient point the same way as before?

    The length of the whole vector is limited: every entry by one factor."""


@mistake(
    "21.3",
    of="scaled_step",
    tag="formula",
    edit=(
        "    if length > clip:\n        slope = slope * (clip / length)",
        "    if length > 0:\n        slope = slope * (clip / length)",
    ),
)
def short_ones_lengthened():
    """What happens to a gradient that is shorter than clip?

    Nothing: only what is longer is shortened."""


@mistake(
    "21.3",
    of="scaled_step",
    tag="sign",
    edit=("return weights - rate * slope", "return weights + rate * slope"),
)
def uphill():
    """Which way does a gradient point?

    Uphill. Descend against it."""


# 21.4 ---------------------------------------------------------------------------------


@mistake("21.4", name="mean-of-means", tag="missing-1/n")
def combine(gradients, rows):
    """A device with one row and one with nine: how much does each row count in your mean?

    All rows of the batch count alike, so a device counts as much as it has rows."""
    kept = [np.asarray(g, float) for g, n in zip(gradients, rows, strict=True) if n > 0]
    return sum(kept) / len(kept)


@mistake(
    "21.4",
    of="combine",
    tag="missing-1/n",
    edit=("* (count / np.sum(rows))", "* count"),
)
def weighted_but_not_divided():
    """Your result grows with the number of rows. Is the loss a sum or a mean over them?

    A mean: divide by all rows."""


@mistake(
    "21.4",
    of="combine",
    tag="missing-1/n",
    edit=("* (count / np.sum(rows))", "* (count / len(gradients))"),
)
def divided_by_devices():
    """You weighted by rows. By what do you divide, devices or rows?

    The weights of all devices have to add up to 1."""


@mistake(
    "21.4",
    of="combine",
    tag="missing-1/n",
    edit=("np.asarray(gradient) * (count / np.sum(rows))", "np.asarray(gradient)"),
)
def gradients_summed():
    """Two devices with the same rows send the same gradient. Is that of both twice as large?

    The loss is a mean over all rows: so is its gradient."""


@mistake(
    "21.4",
    of="combine",
    tag="edge-case",
    edit=(
        "        if count > 0:\n            total = total + np.asarray(gradient) * (count / np.sum(rows))",
        "        total = total + np.asarray(gradient) * (count / np.sum(rows))",
    ),
)
def nothing_times_nan():
    """What is 0 times NaN?

    NaN. A device without rows has to be left out, a weight of 0 is not enough."""


@mistake(
    "21.4",
    of="pooled",
    tag="formula",
    edit=("(variances + apart**2)", "np.asarray(variances)"),
)
def distance_of_the_means_forgotten():
    """Two devices with no spread each, one at 0 and one at 4. Is there no spread in the whole batch?

    To the spread within the devices comes that of their means around the mean of all."""


@mistake("21.4", name="devices-count-alike", tag="missing-1/n")
def pooled(means, variances, rows):
    """How much does a row on a small device count in your mean?

    Weight every device by its rows, in the mean and in the variance."""
    mean = np.mean(means, axis=0)
    apart = np.asarray(means) - mean
    return mean, np.mean(variances + apart**2, axis=0)


@mistake("21.4", name="bessel", tag="missing-1/n")
def pooled(means, variances, rows):
    """Your variances are a little too large everywhere. By what is divided, n or n - 1?

    Batch normalisation divides by n."""
    n = np.asarray(rows)[:, None]
    mean = np.sum(n * np.asarray(means), axis=0) / n.sum()
    inside = n * (np.asarray(variances) + (np.asarray(means) - mean) ** 2)
    return mean, np.sum(inside, axis=0) / (n.sum() - 1)


@mistake(
    "21.4",
    of="pooled",
    tag="formula",
    edit=("apart**2", "np.abs(apart)"),
)
def distance_not_squared():
    """Which unit has a variance, if the values are metres? And your second part?

    Squares go with squares."""


@mistake("21.4", name="pooled-over-devices-mean-axis", tag="axis")
def pooled(means, variances, rows):
    """Which shape has your mean? One number a feature is due.

    Devices lie along the first axis: sum over it."""
    share = np.asarray(rows)[:, None] / np.sum(rows)
    mean = np.sum(share * means, axis=1)
    apart = np.asarray(means) - mean[:, None]
    return mean, np.sum(share * (variances + apart**2), axis=1)


# 21.5 ---------------------------------------------------------------------------------


@mistake("21.5", name="each-to-each", tag="formula")
def ring_sum(arrays, send):
    """How many numbers do your devices send in all?

    In the ring nobody sends a whole array: only pieces travel, one a round."""
    count = len(arrays)
    totals = [np.array(array, float) for array in arrays]
    going = [np.array(array, float) for array in arrays]
    for _ in range(count - 1):
        arrived = [np.asarray(send(d, going[d])) for d in range(count)]
        going = [arrived[(d - 1) % count] for d in range(count)]
        totals = [total + new for total, new in zip(totals, going, strict=True)]
    return totals


@mistake("21.5", name="sum-without-wire", tag="formula")
def ring_sum(arrays, send):
    """Did anything travel?

    No device sees another's array. What it knows came through `send`."""
    total = np.sum(np.asarray(arrays, float), axis=0)
    return [total.copy() for _ in arrays]


@mistake(
    "21.5",
    of="ring_sum",
    tag="off-by-one",
    edit=("if turn < count - 1:", "if turn < count:"),
)
def added_once_too_often():
    """After how many rounds is a piece complete?

    With p devices a piece meets p - 1 neighbours. From then on complete pieces replace."""


@mistake(
    "21.5",
    of="ring_sum",
    tag="off-by-one",
    edit=("if turn < count - 1:", "if turn < count - 2:"),
)
def replaced_too_early():
    """After how many rounds is a piece complete?

    With p devices it has to meet p - 1 neighbours; you replace one round before that."""


@mistake(
    "21.5",
    of="ring_sum",
    tag="formula",
    edit=(
        "            if turn < count - 1:\n                arrived",
        "            if True:\n                arrived",
    ),
)
def added_in_both_halves():
    """In the second half complete pieces go round. What should the neighbour do with what it has?

    Replace it: adding counts the same arrays again."""


@mistake(
    "21.5",
    of="ring_sum",
    tag="off-by-one",
    edit=("range(2 * (count - 1))", "range(count - 1)"),
)
def first_half_only():
    """How many devices hold all complete pieces at your end?

    After the first half each has one complete piece. The second half carries them round."""


@mistake(
    "21.5",
    of="ring_sum",
    tag="sign",
    edit=("(d - turn) % count, (d + 1) % count", "(d + turn) % count, (d + 1) % count"),
)
def pieces_move_the_wrong_way():
    """Which piece did device d receive in the round before? Is it the one that it sends now?

    What has just been added to has to go on: the piece's number is one lower on each next round."""


@mistake(
    "21.5",
    of="ring_sum",
    tag="formula",
    edit=("(d - turn) % count, (d + 1) % count", "d, (d + 1) % count"),
)
def always_the_same_piece():
    """Does a device pass on what it has just received?

    The piece that it sends moves back by one from round to round."""


@mistake(
    "21.5",
    of="ring_sum",
    tag="formula",
    edit=("(d + 1) % count\n", "(d - 1) % count\n"),
)
def neighbour_on_the_other_side():
    """To whom does `send(d, ...)` carry?

    To d + 1. What arrives belongs there."""


@mistake("21.5", name="ring-of-wholes-both-halves", tag="formula")
def ring_sum(arrays, send):
    """Whole arrays go round. Count the numbers that one device sends.

    Cut each array into as many pieces as there are devices, and send one piece a round."""
    total = np.array(arrays[0], float)
    for d in range(len(arrays) - 1):
        total = np.asarray(send(d, total)) + np.asarray(arrays[d + 1])
    results = [None] * len(arrays)
    results[-1] = total
    for d in range(-1, len(arrays) - 2):
        total = np.asarray(send(d % len(arrays), total))
        results[d + 1] = total
    return results


@mistake(
    "21.5",
    of="ring_seconds",
    tag="off-by-one",
    edit=("rounds = 2 * (count - 1)", "rounds = 2 * count"),
)
def as_many_rounds_as_devices():
    """With two devices, how many rounds are there?

    Each half has one round fewer than there are devices."""


@mistake(
    "21.5",
    of="ring_seconds",
    tag="formula",
    edit=("rounds = 2 * (count - 1)", "rounds = count - 1"),
)
def time_of_one_half():
    """How many halves has the ring?

    Two, of equal length."""


@mistake(
    "21.5",
    of="ring_seconds",
    tag="formula",
    edit=(
        "size * numbers / count / (gb_per_s * 1e9)",
        "size * numbers / (gb_per_s * 1e9)",
    ),
)
def whole_arrays_in_every_message():
    """How long is one message: an array, or a piece?

    A piece, the p-th part."""


@mistake(
    "21.5",
    of="ring_seconds",
    tag="formula",
    edit=(
        "rounds * (latency + size * numbers / count / (gb_per_s * 1e9))",
        "latency + rounds * size * numbers / count / (gb_per_s * 1e9)",
    ),
)
def latency_paid_once():
    """How many messages does a device send one after the other?

    One a round, and each pays the latency."""


@mistake(
    "21.5",
    of="ring_seconds",
    tag="formula",
    edit=("size * numbers / count", "numbers / count"),
)
def link_in_numbers():
    """The link counts bytes. What do you send?

    Numbers of `size` bytes each."""


# 21.6 ---------------------------------------------------------------------------------


@mistake(
    "21.6",
    of="speed_ups",
    tag="formula",
    edit=("(alone + shared / p)", "((alone + shared) / p)"),
)
def everything_shared():
    """With a million devices, what does your step take?

    The part that is not shared stays, however many there are."""


@mistake(
    "21.6",
    of="speed_ups",
    tag="formula",
    edit=(
        "(alone + p * shared) / (alone + shared)",
        "(p * alone + p * shared) / (alone + shared)",
    ),
)
def alone_grows_too():
    """Does one device need p times as long for the larger step?

    Only what is shared grows with the devices. The other part stays as it is, also on the one device that does it all."""


@mistake(
    "21.6",
    of="speed_ups",
    tag="order",
    edit=("return amdahl, gustafson", "return gustafson, amdahl"),
)
def laws_exchanged():
    """Which of your two numbers has a limit when p grows? That is Amdahl's.

    First comes the one for the same step."""


@mistake(
    "21.6",
    of="speed_ups",
    tag="formula",
    edit=(
        "amdahl = (alone + shared) / (alone + shared / p)",
        "amdahl = (alone + shared / p) / (alone + shared)",
    ),
)
def time_instead_of_speed():
    """Should your number grow or shrink with more devices?

    How many times sooner: the old time over the new one."""


@mistake("21.6", name="from-one-timing", tag="formula")
def lonely_share(counts, seconds):
    """Which of the timings does your answer use?

    First and last alone follow every error of theirs. All points take part in the best line."""
    p, q = counts[0], counts[-1]
    shared = (seconds[0] - seconds[-1]) / (1 / p - 1 / q)
    alone = seconds[0] - shared / p
    return float(alone / (alone + shared))


@mistake(
    "21.6",
    of="lonely_share",
    tag="formula",
    edit=("1 / np.asarray(counts, float)]", "np.asarray(counts, float)]"),
)
def line_over_devices():
    """Against what do the seconds lie on a straight line?

    alone + shared / p is straight in 1/p, not in p."""


@mistake(
    "21.6",
    of="lonely_share",
    tag="formula",
    edit=("float(alone / (alone + shared))", "float(alone)"),
)
def seconds_instead_of_share():
    """Measure in milliseconds instead of seconds. Does your share change?

    A share: alone over the whole step of one device."""


@mistake(
    "21.6",
    of="lonely_share",
    tag="formula",
    edit=("float(alone / (alone + shared))", "float(alone / shared)"),
)
def part_over_part():
    """Alone and shared are 1 and 1. What share is that?

    Half of the whole; you divided by the other part."""


@mistake(
    "21.6",
    of="pipeline_seconds",
    tag="formula",
    edit=("begun[i - room] if i >= room else 0.0", "0.0"),
)
def room_without_end():
    """How many batches does your maker hold when the device is slow?

    Never more than there is room for: it waits until a place is free."""


@mistake(
    "21.6",
    of="pipeline_seconds",
    tag="formula",
    edit=(
        "        begun.append(max(made, free))\n        free = begun[-1] + using",
        "        begun.append(max(made, free))\n        made = free = begun[-1] + using",
    ),
)
def no_overlap():
    """What does your maker do while the device works?

    It goes on with the next batch, as long as there is room."""


@mistake(
    "21.6",
    of="pipeline_seconds",
    tag="off-by-one",
    edit=("begun[i - room] if i >= room", "begun[i - room - 1] if i > room"),
)
def one_place_too_many():
    """With room for one batch: may the maker begin another one while that one waits?

    Not before the device has begun with it."""


@mistake("21.6", name="free-when-done", tag="order")
def pipeline_seconds(prepare, train, room):
    """When is a place free again: when the device begins with the batch, or when it is done?

    When it begins: from then on the batch is the device's."""
    made, ends = 0.0, []
    for i, (making, using) in enumerate(zip(prepare, train, strict=True)):
        made = max(made, ends[i - room] if i >= room else 0.0) + making
        ends.append(max(made, ends[-1] if ends else 0.0) + using)
    return float(ends[-1])


@mistake("21.6", name="slower-sum", tag="formula")
def pipeline_seconds(prepare, train, room):
    """Can the device begin with the first batch before it is made?

    The slower of both sums is a bound that no pipeline reaches: follow the batches one by one."""
    return float(max(np.sum(prepare), np.sum(train)))


# 21.7 ---------------------------------------------------------------------------------


@mistake("21.7", tag="formula", edit=("batch = p * share", "batch = share"))
def share_taken_for_the_batch():
    """How many rows does one step see, over all devices?

    The batch that counts is that of all of them: both for the rate and for the steps of an epoch."""


@mistake(
    "21.7",
    tag="formula",
    edit=("target = base_rate * batch / base_batch", "target = base_rate * p"),
)
def scaled_by_devices():
    """One device took base_batch rows. Does each of your devices take as many?

    The factor is that between the batches, not the number of devices."""


@mistake(
    "21.7",
    tag="formula",
    edit=(
        "target = base_rate * batch / base_batch",
        "target = base_rate * (batch / base_batch) ** 0.5",
    ),
)
def square_root_rule():
    """By which factor does your rate grow when the batch becomes four times as large?

    There is a rule with the root, for other optimisers. Here both grow by the same factor."""


@mistake(
    "21.7",
    tag="formula",
    edit=("epoch = step / (n // batch)", "epoch = step / (n // base_batch)"),
)
def epochs_of_the_old_batch():
    """How many steps has an epoch, now that each sees more rows?

    Fewer: n divided by the whole batch."""


@mistake(
    "21.7",
    tag="edge-case",
    edit=("epoch = step / (n // batch)", "epoch = step / (n / batch)"),
)
def partial_batch_counted():
    """Is the last batch of an epoch full? What does the text do with it?

    It is left out: an epoch has a whole number of steps."""


@mistake(
    "21.7",
    tag="formula",
    edit=(
        "return base_rate + (target - base_rate) * epoch / warmup",
        "return target * epoch / warmup",
    ),
)
def rises_from_zero():
    """What is your rate in step 0?

    It begins as the small batch's rate, not with 0."""


@mistake(
    "21.7",
    tag="formula",
    edit=(
        "return base_rate + (target - base_rate) * epoch / warmup",
        "return base_rate",
    ),
)
def constant_warm_up():
    """Does your rate rise from step to step?

    It goes evenly up to the new rate, and does not jump there."""


@mistake(
    "21.7",
    tag="formula",
    edit=(
        "return base_rate + (target - base_rate) * epoch / warmup",
        "return base_rate + (target - base_rate) * int(epoch) / warmup",
    ),
)
def rises_once_an_epoch():
    """Does your rate rise with every step, or once an epoch?

    Step by step: the epoch may have a fraction."""


@mistake(
    "21.7",
    tag="formula",
    edit=("if epoch < warmup:", "if step < warmup:"),
)
def warm_up_in_steps():
    """Is `warmup` a number of steps or of epochs?

    Of epochs; how many steps that is depends on the batch."""


@mistake("21.7", tag="ties", edit=("epoch >= drop", "epoch > drop"))
def drop_one_step_late():
    """In the first step of an epoch in `drops`, what is your rate?

    It has dropped already: from the begin of that epoch on."""


@mistake(
    "21.7",
    tag="formula",
    edit=(
        "target / 10 ** sum(epoch >= drop for drop in drops)",
        "target / (10 if any(epoch >= drop for drop in drops) else 1)",
    ),
)
def dropped_once_only():
    """What is your rate after two drops?

    Each makes it ten times smaller than before: a hundred times in all."""


# 21.8 ---------------------------------------------------------------------------------


@mistake(
    "21.8",
    of="host_rows",
    tag="formula",
    edit=(
        "    share = batch // hosts\n    return rows[host * share : (host + 1) * share]",
        "    return rows[host::hosts]",
    ),
)
def dealt_like_cards():
    """Put the hosts' parts one after the other. Is it the batch in its order?

    Each host takes one stretch of the batch."""


@mistake(
    "21.8",
    of="host_rows",
    tag="edge-case",
    edit=("    if len(rows) < batch:\n        return order[:0]\n", ""),
)
def last_batch_cut_short():
    """Some rows fill no batch at the end of an epoch. What do your hosts get?

    Unequal parts, and hosts that wait for each other for ever. That batch is left out."""


@mistake(
    "21.8",
    of="host_rows",
    tag="formula",
    edit=(
        "order[step * batch : (step + 1) * batch]",
        "order[step * batch * hosts : (step + 1) * batch * hosts]",
    ),
)
def batch_for_every_host():
    """Is `batch` what one host feeds, or what all of them feed together?

    All together: each feeds its part of it."""


@mistake(
    "21.8",
    of="host_rows",
    tag="formula",
    edit=("rows[host * share : (host + 1) * share]", "rows"),
)
def everybody_feeds_everything():
    """How many rows does one host feed?

    Its part of the batch. Otherwise all hosts do the same work."""


@mistake("21.8", name="positions-not-rows", tag="order")
def host_rows(order, step, batch, hosts, host):
    """Are your numbers entries of `order`?

    The epoch's order says which rows come in which place: look the places up in it."""
    if (step + 1) * batch > len(order):
        return np.arange(0)
    share = batch // hosts
    return np.arange(step * batch + host * share, step * batch + (host + 1) * share)


@mistake("21.8", name="order-split-among-hosts", tag="order")
def host_rows(order, step, batch, hosts, host):
    """You cut the whole order into one part a host. Which rows does a step see then?

    Not those of the one machine's batch: cut the batch of each step, not the epoch."""
    order = np.asarray(order)
    share = batch // hosts
    own = np.array_split(order[: len(order) // batch * batch], hosts)[host]
    return own[step * share : (step + 1) * share]


@mistake(
    "21.8",
    of="drift",
    tag="formula",
    edit=(
        "np.max(np.abs(np.subtract(one, other)) / spread)",
        "np.max(np.abs(np.subtract(one, other))) / np.mean(spread)",
    ),
)
def one_spread_for_all_steps():
    """Losses spread widely at first and little at the end. Which spread do you divide by?

    By that of the same step, before you look for the largest."""


@mistake("21.8", of="drift", tag="missing-1/n", edit=("ddof=1", "ddof=0"))
def spread_of_few_too_small():
    """By what does your standard deviation divide?

    By n - 1: few runs from a larger crowd."""


@mistake("21.8", of="drift", tag="axis", edit=("axis=0, ddof=1", "axis=1, ddof=1"))
def spread_along_the_curve():
    """Along which axis lie the runs?

    The first. Along the other one you measure how the loss falls, not how seeds differ."""


@mistake(
    "21.8",
    of="drift",
    tag="sign",
    edit=("np.abs(np.subtract(one, other))", "np.subtract(one, other)"),
)
def only_one_direction():
    """Exchange the two curves. Does your drift change?

    A distance has no sign."""


@mistake("21.8", of="drift", tag="formula", edit=("np.max(np.abs", "np.mean(np.abs"))
def average_distance():
    """The curves part at a single step. Does your number see it?

    The largest over all steps."""


@mistake("21.8", name="at-the-end", tag="formula")
def drift(one, other, seeds):
    """Which steps do you look at?

    All of them: curves may part and meet again."""
    spread = np.std(np.asarray(seeds)[:, -1], ddof=1)
    return float(abs(one[-1] - other[-1]) / spread)


# Mutants that may live -----------------------------------------------------------------

excuse(
    "21.3",
    "round_to: 2.0 -> 4.0 (3)",
    "rounded numbers lie on the format's grid, and none lies between the two bounds",
)
excuse(
    "21.3",
    "scaled_step: length > clip -> length >= clip",
    "a gradient exactly as long as clip is multiplied by 1",
)
excuse(
    "21.3",
    "scaled_step: np.array(weights) -> np.asarray(weights)",
    "the numbers are the same; whether it is the caller's array is not asked after a skipped step",
)
excuse(
    "21.6",
    "pipeline_seconds: i >= room -> i > room",
    "the first batch is begun when it is made, so its place is never waited for",
)
excuse(
    "21.8",
    "host_rows: 1 -> 2",
    "a stretch twice as long is cut to the same parts, and is full just as often",
)
