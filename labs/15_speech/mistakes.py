"""Wrong answers that students of lab 15 really give, each with the thought that puts it right."""

import numpy as np

from coursekit.labs import excuse, mistake

# 15.1 ---------------------------------------------------------------------------------


@mistake(
    "15.1", tag="off-by-one", edit=("len(x) - size + 1, hop", "len(x) - size, hop")
)
def last_frame_forgotten():
    """A sound of 5 samples, frames of 5: how many fit? And how many do you return?

    The last start is len(x) - size itself, so the range must end one later."""


@mistake("15.1", tag="formula", edit=("size + 1, hop)", "size + 1, size)"))
def frames_without_overlap():
    """Change hop. Does your result change?

    The next frame starts hop samples later, not where the frame before ended."""


@mistake("15.1", name="last-frame-padded", tag="edge-case")
def frames(x, size, hop):
    """How many rows do you return where the last frame would run over the end?

    Such a frame is left out, not filled with zeros."""
    x = np.asarray(x)
    rows = [x[start : start + size] for start in range(0, len(x), hop)]
    return np.array([np.pad(row, (0, size - len(row))) for row in rows])


@mistake(
    "15.1",
    tag="transpose",
    edit=("starts[:, None] + np.arange(size)", "starts + np.arange(size)[:, None]"),
)
def frames_in_columns():
    """Look at the shape of your frames. One frame is one row.

    Starts run down (axis 0), the samples of a frame run to the right (axis 1)."""


@mistake("15.1", tag="formula", edit=("* n / size)", "* n / (size - 1))"))
def symmetric_window():
    """What does your window weigh at n = size - 1? The periodic one is not back at 0 there.

    Divide by size: the window that would come next begins where this one ends."""


@mistake("15.1", tag="formula", edit=("np.arange(size // 2 + 1)", "np.arange(size)"))
def mirrored_half_kept():
    """Compare your first column after the middle with the last one before it.

    Powers at k and size - k are equal for real samples: keep k from 0 to size // 2."""


@mistake("15.1", tag="off-by-one", edit=("size // 2 + 1)", "size // 2)"))
def half_the_rate_left_out():
    """Which frequency does your last column stand for? Both 0 and half the rate are kept.

    From 0 to size // 2, both ends included, are size // 2 + 1 frequencies."""


@mistake("15.1", tag="formula", edit=(") @ waves) ** 2", ") @ waves)"))
def amplitude_for_power():
    """Double the sound. A power grows by 4; what does yours?

    The power is the square of the absolute value."""


@mistake(
    "15.1",
    tag="formula",
    edit=("(frames(x, size, hop) * window)", "frames(x, size, hop)"),
)
def window_not_applied():
    """Take a constant sound. Do your powers show any of the window?

    Multiply each frame by w before you transform it."""


@mistake(
    "15.1",
    tag="formula",
    edit=(
        "np.abs((frames(x, size, hop) * window) @ waves) ** 2",
        "((frames(x, size, hop) * window) @ waves).real ** 2",
    ),
)
def cosines_only():
    """Shift a tone by a quarter of its period. Does its power change? It should not.

    The absolute value of X counts both parts: real squared plus imaginary squared."""


@mistake("15.1", tag="missing-1/n", edit=("@ waves) ** 2", "@ waves / size) ** 2"))
def divided_by_the_size():
    """Is there a factor before the sum in the formula for X_k?

    This transform is the plain sum; nothing is divided by the number of samples."""


@mistake("15.1", name="window-over-the-whole-sound", tag="order")
def power_spectrogram(x, size, hop):
    """Which samples does your window fade? Every frame has a window of its own.

    Cut first, then multiply each row by the window of length size."""
    x = np.asarray(x, float)
    x = x * (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(len(x)) / len(x)))
    starts = np.arange(0, len(x) - size + 1, hop)
    return np.abs(np.fft.rfft(x[starts[:, None] + np.arange(size)])) ** 2


# 15.2 ---------------------------------------------------------------------------------


@mistake("15.2", tag="formula", edit=("return 10 * np.log10", "return 20 * np.log10"))
def twenty_is_for_amplitudes():
    """A hundred times the power is 20 dB. How many does yours say?

    20 log10 belongs to amplitudes; a power is their square already, so 10 log10."""


@mistake("15.2", tag="formula", edit=("np.log10(", "np.log("))
def natural_logarithm():
    """Ten times the power is 10 dB. What does your function say?

    Decibels take the logarithm to base 10."""


@mistake("15.2", tag="leakage", edit=("/ reference)", "/ np.max(power))"))
def reference_from_the_sound_itself():
    """Give a quiet sound alone. Is its loudest level 0 dB? A quiet sound stays quiet.

    Divide by the reference that was handed in, not by this array's own maximum."""


@mistake("15.2", tag="formula", edit=("floor = reference * 10", "floor = 10"))
def floor_that_knows_no_reference():
    """What is the lowest level that you return when the reference is 50?

    The floor lies span dB below the reference, so as a power it is reference * 10^(-span / 10)."""


@mistake(
    "15.2",
    tag="formula",
    edit=("np.maximum(power, floor)", "(np.asarray(power) + floor)"),
)
def floor_added_everywhere():
    """Which level do you give a power that equals the floor? It should be -span exactly.

    The floor replaces what is below it; it is not added to what is above."""


@mistake(
    "15.2", tag="edge-case", edit=("np.maximum(power, floor)", "np.asarray(power)")
)
def no_floor():
    """Which level does silence get? Look for -inf.

    Take the larger of the power and the floor before the logarithm."""


@mistake("15.2", tag="formula", edit=("(-span / 10)", "(-span / 20)"))
def floor_of_an_amplitude():
    """What is the lowest level that you return for a span of 60?

    60 dB below is a factor of 10^(-60 / 10) in power."""


@mistake("15.2", tag="formula", edit=("floor) / reference)", "floor))"))
def reference_forgotten_in_the_level():
    """Which level has a power that equals the reference? It should be 0.

    The ratio to the reference goes into the logarithm."""


@mistake("15.2", name="floor-clips-the-top", tag="sign")
def decibels(power, reference, span=60.0):
    """Give a power above the reference. Which level do you return?

    Only levels below -span are changed; those above 0 stay."""
    with np.errstate(divide="ignore"):
        return np.clip(10 * np.log10(np.asarray(power) / reference), -span, 0)


@mistake("15.2", of="power_of", tag="formula", edit=("/ 10)", "/ 20)"))
def back_by_twenty():
    """Which power has a level of -10 dB? A tenth of the reference.

    Turn 10 log10 round: ten to the power of level / 10."""


@mistake(
    "15.2",
    of="power_of",
    tag="formula",
    edit=("10 ** (np.asarray(level) / 10)", "np.exp(np.asarray(level) / 10)"),
)
def back_by_e():
    """Which power has a level of -10 dB? A tenth of the reference.

    The way back from log10 is ten to the power of, not e."""


@mistake("15.2", of="power_of", tag="formula", edit=("reference * 10", "10"))
def back_to_a_reference_of_one():
    """Which power has a level of 0 dB? The reference.

    Multiply by the reference at the end."""


# 15.3 ---------------------------------------------------------------------------------


@mistake("15.3", name="equal-steps-in-hertz", tag="formula")
def mel_edges(count, rate):
    """How far apart are your first two frequencies, and the last two, in mel?

    Take equal steps on the mel scale, then go back to Hz."""
    return np.linspace(0, rate / 2, count + 2)


@mistake("15.3", tag="off-by-one", edit=("top, count + 2)", "top, count)"))
def as_many_edges_as_filters():
    """One filter needs a left end, a middle and a right end. How many do you give?

    count filters stand over count + 2 frequencies."""


@mistake("15.3", tag="formula", edit=("np.log10(", "np.log("))
def mel_by_natural_logarithm():
    """Put 1,000 Hz into your scale. Is it near 1,000 mel?

    2595 goes with the logarithm to base 10."""


@mistake("15.3", tag="formula", edit=("rate / 2 / 700", "rate / 700"))
def up_to_the_rate():
    """Which is your last frequency? A frame knows nothing above half the rate.

    The scale ends at rate / 2."""


@mistake("15.3", name="left-in-mel", tag="formula")
def mel_edges(count, rate):
    """Is your last number half the rate? They are asked for in Hz.

    Solve m = 2595 log10(1 + f / 700) for f."""
    return np.linspace(0, 2595 * np.log10(1 + rate / 2 / 700), count + 2)


@mistake("15.3", tag="formula", edit=(" / 2595) - 1)", " / 2595))"))
def one_not_taken_off():
    """Is your first frequency 0?

    1 + f / 700 = 10^(m / 2595): take the 1 off before you multiply by 700."""


@mistake("15.3", name="triangles-straight-in-mel", tag="formula")
def mel_filters(count, size, rate):
    """Half-way between two neighbours in Hz, which weight do you give?

    Only the places of the corners come from the mel scale; the sides are straight in Hz."""
    bins = 2595 * np.log10(1 + np.arange(size // 2 + 1) * rate / size / 700)
    edges = np.linspace(0, 2595 * np.log10(1 + rate / 2 / 700), count + 2)[:, None]
    left, middle, right = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (bins - left) / (middle - left), (right - bins) / (right - middle)
    return np.maximum(0, np.minimum(rising, falling))


@mistake("15.3", name="corners-moved-to-bins", tag="formula")
def mel_filters(count, size, rate):
    """Where does your triangle have its corner, at its own frequency or at the nearest bin?

    Keep the corners where they are in Hz, and read the straight sides off at the bins."""
    top = 2595 * np.log10(1 + rate / 2 / 700)
    hertz = 700 * (10 ** (np.linspace(0, top, count + 2) / 2595) - 1)
    corners = np.floor((size + 1) * hertz / rate)[:, None]
    bins = np.arange(size // 2 + 1)
    left, middle, right = corners[:-2], corners[1:-1], corners[2:]
    rising = (bins - left) / np.maximum(middle - left, 1)
    falling = (right - bins) / np.maximum(right - middle, 1)
    return np.maximum(0, np.minimum(rising, falling))


@mistake(
    "15.3",
    tag="off-by-one",
    edit=("np.arange(size // 2 + 1) * rate", "np.arange(1, size // 2 + 2) * rate"),
)
def bins_start_at_one():
    """Which frequency has bin 0? It is 0 Hz.

    Bin k stands for k * rate / size, k from 0."""


@mistake(
    "15.3", tag="off-by-one", edit=("* rate / size", "* rate / 2 / (size // 2 + 1)")
)
def bins_over_their_number():
    """Which frequency has your last bin for an even size? Half the rate.

    Bin k stands for k * rate / size: neighbours are rate / size apart."""


@mistake(
    "15.3",
    tag="edge-case",
    edit=("np.maximum(0, np.minimum(rising, falling))", "np.minimum(rising, falling)"),
)
def negative_outside():
    """Which weight do you give far away from a filter?

    Outside its triangle a filter is 0, never negative."""


@mistake(
    "15.3",
    tag="formula",
    edit=(
        "np.maximum(0, np.minimum(rising, falling))",
        "np.maximum(0, np.minimum(rising, falling)) * 2 / (right - left)",
    ),
)
def areas_made_equal():
    """How much does your filter weigh at its middle? It should be 1.

    Some libraries scale every triangle to the same area; here all have the same height."""


@mistake(
    "15.3",
    tag="formula",
    edit=(
        "np.maximum(0, np.minimum(rising, falling))",
        "((bins >= left) & (bins < right)).astype(float)",
    ),
)
def boxes_for_triangles():
    """How much do you give a bin half-way between the left corner and the middle?

    The weight rises from 0 at the left corner to 1 at the middle, and falls again."""


@mistake("15.3", name="sides-in-the-wrong-order", tag="sign")
def mel_filters(count, size, rate):
    """Which of the two straight sides counts at a frequency, the higher or the lower?

    A triangle lies under both sides: take the smaller of rising and falling."""
    bins = np.arange(size // 2 + 1) * rate / size
    top = 2595 * np.log10(1 + rate / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, count + 2) / 2595) - 1)[:, None]
    left, middle, right = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (bins - left) / (middle - left), (right - bins) / (right - middle)
    return np.clip(np.maximum(rising, falling), 0, 1)


# 15.4 ---------------------------------------------------------------------------------


@mistake(
    "15.4", tag="formula", edit=("spread(times, window**2)", "spread(times, window)")
)
def samples_not_squared():
    """What does sample n weigh in time: w or its square?

    As in frequency, the power counts: w_n squared."""


@mistake(
    "15.4",
    tag="formula",
    edit=(
        "np.abs(np.fft.fft(window, points)) ** 2",
        "np.abs(np.fft.fft(window, points))",
    ),
)
def amplitudes_as_weights():
    """What does frequency k weigh: |W_k| or its square?

    The weights are powers, |W_k| squared."""


@mistake(
    "15.4",
    tag="formula",
    edit=[
        ("np.fft.fft(window, points)", "np.fft.rfft(window, points)"),
        ("np.fft.fftfreq(points", "np.fft.rfftfreq(points"),
    ],
)
def only_frequencies_above_zero():
    """Where does the mean of your frequencies lie? A window's hump has two sides.

    Half of the hump lies below 0 Hz: use fft with fftfreq, not the half that rfft keeps."""


@mistake(
    "15.4",
    tag="formula",
    edit=[
        ("np.fft.fft(window, points)", "np.fft.fft(window)"),
        ("np.fft.fftfreq(points, 1", "np.fft.fftfreq(len(window), 1"),
    ],
)
def no_zeros_appended():
    """Change points. Does your second number change?

    The window is filled with zeros to `points` samples: np.fft.fft(window, points)."""


@mistake("15.4", tag="formula", edit=("fftfreq(points, 1 / rate)", "fftfreq(points)"))
def cycles_per_sample():
    """In which unit is your second number? Double the rate: the spread in Hz doubles.

    np.fft.fftfreq wants the time between two samples as its second argument."""


@mistake(
    "15.4",
    tag="formula",
    edit=("np.arange(len(window)) / rate", "np.arange(len(window))"),
)
def samples_for_seconds():
    """In which unit is your first number? Double the rate: the same samples last half as long.

    Sample n lies at n / rate seconds."""


@mistake(
    "15.4",
    tag="formula",
    edit=(
        "float(np.sqrt(np.sum(weights * (places - mean) ** 2)))",
        "float(np.sum(weights * (places - mean) ** 2))",
    ),
)
def variance_for_deviation():
    """In which unit is your spread: seconds, or seconds squared?

    A standard deviation is the root of the mean squared distance."""


@mistake("15.4", tag="formula", edit=("(places - mean) ** 2", "places**2"))
def distance_from_zero():
    """Move the window ten samples later. Does its spread in time change?

    Distances are measured from the mean, not from 0."""


@mistake(
    "15.4", tag="missing-1/n", edit=("        weights = weights / weights.sum()\n", "")
)
def weights_not_scaled():
    """Make the window twice as high. Does its spread change? It should not.

    Weights are shares: divide them by their sum first."""


@mistake(
    "15.4",
    tag="formula",
    edit=("np.fft.fftfreq(points, 1 / rate)", "np.arange(points) * rate / points"),
)
def frequencies_up_to_the_rate():
    """Where do you place the last entries of the transform, near 0 Hz or near the rate?

    They stand for negative frequencies, just below 0: np.fft.fftfreq knows."""


@mistake("15.4", name="plain-deviation", tag="formula")
def spreads(window, rate, points):
    """Two windows of one length but of other forms: do they get the same spread from you?

    Places count with their weights; np.std counts all alike."""
    window = np.asarray(window, float)
    frequencies = np.fft.fftfreq(points, 1 / rate)
    return float(np.std(np.arange(len(window)) / rate)), float(np.std(frequencies))


# 15.5 ---------------------------------------------------------------------------------


@mistake(
    "15.5",
    tag="order",
    edit=(
        "np.flatnonzero(~inside), np.flatnonzero(inside)",
        "np.flatnonzero(inside), np.flatnonzero(~inside)",
    ),
)
def parts_swapped():
    """Which rows come first, those to train on or those to test on?

    Held out means: in the test. The training rows come first."""


@mistake(
    "15.5",
    tag="formula",
    edit=("np.flatnonzero(~inside), np.flatnonzero(inside)", "~inside, inside"),
)
def masks_for_row_numbers():
    """What do your arrays hold: row numbers, or True and False?

    np.flatnonzero turns a mask into the numbers of its rows."""


@mistake(
    "15.5",
    tag="edge-case",
    edit=("np.isin(groups, held)", "np.asarray(groups) == held[0]"),
)
def first_group_only():
    """Hold two groups out. Are both in your test rows?

    held is a list; np.isin asks for all of them at once."""


@mistake("15.5", name="rows-at-random", tag="leakage")
def split_rows(groups, held):
    """Is any group on both sides of your split?

    Rows of one group are twins; they go to one side together, and `held` says to which."""
    rows = np.random.default_rng(0).permutation(len(groups))
    cut = len(groups) - len(groups) // 5
    return np.sort(rows[:cut]), np.sort(rows[cut:])


@mistake(
    "15.5", tag="leakage", edit=("np.flatnonzero(~inside)", "np.arange(len(inside))")
)
def test_rows_in_training_too():
    """Do your two parts share a row?

    What is held out must not be trained on."""


@mistake("15.5", name="names-by-their-letters", tag="edge-case")
def split_rows(groups, held):
    """Hold "ann" out. What happens to "anna"?

    Groups are equal or not; a part of a name is another name."""
    inside = np.array([any(str(h) in str(g) for h in held) for g in groups], bool)
    return np.flatnonzero(~inside), np.flatnonzero(inside)


@mistake("15.5", name="mean-of-everything", tag="leakage")
def standardise(train, test):
    """Change a test row. Do your training rows change?

    Mean and deviation come from the training part alone."""
    train, test = np.asarray(train), np.asarray(test)
    both = np.concatenate([train, test])
    mean, deviation = both.mean(axis=(0, 1)), both.std(axis=(0, 1))
    deviation = np.where(deviation > 0, deviation, 1)
    return (train - mean) / deviation, (test - mean) / deviation


@mistake("15.5", name="each-part-by-its-own", tag="leakage")
def standardise(train, test):
    """Make every test sound louder. Does your result change? The reader should notice.

    The test part is standardised by the training part's numbers, not by its own."""

    def alone(x):
        x = np.asarray(x)
        deviation = x.std(axis=(0, 1))
        return (x - x.mean(axis=(0, 1))) / np.where(deviation > 0, deviation, 1)

    return alone(train), alone(test)


@mistake(
    "15.5",
    tag="axis",
    edit=(
        "train.mean(axis=(0, 1)), train.std(axis=(0, 1))",
        "train.mean(), train.std()",
    ),
)
def one_mean_for_all_bands():
    """How many means do you take? Bands differ, so each has its own.

    Average over rows and frames, axes 0 and 1, and keep the bands."""


@mistake(
    "15.5",
    tag="axis",
    edit=(
        "train.mean(axis=(0, 1)), train.std(axis=(0, 1))",
        "train.mean(axis=0), train.std(axis=0)",
    ),
)
def a_mean_for_each_frame():
    """What shape has your mean? One number for each band, over rows and frames.

    A word may begin a frame later; average over both axes, 0 and 1."""


@mistake(
    "15.5",
    tag="edge-case",
    edit=("    deviation = np.where(deviation > 0, deviation, 1)\n", ""),
)
def divided_by_zero():
    """Give a band that never changes. What comes out?

    Where the deviation is 0, divide by 1 instead."""


@mistake(
    "15.5",
    tag="formula",
    edit=("train.std(axis=(0, 1))", "train.std(axis=(0, 1), ddof=1)"),
)
def deviation_by_n_minus_one():
    """Take two numbers, 0 and 2. Do they become -1 and 1?

    Here the deviation is the root of the mean, over n: NumPy's and scikit-learn's default."""


@mistake("15.5", tag="formula", edit=("train.std(", "train.var("))
def divided_by_the_variance():
    """Double all levels. Does your result change? It should not.

    Divide by the standard deviation, not by its square."""


@mistake("15.5", name="levels-changed-in-place", tag="aliasing")
def standardise(train, test):
    """Look at the caller's train after your function ran.

    -= and /= write into the array that was handed in; make new ones."""
    mean, deviation = train.mean(axis=(0, 1)), train.std(axis=(0, 1))
    deviation = np.where(deviation > 0, deviation, 1)
    for part in (train, test):
        part -= mean
        part /= deviation
    return train, test


# 15.6 ---------------------------------------------------------------------------------


@mistake(
    "15.6",
    tag="order",
    edit=("np.sqrt(squared.mean(axis=1)).mean()", "np.sqrt(squared.mean())"),
)
def one_root_at_the_end():
    """One of two frames is 4 dB off, the other exact. 2 dB on average; what do you get?

    The root is taken in each frame; only then the mean over frames."""


@mistake("15.6", tag="axis", edit=("squared.mean(axis=1)", "squared.mean(axis=0)"))
def root_over_frames():
    """Along which axis do you take the mean inside the root?

    Inside the root over frequency (axis 1); the mean outside runs over frames."""


@mistake(
    "15.6", tag="missing-1/n", edit=("squared.mean(axis=1)", "squared.sum(axis=1)")
)
def sum_over_frequency():
    """All frequencies are 3 dB off. Is your distortion 3 dB, however many there are?

    A mean of squares stands under the root, not a sum."""


@mistake(
    "15.6",
    tag="formula",
    edit=("np.sqrt(squared.mean(axis=1)).mean()", "squared.mean(axis=1).mean()"),
)
def root_forgotten():
    """All frequencies are 3 dB off. Is your distortion 3 dB?

    Take the root, so that the result is in dB again."""


@mistake(
    "15.6",
    tag="formula",
    edit=("np.sqrt(squared.mean(axis=1)).mean()", "np.sqrt(squared).mean()"),
)
def mean_absolute_difference():
    """Half of the frequencies 6 dB off, half exact: more than 3 dB. What do you get?

    Root and mean in this order: first the mean of the squares over frequency, then the root."""


@mistake("15.6", name="signed-differences", tag="sign")
def log_spectral_distortion(level_true, level_pred):
    """One frequency 3 dB too loud, another 3 dB too quiet. Do they cancel in your sum?

    Square the differences before you average."""
    gap = np.asarray(level_true) - np.asarray(level_pred)
    return float(np.abs(gap.mean(axis=1)).mean())


@mistake(
    "15.6",
    tag="formula",
    edit=("np.where(weight > 0, total / np.where(weight > 0, weight, 1), 0)", "total"),
)
def not_divided():
    """Lay pieces of ones with a window of ones, half overlapping. Are all samples 1?

    Divide by the sum of the squared windows that reached the sample."""


@mistake(
    "15.6", tag="formula", edit=("weight[here] += window**2", "weight[here] += window")
)
def divided_by_windows():
    """Cut a sound into windowed frames and lay them together. Does it come back?

    A frame was faded once before and is faded again here, so the sum below holds w squared."""


@mistake(
    "15.6", tag="formula", edit=("weight[here] += window**2", "weight[here] += 1.0")
)
def divided_by_the_number_of_pieces():
    """Cut a sound into windowed frames and lay them together. Does it come back?

    Pieces count by their windows: the sum below is of w squared, not of ones."""


@mistake(
    "15.6",
    tag="formula",
    edit=("total[here] += window * piece", "total[here] += piece"),
)
def not_faded_again():
    """What does the upper sum multiply the pieces by?

    Each piece is multiplied by w once more, so that a badly known end counts little."""


@mistake(
    "15.6",
    tag="off-by-one",
    edit=("np.zeros((2, (count - 1) * hop + size))", "np.zeros((2, count * hop))"),
)
def room_for_the_last_piece():
    """Where does the last piece end? It starts at (count - 1) * hop.

    Its size samples follow, so the sound has (count - 1) * hop + size of them."""


@mistake("15.6", tag="formula", edit=("total[here] += window", "total[here] = window"))
def overwritten_by_the_next():
    """What becomes of a piece where the next one overlaps it?

    Add up: +=, not =."""


@mistake(
    "15.6",
    tag="edge-case",
    edit=(
        "np.where(weight > 0, total / np.where(weight > 0, weight, 1), 0)",
        "total / weight",
    ),
)
def divided_where_no_window_reaches():
    """What do you return where every window is 0?

    There the sound is 0, not nan."""


@mistake(
    "15.6", tag="formula", edit=("slice(i * hop, i * hop + size)", "slice(i, i + size)")
)
def pieces_one_sample_apart():
    """Change hop. Where does your second piece start?

    Piece i starts at sample i * hop."""


for mutant in ("weight > 0 -> weight >= 0", "weight > 0 -> weight >= 0 (2)", "1 -> 2"):
    excuse(
        "15.6",
        f"overlap_add: {mutant}",
        "where no window reaches, the sum is 0, whatever it is divided by",
    )


# 15.7 ---------------------------------------------------------------------------------


@mistake(
    "15.7",
    tag="order",
    edit=(
        "expit(np.asarray(z) + np.asarray(noise))",
        "expit(np.asarray(z)) + np.asarray(noise)",
    ),
)
def noise_after_the_sigmoid():
    """Are all numbers that you hand on between 0 and 1?

    The noise is added to the logit; the sigmoid comes last."""


@mistake(
    "15.7",
    tag="formula",
    edit=("np.asarray(z) + np.asarray(noise)", "np.asarray(z) * np.asarray(noise)"),
)
def noise_as_a_factor():
    """Give noise of 0. Is your code sigma(z)?

    Noise is added, not multiplied."""


@mistake(
    "15.7",
    tag="formula",
    edit=(
        "expit(np.asarray(z) + np.asarray(noise))",
        "(np.asarray(z) + np.asarray(noise) >= 0).astype(float)",
    ),
)
def rounded_while_training():
    """What is the slope of what you hand on? By which slope should it learn?

    With noise the sigmoid itself is handed on; only in use the code is rounded."""


@mistake(
    "15.7",
    tag="formula",
    edit=("expit(np.asarray(z) + np.asarray(noise))", "expit(np.asarray(z))"),
)
def noise_left_out():
    """Change the noise. Does your code change?

    sigma(z + noise): that is plain training without it."""


@mistake(
    "15.7",
    tag="logits-as-probabilities",
    edit=("np.asarray(z) >= 0)", "np.asarray(z) >= 0.5)"),
)
def half_of_a_logit():
    """Which logit has the probability one half?

    sigma(0) = 1/2, so the threshold for logits is 0."""


@mistake("15.7", tag="ties", edit=("np.asarray(z) >= 0)", "np.asarray(z) > 0)"))
def equal_is_off():
    """What is the bit of a unit whose probability is exactly one half?

    At least one half is on: >=."""


@mistake(
    "15.7",
    tag="formula",
    edit=(
        "(np.asarray(z) >= 0).astype(float)",
        "np.where(np.asarray(z) >= 0, 1.0, -1.0)",
    ),
)
def off_is_minus_one():
    """Which two values does your code hold?

    A bit that is off is 0."""


@mistake(
    "15.7",
    tag="logits-as-probabilities",
    edit=("(np.asarray(z) >= 0).astype(float)", "expit(np.asarray(z))"),
)
def real_numbers_in_use():
    """How many bits does one of your numbers need?

    In use a unit sends 0 or 1, nothing in between."""


@mistake("15.7", name="slope-of-the-step", tag="formula")
def straight_through(z, upstream):
    """What do the weights below learn from the gradient that you return?

    A step has the slope 0. Pretend that the sigmoid had been there, and take its slope."""
    return np.zeros_like(np.asarray(z, float))


@mistake(
    "15.7",
    tag="formula",
    edit=("np.asarray(upstream) * p * (1 - p)", "np.array(upstream, float)"),
)
def handed_down_unchanged():
    """Give a unit that is very sure, with z = 10. Does its gradient shrink?

    Others do hand it down unchanged; here the slope of the sigmoid is a factor."""


@mistake("15.7", tag="formula", edit=("* p * (1 - p)", "* p"))
def value_for_the_slope():
    """What is the slope of the sigmoid where it is nearly 1?

    The slope is sigma (1 - sigma), at most 1/4."""


@mistake(
    "15.7", tag="formula", edit=("np.asarray(upstream) * p * (1 - p)", "p * (1 - p)")
)
def upstream_forgotten():
    """Double the gradient that arrives. Does yours double?

    The chain rule multiplies: what arrives, times the slope."""


@mistake(
    "15.7",
    tag="formula",
    edit=("* p * (1 - p)", "* np.asarray(z) * (1 - np.asarray(z))"),
)
def slope_at_the_logit():
    """At z = 0 the slope of the sigmoid is 1/4. What do you get?

    p in p (1 - p) is the probability sigma(z), not the logit."""


# 15.8 ---------------------------------------------------------------------------------


@mistake("15.8", tag="formula", edit=("float(np.log2(len(book)))", "float(len(book))"))
def entries_counted_as_bits():
    """How many bits tell which of 8 entries was taken?

    3 bits have 8 values: log2 of the number of entries."""


@mistake("15.8", tag="formula", edit=("np.log2(len(book))", "np.log(len(book))"))
def nats_for_bits():
    """How many bits tell which of 8 entries was taken?

    Bits are logarithms to base 2."""


@mistake("15.8", tag="formula", edit=("bits += float", "bits = float"))
def bits_of_the_last_part():
    """Two codebooks of 4 entries each: how many bits does a row cost?

    Each part sends a number of its own; add the bits up."""


@mistake(
    "15.8", tag="formula", edit=("np.log2(len(book))", "np.ceil(np.log2(len(book)))")
)
def bits_rounded_up():
    """What does an entry's number among 3 cost, by the text?

    log2 of 3, a broken number: it is not rounded up."""


@mistake("15.8", name="every-part-from-the-first-column", tag="off-by-one")
def vector_quantise(x, codebooks):
    """Which columns does your second codebook look at?

    Parts stand side by side: the next one starts where the last one ended."""
    x, rebuilt, bits = np.asarray(x), [], 0.0
    for book in map(np.asarray, codebooks):
        part = x[:, : book.shape[1]]
        gaps = np.sum((part[:, None] - book) ** 2, axis=2)
        rebuilt.append(book[gaps.argmin(axis=1)])
        bits += float(np.log2(len(book)))
    return np.hstack(rebuilt), bits


@mistake("15.8", tag="formula", edit=("gaps.argmin(axis=1)", "gaps.argmax(axis=1)"))
def farthest_entry():
    """Give a row that stands in the codebook. Does it come back?

    The nearest entry has the least distance."""


@mistake(
    "15.8",
    tag="formula",
    edit=(
        "book[gaps.argmin(axis=1)]",
        "gaps.argmin(axis=1)[:, None] * np.ones(book.shape[1])",
    ),
)
def number_for_the_entry():
    """What stands in your rebuilt rows: entries, or their numbers?

    The number is what is sent; who receives it looks the entry up."""


@mistake(
    "15.8",
    tag="formula",
    edit=("(part[:, None] - book) ** 2", "np.abs(part[:, None] - book)"),
)
def distance_not_squared():
    """Which distance picks the entry: of absolute or of squared differences?

    Squares, as k-means took them; a single large gap then counts more."""


@mistake(
    "15.8", tag="formula", edit=("np.sum((part[:, None] - book) ** 2, axis=2)",
                                 "np.abs(np.sum(part[:, None] - book, axis=2))")
)  # fmt: skip
def differences_that_cancel():
    """An entry 3 too high in one column and 3 too low in another: how far is it for you?

    Square each difference before you add."""


@mistake("15.8", tag="missing-1/n", edit=("np.sum(one[:, None] != other, axis=2)",
                                          "np.mean(one[:, None] != other, axis=2)"))  # fmt: skip
def share_of_bits():
    """Two of three bits differ. What do you return?

    The number of bits, not their share."""


@mistake("15.8", tag="sign", edit=("one[:, None] != other", "one[:, None] == other"))
def bits_that_agree():
    """How far is a code from itself?

    Count the bits that differ; equal ones count nothing."""


@mistake("15.8", name="difference-of-small-integers", tag="dtype")
def hamming(one, other):
    """Try codes of dtype uint8. What is 0 - 1 there?

    uint8 has no -1, it wraps round to 255. Ask with != whether bits differ."""
    return np.abs(np.asarray(one)[:, None] - np.asarray(other)).sum(axis=2)


@mistake("15.8", name="packed-into-bytes", tag="formula")
def hamming(one, other):
    """Is a byte of 10000000 farther from 0 than one of 00000001? One bit differs in both.

    Compare bit by bit, before any packing."""
    one, other = (
        np.packbits(np.asarray(x).astype(bool), axis=1).astype(int)
        for x in (one, other)
    )
    return np.abs(one[:, None] - other).sum(axis=2)


@mistake("15.8", of="hamming", tag="axis", edit=("axis=2", "axis=1"))
def summed_over_the_codes():
    """Look at the shape of your result: a row for each code of the first, a column for each of the
    second.

    Bits run along the last axis; sum over that one."""


@mistake("15.8", name="position-after-the-first-difference", tag="formula")
def hamming(one, other):
    """Codes that differ in the first bit alone: how far apart are they for you?

    As numbers they are far apart, as codes by one bit. Count differing places."""
    one, other = np.asarray(one).astype(int), np.asarray(other).astype(int)
    places = 2 ** np.arange(one.shape[1])[::-1]
    return np.abs((one @ places)[:, None] - (other @ places))
