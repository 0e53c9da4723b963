"""`python -m coursekit.scale`: the training of `coursekit.scale.train` with the arguments that come
as JSON on stdin; its result is the last line."""

import json
import sys

from coursekit.scale.same import train

if __name__ == "__main__":
    sys.stdout.write(f"{json.dumps(train(**json.load(sys.stdin)))}\n")
