"""What all commands share: help that shows examples, a suggestion for a mistyped command, and types
of options."""

from __future__ import annotations

import argparse
import math

from coursekit.errors import did_you_mean


class _Formatter(argparse.HelpFormatter):
    """Fills descriptions, and leaves a text of several lines, such as examples, as it is."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if "\n" in text:
            return text
        return super()._fill_text(text, width, indent)


class _Commands(argparse._SubParsersAction):
    """A command whose parser describes nothing is described by its line in the list."""

    def add_parser(self, name: str, **kwargs):
        line = kwargs.get("help") or ""
        kwargs.setdefault("description", line[:1].upper() + line[1:] + "." if line else None)
        return super().add_parser(name, **kwargs)


class Parser(argparse.ArgumentParser):
    """Keeps examples in its help as they are written, and names the command that a mistyped one may
    have meant. Parsers of subcommands are of the same kind."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("formatter_class", _Formatter)
        super().__init__(*args, **kwargs)
        self.register("action", "parsers", _Commands)

    def _check_value(self, action, value):
        if action.choices is not None and value not in action.choices:
            known = [str(choice) for choice in action.choices]
            raise argparse.ArgumentError(
                action,
                f"{value!r} is not known.{did_you_mean(str(value), known)} "
                f"Known: {', '.join(known)}.",
            )


def positive(text: str) -> int:
    """The type of an option that counts: a whole number above 0."""
    return _whole(text, 1, "a whole number above 0")


def seed(text: str) -> int:
    """The type of an option that is a seed: what NumPy, scikit-learn and Keras all take."""
    return _whole(text, 0, "a whole number from 0 to 4294967295", 2**32 - 1)


def _whole(text: str, low: int, wanted: str, high: float = math.inf) -> int:
    try:
        value = int(text.replace("_", ""))
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"expected {wanted}, received {text!r}")
    return value


def help_of(parser: argparse.ArgumentParser):
    """What a command does that was given nothing to do: it prints its help."""

    def run(args: argparse.Namespace) -> int:
        parser.print_help()
        return 0

    return run
