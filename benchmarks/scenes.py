"""Ten thousand generated scenes of 32x32 with all annotations: seconds by the clock and of the
processor.

    python benchmarks/scenes.py [--repeats 3]

Writes benchmarks/results/scenes.json.
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

from coursekit._files import write_atomic
from coursekit.datasets.scenes import make_scenes

SCENES, BUDGET_SECONDS = 10_000, 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    clock, processor, words = [], [], []
    for seed in range(repeats):
        start, spent = time.perf_counter(), time.process_time()
        scenes = make_scenes(SCENES, size=32, seed=seed)
        _ = scenes.class_mask, scenes.depth, scenes.visible
        clock.append(time.perf_counter() - start)
        processor.append(time.process_time() - spent)
        start = time.perf_counter()
        scenes.captions()
        scenes.questions(10)
        words.append(time.perf_counter() - start)
    result = {
        "scenes": SCENES,
        "seconds": round(statistics.median(clock), 2),
        "processor_seconds": round(statistics.median(processor), 2),
        "captions_and_questions_seconds": round(statistics.median(words), 2),
        "budget_seconds": BUDGET_SECONDS,
        "repeats": repeats,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "numpy": version("numpy"),
    }
    print(
        f"{SCENES:,} scenes of 32x32: {result['seconds']} s by the clock, "
        f"{result['processor_seconds']} s of the processor, budget {BUDGET_SECONDS} s; captions "
        f"and 100,000 questions {result['captions_and_questions_seconds']} s"
    )
    path = write_atomic(
        Path(__file__).parent / "results" / "scenes.json", json.dumps(result, indent=1) + "\n"
    )
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
