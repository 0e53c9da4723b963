"""Which graded submission belongs to which row of a roster."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from coursekit._text import folded
from coursekit.grading.books.table import Table, exact
from coursekit.grading.lms import SYSTEMS
from coursekit.grading.record import Record

_PLAIN_KINDS = ("login", "number", "email", "local", "name")


class Matched:
    """Which record belongs to which row. What fits several belongs to none, and is told."""

    def __init__(self, table: Table, records: Sequence[Record]):
        by: dict[tuple[str, str], set[int]] = defaultdict(set)
        for row in table.people:
            for kind, key in table.identifiers(row):
                if key:
                    by[kind, key].add(row)
        claims: dict[int, list[Record]] = defaultdict(list)
        self.strangers = []
        self.refused = _uneven(table)
        self.touched: set[int] = set()
        for record in records:
            found = set().union(*(by.get(key, set()) for key in _keys(record, table)))
            self.touched |= found
            if not found:
                self.strangers.append(record.student)
            elif len(found) > 1:
                names = "; ".join(f"{table.person(r)} in line {r + 1}" for r in sorted(found))
                self.refused.append(
                    f"{record.student} fits {len(found)} rows of {table.path.name} ({names}): "
                    f"none was filled"
                )
            else:
                claims[found.pop()].append(record)
        self.rows = {row: several[0] for row, several in claims.items() if len(several) == 1}
        for row, several in claims.items():
            if len(several) > 1:
                names = ", ".join(record.student for record in several)
                self.refused.append(
                    f"{table.person(row)} fits {len(several)} submissions ({names}): not filled"
                )


def _uneven(table: Table) -> list[str]:
    """One line on the rows in which cells may stand under other titles, if there are any."""
    if not table.uneven:
        return []
    lines = [str(row + 1) for row in table.uneven]
    more = f" and {len(lines) - 5} more" if len(lines) > 5 else ""
    which = f"lines {', '.join(lines[:5])}{more}" if len(lines) > 1 else f"line {lines[0]}"
    has = "has" if len(lines) == 1 else "have"
    return [
        f"{which} of {table.path.name} {has} more cells than there are titles: not filled (quote "
        f"names with a comma, or export again)"
    ]


def _keys(record: Record, table: Table) -> list[tuple[str, str]]:
    """What a record may be found by: its system's number in that system's own column, else the
    words that its system or the instructor named it by."""
    if record.lms == table.system.name and record.lms_id and "id" in table.kinds.values():
        return [("id", record.lms_id)]
    kinds = {s.name: s.named_by for s in SYSTEMS}.get(record.lms, _PLAIN_KINDS)
    name = re.sub(r" \(\d+\)$", "", record.student) if record.lms else record.student
    keys = [(kind, folded(name) if kind == "name" else exact(name)) for kind in kinds]
    return [(kind, key) for kind, key in keys if key]
