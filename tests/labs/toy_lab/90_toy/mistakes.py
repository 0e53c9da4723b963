"""Known wrong answers of the toy lab."""

import numpy as np

from coursekit.labs import mistake


@mistake(
    "90.1",
    name="divided-not-subtracted",
    hints=["Centring moves the values; it does not stretch them."],
)
def centred(x):
    return np.asarray(x) / np.average(x)


@mistake(
    "90.1",
    name="column-means",
    hints=["There is one mean, not one per column.", "Which axis do you average over?"],
)
def centred(x):
    return np.asarray(x) - np.average(x, axis=0)


@mistake("90.1", name="sign-lost", hints=["A negative value stays negative."])
def scaled(x):
    return abs(np.asarray(x)) / abs(np.asarray(x)).max()


@mistake("90.1", name="scaled-in-place", hints=["The caller's array changed; work on a copy."])
def scaled(x):
    x /= abs(x).max()
    return x


@mistake("90.1", name="whole-number-division", hints=["Whole numbers divided rounding down."])
def scaled(x):
    x = np.asarray(x)
    return x // abs(x).max() if x.dtype.kind == "i" else x / abs(x).max()


@mistake("90.2", name="total-forgets", hints=["The total starts anew at each call."])
class Total:
    def __init__(self):
        self.value = 0.0

    def add(self, amount):
        self.value = float(amount)
        return self.value


@mistake(
    "90.2", name="returns-the-amount", hints=["You return what was added, not the total so far."]
)
class Total:
    def __init__(self):
        self.value = 0.0

    def add(self, amount):
        self.value = self.value + float(amount)
        return float(amount)


@mistake(
    "90.2",
    name="doubled-not-twice",
    hints=["Applying a function two times is not the double of its value."],
)
def twice(function, x):
    return function(x) * 2
