"""The token that opens a dashboard."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from trailmark.server.token import keep_token, known_token

if TYPE_CHECKING:
    from pathlib import Path


def test_token_is_kept_for_its_owner_only(tmp_path: Path) -> None:
    """The file of a token is readable and writable by its owner, and by nobody else."""
    keep_token(tmp_path)
    assert stat.S_IMODE((tmp_path / ".index/token").stat().st_mode) == 0o600


def test_token_stays_the_same(tmp_path: Path) -> None:
    """A server that is started again asks for the token that it had."""
    token = keep_token(tmp_path)
    assert keep_token(tmp_path) == token == known_token(tmp_path)
    assert len(token) >= 32


def test_each_root_has_its_own(tmp_path: Path) -> None:
    """Who may see one root may not see another."""
    assert keep_token(tmp_path / "a") != keep_token(tmp_path / "b")


@pytest.mark.parametrize("text", ["", "short", "a" * 21, "with space " * 5, "\x00" * 40, "é" * 40])
def test_weak_token_is_replaced(tmp_path: Path, text: str) -> None:
    """What is too short, or is no token, is not used."""
    path = tmp_path / ".index/token"
    path.parent.mkdir()
    path.write_text(text)
    path.chmod(0o600)
    assert known_token(tmp_path) is None
    token = keep_token(tmp_path)
    assert token != text
    assert path.read_text().strip() == token


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_token_that_others_saw_is_replaced(tmp_path: Path, mode: int) -> None:
    """A token that others could read or write is one no more."""
    token = keep_token(tmp_path)
    path = tmp_path / ".index/token"
    path.chmod(mode)
    assert known_token(tmp_path) is None
    assert keep_token(tmp_path) != token
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_root_that_cannot_be_written_gets_one_for_this_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A token that cannot be kept is made all the same, and the person is told."""
    (tmp_path / ".index").write_text("in the way")
    assert keep_token(tmp_path) != keep_token(tmp_path)
    assert "for this time only" in capsys.readouterr().err
    assert known_token(tmp_path) is None
