"""The hint ladder: a further hint after a changed answer, and the same thought in another exercise."""

import pytest

from coursekit.labs.feedback.memory import Memory, answer_hash
from coursekit.labs.feedback.mistakes import Fingerprint


def print_of(name, exercise="5.2", tag="axis", hints=("First.", "Second.", "Third.")):
    return Fingerprint(exercise, name, "f", tag, hints, {}, {})


@pytest.fixture
def memory(tmp_path):
    return Memory(tmp_path / "hints.json")


def answers(n):
    names = {}
    exec(f"def f(x):\n    return x + {n}\n", names)
    return [names["f"]]


def test_a_changed_answer_moves_one_hint_on_and_the_same_answer_none(memory):
    found = (print_of("over-rows"),)
    assert memory.due("5.2", found, answers(1)) == (1, ())
    assert memory.due("5.2", found, answers(1)) == (1, ())
    assert memory.due("5.2", found, answers(2)) == (2, ())
    assert Memory(memory.path).due("5.2", found, answers(3)) == (3, ())
    assert memory.due("5.2", (print_of("another"),), answers(4)) == (1, ())


def test_a_comment_does_not_change_an_answer():
    one, two, three = {}, {}, {}
    exec("def f(x):\n    return x + 1\n", one)
    exec("def f(x):\n    # a comment\n    return x + 1\n", two)
    exec("def f(x):\n    return np.sum(x + 1)\n", three)
    assert answer_hash([one["f"]]) == answer_hash([two["f"]]) != answer_hash([three["f"]])


def test_the_same_tag_in_another_exercise_shows_both_cases(memory):
    memory.due("5.2", (print_of("over-rows"),), answers(1))
    here = print_of("over-the-batch", "7.1", hints=("You summed over the batch.",))
    _, (again,) = memory.due("7.1", (here,), answers(2))
    assert again.kind == "again"
    assert "as in 5.2. There: First. Here: You summed over the batch." in again.text
    assert memory.due("7.2", (print_of("x", "7.2", tag="sign"),), answers(1))[1] == ()


def test_one_line_switches_it_off_and_forgets(memory):
    found = (print_of("over-rows"),)
    memory.due("5.2", found, answers(1))
    memory.remember(False)
    assert "over-rows" not in memory.path.read_text()
    assert memory.due("5.2", found, answers(2)) == (1, ())
    memory.remember(True)
    memory.due("5.2", found, answers(2))
    assert memory.due("5.2", found, answers(3)) == (2, ())


def test_it_keeps_nothing_where_it_is_off_and_survives_a_broken_file(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSEKIT_MEMORY", "off")
    assert not Memory().on
    assert not Memory(tmp_path / "a.json", keep=False).on
    broken = tmp_path / "b.json"
    broken.write_text("{")
    assert Memory(broken).due("5.2", (print_of("x"),), answers(1)) == (1, ())
