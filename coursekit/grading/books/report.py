"""The instructor's report on a class: distribution, what each check tells, commonest mistakes,
slowest, similar answers."""

from __future__ import annotations

import itertools
import keyword
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from coursekit.grading.books import html
from coursekit.grading.lab import GradedLab
from coursekit.grading.record import Record

_TOKEN = re.compile(r"[A-Za-z_]\w*|\d+(?:\.\d+)?|[^\s\w]")
_SHINGLE = 6
_MIN_TOKENS = 30
_SIMILAR = 0.8
_MAX_PAIRS = 40


@dataclass(frozen=True)
class Item:
    """What one check tells about a class. `discrimination` is its correlation with the points of
    all other checks."""

    name: str
    exercise: str
    visibility: str
    passed: float
    discrimination: float | None
    statuses: dict[str, int]
    failed_by: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """Two answers that are more alike than chance: `share` of what is not common to the class."""

    function: str
    first: str
    second: str
    share: float
    texts: tuple[str, str]


def items(records: Sequence[Record]) -> list[Item]:
    """Statistics of each check over the class, in the order of the lab."""
    names = list(dict.fromkeys(test.name for record in records for test in record.tests))
    totals = {record.student: sum(test.points for test in record.tests) for record in records}
    found = []
    for name in names:
        here = [
            (r, t)
            for r in records
            for t in r.tests
            if t.name == name and t.status != "infrastructure-error"
        ]
        if not here:
            continue
        passes = [float(t.status == "passed") for _, t in here]
        rest = [totals[r.student] - t.points for r, t in here]
        found.append(
            Item(
                name,
                here[0][1].exercise,
                here[0][1].visibility,
                statistics.fmean(passes),
                _correlation(passes, rest),
                dict(Counter(t.status for _, t in here)),
                tuple(r.student for r, t in here if t.status != "passed"),
            )
        )
    return found


def _correlation(first: list[float], second: list[float]) -> float | None:
    if len(first) < 3 or len(set(first)) < 2 or len(set(second)) < 2:
        return None
    return statistics.correlation(first, second)


def similar_answers(records: Sequence[Record]) -> list[Pair]:
    """Pairs of answers that share most of what is not common to the class, most alike first.

    Names of variables, numbers' spacing and comments do not matter: identifiers are numbered in
    their order of appearance. Answers under 30 tokens are left out: short right answers are alike
    by nature.
    """
    found: list[Pair] = []
    functions = list(dict.fromkeys(name for record in records for name in record.answers))
    for function in functions:
        texts = {
            r.student: str(r.answers[function].get("text", ""))
            for r in records
            if function in r.answers
        }
        found += _similar(function, texts)
    found.sort(key=lambda pair: (-pair.share, pair.function, pair.first, pair.second))
    return found[:_MAX_PAIRS]


def _similar(function: str, texts: dict[str, str]) -> list[Pair]:
    shingles = {student: _shingles(text) for student, text in texts.items()}
    shingles = {student: found for student, found in shingles.items() if found}
    spread = Counter(shingle for found in shingles.values() for shingle in found)
    common = {shingle for shingle, count in spread.items() if count > max(4, 0.2 * len(shingles))}
    holders: dict[tuple, list[str]] = defaultdict(list)
    rare = {student: found - common for student, found in shingles.items()}
    for student, found in rare.items():
        for shingle in found:
            holders[shingle].append(student)
    shared: Counter[tuple[str, str]] = Counter()
    for students in holders.values():
        shared.update(itertools.combinations(sorted(students), 2))
    pairs = []
    for (first, second), count in shared.items():
        union = len(rare[first] | rare[second])
        if count >= _SHINGLE and count / union >= _SIMILAR:
            pairs.append(
                Pair(function, first, second, count / union, (texts[first], texts[second]))
            )
    return pairs


def _shingles(text: str) -> set[tuple[str, ...]]:
    names: dict[str, str] = {}
    tokens = []
    for token in _TOKEN.findall(re.sub(r'("""|\'\'\').*?\1', "", text, flags=re.DOTALL)):
        if (token[0].isalpha() or token[0] == "_") and not keyword.iskeyword(token):
            token = names.setdefault(token, f"n{len(names)}")
        tokens.append(token)
    if len(tokens) < _MIN_TOKENS:
        return set()
    return {tuple(tokens[i : i + _SHINGLE]) for i in range(len(tokens) - _SHINGLE + 1)}


def page(grades: Sequence[tuple[int, Record]], lab: GradedLab) -> str:
    """The report of one lab as HTML."""
    records = [record for _, record in grades]
    graded = [record for record in records if record.status != "infrastructure-error"]
    lost = [record.student for record in records if record.status == "infrastructure-error"]
    parts = [f"<h1>{escape(lab.title)}: the class</h1>"]
    stamps = sorted({record.sandbox for record in records if record.sandbox.startswith("unsafe")})
    parts += [f'<p class="stamp">Graded {escape(stamp)}.</p>' for stamp in stamps]
    if lost:
        parts.append(
            f"<p>Without a grade, for a fault that is not theirs: {escape(', '.join(lost))}. "
            f"Run the same command again.</p>"
        )
    if graded:
        shares = [record.percent for record in graded]
        words = (
            f"{len(graded)} submissions, median {statistics.median(shares):.0f} %, mean "
            f"{statistics.fmean(shares):.0f} %."
        )
        parts += [
            f"<p>{words}</p>",
            html.histogram(shares, alt=f"Histogram of the grades. {words}"),
        ]
    parts += (
        _item_part(graded)
        + _mistake_part(graded)
        + _slow_part(graded)
        + _note_part(graded)
        + _similar_part(graded)
    )
    return html.page(f"{lab.title}: report", parts)


def _item_part(records: Sequence[Record]) -> list[str]:
    rows = []
    for item in items(records):
        who = ", ".join(item.failed_by[:12]) + (
            f" and {len(item.failed_by) - 12} more" if len(item.failed_by) > 12 else ""
        )
        how = ", ".join(f"{status} {count}" for status, count in item.statuses.items())
        value = "" if item.discrimination is None else f"{item.discrimination:.2f}"
        name = html.Raw(escape(item.name).replace("_", "_<wbr>"))
        rows.append(
            [item.exercise, name, item.visibility, f"{100 * item.passed:.0f} %", value, how, who]
        )
    head = ["exercise", "check", "", "pass", "discrimination", "how it ended", "not passed by"]
    return [
        "<h2>What each check tells</h2>",
        "<p>Discrimination is the correlation of passing a check with the points of all other "
        "checks: near 0 it tells nothing, below 0 "
        "look at the check.</p>",
        html.table(head, rows, numbers=(3, 4)),
    ]


def _mistake_part(records: Sequence[Record]) -> list[str]:
    counts = Counter(
        (e, str(m.get("name", ""))) for record in records for e, m in record.mistakes.items()
    )
    if not counts:
        return []
    rows = [[exercise, name, count] for (exercise, name), count in counts.most_common(20)]
    return [
        "<h2>Commonest mistakes</h2>",
        html.table(["exercise", "mistake", "students"], rows, numbers=(2,)),
    ]


def _slow_part(records: Sequence[Record]) -> list[str]:
    slow = sorted(records, key=lambda record: -record.seconds)[:10]
    rows = [
        [r.student, f"{r.seconds:.1f}", f"{r.cpu_seconds:.1f}", r.max_rss_mb, r.children]
        for r in slow
    ]
    return [
        "<h2>Slowest</h2>",
        html.table(
            ["student", "seconds", "CPU seconds", "peak MB", "processes"],
            rows,
            numbers=(1, 2, 3, 4),
        ),
    ]


def _note_part(records: Sequence[Record]) -> list[str]:
    rows = [[record.student, note] for record in records for note in record.notes[:5]][:200]
    return (
        ["<h2>What was found in the files</h2>", html.table(["student", "note"], rows)]
        if rows
        else []
    )


def _similar_part(records: Sequence[Record]) -> list[str]:
    pairs = similar_answers(records)
    parts = ["<h2>Similar answers</h2>"]
    if not pairs:
        return [*parts, "<p>None beyond what the class has in common.</p>"]
    for pair in pairs:
        parts.append(
            f"<h3>{escape(pair.function)}: {escape(pair.first)} and {escape(pair.second)}, "
            f"{100 * pair.share:.0f} %</h3>"
        )
        parts.append(
            f"<div "
            f'class="pair"><pre>{escape(pair.texts[0])}</pre><pre>{escape(pair.texts[1])}</pre></div>'
        )
    return parts
