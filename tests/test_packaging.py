"""pyproject, environment.yml, Makefile and CI script tell the same story."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
yaml = pytest.importorskip("yaml")

_CONDA_NAMES = {"matplotlib": "matplotlib-base"}


def _split(requirement: str) -> tuple[str, str]:
    name, bound = re.fullmatch(r"([A-Za-z0-9_.-]+)(.*)", requirement.strip()).groups()
    return name.lower(), bound.strip()


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_conda_environment_matches_pyproject(project):
    extras = project["optional-dependencies"]
    wanted = {}
    for requirement in [
        *project["dependencies"],
        *(r for e in ("tensorflow", "fast", "labs", "grading") for r in extras[e]),
    ]:
        name, bound = _split(requirement)
        wanted[_CONDA_NAMES.get(name, name)] = bound
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    conda = dict(_split(item) for item in listed if isinstance(item, str))
    (pip,) = (item["pip"] for item in listed if isinstance(item, dict))
    assert conda.pop("python") == project["requires-python"]
    conda.pop("pip")
    by_pip = dict(_split(item) for item in pip if not item.startswith("-e"))
    assert set(by_pip) == {"tensorflow"}, "conda-forge has no TensorFlow for Windows"
    assert conda | by_pip == wanted


def test_backends_are_extras_only(project):
    names = {_split(requirement)[0] for requirement in project["dependencies"]}
    assert names.isdisjoint({"tensorflow", "tensorflow-cpu", "jax", "torch"})
    assert {"tensorflow", "jax", "labs", "grading", "cluster", "fast", "dev"} <= set(
        project["optional-dependencies"]
    )


def test_make_installs_every_extra(project):
    (extras,) = re.findall(
        r"^EXTRAS \?= (.+)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE
    )
    assert sorted(extras.split(",")) == sorted(project["optional-dependencies"])


def test_no_requirement_has_an_upper_pin(project):
    requirements = [
        *project["dependencies"],
        *(r for extra in project["optional-dependencies"].values() for r in extra),
    ]
    assert [r for r in requirements if re.search(r"<|==|~=", r)] == []


def test_lower_bounds_admit_the_versions_of_colab(project):
    from packaging.requirements import Requirement

    colab = {
        "tensorflow": "2.20.0",
        "keras": "3.13.2",
        "jax": "0.7.2",
        "numpy": "2.1.3",
        "scikit-image": "0.25.2",
        "scikit-learn": "1.6.1",
    }
    requirements = [
        *project["dependencies"],
        *(r for extra in project["optional-dependencies"].values() for r in extra),
    ]
    for requirement in map(Requirement, requirements):
        if requirement.name in colab:
            assert requirement.specifier.contains(colab[requirement.name]), requirement


def test_every_command_states_what_it_does():
    from coursekit.cli import build_parser

    parser = build_parser()
    actions = [
        action
        for action in parser._actions
        if getattr(action, "choices", None) and not action.option_strings
    ]
    commands = actions[0].choices
    assert {"compare", "data", "doctor", "labs", "grade", "reproduce"} <= set(commands)
    for name, command in commands.items():
        assert command.description, f"{name} has no description"


def test_readme_documents_every_command():
    from coursekit.cli import _COMMANDS

    readme = (ROOT / "README.md").read_text()
    assert [name for name in _COMMANDS if f"coursekit {name}" not in readme] == []
    assert "make demo" in readme
    assert "make test" in readme


def test_public_names_resolve_and_nothing_heavy_is_loaded():
    code = (
        "import sys, coursekit\n"
        "heavy = {'keras', 'tensorflow', 'jax', 'matplotlib', 'sklearn', 'skimage', 'pandas'} "
        "& set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "missing = [name for name in coursekit.__all__ if getattr(coursekit, name, None) is None]\n"
        "assert not missing, missing\n"
        "assert callable(coursekit.compare)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr


def test_no_address_but_that_of_the_project_is_named(project):
    home = project.get("urls", {}).get("Repository", "")
    texts = [ROOT / "README.md", ROOT / "pyproject.toml", *(ROOT / "docs").glob("*.md")]
    found = {
        f"{path.name}: {address}"
        for path in texts
        for address in re.findall(
            r"(?:github\.com|pypi\.org/project)/coursekit[\w/.-]*", path.read_text()
        )
        if not home or address not in home
    }
    assert found == set()


def test_the_readmes_list_of_labs_says_what_the_labs_say():
    from coursekit.labs.author.source import read_lab

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\d\d)\]\(labs/(\w+)/\w+\.ipynb\) \| (.+) \| (.+) \|$", readme, re.M)
    assert len(rows) >= 9
    for number, name, title, question in rows:
        lab = read_lab(ROOT / "labs" / name)
        assert (f"{lab.number:02d}", lab.title, lab.meta["question"]) == (number, title, question)


def test_no_text_sends_a_reader_to_a_package_index_for_coursekit():
    """While no address is declared, that name there may be a stranger's."""
    places = ("coursekit/**/*.py", "docs/*.md", "*.md", "labs/**/*.py")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for place in places
        for path in ROOT.glob(place)
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"install\b.*[\"'` ]coursekit(\[|[\"'`]|$)", line)
        and "coursekit with its extra" not in line
    ]
    assert found == []


def test_the_words_promise_no_more_than_the_sandbox_keeps():
    for path in (ROOT / "README.md", ROOT / "pyproject.toml", ROOT / "docs" / "grading.md"):
        assert "cannot be cheated" not in path.read_text()
        assert "cannot cheat" not in path.read_text()
    assert "shares the machine's kernel" in (ROOT / "README.md").read_text()


def test_every_local_link_and_picture_of_the_readme_is_there():
    text = (ROOT / "README.md").read_text()
    targets = re.findall(r"\]\(([^)#]+)\)", text)
    assert len(targets) > 10
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_lowest_versions_are_read_from_pyproject(project):
    done = subprocess.run(
        [sys.executable, ROOT / ".ci" / "lowest.py"], capture_output=True, text=True, check=True
    )
    pins = dict(line.split("==") for line in done.stdout.splitlines())
    for requirement in project["dependencies"]:
        name, bound = _split(requirement)
        assert f">={pins[name]}" == bound
