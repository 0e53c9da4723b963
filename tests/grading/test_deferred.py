"""Deferred imports: nothing is run before it is used, and then everything is as without them."""

import json
import subprocess
import sys
import types
from pathlib import Path

import pytest

from coursekit.grading.zygote import deferred

ROOT = Path(__file__).parents[2]


@pytest.fixture
def finder(tmp_path, monkeypatch):
    """A package `later_pack` whose modules say in `later_pack_log` that they are run; it is
    deferred, and so is `later_pack.deep`."""
    log = types.ModuleType("later_pack_log")
    log.ran = []
    pack = tmp_path / "later_pack"
    pack.mkdir()
    say = "import later_pack_log\nlater_pack_log.ran.append(__name__)\n"
    (pack / "__init__.py").write_text(say + "from later_pack import early\nvalue = 1\n")
    for name in ("early", "deep", "plain"):
        (pack / f"{name}.py").write_text(say + "x = 2\n")
    (tmp_path / "later_broken.py").write_text("raise RuntimeError('broken')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "later_pack_log", log)
    made = deferred.install(["later_pack", "later_pack.deep", "later_broken"])
    made.ran = log.ran
    yield made
    sys.meta_path.remove(made)
    for name in [name for name in sys.modules if name.startswith("later_")]:
        del sys.modules[name]


def test_an_import_alone_runs_nothing(finder):
    import later_pack
    import later_pack.deep

    assert finder.ran == []
    assert later_pack.__name__ == "later_pack"
    assert later_pack.__file__.endswith("__init__.py")
    assert finder.ran == []
    assert later_pack.value == 1
    assert finder.ran == ["later_pack", "later_pack.early"]
    assert type(later_pack) is types.ModuleType
    assert "x" in dir(later_pack.deep)
    assert finder.ran[2:] == ["later_pack.deep"]
    with pytest.raises(AttributeError, match="nothing"):
        later_pack.nothing  # noqa: B018


def test_a_package_is_run_before_what_is_in_it(finder):
    import later_pack.deep

    assert later_pack.deep.x == 2
    assert finder.ran == ["later_pack", "later_pack.early", "later_pack.deep"]


def test_an_ordinary_module_runs_its_deferred_package_first_and_nothing_twice(finder):
    import later_pack  # noqa: F401
    from later_pack.early import x
    from later_pack.plain import x as y

    assert (x, y) == (2, 2)
    assert finder.ran == ["later_pack", "later_pack.early", "later_pack.plain"]
    assert sys.modules["later_pack.early"].__spec__.name == "later_pack.early"


def test_an_error_comes_when_it_is_used_and_comes_again(finder):
    import later_broken

    for _ in range(2):
        with pytest.raises(RuntimeError, match="broken"):
            later_broken.x  # noqa: B018


def test_a_hidden_module_is_not_there_for_a_while(finder):
    with finder.hiding({"later_pack"}), pytest.raises(ModuleNotFoundError):
        import later_pack
    import later_pack

    assert later_pack.value == 1


_NAMES = """
import json, sys, types
sys.path.append(sys.argv[1])
if sys.argv[2] != "plain":
    from coursekit.grading.zygote import deferred
    with deferred.install().hiding(deferred.WITHOUT_TRACE):
        import keras
import keras
import tensorflow as tf

deferred_still = sorted(n for n, m in sys.modules.items() if type(m).__name__ == "Deferred")
found = {}
def walk(module, path):
    for name in dir(module):
        if name.startswith("_") or (path == "tf" and name in ("keras", "losses", "metrics", "optimizers", "initializers")):
            continue
        value = getattr(module, name)
        kind = "module" if isinstance(value, types.ModuleType) else type(value).__name__
        found[f"{path}.{name}"] = f"{kind} {getattr(value, '__name__', '')}"
        if kind == "module" and value.__name__.startswith(("tensorflow._api.v2", "keras.")) and ".v1" not in value.__name__:
            if path.count(".") < 2 and ".src" not in value.__name__:
                walk(value, f"{path}.{name}")
walk(tf, "tf"); walk(keras, "keras")
import pandas as pd
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(pd.DataFrame({"a": [1.0, 2.0], "b": [0.0, 1.0]}), pd.Series([1.0, 0.0]), verbose=0)
print(json.dumps([deferred_still, found]))
"""


@pytest.mark.slow
def test_keras_and_tensorflow_offer_the_same_names():
    command = [sys.executable, "-I", "-W", "ignore", "-c", _NAMES, str(ROOT)]
    started = [
        subprocess.Popen([*command, mode], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for mode in ("plain", "deferred")
    ]
    said = [process.communicate(timeout=300) for process in started]
    assert [process.returncode for process in started] == [0, 0], said
    (none, plain), (deferred_still, found) = (json.loads(out.splitlines()[-1]) for out, _ in said)
    assert len(plain) > 4_000
    assert found == plain
    assert none == []
    assert "tensorflow._api.v2.compat" in deferred_still
