# ---
# coursekit:
#   title: A toy
#   question: Does the grader grade?
#   goals: [Be graded]
#   prerequisites: none
#   lecture: none
#   seconds: {cpu: 5, fast: 5}
#   accelerator: none
# ---

# %% [markdown]
# # A toy

# %%
import keras
import numpy as np

from coursekit import NotAnsweredYet, open_lab  # noqa: F401

lab = open_lab("90_toy")
check = lab.check
EPSILON = 1e-12

# %% [markdown]
# **Exercise 90.1** The mean of the squares.


# %%
def mean_square(x):
    """Mean of the squared entries of `x`, a float."""
    ### BEGIN SOLUTION
    return float(np.mean(np.square(x)))
    ### END SOLUTION


# %%
check("90.1")

# %% [markdown]
# **Exercise 90.2** Rows that sum to one, by a helper that is given.


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
check("90.2")

# %%
x_show = np.arange(6.0).reshape(2, 3)
with lab.needs("90.2"):
    print(normalised(x_show))

# %% [markdown]
# **Exercise 90.3** Two functions: one-hot rows, and back.


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
check("90.3")

# %% [markdown]
# **Exercise 90.4** A tiny network, trained.


# %%
def trained(x, y):
    """A Sequential model with one Dense layer of two logits, trained on `x` (n, 2) and labels `y`
    (n,)."""
    ### BEGIN SOLUTION
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(1.0), loss)
    model.fit(x, y, epochs=8, batch_size=32, verbose=0)
    return model
    ### END SOLUTION


# %%
check("90.4")
