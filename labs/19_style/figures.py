"""The pictures of lab 19 and what is seen on them, and the measuring around them. Nothing here
answers an exercise."""

import numpy as np

from coursekit import style
from coursekit.plots import GREY, PALETTE, subplots, tidy
from coursekit.plots.images import draw_image


def opening(wall, side, steps, seed):
    """A photograph of a wall, and a wall made by a network."""
    rng = np.random.default_rng(seed + 77)
    bank = style.filter_bank(64 if side > 100 else 48, size=7, colours=1, seed=seed)
    targets = style.style_targets(bank, wall)
    start = rng.uniform(0.4, 0.5, (1, side, side, 1)).astype("float32")

    def slope(pictures):
        return style.through(pictures, bank, targets, style.style_loss)

    made, _ = style.descend(start, slope, style.cooling(steps))
    figure, axes = subplots(1, 2, size=(7, 3.6))
    draw_image(axes[0], wall[0, :side, :side], title="a photograph", limits=(0, 1))
    draw_image(axes[1], made[0], title="made out of noise", limits=(0, 1))
    return figure, (
        "Two grey pictures side by side. Left, a photograph of a brick wall: long bricks on end "
        "between pale joints. Right, a rougher picture of the same kind: grainy bricks between pale "
        "joints, some of them broken or crooked."
    )


def thrown(pictures, rng):
    """Pictures or features (n, h, w, c) with all places in random order, all channels alike."""
    n, h, w, c = pictures.shape
    order = rng.permutation(h * w)
    return pictures.reshape(n, h * w, c)[:, order].reshape(n, h, w, c)


def apart(one, other):
    """Distance of two arrays as a share of the size of the first."""
    one, other = np.asarray(one, float), np.asarray(other, float)
    return float(np.linalg.norm(one - other) / np.linalg.norm(one))


def three_grams(grams):
    """Gram matrices of the wall, of its features thrown about, and of its pixels thrown about."""
    figure, axes = subplots(1, 3, size=(9.5, 3.4))
    top = float(np.quantile(grams["wall"], 0.995))
    titles = ("the wall", "its features thrown about", "its pixels thrown about")
    for ax, matrix, title in zip(axes, grams.values(), titles, strict=True):
        ax.imshow(matrix, cmap="Blues", vmin=0, vmax=top)
        ax.grid(False)
        ax.set(xlabel="filter", title=title)
        ax.title.set_fontsize(9)
    axes[0].set_ylabel("filter")
    return figure, (
        "Three square tables of blue cells, one row and one column for each filter. The first two "
        "are the same, with dark and pale rows and columns; the third has another pattern and "
        "other strengths."
    )


def moved(shifts, places, together):
    """Content and style of a wall that is moved to the side, in units of a lawn in its place."""
    figure, axes = subplots(1, 2, size=(9, 3.4), sharey=True)
    styles = (("-", "o"), ("--", "s"), (":", "^"))
    for ax, curves, title in zip(
        axes, (places, together), ("content loss", "Gram matrices apart"), strict=True
    ):
        for scale, (curve, (line, marker)) in enumerate(
            zip(curves, styles, strict=True)
        ):
            name = f"blocks of {2**scale}x{2**scale}" if scale else "pixels"
            ax.plot(
                shifts,
                curve,
                line,
                marker=marker,
                ms=4,
                color=PALETTE[scale],
                label=name,
            )
        ax.axhline(1, color=GREY, lw=1)
        ax.set(xlabel="moved to the side, pixels", title=title)
    axes[0].set_ylabel("share of the lawn's")
    axes[0].legend(fontsize=8)
    return figure, (
        "Two panels of three curves, one for each scale, against how far the wall is moved; 1 is a "
        "lawn in its place. Left, the content loss jumps at the first pixels and swings with "
        "the width of the bricks. Right, the distance of the Gram matrices stays near 0."
    )


def slopes_beside(mine, theirs):
    """Slopes by hand against those of automatic differentiation."""
    figure, ax = subplots(size=(4.6, 3.6))
    pick = np.random.default_rng(0).permutation(np.size(mine))[:2000]
    x, y = (np.ravel(v)[pick] for v in (theirs, mine))
    ax.plot(x, y, ".", ms=3, color=PALETTE[0])
    ax.set(xlabel="slopes by automatic differentiation", ylabel="slopes by hand")
    ax.ticklabel_format(scilimits=(-2, 3))
    ax.locator_params(nbins=5)
    return figure, (
        "A cloud of two thousand points, slopes by hand against slopes by automatic "
        "differentiation: all lie on the diagonal."
    )


def out_of_noise(wall, noise, made, losses):
    """A wall, the noise, what became of two noises, and the loss."""
    figure, axes = subplots(1, 5, size=(12, 2.9), width_ratios=[1, 1, 1, 1, 1.2])
    side = noise.shape[1]
    shown = (wall[0, :side, :side], noise[0], made[0], made[1])
    titles = ("photograph", "noise", "made of it", "made of other noise")
    for ax, image, title in zip(axes, shown, titles, strict=False):
        draw_image(ax, image, title=title, limits=(0, 1))
    for column, (line, name) in enumerate((("-", "first"), ("--", "second"))):
        axes[4].semilogy(losses[:, column], line, color=PALETTE[column], label=name)
    axes[4].set(xlabel="step", title="style loss")
    axes[4].title.set_fontsize(9)
    axes[4].legend(fontsize=8)
    return figure, (
        "A photograph of a brick wall, a square of grey noise, and two made walls, rougher, with "
        "pale joints around grainy bricks, each laid in another way. Right, the style losses of both fall together "
        f"from {losses[0, 0]:.2f} to {losses[-1, 0]:.4f}."
    )


def strip(photo, canvas, mixtures, shares, left):
    """A photograph, five mixtures, and the style; below, what is left of the two losses."""
    figure, axes = subplots(1, 7, size=(13, 2.5))
    draw_image(axes[0], photo[0], title="content")
    for ax, image, share, (content, of_style) in zip(
        axes[1:6], mixtures, shares, np.transpose(left[:2]), strict=True
    ):
        draw_image(ax, image, title=f"content {share:.0%}")
        ax.set_xlabel(f"content {content:.2g}\nstyle {of_style:.2g}", fontsize=8)
    draw_image(axes[6], canvas[0], title="style")
    return figure, (
        "A strip of seven pictures: a photograph of a woman's face, five mixtures, and a canvas of "
        "blue and yellow brush strokes. From left to right the face turns from a blurred "
        "photograph to strokes that follow its forms, and is gone in the last."
    )


def six_kinds(textures, rebuilt, alike, scores, own):
    """Textures and a rebuilt photograph by six kinds of features, and how textures are judged."""
    figure, axes = subplots(3, 6, size=(12, 6.6), height_ratios=[1.4, 1.5, 1])
    for ax, image, name in zip(axes[0], textures, scores, strict=True):
        draw_image(ax, image[0], title=name)
    for ax, image, value in zip(axes[1], rebuilt, alike, strict=True):
        draw_image(ax, image[0], title=f"rebuilt, {value:.2f}")
    grid = axes[2, 0].get_gridspec()
    for ax in axes[2]:
        ax.remove()
    ax = tidy(figure.add_subplot(grid[2, :]))
    place = np.arange(len(scores))
    ax.bar(
        place - 0.2,
        list(scores.values()),
        0.38,
        color=PALETTE[0],
        label="by the others",
    )
    ax.bar(
        place + 0.2,
        list(own.values()),
        0.38,
        color=PALETTE[4],
        hatch="//",
        label="by itself",
    )
    ax.axhline(1, color=GREY, lw=1)
    ax.set(yscale="log", ylabel="loss, noise is 1", xticks=place)
    ax.set_xticklabels(list(scores), fontsize=8)
    ax.legend(fontsize=8, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    told = ", ".join(f"{name} {value:.2f}" for name, value in scores.items())
    kept = ", ".join(f"{v:.2f}" for v in alike)
    return figure, (
        "Six textures made out of noise after a brick wall: by single pixels a grey noise, by the "
        "others more or less of pale joints. Below, a photograph rebuilt from the same features at "
        f"their places; correlation with the photograph {kept}. Bars: the loss of each texture as "
        f"the other kinds see it, with noise at 1: {told}; and, smaller, as it sees itself."
    )


def dyed(photo, inks, results):
    """A photograph with the colours' means and spreads of other pictures."""
    figure, axes = subplots(2, 1 + len(inks), size=(11, 4.6))
    draw_image(axes[0, 0], photo[0], title="photograph")
    axes[1, 0].axis("off")
    for column, (like, result) in enumerate(zip(inks, results, strict=True), start=1):
        draw_image(axes[0, column], like[0], title="like this")
        draw_image(axes[1, column], result[0], title="restyled")
    return figure, (
        "Above, a photograph and four pictures: brush strokes, a dark sky of galaxies, stained "
        "tissue and a red retina. Below, under each, the photograph with its colours: bluish, "
        "dark, brown and white, and red."
    )


def race(photograph, slow, quick, losses, reached, judged):
    """One photograph by the loop and by the network, their losses, and two networks compared."""
    figure, axes = subplots(1, 5, size=(13, 2.9), width_ratios=[1, 1, 1, 1.4, 0.9])
    shown = (photograph[0], slow[0], quick[0])
    titles = ("photograph", f"loop, {len(losses) - 1} steps", "network, one pass")
    for ax, image, title in zip(axes, shown, titles, strict=False):
        draw_image(ax, image, title=title)
    axes[3].plot(losses, color=PALETTE[0], label="loop")
    axes[3].axhline(reached, color=PALETTE[1], ls="--", label="network")
    axes[3].set(xlabel="step of the loop", ylabel="loss")
    axes[3].legend(fontsize=8)
    means = [float(np.mean(values)) for values in judged.values()]
    axes[4].bar(list(judged), means, color=[GREY, PALETTE[1]])
    axes[4].set(title="a new photograph", ylabel="loss")
    axes[4].title.set_fontsize(9)
    return figure, (
        "A photograph, what the loop made of it, and what the network made of it in one pass. The "
        f"loop's loss falls from {losses[0]:.2f} to {losses[-1]:.2f}; the network's lies at "
        f"{reached:.2f}. Bars: mean loss with batch normalisation {means[0]:.2f}, with instance "
        f"normalisation {means[1]:.2f}."
    )


def painted(photograph, styles, results, filters):
    """One's own photograph in several styles."""
    figure, axes = subplots(2, 1 + len(styles), size=(10, 5.4))
    draw_image(axes[0, 0], photograph[0], title="yours")
    axes[1, 0].axis("off")
    for column, (name, like) in enumerate(styles.items(), start=1):
        draw_image(axes[0, column], like[0], title=name)
        draw_image(axes[1, column], results[name][0], title=f"painted by {filters}")
    return figure, (
        "A photograph, and beside it three styles: brush strokes, a brick wall and stained tissue. "
        "Under each style the photograph painted in it: its forms are there, its surface is the "
        "style's."
    )
