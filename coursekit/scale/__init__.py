"""What a training costs and where it can run: the work and the traffic of the course's networks,
this machine's two limits, images a second, and one small training that is the same on every device.

`scale.mlp` needs NumPy alone; the rest asks Keras when it is called.
"""

from __future__ import annotations

from coursekit.scale.machine import Machine, measure_machine
from coursekit.scale.mlp import Mlp, batches, descend
from coursekit.scale.networks import NETWORKS, layer_costs, network
from coursekit.scale.same import elsewhere, problem, train
from coursekit.scale.throughput import device_names, forward, images_per_second, jobs

__all__ = [
    "NETWORKS",
    "Machine",
    "Mlp",
    "batches",
    "descend",
    "device_names",
    "elsewhere",
    "forward",
    "images_per_second",
    "jobs",
    "layer_costs",
    "measure_machine",
    "network",
    "problem",
    "train",
]
