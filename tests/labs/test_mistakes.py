"""`mistakes.py`: wrong answers as functions, and as changes of the solution."""

import numpy as np
import pytest

from coursekit.errors import LabSourceError
from coursekit.labs.author.bundle import leaks
from coursekit.labs.author.mistakes import (
    hints_in,
    load_excuses,
    load_mistakes,
    mistake,
    places,
    standing_in,
)
from coursekit.labs.author.namespace import solution_namespace
from coursekit.labs.author.source import read_lab
from coursekit.labs.exchange.checks import collect_file
from coursekit.labs.feedback.mistakes import (
    alike,
    behaviour,
    fingerprint,
    matches,
    summarise,
    telling,
)

HEAD = '"""Mistakes."""\n\nfrom coursekit.labs import excuse, mistake\n\n'
LIGHT = '''
@mistake("90.1", tag="sign", edit=("return x - middle", "return np.negative(x - middle)"))
def taken_from_the_mean():
    """Which of the two
    is taken away?

    The mean is taken from each value."""


@mistake("90.1", name="halved", tag="formula")
def scaled(x):
    """You halved."""
    return x / 2
'''


def write(toy, text):
    (toy / "mistakes.py").write_text(HEAD + text, encoding="utf-8")
    return toy


def test_a_light_mistake_is_the_solution_with_one_change(toy):
    first, second = load_mistakes(write(toy, LIGHT))
    assert first.name == "taken-from-the-mean"
    assert first.tag == "sign"
    assert first.function == "centred"
    assert first.hints == (
        "Which of the two is taken away?",
        "The mean is taken from each value.",
    )
    assert (second.name, second.function, second.hints) == ("halved", "scaled", ("You halved.",))
    namespace = solution_namespace(read_lab(toy))
    right = namespace["centred"]
    with standing_in(namespace, first, second):
        np.testing.assert_allclose(namespace["centred"]([1.0, 3.0]), [1.0, -1.0])
        np.testing.assert_allclose(namespace["scaled"](np.array([4.0])), [2.0])
    assert namespace["centred"] is right


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        ('edit=("nothing like it", "x")', r"mistakes.py:6: .* stands there 0 times"),
        ('edit=("np.", "numpy.")', r"mistakes.py:6: .* stands there [2-9] times"),
        ('edit=("middle", "middle")', "two texts that differ"),
        ('edit=("- middle", "- (")', r"mistakes.py:6: .* leave Python"),
        ('edit=("- middle", "+ middle"), of="nobody"', r"of= to name a function"),
        ('edit=("- middle", "+ middle"), tag="colour"', "expected a tag"),
    ],
)
def test_an_edit_that_does_not_fit_is_an_error_with_its_line(toy, edit, says):
    text = f'\n@mistake("90.1", {edit})\ndef some_name():\n    """A hint."""\n'
    with pytest.raises(LabSourceError, match=says):
        load_mistakes(write(toy, text))


def test_a_change_of_the_solution_breaks_the_edit_aloud(toy):
    write(toy, LIGHT)
    source = toy / "source.py"
    source.write_text(source.read_text().replace("return x - middle", "return (x - middle)"))
    with pytest.raises(LabSourceError, match=r"mistakes.py:6.*stands there 0 times"):
        load_mistakes(toy)


def test_an_edit_leaves_the_docstring_alone():
    text = 'def f(x):\n    """x - 1, é."""\n    return x - 1\n'
    assert places(text, "x - 1") == [text.rindex("x - 1")]


def test_hints_are_paragraphs_and_a_whole_answer_needs_a_name():
    assert hints_in("One\n    line.\n\n    Two.") == ("One line.", "Two.")
    with pytest.raises(LabSourceError, match="expected name="):

        @mistake("90.1")
        def f(x):
            """A hint."""


def test_what_an_edit_writes_must_not_reach_students(toy):
    write(toy, LIGHT)
    source = toy / "source.py"
    told = "# Some answers are classes.\n#\n#     return np.negative(x - middle)"
    source.write_text(source.read_text().replace("# Some answers are classes.", told))
    assert any("mistake text" in told for told in leaks(read_lab(toy)))


def test_an_excuse_has_a_reason(toy):
    write(toy, 'excuse("90.1", "a -> b", "computes the same")\n')
    (entry,) = load_excuses(toy)
    assert (entry.exercise, entry.mutant, entry.reason) == ("90.1", "a -> b", "computes the same")
    write(toy, 'excuse("90.1", "a -> b", " ")\n')
    with pytest.raises(LabSourceError, match="expected a reason"):
        load_excuses(toy)


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        (1, 1.0, True),
        ({"x": 1, "y": 2.5}, {"y": 2.5, "x": 1.0}, True),
        ({"x": 1, "y": 2.5}, {"y": 1.0, "x": 2.5}, False),
        ({"numbers": 1}, {"numbers": 2}, False),
        (np.array([1e3, -1e3]), np.array([1e3, -1e3 + 1e-3]), True),  # both add up to nearly 0
        (np.array([1.0, -1.0]), np.array([1.0, -1.01]), False),
        (np.zeros((2, 1)), np.zeros((1, 2)), False),
    ],
)
def test_results_are_compared_by_what_they_say_not_by_their_form(ours, theirs, same):
    assert alike(summarise(ours), summarise(theirs)) == same


def test_whether_an_example_works_with_lists_is_no_evidence():
    refused, wrong = ["f", ["error", "TypeError", "+", [[2], None]]], ["f", summarise(3.0)]
    known = {"test_example_of_f@1": [refused, wrong, ["failed", "abc"]]}
    assert matches(known, {"test_example_of_f@1": [wrong, ["failed", "abc"]]})
    assert not matches(known, {"test_example_of_f@1": [refused, ["error", ""]]})


def test_how_a_wrong_example_goes_on_with_arrays_is_no_evidence():
    def raised(shape):
        return ["f", ["error", "IndexError", "[]", [shape, None]]]

    wrong, ending = ["f", summarise(3.0)], ["failed", "abc"]
    known = [wrong, wrong, raised(None), ending]
    for seen in ([wrong, wrong, raised([3, 2]), ending], [wrong, ending], [wrong] * 3 + [ending]):
        assert matches({"test_example_of_f@1": known}, {"test_example_of_f@1": seen})
        assert not matches({"test_f@1": known}, {"test_f@1": seen})
    other = [["f", summarise(4.0)], raised(None), ending]
    assert not matches({"test_example_of_f@1": known}, {"test_example_of_f@1": other})


def test_a_case_that_went_another_way_each_time_fits_any():
    wrong, ending = ["f", summarise(3.0)], ["failed", "abc"]
    known = {"test_f@1": "*", "test_f@2": [wrong, ending]}
    assert matches(known, {"test_f@1": [wrong, wrong, ending], "test_f@2": [wrong, ending]})
    assert not matches(known, {"test_f@1": [wrong, ending], "test_f@2": [ending]})


def test_a_right_zero_is_rounded_otherwise_on_another_processor():
    wrong = {"test_f@1": [["f", summarise(3.0)], ["failed", "abc"]]}

    def angle(degrees, ending):
        return wrong | {"test_g@1": [["g", summarise(degrees)], ending]}

    right, failed = ["passed", ""], ["failed", "def"]
    assert matches(angle(2.4e-6, right), angle(0.0, right))
    assert not matches(angle(2.4e-6, failed), angle(0.0, failed))
    assert not matches(angle(2.4e-6, right), angle(0.0, failed))
    assert not matches(angle(1e-3, right), angle(0.0, right))


def test_random_results_are_known_by_their_form_alone(tmp_path):
    text = """
import pytest
from coursekit.labs.testing import assert_close

@pytest.mark.exercise("90.1")
def test_drawn(student):
    for _ in range(5):
        numbers = student.drawn()
    assert_close(student.drawn(), numbers, tried="drawn, once more")
"""
    path = tmp_path / "test_public.py"
    path.write_text(text, encoding="utf-8")
    cases = collect_file(path, "public")
    names = {"drawn": lambda: np.random.default_rng().normal(size=100_000)}
    known = fingerprint(names, cases)
    assert matches(known, behaviour(names, cases))
    assert telling(known, behaviour({"drawn": lambda: np.zeros(100_000)}, cases), "drawn") == {}
