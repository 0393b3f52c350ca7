"""`line`, `scatter`, `bar`, `histogram` and `line_series`: charts of a table's columns, or of plain sequences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from trailmark._term import say_once, termwarn
from trailmark.errors import MediaError
from trailmark.media.array import as_numpy
from trailmark.media.histogram import Histogram
from trailmark.plot.columns import as_table, check_column, column_values, table_of
from trailmark.plot.custom import plot_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np

    from trailmark.media.chart import Chart
    from trailmark.media.tables.table import Table

    Array = np.ndarray[Any, Any]

_SLOW_ROWS = 100_000  # a browser draws them in seconds
_MAX_OWN_BINS = 128


def line(
    table: Table,
    x: str,
    y: str,
    stroke: str | None = None,
    title: str = "",
    split_table: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
) -> Chart:
    """Draw the column y over the column x, joined in the order of x.

    A line breaks where y is NaN or None. All rows are kept and drawn; beyond 100,000 a warning says that it is slow.

    Args:
        table: a Table or a data frame.
        x: a column of numbers, times or words.
        y: a column of numbers.
        stroke: a column with a line for each of its values.
        title: what stands above.
        split_table: keep the table apart from the chart where both are listed.

    Raises:
        MediaError: no such column.
    """
    table = as_table(table)
    fields = {"x": x, "y": y, **({} if stroke is None else {"stroke": stroke})}
    _warn_of_length(table, "line")
    return _plot("line", table, fields, {"title": title}, split_table)


def scatter(
    table: Table,
    x: str,
    y: str,
    title: str = "",
    split_table: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
    *,
    stroke: str | None = None,
) -> Chart:
    """Draw a point for each row.

    Args:
        table: a Table or a data frame.
        x: a column of numbers, times or words.
        y: as x.
        title: what stands above.
        split_table: keep the table apart from the chart where both are listed.
        stroke: a column with a colour for each of its values.

    Raises:
        MediaError: no such column.
    """
    table = as_table(table)
    fields = {"x": x, "y": y, **({} if stroke is None else {"stroke": stroke})}
    _warn_of_length(table, "scatter")
    return _plot("scatter", table, fields, {"title": title}, split_table)


def bar(
    table: Table,
    label: str,
    value: str,
    title: str = "",
    split_table: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
) -> Chart:
    """Draw a horizontal bar for each row, in the order of the rows.

    Args:
        table: a Table or a data frame.
        label: a column of names, each once: bars of one name are stacked, with a warning.
        value: a column of numbers.
        title: what stands above.
        split_table: keep the table apart from the chart where both are listed.

    Raises:
        MediaError: no such column.
    """
    table = as_table(table)
    labels = [str(name) for name in column_values(table, check_column(table, label, "label"))]
    seen: set[str] = set()
    twice = next((name for name in labels if name in seen or seen.add(name)), None)  # type: ignore[func-returns-value]
    if twice is not None:
        termwarn(f"bar: the label {twice!r} occurs more than once; its bars are stacked", repeat=False)
    return _plot("bar", table, {"label": label, "value": value}, {"title": title}, split_table)


def histogram(
    table: Table,
    value: str,
    title: str = "",
    split_table: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
    *,
    num_bins: int | None = None,
) -> Chart:
    """Draw how many rows have which values.

    Rows are counted here, all of them: the chart has a table of its own, of bins and counts, whatever the length of
    `table`. Log the table, too, to keep the values. NaN, None and infinities are in no bin; the chart tells how many.

    Args:
        table: a Table or a data frame.
        value: a column of numbers.
        title: what stands above.
        split_table: keep the table apart from the chart where both are listed.
        num_bins: how many bins, 1 to 512; by default what Freedman and Diaconis, or Sturges, ask for, at most 128.

    Raises:
        MediaError: no such column, or it holds no numbers.
    """
    table = as_table(table)
    values = _numbers(column_values(table, check_column(table, value, "value")), f"the column {value!r}")
    counted = Histogram(values, num_bins=_bin_count(values) if num_bins is None else num_bins)
    others = {"NaN": counted.nan, "∞": counted.inf, "-∞": counted.neg_inf}
    note = ", ".join(f"{count:,} {what}" for what, count in others.items() if count)
    counts = table_of(low=counted.bins[:-1], high=counted.bins[1:], count=counted.histogram)
    strings = {"title": title, "xname": value, "note": f"not shown: {note}" if note else ""}
    return _plot("bins", counts, {}, strings, split_table)


def line_series(
    xs: Any,
    ys: Sequence[Any],
    keys: Sequence[Any] | None = None,
    title: str = "",
    xname: str = "x",
    split_table: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
) -> Chart:
    """Draw several lines with a legend.

    Args:
        xs: numbers for all lines, or a sequence of such sequences, one a line.
        ys: a sequence of numbers for each line.
        keys: the names of the lines; "key_0", "key_1", … if they are not given.
        title: what stands above.
        xname: what stands at the horizontal axis.
        split_table: keep the table apart from the chart where both are listed.

    Raises:
        MediaError: lengths do not agree, or names are not unique.
    """
    import numpy as np

    lines = [_numbers(y, f"ys[{place}]") for place, y in enumerate(_items(ys, "ys"))]
    names = [f"key_{place}" for place in range(len(lines))] if keys is None else [str(k) for k in _items(keys, "keys")]
    if not lines or len(names) != len(lines) or len(set(names)) != len(names):
        raise MediaError(
            f"line_series takes one name a line, each once, got {len(lines)} lines and the keys {names!r:.200}"
        )
    shared = _shared(xs, len(lines))
    for name, x, y in zip(names, shared, lines, strict=True):
        if len(x) != len(y):
            raise MediaError(f"the line {name!r} has {len(x)} x and {len(y)} y: both must be as long")
    line_of_row = [name for name, y in zip(names, lines, strict=True) for _ in range(len(y))]
    table = table_of(step=np.concatenate(shared), lineKey=line_of_row, lineVal=np.concatenate(lines))
    _warn_of_length(table, "line_series")
    return _plot("line_series", table, {}, {"title": title, "xname": xname}, split_table)


def _plot(preset: str, table: Table, fields: dict[str, str], strings: dict[str, str], split_table: bool) -> Chart:  # noqa: FBT001
    return plot_table(preset, table, fields, strings, split_table)


def _warn_of_length(table: Table, what: str) -> None:
    if len(table) > _SLOW_ROWS:
        text = f"{what}: a chart of {len(table):,} rows keeps and draws them all, which takes browsers seconds"
        say_once(f"{what}: long", text, "warn")  # once, as a chart may be logged each epoch


def _items(values: Any, what: str) -> list[Any]:
    array = as_numpy(values)
    try:
        return list(values if array is None else array)
    except TypeError:
        raise MediaError(f"line_series takes a sequence as {what}, got {values!r:.80}") from None


def _shared(xs: Any, lines: int) -> list[Array]:
    """Return the x of each line."""
    items = _items(xs, "xs")
    if items and all(not isinstance(item, str) and _is_sequence(item) for item in items):
        if len(items) != lines:
            raise MediaError(f"xs has {len(items)} sequences for {lines} lines: give one a line, or one for all")
        return [_numbers(x, f"xs[{place}]") for place, x in enumerate(items)]
    return [_numbers(xs, "xs")] * lines


def _is_sequence(item: Any) -> bool:
    array = as_numpy(item)
    return hasattr(item, "__len__") if array is None else array.ndim > 0


def _numbers(values: Iterable[Any], what: str) -> Array:
    """Return numbers as an array of one dimension; None is NaN.

    Raises:
        MediaError: it holds other things.
    """
    import numpy as np

    array = as_numpy(values)
    try:
        if array is None:
            array = np.asarray([np.nan if item is None else item for item in values])
        if isinstance(array, np.ma.MaskedArray):
            array = np.ma.filled(array.astype(np.float64), np.nan)
        if array.dtype.kind == "O":
            array = array.astype(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise MediaError(f"{what} must hold numbers: {error}") from error
    if array.ndim != 1 or array.dtype.kind not in "biuf":
        raise MediaError(
            f"{what} must hold numbers in one dimension, got the dtype {array.dtype} and the shape {array.shape}"
        )
    return array


def _bin_count(values: Array) -> int:
    """Return how many bins Freedman and Diaconis's rule gives, at least Sturges's, as numpy's "auto" does; bounded."""
    import numpy as np

    finite = values[np.isfinite(values)].astype(np.float64)
    if len(finite) < 2:  # noqa: PLR2004
        return 1
    sturges = math.ceil(math.log2(len(finite))) + 1
    quarter, three = np.percentile(finite, [25, 75])
    with np.errstate(over="ignore", invalid="ignore"):
        width = 2 * (three - quarter) / len(finite) ** (1 / 3)
        by_spread = (finite.max() - finite.min()) / width if width > 0 else 0.0
    spread = by_spread if math.isfinite(by_spread) else 0.0
    return min(max(sturges, math.ceil(spread)), _MAX_OWN_BINS)
