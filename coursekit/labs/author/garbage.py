"""Answers that know nothing must earn nothing."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.labs.author.namespace import replaced
from coursekit.labs.exchange.checks import Case, run_case
from coursekit.labs.exchange.student import local_student

ANSWERS: dict[str, Callable[..., Any]] = {
    "None": lambda *args, **kwargs: None,
    "0.0": lambda *args, **kwargs: 0.0,
    "NaN": lambda *args, **kwargs: float("nan"),
    "[]": lambda *args, **kwargs: [],
    "True": lambda *args, **kwargs: True,
    "1": lambda *args, **kwargs: 1,
    "zeros like the first argument": lambda *args, **kwargs: (
        np.zeros(np.shape(args[0])) if args and _is_array(args[0]) else 0.0
    ),
    "the first argument": lambda *args, **kwargs: args[0] if args else None,
}


def earned(
    namespace: dict[str, Any], functions: Sequence[str], cases: Sequence[Case]
) -> list[tuple[str, Case]]:
    """The checks that an exercise passes whose every function returns the same garbage, each with
    the name of the garbage.

    Args:
        namespace: the solution's.
        functions: all that the student writes in the exercise; of a class, every method is garbage.
        cases: the checks of the exercise.
    """
    found = []
    for name, answer in ANSWERS.items():
        with contextlib.ExitStack() as stack:
            for function in functions:
                wrong = answer
                if inspect.isclass(namespace.get(function)):
                    wrong = _garbage_class(namespace[function], answer)
                stack.enter_context(replaced(namespace, function, wrong))
            for case in cases:
                result = run_case(case, local_student(namespace, case.seed(1)), seconds=20)
                if result.passed:
                    found.append((name, case))
    return found


def _garbage_class(right: type, answer: Callable[..., Any]) -> type:
    """A class with the methods of `right`, each of which returns garbage."""
    methods = {
        name: (lambda self, *args, **kwargs: answer(*args, **kwargs))
        for name, value in vars(right).items()
        if inspect.isfunction(value) and name != "__init__"
    }
    methods["__init__"] = lambda self, *args, **kwargs: None
    return type(right.__name__, (), methods)


def _is_array(value: Any) -> bool:
    try:
        return np.asarray(value).dtype.kind in "biuf"
    except ValueError:
        return False
