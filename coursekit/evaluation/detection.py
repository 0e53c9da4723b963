"""Numbers for boxes, masks and joints: overlap, suppression, average precision, mIoU, PCK, adapted
Rand error.

Boxes are `(m, 4)`, x0, y0, x1, y1, with widths x1 - x0.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from coursekit.errors import InvalidInputError


def box_iou(boxes, others) -> np.ndarray:
    """Intersection over union of every box with every other `(m, k)`; 0 where both are empty.

    >>> box_iou([[0, 0, 2, 2]], [[1, 0, 3, 2], [5, 5, 6, 6]]).round(3)
    array([[0.333, 0.   ]])
    """
    boxes, others = _boxes("boxes", boxes), _boxes("others", others)
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=-1)
    areas = [(b[:, 2:] - b[:, :2]).prod(axis=-1) for b in (boxes, others)]
    union = areas[0][:, None] + areas[1] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def non_maximum_suppression(boxes, scores, *, threshold: float = 0.5, classes=None) -> np.ndarray:
    """Keep the best box of each heap: in order of score, drop those that overlap one that is kept.

    Args:
        boxes: `(m, 4)`.
        scores: `(m,)`; of equal scores the earlier box counts as better.
        threshold: overlap above which the worse box is dropped.
        classes: `(m,)`, or None. Boxes of two classes do not drop one another.

    Returns:
        Places of the boxes that are kept, best first, int64.

    Raises:
        InvalidInputError: if the lengths differ.
    """
    boxes, scores = _boxes("boxes", boxes), np.asarray(scores, float)
    classes = np.zeros(len(boxes)) if classes is None else np.asarray(classes)
    if not len(boxes) == len(scores) == len(classes):
        raise InvalidInputError(
            f"Expected one score and one class per box. Received: {len(boxes)} boxes, "
            f"{len(scores)} scores, {len(classes)} classes"
        )
    left, kept = np.argsort(-scores, kind="stable"), []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        overlap = box_iou(boxes[best][None], boxes[left])[0]
        left = left[(overlap <= threshold) | (classes[left] != classes[best])]
    return np.array(kept, np.int64)


@dataclass(frozen=True)
class Detection:
    """Average precision of one class.

    Attributes:
        average_precision: area under the precision envelope; nan if there is nothing to find.
        recall, precision: the curve, one point per detection in order of score.
        hits: bool, which detections were right, in that order.
    """

    average_precision: float
    recall: np.ndarray = field(repr=False)
    precision: np.ndarray = field(repr=False)
    hits: np.ndarray = field(repr=False)


def average_precision(
    boxes, scores, images, true_boxes, true_images, *, threshold: float = 0.5
) -> Detection:
    """Average precision of detections of one class over all images together (Everingham et al.
    2010, with the area under the whole envelope).

    In order of score each detection takes the truth of its image that it overlaps most, if that is
    still free and the overlap reaches `threshold`; a second detection of one truth is wrong.

    Args:
        boxes: detections `(m, 4)`.
        scores: `(m,)`.
        images: `(m,)`, in which image each was found.
        true_boxes: `(k, 4)`.
        true_images: `(k,)`.
        threshold: least intersection over union of a hit.

    Raises:
        InvalidInputError: if lengths differ.
    """
    boxes, true_boxes = _boxes("boxes", boxes), _boxes("true_boxes", true_boxes)
    scores, images, true_images = (
        np.asarray(scores, float),
        np.asarray(images),
        np.asarray(true_images),
    )
    if not len(boxes) == len(scores) == len(images) or len(true_boxes) != len(true_images):
        raise InvalidInputError(
            f"Expected one score and one image per box. Received: {len(boxes)} boxes, "
            f"{len(scores)} scores, {len(images)} images; {len(true_boxes)} true boxes, "
            f"{len(true_images)} images"
        )
    order = np.argsort(-scores, kind="stable")
    hits, free = np.zeros(len(boxes), bool), np.ones(len(true_boxes), bool)
    where = {image: np.flatnonzero(true_images == image) for image in np.unique(true_images)}
    for rank, place in enumerate(order):
        there = where.get(images[place])
        if there is None:
            continue
        overlap = box_iou(boxes[place][None], true_boxes[there])[0]
        best = overlap.argmax()
        if overlap[best] >= threshold and free[there[best]]:
            hits[rank], free[there[best]] = True, False
    found = np.cumsum(hits)
    precision = found / np.arange(1, len(boxes) + 1)
    if not len(true_boxes):
        return Detection(float("nan"), np.full(len(boxes), np.nan), precision, hits)
    recall = found / len(true_boxes)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    area = float(np.sum(np.diff(recall, prepend=0) * envelope))
    return Detection(area, recall, precision, hits)


def mean_average_precision(
    boxes, scores, classes, images, true_boxes, true_classes, true_images, *, threshold: float = 0.5
) -> tuple[float, dict[int, float]]:
    """Mean over the classes that occur in the truth of `average_precision`, and the value of each.

    Arguments as there; `classes` `(m,)` and `true_classes` `(k,)` hold integers.
    """
    boxes, true_boxes = _boxes("boxes", boxes), _boxes("true_boxes", true_boxes)
    scores, classes, images, true_classes, true_images = map(
        np.asarray, (scores, classes, images, true_classes, true_images)
    )
    each = {}
    for name in np.unique(true_classes).tolist():
        here, there = classes == name, true_classes == name
        each[name] = average_precision(
            boxes[here], scores[here], images[here], true_boxes[there], true_images[there],
            threshold=threshold,
        ).average_precision  # fmt: skip
    return (float(np.mean(list(each.values()))) if each else float("nan")), each


def mean_iou(y_true, y_pred, num_classes: int) -> tuple[float, np.ndarray]:
    """Mean intersection over union of class masks, from one confusion matrix of all pixels.

    Args:
        y_true: integers of any shape, 0 to `num_classes - 1`.
        y_pred: of the same shape.
        num_classes: number of classes, the floor included.

    Returns:
        The mean over the classes that occur in either, and the value of each `(num_classes,)`, nan
        for a class that occurs in neither.

    Raises:
        InvalidInputError: if shapes differ or a label is out of range.

    >>> mean_iou([0, 0, 1, 1], [0, 1, 1, 1], 3)[1].round(3)
    array([0.5  , 0.667,   nan])
    """
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.shape != y_pred.shape or not all(
        a.size and a.dtype.kind in "ui" and a.min() >= 0 and a.max() < num_classes
        for a in (y_true, y_pred)
    ):
        raise InvalidInputError(
            f"Expected two arrays of one shape with integers from 0 to {num_classes - 1}. "
            f"Received: shapes {y_true.shape} and {y_pred.shape}"
        )
    pairs = num_classes * y_true.ravel().astype(np.int64) + y_pred.ravel().astype(np.int64)
    matrix = np.bincount(pairs, minlength=num_classes**2).reshape(num_classes, num_classes)
    shared, union = np.diag(matrix), matrix.sum(0) + matrix.sum(1) - np.diag(matrix)
    each = np.divide(shared, union, out=np.full(num_classes, np.nan), where=union > 0)
    return float(np.nanmean(each)), each


def keypoint_share(y_true, y_pred, *, scale, alpha: float = 0.1) -> tuple[float, np.ndarray]:
    """Percentage of correct keypoints, PCK@alpha (Yang and Ramanan 2013), as a share.

    Args:
        y_true: `(n, joints, 2)`; joints that are nan do not count.
        y_pred: `(n, joints, 2)`; a prediction of nan is wrong.
        scale: `(n,)` or a number: a length of each body, such as its height.
        alpha: share of `scale` within which a joint is right.

    Returns:
        The share over all joints, and per joint `(joints,)`, nan for one that never counts.
    """
    y_true, y_pred = np.asarray(y_true, float), np.asarray(y_pred, float)
    if y_true.shape != y_pred.shape or y_true.ndim != 3 or y_true.shape[-1] != 2:
        raise InvalidInputError(
            f"Expected two arrays (n, joints, 2). Received: {y_true.shape} and {y_pred.shape}"
        )
    counts = np.isfinite(y_true).all(axis=-1)
    reach = alpha * np.broadcast_to(np.asarray(scale, float), (len(y_true),))
    away = np.hypot(*np.moveaxis(y_pred - y_true, -1, 0))
    right = counts & (np.nan_to_num(away, nan=np.inf) <= reach[:, None])
    total = counts.sum(axis=0)
    each = np.divide(right.sum(axis=0), total, out=np.full(len(total), np.nan), where=total > 0)
    return (float(right.sum() / total.sum()) if total.sum() else float("nan")), each


def adapted_rand_error(y_true, y_pred) -> tuple[float, float, float]:
    """Adapted Rand error of two segmentations (SNEMI3D's measure; scikit-image's): 0 if each piece
    has a label of its own, whatever its number.

    Args:
        y_true: integer labels of any shape; pixels of label 0 do not count.
        y_pred: of the same shape.

    Returns:
        The error; the precision: of the pairs of pixels that `y_pred` joins, the share that
        belongs together, which merging lowers; the recall: of the pairs that belong together, the
        share that it joins, which splitting lowers.
    """
    from skimage.metrics import adapted_rand_error as measured

    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.shape != y_pred.shape or not np.any(y_true):
        raise InvalidInputError(
            f"Expected two label arrays of one shape, the first with a label above 0. Received: "
            f"shapes {y_true.shape} and {y_pred.shape}"
        )
    error, of_true, of_predicted = measured(y_true, y_pred)  # it names them the other way round
    return float(error), float(of_predicted), float(of_true)


def _boxes(name: str, boxes) -> np.ndarray:
    boxes = np.asarray(boxes, float)
    boxes = boxes.reshape(0, 4) if boxes.size == 0 else boxes
    if boxes.ndim != 2 or boxes.shape[1] != 4 or np.any(boxes[:, 2:] < boxes[:, :2]):
        raise InvalidInputError(
            f"`{name}` must be (m, 4) with x0 <= x1 and y0 <= y1. Received: shape {boxes.shape}"
        )
    return boxes
