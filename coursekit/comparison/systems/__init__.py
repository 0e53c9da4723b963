"""The systems of the main job: raw pixels, HOG features with classic classifiers, and a
convolutional network. A new one is a file beside this one, which defines `SYSTEM`, and its line
here."""

from __future__ import annotations

from collections.abc import Iterable

from coursekit.comparison.systems import cnn, hog_kernel_svm, hog_linear_svm, hog_mlp, mlp
from coursekit.comparison.systems._system import System
from coursekit.errors import InvalidInputError, did_you_mean

SYSTEMS: dict[str, System] = {
    "mlp": mlp.SYSTEM,
    "hog_linear_svm": hog_linear_svm.SYSTEM,
    "hog_kernel_svm": hog_kernel_svm.SYSTEM,
    "hog_mlp": hog_mlp.SYSTEM,
    "cnn": cnn.SYSTEM,
}

__all__ = ["SYSTEMS", "System", "build_systems", "known_systems"]


def known_systems(names: Iterable[str] | None) -> list[str]:
    """The names, checked; all of them when `names` is None. Builds nothing.

    Raises:
        InvalidInputError: for a name that is not in `SYSTEMS`, one given twice, or none.
    """
    names = list(SYSTEMS) if names is None else list(names)
    unknown = [name for name in names if name not in SYSTEMS]
    if unknown or not names:
        near = did_you_mean(unknown[0], SYSTEMS) if unknown else ""
        raise InvalidInputError(
            f"Expected systems among {', '.join(SYSTEMS)}. Received: "
            f"{', '.join(unknown) or 'none'}.{near} Name them with a comma between."
        )
    if len(set(names)) < len(names):
        raise InvalidInputError(
            f"Expected each system once. Received: {', '.join(names)}. Leave the repeated name out."
        )
    return names


def build_systems(names=None, *, seed: int = 0) -> dict[str, object]:
    """The named systems, not fitted, in the given order; all of them when `names` is None.

    Raises:
        InvalidInputError: for a name that is not in `SYSTEMS`.
    """
    return {name: SYSTEMS[name].build(seed) for name in known_systems(names)}
