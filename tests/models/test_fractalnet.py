"""FractalNet and its drop-path, on the backend of the run and on JAX."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from coursekit.errors import InvalidInputError
from coursekit.models import fractal_column, fractalnet

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("fractal_cases", HERE / "fractal_cases.py")
fractal_cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(fractal_cases)


@pytest.mark.parametrize("case", fractal_cases.CASES, ids=lambda case: case.__name__)
def test_drop_path(case):
    case()


def test_drop_path_on_jax():
    if importlib.util.find_spec("jax") is None:
        pytest.skip("jax is not installed")
    done = subprocess.run(
        [sys.executable, str(HERE / "fractal_cases.py")],
        env=os.environ | {"KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.stdout.strip() == "right", done.stderr[-2000:]


def test_a_block_has_seven_convolutions_in_columns_of_1_2_and_4():
    names = [layer.name for layer in fractalnet((8, 8, 3), 4, filters=(4,)).layers]
    convolutions = [name for name in names if name.endswith("_conv")]
    assert sorted(convolutions) == sorted(
        [
            "block1_column1_row4_conv",
            *(f"block1_column2_row{row}_conv" for row in (2, 4)),
            *(f"block1_column3_row{row}_conv" for row in (1, 2, 3, 4)),
        ]
    )
    assert [name for name in names if "join" in name] == ["block1_join_row2", "block1_join_row4"]


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras")
def test_a_fractalnet_trains_and_is_saved_with_its_rates(tmp_path):
    model = fractalnet(
        (8, 8, 3), 4, columns=2, filters=(4,), local_rate=0.3, dropout=(0.1,), seed=5
    )
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    rng = np.random.default_rng(0)
    x, y = rng.random((8, 8, 8, 3), dtype=np.float32), rng.integers(0, 4, 8)
    model.fit(x, y, batch_size=4, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.get_layer("block1_join_row2").rate == 0.3
    np.testing.assert_allclose(
        again.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-5, atol=1e-6
    )


def test_a_column_that_is_not_there_is_refused():
    with pytest.raises(InvalidInputError, match="column=4"):
        fractal_column(fractalnet((8, 8, 3), 4, filters=(4,)), 4)
