"""Scores, curves, calibration, significance, and the `Evaluation` report. Importing this loads
neither scikit-learn nor matplotlib."""

from __future__ import annotations

from coursekit.evaluation.calibration import reliability
from coursekit.evaluation.curves import Curve, pr_curves, roc_curves
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
    "recall",
    "reliability",
    "roc_curves",
    "specificity",
    "wilson_interval",
]
