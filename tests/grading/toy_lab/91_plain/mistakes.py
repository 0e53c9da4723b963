import numpy as np

from coursekit.labs import mistake


@mistake("91.1", name="sum-not-mean", hints=["A mean divides by how many there are."])
def mean_square(x):
    return float(np.sum(np.square(x)))


@mistake("91.2", name="columns-not-rows", hints=["Which axis runs along a row?"])
def normalised(x):
    return x / np.sum(x, axis=0, keepdims=True)
