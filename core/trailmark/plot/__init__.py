"""Charts of tables, sequences and classifiers: each a `Chart`, which `log` takes and notebooks draw.

W&B's functions with W&B's arguments. Modules here have names that no function has, as a submodule would hide it.
"""

from __future__ import annotations

from trailmark.media.chart import Chart
from trailmark.plot.confusion import confusion_matrix
from trailmark.plot.curves import pr_curve, roc_curve
from trailmark.plot.custom import plot_table, visualize
from trailmark.plot.marks import bar, histogram, line, line_series, scatter
from trailmark.plot.style import frame

__all__ = [
    "Chart",
    "bar",
    "confusion_matrix",
    "frame",
    "histogram",
    "line",
    "line_series",
    "plot_table",
    "pr_curve",
    "roc_curve",
    "scatter",
    "visualize",
]
