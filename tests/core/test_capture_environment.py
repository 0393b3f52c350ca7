"""The environment of a run."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from capture_support import environment, make_writer, records, wait_for
from trailmark.capture.environment import EnvironmentCapture
from trailmark.capture.facts import Command
from trailmark.journal.records import Environment, File

if TYPE_CHECKING:
    from pathlib import Path

    from trailmark.journal.writer import Writer


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the settings of the machine's user out."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.delenv("CONDA_PREFIX", raising=False)


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    """Return the writer of a run."""
    return make_writer(tmp_path / "root" / "p" / "run")


@pytest.fixture
def files(writer: Writer) -> Path:
    """Return where the run's files are."""
    return writer.directory / "files"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with one commit, one change and one new file."""
    folder = tmp_path / "repository"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "train.py").write_text("lr = 1\n")
    git = ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for arguments in (["init", "--quiet", "--initial-branch=main"], ["add", "."], ["commit", "--quiet", "-m", "m"]):
        subprocess.run([*git, *arguments], check=True)
    (folder / "src" / "train.py").write_text("lr = 2\n")
    (folder / "new.py").write_text("")
    return folder


def command(path: Path | None, cwd: Path) -> Command:
    """Return how a program was started."""
    return Command(str(path or ""), path, ["--lr", "2"], str(cwd))


def captured(capture: EnvironmentCapture) -> None:
    """Start a capture, and wait until all is recorded."""
    capture.start()
    capture.tick()
    capture.stop(20)


def test_everything_of_a_program_in_a_repository(writer: Writer, files: Path, repository: Path, tmp_path: Path) -> None:
    """What reproduces the run is recorded: command, packages, commit, changes, new files and the program."""
    program = repository / "src" / "train.py"
    captured(EnvironmentCapture(writer, files, code=True, command=command(program, tmp_path)))
    found = environment(writer.path)
    assert found["args"] == ["--lr", "2"]
    assert found["executable"] == sys.executable
    assert found["code_path"] == "src/train.py"
    assert found["git"].items() >= {"branch": "main", "dirty": True, "root": str(repository.resolve())}.items()
    assert b"+lr = 2" in (files / "diff.patch").read_bytes()
    assert (files / "untracked.txt").read_text() == "new.py\n"
    assert "msgspec==" in (files / "requirements.txt").read_text()
    assert (files / "code" / "src" / "train.py").read_text() == "lr = 2\n"
    assert sorted(record.path for record in records(writer.path, File)) == [
        "code/src/train.py",
        "diff.patch",
        "requirements.txt",
        "untracked.txt",
    ]


def test_clean_repository_needs_no_files(writer: Writer, files: Path, repository: Path) -> None:
    """Without changes there is neither a patch nor a list, and the repository is not dirty."""
    subprocess.run(["git", "-C", str(repository), "checkout", "--quiet", "."], check=True)
    (repository / "new.py").unlink()
    captured(EnvironmentCapture(writer, files, requirements=False, command=command(None, repository)))
    assert environment(writer.path)["git"]["dirty"] is False
    assert not files.exists()


def test_folder_of_a_program_outside_any_repository(
    writer: Writer, files: Path, repository: Path, tmp_path: Path
) -> None:
    """If the program is in no repository, the folder that it was started in is looked at."""
    captured(EnvironmentCapture(writer, files, command=command(tmp_path / "tool.py", repository)))
    found = environment(writer.path)
    assert found["git"]["branch"] == "main"
    assert "code_path" not in found


def test_no_repository(writer: Writer, files: Path, tmp_path: Path) -> None:
    """Outside of repositories all the rest is recorded."""
    captured(EnvironmentCapture(writer, files, command=command(tmp_path / "train.py", tmp_path)))
    found = environment(writer.path)
    assert "git" not in found
    assert found["host"]
    assert [record.path for record in records(writer.path, File)] == ["requirements.txt"]


def test_reason_why_git_says_nothing(
    writer: Writer, files: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repository that git refuses to read is told with git's reason."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    captured(EnvironmentCapture(writer, files, command=command(None, repository)))
    assert "dubious ownership" in environment(writer.path)["git"]["error"]


def test_parts_can_be_switched_off(writer: Writer, files: Path, repository: Path) -> None:
    """Without git, requirements and GPUs only what is known at once is recorded."""
    capture = EnvironmentCapture(
        writer, files, git=False, requirements=False, gpu=False, command=command(None, repository)
    )
    captured(capture)
    assert len(records(writer.path, Environment)) == 1
    assert not files.exists()


def test_conda_environment_is_saved(
    writer: Writer, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an activated conda environment its packages are saved too."""
    (tmp_path / "env" / "conda-meta").mkdir(parents=True)
    monkeypatch.setenv("CONDA_PREFIX", str(tmp_path / "env"))
    captured(EnvironmentCapture(writer, files, git=False, command=command(None, tmp_path)))
    assert (files / "conda-environment.yaml").read_text().startswith("name: env\n")


def test_git_that_hangs_does_not_hold_up_the_end(
    writer: Writer, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stop waits as long as it is told, ends git, and what came before is recorded."""
    hanging = tmp_path / "bin" / "git"
    hanging.parent.mkdir()
    hanging.write_text(f"#!/bin/sh\ntouch {tmp_path}/called\nexec sleep 600\n")
    hanging.chmod(0o755)
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv("PATH", f"{hanging.parent}{os.pathsep}{os.environ['PATH']}")
    capture = EnvironmentCapture(writer, files, command=command(None, tmp_path))
    capture.start()
    wait_for((tmp_path / "called").exists)
    capture.stop(0.1)
    assert capture._thread is not None
    assert not capture._thread.is_alive()
    assert environment(writer.path)["host"]
    assert [record.path for record in records(writer.path, File)] == ["requirements.txt"]


def test_disk_that_refuses_files(
    writer: Writer, files: Path, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """If no file can be written the values are recorded all the same."""
    files.write_text("a file where the folder should be")
    captured(EnvironmentCapture(writer, files, command=command(None, repository)))
    assert environment(writer.path)["git"]["branch"] == "main"
    assert "requirements.txt is not saved" in capsys.readouterr().err
    assert records(writer.path, File) == []


def test_command_is_that_of_the_start(writer: Writer, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arguments that the program changes after the start are recorded as they were."""
    monkeypatch.setattr(sys, "argv", ["train.py", "--lr", "3"])
    capture = EnvironmentCapture(writer, files, git=False, requirements=False)
    capture.start()
    sys.argv[:] = ["changed"]
    capture.stop(20)
    assert environment(writer.path)["args"] == ["--lr", "3"]
