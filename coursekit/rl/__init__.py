"""Small worlds to act in, many copies at once in NumPy, and a memory of what happened.

Every world has the same face: `reset()` gives the observations of all copies, `step(actions)` gives
`Step(observation, reward, terminated, truncated, last)`. A copy whose episode has ended starts anew
by itself; `last` holds what was seen before it did, which is what a target needs.

    world = CartPole(n=64, seed=0)
    observation = world.reset()
    step = world.step(np.zeros(64, int))
"""

from coursekit.rl.cartpole import CartPole
from coursekit.rl.grid import GridWorld
from coursekit.rl.memory import Batch, ReplayMemory
from coursekit.rl.pixels import Breakout, Catch
from coursekit.rl.world import Step, World, play

__all__ = [
    "Batch",
    "Breakout",
    "CartPole",
    "Catch",
    "GridWorld",
    "ReplayMemory",
    "Step",
    "World",
    "play",
]
