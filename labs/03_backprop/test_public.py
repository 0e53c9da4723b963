"""Public checks of lab 03: the student sees these run after every exercise."""

import itertools

import numpy as np
import pytest
from scipy.special import softmax

from coursekit.labs.testing import (
    assert_close,
    assert_gradient,
    assert_true,
    assert_unchanged,
    counterexample,
)


def read_parts(got, names, tried):
    """The parts of a returned tuple, after a look at its form."""
    fits = isinstance(got, list | tuple | np.ndarray) and len(got) == len(names)
    assert_true(
        fits, tried=tried, expected=f"{len(names)} results: {', '.join(names)}", got=got
    )
    return list(got)


def read_dicts(got, keys, tried):
    """The pair (values, gradients), each with all keys."""
    pair = read_parts(got, ["values", "gradients"], tried)
    for name, part in zip(("values", "gradients"), pair, strict=True):
        fits = isinstance(part, dict) and set(keys) <= set(part)
        assert_true(
            fits,
            tried=tried,
            expected=f"`{name}`, a dict with the keys {', '.join(keys)}",
            got=list(part) if isinstance(part, dict) else part,
        )
    return pair


def sigmoid(x):
    return 1 / (1 + np.exp(-np.asarray(x, dtype=float)))


# 3.1 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("3.1")
@pytest.mark.points(1)
def test_values_run_forwards(student):
    for x, y, z in student.rng.normal(0, 3, (4, 3)).round(2).tolist():
        tried = f"sum_and_product({x}, {y}, {z})"
        values, _ = read_dicts(student.sum_and_product(x, y, z), "xyzqf", tried)
        for key, right in {
            "x": x,
            "y": y,
            "z": z,
            "q": x + y,
            "f": (x + y) * z,
        }.items():
            assert_close(values[key], right, tried=f"{tried}, value of {key}")


@pytest.mark.exercise("3.1")
@pytest.mark.points(2)
def test_gradients_run_backwards(student):
    for x, y, z in student.rng.normal(0, 3, (4, 3)).round(2).tolist():
        tried = f"sum_and_product({x}, {y}, {z})"
        _, gradients = read_dicts(student.sum_and_product(x, y, z), "xyzqf", tried)
        for i, key in enumerate("xyz"):  # f is linear in each: one long step is exact
            up, down = (
                [v + side * (j == i) for j, v in enumerate((x, y, z))]
                for side in (1, -1)
            )
            rise = (up[0] + up[1]) * up[2] - (down[0] + down[1]) * down[2]
            assert_close(
                gradients[key],
                rise / 2,
                tried=f"{tried}, gradient of {key}: half of what f gains from {key} - 1 to {key} + 1",
            )
        assert_close(
            gradients["q"], z, tried=f"{tried}, gradient of q, one of two factors of f"
        )
        assert_close(gradients["f"], 1.0, tried=f"{tried}, gradient of f in itself")


# 3.2 ------------------------------------------------------------------------------------------------------------------

CHAIN = ("x", "w1", "h1", "o1", "w2", "h2", "o", "L")


def chain_loss(x, w1, w2):
    return float(-np.log(sigmoid(w2 * sigmoid(w1 * x))))


@pytest.mark.exercise("3.2")
@pytest.mark.points(1)
def test_the_chain_runs_forwards(student):
    for x, w1, w2 in student.rng.normal(0, 1.5, (3, 3)).round(2).tolist():
        tried = f"chain({x}, {w1}, {w2})"
        values, _ = read_dicts(student.chain(x, w1, w2), CHAIN, tried)
        o1 = sigmoid(w1 * x)
        right = {
            "h1": w1 * x,
            "o1": o1,
            "h2": w2 * o1,
            "o": sigmoid(w2 * o1),
            "L": chain_loss(x, w1, w2),
        }
        for key, value in right.items():
            assert_close(values[key], float(value), tried=f"{tried}, value of {key}")


@pytest.mark.exercise("3.2")
@pytest.mark.points(3)
def test_the_slopes_of_the_weights_agree_with_finite_differences(student):
    for x, w1, w2 in student.rng.normal(0, 1.5, (4, 3)).round(2).tolist():
        tried = f"chain({x}, {w1}, {w2})"
        _, gradients = read_dicts(student.chain(x, w1, w2), CHAIN, tried)
        for key, loss, at in (
            ("w2", lambda v, x=x, w1=w1: chain_loss(x, w1, float(v)), w2),
            ("w1", lambda v, x=x, w2=w2: chain_loss(x, float(v), w2), w1),
        ):
            assert_gradient(
                gradients[key],
                loss,
                at,
                tried=f"{tried}, gradient of {key}, beside finite differences",
            )


@pytest.mark.exercise("3.2")
@pytest.mark.points(1)
def test_the_gradients_on_the_way_are_right_too(student):
    x, w1, w2 = student.rng.normal(0, 1.5, 3).round(2).tolist()
    tried = f"chain({x}, {w1}, {w2})"
    _, gradients = read_dicts(student.chain(x, w1, w2), CHAIN, tried)
    o1 = float(sigmoid(w1 * x))
    o = float(sigmoid(w2 * o1))
    assert_close(gradients["L"], 1.0, tried=f"{tried}, gradient of L in itself")
    assert_close(gradients["o"], -1 / o, tried=f"{tried}, gradient of o")
    assert_close(
        gradients["h2"],
        o - 1,
        tried=f"{tried}, gradient of h2: all that came back to o, times the slope of sigma",
    )
    assert_close(gradients["o1"], (o - 1) * w2, tried=f"{tried}, gradient of o1")
    assert_close(
        gradients["h1"], (o - 1) * w2 * o1 * (1 - o1), tried=f"{tried}, gradient of h1"
    )
    assert_close(
        gradients["x"],
        (o - 1) * w2 * o1 * (1 - o1) * w1,
        tried=f"{tried}, gradient of x",
    )


# 3.3 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("3.3")
@pytest.mark.points(2)
def test_numerical_gradient_of_functions_whose_slopes_are_known(student):
    for shape in [(3,), (2, 4), (1, 3, 2)]:
        x, c = student.rng.normal(size=shape), student.rng.normal(size=shape)
        got = student.numerical_gradient(lambda v, c=c: float(np.sum(c * np.sin(v))), x)
        assert_close(
            got,
            c * np.cos(x),
            rtol=1e-6,
            atol=1e-6,
            tried=f"numerical gradient of sum(c sin(x)), shape {shape}",
        )
    x = student.rng.uniform(1, 2, 4)
    got = student.numerical_gradient(lambda v: float(np.prod(v)), x)
    assert_close(
        got,
        np.prod(x) / x,
        rtol=1e-6,
        tried=f"numerical gradient of x0 x1 x2 x3 at {x.round(2)}",
    )


@pytest.mark.exercise("3.3")
@pytest.mark.points(2)
def test_the_difference_is_central(student):
    x, h = student.rng.normal(size=3), float(student.rng.uniform(0.1, 0.5))
    got = student.numerical_gradient(lambda v: float(np.sum(v**2)), x, h)
    assert_close(
        got,
        2 * x,
        tried=f"gradient of sum(x**2) with the large step {h:.2f}: a central difference is exact here",
    )
    got = student.numerical_gradient(lambda v: float(np.sum(v**3)), x, h)
    assert_close(
        got,
        3 * x**2 + h**2,
        tried=f"gradient of sum(x**3) with step {h:.2f}: the formula gives 3 x**2 + h**2",
    )
    got = student.numerical_gradient(lambda v: float(np.prod(v)), x, h)
    assert_close(
        got,
        np.array([x[1] * x[2], x[0] * x[2], x[0] * x[1]]),
        tried=f"gradient of x0 x1 x2 with step {h:.2f}: exact while the others stay",
    )


@pytest.mark.exercise("3.3")
@pytest.mark.points(1)
def test_integers_are_moved_too_and_x_stays_as_it_was(student):
    x = student.rng.integers(-4, 5, (2, 3))
    got, after = student.call_tracking(
        "numerical_gradient", lambda v: float(np.sum(np.asarray(v) ** 2)), x
    )
    assert_close(
        got,
        2.0 * x,
        rtol=1e-6,
        atol=1e-6,
        tried=f"gradient of sum(x**2) at the integers {x.tolist()}",
    )
    assert_unchanged(x, after[1], tried="numerical_gradient(f, x)", name="`x`")


# 3.4 ------------------------------------------------------------------------------------------------------------------


def delta_error(x, t, w_hidden, w_out):
    return float(0.5 * np.sum((t - sigmoid(w_out @ sigmoid(w_hidden @ x))) ** 2))


def slopes(function, x):
    """Central differences of a function of an array."""
    found = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = 1e-5
        found[i] = (function(x + step) - function(x - step)) / 2e-5
    return found


def delta_case(rng, d, m, k):
    return (
        rng.normal(size=d),
        rng.uniform(0, 1, k),
        rng.normal(size=(m, d)),
        rng.normal(size=(k, m)),
    )


@pytest.mark.exercise("3.4")
@pytest.mark.points(2)
def test_output_weights_move_down_the_gradient(student):
    for d, m, k in [(2, 3, 1), (4, 2, 3)]:
        x, t, w_hidden, w_out = delta_case(student.rng, d, m, k)
        eta = float(student.rng.uniform(0.2, 2))
        tried = f"delta_step with {d} inputs, {m} hidden and {k} output units, eta={eta:.2f}"
        _, new_out = read_parts(
            student.delta_step(x, t, w_hidden, w_out, eta),
            ["new w_hidden", "new w_out"],
            tried,
        )
        assert_true(
            np.shape(new_out) == w_out.shape,
            tried=tried,
            expected=f"new w_out of shape {w_out.shape}",
            got=new_out,
        )
        slope = slopes(
            lambda w, x=x, t=t, fixed=w_hidden: delta_error(x, t, fixed, w), w_out
        )
        assert_close(
            new_out,
            w_out - eta * slope,
            rtol=1e-6,
            tried=f"{tried}: new w_out, beside w_out - eta dE/dw_out",
        )
    _, after = student.call_tracking("delta_step", x, t, w_hidden, w_out, eta)
    assert_unchanged(
        [w_hidden, w_out],
        after[2:4],
        tried="the arrays passed to delta_step, after the call",
        name="an argument",
    )


@pytest.mark.exercise("3.4")
@pytest.mark.points(3)
def test_hidden_weights_move_down_the_gradient(student):
    for d, m, k in [(2, 3, 1), (4, 2, 3), (3, 3, 3)]:
        x, t, w_hidden, w_out = delta_case(student.rng, d, m, k)
        eta = float(student.rng.uniform(0.5, 2))
        tried = f"delta_step with {d} inputs, {m} hidden and {k} output units, eta={eta:.2f}"
        new_hidden, _ = read_parts(
            student.delta_step(x, t, w_hidden, w_out, eta),
            ["new w_hidden", "new w_out"],
            tried,
        )
        assert_true(
            np.shape(new_hidden) == w_hidden.shape,
            tried=tried,
            expected=f"new w_hidden of shape {w_hidden.shape}",
            got=new_hidden,
        )
        slope = slopes(
            lambda w, x=x, t=t, fixed=w_out: delta_error(x, t, w, fixed), w_hidden
        )
        assert_close(
            new_hidden,
            w_hidden - eta * slope,
            rtol=1e-6,
            tried=f"{tried}: new w_hidden, beside w_hidden - eta dE/dw_hidden",
        )


# 3.5 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("3.5")
@pytest.mark.points(2)
def test_unbroadcast_sums_over_the_copies(student):
    g = student.rng.normal(size=(4, 3))
    right = {
        (3,): g.sum(axis=0),
        (1, 3): g.sum(axis=0, keepdims=True),
        (4, 1): g.sum(axis=1, keepdims=True),
        (4, 3): g,
        (): np.array(g.sum()),
    }
    for shape, value in right.items():
        assert_close(
            student.unbroadcast(g, shape),
            value,
            tried=f"unbroadcast(g of shape (4, 3), {shape})",
        )


def pull_case(rng, operation, shape_a, shape_b):
    a, b = rng.normal(size=shape_a), rng.normal(size=shape_b)
    return rng.normal(size=operation(a, b).shape), a, b


def compare_pull(pull, name, operation, case):
    g, a, b = case
    tried = f"{name}(g, a, b) for shapes {g.shape}, {a.shape}, {b.shape}"
    got = read_parts(pull(g, a, b), ["gradient of a", "gradient of b"], tried)
    for letter, mine, at, of in (
        ("a", got[0], a, lambda v: np.sum(g * operation(v, b))),
        ("b", got[1], b, lambda v: np.sum(g * operation(a, v))),
    ):
        assert_gradient(
            mine,
            of,
            at,
            rtol=1e-6,
            tried=f"{tried}: gradient of {letter}, beside finite differences",
        )


@pytest.mark.exercise("3.5")
@pytest.mark.points(2)
def test_pull_multiply_agrees_with_finite_differences(student):
    for shapes in [((4, 3), (4, 3)), ((4, 3), (3,)), ((1, 3), (4, 1))]:
        compare_pull(
            student.pull_multiply,
            "pull_multiply",
            np.multiply,
            pull_case(student.rng, np.multiply, *shapes),
        )


@pytest.mark.exercise("3.5")
@pytest.mark.points(2)
def test_pull_matmul_agrees_with_finite_differences(student):
    for shapes in [((3, 3), (3, 3)), ((4, 2), (2, 3)), ((1, 5), (5, 2))]:
        compare_pull(
            student.pull_matmul,
            "pull_matmul",
            np.matmul,
            pull_case(student.rng, np.matmul, *shapes),
        )


# 3.6 ------------------------------------------------------------------------------------------------------------------


class Named:
    """A function that messages call by a name."""

    def __init__(self, name, function):
        self.name, self.function = name, function

    def __call__(self, *args):
        return self.function(*args)

    def __repr__(self):
        return self.name


def dense(log=None):
    """A module x @ w; `log` collects what its backward was given."""

    def backward(x, w, g):
        if log is not None:
            log.append(np.asarray(x))
        return np.asarray(g) @ np.asarray(w).T, np.asarray(x).T @ np.asarray(g)

    return Named("x @ w", lambda x, w: np.asarray(x) @ np.asarray(w)), Named(
        "its backward", backward
    )


SQUARE = (
    Named("x ** 2", lambda x, w: np.asarray(x) ** 2),
    Named("its backward", lambda x, w, g: (2 * np.asarray(x) * np.asarray(g), None)),
)


@pytest.mark.exercise("3.6")
@pytest.mark.points(3)
def test_a_row_of_modules_agrees_with_finite_differences(student):
    for widths in [(3, 2), (2, 4, 3), (4, 1, 3, 2)]:
        n = int(student.rng.integers(1, 4))
        x = student.rng.normal(size=(n, widths[0]))
        matrices = [
            student.rng.normal(size=pair) for pair in itertools.pairwise(widths)
        ]
        modules = [module for _ in matrices for module in (dense(), SQUARE)]
        weights = [w for matrix in matrices for w in (matrix, None)]

        def run(x, ws):
            for w in ws:
                x = (x @ w) ** 2
            return float(np.sum(x**2))

        tried = f"backpropagate through {len(modules)} modules, n={n}, widths {widths}, E = sum of X_n squared"
        got = read_parts(
            student.backpropagate(modules, weights, x, lambda out: 2 * np.asarray(out)),
            ["weight gradients", "dE/dX_0"],
            tried,
        )
        gradients = read_parts(
            got[0], [f"dE/dW_{i + 1}" for i in range(len(modules))], tried
        )
        assert_true(
            all(g is None for g in gradients[1::2]),
            tried=tried,
            expected="None for modules without weights",
            got=str(gradients[1]),
        )
        for i, matrix in enumerate(matrices):
            assert_gradient(
                gradients[2 * i],
                lambda w, i=i, x=x, matrices=matrices: run(
                    x, [*matrices[:i], w, *matrices[i + 1 :]]
                ),
                matrix,
                tried=f"{tried}: dE/dW_{2 * i + 1}, beside finite differences",
            )
        assert_gradient(
            got[1],
            lambda v, matrices=matrices: run(v, matrices),
            x,
            tried=f"{tried}: dE/dX_0, beside finite differences",
        )


@pytest.mark.exercise("3.6")
@pytest.mark.points(2)
def test_backward_gets_the_input_of_its_module(student):
    logs = [[], [], []]
    x = student.rng.normal(size=(2, 3))
    weights = [student.rng.normal(size=(3, 3)) for _ in logs]
    student.backpropagate(
        [dense(log) for log in logs], weights, x, lambda out: np.ones_like(out)
    )
    for i, log in enumerate(logs):
        assert_true(
            len(log) == 1,
            tried="backpropagate through 3 modules",
            expected="one backward call per module",
            got=f"{len(log)} calls of module {i + 1}",
        )
        assert_close(
            log[0],
            x,
            tried=f"the x that the backward of module {i + 1} of 3 was given: its input X_{i}",
        )
        x = x @ weights[i]


# 3.7 ------------------------------------------------------------------------------------------------------------------


def pull_times(g, a, b):
    return np.asarray(g) * np.asarray(b), np.asarray(g) * np.asarray(a)


def pull_plus(g, a, b):
    return np.asarray(g), np.asarray(g)


def times(a, b):
    return np.asarray(a) * np.asarray(b)


def plus(a, b):
    return np.asarray(a) + np.asarray(b)


class Built:
    """A graph of the student's Values with known data, made without the student's `record`."""

    def __init__(self, student):
        self.student = student

    def leaf(self, data):
        return self.student.Value(data), data

    def times(self, a, b):
        data = np.asarray(a[1] * b[1])
        return self.student.Value(data, [a[0], b[0]], pull_times), data

    def plus(self, a, b):
        data = np.asarray(a[1] + b[1])
        return self.student.Value(data, [a[0], b[0]], pull_plus), data


@pytest.mark.exercise("3.7")
@pytest.mark.points(2)
def test_record_computes_and_remembers(student):
    a, b, c = student.rng.normal(size=(3, 2, 3))
    left, right = student.Value(a), student.Value(b)
    out = student.record(times, pull_times, left, right)
    assert_close(out.data, a * b, tried="record(multiply, pull, a, b): its data")
    assert_close(
        [v.data for v in out.inputs],
        [a, b],
        tried="record(multiply, pull, a, b): the data of its inputs",
    )
    mixed = student.record(
        lambda a, b, c: np.asarray(a) - np.asarray(b) * np.asarray(c),
        pull_times,
        c,
        left,
        2.5,
    )
    assert_close(
        mixed.data,
        c - a * 2.5,
        tried="record(a - b c, pull, array, Value, number): its data",
    )
    kept = list(mixed.inputs)
    tried = "record(a - b c, pull, array, Value, number)"
    assert_true(
        len(kept) == 3,
        tried=tried,
        expected="3 inputs: constants count too",
        got=f"{len(kept)} inputs",
    )
    assert_close(
        [np.asarray(v.data) for v in kept],
        [c, a, np.array(2.5)],
        tried=f"{tried}: the data of its inputs",
    )
    g = student.rng.normal(size=(2, 3))
    assert_close(
        list(out.pull(g, a, b)),
        [g * b, g * a],
        tried="the pull that record remembers, called with (g, a, b)",
    )


@pytest.mark.exercise("3.7")
@pytest.mark.points(2)
def test_topological_order_has_every_node_once_after_its_inputs(student):
    build = Built(student)
    numbers = student.rng.permutation(1000)[:3] + np.array([0.25, 0.5, 0.75])
    x, y, z = (build.leaf(float(v)) for v in numbers)
    q = build.times(x, y)
    side = build.plus(x, q)  # x and q are used twice, on paths of different length
    deep = build.times(build.plus(side, z), q)
    root = build.plus(deep, x)
    order = list(student.topological_order(root[0]))
    data = [float(v.data) for v in order]
    tried = "topological_order of x y (x + x y + z) + x"
    assert_close(len(data), 8, tried=f"{tried}: the number of nodes")
    assert_true(
        len(set(data)) == 8,
        tried=tried,
        expected="8 different nodes",
        got=f"{len(set(data))} different ones",
    )
    for node in order:
        for v in node.inputs:
            assert_true(
                data.index(float(v.data)) < data.index(float(node.data)),
                tried=tried,
                expected="every node after its inputs",
                got=f"{float(node.data):.3f} before its input {float(v.data):.3f}",
            )


@pytest.mark.exercise("3.7")
@pytest.mark.points(3)
def test_backward_adds_the_shares_of_a_node_used_twice(student):
    build = Built(student)
    a, b = student.rng.normal(size=(2, 3)), student.rng.normal(size=(2, 3))
    x, y = build.leaf(a), build.leaf(b)
    root = build.plus(build.times(build.times(x, x), y), x)
    root[0].backward()
    tried = f"backward of x x y + x for shapes {a.shape}"
    assert_close(
        x[0].grad, 2 * a * b + 1, tried=f"{tried}: gradient of x, used three times"
    )
    assert_close(y[0].grad, a * a, tried=f"{tried}: gradient of y")
    assert_close(
        root[0].grad, np.ones((2, 3)), tried=f"{tried}: gradient of the root itself"
    )


@pytest.mark.exercise("3.7")
@pytest.mark.points(2)
def test_backward_waits_until_all_users_have_spoken(student):
    build = Built(student)
    a, b = student.rng.uniform(0.5, 2, 2).tolist()
    x, y = build.leaf(a), build.leaf(b)
    q = build.times(x, y)
    for root, of_x, tried in [
        (
            build.plus(build.times(build.times(q, q), q), q),
            (3 * (a * b) ** 2 + 1) * b,
            "q q q + q with q = x y",
        ),
        (
            build.plus(q, build.times(q, build.plus(q, x))),
            b + 2 * a * b * b + 2 * a * b,
            "q + q (q + x) with q = x y",
        ),
    ]:
        root[0].backward()
        assert_close(
            float(x[0].grad), of_x, tried=f"backward of {tried}: gradient of x"
        )


@pytest.mark.exercise("3.7")
@pytest.mark.points(1)
def test_backward_keeps_apart_what_two_inputs_got_as_one_array(student):
    a, b = student.rng.normal(size=(2, 2, 3))
    shared = student.make("numpy.ones", (2, 3))  # stays there: one array, no copies

    def pull_sum(g, a, b):
        return shared, shared

    for turned in (False, True):
        x, y = student.Value(a), student.Value(b)
        inner = student.Value(a + b, [x, y], pull_sum)
        inputs = [x, inner] if turned else [inner, x]
        root = student.Value(2 * a + b, inputs, pull_sum)
        root.backward()
        tried = f"backward of {'x + (x + y)' if turned else '(x + y) + x'}"
        tried += ", where a sum gives both inputs one and the same array"
        assert_close(
            y.grad, np.ones((2, 3)), tried=f"{tried}: gradient of y, used once"
        )
        assert_close(x.grad, np.full((2, 3), 2.0), tried=f"{tried}: gradient of x")
        assert_close(inner.grad, np.ones((2, 3)), tried=f"{tried}: gradient of x + y")


@pytest.mark.exercise("3.7")
@pytest.mark.points(1)
def test_backward_of_a_record_reaches_the_value_that_was_passed(student):
    a, b = student.rng.normal(size=(2, 3, 2))
    x = student.Value(a)
    out = student.record(times, pull_times, x, b)
    assert_close(out.data, a * b, tried="record(multiply, pull, x, array): its data")
    root = student.Value(-a * b, [out], lambda g, v: (-np.asarray(g),))
    root.backward()
    assert_close(
        x.grad, -b, tried="backward of -record(multiply, pull, x, array): gradient of x"
    )


# 3.8 ------------------------------------------------------------------------------------------------------------------


def network_error(params, x, labels):
    w1, b1, w2, b2 = params
    s = np.maximum(x @ w1 + b1, 0) @ w2 + b2
    s = s - s.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(s).sum(axis=1)) - s[np.arange(len(x)), labels]))


def network_case(rng, n, d, m, c, shift=0.0):
    """Weights, rows and labels; no weighted sum so close to 0 that a finite difference would step over the kink."""
    while True:
        params = (
            rng.normal(size=(d, m)),
            rng.normal(size=m) + shift,
            rng.normal(size=(m, c)),
            rng.normal(size=c),
        )
        x = rng.normal(size=(n, d))
        if np.abs(x @ params[0] + params[1]).min() > 1e-3:
            return params, x, rng.integers(0, c, n)


def compare_network(student, case):
    params, x, labels = case
    (d, m), c = params[0].shape, params[2].shape[1]
    tried = f"network_gradients for {len(x)} rows, {d} inputs, {m} hidden units, {c} classes"
    got = read_parts(
        student.network_gradients(params, x, labels),
        ["dw1", "db1", "dw2", "db2"],
        tried,
    )
    for i in (3, 2, 1, 0):
        assert_gradient(
            got[i],
            lambda p, i=i: network_error([*params[:i], p, *params[i + 1 :]], x, labels),
            params[i],
            tried=f"{tried}: d{('w1', 'b1', 'w2', 'b2')[i]}, beside finite differences",
        )


@pytest.mark.exercise("3.8")
@pytest.mark.points(3)
def test_gradients_of_the_network_agree_with_finite_differences(student):
    for n, d, m, c in [(5, 3, 4, 2), (3, 4, 2, 5), (4, 3, 3, 3)]:
        compare_network(student, network_case(student.rng, n, d, m, c))


@pytest.mark.exercise("3.8")
@pytest.mark.points(2)
def test_the_same_rows_twice_give_the_same_gradient(student):
    params, x, labels = network_case(student.rng, 4, 5, 3, 4)
    once = student.network_gradients(params, x, labels)
    twice = student.network_gradients(
        params, np.concatenate([x, x]), np.concatenate([labels, labels])
    )
    compare_network(student, (params, x[:1], labels[:1]))
    for name, a, b in zip(("dw1", "db1", "dw2", "db2"), once, twice, strict=True):
        assert_close(
            b,
            np.asarray(a),
            tried=f"{name} of a batch that holds every row twice: the error is a mean, so nothing changes",
        )


@pytest.mark.exercise("3.8")
@pytest.mark.points(1)
def test_a_hidden_unit_whose_sum_is_zero_has_slope_zero(student):
    params, x, labels = network_case(student.rng, 4, 3, 2, 5)
    params[0][:, 0], params[1][0] = 0.0, 0.0
    names = ["dw1", "db1", "dw2", "db2"]
    tried = "network_gradients where the sum of hidden unit 0 is exactly 0"
    got = read_parts(student.network_gradients(params, x, labels), names, tried)
    off = [p.copy() for p in params]
    off[1][0] = -1.0  # gives 0 as well, and small steps do not switch it on
    for i in (3, 2, 1, 0):
        assert_gradient(
            got[i],
            lambda p, i=i: network_error([*off[:i], p, *off[i + 1 :]], x, labels),
            off[i],
            tried=f"{tried}, as if it were off: {names[i]}",
        )


@pytest.mark.exercise("3.8")
@pytest.mark.points(1)
def test_logits_in_the_hundreds_give_finite_gradients(student):
    (w1, b1, w2, b2), x, labels = network_case(student.rng, 4, 2, 5, 3)
    logits = np.maximum(x @ w1 + b1, 0) @ w2
    w2 = w2 * 900 / logits.flat[np.abs(logits).argmax()]  # the largest is 900
    names = ["dw1", "db1", "dw2", "db2"]
    tried = "network_gradients with logits up to 900"
    got = read_parts(
        student.network_gradients((w1, b1, w2, b2), x, labels), names, tried
    )
    p = softmax(np.maximum(x @ w1 + b1, 0) @ w2 + b2, axis=1)
    right = p.mean(axis=0) - np.bincount(labels, minlength=3) / 4
    assert_close(got[3], right, tried=f"{tried}: db2")
    for part, name in zip(got, names, strict=True):
        assert_true(
            np.all(np.isfinite(np.asarray(part, dtype=float))),
            tried=f"{tried}: {name}",
            expected="finite numbers",
            got=part,
        )


# Small cases, for an answer that no known mistake fits -----------------------------------------------------------------


def small_copies(rng, size):
    """A gradient of whole numbers, and the shape of an array that was repeated to it."""
    rows, columns = int(rng.integers(1, size + 2)), size + 1
    shapes = [(columns,), (rows, 1), (1, columns), (rows, columns)]
    return rng.integers(1, 6, (rows, columns)).astype(float), shapes[rng.integers(4)]


def gathered(g, shape):
    """What each entry of an array of `shape` gets back from its copies."""
    place = np.broadcast_to(np.arange(np.prod(shape)).reshape(shape), g.shape)
    return np.bincount(place.ravel(), g.ravel()).reshape(shape)


counterexample("3.5", "unbroadcast", draw=small_copies, oracle=gathered)
counterexample(
    "3.5",
    "pull_matmul",
    draw=lambda rng, size: (
        rng.integers(1, 4, (1, size)).astype(float),
        rng.integers(-3, 4, (1, 2)).astype(float),
        rng.integers(-3, 4, (2, size)).astype(float),
    ),
    oracle=lambda g, a, b: (
        np.einsum("nm,km->nk", g, b),
        np.einsum("nk,nm->km", a, g),
    ),
)
