"""What the tests with frameworks need: a run, and what is in its journals."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

import trailmark
from trailmark import _term
from trailmark.journal.reader import Entry, Reader
from trailmark.journal.records import Row
from trailmark.journal.runstate import journal_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from trailmark import Run

BARE = {"quiet": True, "console": "off", "system": False, "git": False, "requirements": False}


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Keep the machine's own settings out, and finish what a test leaves open."""
    for name in [name for name in os.environ if name.startswith("TRAILMARK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TRAILMARK_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setattr(_term, "_said", set())
    monkeypatch.setattr(_term, "_silent", False)
    yield
    trailmark.finish()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a run in a root of its own, with nothing captured beside it."""
    return trailmark.init(project="p", dir=tmp_path / "root", settings=BARE)


@pytest.fixture
def rows() -> Callable[[Path], list[dict[str, Any]]]:
    """Return the rows in a run's folder as they were written, journal by journal."""

    def read(directory: Path) -> list[dict[str, Any]]:
        return [row for path in journal_paths(directory) for _, row in sorted(_rows(path), key=lambda row: row[0])]

    return read


@pytest.fixture
def logged(run: Run, rows: Callable[[Path], list[dict[str, Any]]]) -> Callable[[Any], Any]:
    """Log a value and return it as it comes back from the journal."""

    def log(value: Any) -> Any:
        run.log({"x": value})
        return rows(run.path_on_disk)[-1]["x"]

    return log


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for item in Reader(path).read():
        if isinstance(item, Entry):
            if isinstance(item.record, Row):
                yield item.offset, item.record.data
        else:
            for part in item:
                for offset, row in zip(part.offsets.tolist(), part.array.tolist(), strict=True):
                    yield offset, dict(zip(part.layout.names, row[5:], strict=True))
