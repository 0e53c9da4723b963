"""Scenes with one person, and what networks are to say of them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from coursekit.datasets.scenes import ACTIONS, KEYPOINTS, KINDS, Scenes, make_motion, make_scenes
from coursekit.errors import InvalidInputError
from coursekit.evaluation.detection import non_maximum_suppression

KEPT = Path(__file__).with_name("weights.npz")
"""Weights of the networks that were taught before."""
ABOUT = "about"
PERSON = KINDS.index("person")
_ENOUGH = 4  # scenes drawn for each that has exactly one person
READ_SIZE, READ_FRAMES = 32, 16  # of clips, for readers of actions


def kept_facts(path: Path = KEPT) -> dict:
    """How good the networks that were taught before are on what is new to them, and what they were
    trained on."""
    with np.load(path) as kept:
        return json.loads(str(kept[ABOUT]))


def people(n: int, *, size: int = 48, seed: int = 0) -> Scenes:
    """`n` scenes of one to four things, exactly one of them a person.

    Args:
        n: number of scenes.
        size: side of the pictures in pixels, 32 to 128.
        seed: of all draws.

    Raises:
        InvalidInputError: if `n` is not positive or `size` is out of range.
    """
    parts, found, turn = [], 0, 0
    while found < n or not parts:
        scenes = make_scenes(_ENOUGH * n, size=size, seed=seed + 100_003 * turn)
        alone = np.sum(scenes.classes == PERSON, axis=1) == 1
        parts.append(scenes[alone])
        found, turn = found + int(alone.sum()), turn + 1
    names = [part.name for part in fields(Scenes)]
    return Scenes(**{k: np.concatenate([getattr(p, k) for p in parts])[:n] for k in names})


@dataclass(frozen=True)
class Clip:
    """One clip with its plan.

    Attributes:
        scene: the frames as `Scenes`.
        action: index into `ACTIONS`.
    """

    scene: Scenes = field(repr=False)
    action: int

    @property
    def images(self) -> np.ndarray:
        """uint8 `(t, size, size, 3)`."""
        return self.scene.images


def walk(size: int = 48, *, seed: int = 0) -> Clip:
    """A clip of 16 frames in which a person, the only one, walks to the left or to the right."""
    for turn in range(100):
        motion = make_motion(
            24,
            size=size,
            frames=READ_FRAMES,
            actions=ACTIONS[:2],
            bystanders=2,
            seed=seed + 100_003 * turn,
        )
        first = motion.frames.classes[:: motion.length]
        fits = (first[:, 0] == PERSON) & (np.sum(first == PERSON, axis=1) == 1)
        for row in np.flatnonzero(fits):
            return Clip(motion.scene(int(row)), int(motion.labels[row]))
    raise AssertionError("one person in 24 x 100 clips is as good as certain")


def things(scenes: Scenes) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Of each scene the boxes `(m, 4)` and classes `(m,)` of what is there."""
    for boxes, classes, there in zip(scenes.boxes, scenes.classes, scenes.present, strict=True):
        yield boxes[there].astype(float), classes[there]


class Bodies(NamedTuple):
    """The person of each scene: joints `(n, 14, 2)` in pixels; heights `(n,)`, from the head's
    joint to the middle between the ankles, in pixels."""

    joints: np.ndarray
    heights: np.ndarray


def bodies(scenes: Scenes) -> Bodies:
    """The one person of each scene.

    Raises:
        InvalidInputError: if a scene has none, or several.
    """
    persons = scenes.classes == PERSON
    if not np.all(persons.sum(axis=1) == 1):
        raise InvalidInputError("Expected scenes with exactly one person each; see `people`.")
    joints = scenes.keypoints[persons].astype(float)
    ankles = [KEYPOINTS.index(f"{side} ankle") for side in ("left", "right")]
    feet = joints[:, ankles].mean(axis=1)
    return Bodies(joints, np.linalg.norm(joints[:, 0] - feet, axis=-1))


def map_targets(scenes: Scenes, heat_map: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """What a network of maps is to say of scenes with one person.

    Args:
        scenes: `n` of them.
        heat_map: a joint's map `(size, size)` from its place (x, y).

    Returns:
        float16 `(n, size, size, 16)`: class of the pixel (0 the floor, else 1 + index into
        `KINDS`), distance from 0.2 to 1, and a heat map for each of 14 joints.
    """
    joints = bodies(scenes).joints
    out = np.empty((len(scenes), scenes.size, scenes.size, 2 + joints.shape[1]), np.float16)
    out[..., 0], out[..., 1] = scenes.class_mask, scenes.depth
    for row, body in enumerate(joints):
        for place, joint in enumerate(body):
            out[row, :, :, 2 + place] = heat_map(joint)
    return out


def confusion(y_true: np.ndarray, y_pred: np.ndarray, num_classes: int = len(KINDS) + 1):
    """Counts of pixels `(num_classes, num_classes)`: rows the truth, columns the answer."""
    pairs = num_classes * np.ravel(y_true).astype(int) + np.ravel(y_pred).astype(int)
    return np.bincount(pairs, minlength=num_classes**2).reshape(num_classes, num_classes)


class Found:
    """What a detector found in one picture: `boxes` `(m, 4)`, `scores` `(m,)`, `classes` `(m,)`."""

    def __init__(self, boxes: Any, scores: Any, classes: Any):
        self.boxes = np.asarray(boxes, float).reshape(-1, 4)
        self.scores = np.asarray(scores, float).reshape(-1)
        self.classes = np.asarray(classes).reshape(-1).astype(int)

    def __len__(self) -> int:
        return len(self.boxes)

    def keep(self, places: Sequence[int]) -> Found:
        """Those at some places."""
        places = np.asarray(places, int).reshape(-1)
        return Found(self.boxes[places], self.scores[places], self.classes[places])

    def cleaned(self, iou: Callable, suppress: Callable, most: float = 0.4) -> Found:
        """Those that stay after `suppress(iou(boxes, boxes), scores, classes, most)`."""
        if not len(self):
            return self
        overlap = iou(self.boxes, self.boxes)
        return self.keep(suppress(overlap, self.scores, self.classes, most))


def found(grid: np.ndarray, size: int, *, least: float = 0.1, most: float = 0.4) -> Found:
    """The boxes of one grid, double answers taken out.

    Args:
        grid: `(cells, cells, 5 + classes)`, numbers from 0 to 1: whether there is a thing, where in
            its cell the centre lies (x, y), width and height as shares of the picture, and each
            class.
        size: side of the picture in pixels.
        least: smallest score.
        most: overlap allowed between two boxes of a class.
    """
    scores = grid[..., 0] * grid[..., 5:].max(axis=-1)
    rows, columns = np.nonzero(scores >= least)
    cell = size / len(grid)
    here = grid[rows, columns]
    centre = cell * (np.stack([columns, rows], axis=1) + here[:, 1:3])
    half = size * here[:, 3:5] / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    classes = here[:, 5:].argmax(axis=1)
    all_of_them = Found(boxes, scores[rows, columns], classes)
    places = non_maximum_suppression(boxes, all_of_them.scores, threshold=most, classes=classes)
    return all_of_them.keep(places)


class Rated(NamedTuple):
    """A detector's score and how many frames a second it reads, one at a time."""

    score: float
    speed: float


def seconds_each(step: Callable[[Any], Any], inputs: Sequence, *, warmup: int = 3) -> float:
    """Median seconds of `step` on one input after the other; `warmup` of them go before."""
    for one in inputs[:warmup]:
        step(one)
    seconds = []
    for one in inputs:
        start = time.perf_counter()
        step(one)
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds))


def smaller(image: np.ndarray, size: int) -> np.ndarray:
    """A picture, uint8 `(h, w, 3)`, at `size` x `size`, smoothed as needed."""
    from PIL import Image

    if image.shape[0] == size:
        return image
    return np.asarray(Image.fromarray(image).resize((size, size), Image.Resampling.BOX))
