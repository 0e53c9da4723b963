"""`open_lab` and what a student sees: checks, fallbacks, pictures, receipts."""

import dataclasses
import itertools
import json
import re
from pathlib import Path

import pytest

from coursekit import NotAnsweredYet, open_lab
from coursekit.errors import InvalidInputError
from coursekit.labs.author.build import build
from coursekit.labs.author.needs import block_names
from coursekit.labs.author.source import read_lab
from coursekit.labs.catalogue import read_catalogue, stored_catalogue
from coursekit.labs.exchange import checks
from coursekit.labs.find import find_lab
from coursekit.labs.session import LabSession

TOY = Path(__file__).parent / "toy_lab" / "90_toy"
RIGHT = """
import numpy as np
def centred(x):
    x = np.asarray(x, dtype=float)
    return x - x.mean()
def scaled(x):
    x = np.asarray(x, dtype=float)
    return x / np.abs(x).max()
class Total:
    def __init__(self):
        self.value = 0.0
    def add(self, amount):
        self.value += amount
        return self.value
def twice(function, x):
    return function(function(x))
"""


def names(*changes):
    """A namespace with right answers, changed by the code in `changes`."""
    space = {}
    exec("from coursekit import NotAnsweredYet\n" + RIGHT, space)
    for change in changes:
        exec(change, space)
    return space


def session(*changes, folder=TOY):
    return LabSession(folder, namespace=names(*changes))


def test_a_right_answer_never_reads_all_passed_while_hidden_checks_remain(capsys):
    result = session().check("90.1")
    assert result.passed
    assert capsys.readouterr().out.startswith(
        "Exercise 90.1: 3 of 3 public checks pass; hidden checks run at grading.\n"
    )
    assert str(session().check("90.2")).startswith("Exercise 90.2: 2 of 2 checks pass.")


def test_a_wrong_answer_shows_what_was_tried_expected_and_got():
    text = str(session("def scaled(x): return np.asarray(x) / 2").check("90.1"))
    assert "Exercise 90.1: 2 of 3 public checks pass." in text
    for line in (
        "[no] The largest magnitude becomes one",
        "tried:    scaled of six values",
        "expected: [",
        "got:      [",
    ):
        assert line in text
    assert re.search(r'check\("90\.1", seed=\d+\)', text)


def test_the_same_seed_repeats_the_inputs():
    lab = session("def scaled(x): return np.asarray(x) / 2")
    first, again, other = (str(lab.check("90.1", seed=seed)) for seed in (4, 4, 5))
    assert first == again
    assert first != other


def test_a_known_mistake_gets_its_hints_step_by_step(toy_bundle):
    wrong = "def centred(x):\n    x = np.array(x)\n    return x - x.mean(axis=0)"
    lab = session(wrong, folder=toy_bundle)
    first = lab.check("90.1")
    assert first.hints == ("There is one mean, not one per column.",)
    assert 'check("90.1", hint=2)' in str(first)
    assert lab.check("90.1", hint=2).hints[1] == "Which axis do you average over?"
    assert "hint=3" not in str(lab.check("90.1", hint=2))


def test_an_unknown_mistake_gets_no_hint(toy_bundle):
    result = session("def centred(x): return np.asarray(x) + 1", folder=toy_bundle).check("90.1")
    assert (result.state, result.hints) == ("failed", ())


@pytest.mark.parametrize(
    ("change", "state", "says"),
    [
        (
            "def centred(x): raise NotAnsweredYet('Exercise 90.1')",
            "not-answered",
            "Exercise 90.1 is not answered yet.",
        ),
        ("del centred", "missing", "`centred` is not defined here. Run the cell that defines it"),
        (
            "Centred = centred; del centred",
            "missing",
            "There is `Centred`; the check looks for `centred`",
        ),
        ("centred = 0.5", "missing", "`centred` is a float here, not a function"),
        (
            "def centred(x): raise KeyboardInterrupt",
            "interrupted",
            "interrupted, so nothing is decided",
        ),
        ("del np", "failed", "run the cells above first, the imports included"),
        ("def centred(x): exit()", "failed", "SystemExit"),
        ("def centred(x): return None", "failed", "does the function end with `return`?"),
        ("def centred(x): print('look'); return x", "failed", "printed:  look"),
    ],
)
def test_what_stands_in_the_way_is_said(change, state, says):
    result = session(change).check("90.1")
    assert result.state == state
    assert says in str(result)
    assert not result


def test_an_unknown_exercise_is_named():
    result = session().check("90.9")
    assert (result.state, str(result)) == (
        "unknown",
        "There is no exercise 90.9 in lab 90_toy. It has: 90.1, 90.2.",
    )


def test_html_is_escaped_and_needs_nothing_from_elsewhere():
    html = session("def centred(x): return '<script>alert(1)</script>'").check("90.1")._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "http" not in html
    assert "color:inherit" in html


def test_the_global_generators_are_left_as_they_were():
    import random

    import numpy as np

    np.random.seed(3)
    random.seed(3)
    expected = np.random.rand(), random.random()
    np.random.seed(3)
    random.seed(3)
    session().check("90.1")
    assert (np.random.rand(), random.random()) == expected


def test_answers_fall_back_where_they_do_not_pass(capsys):
    lab = session("def centred(x): return x")
    assert lab.answer("90.2", fallback=len, name="twice") is lab._namespace["twice"]
    assert lab.answer("90.1", fallback=len) is len
    out = capsys.readouterr().out
    assert "Exercise 90.2: this uses your `twice`." in out
    assert (
        "Exercise 90.1: your `centred` does not pass its checks yet, so this uses builtins's `len`."
        in out
    )
    with pytest.raises(NotAnsweredYet, match=r"90\.1"):
        lab.answer("90.1")
    with pytest.raises(InvalidInputError, match="Total, twice"):
        lab.answer("90.2", name="thrice")


def test_a_block_that_needs_an_answer_waits_in_one_line(capsys):
    lab = session("def centred(x): raise NotAnsweredYet('Exercise 90.1')")
    with lab.needs("90.1"):
        lab._namespace["centred"]([1, 2])
    assert capsys.readouterr().out == "This cell waits for Exercise 90.1: it is not answered yet.\n"
    with lab.needs("90.1", "90.2"):
        raise NotAnsweredYet("Exercise 90.2")
    assert "waits for Exercise 90.2" in capsys.readouterr().out
    del lab._namespace["twice"]
    with lab.needs("90.2"):
        raise NameError("name 'twice' is not defined", name="twice")
    assert "`twice` is not defined yet" in capsys.readouterr().out
    with pytest.raises(NameError), lab.needs("90.2"):
        raise NameError("name 'other' is not defined", name="other")
    with pytest.raises(ZeroDivisionError), lab.needs("90.2"):
        1 / 0  # noqa: B018


CELLS = [
    "with lab.needs('90.1'):\n    curve = centred([1.0, 3.0])\n    for part, width in [(curve, "
    "1)]:\n        import math as maths",
    "with lab.needs('90.2'):\n    high = twice(abs, curve[1])\n    print('high', high)",
    "with lab.needs('90.2'):\n    print('higher', high + maths.pi - maths.pi)",
]
STUBS = {
    "centred": "def centred(x): raise NotAnsweredYet('Exercise 90.1')",
    "twice": "def twice(function, x): raise NotAnsweredYet('Exercise 90.2')",
}


BLOCKS = {"90.1": ("curve", "maths", "part", "width"), "90.2": ("high",)}


def session_with_blocks(*changes):
    known = dataclasses.replace(read_catalogue(TOY), blocks=BLOCKS)
    return LabSession(TOY, namespace=names(*changes), catalogue=known)


def test_the_names_that_blocks_set_are_read_from_the_source(toy):
    source = toy / "source.py"
    cells = "\n\n".join(f"# %%\n{cell}" for cell in CELLS)
    source.write_text(source.read_text(encoding="utf-8") + "\n" + cells + "\n", encoding="utf-8")
    found = block_names(read_lab(toy))
    assert found == {"90.1": ("curve", "figure", "maths", "part", "width"), "90.2": ("high",)}
    build(toy)
    assert stored_catalogue(toy / "fingerprints.json").blocks == found


def run_cells(space, *cells):
    """Each cell compiled by itself, as a notebook does."""
    for cell in cells:
        exec(compile(cell, "<cell>", "exec"), space)


@pytest.mark.parametrize(
    ("unanswered", "waits"),
    [
        ((), []),
        (("centred",), ["90.1", "90.1", "90.1"]),
        (("twice",), ["90.2", "90.2"]),
        (("centred", "twice"), ["90.1", "90.1", "90.1"]),
    ],
)
def test_a_block_that_reads_what_a_waiting_block_would_have_set_waits_too(
    capsys, unanswered, waits
):
    lab = session_with_blocks(*(STUBS[name] for name in unanswered))
    lab._namespace["lab"] = lab
    run_cells(lab._namespace, *CELLS)
    lines = capsys.readouterr().out.splitlines()
    assert [
        re.search(r"waits for Exercise (90\.\d)", line)[1] for line in lines if "waits" in line
    ] == waits
    assert [line.split()[0] for line in lines if "waits" not in line] == (
        [] if waits else ["high", "higher"]
    )
    if "centred" in unanswered:
        assert (
            "`curve` comes from a cell above that waits for it. Once it is answered, run that "
            "cell again first." in lines[1]
        )


def test_what_a_waiting_block_began_is_not_taken_for_whole(capsys):
    lab = session_with_blocks(STUBS["twice"])
    lab._namespace["lab"] = lab
    began = "with lab.needs('90.2'):\n    high = {}\n    high['one'] = twice(abs, 1)"
    run_cells(lab._namespace, began, "with lab.needs('90.2'):\n    print(high['one'])")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert all("waits for Exercise 90.2" in line for line in lines)
    lab._namespace["high"] = {"one": 2}  # of an earlier run: stays
    run_cells(lab._namespace, began.replace("high = {}", "high = dict(high)"))
    assert lab._namespace["high"] == {"one": 2}


def test_once_answered_a_waiting_block_forgets_and_other_names_are_real_errors(capsys):
    lab = session_with_blocks(STUBS["centred"])
    space = lab._namespace
    space["lab"] = lab
    run_cells(space, CELLS[0])
    with pytest.raises(NameError, match="curves"):
        run_cells(space, "with lab.needs('90.2'):\n    print(curves)")
    with pytest.raises(NameError, match="curve"):
        run_cells(space, "print(curve)")
    exec(RIGHT, space)
    run_cells(space, *CELLS)
    assert "higher" in capsys.readouterr().out
    del space["curve"]
    with pytest.raises(NameError, match="curve"):
        run_cells(space, CELLS[1])


def test_hints_are_given_on_a_machine_that_is_slow_and_not_after_long_computing(
    toy_bundle, monkeypatch
):
    wrong = "def centred(x):\n    x = np.array(x)\n    return x - x.mean(axis=0)"
    for clock, hints in (("perf_counter", 1), ("process_time", 1), (None, 0)):
        ticks = itertools.count(step=20.0)
        with monkeypatch.context() as patch:
            for name in ("perf_counter", "process_time"):
                if clock in (name, None):
                    patch.setattr(checks.time, name, lambda ticks=ticks: next(ticks))
            assert len(session(wrong, folder=toy_bundle).check("90.1").hints) == hints


def test_waiting_blocks_leave_no_figure_open():
    plt = pytest.importorskip("matplotlib.pyplot")
    plt.close("all")
    kept = plt.figure()
    with session().needs("90.1"):
        plt.figure()
        raise NotAnsweredYet("Exercise 90.1")
    assert plt.get_fignums() == [kept.number]
    plt.close("all")


def test_pictures_need_words(capsys):
    from matplotlib.figure import Figure

    lab, figure = session(), Figure()
    lab.show(figure, alt="A line that rises from left to right.")
    assert "[picture: A line that rises from left to right.]" in capsys.readouterr().out
    for alt in ("a plot", "", None):
        with pytest.raises(InvalidInputError, match="30 characters"):
            lab.show(figure, alt=alt)


def test_claims_of_open_exercises_are_counted_not_shown(capsys):
    lab = session()
    values = (float("nan"), "nan % +- nan", None, "none of them", 0.5)
    lab.receipt([{"claim": f"claim {i}", "measured": value} for i, value in enumerate(values)])
    out = capsys.readouterr().out
    shown = [i for i in range(5) if f"claim {i}" in out]
    assert shown == [3, 4]
    assert "3 of 5 claims come with exercises that are still open." in out


def test_receipts_are_shown_and_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COURSEKIT_RECEIPT", str(tmp_path / "r.json"))
    lab = session()
    lab.receipt([{"claim": "it works", "stated": "yes", "measured": 0.123456}], seeds=[1, 2])
    out = capsys.readouterr().out
    assert "Receipt of lab 90_toy" in out
    assert "0.1235" in out
    record = json.loads((tmp_path / "r.json").read_text())
    assert record["rows"] == [
        {"claim": "it works", "source": "", "stated": "yes", "measured": "0.1235", "note": ""}
    ]
    assert (record["seeds"], record["throughput"]) == ([1, 2], [])
    lab.receipt([{"claim": "x", "measured": 1}], throughput=[{"device": "CPU", "rate": 0.123456}])
    assert "Throughput here" in capsys.readouterr().out
    record = json.loads((tmp_path / "r.json").read_text())
    assert record["throughput"] == [{"device": "CPU", "rate": "0.1235"}]
    with pytest.raises(InvalidInputError, match="claim, source"):
        lab.receipt([{"claim": "x"}])


def test_a_fault_in_a_sentence_does_not_take_the_result_away(monkeypatch):
    def fails(*_, **__):
        raise ZeroDivisionError("of a sentence")

    monkeypatch.setattr("coursekit.labs.feedback.explain.explain_answers", fails)
    with pytest.warns(RuntimeWarning, match="ZeroDivisionError: of a sentence"):
        result = session("def centred(x): return np.array(x) ** 3 + 7").check("90.1")
    assert not result.passed
    assert result.explanations == ()


def test_fast_mode_and_seed_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("COURSEKIT_FAST", "1")
    monkeypatch.setenv("COURSEKIT_SEED", "7")
    assert (session().fast, session().pick(100, 5), session().seed) == (True, 5, 7)
    monkeypatch.setenv("COURSEKIT_FAST", "0")
    assert session().pick(100, 5) == 100


def test_progress_lists_every_exercise(capsys):
    session(
        "def centred(x): return x", "def twice(f, x): raise NotAnsweredYet('Exercise 90.2')"
    ).progress()
    out = capsys.readouterr().out
    assert re.search(r"90\.1 .*does not pass yet", out)
    assert re.search(r"90\.2 .*to do", out)


def test_labs_are_found_around_the_working_folder(toy, tmp_path, monkeypatch):
    monkeypatch.delenv("COURSEKIT_LABS", raising=False)
    for place in (tmp_path, toy, toy.parent, toy / "deeper"):
        place.mkdir(exist_ok=True)
        monkeypatch.chdir(place)
        for name in ("90_toy", "90", 90, "090", "toy"):
            assert find_lab(name).resolve() == toy.resolve()
    with pytest.raises(InvalidInputError, match="COURSEKIT_LABS"):
        find_lab("91_nothing")
    monkeypatch.setenv("COURSEKIT_LABS", str(TOY.parent))
    assert find_lab("90_toy") == TOY


def test_open_lab_finds_answers_in_the_namespace_that_it_is_given(toy_bundle):
    space = names()
    space["open_lab"] = open_lab
    exec(
        'lab = open_lab("90_toy", namespace=globals())\ncheck = lab.check\nresult = check("90.1")\nwith '
        'lab.needs("90.1"):\n    value = twice(abs, -2)',
        space,
    )
    assert space["result"].passed
    assert space["value"] == 2


def test_a_bundle_with_a_broken_catalogue_says_so(toy_bundle):
    (toy_bundle / "fingerprints.json").write_text("{", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"fingerprints\.json"):
        open_lab("90_toy")
