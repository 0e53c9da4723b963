"""Codes: what stands for an image in fewer or better numbers. Shallow autoencoders, sparse coding,
k-means features and kernel layers, in NumPy; and a map of two-number codes that moves in a page.

`deep`, which is imported by its own name, holds what needs Keras: deep and convolutional
autoencoders, the training protocols, and codes by distances.
"""

from __future__ import annotations

from coursekit.codes.kernels import KernelLayer, fit_kernel_layer, kernel_map, kernel_network
from coursekit.codes.map import CodeMap, View, draw_codes
from coursekit.codes.patches import (
    Whitening,
    fit_whitening,
    grid_patches,
    photograph_patches,
    pool_grid,
)
from coursekit.codes.shallow import (
    Layer,
    contraction,
    encode_stack,
    fit_tied,
    pca_errors,
    sparsity,
    tied_slopes,
    train_decoder,
    train_layer,
    train_stack,
)
from coursekit.codes.sparse import (
    fista,
    kmeans_codes,
    learn_dictionary,
    orientation,
    patch_features,
    svm_error,
)

__all__ = [
    "CodeMap",
    "KernelLayer",
    "Layer",
    "View",
    "Whitening",
    "contraction",
    "draw_codes",
    "encode_stack",
    "fista",
    "fit_kernel_layer",
    "fit_tied",
    "fit_whitening",
    "grid_patches",
    "kernel_map",
    "kernel_network",
    "kmeans_codes",
    "learn_dictionary",
    "orientation",
    "patch_features",
    "pca_errors",
    "photograph_patches",
    "pool_grid",
    "sparsity",
    "svm_error",
    "tied_slopes",
    "train_decoder",
    "train_layer",
    "train_stack",
]
