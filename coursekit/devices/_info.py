"""The answer to "what does this run on?"."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

_TITLES = {"tensorflow": "TensorFlow", "jax": "JAX"}


@dataclass(frozen=True)
class DeviceInfo:
    """What Keras runs on. `print(info)` shows one screen; a notebook shows the same.

    Attributes:
        backend: "tensorflow", "jax", or None if neither is installed.
        kind: "cpu", "gpu" or "tpu".
        name: the device's name as its driver tells it.
        count: devices of that kind which `scope()` would use.
        backend_version: version of the backend, or None.
        keras_version: version of Keras, or None.
        python: version of Python.
        system: operating system and machine.
        cores: CPU cores that this process may use.
        memory_gb: main memory that this process may use, in GB; None if it cannot be told.
        found: signs of accelerators and the variables that choose or hide them, in words.
        notes: why this device was taken, and what to do about what is missing.
    """

    backend: str | None
    kind: str
    name: str
    count: int
    backend_version: str | None = None
    keras_version: str | None = None
    python: str = ""
    system: str = ""
    cores: int = 1
    memory_gb: float | None = None
    found: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def summary(self) -> str:
        """One line: kind, count, name, backend."""
        many = f"{self.count} x " if self.count > 1 else ""
        on = (
            f"Keras on {_TITLES[self.backend]} {self.backend_version or ''}".strip()
            if self.backend
            else "no backend"
        )
        return f"{self.kind.upper()}: {many}{self.name}, {on}"

    def to_dict(self) -> dict:
        """Plain values, ready for JSON."""
        return {**asdict(self), "notes": list(self.notes)}

    def __str__(self) -> str:
        memory = f"{self.memory_gb:g} GB" if self.memory_gb else "unknown"
        lines = [
            f"device   {self.summary}",
            f"keras    {self.keras_version or 'not installed'}",
            f"python   {self.python} on {self.system}",
            f"machine  {self.cores} cores, memory {memory}",
            f"found    {self.found}",
        ]
        return "\n".join(lines + [f"note     {note}" for note in self.notes])

    def _repr_pretty_(self, printer, cycle: bool) -> None:
        printer.text(str(self))
