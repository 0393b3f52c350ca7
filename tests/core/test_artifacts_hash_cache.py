"""Tests of the cache of hashes: it saves reading, and never tells something wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from artifacts_support import at_rest, write
from trailmark.artifacts.hash_cache import HashCache, now_ns
from trailmark.artifacts.hashing import stamp_of

if TYPE_CHECKING:
    from pathlib import Path

SHA256 = "ab" * 32


def test_an_unchanged_file_is_known(tmp_path: Path) -> None:
    """What was put in is found by the next process."""
    stamp = stamp_of(at_rest(tmp_path / "a").stat())
    cache = HashCache.of(tmp_path, "dir:/a")
    cache.put(stamp, SHA256, now_ns())
    cache.save()
    assert HashCache.of(tmp_path, "dir:/a").get(stamp) == SHA256
    assert HashCache.of(tmp_path, "dir:/b").get(stamp) is None


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
    cache.save()
    good = cache.path.read_bytes()
    for index in range(len(good)):
        cache.path.write_bytes(good[:index] + bytes([good[index] ^ 1]) + good[index + 1 :])
        assert HashCache.of(tmp_path, "b").get(stamp) is None
        cache.path.write_bytes(good[:index])
        assert HashCache.of(tmp_path, "b").get(stamp) is None
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
