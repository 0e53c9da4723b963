# ---
# coursekit:
#   title: A plain toy
#   question: Does the grader grade?
#   goals: [Be graded]
#   prerequisites: none
#   lecture: none
#   seconds: {cpu: 5, fast: 5}
#   accelerator: none
# ---

# %% [markdown]
# # A plain toy

# %%
import numpy as np

from coursekit import NotAnsweredYet, open_lab  # noqa: F401

lab = open_lab("91_plain")
check = lab.check
EPSILON = 1e-12

# %% [markdown]
# **Exercise 91.1** The mean of the squares.


# %%
def mean_square(x):
    """Mean of the squared entries of `x`, a float."""
    ### BEGIN SOLUTION
    return float(np.mean(np.square(x)))
    ### END SOLUTION


# %%
check("91.1")

# %% [markdown]
# **Exercise 91.2** Rows that sum to one, by a helper that is given.


# %%
def row_sums(x):
    """Sums of the rows, as a column."""
    return np.sum(x, axis=1, keepdims=True) + EPSILON


# %%
def normalised(x):
    """Each row of `x` (n, d) divided by its sum."""
    ### BEGIN SOLUTION
    return x / row_sums(x)
    ### END SOLUTION


# %%
check("91.2")

# %%
x_show = np.arange(6.0).reshape(2, 3)
with lab.needs("91.2"):
    print(normalised(x_show))

# %% [markdown]
# **Exercise 91.3** Two functions: one-hot rows, and back.


# %%
def one_hot(labels, num_classes):
    """Float array (n, num_classes) with a one in each row."""
    ### BEGIN SOLUTION
    return np.eye(num_classes)[np.asarray(labels)]
    ### END SOLUTION


def back_to_labels(rows):
    """The label of each row."""
    ### BEGIN SOLUTION
    return np.argmax(rows, axis=1)
    ### END SOLUTION


# %%
check("91.3")
