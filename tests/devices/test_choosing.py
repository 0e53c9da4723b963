"""`use` and `describe`: what is taken, what is refused, and what the refusal says."""

from __future__ import annotations

import dataclasses
import os
import sys
import types

import pytest

from coursekit import devices
from coursekit.devices import _backends, _choose, _signs
from coursekit.errors import DeviceError, InvalidInputError

NOTHING = _signs.Signs((), (), False, ())
TPU = _signs.Signs(("TPU_NAME",), (), True, ())
GPU = _signs.Signs((), ("nvidia-smi",), False, ())


@pytest.fixture
def machine(monkeypatch):
    """Pretend: `machine(signs, installed packages, {(backend, kind): names that the backend gives},
    loaded backend)`."""
    for name in ("KERAS_BACKEND", "JAX_PLATFORMS", "CUDA_VISIBLE_DEVICES"):
        monkeypatch.setenv(name, "")  # so that what `use` sets is taken back after the test
        monkeypatch.delenv(name)
    monkeypatch.setattr(_choose, "_set_by_us", {})
    asked = []

    def pretend(signs=NOTHING, packages=("keras", "tensorflow", "jax"), attached=None, loaded=None):
        def names(backend, kind):
            asked.append((backend, kind))
            answer = (attached or {}).get((backend, kind), [])
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(_signs, "look", lambda: signs)
        monkeypatch.setattr(_signs, "installed", lambda package: package in packages)
        monkeypatch.setattr(_backends, "names", names)
        monkeypatch.setattr(_backends, "keras_backend", lambda: loaded)
        monkeypatch.setattr(
            _backends, "pin_cpu", lambda backend, remember: remember("JAX_PLATFORMS", "cpu")
        )
        return asked

    return pretend


def _chosen(info):
    return info.backend, info.kind, info.name


def test_auto_takes_the_cpu_without_asking_a_backend_where_nothing_points_to_more(machine):
    asked = machine()
    info = devices.use()
    assert (info.backend, info.kind, info.count) == ("tensorflow", "cpu", 1)
    assert info.notes == ('"auto" took the CPU with tensorflow.',)
    assert asked == []


def test_auto_takes_a_tpu_before_a_gpu_and_with_jax(machine, monkeypatch):
    signs = dataclasses.replace(TPU, gpu=("nvidia-smi",))
    machine(signs, attached={("jax", "tpu"): ["TPU v5 lite"] * 8, ("tensorflow", "gpu"): ["T4"]})
    info = devices.use()
    assert _chosen(info) == ("jax", "tpu", "TPU v5 lite")
    assert info.count == 8
    assert _choose.os.environ["KERAS_BACKEND"] == "jax"


def test_auto_takes_a_gpu_with_the_backend_that_can_use_it(machine):
    machine(GPU, attached={("jax", "gpu"): ["T4"]})
    assert _chosen(devices.use()) == ("jax", "gpu", "T4")
    machine(GPU, attached={("jax", "gpu"): ["T4"], ("tensorflow", "gpu"): ["Tesla T4"]})
    assert _chosen(devices.use()) == ("tensorflow", "gpu", "Tesla T4")


def test_auto_falls_back_and_says_what_to_do_about_the_accelerator_that_is_idle(machine):
    machine(GPU, attached={("tensorflow", "gpu"): ImportError("libcudart is missing")})
    info = devices.use()
    assert info.kind == "cpu"
    assert "tensorflow cannot be asked (ImportError: libcudart is missing)." in info.notes
    assert "signs of a GPU, but it is not in use" in info.notes[-1]
    machine(TPU, packages=("keras", "tensorflow"))
    assert "It needs JAX: pip install 'jax[tpu]'" in devices.use().notes[-1]


@pytest.mark.parametrize("named", ["nonsense", "torch"])
def test_a_backend_is_checked_and_nothing_is_changed(machine, monkeypatch, named):
    machine(packages=("keras", "jax"))
    assert devices.check_backend() is None
    assert "KERAS_BACKEND" not in os.environ
    monkeypatch.setenv("KERAS_BACKEND", named)
    with pytest.raises(DeviceError, match=f"Expected a backend.*KERAS_BACKEND={named}"):
        devices.check_backend()


def test_a_tpu_image_without_tensorflow_gets_jax(machine):
    machine(TPU, packages=("keras", "jax", "libtpu"), attached={("jax", "tpu"): ["TPU v6e"]})
    assert _chosen(devices.use()) == ("jax", "tpu", "TPU v6e")


@pytest.mark.parametrize(
    ("kind", "pretend", "message"),
    [
        ("gpu", {}, r'kind="gpu", but no GPU can be used: tensorflow and jax see none'),
        ("gpu", {}, 'Found: no sign of a GPU or TPU. .*Use kind="auto" to fall back'),
        ("gpu", {"signs": GPU}, r"sign of a GPU \(nvidia-smi\).*tensorflow\[and-cuda\]"),
        (
            "gpu",
            {"signs": dataclasses.replace(GPU, settings=("CUDA_VISIBLE_DEVICES=-1",))},
            "unset CUDA_VISIBLE_DEVICES",
        ),
        ("tpu", {}, "Found: no sign of a GPU or TPU"),
        (
            "tpu",
            {"signs": dataclasses.replace(TPU, libtpu=False)},
            r"libtpu is not installed: pip install 'jax\[tpu\]'",
        ),
        ("tpu", {"signs": TPU, "packages": ("keras", "tensorflow")}, "A TPU needs JAX"),
        (
            "tpu",
            {"signs": TPU, "loaded": "tensorflow"},
            "already imported with tensorflow. Restart the kernel",
        ),
        ("tpu", {"signs": TPU}, "jax sees none"),
        (
            "cpu",
            {"packages": ("keras",)},
            r"neither tensorflow nor jax is installed.*extra .* or \[jax\]",
        ),
        ("cpu", {"packages": ("tensorflow",)}, "Keras is not installed"),
    ],
)
def test_a_wish_that_cannot_be_met_is_an_error_that_says_what_was_found(
    machine, kind, pretend, message
):
    machine(**pretend)
    with pytest.raises(DeviceError, match=message):
        devices.use(kind)
    assert "KERAS_BACKEND" not in _choose.os.environ


def test_a_missing_tpu_is_refused_without_starting_a_backend(machine):
    asked = machine()
    with pytest.raises(DeviceError):
        devices.use("tpu")
    assert asked == []


def test_keras_imported_with_another_backend_asks_for_a_restart(machine, monkeypatch):
    machine(loaded="tensorflow")
    with pytest.raises(
        DeviceError,
        match=r'backend="jax", but keras was already imported with tensorflow. Restart the kernel',
    ):
        devices.use(backend="jax")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with pytest.raises(
        DeviceError, match="KERAS_BACKEND=jax, but keras was already imported with tensorflow"
    ):
        devices.use()


def test_keras_imported_with_the_same_backend_is_fine(machine):
    machine(loaded="jax")
    assert devices.use(backend="jax").backend == "jax"
    assert devices.use().backend == "jax"


def test_keras_backend_is_respected_and_the_argument_goes_before_it(machine, monkeypatch):
    machine()
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert devices.use().backend == "jax"
    assert devices.use(backend="tensorflow").backend == "tensorflow"


@pytest.mark.parametrize(
    ("value", "message"),
    [("torch", "Expected a backend of tensorflow, jax"), ("jax", "jax is not installed")],
)
def test_a_keras_backend_that_cannot_be_used_is_an_error(machine, monkeypatch, value, message):
    machine(packages=("keras", "tensorflow"))
    monkeypatch.setenv("KERAS_BACKEND", value)
    with pytest.raises(DeviceError, match=f"{message}|KERAS_BACKEND={value}"):
        devices.use()


def test_what_an_earlier_use_chose_does_not_pass_for_a_wish(machine):
    machine()
    assert devices.use("cpu", backend="jax").backend == "jax"
    assert _choose.os.environ["JAX_PLATFORMS"] == "cpu"
    assert devices.use().backend == "tensorflow"
    assert "JAX_PLATFORMS" not in _choose.os.environ


@pytest.mark.parametrize(
    "arguments",
    [
        {"kind": "npu"},
        {"kind": None},
        {"kind": ""},
        {"backend": "torch"},
        {"backend": "auto"},
        {"backend": 1},
    ],
)
def test_unknown_names_are_refused_with_the_known_ones(arguments):
    name = next(iter(arguments))
    with pytest.raises(
        InvalidInputError, match=rf"Expected `{name}` to be one of .*Received: {name}="
    ):
        devices.use(**arguments)


def test_names_may_be_written_in_capitals(machine):
    machine(GPU, attached={("tensorflow", "gpu"): ["T4"]})
    assert devices.use("GPU").kind == "gpu"


def test_describe_works_with_nothing_installed_and_says_what_to_install(machine):
    machine(packages=())
    info = devices.describe()
    assert (info.backend, info.kind) == (None, "cpu")
    assert "Keras is not installed" in str(info)
    assert len(str(info).splitlines()) <= 24
    assert max(map(len, info.to_dict())) < 20


def test_describe_tells_the_device_from_signs_and_changes_nothing(machine):
    asked = machine(TPU)
    info = devices.describe()
    assert _chosen(info) == ("jax", "tpu", "a TPU, by its signs")
    assert asked == []
    assert "KERAS_BACKEND" not in _choose.os.environ
    machine(GPU)
    assert devices.describe().kind == "gpu"


def test_describe_asks_the_backend_once_keras_is_imported(machine):
    machine(GPU, attached={("jax", "gpu"): ["T4", "T4"]}, loaded="jax")
    assert (devices.describe().name, devices.describe().count) == ("T4", 2)


def test_the_answer_is_frozen_and_shows_itself_in_a_notebook(machine):
    machine()
    info = devices.use("cpu")
    with pytest.raises(dataclasses.FrozenInstanceError):
        info.kind = "gpu"
    shown = []
    info._repr_pretty_(types.SimpleNamespace(text=shown.append), False)
    assert shown == [str(info)]
    assert info.summary.startswith("CPU: ")


# Real processes


def test_importing_and_describing_load_no_backend(run_python):
    program = """
    import json, sys
    from coursekit import devices
    info = devices.describe()
    info = devices.use("cpu")
    print(json.dumps(sorted({"keras", "jax", "tensorflow", "matplotlib"} & set(sys.modules))))
    """
    assert run_python(program) == []


@pytest.mark.slow
def test_use_decides_what_keras_runs_on(run_python, without_tensorflow):
    program = """
    import json
    from coursekit import devices
    info = devices.use("cpu", backend="jax")
    import keras, jax
    print(json.dumps([info.backend, keras.config.backend(), jax.default_backend(), devices.describe().backend, devices.use().count]))
    """
    found = run_python(
        program, before=without_tensorflow, XLA_FLAGS="--xla_force_host_platform_device_count=3"
    )
    assert found == ["jax", "jax", "cpu", "jax", 3]


def test_a_gpu_that_is_not_there_is_an_error_in_a_real_process(error_of):
    kind, message = error_of("devices.use('gpu', backend='jax')", CUDA_VISIBLE_DEVICES="")
    assert kind == "DeviceError"
    assert 'kind="gpu", but no GPU can be used: jax sees none.' in message


@pytest.mark.slow
def test_keras_imported_first_with_another_backend_in_a_real_process(error_of, without_tensorflow):
    before = f"{without_tensorflow}\nimport keras\n"
    kind, message = error_of(
        "devices.use(backend='tensorflow')", before=before, KERAS_BACKEND="jax"
    )
    assert kind == "DeviceError"
    assert "already imported with jax. Restart the kernel" in message


def test_without_tensorflow_auto_takes_jax_and_describe_still_works(run_python, without_tensorflow):
    program = """
    import json, os
    from coursekit import devices
    print(json.dumps([devices.describe().backend, devices.use().backend, os.environ["KERAS_BACKEND"], "tensorflow" in sys.modules]))
    """
    assert run_python(program, before=without_tensorflow) == ["jax", "jax", "jax", False]


# Signs


def test_signs_of_accelerators_are_read_from_files_and_variables(tmp_path):
    for name in ("dev/accel0", "dev/vfio/0", "dev/vfio/vfio", "dev/nvidia0", "usr/bin/nvidia-smi"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o755)
    signs = _signs.look(
        tmp_path, {"TPU_NAME": "local", "PATH": str(tmp_path / "usr/bin"), "JAX_PLATFORMS": "cpu"}
    )
    assert signs.tpu == ("TPU_NAME", "/dev/accel0", "/dev/vfio/0")
    assert signs.gpu == ("/dev/nvidia0", "nvidia-smi")
    assert signs.settings == ("JAX_PLATFORMS=cpu",)


def test_a_bare_machine_shows_no_signs(tmp_path):
    signs = _signs.look(tmp_path, {"PATH": str(tmp_path), "TPU_NAME": ""})
    assert (signs.tpu, signs.gpu) == ((), ())
    assert str(signs) == "no sign of a GPU or TPU"


def test_an_empty_folder_left_by_an_uninstall_is_not_a_package(tmp_path, monkeypatch):
    (tmp_path / "leftover_backend").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert not _signs.installed("leftover_backend")
    (tmp_path / "leftover_backend" / "__init__.py").touch()
    sys.path_importer_cache.clear()
    assert _signs.installed("leftover_backend")


def test_cores_and_memory_are_plausible():
    assert _signs.cores() >= 1
    assert _signs.memory_gb() is None or 0.1 < _signs.memory_gb() < 100_000
    assert _signs.cpu_name()
