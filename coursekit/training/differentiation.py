"""Gradients of a scalar function, on TensorFlow and on JAX."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
from keras import ops, tree

from coursekit.errors import DeviceError, InvalidInputError


def gradients(fn: Callable, x):
    """Gradient of a scalar function with respect to arrays or Keras variables.

    Call models with `training=False` inside `fn`: dropout would make the function random, and batch
    normalisation would look at the whole batch. State that layers change meanwhile is dropped on
    JAX.

    Args:
        fn: function of `keras.ops` that returns a scalar. It takes one argument with the structure
            of `x`; if `x` holds Keras variables, it takes no argument and reads the variables.
        x: an array, a `keras.Variable`, or a list, tuple or dict of these. Integers become float32.

    Returns:
        NumPy arrays with the structure and shapes of `x`; zeros where `fn` does not depend on an
        entry.

    Raises:
        InvalidInputError: if `fn` returns no scalar, or `x` mixes arrays and variables.
        DeviceError: on a backend other than TensorFlow and JAX.

    >>> gradients(lambda v: keras.ops.sum(v**2), np.array([1.0, 3.0]))
    array([2., 6.])
    """
    leaves = tree.flatten(x)
    of_variables = [isinstance(leaf, keras.Variable) for leaf in leaves]
    if not leaves or (any(of_variables) and not all(of_variables)):
        raise InvalidInputError(
            f"`x` must hold arrays only or Keras variables only. Received: {len(leaves)} "
            f"entries, mixed"
        )
    backend = _backend("gradients")
    solve = _on_tensorflow if backend == "tensorflow" else _on_jax
    if all(of_variables):
        found = solve(lambda _: fn(), x, variables=leaves)
    else:
        found = solve(fn, tree.map_structure(_as_float, x), variables=None)
    return tree.map_structure(lambda g: np.asarray(ops.convert_to_numpy(g)), found)


def input_gradient(fn: Callable, x):
    """Gradient of the sum of `fn(x)` with respect to `x`, as a tensor that can be differentiated
    again: for use inside a loss, such as a gradient penalty.

    Since rows of a batch do not look at one another, row i is the gradient of `fn(x)[i]`. Call
    models with `training=False` inside `fn`; what layers assign meanwhile is dropped on JAX.

    Args:
        fn: function of `keras.ops` of one argument, with a result of any shape.
        x: tensor `(n, ...)` of floats.

    Returns:
        Tensor of the shape of `x`.

    Raises:
        DeviceError: on a backend other than TensorFlow and JAX.
    """
    x = ops.convert_to_tensor(x)
    backend = _backend("input_gradient")
    if backend == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(x)
            value = ops.sum(fn(x))
        return tape.gradient(value, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    import jax

    def total(v):
        with keras.StatelessScope() as scope:
            outer = getattr(scope, "original_scope", None)
            if outer is not None:  # the weights of the step that this runs in, not their values now
                scope.state_mapping.update(outer.state_mapping)
            return ops.sum(fn(v))

    return jax.grad(total)(x)


def adjoint(layer: Callable, x, signal) -> np.ndarray:
    """Send `signal` back through one layer: the product of its transposed Jacobian at `x` with
    `signal`.

    One layer at a time, this is back-propagation without hooks. For a linear layer it is the
    adjoint map, whatever `x`; for max pooling it puts each value where the maximum was.

    Args:
        layer: a layer or any function of `keras.ops`.
        x: array `(n, ...)`, the input at which it was called.
        signal: array of the shape of `layer(x)`.

    Returns:
        NumPy array of the shape of `x`.

    Raises:
        InvalidInputError: if `signal` has not the shape of the output.
    """
    signal = _as_float(signal)

    def product(v):
        out = layer(v)
        if tuple(out.shape) != tuple(signal.shape):
            raise InvalidInputError(
                f"`signal` must have the shape of the layer's output, {tuple(out.shape)}. "
                f"Received: {tuple(signal.shape)}"
            )
        return ops.sum(out * ops.cast(signal, out.dtype))

    return gradients(product, x)


def _backend(caller: str) -> str:
    backend = keras.backend.backend()
    if backend not in ("tensorflow", "jax"):
        raise DeviceError(
            f'{caller} needs the backend "tensorflow" or "jax". Received: KERAS_BACKEND={backend!r}'
        )
    return backend


def _on_tensorflow(fn: Callable, x, variables: list | None):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        watched = [v.value for v in variables] if variables else tree.flatten(x)
        for leaf in watched:
            tape.watch(leaf)
        value = _scalar(fn(x))
    found = tape.gradient(value, watched, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    found = [tf.convert_to_tensor(g) for g in found]
    return tree.pack_sequence_as(x, found)


def _on_jax(fn: Callable, x, variables: list | None):
    import jax

    def of_arrays(values):
        with keras.StatelessScope():  # what layers assign meanwhile must not outlive the trace
            return _scalar(fn(values))

    def of_values(values):
        with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
            return _scalar(fn(None))

    if variables:
        return tree.pack_sequence_as(x, jax.grad(of_values)([v.value for v in variables]))
    return jax.grad(of_arrays)(x)


def _as_float(leaf):
    array = ops.convert_to_tensor(leaf)
    return (
        array
        if keras.backend.is_float_dtype(keras.backend.standardize_dtype(array.dtype))
        else ops.cast(array, "float32")
    )


def _scalar(value):
    value = ops.convert_to_tensor(value)
    if tuple(value.shape) != ():
        raise InvalidInputError(
            f"`fn` must return a scalar, such as ops.mean(loss). Received: a result of shape "
            f"{tuple(value.shape)}"
        )
    return value
