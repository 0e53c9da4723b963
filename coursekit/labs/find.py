"""Where labs lie: in a folder named by the environment, around the working folder, in the checkout,
or in the installed package."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from coursekit.errors import InvalidInputError

_LAB_NAME = re.compile(r"\d{2}_[a-z0-9_]+")


def find_lab(name: str | int) -> Path:
    """The folder of the lab called `name` ("05_metrics", "05" or 5).

    Looks in `$COURSEKIT_LABS`, then in the working folder and its parents (`NN_topic` or
    `labs/NN_topic`), then in the checkout that this package was installed from, then in what the
    package brings.

    Raises:
        InvalidInputError: if it is in none of them; the message says where it looked.
    """
    places = list(dict.fromkeys(_places()))
    for place in places:
        for folder in _labs_in(place):
            if called(folder.name, name) and (folder / "test_public.py").is_file():
                return folder
    looked = ", ".join(str(p) for p in places)
    raise InvalidInputError(
        f"Expected the name of a lab, such as '05_metrics'. Received: {name!r}, found in none "
        f"of: {looked}. "
        "Start Jupyter in the folder that holds your labs, or set COURSEKIT_LABS to it."
    )


def labs_root(folder: str | Path | None = None) -> Path:
    """The folder that holds lab sources: `folder`, `$COURSEKIT_LABS`, or `labs` in the working
    folder, its parents or the checkout.

    Raises:
        InvalidInputError: if there is none.
    """
    if folder is not None:
        root = Path(folder)
        if not root.is_dir():
            raise InvalidInputError(f"Expected a folder of labs. Received: {folder}.")
        return root
    for place in _places(bundled=False):
        if any((lab / "source.py").is_file() for lab in _labs_in(place)):
            return place
    raise InvalidInputError(
        "Expected a folder of labs here or above. Received: none. Name it with --labs DIR or "
        "COURSEKIT_LABS."
    )


def select_labs(names: Iterable[str], root: str | Path | None = None) -> list[Path]:
    """The folders under `root` with a source, in order; only those called by `names` if there are
    any. A name with a separator in it, such as `mine/05_metrics`, is that very folder.

    Raises:
        InvalidInputError: if a name fits no lab, or a folder so named is none.
    """
    names = list(names)
    chosen: list[Path] = []
    for name in names:
        fitting = [_lab_at(name)] if _is_path(name) else _with_sources(root, name)
        chosen += [lab for lab in fitting if lab.resolve() not in {c.resolve() for c in chosen}]
    return chosen if names else _with_sources(root)


def _with_sources(root: str | Path | None, name: str | None = None) -> list[Path]:
    """The labs under `root`; those called `name`, of which there must be one, if it is given."""
    base = labs_root(root)
    folders = [lab for lab in _labs_in(base) if (lab / "source.py").is_file()]
    fitting = [lab for lab in folders if name is None or called(lab.name, name)]
    if name is not None and not fitting:
        known = ", ".join(lab.name for lab in folders) or "none"
        raise InvalidInputError(f"Expected a lab in {base}: {known}. Received: {name!r}.")
    return fitting


def _is_path(name: str) -> bool:
    return name in (".", "..") or os.sep in name or "/" in name


def _lab_at(path: str) -> Path:
    folder, real = Path(path), Path(path).resolve()
    if not _LAB_NAME.fullmatch(real.name) or not (real / "source.py").is_file():
        raise InvalidInputError(
            f"Expected the path of a lab's folder, NN_topic with its source.py. Received: "
            f"{path!r}. Name another folder, or a lab of the course by its number alone."
        )
    return folder if folder.name == real.name else real


def called(folder: str, name: str | int) -> bool:
    """Whether a lab's folder may be called `name`: by its whole name, its number or its topic.

    >>> called("05_metrics", "5"), called("05_metrics", "metrics"), called("05_metrics", "15")
    (True, True, False)
    """
    name = str(name)
    number = name.lstrip("0").zfill(2) if name.isdecimal() else None
    return name in (folder, folder[3:]) or number == folder[:2]


def _places(*, bundled: bool = True) -> Iterator[Path]:
    if named := os.environ.get("COURSEKIT_LABS"):
        yield Path(named)
    here = Path.cwd()
    for place in (here, *here.parents):
        yield place / "labs"
        yield place
    package = Path(__file__).resolve().parent
    yield package.parents[1] / "labs"
    if bundled:
        yield package / "_bundled"


def _labs_in(place: Path) -> list[Path]:
    try:
        inside = sorted(
            entry for entry in place.iterdir() if _LAB_NAME.fullmatch(entry.name) and entry.is_dir()
        )
    except OSError:
        return []
    return [place, *inside] if _LAB_NAME.fullmatch(place.name) else inside
