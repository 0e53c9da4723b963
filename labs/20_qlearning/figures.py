"""The pictures of lab 20 and what is seen on them."""

import numpy as np

from coursekit.plots import GREY, PALETTE, subplots

ACTIONS = ("left", "stay", "right")
SIGNS = ("\N{LEFTWARDS ARROW}", "\N{MIDDLE DOT}", "\N{RIGHTWARDS ARROW}")
_BRICK, _BALL, _TRAIL, _PADDLE = (
    (0.45, 0.53, 0.62),
    (1.0, 1.0, 1.0),
    (0.34, 0.34, 0.34),
    (0.9, 0.62, 0.0),
)


def _picture(observation):
    """A frame of Breakout (10, 10, 4) in colours."""
    out = np.full((10, 10, 3), 0.1)
    kinds = ((3, _BRICK), (2, _TRAIL), (1, _BALL), (0, _PADDLE))
    for channel, colour in kinds:
        out[np.asarray(observation)[..., channel] > 0] = colour
    return out


def _frame(ax, observation, title=""):
    ax.imshow(_picture(observation), interpolation="nearest")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_title(title, fontsize=9)


def last_frames(rally, count=12):
    """The last frames of a rally, each with its value below."""
    figure, axes = subplots(2, count // 2, size=(9, 3.7))
    for ax, k in zip(axes.flat, range(-count, 0), strict=True):
        _frame(ax, rally.observations[k], "the last frame" if k == -1 else "")
        ax.set_xlabel(f"{rally.value[k]:.2f}", fontsize=10)
    return figure, (
        f"{count} frames of a game on ten by ten fields, in two rows: bricks at the top, a bright "
        "ball with a grey one behind it, an orange paddle in the lowest row. Each has a number "
        f"below it. It begins at {rally.value[-count]:.2f} and ends at {rally.value[-1]:.2f}; in "
        "the last frame the ball is just above the lowest row, and the paddle is elsewhere."
    )


def exploring(action_chances, epsilon_at):
    """Chances of three actions at some epsilons, and epsilon over the steps."""
    figure, axes = subplots(1, 2, size=(8.5, 2.8))
    q, at = np.array([[0.2, 1.0, 0.5]]), np.arange(3)
    for place, epsilon in enumerate((0.0, 0.2, 1.0)):
        chances = np.asarray(action_chances(q, epsilon))[0]
        shade = PALETTE[place]
        label = f"\N{GREEK SMALL LETTER EPSILON} = {epsilon:g}"
        axes[0].bar(at + 0.27 * (place - 1), chances, 0.25, color=shade, label=label)
    names = [f"{name}\nQ = {v:g}" for name, v in zip(ACTIONS, q[0], strict=True)]
    axes[0].set_xticks(at, names)
    axes[0].set(ylabel="chance of the action", ylim=(0, 1.05))
    axes[0].legend(fontsize=8)
    steps = np.arange(0, 1_001, 10)
    curve = [epsilon_at(int(step), 1.0, 0.05, 500) for step in steps]
    axes[1].plot(steps, curve, color=PALETTE[0])
    label = "\N{GREEK SMALL LETTER EPSILON}"
    axes[1].set(xlabel="step", ylabel=label, ylim=(0, 1.05))
    return figure, (
        "Left, bars of the chances of three actions: with epsilon 0 all lies on the best one, "
        "with 0.2 the two others get a little each, with 1 all three bars are alike. Right, "
        "epsilon falls in a straight line from 1 to 0.05 and stays there."
    )


def neighbours(batches, alike, when):
    """Angles of neighbouring rows against each other, and which step sits in which row."""
    figure, axes = subplots(1, 3, size=(10, 3.1))
    for ax, (name, angle), colour in zip(axes, batches.items(), PALETTE, strict=False):
        shown = angle[:600]
        ax.plot(shown[:-1], shown[1:], ".", ms=3, color=colour)
        ax.set(xlabel="angle in a row, rad", ylabel="angle in the next row, rad")
        ax.set_title(f"{name}: correlation {alike[name]:.2f}", fontsize=9)
    axes[2].plot(when, color=GREY)
    axes[2].set(xlabel="row of the memory", ylabel="step that is kept there")
    axes[2].set_title("the ring at the end", fontsize=9)
    return figure, (
        "Left, angles of the pole in neighbouring steps lie along the diagonal. Middle, angles in "
        "neighbouring rows drawn from memory make a cloud without a direction. Right, the steps "
        "that sit in the memory's thousand rows: all from the last thousand, rising, with at most "
        "one jump."
    )


def endless(worth):
    """Value of a balanced pole over its steps, with a limit told as a clock and as an end."""
    figure, ax = subplots(size=(7, 2.8))
    for (name, value), colour in zip(worth.items(), PALETTE, strict=False):
        ax.plot(value, color=colour, label=f"step 500 told as {name}")
    ax.set(xlabel="step of the episode", ylabel="value of the state", ylim=(0, 108))
    ax.legend(fontsize=8, loc="lower left")
    return figure, (
        "Two curves over 500 steps. With the limit told as a clock the value is the same at every "
        f"step, {worth['a clock'][0]:.1f}. Told as an end, it bends down over the last two hundred "
        f"steps and reaches {worth['an end'][-1]:.0f} in the last."
    )


def huber(chosen_loss, gaps):
    """The loss and its slope over the error, and how far NumPy and Keras come apart."""
    figure, axes = subplots(1, 2, size=(8.5, 2.8))
    errors = np.linspace(-3, 3, 121)
    found = [
        chosen_loss(np.array([[0.0, e, 5.0]]), np.array([1]), np.zeros(1))
        for e in errors
    ]
    axes[0].plot(errors, [loss for loss, _ in found], color=PALETTE[0], label="loss")
    for column, name in ((1, "slope in the action taken"), (0, "slope in another")):
        rows = [np.asarray(slope)[0, column] for _, slope in found]
        axes[0].plot(errors, rows, color=PALETTE[2 - column], ls="--", label=name)
    axes[0].set(xlabel="value minus target")
    axes[0].legend(fontsize=8)
    axes[1].semilogy(np.maximum(gaps, 1e-9), color=PALETTE[0])
    axes[1].set(xlabel="step", ylabel="largest difference of values")
    axes[1].set_title("your slope in NumPy beside Keras", fontsize=9)
    return figure, (
        "Left, the loss over the error: a parabola between -1 and 1, straight lines outside; its "
        "slope rises from -1 to 1 and stays there, and is 0 for an action that was not taken. "
        f"Right, the difference between NumPy and Keras, at most {max(gaps):.0e}."
    )


def bias(targets, double_targets, seed=0):
    """Mean target where all actions are worth 0, over the number of actions."""
    from coursekit.rl import studies

    counts, found = (2, 4, 6, 10, 14, 20), {}
    for count in counts:
        given = {"actions": count, "seed": seed, "rows": 4_000}
        for name, value in studies.hopes(targets, double_targets, **given).items():
            found.setdefault(name, []).append(value)
    figure, ax = subplots(size=(7, 2.8))
    for (name, values), colour in zip(found.items(), PALETTE, strict=False):
        ax.plot(counts, values, "o", color=colour, label=name)
    fine = np.arange(2, 21)
    formula = [studies.expected_maximum(int(n)) for n in fine]
    ax.plot(fine, formula, color=GREY, lw=1, label="by formula")
    ax.axhline(0, color=GREY, ls=":", lw=1)
    ax.set_xticks(counts)
    ax.set(xlabel="actions, all worth 0", ylabel="mean target")
    ax.legend(fontsize=8)
    return figure, (
        "Dots of the mean target over the number of actions. With one network they lie on the "
        f"formula's curve, from {formula[0]:.2f} for two actions to {formula[-1]:.2f} for twenty; "
        "with two networks they lie at zero."
    )


def pole(runs, solved):
    """Tests of each run without chance, and what the network believed at their start."""
    figure, axes = subplots(1, 2, size=(9, 3))
    for run, colour, final in zip(runs, PALETTE, solved, strict=False):
        label = f"best: {final:.0f} in 100 new episodes"
        axes[0].plot(run.steps, run.scores, ".-", color=colour, label=label)
        axes[1].plot(run.steps, run.believed, ".-", color=colour)
    axes[0].axhline(475, color=GREY, ls="--", lw=1)
    axes[0].set(xlabel="steps", ylabel="steps that the pole is up", ylim=(0, 520))
    axes[1].axhline(100, color=GREY, ls="--", lw=1)
    axes[1].set(xlabel="steps", ylabel="value of the start")
    axes[0].legend(fontsize=8)
    told = ", ".join(f"{value:.0f}" for value in solved)
    return figure, (
        "Left, how long the pole stays up in tests without chance, over the steps of learning, "
        f"with a dashed line at 475; the best networks reach {told} in 100 new episodes. Right, "
        "what they believe a start to be worth, with a dashed line at 100."
    )


def without(ablation):
    """The score at the end of each run, with and without each part."""
    figure, ax = subplots(size=(8, 2.8))
    ends = ablation["ends"]
    for place, scores in enumerate(ends.values()):
        colour = PALETTE[0] if place == 0 else GREY
        ax.barh(place, np.mean(scores), color=colour, alpha=0.55)
        ax.plot(scores, [place] * len(scores), "o", color="black", ms=4)
    ax.set_yticks(range(len(ends)), list(ends))
    ax.invert_yaxis()
    ax.axvline(0, color=GREY, lw=1)
    ax.set(xlabel=f"{ablation['world']}, at the end")
    told = ", ".join(f"{name} {np.mean(scores):.2f}" for name, scores in ends.items())
    return figure, (
        f"Horizontal bars of the mean score at the end, a dot for each seed: {told}."
    )


def tables(grid, known, walked):
    """The best value and action of each field, by value iteration and by Q-learning."""
    figure, axes = subplots(1, 2, size=(9, 3.2))
    arrows = ("\N{UPWARDS ARROW}", SIGNS[2], "\N{DOWNWARDS ARROW}", SIGNS[0])
    height, width = grid.fields.shape
    for ax, name, q in zip(
        axes,
        ("value iteration", "Q-learning"),
        (np.asarray(known), np.asarray(walked)),
        strict=True,
    ):
        value = q.max(axis=1).reshape(height, width)
        hidden = np.isin(grid.fields, ["#", "+", "-"])
        ax.imshow(np.where(hidden, np.nan, value), cmap="cividis", vmin=-0.5, vmax=1)
        for row, column in np.ndindex(height, width):
            field = grid.fields[row, column]
            best = arrows[int(q[row * width + column].argmax())]
            text = {"#": "wall", "+": "+1", "-": "-1"}.get(field)
            text = text or f"{best}\n{value[row, column]:.2f}"
            dark = field in "#+-" or value[row, column] > 0.45
            colour = "black" if dark else "white"
            ax.text(
                column, row, text, ha="center", va="center", color=colour, fontsize=9
            )
        ax.set_xticks([])
        ax.set_yticks([])
        ax.set_title(name, fontsize=10)
    return figure, (
        "Two grids of three by four fields, by value iteration and by Q-learning. Each field shows "
        "its best action as an arrow and its value. Values grow towards the good end at the upper "
        "right; arrows lead there, and away from the bad end below it."
    )


def motion(film, difference, right):
    """A frame, the next one, their difference, and how often each picture tells the direction."""
    inside = (film.side != 0) & ~film.starts
    bricks = film.frames[:, 4:8].max(axis=(1, 2)) == 255  # the ball is in the open
    t = int(np.flatnonzero(inside & bricks)[0])
    figure, axes = subplots(1, 4, size=(10, 2.6))
    for ax, k, name in zip(axes, (t - 1, t), ("before", "now"), strict=False):
        ax.imshow(film.frames[k], cmap="gray", vmin=0, vmax=255)
        ax.set_title(name, fontsize=9)
    axes[2].imshow(np.asarray(difference)[t], cmap="RdBu", vmin=-255, vmax=255)
    axes[2].set_title("difference", fontsize=9)
    for ax in axes[:3]:
        ax.set_xticks([])
        ax.set_yticks([])
    axes[3].bar(range(len(right)), [100 * v for v in right.values()], color=PALETTE[0])
    names = [name.replace(" ", "\n") for name in right]
    axes[3].set_xticks(range(len(right)), names, fontsize=8)
    axes[3].axhline(50, color=GREY, ls="--", lw=1)
    axes[3].set(ylabel="direction told, %", ylim=(0, 105))
    told = ", ".join(f"{name} {share:.0%}" for name, share in right.items())
    return figure, (
        "Two grey frames of Breakout in a row, and their difference, in which only what moved is "
        "left: the ball blue where it is and red where it was. At the right, bars of how often a "
        f"linear classifier tells the ball's direction: {told}."
    )


def curves(ablation, runs, confidence, trailing):
    """Tests with intervals over seeds, and one training curve with its running mean."""
    figure, axes = subplots(1, 2, size=(10, 3.4))
    styles = ("-", "--", ":", "-.", (0, (1, 4)))
    for (name, own), colour, style in zip(
        ablation["runs"].items(), PALETTE, styles, strict=False
    ):
        mean, half = (
            np.asarray(v) for v in confidence(np.array([run.scores for run in own]))
        )
        steps = own[0].steps
        axes[0].plot(steps, mean, color=colour, ls=style, label=name)
        axes[0].fill_between(steps, mean - half, mean + half, color=colour, alpha=0.12)
    scores = np.concatenate(
        [run.scores for own in ablation["runs"].values() for run in own]
    )
    room = np.ptp(scores) / 2 + 0.1
    axes[0].set(xlabel="steps", ylabel=ablation["world"])
    axes[0].set_ylim(scores.min() - room, scores.max() + room)
    axes[0].legend(fontsize=7)
    count = len(next(iter(ablation["runs"].values())))
    axes[0].set_title(f"mean of {count} seeds and its 95 % interval", fontsize=9)
    told = ""
    if runs:
        run = runs[0]
        axes[1].plot(run.played, run.totals, ".", ms=2, color=GREY, label="an episode")
        smooth = trailing(run.totals, 30)
        axes[1].plot(run.played, smooth, color=PALETTE[0], label="mean of the last 30")
        label = "tests without chance"
        axes[1].plot(run.steps, run.scores, "o", ms=4, color=PALETTE[1], label=label)
        until = np.searchsorted(run.played, run.steps, side="right") - 1
        above = np.sum(run.scores > np.asarray(smooth)[until])
        told = f", {above} of {len(run.scores)} above the line"
        axes[1].legend(fontsize=7)
    axes[1].set(xlabel="steps", ylabel="steps that the pole is up")
    axes[1].set_title("one run: training with chance, tests without", fontsize=9)
    return figure, (
        f"Left, mean scores of {count} seeds over the steps for five ways to learn, with bands of "
        "95 per cent intervals, which are wide with so few seeds. Right, the episodes of one run "
        "as grey dots, the mean of the last thirty as a line through them, and the tests without "
        f"chance as larger dots{told}."
    )


def foresight(rally, ahead, said, came):
    """The value along the first lost rally, how early it fell in all of them, and values against
    what came over many frames."""
    figure, axes = subplots(1, 3, size=(11, 3.1), width_ratios=(1.6, 1, 1.2))
    shown = min(60, len(rally.value))
    value, before = rally.value[-shown:], np.arange(-shown + 1, 1)
    axes[0].plot(before, value, color=PALETTE[0], label="value")
    hits = np.flatnonzero(rally.rewards[-shown:] > 0)
    axes[0].plot(before[hits], value[hits], "o", color=PALETTE[1], label="brick")
    axes[0].axvspan(-ahead[0] + 0.5, 0.5, color=GREY, alpha=0.25)
    half = rally.value.mean() / 2
    axes[0].axhline(half, color=GREY, ls="--", lw=1, label="half its mean")
    axes[0].set(xlabel="frames to the last one", ylabel="value")
    axes[0].legend(fontsize=7)
    axes[0].set_title("the game at the top", fontsize=9)
    counts = np.bincount(ahead)
    axes[1].bar(range(len(counts)), counts, color=PALETTE[0])
    axes[1].set(xlabel="last frames with a low value", ylabel="games")
    axes[1].set_title(f"{len(ahead)} games", fontsize=9)
    axes[2].plot(said, came, ".", ms=2, color=PALETTE[0])
    top = float(max(np.max(said), np.max(came)))
    axes[2].plot([0, top], [0, top], color=GREY, lw=1)
    axes[2].set(xlabel="value", ylabel="return that came")
    axes[2].set_title("a hand that slips", fontsize=9)
    return figure, (
        "Left, the value over the frames of the game at the top, with dots where a brick was hit; "
        f"in the last {ahead[0]} frames, which are shaded, it lies below the dashed line of half "
        f"its mean. Middle, for how many last frames that was so in {len(ahead)} games: "
        f"{np.median(ahead):.0f} in the middle. Right, the value of each frame of games with a hand "
        "that slips, against the return that came, with the diagonal."
    )


def map_of_states(player, observations, seed=0):
    """The last hidden layer by t-SNE, coloured by the value, with six frames."""
    from matplotlib.patheffects import withStroke
    from sklearn.manifold import TSNE

    hidden, value = player.hidden(observations), player(observations).max(axis=1)
    places = TSNE(2, perplexity=30, init="pca", random_state=seed).fit_transform(hidden)
    figure = subplots(1, 1, size=(9, 4.6))[0]
    figure.clear()
    left, right = figure.subfigures(1, 2, width_ratios=(1.7, 1))
    ax = left.subplots()
    dots = ax.scatter(*places.T, c=value, s=9, cmap="cividis")
    left.colorbar(dots, ax=ax, label="value")
    ax.set_xticks([])
    ax.set_yticks([])
    order = np.argsort(value)
    picks = order[np.linspace(0, len(order) - 1, 6).astype(int)]
    for ax_small, k, letter in zip(
        right.subplots(3, 2).flat, picks, "ABCDEF", strict=True
    ):
        _frame(ax_small, observations[k], f"{letter}: {value[k]:.2f}")
        mark = ax.text(*places[k], letter, fontsize=12, fontweight="bold", ha="center")
        mark.set_path_effects([withStroke(linewidth=3, foreground="white")])

    return figure, (
        "Left, a map of dots, one for each frame, coloured by value: dark and bright dots lie in "
        "regions of their own. Six letters mark frames that are shown at the right, from the "
        f"lowest value, {value.min():.2f}, to the highest, {value.max():.2f}."
    )


_MNIH = "Mnih et al. 2015, extended data table 3, quoted from memory"
_LINEAR = "Mnih et al. 2015, extended data table 4, quoted from memory"


def _shares(values):
    return ", ".join(f"{value:.2f}" for value in values)


def receipt(measured, world, *, fast):
    """Rows for `lab.receipt`.

    Args:
        measured: what came.
        world: the game of the comparison, and its score, in words.
        fast: whether trainings were too short for their claims.
    """
    short = "fast mode: too few steps" if fast else ""
    rows = [
        {
            "claim": "CartPole-v1: mean of 100 new episodes, for each seed",
            "source": "CleanRL, dqn.py",
            "stated": "488.7 +- 16.1 after 500,000 steps; 475 is solved",
            "measured": ", ".join(f"{value:.1f}" for value in measured["pole"])
            or "not run",
            "note": short or "the network that tested best in training, judged anew",
        }
    ]
    stated = {
        "all parts": "316.8",
        "no memory": "10.2",
        "no frozen targets": "240.7",
        "neither": "3.2",
        "no hidden layer": "3.0",
    }
    rows += [
        {
            "claim": f"{world}: {name}",
            "source": _LINEAR if name == "no hidden layer" else _MNIH,
            "stated": f"{stated[name]} (Atari's Breakout)",
            "measured": f"{np.mean(scores):.2f} ({_shares(scores)})",
            "note": "a game of our own; the order is what can be compared",
        }
        for name, scores in measured["ablation"].items()
    ]
    hope = measured["hope"]
    told = ", ".join(f"{name} {value:.3f}" for name, value in hope.items())
    rows.append(
        {
            "claim": "ten actions worth 0, opinions off by 1: the mean target",
            "source": "van Hasselt, Guez and Silver 2016",
            "stated": "the maximum is too hopeful, double Q-learning is not",
            "measured": told,
        }
    )
    rows.append(
        {
            "claim": "steps by hand in NumPy and in Keras: largest difference of values after "
            "the last",
            "measured": f"{measured['keras']:.0e}",
        }
    )
    in_keras = measured["catch in Keras"]
    rows.append(
        {
            "claim": "Catch learned with Keras's own steps: mean of 200 games",
            "stated": "1 is a catch each time",
            "measured": "not run" if in_keras is None else f"{in_keras:.2f}",
        }
    )
    rows.append(
        {
            "claim": "Q-learning on a grid finds value iteration's table: largest difference",
            "source": "Watkins and Dayan 1992",
            "stated": "equal in the limit",
            "measured": f"{measured['table']:.3f}",
        }
    )
    told = ", ".join(
        f"{name} {share:.0%}" for name, share in measured["frames"].items()
    )
    rows.append({"claim": "direction of the ball, told by a line", "measured": told})
    rows.append(
        {
            "claim": "the value is low for good before the ball is lost",
            "source": "Mnih et al. 2015, figure 2 of the extended data",
            "stated": "values follow the game",
            "measured": f"{np.median(measured['ahead']):.0f} frames, median of "
            f"{len(measured['ahead'])} games",
        }
    )
    return rows
