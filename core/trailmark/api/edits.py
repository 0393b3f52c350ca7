"""Edits: what a reader changes of a run, as a journal of its own.

Journals have one writer each, so an edit never touches those of the run: it is a small finished journal beside them,
of the role "editor". That makes edits safe while the run is running.
"""

from __future__ import annotations

import os
import platform
import time
from typing import TYPE_CHECKING, Any

from trailmark._version import __version__
from trailmark.api.lineage import own_run
from trailmark.api.nested import MISSING
from trailmark.errors import Error
from trailmark.journal.machine import machine_id
from trailmark.journal.records import ConfigChange, Edit, Exit, Header, SummaryChange
from trailmark.journal.writer import Writer, writer_name
from trailmark.media.normalize import plain

if TYPE_CHECKING:
    from trailmark.journal.records import AnyRecord
    from trailmark.journal.runstate import RunState

FIELDS = ("name", "notes", "tags", "group", "job_type", "archived", "deleted")


def write(state: RunState, values: dict[str, Any]) -> bool:
    """Record how `values` (of `FIELDS`, "config" and "summary") differ from `state`; False if they do not.

    Raises:
        Error: the run's directory cannot be written.
    """
    # After all that was recorded, whatever this machine's clock says: the newest value of a key counts.
    now = max(time.time(), max(journal.last_time for journal in state.journals.values()) + 1e-6)
    changed = {name: values[name] for name in FIELDS if name in values and _differ(values[name], getattr(state, name))}
    records: list[AnyRecord] = [Edit(time=now, set=changed)] if changed else []
    for name, kind in (("config", ConfigChange), ("summary", SummaryChange)):
        old = getattr(state, name)
        new = {key: plain(value, f"{name}.{key}") for key, value in values.get(name, old).items()}
        put = {key: value for key, value in new.items() if _differ(value, old.get(key, MISSING))}
        removed = [key for key in old if key not in new]
        if put or removed:
            records.append(kind(time=now, set=put, removed=removed))
    if records:
        _append(state, records, now)
    return bool(records)


def _differ(value: Any, other: Any) -> bool:
    return type(value) is not type(other) or value != other


def _append(state: RunState, records: list[AnyRecord], now: float) -> None:
    headers = {name: journal.header for name, journal in state.journals.items() if journal.header is not None}
    header = Header(
        run=own_run(headers) if headers else state.id,
        writer=writer_name(0),
        time=now,
        project=state.project,
        entity=state.entity,
        role="editor",
        host=platform.node(),
        machine=machine_id(),
        pid=os.getpid(),
        version=__version__,
    )
    writer = Writer(state.path, header)
    written = [writer.append(record) for record in records]
    if writer.close(Exit(time=now)) or not all(written):
        raise Error(f"the edit of run {state.id} could not be written to {state.path}")
