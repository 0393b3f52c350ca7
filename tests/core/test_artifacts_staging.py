"""Tests of the folder that a draft keeps its own files in."""

from __future__ import annotations

import gc
import os
import tempfile
from typing import TYPE_CHECKING

from trailmark.artifacts import staging

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_it_lies_in_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the root is known, the folder is there, named so that it is known if it is left behind."""
    monkeypatch.setattr(staging, "home", lambda: tmp_path)
    made = staging.Staging()
    assert made.folder.parent == tmp_path / ".blobs"
    assert made.folder.name.startswith(".draft-")
    assert made.folder == made.folder
    assert made.new_path() != made.new_path()


def test_else_with_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a root it lies where the system wants such files."""
    monkeypatch.setattr(staging, "home", lambda: None)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert staging.Staging().folder.parent == tmp_path


def test_it_goes_with_the_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the draft is gone, or closed, the folder is."""
    monkeypatch.setattr(staging, "home", lambda: tmp_path)
    made = staging.Staging()
    first = made.folder
    made.close()
    made.close()
    assert not first.exists()
    second = made.folder
    assert second.exists()
    del made
    gc.collect()
    assert not second.exists()


def test_a_fork_leaves_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was forked from the draft's does not remove the folder."""
    monkeypatch.setattr(staging, "home", lambda: tmp_path)
    made = staging.Staging()
    folder = made.folder
    pid = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: pid + 1)
    made.close()
    assert folder.exists()


def test_a_root_that_cannot_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A draft lies where the system has temporary files then: its making stops no training."""
    (tmp_path / "root").write_text("a file, in which no folder can be made")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    with staging.lying_in(tmp_path / "root"):
        assert staging.Staging().folder.parent == tmp_path / "temporary"


def test_where_drafts_of_a_block_lie(tmp_path: Path) -> None:
    """Within the block they lie in the root that is given, after it where they lay before."""
    before = staging.home
    with staging.lying_in(tmp_path):
        assert staging.Staging().folder.parent == tmp_path / ".blobs"
    assert staging.home is before
