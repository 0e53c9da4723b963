"""The built site: nothing broken, nothing from elsewhere, nothing that gives an answer away."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from coursekit.cli import build_parser
from coursekit.labs.author.source import BEGIN, END, read_lab, stub_text

ROOT = Path(__file__).parents[2]
LABS = sorted(path.parent for path in (ROOT / "labs").glob("[0-9][0-9]_*/source.py"))


class Page(HTMLParser):
    """Links, what is loaded, ids, pictures and text of a page."""

    def __init__(self, path: Path):
        super().__init__()
        self.links, self.loaded, self.ids, self.bare, self.words = [], [], set(), [], []
        self.headings, self.scripts, self._skip = [], 0, 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids |= {given[key] for key in ("id", "name") if given.get(key)}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag in ("img", "script", "iframe", "source", "video") and given.get("src"):
            self.loaded.append(given["src"])
        if tag == "link" and given.get("href") and given.get("rel") not in ("canonical",):
            self.loaded.append(given["href"])
        if tag == "img" and not (given.get("alt") or "").strip():
            self.bare.append(given.get("src", "")[:80])
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self._skip += tag in ("script", "style")

    def handle_endtag(self, tag):
        self._skip -= tag in ("script", "style")

    def handle_data(self, data):
        if not self._skip:
            self.words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())


@pytest.fixture(scope="module")
def pages(site) -> dict[str, Page]:
    return {
        path.relative_to(site).as_posix(): Page(path)
        for path in sorted(site.rglob("*.html"))
        if "_static" not in path.relative_to(site).parts
    }


def test_no_link_is_broken(site, pages):
    broken = []
    for name, page in pages.items():
        for address in [*page.links, *page.loaded]:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (site / name).parent / unquote(parts.path) if parts.path else site / name
            target = target.resolve()
            if not target.is_file():
                broken.append(f"{name}: {address}")
            elif parts.fragment and target.suffix == ".html":
                other = pages[target.relative_to(site).as_posix()]
                if unquote(parts.fragment) not in other.ids:
                    broken.append(f"{name}: {address}")
    assert broken == []


def test_nothing_is_loaded_from_elsewhere(site, pages):
    outside = [
        f"{name}: {address}"
        for name, page in pages.items()
        for address in page.loaded
        if urlsplit(address).scheme not in ("", "data") or urlsplit(address).netloc
    ]
    styles = [
        f"{path.name}: {found}"
        for path in site.rglob("*.css")
        for found in re.findall(r"url\(\s*[\"']?((?:https?:)?//[^)\"']+)", path.read_text())
    ]
    assert outside + styles == []


def test_every_picture_says_what_is_seen(pages):
    assert {name: page.bare for name, page in pages.items() if page.bare} == {}


def test_headings_have_one_top_and_skip_no_level(pages):
    wrong = []
    for name, page in pages.items():
        steps = zip(page.headings, page.headings[1:], strict=False)
        if page.headings.count(1) != 1 or any(b > a + 1 for a, b in steps):
            wrong.append((name, page.headings))
    assert wrong == []


def solution_lines(folder: Path) -> set[str]:
    """What the solutions say and the student's notebook does not: lines long enough to tell."""
    inside, lines = False, set()
    for line in (folder / "source.py").read_text(encoding="utf-8").splitlines():
        bare = line.strip()
        if bare == BEGIN:
            inside = True
        elif bare == END:
            inside = False
        elif inside and len(bare) >= 16 and not bare.startswith("#"):
            lines.add(" ".join(bare.split()))
    lab = read_lab(folder)
    given = " ".join(
        " ".join(
            (
                stub_text(c.text, c.exercise or "")
                if c.role == "answer" or BEGIN in c.text
                else c.text
            ).split()
        )
        for c in lab.cells
    )
    return {line for line in lines if line not in given}


@pytest.mark.parametrize("folder", LABS, ids=lambda folder: folder.name)
def test_a_labs_page_is_there_and_holds_no_line_of_a_solution(site, pages, folder):
    name = f"labs/{folder.name}.html"
    assert name in pages, f"make docs was run without {folder.name}"
    lines = solution_lines(folder)
    assert len(lines) > 5
    assert sorted(line for line in lines if line in pages[name].text) == []
    assert BEGIN not in pages[name].text
    every = " ".join(page.text for page in pages.values())
    telling = (line for line in lines if len(line) >= 32)  # short ones are in other labs by chance
    assert sorted(line for line in telling if line in every) == []
    assert not (site / "_sources").exists()
    assert not list(site.rglob("*.ipynb"))


@pytest.mark.parametrize("folder", LABS, ids=lambda folder: folder.name)
def test_a_labs_page_shows_what_the_lab_shows(site, pages, folder):
    text = (site / "labs" / f"{folder.name}.html").read_text(encoding="utf-8")
    lab = read_lab(folder)
    for exercise in lab.exercises:
        assert f"Exercise {exercise.number}" in text
    assert text.count("<img") >= 2
    assert "checks pass" in text
    assert 'NotAnsweredYet("Exercise' in pages[f"labs/{folder.name}.html"].text
    assert "Traceback" not in text


def test_what_gives_a_prediction_away_is_folded(site):
    folded = 0
    for folder in LABS:
        text = (site / "labs" / f"{folder.name}.html").read_text(encoding="utf-8")
        folded += len(re.findall(r'<details class="[^"]*hide[^"]*">', text))
        assert not re.search(r'<details class="[^"]*hide[^"]*"[^>]*\bopen\b', text)
    assert folded >= len(LABS)


def test_every_command_and_every_public_name_is_listed(pages):
    import coursekit

    text = pages["commands.html"].text
    commands = next(
        action.choices
        for action in build_parser()._actions
        if hasattr(action, "choices") and isinstance(action.choices, dict)
    )
    assert set(commands) >= {"compare", "labs", "grade"}
    assert [name for name in commands if f"coursekit {name}" not in text] == []
    every = pages["api/index.html"].text
    assert [name for name in coursekit.__all__ if f"coursekit.{name}" not in every] == []
    for room in coursekit._ROOMS:
        names = getattr(getattr(coursekit, room), "__all__", [])
        missing = [name for name in names if f"{name}" not in pages[f"api/{room}.html"].text]
        assert missing == []


def test_the_search_knows_a_word_of_the_glossary(site):
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    assert '"mcnemar"' in index
    assert (
        "https://"
        not in (site / "_static" / "searchtools.js").read_text(encoding="utf-8").split("*/")[-1]
    )


def test_licences_of_what_is_shipped_are_listed(site, pages):
    text = pages["licences.html"].text
    assert "furo" in text
    if (site / "_static" / "mathjax").is_dir():
        assert "mathjax 3" in text
        assert "onnxruntime-web" in text
