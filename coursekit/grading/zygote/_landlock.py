"""Landlock: the kernel refuses every path that is not named here, whatever the user's rights.
Negotiated by ABI version."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

from coursekit.grading.zygote import _linux

_NR_CREATE, _NR_ADD, _NR_RESTRICT = 444, 445, 446  # the same on every architecture
_CREATE_VERSION = 1
_RULE_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_FILE_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_MAKE_CHAR, _MAKE_SOCK, _MAKE_BLOCK = 1 << 6, 1 << 9, 1 << 11
_NET_BIND_AND_CONNECT = 0b11
_SCOPE_ABSTRACT_AND_SIGNAL = 0b11
READ = _EXECUTE | _READ_FILE | _READ_DIR


def abi() -> int:
    """The Landlock ABI of the running kernel; 0 where there is none."""
    try:
        return _linux.syscall(_NR_CREATE, None, 0, _CREATE_VERSION, what="landlock_create_ruleset")
    except OSError:
        return 0


def handled_rights(version: int) -> int:
    """The file-system rights that ABI `version` can refuse."""
    rights = (1 << 13) - 1
    if version >= 2:
        rights |= _REFER
    if version >= 3:
        rights |= _TRUNCATE
    if version >= 5:
        rights |= _IOCTL_DEV
    return rights


def restrict(readable: Iterable[str], writable: Iterable[str]) -> int:
    """Leave this process only `readable` (read, execute) and `writable` (all but devices and
    sockets). Returns the ABI used.

    From ABI 4 on TCP is refused as well, from ABI 6 abstract sockets and signals to the outside.
    Paths that do not exist are passed over. Needs no-new-privileges to be set.

    Raises:
        OSError: where the kernel has no Landlock.
    """
    version = abi()
    rights = handled_rights(version)
    attributes = struct.pack("=QQQ", rights, _NET_BIND_AND_CONNECT, _SCOPE_ABSTRACT_AND_SIGNAL)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _linux.syscall(
        _NR_CREATE, ctypes.c_char_p(attributes), size, 0, what="landlock_create_ruleset"
    )
    try:
        for path in readable:
            _allow(ruleset, path, READ & rights)
        for path in writable:
            _allow(ruleset, path, rights & ~(_MAKE_CHAR | _MAKE_BLOCK | _MAKE_SOCK))
        _linux.syscall(_NR_RESTRICT, ruleset, 0, what="landlock_restrict_self")
    finally:
        os.close(ruleset)
    return version


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):
            rights &= _FILE_RIGHTS
        rule = struct.pack("=Qi", rights, fd)
        _linux.syscall(
            _NR_ADD, ruleset, _RULE_PATH_BENEATH, ctypes.c_char_p(rule), 0, what="landlock_add_rule"
        )
    finally:
        os.close(fd)
