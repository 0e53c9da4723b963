"""`mistakes.py`: known wrong answers and their hints, and the mutants that a lab lets live.

A wrong answer is a whole function, or the solution with one change written down as text. Every
fault of form is a `LabSourceError` that starts with `file:line:`.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import inspect
import itertools
import linecache
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from coursekit.errors import LabSourceError
from coursekit.labs.author.namespace import replaced
from coursekit.labs.author.source import Lab, read_lab, solution_text
from coursekit.labs.exchange.checks import load_module
from coursekit.labs.feedback.mistakes import in_turn

TAGS = (
    "axis",
    "off-by-one",
    "missing-1/n",
    "aliasing",
    "logits-as-probabilities",
    "leakage",
    "sign",
    "transpose",
    "dtype",
    "order",
    "broadcasting",
    "ties",
    "edge-case",
    "formula",
)
_REGISTRY, _EXCUSES = "__coursekit_mistakes__", "__coursekit_excuses__"
Edit = tuple[str, str]


@dataclasses.dataclass(frozen=True)
class Mistake:
    """One known wrong answer to an exercise.

    `answer` (a function or class) stands in for the student's of the same name; where it is None,
    `text` is its source: the solution with `edits` made.
    """

    exercise: str
    name: str
    hints: tuple[str, ...]
    function: str
    line: int
    tag: str = ""
    answer: Any = None
    edits: tuple[Edit, ...] = ()
    text: str = ""
    parts: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Excuse:
    """A mutant of the solution that no check fails, and why that is right."""

    exercise: str
    mutant: str
    reason: str
    line: int


def mistake(
    exercise: str,
    *,
    tag: str = "",
    edit: Edit | Sequence[Edit] | None = None,
    of: str | None = None,
    name: str | None = None,
    hints: Sequence[str] | str | None = None,
) -> Callable[[Any], Any]:
    """Register the decorated function or class as a known wrong answer.

    Its docstring holds one to three hints, from a thought to nearly telling, with blank lines
    between. With `edit` the function is only their place, and its name that of the mistake;
    without, it is the wrong answer, named as the function that it replaces.

    Args:
        exercise: the exercise's number, "5.2".
        tag: the concept that is missed, one of `TAGS`.
        edit: `(old, new)`: the wrong answer is the solution with `old` replaced by `new`; or a list
            of such pairs. Each `old` stands exactly once in the solution.
        of: the function that is edited, where `old` stands in several.
        name: a short name, unique in the lab; with `edit`, by default the function's with dashes.
        hints: the hints, where they are not in the docstring.

    Raises:
        LabSourceError: hints that are missing, empty or too many, an unknown tag, a name used
            twice.
    """
    frame = sys._getframe(1)
    path, line = frame.f_code.co_filename, frame.f_lineno
    given = (hints,) if isinstance(hints, str) else hints
    if given is not None:
        _check_hints(tuple(given), name, f"{path}:{line}")
    if tag and tag not in TAGS:
        raise LabSourceError(
            f"{path}:{line}: expected a tag of {', '.join(TAGS)}. Received: {tag!r}."
        )
    edits = _edits(edit, f"{path}:{line}")

    def register(answer: Any) -> Any:
        called = name or (answer.__name__.replace("_", "-") if edits else None)
        where = f"{path}:{line}"
        if called is None:
            raise LabSourceError(
                f"{where}: expected name= for a whole wrong answer. Received: none."
            )
        texts = tuple(given) if given is not None else hints_in(answer.__doc__)
        _check_hints(texts, called, where)
        entries = frame.f_globals.setdefault(_REGISTRY, [])
        if any(entry.name == called for entry in entries):
            raise LabSourceError(
                f"{where}: expected a new name for this mistake. Received: {called!r} again."
            )
        function = of or "" if edits else answer.__name__
        entries.append(
            Mistake(
                str(exercise),
                called,
                texts,
                function,
                line,
                tag,
                None if edits else answer,
                edits,
            )
        )
        return answer

    return register


def excuse(exercise: str, mutant: str, reason: str) -> None:
    """Let a mutant of the solution live that no check fails.

    Args:
        exercise: the exercise's number, "5.2".
        mutant: its text as `coursekit labs verify` prints it.
        reason: why no check should fail it, e.g. that it computes the same.

    Raises:
        LabSourceError: if there is no reason.
    """
    frame = sys._getframe(1)
    if not reason.strip():
        raise LabSourceError(
            f"{frame.f_code.co_filename}:{frame.f_lineno}: expected a reason. Received: none."
        )
    entries = frame.f_globals.setdefault(_EXCUSES, [])
    entries.append(Excuse(str(exercise), mutant, reason, frame.f_lineno))


def hints_in(doc: str | None) -> tuple[str, ...]:
    """The hints that a docstring holds: its paragraphs, each as one line."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(doc or ""))
    return tuple(" ".join(p.split()) for p in paragraphs if p.strip())


def load_mistakes(folder: str | Path, lab: Lab | None = None) -> list[Mistake]:
    """The mistakes of a lab; none if it has no `mistakes.py`.

    Raises:
        LabSourceError: an edit that does not fit the solution, with file and line.
    """
    path = Path(folder) / "mistakes.py"
    if not path.is_file():
        return []
    entries: list[Mistake] = list(vars(load_module(path)).get(_REGISTRY, ()))
    if not any(entry.edits for entry in entries):
        return entries
    lab = lab or read_lab(folder)
    texts = solution_functions(lab)
    exercises = {exercise.number: exercise.functions for exercise in lab.exercises}
    return [
        _resolved(entry, {n: texts[n] for n in exercises.get(entry.exercise, ())}, path)
        for entry in entries
    ]


def load_excuses(folder: str | Path) -> list[Excuse]:
    """The mutants that a lab lets live."""
    path = Path(folder) / "mistakes.py"
    return list(vars(load_module(path)).get(_EXCUSES, ())) if path.is_file() else []


@contextlib.contextmanager
def standing_in(namespace: dict[str, Any], *entries: Mistake) -> Iterator[dict[str, Any]]:
    """`namespace` with wrong answers in place of the solution's for the time of the block."""
    with contextlib.ExitStack() as stack:
        for entry in entries:
            answer = entry.answer
            if entry.edits:
                answer = defined(entry.text, entry.function, namespace, f"mistake {entry.name}")
            stack.enter_context(replaced(namespace, entry.function, answer))
        yield namespace


def composed(entries: Sequence[Mistake], solutions: dict[str, str]) -> list[Mistake]:
    """Two mistakes at once in one function, from all pairs of edits that do not touch each
    other."""
    found = []
    for first, second in itertools.combinations([e for e in entries if e.edits], 2):
        if (first.exercise, first.function) != (second.exercise, second.function):
            continue
        text = _cut(solutions[first.function], [*first.edits, *second.edits])
        if text is not None:
            found.append(
                Mistake(
                    first.exercise,
                    f"{first.name} + {second.name}",
                    in_turn(first.hints, second.hints),
                    first.function,
                    first.line,
                    edits=(*first.edits, *second.edits),
                    text=text,
                    parts=(first.name, second.name),
                )
            )
    return found


def _cut(text: str, edits: Sequence[Edit]) -> str | None:
    """A source with several edits made; None if two of them touch, or Python does not come out."""
    cuts = []
    for old, new in edits:
        start = places(text, old)[0]
        cuts.append((start, start + len(old), new))
    cuts.sort()
    if any(a[1] > b[0] for a, b in itertools.pairwise(cuts)):
        return None
    for start, stop, new in reversed(cuts):
        text = text[:start] + new + text[stop:]
    try:
        ast.parse(text)
    except SyntaxError:
        return None
    return text


def defined(text: str, function: str, namespace: dict[str, Any], label: str) -> Any:
    """The function or class that `text` defines, living in `namespace` without being put there."""
    name = f"<{label}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    local: dict[str, Any] = {}
    exec(compile(text, name, "exec", dont_inherit=True), namespace, local)
    return local[function]


def solution_functions(lab: Lab, taken: Callable[[str], str] = solution_text) -> dict[str, str]:
    """The source of each function or class that students write, as the solution has it; or as
    `taken` takes it from a cell's text."""
    found: dict[str, str] = {}
    for exercise in lab.exercises:
        for cell in exercise.cells:
            text = taken(cell.text)
            lines = text.splitlines()
            for node in ast.parse(text).body:
                if getattr(node, "name", None) in exercise.functions:
                    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                    found[node.name] = "\n".join(lines[first - 1 : node.end_lineno]) + "\n"
    return found


def places(text: str, old: str) -> list[int]:
    """Where `old` stands in a function's source, its docstrings left out."""
    spans = docstring_spans(text)
    starts = (m.start() for m in re.finditer(f"(?={re.escape(old)})", text))
    return [s for s in starts if not any(a <= s < b for a, b in spans)]


def docstring_spans(text: str) -> list[tuple[int, int]]:
    """The docstrings of a source as pairs of positions in it."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def place(line: int, column: int) -> int:
        head = text[starts[line - 1] :].encode()[:column]  # ast counts bytes
        return starts[line - 1] + len(head.decode())

    spans = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            doc = node.body[0]
            spans.append(
                (place(doc.lineno, doc.col_offset), place(doc.end_lineno, doc.end_col_offset))
            )
    return spans


def _resolved(entry: Mistake, texts: dict[str, str], path: Path) -> Mistake:
    if not entry.edits:
        return entry
    where = f"{path}:{entry.line}"
    if entry.function and entry.function not in texts:
        raise LabSourceError(
            f"{where}: expected of= to name a function of exercise {entry.exercise}: "
            f"{', '.join(texts)}. Received: {entry.function!r}."
        )
    function = entry.function
    for old, _ in entry.edits:
        pool = {function: texts[function]} if function else texts
        hits = [name for name, body in pool.items() for _ in places(body, old)]
        if len(hits) != 1:
            raise LabSourceError(
                f"{where}: expected an edit whose old text stands exactly once in the solution of "
                f"exercise {entry.exercise}{f', {function}' if function else ''}. Received: "
                f"{old!r}, which stands there {len(hits)} times."
            )
        function = hits[0]
    text = _cut(texts[function], entry.edits)
    if text is None:
        raise LabSourceError(
            f"{where}: expected edits that leave Python and do not touch. Received: {entry.edits}."
        )
    return dataclasses.replace(entry, function=function, text=text)


def _edits(edit: Any, where: str) -> tuple[Edit, ...]:
    pairs = () if edit is None else (edit,) if isinstance(edit[0], str) else tuple(edit)
    for pair in pairs:
        if (
            len(pair) != 2
            or not all(isinstance(part, str) for part in pair)
            or not pair[0].strip()
            or pair[0] == pair[1]
        ):
            raise LabSourceError(
                f"{where}: expected edit=(old, new), two texts that differ. Received: {pair!r}."
            )
    return tuple((old, new) for old, new in pairs)


def _check_hints(hints: tuple[str, ...], name: str | None, where: str) -> None:
    if not 1 <= len(hints) <= 3 or not all(isinstance(h, str) and h.strip() for h in hints):
        raise LabSourceError(
            f"{where}: expected one to three hints for the mistake {name!r}. Received: {hints!r}."
        )
