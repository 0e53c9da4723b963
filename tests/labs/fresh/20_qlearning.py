"""Answers to lab 20 by somebody who did not write its catalogue."""

import numpy as np
from scipy import signal, stats

from coursekit.labs.author.fresh import fresh

# 20.1 ---------------------------------------------------------------------------------


@fresh("20.1", wrong=True)
def action_chances(q, epsilon):
    q = np.asarray(q, float)
    out = np.full(q.shape, epsilon / q.shape[1])
    out[np.arange(len(q)), q.argmax(axis=1)] += 1 - epsilon
    return out


@fresh("20.1", wrong=True)
def action_chances(q, epsilon):
    q = np.asarray(q, float)
    best = q == q.max(axis=1, keepdims=True)
    n = best.sum(axis=1, keepdims=True)
    others = np.maximum(q.shape[1] - n, 1)
    return np.where(best, (1 - epsilon) / n, epsilon / others)


@fresh("20.1", wrong=True)
def action_chances(q, epsilon):
    q = np.asarray(q, float)
    e = np.exp(q - q.max(axis=1, keepdims=True))
    return (1 - epsilon) * e / e.sum(axis=1, keepdims=True) + epsilon / q.shape[1]


@fresh("20.1", wrong=True)
def action_chances(q, epsilon):
    q = np.asarray(q, float)
    best = q == q.max(axis=1, keepdims=True)
    return epsilon * best / best.sum(axis=1, keepdims=True) + (1 - epsilon) / q.shape[1]


@fresh("20.1", wrong=True)
def action_chances(q, epsilon):
    q = np.asarray(q, float)
    best = q == q.max()
    return (1 - epsilon) * best / best.sum() + epsilon / q.shape[1]


@fresh("20.1", wrong=True)
def action_chances(q, epsilon):
    q = np.asarray(q, float)
    best = q == q.max(axis=1, keepdims=True)
    return (1 - epsilon) * best + epsilon / q.shape[1]


@fresh("20.1", wrong=True)
def action_chances(q, epsilon):
    q = np.asarray(q, float)
    best = q == q.max(axis=1, keepdims=True)
    return (1 - epsilon) * best / best.sum(axis=1, keepdims=True) + epsilon / len(q)


@fresh("20.1", wrong=True)
def epsilon_at(step, first, last, steps):
    return first + (last - first) * step / steps


@fresh("20.1", wrong=True)
def epsilon_at(step, first, last, steps):
    return max(last, first - (first - last) * step / steps)


@fresh("20.1", wrong=True)
def epsilon_at(step, first, last, steps):
    return first * (last / first) ** min(step / steps, 1)


@fresh("20.1", wrong=True)
def epsilon_at(step, first, last, steps):
    return max(last, first * (1 - step / steps))


@fresh("20.1", wrong=True)
def epsilon_at(step, first, last, steps):
    return first + (last - first) * min((step + 1) / steps, 1)


@fresh("20.1", wrong=True)
def epsilon_at(step, first, last, steps):
    return first if step < steps else last


@fresh("20.1", wrong=False)
def action_chances(q, epsilon):
    rows = []
    for row in q:
        top = max(row)
        n = sum(1 for v in row if v == top)
        rows.append([epsilon / len(row) + ((1 - epsilon) / n if v == top else 0) for v in row])
    return rows


@fresh("20.1", wrong=False)
def epsilon_at(step, first, last, steps):
    return float(np.interp(step, [0, steps], [first, last]))


# 20.2 ---------------------------------------------------------------------------------


@fresh("20.2", wrong=True)
def ring_rows(added, n, capacity):
    return np.minimum(np.arange(added, added + n), capacity - 1)


@fresh("20.2", wrong=True)
def ring_rows(added, n, capacity):
    return np.arange(added, added + n)


@fresh("20.2", wrong=True)
def ring_rows(added, n, capacity):
    return np.arange(added + 1, added + n + 1) % capacity


@fresh("20.2", wrong=True)
def ring_rows(added, n, capacity):
    return np.sort(np.arange(added, added + n) % capacity)


@fresh("20.2", wrong=True)
def ring_rows(added, n, capacity):
    return np.arange(n) if added + n > capacity else np.arange(added, added + n)


@fresh("20.2", wrong=True)
def ring_rows(added, n, capacity):
    return (
        (capacity - n + np.arange(n))
        if added >= capacity
        else np.arange(added, added + n) % capacity
    )


@fresh("20.2", wrong=True)
def drawn_rows(added, capacity, uniforms):
    return (np.asarray(uniforms) * capacity).astype(int)


@fresh("20.2", wrong=True)
def drawn_rows(added, capacity, uniforms):
    return (np.asarray(uniforms) * added).astype(int)


@fresh("20.2", wrong=True)
def drawn_rows(added, capacity, uniforms):
    return np.round(np.asarray(uniforms) * (min(added, capacity) - 1)).astype(int)


@fresh("20.2", wrong=True)
def drawn_rows(added, capacity, uniforms):
    return (np.asarray(uniforms) * (min(added, capacity) - 1)).astype(int)


@fresh("20.2", wrong=True)
def drawn_rows(added, capacity, uniforms):
    return (np.asarray(uniforms) * added).astype(int) % capacity


@fresh("20.2", wrong=True)
def drawn_rows(added, capacity, uniforms):
    return np.asarray(uniforms) * min(added, capacity)


@fresh("20.2", wrong=False)
def ring_rows(added, n, capacity):
    return [(added + i) % capacity for i in range(n)]


@fresh("20.2", wrong=False)
def drawn_rows(added, capacity, uniforms):
    m = added if added < capacity else capacity
    return np.floor(np.array(uniforms) * m).astype(np.int32)


# 20.3 ---------------------------------------------------------------------------------


@fresh("20.3", wrong=True)
def targets(reward, following, terminated, truncated, frozen, discount):
    value = np.asarray(frozen(following)).max(axis=1)
    return reward + discount * value


@fresh("20.3", wrong=True)
def targets(reward, following, terminated, truncated, frozen, discount):
    value = np.asarray(frozen(following)).max(axis=1)
    return reward + discount * np.where(terminated | truncated, 0, value)


@fresh("20.3", wrong=True)
def targets(reward, following, terminated, truncated, frozen, discount):
    value = np.asarray(frozen(following)).max(axis=1)
    return reward + discount * np.where(truncated, 0, value)


@fresh("20.3", wrong=True)
def targets(reward, following, terminated, truncated, frozen, discount):
    value = np.asarray(frozen(following)).mean(axis=1)
    return reward + discount * np.where(terminated, 0, value)


@fresh("20.3", wrong=True)
def targets(reward, following, terminated, truncated, frozen, discount):
    value = np.asarray(frozen(following)).max()
    return reward + discount * np.where(terminated, 0, value)


@fresh("20.3", wrong=True)
def targets(reward, following, terminated, truncated, frozen, discount):
    value = np.asarray(frozen(following)).max(axis=1)
    return np.where(terminated, 0, reward + discount * value)


@fresh("20.3", wrong=True)
def targets(reward, following, terminated, truncated, frozen, discount):
    value = np.asarray(frozen(following)).argmax(axis=1)
    return reward + discount * np.where(terminated, 0, value)


@fresh("20.3", wrong=True)
def targets(reward, following, terminated, truncated, frozen, discount):
    value = np.asarray(frozen(following)).max(axis=1)
    return reward + np.where(terminated, 0, value)


@fresh("20.3", wrong=True)
def targets(reward, following, terminated, truncated, frozen, discount):
    value = np.asarray(frozen(following)).max(axis=1)
    return discount * (reward + np.where(terminated, 0, value))


@fresh("20.3", wrong=False)
def targets(reward, following, terminated, truncated, frozen, discount):
    out = []
    for r, row, over in zip(reward, frozen(following), terminated, strict=True):
        out.append(float(r) if over else float(r) + discount * float(max(row)))
    return out


@fresh("20.3", wrong=False)
def targets(reward, following, terminated, truncated, frozen, discount):
    value = np.amax(np.asarray(frozen(following)), axis=-1)
    return np.asarray(reward, float) + (1 - np.asarray(terminated, float)) * discount * value


# 20.4 ---------------------------------------------------------------------------------


def _huber(e):
    return np.where(np.abs(e) <= 1, 0.5 * e**2, np.abs(e) - 0.5)


@fresh("20.4", wrong=True)
def chosen_loss(q, actions, targets):
    q = np.asarray(q, float)
    rows = np.arange(len(q))
    e = q[rows, actions] - targets
    slope = np.zeros(q.shape)
    slope[rows, actions] = np.clip(e, -1, 1)
    return float(_huber(e).mean()), slope


@fresh("20.4", wrong=True)
def chosen_loss(q, actions, targets):
    q = np.asarray(q, float)
    rows = np.arange(len(q))
    e = q[rows, actions] - targets
    slope = np.zeros(q.shape)
    slope[rows, actions] = e / len(q)
    return float(_huber(e).mean()), slope


@fresh("20.4", wrong=True)
def chosen_loss(q, actions, targets):
    q = np.asarray(q, float)
    rows = np.arange(len(q))
    e = q[rows, actions] - targets
    slope = np.zeros(q.shape)
    slope[rows, actions] = e / len(q)
    return float((0.5 * e**2).mean()), slope


@fresh("20.4", wrong=True)
def chosen_loss(q, actions, targets):
    q = np.asarray(q, float)
    rows = np.arange(len(q))
    e = targets - q[rows, actions]
    slope = np.zeros(q.shape)
    slope[rows, actions] = np.clip(e, -1, 1) / len(q)
    return float(_huber(e).mean()), slope


@fresh("20.4", wrong=True)
def chosen_loss(q, actions, targets):
    q = np.asarray(q, float)
    e = q - np.asarray(targets)[:, None]
    return float(_huber(e).mean()), np.clip(e, -1, 1) / e.size


@fresh("20.4", wrong=True)
def chosen_loss(q, actions, targets):
    q = np.asarray(q, float)
    rows = np.arange(len(q))
    e = q[rows, actions] - targets
    slope = np.zeros(q.shape)
    slope[rows, actions] = np.clip(e, -1, 1) / len(q)
    loss = np.where(np.abs(e) <= 1, 0.5 * e**2, np.abs(e))
    return float(loss.mean()), slope


@fresh("20.4", wrong=True)
def chosen_loss(q, actions, targets):
    q = np.asarray(q, float)
    rows = np.arange(len(q))
    e = q.max(axis=1) - targets
    slope = np.zeros(q.shape)
    slope[rows, q.argmax(axis=1)] = np.clip(e, -1, 1) / len(q)
    return float(_huber(e).mean()), slope


@fresh("20.4", wrong=True)
def chosen_loss(q, actions, targets):
    q = np.asarray(q, float)
    rows = np.arange(len(q))
    e = q[rows, actions] - targets
    slope = np.zeros(q.shape)
    slope[rows, actions] = np.clip(e, -1, 1) / q.size
    return float(_huber(e).sum() / q.size), slope


@fresh("20.4", wrong=True)
def chosen_loss(q, actions, targets):
    q = np.asarray(q, float)
    rows = np.arange(len(q))
    e = q[rows, actions] - targets
    return float(_huber(e).mean()), np.clip(e, -1, 1) / len(q)


@fresh("20.4", wrong=False)
def chosen_loss(q, actions, targets):
    q = np.asarray(q, float)
    chosen = np.eye(q.shape[1])[np.asarray(actions, int)]
    e = (q * chosen).sum(axis=1) - np.asarray(targets, float)
    slope = chosen * np.where(np.abs(e) < 1, e, np.sign(e))[:, None] / len(q)
    return _huber(e).mean(), slope


@fresh("20.4", wrong=False)
def chosen_loss(q, actions, targets):
    loss, slope = 0.0, [[0.0] * len(row) for row in q]
    for i, (row, a, t) in enumerate(zip(q, actions, targets, strict=True)):
        e = float(row[a]) - float(t)
        loss += e * e / 2 if abs(e) <= 1 else abs(e) - 0.5
        slope[i][a] = max(-1.0, min(1.0, e)) / len(q)
    return loss / len(q), slope


# 20.5 ---------------------------------------------------------------------------------


@fresh("20.5", wrong=True)
def refreshed(step, every, online, frozen):
    return list(online) if step % every == 0 else frozen


@fresh("20.5", wrong=True)
def refreshed(step, every, online, frozen):
    return [np.array(w) for w in online] if step and step % every == 0 else frozen


@fresh("20.5", wrong=True)
def refreshed(step, every, online, frozen):
    return frozen if step % every == 0 else [np.array(w) for w in online]


@fresh("20.5", wrong=True)
def refreshed(step, every, online, frozen):
    return [np.array(w) for w in online] if (step + 1) % every == 0 else frozen


@fresh("20.5", wrong=True)
def refreshed(step, every, online, frozen):
    return (
        [(a + b) / 2 for a, b in zip(online, frozen, strict=True)] if step % every == 0 else frozen
    )


@fresh("20.5", wrong=True)
def refreshed(step, every, online, frozen):
    return [np.array(w) for w in online] if step >= every or step == 0 else frozen


@fresh("20.5", wrong=True)
def double_targets(reward, following, terminated, online, frozen, discount):
    best = np.argmax(frozen(following), axis=1)
    value = np.asarray(online(following))[np.arange(len(best)), best]
    return reward + discount * np.where(terminated, 0, value)


@fresh("20.5", wrong=True)
def double_targets(reward, following, terminated, online, frozen, discount):
    value = np.asarray(frozen(following)).max(axis=1)
    return reward + discount * np.where(terminated, 0, value)


@fresh("20.5", wrong=True)
def double_targets(reward, following, terminated, online, frozen, discount):
    value = np.asarray(online(following)).max(axis=1)
    return reward + discount * np.where(terminated, 0, value)


@fresh("20.5", wrong=True)
def double_targets(reward, following, terminated, online, frozen, discount):
    value = np.minimum(
        np.asarray(online(following)).max(axis=1), np.asarray(frozen(following)).max(axis=1)
    )
    return reward + discount * np.where(terminated, 0, value)


@fresh("20.5", wrong=True)
def double_targets(reward, following, terminated, online, frozen, discount):
    best = np.argmax(online(following), axis=1)
    value = np.asarray(frozen(following))[np.arange(len(best)), best]
    return reward + discount * value


@fresh("20.5", wrong=True)
def double_targets(reward, following, terminated, online, frozen, discount):
    best = np.argmax(online(following), axis=1)
    value = np.asarray(frozen(following))[:, best]
    return reward + discount * np.where(terminated, 0, value.max(axis=1))


@fresh("20.5", wrong=True)
def double_targets(reward, following, terminated, online, frozen, discount):
    best = np.argmax(online(following))
    value = np.asarray(frozen(following)).ravel()[best]
    return reward + discount * np.where(terminated, 0, value)


@fresh("20.5", wrong=False)
def refreshed(step, every, online, frozen):
    if step % every:
        return [w.copy() for w in frozen]
    return [w.copy() for w in online]


@fresh("20.5", wrong=False)
def double_targets(reward, following, terminated, online, frozen, discount):
    mine, theirs = np.asarray(online(following)), np.asarray(frozen(following))
    out = []
    for i in range(len(mine)):
        ahead = 0.0 if terminated[i] else theirs[i][int(mine[i].argmax())]
        out.append(float(reward[i] + discount * ahead))
    return out


# 20.6 ---------------------------------------------------------------------------------


@fresh("20.6", wrong=True)
def value_sweep(q, chance, reward, ends, discount):
    value = np.max(q, axis=1)
    new = reward + discount * np.asarray(chance) @ value
    return np.where(np.asarray(ends)[:, None], 0.0, new)


@fresh("20.6", wrong=True)
def value_sweep(q, chance, reward, ends, discount):
    value = np.where(ends, 0.0, np.max(q, axis=1))
    return reward + discount * np.asarray(chance) @ value


@fresh("20.6", wrong=True)
def value_sweep(q, chance, reward, ends, discount):
    value = np.where(ends, 0.0, np.mean(q, axis=1))
    new = reward + discount * np.asarray(chance) @ value
    return np.where(np.asarray(ends)[:, None], 0.0, new)


@fresh("20.6", wrong=True)
def value_sweep(q, chance, reward, ends, discount):
    q = np.array(q, float)
    for s in range(len(q)):
        for a in range(q.shape[1]):
            value = np.where(ends, 0.0, q.max(axis=1))
            q[s, a] = 0.0 if ends[s] else reward[s][a] + discount * np.dot(chance[s][a], value)
    return q


@fresh("20.6", wrong=True)
def value_sweep(q, chance, reward, ends, discount):
    value = np.where(ends, 0.0, np.max(q, axis=1))
    new = discount * (reward + np.asarray(chance) @ value)
    return np.where(np.asarray(ends)[:, None], 0.0, new)


@fresh("20.6", wrong=True)
def value_sweep(q, chance, reward, ends, discount):
    value = np.where(ends, 0.0, np.max(q, axis=1))
    new = reward + discount * value[np.asarray(chance).argmax(axis=-1)]
    return np.where(np.asarray(ends)[:, None], 0.0, new)


@fresh("20.6", wrong=True)
def q_learning(q, met, rate, discount):
    old = np.array(q, float)
    q = old.copy()
    names = ("state", "action", "reward", "following", "terminated")
    for s, a, r, after, over in zip(*(met[n] for n in names), strict=True):
        t = r if over else r + discount * old[after].max()
        q[s, a] += rate * (t - old[s, a])
    return q


@fresh("20.6", wrong=True)
def q_learning(q, met, rate, discount):
    q = np.array(q, float)
    names = ("state", "action", "reward", "following", "terminated")
    for s, a, r, after, over in zip(*(met[n] for n in names), strict=True):
        q[s, a] += rate * (r + discount * q[after].max() - q[s, a])
    return q


@fresh("20.6", wrong=True)
def q_learning(q, met, rate, discount):
    q = np.array(q, float)
    names = ("state", "action", "reward", "following", "terminated")
    for s, a, r, after, over in zip(*(met[n] for n in names), strict=True):
        q[s, a] = r if over else r + discount * q[after].max()
    return q


@fresh("20.6", wrong=True)
def q_learning(q, met, rate, discount):
    names = ("state", "action", "reward", "following", "terminated")
    for s, a, r, after, over in zip(*(met[n] for n in names), strict=True):
        t = r if over else r + discount * q[after].max()
        q[s, a] += rate * (t - q[s, a])
    return q


@fresh("20.6", wrong=True)
def q_learning(q, met, rate, discount):
    q = np.array(q, float)
    names = ("state", "action", "reward", "following", "terminated")
    for s, a, r, after, over in zip(*(met[n] for n in names), strict=True):
        t = r if over else r + discount * q[after, a]
        q[s, a] += rate * (t - q[s, a])
    return q


@fresh("20.6", wrong=True)
def q_learning(q, met, rate, discount):
    q = np.array(q, float)
    names = ("state", "action", "reward", "following", "terminated")
    for s, a, r, after, over in zip(*(met[n] for n in names), strict=True):
        t = r if over else r + discount * q[after].max()
        q[s, a] = rate * q[s, a] + (1 - rate) * t
    return q


@fresh("20.6", wrong=True)
def q_learning(q, met, rate, discount):
    q = np.array(q, float)
    names = ("state", "action", "reward", "following", "terminated")
    for s, a, r, after, over in reversed(list(zip(*(met[n] for n in names), strict=True))):
        t = r if over else r + discount * q[after].max()
        q[s, a] += rate * (t - q[s, a])
    return q


@fresh("20.6", wrong=False)
def value_sweep(q, chance, reward, ends, discount):
    value = np.max(np.asarray(q, float), axis=1) * ~np.asarray(ends, bool)
    new = np.asarray(reward) + discount * np.einsum("sap,p->sa", np.asarray(chance), value)
    new[np.asarray(ends, bool)] = 0
    return new


@fresh("20.6", wrong=False)
def q_learning(q, met, rate, discount):
    table = np.asarray(q, float).tolist()
    for i in range(len(met["state"])):
        s, a = int(met["state"][i]), int(met["action"][i])
        goal = float(met["reward"][i])
        if not met["terminated"][i]:
            goal += discount * max(table[int(met["following"][i])])
        table[s][a] = (1 - rate) * table[s][a] + rate * goal
    return table


# 20.7 ---------------------------------------------------------------------------------


@fresh("20.7", wrong=True)
def stacked(frames, starts, k):
    f = np.asarray(frames, float)
    i = np.arange(len(f))
    return np.stack([f[np.maximum(i - b, 0)] for b in range(k - 1, -1, -1)], axis=-1)


@fresh("20.7", wrong=True)
def stacked(frames, starts, k):
    f = np.asarray(frames, float)
    i = np.arange(len(f))
    first = np.maximum.accumulate(np.where(starts, i, 0))
    return np.stack([f[np.maximum(i - b, first)] for b in range(k)], axis=-1)


@fresh("20.7", wrong=True)
def stacked(frames, starts, k):
    f = np.asarray(frames, float)
    i = np.arange(len(f))
    first = np.maximum.accumulate(np.where(starts, i, 0))
    return np.stack([f[np.maximum(i - b, first)] for b in range(k - 1, -1, -1)], axis=1)


@fresh("20.7", wrong=True)
def stacked(frames, starts, k):
    f = np.asarray(frames, float)
    i = np.arange(len(f))
    first = np.maximum.accumulate(np.where(starts, i, 0))
    parts = [
        np.where((i - b >= first)[:, None, None], f[np.maximum(i - b, 0)], 0)
        for b in range(k - 1, -1, -1)
    ]
    return np.stack(parts, axis=-1)


@fresh("20.7", wrong=True)
def stacked(frames, starts, k):
    f = np.asarray(frames, float)
    i = np.arange(len(f))
    first = np.maximum.accumulate(np.where(starts, i, 0))
    parts = [
        np.where((i - b >= first)[:, None, None], f[np.maximum(i - b, 0)], f)
        for b in range(k - 1, -1, -1)
    ]
    return np.stack(parts, axis=-1)


@fresh("20.7", wrong=True)
def stacked(frames, starts, k):
    f = np.asarray(frames, float) / 255
    i = np.arange(len(f))
    first = np.maximum.accumulate(np.where(starts, i, 0))
    return np.stack([f[np.maximum(i - b, first)] for b in range(k - 1, -1, -1)], axis=-1)


@fresh("20.7", wrong=True)
def differences(frames, starts):
    f = np.asarray(frames)
    out = np.zeros_like(f)
    out[1:] = f[1:] - f[:-1]
    out[np.asarray(starts, bool)] = 0
    return out


@fresh("20.7", wrong=True)
def differences(frames, starts):
    f = np.asarray(frames)
    out = np.zeros(f.shape)
    out[1:] = f[1:] - f[:-1]
    out[np.asarray(starts, bool)] = 0
    return out


@fresh("20.7", wrong=True)
def differences(frames, starts):
    f = np.asarray(frames, float)
    out = np.zeros_like(f)
    out[1:] = f[1:] - f[:-1]
    return out


@fresh("20.7", wrong=True)
def differences(frames, starts):
    f = np.asarray(frames, float)
    out = np.zeros_like(f)
    out[1:] = f[:-1] - f[1:]
    out[np.asarray(starts, bool)] = 0
    return out


@fresh("20.7", wrong=True)
def differences(frames, starts):
    f = np.asarray(frames, float)
    out = f.copy()
    out[1:] = f[1:] - f[:-1]
    out[np.asarray(starts, bool)] = f[np.asarray(starts, bool)]
    return out


@fresh("20.7", wrong=True)
def differences(frames, starts):
    f = np.asarray(frames, float)
    out = np.zeros_like(f)
    out[1:] = np.abs(f[1:] - f[:-1])
    out[np.asarray(starts, bool)] = 0
    return out


@fresh("20.7", wrong=False)
def stacked(frames, starts, k):
    out, held = [], []
    for frame, new in zip(np.asarray(frames, np.float32), starts, strict=True):
        held = [frame] * k if new else [*held[1:], frame]
        out.append(np.stack(held, axis=-1))
    return np.array(out)


@fresh("20.7", wrong=False)
def differences(frames, starts):
    f = np.asarray(frames).astype(np.int16)
    d = np.diff(f, axis=0, prepend=f[:1])
    return d * ~np.asarray(starts, bool)[:, None, None]


# 20.8 ---------------------------------------------------------------------------------


@fresh("20.8", wrong=True)
def confidence(scores, level=0.95):
    s = np.asarray(scores, float)
    return s.mean(0), stats.norm.ppf((1 + level) / 2) * s.std(0, ddof=1) / np.sqrt(len(s))


@fresh("20.8", wrong=True)
def confidence(scores, level=0.95):
    s = np.asarray(scores, float)
    n = len(s)
    return s.mean(0), stats.t.ppf((1 + level) / 2, n - 1) * s.std(0) / np.sqrt(n)


@fresh("20.8", wrong=True)
def confidence(scores, level=0.95):
    s = np.asarray(scores, float)
    n = len(s)
    return s.mean(0), stats.t.ppf(level, n - 1) * s.std(0, ddof=1) / np.sqrt(n)


@fresh("20.8", wrong=True)
def confidence(scores, level=0.95):
    s = np.asarray(scores, float)
    n = len(s)
    return s.mean(0), stats.t.ppf((1 + level) / 2, n - 1) * s.std(0, ddof=1)


@fresh("20.8", wrong=True)
def confidence(scores, level=0.95):
    s = np.asarray(scores, float)
    n = len(s)
    return s.mean(0), stats.t.ppf((1 + level) / 2, n) * s.std(0, ddof=1) / np.sqrt(n)


@fresh("20.8", wrong=True)
def confidence(scores, level=0.95):
    s = np.asarray(scores, float)
    n = len(s)
    return s.mean(1), stats.t.ppf((1 + level) / 2, n - 1) * s.std(1, ddof=1) / np.sqrt(n)


@fresh("20.8", wrong=True)
def confidence(scores, level=0.95):
    s = np.asarray(scores, float)
    n = len(s)
    half = stats.t.ppf((1 + level) / 2, n - 1) * s.std(0, ddof=1) / np.sqrt(n)
    return s.mean(0) - half, s.mean(0) + half


@fresh("20.8", wrong=True)
def trailing(scores, width):
    return np.convolve(scores, np.ones(width) / width, mode="same")


@fresh("20.8", wrong=True)
def trailing(scores, width):
    return np.convolve(scores, np.ones(width) / width, mode="valid")


@fresh("20.8", wrong=True)
def trailing(scores, width):
    return np.convolve(scores, np.ones(width) / width)[: len(scores)]


@fresh("20.8", wrong=True)
def trailing(scores, width):
    return np.array([np.mean(scores[i : i + width]) for i in range(len(scores))])


@fresh("20.8", wrong=True)
def trailing(scores, width):
    return np.array([np.mean(scores[max(0, i - width) : i + 1]) for i in range(len(scores))])


@fresh("20.8", wrong=True)
def trailing(scores, width):
    return np.cumsum(scores) / np.arange(1, len(scores) + 1)


@fresh("20.8", wrong=True)
def discounted_returns(rewards, ended, discount):
    out, after = np.zeros(len(rewards)), 0.0
    for t in range(len(rewards) - 1, -1, -1):
        after = rewards[t] + discount * after
        out[t] = after
    return out


@fresh("20.8", wrong=True)
def discounted_returns(rewards, ended, discount):
    out, after = np.zeros(len(rewards)), 0.0
    for t in range(len(rewards) - 1, -1, -1):
        out[t] = after
        after = rewards[t] + (0.0 if ended[t] else discount * after)
    return out


@fresh("20.8", wrong=True)
def discounted_returns(rewards, ended, discount):
    out, after = np.zeros(len(rewards)), 0.0
    for t in range(len(rewards) - 1, -1, -1):
        after = 0.0 if ended[t] else rewards[t] + discount * after
        out[t] = after
    return out


@fresh("20.8", wrong=True)
def discounted_returns(rewards, ended, discount):
    out, after = np.zeros(len(rewards)), 0.0
    for t in range(len(rewards) - 1, -1, -1):
        after = rewards[t] + discount * after
        out[t] = after
        if ended[t]:
            after = 0.0
    return out


@fresh("20.8", wrong=True)
def discounted_returns(rewards, ended, discount):
    out, past = np.zeros(len(rewards)), 0.0
    for t in range(len(rewards)):
        past = rewards[t] + discount * past
        out[t] = past
        if ended[t]:
            past = 0.0
    return out


@fresh("20.8", wrong=True)
def discounted_returns(rewards, ended, discount):
    out, after = np.zeros(len(rewards)), 0.0
    for t in range(len(rewards) - 1, -1, -1):
        after = rewards[t] + (0.0 if ended[t] else after)
        out[t] = after
    return out * discount


@fresh("20.8", wrong=False)
def confidence(scores, level=0.95):
    s = np.asarray(scores, float)
    low, high = stats.t.interval(level, len(s) - 1)
    return list(np.mean(s, axis=0)), (high - low) / 2 * stats.sem(s, axis=0)


@fresh("20.8", wrong=False)
def trailing(scores, width):
    total = np.concatenate([[0.0], np.cumsum(np.asarray(scores, float))])
    i = np.arange(1, len(scores) + 1)
    low = np.maximum(i - width, 0)
    return (total[i] - total[low]) / (i - low)


@fresh("20.8", wrong=False)
def discounted_returns(rewards, ended, discount):
    rewards = np.asarray(rewards, float)
    edges = [0, *(np.flatnonzero(ended) + 1)]
    parts = [
        signal.lfilter([1.0], [1.0, -discount], rewards[a:b][::-1])[::-1]
        for a, b in zip(edges, edges[1:], strict=False)
    ]
    return np.concatenate(parts)
