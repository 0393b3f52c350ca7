"""Tests of the cache of hashes: it saves reading, and never tells something wrong."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from artifacts_support import at_rest, write
from trailmark.artifacts.hash_cache import HashCache, is_of_use, now_ns
from trailmark.artifacts.hashing import stamp_of

if TYPE_CHECKING:
    from pathlib import Path

SHA256 = "ab" * 32
PRINT = b"print" + bytes(27)


def test_an_unchanged_file_is_known(tmp_path: Path) -> None:
    """What was put in is found by the next process."""
    stamp = stamp_of(at_rest(tmp_path / "a").stat())
    cache = HashCache.of(tmp_path, "dir:/a")
    cache.put(stamp, SHA256, now_ns())
    cache.save()
    assert HashCache.of(tmp_path, "dir:/a").get(stamp) == SHA256
    assert HashCache.of(tmp_path, "dir:/b").get(stamp) is None


def test_an_unchanged_folder_is_known(tmp_path: Path) -> None:
    """The manifest of the folder with the print that was put in is found by the next process, and of no other."""
    cache = HashCache.of(tmp_path, "dir:/a")
    assert cache.get_folder(PRINT) is None
    cache.put_folder(PRINT, SHA256)
    cache.save()
    again = HashCache.of(tmp_path, "dir:/a")
    assert (again.get_folder(PRINT), again.get_folder(PRINT[::-1])) == (SHA256, None)
    assert HashCache.of(tmp_path, "dir:/b").get_folder(PRINT) is None


def test_the_newest_stamp_of_a_file(tmp_path: Path) -> None:
    """A file that was linked since has another stamp; it is given for the same file and contents only."""
    stamp = stamp_of(at_rest(tmp_path / "a").stat())
    linked = (*stamp[:4], stamp[4] + 1)
    cache = HashCache.of(tmp_path, "b")
    cache.put(linked, SHA256, now_ns())
    assert cache.newest(stamp, SHA256) == linked
    assert cache.newest(stamp, "cd" * 32) is None
    assert cache.newest((stamp[0] + 1, *stamp[1:]), SHA256) is None
    assert cache.newest((stamp[0], stamp[1] + 1, *stamp[2:]), SHA256) is None


def test_use(tmp_path: Path) -> None:
    """A cache is of use while its folder is there, whatever the bytes of its name are."""
    place = tmp_path / os.fsdecode(b"\xff")
    place.mkdir()
    cache = HashCache.of(tmp_path, f"dir:{place}")
    assert not is_of_use(cache.path)
    cache.put_folder(PRINT, SHA256)
    cache.save()
    assert is_of_use(cache.path)
    place.rmdir()
    assert not is_of_use(cache.path)
    write(cache.path, "tmhash1\n")
    assert not is_of_use(cache.path)


@pytest.mark.parametrize("field", range(5))
def test_a_changed_file_is_not_known(tmp_path: Path, field: int) -> None:
    """Another device, inode, size or time of change is another file."""
    stamp = stamp_of(at_rest(tmp_path / "a").stat())
    cache = HashCache.of(tmp_path, "b")
    cache.put(stamp, SHA256, now_ns())
    changed = list(stamp)
    changed[field] += 1
    assert cache.get(tuple(changed)) is None  # type: ignore[arg-type]


def test_a_young_file_is_not_kept(tmp_path: Path) -> None:
    """A file that changed just before it was read might change again without a trace, unless Trailmark wrote it."""
    stamp = stamp_of(write(tmp_path / "a").stat())
    cache = HashCache.of(tmp_path, "b")
    cache.put(stamp, SHA256, now_ns())
    assert cache.get(stamp) is None
    cache.put(stamp, SHA256, None)
    assert cache.get(stamp) == SHA256


def test_a_damaged_cache_is_empty(tmp_path: Path) -> None:
    """A cache with any byte flipped, cut off anywhere, or of something else, tells nothing and is written anew."""
    stamp = stamp_of(at_rest(tmp_path / "a").stat())
    cache = HashCache.of(tmp_path, "b")
    cache.put(stamp, SHA256, now_ns())
    cache.put_folder(PRINT, SHA256)
    cache.save()
    good = cache.path.read_bytes()
    for index in range(len(good)):
        for bad in (good[:index] + bytes([good[index] ^ 1]) + good[index + 1 :], good[:index]):
            cache.path.write_bytes(bad)
            found = HashCache.of(tmp_path, "b")
            assert (found.get(stamp), found.get_folder(PRINT)) == (None, None)
    fresh = HashCache.of(tmp_path, "b")
    fresh.put(stamp, SHA256, now_ns())
    fresh.save()
    assert HashCache.of(tmp_path, "b").get(stamp) == SHA256


def test_a_cache_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    """Where there is a file instead of the folder, nothing is kept, and nothing raised."""
    stamp = stamp_of(at_rest(tmp_path / ".hashes").stat())
    cache = HashCache.of(tmp_path, "b")
    cache.put(stamp, SHA256, now_ns())
    cache.save()
    assert [path.name for path in tmp_path.iterdir()] == [".hashes"]
