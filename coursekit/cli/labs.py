"""`coursekit labs`: build, check, verify, export, bundle and start labs; show a student's own
state."""

from __future__ import annotations

import argparse

from coursekit.cli._parser import help_of


def add_parser(commands) -> None:
    """Register the command and its subcommands."""
    parser = commands.add_parser(
        "labs",
        help="build, verify and bundle labs; show a student's progress",
        description="Build student notebooks from lab sources, prove that a lab fits together, "
        "bundle it, show a student's progress.",
        epilog="examples:\n  coursekit labs status\n  coursekit labs verify 05\n"
        "  coursekit labs bundle --out students/",
    )
    parser.set_defaults(run=help_of(parser))
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    _build(actions)
    _verify(actions)
    _export(actions)
    _bundle(actions)
    _status(actions)
    _hints(actions)
    _new(actions)


def _with_labs(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument(
        "lab", nargs="*", metavar="NN", help="number, name or folder of a lab; all if none is given"
    )
    parser.add_argument("--labs", metavar="DIR", help="the folder that holds the labs")
    return parser


def _build(actions) -> None:
    parser = _with_labs(
        actions.add_parser(
            "build", help="write the student notebooks and fingerprints from the sources"
        )
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 if a file is out of date"
    )
    parser.set_defaults(run=run_build)


def _verify(actions) -> None:
    parser = _with_labs(
        actions.add_parser(
            "verify", help="prove that solution, stub, checks, mistakes and notebooks fit"
        )
    )
    parser.add_argument(
        "--backend", choices=("tensorflow", "jax", "torch"), help="Keras backend to verify with"
    )
    parser.add_argument(
        "--seeds",
        type=int,
        default=20,
        metavar="N",
        help="seeds that the solution must pass (default 20)",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=1,
        metavar="N",
        help="checks and notebooks that run at the same time",
    )
    parser.add_argument(
        "--mutants",
        action="store_true",
        help="also change the solution in small ways; each change is to fail a check",
    )
    parser.add_argument(
        "--fresh",
        nargs="?",
        const="tests/labs/fresh",
        metavar="DIR",
        help="instead, measure hints on answers kept in DIR (default tests/labs/fresh)",
    )
    parser.add_argument("--no-notebooks", action="store_true", help="do not execute the notebooks")
    parser.set_defaults(run=run_verify)


def _export(actions) -> None:
    parser = actions.add_parser(
        "export", help="write one lab's student or solution notebook to a file"
    )
    parser.add_argument("lab", metavar="NN", help="number, name or folder of the lab")
    parser.add_argument("--labs", metavar="DIR", help="the folder that holds the labs")
    parser.add_argument(
        "--kind",
        choices=("student", "solution"),
        default="student",
        help="which of the two (default student)",
    )
    parser.add_argument("--out", required=True, metavar="FILE", help="the notebook to write")
    parser.add_argument("--overwrite", action="store_true", help="replace what FILE holds already")
    parser.set_defaults(run=run_export)


def _bundle(actions) -> None:
    parser = _with_labs(
        actions.add_parser(
            "bundle", help="write the students' repository: notebooks, public checks, wheel, README"
        )
    )
    parser.add_argument("--out", required=True, metavar="DIR", help="the folder to write")
    parser.add_argument(
        "--wheel", metavar="FILE", help="coursekit's wheel, to lie beside the notebooks"
    )
    parser.add_argument(
        "--address",
        metavar="URL",
        help="where the bundle will be published, https://github.com/OWNER/NAME, for its badges",
    )
    parser.set_defaults(run=run_bundle)


def _status(actions) -> None:
    parser = actions.add_parser(
        "status", help="show which exercises in a folder are answered and pass"
    )
    parser.add_argument(
        "folder",
        nargs="?",
        default=".",
        metavar="FOLDER",
        help="where the notebooks are (default: here)",
    )
    parser.set_defaults(run=run_status)


def _hints(actions) -> None:
    parser = actions.add_parser(
        "hints", help="show which mistakes a graded class met, and what got no hint"
    )
    parser.add_argument("gradebook", metavar="GRADEBOOK", help="the folder that `grade` wrote")
    parser.add_argument("--lab", metavar="NN_topic", help="only this lab")
    parser.add_argument(
        "--groups", type=int, default=3, metavar="N", help="largest groups shown (default 3)"
    )
    parser.add_argument("--labs", metavar="DIR", help="the folder that holds the labs")
    parser.add_argument(
        "--no-sentences",
        action="store_true",
        help="do not run the samples again to find what a check tells of them",
    )
    parser.add_argument(
        "--unsafe", action="store_true", help="run samples where a layer of the sandbox is missing"
    )
    parser.set_defaults(run=run_hints)


def _new(actions) -> None:
    parser = actions.add_parser("new", help="make the skeleton of a lab that verifies")
    parser.add_argument("name", metavar="NN_topic", help="its number and a word, as in 23_topic")
    parser.add_argument(
        "--labs", metavar="DIR", help="the folder that holds the labs (default: labs)"
    )
    parser.set_defaults(run=run_new)


def run_build(args: argparse.Namespace) -> int:
    """Build, or check that all is built. Exit code 1 if `--check` finds a stale file."""
    from coursekit.labs.author.build import build, stale
    from coursekit.labs.find import select_labs

    late = []
    for folder in select_labs(args.lab, args.labs):
        if args.check:
            late += stale(folder)
        else:
            for path in build(folder):
                print(f"wrote {path}")
    for path in late:
        print(f"out of date: {path}")
    if late:
        print("Run `coursekit labs build` and commit what it writes.")
    return 1 if late else 0


def run_verify(args: argparse.Namespace) -> int:
    """Verify and print the matrix. Exit code 1 if a problem was found."""
    import os

    if args.backend:
        os.environ["KERAS_BACKEND"] = args.backend
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

    from rich.console import Console

    from coursekit.errors import InvalidInputError
    from coursekit.labs.author.jobs import verify_labs
    from coursekit.labs.find import select_labs

    for name, value in (("--seeds", args.seeds), ("--jobs", args.jobs)):
        if value < 1:
            raise InvalidInputError(f"Expected {name} of at least 1. Received: {value}.")
    console = Console()
    folders = select_labs(args.lab, args.labs)
    if args.fresh:
        return _verify_fresh(console, folders, args.fresh)
    bad = 0
    options = {
        "seeds": args.seeds,
        "notebooks": not args.no_notebooks,
        "mutants": args.mutants,
    }
    with console.status("") as status:
        for report in verify_labs(folders, args.jobs, progress=status.update, **options):
            _print_report(console, report)
            bad += not report.ok
    console.print("[bold red]not verified[/]" if bad else "[bold green]verified[/]")
    return 1 if bad else 0


def _verify_fresh(console, folders, answers: str) -> int:
    from rich.markup import escape

    from coursekit.labs.author.fresh import verify_fresh

    bad = 0
    for folder in folders:
        with console.status(folder.name) as status:
            report = verify_fresh(folder, answers, progress=status.update)
        wrong, public = len(report.wrong), sum(r.public for r in report.wrong)
        caught = sum(r.caught for r in report.wrong)
        console.print(
            f"{report.name}: {wrong} wrong answers, {caught} caught, {public} by public checks; of "
            f"these {report.count('helps')} helped, {report.count('misleads')} misled, "
            f"{len(report.unjudged)} not judged; {len(report.rejected)} right ones rejected"
        )
        for result in report.rejected:
            console.print(
                f"  rejected: {escape(result.entry.exercise)} {escape(result.entry.name)}"
            )
        for result in report.wrong:
            if not result.caught:
                console.print(f"  not caught: {result.entry.exercise} {escape(result.entry.name)}")
        bad += bool(report.rejected)
    return 1 if bad else 0


def _print_report(console, report) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=f"Lab {report.name}", title_justify="left")
    for column in (
        "ex.",
        "public",
        "hidden",
        "points",
        "solution",
        "stub",
        "known",
        "caught",
        "hinted",
        "half done",
        *(["mutants"] if any(line.mutants for line in report.exercises) else []),
    ):
        table.add_column(
            column, justify="left" if column in ("ex.", "solution", "stub") else "right"
        )
    for line in report.exercises:
        counts = (
            line.public,
            line.hidden,
            f"{line.points:g}",
            line.solution,
            line.stub,
            line.mistakes,
            line.caught,
            line.hinted,
            f"{line.kept} of {line.alone}" if line.alone else "",
            *([f"{line.mutants.killed} of {line.mutants.tried}"] if line.mutants else []),
        )
        table.add_row(line.number, *map(str, counts))
    console.print(table)
    for note in report.notes:
        console.print(f"  {escape(note)}")
    for problem in report.problems:
        console.print(f"  [red]problem:[/] {escape(problem)}", soft_wrap=True)


def run_export(args: argparse.Namespace) -> int:
    """Write one notebook."""
    from coursekit.labs.author.build import export
    from coursekit.labs.find import select_labs

    folder = select_labs([args.lab], args.labs)[0]
    print(f"wrote {export(folder, args.out, kind=args.kind, overwrite=args.overwrite)}")
    return 0


def run_bundle(args: argparse.Namespace) -> int:
    """Write the bundle for students."""
    from coursekit.labs.author.bundle import bundle
    from coursekit.labs.find import select_labs

    folders = select_labs(args.lab, args.labs)
    for path in bundle(folders, args.out, wheel=args.wheel, address=args.address):
        print(f"wrote {path}")
    return 0


def run_status(args: argparse.Namespace) -> int:
    """Show a student's state."""
    from rich.console import Console

    from coursekit.labs.status import print_status

    print_status(args.folder, Console())
    return 0


def run_hints(args: argparse.Namespace) -> int:
    """Print the mistakes that a class met, and the largest groups that got no hint, with what a
    check tells of them."""
    from rich.console import Console
    from rich.table import Table

    from coursekit.grading.books.gradebook import Gradebook
    from coursekit.grading.books.hints import class_hints

    with Gradebook(args.gradebook, write=False) as book:
        found = class_hints(record for _, record in book.grades(args.lab))
    console = Console()
    table = Table(title="Known mistakes met", title_justify="left")
    for column in ("lab", "exercise", "mistake", "students"):
        table.add_column(column, justify="right" if column == "students" else "left")
    for (lab, exercise, name), count in found.met.most_common():
        table.add_row(lab, exercise, name, str(count))
    console.print(table)
    shown = found.groups[: args.groups]
    told = {} if args.no_sentences else _sentences(console, shown, args)
    for place, group in enumerate(shown):
        console.print(
            f"\n{group.lab} {group.exercise}: {len(group.students)} alike without a hint. "
            f"Fails: {group.failed}",
            markup=False,
        )
        for explanation in told.get(place, ()):
            text = f"{explanation.lead}: {explanation.text}"
            console.print(text, markup=False, highlight=False, soft_wrap=True)
        console.print(group.as_mistake(), markup=False, highlight=False)
    if told:
        _print_kinds(console, shown, told)
    if not found.groups:
        console.print("Every wrong answer got the hint of a known mistake.")
    return 0


def _sentences(console, groups, args: argparse.Namespace) -> dict[int, tuple]:
    """What a check tells of each group's sample, by the group's place."""
    from coursekit.errors import CoursekitError
    from coursekit.grading.sentences import Teller
    from coursekit.labs.find import select_labs

    found: dict[int, tuple] = {}
    for lab in dict.fromkeys(group.lab for group in groups):
        try:
            with (
                console.status(f"{lab}: running samples"),
                Teller(select_labs([lab], args.labs)[0], unsafe=args.unsafe) as teller,
            ):
                for place, group in enumerate(groups):
                    if group.lab == lab and group.sample:
                        found[place] = teller.sentences(
                            group.exercise, group.sample, group.fingerprint
                        )
        except CoursekitError as error:
            console.print(f"No sentences for {lab}: {error}", markup=False)
    return found


def _print_kinds(console, groups, told) -> None:
    from collections import Counter

    from rich.table import Table

    counts: Counter[tuple[str, str, str]] = Counter()
    for place, explanations in told.items():
        group = groups[place]
        for kind in dict.fromkeys(e.kind for e in explanations) or ["none"]:
            counts[group.lab, group.exercise, kind] += len(group.students)
    table = Table(title="Computed sentences in these groups", title_justify="left")
    for column in ("lab", "exercise", "kind", "students"):
        table.add_column(column, justify="right" if column == "students" else "left")
    for (lab, exercise, kind), count in counts.most_common():
        table.add_row(lab, exercise, kind, str(count))
    console.print(table)


def run_new(args: argparse.Namespace) -> int:
    """Make a skeleton."""
    from coursekit.labs.author.scaffold import scaffold

    for path in scaffold(args.name, args.labs):
        print(f"wrote {path}")
    return 0
