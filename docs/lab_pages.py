"""A lab as a page: the student's notebook with the outputs that the solution gives."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_WIDGET = "application/vnd.jupyter.widget-view+json"


def write_page(folder: Path, out: Path, cache: Path, *, fresh: bool = False) -> float:
    """Write `out/NN_topic.ipynb` for one lab; returns the seconds that its solution took (0 from
    the cache).

    Raises:
        RuntimeError: if the solution notebook stops with an error.
    """
    from coursekit.labs.author.build import lab_points
    from coursekit.labs.author.execute import execute_fast, stem_for
    from coursekit.labs.author.notebook import build_notebook
    from coursekit.labs.author.source import read_lab

    lab = read_lab(folder)
    kept, seconds = kept_outputs(folder, cache), 0.0
    if fresh or not kept.is_file():
        stem = stem_for(lab)  # before anything is run here
        solution = build_notebook(lab, "solution", lab_points(lab))
        done = execute_fast(lab, solution, stem=stem)
        if done.error:
            raise RuntimeError(f"{folder.name}: the solution notebook stops: {done.error}")
        seconds = done.seconds
        cache.mkdir(parents=True, exist_ok=True)
        for old in cache.glob(f"{folder.name}-*.json"):
            old.unlink()
        kept.write_text(json.dumps(done.notebook), encoding="utf-8")
    student = build_notebook(lab, "student", lab_points(lab))
    page = _merge(student, json.loads(kept.read_text(encoding="utf-8")))
    (out / f"{folder.name}.ipynb").write_text(json.dumps(page), encoding="utf-8")
    return seconds


def kept_outputs(folder: Path, cache: Path) -> Path:
    """Where the solution notebook is kept with its outputs, until something changes."""
    return cache / f"{folder.name}-{_digest(folder)}.json"


def _digest(folder: Path) -> str:
    """What the outputs follow from: the lab's files and the package, without the rooms that no
    notebook asks."""
    paths = [p for p in sorted(folder.iterdir()) if p.is_file()]
    package = ROOT / "coursekit"
    paths += [
        path
        for path in sorted(package.rglob("*.py"))
        if path.relative_to(package).parts[0] not in ("cli", "grading")
    ]
    total = hashlib.sha256()
    for path in paths:
        total.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return total.hexdigest()[:16]


def _merge(student: dict[str, Any], executed: dict[str, Any]) -> dict[str, Any]:
    """The student's cells with the solution's outputs; what gives an answer away is folded."""
    cells, exercise, asked = [], "", False
    for mine, theirs in zip(student["cells"], executed["cells"], strict=True):
        source = "".join(mine["source"])
        if "install" in mine["metadata"].get("tags", []) or "colab-badge" in source:
            continue
        cell = {**mine, "metadata": {"tags": []}}
        if mine["cell_type"] == "markdown":
            begun = re.search(r"Exercise (\d+\.\d+)", source)
            if begun and begun[1] != exercise:
                exercise, asked = begun[1], False
            asked = asked or bool(re.search(r"\bPredict", source))
        else:
            asked = asked or "lab.predict(" in source
            cell["outputs"] = [kept for output in theirs["outputs"] if (kept := _output(output))]
            tags = cell["metadata"]["tags"]
            shows = "lab.reveal(" in source or (asked and "lab.needs(" in source)
            if cell["outputs"] and shows:
                tags.append("hide-output")
            if len(source.splitlines()) > 12 and not mine["id"].startswith("answer-"):
                tags.append("hide-input")
            if mine["id"].startswith("answer-"):
                cell["outputs"] = []
        cells.append(cell)
        if mine["cell_type"] == "code" and "Playground(" in source and "import" not in source:
            cells.append(
                _markdown("[The playground runs on a page of this site, too.](../playground.md)")
            )
        if mine["cell_type"] == "code" and "DigitPad(" in source and "import" not in source:
            cells.append(_markdown("[The digit pad runs on a page of this site, too.](../pad.md)"))
        if mine["cell_type"] == "code" and "boltzmann.complete(" in source:
            cells.append(
                _markdown("[Such a machine dreams on a page of this site, too.](../dream.md)")
            )
        if mine["cell_type"] == "code" and "rl.Duel(" in source:
            cells.append(_markdown("[The game runs on a page of this site, too.](../duel.md)"))
    return {**student, "cells": cells}


def _markdown(text: str) -> dict[str, Any]:
    key = hashlib.sha256(text.encode()).hexdigest()[:8]
    return {"cell_type": "markdown", "id": f"site-{key}", "metadata": {}, "source": text}


def _output(output: dict[str, Any]) -> dict[str, Any] | None:
    """An output as a page can show it: none of a widget that needs its kernel."""
    data = output.get("data")
    if data is None:
        return output
    if _WIDGET in data:
        return None
    if "text/html" in data:
        text = "".join(data["text/html"])
        return {**output, "data": {**data, "text/html": prediction(text)}}
    return output


_CARD = re.compile(r"<div (style=\"[^\"]*\"><strong>Prediction ([\w.]+)</strong>)")
_STATUS = re.compile(r"<div><small>[^<]*</small></div>(?=</div>\s*$)")
_NONE = re.compile(
    r"you made none\. [^<]*<details><summary>[^<]*</summary>(.*)</details>(?=</div>\s*$)", re.S
)


def prediction(html: str) -> str:
    """A prediction's card as `site.js` takes it: asked and answered in the page, without the words
    that make sense in a notebook only. Any other HTML stays as it is."""
    card = _CARD.match(html)
    if card is None:
        return html
    text, found = _NONE.subn(r'<span class="said"></span>\1', html)
    kind = "revealed" if found else "asked"
    text = _STATUS.sub("", text)
    return _CARD.sub(rf'<div class="prediction {kind}" data-key="\2" \1', text, count=1)
