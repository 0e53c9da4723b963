"""Writers in Keras: how they are built and trained. `Scribe` and `NumpyCopy` then write."""

from __future__ import annotations

import datetime
import time

import keras
import numpy as np

from coursekit.datasets.sequences import (
    Strokes,
    load_digit_strokes,
    make_digit_strings,
    make_words,
)
from coursekit.handwriting.lines import SYMBOLS, Lines, coarser, make_lines
from coursekit.handwriting.scribe import WEIGHTS, Scribe
from coursekit.layers import SoftWindow, SoftWindowCell
from coursekit.losses import pen_nats
from coursekit.training import ProgressLine, seeded

COMPONENTS = 10


def free_writer(units: int = 128, components: int = COMPONENTS) -> keras.Model:
    """An LSTM that gives the distribution of the next point: `(n, t, 3)` to
    `(n, t, 6 components + 1)`. It knows no text."""
    return keras.Sequential(
        [
            keras.Input((None, 3)),
            keras.layers.LSTM(units, return_sequences=True),  # (n, t, units)
            keras.layers.Dense(6 * components + 1),  # (n, t, 6 m + 1)
        ],
        name="free_writer",
    )


def text_writer(
    symbols: int,
    length: int,
    units: int = 160,
    components: int = COMPONENTS,
    *,
    window: int = 6,
    step_bias: float = -3.0,
) -> keras.Model:
    """The same with a soft window over a text (Graves 2013, section 5, with one layer): points
    `(n, t, 3)` and text `(n, length, symbols)`.

    Args:
        symbols: that a text may hold.
        length: symbols of the longest text; weights do not depend on it.
        units: of the LSTM.
        components: of the mixture.
        window: Gaussians of the window.
        step_bias: first logarithm of the window's steps; about one symbol in 20 points.
    """
    points, text = keras.Input((None, 3)), keras.Input((length, symbols))
    cell = SoftWindowCell(units, (length, symbols), window, step_bias=step_bias)
    seen = SoftWindow(cell, name="window")([points, text])  # (n, t, units + symbols)
    out = keras.layers.Dense(6 * components + 1, name="out")(seen)
    return keras.Model([points, text], out, name="text_writer")


def train(
    model: keras.Model,
    lines: Lines,
    *,
    epochs: int,
    batch_size: int = 64,
    rate: float = 4e-3,
    seed: int = 0,
    rest: bool | None = None,
    progress: keras.callbacks.Callback | None = None,
) -> list[float]:
    """Train a writer to make given lines probable, by Adam with a rate that falls like a cosine and
    gradients cut to length 1.

    Args:
        model: of `free_writer` or `text_writer`.
        lines: what to learn.
        epochs: passes over the lines.
        batch_size: lines per step; a remainder is dropped, so that every step has one shape.
        rate: the largest rate.
        seed: of the order.
        rest: whether to learn the rest after the end, too; None: if there is a text.
        progress: a Keras callback.

    Returns:
        The mean loss of each epoch, in nats a point.
    """
    with_text = len(model.inputs) > 1
    rest = with_text if rest is None else rest
    counted = lines.points + lines.ends if rest else lines.points
    usable = len(lines) // batch_size * batch_size or len(lines)
    batch_size, steps = min(batch_size, usable), epochs * max(1, usable // batch_size)
    schedule = keras.optimizers.schedules.CosineDecay(
        rate / 5, steps, warmup_target=rate, warmup_steps=max(1, steps // 20), alpha=0.02
    )
    # a sum over the points of a batch, divided by their usual number, is a mean in nats a point
    scale = np.float32(counted.size / counted.sum())
    model.compile(
        keras.optimizers.Adam(schedule, clipnorm=1.0),
        pen_nats,
        jit_compile=keras.backend.backend() == "jax",
    )
    x = [lines.before, lines.text] if with_text else lines.before
    with seeded(seed):
        rows = np.random.default_rng(seed).permutation(len(lines))[:usable]
        told = model.fit(
            [part[rows] for part in x] if with_text else x[rows],
            lines.after[rows],
            sample_weight=counted[rows] * scale,
            batch_size=batch_size,
            epochs=epochs,
            verbose=0,
            callbacks=[progress] if progress else None,
        )
    return [float(loss) for loss in told.history["loss"]]


def as_scribe(model: keras.Model, *, scale: float, symbols: str = SYMBOLS, about=None) -> Scribe:
    """The weights that a `text_writer` has now, in NumPy."""
    cell = model.get_layer("window").cell
    names = ("kernel", "recurrent", "bias", "window", "window_bias", "out", "out_bias")
    found = [*cell.lstm.get_weights(), *cell.window.get_weights()]
    found += model.get_layer("out").get_weights()
    return Scribe(dict(zip(names, found, strict=True)), symbols=symbols, scale=scale, about=about)


def train_scribe(lines: Lines, *, units: int = 160, seed: int = 0, **training) -> Scribe:
    """A `text_writer` trained on lines, in NumPy; options as for `train`."""
    with seeded(seed):
        model = text_writer(lines.text.shape[2], lines.text.shape[1], units)
    train(model, lines, seed=seed, **training)
    return as_scribe(model, scale=lines.scale)


def random_words(n: int, *, letters: tuple[int, int] = (1, 4), seed: int = 0) -> Strokes:
    """Rows of random letters in made-up hands, so that every pair of letters comes up."""
    rng = np.random.default_rng(seed)
    alphabet = list(SYMBOLS[10:])
    sizes = rng.integers(letters[0], letters[1] + 1, n)
    return coarser(make_words(["".join(rng.choice(alphabet, k)) for k in sizes], seed=seed))


def together(*parts: Lines) -> Lines:
    """Several sets of lines of one length as one; texts are filled up with zeros."""
    longest = max(part.text.shape[1] for part in parts)
    texts = [np.pad(p.text, ((0, 0), (0, longest - p.text.shape[1]), (0, 0))) for p in parts]
    rows = [
        np.concatenate([getattr(p, name) for p in parts])
        for name in ("before", "after", "points", "ends")
    ]
    names = tuple(text for part in parts for text in part.texts)
    return Lines(rows[0], rows[1], np.concatenate(texts), rows[2], rows[3], names, parts[0].scale)


def train_reference(
    *,
    digits: int = 12_000,
    strings: int = 9_000,
    words: int = 4_000,
    length: int = 88,
    units: int = 160,
    epochs: int = 20,
    seed: int = 0,
    path=WEIGHTS,
    progress: keras.callbacks.Callback | None = None,
) -> Scribe:
    """Train the writer that comes with the package, judge it on digits of other people, and keep
    its weights.

    Args:
        digits: MNIST images that are traced.
        strings: strings of one to four of them.
        words: rows of generated letters.
        length: points of a line.
        units: of the LSTM.
        epochs: passes.
        seed: of weights and draws.
        path: where to.
        progress: a Keras callback; None shows one line.

    Raises:
        DataUnavailableError: if no copy of MNIST is found.
    """
    hands = coarser(load_digit_strokes(digits))
    shares = {1: 0.1, 2: 0.1, 3: 0.5, 4: 0.3}
    written = [
        make_lines(
            make_digit_strings(hands, round(share * strings), digits=k, seed=seed + k),
            length=length,
            seed=seed + k,
        )
        for k, share in shares.items()
    ]
    spelled = make_lines(random_words(words, seed=seed), length=length, seed=seed)
    lines = together(*written, spelled)
    start = time.perf_counter()
    with seeded(seed):
        model = text_writer(len(SYMBOLS), lines.text.shape[1], units)
    losses = train(model, lines, epochs=epochs, seed=seed, progress=progress or ProgressLine())
    about = {
        "trained_on": f"{sum(map(len, written)):,} strings of up to four of {digits:,} traced "
        f"MNIST digits, {len(spelled):,} rows of generated letters",
        "epochs": epochs,
        "seed": seed,
        "seconds": round(time.perf_counter() - start),
        "loss": round(losses[-1], 3),
        "date": datetime.date.today().isoformat(),
        "backend": f"{keras.backend.backend()}, Keras {keras.__version__}",
    }
    scribe = as_scribe(model, scale=lines.scale, about=about)
    others = coarser(load_digit_strokes(2000, test=True))
    unseen = make_lines(make_digit_strings(others, 300, seed=seed + 1), length=length)
    scribe.weights = {
        name: w.astype(np.float16).astype(np.float32) for name, w in scribe.weights.items()
    }
    scribe.about["nats"] = round(scribe.nats(unseen), 3)
    scribe.save(path)
    return scribe
