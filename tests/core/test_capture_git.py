"""What git says of a repository. Git runs for real, in repositories that the tests make."""

from __future__ import annotations

import os
import stat
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest

from capture_support import wait_for
from trailmark.capture import git
from trailmark.capture.git import Repository, may_hold_repository, without_credentials

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Git = Callable[..., str]


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the settings of the machine's user out."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "A")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "a@example.org")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a repository without a commit."""
    folder = tmp_path / "a repository"
    folder.mkdir()
    run(folder, "init", "--quiet", "--initial-branch=main")
    return folder


def run(folder: Path, *arguments: str) -> str:
    """Run git in a folder; return what it wrote."""
    result = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    return result.stdout.strip()


def commit(folder: Path, name: str = "train.py", text: str = "lr = 1\n") -> str:
    """Commit a file; return the commit."""
    (folder / name).write_text(text)
    run(folder, "add", name)
    run(folder, "commit", "--quiet", "-m", "message")
    return run(folder, "rev-parse", "HEAD")


def look(folder: Path) -> Repository:
    """Return the repository that holds `folder`."""
    return Repository(folder, threading.Event())


def test_clean_repository(folder: Path) -> None:
    """Root, commit, branch and remote are told, from any folder of it; there is no difference."""
    last = commit(folder)
    run(folder, "remote", "add", "origin", "https://user:secret@example.org/a.git")
    (folder / "sub").mkdir()
    repository = look(folder / "sub")
    assert repository.describe() == {
        "root": str(folder.resolve()),
        "commit": last,
        "branch": "main",
        "remote": "https://example.org/a.git",
    }
    assert repository.diff() == (b"", "", True)
    assert repository.untracked() == (b"", "", True)


def test_changes_can_be_applied(folder: Path) -> None:
    """The difference makes the working folder of the commit, staged changes and new files included."""
    commit(folder)
    (folder / "train.py").write_text("lr = 2\n")
    (folder / "mödel.py").write_text("x = 1\n")
    run(folder, "add", "mödel.py")
    patch = look(folder).diff()
    assert patch.complete
    assert "+++ b/mödel.py" in patch.output.decode()
    copy = folder.parent / "copy"
    run(folder, "clone", "--quiet", str(folder), str(copy))
    subprocess.run(["git", "-C", str(copy), "apply"], input=patch.output, check=True)
    assert (copy / "train.py").read_text() == "lr = 2\n"
    assert (copy / "mödel.py").read_text() == "x = 1\n"


def test_binary_files_are_named(folder: Path) -> None:
    """What is no text is not in the patch."""
    commit(folder)
    (folder / "model.pt").write_bytes(bytes(range(256)) * 100)
    run(folder, "add", "model.pt")
    output = look(folder).diff().output
    assert b"Binary files /dev/null and b/model.pt differ" in output
    assert len(output) < 500


def test_untracked_files_are_listed(folder: Path) -> None:
    """New files are named, relative to the root, from any folder of it; ignored ones are not."""
    commit(folder, ".gitignore", "*.ckpt\n")
    (folder / "sub").mkdir()
    (folder / "sub" / "ä new.py").write_text("")
    (folder / "model.ckpt").write_text("")
    (folder / "top.py").write_text("")
    assert look(folder / "sub").untracked().output.decode().splitlines() == ["sub/ä new.py", "top.py"]


def test_repository_without_a_commit(folder: Path) -> None:
    """Before the first commit there is a branch and a difference, but no commit."""
    (folder / "train.py").write_text("lr = 1\n")
    run(folder, "add", "train.py")
    repository = look(folder)
    assert repository.describe() == {"root": str(folder.resolve()), "branch": "main"}
    assert b"+lr = 1" in repository.diff().output


def test_detached_head_has_no_branch(folder: Path) -> None:
    """A commit that is checked out by itself is told, without a branch."""
    last = commit(folder)
    run(folder, "checkout", "--quiet", "--detach")
    assert look(folder).describe() == {"root": str(folder.resolve()), "commit": last}


def test_worktree_is_a_repository(folder: Path) -> None:
    """A linked working folder has its own root and branch."""
    last = commit(folder)
    linked = folder.parent / "linked"
    run(folder, "worktree", "add", "--quiet", "-b", "other", str(linked))
    (linked / "train.py").write_text("lr = 3\n")
    repository = look(linked)
    assert repository.describe() == {"root": str(linked.resolve()), "commit": last, "branch": "other"}
    assert b"+lr = 3" in repository.diff().output


def test_submodule_s_changes_are_shown(folder: Path) -> None:
    """A change inside a submodule is in the patch."""
    library = folder.parent / "library"
    library.mkdir()
    run(library, "init", "--quiet", "--initial-branch=main")
    commit(library, "lib.py", "a = 1\n")
    commit(folder)
    run(folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "lib")
    run(folder, "commit", "--quiet", "-m", "add")
    (folder / "lib" / "lib.py").write_text("a = 2\n")
    assert b"+a = 2" in look(folder).diff().output


def test_remote_of_another_name(folder: Path) -> None:
    """Without a remote called origin the first one is told."""
    run(folder, "remote", "add", "upstream", "git@example.org:a/b.git")
    assert look(folder).describe()["remote"] == "git@example.org:a/b.git"


def test_folder_that_is_no_repository(tmp_path: Path) -> None:
    """Where there is no repository there is no root, and the reason is told."""
    repository = look(tmp_path)
    assert repository.root is None
    assert "not a git repository" in repository.error


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    """A folder that was deleted is no fault."""
    repository = look(tmp_path / "gone")
    assert repository.root is None
    assert repository.error


def test_no_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Path) -> None:
    """Where git is not installed there is no root, and the reason is told."""
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    repository = look(folder)
    assert repository.root is None
    assert "No such file" in repository.error


def test_repository_of_somebody_else(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Git's refusal to read a repository that another user owns is told, and respected."""
    commit(folder)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    repository = look(folder)
    assert repository.root is None
    assert "dubious ownership" in repository.error


def test_broken_repository(folder: Path) -> None:
    """A repository that lacks its objects has what can still be read."""
    commit(folder)
    for path in sorted((folder / ".git" / "objects").rglob("*"), reverse=True):
        if path.is_file():
            path.chmod(stat.S_IRWXU)
            path.unlink()
    repository = look(folder)
    assert repository.describe()["branch"] == "main"
    assert repository.diff().error


def test_long_difference_ends_with_a_whole_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a difference beyond the bound the first files are kept, each whole, and it says so."""
    monkeypatch.setattr(git, "MAX_DIFF_BYTES", 1500)
    commit(folder)
    for name in "abc":
        (folder / f"{name}.py").write_text("".join(f"{name}{number}\n" for number in range(100)))
    run(folder, "add", ".")
    answer = look(folder).diff()
    assert not answer.complete
    assert not answer.error
    assert answer.output.count(b"diff --git") == 2
    assert answer.output.endswith(b"+b99\n")


def test_many_untracked_files_end_with_a_whole_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a list beyond the bound the first names are kept, each whole, and it says so."""
    monkeypatch.setattr(git, "MAX_UNTRACKED_BYTES", 100)
    for number in range(100):
        (folder / f"file{number:03}").write_text("")
    answer = look(folder).untracked()
    assert not answer.complete
    assert answer.output.decode().splitlines() == [f"file{number:03}" for number in range(12)]


@pytest.mark.parametrize("how", ["deadline", "cancelled"])
def test_git_that_takes_too_long_is_ended(
    how: str, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A git that hangs, with what it has started itself, is ended, and no later command is run."""
    repository = look(folder)
    hanging = tmp_path / "bin" / "git"
    hanging.parent.mkdir()
    hanging.write_text(f"#!/bin/sh\necho $$ >> {tmp_path}/pids\nsleep 600 & echo $! >> {tmp_path}/pids\nwait\n")
    hanging.chmod(0o755)
    monkeypatch.setenv("PATH", f"{hanging.parent}{os.pathsep}{os.environ['PATH']}")

    def started() -> list[str]:
        return (tmp_path / "pids").read_text().split() if (tmp_path / "pids").exists() else []

    def end() -> None:
        wait_for(lambda: len(started()) == 2)
        if how == "deadline":
            repository._deadline = time.monotonic()
        else:
            repository._cancelled.set()

    threading.Thread(target=end).start()
    assert repository.diff().error == "git took too long"
    assert repository.untracked().error == "git took too long"
    assert len(started()) == 2
    wait_for(lambda: not any(map(alive, started())))


def alive(pid: str) -> bool:
    """Return whether a process runs; one that has ended and waits for its parent does not."""
    result = subprocess.run(["ps", "-o", "stat=", "-p", pid], capture_output=True, text=True, check=False)
    return bool(result.stdout.strip()) and not result.stdout.startswith("Z")


def test_user_s_own_diff_program_is_not_run(folder: Path, tmp_path: Path) -> None:
    """Diff tools and text converters that the user has set up are left alone."""
    commit(folder)
    (folder / "train.py").write_text("lr = 2\n")
    (folder / ".gitattributes").write_text("*.py diff=own\n")
    for key in ("diff.external", "diff.own.command", "diff.own.textconv"):
        run(folder, "config", key, f"touch {tmp_path}/ran; false")
    run(folder, "config", "color.ui", "always")
    output = look(folder).diff().output
    assert b"+lr = 2" in output
    assert b"\x1b" not in output
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("https://token@example.org/a.git", "https://example.org/a.git"),
        ("https://user:secret@example.org:8443/a.git", "https://example.org:8443/a.git"),
        ("https://example.org/a.git?private_token=secret#x", "https://example.org/a.git"),
        ("HTTPS://u:p@h/a", "HTTPS://h/a"),
        ("ssh://git@example.org/a.git", "ssh://git@example.org/a.git"),
        ("ssh://git:secret@example.org/a.git", "ssh://git@example.org/a.git"),
        ("git@example.org:a/b.git", "git@example.org:a/b.git"),
        ("https://example.org/a@b.git", "https://example.org/a@b.git"),
        ("/home/user/a.git", "/home/user/a.git"),
        ("file:///home/user/a.git", "file:///home/user/a.git"),
        ("codecommit::eu-west-1://a", "codecommit::eu-west-1://a"),
        ("", ""),
    ],
)
def test_credentials_are_taken_out(remote: str, expected: str) -> None:
    """What may be a secret in a remote's URL is not recorded; what tells the repository is."""
    assert without_credentials(remote) == expected


def test_where_git_is_worth_asking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a repository and below it, and where the environment names one; elsewhere git is not even started."""
    inside = tmp_path / "repository" / "deep" / "down"
    inside.mkdir(parents=True)
    (tmp_path / "repository" / ".git").mkdir()
    monkeypatch.delenv("GIT_DIR", raising=False)
    assert may_hold_repository(inside)
    assert not may_hold_repository(tmp_path)
    monkeypatch.setenv("GIT_DIR", str(inside))
    assert may_hold_repository(tmp_path)
