"""Translators, captioners and networks of pairs, in Keras on this process's backend."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from coursekit.datasets.scenes import ANSWERS, make_scenes
from coursekit.errors import InvalidInputError
from coursekit.seq2seq import GO, PAD, STOP, networks, relations, shifted

ROWS = [[3, 4], [5, 3, 4, 6, 5], [6], [4, 4, 5]]
X = np.array([[*row, *[PAD] * (6 - len(row))] for row in ROWS])
GIVEN, WANTED = shifted(ROWS, 6)


def stepped(step, state, row):
    """Log-probability of a row with its STOP, one symbol at a time."""
    total = 0.0
    for now, following in zip([GO, *row], [*row, STOP], strict=True):
        log_probs, state = step(now, state)
        total += float(log_probs[following])
    return total


@pytest.mark.parametrize("kind", [(1, None), (2, None), (1, "dot"), (2, "additive")])
def test_step_by_step_is_what_is_taught_at_once(kind):
    depth, attention = kind
    net = networks.translator(7, 7, units=8, embedding=5, depth=depth, attention=attention)
    rng = np.random.default_rng(1)
    net.model.set_weights([rng.normal(0, 0.7, w.shape) for w in net.model.get_weights()])
    taught = net.scores(X, GIVEN, WANTED)
    step, states = net.open(X)
    for k, (row, state) in enumerate(zip(ROWS, states, strict=True)):
        np.testing.assert_allclose(stepped(step, state, row), taught[k], rtol=1e-4)
    if attention is None:
        encoder, decoder, state = net.pieces()
        for symbol in ROWS[1]:
            state = encoder(symbol, state)
        np.testing.assert_allclose(stepped(decoder, state, ROWS[1]), taught[1], rtol=1e-4)
    else:
        with pytest.raises(InvalidInputError, match="one way"):
            net.pieces()


def test_padding_of_the_source_changes_nothing():
    for attention in (None, "dot"):
        net = networks.translator(7, 7, units=8, embedding=5, attention=attention)
        longer = np.pad(X, ((0, 0), (0, 3)))
        np.testing.assert_allclose(
            net.scores(X, GIVEN, WANTED), net.scores(longer, GIVEN, WANTED), rtol=1e-4
        )


@pytest.mark.slow
def test_a_translator_learns_starts_anew_and_stops():
    net = networks.translator(7, 7, units=16, embedding=8, attention="additive")
    options = {"epochs": 60, "batch_size": 4, "learning_rate": 0.02}
    first = net.fit(X, GIVEN, WANTED, **options, test=(X, GIVEN, WANTED))
    assert first["loss"][-1] < 0.3 < first["loss"][0]
    written, looks = net.greedy(X, 6)
    np.testing.assert_array_equal(written, WANTED)
    assert looks.shape == (4, 6, 6)
    np.testing.assert_array_equal(looks[0, :, 2:], 0)
    again = net.fit(X, GIVEN, WANTED, **options, test=(X, GIVEN, WANTED))
    np.testing.assert_allclose(again["loss"][:3], first["loss"][:3], rtol=1e-3)


def test_the_loss_leaves_padding_out():
    logits = np.random.default_rng(0).normal(size=(2, 4, 6)).astype("float32")
    wanted = np.array([[3, STOP, PAD, PAD], [4, 5, 3, STOP]])
    loss, right = (
        float(f(wanted, logits)) for f in (networks.masked_loss, networks.masked_accuracy)
    )
    shifted_up = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    there = np.argwhere(wanted != PAD)
    assert loss == pytest.approx(-np.mean([shifted_up[i, t, wanted[i, t]] for i, t in there]))
    assert right == np.mean([logits[i, t].argmax() == wanted[i, t] for i, t in there]).round(7)


def test_depth_and_words_decide_the_number_of_weights():
    model = networks.translator(30, 20, units=16, embedding=8, depth=4).model
    lstms = 2 * (4 * 16 * (8 + 16 + 1) + 3 * 4 * 16 * (16 + 16 + 1))
    assert model.count_params() == 30 * 8 + 20 * 8 + lstms + 17 * 20


def test_wrong_attention_is_refused():
    with pytest.raises(InvalidInputError, match="additive"):
        networks.translator(7, 7, units=8, attention="soft")
    with pytest.raises(InvalidInputError, match="even"):
        networks.translator(7, 7, units=9, attention="dot")


def test_a_captioner_looks_at_sixteen_cells():
    net = networks.captioner(9, width=4, units=8)
    written, looks = net.greedy(np.zeros((2, 32, 32, 3), "float32"), 5)
    assert written.shape == (2, 5)
    assert looks.shape == (2, 5, 16)
    np.testing.assert_allclose(looks.sum(axis=-1), 1, rtol=1e-5)


def test_one_decoder_learns_from_two_encoders():
    both = networks.TwoReaders((2, 2), (3, 1), 7, units=12)
    assert both.drawn.decoder is both.spoken.decoder
    a, b = np.eye(4).reshape(4, 2, 2), np.eye(3)[..., None]
    losses = both.fit((a, GIVEN, WANTED), (b, GIVEN[:3], WANTED[:3]), epochs=8, batch_size=4)
    assert losses[-1] < losses[0]


def test_the_sum_over_pairs_is_that_of_the_function():
    model = relations.pair_network((3, 4), 5, 6, width=8)
    rng = np.random.default_rng(2)
    model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
    things, question = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 5))
    g = relations.pair_function(model)
    summed = sum(
        g(np.hstack([things[:, i], things[:, j], question])) for i in range(3) for j in range(3)
    )
    np.testing.assert_allclose(relations.pooled(model, things, question), summed, rtol=1e-4)


@pytest.mark.parametrize("build", [relations.pair_network, relations.flat_network])
def test_networks_answer_from_lists_and_from_pixels(build):
    scenes = make_scenes(30, objects=(2, 3), seed=0)
    questions = scenes.questions(4, seed=1)
    for things in (scenes.state(), scenes.images):
        model = build(things.shape[1:], questions.code.shape[1], len(ANSWERS), width=8)
        assert isinstance(model, keras.Model)
        losses = relations.teach(model, things, questions, epochs=3, batch_size=20)
        assert losses[-1] < losses[0]
        answers = relations.answered(model, things, questions)
        assert answers.shape == questions.answer.shape
