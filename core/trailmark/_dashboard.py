"""Which dashboard serves a root: the note that `trailmark ui` leaves in it, and the addresses of pages.

The note is ``<root>/.index/server.json``, an object with `url`, `pid`, `started` (when the process did, as
`process_started` tells), `machine` and `open` (whether it asks for no token). It holds no token. What a killed server
left is recognised by its process, and counts for nothing. Core reads the note to tell where a run can be looked at, and
never imports the server.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from trailmark.journal.machine import machine_id, process_started

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOTE = Path(".index", "server.json")


class Dashboard(NamedTuple):
    """A dashboard that runs."""

    url: str  # such as http://127.0.0.1:7007
    pid: int
    open: bool = False  # whether it asks for no token

    def page(self, project: str, run: str | None = None) -> str:
        """Return the address of a project, or of one of its runs."""
        return f"{self.url}/{page_of(project, run)}"


def page_of(project: str, run: str | None = None) -> str:
    """Return the path, below the address of a dashboard, of the page of a project, or of one of its runs."""
    place = f"p/{quote(project, safe='')}"
    return place if run is None else f"{place}/runs/{quote(run, safe='')}"


def find_dashboard(root: Path) -> Dashboard | None:
    """Return the dashboard that serves `root` on this machine now; None if there is none."""
    try:
        note = json.loads((root / _NOTE).read_bytes())
        found = Dashboard(str(note["url"]), int(note["pid"]), open=note["open"] is True)
        started, machine = note["started"], note["machine"]
    except (OSError, ValueError, TypeError, KeyError):  # nobody serves it, or something else wrote the file
        return None
    alive = machine == machine_id() and process_started(found.pid) == started
    return found if alive and found.url.startswith("http") else None


@contextlib.contextmanager
def announced(root: Path, url: str, *, open_to_all: bool = False) -> Iterator[None]:
    """Note that this process serves `root` at `url`, as long as the block runs.

    Raises:
        OSError: the root cannot be written.
    """
    path = root / _NOTE
    pid = os.getpid()
    started, machine = process_started(pid), machine_id()
    note = {"url": url, "pid": pid, "started": started, "machine": machine, "open": open_to_all}
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{pid}")
    fresh.write_text(json.dumps(note) + "\n", encoding="utf-8")
    fresh.replace(path)
    try:
        yield
    finally:
        found = find_dashboard(root)
        if found is not None and found.pid == pid:  # another server may have taken the root over
            path.unlink(missing_ok=True)
