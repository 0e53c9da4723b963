"""Every `coursekit grade` command of docs/grading.md, run in the folder that the page describes."""

from __future__ import annotations

import re
import shlex
import shutil
import zipfile
from pathlib import Path

import pytest
from grading_toys import PLAIN, notebook, write_notebook

from coursekit.cli import main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "grading.md"
_BLOCK = re.compile(r"^```\n(.*?)^```", re.M | re.S)


def commands() -> list[str]:
    """The lines of the page's blocks that grade here: those of the Ray section need a cluster."""
    lines = [line for block in _BLOCK.findall(PAGE.read_text()) for line in block.splitlines()]
    return [s for s in lines if s.startswith("coursekit grade") and "--cluster" not in s]


CANVAS = (
    'Student,ID,SIS User ID,SIS Login ID,Section,Lab 05 (7),Homework 3 (8)\n    Points Possible,,,,,9,18\n'
    '"Doe, Jane",101,S1,jdoe,A,{},{}\n"Öz, Çem",102,S2,coz,A,EX,{}\n'
)  # fmt: skip
METADATA = (
    "submission_11:\n  :submitters:\n  - :name: Jane Doe\n    :email: jdoe@uni.edu\n"
    "  :created_at: 2026-11-20 23:10:05 Z\n"
)


@pytest.fixture
def desk(policy, tmp_path, monkeypatch):
    """A folder with what each system hands out, and a small lab under the number of the page."""
    lab = shutil.copytree(PLAIN, tmp_path / "labs" / "05_metrics")
    for path in lab.glob("*.py"):
        text = path.read_text().replace("91.", "5.").replace("91_plain", "05_metrics")
        path.write_text(text)
    work = tmp_path / "in"
    for folder in ("handed_in_05", "submitted/ann/05_metrics"):
        (work / folder).mkdir(parents=True)
    right = write_notebook(work / "handed_in_05" / "jdoe.ipynb", notebook(lab))
    shutil.copy(right, work / "submitted" / "ann" / "05_metrics" / "05_metrics.ipynb")
    (work / "times.csv").write_text("student,submitted\nann,2026-11-21T08:00\n")
    uploads = {
        "assignment_9_export.zip": ["assignment_9_export/submission_11/lab.ipynb"],
    }
    for name, members in uploads.items():
        with zipfile.ZipFile(work / name, "w") as archive:
            for member in members:
                archive.write(right, member)
            if "export" in name:
                archive.writestr("assignment_9_export/submission_metadata.yml", METADATA)
    empty = CANVAS.format("", "", "")
    (work / "canvas_05.csv").write_text(empty, encoding="utf-8")
    monkeypatch.chdir(work)
    monkeypatch.setenv("COURSEKIT_LABS", str(tmp_path / "labs"))
    return work


def test_the_commands_of_the_page_do_what_it_says(desk, capsys):
    found = commands()
    assert len(found) == 4
    for command in found:
        if command.startswith("coursekit grade 05"):
            shutil.rmtree("graded", ignore_errors=True)
        assert main(shlex.split(command)[1:]) == 0, (command, capsys.readouterr())
        capsys.readouterr()
        if "canvas_05.csv" in command:
            assert Path("graded_05/canvas_05.csv").read_text() == CANVAS.format("9", "", "")
        elif "assignment_9_export" in command:
            assert ",9,9,100," not in Path("graded/grades.csv").read_text()
            assert "jdoe@uni.edu,05_metrics,8.1" in Path("graded/grades.csv").read_text()
        elif "submitted/" in command:
            assert "ann,05_metrics,8.1" in Path("graded/grades.csv").read_text()
