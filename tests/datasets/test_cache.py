"""Where data are looked for, and what happens when a download goes wrong: the right data or one
clear error, nothing half-written."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from coursekit.datasets import _cache, load, load_mnist
from coursekit.errors import DataUnavailableError

SCRIPT = """
    import hashlib, sys
    from dataclasses import replace
    from coursekit.datasets import _formats, registry
    from coursekit import cli
    url, content = sys.argv[1], open(sys.argv[2], "rb").read()
    form = registry.Form(("mnist.npz",), _formats.read_npz)
    remote = registry.RemoteFile("mnist.npz", (url, url), len(content), hashlib.sha256(content).hexdigest())
    registry.SOURCES["mnist"] = replace(registry.SOURCES["mnist"], forms=(form,), downloads=(remote,))
    sys.exit(cli.main(["data", "fetch", "mnist"]))
"""


def visible(folder: Path) -> list[str]:
    """The data files of a cache."""
    return sorted(path.name for path in folder.glob("[!.]*")) if folder.is_dir() else []


def leftovers(folder: Path) -> list[str]:
    """Anything in a cache, hidden or deep, that is neither the data nor a lock."""
    return [
        path.name
        for path in folder.rglob("*")
        if not path.name.endswith(".lock") and path.name != "mnist.npz"
    ]


def start_fetch(url: str, content: bytes, tmp_path: Path) -> subprocess.Popen:
    file = tmp_path / "content"
    file.write_bytes(content)
    command = [sys.executable, "-c", textwrap.dedent(SCRIPT), url, str(file)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=hear_ctrl_c
    )


def hear_ctrl_c() -> None:
    """A shell that starts the tests in the background has them ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing happened in time"
        time.sleep(0.01)


def test_data_folder_comes_before_cache_and_network(
    tiny, use, mirror, cache, tmp_path, monkeypatch
):
    use(tiny.source(mirror.serve("/mnist.npz", tiny.content)))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mnist.npz").write_bytes(tiny.content)
    monkeypatch.setenv("COURSEKIT_DATA", str(tmp_path / "data"))
    assert load("mnist").source.endswith("from $COURSEKIT_DATA/mnist.npz")
    assert mirror.hits == []
    assert visible(cache) == []


def test_download_fills_the_cache_and_happens_once(tiny, use, mirror, cache):
    use(tiny.source(mirror.serve("/mnist.npz", tiny.content)))
    (x_train, y_train), (x_test, y_test) = load_mnist()
    np.testing.assert_array_equal(x_train, tiny.arrays["x_train"])
    np.testing.assert_array_equal(y_test, tiny.arrays["y_test"])
    assert (x_train.dtype, y_train.dtype, x_test.shape) == (np.uint8, np.int64, (6, 28, 28))
    load_mnist()
    assert mirror.hits == ["/mnist.npz"]
    assert visible(cache) == ["mnist.npz"]
    assert leftovers(cache) == []
    assert load("mnist").source.endswith("from cache/mnist.npz")


def test_limit_keeps_the_first_training_images(tiny, use, mirror):
    use(tiny.source(mirror.serve("/mnist.npz", tiny.content)))
    (x_train, y_train), (x_test, _) = load_mnist(limit=5)
    np.testing.assert_array_equal(x_train, tiny.arrays["x_train"][:5])
    assert (len(y_train), len(x_test)) == (5, 6)


@pytest.mark.parametrize("habit", ["missing", "broken-off", "short", "wrong"])
def test_second_mirror_helps_when_the_first_fails(habit, tiny, use, mirror, cache):
    first = mirror.serve(
        "/first.npz",
        b"something else" if habit == "wrong" else tiny.content,
        habit.replace("wrong", "good"),
    )
    use(tiny.source(first, mirror.serve("/second.npz", tiny.content)))
    (x_train, _), _ = load_mnist()
    np.testing.assert_array_equal(x_train, tiny.arrays["x_train"])
    assert mirror.hits == ["/first.npz", "/second.npz"]
    assert leftovers(cache) == []


def test_second_mirror_helps_when_nobody_answers_at_the_first(tiny, use, mirror, dead_url):
    use(tiny.source(dead_url, mirror.serve("/second.npz", tiny.content)))
    assert len(load_mnist()[0][0]) == 24


@pytest.mark.parametrize(
    ("habit", "reason"),
    [
        ("missing", "HTTP 404"),
        ("broken-off", "broke off|SHA-256"),
        ("short", "SHA-256"),
        ("wrong", "SHA-256"),
    ],
)
def test_when_all_mirrors_fail_the_error_says_why_and_nothing_is_left(
    habit, reason, tiny, use, mirror, cache
):
    content = b"something else" if habit == "wrong" else tiny.content
    urls = [
        mirror.serve(path, content, habit.replace("wrong", "good"))
        for path in ("/first.npz", "/second.npz")
    ]
    use(tiny.source(*urls))
    with pytest.raises(DataUnavailableError, match=reason) as caught:
        load_mnist()
    for part in (*urls, "$COURSEKIT_DATA: not set", str(cache), "coursekit data fetch mnist"):
        assert part in str(caught.value)
    assert "\n" not in str(caught.value)
    assert visible(cache) == []
    assert leftovers(cache) == []


def test_no_network_is_one_clear_error(tiny, use, dead_url, cache):
    use(tiny.source(dead_url, dead_url))
    with pytest.raises(DataUnavailableError, match="no connection"):
        load_mnist()
    assert leftovers(cache) == []


@pytest.mark.parametrize("value", ["1", "true"])
def test_offline_never_asks_a_mirror(value, tiny, use, mirror, monkeypatch):
    use(tiny.source(mirror.serve("/mnist.npz", tiny.content)))
    monkeypatch.setenv("COURSEKIT_OFFLINE", value)
    with pytest.raises(DataUnavailableError, match="COURSEKIT_OFFLINE is set"):
        load_mnist()
    assert mirror.hits == []


def test_damaged_file_in_the_cache_is_fetched_again(tiny, use, mirror, cache):
    use(tiny.source(mirror.serve("/mnist.npz", tiny.content)))
    cache.mkdir()
    (cache / "mnist.npz").write_bytes(tiny.content[: len(tiny.content) // 2])
    np.testing.assert_array_equal(load_mnist()[1][0], tiny.arrays["x_test"])
    assert (cache / "mnist.npz").read_bytes() == tiny.content


def test_changed_image_in_the_cache_is_noticed(tiny, use, mirror, cache):
    use(tiny.source(mirror.serve("/mnist.npz", tiny.content)))
    cache.mkdir()
    changed = {**tiny.arrays, "x_test": tiny.arrays["x_test"] ^ 1}
    np.savez(cache / "mnist.npz", **changed)
    np.testing.assert_array_equal(load_mnist()[1][0], tiny.arrays["x_test"])
    assert mirror.hits == ["/mnist.npz"]


def test_damaged_file_in_the_data_folder_is_named_and_left_alone(
    tiny, use, mirror, tmp_path, monkeypatch
):
    use(tiny.source(mirror.serve("/mnist.npz", tiny.content)))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mnist.npz").write_bytes(b"not an archive")
    monkeypatch.setenv("COURSEKIT_DATA", str(tmp_path / "data"))
    with pytest.warns(
        UserWarning, match=r"\$COURSEKIT_DATA/mnist.npz: not readable.*Used cache/mnist.npz"
    ):
        assert len(load_mnist()[0][0]) == 24
    assert (tmp_path / "data" / "mnist.npz").read_bytes() == b"not an archive"


def test_another_packing_of_the_same_arrays_is_accepted(tiny, use, tmp_path, monkeypatch):
    use(tiny.source())
    np.savez_compressed(tmp_path / "mnist.npz", **tiny.arrays)
    monkeypatch.setenv("COURSEKIT_DATA", str(tmp_path))
    assert len(load_mnist()[0][0]) == 24


def test_full_disk_is_one_clear_error(tiny, use, mirror, cache, monkeypatch):
    use(
        tiny.source(
            mirror.serve("/first.npz", tiny.content), mirror.serve("/second.npz", tiny.content)
        )
    )

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("pooch.core.shutil.move", full)
    with pytest.raises(DataUnavailableError, match=r"No space is left .*COURSEKIT_CACHE"):
        load_mnist()
    assert mirror.hits == ["/first.npz"], "a second mirror does not make room"
    assert visible(cache) == []
    assert leftovers(cache) == []


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 16 kB; `remount("ro")` takes the right to write away."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting a file system needs root on Linux")
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", folder], capture_output=True
    ).returncode:
        pytest.skip("this machine refuses to mount a file system")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.root
def test_disk_that_is_really_full_keeps_no_part_of_the_file(
    small_disk, tiny, use, mirror, monkeypatch
):
    use(tiny.source(mirror.serve("/first.npz", tiny.content)))
    monkeypatch.setenv("COURSEKIT_CACHE", str(small_disk))
    with pytest.raises(DataUnavailableError, match="No space is left"):
        load_mnist()
    assert leftovers(small_disk) == []


@pytest.mark.root
def test_cache_that_is_really_read_only(small_disk, tiny, use, mirror, monkeypatch):
    use(tiny.source(mirror.serve("/first.npz", tiny.content)))
    subprocess.run(["mount", "-o", "remount,size=1m", small_disk], check=True)
    (small_disk / "full").mkdir()
    (small_disk / "full" / "mnist.npz").write_bytes(tiny.content)
    (small_disk / "empty").mkdir()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    monkeypatch.setenv("COURSEKIT_CACHE", str(small_disk / "full"))
    assert len(load_mnist()[0][0]) == 24, "reading needs no right to write"
    monkeypatch.setenv("COURSEKIT_CACHE", str(small_disk / "empty"))
    with pytest.raises(DataUnavailableError, match=r"Read-only file system.*set COURSEKIT_CACHE"):
        load_mnist()
    assert mirror.hits == []


def test_cache_that_cannot_be_made_is_one_clear_error(tiny, use, mirror, tmp_path, monkeypatch):
    use(tiny.source(mirror.serve("/first.npz", tiny.content)))
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("COURSEKIT_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(DataUnavailableError, match="cache cannot be written"):
        load_mnist()
    assert mirror.hits == []


def test_two_processes_at_once_download_once_and_both_succeed(tiny, mirror, cache, tmp_path):
    url = mirror.serve("/mnist.npz", tiny.content, "slow")
    processes = [start_fetch(url, tiny.content, tmp_path) for _ in range(2)]
    outputs = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert mirror.hits == ["/mnist.npz"]
    assert (cache / "mnist.npz").read_bytes() == tiny.content
    assert leftovers(cache) == []


def test_ctrl_c_in_a_download_leaves_nothing(tiny, mirror, cache, tmp_path):
    process = start_fetch(
        mirror.serve("/mnist.npz", tiny.content * 20, "slow"), tiny.content * 20, tmp_path
    )
    wait_for(lambda: mirror.hits)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stderr.strip() == "coursekit: interrupted; nothing half-written was left behind."
    assert visible(cache) == []
    assert leftovers(cache) == []


def test_what_a_killed_process_left_is_cleared_by_the_next(tiny, use, mirror, cache, tmp_path):
    process = start_fetch(
        mirror.serve("/slow.npz", tiny.content * 20, "slow"), tiny.content * 20, tmp_path
    )
    wait_for(lambda: leftovers(cache))
    process.kill()
    process.communicate(timeout=60)
    assert visible(cache) == [], "half a file took the place of the file"
    use(tiny.source(mirror.serve("/mnist.npz", tiny.content)))
    assert len(load_mnist()[0][0]) == 24
    assert leftovers(cache) == []


def test_progress_reaches_the_whole_size(tiny, mirror):
    calls = []
    source = tiny.source(mirror.serve("/mnist.npz", tiny.content))
    _cache.fetch(source, progress=lambda *call: calls.append(call))
    assert calls[-1] == ("mnist.npz", len(tiny.content), len(tiny.content))


def test_cache_follows_the_platform_when_nothing_is_set(monkeypatch):
    monkeypatch.delenv("COURSEKIT_CACHE")
    assert _cache.cache_folder().name == "coursekit"
    assert _cache.cache_folder().is_absolute()
