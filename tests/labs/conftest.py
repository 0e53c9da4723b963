"""The toy lab is data for these tests, not a test itself."""

import os
import shutil
from pathlib import Path

import pytest

collect_ignore_glob = ["toy_lab/*"]
os.environ.setdefault("COURSEKIT_MEMORY", "off")  # also in kernels that tests start
TOY = Path(__file__).parent / "toy_lab" / "90_toy"


@pytest.fixture
def toy(tmp_path):
    """A copy of the toy lab that a test may change."""
    return Path(shutil.copytree(TOY, tmp_path / "labs" / "90_toy"))


@pytest.fixture
def toy_bundle(tmp_path, monkeypatch):
    """The toy lab as students have it: no source, no hidden test, no mistakes."""
    from coursekit.labs.author.bundle import student_files

    folder = tmp_path / "bundle" / "90_toy"
    folder.mkdir(parents=True)
    for path in student_files(TOY):
        shutil.copy(path, folder / path.name)
    monkeypatch.setenv("COURSEKIT_LABS", str(folder.parent))
    return folder
