"""Predictions: asked, kept, revealed; with and without widgets."""

import json
import re

import pytest

from coursekit.errors import InvalidInputError
from coursekit.labs import widgets
from coursekit.labs.predictions import Predictions

CHOICES = ["the 5x5 layer", "two 3x3 layers", "the same"]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COURSEKIT_MEMORY", raising=False)
    return tmp_path


def test_a_typed_choice_is_kept_and_the_reveal_shows_both(capsys):
    lab = Predictions("90_toy")
    lab.ask("90.1", "Which has more weights?", choices=CHOICES, answer="b")
    assert "Your prediction: b) two 3x3 layers." in capsys.readouterr().out
    lab.reveal("90.1", "the 5x5 layer", "25 against 18 weights")
    assert capsys.readouterr().out == (
        "Prediction 90.1: you said b) two 3x3 layers\n"
        "  what came: a) the 5x5 layer (not as you predicted)\n"
        "  25 against 18 weights\n"
    )


def test_without_an_answer_the_question_says_what_to_type(capsys):
    lab = Predictions("90_toy")
    lab.ask("90.1", "Which?", choices=CHOICES)
    lab.ask("90.1b", "How long?", unit="ms")
    out = capsys.readouterr().out
    assert "  c) the same" in out
    assert 'Write answer="b" into the call above' in out
    assert "Write answer=12 into the call above" in out
    lab.reveal("90.1", "b")
    assert "you made none" in capsys.readouterr().out


def test_a_prediction_survives_a_restart_and_the_first_one_stays_after_the_reveal(capsys):
    Predictions("90_toy").ask("90.1", "Which?", choices=CHOICES, answer="c")
    again = Predictions("90_toy")
    again.ask("90.1", "Which?", choices=CHOICES)
    again.reveal("90.1", "the same")
    assert "what came: c) the same (as you predicted)" in capsys.readouterr().out
    later = Predictions("90_toy")
    later.ask("90.1", "Which?", choices=CHOICES, answer="a")
    assert "Before the reveal you said c) the same." in capsys.readouterr().out


def test_a_reveal_after_a_restart_needs_no_question(capsys):
    Predictions("90_toy").ask("90.1", "Which?", choices=CHOICES, answer="a")
    capsys.readouterr()
    Predictions("90_toy").reveal("90.1", "the same")
    assert "you said the 5x5 layer\n  what came: the same\n" in capsys.readouterr().out


def test_an_answer_to_another_question_does_not_count(capsys):
    Predictions("90_toy").ask("90.1", "Which?", choices=CHOICES, answer="a")
    changed = Predictions("90_toy")
    changed.ask("90.1", "Which now?", choices=["red", "blue"])
    changed.reveal("90.1", "red")
    assert "you made none" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("said", "truth", "verdict"),
    [(20, 20, "as you predicted"), (21, 20, "close"), (40, 20, "not as you predicted")],
)
def test_numbers_are_judged_by_their_distance(capsys, said, truth, verdict):
    lab = Predictions("90_toy")
    lab.ask("90.1", "How long?", number=True, unit="ms", answer=said)
    lab.reveal("90.1", truth)
    assert f"what came: {truth} ms ({verdict})" in capsys.readouterr().out


def test_words_are_shown_beside_and_not_judged(capsys):
    lab = Predictions("90_toy")
    lab.ask("90.1", "What will you see?", words=True, answer="a  curve")
    lab.reveal("90.1", "two curves that cross")
    assert "you said “a curve”\n  what came: “two curves that cross”\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({}, "Received: none"),
        ({"number": True, "words": True}, "number, words"),
        ({"choices": ["one"]}, "two to eight|two to 8"),
        ({"choices": CHOICES, "answer": "d"}, "a, b, c"),
        ({"number": True, "answer": "many"}, "a number"),
        ({"number": True, "answer": True}, "a number"),
        ({"number": True, "answer": float("nan")}, "a number"),
        ({"words": True, "answer": " "}, "a few words"),
    ],
)
def test_what_is_no_question_or_no_answer_is_said(asked, says):
    with pytest.raises(InvalidInputError, match=says):
        Predictions("90_toy").ask("90.1", "Which?", **asked)


def test_memory_can_be_switched_off_and_a_folder_that_cannot_be_written_is_no_error(
    here, monkeypatch
):
    monkeypatch.setenv("COURSEKIT_MEMORY", "0")
    Predictions("90_toy").ask("90.1", "Which?", choices=CHOICES, answer="a")
    assert list(here.iterdir()) == []
    monkeypatch.delenv("COURSEKIT_MEMORY")
    (here / ".coursekit").write_text("a file where the folder should be")
    Predictions("90_toy").ask("90.1", "Which?", choices=CHOICES, answer="a")


def test_a_broken_file_is_no_prediction(here, capsys):
    (here / ".coursekit").mkdir()
    for text in ("{", "[]", '{"90.1": 3}', '{"90.1": {"answer": {"a": 1}}}'):
        (here / ".coursekit" / "90_toy.predictions.json").write_text(text)
        Predictions("90_toy").ask("90.1", "Which?", choices=CHOICES)
        assert "Your prediction" not in capsys.readouterr().out


def test_a_click_is_kept(here, monkeypatch, capsys):
    pytest.importorskip("ipywidgets")
    shown = []
    monkeypatch.setattr(widgets, "live", lambda: True)
    monkeypatch.setattr(widgets, "_display", shown.append)
    lab = Predictions("90_toy")
    lab.ask("90.1", "Which?", choices=CHOICES)
    lab.ask("90.1b", "How long?", unit="ms")
    radio, said = shown[0].children
    radio.value = CHOICES[1]
    assert "Kept: b) two 3x3 layers." in said.value
    row, said = shown[1].children
    row.children[0].value = 12.5
    row.children[-1].click()
    assert "Kept: 12.5 ms." in said.value
    kept = json.loads((here / ".coursekit" / "90_toy.predictions.json").read_text())
    assert kept == {"90.1": {"answer": CHOICES[1]}, "90.1b": {"answer": 12.5}}


@pytest.mark.parametrize("clicks", [True, False])
def test_each_choice_stands_once_with_its_letter(monkeypatch, clicks):
    pytest.importorskip("ipywidgets")
    from coursekit.labs import predictions

    cards, boxes = [], []
    monkeypatch.setattr(widgets, "live", lambda: clicks)
    monkeypatch.setattr(widgets, "_display", boxes.append)
    monkeypatch.setattr(predictions, "show_value", cards.append)
    Predictions("90_toy").ask("90.1", "Which?", choices=CHOICES)
    listed = cards[0]._repr_html_().count("<li>")
    assert listed == (0 if clicks else len(CHOICES))
    named = [name for box in boxes for name, _ in box.children[0].options]
    assert named == ([f"{k}) {c}" for k, c in zip("abc", CHOICES, strict=True)] if clicks else [])


def test_html_is_escaped_and_takes_its_colours_from_the_page(monkeypatch):
    from coursekit.labs import predictions

    shown = []
    monkeypatch.setattr(predictions, "show_value", shown.append)
    lab = Predictions("90_toy")
    lab.ask("90.1", "<script>", words=True, answer="<b>")
    lab.reveal("90.1", "<i>", "<u>")
    lab.reveal("90.2", "hidden until it is opened")
    pages = [value._repr_html_() for value in shown]
    assert not any(re.search("<(script|b|i|u)>", page) for page in pages)
    assert all("color:inherit" in page for page in pages)
    assert "<details><summary>Show it anyway</summary>" in pages[2]


def test_a_notebook_opened_again_says_what_to_do_where_the_widget_was(monkeypatch):
    ipywidgets = pytest.importorskip("ipywidgets")
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **how: shown.append((data, how)))
    widgets._display(ipywidgets.HTML("words"))
    ((data, how),) = shown
    assert how == {"raw": True}
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"] == "Run this cell again to answer or click here."
