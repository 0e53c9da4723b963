"""Residual networks (He, Zhang, Ren and Sun 2016): for ImageNet and, small, for CIFAR."""

from __future__ import annotations

import keras
from keras import layers

from coursekit.errors import InvalidInputError

STAGES: dict[int, tuple[bool, tuple[int, int, int, int]]] = {
    18: (False, (2, 2, 2, 2)),
    34: (False, (3, 4, 6, 3)),
    50: (True, (3, 4, 6, 3)),
    101: (True, (3, 4, 23, 3)),
    152: (True, (3, 8, 36, 3)),
}
"""The paper's table 1: depth to (whether blocks are bottlenecks, blocks of each stage)."""


def resnet(
    depth: int = 50,
    input_shape: tuple[int, int, int] = (224, 224, 3),
    num_classes: int = 1000,
    *,
    name: str | None = None,
) -> keras.Model:
    """ResNet as a Functional model (He et al. 2016, table 1). 25,557,032 trainable parameters at
    the defaults.

    Trainable: ResNet-18 11,689,512, -34 21,797,672, -50 25,557,032, -101 44,549,160, -152
    60,192,808. `keras.applications.ResNet50` counts 25,636,712: its convolutions have biases that
    batch normalisation takes off again (26,560), and it counts the moving means and variances
    (53,120), which no gradient trains. Shortcuts are projections where sizes change (option B); the
    stride of a bottleneck lies in its first convolution, as in the paper.

    Args:
        depth: 18, 34, 50, 101 or 152.
        input_shape: `(height, width, channels)` of one image.
        num_classes: number of logits.
        name: name of the model; None takes "resnet18" and so on.

    Returns:
        An uncompiled model from `(b, h, w, c)` to logits `(b, num_classes)`.

    Raises:
        InvalidInputError: if the paper has no network of that depth.
    """
    if depth not in STAGES:
        raise InvalidInputError(
            f"`depth` must be one of {', '.join(map(str, STAGES))}. Received: depth={depth}"
        )
    bottleneck, stages = STAGES[depth]
    inputs = x = keras.Input(tuple(input_shape))
    x = _normalised(x, 64, 7, strides=2)  # (b, 112, 112, 64)
    x = layers.ReLU()(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)  # (b, 56, 56, 64)
    for stage, blocks in enumerate(stages):
        width = 64 * 2**stage
        for block in range(blocks):
            strides = 2 if stage and not block else 1
            through = (_bottleneck if bottleneck else _two_layers)(x, width, strides)
            past = x
            if past.shape[-1] != through.shape[-1] or strides > 1:
                past = _normalised(past, through.shape[-1], 1, strides=strides)
            x = layers.ReLU()(layers.Add()([past, through]))  # (b, 56, 56, 256) ... (b, 7, 7, 2048)
    x = layers.GlobalAveragePooling2D()(x)  # (b, 2048)
    return keras.Model(inputs, layers.Dense(num_classes)(x), name=name or f"resnet{depth}")


def cifar_resnet(
    depth: int = 20,
    input_shape: tuple[int, int, int] = (32, 32, 3),
    num_classes: int = 10,
    *,
    residual: bool = True,
    width: int = 16,
    name: str | None = None,
) -> keras.Model:
    """The paper's small ResNets for CIFAR-10 as a Functional model (He et al. 2016, section 4.2).
    269,722 trainable parameters at the defaults.

    Trainable: ResNet-20 269,722, -32 464,154, -44 658,586, -56 853,018, -110 1,727,962, which table
    6 rounds to 0.27, 0.46, 0.66, 0.85 and 1.7 million. Shortcuts have no weights (option A): where
    maps shrink and double, every other pixel is kept and maps of zeros are added. The plain twin
    has exactly the same weights.

    Args:
        depth: layers with weights, 6n + 2: three stages of n blocks of two convolutions, the first
            convolution and the classifier.
        input_shape: `(height, width, channels)` of one image.
        num_classes: number of logits.
        residual: False leaves the shortcuts out: the plain network of the paper's figure 6.
        width: maps of the first stage; the others have two and four times as many.
        name: name of the model; None takes "resnet20" or "plain20" and so on.

    Returns:
        An uncompiled model from `(b, h, w, c)` to logits `(b, num_classes)`.

    Raises:
        InvalidInputError: if `depth` is not 6n + 2 with n at least 1.
    """
    if depth < 8 or depth % 6 != 2:
        raise InvalidInputError(
            f"`depth` must be 6n + 2 with n at least 1: 8, 14, 20, ... Received: depth={depth}"
        )
    inputs = x = keras.Input(tuple(input_shape))
    x = layers.ReLU()(_normalised(x, width, 3))  # (b, 32, 32, 16)
    for stage in range(3):
        for block in range((depth - 2) // 6):
            strides = 2 if stage and not block else 1
            through = _two_layers(x, width * 2**stage, strides)
            if residual:
                through = layers.Add()([ZeroPaddedShortcut(width * 2**stage, strides)(x), through])
            x = layers.ReLU()(through)  # (b, 32, 32, 16), (b, 16, 16, 32), (b, 8, 8, 64)
    x = layers.GlobalAveragePooling2D()(x)  # (b, 64)
    name = name or f"{'resnet' if residual else 'plain'}{depth}"
    return keras.Model(inputs, layers.Dense(num_classes)(x), name=name)


@keras.saving.register_keras_serializable(package="coursekit")
class ZeroPaddedShortcut(layers.Layer):
    """The shortcut without weights (option A): every `strides`-th pixel, then maps of zeros up to
    `maps`.

    Shapes: `(b, h, w, c)` to `(b, ceil(h / strides), ceil(w / strides), maps)`.
    """

    def __init__(self, maps: int, strides: int = 1, **options):
        super().__init__(**options)
        self.maps, self.strides = maps, strides

    def call(self, x):
        """Keep, and add zeros behind."""
        x = x[:, :: self.strides, :: self.strides]
        return keras.ops.pad(x, ((0, 0), (0, 0), (0, 0), (0, self.maps - x.shape[-1])))

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return super().get_config() | {"maps": self.maps, "strides": self.strides}


def _two_layers(x, width: int, strides: int):
    x = layers.ReLU()(_normalised(x, width, 3, strides=strides))
    return _normalised(x, width, 3)


def _bottleneck(x, width: int, strides: int):
    x = layers.ReLU()(_normalised(x, width, 1, strides=strides))
    x = layers.ReLU()(_normalised(x, width, 3))
    return _normalised(x, 4 * width, 1)


def _normalised(x, maps: int, size: int, strides: int = 1):
    """Convolution and batch normalisation. The momentum is the paper's 0.9: Keras's 0.99 needs
    hundreds of steps before test mode means anything."""
    x = layers.Conv2D(
        maps,
        size,
        strides=strides,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
    )(x)
    return layers.BatchNormalization(momentum=0.9)(x)
