"""The state of a run: the journals of its directory, folded and put together.

`load` reads as little as it can: of a finished journal the exit record, of another only what was appended since the
last look, if the folder's cache still knows that. The cache (``.state`` in the run's folder) may be deleted at any
time.
"""

from __future__ import annotations

import contextlib
import math
import os
import time
from pathlib import Path  # noqa: TC003 (msgspec evaluates the annotations of structs)
from typing import TYPE_CHECKING, Any

import msgspec

from trailmark.errors import JournalError
from trailmark.journal import frames
from trailmark.journal.fold import Fold, JournalState
from trailmark.journal.machine import machine_id, process_started
from trailmark.journal.reader import Entry, Reader, read_exit, read_header
from trailmark.journal.records import ArtifactLink, Header, Keys, Metric, decode_struct, encode
from trailmark.journal.writer import SUFFIX, rank_and_time

if TYPE_CHECKING:
    from trailmark.journal.aggregate import Aggregate
    from trailmark.journal.fold import Stamped

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
    deleted: bool = False  # hidden everywhere, until it is taken back or `trailmark gc --deleted`
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
    artifacts: list[ArtifactLink] = []  # in order of time
    resume: str | None = None
    forked_from: str | None = None
    journals: dict[str, JournalState] = {}  # by file name
    unreadable: dict[str, str] = {}  # by file name: why a journal could not be read


class _CacheEntry(msgspec.Struct):
    offset: int  # how far the journal is folded
    until_step: int | None
    keys: list[Keys]
    state: JournalState


class _Cache(msgspec.Struct):
    version: str
    entries: dict[str, _CacheEntry]


def journal_paths(directory: Path) -> list[Path]:
    """Return the journals of a run's directory, in the order in which they were begun."""
    return [directory / name for name in _journal_names(directory)]


def _journal_names(directory: Path) -> list[str]:
    try:
        with os.scandir(directory) as entries:
            return sorted(entry.name for entry in entries if entry.name.endswith(SUFFIX))
    except OSError:
        return []


def load(directory: Path, until_step: int | None = None) -> RunState | None:
    """Return the state of the run in `directory`, or what it was at `until_step`; None if it holds no journal."""
    names = _journal_names(directory)
    if not names:
        return None
    found: dict[str, JournalState | None] = {}
    headers: dict[str, Header] = {}
    for name in names:
        state = header = None
        path = os.path.join(directory, name)  # noqa: PTH118 (a Path costs a tenth of reading a small run)
        try:
            state = _from_exit(path)
            header = state.header if state else read_header(path)
        except JournalError:  # folding it will tell why
            state = None
        headers[name] = header or _nameless(directory, name)
        found[name] = state
    limits = step_limits(headers)
    if until_step is not None:
        limits = {name: min(until_step, limits.get(name, until_step)) for name in names}
    unreadable: dict[str, str] = {}
    states = _fold_rest(directory, found, limits, unreadable)
    for name, state in states.items():
        state.header = state.header or headers[name]
    return combine(directory, states, unreadable)


def _fold_rest(
    directory: Path, found: dict[str, JournalState | None], limits: dict[str, int], unreadable: dict[str, str]
) -> dict[str, JournalState]:
    """Return all states of `found`, with those folded that are missing or hold a step beyond their limit.

    Why one cannot be read goes into `unreadable`.
    """
    states = {
        name: state for name, state in found.items() if state and (state.last_step or 0) <= limits.get(name, math.inf)
    }
    if len(states) == len(found):
        return states
    cache = _read_cache(directory)
    entries: dict[str, _CacheEntry] = {}
    grown = False
    for name in found.keys() - states:
        limit, cached = limits.get(name), cache.get(name)
        before = cached and (cached.offset, cached.until_step)
        try:
            entry = entries[name] = _fold(directory / name, cached, limit)
            grown = grown or before != (entry.offset, entry.until_step)
            states[name] = entry.state
        except JournalError as error:
            unreadable[name] = str(error)
            states[name] = JournalState()
    if grown and sum(entry.offset for entry in entries.values()) > _CACHE_FROM_BYTES:
        _write_cache(directory, entries)
    return {name: states[name] for name in found}


def step_limits(headers: dict[str, Header]) -> dict[str, int]:
    """Return, for journals whose later steps were taken back by a rewind or a fork, the last step that counts.

    A rewind takes back steps of the earlier attempts of its run, of all ranks, and of the runs that it is a fork of.
    """
    limits: dict[str, int] = {}
    for rewinding in headers.values():
        step = rewinding.rewind
        if step is None:
            continue
        for name, header in headers.items():
            if header.run == rewinding.run:
                earlier = header.attempt < rewinding.attempt  # ranks and workers of one attempt begin in any order
            else:
                earlier = header.time < rewinding.time
            if earlier and header.role != "editor":
                limits[name] = min(step, limits.get(name, step))
    return limits


def combine(directory: Path, states: dict[str, JournalState], unreadable: dict[str, str] | None = None) -> RunState:
    """Put the states of a run's journals together; `states` are by file name."""
    headers = {name: state.header or _nameless(directory, name) for name, state in states.items()}
    # In the order in which they were begun: their names tell that only to the second.
    states = {name: states[name] for name in sorted(states, key=lambda name: (headers[name].time, name))}
    newest = _newest_primary(headers)
    last = headers[newest]
    run = _told_by(directory, last, states[newest])
    run.journals, run.unreadable = states, unreadable or {}
    own = [name for name in states if headers[name].run == last.run]
    run.start_time = min(headers[name].time for name in own)
    written = [states[name].last_time for name in own if headers[name].role != "editor"]
    run.last_time = max(written, default=run.last_time)
    run.attempts = max((headers[name].attempt for name in own if headers[name].role == "primary"), default=1)
    run.ranks = sorted({headers[name].rank for name in own})
    run.lost_rows = sum(states[name].lost_rows for name in own)
    main = [name for name in states if headers[name].rank == 0]
    _put_rows_together(run, [states[name] for name in main])
    for name in main:
        if headers[name].run == last.run:  # a fork inherits rows, but not the machine that they were made on
            run.environment.update(states[name].environment)
            _add_counts(run.system_counts, states[name].system_counts)
    links = [link for name in own for link in states[name].artifacts]
    run.artifacts = sorted(links, key=lambda link: link.time)
    _apply_edits(run, [states[name] for name in own])
    return run


def _told_by(directory: Path, header: Header, state: JournalState) -> RunState:
    """Return what the newest primary journal tells of a run."""
    return RunState(
        id=directory.name,
        project=directory.parent.name,
        path=directory,
        state=_lifecycle(state, header),
        entity=header.entity,
        host=header.host,
        name=header.name or directory.name,
        notes=header.notes,
        tags=list(header.tags),
        group=header.group,
        job_type=header.job_type,
        resume=header.resume,
        forked_from=header.forked_from,
        starting_step=header.starting_step,
        last_time=state.last_time,
        exit_time=state.exit_time,
        exit_code=state.exit_code,
        exit_signal=state.exit_signal,
        error=state.error,
        runtime_s=header.runtime_s + max(state.last_time - header.time, 0.0),
    )


def _newest_primary(headers: dict[str, Header]) -> str:
    """Return the journal that tells how the run is: the primary one of rank 0, of the last attempt."""
    primaries = [name for name, header in headers.items() if header.role == "primary" and header.rank == 0]
    candidates = primaries or list(headers)
    run = headers[max(candidates, key=lambda name: headers[name].time)].run
    # Attempts before times, as the clocks of two machines may differ.
    return max(
        (name for name in candidates if headers[name].run == run),
        key=lambda name: (headers[name].attempt, headers[name].time),
    )


def _put_rows_together(run: RunState, states: list[JournalState]) -> None:
    """Fill in what comes of rows, config and summary changes, and metric definitions."""
    run.config = {key: value for key, (_, value) in _newest(states, "config", "removed_config").items()}
    run.summary = {key: value for key, (_, value) in _newest(states, "summary", "removed_summary").items()}
    aggregates: dict[str, Aggregate] = {}
    for state in states:
        run.metrics.update(state.metrics)
        run.rows += state.rows
        _add_counts(run.counts, state.counts)
        for key, aggregate in state.aggregates.items():
            aggregates[key] = aggregates[key].merge(aggregate) if key in aggregates else aggregate
    for key, aggregate in aggregates.items():
        # A value set by hand after the last row stays; one that came of rows is that of all journals.
        if key in run.summary and _shows_aggregate(states, key) and "none" not in aggregate.wants:
            run.summary[key] = aggregate.shown()
    run.last_step = max((state.last_step for state in states if state.last_step is not None), default=None)


def _shows_aggregate(states: list[JournalState], key: str) -> bool:
    """Whether the newest value of `key` in the summary is its aggregate."""
    holding = [state for state in states if key in state.summary]
    return key in max(reversed(holding), key=lambda state: state.summary[key][0]).aggregated


def _add_counts(counts: dict[str, int], more: dict[str, int]) -> None:
    for key, count in more.items():
        counts[key] = counts.get(key, 0) + count


def _apply_edits(run: RunState, states: list[JournalState]) -> None:
    edits = [stamped for state in states for stamped in state.edits.items()]
    for field, (_, value) in sorted(edits, key=lambda edit: edit[1][0]):
        if field in ("name", "notes", "tags", "group", "job_type", "archived", "deleted"):
            setattr(run, field, value)


def _newest(states: list[JournalState], field: str, removed_field: str) -> dict[str, Stamped]:
    """Return each key's newest value, unless it was removed later."""
    values: dict[str, Stamped] = {}
    if len(states) == 1:
        values.update(getattr(states[0], field))  # without what was removed from it
        return values
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
        started = process_started(header.pid)
        return started is not None and (not header.pid_started or abs(started - header.pid_started) < 1.0)
    return time.time() - state.last_time < _SILENCE * (header.heartbeat_s or 60.0)


def _nameless(directory: Path, name: str) -> Header:
    """Return what can be said of a journal whose header is damaged or not there yet.

    It is no primary: of those with a header one tells how the run is.
    """
    writer = name.removesuffix(SUFFIX)
    rank, when = rank_and_time(writer)
    return Header(run=directory.name, writer=writer, time=when, rank=rank, role="worker")


def _from_exit(path: str) -> JournalState | None:
    """Return the state that a finished journal ends with; None if it has to be folded."""
    record = read_exit(path)
    if record is None or not record.state:
        return None
    try:
        return decode_struct(record.state, JournalState)
    except JournalError:  # another version's
        return None


def _fold(path: Path, known: _CacheEntry | None, until_step: int | None) -> _CacheEntry:
    """Fold a journal, from where a cached state ends if that is still a state of this file."""
    try:
        if known and (known.offset > path.stat().st_size or known.until_step != until_step):
            known = None
    except OSError as error:
        raise JournalError(f"{path} cannot be read: {error.strerror}") from error
    reader = Reader(path, known.offset, known.keys) if known else Reader(path)
    fold = Fold(known.state if known else None, until_step)
    for item in reader.read():
        if isinstance(item, Entry):
            fold.record(item.record)
        else:
            fold.batch(item)
    return _CacheEntry(reader.offset, until_step, reader.key_sets, fold.settle())


def _read_cache(directory: Path) -> dict[str, _CacheEntry]:
    from trailmark._version import __version__

    try:
        data = (directory / CACHE_NAME).read_bytes()
        if frames.payload_end(data, 0, 0) != len(data):
            return {}
        cache = decode_struct(data[frames.HEAD.size :], _Cache)
    except (OSError, JournalError):  # it is disposable
        return {}
    return cache.entries if cache.version == __version__ else {}


def _write_cache(directory: Path, entries: dict[str, _CacheEntry]) -> None:
    from trailmark._version import __version__

    payload = encode(_Cache(__version__, entries))
    if len(payload) > frames.MAX_PAYLOAD:
        return
    temporary = directory / f"{CACHE_NAME}-{os.urandom(4).hex()}"
    try:
        temporary.write_bytes(frames.encode(payload, 0))
        temporary.replace(directory / CACHE_NAME)
    except OSError:  # a root that can only be read is read without a cache
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
