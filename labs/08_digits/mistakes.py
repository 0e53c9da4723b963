"""Wrong answers that students of lab 08 really give, each with the thought that puts it right."""

import keras
import numpy as np
import scipy.ndimage
from keras import layers
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC, LinearSVC

from coursekit.hog import HOGTransformer
from coursekit.labs import excuse, mistake

# 8.1 ------------------------------------------------------------------------------------------------------------------


def _rows(x):
    return np.asarray(x, dtype=np.float32).reshape(len(x), -1)


@mistake("8.1", name="test-images-centred-by-themselves", tag="leakage")
def prepare(x_train, x_test):
    """Think of a single drawing on the pad. Where would its mean image come from?

    The test images must be measured with the training ruler: the same m, computed
    from x_train only."""
    a, b = _rows(x_train), _rows(x_test)
    return (a - a.mean(axis=0)) / 255, (b - b.mean(axis=0)) / 255


@mistake("8.1", name="mean-of-train-and-test-together", tag="leakage")
def prepare(x_train, x_test):
    """Add one more test image. Your z_train changes. Should it?

    You took the mean over all images, so test rows leaked into training. Use the
    training images alone."""
    a, b = _rows(x_train), _rows(x_test)
    mean = np.concatenate([a, b]).mean(axis=0)
    return (a - mean) / 255, (b - mean) / 255


@mistake("8.1", name="one-mean-for-all-pixels", tag="axis")
def prepare(x_train, x_test):
    """How many numbers is your m? A corner pixel is nearly always black, a middle
    one is not.

    m_j belongs to entry j: take the mean over the images, axis 0, not over
    everything."""
    a, b = _rows(x_train), _rows(x_test)
    return (a - a.mean()) / 255, (b - a.mean()) / 255


@mistake("8.1", name="scaled-by-their-own-maximum", tag="formula")
def prepare(x_train, x_test):
    """Two test images with the same grey values get other numbers from you,
    depending on what else is in the set.

    Full ink is 255, whatever the brightest pixel at hand may be. Divide by 255."""
    a, b = _rows(x_train), _rows(x_test)
    mean = a.mean(axis=0)
    return (a - mean) / a.max(), (b - mean) / b.max()


@mistake("8.1", name="not-centred", tag="sign")
def prepare(x_train, x_test):
    """Your entries lie between 0 and 1. The formula subtracts something before it
    divides.

    Subtract the mean training image."""
    return _rows(x_train) / 255, _rows(x_test) / 255


@mistake("8.1", name="columns-before-rows", tag="order")
def prepare(x_train, x_test):
    """Your rows hold the right numbers, in another order. Where does the second
    pixel of the first row go?

    Entry j = r * w + c runs along the rows of the image: reshape(n, -1) without a
    transpose."""
    a, b = (
        np.asarray(x, dtype=np.float32).transpose(0, 2, 1).reshape(len(x), -1)
        for x in (x_train, x_test)
    )
    return (a - a.mean(axis=0)) / 255, (b - a.mean(axis=0)) / 255


@mistake("8.1", name="bytes-wrap-around", tag="sign")
def prepare(x_train, x_test):
    """Is any of your numbers negative? Look at the dtype in which you subtract.

    uint8 has no negative numbers: 3 - 5 is 254. Convert to float before
    subtracting."""
    a, b = (
        np.asarray(x).astype(np.uint8).reshape(len(x), -1) for x in (x_train, x_test)
    )
    mean = a.mean(axis=0).astype(np.uint8)
    return (a - mean) / 255, (b - mean) / 255


@mistake("8.1", name="divided-by-the-spread", tag="formula")
def prepare(x_train, x_test):
    """You standardised. That is another recipe, and a pixel that is always black
    has no spread to divide by.

    The formula divides every entry by 255."""
    a, b = _rows(x_train), _rows(x_test)
    s = np.where(a.std(axis=0) > 0, a.std(axis=0), 1)
    return (a - a.mean(axis=0)) / s, (b - a.mean(axis=0)) / s


@mistake("8.1", name="mean-not-scaled", tag="order")
def prepare(x_train, x_test):
    """Your entries reach down to -255. Which unit has m, and which has what you
    subtract it from?

    Subtract first, then divide: (x - m) / 255."""
    a, b = _rows(x_train), _rows(x_test)
    return a / 255 - a.mean(axis=0), b / 255 - a.mean(axis=0)


@mistake("8.1", name="mean-of-each-image", tag="axis")
def prepare(x_train, x_test):
    """Your m has one number for each image. How many pixels share it?

    m_j belongs to entry j of all images: the mean over the training images, axis 0."""
    a, b = _rows(x_train), _rows(x_test)
    means = [x.mean(axis=1, keepdims=True) for x in (a, b)]
    return (a - means[0]) / 255, (b - means[1]) / 255


# 8.2 ------------------------------------------------------------------------------------------------------------------


def _chain(input_shape, num_classes, hidden, inner="relu", last=None):
    stack = [
        keras.Input(input_shape),
        layers.Flatten(),
        *(layers.Dense(u, activation=inner) for u in hidden),
    ]
    return keras.Sequential([*stack, layers.Dense(num_classes, activation=last)])


@mistake("8.2", name="mlp-softmax-at-the-end", tag="logits-as-probabilities")
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    """Add up a row of your outputs. Logits have no reason to sum to 1.

    Leave the activation of the last layer out; the loss takes care of softmax."""
    return _chain(input_shape, num_classes, hidden, last="softmax")


@mistake("8.2", name="mlp-without-activation", tag="edge-case")
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    """Without ReLU your layers multiply out to a single matrix. What could a deep
    one do then that a flat one cannot?

    Dense has no activation unless you give it one: activation='relu' in the hidden
    layers."""
    return _chain(input_shape, num_classes, hidden, inner=None)


@mistake("8.2", name="mlp-relu-at-the-end", tag="logits-as-probabilities")
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    """Are any of your logits negative? A reader must be able to speak against a
    class.

    The last layer has no activation at all."""
    return _chain(input_shape, num_classes, hidden, last="relu")


@mistake("8.2", name="mlp-sigmoid-inside", tag="formula")
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    """Your hidden units saturate at 1. Which activation does the exercise name?

    Use activation='relu' in the hidden layers."""
    return _chain(input_shape, num_classes, hidden, inner="sigmoid")


@mistake("8.2", name="mlp-hidden-ignored", tag="order")
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    """Your model is right for one size only. What is the argument `hidden` for?

    Make one Dense layer for each entry of `hidden`, in its order."""
    return _chain(input_shape, num_classes, (300, 100))


@mistake("8.2", name="mlp-hidden-from-the-output-side", tag="order")
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    """Which of your hidden layers touches the pixels?

    The first entry of `hidden` is next to the input; do not reverse it."""
    return _chain(input_shape, num_classes, tuple(hidden)[::-1])


@mistake("8.2", name="mlp-not-flattened", tag="axis")
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    """How many weights has your first layer? It should see all pixels of an image
    at once.

    Dense works on the last axis only, so on an image it treats each pixel alone.
    Put Flatten before it."""
    stack = [
        keras.Input(input_shape),
        *(layers.Dense(u, activation="relu") for u in hidden),
        layers.Flatten(),
    ]
    return keras.Sequential([*stack, layers.Dense(num_classes)])


@mistake("8.2", name="mlp-compiled", tag="formula")
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    """The builder says what the model is, not how it is trained.

    Leave compile out; whoever trains the model chooses loss and optimiser."""
    model = _chain(input_shape, num_classes, hidden)
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


@mistake("8.2", name="mlp-without-input", tag="formula")
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    """Ask your model for its weights: it has none yet. What does it not know?

    Begin with an Input layer of the images' shape: then the layers know their sizes."""
    stack = [layers.Flatten(), *(layers.Dense(u, activation="relu") for u in hidden)]
    return keras.Sequential([*stack, layers.Dense(num_classes)])


@mistake("8.2", name="mlp-rescales-inside", tag="formula")
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    """Your model scales what it gets. Which function of this lab has done that
    already?

    The chain is Flatten, Dense + ReLU, Dense, and nothing else."""
    stack = [
        keras.Input(input_shape),
        layers.Rescaling(1 / 255),
        layers.Flatten(),
        *(layers.Dense(u, activation="relu") for u in hidden),
    ]
    return keras.Sequential([*stack, layers.Dense(num_classes)])


def _with_extra(input_shape, num_classes, hidden, extra):
    stack = [keras.Input(input_shape), layers.Flatten()]
    for units in hidden:
        stack += [layers.Dense(units, activation="relu"), extra()]
    return keras.Sequential([*stack, layers.Dense(num_classes)])


@mistake("8.2", name="mlp-with-batch-normalisation", tag="formula")
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    """Count your layers, and count those of the chain.

    Batch normalisation has weights of its own. Flatten, Dense + ReLU, Dense, and
    nothing else."""
    return _with_extra(input_shape, num_classes, hidden, layers.BatchNormalization)


@mistake("8.2", name="mlp-with-dropout", tag="formula")
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    """Your model answers otherwise in training. Does the exercise ask for dropout?

    Flatten, Dense + ReLU, Dense, and nothing else."""
    return _with_extra(input_shape, num_classes, hidden, lambda: layers.Dropout(0.5))


# 8.3 ------------------------------------------------------------------------------------------------------------------


@mistake(
    "8.3",
    tag="sign",
    edit=(
        "(image, dtype=float)\n    gy, gx = np.zeros_like(image), np.zeros_like(image)",
        "(image)\n    gy, gx = np.zeros(image.shape), np.zeros(image.shape)",
    ),
)
def gradient_of_bytes():
    """Try it on a dark pixel after a bright one. Do you see a large positive
    number where a negative one is due?

    uint8 wraps round below zero. Convert the image to float first."""


@mistake("8.3", name="np-gradient", tag="edge-case")
def image_gradients(image):
    """Your inner values are half of what is asked, and your rim is not zero.

    np.gradient divides by the distance of the neighbours and uses one-sided
    differences at the rim. Write the differences out."""
    gy, gx = np.gradient(np.asarray(image, dtype=float))
    return gy, gx


@mistake("8.3", tag="axis", edit=("return gy, gx", "return gx, gy"))
def gy_and_gx_exchanged():
    """An upright stroke changes from left to right. Which of your two results
    notices it?

    gy compares rows (axis 0), gx compares columns (axis 1)."""


@mistake("8.3", name="rim-wraps-round", tag="edge-case")
def image_gradients(image):
    """What is left of the first column? In your answer, the last column is.

    np.roll wraps round. Set the rim to zero afterwards, or use slices."""
    image = np.asarray(image, dtype=float)
    return np.roll(image, -1, 0) - np.roll(image, 1, 0), np.roll(
        image, -1, 1
    ) - np.roll(image, 1, 1)


@mistake(
    "8.3",
    tag="sign",
    edit=(
        "[2:] - image[:-2]\n    gx[:, 1:-1] = image[:, 2:] - image[:, :-2]",
        "[:-2] - image[2:]\n    gx[:, 1:-1] = image[:, :-2] - image[:, 2:]",
    ),
)
def previous_minus_next():
    """From dark to bright your gradient is negative.

    The later neighbour comes first: I[r+1] - I[r-1]."""


def _voted(angle, weight, orientations, span=180):
    bins = np.clip((angle % span) * orientations // span, 0, orientations - 1).astype(
        int
    )
    return np.bincount(
        bins.ravel(), np.ravel(weight), minlength=orientations
    ) / np.size(angle)


def _angle(gy, gx):
    return np.rad2deg(
        np.arctan2(np.asarray(gy, dtype=float), np.asarray(gx, dtype=float))
    )


@mistake("8.3", name="signed-angles", tag="sign")
def cell_histogram(gy, gx, orientations=9):
    """Turn all gradients round. Your histogram changes, so black on white differs
    from white on black.

    Unsigned means modulo 180: opposite directions share a bin.

    Take the angle % 180 before you find its bin."""
    return _voted(_angle(gy, gx), np.hypot(gy, gx), orientations, 360)


@mistake("8.3", name="radians-binned-as-degrees", tag="formula")
def cell_histogram(gy, gx, orientations=9):
    """Nearly everything falls into your first bin. In which unit is np.arctan2?

    np.arctan2 gives radians; np.rad2deg turns them into degrees."""
    return _voted(np.deg2rad(_angle(gy, gx)), np.hypot(gy, gx), orientations)


@mistake("8.3", name="pixels-counted-not-weighed", tag="formula")
def cell_histogram(gy, gx, orientations=9):
    """A faint pixel and a strong one count alike in your histogram.

    Each pixel adds its magnitude, not 1."""
    return _voted(_angle(gy, gx), np.ones(np.shape(gy)), orientations)


@mistake("8.3", name="sum-instead-of-mean", tag="missing-1/n")
def cell_histogram(gy, gx, orientations=9):
    """Your numbers grow with the size of the cell.

    Divide by the number of pixels in the cell."""
    return _voted(_angle(gy, gx), np.hypot(gy, gx), orientations) * np.size(gy)


@mistake("8.3", name="atan-arguments-exchanged", tag="aliasing")
def cell_histogram(gy, gx, orientations=9):
    """A gradient to the right has angle 0. Which angle do you give it?

    It is np.arctan2(gy, gx), the y part first."""
    return _voted(_angle(gx, gy), np.hypot(gy, gx), orientations)


@mistake("8.3", name="always-nine-bins", tag="formula")
def cell_histogram(gy, gx, orientations=9):
    """How many bins were asked for? The argument is called `orientations`.

    Each bin is 180 / orientations degrees wide, not 20."""
    return _voted(_angle(gy, gx), np.hypot(gy, gx), 9)


@mistake("8.3", name="histogram-scaled-to-one", tag="missing-1/n")
def cell_histogram(gy, gx, orientations=9):
    """The strength of the edges is gone from your histogram.

    Divide by the number of pixels, not by the total magnitude; blocks are
    normalised in the next exercise."""
    votes = _voted(_angle(gy, gx), np.hypot(gy, gx), orientations)
    return votes / (votes.sum() or 1)


@mistake("8.3", name="absolute-angle", tag="formula")
def cell_histogram(gy, gx, orientations=9):
    """A stroke leaning left and one leaning right fall into the same bin of yours.

    The absolute value mirrors -30 to 30 degrees; -30 modulo 180 is 150."""
    return _voted(np.abs(_angle(gy, gx)), np.hypot(gy, gx), orientations)


@mistake("8.3", name="one-sided-differences", tag="formula")
def image_gradients(image):
    """How far apart are the two pixels that you subtract?

    The neighbours of r are r - 1 and r + 1, two places apart: image[2:] - image[:-2]."""
    image = np.asarray(image, dtype=float)
    gy, gx = np.zeros_like(image), np.zeros_like(image)
    gy[:-1], gx[:, :-1] = np.diff(image, axis=0), np.diff(image, axis=1)
    return gy, gx


@mistake("8.3", name="sum-of-absolute-parts", tag="formula")
def cell_histogram(gy, gx, orientations=9):
    """How long is the gradient (3, 4): 5, or 7?

    The magnitude is the root of the sum of squares: np.hypot(gx, gy)."""
    return _voted(_angle(gy, gx), np.abs(gy) + np.abs(gx), orientations)


@mistake("8.3", name="absolute-angle-without-modulo", tag="formula")
def cell_histogram(gy, gx, orientations=9):
    """A stroke leaning left and one leaning right fall into the same bin of yours.

    The absolute value mirrors -30 to 30 degrees; -30 modulo 180 is 150."""
    bins = np.minimum(np.abs(_angle(gy, gx)) * orientations // 180, orientations - 1)
    return np.bincount(
        bins.astype(int).ravel(), np.hypot(gy, gx).ravel(), minlength=orientations
    ) / np.size(gy)


@mistake(
    "8.3",
    tag="dtype",
    edit=(
        "np.minimum(angle * orientations // 180, orientations - 1)",
        "np.round(angle * orientations / 180) % orientations",
    ),
)
def nearest_border_instead_of_bin():
    """With 9 bins, which bin holds 15 degrees? Which one do you take?

    Bin i goes from 20 i up to 20 (i + 1) degrees: drop the fraction, do not round."""


@mistake("8.3", name="bins-of-twenty-degrees", tag="formula")
def cell_histogram(gy, gx, orientations=9):
    """How wide is a bin when there are 6 of them? Yours are 20 degrees wide, however
    many are asked for.

    Each bin is 180 / orientations degrees wide."""
    bins, weight = _angle(gy, gx) % 180 // 20, np.hypot(gy, gx)
    return np.array([weight[bins == i].sum() for i in range(orientations)]) / np.size(
        gy
    )


# 8.4 ------------------------------------------------------------------------------------------------------------------


def _unit(v, eps=1e-5):
    return v / np.sqrt(np.sum(v**2) + eps**2)


@mistake("8.4", name="not-limited", tag="edge-case")
def normalise_block(block):
    """One strong edge still rules your block.

    After the first step no number may exceed 0.2; then normalise again."""
    return _unit(np.asarray(block, dtype=float))


@mistake("8.4", name="not-normalised-again", tag="formula")
def normalise_block(block):
    """Take the sum of squares of your result. It is not 1.

    Step 3: repeat step 1 on the limited numbers."""
    return np.minimum(_unit(np.asarray(block, dtype=float)), 0.2)


@mistake("8.4", name="limited-before-normalising", tag="order")
def normalise_block(block):
    """0.2 of what? You limited grey values, nearly all of which are larger.

    Normalise first; the limit is a share of the block's length."""
    return _unit(np.minimum(np.asarray(block, dtype=float), 0.2))


@mistake("8.4", name="each-cell-by-itself", tag="axis")
def normalise_block(block):
    """You normalised every cell alone, so a cell next to a strong edge looks as
    strong as the edge.

    A block is one vector: take the sum over all its numbers, without an axis."""

    def unit(v):
        return v / np.sqrt(np.sum(v**2, axis=-1, keepdims=True) + 1e-10)

    return unit(np.minimum(unit(np.asarray(block, dtype=float)), 0.2))


@mistake(
    "8.4", tag="formula", edit=("np.sqrt(np.sum(v**2) + 1e-5**2)", "(np.sum(v) + 1e-5)")
)
def sum_instead_of_length():
    """You divided by the sum (L1). L2 asks for the length of the vector.

    The length is the root of the sum of squares."""


@mistake("8.4", name="no-epsilon", tag="edge-case")
def normalise_block(block):
    """Give it an empty block. What is 0 / 0?

    Add epsilon squared under the root, in both steps."""
    with np.errstate(all="ignore"):
        v = np.asarray(block, dtype=float)
        v = np.minimum(v / np.sqrt(np.sum(v**2)), 0.2)
        return v / np.sqrt(np.sum(v**2))


@mistake("8.4", name="block-flattened", tag="formula")
def normalise_block(block):
    """Compare the shape of your result with that of the block.

    The numbers are right; give them back in the shape they came in."""
    return _unit(np.minimum(_unit(np.ravel(np.asarray(block, dtype=float))), 0.2))


@mistake(
    "8.4",
    tag="formula",
    edit=("np.sqrt(np.sum(v**2) + 1e-5**2)", "(np.sqrt(np.sum(v**2)) + 1e-5)"),
)
def epsilon_outside_the_root():
    """Look where epsilon stands in step 1.

    It is the root of (sum of squares + epsilon squared), not the root plus epsilon."""


@mistake("8.4", name="limited-once-more", tag="order")
def normalise_block(block):
    """Take the sum of squares of your result. Step 3 should make it 1.

    Step 3 repeats step 1, not step 2: limit once, in between."""
    v = np.asarray(block, dtype=float)
    for _ in range(2):
        v = np.minimum(_unit(v), 0.2)
    return v


@mistake("8.4", tag="formula", edit=("1e-5**2", "1e-5"))
def epsilon_not_squared():
    """Your numbers are right for a strong block and too small for a faint one.

    Under the root stands epsilon squared: 1e-5**2."""


@mistake("8.4", name="strong-ones-thrown-out", tag="formula")
def normalise_block(block):
    """What becomes of a number above 0.2: does it stay in the block?

    "At most 0.2" cuts it down to 0.2; it does not become 0."""
    v = _unit(np.asarray(block, dtype=float))
    return _unit(np.where(v > 0.2, 0.0, v))


# 8.5 ------------------------------------------------------------------------------------------------------------------


@mistake("8.5", name="cells-of-eight-pixels", tag="formula")
def build_hog_reader(C=0.1, seed=0):
    """Your cells are too large for a digit: a stroke and its neighbour share one.

    Cells of 4 x 4 pixels: pixels_per_cell=(4, 4)."""
    return make_pipeline(
        HOGTransformer(9, (8, 8), (2, 2)), LinearSVC(C=C, random_state=seed)
    )


@mistake("8.5", name="pixels-instead-of-hog", tag="formula")
def build_hog_reader(C=0.1, seed=0):
    """Your SVM looks at the pixels themselves. Where are the histograms?

    The first step is HOGTransformer."""
    flatten = FunctionTransformer(
        lambda x: np.asarray(x, dtype=np.float32).reshape(len(x), -1) / 255
    )
    return make_pipeline(flatten, LinearSVC(C=C, random_state=seed))


@mistake("8.5", name="c-ignored", tag="formula")
def build_hog_reader(C=0.1, seed=0):
    """Your reader is the same whatever C is.

    Hand C on: LinearSVC(C=C, ...). Its own default is 1."""
    return make_pipeline(
        HOGTransformer(9, (4, 4), (2, 2)), LinearSVC(random_state=seed)
    )


@mistake("8.5", name="kernel-svm", tag="formula")
def build_hog_reader(C=0.1, seed=0):
    """A kernel SVM has no weights per feature. Which classifier does the exercise
    name?

    Use LinearSVC."""
    return make_pipeline(HOGTransformer(9, (4, 4), (2, 2)), SVC(C=C, random_state=seed))


@mistake("8.5", name="svc-with-linear-kernel", tag="formula")
def build_hog_reader(C=0.1, seed=0):
    """SVC(kernel='linear') is a close relative: another penalty, and one judge per
    pair of classes.

    Use LinearSVC: one judge per class."""
    return make_pipeline(
        HOGTransformer(9, (4, 4), (2, 2)), SVC(kernel="linear", C=C, random_state=seed)
    )


@mistake("8.5", name="standardised-between", tag="formula")
def build_hog_reader(C=0.1, seed=0):
    """Blocks have been normalised already. A third step blows up features that
    hardly ever differ.

    Two steps: HOGTransformer, LinearSVC."""
    return make_pipeline(
        HOGTransformer(9, (4, 4), (2, 2)),
        StandardScaler(),
        LinearSVC(C=C, random_state=seed),
    )


@mistake("8.5", name="blocks-of-three-cells", tag="formula")
def build_hog_reader(C=0.1, seed=0):
    """Count your features of a 28 x 28 image: are there 1,296?

    Blocks of 2 x 2 cells: cells_per_block=(2, 2)."""
    return make_pipeline(
        HOGTransformer(9, (4, 4), (3, 3)), LinearSVC(C=C, random_state=seed)
    )


@mistake("8.5", name="eight-orientations", tag="formula")
def build_hog_reader(C=0.1, seed=0):
    """How many bins share the 180 degrees?

    orientations=9, as in the exercises before."""
    return make_pipeline(
        HOGTransformer(8, (4, 4), (2, 2)), LinearSVC(C=C, random_state=seed)
    )


@mistake("8.5", name="blocks-of-one-cell", tag="formula")
def build_hog_reader(C=0.1, seed=0):
    """Count your features of a 28 x 28 image: are there 1,296?

    Blocks of 2 x 2 cells: cells_per_block=(2, 2)."""
    return make_pipeline(
        HOGTransformer(9, (4, 4), (1, 1)), LinearSVC(C=C, random_state=seed)
    )


@mistake("8.5", name="c-and-seed-written-in", tag="formula")
def build_hog_reader(C=0.1, seed=0):
    """Your reader is the same whatever C is.

    0.1 and 0 are only the defaults: hand the arguments on."""
    return make_pipeline(
        HOGTransformer(9, (4, 4), (2, 2)), LinearSVC(C=0.1, random_state=0)
    )


@mistake("8.5", name="steps-exchanged", tag="order")
def build_hog_reader(C=0.1, seed=0):
    """Which of your two steps sees the images first?

    HOGTransformer makes features of them; LinearSVC, the last step, learns from
    these."""
    return make_pipeline(
        LinearSVC(C=C, random_state=seed), HOGTransformer(9, (4, 4), (2, 2))
    )


# 8.6 ------------------------------------------------------------------------------------------------------------------


def _net(
    input_shape,
    num_classes,
    filters,
    *,
    padding="same",
    activation="relu",
    pool=layers.MaxPooling2D,
    last=None,
):
    inputs = x = keras.Input(input_shape)
    for count in filters:
        x = pool(2)(layers.Conv2D(count, 3, padding=padding, activation=activation)(x))
    return keras.Model(
        inputs, layers.Dense(num_classes, activation=last)(layers.Flatten()(x))
    )


@mistake("8.6", name="cnn-softmax-at-the-end", tag="logits-as-probabilities")
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    """Add up a row of your outputs. Logits have no reason to sum to 1.

    Leave the activation of the last Dense layer out."""
    return _net(input_shape, num_classes, filters, last="softmax")


@mistake(
    "8.6",
    tag="order",
    edit=(
        ', activation="relu"',
        'if min(x.shape[1:3]) < 4 else "valid",\n            activation="relu",',
    ),
)
def cnn_without_padding():
    """Follow height and width through your layers. Who cuts off the border?

    Conv2D pads nothing by default. Ask for padding='same'."""


@mistake("8.6", name="cnn-average-pooling", tag="formula")
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    """A pool of yours weakens a lone strong answer instead of passing it on.

    Use MaxPooling2D."""
    return _net(input_shape, num_classes, filters, pool=layers.AveragePooling2D)


@mistake("8.6", name="cnn-without-activation", tag="formula")
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    """Without ReLU a chain of convolutions is one larger convolution.

    activation='relu' in every Conv2D."""
    return _net(input_shape, num_classes, filters, activation=None)


@mistake(
    "8.6",
    tag="formula",
    edit=(
        "(x)\n        x = layers.MaxPooling2D(2)(x)",
        "(x)[\n            :, : x.shape[1] // 2 * 2 : 2, : x.shape[2] // 2 * 2 : 2\n        ]",
    ),
)
def cnn_stride_instead_of_pooling():
    """Your convolution skips every other place, so what it finds there is lost.
    Pooling keeps the strongest of four.

    Convolve at every place, then MaxPooling2D(2)."""


@mistake(
    "8.6",
    tag="formula",
    edit=(
        "(x)\n        x = layers.MaxPooling2D(2)(x)",
        "(\n            layers.MaxPooling2D(2)(x)\n        )",
    ),
)
def cnn_pool_first():
    """You pool the raw pixels before any kernel has seen them.

    In each stage the convolution comes first, then the pooling."""


@mistake("8.6", name="cnn-global-pooling", tag="formula")
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    """Your last layer no longer knows where anything was: a 6 and a 9 have the
    same parts.

    Flatten keeps every place of the last map; use it before Dense."""
    inputs = x = keras.Input(input_shape)
    for count in filters:
        x = layers.MaxPooling2D(2)(
            layers.Conv2D(count, 3, padding="same", activation="relu")(x)
        )
    return keras.Model(
        inputs, layers.Dense(num_classes)(layers.GlobalAveragePooling2D()(x))
    )


@mistake("8.6", name="cnn-sequential", tag="formula")
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    """Your network is right, but it is a Sequential one. This exercise is about
    the other way to build.

    Call layers on tensors, then keras.Model(inputs, outputs)."""
    stack = [keras.Input(input_shape)]
    for count in filters:
        stack += [
            layers.Conv2D(count, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
        ]
    return keras.Sequential([*stack, layers.Flatten(), layers.Dense(num_classes)])


@mistake("8.6", name="cnn-starts-anew-at-every-stage", tag="formula")
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    """Only your last stage is connected. On which tensor do you call the layers of
    the second stage?

    x = layer(x): each layer takes what the one before gave."""
    inputs = keras.Input(input_shape)
    for count in filters:
        x = layers.MaxPooling2D(2)(
            layers.Conv2D(count, 3, padding="same", activation="relu")(inputs)
        )
    return keras.Model(inputs, layers.Dense(num_classes)(layers.Flatten()(x)))


@mistake("8.6", name="cnn-padding-left-out", tag="edge-case")
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    """Follow height and width through your layers. Who cuts off the border?

    Conv2D pads nothing by default. Ask for padding='same'."""
    return _net(input_shape, num_classes, filters, padding="valid")


@mistake("8.6", tag="formula", edit=("(count, 3,", "(count, 5,"))
def cnn_kernels_of_five():
    """How large are your kernels? Look at the shape of the first weights.

    3 x 3: Conv2D(count, 3, ...)."""


@mistake(
    "8.6", tag="edge-case", edit=("MaxPooling2D(2)", 'MaxPooling2D(2, padding="same")')
)
def cnn_pool_keeps_the_odd_row():
    """9 rows become 4, not 5. What does your pooling do with an odd last row?

    "same" belongs to the convolution. MaxPooling2D(2) drops what is left over."""


@mistake("8.6", tag="formula", edit=("MaxPooling2D(2)", "MaxPooling2D(2, strides=1)"))
def cnn_pool_moves_by_one():
    """Do height and width halve in your pooling?

    Windows of 2 x 2 stand side by side: the stride is 2, as by default."""


@mistake("8.6", name="cnn-compiled", tag="formula")
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    """The builder says what the model is, not how it is trained.

    Leave compile out; whoever trains the model chooses loss and optimiser."""
    model = _net(input_shape, num_classes, filters)
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


@mistake("8.6", name="cnn-stride-of-two", tag="formula")
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    """Your convolution skips every other place. Where is the pooling?

    Convolve at every place, then MaxPooling2D(2) keeps the strongest of four."""
    inputs = x = keras.Input(input_shape)
    for count in filters:
        x = layers.Conv2D(count, 3, strides=2, padding="same", activation="relu")(x)
    return keras.Model(inputs, layers.Dense(num_classes)(layers.Flatten()(x)))


@mistake("8.6", name="cnn-with-dropout", tag="formula")
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    """Your model answers otherwise in training. Does the exercise ask for dropout?

    Convolution and pooling, Flatten, Dense, and nothing else."""
    inputs = x = keras.Input(input_shape)
    for count in filters:
        x = layers.Conv2D(count, 3, padding="same", activation="relu")(x)
        x = layers.Dropout(0.5)(layers.MaxPooling2D(2)(x))
    return keras.Model(inputs, layers.Dense(num_classes)(layers.Flatten()(x)))


# 8.7 ------------------------------------------------------------------------------------------------------------------


def _wrong(y_true, probabilities):
    return np.flatnonzero(np.argmax(probabilities, axis=1) != np.asarray(y_true))


@mistake("8.7", name="surest-answer-first", tag="order")
def worst_mistakes(y_true, probabilities, k):
    """You sort by how sure the reader was of its answer. The exercise asks how
    little it gave the truth.

    With three classes these differ: look up column y_true[i] of row i."""
    rows = _wrong(y_true, probabilities)
    return rows[
        np.argsort(-np.max(np.asarray(probabilities)[rows], axis=1), kind="stable")
    ][:k]


@mistake("8.7", name="right-rows-too", tag="formula")
def worst_mistakes(y_true, probabilities, k):
    """Some of your rows were read correctly.

    Keep only the rows where the largest probability is not that of the truth."""
    p = np.asarray(probabilities)[np.arange(len(y_true)), np.asarray(y_true)]
    return np.argsort(p, kind="stable")[:k]


@mistake("8.7", name="mildest-first", tag="order")
def worst_mistakes(y_true, probabilities, k):
    """Your first row is the most forgivable mistake.

    Smallest probability of the truth first: sort upwards."""
    rows = _wrong(y_true, probabilities)
    return rows[
        np.argsort(
            -np.asarray(probabilities)[rows, np.asarray(y_true)[rows]], kind="stable"
        )
    ][:k]


@mistake("8.7", name="positions-among-the-mistakes", tag="order")
def worst_mistakes(y_true, probabilities, k):
    """Your numbers are too small: they count among the mistakes. Whose row numbers
    are asked for?

    argsort gives positions within the list you sorted. Look the rows up:
    rows[order]."""
    rows = _wrong(y_true, probabilities)
    return np.argsort(
        np.asarray(probabilities)[rows, np.asarray(y_true)[rows]], kind="stable"
    )[:k]


@mistake("8.7", name="first-mistakes-not-worst", tag="order")
def worst_mistakes(y_true, probabilities, k):
    """You return mistakes in the order of their rows.

    Sort the wrong rows by the probability of their truth before you cut at k."""
    return _wrong(y_true, probabilities)[:k]


@mistake("8.7", name="cut-before-the-wrong-ones", tag="order")
def worst_mistakes(y_true, probabilities, k):
    """You took the k lowest of all rows and threw out the right ones afterwards.
    Are there k left?

    First keep the wrong rows, then sort, then cut at k."""
    p = np.asarray(probabilities)[np.arange(len(y_true)), np.asarray(y_true)]
    wrong = set(_wrong(y_true, probabilities).tolist())
    return np.array(
        [row for row in np.argsort(p, kind="stable")[:k] if int(row) in wrong],
        dtype=int,
    )


@mistake("8.7", name="below-one-half-is-wrong", tag="formula")
def worst_mistakes(y_true, probabilities, k):
    """Can a row be right although the truth got less than a half? Think of three
    classes.

    A row is wrong where the class of the largest probability is not the truth."""
    p = np.asarray(probabilities)[np.arange(len(y_true)), np.asarray(y_true)]
    return np.array([i for i in np.argsort(p, kind="stable") if p[i] < 0.5][:k], int)


@mistake("8.7", name="largest-gap-first", tag="order")
def worst_mistakes(y_true, probabilities, k):
    """You sort by how far the answer was ahead of the truth. What does the exercise
    sort by?

    Only by what the truth got: the smallest p of the true class comes first."""
    p, rows = np.asarray(probabilities), _wrong(y_true, probabilities)
    gap = p[rows].max(axis=1) - p[rows, np.asarray(y_true)[rows]]
    return rows[np.argsort(-gap, kind="stable")][:k]


@mistake("8.7", name="filled-up-with-right-rows", tag="edge-case")
def worst_mistakes(y_true, probabilities, k):
    """How many rows do you return when there are fewer mistakes than k?

    Then return the mistakes alone: keep the wrong rows before you cut at k."""
    rows = _wrong(y_true, probabilities)
    p = np.asarray(probabilities)[np.arange(len(y_true)), np.asarray(y_true)].copy()
    p[np.setdiff1d(np.arange(len(p)), rows)] = 2
    return np.argsort(p, kind="stable")[:k]


# 8.8 ------------------------------------------------------------------------------------------------------------------


def _moved(image, down, right):
    h, w = image.shape
    moved = np.zeros_like(image)
    moved[max(down, 0) : max(h + down, 0), max(right, 0) : max(w + right, 0)] = image[
        max(-down, 0) : max(h - down, 0), max(-right, 0) : max(w - right, 0)
    ]
    return moved


def _mass(image):
    total = image.sum(dtype=float)
    return (
        float(np.arange(image.shape[0]) @ image.sum(axis=1, dtype=float) / total),
        float(np.arange(image.shape[1]) @ image.sum(axis=0, dtype=float) / total),
    )


@mistake("8.8", name="ink-wraps-round", tag="aliasing")
def centre(image):
    """What leaves your image on one side comes in on the other.

    np.roll wraps. Copy a slice into a black image instead."""
    image = np.asarray(image)
    if not image.any():
        return image.copy()
    r, c = _mass(image)
    return np.roll(
        image,
        (image.shape[0] // 2 - round(r), image.shape[1] // 2 - round(c)),
        axis=(0, 1),
    )


@mistake("8.8", name="moved-the-other-way", tag="sign")
def centre(image):
    """Your ink ends farther from the middle than it began.

    Move down by middle minus centre of mass, not the other way round."""
    image = np.asarray(image)
    if not image.any():
        return image.copy()
    r, c = _mass(image)
    return _moved(image, round(r) - image.shape[0] // 2, round(c) - image.shape[1] // 2)


@mistake("8.8", name="rows-and-columns-exchanged", tag="transpose")
def centre(image):
    """It works for ink on the diagonal of a square. Which sum goes with the rows?

    r counts rows, axis 0: sum the image over its columns first."""
    image = np.asarray(image)
    if not image.any():
        return image.copy()
    r, c = _mass(image)
    return _moved(image, image.shape[0] // 2 - round(c), image.shape[1] // 2 - round(r))


@mistake("8.8", name="middle-of-the-box", tag="formula")
def centre(image):
    """You centred the box around the ink. Where is most of the ink?

    Each pixel counts by its grey value: the sum of r * I over the sum of I."""
    image = np.asarray(image)
    if not image.any():
        return image.copy()
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return _moved(
        image,
        image.shape[0] // 2 - round((rows[0] + rows[-1]) / 2),
        image.shape[1] // 2 - round((columns[0] + columns[-1]) / 2),
    )


@mistake("8.8", name="every-ink-pixel-alike", tag="formula")
def centre(image):
    """A faint pixel pulls as hard as a bright one in your answer.

    Weigh each pixel by its grey value, not by 1."""
    image = np.asarray(image)
    if not image.any():
        return image.copy()
    r, c = _mass((image > 0).astype(float))
    return _moved(image, image.shape[0] // 2 - round(r), image.shape[1] // 2 - round(c))


@mistake("8.8", name="cut-not-rounded", tag="dtype")
def centre(image):
    """Your digits sit half a pixel off on average.

    int() cuts towards zero. Round to the nearest whole number."""
    image = np.asarray(image)
    if not image.any():
        return image.copy()
    r, c = _mass(image)
    return _moved(image, image.shape[0] // 2 - int(r), image.shape[1] // 2 - int(c))


@mistake("8.8", name="black-image-divides-by-zero", tag="edge-case")
def centre(image):
    """Try an image without ink: what is 0 / 0?

    Ask first whether there is any ink, and give a black image back as it is."""
    image = np.asarray(image)
    r, c = _mass(image)
    return _moved(image, image.shape[0] // 2 - round(r), image.shape[1] // 2 - round(c))


@mistake("8.8", name="written-into-the-input", tag="aliasing")
def centre(image):
    """After the call the caller's own image has moved too.

    Work on a fresh array: np.zeros_like(image)."""
    image = np.asarray(image)
    if not image.any():
        return image
    r, c = _mass(image)
    image[...] = _moved(
        image, image.shape[0] // 2 - round(r), image.shape[1] // 2 - round(c)
    )
    return image


@mistake("8.8", name="moved-by-parts-of-a-pixel", tag="dtype")
def centre(image):
    """Are there grey values in your image that were not in the one you got?

    Move by whole pixels: round both steps, and copy the pixels as they are."""
    image = np.asarray(image)
    if not image.any():
        return image.copy()
    r, c = _mass(image)
    step = image.shape[0] // 2 - r, image.shape[1] // 2 - c
    return scipy.ndimage.shift(image.astype(float), step, order=1)


@mistake("8.8", name="middle-between-pixels", tag="off-by-one")
def centre(image):
    """To which pixel do you bring the centre of an image of 4 rows?

    To row h // 2, here 2. (h - 1) / 2 is another place when h is even."""
    image = np.asarray(image)
    if not image.any():
        return image.copy()
    r, c = _mass(image)
    h, w = image.shape
    return _moved(image, round((h - 1) / 2 - r), round((w - 1) / 2 - c))


# Mutants that may live -----------------------------------------------------------------------------------------------

excuse(
    "8.1",
    "prepare: 1 -> 2",
    "reshape takes any negative size for the one that it works out",
)
excuse(
    "8.8",
    "centre: image.copy() -> image",
    "a check sees values, and a black image and its copy have the same",
)
