"""Hidden checks of the toy lab."""

import pytest

from coursekit.labs.testing import assert_close


@pytest.mark.exercise("90.1")
@pytest.mark.points(1)
def test_scaled_of_whole_numbers_kept_secret(student):
    whole_numbers = student.rng.integers(1, 9, size=3)
    assert_close(
        student.scaled(whole_numbers),
        whole_numbers / whole_numbers.max(),
        tried="scaled of whole numbers",
    )
