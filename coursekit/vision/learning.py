"""The networks of lab 22 trained once, their weights in the package: a detector and a mapper for
pictures of 48 x 48 pixels, a reader of actions, a finder of membranes."""

from __future__ import annotations

import datetime
import json
import time
from pathlib import Path

import keras
import numpy as np

from coursekit.datasets.scenes import KINDS, make_motion
from coursekit.datasets.volumes import make_neurites
from coursekit.errors import InvalidInputError
from coursekit.evaluation.detection import (
    adapted_rand_error,
    keypoint_share,
    mean_average_precision,
    mean_iou,
)
from coursekit.vision import networks
from coursekit.vision.volumes import flood
from coursekit.vision.worlds import (
    ABOUT,
    KEPT,
    Found,
    bodies,
    found,
    map_targets,
    people,
    things,
)

SIZE, CELLS = 48, 6
VOLUME = (10, 40, 40)
NAMES = ("detector", "mapper", "reader", "membranes")


def build(name: str) -> keras.Model:
    """One of `NAMES`, with fresh weights.

    Raises:
        InvalidInputError: if it is another name.
    """
    if name == "detector":
        return networks.detector(SIZE, CELLS)
    if name == "mapper":
        return networks.mapper(SIZE)
    if name == "reader":
        return networks.clip_reader("LSTM")
    if name == "membranes":
        return networks.membranes(VOLUME)
    raise InvalidInputError(f"`name` must be one of {', '.join(NAMES)}. Received: {name!r}")


def load(name: str, path: Path = KEPT) -> keras.Model:
    """One of `NAMES`, trained before."""
    model = build(name)
    with np.load(path) as kept:
        values = [kept[f"{name}{place}"] for place in range(len(model.weights))]
    model.set_weights([value.astype(np.float32) for value in values])
    return model


def grid_of(boxes: np.ndarray, classes: np.ndarray, size: int, cells: int) -> np.ndarray:
    """What a detector is to say of one picture, as `coursekit.vision.found` reads it. Of several
    things in a cell the largest stands there."""
    grid = np.zeros((cells, cells, 5 + len(KINDS)), np.float32)
    sides = boxes[:, 2:] - boxes[:, :2]
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2 * cells / size
    for k in np.argsort(sides.prod(axis=1), kind="stable"):
        across, down = centre[k].astype(int)
        one_hot = np.arange(len(KINDS)) == classes[k]
        grid[down, across] = [1, *(centre[k] % 1), *(sides[k] / size), *one_hot]
    return grid


def bell(joint: np.ndarray, size: int, spread: float) -> np.ndarray:
    """Probabilities `(size, size)` around a joint (x, y), normal with a standard deviation."""
    away = np.arange(size) + 0.5 - np.asarray(joint)[:, None]
    x, y = np.exp(-0.5 * (away / spread) ** 2)
    return np.outer(y, x) / (x.sum() * y.sum())


def train_references(
    *,
    scenes: int = 3_000,
    clips: int = 1_200,
    tissues: int = 10,
    share: float = 1.0,
    path: Path = KEPT,
    progress: str = "none",
) -> dict:
    """Train all of them, judge them on what is new, and write the weights in float16.

    Args:
        scenes, clips, tissues: how many to learn from.
        share: of the passes; less for a trial.
        path: of the file.
        progress: as in `coursekit.training.fit`.

    Returns:
        What `coursekit.vision.kept_facts` gives.
    """
    start = time.perf_counter()
    world = people(scenes + 200, size=SIZE, seed=7)
    known, new = world[:scenes], world[scenes:]

    nets = {name: build(name) for name in NAMES}

    def lesson(name: str, x, y, loss, epochs: int, **options) -> None:
        options = {"epochs": max(1, round(share * epochs)), "batch_size": 20} | options
        networks.teach(nets[name], x, y, loss, **options, progress=progress)

    grids = np.array([grid_of(*thing, SIZE, CELLS) for thing in things(known)])
    lesson("detector", known.images, grids, networks.grid_loss, 15)
    motion, show = (make_motion(n, size=32, seed=7 + n) for n in (clips, 200))
    lesson("reader", motion.clips, motion.labels, networks.label_loss, 12, learning_rate=4e-3)
    tissue, test = (make_neurites(n, shape=VOLUME, seed=7 + n) for n in (tissues, 4))
    masks = (tissue.labels == 0)[..., None]
    lesson("membranes", tissue.images, masks, networks.mask_loss, 24, batch_size=1)
    targets = map_targets(known, lambda joint: bell(joint, SIZE, SIZE / 32))
    lesson("mapper", known.images, targets, networks.map_loss, 10)
    found_there = networks.probabilities(nets["membranes"], test.images, batch_size=1)
    errors = [
        adapted_rand_error(labels, flood(p))[0]
        for labels, p in zip(test.labels, found_there, strict=True)
    ]
    facts = {
        **_judged(nets, new),
        "rand_error": float(np.mean(errors)),
        "actions": float(np.mean(networks.chosen(nets["reader"], show.clips) == show.labels)),
        "trained_on": f"{scenes:,} scenes, {clips:,} clips, {tissues} volumes",
        "seconds": round(time.perf_counter() - start),
        "date": datetime.date.today().isoformat(),
        "backend": keras.config.backend(),
        "parameters": sum(net.count_params() for net in nets.values()),
    }
    arrays = {
        f"{name}{place}": value.astype(np.float16)
        for name, net in nets.items()
        for place, value in enumerate(net.get_weights())
    }
    with open(path, "wb") as file:
        np.savez_compressed(file, **arrays, **{ABOUT: np.array(json.dumps(facts))})
    return facts


def _judged(nets: dict[str, keras.Model], new) -> dict[str, float]:
    answers = [found(grid, SIZE) for grid in networks.grids(nets["detector"], new.images)]
    truth = list(things(new))
    many = [len(one) for one in answers], [len(boxes) for boxes, _ in truth]
    where = [np.repeat(np.arange(len(new)), counts) for counts in many]
    all_of = Found(*(np.concatenate([getattr(a, k) for a in answers]) for k in vars(answers[0])))
    boxes, classes = (np.concatenate(part) for part in zip(*truth, strict=True))
    mean, _ = mean_average_precision(
        all_of.boxes, all_of.scores, all_of.classes, where[0], boxes, classes, where[1]
    )
    maps = networks.maps(nets["mapper"], new.images)
    folk = bodies(new)
    joints = np.array([_means(logits) for logits in maps.joints])
    share, _ = keypoint_share(folk.joints, joints, scale=folk.heights)
    parsed, _ = mean_iou(new.class_mask, maps.classes, len(KINDS) + 1)
    return {"mean_average_precision": mean, "mean_iou": parsed, "keypoints": share}


def _means(logits: np.ndarray) -> np.ndarray:
    """The places `(joints, 2)` that maps `(h, w, joints)` point at: one-dimensional softmaxes of
    what is summed up along the other axis."""
    heat = np.exp(logits - logits.max(axis=(0, 1)))
    along = [heat.sum(axis=axis) for axis in (0, 1)]  # (w, joints), (h, joints)
    places = [(np.arange(len(a)) + 0.5) @ (a / a.sum(axis=0)) for a in along]
    return np.stack(places, axis=-1)
