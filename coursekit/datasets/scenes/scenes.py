"""`Scenes`: pictures with every annotation, from one seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from coursekit.datasets.scenes import drawing, words
from coursekit.datasets.scenes.things import (
    COLOUR_NAMES,
    KINDS,
    Things,
    draw_things,
    floor_depth,
    keypoints,
)
from coursekit.datasets.scenes.words import Questions
from coursekit.errors import InvalidInputError

_SMALLEST, _LARGEST = 32, 128


@dataclass(frozen=True)
class Scenes:
    """`n` pictures with up to `k` things each, and what is true of them.

    Places are in pixels, x to the right and y down, with (0, 0) at the outer corner of the first
    pixel, whose centre is (0.5, 0.5). The floor is seen from above: what stands lower in the
    picture is nearer and covers what is behind it.

    Attributes:
        images: uint8 `(n, size, size, 3)`.
        instance_mask: uint8 `(n, size, size)`, 0 for the floor, else 1 + the place of the thing.
        boxes: float32 `(n, k, 4)`, x0, y0, x1, y1 around the whole outline, also where a nearer
            thing covers it; x1 - x0 is the width. Zeros where there is no thing.
        present: bool `(n, k)`, whether there is a thing at this place.
        classes: int64 `(n, k)`, index into `KINDS`; -1 where there is no thing.
        colours: int64 `(n, k)`, index into `COLOUR_NAMES`; no two things of a scene share one. -1
            where there is no thing.
        large: bool `(n, k)`.
        centres: float32 `(n, k, 2)`, x and y; nan where there is no thing.
        depths: float32 `(n, k)`, from 0.2 (near) to 1 (far); nan where there is no thing.
        keypoints: float32 `(n, k, 14, 2)`, the joints named in `KEYPOINTS`, x and y; nan where
            there is no person.
    """

    images: np.ndarray = field(repr=False)
    instance_mask: np.ndarray = field(repr=False)
    boxes: np.ndarray = field(repr=False)
    present: np.ndarray = field(repr=False)
    classes: np.ndarray = field(repr=False)
    colours: np.ndarray = field(repr=False)
    large: np.ndarray = field(repr=False)
    centres: np.ndarray = field(repr=False)
    depths: np.ndarray = field(repr=False)
    keypoints: np.ndarray = field(repr=False)

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index) -> Scenes:
        """The scenes of a slice, a mask or an array of rows."""
        if isinstance(index, int | np.integer):
            raise InvalidInputError(
                f"Scenes are cut by slices, masks or arrays, so that all arrays keep their axes. "
                f"Received: {index}. Use scenes[{index}:{index + 1}], or scenes.images[{index}]."
            )
        return Scenes(**{name: value[index] for name, value in vars(self).items()})

    @property
    def size(self) -> int:
        """Side of a picture in pixels."""
        return self.images.shape[1]

    @property
    def class_mask(self) -> np.ndarray:
        """uint8 `(n, size, size)`: 0 for the floor, else 1 + the class of the thing seen there."""
        table = np.zeros((len(self), self.present.shape[1] + 1), np.uint8)
        table[:, 1:] = self.classes + 1
        return self._by_instance(table)

    @property
    def depth(self) -> np.ndarray:
        """float32 `(n, size, size)`: distance of what is seen at each pixel, 0.2 near to 1 far."""
        floor = floor_depth((np.arange(self.size) + 0.5) / self.size).astype(np.float32)
        table = np.concatenate([np.zeros((len(self), 1), np.float32), self.depths], axis=1)
        seen = self._by_instance(table)
        return np.where(self.instance_mask == 0, floor[:, None], seen)

    @property
    def visible(self) -> np.ndarray:
        """bool `(n, k, 14)`: joints inside the picture that no nearer thing covers."""
        joint = self.keypoints
        known = np.isfinite(joint).all(axis=-1)
        pixel = np.floor(np.where(known[..., None], joint, -1)).astype(int)
        known &= ((pixel >= 0) & (pixel < self.size)).all(axis=-1)
        x, y = np.moveaxis(np.clip(pixel, 0, self.size - 1), -1, 0)
        seen = self.instance_mask[np.arange(len(self))[:, None, None], y, x].astype(int)
        place = np.arange(joint.shape[1])[:, None]
        depths = np.concatenate([np.full((len(self), 1), np.inf), self.depths], axis=1)
        nearer = depths[np.arange(len(self))[:, None, None], seen] < self.depths[..., None]
        return known & ((seen == place + 1) | ~nearer)

    def attributes(self, row: int) -> list[dict]:
        """The things of one scene as dicts with kind, colour, size, centre, depth and box."""
        return [
            {
                "kind": KINDS[self.classes[row, place]],
                "colour": COLOUR_NAMES[self.colours[row, place]],
                "size": "large" if self.large[row, place] else "small",
                "centre": tuple(float(v) for v in self.centres[row, place]),
                "depth": float(self.depths[row, place]),
                "box": tuple(float(v) for v in self.boxes[row, place]),
            }
            for place in np.flatnonzero(self.present[row])
        ]

    def state(self) -> np.ndarray:
        """The scenes as lists of objects, for networks that get no picture.

        Returns:
            float32 `(n, 6, 11)`, one row per colour, zeros where no thing has it: a 1 for
            presence, six for the kind (one-hot), 1 if large, x and y from -1 to 1, depth.
        """
        out = np.zeros((len(self), len(COLOUR_NAMES), 5 + len(KINDS)), np.float32)
        row, place = np.nonzero(self.present)
        at = row, self.colours[row, place]
        out[(*at, 0)] = 1
        out[(*at, 1 + self.classes[row, place])] = 1
        out[(*at, 1 + len(KINDS))] = self.large[row, place]
        for axis in (0, 1):
            out[(*at, 2 + len(KINDS) + axis)] = 2 * self.centres[row, place, axis] / self.size - 1
        out[(*at, 4 + len(KINDS))] = self.depths[row, place]
        return out

    def captions(self) -> list[str]:
        """The canonical caption of each scene, one sentence that its picture determines: of two
        things the one to the left, or above, comes first; more things are named from left to
        right."""
        return [words.caption(self, row) for row in range(len(self))]

    def paraphrases(self, count: int = 3, *, seed: int = 0) -> list[list[str]]:
        """`count` sentences for each scene that say the same in other words.

        Args:
            count: sentences per scene, drawn independently: they may repeat.
            seed: of the draws.
        """
        rng = np.random.default_rng(seed)
        return [[words.caption(self, row, rng) for _ in range(count)] for row in range(len(self))]

    def questions(
        self, per_scene: int = 10, *, relational: bool | None = None, seed: int = 0
    ) -> Questions:
        """Questions with answers, after sort-of-CLEVR (Santoro et al. 2017).

        Args:
            per_scene: questions about each scene.
            relational: True for questions that compare things, False for the others, None for
                both.
            seed: of the draws.

        Returns:
            `Questions`. Scenes with one thing are left out unless `relational` is False.

        Raises:
            InvalidInputError: if no scene has enough things.
        """
        return words.ask(self, per_scene, relational, seed)

    def _by_instance(self, table: np.ndarray) -> np.ndarray:
        return np.take_along_axis(table, self.instance_mask.reshape(len(self), -1), axis=1).reshape(
            self.instance_mask.shape
        )


def make_scenes(
    n: int,
    *,
    size: int = 32,
    objects: int | tuple[int, int] = (1, 4),
    kinds: Sequence[str] = KINDS,
    colours: Sequence[str] = COLOUR_NAMES,
    noise: float = 6.0,
    seed: int = 0,
) -> Scenes:
    """Draw `n` scenes: shapes and stick figures on a floor, with all annotations.

    Args:
        n: number of scenes.
        size: side of the pictures in pixels, 32 to 128.
        objects: things in a scene, one number or the least and the most.
        kinds: names out of `KINDS`.
        colours: names out of `COLOUR_NAMES`, at least as many as things.
        noise: standard deviation of the grain on the floor, in grey levels of 255.
        seed: of all draws; equal arguments give equal scenes.

    Returns:
        `Scenes`.

    Raises:
        InvalidInputError: if an argument is out of range.

    >>> scenes = make_scenes(3, objects=2, kinds=["circle", "square"], seed=1)
    >>> scenes.images.shape, scenes.boxes.shape
    ((3, 32, 32, 3), (3, 2, 4))
    """
    check_picture(n, size, noise)
    counts = _counts(objects, len(colours))
    rng = np.random.default_rng(seed)
    things = draw_things(
        rng, n, counts, _codes("kinds", kinds, KINDS), _codes("colours", colours, COLOUR_NAMES)
    )
    return annotate(things, size, noise, rng)


def annotate(things: Things, size: int, noise: float, rng: np.random.Generator) -> Scenes:
    """Draw things and collect what is true of them."""
    images, mask, boxes = drawing.draw(things, size, noise, rng)
    there = things.present
    return Scenes(
        images=images,
        instance_mask=mask,
        boxes=boxes,
        present=there,
        classes=np.where(there, things.kind, -1).astype(np.int64),
        colours=np.where(there, things.colour, -1).astype(np.int64),
        large=things.large & there,
        centres=np.where(there[..., None], size * things.centre, np.nan).astype(np.float32),
        depths=np.where(there, things.depth(), np.nan).astype(np.float32),
        keypoints=(size * keypoints(things)).astype(np.float32),
    )


def check_picture(n: int, size: int, noise: float) -> None:
    """Raise `InvalidInputError` unless pictures of these numbers can be drawn."""
    for name, value, low, high in (
        ("n", n, 1, None),
        ("size", size, _SMALLEST, _LARGEST),
    ):
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if not whole or value < low or (high and value > high):
            limit = f"from {low} to {high}" if high else f"of at least {low}"
            raise InvalidInputError(
                f"`{name}` must be an integer {limit}. Received: {name}={value!r}"
            )
    if not np.isfinite(noise) or noise < 0:
        raise InvalidInputError(f"`noise` must be 0 or more. Received: noise={noise!r}")


def _counts(objects, colours: int) -> tuple[int, int]:
    counts = (objects, objects) if isinstance(objects, int | np.integer) else tuple(objects)
    if len(counts) != 2 or not 0 <= counts[0] <= counts[1] <= colours or counts[1] < 1:
        raise InvalidInputError(
            f"`objects` must be a number or the least and the most, at most one per colour "
            f"(here {colours}). Received: objects={objects!r}"
        )
    return int(counts[0]), int(counts[1])


def _codes(argument: str, names: Sequence[str], known: Sequence[str]) -> np.ndarray:
    names = [names] if isinstance(names, str) else list(names)
    if not names or len(set(names)) != len(names) or not set(names) <= set(known):
        raise InvalidInputError(
            f"`{argument}` must be different names out of {', '.join(known)}. Received: {names}"
        )
    return np.array([known.index(name) for name in names])
