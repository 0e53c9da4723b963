"""The writer in NumPy: step by step is all at once, and what it writes."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.datasets.sequences import make_digit_strings
from coursekit.errors import InvalidInputError
from coursekit.handwriting import (
    Mixture,
    Scribe,
    Written,
    make_lines,
    mean_nats,
    order_kept,
    read_back,
    squared_error,
)
from coursekit.handwriting.scribe import WEIGHTS

DIGITS = "0123456789"


@pytest.fixture(scope="module")
def lines(strokes):
    return make_lines(make_digit_strings(strokes, 6, digits=2, seed=0), symbols=DIGITS)


def test_one_line_alone_scores_as_among_others(small_scribe, lines):
    outputs, weights = small_scribe.outputs(lines)
    assert outputs.shape == (6, lines.before.shape[1], 19)
    assert weights.shape == (6, lines.before.shape[1], 3)
    alone, _ = small_scribe.outputs(lines[2:3])
    np.testing.assert_allclose(alone[0], outputs[2], rtol=1e-4, atol=1e-5)


def test_the_window_only_moves_forwards(small_scribe):
    state = small_scribe.start(["4711"])
    places = [state.places]
    for _ in range(5):
        _, state = small_scribe.step(np.zeros((1, 3)), state)
        places.append(state.places)
    assert (np.diff(places, axis=0) > 0).all()
    assert state.weights().shape == (1, 5)


def test_it_writes_the_same_with_the_same_seed_and_on_from_a_prime(small_scribe, lines):
    first = small_scribe.write("12", seed=3, limit=9)
    again = small_scribe.write("12", seed=3, limit=9)
    np.testing.assert_array_equal(first.offsets, again.offsets)
    assert not np.array_equal(first.offsets, small_scribe.write("12", seed=4, limit=9).offsets)
    prime, text = lines.offsets(0), lines.texts[0]
    behind = small_scribe.write("12", prime=prime, prime_text=text, seed=3, limit=9)
    assert (behind.text, behind.known) == (text + "12", 2)
    assert behind.weights.shape == (len(behind.offsets), 5)
    assert not np.array_equal(behind.offsets[:1], first.offsets[:1])
    assert behind.offsets[-1, 2] == 1
    with pytest.raises(InvalidInputError, match="only one of them"):
        small_scribe.write("12", prime=prime)
    with pytest.raises(InvalidInputError, match="empty"):
        small_scribe.write("")
    with pytest.raises(InvalidInputError, match="'x'"):
        small_scribe.write("x")


def test_priming_feeds_the_line_and_draws_nothing(small_scribe, lines):
    prime, text = lines.offsets(1), lines.texts[1]
    state = small_scribe.start([text + "7"])
    for point in prime / [2.0, 2.0, 1.0]:
        outputs, state = small_scribe.step(point[None], state)
    expected = Mixture.of(outputs).biased(0.5).draw(np.random.default_rng(8))[0] * [2, 2, 1]
    got = small_scribe.write("7", prime=prime, prime_text=text, bias=0.5, seed=8, limit=2)
    np.testing.assert_allclose(got.offsets[0, :2], expected[:2], rtol=1e-5)


def test_points_belong_to_the_symbol_that_the_window_shows():
    offsets = np.array([[1, 0, 0], [1, 0, 1], [3, 0, 0], [1, 0, 0], [0, 1, 1.0]])
    weights = np.array([[9, 1, 0], [9, 1, 0], [1, 9, 0], [9, 1, 0], [0, 9, 1.0]])
    line = Written(offsets, weights, "47", 0, True)
    assert line.symbols().tolist() == [0, 0, 1, 1, 1]
    first, second = line.pieces()
    np.testing.assert_allclose(first[0], [[1, 0], [2, 0]])
    np.testing.assert_allclose(second[0], [[5, 0], [6, 0], [6, 1]])
    behind = Written(offsets, np.column_stack([0 * weights[:, :1], weights]), "147", 1, True)
    assert [len(piece) for piece in behind.pieces()] == [1, 1]


def test_read_back_compares_digit_by_digit_and_an_empty_piece_is_wrong():
    offsets = np.array([[0, 9, 0], [0, 9, 0], [0, 9, 1.0]])
    line = Written(offsets, np.array([[1, 0, 0]] * 3, float), "15", 0, True)

    def reader(images):
        assert images.shape == (2, 28, 28, 1)
        scores = np.zeros((2, 10))
        scores[0, 1] = scores[1, 5] = 1
        return scores

    assert read_back([line], reader).tolist() == [True, False]


def test_order_asks_for_every_symbol_later_than_the_one_before(lines):
    weights = np.zeros((6, lines.before.shape[1], 3))
    weights[:, 1, 0] = weights[:, 5, 1] = 1
    assert order_kept(weights, lines).all()
    weights[0, 0, 1] = 2
    weights[1, 5, 0] = 2
    assert order_kept(weights, lines).tolist() == [False, False, True, True, True, True]


def test_a_glance_ahead_does_not_give_a_stroke_away():
    offsets = np.array([[1, 0, 0], [1, 0, 1], [1, 0, 0], [1, 0, 1], [1, 0, 0], [1, 0, 1.0]])
    weights = np.array([[9, 1], [1, 9], [9, 1], [9, 1], [1, 9], [9, 2]])
    line = Written(offsets, np.column_stack([weights, np.zeros(6)]), "47", 0, True)
    assert line.symbols().tolist() == [0, 0, 0, 0, 1, 1]


def test_scores_count_real_points_alone(small_scribe, lines):
    outputs, _ = small_scribe.outputs(lines)
    expected = Mixture.of(outputs).nats(lines.after)[lines.points > 0].mean()
    assert mean_nats(outputs, lines) == pytest.approx(expected)
    assert small_scribe.nats(lines) == pytest.approx(expected)
    gap = Mixture.of(outputs).mean() - lines.after[..., :2]
    expected = (gap**2).sum(-1)[lines.points > 0].mean()
    assert squared_error(outputs, lines) == pytest.approx(expected)


def test_a_writer_is_kept_and_found_again(small_scribe, tmp_path):
    small_scribe.save(tmp_path / "w.npz")
    again = Scribe.load(tmp_path / "w.npz")
    assert (again.symbols, again.scale, again.count()) == (DIGITS, 2.0, small_scribe.count())
    np.testing.assert_allclose(again.weights["out"], small_scribe.weights["out"], atol=1e-3)
    with pytest.raises(InvalidInputError, match="coursekit models train writer"):
        Scribe.load(tmp_path / "none.npz")


def test_the_packages_writer_is_small_and_writes_what_it_is_told():
    assert WEIGHTS.stat().st_size < 1_000_000
    scribe = Scribe.load()
    assert {"trained_on", "epochs", "seed", "seconds", "date", "backend", "nats"} <= set(
        scribe.about
    )
    lines = [scribe.write(text, bias=1.0, seed=1) for text in ("305", "92", "hand")]
    assert all(line.stopped for line in lines)
    for line in lines:
        assert all(line.pieces())
        assert (np.diff(line.symbols()) >= 0).all()
