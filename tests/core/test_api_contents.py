"""`trailmark.api.contents`: what is kept of journals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from api_support import Recorder
from trailmark.api.contents import Contents, Shelf

if TYPE_CHECKING:
    from pathlib import Path


def test_contents_take_in_what_is_appended(tmp_path: Path) -> None:
    """A refresh adds what was written since the last one, and nothing twice."""
    journal = Recorder(tmp_path).journal()
    contents = Contents(journal.writer.path)
    for step in range(3):
        journal.log(step, {"a": step})
        journal.log(step, {"text": "x"})
        journal.print(step, "line")
        contents.refresh()
    assert sum(len(rows.array) for rows in contents.packed) == 3
    assert [item.row.step for item in contents.loose] == [0, 1, 2]
    assert [record.first for record in contents.console] == [0, 1, 2]
    assert contents.torn_bytes == 0


def test_many_blocks_are_joined(tmp_path: Path) -> None:
    """A journal that was read in many pieces holds few arrays, and no row is lost or moved."""
    recorder = Recorder(tmp_path)
    journal = recorder.journal()
    contents = Contents(journal.writer.path)
    for step in range(300):
        journal.log(step, {"a": step})
        journal.log(step, {"b": -step})
        contents.refresh()
    assert len(contents.packed) < 80
    run = recorder.read()
    shelf_run = run.history(format="numpy")
    np.testing.assert_array_equal(shelf_run["a"], np.arange(300))
    steps = np.concatenate([rows.array["step"] for rows in contents.packed if rows.layout.names == ("a",)])
    np.testing.assert_array_equal(steps, np.arange(300))


def test_shelf_keeps_what_was_asked_for_last(tmp_path: Path) -> None:
    """What is kept stays below the limit, and what was asked for last stays longest."""
    recorder = Recorder(tmp_path)
    paths = []
    for number in range(3):
        journal = recorder.journal(attempt=number + 1)
        for step in range(100):
            journal.log(step, {"a": step})
        paths.append(journal.writer.path)
    size = paths[0].stat().st_size
    shelf = Shelf(limit_bytes=int(size * 2.5))
    first = shelf.contents(paths[0])
    assert shelf.contents(paths[0]) is first
    shelf.contents(paths[1])
    shelf.contents(paths[0])
    shelf.contents(paths[2])
    assert shelf.contents(paths[0]) is first
    assert [*shelf._kept] == [paths[2], paths[0]]
    shelf.clear()
    assert shelf.contents(paths[0]) is not first


def test_torn_tail_is_counted(tmp_path: Path) -> None:
    """A record that is not complete is left for later, and its bytes are counted."""
    journal = Recorder(tmp_path).journal()
    journal.log(0, {"a": 1})
    journal.kill()
    path = journal.writer.path
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    contents = Contents(path)
    contents.refresh()
    assert contents.packed == []
    assert contents.torn_bytes == 31
    path.write_bytes(whole)
    contents.refresh()
    assert len(contents.packed[0].array) == 1
