"""The HTML kit escapes by construction, and words from outside are made fit to be shown."""

import doctest

import pytest

from coursekit import _html, _text, errors
from coursekit._html import Html, el, page, table

WILD = "<b>&\"'\x1b[31m\u202egnp.exe\x00\ud800"


@pytest.mark.parametrize("module", [_html, _text, errors])
def test_the_examples_hold(module):
    result = doctest.testmod(module)
    assert result.attempted
    assert result.failed == 0


def test_children_attributes_and_cells_are_escaped_unless_they_were_built_here():
    made = [
        el("p", WILD, title=WILD),
        table([WILD], [[WILD]], label=WILD),
        page(WILD, [WILD]),
        _html.folded(WILD, WILD),
        _html.join([WILD, WILD], WILD),
    ]
    for one in made:
        assert "<b>" not in one
        assert not set("\x1b\u202e\x00\ud800") & set(one)
        one.encode("utf-8")
    assert el("p", el("b", "x")) == "<p><b>x</b></p>"
    assert el("p", el("b", "x") + "<i>") == "<p>&lt;b&gt;x&lt;/b&gt;&lt;i&gt;</p>"  # text once more


def test_only_the_one_script_may_run():
    assert "script" not in page("t", [])
    assert "script-src 'sha256-".replace("'", "&#x27;") in page("t", [], script="1")
    assert isinstance(el("p"), Html)


@pytest.mark.parametrize(
    "value",
    [1.7e308, -1.7e308, float("inf"), float("nan"), 10**5000, "x", None, 1e-320, -0.0, True],
    ids=lambda value: type(value).__name__,
)
def test_any_number_becomes_a_short_text(value):
    assert 0 < len(_text.number(value)) < 20
    assert 0 < len(_text.short_number(value)) < 10


def test_numbers_keep_what_counts():
    assert [_text.number(v) for v in (19 / 3, 9.0, 100, 0.0004, -0.0001, 10.0)] == [
        "6.333", "9", "100", "0", "0", "10",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("ann", "ann"),
        ("\t=1", "'=1"),
        (" =1", "'=1"),
        ("\uff1dcmd()", "'\uff1dcmd()"),
        ("ann;=1+1", "ann;'=1+1"),
        ("ann,\t@SUM(A1)", "ann, '@SUM(A1)"),
        ("a\n=1", "a =1"),
        ("x-y", "x-y"),
        (3.5, 3.5),
    ],
)
def test_no_cell_is_a_formula(value, cell):
    assert _text.cell(value) == cell
