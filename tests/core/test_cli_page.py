"""The page that `trailmark show` writes for people."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

import pytest

from cli_support import begin_run, call, log, plain, seen, write_run
from trailmark.journal.records import Alert, ConfigChange, Console, Environment, Exit, Metric, SummaryChange

if TYPE_CHECKING:
    from pathlib import Path

NOW = time.time()


def section(lines: list[str], title: str) -> list[str]:
    """Return the lines below a title, up to the next empty line."""
    start = next(number for number, line in enumerate(lines) if line.split("  ")[0] == title) + 1
    rest = [*lines[start:], ""]
    return [" ".join(line.split()) for line in rest[: rest.index("")]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a root with one run that has some of everything."""
    writer = begin_run(
        tmp_path, "r1", name="brisk", tags=["a"], notes="A note.", started=NOW - 7200, host="box", group="g"
    )
    writer.append(ConfigChange(time=NOW, set={"lr": 0.00012345, "seed": 12345, "opt": {"name": "adam"}}))
    writer.append(Environment(time=NOW, values={"memory_bytes": 2e9, "args": ["--name", "a b"]}))
    writer.append(Metric(name="loss", summary=["min"], goal="minimize"))
    for step in range(200):
        log(writer, step, loss=math.nan if step == 50 else 1 / (step + 1), acc=step / 200)
    writer.append(SummaryChange(time=NOW, set={"best": "model.pt"}))
    writer.append(Alert(time=NOW, title="Watch out", text="why", level="WARN"))
    (writer.directory / "files").mkdir()
    (writer.directory / "files" / "m.txt").write_text("12345")
    writer.close(Exit(time=NOW - 7000))
    return tmp_path


def test_the_head_says_how_it_went(root: Path) -> None:
    """Sign, name, path, state, run time and age come first."""
    lines = seen(root, "show")
    assert lines[0] == "✓ brisk  digits/r1"
    assert lines[1].startswith("  finished after")
    assert lines[1].endswith(", 2h ago")
    assert lines[2] == "  step 199 · 2 metrics · group g · on box"
    assert lines[3:5] == ["  #a", "  A note."]


def test_metrics_have_curves_and_numbers(root: Path) -> None:
    """Each metric has a curve, its last, smallest and largest value, and what is odd about it."""
    header, loss, acc = section(seen(root, "show", width=110), "Metrics")
    assert header == "last min max values"
    assert loss.split()[1].startswith("▇▃")
    assert loss.split()[2:] == ["0.005", "0.005", "1", "200", "1", "NaN"]
    assert acc.split()[1].startswith("▁")
    assert acc.split()[2:] == ["0.995", "0", "0.995", "200"]


def test_config_is_exact(root: Path) -> None:
    """Inputs are not rounded, and nested ones have dotted names."""
    assert section(seen(root, "show"), "Config") == ["lr 0.00012345", "seed 12345", "opt.name adam"]


def test_the_summary_has_what_the_metrics_do_not_tell(root: Path) -> None:
    """Last values are told by the table of metrics already."""
    assert section(seen(root, "show"), "Summary") == ["loss.min 0.005", "loss.nan 1", "best model.pt"]


def test_definitions_environment_files_and_alerts_are_shown(root: Path) -> None:
    """Each has its section."""
    lines = seen(root, "show")
    assert section(lines, "Definitions") == ["loss summary min · minimize"]
    assert section(lines, "Environment") == ["memory_bytes 2.0 GB", "args --name 'a b'"]
    assert section(lines, "Files") == ["m.txt 5 B"]
    assert section(lines, "Alerts")[0].endswith("WARN Watch out")
    assert section(lines, "Alerts")[1] == "why"


def test_a_failed_run_shows_its_traceback(tmp_path: Path) -> None:
    """The traceback comes last, where one looks first."""
    write_run(tmp_path, "r1", state="failed")
    assert seen(tmp_path, "show")[-3:] == [
        "Error",
        "  Traceback (most recent call last):",
        "  ValueError: no luck",
    ]


def test_a_crashed_run_shows_what_it_printed_last(tmp_path: Path) -> None:
    """Without a traceback the last lines tell most."""
    writer = begin_run(tmp_path, "r1", pid=2**22 + 1, started=NOW)
    writer.append(Console(time=NOW, stream="stdout", first=0, lines=[f"line {number}" for number in range(9)]))
    lines = seen(tmp_path, "show")
    assert lines[0].startswith("✗ r1")
    assert section(lines, "Last lines") == [f"│ line {number}" for number in range(4, 9)]


def test_many_metrics_are_a_page(tmp_path: Path) -> None:
    """A terminal gets the first forty and is told of the rest."""
    values: dict[str, Any] = {f"m{number}": 1.0 for number in range(50)}
    log(begin_run(tmp_path, "r1"), 0, **values)
    lines = section(seen(tmp_path, "show"), "Metrics")
    assert len(lines) == 42
    assert lines[-1] == "… and 10 more metrics; --keys GLOB picks some"
    assert len(section(seen(tmp_path, "show", "-k", "m*"), "Metrics")) == 51


@pytest.mark.parametrize("width", [30, 60, 80, 200])
def test_the_page_fits_the_terminal(root: Path, width: int) -> None:
    """No line is wider than the terminal; a narrow one still has each metric's last value."""
    lines = seen(root, "show", width=width)
    assert max(map(len, lines)) <= width
    assert section(lines, "Metrics")[1].split()[2] == "0.005"


def test_an_empty_run_has_a_page(tmp_path: Path) -> None:
    """A run that has just begun is no error, and has no empty sections."""
    begin_run(tmp_path, "r1")
    lines = seen(tmp_path, "show")
    assert lines[2].startswith("  nothing logged · 0 metrics")
    assert len(lines) == 3


def test_lost_rows_are_told(tmp_path: Path) -> None:
    """Rows that the disk refused are not passed over in silence."""
    writer = begin_run(tmp_path, "r1")
    writer.lose_row()
    writer.close(Exit(time=NOW))
    assert "  1 row could not be written: lost" in seen(tmp_path, "show")


def test_a_journal_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A journal of a version to come is named, and the rest is shown."""
    directory = write_run(tmp_path, "r1")
    (directory / "29990101T000000-r1-00000000.journal").write_bytes(b"TRAILMK9" + bytes(100))
    assert "upgrade" in " ".join(seen(tmp_path, "show"))


def test_nothing_that_others_typed_harms_the_terminal(tmp_path: Path) -> None:
    """Names, notes, config, summary, alerts and tracebacks are shown as they are, but for what a terminal obeys."""
    evil = "[bold]x\x1b[2J\x07\u202e"
    writer = begin_run(tmp_path, "r1", name=evil, notes=evil, tags=[evil], group=evil)
    writer.append(ConfigChange(time=NOW, set={evil: evil}))
    writer.append(SummaryChange(time=NOW, set={evil: evil}))
    writer.append(Alert(time=NOW, title=evil, text=evil, level=evil))
    values: dict[str, Any] = {evil: 1.0}
    log(writer, 0, **values)
    writer.close(Exit(time=NOW, code=1, error=evil))
    output = call(tmp_path, "show", terminal=120).stdout
    assert "[bold]x\\x1b[2J\\x07\\u202e" in output
    assert not set("\x07\u202e\t\r") & set(output)
    assert "\x1b" not in plain(output)
