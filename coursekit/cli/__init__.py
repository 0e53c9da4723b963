"""The command line. Each command lives in a module of its own and is a thin call into the
library."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from coursekit import __version__
from coursekit.errors import CoursekitError

_COMMANDS = ("compare", "data", "doctor", "labs", "grade", "reproduce")
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


def build_parser() -> argparse.ArgumentParser:
    """The whole command line as an `argparse` parser; building it imports no backend."""
    parser = argparse.ArgumentParser(
        prog="coursekit",
        description="Labs, honest comparisons and safe grading for a deep-learning course.",
    )
    parser.add_argument("--version", action="version", version=f"coursekit {__version__}")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in _COMMANDS:
        importlib.import_module(f"coursekit.cli.{name}").add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0, 2 after an error meant for a person, 130 after
    Ctrl-C."""
    args = build_parser().parse_args(argv)
    try:
        return args.run(args) or 0
    except CoursekitError as error:
        if args.debug:
            raise
        print(f"coursekit: {' '.join(str(error).split())}", file=sys.stderr)
        return EXIT_USAGE
    except KeyboardInterrupt:
        if args.debug:
            raise
        print("coursekit: interrupted; nothing half-written was left behind.", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
