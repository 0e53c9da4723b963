"""Trainings that must give the same numbers on TensorFlow and on JAX: all draws come from NumPy.
Prints them as JSON when run."""

from __future__ import annotations

import json
import sys

import keras
import numpy as np
from keras import ops

from coursekit.training import Player, adjoint, gradients, input_gradient, optimise_image


def set_weights(model, seed):
    """Weights drawn by NumPy, for the backends draw unlike ones."""
    rng = np.random.default_rng(seed)
    model.set_weights([0.5 * rng.normal(size=w.shape) for w in model.get_weights()])
    return model


def mlp(inputs, outputs, seed):
    layers = [keras.Input((inputs,)), keras.layers.Dense(8, "tanh"), keras.layers.Dense(outputs)]
    return set_weights(keras.Sequential(layers), seed)


def critic_loss(critic, generator, x, seed):
    real, noise, mix = x
    fake = generator(noise)
    mixed = mix * real + (1 - mix) * fake
    slope = input_gradient(lambda v: critic(v, training=False), mixed)
    size = ops.sqrt(ops.sum(slope**2, axis=1) + 1e-12)
    return ops.mean(critic(fake)) - ops.mean(critic(real)) + 10 * ops.mean((size - 1) ** 2)


def generator_loss(generator, critic, x, seed):
    return -ops.mean(critic(generator(x[1])))


def players():
    """A critic and a generator, each compiled, and a function that draws their batches."""
    critic, generator = mlp(2, 1, 1), mlp(3, 2, 2)
    steps = Player(critic, generator, critic_loss), Player(generator, critic, generator_loss)
    for step in steps:
        step.compile(keras.optimizers.Adam(0.01, beta_1=0.5))
    rng = np.random.default_rng(3)

    def batch():
        sizes = (16, 2), (16, 3), (16, 1)
        real, noise, mix = (rng.normal(size=size).astype("float32") for size in sizes)
        return [real + 2, noise, np.abs(mix) % 1]

    return critic, generator, *steps, batch


def two_players(rounds=6):
    """Losses of both, and the generator's samples in the end."""
    _, generator, critic_step, generator_step, batch = players()
    losses = []
    for _ in range(rounds):
        losses += [float(critic_step.train_on_batch(batch())) for _ in range(2)]
        losses.append(float(generator_step.train_on_batch(batch())))
    samples = ops.convert_to_numpy(generator(batch()[1][:3]))
    return losses + np.ravel(samples).tolist()


def second_derivatives():
    """Gradient, by a model's weights, of the size of its input gradient."""
    net, x = mlp(3, 2, 4), np.linspace(-1, 1, 12).reshape(4, 3).astype("float32")

    def roughness():
        slope = input_gradient(lambda v: net(v, training=False)[:, 0], ops.convert_to_tensor(x))
        return ops.mean(ops.sum(slope**2, axis=1))

    return np.concatenate([g.ravel() for g in gradients(roughness, net.trainable_variables)])


def painted():
    """An image that a fixed network is made to like."""
    net = mlp(5, 3, 5)
    image, losses = optimise_image(
        lambda image, net, seed: 0.1 * ops.sum(image**2) - ops.mean(net(image)[:, 1]),
        np.full((1, 5), 0.4),
        net,
        steps=12,
        limits=(0, 1),
    )
    return [*image.ravel(), *losses]


def sent_back():
    """A signal through the adjoints of a convolution, a pooling and a dense layer."""
    rng = np.random.default_rng(6)
    convolution = keras.layers.Conv2D(3, 3, activation="relu")
    convolution.build((None, 6, 6, 2))
    set_weights(convolution, 7)
    layers = [convolution, keras.layers.MaxPooling2D(2), keras.layers.Flatten()]
    x = [rng.normal(size=(1, 6, 6, 2)).astype("float32")]
    for layer in layers:
        x.append(ops.convert_to_numpy(layer(x[-1])))
    signal = rng.normal(size=x[-1].shape)
    for layer, before in zip(layers[::-1], x[-2::-1], strict=True):
        signal = adjoint(layer, before, signal)
    whole = gradients(
        lambda v: ops.sum(layers[2](layers[1](layers[0](v))) * rng_signal(x[-1].shape)), x[0]
    )
    assert whole.shape == signal.shape
    return signal.ravel()


def rng_signal(shape):
    """A fixed signal of a shape."""
    return np.random.default_rng(8).normal(size=shape).astype("float32")


def numbers():
    """All of the above as lists of floats."""
    made = two_players, second_derivatives, painted, sent_back
    return {f.__name__: [float(v) for v in f()] for f in made}


if __name__ == "__main__":
    json.dump(numbers(), sys.stdout)
