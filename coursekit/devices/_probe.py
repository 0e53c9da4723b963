"""Start the backend for real and say what it found, as one line of JSON: `python -m
coursekit.devices._probe`.

A process of its own, because a backend is chosen once per process and a broken one may crash.
"""

from __future__ import annotations

import json
import sys
import time

from coursekit.devices._choose import use
from coursekit.errors import CoursekitError


def main() -> int:
    """Choose a device, import Keras, add two numbers. Returns 0, or 1 with `{"error": ...}`
    printed."""
    started = time.perf_counter()
    try:
        info = use("auto")
        import keras

        total = float(keras.ops.convert_to_numpy(keras.ops.add(1.0, 2.0)))
    except CoursekitError as error:
        return _say({"error": str(error)}, 1)
    except Exception as error:  # whatever a broken installation raises is the finding
        return _say(
            {
                "error": f"{type(error).__name__}: "
                f"{str(error).strip().splitlines()[0] if str(error).strip() else 'no message'}"
            },
            1,
        )
    return _say(
        {
            **info.to_dict(),
            "works": total == 3.0,
            "seconds": round(time.perf_counter() - started, 1),
        },
        0,
    )


def _say(answer: dict, code: int) -> int:
    sys.stdout.write(f"{json.dumps(answer)}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
