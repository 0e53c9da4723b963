"""`coursekit grade`: grade submissions, or fill in a roster from a gradebook."""

from __future__ import annotations

import argparse
import sys


def add_parser(commands) -> None:
    """Register the command."""
    parser = commands.add_parser(
        "grade",
        help="grade submissions of a lab in a sandbox",
        usage="coursekit grade LAB SUBMISSIONS --out DIR [options]\n       coursekit grade "
        "export DIR --roster FILE [--lab NAME] [--column NAME] [--out DIR]",
        description="Grade every submission of a lab: each runs in a sandbox of its own, each "
        "record is kept as soon as it is made, and the "
        "same command goes on where it was interrupted. Exit code 0 when every submission has "
        "a grade, 3 when some could not be graded "
        "for a fault of the machine.",
    )
    parser.add_argument(
        "lab",
        metavar="LAB",
        help="the lab's folder, or its number or name; `export` fills in a roster",
    )
    parser.add_argument(
        "submissions",
        metavar="SUBMISSIONS",
        help="notebooks, scripts, folders per student, or an LMS zip",
    )
    parser.add_argument(
        "--out", metavar="DIR", help="where gradebook, tables, feedback and report go"
    )
    parser.add_argument(
        "--jobs", type=int, metavar="N", help="submissions at a time (default: one per core)"
    )
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="grade on a Ray cluster that runs already: "
        "HOST:PORT, ray://HOST:PORT or auto; "
        "--jobs is then per node",
    )
    parser.add_argument(
        "--keep-warm",
        type=float,
        default=0.0,
        metavar="MINUTES",
        help="keep TensorFlow imported so long for your next command (about 0.5 GB; default: "
        "end at once)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="S", help="seed of all inputs (default 0)"
    )
    parser.add_argument(
        "--time-limit",
        type=float,
        default=30.0,
        metavar="S",
        help="seconds for each check (default 30)",
    )
    parser.add_argument(
        "--memory",
        type=int,
        default=2048,
        metavar="MB",
        help="data a submission may hold (default 2048)",
    )
    parser.add_argument(
        "--roster", metavar="FILE", help="a Canvas, Moodle or Blackboard export to fill in"
    )
    parser.add_argument(
        "--column", metavar="NAME", help="the roster's column, where its name does not tell"
    )
    parser.add_argument(
        "--late",
        metavar="POLICY",
        help='for instance "2026-11-20T23:59, 10%%/day, max 50%%, grace 15 min"',
    )
    parser.add_argument(
        "--only", metavar="EXERCISE", help="grade one exercise again, keep the others"
    )
    parser.add_argument(
        "--hidden",
        metavar="FILE",
        action="append",
        default=[],
        help="hidden tests kept elsewhere; may be repeated",
    )
    parser.add_argument(
        "--unsafe",
        action="store_true",
        help="grade without the layers that are missing; stamped into every result",
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "--lab",
        dest="lab_name",
        metavar="NAME",
        help="with export: which lab, where the gradebook holds several",
    )


def run(args: argparse.Namespace) -> int:
    """Grade, or export. Returns 0, or 3 after infrastructure errors."""
    if args.lab == "export":
        return _export(args)
    from coursekit.errors import InvalidInputError
    from coursekit.grading import runner

    if args.out is None:
        raise InvalidInputError("Expected --out DIR for the results. Received: none.")
    folder = _lab_folder(args.lab)
    summary = runner.grade(
        folder,
        args.submissions,
        args.out,
        jobs=args.jobs,
        seed=args.seed,
        time_limit=args.time_limit,
        memory=args.memory,
        late=args.late,
        only=args.only,
        hidden=args.hidden,
        unsafe=args.unsafe,
        cluster=args.cluster,
        keep_warm=args.keep_warm,
        progress=_show_progress,
        notice=_show_notice,
    )
    _show_summary(summary, args.out)
    if args.roster is not None:
        _fill(args.roster, args.out, folder.name, args.column, args.out)
    return summary.exit_code


def _lab_folder(name: str):
    from pathlib import Path

    from coursekit.labs.find import find_lab

    return Path(name).resolve() if Path(name).is_dir() else find_lab(name)


def _show_progress(progress) -> None:
    left = "" if progress.left_seconds is None else f", about {progress.left_seconds:.0f} s left"
    line = f"{progress.done} of {progress.total} graded{left}"
    if sys.stderr.isatty():
        print(
            f"\r\x1b[K{line}",
            end="\n" if progress.done == progress.total else "",
            file=sys.stderr,
            flush=True,
        )
    elif progress.done == progress.total or progress.done % 25 == 0:
        print(line, file=sys.stderr, flush=True)


def _show_notice(line: str) -> None:
    print(f"\r\x1b[K{line}" if sys.stderr.isatty() else line, file=sys.stderr, flush=True)


def _show_summary(summary, out: str) -> None:
    import statistics

    shares = [
        record.percent for record in summary.records if record.status != "infrastructure-error"
    ]
    middle = f", median {statistics.median(shares):.0f} %" if shares else ""
    kept = f", {summary.resumed} kept from before" if summary.resumed else ""
    print(
        f"{summary.graded} graded in {summary.seconds:.1f} s{kept}{middle}. Sandbox: "
        f"{summary.sandbox}. Results in {out}"
    )
    for student in summary.infrastructure_errors:
        print(
            f"no grade for {student}: the machine failed, not the student; run the same "
            f"command again",
            file=sys.stderr,
        )


def _export(args: argparse.Namespace) -> int:
    from coursekit.errors import InvalidInputError

    if args.roster is None:
        raise InvalidInputError(
            "Expected --roster FILE, as exported from Canvas, Moodle or Blackboard. Received: none."
        )
    return _fill(
        args.roster, args.submissions, args.lab_name, args.column, args.out or args.submissions
    )


def _fill(roster: str, gradebook: str, lab: str | None, column: str | None, out: str) -> int:
    from coursekit.grading.books import rosters
    from coursekit.grading.books.gradebook import Gradebook

    with Gradebook(gradebook, write=False) as book:
        filled = rosters.fill(roster, book.grades(lab), out, column=column)
    print(f"{filled.filled} grades filled into {filled.path} ({filled.kind}).")
    if filled.not_in_roster:
        print(f"graded, but not in the roster: {', '.join(filled.not_in_roster)}", file=sys.stderr)
    if filled.without_grade:
        print(
            f"in the roster, but without a submission: {', '.join(filled.without_grade)}",
            file=sys.stderr,
        )
    return 0
