"""The benchmark of grading still fits what it measures. Its figures are taken on a quiet machine."""

import importlib.util
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "benchmarks" / "grading.py"


@pytest.mark.slow
def test_what_a_child_costs_is_measured(policy, tmp_path):
    spec = importlib.util.spec_from_file_location("grading_benchmark", SOURCE)
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    (tmp_path / "ours").mkdir()
    found = benchmark.children(benchmark.Coursekit(tmp_path / "ours").lab, tmp_path, 2)
    assert (found["sandbox"], found["forked"]) == ("full", 2)
    assert found["own_memory_mb_after_training"] > 0
