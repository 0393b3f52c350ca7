"""Which run made a version, and which runs used it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli_artifact_support import link, store, version, write_root, write_run
from trailmark.api import Api
from trailmark.api.provenance import Edge, Provenance, Version, artifacts_of, find_version, version_of
from trailmark.artifacts.collection import Collection
from trailmark.journal.runstate import load

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a root with artifacts."""
    return write_root(tmp_path / "root")


def test_the_first_run_that_logged_a_version_made_it(root: Path) -> None:
    """Of several runs that logged the same contents the first counts."""
    write_run(root, "r3", link(version(root, 0), "logged"))
    made = Provenance(root).logged_by(version(root, 0))
    assert made is not None
    assert made.path == "p/r1"


def test_what_nobody_logged_has_no_maker(root: Path) -> None:
    """A version that was put there by hand, and one whose run was deleted, have none."""
    assert Provenance(root).logged_by(store(root, {"x": "x"}, "hand")) is None


def test_users_come_in_the_order_of_using(root: Path) -> None:
    """Each run is listed once, the one that used it first in front."""
    best = version(root, 2)
    write_run(root, "a9", link(best, "used"), link(best, "used"))
    write_run(root, "a1", link(best, "used"))
    assert [run.path for run in Provenance(root).used_by(best)] == ["q/r2", "p/a9", "p/a1"]
    assert Provenance(root).used_by(version(root, 0)) == []


def test_to_use_a_link_is_to_use_what_it_links_to(root: Path) -> None:
    """Users of a link are users of the version, and the other way round."""
    best = version(root, 2)
    linked = Collection(root, "shared", "everything").link(best)
    write_run(root, "r3", link(linked, "used"))
    assert [run.path for run in Provenance(root).used_by(best)] == ["q/r2", "p/r3"]
    assert [run.path for run in Provenance(root).used_by(linked)] == ["q/r2", "p/r3"]
    made = Provenance(root).logged_by(linked)
    assert made is not None
    assert made.path == "p/r1"


def test_the_same_contents_elsewhere_are_another_artifact(root: Path) -> None:
    """Who used an equal version of another project did not use this one."""
    best = version(root, 2)
    twin = best.new_draft().commit(root, "other")
    assert twin.digest == best.digest
    write_run(root, "r3", link(twin, "used"))
    assert [run.path for run in Provenance(root).used_by(best)] == ["q/r2"]


def test_a_version_with_the_number_of_a_deleted_one_is_not_it(root: Path) -> None:
    """A record is about the contents that it names, not about what has the number now."""
    best = version(root, 2)
    assert find_version(root, version_of(best), best.digest) is not None
    assert find_version(root, version_of(best), "0" * 64) is None
    assert find_version(root, Version("p", "digits", 9)) is None


def test_the_graph_has_all_that_came_before_and_after(root: Path) -> None:
    """Edges lead from what was first to what came of it, through runs and versions, nearest first."""
    net = version(root, 0, "net", "q")
    linked = Collection(root, "model-registry", "prod").link(net)
    write_run(root, "r3", link(linked, "linked"))
    write_run(root, "r4", link(net, "used"))
    graph = Provenance(root).graph(net)
    assert graph.start == "q/net:v0"
    assert graph.upstream == [
        Edge("q/r2", "q/net:v0", "logged"),
        Edge("p/digits:v2", "q/r2", "used"),
        Edge("p/r1", "p/digits:v2", "logged"),
    ]
    assert set(graph.downstream) == {
        Edge("q/net:v0", "p/r4", "used"),
        Edge("q/net:v0", "model-registry/prod:v0", "linked"),
    }
    assert Api(root).lineage("model-registry/prod").upstream[0] == graph.downstream[0]._replace(
        target="model-registry/prod:v0", action="linked"
    )


def test_a_cycle_ends(root: Path) -> None:
    """A run that uses what it logged is no endless graph."""
    net = version(root, 0, "net", "q")
    write_run(root, "r5", link(net, "logged"), link(net, "used"), project="q")
    assert Edge("q/net:v0", "q/r5", "used") in Provenance(root).graph(net).upstream


def test_runs_without_artifacts_are_not_kept(root: Path) -> None:
    """Only runs that have to do with artifacts are remembered."""
    write_run(root, "plain")
    assert sorted(Provenance(root).run_states()) == ["p/r1", "q/r2"]


def test_a_run_s_versions_are_found_by_its_state(root: Path) -> None:
    """What a state tells is looked up in the root."""
    state = load(root / "p" / "r1")
    assert state is not None
    assert [artifact.version for artifact in artifacts_of(root, state, "logged")] == ["v0", "v2"]
