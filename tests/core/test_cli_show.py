"""`trailmark show` in a pipe, as JSON, and its plots; `test_cli_page` looks at the page for people."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import pytest

from cli_support import begin_run, call, in_terminal, log, plain, rows_of, write_run
from trailmark.journal.records import Alert, ConfigChange, Environment, Exit, Metric, Row

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a root with one run that has some of everything."""
    writer = begin_run(tmp_path, "r1", name="brisk", tags=["a", "b"], notes="two\nlines", started=1_700_000_000)
    writer.append(ConfigChange(time=0.0, set={"lr": 0.1, "opt": {"name": "adam"}, "seed": 2**70}))
    writer.append(Environment(time=0.0, values={"git": {"commit": "abc"}, "args": ["--lr", "0.1"]}))
    writer.append(Metric(name="loss", step_metric="epoch", summary=["min"], goal="minimize"))
    for step in range(100):
        log(writer, step, loss=math.nan if step == 50 else 1 / (step + 1), epoch=step // 10)
    log(writer, 0, stream="system", cpu=12.5)
    writer.append(Row(step=100, time=1_700_000_200.0, data={"note": "x\ty"}))
    writer.append(Alert(time=1_700_000_100.0, title="t", text="a\nb", level="WARN"))
    (writer.directory / "files").mkdir()
    (writer.directory / "files" / "m.txt").write_text("12345")
    writer.close(Exit(time=1_700_000_300.0, code=1, error="Traceback:\n  here\nValueError: no"))
    return tmp_path


def test_a_pipe_gets_a_section_a_name_and_values(root: Path) -> None:
    """Each value is one line, exact, and parted by tabs."""
    rows = rows_of(root, "show", "r1")
    for row in (
        ["run", "name", "brisk"],
        ["run", "state", "failed"],
        ["run", "tags", "a,b"],
        ["run", "notes", "two\\nlines"],
        ["config", "opt.name", "adam"],
        ["config", "seed", str(2**70)],
        ["summary", "loss.min", repr(1 / 100)],
        ["environment", "git.commit", "abc"],
        ["metric", "note", "1", "x\\ty", "", "", "", "0"],
        ["definition", "loss", "over epoch · summary min · minimize"],
        ["file", "m.txt", "5"],
        ["alert", "2023-11-14T22:15:00.000Z", "WARN", "t", "a\\nb"],
        ["error", "traceback", "ValueError: no"],
    ):
        assert row in rows
    [loss] = [row for row in rows if row[:2] == ["metric", "loss"]]
    assert [loss[2], *loss[3:6], loss[7]] == ["100", repr(1 / 100), repr(1 / 100), "1.0", "1"]


def test_system_metrics_are_shown_on_request(root: Path) -> None:
    """--system adds what was measured of the machine."""
    assert not [row for row in rows_of(root, "show") if row[0] == "system"]
    assert ["system", "cpu", "1", "12.5", "12.5", "12.5", "12.5", "0"] in rows_of(root, "show", "--system")


def test_metrics_are_chosen(root: Path) -> None:
    """--keys takes names and globs; the others are left out."""
    names = [row[1] for row in rows_of(root, "show", "-k", "l*", "-k", "epoch") if row[0] == "metric"]
    assert names == ["loss", "epoch"]


def test_json_has_everything(root: Path) -> None:
    """--json is one object."""
    run = json.loads(call(root, "show", "--json").stdout)
    assert run["config"] == {"lr": 0.1, "opt": {"name": "adam"}, "seed": 2**70}
    assert run["metrics"][0]["key"] == "loss"
    assert run["metrics"][0]["low"] == 0.01
    assert run["definitions"]["loss"]["goal"] == "minimize"
    assert run["files"] == [{"name": "m.txt", "size": 5}]
    assert run["alerts"][0]["title"] == "t"
    assert run["error"].endswith("ValueError: no")


def test_the_newest_run_is_shown_without_a_name(root: Path) -> None:
    """RUN may be left out."""
    write_run(root, "r2")
    assert ["run", "id", "r2"] in rows_of(root, "show")


def test_a_rank_is_chosen(root: Path) -> None:
    """--rank shows the metrics of another rank."""
    log(begin_run(root, "r1", rank=3, role="primary"), 0, own=5.0)
    assert [row[1] for row in rows_of(root, "show", "--rank", "3") if row[0] == "metric"] == ["own"]


def test_a_plot_is_over_the_step_metric(root: Path) -> None:
    """--plot draws over what define_metric says, or what --x says."""
    assert call(root, "show", "--plot", "loss").stdout.startswith("loss over epoch · brisk\n")
    assert call(root, "show", "-p", "loss", "--x", "_step").stdout.startswith("loss over step · brisk\n")
    assert call(root, "show", "-p", "loss", "--x", "_timestamp").stdout.startswith("loss over seconds · brisk\n")


def test_plots_have_the_height_that_was_asked_for(root: Path) -> None:
    """--height counts the lines of the plot, to which a title and an empty line come; several are drawn in turn."""
    assert len(call(root, "show", "-p", "loss", "-p", "epoch", "--height", "9").stdout.splitlines()) == 22


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-p", "los"], "has no metric 'los'; did you mean loss?"),
        (["-p", "note"], "holds more than numbers"),
        (["-k", "zzz"], "has no metric 'zzz'; it has loss, epoch, note"),
        (["-p", "loss", "--x", "nope"], "nope"),
    ],
)
def test_a_wrong_metric_is_one_sentence(root: Path, arguments: list[str], message: str) -> None:
    """A metric that is not there, or cannot be drawn, is told with what is there."""
    result = call(root, "show", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_plot_fits_the_terminal(root: Path) -> None:
    """In a terminal of its own the plot is as wide as the terminal, and no wider."""
    code, output = in_terminal(root, "show", "--plot", "loss", width=44)
    assert code == 0
    assert max(map(len, plain(output).splitlines())) == 44
