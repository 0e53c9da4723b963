"""Run a lab's solution in full and write its receipt into the docs."""

from __future__ import annotations

import datetime
import json
import platform
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from coursekit._files import write_atomic
from coursekit.errors import CoursekitError, InvalidInputError
from coursekit.labs.author.execute import execute_notebook
from coursekit.labs.author.notebook import build_notebook
from coursekit.labs.author.source import read_lab

_HEAD = """\
# Receipts

What each lab claims, what its source states, and what was measured here. Each table is written by the command above it.
"""
_THROUGHPUT = """\
# Throughput

Images a second on each device on which somebody ran `coursekit reproduce --throughput`, or lab 21; it
writes the rows, and a row of the same device, versions, network, batch and precision takes the place of the older one. A device
that is not here was not measured.

"""
_KEYS = ("claim", "source", "stated", "measured", "note")


def reproduce(
    folder: str | Path,
    receipts: str | Path,
    *,
    fast: bool = False,
    cluster: str | None = None,
    timeout: int = 3600,
) -> dict[str, Any]:
    """Run the solution notebook of a lab and put its receipt into the Markdown file `receipts`.

    Args:
        folder: the lab's folder.
        receipts: the file to write or update; other labs' tables in it stay.
        fast: run in fast mode; the table says so.
        cluster: address of a Ray cluster for what a lab trains on several hosts.
        timeout: seconds per cell.

    Returns:
        the receipt as plain data.

    Raises:
        CoursekitError: if the notebook stops with an error or writes no receipt.
    """
    lab = read_lab(folder)
    with tempfile.TemporaryDirectory(prefix="coursekit-reproduce-") as work:
        record_path = Path(work) / "receipt.json"
        environment = {
            "COURSEKIT_LABS": str(lab.folder.resolve().parent),
            "COURSEKIT_FAST": "1" if fast else "0",
            "COURSEKIT_MEMORY": "off",
            "COURSEKIT_RECEIPT": str(record_path),
            **({"COURSEKIT_CLUSTER": cluster} if cluster else {}),
        }
        notebook = build_notebook(lab, "solution")
        done = execute_notebook(
            notebook, Path(work), environment=environment, timeout=timeout, blocked=False
        )
        if done.error:
            raise CoursekitError(
                f"Expected the solution of {lab.name} to run. Received: {done.error}."
            )
        if not record_path.is_file():
            raise CoursekitError(
                f"Expected {lab.name} to end in lab.receipt(...). Received: no receipt."
            )
        record = json.loads(record_path.read_text(encoding="utf-8"))
    record["seconds"] = round(done.own_seconds)  # on a busy machine, without the waiting
    record["date"] = datetime.date.today().isoformat()
    record["command"] = f"coursekit reproduce {lab.name[:2]}{' --fast' if fast else ''}"
    record["machine"] = (
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    )
    write_receipt(record, lab.title, receipts)
    if record.get("throughput"):
        rows = [{**row, "date": record["date"]} for row in record["throughput"]]
        write_throughput(rows, Path(receipts).with_name("throughput.md"))
    return record


def write_receipt(record: dict[str, Any], title: str, path: str | Path) -> Path:
    """Put one lab's table into the Markdown file `path`, in the order of the labs; what stands
    there of other labs stays.

    Raises:
        InvalidInputError: if `path` exists but is not text.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else _HEAD
    except UnicodeDecodeError:
        raise InvalidInputError(
            f"Expected a Markdown file. Received: {path}, which is not text."
        ) from None
    head, sections = _sections(text)
    sections[record["lab"]] = _section(record, title)
    return write_atomic(
        path, head.rstrip() + "\n\n" + "\n".join(sections[name] for name in sorted(sections))
    )


def write_throughput(rows: Sequence[Mapping[str, str]], path: str | Path) -> Path:
    """Add rows to the table of the Markdown file `path`; all have one form, the rate and the date
    last. A row that differs from an older one in these two alone takes its place.

    Raises:
        InvalidInputError: if the table there has other columns.
    """
    path = Path(path)
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    keys = list(rows[0])
    lines = [line[2:-2].split(" | ") for line in text.splitlines() if line.startswith("| ")]
    if lines and lines[0] != keys:
        raise InvalidInputError(
            f"Expected a table with the columns {', '.join(keys)} in {path}. Received: "
            f"{', '.join(lines[0])}. Move the file away and run the command again."
        )
    table = {tuple(line[:-2]): line for line in lines[1:]}
    for row in rows:
        cells = [_cell(row[key]) for key in keys]
        table[tuple(cells[:-2])] = cells
    body = [keys, *table.values()]
    shown = ["| " + " | ".join(cells) + " |" for cells in body]
    shown.insert(1, "|" + "---|" * len(keys))
    return write_atomic(path, _THROUGHPUT + "\n".join(shown) + "\n")


def _sections(text: str) -> tuple[str, dict[str, str]]:
    """What stands before the first table, and each lab's part, by the comments that `_section`
    writes."""
    head, *parts = text.split("<!-- lab ")
    found = {}
    for part in parts:
        name, _, body = part.partition(" -->")
        found[name.strip()] = f"<!-- lab {name.strip()} -->{body.rstrip()}\n"
    return head, found


def _section(record: dict[str, Any], title: str) -> str:
    about = [f"`{record['command']}`", record["date"], f"{record['seconds']} s", record["machine"]]
    if record.get("backend"):
        about.append(f"backend {record['backend']}")
    if record.get("seeds"):
        about.append(f"seeds {', '.join(map(str, record['seeds']))}")
    if record.get("fast"):
        about.append("fast mode")
    lines = [
        f"<!-- lab {record['lab']} -->",
        f"## {record['lab'][:2]} {title}",
        "",
        " · ".join(about),
        "",
    ]
    lines += ["| " + " | ".join(_KEYS) + " |", "|" + "---|" * len(_KEYS)]
    lines += [
        "| " + " | ".join(_cell(row.get(key, "")) for key in _KEYS) + " |" for row in record["rows"]
    ]
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")
