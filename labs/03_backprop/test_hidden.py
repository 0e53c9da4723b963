"""Hidden checks of lab 03: run at grading only."""

import itertools

import numpy as np
import pytest

from coursekit.labs.testing import (
    assert_close,
    assert_gradient,
    assert_true,
    assert_unchanged,
)


def sigmoid(x):
    return 1 / (1 + np.exp(-np.asarray(x, dtype=float)))


# 3.1 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("3.1")
@pytest.mark.points(1)
def test_zeros_integers_and_float32_give_the_same_rules(student):
    a, b = (int(v) for v in student.rng.integers(-9, 10, 2))
    for x, y, z in [
        (a, b, 0),
        (a, -a, b),
        (0, 0, 0),
        tuple(np.float32(v) for v in (a / 4, b / 8, 0.5)),
    ]:
        tried = f"sum_and_product({x}, {y}, {z})"
        values, gradients = student.sum_and_product(x, y, z)
        assert_close(
            [float(gradients[k]) for k in "xyzqf"],
            [float(v) for v in (z, z, x + y, z, 1)],
            tried=f"{tried}: gradients of x, y, z, q, f",
        )
        assert_close(
            [float(values[k]) for k in "qf"],
            [float(x + y), float((x + y) * z)],
            tried=f"{tried}: values of q and f",
        )


# 3.2 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("3.2")
@pytest.mark.points(1)
def test_no_input_no_slope_in_the_first_weight(student):
    w1, w2 = student.rng.normal(0, 2, 2).tolist()
    _, gradients = student.chain(0.0, w1, w2)
    o = float(sigmoid(w2 / 2))
    assert_close(
        float(gradients["w1"]), 0.0, tried=f"chain(0, {w1:.2f}, {w2:.2f}): slope in w1"
    )
    assert_close(
        float(gradients["w2"]),
        (o - 1) / 2,
        tried=f"chain(0, {w1:.2f}, {w2:.2f}): slope in w2",
    )
    _, gradients = student.chain(w1, w2, 0.0)
    assert_close(
        float(gradients["w1"]),
        0.0,
        tried=f"chain({w1:.2f}, {w2:.2f}, 0): slope in w1, behind a weight of 0",
    )
    assert_close(
        float(gradients["w2"]),
        -0.5 * float(sigmoid(w1 * w2)),
        tried=f"chain({w1:.2f}, {w2:.2f}, 0): slope in w2",
    )


@pytest.mark.exercise("3.2")
@pytest.mark.points(2)
def test_a_small_step_against_the_gradient_lowers_the_loss(student):
    for _ in range(5):
        x, w1, w2 = (float(v) for v in student.rng.normal(0, 1, 3) + 0.1)
        values, gradients = student.chain(x, w1, w2)
        g1, g2 = float(gradients["w1"]), float(gradients["w2"])
        step = 1e-4
        after = float(
            -np.log(sigmoid((w2 - step * g2) * sigmoid((w1 - step * g1) * x)))
        )
        assert_close(
            (after - float(values["L"])) / step,
            -(g1**2 + g2**2),
            rtol=2e-2,
            atol=1e-6,
            tried=f"change of L per step against the gradient at x={x:.2f}, w1={w1:.2f}, w2={w2:.2f}: minus its squared length",
        )


# 3.3 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("3.3")
@pytest.mark.points(1)
def test_each_call_moves_one_entry_by_h(student):
    shape = (2, int(student.rng.integers(2, 5)))
    x, h = student.rng.normal(size=shape), 0.125
    moves = []

    def watch(v):
        moves.append(np.asarray(v) - x)
        return float(np.sum(v))

    student.numerical_gradient(watch, x, h)
    moved = [m for m in moves if np.any(np.abs(m) > 1e-9)]
    assert_true(
        all(np.shape(m) == shape for m in moves),
        tried=f"the arrays that f is called with, x of shape {shape}",
        expected=f"shape {shape}",
        got=np.shape(moves[0]),
    )
    alone = all(
        np.sum(np.abs(m) > 1e-9) == 1 and np.isclose(np.abs(m).max(), h) for m in moved
    )
    assert_true(alone and len(moved) == 2 * x.size, tried=f"the moves from x of shape {shape}, h={h}", expected=f"{2 * x.size} calls that move one entry by h", got=f"{len(moved)} calls with a move, the first one {moved[0].tolist() if moved else 'none'}")  # fmt: skip


@pytest.mark.exercise("3.3")
@pytest.mark.points(1)
def test_float32_points_and_single_entries(student):
    x = student.rng.uniform(0.5, 2, (1, 4)).astype(np.float32)
    got = student.numerical_gradient(lambda v: float(np.sum(np.log(v))), x)
    assert_close(
        np.asarray(got, dtype=float),
        1 / x.astype(float),
        rtol=1e-6,
        tried="gradient of sum(log(x)) at a float32 x: work in float64",
    )
    one = student.rng.normal(size=1)
    got = student.numerical_gradient(lambda v: float(np.exp(v[0])), one)
    assert_close(
        np.asarray(got, dtype=float),
        np.exp(one),
        rtol=1e-6,
        tried=f"gradient of exp(x[0]) at {one}",
    )


# 3.4 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("3.4")
@pytest.mark.points(2)
def test_both_weight_matrices_for_long_steps(student):
    d, m, k = (int(v) for v in student.rng.integers(1, 6, 3))
    x, t = student.rng.normal(size=d), student.rng.uniform(-0.5, 1.5, k)
    w_hidden, w_out = student.rng.normal(size=(m, d)), student.rng.normal(size=(k, m))
    eta = float(student.rng.uniform(20, 60))
    h = sigmoid(w_hidden @ x)
    o = sigmoid(w_out @ h)
    delta = (t - o) * o * (1 - o)
    back = (w_out.T @ delta) * h * (1 - h)
    new_hidden, new_out = student.delta_step(x, t, w_hidden, w_out, eta)
    tried = (
        f"delta_step with {d} inputs, {m} hidden, {k} output units and eta={eta:.0f}"
    )
    assert_close(new_out, w_out + eta * delta[:, None] * h, tried=f"{tried}: new w_out")
    assert_close(
        new_hidden,
        w_hidden + eta * back[:, None] * x,
        tried=f"{tried}: new w_hidden, from the w_out before the step",
    )


@pytest.mark.exercise("3.4")
@pytest.mark.points(1)
def test_a_met_target_moves_nothing_and_inputs_stay(student):
    x = student.rng.normal(size=3)
    w_hidden, w_out = student.rng.normal(size=(4, 3)), student.rng.normal(size=(2, 4))
    t = sigmoid(w_out @ sigmoid(w_hidden @ x))
    (new_hidden, new_out), after = student.call_tracking(
        "delta_step", x, t + 0.5, w_hidden, w_out, 3.0
    )
    assert_true(
        np.abs(np.asarray(new_out) - w_out).max() > 1e-4,
        tried="delta_step half a unit off its target",
        expected="a step",
        got="none",
    )
    assert_unchanged(
        [x, t + 0.5, w_hidden, w_out],
        after[:4],
        tried="delta_step(x, t, w_hidden, w_out, eta)",
        name="an argument",
    )
    new_hidden, new_out = student.delta_step(x, t, w_hidden, w_out, 3.0)
    assert_close(
        new_hidden,
        w_hidden,
        tried="delta_step with the target that the output has: new w_hidden",
    )
    assert_close(
        new_out,
        w_out,
        tried="delta_step with the target that the output has: new w_out",
    )


# 3.5 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("3.5")
@pytest.mark.points(2)
def test_unbroadcast_for_any_axes(student):
    g = student.rng.normal(size=(2, 3, 4))
    for shape in [
        (4,),
        (3, 4),
        (1, 4),
        (3, 1),
        (2, 1, 4),
        (1, 3, 1),
        (1, 1, 1),
        (1,),
        (),
        (2, 3, 4),
    ]:
        probe = student.rng.normal(size=shape)
        got = np.asarray(student.unbroadcast(g, shape))
        assert_true(
            got.shape == shape,
            tried=f"unbroadcast(g of shape {g.shape}, {shape})",
            expected=f"shape {shape}",
            got=f"shape {got.shape}",
        )
        assert_close(
            float(np.sum(got * probe)),
            float(np.sum(g * np.broadcast_to(probe, g.shape))),
            tried=f"unbroadcast(g, {shape}) times v, summed: as much as g times the repeated v",
        )
    square = student.rng.normal(size=(3, 3))
    for shape, axis in [((1, 3), 0), ((3, 1), 1)]:
        assert_close(
            student.unbroadcast(square, shape),
            square.sum(axis=axis, keepdims=True),
            tried=f"unbroadcast(g of shape (3, 3), {shape})",
        )


@pytest.mark.exercise("3.5")
@pytest.mark.points(1)
def test_pull_multiply_with_scalars_rows_and_columns(student):
    for shape_a, shape_b in [
        ((2, 3), (1, 3)),
        ((2, 3), (2, 1)),
        ((3,), (2, 3)),
        ((2, 2, 3), (3,)),
        ((2, 3), ()),
    ]:
        a, b = (
            np.asarray(student.rng.normal(size=shape)) for shape in (shape_a, shape_b)
        )
        g = student.rng.normal(size=np.broadcast_shapes(shape_a, shape_b))
        of_a, of_b = student.pull_multiply(g, a, b)
        tried = f"pull_multiply for shapes {shape_a} and {shape_b}"
        assert_gradient(
            of_a,
            lambda v, g=g, b=b: np.sum(g * v * b),
            a,
            tried=f"{tried}: gradient of a",
        )
        assert_gradient(
            of_b,
            lambda v, g=g, a=a: np.sum(g * v * a),
            b,
            tried=f"{tried}: gradient of b",
        )


@pytest.mark.exercise("3.5")
@pytest.mark.points(1)
def test_pull_matmul_of_float32_and_unchanged_inputs(student):
    n, k, m = (int(v) for v in student.rng.permutation([2, 3, 5]))
    g, a, b = (
        student.rng.normal(size=s).astype(np.float32) for s in ((n, m), (n, k), (k, m))
    )
    (of_a, of_b), after = student.call_tracking("pull_matmul", g, a, b)
    assert_close(
        of_a,
        np.einsum("nm,km->nk", g, b),
        tried=f"pull_matmul for shapes {a.shape} and {b.shape}: gradient of a",
    )
    assert_close(
        of_b,
        np.einsum("nk,nm->km", a, g),
        tried=f"pull_matmul for shapes {a.shape} and {b.shape}: gradient of b",
    )
    assert_unchanged([g, a, b], after, tried="pull_matmul(g, a, b)", name="an argument")


# 3.6 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("3.6")
@pytest.mark.points(1)
def test_one_module_and_the_worked_example(student):
    w, x = student.rng.normal(size=2).tolist()
    scale = (lambda x, w: x * w, lambda x, w, g: (g * w, g * x))
    gradients, of_x = student.backpropagate([scale], [w], x, lambda out: 2 * out)
    assert_close(
        [float(v) for v in gradients],
        [2 * w * x * x],
        tried="one module x w, E = X_1 squared: dE/dW",
    )
    assert_close(
        float(of_x), 2 * w * w * x, tried="one module x w, E = X_1 squared: dE/dX_0"
    )
    gradients, of_x = student.backpropagate(
        [scale, scale], [2.0, 5.0], 3.0, lambda out: 1.0
    )
    assert_close(
        [float(v) for v in gradients] + [float(of_x)],
        [15.0, 6.0, 10.0],
        tried="the worked example: dE/dW_1, dE/dW_2, dE/dX_0",
    )


@pytest.mark.exercise("3.6")
@pytest.mark.points(2)
def test_the_loss_sees_the_last_output_once(student):
    weights = student.rng.normal(size=4).tolist()
    x = student.rng.normal(size=3)
    shift = (
        lambda x, w: np.asarray(x) + w,
        lambda x, w, g: (np.asarray(g), float(np.sum(g))),
    )
    wave = (
        lambda x, w: w * np.sin(x),
        lambda x, w, g: (w * np.cos(x) * np.asarray(g), float(np.sum(np.sin(x) * g))),
    )
    modules = [shift, wave, shift, wave]
    outputs = []

    def slope(out):
        outputs.append(np.asarray(out))
        return np.cos(out)

    got, of_x = student.backpropagate(modules, weights, x, slope)

    def run(x, ws):
        return ws[3] * np.sin(ws[1] * np.sin(x + ws[0]) + ws[2])

    assert_true(
        len(outputs) == 1,
        tried="backpropagate through 4 modules",
        expected="one call of loss_gradient",
        got=f"{len(outputs)} calls",
    )
    assert_close(outputs[0], run(x, weights), tried="what loss_gradient was given: X_4")
    assert_gradient(
        np.asarray(got, dtype=float),
        lambda ws: np.sum(np.sin(run(x, ws))),
        np.array(weights),
        rtol=1e-3,
        tried="backpropagate through shift, wave, shift, wave: all dE/dW",
    )
    assert_gradient(
        of_x,
        lambda v: np.sum(np.sin(run(v, weights))),
        x,
        rtol=1e-3,
        tried="the same: dE/dX_0",
    )


# 3.7 ------------------------------------------------------------------------------------------------------------------


def random_graph(student, count):
    """A random graph of products and sums: the Values, their data, and for each the numbers of its inputs and its kind."""
    rng = student.rng
    data = [float(v) for v in rng.uniform(0.5, 1.3, 3)]
    nodes, made = [student.Value(v) for v in data], [None] * 3
    for _ in range(count):
        i, j = (int(v) for v in rng.integers(max(0, len(nodes) - 4), len(nodes), 2))
        product = bool(rng.integers(0, 2))
        data.append(data[i] * data[j] if product else 0.5 * (data[i] + data[j]))
        pull = (
            (lambda g, a, b: (g * b, g * a))
            if product
            else (lambda g, a, b: (0.5 * g, 0.5 * g))
        )
        nodes.append(student.Value(data[-1], [nodes[i], nodes[j]], pull))
        made.append((i, j, product))
    return nodes, data, made


@pytest.mark.exercise("3.7")
@pytest.mark.points(3)
def test_backward_on_random_graphs(student):
    for count in (4, 9, 14):
        nodes, data, made = random_graph(student, count)
        right = np.zeros(len(data))
        right[-1] = 1.0
        for n in range(len(data) - 1, 2, -1):
            i, j, product = made[n]
            right[i] += right[n] * (data[j] if product else 0.5)
            right[j] += right[n] * (data[i] if product else 0.5)
        nodes[-1].backward()
        got = np.array([float(v.grad) for v in nodes])
        assert_close(
            got,
            right,
            tried=f"backward on a random graph of {count} sums and products: the gradients of all nodes",
        )


@pytest.mark.exercise("3.7")
@pytest.mark.points(1)
def test_backward_twice_gives_the_same(student):
    a = student.rng.normal(size=4)
    x = student.Value(a)
    square = student.Value(a * a, [x, x], lambda g, a, b: (g * b, g * a))
    root = student.Value(a**4, [square, square], lambda g, a, b: (g * b, g * a))
    for turn in ("first", "second"):
        root.backward()
        assert_close(
            x.grad, 4 * a**3, tried=f"{turn} backward of x**4, as a square of a square"
        )
    square.backward()
    assert_close(x.grad, 2 * a, tried="backward of x**2 afterwards, in the same graph")


@pytest.mark.exercise("3.7")
@pytest.mark.points(1)
def test_backward_writes_into_no_share(student):
    n = int(student.rng.integers(2, 5))
    slope = student.rng.normal(size=n)
    shared = student.make("numpy.array", slope)  # one array for all three inputs
    x, y, z = (student.Value(student.rng.normal(size=n)) for _ in range(3))
    low = student.Value(np.ones(n), [x, y, z], lambda g, *arrays: (shared,) * 3)
    mid = student.Value(np.ones(n), [x, low, y], lambda g, *arrays: (shared,) * 3)
    root = student.Value(np.ones(n), [mid, low], lambda g, *arrays: (shared,) * 2)
    for turn in ("first", "second"):
        root.backward()
        tried = f"{turn} backward of a graph in which all shares are one array, s"
        for name, node, uses in [
            ("z, used once", z, 1),
            ("y, used twice", y, 2),
            ("x, used twice", x, 2),
            ("a node used twice", low, 2),
            ("a node used once", mid, 1),
        ]:
            assert_close(node.grad, uses * slope, tried=f"{tried}: gradient of {name}")
        assert_close(root.grad, np.ones(n), tried=f"{tried}: gradient of the root")


@pytest.mark.exercise("3.7")
@pytest.mark.points(1)
def test_order_of_random_graphs(student):
    nodes, data, made = random_graph(student, 12)
    below, todo = set(), [len(data) - 1]
    while todo:
        n = todo.pop()
        if n not in below:
            below.add(n)
            todo += [] if made[n] is None else made[n][:2]
    order = list(student.topological_order(nodes[-1]))
    places = {}
    for place, node in enumerate(order):
        places.setdefault(float(node.data), place)
    tried = "topological_order of a random graph"
    assert_close(
        np.array(sorted(float(v.data) for v in order)),
        np.array(sorted(data[n] for n in below)),
        tried=f"{tried}: the data of its nodes, sorted",
    )
    late = [
        n
        for n in below
        if made[n] is not None
        and any(places[data[i]] > places[data[n]] for i in made[n][:2])
    ]
    assert_true(
        len(late) == 0,
        tried=tried,
        expected="every node after its inputs",
        got=f"{len(late)} nodes before one of theirs",
    )
    alone = list(student.topological_order(nodes[0]))
    assert_close(
        [float(v.data) for v in alone],
        [data[0]],
        tried="topological_order of a leaf: the leaf alone",
    )


@pytest.mark.exercise("3.7")
@pytest.mark.points(1)
def test_record_keeps_shapes_constants_and_equal_data_apart(student):
    a = student.rng.normal(size=(2, 3))
    x = student.Value(a)
    out = student.record(
        lambda a, b: np.asarray(a) @ np.asarray(b).T,
        lambda g, a, b: (
            np.asarray(g) @ np.asarray(b),
            np.asarray(g).T @ np.asarray(a),
        ),
        x,
        a.copy(),
    )
    assert_close(
        out.data, a @ a.T, tried="record(a @ b.T, pull, Value, array): its data"
    )
    out.backward()
    assert_close(
        x.grad,
        np.ones((2, 2)) @ a,
        tried="backward of a record with a Value and a constant of equal data: gradient of the Value",
    )
    single = student.record(np.negative, lambda g, a: (-np.asarray(g),), x)
    single.backward()
    assert_close(
        x.grad, -np.ones((2, 3)), tried="backward of record(negative, pull, x)"
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


@pytest.mark.exercise("3.8")
@pytest.mark.points(2)
def test_one_row_one_hidden_unit_and_silent_units(student):
    for n, d, m, c, shift in [
        (1, 4, 3, 2, 0.0),
        (6, 2, 1, 3, 3.0),
        (5, 3, 4, 3, -20.0),
    ]:
        params, x, labels = network_case(student.rng, n, d, m, c, shift)
        got = student.network_gradients(params, x, labels)
        tried = f"network_gradients for {n} rows, {m} hidden units whose biases are shifted by {shift:g}"
        for i, name in enumerate(("dw1", "db1", "dw2", "db2")):
            assert_gradient(got[i], lambda p, i=i, params=params, x=x, labels=labels: network_error([*params[:i], p, *params[i + 1 :]], x, labels), params[i], tried=f"{tried}: {name}")  # fmt: skip

    params, x, labels = network_case(student.rng, 4, 3, 2, 3)
    params[0][:, 0], params[1][0] = 0.0, 0.0
    got = student.network_gradients(params, x, labels)
    tried = "network_gradients where the sum of hidden unit 0 is exactly 0: its slope is 0 there"
    assert_close(got[0][:, 0], np.zeros(3), tried=f"{tried}, dw1[:, 0]")
    assert_close(got[1][0], 0.0, tried=f"{tried}, db1[0]")


@pytest.mark.exercise("3.8")
@pytest.mark.points(1)
def test_large_logits_float32_and_unchanged_inputs(student):
    params, x, labels = network_case(student.rng, 4, 3, 5, 3)
    params = [p.astype(np.float32) for p in params]
    got, after = student.call_tracking(
        "network_gradients", tuple(params), x.astype(np.float32), labels
    )
    exact = student.network_gradients(
        tuple(p.astype(float) for p in params),
        x.astype(np.float32).astype(float),
        labels,
    )
    for name, a, b in zip(("dw1", "db1", "dw2", "db2"), got, exact, strict=True):
        assert_close(
            a,
            np.asarray(b),
            rtol=1e-3,
            tried=f"network_gradients in float32 beside float64: {name}",
        )
    assert_unchanged(
        [*params],
        list(after[0]),
        tried="network_gradients(params, x, labels)",
        name="`params`",
    )
    assert_unchanged(
        [x.astype(np.float32), labels],
        after[1:],
        tried="network_gradients(params, x, labels)",
        name="an argument",
    )
    sums = np.asarray(exact[3], dtype=float)
    assert_close(
        float(sums.sum()),
        0.0,
        atol=1e-9,
        tried="the entries of db2, summed: probabilities minus one right answer",
    )


@pytest.mark.exercise("3.8")
@pytest.mark.points(1)
def test_the_batch_gradient_is_the_mean_over_its_rows(student):
    params, x, labels = network_case(student.rng, 5, 4, 3, 4)
    whole = student.network_gradients(params, x, labels)
    assert_gradient(
        whole[3],
        lambda p: network_error([*params[:3], p], x, labels),
        params[3],
        tried="network_gradients of a batch of 5: db2, beside finite differences",
    )
    single = [
        student.network_gradients(params, x[i : i + 1], labels[i : i + 1])
        for i in range(5)
    ]
    for place, name in enumerate(("dw1", "db1", "dw2", "db2")):
        mean = np.mean([np.asarray(one[place]) for one in single], axis=0)
        assert_close(
            whole[place],
            mean,
            tried=f"{name} of a batch of 5: the mean of the gradients of its rows",
        )
    order = student.rng.permutation(5)
    for a, b in itertools.islice(
        zip(
            whole,
            student.network_gradients(params, x[order], labels[order]),
            strict=True,
        ),
        4,
    ):
        assert_close(
            b, np.asarray(a), tried="the gradient of the same rows in another order"
        )
    logits_apart = (params[0], params[1], params[2] * 400, params[3])
    big = student.network_gradients(logits_apart, x, labels)
    assert_true(
        all(np.all(np.isfinite(g)) for g in big),
        tried="network_gradients with logits in the hundreds",
        expected="finite numbers",
        got=big[3],
    )
