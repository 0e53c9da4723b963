"""Verify several labs at the same time, each in a process of its own."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from coursekit.labs.author.verify import LabReport, verify_lab


def verify_labs(
    folders: Sequence[Path],
    jobs: int = 1,
    *,
    progress: Callable[[str], None] = lambda text: None,
    **options: Any,
) -> Iterator[LabReport]:
    """The reports of some labs, in their order. With more than one job the same seeds are run, and
    the reports are the same.

    Args:
        folders: the labs' folders.
        jobs: how many are verified at the same time.
        progress: called with a line on what is being done.
        options: for `verify_lab`.
    """
    if jobs == 1 or len(folders) < 2:
        for folder in folders:
            yield verify_lab(folder, progress=progress, **options)
        return
    context = multiprocessing.get_context("spawn")  # a backend does not survive a fork
    with concurrent.futures.ProcessPoolExecutor(jobs, mp_context=context) as pool:
        waiting = [pool.submit(verify_lab, folder, **options) for folder in folders]
        for folder, future in zip(folders, waiting, strict=True):
            progress(folder.name)
            yield future.result()
