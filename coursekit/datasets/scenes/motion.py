"""Short clips: one thing of a scene acts, and each action has a twin that is it backwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from coursekit.datasets.scenes.scenes import Scenes, annotate, check_picture
from coursekit.datasets.scenes.things import COLOUR_NAMES, KINDS, PERSON, SIZES, Things, draw_things
from coursekit.errors import InvalidInputError

ACTIONS = (
    "moves left",
    "moves right",
    "moves up",
    "moves down",
    "shrinks",
    "grows",
    "lowers arms",
    "raises arms",
)
"""Names of the actions. Each even one is the odd one after it, played backwards."""
_STRIDE = 0.45  # how far a walker's legs open
_STEPS = 3.0  # on the way


@dataclass(frozen=True)
class Motion:
    """`n` clips of `t` frames.

    Attributes:
        labels: int64 `(n,)`, index into `ACTIONS`.
        frames: all frames as `Scenes` with `n * t` rows, clip after clip; place 0 holds the actor.
        length: frames of a clip.
    """

    labels: np.ndarray
    frames: Scenes = field(repr=False)
    length: int

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def clips(self) -> np.ndarray:
        """uint8 `(n, t, size, size, 3)`."""
        return self.frames.images.reshape(len(self), self.length, *self.frames.images.shape[1:])

    def scene(self, clip: int) -> Scenes:
        """The `t` frames of one clip with all annotations."""
        return self.frames[clip * self.length : (clip + 1) * self.length]

    def captions(self) -> list[str]:
        """One sentence per clip: who acts, and how."""
        first = self.frames[:: self.length]
        return [
            f"a {SIZES[int(first.large[row, 0])]} {COLOUR_NAMES[first.colours[row, 0]]} "
            f"{KINDS[first.classes[row, 0]]} {ACTIONS[label]}"
            for row, label in enumerate(self.labels)
        ]


def make_motion(
    n: int,
    *,
    size: int = 32,
    frames: int = 16,
    actions: Sequence[str] = ACTIONS,
    bystanders: int = 1,
    noise: float = 6.0,
    seed: int = 0,
) -> Motion:
    """Draw `n` clips in which one thing acts and the others stand still.

    An action and its twin show frames of the same distribution in opposite order, so that no
    average over frames can tell them apart; the order can.

    Args:
        n: number of clips.
        size: side of the pictures in pixels, 32 to 128.
        frames: frames of a clip, at least 2.
        actions: names out of `ACTIONS`. Arms are raised and lowered by persons only.
        bystanders: things that stand still, 0 to 5.
        noise: standard deviation of the grain, drawn anew in each frame.
        seed: of all draws.

    Returns:
        `Motion`.

    Raises:
        InvalidInputError: if an argument is out of range.
    """
    check_picture(n, size, noise)
    chosen = list(actions)
    if not chosen or not set(chosen) <= set(ACTIONS):
        raise InvalidInputError(
            f"`actions` must be names out of {', '.join(ACTIONS)}. Received: {chosen}"
        )
    if frames < 2 or not 0 <= bystanders < len(COLOUR_NAMES):
        raise InvalidInputError(
            f"`frames` must be at least 2 and `bystanders` from 0 to {len(COLOUR_NAMES) - 1}. "
            f"Received: frames={frames!r}, bystanders={bystanders!r}"
        )
    rng = np.random.default_rng(seed)
    k = 1 + bystanders
    still = draw_things(rng, n, (k, k), np.arange(len(KINDS)), np.arange(len(COLOUR_NAMES)))
    labels = np.array([ACTIONS.index(name) for name in chosen])[rng.integers(0, len(chosen), n)]
    moving = _act(rng, still, labels, frames)
    flat = Things(**{key: value.reshape(-1, *value.shape[2:]) for key, value in moving.items()})
    return Motion(labels, annotate(flat, size, noise, rng), frames)


def _act(rng: np.random.Generator, still: Things, labels: np.ndarray, frames: int) -> dict:
    """The things' arrays with a time axis `(n, t, ...)`, the actor in place 0."""
    n = len(labels)
    pair, backwards = labels // 2, labels % 2 == 0
    time = np.linspace(0, 1, frames)[None]  # forwards is the odd action of the pair
    time = np.where(backwards[:, None], 1 - time, time)  # (n, t)
    still.kind[pair == 3, 0] = PERSON
    out = {
        key: np.repeat(value[:, None], frames, axis=1).copy() for key, value in vars(still).items()
    }
    radius = still.radius[:, 0]
    radius = np.where(pair == 3, np.maximum(radius, 0.17), radius)
    reach = np.clip(rng.uniform(0.35, 0.55, n), 0, 0.98 - 2 * radius)  # length of the way
    low = radius + rng.random(n) * (0.99 - 2 * radius - reach)
    for number, axis in ((0, 0), (1, 1)):
        rows = pair == number
        out["centre"][rows, :, 0, axis] = (low[:, None] + reach[:, None] * time)[rows]
    growth = np.where((pair == 2)[:, None], 0.55 + 0.75 * time, 1.0)
    out["radius"][:, :, 0] = radius[:, None] * growth
    stride = 0.08 + _STRIDE * np.abs(np.sin(np.pi * (_STEPS * time + rng.random(n)[:, None])))
    walks = (pair < 2)[:, None] & (out["kind"][:, :, 0] == PERSON)
    for place in (4, 6):
        leg = out["pose"][:, :, 0, place]
        leg[:] = np.where(walks, stride, leg)
    lifted = 0.2 + 2.5 * time
    for place in (0, 2):
        arm = out["pose"][:, :, 0, place]
        arm[:] = np.where((pair == 3)[:, None], lifted, arm)
    inside = out["radius"][:, :, 0, None] + 0.01
    out["centre"][:, :, 0] = np.clip(out["centre"][:, :, 0], inside, 1 - inside)
    return out
