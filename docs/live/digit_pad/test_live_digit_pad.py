"""The digit pad as the site has it: the browser says what Python says, and fetches late."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from coursekit.datasets import load_digits, preprocess_digit

HERE = Path(__file__).parent
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def models():
    spec = importlib.util.spec_from_file_location("live_pad_models", HERE / "models.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def pad(visit, site):
    if not (site / "_static" / "live" / "digit_pad" / "ort").is_dir():
        pytest.skip("the site was built without npm or tf2onnx")
    return visit("pad.html")


def draw(page, points):
    box = page.locator(".drawing").bounding_box()
    page.mouse.move(box["x"] + box["width"] * points[0][0], box["y"] + box["height"] * points[0][1])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y, steps=12)
    page.mouse.up()


def test_browser_and_python_agree_on_a_thousand_digits(pad, models):
    (xa, _), (xb, _) = load_digits()
    images = np.concatenate([xa, xb])[:1000]
    found = pad.evaluate(
        """async ([text, names]) => {
          const { loadModels } = await import("./_static/live/digit_pad/site.js");
          const run = await loadModels(names);
          return run(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
        }""",
        [_text(images), models.TITLES],
    )
    for name in models.TITLES:
        rows = images[..., None].astype("float32")
        expected = models.load(name).predict(rows, batch_size=250, verbose=0)
        np.testing.assert_allclose(np.reshape(found[name], (1000, 10)), expected, atol=1e-4)


def test_a_drawing_ends_in_the_same_picture_as_in_python(pad):
    rng = np.random.default_rng(4)
    drawings = np.stack([_scribble(rng) for _ in range(25)])
    found = pad.evaluate(
        """async (text) => {
          const { preprocess } = await import("./_static/live/digit_pad/preprocess.js");
          const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
          const side = 140 * 140;
          return Array.from({ length: bytes.length / side }, (_, i) => [...preprocess(bytes.slice(i * side, (i + 1) * side), 140, 140)]);
        }""",
        _text(drawings),
    )
    for mine, drawing in zip(found, drawings, strict=True):
        difference = np.abs(np.reshape(mine, (28, 28)) - preprocess_digit(drawing).astype(int))
        assert difference.max() <= 1


def test_a_drawn_digit_is_read_and_little_is_fetched_before(pad):
    before = sum(pad.sizes.values())
    assert before < 1_000_000
    draw(pad, [(0.25, 0.2), (0.72, 0.2), (0.42, 0.85)])
    pad.wait_for_function(
        "() => document.querySelectorAll('.card .verdict small').length === 3", timeout=60_000
    )
    verdicts = pad.locator(".card .verdict").all_inner_texts()
    assert [text.split()[0] for text in verdicts].count("7") >= 2
    assert sum(pad.sizes.values()) < 20_000_000
    pad.get_by_role("button", name="Clear").click()
    pad.wait_for_function("() => !document.querySelector('.card .verdict small')")


def test_the_models_read_digits(models):
    _, (x, y) = load_digits()
    right = {
        name: np.mean(
            models.load(name).predict(x[..., None].astype("float32"), verbose=0).argmax(1) == y
        )
        for name in models.TITLES
    }
    assert all(share > 0.8 for share in right.values()), right
    assert (HERE / "weights.npz").stat().st_size < 1_000_000


def _text(array):
    import base64

    return base64.b64encode(np.ascontiguousarray(array, np.uint8).tobytes()).decode("ascii")


def _scribble(rng):
    """A thick crooked line on 140 x 140 pixels, black ground."""
    from scipy.ndimage import gaussian_filter

    canvas = np.zeros((140, 140))
    at = rng.uniform(40, 100, 2)
    for _ in range(rng.integers(60, 160)):
        at = np.clip(at + rng.normal(0, 5, 2), 12, 127)
        row, column = at.astype(int)
        canvas[row - 5 : row + 6, column - 5 : column + 6] = 1
    soft = gaussian_filter(canvas, 1)
    return np.rint(255 * soft / soft.max()).astype(np.uint8)
