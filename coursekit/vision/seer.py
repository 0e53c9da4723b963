"""All five answers for one frame after the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from coursekit.vision.worlds import READ_FRAMES, READ_SIZE, Found, smaller


class Answer(NamedTuple):
    """All that was said of one frame: boxes, the class and the distance of each pixel, joints, and
    how likely each action is from the frames until now."""

    found: Found
    classes: np.ndarray
    depth: np.ndarray
    joints: np.ndarray
    actions: np.ndarray


class Seer:
    """Gives five answers for each frame of a clip, one frame at a time, and times itself.

    Args:
        detector, mapper, reader: networks of `coursekit.vision.networks`; the reader is one with an
            LSTM, which reads frames of 32 x 32 pixels.
        least: smallest score of a box.
    """

    def __init__(self, detector, mapper, reader, *, least: float = 0.3):
        self._nets, self._least = (detector, mapper, reader), least
        self._past: list[np.ndarray] = []
        self._seconds: list[float] = []

    @property
    def frames_per_second(self) -> float:
        """From the median time of a frame, the first left out."""
        return float(1 / np.median(self._seconds[1:])) if len(self._seconds) > 1 else float("nan")

    def look(
        self,
        image: np.ndarray,
        from_grid: Callable,
        iou: Callable,
        suppress: Callable,
        read_maps: Callable,
    ) -> Answer:
        """The answers for the next frame, uint8 `(size, size, 3)`, by functions of lab 22."""
        from coursekit.vision import networks

        start = time.perf_counter()
        detector, mapper, reader = self._nets
        grid = networks.grids(detector, image[None], batch_size=1)[0]
        boxes = Found(*from_grid(grid, len(image), self._least)).cleaned(iou, suppress)
        maps = networks.maps(mapper, image[None], batch_size=1)
        joints = np.asarray(read_maps(maps.joints[0]), float)
        self._past = [*self._past, smaller(image, READ_SIZE)][-READ_FRAMES:]
        padded = np.stack([*self._past, *[self._past[-1]] * (READ_FRAMES - len(self._past))])
        actions = networks.action_chances(reader, padded[None])[0, len(self._past) - 1]
        self._seconds.append(time.perf_counter() - start)
        return Answer(boxes, maps.classes[0], maps.depth[0], joints, actions)
