"""A builder that is read back from a trained model: what a fitted classifier takes along when its
own builder cannot travel."""

from __future__ import annotations

import functools
from collections.abc import Callable

import keras

from coursekit.errors import InvalidInputError


class SavedArchitecture:
    """Builds models of the architecture of one, with fresh weights.

    Args:
        model: a built Keras model whose layers Keras can serialise.
    """

    def __init__(self, model: keras.Model):
        self.config = keras.saving.serialize_keras_object(model)
        self.input_shape = tuple(model.input_shape[1:])
        self.units = model.output_shape[-1]
        self.name = model.name

    def __call__(self, input_shape: tuple[int, ...], num_classes: int) -> keras.Model:
        """A fresh model.

        Raises:
            InvalidInputError: if other shapes are asked for than the saved ones.
        """
        fits = num_classes == self.units or (num_classes == 2 and self.units == 1)
        if tuple(input_shape) != self.input_shape or not fits:
            raise InvalidInputError(
                f"this classifier was saved with the architecture of {self.name!r} alone, for "
                f"inputs of shape {self.input_shape} and {self.units} outputs. Received: inputs of "
                f"shape {tuple(input_shape)} and {num_classes} classes; give it a `build` again"
            )
        return keras.saving.deserialize_keras_object(self.config)

    def __repr__(self) -> str:
        return f"<architecture of {self.name!r}>"


def travels(build: Callable) -> bool:
    """Whether another process can import `build`: it stands in a module, by its own name."""
    while isinstance(build, functools.partial):
        build = build.func
    name = getattr(build, "__qualname__", type(build).__qualname__)
    module = getattr(build, "__module__", None) or "__main__"
    return module != "__main__" and not name.endswith("<lambda>") and "<locals>" not in name
