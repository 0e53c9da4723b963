"""The small picture that feedback draws of arrays: expected beside got, for public checks alone."""

import numpy as np
import pytest
from grading_toys import PLAIN, notebook, write_notebook

from coursekit.grading import lab, runner
from coursekit.grading.books import drawing
from coursekit.grading.record import MOST_ROWS, as_tables

DOUBLED = (
    "def one_hot(labels, num_classes):\n    return 2.0 * np.eye(num_classes)[np.asarray(labels)]"
)


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (np.array(1.0), np.array(2.0)),
        (np.ones((MOST_ROWS + 1, 2)), np.ones((2, 2))),
        (np.ones((2, 2)), np.ones((2, MOST_ROWS + 1))),
        (np.ones((2, 2, 2)), np.ones((2, 2))),
        (np.ones(3), np.array([1.0, np.nan, 1.0])),
        (np.ones(3), np.ones(3) * 1j),
        (np.array(["a", "b"]), np.array(["a", "c"])),
        (np.ones((0, 3)), np.ones((2, 3))),
    ],
)
def test_what_cannot_be_drawn_small_is_left_out(expected, got):
    assert as_tables(expected, got) is None


def test_tables_keep_four_digits_and_drop_axes_of_length_one():
    tables = as_tables(np.array([[[0.123456, 2.0]]]), np.array([True, False]))
    assert tables == [[[0.1235, 2.0]], [[1.0, 0.0]]]


HUGE = 1.7976931348623157e308


@pytest.mark.parametrize(
    "tables",
    [
        ([[1.7e308, -1.7e308]], [[-1.7e308, 1.7e308]]),
        ([[HUGE, 0.0]], [[-HUGE, 5e-324]]),
        ([[0.0, 0.0]], [[0.0, 0.0]]),
        ([[5e-324, 0.0]], [[0.0, 0.0]]),
        ([[1e300] * 16] * 16, [[-1e300]]),
    ],
)
def test_any_finite_numbers_can_be_drawn(tables):
    drawn = drawing.tables_side_by_side(*tables)
    assert "nan" not in drawn
    assert "inf" not in drawn


def test_rounding_to_four_digits_never_leaves_the_finite_numbers():
    assert as_tables(np.array([HUGE, 0.0]), np.array([0.0, 0.0])) is None
    longs = np.array([1.0, 2.0], dtype=np.longdouble)
    assert as_tables(longs, longs * np.longdouble("1e4000")) is None


def test_only_the_entries_that_differ_are_framed():
    drawn = drawing.tables_side_by_side([[0.0, 1.0], [2.0, 3.0]], [[0.0, 2.0], [2.0, 3.0]])
    assert drawn.count('stroke="#d55e00"') == 2  # one in each table
    assert "1 of 4 entries differ" in drawn
    other = drawing.tables_side_by_side([[5.0, 5.0]], [[5.0, 5.0, 5.0]])
    assert other.count('stroke="#d55e00"') == 1
    assert "1 by 2 entries were due, 1 by 3 came" in other


def test_feedback_draws_public_checks_and_never_hidden_ones(policy, tmp_path):
    write_notebook(tmp_path / "ann.ipynb", notebook(PLAIN, {"one_hot": DOUBLED}))
    summary = runner.grade(PLAIN, tmp_path / "ann.ipynb", tmp_path / "out", jobs=1)
    drawn = {test.name: test.visibility for test in summary.records[0].tests if test.compared}
    assert set(drawn.values()) == {"public"}
    page = (tmp_path / "out" / "feedback" / "ann.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 2 * len(drawn)
    failed = [t for t in summary.records[0].tests if t.status == "failed"]
    assert lab.load(PLAIN).max_points() > summary.records[0].points
    assert len(failed) >= len(drawn)


def test_huge_finite_numbers_cost_nobody_a_page(policy, tmp_path):
    (tmp_path / "in").mkdir()
    huge = (
        "def one_hot(labels, num_classes):\n"
        "    return np.where(np.eye(num_classes)[np.asarray(labels)] > 0, 1.7e308, -1.7e308)"
    )
    write_notebook(tmp_path / "in" / "eve.ipynb", notebook(PLAIN, {"one_hot": huge}))
    write_notebook(tmp_path / "in" / "ann.ipynb", notebook(PLAIN))
    summary = runner.grade(PLAIN, tmp_path / "in", tmp_path / "out", jobs=1)
    assert (summary.exit_code, summary.bare_pages) == (0, [])
    assert "2e308" in (tmp_path / "out" / "feedback" / "eve.html").read_text(encoding="utf-8")
    assert len(list((tmp_path / "out" / "feedback").iterdir())) == 2
    assert (tmp_path / "out" / "report.html").is_file()
