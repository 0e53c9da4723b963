"""`coursekit data`: one table, one line per error, exit codes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from coursekit.cli import main
from coursekit.datasets import _formats, registry


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    """A data folder with a tiny set in MNIST's place; an empty cache; no network."""
    arrays = {
        "x_train": np.arange(2 * 784).reshape(2, 28, 28).astype(np.uint8),
        "y_train": np.array([0, 1], np.uint8),
        "x_test": np.zeros((1, 28, 28), np.uint8),
        "y_test": np.zeros(1, np.uint8),
    }
    (tmp_path / "data").mkdir()
    np.savez(tmp_path / "data" / "mnist.npz", **arrays)
    form = replace(
        registry.SOURCES["mnist"].forms[0],
        arrays={key: _formats.array_sha256(array) for key, array in arrays.items()},
    )
    monkeypatch.setitem(
        registry.SOURCES, "mnist", replace(registry.SOURCES["mnist"], forms=(form,))
    )
    monkeypatch.setenv("COURSEKIT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COURSEKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COURSEKIT_OFFLINE", "1")
    monkeypatch.delenv("COLUMNS", raising=False)
    return tmp_path / "data"


def rows(capsys) -> dict[str, str]:
    """Lines of a table by their first word."""
    return {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line.split()}


def test_list_says_what_is_here_and_where_was_looked(data, capsys):
    assert main(["data", "list"]) == 0
    table = rows(capsys)
    assert "$COURSEKIT_DATA/mnist.npz" in table["mnist"]
    assert "CC BY-SA 3.0" in table["mnist"]
    assert "11 MB" in table["mnist"]
    assert table["cifar10"].rstrip().endswith("no")
    assert "scikit-learn" in table["digits"]
    assert str(data) in table["$COURSEKIT_DATA:"]
    assert "cache:" in table


def test_verify_tells_good_from_damaged(data, capsys):
    assert main(["data", "verify"]) == 0
    table = rows(capsys)
    assert table["mnist"].rstrip().endswith("good")
    assert "not on this machine" in table["cifar10"]
    (data / "mnist.npz").write_bytes(b"broken")
    assert main(["data", "verify", "mnist"]) == 2
    output = capsys.readouterr()
    assert "damaged" in output.out
    assert output.err.startswith(f"coursekit: {data / 'mnist.npz'} is damaged")
    assert output.err.count("\n") == 1


def test_verify_of_a_named_set_that_is_not_here_is_an_error(capsys):
    assert main(["data", "verify", "cifar10"]) == 2
    assert "cifar10 is not on this machine" in capsys.readouterr().err


def test_fetch_says_where_the_data_lie(data, capsys):
    assert main(["data", "fetch", "MNIST"]) == 0
    assert capsys.readouterr().out == f"mnist: $COURSEKIT_DATA/mnist.npz, in {data}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fetch", "fashion_mnist"], "COURSEKIT_OFFLINE is set"),
        (["fetch", "mnst"], "Did you mean 'mnist'?"),
        (["verify", "nothing"], "No data set is called 'nothing'. Known: mnist"),
        (["fetch", "digits"], "come with scikit-learn"),
        (["fetch"], "at least one name"),
        (["fetch", "mnist", "--all"], "Received: both"),
    ],
)
def test_errors_are_one_line_and_exit_code_2(arguments, message, capsys):
    assert main(["data", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("coursekit: ")
    assert message in error
    assert error.count("\n") == 1
