"""How many numbers a classifier learned."""

from __future__ import annotations

import numpy as np

from coursekit.comparison.temperature import TemperatureScaled


def count_parameters(estimator) -> int | None:
    """Numbers that fitting put into `estimator`: weights, support vectors with their coefficients,
    principal axes.

    Returns None for an estimator of which this is not known.
    """
    if hasattr(estimator, "n_parameters_"):
        return int(estimator.n_parameters_)
    if hasattr(estimator, "count_params"):
        return int(estimator.count_params())
    if hasattr(estimator, "steps"):
        counts = [count_parameters(step) for _, step in estimator.steps]
        return None if counts[-1] is None else sum(count or 0 for count in counts)
    if hasattr(estimator, "estimator_"):
        inner = count_parameters(estimator.estimator_)
        return None if inner is None else inner + int(isinstance(estimator, TemperatureScaled))
    names = ("support_vectors_", "dual_coef_", "coef_", "intercept_", "components_", "mean_")
    if hasattr(estimator, "support_vectors_"):
        names = ("support_vectors_", "dual_coef_", "intercept_")
    sizes = [np.size(getattr(estimator, name)) for name in names if hasattr(estimator, name)]
    return int(sum(sizes)) or None
