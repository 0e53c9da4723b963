"""Pages that follow from the code: commands, public names, labs, the graph of what comes first, and
whose work the site ships."""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import re
from html import escape
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent


def write_all(source: Path, labs: list[Path]) -> None:
    """Write every generated page into `source`."""
    headers = [_header(folder) for folder in labs]
    made = source / "generated"
    made.mkdir()
    (made / "labs.md").write_text(labs_table(headers), encoding="utf-8")
    (made / "term.md").write_text(term_table(headers), encoding="utf-8")
    (made / "graph.md").write_text(graph(headers), encoding="utf-8")
    (made / "licences.md").write_text(licences(), encoding="utf-8")
    (source / "commands.md").write_text(commands(), encoding="utf-8")
    (source / "labs").mkdir(exist_ok=True)
    (source / "labs" / "index.md").write_text(labs_index(headers), encoding="utf-8")
    (source / "api").mkdir()
    for name, text in api().items():
        (source / "api" / f"{name}.md").write_text(text, encoding="utf-8")
    for name, path in (
        ("contributing", ROOT / "CONTRIBUTING.md"),
        ("changelog", ROOT / "CHANGELOG.md"),
        ("data", ROOT / "data" / "README.md"),
    ):
        text = path.read_text(encoding="utf-8")
        (source / f"{name}.md").write_text(relink(text, path.parent), encoding="utf-8")
    for name in (path.name for path in DOCS.glob("*.md")):
        path = source / name
        path.write_text(relink(path.read_text(encoding="utf-8"), DOCS), encoding="utf-8")
    path = source / "glossary.md"
    path.write_text(numbers_to_labs(path.read_text(encoding="utf-8"), headers), encoding="utf-8")


# Links that were written for the repository

_GENERATED = (
    "labs/index.md",
    "api/index.md",
    "commands.md",
    "contributing.md",
    "changelog.md",
    "data.md",
)
_PAGES = {
    **{f"docs/{path.name}": path.name for path in DOCS.glob("*.md")},
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "data/README.md": "data.md",
    "README.md": "index.md",
}


def relink(text: str, folder: Path) -> str:
    """Links between files of the repository as links between pages; what has no page becomes its
    path in code."""

    def target(match: re.Match[str]) -> str:
        words, address = match[1], match[2]
        if re.match(r"[a-z]+:|#", address):
            return match[0]
        path, _, anchor = address.partition("#")
        try:
            inside = (folder / path).resolve().relative_to(ROOT).as_posix()
        except ValueError:
            return words
        if folder == DOCS and (path in _GENERATED or inside.startswith("docs/pictures/")):
            return match[0]
        lab = re.match(r"labs/(\d\d_[a-z_]+)", inside)
        page = f"labs/{lab[1]}.ipynb" if lab else _PAGES.get(inside)
        if page is None:
            return words if "`" in words else f"{words} (`{inside}`)"
        return f"[{words}]({page}{'#' + anchor if anchor else ''})"

    return re.sub(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)", target, text)


# Labs


def numbers_to_labs(text: str, labs: list[dict[str, Any]]) -> str:
    """The numbers of labs in brackets, "(05)" or "(02, 04)", as links to the labs' pages."""
    pages = {lab["number"]: f"[{lab['number']}](/labs/{lab['name']}.ipynb)" for lab in labs}

    def linked(match: re.Match[str]) -> str:
        return re.sub(r"\d\d", lambda number: pages.get(number[0], number[0]), match[0])

    return re.sub(r"\(\d\d(?:, \d\d)*\)", linked, text)


def _header(folder: Path) -> dict[str, Any]:
    from coursekit.labs.author.build import lab_points
    from coursekit.labs.author.source import read_lab

    lab = read_lab(folder)
    needs = lab.meta["prerequisites"]
    return {
        "name": lab.name,
        "number": f"{lab.number:02d}",
        "title": lab.title,
        "question": lab.meta["question"],
        "goals": lab.meta["goals"],
        "needs": needs if isinstance(needs, list) else [needs],
        "seconds": lab.meta["seconds"],
        "exercises": len(lab.exercises),
        "points": sum(lab_points(lab).values()),
    }


def before(lab: dict[str, Any], numbers: list[str]) -> list[str]:
    """The labs named in a lab's prerequisites: "lab 03", "labs 02 and 05", "labs 01 to 04"."""
    found: set[str] = set()
    for text in lab["needs"]:
        for first, last in re.findall(r"\b(\d\d) to (\d\d)\b", text):
            found |= {n for n in numbers if first <= n <= last}
        if re.search(r"\blabs?\b", text):
            found |= set(re.findall(r"\b\d\d\b", text)) & set(numbers)
    return sorted(n for n in found if n < lab["number"])


def labs_table(labs: list[dict[str, Any]]) -> str:
    """The list of labs with the questions they open with."""
    rows = [
        f"| {lab['number']} | [{lab['title']}](/labs/{lab['name']}.ipynb) | {lab['question']} |"
        for lab in labs
    ]
    return "\n".join(["| lab | topic | question |", "|---|---|---|", *rows, ""])


def labs_index(labs: list[dict[str, Any]]) -> str:
    """The first page of the labs."""
    names = "\n".join(lab["name"] for lab in labs)
    return (
        "# Labs\n\nEach page is the notebook that a student gets, with the pictures that right "
        "answers draw. The answers themselves are not here: a function to write stands as it is "
        "handed out. What would give a prediction away is folded until you ask for it.\n\n"
        "Pages are made in fast mode: smaller data and fewer epochs than in the lab itself.\n\n"
        f"{labs_table(labs)}\n```{{toctree}}\n:hidden:\n\n{names}\n```\n"
    )


def term_table(labs: list[dict[str, Any]]) -> str:
    """A week per lab, with what it asks of a student and of the machine."""
    numbers = [lab["number"] for lab in labs]
    rows = [
        f"| {week} | [{lab['number']} {lab['title']}](/labs/{lab['name']}.ipynb) | "
        f"{lab['exercises']} | {lab['points']:g} | {lab['seconds']['cpu']} s | "
        f"{', '.join(before(lab, numbers)) or 'none'} |"
        for week, lab in enumerate(labs, start=1)
    ]
    return "\n".join(
        [
            "| week | lab | exercises | points | computing time, two cores | labs before it |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def graph(labs: list[dict[str, Any]]) -> str:
    """Which lab needs which, drawn as an SVG in the page, and said in words."""
    numbers = [lab["number"] for lab in labs]
    needs = {lab["number"]: before(lab, numbers) for lab in labs}
    depth: dict[str, int] = {}
    for number in numbers:
        depth[number] = max((depth[n] + 1 for n in needs[number]), default=0)
    rows: dict[int, list[str]] = {}
    for number in numbers:
        rows.setdefault(depth[number], []).append(number)
    if not labs:
        return ""
    wide, high, gap = 190, 46, 46
    most = max((len(row) for row in rows.values()), default=1)
    width, height = most * (wide + 20), len(rows) * (high + gap) - gap + 4
    at = {}
    for level, row in rows.items():
        left = (width - len(row) * (wide + 20) + 20) / 2
        for place, number in enumerate(row):
            at[number] = (left + place * (wide + 20), 2 + level * (high + gap))
    titles = {lab["number"]: lab["title"] for lab in labs}
    parts = []
    for number in numbers:
        for other in needs[number]:
            (x0, y0), (x1, y1) = at[other], at[number]
            parts.append(
                f'<path d="M{x0 + wide / 2:.0f} {y0 + high:.0f} C{x0 + wide / 2:.0f} '
                f"{y0 + high + gap / 2:.0f} {x1 + wide / 2:.0f} {y1 - gap / 2:.0f} "
                f'{x1 + wide / 2:.0f} {y1:.0f}"/>'
            )
    for number, (x, y) in at.items():
        words = titles[number]
        words = words if len(words) <= 24 else words[:23].rstrip(" ,:") + "…"
        parts.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{wide}" height="{high}" rx="6"/>'
            f'<text x="{x + wide / 2:.0f}" y="{y + 19:.0f}">{number}</text>'
            f'<text x="{x + wide / 2:.0f}" y="{y + 36:.0f}">{escape(words)}</text>'
        )
    said = "; ".join(
        f"lab {n} {'after ' + ', '.join(needs[n]) if needs[n] else 'stands alone'}" for n in numbers
    )
    svg = (
        f'<div class="graph" tabindex="0" role="region" aria-label="Graph of the labs">'
        f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img" '
        f'aria-label="{escape(said)}">{"".join(parts)}</svg></div>'
    )
    return f"```{{raw}} html\n{svg}\n```\n"


# Commands


def commands() -> str:
    """The command line, from its own parsers."""
    from coursekit.cli import build_parser

    parser = build_parser()
    lines = ["# Commands", "", parser.description or "", "", _usage(parser), ""]
    lines += _options(parser)
    for name, sub in _children(parser):
        lines += _command(f"coursekit {name}", sub, 2)
    return "\n".join(lines) + "\n"


def _children(parser: argparse.ArgumentParser) -> list[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return list(action.choices.items())
    return []


def _command(name: str, parser: argparse.ArgumentParser, level: int) -> list[str]:
    lines = [f"{'#' * level} {name}", "", _text(parser.description or ""), ""]
    lines += [_usage(parser), "", *_options(parser)]
    if parser.epilog:
        lines += ["```text", parser.epilog.strip("\n") % {"prog": parser.prog}, "```", ""]
    for child, sub in _children(parser):
        lines += _command(f"{name} {child}", sub, level + 1)
    return lines


def _usage(parser: argparse.ArgumentParser) -> str:
    text = parser.format_usage().removeprefix("usage: ").strip()
    return f"```text\n{text}\n```"


def _options(parser: argparse.ArgumentParser) -> list[str]:
    rows = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction | argparse._HelpAction):
            continue
        if action.help == argparse.SUPPRESS:
            continue
        formatter = parser._get_formatter()
        called = formatter._format_action_invocation(action)
        try:
            words = formatter._expand_help(action) if action.help else ""
        except (KeyError, ValueError):
            words = action.help or ""
        rows.append(f"| `{called.replace('|', chr(92) + '|')}` | {_text(words)} |")
    return ["| argument | what it does |", "|---|---|", *rows, ""] if rows else []


def _text(words: str) -> str:
    return " ".join(words.split()).replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


# Public names


def api() -> dict[str, str]:
    """One page per room with every public name, and an index."""
    import coursekit

    pages, rows = {}, []
    for room in [*sorted(coursekit._ROOMS), "errors"]:
        module = importlib.import_module(f"coursekit.{room}")
        names = list(getattr(module, "__all__", [])) or [
            name
            for name, value in vars(module).items()
            if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
        ]
        first = (inspect.getdoc(module) or "").split("\n\n")[0]
        rows.append(f"| [coursekit.{room}]({room}.md) | {_words(first)} | {len(names)} |")
        entries = [_entry(f"coursekit.{room}", name, getattr(module, name)) for name in names]
        pages[room] = f"# coursekit.{room}\n\n{_prose(first)}\n\n" + "\n".join(entries)
    short = [f"| `coursekit.{name}` | {_home(name)} |" for name in coursekit.__all__]
    listed = "\n".join(pages)
    pages["index"] = (
        "# Public names\n\nEvery name here has a docstring with shapes, units and errors; what is "
        "not here is not public.\n\n| room | what is in it | names |\n|---|---|---|\n"
        + "\n".join(rows)
        + "\n\n## Short names\n\n| name | is |\n|---|---|\n"
        + "\n".join(short)
        + f"\n\n```{{toctree}}\n:hidden:\n\n{listed}\n```\n"
    )
    return pages


def _home(name: str) -> str:
    import coursekit

    home = coursekit._PUBLIC.get(name) or getattr(coursekit, name).__module__
    room = home.removeprefix("coursekit.").split(".")[0]
    return f"[coursekit.{room}.{name}](<{room}.md#{_anchor(name)}>)"


def _anchor(name: str) -> str:
    return re.sub(r"[^a-z0-9_-]", "", name.lower())


def _entry(module: str, name: str, value: object) -> str:
    """One public name: how it is called and what its docstring says."""
    lines = [f"## {name}", ""]
    if inspect.isclass(value) or callable(value):
        lines += ["```python", f"{module}.{name}{_signature(value)}", "```", ""]
        lines += [docstring(inspect.getdoc(value) or ""), ""]
    elif isinstance(value, dict):
        lines += [f"A dict with the keys {', '.join(f'`{key}`' for key in value)}.", ""]
    else:
        lines += [f"`{str(value)[:200]}`", ""]
    if inspect.isclass(value) and not issubclass(value, BaseException):
        for key, member in vars(value).items():
            made = member.__func__ if isinstance(member, classmethod | staticmethod) else member
            said = inspect.getdoc(made)
            if key.startswith("_") or not said:
                continue
            if isinstance(made, property):
                lines += [f"### {name}.{key}", "", docstring(said), ""]
            elif inspect.isfunction(made):
                lines += [f"### {name}.{key}", "", "```python", f".{key}{_signature(made)}", "```"]
                lines += ["", docstring(said), ""]
    return "\n".join(lines)


def _signature(value: object) -> str:
    """How something is called, an argument a line where one line would be long."""
    try:
        found = inspect.signature(value)
    except (TypeError, ValueError):
        return "(...)"
    parts, star = [], False
    for name, parameter in found.parameters.items():
        if name in ("self", "cls"):
            continue
        if parameter.kind is parameter.VAR_POSITIONAL:
            star = True
        elif parameter.kind is parameter.KEYWORD_ONLY and not star:
            parts, star = [*parts, "*"], True
        parts.append(_parameter(parameter))
    gives = found.return_annotation
    hidden = gives is inspect.Signature.empty or inspect.isclass(value)
    after = "" if hidden else f" -> {_type(gives)}"
    line = f"({', '.join(parts)}){after}"
    if len(line) > 60 and parts:
        line = "(\n    " + ",\n    ".join(parts) + f",\n){after}"
    return re.sub(r" at 0x[0-9a-f]+", "", line)


def _type(annotation: object) -> str:
    """An annotation as it was written, without the quotes of one that is kept as text."""
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


def _parameter(parameter: inspect.Parameter) -> str:
    bare = str(parameter.replace(annotation=parameter.empty, default=parameter.empty))
    typed = parameter.annotation is not parameter.empty
    text = f"{bare}: {_type(parameter.annotation)}" if typed else bare
    if parameter.default is parameter.empty:
        return text
    return f"{text} = {parameter.default!r}" if typed else f"{text}={parameter.default!r}"


_SECTIONS = (
    "Args",
    "Arguments",
    "Attributes",
    "Returns",
    "Yields",
    "Raises",
    "Input shape",
    "Output shape",
)


def docstring(text: str) -> str:
    """A docstring in the package's style as Markdown: sections become lists, examples code."""
    lines, out, at = text.splitlines(), [], 0
    while at < len(lines):
        line = lines[at]
        head = re.fullmatch(rf"({'|'.join(_SECTIONS)}):", line.strip())
        if head:
            at += 1
            block = []
            while at < len(lines) and (not lines[at].strip() or lines[at].startswith(" ")):
                block.append(lines[at])
                at += 1
            out += ["", f"**{head[1]}**", "", *_section(block), ""]
        elif line.lstrip().startswith(">>>"):
            code = []
            while at < len(lines) and lines[at].strip():
                code.append(lines[at].strip().partition("  # doctest")[0])
                at += 1
            out += ["", "```pycon", *code, "```", ""]
        else:
            out.append(_prose(line.strip()))
            at += 1
    return "\n".join(out)


def _section(block: list[str]) -> list[str]:
    """The lines of a section: an entry per line at the first indent, what is deeper belongs to
    it."""
    filled = [line for line in block if line.strip()]
    if not filled:
        return []
    first = min(len(line) - len(line.lstrip()) for line in filled)
    entries: list[str] = []
    for line in filled:
        if len(line) - len(line.lstrip()) == first or not entries:
            entries.append(line.strip())
        else:
            entries[-1] += f" {line.strip()}"
    named = [re.fullmatch(r"([*\w.`, ]{1,120}?)(?: \([^)]*\))?: (.+)", entry) for entry in entries]
    if not all(named):
        return [_prose(" ".join(entries))]
    return [f"- `{match[1].strip('`')}`: {_prose(match[2])}" for match in named]


def _prose(text: str) -> str:
    """Text as Markdown: what would be markup outside of code spans is escaped."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(
        part if part.startswith("`") else re.sub(r"([\\*$<>\[\]{}|])", r"\\\1", part)
        for part in parts
    )


def _words(text: str) -> str:
    return " ".join(_prose(text).split())


# Licences


def licences() -> str:
    """What the pages ship besides our own, as npm and pip say."""
    import importlib.metadata

    rows = []
    modules = DOCS / "_npm" / "node_modules"
    wanted = json.loads((DOCS / "package.json").read_text(encoding="utf-8"))["dependencies"]
    uses = {"mathjax": "formulas", "onnxruntime-web": "runs the digit pad's models"}
    for name in wanted:
        path = modules / name / "package.json"
        if path.is_file():
            told = json.loads(path.read_text(encoding="utf-8"))
            rows.append(f"| {name} {told['version']} | {told['license']} | {uses.get(name, '')} |")
    for name, use in (("furo", "the theme"), ("Sphinx", "search and base styles")):
        told = importlib.metadata.metadata(name)
        licence = told.get("License-Expression") or told.get("License") or "see its package"
        if len(licence) > 40:
            licence = next(
                (c.rpartition(" :: ")[2] for c in told.get_all("Classifier") if "License" in c), ""
            )
        rows.append(f"| {name} {told['Version']} | {licence} | {use} |")
    return "\n".join(["| package | licence | what for |", "|---|---|---|", *rows, ""])
