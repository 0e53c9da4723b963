"""Who grades what, on machines that may die: hand out in small batches, hand out again what was
lost, give up on what kills.

Knows nothing of Ray. Work is numbered; a *place* is whoever does it.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, deque
from collections.abc import Hashable, Iterable

LIVES = 3


@dataclasses.dataclass
class _Held:
    items: set[int] = dataclasses.field(default_factory=set)
    alone: bool = False


class Dispatch:
    """Hands out work items to places and takes back what was not finished.

    An item that was lost once is suspected of having done it. From then on it is handed out alone,
    to a place that holds nothing else, and after everything that is not suspected. So an item that
    kills its place cannot cost another item more than one of its lives, and everything harmless is
    done before it gets its next chance.

    Args:
        items: numbers of what is to be done, in this order.
        lives: how often an item may be lost before it is given up.
    """

    def __init__(self, items: Iterable[int], *, lives: int = LIVES):
        self.lives, self._fresh = lives, deque(items)
        self._suspects: list[int] = []
        self._losses: Counter[int] = Counter()
        self._held: dict[Hashable, _Held] = {}

    @property
    def waiting(self) -> int:
        """How many items nobody holds."""
        return len(self._fresh) + len(self._suspects)

    @property
    def finished(self) -> bool:
        """Whether every item is done or given up."""
        return not self.waiting and not any(held.items for held in self._held.values())

    def take(self, place: Hashable, room: int) -> list[int]:
        """The next batch for a place that holds at most `room` items; empty if there is none for it
        now."""
        held = self._held.setdefault(place, _Held())
        if held.items and held.alone:
            return []
        held.alone = not held.items and not self._fresh and bool(self._suspects)
        if held.alone:
            batch = [self._suspects.pop(0)]
        else:
            batch = [
                self._fresh.popleft() for _ in range(min(room - len(held.items), len(self._fresh)))
            ]
        held.items.update(batch)
        return batch

    def done(self, place: Hashable, item: int) -> None:
        """An item is finished."""
        self._held[place].items.remove(item)

    def lost(self, place: Hashable, item: int) -> bool:
        """An item was not finished where it was. Returns whether it is given up; if not, it waits
        for another place."""
        self._held[place].items.remove(item)
        self._losses[item] += 1
        if self._losses[item] >= self.lives:
            return True
        self._suspects.append(item)
        self._suspects.sort(key=self._losses.__getitem__)
        return False
