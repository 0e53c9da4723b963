"""Pictures say what the numbers say, leave pyplot and rcParams alone, and survive odd
evaluations."""

import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from coursekit.errors import InvalidInputError
from coursekit.evaluation import displays, evaluate
from coursekit.plots import figure, png_bytes

PANELS = [
    displays.plot_confusion_matrix,
    displays.plot_f1,
    displays.plot_roc,
    displays.plot_pr,
    displays.plot_calibration,
]


def sample(n=200, k=4, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, k, n)
    logits = rng.normal(size=(n, k))
    logits[np.arange(n), truth] += 2
    return truth, logits


@pytest.fixture
def evaluation():
    return evaluate(*sample(), class_names=["ant", "bee", "cat", "dog"])


def texts(ax):
    legend = ax.get_legend()
    return [text.get_text() for text in ax.texts] + (
        [] if legend is None else [text.get_text() for text in legend.texts]
    )


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_draws_into_the_axes_given_or_its_own(panel, evaluation):
    ax = figure().add_subplot()
    assert panel(evaluation, ax=ax) is ax
    assert ax.has_data()
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    assert ax.get_title()
    assert panel(evaluation).figure is not ax.figure


def test_the_matrix_shows_counts_and_row_shares(evaluation):
    shown = texts(displays.plot_confusion_matrix(evaluation))
    matrix = evaluation.confusion_matrix
    assert len(shown) == np.count_nonzero(matrix)
    assert shown[0] == f"{matrix[0, 0]}\n{100 * matrix[0, 0] / matrix[0].sum():.0f}%"


def test_each_roc_curve_is_labelled_with_its_area_and_the_macro_average_is_named(evaluation):
    shown = texts(displays.plot_roc(evaluation))
    assert f"ant, area {evaluation.per_class['roc_auc'][0]:.3f}" in shown
    assert f"macro, area {evaluation.averages['macro_auc']:.3f}" in shown
    assert f"micro, area {evaluation.averages['micro_average_precision']:.3f}" in texts(
        displays.plot_pr(evaluation)
    )


def test_two_classes_make_one_curve():
    result = evaluate([0, 1, 1, 0, 1], [0.1, 0.8, 0.4, 0.5, 0.9], class_names=["well", "ill"])
    shown = texts(displays.plot_roc(result))
    assert len(shown) == 2
    assert shown[0].startswith("ill, area")


def test_roc_shows_the_corner_where_good_classifiers_differ(evaluation):
    good = evaluate([0, 1, 2, 2], np.eye(3)[[0, 1, 2, 2]])
    assert displays.plot_roc(good).get_xlim()[1] == pytest.approx(0.2)
    assert "corner" in displays.plot_roc(good).get_title()
    assert displays.plot_roc(good, zoom=False).get_xlim()[1] > 1
    assert displays.plot_roc(evaluation).get_xlim()[1] > 1
    assert displays.plot_roc(evaluation, zoom=True).get_ylim()[0] == pytest.approx(0.8)


def test_f1_bars_start_at_zero_and_an_undefined_one_says_so():
    ax = displays.plot_f1(evaluate([0, 1, 1], y_pred=[0, 1, 0], labels=[0, 1, 2]))
    assert ax.get_ylim() == (0, 1)
    assert "undefined" in texts(ax)
    assert "macro 0.667" in ax.get_title()


def test_the_reliability_points_are_the_bins(evaluation):
    ax = displays.plot_calibration(evaluation)
    full = evaluation.calibration["bins"]["count"] > 0
    np.testing.assert_allclose(
        ax.lines[1].get_ydata(), evaluation.calibration["bins"]["accuracy"][full]
    )
    assert f"ECE {evaluation.calibration['ece']:.3f}" in texts(ax)


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 1), (8, 8, 3)])
def test_the_gallery_shows_the_worst_mistakes_with_their_images(evaluation, shape):
    images = np.random.default_rng(0).integers(0, 256, (200, *shape), dtype=np.uint8)
    fig = displays.plot_worst(evaluation, images, k=5, columns=3)
    drawn = [ax for ax in fig.axes if ax.images]
    assert len(drawn) == 5
    first = evaluation.worst(1)[0]
    np.testing.assert_array_equal(
        drawn[0].images[0].get_array(),
        images[first].reshape(shape[:2] + shape[2:] * (shape[-1] == 3)),
    )
    assert (
        drawn[0]
        .get_title()
        .startswith(f"is {evaluation.class_names[evaluation.y_true[first]]}\nsaid ")
    )


def test_the_gallery_without_mistakes_says_so_and_refuses_other_images(evaluation):
    fig = displays.plot_worst(evaluate([0, 1], np.eye(2)), np.zeros((2, 4, 4)))
    assert fig.texts[0].get_text() == "No mistakes."
    with pytest.raises(InvalidInputError, match="200 images"):
        displays.plot_worst(evaluation, np.zeros((3, 4, 4)))
    with pytest.raises(InvalidInputError, match="Received: shape"):
        displays.plot_worst(evaluation, np.zeros((200, 16)))


def test_float_colour_images_outside_zero_and_one_are_brought_there(evaluation):
    images = np.random.default_rng(0).normal(size=(200, 4, 4, 3))
    shown = displays.plot_worst(evaluation, images, k=1).axes[0].images[0].get_array()
    assert shown.min() >= 0
    assert shown.max() <= 1


def test_one_figure_holds_all_panels_and_the_headline(evaluation):
    fig = evaluation.plot(title="Net")
    assert len(fig.axes) == 5
    assert fig.get_suptitle().startswith(f"Net: accuracy {evaluation.accuracy:.4f} [")
    mine = Figure()
    assert evaluation.plot(figure=mine) is mine
    assert len(evaluate([0, 1], y_pred=[0, 1]).plot().axes) == 2


@pytest.mark.parametrize(
    "odd",
    [
        lambda: evaluate([1] * 5, np.tile([0.2, 0.8, 0.0], (5, 1))),
        lambda: evaluate([0], [[0.4, 0.6]]),
        lambda: evaluate(*sample(k=30)),
        lambda: evaluate(
            *sample(), class_names=["a name that is far too long to print", "b", "c", "d"]
        ),
        lambda: evaluate([3, 3], y_pred=[3, 3]),
        lambda: evaluate([0, 1, 2], np.eye(3)),
    ],
    ids=["one class", "one row", "30 classes", "long names", "one label", "perfect"],
)
def test_odd_evaluations_are_drawn_without_a_warning(odd):
    assert png_bytes(odd().plot(), dpi=40).startswith(b"\x89PNG")


def test_drawing_changes_no_rcparams_and_makes_no_pyplot_figure(evaluation):
    before = dict(matplotlib.rcParams)
    png_bytes(evaluation.plot(), dpi=40)
    assert dict(matplotlib.rcParams) == before
    code = (
        "import sys; from coursekit.evaluation import evaluate; from coursekit.plots import "
        "png_bytes\n"
        "png_bytes(evaluate([0, 1], [[.9, .1], [.2, .8]]).plot(), dpi=30)\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300
    )
    assert done.stdout.strip() == "False"


def test_curves_need_scores():
    for panel in PANELS[2:]:
        with pytest.raises(InvalidInputError, match="predictions only"):
            panel(evaluate([0, 1], y_pred=[0, 1]))


def test_an_area_is_not_rounded_up_to_perfect():
    assert displays._area(0.9997) == "0.9997"
    assert displays._area(0.99999999) == ">0.99999"
    assert displays._area(1.0) == "1.000"
