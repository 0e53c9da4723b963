"""Several devices train as one does: the same steps on the same rows, a partial last batch included.

230 rows in batches of 64 leave 38 over. Plain SGD at a high rate keeps an error in any step visible in the final loss,
which NumPy computes from the weights. Measured difference between one device and several: 0 to 6e-8.
"""

from __future__ import annotations

import os

import pytest

TOLERANCE = 1e-5
EIGHT = "--xla_force_host_platform_device_count=8"

TRAIN = """
import json, sys
from coursekit import devices
backend, wanted, how = sys.argv[1], int(sys.argv[2]), sys.argv[3]
devices.use("cpu", backend=backend)
if backend == "tensorflow" and wanted > 1:
    import tensorflow as tf
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * wanted)
import keras
import numpy as np
rng = np.random.default_rng(0)
x = rng.normal(size=(230, 8)).astype("float32")
y = (x[:, 0] * x[:, 1] > 0).astype("int64")
w1, w2 = (rng.normal(size=shape).astype("float32") * 0.3 for shape in ((8, 16), (16, 2)))

def run(count, data, **more):
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(2)])
    model.set_weights([w1, np.zeros(16), w2, np.zeros(2)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.5), loss, weighted_metrics=["accuracy"])
    model.fit(*data, epochs=3, verbose=0, shuffle=False, **more)
    a, b, c, d = model.get_weights()
    logits = np.maximum(x @ a + b, 0) @ c + d
    logits = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return float(-logits[np.arange(len(y)), y].mean())

rows = slice(0, 192) if how == "drop" else slice(None)
one = run(1, (x[rows], y[rows]), batch_size=64)
with devices.scope() as count:
    batches = devices.even_batches(x, y, 64, count, remainder=how if how == "drop" else "pad", shuffle=False)
    if how == "unscaled":
        get = type(batches).__getitem__
        type(batches).__getitem__ = lambda self, i: (*get(self, i)[:2], np.minimum(get(self, i)[2], 1))
    several = run(count, (batches,))
print(json.dumps({"count": count, "one": one, "several": several, "tensorflow": "tensorflow" in sys.modules}))
"""


def _check(result, count):
    assert result["count"] == count
    assert result["several"] == pytest.approx(result["one"], abs=TOLERANCE)
    assert result["one"] < 0.69, "the training learnt nothing, so it could not tell right from wrong"


@pytest.mark.slow
@pytest.mark.parametrize("remainder", ["pad", "drop"])
def test_tensorflow_on_two_logical_cpus_matches_one(run_python, remainder):
    _check(run_python(TRAIN, "tensorflow", "2", remainder), 2)


@pytest.mark.slow
@pytest.mark.parametrize("remainder", ["pad", "drop"])
def test_jax_on_eight_fake_devices_matches_one(run_python, remainder):
    _check(run_python(TRAIN, "jax", "8", remainder, XLA_FLAGS=EIGHT), 8)


@pytest.mark.slow
def test_the_tolerance_would_catch_padding_without_the_scaled_weights(run_python):
    result = run_python(TRAIN, "jax", "8", "unscaled", XLA_FLAGS=EIGHT)
    assert abs(result["several"] - result["one"]) > 10 * TOLERANCE


@pytest.mark.slow
def test_jax_matches_with_tensorflow_blocked(run_python, without_tensorflow):
    result = run_python(TRAIN, "jax", "8", "pad", before=without_tensorflow, XLA_FLAGS=EIGHT)
    _check(result, 8)
    assert not result["tensorflow"]


@pytest.fixture
def jax_python(run_python):
    """An interpreter with Keras and JAX and no TensorFlow, as on a TPU image."""
    python = os.environ.get("COURSEKIT_JAX_PYTHON")
    if not python:
        reason = "COURSEKIT_JAX_PYTHON names no interpreter with keras and jax and without tensorflow"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}; .ci/run makes one")
        pytest.skip(reason)
    found = run_python(
        "import json, importlib.util as u; print(json.dumps([bool(u.find_spec(n)) for n in ('tensorflow', 'jax', 'keras')]))",
        python=python,
    )
    assert found == [False, True, True]
    return python


@pytest.mark.slow
def test_jax_matches_where_tensorflow_was_never_installed(run_python, jax_python):
    _check(run_python(TRAIN, "jax", "8", "pad", python=jax_python, XLA_FLAGS=EIGHT), 8)


@pytest.mark.slow
def test_auto_makes_keras_work_where_tensorflow_was_never_installed(run_python, jax_python):
    program = """
    import json
    from coursekit import devices
    info = devices.use()
    import keras
    print(json.dumps([info.backend, keras.config.backend(), float(keras.ops.sum(keras.ops.ones(3)))]))
    """
    assert run_python(program, python=jax_python) == ["jax", "jax", 3.0]


@pytest.mark.slow
def test_a_model_trained_on_several_jax_devices_predicts_outside_the_scope(run_python):
    program = """
    import json
    from coursekit import devices
    devices.use("cpu", backend="jax")
    import keras, numpy as np
    x, y = np.ones((13, 4), "float32"), np.zeros(13, "int64")
    with devices.scope() as count:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
        model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        model.fit(devices.even_batches(x, y, 8, count), verbose=0)
    print(json.dumps([count, list(model.predict(x, batch_size=8, verbose=0).shape), keras.distribution.distribution() is None]))
    """
    assert run_python(program, XLA_FLAGS=EIGHT) == [8, [13, 2], True]


@pytest.mark.slow
def test_more_devices_than_there_are_is_an_error_on_both_backends(error_of):
    for backend in ("tensorflow", "jax"):
        before = f"from coursekit import devices; devices.use('cpu', backend={backend!r})\n"
        kind, message = error_of("devices.scope(3).__enter__()", before)
        assert kind == "DeviceError", message
        assert "scope(n=3), but the devices found are 1" in message


def test_scope_takes_the_number_asked_for(run_python, without_tensorflow):
    program = """
    import json
    from coursekit import devices
    devices.use("cpu", backend="jax")
    import keras
    with devices.scope(4) as count:
        mesh = keras.distribution.distribution().device_mesh.shape
    print(json.dumps([count, list(mesh)]))
    """
    assert run_python(program, before=without_tensorflow, XLA_FLAGS=EIGHT) == [4, [4]]
