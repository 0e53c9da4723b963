"""Batched HOG beside `skimage.feature.hog`, in one run, on 28x28 digits; ratios are per image.

    python benchmarks/hog.py [--images 60000] [--repeats 15]

Prints the ratios, the largest difference and the peak extra memory, and writes
benchmarks/results/hog.json. The images are MNIST where it is found, otherwise scikit-learn's digits
enlarged to 28x28. Times are the best of the repeats.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
from skimage.feature import hog as skimage_hog

from coursekit._files import write_atomic
from coursekit.hog import _batch, _portable, hog

PARAMETERS = {"orientations": 9, "pixels_per_cell": (4, 4), "cells_per_block": (2, 2)}
BUDGET = {"reused": 100, "fresh": 30, "difference": 1e-6, "extra_memory_mb": 64}
PEER_IMAGES = 1000


def digits(count: int) -> tuple[np.ndarray, str]:
    path = Path(os.environ.get("COURSEKIT_DATA", "")) / "mnist.npz"
    if path.is_file():
        with np.load(path) as arrays:
            images, name = arrays["x_train"], "MNIST"
    else:
        from sklearn.datasets import load_digits

        small = (load_digits().images * (255 / 16)).astype(np.uint8)  # (1797, 8, 8)
        images, name = (
            np.pad(small.repeat(3, 1).repeat(3, 2), ((0, 0), (2, 2), (2, 2))),
            "digits, enlarged",
        )
    return np.ascontiguousarray(np.resize(images, (count, 28, 28))), name


def best(work, repeats: int) -> float:
    """Shortest time of `work` in seconds."""
    times = []
    for _ in range(repeats):
        gc.collect()
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
        del result
    return min(times)


def resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def extra_memory(work) -> float | None:
    """Peak growth of the process in MB while `work` runs, sampled each millisecond; None where
    /proc is missing."""
    if not os.path.exists("/proc/self/statm"):
        return None
    gc.collect()
    before, peak, done = resident(), [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.001):
            peak[0] = max(peak[0], resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    work()
    done.set()
    watcher.join()
    return max(0.0, (max(peak[0], resident()) - before) / 1e6)


def measure(images: np.ndarray, repeats: int) -> dict:
    count = len(images)
    out = hog(images, **PARAMETERS)  # compiles, and touches the memory of `out`
    some = images[:: max(1, count // PEER_IMAGES)][:PEER_IMAGES]
    expected = np.stack([skimage_hog(image, **PARAMETERS) for image in some])
    difference = float(np.abs(hog(some, **PARAMETERS) - expected).max())
    peer = best(
        lambda: [skimage_hog(image, **PARAMETERS) for image in some[:100]], 2 * repeats
    ) / len(some[:100])
    reused = best(partial(hog, images, out=out, **PARAMETERS), repeats) / count
    extra = extra_memory(partial(hog, images, out=out, **PARAMETERS))
    del out
    fresh = best(lambda: hog(images, **PARAMETERS), repeats) / count
    floats = images[:10_000] / np.float32(255)
    as_float = best(lambda: hog(floats, **PARAMETERS), repeats) / len(floats)
    fast = _batch._engine
    _batch._engine = lambda: (_portable.fill, _portable.bytes_per_pixel)
    portable = best(lambda: hog(images[:10_000], **PARAMETERS), repeats) / min(count, 10_000)
    _batch._engine = fast
    seconds = {
        "skimage": peer,
        "reused": reused,
        "fresh": fresh,
        "float32": as_float,
        "portable": portable,
    }
    return {
        "microseconds_per_image": {name: round(1e6 * value, 3) for name, value in seconds.items()},
        "ratio": {
            name: round(peer / value, 1) for name, value in seconds.items() if name != "skimage"
        },
        "difference": difference,
        "extra_memory_mb": extra,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=60_000)
    parser.add_argument("--repeats", type=int, default=15)
    arguments = parser.parse_args()
    images, name = digits(arguments.images)
    result = measure(images, arguments.repeats)
    compiled = _batch._engine()[0] is not _portable.fill
    result |= {
        "images": len(images),
        "data": name,
        "compiled": compiled,
        "cores": _batch._threads(),
        "budget": BUDGET,
    }
    result |= {"python": platform.python_version(), "numpy": np.__version__}
    for way, ratio in result["ratio"].items():
        wanted = f", budget {BUDGET[way]}x" if way in BUDGET else ""
        print(
            f"hog {way:9s} {result['microseconds_per_image'][way]:8.2f} us/image  "
            f"{ratio:6.1f}x skimage{wanted}"
        )
    print(f"largest difference {result['difference']:.1e}, budget {BUDGET['difference']:.0e}")
    if result["extra_memory_mb"] is not None:
        print(
            f"memory beside the output {result['extra_memory_mb']:.1f} MB, budget "
            f"{BUDGET['extra_memory_mb']} MB"
        )
    path = write_atomic(
        Path(__file__).parent / "results" / "hog.json", json.dumps(result, indent=1) + "\n"
    )
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
