"""HOG as a step of a scikit-learn pipeline."""

from __future__ import annotations

import math

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from coursekit.errors import InvalidInputError
from coursekit.hog._batch import as_array, as_batch, hog
from coursekit.hog._plan import make_plan, whole


class HOGTransformer(TransformerMixin, BaseEstimator):
    """Turn images into histograms of oriented gradients; the defaults suit 28x28 digits (1,296
    features).

    Args:
        orientations, pixels_per_cell, cells_per_block, block_norm, transform_sqrt: As in
            `coursekit.hog.hog`.
        image_shape: `(h, w)` or `(h, w, c)` of images that come as flat rows `(n, h * w * c)`.
            Images that come as such must have it, too, unless it is None.

    Attributes:
        image_shape_: `(h, w, c)` of the images seen in `fit`.
        n_features_in_: Values of one image.
        n_features_out_: Length of its feature vector under the parameters as they are set.

    Nothing is learnt from the data; `fit` checks it and remembers the image shape. The features are
    float32 whatever comes in, as those of `coursekit.hog.hog`.
    """

    def __init__(
        self,
        orientations: int = 9,
        pixels_per_cell: tuple[int, int] = (4, 4),
        cells_per_block: tuple[int, int] = (2, 2),
        block_norm: str = "L2-Hys",
        transform_sqrt: bool = False,
        image_shape: tuple[int, ...] | None = None,
    ) -> None:
        self.orientations = orientations
        self.pixels_per_cell = pixels_per_cell
        self.cells_per_block = cells_per_block
        self.block_norm = block_norm
        self.transform_sqrt = transform_sqrt
        self.image_shape = image_shape

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = self.image_shape is not None
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def fit(self, X, y=None) -> HOGTransformer:
        """Check images `(n, h, w)`, `(n, h, w, c)` or, with `image_shape`, `(n, h * w * c)`. `y` is
        ignored.

        Raises:
            InvalidInputError: if the images or a parameter do not fit.
        """
        images = self._images(X, reset=True)
        self._plan().blocks(*images.shape[1:3])
        self.image_shape_ = images.shape[1:]
        self.n_features_in_ = math.prod(self.image_shape_)
        return self

    def transform(self, X) -> np.ndarray:
        """Return the features, float32 `(n, n_features_out_)`.

        Raises:
            NotFittedError: before `fit`.
            InvalidInputError: if the images have another shape than those of `fit`.
        """
        check_is_fitted(self)
        images = self._images(X, reset=False)
        if images.shape[1:] != self.image_shape_:
            raise InvalidInputError(
                f"Expected images of the shape seen in fit, {self.image_shape_}. Received: "
                f"{images.shape[1:]}."
            )
        return hog(
            images,
            orientations=self.orientations,
            pixels_per_cell=self.pixels_per_cell,
            cells_per_block=self.cells_per_block,
            block_norm=self.block_norm,
            transform_sqrt=self.transform_sqrt,
        )

    @property
    def n_features_out_(self) -> int:
        """Length of a feature vector."""
        if not hasattr(self, "image_shape_"):
            raise AttributeError("n_features_out_ is there once `fit` has seen the images")
        return self._plan().features(*self.image_shape_[:2])

    def get_feature_names_out(self, input_features=None) -> np.ndarray:
        """Return names as `hog_r0_c1_i0_j1_o8`: block row and column, cell row and column in it,
        orientation bin."""
        check_is_fitted(self)
        plan = self._plan()
        axes = (*plan.blocks(*self.image_shape_[:2]), *plan.cells_per_block, plan.orientations)
        return np.array(
            ["hog_r{}_c{}_i{}_j{}_o{}".format(*index) for index in np.ndindex(axes)], dtype=object
        )

    def _plan(self):
        return make_plan(
            self.orientations,
            self.pixels_per_cell,
            self.cells_per_block,
            self.block_norm,
            self.transform_sqrt,
        )

    def _images(self, X, *, reset: bool) -> np.ndarray:
        """Checked images `(n, h, w, c)`: finite numbers, at least one."""
        sparse = hasattr(X, "toarray")
        axes = 2 if sparse else as_array(X).ndim
        if not sparse and axes not in (3, 4) and self.image_shape is None:
            hint = " Pass HOGTransformer(image_shape=(28, 28)) for rows of 784 pixels."
            raise InvalidInputError(
                f"Expected images (n, h, w) or (n, h, w, c), or `image_shape` for flat rows. "
                f"Received: shape {np.shape(X)}.{hint if axes in (1, 2) else ''}"
            )
        try:
            if axes < 3:
                X = validate_data(self, X, reset=reset)
            else:
                X = check_array(X, allow_nd=True, estimator=self)
        except ValueError as error:  # NaN, no rows, words
            raise InvalidInputError(str(error)) from error
        except TypeError as error:
            if not sparse:  # objects that are no numbers: scikit-learn asks for a TypeError
                raise
            raise InvalidInputError(str(error)) from error
        if X.ndim != 2:
            return self._of_image_shape(as_batch(X))
        shape = self._checked_shape(self._flat_shape(X.shape[1]))
        if math.prod(shape) != X.shape[1]:
            raise InvalidInputError(
                f"Expected `image_shape` (h, w) or (h, w, c) of {X.shape[1]} values in all. "
                f"Received: {shape}."
            )
        return as_batch(X.reshape(len(X), *shape))

    def _of_image_shape(self, images: np.ndarray) -> np.ndarray:
        if self.image_shape is None:
            return images
        shape = self._checked_shape(self.image_shape)
        if images.shape[1:] != (shape if len(shape) == 3 else (*shape, 1)):
            raise InvalidInputError(
                f"Expected images of `image_shape`, {shape}. Received: {images.shape[1:]}. Leave "
                f"`image_shape` out for images that are no flat rows."
            )
        return images

    def _checked_shape(self, shape) -> tuple[int, ...]:
        sizes = [whole(size) for size in shape] if isinstance(shape, (tuple, list)) else []
        if len(sizes) not in (2, 3) or any(size is None or size < 1 for size in sizes):
            raise InvalidInputError(
                f"Expected `image_shape` as (h, w) or (h, w, c), positive whole numbers. "
                f"Received: {shape!r}."
            )
        return tuple(sizes)

    def _flat_shape(self, values: int) -> tuple[int, ...]:
        """Shape of an image that came as a row of so many values."""
        return self.image_shape
