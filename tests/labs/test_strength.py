"""How strong a lab's checks are: mutants of the solution, answers that know nothing, fresh answers."""

import pytest

from coursekit.errors import LabSourceError
from coursekit.labs.author.build import build
from coursekit.labs.author.fresh import read_verdicts, verify_fresh
from coursekit.labs.author.garbage import earned
from coursekit.labs.author.jobs import verify_labs
from coursekit.labs.author.mistakes import Excuse
from coursekit.labs.author.mutants import (
    Mutant,
    MutantReport,
    fitting,
    lab_mutants,
    mutants,
    read_results,
    try_mutants,
    write_results,
)
from coursekit.labs.author.namespace import solution_namespace
from coursekit.labs.author.source import read_lab
from coursekit.labs.author.verify import verify_lab
from coursekit.labs.exchange import checks

SOURCE = '''def f(x, n):
    """x < 1 stays as it is."""
    y = x.copy()
    y = np.sum(y, axis=0) / (n - 1)
    return -y.T if n <= 3 else y + 0.5
'''


def test_each_mutant_is_one_change_with_a_text_of_its_own():
    texts = [m.text for m in mutants("f", SOURCE)]
    assert {
        "f: x.copy() -> x",
        "f: axis=0 -> axis=1",
        "f: n - 1 -> n",
        "f: n - 1 -> n + 1",
        "f: n <= 3 -> n < 3",
        "f: -y.T -> y.T",
        "f: y.T -> y",
        "f: y + 0.5 -> y",
        "f: y + 0.5 -> y - 0.5",
        "f: 0.5 -> 1.0",
    } <= set(texts)
    assert len(texts) == len(set(texts))
    assert all("stays as it is" in m.source for m in mutants("f", SOURCE))
    (kept,) = [m for m in mutants("f", SOURCE) if m.text == "f: axis=0 -> axis=1"]
    assert "np.sum(y, axis=1)" in kept.source
    assert "n <= 3" in kept.source


def test_what_students_are_given_is_left_alone(toy):
    lab = read_lab(toy)
    (first, _) = lab.exercises
    texts = [mutant.text for mutant in lab_mutants(lab, first)]
    assert any(text.startswith("centred: x - middle") for text in texts)
    assert not any("dtype=float" in text for text in texts if text.startswith("centred"))
    given = "class A:\n    n = 1\n\n    def f(self, k=2):\n        return k + 3\n"
    stub = given.replace("k + 3", "None")
    assert [m.text for m in mutants("A", given, stub)] == [
        "A: k + 3 -> k",
        "A: k + 3 -> k - 3",
        "A: 3 -> 4",
    ]


def test_a_mutant_that_no_check_fails_is_told_and_can_be_excused(toy):
    namespace = solution_namespace(read_lab(toy))
    cases = checks.select(checks.collect(toy, checks.PUBLIC), "90.1")
    source = "def scaled(x):\n    x = np.asarray(x, dtype=float)\n    return x / (np.max(np.abs(x)) + 0.0001 - 0.0001)\n"
    listed = mutants("scaled", source)
    report = try_mutants(namespace, listed, cases, [])
    assert report.tried == report.killed + len(report.survivors)
    assert report.killed >= 1
    if report.survivors:
        text = report.survivors[0].text
        again = try_mutants(namespace, listed, cases, [Excuse("90.1", text, "the same", 1)])
        assert again.excused == 1
        assert len(again.survivors) == len(report.survivors) - 1


def test_results_of_mutants_are_kept_and_go_stale_with_the_checks(toy):
    lab = read_lab(toy)
    survivor = next(m for m in lab_mutants(lab, lab.exercises[0]) if m.function == "scaled")
    survivors = [Mutant("scaled", survivor.text, ""), Mutant("scaled", "scaled: 1 -> 2", "")]
    found = MutantReport(tried=4, killed=2, survivors=survivors, left=1)
    write_results(lab, {"90.1": found})
    assert read_results(toy) == (fitting(lab), {"90.1": found})
    told = verify_lab(toy, seeds=1, notebooks=False)
    assert told.exercises[0].mutants == found
    assert f"mutant lives in exercise 90.1: {survivor.text}" in told.problems
    assert not any("scaled: 1 -> 2" in problem for problem in told.problems)  # no mutant by now
    assert "exercise 90.1: there was no time for 1 mutants" in told.notes

    excuse = f'excuse("90.1", {survivor.text!r}, "why not")\nexcuse("90.1", "no such", "why")'
    path = toy / "mistakes.py"
    path.write_text(
        f"from coursekit.labs.author.mistakes import excuse\n{path.read_text()}\n{excuse}\n"
    )
    problems = verify_lab(toy, seeds=1, notebooks=False).problems
    assert not any("lives" in problem for problem in problems)
    assert any("excuses a mutant that there is not" in problem for problem in problems)

    path = toy / "test_public.py"
    path.write_text(path.read_text() + "\n# another check\n")
    told = verify_lab(toy, seeds=1, notebooks=False)
    assert told.exercises[0].mutants is None
    assert any("mutants.json is of another solution or other checks" in n for n in told.notes)
    (toy / "mutants.json").write_text("[]")
    with pytest.raises(LabSourceError, match=r"mutants.json:1: expected what"):
        read_results(toy)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ('"""Divide by the largest', '"""Take it through the largest', True),
        ("is [0.5, -1].", "is [0.5, -1].\n\n    >>> len(scaled([3.0]))\n    1\n    ", False),
        ("np.max(np.abs(x))", "np.max(abs(x))", False),
    ],
    ids=["prose", "example", "code"],
)
def test_results_of_mutants_fit_until_code_or_examples_change(toy, old, new, same):
    path, fits = toy / "source.py", fitting(read_lab(toy))
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    assert (fitting(read_lab(toy)) == fits) == same


def test_answers_that_know_nothing_earn_nothing(toy):
    namespace = solution_namespace(read_lab(toy))
    for number, functions in (("90.1", ["centred", "scaled"]), ("90.2", ["Total", "twice"])):
        found = checks.collect(toy, checks.PUBLIC)
        before = dict(namespace)
        earned(namespace, functions, checks.select(found, number))
        assert namespace == before


def test_a_check_that_garbage_passes_is_found(toy):
    path = toy / "test_public.py"
    path.write_text(
        path.read_text() + '\n\n@pytest.mark.exercise("90.1")\ndef test_input_kept(student):\n'
        "    x = student.rng.normal(size=3)\n    result, after = student.call_tracking('scaled', x)\n"
        "    assert np.array_equal(after[0], x)\n"
    )
    found = earned(
        solution_namespace(read_lab(toy)),
        ["centred", "scaled"],
        checks.select(checks.collect(toy, checks.PUBLIC), "90.1"),
    )
    assert {name for name, case in found if case.name == "test_input_kept"} >= {
        "None",
        "0.0",
        "NaN",
    }


FRESH = """import numpy as np
from coursekit.labs import fresh


@fresh("90.1", wrong=True)
def centred(x):
    return np.asarray(x) / np.average(x)


@fresh("90.1", wrong=False)
def centred(x):
    x = [float(v) for v in np.ravel(x)]
    middle = sum(x) / len(x)
    return np.array([v - middle for v in x])


@fresh("90.1", wrong=True, name="three times")
def scaled(x):
    return 3 * np.asarray(x) / np.abs(x).max()
"""


def test_fresh_answers_are_measured_and_a_reworded_hint_is_judged_again(toy, tmp_path):
    folder = tmp_path / "fresh"
    folder.mkdir()
    (folder / "90_toy.py").write_text(FRESH, encoding="utf-8")
    build(toy)
    report = verify_fresh(toy, folder)
    assert len(report.wrong) == 2
    assert all(r.caught and r.public for r in report.wrong)
    first, second = report.wrong
    assert first.text == "Centring moves the values; it does not stretch them."
    assert "3 times too large" in second.text
    assert len(report.unjudged) == 2
    file = folder / "verdicts" / "90_toy.tsv"
    file.write_text(file.read_text().replace("\t?\t", "\thelps\t"))
    again = verify_fresh(toy, folder)
    assert again.count("helps") == 2
    assert again.unjudged == []
    mistakes = toy / "mistakes.py"
    mistakes.write_text(mistakes.read_text().replace("it does not stretch", "it never stretches"))
    build(toy)
    assert [r.entry.name for r in verify_fresh(toy, folder).unjudged] == ["centred 1"]


def test_a_verdict_of_another_form_is_an_error_with_its_line(tmp_path):
    file = tmp_path / "01.tsv"
    file.write_text("# head\n1.1\tf 1\tgreat\ttext\n")
    with pytest.raises(LabSourceError, match=r"01.tsv:2: expected exercise, name, verdict"):
        read_verdicts(file)


@pytest.mark.slow
def test_jobs_change_nothing_but_the_time(toy, tmp_path):
    import shutil

    other = tmp_path / "labs" / "91_toy"
    shutil.copytree(toy, other)
    for path in other.glob("*.py"):
        path.write_text(path.read_text().replace("90", "91"))
    (other / "90_toy.ipynb").unlink()
    build(other)
    (other / "source.py").write_text((other / "source.py").read_text() + "\n\n# %%\n1 / 0\n")
    (other.parent / "92_toy").mkdir()  # without a source
    folders = [toy, other, other.parent / "92_toy"]
    one = list(verify_labs(folders, 1, seeds=2))
    two = list(verify_labs(folders, 2, seeds=2))
    assert [(r.name, r.problems, r.exercises) for r in one] == [
        (r.name, r.problems, r.exercises) for r in two
    ]
    assert [[n.split(":")[0] for n in r.notes] for r in one] == [
        [n.split(":")[0] for n in r.notes] for r in two
    ]
    assert any("notebook stops: " in p for p in two[1].problems)
    assert [len(r.exercises) > 0 for r in two] == [True, True, False]
