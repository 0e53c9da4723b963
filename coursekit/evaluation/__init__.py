"""Scores, curves, calibration, significance, and the `Evaluation` report. Importing this loads
neither scikit-learn nor matplotlib.

`coursekit.evaluation.detection`, `text` and `signal` hold the numbers for boxes and masks, for
sequences of symbols, for sounds and pictures.
"""

from __future__ import annotations

from coursekit.evaluation.calibration import reliability
from coursekit.evaluation.curves import Curve, pr_curves, roc_curves
from coursekit.evaluation.ranks import rank_correlation, top_k_accuracy
from coursekit.evaluation.report import Evaluation, evaluate
from coursekit.evaluation.scores import (
    accuracy,
    confusion_matrix,
    f1,
    f1_score,
    precision,
    recall,
    specificity,
)
from coursekit.evaluation.significance import (
    McNemarResult,
    bootstrap_interval,
    difference_interval,
    holm,
    macro_f1_interval,
    mcnemar,
    paired_bootstrap,
    wilson_interval,
)

__all__ = [
    "Curve",
    "Evaluation",
    "McNemarResult",
    "accuracy",
    "bootstrap_interval",
    "confusion_matrix",
    "difference_interval",
    "evaluate",
    "f1",
    "f1_score",
    "holm",
    "macro_f1_interval",
    "mcnemar",
    "paired_bootstrap",
    "pr_curves",
    "precision",
    "rank_correlation",
    "recall",
    "reliability",
    "roc_curves",
    "specificity",
    "top_k_accuracy",
    "wilson_interval",
]
