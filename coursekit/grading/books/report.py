"""The instructor's report on a class: where the points went, the commonest mistakes, a table of the
students, similar answers, what each check tells."""

from __future__ import annotations

import itertools
import keyword
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from coursekit._html import Html, el, folded, join, page, table, words
from coursekit._text import number, one_line
from coursekit.grading.books import drawing
from coursekit.grading.lab import GradedLab
from coursekit.grading.record import Record
from coursekit.grading.submission import safe_name

_TOKEN = re.compile(r"[A-Za-z_]\w*|\d+(?:\.\d+)?|[^\s\w]")
_SHINGLE = 6
_MIN_TOKENS = 30
_SIMILAR = 0.8
_MAX_TEXT = 20_000
_MAX_GROUPS, _MAX_MISTAKES, _MAX_NOTES, _MAX_NAMED = 40, 20, 200, 12
_STUDENT_HEAD = (
    "student",
    "points",
    "%",
    "status",
    "handed in",
    "days late",
    "attempt",
    "seconds",
    "notes",
)
_STYLE = """
.hinted { font-weight: 400; } @media (max-width: 40rem) { .losses th:nth-child(3), .losses td:nth-child(3) { display: none; } }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem; }
.losses td:nth-child(3) { width: 40%; min-width: 7rem; padding-right: 1rem; }
.sorted button { all: unset; cursor: pointer; font-weight: 600; white-space: nowrap; color: var(--soft); } .sorted button:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
.sorted th[aria-sort] button::after { content: " \\2191"; } .sorted th[aria-sort=descending] button::after { content: " \\2193"; }
.sorted td, .sorted th { white-space: nowrap; } .search input { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--soft); border-radius: 6px; padding: .3rem .6rem; max-width: 100%; }
"""
_SCRIPT = """
const table = document.getElementById("students"), body = table.tBodies[0], rows = [...body.rows];
const search = document.getElementById("search"), found = document.getElementById("found");
search.addEventListener("input", () => {
  const wanted = search.value.trim().toLowerCase();
  let count = 0;
  for (const row of rows) {
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
    count += !row.hidden;
  }
  found.textContent = `${count} of ${rows.length} students`;
});
const heads = [...table.tHead.rows[0].cells];
heads.forEach((head, place) => head.firstElementChild.addEventListener("click", () => {
  const down = head.getAttribute("aria-sort") === "ascending";
  heads.forEach(other => other.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const text = row => row.cells[place].textContent;
  const compare = (a, b) => text(a).localeCompare(text(b), undefined, {numeric: true});
  const known = rows.filter(row => text(row)).sort((a, b) => down ? compare(b, a) : compare(a, b));
  body.append(...known, ...rows.filter(row => !text(row)));
}));
"""


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
class Loss:
    """What an exercise cost a class: points lost of those there were, and how many kept all."""

    exercise: str
    lost: float
    possible: float
    whole: int
    students: int


@dataclass(frozen=True)
class Group:
    """Students whose answers to one function are more alike than chance: each shares `share` or
    more of what is not common to the class with another of the group. `texts` are two of them."""

    function: str
    students: tuple[str, ...]
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


def losses(records: Sequence[Record]) -> list[Loss]:
    """The exercises, those that cost the class most points first."""
    found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0, 0])
    for record in records:
        for exercise in dict.fromkeys(test.exercise for test in record.tests):
            most = sum(t.max_points for t in record.tests if t.exercise == exercise)
            got, entry = record.exercise_points(exercise), found[exercise]
            whole = got >= most - 1e-6
            for place, value in enumerate((most - got, most, whole, 1)):
                entry[place] += value
    made = [
        Loss(e, round(lost, 6), round(possible, 6), int(whole), count)
        for e, (lost, possible, whole, count) in found.items()
    ]
    return sorted(made, key=lambda one: -one.lost)


def similar_answers(records: Sequence[Record]) -> list[Group]:
    """Groups of answers that share most of what is not common to the class, most alike first.

    Names of variables, numbers' spacing and comments do not matter: identifiers are numbered in
    their order of appearance. Answers under 30 tokens are left out: short right answers are alike
    by nature.
    """
    found: list[Group] = []
    functions = list(dict.fromkeys(name for record in records for name in record.answers))
    for function in functions:
        texts = {
            r.student: str(answer.get("text", ""))[:_MAX_TEXT]
            for r in records
            if isinstance(answer := r.answers.get(function), dict)
        }
        found += _groups(function, texts)
    found.sort(key=lambda group: (-group.share, group.function, group.students))
    return found[:_MAX_GROUPS]


def _groups(function: str, texts: dict[str, str]) -> list[Group]:
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
    pairs: dict[tuple[str, str], float] = {}
    for (first, second), count in shared.items():
        union = len(rare[first] | rare[second])
        if count >= _SHINGLE and count / union >= _SIMILAR:
            pairs[first, second] = count / union
    made = []
    for members in _connected(pairs):
        own = {pair: share for pair, share in pairs.items() if pair[0] in members}
        first, second = max(own, key=lambda pair: (own[pair], pair))
        texts_ = (texts[first], texts[second])
        made.append(Group(function, tuple(sorted(members)), min(own.values()), texts_))
    return made


def _connected(pairs: Iterable[tuple[str, str]]) -> list[set[str]]:
    """The sets of students that pairs link, directly or through others."""
    group_of: dict[str, set[str]] = {}
    for first, second in pairs:
        one, two = group_of.get(first, {first}), group_of.get(second, {second})
        for student in (joined := one | two):
            group_of[student] = joined
    return list({id(group): group for group in group_of.values()}.values())


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


def make_page(grades: Sequence[tuple[int, Record]], lab: GradedLab) -> str:
    """The report of one lab as HTML."""
    records = [record for _, record in grades]
    graded = [record for record in records if record.status != "infrastructure-error"]
    lost = [record.student for record in records if record.status == "infrastructure-error"]
    parts: list[object] = [el("h1", f"{lab.title}: the class")]
    stamps = sorted({record.sandbox for record in records if record.sandbox.startswith("unsafe")})
    parts += [el("p", f"Graded {stamp}.", class_="stamp") for stamp in stamps]
    if lost:
        told = f"Without a grade, for a fault that is not theirs: {', '.join(lost)}."
        parts.append(el("p", told, " Run the same command again.", class_="stamp"))
    if graded:
        shares = [record.percent for record in graded]
        said = (
            f"{len(graded)} submissions, median {statistics.median(shares):.0f} %, mean "
            f"{statistics.fmean(shares):.0f} %."
        )
        parts += [
            el("p", said),
            drawing.histogram(shares, alt=f"Histogram of the grades. {said}"),
            *_loss_part(graded),
            *_mistake_part(graded),
        ]
    parts += [
        *_student_part(grades),
        *_similar_part(graded),
        *_item_part(graded),
        *_slow_part(graded),
        *_note_part(graded),
    ]
    style = drawing.STYLE + _STYLE
    return page(f"{lab.title}: report", parts, style=style, script=_SCRIPT)


def _loss_part(records: Sequence[Record]) -> list[Html]:
    rows = [
        [
            one.exercise,
            f"{number(one.lost, 1)} of {number(one.possible, 1)}",
            drawing.share(one.lost, one.possible),
            f"{one.whole} of {one.students}",
        ]
        for one in losses(records)
    ]
    head = ["exercise", "points lost", "share lost", "full points"]
    label = "Points lost per exercise"
    return [
        el("h2", "Where the points went"),
        table(head, rows, label=label, numbers=(1, 3), class_="losses"),
    ]


def _mistake_part(records: Sequence[Record]) -> list[Html]:
    counts: Counter[tuple[str, str]] = Counter()
    hints: dict[tuple[str, str], str] = {}
    for record in records:
        for exercise, mistake in record.mistakes.items():
            key = (exercise, str(mistake.get("name", "")))
            counts[key] += 1
            hints[key] = str(mistake.get("hint", ""))
    if not counts:
        return []
    rows = [
        [
            join([el("code", name), el("div", hints[exercise, name], class_="hinted")]),
            exercise,
            count,
        ]
        for (exercise, name), count in counts.most_common(_MAX_MISTAKES)
    ]
    head = ["mistake, with its hint", "exercise", "students"]
    return [
        el("h2", "Commonest mistakes"),
        table(head, rows, label="Commonest mistakes", numbers=(2,)),
    ]


def _student_part(grades: Sequence[tuple[int, Record]]) -> list[Html]:
    rows = []
    for attempt, record in grades:
        known = record.status != "infrastructure-error"
        address = f"feedback/{quote(safe_name(record.student))}.html"
        rows.append(
            [
                el("a", one_line(record.student), href=address)
                if known
                else one_line(record.student),
                number(record.points, 2) if known else "",
                number(record.percent, 1) if known else "",
                "" if record.status == "graded" else record.status,
                _minute(record.submitted),
                number(record.days_late) if record.days_late else "",
                attempt,
                number(record.seconds, 1),
                len(record.notes) or "",
            ]
        )
    search = el("input", type="search", id="search", autocomplete="off")
    found = el("span", f"{len(rows)} students", id="found", class_="soft", aria_live="polite")
    head = [el("button", name, type="button") for name in _STUDENT_HEAD]
    return [
        el("h2", "Students"),
        el("p", el("label", "Search ", search), " ", found, class_="search"),
        table(
            head, rows, label="Students", numbers=(1, 2, 5, 6, 7, 8), id="students", class_="sorted"
        ),
    ]


def _minute(submitted: str) -> str:
    return one_line(submitted, 40).replace("T", " ")[:16]


def _similar_part(records: Sequence[Record]) -> list[Html]:
    groups = similar_answers(records)
    parts = [el("h2", "Similar answers")]
    if not groups:
        return [*parts, el("p", "None beyond what the class has in common.")]
    parts.append(
        el("p", "Each of a group shares that much of its own words with another of it. A reason to "
           "talk, never a proof.", class_="soft")
    )  # fmt: skip
    for group in groups:
        who = ", ".join(one_line(student) for student in group.students)
        count = f"{len(group.students)} students"
        title = f"{group.function}: {who} ({count}, {100 * group.share:.0f} % or more)"
        texts = el("div", *(el("pre", text) for text in group.texts), class_="pair")
        parts.append(folded(title, texts))
    return parts


def _item_part(records: Sequence[Record]) -> list[Html]:
    titles = {test.name: words(test.title) for record in records for test in record.tests}
    rows = []
    for item in items(records):
        who = ", ".join(one_line(student, 40) for student in item.failed_by[:_MAX_NAMED])
        if len(item.failed_by) > _MAX_NAMED:
            who += f" and {len(item.failed_by) - _MAX_NAMED} more"
        how = ", ".join(f"{status} {count}" for status, count in item.statuses.items())
        value = "" if item.discrimination is None else f"{item.discrimination:.2f}"
        passed = f"{100 * item.passed:.0f} %"
        rows.append([titles[item.name], item.exercise, item.visibility, passed, value, how, who])
    head = ["check", "exercise", "", "pass", "discrimination", "how it ended", "not passed by"]
    head[2] = "visibility"
    return [
        el("h2", "Checks"),
        folded(
            f"What each of {len(rows)} checks tells",
            el(
                "p",
                "Discrimination is the correlation of passing a check with the points of all "
                "other checks: near 0 it tells nothing, below 0 look at the check.",
            ),
            table(head, rows, label="What each check tells", numbers=(3, 4)),
        ),
    ]


def _slow_part(records: Sequence[Record]) -> list[Html]:
    slow = sorted(records, key=lambda record: -record.seconds)[:10]
    rows = [
        [one_line(r.student), f"{r.seconds:.1f}", f"{r.cpu_seconds:.1f}", r.max_rss_mb, r.children]
        for r in slow
    ]
    head = ["student", "seconds", "CPU seconds", "peak MB", "processes"]
    made = table(head, rows, label="Slowest submissions", numbers=(1, 2, 3, 4))
    return [el("h2", "Machine"), folded("The slowest submissions", made)]


def _note_part(records: Sequence[Record]) -> list[Html]:
    rows = [[one_line(r.student), note] for r in records for note in r.notes[:5]]
    if not rows:
        return []
    told = f"What was found in the files ({len(rows)})"
    if len(rows) > _MAX_NOTES:
        told = f"What was found in the files (the first {_MAX_NOTES} of {len(rows)})"
    return [folded(told, table(["student", "note"], rows[:_MAX_NOTES], label="Notes"))]
