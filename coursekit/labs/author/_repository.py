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
_ADDRESS = re.compile(
    r"https://(?P<host>[a-z0-9.-]+(?::\d+)?)/(?P<path>[\w.-]*\w[\w.-]*/[\w.-]*\w[\w.-]*)",
    re.ASCII | re.IGNORECASE,
)
_ODD = re.compile(r"[^\w./-]", re.ASCII)
_COLAB = "https://colab.research.google.com"


@dataclasses.dataclass(frozen=True)
class Address:
    """A repository that students can reach.

    `repository` is its address as a browser shows it, kept in its plain form: the host in small
    letters, github.com without `www.`, no `.git`, query, fragment or slash at the end.
    `labs` is the folder in it that holds the labs' folders ("" for its top); `wheel` the path of
    coursekit's wheel in it, None if the repository itself can be installed.
    """

    repository: str
    labs: str = "labs"
    wheel: str | None = None
    branch: str = "main"

    def __post_init__(self) -> None:
        object.__setattr__(self, "repository", _plain(self.repository))

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


def _plain(address: str) -> str:
    """The plain form of a repository's address. What may be a password is in no message."""
    page = re.split(r"[?#]", address, maxsplit=1)[0].rstrip("/")
    matched = _ADDRESS.fullmatch(page.removesuffix(".git"))
    if matched is None:
        odd = set(_ODD.findall(re.sub("^https?://", "", page, flags=re.IGNORECASE)))
        telling = sorted(odd & {":", "@"} or odd)
        received = f"one that holds {' '.join(map(repr, telling))}" if odd else repr(page)
        raise InvalidInputError(
            f"Expected the address of a repository, https://HOST/OWNER/NAME. Received: "
            f"{received}. Give it as students open it in a browser, without user name or token."
        )
    host = matched["host"].lower()
    host = "github.com" if host == "www.github.com" else host
    return f"https://{host}/{matched['path']}"


def own_address() -> Address | None:
    """The address in this checkout's `[project.urls]`, under `Repository`; None while there is
    none."""
    try:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        return Address(project["urls"]["Repository"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return None
