"""The command line as a person meets it: help, mistyped words, narrow and plain consoles, other
systems."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

import pytest

from coursekit import cli
from coursekit.cli import main


def test_alone_it_prints_its_help_and_is_content(capsys):
    assert main([]) == 0
    assert "examples:" in capsys.readouterr().out
    assert main(["data"]) == 0
    assert "coursekit data fetch mnist" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "meant"),
    [(["compar"], "compare"), (["doktor"], "doctor"), (["data", "lst"], "list")],
)
def test_a_mistyped_command_gets_a_suggestion(words, meant, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert f"Did you mean '{meant}'?" in capsys.readouterr().err


@pytest.mark.parametrize("command", cli._COMMANDS)
def test_help_fits_a_terminal(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: coursekit")


@pytest.mark.parametrize("command", cli._COMMANDS)
def test_help_shows_examples_that_the_parser_takes(command, capsys):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    below = capsys.readouterr().out.partition("examples:\n")[2].splitlines()
    examples = [line for line in below if line.startswith("  ")]
    assert examples
    for line in examples:
        words = line.split("  ")[1].split()
        assert words[:2] == ["coursekit", command]
        assert cli.build_parser().parse_args(words[1:]).command == command


def every_parser(parser, name="coursekit"):
    yield name, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, below in action.choices.items():
                yield from every_parser(below, f"{name} {word}")


def test_every_command_says_what_it_does_and_every_argument_what_it_is():
    parsers = dict(every_parser(cli.build_parser()))
    assert {"coursekit labs bundle", "coursekit grade export", "coursekit data"} <= set(parsers)
    assert [name for name, parser in parsers.items() if not parser.description] == []
    silent = [
        f"{name} {action.dest}"
        for name, parser in parsers.items()
        for action in parser._actions
        if not action.help and not isinstance(action, argparse._SubParsersAction)
    ]
    assert silent == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--systems", "resnet"],
        ["--data", "minst"],
        ["--out", os.devnull + "/x"],
        ["--seeds", "0"],
    ],
)
def test_arguments_are_judged_before_anything_heavy_is_imported(arguments):
    code = (
        "import sys\nfrom coursekit.cli import main\n"
        "try:\n    code = main(['compare', *sys.argv[1:]])\n"
        "except SystemExit as ended:\n    code = ended.code\n"
        "heavy = {'keras', 'tensorflow', 'jax', 'sklearn', 'skimage', 'matplotlib'}\n"
        "print(code, sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "2 []", done.stderr


def test_a_console_of_another_code_page_is_no_end(tmp_path):
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252", "COLUMNS": "100"}
    for words in (["data", "list"], ["--help"], ["compare", "--data", "Ω≠"]):
        done = subprocess.run(
            [sys.executable, "-m", "coursekit", *words],
            capture_output=True,
            env=environment,
            cwd=tmp_path,
            timeout=120,
        )
        assert b"Traceback" not in done.stderr, done.stderr
        assert done.returncode == (2 if "Ω≠" in words else 0)
        (done.stdout + done.stderr).decode("cp1252")


@pytest.mark.parametrize(("platform", "named"), [("win32", "Windows"), ("darwin", "macOS")])
def test_grading_elsewhere_says_that_it_needs_linux(platform, named, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(cli.sys, "platform", platform)
    assert main(["grade", "05", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert "needs Linux" in error
    assert named in error
    assert error.count("\n") == 1


WITHOUT_UNIX = """
import sys
for name in ("fcntl", "resource", "termios", "pwd", "grp"):
    sys.modules[name] = None
"""


def test_without_unix_modules_students_and_comparisons_lose_nothing():
    code = WITHOUT_UNIX + (
        "import coursekit.labs, coursekit.datasets, coursekit.evaluation, coursekit.comparison\n"
        "import coursekit.grading.plugin  # pytest loads it in every run\n"
        "from coursekit.labs import status\n"
        "from coursekit.cli import main\n"
        "assert main(['data', 'list']) == 0\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr


def test_a_missing_unix_module_is_one_sentence(capsys, monkeypatch):
    def run(args):
        raise ModuleNotFoundError("No module named 'fcntl'", name="fcntl")

    monkeypatch.setattr("coursekit.cli.doctor.run", run)
    assert main(["doctor"]) == 2
    assert "needs Linux" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("module", "extra"), [("pytest", "labs"), ("ray", "cluster"), ("yaml", "labs")]
)
def test_a_missing_package_is_one_sentence_that_names_the_extra(module, extra, capsys, monkeypatch):
    def run(args):
        raise ModuleNotFoundError(f"No module named {module!r}", name=f"{module}.part")

    monkeypatch.setattr("coursekit.cli.doctor.run", run)
    assert main(["doctor"]) == 2
    error = capsys.readouterr().err
    assert f"[{extra}]" in error
    assert "pip install coursekit" not in error
    assert error.count("\n") == 1


def test_extras_named_in_messages_exist_and_bring_the_package():
    import tomllib
    from pathlib import Path

    text = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    extras = tomllib.loads(text)["project"]["optional-dependencies"]
    brought = {"keras": "tensorflow", "yaml": "pyyaml"}
    for module, extra in cli._EXTRAS.items():
        assert any(line.startswith(brought.get(module, module)) for line in extras[extra]), module


def test_a_lab_that_is_nowhere_near_is_one_sentence(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COURSEKIT_LABS", raising=False)
    (tmp_path / "in").mkdir()
    assert main(["grade", "05", "in", "--out", "out"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "05" in error


def test_grading_with_a_students_copy_of_a_lab_says_what_it_lacks(capsys, monkeypatch, tmp_path):
    lab = tmp_path / "labs" / "05_metrics"
    lab.mkdir(parents=True)
    (lab / "test_public.py").touch()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ann.py").touch()
    monkeypatch.setenv("COURSEKIT_LABS", str(lab.parent))
    assert main(["grade", "05", str(tmp_path / "in"), "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert "students' copies of a lab do not hold" in error
    assert error.count("\n") == 1


def test_keras_without_a_backend_is_a_sentence():
    code = (
        "import sys\n"
        "for name in ('tensorflow', 'jax', 'torch'):\n    sys.modules[name] = None\n"
        "import coursekit\n"
        "try:\n    from coursekit import KerasClassifier\n"
        "except coursekit.errors.MissingDependencyError as error:\n    print(error)\n"
    )
    code = code.replace("import coursekit\n", "import coursekit, coursekit.errors\n")
    for backend, step in (
        ("tensorflow", "Install coursekit with its extra [tensorflow] or [jax]"),
        ("torch", "Unset KERAS_BACKEND, or set it to tensorflow or jax."),
    ):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            env={**os.environ, "KERAS_BACKEND": backend},
            timeout=180,
        )
        assert step in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["compare", "--seed", "-1"], "a whole number from 0 to 4294967295, received '-1'"),
        (["compare", "--seed", str(2**32)], "a whole number from 0 to 4294967295"),
        (["models", "train", "mnist_cnn", "--epochs", "0"], "above 0, received '0'"),
        (["models", "train", "mnist_cnn", "--seed", "x"], "a whole number from 0"),
        (["doctor", "--wait", "x"], "between 0 and 600 seconds. Received: x"),
    ],
)
def test_a_number_that_does_not_fit_is_refused_by_the_parser(words, said, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
@pytest.mark.parametrize("words", [["data", "list"], ["labs", "export", "01", "--out", "a.ipynb"]])
def test_output_that_goes_nowhere_is_one_sentence(words, tmp_path):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "coursekit", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            timeout=120,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("coursekit: Expected standard output that takes what is printed")
    assert done.stderr.count("\n") == 1


def test_a_reader_that_has_gone_is_no_error():
    process = subprocess.Popen(
        [sys.executable, "-m", "coursekit", "data", "list"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.close()
    error = process.stderr.read()
    assert (process.wait(timeout=120), error) == (0, "")
    process.stderr.close()


def test_a_roster_that_is_not_there_is_refused_before_anything_is_graded(capsys, tmp_path):
    out = tmp_path / "out"
    words = ["grade", "05", str(tmp_path), "--out", str(out), "--roster", str(tmp_path / "no.csv")]
    assert main(words) == 2
    error = capsys.readouterr().err
    assert "Nothing was graded" in error
    assert error.count("\n") == 1
    assert not out.exists()
