"""The machine behind the site's dreams: trained once, stored in small whole numbers, read by Python
and by the page alike.

    python docs/live/dream/machine.py train      # 15 s; writes weights.npz beside this file
    python docs/live/dream/machine.py accuracy   # how many dreams the pad's network reads as meant

The digits are those that scikit-learn brings; the second command needs TensorFlow or JAX.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import numpy as np

from coursekit import boltzmann

HERE = Path(__file__).parent
WEIGHTS = HERE / "weights.npz"
HIDDEN = 200


def train() -> None:
    """Train on all 1,797 digits with their labels and store the weights in steps of 1/127 of the
    largest, a byte each."""
    from coursekit.datasets import load_digits

    train, test = load_digits()
    x, y = (np.concatenate(parts) for parts in zip(train, test, strict=True))
    joint = boltzmann.train_joint(
        x.reshape(len(x), -1) / np.float32(255),
        y,
        HIDDEN,
        epochs=60,
        batch_size=20,
        k=2,
        persistent=True,
        progress=lambda line: print(line, flush=True),
    )
    machine = joint.machine
    scale = np.float32(np.abs(machine.weights).max() / 127)
    np.savez_compressed(
        WEIGHTS,
        weights=np.rint(machine.weights / scale).astype(np.int8),
        scale=scale,
        visible_bias=machine.visible_bias.astype(np.float32),
        hidden_bias=machine.hidden_bias.astype(np.float32),
    )


def stored() -> dict[str, np.ndarray]:
    """What `weights.npz` holds: `weights` int8 `(794, HIDDEN)`, the step `scale`, two biases."""
    with np.load(WEIGHTS) as file:
        return dict(file)


def load() -> boltzmann.JointRBM:
    """The machine: 784 pixels and 10 labels below, `HIDDEN` units above."""
    kept = stored()
    weights = kept["weights"] * kept["scale"]
    rbm = boltzmann.RBM(weights, kept["visible_bias"], kept["hidden_bias"])
    return boltzmann.JointRBM(rbm, 10)


def accuracy(each: int = 20, steps: int = 400) -> float:
    """The share of dreams, `each` for every label, that the pad's convolutional network reads as
    the label that was held."""
    spec = importlib.util.spec_from_file_location(
        "pad_models", HERE.parent / "digit_pad" / "models.py"
    )
    models = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(models)
    labels = np.repeat(np.arange(10), each)
    images = boltzmann.dream(load(), labels, steps=steps)[-1].reshape(-1, 28, 28, 1)
    read = models.load("cnn").predict(255 * images, verbose=0).argmax(axis=1)
    return float(np.mean(read == labels))


if __name__ == "__main__":
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    match sys.argv[1:]:
        case ["train"]:
            train()
        case ["accuracy"]:
            print(f"{accuracy():.1%} of 200 dreams are read as the label that was held")
        case _:
            sys.exit(__doc__)
