"""`coursekit doctor`: what is here, what is missing, and what to do about it."""

from __future__ import annotations

import argparse
import importlib
import json
import math
import subprocess
import sys
import threading
import time
from collections.abc import Callable

_WAIT = 12.0


def add_parser(commands) -> None:
    """Register the command."""
    parser = commands.add_parser(
        "doctor",
        help="say what is installed, on which device Keras runs, which data is here, and what "
        "to do",
        description="Look at the environment, versions, device, data and sandbox, and say what "
        "to do about each problem. Exit code 0 if coursekit can be used, 2 if something essential "
        "is missing.",
        epilog="examples:\n  coursekit doctor\n  coursekit doctor --wait 60    where the first "
        "import is slow\n  coursekit doctor --json       for a bug report",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object instead of tables"
    )
    parser.add_argument(
        "--wait",
        type=_seconds,
        default=_WAIT,
        metavar="SECONDS",
        help=f"how long to wait for the backend to start (default {_WAIT:g})",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Gather, then print. Returns 0, or 2 if something essential is missing."""
    report = examine(wait=args.wait)
    if args.json:
        print(json.dumps(report, indent=2))
    else:
        _print(report)
    return 0 if report["usable"] else 2


def examine(*, wait: float = _WAIT) -> dict:
    """Everything that doctor knows, as plain values.

    Args:
        wait: seconds for the backend and the sandbox to answer; both are asked in processes of
            their own, meanwhile the rest is read.

    Returns:
        Dict with keys usable, environment, packages, tools, device, data, sandbox, problems,
        seconds.
    """
    from coursekit.devices import _health

    started = time.perf_counter()
    probe = subprocess.Popen(
        [sys.executable, "-m", "coursekit.devices._probe"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        sandbox = _in_background(_sandbox)
        problems = [problem.to_dict() for problem in _health.problems()]
        report = {
            "environment": _health.environment(),
            "packages": _health.versions(),
            "tools": _health.tools(),
        }
        data = _data(problems)
        report["device"] = _device(probe, started + wait, wait, problems)
    finally:
        probe.kill()
        probe.communicate()
    report["data"] = data
    report["sandbox"] = _layers(sandbox(started + wait), problems)
    problems.sort(key=lambda problem: ("error", "warning", "note").index(problem["level"]))
    report["problems"] = problems
    usable = all(problem["level"] != "error" for problem in problems)
    return {"usable": usable, **report, "seconds": round(time.perf_counter() - started, 1)}


def _device(probe: subprocess.Popen, deadline: float, wait: float, problems: list[dict]) -> dict:
    """What the backend itself said, or the signs alone if it did not answer."""
    from coursekit.devices import describe

    signs = describe().to_dict()
    try:
        out, _ = probe.communicate(timeout=max(0.1, deadline - time.perf_counter()))
    except subprocess.TimeoutExpired:
        what = (
            f"The backend did not start within {wait:g} s (a first import, or a busy "
            f"machine); the device is told from signs."
        )
        problems.append(_problem("note", what, f"coursekit doctor --wait {wait * 4:g}"))
        return {**signs, "works": None}
    try:
        answer = json.loads(out.strip().splitlines()[-1])
    except (IndexError, ValueError):
        answer = {"error": f"the process that starts it ended with code {probe.returncode}"}
    if "error" not in answer and answer["works"]:
        for note in answer["notes"][
            1:
        ]:  # an accelerator that is not in use; the last sentences say what to do
            what, _, step = note.partition(". ")
            problems.append(_problem("warning", f"{what}.", step))
        return answer
    if not any(problem["level"] == "error" for problem in problems):
        what = f"Keras does not run: {answer.get('error', '1 + 2 is not 3 on this device')}."
        problems.append(
            _problem(
                "error",
                what,
                "Make a fresh environment and install coursekit there with its extra [tensorflow].",
            )
        )
    return {**signs, "works": False}


def _data(problems: list[dict]) -> list[dict]:
    """Where each data set of the registry would be read from; files are looked for, not read."""
    try:
        cache = importlib.import_module("coursekit.datasets._cache")
        registry = importlib.import_module("coursekit.datasets.registry")
    except ImportError as error:
        problems.append(
            _problem(
                "warning",
                f"Data sets cannot be listed: {error}.",
                "Install what is missing, or coursekit again.",
            )
        )
        return []
    for place, folder in cache.places():
        if place != "cache" and not folder.is_dir():
            problems.append(
                _problem(
                    "warning",
                    f"{place} names {folder}, which is not a folder.",
                    "Name a folder that has the data.",
                )
            )
    listed = []
    for name, source in registry.SOURCES.items():
        copy = next(cache.copies(source), None)
        where, origin = (str(copy.folder), copy.origin) if copy else (None, None)
        if source.bundled:
            where, origin = "scikit-learn", "comes with scikit-learn"
        listed.append({"name": name, "found": where is not None, "where": where, "origin": origin})
    absent = [entry["name"] for entry in listed if not entry["found"]]
    if absent:
        what = (
            f"Not on this machine: {', '.join(absent)}; fetched on first use if there is a network."
        )
        problems.append(
            _problem(
                "note",
                what,
                f"coursekit data fetch {' '.join(absent)}, or set COURSEKIT_DATA to a folder "
                f"that has them",
            )
        )
    return listed


def _sandbox() -> list[dict]:
    """The layers that grading can put around a submission here; empty where the sandbox is not
    installed."""
    try:
        sandbox = importlib.import_module("coursekit.grading.zygote.sandbox")
    except ImportError:
        return []
    optional = getattr(sandbox, "OPTIONAL_LAYERS", ())
    return [
        {
            "name": name,
            "available": bool(available),
            "detail": detail,
            "what_to_do": step,
            "optional": name in optional,
        }
        for name, available, detail, step in sandbox.layers()
    ]


def _layers(layers: list[dict] | None, problems: list[dict]) -> list[dict]:
    if layers is None:
        problems.append(
            _problem(
                "note",
                "The sandbox did not say in time which layers it has.",
                "Run doctor again with --wait 60",
            )
        )
        return []
    for layer in layers:
        if not layer["available"]:
            level = "note" if layer["optional"] else "warning"
            problems.append(
                _problem(
                    level,
                    f"Sandbox layer {layer['name']} is missing: {layer['detail']}.",
                    layer["what_to_do"],
                )
            )
    return layers


def _in_background(task: Callable[[], list]) -> Callable[[float], list | None]:
    """Start `task` in a thread; the function returned waits until a deadline and gives its result,
    or None."""
    result: list = []
    thread = threading.Thread(target=lambda: result.append(task()), daemon=True)
    thread.start()

    def wait(deadline: float) -> list | None:
        thread.join(max(0.1, deadline - time.perf_counter()))
        return result[0] if result else None

    return wait


def _problem(level: str, what: str, what_to_do: str) -> dict:
    return {"level": level, "what": what, "what_to_do": what_to_do}


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= 600:
        raise argparse.ArgumentTypeError(f"expected between 0 and 600 seconds. Received: {text}")
    return value


def _print(report: dict) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)

    def section(title: str, rows: list[tuple[str, str]]) -> None:
        table = Table(
            title=title,
            title_justify="left",
            title_style="bold",
            show_header=False,
            box=None,
            pad_edge=False,
        )
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in rows:
            table.add_row(escape(name), escape(value))
        console.print(table)
        console.print()

    console.print(
        "[bold green]coursekit can be used.[/]"
        if report["usable"]
        else "[bold red]coursekit cannot be used yet.[/]"
    )
    console.print()
    section(
        "What to do",
        [(p["level"], f"{p['what']} -> {p['what_to_do']}") for p in report["problems"]]
        or [("nothing", "all is well")],
    )
    machine = {name: value for name, value in report["environment"].items() if value is not None}
    section("Environment", [(name, str(value)) for name, value in machine.items()])
    section(
        "Packages", [(name, version) for name, version in report["packages"].items() if version]
    )
    section("Device", _device_rows(report["device"]))
    section(
        "Data",
        [(entry["name"], entry["origin"] or "not on this machine") for entry in report["data"]],
    )
    if report["sandbox"]:
        rows = [
            (layer["name"], f"{'yes' if layer['available'] else 'no'}: {layer['detail']}")
            for layer in report["sandbox"]
        ]
        section("Sandbox for grading", rows)


def _device_rows(device: dict) -> list[tuple[str, str]]:
    works = {True: "started and computes", False: "does not run", None: "not asked"}[
        device["works"]
    ]
    backend = (
        f"{device['backend']} {device['backend_version']} ({works})"
        if device["backend"]
        else "none"
    )
    return [
        ("device", f"{device['kind'].upper()}: {device['count']} x {device['name']}"),
        ("backend", backend),
        ("found", device["found"]),
        *(("note", note) for note in device["notes"]),
    ]
