"""Networks of binary units with an energy: restricted Boltzmann machines, belief nets, deep
Boltzmann machines. NumPy alone; units are 0 and 1.

`rbm` trains one layer, `partition` says how probable data are under it, `deep` stacks layers, and
`dreams` lets a trained machine run.
"""

from __future__ import annotations

from coursekit.boltzmann.deep import DBM, as_mlp, dbm_bound, mean_field, train_dbm, train_stack
from coursekit.boltzmann.dreams import JointRBM, complete, dream, train_joint
from coursekit.boltzmann.partition import (
    ais_log_partition,
    all_states,
    log_partition,
    mean_log_likelihood,
)
from coursekit.boltzmann.rbm import (
    RBM,
    free_energy,
    gibbs,
    hidden_probabilities,
    train_rbm,
    visible_probabilities,
)

__all__ = [
    "DBM",
    "RBM",
    "JointRBM",
    "ais_log_partition",
    "all_states",
    "as_mlp",
    "complete",
    "dbm_bound",
    "dream",
    "free_energy",
    "gibbs",
    "hidden_probabilities",
    "log_partition",
    "mean_field",
    "mean_log_likelihood",
    "train_dbm",
    "train_joint",
    "train_rbm",
    "train_stack",
    "visible_probabilities",
]
