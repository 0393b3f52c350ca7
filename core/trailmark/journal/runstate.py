"""The state of a run: the journals of its directory, folded and put together.

`load` reads as little as it can: of a finished journal the exit record, of another only what was appended since the
last look, if the folder's cache still knows that. The cache (``.state`` in the run's folder) may be deleted at any
time.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from pathlib import Path
from typing import Any

import msgspec
import psutil

from trailmark.errors import JournalError
from trailmark.journal.aggregate import Aggregate
from trailmark.journal.fold import Fold, JournalState, Stamped
from trailmark.journal.machine import machine_id
from trailmark.journal.reader import Entry, Reader, read_exit, read_header
from trailmark.journal.records import Header, Keys, Metric, Row, decode_struct, encode
from trailmark.journal.writer import SUFFIX

CACHE_NAME = ".state"
_SILENCE = 3  # a writer whose heartbeat fails this often is gone
_CACHE_FROM_BYTES = 1 << 14  # what is folded in no time need not be cached


class RunState(msgspec.Struct):
    """What the journals of a run amount to. Times are seconds since 1970-01-01 UTC."""

    id: str
    project: str
    path: Path
    state: str  # running, finished, failed, crashed or preempted
    entity: str | None = None
    name: str = ""
    notes: str | None = None
    tags: list[str] = []
    group: str | None = None
    job_type: str | None = None
    archived: bool = False
    host: str = ""
    config: dict[str, Any] = {}
    summary: dict[str, Any] = {}
    metrics: dict[str, Metric] = {}
    counts: dict[str, int] = {}  # rows of rank 0 that hold each key
    system_counts: dict[str, int] = {}
    environment: dict[str, Any] = {}
    start_time: float = 0.0
    last_time: float = 0.0
    exit_time: float | None = None
    exit_code: int | None = None
    exit_signal: str | None = None
    error: str | None = None
    runtime_s: float = 0.0  # time spent running, over all attempts
    rows: int = 0
    lost_rows: int = 0
    last_step: int | None = None
    starting_step: int = 0
    attempts: int = 0
    ranks: list[int] = []
    resume: str | None = None
    forked_from: str | None = None
    journals: dict[str, JournalState] = {}


class _CacheEntry(msgspec.Struct):
    offset: int
    until_step: int | None
    keys: list[Keys]
    state: JournalState


class _Cache(msgspec.Struct):
    version: str
    entries: dict[str, _CacheEntry]


def journal_paths(directory: Path) -> list[Path]:
    """Return the journals of a run's directory, in the order in which they were begun."""
    try:
        with os.scandir(directory) as entries:
            names = sorted(entry.name for entry in entries if entry.name.endswith(SUFFIX))
    except OSError:
        return []
    return [directory / name for name in names]


def load(directory: Path) -> RunState | None:
    """Return the state of the run in `directory`; None if it holds no journal."""
    paths = journal_paths(directory)
    if not paths:
        return None
    exits = {path.name: _from_exit(path) for path in paths}
    headers = {path.name: _header(path, exits[path.name]) for path in paths}
    limits = step_limits(headers)
    cache = _read_cache(directory) if any(state is None for state in exits.values()) or limits else {}
    fresh: dict[str, _CacheEntry] = {}
    states: dict[str, JournalState] = {}
    for path in paths:
        state = exits[path.name]
        limit = limits.get(path.name)
        if state is None or (limit is not None and (state.last_step or 0) > limit):
            entry = _fold(path, cache.get(path.name), limit)
            state, fresh[path.name] = entry.state, entry
        states[path.name] = state
    if fresh and sum(entry.offset for entry in fresh.values()) > _CACHE_FROM_BYTES and fresh != cache:
        _write_cache(directory, fresh)
    return combine(directory, states)


def step_limits(headers: dict[str, Header]) -> dict[str, int]:
    """Return, for journals whose later steps were taken back by a rewind or a fork, the last step that counts."""
    limits: dict[str, int] = {}
    rewinds = [(h.time, h.rewind, name) for name, h in headers.items() if h.rewind is not None]
    for when, step, writer in rewinds:
        for name, header in headers.items():
            if name != writer and header.time < when and header.parent != writer.removesuffix(SUFFIX):
                limits[name] = min(step, limits.get(name, step))
    return limits


def combine(directory: Path, states: dict[str, JournalState]) -> RunState:
    """Put the states of a run's journals together, in the order in which the journals were begun."""
    headers = {name: state.header or _nameless(directory) for name, state in states.items()}
    primaries = [name for name, header in headers.items() if header.role == "primary" and header.rank == 0]
    newest = max(primaries or headers, key=lambda name: headers[name].time)
    own = [name for name in states if headers[name].run == headers[newest].run]
    main = [name for name in own if headers[name].rank == 0]
    first, last = headers[min(own, key=lambda name: headers[name].time)], headers[newest]
    run = RunState(
        id=directory.name,
        project=directory.parent.name,
        path=directory,
        state=_lifecycle(states[newest], last),
        journals=states,
        entity=last.entity,
        host=last.host,
        name=last.name or directory.name,
        notes=last.notes,
        tags=list(last.tags),
        group=last.group,
        job_type=last.job_type,
        resume=last.resume,
        forked_from=last.forked_from,
        start_time=first.time,
        starting_step=last.starting_step,
        last_time=max(states[name].last_time for name in own),
        exit_time=states[newest].exit_time,
        exit_code=states[newest].exit_code,
        exit_signal=states[newest].exit_signal,
        error=states[newest].error,
        runtime_s=last.runtime_s + max(states[newest].last_time - last.time, 0.0),
        attempts=max((headers[name].attempt for name in primaries if name in own), default=1),
        ranks=sorted({headers[name].rank for name in own}),
        lost_rows=sum(states[name].lost_rows for name in own),
    )
    _put_values_together(run, [states[name] for name in states if headers[name].rank == 0], own=main)
    for name in own:
        run.environment.update(states[name].environment)
    edits = [stamped for name in own for stamped in states[name].edits.items()]
    for field, (_, value) in sorted(edits, key=lambda edit: edit[1][0]):
        if field in ("name", "notes", "tags", "group", "job_type", "archived"):
            setattr(run, field, value)
    return run


def _put_values_together(run: RunState, states: list[JournalState], own: list[str]) -> None:
    """Fill in what comes of rows, config and summary changes; of other runs' journals (a fork's) all of it counts."""
    config = _newest(states, "config", "removed_config")
    run.config = {key: value for key, (_, value) in config.items()}
    summary = _newest(states, "summary", "removed_summary")
    aggregates: dict[str, Aggregate] = {}
    for state in states:
        run.metrics.update(state.metrics)
        run.rows += state.rows
        for counts, more in ((run.counts, state.counts), (run.system_counts, state.system_counts)):
            for key, count in more.items():
                counts[key] = counts.get(key, 0) + count
        for key, aggregate in state.aggregates.items():
            known = aggregates.get(key)
            aggregates[key] = known.merge(aggregate) if known else aggregate
    for key, aggregate in aggregates.items():
        # A value set by hand after the last row stays; one that came of rows is that of all attempts.
        if key in summary and isinstance(summary[key][1], dict) and aggregate.wants and aggregate.seen:
            summary[key] = (summary[key][0], aggregate.shown())
    run.summary = {key: value for key, (_, value) in summary.items()}
    steps = [state.last_step for state in states if state.last_step is not None]
    run.last_step = max(steps, default=None)
    del own


def _newest(states: list[JournalState], field: str, removed_field: str) -> dict[str, Stamped]:
    """Return each key's newest value, unless it was removed later."""
    values: dict[str, Stamped] = {}
    removed: dict[str, float] = {}
    for state in states:
        for key, stamped in getattr(state, field).items():
            if key not in values or stamped[0] >= values[key][0]:
                values[key] = stamped
        for key, when in getattr(state, removed_field).items():
            removed[key] = max(when, removed.get(key, when))
    return {key: value for key, value in values.items() if value[0] > removed.get(key, float("-inf"))}


def _lifecycle(state: JournalState, header: Header) -> str:
    if state.exit_code is not None:
        if state.exit_code and state.preempting:
            return "preempted"
        return "failed" if state.exit_code else "finished"
    if _alive(state, header):
        return "running"
    return "preempted" if state.preempting else "crashed"


def _alive(state: JournalState, header: Header) -> bool:
    """Whether the writer still runs: by its process where that can be seen, else by its heartbeat."""
    if header.machine and header.machine == machine_id():
        try:
            return abs(psutil.Process(header.pid).create_time() - header.pid_started) < 1.0
        except psutil.NoSuchProcess:
            return False
        except psutil.Error:
            return True
    return time.time() - state.last_time < _SILENCE * (header.heartbeat_s or 60.0)


def _nameless(directory: Path) -> Header:
    """Return what is assumed of a journal whose header is damaged."""
    return Header(run=directory.name, writer="", time=0.0)


def _header(path: Path, state: JournalState | None) -> Header:
    header = state.header if state else None
    if header is None:
        with contextlib.suppress(JournalError):
            header = read_header(path)
    return header or _nameless(path.parent)


def _from_exit(path: Path) -> JournalState | None:
    """Return the state that a finished journal ends with."""
    try:
        record = read_exit(path)
        if record is None or not record.state:
            return None
        state = decode_struct(record.state, JournalState)
    except (JournalError, msgspec.DecodeError):
        return None
    state.exit_time, state.exit_code, state.exit_signal = record.time, record.code, record.signal
    return state


def _fold(path: Path, known: _CacheEntry | None, until_step: int | None) -> _CacheEntry:
    """Fold a journal, from where a cached state ends if that is still a state of this file."""
    try:
        size = path.stat().st_size
        if known and (known.offset > size or known.until_step != until_step):
            known = None
        reader = Reader(path, known.offset, known.keys) if known else Reader(path)
        fold = Fold(known.state if known else None)
        for item in reader.read():
            if isinstance(item, Entry):
                if until_step is None or not isinstance(item.record, Row) or item.record.step <= until_step:
                    fold.record(item.record)
            elif until_step is None:
                fold.batch(item)
            else:
                fold.batch(kept(item, until_step))
    except JournalError:
        return _CacheEntry(0, until_step, [], known.state if known else JournalState())
    return _CacheEntry(reader.offset, until_step, reader.key_sets, fold.settle())


def kept(batch: list[Any], until_step: int) -> list[Any]:
    """Return the rows of `batch` whose step is at most `until_step`."""
    masks = [rows.array["step"] <= until_step for rows in batch]
    return [
        type(rows)(rows.layout, rows.array[mask], rows.offsets[mask])
        for rows, mask in zip(batch, masks, strict=True)
        if mask.any()
    ]


def _read_cache(directory: Path) -> dict[str, _CacheEntry]:
    from trailmark._version import __version__

    try:
        cache = decode_struct((directory / CACHE_NAME).read_bytes(), _Cache)
    except (OSError, msgspec.DecodeError):
        return {}
    return cache.entries if cache.version == __version__ else {}


def _write_cache(directory: Path, entries: dict[str, _CacheEntry]) -> None:
    from trailmark._version import __version__

    temporary = directory / f"{CACHE_NAME}-{secrets.token_hex(4)}"
    try:
        temporary.write_bytes(encode(_Cache(__version__, entries)))
        temporary.replace(directory / CACHE_NAME)
    except OSError:  # a root that can only be read is read without a cache
        temporary.unlink(missing_ok=True)
