"""`even_batches` and the arguments of `scope`, without training."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit import devices
from coursekit.errors import InvalidInputError


@pytest.fixture
def rows():
    return np.arange(20, dtype="float32").reshape(10, 2), np.arange(10)


def test_the_last_batch_is_filled_with_its_own_rows_at_weight_zero(rows):
    batches = devices.even_batches(*rows, 4, 2, shuffle=False)
    assert len(batches) == 3
    x, y, weights = batches[2]
    assert y.tolist() == [8, 9, 8, 9]
    assert x[:, 0].tolist() == [16, 18, 16, 18]
    assert weights.tolist() == [2, 2, 0, 0]
    assert batches[0][2].tolist() == [1, 1, 1, 1]


def test_weights_of_a_batch_always_sum_to_its_size():
    for n in range(1, 20):
        batches = devices.even_batches(np.zeros((n, 1)), np.zeros(n), 6, 3)
        assert [
            batch[2].sum() for batch in (batches[i] for i in range(len(batches)))
        ] == pytest.approx([6] * -(-n // 6))


def test_every_row_weighs_in_exactly_once(rows):
    batches = devices.even_batches(*rows, 4, 4, seed=3)
    real = np.concatenate([batches[i][1][batches[i][2] > 0] for i in range(len(batches))])
    assert sorted(real) == list(range(10))


def test_drop_leaves_out_the_rest_and_gives_no_weights(rows):
    batches = devices.even_batches(*rows, 4, 2, remainder="drop", shuffle=False)
    assert [batches[i][1].tolist() for i in range(len(batches))] == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert len(batches[0]) == 2


def test_a_new_order_each_epoch_repeats_with_the_seed(rows):
    def orders(seed):
        batches = devices.even_batches(*rows, 10, 2, seed=seed)
        first = batches[0][1].tolist()
        batches.on_epoch_end()
        return first, batches[0][1].tolist()

    assert orders(1) == orders(1)
    assert orders(1)[0] != orders(1)[1]
    assert orders(1) != orders(2)


def test_the_arrays_given_are_left_as_they_are(rows):
    x, y = (array.copy() for array in rows)
    devices.even_batches(*rows, 4, 2)[0][0][:] = 99
    np.testing.assert_array_equal(rows[0], x)
    np.testing.assert_array_equal(rows[1], y)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"batch_size": 6, "devices": 4},
            "4 devices divide evenly. Received: batch_size=6. Take 4",
        ),
        ({"batch_size": 0}, "`batch_size` to be a positive whole number. Received: batch_size=0"),
        ({"batch_size": 2.5}, "batch_size=2.5"),
        ({"devices": True}, "devices=True"),
        ({"remainder": "keep"}, "remainder='keep'"),
        ({"y": np.zeros(9)}, r"y of shape \(9,\)"),
        ({"x": np.zeros((0, 2)), "y": np.zeros(0)}, "at least one"),
        ({"x": [1, 2], "y": [1, 2]}, "x of shape list"),
        ({"batch_size": 16, "remainder": "drop"}, "10 rows, batch_size=16"),
    ],
)
def test_unusable_arguments_are_named(rows, change, message):
    arguments = {"x": rows[0], "y": rows[1], "batch_size": 4, "devices": 2, **change}
    with pytest.raises(InvalidInputError, match=message):
        devices.even_batches(
            arguments.pop("x"), arguments.pop("y"), arguments.pop("batch_size"), **arguments
        )


@pytest.mark.parametrize("n", [0, -1, 1.5, True, "2"])
def test_scope_refuses_what_is_no_number_of_devices(n):
    with pytest.raises(InvalidInputError, match="positive whole number"), devices.scope(n):
        pass


def test_one_device_needs_no_scope_and_loads_no_backend(run_python):
    program = """
    import json, sys
    from coursekit import devices
    with devices.scope(1) as count:
        pass
    print(json.dumps([count, sorted({"keras", "jax", "tensorflow"} & set(sys.modules))]))
    """
    assert run_python(program) == [1, []]
