"""The second edition of a lab: headings, figures beside the source, predictions, little code in
between."""

from pathlib import Path

import pytest
from texts import edit

from coursekit.errors import InvalidInputError, LabSourceError
from coursekit.grading.child.main import GradingLab
from coursekit.labs.author.build import build
from coursekit.labs.author.bundle import bundle, leaks, student_files
from coursekit.labs.author.form import form_faults, form_notes, visible_lines
from coursekit.labs.author.scaffold import scaffold
from coursekit.labs.author.source import read_lab
from coursekit.labs.session import LabSession

TOY = Path(__file__).parent / "toy_lab" / "90_toy"


@pytest.fixture
def new(tmp_path):
    scaffold("21_diffusion", tmp_path / "labs")
    return tmp_path / "labs" / "21_diffusion"


def line_of(path, part):
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(n for n, line in enumerate(lines, start=1) if part in line)


def test_a_heading_names_the_exercise_and_marks_the_edition(new):
    lab = read_lab(new)
    assert (lab.exercises[0].number, lab.exercises[0].title) == ("21.1", "Mean square")
    assert lab.second_edition
    assert not read_lab(TOY).second_edition
    assert form_faults(read_lab(TOY)) == []


@pytest.mark.parametrize(
    "nearly",
    ["## Exercise 21.1 · Words", "### Exercise 21.1 - Words", "### Exercise 21.1", "###Exercise 1"],
)
def test_what_is_nearly_a_heading_is_told_with_its_line(new, nearly):
    source = new / "source.py"
    edit(source, "### Exercise 21.1 · Mean square", nearly)
    with pytest.raises(LabSourceError, match="as the first line of its cell") as caught:
        read_lab(new)
    assert f"source.py:{line_of(source, nearly)}:" in str(caught.value)


def test_a_heading_below_other_prose_is_refused(new):
    edit(new / "source.py", "# ### Exercise 21.1", "# Some words.\n#\n# ### Exercise 21.1")
    with pytest.raises(LabSourceError, match="first line of its cell"):
        read_lab(new)


def test_a_new_lab_has_nothing_to_mend(new):
    lab = read_lab(new)
    assert form_faults(lab) == []
    assert visible_lines(lab) == {"21.1": 6}
    assert form_notes(lab) == [
        "visible code: 6 lines per exercise in the median (21.1: 6)",
    ]


BLOCK = 'with lab.needs("21.1"):\n    factors'


@pytest.mark.parametrize(
    ("old", "new_text", "says"),
    [
        (BLOCK, "\n".join(f"a{i} = {i}" for i in range(31)) + "\n" + BLOCK, "a cell of 37 lines"),
        (
            BLOCK,
            "\n".join(f"a{i} = {i}" for i in range(12)) + "\n" + BLOCK,
            "18 lines of code in the median that the student does not write; at most 15",
        ),
        (BLOCK, f"# {'long ' * 20}\n{BLOCK}", "a line of 102 characters; at most 88"),
        ("# %%\nlab.predict(", "# %%\nfirst = 1\nlab.predict(", "in a cell of its own"),
        (
            "# The *mean square*",
            "# *Predict:* which?\n#\n# The *mean square*",
            "a prediction in prose",
        ),
        ('lab.reveal("21.1", ', "print(", "'21.1' is never revealed"),
        ('lab.reveal("21.1"', 'lab.reveal("21.1b"', "'21.1b' without a prediction above"),
        ('    "21.1",\n    "All', '    "21.2",\n    "All', "expected an exercise's number"),
        ('check("21.1")', 'lab.reveal("21.1", "b")', ""),
    ],
)
def test_what_does_not_keep_the_form_is_told_with_its_line(new, old, new_text, says):
    source = new / "source.py"
    edit(source, old, new_text)
    if not says:
        edit(source, "# %%\nwith lab", '# %%\ncheck("21.1")\n\n# %%\nwith lab')
        edit(source, '    lab.reveal("21.1", "it becomes', '    print("it becomes')
        says = "revealed before its check"
    faults = [fault for fault in form_faults(read_lab(new)) if says in fault]
    assert faults
    assert all(fault.startswith("source.py:") for fault in faults)


def test_figures_are_loaded_from_the_labs_folder_and_their_pairs_are_shown(new, capsys):
    lab = LabSession(new, namespace={})
    assert lab.figures is lab.figures
    lab.show(lab.figures.growth([0, 1], [0, 1]))
    assert "[picture: A curve from zero that bends upwards" in capsys.readouterr().out
    with pytest.raises(InvalidInputError, match=r"figures\.py in .*90_toy"):
        _ = LabSession(TOY, namespace={}).figures
    with pytest.raises(InvalidInputError, match="30 characters"):
        lab.show(lab.figures.growth([0, 1], [0, 1])[0])


def test_figures_reach_students_and_may_not_tell_the_answer(new, tmp_path):
    assert new / "figures.py" in student_files(new)
    assert tmp_path / "out" / new.name / "figures.py" in bundle([new], tmp_path / "out")
    edit(
        new / "figures.py",
        "from coursekit",
        "def own(values):\n    return float(np.mean(values**2))\n\n\nfrom coursekit",
    )
    assert any("figures.py shows solution text" in leak for leak in leaks(read_lab(new)))


def test_the_key_of_a_prediction_cell_stays_when_its_text_changes(new):
    def keys():
        from coursekit.labs.author.notebook import build_notebook

        return [cell["id"] for cell in build_notebook(read_lab(new))["cells"]]

    before = keys()
    assert "predict-21-1" in before
    edit(new / "source.py", "All values double.", "All values are doubled.")
    assert keys() == before
    assert build(new) != []


def test_while_grading_pictures_predictions_and_reveals_do_nothing():
    lab = GradingLab({}, {})
    assert lab.show(lab.figures.anything([1, 2], alt="x")) is None
    assert lab.predict("21.1", "Which?", choices=["a", "b"]) is None
    assert lab.reveal("21.1", "a", "because") is None
