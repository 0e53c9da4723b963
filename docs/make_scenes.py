"""Make docs/pictures/scenes.png again: the gallery of generated scenes. Prints its alt text.

python docs/make_scenes.py
"""

from __future__ import annotations

from pathlib import Path

from coursekit._files import write_atomic
from coursekit.datasets.scenes import BONES, make_motion, make_scenes
from coursekit.plots.scenes import scene_gallery
from coursekit.plots.style import png_bytes

PICTURE = Path(__file__).parent / "pictures" / "scenes.png"
SEED = 5


def main() -> None:
    """Draw and write the picture."""
    scenes = make_scenes(4, size=96, objects=(2, 5), seed=SEED)
    clip = make_motion(1, size=96, actions=["raises arms"], bystanders=2, seed=SEED)
    figure, alt = scene_gallery(scenes, clip, BONES)
    write_atomic(PICTURE, png_bytes(figure, dpi=100))
    print(f"wrote {PICTURE.name}: {alt}")


if __name__ == "__main__":
    main()
