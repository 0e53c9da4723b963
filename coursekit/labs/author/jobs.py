"""Verify several labs at the same time: checks and each notebook of a lab in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from coursekit.labs.author.apart import Apart
from coursekit.labs.author.execute import KINDS, verify_notebook
from coursekit.labs.author.verify import LabReport, verify_lab


def verify_labs(
    folders: Sequence[Path],
    jobs: int = 1,
    *,
    notebooks: bool = True,
    progress: Callable[[str], None] = lambda text: None,
    **options: Any,
) -> Iterator[LabReport]:
    """The reports of some labs, in their order. With more than one job the same seeds are run, and
    the reports are the same.

    Args:
        folders: the labs' folders.
        jobs: how many processes work at the same time.
        notebooks: as for `verify_lab`.
        progress: called with a line on what is being done.
        options: for `verify_lab`.
    """
    if jobs == 1:
        for folder in folders:
            yield verify_lab(folder, notebooks=notebooks, progress=progress, **options)
        return
    with Apart(jobs) as apart:
        checked = [apart.submit(verify_lab, f, notebooks=False, **options) for f in folders]
        # after all of them: the shorter the last ones are, the less a core waits for the other
        kinds = KINDS if notebooks else ()
        executed = [[apart.submit(verify_notebook, f, kind) for kind in kinds] for f in folders]
        for folder, lab, books in zip(folders, checked, executed, strict=True):
            progress(folder.name)
            report = lab.result()
            for book in books if report.exercises else ():  # none: the lab cannot be read
                problems, note = book.result()
                report.problems += problems
                report.notes.append(note)
            yield report
