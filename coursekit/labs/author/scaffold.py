"""`coursekit labs new NN_topic`: five files that verify as they are, to be replaced piece by
piece."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from coursekit._files import writable, write_atomic
from coursekit.errors import InvalidInputError
from coursekit.labs.author.build import build

_SOURCE = '''\
# ---
# coursekit:
#   title: {title}
#   question: What is the one question that this lab answers?
#   goals:
#     - Say in one line what a student can do afterwards
#   prerequisites:
#     - NumPy arrays
#   lecture: "Session and topic of the lecture"
#   seconds: {{cpu: 5, fast: 5}}
#   accelerator: none needed
# ---

# %% [markdown]
# # {title}
#
# **What is the one question that this lab answers?** Say it in two sentences, and show one picture that cannot be explained yet.

# %%
import numpy as np

from coursekit import NotAnsweredYet, open_lab

lab = open_lab("{name}")
check, figures = lab.check, lab.figures

# %% [markdown]
# ## One idea

# %% [markdown]
# ### Exercise {n}.1 · Mean square
#
# The *mean square* of the $n$ values $x_i$ in an array $x$ is $\\frac1n\\sum_i x_i^2$. Return it as a float.

# %%
lab.predict(
    "{n}.1",
    "All values double. What happens to the mean square?",
    choices=["it stays", "it doubles", "it becomes four times as large"],
)


# %%
def mean_square(x):
    """Mean of the squared values.

    Args:
        x: array of numbers, any shape.

    Returns:
        float.

    >>> mean_square([1, 2, 4])
    7.0
    """
    ### BEGIN SOLUTION
    values = np.asarray(x, dtype=float)
    return float(np.mean(values**2))
    ### END SOLUTION


# %%
check("{n}.1")

# %%
with lab.needs("{n}.1"):
    factors = np.linspace(0, 3, 31)
    squares = [mean_square(f * np.array([1.0, 2.0, 4.0])) for f in factors]
    lab.show(figures.growth(factors, squares))
    ratio = mean_square([2, 4, 8]) / mean_square([1, 2, 4])
    lab.reveal("{n}.1", "it becomes four times as large", f"{{ratio:.1f}} times")

# %% [markdown]
# ## Receipt

# %%
with lab.needs("{n}.1"):
    claim = "doubling the values makes it four times as large"
    lab.receipt([{{"claim": claim, "stated": 4, "measured": ratio}}])
'''
_FIGURES = '''\
"""The pictures of lab {name} and what is seen on them. Nothing here answers an exercise."""

from coursekit.plots import subplots


def growth(factors, squares):
    """The mean square against the factor that all values are multiplied by.

    Args:
        factors: numbers (m,).
        squares: the mean square for each, (m,).

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(5, 3))
    ax.plot(factors, squares)
    ax.set(xlabel="factor on all values", ylabel="mean square", title="Twice the values, more than twice the square")
    return figure, "A curve from zero that bends upwards ever more steeply as the factor grows."
'''
_PUBLIC = '''\
"""Public checks of lab {name}: they run in the notebook."""

import numpy as np
import pytest

from coursekit.labs.testing import assert_close, assert_unchanged


@pytest.mark.exercise("{n}.1")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(1,), (7,), (3, 4)])
def test_mean_square_of_random_values(student, shape):
    x = student.rng.normal(size=shape) + 1
    assert_close(student.mean_square(x), np.sum(np.square(x)) / x.size, tried=f"mean_square of values of shape {{shape}}")


@pytest.mark.exercise("{n}.1")
def test_mean_square_leaves_its_input_alone(student):
    x = student.rng.normal(size=5)
    result, after = student.call_tracking("mean_square", x)
    assert_close(result, np.sum(np.square(x)) / 5, tried="mean_square of five values")
    assert_unchanged(x, after)
'''
_HIDDEN = '''\
"""Hidden checks of lab {name}: they run at grading."""

import pytest

from coursekit.labs.testing import assert_close


@pytest.mark.exercise("{n}.1")
@pytest.mark.points(2)
def test_mean_square_of_whole_numbers(student):
    x = student.rng.integers(-9, 10, size=6)
    assert_close(student.mean_square(x.tolist()), sum(int(v) ** 2 for v in x) / len(x), tried=f"mean_square({{x.tolist()}})")
'''
_MISTAKES = '''\
"""Known wrong answers to lab {name}: the solution with one change, or a whole answer; the docstring
holds one to three hints."""

import numpy as np

from coursekit.labs import mistake


@mistake("{n}.1", tag="missing-1/n", edit=("np.mean(values**2)", "np.sum(values**2)"))
def sum_not_mean():
    """You added the squares up.

    How many values are there?"""


@mistake("{n}.1", tag="order", edit=("np.mean(values**2)", "np.mean(values) ** 2"))
def square_of_mean():
    """You squared once, after averaging. Which comes first?"""


@mistake("{n}.1", name="squared-in-place", tag="aliasing")
def mean_square(x):
    """The caller's array changed. Square a copy."""
    x *= x
    return float(np.average(x))
'''


def scaffold(name: str, root: str | Path | None = None) -> list[Path]:
    """Make the folder of a new lab with its five files, and build it.

    Args:
        name: `NN_topic`, two digits, then small letters, digits and underscores.
        root: the folder that holds the labs; `labs` in the working folder by default.

    Returns:
        the files written.

    Raises:
        InvalidInputError: if the name has another form or the folder exists.
        MissingDependencyError: without the packages that build a lab. Whatever the error, no file
            stays.
    """
    if not re.fullmatch(r"\d{2}_[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise InvalidInputError(f"Expected a name such as 21_diffusion. Received: {name!r}.")
    folder = Path(root if root is not None else "labs") / name
    if folder.exists():
        raise InvalidInputError(
            f"Expected the name of a new lab. Received: {name!r}, which exists at {folder}."
        )
    title = name[3:].replace("_", " ").capitalize()
    values = {"name": name, "title": title, "n": int(name[:2])}
    texts = {
        "source.py": _SOURCE,
        "figures.py": _FIGURES,
        "test_public.py": _PUBLIC,
        "test_hidden.py": _HIDDEN,
        "mistakes.py": _MISTAKES,
    }
    with writable(folder):
        try:
            written = [write_atomic(folder / n, t.format(**values)) for n, t in texts.items()]
            return written + build(folder)
        except BaseException:  # half a lab would be in the way of the next attempt
            shutil.rmtree(folder, ignore_errors=True)
            raise
