"""A real notebook in a real kernel, treated as students treat notebooks."""

import copy
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from coursekit.labs.author.build import solution_notebook
from coursekit.labs.author.execute import execute_notebook, verify_notebooks
from coursekit.labs.author.notebook import build_notebook
from coursekit.labs.author.reproduce import reproduce
from coursekit.labs.author.source import read_lab
from coursekit.labs.status import notebook_states

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*zmq.*"),
]
TOY = Path(__file__).parent / "toy_lab" / "90_toy"
REAL = Path(__file__).parents[2] / "labs" / "03_backprop"


def solution():
    return json.loads(solution_notebook(read_lab(TOY)))


def code(text, key="new"):
    return {
        "cell_type": "code",
        "id": key,
        "metadata": {},
        "source": [text],
        "outputs": [],
        "execution_count": None,
    }


def place(notebook, key):
    return next(i for i, cell in enumerate(notebook["cells"]) if cell["id"] == key)


def run(notebook, folder):
    done = execute_notebook(
        notebook, folder, environment={"COURSEKIT_LABS": str(folder.parent), "COURSEKIT_FAST": "1"}
    )
    return done.notebook, done.error


def said(notebook, key):
    outputs = notebook["cells"][place(notebook, key)]["outputs"]
    return "".join(
        "".join(o.get("text", "")) + "".join(o.get("data", {}).get("text/plain", ""))
        for o in outputs
    )


def test_copied_moved_split_and_retyped_cells_still_check(toy_bundle):
    notebook = solution()
    cells = notebook["cells"]
    answer = cells.pop(place(notebook, "answer-90-1"))
    first, second = "".join(answer["source"]).split("def scaled", 1)
    retyped = [
        code("def scaled" + re.sub(r"\bx\b", "values", second), "half-b"),
        code(first, "half-a"),
    ]
    cells[place(notebook, "prose-90-1") : place(notebook, "prose-90-1")] = retyped
    twice = copy.deepcopy(cells[place(notebook, "answer-90-2")])
    twice["id"] = "copied"
    cells.insert(place(notebook, "check-90-2"), twice)
    cells.append(code('check("90.1"); kept = check("90.2")', "moved"))
    cells.append(code("kept", "later"))
    executed, error = run(notebook, toy_bundle)
    assert error == ""
    for key, exercise in (
        ("check-90-1", "90.1"),
        ("check-90-2", "90.2"),
        ("moved", "90.1"),
        ("moved", "90.2"),
        ("later", "90.2"),
    ):
        assert re.search(
            rf"Exercise {exercise}: (\d) of \1 (public )?checks pass", said(executed, key)
        )
    shown = [
        o
        for o in executed["cells"][place(executed, "check-90-1")]["outputs"]
        if o["output_type"] != "stream"
    ]
    assert len(shown) == 1, "a result is shown once"
    assert "text/html" in shown[0]["data"]


def test_out_of_order_restarted_and_interrupted_cells_leave_clear_messages(toy_bundle):
    notebook = solution()
    cells = notebook["cells"]
    setup = next(cell for cell in cells if "open_lab(" in "".join(cell["source"]))
    interrupted = (
        "try:\n    def centred(x):\n        raise KeyboardInterrupt\n    result = "
        "check('90.1')\nfinally:\n    del centred"
    )
    start = cells.index(setup) + 1
    cells[start:start] = [
        code('check("90.1")', "early"),
        code(interrupted.replace("def centred", "scaled = abs\n    def centred"), "stopped"),
    ]
    alone = copy.deepcopy(notebook)
    alone["cells"] = [
        code(
            'check("90.1")  # NameError? Run the first code cells of this notebook again.', "alone"
        )
    ]
    executed, error = run(notebook, toy_bundle)
    assert error == ""
    assert "`centred` is not defined here. Run the cell that defines it" in said(executed, "early")
    assert "interrupted, so nothing is decided" in said(executed, "stopped")
    _, error = run(alone, toy_bundle)
    assert "NameError? Run the first code cells of this notebook again." in error


def answered(lab, count, *, more=()):
    """The student notebook with the first `count` exercises answered, and further cells."""
    notebook, model = (build_notebook(lab, kind) for kind in ("student", "solution"))
    done = {exercise.number for exercise in lab.exercises[:count]}
    sources = {cell["id"]: cell["source"] for cell in model["cells"]}
    for cell in notebook["cells"]:
        if cell["id"].startswith("answer-") and ".".join(cell["id"].split("-")[1:3]) in done:
            cell["source"] = sources[cell["id"]]
    notebook["cells"] += [code(text, f"more-{place}") for place, text in enumerate(more)]
    return notebook


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_notebook_with_its_first_answers_runs_to_its_end(toy_bundle, count):
    blocks = (
        "with lab.needs('90.1'):\n    curve = centred([1.0, 3.0])",
        "with lab.needs('90.2'):\n    high = twice(abs, curve[1])",
        "with lab.needs('90.1'):\n    print('reached', high)",
    )
    known = toy_bundle / "fingerprints.json"
    sets = json.dumps({"90.1": ["curve", "figure"], "90.2": ["high"]})
    text = re.sub(r'"blocks": \{[^}]*\}', f'"blocks": {sets}', known.read_text(encoding="utf-8"))
    known.write_text(text, encoding="utf-8")
    executed, error = run(answered(read_lab(TOY), count, more=blocks), toy_bundle)
    assert error == ""
    waits = [
        re.findall(r"waits for Exercise (90\.\d)", said(executed, f"more-{place}"))
        for place in range(3)
    ]
    assert waits == [[["90.1"], ["90.1"], ["90.1"]], [[], ["90.2"], ["90.2"]], [[], [], []]][count]


@pytest.mark.parametrize("count", [2, 5])
def test_a_real_lab_with_its_first_answers_runs_to_its_end(tmp_path, count):
    lab = read_lab(REAL)
    environment = {"COURSEKIT_LABS": str(REAL.parent), "COURSEKIT_FAST": "1"}
    done = execute_notebook(answered(lab, count), tmp_path, environment=environment)
    assert done.error == ""
    states = [
        "pass" if place < count else "is not answered yet" for place in range(len(lab.exercises))
    ]
    for exercise, state in zip(lab.exercises, states, strict=True):
        assert state in said(done.notebook, f"check-{exercise.number.replace('.', '-')}")


def test_both_notebooks_run_offline_and_say_what_they_should():
    problems, notes = verify_notebooks(read_lab(TOY))
    assert problems == []
    assert [note.split(":")[0] for note in notes] == ["student notebook", "solution notebook"]
    assert all(
        re.search(r": \d+ s of wall time, \d+ s of processor time in fast mode$", note)
        for note in notes
    )


def test_the_network_is_blocked_and_faults_of_a_notebook_are_found(toy):
    source = toy / "source.py"
    probe = (
        "\n# %%\nimport urllib.request\n\nurllib.request.urlopen('http://192.0.2.1/', timeout=3)\n"
    )
    source.write_text(source.read_text(encoding="utf-8") + probe, encoding="utf-8")
    problems, _ = verify_notebooks(read_lab(toy))
    assert len([p for p in problems if "The network is blocked while labs are verified" in p]) == 2


def test_a_receipt_is_reproduced_into_the_docs(toy, tmp_path):
    docs = tmp_path / "docs" / "receipts.md"
    docs.parent.mkdir()
    docs.write_text("# Receipts\n\n<!-- lab 99_later -->\n## 99 Later\n\nkept\n", encoding="utf-8")
    record = reproduce(toy, docs, fast=True)
    text = docs.read_text(encoding="utf-8")
    assert record["rows"][0]["measured"] == "4"
    assert "`coursekit reproduce 90 --fast`" in text
    assert "| doubling twice gives four |  | 4 | 4 |  |" in text
    assert text.index("90 A toy lab") < text.index("99 Later")
    assert text.rstrip().endswith("kept")
    reproduce(toy, docs, fast=True)
    assert docs.read_text(encoding="utf-8").count("90 A toy lab") == 1


def test_a_temporary_folder_with_a_long_name_is_no_hindrance(toy, tmp_path, monkeypatch):
    far = tmp_path / ("far" * 30)
    far.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(far))
    record = reproduce(toy, tmp_path / "receipts.md", fast=True)
    assert record["rows"][0]["measured"] == "4"
    assert list(far.iterdir()) == []


STUBBORN = """\
while True:
    try:
        time.sleep(500)
    except KeyboardInterrupt:
        pass
"""


@pytest.fixture
def scratch():
    """A folder with a name short enough for local sockets in it, whatever pytest's are called."""
    with tempfile.TemporaryDirectory(prefix="ck-") as folder:
        yield Path(folder)


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signals")
@pytest.mark.parametrize(
    ("number", "cell"), [(signal.SIGINT, "time.sleep(500)\n"), (signal.SIGTERM, STUBBORN)]
)
def test_a_signal_ends_reproduce_in_one_line_and_leaves_nothing(
    toy, tmp_path, scratch, number, cell
):
    reached, docs = tmp_path / "reached", tmp_path / "docs.md"
    docs.write_text("# Receipts\n", encoding="utf-8")
    source = toy / "source.py"
    waits = (
        f"\n# %%\nimport os, pathlib, time\n\n"
        f"pathlib.Path({str(reached)!r}).write_text(str(os.getpid()))\n{cell}"
    )
    source.write_text(source.read_text(encoding="utf-8") + waits, encoding="utf-8")
    command = ["reproduce", "90", "--fast", "--labs", str(toy.parent), "--out", str(docs)]
    process = subprocess.Popen(
        [sys.executable, "-m", "coursekit", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(scratch)},
    )
    try:
        while not reached.is_file() or not reached.read_text():
            assert process.poll() is None, process.communicate()
            time.sleep(0.2)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=120)
    finally:
        process.kill()
    assert stderr == "coursekit: interrupted; nothing half-written was left behind.\n"
    assert (process.returncode, stdout) == (130, f"receipts go to {docs}\n")
    assert docs.read_text(encoding="utf-8") == "# Receipts\n"
    assert list(scratch.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(reached.read_text()), 0)


def test_status_reads_a_notebook_without_running_its_show(toy_bundle):
    path = toy_bundle / "90_toy.ipynb"
    assert [s.state for s in notebook_states(path)] == ["not-answered", "not-answered"]
    text = path.read_text(encoding="utf-8")
    notebook = json.loads(text)
    for cell, answered in zip(notebook["cells"], solution()["cells"], strict=True):
        if cell["id"] == "answer-90-1":
            cell["source"] = answered["source"]
    notebook["cells"].append(code("def broken(:"))
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert [(s.number, s.state) for s in notebook_states(path)] == [
        ("90.1", "passed"),
        ("90.2", "not-answered"),
    ]
