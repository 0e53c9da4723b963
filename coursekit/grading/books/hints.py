"""What a class was told: the known mistakes it met, and the largest groups of wrong answers that
behave alike and got no hint, each with one sample, ready to become a `@mistake`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from coursekit.grading.record import Record


@dataclass(frozen=True)
class Group:
    """Wrong answers to one exercise that behave alike and match no known mistake. `sample` is the
    source of one of them, `fingerprint` stands for how they behave."""

    lab: str
    exercise: str
    students: tuple[str, ...]
    functions: tuple[str, ...]
    sample: str
    failed: str
    fingerprint: str = ""

    def as_mistake(self) -> str:
        """The sample as an entry of `mistakes.py`, its hint still to be written."""
        name = f"seen-{len(self.students)}-times"
        head = f'@mistake("{self.exercise}", name="{name}", hints=["..."])'
        return f"{head}\n{self.sample.rstrip()}\n"


@dataclass
class ClassHints:
    """The figures of a class. `met` counts known mistakes by lab, exercise and name."""

    met: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    groups: list[Group] = field(default_factory=list)


def class_hints(records: Iterable[Record]) -> ClassHints:
    """Read the records of a gradebook.

    Args:
        records: those that count, of one lab or of several.
    """
    found = ClassHints()
    alike: dict[tuple[str, str, str], list[Record]] = {}
    for record in records:
        for exercise, behaviour in record.behaviours.items():
            if behaviour.get("mistake"):
                found.met[record.lab, exercise, behaviour["mistake"]] += 1
            else:
                key = record.lab, exercise, str(behaviour.get("fingerprint", ""))
                alike.setdefault(key, []).append(record)
    for (lab, exercise, fingerprint), ours in alike.items():
        first = ours[0]
        functions = tuple(first.behaviours[exercise].get("functions", ()))
        sources = [first.answers.get(name, {}).get("text", "") for name in functions]
        failed = next(
            (t.title for t in first.tests if t.exercise == exercise and t.status != "passed"), ""
        )
        students = tuple(record.student for record in ours)
        sample = "\n\n".join(dict.fromkeys(text for text in sources if text))
        found.groups.append(Group(lab, exercise, students, functions, sample, failed, fingerprint))
    found.groups.sort(key=lambda group: (-len(group.students), group.lab, group.exercise))
    return found
