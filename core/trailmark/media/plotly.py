"""`Plotly`: an interactive chart, as the JSON that plotly itself makes of a figure.

The file is an object with "data", a list of traces, "layout", and perhaps "frames" and "config". plotly's own encoder
writes a figure: NaN and infinities in lists are null; arrays of numpy are {"dtype", "bdata"} with their bytes in
base64, which keeps them exactly. plotly is imported only when there is one of its figures, or one is asked for.
"""

from __future__ import annotations

import base64
import importlib
import json
import math
import sys
from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError, MissingPackageError
from trailmark.media.array import as_numpy
from trailmark.media.media import Media
from trailmark.media.source import Source, caption_text, fields, optional, read_json, stored_file

if TYPE_CHECKING:
    from typing_extensions import Self

    from trailmark.media.media import Folder, Stored


class Plotly(Media):
    """A chart of plotly.

    Args:
        figure: a figure of plotly; or the mapping of one, with "data" and perhaps "layout"; or a figure of matplotlib,
            which plotly converts as well as it can.
        caption: text that is shown with it.

    Raises:
        MediaError: it is none of these, or cannot be written as JSON, or plotly cannot convert it.
        MissingPackageError: a figure of matplotlib is given, and plotly is not installed.
    """

    kind = "plotly"

    def __init__(self, figure: Any, *, caption: str | None = None) -> None:
        self.caption = caption_text(caption)
        if _is_matplotlib(figure):
            figure = _converted(figure)
        if isinstance(figure, dict):
            text = _text_of(figure)
        elif callable(getattr(figure, "to_plotly_json", None)) and callable(getattr(figure, "to_json", None)):
            text = figure.to_json(validate=False)
        else:
            raise MediaError(
                f"Plotly takes a figure of plotly or matplotlib, or a dict with 'data', got {type(figure).__name__}"
            )
        self._data: dict[str, Any] | None = None
        self._source: Source | None = Source("json", data=text.encode())

    @property
    def data(self) -> dict[str, Any]:
        """The figure as a mapping with "data" and "layout".

        Raises:
            MediaError: the file cannot be read, or is damaged.
        """
        if self._data is not None:
            return self._data
        data = read_json(self._opened(), "a figure") if self._source is None else json.loads(self._source.read())
        if not isinstance(data, dict) or not isinstance(data.get("data"), list):
            raise MediaError(f"{self.path} is damaged: it holds {data!r:.80}, no figure")
        self._data = data
        return data

    @property
    def figure(self) -> Any:
        """The figure, a `plotly.graph_objects.Figure`, with the arrays that were given.

        Raises:
            MissingPackageError: plotly is not installed.
            MediaError: the file cannot be read, or this version of plotly knows no such figure.
        """
        objects = _package("plotly.graph_objects", "reading a figure (its `data` needs nothing)")
        try:
            return objects.Figure(_with_arrays(self.data))
        except ValueError as error:
            raise MediaError(f"plotly cannot read this figure: {str(error)[:300]}; see its `data`") from error

    def store(self, folder: Folder) -> dict[str, Any]:
        """Have the figure written."""
        source = self._source or Source("json", self._opened())
        return fields(path=source.put(folder, self.kind), caption=self.caption)

    @classmethod
    def from_record(cls, record: dict[str, Any], stored: Stored) -> Self:
        """Return the chart that `record` was made of."""
        self = cls.__new__(cls)
        self._file = stored_file(record, stored)
        self._data = self._source = None
        self.caption = optional(record, "caption", str)
        return self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Plotly):
            return NotImplemented
        return (self.caption, self.data) == (other.caption, other.data)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        known = f"{len(self.data['data'])} traces" if self._source or self._data else str(self.path)
        return f"Plotly({known}{f', caption={self.caption!r}' if self.caption is not None else ''})"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"application/vnd.plotly.v1+json": self.data, "text/plain": repr(self)}


def _is_matplotlib(figure: Any) -> bool:
    kind = getattr(sys.modules.get("matplotlib.figure"), "FigureBase", None)
    return isinstance(kind, type) and isinstance(figure, kind)


def _package(module: str, purpose: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingPackageError("plotly", purpose) from error


def _converted(figure: Any) -> Any:
    """Return what plotly makes of a figure of matplotlib."""
    tools = _package("plotly.tools", "a figure of matplotlib as Plotly")
    try:
        return tools.mpl_to_plotly(figure)
    except Exception as error:  # what it meets in a figure that it does not know may raise anything
        raise MediaError(
            f"plotly cannot convert this figure of matplotlib: {type(error).__name__}: {error}; log it as an Image"
        ) from error


def _text_of(figure: dict[str, Any]) -> str:
    """Return the JSON of a mapping, as plotly's encoder writes it."""
    traces = figure.get("data")
    if not isinstance(traces, (list, tuple)) or not all(isinstance(trace, dict) for trace in traces):
        raise MediaError(f"Plotly takes a dict whose 'data' is a list of traces, got {str(figure)[:80]}")
    return json.dumps(_plain(figure, ""), separators=(",", ":"), ensure_ascii=False)


def _plain(value: Any, place: str) -> Any:
    """Return a value as JSON has it.

    Raises:
        MediaError: JSON has no such value; with its place in the figure.
    """
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(item, f"{place}.{key}") for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, f"{place}[{number}]") for number, item in enumerate(value)]
    if callable(getattr(value, "isoformat", None)):
        return value.isoformat()
    array = as_numpy(value)
    if array is None or array.dtype.kind not in "biufUM" + "O" * array.ndim:
        name = type(value).__name__ if array is None else f"an array of {array.dtype}"
        raise MediaError(f"Plotly cannot write {name} at {place.lstrip('.')} of the figure as JSON")
    return _plain((array.astype(str) if array.dtype.kind == "M" else array).tolist(), place)


def _with_arrays(value: Any) -> Any:
    """Return JSON with the arrays of numpy that plotly's encoder wrote as their bytes."""
    if isinstance(value, list):
        return [_with_arrays(item) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("bdata"), str) and isinstance(value.get("dtype"), str):
        import numpy as np

        array = np.frombuffer(base64.b64decode(value["bdata"]), np.dtype(value["dtype"]).newbyteorder("<"))
        sides = str(value.get("shape", array.size)).split(",")
        return array.reshape([int(side) for side in sides])
    return {key: _with_arrays(item) for key, item in value.items()}
