"""The docstring's own example is the first public check of its exercise."""

import json

import pytest

from coursekit.labs.author.build import build
from coursekit.labs.author.examples import lab_examples, without_example
from coursekit.labs.author.namespace import solution_namespace
from coursekit.labs.author.source import read_lab
from coursekit.labs.exchange import checks
from coursekit.labs.exchange.examples import Example, example_check
from coursekit.labs.exchange.student import local_student

DOC = '''"""Subtract the mean.

    >>> x = np.array([1.0, 2.0, 6.0])
    >>> centred(x)
    array([-2., -1.,  3.])
    >>> round(float(centred([0, 1, 1])[1]), 2)
    0.33
    """'''


@pytest.fixture
def lab(toy):
    source = toy / "source.py"
    text = source.read_text(encoding="utf-8")
    old = '"""Subtract the mean; centred([1, 3]) is [-1, 1]."""'
    assert old in text
    source.write_text(text.replace(old, DOC), encoding="utf-8")
    build(toy)
    return toy


def test_it_is_taken_word_for_word_and_told_nowhere_else(lab):
    (example,) = lab_examples(read_lab(lab))
    assert (example.exercise, example.function) == ("90.1", "centred")
    assert example.steps[1] == ("centred(x)", "array([-2., -1.,  3.])")
    stored = json.loads((lab / "fingerprints.json").read_text())["examples"]
    assert [w for e in stored for s, w in e["steps"]] == ["", "array([-2., -1.,  3.])", "0.33"]
    assert without_example(read_lab(lab)) == ["90.2"]


def test_it_is_the_first_public_check_and_fails_a_wrong_answer(lab):
    cases = checks.collect(lab, checks.PUBLIC)
    assert cases[0].name == "test_example_of_centred"
    assert cases[0].points == 0
    names = solution_namespace(read_lab(lab))
    assert checks.run_case(cases[0], local_student(names)).passed
    names["centred"] = lambda x: [0.0, 0.0, 0.0]
    result = checks.run_case(cases[0], local_student(names))
    assert result.status == "failed"
    assert "tried:    centred(x)" in result.message
    assert "stands in the docstring" in result.message


def test_an_example_sees_its_names_inside_a_comprehension():
    example = Example(
        "1.1", "double", (("two = 2", ""), ("[double(x * two) for x in range(3)]", "[0, 4, 8]"))
    )
    check = example_check(example)
    check(local_student({"double": lambda x: 2 * x}))
    with pytest.raises(AssertionError, match="this example stands in the docstring"):
        check(local_student({"double": lambda x: x}))


def test_an_answer_may_take_the_docstrings_word_that_an_array_comes():
    def middle(x, folds):
        half = (x.max() + x.min()) / 2
        x = x.copy()
        x -= half
        return x

    example = Example("1.1", "middle", (("middle([1, 2], [([0], [1])])", "array([-0.5, 0.5])"),))
    check = example_check(example)
    check(local_student({"middle": middle}))
    check(local_student({"middle": lambda x, folds: [v - sum(x) / 2 for v in x]}))
    with pytest.raises(AssertionError, match=r"tried:    middle\(np.array\(\[1, 2\]\)"):
        check(local_student({"middle": lambda x, folds: x.min() + x}))
    with pytest.raises(AssertionError, match=r"tried:    middle\(\[1, 2\]"):
        check(local_student({"middle": lambda x, folds: [0, 0]}))
