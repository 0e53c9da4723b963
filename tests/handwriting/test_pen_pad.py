"""`PenPad` on the Python side: what it is told by the page, and what it tells the page."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("anywidget", reason="anywidget is not installed")

from coursekit.handwriting import PenPad, on_one_line


def message(strokes, rows=(0, 1), **changed):
    drawn = [(10 * s).tolist() for s in on_one_line([strokes.strokes(r) for r in rows], gap=4.0)]
    told = {
        "kind": "write",
        "number": 3,
        "seed": 3,
        "strokes": drawn,
        "own": "".join(strokes.texts[r] for r in rows),
        "text": "47",
        "bias": 1.0,
    }
    return told | changed


@pytest.fixture
def pad(small_scribe):
    return PenPad(small_scribe, text="12")


def test_a_message_is_answered_in_that_hand(pad, strokes):
    pad._on_message(pad, message(strokes), [])
    own = strokes.texts[0] + strokes.texts[1]
    assert (pad.answered, pad.message) == (3, "")
    assert (pad.written["text"], pad.written["known"]) == (own + "47", 2)
    assert len(pad.written["symbols"]) == sum(map(len, pad.written["strokes"]))
    assert pad.written["own"]
    json.dumps(pad.written)  # plain data, or the page never gets it
    ends = np.array(pad.written["own"][-1][-1]), np.array(pad.written["strokes"][0][0])
    assert np.hypot(*(ends[1] - ends[0])) < 60  # it goes on where the line stopped


def test_without_a_drawing_it_writes_in_a_hand_of_its_own(pad):
    pad._on_message(pad, {"kind": "write", "number": 1, "text": "5", "bias": 2}, [])
    assert (pad.written["text"], pad.written["known"], pad.written["own"]) == ("5", 0, [])


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"own": "123456"}, "Expected 6 digits"),
        ({"own": "ab"}, "in digits"),
        ({"text": ""}, "Expected a text"),
        ({"text": "x!"}, "symbols"),
        ({"text": "1" * 13}, "12 symbols"),
        ({"bias": "much"}, "neatness"),
        ({"bias": True}, "neatness"),
        ({"bias": 99}, "neatness"),
        ({"strokes": "abc"}, "strokes of points"),
        ({"strokes": [[[0, float("nan")]]]}, "strokes of points"),
        ({"strokes": [[[0, 1]] * 30_000]}, "20,000 points at most"),
        ({"strokes": None}, "Expected 2 digits"),
    ],
    ids=range(12),
)
def test_what_cannot_be_written_is_answered_with_a_sentence(pad, strokes, changed, told):
    before = pad.written
    pad._on_message(pad, message(strokes) | changed, [])
    assert told in pad.message
    assert (pad.answered, pad.written) == (3, before)
    pad._on_message(pad, message(strokes, number=4), [])
    assert pad.message == ""


def test_other_messages_are_ignored(pad):
    before = pad.written
    for content in (None, [], {}, {"kind": "clear"}):
        pad._on_message(pad, content, [])
    assert (pad.written, pad.answered) == (before, 0)


def test_the_still_picture_says_what_was_written(pad, strokes):
    pad._on_message(pad, message(strokes), [])
    html = pad.still_html()
    assert "47, written on by the network" in html
    assert html.startswith("<img")


def test_the_page_fetches_nothing():
    text = PenPad._esm + PenPad._css.read_text() if hasattr(PenPad._css, "read_text") else ""
    assert "http" not in str(text).replace("http://www.w3.org", "")
