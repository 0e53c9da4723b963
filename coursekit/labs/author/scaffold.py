"""`coursekit labs new NN_topic`: four files that verify as they are, to be replaced piece by
piece."""

from __future__ import annotations

import re
from pathlib import Path

from coursekit._files import write_atomic
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
check = lab.check

# %% [markdown]
# ## One idea
#
# **Exercise {n}.1** The *mean square* of the values in an array $x$ is $\\frac1n\\sum_i x_i^2$. Return it as a float.
#
# *Predict:* what happens to it when all values double?


# %%
def mean_square(x):
    """Mean of the squared values.

    Args:
        x: array of numbers, any shape.

    Returns:
        float; mean_square([1, 2, 3]) is 14/3.
    """
    ### BEGIN SOLUTION
    values = np.asarray(x, dtype=float)
    return float(np.mean(values**2))
    ### END SOLUTION


# %%
check("{n}.1")

# %%
with lab.needs("{n}.1"):
    print("All values doubled:", mean_square([2, 4, 6]) / mean_square([1, 2, 3]), "times the mean square.")

# %% [markdown]
# ## Receipt

# %%
with lab.needs("{n}.1"):
    lab.receipt([{{"claim": "doubling the values makes it four times as large", "stated": 4, "measured": mean_square([2]) / mean_square([1])}}])
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
"""Known wrong answers to lab {name}, each with its hints."""

import numpy as np

from coursekit.labs import mistake


@mistake("{n}.1", name="sum-not-mean", hints=["You added the squares up.", "How many values are there?"])
def mean_square(x):
    return float(np.square(x).sum())


@mistake("{n}.1", name="square-of-mean", hints=["You squared once, after averaging. Which comes first?"])
def mean_square(x):
    return float(np.average(x)) ** 2


@mistake("{n}.1", name="squared-in-place", hints=["The caller's array changed. Square a copy."])
def mean_square(x):
    x *= x
    return float(np.average(x))
'''


def scaffold(name: str, root: str | Path | None = None) -> list[Path]:
    """Make the folder of a new lab with its four files, and build it.

    Args:
        name: `NN_topic`, two digits, then small letters, digits and underscores.
        root: the folder that holds the labs; `labs` in the working folder by default.

    Returns:
        the files written.

    Raises:
        InvalidInputError: if the name has another form or the folder exists.
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
        "test_public.py": _PUBLIC,
        "test_hidden.py": _HIDDEN,
        "mistakes.py": _MISTAKES,
    }
    written = [write_atomic(folder / file, text.format(**values)) for file, text in texts.items()]
    return written + build(folder)
