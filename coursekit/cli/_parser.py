"""What all commands share: help that shows examples, and a suggestion for a mistyped command."""

from __future__ import annotations

import argparse

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


def help_of(parser: argparse.ArgumentParser):
    """What a command does that was given nothing to do: it prints its help."""

    def run(args: argparse.Namespace) -> int:
        parser.print_help()
        return 0

    return run
