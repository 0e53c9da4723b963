"""Wrong answers that students of lab 12 really give, each with the thought that puts it right."""

import math

import numpy as np
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from coursekit.labs import excuse, mistake

# 12.1 ---------------------------------------------------------------------------------


@mistake(
    "12.1",
    tag="edge-case",
    edit=("np.asarray(h_0, float), []", "np.zeros(len(b)), []"),
)
def begins_at_zero():
    """Start the same sequence from another h_0. Do your states change?

    The first step needs a state before it, too: that is h_0."""


@mistake("12.1", name="same-matrix-for-both", tag="formula")
def rnn_forward(x, a_h, a_x, b, a_y, h_0):
    """Feed a sequence of zeros, and then another h_0. Which states change, and which should?

    Every step has to start from the state of the step before; yours all start from h_0."""
    h_0 = np.asarray(h_0, float)
    states = np.tanh(h_0 @ np.transpose(a_h) + np.asarray(x) @ np.transpose(a_x) + b)
    return states, states @ np.transpose(a_y)


@mistake(
    "12.1",
    tag="transpose",
    edit=("np.dot(a_h, h) +", "np.dot(np.transpose(a_h), h) +"),
)
def a_h_turned_round():
    """Which number of the state does row 1 of A_h make? Take an A_h that is not symmetric.

    Vectors are columns: the matrix stands on the left of the state, as it is."""


@mistake("12.1", tag="formula", edit=(" + b)", ")"))
def bias_forgotten():
    """What is the first state if x and h_0 are 0? Not 0.

    The vector b is added before the tanh."""


@mistake("12.1", tag="formula", edit=("np.tanh(", "("))
def no_tanh():
    """Can your states grow beyond 1? Those of the lecture cannot.

    The sum passes tanh before it becomes the state."""


@mistake("12.1", name="outputs-from-the-state-before", tag="off-by-one")
def rnn_forward(x, a_h, a_x, b, a_y, h_0):
    """Does the first output change when you change the first input? It should.

    The output of step t needs the state after step t; yours uses the one before."""
    h, states, outputs = np.asarray(h_0, float), [], []
    for row in np.asarray(x, float):
        outputs.append(np.asarray(a_y) @ h)
        h = np.tanh(np.asarray(a_h) @ h + np.asarray(a_x) @ row + b)
        states.append(h)
    return np.array(states), np.array(outputs)


@mistake("12.1", name="h0-among-the-states", tag="off-by-one")
def rnn_forward(x, a_h, a_x, b, a_y, h_0):
    """How many states do you give for t vectors?

    One for each vector: h_1 to h_t. h_0 was given and is not among them."""
    h = np.asarray(h_0, float)
    states = [h]
    for row in np.asarray(x, float):
        h = np.tanh(np.asarray(a_h) @ h + np.asarray(a_x) @ row + b)
        states.append(h)
    states = np.array(states)
    return states, states[1:] @ np.transpose(a_y)


@mistake(
    "12.1",
    tag="formula",
    edit=("states @ np.transpose(a_y)", "np.tanh(states @ np.transpose(a_y))"),
)
def outputs_through_tanh():
    """Can an output of yours be 5? The lecture's can.

    The output is linear in the state: no tanh there."""


@mistake(
    "12.1",
    tag="order",
    edit=(
        "return states, states @ np.transpose(a_y)",
        "return states @ np.transpose(a_y), states",
    ),
)
def outputs_before_states():
    """Which of the two do you give first?

    The states first, then the outputs."""


# 12.2 ---------------------------------------------------------------------------------


@mistake("12.2", tag="formula", edit=("d_h = d_h + d_states[t]", "d_h = d_states[t]"))
def only_its_own_output():
    """Set all slopes to 0 but the last step's. What does the first step's use of A_h get in yours?

    A state acts on the loss in two ways: through its own output, and through the next state. Add what comes from there."""


@mistake(
    "12.2",
    tag="formula",
    edit=(
        "d_h = d_h + d_states[t]",
        "d_h = d_states[t] if t == len(x) - 1 else d_h",
    ),
)
def only_the_last_output():
    """Do the slopes of the outputs in the middle matter in your function? Double one of them.

    At every step what came back from later and the slope through that step's own output are added."""


@mistake(
    "12.2",
    tag="formula",
    edit=(
        "return d_sums.T @ earlier, d_sums.T @ x, d_sums.sum(axis=0)",
        "return np.outer(d_sums[-1], earlier[-1]), np.outer(d_sums[-1], x[-1]), d_sums[-1]",
    ),
)
def last_use_alone():
    """How often is A_h used in a sequence of t steps?

    A weight that is used at every step gets a slope from every use, and they are added."""


@mistake(
    "12.2",
    tag="missing-1/n",
    edit=(
        "return d_sums.T @ earlier, d_sums.T @ x, d_sums.sum(axis=0)",
        "return d_sums.T @ earlier / len(x), d_sums.T @ x / len(x), d_sums.mean(axis=0)",
    ),
)
def mean_over_the_steps():
    """Are your slopes smaller by the number of steps? Nothing in the text asks for a mean.

    Slopes of the uses of one weight are added."""


@mistake(
    "12.2",
    tag="formula",
    edit=("d_h * (1 - states[t] ** 2)", "d_h * (1 - np.tanh(states[t]) ** 2)"),
)
def tanh_of_the_state_again():
    """The states have passed tanh already. What is the derivative of tanh, written with its value?

    With h = tanh(s) it is 1 - h^2: no second tanh."""


@mistake("12.2", tag="formula", edit=("d_h * (1 - states[t] ** 2)", "d_h"))
def tanh_left_out():
    """What stands between the weighted sum and h_t? Its derivative is missing on the way back.

    What arrives at h_t is multiplied by 1 - h_t^2 before it reaches the weights."""


@mistake(
    "12.2",
    tag="transpose",
    edit=("d_h = np.transpose(a_h) @ d_sums[t]", "d_h = a_h @ d_sums[t]"),
)
def back_through_a_h_forwards():
    """Forwards a state is multiplied by A_h. By what is a slope multiplied on the way back?

    By the transposed matrix: number j of h_{t-1} acts through column j."""


@mistake(
    "12.2",
    tag="off-by-one",
    edit=("earlier = np.vstack([h_0, states[:-1]])", "earlier = states"),
)
def state_of_the_same_step():
    """Which state does A_h multiply at step t: h_t, or the one before?

    The slope of A_h pairs the sum of step t with h_{t-1}; at the first step that is h_0."""


@mistake(
    "12.2",
    tag="edge-case",
    edit=("np.vstack([h_0, states[:-1]])", "np.vstack([0 * states[:1], states[:-1]])"),
)
def nothing_before_the_first_step():
    """Change h_0. Does your slope of A_h change?

    At the first step A_h multiplies h_0, which need not be 0."""


@mistake(
    "12.2",
    tag="transpose",
    edit=("return d_sums.T @ earlier,", "return earlier.T @ d_sums,"),
)
def slope_of_a_h_transposed():
    """Rows of A_h belong to the new state, columns to the old one. And those of your slope?

    Entry (i, j) is the slope at sum i times number j of the earlier state."""


@mistake(
    "12.2",
    tag="formula",
    edit=("d_h = np.transpose(a_h) @ d_sums[t]", "d_h = np.transpose(a_h) @ d_h"),
)
def tanh_skipped_on_the_way_back():
    """Which slope goes through A_h to the earlier state: the one at h_t, or the one at the sum inside tanh?

    First through tanh, then through A_h."""


# 12.3 ---------------------------------------------------------------------------------


@mistake(
    "12.3",
    tag="order",
    edit=(
        "product = product @ ((1 - h**2)[:, None] * np.asarray(a_h))",
        "product = ((1 - h**2)[:, None] * np.asarray(a_h)) @ product",
    ),
)
def factors_in_the_wrong_order():
    """Which Jacobian acts first on a change of h_{T-k}: that of the earliest step, or of the last?

    The earliest acts first, so it stands at the right end. Walking back you add factors on the right."""


@mistake(
    "12.3",
    tag="axis",
    edit=("(1 - h**2)[:, None] * np.asarray(a_h)", "(1 - h**2) * np.asarray(a_h)"),
)
def columns_scaled():
    """tanh acts on the new state. Does it scale rows or columns of A_h?

    Row i of A_h makes number i of the new state, so row i is multiplied by 1 - h_i^2."""


@mistake(
    "12.3",
    tag="formula",
    edit=("(1 - h**2)[:, None] * np.asarray(a_h)", "np.asarray(a_h)"),
)
def tanh_left_out_of_the_jacobian():
    """Do your numbers change when the states do? Near -1 and 1 tanh is flat.

    Each row of the Jacobian carries the slope of tanh, 1 - h^2."""


@mistake(
    "12.3",
    tag="formula",
    edit=("np.linalg.norm(product, 2)", "np.linalg.norm(product)"),
)
def all_singular_values_together():
    """Which norm does np.linalg.norm give of a matrix when you do not say?

    The root of the sum of all squares. Asked is the largest singular value: ord=2."""


@mistake(
    "12.3",
    tag="formula",
    edit=(
        "np.linalg.norm(product, 2)",
        "np.abs(np.linalg.eigvals(product)).max()",
    ),
)
def eigenvalues_taken():
    """Can a matrix stretch a vector by more than its largest eigenvalue? [[0, 5], [0, 0]] does.

    Asked is the largest singular value."""


@mistake("12.3", name="product-of-norms", tag="formula")
def memory(states, a_h):
    """Is the size of a product the product of the sizes? Two factors may take away from each other.

    Multiply the matrices first, and take the singular value of the product."""
    sizes = [
        np.linalg.norm((1 - np.square(h))[:, None] * np.asarray(a_h), 2)
        for h in np.asarray(states)[::-1]
    ]
    return np.cumprod(sizes)


@mistake(
    "12.3",
    tag="order",
    edit=("np.asarray(states, float)[::-1]", "np.asarray(states, float)"),
)
def begins_at_the_first_state():
    """Which state is one step before the last? Your first entry belongs to the other end.

    Begin with the Jacobian of the last step, and walk back."""


@mistake(
    "12.3", tag="order", edit=("return np.array(left)", "return np.array(left[::-1])")
)
def longest_way_first():
    """Which entry do you give first: one step back, or all steps?

    The list begins with one step back."""


@mistake("12.3", name="each-array-clipped-alone", tag="formula")
def clip(slopes, limit):
    """After clipping, is the ratio of one slope's length to another's what it was?

    The length is that of all slopes together, as one long vector; one factor for all."""
    return [
        np.asarray(s) * min(1.0, limit / max(np.linalg.norm(s), 1e-12)) for s in slopes
    ]


@mistake("12.3", name="each-number-clipped", tag="formula")
def clip(slopes, limit):
    """Do your clipped slopes still point in the same direction?

    Cutting each number off turns the vector. Shorten all of it by one factor."""
    return [np.clip(s, -limit, limit) for s in slopes]


@mistake(
    "12.3",
    of="clip",
    tag="formula",
    edit=("limit / length if length > limit else 1.0", "limit / length"),
)
def short_slopes_lengthened():
    """What do you do with slopes that are short already? And with slopes of 0?

    Only what is above the limit is changed."""


@mistake("12.3", of="clip", tag="formula", edit=("np.sqrt(sum(", "(sum("))
def squared_length():
    """Which length do you give to the vector (3, 4)?

    5: the root of the sum of squares."""


@mistake(
    "12.3",
    of="clip",
    tag="formula",
    edit=(
        "limit / length if length > limit else 1.0",
        "1 / length if length > limit else 1.0",
    ),
)
def clipped_to_one():
    """How long are your slopes after clipping at a limit of 3?

    As long as the limit: the factor is the limit over the length."""


# 12.4 ---------------------------------------------------------------------------------


@mistake(
    "12.4",
    tag="formula",
    edit=("gate * h + (1 - gate) * np.tanh", "(1 - gate) * h + gate * np.tanh"),
)
def gate_the_other_way_round():
    """Let the gate be 1. Does the state stay as it was?

    The gate is the share that is kept; the candidate gets the rest."""


@mistake(
    "12.4",
    tag="formula",
    edit=("gate = expit(sums[:, :units])", "gate = np.tanh(sums[:, :units])"),
)
def tanh_for_the_gate():
    """Can your gate be negative? A share cannot.

    The gate passes the sigmoid; tanh is for the candidate."""


@mistake(
    "12.4",
    tag="order",
    edit=[
        ("expit(sums[:, :units])", "expit(sums[:, units:])"),
        ("np.tanh(sums[:, units:])", "np.tanh(sums[:, :units])"),
    ],
)
def halves_exchanged():
    """Which half of the columns do you take for the gate?

    The gate's columns come first, the candidate's after them."""


@mistake(
    "12.4",
    tag="formula",
    edit=("np.tanh(sums[:, units:])", "np.tanh(sums[:, :units])"),
)
def one_matrix_for_both():
    """Does your result depend on the second half of the columns?

    Gate and candidate have weights of their own."""


@mistake("12.4", tag="formula", edit=("(1 - gate) * np.tanh", "np.tanh"))
def candidate_in_full():
    """With a gate of 1 the old state should stay as it is. What do you add to it?

    Of the candidate only the rest is taken, 1 - u."""


@mistake(
    "12.4", tag="formula", edit=("np.tanh(sums[:, units:])", "expit(sums[:, units:])")
)
def sigmoid_for_the_candidate():
    """Between which numbers does your candidate lie?

    Between -1 and 1, as the plain network's new state does: tanh."""


@mistake("12.4", of="ugrnn_step", tag="formula", edit=(" + h @ recurrent", ""))
def state_not_asked():
    """Does the gate see the old state in your function? Change `recurrent`.

    Both sums take in x and h, each with its own matrix."""


@mistake(
    "12.4",
    of="bias_for_half_life",
    tag="formula",
    edit=("float(np.log(gate / (1 - gate)))", "float(gate)"),
)
def gate_instead_of_bias():
    """You found where the gate has to stand. What does a bias pass on its way to the gate?

    The gate is the sigmoid of the bias; turn that round."""


@mistake(
    "12.4",
    of="bias_for_half_life",
    tag="formula",
    edit=("0.5 ** (1 / steps)", "0.5 / steps"),
)
def half_divided_by_the_steps():
    """With 2 steps: by which factor is a value multiplied in all, if the gate is yours?

    The gate acts once a step, so after n steps a value is multiplied by its n-th power."""


@mistake(
    "12.4",
    of="bias_for_half_life",
    tag="sign",
    edit=("np.log(gate / (1 - gate))", "np.log((1 - gate) / gate)"),
)
def bias_of_the_wrong_sign():
    """Does a longer half-life need a larger or a smaller bias?

    A gate near 1 keeps, and the sigmoid is near 1 for large positive biases."""


@mistake(
    "12.4",
    of="bias_for_half_life",
    tag="formula",
    edit=("float(np.log(gate / (1 - gate)))", "float(np.log(gate))"),
)
def logarithm_of_the_gate():
    """The sigmoid of your bias: is it the gate that you wanted?

    The logarithm turns the exponential round. The sigmoid's inverse compares the gate with what is left of 1."""


@mistake(
    "12.4",
    of="bias_for_half_life",
    tag="formula",
    edit=("0.5 ** (1 / steps)", "1 - 0.5 / steps"),
)
def fading_taken_for_straight():
    """After 2 steps of your gate: is a half left? Multiply it out.

    A share of what is there fades each step, not of what was there at first."""


# 12.5 ---------------------------------------------------------------------------------


@mistake(
    "12.5",
    of="lstm_step",
    tag="order",
    edit=("i, f, new, o = np.split", "i, f, o, new = np.split"),
)
def order_of_other_books():
    """In which order do the four blocks of columns stand?

    Keras has i, f, candidate, o; many books have the candidate last."""


@mistake(
    "12.5",
    of="lstm_step",
    tag="order",
    edit=("i, f, new, o = np.split", "f, i, new, o = np.split"),
)
def input_and_forget_exchanged():
    """Which gate weighs the old c in your step, the first block or the second?

    i stands first and weighs the candidate; f is second and weighs the old c."""


@mistake(
    "12.5",
    of="lstm_step",
    tag="formula",
    edit=("return expit(o) * np.tanh(c), c", "return expit(o) * c, c"),
)
def cell_shown_as_it_is():
    """May h be larger than 1? c may.

    What is shown is tanh(c), weighed by the output gate."""


@mistake(
    "12.5",
    of="lstm_step",
    tag="order",
    edit=("return expit(o) * np.tanh(c), c", "return c, expit(o) * np.tanh(c)"),
)
def states_in_the_wrong_order():
    """Which of the two do you give first?

    h first, then c."""


@mistake(
    "12.5",
    of="lstm_step",
    tag="formula",
    edit=("expit(i) * np.tanh(new)", "(1 - expit(f)) * np.tanh(new)"),
)
def rest_instead_of_the_input_gate():
    """Does your step use the input gate's columns?

    In an LSTM what is written has a gate of its own; it is not the rest of what stays."""


@mistake("12.5", name="shows-the-old-cell", tag="order")
def lstm_step(x, h, c, kernel, recurrent, bias):
    """Is what was just written seen in h at once?

    c is renewed first, and h shows the new c."""
    sums = np.asarray(x) @ kernel + np.asarray(h) @ recurrent + bias
    i, f, new, o = np.split(sums, 4, axis=1)
    shown = expit(o) * np.tanh(c)
    return shown, expit(f) * np.asarray(c) + expit(i) * np.tanh(new)


@mistake(
    "12.5",
    of="lstm_step",
    tag="formula",
    edit=("expit(i) * np.tanh(new)", "expit(i) * expit(new)"),
)
def sigmoid_for_what_is_written():
    """Can your step write a negative number into c?

    The candidate passes tanh, not the sigmoid."""


@mistake(
    "12.5",
    of="gru_step",
    tag="order",
    edit=("(r * h) @ recurrent[:, two:]", "r * (h @ recurrent[:, two:])"),
)
def reset_after_the_product():
    """Where does your reset gate act: on the state, or on what the matrix makes of it?

    Here it acts on h before the product. (Keras's default, reset_after=True, is the other one.)"""


@mistake(
    "12.5",
    of="gru_step",
    tag="formula",
    edit=("return z * h + (1 - z) * new", "return (1 - z) * h + z * new"),
)
def z_the_other_way_round():
    """Let z be 1. Does h stay?

    z is the share of h that stays. (Cho et al. write it so; some books turn it round.)"""


@mistake(
    "12.5", of="gru_step", tag="order", edit=("z, r = np.split", "r, z = np.split")
)
def z_and_r_exchanged():
    """Which block of columns comes first, z or r?

    z, then r, then the candidate."""


@mistake(
    "12.5", of="gru_step", tag="formula", edit=("(r * h) @ recurrent", "h @ recurrent")
)
def reset_gate_not_used():
    """Does your result depend on the reset gate's columns?

    r weighs the state that the candidate gets to see."""


@mistake(
    "12.5",
    of="units_for",
    tag="formula",
    edit=("(units + 1 + inputs + 1)", "(units + 1 + inputs)"),
)
def biases_not_counted():
    """How many biases has a layer of n units with one block?

    One for each unit and block; they are weights, too."""


@mistake(
    "12.5",
    of="units_for",
    tag="ties",
    edit=("<= weights", "< weights"),
)
def exact_fit_refused():
    """A layer has exactly as many weights as allowed. Is that too many?

    "No more than" allows as many."""


@mistake("12.5", name="units-rounded", tag="off-by-one")
def units_for(kind, weights, inputs):
    """The exact answer lies between two whole numbers. Which of them keeps the limit?

    The larger one has more weights than are allowed, however near it is."""
    blocks = {"rnn": 1, "ugrnn": 2, "gru": 3, "lstm": 4}[kind]
    half = (inputs + 1) / 2
    return round(math.sqrt(half**2 + weights / blocks) - half)


@mistake("12.5", name="weights-over-blocks", tag="formula")
def units_for(kind, weights, inputs):
    """Does a layer with half as many units have half as many weights?

    Each unit is joined to each other one, so weights grow with the square of the units."""
    blocks = {"rnn": 1, "ugrnn": 2, "gru": 3, "lstm": 4}[kind]
    plain = int((-inputs - 1 + math.sqrt((inputs + 1) ** 2 + 4 * weights)) / 2)
    return plain // blocks


@mistake(
    "12.5",
    of="units_for",
    tag="off-by-one",
    edit=("return units", "return units + 1"),
)
def one_unit_too_many():
    """Count the weights of a layer with as many units as you give. Does it keep the limit?

    Give the last number that still fits."""


@mistake(
    "12.5",
    of="units_for",
    tag="formula",
    edit=('"gru": 3', '"gru": 2'),
)
def gru_counted_as_two_blocks():
    """How many weighted sums does a GRU form: two gates and what else?

    Two gates and the candidate: three blocks."""


# 12.6 ---------------------------------------------------------------------------------


@mistake("12.6", of="pad", tag="edge-case", edit=("np.add(symbols, 1)", "symbols"))
def symbol_and_padding_alike():
    """A sequence ends in the symbol 0. Can your array tell it from padding?

    Each symbol is moved up by one, so that 0 is left for padding."""


@mistake(
    "12.6",
    of="pad",
    tag="order",
    edit=("row[: len(symbols)]", "row[len(row) - len(symbols) :]"),
)
def padded_in_front():
    """Where do your zeros stand?

    At the end: the symbols come first."""


@mistake("12.6", name="cut-to-the-shortest", tag="edge-case")
def pad(sequences):
    """Are all symbols still there?

    The array is as wide as the longest sequence; nothing is cut off."""
    width = min(map(len, sequences))
    return np.array([np.add(s[:width], 1) for s in sequences]).astype(int)


@mistake("12.6", name="padding-moved-up-too", tag="order")
def pad(sequences):
    """Which number stands for padding in your array?

    0. Move the symbols up before the zeros are filled in, not after."""
    width = max(map(len, sequences))
    rows = [list(s) + [0] * (width - len(s)) for s in sequences]
    return np.array(rows, int) + 1


@mistake("12.6", name="state-of-the-last-column", tag="edge-case")
def last_states(states, ids):
    """A short sequence: over what has the network run before the state that you give?

    Over padding. Take the state of the step with the last real symbol."""
    return np.asarray(states)[:, -1]


@mistake(
    "12.6",
    of="last_states",
    tag="off-by-one",
    edit=("np.maximum(lengths - 1, 0)", "np.minimum(lengths, states.shape[1] - 1)"),
)
def one_step_too_late():
    """A sequence of 3 symbols: at which place, counted from 0, stands the last?

    At 2: one less than the length."""


@mistake(
    "12.6",
    of="last_states",
    tag="edge-case",
    edit=("return np.where(lengths[:, None] > 0, last, 0.0)", "return last"),
)
def empty_sequence_gets_a_state():
    """What do you give for a sequence without symbols?

    Zeros, as nothing was read. An index of -1 or 0 gives a state of padding."""


@mistake("12.6", name="mean-of-the-states", tag="formula")
def last_states(states, ids):
    """One row for each sequence, but which? You took the mean over its steps.

    Asked is the state of one step, the last real one."""
    mask = (np.asarray(ids) > 0)[:, :, None]
    return np.sum(np.asarray(states) * mask, axis=1) / np.maximum(mask.sum(axis=1), 1)


@mistake("12.6", name="mean-over-the-padding-too", tag="missing-1/n")
def masked_mean(losses, ids):
    """You took the losses of padding out of the sum. Are they out of the number that you divide by?

    Divide by the number of real steps, not by the size of the array."""
    return float(np.mean(np.asarray(losses) * (np.asarray(ids) > 0)))


@mistake("12.6", name="mean-of-everything", tag="edge-case")
def masked_mean(losses, ids):
    """Change a loss that stands at padding. Does your mean change?

    Only real steps enter: in the sum and in the number of them."""
    return float(np.mean(losses))


@mistake("12.6", name="mean-of-the-means", tag="missing-1/n")
def masked_mean(losses, ids):
    """Does a step of a short sequence count more than one of a long sequence?

    Every real step counts the same: one sum and one number of steps for the whole batch."""
    mask = np.asarray(ids) > 0
    each = np.sum(np.asarray(losses) * mask, axis=1) / np.maximum(mask.sum(axis=1), 1)
    return float(np.mean(each[mask.any(axis=1)]))


@mistake("12.6", name="sum-over-sequences", tag="missing-1/n")
def masked_mean(losses, ids):
    """By what do you divide: by the number of sequences, or of steps?

    The mean is over real steps."""
    mask = np.asarray(ids) > 0
    return float(np.sum(np.asarray(losses) * mask) / len(mask))


@mistake(
    "12.6",
    of="masked_mean",
    tag="sign",
    edit=("np.asarray(ids) > 0", "np.asarray(ids) == 0"),
)
def mean_over_padding_alone():
    """Which steps does your condition choose?

    0 marks padding; wanted are the others."""


# 12.7 ---------------------------------------------------------------------------------


@mistake(
    "12.7",
    of="count_contexts",
    tag="off-by-one",
    edit=("text[i - order : i]", "text[i - order : i + 1]"),
)
def context_holds_its_own_answer():
    """Is the character that is to be predicted part of your context?

    The context ends before it."""


@mistake(
    "12.7",
    of="count_contexts",
    tag="edge-case",
    edit=("for i in range(order, len(text)):", "for i in range(len(text)):"),
)
def contexts_too_short():
    """How long is the context of the first character in your table?

    Only contexts of exactly `order` characters are counted; at the beginning there are none yet."""


@mistake(
    "12.7",
    of="count_contexts",
    tag="off-by-one",
    edit=("range(order, len(text))", "range(order, len(text) - 1)"),
)
def last_character_not_counted():
    """Add up all your counts of a short text. Is the last character among them?

    It follows a context like any other."""


@mistake(
    "12.7",
    of="count_contexts",
    tag="formula",
    edit=("follows.get(text[i], 0) + 1", "1"),
)
def seen_or_not_seen():
    """A character came twice after the same context. What does your table say?

    Count how often it came."""


@mistake("12.7", name="without-overlaps", tag="off-by-one")
def count_contexts(text, order):
    """Does your context move on by one character each time?

    Every place in the text counts; contexts overlap."""
    table = {}
    for i in range(order, len(text), order + 1):
        follows = table.setdefault(text[i - order : i], {})
        follows[text[i]] = follows.get(text[i], 0) + 1
    return table


@mistake("12.7", name="highest-order-alone", tag="formula")
def probability(tables, context, character, symbols, strength):
    """A context that was never seen, a character that is common: what do you give?

    The imagined counts follow the context that is one character shorter, not the uniform prediction."""
    order = min(len(tables) - 1, len(context))
    follows = tables[order].get(context[len(context) - order :], {})
    return (follows.get(character, 0) + strength / symbols) / (
        sum(follows.values()) + strength
    )


@mistake(
    "12.7",
    of="probability",
    tag="formula",
    edit=("+ strength * p)", "+ strength)"),
)
def imagined_counts_for_each_character():
    """Add up your probabilities of all characters. Is it 1?

    s imagined counts are shared out among the characters, as the shorter context predicts them."""


@mistake(
    "12.7",
    of="probability",
    tag="formula",
    edit=("/ (total + strength)", "/ max(total, 1)"),
)
def imagined_counts_not_in_the_total():
    """Add up your probabilities of all characters. Is it 1?

    What is added above is added below, too: the seen ones and the s imagined ones."""


@mistake(
    "12.7",
    of="probability",
    tag="order",
    edit=("context[len(context) - order :]", "context[:order]"),
)
def first_characters_for_the_context():
    """The context may be long. Which of its characters came just before?

    The last ones, at its end."""


@mistake(
    "12.7",
    of="probability",
    tag="edge-case",
    edit=("context[len(context) - order :]", "context[-order:]"),
)
def last_none_characters():
    """Which text does your slice give for order 0? Try "abc"[-0:].

    The empty context is due, and -0 is 0: all of it. Count from the front instead."""


@mistake("12.7", name="stops-at-the-first-seen", tag="formula")
def probability(tables, context, character, symbols, strength):
    """A long context seen once: do you trust it alone?

    You take the longest context that was seen. Interpolated means that all orders have a say, from the shortest on."""
    for order in range(min(len(tables) - 1, len(context)), -1, -1):
        follows = tables[order].get(context[len(context) - order :], {})
        if follows:
            return (follows.get(character, 0) + strength / symbols) / (
                sum(follows.values()) + strength
            )
    return 1 / symbols


@mistake("12.7", name="mean-of-the-orders", tag="formula")
def probability(tables, context, character, symbols, strength):
    """Should a context that was seen a thousand times and one that was seen once have equal weight?

    The more often a context was seen, the less the s imagined counts from below matter."""
    shares = [1 / symbols]
    for order, table in enumerate(tables[: len(context) + 1]):
        follows = table.get(context[len(context) - order :], {})
        if follows:
            shares.append(follows.get(character, 0) / sum(follows.values()))
    return float(np.mean(shares))


@mistake("12.7", of="chain_bits", tag="formula", edit=("np.log2(", "np.log("))
def nats_called_bits():
    """A coin toss costs one bit. What does your function say of probabilities of one half?

    0.693 are nats. Bits take the logarithm to base 2."""


@mistake(
    "12.7",
    of="chain_bits",
    tag="missing-1/n",
    edit=("float(surprise / len(text))", "float(surprise)"),
)
def bits_of_the_whole_text():
    """Is a text of twice the length twice as surprising per character?

    Divide by the number of characters."""


@mistake(
    "12.7",
    of="chain_bits",
    tag="edge-case",
    edit=("enumerate(text)", "list(enumerate(text))[order:]"),
)
def begins_after_the_first_contexts():
    """Do the first characters of the text count in yours?

    They do; their contexts are shorter."""


@mistake(
    "12.7",
    of="chain_bits",
    tag="sign",
    edit=("surprise -= np.log2", "surprise += np.log2"),
)
def negative_bits():
    """Can a surprise be negative?

    Logarithms of probabilities are; bits have the other sign."""


@mistake("12.7", name="logarithm-of-the-mean", tag="order")
def chain_bits(tables, text, symbols, strength):
    """Which comes first, the mean or the logarithm? One very surprising character should hurt.

    Take the logarithm of each character's probability, then the mean."""
    order, total = len(tables) - 1, 0.0
    for i, character in enumerate(text):
        p = 1 / symbols
        before = text[max(0, i - order) : i]
        for k, table in enumerate(tables[: len(before) + 1]):
            follows = table.get(before[len(before) - k :], {})
            p = (follows.get(character, 0) + strength * p) / (
                sum(follows.values()) + strength
            )
        total += p
    return float(-np.log2(total / len(text)))


# 12.8 ---------------------------------------------------------------------------------


@mistake("12.8", name="label-before-reading", tag="off-by-one")
def inside_quotes(text):
    """The network has just read an opening mark. What does your label say?

    The label tells what holds once the character has been read, so an opening mark has 1 and a closing one 0."""
    is_open, labels = 0, []
    for i, character in enumerate(text):
        if text[max(0, i - 1) : i + 1] == "\n\n":
            is_open = 0
        labels.append(is_open)
        if character == '"':
            is_open = 1 - is_open
    return np.array(labels)


@mistake("12.8", name="closing-mark-inside", tag="off-by-one")
def inside_quotes(text):
    """The network has just read a closing mark. Is anything still open?

    A closing mark is labelled 0: after it nothing is open."""
    is_open, labels = 0, []
    for i, character in enumerate(text):
        was = is_open
        if character == '"':
            is_open = 1 - is_open
        elif text[max(0, i - 1) : i + 1] == "\n\n":
            is_open = was = 0
        labels.append(max(was, is_open))
    return np.array(labels)


@mistake("12.8", name="opening-mark-outside", tag="off-by-one")
def inside_quotes(text):
    """The network has just read an opening mark. Is a quotation open now?

    Both marks are labelled by what holds after them: the opening one with 1."""
    is_open, labels = 0, []
    for i, character in enumerate(text):
        was = is_open
        if character == '"':
            is_open = 1 - is_open
        elif text[max(0, i - 1) : i + 1] == "\n\n":
            is_open = 0
        labels.append(min(was, is_open))
    return np.array(labels)


@mistake(
    "12.8",
    of="inside_quotes",
    tag="edge-case",
    edit=('text[max(0, i - 1) : i + 1] == "\\n\\n"', "False"),
)
def never_closed_by_an_empty_line():
    """Somebody forgot a closing mark. What do your labels say for the rest of the book?

    An empty line closes whatever is open."""


@mistake(
    "12.8",
    of="inside_quotes",
    tag="off-by-one",
    edit=("text[max(0, i - 1) : i + 1]", "text[i : i + 2]"),
)
def closed_before_the_line_is_empty():
    """Of the two line ends, the first has just been read. Does the network know already that the line is empty?

    It takes both. The label tells what holds once the character has been read, and nothing of those to come."""


@mistake(
    "12.8",
    of="inside_quotes",
    tag="edge-case",
    edit=('text[max(0, i - 1) : i + 1] == "\\n\\n"', 'character == "\\n"'),
)
def closed_by_every_line_end():
    """A quotation goes on in the next line. Is it still open in yours?

    One line end is not an empty line: that takes two in a row."""


@mistake(
    "12.8",
    of="inside_quotes",
    tag="formula",
    edit=("is_open = 1 - is_open", "is_open = 1"),
)
def never_closed_by_a_mark():
    """What does the second mark do in your function?

    Marks take turns: the second one closes."""


@mistake("12.8", of="best_cell", tag="sign", edit=("np.abs(areas - 0.5)", "areas"))
def low_inside_not_seen():
    """A cell is low inside quotes, without exception. How useful is it, and how do you rank it?

    An AUC of 0 parts the two as well as an AUC of 1. Rank by the distance from one half."""


@mistake(
    "12.8",
    of="best_cell",
    tag="formula",
    edit=(
        "return cell, float(areas[cell])",
        "return cell, float(max(areas[cell], 1 - areas[cell]))",
    ),
)
def area_folded_up():
    """Is your cell high inside, or low? From your second number one cannot tell.

    Give the AUC of the values as they are, below one half where they are low inside."""


@mistake("12.8", name="cell-by-correlation", tag="formula")
def best_cell(states, labels):
    """Is the cell that correlates most the one that parts best? AUC does not look at sizes, only at order.

    Score each cell by its AUC, and compare those."""
    values, labels = np.asarray(states, float), np.asarray(labels)
    apart = values[labels == 1].mean(axis=0) - values[labels == 0].mean(axis=0)
    cell = int(np.argmax(np.abs(apart)))
    return cell, float(roc_auc_score(labels, values[:, cell]))


@mistake(
    "12.8",
    of="best_cell",
    tag="order",
    edit=("return cell, float(areas[cell])", "return float(areas[cell]), cell"),
)
def area_before_the_cell():
    """Which of the two do you give first?

    The cell's place, then its AUC."""


@mistake("12.8", name="cell-one-step-late", tag="off-by-one")
def best_cell(states, labels):
    """Which state belongs to which label in your comparison?

    Row i of the states and label i belong together; nothing is shifted."""
    states, labels = np.asarray(states)[:-1], np.asarray(labels)[1:]
    areas = np.array([roc_auc_score(labels, values) for values in states.T])
    cell = int(np.argmax(np.abs(areas - 0.5)))
    return cell, float(areas[cell])


@mistake("12.8", name="probabilities-divided", tag="logits-as-probabilities")
def with_temperature(logits, temperature):
    """Divide probabilities by T and let them sum to 1 again. What has changed?

    Nothing: the factor falls out. The temperature divides the logits, before the softmax."""
    z = np.asarray(logits, float)
    p = np.exp(z - z.max(axis=-1, keepdims=True))
    p = p / p.sum(axis=-1, keepdims=True) / temperature
    return p / p.sum(axis=-1, keepdims=True)


@mistake(
    "12.8",
    of="with_temperature",
    tag="formula",
    edit=("np.asarray(logits) / temperature", "np.asarray(logits) * temperature"),
)
def heat_that_sharpens():
    """Is your result at T = 2 flatter than at T = 1?

    A high temperature flattens: the logits are divided by it."""


@mistake("12.8", name="exponential-of-large-logits", tag="edge-case")
def with_temperature(logits, temperature):
    """What is e to the power 900 for a computer?

    Infinity. Take the largest logit off first; it changes nothing else."""
    with np.errstate(all="ignore"):
        e = np.exp(np.asarray(logits, float) / temperature)
        return e / e.sum(axis=-1, keepdims=True)


@mistake(
    "12.8",
    of="with_temperature",
    tag="axis",
    edit=(", axis=-1)", ")"),
)
def softmax_over_the_batch():
    """Two rows of logits: does each row of yours sum to 1?

    The softmax is over the symbols, the last axis."""


# Mutants that compute the same ----------------------------------------------------------

for _exercise, _mutant in (
    ("12.1", "rnn_forward: np.array(states) -> np.asarray(states)"),
    ("12.3", "memory: np.array(left) -> np.asarray(left)"),
    ("12.8", "inside_quotes: np.array(labels) -> np.asarray(labels)"),
):
    excuse(_exercise, _mutant, "a list of its own becomes an array either way")
excuse(
    "12.3",
    "clip: length > limit -> length >= limit",
    "at the limit itself the factor is 1 either way",
)
excuse(
    "12.7",
    "probability: 1 -> 2 (2)",
    "one table more has no key as short as what is left of the context",
)
for _mutant in (
    "chain_bits: len(tables) - 1 -> len(tables)",
    "chain_bits: len(tables) - 1 -> len(tables) + 1",
):
    excuse("12.7", _mutant, "a context longer than the highest order changes nothing")
excuse(
    "12.8",
    "inside_quotes: 0 -> 1 (3)",
    "before an empty line at the very beginning nothing can be open",
)
