"""`DigitPad` on the Python side: what it is told by the page, and what it tells the page."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest

pytest.importorskip("anywidget", reason="anywidget is not installed")

from coursekit.datasets import preprocess_digit
from coursekit.errors import InvalidInputError
from coursekit.pad import DigitPad


def drawing(image, number=1, **changed):
    height, width = image.shape
    ink = base64.b64encode(image.tobytes()).decode()
    return {
        "kind": "drawing",
        "number": number,
        "width": width,
        "height": height,
        "ink": ink,
        **changed,
    }


@pytest.fixture
def pad(digit_reader):
    def confused(images):
        raise RuntimeError("I have not been trained")

    return DigitPad({"knn": digit_reader, "confused": confused})


def test_a_message_is_answered_with_the_image_and_all_answers(pad, seven):
    pad._on_message(pad, drawing(seven, number=5), [])
    assert pad.answered == 5
    assert base64.b64decode(pad.seen) == preprocess_digit(seven).tobytes()
    assert [answer["name"] for answer in pad.answers] == ["knn", "confused"]
    assert pad.answers[0]["label"] == "7"
    assert len(pad.answers[0]["probabilities"]) == 10
    assert pad.answers[1]["error"] == "RuntimeError: I have not been trained"
    json.dumps(pad.answers)  # plain data, or the page never gets it


def test_clear_forgets_the_drawing(pad, seven):
    pad._on_message(pad, drawing(seven), [])
    pad._on_message(pad, {"kind": "clear"}, [])
    assert (pad.answers, pad.seen, pad.message, pad.reading) == ([], "", "", None)


def test_an_empty_drawing_is_answered_with_a_sentence(pad, seven):
    pad._on_message(pad, drawing(seven), [])
    pad._on_message(pad, drawing(np.zeros((140, 140), np.uint8), number=2), [])
    assert "empty picture" in pad.message
    assert (pad.answers, pad.answered) == ([], 2)
    pad._on_message(pad, drawing(seven, number=3), [])
    assert pad.message == ""


@pytest.mark.parametrize(
    "changed",
    [
        {"width": 5},
        {"height": -1},
        {"width": "90"},
        {"height": 10**9},
        {"ink": "%%%"},
        {"ink": None},
        {"ink": ""},
    ],
    ids=str,
)
def test_a_damaged_message_is_answered_with_a_sentence(pad, seven, changed):
    pad._on_message(pad, drawing(seven, **changed), [])
    assert "Draw again" in pad.message


@pytest.mark.parametrize("content", [None, "clear", {}, {"kind": "other"}, []], ids=str)
def test_other_messages_change_nothing(pad, seven, content):
    pad.read(seven)
    before = pad.get_state()
    pad._on_message(pad, content, [])
    assert pad.get_state() == before


def test_reading_from_python_needs_no_browser(pad, seven):
    reading = pad.read(seven)
    assert reading.answers[0].label == "7"
    assert pad.answers[0]["label"] == "7"
    with pytest.raises(InvalidInputError, match="empty"):
        pad.read(np.zeros((28, 28)))


def test_bad_classifiers_are_refused_when_the_pad_is_made():
    with pytest.raises(InvalidInputError, match="without entries"):
        DigitPad({})


def test_its_face_comes_with_the_package_and_fetches_nothing():
    for name in ("digit_pad.js", "digit_pad.css"):
        text = files("coursekit.pad").joinpath(name).read_text(encoding="utf-8")
        assert len(text) > 1000
        assert not any(
            word in text for word in ("http:", "https:", "//cdn", "import ", "@import", "url(")
        )


def test_importing_the_room_loads_neither_a_backend_nor_the_widget():
    code = (
        "import sys, coursekit.pad; print(sorted({'keras', 'tensorflow', 'jax', "
        "'matplotlib', 'anywidget', 'ipywidgets'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "[]"


def test_without_anywidget_the_error_says_what_to_install():
    code = (
        "import sys; sys.modules['anywidget'] = None\ntry:\n    from coursekit.pad import "
        "DigitPad\nexcept ImportError as error:\n    print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert "pip install anywidget" in done.stdout


def test_a_still_picture_stands_under_it_and_follows_the_answers(pad, seven, monkeypatch):
    shown = []

    class Handle:
        def update(self, html):
            shown.append(html.data)

    def display(what, **how):
        shown.append(what if how.get("raw") else what.data)
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    pad._ipython_display_()
    view, still = shown
    assert "application/vnd.jupyter.widget-view+json" in view
    assert "A pad to draw a digit on, for knn, confused to read." in still
    assert "Run this cell again" in still
    pad._on_message(pad, drawing(seven, number=1, lifted=False), [])
    assert len(shown) == 2
    pad._on_message(pad, drawing(seven, number=2, lifted=True), [])
    assert "<th scope='row'>knn</th><td>7</td>" in shown[-1]
    assert "data:image/png;base64," in shown[-1]
    pad._on_message(pad, {"kind": "clear", "number": 5}, [])
    assert "A pad to draw" in shown[-1]
    assert pad.answered == 5
