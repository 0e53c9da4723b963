"""The main job: several classifiers, one data set, the same rows, one report."""

from coursekit.comparison.run import Comparison, SystemResult, compare
from coursekit.comparison.systems import (
    SYSTEMS,
    System,
    TemperatureScaled,
    build_systems,
    count_parameters,
)

__all__ = [
    "SYSTEMS",
    "Comparison",
    "System",
    "SystemResult",
    "TemperatureScaled",
    "build_systems",
    "compare",
    "count_parameters",
]
