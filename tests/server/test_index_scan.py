"""Tests of `trailmark.server.index.scan`: which journals there are, from outside."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from trailmark.server.index.scan import Look, RunName, changed_at, look, scan

if TYPE_CHECKING:
    from pathlib import Path


def test_folders_of_runs_are_found_with_their_journals(root: Path) -> None:
    """Folders without a journal are there, too; hidden ones and files are not."""
    for name in ("p/full", "p/empty", "p/.deleted-x", ".index/q"):
        (root / name).mkdir(parents=True)
    (root / "p" / "file").touch()
    journal = root / "p" / "full" / "b.journal"
    journal.write_bytes(b"1234")
    (root / "p" / "full" / "notes.txt").touch()
    status = journal.stat()
    assert scan(root) == {
        RunName("p", "full"): {"b.journal": Look(4, status.st_mtime_ns, status.st_ino)},
        RunName("p", "empty"): {},
    }


def test_journals_are_in_order_of_their_names(root: Path) -> None:
    """Which is the order in which they were begun."""
    for name in ("c", "a", "b"):
        (root / f"{name}.journal").touch()
    assert list(look(root)) == ["a.journal", "b.journal", "c.journal"]


def test_what_is_gone_has_no_journals(root: Path) -> None:
    """Nor has it a time at which it changed; a link to nothing is no journal."""
    (root / "a.journal").symlink_to(root / "nothing")
    assert look(root) == {}
    assert look(root / "gone") == {}
    assert scan(root / "gone") == {}
    assert changed_at(root / "gone") == 0


def test_the_time_of_a_folder_tells_that_something_came_or_went(root: Path) -> None:
    """What is written into a file that was there does not count."""
    (root / "run").mkdir()
    os.utime(root, ns=(0, 0))
    (root / "run" / "a.journal").touch()
    assert changed_at(root) == 0
    (root / "run" / "a.journal").unlink()
    (root / "run").rmdir()
    assert changed_at(root) > 0
