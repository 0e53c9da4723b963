import io
import random

import keras
import numpy as np
import pytest

from coursekit.errors import InvalidInputError
from coursekit.training import ProgressLine, exponential_decay, fit, one_cycle, seeded


def separable(n=256):
    x = np.random.default_rng(0).normal(size=(n, 2)).astype("float32")
    return x, (x[:, 0] + x[:, 1] > 0).astype("int64")


def model():
    net = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(2)]
    )
    net.compile(
        keras.optimizers.Adam(0.05),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return net


def test_fit_learns_and_returns_keras_history():
    x, y = separable()
    history = fit(
        model(), x, y, epochs=5, batch_size=32, validation_data=(x, y), seed=0, progress=False
    )
    assert isinstance(history, keras.callbacks.History)
    assert len(history.history["loss"]) == 5
    assert history.history["val_accuracy"][-1] > 0.95


def test_one_seed_gives_one_result():
    x, y = separable()
    losses = []
    for _ in range(2):
        with seeded(3):
            net = model()
        losses.append(fit(net, x, y, epochs=2, seed=3, progress=False).history["loss"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_seeding_leaves_numpy_and_random_as_they_were():
    np.random.seed(1)
    random.seed(1)
    expected = np.random.random(), random.random()
    np.random.seed(1)
    random.seed(1)
    with seeded(7):
        np.random.random()
    assert (np.random.random(), random.random()) == expected


def test_fit_refuses_a_wrong_loss_before_training():
    x, y = separable()
    net = model()
    net.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(InvalidInputError, match="from_logits=True"):
        fit(net, x, y, epochs=1)


def run_progress(mode, epochs):
    stream = io.StringIO()
    x, y = separable(64)
    model().fit(x, y, epochs=epochs, verbose=0, callbacks=[ProgressLine(mode, stream)])
    return stream.getvalue()


def test_a_log_file_gets_five_lines_at_most_and_the_last_epoch():
    lines = run_progress("auto", 23).splitlines()
    assert 1 < len(lines) <= 5
    assert lines[-1].startswith("epoch 23/23")
    assert "accuracy" in lines[-1]


def test_a_terminal_gets_one_line_that_is_rewritten():
    text = run_progress("terminal", 3)
    assert text.count("\n") == 1
    assert text.endswith("\n")
    assert "epoch 3/3" in text.rsplit("\r", 1)[-1]


def test_silence_is_silent():
    assert run_progress("none", 2) == ""
    assert run_progress(False, 2) == ""


def test_a_notebook_gets_one_output_that_is_updated(monkeypatch):
    shown = []

    class Handle:
        def update(self, content, raw):
            shown.append(("update", content["text/plain"]))

    def display(content, raw, display_id):
        shown.append(("display", content["text/plain"]))
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    run_progress("notebook", 3)
    assert [kind for kind, _ in shown].count("display") == 1
    assert shown[-1][1].startswith("epoch 3/3")


def test_an_unknown_mode_is_refused():
    with pytest.raises(InvalidInputError, match="progress"):
        ProgressLine("loud")


def test_one_cycle_rises_to_the_peak_and_falls_to_nearly_nothing():
    rate = one_cycle(0.1, 100, warmup=0.2, start_factor=0.1, end_factor=0.001)
    values = [float(rate(step)) for step in range(0, 121, 5)]
    assert values[0] == pytest.approx(0.01)
    assert float(rate(20)) == pytest.approx(0.1)
    assert float(rate(60)) == pytest.approx(0.1 * (0.001 + 0.999 / 2), rel=1e-4)
    assert values[-1] == pytest.approx(1e-4, rel=1e-3)
    assert np.argmax(values) == 4


def test_one_cycle_survives_serialisation():
    rate = one_cycle(0.1, 100, warmup=0.3)
    again = keras.optimizers.schedules.deserialize(keras.optimizers.schedules.serialize(rate))
    assert float(again(17)) == pytest.approx(float(rate(17)))


def test_exponential_decay_ends_at_its_share():
    assert float(exponential_decay(0.1, 50, final_factor=0.01)(50)) == pytest.approx(0.001)


@pytest.mark.parametrize("arguments", [(0.0, 10), (0.1, 0)])
def test_schedules_refuse_nonsense(arguments):
    with pytest.raises(InvalidInputError, match="positive"):
        one_cycle(*arguments)
    with pytest.raises(InvalidInputError, match="positive"):
        exponential_decay(*arguments)
