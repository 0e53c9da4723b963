"""`coursekit labs ...` and the wheel."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from coursekit.cli import main

TOY = Path(__file__).parent / "toy_lab" / "90_toy"
ROOT = Path(__file__).parents[2]


def test_build_check_fails_after_an_edit_and_passes_after_a_build(toy, capsys):
    labs = ["--labs", str(toy.parent)]
    assert main(["labs", "build", "--check", *labs]) == 0
    source = toy / "source.py"
    source.write_text(
        source.read_text(encoding="utf-8").replace("Small enough", "Short enough"), encoding="utf-8"
    )
    assert main(["labs", "build", "--check", *labs]) == 1
    assert "out of date" in capsys.readouterr().out
    assert main(["labs", "build", "90", *labs]) == 0
    assert main(["labs", "build", "--check", *labs]) == 0


def test_a_typo_in_a_marker_stops_build_and_verify(toy, capsys):
    source = toy / "source.py"
    source.write_text(
        source.read_text(encoding="utf-8").replace("### END SOLUTION", "### END SOLUTON", 1),
        encoding="utf-8",
    )
    assert main(["labs", "build", "--check", "--labs", str(toy.parent)]) == 2
    assert "source.py:" in capsys.readouterr().err
    assert main(["labs", "verify", "--no-notebooks", "--labs", str(toy.parent)]) == 1


def test_verify_prints_a_matrix(toy, capsys):
    assert (
        main(["labs", "verify", "90", "--no-notebooks", "--seeds", "2", "--labs", str(toy.parent)])
        == 0
    )
    out = capsys.readouterr().out
    assert "Lab 90_toy" in out
    assert "90.2" in out
    assert out.rstrip().endswith("verified")
    assert main(["labs", "verify", "--seeds", "0", "--labs", str(toy.parent)]) == 2


def test_export_writes_either_kind(toy, tmp_path):
    for kind, there in (
        ("student", 'NotAnsweredYet(\\"Exercise 90.1'),
        ("solution", "middle = np.mean"),
    ):
        out = tmp_path / f"{kind}.ipynb"
        assert (
            main(
                [
                    "labs",
                    "export",
                    "90",
                    "--kind",
                    kind,
                    "--out",
                    str(out),
                    "--labs",
                    str(toy.parent),
                ]
            )
            == 0
        )
        assert there in out.read_text(encoding="utf-8")
    assert "middle = np.mean" not in (tmp_path / "student.ipynb").read_text(encoding="utf-8")


def test_export_replaces_nothing_without_being_asked(toy, tmp_path, capsys):
    def export(out, *more):
        code = main(["labs", "export", str(toy), "--out", str(out), *more])
        return code, capsys.readouterr().err

    before = {path: path.read_bytes() for path in toy.iterdir() if path.is_file()}
    for path in before:
        code, said = export(path, "--kind", "solution")
        assert (code, said.count("\n")) == (2, 1)
        assert ("--overwrite" if path.suffix == ".ipynb" else "Expected --out FILE.ipynb") in said
    assert export(toy / "source.py", "--overwrite")[0] == 2
    (tmp_path / "folder.ipynb").mkdir()
    assert export(tmp_path / "folder.ipynb", "--overwrite")[0] == 2
    assert {path: path.read_bytes() for path in toy.iterdir() if path.is_file()} == before
    out = tmp_path / "jdoe.ipynb"
    out.write_text("handed in", encoding="utf-8")
    assert export(out)[0] == 2
    assert out.read_text(encoding="utf-8") == "handed in"
    assert export(out, "--overwrite") == (0, "")
    assert export(out) == (0, "")  # what it holds is what is written
    assert out.read_bytes() == before[toy / "90_toy.ipynb"]


def test_a_path_is_that_very_folder_and_no_namesake(toy, tmp_path, capsys, monkeypatch):
    second = Path(shutil.copytree(toy, tmp_path / "mine" / "90_toy"))
    source = second / "source.py"
    text = source.read_text(encoding="utf-8").replace("# A toy lab", "# My own lab")
    source.write_text(text, encoding="utf-8")
    monkeypatch.setenv("COURSEKIT_LABS", str(toy.parent))
    monkeypatch.chdir(tmp_path)
    assert main(["labs", "build", "mine/90_toy"]) == 0
    for number, name in enumerate(("mine/90_toy", "mine/90_toy/", "./mine/90_toy", str(second))):
        out = tmp_path / f"out{number}"
        assert main(["labs", "bundle", name, "--out", str(out)]) == 0
        assert "# My own lab" in (out / "90_toy" / "90_toy.ipynb").read_text(encoding="utf-8")
    monkeypatch.chdir(second)
    assert main(["labs", "bundle", ".", "--out", str(tmp_path / "here")]) == 0
    assert "# My own lab" in (tmp_path / "here/90_toy/90_toy.ipynb").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    (tmp_path / "mine" / "91_empty").mkdir()
    for name in ("other/90_toy", "mine/91_empty", "mine/", "mine/90_toy/source.py", ".."):
        assert main(["labs", "bundle", name, "--out", str(tmp_path / "none")]) == 2
        said = capsys.readouterr().err
        assert "Expected the path of a lab's folder" in said
        assert repr(name) in said
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("name", ["²", "٩٠", "9" * 5000, "", "091", "90.0", "-90"])
def test_a_name_that_is_no_labs_is_refused_in_one_line(toy, tmp_path, capsys, name):
    out = tmp_path / "out"
    words = ["labs", "bundle", "--labs", str(toy.parent), "--out", str(out), "--", name]
    assert main(words) == 2
    said = capsys.readouterr().err
    assert "Expected a lab in" in said
    assert said.count("\n") == 1
    assert not out.exists()


def test_bundle_status_and_new(toy, tmp_path, capsys, monkeypatch):
    assert main(["labs", "bundle", "--out", str(tmp_path / "out"), "--labs", str(toy.parent)]) == 0
    capsys.readouterr()
    assert main(["labs", "status", str(tmp_path / "out")]) == 0
    assert "0 of 2 pass their public checks" in " ".join(capsys.readouterr().out.split())
    assert main(["labs", "status", str(tmp_path / "nowhere")]) == 2
    assert main(["labs", "new", "91_second", "--labs", str(tmp_path / "made")]) == 0
    assert (tmp_path / "made" / "91_second" / "91_second.ipynb").is_file()
    assert main(["labs", "new", "Second", "--labs", str(tmp_path / "made")]) == 2
    assert main(["labs", "build", "55", "--labs", str(toy.parent)]) == 2


@pytest.mark.parametrize("missing", ["yaml", "room"])
def test_a_skeleton_that_cannot_be_built_leaves_nothing(tmp_path, capsys, monkeypatch, missing):
    from coursekit.labs.author import scaffold

    def fail(folder):
        raise OSError("the disk is full")

    if missing == "yaml":
        monkeypatch.setitem(sys.modules, "yaml", None)
        assert main(["labs", "new", "91_second", "--labs", str(tmp_path / "made")]) == 2
        assert "PyYAML" in capsys.readouterr().err
    else:
        monkeypatch.setattr(scaffold, "build", fail)
        with pytest.raises(OSError, match="the disk is full"):
            main(["labs", "new", "91_second", "--labs", str(tmp_path / "made")])
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_that_cannot_be_written_is_one_line_and_nothing_stays(
    toy, tmp_path, capsys, monkeypatch
):
    words = ["labs", "bundle", "--labs", str(toy.parent), "--out"]
    (tmp_path / "file").touch()
    assert main([*words, str(tmp_path / "file" / "out")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    monkeypatch.setattr("coursekit.labs.author.bundle._readme", lambda *args: None)
    with pytest.raises(TypeError):
        main([*words, str(tmp_path / "out")])
    assert not (tmp_path / "out").exists()


def test_checks_without_pytest_blame_no_lab(toy, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "pytest", None)
    assert main(["labs", "verify", "90", "--no-notebooks", "--labs", str(toy.parent)]) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "problem: Checking needs pytest" in out
    assert "test_public.py" not in out


def test_importing_the_lab_machine_loads_no_backend_and_no_pytest():
    script = (
        "import sys\nfrom coursekit.labs import testing, session, catalogue\n"
        "from coursekit.labs.exchange import agent, student, wire\n"
        "from coursekit import open_lab\n"
        "print(sorted({'keras', 'tensorflow', 'jax', 'torch', 'matplotlib', 'pytest', "
        "'jupytext', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_the_wheel_carries_checks_and_fingerprints_but_no_source(tmp_path):
    pytest.importorskip("hatchling")
    project = tmp_path / "project"
    project.mkdir()
    for name in ("coursekit", "pyproject.toml", "README.md", "LICENSE", "hatch_build.py"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, project / name)
    shutil.copytree(TOY, project / "labs" / "90_toy")
    script = "from hatchling.build import build_wheel; print(build_wheel('out'))"
    (project / "out").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=project, capture_output=True, text=True, check=True
    )
    inside = zipfile.ZipFile(project / "out" / done.stdout.split()[-1]).namelist()
    labs = sorted(name for name in inside if "_bundled/" in name)
    assert [Path(name).name for name in labs] == [
        "90_toy.ipynb",
        "fingerprints.json",
        "test_public.py",
    ]
    assert not [
        name
        for name in inside
        if Path(name).name in ("test_hidden.py", "mistakes.py") and "_bundled" in name
    ]


def test_status_without_pytest_says_so_in_one_line(toy, capsys, monkeypatch):
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "pytest" else real(name)
    )
    assert main(["labs", "status", str(toy)]) == 2
    assert "run `pip install pytest`" in capsys.readouterr().err


def test_status_ends_in_one_line(toy, capsys):
    assert main(["labs", "status", str(toy)]) == 0
    last = " ".join(capsys.readouterr().out.split())
    assert last.endswith(
        "0 of 2 exercises in 1 notebook pass their public checks; hidden checks run at grading."
    )


def test_what_an_sdist_leaves_out_is_what_students_must_not_see():
    import tomllib

    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    left_out = tomllib.loads(text)["tool"]["hatch"]["build"]["targets"]["sdist"]["exclude"]
    for name in ("source.py", "test_hidden.py", "mistakes.py"):
        assert f"/labs/*/{name}" in left_out
