"""How a notebook shows a table."""

from __future__ import annotations

from trailmark.media.tables.table import Table


def test_the_first_rows_are_shown() -> None:
    """There are twenty rows, the names, and how many there are in all."""
    text = Table(["name", "n"], [["x", number] for number in range(1000)])._repr_html_()
    assert text.count("<tr>") == 21
    assert "<th>name</th>" in text
    assert "1,000 rows x 2 columns" in text


def test_cells_are_no_markup() -> None:
    """What is in a cell or a name cannot become a part of the page; long texts are cut."""
    text = Table(["<b>"], [["<script>alert(1)</script>"], ["y" * 5000], [None]])._repr_html_()
    assert "<script>" not in text
    assert "<b>" not in text
    assert "&lt;script&gt;" in text
    assert len(text) < 1000


def test_wide_tables_are_cut() -> None:
    """Fifty columns are enough."""
    text = Table([f"c{number}" for number in range(80)], [list(range(80))])._repr_html_()
    assert "c49" in text
    assert "c50" not in text
    assert "80 columns" in text


def test_tables_draw_tables() -> None:
    """A cell that can draw itself does."""
    assert Table(["t"], [[Table(["inner"], [[1]])]])._repr_html_().count("<table>") == 2
