"""Wrong answers that students of lab 17 really give, each with the thought that puts it right."""

import numpy as np
from scipy.special import expit, logsumexp

from coursekit.boltzmann import all_states
from coursekit.labs import mistake

# 17.1 ---------------------------------------------------------------------------------


@mistake("17.1", tag="formula", edit=("-0.5 * np.sum", "-np.sum"))
def pairs_counted_twice():
    """Write the sum out for two units. How often does the pair (1, 2) appear in x @ w @ x?

    The double sum meets each pair as (i, j) and as (j, i); the half takes that back."""


@mistake("17.1", tag="formula", edit=("    np.fill_diagonal(w, 0.0)\n", ""))
def diagonal_counted():
    """Give w a diagonal of 9. Does your energy change? It should not.

    The sum runs over i different from j: no unit is linked to itself. Set the diagonal of a copy to zero."""


@mistake("17.1", tag="sign", edit=("-0.5 * np.sum", "0.5 * np.sum"))
def energy_without_its_minus():
    """Two units with a positive link like to agree. Which of your states has the lower energy?

    Low energy is what is probable, so agreement along a positive link must lower it: E has a minus in front."""


@mistake("17.1", tag="formula", edit=("low=-1)", "low=0)"))
def states_of_zero_and_one():
    """Which values may a unit take here? Print the states that you sum over.

    In this exercise a unit that is off is -1, not 0: all_states(n, low=-1)."""


@mistake(
    "17.1",
    tag="formula",
    edit=("-energy(states, w) / temperature", "-energy(states, w)"),
)
def temperature_forgotten():
    """Your log Z is the same at every temperature. Where does T enter the probability?

    Each energy is divided by T before the exponential."""


@mistake("17.1", tag="aliasing", edit=("np.array(w, float)", "np.asarray(w, float)"))
def diagonal_of_the_caller_erased():
    """Look at the caller's w after your function ran. Is its diagonal still there?

    np.asarray hands you the caller's own array. Work on a copy before you change entries."""


@mistake(
    "17.1",
    tag="sign",
    edit=("-energy(states, w) / temperature", "energy(states, w) / temperature"),
)
def probable_states_are_high():
    """Does your log Z grow when a link grows stronger? The lowest energy should dominate the sum.

    A state weighs exp(-E/T): the minus is missing."""


@mistake(
    "17.1", tag="formula", edit=("np.sum((x @ w) * x, axis=1)", "np.sum(x @ w, axis=1)")
)
def only_one_x_in_the_sum():
    """Turn all units of a state round. Does its energy change? It should not.

    Each link is multiplied by both of its units: x_i and x_j."""


@mistake(
    "17.1",
    tag="formula",
    edit=("-energy(states, w) / temperature", "-energy(states, w) * temperature"),
)
def hotter_is_sharper():
    """Raise T. Do the states become more alike in your sum, or less?

    Each energy is divided by T, not multiplied by it."""


@mistake(
    "17.1",
    tag="formula",
    edit=(
        "float(logsumexp(-energy(states, w) / temperature))",
        "float(np.max(-energy(states, w) / temperature))",
    ),
)
def only_the_most_probable_state():
    """With all links 0, every state counts alike. How many of them does your sum hold?

    Z adds e^(-E/T) of all states: logsumexp, not the largest exponent alone."""


# 17.2 ---------------------------------------------------------------------------------


@mistake(
    "17.2",
    tag="formula",
    edit=("expit(2 * field / temperature)", "expit(field / temperature)"),
)
def the_factor_two_is_for_zero_and_one():
    """Compute the energies with x_j = +1 and with x_j = -1. How far apart are they?

    From -1 to +1 is a step of 2, so the difference of energies is twice the input. Without the 2 it is the rule for
    units of 0 and 1."""


@mistake("17.2", tag="edge-case", edit=(" - w[j][j] * x[j]", ""))
def own_old_value_in_the_sum():
    """Flip x_j and ask again. The probability given all *other* units must not change.

    The sum runs over i different from j; take w_jj x_j out of it."""


@mistake("17.2", tag="formula", edit=("2 * field / temperature", "2 * field"))
def unit_at_temperature_one():
    """Your probability does not depend on T. At high temperature every unit tosses a coin.

    The difference of energies is divided by T."""


@mistake("17.2", name="all-at-once", tag="order")
def sweep(x, w, uniforms, temperature=1.0):
    """When unit 2 is drawn, which value of unit 1 does your code use: the old or the new one?

    Gibbs sampling draws in turn; each unit sees what was drawn before it. Write into the state that you read from."""
    x, w = np.asarray(x, float), np.array(w, float)
    np.fill_diagonal(w, 0)
    return np.where(np.asarray(uniforms) < expit(2 * (w @ x) / temperature), 1.0, -1.0)


@mistake(
    "17.2",
    tag="formula",
    edit=(
        "1.0 if u < on_probability(x, j, w, temperature) else -1.0",
        "1.0 if u < on_probability(x, j, w, temperature) else 0.0",
    ),
)
def off_is_zero():
    """Which values does your new state hold? Units here are -1 and +1.

    A unit that is not switched on becomes -1."""


@mistake("17.2", tag="sign", edit=("1.0 if u < on", "1.0 if u > on"))
def switched_on_too_rarely():
    """If P(x_j = +1) is 0.9, for which share of uniform numbers does your unit become +1?

    u < p happens with probability p; u > p with probability 1 - p."""


@mistake(
    "17.2",
    tag="aliasing",
    edit=(
        "    x = np.array(x, float)\n    for j, u",
        "    x = np.asarray(x, float)\n    for j, u",
    ),
)
def state_of_the_caller_overwritten():
    """Print the old state after the sweep. Is it still the old one?

    np.asarray does not copy a float array. The caller may still need the state that he gave you."""


@mistake(
    "17.2",
    tag="sign",
    edit=("expit(2 * field / temperature)", "expit(2 * x[j] * field / temperature)"),
)
def probability_to_stay():
    """Flip x_j and ask again. The probability given all *other* units must not change.

    Yours is the probability that unit j keeps its value; asked for is that of +1, whatever it was."""


@mistake(
    "17.2",
    tag="formula",
    edit=("on_probability(x, j, w, temperature)", "on_probability(x, j, w)"),
)
def sweep_at_temperature_one():
    """Sweep at a very high T. Does every unit toss a coin then?

    Hand the temperature on to on_probability."""


@mistake("17.2", name="last-unit-first", tag="order")
def sweep(x, w, uniforms, temperature=1.0):
    """Which unit do you draw first?

    In order: unit 0 first, and the later ones see what it became."""
    x, w = np.array(x, float), np.asarray(w, float)
    for j in reversed(range(len(x))):
        field = w[j] @ x - w[j][j] * x[j]
        x[j] = 1.0 if uniforms[j] < expit(2 * field / temperature) else -1.0
    return x


@mistake(
    "17.2",
    tag="formula",
    edit=(
        "1.0 if u < on_probability(x, j, w, temperature) else",
        "1.0 if on_probability(x, j, w, temperature) > 0.5 else",
    ),
)
def more_probable_value_taken():
    """Sweep the same state with other uniform numbers. Does your result change?

    A unit with P = 0.6 is +1 six times in ten, not always: compare u with P."""


@mistake("17.2", tag="ties", edit=("1.0 if u < on", "1.0 if u <= on"))
def equal_switches_on():
    """What does your unit do when its number equals P?

    It becomes +1 where the number is *below* P."""


# 17.3 ---------------------------------------------------------------------------------


@mistake("17.3", name="free-without-weights", tag="formula")
def free_correlations(w, temperature=1.0):
    """Is a state of high energy as frequent in your average as one of low energy?

    The average is over P(x), so each state counts with exp(-E/T)/Z, not once."""
    x = all_states(len(w), low=-1)
    return x.T @ x / len(x)


@mistake(
    "17.3",
    of="free_correlations",
    tag="formula",
    edit=(
        " / temperature\n    p = np.exp(scores - logsumexp(scores))\n    return",
        "\n    p = np.exp(scores - logsumexp(scores))\n    return",
    ),
)
def free_phase_at_temperature_one():
    """Ask for T = 2. Does your average change?

    Energies are divided by T before they become probabilities."""


@mistake("17.3", name="visibles-not-held", tag="leakage")
def clamped_correlations(data, w, temperature=1.0):
    """Look at the corner of your result that belongs to the visible units. Is it the data's own correlation?

    Clamped means that the visible units stay at the row; only the hidden units take all their states."""
    x = all_states(len(w), low=-1)
    scores = 0.5 * np.sum((x @ np.asarray(w, float)) * x, axis=1) / temperature
    p = np.exp(scores - logsumexp(scores))
    return (x * p[:, None]).T @ x


@mistake("17.3", tag="missing-1/n", edit=("return total / len(data)", "return total"))
def summed_over_the_rows():
    """Give the same row twice. Should the average change?

    The rule takes the mean over rows of the data; you added them up."""


@mistake("17.3", name="hidden-states-equally-often", tag="formula")
def clamped_correlations(data, w, temperature=1.0):
    """Given the visible units, are all hidden states equally probable?

    The hidden units still follow their energy: weigh each hidden state by exp(-E/T) within the row."""
    data, w = np.asarray(data, float), np.asarray(w, float)
    hidden = all_states(len(w) - data.shape[1], low=-1)
    total = np.zeros_like(w)
    for row in data:
        x = np.hstack([np.tile(row, (len(hidden), 1)), hidden])
        total += x.T @ x / len(x)
    return total / len(data)


@mistake("17.3", name="one-softmax-over-all-rows", tag="axis")
def clamped_correlations(data, w, temperature=1.0):
    """Which row of the data counts most in your average? Each should count the same.

    Normalise the hidden states' weights within each row of the data, then average over rows."""
    data, w = np.asarray(data, float), np.asarray(w, float)
    hidden = all_states(len(w) - data.shape[1], low=-1)
    x = np.concatenate(
        [np.hstack([np.tile(r, (len(hidden), 1)), hidden]) for r in data]
    )
    scores = 0.5 * np.sum((x @ w) * x, axis=1) / temperature
    p = np.exp(scores - logsumexp(scores))
    return (x * p[:, None]).T @ x


_FREE = "scores = 0.5 * np.sum((x @ np.asarray(w, float)) * x, axis=1) / temperature"


@mistake(
    "17.3",
    of="free_correlations",
    tag="formula",
    edit=(_FREE, _FREE.replace("0.5 * ", "")),
)
def free_pairs_counted_twice():
    """Which power of e has your state: that of -E, or of twice as much?

    x @ w @ x meets every pair twice; the half takes that back."""


@mistake(
    "17.3",
    of="free_correlations",
    tag="sign",
    edit=(_FREE, _FREE.replace("0.5", "-0.5")),
)
def free_states_of_high_energy_favoured():
    """Link two units by a positive weight. Do they agree more often in your average, or less?

    P(x) grows with e^(-E/T), and E already has a minus: the score is plus one half of x w x."""


@mistake("17.3", of="free_correlations", tag="formula", edit=("low=-1)", "low=0)"))
def free_states_of_zero_and_one():
    """Which values may a unit take here? Print the states that you sum over.

    Still -1 and +1: all_states(n, low=-1)."""


@mistake(
    "17.3",
    of="clamped_correlations",
    tag="formula",
    edit=("axis=1) / temperature", "axis=1)"),
)
def clamped_phase_at_temperature_one():
    """Ask for T = 2. Does your average change?

    Energies are divided by T before they become probabilities."""


@mistake(
    "17.3",
    tag="order",
    edit=(
        "[np.tile(row, (len(hidden), 1)), hidden]",
        "[hidden, np.tile(row, (len(hidden), 1))]",
    ),
)
def hidden_units_first():
    """Which units of w are the visible ones: the first, or the last?

    The first ones: the row of the data stands in front of the hidden states."""


@mistake("17.3", name="data-alone", tag="formula")
def clamped_correlations(data, w, temperature=1.0):
    """Compare the shape of your result with that of w. Who is missing?

    The hidden units belong to the average too, with their probabilities given each row."""
    data = np.asarray(data, float)
    return data.T @ data / len(data)


# 17.4 ---------------------------------------------------------------------------------


@mistake("17.4", name="visible-from-untransposed-weights", tag="transpose")
def visible_given_hidden(h, weights, visible_bias):
    """Which axis of W belongs to the hidden units? The product must sum over them.

    Upwards it is v @ W, downwards h @ W.T."""
    return expit(np.asarray(h) @ np.asarray(weights) + visible_bias)


@mistake(
    "17.4",
    of="hidden_given_visible",
    tag="sign",
    edit=(
        "expit(np.asarray(v) @ np.asarray(weights) + hidden_bias)",
        "expit(-(np.asarray(v) @ np.asarray(weights) + hidden_bias))",
    ),
)
def hidden_unit_off_when_its_input_is_large():
    """Make one weight very large. Should its hidden unit be on or off?

    The energy falls when a unit with positive input is on; sigma takes the input, not its negative."""


@mistake(
    "17.4",
    of="hidden_given_visible",
    name="a-sample-instead-of-a-probability",
    tag="formula",
    edit=(
        "expit(np.asarray(v) @ np.asarray(weights) + hidden_bias)",
        "(expit(np.asarray(v) @ np.asarray(weights) + hidden_bias) > 0.5).astype(float)",
    ),
)
def rounded():
    """Your result holds only zeros and ones. What does the name of the function promise?

    Return the probability itself; drawing from it is another step."""


@mistake("17.4", tag="formula", edit=("-(v @ np.asarray(visible_bias)) - np", "-np"))
def visible_bias_left_out_of_f():
    """Raise one entry of b. Which images become more probable? Yours do not change.

    The term v b does not depend on h, so it stays outside the sum; it is still part of F."""


@mistake(
    "17.4",
    tag="sign",
    edit=(
        "- np.logaddexp(0, inputs).sum(axis=1)",
        "+ np.logaddexp(0, inputs).sum(axis=1)",
    ),
)
def softplus_with_the_wrong_sign():
    """F is minus the logarithm of a sum. Which sign does each factor's logarithm get?

    Every hidden unit that can switch on makes v more probable, so it lowers F."""


@mistake("17.4", name="product-with-the-mean-of-h", tag="formula")
def free_energy(v, weights, visible_bias, hidden_bias):
    """You put the hidden probabilities into the energy. Is an average of energies the logarithm of a sum?

    Sum e^(-E) over h first: for each unit the two terms are e^0 and e^input, so their sum is 1 + e^input."""
    v = np.asarray(v, float)
    inputs = v @ np.asarray(weights) + hidden_bias
    return -(v @ np.asarray(visible_bias)) - (expit(inputs) * inputs).sum(axis=1)


@mistake(
    "17.4",
    tag="edge-case",
    edit=("np.logaddexp(0, inputs)", "np.log(1 + np.exp(inputs))"),
)
def softplus_that_overflows():
    """Try an input of 1,000. What is e^1000 in floating point?

    np.logaddexp(0, z) is log(1 + e^z) without building e^z."""


@mistake(
    "17.4",
    of="hidden_given_visible",
    tag="formula",
    edit=("np.asarray(weights) + hidden_bias", "np.asarray(weights)"),
)
def hidden_bias_left_out_upwards():
    """Give v all zeros. Does c still matter in your result?

    The input of a hidden unit is c_j plus the sum over v."""


@mistake(
    "17.4",
    of="hidden_given_visible",
    tag="formula",
    edit=(
        "expit(np.asarray(v) @ np.asarray(weights) + hidden_bias)",
        "expit(2 * (np.asarray(v) @ np.asarray(weights) + hidden_bias))",
    ),
)
def the_factor_two_is_for_minus_one():
    """Which values have the units from here on? How far apart are the two energies?

    From 0 to 1 is a step of 1: no factor 2."""


@mistake(
    "17.4",
    tag="formula",
    edit=("np.asarray(weights).T + visible_bias", "np.asarray(weights).T"),
)
def visible_bias_left_out_downwards():
    """Give h all zeros. Does b still matter in your result?

    The input of a visible unit is b_i plus the sum over h."""


@mistake(
    "17.4",
    tag="order",
    edit=("np.logaddexp(0, inputs).sum(axis=1)", "np.logaddexp(0, inputs.sum(axis=1))"),
)
def inputs_added_before_the_logarithm():
    """How many hidden units does your logarithm see?

    Each hidden unit has a factor 1 + e^z of its own: first the logarithm of each, then the sum."""


@mistake(
    "17.4", tag="formula", edit=("np.logaddexp(0, inputs)", "np.maximum(0, inputs)")
)
def only_the_larger_of_two_terms():
    """An input of 0: how many values of h count, and what is the logarithm of their sum?

    Both values count: log(1 + e^z), not max(0, z)."""


# 17.5 ---------------------------------------------------------------------------------


@mistake(
    "17.5",
    tag="leakage",
    edit=(
        "expit(chains @ weights + hidden_bias)).astype",
        "expit(v_data @ weights + hidden_bias)).astype",
    ),
)
def chain_restarted_at_the_data():
    """PCD passes chains that are not the data. Does your negative phase look at them?

    The hidden units that move the chain are drawn given `chains`; for CD the caller passes the data there himself."""


@mistake(
    "17.5",
    tag="formula",
    edit=("h_model = expit(v @ weights + hidden_bias)", "h_model = h"),
)
def old_hidden_states_in_the_second_statistic():
    """Which visible states were your second hidden values computed from: the old or the new ones?

    Both averages pair v with P(h | v) of the same v; after the chain moved, compute P(h | v) anew."""


@mistake(
    "17.5",
    tag="formula",
    edit=(
        "h_data = expit(v_data @ weights + hidden_bias)",
        "h_data = (expit(v_data @ weights + hidden_bias) > 0.5).astype(float)",
    ),
)
def states_in_one_statistic_probabilities_in_the_other():
    """Compare how you form <v h> in the two phases. Is it the same recipe?

    Use probabilities of the hidden units in both; a rounded state in one phase leaves a difference that learning cannot remove."""


@mistake(
    "17.5",
    tag="sign",
    edit=(
        "v_data.T @ h_data / len(v_data) - v.T @ h_model / len(v)",
        "v.T @ h_model / len(v) - v_data.T @ h_data / len(v_data)",
    ),
)
def dreams_minus_waking():
    """Follow your slope uphill. Do the data become more probable, or the dreams?

    Waking minus dreaming: the data's average comes first."""


@mistake(
    "17.5",
    tag="missing-1/n",
    edit=(
        "v_data.T @ h_data / len(v_data) - v.T @ h_model / len(v)",
        "v_data.T @ h_data - v.T @ h_model",
    ),
)
def sums_instead_of_averages():
    """Repeat every row of the batch. Should the slope double?

    Divide each product by its own number of rows."""


@mistake(
    "17.5",
    tag="formula",
    edit=(
        "d_hidden = h_data.mean(axis=0) - h_model.mean(axis=0)",
        "d_hidden = h_data.mean(axis=0) - h.mean(axis=0)",
    ),
)
def hidden_bias_from_the_drawn_states():
    """Your hidden bias compares probabilities with drawn states. Which h belongs to the new chains?

    Use P(h | v) of the new v, as for the weights."""


@mistake(
    "17.5",
    tag="missing-1/n",
    edit=("v.T @ h_model / len(v)", "v.T @ h_model / len(v_data)"),
)
def one_count_for_two_batches():
    """There may be more chains than rows of data. By which number do you divide each product?

    Each average divides by its own number of rows: len(v_data) for the data, len(v) for the chains."""


def _step(v_data, chains, weights, visible_bias, hidden_bias, uniforms, soft=""):
    v_data, chains = np.asarray(v_data, float), np.asarray(chains, float)
    weights = np.asarray(weights)
    h_data = expit(v_data @ weights + hidden_bias)
    h = expit(chains @ weights + hidden_bias)
    h = h if soft == "hidden" else (np.asarray(uniforms[0]) < h).astype(float)
    v = expit(h @ weights.T + visible_bias)
    v = v if soft == "visible" else (np.asarray(uniforms[1]) < v).astype(float)
    return v_data, h_data, v, expit(v @ weights + hidden_bias)


def _slopes(v_data, h_data, v, h_model, n=None, m=None):
    n, m = n or len(v_data), m or len(v)
    return (
        v_data.T @ h_data / n - v.T @ h_model / m,
        v_data.sum(axis=0) / n - v.sum(axis=0) / m,
        h_data.sum(axis=0) / n - h_model.sum(axis=0) / m,
    )


@mistake("17.5", name="chains-of-probabilities", tag="formula")
def contrastive_step(v_data, chains, weights, visible_bias, hidden_bias, uniforms):
    """Print your new chains. Are they states, zeros and ones?

    The chain moves by drawn states: a visible unit is 1 where its number is below its probability."""
    args = v_data, chains, weights, visible_bias, hidden_bias, uniforms
    v_data, h_data, v, h_model = _step(*args, soft="visible")
    return *_slopes(v_data, h_data, v, h_model), v


@mistake("17.5", name="visible-units-from-hidden-probabilities", tag="formula")
def contrastive_step(v_data, chains, weights, visible_bias, hidden_bias, uniforms):
    """What do the visible units of your chain hear: drawn hidden states, or probabilities?

    Draw h first, with uniforms[0]; then v from that h."""
    args = v_data, chains, weights, visible_bias, hidden_bias, uniforms
    v_data, h_data, v, h_model = _step(*args, soft="hidden")
    return *_slopes(v_data, h_data, v, h_model), v


@mistake("17.5", name="all-slopes-downhill", tag="sign")
def contrastive_step(v_data, chains, weights, visible_bias, hidden_bias, uniforms):
    """Follow your slope uphill. Do the data become more probable, or the dreams?

    Waking minus dreaming: the data's average comes first."""
    args = v_data, chains, weights, visible_bias, hidden_bias, uniforms
    parts = _step(*args)
    return *(-slope for slope in _slopes(*parts)), parts[2]


@mistake("17.5", name="all-sums-instead-of-averages", tag="missing-1/n")
def contrastive_step(v_data, chains, weights, visible_bias, hidden_bias, uniforms):
    """Repeat every row of the batch. Should the slope double?

    Divide each product by its own number of rows."""
    parts = _step(v_data, chains, weights, visible_bias, hidden_bias, uniforms)
    return *_slopes(*parts, n=1, m=1), parts[2]


@mistake("17.5", name="one-count-for-everything", tag="missing-1/n")
def contrastive_step(v_data, chains, weights, visible_bias, hidden_bias, uniforms):
    """There may be more chains than rows of data. By which number do you divide each product?

    Each average divides by its own number of rows: len(v_data) for the data, len(v) for the chains."""
    parts = _step(v_data, chains, weights, visible_bias, hidden_bias, uniforms)
    return *_slopes(*parts, m=len(parts[0])), parts[2]


@mistake(
    "17.5",
    tag="formula",
    edit=(
        "return d_weights, d_visible, d_hidden, v",
        "return d_weights, d_visible, d_hidden, chains",
    ),
)
def old_chains_given_back():
    """Compare the chains that you give back with those you got. Have they moved?

    The fourth result is the new state, from which the next step goes on."""


@mistake(
    "17.5",
    tag="sign",
    edit=[
        ("uniforms[0]) < expit", "uniforms[0]) > expit"),
        ("uniforms[1]) < expit", "uniforms[1]) > expit"),
    ],
)
def switched_on_where_the_number_is_above():
    """If a unit's probability is 0.9, for which share of numbers does yours become 1?

    A unit is 1 where its number is *below* its probability."""


# 17.6 ---------------------------------------------------------------------------------


@mistake(
    "17.6",
    tag="formula",
    edit=(
        "h @ np.asarray(hidden_bias) + np.logaddexp(0, inputs).sum(axis=1)",
        "np.logaddexp(0, inputs).sum(axis=1)",
    ),
)
def hidden_bias_left_out():
    """Raise an entry of c. Does your Z grow?

    A state h carries h c by itself, before anything is summed over v."""


@mistake(
    "17.6",
    of="log_z",
    tag="edge-case",
    edit=("logsumexp(", "(lambda t: np.log(np.exp(t).sum()))("),
)
def exponential_before_the_sum():
    """With 784 visible units a term can be e^500. What does NumPy make of e^800?

    logsumexp takes the largest term out before it exponentiates."""


@mistake("17.6", tag="sign", edit=("-f.mean() - log_z(", "-f.mean() + log_z("))
def z_multiplied():
    """Can the logarithm of a probability be positive? Try a machine of zeros.

    P = e^(-F) / Z: its logarithm subtracts log Z."""


@mistake("17.6", tag="sign", edit=("float(-f.mean() - log_z", "float(f.mean() - log_z"))
def free_energy_with_the_wrong_sign():
    """Which images have the higher P in your function, those of low or of high free energy?

    P = e^(-F) / Z."""


@mistake("17.6", name="only-one-hidden-state", tag="formula")
def log_z(weights, visible_bias, hidden_bias):
    """How many terms does your sum have? For 3 hidden units there should be 8.

    Put the most probable hidden state aside: every state of the hidden layer adds its term."""
    h = np.ones((1, len(hidden_bias)))
    inputs = h @ np.asarray(weights).T + visible_bias
    return float(
        logsumexp(h @ np.asarray(hidden_bias) + np.logaddexp(0, inputs).sum(axis=1))
    )


@mistake(
    "17.6",
    tag="missing-1/n",
    edit=("float(-f.mean() - log_z", "float(-f.sum() - log_z"),
)
def rows_summed():
    """Give every row twice. Your likelihood should stay.

    It is the mean of log P over rows, and log Z belongs to each row once."""


@mistake(
    "17.6",
    of="log_z",
    tag="sign",
    edit=(
        "logsumexp(h @ np.asarray(hidden_bias) + np.logaddexp(0, inputs).sum(axis=1))",
        "logsumexp(-(h @ np.asarray(hidden_bias) + np.logaddexp(0, inputs).sum(axis=1)))",
    ),
)
def low_free_energy_counts_little():
    """Does your log Z grow when a bias grows?

    Z adds e^(-F'), and F' has a minus in front of both terms: the exponents are positive sums."""


@mistake(
    "17.6",
    of="log_z",
    tag="formula",
    edit=("all_states(len(hidden_bias))", "all_states(len(hidden_bias), low=-1)"),
)
def hidden_states_of_minus_one():
    """Which values have the hidden units of an RBM? Print the states that you sum over.

    From 17.4 on units are 0 or 1: all_states(hidden)."""


@mistake("17.6", of="log_z", tag="order", edit=("logsumexp(h @", "np.sum(h @"))
def exponents_added():
    """You add up logarithms. Of what is that the logarithm: of a sum, or of a product?

    Z adds the terms themselves: logsumexp of the exponents."""


@mistake(
    "17.6", tag="formula", edit=(" - log_z(weights, visible_bias, hidden_bias))", ")")
)
def z_left_out():
    """Is e to the power of your result a probability? Add it up over all images.

    log P(v) = -F(v) - log Z."""


@mistake(
    "17.6",
    tag="order",
    edit=(
        "float(-f.mean() - log_z(weights, visible_bias, hidden_bias))",
        "float(np.log(np.mean(np.exp(-f - log_z(weights, visible_bias, hidden_bias)))))",
    ),
)
def logarithm_of_the_mean():
    """Which do you take first: the logarithm of each P, or the mean of the P?

    Asked for is the mean of log P(v) over rows."""


@mistake(
    "17.6",
    tag="formula",
    edit=(
        "float(-f.mean() - log_z(weights, visible_bias, hidden_bias))",
        "float(np.mean(-f - logsumexp(-f)))",
    ),
)
def normalised_over_the_rows():
    """Take a single row. Is its log P always 0 in your function?

    Z sums over *all* states, not over the rows at hand: log_z."""


# 17.7 ---------------------------------------------------------------------------------


@mistake("17.7", name="effects-before-causes", tag="order")
def ancestral_sample(effects_bias, weights, causes_bias, uniforms):
    """On which causes do your effects depend? Change the causes' uniforms and see.

    Draw the causes, then put *those* zeros and ones into the effects' inputs."""
    first, second = (np.asarray(u) for u in uniforms)
    h = (first < expit(np.asarray(causes_bias))).astype(float)
    v = (second < expit(np.zeros((len(second), 1)) + effects_bias)).astype(float)
    return h, v


@mistake("17.7", name="probabilities-passed-down", tag="formula")
def ancestral_sample(effects_bias, weights, causes_bias, uniforms):
    """Is a house shaken by half a truck? Look at what you multiply U with.

    An effect hears drawn causes, 0 or 1, not their probabilities."""
    first, second = (np.asarray(u) for u in uniforms)
    p = expit(np.asarray(causes_bias))
    h = (first < p).astype(float)
    v = (
        second < expit(np.tile(p, (len(first), 1)) @ np.asarray(weights) + effects_bias)
    ).astype(float)
    return h, v


@mistake("17.7", tag="formula", edit=("scores = prior + (v", "scores = (v"))
def prior_forgotten():
    """Make one cause very rare. Does your posterior care?

    Bayes: P(h | v) is proportional to P(h) P(v | h)."""


@mistake(
    "17.7", tag="formula", edit=("v * inputs - np.logaddexp(0, inputs)", "v * inputs")
)
def only_the_effects_that_came():
    """An effect that did *not* come is evidence too. Where is it in your score? (As in a restricted machine, your
    causes are independent given the effects; here they are not.)

    log P(v_i | h) is v_i z - log(1 + e^z) for both values of v_i."""


@mistake("17.7", name="posterior-factorised", tag="formula")
def posterior(v, effects_bias, weights, causes_bias):
    """You judged each cause by itself. Given the shaking house, are truck and earthquake still independent?

    Score each *pattern* of causes as a whole, normalise over patterns, and return that table: it is no product."""
    v, h = np.asarray(v, float), all_states(len(causes_bias))
    inputs = h @ np.asarray(weights) + effects_bias
    scores = h @ np.asarray(causes_bias) + (v * inputs - np.logaddexp(0, inputs)).sum(
        axis=1
    )
    p = np.exp(scores - logsumexp(scores)) @ h
    return np.prod(np.where(h == 1, p, 1 - p), axis=1)


@mistake(
    "17.7",
    tag="formula",
    edit=(
        "return np.exp(scores - logsumexp(scores))\n",
        "prior_z = logsumexp(prior)\n    return np.exp(scores - prior_z)\n",
    ),
)
def not_normalised_over_causes():
    """Add up your table. A posterior sums to one.

    Divide by the sum over all patterns of P(h) P(v | h), which is P(v)."""


@mistake(
    "17.7",
    tag="sign",
    edit=[("first < expit", "first > expit"), ("second < expit", "second > expit")],
)
def causes_on_where_the_number_is_above():
    """If a cause has probability 0.1, for which share of numbers is yours 1?

    A unit is 1 where its number is *below* its probability."""


@mistake(
    "17.7",
    tag="formula",
    edit=(
        "v = (second < expit(h @ np.asarray(weights) + effects_bias)).astype(float)",
        "v = expit(h @ np.asarray(weights) + effects_bias)",
    ),
)
def effects_not_drawn():
    """Print your effects. Are they zeros and ones?

    Compare each with its number: 1 where the number is below the probability."""


@mistake(
    "17.7",
    tag="formula",
    edit=(
        "np.asarray(weights) + effects_bias)).astype",
        "np.asarray(weights))).astype",
    ),
)
def effects_without_their_bias():
    """With no cause at all, how often does the house shake in yours?

    An effect's input is a_i plus the sum over causes."""


@mistake("17.7", tag="order", edit=("return h, v", "return v, h"))
def effects_first_in_the_result():
    """Which of your two results comes first?

    Return the causes, then the effects."""


@mistake(
    "17.7",
    tag="formula",
    edit=("return np.exp(scores - logsumexp(scores))", "return np.exp(scores)"),
)
def table_does_not_sum_to_one():
    """Add up your table. A posterior sums to one.

    Divide by the sum over all patterns: take logsumexp off before the exponential."""


# 17.8 ---------------------------------------------------------------------------------


@mistake("17.8", name="every-machine-on-the-raw-data", tag="leakage")
def greedy_data(x, stack):
    """What does the second machine of the stack see in your list?

    It learns the hidden probabilities of the machine below, not the data again."""
    return [np.asarray(x) for _ in stack]


@mistake("17.8", tag="off-by-one", edit=("in stack[:-1]:", "in stack:"))
def one_layer_too_many():
    """Three machines, how many arrays? The last machine's own codes are nobody's training data here.

    Stop before the last machine: its output trains no other one."""


@mistake(
    "17.8",
    tag="formula",
    edit=("first = expit(2 * below + first_bias)", "first = expit(below + first_bias)"),
)
def way_up_not_doubled():
    """On the way up the layer above is silent. What stands in for its half of the input?

    Double the input from below, once, on the first way up."""


@mistake(
    "17.8",
    tag="formula",
    edit=("first = expit(below + second", "first = expit(2 * below + second"),
)
def doubled_in_every_round():
    """Once the second layer speaks, does the first still need a doubled input?

    The 2 replaces a missing neighbour; in the rounds both neighbours are there."""


@mistake(
    "17.8",
    tag="formula",
    edit=(
        "second = expit(first @ np.asarray(upper) + second_bias)\n    for",
        "second = expit(2 * (first @ np.asarray(upper)) + second_bias)\n    for",
    ),
)
def doubled_at_both_ends():
    """How many neighbours does the *top* layer have?

    Only one, so nothing is missing above it: no factor 2 there."""


@mistake("17.8", name="bottom-up-pass-taken-for-mean-field", tag="formula")
def mean_field(v, lower, upper, first_bias, second_bias, rounds=10):
    """Ask for 0 and for 10 rounds. Are your results the same?

    In each round the first layer listens to the second as well, through W2 transposed."""
    first = expit(2 * (np.asarray(v) @ np.asarray(lower)) + first_bias)
    return first, expit(first @ np.asarray(upper) + second_bias)


@mistake("17.8", name="both-layers-from-the-old-state", tag="order")
def mean_field(v, lower, upper, first_bias, second_bias, rounds=10):
    """Which h1 does your h2 use within a round?

    By turns: the second layer uses the first layer of this round, not of the last."""
    below = np.asarray(v) @ np.asarray(lower)
    first = expit(2 * below + first_bias)
    second = expit(first @ np.asarray(upper) + second_bias)
    for _ in range(rounds):
        first, second = (
            expit(below + second @ np.asarray(upper).T + first_bias),
            expit(first @ np.asarray(upper) + second_bias),
        )
    return first, second


@mistake("17.8", name="what-each-machine-makes", tag="off-by-one")
def greedy_data(x, stack):
    """What is the first machine trained on? Where are the data in your list?

    Each entry is what a machine *gets*: the data first, then what the machine before it makes."""
    made, h = [], np.asarray(x, float)
    for weights, bias in stack:
        h = expit(h @ np.asarray(weights) + bias)
        made.append(h)
    return made


_UP = "expit(layers[-1] @ np.asarray(weights) + hidden_bias)"


@mistake("17.8", tag="formula", edit=(_UP, f"({_UP} > 0.5).astype(float)"))
def states_handed_up():
    """Your second array holds only zeros and ones. What is handed on to the next machine?

    The hidden *probabilities*, not states."""


@mistake("17.8", tag="formula", edit=(_UP, _UP[5:]))
def inputs_handed_up():
    """Do the numbers of your second array lie between 0 and 1?

    Probabilities are handed on: sigma of the input."""


@mistake("17.8", tag="formula", edit=(_UP, "expit(layers[-1] @ np.asarray(weights))"))
def stack_without_biases():
    """Each entry of the stack is a pair. What is its second part for?

    The input of a hidden unit is its bias plus the sum: + hidden_bias."""


@mistake(
    "17.8",
    tag="formula",
    edit=("expit(2 * below + first_bias)", "expit(2 * (below + first_bias))"),
)
def bias_doubled_too():
    """What is missing on the way up: a half of the bias, or a half of the input?

    Only the input from below is doubled: 2 v W1 + b1."""


@mistake("17.8", tag="formula", edit=("range(rounds)", "range(10)"))
def always_ten_rounds():
    """Ask for 0 rounds and for 4. Are your results the same?

    10 is only the default: use the argument."""


@mistake("17.8", tag="off-by-one", edit=("range(rounds)", "range(rounds - 1)"))
def one_round_too_few():
    """Ask for 1 round and for 0. Are your results the same?

    The way up is no round: after it come `rounds` rounds."""


@mistake(
    "17.8",
    tag="formula",
    edit=(
        "return first, second",
        "return (first > 0.5).astype(float), (second > 0.5).astype(float)",
    ),
)
def layers_rounded():
    """Your layers hold only zeros and ones. What does mean field pass between them?

    Probabilities: return them as they are."""


@mistake("17.8", tag="order", edit=("return first, second", "return second, first"))
def second_layer_first():
    """Which of your two results comes first?

    Return h1, then h2."""
