"""A class of three hundred, right, partly right, wrong and hostile mixed: every grade as
expected."""

import pytest
from grading_toys import PLAIN, notebook, points, write_notebook

from coursekit.grading import runner

pytestmark = pytest.mark.slow

KINDS = [
    ({}, (), (3.0, 3.0, 3.0)),
    (
        {"mean_square": "def mean_square(x):\n    return float(np.sum(np.square(x)))"},
        (),
        (1 / 3, 3.0, 3.0),
    ),
    ({}, ("normalised",), (3.0, 0.0, 3.0)),
    ({}, ("mean_square", "normalised", "one_hot"), (0.0, 0.0, 0.0)),
    ({"one_hot": "def one_hot(labels, n):\n    return np.eye(n)[labels] * 2"}, (), (3.0, 3.0, 2.0)),
    ({"mean_square": "def mean_square(x):\n    import os\n    os._exit(0)"}, (), (0.0, 3.0, 3.0)),
    (
        {
            "mean_square": "def mean_square(x):\n    import os\n    while True:\n        "
            "os.write(3, bytes(65536))"
        },
        (),
        (0.0, 3.0, 3.0),
    ),
    (
        {"normalised": "def normalised(x):\n    import socket\n    socket.socket()"},
        (),
        (3.0, 0.0, 3.0),
    ),
    ({"back_to_labels": "def back_to_labels(rows):\n    raise MemoryError"}, (), (3.0, 3.0, 1.0)),
    (
        {"one_hot": "def one_hot(labels, n):\n    import ctypes\n    ctypes.string_at(0)"},
        (),
        (3.0, 3.0, 2.0),
    ),
]


def test_three_hundred_submissions_get_the_expected_grades(policy, tmp_path, record_property):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(300):
        answers, unanswered, _ = KINDS[number % len(KINDS)]
        write_notebook(
            folder / f"s{number:03}.ipynb", notebook(PLAIN, answers, unanswered=unanswered)
        )
    summary = runner.grade(PLAIN, folder, tmp_path / "out", jobs=2, seed=11, time_limit=5.0)
    assert summary.exit_code == 0
    assert len(summary.records) == 300
    for number, record in enumerate(summary.records):
        expected = dict(zip("123", map(pytest.approx, KINDS[number % len(KINDS)][2]), strict=True))
        assert points(record) == expected, (
            record.student,
            [(t.name, t.status, t.message) for t in record.tests],
        )
    record_property("seconds", round(summary.seconds, 1))
    record_property("peak_mb_of_a_child", max(record.max_rss_mb for record in summary.records))
    assert max(record.max_rss_mb for record in summary.records) < 250
