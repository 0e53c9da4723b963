"""The published networks: every count that a paper prints, or that its table gives."""

import subprocess
import sys

import keras
import numpy as np
import pytest

from coursekit.errors import InvalidInputError
from coursekit.models import (
    alexnet,
    cifar_cnn,
    cifar_resnet,
    count_params,
    fractalnet,
    googlenet,
    layer_table,
    lenet5,
    lenet5_1998,
    maxout_mlp,
    resnet,
    unet,
    vgg,
    zfnet,
)
from coursekit.models.cifar import fold_normalisation
from coursekit.models.lenet import C3_INPUTS
from coursekit.models.resnet import ZeroPaddedShortcut

deep = pytest.mark.slow


@pytest.mark.parametrize(
    ("builder", "args", "options", "trainable"),
    [
        (lenet5, (), {}, 61_706),
        (lenet5_1998, (), {}, 60_000),
        (alexnet, (), {}, 60_965_224),
        (alexnet, (), {"groups": 1}, 62_378_344),
        (zfnet, (), {}, 62_357_608),
        (vgg, ("A",), {}, 132_863_336),
        (vgg, ("B",), {}, 133_047_848),
        (vgg, ("C",), {}, 133_638_952),
        (vgg, ("D",), {}, 138_357_544),
        (vgg, ("E",), {}, 143_667_240),
        (googlenet, (), {}, 6_998_552),
        (googlenet, (), {"side_heads": True}, 13_378_280),
        (resnet, (18,), {}, 11_689_512),
        pytest.param(resnet, (34,), {}, 21_797_672, marks=deep),
        (resnet, (50,), {}, 25_557_032),
        pytest.param(resnet, (101,), {}, 44_549_160, marks=deep),
        pytest.param(resnet, (152,), {}, 60_192_808, marks=deep),
        (cifar_resnet, (20,), {}, 269_722),
        (cifar_resnet, (20,), {"residual": False}, 269_722),
        (cifar_resnet, (32,), {}, 464_154),
        pytest.param(cifar_resnet, (44,), {}, 658_586, marks=deep),
        pytest.param(cifar_resnet, (56,), {}, 853_018, marks=deep),
        pytest.param(cifar_resnet, (110,), {}, 1_727_962, marks=deep),
        (fractalnet, (), {}, 33_734_922),
        (unet, (), {}, 31_030_658),
        (maxout_mlp, (), {}, 1_233_610),
        (cifar_cnn, (), {}, 158_794),
    ],
)
def test_trainable_parameters_are_the_published_ones(builder, args, options, trainable):
    assert count_params(builder, *args, trainable=True, **options) == trainable


def test_counting_is_keras_counting():
    model = cifar_resnet(8, width=4)
    for trainable, weights in [
        (None, model.weights),
        (True, model.trainable_weights),
        (False, model.non_trainable_weights),
    ]:
        counted = count_params(cifar_resnet, 8, width=4, trainable=trainable)
        assert counted == sum(int(np.prod(weight.shape)) for weight in weights)


def test_counting_vgg_19_makes_no_room_for_it():
    code = """
import resource
from coursekit.models import count_params, lenet5, vgg
count_params(lenet5)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(count_params(vgg, "E"), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True
    )
    count, kilobytes = map(int, done.stdout.split())
    assert count == 143_667_240
    assert kilobytes < 60_000  # float32 weights are 575 MB


def test_counting_leaves_keras_as_it_was():
    count_params(lenet5)
    layer = keras.layers.Dense(2)
    layer.build((None, 3))
    assert layer.kernel.numpy().shape == (3, 2)
    with keras.StatelessScope():
        pass  # would give values to whatever is still waiting for them
    with pytest.raises(InvalidInputError, match="depth"):
        count_params(resnet, 19)


def test_layer_table_gives_what_a_count_needs():
    rows = {row["name"]: row for row in layer_table(alexnet)}
    convolutions = [row for row in rows.values() if row["kind"] == "conv"]
    assert [row["size"] for row in convolutions] == [
        (55, 55),
        (27, 27),
        (13, 13),
        (13, 13),
        (13, 13),
    ]
    assert [row["groups"] for row in convolutions] == [1, 2, 1, 2, 2]
    for row in rows.values():
        fan_in = row["kernel"][0] * row["kernel"][1] * row["inputs"] // row["groups"]
        assert row["params"] == row["outputs"] * (fan_in + row["bias"])
    assert sum(row["params"] for row in rows.values()) == 60_965_224
    assert sum(row["params"] for row in layer_table(cifar_resnet, 8)) == count_params(
        cifar_resnet, 8
    )


@pytest.mark.parametrize(
    ("build", "shape"),
    [
        (lambda: lenet5_1998((28, 28, 1)), (28, 28, 1)),
        (lambda: alexnet((67, 67, 3), 10, dropout=0.0), (67, 67, 3)),
        (lambda: zfnet((64, 64, 3), 10), (64, 64, 3)),
        (lambda: vgg("C", (32, 32, 3), 10, dense=()), (32, 32, 3)),
        (lambda: googlenet((64, 64, 3), 10), (64, 64, 3)),
        (lambda: resnet(18, (32, 32, 3), 10), (32, 32, 3)),
        (lambda: cifar_resnet(8), (32, 32, 3)),
        (lambda: cifar_resnet(14, residual=False, width=4), (32, 32, 3)),
        (lambda: maxout_mlp((28, 28, 1), 10, hidden=(8,)), (28, 28, 1)),
        (lambda: cifar_cnn(), (32, 32, 3)),
    ],
)
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras")
def test_builders_give_finite_logits_and_can_be_saved(build, shape, tmp_path):
    model = build()
    x = np.random.default_rng(0).random((2, *shape), dtype=np.float32)
    logits = np.asarray(model(x, training=False))
    assert not model.compiled
    assert logits.shape == (2, 10)
    assert np.isfinite(logits).all()
    assert logits.min() < 0
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(np.asarray(again(x, training=False)), logits, rtol=1e-4, atol=1e-5)


def test_googlenets_side_heads_give_logits_too():
    model = googlenet((224, 224, 3), 5, side_heads=True)
    assert [output.shape for output in model.outputs] == [(None, 5)] * 3


def test_unet_is_23_convolutions_from_572_to_388_pixels():
    kinds = []

    def build():
        model = unet()
        kinds.extend(type(layer).__name__ for layer in model.layers)
        assert model.output_shape == (None, 388, 388, 2)
        return model

    count_params(build)
    assert sum(kind.startswith("Conv2D") for kind in kinds) == 23
    small = unet((32, 32, 3), 4, filters=(4, 8, 16), padding="same")
    assert small.output_shape == (None, 32, 32, 4)


def test_c3_looks_at_60_of_96_maps_as_the_papers_table_says():
    assert [len(inputs) for inputs in C3_INPUTS] == [3] * 6 + [4] * 9 + [6]
    assert C3_INPUTS[4] == (4, 5, 0)
    assert C3_INPUTS[12] == (0, 1, 3, 4)
    model = lenet5_1998()
    layer = model.get_layer("c3")
    assert layer.count_params() == 1_516
    x = np.random.default_rng(1).normal(size=(1, 14, 14, 6)).astype("float32")
    y = np.asarray(layer(x))
    x[..., 5] += 1  # the first map looks at maps 0, 1, 2 only; the last at all
    changed = np.abs(np.asarray(layer(x)) - y).max(axis=(0, 1, 2)) > 0
    assert changed.tolist() == [5 in inputs for inputs in C3_INPUTS]


def test_lenet_of_1998_measures_distances_to_drawn_digits():
    layer = lenet5_1998().get_layer("output")
    codes = np.asarray(layer.codes).T
    assert len({code.tobytes() for code in codes}) == 10
    logits = np.asarray(layer(codes + 0.1))
    wanted = -((codes[:, None] + 0.1 - codes[None]) ** 2).sum(-1) / 2
    np.testing.assert_allclose(logits, wanted, rtol=1e-4, atol=1e-3)


def test_the_shortcut_without_weights_keeps_every_other_pixel_and_adds_zeros():
    x = np.random.default_rng(2).normal(size=(2, 5, 4, 3)).astype("float32")
    y = np.asarray(ZeroPaddedShortcut(7, 2)(x))
    np.testing.assert_array_equal(y[..., :3], x[:, ::2, ::2])
    assert not y[..., 3:].any()


def test_the_plain_twin_has_the_weights_and_other_outputs():
    with_shortcuts, plain = (cifar_resnet(8, width=4, residual=r) for r in (True, False))
    assert [w.shape for w in with_shortcuts.weights] == [w.shape for w in plain.weights]
    plain.set_weights(with_shortcuts.get_weights())
    x = np.random.default_rng(3).random((1, 32, 32, 3), dtype=np.float32)
    assert not np.allclose(np.asarray(with_shortcuts(x)), np.asarray(plain(x)))


def test_folding_normalisation_keeps_the_logits():
    model = cifar_cnn(stages=((4,), (6, 5)), normalised=True, dropout=0.5)
    rng = np.random.default_rng(4)
    model.set_weights([rng.random(w.shape) + 0.2 for w in model.get_weights()])
    plain = fold_normalisation(model, cifar_cnn(stages=((4,), (6, 5))))
    x = rng.random((3, 32, 32, 3), dtype=np.float32)
    np.testing.assert_allclose(
        np.asarray(plain(x)), np.asarray(model(x, training=False)), rtol=1e-4, atol=1e-3
    )


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (lambda: vgg("F"), "configuration"),
        (lambda: resnet(20), "depth"),
        (lambda: cifar_resnet(21), "6n"),
        (lambda: fractalnet(columns=0), "columns"),
        (lambda: lenet5_1998((28, 28)), "height, width, channels"),
    ],
)
def test_what_no_paper_has_is_refused(wrong, word):
    with pytest.raises(InvalidInputError, match=word):
        wrong()
