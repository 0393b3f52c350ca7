"""`plot_table`: a chart of a table by a preset or by a specification of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError
from trailmark.media.chart import Chart
from trailmark.plot.asked import Asked
from trailmark.plot.columns import as_table, check_column, nearest
from trailmark.plot.presets import ALIASES, PRESETS
from trailmark.plot.templates import fill, places, read_template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trailmark.media.tables.table import Table
    from trailmark.plot.presets import Preset


def plot_table(
    vega_spec_name: Any,
    data_table: Table,
    fields: Mapping[str, str] | None = None,
    string_fields: Mapping[str, str] | None = None,
    split_table: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
) -> Chart:
    """Draw a table by a preset or by a Vega-Lite specification.

    Args:
        vega_spec_name: a preset's name (ours, such as "line", or W&B's, such as "wandb/line/v0"), or a Vega-Lite
            specification: a dict, JSON, or the path of a .json file. Places of columns are written ``${field:x}`` in
            it, those of texts ``${string:title}``; its data are a source with a name, ``{"data": {"name": "table"}}``.
        data_table: a Table or a data frame.
        fields: the column for each field; one that is not given is the column of its own name.
        string_fields: the texts; one that is not given is empty.
        split_table: keep the table apart from the chart where both are listed.

    Raises:
        MediaError: no such preset, field, text or column, or the specification is none.
    """
    table = as_table(data_table)
    columns, strings = _names(fields, "fields"), _names(string_fields, "string_fields")
    template = read_template(vega_spec_name)
    if template is not None:
        own = places(template, "field")
        return Chart(
            table,
            fill(
                template,
                _columns(table, columns, own, []),
                _strings(strings, places(template, "string"), "the specification"),
            ),
            strings.get("title", ""),
            split_table=split_table,
        )
    name, preset = _preset(vega_spec_name)
    asked = Asked(
        table,
        _columns(table, columns, list(preset.fields), list(preset.optional)),
        _strings(strings, list(preset.strings), f"the preset {name!r}"),
    )
    return Chart(table, preset.build(asked), strings.get("title", ""), split_table=split_table)


def visualize(id: str, value: Table) -> Chart:  # noqa: A002 (W&B's signature)
    """Draw a table by a preset whose fields are the names of its columns; W&B's older `plot_table`.

    Raises:
        MediaError: as `plot_table`.
    """
    return plot_table(id, value)


def _preset(name: str) -> tuple[str, Preset]:
    found = PRESETS.get(ALIASES.get(name, name))
    if found is None:
        known = [*PRESETS, *ALIASES]
        raise MediaError(
            f"there is no preset {name!r}, only {', '.join(PRESETS)} and W&B's names of them. Specifications of one's "
            f"own are given as a dict, as JSON or as the path of a .json file{nearest(name, known)}"
        )
    return ALIASES.get(name, name), found


def _names(given: Any, what: str) -> dict[str, str]:
    try:
        return {str(key): str(value) for key, value in dict(given or {}).items()}
    except (TypeError, ValueError):
        raise MediaError(f"{what} must be a dict of names, got {given!r:.80}") from None


def _columns(table: Table, given: dict[str, str], needed: list[str], optional: list[str]) -> dict[str, str]:
    """Return the column of each field."""
    known = [*needed, *optional]
    strange = next((field for field in given if field not in known), None)
    if strange is not None:
        raise MediaError(
            f"fields has {strange!r}, which is no field of this chart; its fields: {', '.join(known) or 'none'}"
            f"{nearest(strange, known)}"
        )
    columns = {}
    for field in known:
        if field in given:
            columns[field] = check_column(table, given[field], field)
        elif field in table.columns:
            columns[field] = check_column(table, field, field)
        elif field in needed:
            raise MediaError(
                f"the chart has a field {field!r}, and fields={given!r} does not say which column that is; "
                f"the table's columns: {', '.join(map(repr, table.columns))}"
            )
    return columns


def _strings(given: dict[str, str], known: list[str], what: str) -> dict[str, str]:
    strange = next((name for name in given if name not in known and name != "title"), None)
    if strange is not None:
        raise MediaError(
            f"string_fields has {strange!r}, which is no text of {what}; its texts: {', '.join(known) or 'none'}"
            f"{nearest(strange, known)}"
        )
    return {name: given.get(name, "") for name in known}
