# ---
# coursekit:
#   title: Speech
#   question: Six people say "seven", and no two pictures of the sound look alike. What lets a network hear one word in all of them, and how few bits of it would still be heard?
#   goals:
#     - Turn a sound into a picture of time and frequency by hand, equal to SciPy
#     - Say what a window can and cannot see, and what a mel filter is for
#     - Split by recording and by speaker, and report the number that holds for a new voice
#     - Compress speech into bits with a deep autoencoder, and compare it with a codebook of the same size
#   prerequisites:
#     - lab 07, convolution; lab 05, intervals
#     - complex exponentials, logarithms
#   lecture: "Deep Learning 2 (deep autoencoders, binary codes of spectrograms); Deep learning overview (ConvNets for speech)"
#   seconds: {cpu: 600, fast: 50}
#   accelerator: helps the autoencoders; none needed
# ---

# %% [markdown]
# # Speech
#
# **Six people say "seven", and no two pictures of the sound look alike. What lets a network hear one word in all of them,
# and how few bits of it would still be heard?**

# %%
import keras
import numpy as np
import scipy.fft
from keras import layers, ops
from scipy.special import expit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

import coursekit
from coursekit import KerasClassifier, NotAnsweredYet, boltzmann, open_lab
from coursekit.evaluation import wilson_interval
from coursekit.layers import BinaryCode
from coursekit.training import fit, gradients, seeded

lab = open_lab("15_speech")
check, figures = lab.check, lab.figures

# %% [markdown]
# ## One word, six people
#
# Recordings of spoken digits, 8,000 numbers a second (Jackson et al. 2018); where they are not at hand, words that
# coursekit makes. Press play, and look: time runs to the right, frequency upwards, bright is loud.

# %%
RATE, SIZE, HOP = 8000, 256, 80  # samples a second, in a frame, from frame to frame
try:
    parts = coursekit.load_spoken_digits(return_speakers=True)
    kind = "recordings"
except coursekit.DataUnavailableError:
    takes = lab.pick(30, 13)
    parts = coursekit.make_spoken_digits(takes, return_speakers=True, seed=lab.seed)
    kind = "made words"
x_train, y_train, who_train = (part[: lab.pick(2700, 480)] for part in parts[0])
x_test, y_test, who_test = parts[1]
people = [str(name) for name in np.unique(who_test)]
sevens = {
    who: np.trim_zeros(x_test[(y_test == 7) & (who_test == who)][0], "b")
    for who in people
}
lab.show(figures.voices(sevens, RATE))
figures.play(sevens, RATE)

# %% [markdown]
# How do you *see* that all are sevens? At the end a network will, also for a person it never heard, and you will have
# listened to the word at 30 bits for each tenth of a second.

# %% [markdown]
# ## From sound to picture

# %% [markdown]
# ### Exercise 15.1 · Frames, window, Fourier
#
# A sound is a row of samples $x$. Speech changes all the time, so look at *frames* of `size` samples; each frame starts
# `hop` samples after the one before. A frame that would run over the end is left out. Each is multiplied by the
# *periodic Hann window* $w_n=\tfrac12-\tfrac12\cos(2\pi n/\text{size})$, which fades both ends, and taken apart into
# frequencies:
# $$X_k=\sum_{n=0}^{\text{size}-1} w_n\,x_n\,e^{-2\pi i\,kn/\text{size}}.$$
# $|X_k|^2$ is the *power* at $k\cdot\text{rate}/\text{size}$ Hz. For real samples $X_{\text{size}-k}$ mirrors $X_k$, so
# keep only the frequencies from 0 to half the rate, both ends included.

# %%
lab.predict(
    "15.1",
    "A frame holds 256 samples. How many powers are kept?",
    choices=["256", "129", "128"],
)


# %%
def frames(x, size, hop):
    """Short pieces of a sound, one a row.

    Args:
        x: samples (n,).
        size: samples of a frame.
        hop: samples from the start of a frame to the start of the next.

    Returns:
        array (count, size), every frame that fits; (0, size) if none does.

    >>> frames([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3, 2)
    array([[1., 2., 3.],
           [3., 4., 5.]])
    """
    ### BEGIN SOLUTION
    x = np.asarray(x)
    starts = np.arange(0, len(x) - size + 1, hop)
    return x[starts[:, None] + np.arange(size)]
    ### END SOLUTION


# %%
def power_spectrogram(x, size, hop):
    """Power of each frame at each frequency.

    Args:
        x: samples (n,).
        size: samples of a frame.
        hop: samples from frame to frame.

    Returns:
        array (count, frequencies).

    >>> power_spectrogram([1.0, 3.0, 5.0, 2.0], 2, 2)
    array([[9., 9.],
           [4., 4.]])
    """
    ### BEGIN SOLUTION
    n, k = np.arange(size), np.arange(size // 2 + 1)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * n / size)
    waves = np.exp(-2j * np.pi * np.outer(n, k) / size)
    return np.abs((frames(x, size, hop) * window) @ waves) ** 2
    ### END SOLUTION


# %%
check("15.1")

# %%
scipy_gap = float("nan")
with lab.needs("15.1"):
    word = sevens[people[0]]
    power = power_spectrogram(word, SIZE, HOP)
    theirs = figures.power(word, SIZE, HOP)
    scipy_gap = np.abs(power - theirs).max() / theirs.max()
    print(f"off SciPy's by {scipy_gap:.0e} of the largest power")
    lab.show(figures.one_frame(frames(word, SIZE, HOP), power, RATE, HOP))
    lab.reveal("15.1", str(power.shape[1]), "half of 256, and the zero")

# %% [markdown]
# A spectrogram is many small Fourier transforms, side by side.

# %% [markdown]
# ### Exercise 15.2 · Decibels with a floor
#
# Powers in speech span more than a million to one, and ears hear *ratios*. The *level* of a power $p$ above a reference
# $r$ is $10\log_{10}(p/r)$ decibels (dB). Silence would be minus infinity, so any level below $-s$ counts as $-s$; $s$ is
# the *span*. The reference is one number for all sounds, such as the largest power of the training set: a quiet word
# stays quiet. Write both directions.

# %%
lab.predict(
    "15.2",
    "Every sample of a sound is doubled. By how much does its level rise?",
    choices=["2 dB", "3 dB", "6 dB", "it depends on how loud it was"],
)


# %%
def decibels(power, reference, span=60.0):
    """Levels of powers, never below -span.

    Args:
        power: array of any shape, 0 or more.
        reference: the power that counts as 0 dB.
        span: how far down levels go, in dB.

    Returns:
        float array of the shape of `power`.

    >>> decibels([5.0, 50.0, 0.0], 50.0)
    array([-10.,   0., -60.])
    """
    ### BEGIN SOLUTION
    floor = reference * 10 ** (-span / 10)
    return 10 * np.log10(np.maximum(power, floor) / reference)
    ### END SOLUTION


def power_of(level, reference):
    """Powers of levels: the way back.

    Args:
        level: array of any shape, in dB.
        reference: the power that counts as 0 dB.

    Returns:
        float array of the shape of `level`.

    >>> power_of([0.0, -10.0], 50.0)
    array([50.,  5.])
    """
    ### BEGIN SOLUTION
    return reference * 10 ** (np.asarray(level) / 10)
    ### END SOLUTION


# %%
check("15.2")

# %%
with lab.needs("15.2"):
    one = figures.power(sevens[people[0]], SIZE, HOP)
    level = decibels(one, one.max())
    lab.show(figures.power_and_level(one, level, RATE, HOP))
    louder = decibels(4 * one, one.max()).max() - level.max()
    lab.reveal("15.2", "6 dB", f"four times the power: {louder:.2f} dB")

# %% [markdown]
# On the left one vowel outshines all the rest; in decibels the s and the n are there.

# %% [markdown]
# ### Exercise 15.3 · Mel filters
#
# Ears part 200 from 300 Hz with ease, 3,200 from 3,300 hardly. The *mel* scale $m=2595\log_{10}(1+f/700)$ counts steps
# that sound equal. A bank of `count` filters takes `count + 2` frequencies, equally far apart **in mel**, the first at 0,
# the last at half the rate. Each filter is a triangle over three neighbours of them: 0 at the left one, 1 at the middle
# one, 0 at the right one, straight in between **in Hz**, 0 elsewhere. Read its weights off at the frequencies of the
# bins, $k\cdot\text{rate}/\text{size}$.

# %%
lab.predict(
    "15.3",
    "20 filters from 0 to 4,000 Hz. How many have their middle below 1,000 Hz?",
    number=True,
    unit="filters",
)


# %%
def mel_edges(count, rate):
    """The frequencies between which the filters stand.

    Args:
        count: number of filters.
        rate: samples a second.

    Returns:
        array (count + 2,) in Hz, rising.

    >>> mel_edges(1, 8000).round(1)
    array([   0. , 1113.8, 4000. ])
    """
    ### BEGIN SOLUTION
    top = 2595 * np.log10(1 + rate / 2 / 700)
    return 700 * (10 ** (np.linspace(0, top, count + 2) / 2595) - 1)
    ### END SOLUTION


# %%
def mel_filters(count, size, rate):
    """Weights of each filter at each bin.

    Args:
        count: number of filters.
        size: samples of a frame.
        rate: samples a second.

    Returns:
        array (count, bins), bins as many as powers are kept of a frame.

    >>> mel_filters(1, 4, 8000).round(3)
    array([[0.   , 0.693, 0.   ]])
    """
    ### BEGIN SOLUTION
    bins = np.arange(size // 2 + 1) * rate / size
    edges = mel_edges(count, rate)[:, None]
    left, middle, right = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (bins - left) / (middle - left), (right - bins) / (right - middle)
    return np.maximum(0, np.minimum(rising, falling))
    ### END SOLUTION


# %%
check("15.3")

# %%
with lab.needs("15.3"):
    one = figures.power(sevens[people[0]], SIZE, HOP)
    bank = mel_filters(20, SIZE, RATE)
    lab.show(figures.mel(bank, one, one @ bank.T, RATE, HOP))
    below = int(np.sum(mel_edges(20, RATE)[1:-1] < 1000))
    lab.reveal("15.3", below, "nearly half of the filters for a quarter of the range")

# %% [markdown]
# Twenty numbers a frame instead of 129, fine where vowels differ and coarse where only hiss does.

# %% [markdown]
# ### Exercise 15.4 · Time against frequency
#
# How long is a window, and how sharp is a tone seen through it? Measure both by a *spread*: the standard deviation
# $\sqrt{\sum_i p_i(t_i-\bar t)^2}$ of places $t_i$ whose weights $p_i$ are scaled to sum 1, with mean $\bar t$.
#
# - In time, sample $n$ lies at $n/\text{rate}$ seconds and weighs $w_n^2$.
# - In frequency: append zeros to the window until it has `points` samples, take the Fourier transform $W_k$; it weighs
#   $|W_k|^2$. Frequencies run on both sides of 0 (`np.fft.fftfreq`).

# %%
lab.predict(
    "15.4a",
    "A window of the same form, four times as long. Its spread in frequency is",
    choices=["four times as large", "the same", "half", "a quarter"],
)

# %%
lab.predict(
    "15.4b",
    "In a short frame two tones melt into one hump. Append zeros until the frame is "
    "eight times as long, then transform. You see",
    choices=["two humps", "one hump, drawn with more points"],
)


# %%
def spreads(window, rate, points):
    """Spread of a window in time and in frequency.

    Args:
        window: samples (n,).
        rate: samples a second.
        points: length of the Fourier transform, n or more.

    Returns:
        (seconds, hertz), two floats.

    >>> [round(value, 4) for value in spreads([1.0, 1.0], 2, 4)]
    [0.25, 0.3536]
    """

    ### BEGIN SOLUTION
    def spread(places, weights):
        weights = weights / weights.sum()
        mean = np.sum(weights * places)
        return float(np.sqrt(np.sum(weights * (places - mean) ** 2)))

    window = np.asarray(window, float)
    power = np.abs(np.fft.fft(window, points)) ** 2
    times, frequencies = np.arange(len(window)) / rate, np.fft.fftfreq(points, 1 / rate)
    return spread(times, window**2), spread(frequencies, power)
    ### END SOLUTION


# %%
check("15.4")

# %%
lowest_product = float("nan")
with lab.needs("15.4"):
    lengths = (64, 128, 256, 512, 1024)
    measured = {n: spreads(np.hanning(n), RATE, 8 * n) for n in lengths}
    lowest_product = min(t * f for t, f in measured.values()) * 4 * np.pi
    lab.show(figures.two_clicks_two_tones((64, 512), measured, RATE))
    lab.show(figures.more_points(64, RATE))
    ratio = measured[1024][1] / measured[256][1]
    lab.reveal("15.4a", "a quarter", f"{ratio:.2f} of it, and four times as long")
    lab.reveal("15.4b", "b", "zeros tell nothing new: only a longer look parts them")

# %% [markdown]
# No window sees both: the product of the spreads never falls below $1/4\pi$ (Gabor 1946). 256 samples, 32 ms, is a
# bargain that suits speech.

# %% [markdown]
# ## Hearing words

# %% [markdown]
# ### Exercise 15.5 · Who is in the test?
#
# A network that heard a recording, or its speaker, in training knows more than it should. So split by *groups*: all rows
# of a group stand on one side. Grouped by take, the test holds new recordings of known people; grouped by speaker, it
# holds new people.
#
# Then *standardise* each mel band: minus its mean, divided by its standard deviation. Both are taken over all rows and
# frames **of the training part**, for no test row may have a say. A band that never changes is only centred.

# %%
lab.predict(
    "15.5",
    "Known people: the best system reads nearly every word. Of words by a person it "
    "never heard, the same kind of network reads",
    choices=["as many", "up to a tenth fewer", "more than a tenth fewer"],
)


# %%
def split_rows(groups, held):
    """Rows to train on and rows to test on.

    Args:
        groups: the group of each row (n,), names or numbers.
        held: list of the groups that are held out for the test.

    Returns:
        (train_rows, test_rows), two arrays of row numbers, rising.

    >>> split_rows(["ann", "bob", "ann", "eve"], ["bob", "eve"])
    (array([0, 2]), array([1, 3]))
    """
    ### BEGIN SOLUTION
    inside = np.isin(groups, held)
    return np.flatnonzero(~inside), np.flatnonzero(inside)
    ### END SOLUTION


# %%
def standardise(train, test):
    """Both parts, band by band, by the training part's mean and deviation.

    Args:
        train: levels (n, frames, bands).
        test: levels (m, frames, bands).

    Returns:
        (train, test), standardised.

    >>> one, other = standardise([[[0.0], [2.0]]], [[[4.0], [1.0]]])
    >>> one.ravel(), other.ravel()
    (array([-1.,  1.]), array([3., 0.]))
    """
    ### BEGIN SOLUTION
    train, test = np.asarray(train), np.asarray(test)
    mean, deviation = train.mean(axis=(0, 1)), train.std(axis=(0, 1))
    deviation = np.where(deviation > 0, deviation, 1)
    return (train - mean) / deviation, (test - mean) / deviation
    ### END SOLUTION


# %%
check("15.5")

# %% [markdown]
# Three readers of the same 40 mel levels by 97 frames: a ConvNet that takes them for an image, a dense network, and the
# craft of the years before, *cepstral coefficients* (MFCC: a cosine transform of each frame, of which 13 numbers are
# kept) with a kernel SVM.


# %%
def convnet(input_shape, num_classes):
    """Convolutions over time and frequency, as over an image."""
    options = {"padding": "same", "activation": "relu"}
    return keras.Sequential(
        [
            keras.Input(input_shape),  # (b, 97, 40, 1)
            layers.Conv2D(16, 5, strides=2, **options),  # (b, 49, 20, 16)
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, **options),  # (b, 24, 10, 32)
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, **options),  # (b, 12, 5, 64)
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(num_classes),
        ]
    )


def mlp(input_shape, num_classes):
    """Every number to every unit."""
    hidden = [layers.Dense(n, activation="relu") for n in (256, 128)]
    rows = [keras.Input(input_shape), layers.Flatten(), *hidden, layers.Dropout(0.5)]
    return keras.Sequential([*rows, layers.Dense(num_classes)])


def mfcc(x):
    """13 cosine coefficients of each frame, in a row."""
    return scipy.fft.dct(x, norm="ortho")[..., :13].reshape(len(x), -1)


# %%
options = {"epochs": lab.pick(10, 5), "batch_size": 32, "learning_rate": 2e-3}
options |= {"schedule": "one_cycle", "seed": lab.seed, "verbose": 0}
SYSTEMS = {
    "ConvNet": lambda: KerasClassifier(convnet, **options),
    "MLP": lambda: KerasClassifier(mlp, **options),
    "MFCC + SVM": lambda: make_pipeline(
        FunctionTransformer(mfcc), StandardScaler(), SVC(C=10)
    ),
}
mel_train, mel_test = figures.mel_levels(x_train, x_test, SIZE, HOP, RATE)
right = {}
with lab.needs("15.5"):
    left_out = people[: lab.pick(6, 1)]
    for name in lab.pick(list(SYSTEMS), ["ConvNet", "MFCC + SVM"]):
        make = SYSTEMS[name]
        x, x_new = standardise(mel_train, mel_test)
        known, new = make().fit(x, y_train).predict(x_new) == y_test, {}
        for who in left_out:
            rows, held = split_rows(who_train, [who])[0], split_rows(who_test, [who])[1]
            x, x_new = standardise(mel_train[rows], mel_test[held])
            reader = make().fit(x, y_train[rows])
            new[who] = reader.predict(x_new) == y_test[held]
        right[name] = known, new
    lab.show(figures.readers(right, wilson_interval))
    known, new = right["ConvNet"]
    lost = known.mean() - np.mean(list(new.values()))
    told = f"known {known.mean():.1%}, new {np.mean(list(new.values())):.1%}"
    lab.reveal("15.5", "a" if lost < 0.01 else "b" if lost <= 0.1 else "c", told)

# %% [markdown]
# Which of the two numbers should stand in a paper depends on who will speak to the machine.

# %% [markdown]
# ## Sound again

# %% [markdown]
# ### Exercise 15.6 · A number for the ear, frames without seams
#
# *Log-spectral distortion* compares two spectrograms of levels in dB: in each frame the root of the mean of squared
# differences **over frequency**; then the plain mean **over frames**.
#
# The way back to sound: each frame of the spectrogram becomes a piece $f_i$ of samples, laid where its frame stood. Where
# pieces overlap, take the sound $y$ whose own windowed frames come nearest to them in the least-squares sense:
# $$y_t=\frac{\sum_i w_{t-is}\;f_{i,\,t-is}}{\sum_i w_{t-is}^2},$$
# $s$ the hop, $w$ the window (0 outside), $f_{i,n}$ sample $n$ of piece $i$ (Griffin and Lim 1984). Where the lower sum is
# 0, so is $y$.

# %%
lab.predict(
    "15.6",
    "Half of the frequencies are 6 dB off, the other half exact. The distortion?",
    number=True,
    unit="dB",
)


# %%
def log_spectral_distortion(level_true, level_pred):
    """Distance of two spectrograms in dB.

    Args:
        level_true: levels (frames, frequencies) in dB.
        level_pred: levels of the same shape.

    Returns:
        float.

    >>> log_spectral_distortion([[0.0, 0.0], [5.0, 5.0]], [[3.0, -3.0], [6.0, 4.0]])
    2.0
    """
    ### BEGIN SOLUTION
    squared = (np.asarray(level_true) - np.asarray(level_pred)) ** 2
    return float(np.sqrt(squared.mean(axis=1)).mean())
    ### END SOLUTION


# %%
def overlap_add(pieces, hop, window):
    """The sound whose windowed frames come nearest to the pieces.

    Args:
        pieces: array (count, size), at least one.
        hop: samples from the start of a piece to the start of the next.
        window: w, (size,).

    Returns:
        samples ((count - 1) * hop + size,).

    >>> overlap_add([[1.0, 4.0], [2.0, 6.0]], 1, [1.0, 1.0])
    array([1., 3., 6.])
    """
    ### BEGIN SOLUTION
    pieces, window = np.asarray(pieces, float), np.asarray(window, float)
    count, size = pieces.shape
    total, weight = np.zeros((2, (count - 1) * hop + size))
    for i, piece in enumerate(pieces):
        here = slice(i * hop, i * hop + size)
        total[here] += window * piece
        weight[here] += window**2
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1), 0)
    ### END SOLUTION


# %%
check("15.6")

# %% [markdown]
# A spectrogram has no phases. Griffin and Lim guess them: lay frames together with your function, transform, keep the new
# phases but put the old powers back, and again.

# %%
with lab.needs("15.6"):
    off = np.tile([0.0, 6.0], (3, 64))
    lab.reveal("15.6", log_spectral_distortion(np.zeros_like(off), off), "6 / root 2")
    word = sevens[people[0]]
    guessed = figures.griffin_lim(figures.power(word, SIZE, HOP), HOP, overlap_add)
    figures.play({"recorded": word, "from its spectrogram alone": guessed}, RATE)

# %% [markdown]
# ## Bits

# %% [markdown]
# ### Exercise 15.7 · Units that decide
#
# The middle layer of an autoencoder becomes a *binary code*. A unit's input $z$ (a *logit*) gives the probability
# $\sigma(z)=1/(1+e^{-z})$; in use its bit is 1 where that is at least one half, otherwise 0. Three ways to train:
#
# - *plain*: hand $\sigma(z)$ on, and round only in use;
# - *noise*: hand $\sigma(z+\varepsilon)$ on, $\varepsilon$ a random number, new each time;
# - *straight through*: hand the bits on; on the way back, pretend that $\sigma(z)$ had been handed on.

# %%
lab.predict(
    "15.7",
    "Codes of plain training are rounded in use. The distortion grows by",
    choices=["less than 1 dB", "1 to 3 dB", "more than 3 dB"],
)


# %%
def noisy_code(z, noise):
    """What a unit hands on while it is trained with noise.

    Args:
        z: logits (n, bits).
        noise: random numbers (n, bits).

    Returns:
        array (n, bits).

    >>> noisy_code([[1.0, -2.0]], [[-1.0, 2.0]])
    array([[0.5, 0.5]])
    """
    ### BEGIN SOLUTION
    return expit(np.asarray(z) + np.asarray(noise))
    ### END SOLUTION


def hard_code(z):
    """The bits in use.

    Args:
        z: logits (n, bits).

    Returns:
        float array (n, bits) of 0 and 1.

    >>> hard_code([[0.3, -2.0, 0.0]])
    array([[1., 0., 1.]])
    """
    ### BEGIN SOLUTION
    return (np.asarray(z) >= 0).astype(float)
    ### END SOLUTION


def straight_through(z, upstream):
    """Gradient that arrives at the logits, straight through.

    Args:
        z: logits (n, bits).
        upstream: gradient of the loss with respect to the code (n, bits).

    Returns:
        array (n, bits).

    >>> straight_through([[0.0, 0.0]], [[8.0, -2.0]])
    array([[ 2. , -0.5]])
    """
    ### BEGIN SOLUTION
    p = expit(np.asarray(z))
    return np.asarray(upstream) * p * (1 - p)
    ### END SOLUTION


# %%
check("15.7")

# %%
through_gap = float("nan")
with lab.needs("15.7"):
    z, d = np.random.default_rng(lab.seed).normal(0, 2, (2, 5, 8)).astype("float32")
    layer = BinaryCode("straight-through")
    theirs = gradients(lambda v: ops.sum(layer(v, training=True) * d), z)
    through_gap = np.abs(straight_through(z, d) - theirs).max()
    same = np.array_equal(hard_code(z), ops.convert_to_numpy(layer(z)))
    print(f"coursekit's layer: same bits {same}, gradients off by {through_gap:.0e}")

# %% [markdown]
# Now three networks that differ in nothing else. A window is 9 frames of 129 levels, brought to [0, 1]; the code has 100
# bits. Windows come from training recordings, and all is measured on test recordings.


# %%
HIDDEN = lab.pick(300, 48)


def autoencoder(size, bits, training="straight-through", unit="relu"):
    """Levels to bits and back: size, h, h, bits, h, h, size."""
    h = HIDDEN
    with seeded(lab.seed):
        return keras.Sequential(
            [
                keras.Input((size,)),
                layers.Dense(h, activation=unit),
                layers.Dense(h, activation=unit),
                layers.Dense(bits, name="logits"),
                BinaryCode(training, seed=lab.seed),
                layers.Dense(h, activation=unit),
                layers.Dense(h, activation=unit),
                layers.Dense(size, activation=None if unit == "relu" else unit),
            ]
        )


def learn(model, x):
    """The model, trained to rebuild x."""
    epochs = lab.pick(16, 4)
    rate = keras.optimizers.schedules.CosineDecay(2e-3, epochs * (len(x) // 64 + 1))
    model.compile(keras.optimizers.Adam(rate), "mse")
    fit(model, x, x, epochs=epochs, batch_size=64, seed=lab.seed, progress="none")
    return model


# %%
SPAN, N, BITS = 80.0, 9, 100
speech = figures.Speech(
    x_train, x_test, SIZE, HOP, SPAN, lab.pick(8000, 1000), lab.seed
)
windows, test_windows = speech.windows(N)
ways = {}
for way in ("none", "noise", "straight-through"):
    ways[way] = learn(autoencoder(windows.shape[1], BITS, way), windows)
logits = {way: figures.logits(model, test_windows) for way, model in ways.items()}
errors = {
    way: speech.distortion(N, model.predict(test_windows, verbose=0))
    for way, model in ways.items()
}
soft_error = speech.distortion(N, figures.unrounded(ways["none"], test_windows))

# %%
with lab.needs("15.7"):
    soft = {way: noisy_code(z, np.zeros_like(z)) for way, z in logits.items()}
    lab.show(figures.decided(soft, errors))
    grown = errors["none"] - soft_error
    told = f"from {soft_error:.1f} to {errors['none']:.1f} dB"
    lab.reveal("15.7", "a" if grown < 1 else "b" if grown <= 3 else "c", told)

# %% [markdown]
# A unit that must be heard through noise learns to decide; straight through, the rest of the network learns to live with
# bits.

# %% [markdown]
# ### Exercise 15.8 · Codebooks and neighbours
#
# *Vector quantisation* (VQ) keeps a *codebook* of typical windows and sends the number of the entry with the least
# squared distance (the first of equals). An entry's number among $K$ costs $\log_2 K$ bits. For long codes the window is
# cut into *parts*, side by side, each as wide as its own codebook. Codebooks are found by k-means on training windows.
#
# Codes can also be searched. The *Hamming distance* of two codes is the number of bits in which they differ.

# %%
lab.predict(
    "15.8a",
    "One codebook for 100 bits, one entry written each nanosecond. Finished after",
    choices=["a day", "a human life", "longer than the universe is old"],
)

# %%
lab.predict(
    "15.8b",
    "Windows of 9 frames, 100 bits. Which is nearer to the original?",
    choices=["VQ in parts", "the autoencoder", "equal within 0.2 dB"],
)


# %%
def vector_quantise(x, codebooks):
    """Each part replaced by its nearest entry.

    Args:
        x: rows (n, d).
        codebooks: list of arrays (entries, width); the widths add up to d.

    Returns:
        (rebuilt, bits): array (n, d), and how many bits a row costs.

    >>> vector_quantise([[0.9, 7.5]], [[[0.0], [2.0]], [[5.0], [9.0]]])
    (array([[0., 9.]]), 2.0)
    """
    ### BEGIN SOLUTION
    x, rebuilt, bits, start = np.asarray(x), [], 0.0, 0
    for book in map(np.asarray, codebooks):
        part = x[:, start : start + book.shape[1]]
        gaps = np.sum((part[:, None] - book) ** 2, axis=2)  # (n, entries)
        rebuilt.append(book[gaps.argmin(axis=1)])
        bits += float(np.log2(len(book)))
        start += book.shape[1]
    return np.hstack(rebuilt), bits
    ### END SOLUTION


# %%
def hamming(one, other):
    """Number of bits that differ, for every pair of codes.

    Args:
        one: codes (n, bits) of 0 and 1.
        other: codes (m, bits).

    Returns:
        array (n, m) of whole numbers.

    >>> hamming([[0, 1, 1]], [[0, 1, 1], [1, 0, 1]])
    array([[0, 2]])
    """
    ### BEGIN SOLUTION
    one, other = np.asarray(one), np.asarray(other)
    return np.sum(one[:, None] != other, axis=2)
    ### END SOLUTION


# %%
check("15.8")

# %% [markdown]
# **Equal bits.** 11 bits a frame for windows of 1, 3, 9 and 13 frames, then windows of 9 frames with 300, 100 and 30 bits.

# %%
coders = {("autoencoder", N, BITS): ways["straight-through"]}
plan = [(n, round(BITS * n / N)) for n in lab.pick((1, 3, N, 13), (N,))]
plan += [(N, bits) for bits in (300, 30)]
rebuilt = {}
for n, bits in plan:
    x, x_new = speech.windows(n)
    if ("autoencoder", n, bits) not in coders:
        model = learn(autoencoder(x.shape[1], bits), x)
        coders["autoencoder", n, bits] = model
    model = coders["autoencoder", n, bits]
    coders["VQ", n, bits] = figures.codebooks(x, n, bits, lab.pick(11, 5), lab.seed)
    rebuilt["autoencoder", n, bits] = model.predict(x_new, verbose=0)
distortions = {key: speech.distortion(key[1], x) for key, x in rebuilt.items()}

# %%
with lab.needs("15.8"):
    for n, bits in plan:
        books, x_new = coders["VQ", n, bits], speech.windows(n)[1]
        made, cost = figures.in_pieces(vector_quantise, x_new, books)
        assert cost <= bits
        distortions["VQ", n, bits] = speech.distortion(n, made)
    lab.show(figures.equal_bits(distortions, plan, N))
    years = 2.0**BITS / 1e9 / 3.15e7
    lab.reveal("15.8a", "longer than the universe is old", f"{years:.0e} years")
    ahead = distortions["VQ", N, BITS] - distortions["autoencoder", N, BITS]
    truth = "b" if ahead > 0.2 else "c" if ahead >= -0.2 else "a"
    way = "nearer" if ahead > 0 else "further off"
    lab.reveal("15.8b", truth, f"the autoencoder is {abs(ahead):.2f} dB {way}")

# %% [markdown]
# **A greedy start, or none?** Deng et al. (2010) began with a stack of Boltzmann machines (lab 17), one layer after the
# other, then trained the whole. Here both ways, with logistic units as they had.

# %%
stack = boltzmann.train_stack(
    windows, (HIDDEN, HIDDEN, BITS), epochs=lab.pick(15, 2), seed=lab.seed
)
starts = {"random start": None, "greedy start": figures.mirrored(stack)}
for name, weights in starts.items():
    model = autoencoder(windows.shape[1], BITS, unit="sigmoid")
    if weights is not None:
        model.set_weights(weights)
    made = learn(model, windows).predict(test_windows, verbose=0)
    starts[name] = speech.distortion(N, made)
    print(f"logistic units, {name}: {starts[name]:.2f} dB")
relu = distortions["autoencoder", N, BITS]
print(f"rectified units, random start: {relu:.2f} dB")

# %% [markdown]
# **Search by bits.** Each recording becomes five codes of 100 bits. For each test word, the ten training words that differ in
# the fewest bits: how many say the same digit?

# %%
found = {}
with lab.needs("15.8"):
    coder = coders["autoencoder", N, BITS]
    codes, test_codes = (
        figures.word_codes(coder, levels, N) for levels in speech.words()
    )
    chosen = np.arange(lab.pick(300, 60))
    nearest = np.argsort(
        [hamming(test_codes[[i]], codes)[0] for i in chosen], axis=1, kind="stable"
    )[:, :10]
    found["Hamming, 500 bits"] = np.mean(y_train[nearest] == y_test[chosen, None])
    found |= figures.by_levels(speech.words(), y_train, y_test, chosen, 5 * N)
    for name, share in found.items():
        print(f"{name}: {share:.0%} of the ten nearest say the same digit")

# %% [markdown]
# ## Hear it
#
# One word, through 300, 100 and 30 bits for each window of 9 frames (90 ms). Raw samples would be 11,520 bits. Change `row`
# and listen to another.

# %%
row = 7 * len(people)
original = speech.words()[1][row]
heard = {"original": figures.sound_of(speech, original)}
for method in ("autoencoder", "VQ"):
    for bits in (300, 100, 30):
        levels = figures.through(coders[method, N, bits], original, N)
        name = f"{method}, {bits} bits"
        heard[name] = figures.sound_of(speech, levels)
lab.show(figures.heard(heard, RATE, SIZE, HOP))
figures.play({name: sound for name, (_, sound) in heard.items()}, RATE)

# %% [markdown]
# Now you can answer the opening: the six pictures share the paths of a few bright bands, and it is these that a ConvNet finds
# wherever they lie (15.5), that mel filters resolve (15.3), and that are left of a word when 30 bits must do (15.8).

# %% [markdown]
# ## Go further
#
# - Train with words whose speed and pitch you have changed at random. How much of the loss on new people comes back?
# - Let the codes overlap: windows at every frame, averaged. What does it cost in bits, and what does it gain?
# - Record yourself, at 8,000 samples a second, and be the seventh person.

# %% [markdown]
# ## Receipt

# %%
measured = {
    "scipy": f"{scipy_gap:.0e}",
    "gabor": f"{lowest_product:.3f} times 1/(4 pi)",
    **figures.reader_rows(right, wilson_interval),
    "through": f"{through_gap:.0e}",
    "way": "; ".join(f"{way} {error:.2f}" for way, error in errors.items()),
    "rounding": f"{errors['none'] - soft_error:+.2f} dB",
    **figures.bit_rows(distortions, N),
    "start": "; ".join(f"{name} {error:.2f}" for name, error in starts.items()),
    "search": "; ".join(f"{name} {share:.0%}" for name, share in found.items()),
}
trained = f"{kind}, {len(x_train):,} to train on, {len(x_test)} to test on"
coded = f"{kind}; dB on test recordings, {len(windows):,} training windows"
lab.receipt(figures.receipt(measured, trained, coded, relu), seeds=[lab.seed])
