"""Style and content of pictures (Gatys et al. 2016): random filters at several scales, Gram
matrices and their slopes, pictures that learn, pictures to paint with, and VGG's filters where a
file of them lies here.

`filters`, `painting`, `pictures` and `vgg` need NumPy alone; `learning`, which is imported by its
own name, holds the library's versions in Keras and the network that paints in one pass.
"""

from __future__ import annotations

from coursekit.style.filters import Chain, RandomBank
from coursekit.style.painting import (
    content_loss,
    cooling,
    descend,
    gram,
    instance_norm,
    mixed,
    rebuilt_by,
    style_loss,
    style_targets,
    textures_by,
    through,
    total_variation,
)
from coursekit.style.pictures import (
    OTHERS,
    PHOTOGRAPHS,
    TEXTURES,
    brush_strokes,
    crops,
    own_picture,
    picture,
)
from coursekit.style.vgg import find_vgg, load_vgg

filter_bank = RandomBank.draw

__all__ = [
    "OTHERS",
    "PHOTOGRAPHS",
    "TEXTURES",
    "Chain",
    "RandomBank",
    "brush_strokes",
    "content_loss",
    "cooling",
    "crops",
    "descend",
    "filter_bank",
    "find_vgg",
    "gram",
    "instance_norm",
    "load_vgg",
    "mixed",
    "own_picture",
    "picture",
    "rebuilt_by",
    "style_loss",
    "style_targets",
    "textures_by",
    "through",
    "total_variation",
]
