"""The late policy: how many per cent a day after the deadline cost."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from coursekit.errors import InvalidInputError

_POLICY = re.compile(
    r"(?P<deadline>[^,]+),\s*(?P<rate>\d+(?:\.\d+)?)%/day(?:,\s*max\s*(?P<most>\d+(?:\.\d+)?)%)?(?:,\s*grace\s*(?P<grace>\d+)\s*min)?"
)


@dataclass(frozen=True)
class LatePolicy:
    """`per_day` per cent of the points for each day begun after `deadline` and a grace period, at
    most `most` per cent."""

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
        moment = _moment(submitted)
        if moment is None:
            return 0.0
        seconds = (moment - self.deadline).total_seconds() - 60 * self.grace_minutes
        return float(math.ceil(seconds / 86_400)) if seconds > 0 else 0.0

    def penalty(self, submitted: str) -> float:
        """The share of the points that is taken off, 0 to 1."""
        return min(self.days_late(submitted) * self.per_day, self.most) / 100.0


def _moment(text: str) -> datetime | None:
    text = text.strip().removesuffix(" UTC").replace("Z", "+00:00")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
