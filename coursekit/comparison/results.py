"""What a comparison knows: numbers only. Figures and pages are made from these; nothing here knows
of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from coursekit.datasets import Dataset
from coursekit.evaluation import Evaluation, McNemarResult

if TYPE_CHECKING:
    import pandas as pd

_TITLE_WIDTH = 17  # with the eight columns beside it: 80 characters


@dataclass(frozen=True)
class SystemResult:
    """One classifier's part of a comparison.

    Attributes:
        name, title, summary: how it is called, shown and described.
        evaluation: its scores on the test rows.
        scores: float64 `(n_test, classes)`, probabilities where the classifier gives them.
        predictions: index of the predicted class, `(n_test,)`.
        parameters: fitted numbers, or None where unknown.
        fit_seconds, predict_seconds: wall clock; feature extraction and compilation included.
        seed_accuracies: accuracy after training with each seed, the first of them that of
            `evaluation`; empty where one seed was tried or nothing in the classifier is drawn.
    """

    name: str
    title: str
    summary: str
    evaluation: Evaluation
    scores: np.ndarray
    predictions: np.ndarray
    parameters: int | None
    fit_seconds: float
    predict_seconds: float
    seed_accuracies: tuple[float, ...] = ()

    @property
    def seed_spread(self) -> float | None:
        """Standard deviation of the accuracy over training seeds; None where not measured."""
        if len(self.seed_accuracies) < 2:
            return None
        return float(np.std(self.seed_accuracies, ddof=1))

    def to_dict(self) -> dict:
        """The entry of this system in `report.json`."""
        scores = self.evaluation.averages
        return {
            "name": self.name,
            "title": self.title,
            "accuracy": self.evaluation.accuracy,
            "accuracy_interval": [float(end) for end in self.evaluation.accuracy_interval],
            "seed_accuracies": list(self.seed_accuracies),
            "seed_spread": self.seed_spread,
            "macro_f1": _number(scores["macro_f1"]),
            "macro_auc": _number(scores["macro_auc"]),
            "parameters": self.parameters,
            "fit_seconds": self.fit_seconds,
            "predict_seconds": self.predict_seconds,
            "confusion_matrix": np.asarray(self.evaluation.confusion_matrix).tolist(),
        }


@dataclass(frozen=True)
class SizePoint:
    """Accuracy of one system after training on `size` images."""

    name: str
    size: int
    accuracy: float
    interval: tuple[float, float]
    fit_seconds: float

    def to_dict(self) -> dict:
        """Plain data for `report.json`."""
        return {
            "name": self.name,
            "size": self.size,
            "accuracy": self.accuracy,
            "accuracy_interval": list(self.interval),
            "fit_seconds": self.fit_seconds,
        }


@dataclass(frozen=True)
class Pair:
    """Two systems on the same test rows.

    Attributes:
        a, b: their names.
        difference: accuracy of `a` less accuracy of `b`.
        interval: its 95 % interval, see `coursekit.evaluation.difference_interval`.
        test: McNemar's test of the pair.
        p_holm: its p-value after Holm's correction for all pairs of the comparison.
    """

    a: str
    b: str
    difference: float
    interval: tuple[float, float]
    test: McNemarResult
    p_holm: float

    def to_dict(self) -> dict:
        """Plain data for `report.json`."""
        return {
            "a": self.a,
            "b": self.b,
            "difference": self.difference,
            "difference_interval": list(self.interval),
            "only_a_right": self.test.b,
            "only_b_right": self.test.c,
            "mcnemar_p": self.test.p_value,
            "mcnemar_p_holm": self.p_holm,
        }


@dataclass(frozen=True)
class Results:
    """The numbers of a `Comparison`.

    Attributes:
        data: what was learned from and tested on.
        systems: one result per system.
        pairs: one `Pair` for every two of them.
        environment: machine, backend and versions.
        seed: the first training seed.
        seeds: how many training seeds each system was tried with.
        train_sizes: accuracies after training on fewer images.
    """

    data: Dataset
    systems: tuple[SystemResult, ...]
    pairs: tuple[Pair, ...]
    environment: dict
    seed: int
    seeds: int = 1
    train_sizes: tuple[SizePoint, ...] = field(default=())

    def to_dict(self) -> dict:
        """The content of `report.json`, strict JSON types only."""
        data = self.data
        return {
            "data": {
                "name": data.name,
                "source": data.source,
                "licence": data.licence,
                "train": len(data.x_train),
                "test": len(data.x_test),
                "image_shape": list(data.x_train.shape[1:]),
                "classes": list(data.class_names),
            },
            "systems": [result.to_dict() for result in self.systems],
            "pairs": [pair.to_dict() for pair in self.pairs],
            "train_sizes": [point.to_dict() for point in self.train_sizes],
            "environment": {**self.environment, "seed": self.seed, "seeds": self.seeds},
        }

    def to_frame(self) -> pd.DataFrame:
        """One row per system, in the order they were given."""
        import pandas as pd

        rows = []
        for result in self.systems:
            low, high = result.evaluation.accuracy_interval
            rows.append(
                {
                    "system": result.name,
                    "accuracy": result.evaluation.accuracy,
                    "accuracy_low": low,
                    "accuracy_high": high,
                    "macro_f1": result.evaluation.averages["macro_f1"],
                    "macro_auc": result.evaluation.averages["macro_auc"],
                    "parameters": result.parameters,
                    "fit_seconds": result.fit_seconds,
                    "predict_seconds": result.predict_seconds,
                }
            )
        return pd.DataFrame(rows).set_index("system")

    @property
    def best(self) -> SystemResult:
        """The system that is right most often; the first of those that share the place."""
        return max(self.systems, key=lambda result: result.evaluation.accuracy)

    def __str__(self) -> str:
        return "\n".join(table(self))


def table(results: Results) -> list[str]:
    """The lines of the table, heading first, none longer than 80 characters."""
    width = min(_TITLE_WIDTH, max(len(result.title) for result in results.systems))
    rows = len(results.data.x_test)
    lines = [f"{'':{width}}  accuracy  interval, %      F1     AUC  learned  fit s  us/img"]
    for result in results.systems:
        evaluation = result.evaluation
        low, high = (100 * end for end in evaluation.accuracy_interval)
        lines.append(
            f"{_cut(result.title, width):{width}}  {evaluation.accuracy:8.2%}  "
            f"{f'{low:.2f}-{high:.2f}'.replace('100.00', '100'):>11}  "
            f"{evaluation.averages['macro_f1']:6.4f}  {evaluation.averages['macro_auc']:6.4f}  "
            f"{_short(result.parameters):>7}  {_seconds(result.fit_seconds):>5}  "
            f"{1e6 * result.predict_seconds / rows:6.0f}"
        )
    return lines


def _cut(title: str, width: int) -> str:
    return title if len(title) <= width else f"{title[: width - 2]}.."


def _short(count: int | None) -> str:
    """A count in at most seven characters: 949, 12,971, 1.35 M."""
    if count is None:
        return ""
    for size, unit in ((1_000_000_000, "G"), (1_000_000, "M")):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count:,}"


def _seconds(value: float) -> str:
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
