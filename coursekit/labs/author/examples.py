"""The examples in docstrings, for the first public check of each exercise."""

from __future__ import annotations

import ast
import doctest

from coursekit.labs.author.mistakes import solution_functions
from coursekit.labs.author.source import Lab
from coursekit.labs.exchange.examples import Example, parsable


def lab_examples(lab: Lab) -> list[Example]:
    """The examples in doctest form in the docstrings of what students write.

    An example tells nothing beyond its docstring: its lines are taken as they stand. One whose
    value is no plain value (such as a printed object) is left out.
    """
    texts = solution_functions(lab)
    found = []
    for exercise in lab.exercises:
        for function in exercise.functions:
            doc = ast.get_docstring(ast.parse(texts[function]).body[0]) or ""
            listed = doctest.DocTestParser().get_examples(doc)
            steps = tuple((e.source.strip(), e.want.strip()) for e in listed)
            if any(want for _, want in steps) and all(not w or parsable(w) for _, w in steps):
                found.append(Example(exercise.number, function, steps))
    return found


def without_example(lab: Lab) -> list[str]:
    """The exercises in which no docstring holds an example in doctest form."""
    have = {example.exercise for example in lab_examples(lab)}
    return [e.number for e in lab.exercises if e.number not in have]
