"""From things to pixels: signed distances to outlines, many scenes at a time."""

from __future__ import annotations

import numpy as np

from coursekit.datasets.scenes.things import (
    BONES,
    COLOURS,
    HEAD_RADIUS,
    KINDS,
    LIMB,
    PERSON,
    Things,
    keypoints,
)

_PIXELS_AT_A_TIME = 1 << 19  # few enough to stay in the processor's cache
_FLOOR = (np.array([92.0, 92.0, 100.0]), np.array([176.0, 172.0, 164.0]))  # far, near
_EDGE = 1.5  # pixels around a thing in which its outline may lie
_THIN = 0.6  # half a limb is at least so many pixels, or it would vanish


def draw(
    things: Things, size: int, noise: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw all scenes.

    Returns:
        images uint8 `(n, size, size, 3)`; instance masks uint8 `(n, size, size)`, 1 + the place of
        the thing seen at a pixel; boxes float32 `(n, k, 4)` around whole outlines, also where a
        nearer thing covers them.
    """
    n, k = things.kind.shape
    images = np.empty((n, size, size, 3), np.uint8)
    masks = np.zeros((n, size, size), np.uint8)
    boxes = np.zeros((n, k, 4), np.float32)
    step = max(1, _PIXELS_AT_A_TIME // (size * size))
    for start in range(0, n, step):
        rows = slice(start, start + step)
        images[rows], masks[rows], boxes[rows] = _draw_some(things.rows(rows), size, noise, rng)
    return images, masks, boxes


def _draw_some(things: Things, size: int, noise: float, rng: np.random.Generator):
    n, k = things.kind.shape
    canvas = np.empty((n, size, size, 3), np.float32)
    height = ((np.arange(size) + 0.5) / size)[:, None, None]
    canvas[:] = (1 - height) * _FLOOR[0] + height * _FLOOR[1]
    if noise:
        canvas += noise * rng.standard_normal(canvas.shape, dtype=np.float32)
    paint = np.array(list(COLOURS.values()), np.float32)[things.colour] + things.shade
    paint = paint.astype(np.float32)
    joint = keypoints(things) * size
    masks = np.zeros((n, size, size), np.uint8)
    boxes = np.zeros((n, k, 4), np.float32)
    order = np.argsort(np.where(things.present, -things.depth(), np.inf), axis=1)  # far first
    for place in order.T:
        which = np.flatnonzero(things.present[np.arange(n), place])
        at = which, place[which]
        x0, y0, side = _windows(things.centre[at], things.radius[at], size)
        u = x0[:, None] + np.arange(side)  # (m, side) columns, rows
        v = y0[:, None] + np.arange(side)
        distance = _distances(things, at, joint, size, u + 0.5, v + 0.5)  # (m, side, side)
        inside = distance < 0
        boxes[at] = _boxes(inside, x0, y0)
        rows, v, u = which[:, None, None], v[:, :, None], u[:, None, :]
        masks[rows, v, u] = np.where(inside, (at[1] + 1)[:, None, None], masks[rows, v, u])
        cover = np.clip(0.5 - distance, 0, 1)[..., None]
        under = canvas[rows, v, u]
        canvas[rows, v, u] = under + cover * (paint[at][:, None, None] - under)
    return np.clip(canvas + 0.5, 0, 255).astype(np.uint8), masks, boxes


def _windows(centre: np.ndarray, radius: np.ndarray, size: int):
    """The least squares of one side that hold every thing, moved into the picture: left columns,
    top rows, side."""
    if not len(centre):
        return np.zeros(0, int), np.zeros(0, int), 1
    reach = 1.15 * size * radius.max() + _EDGE  # raised arms reach beyond the height
    side = min(size, 2 * int(np.ceil(reach)) + 1)
    corner = np.floor(size * centre - side / 2 + 0.5).astype(int)
    corner = np.clip(corner, 0, size - side)
    return corner[:, 0], corner[:, 1], side


def _distances(things: Things, at, joint, size: int, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Signed distances in pixels `(m, side, side)` to the outlines, negative inside."""
    kind, radius = things.kind[at], (size * things.radius[at]).astype(np.float32)
    x = (x - size * things.centre[at][:, :1]).astype(np.float32)[:, None, :]
    y = (y - size * things.centre[at][:, 1:]).astype(np.float32)[:, :, None]
    cos = np.cos(things.angle[at]).astype(np.float32)[:, None, None]
    sin = np.sin(things.angle[at]).astype(np.float32)[:, None, None]
    out = np.empty((len(kind), y.shape[1], x.shape[2]), np.float32)
    for index, outline in enumerate(_OUTLINES):
        rows = kind == index
        if rows.any():
            across = cos[rows] * x[rows] + sin[rows] * y[rows]
            down = cos[rows] * y[rows] - sin[rows] * x[rows]
            out[rows] = outline(across, down, radius[rows, None, None])
    rows = kind == PERSON
    if rows.any():
        local = joint[at][rows] - size * things.centre[at][rows][:, None]
        out[rows] = _person(x[rows], y[rows], radius[rows], local.astype(np.float32))
    return out


def _circle(x, y, r):
    return np.sqrt(x * x + y * y) - r


def _square(x, y, r):
    return np.maximum(np.abs(x), np.abs(y)) - 0.85 * r


def _triangle(x, y, r):
    # Three half planes: the base below, and two sides that meet at the top.
    return np.maximum(y - 0.7 * r, 0.866 * np.abs(x) - 0.5 * (y + r))


def _cross(x, y, r):
    x, y = np.abs(x), np.abs(y)
    return np.maximum(np.maximum(x, y) - r, np.minimum(x, y) - 0.32 * r)


def _ring(x, y, r):
    return np.abs(np.sqrt(x * x + y * y) - 0.74 * r) - 0.26 * r


_OUTLINES = (_circle, _square, _triangle, _cross, _ring)
assert len(_OUTLINES) == len(KINDS) - 1


def _person(x, y, radius, joint):
    """A disc for the head and a line with round ends for each bone; `joint` `(m, 14, 2)`."""
    head = joint[:, 0, :, None, None]
    out = np.hypot(x - head[:, 0], y - head[:, 1]) - HEAD_RADIUS * radius[:, None, None]
    thick = np.maximum(LIMB * radius, _THIN)[:, None, None]
    for one, other in BONES:
        ax, ay = joint[:, one, 0, None, None], joint[:, one, 1, None, None]
        dx = joint[:, other, 0, None, None] - ax
        dy = joint[:, other, 1, None, None] - ay
        px, py = x - ax, y - ay
        along = np.clip((px * dx + py * dy) / np.maximum(dx * dx + dy * dy, 1e-6), 0, 1)
        gap = np.sqrt((px - along * dx) ** 2 + (py - along * dy) ** 2)
        np.minimum(out, gap - thick, out=out)
    return out


def _boxes(inside: np.ndarray, x0: np.ndarray, y0: np.ndarray) -> np.ndarray:
    """Boxes `(m, 4)` x0, y0, x1, y1 around the pixels that are inside; 0 where there are none."""
    side = inside.shape[-1]
    columns, rows = inside.any(axis=1), inside.any(axis=2)
    box = np.stack(
        [
            x0 + columns.argmax(1),
            y0 + rows.argmax(1),
            x0 + side - columns[:, ::-1].argmax(1),
            y0 + side - rows[:, ::-1].argmax(1),
        ],
        axis=1,
    )
    return np.where(columns.any(axis=1)[:, None], box, 0)
