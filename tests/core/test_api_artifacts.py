"""`Api` finds artifacts: versions, collections and types."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from cli_artifact_support import link, store, version, write_root, write_run
from trailmark import errors
from trailmark.api import Api

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def api(tmp_path: Path) -> Api:
    """Return an Api of a root with artifacts."""
    return Api(write_root(tmp_path / "root"))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("digits", "p/digits:v2"),
        ("digits:latest", "p/digits:v2"),
        ("digits:raw", "p/digits:v0"),
        ("p/digits:v1", "p/digits:v1"),
        ("someone/q/net:v0", "q/net:v0"),
    ],
)
def test_a_version_is_found_by_its_name(api: Api, name: str, found: str) -> None:
    """Name, alias, version, project and entity lead to a version; the project may be left out if it is clear."""
    assert api.artifact(name).qualified_name == found
    assert api.artifact_exists(name)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("digts", "'digits'"),
        ("p/digits:bets", "'best'"),
        ("q/digits", "q/digits"),
        ("", "project/name:latest"),
        (None, "project/name:latest"),
    ],
)
def test_what_is_not_there_is_an_error(api: Api, name: str, reason: str) -> None:
    """The message names what is close."""
    with pytest.raises(errors.ArtifactError, match=reason):
        api.artifact(name)
    assert not api.artifact_exists(name)


def test_a_name_of_two_projects_needs_the_project(api: Api) -> None:
    """Where two projects have the name, the error names both."""
    store(api.root, {"x": "x"}, "net", "model", project="p")
    with pytest.raises(errors.ArtifactError, match="p/net, q/net"):
        api.artifact("net")
    with pytest.raises(errors.ArtifactError, match="p/net, q/net"):
        api.artifact_collection("model", "net")
    assert api.artifact("q/net").project == "q"


def test_the_type_must_be_right(api: Api) -> None:
    """A type that the artifact has not is an error, and then there is no such artifact."""
    assert api.artifact("digits", "dataset").type == "dataset"
    assert not api.artifact_exists("digits", "model")
    with pytest.raises(errors.ArtifactError, match="dataset"):
        api.artifact("digits", type="model")


def test_all_versions_are_listed_newest_first(api: Api) -> None:
    """Versions are those of one artifact, of a type, a project, with tags, or all."""
    everything = [artifact.qualified_name for artifact in api.artifacts()]
    assert everything == ["p/digits:v2", "p/digits:v1", "p/digits:v0", "q/net:v0"]
    assert [artifact.name for artifact in api.artifacts("model")] == ["net:v0"]
    assert [artifact.name for artifact in api.artifacts(name="p/digits")] == ["digits:v2", "digits:v1", "digits:v0"]
    assert [artifact.name for artifact in api.artifacts("dataset", "digits", tags=["small"])] == ["digits:v2"]
    assert [artifact.name for artifact in api.artifacts(project="q")] == ["net:v0"]
    with pytest.raises(errors.ArtifactError, match="'p/digits'"):
        api.artifacts(name="p/digts")
    with pytest.raises(errors.ArtifactError, match="not 'model'"):
        api.artifacts("model", "digits")


def test_collections_are_found(api: Api) -> None:
    """Collections are listed by project and type, and found by name."""
    assert [found.name for found in api.artifact_collections()] == ["digits", "net"]
    assert [found.name for found in api.artifact_collections("someone/q")] == ["net"]
    assert [found.name for found in api.artifact_collections(type_name="dataset")] == ["digits"]
    collection = api.artifact_collection("dataset", "p/digits")
    assert (collection.versions(), collection.aliases()) == ([0, 1, 2], {"raw": 0, "best": 2, "latest": 2})
    assert api.artifact_collection_exists("digits", "dataset")
    assert not api.artifact_collection_exists("digits", "model")
    assert not api.artifact_collection_exists("other")


def test_types_are_found(api: Api) -> None:
    """Types are those that artifacts have, and lead to their collections."""
    assert [kind.name for kind in api.artifact_types()] == ["dataset", "model"]
    assert [kind.name for kind in api.artifact_types("q")] == ["model"]
    assert [found.name for found in api.artifact_type("model").collections()] == ["net"]
    assert api.artifact_type("model").collection("net").project == "q"
    with pytest.raises(errors.ArtifactError, match="'dataset'"):
        api.artifact_type("datset")


def test_an_empty_root_has_no_artifacts(tmp_path: Path) -> None:
    """A root that is not there has nothing, and a name in it is an error."""
    api = Api(tmp_path / "nothing")
    assert (api.artifacts(), api.artifact_collections(), api.artifact_types()) == ([], [], [])
    with pytest.raises(errors.ArtifactError, match="digits"):
        api.artifact("digits")


def test_artifacts_are_no_projects_and_no_runs(api: Api) -> None:
    """Neither blobs nor collections are taken for projects or runs."""
    assert [project.name for project in api.projects()] == ["p", "q"]
    assert sorted(run.path for run in api.runs()) == ["p/r1", "q/r2"]


# -- runs ------------------------------------------------------------------------------------------------------------


def test_a_run_tells_what_it_logged_and_used(api: Api) -> None:
    """The versions come in the order in which the run logged them; each once."""
    assert [artifact.name for artifact in api.run("p/r1").logged_artifacts()] == ["digits:v0", "digits:v2"]
    assert [artifact.name for artifact in api.run("q/r2").used_artifacts()] == ["digits:v2"]
    assert [artifact.name for artifact in api.run("q/r2").logged_artifacts()] == ["net:v0"]
    assert [record.action for record in api.run("q/r2").artifacts] == ["used", "logged"]
    best = version(api.root, 2)
    write_run(api.root, "r3", link(best, "used"), link(best, "used"))
    assert len(api.run("p/r3").used_artifacts()) == 1


def test_a_deleted_version_is_left_out(api: Api) -> None:
    """What was deleted is no artifact of the run any more, and the number of a version is not used again."""
    version(api.root, 2).delete(delete_aliases=True)
    assert [artifact.name for artifact in api.run("p/r1").logged_artifacts()] == ["digits:v0"]
    assert api.run("q/r2").used_artifacts() == []
    store(api.root, {"other": "contents"})
    assert api.run("q/r2").used_artifacts() == []


def test_artifacts_know_their_runs(api: Api) -> None:
    """What the Api and a run return tells who made and used it."""
    for artifact in (
        api.artifact("digits:best"),
        api.artifacts(name="digits")[0],
        api.run("p/r1").logged_artifacts()[1],
        api.run("q/r2").used_artifacts()[0],
    ):
        assert artifact.logged_by().path == "p/r1"
        assert [run.path for run in artifact.used_by()] == ["q/r2"]


def test_a_run_is_deleted_with_the_versions_that_it_made(api: Api) -> None:
    """Versions go that it alone logged, with their aliases; those that another run logged too stay."""
    raw, best = version(api.root, 0), version(api.root, 2)
    write_run(api.root, "r3", link(raw, "logged"), link(best, "used"))
    api.run("p/r1").delete(delete_artifacts=True)
    assert api.artifact_collection(None, "digits").versions() == [0, 1]
    assert not api.artifact_exists("digits:best")
    assert raw.digest == api.artifact("digits:raw").digest


def test_a_run_is_deleted_without_its_artifacts(api: Api) -> None:
    """If nothing is said the versions stay."""
    api.run("p/r1").delete()
    assert api.artifact_collection(None, "digits").versions() == [0, 1, 2]
    assert api.artifact("digits:best").logged_by() is None


def test_a_version_that_no_run_made_stays(api: Api) -> None:
    """A run that logged what somebody had put there does not take it along."""
    put = store(api.root, {"put": "by hand"}, "hand")
    write_run(api.root, "r3", link(put, "logged"))
    api.run("p/r3").delete(delete_artifacts=True)
    assert api.artifact_exists("hand")


def test_an_artifact_in_another_process(api: Api) -> None:
    """What Api found can be pickled, for workers that load data, and still knows whom to ask for its lineage."""
    found = api.artifact("p/digits:best")
    found.used_by()  # by which much is read
    again = pickle.loads(pickle.dumps(found))
    assert again.qualified_name == found.qualified_name
    assert [run.id for run in again.used_by()] == [run.id for run in found.used_by()]
