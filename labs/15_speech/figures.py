"""The pictures and players of lab 15, and the loops and tables around a student's functions."""

import itertools
import warnings

import numpy as np
import scipy.signal
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

from coursekit.datasets import spectrograms
from coursekit.evaluation.signal import log_spectral_distortion
from coursekit.labs.cards import show_value
from coursekit.plots import GREY, PALETTE, subplots
from coursekit.plots.sound import audio_tag, draw_spectrogram

# Sounds -------------------------------------------------------------------------------


class _Players:
    """Players in a page; a line of text elsewhere."""

    def __init__(self, sounds, rate):
        self.sounds, self.rate = sounds, rate

    def __str__(self):
        return f"[sounds: {', '.join(self.sounds)}]"

    def _repr_html_(self):
        tags = (audio_tag(x, self.rate, name) for name, x in self.sounds.items())
        box = '<div style="display:flex;flex-wrap:wrap;gap:4px 16px">'
        return f"{box}{''.join(tags)}</div>"


def play(sounds, rate):
    """Show a player for each sound.

    Args:
        sounds: dict from a name to samples.
        rate: samples a second.
    """
    show_value(_Players(sounds, rate))


def power(x, size, hop):
    """Power of each frame at each frequency, by SciPy's transform."""
    return spectrograms.power_spectrogram(x, size, hop)


def mel_levels(train, test, size, hop, rate, count=40, span=60.0):
    """Mel levels in dB (n, frames, count) of two sets of sounds, the loudest of the first at 0."""
    bank = spectrograms.mel_filters(count, size, rate).T.astype(np.float32)
    both = [power(x, size, hop) @ bank for x in (train, test)]
    return tuple(spectrograms.levels(x, both[0].max(), span) for x in both)


def griffin_lim(power, hop, overlap_add, rounds=60, seed=0):
    """A sound with these powers: phases are guessed, and made to agree where frames overlap.

    Args:
        power: (frames, frequencies).
        hop: samples from frame to frame.
        overlap_add: function (pieces, hop, window) to samples.
        rounds: how often the phases are taken from the sound.
        seed: of the first phases.
    """
    size = 2 * (power.shape[1] - 1)
    window = scipy.signal.get_window("hann", size)
    phase = np.exp(2j * np.pi * np.random.default_rng(seed).random(power.shape))
    for _ in range(rounds):
        sound = overlap_add(np.fft.irfft(np.sqrt(power) * phase, size), hop, window)
        pieces = np.lib.stride_tricks.sliding_window_view(sound, size)[::hop]
        spectrum = np.fft.rfft(pieces * window)
        phase = spectrum / np.maximum(np.abs(spectrum), 1e-12)
    return overlap_add(np.fft.irfft(np.sqrt(power) * phase, size), hop, window)


def _laid(pieces, hop, window):
    """SciPy's way from pieces to a sound."""
    size = len(window)
    spectrum = np.fft.rfft(pieces).T / window.sum()
    with warnings.catch_warnings():  # no window reaches the first sample
        warnings.filterwarnings("ignore", message="NOLA")
        return scipy.signal.istft(
            spectrum, window=window, nperseg=size, noverlap=size - hop, boundary=False
        )[1]


# Pictures of sounds -------------------------------------------------------------------


def voices(sounds, rate, size=256, hop=40):
    """Spectrograms of one word by several people."""
    figure, axes = subplots(2, 3, size=(9, 4.6))
    for ax, (name, x) in zip(axes.flat, sounds.items(), strict=False):
        draw_spectrogram(ax, power(x, size, hop), rate=rate, hop=hop, title=name)
    return figure, (
        "Six spectrograms of the word seven. Each shows a few bright bands that bend from left to "
        "right, over fine stripes; how high the bands lie, how far apart the stripes are and how "
        "long the word lasts differ from person to person."
    )


def one_frame(pieces, whole, rate, hop):
    """The loudest frame, its powers, and all frames' powers beside one another."""
    figure, axes = subplots(1, 3, size=(10, 3))
    size, place = pieces.shape[1], int(whole.sum(axis=1).argmax())
    axes[0].plot(np.arange(size) * 1000 / rate, pieces[place], color=PALETTE[0])
    axes[0].set(xlabel="ms", ylabel="sample", title=f"Frame {place}")
    bins = np.arange(whole.shape[1]) * rate / size
    axes[1].plot(bins, whole[place], color=PALETTE[1])
    axes[1].set(xlabel="Hz", ylabel="power", title="its powers")
    draw_spectrogram(axes[2], whole, rate=rate, hop=hop, title="all frames")
    loudest = bins[whole[place].argmax()]
    return figure, (
        f"Left, a frame of {size} samples that swings quickly and unevenly. Middle, its powers: a few "
        f"narrow peaks, the highest at {loudest:.0f} Hz, and hardly anything elsewhere. Right, the "
        "powers of all frames as a picture of time and frequency."
    )


def power_and_level(whole, level, rate, hop):
    """The same spectrogram as powers and as levels."""
    figure, axes = subplots(1, 2, size=(9, 3))
    extent = (0, len(whole) * hop / rate, 0, rate / 2000)
    pairs = (("power", whole, axes[0]), ("level, dB", level, axes[1]))
    for title, values, ax in pairs:
        image = ax.imshow(
            values.T, origin="lower", aspect="auto", cmap="magma", extent=extent
        )
        ax.set(xlabel="s", ylabel="kHz", title=title)
        ax.grid(False)
        figure.colorbar(image, ax=ax)
    return figure, (
        "Left, powers: a few bright specks at the bottom and black elsewhere. Right, levels of "
        "the same sound: hiss at the top, bending bands in the middle, and the quiet end are seen."
    )


def mel(bank, whole, few, rate, hop):
    """The filters, and a spectrogram before and after them."""
    figure, axes = subplots(1, 3, size=(11, 3))
    hertz = np.arange(bank.shape[1]) * rate / (2 * (bank.shape[1] - 1))
    for i, row in enumerate(bank):
        axes[0].plot(hertz, row, color=PALETTE[i % 2], lw=1)
    axes[0].set(xlabel="Hz", ylabel="weight", title=f"{len(bank)} filters")
    draw_spectrogram(axes[1], whole, rate=rate, hop=hop, title=f"{whole.shape[1]} bins")
    draw_spectrogram(axes[2], few, rate=rate, hop=hop, title=f"{few.shape[1]} filters")
    axes[2].set(ylabel="filter", yticks=[])
    return figure, (
        "Left, overlapping triangles, narrow and dense at low frequencies and ever wider towards "
        "4,000 Hz. Middle, a word in 129 bins. Right, the same through the filters: the low "
        "bands take up most of the height, the hiss at the top is pressed together."
    )


def _clicks_and_tones(rate, gap=0.012, apart=60):
    """Two clicks, then two tones close to each other."""
    time = np.arange(int(0.5 * rate)) / rate
    tones = sum(np.sin(2 * np.pi * f * time) for f in (1500, 1500 + apart))
    sound = np.where(time > 0.2, tones, 0.0)
    for at in (0.1, 0.1 + gap):
        sound[int(at * rate)] = 20.0
    return sound


def two_clicks_two_tones(sizes, measured, rate):
    """The same sound through windows of several sizes, and the spreads of windows."""
    figure, axes = subplots(1, len(sizes) + 1, size=(11, 3.2))
    sound = _clicks_and_tones(rate)
    for ax, size in zip(axes[:-1], sizes, strict=True):
        title = f"windows of {size} samples"
        draw_spectrogram(ax, power(sound, size, 16), rate=rate, hop=16, title=title)
        ax.set_ylim(1.2, 1.9)
    seconds, hertz = np.array(list(measured.values())).T
    axes[-1].loglog(1000 * seconds, hertz, "o-", color=PALETTE[1], label="measured")
    bound = 1 / (4 * np.pi * seconds)
    axes[-1].loglog(1000 * seconds, bound, "--", color=GREY, label="1 / (4 pi t)")
    for t, f, n in zip(seconds, hertz, measured, strict=True):
        axes[-1].annotate(
            str(n), (1000 * t, f), (4, 4), textcoords="offset points", fontsize=8
        )
    axes[-1].set(
        xlabel="spread in time, ms",
        ylabel="spread in frequency, Hz",
        xticks=[1, 3, 10],
        xticklabels=["1", "3", "10"],
        yticks=[5, 10, 20, 50],
        yticklabels=["5", "10", "20", "50"],
    )
    axes[-1].minorticks_off()
    axes[-1].legend(fontsize=8)
    return figure, (
        "Two clicks and then two tones. Through short windows the clicks are two upright lines and "
        "the tones one thick band; through long windows the clicks run into one and the tones are "
        "two thin lines. On the right, spreads of five windows fall along a line just above the "
        "dashed bound."
    )


def more_points(size, rate):
    """Two tones in a short frame: its transform, the same with zeros appended, and a long frame."""
    time = np.arange(8 * size) / rate
    tones = np.sin(2 * np.pi * 1500 * time) + np.sin(2 * np.pi * 1560 * time)
    figure, ax = subplots(size=(7, 3))
    short = tones[:size] * scipy.signal.get_window("hann", size)
    longer = tones * scipy.signal.get_window("hann", 8 * size)
    drawn = (
        (f"{size} samples", short, size, "o"),
        (f"{size} samples and {7 * size} zeros", short, 8 * size, "-"),
        (f"{8 * size} samples", longer, 8 * size, "-"),
    )
    for colour, (name, x, points, style) in zip(PALETTE, drawn, strict=False):
        values = np.abs(np.fft.rfft(x, points))
        hertz = np.arange(len(values)) * rate / points
        ax.plot(hertz, values / values.max(), style, color=colour, label=name)
    ax.set(xlim=(1200, 1900), xlabel="Hz", ylabel="amplitude, largest 1")
    ax.legend(fontsize=8)
    return figure, (
        "Amplitudes around 1,500 Hz. Few dots of the short frame lie on one broad hump; the line of "
        "the short frame with zeros is the same single hump, drawn smoothly. Only the line of the "
        "long frame has two sharp peaks, at the two tones."
    )


# Readers ------------------------------------------------------------------------------


def readers(right, interval):
    """Share of words read right, for known and for new people, a dot for each new person."""
    figure, ax = subplots(size=(7.5, 3.2))
    for place, (known, new) in enumerate(right.values()):
        pooled = np.concatenate(list(new.values()))
        groups = ((-0.12, known, PALETTE[0]), (0.12, pooled, PALETTE[1]))
        for shift, hits, colour in groups:
            low, high = interval(int(hits.sum()), len(hits))
            ax.plot([place + shift] * 2, [low, high], color=colour, lw=3, alpha=0.6)
            ax.plot(place + shift, hits.mean(), "o", color=colour, ms=7)
        each = [hits.mean() for hits in new.values()]
        ax.plot([place + 0.3] * len(each), each, "_", color=GREY, ms=10)
    for colour, name in ((PALETTE[0], "known people"), (PALETTE[1], "new people")):
        ax.plot([], [], "o", color=colour, label=name)
    ax.plot([], [], "_", color=GREY, ms=10, label="one new person")
    ax.set_xticks(range(len(right)), list(right))
    ax.set(ylabel="share of words read right", ylim=(None, 1.02))
    figure.legend(loc="outside lower center", ncols=3, fontsize=8)
    told = [
        f"{name} {known.mean():.0%} and {np.concatenate(list(new.values())).mean():.0%}"
        for name, (known, new) in right.items()
    ]
    return figure, (
        "For each of three systems a dot with its interval for known people, another for new "
        f"people, and a dash for each new person. Known and new: {'; '.join(told)}."
    )


def reader_rows(right, interval):
    """What each reader scored, in words, for the receipt."""
    rows = {}
    for name, (known, new) in right.items():
        rows[f"{name}, known"] = _share(known, interval)
        pooled = np.concatenate(list(new.values()))
        each = [hits.mean() for hits in new.values()]
        spread = f"; people {min(each):.0%} to {max(each):.0%}"
        rows[f"{name}, new"] = _share(pooled, interval) + spread
    return rows


def _share(hits, interval):
    low, high = interval(int(hits.sum()), len(hits))
    return f"{hits.mean():.1%} ({low:.1%} to {high:.1%})"


# Codes --------------------------------------------------------------------------------


class Speech:
    """Recordings as levels from 0 (silence) to 1 (loudest), and the windows cut from them.

    Args:
        train, test: samples (n, samples).
        size, hop: of the frames.
        span: dB from 0 to 1.
        most: training windows.
        seed: of their choice.
        tested: how many test recordings windows are cut from.
    """

    def __init__(self, train, test, size, hop, span, most, seed, tested=60):
        powers = [power(x, size, hop) for x in (train, test)]
        self.reference, self.span, self.hop = powers[0].max(), span, hop
        self._words = [
            1 + spectrograms.levels(p, self.reference, span) / np.float32(span)
            for p in powers
        ]
        self._spoken = [(p.sum(axis=2) > 0).sum(axis=1) for p in powers]
        self._most, self._seed, self._tested = most, seed, tested

    def words(self):
        """Levels of all training and of all test recordings, (n, frames, bins)."""
        return self._words

    def windows(self, n):
        """Training windows at random places, and test windows side by side; (m, bins * n), all n
        values of the lowest bin first."""
        rng = np.random.default_rng(self._seed)
        room = np.maximum(self._spoken[0] - n + 1, 1)
        row = rng.choice(len(room), self._most, p=room / room.sum())
        first = (rng.random(self._most) * room[row]).astype(int)
        train = self._words[0][row[:, None], first[:, None] + np.arange(n)]
        test = [
            word[: spoken // n * n].reshape(-1, n, word.shape[1])
            for word, spoken in zip(
                self._words[1][: self._tested], self._spoken[1], strict=False
            )
        ]
        return tuple(_wound(part) for part in (train, np.concatenate(test)))

    def distortion(self, n, rebuilt):
        """Log-spectral distortion in dB of rebuilt test windows (m, bins * n)."""
        powers = [
            10 ** (self.span * (np.clip(_unwound(x, n), 0, 1) - 1) / 10)
            for x in (self.windows(n)[1], rebuilt)
        ]
        return log_spectral_distortion(*powers, floor=10 ** (-self.span / 10))

    def power(self, levels):
        """Powers of levels from 0 to 1."""
        return np.where(levels > 0, 10 ** (self.span * (levels - 1) / 10), 0.0)


def _wound(x):
    """Windows (m, n, bins) as rows in which the frames of one bin are neighbours."""
    return np.ascontiguousarray(np.swapaxes(x, 1, 2)).reshape(len(x), -1)


def _unwound(x, n):
    """Rows as frames (m * n, bins)."""
    x = np.asarray(x, float).reshape(len(x), -1, n)
    return np.swapaxes(x, 1, 2).reshape(len(x) * n, -1)


def logits(model, x):
    """What arrives at the units of the code, (m, bits)."""
    import keras

    encoder = keras.Model(model.inputs, model.get_layer("logits").output)
    return encoder.predict(x, verbose=0)


def unrounded(model, x):
    """What the model rebuilds from probabilities instead of bits."""
    import keras

    names = [layer.name for layer in model.layers]
    h = keras.ops.sigmoid(logits(model, x))
    for layer in model.layers[names.index("logits") + 2 :]:
        h = layer(h)
    return keras.ops.convert_to_numpy(h)


def decided(codes, errors):
    """Histograms of probabilities in the code for each way to train, and what bits then cost."""
    names = {"none": "plain", "noise": "noise", "straight-through": "straight through"}
    figure, axes = subplots(1, len(codes), size=(9.5, 2.8), sharey=True)
    for colour, ax, (way, code) in zip(PALETTE, axes, codes.items(), strict=False):
        shares = np.full(code.size, 1 / code.size)
        ax.hist(code.ravel(), np.linspace(0, 1, 21), weights=shares, color=colour)
        ax.set_title(f"{names[way]}: {errors[way]:.1f} dB from bits", fontsize=10)
        ax.set(xlabel="probability of a bit")
    axes[0].set(ylabel="share of units")
    clear = [np.mean(np.abs(code - 0.5) > 0.4) for code in codes.values()]
    told = [f"{names[w]} {c:.0%}" for w, c in zip(codes, clear, strict=True)]
    return figure, (
        "Three histograms of the probabilities in the code, one for each way to train. Share within "
        f"a tenth of 0 or 1: {', '.join(told)}. The titles give the distortion once rounded."
    )


def codebooks(x, n, bits, most, seed):
    """Codebooks of 2^b entries for bands of frequencies side by side, b at most `most`, that cost
    `bits` together."""
    parts = -(-bits // most)
    bands = np.array_split(np.arange(x.shape[1] // n), parts)
    books = []
    for band, share in zip(bands, np.array_split(np.arange(bits), parts), strict=True):
        part = x[:, band[0] * n : (band[-1] + 1) * n]
        means = KMeans(
            2 ** len(share), init="random", n_init=1, max_iter=12, random_state=seed
        )
        with warnings.catch_warnings():  # silence is many times the same window
            warnings.simplefilter("ignore", ConvergenceWarning)
            books.append(means.fit(part).cluster_centers_)
    return books


def in_pieces(quantise, x, books, rows=20):
    """Rows through a quantiser, few at a time, so that it may use as much memory as it likes."""
    made = [quantise(x[i : i + rows], books) for i in range(0, len(x), rows)]
    return np.concatenate([rebuilt for rebuilt, _ in made]), made[0][1]


def equal_bits(distortions, plan, n):
    """Distortion over the length of the window at equal bits a frame, and over the bits at equal
    length."""
    by_length = sorted(key for key in plan if key[1] not in (300, 30))
    by_bits = sorted((key for key in plan if key[0] == n), key=lambda key: key[1])
    both = len(by_length) > 1  # one length alone makes no line
    figure, axes = subplots(1, 1 + both, size=(5 + 4.5 * both, 3.2), sharey=True)
    axes = np.ravel(axes)
    by_place = [(axes[0], by_length, 0)] if both else []
    by_place.append((axes[-1], by_bits, 1))
    for colour, marker, method in zip(
        PALETTE, "os", ("autoencoder", "VQ"), strict=False
    ):
        for ax, keys, place in by_place:
            values = [distortions[(method, *key)] for key in keys]
            ax.plot(
                [key[place] for key in keys],
                values,
                marker + "-",
                color=colour,
                label=method,
            )
    axes[0].set(
        xlabel="frames in a window, 11 bits each",
        xticks=[key[0] for key in by_length],
    )
    axes[-1].set(xlabel=f"bits of a window of {n} frames", xscale="log")
    axes[-1].set_xticks([key[1] for key in by_bits], [str(key[1]) for key in by_bits])
    axes[-1].minorticks_off()
    axes[0].set(ylabel="log-spectral distortion, dB")
    place = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0)}
    axes[0].legend(fontsize=8, ncols=2, **place)
    told = [f"{method} {n} frames {bits} bits {distortions[method, n, bits]:.1f} dB"
            for method in ("autoencoder", "VQ") for n, bits in plan]  # fmt: skip
    return figure, (
        "Distortion as lines for the autoencoder and for vector quantisation; lower is nearer. "
        f"{'; '.join(told)}."
    )


def mirrored(stack):
    """Weights of an autoencoder from a stack of machines: up by their weights, down by the same
    turned round."""
    up = [part for m in stack for part in (m.weights, m.hidden_bias)]
    down = [part for m in reversed(stack) for part in (m.weights.T, m.visible_bias)]
    return up + down


def word_codes(model, levels, n, windows=5):
    """Bits (words, windows * bits) of the first windows of each word."""
    cut = levels[:, : windows * n].reshape(-1, n, levels.shape[2])
    return (logits(model, _wound(cut)) >= 0).reshape(len(levels), -1).astype(np.uint8)


def by_levels(words, y_train, y_test, chosen, first):
    """The same search by squared distance of levels; and the share by chance."""
    train, test = (
        w[:, :first].reshape(len(w), -1) for w in (words[0], words[1][chosen])
    )
    gaps = (train**2).sum(axis=1) - 2 * test @ train.T
    nearest = gaps.argsort(axis=1)[:, :10]
    share = np.mean(y_train[nearest] == y_test[chosen, None])
    chance = np.mean(y_train == y_test[chosen, None])
    return {f"levels, {train.shape[1]:,} numbers": share, "chance": chance}


def through(coder, levels, n):
    """A word (frames, bins) through an autoencoder or a list of codebooks."""
    whole = np.pad(levels, ((0, -len(levels) % n), (0, 0)))
    x = _wound(whole.reshape(-1, n, whole.shape[1]))
    if isinstance(coder, list):
        edges = np.cumsum([0, *(book.shape[1] for book in coder)])
        parts = [x[:, a:b] for a, b in itertools.pairwise(edges)]
        made = np.hstack([_nearest(p, b) for p, b in zip(parts, coder, strict=True)])
    else:
        made = coder.predict(x, verbose=0)
    return _unwound(made, n)[: len(levels)]


def _nearest(part, book):
    from sklearn.metrics import pairwise_distances_argmin

    return book[pairwise_distances_argmin(part, book)]


def sound_of(speech, levels):
    """Levels (frames, bins) from 0 to 1, and the sound that Griffin and Lim find for them."""
    levels = np.clip(np.asarray(levels, float), 0, 1)
    return levels, griffin_lim(speech.power(levels), speech.hop, _laid)


def heard(sounds, rate, size, hop):
    """The spectrograms of what is heard, the original above."""
    figure, axes = subplots(2, 4, size=(11, 4.6))
    names = list(sounds)
    axes[1, 0].axis("off")
    places = [axes[0, 0], *axes[0, 1:], *axes[1, 1:]]
    end = int((sounds[names[0]][0].max(axis=1) > 0).sum()) + 4
    for ax, name in zip(places, names, strict=True):
        levels = sounds[name][0][:end]
        ax.imshow(
            levels.T,
            origin="lower",
            aspect="auto",
            cmap="magma",
            vmin=0,
            vmax=1,
            extent=(0, len(levels) * hop / rate, 0, rate / 2000),
        )
        ax.grid(False)
        ax.set_title(name, fontsize=9)
        ax.set(xlabel="s", ylabel="kHz")
    return figure, (
        "Seven spectrograms of one word: the original, and beside it by the autoencoder above and by "
        "vector quantisation below, with 300, 100 and 30 bits a window. With fewer bits the fine "
        "stripes of the voice go first, the broad bands stay longest."
    )


def bit_rows(distortions, n):
    """Distortions in words, for the receipt."""
    keys = sorted({key[1:] for key in distortions})
    pairs = {
        key: (distortions.get(("autoencoder", *key)), distortions.get(("VQ", *key)))
        for key in keys
    }

    def told(chosen):
        return "; ".join(
            f"{label}: {pairs[key][0]:.2f}, VQ {pairs[key][1]:.2f}"
            for key, label in chosen
            if None not in pairs[key]
        )

    lengths = [(key, f"N = {key[0]}") for key in keys if key[1] not in (300, 30)]
    bits = [(key, f"{key[1]} bits") for key in keys if key[0] == n]
    return {"lengths": told(lengths), "bits": told(bits)}


_DENG = "Deng et al. 2010, abstract"
_CLAIMS = {
    "scipy": ("spectrogram by hand and SciPy's: largest difference", "SciPy", "equal"),
    "gabor": ("product of spreads, Hann windows", "Gabor 1946", "at least 1/(4 pi)"),
    "ConvNet, known": (
        "ConvNet, known people",
        "Abdel-Hamid et al. 2012, quoted from memory",
        "errors 6 to 10 % below a dense net's",
    ),
    "MLP, known": ("dense network, known people", "", ""),
    "MFCC + SVM, known": ("MFCC and kernel SVM, known people", "", ""),
    "ConvNet, new": ("ConvNet, people left out in turn", "", ""),
    "MLP, new": ("dense network, people left out in turn", "", ""),
    "MFCC + SVM, new": ("MFCC and kernel SVM, people left out in turn", "", ""),
    "through": ("straight through: by hand and by the layer, largest gap", "", "equal"),
    "way": ("distortion in dB from 100 bits, by way of training", "", ""),
    "rounding": ("rounding after plain training", "", ""),
    "lengths": ("distortion in dB, 11 bits a frame", _DENG, "about 2 dB below VQ"),
    "bits": ("distortion in dB, windows of 9 frames", _DENG, "about 2 dB below VQ"),
    "start": (
        "logistic units, distortion in dB, 100 bits",
        "Deng et al. 2010",
        "greedy start used",
    ),
    "search": ("ten nearest training words with the same digit", "", ""),
}


def receipt(measured, trained, coded, relu):
    """Rows for `lab.receipt`.

    Args:
        measured: what came, for each key of the claims.
        trained: note on the readers' data.
        coded: note on the codes' data.
        relu: distortion of the network with rectified units.
    """
    notes = {
        "ConvNet, known": trained,
        "ConvNet, new": "Wilson's interval takes rows as independent; people differ more",
        "way": coded,
        "lengths": "autoencoder first; smaller networks and far less training than theirs",
        "start": f"rectified units, random start: {relu:.2f}",
    }
    rows = []
    for key, value in measured.items():
        if not value:
            continue
        claim, source, stated = _CLAIMS[key]
        row = {"claim": claim, "source": source, "stated": stated, "measured": value}
        rows.append(row | {"note": notes.get(key, "")})
    return rows
