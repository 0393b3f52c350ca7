"""Tests of the files that versions come to be with."""

from __future__ import annotations

import errno
import json
import math
import os
import threading
from typing import TYPE_CHECKING, Any

import pytest

from trailmark.artifacts.versions import VersionFile, create, read_version, replace
from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from pathlib import Path


DIGEST = "0123456789abcdef" * 4


def test_round_trip(tmp_path: Path) -> None:
    """All fields come back, numbers that JSON does not know and fields of later versions too."""
    version = VersionFile(DIGEST, "model", "Näme", {"loss": math.inf, "big": 2**70, "deep": [{"a": None}]}, ["best"])
    assert create(tmp_path / "v0.json", version.encode())
    assert read_version(tmp_path / "v0.json") == version
    (tmp_path / "v1.json").write_text(json.dumps({"format": 1, "digest": DIGEST, "type": "t", "unheard_of": 1}))
    assert read_version(tmp_path / "v1.json") == VersionFile(DIGEST, "t")
    assert read_version(tmp_path / "v2.json") is None


@pytest.mark.parametrize(
    ("text", "why"),
    [('{"format": 2}', "newer version"), ("{}", "damaged"), ("[]", "damaged"), ("{", "damaged"), ("\udcff", "damaged")],
)
def test_damage_is_told(tmp_path: Path, text: str, why: str) -> None:
    """A file that is no version is an error that names it."""
    (tmp_path / "v0.json").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ArtifactError, match=why) as raised:
        read_version(tmp_path / "v0.json")
    assert str(tmp_path / "v0.json") in str(raised.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("digest", "../../secret"),
        ("digest", 4),
        ("digest", ""),
        ("type", None),
        ("type", "a/b"),
        ("metadata", None),
        ("aliases", ["best", 7]),
        ("tags", None),
        ("size", "1"),
        ("created_at", 5),
        ("source", "p/x"),
        ("source", {"project": "..", "name": "x", "version": 0}),
        ("source", {"project": "p", "name": "../x", "version": 0}),
        ("source", {"project": "p", "name": "x", "version": "0/../../x"}),
        ("source", {}),
    ],
)
def test_fields_that_no_version_has(tmp_path: Path, field: str, value: Any) -> None:
    """A field of another kind, or one that would lead out of the root, is an error that names the file."""
    good = {"format": 1, "digest": DIGEST, "type": "t"}
    (tmp_path / "v0.json").write_text(json.dumps({**good, field: value}))
    with pytest.raises(ArtifactError, match=str(tmp_path / "v0.json")):
        read_version(tmp_path / "v0.json")


def test_json_without_end(tmp_path: Path) -> None:
    """A file that nests deeper than Python goes is damaged like any other."""
    (tmp_path / "v0.json").write_text("[" * 200_000)
    with pytest.raises(ArtifactError, match="damaged"):
        read_version(tmp_path / "v0.json")


def test_only_one_makes_a_version(tmp_path: Path) -> None:
    """Of several who make the same file at once one does, and the file is the whole of what that one wrote."""
    start, made = threading.Barrier(8), []

    def make(number: int) -> None:
        start.wait()
        if create(tmp_path / "v0.json", f"{number}".encode() * 1000):
            made.append(number)

    makers = [threading.Thread(target=make, args=(number,)) for number in range(8)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert len(made) == 1
    assert (tmp_path / "v0.json").read_text() == f"{made[0]}" * 1000
    assert [path.name for path in tmp_path.iterdir()] == ["v0.json"]


def test_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without hard links renames; other faults are raised, and leave nothing."""
    fault = OSError(errno.EPERM, "no links")

    def refuse(_source: object, _target: object) -> None:
        raise fault

    monkeypatch.setattr(os, "link", refuse)
    assert create(tmp_path / "v0.json", b"a")
    assert (tmp_path / "v0.json").read_bytes() == b"a"
    fault = OSError(errno.EIO, "broken")
    with pytest.raises(OSError, match="broken"):
        create(tmp_path / "v1.json", b"a")
    assert [path.name for path in tmp_path.iterdir()] == ["v0.json"]


def test_replacing(tmp_path: Path) -> None:
    """A file is replaced whole; if that fails, the old one stays, and nothing else."""
    replace(tmp_path / "a", b"1")
    replace(tmp_path / "a", b"2")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/x").touch()
    with pytest.raises(OSError):  # noqa: PT011 (whatever the system says)
        replace(tmp_path / "folder", b"3")
    assert (tmp_path / "a").read_bytes() == b"2"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "folder"]
