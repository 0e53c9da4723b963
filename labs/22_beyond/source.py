# ---
# coursekit:
#   title: Beyond classification
#   question: A person walks through a scene. What is where, which pixel belongs to what, where are the joints, how far is it all, and what is the person doing? Can small networks answer all five before the next frame comes?
#   goals:
#     - Find things with boxes, clean up double answers, and judge the ranking
#     - Answer for every pixel and every joint by maps, and read a place from a map
#     - Treat depth and time as axes of their own, and know when order cannot be left out
#     - Measure each task by the number that its field uses
#   prerequisites:
#     - lab 07, convolution; lab 12, LSTM
#     - lab 05, precision and recall
#   lecture: "Sydney COMP5318 (detection, parsing, actions, connectomics, fMRI); CNN and Keras (Conv3D); Deep Learning 2 (traffic signs, house numbers, skin lesions, pose)"
#   seconds: {cpu: 900, fast: 50}
#   accelerator: helps the trainings; nothing here needs one
# ---

# %% [markdown]
# # Beyond classification
#
# **A person walks through a scene. What is where, which pixel belongs to what, where are the joints, how far is it all, and
# what is the person doing? Can small networks answer all five before the next frame comes?**

# %%
import numpy as np

from coursekit import NotAnsweredYet, datasets, open_lab, vision
from coursekit.datasets.scenes import ACTIONS, KINDS, make_motion
from coursekit.vision import baseline, learning, networks, volumes

lab = open_lab("22_beyond")
check, figures = lab.check, lab.figures

# %% [markdown]
# ## One scene, five answers
#
# These answers come from the plan by which the scene was drawn. At the end your networks give them, frame by frame.

# %%
SIZE, CELLS = learning.SIZE, learning.CELLS
clip = vision.walk(SIZE, seed=lab.seed)
lab.show(figures.opening(clip))

# %%
lab.predict(
    "22.0",
    "Boxes, classes of pixels, distances, joints and action, a frame at a time, on "
    "this machine. How many frames a second?",
    choices=["under 10", "10 to 30", "30 to 100", "over 100"],
)

# %% [markdown]
# The networks learn from still scenes of 48 x 48 pixels with one person and up to three other things. (In fast mode they come
# already taught, by the same kinds of lessons, and learn nothing more here: whatever follows on teaching is for full mode.)

# %%
many, few = lab.pick((3_000, 300), (60, 60))
world = vision.people(many + few, size=SIZE, seed=lab.seed)
known, new = world[:many], world[many:]
ready = lab.pick(learning.build, learning.load)
lesson = {"batch_size": 20, "learning_rate": 3e-3}

# %% [markdown]
# ## What is where

# %% [markdown]
# ### Exercise 22.1 · The same box?
#
# A box is four numbers: its upper left corner $x_0, y_0$ and its lower right corner $x_1, y_1$, with $x$ to the right and $y$
# down. Corners are points, not pixels: a box is $x_1-x_0$ wide. How much two boxes are one and the same says the
# *intersection over union*: the area that both cover, over the area that at least one covers.
#
# Give it for **every** box of one list with **every** box of another.

# %%
lab.predict(
    "22.1",
    "A box of the right size stands a third of its width too far to the right. Its "
    "intersection over union with the true one is",
    choices=["2/3", "1/2", "1/3"],
)


# %%
def iou(boxes, others):
    """Intersection over union of every box with every other.

    Args:
        boxes: (m, 4), rows x0, y0, x1, y1 with x0 <= x1 and y0 <= y1; m at least 1.
        others: (k, 4), the same; k at least 1.

    Returns:
        array (m, k), from 0 to 1; 0 for two boxes without any area.

    >>> iou([[0, 0, 2, 2]], [[1, 0, 3, 1], [0, 0, 2, 1], [2, 0, 3, 2]])
    array([[0.2, 0.5, 0. ]])
    """
    ### BEGIN SOLUTION
    boxes, others = np.asarray(boxes, float), np.asarray(others, float)
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=-1)
    areas = [np.prod(b[:, 2:] - b[:, :2], axis=-1) for b in (boxes, others)]
    union = areas[0][:, None] + areas[1][None, :] - shared
    return shared / np.where(union > 0, union, 1)
    ### END SOLUTION


# %%
check("22.1")

# %%
with lab.needs("22.1"):
    lab.show(figures.shifts(iou))
    third = float(np.ravel(iou([[0, 0, 3, 3]], [[1, 0, 4, 3]]))[0])
    lab.reveal("22.1", "b" if abs(third - 0.5) < 0.01 else "a", f"it is {third:.3f}")

# %% [markdown]
# The number asks the same of large boxes and of small ones: a few pixels off, and a small box is another box.

# %% [markdown]
# ### Exercise 22.2 · A grid of small answers
#
# A *one-stage detector* (YOLO, Redmon et al. 2016) lays a grid over the picture; each cell answers for the thing whose
# **centre** lies in it. Its numbers, in this order: 1 for *there is one*; $dx$, $dy$: where in the **cell** the centre is, from
# 0 at the left or upper edge to 1; $w$, $h$: width and height as shares of the **picture**; for each class 1 or 0. All
# zeros: nothing there. The grid's first axis goes down.
#
# `from_grid` goes back. A network's numbers are not 0 and 1: a cell's *score* is its first number times that of its best class.

# %%
lab.predict(
    "22.2",
    "One to four things a scene, 6 x 6 cells, and a cell can say one thing only. How "
    "many things are lost because two centres share a cell?",
    choices=["none or nearly none", "1 in 100 to 1 in 20", "more"],
)


# %%
def to_grid(boxes, classes, cells, size, num_classes):
    """What a detector is to say of one picture.

    Args:
        boxes: (m, 4), x0, y0, x1, y1 in pixels; centres lie inside the picture; m may
            be 0.
        classes: (m,), integers from 0.
        cells: of the grid, along each side.
        size: side of the picture in pixels.
        num_classes: how many there are.

    Returns:
        array (cells, cells, 5 + num_classes). Of several things in a cell the one with
        the largest area stands there, of equal ones the first.

    >>> np.asarray(to_grid([[3, 1, 7, 3]], [1], 2, 8, 2))[0, 1]
    array([1.  , 0.25, 0.5 , 0.5 , 0.25, 0.  , 1.  ])
    """
    ### BEGIN SOLUTION
    grid, largest = np.zeros((cells, cells, 5 + num_classes)), np.zeros((cells, cells))
    for (x0, y0, x1, y1), name in zip(boxes, classes, strict=True):
        x, y = (x0 + x1) / 2 * cells / size, (y0 + y1) / 2 * cells / size
        row, column = int(y), int(x)
        area = (x1 - x0) * (y1 - y0)
        if grid[row, column, 0] == 0 or area > largest[row, column]:
            place = [x - column, y - row, (x1 - x0) / size, (y1 - y0) / size]
            grid[row, column] = [1, *place, *np.eye(num_classes)[int(name)]]
            largest[row, column] = area
    return grid
    ### END SOLUTION


def from_grid(grid, size, least):
    """Boxes of the cells whose score is at least `least`, row of cells by row.

    Args:
        grid: (cells, cells, 5 + num_classes), numbers from 0 to 1.
        size: side of the picture in pixels.
        least: smallest score.

    Returns:
        (boxes, scores, classes): arrays (m, 4), (m,) and (m,), the last of integers;
        m may be 0.

    >>> grid = np.zeros((2, 2, 7))
    >>> grid[0, 1] = [0.5, 0.25, 0.5, 0.5, 0.25, 0.2, 0.8]
    >>> from_grid(grid, 8, 0.3)
    (array([[3., 1., 7., 3.]]), array([0.4]), array([1]))
    """
    ### BEGIN SOLUTION
    grid = np.asarray(grid, float)
    scores = grid[..., 0] * grid[..., 5:].max(axis=-1)
    row, column = np.nonzero(scores >= least)
    dx, dy, w, h = grid[row, column, 1:5].T
    x, y = (column + dx) / len(grid), (row + dy) / len(grid)
    boxes = size * np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=1)
    return boxes, scores[row, column], grid[row, column, 5:].argmax(axis=-1)
    ### END SOLUTION


# %%
check("22.2")

# %% [markdown]
# Your grids teach a detector of six convolutions. It reads new scenes.

# %%
with lab.needs("22.2"):
    plans = [to_grid(*t, CELLS, SIZE, len(KINDS)) for t in vision.things(known)]
    grids = np.array(plans, "float32")
    lost = 1 - grids[..., 0].sum() / known.present.sum()
    finder, epochs = ready("detector"), lab.pick(15, 0)
    networks.teach(
        finder, known.images, grids, networks.grid_loss, epochs=epochs, **lesson
    )
    said = networks.grids(finder, new.images)
    lab.show(figures.cells(new, said, from_grid))
    truth = "a" if lost < 0.01 else "b" if lost < 0.05 else "c"
    lab.reveal("22.2", truth, f"{lost:.2%} of {known.present.sum():,} things")

# %% [markdown]
# What was a list of unknown length has become a picture of fixed size, which a convolution can give.

# %% [markdown]
# ### Exercise 22.3 · One answer for each thing
#
# A thing near the edge of a cell may be found twice. *Non-maximum suppression*: go through the boxes from the best score to
# the worst (of equal scores, the earlier first). Keep a box unless it overlaps one that **was kept**, of the same class, by
# more than `most`.
#
# You get the overlaps already: `overlap[i, j]` is the intersection over union of boxes $i$ and $j$.

# %%
lab.predict(
    "22.3",
    "All boxes with a score of at least 0.1: how many does the detector give for each "
    "true thing?",
    choices=["about one, under 1.2", "1.2 to 3", "over 3"],
)


# %%
def suppress(overlap, scores, classes, most):
    """Which boxes stay.

    Args:
        overlap: (m, m), of each box with each other; m at least 1.
        scores: (m,).
        classes: (m,), integers.
        most: overlap that is still allowed between two boxes of one class.

    Returns:
        places of the boxes that stay, best first: integers, in a list or an array.

    >>> touch = [[1.0, 0.6, 0.0], [0.6, 1.0, 0.6], [0.0, 0.6, 1.0]]
    >>> list(map(int, suppress(touch, [0.7, 0.8, 0.9], [4, 4, 4], 0.5)))
    [2, 0]
    """
    ### BEGIN SOLUTION
    overlap, kept = np.asarray(overlap), []
    for place in np.argsort(-np.asarray(scores, float), kind="stable"):
        rivals = [k for k in kept if classes[k] == classes[place]]
        if all(overlap[place, k] <= most for k in rivals):
            kept.append(int(place))
    return kept
    ### END SOLUTION


# %%
check("22.3")

# %%
with lab.needs("22.1", "22.2", "22.3"):
    raw = [vision.Found(*from_grid(grid, SIZE, 0.1)) for grid in said]
    clean = [found.cleaned(iou, suppress, most=0.4) for found in raw]
    lab.show(figures.suppressed(new, raw, clean))
    ratio = sum(map(len, raw)) / new.present.sum()
    truth = "a" if ratio < 1.2 else "b" if ratio < 3 else "c"
    lab.reveal("22.3", truth, f"{ratio:.2f} boxes for each thing")

# %% [markdown]
# A box that was dropped drops nobody: otherwise a row of people would vanish one by one.

# %% [markdown]
# ### Exercise 22.4 · Judge the ranking
#
# Take all boxes of one class, from all pictures; `overlap[i, j]` is that of box $i$ with truth $j$ (0 in different pictures). From
# the best score to the worst (of equals, the earlier first) each box looks at the truth that it overlaps **most** (of equals,
# the first). It is a *hit* if this overlap is at least `least` and nobody has hit this truth before.
#
# After each box: *recall*, hits over truths, and *precision*, hits over boxes, both so far. The *envelope* at a recall is the
# best precision there or at any higher one, 0 beyond the last. *Average precision* is the area under it, recall from 0 to 1.

# %%
lab.predict(
    "22.4",
    "Leave non-maximum suppression out. The mean average precision of the classes",
    choices=["falls by over 0.1", "falls by 0.01 to 0.1", "hardly changes", "rises"],
)


# %%
def find_hits(overlap, scores, least):
    """Which boxes are hits, best score first.

    Args:
        overlap: (m, k), of m boxes with k truths, both at least 1.
        scores: (m,), of the boxes.
        least: smallest overlap of a hit, above 0.

    Returns:
        (m,) booleans, **in order of score**.

    >>> list(map(bool, find_hits([[0.6, 0.0], [0.8, 0.7]], [0.3, 0.9], 0.5)))
    [True, False]
    """
    ### BEGIN SOLUTION
    overlap = np.asarray(overlap, float)
    hits, taken = [], set()
    for box in np.argsort(-np.asarray(scores, float), kind="stable"):
        best = int(overlap[box].argmax())
        hits.append(bool(overlap[box, best] >= least and best not in taken))
        if hits[-1]:
            taken.add(best)
    return np.array(hits)
    ### END SOLUTION


def average_precision(hits, truths):
    """Area under the envelope of precision over recall.

    Args:
        hits: (m,) booleans, or 0 and 1, best score first; m at least 1.
        truths: how many there are to find, at least 1.

    Returns:
        float, from 0 to 1.

    >>> round(average_precision([True, False, True], 4), 4)
    0.4167
    """
    ### BEGIN SOLUTION
    found = np.cumsum(np.asarray(hits, float))
    precision = found / np.arange(1, len(found) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    steps = np.diff(found / truths, prepend=0)
    return float(np.sum(steps * envelope))
    ### END SOLUTION


# %%
check("22.4")

# %% [markdown]
# Your functions judge the detector and, in full mode, a smaller one. Beside them: frames a second, one at a time, suppression included.

# %%
detectors, judged = {}, {}
with lab.needs("22.1", "22.2", "22.3", "22.4"):
    judge = figures.judge(find_hits, average_precision)
    judged = {"cleaned": judge(clean, new), "all boxes": judge(raw, new)}
    detectors["16 maps"] = networks.rate(finder, judged["cleaned"].mean, new.images)
    if not lab.fast:
        small = networks.detector(SIZE, CELLS, width=6)
        networks.teach(
            small, known.images, grids, networks.grid_loss, epochs=15, **lesson
        )
        less = [vision.found(grid, SIZE) for grid in networks.grids(small, new.images)]
        detectors["6 maps"] = networks.rate(small, judge(less, new).mean, new.images)
    lab.show(figures.detectors(judged, detectors))
    fall = judged["cleaned"].mean - judged["all boxes"].mean
    truth = "d" if fall < -0.01 else "c" if fall < 0.01 else "b" if fall < 0.1 else "a"
    means = [f"{name} {j.mean:.3f}" for name, j in judged.items()]
    lab.reveal("22.4", truth, f"mean average precision: {', '.join(means)}")

# %% [markdown]
# Average precision looks at the order alone: a second box for a thing is cheap if its score is low.

# %% [markdown]
# ## A map for every answer

# %% [markdown]
# ### Exercise 22.5 · Say where as a picture
#
# A network need not give two numbers for a joint: let it give a *heat map*, bright
# where the joint is. Pixel (row $r$, column $c$) has its centre at $x=c+\tfrac12$, $y=r+\tfrac12$. The map to be learned is proportional to
# $e^{-d^2/2s^2}$, where $d$ is the distance of a pixel's centre from the joint, and its sum is 1.
#
# The network gives logits: softmax over all pixels of **one** joint's map makes probabilities. Read the place back as the **mean** of
# the pixels' centres under them.
#
# *PCK*: the share of the joints that lie within `alpha` times their body's height of the truth.

# %%
lab.predict(
    "22.5",
    "Joints of a picture of 48 x 48 pixels, written as maps of 12 x 12 pixels and read "
    "back by your mean. Typically they are off by",
    choices=["1 to 2 pixels", "0.1 to 1 pixel", "less than 0.1 pixel"],
)


# %%
def heat_map(joint, size, spread):
    """A joint's place as a map.

    Args:
        joint: (x, y) in pixels of the map, may lie outside it; not known if either is
            NaN.
        size: side of the map in pixels.
        spread: s, in pixels of the map.

    Returns:
        array (size, size) with sum 1, first axis down; zeros for a joint not known.

    >>> np.round(heat_map((1.5, 0.5), 2, 0.5), 3)
    array([[0.105, 0.776],
           [0.014, 0.105]])
    """
    ### BEGIN SOLUTION
    x, y = np.asarray(joint, float)
    if not (np.isfinite(x) and np.isfinite(y)):
        return np.zeros((size, size))
    centres = np.arange(size) + 0.5
    squares = (centres - x) ** 2 + (centres[:, None] - y) ** 2
    heat = np.exp((squares.min() - squares) / (2 * spread**2))
    return heat / heat.sum()
    ### END SOLUTION


def read_maps(logits):
    """The joints' places, each the mean of its map.

    Args:
        logits: (h, w, joints), maps before the softmax; may be in the hundreds.

    Returns:
        array (joints, 2), x and y in pixels.

    >>> read_maps(np.log([[[1.0], [1.0], [2.0]]]))
    array([[1.75, 0.5 ]])
    """
    ### BEGIN SOLUTION
    logits = np.asarray(logits, float)
    heat = np.exp(logits - logits.max(axis=(0, 1)))
    heat = heat / heat.sum(axis=(0, 1))
    rows, columns = (np.arange(n) + 0.5 for n in logits.shape[:2])
    x, y = heat.sum(axis=0).T @ columns, heat.sum(axis=1).T @ rows
    return np.stack([x, y], axis=-1)
    ### END SOLUTION


def pck(y_true, y_pred, heights, alpha):
    """Share of the joints that were found.

    Args:
        y_true: (n, joints, 2); a joint with a NaN is not known and does not count; one
            at least is known.
        y_pred: (n, joints, 2), no NaN.
        heights: (n,), of the bodies in pixels.
        alpha: share of the height; a joint exactly so far away counts as found.

    Returns:
        float.

    >>> truth = [[[1.0, 1.0], [5.0, 1.0]], [[0.0, 0.0], [np.nan, 0.0]]]
    >>> guess = [[[1.0, 2.0], [8.0, 5.0]], [[3.0, 0.0], [0.0, 0.0]]]
    >>> round(pck(truth, guess, [10.0, 40.0], 0.1), 4)
    0.6667
    """
    ### BEGIN SOLUTION
    y_true, y_pred = np.asarray(y_true, float), np.asarray(y_pred, float)
    away = np.linalg.norm(y_pred - y_true, axis=-1)
    reach = alpha * np.asarray(heights, float)[:, None]
    return float(np.sum(away <= reach) / np.sum(np.isfinite(away)))
    ### END SOLUTION


# %%
check("22.5")

# %%
with lab.needs("22.5"):
    joints = vision.bodies(known).joints[:100]
    off = figures.read_back(heat_map, read_maps, joints * (48 / SIZE))
    lab.show(figures.resolution(off))
    typical = off[12].mean
    truth = "a" if typical >= 1 else "b" if typical >= 0.1 else "c"
    told = (
        f"{typical:.3f} pixels by the mean, {off[12].peak:.2f} by the brightest pixel"
    )
    lab.reveal("22.5", truth, told)

# %% [markdown]
# The brightest pixel knows a place only to a pixel of the map. The mean uses how bright its neighbours are.

# %% [markdown]
# ### Exercise 22.6 · A class for every pixel
#
# Most pixels are floor. So each class gets its own intersection over union: pixels where truth and answer agree on it, over
# those where at least one names it. `confusion[i, j]` counts the pixels of class $i$ that were called $j$. *mIoU* is the mean over the
# classes that occur in truth or answer.
#
# A network that has halved its maps must double them again. In a *transposed convolution* each pixel stamps the kernel, times its
# value, onto the output; pixel $(i, j)$'s stamp begins at $(i\cdot\text{stride}, j\cdot\text{stride})$, and stamps add up. With the right kernel that is bilinear
# interpolation.

# %%
lab.predict(
    "22.6",
    "A parser calls every pixel floor, and is right for most pixels. Its mIoU over "
    "seven classes is",
    choices=["about the same share", "about half of it", "under a quarter of it"],
)


# %%
def mean_iou(confusion):
    """Mean over classes of intersection over union.

    Args:
        confusion: (classes, classes) of counts, rows the truth, columns the answer.

    Returns:
        float; classes that occur in neither do not count.

    >>> round(mean_iou([[6, 2, 0], [0, 4, 0], [0, 0, 0]]), 4)
    0.7083
    """
    ### BEGIN SOLUTION
    confusion = np.asarray(confusion, float)
    agreed = np.diag(confusion)
    union = confusion.sum(axis=0) + confusion.sum(axis=1) - agreed
    there = union > 0
    return float(np.mean(agreed[there] / union[there]))
    ### END SOLUTION


def stamp(x, kernel, stride):
    """Transposed convolution of one map, without padding.

    Args:
        x: (h, w).
        kernel: (a, b), larger or smaller than the stride.
        stride: 1 or more.

    Returns:
        array ((h - 1) * stride + a, (w - 1) * stride + b).

    >>> stamp([[1.0, 2.0]], [[1.0, 10.0, 100.0]], 2)
    array([[  1.,  10., 102.,  20., 200.]])
    """
    ### BEGIN SOLUTION
    x, kernel = np.asarray(x, float), np.asarray(kernel, float)
    (h, w), (a, b) = x.shape, kernel.shape
    out = np.zeros(((h - 1) * stride + a, (w - 1) * stride + b))
    for i in range(h):
        for j in range(w):
            out[i * stride :, j * stride :][:a, :b] += x[i, j] * kernel
    return out
    ### END SOLUTION


def tent(stride):
    """The kernel with which `stamp` interpolates.

    Along an axis its weight falls in a straight line from 1 in the middle of the
    kernel to 0 at its outer edges, taken at the centres of its pixels; weights of the
    two axes are multiplied.

    Args:
        stride: 1 or more.

    Returns:
        array (2 * stride, 2 * stride).

    >>> tent(1)
    array([[0.25, 0.25],
           [0.25, 0.25]])
    """
    ### BEGIN SOLUTION
    away = np.abs(np.arange(2 * stride) + 0.5 - stride)
    weights = 1 - away / stride
    return np.outer(weights, weights)
    ### END SOLUTION


# %%
check("22.6")

# %% [markdown]
# One *U-Net* (Ronneberger et al. 2015) answers for every pixel: its class, its distance, and how likely each joint is there. It halves
# its maps a few times and doubles them again, and *skips* lay each map of the way down beside that of its size on the way up. Your
# `heat_map` is its teacher.

# %%
parsed, posed = {}, {}
with lab.needs("22.5", "22.6"):
    targets = vision.map_targets(known, lambda joint: heat_map(joint, SIZE, SIZE / 32))
    maps = {}
    pace = {**lesson, "epochs": lab.pick(10, 0)}
    for name in lab.pick(("skips", "no skips"), ("skips",)):
        net = ready("mapper") if name == "skips" else networks.mapper(SIZE, skips=False)
        networks.teach(net, known.images, targets, networks.map_loss, **pace)
        maps[name] = networks.maps(net, new.images)
        tables = vision.confusion(new.class_mask, maps[name].classes)
        parsed[name] = mean_iou(tables), np.trace(tables) / tables.sum()

# %%
with lab.needs("22.5", "22.6"):
    floor = vision.confusion(new.class_mask, np.zeros_like(new.class_mask))
    share = floor[0].sum() / floor.sum()
    part = mean_iou(floor) / share
    lab.show(figures.parsed(new, maps, parsed, stamp, tent))
    told = f"{share:.0%} of the pixels right, mIoU {mean_iou(floor):.2f}"
    lab.reveal("22.6", "a" if part > 0.75 else "b" if part > 0.25 else "c", told)

# %%
with lab.needs("22.5", "22.6"):
    folk = vision.bodies(new)
    poses = {"heat maps": np.array([read_maps(m) for m in maps["skips"].joints])}
    if not lab.fast:
        pointer = networks.pointer(SIZE)
        places = vision.bodies(known).joints.reshape(many, -1) / SIZE
        networks.teach(pointer, known.images, places, networks.place_loss, epochs=24)
        poses["two numbers"] = SIZE * networks.places(pointer, new.images)
    for name, guess in poses.items():
        posed[name] = [pck(folk.joints, guess, folk.heights, a) for a in (0.1, 0.2)]
    lab.show(figures.posed(new, folk, poses, posed))

# %% [markdown]
# Skips are there to bring back where exactly an edge was; the bottom of the U knows what it is. Full mode measures what they bring.

# %% [markdown]
# ## A third axis

# %% [markdown]
# ### Exercise 22.7 · Depth is a place
#
# Slices as channels of a 2-D convolution: then a weight belongs to one slice, and a thing two slices deeper is a new thing.
# A 3-D convolution moves its kernel along depth, too. Write it: *valid* (no padding), stride 1, kernel not flipped, as Keras does.
#
# Nerve cells in tissue get labels. Labels are names, so *pairs* of two different voxels are judged. Precision: of the pairs that the
# answer puts together, the share that belongs together. Recall: of the pairs that belong together, the share that
# the answer puts together. The *adapted Rand error* is one minus their $F_1$. Voxels whose **true** label is 0, membrane, are
# left out before.

# %%
lab.predict(
    "22.7",
    "An answer joins two neighbouring cells of equal size into one, and has all "
    "others right. This lowers",
    choices=["precision", "recall", "both"],
)


# %%
def convolve3d(volume, kernel):
    """Convolution of a volume, valid, stride 1, kernel not flipped.

    Args:
        volume: (d, h, w, c), an array or nested lists.
        kernel: (kd, kh, kw, c, m), likewise, no larger than the volume.

    Returns:
        array (d - kd + 1, h - kh + 1, w - kw + 1, m).

    >>> volume = np.arange(4.0).reshape(4, 1, 1, 1)
    >>> convolve3d(volume, np.reshape([1.0, 10.0], (2, 1, 1, 1, 1))).ravel()
    array([10., 21., 32.])
    """
    ### BEGIN SOLUTION
    volume, kernel = np.asarray(volume, float), np.asarray(kernel, float)
    sides = kernel.shape[:3]
    shape = [n - k + 1 for n, k in zip(volume.shape, sides, strict=False)]
    out = np.zeros((*shape, kernel.shape[-1]))
    for at in np.ndindex(*sides):
        window = tuple(slice(a, a + n) for a, n in zip(at, shape, strict=True))
        out += volume[window] @ kernel[at]
    return out
    ### END SOLUTION


def rand_error(true, answer):
    """Adapted Rand error of labels, with its precision and recall.

    Args:
        true: integer labels of any shape; at least two voxels share a label above 0.
        answer: integer labels of the same shape; its 0 is a label like others. Two of
            the voxels that count share one.

    Returns:
        (error, precision, recall), three floats. F1 of 0 and 0 is 0.

    >>> true, answer = [0, 1, 1, 1, 2, 2], [5, 7, 7, 7, 7, 9]
    >>> [round(float(value), 4) for value in rand_error(true, answer)]
    [0.4, 0.5, 0.75]
    """

    ### BEGIN SOLUTION
    def pairs(*labels):
        counts = np.unique(np.stack(labels), axis=1, return_counts=True)[1]
        return float(np.sum(counts * (counts - 1)))

    true, answer = np.ravel(true), np.ravel(answer)
    true, answer = true[true != 0], answer[true != 0]
    both, together, belonging = pairs(true, answer), pairs(answer), pairs(true)
    error = 1 - 2 * both / (together + belonging)
    return error, both / together, both / belonging
    ### END SOLUTION


# %%
check("22.7")

# %% [markdown]
# Tissue in slices, as in electron microscopes: membranes fade in places, and only the next slice tells. Networks find
# membranes; a flood from the insides then makes cells.

# %%
cells = {}
with lab.needs("22.7"):
    count = lab.pick((10, 4), (1, 2))
    tissue, test = (datasets.make_neurites(n, seed=lab.seed + n) for n in count)
    masks = (tissue.labels == 0)[..., None]
    pace = {"epochs": lab.pick(24, 0), "batch_size": 1}
    ways = {"threshold": volumes.dark(test.images)}
    for name in lab.pick(("2-D", "3-D"), ("3-D",)):
        flat = networks.membranes(learning.VOLUME, flat=True)
        net = flat if name == "2-D" else ready("membranes")
        networks.teach(net, tissue.images, masks, networks.mask_loss, **pace)
        ways[name] = networks.probabilities(net, test.images, batch_size=1)
    pieces = {name: [volumes.flood(p) for p in found] for name, found in ways.items()}
    for name, found in pieces.items():
        each = [rand_error(*pair) for pair in zip(test.labels, found, strict=True)]
        cells[name] = np.mean(each, axis=0)
    lab.show(figures.neurites(test, ways, pieces, cells))
    merged = rand_error(np.repeat([1, 2, 3], 9), np.repeat([1, 1, 3], 9))
    told = f"precision {merged[1]:.2f}, recall {merged[2]:.2f}"
    lab.reveal("22.7", "a" if merged[2] > 0.99 > merged[1] else "c", told)

# %% [markdown]
# One leak joins two cells, and costs all pairs between them. A brain is a volume, too: scans every two seconds, while in turn the
# left hand, the right hand or none moves. People differ a little in where they answer. New people's scans are read, by a logistic
# regression with a weight for each voxel and, in full mode, by 3-D convolutions. Coloured are voxels of one person that
# follow one hand more than the other: $t$ is that difference over its standard error.

# %%
brains = {}
with lab.needs("22.7"):
    folk_count = lab.pick((16, 6), (5, 2))
    heads = datasets.make_brains(sum(folk_count), seed=lab.seed)
    seen, unseen = heads[: folk_count[0]], heads[folk_count[0] :]
    brains["voxel by voxel"] = volumes.by_voxel(seen, unseen)
    if not lab.fast:
        reader = networks.brain_reader(heads.shape)
        x, y = volumes.examples(seen)
        networks.teach(reader, x, y, networks.label_loss, epochs=12)
        x, y = volumes.examples(unseen)
        brains["Conv3D"] = float(np.mean(networks.chosen(reader, x) == y))
    lab.show(figures.brain(unseen, volumes.t_map(unseen), brains))

# %% [markdown]
# ## Time

# %% [markdown]
# ### Exercise 22.8 · Order matters
#
# `ACTIONS` come in twins: each of an even number, played backwards, is the one after it. To be sure that a network uses the order, and not
# a speed or a last frame that gives it away, every clip gets its twin: the **same frames backwards**, with the other label.
#
# A reader that is *blind to order* (it averages over frames, say) gives two clips with the same frames the same answer. At best
# it gives each such group the label that most of its clips have. Which share can it have right at most? (A frame may occur
# several times in a clip.)

# %%
lab.predict(
    "22.8",
    "Eight actions, four pairs of twins. A network that averages over the frames of a "
    "clip, as good as it can be, is right for",
    choices=["1 in 8, by chance", "about half", "nearly all"],
)


# %%
def add_twins(clips, labels):
    """Each clip, and behind it its twin.

    Args:
        clips: (n, t, ...).
        labels: (n,), integers from 0; 0 and 1 are twins, 2 and 3, and so on.

    Returns:
        (clips, labels): arrays (2 n, t, ...) of the same dtype and (2 n,): clip 0, its
        twin, clip 1, its twin, ...

    >>> add_twins([[1, 2, 3], [4, 5, 6]], [2, 1])
    (array([[1, 2, 3],
           [3, 2, 1],
           [4, 5, 6],
           [6, 5, 4]]), array([2, 3, 1, 0]))
    """
    ### BEGIN SOLUTION
    clips, labels = np.asarray(clips), np.asarray(labels)
    both = np.stack([clips, clips[:, ::-1]], axis=1)
    names = np.stack([labels, labels + 1 - 2 * (labels % 2)], axis=1)
    return both.reshape(-1, *clips.shape[1:]), names.ravel()
    ### END SOLUTION


def best_without_order(clips, labels):
    """The largest share of clips that a reader blind to order can have right.

    Args:
        clips: (n, t, ...), n at least 1; frames are the same where all numbers are.
        labels: (n,), integers.

    Returns:
        float.

    >>> clips = [[1, 2, 3], [3, 2, 1], [2, 3, 1], [1, 2, 2]]
    >>> best_without_order(clips, [0, 1, 0, 5])
    0.75
    """
    ### BEGIN SOLUTION
    groups = {}
    for clip, label in zip(np.asarray(clips), np.asarray(labels).tolist(), strict=True):
        frames = tuple(sorted(frame.tobytes() for frame in clip))
        counts = groups.setdefault(frames, {})
        counts[label] = counts.get(label, 0) + 1
    right = sum(max(counts.values()) for counts in groups.values())
    return right / len(clips)
    ### END SOLUTION


# %%
check("22.8")

# %% [markdown]
# Readers of 16 frames, taught with your twins: a convolutional network on each frame whose numbers are averaged; the same in
# front of an LSTM; convolutions over space and time. (Fast mode reads with the LSTM alone.)

# %%
acted = {}
with lab.needs("22.8"):
    number = lab.pick((800, 200), (40, 40))
    shots, show = (make_motion(n, size=32, seed=lab.seed + n) for n in number)
    lesson_x, lesson_y = add_twins(shots.clips, shots.labels)
    test_x, test_y = add_twins(show.clips, show.labels)
    ceiling, readers = best_without_order(test_x, test_y), {}
    pace = {"epochs": lab.pick(6, 0), "batch_size": 20, "learning_rate": 4e-3}
    for name in lab.pick(("average", "LSTM", "Conv3D"), ("LSTM",)):
        net = ready("reader") if name == "LSTM" else networks.clip_reader(name)
        readers[name] = net
        networks.teach(net, lesson_x, lesson_y, networks.label_loss, **pace)
        acted[name] = networks.chosen(net, test_x), test_y

# %%
with lab.needs("22.8"):
    lab.show(figures.acted(acted, ceiling, show))
    right = {name: np.mean(said == y) for name, (said, y) in acted.items()}
    told = ", ".join(f"{name} {share:.0%}" for name, share in right.items())
    truth = "a" if ceiling < 0.3 else "b" if ceiling < 0.7 else "c"
    lab.reveal("22.8", truth, f"at most {ceiling:.0%}; measured: {told}")

# %% [markdown]
# The most that an average can know is which pair of twins it was: left and right have the same mean.

# %% [markdown]
# ## Five answers at once
#
# A clip that no network has seen, 16 frames in two seconds. Every answer comes from your networks, frame by frame: boxes, classes of
# pixels, distances, joints, and the action as far as it can be known from the frames until then.

# %%
speed = float("nan")
film = "The scene moves once 22.2 to 22.8 are there."
with lab.needs("22.1", "22.2", "22.3", "22.5", "22.6", "22.8"):
    seer = vision.Seer(finder, maps["skips"].net, readers["LSTM"])
    mine = from_grid, iou, suppress, read_maps
    answers = [seer.look(frame, *mine) for frame in clip.images]
    speed = seer.frames_per_second
    film = figures.film(clip, answers, speed)
    kinds = ["under 10", "10 to 30", "30 to 100", "over 100"]
    rank = int(np.searchsorted([10, 30, 100], speed, side="right"))
    lab.reveal("22.0", kinds[rank], f"{speed:.0f} frames a second, all five answers")
film

# %% [markdown]
# Now you can answer the opening question: a frame of this clip lasts an eighth of a second, and the corner says how many
# frames your machine answers in a second. A class is one number for a picture; a grid, a map, a volume and a clip are the same
# convolutions with answers left where they were found. What is asked decides the shape of the answer, and each shape has its
# measure.

# %% [markdown]
# ## Real pictures, where they are at hand
#
# Traffic signs, house numbers and skin lesions, which the lectures name, are read by a baseline: HOG features (lab 08), coarse colours and a linear
# classifier. Nothing is downloaded here: `coursekit data fetch gtsrb` (or `svhn`, `skin_lesions`) brings them, and the cell finds them.

# %%
real = {}
for name in ("gtsrb", "svhn", "skin_lesions"):
    if datasets.at_hand(name):
        real[name] = baseline.read(name, limit=lab.pick(None, 500))
        print(real[name])
    else:
        print(f"{name}: not on this machine, not run")

# %% [markdown]
# ## Go further
#
# - Fetch the traffic signs and train a network of lab 09 on them. By how much does it beat the baseline? The lecture names 99.46 %.
# - Let two persons walk through one scene. What do the joints' maps show, and what does their mean say?
# - Give each cell of the grid two boxes. Which scenes gain?
# - Cut the tissue's slices twice as thick. From which thickness on is a 2-D network as good as the 3-D one?
# - Play a film backwards to your reader of actions. Which of its errors stay?

# %% [markdown]
# ## Receipt

# %%
measured = {f"mAP, {name}": f"{rated.score:.3f}" for name, rated in detectors.items()}
measured |= {f"frames, {name}": f"{r.speed:.0f}/s" for name, r in detectors.items()}
measured |= {f"mAP, {n}": f"{j.mean:.3f}" for n, j in judged.items() if n != "cleaned"}
measured |= {f"mIoU, {n}": f"{m:.3f} ({p:.1%})" for n, (m, p) in parsed.items()}
measured |= {f"PCK, {n}": f"{a:.1%} / {b:.1%}" for n, (a, b) in posed.items()}
measured |= {f"Rand error, {n}": f"{e[0]:.3f}" for n, e in cells.items()}
measured |= {f"brain, {n}": f"{share:.1%}" for n, share in brains.items()}
measured |= {f"action, {n}": f"{np.mean(s == y):.1%}" for n, (s, y) in acted.items()}
measured["five"] = f"{speed:.0f}/s"
for name in ("gtsrb", "svhn", "skin_lesions"):
    measured[name] = f"{real[name].accuracy:.1%}" if name in real else "not run"
lab.receipt(figures.receipt(measured), seeds=[lab.seed])
