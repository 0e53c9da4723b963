"""Costs of networks, the NumPy network, and the training that is the same everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit import scale
from coursekit.errors import DeviceError, InvalidInputError


def test_the_cost_of_a_layer_that_can_be_counted_by_hand():
    rows = {row["name"]: row for row in scale.layer_costs("AlexNet")}
    first = next(iter(rows.values()))
    assert first["multiply_adds"] == 55 * 55 * 96 * 11 * 11 * 3
    assert first["weights"] == 96 * (11 * 11 * 3 + 1)
    assert first["activations"] == 227 * 227 * 3 + 55 * 55 * 96
    last = list(rows.values())[-1]
    assert (last["multiply_adds"], last["activations"]) == (4096 * 1000, 5096)


def test_published_multiply_adds():
    """He et al. 2016: 1.8, 3.8 and 11.3 billion for 18, 50 and 152 layers (without normalisation)."""
    for name, billions in (("ResNet-18", 1.8), ("ResNet-50", 3.8), ("ResNet-152", 11.3)):
        kinds = [row for row in scale.layer_costs(name) if row["multiply_adds"]]
        total = sum(row["multiply_adds"] for row in kinds) / 1e9
        assert total == pytest.approx(billions, rel=0.1), name


def test_every_network_has_a_cost():
    for name in ("MLP", "maxout MLP", "LeNet-5", "digit CNN", "CIFAR CNN", "FractalNet", "ZFNet"):
        assert all(row["activations"] > 0 for row in scale.layer_costs(name)), name


def test_a_network_that_is_none():
    with pytest.raises(InvalidInputError, match=r"Did you mean 'LeNet-5'"):
        scale.network("LeNet5")


def test_a_machine_has_two_limits():
    machine = scale.measure_machine(size=128, megabytes=4, repeats=1)
    assert machine.gflops > 0
    assert machine.gb_per_s > 0
    assert scale.Machine(100.0, 20.0).ridge == 5.0


@pytest.mark.parametrize("normalised", [False, True])
def test_the_gradient_is_that_of_the_loss(normalised):
    net, rng = scale.Mlp(5, 4, 3, normalised), np.random.default_rng(1)
    w = net.start(2).astype(float)
    w += rng.normal(0, 0.1, w.shape)
    x, y = rng.normal(size=(7, 5)), rng.integers(3, size=7)
    loss, slope = net.loss_and_gradient(w, x, y)
    assert loss > 0
    for place in rng.choice(len(w), 12, replace=False):
        step = np.zeros_like(w)
        step[place] = 1e-6
        up, down = (net.loss_and_gradient(w + s * step, x, y)[0] for s in (1, -1))
        assert slope[place] == pytest.approx((up - down) / 2e-6, abs=1e-6)


def test_batches_go_through_all_rows_in_every_pass():
    rows = scale.batches(23, 5, 9, seed=4)
    assert rows.shape == (9, 5)
    for start in (0, 4):
        assert len(set(rows[start : start + 4].ravel())) == 20
    assert not np.array_equal(rows[:4], rows[4:8])
    np.testing.assert_array_equal(rows, scale.batches(23, 5, 9, seed=4))


def test_descent_lowers_the_loss_and_reads_digits():
    x, y = scale.problem()
    net = scale.Mlp()
    rows = scale.batches(len(x), 64, 120)
    weights, losses = scale.descend(net, x, y, rows, 0.2)
    assert weights.dtype == np.float32
    assert np.mean(losses[-10:]) < 0.3 * losses[0]
    assert net.error(weights, x, y) < 0.15


def test_a_step_of_ones_own_and_a_rate_for_each_step():
    x, y = scale.problem()
    net, rows, seen = scale.Mlp(), scale.batches(len(x), 8, 3), []

    def step(weights, slope, rate):
        seen.append(float(rate))
        return weights

    weights, _ = scale.descend(net, x, y, rows, [0.5, 0.25, 0.125], step=step, seed=6)
    assert seen == [0.5, 0.25, 0.125]
    np.testing.assert_array_equal(weights, net.start(6))


@pytest.mark.slow
def test_keras_and_numpy_lose_alike():
    x, y = scale.problem()
    rows = scale.batches(len(x), 32, 10, seed=1)
    by_hand, losses = scale.descend(scale.Mlp(), x, y, rows, 0.2)
    found = scale.train(rows=rows[None])
    np.testing.assert_allclose(found["losses"], losses, rtol=1e-4)
    assert found["error"] == pytest.approx(scale.Mlp().error(by_hand, x, y), abs=0.01)


@pytest.mark.slow
def test_eight_devices_lose_alike():
    x, y = scale.problem()
    rows = scale.batches(len(x), 32, 10, seed=1)
    found = scale.elsewhere(rows=rows[None], count=8)
    assert (found["devices"], found["hosts"]) == (8, 1)
    losses = scale.descend(scale.Mlp(), x, y, rows, 0.2)[1]
    np.testing.assert_allclose(found["losses"], losses, rtol=1e-4)


@pytest.mark.slow
def test_a_training_that_cannot_start_elsewhere_says_why():
    with pytest.raises(DeviceError, match="Expected a training on nonsense"):
        scale.elsewhere(backend="nonsense", rows=np.zeros((1, 1, 2), int))


@pytest.mark.slow
def test_a_row_of_the_throughput_table():
    row = scale.images_per_second("LeNet-5", batch_size=4, steps=1, precision="mixed_bfloat16")
    assert (row["network"], row["batch"], row["precision"]) == ("LeNet-5", "4", "mixed_bfloat16")
    assert float(row["images a second"].replace(",", "")) > 0
    assert list(row)[:4] == ["device", "cores", "backend", "keras"]
    import keras

    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.slow
def test_a_pass_in_two_parts():
    model = scale.network("LeNet-5")
    x = np.random.default_rng(0).random((3, 32, 32, 1), dtype=np.float32)
    step, wait = scale.forward(model, x)
    np.testing.assert_allclose(wait(step()), np.asarray(model(x)), rtol=1e-4, atol=1e-5)
