"""Notebooks, fingerprints, exports: what is generated, and that it fits its source."""

import importlib.util
import json
import re
from pathlib import Path

import nbformat
import pytest
from texts import edit

import coursekit
from coursekit.errors import InvalidInputError, LabSourceError
from coursekit.labs.author import reproduce as reproduction
from coursekit.labs.author._repository import Address, own_address
from coursekit.labs.author.build import build, solution_notebook, stale, student_notebook
from coursekit.labs.author.execute import Execution, alt_faults, heading_faults, time_faults
from coursekit.labs.author.mistakes import load_mistakes, mistake
from coursekit.labs.author.notebook import build_notebook
from coursekit.labs.author.scaffold import scaffold
from coursekit.labs.author.source import read_lab
from coursekit.labs.author.verify import verify_lab
from coursekit.labs.catalogue import read_catalogue
from coursekit.labs.feedback import mistakes
from coursekit.labs.testing import Crash, StudentError

TOY = Path(__file__).parent / "toy_lab" / "90_toy"
MOVING = {
    name
    for path in Path(coursekit.__file__).parent.rglob("*.py")
    for name in re.findall(r"class (\w+)\(_StillWidget\)", path.read_text(encoding="utf-8"))
}
"""What moves in a page."""


def cells(kind="student", folder=TOY):
    return build_notebook(read_lab(folder), kind, {"90.1": 4.0, "90.2": 4.0})["cells"]


def source(cell):
    return "".join(cell["source"])


@pytest.mark.parametrize("kind", ["student", "solution"])
def test_notebooks_are_valid_without_outputs_and_with_stable_ids(kind):
    notebook = build_notebook(read_lab(TOY), kind)
    nbformat.validate(nbformat.reads(json.dumps(notebook), as_version=4))
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(ids) == len(set(ids))
    assert all(cell.get("outputs", []) == [] for cell in notebook["cells"])
    assert [cell["id"] for cell in build_notebook(read_lab(TOY), kind)["cells"]] == ids


COURSE = Address("https://github.com/teacher/course")


def test_without_an_address_the_front_has_title_goals_and_a_cell_that_looks_for_a_wheel():
    front = cells()[:3]
    assert source(front[0]).startswith("# A toy lab")
    assert "- Exercise every part of the machine in a second" in source(front[1])
    install = source(front[2])
    assert install.splitlines()[-1].startswith("devices.hush()")
    assert "\n    %pip install --quiet --constraint keep.txt" in install
    assert 'glob("coursekit-*.whl")' in install
    assert "--upgrade" not in install
    assert install.startswith("# @title Set up: run this cell first")
    assert front[2]["metadata"]["jupyter"] == {"source_hidden": True}  # folded in JupyterLab
    assert front[2]["metadata"]["cellView"] == "form"  # and in Colab
    assert "://" not in json.dumps(cells())


def test_with_an_address_badge_and_first_cell_name_that_one_alone():
    made = build_notebook(read_lab(TOY), address=COURSE)["cells"]
    assert "github/teacher/course/blob/main/labs/90_toy/90_toy.ipynb" in source(made[0])
    assert '"coursekit @ git+https://github.com/teacher/course@main"' in source(made[3])
    assert "glob" not in source(made[3])
    elsewhere = Address("https://gitlab.example/t/course", labs="", wheel="w.whl")
    made = build_notebook(read_lab(TOY), address=elsewhere)["cells"]
    assert source(made[0]).startswith("# A toy lab"), "Colab opens from GitHub alone"
    assert "https://gitlab.example/t/course/raw/main/w.whl" in source(made[2])


def test_no_text_of_ours_names_an_address_that_the_project_does_not_declare():
    root = Path(__file__).parents[2]
    declared = own_address()
    named = re.compile(r"(?:github\.com|/github)/([\w.-]+/coursekit)\b")
    found = set()
    for pattern in ("coursekit/**/*.py", "labs/**/*.ipynb", "*.md", "docs/*.md", "*.toml", "*.yml"):
        for path in root.glob(pattern):
            found |= set(named.findall(path.read_text(encoding="utf-8")))
    expected = set()
    if declared is not None:
        expected = {declared.repository.partition("://")[2].partition("/")[2]}
    assert found <= expected


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("x = 1", set()),
        ("import keras", {"tensorflow"}),
        ("from coursekit.models import lenet5", {"tensorflow"}),
        ("from coursekit import datasets, generative", {"tensorflow"}),
        ("from coursekit import (\n    boltzmann,\n    plots,\n)", {"tensorflow"}),
        ("from coursekit import datasets, plots", set()),
        ("import anywidget", {"anywidget"}),
        *((f"kit.{name}()", {"anywidget"}) for name in sorted(MOVING)),
    ],
)
def test_the_first_cell_asks_for_what_the_lab_uses(toy, code, wanted):
    edit(toy / "source.py", "EPSILON = 1e-12", f"EPSILON = 1e-12\n{code}")
    install = source(cells(folder=toy)[2])
    assert '"pytest": "pytest' in install
    assert '"ipywidgets": "ipywidgets' in install
    assert {n for n in ("tensorflow", "anywidget") if f'"{n}>=' in install} == wanted


def first_cell(tmp_path, monkeypatch, absent, address=None):
    """What the first cell installs where the modules `absent` are not there."""
    asked = []
    text = source(cells(folder=TOY)[2])
    if address is not None:
        text = source(build_notebook(read_lab(TOY), address=address)["cells"][3])
    text = text.replace(
        "%pip install --quiet --constraint keep.txt {targets}", "asked.append(targets)"
    )
    real = importlib.util.find_spec
    with monkeypatch.context() as patch:
        patch.chdir(tmp_path)
        patch.setattr(
            importlib.util, "find_spec", lambda name: None if name in absent else real(name)
        )
        exec(text, {"asked": asked})
    return asked


def test_the_first_cell_installs_just_what_is_absent(tmp_path, monkeypatch):
    assert first_cell(tmp_path, monkeypatch, set()) == []
    assert not (tmp_path / "keep.txt").exists()
    assert first_cell(tmp_path, monkeypatch, {"pytest"}) == ['"pytest>=8.0"']
    assert "numpy==" in (tmp_path / "keep.txt").read_text()
    wanted = first_cell(tmp_path, monkeypatch, {"coursekit"}, COURSE)
    assert wanted == [f'"{COURSE.target}"']


def test_without_an_address_the_first_cell_takes_the_wheel_or_says_what_to_do(
    tmp_path, monkeypatch
):
    with pytest.raises(ModuleNotFoundError, match="Put the wheel that you were given"):
        first_cell(tmp_path, monkeypatch, {"coursekit"})
    (tmp_path / "coursekit-0.1.0-py3-none-any.whl").write_bytes(b"")
    (asked,) = first_cell(tmp_path, monkeypatch, {"coursekit"})
    assert "coursekit-0.1.0-py3-none-any.whl" in asked


def test_a_title_is_made_where_the_source_has_none(toy):
    edit(toy / "source.py", "# # A toy lab\n#\n", "")
    made = cells(folder=toy)
    assert source(made[0]) == "# A toy lab\n\n**Does the lab machine fit together?**"
    assert heading_faults({"cells": made}) == []


def test_a_notebook_becomes_a_script_with_an_ending():
    assert build_notebook(read_lab(TOY))["metadata"]["language_info"]["file_extension"] == ".py"


def test_the_exported_solution_keeps_the_markers_that_nbgrader_makes_stubs_from():
    text = solution_notebook(read_lab(TOY))
    assert text.count("### BEGIN SOLUTION") == text.count("### END SOLUTION") == 4
    assert "NotAnsweredYet(" not in text


def test_nbgrader_metadata():
    found = {c["id"]: c["metadata"]["nbgrader"] for c in cells() if "nbgrader" in c["metadata"]}
    common = {"schema_version": 3, "task": False}
    assert found["answer-90-1"] == {
        "grade": False,
        "solution": True,
        "locked": False,
        "grade_id": "answer-90-1",
        **common,
    }
    assert found["check-90-1"] == {
        "grade": True,
        "solution": False,
        "locked": True,
        "points": 4,
        "grade_id": "check-90-1",
        **common,
    }
    assert len(found) == 4


def test_an_id_survives_edits_elsewhere(toy):
    before = [c["id"] for c in cells(folder=toy)]
    edit(
        toy / "source.py",
        "# Small enough to read at one glance.",
        "# Small.\n\n# %% [markdown]\n# A new cell.",
    )
    after = [c["id"] for c in cells(folder=toy)]
    assert [i for i in after if i in before] == before
    assert len(after) == len(before) + 1


def test_solution_and_student_differ_in_the_answers_alone():
    student, solution = cells(), cells("solution")
    differing = [s["id"] for s, t in zip(student, solution, strict=True) if s != t]
    assert differing == ["answer-90-1", "answer-90-2"]
    assert "SOLUTION" not in json.dumps([student, solution])
    with pytest.raises(InvalidInputError, match="'student' or 'solution'"):
        cells("teacher")


def test_the_committed_toy_is_up_to_date_and_an_edit_is_noticed(toy):
    assert stale(toy) == []
    edit(toy / "source.py", "Small enough to read", "Short enough to read")
    assert [p.name for p in stale(toy)] == ["90_toy.ipynb", "fingerprints.json"]
    assert {p.name for p in build(toy)} == {"90_toy.ipynb", "fingerprints.json"}
    assert stale(toy) == []
    assert build(toy) == []
    edit(toy / "mistakes.py", "stays negative", "remains negative")
    assert [p.name for p in stale(toy)] == ["fingerprints.json"]


def test_fingerprints_hold_hints_and_numbers_but_no_code():
    text = (TOY / "fingerprints.json").read_text(encoding="utf-8")
    assert "There is one mean, not one per column." in text
    assert "np." not in text
    assert "def " not in text
    assert "lambda" not in text
    catalogue = read_catalogue(TOY)
    assert {f.name for f in catalogue.fingerprints} == {m.name for m in load_mistakes(TOY)} - {
        "whole-number-division"
    }
    assert catalogue.exercises["90.1"].hidden == 1


def test_behaviours_are_alike_up_to_rounding_only():
    summarise, alike = mistakes.summarise, mistakes.alike
    assert alike(summarise([1.0, 2.0]), summarise([1.0, 2.0 + 1e-9]))
    for other in (
        [1.0, 2.1],
        [2.0, 1.0],
        [[1.0, 2.0]],
        "text",
        None,
        3,
        {"a": 1},
        ValueError("x"),
        [1.0, float("nan")],
    ):
        assert not alike(summarise([1.0, 2.0]), summarise(other))
    assert not alike(summarise(True), summarise(1))
    assert not alike(summarise({"a": 1}), summarise({"a": 2}))


def test_a_crash_is_known_again_from_the_file_where_a_scalar_met_an_array():
    crash = Crash("Gt", "x > 0", (("x", (3,)), ("0", ()), ("y", None)))
    seen = mistakes.summarise(StudentError("raised", type_name="ValueError", crash=crash))
    assert mistakes.alike(json.loads(json.dumps(seen)), seen)
    other = Crash("Gt", "x > 0", (("x", (4,)), ("0", ()), ("y", None)))
    elsewhere = mistakes.summarise(StudentError("raised", type_name="ValueError", crash=other))
    assert not mistakes.alike(seen, elsewhere)


@pytest.mark.parametrize("hints", [[], ["a", "b", "c", "d"], [" "]])
def test_mistakes_have_one_to_three_hints(hints):
    with pytest.raises(LabSourceError, match="one to three hints"):
        mistake("90.1", name="x", hints=hints)


def test_verify_is_content_with_the_toy_lab():
    report = verify_lab(TOY, seeds=3, notebooks=False)
    assert report.problems == []
    lines = [
        (e.number, e.solution, e.stub, e.mistakes, e.caught, e.hinted) for e in report.exercises
    ]
    assert lines == [("90.1", "passes", "fails", 5, 5, 5), ("90.2", "passes", "fails", 3, 3, 3)]


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (
            "source.py",
            "return x - middle",
            "return x - middle + (x.ndim == 2)",
            "solution: test_centred_has_mean_zero[shape1] failed",
        ),
        (
            "source.py",
            "return x - middle",
            "return x - middle if x.ravel()[0] > 2 else x",
            "failed with seed",
        ),
        (
            "test_public.py",
            'x - x.sum() / x.size, tried=f"centred',
            'student.centred(x), tried=f"centred',
            "passes every check",
        ),
        (
            "test_hidden.py",
            "    assert_close(\n",
            "    assert whole_numbers.size == 3\n\n\ndef unused(student, whole_numbers):\n    "
            "assert_close(\n",
            "stub: test_scaled_of_whole_numbers_kept_secret passes",
        ),
        ("mistakes.py", '"sign-lost"', '"no-such"', ""),
        (
            "mistakes.py",
            "return abs(np.asarray(x)) / abs(np.asarray(x)).max()",
            "x /= abs(x).max()\n    return x",
            "gets the hint of",
        ),
        (
            "mistakes.py",
            "return function(x) * 2",
            "return function(function(x))",
            "mistake 'doubled-not-twice' passes every check",
        ),
        (
            "mistakes.py",
            '@mistake("90.2", name="total-forgets"',
            '@mistake("90.1", name="total-forgets"',
            "has no function Total",
        ),
        ("source.py", "### END SOLUTION", "### END SOLUTON", "source.py:"),
        (
            "test_public.py",
            'exercise("90.2")\n@pytest.mark.points(3)',
            'exercise("90.5")\n@pytest.mark.points(3)',
            "exercise 90.5",
        ),
    ],
)
def test_verify_finds_what_does_not_fit(toy, file, old, new, says):
    edit(toy / file, old, new)
    report = verify_lab(toy, seeds=3, notebooks=False)
    assert not report.ok
    assert any(says in problem for problem in report.problems)


def test_headings_and_alt_texts():
    def page(*texts):
        return {"cells": [{"cell_type": "markdown", "source": [t]} for t in texts]}

    assert heading_faults(page("# A\n\n## B", "### C", "## D")) == []
    assert heading_faults(page("## A", "# B")) != []
    assert heading_faults(page("# A", "# B")) != []
    assert heading_faults(page("# A", "### C")) == ["headings: 'C' skips a level"]
    output = {"data": {"image/png": "x"}, "metadata": {}}
    picture = {"cells": [{"cell_type": "code", "source": [], "outputs": [output]}]}
    assert len(alt_faults(picture)) == 1
    output["metadata"] = {"image/png": {"alt": "A curve that falls and then levels off."}}
    assert alt_faults(picture) == []
    output["data"] = {"text/html": '<img src="x" alt="short">'}
    assert len(alt_faults(picture)) == 1
    assert len(alt_faults(page("![](x.png)"))) == 1


@pytest.mark.parametrize(
    ("wall", "cpu", "says"),
    [
        (90.0, 59.0, None),
        (59.0, 90.0, None),
        (59.0, float("inf"), None),
        (90.0, 70.0, "90 s of wall time, 70 s of processor time"),
        (70.0, 130.0, "70 s of wall time, 130 s of processor time"),
        (70.0, float("inf"), "70 s of wall time, processor time unknown"),
    ],
)
def test_a_notebook_that_takes_too_long_is_told_both_its_times(wall, cpu, says):
    faults = time_faults(Execution({}, wall, cpu, ""), "student")
    assert faults == (
        [f"student notebook: {says} in fast mode; the smaller of the two may be at most 60 s"]
        if says
        else []
    )


def test_a_receipt_leaves_out_waiting_for_other_programs(monkeypatch, tmp_path, toy):
    def execute(notebook, folder, *, environment, timeout, blocked):
        text = json.dumps({"lab": "90_toy", "rows": []})
        Path(environment["COURSEKIT_RECEIPT"]).write_text(text, encoding="utf-8")
        return Execution(notebook, 90.0, 40.0, "")

    monkeypatch.setattr(reproduction, "execute_notebook", execute)
    assert reproduction.reproduce(toy, tmp_path / "receipts.md")["seconds"] == 40


def test_throughput_is_added_to_the_table_of_all_devices(monkeypatch, tmp_path, toy):
    seen = {}

    def execute(notebook, folder, *, environment, timeout, blocked):
        seen.update(environment)
        rows = [{"device": "CPU: a | b", "network": "MLP", "images a second": seen["RATE"]}]
        text = json.dumps({"lab": "90_toy", "rows": [], "throughput": rows})
        Path(environment["COURSEKIT_RECEIPT"]).write_text(text, encoding="utf-8")
        return Execution(notebook, 1.0, 1.0, "")

    monkeypatch.setattr(reproduction, "execute_notebook", execute)
    table = tmp_path / "throughput.md"
    seen["RATE"] = "100"
    reproduction.reproduce(toy, tmp_path / "receipts.md", cluster="head:6379")
    assert seen["COURSEKIT_CLUSTER"] == "head:6379"
    other = "| GPU: x | MLP | 9,000 | 2026-01-02 |"
    table.write_text(f"{table.read_text(encoding='utf-8')}{other}\n", encoding="utf-8")
    seen["RATE"] = "120"
    reproduction.reproduce(toy, tmp_path / "receipts.md")
    lines = table.read_text(encoding="utf-8").splitlines()
    assert lines[-3:-1] == ["|---|---|---|---|", lines[-2]]
    assert lines[-2].startswith("| CPU: a \\| b | MLP | 120 | ")
    assert lines[-1] == other
    with pytest.raises(InvalidInputError, match="columns"):
        reproduction.write_throughput([{"device": "x", "date": "y"}], table)


def test_a_new_lab_verifies_as_it_is(tmp_path):
    written = scaffold("21_diffusion", tmp_path)
    assert [p.name for p in written[:5]] == [
        "source.py",
        "figures.py",
        "test_public.py",
        "test_hidden.py",
        "mistakes.py",
    ]
    assert verify_lab(tmp_path / "21_diffusion", seeds=3, notebooks=False).problems == []
    for name in ("21_diffusion", "diffusion", "21_Diffusion", "../x"):
        with pytest.raises(InvalidInputError):
            scaffold(name, tmp_path)


def test_the_student_notebook_text_is_the_committed_one():
    assert (TOY / "90_toy.ipynb").read_text(encoding="utf-8") == student_notebook(read_lab(TOY))


def test_what_depends_on_chance_is_left_open_in_a_fingerprint(tmp_path):
    from coursekit.labs.exchange.checks import collect_file

    path = tmp_path / "test_public.py"
    path.write_text(
        'import pytest\n\n@pytest.mark.exercise("90.1")\ndef test_it(student):\n'
        "    start = student.begin(int(student.rng.integers(9)))\n    assert len(start) == 5\n",
        encoding="utf-8",
    )
    cases = collect_file(path, "public")
    known, same, other = {}, {}, {}
    exec("import numpy as np\ndef begin(n): return np.random.rand(3)", known)
    exec("import numpy as np\ndef begin(n): return np.random.normal(size=3)", same)
    exec("import numpy as np\ndef begin(n): return np.random.rand(4)", other)
    fingerprint = mistakes.fingerprint(known, cases)
    assert mistakes.OPEN in fingerprint["test_it@101"][0][1]
    assert mistakes.matches(fingerprint, mistakes.behaviour(same, cases))
    assert not mistakes.matches(fingerprint, mistakes.behaviour(other, cases))
