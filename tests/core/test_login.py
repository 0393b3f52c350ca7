"""`login`: which server, and the key for it."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any

import pytest

import trailmark
from trailmark import UsageError
from trailmark._login import credentials, login, server_address
from trailmark.errors import Error

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where credentials are kept."""
    return tmp_path / "config" / "credentials.json"


def test_nothing_is_needed(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a server a script that calls `login` goes on, and nothing is written."""
    assert trailmark.login() is False
    assert "no login is needed" in capsys.readouterr().err
    assert not path.parent.exists()


def test_a_server_and_its_key(path: Path) -> None:
    """They are kept for the user alone."""
    assert login(key=" secret\n", host="https://runs.example.org/") is True
    assert json.loads(path.read_text("utf-8")) == {
        "server": "https://runs.example.org",
        "keys": {"https://runs.example.org": "secret"},
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert login() is True
    assert [child.name for child in path.parent.iterdir()] == ["credentials.json"]


def test_a_file_that_others_could_read_is_closed_to_them(path: Path) -> None:
    """The file is made anew, so that its old mode does not stay."""
    path.parent.mkdir()
    path.write_text("{}", encoding="utf-8")
    path.chmod(0o644)
    login(key="secret", host="https://a.example.org")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_several_servers() -> None:
    """Each has its key; the one named last is the one that is meant."""
    login(key="a", host="https://a.example.org")
    login(key="b", host="https://b.example.org")
    assert login(host="https://a.example.org") is True
    assert login(host="https://c.example.org") is False
    assert login() is False
    login(host="https://b.example.org")
    assert credentials() == {
        "server": "https://b.example.org",
        "keys": {"https://a.example.org": "a", "https://b.example.org": "b"},
    }
    login(key="new")
    assert credentials()["keys"]["https://b.example.org"] == "new"


def test_relogin_forgets() -> None:
    """The key of that server alone is forgotten."""
    login(key="a", host="https://a.example.org")
    login(key="b", host="https://b.example.org")
    assert login(host="https://a.example.org", relogin=True) is False
    assert login(host="https://a.example.org", key="c", relogin=True) is True
    assert credentials()["keys"] == {"https://a.example.org": "c", "https://b.example.org": "b"}


def test_settings_name_the_server_and_the_key(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """What the environment says need not be remembered."""
    monkeypatch.setenv("TRAILMARK_BASE_URL", "http://localhost:8080")
    assert login() is False
    monkeypatch.setenv("TRAILMARK_API_KEY", "k")
    assert login() is True
    assert not path.exists()
    login(key="a")
    assert credentials() == {"server": "http://localhost:8080", "keys": {"http://localhost:8080": "a"}}


@pytest.mark.parametrize(
    "host", ["runs.example.org", "ftp://a.example.org", "https://", "http:/x", "https://[::1", "", "/a/b"]
)
def test_what_is_no_address(host: str, path: Path) -> None:
    """The error says what one looks like; nothing is remembered."""
    with pytest.raises(UsageError, match=r"https://runs\.example\.org"):
        server_address(host)
    with pytest.raises(UsageError):
        login(key="k", host=host)
    assert not path.exists()


def test_a_key_needs_a_server() -> None:
    """A key for nobody is refused; an empty key is none."""
    with pytest.raises(UsageError, match="needs the server"):
        login(key="k")
    assert login(key="  ") is False


def test_arguments_of_wandb() -> None:
    """They are accepted, and change nothing."""
    arguments: dict[str, Any] = {"anonymous": "must", "force": True, "timeout": 3, "verify": True}
    assert trailmark.login(**arguments) is False


@pytest.mark.parametrize("text", ["", "[]", "{", '{"keys": 3}', "\xff"])
def test_a_damaged_file(text: str, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It holds nothing, says so if it is no JSON, and is replaced by the next login."""
    path.parent.mkdir()
    path.write_bytes(text.encode("latin-1"))
    assert credentials() == {}
    assert ("is not read" in capsys.readouterr().err) == (text not in ("[]", '{"keys": 3}'))
    assert login(key="k", host="https://a.example.org") is True
    assert login() is True


def test_a_folder_that_cannot_be_written(path: Path) -> None:
    """The error says what to do instead."""
    path.parent.write_text("a file in place of the folder", encoding="utf-8")
    with pytest.raises(Error, match="set TRAILMARK_BASE_URL and TRAILMARK_API_KEY instead"):
        login(key="k", host="https://a.example.org")
