"""How a run grades, in one frozen value that travels from the command line to whoever grades, and
what every place that grades needs besides."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from coursekit.errors import InvalidInputError
from coursekit.grading.record import Record
from coursekit.grading.submission import Submission
from coursekit.grading.zygote import sandbox
from coursekit.grading.zygote.process import data_folders

BUDGET_TIMES, LEAST_BUDGET = 10.0, 300.0  # of the lab's own time; seconds


@dataclass(frozen=True)
class Settings:
    """What a grade depends on besides lab, submission and machine.

    Args:
        seed: of all inputs. The same seed gives the same grades.
        seeds: student -> another seed, for those whose earlier attempt had one.
        time_limit: seconds for each check and, up to 20, for each statement of a cell.
        memory: MB of data per child.
        budget: seconds for a whole submission; None for a multiple of the lab's own time.
        only: the one exercise to grade, or None for all.
        unsafe: whether to grade where a layer of the sandbox is missing.
        backend: the Keras backend of the children.
    """

    seed: int = 0
    time_limit: float = 30.0
    memory: int = 2048
    only: str | None = None
    unsafe: bool = False
    backend: str = "tensorflow"
    budget: float | None = None
    seeds: Mapping[str, int] = field(default_factory=dict)

    def seed_for(self, student: str) -> int:
        """The seed of one submission's inputs."""
        return self.seeds.get(student, self.seed)

    def budget_for(self, lab_seconds: float) -> float:
        """The seconds for a whole submission of a lab that takes `lab_seconds` itself."""
        if self.budget is not None:
            return self.budget
        return max(LEAST_BUDGET, BUDGET_TIMES * lab_seconds)

    def key(self, stamp: str) -> str:
        """These settings, but for the seed, and the sandbox's stamp, as one text: attempts under
        another text are graded anew."""
        parts = [self.only or "all", f"{self.time_limit:g}", str(self.memory), stamp, self.backend]
        return "|".join(parts if self.budget is None else [*parts, f"budget {self.budget:g}"])

    def sandbox(self, found: Iterable[sandbox.Layer] | None = None) -> tuple[sandbox.Policy, str]:
        """The sandbox to grade in on this machine, and its stamp.

        Args:
            found: what `coursekit.grading.layers` gave, if it was asked already.

        Raises:
            SandboxUnavailableError: if a layer is missing and the settings do not allow that.
        """
        return sandbox.policy_for_this_machine(
            sandbox.Limits(memory_mb=self.memory),
            readable_folders(),
            unsafe=self.unsafe,
            found=found,
        )


def keep_apart(policy: sandbox.Policy, *places: str | os.PathLike) -> None:
    """Make sure that no submission could read what decides about it, or others' work.

    Args:
        policy: the sandbox.
        places: lab, tests, submissions, results.

    Raises:
        InvalidInputError: if one of them lies in a folder that children can read.
    """
    if "mount namespace" in policy.skip:  # they can read everything, and the stamp says so
        return
    folders = [os.path.realpath(folder) for folder in sandbox.visible_folders(policy)]
    for place in places:
        here = os.path.realpath(place)
        for folder in folders:
            if folder != "/" and (here == folder or here.startswith(f"{folder}{os.sep}")):
                raise InvalidInputError(
                    f"Expected lab, tests, submissions and results outside the folders that "
                    f"submissions can read. Received: {place}, which lies in {folder}. Move it, or "
                    f"let COURSEKIT_DATA name a folder that holds data alone."
                )


class Graders(Protocol):
    """Who grades: this machine, or a cluster. `stamps` are the sandboxes that they grade in."""

    stamps: set[str]

    def grade(self, todo: list[Submission]) -> Generator[tuple[Submission, Record], None, None]:
        """Yields each submission with its record as soon as it is there, in no order."""
        ...


def readable_folders() -> list[str]:
    """The folders besides Python that children may read: where the data lies."""
    return [folder for folder in data_folders().values() if os.path.isdir(folder)]


def backend_name() -> str:
    """The Keras backend of the children: what KERAS_BACKEND says, else tensorflow."""
    return os.environ.get("KERAS_BACKEND", "tensorflow")
