"""Feedback and class report as they are met: 300 students, two widths, light and dark."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import tarfile

import pytest
from large_class import make_class

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIZES = {"wide": 1400, "phone": 390}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("class")
    assert make_class(out, 300) == []
    return out


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Every kind of element that the large class has, in a tenth of the size: axe looks at each."""
    out = tmp_path_factory.mktemp("small")
    assert make_class(out, 61) == []
    return out


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    """The text of axe-core, fetched with npm into a temporary folder."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    place = tmp_path_factory.mktemp("axe")
    done = subprocess.run(
        [npm, "pack", "--silent", "axe-core@4"], cwd=place, capture_output=True, timeout=120
    )
    packed = list(place.glob("axe-core-*.tgz"))
    if done.returncode or not packed:
        pytest.skip("npm cannot fetch axe-core here")
    with tarfile.open(packed[0]) as archive:
        return archive.extractfile("package/axe.min.js").read().decode("utf-8")


def page_of(folder, kind):
    """The address of the report, or of the longest feedback page."""
    if kind == "report":
        return (folder / "report.html").as_uri()
    return max((folder / "feedback").iterdir(), key=lambda path: path.stat().st_size).as_uri()


@pytest.fixture(params=["report", "feedback"])
def address(request, folder):
    return page_of(folder, request.param)


@pytest.fixture
def open_page(browser):
    """`open_page(address, width, scheme)`; a page that complains fails the test."""
    pages, faults = [], []

    def open_page(address, width=1400, scheme="light"):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=False
        )
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text))
        page.goto(address)
        pages.append(context)
        return page

    yield open_page
    for context in pages:
        context.close()
    assert faults == []


@pytest.mark.parametrize("width", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["report", "feedback"])
def test_axe_finds_no_violation(browser, axe, small, kind, width, scheme):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    page.goto(page_of(small, kind))
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.evaluate(axe)
    found = page.evaluate("axe.run()")["violations"]
    context.close()
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


@pytest.mark.parametrize("width", SIZES.values(), ids=SIZES)
def test_a_page_fits_its_width_and_has_one_main_and_ordered_headings(open_page, address, width):
    page = open_page(address, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("main").count() == 1
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_the_report_says_first_what_cost_the_class_most(open_page, folder):
    page = open_page((folder / "report.html").as_uri())
    heads = page.locator("h2").all_inner_texts()
    assert heads[:4] == [
        "Where the points went",
        "Commonest mistakes",
        "Students",
        "Similar answers",
    ]
    lost = page.locator(".losses tbody td:nth-child(2)").all_inner_texts()
    numbers = [float(text.split()[0]) for text in lost]
    assert len(numbers) == 8
    assert numbers == sorted(numbers, reverse=True)
    assert page.locator("details", has_text="5 students").count() == 1
    assert not page.locator("details table").first.is_visible()


def test_students_are_sorted_found_and_linked(open_page, folder):
    page = open_page((folder / "report.html").as_uri())
    rows = page.locator("#students tbody tr")
    assert rows.count() == 300
    points = page.locator("#students thead button", has_text="points")

    def column():
        return [float(t) for t in page.locator("#students tbody td:nth-child(2)").all_inner_texts()]

    points.focus()
    page.keyboard.press("Enter")
    assert column() == sorted(column())
    points.click()
    assert column() == sorted(column(), reverse=True)
    assert page.locator("#students th[aria-sort=descending]").inner_text() == "points"
    name = rows.nth(7).locator("a").inner_text()
    page.get_by_label("Search").fill(name.lower())
    assert page.locator("#found").inner_text() == "1 of 300 students"
    page.locator("#students tbody tr:visible a").click()
    assert name in page.locator("main").inner_text()
    assert page.locator("h1").count() == 1


def test_feedback_speaks_in_sentences(open_page, folder):
    page = open_page(page_of(folder, "feedback"))
    said = page.locator("main").inner_text()
    assert "test_" not in said
    assert "_" not in "".join(page.locator("h3").all_inner_texts())
    for part in page.locator(".hint").all():
        before = part.evaluate("one => one.previousElementSibling.tagName")
        assert before == "H2"
        assert part.evaluate("one => getComputedStyle(one).borderLeftColor") != page.evaluate(
            "getComputedStyle(document.querySelector('.good')).color"
        )
