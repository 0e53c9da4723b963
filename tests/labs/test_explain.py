"""Computed sentences: each holds on all draws, or is not said."""

import numpy as np
import pytest

from coursekit.labs.exchange.checks import collect_file, run_case
from coursekit.labs.exchange.crash import crash_site
from coursekit.labs.exchange.student import local_student
from coursekit.labs.feedback.explain import explain

HEAD = """
import numpy as np, pytest
from coursekit.labs.testing import assert_close, assert_unchanged, counterexample
"""
MEANS = (
    HEAD
    + """
@pytest.mark.exercise("90.1")
@pytest.mark.parametrize("shape", [(2, 3), (5, 2), (3, 3), (4, 6)])
def test_means(student, shape):
    x = student.rng.normal(size=shape)
    got, after = student.call_tracking("means", x)
    assert_close(got, x.mean(axis=0))
    assert_unchanged(x, after)
"""
)
SQUARE = (
    HEAD
    + """
counterexample("90.1", "turned", draw=lambda rng, size: (rng.normal(size=(size, size + 1)) * 3,),
               oracle=lambda x: x[::-1])

@pytest.mark.exercise("90.1")
@pytest.mark.parametrize("shape", [(2, 3), (3, 3), (4, 4), (5, 2)])
def test_turned(student, shape):
    x = student.rng.normal(size=shape)
    assert_close(student.turned(x), x[::-1])
"""
)
PRODUCT = (
    HEAD
    + """
@pytest.mark.exercise("90.1")
def test_product(student):
    x, w = student.rng.normal(size=(3, 4)), student.rng.normal(size=(5, 4))
    assert_close(student.product(x, w), x @ w.T)
"""
)


def said(tmp_path, tests, answer):
    """The explanations of an answer, by kind."""
    path = tmp_path / "test_public.py"
    path.write_text(tests, encoding="utf-8")
    cases = collect_file(path, "public")
    names = {"__name__": "__main__", "np": np}
    import linecache

    linecache.cache["<answer>"] = (len(answer), None, answer.splitlines(keepends=True), "<answer>")
    exec(compile(answer, "<answer>", "exec"), names)
    results = [run_case(c, local_student(names, c.seed(1))) for c in cases]
    return {e.kind: e.text for e in explain(names, results, seconds=5)}


def test_the_example_of_a_factor_is_not_one_of_a_draw_that_hides_it(tmp_path):
    tests = MEANS.replace("[(2, 3), (5, 2), (3, 3), (4, 6)]", "[(1, 3), (3, 2), (5, 4), (4, 6)]")
    found = said(tmp_path, tests, "def means(x):\n    return x.sum(axis=0)\n")
    assert "where n is the number of rows of `x` (one was 3 times too large)" in found["residual"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("x.sum(axis=0)", "too large by the factor n, where n is the number of rows of `x`"),
        ("x.sum(axis=0) / (len(x) - 1)", r"too large by n/(n-1), where n is the number of rows"),
        ("-x.mean(axis=0)", "right except for the sign"),
        ("2 * x.mean(axis=0)", "exactly 2 times too large"),
        ("x.mean(axis=0) + 1", "each value is 1 too large"),
        ("x.mean(axis=0)[::-1]", "from back to front along the first axis"),
        ("np.roll(x.mean(axis=0), 1)", "moved on by one"),
        ("np.cumsum(x.mean(axis=0))", "a running sum"),
        ("x.mean(axis=0) ** 2", "the squares of the right ones"),
        ("np.abs(x.mean(axis=0))", "without their signs"),
        ("np.maximum(x.mean(axis=0), 0)", "negative numbers came out as 0"),
        ("x.mean()", "the mean over the first axis of the right numbers"),
        ("x.mean(axis=0)[None]", "in another shape"),
        ("x", "your result is `x` itself, unchanged"),
        ("x - x.mean(axis=0) + 2 * x.mean(axis=0) - x.mean(axis=0)", "`x` itself"),
        ("x[::-1]", "the mean over the first axis of your numbers is what is due"),
        ("np.sort(x.mean(axis=0))", "sorted"),
        ("np.append(x.mean(axis=0)[:-1], 9.0)", "only the last value is wrong"),
        ("x.mean(axis=0) * 0 + 4", "your result is 4, whatever the input"),
    ],
)
def test_the_residual_is_named(tmp_path, body, words):
    found = said(tmp_path, MEANS, f"def means(x):\n    return {body}\n")
    assert words in found["residual"]
    assert "the arguments are left untouched" in found["right"]


@pytest.mark.parametrize(
    "body",
    [
        "np.median(x, axis=0)",
        "x.mean(axis=0) + np.random.rand()",
        "x.mean(axis=0) * np.random.rand()",
    ],
)
def test_what_holds_on_no_draw_is_not_said(tmp_path, body):
    found = said(tmp_path, MEANS, f"def means(x):\n    return {body}\n")
    assert "residual" not in found


def test_which_inputs_and_the_smallest_example(tmp_path):
    answer = "def turned(x):\n    return x[::-1] if x.shape[0] == x.shape[1] else x[::-1] * np.arange(x.shape[1])\n"
    found = said(tmp_path, SQUARE, answer)
    assert "right where `x` is square, wrong on all others" in found["inputs"]
    assert found["example"].startswith("turned([[")
    assert "should give" in found["example"]


def test_a_crash_names_line_shapes_and_what_would_fit(tmp_path):
    found = said(tmp_path, PRODUCT, "def product(x, w):\n    return x @ w\n")
    assert "Line 2, `x @ w`: (3, 4) @ (5, 4)" in found["crash"]
    assert "the transpose of `w`, (4, 5), would fit" in found["crash"]


def test_what_fits_one_shape_by_chance_is_not_offered(tmp_path):
    tests = PRODUCT.replace("(3, 4)", "(student.rng.integers(5, 7), 4)")
    found = said(tmp_path, tests, "def product(x, w):\n    return w @ x\n")
    assert "the transpose of `x`" in found["crash"]
    assert "transpose of `w`" not in found["crash"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("x + w[:, 0]", "As a column"),
        ("x.reshape(5, 5)", "12 numbers do not fill the shape (5, 5), which has 25 places"),
        ("x[3]", "axis 0 has 3 entries, numbered 0 to 2; you asked for 3"),
        ("x + w", "counted from the last axis, axis -2 has 3 entries in `x` and 5 in `w`"),
        ("None + x", "Does the function that made it end with `return`"),
        ("x[w[0, 0]]", "an index must be a whole number"),
    ],
)
def test_crashes_in_words(tmp_path, line, words):
    found = said(
        tmp_path,
        PRODUCT.replace("size=(5, 4)", "size=(3, 4)") if "0]" in line else PRODUCT,
        f"def product(x, w):\n    return {line}\n",
    )
    assert words in found["crash"]


def site_of(call):
    try:
        call()
    except ValueError as error:
        return crash_site(error.__traceback__.tb_next)


def test_what_a_name_of_the_students_own_is_called_does_not_matter():
    def by_one_name():
        score = np.ones(2).dot
        score(np.ones(3))

    def by_another():
        f = np.ones(2).dot
        f(np.ones(3))

    def by_the_library():
        np.matmul(np.ones(2), np.ones(3))

    sites = [site_of(f) for f in (by_one_name, by_another, by_the_library)]
    assert [site["operation"] for site in sites] == ["call", "call", "matmul"]
    assert sites[0]["operands"] == [["np.ones(3)", None]]


def test_an_error_that_the_answer_raises_itself_is_left_alone(tmp_path):
    found = said(tmp_path, PRODUCT, 'def product(x, w):\n    raise ValueError("no")\n')
    assert "crash" not in found


def test_lists_whose_entries_differ_in_shape_are_inputs_too(tmp_path):
    tests = (
        HEAD
        + """
@pytest.mark.exercise("90.1")
@pytest.mark.parametrize("n", range(2, 10))
def test_spread(student, n):
    x = student.rng.normal(size=n)
    assert_close(student.spread(x, [(x[:1], x), (x, x[:1])]), x - x.mean())
"""
    )
    found = said(tmp_path, tests, "def spread(x, folds):\n    return x.mean() - x\n")
    assert "right except for the sign" in found["residual"]


def test_no_logarithm_is_seen_where_a_right_number_is_0(tmp_path):
    tests = (
        HEAD
        + """
@pytest.mark.exercise("90.1")
@pytest.mark.parametrize("n", range(2, 10))
def test_steps(student, n):
    x = student.rng.random(n)
    assert_close(student.steps(x), np.concatenate([[0.0], x]))
"""
    )
    answer = "def steps(x):\n    return np.concatenate([x, [0.5]])\n"
    assert "logarithm" not in said(tmp_path, tests, answer).get("residual", "")


def test_an_argument_that_was_changed_is_named(tmp_path):
    tests = (
        HEAD
        + """
@pytest.mark.exercise("90.1")
def test_centred(student):
    x = student.rng.normal(size=(3, 2))
    assert_close(student.centred(x), x - x.mean(axis=0))
"""
    )
    told = said(tmp_path, tests, "def centred(x):\n    x -= x.mean(axis=0)\n    return x\n")
    assert "`centred` changes the caller's `x`" in told["argument"]
    assert told["right"] == "all results are right."
    assert "argument" not in said(tmp_path, tests, "def centred(x):\n    return x\n")


ENTRIES = (
    HEAD
    + """
@pytest.mark.exercise("90.1")
@pytest.mark.parametrize("shape", [(4,), (2, 3), (5, 2)])
@pytest.mark.parametrize("name", ["soft", "hard"])
def test_bent(student, name, shape):
    z = student.rng.normal(size=shape)
    assert_close(student.bent(name, z), np.where(z > 0, z, {"soft": 0.5, "hard": 0.1}[name] * z))
"""
)
SIGNS = (
    HEAD
    + """
@pytest.mark.exercise("90.1")
@pytest.mark.parametrize("n", [4, 7])
def test_signs(student, n):
    z = student.rng.normal(size=n)
    assert_close(student.signs(z), np.where(z >= 0, 1, -1))
"""
)
INSIDE = (
    HEAD
    + """
@pytest.mark.exercise("90.1")
@pytest.mark.parametrize("shape", [(4, 5), (6, 4), (5, 5)])
def test_inside(student, shape):
    x = student.rng.normal(size=shape)
    assert_close(student.inside(x), 2 * x[1:-1, 1:-1])
"""
)


def bent(body):
    return f"def bent(name, z):\n    return {body}\n"


def test_which_entries_are_wrong(tmp_path):
    slope = "{'soft': 0.5, 'hard': 0.1}[name]"
    told = said(tmp_path, ENTRIES, bent("np.where(z > 0, z, 0.3 * z)"))
    assert "wrong where `z` is 0 or negative, right where it is positive" in told["entries"]
    told = said(tmp_path, ENTRIES, bent(f"np.where(z > 0, z, {slope} * np.sqrt(z))"))
    assert told["entries"] == "Every entry that is wrong is NaN in yours; all others are right."
    told = said(tmp_path, ENTRIES, bent(f"np.where(z > 0.3, z, {slope} * z)"))
    assert "entries" not in told


def test_an_option_for_which_an_answer_is_wrong_is_named(tmp_path):
    told = said(tmp_path, ENTRIES, bent("np.where(z > 0, z, 0.5 * z * (name == 'soft') + 9)"))
    assert "inputs" not in told
    told = said(tmp_path, ENTRIES, bent("np.where(z > 0, z, 0.5 * z)"))
    assert "wrong only where `name` is 'hard'." in told["inputs"]
    assert "There: entry by entry: wrong where `z` is 0 or negative" in told["inputs"]


def test_values_that_stand_for_others_are_listed(tmp_path):
    told = said(tmp_path, SIGNS, "def signs(z):\n    return 2 * (z >= 0)\n")
    assert "you give 0 where -1 is due and 2 where 1 is due" in told["entries"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            "2 * x",
            "shape of `x`, (4, 5) where (2, 3) is due. The right numbers stand in the middle",
        ),
        ("2 * x[1:, 1:]", "1 too long along axis 0 and 1 too long along axis 1"),
        ("2 * x[1:-1, 1:-1].ravel()[:2]", "has 1 axis instead of 2"),
        ("2 * x[1:-2, 1:-1]", "1 too short along axis 0"),
        ("x[:2, :2]", "the shape (2, 2) whatever the input is: (2, 2) where (2, 3) is due"),
    ],
)
def test_the_shape_is_told(tmp_path, body, words):
    assert words in said(tmp_path, INSIDE, f"def inside(x):\n    return {body}\n")["shape"]


def test_without_a_declared_one_the_smallest_input_tried_is_shown(tmp_path):
    told = said(tmp_path, SIGNS, "def signs(z):\n    return np.where(z > 0.1, 1, -1) * 1.5\n")
    assert told["example"].startswith("signs([")
    assert "should give [" in told["example"]
    many = SIGNS.replace("[4, 7]", "[40, 70]")
    assert "example" not in said(tmp_path, many, "def signs(z):\n    return 0 * z\n")


def test_a_property_that_few_forms_of_input_have_is_not_said(tmp_path):
    tests = (
        HEAD
        + """
@pytest.mark.exercise("90.1")
@pytest.mark.parametrize("shape", [(6,), (3,)])
def test_large(student, shape):
    z = student.rng.normal(size=shape) * (5 if shape == (6,) else 0.1)
    assert_close(student.bounded(z), np.tanh(z), atol=1e-3)
"""
    )
    told = said(tmp_path, tests, "def bounded(z):\n    return np.clip(z, -0.5, 0.5)\n")
    assert "odd" not in told.get("inputs", "")


def test_a_number_that_one_form_of_input_has_is_not_said(tmp_path):
    tests = (
        HEAD
        + """
@pytest.mark.exercise("90.1")
@pytest.mark.parametrize(("down", "right"), [(-2, 1), (1, -1), (0, 2), (2, 0)])
def test_moved(student, down, right):
    x = student.rng.normal(size=(3, 4))
    assert_close(student.moved(x, down, right), down * x + right)
"""
    )
    answer = "def moved(x, down, right):\n    return (down if down > -2 else 9) * x + right\n"
    assert "`right` is 1" not in said(tmp_path, tests, answer).get("inputs", "")


def test_a_border_is_more_than_its_columns(tmp_path):
    tests = (
        HEAD
        + """
@pytest.mark.exercise("90.1")
@pytest.mark.parametrize("shape", [(4, 5), (6, 4), (5, 5)])
def test_same(student, shape):
    x = student.rng.normal(size=shape)
    assert_close(student.same(x), 2 * x)
"""
    )
    body = "    y = 2 * x\n    y[:, 0] += 1\n    y[:, -1] += 1\n    return y\n"
    assert "border" not in said(tmp_path, tests, "def same(x):\n" + body).get("residual", "")
    body = "    y = 2 * x\n    y[[0, -1]] += 1\n    y[:, [0, -1]] += 1\n    return y\n"
    assert "only the border" in said(tmp_path, tests, "def same(x):\n" + body)["residual"]


PARTS = (
    HEAD
    + """
@pytest.mark.exercise("90.1")
@pytest.mark.parametrize("n", range(2, 10))
def test_slopes(student, n):
    a, b = student.rng.normal(size=(2, n)).sum(axis=1).tolist()
    values, slopes = student.slopes(a, b)
    assert_close(values["f"], a * b)
    assert_close(slopes["a"], b)
    assert_close(slopes["b"], a)
"""
)


def test_a_part_deep_in_a_result_is_found_and_named(tmp_path):
    answer = "def slopes(a, b):\n    return {'f': a * b}, {'a': b, 'b': -a}\n"
    found = said(tmp_path, PARTS, answer)
    assert found["residual"].startswith("entry 'b' of part 2 of the result: On all")
    assert "right except for the sign" in found["residual"]


def test_the_wrong_part_is_named_beside_the_right_ones(tmp_path):
    answer = "def slopes(a, b):\n    return {'f': a * b}, {'a': b, 'b': a + b * b}\n"
    found = said(tmp_path, PARTS, answer)
    assert found["parts"] == (
        "wrong is entry 'b' of part 2 of the result; right on all inputs tried: entry 'f' of part 1 "
        "and entry 'a' of part 2."
    )


def test_no_part_is_named_where_all_are_wrong(tmp_path):
    answer = "def slopes(a, b):\n    return {'f': a * b + a}, {'a': b * b, 'b': a - 1}\n"
    assert "parts" not in said(tmp_path, PARTS, answer)


def test_a_caller_is_not_blamed_for_what_it_calls(tmp_path):
    tests = (
        HEAD
        + """
@pytest.mark.exercise("90.1")
@pytest.mark.parametrize("n", range(2, 10))
def test_both(student, n):
    x = student.rng.normal(size=n)
    for name, right in (("inner", x + 1), ("outer", 2 * x + 2)):
        try:
            assert_close(getattr(student, name)(x), right)
        except AssertionError as error:
            kept = error
    raise kept
"""
    )
    answer = "def inner(x):\n    return np.sin(x)\ndef outer(x):\n    return -(2 * x + 2) + 0 * inner(x)\n"
    assert "`outer`" not in str(said(tmp_path, tests, answer))
    alone = answer.replace("inner(x)\n", "x\n").replace("np.sin(x)", "x + 1")
    assert "right except for the sign" in said(tmp_path, tests, alone)["residual"]


IMAGES = (
    HEAD
    + """
@pytest.mark.exercise("90.1")
@pytest.mark.parametrize("shape", [(2, 3, 4, 1), (1, 5, 3, 1), (3, 4, 4, 1), (2, 2, 6, 2), (1, 2, 3, 3), (3, 3, 2, 2)])
def test_bright(student, shape):
    x = student.rng.normal(size=shape)
    assert_close(student.bright(x), x.max(axis=-1, keepdims=True) + 0 * x)
"""
)


def test_images_have_no_first_column_among_their_colours(tmp_path):
    body = "    return x * [0.5, 1.0][: x.shape[-1]] if x.shape[-1] > 1 else 2 * np.cbrt(x)"
    assert "column" not in said(tmp_path, IMAGES, "def bright(x):\n" + body).get("residual", "")
    means = "    return x.mean(axis=-1, keepdims=True) + 0 * x"
    assert "column" not in said(tmp_path, IMAGES, "def bright(x):\n" + means).get("inputs", "")


NEAR = (
    HEAD
    + """
counterexample("90.1", "halved", draw=lambda rng, size: (np.ones(size),), oracle=lambda x: x / 2)

@pytest.mark.exercise("90.1")
@pytest.mark.parametrize("n", [2, 5])
def test_halved(student, n):
    x = student.rng.normal(size=n)
    assert_close(student.halved(x), x / 2)
"""
)


def test_an_example_shows_digits_that_differ(tmp_path):
    found = said(tmp_path, NEAR, "def halved(x):\n    return x / 2 + 1e-6")["example"]
    assert "[0.5]; yours gives [0.500001]" in found
