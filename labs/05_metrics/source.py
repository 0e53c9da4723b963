# ---
# coursekit:
#   title: Validation and metrics
#   question: Three classifiers, one cancer data set. Which is best, and how would you know?
#   goals:
#     - Cut data into training and validation rows, and know what each way of cutting costs
#     - Compute confusion matrix, precision, recall, specificity, F1, ROC and precision-recall by hand
#     - Say how sure you are, with Wilson's interval and McNemar's test
#   prerequisites:
#     - NumPy arrays and boolean masks
#     - lab 01, or any first classifier
#   lecture: "Session 11, Deep Learning 2 (training and validation, quality of a trained model); CNN and Keras (the state of the art before deep learning)"
#   seconds: {cpu: 25, fast: 15}
#   accelerator: none needed; this lab never leaves the CPU
# ---

# %% [markdown]
# # Validation and metrics
#
# **Three classifiers, one cancer data set. Which is best, and how would you know?**
#
# You will write the tools that answer this: ways of cutting data, the scores that fit a question, and the tests that say
# when a difference is real. Each exercise asks you to predict, to write one or two short functions, to run a check, and
# to read a picture that your own code drew.

# %%
import itertools
import math
import time

import numpy as np
from scipy import stats
from sklearn import metrics
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import KFold, LeavePOut
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import coursekit
from coursekit import NotAnsweredYet, open_lab
from coursekit.plots import PALETTE, subplots

lab = open_lab("05_metrics")
check = lab.check

# %% [markdown]
# ## Three classifiers and a puzzle
#
# These models were the state of the art before deep learning, and they are still hard to beat on small tables:
#
# - a **linear SVM** (support vector machine) puts a flat boundary where the margin to both classes is widest;
# - a **kernel SVM** does the same with similarities $\exp(-\gamma\lVert a-b\rVert^2)$ between rows $a$ and $b$ in place of dot products
#   ($\gamma$ sets how far a row reaches), so that its boundary may bend;
# - a **random forest** lets many decision trees vote, each grown on a resample of the rows.
#
# The data: one row per tumour, with measurements of its cell nuclei. Label 1 is **cancer** (malignant), label 0 is
# benign. The cell below shuffles the rows, trains on four fifths, scores on the last fifth (the cut that Session 11, Deep Learning 2
# gives as its example), and starts again with another shuffle.

# %%
cancer = load_breast_cancer()
x_cancer, y_cancer = cancer.data, 1 - cancer.target  # scikit-learn codes malignant as 0
MODELS = {
    "linear SVM": lambda: SVC(kernel="linear"),
    "kernel SVM": lambda: SVC(kernel="rbf", C=3.0),
    "random forest": lambda: RandomForestClassifier(100, random_state=lab.seed),
}
COLOURS = dict(zip(MODELS, PALETTE, strict=False))
MARKERS = dict(zip(MODELS, "osD", strict=True))
FIFTH = len(y_cancer) // 5


def accuracies_after_shuffle(seed):
    """Accuracy of each model on a fifth of the rows, after shuffling with `seed`."""
    order = np.random.default_rng(seed).permutation(len(y_cancer))
    train, validation = order[FIFTH:], order[:FIFTH]
    scaler = StandardScaler().fit(x_cancer[train])
    x_train, x_validation = (
        scaler.transform(x_cancer[train]),
        scaler.transform(x_cancer[validation]),
    )
    return [
        new().fit(x_train, y_cancer[train]).score(x_validation, y_cancer[validation])
        for new in MODELS.values()
    ]


def draw_shuffles(ax):
    """The accuracy of each model for each shuffle; a thin line joins the three models of a shuffle."""
    places = np.arange(len(shuffles))[:, None] + np.array([-0.22, 0, 0.22])
    ax.plot(places.T, shuffles.T, color="0.75", lw=1, zorder=1)
    for i, name in enumerate(MODELS):
        ax.plot(
            places[:, i],
            shuffles[:, i],
            MARKERS[name],
            color=COLOURS[name],
            label=name,
            ms=5,
        )
    ax.set(xlabel="shuffle", ylabel="accuracy on a fifth of the rows")
    ax.figure.legend(loc="outside lower center", ncols=3, fontsize=8)


shuffles = np.array(
    [accuracies_after_shuffle(seed) for seed in range(lab.pick(24, 8))]
)  # (shuffles, models)
figure, ax = subplots(size=(8, 3.6))
draw_shuffles(ax)
ax.set_title("Same rows, same models, another shuffle: another winner")
lab.show(
    figure,
    alt="Validation accuracy of three models for many shuffles. Each model moves up and down by several per cent, "
    "and which model is on top changes from shuffle to shuffle.",
)
on_top = shuffles == shuffles.max(axis=1, keepdims=True)
alone = [int(np.sum(on_top[:, i] & (on_top.sum(axis=1) == 1))) for i in range(3)]
for name, count in zip(MODELS, alone, strict=True):
    print(f"{name}: alone on top in {count} of {len(shuffles)} shuffles")
print(f"first place shared: {len(shuffles) - sum(alone)}")

# %% [markdown]
# Whoever shows you one shuffle can choose the winner. Why do the points jump so far, and is any of the three better? At the end you
# will draw this picture again, and explain it.

# %% [markdown]
# ## Cutting the data
#
# **Exercise 5.1** Ways to cut the data. A *validation set* is a part of the data that the model never trains on. One cut wastes rows, so we cut several times.
#
# - **k-fold**: cut the $n$ row numbers into $k$ consecutive pieces. Each piece validates once while all other rows train. If $k$ does not divide $n$, the
#   first $n \bmod k$ pieces are one row longer.
# - **leave-p-out**: every possible set of $p$ rows validates once. $p=1$, *leave-one-out*, is k-fold with $k=n$.
#
# Both get `order`, the row numbers already shuffled, and return a list of pairs `(train, validation)`.
#
# *Predict:* leave-one-out on the cancer data fits as many models as there are rows. For $p=2$, is it twice as many? Ten times? Hundreds of times?


# %%
def k_folds(order, k):
    """Cut `order` into k consecutive pieces; each validates once.

    Args:
        order: integer array (n,), distinct row numbers in the order to use (they need not be 0 to n-1).
        k: number of folds, 2 <= k <= n.

    Returns:
        list of k pairs (train, validation) of integer arrays.
        k_folds([7, 0, 3, 5, 1], 2) validates on [7, 0, 3], then on [5, 1].
    """
    ### BEGIN SOLUTION
    pieces = np.array_split(np.asarray(order), k)
    return [
        (np.concatenate(pieces[:i] + pieces[i + 1 :]), piece)
        for i, piece in enumerate(pieces)
    ]
    ### END SOLUTION


def leave_p_out(order, p):
    """Every way to hold out p of the n rows, each once.

    Returns:
        list of pairs (train, validation); leave_p_out([4, 8, 6], 2) validates on {4, 8}, {4, 6} and {8, 6}.
    """
    ### BEGIN SOLUTION
    order = np.asarray(order)
    held_out = itertools.combinations(range(len(order)), p)  # positions, each set once
    return [
        (np.delete(order, list(positions)), order[list(positions)])
        for positions in held_out
    ]
    ### END SOLUTION


# %%
check("5.1")

# %%
with lab.needs("5.1"):
    n, picture = 20, np.zeros((5, 20))
    for fold, (_, validation) in enumerate(
        k_folds(np.random.default_rng(lab.seed).permutation(n), 5)
    ):
        picture[fold, validation] = 1
    figure, ax = subplots(size=(7, 2.3))
    ax.pcolormesh(
        picture, cmap="Greys", vmin=-0.3, vmax=1.2, edgecolors="white", linewidth=2
    )
    ax.invert_yaxis()
    ax.set(
        xlabel="row number",
        ylabel="fold",
        title="5-fold: dark rows validate, light rows train",
    )
    ax.set_xticks(np.arange(n) + 0.5, range(n))
    ax.set_yticks(np.arange(5) + 0.5, range(5))
    lab.show(
        figure,
        alt="A grid of 5 folds by 20 rows. Every column holds exactly one dark cell: each row validates in one fold "
        "and trains in the others.",
    )
    print(
        f"How often each row is dark: {np.unique(picture.sum(axis=0)).astype(int).tolist()}. All rows judge, none judges itself."
    )

# %%
with lab.needs("5.1"):
    start = time.perf_counter()
    for _ in range(5):
        SVC(kernel="linear").fit(StandardScaler().fit_transform(x_cancer), y_cancer)
    seconds_per_fit = (time.perf_counter() - start) / 5

    small, held_out = np.arange(12), np.arange(1, 12)
    counted = [len(leave_p_out(small, p)) for p in held_out]
    figure, ax = subplots(size=(7, 3.4))
    for n, dashes in [(12, "-"), (50, "--"), (len(y_cancer), ":")]:
        ax.plot(
            held_out,
            [math.comb(n, p) for p in held_out],
            dashes,
            color="0.3",
            label=f"formula, n = {n} rows",
        )
    ax.plot(
        held_out,
        counted,
        "o",
        color=PALETTE[1],
        label="your leave_p_out, n = 12, counted",
    )
    ax.set(
        yscale="log",
        xlabel="p, rows held out together",
        ylabel="models to fit",
        title="Leave-p-out: the price of trying every set",
    )
    ax.legend(fontsize=8)
    lab.show(
        figure,
        alt="Number of models to fit against p on a logarithmic axis. For 569 rows the curve climbs about twenty powers "
        "of ten by p = 11; for 12 rows it rises until p = 6 and falls again.",
    )
    fits = [math.comb(len(y_cancer), p) for p in range(6)]
    library = [LeavePOut(int(p)).get_n_splits(small) for p in held_out]
    print(
        f"Your counts are scikit-learn's: {counted == library}; the formula is n!/(p!(n-p)!)."
    )
    print(
        f"One fit of the linear SVM takes {1000 * seconds_per_fit:.1f} ms here, five folds {5 * seconds_per_fit:.2f} s."
    )
    print(
        f"All {len(y_cancer)} rows, p = 1: {fits[1] * seconds_per_fit:.0f} s. p = 2: {fits[2] / fits[1]:.0f} times as long."
    )
    print(
        f"p = 3: {fits[3] * seconds_per_fit / 86400:.1f} days. p = 5: {fits[5] * seconds_per_fit / 3.156e7:.0f} years."
    )

# %% [markdown]
# ## What may touch the validation rows
#
# **Exercise 5.2** Scores inside the fold. Many models want *standardised* columns: $z = (x - m)/s$, where $m$ is a column's mean and $s$ its standard deviation, the root of the mean squared distance from
# $m$. Both are learned from data, so they belong to training: compute them from the **training rows** of each fold, and use the same $m$ and $s$ on its
# validation rows. A constant column has $s=0$; divide it by 1.
#
# Return one *accuracy* per fold: the share of validation labels that `fit_predict` gets right.
#
# *Predict:* if you scored on the training rows instead, which of the three models would look best?


# %%
def fold_scores(fit_predict, x, y, folds):
    """Validation accuracy of each fold, with columns standardised inside the fold.

    Args:
        fit_predict: function (x_train, y_train, x_validation) -> predicted labels of x_validation. Call it once per fold.
        x: float array (n, d).
        y: labels, array (n,).
        folds: list of pairs (train, validation) of row numbers.

    Returns:
        float array (number of folds,), each value in [0, 1].
        With training rows [[0], [2]], a validation row [5] becomes (5 - 1) / 1 = 4.
    """
    ### BEGIN SOLUTION
    scores = []
    for train, validation in folds:
        m, s = x[train].mean(axis=0), x[train].std(axis=0)
        s = np.where(s == 0, 1.0, s)
        predicted = fit_predict((x[train] - m) / s, y[train], (x[validation] - m) / s)
        scores.append(np.mean(np.asarray(predicted) == y[validation]))
    return np.array(scores)
    ### END SOLUTION


# %%
check("5.2")


# %%
def library_folds(order, k):
    """What Exercise 5.1 asks for, by scikit-learn's KFold."""
    order = np.asarray(order)
    return [
        (order[train], order[validation]) for train, validation in KFold(k).split(order)
    ]


cut = lab.answer("5.1", fallback=library_folds)
cancer_folds = cut(np.random.default_rng(lab.seed).permutation(len(y_cancer)), 5)

with lab.needs("5.2"):

    def fit_predict_with(name):
        """The model `name` in the form that fold_scores expects."""
        return lambda x_train, y_train, x_validation: (
            MODELS[name]().fit(x_train, y_train).predict(x_validation)
        )

    judged_by_itself = [(train, train) for train, _ in cancer_folds]
    figure, ax = subplots(size=(7, 2.8))
    for i, name in enumerate(MODELS):
        seen = fold_scores(fit_predict_with(name), x_cancer, y_cancer, judged_by_itself)
        unseen = fold_scores(fit_predict_with(name), x_cancer, y_cancer, cancer_folds)
        ax.plot(seen, np.full(5, i + 0.12), "x", color="0.35")
        ax.plot(unseen, np.full(5, i - 0.12), MARKERS[name], color=COLOURS[name])
        print(
            f"{name}: {seen.mean():.1%} on rows it trained on, {unseen.mean():.1%} on rows it never saw."
        )
    ax.plot([], [], "x", color="0.35", label="judged on its training rows")
    ax.plot([], [], "o", color="0.35", label="judged on validation rows")
    ax.set(
        yticks=range(3),
        yticklabels=list(MODELS),
        ylim=(-0.5, 2.5),
        xlabel="accuracy of one fold",
    )
    ax.set_title("A training score is a memory test")
    figure.legend(loc="outside lower center", ncols=2, fontsize=8)
    lab.show(
        figure,
        alt="Accuracy per fold on training and on validation rows for three models. The random forest scores 100 per cent "
        "on its training rows and has lower, spread-out scores on validation rows.",
    )

# %% [markdown]
# The forest remembers every row it trained on, and that tells you nothing about the next patient.
#
# ## What kinds of error
#
# **Exercise 5.3** The confusion matrix. It counts instead of averaging. Entry $M_{ij}$ is the number of rows whose **actual** class is `labels[i]` (row $i$) and
# whose **predicted** class is `labels[j]` (column $j$), in the order of `labels`. Correct answers lie on the diagonal.
#
# Labels may be numbers or strings, and a class that never occurs keeps its row and column of zeros: a report that silently loses a class is worse
# than none.
#
# *Predict:* a linear SVM learns handwritten digits from the raw pixels of 200 images. Which two digits will it confuse most?


# %%
def confusion_matrix(y_true, y_pred, labels):
    """Counts of (actual, predicted) pairs.

    Args:
        y_true, y_pred: labels, arrays or lists (n,), numbers or strings; every entry is one of `labels`.
        labels: list of c classes.

    Returns:
        integer array (c, c); rows are actual classes, columns predicted ones.
        confusion_matrix(["cat", "cat", "dog"], ["cat", "dog", "dog"], ["cat", "dog"]) is [[1, 1], [0, 1]].
    """
    ### BEGIN SOLUTION
    position = {label: i for i, label in enumerate(labels)}
    matrix = np.zeros((len(labels), len(labels)), dtype=int)
    for actual, predicted in zip(y_true, y_pred, strict=True):
        matrix[position[actual], position[predicted]] += 1
    return matrix
    ### END SOLUTION


# %%
check("5.3")

# %%
(x_a, y_a), (x_b, y_b) = coursekit.load_digits()
x_digits, y_digits = (
    np.concatenate([x_a, x_b]).reshape(-1, 28 * 28) / 255.0,
    np.concatenate([y_a, y_b]),
)
order = np.random.default_rng(lab.seed).permutation(len(y_digits))
few, rest = np.split(
    order, [200]
)  # a small training set, so that there are errors to look at
y_rest = y_digits[rest]
digit_answers = {
    name: new().fit(x_digits[few], y_digits[few]).predict(x_digits[rest])
    for name, new in MODELS.items()
}

with lab.needs("5.3"):
    matrix = confusion_matrix(y_rest, digit_answers["linear SVM"], list(range(10)))
    errors = matrix - np.diag(np.diag(matrix))
    figure, ax = subplots(size=(5.2, 4.8))
    ax.imshow(errors, cmap="Blues")
    ax.grid(False)
    for i, j in zip(*np.nonzero(matrix), strict=True):
        shade = "white" if errors[i, j] > 0.6 * errors.max() else "black"
        ax.text(j, i, matrix[i, j], ha="center", va="center", fontsize=8, color=shade)
    ax.set(
        xticks=range(10),
        yticks=range(10),
        xlabel="predicted digit",
        ylabel="actual digit",
    )
    ax.set_title("Linear SVM, 200 training digits: the darker, the more errors")
    lab.show(
        figure,
        alt="Ten by ten confusion matrix of handwritten digits. Most counts lie on the diagonal; a few dark cells off it "
        "hold most of the errors.",
    )
    both_ways = np.triu(errors + errors.T)
    first, second = np.unravel_index(np.argmax(both_ways), both_ways.shape)
    same = np.array_equal(
        matrix,
        metrics.confusion_matrix(y_rest, digit_answers["linear SVM"], labels=range(10)),
    )
    print(
        f"{errors.sum()} of {matrix.sum()} digits are wrong. Most confused: {first} and {second}, {both_ways.max()} times."
    )
    print(f"The same matrix as scikit-learn's: {same}")

# %% [markdown]
# ## Which question does a score answer?
#
# **Exercise 5.4** Four scores of a class. Look at one class against all others. *TP* and *FN* count its rows that were found and missed; *FP* counts other rows taken for it; *TN* all the rest. The
# slides of Session 11, Deep Learning 2 name four scores:
#
# - **precision** TP/(TP+FP): of those called cancer, how many are?
# - **recall** TP/(TP+FN): of those with cancer, how many were found?
# - **specificity**, the recall of the others: of those without cancer, how many were let go?
# - **F1**: the harmonic mean of precision and recall, $2PR/(P+R)$.
#
# Compute them for every class; a score with denominator 0 counts as 0. `macro_f1` is the mean of the classes' F1.
#
# *Predict:* the slide prints specificity as TN/(TP+FN). Can that exceed 1?


# %%
def class_scores(matrix):
    """Precision, recall, specificity and F1 of every class, one against the rest.

    Args:
        matrix: integer array (c, c), rows actual, columns predicted.

    Returns:
        dict with keys "precision", "recall", "specificity", "f1" (float arrays (c,)) and "macro_f1" (float).
        class_scores([[2, 2], [1, 5]])["recall"] is [2/4, 5/6].
    """
    ### BEGIN SOLUTION
    matrix = np.asarray(matrix)
    tp = np.diag(matrix).astype(float)
    fn, fp = matrix.sum(axis=1) - tp, matrix.sum(axis=0) - tp
    tn = matrix.sum() - tp - fn - fp

    def share(part, whole):
        return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)

    precision, recall = share(tp, tp + fp), share(tp, tp + fn)
    f1 = share(2 * precision * recall, precision + recall)
    return {
        "precision": precision,
        "recall": recall,
        "specificity": share(tn, tn + fp),
        "f1": f1,
        "macro_f1": float(f1.mean()),
    }
    ### END SOLUTION


# %%
check("5.4")

# %% [markdown]
# **The slide, checked.** Its example has 8 patients with cancer, of whom 6 were found, and 4 without, of whom 3 were let go. Two of its numbers and one of its formulas
# do not survive your function.

# %%
slide = {
    "precision": 0.88,
    "recall": 0.75,
    "specificity": 0.75,
    "f1": 0.81,
}  # as printed in Session 11
tp, fn, fp, tn = 6, 2, 1, 3
with lab.needs("5.4"):
    mine = class_scores(
        np.array([[tp, fn], [fp, tn]])
    )  # class 0 is cancer, as on the slide
    as_printed = tn / (tp + fn)
    figure, ax = subplots(size=(7, 3))
    ax.plot(
        [mine[key][0] for key in slide],
        range(4),
        "o",
        color=PALETTE[0],
        ms=8,
        label="your class_scores",
    )
    ax.plot(
        list(slide.values()),
        range(4),
        "s",
        mfc="none",
        mec=PALETTE[1],
        ms=13,
        mew=1.5,
        label="number on the slide",
    )
    ax.plot(
        [as_printed],
        [2],
        "x",
        color=PALETTE[1],
        ms=9,
        mew=2,
        label="formula on the slide, TN/(TP+FN)",
    )
    ax.set(
        yticks=range(4),
        yticklabels=list(slide),
        ylim=(3.5, -0.5),
        xlim=(0.3, 1),
        xlabel="score",
    )
    ax.set_title("Six found, two missed, one false alarm, three let go")
    figure.legend(loc="outside lower center", ncols=3, fontsize=8, markerscale=0.7)
    lab.show(
        figure,
        alt="Four scores of the slide's cancer example. Your values sit inside the slide's squares for recall and specificity, "
        "and to the left of their middle for precision and F1. The printed formula for specificity lies far to the left.",
    )
    print(
        f"Precision is 6/7 = {mine['precision'][0]:.3f} (slide: {slide['precision']}), F1 is {mine['f1'][0]:.2f} (slide: {slide['f1']})."
    )
    print(
        f"Specificity is TN/(TN+FP) = {mine['specificity'][0]:.2f}, as the slide's number says."
    )
    print(
        f"The slide's formula TN/(TP+FN) gives {as_printed:.3f}. With 1 ill and 9 healthy people, all judged rightly, it gives {9 / 1:.0f}."
    )

# %%
with lab.needs("5.3", "5.4"):
    for name, answers in digit_answers.items():
        scores = class_scores(confusion_matrix(y_rest, answers, list(range(10))))
        worst = int(np.argmin(scores["f1"]))
        agrees = np.isclose(
            scores["macro_f1"],
            metrics.f1_score(y_rest, answers, average="macro", zero_division=0),
        )
        print(
            f"{name} on digits: macro F1 {scores['macro_f1']:.3f} (scikit-learn agrees: {agrees}), worst digit {worst} with {scores['f1'][worst]:.3f}."
        )

# %% [markdown]
# ## Every threshold at once: ROC
#
# **Exercise 5.5** ROC curve and AUC. A classifier gives a *score*, and "cancer" means: score at or above a *threshold*. Lower the threshold step by step, and two shares grow from 0 to 1:
#
# - **TPR** (recall) = TP/(TP+FN), and **FPR** = FP/(FP+TN) = 1 - specificity.
#
# The **ROC curve** draws TPR against FPR: first the point (0, 0), where nobody is called ill, then one point per **distinct** score, highest first. Rows with equal
# scores enter together: no threshold can part them.
#
# **AUC** is the area below, by trapezoids: width times mean height of neighbouring points.
#
# *Predict:* every row gets the same score. How many points has the curve, and what is the area?


# %%
def roc_curve(y_true, y_score):
    """Points of the ROC curve.

    Args:
        y_true: array (n,) of 0 and 1, both present.
        y_score: float array (n,), higher means more likely 1.

    Returns:
        (fpr, tpr), two float arrays (1 + number of distinct scores,), from (0, 0) to (1, 1).
        roc_curve([1, 0, 1, 0], [0.9, 0.9, 0.4, 0.1]) is ([0, 0.5, 0.5, 1], [0, 0.5, 1, 1]).
    """
    ### BEGIN SOLUTION
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    thresholds = np.unique(y_score)[::-1]  # distinct, highest first
    called_ill = y_score >= thresholds[:, None]  # (thresholds, n)
    tpr = called_ill[:, y_true == 1].mean(axis=1)
    fpr = called_ill[:, y_true == 0].mean(axis=1)
    return np.concatenate([[0.0], fpr]), np.concatenate([[0.0], tpr])
    ### END SOLUTION


def area_under(x, y):
    """Area under the points (x, y) by trapezoids; x never falls. area_under([0, 0.5, 1], [0, 1, 1]) is 0.75."""
    ### BEGIN SOLUTION
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    return float(np.sum((x[1:] - x[:-1]) * (y[1:] + y[:-1]) / 2))
    ### END SOLUTION


# %%
check("5.5")

# %% [markdown]
# With all its measurements the cancer data is nearly solved, and its curves hug the corner. So the next cell lets the models see only two of them, texture
# and smoothness. It trains on one half of the rows and scores the other.

# %%
weak = [
    list(cancer.feature_names).index(name)
    for name in ("mean texture", "mean smoothness")
]
order = np.random.default_rng(lab.seed).permutation(len(y_cancer))
train, judged = np.split(order, [len(order) // 2])
scaler = StandardScaler().fit(x_cancer[train][:, weak])
x_train, x_judged = (
    scaler.transform(x_cancer[train][:, weak]),
    scaler.transform(x_cancer[judged][:, weak]),
)
y_judged = y_cancer[judged]
model_scores = {}
for name, new in MODELS.items():
    model = new().fit(x_train, y_cancer[train])
    model_scores[name] = (
        model.predict_proba(x_judged)[:, 1]
        if name == "random forest"
        else model.decision_function(x_judged)
    )

with lab.needs("5.5"):
    figure, ax = subplots(size=(5.6, 5))
    auc_gap = 0.0
    for name, scores in model_scores.items():
        fpr, tpr = roc_curve(y_judged, scores)
        auc = area_under(fpr, tpr)
        auc_gap = max(auc_gap, abs(auc - metrics.roc_auc_score(y_judged, scores)))
        ax.plot(
            fpr,
            tpr,
            color=COLOURS[name],
            lw=2.5,
            alpha=0.7,
            label=f"{name}: AUC {auc:.3f}",
        )
        ax.plot(*metrics.roc_curve(y_judged, scores)[:2], ":", color="black", lw=1.2)
    ax.plot([], [], ":", color="black", label="scikit-learn, drawn on top")
    ax.plot([0, 1], [0, 1], "--", color="0.6", lw=1, label="scores that know nothing")
    ax.set(
        xlabel="FPR: share of the healthy called ill",
        ylabel="TPR: share of the ill that is found",
        aspect="equal",
    )
    ax.set_title("Your ROC curves, two measurements only")
    ax.legend(fontsize=8, loc="lower right")
    lab.show(
        figure,
        alt="ROC curves of three models, all well above the diagonal, with scikit-learn's curves as dotted lines lying "
        "exactly on top of them.",
    )
    scores = model_scores["kernel SVM"]
    in_order = np.mean(scores[y_judged == 1][:, None] > scores[y_judged == 0])
    tied = len(judged) - len(np.unique(model_scores["random forest"]))
    flat = roc_curve(y_judged, np.zeros(len(y_judged)))
    print(
        f"Your AUCs and scikit-learn's differ by at most {auc_gap:.1g}, although the forest ties {tied} of {len(judged)} rows."
    )
    print(
        f"Take one ill and one healthy row: the kernel SVM ranks the ill one higher in {in_order:.3f} of such pairs, its AUC."
    )
    print(
        f"Equal scores for all rows: {len(flat[0])} points, area {area_under(*flat):.1f}, the dashed line."
    )

# %% [markdown]
# ## When the disease is rare: precision and recall
#
# **Exercise 5.6** Precision-recall curve and its area. The **precision-recall curve** walks through the same thresholds, highest first, one point per distinct score (no starting point this time). At each, precision is
# the share of true cases among the rows called ill so far, and recall the share of all true cases found so far.
#
# Its area is the **average precision**, a sum of steps: $\sum_i (R_i - R_{i-1})\,P_i$, with $R_i$ and $P_i$ the recall and precision at point $i$, and $R_0 = 0$. No trapezoids: between two
# thresholds precision does not move on a straight line.
#
# *Predict:* ten times as many healthy people come, with scores like those here. Which falls: AUC, average precision, or both?


# %%
def precision_recall_curve(y_true, y_score):
    """Recall and precision at every distinct score, highest first.

    Args:
        y_true: array (n,) of 0 and 1, at least one 1.
        y_score: float array (n,), higher means more likely 1.

    Returns:
        (recall, precision), float arrays (number of distinct scores,).
        precision_recall_curve([1, 0, 1, 0], [0.9, 0.9, 0.4, 0.1]) is ([0.5, 1, 1], [1/2, 2/3, 2/4]).
    """
    ### BEGIN SOLUTION
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    called_ill = y_score >= np.unique(y_score)[::-1][:, None]  # (thresholds, n)
    found = called_ill[:, y_true == 1].sum(axis=1)
    return found / np.sum(y_true == 1), found / called_ill.sum(axis=1)
    ### END SOLUTION


def average_precision(recall, precision):
    """Sum of precision times the step in recall; average_precision([0.5, 1, 1], [1/2, 2/3, 2/4]) is 7/12."""
    ### BEGIN SOLUTION
    steps = np.diff(np.asarray(recall, dtype=float), prepend=0.0)
    return float(np.sum(steps * np.asarray(precision)))
    ### END SOLUTION


# %%
check("5.6")

# %%
with lab.needs("5.6"):
    scores = model_scores["kernel SVM"]
    once = np.arange(len(y_judged))
    rare = np.repeat(
        once, np.where(y_judged == 0, 10, 1)
    )  # every healthy row counts ten times
    figure, ax = subplots(size=(5.8, 4.8))
    ap, auc, ap_gap = {}, {}, 0.0
    for name, rows, colour in [
        ("as measured", once, PALETTE[0]),
        ("ten times the healthy", rare, PALETTE[1]),
    ]:
        y, score = y_judged[rows], scores[rows]
        recall, precision = precision_recall_curve(y, score)
        ap[name], auc[name] = (
            average_precision(recall, precision),
            metrics.roc_auc_score(y, score),
        )
        ap_gap = max(ap_gap, abs(ap[name] - metrics.average_precision_score(y, score)))
        ax.step(
            recall,
            precision,
            where="pre",
            color=colour,
            lw=2.5,
            alpha=0.7,
            label=f"{name}: average precision {ap[name]:.3f}",
        )
        theirs = metrics.precision_recall_curve(y, score)
        ax.step(
            theirs[1][:-1], theirs[0][:-1], where="post", ls=":", color="black", lw=1.2
        )
        ax.axhline(y.mean(), color=colour, lw=1, ls="--")
    ax.plot([], [], ":", color="black", label="scikit-learn, drawn on top")
    ax.plot([], [], "--", color="0.4", lw=1, label="scores that know nothing")
    ax.set(
        xlabel="recall: share of the ill that is found",
        ylabel="precision: share of calls that is right",
        ylim=(0, 1.02),
    )
    ax.set_title("Same model, same scores, rarer disease")
    figure.legend(loc="outside lower center", ncols=2, fontsize=8)
    lab.show(
        figure,
        alt="Two precision-recall curves of the same scores. With ten times the healthy rows the curve drops far below "
        "the original, while scikit-learn's dotted curves lie on both.",
    )
    before, after = ap.values()
    print(f"Your average precisions and scikit-learn's differ by at most {ap_gap:.1g}.")
    print(
        f"From {y_judged.mean():.0%} to {y.mean():.0%} ill, average precision falls by {before - after:.2f} and AUC by {auc['as measured'] - auc['ten times the healthy']:.2f}:"
    )
    print(
        "ROC never asks how rare the ill are. Precision does, and so does the person who was called ill."
    )

# %% [markdown]
# ## How sure are you?
#
# **Exercise 5.7** Wilson's interval. A model got $k$ of $n$ rows right: $\hat p = k/n$. Which true accuracies $p$ could have given this? **Wilson's interval** keeps every $p$ that lies within $z$ of its
# own standard deviations of $\hat p$:
#
# $$|\hat p - p| \le z\sqrt{p(1-p)/n},\qquad z = 1.96 \text{ for } 95\,\%.$$
#
# At the two ends "=" holds. Square it and sort by powers of $p$; the ends are the roots of
#
# $$\left(1 + \tfrac{z^2}{n}\right)p^2 - \left(2\hat p + \tfrac{z^2}{n}\right)p + \hat p^2 = 0.$$
#
# The **textbook interval** $\hat p \pm z\sqrt{\hat p(1-\hat p)/n}$ puts $\hat p$ under the root instead.
#
# *Predict:* all of 20 rows are right. How wide is the textbook interval?


# %%
def wilson_interval(k, n, z=1.96):
    """Wilson's confidence interval for a share.

    Args:
        k: number of rows that were right, 0 <= k <= n.
        n: number of rows, at least 1.
        z: how many standard deviations to allow.

    Returns:
        (low, high), floats in [0, 1]. wilson_interval(1, 2, z=2**0.5) is (0.1464..., 0.8535...): the roots of 2p^2 - 2p + 1/4.
    """
    ### BEGIN SOLUTION
    p_hat, q = k / n, z**2 / n
    a, b, c = 1 + q, -(2 * p_hat + q), p_hat**2
    root = math.sqrt(max(b**2 - 4 * a * c, 0.0))
    return max(0.0, (-b - root) / (2 * a)), min(1.0, (-b + root) / (2 * a))
    ### END SOLUTION


# %%
check("5.7")

# %%
with lab.needs("5.7"):
    n = 40
    right = np.arange(n + 1)  # every number of right answers that could come
    half = 1.96 * np.sqrt(right / n * (1 - right / n) / n)
    ends = {
        "textbook interval": np.stack([right / n - half, right / n + half], axis=1),
        "your Wilson interval": np.array([wilson_interval(int(k), n) for k in right]),
    }
    truths = np.linspace(0.5, 0.995, 300)[:, None]
    chance = stats.binom.pmf(right, n, truths)  # (truths, n + 1)
    figure, ax = subplots(size=(7, 3.4))
    holds = {}
    for (name, pair), dashes, colour in zip(
        ends.items(), ("--", "-"), (PALETTE[1], PALETTE[0]), strict=True
    ):
        holds[name] = np.sum(
            chance * ((pair[:, 0] <= truths) & (truths <= pair[:, 1])), axis=1
        )
        ax.plot(truths, holds[name], dashes, color=colour, label=name)
    ax.axhline(0.95, color="0.4", lw=1, ls=":", label="what both promise")
    ax.set(
        xlabel="true accuracy of the model",
        ylabel="share of test sets whose\ninterval holds the truth",
        ylim=(0.15, 1.02),
    )
    ax.set_title(f"Which interval keeps its promise on {n} rows?")
    ax.legend(fontsize=8, loc="lower left")
    lab.show(
        figure,
        alt="How often two intervals hold the truth, against the true accuracy. Wilson's stays close to the promised "
        "95 per cent throughout; the textbook interval falls far below it as the accuracy nears one.",
    )
    near = np.argmin(np.abs(truths - 0.97))
    textbook, wilson = (values[near] for values in holds.values())
    print(
        f"True accuracy {truths[near, 0]:.2f}: the textbook interval holds it {textbook:.0%} of the time, yours {wilson:.0%}."
    )
    low, high = wilson_interval(20, 20)
    print(
        f"20 of 20 right: the textbook interval has width {2 * 1.96 * math.sqrt(1 * 0 / 20):.0f}; yours runs from {low:.2f} to {high:.2f}."
    )
    theirs = [stats.binomtest(int(k), n).proportion_ci(method="wilson") for k in right]
    wilson_gap = np.abs(ends["your Wilson interval"] - theirs).max()
    print(
        f"Yours and SciPy's differ by at most {wilson_gap:.1g} (SciPy takes z = 1.959964)."
    )

# %% [markdown]
# ## Is it really better?
#
# **Exercise 5.8** McNemar's test. Two models judged the **same** rows. Rows that both get right, or both wrong, cannot tell them apart. Let $b$ be the number of rows that only A gets right, and $c$ those that only B
# gets right. If the models were equally good, each of these $m=b+c$ rows would fall to either side like a fair coin.
#
# **McNemar's exact p-value** is the chance of a split at least this uneven, on either side: with $s=\min(b,c)$,
#
# $$p = \min\left(1,\; 2\sum_{i=0}^{s} \binom{m}{i} 2^{-m}\right),$$
#
# where $\binom{m}{i}$ (`math.comb`) counts the ways to choose $i$ of $m$. If $m=0$, $p=1$.
#
# *Predict:* A errs on 8 rows, B on 2. Is 8 against 2 enough for $p<0.05$?


# %%
def mcnemar(y_true, pred_a, pred_b):
    """McNemar's exact test of two classifiers on the same rows.

    Args:
        y_true, pred_a, pred_b: labels (n,), arrays or lists of numbers or strings.

    Returns:
        (b, c, p): rows only A gets right, rows only B gets right, two-sided p-value.
        Turn b and c into Python's int first: NumPy's integers cannot hold 2**m for large m.
        mcnemar([1, 1, 1, 0], [1, 1, 1, 1], [0, 0, 0, 1]) is (3, 0, 0.25).
    """
    ### BEGIN SOLUTION
    a_right, b_right = (
        np.asarray(pred_a) == np.asarray(y_true),
        np.asarray(pred_b) == np.asarray(y_true),
    )
    b, c = int(np.sum(a_right & ~b_right)), int(np.sum(~a_right & b_right))
    m = b + c
    tail = sum(math.comb(m, i) for i in range(min(b, c) + 1))
    return b, c, min(1.0, 2 * tail / 2**m)
    ### END SOLUTION


# %%
check("5.8")


# %%
def predict_unseen(new_model, folds):
    """Label of every cancer row, by the model of the fold that did not train on it, scaled as in Exercise 5.2."""
    predicted = np.empty_like(y_cancer)
    for train, validation in folds:
        scaler = StandardScaler().fit(x_cancer[train])
        model = new_model().fit(scaler.transform(x_cancer[train]), y_cancer[train])
        predicted[validation] = model.predict(scaler.transform(x_cancer[validation]))
    return predicted


cancer_answers = {
    name: predict_unseen(new, cancer_folds) for name, new in MODELS.items()
}
contests = [
    ("cancer", y_cancer, cancer_answers, *pair)
    for pair in itertools.combinations(MODELS, 2)
]
contests += [
    ("digits", y_rest, digit_answers, *pair)
    for pair in itertools.combinations(MODELS, 2)
]

with lab.needs("5.8"):
    figure, ax = subplots(size=(7.5, 3.6))
    p_gap = 0.0
    for row, (data, truth, answers, first, second) in enumerate(contests):
        b, c, p = mcnemar(truth, answers[first], answers[second])
        p_gap = max(
            p_gap, abs(p - (stats.binomtest(min(b, c), b + c).pvalue if b + c else 1.0))
        )
        ax.barh(row, -b, color=COLOURS[first])
        ax.barh(row, c, color=COLOURS[second])
        ax.annotate(
            f"p = {p:.2g}",
            (c, row),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
        print(f"{data}, {first} against {second}: {b} to {c}, p = {p:.2g}")
    ax.axvline(0, color="black", lw=0.8)
    ax.margins(x=0.12)
    ax.set(
        yticks=range(6),
        xlabel="rows that only this model gets right",
        title="Only the rows on which they part can decide",
    )
    ax.set_yticklabels(
        [f"{data}: {first} | {second}" for data, _, _, first, second in contests],
        fontsize=8,
    )
    ax.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    ax.invert_yaxis()
    lab.show(
        figure,
        alt="For six pairs of models, bars to the left and right count the rows that only one of the two gets right. "
        "All bars of the cancer data are short; the longest of the digits are several times as long.",
    )
    eight_two = mcnemar(np.ones(10), np.arange(10) < 2, np.arange(10) >= 2)[2]
    print(
        f"Your p-values and SciPy's differ by at most {p_gap:.1g}. A split of 8 to 2 has p = {eight_two:.2g}: few rows decide little."
    )

# %% [markdown]
# ## The first picture, explained
#
# The same points as at the start, each with the Wilson interval of a model judged on that few rows.

# %%
with lab.needs("5.7", "5.8"):
    intervals = np.array(
        [
            [wilson_interval(round(share * FIFTH), FIFTH) for share in row]
            for row in shuffles
        ]
    )
    figure, ax = subplots(size=(8, 3.8))
    for i, name in enumerate(MODELS):
        ax.vlines(
            np.arange(len(shuffles)) + 0.22 * (i - 1),
            *intervals[:, i].T,
            color=COLOURS[name],
            alpha=0.35,
            lw=4,
        )
    draw_shuffles(ax)
    ax.set_title("What one fifth of the rows can know")
    lab.show(
        figure,
        alt="The opening picture again, each point with its 95 per cent interval as a pale bar. In nearly every shuffle the "
        "three bars overlap, and most bars are longer than the distance between winner and loser.",
    )
    width, spread = (
        np.mean(intervals[..., 1] - intervals[..., 0]),
        np.mean(np.ptp(shuffles, axis=1)),
    )
    overlap = np.mean(intervals[..., 0].max(axis=1) <= intervals[..., 1].min(axis=1))
    print(
        f"An interval on {FIFTH} rows is {width:.3f} wide; winner and loser of a shuffle are {spread:.3f} apart."
    )
    print(f"All three intervals overlap in {overlap:.0%} of the shuffles.")
    for data in ("cancer", "digits"):
        p = [
            mcnemar(truth, answers[a], answers[b])[2]
            for name, truth, answers, a, b in contests
            if name == data
        ]
        print(
            f"{data}, paired on all judged rows: {sum(value < 0.05 for value in p)} of 3 pairs have p < 0.05, the smallest p is {min(p):.2g}."
        )

# %% [markdown]
# Now you can explain it. The points jump because a fifth of the rows is a coarse ruler, and the winner of one shuffle is mostly luck. To compare models, let every row be
# judged by a model that never saw it, count the rows on which two models part, and test that count. And "best" needs a question first: where a missed cancer costs
# more than a false alarm, compare recall, not accuracy.
#
# ## Receipt
#
# What the lecture says, beside what just ran. Where the two differ, the note says why.

# %%
claims = []
source = "Session 11, Deep Learning 2"
with lab.needs("5.4"):
    mine = class_scores(np.array([[tp, fn], [fp, tn]]))
    notes = {
        "precision": "erratum: 6/7 is 0.857",
        "recall": "agrees",
        "specificity": f"number agrees; erratum: the printed TN/(TP+FN) gives {tn / (tp + fn):.3f}",
        "f1": "erratum: 12/15, the slip in precision carried on",
    }
    for key, stated in slide.items():
        measured = round(float(mine[key][0]), 3)
        claims.append(
            {
                "claim": f"cancer example, {key}",
                "source": source,
                "stated": stated,
                "measured": measured,
                "note": notes[key],
            }
        )
with lab.needs("5.1"):
    counts = [len(leave_p_out(np.arange(12), p)) for p in range(1, 8)]
    measured = " ".join(
        f"{after / before:.2g}" for before, after in itertools.pairwise(counts)
    )
    note = "12 rows, growth from each p to the next: (n-p)/(p+1), large at first, below 1 past n/2; so not exponential for good"
    claims.append(
        {
            "claim": "leave-p-out: cost grows exponentially",
            "source": source,
            "stated": "exponential",
            "measured": measured,
            "note": note,
        }
    )
for name in MODELS:
    for data, share in [
        ("cancer, 5 folds", cancer_answers[name] == y_cancer),
        ("200 digits", digit_answers[name] == y_rest),
    ]:
        claims.append(
            {
                "claim": f"{name}, {data}: accuracy",
                "source": "CNN and Keras lecture",
                "measured": round(float(np.mean(share)), 3),
                "note": "named as state of the art before deep learning, without a figure",
            }
        )
with lab.needs("5.5", "5.6", "5.7", "5.8"):
    y, score = y_judged, model_scores["random forest"]
    gaps = {
        "AUC": area_under(*roc_curve(y, score)) - metrics.roc_auc_score(y, score),
        "average precision": average_precision(*precision_recall_curve(y, score))
        - metrics.average_precision_score(y, score),
        "Wilson's interval": wilson_interval(37, 40, 1.959964)[0]
        - stats.binomtest(37, 40).proportion_ci(method="wilson").low,
        "McNemar's p": mcnemar(np.ones(10), np.ones(10), np.zeros(10))[2]
        - stats.binomtest(0, 10).pvalue,
    }
    for what, gap in gaps.items():
        claims.append(
            {
                "claim": f"{what} by hand is the library's",
                "source": "scikit-learn, SciPy",
                "stated": 0,
                "measured": f"off by {abs(gap):.1g}",
            }
        )
lab.receipt(claims, seeds=[lab.seed])

# %% [markdown]
# ## Go further
#
# - Make 2,000 columns of pure noise and random labels. Keep the 20 columns that correlate best with the labels, *then* run your k-fold. What accuracy do you get, and where should the choice have been made?
# - Choose the kernel SVM's `C` by your k-fold. Why may the score of the best `C` not stand as its accuracy, and which rows would give an honest one?
# - Folds can be *stratified*: each holds its share of every class. When does this matter most?
# - You tested six pairs. With 20 pairs of equal models, how many would fall below 0.05 by luck? Look up Holm's correction.
# - Resample the judged rows a thousand times with replacement, and draw the spread of the AUC: the bootstrap interval.
# - `coursekit.evaluate(y_true, y_score)` reports all of this at once. Feed it `model_scores` and find your own numbers in it.
