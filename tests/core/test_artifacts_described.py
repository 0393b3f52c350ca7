"""Tests of what an artifact says of itself, as a draft and as a version."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from artifacts_support import log
from trailmark.artifacts.artifact import Artifact
from trailmark.artifacts.collection import find
from trailmark.errors import ArtifactError


def test_a_draft() -> None:
    """A draft has a name, a type and what was given, and is PENDING."""
    draft = Artifact("x", "model", "text", {"acc": 1}, use_as="u")
    assert (draft.name, draft.collection_name, draft.type, draft.description) == ("x", "x", "model", "text")
    assert (draft.metadata, draft.state, draft.is_draft, draft.use_as) == ({"acc": 1}, "PENDING", True, "u")
    assert (draft.size, draft.file_count, draft.tags, draft.incremental) == (0, 0, [], False)
    assert len(draft.digest) == 64
    assert repr(draft) == "<Artifact x (model, pending)>"


def test_a_version(tmp_path: Path) -> None:
    """A version tells where, when, by whom and what."""
    version = log(
        tmp_path, files={"a": "12", "b": "345"}, description="text", tags=["t"], logged_by="run1", history_step=7
    )
    assert (version.name, version.version, version.version_number) == ("x:v0", "v0", 0)
    assert (version.qualified_name, version.full_name, version.project) == ("p/x:v0", "p/x:v0", "p")
    assert (version.root, version.collection.name, version.collection_name) == (tmp_path, "x", "x")
    assert (version.size, version.file_count, version.state, version.is_draft) == (5, 2, "COMMITTED", False)
    assert (version.logged_by_id, version.history_step, version.tags) == ("run1", 7, ["t"])
    assert (version.source_name, version.source_project, version.source_version) == ("x:v0", "p", "v0")
    assert version.created_at == version.updated_at
    assert version.created_at[4:5] + version.created_at[-1] == "-Z"
    assert version.ttl is None
    assert repr(version) == "<Artifact p/x:v0 (dataset, committed)>"
    again = find(tmp_path, "x")
    for name in ("digest", "size", "metadata", "description", "created_at", "tags", "aliases", "logged_by_id"):
        assert getattr(again, name) == getattr(version, name)


@pytest.mark.parametrize(
    "name",
    ["root", "project", "collection", "version", "version_number", "qualified_name", "aliases", "created_at",
     "updated_at", "is_link", "history_step", "logged_by_id", "source_name", "source_artifact"],
)  # fmt: skip
def test_drafts_have_no_version(name: str) -> None:
    """What only versions have is an error that says how to become one."""
    with pytest.raises(ArtifactError, match=r"draft: log it first, by run\.log_artifact\(\)"):
        getattr(Artifact("x", "model"), name)


def test_metadata_is_made_plain(tmp_path: Path) -> None:
    """Values of numpy become numbers, paths text; infinities and large integers stay; bytes are refused."""
    given = {"f": np.float32(0.5), "i": np.int64(3), "list": (1, 2), "path": Path("a"), "inf": math.inf, "big": 2**80}
    version = log(tmp_path, metadata=given)
    assert version.metadata == {"f": 0.5, "i": 3, "list": [1, 2], "path": "a", "inf": math.inf, "big": 2**80}
    assert find(tmp_path, "x").metadata == version.metadata
    for bad in ([1], "text", {"b": b"bytes"}):
        with pytest.raises(ArtifactError, match="metadata"):
            Artifact("x", "model", metadata=bad)  # type: ignore[arg-type]


def test_editing_a_version(tmp_path: Path) -> None:
    """Aliases, tags, description and metadata of a version change with save, and nothing does without."""
    log(tmp_path, files={"a": "0"}, aliases=["best"])
    version = log(tmp_path, files={"a": "1"}, aliases=["old"])
    version.aliases.append("best")
    version.aliases.remove("old")
    version.tags = ["t"]
    version.description, version.metadata = "new", {"a": 1}
    version.metadata["b"] = np.int64(2)
    assert find(tmp_path, "x:old").description is None
    version.save()
    assert version.aliases == ["best", "latest"]
    found = find(tmp_path, "x:best")
    assert (found.version, found.tags, found.description, found.metadata) == ("v1", ["t"], "new", {"a": 1, "b": 2})
    assert found.updated_at > found.created_at
    assert found.collection.aliases() == {"best": 1, "latest": 1}
    found.aliases = []
    found.save()
    assert find(tmp_path, "x").aliases == ["latest"]


def test_editing_side_by_side(tmp_path: Path) -> None:
    """Two who edit the aliases of a version do not undo one another."""
    log(tmp_path)
    first, second = find(tmp_path, "x"), find(tmp_path, "x")
    first.aliases.append("a")
    second.aliases.append("b")
    first.save()
    second.save()
    assert find(tmp_path, "x").aliases == ["a", "b", "latest"]


@pytest.mark.parametrize("bad", ["v3", "a/b", "", "best"])
def test_bad_aliases(tmp_path: Path, bad: str) -> None:
    """A bad alias, or a str instead of a list of them, is refused before anything happens."""
    aliases = bad if bad == "best" else [bad]
    with pytest.raises(ArtifactError):
        log(tmp_path, aliases=aliases)
    assert not (tmp_path / "p").exists()
    version = log(tmp_path)
    with pytest.raises(ArtifactError):
        version.aliases = aliases


def test_no_time_to_live(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """W&B's ttl is taken, and told to have no effect."""
    version = log(tmp_path)
    version.ttl = 3
    assert "artifact.ttl = 3 has no effect" in capsys.readouterr().err


def test_lineage(tmp_path: Path) -> None:
    """Who made and used a version is told by what whoever found it gave to it."""

    class Everyone:
        def logged_by(self, artifact: Artifact) -> str:
            return f"maker of {artifact.name}"

        def used_by(self, artifact: Artifact) -> list[str]:
            return [f"user of {artifact.name}"]

    version = log(tmp_path)
    for call in (version.logged_by, version.used_by):
        with pytest.raises(ArtifactError, match=r"Api\(\)\.artifact\('x:v0'\)"):
            call()
    version.lineage = Everyone()
    assert (version.logged_by(), version.used_by()) == ("maker of x:v0", ["user of x:v0"])
    assert version.link("y").logged_by() == "maker of y:v0"
