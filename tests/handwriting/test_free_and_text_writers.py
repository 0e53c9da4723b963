"""Writers in Keras: the loss, the training, and that point by point is all at once."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from coursekit.datasets.sequences import make_digit_strings
from coursekit.handwriting import Mixture, make_lines, mean_nats
from coursekit.handwriting.learning import (
    as_scribe,
    free_writer,
    random_words,
    text_writer,
    together,
    train,
    train_scribe,
)
from coursekit.losses import pen_nats
from coursekit.training import NumpyCopy


@pytest.fixture(scope="module")
def lines(strokes):
    return make_lines(make_digit_strings(strokes, 8, digits=2, seed=0))


def test_the_loss_in_keras_is_the_density_in_numpy():
    rng = np.random.default_rng(0)
    outputs = rng.normal(0, 2, (4, 5, 31)).astype("float32")
    outputs[0, :, 13:] *= 9  # beyond the clips
    points = rng.normal(0, 1, (4, 5, 3)).astype("float32")
    points[..., 2] = points[..., 2] > 0
    expected = Mixture.of(outputs).nats(points)
    got = keras.ops.convert_to_numpy(pen_nats(points, outputs))
    np.testing.assert_allclose(got, expected, rtol=2e-3, atol=2e-3)
    far = keras.ops.convert_to_numpy(pen_nats(points + np.float32([1000, 0, 0]), outputs))
    assert np.isfinite(far).all()


def test_point_by_point_is_all_at_once_with_a_text(lines):
    keras.utils.set_random_seed(0)
    model = text_writer(lines.text.shape[2], lines.text.shape[1], 9, 3)
    rng = np.random.default_rng(1)
    model.set_weights([w + rng.normal(0, 0.2, w.shape) for w in model.get_weights()])
    at_once = model.predict_on_batch([lines.before, lines.text])
    by_step, _ = as_scribe(model, scale=lines.scale).outputs(lines)
    np.testing.assert_allclose(by_step, at_once, rtol=1e-2, atol=2e-3)
    assert mean_nats(by_step, lines) == pytest.approx(mean_nats(at_once, lines), abs=1e-4)


def test_point_by_point_is_all_at_once_without(lines):
    model = free_writer(6, 2)
    copy = NumpyCopy(model)
    at_once, state, by_step = model.predict_on_batch(lines.before), copy.initial_state(8), []
    for t in range(lines.before.shape[1]):
        outputs, state = copy.step(lines.before[:, t], state)
        by_step.append(outputs)
    np.testing.assert_allclose(np.stack(by_step, 1), at_once, rtol=1e-3, atol=1e-4)


def test_training_makes_lines_probable_and_counts_points_once(lines):
    keras.utils.set_random_seed(0)
    model = free_writer(8, 2)
    before = mean_nats(model.predict_on_batch(lines.before), lines)
    losses = train(model, lines, epochs=6, batch_size=8, rate=0.02)
    after = mean_nats(model.predict_on_batch(lines.before), lines)
    assert losses[0] == pytest.approx(before, rel=0.01)  # one step an epoch: its loss came before
    assert after < before - 0.3


def test_a_scribe_is_trained(lines):
    scribe = train_scribe(lines, units=8, epochs=1, batch_size=4)
    assert np.isfinite(scribe.nats(lines))
    assert scribe.scale == lines.scale


def test_sets_of_lines_are_joined(strokes):
    digits = make_lines(make_digit_strings(strokes, 4, digits=1, seed=0), length=60)
    words = make_lines(random_words(5, letters=(2, 2), seed=0), length=60)
    both = together(digits, words)
    assert both.text.shape == (9, 2, 36)
    assert both.texts == digits.texts + words.texts
    assert not both.text[:4, 1].any()
    np.testing.assert_array_equal(both.after[4:], words.after)
