"""The command line. Each command lives in a module of its own and is a thin call into the
library."""

from __future__ import annotations

import argparse
import contextlib
import errno
import importlib
import os
import sys
from collections.abc import Sequence

from coursekit import __version__
from coursekit._path import leave_current_folder
from coursekit._text import one_line
from coursekit.cli._parser import Parser, help_of
from coursekit.errors import CoursekitError

_COMMANDS = ("labs", "compare", "grade", "data", "models", "doctor", "reproduce")
_EXAMPLES = """\
examples:
  coursekit labs status                      which exercises here are answered and pass
  coursekit compare --data digits            five ways to read handwritten digits, one report
  coursekit grade 05 submissions/ --out graded/
  coursekit doctor                           what is missing on this machine, and what to do

`coursekit COMMAND --help` tells more about each."""
_NOT_ON_WINDOWS = {"fcntl", "resource", "termios", "pwd", "grp"}
_EXTRAS = {
    "keras": "tensorflow",
    "tensorflow": "tensorflow",
    "jax": "jax",
    "numba": "fast",
    "nbclient": "labs",
    "nbformat": "labs",
    "jupytext": "labs",
    "pytest": "labs",
    "yaml": "labs",
    "psutil": "grading",
    "ray": "cluster",
}
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EBADF)
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


def build_parser() -> argparse.ArgumentParser:
    """The whole command line as an `argparse` parser; building it imports no backend."""
    parser = Parser(
        prog="coursekit",
        description="Labs, honest comparisons and safe grading for a deep-learning course.",
        epilog=_EXAMPLES,
    )
    parser.add_argument("--version", action="version", version=f"coursekit {__version__}")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    parser.set_defaults(run=help_of(parser))
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name in _COMMANDS:
        importlib.import_module(f"coursekit.cli.{name}").add_parser(commands)
    return parser


def _joined(words: Sequence[str]) -> list[str]:
    """The command's words with `grade export` as one: a command of its own beside `grade LAB`."""
    words = list(words)
    for place in range(len(words) - 1):
        if words[place : place + 2] == ["grade", "export"]:
            return [*words[:place], "grade export", *words[place + 2 :]]
    return words


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0, 2 after an error meant for a person, 130 after
    Ctrl-C and, in `reproduce`, SIGTERM."""
    _speak_any_console()
    leave_current_folder()
    args = build_parser().parse_args(_joined(sys.argv[1:] if argv is None else argv))
    try:
        _check_platform(args)
        code = args.run(args) or 0
        sys.stdout.flush()
        return code
    except CoursekitError as error:
        if args.debug:
            raise
        return _refuse(str(error))
    except ModuleNotFoundError as error:
        message = _missing(args.command, (error.name or "").partition(".")[0])
        if args.debug or message is None:
            raise
        return _refuse(message)
    except KeyboardInterrupt:
        if args.debug:
            raise
        print("coursekit: interrupted; nothing half-written was left behind.", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        _say_no_more()
        return 0
    except SystemExit as ended:
        if args.debug or not isinstance(ended.__context__, BrokenPipeError):
            raise
        return 0  # rich ends so where the reader of a pipe has gone
    except OSError as error:
        if args.debug or error.filename is not None or error.errno not in _NO_ROOM:
            raise
        _say_no_more()
        return _refuse(
            f"Expected standard output that takes what is printed. Received: {error.strerror}. "
            f"Print to another place, or free some space."
        )


def _say_no_more() -> None:
    """Nothing more goes to standard output, not at the interpreter's end either."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refuse(message: str) -> int:
    print(f"coursekit: {one_line(message, 4000)}", file=sys.stderr)
    return EXIT_USAGE


def _check_platform(args: argparse.Namespace) -> None:
    """Grading puts submissions into a sandbox that Linux alone has; `grade export` needs none."""
    if args.command == "grade" and not sys.platform.startswith("linux"):
        raise CoursekitError(_needs_linux("grade"))


def _missing(command: str, module: str) -> str | None:
    """What to say where a module is not installed; None where that is nobody's choice."""
    if module in _NOT_ON_WINDOWS:
        return _needs_linux(command)
    if module not in _EXTRAS:
        return None
    return (
        f"`coursekit {command}` needs the package {module}, which is not installed. Install "
        f"coursekit with its extra [{_EXTRAS[module]}], or {module} itself."
    )


def _needs_linux(command: str) -> str:
    systems = {"win32": "Windows", "darwin": "macOS"}
    return (
        f"`coursekit {command}` needs Linux, whose kernel keeps submissions apart. Received: "
        f"{systems.get(sys.platform, sys.platform)}. Run it on a Linux machine, in WSL 2 or in a "
        f"container; labs, checks and comparisons run here."
    )


def _speak_any_console() -> None:
    """On a console that cannot show every character (cp1252, say) one is replaced, not the end of
    the command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure") and (stream.encoding or "").lower() != "utf-8":
            stream.reconfigure(errors="replace")
