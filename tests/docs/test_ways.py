"""The pages that lead an instructor the whole way, one per system: every command on them is run, in
the order of the page, with what that system hands out; and what they promise came out."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from coursekit.cli import main
from coursekit.labs.author.build import solution_notebook
from coursekit.labs.author.source import read_lab

ROOT = Path(__file__).parents[2]
TOY = ROOT / "tests" / "labs" / "toy_lab" / "90_toy"
COLAB = "https://github.com/OWNER/NAME"
pytestmark = pytest.mark.timeout(1200)


def commands(page: str) -> list[str]:
    """The lines of a page's fenced blocks, all of them."""
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```\n(.*?)^```", text, re.M | re.S)
    return [line for block in blocks for line in block.splitlines()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """What `python -m build --wheel` makes of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    (made,) = folder.glob("coursekit-*.whl")
    return made


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder to work in, a small lab under the number of the pages, and one that handed in
    everything right and one that handed in an empty notebook."""
    if not sys.platform.startswith("linux"):
        pytest.skip("the sandbox needs Linux")
    from coursekit.grading.zygote import sandbox

    if missing := sandbox.missing_layers():
        reason = f"layers of the sandbox are missing here: {[layer.name for layer in missing]}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    lab = shutil.copytree(TOY, tmp_path / "labs" / "05_metrics")
    (lab / "90_toy.ipynb").unlink()
    for path in lab.glob("*.py"):
        text = path.read_text(encoding="utf-8").replace("90.", "5.").replace("90_toy", "05_metrics")
        path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("COURSEKIT_LABS", str(tmp_path / "labs"))
    assert main(["labs", "build", "05"]) == 0
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    Path("right.ipynb").write_text(solution_notebook(read_lab(lab)), encoding="utf-8")
    shutil.copy(lab / "05_metrics.ipynb", "empty.ipynb")
    return work


def pack(name: str, members: dict[str, str]) -> None:
    with zipfile.ZipFile(name, "w") as archive:
        for member, file in members.items():
            archive.write(file, member)


def follow(page: str, wheel: Path, capsys, monkeypatch) -> dict[str, str]:
    """Run a page's commands in order; what each of coursekit's said."""
    said = {}
    for command in commands(page):
        words = shlex.split(command)
        if command == "python -m build --wheel":
            Path("dist").mkdir()
            shutil.copy(wheel, "dist")
        elif words[0] == "coursekit":
            if words[1] == "grade" and words[2] != "export" and "--only" not in words:
                shutil.rmtree("graded", ignore_errors=True)
            code = main(words[1:])
            out = capsys.readouterr()
            assert code == 0, (command, out)
            said[command] = out.out + out.err
        elif words[0] == "git":
            words = [str(Path("students.git").resolve()) if w == COLAB else w for w in words]
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            assert done.returncode == 0, (command, done.stderr)
        else:
            raise AssertionError(f"docs/{page}.md: nothing here runs {command!r}")
    return said


def bundle_is_whole(address: str = "") -> None:
    names = {path.name for path in Path("students").rglob("*")}
    assert {
        "README.md",
        "05_metrics.ipynb",
        "test_public.py",
        "coursekit-0.1.0-py3-none-any.whl",
    } <= names
    assert names.isdisjoint({"source.py", "test_hidden.py", "mistakes.py"})
    text = Path("students/05_metrics/05_metrics.ipynb").read_text(encoding="utf-8")
    assert ("https://" in text) == bool(address)


CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Lab 05 Metrics (7),Homework 3 (8)\n"
    "    Points Possible,,,,,{most},{twice}\n"
    '"Doe, Jane",101,S1,jdoe,A,{full},{double}\n"Öz, Çem",102,S2,coz,A,{none},{nothing}\n'
    '"Li, Wei",103,S3,lwei,A,EX,{absent}\n'
)
TIMES = "student,submitted\ndoejane,2026-11-21T08:00\nozcem,2026-11-20T08:00\n"
BLANK = dict.fromkeys(("full", "none", "double", "nothing", "absent"), "")
MOST = 8


def test_canvas(desk, wheel, capsys, monkeypatch):
    pack(
        "submissions.zip",
        {"doejane_LATE_101_1_lab.ipynb": "right.ipynb", "ozcem_102_2_lab.ipynb": "empty.ipynb"},
    )
    empty = CANVAS.format(most=MOST, twice=2 * MOST, **BLANK)
    Path("canvas.csv").write_text(empty, encoding="utf-8")
    Path("times.csv").write_text(TIMES)
    said = follow("canvas", wheel, capsys, monkeypatch)
    bundle_is_whole()
    (plain,) = (v for k, v in said.items() if k.endswith("--roster canvas.csv"))
    assert "2 grades filled into the column 'Lab 05 Metrics (7)'" in plain
    assert "in the roster, but without a submission: Li, Wei" in plain
    other = CANVAS.format(
        most=MOST, twice=2 * MOST, full="", none="", double="14.4", nothing="0", absent=""
    )
    assert Path("other/canvas.csv").read_text(encoding="utf-8") == other
    final = CANVAS.format(most=MOST, twice=2 * MOST, **BLANK | {"full": "7.2", "none": "0"})
    assert Path("graded/canvas.csv").read_text(encoding="utf-8") == final


MOODLE = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Feedback comments"\n'
    '"Participant 55","Jane Doe",jdoe@uni.edu,Submitted,{full},{most},{praise}\n'
    '"Participant 56","Jane Doe",other@uni.edu,Submitted,{none},{most},{blame}\n'
    '"Participant 57","Cem Oz",coz@uni.edu,Submitted,{none},{most},{blame}\n'
)


def test_moodle(desk, wheel, capsys, monkeypatch):
    pack(
        "moodle.zip",
        {
            "Jane Doe_55_assignsubmission_file_/lab.ipynb": "right.ipynb",
            "Jane Doe_56_assignsubmission_file_/lab.ipynb": "empty.ipynb",
            "Cem Oz_57_assignsubmission_file_/lab.ipynb": "empty.ipynb",
        },
    )
    blank = {"full": "", "none": "", "praise": "", "blame": ""}
    Path("worksheet.csv").write_text(MOODLE.format(most="8.00", **blank))
    Path("worksheet_100.csv").write_text(MOODLE.format(most="100.00", **blank))
    gradebook = '"First name","Last name","Email address","Assignment: Lab 05 (Real)"\nCem,Oz,coz@uni.edu,{}\n'
    Path("gradebook.csv").write_text(gradebook.format("-"))
    Path("times.csv").write_text("student,submitted\nJane Doe (55),2026-11-21T08:00\n")
    follow("moodle", wheel, capsys, monkeypatch)
    bundle_is_whole()
    told = '"{} of 8 points in lab 05_metrics."'
    scaled = MOODLE.format(
        most="100.00", full="90", none="0", praise=told.format("7.2"), blame=told.format(0)
    )
    assert Path("other/worksheet_100.csv").read_text() == scaled
    assert Path("other/gradebook.csv").read_text() == gradebook.format("0")
    final = MOODLE.format(
        most="8.00", full="7.2", none="0", praise=told.format("7.2"), blame=told.format(0)
    )
    assert Path("graded/worksheet.csv").read_text() == final


BLACKBOARD = (
    '"Last Name"\t"First Name"\t"Username"\t"Lab 05 [Total Pts: {most} Score] |77"\n'
    '"Doe"\t"Jane"\t"jdoe"\t"{full}"\n"Öz"\t"Çem"\t"coz"\t"{none}"\n'
)


def test_blackboard(desk, wheel, capsys, monkeypatch):
    pack(
        "gradebook.zip",
        {
            "Lab 5_jdoe_attempt_2026-11-20-08-00-00_lab.ipynb": "empty.ipynb",
            "Lab 5_jdoe_attempt_2026-11-21-08-00-00_lab.ipynb": "right.ipynb",
            "Lab 5_coz_attempt_2026-11-20-08-00-00_lab.ipynb": "empty.ipynb",
        },
    )
    for name, most in (("blackboard.xls", 8), ("blackboard_100.xls", 100)):
        text = BLACKBOARD.format(most=most, full="", none="Needs Grading")
        Path(name).write_text(text, encoding="utf-16")
    follow("blackboard", wheel, capsys, monkeypatch)
    bundle_is_whole()
    for name, most, full in (
        ("graded/blackboard.xls", 8, "7.2"),
        ("other/blackboard_100.xls", 100, "90"),
    ):
        text = BLACKBOARD.format(most=most, full=full, none="0")
        assert Path(name).read_text(encoding="utf-16") == text


BRIGHTSPACE = (
    "OrgDefinedId,Username,Last Name,First Name,Lab 05 Metrics Points Grade "
    "<Numeric MaxPoints:{most} Weight:20 Category:Labs>,End-of-Line Indicator\n"
    "#S1,#jdoe,Doe,Jane,{full},#\n#S2,#coz,Öz,Çem,{none},#\n"
)


def test_brightspace(desk, wheel, capsys, monkeypatch):
    pack(
        "brightspace.zip",
        {
            "901-77 - Jane Doe - Nov 20, 2026 800 AM/lab.ipynb": "empty.ipynb",
            "901-77 - Jane Doe - Nov 21, 2026 801 AM/lab.ipynb": "right.ipynb",
            "902-77 - Çem Öz - Nov 20, 2026 1110 PM/lab.ipynb": "empty.ipynb",
        },
    )
    for name, most in (("brightspace.csv", 8), ("brightspace_100.csv", 100)):
        Path(name).write_text(BRIGHTSPACE.format(most=most, full="", none=""), encoding="utf-8")
    follow("brightspace", wheel, capsys, monkeypatch)
    bundle_is_whole()
    for name, most, full in (
        ("graded/brightspace.csv", 8, "7.2"),
        ("other/brightspace_100.csv", 100, "90"),
    ):
        text = BRIGHTSPACE.format(most=most, full=full, none="0")
        assert Path(name).read_text(encoding="utf-8") == text


def test_colab(desk, wheel, capsys, monkeypatch):
    Path("handed_in").mkdir()
    shutil.copy("right.ipynb", "handed_in/jdoe.ipynb")
    git = ["git", "init", "--quiet", "--bare", "--initial-branch", "main", "students.git"]
    subprocess.run(git, check=True)
    for name in ("GIT_AUTHOR", "GIT_COMMITTER"):
        monkeypatch.setenv(f"{name}_NAME", "Ada")
        monkeypatch.setenv(f"{name}_EMAIL", "ada@uni.edu")
    follow("colab", wheel, capsys, monkeypatch)
    bundle_is_whole(COLAB)
    subprocess.run(["git", "clone", "--quiet", "students.git", "seen"], check=True)
    cells = json.loads(Path("seen/05_metrics/05_metrics.ipynb").read_text(encoding="utf-8"))[
        "cells"
    ]
    texts = ["".join(cell["source"]) for cell in cells]
    page = (ROOT / "docs" / "colab.md").read_text(encoding="utf-8")
    (link,) = re.findall(r"\((https://colab[^)]*\.ipynb)\)", texts[0])
    assert link in page
    (target,) = re.findall(r'"coursekit @ (\S+)"', "\n".join(texts))
    assert target.startswith(f"{COLAB}/raw/main/")
    assert Path("seen", target.removeprefix(f"{COLAB}/raw/main/")).is_file()
    with open("graded/grades.csv", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["student"], float(row["points"])) == ("jdoe", MOST)


def test_every_page_of_a_way_is_in_the_site_and_names_the_others():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    instructors = (ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")
    for page in ("colab", "nbgrader", "canvas", "moodle", "blackboard", "brightspace"):
        assert f"\n{page}\n" in index
        assert f"({page}.md)" in instructors
