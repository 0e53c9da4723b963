"""Hostile submissions of the plain toy lab. Each replaces `mean_square` (exercise 1) and says what
it must get; the rest is right.

`HONEST` is the right value, so a case that is refused something and then answers keeps its points.
"""

import dataclasses

HONEST = "float(np.mean(np.square(x)))"
LOOT = "/the/loot/places"  # replaced by the paths that the test hides things in


@dataclasses.dataclass(frozen=True)
class Case:
    """A function body, cells around it, and what exercises 1 to 3 must get with which statuses of
    exercise 1."""

    name: str
    body: str = f"return {HONEST}"
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    top: str = ""
    bottom: str = ""
    points: tuple[float, float, float] = (0.0, 3.0, 3.0)
    statuses: tuple[str, ...] = ()
    slow: bool = False

    @property
    def answer(self) -> str:
        """The text that stands in place of `mean_square`."""
        body = "\n".join("    " + line for line in self.body.strip("\n").split("\n"))
        return f"{self.top}\ndef mean_square(x):\n{body}\n{self.bottom}"


KEPT = (3.0, 3.0, 3.0)
_TRY = "try:\n    {}\nexcept BaseException:\n    pass\nreturn " + HONEST
_REFUSED = (
    "import errno\nwrong = []\nfor what in {}:\n    try:\n        what()\n        "
    "wrong.append(what)\n    except (OSError, ImportError):\n        pass\nif wrong:\n    "
    "raise RuntimeError(f'let through: {{wrong}}')\nreturn " + HONEST
)
_SYSCALLS = (
    """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
let_through = []
for name, number in {"ptrace": 101, "mount": 165, "umount": 166, "unshare": 272, "setns": 308, "chroot": 161, "pivot_root": 155, "bpf": 321,
                     "keyctl": 250, "add_key": 248, "userfaultfd": 323, "io_uring_setup": 425, "perf_event_open": 298, "socket": 41,
                     "socketpair": 53, "connect": 42, "bind": 49, "process_vm_readv": 310, "execve": 59, "execveat": 322, "fork": 57,
                     "vfork": 58, "clone3": 435, "memfd_create": 319, "personality": 135, "mknod": 133, "shmget": 29, "msgget": 68,
                     "semget": 64, "kexec_load": 246, "init_module": 175, "reboot": 169, "swapon": 167, "setuid": 105, "acct": 163,
                     "quotactl": 179, "name_to_handle_at": 303, "open_by_handle_at": 304, "kcmp": 312, "pidfd_getfd": 438,
                     "pidfd_send_signal": 424, "mount_setattr": 442, "fsopen": 430, "landlock_create_ruleset": 444, "capset": 126,
                     "seccomp": 317, "sethostname": 170, "settimeofday": 164, "x32 getpid": 0x40000000 + 39}.items():
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), 0, 0, 0, 0, 0, 0)
    if result != -1 or ctypes.get_errno() not in (1, 38):
        let_through.append((name, result, ctypes.get_errno()))
if let_through:
    raise RuntimeError(f"let through: {let_through}")
return """
    + HONEST
)
_FRAME = """
import os, struct, sys
def frame(value, ticket=b"\\0" * 8):
    from coursekit.labs.exchange import wire
    data = b"R" + wire.pack({"ok": True, "value": value})
    return struct.pack("<Q", len(data)) + ticket + data
def ticket():
    frame = sys._getframe()
    while frame is not None:
        channel = frame.f_locals.get("channel")
        if channel is not None:
            return channel.ticket
        frame = frame.f_back
    return b"\\0" * 8
"""
_LIES = """
import coursekit.labs.exchange.wire as wire, struct, json
def lie(value, **_):
    {}
wire.pack = lie
return 0.0
"""

CASES = [
    Case("exit", "import os\nos._exit(0)", statuses=("crashed",)),
    Case("exit-with-3", "import os\nos._exit(3)", statuses=("crashed",)),
    Case("sys-exit", "raise SystemExit(0)", statuses=("error",)),
    Case(
        "exit-in-a-cell",
        top="import os",
        before=("def helper():\n    pass\nimport os\nos._exit(0)",),
        points=KEPT,
    ),
    Case("exit-while-defining", bottom="import os\nclass Bomb:\n    os._exit(0)", points=KEPT),
    Case("segfault", "import ctypes\nctypes.string_at(0)", statuses=("crashed",)),
    Case("abort", "import os\nos.abort()", statuses=("crashed",)),
    Case(
        "deep-recursion",
        "import sys\nsys.setrecursionlimit(10**9)\ndef f(n):\n    return [f(n + 1)]\nreturn f(0)",
        slow=True,
    ),
    Case("loop", "while True:\n    pass", statuses=("timeout",)),
    Case(
        "stubborn-loop",
        "while True:\n    try:\n        while True:\n            pass\n    "
        "except BaseException:\n        pass",
        statuses=("timeout",),
        slow=True,
    ),
    Case(
        "deaf-loop",
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    pass",
        statuses=("timeout",),
        slow=True,
    ),
    Case("sleep", "import time\ntime.sleep(10**6)", statuses=("timeout",), slow=True),
    Case(
        "loop-in-a-cell",
        bottom="while True:\n    try:\n        while True:\n            "
        "pass\n    except BaseException:\n        pass",
        points=KEPT,
    ),
    Case("loop-before-the-answer", top="for i in iter(int, 1):\n    pass", points=KEPT, slow=True),
    Case(
        "loop-in-a-default",
        top="def forever():\n    while True:\n        pass\ndef trap(x=forever()):\n    pass",
        points=KEPT,
        slow=True,
    ),
    Case("fork", "import os\nos.fork()\nreturn " + HONEST, statuses=("forbidden",)),
    Case(
        "fork-bomb",
        "import os\nwhile True:\n    try:\n        os.fork()\n    except "
        "OSError:\n        break\nreturn " + HONEST,
        points=KEPT,
    ),
    Case(
        "many-ways-to-start-a-process",
        _REFUSED.format("""(
        lambda: __import__('os').system('true') and (_ for _ in ()).throw(OSError()), lambda: __import__('subprocess').run(['/bin/true']),
        lambda: __import__('subprocess').Popen(['/bin/sleep', '99'], start_new_session=True),
        lambda: __import__('os').posix_spawn('/bin/true', ['true'], {}), lambda: __import__('os').execv('/bin/true', ['true']),
        lambda: __import__('multiprocessing').Process(target=print).start(), lambda: __import__('pty').fork(), lambda: __import__('os').forkpty())"""),
        points=KEPT,
    ),
    Case(
        "twenty-detached-processes",
        "import subprocess\nfor i in range(20):\n    "
        "subprocess.Popen(['/bin/sleep', '9999'], "
        "start_new_session=True)\nreturn " + HONEST,
        statuses=("forbidden",),
    ),
    Case(
        "memory",
        "hoard = []\nwhile True:\n    hoard.append(np.ones(10**7))",
        statuses=("out-of-memory", "timeout"),
    ),
    Case(
        "memory-swallowed",
        "hoard = []\ntry:\n    while True:\n        "
        "hoard.append(bytearray(10**8))\nexcept MemoryError:\n    "
        "hoard.clear()\nreturn " + HONEST,
        points=KEPT,
        slow=True,
    ),
    Case(
        "shared-memory",
        "import mmap\nhoard = [mmap.mmap(-1, 10**9) for _ in range(100)]\nreturn " + HONEST,
        statuses=("out-of-memory",),
    ),
    Case("exponent", "return 9 ** 9 ** 9", statuses=("timeout", "out-of-memory"), slow=True),
    Case(
        "disk",
        _TRY.format(
            "file = open('big', 'wb')\n    while True:\n        "
            "file.write(bytes(10**7)); file.flush()"
        ),
        points=KEPT,
    ),
    Case(
        "many-files",
        _TRY.format("for i in range(10**6):\n        open(f'f{i}', 'w').close()"),
        points=KEPT,
    ),
    Case(
        "output",
        "import sys\nfor i in range(60):\n    print('x' * 10**6)\n    "
        "sys.stderr.write('y' * 10**5)\nreturn " + HONEST,
        points=KEPT,
    ),
    Case(
        "output-by-descriptor",
        "import os\nfor i in range(2000):\n    os.write(1, b'x' * 65536)\nreturn " + HONEST,
        points=KEPT,
    ),
    Case(
        "threads",
        "import threading, time\nfor i in range(10**5):\n    "
        "threading.Thread(target=time.sleep, args=(10**6,), "
        "daemon=True).start()\nreturn " + HONEST,
        statuses=("forbidden",),
    ),
    Case(
        "threads-swallowed",
        _TRY.format(
            "import threading, time\n    while True:\n        "
            "threading.Thread(target=time.sleep, args=(10**6,), "
            "daemon=True).start()"
        ),
        points=KEPT,
    ),
    Case(
        "busy-thread",
        "import threading\ndef spin():\n    while True:\n        "
        "pass\nthreading.Thread(target=spin, daemon=True).start()\nreturn " + HONEST,
        points=KEPT,
    ),
    Case(
        "kill-everything",
        "import os, signal\nfor pid in [-1, 0, *range(1, 5000)]:\n    for "
        "s in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):\n        "
        "try:\n            os.kill(pid, s)\n        except OSError:\n      "
        "      pass\nreturn " + HONEST,
        points=KEPT,
    ),
    Case(
        "signal-the-parent",
        "import os, signal\nfor pid in (os.getppid(), os.getpgrp(), "
        "os.getsid(0)):\n    for s in (signal.SIGKILL, signal.SIGTERM, "
        "signal.SIGUSR1):\n        try:\n            os.kill(pid, s)\n   "
        "         os.killpg(pid, s)\n        except OSError:\n           "
        " pass\nreturn " + HONEST,
        points=KEPT,
    ),
    Case(
        "limits-raised",
        _TRY.format("import resource\n    resource.setrlimit(resource.RLIMIT_DATA, (-1, -1))"),
        points=KEPT,
    ),
    Case(
        "network-out",
        "import socket\nsocket.create_connection(('1.1.1.1', 53), 2)\nreturn " + HONEST,
        statuses=("forbidden",),
    ),
    Case(
        "network-loopback",
        "import socket\nsocket.create_server(('127.0.0.1', 0))\nreturn " + HONEST,
        statuses=("forbidden",),
    ),
    Case(
        "name-lookup",
        "import socket\nsocket.getaddrinfo('example.org', 80)\nreturn " + HONEST,
        statuses=("error", "forbidden"),
    ),
    Case(
        "sockets",
        _REFUSED.format("""(lambda: __import__('socket').socket(1).bind('\\0abstract'), lambda: __import__('socket').socket(1).bind('sock'),
        lambda: __import__('socket').socketpair(), lambda: __import__('socket').socket(16, 3, 0), lambda: __import__('socket').socket(17, 3, 0),
        lambda: __import__('urllib.request').request.urlopen('http://127.0.0.1:1'), lambda: __import__('asyncio').new_event_loop())"""),
        points=KEPT,
    ),
    Case("system-calls", _SYSCALLS, points=KEPT),
    Case(
        "read-loot",
        f"import os\nfound = []\nfor path in {LOOT!r}:\n    try:\n        "
        f"found.append(open(path, errors='replace').read() if not "
        f"os.path.isdir(path) else os.listdir(path))\n    except OSError:\n      "
        f"  pass\nif found:\n    raise RuntimeError(f'found {{found}}')\nreturn " + HONEST,
        points=KEPT,
    ),
    Case(
        "write-loot",
        f"for path in {LOOT!r}:\n    for mode in ('w', 'a', 'r+'):\n        "
        f"try:\n            open(path, mode).write('forged')\n            raise "
        f"RuntimeError('wrote ' + path)\n        except OSError:\n            "
        f"pass\nreturn " + HONEST,
        points=KEPT,
    ),
    Case(
        "remove-loot",
        f"import os\nfor path in {LOOT!r}:\n    for act in (os.remove, "
        f"os.rmdir, lambda p: os.rename(p, p + 'x'), lambda p: os.chmod(p, "
        f"0o777), lambda p: os.symlink(p, 'here')):\n        try:\n            "
        f"act(path)\n        except OSError:\n            pass\ntry:\n    text "
        f"= open('here').read()\nexcept OSError:\n    return {HONEST}\nraise "
        f"RuntimeError(text)",
        points=KEPT,
    ),
    Case(
        "proc-of-others",
        "import os\nfound = []\nfor pid in os.listdir('/proc') if "
        "os.access('/proc', os.R_OK) else map(str, range(1, 3000)):\n    if "
        "pid.isdigit() and int(pid) != os.getpid():\n        "
        "found.append(pid)\nfor pid in range(2, 3000):\n    if "
        "os.path.exists(f'/proc/{pid}/cmdline') and not "
        "os.path.exists(f'/proc/self/task/{pid}'):\n        "
        "found.append(open(f'/proc/{pid}/cmdline').read())\nif found:\n    "
        "raise RuntimeError(f'found {found}')\nreturn " + HONEST,
        points=KEPT,
    ),
    Case(
        "own-command-line",
        "import os\ntext = open('/proc/self/cmdline').read() + "
        "str(os.environ) + str(os.listdir('/grading'))\nassert 'walnut' "
        "not in text and 'hidden' not in text and 'SECRET' not in text, "
        "text\nreturn " + HONEST,
        points=KEPT,
    ),
    Case("environment-told", "import os\nraise RuntimeError(str(os.environ))", statuses=("error",)),
    Case(
        "modules-told",
        "import sys\nnames = [n for n in sys.modules if 'test' in n and not "
        "n.startswith(('numpy', 'unittest', '_'))]\nfor n in names:\n    "
        "assert 'hidden' not in n, n\nimport gc\nassert not [o for o in "
        "gc.get_objects() if isinstance(o, str) and 'walnut' + '-7431' in "
        "o]\nreturn " + HONEST,
        points=KEPT,
    ),
    Case(
        "patch-numpy",
        "np.mean = np.sum = np.square = lambda *a, **k: 0.0\nnp.allclose = "
        "np.array_equal = lambda *a, **k: True\nimport "
        "numpy.testing\nnumpy.testing.assert_allclose = lambda *a, **k: "
        "None\nreturn 0.0",
    ),
    Case(
        "patch-builtins",
        "import builtins\nbuiltins.float = lambda *a: 1.0\nbuiltins.abs = "
        "lambda *a: 0\nbuiltins.isinstance = lambda *a: "
        "True\nbuiltins.AssertionError = ValueError\nreturn 0.0",
        points=(0.0, None, None),
    ),
    Case(
        "patch-the-checks",
        "import coursekit.labs.testing as t, "
        "coursekit.labs.exchange.checks as c, "
        "coursekit.grading.referee.grader as g\nt.assert_close = "
        "c.run_case = c.judge = lambda *a, **k: None\ng.judge = lambda *a: "
        "('passed', '', 'passed')\nreturn 0.0",
    ),
    Case(
        "patch-the-agent",
        "import coursekit.labs.exchange.agent as a\na.Agent._explain = "
        "lambda *args: {'kind': 'passed'}\na.Agent._do_call = lambda "
        "*args, **k: 0.0\nreturn 0.0",
        points=(0.0, None, None),
    ),
    Case(
        "import-hooks",
        "import sys\nclass Finder:\n    def find_spec(self, *a):\n        "
        "raise SystemExit\nsys.meta_path.insert(0, "
        "Finder())\nsys.modules['coursekit.labs.testing'] = None\nreturn 0.0",
    ),
    Case(
        "ipython-transformers",
        "return 0.0",
        before=(
            "import "
            "sys\nget_ipython().input_transformers_cleanup.append(lambda lines: ['pass'])\nget_ipython().ast_transformers.append(1)",
        ),
    ),
    Case(
        "settrace",
        "import sys, threading\ndef trace(frame, event, arg):\n    "
        "frame.f_locals.update(expected=0.0, got=0.0)\n    return "
        "trace\nsys.settrace(trace)\nsys.setprofile(trace)\nthreading.settrace(trace)\nreturn 0.0",
    ),
    Case(
        "frames",
        "import sys\nframe = sys._getframe()\nwhile frame is not None:\n    for "
        "name in list(frame.f_locals):\n        if name in ('reply', 'request', "
        "'value'):\n            frame.f_locals[name] = 0.0\n    frame = "
        "frame.f_back\nreturn 0.0",
    ),
    Case(
        "gc-walk",
        "import gc\nfor thing in gc.get_objects():\n    if isinstance(thing, dict) "
        "and 'expected' in thing and type(thing.get('expected')) is float:\n       "
        " return thing['expected']\nreturn 0.0",
    ),
    Case(
        "fake-reply", _FRAME + "os.write(3, frame(0.0))\nreturn " + HONEST, statuses=("forbidden",)
    ),
    Case(
        "fake-reply-with-ticket",
        _FRAME + "os.write(3, frame(0.0, ticket()))\nreturn " + HONEST,
        statuses=("failed", "forbidden"),
    ),
    Case(
        "fake-replies-in-advance",
        _FRAME + "os.write(3, frame(True, ticket()) * 50)\nreturn True",
        statuses=("failed", "forbidden"),
    ),
    Case(
        "fake-from-a-thread",
        _FRAME + "import threading\ndef flood():\n    while True:\n     "
        "   os.write(3, frame(1.0, "
        "ticket()))\nthreading.Thread(target=flood, "
        "daemon=True).start()\nreturn 0.0",
    ),
    Case(
        "noise-on-the-pipe",
        "import os\nwhile True:\n    os.write(3, b'\\xff' * 65536)",
        statuses=("forbidden",),
    ),
    Case(
        "huge-announcement",
        "import os, struct\nos.write(3, struct.pack('<Q', 2**62) + b'x' * 8)\nreturn 0.0",
        statuses=("forbidden",),
    ),
    Case("closed-descriptors", "import os\nos.closerange(0, 200)\nreturn 0.0"),
    Case(
        "read-the-pipe",
        "import os, select\nwhile select.select([3], [], [], 0)[0]:\n    os.read(3, 1)\nreturn 0.0",
    ),
    Case("huge-array", "return np.zeros(3 * 10**7)"),
    Case("huge-list", "return [0] * 5_000_000", slow=True),
    Case("huge-text", "return 'x' * 10**8"),
    Case("nested", "value = []\nfor i in range(100_000):\n    value = [value]\nreturn value"),
    Case("cycle", "value = []\nvalue.append(value)\nreturn value"),
    Case("malformed", _LIES.format("return b'CK1' + b'\\xff' * 40")),
    Case(
        "lying-array-header",
        _LIES.format(
            "text = json.dumps([['d', [['ok', True], ['value', "
            "['a', '<f8', [10**12], 0]]]], [8]]).encode()\n    "
            "return b'CK1' + struct.pack('<I', len(text)) + "
            "text + bytes(8)"
        ),
    ),
    Case(
        "lying-lengths",
        _LIES.format(
            "text = json.dumps([['d', [['ok', True], ['value', "
            "['b', 0]]]], [10**15]]).encode()\n    return b'CK1' + "
            "struct.pack('<I', len(text)) + text"
        ),
    ),
    Case(
        "deep-json",
        _LIES.format(
            "text = b'[' * 10**6\n    return b'CK1' + struct.pack('<I', len(text)) + text"
        ),
    ),
    Case(
        "wide-json",
        _LIES.format(
            "text = b'[' + b'[],' * 10**7 + b'[]]'\n    return b'CK1' + "
            "struct.pack('<I', len(text)) + text"
        ),
    ),
    Case(
        "endless-missing-names",
        _LIES.format(
            "import coursekit.labs.exchange.wire as w\n    "
            "text = json.dumps([['d', [['ok', False], "
            "['error', ['d', [['kind', 'missing'], "
            "['message', 'mean_square'], ['names', ['l', "
            "['mean_squar' + str(i) for i in "
            "range(10**5)]]]]]]]], []]).encode()\n    "
            "return b'CK1' + struct.pack('<I', len(text)) + "
            "text"
        ),
    ),
    Case(
        "pickled-array",
        _LIES.format(
            "text = json.dumps([['d', [['ok', True], ['value', "
            "['a', '|O', [1], 0]]]], [8]]).encode()\n    return "
            "b'CK1' + struct.pack('<I', len(text)) + text + bytes(8)"
        ),
    ),
    Case("nan", "return float('nan')", statuses=("failed",)),
    Case("infinity", "return float('inf')", statuses=("failed",)),
    Case("object-array", "return np.array([object(), None], dtype=object)"),
    Case(
        "bytes-of-a-pickle",
        "import pickle, os\nclass P:\n    def __reduce__(self):\n        "
        "return (os.system, ('touch /tmp/owned',))\nreturn "
        "pickle.dumps(P())",
    ),
    Case(
        "object-with-reduce",
        "import os\nclass P:\n    def __reduce__(self):\n        return "
        "(os.system, ('touch /tmp/owned',))\nreturn P()",
    ),
    Case(
        "always-equal",
        "class Same:\n    __eq__ = __lt__ = __gt__ = __le__ = __ge__ = "
        "__contains__ = lambda *a: True\n    __ne__ = lambda *a: False\n    "
        "__hash__ = None\n    __float__ = lambda self: 1.0\n    __sub__ = "
        "__rsub__ = __abs__ = lambda self, *a: self\n    __bool__ = lambda "
        "self: True\nreturn Same()",
    ),
    Case(
        "always-equal-array",
        "class Same(np.ndarray):\n    __eq__ = __le__ = __lt__ = lambda "
        "*a: np.True_\n    __array_ufunc__ = lambda *a, **k: "
        "np.zeros(())\nreturn np.full((), 77.0).view(Same)",
    ),
    Case(
        "always-equal-float",
        "class Same(float):\n    __eq__ = lambda *a: True\n    __sub__ "
        "= __rsub__ = lambda *a: 0.0\nreturn Same(77.0)",
    ),
    Case(
        "pretender",
        "class Same:\n    __class__ = property(lambda self: np.ndarray)\n    "
        "dtype = shape = size = ndim = property(lambda self: 0)\nreturn Same()",
    ),
    Case(
        "error-that-cannot-be-told",
        "class E(Exception):\n    def __str__(self):\n        "
        "raise RuntimeError\n    __repr__ = __str__\nraise E",
    ),
    Case("error-of-a-gigabyte", "raise ValueError('x' * 10**9)", slow=True),
    Case(
        "error-that-hangs",
        "class E(Exception):\n    def __str__(self):\n        while "
        "True:\n            pass\nraise E",
        statuses=("timeout",),
        slow=True,
    ),
    Case("generator-without-end", "import itertools\nreturn itertools.count()"),
    Case(
        "markup",
        "raise ValueError('<script>alert(1)</script>\\x00\\x1b[31m\\u202e\\x07\\ud800')",
        statuses=("error", "crashed"),
    ),
    Case(
        "claims-not-answered",
        "from coursekit import NotAnsweredYet\nraise NotAnsweredYet('x')",
        statuses=("not-answered",),
    ),
    Case(
        "unanswered-rest",
        "from coursekit import NotAnsweredYet\nraise NotAnsweredYet('<b>')",
        bottom="normalised = one_hot = back_to_labels = None",
        points=(0.0, None, None),
    ),
    # What others found in the first grader, each tried from outside before it was mended.
    *(
        Case(f"garbage-{name}", f"return {value}", statuses=("failed",))
        for name, value in {
            "none": "None",
            "zero": "0.0",
            "empty": "[]",
            "true": "True",
            "argument": "x",
        }.items()
    ),
    Case("coarse-dtype", f"return np.float16(1.004 * {HONEST})", statuses=("failed",)),
    Case(
        "dies-when-asked-to-finish",
        before=(
            "import coursekit.grading.child.main as m, os\n"
            "def trap(self):\n    os._exit(0)\nm.Notebook.finish = trap",
        ),
        points=(0.0, 0.0, 0.0),
        statuses=("crashed",),
    ),
    Case(
        "noise-while-nobody-asks",
        before=(
            "import os, threading, time\ndef noise():\n    while True:\n        "
            "os.write(3, b'x' * 9)\n        time.sleep(0.01)\n"
            "threading.Thread(target=noise, daemon=True).start()",
        ),
        points=(None, None, None),  # which statement the noise is blamed on is chance
    ),
    Case(
        "notes-without-end",
        before=(
            "import gc\ndef notebooks():\n    return [o for o in gc.get_objects() if "
            "type(o).__name__ == 'Notebook']\n"
            "for found in notebooks():\n    found.notes.extend(['x' * 10**6] * 60)",
        ),
        points=KEPT,
    ),
    Case(
        "set-of-one-hash",
        _LIES.format(
            "members = [i * (2**61 - 1) for i in range(60_000)]\n    "
            "text = json.dumps([['d', [['ok', True], ['value', ['e', members]]]], []]).encode()\n"
            "    return b'CK1' + struct.pack('<I', len(text)) + text"
        ),
        statuses=("failed", "forbidden"),
    ),
    Case(
        "keys-of-one-hash",
        _LIES.format(
            "pairs = [[i * (2**61 - 1), 0] for i in range(60_000)]\n    "
            "text = json.dumps([['d', [['ok', True], ['value', ['d', pairs]]]], []]).encode()\n"
            "    return b'CK1' + struct.pack('<I', len(text)) + text"
        ),
        statuses=("failed", "forbidden"),
    ),
    Case(
        "one-part-many-times",
        _LIES.format(
            "parts = [['a', '<f8', [10**5], 0]] * 50\n    "
            "text = json.dumps([['d', [['ok', True], ['value', ['l', parts]]]], [800_000]])"
            ".encode()\n"
            "    return b'CK1' + struct.pack('<I', len(text)) + text + bytes(800_000)"
        ),
        statuses=("failed", "forbidden"),
    ),
    Case(
        "shared-mapping-of-zeros",
        "import mmap\nwith open('/dev/zero', 'r+b') as zeros:\n    "
        "hoard = mmap.mmap(zeros.fileno(), 2**31)\nreturn " + HONEST,
        statuses=("out-of-memory",),
    ),
    Case(
        "tables-of-an-empty-mapping",
        "import mmap\nhoard = mmap.mmap(-1, 2**44, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | "
        "getattr(mmap, 'MAP_NORESERVE', 0x4000), prot=mmap.PROT_READ)\nreturn " + HONEST,
        statuses=("out-of-memory",),
    ),
    Case(
        "lowers-its-own-limits",
        "import resource\ntry:\n    resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\n"
        "except (ValueError, OSError):\n    pass\nwhile True:\n    pass",
        statuses=("timeout",),
    ),
    Case(
        "locks-and-leases",
        _REFUSED.format("""(
        lambda: __import__('fcntl').flock(open(np.__file__), 2), lambda: __import__('fcntl').flock(open(np.__file__), 1),
        lambda: __import__('fcntl').lockf(open(np.__file__), 1), lambda: __import__('fcntl').fcntl(open(np.__file__), 1024, 0),
        lambda: __import__('fcntl').fcntl(open(np.__file__), 1024, 1), lambda: __import__('fcntl').flock(open('own', 'w'), 2),
        lambda: __import__('fcntl').fcntl(open(np.__file__), 1026, 1))"""),
        points=KEPT,
    ),
    # Nobody found these in a grader: they were tried to see what would happen.
    Case(
        "alarm-in-the-machinery",
        "import signal\ndef boom(*a):\n    raise ValueError('late')\n"
        "signal.signal(signal.SIGALRM, boom)\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.05, 0.01)\nreturn 0.0",
    ),
    Case(
        "answers-to-the-interrupt",
        "import signal, sys\ndef forge(*a):\n    from coursekit.labs.exchange import wire\n"
        "    f = sys._getframe()\n    while f is not None:\n        c = f.f_locals.get('channel')\n"
        "        if c is not None:\n"
        "            c.send(b'R' + wire.pack({'ok': True, 'value': 1.0}))\n        f = f.f_back\n"
        "signal.signal(signal.SIGINT, forge)\nwhile True:\n    pass",
        statuses=("timeout",),
        slow=True,
    ),
    Case(
        "exit-patched-away",
        "import os\nos._exit = lambda *a: None\nos.close(3)\nreturn " + HONEST,
        statuses=("crashed",),
    ),
    Case(
        "channel-in-place-of-output",
        "import os\nos.dup2(3, 1)\nos.dup2(3, 2)\nprint('x' * 100, flush=True)\nreturn " + HONEST,
        statuses=("forbidden",),
    ),
    Case(
        "every-descriptor",
        "import os\nfor fd in range(256):\n    try:\n        os.write(fd, b'ready')\n"
        "    except OSError:\n        pass\nreturn " + HONEST,
        statuses=("forbidden",),
    ),
    Case(
        "finaliser-writes-later",
        "import os, weakref\nclass T: pass\nglobal KEPT_ALIVE\nKEPT_ALIVE = T()\n"
        "weakref.finalize(KEPT_ALIVE, os.write, 3, b'x' * 64)\nimport threading\n"
        "threading.Timer(0.02, lambda: globals().pop('KEPT_ALIVE')).start()\nreturn 0.0",
    ),
    Case(
        "patches-by-a-thread",
        "import threading, time\ndef patch():\n    while True:\n"
        "        np.mean = np.sum = lambda *a, **k: 1.0\n        time.sleep(0.001)\n"
        "threading.Thread(target=patch, daemon=True).start()\nreturn 0.0",
    ),
    Case(
        "array-of-its-own-kind",
        "class S(np.ndarray):\n    def __array_function__(self, *a, **k): return True\n"
        "    def __array__(self, *a, **k): return np.array(1.0)\n"
        "    def tobytes(self, *a): return bytes(8)\n"
        "    dtype = property(lambda s: np.dtype('f8'))\n    shape = property(lambda s: ())\n"
        "return np.array(77.0).view(S)",
    ),
    Case(
        "skips-the-check",
        "import _pytest.outcomes\nraise _pytest.outcomes.Skipped('not today')",
        statuses=("error",),
    ),
    Case("raises-a-base-exception", "raise BaseExceptionGroup('x', [KeyboardInterrupt()])"),
    Case("asks-somebody", "return float(input('how much? '))", statuses=("error",)),
    Case("debugger", "breakpoint()\nreturn 0.0", statuses=("error",)),
    Case(
        "reads-the-questions",
        "import sys\nsys.stdin = open(3, 'rb', buffering=0)\nreturn float(sys.stdin.read(4) == b'')",
        statuses=("timeout", "crashed", "failed", "forbidden"),
        slow=True,
    ),
    Case(
        "builtins-gone",
        "import builtins\nfor name in ('compile', 'exec', '__import__', 'getattr', 'isinstance',"
        " 'len', 'open', 'type'):\n    setattr(builtins, name, None)\nreturn 0.0",
    ),
    Case(
        "other-environment",
        "import os, sys\nos.environ.update(COURSEKIT_FAST='1', PYTHONPATH='/grading', "
        "COURSEKIT_DATA='/grading', PYTHONINSPECT='1')\nsys.modules.clear()\nreturn 0.0",
    ),
    Case("name-in-other-letters", points=KEPT, top="", bottom="m\u0435an_square = mean_square"),
    Case(
        "many-levels",
        top="if EPSILON == 0:\n    pass\n"
        + "\n".join(["elif EPSILON > 1:\n    EPSILON = 1"] * 900),
        points=KEPT,
    ),
    Case("numbers-as-text", f"return np.array(repr({HONEST}))", statuses=("failed",)),
    Case("entries-of-one-byte", "return np.zeros(10**7, np.int8)", statuses=("failed",)),
    Case("nothing-along-a-huge-axis", "return np.zeros((10**9, 0))", statuses=("failed",)),
    Case(
        "objects-of-objects",
        "class N:\n    def __len__(self): return 9000\n"
        "    def __iter__(self): return iter([N() for _ in range(9000)])\n"
        "    def __getitem__(self, i): return [N() for _ in range(9000)]\n"
        "return [N() for _ in range(9000)]",
        statuses=("failed",),
    ),
    Case(
        "missing-name-of-megabytes",
        _LIES.format(
            "text = json.dumps([['d', [['ok', False], ['error', ['d', [['kind', 'missing'], "
            "['message', 'ab' * 3_900_000], ['names', ['l', ['ab' * 40 + str(i) for i in "
            "range(2000)]]]]]]]], []]).encode()\n    "
            "return b'CK1' + struct.pack('<I', len(text)) + text"
        ),
    ),
]
