"""`python -m coursekit` is the same as `coursekit`."""

import sys

from coursekit.cli import main

sys.exit(main())
