"""Choose a backend and a device before Keras is imported, say what is there, and train on several
devices and several hosts at once.

>>> from coursekit import devices
>>> info = devices.use("cpu")
>>> info.kind
'cpu'

`import coursekit.devices` loads no backend. `"auto"` takes a TPU (with JAX), then a GPU, then the
CPU, and the answer says which and why; a device or backend that was asked for by name and cannot be
had is a `DeviceError`.
"""

from coursekit.devices._choose import BACKENDS, KINDS, check_backend, describe, use
from coursekit.devices._host import Host
from coursekit.devices._hosts import launch
from coursekit.devices._info import DeviceInfo
from coursekit.devices._quiet import compile_quickly, hush, start_quietly
from coursekit.devices._scope import even_batches, scope

__all__ = [
    "BACKENDS",
    "KINDS",
    "DeviceInfo",
    "Host",
    "check_backend",
    "compile_quickly",
    "describe",
    "even_batches",
    "hush",
    "launch",
    "scope",
    "start_quietly",
    "use",
]
