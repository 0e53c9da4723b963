"""Known wrong answers, and how to recognise one by its behaviour when its source is not at hand.

A fingerprint is what an answer gives back while the public checks run on fixed probe seeds, each
value reduced to a few rounded numbers. It tells one wrong answer from another and holds no code.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.labs.exchange.checks import Case, run_case
from coursekit.labs.exchange.student import Handle, local_student

PROBE_SEEDS = (101, 202)
_RTOL = 1e-3
MAX_CALLS = 30
OPEN = "*"


def behaviour(
    namespace: Mapping[str, Any],
    cases: Iterable[Case],
    seeds: Sequence[int] = PROBE_SEEDS,
    *,
    salt: int = 0,
    seconds: float | None = None,
) -> dict[str, list]:
    """How the answers in `namespace` behave under `cases`: per case and seed, a summary of each
    result, then the outcome.

    Args:
        namespace: where the answers are.
        cases: the checks to run.
        seeds: the runs whose inputs are drawn.
        salt: other global generators on the answers' side, for the same inputs.
        seconds: limit of each case, as for `run_case`.

    Returns:
        `{"case@seed": [summary, ..., outcome]}`, plain data that JSON can hold.
    """
    seen = {}
    for case in cases:
        for seed in seeds:
            record: list = []

            def note(value: Any, record: list = record) -> None:
                if len(record) < MAX_CALLS:
                    record.append(summarise(value))

            result = run_case(
                case,
                local_student(namespace, case.seed(seed), record=note, salt=salt),
                seconds=seconds,
            )
            seen[f"{case.name}@{seed}"] = [*record, outcome(result.status, result.message)]
    return seen


def outcome(status: str, message: str) -> list[str]:
    """How a case ended, as the last entry of its behaviour: its status as `run_case` gives it, and
    which claim failed."""
    return [status, _claim(message) if status == "failed" else ""]


def fingerprint(namespace: Mapping[str, Any], cases: Sequence[Case]) -> dict[str, list]:
    """The behaviour of a known mistake, with what depends on chance (such as initial weights) left
    open."""
    first, second = (behaviour(namespace, cases, salt=salt) for salt in (0, 1))
    return {key: _blurred(first[key], second[key]) for key in first}


def fails(behaviour: Mapping[str, list]) -> bool:
    """Whether at least one case of a behaviour did not pass."""
    return any(record[-1] == OPEN or record[-1][0] != "passed" for record in behaviour.values())


def _blurred(first: Any, second: Any) -> Any:
    if alike(first, second):
        return first
    if isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        return [_blurred(a, b) for a, b in zip(first, second, strict=True)]
    return OPEN


def _claim(message: str) -> str:
    """Which assertion failed: a hash of the words, without the numbers, of what was tried and
    expected."""
    lines = [line for line in message.splitlines() if line.startswith(("tried:", "expected:"))]
    words = re.findall(r"[A-Za-z]{2,}", " ".join(lines))
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:6] if words else ""


def summarise(value: Any) -> Any:
    """A few rounded numbers that stand for `value`: form, shape and projections; errors by their
    type."""
    if isinstance(value, BaseException):
        return ["error", getattr(value, "type_name", "") or type(value).__name__]
    if value is None or isinstance(value, bool | np.bool_):
        return ["plain", None if value is None else bool(value)]
    if isinstance(value, Handle):
        return ["object", repr(value)]
    if isinstance(value, str | bytes):
        return [
            "text",
            hashlib.sha256(value.encode() if isinstance(value, str) else value).hexdigest()[:12],
        ]
    if isinstance(value, Mapping):
        return [
            "dict",
            [[str(key)[:40], summarise(part)] for key, part in list(value.items())[:20]],
        ]
    array = _numeric(value)
    if array is None:
        return (
            ["many", len(value), [summarise(part) for part in list(value)[:20]]]
            if isinstance(value, list | tuple)
            else ["other"]
        )
    return ["numbers", list(array.shape), array.dtype.kind in "fc", *_projections(array)]


def alike(first: Any, second: Any) -> bool:
    """Whether two summaries, or lists of them, agree: structure exactly, numbers up to rounding;
    `OPEN` agrees with anything."""
    if first == OPEN:
        return True
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(alike, first, second))
    numbers = [isinstance(x, int | float) and not isinstance(x, bool) for x in (first, second)]
    if all(numbers):
        if math.isnan(first) or math.isnan(second):
            return math.isnan(first) and math.isnan(second)
        return first == second or abs(first - second) <= _RTOL * max(abs(first), abs(second)) + 1e-6
    return not any(numbers) and first == second


def matches(known: Mapping[str, list], seen: Mapping[str, list]) -> bool:
    """Whether behaviour `seen` is that of `known`: the same under every case both have, at least
    one of them not passed."""
    shared = [key for key in known if key in seen]
    return (
        fails(known)
        and len(shared) == len(known)
        and all(alike(known[key], seen[key]) for key in shared)
    )


def _numeric(value: Any) -> np.ndarray | None:
    if isinstance(value, set | frozenset):
        value = sorted(value, key=repr)
    if isinstance(value, int | float | complex | np.ndarray | np.generic | list | tuple):
        try:
            array = np.asarray(value)
        except ValueError:
            return None
        return array if array.dtype.kind in "biufc" else None
    return None


def _projections(array: np.ndarray) -> list:
    flat = np.ravel(array)
    flat = np.concatenate([flat.real, flat.imag]) if flat.dtype.kind == "c" else flat
    flat = flat.astype(np.float64)
    finite = np.where(np.isfinite(flat), flat, 0.0)
    ramp = np.cos(1.0 + 1.7 * np.arange(flat.size))
    values = [
        finite.sum(),
        finite @ ramp,
        np.abs(finite).sum(),
        float(np.size(flat) - np.isfinite(flat).sum()),
    ]
    return [float(f"{float(v):.5g}") for v in values]
