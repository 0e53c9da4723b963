"""Several devices train as one does: the same steps on the same rows, a partial last batch
included.

230 rows in batches of 64 leave 38 over. Plain SGD at a high rate keeps an error in any step visible
in the final loss, which NumPy computes from the weights. Starting a backend takes seconds, so each
process answers several questions.
"""

from __future__ import annotations

import os

import pytest

pytestmark = pytest.mark.slow

TOLERANCE = 1e-5
EIGHT = "--xla_force_host_platform_device_count=8"

TRAIN = """
import json, sys
from coursekit import devices
backend, wanted = sys.argv[1], int(sys.argv[2])
chosen = devices.use(sys.argv[3], backend=None if sys.argv[3] == "auto" else backend)
if backend == "tensorflow":
    import tensorflow as tf
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * wanted)
import keras
import numpy as np
rng = np.random.default_rng(0)
x = rng.normal(size=(230, 8)).astype("float32")
y = (x[:, 0] * x[:, 1] > 0).astype("int64")
w1, w2 = (rng.normal(size=shape).astype("float32") * 0.3 for shape in ((8, 16), (16, 2)))

def train(*data, **more):
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(2)])
    model.set_weights([w1, np.zeros(16), w2, np.zeros(2)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.5), loss, weighted_metrics=["accuracy"])
    model.fit(*data, epochs=3, verbose=0, shuffle=False, **more)
    a, b, c, d = model.get_weights()
    logits = np.maximum(x @ a + b, 0) @ c + d
    logits = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return model, float(-logits[np.arange(len(y)), y].mean())

def unscaled(batches):
    class Naive(type(batches)):
        def __getitem__(self, index):
            x, y, weights = super().__getitem__(index)
            return x, y, np.minimum(weights, 1)
    batches.__class__ = Naive
    return batches

found = {"backend": keras.config.backend(), "chosen": chosen.backend}
found["one"] = {"pad": train(x, y, batch_size=64)[1], "drop": train(x[:192], y[:192], batch_size=64)[1]}
with devices.scope() as found["count"]:
    even = {how: devices.even_batches(x, y, 64, found["count"], remainder=how, shuffle=False) for how in ("pad", "drop")}
    found["several"] = {how: train(batches)[1] for how, batches in even.items()}
    model, found["unscaled"] = train(unscaled(even["pad"]))
found["predicted"] = list(model.predict(x, batch_size=64, verbose=0).shape)
found["left"] = keras.distribution.distribution() is None
if wanted > 2:
    with devices.scope(4) as found["four"]:
        found["mesh"] = list(keras.distribution.distribution().device_mesh.shape)
try:
    devices.scope(wanted + 1).__enter__()
except Exception as error:
    found["too many"] = f"{type(error).__name__}: {error}"
found["tensorflow"] = "tensorflow" in sys.modules
print(json.dumps(found))
"""


def _check(found, backend, count):
    assert found["backend"] == found["chosen"] == backend
    assert found["count"] == count
    assert found["one"]["pad"] < 0.69, (
        "the training learnt nothing, so it could not tell right from wrong"
    )
    for remainder in ("pad", "drop"):
        assert found["several"][remainder] == pytest.approx(
            found["one"][remainder], abs=TOLERANCE
        ), remainder
    assert abs(found["unscaled"] - found["one"]["pad"]) > 10 * TOLERANCE, (
        "weights of 1 and 0 alone should not have matched"
    )
    assert found["predicted"] == [230, 2], (
        "a model trained in the scope predicts outside it, a partial batch included"
    )
    assert found["left"], "the scope left a distribution behind"
    assert (
        f"DeviceError: scope(n={count + 1}), but the devices found are {count}: "
        in found["too many"]
    )


def _check_jax(found):
    _check(found, "jax", 8)
    assert (found["four"], found["mesh"]) == (4, [4])


def test_tensorflow_on_two_logical_cpus_matches_one(run_python):
    _check(run_python(TRAIN, "tensorflow", "2", "cpu"), "tensorflow", 2)


def test_jax_on_eight_fake_devices_matches_one(run_python):
    _check_jax(run_python(TRAIN, "jax", "8", "cpu", XLA_FLAGS=EIGHT))


def test_jax_matches_with_tensorflow_blocked(run_python, without_tensorflow):
    found = run_python(TRAIN, "jax", "8", "auto", before=without_tensorflow, XLA_FLAGS=EIGHT)
    _check_jax(found)
    assert not found["tensorflow"]


def test_jax_matches_where_tensorflow_was_never_installed(run_python):
    """`COURSEKIT_JAX_PYTHON` names an interpreter with Keras and JAX and no TensorFlow, as on a TPU
    image."""
    python = os.environ.get("COURSEKIT_JAX_PYTHON")
    if not python:
        reason = (
            "COURSEKIT_JAX_PYTHON names no interpreter with keras and jax and without tensorflow"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}; .ci/run makes one")
        pytest.skip(reason)
    there = (
        "import json, importlib.util as u; print(json.dumps([bool(u.find_spec(n)) for n in "
        "('tensorflow', 'jax', 'keras')]))"
    )
    assert run_python(there, python=python) == [False, True, True]
    _check_jax(run_python(TRAIN, "jax", "8", "auto", python=python, XLA_FLAGS=EIGHT))
