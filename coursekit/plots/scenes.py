"""Pictures of generated scenes: boxes, masks, skeletons, depth, and a gallery of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from coursekit.errors import InvalidInputError
from coursekit.plots.images import draw_image
from coursekit.plots.style import INK, PALETTE, figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_boxes(
    ax: Axes,
    boxes: np.ndarray,
    labels: Sequence[str] = (),
    *,
    colour: str = PALETTE[1],
    width: float = 1.6,
) -> Axes:
    """Draw frames over an image.

    Args:
        ax: axes that show an image, its pixel (0, 0) around the point (0, 0), as `draw_image` does.
        boxes: `(m, 4)`, x0, y0, x1, y1 in pixels from the outer corner of the first pixel.
        labels: one text per box, or none.
        colour: of frames and texts.
        width: of the lines in points.

    Returns:
        `ax`.

    Raises:
        InvalidInputError: if `boxes` or the number of labels does not fit.
    """
    from matplotlib.patches import Rectangle

    boxes = np.asarray(boxes, dtype=float).reshape(-1, 4) if np.size(boxes) else np.zeros((0, 4))
    if len(labels) and len(labels) != len(boxes):
        raise InvalidInputError(
            f"Expected one label per box. Received: {len(labels)} labels, {len(boxes)} boxes"
        )
    for row, (x0, y0, x1, y1) in enumerate(boxes):
        ax.add_patch(
            Rectangle((x0 - 0.5, y0 - 0.5), x1 - x0, y1 - y0, fill=False, ec=colour, lw=width)
        )
        if len(labels):
            ax.annotate(
                labels[row],
                (x0 - 0.5, y0 - 0.5),
                xytext=(1, 1),
                textcoords="offset points",
                fontsize=7,
                color="white",
                bbox={"facecolor": colour, "edgecolor": "none", "pad": 1},
            )
    return ax


def draw_skeleton(
    ax: Axes,
    keypoints: np.ndarray,
    bones: Sequence[tuple[int, int]],
    *,
    colour: str = "#FFFFFF",
) -> Axes:
    """Draw joints and the lines between them over an image.

    Args:
        ax: axes that show an image.
        keypoints: `(joints, 2)`, x and y in pixels from the outer corner of the first pixel; a
            joint that is nan is left out.
        bones: pairs of joints that a line connects.
        colour: of lines and points.

    Returns:
        `ax`.
    """
    points = np.asarray(keypoints, dtype=float) - 0.5
    for one, other in bones:
        ax.plot(*points[[one, other]].T, color=colour, lw=1.2)
    ax.scatter(*points.T, s=9, color=colour, edgecolors=INK, linewidths=0.5, zorder=3)
    return ax


def scene_gallery(scenes, clip, bones: Sequence[tuple[int, int]]) -> tuple[Figure, str]:
    """What one seed gives: pictures with boxes, masks, depth, skeletons, captions and questions,
    and frames of one clip.

    Args:
        scenes: `coursekit.datasets.scenes.Scenes`; the first four are drawn.
        clip: `coursekit.datasets.scenes.Motion`; five frames of its first clip are drawn.
        bones: pairs of joints that a line connects.

    Returns:
        The figure and its alt text.
    """
    shown = scenes[:4]
    captions, asked = shown.captions(), shown.questions(1, seed=3)
    texts = dict(zip(asked.scene, zip(asked.texts(), asked.answers(), strict=True), strict=True))
    fig = figure((9, 11), layout=None)
    grid = fig.subplots(5, 5)
    fig.subplots_adjust(0.02, 0.03, 0.98, 0.97, wspace=0.05, hspace=0.34)
    titles = ("picture", "boxes", "instance mask", "class mask and joints", "depth")
    class_masks, depth = shown.class_mask, shown.depth
    for row, axes in enumerate(grid[:4]):
        for ax, title in zip(axes, titles, strict=True):
            draw_image(ax, shown.images[row], title=title if row == 0 else "")
        draw_boxes(axes[1], shown.boxes[row][shown.present[row]])
        axes[2].imshow(shown.instance_mask[row], cmap="tab10", vmin=0, vmax=9)
        axes[3].imshow(class_masks[row], cmap="Set2", vmin=0, vmax=7)
        for joints in shown.keypoints[row]:
            if np.isfinite(joints).any():
                draw_skeleton(axes[3], joints, bones)
        axes[4].imshow(depth[row], cmap="magma_r", vmin=0.15, vmax=1)
        words = captions[row]
        if row in texts:
            words += f"\n{texts[row][0]}? {texts[row][1]}"
        axes[0].set_xlabel(words, fontsize=8, color=INK, loc="left", labelpad=3)
    steps = np.linspace(0, clip.length - 1, 5).astype(int)
    for ax, step in zip(grid[4], steps, strict=True):
        draw_image(ax, clip.clips[0, step], title=f"frame {step + 1}")
    grid[4, 0].set_xlabel(clip.captions()[0], fontsize=8, color=INK, loc="left", labelpad=3)
    alt = (
        f"Four generated scenes in rows, each as picture, with boxes, as instance mask, as class "
        f"mask with joints, and as depth. Their captions: {'; '.join(captions)}. Below, five "
        f"frames of a clip: {clip.captions()[0]}."
    )
    return fig, alt
