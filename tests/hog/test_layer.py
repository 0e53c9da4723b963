import os
import subprocess
import sys
import textwrap

import pytest

# One process per backend, as Keras fixes its backend on import.
PREAMBLE = """
    import numpy as np
    import keras
    from coursekit.hog import HOG, hog
    rng = np.random.default_rng(0)
    x_grey = rng.integers(0, 256, (6, 28, 28), dtype=np.uint8)
    x_digit = x_grey * (rng.random(x_grey.shape) < 0.3).astype(np.uint8)
    x_colour = rng.integers(0, 256, (4, 21, 30, 3), dtype=np.uint8)
    digits = dict(orientations=9, pixels_per_cell=(4, 4), cells_per_block=(2, 2))
"""

EQUAL = """
    cases = [
        (9, (4, 4), (2, 2), "L2-Hys", False, (x_grey, x_digit, x_grey[..., None], np.zeros((2, 28, 28), np.uint8))),
        (8, (5, 3), (1, 3), "L1", False, (x_colour, x_grey / np.float32(255))),
        (4, (7, 6), (2, 1), "L1-sqrt", True, (x_colour, x_digit)),
        (1, (2, 2), (3, 3), "L2", True, (x_digit,)),
    ]
    for *values, batches in cases:
        parameters = dict(zip(("orientations", "pixels_per_cell", "cells_per_block", "block_norm", "transform_sqrt"), values))
        for images in batches:
            got = keras.ops.convert_to_numpy(HOG(**parameters)(images))
            expected = hog(images.astype(np.float32), **parameters)
            assert got.dtype == np.float32 and got.shape == expected.shape
            np.testing.assert_allclose(got, expected, rtol=0, atol=1e-5, err_msg=str(parameters))
"""

IN_A_MODEL = """
    inputs = keras.Input((28, 28, 1))
    outputs = keras.layers.Dense(3)(HOG(**digits, name="hog")(inputs))
    model = keras.Model(inputs, outputs)
    assert model.get_layer("hog").output.shape == (None, 1296)
    assert HOG(**digits).compute_output_shape((None, 28, 28, 1)) == (None, 1296)
    features = keras.Model(inputs, model.get_layer("hog").output).predict(x_grey[..., None], verbose=0)
    np.testing.assert_allclose(features, hog(x_grey, **digits), rtol=0, atol=1e-5)
    model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(x_grey[..., None], np.array([0, 1, 2, 0, 1, 2]), epochs=1, verbose=0)
    import tempfile, os
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.keras")
        model.save(path)
        again = keras.saving.load_model(path)
    np.testing.assert_allclose(again.predict(x_grey, verbose=0), model.predict(x_grey, verbose=0), atol=1e-6)
"""

CONFIG = """
    layer = HOG(orientations=7, pixels_per_cell=(3, 5), cells_per_block=(1, 2), block_norm="L1", transform_sqrt=True, name="h")
    again = HOG.from_config(layer.get_config())
    assert again.plan == layer.plan and again.name == "h" and again.get_config() == layer.get_config()
    assert not layer.weights
    import json
    json.dumps(layer.get_config())
"""

MIXED = """
    keras.config.set_dtype_policy("mixed_bfloat16")
    got = keras.ops.convert_to_numpy(HOG(**digits)(x_grey.astype(np.float32)))
    np.testing.assert_allclose(got, hog(x_grey, **digits), rtol=0, atol=1e-5)
"""

REFUSES = """
    from coursekit.errors import InvalidInputError
    for build in (lambda: HOG(block_norm="max"), lambda: HOG(orientations=0), lambda: HOG()(x_grey[:, :20]),
                  lambda: HOG().compute_output_shape((None, None, 28)), lambda: HOG().compute_output_shape((None, 28))):
        try:
            build()
        except InvalidInputError as error:
            assert "Received" in str(error)
        else:
            raise AssertionError("not refused")
"""

FINITE_GRADIENT = {
    "tensorflow": """
    import tensorflow as tf
    for block_norm in ("L1-sqrt", "L2-Hys"):
        images = tf.Variable(x_digit.astype(np.float32))
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(HOG(**digits, block_norm=block_norm)(images)[:, ::7])
        gradient = tape.gradient(total, images).numpy()
        assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0
    """,
    "jax": """
    import jax
    for block_norm in ("L1-sqrt", "L2-Hys"):
        layer = HOG(**digits, block_norm=block_norm)
        gradient = np.asarray(jax.grad(lambda x: layer(x)[:, ::7].sum())(x_digit.astype(np.float32)))
        assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0
    """,
}


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_the_layer_gives_the_numbers_of_hog_on_either_backend(backend):
    """Same numbers, in a Functional model, saved and loaded, under mixed precision, with finite
    gradients."""
    pytest.importorskip(backend)
    # Mixed precision changes a global policy, so it comes last.
    parts = [PREAMBLE, EQUAL, IN_A_MODEL, CONFIG, REFUSES, FINITE_GRADIENT[backend], MIXED]
    code = (
        "\n".join(textwrap.dedent(part) for part in parts)
        + "\nprint('done', keras.backend.backend())"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={
            **os.environ,
            "KERAS_BACKEND": backend,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "CUDA_VISIBLE_DEVICES": "-1",
        },
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    assert result.stdout.strip().endswith(f"done {backend}")
