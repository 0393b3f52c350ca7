"""`trailmark login`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cli_support import call

if TYPE_CHECKING:
    from pathlib import Path

HOST = "https://runs.example.org"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder where keys are kept, for this test alone."""
    monkeypatch.setenv("TRAILMARK_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.delenv("TRAILMARK_BASE_URL", raising=False)
    return tmp_path / "config"


def known(folder: Path) -> dict[str, object]:
    """Return what is kept."""
    values: dict[str, object] = json.loads((folder / "credentials.json").read_text())
    return values


def test_nothing_is_needed_locally(folder: Path, tmp_path: Path) -> None:
    """Without a server there is nothing to log in to, which is no error."""
    result = call(tmp_path, "login")
    assert result.exit_code == 0
    assert "no login is needed" in result.stderr
    assert not folder.exists()


def test_a_server_and_a_key_are_kept(folder: Path, tmp_path: Path) -> None:
    """Both are remembered, readable by the user alone, and the key is not printed."""
    result = call(tmp_path, "login", "--host", HOST, "secret")
    assert result.exit_code == 0
    assert "secret" not in result.output
    assert known(folder) == {"server": HOST, "keys": {HOST: "secret"}}
    assert (folder / "credentials.json").stat().st_mode & 0o077 == 0


def test_a_key_is_read_from_standard_input(folder: Path, tmp_path: Path) -> None:
    """`-` keeps the key out of the shell's history."""
    assert call(tmp_path, "login", "-", "--host", HOST, input="secret\n").exit_code == 0
    assert known(folder)["keys"] == {HOST: "secret"}


def test_relogin_replaces_the_key(folder: Path, tmp_path: Path) -> None:
    """--relogin forgets the key that was known."""
    call(tmp_path, "login", "--host", HOST, "old")
    result = call(tmp_path, "login", "--relogin")
    assert result.exit_code == 0
    assert f"{HOST} is remembered; its key is not known yet" in result.stderr
    assert known(folder)["keys"] == {}


@pytest.mark.parametrize("arguments", [["--host", "ftp://x"], ["secret"]])
def test_a_mistake_is_one_sentence(folder: Path, tmp_path: Path, arguments: list[str]) -> None:
    """An address that is none, and a key for no server, are refused."""
    result = call(tmp_path, "login", *arguments)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert not folder.exists()
