"""A local HTTP server with bad habits, and a tiny stand-in for MNIST that it serves."""

from __future__ import annotations

import hashlib
import http.server
import io
import socket
import threading
import time
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from coursekit.datasets import _formats, registry


@dataclass
class Mirror:
    """What the server gives per path, and how often it was asked."""

    root: str
    content: dict[str, bytes] = field(default_factory=dict)
    habit: dict[str, str] = field(default_factory=dict)
    hits: list[str] = field(default_factory=list)

    def serve(self, path: str, content: bytes, habit: str = "good") -> str:
        """Serve `content` at `path`. Habits: good, missing, broken-off, short, slow."""
        self.content[path], self.habit[path] = content, habit
        return self.root + path


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        mirror = self.server.mirror
        mirror.hits.append(self.path)
        content, habit = mirror.content.get(self.path, b""), mirror.habit.get(self.path, "missing")
        if habit == "missing":
            self.send_error(404)
            return
        if habit == "short":
            content = content[: len(content) // 2]
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if habit == "broken-off":
            content = content[: len(content) // 2]
        try:
            for start in range(0, len(content), 1024):
                self.wfile.write(content[start : start + 1024])
                if habit == "slow":
                    self.wfile.flush()
                    time.sleep(0.02)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *args):
        pass


@pytest.fixture
def mirror():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.mirror = Mirror(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.mirror
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def dead_url():
    """An address at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return f"http://127.0.0.1:{port}/mnist.npz"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache of this test's own; no data folder, no proxy."""
    folder = tmp_path / "cache"
    for name in ("COURSEKIT_DATA", "COURSEKIT_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COURSEKIT_CACHE", str(folder))
    monkeypatch.setenv("NO_PROXY", "*")
    return folder


@dataclass(frozen=True)
class Tiny:
    """A data set in MNIST's place: 24 + 6 images of noise, which no compression shrinks."""

    arrays: dict[str, np.ndarray]
    content: bytes

    def source(self, *urls: str) -> registry.Source:
        """MNIST's entry with these mirrors and this content's hashes."""
        sha256 = hashlib.sha256(self.content).hexdigest()
        form = registry.Form(
            ("mnist.npz",),
            _formats.read_npz,
            arrays={key: _formats.array_sha256(value) for key, value in self.arrays.items()},
        )
        remote = registry.RemoteFile("mnist.npz", urls, len(self.content), sha256)
        return replace(registry.SOURCES["mnist"], forms=(form,), downloads=(remote,))


@pytest.fixture
def tiny():
    rng = np.random.default_rng(0)
    arrays = {
        "x_train": rng.integers(0, 256, (24, 28, 28)).astype(np.uint8),
        "y_train": (np.arange(24) % 10).astype(np.uint8),
        "x_test": rng.integers(0, 256, (6, 28, 28)).astype(np.uint8),
        "y_test": (np.arange(6) % 10).astype(np.uint8),
    }
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return Tiny(arrays, buffer.getvalue())


@pytest.fixture
def use(monkeypatch):
    """Put a source into the registry."""

    def put(source: registry.Source) -> registry.Source:
        monkeypatch.setitem(registry.SOURCES, source.name, source)
        return source

    return put
