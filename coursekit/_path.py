"""Which folders Python imports from, where the current folder may hold other people's files."""

import os
import sys


def leave_current_folder() -> None:
    """Take the current folder out of the import path, unless this package itself lies in it: a
    submission there may be called `numpy.py`. Python puts it there for `python -m`, but not with
    `-P`."""
    here, home = os.getcwd(), os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if here != home:
        sys.path[:] = [path for path in sys.path if os.path.abspath(path) != here]


def loaded_from_current_folder() -> list[str]:
    """The modules that were imported from files in the current folder."""
    here = os.getcwd()
    found = {
        name: getattr(module, "__file__", None)
        for name, module in sys.modules.items()
        if "." not in name and name != "__main__"
    }
    return sorted(name for name, file in found.items() if file and os.path.dirname(file) == here)
