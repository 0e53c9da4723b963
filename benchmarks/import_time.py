"""`import coursekit` and `coursekit --help` beside `import keras`: median wall time of fresh
processes, in one run.

    python benchmarks/import_time.py [--repeats 7]

The bare start of Python is measured too and taken off both imports. Prints the ratio and writes
benchmarks/results/import_time.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

from coursekit._files import write_atomic

COMMANDS = {
    "python": ["-c", "pass"],
    "import coursekit": ["-c", "import coursekit"],
    "coursekit --help": ["-m", "coursekit", "--help"],
    "import keras": ["-c", "import keras"],
}
BUDGET = {"ratio": 10, "help_seconds": 0.5}


def seconds(arguments: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    times = {name: [] for name in COMMANDS}
    for command in COMMANDS.values():
        seconds(command)  # brings the files into the disk cache
    for _ in range(repeats):  # in turn, so that a busy moment hits all alike
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    median = {name: statistics.median(values) for name, values in times.items()}
    ratio = (median["import keras"] - median["python"]) / max(
        median["import coursekit"] - median["python"], 1e-4
    )
    for name, value in median.items():
        print(f"{name:17s} {1000 * value:8.1f} ms")
    print(f"import keras takes {ratio:.0f}x as long as import coursekit, budget {BUDGET['ratio']}x")
    print(
        f"coursekit --help in {median['coursekit --help']:.2f} s, budget {BUDGET['help_seconds']} s"
    )
    result = {
        "median_seconds": {name: round(value, 4) for name, value in median.items()},
        "ratio": round(ratio, 1),
        "budget": BUDGET,
        "repeats": repeats,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "keras": version("keras"),
    }
    path = write_atomic(
        Path(__file__).parent / "results" / "import_time.json", json.dumps(result, indent=1) + "\n"
    )
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
