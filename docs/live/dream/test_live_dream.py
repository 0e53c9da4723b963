"""The dreaming machine as the site has it: its arithmetic is Python's, and what is held is held."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from coursekit import boltzmann

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def machine():
    spec = importlib.util.spec_from_file_location("live_dream_machine", HERE / "machine.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


IMPORT = """const { readMachine, up, down, step, newChain } = await import("./_static/live/dream/dream.js");
const bytes = await (await fetch("./_static/live/dream/machine.bin")).arrayBuffer();
const machine = readMachine(bytes, hidden, scale);"""


def asked(page, machine, code, given=None):
    """What `code` returns in the page, with the machine at hand and `given` as `x`."""
    kept = machine.stored()
    return page.evaluate(
        f"async ([hidden, scale, x]) => {{ {IMPORT} {code} }}",
        [kept["weights"].shape[1], float(kept["scale"]), given],
    )


@pytest.mark.browser
@pytest.mark.slow
def test_the_pages_probabilities_are_pythons(visit, machine):
    rbm, rng = machine.load().machine, np.random.default_rng(3)
    v = (rng.random((20, 784)) < 0.2).astype(float)
    labels = np.eye(10)[rng.integers(0, 10, 20)]
    h = (rng.random((20, rbm.hidden_bias.size)) < 0.4).astype(float)
    code = """return x.map(([v, labels, h]) => [[...up(machine, v, labels)], ...down(machine, h).map((p) => [...p])]);"""
    rows = [[a.tolist(), b.tolist(), c.tolist()] for a, b, c in zip(v, labels, h, strict=True)]
    found = asked(visit("dream.html"), machine, code, rows)
    exact = boltzmann.RBM(
        rbm.weights.astype(float), rbm.visible_bias.astype(float), rbm.hidden_bias.astype(float)
    )
    hidden = boltzmann.hidden_probabilities(exact, np.hstack([v, labels]))
    below = h @ exact.weights.T + exact.visible_bias
    np.testing.assert_allclose([up for up, _, _ in found], hidden, atol=1e-6)
    np.testing.assert_allclose(
        [pixels for _, pixels, _ in found], 1 / (1 + np.exp(-below[:, :784])), atol=1e-6
    )
    np.testing.assert_allclose([b for _, _, b in found], softmax(below[:, 784:], axis=1), atol=1e-6)


@pytest.mark.browser
@pytest.mark.slow
def test_dreams_of_the_page_are_the_digits_that_were_held(visit, machine):
    """A one has its stroke where a zero is hollow; some chains are still elsewhere."""
    code = """const chains = Array.from({ length: 20 }, newChain);
      for (let t = 0; t < 400; t++) chains.forEach((chain, i) => step(machine, chain, { label: i % 2 }));
      return chains.map((chain) => [...chain.pixels]);"""
    found = np.reshape(asked(visit("dream.html"), machine, code), (20, 28, 28))
    middle = found[:, 11:17, 12:16].mean(axis=(1, 2))
    assert middle[0::2].mean() < middle[1::2].mean() - 0.3


@pytest.mark.browser
@pytest.mark.slow
def test_what_is_held_stays_and_labels_answer(visit, machine):
    """The upper half of a drawn 7 stays as it was drawn in every picture."""
    page = visit("dream.html")
    box = page.locator(".drawing").bounding_box()
    at = [
        (box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        for x, y in ((0.25, 0.2), (0.72, 0.2), (0.42, 0.85))
    ]
    assert not any(address.endswith("machine.bin") for address in page.sizes), "fetched late"
    page.mouse.move(*at[0])
    page.mouse.down()
    for point in at[1:]:
        page.mouse.move(*point, steps=12)
    page.mouse.up()
    page.wait_for_function(
        "() => document.querySelector('.own .status').textContent.includes('half is held')"
    )
    assert page.get_by_label("Hold of the drawing below").input_value() == "upper"
    assert page.get_by_label("Label units").input_value() == "free"
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "() => Number(document.querySelector('.coursekit-dream').dataset.steps) >= 40",
        timeout=60_000,
    )
    page.get_by_role("button", name="Pause").click()
    upper = page.evaluate(
        """() => [...document.querySelectorAll('.tiles canvas')].map((canvas) =>
             [...canvas.getContext('2d').getImageData(0, 0, 28, 14).data])"""
    )
    assert all(half == upper[0] for half in upper)
    assert max(upper[0][0::4]) > 200
    shares = [float(text.split()[0]) for text in page.locator(".beliefs .share").all_inner_texts()]
    assert len(shares) == 10
    assert sum(shares) == pytest.approx(100, abs=5)
    assert shares[7] + shares[9] > 30


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("width", [1400, 390])
def test_it_is_laid_out_and_every_control_has_a_name(visit, axe, width):
    page = visit("dream.html", width=width)
    page.get_by_role("button", name="Step").click()
    page.wait_for_function("() => document.querySelector('.coursekit-dream').dataset.steps === '1'")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert axe(page, ".coursekit-dream") == []


def test_dreams_are_what_was_held_for_most(machine):
    """Ten dreams of each digit, read by what a digit's own images are nearest to."""
    from coursekit.datasets import load_digits

    (x, y), _ = load_digits()
    means = np.stack([x[y == digit].mean(axis=0).ravel() / 255 for digit in range(10)])
    labels = np.repeat(np.arange(10), 10)
    dreams = boltzmann.dream(machine.load(), labels, steps=400, seed=1)[-1]
    centred = dreams - dreams.mean(axis=1, keepdims=True)
    scores = centred @ (means - means.mean(axis=1, keepdims=True)).T
    scores /= np.linalg.norm(means - means.mean(axis=1, keepdims=True), axis=1)
    assert np.mean(scores.argmax(axis=1) == labels) > 0.7
    assert (HERE / "weights.npz").stat().st_size < 300_000
