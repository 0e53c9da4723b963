"""Where a copy of the course lives: `[project.urls]` in pyproject.toml, or what a bundle is made
for.

While neither names an address, no badge, link or install cell names one.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path

from coursekit.errors import InvalidInputError

ROOT = Path(__file__).resolve().parents[3]
_ADDRESS = re.compile(r"https://[^\s/]+/[^\s/]+/[^\s/]+")
_COLAB = "https://colab.research.google.com"


@dataclasses.dataclass(frozen=True)
class Address:
    """A repository that students can reach.

    `labs` is the folder in it that holds the labs' folders ("" for its top); `wheel` the path of
    coursekit's wheel in it, None if the repository itself can be installed.
    """

    repository: str
    labs: str = "labs"
    wheel: str | None = None
    branch: str = "main"

    def __post_init__(self) -> None:
        if not _ADDRESS.fullmatch(self.repository):
            raise InvalidInputError(
                f"Expected the address of a repository, https://HOST/OWNER/NAME. Received: "
                f"{self.repository!r}."
            )

    def badge(self, lab: str) -> str:
        """Markdown that opens the notebook of `lab` in Colab; empty where Colab cannot, which opens
        from GitHub alone."""
        host, _, path = self.repository.removeprefix("https://").partition("/")
        if host != "github.com":
            return ""
        inside = "/".join(filter(None, (self.labs, lab, f"{lab}.ipynb")))
        page = f"{_COLAB}/github/{path}/blob/{self.branch}/{inside}"
        return f"[![Open In Colab]({_COLAB}/assets/colab-badge.svg)]({page})"

    @property
    def target(self) -> str:
        """What pip installs."""
        if self.wheel is None:
            return f"coursekit @ git+{self.repository}@{self.branch}"
        return f"coursekit @ {self.repository}/raw/{self.branch}/{self.wheel}"


def own_address() -> Address | None:
    """The address in this checkout's `[project.urls]`, under `Repository`; None while there is
    none."""
    try:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        return Address(project["urls"]["Repository"].rstrip("/"))
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return None
