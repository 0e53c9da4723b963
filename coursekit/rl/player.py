"""The player of Breakout that comes with the package: weights in small whole numbers, read by
Python and by a page alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from coursekit._files import replacing
from coursekit.rl.network import QNetwork
from coursekit.rl.pixels import Breakout

WEIGHTS = Path(__file__).parent / "weights.npz"


def stored(path: Path = WEIGHTS) -> dict[str, np.ndarray]:
    """What the file holds: for layer i `kernel{i}` int8 `(below, units)`, its step `scale{i}` and
    `bias{i}` float32; and `about`, facts as JSON."""
    with np.load(path) as file:
        return dict(file)


def load_player(path: Path = WEIGHTS) -> QNetwork:
    """The trained player: values of left, stay and right for Breakout's observations."""
    kept = stored(path)
    count = sum(name.startswith("kernel") for name in kept)
    sizes = [kept[f"kernel{i}"].shape[1] for i in range(count)]
    network = QNetwork(Breakout.observation_shape, sizes[-1], sizes[:-1])
    weights = []
    for i in range(count):
        weights += [kept[f"kernel{i}"] * kept[f"scale{i}"], kept[f"bias{i}"]]
    network.load(weights)
    return network


def about(path: Path = WEIGHTS) -> dict:
    """How the player was trained, and how well it plays."""
    return json.loads(str(stored(path)["about"]))


def store_player(network: QNetwork, facts: dict, path: Path = WEIGHTS) -> Path:
    """Keep a player: kernels in steps of 1/127 of their largest weight, a byte each."""
    parts: dict[str, np.ndarray] = {"about": np.array(json.dumps(facts))}
    for i, (kernel, scale) in enumerate(zip(*_whole(network), strict=True)):
        parts[f"kernel{i}"], parts[f"scale{i}"] = kernel, scale
        parts[f"bias{i}"] = network.weights[2 * i + 1]
    with replacing(path) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **parts)
    return path


def train_player(
    *,
    steps: int | None = None,
    seed: int = 0,
    path: Path = WEIGHTS,
    note: Callable[[str], None] | None = None,
) -> tuple[Path, dict]:
    """Train the player anew, judge it in games of its own, and keep it.

    Args:
        steps: of all copies together; by default those of `studies.PLAYER`.
        seed: of the training.
        path: where to.
        note: is told of each test in a line.

    Returns:
        The path, and the facts that are kept with the weights.
    """
    from coursekit.rl.learning import greedy, learn
    from coursekit.rl.studies import PLAYER
    from coursekit.rl.world import play

    plan = PLAYER if steps is None else PLAYER.but(steps=steps)
    run = learn(Breakout, plan, seed=seed, note=note)
    for last in run.best.weights[-2:]:
        last /= plan.unit  # its values in bricks
    exam = Breakout(50, seed=10_000 + seed)
    rng = np.random.default_rng(seed)
    facts = {
        "bricks": float(play(exam, greedy(run.best), 100).mean()),
        "random": float(play(exam, lambda seen: rng.integers(0, 3, len(seen)), 500).mean()),
        "frames": exam.time_limit,
        "steps": plan.steps,
        "discount": plan.discount,
        "seed": seed,
        "seconds": round(run.seconds),
    }
    return store_player(run.best, facts, path), facts


def packed(network: QNetwork) -> tuple[dict[str, list], bytes]:
    """A network as a page takes it: `sizes` of its layers and `scales` of its kernels, and bytes:
    all biases as float32, then all kernels as int8."""
    kernels, scales = _whole(network)
    parts = [*network.weights[1::2], *kernels]
    told = {"sizes": list(network.sizes), "scales": [float(scale) for scale in scales]}
    return told, b"".join(part.tobytes() for part in parts)


def _whole(network: QNetwork) -> tuple[list[np.ndarray], list[np.float32]]:
    """Kernels in whole steps of 1/127 of their largest weight, and those steps."""
    scales = [np.float32(np.abs(kernel).max() / 127) for kernel in network.weights[::2]]
    kernels = [
        np.rint(kernel / scale).astype(np.int8)
        for kernel, scale in zip(network.weights[::2], scales, strict=True)
    ]
    return kernels, scales
