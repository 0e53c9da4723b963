"""Small worlds to act in, many copies at once in NumPy, a memory of what happened, and deep
Q-learning from it.

Every world has the same face: `reset()` gives the observations of all copies, `step(actions)` gives
`Step(observation, reward, terminated, truncated, last)`. A copy whose episode has ended starts anew
by itself; `last` holds what was seen before it did, which is what a target needs.

    world = CartPole(n=64, seed=0)
    observation = world.reset()
    step = world.step(np.zeros(64, int))

`learn(CartPole, Plan(steps=100_000))` learns to act in one. All of it is NumPy; `in_keras`, which
is imported by its own name, takes the same steps in Keras. `Duel` is a game against the player of
Breakout that comes with the package (`coursekit models train player`).
"""

from coursekit.rl.cartpole import CartPole
from coursekit.rl.grid import GridWorld
from coursekit.rl.learning import Learned, NumpyLearner, Plan, greedy, learn
from coursekit.rl.memory import Batch, ReplayMemory
from coursekit.rl.network import Adam, QNetwork
from coursekit.rl.pixels import Breakout, Catch
from coursekit.rl.player import load_player
from coursekit.rl.world import Step, World, play

__all__ = [
    "Adam",
    "Batch",
    "Breakout",
    "CartPole",
    "Catch",
    "Duel",
    "GridWorld",
    "Learned",
    "NumpyLearner",
    "Plan",
    "QNetwork",
    "ReplayMemory",
    "Step",
    "World",
    "greedy",
    "learn",
    "load_player",
    "play",
]


def __getattr__(name: str):
    if name == "Duel":
        from coursekit.rl.duel import Duel

        return Duel
    raise AttributeError(f"module 'coursekit.rl' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
