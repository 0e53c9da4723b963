"""`coursekit reproduce`: run labs in full and write their receipts."""

from __future__ import annotations

import argparse
import contextlib
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

from coursekit.errors import InvalidInputError


def add_parser(commands) -> None:
    """Register the command."""
    parser = commands.add_parser(
        "reproduce",
        help="run labs' solutions in full and write their receipts",
        description="Run the solution notebook of each lab in full and write what it claims and "
        "what was measured, with command and date, into docs/receipts.md.",
        epilog="examples:\n  coursekit reproduce 05\n  coursekit reproduce 05 07 --fast\n  "
        "coursekit reproduce 21 --cluster head.example.org:6379\n"
        "  coursekit reproduce --throughput",
    )
    parser.add_argument("lab", nargs="*", metavar="NN", help="number, name or folder of a lab")
    parser.add_argument("--labs", metavar="DIR", help="the folder that holds the labs")
    parser.add_argument("--fast", action="store_true", help="run in fast mode; the receipt says so")
    parser.add_argument(
        "--cluster",
        metavar="HOST:PORT",
        help="a Ray cluster that runs already; lab 21 trains on its nodes, one host on each",
    )
    parser.add_argument(
        "--throughput",
        action="store_true",
        help="instead, time the course's networks on this device, and write docs/throughput.md",
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="the receipts to write (default: docs/receipts.md beside the labs)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run each lab and update the file of receipts."""
    from coursekit.labs.author.reproduce import reproduce
    from coursekit.labs.find import labs_root, select_labs

    out = (
        Path(args.out)
        if args.out
        else labs_root(args.labs).resolve().parent / "docs" / "receipts.md"
    )
    if not (args.throughput or args.lab):
        raise InvalidInputError(
            "Expected the number of a lab, or --throughput. Received: neither. "
            "Say `coursekit reproduce 05`, for instance."
        )
    with _sigterm_as_ctrl_c():
        if args.throughput:
            out = out if args.out else out.with_name("throughput.md")
            print(f"rates go to {out}", flush=True)
            return _throughput(out)
        folders = select_labs(args.lab, args.labs)
        print(f"receipts go to {out}", flush=True)
        for folder in folders:
            record = reproduce(folder, out, fast=args.fast, cluster=args.cluster)
            print(
                f"{record['lab']}: {len(record['rows'])} claims measured in {record['seconds']} s, "
                f"written to {out}"
            )
    return 0


@contextlib.contextmanager
def _sigterm_as_ctrl_c() -> Iterator[None]:
    """A batch system's SIGTERM ends the command as Ctrl-C does: tidied up, in one line."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number, frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _throughput(out: Path) -> int:
    """Time each network, and write its row before the next one is timed."""
    import datetime

    from coursekit import scale
    from coursekit.labs.author.reproduce import write_throughput

    for job in scale.jobs():
        row = scale.images_per_second(**job)
        write_throughput([{**row, "date": datetime.date.today().isoformat()}], out)
        print(
            f"{row['network']}, {row['precision']}: {row['images a second']} images a second on "
            f"{row['device']}",
            flush=True,
        )
    return 0
