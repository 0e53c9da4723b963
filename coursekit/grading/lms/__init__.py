"""Learning-management systems: how each names what it hands out, and what its rosters look like.

A new one is a file beside these with a `System`, and one line here.
"""

from __future__ import annotations

from collections.abc import Iterable

from coursekit.grading.lms.blackboard import BLACKBOARD
from coursekit.grading.lms.brightspace import BRIGHTSPACE
from coursekit.grading.lms.canvas import CANVAS
from coursekit.grading.lms.gradescope import GRADESCOPE
from coursekit.grading.lms.moodle import MOODLE
from coursekit.grading.lms.system import Owner, System

SYSTEMS: tuple[System, ...] = (CANVAS, MOODLE, BRIGHTSPACE, BLACKBOARD, GRADESCOPE)


def with_rosters(*, titles: bool = False) -> str:
    """The systems whose rosters are filled in, as words of a sentence; with the `titles` that tell
    each, where asked for."""
    named = []
    for system in (system for system in SYSTEMS if system.needed):
        told = [names[0] for kind, names in system.columns.items() if kind in system.needed[0]]
        named.append(system.name.capitalize() + (f" ({', '.join(told)})" if titles else ""))
    return " or ".join([", ".join(named[:-1]), named[-1]])


def owner_of(name: str) -> Owner | None:
    """Whose an upload is, by the name that a system gave it; None where no system did.

    Where two systems could have given it the shorter beginning decides: the rest of the name is
    the student's own, and may look like anything.
    """
    found = [owner for system in SYSTEMS if (owner := system.owner(name)) is not None]
    return max(found, key=lambda owner: len(owner.own_name), default=None)


def owners_of(names: Iterable[str]) -> dict[str, Owner]:
    """`owner_of` for the outermost names of a whole class; those that no system gave are absent."""
    found = {name: owner for name in names if (owner := owner_of(name)) is not None}
    for system in SYSTEMS:
        own = {name: owner for name, owner in found.items() if owner.lms == system.name}
        found |= system.together(own) if own else {}
    return found
