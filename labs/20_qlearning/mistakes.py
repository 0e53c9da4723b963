"""Wrong answers that students of lab 20 really give, each with the thought that puts it right."""

import numpy as np
from scipy import stats

from coursekit.labs import excuse, mistake

# 20.1 ---------------------------------------------------------------------------------


@mistake("20.1", name="random-is-never-the-best", tag="formula")
def action_chances(q, epsilon):
    """With epsilon 1, are all your chances alike?

    When the agent explores it takes any action, and the best one is among them."""
    q = np.asarray(q, float)
    best = q == q.max(axis=1, keepdims=True)
    others = np.maximum((~best).sum(axis=1, keepdims=True), 1)
    share = best / best.sum(axis=1, keepdims=True)
    return (1 - epsilon) * share + epsilon * ~best / others


@mistake("20.1", name="first-of-the-best", tag="ties")
def action_chances(q, epsilon):
    """Give two actions the same, highest value. Which of them does your agent take?

    argmax names the first of equals, every time. They are to share: look for all that equal the row's maximum."""
    q = np.asarray(q, float)
    out = np.full(q.shape, epsilon / q.shape[1])
    out[np.arange(len(q)), q.argmax(axis=1)] += 1 - epsilon
    return out


@mistake(
    "20.1",
    tag="ties",
    edit=("share = best / best.sum(axis=1, keepdims=True)", "share = best"),
)
def every_best_gets_all():
    """Add up a row in which two actions are equally good. Is it 1?

    Equally good actions share what is left of the chance."""


@mistake(
    "20.1",
    tag="formula",
    edit=(
        "(1 - epsilon) * share + epsilon / q.shape[1]",
        "epsilon * share + (1 - epsilon) / q.shape[1]",
    ),
)
def epsilon_is_trust():
    """What does your agent do with epsilon 0? It should know no chance at all.

    Epsilon is the chance of exploring; 1 - epsilon that of trusting the values."""


@mistake("20.1", tag="axis", edit=("q.max(axis=1, keepdims=True)", "q.max()"))
def best_of_all_states():
    """Ask for two states, one far better than the other. Does the worse one still have a best action?

    Each state chooses among its own actions: the maximum of its row."""


@mistake(
    "20.1",
    tag="axis",
    edit=("q.max(axis=1, keepdims=True)", "q.max(axis=0, keepdims=True)"),
)
def best_state_of_an_action():
    """Which numbers do you compare: those of one state, or those of one action?

    A row holds the values of one state's actions. The maximum runs along it."""


@mistake("20.1", tag="axis", edit=("epsilon / q.shape[1]", "epsilon / len(q)"))
def shared_among_states():
    """Add up your rows. Which number do you divide epsilon by, that of states or that of actions?

    A random action is one of `actions` many."""


@mistake("20.1", tag="formula", edit=("epsilon / q.shape[1]", "epsilon"))
def epsilon_for_each():
    """Add up your rows. Does any of them exceed 1?

    Epsilon is the chance of exploring at all; it is shared by all actions."""


@mistake("20.1", tag="edge-case", edit=("min(step / steps, 1.0)", "step / steps"))
def falls_below_its_last():
    """Ask for a step long after `steps`. Is your epsilon still a chance?

    From `steps` on it stays at `last`."""


@mistake(
    "20.1",
    tag="sign",
    edit=("first + (last - first) * min", "last + (first - last) * min"),
)
def epsilon_grows():
    """What is your epsilon at step 0?

    It begins at `first` and ends at `last`: explore first, trust later."""


@mistake("20.1", name="by-a-constant-factor", tag="formula")
def epsilon_at(step, first, last, steps):
    """Compare your epsilon after half the steps with the mean of its first and last value.

    It falls evenly, by the same amount in each step, not by the same factor."""
    return first * (last / first) ** min(step / steps, 1.0)


@mistake("20.1", name="down-to-zero-then-held", tag="formula")
def epsilon_at(step, first, last, steps):
    """At which step does your epsilon first equal `last`?

    The line goes from `first` at step 0 to `last` at `steps`; not to 0 with a floor below it."""
    return max(last, first * (1 - step / steps))


@mistake("20.1", tag="off-by-one", edit=("step / steps", "step / (steps - 1 or 1)"))
def one_step_early():
    """At which step do you arrive at `last`?

    At step `steps`: from 0 there are that many steps, not one less."""


# 20.2 ---------------------------------------------------------------------------------


@mistake("20.2", name="newest-is-overwritten", tag="edge-case")
def ring_rows(added, n, capacity):
    """Put 10 transitions into 3 rows. Which of them are still there?

    When all rows are taken, go round: the row of the oldest comes next, not the last one again."""
    return np.minimum(np.arange(added, added + n), capacity - 1)


@mistake("20.2", name="starts-anew-when-full", tag="edge-case")
def ring_rows(added, n, capacity):
    """Four transitions come, and two rows are left before the end. Where do the last two go?

    Each transition goes round by itself; not all of a group at once."""
    start = added % capacity
    if start + n > capacity:
        start = 0
    return np.arange(start, start + n)


@mistake("20.2", tag="off-by-one", edit=("% capacity", "% (capacity + 1)"))
def one_row_too_many():
    """Which is the last row of a memory with room for 5?

    Rows are 0 to capacity - 1, and after the last comes row 0."""


@mistake(
    "20.2",
    tag="off-by-one",
    edit=("np.arange(added, added + n)", "np.arange(added + 1, added + n + 1)"),
)
def row_zero_left_out():
    """Where does the very first transition go?

    To row 0. `added` have been put in before, in the rows 0 to added - 1."""


@mistake(
    "20.2",
    tag="order",
    edit=("np.arange(added, added + n)", "np.arange(added + n - 1, added - 1, -1)"),
)
def last_comes_first():
    """Which row do you give to the oldest of the new transitions?

    They come oldest first, and the oldest goes to the next row."""


@mistake("20.2", tag="formula", edit=("np.arange(added, added + n)", "np.arange(n)"))
def always_from_row_zero():
    """Put 2 transitions in, then 2 more. Are the first two still there?

    Go on behind those that have been put in before."""


@mistake(
    "20.2", tag="edge-case", edit=("filled = min(added, capacity)", "filled = capacity")
)
def empty_rows_drawn():
    """A memory for 10,000 holds 5. Which rows do you draw?

    Only what has been put in can be learned from: the filled rows."""


@mistake(
    "20.2", tag="edge-case", edit=("filled = min(added, capacity)", "filled = added")
)
def rows_that_do_not_exist():
    """40 transitions have gone through a memory of 8. Which rows do you draw?

    There are never more rows than `capacity`."""


@mistake("20.2", name="rounded", tag="off-by-one")
def drawn_rows(added, capacity, uniforms):
    """How much of the range stands for row 0 in your answer, and how much for row 1?

    Rounding gives the two outer rows half a part each. Every row has a whole part: cut off the fraction."""
    filled = min(added, capacity)
    return np.round(np.asarray(uniforms) * (filled - 1)).astype(int)


@mistake(
    "20.2",
    tag="off-by-one",
    edit=("* filled).astype(int)", "* (filled - 1)).astype(int)"),
)
def last_row_never_drawn():
    """Which row does 0.999 stand for in your answer?

    The numbers stay below 1, so their product with the number of filled rows never reaches it."""


@mistake(
    "20.2",
    tag="dtype",
    edit=(
        "(np.asarray(uniforms) * filled).astype(int)",
        "np.asarray(uniforms) * filled",
    ),
)
def rows_with_fractions():
    """Can an array be asked for its row 3.7?

    Cut off the fraction, and make whole numbers of it."""


@mistake(
    "20.2",
    tag="formula",
    edit=(
        "(np.asarray(uniforms) * filled)",
        "(added - 1 - np.asarray(uniforms) * filled)",
    ),
)
def counted_from_the_newest():
    """Which row does 0 stand for in your answer?

    The first part of the range stands for row 0, whoever sits there now."""


# 20.3 ---------------------------------------------------------------------------------


@mistake("20.3", tag="edge-case", edit=("np.where(terminated, 0.0, value)", "value"))
def a_life_after_death():
    """What can still come after the pole has fallen?

    Where an episode terminated, the reward is all there is. Leave the future out in those rows."""


@mistake(
    "20.3",
    tag="edge-case",
    edit=(
        "np.where(terminated, 0.0, value)",
        "np.where(terminated | truncated, 0.0, value)",
    ),
)
def a_clock_is_death():
    """A clock stops an episode while the pole stands. Is that state worth nothing?

    The state goes on being worth what it was; only nobody watches. A future is missing where the episode terminated, and
    only there."""


@mistake(
    "20.3",
    tag="edge-case",
    edit=("np.where(terminated, 0.0, value)", "np.where(truncated, 0.0, value)"),
)
def the_wrong_flag():
    """Which of the two flags did you use: the one for the end, or the one for the clock?

    Terminated means that nothing comes after."""


@mistake(
    "20.3",
    tag="sign",
    edit=("np.where(terminated, 0.0, value)", "np.where(terminated, value, 0.0)"),
)
def only_the_dead_have_a_future():
    """Look at one row that ended and one that went on. Which of them gets the next state's value?

    It is the other way round: the value counts where the episode did not end."""


@mistake(
    "20.3",
    tag="formula",
    edit=(
        "reward + discount * np.where(terminated, 0.0, value)",
        "np.where(terminated, 0.0, reward + discount * value)",
    ),
)
def last_reward_lost():
    """The last step of a game brought a reward. Where is it in your target?

    The flag takes away the future, not the reward that came."""


@mistake(
    "20.3",
    tag="formula",
    edit=(
        "discount * np.where(terminated, 0.0, value)",
        "np.where(terminated, 0.0, value)",
    ),
)
def no_discount():
    """Set the discount to 0. Does your target still look ahead?

    What is a step away counts `discount` of its worth."""


@mistake("20.3", tag="formula", edit=(".max(axis=1)", ".mean(axis=1)"))
def mean_of_the_actions():
    """Will the agent take one of its next actions by lot, or the best one?

    A state is worth what its best action is worth."""


@mistake("20.3", tag="axis", edit=(".max(axis=1)", ".max()"))
def best_of_the_batch():
    """Do all your rows get the same future?

    Each row has a next state of its own: the maximum along its actions."""


@mistake("20.3", tag="formula", edit=(".max(axis=1)", ".argmax(axis=1)"))
def name_of_the_best_action():
    """Is your future always a whole number? What does argmax give?

    The number of the best action is not its worth."""


@mistake("20.3", name="everything-discounted", tag="formula")
def targets(reward, following, terminated, truncated, frozen, discount):
    """Set the discount to 0. What is left of the reward?

    The reward of this step counts whole; only what follows is a step away."""
    value = frozen(following).max(axis=1)
    return discount * (reward + np.where(terminated, 0.0, value))


# 20.4 ---------------------------------------------------------------------------------


@mistake("20.4", name="all-actions-pulled", tag="formula")
def chosen_loss(q, actions, targets):
    """Look at the columns of actions that were not taken. Is your slope 0 there?

    The reward says nothing of roads not taken: only the value of the action in `actions` is compared."""
    error = np.asarray(q) - np.asarray(targets)[:, None]
    bounded = np.clip(error, -1, 1)
    loss = np.mean(np.sum(bounded * (error - 0.5 * bounded), axis=1))
    return float(loss), bounded / len(q)


@mistake("20.4", name="best-action-instead", tag="formula")
def chosen_loss(q, actions, targets):
    """Which action's value do you compare with the target: the one taken, or the best?

    Exploring takes other actions, too. `actions` says which one it was."""
    q, rows = np.asarray(q), np.arange(len(q))
    best = q.argmax(axis=1)
    error = q[rows, best] - targets
    bounded = np.clip(error, -1, 1)
    slope = np.zeros(q.shape)
    slope[rows, best] = bounded / len(q)
    return float(np.mean(bounded * (error - 0.5 * bounded))), slope


@mistake("20.4", name="columns-for-every-row", tag="broadcasting")
def chosen_loss(q, actions, targets):
    """What shape has q[:, actions]? One number for each row was wanted.

    A slice takes all rows for each column. Pair each row's number with its own action."""
    q = np.asarray(q)
    error = q[:, actions] - targets
    bounded = np.clip(error, -1, 1)
    slope = np.zeros(q.shape)
    slope[:, actions] = bounded / len(q)
    return float(np.mean(bounded * (error - 0.5 * bounded))), slope


@mistake("20.4", tag="missing-1/n", edit=("bounded / len(q)", "bounded"))
def slope_of_the_sum():
    """Is your slope that of the mean? Give the same row twice: each copy should pull half as much.

    The loss is a mean over rows, so each row has a share of 1/n."""


@mistake("20.4", tag="axis", edit=("bounded / len(q)", "bounded / q.size"))
def mean_over_the_actions_too():
    """By which number do you divide the slope: rows, or rows times actions?

    One error for each row: the mean is over rows."""


@mistake("20.4", tag="missing-1/n", edit=("np.mean(bounded", "np.sum(bounded"))
def loss_summed():
    """Give every row twice. Should the loss change?

    It is the mean over rows."""


@mistake(
    "20.4",
    tag="sign",
    edit=("q[rows, actions] - targets", "targets - q[rows, actions]"),
)
def slope_uphill():
    """A value lies above its target. Which sign has your slope? The loss grows when the value grows.

    The error is value minus target; the slope has its sign."""


@mistake("20.4", name="squared-everywhere", tag="formula")
def chosen_loss(q, actions, targets):
    """How steep is your loss at an error of 10?

    Beyond a distance of 1 it goes on as a straight line of slope 1 or -1."""
    q, rows = np.asarray(q), np.arange(len(q))
    error = q[rows, actions] - targets
    slope = np.zeros(q.shape)
    slope[rows, actions] = error / len(q)
    return float(np.mean(0.5 * error**2)), slope


@mistake("20.4", name="with-a-jump", tag="formula")
def chosen_loss(q, actions, targets):
    """Compute your loss just below and just above an error of 1. Do the two meet?

    At 1 the parabola is at one half, so the line has to go through that point: it is not the error itself."""
    q, rows = np.asarray(q), np.arange(len(q))
    error = q[rows, actions] - targets
    size = np.abs(error)
    slope = np.zeros(q.shape)
    slope[rows, actions] = np.clip(error, -1, 1) / len(q)
    return float(np.mean(np.where(size <= 1, 0.5 * error**2, size))), slope


@mistake("20.4", name="without-the-half", tag="formula")
def chosen_loss(q, actions, targets):
    """What is your loss for an error of one half?

    The parabola is one half of the square; its slope is the error itself."""
    q, rows = np.asarray(q), np.arange(len(q))
    error = q[rows, actions] - targets
    size = np.abs(error)
    slope = np.zeros(q.shape)
    slope[rows, actions] = np.where(size <= 1, 2 * error, 2 * np.sign(error)) / len(q)
    return float(np.mean(np.where(size <= 1, error**2, 2 * size - 1))), slope


@mistake(
    "20.4",
    tag="formula",
    edit=(
        "slope[rows, actions] = bounded / len(q)",
        "slope[rows, actions] = error / len(q)",
    ),
)
def slope_not_bounded():
    """How steep is your slope at an error of 10? Draw the loss: it is a straight line there.

    Beyond 1 the slope keeps its size, whatever the error."""


@mistake(
    "20.4",
    tag="formula",
    edit=("bounded = np.clip(error, -1, 1)", "error = bounded = np.clip(error, -1, 1)"),
)
def loss_stops_growing():
    """Is your loss the same for an error of 2 and of 20?

    What is bounded is the slope. The loss itself goes on growing, along a line."""


# 20.5 ---------------------------------------------------------------------------------


@mistake("20.5", tag="formula", edit=("step % every == 0", "True"))
def copied_each_step():
    """Which weights do you give in step 1, with C = 100?

    Between two copies the frozen weights stand still. That is what they are for."""


@mistake(
    "20.5", tag="edge-case", edit=("step % every == 0", "step and step % every == 0")
)
def no_copy_at_the_start():
    """What are the frozen weights worth in step 0, before any copy was made?

    The first copy is made in step 0: otherwise the first targets come from a network that nobody chose."""


@mistake(
    "20.5", tag="off-by-one", edit=("step % every == 0", "step % every == every - 1")
)
def a_step_early():
    """In which steps do you copy, with C = 3?

    In 0, 3, 6, ...: those that C divides."""


@mistake(
    "20.5",
    tag="off-by-one",
    edit=("step % every == 0", "(step + 1) % every == 0 or step == 0"),
)
def counted_from_one():
    """In which steps do you copy, with C = 3?

    Steps count from 0 here, so a copy is due in 3 and 6, not in 2 and 5."""


@mistake("20.5", tag="sign", edit=("if step % every == 0", "if step % every"))
def copies_when_none_is_due():
    """In which steps do you copy, with C = 3?

    The remainder is 0 in the steps for a copy."""


@mistake("20.5", name="a-little-each-step", tag="formula")
def refreshed(step, every, online, frozen):
    """Do your frozen weights move in every step?

    There are agents that let the copy creep along. Here it stands still, and then is made anew as a whole."""
    return [
        f + (np.asarray(w) - f) / every for w, f in zip(online, frozen, strict=True)
    ]


@mistake("20.5", name="frozen-chooses-too", tag="formula")
def double_targets(reward, following, terminated, online, frozen, discount):
    """Which network says in your answer which action is best? And which one what it is worth?

    If one does both, it picks what it overrates. The learning one chooses, the frozen one values."""
    value = np.max(frozen(following), axis=1)
    return reward + discount * np.where(terminated, 0.0, value)


@mistake("20.5", name="online-values-too", tag="formula")
def double_targets(reward, following, terminated, online, frozen, discount):
    """Which network says in your answer which action is best? And which one what it is worth?

    The learning one only chooses. What its choice is worth, the frozen one says."""
    value = np.max(online(following), axis=1)
    return reward + discount * np.where(terminated, 0.0, value)


@mistake("20.5", name="roles-exchanged", tag="order")
def double_targets(reward, following, terminated, online, frozen, discount):
    """Which network says in your answer which action is best?

    You exchanged the two: the learning network chooses, the frozen one values."""
    best = np.argmax(frozen(following), axis=1)
    value = np.asarray(online(following))[np.arange(len(best)), best]
    return reward + discount * np.where(terminated, 0.0, value)


@mistake("20.5", name="smaller-of-both", tag="formula")
def double_targets(reward, following, terminated, online, frozen, discount):
    """Do you compare two maxima?

    Taking the smaller of two opinions is another remedy. Here one network names an action, and the other's value of that very action counts."""
    both = [np.max(f(following), axis=1) for f in (online, frozen)]
    return reward + discount * np.where(terminated, 0.0, np.minimum(*both))


@mistake(
    "20.5",
    of="double_targets",
    tag="edge-case",
    edit=("np.where(terminated, 0.0, value)", "value"),
)
def double_life_after_death():
    """What can still come after an end?

    Where an episode terminated, the reward is all there is, here as in 20.3."""


@mistake("20.5", name="last-of-the-best", tag="ties")
def double_targets(reward, following, terminated, online, frozen, discount):
    """The learning network finds two actions equally good. Which of them do you take?

    The first of equals."""
    chosen = np.asarray(online(following))
    best = chosen.shape[1] - 1 - np.argmax(chosen[:, ::-1], axis=1)
    value = np.asarray(frozen(following))[np.arange(len(best)), best]
    return reward + discount * np.where(terminated, 0.0, value)


@mistake(
    "20.5",
    of="double_targets",
    tag="formula",
    edit=(
        "discount * np.where(terminated, 0.0, value)",
        "np.where(terminated, 0.0, value)",
    ),
)
def double_without_discount():
    """Change the discount. Does your target change?

    What is a step away counts `discount` of its worth."""


# 20.6 ---------------------------------------------------------------------------------


@mistake("20.6", name="old-and-new-mixed", tag="order")
def value_sweep(q, chance, reward, ends, discount):
    """When you compute the second state, which value of the first do you use: the one before the sweep, or the one just computed?

    All entries come from the table as it was. Compute every state's value first."""
    q = np.array(q, float)
    for s in range(len(q)):
        value = np.where(ends, 0.0, q.max(axis=1))
        q[s] = 0.0 if ends[s] else reward[s] + discount * chance[s] @ value
    return q


@mistake(
    "20.6",
    tag="edge-case",
    edit=("np.where(ends, 0.0, np.max(q, axis=1))", "np.max(q, axis=1)"),
)
def ends_keep_a_value():
    """Give the end of the game a value of 100 in the table. Does it reach the states before it?

    Nothing comes after an end. It counts 0, whatever the table says of it."""


@mistake(
    "20.6",
    tag="edge-case",
    edit=("return np.where(np.asarray(ends)[:, None], 0.0, new)", "return new"),
)
def rows_of_ends_filled():
    """Look at the rows of the ends in your new table.

    They become 0: no action is taken there."""


@mistake(
    "20.6",
    of="value_sweep",
    tag="formula",
    edit=("reward + discount * chance @ value", "discount * (reward + chance @ value)"),
)
def sweep_discounts_the_reward():
    """Set the discount to 0. What is left of the reward?

    The reward of this step counts whole; only what follows is discounted."""


@mistake(
    "20.6",
    of="value_sweep",
    tag="formula",
    edit=("np.max(q, axis=1)", "np.mean(q, axis=1)"),
)
def sweep_of_an_undecided_walker():
    """What is a state worth to somebody who will choose well there?

    As much as its best action, not the mean of all."""


@mistake(
    "20.6",
    of="value_sweep",
    tag="formula",
    edit=("discount * chance @ value", "chance @ value"),
)
def sweep_without_discount():
    """Change the discount. Does your table change?

    What is a step away counts `discount` of its worth."""


@mistake("20.6", name="most-likely-next-state", tag="formula")
def value_sweep(q, chance, reward, ends, discount):
    """Two next states are about as likely. Does your table know of both?

    The value of where it leads is an expected one: every next state counts with its chance."""
    value = np.where(ends, 0.0, np.max(q, axis=1))
    new = reward + discount * value[np.argmax(chance, axis=2)]
    return np.where(np.asarray(ends)[:, None], 0.0, new)


@mistake(
    "20.6",
    of="value_sweep",
    tag="sign",
    edit=(
        "np.where(ends, 0.0, np.max(q, axis=1))",
        "np.where(ends, 0.0, np.maximum(np.max(q, axis=1), 0))",
    ),
)
def no_state_below_zero():
    """May a state be worth less than nothing?

    Yes, where all its actions lead to losses. Only the ends are set to 0."""


@mistake("20.6", name="all-at-once", tag="order")
def q_learning(q, met, rate, discount):
    """Let the same entry come twice. Does it move twice?

    Later transitions see what earlier ones have changed: one after the other, in a loop."""
    old = np.array(q, float)
    s, a = np.asarray(met["state"]), np.asarray(met["action"])
    ahead = np.where(
        met["terminated"], 0.0, old[np.asarray(met["following"])].max(axis=1)
    )
    new = old.copy()
    new[s, a] += rate * (np.asarray(met["reward"]) + discount * ahead - old[s, a])
    return new


@mistake(
    "20.6",
    of="q_learning",
    tag="edge-case",
    edit=(
        "r if over else r + discount * q[after].max()",
        "r + discount * q[after].max()",
    ),
)
def table_asked_after_the_end():
    """What comes after a transition that terminated?

    Nothing: its target is the reward alone."""


@mistake(
    "20.6",
    of="q_learning",
    tag="formula",
    edit=("q[s, a] += rate * (target - q[s, a])", "q[s, a] += rate * target"),
)
def added_instead_of_moved():
    """Meet the same transition a thousand times. Does your entry grow without end?

    The entry goes a share of the way from where it is to the target."""


@mistake(
    "20.6",
    of="q_learning",
    tag="formula",
    edit=("q[s, a] += rate * (target - q[s, a])", "q[s, a] = target"),
)
def all_the_way():
    """Change the rate. Does your table change?

    Each time the entry goes a share of the way: chance has a say in every single target."""


@mistake(
    "20.6",
    of="q_learning",
    tag="sign",
    edit=(
        "q[s, a] += rate * (target - q[s, a])",
        "q[s, a] += (1 - rate) * (target - q[s, a])",
    ),
)
def share_that_stays():
    """With a rate of 0, does your table stand still?

    `rate` is the share of the way that the entry goes, not the share that is left."""


@mistake("20.6", of="q_learning", tag="formula", edit=("q[after].max()", "q[after, a]"))
def same_action_again():
    """Which action will be taken in the next state: the same one again?

    The best one of that state: a maximum over its actions."""


@mistake("20.6", of="q_learning", tag="formula", edit=("q[after].max()", "q[s].max()"))
def value_of_where_it_was():
    """Of which state do you take the best value: of the one before, or of the one after?

    The future begins in `following`."""


@mistake(
    "20.6",
    of="q_learning",
    tag="aliasing",
    edit=("q = np.array(q, float)", "q = np.asarray(q, float)"),
)
def table_of_the_caller_changed():
    """Look at the table that you were given, after the call.

    It stays as it is: np.asarray hands you the caller's own array. Work on a copy."""


@mistake(
    "20.6",
    of="q_learning",
    tag="formula",
    edit=(
        "r if over else r + discount * q[after].max()",
        "r if over else discount * (r + q[after].max())",
    ),
)
def reward_of_this_step_discounted():
    """Set the discount to 0. What is left of the reward?

    The reward of this step counts whole; only what follows is discounted."""


# 20.7 ---------------------------------------------------------------------------------


@mistake(
    "20.7",
    of="stacked",
    tag="edge-case",
    edit=("np.where(starts, moments, 0)", "np.zeros(len(frames), int)"),
)
def episodes_run_into_each_other():
    """Look at the first frame of the second episode. What do its older channels show?

    A new game has nothing to do with the one before. Nothing older than the episode's first frame may stand there."""


@mistake("20.7", of="stacked", tag="order", edit=("range(k - 1, -1, -1)", "range(k)"))
def newest_comes_first():
    """In which channel is the newest frame?

    In the last one."""


@mistake(
    "20.7",
    of="stacked",
    tag="axis",
    edit=("np.stack(channels, axis=-1)", "np.stack(channels, axis=1)"),
)
def channels_before_the_picture():
    """What shape has your result?

    (t, h, w, k): the channels come last, as Keras's convolutions have them."""


@mistake(
    "20.7",
    of="stacked",
    tag="off-by-one",
    edit=("range(k - 1, -1, -1)", "range(k, 0, -1)"),
)
def the_present_is_missing():
    """Is this moment's own frame in your stack?

    The last k frames end with the present one."""


@mistake("20.7", name="black-before-the-start", tag="edge-case")
def stacked(frames, starts, k):
    """What do your older channels show in an episode's first frame?

    Not black: its first frame stands in for those that are missing."""
    frames, out, begin = np.asarray(frames, float), [], 0
    for t in range(len(frames)):
        begin = t if starts[t] else begin
        rows = range(t - k + 1, t + 1)
        out.append([frames[r] if r >= begin else 0 * frames[t] for r in rows])
    return np.moveaxis(np.array(out), 1, -1)


@mistake("20.7", name="present-frame-repeated", tag="edge-case")
def stacked(frames, starts, k):
    """Look at the second frame of an episode with k = 4. Which frame stands in the missing channels?

    The episode's first one; you repeated the present one."""
    frames, out, begin = np.asarray(frames, float), [], 0
    for t in range(len(frames)):
        begin = t if starts[t] else begin
        rows = [r if r >= begin else t for r in range(t - k + 1, t + 1)]
        out.append(frames[rows])
    return np.moveaxis(np.array(out), 1, -1)


@mistake("20.7", name="wraps-to-the-end", tag="off-by-one")
def stacked(frames, starts, k):
    """What do your older channels show in the very first frame of all? An index of -1 is the last frame.

    Nothing older than the episode's first frame may stand there."""
    frames = np.asarray(frames, float)
    moments = np.arange(len(frames))
    return np.stack([frames[moments - b] for b in range(k - 1, -1, -1)], axis=-1)


@mistake(
    "20.7",
    of="differences",
    tag="dtype",
    edit=(
        "frames = np.asarray(frames, float)\n    out = np.zeros_like(frames)",
        "frames = np.asarray(frames)\n    out = np.zeros(frames.shape)",
    ),
)
def bytes_wrap_round():
    """A pixel goes from 50 to 20. Is your difference -30?

    Bytes know no sign: 20 - 50 becomes 226. Make floats of them before you subtract."""


@mistake(
    "20.7",
    of="differences",
    tag="edge-case",
    edit=("    out[np.asarray(starts, bool)] = 0.0\n", ""),
)
def last_game_minus_this_one():
    """What is your difference in the first frame of the second episode?

    0: there is no frame before it in its episode."""


@mistake(
    "20.7",
    of="differences",
    tag="sign",
    edit=("frames[1:] - frames[:-1]", "frames[:-1] - frames[1:]"),
)
def before_minus_now():
    """A pixel becomes brighter. Which sign has your difference?

    This frame minus the one before."""


@mistake(
    "20.7",
    of="differences",
    tag="sign",
    edit=("frames[1:] - frames[:-1]", "np.abs(frames[1:] - frames[:-1])"),
)
def difference_without_sign():
    """Does your difference still tell where the ball was and where it is?

    Its sign does. Leave it."""


@mistake(
    "20.7",
    of="differences",
    tag="off-by-one",
    edit=("out[1:] = frames[1:] - frames[:-1]", "out[:-1] = frames[1:] - frames[:-1]"),
)
def difference_to_the_next():
    """Does your difference in moment 0 know the frame of moment 1?

    Each frame is compared with the one before, so the first moment has none."""


@mistake("20.7", name="starts-keep-their-frame", tag="edge-case")
def differences(frames, starts):
    """What is your difference in an episode's first frame?

    Not the frame itself: nothing has moved yet, so it is 0."""
    frames = np.asarray(frames, float)
    before = np.concatenate([0 * frames[:1], frames[:-1]])
    before[np.asarray(starts, bool)] = 0
    return frames - before


# 20.8 ---------------------------------------------------------------------------------


@mistake("20.8", of="confidence", tag="missing-1/n", edit=(" / np.sqrt(n)", ""))
def spread_of_runs_not_of_their_mean():
    """With four times as many runs, does your interval shrink to half?

    The mean of n runs is off by less than one run: divide by the root of n."""


@mistake("20.8", of="confidence", tag="formula", edit=("ddof=1", "ddof=0"))
def spread_too_small():
    """By which number do you divide the squares: n, or n - 1?

    The mean was taken from the same runs, so n - 1."""


@mistake(
    "20.8",
    of="confidence",
    tag="formula",
    edit=("stats.t.ppf((1 + level) / 2, n - 1)", "stats.norm.ppf((1 + level) / 2)"),
)
def as_if_runs_were_many():
    """Compare your factor with that for three runs in a table of Student's distribution. Is it near 2?

    With few runs the spread itself is uncertain. Student's quantile takes that in, the normal one does not."""


@mistake("20.8", of="confidence", tag="formula", edit=("(1 + level) / 2", "level"))
def one_side_only():
    """How much lies outside your interval, on both sides together?

    `level` is to lie in the middle, so what is left is halved: one half above, one half below."""


@mistake(
    "20.8",
    of="confidence",
    tag="off-by-one",
    edit=("(1 + level) / 2, n - 1)", "(1 + level) / 2, n)"),
)
def a_degree_too_many():
    """How many degrees of freedom have n runs around their own mean?

    n - 1."""


@mistake("20.8", name="over-the-points", tag="axis")
def confidence(scores, level=0.95):
    """What shape has your mean? One number for each point was wanted.

    Runs lie along the first axis, and they are the sample."""
    scores = np.asarray(scores, float)
    n = scores.shape[1]
    t = stats.t.ppf((1 + level) / 2, n - 1)
    return scores.mean(axis=1), t * scores.std(axis=1, ddof=1) / np.sqrt(n)


@mistake("20.8", name="whole-width", tag="formula")
def confidence(scores, level=0.95):
    """Add your second result to the mean, and take it off. Is that interval twice too wide?

    Asked for is how far it goes to one side."""
    scores = np.asarray(scores, float)
    n = len(scores)
    t = stats.t.ppf((1 + level) / 2, n - 1)
    return scores.mean(axis=0), 2 * t * scores.std(axis=0, ddof=1) / np.sqrt(n)


@mistake("20.8", name="centred-window", tag="leakage")
def trailing(scores, width):
    """Change the last score of all. Do earlier points of your curve change?

    A window around a point knows what came later. Take this point and those before it."""
    half = width // 2
    return np.array(
        [np.mean(scores[max(0, k - half) : k + half + 1]) for k in range(len(scores))]
    )


@mistake("20.8", name="looks-ahead", tag="leakage")
def trailing(scores, width):
    """Change the last score of all. Do earlier points of your curve change?

    The window ends with the point itself."""
    return np.array([np.mean(scores[k : k + width]) for k in range(len(scores))])


@mistake("20.8", name="zeros-before-the-start", tag="edge-case")
def trailing(scores, width):
    """What is your first point, if its score is 4 and the width is 2?

    Where there are fewer points than `width`, the mean is over those that there are."""
    ends = range(1, len(scores) + 1)
    return np.array([np.sum(scores[max(0, end - width) : end]) / width for end in ends])


@mistake("20.8", name="without-this-point", tag="off-by-one")
def trailing(scores, width):
    """Is this point's own score in its mean?

    The last `width` points end with this one."""
    firsts = [float(scores[0])]
    rest = [np.mean(scores[max(0, k - width) : k]) for k in range(1, len(scores))]
    return np.array(firsts + rest)


@mistake(
    "20.8", of="trailing", tag="off-by-one", edit=("end - width)", "end - width - 1)")
)
def a_point_too_many():
    """With a width of 1, is your curve the scores themselves?

    `width` points in all, this one among them."""


@mistake("20.8", name="only-full-windows", tag="edge-case")
def trailing(scores, width):
    """How many numbers do you return? One for each score was wanted.

    The first points have fewer before them; they take the mean of what there is."""
    kernel = np.ones(width) / width
    return np.convolve(np.asarray(scores, float), kernel, mode="valid")


@mistake(
    "20.8",
    of="discounted_returns",
    tag="edge-case",
    edit=("(0.0 if ended[t] else discount * after)", "discount * after"),
)
def next_game_counts_too():
    """Does the last step of the first episode know of the second?

    Nothing flows back over an end: start from 0 there."""


@mistake("20.8", name="from-the-start", tag="order")
def discounted_returns(rewards, ended, discount):
    """Which of your sums is the largest, if every reward is 1? The first step has the most still to come.

    A return is what is still to come. Go through the steps from the last one."""
    out, so_far = np.zeros(len(rewards)), 0.0
    for t in range(len(rewards)):
        so_far = rewards[t] + discount * so_far
        out[t] = so_far
        if ended[t]:
            so_far = 0.0
    return out


@mistake(
    "20.8", of="discounted_returns", tag="formula", edit=("discount * after)", "after)")
)
def sums_without_discount():
    """Change the discount. Do your returns change?

    A reward k steps later counts discount to the power k."""


@mistake("20.8", name="own-reward-discounted", tag="off-by-one")
def discounted_returns(rewards, ended, discount):
    """With a discount of 0, is your return the step's own reward?

    The step's own reward counts whole; the next one is one step away."""
    out, after = np.zeros(len(rewards)), 0.0
    for t in range(len(rewards) - 1, -1, -1):
        after = discount * (rewards[t] + (0.0 if ended[t] else after))
        out[t] = after
    return out


@mistake("20.8", name="own-reward-left-out", tag="off-by-one")
def discounted_returns(rewards, ended, discount):
    """What is the return of an episode's last step in your answer?

    Its own reward: each step's reward is included in its return."""
    out, after = np.zeros(len(rewards)), 0.0
    for t in range(len(rewards) - 1, -1, -1):
        after = 0.0 if ended[t] else after
        out[t] = after
        after = rewards[t] + discount * after
    return out


@mistake("20.8", name="one-return-for-all", tag="formula")
def discounted_returns(rewards, ended, discount):
    """Do all steps of an episode have the same return in your answer?

    What is still to come grows less from step to step. Each step counts from itself on."""
    rewards, out, begin = np.asarray(rewards, float), np.zeros(len(rewards)), 0
    for t in np.flatnonzero(ended):
        part = rewards[begin : t + 1]
        out[begin : t + 1] = np.sum(part * discount ** np.arange(len(part)))
        begin = t + 1
    return out


# Mutants that may live -----------------------------------------------------------------

excuse(
    "20.5",
    "refreshed: np.array(w) -> np.asarray(w)",
    "what a check is given has travelled between two processes, so that no two arrays are one",
)
excuse(
    "20.8",
    "discounted_returns: 1 -> 2 (2)",
    "the one turn more comes to index -1, the last step again, which is an end",
)
