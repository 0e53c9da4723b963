"""What students get, and what is refused because it would tell an answer."""

import ast
import json
import re
import zipfile
from pathlib import Path

import pytest
from texts import edit

from coursekit.errors import InvalidInputError, LabSourceError, OutputError
from coursekit.labs.author import _wheel
from coursekit.labs.author._repository import Address
from coursekit.labs.author.build import build
from coursekit.labs.author.bundle import bundle, leaks, student_files
from coursekit.labs.author.source import read_lab

ROOT = Path(__file__).parents[2]
TOY = Path(__file__).parent / "toy_lab" / "90_toy"
BUNDLED = "coursekit/labs/_bundled"
WHEEL = "coursekit-0.1.0-py3-none-any.whl"
METADATA = "Metadata-Version: 2.4\nName: coursekit\nVersion: 0.1.0\n"


def test_the_bundle_holds_what_students_need_and_nothing_else(tmp_path, toy):
    (toy / "notes.txt").write_text("what I think of 90.1", encoding="utf-8")
    (toy / "helper.py").write_text("secret = 1", encoding="utf-8")
    written = bundle([toy], tmp_path / "out")
    assert sorted(p.relative_to(tmp_path / "out").as_posix() for p in written) == [
        "90_toy/90_toy.ipynb",
        "90_toy/fingerprints.json",
        "90_toy/test_public.py",
        "README.md",
    ]
    everything = "\n".join(p.read_text(encoding="utf-8") for p in written)
    for secret in ("middle = np.mean", "kept_secret", "SOLUTION", "np.average", "://"):
        assert secret not in everything
    with pytest.raises(OutputError, match="holds something"):
        bundle([toy], tmp_path / "out")


def wheel_with(folder, files=(), *, name=WHEEL, metadata=METADATA):
    """A wheel of coursekit, as small as one can be, and further files in it."""
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("coursekit/labs/author/source.py", "BEGIN = '### BEGIN SOLUTION'")
        if metadata is not None:
            archive.writestr("coursekit-0.1.0.dist-info/METADATA", metadata)
        for member, text in dict(files).items():
            archive.writestr(member, text)
    return path


def refused(toy, wheel, match, error=InvalidInputError):
    out = toy.parents[1] / "out"
    with pytest.raises(error, match=match) as caught:
        bundle([toy], out, wheel=wheel)
    assert "\n" not in str(caught.value)
    assert not out.exists()


def test_a_bundle_with_wheel_and_address_is_a_repository_of_its_own(tmp_path, toy):
    files = {f"{BUNDLED}/90_toy/{path.name}": path.read_bytes() for path in student_files(toy)}
    wheel = wheel_with(tmp_path, files)
    address = "https://github.com/teacher/students"
    bundle([toy], tmp_path / "out", wheel=wheel, address=f"{address}.git")
    text = (tmp_path / "out" / "90_toy" / "90_toy.ipynb").read_text(encoding="utf-8")
    assert "github/teacher/students/blob/main/90_toy/90_toy.ipynb" in text
    assert f"coursekit @ {address}/raw/main/{wheel.name}" in text
    assert (tmp_path / "out" / wheel.name).read_bytes() == wheel.read_bytes()
    assert wheel.name in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    with pytest.raises(InvalidInputError, match="--wheel FILE"):
        bundle([toy], tmp_path / "other", address=address)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        ({"name": "coursekit-main.zip"}, "another name"),
        ({"name": "coursekit-0.1.0-py3-none-any (1).whl"}, "another name"),
        ({"name": "coursekit-0.2.0-py3-none-any.whl"}, r"no coursekit-0\.2\.0\.dist-info/METADATA"),
        ({"metadata": None}, r"no coursekit-0\.1\.0\.dist-info/METADATA"),
        ({"metadata": "Name: numpy\nVersion: 2.0\n"}, "METADATA of numpy 2.0"),
    ],
)
def test_what_is_no_wheel_of_coursekit_is_refused(tmp_path, toy, made, says):
    refused(toy, wheel_with(tmp_path, **made), rf"{says}.*python -m build --wheel")


@pytest.mark.parametrize(
    "fault", ["absent", "folder", "text", "cut", "flipped", "encrypted", "method"]
)
def test_a_wheel_that_cannot_be_read_is_refused(tmp_path, toy, fault):
    wheel = wheel_with(tmp_path, {"coursekit/long.py": "".join(map(str, range(2000)))})
    content = bytearray(wheel.read_bytes())
    if fault == "flipped":
        place = content.find(b"coursekit/long.py") + 200
        content[place : place + 60] = bytes(60)
    if fault in ("encrypted", "method"):  # the flags and the method of the first file
        place = content.find(b"PK\x01\x02")
        content[place + (8 if fault == "encrypted" else 10)] = 1
        content[6 if fault == "encrypted" else 8] = 1
    if fault == "cut":
        del content[len(content) // 2 :]
    wheel.unlink()
    if fault == "folder":
        wheel.mkdir()
    elif fault != "absent":
        wheel.write_bytes(b"no zip" if fault == "text" else content)
    refused(toy, wheel, "no file there" if fault == "absent" else "cannot be read")


@pytest.mark.parametrize(
    "name",
    [
        "labs/05_metrics/source.py",
        "coursekit-0.1.0.data/purelib/labs/source.py",
        "coursekit/../labs/05_metrics/figures.py",
        "coursekit\\labs\\figures.py",
        f"{BUNDLED}/90_toy/source.py",
        f"{BUNDLED}/90_toy/test_hidden.py",
        f"{BUNDLED}/90_toy/hidden.txt",
        f"{BUNDLED}/90_toy/test_extra.py",
        f"{BUNDLED}/90_toy/solution.md",
        f"{BUNDLED}/90_toy/sub/figures.py",
        f"{BUNDLED}/90_toy/__pycache__/source.cpython-312.pyc",
        f"{BUNDLED}/90_toy/91_other.ipynb",
        f"{BUNDLED}/07_convolution/sol.py",
        f"{BUNDLED}/figures.py",
        f"{BUNDLED}",
        "coursekit/labs/source.py",
        "coursekit/labs/Mutants.JSON",
        "coursekit/labs/05_hidden.csv",
        "coursekit/labs/solutions/a.npz",
        "coursekit/labs/test_more.py",
        "coursekit/labs/05.ipynb",
        "coursekit/labs/author/__pycache__/mistakes.cpython-312.pyc",
    ],
)
def test_a_wheel_with_a_file_that_our_build_puts_in_none_is_refused(tmp_path, toy, name):
    refused(toy, wheel_with(tmp_path, {name: "x = 1"}), re.escape(f"{name} in it"))


def notebook(kind="student", source='raise NotAnsweredYet("Exercise 07.1")', solution=True):
    cell = {"source": source.splitlines(True), "metadata": {"nbgrader": {"solution": solution}}}
    return json.dumps({"cells": [cell], "metadata": {"coursekit": {"kind": kind}}})


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        (f"{BUNDLED}/07_convolution/07_convolution.ipynb", "{", "no notebook of ours"),
        (f"{BUNDLED}/07_convolution/07_convolution.ipynb", "[1]", "no notebook of ours"),
        (f"{BUNDLED}/07_convolution/07_convolution.ipynb", '{"cells": []}', "no notebook of ours"),
        (
            f"{BUNDLED}/07_convolution/07_convolution.ipynb",
            notebook("solution"),
            "solution notebook",
        ),
        (f"{BUNDLED}/07_convolution/07_convolution.ipynb", notebook(source="x"), "is answered"),
        (
            f"{BUNDLED}/07_convolution/07_convolution.ipynb",
            notebook(source="    ### BEGIN SOLUTION\n    x", solution=False),
            "solution marker",
        ),
        ("coursekit/answers.py", "def f():\n    ### END SOLUTION\n", "solution marker"),
    ],
)
def test_a_wheel_with_an_answer_of_any_lab_is_refused(tmp_path, toy, name, text, says):
    refused(toy, wheel_with(tmp_path, {name: text}), says)


def test_a_wheel_with_two_files_of_one_name_is_refused(tmp_path, toy):
    wheel = wheel_with(tmp_path)
    with (
        zipfile.ZipFile(wheel, "a") as archive,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        archive.writestr("coursekit/labs/author/source.py", "x = 1")
    refused(toy, wheel, "two files of one name")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("test_public", "once = function(x)\nreturn function(once)\n", "whole solution"),
        ("figures", "middle = np.mean(x)", "solution text"),
        ("test_public", "def test_scaled_of_whole_numbers_kept_secret(student):", "hidden test"),
        ("test_public", "return np.asarray(x) / np.average(x)", "mistake text"),
    ],
)
def test_a_wheel_that_tells_an_answer_of_this_lab_is_refused(tmp_path, toy, name, text, says):
    wheel = wheel_with(tmp_path, {f"{BUNDLED}/90_toy/{name}.py": text})
    refused(toy, wheel, f"the wheel's {name}.py shows .*{says}", LabSourceError)


def test_the_private_names_that_a_wheel_may_hold_are_the_packages_own_modules():
    package = ROOT / "coursekit"
    stems = {Path(name).stem for name in _wheel.PRIVATE}
    found = {p.relative_to(ROOT).as_posix() for p in package.rglob("*.py") if p.stem in stems}
    assert found == _wheel._OWN
    assert (ROOT / _wheel._MARKED).is_file()


def test_the_build_puts_into_a_wheel_what_a_bundle_lets_through():
    tree = ast.parse((ROOT / "hatch_build.py").read_text(encoding="utf-8"))
    (shipped,) = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "SHIPPED"
    ]
    assert shipped == _wheel.PUBLIC


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        *(
            (f"https://{host}/O-wn.er/N_a.me{end}", "https://github.com/O-wn.er/N_a.me")
            for host in ("github.com", "GitHub.com", "www.github.com", "WWW.GITHUB.COM")
            for end in ("", "/", ".git", ".git/", "#readme", "?tab=readme-ov-file", "/?a=b#c")
        ),
        ("HTTPS://github.com/O/N", "https://github.com/O/N"),
        ("https://github.com/O/.github", "https://github.com/O/.github"),
        ("https://www.gitlab.example:8443/O/N.git", "https://www.gitlab.example:8443/O/N"),
    ],
)
def test_an_address_has_one_plain_form(written, plain):
    assert Address(written).repository == plain
    assert bool(Address(written).badge("90_toy")) == plain.startswith("https://github.com/")


@pytest.mark.parametrize(
    ("address", "received"),
    [
        ("teacher/course", "'teacher/course'"),
        ("http://github.com/O/N", "'http://github.com/O/N'"),
        ("https://github.com/O", "'https://github.com/O'"),
        ("https://github.com/O/.git", "'https://github.com/O/.git'"),
        ("https://github.com/../N", "'https://github.com/../N'"),
        ("https://github.com/O/N/tree/main", "'https://github.com/O/N/tree/main'"),
        ("https://user:t0ken@github.com/O/N", "one that holds ':' '@'"),
        ("https://t0ken@github.com/O/N", "one that holds '@'"),
        ("https://user:t0ken%40github.com/O/N", "one that holds ':'"),
        ("https://us?er:t0ken@github.com/O/N", "'https://us'"),
        ("git@github.com:O/N.git", "one that holds ':' '@'"),
        ('https://github.com/O/N"', "one that holds '\"'"),
        ("https://github.com/O/N\n", "one that holds '\\n'"),
        ("https://github.com/O/N ame", "one that holds ' '"),
        ("https://github.com/O/Ñ", "one that holds 'Ñ'"),
    ],
)
def test_an_address_of_no_repository_is_refused_and_no_token_repeated(
    tmp_path, toy, address, received
):
    with pytest.raises(InvalidInputError) as caught:
        bundle([toy], tmp_path / "out", wheel=wheel_with(tmp_path), address=address)
    assert f"Received: {received}. Give it as" in str(caught.value)
    assert "t0ken" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_two_labs_of_one_name_do_not_share_a_folder(tmp_path, toy):
    with pytest.raises(InvalidInputError, match="different names"):
        bundle([toy, TOY], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_further_notebook_goes_out_as_it_is(tmp_path, toy):
    edit(toy / "source.py", "#   lecture: none", "#   lecture: none\n#   files: [warmup.ipynb]")
    (toy / "warmup.ipynb").write_text(notebook(source="1 + 1"), encoding="utf-8")
    build(toy)
    bundle([toy], tmp_path / "out")
    sent = tmp_path / "out" / "90_toy"
    assert (sent / "warmup.ipynb").read_bytes() == (toy / "warmup.ipynb").read_bytes()
    assert (sent / "90_toy.ipynb").read_bytes() == (toy / "90_toy.ipynb").read_bytes()
    for text, says in (
        (notebook(source="    middle = np.mean(x)\n"), r"warmup\.ipynb shows solution text"),
        ("{", r"warmup\.ipynb:1: Expected the text of a notebook"),
    ):
        (toy / "warmup.ipynb").write_text(text, encoding="utf-8")
        with pytest.raises(LabSourceError, match=says):
            bundle([toy], tmp_path / "other")


def test_further_files_reach_students_only_if_the_header_lists_them(toy):
    (toy / "table.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert toy / "table.csv" not in student_files(toy)
    edit(toy / "source.py", "#   lecture: none", "#   lecture: none\n#   files: [table.csv]")
    assert toy / "table.csv" in student_files(toy)
    edit(toy / "source.py", "files: [table.csv]", "files: [test_hidden.py]")
    with pytest.raises(LabSourceError, match="that students may see"):
        student_files(toy)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (
            "source.py",
            "# Some answers are classes.",
            "# Try `middle = np.mean(x)`:\n#\n#     middle = np.mean(x)",
            "solution text",
        ),
        (
            "source.py",
            "# Some answers are classes.",
            "# def test_scaled_of_whole_numbers_kept_secret(student):",
            "hidden test text",
        ),
        (
            "source.py",
            "# Some answers are classes.",
            "# return np.asarray(x) / np.average(x)",
            "mistake text",
        ),
        (
            "test_public.py",
            "import numpy as np",
            "import numpy as np\n\ndef own(self, amount):\n    self.value += float(amount)\n   "
            " return self.value\n",
            "whole solution",
        ),
    ],
)
def test_a_bundle_that_would_leak_is_refused(tmp_path, toy, file, old, new, says):
    edit(toy / file, old, new)
    build(toy)
    assert any(says in leak for leak in leaks(read_lab(toy)))
    with pytest.raises(LabSourceError, match=says):
        bundle([toy], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_bundle_of_a_stale_lab_is_refused(tmp_path, toy):
    edit(toy / "source.py", "Small enough", "Short enough")
    with pytest.raises(LabSourceError, match="coursekit labs build"):
        bundle([toy], tmp_path / "out")


def test_private_files_never_count_as_student_files(toy):
    (toy / ".env").write_text("x")
    assert {p.name for p in student_files(toy)} == {
        "test_public.py",
        "fingerprints.json",
        "90_toy.ipynb",
    }
