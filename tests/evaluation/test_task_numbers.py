"""Numbers for boxes, masks, joints, texts, sounds, pictures and ranks."""

from __future__ import annotations

import doctest
import importlib

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import jaccard_score, top_k_accuracy_score

from coursekit.errors import InvalidInputError
from coursekit.evaluation import detection, rank_correlation, signal, text, top_k_accuracy


@pytest.mark.parametrize("module", ["detection", "text", "signal", "ranks"])
def test_examples_of_the_docstrings_hold(module):
    found = doctest.testmod(importlib.import_module(f"coursekit.evaluation.{module}"))
    assert found.attempted > 0
    assert found.failed == 0


def rasterised(box):
    mask = np.zeros((12, 12), bool)
    x0, y0, x1, y1 = box
    mask[y0:y1, x0:x1] = True
    return mask


def test_iou_is_that_of_the_painted_boxes():
    rng = np.random.default_rng(0)
    corners = rng.integers(0, 9, (8, 2))
    boxes = np.concatenate([corners, corners + rng.integers(0, 4, (8, 2))], axis=1)
    found = detection.box_iou(boxes, boxes)
    for i, one in enumerate(boxes):
        for j, other in enumerate(boxes):
            a, b = rasterised(one), rasterised(other)
            union = (a | b).sum()
            assert found[i, j] == pytest.approx((a & b).sum() / union if union else 0)
    assert detection.box_iou([], boxes).shape == (0, 8)
    with pytest.raises(InvalidInputError, match="x0 <= x1"):
        detection.box_iou([[2, 0, 1, 1]], boxes)


def test_suppression_keeps_the_best_of_each_heap_and_class():
    boxes = [[0, 0, 4, 4], [0, 0, 4, 5], [0, 1, 4, 5], [9, 9, 11, 11]]
    scores = [0.6, 0.9, 0.7, 0.1]
    assert detection.non_maximum_suppression(boxes, scores).tolist() == [1, 3]
    kept = detection.non_maximum_suppression(boxes, scores, classes=[0, 1, 0, 0])
    assert kept.tolist() == [1, 2, 3]
    # A removed box removes nothing: the third touches the second, not the first.
    chain = [[0, 0, 10, 1], [4, 0, 14, 1], [8, 0, 18, 1]]
    kept = detection.non_maximum_suppression(chain, [3, 2, 1], threshold=0.3)
    assert kept.tolist() == [0, 2]
    assert detection.non_maximum_suppression([], []).tolist() == []
    with pytest.raises(InvalidInputError, match="one score"):
        detection.non_maximum_suppression(boxes, [1.0])


def test_average_precision_by_hand():
    truth, there = [[0, 0, 2, 2], [5, 5, 7, 7], [0, 0, 2, 2]], [0, 0, 1]
    boxes = [[0, 0, 2, 2], [0, 0, 2, 2], [5, 5, 7, 7], [8, 8, 9, 9]]
    scores, images = [0.9, 0.8, 0.7, 0.6], [0, 0, 0, 1]
    found = detection.average_precision(boxes, scores, images, truth, there)
    assert found.hits.tolist() == [True, False, True, False]
    np.testing.assert_allclose(found.recall, [1 / 3, 1 / 3, 2 / 3, 2 / 3])
    np.testing.assert_allclose(found.precision, [1, 1 / 2, 2 / 3, 1 / 2])
    assert found.average_precision == pytest.approx(1 / 3 * 1 + 1 / 3 * 2 / 3)


def test_average_precision_ranks_over_all_images_and_knows_its_ends():
    truth, there = [[0, 0, 2, 2], [0, 0, 2, 2]], [0, 1]
    perfect = detection.average_precision(truth, [0.3, 0.2], there, truth, there)
    assert perfect.average_precision == 1
    # A confident mistake in one image lowers the precision of a hit in another.
    boxes, scores, images = [[5, 5, 6, 6], [0, 0, 2, 2]], [0.9, 0.5], [0, 1]
    late = detection.average_precision(boxes, scores, images, truth, there)
    assert late.average_precision == pytest.approx(0.5 * 0.5)
    assert detection.average_precision([], [], [], truth, there).average_precision == 0
    nothing = detection.average_precision(boxes, scores, images, [], [])
    assert np.isnan(nothing.average_precision)


def test_mean_average_precision_is_over_the_classes_of_the_truth():
    truth, there = [[0, 0, 2, 2], [5, 5, 7, 7]], [0, 0]
    mean, each = detection.mean_average_precision(
        [truth[0], truth[0]], [0.9, 0.8], [3, 5], [0, 0], truth, [3, 4], there
    )
    assert each == {3: 1.0, 4: 0.0}
    assert mean == 0.5


def test_mean_iou_is_sklearns_jaccard_score_and_leaves_absent_classes_out():
    rng = np.random.default_rng(1)
    y_true, y_pred = rng.integers(0, 4, (2, 3, 8, 8))
    mean, each = detection.mean_iou(y_true, y_pred, 6)
    expected = jaccard_score(y_true.ravel(), y_pred.ravel(), average=None)
    np.testing.assert_allclose(each[:4], expected)
    assert np.isnan(each[4:]).all()
    assert mean == pytest.approx(expected.mean())
    with pytest.raises(InvalidInputError, match="0 to 2"):
        detection.mean_iou(y_true, y_pred, 3)


def test_keypoints_count_within_a_share_of_the_body():
    y_true = np.zeros((2, 3, 2))
    y_true[1, 2] = np.nan
    y_pred = y_true.copy()
    y_pred[0, :, 0] = [0.9, 1.1, 0.0]
    y_pred[1] = [[0, 1.9], [np.nan, 0], [0, 0]]
    share, each = detection.keypoint_share(y_true, y_pred, scale=[10, 20])
    np.testing.assert_allclose(each, [1, 0, 1])
    assert share == pytest.approx(3 / 5)


def test_adapted_rand_error_does_not_mind_names_and_punishes_merging():
    y_true = np.repeat([1, 2, 3, 4], 10)
    assert detection.adapted_rand_error(y_true, 5 - y_true)[0] == pytest.approx(0)
    merged = np.minimum(y_true, 3)
    error, precision, recall = detection.adapted_rand_error(y_true, merged)
    assert precision == pytest.approx(360 / 560)  # 4 x 10 x 9 pairs of 2 x 10 x 9 + 20 x 19
    assert recall == pytest.approx(1)
    assert error == pytest.approx(1 - 2 * precision * recall / (precision + recall))
    _, precision, recall = detection.adapted_rand_error(merged, y_true)
    assert (precision, recall) == pytest.approx((1, 360 / 560))


def test_bits_per_character_of_a_fair_die():
    assert text.bits_per_character(np.full(7, np.log(1 / 8))) == pytest.approx(3)
    for wrong in ([], [0.5], [np.nan]):
        with pytest.raises(InvalidInputError, match="logarithms"):
            text.bits_per_character(wrong)


def test_exact_match_is_of_whole_sequences():
    assert text.exact_match(["abc", "abd"], ["abc", "abc"]) == 0.5
    assert text.exact_match([[1, 2], [3]], [np.array([1, 2]), [3, 0]]) == 0.5
    with pytest.raises(InvalidInputError, match="as many"):
        text.exact_match(["a"], ["a", "b"])


def test_bleu_by_hand():
    reference = "a b c d e f"
    assert text.bleu([reference], [reference]) == pytest.approx(1)
    # 5 of 6 words, 3 of 5 pairs, 2 of 4 triples, 1 of 3 fours.
    got = text.bleu([reference], ["a b c d x f"])
    assert got == pytest.approx((5 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** 0.25)
    short = text.bleu([reference], ["a b c d"])
    assert short == pytest.approx(np.exp(1 - 6 / 4))
    assert text.bleu([reference], ["f e d c b a"]) == 0
    # Several references: each word counts as often as one of them has it, and the nearest length.
    several = text.bleu([["the cat", "a cat sat"]], ["a cat sat"], max_n=2)
    assert several == pytest.approx(1)
    corpus = text.bleu(["a b", "c d"], ["a b", "c x"], max_n=2)
    assert corpus == pytest.approx((3 / 4 * 1 / 2) ** 0.5), "counts are summed before dividing"


def test_log_spectral_distortion_takes_the_root_before_the_mean_over_frames():
    one = np.array([[1.0, 1.0], [1.0, 1.0]])
    other = np.array([[10.0, 1.0], [1.0, 1.0]])
    assert signal.log_spectral_distortion(one, other) == pytest.approx(np.sqrt(50) / 2)
    assert signal.log_spectral_distortion([[0.0]], [[1e-10]]) == 0
    with pytest.raises(InvalidInputError, match="0 or more"):
        signal.log_spectral_distortion([[1.0]], [[-1.0]])


def test_psnr_and_ssim_know_the_range_of_their_type():
    flat, grey = np.zeros((16, 16), np.uint8), np.full((16, 16), 51, np.uint8)
    assert signal.psnr(flat, grey) == pytest.approx(20 * np.log10(255 / 51))
    assert signal.psnr(flat / 255, grey / 255) == pytest.approx(20 * np.log10(5))
    assert signal.psnr(flat, flat) == np.inf
    picture = np.random.default_rng(0).random((16, 16, 3))
    assert signal.ssim(picture, picture) == pytest.approx(1)
    assert signal.ssim(picture, 1 - picture) < 0.2
    with pytest.raises(InvalidInputError, match="one shape"):
        signal.psnr(flat, flat[:4])


def test_rank_correlation_is_scipys_and_asks_only_for_order():
    rng = np.random.default_rng(2)
    one, other = rng.integers(0, 9, (2, 5, 6))
    expected = spearmanr(one.ravel(), other.ravel()).statistic
    assert rank_correlation(one, other) == pytest.approx(expected)
    positive = rng.random((4, 4))
    assert rank_correlation(positive, np.exp(9 * positive)) == pytest.approx(1)
    assert rank_correlation(positive, -positive, absolute=True) == pytest.approx(1)
    assert np.isnan(rank_correlation(positive, np.ones((4, 4))))
    with pytest.raises(InvalidInputError, match="one shape"):
        rank_correlation(positive, positive[:2])


def test_top_k_is_sklearns_without_ties_and_fair_with_them():
    rng = np.random.default_rng(3)
    y_true, y_score = rng.integers(0, 6, 50), rng.random((50, 6))
    for k in (1, 3, 6):
        expected = 1.0 if k == 6 else top_k_accuracy_score(y_true, y_score, k=k, labels=range(6))
        for ties in ("expected", "best", "worst"):
            assert top_k_accuracy(y_true, y_score, k=k, ties=ties) == pytest.approx(expected)
    same = np.zeros((50, 6))
    got = [top_k_accuracy(y_true, same, k=2, ties=t) for t in ("expected", "best", "worst")]
    assert got == pytest.approx([1 / 3, 1, 0])


@pytest.mark.parametrize(
    ("y_true", "k", "ties"),
    [
        ([0, 6], 1, "best"),
        ([0, 1], 7, "best"),
        ([0, 1], 2, "random"),
        ([0, 1], "1", "best"),
        ([0, 1], 1.5, "best"),
    ],
)
def test_top_k_names_wrong_arguments(y_true, k, ties):
    with pytest.raises(InvalidInputError, match="Received"):
        top_k_accuracy(y_true, np.zeros((2, 6)), k=k, ties=ties)
