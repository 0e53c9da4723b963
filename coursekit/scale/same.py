"""One small training that is the same wherever it runs: the same digits, the same first weights,
the same rows in every step."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from typing import Any

import numpy as np

from coursekit import devices
from coursekit.errors import DeviceError
from coursekit.scale.mlp import Mlp


def problem() -> tuple[np.ndarray, np.ndarray]:
    """scikit-learn's 1,797 digits: x `(n, 784)` float32 in [0, 1], y `(n,)`."""
    from coursekit.datasets import load_digits

    (x, y), (x_test, y_test) = load_digits()
    x, y = np.concatenate([x, x_test]), np.concatenate([y, y_test])
    return x.reshape(len(x), -1).astype(np.float32) / 255, y


def train(
    host: devices.Host | None = None,
    *,
    rows: Any,
    rate: float = 0.2,
    seed: int = 0,
    keep_every: int | None = None,
) -> dict[str, Any]:
    """Train `Mlp()` with Keras by plain descent on the digits, on all devices of this process,
    or as one host of several (see `coursekit.devices.launch`).

    Args:
        host: which of several hosts this is; None is the only one.
        rows: which digits each host feeds in each step, `(hosts, steps, share)`.
        rate: the learning rate.
        seed: of the first weights.
        keep_every: keep weights and losses each so many steps; a run that broke off goes on there.

    Returns:
        `losses`, the loss before each step; `error`, the share of all digits read wrong at the end;
        `hosts` and `devices`, how many shared each batch; and what `device_names` says.
    """
    import keras

    from coursekit.scale.throughput import device_names

    host = host or devices.Host()
    x, y = problem()
    mine, net = np.asarray(rows)[host.rank], Mlp()
    scope = devices.scope() if host.count == 1 else contextlib.nullcontext(host.count)
    with scope as count:
        model = keras.Sequential(
            [
                keras.Input((net.inputs,)),
                keras.layers.Dense(net.hidden, activation="relu"),
                keras.layers.Dense(net.classes),
            ]
        )
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.SGD(rate), loss)
        weights = np.asarray(host.state.get("weights", net.start(seed)))
        losses = list(map(float, host.state.get("losses", ())))
        model.set_weights(net.parts(weights))
        for step, chosen in enumerate(mine):
            if step < len(losses):
                continue
            model.reset_metrics()  # before Keras 3.15 the mean of all steps so far would come
            losses.append(float(model.train_on_batch(x[chosen], y[chosen])))
            if keep_every and (step + 1) % keep_every == 0:
                host.keep({"weights": _vector(model), "losses": losses})
        weights = _vector(model)
    return {
        "losses": losses,
        "error": net.error(weights, x, y),
        "hosts": host.count,
        "devices": count,
        **device_names(),
    }


def elsewhere(*, backend: str = "jax", count: int = 1, **arguments: Any) -> dict[str, Any]:
    """`train(**arguments)` in a process of its own on this machine's CPU.

    Args:
        backend: "jax" or "tensorflow".
        count: as how many devices JAX shows the CPU: it then splits every batch, and is no faster.

    Raises:
        DeviceError: if it does not come to an end, for want of the backend, say.
    """
    environment = os.environ | {
        "KERAS_BACKEND": backend,
        "JAX_PLATFORMS": "cpu",
        "CUDA_VISIBLE_DEVICES": "-1",
        "XLA_FLAGS": f"--xla_force_host_platform_device_count={count}",
    }
    arguments["rows"] = np.asarray(arguments["rows"]).tolist()
    done = subprocess.run(
        [sys.executable, "-m", "coursekit.scale"],
        input=json.dumps(arguments),
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise DeviceError(f"Expected a training on {backend}. Received: {last}.")
    return json.loads(done.stdout.strip().splitlines()[-1])


def _vector(model: Any) -> np.ndarray:
    return np.concatenate([np.ravel(part) for part in model.get_weights()])
