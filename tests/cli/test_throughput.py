"""`coursekit reproduce --throughput`: one row for each network, written as soon as it is timed."""

import pytest

from coursekit import scale
from coursekit.cli import main


def test_each_network_is_a_row_and_a_second_run_takes_its_place(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(scale, "jobs", lambda: [{"name": "MLP"}, {"name": "LeNet-5"}])
    out = tmp_path / "throughput.md"
    for _ in range(2):
        assert main(["reproduce", "--throughput", "--out", str(out)]) == 0
    rows = [line for line in out.read_text(encoding="utf-8").splitlines() if " | 64 | " in line]
    assert [row.split(" | ")[4] for row in rows] == ["MLP", "LeNet-5"]
    assert "MLP, float32: " in capsys.readouterr().out


def test_neither_lab_nor_table_is_told(capsys):
    assert main(["reproduce"]) == 2
    assert "Expected the number of a lab, or --throughput" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["cpu", "gpu"])
def test_an_accelerator_gets_larger_networks(monkeypatch, kind):
    import types

    described = types.SimpleNamespace(kind=kind)
    monkeypatch.setattr("coursekit.devices.describe", lambda: described)
    names = {job["name"] for job in scale.jobs()}
    assert ("ResNet-152" in names) == (kind == "gpu")
