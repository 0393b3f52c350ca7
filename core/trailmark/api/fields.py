"""Fields: what runs can be filtered and ordered by, under Trailmark's names and W&B's."""

from __future__ import annotations

import difflib
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

from trailmark.api.nested import MISSING, lookup
from trailmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from trailmark.journal.runstate import RunState


class Field(NamedTuple):
    """One field of runs."""

    name: str
    get: Callable[[RunState], Any]  # gives MISSING where a run has no such value
    is_time: bool = False  # seconds since 1970-01-01 UTC


def _present(value: Any) -> Any:
    return MISSING if value is None else value


_PLAIN: dict[str, Callable[[RunState], Any]] = {
    "id": lambda run: run.id,
    "name": lambda run: run.name,
    "display_name": lambda run: run.name,
    "project": lambda run: run.project,
    "entity": lambda run: _present(run.entity),
    "state": lambda run: run.state,
    "tags": lambda run: run.tags,
    "notes": lambda run: _present(run.notes),
    "group": lambda run: _present(run.group),
    "job_type": lambda run: _present(run.job_type),
    "archived": lambda run: run.archived,
    "deleted": lambda run: run.deleted,
    "user": lambda run: run.environment.get("user", MISSING),
    "host": lambda run: run.host or MISSING,
    "runtime": lambda run: run.runtime_s,
    "last_step": lambda run: _present(run.last_step),
    "attempts": lambda run: run.attempts,
    "exit_code": lambda run: _present(run.exit_code),
}
_TIMES: dict[str, Callable[[RunState], Any]] = {
    "created_at": lambda run: run.start_time,
    "heartbeat_at": lambda run: run.last_time,
    "finished_at": lambda run: _present(run.exit_time),
}
_MAPPINGS: dict[str, Callable[[RunState], dict[str, Any]]] = {
    "config": lambda run: run.config,
    "summary": lambda run: run.summary,
    "environment": lambda run: run.environment,
}
_OTHER_NAMES = {
    "displayName": "display_name",
    "createdAt": "created_at",
    "heartbeatAt": "heartbeat_at",
    "updatedAt": "heartbeat_at",
    "updated_at": "heartbeat_at",
    "jobType": "job_type",
    "username": "user",
    "duration": "runtime",
    "runtime_s": "runtime",
    "lastHistoryStep": "last_step",
    "summary_metrics": "summary",
    "summaryMetrics": "summary",
    "metadata": "environment",
}
NAMES = (*_PLAIN, *_TIMES, *(f"{name}.<key>" for name in _MAPPINGS))


def find(name: str) -> Field:
    """Return the field `name`: a name of `NAMES`, or W&B's name for it.

    Raises:
        UsageError: there is no such field.
    """
    root, _, key = name.partition(".")
    root = _OTHER_NAMES.get(root, root)
    if root in _MAPPINGS:
        return Field(name, _inside(_MAPPINGS[root], key) if key else _MAPPINGS[root])
    if not key and root in _PLAIN:
        return Field(root, _PLAIN[root])
    if not key and root in _TIMES:
        return Field(root, _TIMES[root], is_time=True)
    close = difflib.get_close_matches(name, [*_PLAIN, *_TIMES, *_MAPPINGS, *_OTHER_NAMES], 1)
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    raise UsageError(f"runs have no field {name!r}{hint}; fields are {', '.join(NAMES)}")


def _inside(values: Callable[[RunState], dict[str, Any]], key: str) -> Callable[[RunState], Any]:
    inner = key.removesuffix(".value")  # W&B keeps config values as {"value": …}

    def get(run: RunState) -> Any:
        found = lookup(values(run), key)
        return lookup(values(run), inner) if found is MISSING and inner != key else found

    return get


def seconds(moment: Any) -> float:
    """Return a moment as seconds since 1970-01-01 UTC.

    Takes a number of seconds, ISO 8601 text (UTC, unless it names an offset) or a datetime (local time, unless it has
    a time zone, as everywhere in Python).

    Raises:
        UsageError: it is none of these.
    """
    if isinstance(moment, (int, float)) and not isinstance(moment, bool):
        return float(moment)
    if isinstance(moment, datetime):
        return moment.timestamp()
    if isinstance(moment, str):
        text = moment.strip()
        try:  # Python 3.10 does not know the Z
            parsed = datetime.fromisoformat(f"{text[:-1]}+00:00" if text.endswith(("Z", "z")) else text)
        except ValueError:
            pass
        else:
            return (parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)).timestamp()
    raise UsageError(
        f"{moment!r} is no moment: give ISO text like '2025-01-31T12:00:00', a datetime, or seconds since 1970"
    )


def iso(moment_s: float) -> str:
    """Return seconds since 1970-01-01 UTC as ISO 8601 text, to the microsecond."""
    try:
        moment = datetime.fromtimestamp(moment_s, tz=timezone.utc)
    except (ValueError, OverflowError, OSError):  # a clock that was far off, or a damaged header
        return f"{moment_s:g} s since 1970"
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
