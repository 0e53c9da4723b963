"""Encoders and decoders in Keras: sentences, pictures or sounds in, a row of symbols out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import numpy as np
from keras import layers, ops
from scipy.special import log_softmax

from coursekit.errors import InvalidInputError
from coursekit.seq2seq.start import Start
from coursekit.seq2seq.steps import State, Steps, lstm
from coursekit.seq2seq.symbols import GO, PAD, STOP
from coursekit.training import fit

ATTENTION = ("dot", "additive")


def masked_loss(wanted, logits):
    """Cross-entropy averaged over all symbols that are not padding."""
    wanted = ops.cast(wanted, "int32")
    there = ops.cast(ops.not_equal(wanted, PAD), logits.dtype)
    each = keras.losses.sparse_categorical_crossentropy(wanted, logits, from_logits=True)
    return ops.sum(each * there) / ops.maximum(ops.sum(there), 1)


def masked_accuracy(wanted, logits):
    """Share of the symbols that are right, padding left out."""
    wanted = ops.cast(wanted, "int32")
    there = ops.cast(ops.not_equal(wanted, PAD), logits.dtype)
    right = ops.cast(ops.equal(ops.cast(ops.argmax(logits, axis=-1), "int32"), wanted), there.dtype)
    return ops.sum(right * there) / ops.maximum(ops.sum(there), 1)


class Writer:
    """An encoder and a decoder that are taught as one, with the true symbols as input.

    Args:
        encoder: model from a source to the state in which the decoder starts (h and c of each
            layer), with attention also the memory and where it holds something.
        decoder: model from `[given, *state]` to logits.

    Attributes:
        model: both in a row, from `[source, given]` to logits `(n, t, symbols)`.
    """

    def __init__(self, encoder: keras.Model, decoder: keras.Model):
        self.encoder, self.decoder = encoder, decoder
        source, given = (
            keras.Input(encoder.input_shape[1:], dtype=encoder.inputs[0].dtype),
            _given(),
        )
        self.model = keras.Model([source, given], decoder([given, *encoder(source)]))
        self._fresh = _values(self.model.variables)
        self._plan, self._start = (), []

    def fit(
        self,
        x: np.ndarray,
        given: np.ndarray,
        wanted: np.ndarray,
        *,
        epochs: int,
        batch_size: int = 50,
        learning_rate: float = 3e-3,
        test: tuple | None = None,
        seed: int = 0,
    ) -> dict[str, list[float]]:
        """Teach by Adam on the masked cross-entropy; each call starts from the first weights.

        Args:
            x: sources `(n, ...)`.
            given, wanted: the target, shifted; integers `(n, t)`.
            epochs: passes over the rows.
            batch_size: rows of a step; the first rows are repeated until they fill the last batch.
            learning_rate: of Adam, which falls to a tenth along a cosine.
            test: `(x, given, wanted)` to be watched.
            seed: of the order.

        Returns:
            By epoch: "loss" and "masked_accuracy", and with `test` "val_loss" and
            "val_masked_accuracy".
        """
        steps = -(-len(x) // batch_size)
        rows = np.resize(np.arange(len(x)), steps * batch_size)
        if self._plan != (epochs * steps, learning_rate):
            self._plan = (epochs * steps, learning_rate)
            rate = keras.optimizers.schedules.CosineDecay(learning_rate, epochs * steps, alpha=0.1)
            optimizer = keras.optimizers.Adam(rate, global_clipnorm=1.0)
            self.model.compile(optimizer, masked_loss, metrics=[masked_accuracy])
            optimizer.build(self.model.trainable_variables)
            self._start = _values(optimizer.variables)
        first = zip(
            [*self.model.variables, *self.model.optimizer.variables],
            [*self._fresh, *self._start],
            strict=True,
        )
        for variable, value in first:
            variable.assign(value)
        watched = test and ([test[0], test[1]], test[2])
        options = {"epochs": epochs, "batch_size": batch_size, "seed": seed, "progress": "none"}
        history = fit(
            self.model, [x[rows], given[rows]], wanted[rows], validation_data=watched, **options
        )
        return history.history

    def start(self, x: np.ndarray) -> State:
        """The state in which the decoder starts on each row of `x`, in NumPy."""
        return tuple(ops.convert_to_numpy(part) for part in self.encoder(x, training=False))

    def steps(self) -> Steps:
        """The decoder in NumPy, with its weights of now."""
        return Steps(
            {layer.name: layer.get_weights() for layer in self.decoder.layers if layer.weights}
        )

    def greedy(self, x: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Write the most probable symbol, and give it back, for many rows at a time.

        Args:
            x: sources `(n, ...)`.
            length: most symbols.

        Returns:
            Integers `(n, length)`, `PAD` behind `STOP`; and where the decoder looked, `(n, length,
            s)`, or None without attention.
        """
        step, state = self.steps(), self.start(x)
        symbols = np.full(len(x), GO)
        written, looks = np.full((len(x), length), PAD), []
        done = np.zeros(len(x), bool)
        for t in range(length):
            log_probs, state, looked = step(symbols, state)
            symbols = log_probs.argmax(axis=-1)
            written[:, t] = np.where(done, PAD, symbols)
            done |= symbols == STOP
            looks.append(looked)
        return written, np.stack(looks, axis=1) if step.looks_back else None

    def scores(self, x: np.ndarray, given: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        """Log-probability of each target as Keras's model gives it when it is taught, `(n,)`."""
        logits = ops.convert_to_numpy(self.model([x, given], training=False))
        each = np.take_along_axis(log_softmax(logits, axis=-1), wanted[..., None], axis=-1)[..., 0]
        return np.where(wanted == PAD, 0, each).sum(axis=1)

    def open(self, x: np.ndarray) -> tuple[Callable, list[State]]:
        """What greedy and beam search need, for each row of `x`.

        Args:
            x: sources `(n, ...)`.

        Returns:
            `step`, and the state before the first symbol for each row: `step(symbol, state)` gives
            the log-probabilities `(symbols,)` of what comes next, and the state then.
        """
        step, start = self.steps(), self.start(x)

        def once(symbol: int, state: State) -> tuple[np.ndarray, State]:
            log_probs, state, _ = step([symbol], state)
            return log_probs[0], state

        return once, [tuple(part[k : k + 1] for part in start) for k in range(len(x))]

    def pieces(self) -> tuple[Callable, Callable, tuple]:
        """Encoder and decoder as functions of one symbol and a state, and the encoder's first
        state. The encoder must read one way, and the decoder must not look back.

        Returns:
            `encoder(symbol, state)`, which gives the next state; `decoder(symbol, state)`, which
            gives log-probabilities `(symbols,)`, as good as logits, and the next state; and the
            first state.
        """
        step = self.steps()
        cells = [layer for layer in self.encoder.layers if isinstance(layer, layers.LSTM)]
        if step.looks_back or len(cells) != step.layers:
            raise InvalidInputError(
                "Expected an encoder that reads one way and a decoder without attention. Received: "
                f"{len(cells)} LSTM layers that read one way, attention={step.looks_back}."
            )
        weights = [cell.get_weights() for cell in cells]
        table = self.encoder.get_layer("symbols").get_weights()[0]

        def encoder(symbol: int, state: State) -> State:
            x, new = table[[symbol]], []
            for k, cell in enumerate(weights):
                new += lstm(x, *state[2 * k : 2 * k + 2], cell)
                x = new[-2]
            return tuple(new)

        def decoder(symbol: int, state: State) -> tuple[np.ndarray, State]:
            log_probs, state, _ = step([symbol], state)
            return log_probs[0], state

        zero = np.zeros((1, cells[0].units), np.float32)
        return encoder, decoder, (zero,) * (2 * step.layers)


def translator(
    source: int,
    target: int,
    *,
    units: int = 64,
    embedding: int = 32,
    depth: int = 1,
    attention: str | None = None,
    seed: int = 0,
) -> Writer:
    """From sentence to sentence: LSTMs that read, LSTMs that write.

    Without attention the encoder reads one way, and its last state is all that passes (Sutskever,
    Vinyals and Le 2014; there `depth=4`). With attention it reads both ways, half of the units
    each, and all its outputs can be looked at (Bahdanau, Cho and Bengio 2015; here the context
    goes to the output, as Luong, Pham and Manning 2015 have it).

    Args:
        source, target: symbols of each side, with the first three.
        units: of each LSTM layer.
        embedding: numbers that stand for a symbol.
        depth: LSTM layers on each side.
        attention: None, "dot" or "additive".
        seed: of the weights.

    Raises:
        InvalidInputError: if `attention` is another word, or asks for half of an odd number.
    """
    if attention and units % 2:
        raise InvalidInputError(f"`units` must be even with attention. Received: units={units}")
    start = Start(seed)
    read = keras.Input((None,), dtype="int32", name="source")
    there = ops.not_equal(read, PAD)
    x, states = start.table(source, embedding)(read), []
    for k in range(depth):
        if attention:
            # h and c of each way, side by side
            ways = [
                start.lstm(units // 2, return_state=True, go_backwards=back)(x, mask=there)
                for back in (False, True)
            ]
            states += [ops.concatenate([way[i] for way in ways], axis=-1) for i in (1, 2)]
            x = ops.concatenate([ways[0][0], ops.flip(ways[1][0], axis=1)], axis=-1)
        else:
            x, *parts = start.lstm(units, return_state=True, name=f"read_{k}")(x, mask=there)
            states += parts
    memory = [x, ops.cast(there, "float32")] if attention else []
    encoder = keras.Model(read, [*states, *memory])
    return Writer(encoder, decoder(start, target, units, embedding, depth, attention))


def decoder(
    start: Start,
    symbols: int,
    units: int,
    embedding: int,
    depth: int = 1,
    attention: str | None = None,
) -> keras.Model:
    """A decoder from `[given, h, c, ...]`, with attention also `memory, there`, to logits; see
    `Steps` for the names of its layers."""
    if attention not in (None, *ATTENTION):
        raise InvalidInputError(
            f"`attention` must be None, {' or '.join(ATTENTION)}. Received: {attention!r}"
        )
    given = _given()
    states = [keras.Input((units,)) for _ in range(2 * depth)]
    x = start.table(symbols, embedding)(given)
    for k in range(depth):
        cell = start.lstm(units, name=f"lstm_{k}")
        x = cell(x, initial_state=states[2 * k : 2 * k + 2])
    inputs = [given, *states]
    if attention:
        memory, there = keras.Input((None, units)), keras.Input((None,))
        inputs += [memory, there]
        seen = _context(start, x, memory, there, attention)  # (n, t, units)
        x = start.dense(units, "tanh", name="combine")(ops.concatenate([x, seen], axis=-1))
    return keras.Model(inputs, start.dense(symbols, name="logits")(x))


def _context(start: Start, x, memory, there, attention: str):
    """What each output of the decoder sees of the memory."""
    units = x.shape[-1]
    if attention == "dot":
        scores = ops.matmul(x, ops.transpose(memory, (0, 2, 1))) / float(np.sqrt(units))
    else:
        query, key = (start.dense(units, use_bias=False, name=name) for name in ("query", "key"))
        both = ops.expand_dims(query(x), 2) + ops.expand_dims(key(memory), 1)  # (n, t, s, units)
        score = start.dense(1, use_bias=False, name="score")
        scores = ops.squeeze(score(ops.tanh(both)), axis=-1)
    nowhere = (1 - ops.expand_dims(there, 1)) * -1e9
    return ops.matmul(ops.softmax(scores + nowhere, axis=-1), memory)


def captioner(
    symbols: int,
    *,
    size: int = 32,
    width: int = 24,
    units: int = 96,
    embedding: int = 32,
    attention: str | None = "additive",
    seed: int = 0,
) -> Writer:
    """From picture to sentence (Vinyals et al. 2015; with attention Xu et al. 2015): three
    convolutions with stride 2, whose cells are the memory.

    Args:
        symbols: words of the captions, with the first three.
        size: side of the pictures `(size, size, 3)`, values in [0, 1].
        width: maps of the first convolution; the others have twice as many.
        units: of the LSTM.
        embedding: numbers that stand for a word.
        attention: None, "dot" or "additive".
        seed: of the weights.
    """
    start = Start(seed)
    image = keras.Input((size, size, 3), name="image")
    x = cells(start, image, width)  # (n, 16, 2 width) at size 32
    flat = layers.Flatten()(x)
    states = [start.dense(units, "tanh")(flat) for _ in range(2)]
    memory = [start.dense(units)(x), ops.ones_like(x[:, :, 0])] if attention else []
    encoder = keras.Model(image, [*states, *memory])
    return Writer(encoder, decoder(start, symbols, units, embedding, 1, attention))


def cells(start: Start, image, width: int):
    """Three convolutions with stride 2; the cells in a row, `(n, cells, 2 width)`."""
    x = image
    for maps in (width, 2 * width, 2 * width):
        x = start.convolution(maps)(x)
    return layers.Reshape((-1, x.shape[-1]))(x)


class TwoReaders:
    """One decoder behind two encoders: the same words for pictures and for sounds (the lecture's
    multimodal encoder-decoder, in small).

    Args:
        image: shape of a picture.
        sound: shape of a sound's picture `(frames, filters)`.
        symbols: letters of the words, with the first three.
        units: of the decoder.
        seed: of the weights.

    Attributes:
        drawn, spoken: `Writer` for each, with the same decoder.
    """

    def __init__(
        self,
        image: Sequence[int],
        sound: Sequence[int],
        symbols: int,
        *,
        units: int = 48,
        seed: int = 0,
    ):
        start = Start(seed)
        shared = decoder(start, symbols, units, 16)
        self.drawn, self.spoken = (
            Writer(_reader(start, shape, units, seed), shared) for shape in (image, sound)
        )
        inputs = [keras.Input(shape) for shape in (image, sound)] + [_given(), _given()]
        states = zip(self.drawn.encoder(inputs[0]), self.spoken.encoder(inputs[1]), strict=True)
        # one call of the decoder on the rows of both
        states = [ops.concatenate(pair, axis=0) for pair in states]
        logits = shared([ops.concatenate(inputs[2:], axis=0), *states])
        self.model = keras.Model(inputs, ops.stack(ops.split(logits, 2, axis=0), axis=1))

    def fit(
        self,
        drawn: tuple,
        spoken: tuple,
        *,
        epochs: int,
        batch_size: int = 50,
        learning_rate: float = 2e-3,
        seed: int = 0,
    ) -> list[float]:
        """Teach both at once; each step takes as many pictures as sounds, which have nothing to do
        with one another.

        Args:
            drawn, spoken: `(x, given, wanted)` each.
            epochs: passes over the longer one.
            batch_size: rows of each in a step.
            learning_rate: of Adam.
            seed: of the order.

        Returns:
            The loss by epoch.
        """
        rng = np.random.default_rng(seed)
        count = -(-max(len(drawn[0]), len(spoken[0])) // batch_size) * batch_size
        orders = [
            rng.permutation(np.resize(np.arange(len(side[0])), count)) for side in (drawn, spoken)
        ]
        (a, given_a, wanted_a), (b, given_b, wanted_b) = (
            [part[order] for part in side]
            for side, order in zip((drawn, spoken), orders, strict=True)
        )
        self.model.compile(keras.optimizers.Adam(learning_rate, global_clipnorm=1.0), masked_loss)
        wanted = np.stack([wanted_a, wanted_b], axis=1)
        options = {"epochs": epochs, "batch_size": batch_size, "seed": seed, "progress": "none"}
        return fit(self.model, [a, b, given_a, given_b], wanted, **options).history["loss"]


def _reader(start: Start, shape: Sequence[int], units: int, seed: int) -> keras.Model:
    """From an array to the state in which the decoder starts."""
    x = inputs = keras.Input(shape)
    x = start.dense(128, "relu")(layers.Dropout(0.2, seed=seed)(layers.Flatten()(x)))
    return keras.Model(inputs, [start.dense(units, "tanh")(x) for _ in range(2)])


def _given():
    return keras.Input((None,), dtype="int32")


def _values(variables: Sequence) -> list[np.ndarray]:
    """Copies of variables as arrays."""
    return [np.array(variable.value.__array__()) for variable in variables]
