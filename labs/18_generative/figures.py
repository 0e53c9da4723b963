"""The pictures of lab 18 and what is counted on them, and the loops around a student's functions."""

import numpy as np
from scipy.special import rel_entr
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from coursekit.generative import log_gaussian
from coursekit.plots import GREY, PALETTE, subplots
from coursekit.plots.images import draw_image


def _rows_of_digits(rows, titles, columns=12):
    """Rows of digits, each with a title at its left."""
    figure, axes = subplots(len(rows), columns, size=(9, 0.78 * len(rows)))
    for line, images, title in zip(np.atleast_2d(axes), rows, titles, strict=True):
        for ax, image in zip(line, images[:columns], strict=True):
            draw_image(ax, np.reshape(image, (28, 28)), limits=(0, 1))
        line[0].set_ylabel(title, rotation=0, ha="right", va="center", fontsize=9)
    return figure


def entries(people, averages):
    """Twelve images of each of two entries."""
    figure = _rows_of_digits([people, averages], ["entry A", "entry B"])
    return figure, (
        "Two rows of twelve digits. Those of entry A are crisp and all different; those of entry B "
        "are digits, too, but soft, with grey edges."
    )


# 18.1 ---------------------------------------------------------------------------------


def spread_ratios(two_slopes, sizes, seed=0, draws=20_000):
    """Variance of the score function's estimates over that of those through the draw, for the
    square length of z in several numbers of axes."""
    rng, ratios = np.random.default_rng(seed), {}
    for d in sizes:
        noise = rng.normal(size=(draws, d))
        through, score = two_slopes(
            lambda z: np.sum(np.asarray(z) ** 2, axis=1),
            lambda z: 2 * np.asarray(z),
            np.ones(d),
            np.zeros(d),
            noise,
        )
        ratios[d] = float(np.var(score, axis=0).mean() / np.var(through, axis=0).mean())
    return ratios


def spread(ratios):
    """How many times the draws that the score function needs, by number of axes."""
    figure, ax = subplots(size=(6, 3.2))
    ax.loglog(list(ratios), list(ratios.values()), "o-", color=PALETTE[1])
    ax.axhline(1, color=GREY, lw=1)
    ax.set(xlabel="axes of z", ylabel="times as many draws")
    ax.set_xticks(list(ratios), [str(d) for d in ratios])
    first, *_, last = ratios.values()
    return figure, (
        f"A rising line on two logarithmic axes: how many times as many draws the score function "
        f"needs, {first:.0f} with one axis, {last:,.0f} with {list(ratios)[-1]}."
    )


# 18.2 ---------------------------------------------------------------------------------


def nats_by_draws(vae, rows, log_bernoulli, bounds, counts, seed=0):
    """Mean ELBO and mean weighted bound over images, for several numbers of draws each."""
    rng, (mean, log_variance) = np.random.default_rng(seed), vae.propose(rows)
    found = {k: [] for k in counts}
    for start in range(0, len(rows), 20):
        part = slice(start, start + 20)
        centre, width = mean[part], log_variance[part]
        z = centre + np.exp(0.5 * width) * rng.normal(size=(counts[-1], *centre.shape))
        seen = log_bernoulli(rows[part], vae.logits(z))
        log_joint = seen + log_gaussian(z, 0.0, 0.0)
        log_q = log_gaussian(z, centre, width)
        for k in counts:
            found[k].append(np.stack(bounds(log_joint[:k], log_q[:k])))
    return {
        k: tuple(float(v) for v in np.concatenate(p, axis=1).mean(axis=1))
        for k, p in found.items()
    }


def bound(nats):
    """ELBO and weighted bound by number of draws."""
    figure, ax = subplots(size=(6, 3.2))
    ks = list(nats)
    for which, name, marker in (
        (0, "mean of log w (ELBO)", "s"),
        (1, "log of mean w", "o"),
    ):
        ax.plot(
            ks,
            [nats[k][which] for k in ks],
            marker,
            ls="-",
            color=PALETTE[which],
            label=name,
        )
    ax.set(xscale="log", xlabel="draws of z for each image", ylabel="nats an image")
    ax.set_xticks(ks, [str(k) for k in ks])
    ax.legend(fontsize=8)
    return figure, (
        f"Two lines over the number of draws. The ELBO stays near {nats[ks[-1]][0]:.0f} nats; the "
        f"weighted bound begins there and rises to {nats[ks[-1]][1]:.0f} nats at {ks[-1]} draws."
    )


def drawn(right, slip):
    """New digits of a VAE, and of one whose losses do not match."""
    figure = _rows_of_digits([right, slip], ["VAE", "with the slip"])
    return figure, (
        "Two rows of twelve images. The first holds soft digits, or the beginnings of digits, all "
        "different. In the second all twelve images are the same grey cloud."
    )


# 18.3 ---------------------------------------------------------------------------------


def best_critics(best_critic, value):
    """Two densities, and what the best critic says, for three generators."""
    figure, axes = subplots(1, 3, size=(10, 3), sharey=True)
    x = np.linspace(-5, 7, 241)
    cell = x[1] - x[0]
    for ax, centre in zip(axes, (4.0, 1.5, 0.0), strict=True):
        p, q = norm.pdf(x), norm.pdf(x, centre)
        critic = np.asarray(best_critic(p, q), float)
        ax.fill_between(x, p, color=PALETTE[0], alpha=0.3, label="real, p")
        ax.fill_between(x, q, color=PALETTE[1], alpha=0.3, label="generator, q")
        ax.plot(x, critic, color="black", label="best critic")
        climbed = value(p * cell, q * cell, critic)
        ax.set(xlabel="place", title=f"value {climbed:.2f}")
    axes[0].set_ylabel("density; what the critic says")
    axes[0].legend(fontsize=7)
    return figure, (
        "Three pictures of two hills and a critic's curve. Hills far apart: the curve is a steep "
        "step from 1 to 0 between them. Closer: a gentle slope. Hills on one another: a flat line "
        "at one half, and the lowest value."
    )


def two_losses(generator_loss):
    """Both losses of the generator and their steepness, by what the critic says."""
    figure, axes = subplots(1, 2, size=(9, 3))
    logits = np.linspace(-8, 8, 81)
    for place, (name, saturating) in enumerate(
        (("log(1 - D)", True), ("-log D", False))
    ):
        both = [generator_loss([v], saturating) for v in logits]
        line = {"color": PALETTE[place], "ls": ("-", "--")[place], "label": name}
        axes[0].plot(logits, [loss for loss, _ in both], **line)
        steep = [abs(float(np.ravel(slopes)[0])) for _, slopes in both]
        axes[1].plot(logits, steep, **line)
    axes[0].set(xlabel="logit that the critic gives to a fake", ylabel="loss")
    axes[1].set(
        xlabel="logit that the critic gives to a fake", ylabel="size of the slope"
    )
    axes[0].legend(fontsize=8)
    return figure, (
        "Left, both losses fall as the critic's logit grows. Right, the size of their slopes: that "
        "of log(1 - D) is 0 where the critic is sure of a fake, and 1 where it is fooled; that of "
        "-log D is the other way round."
    )


# 18.4 ---------------------------------------------------------------------------------


def values_apart(*distances):
    """Value of the best critic between two bumps at several distances."""
    return [2 * _divergence(d) - np.log(4) for d in distances]


def _divergence(distance):
    """Jensen-Shannon divergence of two bumps of spread 0.5, on a grid."""
    x = np.linspace(-5, distance + 5, 4001)
    p, q = norm.pdf(x, 0, 0.5), norm.pdf(x, distance, 0.5)
    p, q = (
        np.where(d > 1e-200, d, 0) / d.sum() for d in (p, q)
    )  # halves of less are 0
    middle = (p + q) / 2
    return float(np.sum(rel_entr(p, middle) + rel_entr(q, middle)) / 2)


def apart(wasserstein, seed=0):
    """Two distances of bumps that move apart."""
    rng, distances = np.random.default_rng(seed), np.linspace(0, 8, 33)
    one, other = rng.normal(0, 0.5, (2, 1000))
    carried = [wasserstein(one, other + d) for d in distances]
    divergence = [_divergence(d) for d in distances]
    figure, ax = subplots(size=(6, 3.2))
    ax.plot(
        distances,
        carried,
        color=PALETTE[0],
        label="Wasserstein, from 1,000 points each",
    )
    ax.plot(
        distances,
        divergence,
        "--",
        color=PALETTE[1],
        label="Jensen-Shannon: (value + log 4) / 2",
    )
    ax.set(xlabel="distance of the two centres", ylabel="distance of the two bumps")
    ax.legend(fontsize=8)
    return figure, (
        "Two curves over the distance of two bumps. The Jensen-Shannon divergence rises to log 2 and "
        "is flat from a distance of about 3; the Wasserstein distance goes on rising as a straight "
        "line."
    )


def run(kind, game, centres, counts):
    """Points of a generator at several rounds, and how many lie in each bump over time."""
    figure, axes = subplots(
        2,
        len(game.at),
        size=(1.5 * len(game.at), 3.4),
        height_ratios=[1.3, 1],
        squeeze=False,
    )
    for ax, points, done in zip(axes[0], game.shots, game.at, strict=True):
        ax.scatter(*centres.T, s=60, color=GREY, alpha=0.5, lw=0)
        ax.scatter(*points[::2].T, s=2, color=PALETTE[0 if kind == "GAN" else 2])
        ax.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", xticks=[], yticks=[])
        ax.set_title(f"round {done}", fontsize=8)
    for ax, row in zip(axes[1], counts, strict=True):
        ax.bar(range(8), row, color=[PALETTE[1] if n >= 10 else GREY for n in row])
        ax.axhline(len(game.shots[0]) / 8, color="black", ls=":", lw=0.8)
        ax.set(ylim=(0, len(game.shots[0]) / 4), xticks=[], yticks=[])
    axes[0][0].set_ylabel(kind)
    axes[1][0].set_ylabel("points by bump", fontsize=8)
    visited = ", ".join(
        str(int(np.sum(row >= len(game.shots[0]) / 100))) for row in counts
    )
    return figure, (
        f"{kind}, from left to right over the rounds: above, the generator's points over eight grey "
        f"spots on a ring; below, bars of how many lie in each. Bumps visited: {visited}."
    )


# 18.5 ---------------------------------------------------------------------------------


def on_their_bump(points, order, centres):
    """Of 100 points, how many lie nearest to the bump that was ordered, and within 0.5 of it."""
    away = np.linalg.norm(points[:, None] - centres, axis=-1)
    hit = (away.argmin(axis=1) == order) & (away.min(axis=1) < 0.5)
    return 100 * float(hit.mean())


def told(shares):
    """Shares of 100 in words."""
    return "of 100, " + ", ".join(
        f"{name}: {share:.0f}" for name, share in shares.items()
    )


def classes(made, centres):
    """Points by the bump that was ordered, for each way to tell."""
    shares = {name: on_their_bump(*run, centres) for name, run in made.items()}
    figure, axes = subplots(1, len(made), size=(4 * len(made), 3.8))
    markers = "os^vDPX*"
    for ax, (name, (points, order)) in zip(axes, made.items(), strict=True):
        for k, centre in enumerate(centres):
            ax.text(*(1.4 * centre), str(k), ha="center", va="center", fontsize=9)
            mine = points[order == k]
            colour = PALETTE[k % len(PALETTE)]
            ax.scatter(*mine.T, s=7, marker=markers[k], color=colour, alpha=0.7, lw=0)
        ax.set(xlim=(-3.4, 3.4), ylim=(-3.4, 3.4), aspect="equal", xticks=[], yticks=[])
        ax.set_title(name, fontsize=10)
    return figure, (
        "Two pictures of points around a ring of eight numbered places, in a colour and form for "
        f"each number that was ordered. Points at their own number, {told(shares)}."
    )


def _pictures(pairs, columns):
    """Rows of small colour pictures with titles."""
    rows = -(-len(pairs) // columns)
    figure, axes = subplots(
        rows, columns, size=(1.6 * columns, 1.75 * rows), squeeze=False
    )
    for ax in axes.flat:
        ax.axis("off")
    for ax, (picture, title) in zip(axes.flat, pairs, strict=False):
        ax.axis("on")
        draw_image(ax, np.asarray(picture, float))
        ax.set_title(title, fontsize=8)
    return figure


def _short(caption):
    for old, new in (
        ("a large ", ""),
        (" left of ", "\nleft of "),
        (" above ", "\nabove "),
    ):
        caption = caption.replace(old, new)
    return caption


def captioned(unseen, painted, columns=6):
    """Real scenes above, and paintings of the same captions below."""
    real = [(unseen.images[i], _short(unseen.captions[i])) for i in range(columns)]
    figure = _pictures([*real, *((painted[i], "") for i in range(columns))], columns)
    return figure, (
        "Six small scenes of two coloured shapes each, under captions such as "
        f"{unseen.captions[0]!r}; below each what the painter made of the same caption."
    )


def ordered(captions, painted):
    """Paintings of captions side by side."""
    figure = _pictures(
        [(p, _short(c)) for p, c in zip(painted, captions, strict=True)], 6
    )
    return (
        figure,
        f"{len(captions)} paintings, each from noise of its own, of: {captions[0]}.",
    )


def readings(read):
    """What the reader finds in real scenes and in paintings, beside chance."""
    figure, ax = subplots(size=(6.5, 3))
    parts = list(read["real"])
    for place, (who, colour) in enumerate(
        zip(read, (PALETTE[0], PALETTE[1], GREY), strict=True)
    ):
        heights = [read[who][part] for part in parts]
        ax.bar(
            np.arange(3) + 0.27 * (place - 1), heights, 0.25, color=colour, label=who
        )
    ax.set(ylim=(0, 105), ylabel="found right, %")
    ax.set_xticks(range(3), parts)
    ax.legend(fontsize=8, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    told = "; ".join(
        f"{part}: real {read['real'][part]:.0f}, painted {read['painted'][part]:.0f}"
        for part in parts
    )
    return (
        figure,
        f"Bars in per cent of what a reader finds right, beside chance. {told}.",
    )


# 18.6 ---------------------------------------------------------------------------------


_SHARES = (0, 25, 50, 75, 90, 95, 98, 99)


def errors_by_cut(net, cut, x_test, y_test, shares=_SHARES):
    """Test error in per cent after each share of the weights, in per cent, is cut."""
    mean, rho = net.flat()
    errors = {}
    for share in shares:
        left = cut(mean, rho, round(share / 100 * len(mean)))
        said = net.logits(left, x_test).argmax(axis=1)
        errors[share] = 100 * float(np.mean(said != y_test))
    return errors


def cut_before_doubling(errors):
    """The largest share whose test error is at most twice that of the whole network, and a
    sentence."""
    limit = 2 * max(errors[0], 0.1)
    said = ", ".join(f"{share} %: {error:.2f}" for share, error in errors.items())
    return max(
        s for s, error in errors.items() if error <= limit
    ), f"test errors in %: {said}"


def pruned(errors, mean, rho):
    """Test error by share of weights cut, and how signal to noise is spread."""
    figure, axes = subplots(1, 2, size=(9.5, 3.2))
    axes[0].plot(range(len(errors)), list(errors.values()), "o-", color=PALETTE[0])
    axes[0].set_xticks(range(len(errors)), [str(share) for share in errors])
    axes[0].set(xlabel="weights cut, %", ylabel="test error, %", yscale="log")
    strength = np.maximum(np.abs(mean) / np.logaddexp(0, rho), 1e-4)
    edges = np.geomspace(strength.min(), 1.01 * strength.max(), 61)
    axes[1].hist(strength, edges, color=PALETTE[1])
    axes[1].axvline(1, color="black", ls=":", lw=0.8)
    below = f"{np.mean(strength < 1):.0%} of the weights are below 1"
    axes[1].set(xscale="log", xlabel="signal to noise of a weight", ylabel="weights")
    axes[1].set_title(below, fontsize=9)
    told = ", ".join(f"{share} % cut: {error:.1f}" for share, error in errors.items())
    return figure, (
        f"Left, the test error in per cent over the share of weights that are cut. {told}. Right, "
        f"how signal to noise is spread over the weights, on a logarithmic axis; {below}."
    )


def area(doubts, new):
    """Area under the ROC curve of doubt for the kinds that were never seen."""
    return float(roc_auc_score(new, doubts))


def doubts(values, new, images):
    """How doubt is spread over known and unseen digits, and the digits of most doubt."""
    figure, axes = subplots(1, 2, size=(9.5, 3), width_ratios=[1.3, 1])
    edges = np.linspace(0, max(float(np.max(values)), 1e-3), 30)
    for group, name, colour in (
        (~new, "0 to 7", PALETTE[0]),
        (new, "8 and 9", PALETTE[1]),
    ):
        kept = np.asarray(values)[group]
        axes[0].hist(kept, edges, density=True, alpha=0.6, color=colour, label=name)
    axes[0].set(xlabel="doubt, nats", ylabel="density", yscale="log")
    axes[0].legend(fontsize=8)
    most = np.argsort(values)[::-1][:18]
    middle = [float(np.median(np.asarray(values)[group])) for group in (~new, new)]
    sheet = (
        np.reshape(images[most], (3, 6, 28, 28)).transpose(0, 2, 1, 3).reshape(84, 168)
    )
    draw_image(axes[1], sheet, title="the 18 digits of most doubt", limits=(0, 1))
    return figure, (
        f"Left, how doubt is spread, two heaps of bars: half of the digits 0 to 7 are below "
        f"{middle[0]:.3f} nats, half of the unseen 8 and 9 below {middle[1]:.3f}. Right, the 18 "
        f"digits of most doubt; {int(new[most].sum())} of them are 8 or 9."
    )


# 18.7 ---------------------------------------------------------------------------------


def gaps(damage, shape, seed=0):
    """For each damage, both sides of what makes an adjoint, with random pictures."""
    rng, lines = np.random.default_rng(seed), []
    for name, case in damage.items():
        x, y = rng.normal(size=shape), rng.normal(size=np.shape(case.y))
        one, other = np.sum(case.forward(x) * y), np.sum(x * case.back(y))
        lines.append(f"{name}: <Ax, y> = {one:.6f}, <x, A'y> = {other:.6f}")
    return "\n".join(lines)


def wins(gained):
    """How often the second of two is better, and by how much."""
    said = ", ".join(
        f"{name} {best - classic:+.1f} dB" for name, (classic, best) in gained.items()
    )
    return sum(best > classic for classic, best in gained.values()), said


def restored(photograph, damage, results, gained):
    """What was seen, the classical picture, the loop's, and the truth, a row for each damage."""
    figure, axes = subplots(len(damage), 4, size=(9, 2.35 * len(damage)))
    for line, name in zip(axes, damage, strict=True):
        case, (classic, best) = damage[name], results[name]
        titles = (
            f"{name}: seen",
            f"{case.method}, {gained[name][0]:.1f} dB",
            f"one line and a network, {gained[name][1]:.1f} dB",
            "truth",
        )
        pictures = case.y, classic, best, photograph
        for ax, picture, title in zip(line, pictures, titles, strict=True):
            draw_image(ax, picture, title=title, limits=(0, 1))
    told = "; ".join(
        f"{name}: {damage[name].method} {c:.1f}, the loop {b:.1f}"
        for name, (c, b) in gained.items()
    )
    return figure, (
        "Four rows for four kinds of damage to one photograph: noise, holes, half the size, blur. In "
        f"each what was seen, two restorations, and the truth. Decibels: {told}."
    )


# 18.8 ---------------------------------------------------------------------------------


def board(scores, entries):
    """The leaderboard: score of each entry, and some of its images."""
    names = sorted(scores, key=lambda name: -scores[name][1])
    figure, axes = subplots(
        len(names), 2, size=(9, 0.9 * len(names)), width_ratios=[1, 1.6]
    )
    low = min(0, min(scores[name][1] for name in names))
    high = max(scores[name][1] for name in names)
    for place, (line, name) in enumerate(zip(axes, names, strict=True), start=1):
        _, mean, error = scores[name]
        line[0].barh([0], [mean], color=PALETTE[1] if name == "people" else PALETTE[0])
        line[0].axvline(0, color="black", lw=0.8)
        line[0].set(xlim=(1.05 * low, 1.1 * high + 1), yticks=[], xticks=[])
        line[0].spines[:].set_visible(False)
        line[0].set_title(
            f"{place}. {name}: {mean:.0f} ± {error:.0f}", fontsize=9, loc="left"
        )
        sheet = np.reshape(entries[name][:10], (10, 28, 28)).transpose(1, 0, 2)
        draw_image(line[1], sheet.reshape(28, 280), limits=(0, 1))
    told = ", ".join(
        f"{place}. {n} {scores[n][1]:.0f}" for place, n in enumerate(names, start=1)
    )
    return (
        figure,
        f"A leaderboard in nats: {told}. Beside each bar ten images of the entry.",
    )


_THEIS, _MEMORY = "Theis et al. 2016, table 1", "stated from memory"
_BLUNDELL = "Blundell et al. 2015, 1200 units, all ten digits"
_CLAIMS = {
    "elbo 1": (
        "VAE: minus ELBO of binarised digits, nats",
        "",
        "",
    ),
    "weighted": (
        "VAE: minus weighted bound, nats",
        "Burda et al. 2016",
        "86.8, k = 5000",
    ),
    "ring GAN": (
        "bumps visited by a GAN",
        "Metz et al. 2017",
        "one after the other",
    ),
    "ring WGAN-GP": (
        "bumps visited by WGAN-GP",
        "Gulrajani et al. 2017",
        "its critic sees all 8",
    ),
    "ring GAN, critic ahead": ("the same GAN, its critic ahead", "", ""),
    "untouched": ("a critic's step moves the generator", "", "0"),
    "class both are told": ("ring, points on the bump ordered", "", ""),
    "class only the generator": (
        "the same, the critic is not told",
        "",
        "by chance 12.5",
    ),
    "real colour": ("reader on real scenes: colour", "", ""),
    "real shape": ("reader on real scenes: shape", "", ""),
    "real relation": ("reader on real scenes: relation", "", ""),
    "painted colour": (
        "text to image: colour found",
        "Reed et al. 2016",
        "birds, no such figure",
    ),
    "painted shape": (
        "text to image: shape found",
        "Reed et al. 2016",
        "birds, no such figure",
    ),
    "painted relation": (
        "text to image: relation found",
        "Reed et al. 2016",
        "no such figure",
    ),
    "cut 0": (
        "Bayes by backprop: test error",
        _BLUNDELL,
        "1.32 %; 1.24 % in the table of cuts",
    ),
    "cut 75": ("error with 75 % of the weights cut", _BLUNDELL, "1.24 %"),
    "cut 95": ("error with 95 % of the weights cut", _BLUNDELL, "1.29 %"),
    "cut 98": ("error with 98 % of the weights cut", _BLUNDELL, "1.39 %"),
    "doubt": ("AUC of doubt for unseen 8 and 9", "", ""),
    "denoise": (
        "denoise: loop against TV",
        "Zhang et al. 2017",
        "+0.6 dB against BM3D",
    ),
    "in-paint": ("in-paint: loop against biharmonic", "", ""),
    "super-resolve": (
        "super-resolve x2: loop against bicubic",
        "SRCNN, Dong et al. 2014",
        "+2.7 dB on Set5",
    ),
    "deblur": ("deblur: loop against Wiener", "", ""),
    "board people": (
        "Parzen score of real training digits",
        _THEIS,
        "true data 243 +- 2",
    ),
    "board averages": ("Parzen score of k-means centres", _THEIS, "313 +- 2"),
    "board VAE": ("Parzen score of a VAE", _THEIS, "GAN 225 +- 2, DBN 138 +- 2"),
    "board VAE with the slip": ("Parzen score of one grey digit", "", ""),
}


def receipt(measured, kind, rounds):
    """Rows for `lab.receipt`."""
    rows = []
    for key, value in measured.items():
        name = "weighted" if key.startswith("weighted") else key
        if name not in _CLAIMS:
            continue
        claim, source, stated = _CLAIMS[name]
        of_digits = name.startswith(("elbo", "weighted", "board", "cut", "doubt"))
        notes = [kind] if of_digits else []
        notes += [f"{key.split()[1]} draws"] if name == "weighted" else []
        notes += ["a CNN on 0 to 7"] if name.startswith("cut") else []
        notes += [f"{rounds} rounds"] if name.startswith("ring") else []
        notes += [f"{rounds // 2} rounds"] if name.startswith("class") else []
        notes += [_MEMORY] if stated and source else []
        row = {"claim": claim, "source": source, "stated": stated, "measured": value}
        rows.append(row | {"note": "; ".join(notes)})
    return rows
