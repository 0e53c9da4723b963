"""Where students open a notebook: plain Jupyter with ipykernel alone, and the two images of Colab.

Each notebook is taken from a bundle, with coursekit's wheel one folder above, and is run as it is by
a kernel of that place; nbclient stays on this side. The environments take several GB and are made
in the folder that COURSEKIT_FIELD names; a run there begins with fresh ones.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.labs.author.build import solution_notebook
from coursekit.labs.author.bundle import bundle
from coursekit.labs.author.execute import alt_faults, check_faults, execute_notebook
from coursekit.labs.author.source import read_lab

ROOT = Path(__file__).parents[2]
FIELD = os.environ.get("COURSEKIT_FIELD")
LABS = sorted(folder.parent for folder in (ROOT / "labs").glob("[0-9][0-9]_*/source.py"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3000),
    pytest.mark.skipif(
        not FIELD, reason="COURSEKIT_FIELD names no folder for environments of several GB"
    ),
]

_SHELL = ("ipython==7.34.0", "ipykernel<7", "ipywidgets==7.7.1")
_BOTH_IMAGES = (
    "keras==3.13.2",
    "jax==0.7.2",
    "numpy==2.1.3",
    "scikit-learn==1.6.1",
    "scikit-image==0.25.2",
)


@dataclasses.dataclass(frozen=True)
class Place:
    """What is there before a notebook's first cell."""

    name: str
    packages: tuple[str, ...]


PLACES = (
    Place("jupyter", ("ipykernel",)),
    Place("colab", (*_SHELL, *_BOTH_IMAGES, "tensorflow==2.20.0")),
    Place("colab-tpu", (*_SHELL, *_BOTH_IMAGES)),
)


def python_of_colab() -> str:
    """Python 3.13 as in Colab, or the next older one that this machine has."""
    for version in ("3.13", "3.12", "3.11"):
        found = shutil.which(f"python{version}")
        if (
            found
            and not subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode
        ):
            return found
    return sys.executable


def run(*command: str | Path) -> str:
    """A command's output; the test is skipped where it fails for want of an index."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    if done.returncode:
        last = " ".join(done.stderr.strip().splitlines()[-2:])
        pytest.skip(f"not possible here: {Path(command[0]).name} {command[1]}: {last}")
    return done.stdout


def versions(python: Path) -> dict[str, str]:
    """What is installed beside a Python."""
    listed = run(python, "-m", "pip", "list", "--format", "json", "--disable-pip-version-check")
    return {one["name"].lower(): one["version"] for one in json.loads(listed)}


class Environments:
    """An environment for each place and first cell: what one lab installed hides no need of
    another's, and labs that ask for the same share one."""

    def __init__(self, jupyter: Path):
        self.jupyter, self.made = jupyter, {}

    def python(self, place: Place, first_cell: str) -> Path:
        """The interpreter of an environment in which no other first cell was run."""
        key = place.name, first_cell
        if key not in self.made:
            folder = Path(FIELD) / f"{place.name}-{sum(p == place.name for p, _ in self.made)}"
            python = folder / "bin" / "python"
            shutil.rmtree(folder, ignore_errors=True)
            if uv := shutil.which("uv"):
                run(uv, "venv", "--quiet", "--seed", "--python", python_of_colab(), folder)
                run(uv, "pip", "install", "--quiet", "--python", python, *place.packages)
            else:
                run(python_of_colab(), "-m", "venv", folder)
                run(python, "-m", "pip", "install", "--quiet", *place.packages)
            self.made[key] = python, versions(python)
        return self.made[key]

    def kernel(self, python: Path) -> None:
        """Let `python3` be a kernel of that environment."""
        spec = {
            "argv": [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            "display_name": "Python 3",
            "language": "python",
        }
        folder = self.jupyter / "kernels" / "python3"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")


@pytest.fixture(scope="module")
def environments(tmp_path_factory):
    return Environments(tmp_path_factory.mktemp("jupyter"))


@pytest.fixture(scope="module")
def students(tmp_path_factory):
    """A bundle of every lab with the wheel, as students unpack it."""
    folder = tmp_path_factory.mktemp("course")
    build = ("-m", "build", "--wheel", "--no-isolation", "--outdir")
    run(sys.executable, *build, folder / "dist", ROOT)
    (wheel,) = (folder / "dist").glob("coursekit-*.whl")
    bundle(LABS, folder / "students", wheel=wheel)
    return folder / "students"


@pytest.mark.parametrize("kind", ["student", "solution"])
@pytest.mark.parametrize("folder", LABS, ids=lambda folder: folder.name)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_notebook_runs_from_top_to_bottom_where_students_are(
    place, folder, kind, environments, students, tmp_path, monkeypatch
):
    lab = read_lab(folder)
    unpacked = tmp_path / "labs"
    shutil.copytree(students, unpacked)
    text = (unpacked / lab.name / f"{lab.name}.ipynb").read_text(encoding="utf-8")
    notebook = json.loads(text if kind == "student" else solution_notebook(lab))
    first = next(
        cell for cell in notebook["cells"] if "install" in cell["metadata"].get("tags", ())
    )
    python, before = environments.python(place, "".join(first["source"]))
    environments.kernel(python)
    monkeypatch.setenv("JUPYTER_PATH", str(environments.jupyter))
    for name in ("COURSEKIT_LABS", "KERAS_BACKEND", "PYTHONPATH", "PYTHONWARNINGS"):
        monkeypatch.delenv(name, raising=False)
    done = execute_notebook(
        notebook,
        unpacked / lab.name,
        environment={
            "COURSEKIT_FAST": "1",
            "COURSEKIT_MEMORY": "off",
            "COURSEKIT_WIDGETS": "1",
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "PYTHONDONTWRITEBYTECODE": "",
        },
        blocked=False,
    )
    assert done.error == ""
    assert check_faults(done.notebook, lab, kind) == []
    assert alt_faults(done.notebook) == []
    after = versions(python)
    assert {name: after.get(name) for name in before} == before, "what is there stays as it is"
    assert Path(students / "README.md").is_file()
