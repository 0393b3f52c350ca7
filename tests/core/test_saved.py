"""`save` and `restore`: files that a run keeps."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import trailmark
from trailmark import UsageError
from trailmark._run.saved import copy_whole
from trailmark.errors import NoRunError, RunNotFoundError
from trailmark.journal.runstate import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from trailmark import Run


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of its own; the root is beside it."""
    path = tmp_path / "work"
    path.mkdir()
    monkeypatch.chdir(path)
    return path


def write(path: Path | str, text: str = "text") -> Path:
    """Write a file, and its folders."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def files(run: Run) -> dict[str, str]:
    """Return the files in the run's folder, by path, with what is in them."""
    folder = run.path_on_disk / "files"
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()
    }


def records(run: Run) -> dict[str, tuple[int, str]]:
    """Return what the journal says of files: size and policy by path."""
    state = load(run.path_on_disk)
    assert state is not None
    found = [record for journal in state.journals.values() for record in journal.files.values()]
    return {record.path: (record.size, record.policy) for record in found}


def tick(run: Run) -> None:
    """Let the run look for changes as often as it takes to see a file at rest."""
    run.files.tick()
    run.files.tick()


def test_a_file_is_copied_when_save_returns(begin: Callable[..., Run]) -> None:
    """The copy is in the run's folder, the journal knows it, and its path is returned."""
    write("models/a.pt", "weights")
    run = begin()
    found = run.save("models/a.pt", policy="now")
    assert found == [str(run.path_on_disk / "files" / "models" / "a.pt")]
    assert files(run) == {"models/a.pt": "weights"}
    assert records(run) == {"models/a.pt": (7, "now")}


def test_globs_and_folders(begin: Callable[..., Run]) -> None:
    """All that matches is saved, and all below a folder."""
    for name in ("a.pt", "b.pt", "b.txt", "deep/er/c.pt"):
        write(f"m/{name}", name)
    run = begin()
    assert [Path(path).name for path in run.save("m/*.pt")] == ["a.pt", "b.pt"]
    assert set(files(run)) == {"m/a.pt", "m/b.pt"}
    run.save("m/**/*.pt")
    assert set(files(run)) == {"m/a.pt", "m/b.pt", "m/deep/er/c.pt"}
    run.save(Path("m"))
    assert set(files(run)) == {"m/a.pt", "m/b.pt", "m/b.txt", "m/deep/er/c.pt"}


def test_a_name_with_the_characters_of_a_glob(begin: Callable[..., Run]) -> None:
    """A file that is there is meant, whatever its name."""
    write("model[1].pt")
    run = begin()
    assert len(run.save("model[1].pt")) == 1
    assert set(files(run)) == {"model[1].pt"}


@pytest.mark.parametrize(
    ("pattern", "base_path", "expected"),
    [
        ("a/b/c.txt", None, "a/b/c.txt"),
        ("./a/../a/b/c.txt", None, "a/b/c.txt"),
        ("a/b/c.txt", "a", "b/c.txt"),
        ("a/b/c.txt", Path("a/b"), "c.txt"),
        ("{work}/a/b/c.txt", None, "b/c.txt"),
        ("{work}/a/b/c.txt", "{work}/a", "b/c.txt"),
        ("{work}/a/b", None, "b/c.txt"),
        ("{work}/a", None, "a/b/c.txt"),
        ("a/b/c.txt", "{work}/a", "b/c.txt"),
        ("../outside.txt", None, "{parent}/outside.txt"),
        ("{work}/../outside.txt", "..", "outside.txt"),
    ],
)
def test_where_a_copy_goes(begin: Callable[..., Run], work: Path, pattern: str, base_path: Any, expected: str) -> None:
    """As below the current folder or `base_path`; what is from elsewhere keeps one folder."""
    write("a/b/c.txt")
    write("../outside.txt")
    run = begin()
    base = base_path.format(work=work) if isinstance(base_path, str) else base_path
    run.save(pattern.format(work=work), base_path=base)
    assert set(files(run)) == {expected.format(parent=work.parent.name)}


@pytest.mark.parametrize(("pattern", "base_path"), [("a.txt", "b"), ("../outside.txt", "."), ("a.txt", "a.txt")])
def test_a_file_that_is_not_below_the_base_path(begin: Callable[..., Run], pattern: str, base_path: str) -> None:
    """It is refused, and nothing is saved."""
    write("a.txt")
    write("b/c.txt")
    write("../outside.txt")
    run = begin()
    with pytest.raises(UsageError, match="is not below base_path="):
        run.save(pattern, base_path=base_path)
    assert files(run) == {}


def test_what_is_written_into_the_run_stays_there(begin: Callable[..., Run]) -> None:
    """W&B's users write into `run.dir` and save that: nothing is copied, and the file is known."""
    run = begin()
    path = write(Path(run.dir) / "m" / "model.pt", "1")
    assert run.save(str(path)) == [str(path)]
    assert run.save(os.path.join(run.dir, "*")) == [str(path)]  # noqa: PTH118 (as scripts spell it)
    assert files(run) == {"m/model.pt": "1"}
    assert records(run) == {"m/model.pt": (1, "live")}
    write(path, "1234")
    tick(run)
    assert records(run) == {"m/model.pt": (4, "live")}


def test_runs_do_not_save_one_another(begin: Callable[..., Run], work: Path) -> None:
    """A glob over the current folder leaves the root out; no journal is saved; a file of another run is, on demand."""
    write("a.pt")
    root = work / "trailmark-runs"
    first = begin(dir=root)
    first.save("a.pt")
    first.finish()
    run = begin(dir=root)
    for pattern in ("**", "**/*.pt", ".", str(work)):
        run.save(pattern, base_path=work)
    assert set(files(run)) == {"a.pt"}
    assert run.save(str(run.path_on_disk)) == [str(run.path_on_disk / "files" / "a.pt")]
    run.save(str(first.path_on_disk / "files" / "a.pt"))
    assert set(files(run)) == {"a.pt", "files/a.pt"}


def test_live_files_are_copied_when_they_change(begin: Callable[..., Run]) -> None:
    """A change is seen once the file is at rest; a file that did not change is not copied again."""
    path = write("a.txt", "1")
    run = begin()
    run.save("a.txt")
    copied = (run.path_on_disk / "files" / "a.txt").stat().st_ino
    tick(run)
    assert (run.path_on_disk / "files" / "a.txt").stat().st_ino == copied
    write(path, "12")
    run.files.tick()
    write(path, "123")
    run.files.tick()
    assert files(run) == {"a.txt": "1"}
    run.files.tick()
    assert files(run) == {"a.txt": "123"}
    assert records(run) == {"a.txt": (3, "live")}


def test_a_file_of_the_same_size_is_seen_to_change(begin: Callable[..., Run]) -> None:
    """The time of change counts, too."""
    path = write("a.txt", "1")
    run = begin()
    run.save("a.txt")
    write(path, "2")
    os.utime(path, ns=(1, 1))
    tick(run)
    assert files(run) == {"a.txt": "2"}


def test_the_last_change_is_copied_at_finish(begin: Callable[..., Run]) -> None:
    """Live files and those for the end are as they were at finish; others as they were when saved."""
    for name in ("live", "now", "end"):
        write(f"{name}.txt", "first")
    run = begin()
    for name in ("live", "now", "end"):
        assert len(run.save(f"{name}.txt", policy=name)) == 1
    assert set(files(run)) == {"live.txt", "now.txt"}
    for name in ("live", "now", "end"):
        write(f"{name}.txt", "last")
    run.finish()
    assert files(run) == {"live.txt": "last", "now.txt": "first", "end.txt": "last"}
    assert records(run) == {"live.txt": (4, "live"), "now.txt": (5, "now"), "end.txt": (4, "end")}


def test_the_pulse_looks_for_changes(begin: Callable[..., Run]) -> None:
    """Nobody has to ask: the run's background thread does."""
    run = begin()
    assert run.pulse is not None
    assert run.files in run.pulse._parts


def test_a_live_file_that_is_removed_is_kept(begin: Callable[..., Run], capsys: pytest.CaptureFixture[str]) -> None:
    """A checkpoint that is rotated away stays in the run, without a word."""
    path = write("a.txt", "1")
    run = begin()
    run.save("a.txt")
    path.unlink()
    tick(run)
    run.finish()
    assert files(run) == {"a.txt": "1"}
    assert capsys.readouterr().err == ""


def test_a_file_for_the_end_that_is_gone(begin: Callable[..., Run], capsys: pytest.CaptureFixture[str]) -> None:
    """It cannot be kept, which is said."""
    path = write("a.txt", "1")
    run = begin()
    run.save("a.txt", policy="end")
    path.unlink()
    run.finish()
    assert files(run) == {}
    assert "a.txt is not saved" in capsys.readouterr().err


@pytest.mark.parametrize("pattern", ["nothing*", "missing.txt", "", "empty", "broken"])
def test_nothing_to_save(begin: Callable[..., Run], pattern: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No match is an empty list and a warning."""
    Path("empty").mkdir()
    Path("broken").symlink_to("nowhere")
    run = begin()
    assert run.save(pattern) == []
    assert f"save({pattern!r}) matches no file" in capsys.readouterr().err


def test_links_to_files_are_followed_and_links_to_folders_are_not(begin: Callable[..., Run], tmp_path: Path) -> None:
    """What a link leads to is copied; a folder that contains a link to itself has an end."""
    write(tmp_path / "elsewhere.txt", "far")
    write("m/a.txt")
    Path("m/link.txt").symlink_to(tmp_path / "elsewhere.txt")
    Path("m/loop").symlink_to(Path("m").absolute())
    run = begin()
    run.save("m")
    assert files(run) == {"m/a.txt": "text", "m/link.txt": "far"}
    assert not (run.path_on_disk / "files" / "m" / "link.txt").is_symlink()


def test_a_copy_replaces_a_link(begin: Callable[..., Run], tmp_path: Path) -> None:
    """A link where the copy goes is not written through."""
    victim = write(tmp_path / "victim.txt", "untouched")
    write("a.txt", "new")
    run = begin()
    (Path(run.dir) / "a.txt").symlink_to(victim)
    run.save("a.txt")
    assert victim.read_text("utf-8") == "untouched"
    assert files(run) == {"a.txt": "new"}


def test_a_file_that_cannot_be_copied(begin: Callable[..., Run], capsys: pytest.CaptureFixture[str]) -> None:
    """It is warned of and not returned; others are saved, and nothing is left half done."""
    write("a/b.txt")
    write("c.txt")
    run = begin()
    write(Path(run.dir) / "a", "a file in place of the folder")
    assert run.save("**/*.txt", policy="now") == [str(run.path_on_disk / "files" / "c.txt")]
    assert "b.txt is not saved" in capsys.readouterr().err
    assert set(files(run)) == {"a", "c.txt"}


def test_a_copy_is_whole_or_not_there(tmp_path: Path) -> None:
    """If it fails, the old copy stays and no part lies about."""
    target = write(tmp_path / "to" / "a.txt", "old")
    with pytest.raises(IsADirectoryError):
        copy_whole(tmp_path, target)
    assert {path.name: path.read_text("utf-8") for path in target.parent.iterdir()} == {"a.txt": "old"}


def test_an_unknown_policy(begin: Callable[..., Run]) -> None:
    """The error says what there is."""
    with pytest.raises(UsageError, match="policy is 'live', 'now' or 'end', got 'later'"):
        begin().save("*", policy="later")


def test_a_disabled_run_keeps_nothing(begin: Callable[..., Run]) -> None:
    """Nothing is written in `mode="disabled"`."""
    write("a.txt")
    run = begin(mode="disabled")
    assert run.save("a.txt") == []
    assert not run.path_on_disk.exists()


def test_names_that_are_no_unicode(begin: Callable[..., Run]) -> None:
    """A file whose name is no UTF-8 is saved under its name, and the journal escapes it."""
    name = os.fsdecode(b"a\xff.txt")
    try:
        write(name)
    except OSError:
        pytest.skip("this file system has names of Unicode only")
    run = begin()
    run.save("a*.txt")
    assert os.listdir(run.dir) == [name]  # noqa: PTH208 (the names as the system has them)
    assert list(records(run)) == [r"a\udcff.txt"]


@pytest.mark.parametrize("policy", ["live", "now", "end"])
def test_a_worker_process_copies_at_once(
    script: Callable[..., Any], policy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for the end of a forked child, nor for what it promised to copy then."""
    monkeypatch.chdir(tmp_path)
    done = script(
        f"""
import os
import trailmark

with trailmark.init(project="p", id="r", settings={{"quiet": True, "git": False, "system": False}}) as run:
    if os.fork() == 0:
        with open("a.txt", "w") as file:
            file.write("1")
        run.save("a.txt", policy={policy!r})
        os._exit(0)
    os.wait()
"""
    )
    assert done.returncode == 0, done.stderr  # Python 3.12 and later warn there of forks beside threads
    assert (tmp_path / "root" / "p" / "r" / "files" / "a.txt").read_text("utf-8") == "1"


def test_restore_of_the_current_run(begin: Callable[..., Run]) -> None:
    """The file is back in the current folder, opened for reading."""
    path = write("m/a.txt", "1")
    begin().save("m/a.txt", policy="now")
    path.unlink()
    with trailmark.restore("m/a.txt") as file:
        assert file.read() == "1"
        assert Path(file.name) == path
    assert path.read_text("utf-8") == "1"


def test_restore_of_another_run(begin: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By project and id, with an entity before them or not, during a run or without one."""
    write("a.txt", "first")
    first = begin(id="one")
    first.save("a.txt", policy="now")
    first.finish()
    monkeypatch.setenv("TRAILMARK_DIR", str(tmp_path / "root"))
    trailmark.restore("a.txt", run_path="p/one", root=tmp_path / "x").close()
    begin(project="q")
    trailmark.restore("a.txt", run_path="me/p/one", root=tmp_path / "y").close()
    assert (tmp_path / "x" / "a.txt").read_text("utf-8") == (tmp_path / "y" / "a.txt").read_text("utf-8") == "first"


def test_restore_replaces_only_if_told_to(begin: Callable[..., Run]) -> None:
    """A file that is there is opened as it is."""
    write("a.txt", "saved")
    run = begin()
    run.save("a.txt", policy="now")
    write("a.txt", "changed")
    with trailmark.restore("a.txt") as file:
        assert file.read() == "changed"
    with trailmark.restore("a.txt", replace=True) as file:
        assert file.read() == "saved"


@pytest.mark.parametrize("name", ["../p.txt", "/etc/passwd", "a/../../r.journal", "link/secret.txt"])
def test_restore_stays_in_the_run(begin: Callable[..., Run], tmp_path: Path, name: str) -> None:
    """No name leads out of the run's files, neither by dots nor by a link."""
    write(tmp_path / "secret" / "secret.txt")
    run = begin()
    (Path(run.dir) / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(UsageError, match="leads out of the run's files"):
        trailmark.restore(name, root=tmp_path / "target")
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize("name", ["missing.txt", "folder", "", "."])
def test_restore_of_what_is_no_file(begin: Callable[..., Run], name: str) -> None:
    """The error names run and file."""
    run = begin(id="r")
    (Path(run.dir) / "folder").mkdir()
    with pytest.raises(FileNotFoundError, match="the run p/r has no file"):
        trailmark.restore(name)


@pytest.mark.parametrize("run_path", ["p/none", "p", "", "p/.", "p/..", "a/b/c/d"])
def test_restore_of_no_run(begin: Callable[..., Run], run_path: str) -> None:
    """The error says what a run path is."""
    begin(id="r")
    with pytest.raises(RunNotFoundError, match="run_path is 'project/id'"):
        trailmark.restore("a.txt", run_path=run_path)


def test_restore_needs_a_run() -> None:
    """Without a path it is the current run's file."""
    with pytest.raises(NoRunError, match=r"trailmark\.restore\(\) without run_path"):
        trailmark.restore("a.txt")


def test_one_file_whose_name_looks_like_a_glob(begin: Callable[..., Run], tmp_path: Path) -> None:
    """With `glob=False` the name is taken as it is, and `Run.restore` gives the file back."""
    for name in ("a[1].txt", "a1.txt"):
        (tmp_path / name).write_text(name)
    run = begin()
    (copy,) = run.save(tmp_path / "a[1].txt", base_path=tmp_path, glob=False)
    assert Path(copy).read_text() == "a[1].txt"
    with run.restore("a[1].txt", root=tmp_path / "elsewhere") as file:
        assert file.read() == "a[1].txt"
