"""What the site's pages are made of, before Sphinx: signatures, links to labs, cards of predictions."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from coursekit.labs.predictions import Asked, Question, Revealed


@pytest.fixture
def docs(monkeypatch):
    """`docs("generate")`: a module of docs/."""
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "docs")
    return importlib.import_module


def cut(x: list[float], *, norm: str = "L2-Hys", size: int | None = None) -> float:
    return 0.0


class Cutter:
    def __init__(self, norm: str = "L2-Hys", **kwargs: object) -> None:
        pass


def test_a_signature_keeps_the_quotes_of_a_string_and_a_class_gives_no_none(docs):
    signature = docs("generate")._signature
    lines = signature(cut).split("\n")
    assert [line.strip() for line in lines] == [
        "(",
        "x: list[float],",
        "*,",
        "norm: str = 'L2-Hys',",
        "size: int | None = None,",
        ") -> float",
    ]
    assert signature(Cutter) == "(norm: str = 'L2-Hys', **kwargs: object)"


def test_several_arguments_that_share_a_line_stay_a_list(docs):
    said = docs("generate").docstring(
        "Cut.\n\nArgs:\n    orientations, pixels_per_cell, cells_per_block, block_norm, "
        "transform_sqrt: As in `hog`.\n    **kwargs: Keras' own."
    )
    assert "- `orientations, pixels_per_cell, cells_per_block, block_norm, transform_sqrt`:" in said
    assert "- `**kwargs`: Keras' own." in said


def test_numbers_in_brackets_lead_to_labs_that_are_there(docs):
    labs = [{"number": "04", "name": "04_training"}]
    linked = docs("generate").numbers_to_labs("Adam (02, 04), 4 (2019)", labs)
    assert linked == "Adam (02, [04](/labs/04_training.ipynb)), 4 (2019)"


def test_a_prediction_is_asked_and_answered_in_the_page(docs):
    change = docs("lab_pages").prediction
    question = Question("5.1", "Which?", "choices", ("this one", "that one"))
    asked = change(Asked(question, "Write answer=...")._repr_html_())
    assert asked.startswith('<div class="prediction asked" data-key="5.1" style=')
    assert "<li>that one</li>" in asked
    assert "answer=" not in asked
    revealed = change(Revealed("5.1", None, "b) that one", "", "Because 2 > 1.")._repr_html_())
    assert revealed.startswith('<div class="prediction revealed" data-key="5.1" style=')
    assert "<strong>b) that one</strong>" in revealed
    assert "Because 2 &gt; 1." in revealed
    for words in ("you made none", "run this one again", "<details"):
        assert words not in revealed
    other = '<div style="x"><strong>Exercise 5.1: 2 of 2 public checks pass.</strong></div>'
    assert change(other) == other


def test_a_lab_is_run_in_fast_mode_on_one_core_and_kept(docs, monkeypatch, tmp_path):
    from coursekit.labs.author import execute

    ran = []

    def run(notebook, folder, *, environment, stem):
        ran.append((folder.name, environment))
        return execute.Execution(notebook, 7.0, 5.0, "")

    monkeypatch.setattr(execute, "execute_notebook", run)
    pages, toy = docs("lab_pages"), Path(__file__).parents[1] / "labs" / "toy_lab" / "90_toy"
    monkeypatch.setattr(pages, "_digest", lambda folder: "0")
    assert pages.write_page(toy, tmp_path, tmp_path / "cache") == 7.0
    assert pages.write_page(toy, tmp_path, tmp_path / "cache") == 0.0
    [(name, environment)] = ran
    assert name == "90_toy"
    assert {"COURSEKIT_FAST", "OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"} < {
        key for key, value in environment.items() if value == "1"
    }
    assert environment["COURSEKIT_MEMORY"] == "off"
    assert (tmp_path / "90_toy.ipynb").is_file()
