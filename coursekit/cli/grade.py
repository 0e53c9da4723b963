"""`coursekit grade` grades submissions; `coursekit grade export` fills in a roster."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from coursekit._text import one_line
from coursekit.grading.lms import with_rosters


def add_parser(commands) -> None:
    """Register `grade` and `grade export`."""
    parser = commands.add_parser(
        "grade",
        help="grade submissions of a lab in a sandbox",
        description=(
            "Grade every submission of a lab: each runs in a sandbox of its own, each "
            "record is kept as soon as it is made, and the same command goes on where it was "
            "interrupted. Exit code 0 when every submission has a grade, 3 when some have none "
            "for a reason that is not the student's."
        ),
        epilog="examples:\n"
        "  coursekit grade 05 handed_in/ --out graded/\n"
        "  coursekit grade 05 canvas.zip --out graded/ --roster canvas.csv\n"
        "  coursekit grade 05 handed_in/ --out graded/ --only 5.3\n\n"
        "`coursekit grade export` fills in a roster later.",
    )
    parser.add_argument("lab", metavar="LAB", help="the lab's folder, or its number or name")
    parser.add_argument(
        "submissions",
        metavar="SUBMISSIONS",
        help="notebooks, scripts, folders per student, or an LMS's zip",
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
        "--seed",
        type=int,
        metavar="S",
        help="seed of all inputs (default: drawn at random, written in the gradebook)",
    )
    parser.add_argument(
        "--time-limit",
        type=float,
        default=30.0,
        metavar="S",
        help="seconds for each check and, up to 20, each statement of a cell (default 30)",
    )
    parser.add_argument(
        "--budget",
        type=float,
        metavar="S",
        help="seconds for a whole submission (default: ten times the lab's own, at least 300)",
    )
    parser.add_argument(
        "--memory",
        type=int,
        default=2048,
        metavar="MB",
        help="data a submission may hold (default 2048)",
    )
    _add_roster_options(parser)
    parser.add_argument(
        "--late",
        metavar="POLICY",
        help='for instance "2026-11-20T23:59, 10%%/day, max 50%%, grace 15 min"',
    )
    parser.add_argument(
        "--times",
        metavar="FILE",
        help="CSV with the columns student and submitted, for --late where the LMS's file names "
        "hold no time",
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
    _add_export(commands)


def _add_export(commands) -> None:
    parser = commands.add_parser(
        "grade export",
        help="fill a roster of an LMS in from a gradebook",
        description=(
            f"Write a copy of a roster, as exported from {with_rosters()}, with "
            "the grades in it. Nothing else in the file changes. A mark that could belong to "
            "several rows is given to none, and told; exit code 3 then, and where the machine "
            "failed on somebody or no grade at all could be filled in."
        ),
        epilog="examples:\n"
        "  coursekit grade export graded/ --roster canvas.csv\n"
        '  coursekit grade export graded/ --roster moodle.csv --column "Essay" --scale',
    )
    parser.add_argument("gradebook", metavar="DIR", help="the folder that `coursekit grade` wrote")
    _add_roster_options(parser)
    parser.add_argument(
        "--lab", metavar="LAB", help="number or name, where the gradebook holds several labs"
    )
    parser.add_argument("--out", metavar="DIR", help="where the copy goes (default: DIR)")
    parser.set_defaults(run=run_export)


def _add_roster_options(parser) -> None:
    parser.add_argument(
        "--roster",
        metavar="FILE",
        help=f"an export of {with_rosters()} to fill in, CSV or xlsx",
    )
    parser.add_argument(
        "--column", metavar="NAME", help="the roster's column, where its name does not tell"
    )
    parser.add_argument(
        "--scale",
        action="store_true",
        help="write shares of the points possible in the roster, where the lab has others",
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace what a cell holds already, EX and N/A included",
    )


def run(args: argparse.Namespace) -> int:
    """Grade. Returns 0, or 3 where somebody has no grade for a reason that is not his."""
    from coursekit.errors import InvalidInputError
    from coursekit.grading import runner

    if args.out is None:
        raise InvalidInputError("Expected --out DIR for the results. Received: none.")
    if args.roster is not None and not Path(args.roster).is_file():
        raise InvalidInputError(
            f"Expected a roster that can be read at {args.roster}. Received: no such file. Nothing "
            f"was graded; give its path, or leave --roster out and use `coursekit grade export`."
        )
    folder = _lab_folder(args.lab)
    summary = runner.grade(
        folder,
        args.submissions,
        args.out,
        jobs=args.jobs,
        seed=args.seed,
        time_limit=args.time_limit,
        memory=args.memory,
        budget=args.budget,
        late=args.late,
        times=args.times,
        only=args.only,
        hidden=args.hidden,
        unsafe=args.unsafe,
        cluster=args.cluster,
        keep_warm=args.keep_warm,
        progress=_show_progress,
        notice=_show_notice,
    )
    _show_summary(summary, args.out)
    if args.roster is None:
        return summary.exit_code
    return max(summary.exit_code, _fill(args, args.out, folder.name, args.out))


def run_export(args: argparse.Namespace) -> int:
    """Fill in a roster. Returns 0, or 3 where a mark fits several rows, where the machine
    failed on somebody, and where none was filled in."""
    from coursekit.errors import InvalidInputError

    if args.roster is None:
        raise InvalidInputError(
            f"Expected --roster FILE, as exported from {with_rosters()}. Received: none."
        )
    return _fill(args, args.gradebook, args.lab, args.out or args.gradebook)


def _lab_folder(name: str):
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
    line = one_line(line, 1000)
    print(f"\r\x1b[K{line}" if sys.stderr.isatty() else line, file=sys.stderr, flush=True)


def _tell(what: str, who, end: str = "") -> None:
    """One line on stderr about some people, if there are any."""
    if who:
        print(f"{what}: {', '.join(one_line(one) for one in who)}{end}", file=sys.stderr)


def _show_summary(summary, out: str) -> None:
    import statistics

    shares = [
        record.percent for record in summary.records if record.status != "infrastructure-error"
    ]
    middle = f", median {statistics.median(shares):.0f} %" if shares else ""
    kept = f", {summary.resumed} kept from before" if summary.resumed else ""
    print(
        f"{summary.graded} graded in {summary.seconds:.1f} s{kept}{middle}. Sandbox: "
        f"{summary.sandbox}. Seed {summary.seed}. Results in {out}"
    )
    for record in summary.records:
        if record.status == "unreadable":
            _tell("not readable", [record.student], f": {one_line(' '.join(record.notes[-1:]))}")
    for student in summary.infrastructure_errors:
        print(
            f"no grade for {one_line(student)}: the machine failed, not the student; run the same "
            f"command again",
            file=sys.stderr,
        )
    for line in summary.refused:
        print(f"not graded: {one_line(line, 1000)}", file=sys.stderr)
    _tell(
        "no time of handing in is known, so not counted as late",
        summary.without_time,
        " (--times FILE tells)",
    )
    _tell("a page that could not be made whole", summary.bare_pages)


def _fill(args: argparse.Namespace, gradebook: str, lab: str | None, out: str) -> int:
    from coursekit.grading.books import rosters
    from coursekit.grading.books.gradebook import Gradebook

    with Gradebook(gradebook, write=False) as book:
        filled = rosters.fill(
            args.roster,
            book.grades(_lab_in(book, lab)),
            out,
            column=args.column,
            scale=args.scale,
            overwrite=args.overwrite,
        )
    grades = "1 grade" if filled.filled == 1 else f"{filled.filled} grades"
    column = repr(one_line(filled.column))
    if filled.sheet:
        column += f" on sheet {one_line(filled.sheet)!r}"
    print(f"{grades} filled into the column {column} of {filled.path} ({filled.kind}).")
    _tell("graded, but not in the roster", filled.not_in_roster)
    _tell("in the roster, but without a submission", filled.without_grade)
    _tell("kept what the cell holds (--overwrite replaces it)", filled.kept)
    _tell(
        "no grade to fill in: the machine failed, not the student",
        filled.failed,
        " (run `coursekit grade` again)",
    )
    for line in filled.refused:
        print(f"refused: {one_line(line, 1000)}", file=sys.stderr)
    if not filled.filled:
        print(f"no grade was filled in: {_why_none(filled)}", file=sys.stderr)
    return 3 if filled.refused or filled.failed or not filled.filled else 0


def _lab_in(book, told: str | None) -> str | None:
    """The lab of a gradebook that is called so, by its name or number."""
    from coursekit.errors import InvalidInputError
    from coursekit.labs.find import called

    labs = book.labs()
    if told is None or told in labs:
        return told
    found = [lab for lab in labs if called(lab, told)]
    if len(found) != 1:
        raise InvalidInputError(
            f"Expected a lab of the gradebook: {', '.join(labs) or 'it holds none'}. Received: "
            f"--lab {told}."
        )
    return found[0]


def _why_none(filled) -> str:
    if filled.kept:
        return "the cells of those who were graded hold something already."
    if filled.not_in_roster and not filled.refused and not filled.failed:
        return "nobody who was graded is in the roster. Is it of this course, and as exported?"
    return "the lines above say why."
