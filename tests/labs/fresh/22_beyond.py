"""Answers to lab 22 by somebody who did not write its catalogue."""

import numpy as np
from scipy import ndimage, signal

from coursekit.labs.author.fresh import fresh

# 22.1 ---------------------------------------------------------------------------------


def _iou(boxes, others, clip=True, plus=0.0, union="or"):
    a, b = np.asarray(boxes, float)[:, None], np.asarray(others, float)[None]
    w = np.minimum(a[..., 2], b[..., 2]) - np.maximum(a[..., 0], b[..., 0]) + plus
    h = np.minimum(a[..., 3], b[..., 3]) - np.maximum(a[..., 1], b[..., 1]) + plus
    if clip:
        w, h = np.maximum(w, 0), np.maximum(h, 0)
    s = w * h

    def area(z):
        return (z[..., 2] - z[..., 0] + plus) * (z[..., 3] - z[..., 1] + plus)

    u = {
        "or": area(a) + area(b) - s,
        "sum": area(a) + area(b),
        "min": np.minimum(area(a), area(b)) + 0 * s,
        "first": area(a) + 0 * s,
    }[union]
    return s / np.where(u > 0, u, 1)


@fresh("22.1", wrong=True)
def iou(boxes, others):
    return _iou(boxes, others, clip=False)


@fresh("22.1", wrong=True)
def iou(boxes, others):
    return _iou(boxes, others, plus=1.0)


@fresh("22.1", wrong=True)
def iou(boxes, others):
    return _iou(boxes, others, union="sum")


@fresh("22.1", wrong=True)
def iou(boxes, others):
    return _iou(boxes, others, union="min")


@fresh("22.1", wrong=True)
def iou(boxes, others):
    return _iou(boxes, others, union="first")


@fresh("22.1", wrong=True)
def iou(boxes, others):
    a, b = np.asarray(boxes, float)[:, None], np.asarray(others, float)[None]
    s = np.prod(
        np.clip(np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0, None),
        axis=-1,
    )
    u = np.prod(a[..., 2:] - a[..., :2], axis=-1) + np.prod(b[..., 2:] - b[..., :2], axis=-1) - s
    return s / u


@fresh("22.1", wrong=True)
def iou(boxes, others):
    a, b = np.asarray(boxes, float).copy(), np.asarray(others, float).copy()
    a[:, 2:] += a[:, :2]
    b[:, 2:] += b[:, :2]
    return _iou(a, b)


@fresh("22.1", wrong=True)
def iou(boxes, others):
    return _iou(boxes, others).T


@fresh("22.1", wrong=False)
def iou(boxes, others):
    out = []
    for a in boxes:
        row = []
        for b in others:
            w = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
            h = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
            u = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h
            row.append(float(w * h / u) if u > 0 else 0.0)
        out.append(row)
    return out


@fresh("22.1", wrong=False)
def iou(boxes, others):
    return _iou(np.asarray(boxes, np.float64), np.asarray(others, np.float64))


# 22.2 ---------------------------------------------------------------------------------


def _grid(
    boxes,
    classes,
    cells,
    size,
    k,
    swap=False,
    corner=False,
    cellwise=False,
    whole=False,
    last="large",
    wh=False,
):
    g, area = np.zeros((cells, cells, 5 + k)), np.full((cells, cells), -1.0)
    for (x0, y0, x1, y1), c in zip(np.asarray(boxes, float), classes, strict=True):
        x, y = (x0, y0) if corner else ((x0 + x1) / 2, (y0 + y1) / 2)
        u, v = x * cells / size, y * cells / size
        r, q = int(v), int(u)
        if swap:
            r, q = q, r
        big = (x1 - x0) * (y1 - y0)
        better = {
            "large": big > area[r, q],
            "small": area[r, q] < 0 or big < area[r, q],
            "last": True,
            "first": area[r, q] < 0,
            "tie": big >= area[r, q],
        }[last]
        if better:
            s = size / cells if cellwise else size
            place = [x / size, y / size] if whole else [u - int(u), v - int(v)]
            dims = [(x1 - x0) / s, (y1 - y0) / s]
            g[r, q] = [1, *place, *(dims[::-1] if wh else dims), *np.eye(k)[int(c)]]
            area[r, q] = big
    return g


@fresh("22.2", wrong=True)
def to_grid(boxes, classes, cells, size, num_classes):
    return _grid(boxes, classes, cells, size, num_classes, swap=True)


@fresh("22.2", wrong=True)
def to_grid(boxes, classes, cells, size, num_classes):
    return _grid(boxes, classes, cells, size, num_classes, corner=True)


@fresh("22.2", wrong=True)
def to_grid(boxes, classes, cells, size, num_classes):
    return _grid(boxes, classes, cells, size, num_classes, cellwise=True)


@fresh("22.2", wrong=True)
def to_grid(boxes, classes, cells, size, num_classes):
    return _grid(boxes, classes, cells, size, num_classes, whole=True)


@fresh("22.2", wrong=True)
def to_grid(boxes, classes, cells, size, num_classes):
    return _grid(boxes, classes, cells, size, num_classes, last="last")


@fresh("22.2", wrong=True)
def to_grid(boxes, classes, cells, size, num_classes):
    return _grid(boxes, classes, cells, size, num_classes, last="first")


@fresh("22.2", wrong=True)
def to_grid(boxes, classes, cells, size, num_classes):
    return _grid(boxes, classes, cells, size, num_classes, last="tie")


@fresh("22.2", wrong=True)
def to_grid(boxes, classes, cells, size, num_classes):
    return _grid(boxes, classes, cells, size, num_classes, last="small")


@fresh("22.2", wrong=True)
def to_grid(boxes, classes, cells, size, num_classes):
    return _grid(boxes, classes, cells, size, num_classes, wh=True)


def _back(grid, size, least, strict=False, first=False, centre=False, swap=False, cellwise=False):
    g = np.asarray(grid, float)
    s = g[..., 0] * (1 if first else g[..., 5:].max(axis=-1))
    r, c = np.nonzero(s > least if strict else s >= least)
    dx, dy, w, h = g[r, c, 1:5].T
    if swap:
        r, c = c, r
    x, y = (c + dx) / len(g), (r + dy) / len(g)
    if cellwise:
        w, h = w / len(g), h / len(g)
    parts = (
        [x, y, w, h]
        if centre == "xywh"
        else [x, y, x + w, y + h]
        if centre
        else [x - w / 2, y - h / 2, x + w / 2, y + h / 2]
    )
    if swap:
        r, c = c, r
    return size * np.stack(parts, axis=1), s[r, c], g[r, c, 5:].argmax(axis=-1)


@fresh("22.2", wrong=True)
def from_grid(grid, size, least):
    return _back(grid, size, least, strict=True)


@fresh("22.2", wrong=True)
def from_grid(grid, size, least):
    return _back(grid, size, least, first=True)


@fresh("22.2", wrong=True)
def from_grid(grid, size, least):
    return _back(grid, size, least, centre=True)


@fresh("22.2", wrong=True)
def from_grid(grid, size, least):
    return _back(grid, size, least, centre="xywh")


@fresh("22.2", wrong=True)
def from_grid(grid, size, least):
    return _back(grid, size, least, swap=True)


@fresh("22.2", wrong=True)
def from_grid(grid, size, least):
    b, s, c = _back(grid, size, least)
    order = np.argsort(-s, kind="stable")
    return b[order], s[order], c[order]


@fresh("22.2", wrong=True)
def from_grid(grid, size, least):
    b, s, c = _back(grid, size, least)
    return b / size, s, c


@fresh("22.2", wrong=False)
def to_grid(boxes, classes, cells, size, num_classes):
    best = {}
    step = size / cells
    for i, (x0, y0, x1, y1) in enumerate(boxes):
        cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
        key = (int(cy // step), int(cx // step))
        area = (x1 - x0) * (y1 - y0)
        if key not in best or area > best[key][0]:
            best[key] = (area, i, cx, cy)
    out = np.zeros((cells, cells, 5 + num_classes), np.float32)
    for (r, c), (_, i, cx, cy) in best.items():
        x0, y0, x1, y1 = boxes[i]
        out[r, c, :5] = 1, cx / step - c, cy / step - r, (x1 - x0) / size, (y1 - y0) / size
        out[r, c, 5 + int(classes[i])] = 1
    return out


@fresh("22.2", wrong=False)
def from_grid(grid, size, least):
    boxes, scores, classes = [], [], []
    n = len(grid)
    for r in range(n):
        for c in range(n):
            cell = np.asarray(grid[r][c], float)
            k = int(np.argmax(cell[5:]))
            score = cell[0] * cell[5 + k]
            if score >= least:
                x, y = (c + cell[1]) * size / n, (r + cell[2]) * size / n
                w, h = cell[3] * size, cell[4] * size
                boxes.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
                scores.append(score)
                classes.append(k)
    return np.array(boxes).reshape(-1, 4), np.array(scores), np.array(classes, int)


# 22.3 ---------------------------------------------------------------------------------


def _suppress(
    overlap, scores, classes, most, same=True, alive=True, order=True, strict=False, stable=True
):
    o, s = np.asarray(overlap, float), np.asarray(scores, float)
    places = np.argsort(-s, kind="stable") if stable else np.argsort(s, kind="stable")[::-1]
    if not order:
        places = np.arange(len(s))
    kept, seen = [], []
    for p in places:
        rivals = kept if alive else seen
        clash = [
            k
            for k in rivals
            if (not same or classes[k] == classes[p])
            and (o[p, k] >= most if strict else o[p, k] > most)
        ]
        if not clash:
            kept.append(int(p))
        seen.append(p)
    return kept


@fresh("22.3", wrong=True)
def suppress(overlap, scores, classes, most):
    return _suppress(overlap, scores, classes, most, same=False)


@fresh("22.3", wrong=True)
def suppress(overlap, scores, classes, most):
    return _suppress(overlap, scores, classes, most, alive=False)


@fresh("22.3", wrong=True)
def suppress(overlap, scores, classes, most):
    return _suppress(overlap, scores, classes, most, order=False)


@fresh("22.3", wrong=True)
def suppress(overlap, scores, classes, most):
    return _suppress(overlap, scores, classes, most, strict=True)


@fresh("22.3", wrong=True)
def suppress(overlap, scores, classes, most):
    return _suppress(overlap, scores, classes, most, stable=False)


@fresh("22.3", wrong=True)
def suppress(overlap, scores, classes, most):
    return sorted(_suppress(overlap, scores, classes, most))


@fresh("22.3", wrong=True)
def suppress(overlap, scores, classes, most):
    kept = _suppress(overlap, scores, classes, most)
    return [i in kept for i in range(len(scores))]


@fresh("22.3", wrong=True)
def suppress(overlap, scores, classes, most):
    best = {}
    for i in np.argsort(-np.asarray(scores, float), kind="stable"):
        best.setdefault(int(classes[i]), int(i))
    return list(best.values())


@fresh("22.3", wrong=False)
def suppress(overlap, scores, classes, most):
    o, c = np.asarray(overlap, float), np.asarray(classes)
    left = sorted(range(len(c)), key=lambda i: -scores[i])
    kept = []
    while left:
        top = left.pop(0)
        kept.append(top)
        left = [i for i in left if c[i] != c[top] or o[i, top] <= most]
    return kept


@fresh("22.3", wrong=False)
def suppress(overlap, scores, classes, most):
    o, c, s = np.asarray(overlap), np.asarray(classes), np.asarray(scores, float)
    alive = np.ones(len(s), bool)
    out = []
    for i in np.lexsort((np.arange(len(s)), -s)):
        if alive[i]:
            out.append(i)
            alive &= ~((c == c[i]) & (o[:, i] > most))
    return np.array(out)


# 22.4 ---------------------------------------------------------------------------------


def _hits(
    overlap,
    scores,
    least,
    order=True,
    again=False,
    strict=False,
    free=False,
    stable=True,
    back=False,
):
    o, s = np.asarray(overlap, float), np.asarray(scores, float)
    places = np.argsort(-s, kind="stable") if stable else np.argsort(s, kind="stable")[::-1]
    if not order:
        places = np.arange(len(s))
    hits, taken = [], set()
    for b in places:
        row = o[b].copy()
        if free and taken:
            row[list(taken)] = -1
        t = int(row.argmax())
        ok = (row[t] > least if strict else row[t] >= least) and (again or t not in taken)
        hits.append(bool(ok))
        if ok:
            taken.add(t)
    hits = np.array(hits)
    if back:
        out = np.empty(len(hits), bool)
        out[places] = hits
        return out
    return hits


@fresh("22.4", wrong=True)
def find_hits(overlap, scores, least):
    return _hits(overlap, scores, least, order=False)


@fresh("22.4", wrong=True)
def find_hits(overlap, scores, least):
    return _hits(overlap, scores, least, again=True)


@fresh("22.4", wrong=True)
def find_hits(overlap, scores, least):
    return _hits(overlap, scores, least, strict=True)


@fresh("22.4", wrong=True)
def find_hits(overlap, scores, least):
    return _hits(overlap, scores, least, free=True)


@fresh("22.4", wrong=True)
def find_hits(overlap, scores, least):
    return _hits(overlap, scores, least, stable=False)


@fresh("22.4", wrong=True)
def find_hits(overlap, scores, least):
    return _hits(overlap, scores, least, back=True)


@fresh("22.4", wrong=True)
def average_precision(hits, truths):
    h = np.asarray(hits, float)
    found = np.cumsum(h)
    return float(np.sum(h * found / np.arange(1, len(h) + 1)) / truths)


@fresh("22.4", wrong=True)
def average_precision(hits, truths):
    h = np.asarray(hits, float)
    found = np.cumsum(h)
    p = found / np.arange(1, len(h) + 1)
    env = np.maximum.accumulate(p[::-1])[::-1]
    return float(np.sum(h * env) / max(h.sum(), 1))


@fresh("22.4", wrong=True)
def average_precision(hits, truths):
    return float(np.mean(np.asarray(hits, float)))


@fresh("22.4", wrong=True)
def average_precision(hits, truths):
    h = np.asarray(hits, float)
    found = np.cumsum(h)
    p = found / np.arange(1, len(h) + 1)
    env = np.maximum.accumulate(p)
    return float(np.sum(h * env) / truths)


@fresh("22.4", wrong=True)
def average_precision(hits, truths):
    h = np.asarray(hits, float)
    found = np.cumsum(h)
    p = found / np.arange(1, len(h) + 1)
    env = np.maximum.accumulate(p[::-1])[::-1]
    return float(np.trapezoid(env, found / truths))


@fresh("22.4", wrong=True)
def average_precision(hits, truths):
    h = np.asarray(hits, float)
    found = np.cumsum(h)
    p, r = found / np.arange(1, len(h) + 1), found / truths
    return float(
        np.mean(
            [
                max([a for a, b in zip(p, r, strict=True) if b >= t], default=0)
                for t in np.linspace(0, 1, 11)
            ]
        )
    )


@fresh("22.4", wrong=False)
def find_hits(overlap, scores, least):
    o = np.asarray(overlap, float)
    free = np.ones(o.shape[1], bool)
    out = []
    for b in sorted(range(len(scores)), key=lambda i: (-scores[i], i)):
        t = int(np.argmax(o[b]))
        hit = o[b, t] >= least and free[t]
        free[t] &= not hit
        out.append(hit)
    return out


@fresh("22.4", wrong=False)
def average_precision(hits, truths):
    hits = [bool(h) for h in hits]
    p = [sum(hits[: i + 1]) / (i + 1) for i in range(len(hits))]
    return sum(max(p[i:]) for i in range(len(hits)) if hits[i]) / truths


# 22.5 ---------------------------------------------------------------------------------


def _heat(joint, size, spread, half=0.5, two=2.0, norm="sum", swap=False, root=False):
    x, y = np.asarray(joint, float)
    if swap:
        x, y = y, x
    if not np.isfinite(x + y):
        return np.zeros((size, size))
    c = np.arange(size) + half
    d = (c - x) ** 2 + (c[:, None] - y) ** 2
    h = np.exp(-(np.sqrt(d) if root else d) / (two * spread**2))
    return h / (h.sum() if norm == "sum" else h.max() if norm == "max" else two * np.pi * spread**2)


@fresh("22.5", wrong=True)
def heat_map(joint, size, spread):
    return _heat(joint, size, spread, half=0.0)


@fresh("22.5", wrong=True)
def heat_map(joint, size, spread):
    return _heat(joint, size, spread, norm="max")


@fresh("22.5", wrong=True)
def heat_map(joint, size, spread):
    return _heat(joint, size, spread, norm="formula")


@fresh("22.5", wrong=True)
def heat_map(joint, size, spread):
    return _heat(joint, size, spread, swap=True)


@fresh("22.5", wrong=True)
def heat_map(joint, size, spread):
    return _heat(joint, size, spread, two=1.0)


@fresh("22.5", wrong=True)
def heat_map(joint, size, spread):
    return _heat(joint, size, spread, root=True)


@fresh("22.5", wrong=True)
def heat_map(joint, size, spread):
    x, y = np.asarray(joint, float)
    c = np.arange(size) + 0.5
    h = np.exp(-((c - x) ** 2 + (c[:, None] - y) ** 2) / (2 * spread**2))
    return h / h.sum()


def _read(logits, half=0.5, swap=False, shift=True, all_=False, soft=True):
    l = np.asarray(logits, float)
    axis = (0, 1, 2) if all_ else (0, 1)
    h = np.exp(l - l.max(axis=(0, 1))) if shift else np.exp(l)
    h = h / h.sum(axis=axis)
    rows, cols = np.arange(l.shape[0]) + half, np.arange(l.shape[1]) + half
    x = np.einsum("hwj,w->j", h, cols)
    y = np.einsum("hwj,h->j", h, rows)
    return np.stack([y, x] if swap else [x, y], axis=-1)


@fresh("22.5", wrong=True)
def read_maps(logits):
    return _read(logits, half=0.0)


@fresh("22.5", wrong=True)
def read_maps(logits):
    return _read(logits, swap=True)


@fresh("22.5", wrong=True)
def read_maps(logits):
    return _read(logits, shift=False)


@fresh("22.5", wrong=True)
def read_maps(logits):
    return _read(logits, all_=True)


@fresh("22.5", wrong=True)
def read_maps(logits):
    l = np.asarray(logits, float)
    flat = l.reshape(-1, l.shape[-1]).argmax(axis=0)
    r, c = np.unravel_index(flat, l.shape[:2])
    return np.stack([c + 0.5, r + 0.5], axis=-1)


@fresh("22.5", wrong=True)
def read_maps(logits):
    l = np.asarray(logits, float)
    h = np.exp(l - l.max(axis=-1, keepdims=True))
    h = h / h.sum(axis=-1, keepdims=True)
    h = h / h.sum(axis=(0, 1))
    rows, cols = np.arange(l.shape[0]) + 0.5, np.arange(l.shape[1]) + 0.5
    return np.stack([np.einsum("hwj,w->j", h, cols), np.einsum("hwj,h->j", h, rows)], axis=-1)


@fresh("22.5", wrong=True)
def pck(y_true, y_pred, heights, alpha):
    away = np.linalg.norm(np.asarray(y_pred, float) - np.asarray(y_true, float), axis=-1)
    return float(np.mean(away <= alpha * np.asarray(heights, float)[:, None]))


@fresh("22.5", wrong=True)
def pck(y_true, y_pred, heights, alpha):
    away = np.linalg.norm(np.asarray(y_pred, float) - np.asarray(y_true, float), axis=-1)
    ok = np.isfinite(away)
    return float(np.sum((away < alpha * np.asarray(heights, float)[:, None]) & ok) / ok.sum())


@fresh("22.5", wrong=True)
def pck(y_true, y_pred, heights, alpha):
    away = np.linalg.norm(np.asarray(y_pred, float) - np.asarray(y_true, float), axis=-1)
    ok = np.isfinite(away)
    return float(np.sum((away <= alpha * np.mean(heights)) & ok) / ok.sum())


@fresh("22.5", wrong=True)
def pck(y_true, y_pred, heights, alpha):
    gap = np.abs(np.asarray(y_pred, float) - np.asarray(y_true, float))
    ok = np.isfinite(gap).all(axis=-1)
    near = (gap <= alpha * np.asarray(heights, float)[:, None, None]).all(axis=-1)
    return float(np.sum(near & ok) / ok.sum())


@fresh("22.5", wrong=True)
def pck(y_true, y_pred, heights, alpha):
    away = np.linalg.norm(np.asarray(y_pred, float) - np.asarray(y_true, float), axis=-1)
    ok = np.isfinite(away)
    each = ((away <= alpha * np.asarray(heights, float)[:, None]) & ok).sum(1) / np.maximum(
        ok.sum(1), 1
    )
    return float(each.mean())


@fresh("22.5", wrong=True)
def pck(y_true, y_pred, heights, alpha):
    away = np.linalg.norm(np.asarray(y_pred, float) - np.asarray(y_true, float), axis=-1)
    ok = np.isfinite(away)
    return float(np.sum((away > alpha * np.asarray(heights, float)[:, None]) & ok) / ok.sum())


@fresh("22.5", wrong=False)
def heat_map(joint, size, spread):
    x, y = float(joint[0]), float(joint[1])
    if np.isnan(x) or np.isnan(y):
        return np.zeros((size, size)).tolist()
    c = np.arange(size) + 0.5
    a, b = -((c - x) ** 2) / (2 * spread**2), -((c - y) ** 2) / (2 * spread**2)
    a, b = np.exp(a - a.max()), np.exp(b - b.max())
    return np.outer(b / b.sum(), a / a.sum()).tolist()


@fresh("22.5", wrong=False)
def read_maps(logits):
    l = np.asarray(logits, float)
    out = []
    for j in range(l.shape[2]):
        m = l[:, :, j]
        p = np.exp(m - m.max())
        p /= p.sum()
        y, x = ndimage.center_of_mass(p)
        out.append([x + 0.5, y + 0.5])
    return out


@fresh("22.5", wrong=False)
def pck(y_true, y_pred, heights, alpha):
    found = known = 0
    for t, p, h in zip(np.asarray(y_true, float), np.asarray(y_pred, float), heights, strict=True):
        for a, b in zip(t, p, strict=True):
            if not np.isnan(a).any():
                known += 1
                found += float(np.sqrt(((a - b) ** 2).sum())) <= alpha * h
    return found / known


# 22.6 ---------------------------------------------------------------------------------


@fresh("22.6", wrong=True)
def mean_iou(confusion):
    c = np.asarray(confusion, float)
    u = c.sum(0) + c.sum(1) - np.diag(c)
    return float(np.mean(np.diag(c) / np.where(u > 0, u, 1)))


@fresh("22.6", wrong=True)
def mean_iou(confusion):
    c = np.asarray(confusion, float)
    u = c.sum(0) + c.sum(1)
    ok = u > 0
    return float(np.mean(np.diag(c)[ok] / u[ok]))


@fresh("22.6", wrong=True)
def mean_iou(confusion):
    c = np.asarray(confusion, float)
    u = c.sum(1)
    ok = u > 0
    return float(np.mean(np.diag(c)[ok] / u[ok]))


@fresh("22.6", wrong=True)
def mean_iou(confusion):
    c = np.asarray(confusion, float)
    return float(np.trace(c) / c.sum())


@fresh("22.6", wrong=True)
def mean_iou(confusion):
    c = np.asarray(confusion, float)
    u = c.sum(0) + c.sum(1) - np.diag(c)
    return float(np.trace(c) / u.sum())


@fresh("22.6", wrong=True)
def mean_iou(confusion):
    c = np.asarray(confusion, float)
    u = c.sum(0) + c.sum(1) - np.diag(c)
    ok = c.sum(1) > 0
    return float(np.mean(np.diag(c)[ok] / u[ok]))


@fresh("22.6", wrong=True)
def mean_iou(confusion):
    c = np.asarray(confusion, float)
    u = c.sum(0) + c.sum(1)
    ok = u > 0
    return float(np.mean(2 * np.diag(c)[ok] / u[ok]))


def _stamp(x, kernel, stride, flip=False, over=False, swap=False, size=None):
    x, k = np.asarray(x, float), np.asarray(kernel, float)
    if flip:
        k = k[::-1, ::-1]
    (h, w), (a, b) = x.shape, k.shape
    out = np.zeros(((h - 1) * stride + a, (w - 1) * stride + b))
    for i in range(h):
        for j in range(w):
            s = (slice(i * stride, i * stride + a), slice(j * stride, j * stride + b))
            if over:
                out[s] = x[i, j] * k
            else:
                out[s] += x[i, j] * k
    return out


@fresh("22.6", wrong=True)
def stamp(x, kernel, stride):
    return _stamp(x, kernel, stride, flip=True)


@fresh("22.6", wrong=True)
def stamp(x, kernel, stride):
    return _stamp(x, kernel, stride, over=True)


@fresh("22.6", wrong=True)
def stamp(x, kernel, stride):
    return _stamp(x, kernel, stride)[: len(x) * stride, : len(x[0]) * stride]


@fresh("22.6", wrong=True)
def stamp(x, kernel, stride):
    return _stamp(x, np.asarray(kernel, float).T, stride)


@fresh("22.6", wrong=True)
def stamp(x, kernel, stride):
    return signal.convolve2d(np.asarray(x, float), np.asarray(kernel, float))


@fresh("22.6", wrong=True)
def stamp(x, kernel, stride):
    return signal.convolve2d(
        np.kron(np.asarray(x, float), np.ones((stride, stride))),
        np.asarray(kernel, float),
        mode="same",
    )


@fresh("22.6", wrong=True)
def tent(stride):
    w = 1 - np.abs(np.arange(2 * stride) - stride) / stride
    return np.outer(w, w)


@fresh("22.6", wrong=True)
def tent(stride):
    w = 1 - np.abs(np.arange(2 * stride) + 0.5 - stride) / stride
    return np.outer(w, w) / np.outer(w, w).sum()


@fresh("22.6", wrong=True)
def tent(stride):
    w = 1 - np.abs(np.arange(2 * stride) + 0.5 - stride) / stride
    return np.minimum(w[:, None], w[None, :])


@fresh("22.6", wrong=True)
def tent(stride):
    w = 1 - np.abs(np.arange(2 * stride) + 0.5 - stride) / stride
    return np.outer(w, w) / w.max() ** 2


@fresh("22.6", wrong=True)
def tent(stride):
    return np.full((2 * stride, 2 * stride), 0.25)


@fresh("22.6", wrong=True)
def tent(stride):
    w = 1 - np.abs(np.arange(2 * stride - 1) + 1 - stride) / stride
    return np.outer(w, w)


@fresh("22.6", wrong=False)
def mean_iou(confusion):
    values = []
    n = len(confusion)
    for k in range(n):
        hit = confusion[k][k]
        union = (
            sum(confusion[k][j] for j in range(n)) + sum(confusion[i][k] for i in range(n)) - hit
        )
        if union:
            values.append(hit / union)
    return sum(values) / len(values)


@fresh("22.6", wrong=False)
def stamp(x, kernel, stride):
    x, k = np.asarray(x, float), np.asarray(kernel, float)
    wide = np.zeros(((x.shape[0] - 1) * stride + 1, (x.shape[1] - 1) * stride + 1))
    wide[::stride, ::stride] = x
    return signal.convolve2d(wide, k)


@fresh("22.6", wrong=False)
def tent(stride):
    up = [(i + 0.5) / stride for i in range(stride)]
    w = up + up[::-1]
    return [[a * b for b in w] for a in w]


# 22.7 ---------------------------------------------------------------------------------


@fresh("22.7", wrong=True)
def convolve3d(volume, kernel):
    v, k = np.asarray(volume, float), np.asarray(kernel, float)[::-1, ::-1, ::-1]
    w = np.lib.stride_tricks.sliding_window_view(v, k.shape[:3], axis=(0, 1, 2))
    return np.einsum("dhwcxyz,xyzcm->dhwm", w, k)


@fresh("22.7", wrong=True)
def convolve3d(volume, kernel):
    v, k = np.asarray(volume, float), np.asarray(kernel, float)
    w = np.lib.stride_tricks.sliding_window_view(v, k.shape[:3], axis=(0, 1, 2))
    return np.einsum("dhwcxyz,xyzcm->dhwcm", w, k)[:, :, :, 0]


@fresh("22.7", wrong=True)
def convolve3d(volume, kernel):
    v, k = np.asarray(volume, float), np.asarray(kernel, float)
    pads = [((n - 1) // 2, n // 2) for n in k.shape[:3]]
    v = np.pad(v, [*pads, (0, 0)])
    w = np.lib.stride_tricks.sliding_window_view(v, k.shape[:3], axis=(0, 1, 2))
    return np.einsum("dhwcxyz,xyzcm->dhwm", w, k)


@fresh("22.7", wrong=True)
def convolve3d(volume, kernel):
    v, k = np.asarray(volume, float), np.asarray(kernel, float)
    w = np.lib.stride_tricks.sliding_window_view(v, k.shape[:3], axis=(0, 1, 2))
    return np.einsum("dhwcxyz,xyzcm->dhwm", w, k) / np.prod(k.shape[:4])


@fresh("22.7", wrong=True)
def convolve3d(volume, kernel):
    v, k = np.asarray(volume, float), np.asarray(kernel, float)
    w = np.lib.stride_tricks.sliding_window_view(v, k.shape[:3], axis=(0, 1, 2))
    out = np.einsum("dhwcxyz,xyzcm->dhwm", w, k)
    return out[:-1] if len(out) > 1 else out


@fresh("22.7", wrong=True)
def convolve3d(volume, kernel):
    v, k = np.asarray(volume, float), np.asarray(kernel, float)
    w = np.lib.stride_tricks.sliding_window_view(v, k.shape[:3], axis=(0, 1, 2))
    return np.maximum(np.einsum("dhwcxyz,xyzcm->dhwm", w, k), 0)


def _rand(true, answer, drop=True, self_=False, dropa=False, swap=False):
    t, a = np.ravel(true), np.ravel(answer)
    if drop:
        t, a = t[t != 0], a[np.ravel(true) != 0]
    if dropa:
        t, a = t[a != 0], a[a != 0]

    def pairs(*labels):
        n = np.unique(np.stack(labels), axis=1, return_counts=True)[1].astype(float)
        return float(np.sum(n * n if self_ else n * (n - 1)))

    both, ta, tt = pairs(t, a), pairs(a), pairs(t)
    p, r = (both / ta if ta else 0.0), (both / tt if tt else 0.0)
    if swap:
        p, r = r, p
    return 1 - (2 * p * r / (p + r) if p + r else 0.0), p, r


@fresh("22.7", wrong=True)
def rand_error(true, answer):
    return _rand(true, answer, drop=False)


@fresh("22.7", wrong=True)
def rand_error(true, answer):
    return _rand(true, answer, self_=True)


@fresh("22.7", wrong=True)
def rand_error(true, answer):
    return _rand(true, answer, dropa=True)


@fresh("22.7", wrong=True)
def rand_error(true, answer):
    return _rand(true, answer, swap=True)


@fresh("22.7", wrong=True)
def rand_error(true, answer):
    e, p, r = _rand(true, answer)
    return 1 - e, p, r


@fresh("22.7", wrong=True)
def rand_error(true, answer):
    e, p, r = _rand(true, answer)
    return 1 - (p + r) / 2, p, r


@fresh("22.7", wrong=True)
def rand_error(true, answer):
    t, a = np.ravel(true), np.ravel(answer)
    ok = t != 0
    right = float(np.mean(t[ok] == a[ok]))
    return 1 - right, right, right


@fresh("22.7", wrong=False)
def convolve3d(volume, kernel):
    v, k = np.asarray(volume, float), np.asarray(kernel, float)
    maps = []
    for m in range(k.shape[4]):
        maps.append(
            sum(
                signal.correlate(v[..., c], k[..., c, m], mode="valid", method="direct")
                for c in range(k.shape[3])
            )
        )
    return np.stack(maps, axis=-1)


@fresh("22.7", wrong=False)
def rand_error(true, answer):
    t, a = np.ravel(true), np.ravel(answer)
    keep = t != 0
    t, a = t[keep], a[keep]
    same_t = np.equal.outer(t, t) & ~np.eye(len(t), dtype=bool)
    same_a = np.equal.outer(a, a) & ~np.eye(len(t), dtype=bool)
    both = (same_t & same_a).sum()
    p, r = both / same_a.sum(), both / same_t.sum()
    f = 2 * p * r / (p + r) if p + r else 0
    return np.array([1 - f, p, r])


# 22.8 ---------------------------------------------------------------------------------


@fresh("22.8", wrong=True)
def add_twins(clips, labels):
    c, l = np.asarray(clips), np.asarray(labels)
    return np.concatenate([c, c[:, ::-1]]), np.concatenate([l, l ^ 1])


@fresh("22.8", wrong=True)
def add_twins(clips, labels):
    c, l = np.asarray(clips), np.asarray(labels)
    both = np.stack([c, c[:, ::-1]], axis=1).reshape(-1, *c.shape[1:])
    return both, np.stack([l, l + 1], axis=1).ravel()


@fresh("22.8", wrong=True)
def add_twins(clips, labels):
    c, l = np.asarray(clips), np.asarray(labels)
    both = np.stack([c, c[:, ::-1]], axis=1).reshape(-1, *c.shape[1:])
    return both, np.repeat(l, 2)


@fresh("22.8", wrong=True)
def add_twins(clips, labels):
    c, l = np.asarray(clips), np.asarray(labels)
    both = np.stack([c, c], axis=1).reshape(-1, *c.shape[1:])
    return both, np.stack([l, l ^ 1], axis=1).ravel()


@fresh("22.8", wrong=True)
def add_twins(clips, labels):
    c, l = np.asarray(clips), np.asarray(labels)
    both = np.stack([c, c[..., ::-1]], axis=1).reshape(-1, *c.shape[1:])
    return both, np.stack([l, l ^ 1], axis=1).ravel()


@fresh("22.8", wrong=True)
def add_twins(clips, labels):
    c, l = np.asarray(clips, float), np.asarray(labels)
    both = np.stack([c, c[:, ::-1]], axis=1).reshape(-1, *c.shape[1:])
    return both, np.stack([l, l ^ 1], axis=1).ravel()


@fresh("22.8", wrong=True)
def best_without_order(clips, labels):
    return 1 / len(set(np.asarray(labels).tolist()))


@fresh("22.8", wrong=True)
def best_without_order(clips, labels):
    l = np.asarray(labels)
    return float(np.bincount(l).max() / len(l))


@fresh("22.8", wrong=True)
def best_without_order(clips, labels):
    return 0.5


def _groups(clips, key):
    groups = {}
    for clip, name in clips:
        groups.setdefault(key(clip), []).append(int(name))
    return groups


@fresh("22.8", wrong=True)
def best_without_order(clips, labels):
    pairs = zip(np.asarray(clips), np.asarray(labels), strict=True)
    g = _groups(pairs, lambda c: frozenset(f.tobytes() for f in c))
    return sum(max(v.count(k) for k in v) for v in g.values()) / len(labels)


@fresh("22.8", wrong=True)
def best_without_order(clips, labels):
    pairs = zip(np.asarray(clips), np.asarray(labels), strict=True)
    g = _groups(pairs, lambda c: c.tobytes())
    return sum(max(v.count(k) for k in v) for v in g.values()) / len(labels)


@fresh("22.8", wrong=True)
def best_without_order(clips, labels):
    pairs = zip(np.asarray(clips), np.asarray(labels), strict=True)
    g = _groups(pairs, lambda c: np.sort(c, axis=0).tobytes())
    return float(np.mean([max(v.count(k) for k in v) / len(v) for v in g.values()]))


@fresh("22.8", wrong=True)
def best_without_order(clips, labels):
    pairs = zip(np.asarray(clips), np.asarray(labels), strict=True)
    g = _groups(pairs, lambda c: np.sort(c, axis=None).tobytes())
    return sum(max(v.count(k) for k in v) for v in g.values()) / len(labels)


@fresh("22.8", wrong=False)
def add_twins(clips, labels):
    out, names = [], []
    for c, l in zip(np.asarray(clips), labels, strict=True):
        out += [c, c[::-1]]
        names += [int(l), int(l) ^ 1]
    return np.array(out), np.array(names)


@fresh("22.8", wrong=False)
def best_without_order(clips, labels):
    pairs = zip(np.asarray(clips), np.asarray(labels), strict=True)
    g = _groups(pairs, lambda c: tuple(sorted(f.tobytes() for f in c)))
    return sum(max(v.count(k) for k in set(v)) for v in g.values()) / len(labels)
