"""The kinds of values that records name under ``_type``, and what objects of other libraries become of themselves."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trailmark.media.media import Media, Stored

CLASSES = {
    "audio": "trailmark.media.sounds.audio.Audio",
    "chart": "trailmark.media.chart.Chart",
    "graph": "trailmark.media.graph.Graph",
    "html": "trailmark.media.html.Html",
    "image": "trailmark.media.images.image.Image",
    "joined-table": "trailmark.media.tables.joined_table.JoinedTable",
    "molecule": "trailmark.media.molecule.Molecule",
    "object3d": "trailmark.media.object3d.Object3D",
    "partitioned-table": "trailmark.media.tables.partitioned_table.PartitionedTable",
    "plotly": "trailmark.media.plotly.Plotly",
    "table": "trailmark.media.tables.table.Table",
    "video": "trailmark.media.videos.video.Video",
}


def restore(value: Any, stored: Stored) -> Any:
    """Return the object that a record stands for, or the objects that a list of records does; anything else as it is.

    A kind that is not known here stays a mapping.

    Raises:
        MediaError: a record is damaged.
    """
    if type(value) is list:
        return [restore(item, stored) for item in value] if any(type(item) is dict for item in value) else value
    kind = value.get("_type") if type(value) is dict else None
    if kind == "histogram":
        from trailmark.media.histogram import Histogram

        return Histogram.from_record(value)
    home = CLASSES.get(kind) if isinstance(kind, str) else None
    if home is None:
        return value
    module, _, name = home.rpartition(".")
    media: type[Media] = getattr(importlib.import_module(module), name)
    found = media.from_record(value, stored)
    found._record = value  # noqa: SLF001 (told only here)
    return found


def described(record: dict[str, Any]) -> str:
    """Return what the record of a histogram or a media object says of it, in a few words."""
    kind = str(record["_type"])
    if kind == "histogram":
        return f"histogram of {sum(record.get('counts', ())):,} values"
    words = [f"{record['width']} x {record['height']}"] if {"width", "height"} <= record.keys() else []
    rows = record.get("rows")
    words += [f"of {rows:,} row{'' if rows == 1 else 's'}"] if type(rows) is int else []
    words += [repr(text) for name in ("title", "caption") if isinstance(text := record.get(name), str) and text]
    return " ".join([kind, *words])


def as_media(value: Any) -> Any:
    """Return a figure, picture or data frame of another library as a media object; anything else as it is."""
    name = type(value).__name__
    if name == "DataFrame" and _from(value, "pandas", "polars"):
        from trailmark.media.tables.table import Table

        return Table(dataframe=value)
    if _is_instance(value, "PIL.Image", "Image") or _is_instance(value, "matplotlib.figure", "FigureBase"):
        from trailmark.media.images.image import Image

        return Image(value)
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and value is pyplot:
        from trailmark.media.images.image import Image

        return Image(pyplot.gcf())
    if _is_instance(value, "plotly.basedatatypes", "BaseFigure"):
        from trailmark.media.plotly import Plotly

        return Plotly(value)
    return value


def _is_instance(value: Any, module: str, name: str) -> bool:
    """Whether `value` is of a class of a module that, as `value` is there, is imported already."""
    kind = getattr(sys.modules.get(module), name, None)
    return isinstance(kind, type) and isinstance(value, kind)


def _from(value: Any, *packages: str) -> bool:
    return type(value).__module__.partition(".")[0] in packages
