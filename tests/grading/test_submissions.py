"""Every way of handing in is found; nothing is unpacked, followed or believed."""

import contextlib
import os
import shutil
import stat
import struct
import tracemalloc
import zipfile

import pytest
from grading_toys import PLAIN, notebook, write_notebook

from coursekit.errors import InvalidInputError
from coursekit.grading.submission import NotReadable, find, find_all, safe_name


def names(found):
    return [submission.student for submission in found]


def test_files_named_after_students(tmp_path):
    for name in ("ann.ipynb", "bob.py", "notes.txt", ".hidden.ipynb"):
        (tmp_path / name).write_text("x")
    assert names(find(tmp_path, "91_plain")) == ["ann", "bob"]
    assert names(find(tmp_path / "bob.py", "91_plain")) == ["bob"]


def test_nbgraders_layout(tmp_path):
    folder = tmp_path / "submitted" / "ann" / "91_plain"
    folder.mkdir(parents=True)
    (folder / "91_plain.ipynb").write_text("right")
    other = tmp_path / "submitted" / "ann" / "05_metrics"
    other.mkdir()
    (other / "05_metrics.ipynb").write_text("another lab")
    (found,) = find(tmp_path / "submitted", "91_plain")
    assert (found.student, found.read()) == ("ann", b"right")


def pack(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_a_time_comes_from_the_lms_and_never_from_the_student(tmp_path):
    stamped = tmp_path / "in" / "ann" / "91_plain"
    stamped.mkdir(parents=True)
    (stamped / "91_plain.ipynb").write_text("x")
    (stamped / "timestamp.txt").write_text("2020-01-01 00:00:00 UTC")
    (tmp_path / "in" / "bob.ipynb").write_text("x")
    os.utime(tmp_path / "in" / "bob.ipynb", (0, 0))
    assert [s.submitted for s in find(tmp_path / "in", "91_plain")] == ["", ""]
    pack(
        tmp_path / "all.zip",
        {
            "Lab 5_jdoe_attempt_2026-11-20-23-10-05_lab.ipynb": "first",
            "Lab 5_jdoe_attempt_2026-11-21-08-00-00_lab.ipynb": "second",
            "ann.ipynb": "1980",
        },
    )
    ann, jdoe = find(tmp_path / "all.zip", "91_plain")
    assert (ann.submitted, jdoe.submitted) == ("", "2026-11-21T08:00:00")
    assert jdoe.read() == b"second"
    late = find(pack(tmp_path / "c.zip", {"doejane_LATE_1_2_x.ipynb": ""}), "91_plain")[0]
    assert late.notes == ("Canvas marked this file as late; by how much its name does not say.",)


@pytest.mark.parametrize(
    "own",
    [
        "victim_12345_1_lab.ipynb",
        "Victim Vic_55_assignsubmission_file_/lab.ipynb",
        "Lab 5_victim_attempt_2026-11-20-23-10-05_lab.ipynb",
        "victim/91_plain/91_plain.ipynb",
        "submission_metadata.yml",
    ],
)
@pytest.mark.parametrize(
    "outermost",
    [
        "doejane_777_888_{}",
        "Lab 5_doejane_attempt_2026-11-20-23-10-05_{}",
        "doejane_777_assignsubmission_file_/{}",
        "doejane/{}",
        "doejane_777_888_upload.zip/{}",
        "doejane.zip/{}",
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_names_inside_an_upload_take_nobody_elses_place(tmp_path, outermost, own, packed):
    """Whatever a student calls files, folders and zips: he stays the one that the LMS named."""
    name = outermost.format(own)
    if outermost.endswith("_{}") and "/" in own:
        name = outermost.format("x") + "/" + own
    files = {name: "x", name.rpartition("/")[0] + "/lab.ipynb": "x"}
    files = {key.lstrip("/"): value for key, value in files.items() if "/" in key or value}
    if "/" not in name:
        files = {name: "x"}
        if not name.endswith(".ipynb"):
            pytest.skip("one file that is no notebook")
    if ".zip/" in outermost:
        head, _, inside = name.partition(".zip/")
        inner = pack(tmp_path / "inner.zip", {inside: "x", "lab.ipynb": "x"}).read_bytes()
        files = {f"{head}.zip": inner}
    if packed:
        place = pack(tmp_path / "all.zip", files)
    else:
        place = tmp_path / "in"
        for key, value in files.items():
            (place / key).parent.mkdir(parents=True, exist_ok=True)
            (place / key).write_bytes(value if isinstance(value, bytes) else value.encode())
    (found,) = find(place, "91_plain")
    assert found.student == "doejane"
    assert found.lms_id in ("", "777")
    assert found.read() == b"x"


def test_several_files_of_one_canvas_student_are_one_submission(tmp_path):
    names_ = ["lee_1_10_notes.ipynb", "lee_1_11_91_plain.ipynb", "lee_1_12_x.py"]
    (found,) = find(pack(tmp_path / "all.zip", {name: name for name in names_}), "91_plain")
    assert found.read() == b"lee_1_11_91_plain.ipynb"
    assert found.notes == ("3 files were handed in; 91_plain.ipynb was graded.",)


def test_one_name_in_two_places_is_one_student_and_a_copied_name_is_refused(tmp_path):
    (tmp_path / "ann.ipynb").write_text("notebook")
    (tmp_path / "ann.py").write_text("script")
    (found,) = find(tmp_path, "91_plain")
    assert found.read() == b"notebook"
    for name in ("lee_1_1_a.ipynb", "lee_2_1_a.ipynb", "lee (1).ipynb"):
        (tmp_path / name).write_text(name)
    everything = find_all(tmp_path, "91_plain")
    assert names(everything.submissions) == ["ann", "lee (2)"]
    assert "lee (1) is the name of 2 students here" in everything.refused[0]
    with pytest.raises(InvalidInputError, match="rename all but one"):
        find(tmp_path, "91_plain")


def test_names_that_differ_in_what_nobody_sees_are_one_name(tmp_path):
    for name in ("ann.ipynb", "ann .ipynb", "bob.ipynb", "bob\u200b.ipynb", "cy.ipynb"):
        (tmp_path / name).write_text("x")
    everything = find_all(tmp_path, "91_plain")
    assert names(everything.submissions) == ["cy"]
    assert [line.partition(" ")[0] for line in everything.refused] == ["ann", "bob"]
    uploads = {"lee_1_1_a.ipynb": "one", "lee\u200b_2_1_a.ipynb": "two"}
    found = find(pack(tmp_path / "all.zip", uploads), "91_plain")
    assert names(found) == ["lee (1)", "lee\u200b (2)"]


def test_a_zip_with_a_password_says_so(tmp_path):
    packed = bytearray(pack(tmp_path / "ann.zip", {"a.ipynb": "x"}).read_bytes())
    packed[6] |= 1
    packed[packed.rfind(b"PK\1\2") + 8] |= 1
    (tmp_path / "ann.zip").write_bytes(packed)
    with pytest.raises(NotReadable, match="password"):
        find(tmp_path, "91_plain")[0].read()


def test_a_class_download_among_other_files_is_refused_by_name(tmp_path):
    (tmp_path / "ann.ipynb").write_text("x")
    pack(tmp_path / "submissions.zip", {"a_1_1_x.ipynb": "", "b_2_1_x.ipynb": ""})
    found = find_all(tmp_path, "91_plain")
    assert names(found.submissions) == ["ann"]
    assert "coursekit grade LAB submissions.zip" in found.refused[0]
    assert names(find(tmp_path / "submissions.zip", "91_plain")) == ["a", "b"]


DAMAGE = {
    "cut": lambda data: data[: len(data) // 2],
    "nonsense": lambda data: b"PK\x03\x04 nonsense",
    "empty": lambda data: b"",
    "a wrong method": lambda data: data.replace(b"\x08\0\0\0", b"\x63\0\0\0"),
    "a wrong offset": lambda data: data[:-6] + b"\xff\xff\xff\x7f\0\0",
    "turned bytes": lambda data: data[:60] + bytes(255 - b for b in data[60:90]) + data[90:],
    "a name that is no text": lambda data: data.replace(b"lab.ipynb", b"\xff\xfe\xfd.ipynb"),
    "only a slash": lambda data: data.replace(b"lab.ipynb", b"/////////"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_zip_costs_itself_alone(tmp_path, damage):
    """In a class zip, beside notebooks, in a student's folder, and as the class zip itself."""
    with zipfile.ZipFile(tmp_path / "whole.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lab.ipynb", "text" * 500)
    bad = DAMAGE[damage]((tmp_path / "whole.zip").read_bytes())
    place = tmp_path / "in"
    (place / "dora").mkdir(parents=True)
    (place / "ann.ipynb").write_text("fine")
    (place / "bob.zip").write_bytes(bad)
    (place / "dora" / "all.zip").write_bytes(bad)
    packed = pack(tmp_path / "class.zip", {"bob_1_1_all.zip": bad, "ann.ipynb": "fine"})
    (tmp_path / "bad.zip").write_bytes(bad)
    alone = find_all(tmp_path / "bad.zip", "lab").submissions if damage != "only a slash" else []
    for submission in (*find(place, "lab"), *find(packed, "lab"), *alone):
        if submission.student == "ann":
            assert submission.read() == b"fine"
            continue
        with contextlib.suppress(NotReadable):
            submission.read()
    assert "ann" in names(find(place, "lab"))
    assert "ann" in names(find(packed, "lab"))


GRADESCOPE = """---
submission_11:
  :submitters:
  - :name: Jane Doe
    :sid: '4711'
    :email: jdoe@uni.edu
  :created_at: 2026-11-20 23:10:05.123456000 Z
  :history:
  - :id: 5
    :created_at: 2026-01-01 00:00:00 Z
submission_12:
  :submitters:
  - :name: Cem Oz
    :sid:
    :email: coz@uni.edu
  :created_at: 2026-11-21 01:00:00.5 +01:00
"""


@pytest.mark.parametrize("packed", [False, True])
def test_gradescopes_export_is_told_by_its_metadata_alone(tmp_path, packed):
    files = {
        "assignment_9_export/submission_metadata.yml": GRADESCOPE,
        "assignment_9_export/submission_11/91_plain.ipynb": "x",
        "assignment_9_export/submission_12/submission_metadata.yml": GRADESCOPE.replace(
            "12:", "1:"
        ),
        "assignment_9_export/submission_12/lab.ipynb": "x",
    }
    place = pack(tmp_path / "export.zip", files)
    if not packed:
        shutil.unpack_archive(place, tmp_path / "x")
        place = tmp_path / "x" / "assignment_9_export"
    assert [(s.student, s.submitted) for s in find(place, "91_plain")] == [
        ("coz@uni.edu", "2026-11-21T01:00:00+01:00"),
        ("jdoe@uni.edu", "2026-11-20T23:10:05+00:00"),
    ]


def test_blackboards_title_and_user_names_may_hold_underscores(tmp_path):
    made = "05_metrics_{}_attempt_2026-11-20-23-10-05_x.ipynb"
    place = pack(tmp_path / "all.zip", {made.format(who): "" for who in ("j_doe", "ann")})
    assert names(find(place, "05_metrics")) == ["ann", "j_doe"]


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
        ("901-77 - Jane Doe - Nov 20, 2026 1110 PM/lab.ipynb", "Jane Doe", "901"),
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


def test_the_contents_of_a_zip_are_not_listed_without_end(tmp_path):
    entry = b"PK\1\2" + struct.pack("<6H3I5H2I", 20, 20, *[0] * 7, 1, *[0] * 6) + b"a"
    for name, count in {"ann": 20_000, "eve": 20_001, "fay": 1_000_000}.items():
        sizes = 0, 0, count & 0xFFFF, count & 0xFFFF, count * len(entry), 0, 0
        (tmp_path / f"{name}.zip").write_bytes(
            entry * count + b"PK\5\6" + struct.pack("<4HIIH", *sizes)
        )
    tracemalloc.start()
    problems = {found.student: found.problem for found in find(tmp_path, "91_plain")}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert problems["ann"] == "No notebook is in the zip."
    assert problems["eve"] == problems["fay"] == "The zip has more than 20,000 entries."
    assert peak < 50e6  # of which 16 MB are read; a million entries made would take 400


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
    assert names(find(tmp_path / "all.zip", "91_plain")) == ["lee (1)", "lee (2)"]


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
        assert len(name.encode()) <= 90
        assert not set(name) & set('/\\\n\0<>"|')
        assert name not in (".", "..")


def test_no_name_falls_on_anothers_page():
    """A hash cannot be written by hand: a name that ends like one gets one of its own."""
    first = safe_name("O'Brien")
    assert safe_name(first) != first
    assert safe_name(first.upper()).lower() != first.lower()
    assert safe_name("ann") == "ann"
    assert safe_name("Jose\u0301") != safe_name("Jos\u00e9")


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
