"""The pictures of lab 03 and what is seen on them. Nothing here answers an exercise."""

import ast
import inspect
import textwrap

import numpy as np

from coursekit.plots import PALETTE, draw_graph, subplots

SUM_AND_PRODUCT = {"x": "$x$", "y": "$y$", "q": "+", "z": "$z$", "f": "×"}
CHAIN = {
    "w1": "$w_1$",
    "x": "$x$",
    "h1": "×",
    "o1": r"$\sigma$",
    "w2": "$w_2$",
    "h2": "×",
    "o": r"$\sigma$",
    "L": "−log",
}


def prices(sizes, times):
    """Seconds for one gradient against the number of weights.

    Args:
        sizes: numbers of weights.
        times: dict from a way's name to its seconds, one for each size. With a fourth way the
            picture is the one of the lab's end.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(6.6, 3.8))
    looks = ("s--", "o-", "D-", "^:")
    for (name, seconds), look, colour in zip(
        times.items(), looks, PALETTE, strict=False
    ):
        ax.plot(sizes, seconds, look, color=colour, label=name)
    ax.set(xscale="log", yscale="log")
    ax.set(xlabel="weights in the network", ylabel="seconds for one gradient")
    ax.legend(fontsize=8)
    if len(times) == 3:
        ax.set_title("Keras knows all slopes. How can it be so cheap?")
        return figure, (
            "Seconds for one gradient against the number of weights, both axes logarithmic. Two runs "
            "for each weight climb steeply; at the largest network Keras and a single run of the "
            "network stay thousands of times lower."
        )
    ax.set_title("One sweep forwards, one sweep back")
    return figure, (
        "The opening picture with one more curve: the student's own gradient lies just above a single "
        "run of the network, and thousands of times below two runs for each weight."
    )


def sum_and_product(values, gradients):
    """The graph of (x + y) z.

    Args:
        values, gradients: dicts with the keys x, y, z, q, f.

    Returns:
        (axes, alt).
    """
    edges = [("x", "q"), ("y", "q"), ("q", "f"), ("z", "f")]
    return draw_graph(SUM_AND_PRODUCT, edges, values, gradients), (
        "The graph of (x + y) z. Values above the edges: -2, 5, 3, -4 and -12. Gradients below them: "
        "-4 for x, y and their sum, 3 for z, and 1 at the end."
    )


def chain(values, gradients):
    """The chain of two sigmoids that ends in -log.

    Args:
        values, gradients: dicts with the keys x, w1, h1, o1, w2, h2, o, L.

    Returns:
        (axes, alt).
    """
    edges = [("w1", "h1"), ("x", "h1"), ("h1", "o1"), ("o1", "h2"), ("w2", "h2")]
    edges += [("h2", "o"), ("o", "L")]
    return draw_graph(CHAIN, edges, values, gradients), (
        "The chain from w1 and x through a product, a sigmoid, a product with w2, a sigmoid and minus "
        "log. The gradient below the edges is 1 at the end, -3.5 before minus log, and shrinks in "
        "size from there to 0.23 at w1."
    )


def steps(lengths, central, one_sided):
    """How far two kinds of difference are from the true slope.

    Args:
        lengths: steps h.
        central, one_sided: distances from the true slope, one for each step.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(6.6, 3.6))
    ax.plot(lengths, one_sided, "s--", color=PALETTE[1], label="one-sided")
    label = "central: your numerical_gradient"
    ax.plot(lengths, central, "o-", color=PALETTE[0], label=label)
    ax.set(xscale="log", yscale="log")
    ax.set(xlabel="step h", ylabel="distance from the true slope")
    ax.set_title("A step can be too large, and too small")
    ax.legend(fontsize=8)
    return figure, (
        "Distance from the true slope against the step, both logarithmic, for one-sided and central "
        "differences. Both fall as the step shrinks, the central one faster and deeper, and rise again "
        "for tiny steps."
    )


def xor_errors(delta_step, eta, sweeps, seed):
    """E, averaged over the four samples of XOR, at the start and after each sweep of `delta_step`."""
    # the last input is always 1: a bias
    inputs = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], dtype=float)
    targets = np.array([[0.0], [1.0], [1.0], [0.0]])
    rng, errors = np.random.default_rng(seed), []
    w_hidden, w_out = rng.normal(size=(5, 3)), rng.normal(size=(1, 5))
    for sweep in range(sweeps + 1):
        h = 1 / (1 + np.exp(-inputs @ w_hidden.T))
        out = 1 / (1 + np.exp(-h @ w_out.T))
        errors.append(float(np.mean(0.5 * (targets - out) ** 2)))
        for x, t in zip(inputs, targets, strict=True) if sweep < sweeps else ():
            w_hidden, w_out = delta_step(x, t, w_hidden, w_out, eta)
    return errors


def xor(curves):
    """The error on XOR over the sweeps.

    Args:
        curves: dict from a rule's name to its errors.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(6.6, 3.4))
    for (name, errors), dashes, colour in zip(
        curves.items(), ("-", "--"), PALETTE, strict=False
    ):
        ax.plot(errors, dashes, color=colour, lw=2, label=name)
    ax.set(xlabel="sweeps over the four samples of XOR", ylabel="mean error E")
    ax.set(ylim=(0, None), title="The sign decides which way is downhill")
    ax.legend(fontsize=8)
    return figure, (
        "Mean error on XOR against sweeps. With the delta rule it falls from its start to near zero; "
        "with the printed sign it climbs at once and stays high."
    )


def diagonal(pairs):
    """Gradient entries by two hands, one against the other.

    Args:
        pairs: dict from an operation's name to its (mine, theirs), flat arrays.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(5.6, 4.6))
    for (name, (mine, theirs)), marker, colour in zip(
        pairs.items(), "osD", PALETTE, strict=False
    ):
        ax.plot(theirs, mine, marker, color=colour, mfc="none", label=name)
    ax.axline((0, 0), slope=1, color="0.5", lw=1, ls=":")
    ax.set(xlabel="gradient entry by Keras", ylabel="the same entry by your pull-back")
    gap = max(np.abs(mine - theirs).max() for mine, theirs in pairs.values())
    ax.set_title(f"Three operations, one diagonal: off by at most {gap:.0e}")
    ax.legend(fontsize=8)
    return figure, (
        "Every entry of the gradients of three array operations, the student's pull-back against "
        "Keras. All circles, squares and diamonds lie on the diagonal."
    )


def fading(mine, theirs):
    """How large the weight gradients of each layer are.

    Args:
        mine, theirs: root mean squares by layer, from the input.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(6.6, 3.4))
    layers = range(1, len(mine) + 1)
    ax.bar(layers, mine, color=PALETTE[0], label="your backpropagate")
    ax.plot(layers, theirs, "kx", label="Keras")
    ax.set(yscale="log", xticks=layers, ylabel="root mean square of dE/dW")
    ax.set(xlabel="layer, from the input (1) to the output")
    ax.set_title("The message fades on its way down")
    ax.legend(fontsize=8)
    return figure, (
        "Root mean square of the weight gradient in ten layers, logarithmic. The bar of the last layer "
        "is the tallest, and each layer further down is several times smaller; Keras's crosses sit on "
        "every bar."
    )


def recorded(order, names, symbols):
    """The graph that the engine recorded for x x y + x; each edge shows its own share.

    Args:
        order: all its nodes, inputs before their users.
        names: dict from id(leaf) to its text.
        symbols: dict from id(pull) to the operation's symbol.

    Returns:
        (axes, alt).
    """
    ids = {id(node): f"n{i}" for i, node in enumerate(order)}
    texts = {ids[id(v)]: names.get(id(v)) or symbols[id(v.pull)] for v in order}
    edges, shares = [], {ids[id(order[-1])]: order[-1].grad}
    for user in order:
        arrays = [v.data for v in user.inputs]
        given = user.pull(user.grad, *arrays) if user.pull else ()
        for v, share in zip(user.inputs, given, strict=True):
            edges.append((ids[id(v)], ids[id(user)]))
            shares[edges[-1]] = share
    values = {ids[id(v)]: v.data for v in order}
    return draw_graph(texts, edges, values, shares), (
        "The recorded graph of x x y + x at x = 3, y = -2. Two arcs lead from x into the first "
        "product, each with the share -6; a third edge leads from x to the sum with the share 1."
    )


def lines_of(parts):
    """Lines of code of functions, without docstrings and comments; a function given twice counts once."""
    count = 0
    for part in {id(part): part for part in parts}.values():
        tree = ast.parse(textwrap.dedent(inspect.getsource(part)))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
                node.body = node.body[1:] or [ast.Pass()]
        count += len(ast.unparse(tree).splitlines())
    return count


def training(curves, tolerance):
    """Losses over the steps, and their distance from those of the first curve.

    Args:
        curves: dict from a name to its losses; the first one is Keras's.
        tolerance: what the distance is to stay below.

    Returns:
        (figure, alt).
    """
    figure, (left, right) = subplots(1, 2, size=(9.5, 3.7))
    theirs, looks = next(iter(curves.values())), ("-", "--", ":")
    for i, (name, losses) in enumerate(curves.items()):
        look = {"ls": looks[i], "color": ("0.7", *PALETTE)[i]}
        left.plot(losses, lw=5 if i == 0 else 1.6, label=name, **look)
        if i:
            gap = np.maximum(np.abs(losses - theirs), 1e-12)
            right.plot(gap, label=f"{name} to Keras", **look)
    right.axhline(tolerance, color="0.4", lw=1, ls="-.", label="tolerance")
    left.set(xlabel="step", ylabel="error on the batch", ylim=(0, None))
    left.set_title("Same start, same batches")
    right.set(xlabel="step", ylabel="distance between the losses")
    right.set(yscale="log", ylim=(1e-13, 1e-4), title="As close as float32 allows")
    left.legend(fontsize=8)
    right.legend(fontsize=8, loc="lower left")
    return figure, (
        "Left: training error falling over the steps, the curves of Keras, of the hand-written "
        "gradient and of the engine on top of each other. Right: their distance from Keras on a "
        "logarithmic axis, below the tolerance line throughout."
    )
