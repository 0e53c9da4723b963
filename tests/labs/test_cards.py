"""What a check shows: hints first, sentences, arrays side by side, repeated failures folded."""

import re

import numpy as np
import pytest

from coursekit.errors import CheckNotPassed
from coursekit.labs import session as sessions
from coursekit.labs import widgets
from coursekit.labs.arrays import beside_html, beside_text
from coursekit.labs.cards import CheckResult
from coursekit.labs.exchange.checks import Case, CaseResult
from coursekit.labs.session import LabSession

ONE_MEAN_A_COLUMN = "def centred(x):\n    x = np.array(x)\n    return x - x.mean(axis=0)"


def _check(student):
    pass


_check.__name__ = "test_loss_of_the_softmax_is_a_mean"


def case(**params):
    label = f"[{'-'.join(map(str, params.values()))}]" if params else ""
    return Case(_check.__name__ + label, _check, "90.1", 1.0, "public", params, None, 1)


def failed(message="expected: 1\ngot:      2", compared=None, **params):
    return CaseResult(case(**params), "failed", message, compared=compared)


def result(*results, **more):
    headline = "Exercise 90.1: 0 of 1 checks pass."
    return CheckResult("90.1", "failed", headline, results, **more)


def test_the_hint_stands_before_what_failed():
    shown = result(failed(), hints=("Which axis?",), more_hints=True)
    for text in (str(shown), shown._repr_html_()):
        places = [text.index(part) for part in ("0 of 1", "Which axis?", "hint=2", "is a mean")]
        assert places == sorted(places)


def test_a_claim_is_a_sentence_with_the_functions_names_as_they_are_written():
    shown = result(failed(shape=(3, 4)), functions=("loss_of_the_softmax",))
    assert "[no] loss_of_the_softmax is a mean (shape (3, 4))" in str(shown)
    assert "[no] Loss of the softmax is a mean\n" in str(result(failed()))


def test_failures_of_one_check_on_other_inputs_are_folded():
    shown = result(*(failed(f"expected: {n}", n=n) for n in range(3)))
    assert str(shown).count("expected:") == 1
    assert "The same check fails on 2 other inputs too." in str(shown)
    html = shown._repr_html_()
    assert html.count("<details") == 1
    assert html.count("expected: ") == 3
    assert html.index("expected: 0") < html.index("<details") < html.index("expected: 1")
    passed = CaseResult(case(), "passed")
    assert "<details" not in result(passed, passed)._repr_html_()


def test_small_arrays_are_framed_tables_with_what_differs_marked():
    got = np.eye(3)
    got[1, 2] = 7.5
    html = beside_html(np.eye(3), got)
    assert html.count("<table") == 2
    assert html.count('title="differs"') == 2
    assert ">expected</caption>" in html
    assert ">got: 2</caption>" in beside_html(np.zeros(3), np.zeros(2))
    assert "7.5" in html
    lines = beside_text(np.eye(3), got)
    assert sum("*" in line for line in lines[:-1]) == 2
    assert "7.5*" in "\n".join(lines)


@pytest.mark.parametrize(
    ("expected", "got", "marked"),
    [
        ([1.0, 2.0], [1.0, 2.0 + 1e-9], 0),
        ([1.0, 2.0], [1.0, np.nan], 2),
        ([1.0, np.nan], [1.0, np.nan], 0),
        ([1.0, np.inf], [1.0, -np.inf], 2),
        (["a", "b"], ["a", "c"], 2),
        ([True, False], [True, True], 2),
        ([[1, 2], [3, 4]], [[1, 2]], 2),
        ([1, 2, 3], [[1], [2], [3]], 4),
    ],
)
def test_marks_tell_rounding_from_difference(expected, got, marked):
    html = beside_html(np.array(expected), np.array(got))
    assert html.count('title="differs"') == marked


def test_images_stand_side_by_side_with_where_they_differ():
    expected, got = np.zeros((28, 28)), np.zeros((28, 28))
    got[3:5, 3:5] = 1
    html = beside_html(expected, got)
    assert html.count("<img") == 3
    assert re.findall(r'alt="([^"]{30,})"', html) != []
    assert "where they differ, 1%" in html
    assert beside_html(expected, np.zeros((14, 14))).count("<img") == 2
    assert beside_html(np.zeros((16, 16, 3)), np.ones((16, 16, 3))).count("<img") == 3


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (np.zeros(100), np.zeros(100)),
        (np.zeros((9, 9)), np.full((9, 9), np.nan)),
        (np.zeros((2, 3, 4)), np.zeros((2, 3, 4))),
        (np.zeros((500, 500)), np.zeros((500, 500))),
        (np.array([object(), object()]), np.zeros(2)),
        (np.float64(1.0), np.float64(2.0)),
    ],
)
def test_what_is_neither_table_nor_image_is_left_to_the_text(expected, got):
    assert beside_html(expected, got) == ""
    assert beside_text(expected, got) == []


def test_text_in_arrays_is_escaped_and_colours_come_from_the_page():
    html = beside_html(np.array(["<b>", "x"]), np.array(["<i>", "x"]))
    assert "<b>" not in html
    assert "&lt;b&gt;" in html
    assert "color:inherit" in html
    assert "background:white" not in html


def lab(change, folder):
    space = {}
    exec("import numpy as np\nfrom coursekit import NotAnsweredYet\n", space)
    exec("def scaled(x):\n    x = np.asarray(x)\n    return x / np.abs(x).max()", space)
    exec(change, space)
    return LabSession(folder, namespace=space)


def test_a_check_shows_the_arrays_it_compared(toy_bundle):
    found = lab("def centred(x): return np.asarray(x) + 1", toy_bundle).check("90.1", seed=3)
    assert 'title="differs"' in found._repr_html_()


def test_a_button_gives_the_next_hint_as_the_call_does(toy_bundle, monkeypatch):
    pytest.importorskip("ipywidgets")
    shown = []
    monkeypatch.setattr(sessions.widgets, "live", lambda: True)
    monkeypatch.setattr(widgets, "_display", shown.append)
    work = lab(ONE_MEAN_A_COLUMN, toy_bundle)
    first = work.check("90.1", seed=3)
    assert first.more_hints
    text, button = shown[0].children
    button.click()
    assert work.check("90.1", hint=2, seed=3).hints[1] in text.value
    assert button.layout.display == "none"


def test_under_nbgrader_a_check_that_does_not_pass_raises(toy_bundle, monkeypatch):
    wrong = lab("def centred(x): return x", toy_bundle)
    assert not wrong.check("90.1")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    for work in (wrong, lab("def centred(x): raise NotAnsweredYet('Exercise 90.1')", toy_bundle)):
        with pytest.raises(CheckNotPassed, match=r"90\.1"):
            work.check("90.1")
    right = "def centred(x):\n    x = np.asarray(x, dtype=float)\n    return x - x.mean()"
    assert lab(right, toy_bundle).check("90.1")
