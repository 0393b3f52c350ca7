"""Tests of collections: versions, aliases, links, and finding them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from artifacts_support import contents, log
from trailmark.artifacts.collection import Collection, collections, find
from trailmark.errors import ArtifactError


def index_of(root: Path, name: str = "x") -> Path:
    """Return where the aliases are kept."""
    return root / "p/.artifacts" / name / "aliases.json"


def test_versions_and_aliases(tmp_path: Path) -> None:
    """Each log of other contents is the next version; `latest` and the aliases move."""
    log(tmp_path, files={"a": "0"}, aliases=["best", "first"])
    log(tmp_path, files={"a": "1"})
    third = log(tmp_path, files={"a": "2"}, aliases=["best"])
    collection = Collection(tmp_path, "p", "x")
    assert collection.versions() == [0, 1, 2]
    assert collection.aliases() == {"first": 0, "latest": 2, "best": 2}
    assert [artifact.version for artifact in collection.artifacts()] == ["v2", "v1", "v0"]
    assert third.aliases == ["best", "latest"]
    assert (collection.type, collection.exists) == ("dataset", True)


def test_resolving(tmp_path: Path) -> None:
    """A version is named by an alias, its number or the beginning of its digest; what is not there has hints."""
    digest = log(tmp_path, files={"a": "0"}, aliases=["best"]).digest
    log(tmp_path, files={"a": "1"})
    collection = Collection(tmp_path, "p", "x")
    assert [collection.resolve(each) for each in ("v0", "best", digest, digest[:8], "latest")] == [0, 0, 0, 0, 1]
    with pytest.raises(ArtifactError, match=r"no version 'bset': there are v0 to v1, .*; did you mean 'best'\?"):
        collection.resolve("bset")
    for reference in ("v2", "v01", "0", digest[:7], "f" * 64):
        with pytest.raises(ArtifactError, match="has no version"):
            collection.resolve(reference)


def test_a_type_for_all_versions(tmp_path: Path) -> None:
    """A version of another type is refused, and there is no trace of it."""
    log(tmp_path, type="model")
    with pytest.raises(ArtifactError, match="has the type 'model', got 'dataset'"):
        log(tmp_path, files={"a": "new"})
    assert Collection(tmp_path, "p", "x").versions() == [0]


@pytest.mark.parametrize("state", ["missing", "damaged", "old"])
def test_versions_tell_what_the_index_lost(tmp_path: Path, state: str) -> None:
    """A kill before the index was written, or its loss, costs neither a version nor an alias."""
    log(tmp_path, files={"a": "0"}, aliases=["best"])
    old = index_of(tmp_path).read_bytes()
    log(tmp_path, files={"a": "1"}, aliases=["best", "second"])
    log(tmp_path, files={"a": "2"})
    if state == "missing":
        index_of(tmp_path).unlink()
    else:
        index_of(tmp_path).write_bytes(old if state == "old" else old[:10])
    expected = {"best": 1, "second": 1, "latest": 2}
    assert Collection(tmp_path, "p", "x").aliases() == expected
    assert log(tmp_path, files={"a": "1"}).version == "v1"
    assert log(tmp_path, files={"a": "3"}).version == "v3"
    assert json.loads(index_of(tmp_path).read_bytes())["count"] == 4


def test_deleting_a_version(tmp_path: Path) -> None:
    """A version goes with its aliases if that is asked for; `latest` falls back; numbers are not used again."""
    log(tmp_path, files={"a": "0"})
    log(tmp_path, files={"a": "1"}, aliases=["best"])
    collection = Collection(tmp_path, "p", "x")
    with pytest.raises(ArtifactError, match=r"has the aliases best.*delete_aliases=True"):
        collection.delete(1)
    collection.delete(1, delete_aliases=True)
    assert (collection.versions(), collection.aliases()) == ([0], {"latest": 0})
    with pytest.raises(ArtifactError, match="no version p/x:v1"):
        collection.delete(1)
    assert log(tmp_path, files={"a": "1"}).version == "v2"
    collection.delete(0)
    collection.delete(2)
    assert not collection.exists
    assert log(tmp_path, files={"a": "0"}).version == "v3"


def test_deleting_a_collection(tmp_path: Path) -> None:
    """All versions of a name can go at once."""
    log(tmp_path, aliases=["best"])
    collection = Collection(tmp_path, "p", "x")
    with pytest.raises(ArtifactError, match="aliases best"):
        collection.delete()
    collection.delete(delete_aliases=True)
    assert collections(tmp_path) == []
    with pytest.raises(ArtifactError, match="there is no artifact p/x"):
        collection.delete()
    assert [path.name for path in (tmp_path / "p/.artifacts").iterdir()] == [".x.lock"]


def test_links(tmp_path: Path) -> None:
    """A link is a version of its own collection with the files of the other; it outlives that one."""
    log(tmp_path, "other", type="model", files={"m": "-1"}, project="registry")
    source = log(tmp_path, type="model", files={"m": "0"}, metadata={"acc": 1})
    linked = source.link("registry/other", aliases=["prod"])
    assert (linked.qualified_name, linked.aliases, linked.is_link) == ("registry/other:v1", ["latest", "prod"], True)
    assert (linked.source_project, linked.source_name, linked.source_version) == ("p", "x:v0", "v0")
    assert linked.source_artifact.qualified_name == "p/x:v0"
    assert (linked.metadata, linked.digest) == ({"acc": 1}, source.digest)
    assert source.link("registry/other", aliases=["best"]).version == "v1"
    assert linked.link("third").source_name == "x:v0"
    assert contents(Path(linked.download(tmp_path / "out"))) == {"m": "0"}
    with pytest.raises(ArtifactError, match="type"):
        log(tmp_path, "data").link("registry/other")
    with pytest.raises(ArtifactError, match="aliases="):
        source.link("registry/other:best")
    source.delete()
    assert find(tmp_path, "registry/other:prod").get_entry("m").size == 1
    with pytest.raises(ArtifactError, match="any more"):
        _ = linked.source_artifact
    linked.unlink()
    assert Collection(tmp_path, "registry", "other").versions() == [0]
    with pytest.raises(ArtifactError, match="is no link"):
        find(tmp_path, "registry/other").unlink()


def test_finding(tmp_path: Path) -> None:
    """A version is found by name, project, entity and alias; what is not there has hints."""
    log(tmp_path, "x", aliases=["best"])
    log(tmp_path, "y", project="q", type="model")
    for path in ("x", "x:v0", "p/x:best", "me/p/x:latest"):
        assert find(tmp_path, path).qualified_name == "p/x:v0"
    assert find(tmp_path, "x", project="p", type="dataset").name == "x:v0"
    assert find(tmp_path, "q/y", project="p").project == "q"
    with pytest.raises(ArtifactError, match="there is no artifact p/y"):
        find(tmp_path, "y", project="p")
    with pytest.raises(ArtifactError, match="did you mean 'x'"):
        find(tmp_path, "xx")
    with pytest.raises(ArtifactError, match="type 'dataset', not 'model'"):
        find(tmp_path, "x", type="model")
    log(tmp_path, "x", project="q")
    with pytest.raises(ArtifactError, match="p/x, q/x"):
        find(tmp_path, "x")


def test_listing(tmp_path: Path) -> None:
    """Collections are listed for all projects or one, and by type; a root that is not there has none."""
    log(tmp_path, "b")
    log(tmp_path, "a", type="model")
    log(tmp_path, "c", project="q")
    (tmp_path / "p/.artifacts/empty").mkdir()
    (tmp_path / "file").touch()
    assert [(each.project, each.name) for each in collections(tmp_path)] == [("p", "a"), ("p", "b"), ("q", "c")]
    assert [each.name for each in collections(tmp_path, "p")] == ["a", "b"]
    assert [each.name for each in collections(tmp_path, type="model")] == ["a"]
    assert collections(tmp_path / "nowhere") == collections(tmp_path, "nope") == []
    with pytest.raises(ArtifactError, match="there is no artifact p/empty"):
        _ = Collection(tmp_path, "p", "empty").type


@pytest.mark.parametrize("project", ["..", ".", "", ".blobs", "../q", "a/b", "a\\b", "a\0"])
def test_a_project_is_a_folder_in_the_root(tmp_path: Path, project: str) -> None:
    """What leads out of the root, or into a folder of its own, is no project."""
    with pytest.raises(ArtifactError, match="a project is the name of a folder"):
        log(tmp_path / "root", project=project)
    assert not list(tmp_path.rglob("v0.json"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 200_000,
        '{"count": 1, "aliases": {"latest": "0/../../x"}, "digests": {}}',
        '{"count": 1, "aliases": {"latest": null}, "digests": {}}',
        '{"count": 1, "aliases": {}, "digests": {"ab": "0"}}',
        '{"count": -1, "aliases": {"latest": 0}, "digests": {}}',
        '{"count": "1", "aliases": {"latest": 0}, "digests": {}}',
    ],
)
def test_a_damaged_index_counts_for_nothing(tmp_path: Path, text: str) -> None:
    """The versions tell what an index that cannot be right should say."""
    log(tmp_path, files={"a": "0"}, aliases=["best"])
    (tmp_path / "p/.artifacts/x/aliases.json").write_text(text)
    assert Collection(tmp_path, "p", "x").aliases() == {"best": 0, "latest": 0}
    assert log(tmp_path, files={"a": "1"}).version == "v1"


def test_a_damaged_version_is_in_nobodys_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside a version that cannot be read others are found, listed and made; it is told once, and can be deleted."""
    log(tmp_path, files={"a": "0"})
    log(tmp_path, files={"a": "1"})
    (tmp_path / "p/.artifacts/x/v1.json").write_text("{")
    collection = Collection(tmp_path, "p", "x")
    assert [artifact.version for artifact in collection.artifacts()] == ["v0"]
    assert collection.type == "dataset"
    with pytest.raises(ArtifactError, match=r"v1\.json is damaged"):
        find(tmp_path, "p/x")
    assert log(tmp_path, files={"a": "2"}).version == "v2"
    assert capsys.readouterr().err.count("v1.json is damaged") == 1
    collection.delete(1)
    assert collection.versions() == [0, 2]


def test_a_collection_without_a_readable_version(tmp_path: Path) -> None:
    """It is listed, has no type, and takes the next version."""
    log(tmp_path)
    (tmp_path / "p/.artifacts/x/v0.json").write_text("{")
    (tmp_path / "p/.artifacts/no name").mkdir()
    (tmp_path / "p/.artifacts/no name/v0.json").touch()
    assert [each.name for each in collections(tmp_path)] == ["x"]
    assert collections(tmp_path, type="dataset") == []
    with pytest.raises(ArtifactError, match="no version that can be read of p/x"):
        _ = Collection(tmp_path, "p", "x").type
    assert log(tmp_path, files={"b": "b"}).version == "v1"
