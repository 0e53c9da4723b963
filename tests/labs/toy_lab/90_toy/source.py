# ---
# coursekit:
#   title: A toy lab
#   question: Does the lab machine fit together?
#   goals:
#     - Exercise every part of the machine in a second
#   prerequisites:
#     - none
#   lecture: none
#   seconds: {cpu: 2, fast: 2}
#   accelerator: none needed
# ---

# %% [markdown]
# # A toy lab
#
# Small enough to read at one glance.

# %%
import numpy as np
from matplotlib.figure import Figure

from coursekit import NotAnsweredYet, open_lab

lab = open_lab("90_toy")
check = lab.check
EPSILON = 1e-12

# %% [markdown]
# ## Arrays
#
# **Exercise 90.1** Write `centred` (subtract the mean) and `scaled` (divide by the largest magnitude).


# %%
def centred(x):
    """Subtract the mean; centred([1, 3]) is [-1, 1]."""
    x = np.asarray(x, dtype=float)
    ### BEGIN SOLUTION
    middle = np.mean(x)
    return x - middle
    ### END SOLUTION


def scaled(x):
    """Divide by the largest magnitude; scaled([1, -2]) is [0.5, -1]."""
    ### BEGIN SOLUTION
    x = np.asarray(x, dtype=float)
    return x / (np.max(np.abs(x)) + EPSILON)
    ### END SOLUTION


# %%
check("90.1")

# %%
with lab.needs("90.1"):
    figure = Figure(figsize=(2, 2))
    figure.subplots().plot(centred([1.0, 2.0, 4.0]))
    lab.show(figure, alt="A line that rises from below zero to above zero in three steps.")

# %% [markdown]
# ## Objects
#
# Some answers are classes.

# %% [markdown]
# **Exercise 90.2** Write the method `add` of a running total, and `twice`, which applies a function two times.


# %% exercise="90.2"
class Total:
    """A running total that starts at zero."""

    def __init__(self):
        self.value = 0.0

    def add(self, amount):
        """Add `amount` and return the total so far."""
        ### BEGIN SOLUTION
        self.value += float(amount)
        return self.value
        ### END SOLUTION


def twice(function, x):
    """The function applied to the result of the function: twice(abs, -3) is 3."""
    ### BEGIN SOLUTION
    once = function(x)
    return function(once)
    ### END SOLUTION


# %%
check("90.2")

# %%
add_up = lab.answer("90.2", fallback=lambda function, x: function(function(x)), name="twice")
print("Four, found by doubling one two times:", add_up(lambda v: 2 * v, 1))

# %%
lab.receipt(
    [{"claim": "doubling twice gives four", "stated": 4, "measured": add_up(lambda v: 2 * v, 1)}],
    seeds=[0],
)
