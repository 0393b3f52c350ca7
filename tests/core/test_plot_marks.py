"""Lines, points, bars and histograms of columns."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from chart_support import check_fields, draw
from media_support import store
from trailmark.errors import MediaError, UsageError
from trailmark.media.tables.table import Table
from trailmark.plot import bar, histogram, line, line_series, scatter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark.media.chart import Chart

RNG = np.random.default_rng(11)
DAY = datetime.date(2024, 5, 6)


def _table() -> Table:
    rows = [[n, 1 / (n + 1), f"model {n % 3}", DAY + datetime.timedelta(n)] for n in range(30)]
    return Table(columns=["step", "val/loss.mean [%]", "model", "day"], data=rows)


@pytest.mark.parametrize("plot", [line, scatter])
def test_columns_are_drawn(plot: Callable[..., Chart]) -> None:
    """The columns are those that were asked for, dots and brackets and all, and the table is the one given."""
    table = _table()
    chart = plot(table, "step", "val/loss.mean [%]", stroke="model", title="Loss")
    assert chart.table is table
    assert chart.title == "Loss"
    assert check_fields(chart) == {"step", "val/loss.mean [%]", "model"}
    assert chart.spec["title"]["text"] == "Loss"


@pytest.mark.parametrize("plot", [line, scatter])
def test_without_stroke(plot: Callable[..., Chart]) -> None:
    """Without a stroke there is one colour and no legend."""
    chart = plot(_table(), "step", "val/loss.mean [%]")
    assert check_fields(chart) == {"step", "val/loss.mean [%]"}
    assert "color" not in chart.spec["encoding"]
    assert "title" not in chart.spec


def test_types_of_axes() -> None:
    """Numbers, times and words have axes of their own, and words keep their order."""
    x = line(_table(), "day", "step").spec["encoding"]["x"]
    assert x["type"] == "temporal"
    words = scatter(_table(), "model", "step").spec["encoding"]["x"]
    assert (words["type"], words["sort"]) == ("nominal", None)


def test_bar_names_and_values() -> None:
    """A bar a row, in the order of the rows."""
    chart = bar(Table(columns=["name", "share"], data=[["b", 0.5], ["a", 0.2]]), "name", "share")
    encoding = chart.spec["encoding"]
    assert (encoding["y"]["field"], encoding["y"]["sort"], encoding["x"]["field"]) == ("name", None, "share")
    assert check_fields(chart) == {"name", "share"}


def test_bars_of_one_name(capsys: pytest.CaptureFixture[str]) -> None:
    """Two bars of one name lie on one another, which is said."""
    bar(Table(columns=["name", "share"], data=[["twin", 0.5], ["twin", 0.2]]), "name", "share")
    assert "the label 'twin' occurs more than once" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("plot", "columns"), [(line, ("step", "loss")), (bar, ("model", "loss")), (histogram, ("loss",))]
)
def test_unknown_columns(plot: Callable[..., Chart], columns: tuple[str, ...]) -> None:
    """A column that is not there is named, with those that are near."""
    table = Table(columns=["step", "model", "los"], data=[[1, "a", 2.0]])
    with pytest.raises(MediaError, match=r"='loss' is no column of the table, .* did you mean 'los'"):
        plot(table, *columns)


def test_what_is_no_table() -> None:
    """A list of numbers is no table."""
    values: Any = [1, 2, 3]
    with pytest.raises(MediaError, match="a Table or a data frame, got a list"):
        line(values, "x", "y")


def test_histogram_counts_all() -> None:
    """Every number is in one bin, in numpy's counts."""
    values = RNG.normal(size=100_000)
    chart = histogram(Table(columns=["error"], data=values[:, None]), "error", "Errors")
    low, high, count = (chart.table.get_column(name) for name in ("low", "high", "count"))
    assert low[1:] == high[:-1]
    assert sum(count) == len(values)
    assert count == np.histogram(values, [*low, high[-1]])[0].tolist()
    assert len(count) <= 128
    assert chart.spec["encoding"]["x"]["title"] == "error"
    assert check_fields(chart) == {"low", "high", "count"}


def test_histogram_tells_what_it_leaves_out() -> None:
    """NaN, None and infinities are in no bin, and the chart says how many there are."""
    table = Table(columns=["error"], data=[[1.0], [2.0], [float("nan")], [None], [float("-inf")]])
    chart = histogram(table, "error")
    assert sum(chart.table.get_column("count")) == 2
    assert chart.spec["title"]["subtitle"] == "not shown: 2 NaN, 1 -∞"


@pytest.mark.parametrize("values", [[3.0] * 5, [7], [0, 1] * 50, [1e300, -1e300, 5.0], [1.0] * 99 + [1e9]])
def test_histogram_of_odd_values(values: list[float]) -> None:
    """Equal, few, huge and outlying values are counted, in no more bins than can be seen."""
    chart = histogram(Table(columns=["x"], data=[[value] for value in values]), "x")
    assert sum(chart.table.get_column("count")) == len(values)
    assert len(chart.table) <= 128


def test_number_of_bins() -> None:
    """The number of bins may be chosen."""
    table = Table(columns=["x"], data=RNG.normal(size=(100, 1)))
    assert len(histogram(table, "x", num_bins=7).table) == 7
    with pytest.raises(UsageError, match="num_bins=0"):
        histogram(table, "x", num_bins=0)


def test_histogram_of_words() -> None:
    """Words have no histogram."""
    with pytest.raises(MediaError, match="the column 'x' must hold numbers"):
        histogram(Table(columns=["x"], data=[["a"]]), "x")


def test_line_series_with_one_axis() -> None:
    """All lines may share their x."""
    chart = line_series([0, 1], [[1, 2], [3.5, None]], keys=["a", "b"], xname="epoch")
    rows = chart.table.data
    assert rows[:3] == [[0, "a", 1.0], [1, "a", 2.0], [0, "b", 3.5]]
    assert np.isnan(rows[3][2])
    assert chart.table.columns == ["step", "lineKey", "lineVal"]
    assert chart.spec["encoding"]["x"]["title"] == "epoch"
    assert check_fields(chart) == {"step", "lineKey", "lineVal"}


def test_line_series_with_axes_of_their_own() -> None:
    """Each line may have its own x, of its own length."""
    chart = line_series([np.arange(2), np.arange(3)], [[1, 2], [3, 4, 5]])
    assert [row[:2] for row in chart.table.data] == [
        [0, "key_0"],
        [1, "key_0"],
        [0, "key_1"],
        [1, "key_1"],
        [2, "key_1"],
    ]


@pytest.mark.parametrize(
    ("xs", "ys", "keys", "words"),
    [
        ([1, 2], [[1, 2], [1]], None, "'key_1' has 2 x and 1 y"),
        ([1], [[1]], ["a", "b"], "1 lines and the keys"),
        ([1], [[1], [2]], ["a", "a"], "each once"),
        ([1], [["x"]], None, "must hold numbers"),
        ([[1]], [[1], [2]], None, "1 sequences for 2 lines"),
        (5, [[1]], None, "a sequence as xs"),
        ([1], [], None, "0 lines"),
        ([1], [[[1]]], None, "one dimension"),
    ],
)
def test_line_series_that_do_not_fit(xs: Any, ys: Any, keys: Any, words: str) -> None:
    """Lines, lengths and names must agree."""
    with pytest.raises(MediaError, match=words):
        line_series(xs, ys, keys)


def test_long_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A very long table is drawn as it is, with a word about how long that takes."""
    monkeypatch.setattr("trailmark._term._said", set())
    chart = line(Table(columns=["x", "y"], data=np.zeros((100_001, 2))), "x", "y")
    assert len(chart.to_vega()["datasets"]["table"]) == 100_001
    assert "100,001 rows" in capsys.readouterr().err


def test_read_back(tmp_path: Path) -> None:
    """A chart that was stored draws what the first one does."""
    chart = line(_table(), "day", "val/loss.mean [%]", stroke="model")
    _, found = store(chart, tmp_path)
    assert found.to_vega() == chart.to_vega()


@pytest.mark.extra
@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_data_frames(library: str) -> None:
    """A data frame is drawn as a table is."""
    frame = pytest.importorskip(library).DataFrame({"a": [1, 2], "b": [0.5, 0.25]})
    assert line(frame, "a", "b").to_vega()["datasets"]["table"] == [{"a": 1, "b": 0.5}, {"a": 2, "b": 0.25}]


@pytest.mark.extra
@pytest.mark.parametrize(
    "chart",
    [
        lambda: line(_table(), "step", "val/loss.mean [%]", stroke="model"),
        lambda: line(_table(), "day", "val/loss.mean [%]"),
        lambda: line(_table(), "model", "step"),
        lambda: line(Table(columns=["x", "y"], data=[[1, 2.0], [2, float("nan")], [3, 1.0]]), "x", "y"),
        lambda: line(Table(columns=["it's", "y"], data=[[1, 2.0]]), "it's", "y"),
        lambda: line(Table(columns=["x", "y"]), "x", "y"),
        lambda: scatter(_table(), "step", "val/loss.mean [%]", stroke="model"),
        lambda: scatter(_table(), "day", "model"),
        lambda: bar(_table(), "day", "val/loss.mean [%]"),
        lambda: histogram(_table(), "step", "Steps"),
        lambda: line_series([0, 1], [[1, 2], [3, 4]]),
    ],
)
def test_drawn(chart: Callable[[], Chart], capfd: pytest.CaptureFixture[str]) -> None:
    """Vega-Lite draws them without a warning."""
    assert "<path" in draw(chart(), capfd)
