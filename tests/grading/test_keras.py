"""Models under grading: trained in the child, judged by what the referee computes from their
weights."""

import pytest
from grading_toys import TOY, notebook, statuses, write_notebook

pytestmark = pytest.mark.slow

_BUILD = """def trained(x, y):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(1.0), loss)
    {}
    return model
"""
_FIT = "model.fit(x, y, epochs=8, batch_size=32, verbose=0)"
CASES = {
    "honest": (_BUILD.format(_FIT), 3.0),
    "honest-with-warnings": (
        _BUILD.format(
            "import warnings, sys; warnings.warn('W'); print('W', file=sys.stderr); " + _FIT
        ),
        3.0,
    ),
    "untrained": (_BUILD.format("pass"), 0.0),
    "lying-predict": (
        _BUILD.format("model.predict = lambda x, **k: np.eye(2)[[1] * len(x)] * 99"),
        0.0,
    ),
    "lying-object": (
        "class Liar:\n    def predict(self, x, **k):\n        return np.zeros((len(x), 2))\n   "
        " def get_weights(self):\n"
        "        return [np.zeros((2, 2)), np.zeros(2)]\n    def count_params(self):\n        "
        "return 6\n    layers = []\n"
        "def trained(x, y):\n    return Liar()",
        0.0,
    ),
    "patched-tensorflow": (
        "def trained(x, y):\n    import tensorflow as tf\n    tf.reduce_mean = "
        "tf.math.reduce_mean = lambda *a, **k: 1.0\n"
        "    keras.metrics.Accuracy.result = lambda self: 1.0\n    keras.ops.mean = lambda *a, "
        "**k: 1.0\n"
        "    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])\n    "
        "model.fit = model.evaluate = lambda *a, **k: 1.0\n    return model",
        0.0,
    ),
    "model-file-with-code": (
        "def trained(x, y):\n    model = keras.Sequential([keras.Input((2,)), "
        "keras.layers.Lambda(lambda t: __import__('os').system('touch /tmp/owned') or t)])\n"
        "    model.save('m.keras')\n    return open('m.keras', 'rb').read()",
        0.0,
    ),
    "exit-while-training": (_BUILD.format("__import__('os')._exit(0)"), 0.0),
    "model-too-large": (
        "def trained(x, y):\n    return keras.Sequential([keras.Input((2,)), "
        "keras.layers.Dense(10**9)])",
        0.0,
    ),
}


@pytest.fixture(scope="module")
def records(policy, tmp_path_factory):
    from coursekit.grading import runner

    folder = tmp_path_factory.mktemp("keras")
    for name, (answer, _) in CASES.items():
        write_notebook(folder / f"{name}.ipynb", notebook(TOY, {"trained": answer}))
    out = tmp_path_factory.mktemp("out")
    summary = runner.grade(TOY, folder, out, jobs=2, seed=2, time_limit=30.0)
    return {record.student: record for record in summary.records}


@pytest.mark.parametrize("name", CASES)
def test_a_model_gets_the_honest_grade(records, name):
    record = records[name]
    told = [(t.name, t.status, t.message) for t in record.tests]
    assert record.exercise_points("90.4") == CASES[name][1], told
    assert {e: record.exercise_points(e) for e in ("90.1", "90.2", "90.3")} == {
        "90.1": 3.0,
        "90.2": 3.0,
        "90.3": 3.0,
    }, told


def test_how_it_ended_is_told(records):
    assert statuses(records["exit-while-training"], "4") == {"crashed"}
    assert statuses(records["model-too-large"], "4") <= {"out-of-memory", "error", "crashed"}
    assert statuses(records["untrained"], "4") == {"failed"}
