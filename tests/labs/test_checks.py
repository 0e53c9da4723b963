"""Collecting and running checks without a pytest session."""

from pathlib import Path

import pytest

from coursekit.errors import LabSourceError
from coursekit.labs.author.lint import lint_file
from coursekit.labs.exchange.checks import collect, collect_file, run_case, select
from coursekit.labs.exchange.student import local_student

TOY = Path(__file__).parent / "toy_lab" / "90_toy"
HEAD = "import numpy as np, pytest\nfrom coursekit.labs.testing import *\n"
MARK = '@pytest.mark.exercise("90.1")\n'


def cases_of(tmp_path, body):
    path = tmp_path / "test_public.py"
    path.write_text(HEAD + body, encoding="utf-8")
    return collect_file(path, "public")


def run(case, names=None, seed=1, **kwargs):
    return run_case(case, local_student(names or {}, case.seed(seed)), **kwargs)


def test_marks_and_parameters_are_honoured():
    cases = collect(TOY)
    assert [(c.name, c.exercise, c.points) for c in cases] == [
        ("test_centred_has_mean_zero[shape0]", "90.1", 1.0),
        ("test_centred_has_mean_zero[shape1]", "90.1", 1.0),
        ("test_scaled_reaches_one", "90.1", 1.0),
        ("test_total_adds_up", "90.2", 3.0),
        ("test_twice_calls_two_times", "90.2", 1.0),
    ]
    assert cases[2].title == "The largest magnitude becomes one"
    assert cases[3].title == "total adds up"
    assert len(select(cases, "90.2")) == 2
    assert [c.visibility for c in collect(TOY, "hidden")] == ["hidden"]


def test_parametrize_in_its_forms(tmp_path):
    body = MARK + (
        '@pytest.mark.parametrize("a, b", [(1, "x"), pytest.param(2, "y", id="two")])\n'
        '@pytest.mark.parametrize("c", [True, False], ids=["yes", "no"])\n'
        "@pytest.mark.points(4)\n"
        "def test_it(student, a, b, c):\n    assert (a, b) in ((1, 'x'), (2, 'y'))\n"
    )
    cases = cases_of(tmp_path, body)
    assert {c.name for c in cases} == {
        f"test_it[{i}]" for i in ("yes-1-x", "no-1-x", "yes-two", "no-two")
    }
    assert [c.points for c in cases] == [1.0] * 4
    assert all(run(c).passed for c in cases)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("def test_it(student):\n    pass\n", "mark.exercise"),
        (MARK + "def test_it(student, tmp_path):\n    pass\n", "student"),
        ("def test_it(student:\n", "expected Python"),
        ("import nothing_of_this_name\n", "expected a file that runs"),
    ],
)
def test_faulty_test_files_are_errors_with_a_line(tmp_path, body, says):
    with pytest.raises(LabSourceError, match=r"test_public\.py:\d+: .*" + says):
        cases_of(tmp_path, body)


def test_outcomes_are_told_apart(tmp_path):
    body = "".join(
        f"{MARK}def test_{name}(student):\n    {line}\n"
        for name, line in {
            "good": "assert student.f(1) == 2",
            "wrong": "assert student.f(1) == 3, 'look again'",
            "bare": "assert student.f(1) == 3",
            "raises": "student.bad()",
            "confused": "student.f(1)['x']",
            "stub": "student.stub()",
            "gone": "student.gone()",
            "refused": "pytest.fail('no')",
            "expects": "with pytest.raises(StudentError, match='ZeroDivisionError'): student.bad()",
        }.items()
    )
    names = {}
    exec(
        "from coursekit import NotAnsweredYet\ndef f(x): return x + 1\ndef bad(): return 1 / 0\n"
        "def stub(): raise NotAnsweredYet('Exercise 90.1')\n",
        names,
    )
    results = {
        r.case.name.removeprefix("test_"): r
        for r in (run(c, names) for c in cases_of(tmp_path, body))
    }
    statuses = {name: r.status for name, r in results.items()}
    assert statuses == {
        "good": "passed",
        "wrong": "failed",
        "bare": "failed",
        "raises": "failed",
        "confused": "error",
        "stub": "not-answered",
        "gone": "missing",
        "refused": "failed",
        "expects": "passed",
    }
    assert results["wrong"].message.startswith("look again")
    assert "2 == 3" in results["bare"].message
    assert "ZeroDivisionError" in results["raises"].message
    assert "TypeError" in results["confused"].message


def test_endless_answers_are_stopped(tmp_path):
    cases = cases_of(tmp_path, MARK + "def test_it(student):\n    student.f()\n")
    names = {}
    exec(
        "def f():\n    while True:\n        try:\n            pass\n        except "
        "Exception:\n            pass\n",
        names,
    )
    result = run(cases[0], names, seconds=0.3)
    assert result.status == "timeout"
    assert "endless loop" in result.message


def test_what_the_answer_prints_and_warns_costs_nothing(tmp_path, capsys):
    cases = cases_of(tmp_path, MARK + "def test_it(student):\n    assert student.f() == 1\n")
    names = {}
    exec(
        "import warnings\ndef f():\n    print('here')\n    warnings.warn('old')\n    return 1\n",
        names,
    )
    result = run(cases[0], names)
    assert (result.status, result.printed) == ("passed", "here\n")
    assert capsys.readouterr().out == ""


def test_inputs_differ_between_runs_and_cases_and_repeat_with_the_seed():
    first, second = collect(TOY)[:2]
    draws = [
        local_student({}, c.seed(run)).rng.normal()
        for c, run in ((first, 1), (first, 1), (first, 2), (second, 1))
    ]
    assert draws[0] == draws[1]
    assert len(set(draws)) == 3


def lint(tmp_path, body):
    path = tmp_path / "test_hidden.py"
    path.write_text(HEAD + body, encoding="utf-8")
    return " ".join(lint_file(path))


RNG = "    x = student.rng.normal(size=3)\n"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("def test_it(student):\n    assert student.f([1, 2]) == 3\n", "student.rng"),
        ("def test_it(student):\n" + RNG + "    student.f(x)\n", "asserts nothing"),
        (
            "def test_it(student):\n" + RNG + "    assert student.f(x).shape == (3,)\n",
            "not only a type or a shape",
        ),
        (
            "def test_it(student):\n"
            + RNG
            + "    got = student.f(x)\n    assert isinstance(got, float) and len(got) == 3\n",
            "not only a type",
        ),
        (
            "def test_it(student):\n"
            + RNG
            + "    assert_true(hasattr(x, 'f'), tried='', expected='', got=1)\n",
            "not only a type",
        ),
        (
            "def test_it(student):\n" + RNG + "    assert student.train(x) > 0.9\n",
            "trusts a number",
        ),
        (
            "def test_it(student):\n"
            + RNG
            + "    m = student.build()\n    assert m.fit(x).history['accuracy'][-1] > 0.9\n",
            "trusts a number",
        ),
        (
            "def test_it(student):\n"
            + RNG
            + "    m = student.build()\n    loss = m.evaluate(x)\n    assert loss < 0.1\n",
            "trusts a number",
        ),
    ],
)
def test_the_linter_refuses(tmp_path, body, says):
    assert says in lint(tmp_path, MARK + body)


@pytest.mark.parametrize(
    "body",
    [
        "def test_it(student):\n" + RNG + "    assert_close(student.f(x), x + 1, tried='f')\n",
        "@pytest.mark.fixed_input('only the empty array has no values')\ndef "
        "test_it(student):\n    assert student.f([]) == 0\n",
        "def inputs(student):\n    return student.rng.normal(size=3)\n\n"
        + "def test_it(student):\n    x = inputs(student)\n    assert student.f(x) == sum(x)\n",
        "def test_it(student):\n"
        + RNG
        + "    m = student.build()\n    p = m.predict(x)\n    assert np.mean(p.argmax(1) == x) "
        "> 0.9\n",
    ],
)
def test_the_linter_accepts(tmp_path, body):
    body = body.replace("def test_it", MARK + "def test_it") if "fixed" not in body else MARK + body
    assert lint(tmp_path, body) == ""


def test_the_toy_lab_is_clean():
    assert [
        fault for name in ("test_public.py", "test_hidden.py") for fault in lint_file(TOY / name)
    ] == []


def test_global_generators_of_the_answer_follow_the_seed():
    names = {}
    exec(
        "import numpy as np\nimport random\ndef f(): return [np.random.rand(), random.random()]\n",
        names,
    )
    first, again, other = (local_student(names, seed).f() for seed in (3, 3, 4))
    assert first == again
    assert first != other
