"""Answers are found and graded wherever they stand, and the feedback says what happened."""

import json

import pytest
from grading_toys import PLAIN, code_cell, notebook, points, solutions, statuses

FULL = {"1": 3.0, "2": 3.0, "3": 3.0}


def cell_of(made, name):
    return next(
        c
        for c in made["cells"]
        if c["cell_type"] == "code" and f"def {name}(" in "".join(c["source"])
    )


def test_the_solution_gets_all_points_and_the_untouched_notebook_none(grade_one):
    right = grade_one()
    assert (right.status, points(right), right.points, right.percent) == (
        "graded",
        FULL,
        9.0,
        100.0,
    )
    untouched = grade_one(unanswered=solutions(PLAIN))
    assert untouched.points == 0.0
    assert {t.status for t in untouched.tests} == {"not-answered"}


def test_a_wrong_answer_fails_with_what_was_tried_expected_and_got(grade_one):
    record = grade_one(
        {"mean_square": "def mean_square(x):\n    return float(np.sum(np.square(x)))"}
    )
    assert points(record) == {
        **FULL,
        "1": pytest.approx(1 / 3),
    }  # the shape (1,) cannot tell a sum from a mean
    message = next(t.message for t in record.tests if t.status == "failed")
    assert [line.split(":")[0] for line in message.splitlines()] == ["tried", "expected", "got"]


def test_the_students_error_and_line_are_reported(grade_one):
    record = grade_one({"mean_square": "def mean_square(x):\n    y = x\n    return y.nothing()"})
    assert statuses(record, "1") == {"error"}
    message = record.tests[0].message
    assert "AttributeError" in message
    assert "line 3 of `mean_square`: return y.nothing()" in message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("while True:\n        pass", "It was interrupted."),
        (
            "while True:\n        try:\n            while True:\n                pass\n        "
            "except BaseException:\n            pass",
            "It did not react to an interrupt and was ended.",
        ),
    ],
    ids=["plain", "stubborn"],
)
def test_an_endless_loop_is_interrupted_first(grade_one, body, said):
    record = grade_one({"mean_square": f"def mean_square(x):\n    {body}"})
    assert statuses(record, "1") == {"timeout"}
    assert said in record.tests[0].message
    assert points(record) == {**FULL, "1": 0.0}


def test_moved_copied_and_retyped_cells_are_graded(grade_one):
    made = notebook(PLAIN)
    made["cells"].reverse()
    assert points(grade_one(made=made)) == FULL
    for cell in made["cells"]:
        cell["metadata"] = {}
        cell.pop("id", None)
    assert points(grade_one(made=made)) == FULL


def test_an_answer_above_the_untouched_stub_counts(grade_one):
    record = grade_one(
        before=["import numpy as np\n" + solutions(PLAIN)["mean_square"]],
        unanswered=["mean_square"],
    )
    assert points(record) == FULL


def test_of_two_answers_the_last_counts_and_it_is_said(grade_one):
    record = grade_one(after=["def mean_square(x):\n    return 0.0"])
    assert points(record) == {**FULL, "1": 0.0}
    assert any("`mean_square` is written 2 times" in note for note in record.notes)


def test_a_misnamed_answer_is_found_by_its_grade_id(grade_one):
    made = notebook(
        PLAIN, {"mean_square": "def meanSquare(x):\n    return float(np.mean(np.square(x)))"}
    )
    record = grade_one(made=made)
    assert points(record) == FULL
    assert any("`meanSquare` in its cell was taken for it" in note for note in record.notes)


def test_a_missing_import_and_a_missing_helper_come_from_the_released_notebook(grade_one):
    made = notebook(PLAIN)
    made["cells"] = [
        c
        for c in made["cells"]
        if not any(w in "".join(c["source"]) for w in ("import numpy", "def row_sums"))
    ]
    record = grade_one(made=made)
    assert points(record) == FULL
    assert any("`np` is missing in this copy" in note for note in record.notes)
    assert any("`row_sums` is missing in this copy" in note for note in record.notes)


def test_a_cell_runs_when_its_name_is_needed(grade_one):
    made = notebook(
        PLAIN,
        {"mean_square": "def mean_square(x):\n    return float(np.mean(np.square(x))) * scale"},
    )
    made["cells"].insert(0, code_cell("scale = 2.0\nscale = scale - 1.0"))
    assert points(grade_one(made=made)) == FULL


def test_filled_tables_are_whole_when_they_are_needed(grade_one):
    answers = {
        "mean_square": "table = {}\nfor k in range(3):\n    table[k] = k\ndef "
        "mean_square(x):\n    return float(np.mean(x ** table[2]))"
    }
    assert points(grade_one(answers)) == FULL


def test_experiments_and_plots_are_not_run(grade_one):
    record = grade_one(
        before=["import time\n", "x = 1\ntime.sleep(100)", "time.sleep(100)"], time_limit=2.0
    )
    assert points(record) == FULL
    assert record.seconds < 20


def test_magics_and_shell_lines_do_no_harm(grade_one):
    answers = {
        "mean_square": "%matplotlib inline\n!pip install x\n?np.mean\ndef mean_square(x):\n    "
        "return float(np.mean(np.square(x)))"
    }
    assert points(grade_one(answers, before=["%%bash\nrm -rf /", "%%time\ny = 1"])) == FULL


def test_a_syntax_error_costs_only_its_own_block(grade_one):
    answers = {"one_hot": "def one_hot(labels, n:\n    return 1"}
    record = grade_one(answers)
    assert points(record) == {"1": 3.0, "2": 3.0, "3": 2.0}
    assert any("Python cannot read this cell" in note for note in record.notes)


def test_an_error_in_a_cell_keeps_what_is_defined_after_it(grade_one):
    answers = {
        "mean_square": "print(undefined)\ndef mean_square(x):\n    return "
        "float(np.mean(np.square(x)))\n1 / 0"
    }
    record = grade_one(answers)
    assert points(record) == FULL
    assert any("ZeroDivisionError" in note for note in record.notes)


def test_a_changed_input_is_noticed(grade_one):
    record = grade_one({"normalised": "def normalised(x):\n    x /= row_sums(x)\n    return x"})
    assert points(record)["2"] == 0.0
    assert "was changed by the call" in next(
        t.message for t in record.tests if t.status == "failed"
    )


def test_a_script_in_percent_format_is_graded(grade_one):
    text = "# %%\nimport numpy as np\n\n# %% [markdown]\n# words\n\n# %%\n" + "\n\n".join(
        solutions(PLAIN).values()
    )
    assert points(grade_one(text=text, kind="py")) == FULL


def test_a_warning_costs_nothing(grade_one):
    body = (
        "    import sys, warnings\n    warnings.warn('careful')\n    print('W', "
        "file=sys.stderr)\n    return float(np.mean(np.square(x)))"
    )
    assert points(grade_one({"mean_square": "def mean_square(x):\n" + body})) == FULL


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "{}",
        "7",
        '{"cells": []}',
        '{"cells": [{"cell_type": "markdown", "source": "x"}]}',
        '{"cells": 5}',
        '{"worksheets": [{"cells": 5}, 5]}',
        "[" * 100_000,
        '{"cells": [{"cell_type": "code", "source": ""}]}',
    ],
)
def test_a_file_that_is_no_notebook_is_unreadable_and_says_why(grade_one, text):
    record = grade_one(text=text)
    assert (record.status, record.points) == ("unreadable", 0.0)
    assert record.notes[0].startswith("The ")


def test_a_database_in_memory_works(grade_one):
    body = (
        "    import sqlite3\n    rows = [(float(v),) for v in np.ravel(x)]\n"
        "    with sqlite3.connect(':memory:') as database:\n"
        "        database.execute('CREATE TABLE t (v REAL)')\n"
        "        database.executemany('INSERT INTO t VALUES (?)', rows)\n"
        "        return database.execute('SELECT avg(v * v) FROM t').fetchone()[0]"
    )
    assert points(grade_one({"mean_square": f"def mean_square(x):\n{body}"})) == FULL


def test_a_number_of_many_digits_in_an_output_is_nobodys_fault(grade_one):
    text = json.dumps(notebook(PLAIN))[:-1] + f', "metadata": {{"n": {"9" * 10_000}}}}}'
    assert points(grade_one(text=text)) == FULL


@pytest.mark.parametrize("length", [150, 900, 1900])
def test_a_statement_of_many_levels_costs_itself_alone(grade_one, length):
    branches = "\n".join(["if EPSILON == 0:\n    pass", *["elif EPSILON > 1:\n    x = 1"] * length])
    record = grade_one(before=[f"def helper():\n    pass\n{branches}"])
    assert points(record) == FULL
    assert any("line 3 has more than 200 levels" in n for n in record.notes) == (length > 200)


def test_the_same_seed_gives_the_same_inputs_and_another_seed_others(grade_one):
    wrong = {"mean_square": "def mean_square(x):\n    return float(np.sum(x))"}
    first, again, other = (grade_one(wrong, seed=seed).tests[0].message for seed in (5, 5, 6))
    assert first == again
    assert first != other
