"""The pictures of lab 22 and what is seen on them, and measurements around a student's functions."""

from typing import NamedTuple

import numpy as np

from coursekit.datasets.scenes import ACTIONS, BONES, KEYPOINTS, KINDS
from coursekit.datasets.volumes import TASKS
from coursekit.evaluation.detection import box_iou
from coursekit.plots import GREY, INK, PALETTE, figure, subplots
from coursekit.plots.animation import animate
from coursekit.plots.images import draw_image
from coursekit.plots.scenes import draw_boxes, draw_skeleton
from coursekit.vision import bodies, things

_CLASS_MAP = {"cmap": "Set2", "vmin": 0, "vmax": 7, "interpolation": "nearest"}
_DEPTH_MAP = {"cmap": "magma_r", "vmin": 0.15, "vmax": 1.0, "interpolation": "nearest"}


def _panel(ax, values, title="", **options):
    """A map without axes."""
    ax.imshow(values, **options)
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.set_title(title, color=INK, fontsize=9)
    return ax


def _line(values, digits=2):
    """Numbers by name in a sentence."""
    return ", ".join(f"{name} {value:.{digits}f}" for name, value in values.items())


def opening(clip):
    """The five answers to one frame, from the plan of the scene."""
    scene, frame = clip.scene, 8
    fig, axes = subplots(1, 5, size=(11, 2.6))
    image = scene.images[frame]
    for ax, title in zip(axes[:1], ("what is where",), strict=True):
        draw_image(ax, image, title=title)
    boxes, classes = list(things(scene))[frame]
    names = [KINDS[k] for k in classes]
    draw_boxes(axes[0], boxes, names)
    _panel(
        axes[1], scene.class_mask[frame], "which pixel belongs to what", **_CLASS_MAP
    )
    draw_image(axes[2], image, title="where the joints are")
    draw_skeleton(axes[2], bodies(scene).joints[frame], BONES)
    _panel(axes[3], scene.depth[frame], "how far it is", **_DEPTH_MAP)
    shown = clip.images[[0, 5, 10, 15]]
    side = shown.shape[1]
    table = np.zeros((2 * side, 2 * side, 3), np.uint8)
    for k, picture in enumerate(shown):
        row, column = side * (k // 2), side * (k % 2)
        table[row : row + side, column : column + side] = picture
    draw_image(axes[4], table, title=f"the person {ACTIONS[clip.action]}")
    return fig, (
        f"One scene five times: with boxes named {', '.join(names)}; as a map of classes; with the "
        "person's skeleton; as a map of distances, near things light; and as four frames of a clip, "
        f"in which the person {ACTIONS[clip.action]}."
    )


# Boxes ----------------------------------------------------------------------------------


def shifts(iou):
    """Intersection over union of boxes that are a few pixels off."""
    fig, ax = subplots(size=(6.5, 2.8))
    pixels, told = np.arange(0, 13), []
    for side, colour in zip((8, 16, 32), PALETTE, strict=False):
        moved = [[p, 0, side + p, side] for p in pixels]
        found = np.ravel(iou([[0, 0, side, side]], moved))
        ax.plot(
            pixels, found, "o-", color=colour, label=f"{side} x {side} pixels", ms=4
        )
        told.append(f"of {side} pixels {found[4]:.2f}")
    ax.axhline(0.5, color=GREY, lw=1, ls=":")
    ax.set(xlabel="pixels to the side", ylabel="intersection over union")
    ax.legend(fontsize=8)
    return fig, (
        "Three falling curves: intersection over union of a square with itself moved to the side. "
        f"The smaller, the steeper; 4 pixels off, a square {', '.join(told)}."
    )


def cells(scenes, grids, from_grid, count=4):
    """Which cells say that there is a thing, and the boxes that they give."""
    fig, axes = subplots(2, count, size=(2.3 * count, 4.8))
    size, told = scenes.size, 0
    for k in range(count):
        draw_image(axes[0, k], scenes.images[k], title="there is one" * (k == 0))
        frame = (-0.5, size - 0.5, size - 0.5, -0.5)
        claimed = np.asarray(grids[k], float)[..., 0]
        red = np.broadcast_to([0.8, 0.0, 0.0], (*claimed.shape, 3))
        axes[0, k].imshow(red, alpha=0.7 * np.clip(claimed, 0, 1), extent=frame)
        for line in np.linspace(0, size, len(grids[k]) + 1)[1:-1] - 0.5:
            axes[0, k].axhline(line, color="white", lw=0.5)
            axes[0, k].axvline(line, color="white", lw=0.5)
        boxes, scores, classes = from_grid(grids[k], size, 0.3)
        names = [
            f"{KINDS[int(c)]} {s:.1f}" for c, s in zip(classes, scores, strict=True)
        ]
        draw_image(axes[1, k], scenes.images[k], title="the boxes" * (k == 0))
        draw_boxes(axes[1, k], np.reshape(boxes, (-1, 4)), names)
        told += len(scores)
    return fig, (
        f"Above, {count} new scenes under the detector's grid; cells that claim a thing are red. Below, "
        f"the boxes that your function reads from these cells, {told} in all, with class and score."
    )


def suppressed(scenes, raw, clean, count=4):
    """Boxes before and after suppression, of the scenes that have most of them."""
    busy = np.argsort([-len(found) for found in raw], kind="stable")[:count]
    fig, axes = subplots(2, count, size=(2.3 * count, 4.8))
    for column, k in enumerate(busy):
        for ax, found, title in zip(
            axes[:, column], (raw[k], clean[k]), ("all", "what stays"), strict=True
        ):
            draw_image(ax, scenes.images[k], title=f"{title}: {len(found)}")
            draw_boxes(ax, found.boxes, width=1.2)
    counts = [(len(raw[k]), len(clean[k])) for k in busy]
    return fig, (
        "The scenes with most boxes, above with all and below with those that stay: "
        + ", ".join(f"{a} and {b}" for a, b in counts)
        + "."
    )


class Judged(NamedTuple):
    """Mean average precision, that of each class, and curves of recall and precision."""

    mean: float
    each: dict
    curves: dict


def judge(find_hits, average_precision, least=0.5):
    """A function that judges detections of scenes, class by class, with the student's functions."""

    def judged(found, scenes):
        truths = list(things(scenes))
        each, curves = {}, {}
        for kind, name in enumerate(KINDS):
            mine = [(k, f.boxes[f.classes == kind]) for k, f in enumerate(found)]
            right = [(k, b[c == kind]) for k, (b, c) in enumerate(truths)]
            count = sum(len(b) for _, b in right)
            if not count:
                continue
            boxes, others = (
                np.concatenate([b for _, b in side]) for side in (mine, right)
            )
            at, there = (
                np.repeat([k for k, _ in side], [len(b) for _, b in side])
                for side in (mine, right)
            )
            each[name] = 0.0
            if len(boxes):
                scores = np.concatenate([f.scores[f.classes == kind] for f in found])
                overlap = box_iou(boxes, others) * (at[:, None] == there)
                hits = np.asarray(find_hits(overlap, scores, least), bool)
                each[name] = float(average_precision(hits, count))
                seen = np.cumsum(hits)
                curves[name] = seen / count, seen / np.arange(1, len(hits) + 1)
        return Judged(float(np.mean(list(each.values()))), each, curves)

    return judged


def detectors(judged, rated):
    """Precision over recall for each class, and score against speed."""
    fig, (left, right) = subplots(1, 2, size=(9, 3.2), width_ratios=[3, 2])
    best = judged["cleaned"]
    for colour, (name, (recall, precision)) in zip(
        PALETTE, best.curves.items(), strict=False
    ):
        label = f"{name} {best.each[name]:.2f}"
        left.plot(recall, precision, color=colour, label=label)
    left.set(xlabel="recall", ylabel="precision", ylim=(0, 1.05), xlim=(0, 1.02))
    left.legend(fontsize=7, loc="lower left")
    for name, one in rated.items():
        right.plot(one.speed, one.score, "o", color=PALETTE[0])
        right.annotate(
            name, (one.speed, one.score), xytext=(5, 3), textcoords="offset points"
        )
    right.set(xlabel="frames a second", ylabel="mean average precision", ylim=(0, 1))
    right.set_xlim(0, 1.4 * max(one.speed for one in rated.values()))
    told = "; ".join(
        f"{name}: {one.score:.2f} at {one.speed:.0f} frames a second"
        for name, one in rated.items()
    )
    return fig, (
        f"Left: precision over recall for each class, average precision {_line(best.each)}. Right: "
        f"mean average precision against speed. {told}."
    )


# Maps -----------------------------------------------------------------------------------


class Off(NamedTuple):
    """Typical distance from the truth: read as a mean, and as the brightest pixel."""

    mean: float
    peak: float


def read_back(heat_map, read_maps, joints, size=48):
    """Write joints as maps of several sizes and read them back; distances in pixels of the
    picture."""
    joints = np.reshape(joints[:30], (-1, 2))
    joints = joints[np.all((joints > 4) & (joints < size - 4), axis=1)]
    found = {}
    for side in (6, 12, 24, 48):
        heat = np.array([heat_map(joint * side / size, side, 1.0) for joint in joints])
        logits = np.moveaxis(np.log(heat + 1e-30), 0, -1)
        mean = np.asarray(read_maps(logits)) * size / side
        row, column = np.divmod(heat.reshape(len(heat), -1).argmax(axis=1), side)
        peak = (np.stack([column, row], axis=1) + 0.5) * size / side
        apart = [np.median(np.linalg.norm(p - joints, axis=1)) for p in (mean, peak)]
        found[side] = Off(*map(float, apart))
    return found


def resolution(found):
    """How exactly a place can be read from maps of several sizes."""
    fig, ax = subplots(size=(6.5, 2.8))
    ax.plot(
        list(found), [o.peak for o in found.values()], "s-", label="brightest pixel"
    )
    ax.plot(list(found), [o.mean for o in found.values()], "o-", label="your mean")
    ax.set(xlabel="side of the map", ylabel="pixels off", xscale="log", yscale="log")
    ax.set_xticks(list(found), [f"{n}" for n in found])
    ax.minorticks_off()
    ax.legend(fontsize=8)
    told = "; ".join(f"{n}: {o.peak:.2f} and {o.mean:.3f}" for n, o in found.items())
    return fig, (
        "Distance from the true joint against the side of the map, on logarithmic axes. The curve of "
        "the brightest pixel falls with the size of its pixels, that of the mean lies far below: "
        f"{told}."
    )


def parsed(scenes, maps, scores, stamp, tent, count=3):
    """Classes and distances for each pixel, from each network; and a coarse map enlarged twice."""
    names = list(maps)
    columns = 3 + len(names) + 1
    fig, axes = subplots(count, columns, size=(1.75 * columns, 1.9 * count))
    for k, row in enumerate(axes):
        first = k == 0
        draw_image(row[0], scenes.images[k], title="scene" * first)
        _panel(row[1], scenes.class_mask[k], "truth" * first, **_CLASS_MAP)
        for ax, name in zip(row[2:], names, strict=False):
            title = f"{name}: mIoU {scores[name][0]:.2f}" * first
            _panel(ax, maps[name].classes[k], title, **_CLASS_MAP)
        _panel(row[-2], maps[names[0]].depth[k], "distance" * first, **_DEPTH_MAP)
        size = scenes.size // 4
        coarse = maps[names[0]].depth[k].reshape(size, 4, size, 4).mean(axis=(1, 3))
        smooth = stamp(coarse, tent(4), 4)
        _panel(row[-1], smooth[2:-2, 2:-2], "1/4, stamped" * first, **_DEPTH_MAP)
    told = "; ".join(
        f"{name}: mIoU {m:.2f}, {p:.1%} of the pixels"
        for name, (m, p) in scores.items()
    )
    return fig, (
        f"Rows of {count} new scenes: picture, true classes of the pixels, classes by the network, its "
        f"distances, and these at a quarter of the size, enlarged by your stamps. {told}."
    )


def posed(scenes, folk, poses, scores, count=5):
    """Joints by each way beside the true ones, and which joints are found."""
    fig, axes = subplots(len(poses), count, size=(2 * count, 2.2 * len(poses)))
    for row, (name, guess) in zip(np.atleast_2d(axes), poses.items(), strict=True):
        for k, ax in enumerate(row):
            title = f"{name}: {scores[name][0]:.0%} / {scores[name][1]:.0%}"
            draw_image(ax, scenes.images[k], title=title * (k == 0))
            draw_skeleton(ax, guess[k], BONES)
    name, guess = next(iter(poses.items()))
    away = np.linalg.norm(guess - folk.joints, axis=-1) / folk.heights[:, None]
    share = dict(zip(KEYPOINTS, np.mean(away <= 0.1, axis=0), strict=True))
    ordered = sorted(share, key=share.get)
    told = "; ".join(
        f"{n}: {a:.0%} within a tenth, {b:.0%} within a fifth"
        for n, (a, b) in scores.items()
    )
    return fig, (
        f"Skeletons laid over new scenes. Joints found, as shares of the body's height: {told}. Hardest "
        f"for {name}: {', '.join(ordered[:3])}; easiest: {', '.join(ordered[-2:])}."
    )


# Volumes --------------------------------------------------------------------------------


def neurites(tissue, ways, pieces, scores):
    """One slice: grey, true cells, and for each way the membrane and the cells."""
    names, depth = list(ways), tissue.images.shape[1] // 2
    fig, axes = subplots(2, 1 + len(names), size=(2.3 * (1 + len(names)), 4.9))
    draw_image(axes[0, 0], tissue.images[0, depth], title="a slice", limits=(0, 1))
    palette = np.random.default_rng(3).uniform(0.25, 1, (256, 3))
    palette[0] = 0
    draw_image(axes[1, 0], palette[tissue.labels[0, depth] % 256], title="true cells")
    for ax, below, name in zip(axes[0, 1:], axes[1, 1:], names, strict=True):
        draw_image(ax, 1 - ways[name][0, depth], title=name, limits=(0, 1))
        mine = _matched(pieces[name][0], tissue.labels[0])[depth]
        title = f"Rand error {scores[name][0]:.2f}"
        draw_image(below, palette[mine % 256], title=title)
    told = "; ".join(
        f"{name}: error {e:.2f}, precision {p:.2f}, recall {r:.2f}"
        for name, (e, p, r) in scores.items()
    )
    return fig, (
        "A slice of tissue and its true cells in colours; beside them, for each way, the membrane that "
        f"it finds above and the cells after the flood below. {told}."
    )


def _matched(labels, true):
    """The labels, each renamed to the true one that it covers most, for the colours alone."""
    out = np.zeros_like(labels)
    for name in np.unique(labels):
        inside = true[(labels == name) & (true > 0)]
        out[labels == name] = np.bincount(inside).argmax() if len(inside) else name
    return out


def brain(heads, t, shares):
    """Where one person's scans follow the hands, and how well new people's tasks are read."""
    fig, axes = subplots(1, 4, size=(9.5, 2.7), width_ratios=[1, 1, 1, 1.3])
    peak = int(np.argmax(np.abs(t).max(axis=(1, 2))))
    mean = heads.scans[0].mean(axis=0)
    for ax, depth in zip(axes[:3], (peak - 2, peak, peak + 1), strict=True):
        depth = int(np.clip(depth, 0, len(t) - 1))
        _panel(ax, mean[depth], f"slice {depth + 1}", cmap="gray", vmin=0, vmax=125)
        shown = np.ma.masked_where(np.abs(t[depth]) < 3, t[depth])
        ax.imshow(shown, cmap="coolwarm", vmin=-8, vmax=8, interpolation="nearest")
        for hand in (0, 1):
            ax.contour(
                heads.active[0, hand, depth], [0.5], colors=[PALETTE[2]], linewidths=1
            )
    chance = float(
        np.bincount(heads.labels[heads.labels >= 0]).max() / np.sum(heads.labels >= 0)
    )
    axes[3].bar(list(shares), list(shares.values()), color=PALETTE[0], width=0.5)
    axes[3].axhline(chance, color="black", ls=":", lw=1, label="always the most common")
    axes[3].set(
        ylim=(0, 1), xlim=(-0.7, len(shares) - 0.3), ylabel="scans read rightly"
    )
    axes[3].legend(fontsize=7, loc="lower right", bbox_to_anchor=(1.0, 1.0))
    return fig, (
        "Three slices of a head. Coloured voxels follow the right hand, red, or the left one, blue, by "
        f"t values above 3, up to {np.abs(t).max():.0f}; green lines surround the blobs that were put "
        f"there. Right: the share of new people's scans whose task is named ({', '.join(TASKS)}): "
        f"{_line(shares)}; always the most common task, {chance:.2f}."
    )


# Clips ----------------------------------------------------------------------------------


def acted(said, ceiling, motion):
    """Tables of true and named actions, one for each reader."""
    fig, axes = subplots(1, len(said), size=(3.2 * len(said) + 1.2, 3.4))
    shares = {}
    for k, (ax, (name, (guess, truth))) in enumerate(
        zip(np.ravel(axes), said.items(), strict=True)
    ):
        table = np.zeros((len(ACTIONS), len(ACTIONS)))
        np.add.at(table, (truth, guess), 1)
        table /= np.maximum(table.sum(axis=1, keepdims=True), 1)
        shares[name] = float(np.mean(guess == truth))
        _panel(ax, table, f"{name}: {shares[name]:.0%}", cmap="Blues", vmin=0, vmax=1)
        ax.set_xticks(range(len(ACTIONS)), ACTIONS, rotation=90, fontsize=7)
        ax.set_yticks(range(len(ACTIONS)), ACTIONS if k == 0 else [""] * 8, fontsize=7)
    pairs = {name: float(np.mean(g // 2 == t // 2)) for name, (g, t) in said.items()}
    return fig, (
        f"For each reader a table of true actions, rows, and named ones, columns, on {len(motion)} new "
        f"clips and their twins. Right in all: {_line(shares)}; blind to order at most {ceiling:.2f}. "
        f"The pair of twins is right, whichever of the two was named: {_line(pairs)}."
    )


# All five -------------------------------------------------------------------------------


def film(clip, answers, speed):
    """All answers to each frame of a clip, as an animation with frames a second in its corner."""
    frames = [
        _film_frame(image, answer, k, speed)
        for k, (image, answer) in enumerate(zip(clip.images, answers, strict=True))
    ]
    last = answers[-1]
    names = [KINDS[k] for k in last.found.classes]
    believed = int(last.actions.argmax())
    return animate(
        frames,
        "A clip of 16 frames in which a person walks, with the networks' answers. Left: the frame "
        "with boxes, their classes and the person's skeleton, which move along. Middle: the class of "
        "each pixel in colours. Right: distances, near things light. Below: bars for the eight actions, "
        f"which change from frame to frame. In the corner: {speed:.0f} frames a second. At the end the "
        f"boxes say {', '.join(names) or 'nothing'}, and the longest bar says {ACTIONS[believed]}; the "
        f"person {ACTIONS[clip.action]}.",
        frames_per_second=8,
        dpi=72,
    )


def _film_frame(image, answer, k, speed):
    fig = figure((8.4, 4.3), layout=None)
    left, middle, right = (
        fig.add_axes((0.01 + 0.33 * column, 0.3, 0.32, 0.62)) for column in range(3)
    )
    draw_image(left, image, title=f"frame {k + 1}: boxes and joints")
    found = answer.found
    draw_boxes(left, found.boxes, [KINDS[c] for c in found.classes], width=1.3)
    draw_skeleton(left, answer.joints, BONES)
    size = len(image)
    left.set(xlim=(-0.5, size - 0.5), ylim=(size - 0.5, -0.5))
    _panel(middle, answer.classes, "classes", **_CLASS_MAP)
    _panel(right, answer.depth, "distances", **_DEPTH_MAP)
    below = fig.add_axes((0.14, 0.02, 0.6, 0.24))
    best = int(answer.actions.argmax())
    colours = [PALETTE[1] if a == best else GREY for a in range(len(ACTIONS))]
    below.barh(ACTIONS, answer.actions, color=colours, height=0.75)
    below.invert_yaxis()
    below.set(xlim=(0, 1), xticks=[])
    below.tick_params(axis="y", labelsize=7, length=0)
    below.spines[:].set_visible(False)
    fig.text(
        0.98, 0.1, f"{speed:.0f} frames/s", ha="right", fontsize=15, color=PALETTE[0]
    )
    fig.text(0.98, 0.05, ACTIONS[best], ha="right", fontsize=11, color=INK)
    return fig


# Receipt --------------------------------------------------------------------------------

_CLAIMS = {
    "mAP, 16 maps": (
        "one-stage detector, mAP at 0.5",
        "Redmon et al. 2016 (Pascal VOC 2007)",
        "63.4 % (YOLO)",
    ),
    "frames, 16 maps": (
        "its frames a second, one at a time",
        "Redmon et al. 2016 (Titan X)",
        "45/s",
    ),
    "mAP, 6 maps": (
        "a smaller one",
        "Redmon et al. 2016",
        "52.7 % (Fast YOLO)",
    ),
    "frames, 6 maps": ("its frames a second", "Redmon et al. 2016", "155/s"),
    "mAP, all boxes": ("the larger one without suppression", "", "lower"),
    "mIoU, skips": (
        "U-Net with skips, mIoU (pixels right)",
        "Long et al. 2015 (Pascal VOC 2012)",
        "62.2 % (FCN-8s)",
    ),
    "mIoU, no skips": (
        "the same without skips",
        "Long et al. 2015 (validation, FCN-32s and 8s)",
        "59.4 against 62.7 %",
    ),
    "PCK, heat maps": (
        "joints by heat maps, PCK at 0.1 / 0.2",
        "Newell et al. 2016 (PCKh at 0.5, MPII)",
        "90.9 %",
    ),
    "PCK, two numbers": ("joints as two numbers each", "", "below heat maps"),
    "Rand error, threshold": (
        "adapted Rand error of cells: threshold and flood",
        "",
        "worst",
    ),
    "Rand error, 2-D": (
        "2-D network and flood",
        "Ronneberger et al. 2015 (ISBI 2012, U-Net)",
        "0.0382",
    ),
    "Rand error, 3-D": ("3-D network and flood", "", "below 2-D"),
    "brain, voxel by voxel": ("task of new people's scans, logistic", "", ""),
    "brain, Conv3D": ("the same by Conv3D", "", "above logistic"),
    "action, average": ("actions in twins: average over frames", "algebra", "50 %"),
    "action, LSTM": (
        "CNN and LSTM",
        "Donahue et al. 2015 (UCF-101)",
        "1 to 3 points over single frames",
    ),
    "action, Conv3D": ("Conv3D", "Ji et al. 2013 (KTH)", "90.2 %"),
    "five": ("all five answers, frames a second", "", "over 10/s"),
    "gtsrb": (
        "traffic signs by HOG and a linear classifier",
        "Stallkamp et al. 2012 (LDA on HOG 2); lecture 99.46 % (CNNs)",
        "95.68 %",
    ),
    "svhn": (
        "house numbers likewise",
        "Netzer et al. 2011 (HOG)",
        "85.0 %",
    ),
    "skin_lesions": (
        "skin lesions, seven classes, 28x28, likewise",
        "Esteva et al. 2017 (three classes, large pictures)",
        "72.1 %",
    ),
}
_WORLD = "generated scenes, 48x48: another task than the source's"
_NOTES = {
    "mAP": _WORLD,
    "mIoU": _WORLD,
    "PCK": _WORLD,
    "Rand": "generated tissue; its own faded membranes",
    "brain": "generated heads",
    "action": "generated clips with twins",
}


def receipt(measured):
    """Rows for `lab.receipt`."""
    rows = []
    for key, value in measured.items():
        claim, source, stated = _CLAIMS.get(key, (key, "", ""))
        note = next((n for start, n in _NOTES.items() if key.startswith(start)), "")
        rows.append(
            {
                "claim": claim,
                "source": source,
                "stated": stated,
                "measured": value,
                "note": note,
            }
        )
    return rows
