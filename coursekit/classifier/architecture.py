"""A model as a graph, and what of it a fitted classifier takes along when it is pickled."""

from __future__ import annotations

import functools
import pickle
from collections.abc import Callable, Iterator

import keras

from coursekit.errors import InvalidInputError


class SavedArchitecture:
    """Builds models of the architecture of one, with fresh weights.

    Args:
        model: a built Keras model whose layers Keras can serialise.
        input_shape: of one sample.
        units: width of its output.
    """

    def __init__(self, model: keras.Model, input_shape: tuple[int, ...], units: int):
        self.config = keras.saving.serialize_keras_object(model)
        self.input_shape = input_shape
        self.units = units
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


def check_loads(model: keras.Model) -> None:
    """Refuse to pickle a model that Keras could not load again. One that is made of Keras's own
    parts alone is not tried.

    Raises:
        InvalidInputError: names the parts that Keras does not know, and how to register them.
    """
    unknown: list[str] = []
    try:
        config = [keras.saving.serialize_keras_object(model), model.get_compile_config()]
        foreign = dict(_foreign(config))
        if not foreign:
            return
        find = keras.saving.get_registered_object
        unknown = [name for name, full in foreign.items() if full and find(full) is None]
        pickle.loads(pickle.dumps(model))
    except Exception as error:
        if unknown:
            cause = (
                f"{', '.join(unknown)}, which Keras does not know; call "
                f"keras.saving.register_keras_serializable()({unknown[0]}) and pickle again"
            )
        else:
            first = str(error).strip().partition("\n")[0][:200]
            cause = f"{type(error).__name__}: {first}; its layers need a fitting get_config"
        raise InvalidInputError(
            f"a fitted classifier is pickled with its model, which Keras must be able to load "
            f"again. Received: {cause}"
        ) from error


def _foreign(config) -> Iterator[tuple[str, str]]:
    """What in a config is not Keras's own: name, and the name it is registered by ("" for none)."""
    if isinstance(config, dict):
        kind, full = config.get("class_name"), config.get("registered_name")
        if kind == "__lambda__":
            yield "a lambda", ""
        elif kind == "function":
            name = config["config"]
            yield name, name if full in (None, "function") else full
        elif kind and full:
            yield kind, full
    if isinstance(config, (dict, list, tuple)):
        for value in config.values() if isinstance(config, dict) else config:
            yield from _foreign(value)


def as_graph(model: keras.Model, input_shape: tuple[int, ...]) -> keras.Model:
    """`model`, built, or if it is a subclassed one its `call` as a functional model of the same
    layers, which shows shapes and last activation.

    Raises:
        InvalidInputError: if its `call` cannot be followed.
    """
    if isinstance(model, keras.Sequential) and not model.built:
        model.build((None, *input_shape))
    if getattr(model, "outputs", None):
        return model
    inputs = keras.Input(input_shape)
    try:
        model(inputs)
        return keras.Model(inputs, model.call(inputs))
    except Exception as error:
        raise InvalidInputError(
            f"the `call` of a subclassed model must be made of Keras layers and keras.ops, for its "
            f"last layer chooses the loss. Received: {type(model).__name__}, which fails on inputs "
            f"of shape {input_shape}; build it with keras.Input instead"
        ) from error
