"""`trailmark show`: one run, with everything that is known of it."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

from trailmark.cli.lookup import complete_run, find_run, root_of
from trailmark.cli.screen import Screen
from trailmark.cli.text import clean, exact, iso, to_json
from trailmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trailmark.api.run import Run
    from trailmark.cli.measure import Measured
    from trailmark.journal.records import Metric

_MOST_METRICS = 40  # on a terminal, if none are named
_WIDEST = 110  # characters of a plot: more is no easier to read
_PLOT_HEIGHT = 16
_AXES = {"_step": "step", "_runtime": "seconds", "_timestamp": "seconds"}  # and how a plot calls them


@click.command("show")
@click.argument("name", metavar="[RUN]", default="latest", shell_complete=complete_run)
@click.option("--plot", "-p", "plots", multiple=True, metavar="KEY", help="Draw this metric; repeatable.")
@click.option("--x", "x_axis", metavar="NAME", help="Over a metric, _runtime or _timestamp instead of the step.")
@click.option(
    "--height",
    type=click.IntRange(min=4),
    metavar="N",
    default=_PLOT_HEIGHT,
    show_default=True,
    help="Lines of a plot.",
)
@click.option("--keys", "-k", multiple=True, metavar="GLOB", help="Only metrics whose name matches; repeatable.")
@click.option("--system", is_flag=True, help="Also what was measured of the machine.")
@click.option("--rank", type=click.IntRange(min=0), metavar="N", default=0, show_default=True, help="Whose metrics.")
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
@click.pass_context
def command(
    context: click.Context,
    name: str,
    *,
    plots: tuple[str, ...],
    x_axis: str | None,
    height: int,
    keys: tuple[str, ...],
    system: bool,
    rank: int,
    as_json: bool,
) -> None:
    """Show a run: how it went, its metrics as curves, config, summary, environment, files and alerts.

    Without RUN, the newest. A pipe gets one value a line: section, name and value, parted by tabs.
    """
    run, screen = open_run(context, name), Screen()
    if plots:
        for key in plots:
            plot_metric(screen, run, key, x_axis=x_axis, height=height, rank=rank)
        return
    metrics = chosen_keys(run, keys, rank)
    if as_json:
        measured = [item._asdict() for item in measure_all(run, metrics, rank)]
        screen.write(to_json({**run.to_dict(), **_rest(run), "metrics": measured}) + "\n")
    elif screen.terminal:
        from trailmark.cli.page import Page

        Page(screen, run, rank).write(metrics if keys else metrics[:_MOST_METRICS], len(metrics), system=system)
    else:
        for row in rows(run, metrics, rank, system=system):
            screen.row(*row)


def open_run(context: click.Context, name: str) -> Run:
    """Return the run that `name` means."""
    from trailmark.api import Api

    directory = find_run(root_of(context), name).absolute()
    return Api(directory.parent.parent).run(f"{directory.parent.name}/{directory.name}")


def chosen_keys(run: Run, globs: Sequence[str], rank: int | str = 0, stream: str = "default") -> list[str]:
    """Return the keys of a stream that match one of `globs`, or all that were logged.

    Raises:
        UsageError: a glob matches none; the message names close ones.
    """
    counted = rank == 0 or stream != "default"
    known = list(run.keys(stream) if counted else run.history(rank=rank, format="numpy"))
    known = [key for key in known if not key.startswith("_")]
    chosen: dict[str, None] = {}
    for glob in globs:
        found = [key for key in known if key == glob] or fnmatch.filter(known, glob)
        if not found:
            raise UsageError(f"{run.path} has no metric {glob!r}; {_instead(glob, known)}")
        chosen.update(dict.fromkeys(found))
    return list(chosen) if globs else known


def measure_all(run: Run, keys: Sequence[str], rank: int, stream: str = "default") -> Iterator[Measured]:
    """Yield what each of `keys` amounts to."""
    from trailmark.cli.measure import measure

    for key in keys:
        yield measure(key, run.series(key, rank=rank, stream=stream))


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values of nested mappings under dotted names."""
    for key, value in values.items():
        if isinstance(value, Mapping) and value and "_type" not in value:
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def rows(run: Run, keys: Sequence[str], rank: int, *, system: bool) -> Iterator[tuple[str, ...]]:
    """Yield what is shown to a program: a section, a name, and one or more values."""
    about = run.to_dict()
    for name in [name for name in about if name not in ("config", "summary", "environment", "keys", "error")]:
        value = about[name]
        yield "run", name, ",".join(map(exact, value)) if isinstance(value, list) else exact(value)
    for section in ("config", "summary", "environment"):
        yield from ((section, clean(name), exact(value)) for name, value in flat(about[section]))
    yield from _metric_rows("metric", measure_all(run, keys, rank))
    if system:
        yield from _metric_rows("system", measure_all(run, list(run.keys("system")), rank, "system"))
    yield from (("definition", clean(name), definition_text(metric)) for name, metric in run.metrics.items())
    yield from (("file", clean(file.name), str(file.size)) for file in run.files())
    for link in run.artifacts:
        yield "artifact", link.action, clean(f"{link.project}/{link.name}:v{link.version}"), clean(link.type)
    for alert in run.alerts:
        yield "alert", iso(alert.time), exact(alert.level), exact(alert.title), exact(alert.text)
    yield from (("error", "traceback", clean(line)) for line in (run.error or "").splitlines())


def _metric_rows(section: str, measured: Iterable[Measured]) -> Iterator[tuple[str, ...]]:
    for item in measured:
        values = (item.points, item.last, item.low, item.high, item.mean, item.nan)
        yield section, clean(item.key), *map(exact, values)


def plot_metric(screen: Screen, run: Run, key: str, *, x_axis: str | None, height: int, rank: int) -> None:
    """Draw one metric over its step metric, or over what `x_axis` names.

    Raises:
        UsageError: there is no such metric, or it is no numbers.
    """
    from trailmark.api.history import Series
    from trailmark.cli.measure import numbers
    from trailmark.cli.plot import plot
    from trailmark.journal.fold import definition_of

    key = chosen_keys(run, [key], rank)[0]
    metric, logged = definition_of(run.metrics, key), run.keys()
    axis = x_axis or (metric.step_metric if metric and metric.step_metric in logged else None) or "_step"
    if axis not in _AXES:
        axis = chosen_keys(run, [axis], rank)[0]
    found = run.history([key], x_axis=axis, rank=rank, format="numpy")
    x, y = (numbers(Series(found["_step"], found["_timestamp"], found[name])) for name in (axis, key))
    if x is None or y is None:
        raise UsageError(f"{key if y is None else axis} holds more than numbers and cannot be drawn")
    if axis == "_timestamp" and len(x):
        x = x - x[0]
    width = min(screen.width, _WIDEST) if screen.terminal else 80
    screen.line((key, "bold"), (f" over {_AXES.get(axis, axis)} · {run.name}", "dim"))
    for axis_line, curve in plot(x, y, width, height, unicode=screen.unicode):
        screen.line((axis_line, "dim"), (curve, "cyan"))
    screen.line()


def _instead(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, n=3)
    if close:
        return f"did you mean {' or '.join(close)}?"
    return f"it has {', '.join(known[:8])}{', …' if len(known) > 8 else ''}" if known else "it has none"  # noqa: PLR2004


def _rest(run: Run) -> dict[str, Any]:
    """Return what `Run.to_dict` leaves out."""
    import msgspec

    return {
        "definitions": {name: msgspec.to_builtins(metric) for name, metric in run.metrics.items()},
        "files": [{"name": file.name, "size": file.size} for file in run.files()],
        "artifacts": [msgspec.to_builtins(link) for link in run.artifacts],
        "alerts": [msgspec.to_builtins(alert) for alert in run.alerts],
    }


def definition_text(metric: Metric) -> str:
    """Return what `define_metric` said, in words."""
    parts = [
        f"over {metric.step_metric}" if metric.step_metric else "",
        f"summary {', '.join(metric.summary)}" if metric.summary else "",
        metric.goal or "",
        "hidden" if metric.hidden else "",
    ]
    return clean(" · ".join(part for part in parts if part))
