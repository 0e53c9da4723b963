"""Who may import whom, read from the source. DESIGN: labs -> coursekit; inside, from the command
line down to devices."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "coursekit"

EVERYWHERE = {"errors", "_files", "_html", "_path", "_ray", "_text"}
SPLIT = {"grading", "labs"}
"""Rooms whose modules and folders are rooms of their own: each runs in a process, or serves a
person, of its own."""

MAY_IMPORT: dict[str, set[str]] = {
    "boltzmann": set(),
    "_widgets": set(),
    "callbacks": set(),
    "classifier": {"models", "training"},
    "cli": {
        "classifier",
        "comparison",
        "datasets",
        "devices",
        "generative",
        "grading.books",
        "grading.lms",
        "grading.runner",
        "grading.sentences",
        "handwriting",
        "labs.author",
        "labs.find",
        "labs.status",
        "models",
        "rl",
        "scale",
        "seq2seq",
        "vision",
    },
    "codes": {"losses", "plots", "training"},
    "comparison": {"classifier", "datasets", "devices", "evaluation", "hog", "plots"},
    "datasets": set(),
    "devices": set(),
    "evaluation": {"plots"},
    "generative": {"datasets", "evaluation", "losses", "seq2seq", "training"},
    "grading.books": {
        "grading.lab",
        "grading.lms",
        "grading.record",
        "grading.submission",
        "labs.exchange",
    },
    "grading.cells": set(),
    "grading.child": {"grading.cells", "grading.protocol", "labs.exchange"},
    "grading.cluster": {
        "grading.lab",
        "grading.policy",
        "grading.record",
        "grading.referee",
        "grading.submission",
        "grading.zygote",
        "labs.catalogue",
        "labs.exchange",
    },
    "grading.lab": {"grading.cells", "labs.author", "labs.catalogue", "labs.exchange"},
    "grading.lms": set(),
    "grading.plugin": {
        "grading.lab",
        "grading.policy",
        "grading.referee",
        "grading.submission",
        "grading.zygote",
        "labs.author",
        "labs.exchange",
    },
    "grading.policy": {"grading.record", "grading.submission", "grading.zygote"},
    "grading.protocol": set(),
    "grading.record": set(),
    "grading.referee": {
        "grading.lab",
        "grading.policy",
        "grading.protocol",
        "grading.record",
        "grading.submission",
        "grading.zygote",
        "labs.exchange",
        "labs.feedback",
    },
    "grading.runner": {
        "grading.books",
        "grading.cluster",
        "grading.lab",
        "grading.policy",
        "grading.record",
        "grading.referee",
        "grading.submission",
        "grading.zygote",
        "labs.exchange",
    },
    "grading.sentences": {
        "grading.lab",
        "grading.policy",
        "grading.record",
        "grading.referee",
        "grading.submission",
        "grading.zygote",
        "labs.author",
        "labs.exchange",
        "labs.feedback",
    },
    "grading.submission": {"grading.lms"},
    "grading.zygote": {"grading.child", "grading.protocol"},
    "handwriting": {"_widgets", "datasets", "layers", "losses", "plots", "training"},
    "hog": set(),
    "labs.author": {"devices", "labs.catalogue", "labs.exchange", "labs.feedback", "labs.session"},
    "labs.arrays": {"labs.testing"},
    "labs.cards": {"labs.arrays", "labs.exchange", "labs.feedback"},
    "labs.catalogue": {"labs.author", "labs.exchange", "labs.feedback"},
    "labs.exchange": {"devices", "labs.testing"},
    "labs.feedback": {"labs.exchange", "labs.testing"},
    "labs.find": set(),
    "labs.names": {"labs.cards", "labs.catalogue"},
    "labs.predictions": {"labs.cards", "labs.widgets"},
    "labs.session": {
        "devices",
        "labs.cards",
        "labs.catalogue",
        "labs.exchange",
        "labs.feedback",
        "labs.find",
        "labs.names",
        "labs.predictions",
        "labs.widgets",
    },
    "labs.status": {"labs.author", "labs.find", "labs.session"},
    "labs.testing": set(),
    "labs.widgets": {"labs.cards"},
    "layers": set(),
    "losses": {"training"},
    "models": {"layers"},
    "pad": {"_widgets", "datasets"},
    "playground": {"_widgets", "datasets", "plots"},
    "plots": set(),
    "recurrent": {"datasets", "layers", "plots", "training"},
    "rl": {"_widgets", "plots"},
    "scale": {"datasets", "devices", "models"},
    "seq2seq": {"datasets", "training"},
    "style": {"training"},
    "training": set(),
    "vision": {"datasets", "evaluation", "hog", "models", "training"},
}
"""Who imports whom, exactly: a permission that nobody uses is an error, too."""

BACKENDS = {"keras", "tensorflow", "jax", "torch"}
NO_BACKEND = ("evaluation", "labs", "grading", "datasets", "pad", "playground", "plots", "rl")
LAZY_MODULES = (
    "coursekit",
    "coursekit.evaluation",
    "coursekit.labs",
    "coursekit.grading",
    "coursekit.datasets",
    "coursekit.hog",
    "coursekit.rl",
    "coursekit.cli",
)


def _room(module: str) -> str:
    """The room of a module, given without `coursekit.`: its first part, or two where it is
    split."""
    parts = module.split(".")
    return ".".join(parts[: 2 if parts[0] in SPLIT else 1])


def _module(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def _imports(path: Path) -> list[tuple[str, int]]:
    """What a file imports, as the longest names that are modules, and the lines."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: import by the full name"
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [(name if _is_ours(name) else node.module, node.lineno) for name in inside]
    return found


def _is_ours(name: str) -> bool:
    place = ROOT.joinpath(*name.split("."))
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def _rooms_imported(path: Path) -> dict[str, int]:
    """The other rooms that a file imports, and where."""
    own = _room(_module(path))
    rooms = {
        _room(name.removeprefix("coursekit.")): line
        for name, line in _imports(path)
        if name.startswith("coursekit.")
    }
    return {room: line for room, line in rooms.items() if room not in EVERYWHERE | {own}}


SOURCES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if path.parent != PACKAGE or path.name not in {"__init__.py", "__main__.py"}
)


def test_rooms_import_what_the_table_says_and_nothing_else():
    used: dict[str, set[str]] = {}
    for path in SOURCES:
        room = _room(_module(path))
        if room in EVERYWHERE or (path.name == "__init__.py" and room in SPLIT):
            continue
        rooms = _rooms_imported(path)
        used.setdefault(room, set()).update(rooms)
        assert room in MAY_IMPORT, (
            f"{room} is not a room of DESIGN: add it to the table on purpose, or move the file"
        )
        for other, line in rooms.items():
            assert other in MAY_IMPORT[room], f"{path}:{line}: {room} may not import {other}"
    unused = {room: sorted(MAY_IMPORT[room] - used.get(room, set())) for room in MAY_IMPORT}
    assert {room: names for room, names in unused.items() if names} == {}, "nobody uses these"
    assert set(MAY_IMPORT) == set(used), "the table names rooms that are not there"


def test_the_rooms_of_a_child_and_of_the_referee_do_not_see_each_other():
    assert MAY_IMPORT["grading.child"] == {"grading.cells", "grading.protocol", "labs.exchange"}
    for room in ("grading.referee", "grading.policy", "grading.runner", "grading.plugin"):
        assert "grading.child" not in MAY_IMPORT[room]
    assert "grading.child" in MAY_IMPORT["grading.zygote"]
    assert not {"grading.referee", "grading.books", "grading.lab"} & MAY_IMPORT["grading.zygote"]


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("coursekit.grading.child.main", ("grading.referee", "grading.zygote", "grading.books")),
        ("coursekit.grading.child.main", ("labs.feedback", "labs.author", "labs.testing")),
        ("coursekit.grading.zygote.serving", ("grading.referee", "grading.books", "grading.lab")),
        ("coursekit.grading.referee.grader", ("grading.child", "grading.zygote.serving")),
    ],
)
def test_a_process_does_not_even_load_what_belongs_to_another(module, absent):
    code = f"import sys, {module}; print(*[m for m in sys.modules if m.startswith('coursekit.')])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    loaded = [name.removeprefix("coursekit.") for name in done.stdout.split()]
    assert [name for name in loaded if name.startswith(absent)] == []


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if _module(path).split(".")[0] in NO_BACKEND],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_rooms_without_a_backend_name_none(path):
    if path.relative_to(PACKAGE).as_posix() in {
        "grading/child/main.py",
        "grading/zygote/serving.py",
        "rl/in_keras.py",  # imported by its own name alone
    }:
        return
    assert [(name, line) for name, line in _imports(path) if name.split(".")[0] in BACKENDS] == []


@pytest.mark.parametrize("module", LAZY_MODULES)
def test_importing_loads_no_backend_and_no_matplotlib(module):
    code = (
        f"import sys, {module}; print(sorted({{'keras', 'tensorflow', 'jax', 'torch', "
        f"'matplotlib'}} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "[]"


def test_no_module_has_outgrown_one_room():
    long = {
        str(path.relative_to(ROOT)): n
        for path in SOURCES
        if (n := len(path.read_text().splitlines())) > 500
    }
    assert long == {}


def test_nothing_in_the_library_prints():
    guilty = []
    for path in SOURCES:
        if _module(path).split(".")[0] == "cli":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "print"
            ):
                guilty.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert guilty == []


def test_no_two_test_files_share_a_name():
    names = [
        path.name for path in (ROOT / "tests").rglob("test_*.py") if "toy_lab" not in path.parts
    ]
    assert (
        sorted(name for name in set(names) if names.count(name) > 1) == []
    )  # pytest would refuse to collect the second
