"""`plot_class_proportions`: how frequent each class is in the data to train on and to test with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trailmark.adapter import run_of
from trailmark.sklearn.classes import class_target, classes_of
from trailmark.sklearn.inputs import rows, say_dropped, without_missing
from trailmark.sklearn.looks import drawn, frame, subtitled
from trailmark.sklearn.shown import show

if TYPE_CHECKING:
    from trailmark.plot import Chart

    Array = np.ndarray[Any, Any]

_MOST_CLASSES = 50  # drawn; the table has all
_MANY_CLASSES = 25


def plot_class_proportions(y_train: Any, y_test: Any = None, labels: Any = None, *, run: Any = None) -> Chart:
    """Log how many samples of each class there are to train and to test, under `class_proportions`.

    The table has the columns class, dataset ("train" or "test"), count and share, also for classes that one of them
    lacks. Of more than 50 classes, the most frequent are drawn.

    Args:
        y_train: (n,) classes, or (n, classes) of zeros and ones.
        y_test: the same, or None.
        labels: the classes or their names in their order, or a dict of names by class.
        run: the run to log to; by default the current one.

    Raises:
        UsageError: they are no classes, or do not agree with `labels`.
        NoRunError: there is no run.
    """
    run = run_of(run, "plot_class_proportions()")
    return show("class_proportions", proportions_chart(y_train, y_test, labels), run)


def proportions_chart(y_train: Any, y_test: Any = None, labels: Any = None, known: Any = None) -> Chart:
    """Return the chart of `plot_class_proportions`; `known` are the classes of the model."""
    sets = {"train": class_target(y_train, "y_train")}
    if y_test is not None:
        sets["test"] = class_target(y_test, "y_test")
    notes = []
    for name, y in sets.items():
        kept = without_missing(y)
        if kept is not None:
            sets[name] = class_target(rows(y, kept), f"y_{name}")
            notes.append(f"{name}: {say_dropped('plot_class_proportions()', len(y), len(kept))}")
    if all(y.ndim > 1 for y in sets.values()):
        classes = classes_of(labels=labels, known=range(max(y.shape[1] for y in sets.values())))
    else:
        classes = classes_of(*sets.values(), labels=labels, known=known)
    counts = {
        name: y.astype(np.int64).sum(axis=0)
        if y.ndim > 1
        else np.bincount(classes.places(y, f"y_{name}"), minlength=len(classes))
        for name, y in sets.items()
    }
    table = {"class": [name for name in classes.names for _ in sets], "dataset": [*sets] * len(classes)}
    count = np.column_stack(list(counts.values()))
    share = count / [len(y) for y in sets.values()]
    if len(classes) > _MOST_CLASSES:
        notes.append(f"the {_MOST_CLASSES} most frequent of {len(classes):,} classes")
    spec = _spec(len(classes), len(sets))
    return subtitled(drawn(spec, **table, count=count.reshape(-1), share=share.reshape(-1)), *notes)


def _spec(classes: int, sets: int) -> dict[str, Any]:
    bar = 9 if classes > _MANY_CLASSES else 13
    spec = frame("Class proportions", height={"step": bar, "for": "offset"} if sets > 1 else {"step": 2 * bar})
    if classes > _MOST_CLASSES:
        spec["transform"] = [
            {"joinaggregate": [{"op": "sum", "field": "count", "as": "_of_class"}], "groupby": ["class"]},
            {
                "window": [{"op": "row_number", "as": "_rank"}],
                "sort": [{"field": "_of_class", "order": "descending"}, {"field": "class"}],
            },
            {"filter": f"datum._rank <= {_MOST_CLASSES * sets}"},
        ]
    spec["mark"] = {"type": "bar", "cornerRadiusEnd": 2, "tooltip": True}
    spec["encoding"] = {
        "y": {
            "field": "class",
            "type": "nominal",
            "sort": None,
            "title": None,
            "axis": {"ticks": False, "domain": False},
            "scale": {"paddingInner": 0.3},
        },
        "x": {
            "field": "share",
            "type": "quantitative",
            "title": "share of the samples",
            "axis": {"format": "%", "domain": False},
        },
        "tooltip": [
            {"field": "class", "type": "nominal"},
            {"field": "dataset", "type": "nominal"},
            {"field": "count", "type": "quantitative", "format": ",d"},
            {"field": "share", "type": "quantitative", "format": ".2%"},
        ],
    }
    if sets > 1:
        spec["encoding"]["yOffset"] = {"field": "dataset", "type": "nominal", "sort": None}
        spec["encoding"]["color"] = {"field": "dataset", "type": "nominal", "sort": None, "title": None}
    return spec
