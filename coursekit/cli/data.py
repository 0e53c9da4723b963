"""`coursekit data list|fetch|verify`: what data are here, bring more, check them."""

from __future__ import annotations

import argparse

from coursekit.cli._parser import help_of

_WIDTH = 132  # columns of a table that does not go to a terminal


def add_parser(commands) -> None:
    """Register the command."""
    parser = commands.add_parser(
        "data",
        help="list, fetch and verify the data sets",
        description="Say which data sets there are and where they lie, bring more, check them.",
        epilog="examples:\n  coursekit data list\n  coursekit data fetch mnist\n"
        "  coursekit data verify",
    )
    parser.set_defaults(run=help_of(parser))
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    listing = actions.add_parser(
        "list", help="what there is, its licence and size, and where it lies on this machine"
    )
    listing.set_defaults(run=run_list)
    fetch = actions.add_parser(
        "fetch", help="bring data sets into the cache, so that all else works offline"
    )
    fetch.add_argument("names", nargs="*", metavar="NAME", help="as in `coursekit data list`")
    fetch.add_argument("--all", action="store_true", help="all of them")
    fetch.set_defaults(run=run_fetch)
    verify = actions.add_parser(
        "verify", help="check every copy on this machine against its hashes"
    )
    verify.add_argument("names", nargs="*", metavar="NAME", help="only these")
    verify.set_defaults(run=run_verify)


def run_list(args: argparse.Namespace) -> int:
    """Print a table of the data sets and the places that are looked at."""
    from coursekit.datasets import _cache, registry

    table = _table("name", "holds", "download", "licence", "on this machine")
    for source in registry.SOURCES.values():
        copy = next(_cache.copies(source), None)
        table.add_row(
            source.name,
            source.examples,
            _megabytes(source.size) if source.downloads else "none",
            source.licence,
            "yes, with scikit-learn" if source.bundled else copy.origin if copy else "no",
        )
    console = _console()
    console.print(table)
    for place, folder in _cache.places():
        console.print(f"{place}: {folder}", markup=False, highlight=False, soft_wrap=True)
    return 0


def run_fetch(args: argparse.Namespace) -> int:
    """Download what is not on this machine yet, and say where it lies."""
    from coursekit.datasets import _cache, registry
    from coursekit.errors import InvalidInputError

    if args.all and args.names:
        raise InvalidInputError(
            "`coursekit data fetch` takes names or --all. Received: both. Leave one out."
        )
    if not args.all and not args.names:
        raise InvalidInputError(
            f"`coursekit data fetch` expects at least one name, or --all. Known: "
            f"{', '.join(registry.fetched())}. Received: none."
        )
    for source in _sources(list(registry.fetched()) if args.all else args.names):
        _, copy = _cache.resolve(source)
        _console().print(
            f"{source.name}: {copy.origin}, in {copy.folder}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    return 0


def run_verify(args: argparse.Namespace) -> int:
    """Check every copy; raise an error (exit code 2) if one is damaged or a named data set is not
    there."""
    from coursekit.datasets import _cache, registry
    from coursekit.datasets._formats import Damaged
    from coursekit.errors import DataUnavailableError

    table, bad = _table("name", "copy", "result"), []
    for source in _sources(args.names or list(registry.fetched())):
        found = list(_cache.copies(source))
        if not found:
            table.add_row(source.name, "", "not on this machine")
            bad += [f"{source.name} is not on this machine"] if args.names else []
        for copy in found:
            try:
                copy.read()
                result = "good" if copy.form.hashed else "shapes good; no hash is known"
            except Damaged as error:
                result = f"damaged: {error}"
                bad.append(f"{copy.folder / copy.form.files[0]} is damaged ({error})")
            table.add_row(source.name, copy.origin, result)
    _console().print(table)
    if bad:
        raise DataUnavailableError(
            f"{'; '.join(bad)}. Remove a damaged file, then run `coursekit data fetch NAME`."
        )
    return 0


def _sources(names: list[str]) -> list:
    from coursekit.datasets import registry
    from coursekit.errors import InvalidInputError, did_you_mean

    sources = registry.fetched()

    chosen = []
    for name in dict.fromkeys(names):
        key = name.strip().lower().replace("-", "_")
        if key in registry.SOURCES and key not in sources:
            raise InvalidInputError(
                f"{key} come with scikit-learn: there is nothing to fetch or verify. Leave the "
                f"name out."
            )
        if key not in sources:
            raise InvalidInputError(
                f"No data set is called {name!r}.{did_you_mean(key, sources)} Known: "
                f"{', '.join(sources)}."
            )
        chosen.append(sources[key])
    return chosen


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB" if size >= 1e7 else f"{size / 1e6:.1f} MB"


def _console():
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=_WIDTH)


def _table(*columns: str):
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column == "name")
    return table
