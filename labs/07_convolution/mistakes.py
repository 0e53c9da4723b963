"""Wrong answers that students of lab 07 really give, each with the thought that puts it right."""

import numpy as np
import scipy.ndimage

from coursekit.labs import excuse, mistake


def _slide(image, kernel, rows, columns, step=1):
    """Sums under the kernel at rows x columns places."""
    kh, kw = kernel.shape
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            out[i, j] = np.sum(
                kernel * image[i * step : i * step + kh, j * step : j * step + kw]
            )
    return out


def _inside(image, kernel):
    """Cross-correlation inside the image."""
    image, kernel = np.asarray(image), np.asarray(kernel)
    return _slide(
        image,
        kernel,
        image.shape[0] - kernel.shape[0] + 1,
        image.shape[1] - kernel.shape[1] + 1,
    )


def _padded(image, kernel):
    """Image with as many zeros around as a full convolution needs."""
    image, (kh, kw) = np.asarray(image), np.shape(kernel)
    return np.pad(image, ((kh - 1, kh - 1), (kw - 1, kw - 1)))


# 7.1 ------------------------------------------------------------------------------------------------------------------


@mistake("7.1", name="kernel-turned-round", tag="sign")
def correlate2d(image, kernel):
    """Which weight meets the pixel in the top left corner of the window?

    The formula has plus signs: W[0, 0] meets X[i, j]. You turned the kernel round
    first; that comes in the next exercise."""
    return _inside(image, np.asarray(kernel)[::-1, ::-1])


@mistake("7.1", name="one-place-short", tag="formula")
def correlate2d(image, kernel):
    """How many places has a kernel of 3 on a row of 3 pixels?

    The last window starts at h - kh, and row numbers start at 0: there are h - kh +
    1 of them."""
    image, kernel = np.asarray(image), np.asarray(kernel)
    return _slide(
        image,
        kernel,
        image.shape[0] - kernel.shape[0],
        image.shape[1] - kernel.shape[1],
    )


@mistake("7.1", name="slide-formula-as-printed", tag="formula")
def correlate2d(image, kernel):
    """Which pixel does your sum read for i = 2, j = 0, k = 0, l = 1?

    The indices printed on the slide have slipped: the kernel's row k belongs to the
    image's row i, its column l to column j."""
    image, kernel = np.asarray(image), np.asarray(kernel)
    (h, w), (kh, kw) = image.shape, kernel.shape
    out = np.zeros((h - kh + 1, w - kw + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for k in range(kh):
                for n in range(kw):
                    out[i, j] += kernel[k, n] * image[i + j, k + n]
    return out


@mistake("7.1", name="answer-cut-to-whole-numbers", tag="dtype")
def correlate2d(image, kernel):
    """Try a photograph of bytes and a kernel of weights 1/9. What type has your
    answer?

    An array made like the image (zeros_like, or dtype=image.dtype) cuts sums to
    whole numbers, and bytes cannot be negative. Make it a float array."""
    wide = _inside(image, kernel)
    dtype = np.asarray(image).dtype
    return (
        wide.astype(np.int64).astype(dtype)
        if dtype.kind in "iu"
        else wide.astype(dtype)
    )


@mistake("7.1", name="divided-by-the-weights", tag="formula")
def correlate2d(image, kernel):
    """Does the formula divide by anything?

    You averaged over the window. Blur kernels bring their 1/9 along; correlation
    only multiplies and adds."""
    return _inside(image, kernel) / np.asarray(kernel).size


@mistake("7.1", name="rows-for-both-sides", tag="formula")
def correlate2d(image, kernel):
    """Your answer is right for square kernels. Which side did you read twice?

    The number of rows comes from kh, that of columns from kw; the same goes for the
    window's slices."""
    image, kernel = np.asarray(image), np.asarray(kernel)
    k = kernel.shape[0]
    square = np.zeros((k, k))
    square[:, : min(k, kernel.shape[1])] = kernel[:, :k]
    return _slide(image, square, image.shape[0] - k + 1, image.shape[1] - k + 1)


@mistake("7.1", name="size-of-the-image-kept", tag="order")
def correlate2d(image, kernel):
    """Your answer is as large as the image. What stood under the kernel at the
    border?

    Only places where the kernel fits inside the image count here; zeros around the
    image come later."""
    image, kernel = np.asarray(image), np.asarray(kernel)
    kh, kw = kernel.shape
    padded = np.pad(image, ((kh // 2, kh - 1 - kh // 2), (kw // 2, kw - 1 - kw // 2)))
    return _slide(padded, kernel, *image.shape)


@mistake("7.1", name="every-place-that-overlaps", tag="edge-case")
def correlate2d(image, kernel):
    """Your answer is larger than the image. Does the kernel lie inside it at every
    place?

    Only places where the kernel fits inside the image count: h - kh + 1 rows."""
    return _inside(_padded(image, kernel), np.asarray(kernel))


@mistake("7.1", name="border-mirrored", tag="edge-case")
def correlate2d(image, kernel):
    """Your answer is as large as the image. What stood under the kernel at the
    border?

    Only places where the kernel fits inside the image count here; nothing is put
    around it."""
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    return scipy.ndimage.correlate(image, kernel)


# 7.2 ------------------------------------------------------------------------------------------------------------------


@mistake("7.2", name="not-turned", tag="formula")
def convolve2d(image, kernel):
    """What does one white pixel become? It should be the kernel itself.

    With I[i - m, j - n] the kernel's first weight meets the *last* pixel of the
    window: turn the kernel round before you slide it."""
    return _inside(_padded(image, kernel), kernel)


@mistake("7.2", name="turned-in-one-direction", tag="sign")
def convolve2d(image, kernel):
    """Both indices have a minus sign. How many directions did you reverse?

    Half a turn reverses rows and columns: kernel[::-1, ::-1]."""
    return _inside(_padded(image, kernel), np.asarray(kernel)[::-1])


@mistake("7.2", name="transposed", tag="transpose")
def convolve2d(image, kernel):
    """You exchanged rows and columns of the kernel. Is that what the minus signs
    say?

    Turning by half a turn keeps rows as rows: the first row becomes the last, read
    backwards."""
    kernel = np.asarray(kernel).T
    return _inside(_padded(image, kernel), kernel)


@mistake("7.2", name="only-where-it-fits", tag="formula")
def convolve2d(image, kernel):
    """Which places did you leave out?

    The full convolution has h + kh - 1 rows: every place where kernel and image
    share at least one pixel."""
    image, kernel = np.asarray(image), np.asarray(kernel)
    rows, columns = (
        max(0, n - k + 1) for n, k in zip(image.shape, kernel.shape, strict=True)
    )
    return _slide(image, kernel[::-1, ::-1], rows, columns)


@mistake("7.2", name="border-pixels-repeated", tag="order")
def convolve2d(image, kernel):
    """What did you put outside the image?

    Pixels outside count as 0; repeating the border's pixels makes the answer larger
    there."""
    (kh, kw), image = np.shape(kernel), np.asarray(image)
    padded = np.pad(image, ((kh - 1, kh - 1), (kw - 1, kw - 1)), mode="edge")
    return _inside(padded, np.asarray(kernel)[::-1, ::-1])


@mistake("7.2", name="as-large-as-the-image", tag="broadcasting")
def convolve2d(image, kernel):
    """Your answer has the size of the image. Where are the outer entries?

    You cut the full convolution down to its middle (or padded with k // 2 only).
    The formula starts at i = 0 with the first pixel times the first weight."""
    (h, w), (kh, kw) = np.shape(image), np.shape(kernel)
    full = _inside(_padded(image, kernel), np.asarray(kernel)[::-1, ::-1])
    return full[(kh - 1) // 2 : (kh - 1) // 2 + h, (kw - 1) // 2 : (kw - 1) // 2 + w]


@mistake("7.2", name="one-ring-of-zeros-too-many", tag="off-by-one")
def convolve2d(image, kernel):
    """What are the outermost entries of your answer? Do kernel and image meet there?

    kh - 1 rows of zeros are enough: with kh of them the kernel lies wholly outside."""
    image, kernel = np.asarray(image), np.asarray(kernel)
    (kh, kw), (h, w) = kernel.shape, image.shape
    padded = np.pad(image, ((kh, kh), (kw, kw)))
    return _slide(padded, kernel[::-1, ::-1], h + kh + 1, w + kw + 1)


@mistake("7.2", name="windows-overwritten", tag="aliasing")
def convolve2d(image, kernel):
    """Two white pixels side by side: what stands where their two kernels overlap?

    What several pixels send to one place is added up: out[...] += ..., not =."""
    image, kernel = np.asarray(image), np.asarray(kernel)
    (h, w), (kh, kw) = image.shape, kernel.shape
    out = np.zeros((h + kh - 1, w + kw - 1))
    for (i, j), pixel in np.ndenumerate(image):
        out[i : i + kh, j : j + kw] = pixel * kernel
    return out


# 7.3 ------------------------------------------------------------------------------------------------------------------


@mistake("7.3", tag="axis", edit=("+ 1", ""))
def steps_not_places():
    """A kernel as long as the axis has one place. What do you get?

    (n - k) // s counts the steps; there is one place more than steps."""


@mistake(
    "7.3",
    tag="edge-case",
    edit=(
        "(n + before + after - k) // stride",
        "-(-(n + before + after - k) // stride)",
    ),
)
def last_place_hangs_over():
    """Draw n = 8, k = 3, stride 2. Where would your last kernel end?

    A step that leads over the edge does not count: round down, not up."""


@mistake("7.3", tag="formula", edit=("before + after", "2 * before"))
def padding_on_one_side():
    """Which of the two paddings does your size use?

    The kernel walks over before + n + after numbers; the two may differ."""


@mistake(
    "7.3",
    tag="sign",
    edit=("(n + before + after - k) // stride", "(n + before + after) // stride - k"),
)
def divided_before_subtracting():
    """The stride acts on the kernel's steps. Does it act on the kernel's length
    too?

    Take k off first, then divide by the stride, then add 1."""


@mistake("7.3", name="half-the-kernel-on-both-sides", tag="edge-case")
def same_padding(n, k, stride=1):
    """With k = 4 and stride 1, how large is the output with your zeros?

    k // 2 on both sides is one zero too many for an even k: there are k - 1 in all,
    and the odd one goes behind."""
    return k // 2, k // 2


@mistake("7.3", name="odd-zero-in-front", tag="edge-case")
def same_padding(n, k, stride=1):
    """The number of zeros is right. On which side is the odd one?

    Keras puts it behind: before = zeros // 2."""
    zeros = max(0, (-(-n // stride) - 1) * stride + k - n)
    return zeros - zeros // 2, zeros // 2


@mistake("7.3", name="same-without-the-stride", tag="edge-case")
def same_padding(n, k, stride=1):
    """Your zeros are right for stride 1. Where is the stride?

    'same' asks for ceil(n / s) entries: the kernel then spans (out - 1) * s + k
    numbers. What is missing are the zeros."""
    return (k - 1) // 2, k - 1 - (k - 1) // 2


@mistake("7.3", name="negative-zeros", tag="sign")
def same_padding(n, k, stride=1):
    """Try k = 1 and stride 3 on 6 pixels. Can there be fewer than no zeros?

    Where the stride jumps further than the kernel is long, no zeros are due: max(0,
    ...)."""
    zeros = (-(-n // stride) - 1) * stride + k - n
    return zeros // 2, zeros - zeros // 2


@mistake(
    "7.3",
    tag="order",
    edit=(
        "(n + before + after - k) // stride + 1",
        "(n + before + after - k + 1) // stride",
    ),
)
def one_added_before_dividing():
    """n = 8, k = 3, stride 2: where do the kernels begin? How many do you count?

    Divide the steps by the stride first, then add the 1 for the first place."""


@mistake(
    "7.3",
    tag="dtype",
    edit=("(n + before + after - k) // stride", "(n + before + after - k) / stride"),
)
def half_a_place():
    """Can a kernel have 3.5 places?

    What is left over counts for nothing: divide with //."""


@mistake("7.3", tag="edge-case", edit=("out = -(-n // stride)", "out = n // stride"))
def same_rounds_down():
    """5 pixels and stride 2: how many entries does 'same' ask for?

    ceil(n / s), here 3: round up."""


@mistake("7.3", tag="formula", edit=("out = -(-n // stride)", "out = n"))
def same_keeps_the_size():
    """With stride 2, how many entries does 'same' ask for: n, or about the half?

    ceil(n / s) of them."""


# 7.4 ------------------------------------------------------------------------------------------------------------------


def _layer(x, w, b, stride, pad, step=None, mode="constant", taps=None):
    x = np.pad(x, (*pad, (0, 0)), mode=mode)
    kh, kw, _, filters = w.shape
    step = step or (stride, stride)
    rows, columns = (x.shape[0] - kh) // step[0] + 1, (x.shape[1] - kw) // step[1] + 1
    out = np.zeros((rows, columns, filters))
    for i in range(rows):
        for j in range(columns):
            window = x[i * step[0] : i * step[0] + kh, j * step[1] : j * step[1] + kw]
            out[i, j] = np.tensordot(window, w, axes=3) + b * (taps or 1)
    return out


@mistake("7.4", name="channels-added-first", tag="formula")
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    """Does red get the same weights as blue in your layer?

    Each channel has its own weights W[:, :, c, f]. Multiply channel by channel, and
    add up after that."""
    return _layer(
        x.sum(axis=2, keepdims=True), w.mean(axis=2, keepdims=True), b, stride, pad
    )


@mistake("7.4", name="only-the-first-channel", tag="formula")
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    """Change the blue of the image. Does your answer change?

    Sum over all channels c, not only the first."""
    return _layer(x[..., :1], w[:, :, :1], b, stride, pad)


@mistake("7.4", name="bias-for-every-channel", tag="edge-case")
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    """An image of zeros should give b itself. What does it give?

    A filter has one bias, added once after the channels are summed."""
    return _layer(x, w, b, stride, pad, taps=w.shape[2])


@mistake("7.4", name="bias-for-every-weight", tag="edge-case")
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    """An image of zeros should give b itself. Yours is larger by the number of
    weights.

    You added the bias inside the sum over the window; it stands outside."""
    return _layer(x, w, b, stride, pad, taps=w.shape[0] * w.shape[1] * w.shape[2])


@mistake("7.4", name="bias-forgotten", tag="edge-case")
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    """What should an image of zeros give?

    Each filter adds its bias b[f] to every entry of its map."""
    return _layer(x, w, 0 * b, stride, pad)


@mistake("7.4", name="stride-down-only", tag="formula")
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    """How many columns has your answer?

    The stride counts for columns as well as for rows."""
    return _layer(x, w, b, stride, pad, step=(stride, 1))


@mistake("7.4", name="stride-on-the-input", tag="formula")
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    """Which pixels does your kernel see with stride 2?

    You thinned out the image and then slid over the rest. The stride moves the
    kernel; under the kernel lie neighbouring pixels."""
    x = np.pad(x, (*pad, (0, 0)))
    rows, columns = (
        (n - k) // stride + 1 for n, k in zip(x.shape[:2], w.shape[:2], strict=True)
    )
    thin = x[::stride, ::stride]
    thin = np.pad(
        thin, ((0, x.shape[0] - thin.shape[0]), (0, x.shape[1] - thin.shape[1]), (0, 0))
    )
    return _layer(thin, w, b, 1, ((0, 0), (0, 0)))[:rows, :columns]


@mistake("7.4", name="layer-with-turned-kernels", tag="formula")
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    """A layer of Keras does not turn its kernels round. Does yours?

    The formula has X[si + k, sj + l]: cross-correlation."""
    return _layer(x, w[::-1, ::-1], b, stride, pad)


@mistake("7.4", name="padding-repeats-the-border", tag="order")
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    """What did you put around the image?

    Padding adds zeros, not copies of the border (np.pad does so by default)."""
    return _layer(x, w, b, stride, pad, mode="edge")


@mistake("7.4", name="relu-inside", tag="sign")
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    """Can your layer answer with a negative number?

    The ReLU comes after the layer; leave it out here."""
    return np.maximum(0, _layer(x, w, b, stride, pad))


@mistake("7.4", name="stride-ignored-by-the-layer", tag="formula")
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    """Does your answer become smaller with stride 2?

    Window (i, j) begins at row i * stride and column j * stride."""
    return _layer(x, w, b, 1, pad)


@mistake(
    "7.4",
    tag="formula",
    edit=(
        "i * stride : i * stride + kh, j * stride : j * stride + kw",
        "i : i + kh, j : j + kw",
    ),
)
def windows_one_apart():
    """Your answer has the right size. With stride 2, which pixels does entry (1, 1)
    see?

    Its window begins at row i * stride and column j * stride."""


@mistake("7.4", tag="order", edit=("(*pad, (0, 0))", "(pad[1], pad[0], (0, 0))"))
def padding_of_rows_and_columns_exchanged():
    """Pad the columns only. Did your image become wider, or taller?

    pad[0] belongs to the rows, above and below; pad[1] to the columns."""


@mistake(
    "7.4",
    tag="edge-case",
    edit=("(*pad, (0, 0))", "((pad[0][0], pad[0][0]), (pad[0][0], pad[0][0]), (0, 0))"),
)
def one_padding_for_all_sides():
    """Four sides may have four different paddings. How many of them do you use?

    np.pad takes them as they come: (pad[0], pad[1], (0, 0))."""


# 7.5 ------------------------------------------------------------------------------------------------------------------


def _counts(in_shape, out_shape, field, bias):
    inputs, outputs = int(np.prod(in_shape)), int(np.prod(out_shape))
    seen = field[0] * field[1] * in_shape[2]
    return {
        "dense": outputs * (inputs + bias),
        "local": outputs * (seen + bias),
        "shared": out_shape[2] * (seen + bias),
    }


@mistake("7.5", name="channels-not-counted", tag="formula")
def parameter_counts(in_shape, out_shape, field, bias=True):
    """How many weights does a 3x3 filter need on a colour image?

    A field reaches through all c channels: fh * fw * c weights."""
    right = _counts(in_shape, out_shape, field, bias)
    flat = _counts((*in_shape[:2], 1), out_shape, field, bias)
    return {"dense": right["dense"], "local": flat["local"], "shared": flat["shared"]}


@mistake("7.5", name="one-bias-per-weight", tag="formula")
def parameter_counts(in_shape, out_shape, field, bias=True):
    """How many biases has a unit with ten inputs?

    Weights belong to connections, biases to outputs: one for each output, not one
    for each weight."""
    return {
        key: count * (2 if bias else 1)
        for key, count in _counts(in_shape, out_shape, field, False).items()
    }


@mistake("7.5", name="a-bias-for-every-place", tag="formula")
def parameter_counts(in_shape, out_shape, field, bias=True):
    """Dense and local are right. How many biases does one shared filter bring?

    All places of a feature map share the weights *and* the bias: one for each map."""
    right = _counts(in_shape, out_shape, field, bias)
    plain = _counts(in_shape, out_shape, field, False)
    return {**right, "shared": plain["shared"] + bias * int(np.prod(out_shape))}


@mistake("7.5", name="bias-always-counted", tag="formula")
def parameter_counts(in_shape, out_shape, field, bias=True):
    """What changes in your numbers with bias=False?

    Without biases only the weights count."""
    return _counts(in_shape, out_shape, field, True)


@mistake("7.5", name="maps-left-out", tag="formula")
def parameter_counts(in_shape, out_shape, field, bias=True):
    """How many outputs has a layer with F maps of h' x w'?

    Each map has its own filter: multiply by the number of maps."""
    return _counts(in_shape, (*out_shape[:2], 1), field, bias)


@mistake("7.5", name="square-field", tag="formula")
def parameter_counts(in_shape, out_shape, field, bias=True):
    """Try a field of 1x3. Which side did you square?

    A field has fh * fw pixels."""
    return _counts(in_shape, out_shape, (field[0], field[0]), bias)


@mistake("7.5", name="channels-first", tag="order")
def dense_as_kernels(weights, in_shape):
    """In which order does a flattened image list its numbers?

    Row by row, and the channels of a pixel side by side: the channel runs fastest.
    You let it run slowest."""
    h, w, c = in_shape
    return np.moveaxis(np.reshape(weights, (c, h, w, -1)), 0, 2)


@mistake("7.5", name="columns-first", tag="order")
def dense_as_kernels(weights, in_shape):
    """In which order does a flattened image list its numbers?

    Row by row: the column runs faster than the row. You filled the kernels column
    by column."""
    h, w, c = in_shape
    return np.swapaxes(np.reshape(weights, (w, h, c, -1)), 0, 1)


@mistake(
    "7.5",
    tag="transpose",
    edit=(
        "weights, (*in_shape, np.shape(weights)[1])",
        "np.transpose(weights), (*in_shape, -1)",
    ),
)
def units_taken_for_rows():
    """Which axis of `weights` belongs to the units?

    weights[r, u] leads from input r to unit u, so the units are the last axis
    already. Reshaping the transpose mixes them up."""


@mistake(
    "7.5",
    tag="order",
    edit=(
        "(weights, (*in_shape, np.shape(weights)[1]))",
        "(weights, (*in_shape, -1))[::-1, ::-1]",
    ),
)
def kernels_turned_round():
    """A layer here is a cross-correlation. Does the kernel have to be turned?

    conv_layer lays weight (0, 0) on pixel (0, 0), as the dense layer does. Leave
    the order as it is."""


@mistake("7.5", name="bias-never-counted", tag="formula")
def parameter_counts(in_shape, out_shape, field, bias=True):
    """What changes in your numbers with bias=True?

    Each output has a bias besides its weights; a shared filter has one for each map."""
    return _counts(in_shape, out_shape, field, False)


@mistake("7.5", name="maps-left-out-of-the-fields", tag="formula")
def parameter_counts(in_shape, out_shape, field, bias=True):
    """Dense is right. How many outputs has a layer with F maps of h' x w'?

    Each map has its own filter: multiply local and shared by the number of maps."""
    right = _counts(in_shape, out_shape, field, bias)
    one = _counts(in_shape, (*out_shape[:2], 1), field, bias)
    return {**one, "dense": right["dense"]}


@mistake(
    "7.5",
    tag="formula",
    edit=(
        '"dense": outputs * (inputs + bias)',
        '"dense": outputs * inputs + inputs * bias',
    ),
)
def dense_bias_for_every_input():
    """Local and shared are right. Whose biases does a dense layer have: those of its
    inputs?

    Biases belong to outputs: one for each."""


@mistake(
    "7.5",
    tag="order",
    edit=(
        "(weights, (*in_shape, np.shape(weights)[1]))",
        '(weights, (*in_shape, np.shape(weights)[1]), order="F")',
    ),
)
def first_axis_fastest():
    """In which order does a flattened image list its numbers?

    With the last axis fastest, as reshape counts by itself: leave order="F" out."""


# 7.6 ------------------------------------------------------------------------------------------------------------------


def _shift(x, dy, dx):
    x = np.asarray(x)
    out = np.zeros_like(x)
    h, w = x.shape[:2]
    if abs(dy) < h and abs(dx) < w:
        rows, columns = (
            slice(max(dy, 0), h + min(dy, 0)),
            slice(max(dx, 0), w + min(dx, 0)),
        )
        out[rows, columns] = x[
            max(-dy, 0) : h - max(dy, 0), max(-dx, 0) : w - max(dx, 0)
        ]
    return out


def _gap(layer, x, dy, dx, margin, reduce=np.max, size=np.abs):
    difference = size(layer(_shift(x, dy, dx)) - _shift(layer(x), dy, dx))
    h, w = difference.shape[:2]
    return float(reduce(difference[margin : h - margin, margin : w - margin]))


@mistake("7.6", name="comes-back-on-the-other-side", tag="edge-case")
def shift(x, dy, dx):
    """Where do the pixels go that leave the image?

    np.roll brings them back on the other side. What leaves is lost, and zeros come
    in."""
    return np.roll(x, (dy, dx), axis=(0, 1))


@mistake("7.6", name="moves-the-other-way", tag="edge-case")
def shift(x, dy, dx):
    """Move a picture by dy = 1. Does its first row become empty, or its last?

    Positive dy moves down, positive dx to the right: entry (i, j) comes from (i -
    dy, j - dx)."""
    return _shift(x, -dy, -dx)


@mistake("7.6", name="rows-and-columns-exchanged", tag="transpose")
def shift(x, dy, dx):
    """Move a picture by dy = 1, dx = 0. Did it go down?

    Rows are the first axis and belong to dy; columns belong to dx."""
    return _shift(x, dx, dy)


@mistake("7.6", name="border-smeared", tag="order")
def shift(x, dy, dx):
    """What comes in at the side that the picture leaves?

    Zeros come in, not copies of the border."""
    x = np.asarray(x)
    h, w = x.shape[:2]
    return x[np.clip(np.arange(h) - dy, 0, h - 1)][
        :, np.clip(np.arange(w) - dx, 0, w - 1)
    ]


@mistake("7.6", name="slices-wrap-at-large-shifts", tag="sign")
def shift(x, dy, dx):
    """Move a picture of 3 rows by 4. What is left of it?

    A slice whose end becomes negative counts from the other side. Beyond the edge
    nothing is left: return zeros."""
    x = np.asarray(x)
    h, w = x.shape[:2]
    if abs(dy) >= h or abs(dx) >= w:
        return x.copy()
    return _shift(x, dy, dx)


@mistake("7.6", name="invariance-measured", tag="formula")
def equivariance_gap(layer, x, dy, dx, margin):
    """You compared f(Sx) with f(x). Which property is that?

    Equivariance: the answer moves along. Compare f(Sx) with S f(x), so move the
    layer's answer as well."""
    difference = np.abs(layer(_shift(x, dy, dx)) - layer(x))
    h, w = difference.shape[:2]
    return float(difference[margin : h - margin, margin : w - margin].max())


@mistake("7.6", name="margin-ignored", tag="order")
def equivariance_gap(layer, x, dy, dx, margin):
    """What happens near the border, where zeros came in?

    Leave out `margin` rows and columns on all four sides before you take the
    largest."""
    return _gap(layer, x, dy, dx, 0)


@mistake("7.6", name="gap-without-size", tag="sign")
def equivariance_gap(layer, x, dy, dx, margin):
    """Can your gap be negative?

    A difference of -3 is a gap of 3: take the absolute value before the largest."""
    return _gap(layer, x, dy, dx, margin, size=lambda d: d)


@mistake("7.6", name="mean-gap", tag="formula")
def equivariance_gap(layer, x, dy, dx, margin):
    """One wrong entry in ten thousand: what does your gap say?

    The gap is the largest difference, not the mean."""
    return _gap(layer, x, dy, dx, margin, reduce=np.mean)


@mistake("7.6", name="margin-on-two-sides", tag="formula")
def equivariance_gap(layer, x, dy, dx, margin):
    """Your margin cuts the top and the left. And the others?

    An image has four sides: [margin : h - margin, margin : w - margin]."""
    return float(
        np.abs(layer(_shift(x, dy, dx)) - _shift(layer(x), dy, dx))[
            margin:, margin:
        ].max()
    )


# 7.7 ------------------------------------------------------------------------------------------------------------------


def _pool(x, size, stride, reduce):
    rows, columns = ((n - size) // stride + 1 for n in x.shape[:2])
    out = np.zeros((rows, columns, x.shape[2]))
    for i in range(rows):
        for j in range(columns):
            out[i, j] = reduce(
                x[i * stride : i * stride + size, j * stride : j * stride + size]
            )
    return out


def _per_channel(mode):
    return (
        (lambda v: v.max(axis=(0, 1)))
        if mode == "max"
        else (lambda v: v.mean(axis=(0, 1)))
    )


@mistake("7.7", name="windows-overlap-by-default", tag="formula")
def pool2d(x, size=2, stride=None, mode="max"):
    """How large is your answer for a 4x4 map and size 2?

    If no stride is given, windows touch: stride = size."""
    return _pool(x, size, stride or 1, _per_channel(mode))


@mistake("7.7", name="stride-ignored", tag="formula")
def pool2d(x, size=2, stride=None, mode="max"):
    """What changes in your answer with stride=1?

    A window starts every `stride` entries, not every `size`."""
    return _pool(x, size, size, _per_channel(mode))


@mistake("7.7", name="pooled-over-the-channels", tag="formula")
def pool2d(x, size=2, stride=None, mode="max"):
    """How many different maps come out of your pooling?

    Each channel is pooled by itself: take the maximum over axes 0 and 1 of the
    window only."""
    return _pool(x, size, stride or size, np.max if mode == "max" else np.mean)


@mistake("7.7", name="largest-starts-at-zero", tag="edge-case")
def pool2d(x, size=2, stride=None, mode="max"):
    """Pool a map on which every number is negative.

    A search for the largest that starts at 0 never finds a negative one. Start with
    the first entry, or with -inf."""
    reduce = _per_channel(mode)
    return _pool(
        x,
        size,
        stride or size,
        (lambda v: np.maximum(0, reduce(v))) if mode == "max" else reduce,
    )


@mistake("7.7", name="left-over-rows-pooled", tag="axis")
def pool2d(x, size=2, stride=None, mode="max"):
    """How many windows fit entirely on 5 rows with size 2?

    Leftover rows and columns are dropped: round down."""
    stride = stride or size
    rows, columns = range(0, x.shape[0], stride), range(0, x.shape[1], stride)
    return np.array(
        [
            [_per_channel(mode)(x[i : i + size, j : j + size]) for j in columns]
            for i in rows
        ]
    )


@mistake("7.7", name="average-is-a-sum", tag="formula")
def pool2d(x, size=2, stride=None, mode="max"):
    """Average-pool a map of ones. What comes out?

    The mean of a window is its sum divided by the number of entries."""
    reduce = _per_channel(mode) if mode == "max" else (lambda v: v.sum(axis=(0, 1)))
    return _pool(x, size, stride or size, reduce)


@mistake("7.7", name="mode-ignored", tag="formula")
def pool2d(x, size=2, stride=None, mode="max"):
    """What does mode='average' change in your function?

    Average pooling keeps the mean of each window."""
    return _pool(x, size, stride or size, _per_channel("max"))


@mistake("7.7", name="largest-in-absolute-value", tag="formula")
def pool2d(x, size=2, stride=None, mode="max"):
    """Which is larger, -5 or 1?

    Max pooling keeps the largest number, not the one with the largest size."""

    def strongest(window):
        flat = window.reshape(-1, window.shape[2])
        return flat[np.abs(flat).argmax(axis=0), np.arange(flat.shape[1])]

    return _pool(
        x, size, stride or size, strongest if mode == "max" else _per_channel(mode)
    )


@mistake("7.7", tag="formula", edit=("stride = stride or size", "stride = stride or 2"))
def stride_of_two_by_default():
    """Pool with size 3 and no stride. How far apart are your windows?

    If no stride is given it is `size`, whatever that is."""


# 7.8 ------------------------------------------------------------------------------------------------------------------


@mistake("7.8", name="kernels-added", tag="formula")
def receptive_field(stack):
    """Two layers of 3: do their fields overlap?

    The second kernel's three units see 3 pixels each, but they overlap. Each layer
    adds k - 1 steps, not k."""
    sizes, sees, distance = [], 0, 1
    for k, s in stack:
        sees += k * distance
        distance *= s
        sizes.append(sees)
    return sizes


@mistake("7.8", name="kernels-multiplied", tag="formula")
def receptive_field(stack):
    """Two layers of 3 with stride 1 would see 9. Draw them.

    Neighbouring units see nearly the same pixels: the field grows by (k - 1) times
    their distance."""
    return [int(v) for v in np.cumprod([k for k, _ in stack])]


@mistake("7.8", name="stride-without-effect", tag="formula")
def receptive_field(stack):
    """After a stride of 2, how many pixels apart are neighbouring units?

    The kernels above step over d pixels at a time; d is multiplied by every stride
    below."""
    return [1 + int(v) for v in np.cumsum([k - 1 for k, _ in stack])]


@mistake(
    "7.8",
    tag="edge-case",
    edit=[
        ("sees, apart_by, sizes = 1, 1, []", "sizes, sees, distance = [], 1, 1"),
        (
            "sees += (k - 1) * apart_by\n        apart_by *= s",
            "distance *= s\n        sees += (k - 1) * distance",
        ),
    ],
)
def own_stride_first():
    """A single layer with stride 2 and kernel 3: how many pixels does one unit
    see?

    A layer's own stride moves its units apart; it does not widen what one of them
    sees. Use the distance first, then multiply it."""


@mistake("7.8", name="only-the-last-stride", tag="formula")
def receptive_field(stack):
    """Two strides of 2 below: how far apart are the units now?

    Distances multiply from layer to layer: 2 * 2 = 4 pixels."""
    sizes, sees, distance = [], 1, 1
    for k, s in stack:
        sees += (k - 1) * distance
        distance = s
        sizes.append(sees)
    return sizes


@mistake("7.8", name="only-the-top", tag="formula")
def receptive_field(stack):
    """The answer is asked for after each layer.

    Return a list with one number per layer, the field after it."""
    sees, distance = 1, 1
    for k, s in stack:
        sees += (k - 1) * distance
        distance *= s
    return sees


@mistake("7.8", name="begins-with-zero", tag="edge-case")
def receptive_field(stack):
    """What does a pixel see of itself?

    Begin with 1: before the first layer, a unit is one pixel."""
    sizes, sees, distance = [], 0, 1
    for k, s in stack:
        sees += (k - 1) * distance
        distance *= s
        sizes.append(sees)
    return sizes


@mistake("7.8", name="strides-added", tag="formula")
def receptive_field(stack):
    """Two strides of 3 below: are neighbouring units 5 pixels apart, or 9?

    Distances multiply from layer to layer."""
    sizes, sees, distance = [], 1, 1
    for k, s in stack:
        sees += (k - 1) * distance
        distance += s - 1
        sizes.append(sees)
    return sizes


# 7.9 ------------------------------------------------------------------------------------------------------------------


@mistake("7.9", tag="formula", edit=("out += d * image", "out = d * image"))
def only_the_last_place_teaches():
    """In how many answers does one weight occur?

    Every place of the kernel uses the same weights, and each use adds to the
    gradient. Yours is what the last place alone says."""


@mistake("7.9", tag="formula", edit=("out += d * image", "out += image"))
def slope_of_the_answers_left_out():
    """Set the slope to 0 everywhere. What is your gradient then?

    The chain rule multiplies: how the loss follows the answer, D[i, j], times how
    the answer follows the weight."""


@mistake(
    "7.9",
    tag="missing-1/n",
    of="kernel_gradient",
    edit=("return out", "return out / slope.size"),
)
def mean_over_the_places():
    """Who says that the loss is a mean over the places?

    A mean would be in the slope already. What a weight gets from its uses adds up."""


@mistake(
    "7.9",
    tag="sign",
    of="kernel_gradient",
    edit=("return out", "return out[::-1, ::-1]"),
)
def kernel_gradient_turned():
    """Poke weight (0, 0). With which pixel does it meet answer (0, 0)?

    W[k, l] meets X[i + k, j + l] in answer (i, j): plus signs, so nothing is turned
    round here."""


@mistake(
    "7.9",
    tag="formula",
    of="kernel_gradient",
    edit=[
        ("i * stride : i * stride + kh", "i : i + kh"),
        ("j * stride : j * stride + kw", "j : j + kw"),
    ],
)
def kernel_gradient_without_stride():
    """With stride 2, over which pixels did the kernel lie for answer (1, 1)?

    Its window begins at row s * i and column s * j, as on the way forward."""


@mistake("7.9", tag="aliasing", edit=("+= d * kernel", "= d * kernel"))
def windows_overwrite_each_other():
    """In how many answers does the pixel in the middle occur?

    Windows overlap. A pixel gets something from each window it lies in: add, do not
    overwrite."""


@mistake("7.9", tag="sign", edit=("+= d * kernel", "+= d * kernel[::-1, ::-1]"))
def image_gradient_turned_too_often():
    """Let one slope be 1 and all others 0. What should the gradient by the image be?

    The kernel itself, where that window lay. Pixel (p, q) meets weight (p - i, q - j)
    of answer (i, j): minus signs, as in a convolution.

    If you lay down copies, do not turn the kernel; if you slide it over D with zeros
    around, do."""


@mistake(
    "7.9",
    tag="formula",
    edit=(
        "+= d * kernel",
        "+= d * kernel * np.asarray(image)[i * stride : i * stride + kh, j * stride : j * stride + kw]",
    ),
)
def pixel_kept_as_a_factor():
    """What is the derivative of w * x by x?

    The pixel itself drops out: only its weight is left, times the slope."""


@mistake(
    "7.9",
    tag="formula",
    of="image_gradient",
    edit=[
        ("i * stride : i * stride + kh", "i : i + kh"),
        ("j * stride : j * stride + kw", "j : j + kw"),
    ],
)
def image_gradient_without_stride():
    """With stride 2, which pixels did answer (1, 1) read?

    Its window begins at row s * i and column s * j; put the kernel down there."""


@mistake("7.9", tag="dtype", edit=("np.zeros(np.shape(image))", "np.zeros_like(image)"))
def gradient_in_the_type_of_the_image():
    """Try an image of whole numbers and a slope of 0.5. What type has your gradient?

    An array made like the image cannot hold parts of numbers. Make it a float array."""


@mistake("7.9", name="slope-slid-with-stride-one", tag="formula")
def kernel_gradient(image, kernel, slope, stride=1):
    """Right for stride 1. With stride 2, how far apart are the windows of neighbouring
    answers?

    Neighbouring slopes belong to windows s pixels apart, and the result has the shape
    of the kernel."""
    image, slope = np.asarray(image), np.asarray(slope)
    return _inside(image, slope)


@mistake("7.9", name="slope-convolved-with-stride-one", tag="formula")
def image_gradient(image, kernel, slope, stride=1):
    """Right for stride 1. With stride 2, how far apart are the windows of neighbouring
    answers?

    Neighbouring slopes belong to windows s pixels apart, and the result has the shape
    of the image."""
    slope, kernel = np.asarray(slope), np.asarray(kernel)
    return _inside(_padded(slope, kernel), kernel[::-1, ::-1])


@mistake("7.9", name="pixels-left-over-dropped", tag="edge-case")
def image_gradient(image, kernel, slope, stride=1):
    """Compare the shape of your gradient with that of the image. Which pixels have
    none?

    A pixel under which no kernel ever lies gets 0, but it keeps its place."""
    slope, kernel = np.asarray(slope, float), np.asarray(kernel)
    rows, columns = ((n - 1) * stride + 1 for n in slope.shape)
    spread = np.zeros((rows, columns))
    spread[::stride, ::stride] = slope
    return _inside(_padded(spread, kernel), kernel[::-1, ::-1])


@mistake(
    "7.9",
    tag="formula",
    edit=(
        "out += d * image[i * stride : i * stride + kh, j * stride : j * stride + kw]",
        "out += d * image[i * stride : i * stride + kh, j * stride : j * stride + kw] * kernel",
    ),
)
def weight_kept_as_a_factor():
    """What is the derivative of w * x by w?

    The weight itself drops out: only its pixel is left, times the slope."""


@mistake(
    "7.9",
    tag="formula",
    edit=(
        "+= d * kernel",
        "+= d * np.asarray(image)[i * stride : i * stride + kh, j * stride : j * stride + kw]",
    ),
)
def pixels_for_weights():
    """What is the derivative of w * x by x: w, or x?

    The pixel drops out, and its weight is left: lay down copies of the kernel."""


# Mutants that may live -----------------------------------------------------------------------------------------------

for _text in ("abs(dy) < h -> abs(dy) <= h", "abs(dx) < w -> abs(dx) <= w"):
    excuse("7.6", f"shift: {_text}", "moved by its own size, the slices are empty")
for _place in (5, 6):
    excuse("7.6", f"shift: 0 -> 1 ({_place})", "a slice may end beyond the array")
