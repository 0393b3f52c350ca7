"""`Chart`: a table and how to draw it, as a Vega-Lite specification.

The table is stored as every table is. The specification is small and stands in the record, complete: it refers to no
preset, server or network of ours, so that anything which draws Vega-Lite 5 can draw the chart:

    {"_type": "chart", "title": …, "spec": {…}, "table": {"_type": "table", …}}

Its data are a source with a name (``{"data": {"name": "table"}}``), whose rows are those of the table, by the names of
the columns. Charts of Vega (without Lite) are refused. Making specifications is for `trailmark.plot`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError, MissingPackageError
from trailmark.media import chart_rows, kinds
from trailmark.media.media import Media

if TYPE_CHECKING:
    from typing_extensions import Self

    from trailmark.media.media import Folder, Stored
    from trailmark.media.tables.table import Table

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
MIME_TYPE = "application/vnd.vegalite.v5+json"
MAX_SPEC_BYTES = 1 << 20  # of a specification without data, which are for the table
MAX_NOTEBOOK_ROWS = 20_000  # some megabytes of JSON in the notebook's file
_VERSION = "5.21"  # of Vega-Lite, in files made here
_SCRIPTS = (
    "https://cdn.jsdelivr.net/npm/vega@5.33.0",
    "https://cdn.jsdelivr.net/npm/vega-lite@5.21.0",
    "https://cdn.jsdelivr.net/npm/vega-embed@6.29.0",
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 1.5rem; font-family: system-ui, sans-serif; }}
#chart {{ width: 100%; }}
</style>
{scripts}
</head>
<body>
<div id="chart"></div>
<script>
vegaEmbed("#chart", {spec}, {{actions: {{export: true, source: false, compiled: false, editor: false}}}});
</script>
</body>
</html>
"""


class Chart(Media):
    """A table and a Vega-Lite 5 specification of how to draw it.

    `log` takes it, notebooks draw it. Charts are usually made by `trailmark.plot`.

    Args:
        table: the data.
        spec: a Vega-Lite specification as plain data, whose `data` is a source with a name; without `data` it gets one.
        title: what lists call it; that of the specification if it is empty.
        split_table: keep the table apart from the chart where both are listed.

    Attributes:
        table: the data.
        spec: the specification, without data.
        title: what lists call it.

    Raises:
        MediaError: `spec` is no Vega-Lite specification, or `table` is no table.
    """

    kind = "chart"

    def __init__(self, table: Table, spec: dict[str, Any], title: str = "", *, split_table: bool = False) -> None:
        from trailmark.media.tables.table import Table

        if not isinstance(table, Table):
            raise MediaError(f"a Chart is made of a Table and a specification, got a {type(table).__name__}")
        self.table = table
        self.spec = _checked(spec)
        self.title = title or _title(self.spec)
        self.split_table = split_table

    def store(self, folder: Folder) -> dict[str, Any]:
        """Put the table into `folder` and return the fields of the record."""
        return self._fields(self.table.record_in(folder, folder))

    def record_in(self, folder: Folder, home: object) -> dict[str, Any]:
        """Return the record; the table knows whether it was stored in the same `home` before."""
        return {"_type": self.kind, **self._fields(self.table.record_in(folder, home))}

    @property
    def changes(self) -> bool:
        """Whether its table may have changed since it was stored."""
        return self.table.changes

    def _fields(self, table: dict[str, Any]) -> dict[str, Any]:
        fields = {"title": self.title, "spec": self.spec, "table": table}
        return {**fields, "split_table": True} if self.split_table else fields

    @classmethod
    def from_record(cls, record: dict[str, Any], stored: Stored) -> Self:
        """Return the chart of a record; its table is read when it is asked for.

        Raises:
            MediaError: the record is damaged.
        """
        from trailmark.media.tables.table import Table

        table = kinds.restore(record.get("table"), stored)
        spec, title = record.get("spec"), record.get("title")
        if not isinstance(table, Table) or not isinstance(spec, dict) or not isinstance(title, str):
            raise MediaError(f"not the record of a chart: {str(record)[:80]}")
        return cls(table, spec, title, split_table=bool(record.get("split_table")))

    # -- drawing ---------------------------------------------------------------------------------------------------

    def to_vega(self) -> dict[str, Any]:
        """Return the specification with its data in it, which draws as it is.

        All rows are there, in their order, and those columns whose names the specification mentions. NaN and infinities
        are null, as JSON has no others; dates and times are ISO 8601; media are left out.
        """
        rows = chart_rows.rows(self.table, self.spec)
        names = chart_rows.sources(self.spec)
        spec: dict[str, Any] = json.loads(json.dumps(self.spec))
        spec["datasets"] = {**spec.get("datasets", {}), **dict.fromkeys(names, rows)}
        return spec

    def to_html(self, *, bundle: bool = False) -> str:
        """Return a page that draws the chart.

        Args:
            bundle: put Vega's scripts into the page, about 0.9 MB, so that it needs no network.

        Raises:
            MissingPackageError: `bundle` needs the package vl-convert-python.
        """
        if bundle:
            scripts = (
                f"<script>{_converter('a page with its scripts in it').javascript_bundle(vl_version=_VERSION)}</script>"
            )
        else:
            scripts = "\n".join(f'<script src="{source}"></script>' for source in _SCRIPTS)
        # "<" in data could end the script that they stand in.
        spec = json.dumps(self.to_vega()).replace("<", "\\u003c").replace("\u2028", "\\u2028")
        title = self.title.replace("&", "&amp;").replace("<", "&lt;") or "Chart"
        return _PAGE.format(title=title, scripts=scripts, spec=spec)

    def save(
        self, path: str | os.PathLike[str], *, width: int = 640, scale: float = 2.0, background: str | None = None
    ) -> Path:
        """Write the chart to a file, whose ending says how, and return its path.

        ".json" is Vega-Lite with its data, ".html" a page, ".svg" and ".png" pictures. A page has
        Vega's scripts in it where the package vl-convert-python is installed, else it loads them.

        Args:
            path: the file, which is replaced if it is there.
            width: of pictures, in pixels, where the specification leaves it to the page.
            scale: how many dots of a PNG make a pixel.
            background: a colour of CSS for pictures; by default an SVG has none and a PNG is white.

        Raises:
            MediaError: the ending is another one.
            MissingPackageError: pictures need the package vl-convert-python.
        """
        target = Path(path)
        data = self._encoded(target.suffix.lower(), width, scale, background)
        temporary = target.with_name(f".{target.name}-{os.urandom(4).hex()}")
        try:
            temporary.write_bytes(data)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        return target

    def _encoded(self, ending: str, width: int, scale: float, background: str | None) -> bytes:
        if ending == ".json":
            return json.dumps(self.to_vega(), ensure_ascii=False, allow_nan=False).encode()
        if ending == ".html":
            return self.to_html(bundle=_has_converter()).encode()
        if ending not in (".svg", ".png"):
            raise MediaError(f"a chart is saved as .json, .html, .svg or .png, got the ending {ending!r}")
        converter = _converter(f"saving a chart as {ending}")
        spec = self.to_vega()
        if spec.get("width") == "container":
            spec["width"] = width
        # The renderer spoils colours of a PNG that are not opaque, so that it needs a ground to stand on.
        spec["background"] = background or ("white" if ending == ".png" else "transparent")
        if ending == ".svg":
            svg: str = converter.vegalite_to_svg(spec, vl_version=_VERSION)
            return svg.encode()
        png: bytes = converter.vegalite_to_png(spec, vl_version=_VERSION, scale=scale)
        return png

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        """What notebooks show; JupyterLab draws the specification itself, without a network."""
        if len(self.table) > MAX_NOTEBOOK_ROWS:
            return {"text/plain": f"{self!r}: too long to stand in a notebook; `chart.save('chart.html')` draws it"}
        return {"text/plain": repr(self), MIME_TYPE: self.to_vega()}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Chart):
            return NotImplemented
        mine, others = ((one.title, one.spec, one.split_table) for one in (self, other))
        return mine == others and self.table == other.table

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Chart({self.title!r}, {len(self.table):,} rows of {', '.join(map(str, self.table.columns))})"


def _checked(spec: Any) -> dict[str, Any]:
    """Return a copy of a specification, with a schema and a source of data.

    Raises:
        MediaError: it is none, or too large.
    """
    if not isinstance(spec, dict):
        raise MediaError(f"a specification is a dict of plain data, got a {type(spec).__name__}")
    try:
        text = json.dumps(spec, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise MediaError(f"the specification is no plain data that JSON can hold: {error}") from error
    if len(text) > MAX_SPEC_BYTES:
        raise MediaError(
            f"the specification has {len(text):,} bytes, more than {MAX_SPEC_BYTES:,}: put the data into the table"
        )
    found: dict[str, Any] = json.loads(text)
    schema = found.setdefault("$schema", SCHEMA)
    if "/vega-lite/" not in str(schema):
        raise MediaError(f"the specification must be Vega-Lite's, got the schema {schema!r}")
    if not {"mark", "layer", "hconcat", "vconcat", "concat", "facet", "repeat", "spec"} & set(found):
        raise MediaError(f"the specification has no mark and no layers; its keys: {', '.join(map(str, found))}")
    found.setdefault("data", {"name": "table"})
    if not chart_rows.sources(found):
        raise MediaError(
            "the specification has all its data in itself, and would not draw the table: give it "
            '{"data": {"name": "table"}}'
        )
    return found


def _title(spec: dict[str, Any]) -> str:
    title = spec.get("title", "")
    text = title.get("text", "") if isinstance(title, dict) else title
    return " ".join(map(str, text)) if isinstance(text, list) else str(text)


def _has_converter() -> bool:
    try:
        _converter("")
    except MissingPackageError:
        return False
    return True


def _converter(purpose: str) -> Any:
    try:
        import vl_convert
    except ImportError:
        raise MissingPackageError("vl-convert-python", purpose) from None
    return vl_convert
