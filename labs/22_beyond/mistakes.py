"""Wrong answers that students of lab 22 really give, each with the thought that puts it right."""

import numpy as np

from coursekit.labs import excuse, mistake

# 22.1 ---------------------------------------------------------------------------------


@mistake(
    "22.1",
    tag="edge-case",
    edit=(
        "np.prod(np.clip(high - low, 0, None), axis=-1)",
        "np.prod(high - low, axis=-1)",
    ),
)
def negative_sides_multiplied():
    """What do your sides say for two boxes that lie diagonally apart?

    Both are negative, and minus times minus is plus. A side of less than nothing is nothing."""


@mistake(
    "22.1",
    tag="edge-case",
    edit=("np.clip(high - low, 0, None)", "np.abs(high - low)"),
)
def gap_taken_for_overlap():
    """Two boxes stand side by side with a gap. What do you take for the width of what they share?

    The gap. Where the left edge of the shared part lies right of its right edge, nothing is shared."""


@mistake(
    "22.1",
    tag="formula",
    edit=("areas[1][None, :] - shared", "areas[1][None, :]"),
)
def shared_part_counted_twice():
    """How large is the union of a box with itself, by your count?

    Adding two areas counts the shared part twice."""


@mistake("22.1", name="pixels-not-points", tag="off-by-one")
def iou(boxes, others):
    """How wide is a box from x0 = 0 to x1 = 2? Corners are points here.

    Two, not three: nothing is added to a difference of corners."""
    boxes, others = np.asarray(boxes, float), np.asarray(others, float)
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared = np.prod(np.clip(high - low + 1, 0, None), axis=-1)
    areas = [np.prod(b[:, 2:] - b[:, :2] + 1, axis=-1) for b in (boxes, others)]
    return shared / (areas[0][:, None] + areas[1][None, :] - shared)


@mistake("22.1", tag="edge-case", edit=("np.where(union > 0, union, 1)", "union"))
def nothing_over_nothing():
    """What do you divide by for two boxes without any area?

    By zero. The docstring says what is due there."""


@mistake(
    "22.1",
    tag="formula",
    edit=(
        "union = areas[0][:, None] + areas[1][None, :] - shared",
        "union = np.minimum(areas[0][:, None], areas[1][None, :])",
    ),
)
def over_the_smaller_box():
    """A small box lies inside a large one. Are they the same box, as yours says?

    The area that at least one of them covers goes below the line, not that of the smaller box."""


@mistake(
    "22.1",
    tag="formula",
    edit=(
        "areas[0][:, None] + areas[1][None, :] - shared",
        "areas[0][:, None] + 0 * shared",
    ),
)
def over_the_first_box():
    """Exchange the two boxes. Does your number stay?

    Below the line stands what at least one of them covers, whichever comes first."""


@mistake("22.1", name="pairs-in-step", tag="broadcasting")
def iou(boxes, others):
    """Which shape has your result? A row for each box, a column for each other one is due.

    You compared the first with the first, the second with the second. Give each list an axis of its own."""
    boxes, others = np.asarray(boxes, float), np.asarray(others, float)
    n = min(len(boxes), len(others))
    boxes, others = boxes[:n], others[:n]
    sides = np.minimum(boxes[:, 2:], others[:, 2:]) - np.maximum(
        boxes[:, :2], others[:, :2]
    )
    shared = np.clip(sides, 0, None).prod(axis=1)
    areas = [(b[:, 2:] - b[:, :2]).prod(axis=1) for b in (boxes, others)]
    return shared / np.maximum(areas[0] + areas[1] - shared, 1e-12)


@mistake("22.1", name="rows-and-columns-exchanged", tag="transpose")
def iou(boxes, others):
    """Which of the two lists do your rows belong to?

    Rows to the first list, columns to the second."""
    boxes, others = np.asarray(others, float), np.asarray(boxes, float)
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    both = np.clip(high - low, 0, None).prod(axis=-1)
    one, other = ((b[:, 2:] - b[:, :2]).prod(axis=-1) for b in (boxes, others))
    either = one[:, None] + other - both
    return both / np.where(either > 0, either, 1)


@mistake("22.1", name="frame-around-both", tag="formula")
def iou(boxes, others):
    """Two boxes lie diagonally, corner over corner. Which area stands below your line?

    That of the frame around both, which holds corners that neither covers. Add the two areas and take the shared one off."""
    boxes, others = np.asarray(boxes, float), np.asarray(others, float)
    out = np.zeros((len(boxes), len(others)))
    for i, j in np.ndindex(*out.shape):
        a, b = boxes[i], others[j]
        inner = np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None)
        outer = np.maximum(a[2:], b[2:]) - np.minimum(a[:2], b[:2])
        out[i, j] = inner.prod() / max(outer.prod(), 1e-12)
    return out


# 22.2 ---------------------------------------------------------------------------------


@mistake(
    "22.2",
    of="to_grid",
    tag="transpose",
    edit=("row, column = int(y), int(x)", "column, row = int(y), int(x)"),
)
def rows_across():
    """A thing at the upper right: which index of your grid is large?

    The first axis goes down, so it belongs to y; you may have mixed up the two."""


@mistake(
    "22.2",
    of="to_grid",
    tag="formula",
    edit=("[x - column, y - row,", "[x / cells, y / cells,"),
)
def offset_in_the_picture():
    """From where do you measure dx and dy: from the edge of the picture or of the cell?

    From the left and upper edge of the cell, in cells: every cell says the same of a thing in its middle."""


@mistake(
    "22.2",
    of="to_grid",
    tag="formula",
    edit=(
        "(x1 - x0) / size, (y1 - y0) / size]",
        "(x1 - x0) * cells / size, (y1 - y0) * cells / size]",
    ),
)
def width_in_cells():
    """Is a box that fills the picture 1 wide in your grid?

    Width and height are shares of the picture, only the place is measured in the cell."""


@mistake(
    "22.2",
    of="to_grid",
    tag="formula",
    edit=(
        "x, y = (x0 + x1) / 2 * cells / size, (y0 + y1) / 2 * cells / size",
        "x, y = x0 * cells / size, y0 * cells / size",
    ),
)
def corner_for_the_centre():
    """Which point of the box decides on the cell?

    Its centre, half-way between the two corners."""


@mistake(
    "22.2",
    of="to_grid",
    tag="order",
    edit=("if grid[row, column, 0] == 0 or area > largest[row, column]:", "if True:"),
)
def the_last_one_stays():
    """Two things share a cell. Which of them stands in it at your end?

    The larger one is due, not the one that came last."""


@mistake(
    "22.2",
    of="to_grid",
    tag="order",
    edit=(
        "if grid[row, column, 0] == 0 or area > largest[row, column]:",
        "if grid[row, column, 0] == 0:",
    ),
)
def the_first_one_stays():
    """Two things share a cell, the second is larger. Which of them stays?

    The larger one: a later thing may take the place of an earlier one."""


@mistake(
    "22.2",
    of="to_grid",
    tag="ties",
    edit=("area > largest[row, column]", "area >= largest[row, column]"),
)
def the_later_of_equals():
    """Two things of the same area share a cell. Which of them stays?

    The first of the two."""


@mistake("22.2", name="written-into-all-cells-that-it-covers", tag="formula")
def to_grid(boxes, classes, cells, size, num_classes):
    """How many cells speak of one thing in your grid?

    Only the cell of its centre is to speak; other cells that the box covers keep their zeros."""
    grid, side = np.zeros((cells, cells, 5 + num_classes)), size / cells
    order = np.argsort([(b[2] - b[0]) * (b[3] - b[1]) for b in boxes], kind="stable")
    for k in order:
        (x0, y0, x1, y1), name = boxes[k], classes[k]
        for row in range(max(0, int(y0 // side)), min(cells, int(-(-y1 // side)))):
            for column in range(
                max(0, int(x0 // side)), min(cells, int(-(-x1 // side)))
            ):
                place = [(x0 + x1) / 2 / side - column, (y0 + y1) / 2 / side - row]
                grid[row, column, :5] = [1, *place, (x1 - x0) / size, (y1 - y0) / size]
                grid[row, column, 5:] = np.arange(num_classes) == name
    return grid


@mistake("22.2", name="classes-of-both-things", tag="edge-case")
def to_grid(boxes, classes, cells, size, num_classes):
    """A larger thing takes over a cell. What is left there of the smaller one?

    Its class still stands beside the new one. The whole row of numbers belongs to one thing."""
    grid, largest = np.zeros((cells, cells, 5 + num_classes)), np.zeros((cells, cells))
    for (x0, y0, x1, y1), name in zip(boxes, classes, strict=True):
        x, y = (x0 + x1) / 2 * cells / size, (y0 + y1) / 2 * cells / size
        at = int(y), int(x)
        if (x1 - x0) * (y1 - y0) > largest[at]:
            grid[at][:5] = 1, x - int(x), y - int(y), (x1 - x0) / size, (y1 - y0) / size
            grid[at][5 + int(name)] = 1
            largest[at] = (x1 - x0) * (y1 - y0)
    return grid


@mistake(
    "22.2",
    of="from_grid",
    tag="formula",
    edit=("grid[..., 0] * grid[..., 5:].max(axis=-1)", "grid[..., 0]"),
)
def score_without_class():
    """A cell is sure that something is there and has no idea what. What is its score?

    The first number times that of the best class."""


@mistake(
    "22.2",
    of="from_grid",
    tag="off-by-one",
    edit=("scores >= least", "scores > least"),
)
def least_left_out():
    """What becomes of a cell whose score is exactly `least`?

    At least `least`: it belongs to the result."""


@mistake(
    "22.2",
    of="from_grid",
    tag="transpose",
    edit=("row, column = np.nonzero", "column, row = np.nonzero"),
)
def columns_down():
    """Which axis of the grid goes down?

    The first: it belongs to y."""


@mistake(
    "22.2",
    of="from_grid",
    tag="formula",
    edit=("[x - w / 2, y - h / 2, x + w / 2, y + h / 2]", "[x, y, x + w, y + h]"),
)
def centre_for_the_corner():
    """Where in its box does the point lie that a cell gives?

    In the middle: half the width goes to each side."""


@mistake(
    "22.2",
    of="from_grid",
    tag="formula",
    edit=(
        "[x - w / 2, y - h / 2, x + w / 2, y + h / 2]",
        "[x - w, y - h, x + w, y + h]",
    ),
)
def twice_as_wide():
    """How wide is your box, from edge to edge?

    Twice w. Only half of it belongs to each side of the centre."""


@mistake(
    "22.2",
    of="from_grid",
    tag="formula",
    edit=("boxes = size * np.stack", "boxes = np.stack"),
)
def shares_left_as_they_are():
    """In which unit are your boxes?

    Pixels are due: the grid holds shares of the picture and of the cell."""


@mistake(
    "22.2",
    of="from_grid",
    tag="formula",
    edit=(
        "x, y = (column + dx) / len(grid), (row + dy) / len(grid)",
        "x, y = column / len(grid) + dx, row / len(grid) + dy",
    ),
)
def offset_in_pictures():
    """By how much does dx = 1 move a centre: by a cell or by the whole picture?

    By a cell. Add it to the number of the column before you divide."""


@mistake(
    "22.2",
    of="to_grid",
    tag="order",
    edit=("(x1 - x0) / size, (y1 - y0) / size]", "(y1 - y0) / size, (x1 - x0) / size]"),
)
def height_before_width():
    """In which order stand width and height in your cell?

    Width first, then height."""


@mistake("22.2", name="sorted-by-score", tag="order")
def from_grid(grid, size, least):
    """In which order do your boxes come?

    Row of cells by row, not by score: the order is made later."""
    grid = np.asarray(grid, float)
    scores = grid[..., 0] * grid[..., 5:].max(axis=-1)
    rows, columns = np.divmod(np.argsort(-scores, axis=None, kind="stable"), len(grid))
    fine = scores[rows, columns] >= least
    rows, columns = rows[fine], columns[fine]
    here = grid[rows, columns]
    centre = (np.stack([columns, rows], axis=1) + here[:, 1:3]) * size / len(grid)
    half = here[:, 3:5] * size / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    return boxes, scores[rows, columns], here[:, 5:].argmax(axis=1)


@mistake("22.2", name="a-box-for-every-class", tag="formula")
def from_grid(grid, size, least):
    """How many boxes does one cell give?

    One, with its best class, even where a second class is likely, too."""
    grid = np.asarray(grid, float)
    each = grid[..., :1] * grid[..., 5:]
    rows, columns, names = np.nonzero(each >= least)
    here = grid[rows, columns]
    centre = (np.stack([columns, rows], axis=1) + here[:, 1:3]) * size / len(grid)
    half = here[:, 3:5] * size / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    return boxes, each[rows, columns, names], names


# 22.3 ---------------------------------------------------------------------------------


@mistake(
    "22.3",
    tag="formula",
    edit=("[k for k in kept if classes[k] == classes[place]]", "kept"),
)
def across_classes():
    """A person stands before a square. Which box drops which?

    Neither: only boxes of one class are two answers for one thing."""


@mistake("22.3", name="dropped-boxes-drop-others", tag="order")
def suppress(overlap, scores, classes, most):
    """A box was dropped. May it still drop another?

    Compare with those that were kept, not with all that are better."""
    order = np.argsort(-np.asarray(scores, float), kind="stable")
    kept = []
    for rank, place in enumerate(order):
        better = [k for k in order[:rank] if classes[k] == classes[place]]
        if all(overlap[place][k] <= most for k in better):
            kept.append(int(place))
    return kept


@mistake(
    "22.3",
    tag="order",
    edit=(
        "np.argsort(-np.asarray(scores, float)",
        "np.argsort(np.asarray(scores, float)",
    ),
)
def worst_first():
    """With which box do you begin?

    With the best score: what comes first drops the others."""


@mistake(
    "22.3",
    tag="order",
    edit=(
        'np.argsort(-np.asarray(scores, float), kind="stable")',
        "range(len(scores))",
    ),
)
def in_the_order_given():
    """Are the boxes given to you sorted by their scores?

    No. Go through them from the best score to the worst."""


@mistake(
    "22.3",
    tag="ties",
    edit=("overlap[place, k] <= most", "overlap[place, k] < most"),
)
def just_so_much_is_too_much():
    """Two boxes overlap by exactly `most`. Does the worse one stay?

    It does: it goes only if it overlaps by more."""


@mistake("22.3", name="later-of-equals-first", tag="ties")
def suppress(overlap, scores, classes, most):
    """Two boxes have the same score. Which of them comes first in your order?

    The earlier one. A sort that is turned round turns equals round as well."""
    kept = []
    for place in np.argsort(np.asarray(scores, float), kind="stable")[::-1]:
        if all(overlap[place][k] <= most or classes[k] != classes[place] for k in kept):
            kept.append(int(place))
    return kept


@mistake("22.3", name="places-sorted", tag="order")
def suppress(overlap, scores, classes, most):
    """In which order do you give the places?

    Best score first, as they were kept."""
    kept = []
    for place in np.argsort(-np.asarray(scores, float), kind="stable"):
        if all(overlap[place][k] <= most or classes[k] != classes[place] for k in kept):
            kept.append(int(place))
    return sorted(kept)


@mistake("22.3", name="mask-for-places", tag="formula")
def suppress(overlap, scores, classes, most):
    """Is your result as long as the list of boxes?

    The places of those that stay are due, not a yes or no for each."""
    kept = np.zeros(len(scores), bool)
    for place in np.argsort(-np.asarray(scores, float), kind="stable"):
        rivals = np.flatnonzero(kept & (np.asarray(classes) == classes[place]))
        kept[place] = all(overlap[place][k] <= most for k in rivals)
    return kept


@mistake("22.3", tag="formula", edit=("if all(overlap", "if not rivals or any(overlap"))
def one_that_is_far_is_enough():
    """A box overlaps one kept box heavily and another not at all. Does it stay?

    No: it must keep clear of every kept box of its class."""


# 22.4 ---------------------------------------------------------------------------------


@mistake(
    "22.4",
    of="find_hits",
    tag="formula",
    edit=(" and best not in taken", ""),
)
def second_answers_count():
    """Two boxes lie on one truth. How many hits do you count?

    One: each truth can be hit once, by the best of its boxes."""


@mistake(
    "22.4",
    of="find_hits",
    tag="order",
    edit=(
        "np.argsort(-np.asarray(scores, float)",
        "np.argsort(np.asarray(scores, float)",
    ),
)
def the_least_sure_first():
    """Which box may choose its truth first?

    The one with the best score."""


@mistake("22.4", name="next-best-truth", tag="formula")
def find_hits(overlap, scores, least):
    """The truth that a box overlaps most has been hit. Where does the box look next?

    Nowhere: it is a miss. It looks at the truth that it overlaps most, taken or not."""
    overlap = np.array(overlap, float)
    hits, free = [], np.ones(overlap.shape[1], bool)
    for box in np.argsort(-np.asarray(scores, float), kind="stable"):
        row = np.where(free, overlap[box], -1)
        best = int(row.argmax())
        hits.append(bool(row[best] >= least))
        free[best] &= not hits[-1]
    return np.array(hits)


@mistake("22.4", name="order-of-the-boxes", tag="order")
def find_hits(overlap, scores, least):
    """Does the first entry of your result belong to the box with the best score?

    It belongs to the first box. The result goes by score."""
    overlap, taken = np.asarray(overlap, float), set()
    hits = np.zeros(len(overlap), bool)
    for box in np.argsort(-np.asarray(scores, float), kind="stable"):
        best = int(overlap[box].argmax())
        if overlap[box, best] >= least and best not in taken:
            hits[box] = True
            taken.add(best)
    return hits


@mistake(
    "22.4",
    of="find_hits",
    tag="off-by-one",
    edit=("overlap[box, best] >= least", "overlap[box, best] > least"),
)
def just_enough_is_a_miss():
    """Is an overlap of exactly `least` a hit?

    It is: at least so much."""


@mistake(
    "22.4",
    of="find_hits",
    tag="edge-case",
    edit=(
        "        if hits[-1]:\n            taken.add(best)",
        "        taken.add(best)",
    ),
)
def misses_take_truths():
    """A box overlaps a truth by a hair. Is the truth gone for the others?

    Only a hit takes a truth away."""


@mistake(
    "22.4",
    of="find_hits",
    tag="axis",
    edit=("int(overlap[box].argmax())", "int(overlap[box].argmin())"),
)
def the_truth_furthest_off():
    """Which truth does a box look at?

    The one that it overlaps most."""


@mistake("22.4", name="later-of-equal-scores", tag="ties")
def find_hits(overlap, scores, least):
    """Two boxes have the same score. Which one chooses first?

    The earlier one. Turning a sorted list round turns equals round, too."""
    overlap, taken, hits = np.asarray(overlap, float), [], []
    for box in np.argsort(np.asarray(scores, float), kind="stable")[::-1]:
        best = int(np.argmax(overlap[box]))
        fine = overlap[box][best] >= least and best not in taken
        hits.append(bool(fine))
        taken += [best] * bool(fine)
    return np.array(hits)


@mistake(
    "22.4",
    of="average_precision",
    tag="formula",
    edit=(
        "envelope = np.maximum.accumulate(precision[::-1])[::-1]",
        "envelope = precision",
    ),
)
def no_envelope():
    """Where precision rises again later on, which value do you take before?

    The envelope takes the best precision at this or any higher recall."""


@mistake(
    "22.4",
    of="average_precision",
    tag="order",
    edit=(
        "np.maximum.accumulate(precision[::-1])[::-1]",
        "np.maximum.accumulate(precision)",
    ),
)
def envelope_from_the_left():
    """From which side does your envelope look?

    At higher recalls: from the right. From the left it never falls."""


@mistake(
    "22.4",
    of="average_precision",
    tag="missing-1/n",
    edit=(
        "np.diff(found / truths, prepend=0)",
        "np.diff(found / max(found[-1], 1), prepend=0)",
    ),
)
def truths_that_were_missed():
    """Ten things are to be found, one was. How large is your recall at the end?

    It counts all truths, also those that nobody hit."""


@mistake(
    "22.4",
    of="average_precision",
    tag="missing-1/n",
    edit=("return float(np.sum(steps * envelope))", "return float(np.mean(envelope))"),
)
def mean_over_boxes():
    """Do boxes that hit nothing widen the area under your envelope?

    The area goes along recall, which grows at hits alone."""


@mistake(
    "22.4",
    of="average_precision",
    tag="off-by-one",
    edit=(
        "np.diff(found / truths, prepend=0)",
        "np.diff(found / truths, prepend=found[0] / truths)",
    ),
)
def area_from_the_first_box_on():
    """At which recall does your area begin?

    At 0: the first hit has a step of its own."""


@mistake("22.4", name="first-truth-that-will-do", tag="formula")
def find_hits(overlap, scores, least):
    """A box overlaps two truths by enough. Which one does it look at?

    The one that it overlaps most, not the first in the list."""
    overlap, taken, hits = np.asarray(overlap, float), set(), []
    for box in np.argsort(-np.asarray(scores, float), kind="stable"):
        fits = [
            t for t in np.flatnonzero(overlap[box] >= least).tolist() if t not in taken
        ]
        taken.update(fits[:1])
        hits.append(bool(fits))
    return np.array(hits)


@mistake("22.4", name="eleven-points", tag="formula")
def average_precision(hits, truths):
    """You read the envelope at eleven recalls. Is that its area?

    Only about: the area goes from each recall that occurs to the next."""
    found = np.cumsum(np.asarray(hits, float))
    precision, recall = found / np.arange(1, len(found) + 1), found / truths
    levels = [precision[recall >= r].max(initial=0) for r in np.linspace(0, 1, 11)]
    return float(np.mean(levels))


@mistake("22.4", name="trapezoids", tag="formula")
def average_precision(hits, truths):
    """Between two recalls you go along a slanted line. Is the envelope slanted?

    It is a staircase: at every recall the best precision that is still to come."""
    found = np.cumsum(np.asarray(hits, float))
    precision, recall = found / np.arange(1, len(found) + 1), found / truths
    height, across = np.r_[1.0, precision], np.r_[0.0, recall]
    return float(np.sum(np.diff(across) * (height[1:] + height[:-1]) / 2))


# 22.5 ---------------------------------------------------------------------------------


@mistake(
    "22.5",
    of="heat_map",
    tag="transpose",
    edit=(
        "(centres - x) ** 2 + (centres[:, None] - y) ** 2",
        "(centres - y) ** 2 + (centres[:, None] - x) ** 2",
    ),
)
def map_transposed():
    """Which axis of the map belongs to x?

    The second: rows go down, columns to the right."""


@mistake(
    "22.5",
    of="heat_map",
    tag="off-by-one",
    edit=("centres = np.arange(size) + 0.5", "centres = np.arange(size)"),
)
def corners_of_pixels():
    """Where is the centre of the first pixel?

    At (0.5, 0.5), not at its corner."""


@mistake(
    "22.5",
    of="heat_map",
    tag="missing-1/n",
    edit=("return heat / heat.sum()", "return heat"),
)
def peak_of_one():
    """What is the sum of your map?

    It is to be 1, so that it can teach probabilities."""


@mistake(
    "22.5",
    of="heat_map",
    tag="formula",
    edit=("(2 * spread**2)", "spread**2"),
)
def two_forgotten():
    """Your map is too narrow. What stands below d squared?

    Twice the square of the spread."""


@mistake(
    "22.5",
    of="heat_map",
    tag="formula",
    edit=("(2 * spread**2)", "(2 * spread)"),
)
def spread_not_squared():
    """Which unit has your exponent, if places are in pixels?

    None is due: the spread is squared, as the distance is."""


@mistake(
    "22.5",
    of="heat_map",
    tag="edge-case",
    edit=("np.isfinite(x) and np.isfinite(y)", "np.isfinite(x) or np.isfinite(y)"),
)
def half_known():
    """Only the y of a joint is known. What is your map?

    Not a joint that can be placed: zeros, as soon as one of the two is missing."""


@mistake("22.5", name="only-the-pixel-of-the-joint", tag="formula")
def heat_map(joint, size, spread):
    """Move the joint a little, within one pixel. Does your map change?

    The centre of the bell is the joint itself, not the centre of its pixel."""
    x, y = np.asarray(joint, float)
    heat = np.zeros((size, size))
    if np.isfinite(x) and np.isfinite(y):
        row, column = int(y) + 0.5, int(x) + 0.5
        down, across = np.mgrid[:size, :size] + 0.5
        heat = np.exp(
            -((across - column) ** 2 + (down - row) ** 2) / (2 * spread * spread)
        )
        heat /= heat.sum()
    return heat


@mistake("22.5", name="brightest-pixel", tag="formula")
def read_maps(logits):
    """Is your place ever between two pixels?

    You read off the brightest pixel. The mean of the map is due, which its neighbours move."""
    logits = np.asarray(logits, float)
    h, w, joints = logits.shape
    flat = logits.reshape(h * w, joints).argmax(axis=0)
    return np.stack([flat % w + 0.5, flat // w + 0.5], axis=-1)


@mistake("22.5", name="softmax-over-joints", tag="axis")
def read_maps(logits):
    """Over what does your softmax run?

    Over all pixels of one joint's map: joints do not compete with each other."""
    logits = np.asarray(logits, float)
    heat = np.exp(logits - logits.max(axis=-1, keepdims=True))
    heat = heat / heat.sum(axis=-1, keepdims=True)
    heat = heat / heat.sum(axis=(0, 1))
    down, across = np.mgrid[: logits.shape[0], : logits.shape[1]] + 0.5
    return np.stack(
        [(heat * g[..., None]).sum(axis=(0, 1)) for g in (across, down)], axis=-1
    )


@mistake(
    "22.5",
    of="read_maps",
    tag="transpose",
    edit=("return np.stack([x, y], axis=-1)", "return np.stack([y, x], axis=-1)"),
)
def row_before_column():
    """What stands first in your result?

    x is due, which goes along the columns."""


@mistake(
    "22.5",
    of="read_maps",
    tag="off-by-one",
    edit=("np.arange(n) + 0.5", "np.arange(n)"),
)
def half_a_pixel_short():
    """A map has one bright pixel, the first. Where is the joint?

    In its middle, at (0.5, 0.5). You are half a pixel off everywhere."""


@mistake(
    "22.5",
    of="read_maps",
    tag="dtype",
    edit=("np.exp(logits - logits.max(axis=(0, 1)))", "np.exp(logits)"),
)
def exponential_of_hundreds():
    """What is the exponential of 900? And that of -900, for a sum below the line?

    Infinity and zero. Take the largest logit of each map off first; the softmax stays the same."""


@mistake("22.5", name="logits-as-weights", tag="logits-as-probabilities")
def read_maps(logits):
    """Your map is divided by its sum. Can a logit be negative?

    Logits become probabilities by a softmax first."""
    heat = np.asarray(logits, float)
    heat = heat / heat.sum(axis=(0, 1))
    down, across = np.mgrid[: heat.shape[0], : heat.shape[1]] + 0.5
    return np.stack(
        [(heat * g[..., None]).sum(axis=(0, 1)) for g in (across, down)], axis=-1
    )


@mistake(
    "22.5",
    of="pck",
    tag="formula",
    edit=("reach = alpha * np.asarray(heights, float)[:, None]", "reach = alpha"),
)
def distance_in_pixels():
    """What do you compare with alpha: pixels or shares of a body?

    Alpha is a share of the body's height, so the reach is in pixels only after you multiply."""


@mistake(
    "22.5",
    of="pck",
    tag="formula",
    edit=("np.asarray(heights, float)[:, None]", "np.mean(heights)"),
)
def one_reach_for_all():
    """Is a small body judged like a large one?

    The reach grows with the height of each body."""


@mistake(
    "22.5",
    of="pck",
    tag="edge-case",
    edit=("np.sum(np.isfinite(away))", "away.size"),
)
def unknown_joints_missed():
    """What do you count for a joint that nobody knows?

    You count a miss. Such a joint does not count at all, neither above nor below the line."""


@mistake(
    "22.5",
    of="pck",
    tag="off-by-one",
    edit=("away <= reach", "away < reach"),
)
def exactly_so_far_is_missed():
    """A joint is off by exactly alpha times the height. Found or not?

    Found."""


@mistake("22.5", name="mean-of-the-bodies", tag="missing-1/n")
def pck(y_true, y_pred, heights, alpha):
    """A body with one known joint and one with fourteen: how much does each joint count?

    All known joints count alike; you averaged over bodies first."""
    away = np.linalg.norm(
        np.asarray(y_pred, float) - np.asarray(y_true, float), axis=-1
    )
    right = away <= alpha * np.asarray(heights, float)[:, None]
    known = np.isfinite(away)
    return float(np.mean(right.sum(axis=1) / np.maximum(known.sum(axis=1), 1)))


@mistake("22.5", name="each-coordinate-by-itself", tag="formula")
def pck(y_true, y_pred, heights, alpha):
    """A joint is off by 4 to the right and by 4 down. How far away is it?

    Its distance is the length of the arrow, not the larger of its two parts."""
    away = np.abs(np.asarray(y_pred, float) - np.asarray(y_true, float)).max(axis=-1)
    right = away <= alpha * np.asarray(heights, float)[:, None]
    return float(right.sum() / np.isfinite(away).sum())


# 22.6 ---------------------------------------------------------------------------------


@mistake(
    "22.6",
    of="mean_iou",
    tag="edge-case",
    edit=(
        "return float(np.mean(agreed[there] / union[there]))",
        "return float(np.mean(agreed / np.maximum(union, 1)))",
    ),
)
def absent_classes_as_nothing():
    """A class occurs nowhere. What does it do to your mean?

    It pulls yours down as a 0. It is not to count at all."""


@mistake(
    "22.6",
    of="mean_iou",
    tag="edge-case",
    edit=("there = union > 0", "there = confusion.sum(axis=1) > 0"),
)
def classes_of_the_truth_alone():
    """The answer names a class that is nowhere in the truth. What is its intersection over union?

    0, and it counts: the class occurs in the answer."""


@mistake(
    "22.6",
    of="mean_iou",
    tag="formula",
    edit=(
        "union = confusion.sum(axis=0) + confusion.sum(axis=1) - agreed",
        "union = confusion.sum(axis=1)",
    ),
)
def recall_for_iou():
    """A parser that calls everything floor: is floor perfect, as yours says?

    Below the line belong also the pixels that the answer gives to the class and the truth does not."""


@mistake(
    "22.6",
    of="mean_iou",
    tag="formula",
    edit=("confusion.sum(axis=1) - agreed", "confusion.sum(axis=1)"),
)
def agreed_pixels_counted_twice():
    """What is the mIoU of a perfect answer, by your function?

    A half: pixels on which both agree stand in the row and in the column, and are counted twice."""


@mistake("22.6", name="pixel-accuracy", tag="formula")
def mean_iou(confusion):
    """Does a rare class matter in your number?

    You gave the share of right pixels. Each class gets its own number first, then they are averaged."""
    confusion = np.asarray(confusion, float)
    return float(np.trace(confusion) / confusion.sum())


@mistake("22.6", name="all-classes-in-one-fraction", tag="missing-1/n")
def mean_iou(confusion):
    """Which classes count most in your fraction?

    The large ones. A fraction for each class comes first, and then their mean."""
    confusion = np.asarray(confusion, float)
    agreed = np.trace(confusion)
    return float(agreed / (2 * confusion.sum() - agreed))


@mistake(
    "22.6",
    of="stamp",
    tag="formula",
    edit=("[:a, :b] += x[i, j] * kernel", "[:a, :b] = x[i, j] * kernel"),
)
def stamps_replace():
    """Two stamps lie over one another. What is left of the first?

    They add up."""


@mistake(
    "22.6",
    of="stamp",
    tag="formula",
    edit=("x[i, j] * kernel", "x[i, j] * kernel[::-1, ::-1]"),
)
def stamps_turned():
    """A single 1 is stamped. Is the kernel on your output upside down?

    A stamp is not flipped."""


@mistake(
    "22.6",
    of="stamp",
    tag="off-by-one",
    edit=(
        "np.zeros(((h - 1) * stride + a, (w - 1) * stride + b))",
        "np.zeros((h * stride + a, w * stride + b))",
    ),
)
def one_stride_too_large():
    """Where does the last pixel's stamp begin, and where does your output end?

    The last one begins after n - 1 strides."""


@mistake("22.6", name="rows-and-columns-of-the-output-exchanged", tag="transpose")
def stamp(x, kernel, stride):
    """Your map has more columns than rows. Has your output?

    The first axis of the map stays the first."""
    x, kernel = np.asarray(x, float).T, np.asarray(kernel, float)
    (h, w), (a, b) = x.shape, kernel.shape
    out = np.zeros(((h - 1) * stride + a, (w - 1) * stride + b))
    for (i, j), value in np.ndenumerate(x):
        out[i * stride : i * stride + a, j * stride : j * stride + b] += value * kernel
    return out


@mistake("22.6", name="stride-left-out", tag="formula")
def stamp(x, kernel, stride):
    """Is your output larger with a larger stride?

    Neighbouring pixels stamp `stride` places apart."""
    x, kernel = np.asarray(x, float), np.asarray(kernel, float)
    out = np.zeros((x.shape[0] + kernel.shape[0] - 1, x.shape[1] + kernel.shape[1] - 1))
    for (i, j), value in np.ndenumerate(x):
        out[i : i + kernel.shape[0], j : j + kernel.shape[1]] += value * kernel
    return out


@mistake(
    "22.6",
    of="tent",
    tag="off-by-one",
    edit=(
        "np.abs(np.arange(2 * stride) + 0.5 - stride)",
        "np.abs(np.arange(2 * stride) - stride)",
    ),
)
def tent_not_symmetric():
    """Is your kernel the same from both sides?

    Its middle lies between two pixels. Take the line at the centres of the pixels."""


@mistake(
    "22.6",
    of="tent",
    tag="missing-1/n",
    edit=(
        "return np.outer(weights, weights)",
        "return np.outer(weights, weights) / np.sum(weights) ** 2",
    ),
)
def kernel_with_sum_one():
    """Stamp a map of ones. How large is the output in its middle?

    Each place of the output is reached by few pixels, and their weights have to add up to 1, not those of the kernel."""


@mistake(
    "22.6",
    of="tent",
    tag="formula",
    edit=(
        "return np.outer(weights, weights)",
        "return np.minimum(weights, weights[:, None])",
    ),
)
def pyramid():
    """What does the kernel weigh half-way out along both axes?

    A half times a half: weights of the two axes are multiplied."""


@mistake(
    "22.6",
    of="tent",
    tag="formula",
    edit=("weights = 1 - away / stride", "weights = 1.0 * (away < stride / 2)"),
)
def blocks():
    """Does your kernel fall in a straight line?

    Yours copies each pixel into a block. Interpolation needs weights that fall from the middle outwards."""


# 22.7 ---------------------------------------------------------------------------------


@mistake(
    "22.7",
    of="convolve3d",
    tag="formula",
    edit=(
        "volume[window] @ kernel[at]",
        "volume[window] @ kernel[::-1, ::-1, ::-1][at]",
    ),
)
def kernel_flipped():
    """Which corner of your kernel meets the first voxel of a window?

    The first one: Keras does not flip."""


@mistake(
    "22.7",
    of="convolve3d",
    tag="off-by-one",
    edit=("n - k + 1 for n, k", "n - k for n, k"),
)
def one_place_short():
    """A kernel as large as the volume fits once. How often in yours?

    From the first place to the last there are n - k + 1."""


@mistake("22.7", name="depth-as-channels", tag="axis")
def convolve3d(volume, kernel):
    """Does your kernel move along depth?

    You added up over slices as if they were channels. Depth is an axis to move along, like height and width."""
    volume, kernel = np.asarray(volume, float), np.asarray(kernel, float)
    d, h, w = (
        n - k + 1 for n, k in zip(volume.shape[:3], kernel.shape[:3], strict=True)
    )
    out = np.zeros((d, h, w, kernel.shape[-1]))
    for _, a, b in np.ndindex(*kernel.shape[:3]):
        seen = volume[: kernel.shape[0], a : a + h, b : b + w]
        out += np.einsum("dhwc,dcm->hwm", seen, kernel[:, a, b]) / kernel.shape[0]
    return out


@mistake("22.7", name="mean-for-sum", tag="missing-1/n")
def convolve3d(volume, kernel):
    """Are your numbers too small by one factor everywhere?

    You took means. A convolution adds the products up."""
    volume, kernel = np.asarray(volume, float), np.asarray(kernel, float)
    size = int(np.prod(kernel.shape[:4]))
    d, h, w = (
        n - k + 1 for n, k in zip(volume.shape[:3], kernel.shape[:3], strict=True)
    )
    out = np.zeros((d, h, w, kernel.shape[-1]))
    for z, a, b in np.ndindex(d, h, w):
        seen = volume[z:, a:, b:][
            : kernel.shape[0], : kernel.shape[1], : kernel.shape[2]
        ]
        out[z, a, b] = np.tensordot(seen, kernel, axes=4) / size
    return out


@mistake("22.7", name="channels-kept-apart", tag="axis")
def convolve3d(volume, kernel):
    """How many channels does each output map look at?

    All of them: the products are added up over the channels as well. Yours uses the first alone."""
    volume, kernel = np.asarray(volume, float), np.asarray(kernel, float)
    d, h, w = (
        n - k + 1 for n, k in zip(volume.shape[:3], kernel.shape[:3], strict=True)
    )
    out = np.zeros((d, h, w, kernel.shape[-1]))
    for z, a, b in np.ndindex(*kernel.shape[:3]):
        seen = volume[z : z + d, a : a + h, b : b + w, :1]
        out += seen * kernel[z, a, b, 0]
    return out


@mistake("22.7", name="height-and-width-exchanged", tag="transpose")
def convolve3d(volume, kernel):
    """Which axis of the kernel goes along the height?

    Depth, height, width: in the kernel as in the volume."""
    volume, kernel = (
        np.asarray(volume, float),
        np.swapaxes(np.asarray(kernel, float), 1, 2),
    )
    shape = [
        max(1, n - k + 1) for n, k in zip(volume.shape, kernel.shape[:3], strict=False)
    ]
    out = np.zeros((*shape, kernel.shape[-1]))
    for z, a, b in np.ndindex(*kernel.shape[:3]):
        seen = volume[z : z + shape[0], a : a + shape[1], b : b + shape[2]]
        if seen.shape[:3] == tuple(shape):
            out += seen @ kernel[z, a, b]
    return out


@mistake(
    "22.7",
    of="rand_error",
    tag="edge-case",
    edit=("    true, answer = true[true != 0], answer[true != 0]\n", ""),
)
def membrane_counted():
    """Do pairs of membrane voxels count in your numbers?

    Voxels whose true label is 0 are left out before anything is counted."""


@mistake(
    "22.7",
    of="rand_error",
    tag="edge-case",
    edit=(
        "true, answer = true[true != 0], answer[true != 0]",
        "inside = (true != 0) & (answer != 0)\n    true, answer = true[inside], answer[inside]",
    ),
)
def zeros_of_the_answer_left_out():
    """An answer gives a voxel of a cell the label 0. Is it left out?

    No: only the true label decides. In the answer 0 is a label like others."""


@mistake(
    "22.7",
    of="rand_error",
    tag="order",
    edit=("both / together, both / belonging", "both / belonging, both / together"),
)
def precision_and_recall_exchanged():
    """An answer that joins everything: which of the two should be 1?

    Recall: whatever belongs together is together. Precision divides by the pairs that the answer makes."""


@mistake(
    "22.7",
    of="rand_error",
    tag="formula",
    edit=("np.sum(counts * (counts - 1))", "np.sum(counts**2)"),
)
def voxel_with_itself():
    """How many pairs of different voxels has a cell of one voxel?

    None. A square counts each voxel with itself."""


@mistake(
    "22.7",
    of="rand_error",
    tag="formula",
    edit=("np.sum(counts * (counts - 1))", "np.sum(counts)"),
)
def voxels_for_pairs():
    """A cell of ten voxels: how many pairs are in it, and how many do you count?

    Pairs grow with the square of the size; you counted voxels."""


@mistake(
    "22.7",
    of="rand_error",
    tag="formula",
    edit=(
        "error = 1 - 2 * both / (together + belonging)",
        "error = 1 - (both / together + both / belonging) / 2",
    ),
)
def plain_mean_of_both():
    """How is F1 made of precision and recall?

    It is their harmonic mean (lab 05), not the plain one."""


@mistake(
    "22.7",
    of="rand_error",
    tag="formula",
    edit=(
        "error = 1 - 2 * both / (together + belonging)",
        "error = 2 * both / (together + belonging)",
    ),
)
def agreement_for_error():
    """What is the error of a perfect answer, by your function?

    It is to be 0: one minus F1."""


@mistake("22.7", name="labels-compared", tag="formula")
def rand_error(true, answer):
    """Rename the labels of a perfect answer. Is it still perfect?

    Labels are names: only which voxels share one counts."""
    true, answer = np.ravel(true), np.ravel(answer)
    inside = true != 0
    share = float(np.mean(true[inside] == answer[inside]))
    return 1 - share, share, share


# 22.8 ---------------------------------------------------------------------------------


@mistake(
    "22.8",
    of="add_twins",
    tag="formula",
    edit=("labels + 1 - 2 * (labels % 2)", "labels"),
)
def twins_with_one_label():
    """What does a clip show when it is played backwards?

    The other action of the pair: even labels grow by one, odd ones fall by one."""


@mistake(
    "22.8",
    of="add_twins",
    tag="off-by-one",
    edit=("labels + 1 - 2 * (labels % 2)", "labels + 1"),
)
def always_the_next_label():
    """Which action is the twin of label 3?

    2: the pairs are 0 and 1, 2 and 3, and so on."""


@mistake(
    "22.8",
    of="add_twins",
    tag="axis",
    edit=("clips[:, ::-1]", "clips[::-1]"),
)
def clips_turned_round():
    """Which axis do you turn round?

    Time, the second one. You turned the order of the clips."""


@mistake("22.8", name="pictures-mirrored", tag="axis")
def add_twins(clips, labels):
    """Are the twin's frames the same as the clip's?

    You mirrored the pictures. A twin has the same frames, from the last to the first."""
    clips, labels = np.asarray(clips), np.asarray(labels)
    both = np.stack([clips, clips[..., ::-1]], axis=1)
    names = np.stack([labels, labels ^ 1], axis=1)
    return both.reshape(-1, *clips.shape[1:]), names.ravel()


@mistake("22.8", name="all-clips-then-all-twins", tag="order")
def add_twins(clips, labels):
    """What stands right behind clip 0?

    Its twin is due there: clip and twin take turns."""
    clips, labels = np.asarray(clips), np.asarray(labels)
    return np.concatenate([clips, clips[:, ::-1]]), np.concatenate([labels, labels ^ 1])


@mistake("22.8", name="both-played-backwards", tag="order")
def add_twins(clips, labels):
    """In which order are the frames of the first of two twins?

    As they came. Only the second is played backwards."""
    clips, labels = np.asarray(clips), np.asarray(labels)
    return np.repeat(clips[:, ::-1], 2, axis=0), np.stack(
        [labels, labels ^ 1], axis=1
    ).ravel()


@mistake(
    "22.8",
    of="best_without_order",
    tag="order",
    edit=(
        "tuple(sorted(frame.tobytes() for frame in clip))",
        "tuple(frame.tobytes() for frame in clip)",
    ),
)
def order_not_forgotten():
    """Are a clip and its twin one heap of frames for you?

    They hold the same frames. What is blind to order cannot tell them apart."""


@mistake(
    "22.8",
    of="best_without_order",
    tag="ties",
    edit=(
        "tuple(sorted(frame.tobytes() for frame in clip))",
        "frozenset(frame.tobytes() for frame in clip)",
    ),
)
def how_often_forgotten():
    """One clip shows a frame twice, another shows it once. Do they have the same average?

    No: how often a frame occurs can be seen without any order."""


@mistake("22.8", name="equal-means", tag="formula")
def best_without_order(clips, labels):
    """Two clips have one mean over all their numbers. Do they show the same frames?

    Not always. Group the clips by their frames, pixel by pixel."""
    groups = {}
    for clip, label in zip(
        np.asarray(clips, float), np.asarray(labels).tolist(), strict=True
    ):
        groups.setdefault(round(float(clip.mean()), 9), []).append(label)
    right = sum(max(g.count(k) for k in g) for g in groups.values())
    return right / len(clips)


@mistake("22.8", name="one-right-for-each-heap", tag="missing-1/n")
def best_without_order(clips, labels):
    """A heap of five clips, four with one label. How many of them can be right?

    Four: all clips with the label that most of them have."""
    groups = {tuple(sorted(f.tobytes() for f in clip)) for clip in np.asarray(clips)}
    return len(groups) / len(clips)


@mistake(
    "22.8",
    of="best_without_order",
    tag="missing-1/n",
    edit=("return right / len(clips)", "return right / len(groups)"),
)
def divided_by_heaps():
    """By what do you divide? Can a share be more than 1?

    By the number of clips."""


@mistake("22.8", name="heaps-averaged", tag="missing-1/n")
def best_without_order(clips, labels):
    """Does a heap of one clip count as much as one of ten?

    A share of clips is due: add up what is right, then divide once."""
    groups = {}
    for clip, label in zip(np.asarray(clips), np.asarray(labels).tolist(), strict=True):
        groups.setdefault(tuple(sorted(f.tobytes() for f in clip)), []).append(label)
    return float(
        np.mean([max(g.count(k) for k in g) / len(g) for g in groups.values()])
    )


@mistake("22.8", name="each-pixel-sorted-by-itself", tag="axis")
def best_without_order(clips, labels):
    """You sorted along time, each pixel by itself. Are frames still frames?

    A frame is all its pixels at one moment. Two clips share a heap only if whole frames are the same."""
    groups = {}
    for clip, label in zip(np.asarray(clips), np.asarray(labels).tolist(), strict=True):
        groups.setdefault(np.sort(clip, axis=0).tobytes(), []).append(label)
    return sum(max(g.count(k) for k in g) for g in groups.values()) / len(clips)


@mistake("22.8", name="only-played-backwards", tag="formula")
def best_without_order(clips, labels):
    """Three frames can come in six orders. Which of them are one heap for you?

    Not only a clip and its twin: the same frames in whatever order."""
    groups = {}
    for clip, label in zip(np.asarray(clips), np.asarray(labels).tolist(), strict=True):
        groups.setdefault(min(clip.tobytes(), clip[::-1].tobytes()), []).append(label)
    return sum(max(g.count(k) for k in g) for g in groups.values()) / len(clips)


@mistake("22.8", name="commonest-label-of-all", tag="formula")
def best_without_order(clips, labels):
    """Does your reader look at the frames at all?

    It may see which frames there are, only not their order: each heap gets a label of its own."""
    return float(np.unique(labels, return_counts=True)[1].max() / len(labels))


@mistake("22.8", name="labels-mirrored", tag="formula")
def add_twins(clips, labels):
    """Which action is the twin of label 0, by your function?

    1: the pairs are 0 and 1, 2 and 3, and so on."""
    clips, labels = np.asarray(clips), np.asarray(labels)
    both = np.stack([clips, clips[:, ::-1]], axis=1).reshape(-1, *clips.shape[1:])
    return both, np.stack([labels, labels.max() - labels], axis=1).ravel()


# Mutants that compute the same ---------------------------------------------------------

excuse("22.1", "iou: 1 -> 2", "0 stays 0, whatever it is divided by")
excuse(
    "22.2",
    "to_grid: 0 -> 1 (2)",
    "differs only where a taken cell's thing lies exactly on the cell's left edge",
)
excuse(
    "22.4",
    "find_hits: np.array(hits) -> np.asarray(hits)",
    "of a list both make a new array",
)
excuse(
    "22.8", "add_twins: 1 -> 2 (3)", "NumPy takes -2 like -1 for the side to be found"
)
