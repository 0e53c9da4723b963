"""What travels to another machine that grades: a lab and a submission as bytes, so that machines
need not share a disk.

There the lab's files are written into a private folder, read and removed, before the first
submission arrives.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import ClusterError, InvalidInputError
from coursekit.grading import lab as labs
from coursekit.grading.policy import Settings
from coursekit.grading.submission import NotReadable, Submission
from coursekit.labs.catalogue import FILE as CATALOGUE


@dataclass(frozen=True)
class Order:
    """What a node is asked to do; plain data. `lab_files` and `hidden_files` are `(name,
    content)`."""

    lab_name: str
    lab_files: tuple[tuple[str, bytes], ...]
    hidden_files: tuple[tuple[str, bytes], ...]
    tests_hash: str
    settings: Settings
    environment: dict[str, str]
    fast: str | None

    @classmethod
    def of(cls, lab: labs.GradedLab, hidden: list[Path], settings: Settings) -> Order:
        """Pack a lab and the settings of a run.

        Raises:
            InvalidInputError: if a test looks for files beside itself; tests travel alone.
        """
        files = [
            (name, (lab.folder / name).read_bytes())
            for name in (*labs.FILES, CATALOGUE)
            if (lab.folder / name).is_file()
        ]
        more = [(path.name, path.read_bytes()) for path in hidden]
        for name, content in (*files, *more):
            if b"__file__" in content:
                raise InvalidInputError(
                    f"Expected tests that need no other file: only they travel to the cluster. "
                    f"Received: {name}, which uses "
                    "`__file__`. Put the values into the test, or grade without --cluster."
                )
        return cls(
            lab.name,
            tuple(files),
            tuple(more),
            lab.tests_hash,
            settings,
            labs.environment(),
            os.environ.get("COURSEKIT_FAST"),
        )

    def unpack(self) -> labs.GradedLab:
        """Write the files where nobody else can read them, read the lab, and remove them.

        Raises:
            CoursekitError: if they cannot be read here, or are not what was sent.
        """
        with tempfile.TemporaryDirectory(prefix="coursekit-") as folder:  # mode 0700
            place = Path(folder) / self.lab_name
            paths = [
                Path(folder) / f"hidden-{number}" / name
                for number, (name, _) in enumerate(self.hidden_files)
            ]
            contents = [*self.lab_files, *self.hidden_files]
            for path, (_, content) in zip(
                [*(place / name for name, _ in self.lab_files), *paths], contents, strict=True
            ):
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(content)
            lab = labs.load(place, hidden=paths, only=self.settings.only)
        if lab.tests_hash != self.tests_hash:
            raise ClusterError("Expected the lab that was sent. Received: files with another hash.")
        return lab


@dataclass(frozen=True)
class Carried(Submission):
    """A submission whose bytes came along."""

    data: bytes = b""

    @classmethod
    def of(cls, submission: Submission) -> Carried:
        """Read a submission here, to grade it elsewhere. One that cannot be read takes the reason
        along."""
        fields = {**vars(submission), "path": "", "member": ""}
        try:
            return cls(**fields, data=submission.read())
        except NotReadable as error:
            return cls(**{**fields, "problem": str(error)})

    def read(self) -> bytes:
        """The bytes.

        Raises:
            NotReadable: for the reason that was found where the file lies.
        """
        if self.problem:
            raise NotReadable(self.problem)
        return self.data
