"""`trailmark ls`: which runs there are.

The newest runs are found by the names of their journals, so that a short list of many runs opens few files.
"""

from __future__ import annotations

import itertools
import re
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from trailmark.cli.lookup import all_states, folders, newest_first, root_of
from trailmark.cli.screen import STATES, Part, Screen
from trailmark.cli.table import Column, table
from trailmark.cli.text import age, clean, duration, exact, iso, plural, short, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from trailmark.cli.lookup import Folder
    from trailmark.journal.runstate import RunState

PIPE_COLUMNS = ("state", "name", "id", "project", "created_at", "runtime", "last_step")
_SHOWN = 50  # runs that a terminal gets if nothing is said
_MOST_VALUES = 6  # results that are shown without being asked for
_BEFORE_INPUTS = 4  # of these stand before the inputs, which find room more often so
_MOST_INPUTS = 2
_QUALITY = re.compile(r"loss|acc|err|f1|auc|score|reward|return|perplexity|bleu|iou|rmse|mae|r2", re.IGNORECASE)
_HELD_OUT = re.compile(r"val|test|eval", re.IGNORECASE)


class Choice(NamedTuple):
    """Which runs are listed."""

    filters: tuple[str, ...]
    sort: str | None
    limit: int | None
    archived: bool


@click.command("ls")
@click.argument("project", required=False)
@click.option(
    "--filter",
    "-f",
    "filters",
    multiple=True,
    metavar="CONDITION",
    help="Only runs with, for example, 'config.lr>0.1', 'state=failed,crashed', 'name~^brisk', 'created_at>7d', or "
    "JSON in MongoDB's style. Several must all hold.",
)
@click.option("--sort", "-s", metavar="NAMES", help="By one or more values, such as 'loss' or '-acc,name'; - is down.")
@click.option("--limit", "-n", type=click.IntRange(min=0), metavar="N", help="At most so many; 0 is all.")
@click.option("--columns", "-c", metavar="NAMES", help="These values instead, such as 'id,loss,config.lr'.")
@click.option("--all", "-a", "archived", is_flag=True, help="Archived runs, too.")
@click.option("--json", "as_json", is_flag=True, help="Everything that is known of the runs, as a JSON array.")
@click.pass_context
def command(
    context: click.Context,
    project: str | None,
    *,
    filters: tuple[str, ...],
    sort: str | None,
    limit: int | None,
    columns: str | None,
    archived: bool,
    as_json: bool,
) -> None:
    """List runs, the newest first.

    A terminal shows the values by which the runs can be told apart best, as many as it has room for. A pipe gets
    state, name, id, project, time of creation, run time in seconds and last step, parted by tabs.
    """
    root, screen = root_of(context), Screen()
    limit = _SHOWN if limit is None and screen.terminal and not as_json else limit
    choice = Choice(filters, sort, limit or None, archived)
    found = folders(root, project)
    runs = choose(found, choice)
    names = [name.strip() for name in columns.split(",") if name.strip()] if columns else None
    if as_json:
        _write_json(screen, runs)
    elif not screen.terminal:
        _write_rows(screen, runs, names or PIPE_COLUMNS)
    elif not runs:
        _tell_none(screen, root, project, len(found))
    else:
        from trailmark.cli.query import asked_values

        first = asked_values(filters, sort, runs) if filters or sort else []
        screen.lines(listing(screen, runs, names=names, first=first, with_project=project is None))
        if limit and limit == len(runs) < len(found):
            screen.line((f"{limit:,} of {plural(len(found), 'run')}; -n 0 lists all.", "dim"))


def choose(found: Sequence[Folder], choice: Choice) -> list[RunState]:
    """Return the runs that are asked for, in order, folding as few as that takes."""
    if choice.filters or choice.sort:
        return _asked_for(all_states(found), choice)[: choice.limit]
    runs = newest_first(found) if choice.limit else all_states(found)
    shown = (run for run in runs if (choice.archived or not run.archived) and not run.deleted)
    return list(itertools.islice(shown, choice.limit))


def _asked_for(runs: list[RunState], choice: Choice) -> list[RunState]:
    from trailmark.api.filters import compile_query, mentions
    from trailmark.api.order import ordered
    from trailmark.cli.query import parse_filters, parse_order

    query = parse_filters(choice.filters, runs)
    matches = compile_query(query)
    with_archived, with_deleted = choice.archived or mentions(query, "archived"), mentions(query, "deleted")
    order = parse_order(choice.sort, runs) if choice.sort else None
    runs = [
        run
        for run in runs
        if (with_archived or not run.archived) and (with_deleted or not run.deleted) and matches(run)
    ]
    return ordered(runs, order) if order else runs


def listing(
    screen: Screen,
    runs: Sequence[RunState],
    *,
    names: Sequence[str] | None = None,
    first: Sequence[str] = (),
    with_project: bool,
) -> list[list[Part]]:
    """Return a table of `runs` for people, with the columns `names`, or with `first` and those that tell most."""
    chosen = list(dict.fromkeys([*first, *telling_values(runs)]))
    makers = list(_values(names, runs) if names else _usual(runs, chosen, with_project=with_project))
    columns = [Column(""), *(column for column, _ in makers)]
    rows = [[screen.sign(run.state), *(make(run) for _, make in makers)] for run in runs]
    return table(columns, rows, screen.width)


def _usual(
    runs: Sequence[RunState], chosen: Sequence[str], *, with_project: bool
) -> Iterable[tuple[Column, Callable[[RunState], Part]]]:
    now = time.time()
    yield Column("name", widest=32), lambda run: (run.name, "bold")
    yield Column("id"), lambda run: (run.id, "")
    if with_project:
        yield Column("project", optional=4, widest=24), lambda run: (run.project, "")
    yield Column("state", optional=3), lambda run: (run.state, STATES[run.state][2] if run.state in STATES else "")
    yield Column("age", right=True, optional=1), lambda run: (age(now - run.start_time), "")
    yield Column("time", right=True, optional=2), lambda run: (duration(run.runtime_s), "dim")
    yield Column("step", right=True, optional=2), lambda run: (short(run.last_step), "")
    for rank, (column, make) in enumerate(_values(chosen, runs)):
        yield column._replace(optional=10 + rank), make


def _values(names: Sequence[str], runs: Sequence[RunState]) -> Iterable[tuple[Column, Callable[[RunState], Part]]]:
    for name in names:
        get = _getter(name, runs)
        numbers = all(isinstance(get(run), (int, float, type(None))) for run in runs)
        bare = name.partition(".")[2] if name.startswith(("summary.", "config.")) else name
        yield (
            Column(clean(bare), right=numbers),
            lambda run, name=name, get=get: (  # type: ignore[misc]
                _readable(name, get(run)),
                "dim" if name.startswith("config.") else "",
            ),
        )


def _getter(name: str, runs: Sequence[RunState]) -> Callable[[RunState], Any]:
    """Return what gives the value of a run that `name` stands for; None where it has none."""
    from trailmark.api import fields
    from trailmark.api.nested import MISSING
    from trailmark.cli.query import full_name

    field = fields.find(full_name(name, runs))

    def get(run: RunState) -> Any:
        value = field.get(run)
        return None if value is MISSING else value

    return get


def _readable(name: str, value: Any) -> str:
    if isinstance(value, float) and name in ("created_at", "heartbeat_at", "finished_at"):
        return f"{age(time.time() - value)} ago"
    if isinstance(value, float) and name in ("runtime", "duration"):
        return duration(value)
    if isinstance(value, list) and name == "tags":
        return ", ".join(map(str, value))
    return short(value, rounded=not name.startswith("config.")) if value is not None else ""


def telling_values(runs: Sequence[RunState]) -> list[str]:
    """Return names of the summary values that tell most of these runs, and of config values in which they differ."""
    results: dict[str, list[Any]] = {}
    scores: dict[str, int] = {}
    for run in runs:
        axes = {metric.step_metric for metric in run.metrics.values()}
        for key, value in run.summary.items():
            name, shown = _statistic(run, key, value)
            if name and key not in axes:
                results.setdefault(name, []).append(shown)
                defined = key in run.metrics and bool(run.metrics[key].goal or run.metrics[key].summary)
                scores[name] = max(
                    4 * defined + 2 * bool(_QUALITY.search(key)) + bool(_HELD_OUT.search(key)), scores.get(name, 0)
                )
    ranks = {
        name: (2 * len(values) < len(runs), -scores[name], len(set(map(repr, values))) == 1, -len(values), name)
        for name, values in results.items()
    }
    best = sorted(results, key=ranks.__getitem__)[:_MOST_VALUES]
    inputs: dict[str, set[str]] = {}
    for run in runs:
        for key, value in run.config.items():
            if isinstance(value, (int, float, str, bool)):
                inputs.setdefault(f"config.{key}", set()).add(repr(value))
    varying = [name for name, values in inputs.items() if len(values) > 1]
    return [*best[:_BEFORE_INPUTS], *varying[:_MOST_INPUTS], *best[_BEFORE_INPUTS:]]


def _statistic(run: RunState, key: str, value: Any) -> tuple[str, Any]:
    """Return the name and the number of a summary value, or of the one that stands for several; "" if it is none."""
    from trailmark.cli.query import statistic

    part = statistic(run, key)
    if part:
        key, value = f"{key}.{part}", value[part]
    is_shown = isinstance(value, (int, float)) and not key.startswith("_")
    return f"summary.{key}" if is_shown else "", value


def _write_rows(screen: Screen, runs: Sequence[RunState], names: Sequence[str]) -> None:
    from trailmark.api import fields
    from trailmark.cli.query import full_name

    getters = [(_getter(name, runs), fields.find(full_name(name, runs)).is_time) for name in names] if runs else []
    for run in runs:
        values = [(get(run), is_time) for get, is_time in getters]
        screen.row(*(iso(value) if is_time and value is not None else exact(value) for value, is_time in values))


def _write_json(screen: Screen, runs: Sequence[RunState]) -> None:
    from trailmark.api.contents import Shelf
    from trailmark.api.run import Run

    shelf = Shelf()
    screen.write("[" + ",\n ".join(to_json(Run(run.path, shelf, run).to_dict()) for run in runs) + "]\n")


def _tell_none(screen: Screen, root: Path, project: str | None, count: int) -> None:
    if count:
        screen.line(f"None of {plural(count, 'run')} {'matches' if count == 1 else 'match'}.")
    else:
        where = f"the project {project} in {root}" if project else str(root)
        screen.line(f"No runs yet in {where}.")
        screen.line(("`trailmark demo` makes a few; --root DIR looks elsewhere.", "dim"))
