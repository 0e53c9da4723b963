"""The proxy `student` and the agent that answers it, in this process and over a pipe."""

import numpy as np
import pytest

from coursekit.errors import NotAnsweredYet
from coursekit.labs.exchange import wire
from coursekit.labs.exchange.agent import Agent
from coursekit.labs.exchange.judge import judge
from coursekit.labs.exchange.student import (
    Handle,
    LocalTransport,
    Student,
    local_student,
)
from coursekit.labs.testing import MissingAnswer, NotAnswered, StudentError, assert_close

CODE = """
import numpy as np
from coursekit import NotAnsweredYet

def double(x):
    return 2 * np.asarray(x)

def spoil(x):
    x[0] = -1
    return None

def apply(function, x):
    return function(x) + 1

def adder(a):
    return lambda b: a + b

def count():
    yield from range(3)

def broken(x):
    half = x / 2
    return half[99]

def stub():
    raise NotAnsweredYet("Exercise 1.1")

def ragged():
    return np.array([[1], [1, 2]], dtype=object)

class Walker:
    def __init__(self, start=0):
        self.at = start
        self.path = [start]
    def step(self, size=1):
        self.at += size
        return self

LIMIT = 7
"""


def namespace():
    names = {}
    exec(compile(CODE, "<ipython-input-1>", "exec"), names)
    return names


@pytest.fixture
def student():
    return local_student(namespace(), 5)


def test_calls_pass_copies_and_return_plain_values(student):
    x = np.arange(3)
    np.testing.assert_array_equal(student.double(x), [0, 2, 4])
    result, after = student.call_tracking("spoil", x)
    assert result is None
    np.testing.assert_array_equal(after[0], [-1, 1, 2])
    np.testing.assert_array_equal(x, [0, 1, 2])
    assert student.value("LIMIT") == 7
    assert student.has("LIMIT")
    assert not student.has("nothing")


def test_a_check_ends_with_a_look_at_the_arguments():
    def scaled(x, rows, *, options):
        return x * 2

    def spoiled(x, rows, *, options):
        x *= 2
        return x

    def extended(x, rows, *, options):
        rows.append(3)
        options["seen"] = True
        return x * 2

    def check(student):
        x = np.array([1.0, np.nan])
        assert_close(student.f(x, [1, 2], options={"a": 1}), [2.0, np.nan])

    verdicts = [judge(check, local_student({"f": f}, 0), {}) for f in (scaled, spoiled, extended)]
    assert [v.outcome for v in verdicts] == ["passed", "failed", "failed"]
    assert "`x` after f([1.0, nan], [1, 2], options={'a': 1})" in verdicts[1].message
    assert "`x` was changed by the call" in verdicts[1].message
    assert "`rows` was changed by the call" in verdicts[2].message


def test_a_wrong_value_is_said_before_a_changed_argument():
    def f(x):
        x += 1
        return x

    def check(student):
        assert_close(student.f(np.ones(2)), np.ones(2))

    assert "was changed" not in judge(check, local_student({"f": f}, 0), {}).message


def test_models_and_arguments_that_a_check_tracks_may_change():
    class Layer:
        def __init__(self):
            self.weights = [1]

    def train(layer, log):
        layer.weights.append(2)
        return len(layer.weights)

    def check(student):
        assert student.train(student.Layer(), "log") == 2
        _, after = student.call_tracking("fill", np.zeros(2))
        assert after[0].tolist() == [1.0, 1.0]

    names = {"Layer": Layer, "train": train, "fill": lambda x: x.fill(1.0)}
    assert judge(check, local_student(names, 0), {}).outcome == "passed"


def test_a_list_of_functions_must_keep_them_in_order():
    def last_first(steps, x):
        steps.reverse()
        for step in steps:
            x = step(x)
        return x

    def check(student):
        assert student.f([lambda x: x + 1, lambda x: x * 2], 3) == 7

    verdict = judge(check, local_student({"f": last_first}, 0), {})
    assert "`steps` was changed by the call" in verdict.message


@pytest.mark.parametrize("said", [3, [[7, "x", 1]], [["x", 1]], [[0, 1, 2]], [[True, "x", 1]]])
def test_forged_words_on_arguments_are_refused(said):
    class Liar:
        def request(self, message, on_callback):
            return b"R" + wire.pack({"ok": True, "value": 1, "changed": said})

    with pytest.raises(wire.WireError):
        Student(Liar()).f(np.ones(2))


def test_functions_go_both_ways(student):
    assert student.apply(lambda x: x * 10, 2) == 21
    np.testing.assert_array_equal(student.apply(student.double, [1, 2]), [3, 5])
    assert student.adder(2)(5) == 7
    assert student.apply(student.adder(3), 1) == 5
    assert list(student.count()) == [0, 1, 2]


def test_a_callback_may_ask_the_student_again(student):
    assert student.apply(lambda x: int(student.adder(x)(1)), 4) == 6


def test_an_error_in_the_checks_function_reaches_the_student_as_an_error(student):
    def fails(x):
        raise KeyError("secret detail")

    with pytest.raises(StudentError, match="KeyError"):
        student.apply(fails, 1)


def test_objects_stay_where_they_are(student):
    walker = student.Walker(start=2)
    assert isinstance(walker, Handle)
    assert walker.step(3).step().at == 6
    assert walker.path == [2]
    assert repr(walker) == "<Walker of the student>"
    with pytest.raises(TypeError, match="len"):
        len(walker)
    with pytest.raises(StudentError, match="nonsense"):
        walker.nonsense()


def test_errors_name_the_call_the_error_and_the_line(student):
    with pytest.raises(StudentError) as caught:
        student.broken(np.ones(3))
    lines = str(caught.value).splitlines()
    assert lines[0] == "tried:    broken([1.0, 1.0, 1.0])"
    assert lines[1].startswith("got:      IndexError: ")
    assert lines[2].startswith("where:    line 23 of `broken`")
    assert caught.value.type_name == "IndexError"
    assert caught.value.line == 23


def test_stubs_missing_names_and_unsendable_values_are_told_apart(student):
    with pytest.raises(NotAnswered, match=r"Exercise 1\.1"):
        student.stub()
    with pytest.raises(MissingAnswer, match="there is `adder`"):
        student.Adder(1)
    with pytest.raises(StudentError, match="dtype object"):
        student.ragged()


def test_library_objects_are_made_beside_the_students_code(student):
    generator = student.make("numpy.random.default_rng", 3)
    assert (
        generator.integers(0, 10, 4).tolist()
        == np.random.default_rng(3).integers(0, 10, 4).tolist()
    )
    assert student.apply(student.library("numpy.negative"), 5) == -4
    with pytest.raises(StudentError, match="Expected a name in coursekit, keras, numpy"):
        student.make("os.system", "true")


def test_inputs_repeat_with_the_seed_and_differ_without():
    first, again, other = (
        local_student({}, seed).rng.normal(size=4) for seed in [(1, 2), (1, 2), (1, 3)]
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_ctrl_c_is_not_the_students_error():
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        local_student({"f": interrupted}).f()
    agent = Agent({"f": interrupted}, catch=BaseException)
    with pytest.raises(StudentError, match="KeyboardInterrupt"):
        Student(LocalTransport(agent)).f()


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"R",
        b"Rxx",
        b"Q" + wire.pack({"ok": True}),
        b"R" + wire.pack({"ok": 1, "value": 2}),
        b"R" + wire.pack([1]),
    ],
)
def test_forged_replies_are_refused(reply):
    class Liar:
        def request(self, message, on_callback):
            return reply

    with pytest.raises(wire.WireError):
        Student(Liar())


def test_references_to_the_checks_side_are_refused_in_replies():
    class Liar:
        def request(self, message, on_callback):
            return b"R" + wire.pack({"ok": True, "value": wire.Ref("callback", 1, "x")})

    with pytest.raises(wire.WireError, match="handle"):
        Student(Liar())


def test_an_always_equal_object_is_only_a_handle():
    class Yes:
        def __eq__(self, other):
            return True

        __hash__ = None

    got = local_student({"f": Yes}).f()
    assert isinstance(got, Handle)
    assert got != 3


def test_not_answered_yet_is_shown_by_its_own_name():
    def deep():
        raise NotAnsweredYet("Exercise 3.4")

    with pytest.raises(NotAnswered, match=r"Exercise 3\.4"):
        local_student({"f": deep}).f()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_keras_models_are_handles():
    keras = pytest.importorskip("keras")

    def build():
        return keras.Sequential(
            [
                keras.Input((4,)),
                keras.layers.Dense(3, activation="relu", name="hidden"),
                keras.layers.Dense(2),
            ]
        )

    student = local_student({"build": build})
    model = student.build()
    assert model.count_params() == 4 * 3 + 3 + 3 * 2 + 2
    assert [layer["class_name"] for layer in model.layers] == ["Dense", "Dense"]
    assert model.layers[0]["name"] == "hidden"
    assert model.layers[0]["config"]["activation"] == "relu"
    assert model.layers[0]["output_shape"] == (None, 3)
    assert (model.input_shape, model.output_shape) == ((None, 4), (None, 2))
    w1, b1, w2, b2 = model.get_weights()
    x = student.rng.normal(size=(5, 4)).astype("float32")
    np.testing.assert_allclose(
        model(x, training=False), np.maximum(x @ w1 + b1, 0) @ w2 + b2, rtol=1e-4, atol=1e-5
    )


def test_a_function_among_the_arguments_is_named_without_its_address():
    from coursekit.labs.exchange.student import _short

    assert "0x" not in _short(lambda x: x)


def test_calls_of_the_checks_functions_are_limited_in_their_sum():
    names = {"ask": lambda f, n: [f(np.zeros(1000)) for _ in range(n)]}
    student = local_student(names, limits=wire.Limits(size=50_000))
    kept = []
    assert student.ask(lambda x: kept.append(x), 3) == [None] * 3
    with pytest.raises(StudentError, match="at most"):
        student.ask(lambda x: kept.append(x), 10)
    assert len(kept) < 10


def test_numpy_does_not_walk_through_objects():
    class Nest:
        asked = 0

        def __len__(self):
            Nest.asked += 1
            return 1000

        def __getitem__(self, place):
            return Nest()

    student = local_student({"one": Nest, "some": lambda: [Nest(), Nest()]})
    for value in (student.one(), student.some()):
        with pytest.raises(ValueError, match="<Nest of the student>"):
            np.asarray(value)
        with pytest.raises(AssertionError, match="expected: 3"):
            assert_close(value, 3)
    assert Nest.asked == 0


def test_objects_are_limited_in_their_sum(monkeypatch):
    from coursekit.labs.exchange import student as module

    monkeypatch.setattr(module, "MAX_HANDLES", 25)
    student = local_student({"objects": lambda n: [object() for _ in range(n)]})
    assert len(student.objects(20)) == 20
    with pytest.raises(wire.WireError, match="at most 25 objects"):
        student.objects(20)


def test_no_text_of_an_error_is_longer_than_an_agent_makes_it():
    class Forger:
        def request(self, message, on_callback):
            if b'"begin"' in message:
                return b"R" + wire.pack({"ok": True, "value": None})
            error = {"kind": "missing", "message": "ab" * 10**6, "names": ["abab"] * 3}
            if b'"raises"' in message:
                error = {"kind": "raised", "message": ["x"], "type": "T" * 10**6, "code": 5}
            return b"R" + wire.pack({"ok": False, "error": error})

    with pytest.raises(MissingAnswer) as missing:
        Student(Forger()).anything(1)
    with pytest.raises(StudentError) as raised:
        Student(Forger()).raises(1)
    assert len(str(missing.value)) < 3_000
    assert (raised.value.type_name, raised.value.text, raised.value.code) == ("T" * 100, "", "")


def test_an_object_is_not_asked_how_many_weights_it_has():
    class Boaster:
        def count_params(self):
            return 10**6

        def get_weights(self):
            return [np.zeros((2, 3)), np.zeros(3)]

    assert local_student({"f": Boaster}).f().count_params() == 9
