"""The three models behind the site's digit pad: how they are built, trained once, and exported.

    python docs/live/digit_pad/models.py train      # MNIST; writes weights.npz beside this file
    python docs/live/digit_pad/models.py export DIR # one ONNX file per model
    python docs/live/digit_pad/models.py accuracy   # on MNIST's test images and on load_digits()

Training needs MNIST (`coursekit data fetch mnist`); the export needs TensorFlow and tf2onnx.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

from coursekit.errors import MissingDependencyError

HERE = Path(__file__).parent
WEIGHTS = HERE / "weights.npz"
TITLES = {"mlp": "MLP on raw pixels", "hog": "HOG + linear SVM", "cnn": "CNN"}
_HOG = {"orientations": 9, "pixels_per_cell": (4, 4), "cells_per_block": (2, 2)}
_EPOCHS = {"mlp": 15, "cnn": 6}


def build(name: str):
    """A Keras model from images `(b, 28, 28, 1)`, 0 to 255, to probabilities `(b, 10)`; untrained.

    Args:
        name: a key of `TITLES`.
    """
    import keras

    from coursekit.hog.layer import HOG
    from coursekit.models import digit_cnn, mlp

    if name == "hog":
        body = [HOG(**_HOG), keras.layers.Dense(10)]
    elif name == "mlp":
        body = [mlp((28, 28, 1), 10, hidden=(64,))]
    else:
        body = [digit_cnn()]
    return keras.Sequential(
        [
            keras.Input((28, 28, 1), name="image"),
            keras.layers.Rescaling(1 / 255),
            *body,
            keras.layers.Softmax(name="probabilities"),
        ],
        name=name,
    )


def load(name: str):
    """The trained model."""
    model = build(name)
    with np.load(WEIGHTS) as stored:
        count = sum(key.startswith(f"{name}/") for key in stored.files)
        model.set_weights([stored[f"{name}/{i}"] for i in range(count)])
    return model


def train() -> None:
    """Train all three on MNIST's 60,000 training images and store their weights."""
    import keras

    from coursekit.datasets import load_mnist
    from coursekit.models import RandomDistortion

    (x, y), _ = load_mnist()
    stored = {}
    for name in TITLES:
        keras.utils.set_random_seed(0)
        model = build(name)
        if name == "hog":
            model.layers[-2].set_weights(_hog_weights(x, y))
        else:
            learner = keras.Sequential([RandomDistortion(1.5, 10, 0.1), model])
            steps = _EPOCHS[name] * (len(x) // 128)
            learner.compile(
                keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(3e-3, steps)),
                "sparse_categorical_crossentropy",
            )
            rows = x[..., None].astype("float32")
            learner.fit(rows, y, batch_size=128, epochs=_EPOCHS[name], verbose=2)
        stored |= {f"{name}/{i}": w for i, w in enumerate(model.get_weights())}
    np.savez_compressed(WEIGHTS, **stored)


def _hog_weights(x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    """The hyperplanes of a linear SVM on HOG features over the temperature that fits them."""
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    from coursekit.comparison import TemperatureScaled
    from coursekit.hog import HOGTransformer

    svm = TemperatureScaled(
        make_pipeline(HOGTransformer(**_HOG), LinearSVC(C=0.1, random_state=0))
    ).fit(x, y)
    planes = svm.estimator_[-1]
    return [
        (planes.coef_.T / svm.temperature_).astype("float32"),
        (planes.intercept_ / svm.temperature_).astype("float32"),
    ]


def export(folder: Path) -> list[Path]:
    """Write `NAME.onnx` for each model: input "image" float32 `(b, 28, 28, 1)`, output `(b, 10)`.

    Raises:
        MissingDependencyError: if TensorFlow or tf2onnx is missing.
    """
    try:
        import tensorflow  # noqa: F401
        import tf2onnx  # noqa: F401
    except ImportError as error:
        raise MissingDependencyError(
            "Exporting the pad's models needs TensorFlow and tf2onnx: the extras tensorflow and "
            "docs of coursekit."
        ) from error
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in TITLES:
        path = folder / f"{name}.onnx"
        model = load(name)
        model(np.zeros((1, 28, 28, 1), "float32"))  # Keras exports what has been called
        model.export(path, format="onnx", verbose=False)
        written.append(path)
    return written


def accuracy() -> dict[str, dict[str, float]]:
    """Share read rightly by each model, on MNIST's test images and on scikit-learn's digits."""
    from coursekit.datasets import load_digits, load_mnist

    (xa, ya), (xb, yb) = load_digits()
    sets = {
        "MNIST test": load_mnist()[1],
        "scikit-learn digits": (np.concatenate([xa, xb]), np.concatenate([ya, yb])),
    }
    found = {}
    for name in TITLES:
        model = load(name)
        found[name] = {
            title: float(
                np.mean(model.predict(x[..., None].astype("float32"), verbose=0).argmax(1) == y)
            )
            for title, (x, y) in sets.items()
        }
    return found


if __name__ == "__main__":
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    match sys.argv[1:]:
        case ["train"]:
            train()
        case ["export", folder]:
            for path in export(Path(folder)):
                print(f"{path} {path.stat().st_size / 1e3:.0f} kB")
        case ["accuracy"]:
            for name, scores in accuracy().items():
                print(name, {title: f"{score:.2%}" for title, score in scores.items()})
        case _:
            sys.exit(__doc__)
