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

import numpy as np
from scipy import stats
from sklearn import metrics
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import coursekit
from coursekit import NotAnsweredYet, open_lab

lab = open_lab("05_metrics")
check, figures = lab.check, lab.figures

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
FIFTH = len(y_cancer) // 5


# %%
def scaled(name):
    """A new model that brings the columns of its training rows to one scale first."""
    return make_pipeline(StandardScaler(), MODELS[name]())


def accuracies_after_shuffle(seed):
    """Accuracy of each model on a fifth of the rows, after shuffling with `seed`."""
    order = np.random.default_rng(seed).permutation(len(y_cancer))
    train, validation = order[FIFTH:], order[:FIFTH]
    fitted = [scaled(name).fit(x_cancer[train], y_cancer[train]) for name in MODELS]
    return [model.score(x_cancer[validation], y_cancer[validation]) for model in fitted]


def fit_predict(name):
    """The model `name` as a function (x_train, y_train, x) -> predicted labels of x."""
    return lambda x, y, x_judged: MODELS[name]().fit(x, y).predict(x_judged)


def scores_of(model, x):
    """What the model thresholds: higher means more likely class 1."""
    if hasattr(model, "decision_function"):
        return model.decision_function(x)
    return model.predict_proba(x)[:, 1]


def digits_split(n, seed):
    """Pixels in [0, 1] and labels of `n` handwritten digits, and of all others."""
    (x_a, y_a), (x_b, y_b) = coursekit.load_digits()
    x = np.concatenate([x_a, x_b]).reshape(-1, 28 * 28) / 255.0
    y = np.concatenate([y_a, y_b])
    few, rest = np.split(np.random.default_rng(seed).permutation(len(y)), [n])
    return (x[few], y[few]), (x[rest], y[rest])


# %%
seeds = range(lab.pick(24, 8))
shuffles = np.array([accuracies_after_shuffle(s) for s in seeds])  # (shuffles, models)
lab.show(figures.shuffles(shuffles, MODELS))
on_top = shuffles == shuffles.max(axis=1, keepdims=True)
alone = np.sum(on_top & (on_top.sum(axis=1, keepdims=True) == 1), axis=0)
for name, count in zip(MODELS, alone, strict=True):
    print(f"{name}: alone on top in {count} of {len(shuffles)} shuffles")
print(f"first place shared: {len(shuffles) - sum(alone)}")

# %% [markdown]
# Whoever shows you one shuffle can choose the winner. Why do the points jump so far, and is any of the three better? At the end you
# will draw this picture again, and explain it.

# %% [markdown]
# ## Cutting the data

# %% [markdown]
# ### Exercise 5.1 · Ways to cut the data
#
# A *validation set* is a part of the data that the model never trains on. One cut wastes rows, so we cut several times.
#
# - **k-fold**: cut the $n$ row numbers into $k$ consecutive pieces. Each piece validates once while all other rows train. If $k$ does not divide $n$, the
#   first $n \bmod k$ pieces are one row longer.
# - **leave-p-out**: every possible set of $p$ rows validates once. $p=1$, *leave-one-out*, is k-fold with $k=n$.
#
# Both get `order`, the row numbers already shuffled, and return a list of pairs `(train, validation)`.

# %%
lab.predict(
    "5.1",
    "Leave-one-out on the cancer data fits as many models as there are rows. "
    "How many times as many does p = 2 take?",
    choices=["twice as many", "about ten times", "hundreds of times"],
)


# %%
def k_folds(order, k):
    """Cut `order` into k consecutive pieces; each validates once.

    Args:
        order: integer array (n,), distinct row numbers in the order to use; they need
            not be 0 to n-1.
        k: number of folds, 2 <= k <= n.

    Returns:
        list of k pairs (train, validation) of integer arrays.

    >>> k_folds([7, 0, 3, 5, 1], 2)
    [(array([5, 1]), array([7, 0, 3])), (array([7, 0, 3]), array([5, 1]))]
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
        list of pairs (train, validation); the three sets of the example may come in any
        order.

    >>> len(leave_p_out([4, 8, 6, 1], 2))
    6
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
    order = np.random.default_rng(lab.seed).permutation(20)
    dark = np.zeros((5, 20), dtype=int)
    for fold, (_, validation) in enumerate(k_folds(order, 5)):
        dark[fold, validation] = 1
    lab.show(figures.fold_grid(dark))
    print(f"How often each row judges: {np.unique(dark.sum(axis=0)).tolist()}")

# %%
with lab.needs("5.1"):
    small = np.arange(12)
    counted = [len(leave_p_out(small, p)) for p in small[1:]]
    lab.show(figures.leave_p_out_cost(counted, all_rows=len(y_cancer)))
    fit = figures.seconds(lambda: scaled("linear SVM").fit(x_cancer, y_cancer))
    fits = [math.comb(len(y_cancer), p) for p in range(6)]  # n! / (p! (n - p)!)
    days, years = fits[3] * fit / 86400, fits[5] * fit / 3.156e7
    print(
        f"{1000 * fit:.1f} ms a fit: {days:.1f} days for p = 3, {years:.0f} years for 5"
    )
    told = f"{fits[2]:,} models are {fits[2] / fits[1]:.0f} times {fits[1]}."
    lab.reveal("5.1", "hundreds of times", told)

# %% [markdown]
# ## What may touch the validation rows

# %% [markdown]
# ### Exercise 5.2 · Scores inside the fold
#
# Many models want *standardised* columns: $z = (x - m)/s$, where $m$ is a column's mean and $s$ its standard deviation, the root of the mean squared distance from
# $m$. Both are learned from data, so they belong to training: compute them from the **training rows** of each fold, and use the same $m$ and $s$ on its
# validation rows. A constant column has $s=0$; divide it by 1.
#
# Return one *accuracy* per fold: the share of validation labels that `fit_predict` gets right.

# %%
lab.predict(
    "5.2",
    "If each model were scored on its own training rows, which would look best?",
    choices=["linear SVM", "kernel SVM", "random forest"],
)


# %%
def fold_scores(fit_predict, x, y, folds):
    """Validation accuracy of each fold, with columns standardised inside the fold.

    Args:
        fit_predict: function (x_train, y_train, x_validation) -> predicted labels of
            x_validation. Call it once per fold.
        x: float array (n, d).
        y: labels, array (n,).
        folds: list of pairs (train, validation) of row numbers.

    Returns:
        float array (number of folds,), each value in [0, 1].

    Training rows [[0], [2]] turn a validation row [5] into (5 - 1) / 1 = 4:

    >>> x, y = np.array([[0.0], [2.0], [5.0]]), np.array([0, 0, 1])
    >>> fold_scores(lambda a, b, x_new: x_new[:, 0] == 4, x, y, [([0, 1], [2])])
    array([1.])
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
    return [(order[train], order[judge]) for train, judge in KFold(k).split(order)]


cut = lab.answer("5.1", fallback=library_folds)
cancer_folds = cut(np.random.default_rng(lab.seed).permutation(len(y_cancer)), 5)

# %%
with lab.needs("5.2"):
    seen, unseen = {}, {}
    by_itself = [(train, train) for train, _ in cancer_folds]
    for name in MODELS:
        how = fit_predict(name)
        seen[name] = fold_scores(how, x_cancer, y_cancer, by_itself)
        unseen[name] = fold_scores(how, x_cancer, y_cancer, cancer_folds)
    lab.show(figures.seen_and_unseen(seen, unseen))
    best = max(seen, key=lambda name: seen[name].mean())
    marks = (
        f"{seen[best].mean():.1%} on rows it saw, {unseen[best].mean():.1%} on others"
    )
    lab.reveal("5.2", best, f"{marks}: a memory, and no word on the next patient.")

# %% [markdown]
# ## What kinds of error

# %% [markdown]
# ### Exercise 5.3 · The confusion matrix
#
# It counts instead of averaging. Entry $M_{ij}$ is the number of rows whose **actual** class is `labels[i]` (row $i$) and
# whose **predicted** class is `labels[j]` (column $j$), in the order of `labels`. Correct answers lie on the diagonal.
#
# Labels may be numbers or strings, and a class that never occurs keeps its row and column of zeros: a report that silently loses a class is worse
# than none.

# %%
lab.predict(
    "5.3",
    "A linear SVM learns handwritten digits from the raw pixels of 200 images. "
    "Which two digits will it confuse most?",
    words=True,
)


# %%
def confusion_matrix(y_true, y_pred, labels):
    """Counts of (actual, predicted) pairs.

    Args:
        y_true, y_pred: labels, arrays or lists (n,), numbers or strings; every entry is
            one of `labels`.
        labels: list of c classes.

    Returns:
        integer array (c, c); rows are actual classes, columns predicted ones.

    >>> confusion_matrix(["cat", "cat", "dog"], ["cat", "dog", "dog"], ["cat", "dog"])
    array([[1, 1],
           [0, 1]])
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
# 200 images to train on, so that there are errors to see; all others judge
(x_few, y_few), (x_rest, y_rest) = digits_split(200, seed=lab.seed)
digit_answers = {
    m: new().fit(x_few, y_few).predict(x_rest) for m, new in MODELS.items()
}

# %%
with lab.needs("5.3"):
    linear = digit_answers["linear SVM"]
    matrix = confusion_matrix(y_rest, linear, list(range(10)))
    lab.show(figures.confusion(matrix))
    theirs = metrics.confusion_matrix(y_rest, linear, labels=range(10))
    print(f"The same matrix as scikit-learn's: {np.array_equal(matrix, theirs)}")
    errors = np.triu(matrix + matrix.T, k=1)  # both ways of confusing a pair
    pair = np.unravel_index(np.argmax(errors), errors.shape)
    wrong = f"{errors.max()} times, of {errors.sum()} errors in {matrix.sum()} digits."
    lab.reveal("5.3", f"{pair[0]} and {pair[1]}", wrong)

# %% [markdown]
# ## Which question does a score answer?

# %% [markdown]
# ### Exercise 5.4 · Four scores of a class
#
# Look at one class against all others. *TP* and *FN* count its rows that were found and missed; *FP* counts other rows taken for it; *TN* all the rest. The
# slides of Session 11, Deep Learning 2 name four scores:
#
# - **precision** TP/(TP+FP): of those called cancer, how many are?
# - **recall** TP/(TP+FN): of those with cancer, how many were found?
# - **specificity**, the recall of the others: of those without cancer, how many were let go?
# - **F1**: the harmonic mean of precision and recall, $2PR/(P+R)$.
#
# Compute them for every class; a score with denominator 0 counts as 0. `macro_f1` is the mean of the classes' F1.

# %%
lab.predict(
    "5.4",
    "The slide prints specificity as TN/(TP+FN). Can that exceed 1?",
    choices=["no, it is a share", "yes"],
)


# %%
def class_scores(matrix):
    """Precision, recall, specificity and F1 of every class, one against the rest.

    Args:
        matrix: integer array (c, c), rows actual, columns predicted.

    Returns:
        dict with keys "precision", "recall", "specificity", "f1" (float arrays (c,))
        and "macro_f1" (float).

    >>> class_scores([[2, 2], [1, 3]])["recall"]
    array([0.5 , 0.75])
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
# **The slide, checked.** Its example has 8 patients with cancer, of whom 6 were found, and 4 without, of whom 3 were let go. Which of
# its numbers and formulas survive your function?

# %%
slide = {"precision": 0.88, "recall": 0.75, "specificity": 0.75, "f1": 0.81}  # printed
tp, fn, fp, tn = 6, 2, 1, 3
with lab.needs("5.4"):
    mine = class_scores(np.array([[tp, fn], [fp, tn]]))  # class 0 is cancer
    lab.show(figures.slide_scores(mine, slide, formula=tn / (tp + fn)))
    for key, printed in slide.items():
        print(f"{key}: yours {mine[key][0]:.3f}, on the slide {printed}")
    told = f"1 ill and 9 healthy people, all judged rightly: {9 / (1 + 0):.0f}"
    lab.reveal("5.4", "yes", f"{told}; the slide's own counts: {tn / (tp + fn):.3f}.")

# %%
with lab.needs("5.3", "5.4"):
    for name, answers in digit_answers.items():
        scores = class_scores(confusion_matrix(y_rest, answers, list(range(10))))
        macro, worst = scores["macro_f1"], np.argmin(scores["f1"])
        print(f"{name}: macro F1 of the digits {macro:.3f}, lowest F1: {worst}")

# %% [markdown]
# ## Every threshold at once: ROC

# %% [markdown]
# ### Exercise 5.5 · ROC curve and AUC
#
# A classifier gives a *score*, and "cancer" means: score at or above a *threshold*. Lower the threshold step by step, and two shares grow from 0 to 1:
#
# - **TPR** (recall) = TP/(TP+FN), and **FPR** = FP/(FP+TN) = 1 - specificity.
#
# The **ROC curve** draws TPR against FPR: first the point (0, 0), where nobody is called ill, then one point per **distinct** score, highest first. Rows with equal
# scores enter together: no threshold can part them.
#
# **AUC** is the area below, by trapezoids: width times mean height of neighbouring points.

# %%
lab.predict(
    "5.5a", "Every row gets the same score. How many points has the curve?", number=True
)

# %%
lab.predict("5.5b", "And what is the area below it?", number=True)


# %%
def roc_curve(y_true, y_score):
    """Points of the ROC curve.

    Args:
        y_true: array (n,) of 0 and 1, both present.
        y_score: float array (n,), higher means more likely 1.

    Returns:
        (fpr, tpr), two float arrays of one length, from (0, 0) to (1, 1).

    >>> roc_curve([1, 0, 1, 0], [0.9, 0.9, 0.4, 0.1])
    (array([0. , 0.5, 0.5, 1. ]), array([0. , 0.5, 1. , 1. ]))
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
    """Area under the points (x, y) by trapezoids; x never falls.

    >>> area_under([0, 0.5, 1], [0, 1, 1])
    0.75
    """
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
weak = np.isin(cancer.feature_names, ["mean texture", "mean smoothness"])
order = np.random.default_rng(lab.seed).permutation(len(y_cancer))
train, judged = np.split(order, [len(order) // 2])
y_judged, model_scores = y_cancer[judged], {}
for name in MODELS:
    model = scaled(name).fit(x_cancer[train][:, weak], y_cancer[train])
    model_scores[name] = scores_of(model, x_cancer[judged][:, weak])

# %%
with lab.needs("5.5"):
    curves = {name: roc_curve(y_judged, s) for name, s in model_scores.items()}
    auc = {name: area_under(*curve) for name, curve in curves.items()}
    lab.show(figures.roc(curves, auc, y_judged, model_scores))
    scores = model_scores["kernel SVM"]
    in_order = np.mean(scores[y_judged == 1][:, None] > scores[y_judged == 0])
    print(
        f"kernel SVM: the ill row has the higher score in {in_order:.3f} of all pairs"
    )
    flat = roc_curve(y_judged, np.zeros(len(y_judged)))
    lab.reveal("5.5a", len(flat[0]), "Nobody is called ill, then everybody.")
    lab.reveal(
        "5.5b", area_under(*flat), "The dashed line: a score that knows nothing."
    )

# %% [markdown]
# ## When the disease is rare: precision and recall

# %% [markdown]
# ### Exercise 5.6 · Precision-recall curve and its area
#
# The **precision-recall curve** walks through the same thresholds, highest first, one point per distinct score (no starting point this time). At each, precision is
# the share of true cases among the rows called ill so far, and recall the share of all true cases found so far.
#
# Its area is the **average precision**, a sum of steps: $\sum_i (R_i - R_{i-1})\,P_i$, with $R_i$ and $P_i$ the recall and precision at point $i$, and $R_0 = 0$. No trapezoids: between two
# thresholds precision does not move on a straight line.

# %%
lab.predict(
    "5.6",
    "Ten times as many healthy people come, with scores like those here. What falls?",
    choices=["AUC", "average precision", "both"],
)


# %%
def precision_recall_curve(y_true, y_score):
    """Recall and precision at every distinct score, highest first.

    Args:
        y_true: array (n,) of 0 and 1, at least one 1.
        y_score: float array (n,), higher means more likely 1.

    Returns:
        (recall, precision), float arrays (number of distinct scores,).

    >>> precision_recall_curve([1, 0, 1, 0], [0.9, 0.9, 0.4, 0.4])
    (array([0.5, 1. ]), array([0.5, 0.5]))
    """
    ### BEGIN SOLUTION
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    called_ill = y_score >= np.unique(y_score)[::-1][:, None]  # (thresholds, n)
    found = called_ill[:, y_true == 1].sum(axis=1)
    return found / np.sum(y_true == 1), found / called_ill.sum(axis=1)
    ### END SOLUTION


def average_precision(recall, precision):
    """Sum of precision times the step in recall.

    >>> average_precision([0.5, 1, 1], [0.5, 0.75, 0.5])
    0.625
    """
    ### BEGIN SOLUTION
    steps = np.diff(np.asarray(recall, dtype=float), prepend=0.0)
    return float(np.sum(steps * np.asarray(precision)))
    ### END SOLUTION


# %%
check("5.6")

# %%
with lab.needs("5.6"):
    scores = model_scores["kernel SVM"]
    rare = np.repeat(np.arange(len(y_judged)), np.where(y_judged == 0, 10, 1))
    versions = {"as measured": (y_judged, scores)}
    versions["ten times the healthy"] = y_judged[rare], scores[rare]
    curves = {v: precision_recall_curve(*judged) for v, judged in versions.items()}
    ap = [average_precision(*curve) for curve in curves.values()]
    lab.show(figures.precision_recall(curves, ap, versions))
    auc = [metrics.roc_auc_score(*judged) for judged in versions.values()]
    areas = {"AUC": auc, "average precision": ap}
    fell = [name for name, (before, after) in areas.items() if before - after > 0.01]
    told = f"AP {ap[0]:.2f}, then {ap[1]:.2f}; AUC {auc[0]:.2f}, then {auc[1]:.2f}."
    told += " Precision asks how rare the ill are; so does who was called ill."
    lab.reveal("5.6", fell[0] if len(fell) == 1 else "both", told)

# %% [markdown]
# ## How sure are you?

# %% [markdown]
# ### Exercise 5.7 · Wilson's interval
#
# A model got $k$ of $n$ rows right: $\hat p = k/n$. Which true accuracies $p$ could have given this? **Wilson's interval** keeps every $p$ that lies within $z$ of its
# own standard deviations of $\hat p$:
#
# $$|\hat p - p| \le z\sqrt{p(1-p)/n},\qquad z = 1.96 \text{ for } 95\,\%.$$
#
# At the two ends "=" holds. Square it and sort by powers of $p$; the ends are the roots of
#
# $$\left(1 + \tfrac{z^2}{n}\right)p^2 - \left(2\hat p + \tfrac{z^2}{n}\right)p + \hat p^2 = 0.$$
#
# The **textbook interval** $\hat p \pm z\sqrt{\hat p(1-\hat p)/n}$ puts $\hat p$ under the root instead.

# %%
lab.predict(
    "5.7", "All of 20 rows are right. How wide is the textbook interval?", number=True
)


# %%
def wilson_interval(k, n, z=1.96):
    """Wilson's confidence interval for a share.

    Args:
        k: number of rows that were right, 0 <= k <= n.
        n: number of rows, at least 1.
        z: how many standard deviations to allow.

    Returns:
        (low, high), floats in [0, 1]; in the example the roots of 2p^2 - 2p + 1/4.

    >>> wilson_interval(1, 2, z=2**0.5)
    (0.1464466094067262, 0.8535533905932737)
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
    lab.show(figures.coverage(ends, n))
    low, high = wilson_interval(20, 20)
    width = 2 * 1.96 * math.sqrt(1 * 0 / 20)
    lab.reveal(
        "5.7", width, f"It is sure of everything. Yours: {low:.2f} to {high:.2f}."
    )

# %% [markdown]
# ## Is it really better?

# %% [markdown]
# ### Exercise 5.8 · McNemar's test
#
# Two models judged the **same** rows. Rows that both get right, or both wrong, cannot tell them apart. Let $b$ be the number of rows that only A gets right, and $c$ those that only B
# gets right. If the models were equally good, each of these $m=b+c$ rows would fall to either side like a fair coin.
#
# **McNemar's exact p-value** is the chance of a split at least this uneven, on either side: with $s=\min(b,c)$,
#
# $$p = \min\left(1,\; 2\sum_{i=0}^{s} \binom{m}{i} 2^{-m}\right),$$
#
# where $\binom{m}{i}$ (`math.comb`) counts the ways to choose $i$ of $m$. If $m=0$, $p=1$.

# %%
lab.predict(
    "5.8",
    "A errs on 8 rows that B gets right, B on 2 that A gets right. Is p below 0.05?",
    choices=["yes", "no"],
)


# %%
def mcnemar(y_true, pred_a, pred_b):
    """McNemar's exact test of two classifiers on the same rows.

    Args:
        y_true, pred_a, pred_b: labels (n,), arrays or lists of numbers or strings.

    Returns:
        (b, c, p): rows only A gets right, rows only B gets right, two-sided p-value.
        Turn b and c into Python's int first: NumPy's integers cannot hold a large 2**m.

    >>> mcnemar([1, 1, 1, 0], [1, 1, 1, 1], [0, 0, 0, 1])
    (3, 0, 0.25)
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
cancer_answers = {  # for every row, by the model of the fold that did not train on it
    name: cross_val_predict(scaled(name), x_cancer, y_cancer, cv=cancer_folds)
    for name in MODELS
}
judged_by = {"cancer": (y_cancer, cancer_answers), "digits": (y_rest, digit_answers)}

# %%
with lab.needs("5.8"):
    contests = [
        (data, first, second, *mcnemar(truth, given[first], given[second]))
        for data, (truth, given) in judged_by.items()
        for first, second in itertools.combinations(MODELS, 2)
    ]
    lab.show(figures.contests(contests))
    b, c, p = mcnemar(np.ones(10), np.arange(10) < 2, np.arange(10) >= 2)
    answer = "yes" if p < 0.05 else "no"
    lab.reveal("5.8", answer, f"{c} to {b} has p = {p:.2g}: few rows decide little.")

# %% [markdown]
# ## The first picture, explained
#
# The same points as at the start, each with the Wilson interval of a model judged on that few rows.

# %%
with lab.needs("5.7", "5.8"):
    right = np.rint(shuffles * FIFTH).astype(int)
    intervals = np.array([[wilson_interval(int(k), FIFTH) for k in ks] for ks in right])
    lab.show(figures.shuffles(shuffles, MODELS, intervals))
    low, high = intervals[..., 0], intervals[..., 1]
    print(f"An interval on {FIFTH} rows is {np.mean(high - low):.3f} wide;", end=" ")
    print(f"winner and loser are {np.mean(np.ptp(shuffles, axis=1)):.3f} apart.")
    overlap = np.mean(low.max(axis=1) <= high.min(axis=1))
    print(f"All three intervals overlap in {overlap:.0%} of the shuffles.")
    for data in ("cancer", "digits"):
        p = [contest[-1] for contest in contests if contest[0] == data]
        below = sum(value < 0.05 for value in p)
        print(
            f"{data}, paired: {below} of 3 have p < 0.05, the smallest is {min(p):.2g}"
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
with lab.needs("5.4"):
    mine = class_scores(np.array([[tp, fn], [fp, tn]]))
    formula = f"erratum: the printed TN/(TP+FN) gives {tn / (tp + fn):.3f}"
    notes = {
        "precision": "erratum: 6/7 is 0.857",
        "recall": "agrees",
        "specificity": f"number agrees; {formula}",
        "f1": "erratum: 12/15, the slip in precision carried on",
    }
    source = {"source": "Session 11, Deep Learning 2"}
    for key, stated in slide.items():
        row = {"claim": f"cancer example, {key}", "stated": stated, "note": notes[key]}
        claims.append(row | source | {"measured": round(float(mine[key][0]), 3)})

# %%
with lab.needs("5.1"):
    counts = [len(leave_p_out(np.arange(12), p)) for p in range(1, 8)]
    growth = " ".join(f"{b / a:.2g}" for a, b in itertools.pairwise(counts))
    row = {"claim": "leave-p-out: cost grows exponentially", "stated": "exponential"}
    note = (
        "12 rows, growth from each p to the next: (n-p)/(p+1), large at first, below 1 "
        "past n/2; so not exponential for good"
    )
    row |= {"source": "Session 11, Deep Learning 2", "measured": growth, "note": note}
    claims.append(row)
shares = {
    "cancer, 5 folds": {m: cancer_answers[m] == y_cancer for m in MODELS},
    "200 digits": {m: digit_answers[m] == y_rest for m in MODELS},
}
source = {
    "source": "CNN and Keras lecture",
    "note": "named as state of the art before deep learning, without a figure",
}
for name, (data, share) in itertools.product(MODELS, shares.items()):
    row = {"claim": f"{name}, {data}: accuracy"} | source
    claims.append(row | {"measured": round(float(np.mean(share[name])), 3)})

# %%
with lab.needs("5.5", "5.6", "5.7", "5.8"):
    y, score = y_judged, model_scores["random forest"]
    area = average_precision(*precision_recall_curve(y, score))
    low = wilson_interval(37, 40, 1.959964)[0]
    exact = stats.binomtest(37, 40).proportion_ci(method="wilson").low
    p = mcnemar(np.ones(10), np.ones(10), np.zeros(10))[2]
    gaps = {
        "AUC": area_under(*roc_curve(y, score)) - metrics.roc_auc_score(y, score),
        "average precision": area - metrics.average_precision_score(y, score),
        "Wilson's interval": low - exact,
        "McNemar's p": p - stats.binomtest(0, 10).pvalue,
    }
    for what, gap in gaps.items():
        row = {"claim": f"{what} by hand is the library's", "stated": 0}
        row |= {"source": "scikit-learn, SciPy", "measured": f"off by {abs(gap):.1g}"}
        claims.append(row)
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
