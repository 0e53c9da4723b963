"""Tissue whose cells are apart and connected, and brains whose blobs follow the hands."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from coursekit.datasets import make_brains, make_neurites
from coursekit.datasets.volumes import blood_response
from coursekit.errors import InvalidInputError


def test_cells_are_connected_and_membrane_keeps_them_apart():
    tissue = make_neurites(2, shape=(8, 40, 36), cells=9, seed=3)
    assert tissue.images.shape == tissue.labels.shape == (2, 8, 40, 36)
    assert tissue.images.dtype == np.float32
    for labels in tissue.labels:
        assert labels.max() >= 5
        for name in range(1, labels.max() + 1):
            assert ndimage.label(labels == name)[1] == 1
        for axis in range(3):
            one, other = (np.moveaxis(labels, axis, 0)[s] for s in (slice(1, None), slice(-1)))
            assert not np.any((one != other) & (one > 0) & (other > 0))


def test_membrane_is_dark_but_for_gaps_and_a_seed_fixes_all():
    plain, faded = (make_neurites(1, gaps=gaps, seed=4) for gaps in (0.0, 0.3))
    np.testing.assert_array_equal(plain.labels, faded.labels)
    membrane = plain.labels == 0
    assert plain.images[membrane].mean() < 0.45 < 0.6 < plain.images[~membrane].mean()
    assert faded.images[membrane].mean() > plain.images[membrane].mean() + 0.05
    again = make_neurites(1, gaps=0.3, seed=4)
    np.testing.assert_array_equal(again.images, faded.images)
    assert not np.array_equal(make_neurites(1, seed=5).images, again.images)


@pytest.mark.parametrize(
    "change", [{"n": 0}, {"shape": (3, 48, 48)}, {"cells": 1}, {"gaps": 0.7}, {"photons": 0}]
)
def test_wrong_tissue_is_refused(change):
    with pytest.raises(InvalidInputError, match="Received"):
        make_neurites(**{"n": 1, **change})


def test_blood_answers_late_and_dips():
    seconds = np.arange(0, 32, 0.5)
    curve = blood_response(seconds)
    assert 4 < seconds[curve.argmax()] < 6
    assert 12 < seconds[curve.argmin()] < 18
    assert curve.sum() == pytest.approx(1)


def test_blobs_follow_their_hand():
    heads = make_brains(3, effect=8.0, wander=0.0, seed=1)
    assert heads.scans.shape == (3, 90, *heads.shape)
    assert set(heads.labels.tolist()) == {-1, 0, 1, 2}
    for person in range(3):
        for hand in (0, 1):
            series = heads.scans[person][:, heads.active[person, hand]].mean(axis=1)
            rest, this, that = (series[heads.labels == k].mean() for k in (0, hand + 1, 2 - hand))
            assert this > rest + 2
            assert abs(that - rest) < this - rest
    assert heads.scans[:, :, ~heads.head].mean() < 0.3 * heads.scans[:, :, heads.head].mean()
    some = heads[1:]
    assert len(some) == 2
    np.testing.assert_array_equal(some.scans, heads.scans[1:])
    with pytest.raises(InvalidInputError, match="slices"):
        heads[0]
    with pytest.raises(InvalidInputError, match="Received"):
        make_brains(0)
