"""`compare` fits each classifier afresh on the same rows and tests pairs on the same answers."""

from __future__ import annotations

import dataclasses
import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import LinearSVC

from coursekit import _files
from coursekit.comparison import (
    SYSTEMS,
    System,
    TemperatureScaled,
    compare,
    count_parameters,
    figures,
)
from coursekit.comparison.inputs import stratified_rows
from coursekit.errors import InvalidInputError

FILES = {f"{name}.svg": name.encode() for name in ("accuracy", "cost", "new")} | {
    "report.json": b"{}",
    "report.html": b"<p>",
}


def _flat(x):
    return np.asarray(x, dtype=np.float64).reshape(len(x), -1)


def _over_pixels(classifier):
    return make_pipeline(FunctionTransformer(_flat), StandardScaler(), classifier)


@pytest.fixture(scope="module")
def squares():
    """Bright squares at one of three heights on a noisy 8x8 ground."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 400)
    x = rng.integers(0, 160, (400, 8, 8))
    for image, label in zip(x, y, strict=True):
        image[2 * label : 2 * label + 2, 2:6] += 35
    return (x[:300].astype(np.uint8), y[:300]), (x[300:].astype(np.uint8), y[300:])


@pytest.fixture(scope="module")
def comparison(squares):
    return compare(
        {
            "bayes": _over_pixels(GaussianNB()),
            "linear": _over_pixels(LogisticRegression()),
            "svm": _over_pixels(LinearSVC(C=0.01)),
            "guess": DummyClassifier(strategy="prior"),
        },
        squares,
        train_sizes=[30, 100],
    )


def test_scores_are_those_of_the_same_classifier_fitted_alone(comparison, squares):
    (x_train, y_train), (x_test, y_test) = squares
    alone = _over_pixels(LogisticRegression()).fit(x_train, y_train)
    together = next(result for result in comparison.systems if result.name == "linear")
    np.testing.assert_allclose(together.scores, alone.predict_proba(x_test), rtol=1e-12)
    assert together.evaluation.accuracy == pytest.approx(alone.score(x_test, y_test))
    low, high = together.evaluation.accuracy_interval
    assert low < together.evaluation.accuracy < high


def test_the_confusion_matrix_counts_every_test_row_by_true_class(comparison, squares):
    y_test = squares[1][1]
    for result in comparison.systems:
        assert (
            np.asarray(result.evaluation.confusion_matrix).sum(axis=1).tolist()
            == np.bincount(y_test).tolist()
        )


def test_pairs_count_the_rows_on_which_one_alone_is_right(comparison, squares):
    y_test = squares[1][1]
    answers = {result.name: result.predictions == y_test for result in comparison.systems}
    assert len(comparison.pairs) == 6
    for pair in comparison.pairs:
        a, b = answers[pair.a], answers[pair.b]
        assert pair.test.b == np.sum(a & ~b)
        assert pair.test.c == np.sum(b & ~a)
        assert pair.test.p_value <= pair.p_holm <= 1
        assert pair.difference == pytest.approx(a.mean() - b.mean())
        assert pair.interval[0] <= pair.interval[1]


def test_a_guess_is_told_from_a_classifier(comparison):
    found = {(pair.a, pair.b): pair for pair in comparison.pairs}
    assert found["linear", "guess"].p_holm < 1e-4
    assert found["linear", "guess"].interval[0] > 0
    assert found["linear", "svm"].p_holm > 1e-4


def test_train_sizes_end_with_the_whole_training_set(comparison):
    points = [point for point in comparison.train_sizes if point.name == "linear"]
    assert [point.size for point in points] == [30, 100, 300]
    assert points[-1].accuracy == comparison.to_frame().loc["linear", "accuracy"]


def test_report_json_is_strict_and_has_the_promised_keys(comparison):
    report = json.loads(json.dumps(comparison.to_dict(), allow_nan=False))
    assert {"data", "systems", "pairs", "environment"} <= set(report)
    keys = {
        "name",
        "accuracy",
        "accuracy_interval",
        "macro_f1",
        "macro_auc",
        "parameters",
        "fit_seconds",
        "predict_seconds",
        "confusion_matrix",
    }
    assert all(keys <= set(system) for system in report["systems"])
    assert all(
        {"a", "b", "difference", "difference_interval", "mcnemar_p"} <= set(pair)
        for pair in report["pairs"]
    )
    assert report["data"]["train"] == 300
    assert report["environment"]["seed"] == 0


def test_the_printed_table_names_every_system(comparison):
    assert [line.split()[0] for line in str(comparison).splitlines()[1:]] == [
        "bayes",
        "linear",
        "svm",
        "guess",
    ]


def test_the_table_fits_eighty_columns(comparison):
    long = dataclasses.replace(
        comparison.systems[0],
        title="a name that somebody typed in full",
        parameters=123_456_789,
        fit_seconds=12_345.6,
        predict_seconds=9.9,
    )
    lines = str(dataclasses.replace(comparison, systems=(long, *comparison.systems))).splitlines()
    assert max(map(len, lines)) <= 80
    assert len({len(line) for line in lines}) == 1
    assert lines[1].startswith("a name that som..")


def test_save_writes_the_page_the_data_and_the_figures_each_drawn_once(
    comparison, tmp_path, monkeypatch
):
    from matplotlib.figure import Figure

    drawn = []
    savefig = Figure.savefig
    monkeypatch.setattr(
        Figure, "savefig", lambda self, *a, **k: drawn.append(self) or savefig(self, *a, **k)
    )
    written = comparison.save(tmp_path / "new" / "folder")
    assert {
        "report.html",
        "report.json",
        "accuracy.svg",
        "cost.svg",
        "train_sizes.svg",
        "linear_scores.svg",
    } <= set(written)
    assert len(drawn) == len(set(map(id, drawn))) == len(written) - 2
    page = written["report.html"].read_text()
    assert page.count("<svg") == page.count('<svg role="img" aria-label="') == len(drawn)
    assert page.count("<main>") == 1
    assert "http" not in re.sub(r'xmlns(:xlink)?="[^"]*"', "", page).replace("http-equiv", "")
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="|url\()#([^")]*)', page)) <= set(ids)
    assert sorted(path.name for path in written["report.html"].parent.iterdir()) == sorted(written)


def _content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("earlier", [False, True], ids=["new folder", "over an earlier report"])
def test_a_save_interrupted_at_any_file_leaves_what_was_there(
    comparison, tmp_path, monkeypatch, earlier
):
    before = {"notes.txt": b"somebody's own"}
    (tmp_path / "notes.txt").write_bytes(before["notes.txt"])
    if earlier:
        first = dataclasses.replace(comparison, pairs=(), train_sizes=())
        first.save(tmp_path)
        before = _content(tmp_path)
    steps = 0
    real = {"replace": os.replace, "write": Path.write_bytes}

    def interrupted(kind):
        def step(*args):
            nonlocal steps
            steps += 1
            if steps == stop:
                raise KeyboardInterrupt
            return real[kind](*args)

        return step

    for stop in range(1, 200):
        steps = 0
        with monkeypatch.context() as patched:
            patched.setattr(_files.os, "replace", interrupted("replace"))
            patched.setattr(_files.Path, "write_bytes", interrupted("write"))
            try:
                written = _files.write_together(tmp_path, FILES, remove=["svm_scores.svg"])
            except KeyboardInterrupt:
                assert _content(tmp_path) == before, f"interrupted at step {stop}"
            else:
                break
    assert stop > 2 * len(FILES)
    assert set(written) == set(FILES)
    assert {name: _content(tmp_path)[name] for name in FILES} == FILES
    assert not (tmp_path / "svm_scores.svg").exists()
    assert (tmp_path / "notes.txt").read_bytes() == b"somebody's own"


def test_an_earlier_report_is_replaced_whole(comparison, tmp_path):
    (tmp_path / "mine.svg").write_bytes(b"not of the report")
    comparison.save(tmp_path)
    fewer = dataclasses.replace(
        comparison, systems=comparison.systems[:2], pairs=(), train_sizes=()
    )
    written = fewer.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*written, "mine.svg"])


def test_the_report_says_what_its_intervals_leave_out(comparison, squares, tmp_path):
    page = comparison.save(tmp_path / "one")["report.html"].read_text()
    assert "another seed they leave out" in page
    assert "less" in page
    assert "p after Holm" in page
    forest = _over_pixels(RandomForestClassifier(3, random_state=0))
    again = compare({"forest": forest, "bayes": _over_pixels(GaussianNB())}, squares, seeds=3)
    trees, bayes = again.systems
    assert len(trees.seed_accuracies) == 3
    assert trees.seed_accuracies[0] == trees.evaluation.accuracy
    assert trees.seed_spread == pytest.approx(np.std(trees.seed_accuracies, ddof=1))
    assert trees.seed_spread > 0
    assert bayes.seed_accuracies == ()
    page = again.save(tmp_path / "three")["report.html"].read_text()
    assert "over 3 trainings" in page
    assert "nothing is drawn" in page
    assert "leave out" not in page
    report = json.loads((tmp_path / "three" / "report.json").read_text())
    assert report["systems"][0]["seed_accuracies"] == list(trees.seed_accuracies)
    assert report["environment"]["seeds"] == 3
    with pytest.raises(InvalidInputError, match="seeds=0"):
        compare({"forest": forest}, squares, seeds=0)


def test_any_name_of_a_system_makes_files_of_its_own(comparison, tmp_path):
    names = ["../up", "a b", "a/b", "\u00e9"]
    systems = tuple(
        dataclasses.replace(result, name=name)
        for result, name in zip(comparison.systems, names, strict=True)
    )
    other = dataclasses.replace(comparison, systems=systems, pairs=(), train_sizes=())
    written = other.save(tmp_path / "in")
    assert {"up_scores.svg", "a_b_scores.svg", "a_b_3_scores.svg", "system_scores.svg"} <= set(
        written
    )
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_under_a_hard_image_stands_whose_answer_is_whose(comparison):
    figure, alt = figures.everyone_wrong_figure(comparison, most=3)
    data = comparison.data
    wrong = np.sum([result.predictions != data.y_test for result in comparison.systems], axis=0)
    hardest = int(np.argsort(-wrong, kind="stable")[0])
    title = figure.axes[0].get_title()
    assert title.startswith(f"is {data.class_names[data.y_test[hardest]]}\n")
    for letter, result in zip("ABCD", comparison.systems, strict=True):
        answer = data.class_names[result.predictions[hardest]]
        line = next(line for line in title.splitlines() if line.startswith(f"{answer}: "))
        assert letter in line.split()
    assert "A bayes, B linear, C svm, D guess" in alt


def test_a_system_is_one_file_and_one_line(squares, monkeypatch, capsys):
    from coursekit.cli import main

    guess = System("A guess", "The commonest class.", lambda seed: DummyClassifier())
    monkeypatch.setitem(SYSTEMS, "guess", guess)
    assert compare(["guess"], squares).systems[0].title == "A guess"
    with pytest.raises(SystemExit):
        main(["compare", "--help"])
    assert "guess" in capsys.readouterr().out


def test_stratified_rows_keep_every_class():
    y = np.repeat([0, 1, 2], [900, 90, 10])
    rows = stratified_rows(y, 100, seed=0)
    assert len(np.unique(rows)) == 100
    assert np.bincount(y[rows]).tolist() == pytest.approx([90, 9, 1], abs=1)


def test_temperature_scaling_keeps_answers_and_improves_the_likelihood(squares):
    (x_train, y_train), (x_test, y_test) = squares
    svm = _over_pixels(LinearSVC(C=0.01))
    scaled = TemperatureScaled(svm).fit(x_train, y_train)
    plain = svm.fit(x_train, y_train)
    assert scaled.predict(x_test).tolist() == plain.predict(x_test).tolist()
    np.testing.assert_allclose(scaled.predict_proba(x_test).sum(axis=1), 1)
    raw = np.exp(scaled.decision_function(x_test))
    raw /= raw.sum(axis=1, keepdims=True)
    picked = np.arange(len(y_test)), y_test
    assert np.mean(np.log(scaled.predict_proba(x_test)[picked])) > np.mean(np.log(raw[picked]))


def test_parameters_of_classic_classifiers_are_counted():
    x = np.random.default_rng(0).normal(size=(60, 5))
    y = np.arange(60) % 3
    assert count_parameters(LogisticRegression().fit(x, y)) == 3 * 5 + 3
    assert count_parameters(make_pipeline(StandardScaler(), LinearSVC()).fit(x, y)) == 5 + 3 * 5 + 3
    assert count_parameters(DummyClassifier().fit(x, y)) is None


@pytest.mark.parametrize(
    ("classifiers", "message"),
    [
        ({}, "at least one classifier"),
        (["mlp", "resnet"], "Received: resnet"),
        (["mlp", "mlp"], "each system once"),
        ({"a": object()}, "fit and predict_proba"),
    ],
)
def test_a_wrong_list_of_classifiers_is_one_clear_line(classifiers, message, squares):
    with pytest.raises(InvalidInputError, match=message) as raised:
        compare(classifiers, squares)
    assert "\n" not in str(raised.value)


def test_data_that_do_not_fit_together_are_refused(squares):
    (x_train, y_train), test = squares
    guess = {"guess": DummyClassifier()}
    with pytest.raises(InvalidInputError, match="300 images and 299 labels"):
        compare(guess, ((x_train, y_train[:-1]), test))
    with pytest.raises(InvalidInputError, match="at least two classes"):
        compare(guess, ((x_train, np.zeros(300, dtype=int)), test))
    with pytest.raises(InvalidInputError, match="Expected a Dataset"):
        compare(guess, x_train)
    with pytest.raises(InvalidInputError, match="training sizes"):
        compare(guess, squares, train_sizes=[5])
