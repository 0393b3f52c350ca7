"""`plot_roc` and `plot_precision_recall`: each class against the rest, with the averages over classes."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

import trailmark
from trailmark.adapter import run_of
from trailmark.errors import UsageError
from trailmark.sklearn.classes import class_target, classes_of
from trailmark.sklearn.inputs import rows, same_length, sample, say_dropped, without_missing
from trailmark.sklearn.looks import colours, ink, subtitled
from trailmark.sklearn.shown import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trailmark.plot import Chart

    Array = np.ndarray[Any, Any]

ROC = ("fpr", "tpr", "threshold", "auc")
PRECISION_RECALL = ("recall", "precision", "threshold", "average_precision", "frequency")
MICRO, MACRO = "micro average", "macro average"
_MOST_CURVES = 20  # more cannot be told apart
_MOST_ENTRIES = 10_000_000  # of scores in the micro average, which are sorted at once: some seconds
_GRID = 2001  # points of the macro average, if the classes' curves have more between them
_TWO = 2


class Ranked(NamedTuple):
    """Samples by class: whether each is of it, and its score, (n, classes); of one score a sample, of the second class.

    `several` says whether averages over the classes say more than each of them does.
    """

    names: list[str]
    is_class: Array
    scores: Array
    several: bool
    note: str


def plot_roc(
    y_true: Any,
    y_probas: Any,
    labels: Any = None,
    plot_micro: bool = True,  # noqa: FBT001, FBT002 (W&B's signature)
    plot_macro: bool = True,  # noqa: FBT001, FBT002 (W&B's signature)
    classes_to_plot: Sequence[Any] | None = None,
    *,
    run: Any = None,
) -> Chart:
    """Log the ROC curve of each class against the rest, with its area, under `roc`.

    The table has the columns class, fpr, tpr, threshold and auc. The micro average takes each score of each class as a
    sample of its own; the macro average is the mean of the classes' curves, whose area is the mean of their areas. Both
    are drawn of three and more classes, as of two they repeat the curves. Of more than 20 classes, those with the
    smallest areas are drawn.

    Args:
        y_true: (n,) classes, or (n, classes) of zeros and ones.
        y_probas: (n, classes), or (n,) of the second of two classes: scores of any scale, such as those of
            `decision_function`.
        labels: the classes or their names in the order of the columns, or a dict of names by class.
        plot_micro: draw the micro average.
        plot_macro: draw the macro average.
        classes_to_plot: draw these classes only, by value or name. The averages are always over all.
        run: the run to log to; by default the current one.

    Raises:
        UsageError: classes and scores do not agree, or all samples are of one class.
        NoRunError: there is no run.
    """
    run = run_of(run, "plot_roc()")
    chart = roc_chart(y_true, y_probas, labels, plot_micro, plot_macro, classes_to_plot)
    return show("roc", chart, run)


def plot_precision_recall(
    y_true: Any,
    y_probas: Any,
    labels: Any = None,
    plot_micro: bool = True,  # noqa: FBT001, FBT002 (W&B's signature)
    classes_to_plot: Sequence[Any] | None = None,
    *,
    run: Any = None,
) -> Chart:
    """Log precision over recall of each class against the rest, with its average precision, under `precision_recall`.

    The table has the columns class, recall, precision, threshold, average_precision and frequency. Arguments and rules
    are those of `plot_roc`.

    Raises:
        UsageError: classes and scores do not agree, or no sample is of the classes.
        NoRunError: there is no run.
    """
    run = run_of(run, "plot_precision_recall()")
    return show("precision_recall", precision_recall_chart(y_true, y_probas, labels, plot_micro, classes_to_plot), run)


def roc_chart(
    y_true: Any,
    y_probas: Any,
    labels: Any = None,
    plot_micro: bool = True,  # noqa: FBT001, FBT002 (as `plot_roc`)
    plot_macro: bool = True,  # noqa: FBT001, FBT002 (as `plot_roc`)
    classes_to_plot: Sequence[Any] | None = None,
    known: Any = None,
) -> Chart:
    """Return the chart of `plot_roc`; `known` are the classes of the model, in the order of its scores."""
    ranked = _ranked("plot_roc()", y_true, y_probas, labels, known)
    chosen = _chosen(ranked, classes_to_plot)
    needed = list(range(len(ranked.names))) if plot_macro and ranked.several else chosen
    curves = {place: _curve(trailmark.plot.roc_curve, ranked, place, ROC) for place in needed}
    drawn, note = _told(ranked, chosen, {place: curve for place, curve in curves.items() if curve}, "auc", "ROC curve")
    notes = [ranked.note, note]
    if plot_micro and ranked.several:
        curve, note = _micro(trailmark.plot.roc_curve, ranked, ROC)
        drawn[MICRO] = curve
        notes.append(note)
    if plot_macro and ranked.several:
        drawn[MACRO] = _macro([curve for curve in curves.values() if curve])
    return subtitled(_joined("roc_curve", "ROC curve", drawn), *notes)


def precision_recall_chart(
    y_true: Any,
    y_probas: Any,
    labels: Any = None,
    plot_micro: bool = True,  # noqa: FBT001, FBT002 (as `plot_precision_recall`)
    classes_to_plot: Sequence[Any] | None = None,
    known: Any = None,
) -> Chart:
    """Return the chart of `plot_precision_recall`; `known` are the classes of the model, in the order of its scores."""
    ranked = _ranked("plot_precision_recall()", y_true, y_probas, labels, known)
    chosen = _chosen(ranked, classes_to_plot)
    curves = {place: _curve(trailmark.plot.pr_curve, ranked, place, PRECISION_RECALL) for place in chosen}
    there = {place: curve for place, curve in curves.items() if curve}
    drawn, note = _told(ranked, chosen, there, "average_precision", "precision-recall curve")
    notes = [ranked.note, note]
    if plot_micro and ranked.several:
        curve, note = _micro(trailmark.plot.pr_curve, ranked, PRECISION_RECALL)
        drawn[MICRO] = curve
        notes.append(note)
    return subtitled(_joined("pr_curve", "Precision-recall curve", drawn), *notes)


def _ranked(call: str, y_true: Any, y_probas: Any, labels: Any, known: Any) -> Ranked:
    truth, scores = class_target(y_true, "y_true"), _scores(y_probas)
    n = same_length(call, y_true=truth, y_probas=scores)
    kept = without_missing(truth, scores)
    note = "" if kept is None else say_dropped(call, n, len(kept))
    if kept is not None:
        truth, scores = class_target(rows(truth, kept), "y_true"), rows(scores, kept)
    if truth.ndim > 1:
        if scores.shape != truth.shape:
            raise UsageError(f"{call} needs a score for each column of y_true {truth.shape}, got {scores.shape}")
        names = classes_of(labels=labels, known=range(truth.shape[1])).names
        return Ranked(names, truth.astype(bool), scores, several=True, note=note)
    single = scores.ndim == 1
    count = _TWO if single else scores.shape[1]
    classes = classes_of(truth, labels=labels, known=known, count=count)
    if known is not None and len(known) < count:
        raise UsageError(f"there is nothing to draw: the model knows the class {classes.names[0]!r} only")
    drawn = slice(1, _TWO) if single else slice(count)
    places = np.arange(len(classes))[drawn]
    is_class = classes.places(truth, "y_true")[:, np.newaxis] == places
    return Ranked(classes.names[drawn], is_class, scores.reshape(len(scores), -1), several=count > _TWO, note=note)


def _scores(y_probas: Any) -> Array:
    """Return scores, (n,) or (n, classes); of several outputs, a list of (n, 2), those of 1 in each."""
    try:
        array = np.asarray(y_probas.toarray() if hasattr(y_probas, "toarray") else y_probas)
        if array.dtype.kind not in "biuf":
            array = array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"y_probas must hold the scores of samples, got a {type(y_probas).__name__}: {error}"
        ) from None
    if array.ndim == 3 and array.shape[2] == _TWO:  # noqa: PLR2004 (outputs, n, classes)
        array = array[:, :, 1].T
    if array.ndim not in (1, 2):
        raise UsageError(f"y_probas must have the shape (n,) or (n, classes), got {array.shape}")
    return array[:, 0] if array.ndim == _TWO and array.shape[1] == 1 else array


def _chosen(ranked: Ranked, wanted: Sequence[Any] | None) -> list[int]:
    from trailmark.sklearn.classes import Classes

    return Classes(list(ranked.names), ranked.names).chosen(wanted)


def _curve(draw: Any, ranked: Ranked, place: int, columns: tuple[str, ...]) -> dict[str, Array] | None:
    """Return the columns of one curve; None if there is none."""
    is_class = ranked.is_class[:, place]
    if not is_class.any() or (draw is trailmark.plot.roc_curve and is_class.all()):
        return None
    return _columns(draw, is_class, ranked.scores[:, place], columns)


def _columns(draw: Any, is_class: Array, scores: Array, columns: tuple[str, ...]) -> dict[str, Array]:
    table = draw(is_class.astype(np.int64), scores).table
    return {name: table.get_column(name, convert_to="numpy") for name in columns}


def _micro(draw: Any, ranked: Ranked, columns: tuple[str, ...]) -> tuple[dict[str, Array], str]:
    is_class, scores = ranked.is_class, ranked.scores
    chosen = sample(len(scores), max(1, _MOST_ENTRIES // scores.shape[1]))
    note = "" if chosen is None else f"micro average of {len(chosen):,} of {len(scores):,} samples, drawn at random"
    is_class, scores = rows(is_class, chosen), rows(scores, chosen)
    return _columns(draw, is_class.reshape(-1), scores.reshape(-1), columns), note


def _macro(curves: list[dict[str, Array]]) -> dict[str, Array]:
    """Return the mean of ROC curves: at each false positive rate, of where they arrive and of where they leave.

    A ROC curve rises straight up in places, so that it has two heights there. With both, the area under the mean is the
    mean of the areas.
    """
    grid = np.unique(np.concatenate([curve["fpr"] for curve in curves]))
    if len(grid) > _GRID:
        grid = np.linspace(0, 1, _GRID)
    arrive, leave = np.zeros(len(grid)), np.zeros(len(grid))
    for curve in curves:
        x, y = curve["fpr"], curve["tpr"]
        first, last = np.searchsorted(x, grid, "left"), np.searchsorted(x, grid, "right") - 1
        there, between = first <= last, np.interp(grid, x, y)
        arrive += np.where(there, y[np.minimum(first, len(y) - 1)], between)
        leave += np.where(there, y[last], between)
    x, y = np.repeat(grid, 2), np.column_stack([arrive, leave]).reshape(-1) / len(curves)
    kept = np.append(True, (np.diff(x) > 0) | (np.diff(y) > 0))
    area = float(np.mean([curve["auc"][0] for curve in curves]))
    x, y = x[kept], y[kept]
    return {"fpr": x, "tpr": y, "threshold": np.full(len(x), np.nan), "auc": np.full(len(x), area)}


def _told(
    ranked: Ranked, chosen: list[int], curves: dict[int, dict[str, Array]], area: str, what: str
) -> tuple[dict[str, dict[str, Array]], str]:
    """Return the curves to draw by name, and what is to be said of those which are not."""
    lacking = [ranked.names[place] for place in chosen if place not in curves]
    there = [place for place in chosen if place in curves]
    if not there:
        raise UsageError(
            f"there is nothing to draw: a {what} needs samples of a class and of others, and y_true has none of one of "
            f"them for {', '.join(map(repr, lacking[:5]))}"
        )
    notes = []
    if lacking:
        some = ", ".join(lacking[:5]) + (", …" if len(lacking) > 5 else "")  # noqa: PLR2004
        notes.append(f"no curve of {some}: too few classes in y_true")
        trailmark.termwarn(f"y_true has samples of one sort only for the class {some}: it has no {what}", repeat=False)
    if len(there) > _MOST_CURVES:
        there = sorted(sorted(there, key=lambda place: float(curves[place][area][0]))[:_MOST_CURVES])
        notes.append(f"the {_MOST_CURVES} of {len(chosen):,} classes with the smallest areas")
    return {ranked.names[place]: curves[place] for place in there}, "; ".join(notes)


def _joined(preset: str, title: str, curves: dict[str, dict[str, Array]]) -> Chart:
    """Return the chart of several curves."""
    names = [name for name, curve in curves.items() for _ in next(iter(curve.values()))]
    table = trailmark.Table(columns=[])
    table.add_column("class", names)
    for column in next(iter(curves.values())):
        table.add_column(column, np.concatenate([curve[column] for curve in curves.values()]))
    chart = trailmark.plot_table(preset, table, {}, {"title": title})
    _set_apart_averages(chart, list(curves))
    return chart


def _set_apart_averages(chart: Chart, names: list[str]) -> None:
    """Draw averages in grey and dashed, as they are no classes."""
    averages = [name for name in names if name in (MICRO, MACRO)]
    shades = itertools.cycle(colours())
    palette = [ink() if name in averages else next(shades) for name in names]
    for layer in chart.spec["layer"] if averages else []:
        colour = layer["encoding"].get("color", {})
        if colour.get("field") != "_series":
            continue
        colour["scale"] = {"range": palette}
        if layer["mark"]["type"] == "line":
            dashes = [
                {"test": f"datum.class === '{name}'", "value": [6, 2] if name == MICRO else [2, 2]} for name in averages
            ]
            layer["encoding"]["strokeDash"] = {"condition": dashes, "value": [1, 0]}
