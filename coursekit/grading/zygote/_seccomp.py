"""A seccomp filter by allow-list, assembled here: threads and files are allowed, all that reaches
further is refused.

Refused are new processes, exec, sockets of every family, ptrace, mounts, namespaces, io_uring, bpf,
keyctl, userfaultfd, performance events, other limits, locks and leases on files (two submissions
could talk by them, or keep a data file from others), and memory that `RLIMIT_DATA` does not count
(shared and stack-like mappings; a shared mapping of `/dev/zero` is memory, too).
"""

from __future__ import annotations

import ctypes
import errno
import struct

from coursekit.grading.zygote import _linux

# name x86_64 aarch64; "-" where the architecture has no such call.
_ALLOWED = """
read 0 63; write 1 64; readv 19 65; writev 20 66; pread64 17 67; pwrite64 18 68; preadv 295 69;
pwritev 296 70; open 2 -; openat 257 56; close 3 57; close_range 436 436; stat 4 -; fstat 5 80;
lstat 6 -; newfstatat 262 79; statx 332 291; access 21 -; faccessat 269 48; faccessat2 439 439;
lseek 8 62; poll 7 -; ppoll 271 73; select 23 -; pselect6 270 72; epoll_create 213 -; epoll_create1
291 20; epoll_ctl 233 21; epoll_wait 232 -; epoll_pwait 281 22; epoll_pwait2 441 441; eventfd 284 -;
eventfd2 290 19; pipe 22 -; pipe2 293 59; dup 32 23; dup2 33 -; dup3 292 24;
fsync 74 82; fdatasync 75 83; truncate 76 45; ftruncate 77 46; fallocate 285 47; fadvise64 221
223; sendfile 40 71; copy_file_range 326 285; getdents 78 -; getdents64 217 61; getcwd 79 17; chdir
80 49; fchdir 81 50; rename 82 -; renameat 264 38; renameat2 316 276; mkdir 83 -; mkdirat 258 34;
rmdir 84 -; unlink 87 -; unlinkat 263 35; link 86 -; linkat 265 37; symlink 88 -; symlinkat 266 36;
readlink 89 -; readlinkat 267 78; chmod 90 -; fchmod 91 52; fchmodat 268 53; umask 95 166; utimensat
280 88; utimes 235 -; futimesat 261 -; utime 132 -; creat 85 -; statfs 137 43; fstatfs 138 44;
mprotect 10 226; munmap 11 215; mremap 25 216; madvise 28 233; brk 12 214; msync 26 227; mincore 27
232; membarrier 324 283; rt_sigaction 13 134; rt_sigprocmask 14 135; rt_sigreturn 15 139;
rt_sigpending 127 136; rt_sigtimedwait 128 137; rt_sigsuspend 130 133; sigaltstack 131 132; tgkill
234 131; tkill 200 130; kill 62 129; pause 34 -; futex 202 98; set_robust_list 273 99;
get_robust_list 274 100; set_tid_address 218 96; rseq 334 293; arch_prctl 158 -; exit 60 93;
exit_group 231 94; restart_syscall 219 128; gettid 186 178; getpid 39 172; getppid 110 173; getuid
102 174; geteuid 107 175; getgid 104 176; getegid 108 177; getresuid 118 148; getresgid 120 150;
getgroups 115 158; getpgrp 111 -; getpgid 121 155; getsid 124 156; sched_yield 24 124;
sched_getaffinity 204 123; sched_setaffinity 203 122; sched_getparam 143 121; sched_getscheduler 145
120; sched_get_priority_max 146 125; sched_get_priority_min 147 126; getpriority 140 141;
clock_gettime 228 113; clock_getres 229 114; clock_nanosleep 230 115; nanosleep 35 101; gettimeofday
96 169; time 201 -; times 100 153; getitimer 36 102; setitimer 38 103; alarm 37 -; timer_create 222
107; timer_settime 223 110; timer_gettime 224 108; timer_delete 226 111; timerfd_create 283 85;
timerfd_settime 286 86; timerfd_gettime 287 87; getrandom 318 278; uname 63 160; sysinfo 99 179;
getrusage 98 165; getrlimit 97 163; getcpu 309 168; wait4 61 260; waitid 247 95;
mbind 237 235; set_mempolicy 238 237; get_mempolicy 239 236
"""
_SPECIAL = {
    "clone": (56, 220),
    "mmap": (9, 222),
    "prctl": (157, 167),
    "ioctl": (16, 29),
    "fcntl": (72, 25),
    "prlimit64": (302, 261),
}
_COLUMN = {"x86_64": 0, "aarch64": 1}
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000
# from here on the numbers are the same everywhere; C libraries fall back on ENOSYS
_FIRST_COMMON_NUMBER = 424

_CLONE_THREAD = 0x00010000
_CLONE_NAMESPACES = 0x7E020000
_MAP_SHARED = 0x01  # set in MAP_SHARED_VALIDATE, too
_MAP_GROWSDOWN = 0x100
_PRCTL_OPTIONS = (
    15,
    16,
    3,
    39,
    21,
    0x53564D41,
)  # SET_NAME, GET_NAME, GET_DUMPABLE, GET_NO_NEW_PRIVS, GET_SECCOMP, SET_VMA
_IOCTL_REQUESTS = (
    0x5401,
    0x5413,
    0x541B,
    0x5421,
    0x5450,
    0x5451,
)  # TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX

_FCNTL_COMMANDS = (
    0,
    1,
    2,
    3,
    4,
    1030,
    1032,
)  # DUPFD, GETFD, SETFD, GETFL, SETFL, DUPFD_CLOEXEC, GETPIPE_SZ

_LOAD, _JEQ, _JGE, _JSET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_NUMBER_OFFSET, _ARCH_OFFSET, _ARGS_OFFSET = 0, 4, 16

Instruction = tuple[int, int, int, int]


def allowed_names() -> frozenset[str]:
    """The calls that are allowed whatever their arguments."""
    return frozenset(name for name, _, _ in _table())


def _table() -> list[tuple[str, str, str]]:
    return [tuple(entry.split()) for entry in " ".join(_ALLOWED.split("\n")).split(";")]


def _argument(index: int) -> Instruction:
    return (_LOAD, 0, 0, _ARGS_OFFSET + 8 * index)


def _refuse(number: int) -> Instruction:
    return (_RETURN, 0, 0, _ERRNO | number)


_ACCEPT: Instruction = (_RETURN, 0, 0, _ALLOW)


def _one_of(index: int, values: tuple[int, ...]) -> list[Instruction]:
    block = [_argument(index)]
    for value in values:
        block += [(_JEQ, 0, 1, value), _ACCEPT]
    return [*block, _refuse(errno.EPERM)]


def _special_blocks() -> dict[str, list[Instruction]]:
    clone = [
        _argument(0),
        (_JSET, 0, 1, _CLONE_NAMESPACES),
        _refuse(errno.EPERM),
        (_JSET, 0, 1, _CLONE_THREAD),
        _ACCEPT,
        _refuse(errno.EPERM),
    ]
    mmap = [
        _argument(3),
        (_JSET, 0, 1, _MAP_GROWSDOWN),
        _refuse(errno.EPERM),
        (_JSET, 0, 1, _MAP_SHARED),
        _refuse(errno.ENOMEM),
        _ACCEPT,
    ]
    only_asks = [  # the pointer to new limits, 64 bits wide, is null
        _argument(2),
        (_JEQ, 0, 3, 0),
        (_LOAD, 0, 0, _ARGS_OFFSET + 8 * 2 + 4),
        (_JEQ, 0, 1, 0),
        _ACCEPT,
        _refuse(errno.EPERM),
    ]
    return {
        "clone": clone,
        "mmap": mmap,
        "prctl": _one_of(0, _PRCTL_OPTIONS),
        "ioctl": _one_of(1, _IOCTL_REQUESTS),
        "fcntl": _one_of(1, _FCNTL_COMMANDS),
        "prlimit64": only_asks,
    }


def program(machine: str) -> list[Instruction]:
    """The filter for one architecture as `(code, jump if true, jump if false, constant)`
    instructions.

    Raises:
        OSError: ENOSYS for an architecture without a table.
    """
    if machine not in _COLUMN:
        raise OSError(errno.ENOSYS, f"no seccomp table for the processor {machine}")
    column = _COLUMN[machine]
    code: list[Instruction] = [
        (_LOAD, 0, 0, _ARCH_OFFSET),
        (_JEQ, 1, 0, _AUDIT_ARCH[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_OFFSET),
    ]
    if machine == "x86_64":
        code += [(_JGE, 0, 1, _X32_BIT), _refuse(errno.ENOSYS)]
    for name, block in _special_blocks().items():
        code += [(_JEQ, 0, len(block), _SPECIAL[name][column]), *block]
    for entry in _table():
        if entry[1 + column] != "-":
            code += [(_JEQ, 0, 1, int(entry[1 + column])), _ACCEPT]
    return [*code, (_JGE, 0, 1, _FIRST_COMMON_NUMBER), _refuse(errno.ENOSYS), _refuse(errno.EPERM)]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def install() -> None:
    """Put this process, and every thread it starts, under the filter for good. Needs
    no-new-privileges to be set.

    Raises:
        OSError: where the kernel or the processor does not support it.
    """
    instructions = program(_linux.machine())
    packed = b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)
    buffer = ctypes.create_string_buffer(packed, len(packed))
    descriptor = _Program(len(instructions), ctypes.addressof(buffer))
    _linux.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(descriptor))
