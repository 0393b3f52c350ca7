"""What a preset is asked to draw: a table, the columns behind its fields, and its texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from trailmark.media.chart_rows import field_name
from trailmark.plot.columns import column_values, distinct, scale_type

if TYPE_CHECKING:
    from trailmark.media.tables.table import Table

_FEW_INTEGERS = 20  # of an axis; more have ticks a step or more apart by themselves


class Asked(NamedTuple):
    """A table, the columns behind a preset's fields, and its texts."""

    table: Table
    columns: dict[str, str]  # by field
    strings: dict[str, str]

    def field(self, name: str) -> str:
        """Return how the specification names the column of a field."""
        return field_name(self.columns[name])

    def type(self, name: str) -> str:
        """Return Vega-Lite's type of a field."""
        return scale_type(column_values(self.table, self.columns[name]))

    def channel(self, name: str, **more: Any) -> dict[str, Any]:
        """Return an encoding by a field; words keep the order in which they come."""
        found = {"field": self.field(name), "type": self.type(name), "title": self.columns[name], **more}
        if found["type"] == "quantitative":
            found = {**found, **self._ticks(name)}
        if found["type"] == "nominal":
            found = {"sort": None, **found}
            found.pop("scale", None)
        return found

    def _ticks(self, name: str) -> dict[str, Any]:
        """Return the axis of a few integers, as there is nothing between two epochs.

        (Vega-Lite 5 has `tickMinStep` for this, and loses it where layers share an axis.)
        """
        values = column_values(self.table, self.columns[name])
        if values.dtype.kind not in "iu" or not len(values):
            return {}
        span = int(values.max()) - int(values.min())
        return {"axis": {"tickCount": max(span, 1)}} if span <= _FEW_INTEGERS else {}

    def distinct(self, name: str) -> list[Any]:
        """Return the distinct values of a field as they first occur."""
        return distinct(column_values(self.table, self.columns[name]))
