"""One zygote for all tests that need only NumPy, and a fixture that grades one notebook with it."""

import sys

import pytest
from grading_toys import PLAIN, needs, notebook, write_notebook

collect_ignore_glob = ["toy_lab/*"]


@pytest.fixture(scope="session")
def policy():
    needs(sys.platform.startswith("linux"), "the sandbox needs Linux")
    from coursekit.grading.zygote import sandbox

    missing = sandbox.missing_layers()
    needs(
        not missing, f"layers of the sandbox are missing here: {[layer.name for layer in missing]}"
    )
    return sandbox.policy_for_this_machine()[0]


@pytest.fixture(scope="session")
def plain_lab():
    from coursekit.grading import lab

    return lab.load(PLAIN)


@pytest.fixture(scope="session")
def nursery(policy, plain_lab):
    from coursekit.grading.referee.nursery import Nursery
    from coursekit.grading.zygote.process import Zygote

    nursery = Nursery(lambda: Zygote(policy, plain_lab.preload))
    yield nursery
    nursery.close()


@pytest.fixture
def grade_one(nursery, plain_lab, tmp_path):
    """Grade one notebook of the plain lab: `grade_one(answers, before=..., after=...)` gives its
    record."""
    from coursekit.grading.policy import Settings
    from coursekit.grading.referee.grader import grade_submission
    from coursekit.grading.submission import Submission

    def grade(
        answers=None,
        *,
        made=None,
        time_limit=3.0,
        seed=1,
        budget=None,
        kind="ipynb",
        text=None,
        **kwargs,
    ):
        path = tmp_path / f"student.{kind}"
        if text is not None:
            path.write_text(text, encoding="utf-8")
        else:
            write_notebook(path, made or notebook(PLAIN, answers, **kwargs))
        return grade_submission(
            plain_lab,
            Submission("student", str(path), kind),
            nursery,
            Settings(seed, time_limit, budget=budget),
        )

    return grade
