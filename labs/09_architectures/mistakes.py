"""Wrong answers that students of lab 09 really give, each with the thought that puts it right."""

import numpy as np

from coursekit.labs import excuse, mistake

# 9.1 ------------------------------------------------------------------------------------------------------------------


@mistake(
    "9.1",
    tag="formula",
    edit=("outputs * (taps + bool(bias)", "outputs // groups * (taps + bool(bias)"),
)
def groups_divide_both():
    """Two groups: how many inputs does one output see, and how many outputs are there?

    A group sees its part of the inputs, but all outputs are still made. Divide once,
    not twice."""


@mistake("9.1", tag="formula", edit=("* inputs // groups", "* inputs"))
def groups_ignored():
    """What changes in your numbers with groups=2?

    An output in one of two groups sees half of the input maps."""


@mistake(
    "9.1",
    tag="formula",
    edit=(
        "outputs * (taps + bool(bias) + 2 * bool(norm))",
        "outputs * (taps + bool(bias) * size[0] * size[1] + 2 * bool(norm))",
    ),
)
def bias_for_every_place():
    """How many biases has one map of 28x28 places?

    All places of a map share one bias."""


@mistake(
    "9.1",
    tag="formula",
    edit=("(taps + bool(bias)", "(taps * (1 + bool(bias))"),
)
def bias_for_every_weight():
    """How many biases has a unit with 25 inputs?

    A bias belongs to an output map, not to each of its weights."""


@mistake("9.1", tag="formula", edit=("2 * bool(norm)", "4 * bool(norm)"))
def moving_statistics_counted():
    """Batch normalisation keeps four numbers per map. Which of them does the gradient
    change?

    Scale and shift are trained. Moving mean and variance are only measured."""


@mistake("9.1", tag="formula", edit=("2 * bool(norm)", "2 * inputs * bool(norm)"))
def normalises_the_inputs():
    """Which maps does batch normalisation work on, those that come in or those that
    leave?

    It follows the convolution: scale and shift for each output map."""


@mistake(
    "9.1",
    tag="formula",
    edit=("size[0] * size[1] * outputs * taps", "size[0] * size[1] * taps"),
)
def work_of_one_map():
    """Your work is that of one output map. How many are there?"""


@mistake(
    "9.1",
    tag="formula",
    edit=("size[0] * size[1] * outputs * taps", "size[0] * size[1] * weights"),
)
def biases_in_the_work():
    """Weights times places: does every weight belong to a product?

    A bias is added without a product, and normalisation is left out of the work. Count
    only the numbers that are multiplied with an input."""


@mistake(
    "9.1",
    tag="formula",
    edit=(
        "size[0] * size[1] * outputs * taps",
        "2 * size[0] * size[1] * outputs * taps",
    ),
)
def product_and_sum_counted_twice():
    """You count the product and the sum apart. The text counts them as one
    multiply-add."""


@mistake(
    "9.1", tag="formula", edit=("kernel[0] * kernel[1] *", "kernel[0] * kernel[0] *")
)
def square_kernel():
    """Try a kernel of 1x3. Which side did you square?"""


# 9.2 ------------------------------------------------------------------------------------------------------------------


@mistake("9.2", name="no-ring", tag="edge-case")
def neighbours(maps, run):
    """How many runs of 3 has a ring of 4 maps? You found fewer.

    After the last map comes the first: a run may begin at any map."""
    return [
        tuple(start + step for step in range(run)) for start in range(maps - run + 1)
    ]


@mistake(
    "9.2",
    tag="order",
    edit=(
        "tuple((start + step) % maps for step in range(run))",
        "tuple(sorted((start + step) % maps for step in range(run)))",
    ),
)
def runs_are_sorted():
    """The run that starts at the last map: which map does it list first?

    List each run in the order of the ring, from where it starts."""


@mistake(
    "9.2",
    tag="formula",
    edit=(
        "sum(kernel[0] * kernel[1] * len(seen) + 1 for seen in table)",
        "sum((kernel[0] * kernel[1] + 1) * len(seen) for seen in table)",
    ),
)
def bias_for_every_pair():
    """One bias for each pair of maps? How many biases has one output map?

    The kernels of a map's inputs add up to one output, and one bias is added to it."""


@mistake(
    "9.2",
    tag="formula",
    edit=("* len(seen) + 1 for", "* len(set().union(*table)) + 1 for"),
)
def every_map_sees_all():
    """You counted the full layer. What does `table` leave out?

    Map j sees len(table[j]) maps, not all of them."""


@mistake("9.2", tag="formula", edit=("* len(seen) + 1 for", "* len(seen) for"))
def no_bias_at_all():
    """With your count an output map that sees nothing is 0 for ever. What else does
    each map have?

    One bias for each output map."""


@mistake(
    "9.2",
    tag="formula",
    edit=(
        "weights * size[0] * size[1]",
        "(weights - len(table)) * size[0] * size[1]",
    ),
)
def connections_without_the_bias():
    """Multiply-adds leave the bias out. Does LeCun's count of connections?

    Every number that is added into an output counts, its bias too."""


@mistake(
    "9.2",
    tag="formula",
    edit=(
        "weights * size[0] * size[1]",
        "weights * (size[0] + kernel[0] - 1) * (size[1] + kernel[1] - 1)",
    ),
)
def connections_counted_per_input_place():
    """For which places did you count, those of the map below or those of the output?

    Connections end in outputs: one set for every place of every *output* map."""


# 9.3 ------------------------------------------------------------------------------------------------------------------


@mistake(
    "9.3",
    tag="formula",
    edit=(
        "outputs = one + three + five + project",
        "outputs = one + reduce3 + three + reduce5 + five + project",
    ),
)
def reducers_counted_as_outputs():
    """Which maps are laid on top of each other at the end of the module?

    The reductions are read by the 3x3 and the 5x5 and by nothing else. Each branch
    hands on its last layer only."""


@mistake(
    "9.3", tag="formula", edit=("one + three + five + inputs", "one + three + five")
)
def naive_pooling_branch_forgotten():
    """How many branches has the naive module? How many maps does pooling hand on?

    Pooling without a projection gives back as many maps as came in."""


@mistake(
    "9.3",
    tag="formula",
    edit=("one + three + five + inputs", "one + three + five + project"),
)
def naive_module_projects():
    """The naive module leaves the projection out. How many maps leave its pooling?"""


@mistake(
    "9.3",
    tag="formula",
    edit=(
        "9 * reduce3 * three + 25 * reduce5 * five",
        "9 * inputs * three + 25 * inputs * five",
    ),
)
def large_kernels_read_everything():
    """What does the 3x3 convolution read after the reduction?

    It reads the reduced maps, not those that came into the module."""


@mistake(
    "9.3",
    tag="formula",
    edit=("inputs * (one + reduce3 + reduce5 + project)", "inputs * (one + project)"),
)
def reductions_for_free():
    """The 1x1 convolutions that reduce are convolutions too. What do they cost?"""


@mistake(
    "9.3",
    tag="formula",
    edit=(
        "9 * reduce3 * three + 25 * reduce5 * five",
        "3 * reduce3 * three + 5 * reduce5 * five",
    ),
)
def side_instead_of_area():
    """How many products are behind one output of a 3x3 kernel over one map?"""


@mistake(
    "9.3",
    tag="formula",
    edit=("return outputs, taps * size[0] * size[1]", "return outputs, taps"),
)
def work_of_one_place():
    """Your work is that of a single place. How many places has a map?"""


@mistake("9.3", name="branches-in-a-row", tag="formula")
def inception_cost(inputs, maps, size, naive=False):
    """Do the branches read one another, or all the same maps?

    Four branches stand side by side; their outputs are laid on top of each other. So
    maps add up; only the last one's number is too few."""
    one, reduce3, three, reduce5, five, project = maps
    chain = (
        [(1, one), (3, three), (5, five)]
        if naive
        else [(1, one), (1, reduce3), (3, three), (1, reduce5), (5, five), (1, project)]
    )
    taps, reads = 0, inputs
    for k, writes in chain:
        taps, reads = taps + k * k * reads * writes, writes
    return reads, taps * size[0] * size[1]


# 9.4 ------------------------------------------------------------------------------------------------------------------


@mistake(
    "9.4",
    tag="order",
    edit=(
        "np.maximum(0, x + np.maximum(0, x @ w1) @ w2)",
        "x + np.maximum(0, np.maximum(0, x @ w1) @ w2)",
    ),
)
def relu_before_the_sum():
    """Your change F can never be negative. Where does the last ReLU stand, before the
    sum or after it?

    y = r(x + F(x)): the sum first."""


@mistake(
    "9.4",
    tag="order",
    edit=(
        "np.maximum(0, x + np.maximum(0, x @ w1) @ w2)",
        "np.maximum(0, x + np.maximum(0, np.maximum(0, x @ w1) @ w2))",
    ),
)
def relu_before_and_after_the_sum():
    """Count your ReLUs. A block may take away from x too: can yours?

    F ends with W2, without a ReLU."""


@mistake(
    "9.4",
    tag="formula",
    edit=(
        "np.maximum(0, x + np.maximum(0, x @ w1) @ w2)",
        "x + np.maximum(0, x @ w1) @ w2",
    ),
)
def no_relu_at_the_end():
    """Some of your outputs are negative. Which function ends the block?"""


@mistake(
    "9.4",
    tag="formula",
    edit=(
        "np.maximum(0, x + np.maximum(0, x @ w1) @ w2)",
        "np.maximum(0, np.maximum(0, x @ w1) @ w2)",
    ),
)
def shortcut_left_out():
    """With W2 = 0 your block forgets x. What should it give?

    Add x before the last ReLU: this is what makes the block residual."""


@mistake(
    "9.4",
    tag="formula",
    edit=(
        "return at_sum + ((at_sum @ w2.T) * (before > 0)) @ w1.T",
        "return ((at_sum @ w2.T) * (before > 0)) @ w1.T",
    ),
)
def only_the_way_through_the_layers():
    """x reaches y on two ways. Which one did you leave out?

    Gradients of two ways add up: at_sum itself came through the shortcut."""


@mistake(
    "9.4",
    tag="formula",
    edit=(
        "np.asarray(upstream) * (x + np.maximum(0, before) @ w2 > 0)",
        "np.asarray(upstream, dtype=float)",
    ),
)
def last_relu_has_no_slope():
    """Where the sum is negative, y is 0. What does a small change of x do there?

    Let only those entries of upstream through where the sum is positive."""


@mistake(
    "9.4",
    tag="formula",
    edit=("((at_sum @ w2.T) * (before > 0)) @ w1.T", "at_sum @ w2.T @ w1.T"),
)
def inner_relu_has_no_slope():
    """There are two ReLUs on the way back. Which slopes did you multiply with?

    Between W2 and W1, only hidden units that were positive pass the gradient on."""


@mistake(
    "9.4",
    tag="order",
    edit=(
        "return at_sum + ((at_sum",
        "return np.asarray(upstream) + ((at_sum",
    ),
)
def shortcut_passes_by_the_last_relu():
    """Does the shortcut join before the last ReLU, or after it?

    Both ways go through that ReLU, so both get the gradient that it lets through."""


@mistake("9.4", tag="formula", edit=("[:, ::stride, ::stride]", "[:, :, ::stride]"))
def rows_not_strided():
    """Height and width both shrink. Which one does your shortcut halve?"""


@mistake(
    "9.4",
    tag="off-by-one",
    edit=("[:, ::stride, ::stride]", "[:, stride - 1 :: stride, stride - 1 :: stride]"),
)
def starts_behind_the_first():
    """Which pixel do you keep first?

    Start with the first row and column."""


@mistake(
    "9.4",
    tag="order",
    edit=("(0, maps - x.shape[-1])", "(maps - x.shape[-1], 0)"),
)
def zeros_in_front():
    """Where do your maps of zeros stand?

    Behind: the first maps are those that there were."""


@mistake("9.4", name="maps-repeated", tag="formula")
def shortcut(x, maps, stride):
    """What stands in the maps that are new?

    Option A fills them with zeros, not with copies."""
    x = np.asarray(x)[:, ::stride, ::stride]
    return x[..., np.arange(maps) % x.shape[-1]]


# 9.5 ------------------------------------------------------------------------------------------------------------------


@mistake("9.5", tag="missing-1/n", edit=("sum(first) / len(first)", "sum(first)"))
def join_is_a_sum():
    """What does a join take, the sum or the mean?

    With sums, values grow with every join; and drop-path would change their size."""


@mistake("9.5", name="second-half-reads-the-input", tag="formula")
def fractal(z, columns, conv):
    """What does the second of the two smaller blocks read?

    They stand one after the other: the second reads what the first one's join gives."""
    if columns == 1:
        return [conv(z)]
    fractal(z, columns - 1, conv)
    return [conv(z), *fractal(z, columns - 1, conv)]


@mistake(
    "9.5",
    tag="order",
    edit=(
        "[conv(z), *fractal(middle, columns - 1, conv)]",
        "[*fractal(middle, columns - 1, conv), conv(z)]",
    ),
)
def deepest_first():
    """In which order does the list stand?

    The shallowest first: the single convolution."""


@mistake("9.5", name="two-joins-in-a-row", tag="formula")
def fractal(z, columns, conv):
    """How many results meet at the last join of three columns?

    Joins that meet at the same place are one: hand on the second block's list, not its
    mean."""
    if columns == 1:
        return [conv(z)]

    def block(v):
        arriving = fractal(v, columns - 1, conv)
        return sum(arriving) / len(arriving)

    return [conv(z), block(block(z))]


@mistake(
    "9.5",
    tag="formula",
    edit=("[conv(z), *fractal", "[conv(middle), *fractal"),
)
def convolution_reads_the_middle():
    """What does the new single convolution read?

    It stands beside both smaller blocks and reads what the whole block reads."""


@mistake(
    "9.5",
    tag="off-by-one",
    edit=(
        "half = path_lengths(columns - 1)\n    return sorted([1, *(a + b",
        "half = path_lengths(columns - 1)\n    return sorted([*(a + b",
    ),
)
def shortest_path_forgotten():
    """Which way is the shortest through a block?

    The single convolution beside the two smaller blocks is a path of length 1."""


@mistake(
    "9.5",
    tag="formula",
    edit=(
        "(a + b for a in half for b in half)",
        "(a + b for a in set(half) for b in set(half))",
    ),
)
def lengths_instead_of_paths():
    """Two paths of the same length are two paths. Did you count both?"""


@mistake("9.5", name="one-path-for-each-column", tag="formula")
def path_lengths(columns):
    """A path may change the column at a join. Did you count those?

    At the join in the middle every way of the first half meets every way of the second:
    it need not go on in the column that it came in."""
    return [2**c for c in range(columns)]


# 9.6 ------------------------------------------------------------------------------------------------------------------


@mistake("9.6", tag="sign", edit=("draws >= rate", "draws < rate"))
def keeps_what_should_drop():
    """With rate 0, how many of your inputs stay?

    A draw below the rate means dropped."""


@mistake("9.6", tag="ties", edit=("draws >= rate", "draws > rate"))
def drops_at_equality():
    """A draw that equals the rate is not below it."""


@mistake(
    "9.6",
    tag="edge-case",
    edit=("kept if kept.any() else draws == draws.max()", "kept"),
)
def all_dropped():
    """Draw all below the rate: what is the mean of nothing?

    If all would be dropped, the input with the largest draw stays."""


@mistake("9.6", tag="edge-case", edit=("draws == draws.max()", "np.ones_like(kept)"))
def all_stay_if_all_drop():
    """If all would be dropped, how many should stay?

    One: that with the largest draw."""


@mistake("9.6", tag="edge-case", edit=("draws == draws.max()", "draws == draws.min()"))
def smallest_draw_stays():
    """Which input came nearest to staying, the one with the smallest draw or with the
    largest?"""


@mistake(
    "9.6",
    tag="formula",
    edit=(
        "column = int(draw() * columns)\n    kept = [np.array(reached) == column for reached in joins]",
        "kept = [np.array(reached) == int(draw() * columns) for reached in joins]",
    ),
)
def every_join_draws_its_own():
    """How often do you call draw()? Then how many columns does your network keep?

    Global means one column in the whole network: draw once, before you look at the
    joins."""


@mistake(
    "9.6", tag="formula", edit=("int(draw() * columns)", "int(draw() * len(joins[0]))")
)
def only_columns_of_the_first_join():
    """Which columns can you ever draw, those of the network or those of one join?"""


@mistake(
    "9.6",
    tag="edge-case",
    edit=("[k if k.any() else np.ones_like(k) for k in kept]", "kept"),
)
def joins_that_are_not_reached_lose_all():
    """Some joins do not lie on the column that you keep. What is the mean there?

    They keep all their inputs; what they give is not used."""


@mistake(
    "9.6",
    tag="order",
    edit=("np.array(reached) == column for", "np.arange(len(reached)) == column for"),
)
def place_instead_of_column():
    """Which column does the first input of the join (1, 2) belong to?

    A join says which columns its inputs belong to; the place in the list is another
    number."""


@mistake("9.6", name="divided-by-all", tag="missing-1/n")
def join(paths, kept):
    """Drop half the paths: by how much does your output shrink?

    The mean is over the survivors, so divide by their number. Then nothing needs to be
    rescaled when the network is used."""
    return np.mean(
        [np.asarray(p) * bool(k) for p, k in zip(paths, kept, strict=True)], axis=0
    )


@mistake("9.6", tag="missing-1/n", edit=(".mean(axis=0)", ".sum(axis=0)"))
def survivors_summed():
    """What does a join take of the paths that are left, the sum or the mean?"""


@mistake("9.6", tag="axis", edit=(".mean(axis=0)", ".mean()"))
def mean_of_everything():
    """Which shape has your result, and which shape has one path?

    The mean is over the paths only, the first axis."""


# 9.7 ------------------------------------------------------------------------------------------------------------------


@mistake(
    "9.7",
    tag="formula",
    edit=(
        "share = (1 + e) / (1 + selectivity / (1 + selectivity) * v)",
        "share = 1 + e - selectivity / (1 + selectivity) * v",
    ),
)
def inhibition_subtracted():
    """Make the image twice as bright. Does your answer double?

    Inhibition divides: (1 + e) / (1 + ...). This is what makes the cell look at the form
    and not at the brightness."""


@mistake(
    "9.7",
    tag="order",
    edit=("selectivity * np.maximum(0, share - 1)", "selectivity * (share - 1)"),
)
def s_cells_without_threshold():
    """Some of your answers are negative. Can a cell answer less than nothing?"""


@mistake(
    "9.7", tag="formula", edit=("return selectivity * np.maximum", "return np.maximum")
)
def selectivity_left_out_in_front():
    """Your answers are all too small by one factor. Which one stands before the
    maximum?"""


@mistake(
    "9.7",
    tag="formula",
    edit=(
        "np.sqrt(np.sum(patches**2, axis=(2, 3)))",
        "np.sum(patches**2, axis=(2, 3))",
    ),
)
def squared_length():
    """v is the length of the patch. What is the length of (3, 4)?

    The root of the sum of squares."""


@mistake(
    "9.7",
    tag="formula",
    edit=(
        "np.sqrt(np.sum(patches**2, axis=(2, 3)))",
        "np.sqrt(np.mean(patches**2, axis=(2, 3)))",
    ),
)
def mean_square_instead_of_length():
    """v is the length of the patch: the root of the *sum* of squares."""


@mistake(
    "9.7",
    tag="formula",
    edit=("selectivity / (1 + selectivity) * v", "selectivity * v"),
)
def inhibition_too_strong():
    """How strong is your inhibition where the patch fits the weights exactly?

    v counts with the factor R / (1 + R), which is below 1."""


@mistake(
    "9.7",
    tag="edge-case",
    edit=("np.pad(image, k // 2)", 'np.pad(image, k // 2, mode="edge")'),
)
def border_repeated():
    """What do you take for pixels outside the image?

    Zeros, not copies of the border."""


@mistake("9.7", name="c-cells-take-the-largest", tag="formula")
def c_plane(plane, size, stride):
    """Max pooling is the grandchild of this cell. What does a C-cell take itself?

    The mean of the square, then m / (0.1 + m)."""
    padded = np.pad(np.asarray(plane, dtype=float), size // 2)
    squares = np.lib.stride_tricks.sliding_window_view(padded, (size, size))
    top = squares[::stride, ::stride].max(axis=(2, 3))
    return top / (0.1 + top)


@mistake("9.7", name="saturates-before-the-blur", tag="order")
def c_plane(plane, size, stride):
    """In which order do mean and saturation come?

    First the mean m of the S-cells, then m / (0.1 + m)."""
    plane = np.asarray(plane, dtype=float)
    padded = np.pad(plane / (0.1 + plane), size // 2)
    squares = np.lib.stride_tricks.sliding_window_view(padded, (size, size))
    return squares[::stride, ::stride].mean(axis=(2, 3))


@mistake("9.7", tag="formula", edit=("return mean / (0.1 + mean)", "return mean"))
def c_cells_do_not_saturate():
    """How much does your C-cell answer when its mean is 100? A cell has a limit.

    m / (0.1 + m) stays below 1."""


@mistake(
    "9.7",
    tag="missing-1/n",
    edit=(".mean(axis=(2, 3))\n    return mean", ".sum(axis=(2, 3))\n    return mean"),
)
def sum_of_the_square():
    """The mean of the square, not its sum."""


@mistake(
    "9.7",
    tag="off-by-one",
    edit=(
        "squares[::stride, ::stride]",
        "squares[stride // 2 :: stride, stride // 2 :: stride]",
    ),
)
def c_cells_start_in_the_middle():
    """Where does your first C-cell stand?

    On the first row and column."""


# 9.8 ------------------------------------------------------------------------------------------------------------------


@mistake(
    "9.8",
    tag="ties",
    edit=(
        "scores >= mine, axis=1)  # the label itself counts: 1 is best",
        "scores > mine, axis=1) + 1",
    ),
)
def ties_help():
    """A network that gives every class the same score: what is its error?

    Classes that score as high as the label stand before it: >=, not >."""


@mistake("9.8", tag="off-by-one", edit=("rank > k", "rank >= k"))
def one_place_too_few():
    """The label is the best of all: is it among the 1 best?"""


@mistake("9.8", tag="sign", edit=("np.mean(rank > k)", "np.mean(rank <= k)"))
def share_of_right_ones():
    """You give the share that is right. Which one is asked for?"""


@mistake("9.8", tag="sign", edit=("scores >= mine", "scores <= mine"))
def among_the_worst():
    """Higher scores are more likely. Are you looking among the best or among the
    worst?"""


@mistake(
    "9.8",
    tag="missing-1/n",
    edit=("float(np.mean(rank > k))", "float(np.sum(rank > k))"),
)
def number_instead_of_share():
    """Your error exceeds 1. A share is divided by the number of rows."""


@mistake("9.8", name="argsort-and-its-ties", tag="ties")
def top_k_error(scores, labels, k=5):
    """Right without ties. What does argsort do where all scores are equal?

    It puts them in an order that means nothing. Count the classes that score at least
    as high as the label instead."""
    best = np.argsort(np.asarray(scores), axis=1)[:, ::-1][:, :k]
    return float(np.mean(~(best == np.asarray(labels)[:, None]).any(axis=1)))


@mistake("9.8", name="only-the-best-guess", tag="formula")
def top_k_error(scores, labels, k=5):
    """What does k change in your answer?

    The label may be any of the k best, not the first alone."""
    scores, labels = np.asarray(scores), np.asarray(labels)
    mine = scores[np.arange(len(labels)), labels][:, None]
    return float(np.mean(np.sum(scores >= mine, axis=1) > 1))


# Mutants that may live -----------------------------------------------------------------------------------------------

excuse(
    "9.6",
    "global_kept: np.array(reached) -> np.asarray(reached)",
    "it is compared, and nothing is written into it",
)
