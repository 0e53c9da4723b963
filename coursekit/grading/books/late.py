"""The late policy: how many per cent a day after the deadline cost."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from coursekit.errors import InvalidInputError

_POLICY = re.compile(
    r"(?P<deadline>[^,]+),\s*(?P<rate>\d+(?:\.\d+)?)%/day(?:,\s*max\s*(?P<most>\d+(?:\.\d+)?)%)?(?:,\s*grace\s*(?P<grace>\d+)\s*min)?"
)


@dataclass(frozen=True)
class LatePolicy:
    """`per_day` per cent of the points for each day begun after `deadline` and a grace period, at
    most `most` per cent. A time without a zone is one in the deadline's zone."""

    deadline: datetime
    per_day: float
    most: float = 100.0
    grace_minutes: int = 0

    @classmethod
    def parse(cls, text: str) -> LatePolicy:
        """Read `"2026-11-20T23:59, 10%/day, max 50%, grace 15 min"`; the last two may be left out.

        Raises:
            InvalidInputError: if the text has another form.
        """
        matched = _POLICY.fullmatch(text.strip())
        deadline = _moment(matched["deadline"].strip()) if matched else None
        if matched is None or deadline is None:
            raise InvalidInputError(
                f'Expected a late policy such as "2026-11-20T23:59, 10%/day, max 50%, grace 15 '
                f'min". Received: {text!r}.'
            )
        return cls(
            deadline,
            float(matched["rate"]),
            float(matched["most"] or 100.0),
            int(matched["grace"] or 0),
        )

    def days_late(self, submitted: str) -> float:
        """Days begun after the deadline; 0 for a time that is unknown."""
        moment = _moment(submitted, self.deadline.tzinfo)
        if moment is None:
            return 0.0
        seconds = (moment - self.deadline).total_seconds() - 60 * self.grace_minutes
        return float(math.ceil(seconds / 86_400)) if seconds > 0 else 0.0

    def penalty(self, submitted: str) -> float:
        """The share of the points that is taken off, 0 to 1."""
        return min(self.days_late(submitted) * self.per_day, self.most) / 100.0


def read_times(path: str | Path) -> dict[str, str]:
    """When each student handed in, from a CSV with the columns `student` and `submitted`.

    Raises:
        InvalidInputError: if the file has another form, a time is none, or a student has two.
    """
    wanted = "a CSV with the columns student and submitted (2026-11-20T23:59)"
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"Expected {wanted} at {path}. Received: {error}.") from None
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.DictReader(text.splitlines(), delimiter=delimiter)
    if not {"student", "submitted"} <= set(rows.fieldnames or ()):
        raise InvalidInputError(
            f"Expected {wanted} at {path}. Received: {', '.join(rows.fieldnames or ['nothing'])}."
        )
    found: dict[str, str] = {}
    for number, row in enumerate(rows, start=2):
        student, when = (row["student"] or "").strip(), (row["submitted"] or "").strip()
        if _moment(when) is None or student in found:
            raise InvalidInputError(
                f"Expected one time such as 2026-11-20T23:59 for each student. Received in "
                f"line {number} of {path}: {student!r}, {when!r}."
            )
        found[student] = when
    return found


def _moment(text: str, zone=UTC) -> datetime | None:
    text = text.strip()
    if text.endswith((" UTC", "Z")):
        text = f"{text.removesuffix(' UTC').removesuffix('Z')}+00:00"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
