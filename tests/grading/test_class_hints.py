"""What a class was told: known mistakes, and groups of behaviour without a hint."""

from coursekit.cli import main
from coursekit.grading.books.gradebook import Gradebook
from coursekit.grading.books.hints import class_hints
from coursekit.grading.record import Record


def record(student, fingerprint="a", mistake=""):
    return Record(
        student,
        "90_toy",
        answers={"centred": {"text": f"def centred(x):\n    return x - {len(mistake)}"}},
        behaviours={
            "90.1": {"fingerprint": fingerprint, "mistake": mistake, "functions": ["centred"]}
        },
    )


CLASS = [
    record("ann"),
    record("ben"),
    record("cyd", "b"),
    record("dan", "c", "column-means"),
    record("eve", "c", "column-means"),
]


def test_mistakes_are_counted_and_the_rest_grouped_by_behaviour():
    found = class_hints(CLASS)
    assert found.met == {("90_toy", "90.1", "column-means"): 2}
    assert [group.students for group in found.groups] == [("ann", "ben"), ("cyd",)]
    text = found.groups[0].as_mistake()
    assert text.startswith('@mistake("90.1", name="seen-2-times", hints=["..."])\ndef centred(x):')


def test_the_command_shows_both(tmp_path, capsys):
    with Gradebook(tmp_path) as book:
        for place, one in enumerate(CLASS):
            book.add(one, f"key {place}")
    assert main(["labs", "hints", str(tmp_path), "--groups", "1"]) == 0
    shown = capsys.readouterr().out
    assert "column-means" in shown
    assert "2 alike without a hint" in shown
    assert "def centred(x):" in shown
    assert "1 alike" not in shown


def test_a_folder_without_a_gradebook_is_said(tmp_path, capsys):
    assert main(["labs", "hints", str(tmp_path)]) == 2
    assert "Expected a gradebook" in capsys.readouterr().err
