"""`coursekit grade`."""

from __future__ import annotations


def add_parser(commands) -> None:
    """Register the command."""
