"""What students get: notebooks, public tests, fingerprints, a README; and nothing that tells."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path

from coursekit._files import all_or_none, writable
from coursekit.errors import InvalidInputError, LabSourceError, OutputError
from coursekit.labs.author._repository import Address
from coursekit.labs.author._wheel import PRIVATE, PUBLIC, lab_texts
from coursekit.labs.author.build import stale, student_notebook
from coursekit.labs.author.mistakes import load_mistakes, solution_functions
from coursekit.labs.author.notebook import cell_sources
from coursekit.labs.author.source import BEGIN, END, Lab, read_lab, solution_lines, stub_text


def student_files(folder: str | Path) -> list[Path]:
    """The files of a lab's folder that students may see: the notebook, public checks, fingerprints,
    figures, and what the source's header lists under `files`. Nothing else."""
    folder = Path(folder)
    listed: list[str] = []
    if (folder / "source.py").is_file():
        listed = [str(name) for name in read_lab(folder).meta.get("files") or ()]
    for name in listed:
        if name.lower() in PRIVATE or Path(name).name != name or name.startswith("."):
            raise LabSourceError(
                f"{folder / 'source.py'}:2: expected files: [...] to name files beside the source "
                f"that students may see. Received: {name!r}."
            )
    names = {f"{folder.resolve().name}.ipynb", *PUBLIC, *listed}
    return [folder / name for name in sorted(names) if (folder / name).is_file()]


def bundle(
    folders: Sequence[str | Path],
    out: str | Path,
    *,
    wheel: str | Path | None = None,
    address: str | None = None,
) -> list[Path]:
    """Write a repository for students into the folder `out`: notebooks, public checks, a README,
    and coursekit's wheel, which holds no solution.

    Args:
        folders: lab folders with sources.
        out: a new or empty folder.
        wheel: coursekit's wheel, as `python -m build --wheel` makes it. Every file in it is read.
        address: where the bundle will be published, "https://github.com/OWNER/NAME"; its badges and
            first cells then name that address, in its plain form, and its wheel. Without one they
            name none.

    Returns:
        the files written.

    Raises:
        LabSourceError: if a lab is not built, or what goes out would give away a solution, a hidden
            test or a mistake's code.
        OutputError: if `out` holds something, or cannot be written: nothing is left there then.
        InvalidInputError: if `wheel` is no wheel of coursekit or holds what our build puts in none,
            `address` is no repository's or is given without a wheel, or two labs have one name.
    """
    out = Path(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(
            f"Expected a new or empty folder. Received: {out}, which holds something. Choose "
            f"another --out."
        )
    there = _address(wheel, address)
    brought = lab_texts(wheel) if wheel is not None else {}
    labs = [read_lab(folder) for folder in folders]
    by_name = {lab.name: lab for lab in labs}
    if twice := [lab for lab in labs if by_name[lab.name] is not lab]:
        raise InvalidInputError(
            f"Expected labs of different names. Received: {twice[0].folder} and "
            f"{by_name[twice[0].name].folder}. Bundle them into two folders."
        )
    for lab in labs:
        if late := stale(lab.folder):
            raise LabSourceError(
                f"{late[0]}:1: expected a file that fits the source. Run `coursekit labs "
                f"build` first."
            )
        if told := leaks(lab) + _wheel_leaks(lab, brought.get(lab.name, {})):
            raise LabSourceError(
                f"{lab.folder}:1: expected nothing that tells the answer. Received: {told[0]}."
            )
    files: dict[str, str | bytes] = {}
    for lab in labs:
        for path in student_files(lab.folder):
            own = path.name == f"{lab.name}.ipynb"
            content = student_notebook(lab, there) if own else path.read_bytes()
            files[f"{lab.name}/{path.name}"] = content
    if wheel:
        files[Path(wheel).name] = Path(wheel).read_bytes()
    files["README.md"] = _readme(labs, wheel, there)
    with writable(out), all_or_none(out) as made:
        for name, content in files.items():
            made.write(name, content)
    return [out / name for name in files]


def _address(wheel: str | Path | None, address: str | None) -> Address | None:
    """The address of the bundle, which needs a wheel there."""
    if address is None:
        return None
    if wheel is None:
        raise InvalidInputError(
            "Expected --wheel FILE with --address: the first cell of a notebook in Colab installs "
            "coursekit from there. Received: no wheel. Make one with `python -m build --wheel`."
        )
    return Address(address, labs="", wheel=Path(wheel).name)


def leaks(lab: Lab) -> list[str]:
    """Where anything that goes out to students holds lines of the solution, of hidden tests, or of a
    mistake's code."""
    artefacts = {f"{lab.name}.ipynb": student_notebook(lab)}
    for path in student_files(lab.folder):
        artefacts.setdefault(path.name, path.read_text(encoding="utf-8", errors="replace"))
    texts = {name: _readable(lab, name, text) for name, text in artefacts.items()}
    found = _shown(lab, texts)
    given = [stub_text(cell.text, cell.exercise or "") for cell in lab.cells if cell.kind == "code"]
    for text in given:
        found += _whole_solutions(lab, f"{lab.name}.ipynb", text)
    return found


def _wheel_leaks(lab: Lab, texts: Mapping[str, str]) -> list[str]:
    """Where the texts that a wheel brings of a lab show what they may not."""
    found = _shown(lab, texts)
    if f"{lab.name}.ipynb" in texts:
        found += _whole_solutions(lab, f"{lab.name}.ipynb", texts[f"{lab.name}.ipynb"])
    return [f"the wheel's {leak}" for leak in found]


def _shown(lab: Lab, texts: Mapping[str, str]) -> list[str]:
    """Where texts for students, by file name, hold telling lines, markers or whole solutions."""
    found = []
    own = "\n".join(cell.text for cell in lab.cells if cell.kind == "code")
    public = lab.folder / "test_public.py"
    public_text = public.read_text(encoding="utf-8") if public.is_file() else ""
    hidden = _test_lines(lab.folder / "test_hidden.py") - _lines(public_text) - _lines(own)
    wrong = _mistake_lines(lab) - _lines(own) - _lines(public_text)
    telling = {"solution": solution_lines(lab), "hidden test": hidden, "mistake": wrong}
    for name, text in texts.items():
        there = _lines(text)
        for kind, lines in telling.items():
            if name == "test_public.py" and kind == "solution":
                continue
            told = sorted(
                line for line in lines if line in there or (name.endswith(".json") and line in text)
            )
            if told:
                found.append(f"{name} shows {kind} text: {told[0][:80]!r}")
        if BEGIN in text or END in text:
            found.append(f"{name} shows a solution marker")
        if name != f"{lab.name}.ipynb":
            found += _whole_solutions(lab, name, text)
    return found


def _readable(lab: Lab, name: str, text: str) -> str:
    """A text for students as they read it: of a notebook the sources of its cells."""
    if not name.endswith(".ipynb"):
        return text
    try:
        return "\n".join(cell_sources(text)[1])
    except InvalidInputError as error:
        raise LabSourceError(f"{lab.folder / name}:1: {error}") from error


def _whole_solutions(lab: Lab, name: str, text: str) -> list[str]:
    """Solution regions that stand in a text for students line by line."""
    found, there = [], _lines(text)
    for exercise in lab.exercises:
        for cell in exercise.cells:
            for region in cell.text.split(BEGIN)[1:]:
                lines = {x.strip() for x in region.split(END)[0].splitlines()}
                lines = {x for x in lines if len(x) > 12 and not x.startswith("#")}
                if lines and lines <= there:
                    found.append(f"{name} shows the whole solution of exercise {exercise.number}")
    return found


def _lines(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines()}


def _test_lines(path: Path) -> set[str]:
    """Telling lines of a test file: statements of over 20 characters, imports left out."""
    if not path.is_file():
        return set()
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    imports = {
        n.lineno for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Import | ast.ImportFrom)
    }
    kept = (line.strip() for number, line in enumerate(lines, start=1) if number not in imports)
    return {line for line in kept if len(line) > 20 and not line.startswith(("#", "@"))}


def _mistake_lines(lab: Lab) -> set[str]:
    """Telling lines of `mistakes.py`: its code without hints and docstrings, and the lines that its
    edits change."""
    path = lab.folder / "mistakes.py"
    entries = load_mistakes(lab.folder, lab)
    if not entries:
        return set()
    solution = solution_functions(lab)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    lines = path.read_text(encoding="utf-8").splitlines()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for statement in node.body:
                if not (
                    isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
                ):
                    found |= {
                        line.strip() for line in lines[statement.lineno - 1 : statement.end_lineno]
                    }
    for entry in entries:
        if entry.text:
            found |= _lines(entry.text) - _lines(solution[entry.function])
    return {line for line in found if len(line) > 20 and not line.startswith("#")}


def _readme(labs: Sequence[Lab], wheel: str | Path | None, address: Address | None) -> str:
    rows = "\n".join(
        f"| [{lab.name}]({lab.name}/{lab.name}.ipynb) | {lab.title} | {len(lab.exercises)} | "
        f"{lab.meta['seconds']['cpu']} s |"
        for lab in labs
    )
    install = (
        "the wheel of coursekit that you were given, with `[tensorflow,labs]` behind its name."
    )
    if wheel:
        install = f'`pip install "./{Path(wheel).name}[tensorflow,labs]"`, here in this folder.'
    if address and address.badge(""):
        install += " In Colab nothing is to be done: a notebook's first cell does it."
    return f"""# Labs

| lab | about | exercises | computing time |
|---|---|---|---|
{rows}

Each folder holds one notebook and the checks it runs. Keep them together; the notebook finds its checks beside it.

1. Install: {install}
2. Start Jupyter here, open a notebook, and run its cells from the top.
3. Write each function in place of `raise NotAnsweredYet(...)`, then run the `check(...)` below it, as often as you like.
4. `coursekit labs status` shows what is answered, what passes, and what is still to do.

The checks here are public. Others, on other inputs, run at grading.
"""
