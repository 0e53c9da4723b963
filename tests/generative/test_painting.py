"""Captions as numbers, the reader, and the painter with its third kind of pair."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.datasets.scenes import COLOUR_NAMES
from coursekit.errors import InvalidInputError
from coursekit.generative import painting


@pytest.fixture(scope="module")
def scenes():
    return painting.make_captioned(60, seed=2)


def next_rows(captions, numbers):
    """The next row with another caption."""
    n = len(captions)
    return [
        next((i + k) % n for k in range(1, n) if captions[(i + k) % n] != captions[i])
        for i in range(n)
    ]


def test_scenes_are_small_and_their_codes_say_what_the_captions_say(scenes):
    assert scenes.images.shape == (60, 16, 16, 3)
    assert scenes.images.min() >= 0
    assert scenes.images.max() <= 1
    for caption, code in zip(scenes.captions, scenes.codes, strict=True):
        colours = [COLOUR_NAMES[c] for c in code[[0, 3]]]
        shapes = [painting.SHAPES[c] for c in code[[1, 4]]]
        relation = painting.RELATIONS[code[2]]
        said = f"a large {colours[0]} {shapes[0]} {relation} a large {colours[1]} {shapes[1]}"
        assert caption == said
    again = painting.make_captioned(60, seed=2)
    np.testing.assert_array_equal(again.images, scenes.images)


def test_a_caption_of_another_form_is_refused():
    with pytest.raises(InvalidInputError, match="left of"):
        painting.coded(["a red circle"])


def test_a_reading_is_judged_by_part():
    wanted = np.array([[0, 1, 0, 2, 0], [3, 0, 1, 4, 2]])
    assert painting.judged(wanted, wanted) == {"colour": 100, "shape": 100, "relation": 100}
    found = np.array([[2, 1, 0, 0, 1], [3, 0, 1, 5, 2]])  # colours exchanged; one colour wrong
    share = painting.judged(found, wanted)
    assert share == {"colour": 25, "shape": 75, "relation": 0}
    none = painting.judged(np.array([[5, 0, 0, 5, 0]]), wanted[:1])
    assert np.isnan(none["relation"])


def test_the_reader_learns_from_real_scenes(scenes):
    reader = painting.Reader(6, seed=0)
    losses = reader.learn(scenes, epochs=6, batch_size=20, seed=0)
    assert losses[-1] < losses[0]
    assert reader.read(scenes.images).shape == (60, 5)
    found = reader.judge(scenes.images, scenes)
    assert found == painting.judged(reader.read(scenes.images), scenes.codes)


def test_the_painter_asks_for_wrong_captions_and_moves_one_network_at_a_time(scenes):
    painter = painting.Painter(4, seed=0)
    before = painter.paint(scenes.captions[:3], seed=1)
    assert before.shape == (3, 16, 16, 3)
    np.testing.assert_allclose(before, painter.paint(scenes.captions[:3], seed=1))
    asked = []

    def wrong_rows(captions, numbers):
        asked.append((captions, numbers))
        return next_rows(captions, numbers)

    losses = painter.learn(scenes, wrong_rows, rounds=4, batch_size=8, seed=0)
    assert losses.shape == (4, 2)
    assert np.isfinite(losses).all()
    assert len(asked) == 4
    assert all(len(c) == 8 and (u >= 0).all() and (u < 1).all() for c, u in asked)
    assert np.abs(painter.paint(scenes.captions[:3], seed=1) - before).max() > 0


def test_a_word_that_is_not_known_is_refused():
    painter = painting.Painter(4)
    with pytest.raises(InvalidInputError, match="known symbols"):
        painter.paint(["a large pink circle above a large red cross"])


@pytest.mark.parametrize("wrong", [True, False])
def test_wrong_captions_count_in_the_critics_loss_alone_if_they_are_shown(scenes, wrong):
    first = []
    for shift in (1, 2):
        painter = painting.Painter(4, seed=0)
        told = painter.learn(
            scenes,
            lambda captions, numbers, s=shift: np.roll(np.arange(len(captions)), s),
            rounds=1,
            batch_size=8,
            wrong=wrong,
        )
        first.append(told[0, 0])
    assert (abs(first[0] - first[1]) > 1e-6) == wrong


def test_the_pair_of_the_package_reads_and_paints():
    reader, painter = painting.load()
    unseen = painting.make_captioned(200, seed=77)
    real = reader.judge(unseen.images, unseen)
    assert real["colour"] > 85
    painted = reader.judge(painter.paint(unseen.captions, seed=1), unseen)
    for part, chance in painting.CHANCE.items():
        assert painted[part] > 1.3 * chance
