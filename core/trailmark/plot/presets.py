"""The presets: what makes a specification of a table's columns, by the names that `plot_table` knows.

W&B's names, and those of their fields and texts, are known as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from trailmark.plot import classifier_specs, specs

if TYPE_CHECKING:
    from collections.abc import Callable

    from trailmark.plot.asked import Asked


class Preset(NamedTuple):
    """A kind of chart."""

    build: Callable[[Asked], dict[str, Any]]
    fields: tuple[str, ...]
    optional: tuple[str, ...] = ()
    strings: tuple[str, ...] = ("title",)


_AXES = ("title", "x-axis-title", "y-axis-title")
PRESETS = {
    "line": Preset(specs.line, ("x", "y"), ("stroke",)),
    "scatter": Preset(specs.scatter, ("x", "y"), ("stroke",)),
    "bar": Preset(specs.bar, ("label", "value")),
    "histogram": Preset(specs.histogram, ("value",)),
    "bins": Preset(specs.bins, ("low", "high", "count"), (), ("title", "xname", "note")),
    "line_series": Preset(specs.line_series, ("step", "lineKey", "lineVal"), (), ("title", "xname")),
    "confusion_matrix": Preset(classifier_specs.confusion_matrix, ("Actual", "Predicted", "nPredictions")),
    "area_under_curve": Preset(classifier_specs.area_under_curve, ("x", "y", "class"), (), _AXES),
    "roc_curve": Preset(classifier_specs.roc_curve, ("fpr", "tpr", "class"), ("auc", "threshold")),
    "pr_curve": Preset(
        classifier_specs.pr_curve,
        ("recall", "precision", "class"),
        ("average_precision", "frequency", "threshold"),
        ("title", "interpolate"),
    ),
}
ALIASES = {
    "wandb/line/v0": "line",
    "wandb/scatter/v0": "scatter",
    "wandb/bar/v0": "bar",
    "wandb/histogram/v0": "histogram",
    "wandb/lineseries/v0": "line_series",
    "wandb/confusion_matrix/v0": "confusion_matrix",
    "wandb/confusion_matrix/v1": "confusion_matrix",
    "wandb/area-under-curve/v0": "area_under_curve",
}
