"""Answers to lab 13 by somebody who did not write its catalogue."""

from collections import Counter, defaultdict

import numpy as np
from scipy.special import log_softmax, logsumexp, softmax

from coursekit.labs.author.fresh import fresh

PAD, GO, STOP = 0, 1, 2

# 13.1 ---------------------------------------------------------------------------------


def _rows(targets, length, head=(GO,), tail=(STOP,), g_tail=(), w_head=(), fill=PAD, front=False):
    given, wanted = np.full((len(targets), length), fill), np.full((len(targets), length), fill)
    for k, t in enumerate(targets):
        g, w = [*head, *t, *g_tail], [*w_head, *t, *tail]
        if front:
            given[k, length - len(g) :], wanted[k, length - len(w) :] = g, w
        else:
            given[k, : len(g)], wanted[k, : len(w)] = g[:length], w[:length]
    return given, wanted


@fresh("13.1", wrong=True)
def teacher_forcing(targets, length):
    return _rows(targets, length, tail=())


@fresh("13.1", wrong=True)
def teacher_forcing(targets, length):
    return _rows(targets, length, head=())


@fresh("13.1", wrong=True)
def teacher_forcing(targets, length):
    return _rows(targets, length, w_head=(GO,))


@fresh("13.1", wrong=True)
def teacher_forcing(targets, length):
    return _rows(targets, length, front=True)


@fresh("13.1", wrong=True)
def teacher_forcing(targets, length):
    return _rows(targets, length, fill=-1)


@fresh("13.1", wrong=True)
def teacher_forcing(targets, length):
    return _rows(targets, length)[::-1]


@fresh("13.1", wrong=True)
def teacher_forcing(targets, length):
    return _rows(targets, length, fill=STOP)


@fresh("13.1", wrong=True)
def teacher_forcing(targets, length):
    given, wanted = _rows(targets, length)
    wanted[:, -1] = STOP
    return given, wanted


def _chosen(log_probs, wanted):
    log_probs, wanted = np.asarray(log_probs, float), np.asarray(wanted)
    return np.take_along_axis(log_probs, wanted[..., None], -1)[..., 0], wanted != PAD


@fresh("13.1", wrong=True)
def masked_loss(log_probs, wanted):
    return float(-_chosen(log_probs, wanted)[0].mean())


@fresh("13.1", wrong=True)
def masked_loss(log_probs, wanted):
    each, real = _chosen(log_probs, wanted)
    return float(-(each * real).mean())


@fresh("13.1", wrong=True)
def masked_loss(log_probs, wanted):
    each, real = _chosen(log_probs, wanted)
    return float(-((each * real).sum(1) / real.sum(1)).mean())


@fresh("13.1", wrong=True)
def masked_loss(log_probs, wanted):
    each, real = _chosen(log_probs, wanted)
    return float(each[real].mean())


@fresh("13.1", wrong=True)
def masked_loss(log_probs, wanted):
    each, real = _chosen(log_probs, wanted)
    return float(-each[real].sum())


@fresh("13.1", wrong=True)
def masked_loss(log_probs, wanted):
    each, real = _chosen(log_probs, wanted)
    return float(-(each * real).sum() / len(each))


@fresh("13.1", wrong=True)
def masked_loss(log_probs, wanted):
    each, real = _chosen(log_probs, wanted)
    return float(-np.log(np.exp(each[real]).mean()))


@fresh("13.1", wrong=True)
def exact_match(chosen, wanted):
    return float((np.asarray(chosen) == np.asarray(wanted)).all(axis=1).mean())


@fresh("13.1", wrong=True)
def exact_match(chosen, wanted):
    chosen, wanted = np.asarray(chosen), np.asarray(wanted)
    return float((chosen == wanted)[wanted != PAD].mean())


@fresh("13.1", wrong=True)
def exact_match(chosen, wanted):
    chosen, wanted = np.asarray(chosen), np.asarray(wanted)
    skip = (wanted == PAD) | (wanted == STOP)
    return float(((chosen == wanted) | skip).all(axis=1).mean())


@fresh("13.1", wrong=True)
def exact_match(chosen, wanted):
    chosen, wanted = np.asarray(chosen), np.asarray(wanted)
    return float(((chosen == wanted) | (chosen == PAD)).all(axis=1).mean())


@fresh("13.1", wrong=True)
def exact_match(chosen, wanted):
    chosen, wanted = np.asarray(chosen), np.asarray(wanted)
    return int(((chosen == wanted) | (wanted == PAD)).all(axis=1).sum())


@fresh("13.1", wrong=False)
def teacher_forcing(targets, length):
    wanted = [list(t) + [STOP] + [PAD] * (length - 1 - len(t)) for t in targets]
    given = [([GO] + list(t) + [PAD] * length)[:length] for t in targets]
    return given, wanted


@fresh("13.1", wrong=False)
def masked_loss(log_probs, wanted):
    total, n = 0.0, 0
    for row, symbols in zip(log_probs, wanted, strict=True):
        for place, symbol in enumerate(symbols):
            if symbol != PAD:
                total, n = total - row[place][symbol], n + 1
    return total / n


@fresh("13.1", wrong=False)
def exact_match(chosen, wanted):
    fine = 0
    for a, b in zip(np.asarray(chosen).tolist(), np.asarray(wanted).tolist(), strict=True):
        n = len(b) - b.count(PAD)
        fine += a[:n] == b[:n]
    return fine / len(wanted)


# 13.2 ---------------------------------------------------------------------------------


def _score(
    source,
    target,
    encoder,
    decoder,
    zero,
    go=GO,
    stop=True,
    norm=logsumexp,
    start=True,
    mean=False,
    back=False,
):
    state = zero
    for s in list(source)[:: -1 if back else 1]:
        state = encoder(s, state)
    if not start:
        state = zero
    inputs, outputs = [go, *target], [*target, STOP]
    if not stop:
        inputs, outputs = inputs[:-1], outputs[:-1]
    total = 0.0
    for a, b in zip(inputs, outputs, strict=True):
        logits, state = decoder(a, state)
        total += logits[b] - norm(np.asarray(logits, float))
    return float(total / len(outputs)) if mean else float(total)


@fresh("13.2", wrong=True)
def sentence_score(source, target, encoder, decoder, zero):
    return _score(source, target, encoder, decoder, zero, stop=False)


@fresh("13.2", wrong=True)
def sentence_score(source, target, encoder, decoder, zero):
    return _score(source, target, encoder, decoder, zero, norm=lambda v: 0.0)


@fresh("13.2", wrong=True)
def sentence_score(source, target, encoder, decoder, zero):
    return _score(source, target, encoder, decoder, zero, norm=lambda v: np.log(np.exp(v).sum()))


@fresh("13.2", wrong=True)
def sentence_score(source, target, encoder, decoder, zero):
    return _score(source, target, encoder, decoder, zero, start=False)


@fresh("13.2", wrong=True)
def sentence_score(source, target, encoder, decoder, zero):
    return _score(source, target, encoder, decoder, zero, mean=True)


@fresh("13.2", wrong=True)
def sentence_score(source, target, encoder, decoder, zero):
    return _score(source, target, encoder, decoder, zero, back=True)


@fresh("13.2", wrong=True)
def sentence_score(source, target, encoder, decoder, zero):
    return _score(source, target, encoder, decoder, zero, go=PAD)


@fresh("13.2", wrong=True)
def sentence_score(source, target, encoder, decoder, zero):
    return _score([*source, STOP], target, encoder, decoder, zero)


@fresh("13.2", wrong=True)
def sentence_score(source, target, encoder, decoder, zero):
    return float(np.exp(_score(source, target, encoder, decoder, zero)))


@fresh("13.2", wrong=True)
def sentence_score(source, target, encoder, decoder, zero):
    state = zero
    for s in source:
        state = encoder(s, state)
    total = 0.0
    for a, b in zip([GO, *target], [*target, STOP], strict=True):
        logits, _ = decoder(a, state)  # the state never moves
        total += log_softmax(np.asarray(logits, float))[b]
    return float(total)


def _weights(s, t, w, u, n, table=True, out_bias=True, gates=4, bias=1, sides=2, deep=True, each=1):
    total = (s + t) * w if table else 0
    total += t * (u + (1 if out_bias else 0))
    for k in range(n):
        inputs = w if k == 0 or not deep else u
        total += sides * gates * u * (inputs + u + bias) * each
    return total


@fresh("13.2", wrong=True)
def count_weights(source_words, target_words, width, units, layers):
    return _weights(source_words, target_words, width, units, layers, bias=0)


@fresh("13.2", wrong=True)
def count_weights(source_words, target_words, width, units, layers):
    return _weights(source_words, target_words, width, units, layers, out_bias=False)


@fresh("13.2", wrong=True)
def count_weights(source_words, target_words, width, units, layers):
    return _weights(source_words, target_words, width, units, layers, sides=1)


@fresh("13.2", wrong=True)
def count_weights(source_words, target_words, width, units, layers):
    return _weights(source_words, target_words, width, units, layers, deep=False)


@fresh("13.2", wrong=True)
def count_weights(source_words, target_words, width, units, layers):
    return _weights(source_words, target_words, width, units, layers, gates=3)


@fresh("13.2", wrong=True)
def count_weights(source_words, target_words, width, units, layers):
    return _weights(source_words, target_words, width, units, layers, table=False)


@fresh("13.2", wrong=True)
def count_weights(source_words, target_words, width, units, layers):
    return _weights(source_words, target_words, width, units, layers) - target_words * width


@fresh("13.2", wrong=True)
def count_weights(source_words, target_words, width, units, layers):
    return _weights(source_words, target_words, width, units, layers, bias=2)


@fresh("13.2", wrong=False)
def sentence_score(source, target, encoder, decoder, zero):
    state, rest, now, total = zero, list(target), GO, []
    for k in range(len(source)):
        state = encoder(source[k], state)
    while True:
        logits, state = decoder(now, state)
        logits = np.asarray(logits, float)
        now = rest.pop(0) if rest else STOP
        top = logits.max()
        total.append(logits[now] - top - np.log(np.sum(np.exp(logits - top))))
        if now == STOP and not rest:
            return np.float64(sum(total))


@fresh("13.2", wrong=False)
def count_weights(source_words, target_words, width, units, layers):
    first = 4 * (units * width + units * units + units)
    above = 4 * (2 * units**2 + units)
    side = first + (layers - 1) * above
    return np.int64(
        source_words * width + target_words * width + 2 * side + units * target_words + target_words
    )


# 13.3 ---------------------------------------------------------------------------------


@fresh("13.3", wrong=True)
def greedy(step, state, length):
    symbol, out = GO, []
    for _ in range(length):
        p, state = step(symbol, state)
        symbol = int(np.argmax(p))
        if symbol == STOP:
            break
        out.append(symbol)
    return out


@fresh("13.3", wrong=True)
def greedy(step, state, length):
    symbol, out = GO, []
    for _ in range(length):
        p, state = step(symbol, state)
        symbol = int(np.argmax(p))
        out.append(symbol)
    return out


@fresh("13.3", wrong=True)
def greedy(step, state, length):
    symbol, out = GO, []
    while symbol != STOP and len(out) < length:
        p, _ = step(symbol, state)
        symbol = int(np.argmax(p))
        out.append(symbol)
    return out


@fresh("13.3", wrong=True)
def greedy(step, state, length):
    symbol, out = GO, [GO]
    while symbol != STOP and len(out) < length:
        p, state = step(symbol, state)
        symbol = int(np.argmax(p))
        out.append(symbol)
    return out


@fresh("13.3", wrong=True)
def greedy(step, state, length):
    out = []
    for _ in range(length):
        p, state = step(GO, state)
        out.append(int(np.argmax(p)))
        if out[-1] == STOP:
            break
    return out


@fresh("13.3", wrong=True)
def greedy(step, state, length):
    symbol, out = GO, []
    while symbol != STOP and len(out) <= length:
        p, state = step(symbol, state)
        symbol = int(np.argmax(p))
        out.append(symbol)
    return out


@fresh("13.3", wrong=True)
def greedy(step, state, length):
    symbol, out = GO, []
    while symbol != STOP and len(out) < length:
        p, state = step(symbol, state)
        symbol = int(np.argmin(p))
        out.append(symbol)
    return out


@fresh("13.3", wrong=True)
def greedy(step, state, length):
    symbol, out = PAD, []
    while symbol != STOP and len(out) < length:
        p, state = step(symbol, state)
        symbol = int(np.argmax(p))
        out.append(symbol)
    return out


@fresh("13.3", wrong=True)
def greedy(step, state, length):
    symbol, out = GO, []
    while symbol not in (STOP, PAD) and len(out) < length:
        p, state = step(symbol, state)
        symbol = int(np.argmax(p))
        out.append(symbol)
    return out


@fresh("13.3", wrong=False)
def greedy(step, state, length):
    def go_on(symbol, state, left):
        if not left:
            return []
        p, state = step(symbol, state)
        best = max(range(len(p)), key=lambda k: p[k])
        return [best] + ([] if best == STOP else go_on(best, state, left - 1))

    return go_on(GO, state, length)


@fresh("13.3", wrong=False)
def greedy(step, state, length):
    out = np.empty(0, int)
    while len(out) < length and STOP not in out:
        p, state = step(int(out[-1]) if len(out) else GO, state)
        out = np.append(out, np.asarray(p).argmax())
    return out.tolist()


# 13.4 ---------------------------------------------------------------------------------


def _beam(
    step,
    state,
    width,
    length,
    keep=True,
    shared=False,
    per=False,
    norm=False,
    product=False,
    fresh_go=False,
    low=False,
):
    beam = [([], 0.0, state)]
    for _ in range(length):
        grown = []
        for s, v, st in beam:
            if s and s[-1] == STOP:
                if keep:
                    grown.append((s, v, st))
                continue
            p, after = step(GO if fresh_go or not s else s[-1], state if shared else st)
            children = [
                (s + [k], (np.exp(v) * np.exp(float(q)) if product else v + float(q)), after)
                for k, q in enumerate(p)
            ]
            if per:
                children = sorted(children, key=lambda c: -c[1])[:1]
            grown += children
        key = (lambda c: -c[1] / len(c[0])) if norm else (lambda c: c[1] if low else -c[1])
        beam = sorted(grown, key=key)[:width]
        if not beam:
            break
    return [(s, v) for s, v, _ in beam]


@fresh("13.4", wrong=True)
def beam_search(step, state, width, length):
    return _beam(step, state, width, length, keep=False)


@fresh("13.4", wrong=True)
def beam_search(step, state, width, length):
    return _beam(step, state, width, length, shared=True)


@fresh("13.4", wrong=True)
def beam_search(step, state, width, length):
    return _beam(step, state, width, length, per=True)


@fresh("13.4", wrong=True)
def beam_search(step, state, width, length):
    return _beam(step, state, width, length, norm=True)


@fresh("13.4", wrong=True)
def beam_search(step, state, width, length):
    return _beam(step, state, width, length, fresh_go=True)


@fresh("13.4", wrong=True)
def beam_search(step, state, width, length):
    return _beam(step, state, width, length, low=True)


@fresh("13.4", wrong=True)
def beam_search(step, state, width, length):
    return _beam(step, state, width, length)[:1]


@fresh("13.4", wrong=True)
def beam_search(step, state, width, length):
    return _beam(step, state, width, length)[::-1]


@fresh("13.4", wrong=True)
def beam_search(step, state, width, length):
    # finished ones leave the beam, and their places are filled up
    beam, done = [([], 0.0, state)], []
    for _ in range(length):
        grown = []
        for s, v, st in beam:
            p, after = step(s[-1] if s else GO, st)
            grown += [(s + [k], v + float(q), after) for k, q in enumerate(p)]
        grown.sort(key=lambda c: -c[1])
        done += [c for c in grown[:width] if c[0][-1] == STOP]
        beam = [c for c in grown if c[0][-1] != STOP][:width]
    return [(s, v) for s, v, _ in sorted(done + beam, key=lambda c: -c[1])[:width]]


@fresh("13.4", wrong=True)
def beam_search(step, state, width, length):
    # goes on behind STOP
    beam = [([], 0.0, state)]
    for _ in range(length):
        grown = []
        for s, v, st in beam:
            p, after = step(s[-1] if s else GO, st)
            grown += [(s + [k], v + float(q), after) for k, q in enumerate(p)]
        beam = sorted(grown, key=lambda c: -c[1])[:width]
    return [(s, v) for s, v, _ in beam]


@fresh("13.4", wrong=True)
def beam_search(step, state, width, length):
    return [(s, float(np.exp(v))) for s, v in _beam(step, state, width, length)]


@fresh("13.4", wrong=True)
def beam_search(step, state, width, length):
    return [(s[:-1] if s[-1] == STOP else s, v) for s, v in _beam(step, state, width, length)]


@fresh("13.4", wrong=False)
def beam_search(step, state, width, length):
    kept = {(): (0.0, state)}
    for _ in range(length):
        if all(s and s[-1] == STOP for s in kept):
            break
        pool = []
        for s, (v, st) in kept.items():
            if s[-1:] == (STOP,):
                pool.append((v, s, st))
            else:
                p, nxt = step(s[-1] if s else GO, st)
                pool.extend((v + p[k], (*s, k), nxt) for k in range(len(p)))
        order = np.argsort([-v for v, _, _ in pool], kind="stable")[:width]
        kept = {pool[k][1]: (pool[k][0], pool[k][2]) for k in order}
    return [(list(s), float(v)) for s, (v, _) in kept.items()]


@fresh("13.4", wrong=False)
def beam_search(step, state, width, length):
    import heapq

    beam = [(0.0, (), state)]
    for _ in range(length):
        pool, n = [], 0
        for v, s, st in beam:
            if STOP in s:
                pool.append((v, -n, s, st))
                n += 1
                continue
            p, nxt = step(s[-1] if s else GO, st)
            for k, q in enumerate(np.asarray(p).tolist()):
                pool.append((v + q, -n, (*s, k), nxt))
                n += 1
        beam = [(v, s, st) for v, _, s, st in heapq.nlargest(width, pool, key=lambda e: e[:2])]
    return [[list(s), v] for v, s, _ in beam]


# 13.5 ---------------------------------------------------------------------------------


@fresh("13.5", wrong=True)
def lags(pairs, length, reverse):
    p = np.asarray(pairs)
    read = length - p[:, 0] if reverse else p[:, 0]
    lag = length + p[:, 1] - read
    return int(lag.min()), float(lag.mean())


@fresh("13.5", wrong=True)
def lags(pairs, length, reverse):
    p = np.asarray(pairs)
    read = length - 1 - p[:, 0] if reverse else p[:, 0]
    lag = p[:, 1] - read
    return int(lag.min()), float(lag.mean())


@fresh("13.5", wrong=True)
def lags(pairs, length, reverse):
    p = np.asarray(pairs)
    read = length - 1 - p[:, 0] if reverse else p[:, 0]
    lag = length - 1 + p[:, 1] - read
    return int(lag.min()), float(lag.mean())


@fresh("13.5", wrong=True)
def lags(pairs, length, reverse):
    p = np.asarray(pairs)
    lag = length + p[:, 1] - p[:, 0]
    return int(lag.min()), float(lag.mean())


@fresh("13.5", wrong=True)
def lags(pairs, length, reverse):
    p = np.asarray(pairs)
    write = length - 1 - p[:, 1] if reverse else p[:, 1]
    lag = length + write - p[:, 0]
    return int(lag.min()), float(lag.mean())


@fresh("13.5", wrong=True)
def lags(pairs, length, reverse):
    p = np.asarray(pairs)
    read = p[:, 0] if reverse else length - 1 - p[:, 0]
    lag = length + p[:, 1] - read
    return int(lag.min()), float(lag.mean())


@fresh("13.5", wrong=True)
def lags(pairs, length, reverse):
    p = np.asarray(pairs)
    read = length - 1 - p[:, 1] if reverse else p[:, 1]
    lag = length + p[:, 0] - read
    return int(lag.min()), float(lag.mean())


@fresh("13.5", wrong=True)
def lags(pairs, length, reverse):
    p = np.asarray(pairs)
    read = length - 1 - p[:, 0] if reverse else p[:, 0]
    lag = length + p[:, 1] - read
    return int(lag[0]), float(lag.mean())


@fresh("13.5", wrong=True)
def reverse_source(rows):
    return np.asarray(rows)[:, ::-1]


@fresh("13.5", wrong=True)
def reverse_source(rows):
    return np.asarray(rows)[::-1]


@fresh("13.5", wrong=True)
def reverse_source(rows):
    return np.array(
        [
            np.sort(r[r != PAD])[::-1].tolist() + [PAD] * int((r == PAD).sum())
            for r in np.asarray(rows)
        ]
    )


@fresh("13.5", wrong=True)
def reverse_source(rows):
    rows = np.array(rows)
    return np.array([[v for v in r if v == PAD] + [v for v in r[::-1] if v != PAD] for r in rows])


@fresh("13.5", wrong=True)
def reverse_source(rows):
    return [[int(v) for v in r[::-1] if v != PAD] for r in np.asarray(rows)]


@fresh("13.5", wrong=True)
def reverse_source(rows):
    rows = np.array(rows)
    n = int((rows[0] != PAD).sum())
    rows[:, :n] = rows[:, :n][:, ::-1]
    return rows


@fresh("13.5", wrong=False)
def lags(pairs, length, reverse):
    seen = []
    for i, j in pairs:
        reading = list(range(length))[:: -1 if reverse else 1].index(i)
        seen.append(length + j - reading)
    return min(seen), sum(seen) / len(seen)


@fresh("13.5", wrong=False)
def reverse_source(rows):
    rows = np.asarray(rows)
    n = (rows != PAD).sum(axis=1, keepdims=True)
    places = np.arange(rows.shape[1])[None]
    return np.take_along_axis(rows, np.where(places < n, n - 1 - places, places), axis=1)


# 13.6 ---------------------------------------------------------------------------------


@fresh("13.6", wrong=True)
def dot_scores(queries, keys):
    return np.asarray(queries) @ np.swapaxes(keys, 1, 2)


@fresh("13.6", wrong=True)
def dot_scores(queries, keys):
    return np.asarray(queries) @ np.swapaxes(keys, 1, 2) / np.shape(keys)[-1]


@fresh("13.6", wrong=True)
def dot_scores(queries, keys):
    return np.asarray(queries) @ np.swapaxes(keys, 1, 2) / np.sqrt(np.shape(keys)[1])


@fresh("13.6", wrong=True)
def dot_scores(queries, keys):
    return np.asarray(keys) @ np.swapaxes(queries, 1, 2) / np.sqrt(np.shape(keys)[-1])


@fresh("13.6", wrong=True)
def dot_scores(queries, keys):
    q, k = np.asarray(queries, float), np.asarray(keys, float)
    q, k = (v / np.linalg.norm(v, axis=-1, keepdims=True) for v in (q, k))
    return q @ np.swapaxes(k, 1, 2)


@fresh("13.6", wrong=True)
def additive_scores(queries, keys, w_query, w_key, v):
    a, b = np.asarray(queries) @ np.asarray(w_query), np.asarray(keys) @ np.asarray(w_key)
    return (np.tanh(a)[:, :, None] + np.tanh(b)[:, None]) @ np.asarray(v)


@fresh("13.6", wrong=True)
def additive_scores(queries, keys, w_query, w_key, v):
    a, b = np.asarray(queries) @ np.asarray(w_query), np.asarray(keys) @ np.asarray(w_key)
    return (a[:, :, None] + b[:, None]) @ np.asarray(v)


@fresh("13.6", wrong=True)
def additive_scores(queries, keys, w_query, w_key, v):
    a, b = np.asarray(queries) @ np.asarray(w_query), np.asarray(keys) @ np.asarray(w_key)
    return np.tanh((a[:, :, None] + b[:, None]) @ np.asarray(v))


@fresh("13.6", wrong=True)
def additive_scores(queries, keys, w_query, w_key, v):
    a, b = np.asarray(queries) @ np.asarray(w_query), np.asarray(keys) @ np.asarray(w_key)
    return np.tanh(a[:, None] + b[:, :, None]) @ np.asarray(v)


@fresh("13.6", wrong=True)
def additive_scores(queries, keys, w_query, w_key, v):
    a, b = np.asarray(queries) @ np.asarray(w_query), np.asarray(keys) @ np.asarray(w_key)
    return np.tanh(a[:, :, None] + b[:, None]).sum(-1)


@fresh("13.6", wrong=True)
def additive_scores(queries, keys, w_query, w_key, v):
    a, b = np.asarray(queries) @ np.asarray(w_query), np.asarray(keys) @ np.asarray(w_key)
    return np.tanh(a[:, :, None] * b[:, None]) @ np.asarray(v)


def _attend(scores, values, there, fill=-np.inf, axis=-1, after=False, norm=True):
    scores, there = np.asarray(scores, float), np.asarray(there)[:, None]
    if after:
        w = softmax(scores, axis=axis) * there
        if norm:
            w = w / w.sum(-1, keepdims=True)
    else:
        w = softmax(np.where(there, scores, fill), axis=axis)
    return w @ np.asarray(values, float), w


@fresh("13.6", wrong=True)
def attend(scores, values, there):
    return _attend(scores, values, there, fill=0.0)


@fresh("13.6", wrong=True)
def attend(scores, values, there):
    return _attend(scores, values, there, after=True, norm=False)


@fresh("13.6", wrong=True)
def attend(scores, values, there):
    return _attend(scores, values, there, fill=-1e9, axis=1)


@fresh("13.6", wrong=True)
def attend(scores, values, there):
    e = np.exp(np.asarray(scores, float)) * np.asarray(there)[:, None]
    w = e / e.sum(-1, keepdims=True)
    return w @ np.asarray(values), w


@fresh("13.6", wrong=True)
def attend(scores, values, there):
    return _attend(scores, values, np.ones(np.shape(there), bool))


@fresh("13.6", wrong=True)
def attend(scores, values, there):
    return _attend(scores, values, ~np.asarray(there))


@fresh("13.6", wrong=True)
def attend(scores, values, there):
    return _attend(scores, values, there)[::-1]


@fresh("13.6", wrong=True)
def attend(scores, values, there):
    _, w = _attend(scores, values, there)
    hard = np.eye(w.shape[-1])[w.argmax(-1)]
    return hard @ np.asarray(values), w


@fresh("13.6", wrong=False)
def dot_scores(queries, keys):
    return np.einsum("ntd,nsd->nts", queries, keys) * np.shape(keys)[2] ** -0.5


@fresh("13.6", wrong=False)
def additive_scores(queries, keys, w_query, w_key, v):
    n, t = np.shape(queries)[:2]
    out = np.empty((n, t, np.shape(keys)[1]))
    for a in range(n):
        for b in range(t):
            for c in range(np.shape(keys)[1]):
                z = np.dot(queries[a][b], w_query) + np.dot(keys[a][c], w_key)
                out[a, b, c] = np.dot(v, np.tanh(z))
    return out


@fresh("13.6", wrong=False)
def attend(scores, values, there):
    s = np.array(scores, float)
    s -= s.max(axis=-1, where=np.asarray(there)[:, None], initial=-np.inf, keepdims=True)
    e = np.exp(np.minimum(s, 0)) * np.asarray(there)[:, None]
    w = e / e.sum(axis=-1, keepdims=True)
    return np.einsum("nts,nsd->ntd", w, np.asarray(values, float)), w


# 13.7 ---------------------------------------------------------------------------------


def _grams(words, n):
    return Counter(tuple(words[k : k + n]) for k in range(len(words) - n + 1))


@fresh("13.7", wrong=True)
def clipped_hits(candidate, references, n):
    found = _grams(candidate, n)
    known = set().union(*(_grams(r, n) for r in references))
    return sum(c for g, c in found.items() if g in known), sum(found.values())


@fresh("13.7", wrong=True)
def clipped_hits(candidate, references, n):
    found, total = _grams(candidate, n), Counter()
    for r in references:
        total += _grams(r, n)
    return sum((found & total).values()), sum(found.values())


@fresh("13.7", wrong=True)
def clipped_hits(candidate, references, n):
    found = _grams(candidate, n)
    return sum((found & _grams(references[0], n)).values()), sum(found.values())


@fresh("13.7", wrong=True)
def clipped_hits(candidate, references, n):
    found, most = _grams(candidate, n), Counter()
    for r in references:
        most |= _grams(r, n)
    return sum((found & most).values()), len(candidate)


@fresh("13.7", wrong=True)
def clipped_hits(candidate, references, n):
    found, most = set(_grams(candidate, n)), set()
    for r in references:
        most |= set(_grams(r, n))
    return len(found & most), len(found)


@fresh("13.7", wrong=True)
def clipped_hits(candidate, references, n):
    found = _grams(candidate, n)
    best = max(sum((found & _grams(r, n)).values()) for r in references)
    return best, sum(found.values())


@fresh("13.7", wrong=True)
def clipped_hits(candidate, references, n):
    found = Counter(tuple(candidate[k : k + n]) for k in range(len(candidate) - n))
    most = Counter()
    for r in references:
        most |= Counter(tuple(r[k : k + n]) for k in range(len(r) - n))
    return sum((found & most).values()), sum(found.values())


@fresh("13.7", wrong=True)
def clipped_hits(candidate, references, n):
    hits = 0
    for k in range(len(candidate) - n + 1):
        hits += any(candidate[k : k + n] == r[k : k + n] for r in references)
    return hits, max(0, len(candidate) - n + 1)


def _clipped(c, refs, n):
    most = Counter()
    for r in refs:
        most |= _grams(r, n)
    found = _grams(c, n)
    return sum((found & most).values()), sum(found.values())


def _bleu(cs, refs, max_n=4, pick="near", brevity=True, mean="geo", pooled=True, longer=False):
    if not pooled:
        return float(np.mean([_bleu([c], [r], max_n) for c, r in zip(cs, refs, strict=True)]))
    p = []
    for n in range(1, max_n + 1):
        pairs = [_clipped(c, r, n) for c, r in zip(cs, refs, strict=True)]
        h, t = sum(a for a, _ in pairs), sum(b for _, b in pairs)
        p.append(h / t if t else 0.0)
    if min(p) == 0:
        return 0.0
    size = sum(map(len, cs))
    if pick == "near":
        r = sum(
            min((abs(len(v) - len(c)), len(v)) for v in rs)[1]
            for c, rs in zip(cs, refs, strict=True)
        )
    elif pick == "far":
        r = sum(
            -min((abs(len(v) - len(c)), -len(v)) for v in rs)[1]
            for c, rs in zip(cs, refs, strict=True)
        )
    elif pick == "short":
        r = sum(min(map(len, rs)) for rs in refs)
    else:
        r = sum(len(rs[0]) for rs in refs)
    penalty = np.exp(1 - r / size) if (size < r or longer) else 1.0
    middle = np.exp(np.mean(np.log(p))) if mean == "geo" else np.mean(p)
    return float((penalty if brevity else 1.0) * middle)


@fresh("13.7", wrong=True)
def bleu(candidates, references, max_n=4):
    return _bleu(candidates, references, max_n, brevity=False)


@fresh("13.7", wrong=True)
def bleu(candidates, references, max_n=4):
    return _bleu(candidates, references, max_n, pooled=False)


@fresh("13.7", wrong=True)
def bleu(candidates, references, max_n=4):
    return _bleu(candidates, references, max_n, mean="plain")


@fresh("13.7", wrong=True)
def bleu(candidates, references, max_n=4):
    return _bleu(candidates, references, max_n, pick="short")


@fresh("13.7", wrong=True)
def bleu(candidates, references, max_n=4):
    return _bleu(candidates, references, max_n, pick="first")


@fresh("13.7", wrong=True)
def bleu(candidates, references, max_n=4):
    return _bleu(candidates, references, max_n, pick="far")


@fresh("13.7", wrong=True)
def bleu(candidates, references, max_n=4):
    return _bleu(candidates, references, max_n, longer=True)


@fresh("13.7", wrong=True)
def bleu(candidates, references, max_n=4):
    return _bleu(candidates, references, 4)


@fresh("13.7", wrong=False)
def clipped_hits(candidate, references, n):
    runs = list(zip(*(candidate[k:] for k in range(n)), strict=False))
    hits = 0
    for run in set(runs):
        most = max(
            list(zip(*(r[k:] for k in range(n)), strict=False)).count(run) for r in references
        )
        hits += min(runs.count(run), most)
    return np.int64(hits), len(runs)


@fresh("13.7", wrong=False)
def bleu(candidates, references, max_n=4):
    product = 1.0
    for n in range(1, max_n + 1):
        hits = total = 0
        for c, rs in zip(candidates, references, strict=True):
            h, t = _clipped(c, rs, n)
            hits, total = hits + h, total + t
        if hits == 0:
            return 0
        product *= (hits / total) ** (1 / max_n)
    c = sum(len(v) for v in candidates)
    r = 0
    for cand, rs in zip(candidates, references, strict=True):
        sizes = sorted(len(v) for v in rs)
        r += sizes[int(np.argmin([abs(s - len(cand)) for s in sizes]))]
    return product if c >= r else product * np.exp(1 - r / c)


# 13.8 ---------------------------------------------------------------------------------


def _relate(g, objects, question, pairs="all", mean=False, swap=False, q_first=False):
    objects, question = np.asarray(objects, float), np.asarray(question, float)
    out = []
    for things, q in zip(objects, question, strict=True):
        rows = []
        for i, a in enumerate(things):
            for j, b in enumerate(things):
                if (pairs == "other" and i == j) or (pairs == "once" and j <= i):
                    continue
                parts = [b, a] if swap else [a, b]
                rows.append(np.concatenate([q, *parts] if q_first else [*parts, q]))
        seen = np.asarray(g(np.array(rows)))
        out.append(seen.mean(0) if mean else seen.sum(0))
    return np.array(out)


@fresh("13.8", wrong=True)
def relate(g, objects, question):
    return _relate(g, objects, question, pairs="other")


@fresh("13.8", wrong=True)
def relate(g, objects, question):
    return _relate(g, objects, question, pairs="once")


@fresh("13.8", wrong=True)
def relate(g, objects, question):
    return _relate(g, objects, question, mean=True)


@fresh("13.8", wrong=True)
def relate(g, objects, question):
    return _relate(g, objects, question, q_first=True)


@fresh("13.8", wrong=True)
def relate(g, objects, question):
    objects, question = np.asarray(objects, float), np.asarray(question, float)
    n, k, _ = objects.shape
    pairs = np.concatenate([objects, objects, np.repeat(question[:, None], k, 1)], -1)
    return np.asarray(g(pairs.reshape(n * k, -1))).reshape(n, k, -1).sum(1)


@fresh("13.8", wrong=True)
def relate(g, objects, question):
    objects, question = np.asarray(objects, float), np.asarray(question, float)
    n, k, _ = objects.shape
    a, b = np.repeat(objects, k, 1), np.tile(objects, (1, k, 1))
    q = np.tile(question, (k * k, 1)).reshape(n, k * k, -1)
    rows = np.concatenate([a, b, q], -1).reshape(n * k * k, -1)
    return np.asarray(g(rows)).reshape(n, k * k, -1).sum(1)


@fresh("13.8", wrong=True)
def relate(g, objects, question):
    objects, question = np.asarray(objects, float), np.asarray(question, float)
    n, k, d = objects.shape
    a, b = np.repeat(objects, k, 1), np.tile(objects, (1, k, 1))
    q = np.repeat(question[:, None], k * k, 1)
    total = np.concatenate([a, b, q], -1).sum(1)
    return np.asarray(g(total))


@fresh("13.8", wrong=True)
def relate(g, objects, question):
    out = _relate(g, objects, question)
    return np.tile(out.sum(0), (len(out), 1))


def _blind(asked, answers, new, other="all", tie="small"):
    asked, answers = np.asarray(asked).tolist(), np.asarray(answers).tolist()
    by = defaultdict(Counter)
    for q, a in zip(asked, answers, strict=True):
        by[q][a] += 1

    def usual(c):
        top = max(c.values())
        return (min if tie == "small" else max)(k for k, v in c.items() if v == top)

    everywhere = usual(Counter(answers))
    rest = everywhere if other == "all" else other
    return np.array([usual(by[q]) if q in by else rest for q in np.asarray(new).tolist()])


@fresh("13.8", wrong=True)
def blind(asked, answers, asked_new):
    return _blind(asked, answers, asked_new, other=0)


@fresh("13.8", wrong=True)
def blind(asked, answers, asked_new):
    return _blind(asked, answers, asked_new, tie="large")


@fresh("13.8", wrong=True)
def blind(asked, answers, asked_new):
    usual = int(np.bincount(answers).argmax())
    return np.full(len(asked_new), usual)


@fresh("13.8", wrong=True)
def blind(asked, answers, asked_new):
    return _blind(asked, answers, asked_new, other=-1)


@fresh("13.8", wrong=True)
def blind(asked, answers, asked_new):
    last = dict(zip(np.asarray(asked).tolist(), np.asarray(answers).tolist(), strict=True))
    usual = int(np.bincount(answers).argmax())
    return np.array([last.get(q, usual) for q in np.asarray(asked_new).tolist()])


@fresh("13.8", wrong=True)
def blind(asked, answers, asked_new):
    asked, answers = np.asarray(asked), np.asarray(answers)
    usual = int(np.bincount(answers).argmax())
    means = {q: int(round(answers[asked == q].mean())) for q in np.unique(asked).tolist()}
    return np.array([means.get(q, usual) for q in np.asarray(asked_new).tolist()])


@fresh("13.8", wrong=True)
def blind(asked, answers, asked_new):
    asked, answers = np.asarray(asked), np.asarray(answers)
    first = {}
    for q, a in zip(asked.tolist(), answers.tolist(), strict=True):
        first.setdefault(q, Counter())[a] += 1
    usual = int(np.bincount(answers).argmax())
    # of several, the one that came first
    table = {q: c.most_common(1)[0][0] for q, c in first.items()}
    return np.array([table.get(q, usual) for q in np.asarray(asked_new).tolist()])


@fresh("13.8", wrong=False)
def relate(g, objects, question):
    objects, question = np.asarray(objects), np.asarray(question)
    k, total = objects.shape[1], 0.0
    for i in range(k):
        for j in range(k):
            total = total + np.asarray(g(np.hstack([objects[:, i], objects[:, j], question])))
    return total


@fresh("13.8", wrong=False)
def blind(asked, answers, asked_new):
    from scipy.stats import mode

    asked, answers = np.asarray(asked), np.asarray(answers)
    out = []
    for q in asked_new:
        some = answers[asked == q]
        out.append(int(mode(some if len(some) else answers).mode))
    return out
