"""What stands in a scene: kinds, colours, places, poses. Numbers only; nothing is drawn here.

Lengths and places are shares of the picture's side, x to the right and y down; angles are in
radians.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

KINDS = ("circle", "square", "triangle", "cross", "ring", "person")
COLOURS = {
    "red": (214, 39, 40),
    "green": (44, 150, 44),
    "blue": (38, 92, 214),
    "yellow": (240, 200, 30),
    "purple": (150, 60, 190),
    "cyan": (60, 200, 215),
}
COLOUR_NAMES = tuple(COLOURS)
SIZES = ("small", "large")
PERSON = KINDS.index("person")

KEYPOINTS = (
    "head",
    "neck",
    "left shoulder",
    "left elbow",
    "left wrist",
    "right shoulder",
    "right elbow",
    "right wrist",
    "left hip",
    "left knee",
    "left ankle",
    "right hip",
    "right knee",
    "right ankle",
)
"""Joints of a person; left and right as the viewer sees them."""

BONES = (
    (0, 1),
    (2, 5),
    (2, 3),
    (3, 4),
    (5, 6),
    (6, 7),
    (1, 8),
    (1, 11),
    (8, 11),
    (8, 9),
    (9, 10),
    (11, 12),
    (12, 13),
)
"""Pairs of joints that a line connects."""

# Half a person's height is 1: the figure reaches from -1 (top of the head) to 1 (feet).
_HEAD, _NECK, _SHOULDER, _HIP = (0.0, -0.80), (0.0, -0.56), (0.24, -0.50), (0.15, 0.08)
_UPPER_ARM, _FOREARM, _THIGH, _SHIN = 0.36, 0.34, 0.44, 0.44
HEAD_RADIUS = 0.22
LIMB = 0.085  # half the thickness of arms and legs

_RADIUS = {False: (0.095, 0.115), True: (0.155, 0.185)}
_TALLER = 1.5  # a person's half height over the radius of a shape of the same size
_TRIES = 24


@dataclass
class Things:
    """`k` places for things in each of `n` scenes. `pose` holds eight angles for a person:
    shoulder and elbow, left then right, hip and knee, left then right, each outwards from hanging
    straight down."""

    present: np.ndarray  # (n, k) bool
    kind: np.ndarray  # (n, k) index into KINDS
    colour: np.ndarray  # (n, k) index into COLOUR_NAMES
    large: np.ndarray  # (n, k) bool
    centre: np.ndarray  # (n, k, 2) x, y
    radius: np.ndarray  # (n, k)
    angle: np.ndarray  # (n, k)
    pose: np.ndarray  # (n, k, 8)
    shade: np.ndarray  # (n, k, 3) added to the colour's red, green and blue

    def rows(self, index) -> Things:
        """The scenes of a NumPy index."""
        return Things(**{name: value[index] for name, value in vars(self).items()})

    def depth(self) -> np.ndarray:
        """Distance from the viewer `(n, k)`: that of the floor where the thing stands."""
        return floor_depth(self.centre[..., 1] + self.radius)


def floor_depth(y: np.ndarray) -> np.ndarray:
    """Distance of the floor at the height `y` of the picture: 1 at its top, 0.2 at its bottom."""
    return 1 - 0.8 * np.clip(y, 0, 1)


def draw_things(
    rng: np.random.Generator,
    n: int,
    counts: tuple[int, int],
    kinds: np.ndarray,
    colours: np.ndarray,
) -> Things:
    """Draw `counts[0]` to `counts[1]` things for each of `n` scenes: no two of one colour, and
    apart from one another where the picture has room."""
    k = counts[1]
    number = rng.integers(counts[0], counts[1] + 1, n)
    kind = kinds[rng.integers(0, len(kinds), (n, k))]
    colour = colours[np.argsort(rng.random((n, len(colours))), axis=1)[:, :k]]
    large = rng.random((n, k)) < 0.5
    low = np.where(large, _RADIUS[True][0], _RADIUS[False][0])
    high = np.where(large, _RADIUS[True][1], _RADIUS[False][1])
    radius = rng.uniform(low, high) * np.where(kind == PERSON, _TALLER, 1)
    tilt = np.where(kind == PERSON, 0.12, 0.3)
    return Things(
        present=np.arange(k) < number[:, None],
        kind=kind,
        colour=colour,
        large=large,
        centre=_places(rng, radius, number),
        radius=radius,
        angle=rng.uniform(-tilt, tilt),
        pose=draw_poses(rng, (n, k)),
        shade=rng.uniform(-14, 14, (n, k, 3)),
    )


def draw_poses(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Eight angles of a person for each entry of `shape`."""
    low = np.array([0.15, -0.9, 0.15, -0.9, 0.02, -0.5, 0.02, -0.5])
    high = np.array([2.6, 1.3, 2.6, 1.3, 0.5, 0.1, 0.5, 0.1])
    return rng.uniform(low, high, (*shape, 8))


def joints(pose: np.ndarray) -> np.ndarray:
    """Joints `(..., 14, 2)` of persons of half height 1 about (0, 0), from `pose` `(..., 8)`."""
    out = np.zeros((*pose.shape[:-1], len(KEYPOINTS), 2))
    out[..., 0, :], out[..., 1, :] = _HEAD, _NECK
    for side, sign in ((0, -1.0), (1, 1.0)):
        shoulder, elbow = pose[..., 2 * side], pose[..., 2 * side + 1]
        hip, knee = pose[..., 4 + 2 * side], pose[..., 5 + 2 * side]
        for first, start, lengths, angles in (
            (2 + 3 * side, _SHOULDER, (_UPPER_ARM, _FOREARM), (shoulder, shoulder + elbow)),
            (8 + 3 * side, _HIP, (_THIGH, _SHIN), (hip, hip + knee)),
        ):
            out[..., first, :] = sign * start[0], start[1]
            for step, (length, angle) in enumerate(zip(lengths, angles, strict=True), first):
                out[..., step + 1, 0] = out[..., step, 0] + sign * length * np.sin(angle)
                out[..., step + 1, 1] = out[..., step, 1] + length * np.cos(angle)
    return out


def keypoints(things: Things) -> np.ndarray:
    """Joints `(n, k, 14, 2)` as shares of the side; nan where no person stands."""
    unit = joints(things.pose)
    cos, sin = np.cos(things.angle)[..., None], np.sin(things.angle)[..., None]
    x = cos * unit[..., 0] - sin * unit[..., 1]
    y = sin * unit[..., 0] + cos * unit[..., 1]
    found = things.centre[:, :, None] + things.radius[..., None, None] * np.stack([x, y], -1)
    found[~((things.kind == PERSON) & things.present)] = np.nan
    return found


def _places(rng: np.random.Generator, radius: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Centres `(n, k, 2)` inside the picture. Of several tries the first is taken that keeps clear
    of the things placed before; where there is none, the one that comes nearest to it."""
    n, k = radius.shape
    centre = np.zeros((n, k, 2))
    for j in range(k):
        edge = radius[:, j, None, None] + 0.01
        tries = edge + rng.random((n, _TRIES, 2)) * (1 - 2 * edge)
        if j:
            offset = np.abs(tries[:, :, None] - centre[:, None, :j])  # (n, tries, j, 2)
            gap = np.hypot(offset[..., 0], offset[..., 1])
            gap -= 0.95 * (radius[:, None, :j] + radius[:, j, None, None])
            gap = np.where(np.arange(j) < number[:, None, None], gap, 1)
            # Of the first two, one is clearly beside or clearly above the other.
            plain = np.abs(offset[:, :, 0, 0] - offset[:, :, 0, 1]) - 0.06
            room = np.minimum(gap.min(axis=2), np.where(j == 1, plain, 1))
            best = np.where(room >= 0, np.arange(_TRIES, 0, -1), room - 1).argmax(axis=1)
        else:
            best = np.zeros(n, int)
        centre[:, j] = tries[np.arange(n), best]
    return centre
