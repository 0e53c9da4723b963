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

EVERYWHERE = {"errors", "_files", "_html", "_text"}
MAY_IMPORT = {
    "cli": {"comparison", "datasets", "devices", "evaluation", "grading", "labs", "plots"},
    "comparison": {
        "classifier",
        "datasets",
        "devices",
        "evaluation",
        "hog",
        "models",
        "plots",
        "training",
    },
    "grading": {"labs", "plots"},
    "labs": {"evaluation", "plots", "devices"},
    "classifier": {"devices", "models", "training"},
    "training": {"devices"},
    "plots": {"evaluation"},
    "evaluation": {"plots"},
    "hog": {"plots"},
    "datasets": set(),
    "devices": {"datasets", "grading"},
    "losses": set(),
    "layers": set(),
    "callbacks": set(),
    "models": set(),
    "pad": {"datasets"},
    "playground": {"datasets", "plots"},
}
"""`devices` may look at datasets and grading for `doctor`, lazily; `plots` and `evaluation` share
the drawing style."""

BACKENDS = {"keras", "tensorflow", "jax", "torch"}
NO_BACKEND = ("evaluation", "labs", "grading", "datasets", "pad", "playground", "plots")
LAZY_MODULES = (
    "coursekit",
    "coursekit.evaluation",
    "coursekit.labs",
    "coursekit.grading",
    "coursekit.datasets",
    "coursekit.hog",
    "coursekit.cli",
)


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> list[tuple[str, int]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: import by the full name"
            found.append((node.module, node.lineno))
            found += [
                (f"{node.module}.{alias.name}", node.lineno)
                for alias in node.names
                if node.module == "coursekit"
            ]
    return found


SOURCES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if path.parent != PACKAGE or path.name not in {"__init__.py", "__main__.py"}
)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_what_it_may(path):
    room = _room(path)
    if room in EVERYWHERE:
        return
    assert room in MAY_IMPORT, (
        f"{room} is not a room of DESIGN: add it to the table on purpose, or move the file"
    )
    allowed = MAY_IMPORT[room] | EVERYWHERE | {room, "__version__"}
    for name, line in _imports(path):
        if name.startswith("coursekit."):
            assert name.split(".")[1] in allowed, f"{path}:{line}: {room} may not import {name}"


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if _room(path) in NO_BACKEND],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_rooms_without_a_backend_name_none(path):
    if path.relative_to(PACKAGE).as_posix() in {
        "grading/child/main.py",
        "grading/zygote/process.py",
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
        if _room(path) == "cli":
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
