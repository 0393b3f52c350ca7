"""Tests of folders that are known again as a whole."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from artifacts_support import folder
from trailmark.artifacts.folder import Folder
from trailmark.artifacts.hash_cache import HashCache, now_ns
from trailmark.artifacts.scan import scan

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = "cd" * 32


@pytest.fixture
def listed(tmp_path: Path) -> Folder:
    """Return a folder of three files at rest."""
    return Folder(*scan(str(folder(tmp_path / "files"))), "dir:files")


@pytest.fixture
def cache(tmp_path: Path, listed: Folder) -> HashCache:
    """Return a cache that knows all files of the folder."""
    cache = HashCache.of(tmp_path, listed.batch)
    for stamp in listed.stamps:
        cache.put(stamp, "ab" * 32, now_ns())
    return cache


def remember(listed: Folder, cache: HashCache) -> None:
    """Log the folder."""
    entries = listed.entries(itertools.repeat("link"))
    for entry in entries:
        entry.set_digest("ab" * 32, 6)
    listed.remember({entry.path: entry for entry in entries}, DIGEST, cache)


def test_entries(listed: Folder) -> None:
    """There is an entry for each file, with where it lies and what it was like."""
    assert listed.size == 18
    for entry, kind in zip(listed.entries(iter(["link", "copy", "link"])), ["link", "copy", "link"], strict=True):
        source, stamp = entry.original
        assert (source.path.endswith("/files/" + entry.path), source.kind, source.batch) == (True, kind, "dir:files")
        assert (entry.size, stamp in listed.stamps) == (6, True)


def test_the_same_folder_is_known(listed: Folder, cache: HashCache) -> None:
    """A folder with the same names and stamps has the manifest that was kept."""
    assert listed.known_digest(cache) is None
    remember(listed, cache)
    assert listed._replace(names=list(listed.names), paths=[], batch="other").known_digest(cache) == DIGEST


@pytest.mark.parametrize("field", range(5))
def test_another_stamp_is_another_folder(listed: Folder, cache: HashCache, field: int) -> None:
    """A folder is not known if any field of any stamp, or any name, is another."""
    remember(listed, cache)
    for index, stamp in enumerate(listed.stamps):
        device, inode, size, changed, inode_changed = (part + (at == field) for at, part in enumerate(stamp))
        other = (device, inode, size, changed, inode_changed)
        stamps = [*listed.stamps[:index], other, *listed.stamps[index + 1 :]]
        assert listed._replace(stamps=stamps).known_digest(cache) is None
        names = [*listed.names[:index], "other", *listed.names[index + 1 :]]
        assert listed._replace(names=names).known_digest(cache) is None


def test_times_before_1970_do_no_harm(listed: Folder, cache: HashCache) -> None:
    """Times may be negative, and inodes of 64 bits."""
    odd = listed._replace(stamps=[(1, 2**64 - 1, 3, -4, -5)] * 3)
    assert odd.known_digest(cache) is None


def test_a_folder_with_an_unknown_file_is_not_kept(tmp_path: Path, listed: Folder, cache: HashCache) -> None:
    """If the cache does not know a file, or with other contents, the folder is not known either."""
    cache.put(listed.stamps[1], "ef" * 32, now_ns())
    remember(listed, cache)
    assert listed.known_digest(cache) is None
    nothing = HashCache.of(tmp_path / "empty", listed.batch)
    remember(listed, nothing)
    assert listed.known_digest(nothing) is None
