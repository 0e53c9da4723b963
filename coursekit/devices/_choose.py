"""Choosing a backend and a device: `use` and `describe`."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass

from coursekit.devices import _backends, _signs
from coursekit.devices._info import DeviceInfo
from coursekit.errors import DeviceError, InvalidInputError

KINDS = ("auto", "cpu", "gpu", "tpu")
BACKENDS = ("tensorflow", "jax")
_INSTALL = "Install one: coursekit with its extra [tensorflow] or [jax]."
_RESTART = (
    "Restart the kernel (or start a new process) and call coursekit.devices.use(...) "
    "before importing keras."
)
_set_by_us: dict[
    str, tuple[str | None, str]
] = {}  # variable -> (value before, value that `use` gave it)


@dataclass(frozen=True)
class _Choice:
    backend: str
    kind: str
    names: tuple[str, ...]
    notes: tuple[str, ...]


def use(kind: str = "auto", *, backend: str | None = None) -> DeviceInfo:
    """Choose Keras's backend and device. Call it before `keras` is imported.

    Args:
        kind: "auto" takes a TPU (with JAX), then a GPU, then the CPU; "cpu", "gpu" or "tpu" is a
            wish that is met or refused, never replaced.
        backend: "tensorflow", "jax", or None: what `KERAS_BACKEND` names, else whichever is
            installed and drives the device (TensorFlow first on a CPU or GPU).

    Returns:
        What was chosen and why. `KERAS_BACKEND` is set, and for "cpu" accelerators are hidden from
        the backend.

    Raises:
        InvalidInputError: if `kind` or `backend` is not one of those names.
        DeviceError: if a wish cannot be met, no backend is installed, or Keras was imported with
            another backend.
    """
    kind = _one_of("kind", kind, KINDS)
    backend = None if backend is None else _one_of("backend", backend, BACKENDS)
    _take_back()
    signs = _signs.look()
    candidates = _candidates(backend, signs)
    choice = _automatic(candidates, signs) if kind == "auto" else _by_name(kind, candidates, signs)
    if _backends.keras_backend() is None:
        _set("KERAS_BACKEND", choice.backend)
    if choice.kind == "cpu" and (kind == "cpu" or signs.tpu or signs.gpu):
        _backends.pin_cpu(choice.backend, _set)
    return _info(choice.backend, choice.kind, choice.names, signs, choice.notes)


def check_backend() -> None:
    """Raise `DeviceError` if Keras cannot start here: `KERAS_BACKEND` names no backend that
    coursekit runs on or one that is not installed, or there is none. Imports nothing."""
    _candidates(None, _signs.look())


def describe() -> DeviceInfo:
    """Say what Keras runs on, or would run on, changing nothing. Works with no backend installed.

    Once Keras is imported its backend is asked. Before that the answer comes from signs (device
    files, variables, installed packages), which takes milliseconds; a note then says so.
    """
    signs = _signs.look()
    backend = _backends.keras_backend()
    if backend in BACKENDS:
        for kind in ("tpu", "gpu"):
            if names := _backends.names(backend, kind):
                return _info(backend, kind, names, signs, (f"keras is imported with {backend}.",))
        return _info(
            backend,
            "cpu",
            (),
            signs,
            (f"keras is imported with {backend}.", *_unused(backend, signs)),
        )
    try:
        candidates = _candidates(None, signs)
    except DeviceError as error:
        return _info(None, "cpu", (), signs, (str(error),))
    guess = (
        "keras is not imported yet: this is read from signs; coursekit.devices.use() asks "
        "the backend."
    )
    if signs.tpu and signs.libtpu and "jax" in candidates:
        return _info("jax", "tpu", ("a TPU, by its signs",), signs, (guess,))
    if signs.gpu:
        return _info(candidates[0], "gpu", ("a GPU, by its signs",), signs, (guess,))
    return _info(candidates[0], "cpu", (), signs, (guess, *_unused(candidates[0], signs)))


def _candidates(backend: str | None, signs: _signs.Signs) -> list[str]:
    """Backends that may be chosen, the preferred one first."""
    variable = os.environ.get("KERAS_BACKEND") or None
    wish = backend or variable
    said = f'backend="{backend}"' if backend else f"KERAS_BACKEND={variable}"
    loaded = _backends.keras_backend()
    if wish is not None and wish not in BACKENDS:
        raise DeviceError(
            f"Expected a backend of {', '.join(BACKENDS)}. Received: {said}. Unset "
            f"KERAS_BACKEND or name one of them."
        )
    if loaded is not None:
        if loaded not in BACKENDS or wish not in (None, loaded):
            wished = said if wish else f"a backend of {', '.join(BACKENDS)}"
            raise DeviceError(
                f"Expected {wished}, but keras was already imported with {loaded}. {_RESTART}"
            )
        return [loaded]
    if not _signs.installed("keras"):
        raise DeviceError(
            "Keras is not installed. Install it with a backend: coursekit with its extra "
            "[tensorflow] or [jax]."
        )
    there = [name for name in BACKENDS if _signs.installed(name)]
    if wish is not None:
        if wish not in there:
            found = ", ".join(there) or "no backend"
            instead = f" or choose {there[0]}" if there else ""
            raise DeviceError(
                f"{said}, but {wish} is not installed. Found: {found}. "
                f"Install coursekit with its extra [{wish}]{instead}."
            )
        return [wish]
    if not there:
        raise DeviceError(
            f"Keras needs a backend, and neither tensorflow nor jax is installed. Found: "
            f"{signs}. {_INSTALL}"
        )
    return there


def _automatic(candidates: list[str], signs: _signs.Signs) -> _Choice:
    """TPU, then GPU, then CPU; each accelerator only if there is a sign of it and the backend
    confirms it."""
    notes: list[str] = []
    wanted = [("tpu", "jax")] if signs.tpu and signs.libtpu and "jax" in candidates else []
    wanted += [("gpu", name) for name in candidates] if signs.gpu else []
    for kind, backend in wanted:
        names = _ask(backend, kind, notes)
        if names:
            return _Choice(
                backend, kind, names, (f'"auto" took the {kind.upper()} with {backend}.',)
            )
    notes += _unused(candidates[0], signs)
    return _Choice(candidates[0], "cpu", (), (f'"auto" took the CPU with {candidates[0]}.', *notes))


def _by_name(kind: str, candidates: list[str], signs: _signs.Signs) -> _Choice:
    """The device that was asked for, or a `DeviceError`."""
    if kind == "cpu":
        return _Choice(
            candidates[0], "cpu", (), ('kind="cpu": accelerators are hidden from the backend.',)
        )
    if kind == "tpu":
        _refuse_tpu(candidates, signs)
        candidates = ["jax"]
    notes: list[str] = []
    for backend in candidates:
        names = _ask(backend, kind, notes)
        if names:
            return _Choice(backend, kind, names, (f'kind="{kind}", with {backend}.',))
    see = "sees" if len(candidates) == 1 else "see"
    asked = f"{' and '.join(candidates)} {see} none" if not notes else " ".join(notes)
    raise DeviceError(
        f'kind="{kind}", but no {kind.upper()} can be used: {asked}. Found: {signs}. '
        f"{_advice(kind, signs)} "
        'Use kind="auto" to fall back.'
    )


def _refuse_tpu(candidates: list[str], signs: _signs.Signs) -> None:
    """Raise where no TPU can be had, without starting libtpu, which may wait for minutes on a
    machine that has none."""
    missing = ""
    if "jax" not in candidates:
        loaded = _backends.keras_backend()
        missing = (
            f"A TPU needs JAX, and only {candidates[0]} may be used here: install "
            f"jax[tpu] and ask for no other backend."
        )
        if loaded:
            missing = f"A TPU needs JAX, and keras was already imported with {loaded}. {_RESTART}"
    elif not signs.tpu:
        missing = "On Colab choose Runtime > Change runtime type > TPU."
    elif not signs.libtpu:
        missing = "libtpu is not installed: pip install 'jax[tpu]'."
    if missing:
        raise DeviceError(
            f'kind="tpu", but no TPU can be used. Found: {signs}. {missing} Use kind="auto" to '
            f"fall back."
        )


def _ask(backend: str, kind: str, notes: list[str]) -> tuple[str, ...]:
    try:
        return tuple(_backends.names(backend, kind))
    except (
        Exception
    ) as error:  # a broken installation may raise anything; the next backend is then asked
        notes.append(f"{backend} cannot be asked ({type(error).__name__}: {error}).")
        return ()


def _unused(backend: str, signs: _signs.Signs) -> list[str]:
    """What to do about accelerators of which there are signs, when the CPU is what is left."""
    found = [kind for kind, there in (("tpu", signs.tpu), ("gpu", signs.gpu)) if there]
    return [
        f"There are signs of a {kind.upper()}, but it is not in use. {_advice(kind, signs)}"
        for kind in found
    ]


def _advice(kind: str, signs: _signs.Signs) -> str:
    if any(
        setting in ("JAX_PLATFORMS=cpu", "CUDA_VISIBLE_DEVICES=-1", "CUDA_VISIBLE_DEVICES=")
        for setting in signs.settings
    ):
        return "A variable hides accelerators: unset CUDA_VISIBLE_DEVICES and JAX_PLATFORMS."
    if kind == "tpu":
        return "It needs JAX: pip install 'jax[tpu]', and KERAS_BACKEND=jax or unset."
    if not signs.gpu:
        return (
            "On Colab choose Runtime > Change runtime type > GPU; elsewhere check that "
            "nvidia-smi lists the card."
        )
    return (
        "Install a backend built for it: pip install 'tensorflow[and-cuda]' or "
        "'jax[cuda12]'; nvidia-smi must list the card."
    )


def _info(backend: str | None, kind: str, names, signs: _signs.Signs, notes) -> DeviceInfo:
    names = tuple(names) or (_signs.cpu_name(),) * (_backends.cpu_count(backend) if backend else 1)
    return DeviceInfo(
        backend=backend,
        kind=kind,
        name=names[0],
        count=len(names),
        backend_version=_signs.backend_version(backend) if backend else None,
        keras_version=_signs.version("keras"),
        python=platform.python_version(),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        cores=_signs.cores(),
        memory_gb=_signs.memory_gb(),
        found=str(signs),
        notes=tuple(notes),
    )


def _one_of(argument: str, value: str, allowed: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value.lower() not in allowed:
        raise InvalidInputError(
            f"Expected `{argument}` to be one of {', '.join(allowed)}. Received: "
            f"{argument}={value!r}."
        )
    return value.lower()


def _set(name: str, value: str) -> None:
    if os.environ.get(name) != value:
        _set_by_us[name] = (os.environ.get(name), value)
        os.environ[name] = value


def _take_back() -> None:
    """Undo what an earlier `use` set, so that it does not pass for a wish of the user's. Not once
    Keras is imported."""
    if _backends.keras_backend() is not None:
        return
    while _set_by_us:
        name, (before, ours) = _set_by_us.popitem()
        if os.environ.get(name) == ours:
            os.environ.pop(name) if before is None else os.environ.__setitem__(name, before)
