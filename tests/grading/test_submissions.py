"""Every way of handing in is found; nothing is unpacked, followed or believed."""

import os
import shutil
import stat
import zipfile

import pytest
from grading_toys import PLAIN, notebook, write_notebook

from coursekit.errors import InvalidInputError
from coursekit.grading.submission import NotReadable, find, safe_name


def names(found):
    return [submission.student for submission in found]


def test_files_named_after_students(tmp_path):
    for name in ("ann.ipynb", "bob.py", "notes.txt", ".hidden.ipynb"):
        (tmp_path / name).write_text("x")
    assert names(find(tmp_path, "91_plain")) == ["ann", "bob"]
    assert names(find(tmp_path / "bob.py", "91_plain")) == ["bob"]


def test_nbgraders_layout_with_its_timestamp(tmp_path):
    folder = tmp_path / "submitted" / "ann" / "91_plain"
    folder.mkdir(parents=True)
    (folder / "91_plain.ipynb").write_text("right")
    (folder / "timestamp.txt").write_text("2026-11-20 23:10:00 UTC")
    other = tmp_path / "submitted" / "ann" / "05_metrics"
    other.mkdir()
    (other / "05_metrics.ipynb").write_text("another lab")
    (found,) = find(tmp_path / "submitted", "91_plain")
    assert (found.student, found.read(), found.submitted) == (
        "ann",
        b"right",
        "2026-11-20 23:10:00 UTC",
    )


def test_a_folder_per_student_and_the_best_of_several_files(tmp_path):
    for path in ("ann/deep/91_plain.ipynb", "ann/scratch.ipynb", "bob/x.py", "empty/readme.txt"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    ann, bob, empty = find(tmp_path, "91_plain")
    assert ann.read() == b"ann/deep/91_plain.ipynb"
    assert ann.notes == ("2 files were handed in; 91_plain.ipynb was graded.",)
    assert bob.kind == "py"
    with pytest.raises(NotReadable, match="No notebook"):
        empty.read()


@pytest.mark.parametrize(
    ("name", "student", "lms_id"),
    [
        ("doejane_12345_67890_91_plain.ipynb", "doejane", "12345"),
        ("doejane_LATE_12345_67890_lab.ipynb", "doejane", "12345"),
        ("Jane Doe_98765_assignsubmission_file_/lab.ipynb", "Jane Doe", "98765"),
        ("Lab 5_jdoe_attempt_2026-11-20-23-10-05_lab.ipynb", "jdoe", ""),
        ("jdoe/91_plain/91_plain.ipynb", "jdoe", ""),
    ],
)
def test_an_lms_zip_is_read_in_place(tmp_path, name, student, lms_id):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(name, "text")
        archive.writestr("__MACOSX/._x.ipynb", "junk")
    (found,) = find(tmp_path / "all.zip", "91_plain")
    assert (found.student, found.lms_id, found.read()) == (student, lms_id, b"text")
    assert sorted(os.listdir(tmp_path)) == ["all.zip"]


def test_paths_that_climb_are_only_names(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("../../../etc/evil.ipynb", "a")
        archive.writestr("/abs/evil2.ipynb", "b")
        archive.writestr("..\\..\\win.ipynb", "c")
    found = find(tmp_path / "all.zip", "91_plain")
    assert sorted(s.read() for s in found) == [b"a", b"b", b"c"]
    assert sorted(os.listdir(tmp_path)) == ["all.zip"]
    assert all("/" not in safe_name(s.student) and ".." not in safe_name(s.student) for s in found)


def test_links_are_not_followed(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "secret.ipynb").write_text("secret")
    (folder / "ann.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (folder / "bob").symlink_to(tmp_path)
    (folder / "dangling.ipynb").symlink_to("/nowhere")
    for submission in find(folder, "91_plain"):
        with pytest.raises(NotReadable, match="link"):
            submission.read()
    entry = zipfile.ZipInfo("eve.ipynb")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(NotReadable, match="link"):
        find(tmp_path / "all.zip", "91_plain")[0].read()


def test_a_bomb_is_not_unpacked_and_a_damaged_zip_is_said(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("eve.ipynb", bytes(100 * 2**20))
        archive.writestr("ann.ipynb", "fine")
    ann, eve = find(tmp_path / "all.zip", "91_plain")
    assert ann.read() == b"fine"
    with pytest.raises(NotReadable, match="out of all proportion"):
        eve.read()
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 nonsense")
    with pytest.raises(NotReadable, match="zip cannot be read"):
        find(tmp_path / "bad.zip", "91_plain")[0].read()


def test_devices_and_pipes_are_not_read(tmp_path):
    os.mkfifo(tmp_path / "eve.ipynb")
    with pytest.raises(NotReadable, match="regular file"):
        find(tmp_path, "91_plain")[0].read()


def test_nothing_there_says_what_was_expected(tmp_path):
    with pytest.raises(InvalidInputError, match="nothing there"):
        find(tmp_path / "nowhere", "91_plain")
    with pytest.raises(InvalidInputError, match=r"folder per student, or a zip"):
        find(tmp_path, "91_plain")


def test_the_same_name_twice_stays_two_students(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("lee_1_1_a.ipynb", "one")
        archive.writestr("lee_2_1_a.ipynb", "two")
    assert names(find(tmp_path / "all.zip", "91_plain")) == ["lee", "lee (2)"]


WILD = [
    "Zoë—😀",
    "a" * 200,
    "new\nline",
    "=cmd|' /C calc'!A0",
    "..",
    "-rf",
    "CON",
    "x%2f..%2fy",
    "á" * 60,
    "<b>",
    "\udcff",
]


def test_wild_names_become_file_names_that_differ():
    made = [safe_name(name) for name in WILD]
    assert len({name.lower() for name in made}) == len(WILD)
    for name in made:
        assert name
        assert len(name.encode()) <= 85
        assert not set(name) & set('/\\\n\0<>"|')
        assert name not in (".", "..")


def test_wild_names_are_graded(nursery, plain_lab, policy, tmp_path):
    from coursekit.grading import runner

    folder = tmp_path / "in"
    folder.mkdir()
    good = write_notebook(tmp_path / "good.ipynb", notebook(PLAIN))
    for name in ("Zoë—😀", "a" * 200, "new\nline", "=cmd|' C calc'!A0", "-rf", "<b>bold<"):
        shutil.copy(good, folder / f"{name}.ipynb")
    summary = runner.grade(PLAIN, folder, tmp_path / "out", jobs=1)
    assert {record.points for record in summary.records} == {9.0}
    assert len(list((tmp_path / "out" / "feedback").iterdir())) == 6
    table = (tmp_path / "out" / "grades.csv").read_text(encoding="utf-8")
    assert "'=cmd" in table
    assert "<b>" not in "".join(
        p.read_text(encoding="utf-8") for p in (tmp_path / "out" / "feedback").iterdir()
    )


@pytest.mark.slow
def test_a_notebook_of_200_mb_is_graded_or_said_to_be_too_large(grade_one):
    made = notebook(PLAIN)
    made["cells"][-1]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": "x" * 200_000_000}
    ]
    record = grade_one(made=made, time_limit=60.0)
    assert (record.status, record.points) == ("graded", 9.0)
    made["cells"][-1]["outputs"][0]["text"] = "x" * 270_000_000
    record = grade_one(made=made)
    assert record.status == "unreadable"
    assert "larger than 256 MB" in record.notes[0]
