"""`python -m coursekit` is the same as `coursekit`."""

import sys

from coursekit._path import leave_current_folder

leave_current_folder()  # before anything else is imported: it may have a namesake there

from coursekit.cli import main  # noqa: E402

sys.exit(main())
