"""Problems that ask for a memory: adding, copying, sums of written numbers."""

from __future__ import annotations

import numpy as np

from coursekit.errors import InvalidInputError


def make_adding(n: int, length: int = 100, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The adding problem (Hochreiter and Schmidhuber 1997, in the form of Le et al. 2015): add the
    two numbers that are marked, one in each half of the sequence.

    Guessing 1 always has a mean squared error of 1/6.

    Args:
        n: number of sequences.
        length: steps of each, at least 2.
        seed: of all draws.

    Returns:
        x float32 `(n, length, 2)`, a number in [0, 1) and a mark, 0 or 1; y float32 `(n,)`.

    Raises:
        InvalidInputError: if `n` or `length` is too small.
    """
    _at_least(n=(n, 1), length=(length, 2))
    rng = np.random.default_rng(seed)
    x = np.zeros((n, length, 2), np.float32)
    x[:, :, 0] = rng.random((n, length), np.float32)
    rows, half = np.arange(n), length // 2
    x[rows, rng.integers(0, half, n), 1] = 1
    x[rows, rng.integers(half, length, n), 1] = 1
    return x, (x[:, :, 0] * x[:, :, 1]).sum(axis=1)


def make_copy(
    n: int, *, remember: int = 10, delay: int = 20, symbols: int = 8, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """The copy problem (Graves, Wayne and Danihelka 2014, in the form of Arjovsky et al. 2016):
    symbols, a wait, a sign, and then the symbols again.

    Args:
        n: number of sequences.
        remember: symbols to repeat.
        delay: blanks between the last symbol and the sign, at least 0.
        symbols: size of the alphabet; blank is 0, symbols are 1 to `symbols`, the sign is
            `symbols + 1`.
        seed: of the draws.

    Returns:
        x and y int64 `(n, 2 * remember + delay)`. y is blank until the step of the sign, from
        which on it repeats the symbols: knowing nothing costs
        `remember * log(symbols) / (2 * remember + delay)` nats a step.

    Raises:
        InvalidInputError: if a number is too small.
    """
    _at_least(n=(n, 1), remember=(remember, 1), delay=(delay, 0), symbols=(symbols, 2))
    drawn = np.random.default_rng(seed).integers(1, symbols + 1, (n, remember))
    x = np.zeros((n, 2 * remember + delay), np.int64)
    y = np.zeros_like(x)
    x[:, :remember], y[:, -remember:] = drawn, drawn
    x[:, remember + delay] = symbols + 1
    return x, y


def make_additions(
    n: int, *, digits: int = 2, reverse: bool = False, seed: int = 0
) -> tuple[list[str], list[str]]:
    """Sums as texts, such as "12+7" and "19", no two alike and padded with spaces to one length.

    Args:
        n: how many, at most all that there are.
        digits: of each number at most.
        reverse: turn the questions round, as Sutskever, Vinyals and Le (2014) do with sentences.
        seed: of the draw.

    Returns:
        Questions of `2 * digits + 1` characters and answers of `digits + 1`.

    Raises:
        InvalidInputError: if there are not so many.
    """
    most = 10 ** (2 * digits)
    _at_least(n=(n, 1), digits=(digits, 1))
    if n > most or digits > 6:
        raise InvalidInputError(
            f"There are {most:,} sums of {digits} digits, and at most 6 digits are known. "
            f"Received: n={n!r}, digits={digits!r}"
        )
    rng, seen = np.random.default_rng(seed), {}
    if 2 * n > most:
        seen = dict.fromkeys(rng.choice(most, n, replace=False).tolist())
    while len(seen) < n:
        seen |= dict.fromkeys(rng.integers(0, most, n - len(seen)).tolist())
    pairs = [divmod(code, 10**digits) for code in seen]
    asked = [f"{a}+{b}".ljust(2 * digits + 1) for a, b in pairs]
    answers = [str(a + b).ljust(digits + 1) for a, b in pairs]
    return [text[::-1] for text in asked] if reverse else asked, answers


def _at_least(**limits: tuple[int, int]) -> None:
    for name, (value, low) in limits.items():
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if not whole or value < low:
            raise InvalidInputError(
                f"`{name}` must be an integer of at least {low}. Received: {name}={value!r}"
            )
