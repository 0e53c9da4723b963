"""Players, input gradients, adjoints and images that learn, here and on the other backend."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import two_backends
from keras import ops

from coursekit.errors import InvalidInputError
from coursekit.training import ImageLayer, Player, adjoint, gradients, input_gradient
from coursekit.training import optimise_image as optimise


def weights_of(model):
    return [np.array(w) for w in model.get_weights()]


def test_a_critic_step_leaves_the_generator_as_it_was_to_the_last_bit():
    critic, generator, critic_step, generator_step, batch = two_backends.players()
    for step, moves, stands in (
        (critic_step, critic, generator),
        (generator_step, generator, critic),
    ):
        before, still = weights_of(moves), weights_of(stands)
        for _ in range(3):
            step.train_on_batch(batch())
        assert all((a != b).any() for a, b in zip(before[:1], weights_of(moves)[:1], strict=True))
        assert [w.tobytes() for w in weights_of(stands)] == [w.tobytes() for w in still]


def test_a_step_sees_the_other_players_present_weights():
    critic, generator, critic_step, _, batch = two_backends.players()
    critic_step.compile(keras.optimizers.SGD(0.0))
    x = batch()
    first = critic_step.train_on_batch(x)
    generator.set_weights([0 * w for w in generator.get_weights()])
    second = critic_step.train_on_batch(x)
    expected = float(two_backends.critic_loss(critic, generator, x, None))
    assert second == pytest.approx(expected, rel=1e-4)
    assert abs(first - second) > 1e-3


def test_noise_of_the_seed_is_new_in_each_step_and_repeatable():
    def loss(learner, other, x, seed):
        return ops.mean(learner(x)) * 0 + keras.random.uniform((), seed=seed)

    runs = []
    for _ in range(2):
        player = Player(two_backends.mlp(2, 1, 0), None, loss, seed=7)
        player.compile("sgd")
        x = np.ones((4, 2), "float32")
        runs.append([float(player.train_on_batch(x)) for _ in range(3)])
    assert len(set(runs[0])) == 3
    assert runs[0] == runs[1]


def test_an_unbuilt_player_is_refused():
    with pytest.raises(InvalidInputError, match="must be built"):
        Player(keras.Sequential([keras.layers.Dense(1)]), None, lambda *_: 0.0)


def test_input_gradient_is_that_of_each_row():
    x = np.array([[1.0, 2.0], [3.0, -1.0]], "float32")
    found = ops.convert_to_numpy(input_gradient(lambda v: ops.sum(v**3, axis=1), x))
    np.testing.assert_allclose(found, 3 * x**2, rtol=1e-6)
    nothing = ops.convert_to_numpy(input_gradient(lambda v: ops.ones((2,)), x))
    np.testing.assert_array_equal(nothing, np.zeros((2, 2)))


def test_second_derivatives_match_a_form_by_hand():
    # f(x) = w.x^2, its input gradient is 2 w x, and d/dw of sum((2 w x)^2) is 8 w x^2.
    w, x = keras.Variable([2.0, -1.0]), np.array([[1.0, 3.0]], "float32")

    def size():
        return ops.sum(input_gradient(lambda v: ops.sum(w * v**2, axis=1), x) ** 2)

    np.testing.assert_allclose(gradients(size, [w])[0], [8 * 2 * 1, 8 * -1 * 9], rtol=1e-5)


def test_adjoint_of_a_dense_layer_is_its_transposed_kernel():
    layer = keras.layers.Dense(3)
    layer.build((None, 4))
    signal = np.array([[1.0, -2.0, 0.5]])
    expected = signal @ np.array(layer.get_weights()[0]).T
    np.testing.assert_allclose(adjoint(layer, np.ones((1, 4)), signal), expected, rtol=1e-5)


def test_adjoint_of_max_pooling_puts_the_value_where_the_maximum_was():
    x = np.zeros((1, 4, 4, 1), "float32")
    x[0, 1, 0, 0], x[0, 2, 3, 0] = 5, 7
    x[0, 0, 2, 0], x[0, 3, 1, 0] = 1, 2
    signal = np.arange(1.0, 5).reshape(1, 2, 2, 1)
    back = adjoint(keras.layers.MaxPooling2D(2), x, signal)[0, :, :, 0]
    expected = np.zeros((4, 4))
    expected[1, 0], expected[0, 2], expected[3, 1], expected[2, 3] = 1, 2, 3, 4
    np.testing.assert_array_equal(back, expected)


def test_adjoint_refuses_a_signal_of_another_shape():
    with pytest.raises(InvalidInputError, match=r"\(1, 4\)"):
        adjoint(keras.layers.Flatten(), np.ones((1, 2, 2)), np.ones((1, 3)))


def test_an_image_goes_where_its_loss_is_least_and_the_network_stays():
    net = two_backends.mlp(4, 1, 1)
    before, seen = weights_of(net), []
    target = np.array([[0.2, 0.9, 1.7, 0.5]], "float32")
    image, losses = optimise(
        lambda image, net, seed: ops.sum((image - target) ** 2) + 0 * ops.sum(net(image)),
        np.full((1, 4), 0.5),
        net,
        steps=150,
        optimizer=keras.optimizers.Adam(0.05),
        limits=(0, 1),
        watch=lambda step, image, loss: seen.append(loss),
    )
    np.testing.assert_allclose(image, [[0.2, 0.9, 1.0, 0.5]], atol=0.02)
    assert losses.shape == (150,)
    assert losses[0] == pytest.approx(0.3**2 + 0.4**2 + 1.2**2, rel=1e-5)
    assert seen == losses.tolist()
    assert [w.tobytes() for w in weights_of(net)] == [w.tobytes() for w in before]


def test_the_limits_of_an_image_are_a_constraint_that_every_keras_takes():
    layer = ImageLayer(np.zeros((1, 2, 2, 1)), limits=(-0.5, 2.0))
    cut = layer.image.constraint
    assert isinstance(cut, keras.constraints.Constraint)
    again = type(cut)(**cut.get_config())
    np.testing.assert_array_equal(again(np.array([-3.0, 1.0, 3.0])), [-0.5, 1.0, 2.0])


def test_an_image_layer_has_one_weight():
    layer = ImageLayer(np.arange(4.0).reshape(1, 2, 2, 1))
    assert [w.shape for w in layer.weights] == [(1, 2, 2, 1)]
    np.testing.assert_array_equal(ops.convert_to_numpy(layer())[0, :, :, 0], [[0, 1], [2, 3]])
    with pytest.raises(InvalidInputError, match="steps"):
        optimise(lambda *_: 0.0, np.zeros((1, 2)), steps=0)


def test_two_players_learn_on_this_backend():
    losses = two_backends.two_players(rounds=40)
    assert losses[-10] < losses[0]
    assert np.isfinite(losses).all()


@pytest.mark.slow
def test_the_other_backend_gives_the_same_numbers():
    other = "tensorflow" if keras.backend.backend() == "jax" else "jax"
    pytest.importorskip(other)
    done = subprocess.run(
        [sys.executable, str(Path(two_backends.__file__))],
        env=os.environ | {"KERAS_BACKEND": other, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    theirs, ours = json.loads(done.stdout), two_backends.numbers()
    assert theirs.keys() == ours.keys()
    for name, values in ours.items():
        np.testing.assert_allclose(theirs[name], values, rtol=2e-3, atol=2e-4, err_msg=name)
