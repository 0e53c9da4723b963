"""Seconds of `model.fit` on arrays: fed by `coursekit.training.feed` beside Keras's own dataset,
with TensorFlow on one core.

    python benchmarks/feeding.py [--steps 60 120 240] [--repeats 3]

The same small CNN trains for three epochs of so many steps of 128 random images each; the two take
turns. What a fit takes longer by the clock than it computes is waiting. One core is where the wait
shows every time; on two it comes and goes. Prints wall and processor seconds (medians) and the
ratio of the wall seconds, and writes benchmarks/results/feeding.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from importlib.metadata import version
from pathlib import Path

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # before TensorFlow counts the cores

import keras
import numpy as np

from coursekit._files import write_atomic
from coursekit.models import digit_cnn
from coursekit.training.feed import fed

BATCH, EPOCHS = 128, 3


def seconds(model: keras.Model, feed: dict) -> tuple[float, float]:
    """Wall and processor seconds of one fit."""
    started = time.perf_counter(), time.process_time()
    model.fit(**feed, epochs=EPOCHS, verbose=0)
    return time.perf_counter() - started[0], time.process_time() - started[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, nargs="+", default=[60, 120, 240])
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    random = np.random.default_rng(0)
    x = random.integers(0, 256, (BATCH * max(arguments.steps), 28, 28, 1), dtype=np.uint8)
    y = random.integers(0, 10, len(x))
    model = digit_cnn()
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    feeds = {
        "keras": lambda x, y: {"x": x / np.float32(255), "y": y, "batch_size": BATCH},
        "coursekit": lambda x, y: fed(x, y, BATCH, scale=1 / 255),
    }
    for feed in feeds.values():
        seconds(model, feed(x[:BATCH], y[:BATCH]))  # traces the step
    rows = []
    for steps in arguments.steps:
        size, times = BATCH * steps, {name: [] for name in feeds}
        for _ in range(arguments.repeats):
            for name, feed in feeds.items():
                times[name].append(seconds(model, feed(x[:size], y[:size])))
        row = {"steps": steps}
        for name, pairs in times.items():
            wall, processor = (statistics.median(values) for values in zip(*pairs, strict=True))
            row[name] = {"seconds": round(wall, 2), "processor_seconds": round(processor, 2)}
        row["ratio"] = round(row["keras"]["seconds"] / row["coursekit"]["seconds"], 2)
        ours, peer = row["coursekit"], row["keras"]
        print(
            f"{steps:4d} steps  keras {peer['seconds']:6.2f} s "
            f"({peer['processor_seconds']:.2f} s computing)"
            f"  coursekit {ours['seconds']:6.2f} s ({ours['processor_seconds']:.2f} s)  "
            f"{row['ratio']:.2f}x",
            flush=True,
        )
        rows.append(row)
    result = {
        "rows": rows,
        "epochs": EPOCHS,
        "batch_size": BATCH,
        "repeats": arguments.repeats,
        "python": platform.python_version(),
    }
    result |= {name: version(name) for name in ("keras", "tensorflow")}
    path = write_atomic(
        Path(__file__).parent / "results" / "feeding.json", json.dumps(result, indent=1) + "\n"
    )
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
