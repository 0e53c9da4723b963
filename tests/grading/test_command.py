"""`coursekit grade` and `pytest --submission`, as an instructor uses them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from grading_toys import PLAIN, notebook, write_notebook

from coursekit.cli import main


def test_the_command_grades_and_tells(policy, tmp_path, capsys):
    write_notebook(tmp_path / "ann.ipynb", notebook(PLAIN))
    assert (
        main(
            [
                "grade",
                str(PLAIN),
                str(tmp_path / "ann.ipynb"),
                "--out",
                str(tmp_path / "out"),
                "--jobs",
                "1",
                "--seed",
                "5",
            ]
        )
        == 0
    )
    printed = capsys.readouterr()
    assert "1 graded" in printed.out
    assert "Sandbox: full" in printed.out
    assert "1 of 1 graded" in printed.err
    assert ",5,full," in (tmp_path / "out" / "grades.csv").read_text()


def test_infrastructure_errors_end_with_3_and_are_graded_by_the_next_run(
    policy, tmp_path, monkeypatch, capsys
):
    from coursekit.grading.referee import grader

    write_notebook(tmp_path / "ann.ipynb", notebook(PLAIN))
    arguments = ["grade", str(PLAIN), str(tmp_path / "ann.ipynb"), "--out", str(tmp_path / "out")]

    def broken(self, *args, **kwargs):
        raise grader.ChildProblem("infrastructure-error", "no more processes")

    with monkeypatch.context() as patch:
        patch.setattr(grader.SubmissionGrader, "_fork", broken)
        assert main(arguments) == 3
    assert "no grade for ann" in capsys.readouterr().err
    assert "infrastructure-error" in (tmp_path / "out" / "grades.csv").read_text()
    assert not (tmp_path / "out" / "results" / "ann.json").exists()
    assert main(arguments) == 0
    assert ",9,9,100,graded,2," in (tmp_path / "out" / "grades.csv").read_text()


@pytest.mark.parametrize(
    "more",
    [
        ["--jobs", "0"],
        ["--memory", "10"],
        ["--budget", "0"],
        ["--seed", "-1"],
        ["--time-limit", "0"],
        ["--late", "soon"],
        ["--only", "91.9"],
    ],
)
def test_wrong_options_end_with_2_in_one_line(tmp_path, capsys, more):
    write_notebook(tmp_path / "ann.ipynb", notebook(PLAIN))
    assert (
        main(
            [
                "grade",
                str(PLAIN),
                str(tmp_path / "ann.ipynb"),
                "--out",
                str(tmp_path / "out"),
                *more,
            ]
        )
        == 2
    )
    said = capsys.readouterr().err
    assert said.startswith("coursekit: Expected")
    assert said.count("\n") == 1
    assert main(["grade", str(PLAIN), str(tmp_path / "ann.ipynb")]) == 2


def test_hidden_tests_kept_elsewhere_are_graded(policy, tmp_path):
    lab = shutil.copytree(PLAIN, tmp_path / "91_plain")
    hidden = shutil.move(lab / "test_hidden.py", tmp_path / "test_kept_elsewhere.py")
    write_notebook(tmp_path / "ann.ipynb", notebook(PLAIN))
    arguments = ["grade", str(lab), str(tmp_path / "ann.ipynb"), "--out"]
    assert main([*arguments, str(tmp_path / "one")]) == 0
    assert main([*arguments, str(tmp_path / "two"), "--hidden", str(hidden)]) == 0
    assert ",6,6,100," in (tmp_path / "one" / "grades.csv").read_text()
    assert ",9,9,100," in (tmp_path / "two" / "grades.csv").read_text()


def run_pytest(folder, *arguments):
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *map(str, arguments)]
    environment = {**os.environ, "PYTEST_ADDOPTS": ""}
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, env=environment
    )


@pytest.fixture
def two_labs(tmp_path):
    """Two labs whose test files have the same names."""
    for number in ("91", "92"):
        lab = shutil.copytree(PLAIN, tmp_path / "labs" / f"{number}_plain")
        for path in lab.glob("*.py"):
            path.write_text(
                path.read_text().replace("91.", f"{number}.").replace("91_plain", f"{number}_plain")
            )
    return tmp_path


def test_pytest_without_a_submission_tests_the_solution(two_labs):
    done = run_pytest(two_labs, "labs")
    assert done.returncode == 0, done.stdout
    assert "18 passed" in done.stdout


WRONG = {"mean_square": "def mean_square(x):\n    import os\n    os._exit(0)"}


@pytest.mark.parametrize(
    "more", [[], pytest.param(["-n", "2"], marks=pytest.mark.slow)], ids=["", "xdist"]
)
def test_pytest_grades_one_notebook(policy, two_labs, more):
    write_notebook(two_labs / "ann.ipynb", notebook(PLAIN, WRONG, unanswered=["one_hot"]))
    done = run_pytest(two_labs, "labs/91_plain", "--submission", "ann.ipynb", *more)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "4 failed, 2 passed, 3 not answered" in done.stdout, done.stdout
    assert "the process ended with exit code 0" in done.stdout
    assert "exercise 91.2: 3 of 3" in done.stdout
    assert "in all: 3 of 9" in done.stdout


def test_pytest_takes_hidden_tests_by_path(policy, two_labs):
    hidden = shutil.move(
        two_labs / "labs" / "91_plain" / "test_hidden.py", two_labs / "test_secret.py"
    )
    write_notebook(two_labs / "ann.ipynb", notebook(PLAIN))
    done = run_pytest(two_labs, hidden, "--lab", "labs/91_plain", "--submission", "ann.ipynb")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout
    assert "Name the lab with --lab" in run_pytest(two_labs, hidden).stdout


NAMESAKE = "import pathlib\npathlib.Path(__file__).with_name('it-ran').touch()\n"


@pytest.mark.parametrize("name", ["numpy.py", "argparse.py", "shutil.py"])
@pytest.mark.parametrize("way", [["-m", "coursekit"], ["-P", "-m", "coursekit"]], ids=["", "-P"])
def test_a_submission_with_the_name_of_a_module_is_not_imported(tmp_path, name, way):
    (tmp_path / name).write_text(NAMESAKE)
    command = [sys.executable, *way, "grade", str(PLAIN), "absent.ipynb", "--out", "out"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2, done.stderr
    assert "absent.ipynb" in done.stderr
    assert not (tmp_path / "it-ran").exists()


def test_with_a_safe_path_not_even_a_submission_named_like_this_package_is(tmp_path):
    (tmp_path / "coursekit.py").write_text(NAMESAKE)
    command = [sys.executable, "-P", "-m", "coursekit", "--version"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0
    assert not (tmp_path / "it-ran").exists()


def test_pytest_refuses_a_folder_that_a_module_came_from(tmp_path):
    (tmp_path / "sampling.py").write_text("")
    done = run_pytest(tmp_path, "-p", "sampling", str(PLAIN), "--submission", "ann.ipynb")
    assert done.returncode == 4, done.stdout + done.stderr
    assert "python -P -m pytest" in done.stderr
    assert "sampling" in done.stderr


def test_the_docs_show_no_command_that_imports_from_the_current_folder():
    root = Path(__file__).resolve().parents[2]
    pages = [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").rglob("*.md"))]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    assert "python -m coursekit" not in text
    assert not [
        line for line in text.splitlines() if "-m pytest" in line and "--submission" in line
    ]


def test_what_a_student_named_does_nothing_to_a_terminal(capsys):
    from coursekit.cli import grade
    from coursekit.grading.record import Record
    from coursekit.grading.runner import Summary

    failed = Record("ann\x1b[2J\u202e\nbob", "lab", status="infrastructure-error")
    grade._show_summary(Summary([failed], sandbox="full"), "out")
    grade._show_notice("node \x1b]0;title\x07 is gone")
    printed = capsys.readouterr()
    said = printed.out + printed.err
    assert not [character for character in said if character in "\x1b\x07\u202e"]
    assert "no grade for ann" in said


def test_what_a_submission_says_does_nothing_to_pytests_terminal(policy, two_labs):
    shouts = {"mean_square": "def mean_square(x):\n    raise ValueError('\\x1b[2J\\u202e')"}
    write_notebook(two_labs / "ann.ipynb", notebook(PLAIN, shouts))
    done = run_pytest(two_labs, "labs/91_plain/test_public.py", "--submission", "ann.ipynb")
    assert "ValueError" in done.stdout
    assert "\x1b[2J" not in done.stdout
    assert "\u202e" not in done.stdout
