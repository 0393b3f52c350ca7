"""`trailmark ls`."""

from __future__ import annotations

import json
import math
import time
from typing import TYPE_CHECKING

import pytest

from cli_support import begin_run, call, log, rows_of, seen, write_run
from trailmark.journal.records import Metric

if TYPE_CHECKING:
    from pathlib import Path

NOW = time.time()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a root with a run in each state, one of them archived and one in another project."""
    write_run(tmp_path, "r1", name="first", state="finished", started=NOW - 5000, config={"lr": 0.1, "seed": 1234})
    write_run(tmp_path, "r2", name="second", state="failed", started=NOW - 4000, config={"lr": 0.2, "seed": 1234})
    write_run(tmp_path, "r3", name="third", state="crashed", started=NOW - 3000, rows=1500, config={"lr": 0.3})
    write_run(tmp_path, "r4", name="fourth", state="preempted", started=NOW - 2000, project="other")
    write_run(tmp_path, "r5", name="fifth", state="running", started=NOW - 1000)
    write_run(tmp_path, "r6", name="sixth", edit={"archived": True}, started=NOW - 500)
    return tmp_path


def test_a_pipe_gets_the_same_columns_always(root: Path) -> None:
    """State, name, id, project, time, run time and last step, exact and parted by tabs, the newest run first."""
    rows = rows_of(root, "ls")
    assert [row[2] for row in rows] == ["r5", "r4", "r3", "r2", "r1"]
    assert rows[2][:4] == ["crashed", "third", "r3", "digits"]
    assert rows[2][4].endswith("Z")
    assert float(rows[2][5]) == pytest.approx(1500)
    assert rows[2][6] == "1499"


def test_each_state_has_its_sign(root: Path) -> None:
    """A person sees the state by sign and word, also without colours."""
    lines = seen(root, "ls")
    signs = {line.split()[1]: (line.split()[0], line.split()[4]) for line in lines[1:]}
    assert signs == {
        "first": ("✓", "finished"),
        "second": ("✗", "failed"),
        "third": ("✗", "crashed"),
        "fourth": ("◌", "preempted"),
        "fifth": ("●", "running"),
    }


def test_a_project_is_listed_alone(root: Path) -> None:
    """With PROJECT only its runs are listed, and the column that would say so is left out."""
    assert [row[2] for row in rows_of(root, "ls", "other")] == ["r4"]
    assert "project" not in seen(root, "ls", "other")[0]


def test_archived_runs_are_listed_on_request(root: Path) -> None:
    """Archived runs are left out, but for --all and a filter that asks for them."""
    assert "r6" not in [row[2] for row in rows_of(root, "ls")]
    assert "r6" in [row[2] for row in rows_of(root, "ls", "--all")]
    assert [row[2] for row in rows_of(root, "ls", "-f", "archived=true")] == ["r6"]


def test_deleted_runs_are_listed_by_filter_only(root: Path) -> None:
    """A run that was deleted in the dashboard is in no list, nor the latest, until a filter asks for it."""
    write_run(root, "r7", name="seventh", edit={"deleted": True}, started=NOW - 100)
    assert "r7" not in [row[2] for row in rows_of(root, "ls", "--all")]
    assert [row[2] for row in rows_of(root, "ls", "-f", "deleted=true")] == ["r7"]
    assert seen(root, "show", "latest") == seen(root, "show", "r6")


def test_a_filter_and_an_order_choose(root: Path) -> None:
    """--filter narrows, --sort orders, --limit cuts after that."""
    assert [row[2] for row in rows_of(root, "ls", "-f", "lr>=0.2")] == ["r3", "r2"]
    assert [row[2] for row in rows_of(root, "ls", "-f", "lr>0", "-s", "lr", "-n", "2")] == ["r1", "r2"]
    assert [row[2] for row in rows_of(root, "ls", "--sort", "-lr", "-n", "1")] == ["r3"]


def test_columns_are_chosen(root: Path) -> None:
    """--columns names fields, results and inputs; what a run lacks is empty."""
    rows = rows_of(root, "ls", "-c", "id,config.lr,seed,loss", "-s", "name")
    assert rows[0][:3] == ["r5", "", ""]
    assert rows[1] == ["r1", "0.1", "1234", "0.1"]


def test_telling_values_are_shown(root: Path) -> None:
    """A terminal shows results that most runs have, and inputs in which the runs differ; not those that are equal."""
    header = seen(root, "ls", "digits")[0].split()
    assert header[-3:] == ["acc", "loss", "lr"]
    assert "seed" not in header


def test_results_come_before_other_numbers(tmp_path: Path) -> None:
    """Metrics with a goal or a summary, losses and accuracies come first; step metrics do not appear."""
    writer = begin_run(tmp_path, "r1")
    writer.append(Metric(name="zeta", step_metric="epoch", summary=["max"], goal="maximize"))
    log(writer, 0, alpha=1.0, epoch=1, zeta=0.5)
    log(writer, 1, train_loss=0.3, val_loss=0.25)
    assert seen(tmp_path, "ls")[0].split()[-4:] == ["zeta.max", "val_loss", "train_loss", "alpha"]


def test_runs_are_sorted_by_the_statistic_that_tells_most(tmp_path: Path) -> None:
    """The name of a metric whose summary is statistics stands for the one that fits its goal."""
    for number, best in enumerate((0.5, 0.9, 0.7)):
        writer = begin_run(tmp_path, f"r{number}")
        writer.append(Metric(name="acc", summary=["min", "max"], goal="maximize"))
        log(writer, 0, acc=best)
        log(writer, 1, acc=0.1 * number)
    assert [row[2] for row in rows_of(tmp_path, "ls", "-s", "-acc")] == ["r1", "r2", "r0"]
    assert [row[2] for row in rows_of(tmp_path, "ls", "-f", "acc>0.6", "-s", "name")] == ["r1", "r2"]
    assert rows_of(tmp_path, "ls", "-s", "name", "-c", "acc") == [["0.5"], ["0.9"], ["0.7"]]


def test_what_was_asked_for_is_shown_first(tmp_path: Path) -> None:
    """A value that runs are sorted by has its column even where there is room for few."""
    for number in range(3):
        summary = {f"metric{letter}": number for letter in "abcdefgh"}
        write_run(tmp_path, f"r{number}", rows=1, summary=summary)
    assert "metrich" not in seen(tmp_path, "ls", width=60)[0]
    assert "metrich" in seen(tmp_path, "ls", "-s", "metrich", width=60)[0]


@pytest.mark.parametrize("width", [24, 40, 60, 80, 200])
def test_lines_fit_the_terminal(root: Path, width: int) -> None:
    """Each run has one line, no wider than the terminal, with its name and id."""
    lines = seen(root, "ls", "digits", width=width)
    assert len(lines) == 5
    assert max(map(len, lines)) <= width
    assert all(line.split()[2].startswith("r") for line in lines[1:])


def test_a_terminal_gets_a_page(tmp_path: Path) -> None:
    """A terminal gets the newest 50 and is told of the rest; a pipe gets all."""
    for number in range(53):
        write_run(tmp_path, f"r{number}", rows=0, started=NOW - number)
    lines = seen(tmp_path, "ls")
    assert len(lines) == 52
    assert lines[-1] == "50 of 53 runs; -n 0 lists all."
    assert len(seen(tmp_path, "ls", "-n", "0")) == 54
    assert len(rows_of(tmp_path, "ls")) == 53


def test_json_has_everything(root: Path) -> None:
    """--json gives what the Api knows of each run."""
    runs = json.loads(call(root, "ls", "--json").stdout)
    assert [run["id"] for run in runs] == ["r5", "r4", "r3", "r2", "r1"]
    assert runs[-1]["config"] == {"lr": 0.1, "seed": 1234}
    assert runs[-1]["summary"]["loss"] == 0.1


def test_json_keeps_nan(tmp_path: Path) -> None:
    """NaN and infinities stay what they are."""
    write_run(tmp_path, "r1", summary={"a": math.nan, "b": -math.inf})
    [run] = json.loads(call(tmp_path, "ls", "--json").stdout)
    assert math.isnan(run["summary"]["a"])
    assert run["summary"]["b"] == -math.inf


def test_json_of_nothing_is_an_empty_array(tmp_path: Path) -> None:
    """A root without runs gives valid JSON, too."""
    assert json.loads(call(tmp_path, "ls", "--json").stdout) == []


def test_names_cannot_harm_the_terminal(tmp_path: Path) -> None:
    """A name with markup, escape sequences, tabs and line breaks is shown on its one line, as it is."""
    write_run(tmp_path, "r1", name="[red]x\x1b]0;owned\x07\n\t", summary={"\x1b[2J": 1.0})
    result = call(tmp_path, "ls", terminal=120)
    assert "[red]x\\x1b]0;owned\\x07\\n\\t" in result.stdout
    assert "\x1b]" not in result.stdout
    assert "\x1b[2J" not in result.stdout
    assert len(result.stdout.splitlines()) == 2
    assert len(rows_of(tmp_path, "ls")[0]) == 7


def test_statistics_of_a_metric_are_one_column(tmp_path: Path) -> None:
    """A summary that is several statistics shows the one that tells most."""
    write_run(tmp_path, "r1", rows=0, summary={"acc": {"max": 0.9, "last": 0.5}})
    header, line = seen(tmp_path, "ls")
    assert header.split()[-1] == "acc.max"
    assert line.split()[-1] == "0.9"


def test_large_numbers_are_listed(tmp_path: Path) -> None:
    """Integers of any size are no trouble, and seeds are whole."""
    write_run(tmp_path, "r1", rows=0, config={"seed": 2**70})
    write_run(tmp_path, "r2", rows=0, config={"seed": 12345})
    text = "\n".join(seen(tmp_path, "ls"))
    assert str(2**70) in text
    assert " 12345" in text


def test_no_runs_is_no_error(tmp_path: Path) -> None:
    """An empty root, an empty project and a filter without match say so, and a pipe gets nothing."""
    assert seen(tmp_path, "ls")[0].startswith("No runs yet in")
    assert rows_of(tmp_path, "ls") == []
    write_run(tmp_path, "r1")
    assert seen(tmp_path, "ls", "-f", "state=failed") == ["None of 1 run matches."]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ls", "digts"], "did you mean digits?"),
        (["ls", "-f", "stat"], "--filter takes a condition"),
        (["ls", "-s", "los"], "did you mean loss?"),
        (["ls", "-c", "id,nmae"], "did you mean name"),
    ],
)
def test_a_mistake_is_one_sentence(root: Path, arguments: list[str], message: str) -> None:
    """A wrong project, condition or name ends with a hint on standard error and nothing on standard output."""
    result = call(root, *arguments)
    assert result.exit_code in (1, 2)
    assert result.stdout == ""
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_run_that_is_being_written_is_listed(tmp_path: Path) -> None:
    """What was logged so far is there while the run is open."""
    writer = begin_run(tmp_path, "r1")
    log(writer, 7, loss=0.25)
    assert rows_of(tmp_path, "ls", "-c", "state,last_step,loss") == [["running", "7", "0.25"]]
