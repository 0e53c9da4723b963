"""The pictures of lab 10 and what is seen on them, and the measuring around them. Nothing here
answers an exercise."""

import io

import numpy as np
from scipy.special import softmax

from coursekit.labs import widgets
from coursekit.plots import GREY, PALETTE, subplots, tidy
from coursekit.plots.images import draw_image
from coursekit.plots.overlays import draw_heat

STYLES = {"gradient": "-", "deconvnet": ":", "guided": "--", "Grad-CAM": "-."}
MARKERS = "osD^vP"


def _bare(ax, picture=None, title=""):
    """An image without axes, or an empty place."""
    if picture is None:
        ax.axis("off")
    else:
        draw_image(ax, picture, title=title)


def _bright(found):
    """A map of sizes, its brightest hundredth cut off, from 0 to 1."""
    found = np.asarray(found, dtype=float)
    top = np.quantile(found, 0.995) or found.max()
    return np.clip(found / top, 0, 1) if top > 0 else 0 * found


def _flat(maps):
    """Largest size over the colours, where there are any."""
    maps = np.asarray(maps)
    return np.abs(maps).max(axis=-1) if maps.ndim == 4 else np.abs(maps)


def opening(images, pair, names):
    """Six scenes and, below, the explanations of two networks, rows A and B."""
    figure, axes = subplots(3, len(images), size=(9, 4.7))
    for column, image in enumerate(images):
        _bare(axes[0, column], image, names[column])
        for row, maps in enumerate(pair, start=1):
            draw_image(axes[row, column], _bright(_flat(maps)[column]), limits=(0, 1))
    for row, text in enumerate(("scene", "A", "B")):
        axes[row, 0].set_ylabel(text, fontsize=12)
    return figure, (
        "Six scenes, one for each kind of thing. Below them two rows of grey maps, A and B. In both "
        "rows the outline of the thing shines on a dark ground, and the two rows look much alike."
    )


def share_of_strongest(maps, things, count=20):
    """Share of the `count` strongest pixels of each map that lie on the thing, averaged."""
    flat = maps.reshape(len(maps), -1)
    strongest = np.argsort(flat, axis=1)[:, -count:]
    on = np.take_along_axis(things.reshape(len(maps), -1), strongest, axis=1)
    return float(on.mean())


def maps_beside(images, maps, what):
    """Scenes and, below each, a map of it."""
    figure, axes = subplots(2, len(images), size=(9, 3.3))
    for column, (image, found) in enumerate(zip(images, maps, strict=True)):
        _bare(axes[0, column], image)
        draw_heat(axes[1, column], image, found, strength=0.75)
    axes[0, 0].set_ylabel("scene", fontsize=9)
    axes[1, 0].set_ylabel(what, fontsize=9)
    return figure, (
        f"Six scenes in a row, and below each its map of the {what}, laid over the scene in grey: "
        f"bright spots lie on and around the thing, the floor far from it is mostly dark."
    )


def three_rules(images, maps):
    """Scenes and, below, the maps of the three rules."""
    figure, axes = subplots(1 + len(maps), len(images), size=(7, 7))
    for column, image in enumerate(images):
        _bare(axes[0, column], image)
        for row, found in enumerate(maps.values(), start=1):
            draw_image(axes[row, column], _bright(found[column]), limits=(0, 1))
    for row, text in enumerate(("scene", *maps)):
        axes[row, 0].set_ylabel(text, fontsize=9)
    return figure, (
        "Four scenes, and below each three grey maps. The gradient's is speckled around the thing; the "
        "deconvnet's is grainy all over; the guided one is dark but for the outline of the thing."
    )


def more_alike(nine, labels):
    """How much more often two of the nine agree than two scenes at random, for each label.

    Args:
        nine: rows of scenes (maps, 9).
        labels: dict from a name to integers (n,).
    """
    first, second = np.triu_indices(nine.shape[1], 1)
    gained = {}
    for name, of in labels.items():
        chance = np.sum((np.bincount(of) / len(of)) ** 2)
        chosen = of[nine]
        gained[name] = float(np.mean(chosen[:, first] == chosen[:, second]) - chance)
    return gained


def nine_of(net, images, number, send_back, unpool):
    """Project the peak of one of the last maps back to the pixels of the first nine images.

    Args:
        net: the network; the last ReLU stands before its mean and logits.
        images: (n, h, w, 3).
        number: of the map.
        send_back, unpool: as in the lab.
    """
    from coursekit.training import backward_steps

    steps = backward_steps(net, images)[:-2]
    peak = np.maximum(steps[-1].x[..., number], 0)
    start = np.zeros(steps[-1].x.shape, dtype="float32")
    highest = peak == peak.max(axis=(1, 2), keepdims=True)
    start[..., number] = peak * highest
    with_switches = [
        (s.kind, s.x, (lambda v, x=s.x: unpool(v, x)) if s.kind == "pool" else s.back)
        for s in steps
    ]
    return send_back(with_switches, start, "deconvnet")[:9]


def top_nine(images, nine, seen):
    """The nine strongest scenes of some maps, and what the deconvnet makes of each.

    Args:
        images: all scenes.
        nine: rows (maps, 9).
        seen: projections (9, h, w, 3), one stack for each map.
    """
    figure, axes = subplots(2, len(nine), size=(9, 4.9))
    for column, (rows, maps) in enumerate(zip(nine, seen, strict=True)):
        maps = np.asarray(maps)
        most = np.abs(maps).max(axis=(1, 2, 3), keepdims=True)
        grey = 0.5 + 0.5 * maps / np.where(most > 0, most, 1)
        _bare(axes[0, column], _tiles(images[rows]), f"map {column + 1}")
        _bare(axes[1, column], _tiles(grey))
    axes[0, 0].set_ylabel("nine strongest scenes", fontsize=9)
    axes[1, 0].set_ylabel("sent back to pixels", fontsize=9)
    return figure, (
        "For four maps of the last layer, blocks of three by three scenes that excite them most. "
        "Below, the same nine sent back to the pixels: on grey, a patch of fine coloured stripes "
        "where the thing lies."
    )


def _tiles(images):
    """Nine images as one, three by three, with a white line between them."""
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=1)
    rows = [np.concatenate(list(framed[3 * r : 3 * r + 3]), axis=1) for r in range(3)]
    return np.concatenate(rows, axis=0)


def peak_in_boxes(maps, boxes, size=32):
    """For each map, whether its peak lies in each of its boxes (n, k, 4), x0, y0, x1, y1: (n, k)."""
    maps = np.asarray(maps)
    n, h, w = maps.shape
    i, j = np.divmod(maps.reshape(n, -1).argmax(axis=1), w)
    y, x = ((i + 0.5) * size / h)[:, None], ((j + 0.5) * size / w)[:, None]
    x0, y0, x1, y1 = np.moveaxis(np.asarray(boxes), -1, 0)
    return (x0 <= x) & (x <= x1) & (y0 <= y) & (y <= y1)


def deep(net, images, kinds):
    """The last maps (n, h, w, k), and the slope in them of the score of each image's kind."""
    from keras import ops

    from coursekit.training import backward_steps, gradients

    *_, mean, logits = net.layers
    maps = np.maximum(backward_steps(net, images)[-3].x, 0)
    wanted = np.eye(net.output_shape[-1], dtype="float32")[kinds]
    return maps, gradients(lambda a: ops.sum(logits(mean(a)) * wanted), maps)


def explain(net, images, kinds, cam):
    """The maps of four methods, (n, h, w) each."""
    from coursekit.training import attribution
    from coursekit.training.backward import RULES

    found = {rule: _flat(attribution(net, images, kinds, rule=rule)) for rule in RULES}
    return found | {"Grad-CAM": np.asarray(cam(*deep(net, images, kinds)))}


def heats(images, maps, kinds, names):
    """Scenes with a heat map laid over each, titled with the kind that was asked for."""
    figure, axes = subplots(1, len(images), size=(9, 1.9))
    for ax, image, found, kind in zip(axes, images, maps, kinds, strict=True):
        draw_heat(ax, image, found, title=f"{names[kind]}?")
    return figure, (
        "Five scenes with two things each, in grey, with a heat map over them. Each title asks for "
        "one kind; in most scenes the glow lies on the thing of that kind and not on the other."
    )


def touched(things, size, stride):
    """Whether a square at each place touches the thing: (n, rows, columns)."""
    seen = np.lib.stride_tricks.sliding_window_view(things, (size, size), axis=(1, 2))
    return seen[:, ::stride, ::stride].any(axis=(3, 4))


def own_scores(net):
    """For images that are each asked for the kind of their own place: a function that gives the
    slope of the sum of their scores, and a loss for `optimise_image`."""
    from keras import ops

    from coursekit.training import gradients

    def minus_score(image, network, seed=None):
        scores = network(image, training=False)
        return -ops.sum(scores * ops.eye(scores.shape[-1]))

    def slope(images):
        return -gradients(lambda v: minus_score(v, net), np.asarray(images, "float32"))

    return slope, minus_score


def score_falls(images, falls, margin=(2, 1)):
    """Scenes and, below, how far the score falls where a square of 8 with stride 2 lies; the map
    is as large as the image, its edge repeated where no square has its middle."""
    wide = [np.pad(fall, (margin, margin), mode="edge") for fall in falls]
    return maps_beside(images, wide, "fall of the score")


def dreamt(made, names):
    """Images that learned, a row for each way, a column for each kind."""
    figure, axes = subplots(len(made), 6, size=(9, 3.5))
    for row, (way, images) in enumerate(made.items()):
        for column, image in enumerate(images):
            _bare(axes[row, column], image, names[column] if row == 0 else "")
        axes[row, 0].set_ylabel(way, fontsize=8)
    return figure, (
        "Two rows of six made images, one for each kind. Above, coloured noise in fine patterns that "
        "no one would name. Below, with decay and jitter, smoother and paler patterns."
    )


def one_change(images, hurt, sign, w, change):
    """A 7 and a 3 before and after, the weights, and the change of a 7."""
    seven, three = int(np.argmax(sign > 0)), int(np.argmax(sign < 0))
    figure, axes = subplots(1, 6, size=(9.5, 2.1))
    square = (28, 28)
    draw_image(axes[0], images[seven].reshape(square), title="a 7", limits=(0, 1))
    draw_image(axes[1], hurt[seven].reshape(square), title="attacked", limits=(0, 1))
    draw_image(axes[2], images[three].reshape(square), title="a 3", limits=(0, 1))
    draw_image(axes[3], hurt[three].reshape(square), title="attacked", limits=(0, 1))
    draw_image(axes[4], w.reshape(square), title="the weights", signed=True)
    draw_image(axes[5], change.reshape(square), title="the change of a 7", signed=True)
    return figure, (
        "A 7 and a 3, each before and after the attack: the digits stay readable on a speckled "
        "ground. Then the weights of the linear reader, a soft pattern, and the change of a 7: the "
        "same pattern turned round, in black and white patches of full strength."
    )


def loss_slope(network, images, labels):
    """Slope of the cross-entropy of each image in its pixels."""
    import keras
    from keras import ops

    from coursekit.training import gradients

    def total(v):
        logits = network(v, training=False)
        price = keras.losses.sparse_categorical_crossentropy
        return ops.sum(price(labels, logits, from_logits=True))

    return gradients(total, images)


def judged(network, images, labels):
    """Share of errors, and mean confidence in them."""
    p = softmax(
        np.asarray(network(np.asarray(images, "float32"), training=False)), axis=1
    )
    wrong = p.argmax(axis=1) != labels
    return float(wrong.mean()), float(p.max(axis=1)[wrong].mean() if wrong.any() else 0)


def attacked(table, images, hurt, network):
    """Errors of three networks, clean and attacked, and digits that fool one of them."""
    figure = subplots(size=(9.5, 2.9))[0]
    figure.clear()
    grid = figure.add_gridspec(2, 8, width_ratios=[4, 0.4, 1, 1, 1, 1, 1, 1])
    ax = figure.add_subplot(grid[:, 0])
    places = np.arange(len(table))
    for shift, (part, label, colour) in enumerate(
        ((0, "clean", PALETTE[0]), (2, "attacked", PALETTE[1]))
    ):
        values = [100 * row[part] for row in table.values()]
        bars = ax.barh(
            places + 0.4 * shift - 0.2, values, 0.38, color=colour, label=label
        )
        ax.bar_label(bars, fmt="%.0f", fontsize=8, padding=2)
    tidy(ax, grid=False)
    ax.set_yticks(places, list(table))
    ax.set(xlabel="errors in per cent", xlim=(0, 115))
    ax.invert_yaxis()
    ax.legend(fontsize=8, loc="lower right")
    read = network(np.concatenate([images[:200], hurt[:200]]), training=False)
    before, after = np.split(np.asarray(read).argmax(axis=1), 2)
    fooled = np.flatnonzero(before != after)[:6]
    for column, i in enumerate(fooled):
        for row, (image, said) in enumerate(
            ((images[i], before[i]), (hurt[i], after[i]))
        ):
            spot = figure.add_subplot(grid[row, column + 2])
            draw_image(spot, image.reshape(28, 28), title=str(said), limits=(0, 1))
    return figure, (
        "Left, bars of errors for a CNN, a softmax, a plain and a hardened network: low on clean digits; "
        "under attack nearly all wrong for the first three, fewer for the hardened one. Right, six digits, clean above and "
        "attacked below, each titled with what the plain network reads."
    )


def neighbourhoods(distances, rows):
    """Probabilities of neighbours over their squared distance, for some perplexities."""
    figure, ax = subplots(size=(7, 2.8))
    order = np.argsort(distances)[1:]
    for place, (wished, p) in enumerate(rows.items()):
        ax.plot(
            distances[order],
            np.asarray(p)[order],
            marker=MARKERS[place],
            ms=3,
            color=PALETTE[place],
            label=f"perplexity {wished}",
        )
    ax.set(
        xlabel="squared distance from the scene", ylabel="p of j, given i", yscale="log"
    )
    ax.set_ylim(1e-6, 1.5)
    ax.legend(fontsize=8)
    return figure, (
        "Three falling lines on a logarithmic scale: with perplexity 2 the probability drops steeply "
        "with distance, with 10 less so, with 40 it is nearly level over many neighbours."
    )


def planes(places, kinds, names):
    """t-SNE of two views, kinds by colour and shape."""
    figure, axes = subplots(1, 2, size=(9, 3.9))
    for ax, (name, points) in zip(axes, places.items(), strict=True):
        for kind, label in enumerate(names):
            spots = points[kinds == kind]
            ax.scatter(
                *spots.T, s=14, marker=MARKERS[kind], color=PALETTE[kind], label=label
            )
        ax.set(title=f"t-SNE of {name}", xticks=[], yticks=[])
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=6, fontsize=8)
    return figure, (
        "Two planes of dots, one dot a scene, kinds told by colour and shape. From pixels the kinds "
        "are mixed all over; from the network's codes each kind gathers in places of its own."
    )


def nearest(images, ranked, rows, count=4):
    """Scenes and their nearest neighbours by pixels and by codes."""
    rows = list(rows)[:2]
    figure, axes = subplots(len(rows), 2 * count + 2, size=(9.5, 2.4))
    for line, row in enumerate(rows):
        _bare(axes[line, 0], images[row], "scene" if line == 0 else "")
        for j in range(count):
            for start, name in ((1, "pixels"), (count + 2, "codes")):
                title = f"{name} {j + 1}" if line == 0 else ""
                _bare(axes[line, start + j], images[ranked[name][row, j]], title)
        axes[line, count + 1].axis("off")
    return figure, (
        "Two scenes with their four nearest neighbours by pixels and by codes. By pixels the "
        "neighbours share colour and place; by codes most of them show the same kind of thing."
    )


def _outputs(net, images, names):
    """What the layers `names` give, in inference mode."""
    from keras import ops

    found, signal = {}, np.asarray(images, dtype="float32")
    for layer in net.layers:
        signal = layer(signal, training=False)
        if layer.name in names:
            found[layer.name] = ops.convert_to_numpy(signal)
    return found


def gratings(angles, wavelengths=(4, 6, 9), phases=4, size=32):
    """Grey waves, (wavelengths, phases, angles, size, size, 3), from 0 to 1."""
    y, x = np.mgrid[:size, :size]
    along = [x * np.cos(np.radians(a)) + y * np.sin(np.radians(a)) for a in angles]
    waves = [
        [
            [0.5 + 0.4 * np.sin(2 * np.pi * (t / wave + p / phases)) for t in along]
            for p in range(phases)
        ]
        for wave in wavelengths
    ]
    return np.repeat(np.array(waves, dtype="float32")[..., None], 3, axis=-1)


def grating_responses(net, name, angles):
    """Answer of each map of a layer to gratings: mean over places and phases, for the wavelength
    that it answers to most; (maps, angles)."""
    waves = gratings(angles)
    shape = waves.shape[:3]
    out = _outputs(net, waves.reshape(-1, *waves.shape[3:]), [name])[name]
    mean = (
        out.mean(axis=(1, 2)).reshape(*shape, -1).mean(axis=1)
    )  # (waves, angles, maps)
    best = mean.max(axis=1).argmax(axis=0)
    return np.array([mean[wave, :, unit] for unit, wave in enumerate(best)])


def first_layer(net, tuned_to, coloured):
    """The kernels of the first layer as colours, and the two measures of trained and random
    ones."""
    kernels = net.get_layer("conv1a").get_weights()[0]
    figure, axes = subplots(1, 3, size=(9.5, 3), width_ratios=[1.3, 1, 1])
    tiles = 0.5 + 0.5 * kernels / np.abs(kernels).max(axis=(0, 1, 2))
    columns = 6 if kernels.shape[-1] % 6 == 0 else 4
    tiles = np.pad(
        np.moveaxis(tiles, -1, 0), ((0, 0), (0, 1), (0, 1), (0, 0)), constant_values=1
    )
    lines = [
        np.concatenate(list(r), axis=1)
        for r in tiles.reshape(-1, columns, *tiles.shape[1:])
    ]
    draw_image(axes[0], np.concatenate(lines), title="first kernels, grey is 0")
    for ax, values, name in zip(
        axes[1:],
        (tuned_to, coloured),
        ("selectivity for orientation", "share of colour"),
        strict=True,
    ):
        parts = [values["random"], values["trained"]]
        for place, part in enumerate(parts):
            jitter = np.random.default_rng(0).uniform(-0.15, 0.15, len(part))
            ax.plot(
                place + jitter,
                part,
                MARKERS[place],
                ms=4,
                alpha=0.7,
                color=PALETTE[place],
            )
            ax.hlines(np.mean(part), place - 0.3, place + 0.3, color="black")
        ax.set_xticks([0, 1], ["random", "trained"])
        ax.set(ylabel=name, ylim=(0, 1), xlim=(-0.5, 1.5))
    return figure, (
        "Left, the trained 3x3 kernels as small coloured tiles. Middle and right, dots for each "
        "kernel, random and trained, with a black line at their mean: selectivity for orientation, "
        "and share of colour."
    )


def pathway(net, images, kinds, names, shift=4):
    """For each ReLU: side of what a unit sees, tolerance of a shift, share of kinds read from it.

    Args:
        net: chain of layers.
        images: (n, h, w, 3); kinds: (n,).
        names: of the ReLU layers.
        shift: pixels to the right.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    here = _outputs(net, images, names)
    moved = _outputs(net, np.roll(images, shift, axis=2), names)
    rows, half = [], len(images) // 2
    fields = _fields(net)
    for name in names:
        a, b = (v[name].reshape(len(images), -1) for v in (here, moved))
        own = np.linalg.norm(a - b, axis=1).mean()
        other = np.linalg.norm(a - np.roll(a, 1, axis=0), axis=1).mean()
        means = here[name].mean(axis=(1, 2))
        reader = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
        reader.fit(means[:half], kinds[:half])
        read = reader.score(means[half:], kinds[half:])
        rows.append(
            {"field": fields[name], "tolerance": 1 - own / other, "kinds": read}
        )
    return rows


def _fields(net):
    """Side of the receptive field at each layer (lab 07)."""
    side, jump, found = 1, 1, {}
    for layer in net.layers:
        window = getattr(layer, "kernel_size", None) or getattr(
            layer, "pool_size", (1,)
        )
        side += (window[0] - 1) * jump
        jump *= getattr(layer, "strides", (1,))[0]
        found[layer.name] = side
    return found


def beside_cortex(areas):
    """Four measures, layer by layer."""
    titles = {
        "field": "sees, pixels of 32",
        "orientation": "selectivity for orientation",
        "tolerance": "tolerance of a shift",
        "kinds": "kinds read from it",
    }
    figure, axes = subplots(1, 4, size=(10, 2.5))
    for place, (ax, (key, title)) in enumerate(zip(axes, titles.items(), strict=True)):
        values = [row[key] for row in areas]
        bars = ax.bar(range(1, len(values) + 1), values, color=PALETTE[place])
        ax.bar_label(bars, fmt="%.2g", fontsize=7)
        ax.set_title(title, fontsize=9)
        ax.set(xlabel="convolution", xticks=range(1, len(values) + 1))
        ax.margins(y=0.15)
    ends = "; ".join(
        f"{title} from {areas[0][key]:.2g} to {areas[-1][key]:.2g}"
        for key, title in titles.items()
    )
    return (
        figure,
        f"Four small bar charts over the convolutions, first to last: {ends}.",
    )


def survival(curves, health):
    """Rank correlation of each explanation with that of the whole network, and the accuracy."""
    figure, ax = subplots(size=(7.5, 3.6))
    at = range(len(health))
    ax.fill_between(at, health, color="0.88", label="accuracy of the network")
    for place, (name, values) in enumerate(curves.items()):
        ax.plot(
            at,
            values,
            STYLES[name],
            marker=MARKERS[place],
            color=PALETTE[place],
            label=name,
        )
    ax.set(
        xlabel="weight arrays destroyed, from the top",
        ylim=(min(0, np.min(list(curves.values()))) - 0.02, 1.03),
    )
    ax.set(ylabel="rank correlation; accuracy", xticks=list(at))
    figure.legend(loc="outside lower center", ncols=5, fontsize=8)
    ends = "; ".join(f"{name} {values[2]:.2f}" for name, values in curves.items())
    return figure, (
        f"Four lines fall from 1 as more of the network is destroyed, over a grey area of accuracy "
        f"that drops to guessing much sooner. With the top two arrays destroyed: {ends}."
    )


def damage(images, stages, health):
    """Guided maps of some scenes, a row for each number of arrays destroyed."""
    figure, axes = subplots(
        len(images), len(stages) + 1, size=(9.5, 1.45 * len(images) + 0.5)
    )
    for line, image in enumerate(images):
        _bare(axes[line, 0], image, "scene" if line == 0 else "")
        for column, (maps, share) in enumerate(
            zip(stages, health, strict=True), start=1
        ):
            title = f"{column - 1} gone: {share:.0%}" if line == 0 else ""
            found = _bright(_flat(maps)[line])
            draw_image(axes[line, column], found, title=title, limits=(0, 1))
    return figure, (
        "Two scenes and, to the right, their guided maps with 0 to all arrays destroyed; titles "
        "give the network's accuracy, which falls to guessing. With two arrays gone the thing is "
        "still framed by bright pixels; with all gone the map is noise."
    )


def slide(images, stages, health):
    """The guided maps under a slider of destruction, where widgets live; otherwise nothing."""
    if not widgets.live():
        return
    import ipywidgets
    from IPython.display import display

    pictures = []
    for maps, share in zip(stages, health, strict=True):
        figure, axes = subplots(2, len(images), size=(9, 3.4))
        for column, image in enumerate(images):
            _bare(axes[0, column], image)
            draw_image(axes[1, column], _bright(_flat(maps)[column]), limits=(0, 1))
        figure.suptitle(f"accuracy {share:.0%}", fontsize=11, color=GREY)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=100, facecolor="white")
        pictures.append(buffer.getvalue())
    slider = ipywidgets.IntSlider(max=len(pictures) - 1, description="destroyed")
    image = ipywidgets.Image(value=pictures[0], format="png")

    def moved(change):
        image.value = pictures[change["new"]]

    slider.observe(moved, names="value")
    display(ipywidgets.VBox([slider, image]))
