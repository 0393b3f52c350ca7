"""`trailmark gc`."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from cli_support import begin_run, call, log, rows_of, seen, write_run
from trailmark.cli.gc import Wanted, litter
from trailmark.journal.records import Exit

if TYPE_CHECKING:
    from pathlib import Path

NOW = time.time()
DAY_S = 86400


def age(path: Path, seconds: float = DAY_S) -> Path:
    """Make a path look as if it was last changed `seconds` ago."""
    os.utime(path, (NOW - seconds, NOW - seconds))
    return path


def put(path: Path, size_bytes: int = 100) -> Path:
    """Write an old file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size_bytes))
    return age(path)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a root with two runs, and one of everything that may go."""
    run = write_run(tmp_path, "r1")
    write_run(tmp_path, "r2", state="crashed")
    put(run / ".state")
    put(run / ".state-0123abcd")
    put(run / "files" / "sub" / ".model.pt-0123abcd")
    put(run / "files" / "model.pt")
    put(run / "files" / ".hidden")
    put(tmp_path / "digits" / ".deleted-r9-0123abcd" / "x.journal")
    (put(tmp_path / "digits" / ".jobs" / "0123-1")).write_text("r1")
    age(tmp_path / "digits" / ".jobs" / "0123-1", 2 * DAY_S)
    (tmp_path / "digits" / "empty" / "files").mkdir(parents=True)
    age(tmp_path / "digits" / "empty")
    age_of_project = tmp_path / "nothing"
    age_of_project.mkdir()
    age(age_of_project)
    return tmp_path


def test_what_is_not_needed_is_found(root: Path) -> None:
    """Caches, leftover files, notes and empty directories may go; files that were saved stay."""
    found = {(item.kind, str(item.path.relative_to(root))) for item in litter(root, None, Wanted())}
    assert found == {
        ("cache", "digits/r1/.state"),
        ("leftover", "digits/r1/.state-0123abcd"),
        ("leftover", "digits/r1/files/sub/.model.pt-0123abcd"),
        ("leftover", "digits/.deleted-r9-0123abcd"),
        ("note", "digits/.jobs/0123-1"),
        ("empty", "digits/empty"),
        ("empty", "nothing"),
    }


def test_nothing_is_deleted_without_force(root: Path) -> None:
    """By default it is only told what would go, and how large it is."""
    before = sorted(root.rglob("*"))
    lines = seen(root, "gc")
    assert "1 cache of a state · 100 B" in lines
    assert lines[-1] == "Nothing was deleted; --force does it."
    assert sorted(root.rglob("*")) == before


def test_force_deletes(root: Path) -> None:
    """With --force it goes, and nothing else; afterwards there is nothing left to do."""
    kept = [path for path in root.rglob("*.journal") if ".deleted" not in str(path)]
    result = call(root, "gc", "--force", terminal=100)
    assert result.exit_code == 0
    assert "Deleted; " in result.stdout
    assert sorted(root.rglob("*.journal")) == sorted(kept)
    assert (root / "digits/r1/files/model.pt").exists()
    assert (root / "digits/r1/files/.hidden").exists()
    assert not (root / "digits/empty").exists()
    assert not (root / "nothing").exists()
    assert seen(root, "gc")[0].endswith(f"Nothing to delete in {root}")


def test_leftovers_of_artifacts_go(tmp_path: Path) -> None:
    """What a process that was killed left of a version, an index or a deletion goes; versions stay, and what is new."""
    folder = tmp_path / "digits/.artifacts"
    kept = [put(folder / "data" / name) for name in ("v0.json", "aliases.json")]
    kept += [put(folder / ".data.lock"), put(folder / "data/.v1.json-0123abcd")]
    os.utime(kept[-1])
    gone = [put(folder / "data" / name) for name in (".v2.json-0123abcd", ".aliases.json-01234567")]
    put(folder / ".old-0123abcd" / "v0.json")
    gone.append(age(folder / ".old-0123abcd"))
    for path in kept[:1]:
        path.write_text('{"format": 1, "digest": "0", "type": "dataset"}')
    found = {item.path: item.kind for item in litter(tmp_path, "digits", Wanted())}
    assert found == dict.fromkeys(gone, "leftover")
    assert call(tmp_path, "gc", "digits", "--force").exit_code == 0
    assert sorted(path for path in folder.rglob("*") if path.is_file()) == sorted(kept)


def test_a_pipe_gets_kind_bytes_and_path(root: Path) -> None:
    """Each thing is one line, parted by tabs."""
    assert ["cache", "100", str(root / "digits/r1/.state")] in rows_of(root, "gc")


def test_what_is_new_is_left_alone(tmp_path: Path) -> None:
    """What changed within the last hour may still be in use: a copy, a directory of a run that begins."""
    (tmp_path / "p" / "new").mkdir(parents=True)
    (tmp_path / "p" / "run" / "files").mkdir(parents=True)
    (tmp_path / "p" / "run" / "files" / ".x-0123abcd").touch()
    assert rows_of(tmp_path, "gc") == []


def test_a_note_of_a_job_that_runs_is_kept(tmp_path: Path) -> None:
    """Ranks that start late still find the run of their job."""
    begin_run(tmp_path, "r1")
    note = put(tmp_path / "digits" / ".jobs" / "0123-1")
    note.write_text("r1")
    age(note, 9 * DAY_S)
    assert rows_of(tmp_path, "gc") == []


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Return a root with runs of several states and ages."""
    write_run(tmp_path, "old", started=NOW - 40 * DAY_S)
    write_run(tmp_path, "old-crash", started=NOW - 40 * DAY_S, state="crashed")
    write_run(tmp_path, "crash", state="crashed")
    write_run(tmp_path, "kept", edit={"archived": True})
    write_run(tmp_path, "dropped", edit={"deleted": True})
    write_run(tmp_path, "alive", started=NOW - 40 * DAY_S, state="running")
    return tmp_path


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], set()),
        (["--archived"], {"kept"}),
        (["--deleted"], {"dropped"}),
        (["--older-than", "30d"], {"old", "old-crash"}),
        (["--state", "crashed"], {"old-crash", "crash"}),
        (["--state", "crashed", "--older-than", "30d"], {"old-crash"}),
        (["--state", "crashed", "--state", "finished", "--older-than", "30d"], {"old", "old-crash"}),
        (["--archived", "--state", "crashed"], set()),
    ],
)
def test_runs_go_by_choice(runs: Path, options: list[str], expected: set[str]) -> None:
    """A run goes if it is all that is asked for, and never while it runs."""
    chosen = {row[2].rpartition("/")[2] for row in rows_of(runs, "gc", *options) if row[0] == "run"}
    assert chosen == expected
    result = call(runs, "gc", *options, "--force", "--yes")
    assert result.exit_code == 0
    assert {path.name for path in (runs / "digits").iterdir()} == {
        "old",
        "old-crash",
        "crash",
        "kept",
        "dropped",
        "alive",
    } - expected


def test_it_asks_before_runs_go(runs: Path) -> None:
    """Without --yes there is a question; no, and no answer, delete nothing."""
    for answer in ("n\n", ""):
        result = call(runs, "gc", "--state", "crashed", "--force", input=answer)
        assert result.exit_code == 1
        assert "Delete 2 runs for good?" in result.stderr
        assert (runs / "digits" / "crash").exists()
    assert call(runs, "gc", "--state", "crashed", "--force", input="y\n").exit_code == 0
    assert not (runs / "digits" / "crash").exists()


def test_a_person_sees_which_runs_go(runs: Path) -> None:
    """Runs are listed with name, state, age and size."""
    line = next(line for line in seen(runs, "gc", "--older-than", "30d") if "digits/old " in line)
    assert line.split()[:3] == ["✓", "digits/old", "old"]
    assert "finished, 39d ago" in line or "finished, 40d ago" in line


def test_a_run_that_was_resumed_meanwhile_stays(tmp_path: Path) -> None:
    """What was chosen for deletion is looked at again before it goes."""
    write_run(tmp_path, "r1", state="crashed")
    [item] = [item for item in litter(tmp_path, None, Wanted(states=("crashed",))) if item.kind == "run"]
    begin_run(tmp_path, "r1", started=NOW, attempt=2)
    from trailmark.cli.gc import delete

    assert not delete(item)
    assert item.path.exists()


def test_a_directory_that_got_a_file_meanwhile_stays(tmp_path: Path) -> None:
    """An empty directory refuses to go once there is something in it."""
    (tmp_path / "p" / "r1" / "files").mkdir(parents=True)
    age(tmp_path / "p" / "r1")
    [item] = litter(tmp_path, "p", Wanted())
    (tmp_path / "p" / "r1" / "x.journal").touch()
    from trailmark.cli.gc import delete

    assert not delete(item)
    assert (tmp_path / "p" / "r1" / "x.journal").exists()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A link to a directory elsewhere is neither a run to delete nor a place to clean."""
    target = write_run(tmp_path / "elsewhere", "r1", state="crashed")
    put(target / ".state")
    (tmp_path / "root" / "digits").mkdir(parents=True)
    (tmp_path / "root" / "digits" / "link").symlink_to(target)
    result = call(tmp_path / "root", "gc", "--state", "crashed", "--force", "--yes")
    assert result.exit_code == 0
    assert (target / ".state").exists()
    assert list(target.glob("*.journal"))


@pytest.mark.parametrize("span", ["soon", "", "-3d"])
def test_a_wrong_span_is_a_usage_error(tmp_path: Path, span: str) -> None:
    """What is no span of time is refused before anything is looked at."""
    result = call(tmp_path, "gc", "--older-than", span)
    assert result.exit_code == 2
    assert "--older-than takes a span such as" in result.stderr


def test_a_cache_is_not_missed(tmp_path: Path) -> None:
    """After the caches went, a run is read as before."""
    writer = begin_run(tmp_path, "r1", pid=2**22 + 1)
    for step in range(2000):
        log(writer, step, loss=float(step))
    before = rows_of(tmp_path, "ls", "-c", "id,loss,state")
    assert [row[0] for row in rows_of(tmp_path, "gc")] == ["cache"]
    assert call(tmp_path, "gc", "--force").exit_code == 0
    assert rows_of(tmp_path, "ls", "-c", "id,loss,state") == before
    writer.close(Exit(time=NOW))
