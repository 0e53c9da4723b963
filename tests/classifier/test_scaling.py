import numpy as np
import pytest

from coursekit.classifier import KerasClassifier
from coursekit.classifier.scaling import TrainedScale, check_range
from coursekit.errors import InvalidInputError
from coursekit.models import mlp

PIXELS = np.array([[0, 3, 255], [17, 128, 1]], np.uint8)
COUNTS = np.array([[0, 3, 10], [7, 1, 2]])
BITS = np.array([[0, 1, 1], [1, 0, 0]])
SCALED = PIXELS / 255
Z_SCORES = np.array([[-1.3, 0.2, 2.8]])


@pytest.mark.parametrize(
    ("trained", "came", "message"),
    [
        (PIXELS, PIXELS.astype(int), "pass uint8 again"),
        (PIXELS, PIXELS.astype(float), "pass uint8 again"),
        (PIXELS, -BITS, "pass uint8 again"),
        (COUNTS.astype("uint8"), BITS, "pass uint8 again"),
        (BITS.astype("uint8"), BITS, "pass uint8 again"),
        (BITS.astype("uint8"), BITS.astype("float32"), "pass uint8 again"),
        (COUNTS, COUNTS.astype("uint8"), r"pass x.astype\('int64'\)"),
        (COUNTS, BITS.astype("uint8"), "divided by 255"),
        (BITS, BITS.astype("uint8"), "divided by 255"),
        (BITS > 0, BITS.astype("uint8"), r"pass x.astype\('bool'\)"),
        (PIXELS.astype(float), PIXELS, r"float64 from 0 to 255.*pass x.astype\('float64'\)"),
        (PIXELS / 127.5 - 1, PIXELS, "from -1 to 1"),
        (Z_SCORES, PIXELS, "divided by 255"),
        (SCALED, PIXELS.astype(int), "look like pixels"),
        (SCALED, COUNTS, "look like pixels"),
        (PIXELS / 127.5 - 1, COUNTS, "look like pixels"),
        (SCALED, PIXELS.astype("float32"), "look like pixels"),
        (BITS, PIXELS.astype(int), "look like pixels"),
    ],
)
def test_what_is_surely_scaled_in_another_way_is_refused(trained, came, message):
    with pytest.raises(InvalidInputError, match=message) as caught:
        TrainedScale.of(trained).check(came)
    assert "Received: " in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("trained", "came"),
    [
        (PIXELS, PIXELS),
        (PIXELS, SCALED),
        (PIXELS, BITS),  # an image in black and white
        (PIXELS, BITS > 0),
        (BITS.astype("uint8"), BITS * 0),
        (BITS.astype("uint8"), BITS / 255),
        (SCALED, PIXELS),
        (SCALED + 0.5, PIXELS),  # with noise
        (SCALED, BITS),
        (SCALED, -COUNTS),
        (SCALED, 30 * SCALED),  # another range of features, but no pixels
        (BITS, PIXELS),
        (BITS, COUNTS),
        (BITS.astype(float), COUNTS),
        (COUNTS, COUNTS.astype(float)),
        (COUNTS, 0 * PIXELS),
        (Z_SCORES, COUNTS),
    ],
)
def test_what_may_be_meant_so_is_taken(trained, came):
    TrainedScale.of(trained).check(came)


@pytest.mark.parametrize("scale", [True, "standard", False])
def test_a_classifier_that_scales_refuses_another_scaling(scale):
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 11, (40, 6)), np.arange(40) % 2
    model = KerasClassifier(mlp, epochs=1, scale=scale).fit(x, y)
    model.predict(x.astype("float32"))
    if not scale:
        np.testing.assert_array_equal(model.predict(x.astype("uint8")), model.predict(x))
        return
    for ask in (model.predict, model.predict_proba, model.predict_log_proba):
        with pytest.raises(InvalidInputError, match="divided by 255"):
            ask(x.astype("uint8"))


def test_numbers_beyond_single_precision_are_refused():
    with pytest.raises(InvalidInputError, match=r"up to 3.4e\+38. Received: numbers up to 2e"):
        check_range(np.array([[1.0, -2e300]]))
    check_range(np.array([[-3e38, 3e38]]))
