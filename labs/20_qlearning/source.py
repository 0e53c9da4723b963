# ---
# coursekit:
#   title: Deep Q-learning
#   question: This network has seen nothing but frames of a game, and bricks that it was paid for. Under each frame it writes a number, and the number falls while the ball is still in the air. What is this number, and how can it know?
#   goals:
#     - Learn what an action is worth from rewards alone, in a table and with a network
#     - Say what replay memory, frozen targets and epsilon are for, and measure what happens without them
#     - Judge an agent honestly, over several seeds and without chance, and read its foresight off its values
#   prerequisites:
#     - lab 03, gradients; lab 04, losses and steps of gradient descent
#     - indexing and broadcasting in NumPy
#   lecture: "Deep learning overview (deep Q-learning: Mnih et al. 2015, replay memory, target network, value against state, t-SNE of the hidden layer)"
#   seconds: {cpu: 600, fast: 40}
#   accelerator: none needed; this lab is NumPy but for a comparison with Keras
# ---

# %% [markdown]
# # Deep Q-learning
#
# **This network has seen nothing but frames of a game, and bricks that it was paid for. Under each frame it writes a number,
# and the number falls while the ball is still in the air. What is this number, and how can it know?**

# %%
import numpy as np
from scipy import stats

from coursekit import NotAnsweredYet, open_lab, rl
from coursekit.rl import studies

lab = open_lab("20_qlearning")
check, figures = lab.check, lab.figures

# %% [markdown]
# ## A ball that will be lost
#
# *Breakout*: ten by ten fields, a paddle that moves left, stays or moves right, a ball, three rows of bricks. A brick gives 1,
# nothing else gives anything, and the game is over when the ball gets past the paddle. A trained network plays here, until somebody
# pulls its paddle into a corner. These are its last frames.

# %%
player = rl.load_player()
rallies = studies.lost_rallies(player, 100, seed=lab.seed)
lab.show(figures.last_frames(rallies[0]))

# %% [markdown]
# At the end you will play against it, and it will write its number under **your** game, too.
#
# The words: an agent is in a *state* $s$ (a frame), takes an *action* $a$, gets a *reward* $r$ and sees the next state $s'$. The
# *return* is all that it will still get, where a reward $k$ steps away counts $\gamma^k$ of its worth; $\gamma<1$ is the *discount*.
# $Q(s,a)$ is the return to be expected after $a$ in $s$, if all later actions are the best.
#
# Beside Breakout stands a second world: a *pole* on a cart, which each step is pushed left or right. It gives 1 for every
# step, until the pole has fallen or the cart has left its track.

# %% [markdown]
# ## Acting

# %% [markdown]
# ### Exercise 20.1 · First explore, then trust
#
# An agent that always takes what looks best never learns of anything else. *Epsilon-greedy*: with chance $\varepsilon$ it takes
# **any** action, all alike and the best among them; otherwise a best one. Where several are equally good, they share.
# Instead of drawing, give the chance of each action.
#
# $\varepsilon$ begins high, since values mean nothing yet, falls evenly with the steps, and then stays where it is.

# %%
lab.predict(
    "20.1",
    "Two actions, one of them better, and epsilon is 0.2. In what share of its steps "
    "does the agent take the better one?",
    choices=["80 %", "90 %", "100 %"],
)


# %%
def action_chances(q, epsilon):
    """Chance of each action under epsilon-greedy.

    Args:
        q: values (n, actions), one row for each state; any numbers.
        epsilon: in [0, 1].

    Returns:
        float array (n, actions); each row sums to 1.

    >>> action_chances([[0.0, 3.0, 1.0, 3.0]], 0.4)
    array([[0.1, 0.4, 0.1, 0.4]])
    """
    ### BEGIN SOLUTION
    q = np.asarray(q)
    best = q == q.max(axis=1, keepdims=True)
    share = best / best.sum(axis=1, keepdims=True)
    return (1 - epsilon) * share + epsilon / q.shape[1]
    ### END SOLUTION


def epsilon_at(step, first, last, steps):
    """Epsilon of a step.

    Args:
        step: 0 or more.
        first: epsilon of step 0.
        last: epsilon of step `steps` and of all later ones; may be above `first`, too.
        steps: 1 or more, over which it goes evenly from first to last.

    Returns:
        float.

    >>> [epsilon_at(step, 1.0, 0.5, 4) for step in (0, 1, 4, 9)]
    [1.0, 0.875, 0.5, 0.5]
    """
    ### BEGIN SOLUTION
    return first + (last - first) * min(step / steps, 1.0)
    ### END SOLUTION


# %%
check("20.1")

# %%
with lab.needs("20.1"):
    lab.show(figures.exploring(action_chances, epsilon_at))
    better = action_chances(np.array([[0.0, 1.0]]), 0.2)[0, 1]
    lab.reveal("20.1", "90 %", f"{better:.0%}: half of the random actions hit it, too")

# %% [markdown]
# Whatever an agent's score was in training, this $\varepsilon$ was in it. Judge it without.

# %% [markdown]
# ### Exercise 20.2 · A ring of memories
#
# What was just lived through shows one corner of the game. So all *transitions* $(s,a,r,s')$ go into a
# *replay memory*, and are learned from in any order, often. The first goes to row 0, the next to row 1, and when all `capacity`
# rows are taken, a new one takes the place of the **oldest**.
#
# `ring_rows` says where the next `n` go, oldest first. `drawn_rows` says which to learn from: only filled rows, all as likely.
# `uniforms` are numbers from 0 to below 1; with $m$ filled rows the first $m$-th part of that range stands for row 0, the next for
# row 1, and so on.

# %%
lab.predict(
    "20.2",
    "How strongly does the pole's angle in one row go with that in the next row, as a "
    "correlation: for steps in the order in which they came, and for rows from memory?",
    choices=["about 0.9 and about 0", "about 0.5 and about 0.5", "about 0 and about 0"],
)


# %%
def ring_rows(added, n, capacity):
    """Rows for the next transitions.

    Args:
        added: how many transitions have been put in before, ever.
        n: how many come now, from 1 to capacity.
        capacity: rows of the memory.

    Returns:
        int array (n,), from 0 to capacity - 1.

    >>> ring_rows(4, 3, 5)
    array([4, 0, 1])
    """
    ### BEGIN SOLUTION
    return np.arange(added, added + n) % capacity
    ### END SOLUTION


def drawn_rows(added, capacity, uniforms):
    """Rows to learn from.

    Args:
        added: how many transitions have been put in, ever; at least 1.
        capacity: rows of the memory.
        uniforms: array (b,), from 0 to below 1.

    Returns:
        int array (b,).

    >>> drawn_rows(2, 5, np.array([0.0, 0.4, 0.9]))
    array([0, 0, 1])
    """
    ### BEGIN SOLUTION
    filled = min(added, capacity)
    return (np.asarray(uniforms) * filled).astype(int)
    ### END SOLUTION


# %%
check("20.2")

# %%
with lab.needs("20.2"):
    angle = studies.angles(lab.pick(4_000, 1_500), seed=lab.seed)
    ring, when = np.zeros((2, 1_000))  # the angles, and the steps in which they came
    for t in range(0, len(angle), 100):
        rows = ring_rows(t, 100, 1_000)
        ring[rows], when[rows] = angle[t : t + 100], np.arange(t, t + 100)
    picks = np.random.default_rng(lab.seed).random(len(angle))
    drawn = ring[drawn_rows(len(angle), 1_000, picks)]
    batches = {"in a row": angle, "from memory": drawn}
    alike = {k: float(np.corrcoef(v[:-1], v[1:])[0, 1]) for k, v in batches.items()}
    lab.show(figures.neighbours(batches, alike, when))
    truth = "a" if alike["in a row"] > 0.7 and abs(alike["from memory"]) < 0.2 else "b"
    told = f"{alike['in a row']:.2f} in a row, {alike['from memory']:.2f} from memory"
    lab.reveal("20.2", truth, told)

# %% [markdown]
# Gradient descent wants rows that have nothing to do with one another. Memory makes them so, and lets each be used again.

# %% [markdown]
# ## Learning

# %% [markdown]
# ### Exercise 20.3 · Death has no future
#
# Nobody says what an action was worth. But one step later more is known: the reward has come, and of what follows the
# network itself has an opinion. So $Q(s,a)$ should become reward plus discounted value of the next state, where a state is worth what
# its **best** action is. The opinion comes from a second network, a *frozen* copy (20.5 says why).
#
# An episode stops in one of two ways. It has *terminated*: the pole fell, and nothing comes after. Or it was *truncated*: a
# clock stopped it, at 500 steps say, while the pole stood as well as before. Which of the two has a future?

# %%
lab.predict(
    "20.3",
    "A pole that never falls gets 1 at each step. With a discount of 0.99, what is its "
    "state worth?",
    number=True,
)


# %%
def targets(reward, following, terminated, truncated, frozen, discount):
    """What each action turned out to be worth.

    Args:
        reward: (n,).
        following: states (n, ...) that the actions led to.
        terminated: bool (n,), whether the episode ended there for good.
        truncated: bool (n,), whether only a clock stopped it there; never both.
        frozen: function from states (n, ...) to values (n, actions).
        discount: from 0 to 1.

    Returns:
        float array (n,).

    >>> ends, stops = np.array([False, True, False]), np.array([False, False, True])
    >>> frozen = lambda x: np.stack([x, 2 * x], axis=1)
    >>> targets(np.ones(3), np.array([3.0, 3.0, 4.0]), ends, stops, frozen, 0.5)
    array([4., 1., 5.])
    """
    ### BEGIN SOLUTION
    value = frozen(following).max(axis=1)
    return reward + discount * np.where(terminated, 0.0, value)
    ### END SOLUTION


# %%
check("20.3")

# %%
with lab.needs("20.3"):
    worth = studies.balanced_pole(targets, discount=0.99, limit=500)
    lab.show(figures.endless(worth))
    told = f"your targets settle at {worth['a clock'][0]:.1f}: 1/(1 - 0.99)"
    lab.reveal("20.3", 100.0, told)

# %% [markdown]
# Take the clock for an end, and the agent learns that a perfect pole becomes worthless, in states that look the same as
# all others.

# %% [markdown]
# ### Exercise 20.4 · Only the road taken
#
# A network gives the values of all actions; the target speaks of one. *Huber's loss* of an error $e=Q(s,a)-\text{target}$ is
# $\tfrac12e^2$ up to a distance of 1, and from there goes on as a straight line, without a jump or a kink. Take its mean over the rows,
# and its slope in **every** value of $q$. The target is a number here: nothing flows back through it.

# %%
lab.predict(
    "20.4",
    "Three actions, the second was taken. Where does this loss push the first one's "
    "output?",
    choices=["to the target", "towards 0", "nowhere"],
)


# %%
def chosen_loss(q, actions, targets):
    """Huber's loss of the actions that were taken.

    Args:
        q: values (n, actions).
        actions: integers (n,), which action was taken.
        targets: (n,).

    Returns:
        (loss, slope): float, the mean over rows; its slope in q, float array
            (n, actions).

    >>> q = np.array([[1.0, 5.0, 7.0], [0.0, 2.0, 9.0]])
    >>> loss, slope = chosen_loss(q, np.array([0, 1]), np.array([0.5, 5.0]))
    >>> float(loss)
    1.3125
    >>> slope
    array([[ 0.25,  0.  ,  0.  ],
           [ 0.  , -0.5 ,  0.  ]])
    """
    ### BEGIN SOLUTION
    q, rows = np.asarray(q), np.arange(len(q))
    error = q[rows, actions] - targets
    bounded = np.clip(error, -1, 1)
    slope = np.zeros(q.shape)
    slope[rows, actions] = bounded / len(q)
    return float(np.mean(bounded * (error - 0.5 * bounded))), slope
    ### END SOLUTION


# %%
check("20.4")

# %% [markdown]
# Your slope, passed back through a network in NumPy and followed by Adam (lab 19), beside Keras with its own gradient of its own
# Huber loss: the same weights, the same batches.

# %%
gaps = [float("nan")]
with lab.needs("20.4"):
    gaps = studies.beside_keras(chosen_loss, lab.pick(300, 40), seed=lab.seed)
    lab.show(figures.huber(chosen_loss, gaps))
    told = f"its slope is 0; after {len(gaps)} steps, {gaps[-1]:.0e} from Keras"
    lab.reveal("20.4", "nowhere", told)

# %% [markdown]
# The output itself may still move: all actions share the layers below. That is what makes learning quick, and what makes it
# shaky.

# %% [markdown]
# ### Exercise 20.5 · A target that stands still
#
# If the target comes from the network that learns, each step moves what it aims at. So a *frozen* copy gives the targets,
# and every $C$ steps it is made anew, also at step 0. A copy: what the network learns afterwards must not reach it.
#
# The maximum over noisy opinions is too hopeful, for it picks whoever errs upwards. *Double* Q-learning lets the **learning**
# network say which action is best (the first of equals) and the **frozen** one what that is worth.

# %%
lab.predict(
    "20.5a",
    "Ten actions are all worth 0. Ten opinions on them err by a standard normal number "
    "each. What is the largest opinion, on average?",
    number=True,
)

# %%
lab.predict(
    "20.5b",
    "A game is learned without memory, without frozen targets, without both, and with "
    "a network that has no hidden layer. Which of the four scores worst?",
    choices=["no memory", "no frozen targets", "neither", "no hidden layer"],
)


# %%
def refreshed(step, every, online, frozen):
    """The frozen weights to be used in a step.

    Args:
        step: number of the step, from 0.
        every: C; a new copy is made at the steps 0, C, 2C, ...
        online: list of float arrays, the weights of the network that learns.
        frozen: list of float arrays, the frozen weights so far.

    Returns:
        list of arrays: copies of `online` in a step for that, else those of `frozen`.

    >>> refreshed(4, 3, [np.array([7.0])], [np.array([5.0])])
    [array([5.])]
    """
    ### BEGIN SOLUTION
    return [np.array(w) for w in online] if step % every == 0 else frozen
    ### END SOLUTION


def double_targets(reward, following, terminated, online, frozen, discount):
    """Targets whose action one network chooses and the other values.

    Args:
        reward, following, terminated, discount: as in `targets`.
        online, frozen: functions from states (n, ...) to values (n, actions); where
            several actions are best, the first one is chosen.

    Returns:
        float array (n,).

    >>> online = lambda x: np.array([[1.0, 2.0, 0.0]])
    >>> frozen = lambda x: np.array([[9.0, 4.0, 1.0]])
    >>> double_targets(np.ones(1), np.zeros(1), np.array([False]), online, frozen, 0.5)
    array([3.])
    """
    ### BEGIN SOLUTION
    best = np.argmax(online(following), axis=1)
    value = np.asarray(frozen(following))[np.arange(len(best)), best]
    return reward + discount * np.where(terminated, 0.0, value)
    ### END SOLUTION


# %%
check("20.5")

# %%
hope = {"by formula": studies.expected_maximum(10)}
with lab.needs("20.3", "20.5"):
    print(studies.stands_still(refreshed))
    hope |= studies.hopes(targets, double_targets, actions=10, seed=lab.seed)
    lab.show(figures.bias(targets, double_targets, seed=lab.seed))
    told = ", ".join(f"{name} {value:.2f}" for name, value in hope.items())
    lab.reveal("20.5a", hope["by formula"], told)

# %% [markdown]
# Everything is there. Your functions act, remember and learn to balance a pole (`rl.learn` is the loop around them; your
# `double_targets` wait for a plan with `double=True`). A pole is up for 500 steps at most; it counts as solved where the mean of 100
# episodes reaches 475. In fast mode it learns for too short a time.

# %%
SEEDS = tuple(lab.seed + k for k in range(lab.pick(3, 1)))
pole, solved = [], []
with lab.needs("20.1", "20.2", "20.3", "20.4", "20.5"):
    parts = {
        "action_chances": action_chances,
        "epsilon_at": epsilon_at,
        "ring_rows": ring_rows,
        "drawn_rows": drawn_rows,
        "targets": targets,
        "double_targets": double_targets,
        "chosen_loss": chosen_loss,
        "refreshed": refreshed,
    }
    plan = studies.POLE.but(steps=lab.pick(studies.POLE.steps, 8_000))
    pole = [rl.learn(rl.CartPole, plan, seed=s, parts=parts) for s in SEEDS]
    for s, run in zip(SEEDS, pole, strict=True):
        fresh = rl.CartPole(20, seed=1_000 + s)
        solved.append(float(rl.play(fresh, rl.greedy(run.best), 100).mean()))
    lab.show(figures.pole(pole, solved))

# %% [markdown]
# And what is each part for? Breakout with all parts, without memory, without frozen targets, without either, and with a
# linear network. (Fast mode takes *Catch* instead: a ball falls straight down, and catching it gives 1, missing it -1.)

# %%
ablation = studies.ablation(SEEDS, fast=lab.fast)
ends = {name: float(np.mean(scores)) for name, scores in ablation["ends"].items()}
worst = min(list(ends)[1:], key=ends.get)
with lab.needs("20.5"):
    lab.show(figures.without(ablation))
    told = ", ".join(f"{name} {value:.2f}" for name, value in ends.items())
    lab.reveal("20.5b", worst, f"mean score at the end: {told}")

# %% [markdown]
# A frozen copy brings calm, and opinions that are old: which of the two weighs more depends on the game. Read your own bars before
# you believe a table of somebody else's.

# %% [markdown]
# ### Exercise 20.6 · The same in a table
#
# Where states can be counted, $Q$ is a table. If the rules are known too, no playing is needed: *value iteration* sweeps over the table, and
# sets every entry to its expected reward plus the discounted expected value of where it leads, all computed from the table as it
# was **before** the sweep. The *ends* of the game are worth 0, whatever the table says of them, and their rows become 0.
#
# If the rules are not known, *Q-learning* takes transitions one after the other, each time moving one entry by a share, `rate`, of
# the way to its target. Later transitions see what earlier ones have changed.

# %%
lab.predict(
    "20.6",
    "On a floor with a good and a bad end, every fifth step slips to a side. Nobody "
    "tells Q-learning, which walks at random. Does it find value iteration's table?",
    choices=["yes, nearly", "no, its values are too high", "no, too low"],
)


# %%
def value_sweep(q, chance, reward, ends, discount):
    """One sweep of value iteration.

    Args:
        q: table (states, actions).
        chance: (states, actions, states), to get from s by a to s'.
        reward: expected (states, actions).
        ends: bool (states,).
        discount: from 0 to 1.

    Returns:
        new table, float (states, actions).

    >>> chance = np.array([[[0.0, 1.0, 0.0]], [[0.0, 0.5, 0.5]], [[0.0, 0.0, 1.0]]])
    >>> ends, reward = np.array([False, False, True]), np.array([[1.0], [0.0], [0.0]])
    >>> value_sweep(np.array([[0.0], [4.0], [8.0]]), chance, reward, ends, 0.5)
    array([[3.],
           [1.],
           [0.]])
    """
    ### BEGIN SOLUTION
    value = np.where(ends, 0.0, np.max(q, axis=1))
    new = reward + discount * chance @ value
    return np.where(np.asarray(ends)[:, None], 0.0, new)
    ### END SOLUTION


def q_learning(q, met, rate, discount):
    """Learn from transitions, one after the other.

    Args:
        q: table (states, actions); stays as it is.
        met: dict of arrays (n,) "state", "action", "reward", "following" and
            "terminated", in the order in which they came.
        rate: share of the way, from 0 to 1.
        discount: from 0 to 1.

    Returns:
        new table, float (states, actions).

    >>> met = {"state": [1, 0], "action": [0, 0], "reward": [8.0, 0.0]}
    >>> met |= {"following": [2, 1], "terminated": [True, False]}
    >>> q_learning(np.zeros((3, 1)), met, rate=0.5, discount=0.5)
    array([[1.],
           [4.],
           [0.]])
    """
    ### BEGIN SOLUTION
    q = np.array(q, float)
    names = ("state", "action", "reward", "following", "terminated")
    for s, a, r, after, over in zip(*(met[name] for name in names), strict=True):
        target = r if over else r + discount * q[after].max()
        q[s, a] += rate * (target - q[s, a])
    return q
    ### END SOLUTION


# %%
check("20.6")

# %%
table_gap = float("nan")
with lab.needs("20.6"):
    grid = rl.GridWorld(50, slip=0.2, seed=lab.seed)
    known, walked = np.zeros((2, grid.num_states, 4))
    for _ in range(100):
        known = value_sweep(known, *grid.model(), 0.95)
    for turn, met in enumerate(studies.wander(grid, lab.pick(8_000, 1_500), lab.seed)):
        walked = q_learning(walked, met, 1 / (1 + turn / 20), 0.95)
    lab.show(figures.tables(grid, known, walked))
    apart = studies.apart(grid, known, walked)
    table_gap, lean = float(np.abs(apart).max()), float(apart.mean())
    truth = "a" if table_gap < 0.15 else "b" if lean > 0 else "c"
    told = f"the largest difference is {table_gap:.3f}, the mean one {lean:+.3f}"
    lab.reveal("20.6", truth, told)

# %% [markdown]
# A network only replaces the table. What the table had for free is gone, though: an entry of a table moves no other one.

# %% [markdown]
# ## Seeing

# %% [markdown]
# ### Exercise 20.7 · From frames to states
#
# A state is to hold all of the past that matters. Is one frame enough? Give a network the last $k$ frames
# as channels, the **newest last**; where an episode has not had $k$ frames yet, its first one stands in for those before.
# Or give it the difference between this frame and the one before, 0 in an episode's first frame.
#
# Frames come as bytes (`uint8`, 0 to 255), several episodes in one long row; `starts` marks the first frame of each.

# %%
lab.predict(
    "20.7",
    "A linear classifier is to tell from Breakout's pictures whether the ball came "
    "from the left or the right. How often is it right with one frame, and with two?",
    choices=["far oftener with two", "over 90 % with either", "by chance with either"],
)


# %%
def stacked(frames, starts, k):
    """The last k frames of each moment, as channels.

    Args:
        frames: uint8 (t, h, w).
        starts: bool (t,); the first is True.
        k: 1 or more.

    Returns:
        float array (t, h, w, k), values from 0 to 255, the newest frame last.

    >>> frames = np.array([10, 20, 30, 40], np.uint8).reshape(4, 1, 1)
    >>> np.squeeze(stacked(frames, np.array([True, False, True, False]), 2))
    array([[10., 10.],
           [10., 20.],
           [30., 30.],
           [30., 40.]])
    """
    ### BEGIN SOLUTION
    moments = np.arange(len(frames))
    first = np.maximum.accumulate(np.where(starts, moments, 0))
    channels = [
        np.asarray(frames, float)[np.maximum(moments - back, first)]
        for back in range(k - 1, -1, -1)
    ]
    return np.stack(channels, axis=-1)
    ### END SOLUTION


def differences(frames, starts):
    """Each frame minus the one before it in its episode.

    Args:
        frames: uint8 (t, h, w).
        starts: bool (t,); the first is True.

    Returns:
        float array (t, h, w), from -255 to 255; 0 where an episode starts.

    >>> frames = np.array([50, 20, 30, 40], np.uint8).reshape(4, 1, 1)
    >>> np.ravel(differences(frames, np.array([True, False, True, False])))
    array([  0., -30.,   0.,  10.])
    """
    ### BEGIN SOLUTION
    frames = np.asarray(frames, float)
    out = np.zeros_like(frames)
    out[1:] = frames[1:] - frames[:-1]
    out[np.asarray(starts, bool)] = 0.0
    return out
    ### END SOLUTION


# %%
check("20.7")

# %%
right = {}
with lab.needs("20.7"):
    film = studies.film(player, lab.pick(6_000, 2_500), seed=lab.seed)
    seen = {
        "one frame": stacked(film.frames, film.starts, 1),
        "two frames": stacked(film.frames, film.starts, 2),
        "difference": differences(film.frames, film.starts),
    }
    right = {name: studies.heading(x, film) for name, x in seen.items()}
    lab.show(figures.motion(film, seen["difference"], right))
    low, high = right["one frame"], right["two frames"]
    truth = "a" if high > low + 0.1 else "b" if low > 0.7 else "c"
    told = ", ".join(f"{name} {share:.0%}" for name, share in right.items())
    lab.reveal("20.7", truth, told)

# %% [markdown]
# Where the ball is says something of where it came from, but not all. Mnih et al. (2015) took four frames; the Breakout of this
# lab brings the ball's last place in a channel of its own.

# %% [markdown]
# ## Judging

# %% [markdown]
# ### Exercise 20.8 · How good, how sure, how far ahead
#
# *How sure?* Runs from different seeds are the sample, and it is small: the mean plus or minus $t\,s/\sqrt n$, with the
# standard deviation $s$ (divided by $n-1$) and the quantile $t$ of Student's distribution with $n-1$ degrees of freedom
# (`stats.t.ppf`) that leaves `level` in the middle.
#
# *How good just now?* A curve is smoothed by the mean of the last `width` points, this one among them, or of as many
# as there are: it must not know what came later.
#
# *How far ahead?* A value foretells a return. What the return was, is known afterwards: from each step to its
# episode's end, with a discount.

# %%
lab.predict(
    "20.8",
    "The network plays as well as it can, but its hand slips: with chance 0.25 a step "
    "brings any action instead. Beside the returns that then come, its values are",
    choices=["higher", "about alike", "lower"],
)


# %%
def confidence(scores, level=0.95):
    """Mean over runs, and how far it may be off.

    Args:
        scores: (runs, points), at least two runs.
        level: between 0 and 1.

    Returns:
        (mean, half): arrays (points,); the interval is mean - half to mean + half.

    >>> mean, half = confidence([[1.0, 5.0], [3.0, 5.0]], level=0.5)
    >>> mean, np.round(half, 6)
    (array([2., 5.]), array([1., 0.]))
    """
    ### BEGIN SOLUTION
    scores = np.asarray(scores, float)
    n = len(scores)
    t = stats.t.ppf((1 + level) / 2, n - 1)
    return scores.mean(axis=0), t * scores.std(axis=0, ddof=1) / np.sqrt(n)
    ### END SOLUTION


def trailing(scores, width):
    """Mean of the last points, at each point.

    Args:
        scores: (n,), n at least 1.
        width: 1 or more, also more than n.

    Returns:
        float array (n,).

    >>> trailing([2.0, 4.0, 9.0, 5.0], 2)
    array([2. , 3. , 6.5, 7. ])
    """
    ### BEGIN SOLUTION
    ends = range(1, len(scores) + 1)
    return np.array([np.mean(scores[max(0, end - width) : end]) for end in ends])
    ### END SOLUTION


def discounted_returns(rewards, ended, discount):
    """What was still to come, at each step of several episodes in a row.

    Args:
        rewards: (t,), the reward that each step brought.
        ended: bool (t,), True in the last step of an episode; the last is True.
        discount: from 0 to 1; a reward k steps later counts discount**k.

    Returns:
        float array (t,), each step's own reward included.

    >>> discounted_returns([0.0, 4.0, 8.0], [False, True, True], 0.5)
    array([2., 4., 8.])
    """
    ### BEGIN SOLUTION
    out, after = np.zeros(len(rewards)), 0.0
    for t in range(len(rewards) - 1, -1, -1):
        after = rewards[t] + (0.0 if ended[t] else discount * after)
        out[t] = after
    return out
    ### END SOLUTION


# %%
check("20.8")

# %%
ahead = [studies.foresight(rally) for rally in rallies]
with lab.needs("20.8"):
    lab.show(figures.curves(ablation, pole, confidence, trailing))
    means, size = {}, lab.pick(6_000, 2_500)
    for hand, slip in (("steady", 0.0), ("slipping", 0.25)):
        film = studies.film(player, size, slip=slip, seed=lab.seed)
        came = discounted_returns(film.rewards, film.ended, studies.PLAYER.discount)
        means[hand] = film.value.mean(), came.mean()
    lab.show(figures.foresight(rallies[0], ahead, film.value, came))
    said, got = means["slipping"]
    truth = "a" if said > 1.1 * got else "c" if said < 0.9 * got else "b"
    told = [
        f"{hand} hand: expects {s:.2f}, gets {g:.2f}" for hand, (s, g) in means.items()
    ]
    lab.reveal("20.8", truth, "; ".join(told))

# %% [markdown]
# Even with a steady hand the values are too hopeful; of slips they know nothing, for a target takes the best next action.
#
# Nobody labelled a frame as lost. The number is the discounted count of bricks that the network still expects, and it learned it backwards,
# one target at a time, from the frames in which a ball was gone.
#
# How does it sort what it sees? Its last hidden layer, laid out by t-SNE (lab 10): each dot is a frame, and its colour the value.

# %%
frames = studies.film(player, lab.pick(2_000, 350), seed=lab.seed + 1).observations
lab.show(figures.map_of_states(player, frames, seed=lab.seed))

# %% [markdown]
# ## Play against it
#
# The left field is yours: arrow keys, or the buttons. On the right the network plays from the same start. Below both stand its
# values of left, stay and right, for your field as for its own: watch them when your ball comes down far from your paddle.

# %%
rl.Duel(player)

# %% [markdown]
# Now you can say what the number at the top was: $\max_a Q(s,a)$, learned from rewards (20.3, 20.4) that were remembered (20.2) and met by
# trying (20.1), towards targets that stood still (20.5), with nothing but pixels for a state (20.7). It falls when no
# action is left that would reach the ball.

# %% [markdown]
# ## Go further
#
# - Learn Catch doubly: `rl.learn(rl.Catch, studies.CATCH.but(double=True))`. Do the values come closer to the returns?
# - Count a lost ball as -1. Does the agent play safer, or only say lower numbers?
# - How small may the memory be? Try 100 and 1,000 transitions.
# - Keep epsilon high, `studies.BREAKOUT.but(last=0.3)`. Do its values come down to what a slipping hand gets?

# %% [markdown]
# ## Receipt

# %%
in_keras = None if lab.fast else studies.catch_in_keras(lab.seed)
measured = {
    "pole": solved,
    "ablation": ablation["ends"],
    "hope": hope,
    "keras": gaps[-1],
    "catch in Keras": in_keras,
    "table": table_gap,
    "frames": right,
    "ahead": ahead,
}
lab.receipt(figures.receipt(measured, ablation["world"], fast=lab.fast), seeds=SEEDS)
