"""Edits over HTTP are records in journals: they outlast the index, and can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import trailmark

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.testclient import TestClient

    from trailmark import Run

RUNS = "/api/v1/projects/p/runs"


@pytest.fixture
def three(begin: Callable[..., Run], settle: Callable[[], None]) -> None:
    """Have three runs in the index."""
    for number, tags in enumerate((["a"], ["a", "b"], [])):
        begin(id=f"r{number}", tags=tags).finish()
    settle()


@pytest.mark.usefixtures("three")
def test_each_field_is_changed_and_answered(client: TestClient, root: Path) -> None:
    """The answer has the change, and so has whoever reads the journals."""
    change = {
        "name": "new",
        "notes": "seen",
        "tags": ["x", "x", "y"],
        "group": "g",
        "job_type": "eval",
        "archived": True,
        "deleted": True,
    }
    answer = client.patch(f"{RUNS}/r0", json=change)
    expected = {**change, "tags": ["x", "y"]}
    assert answer.status_code == 200
    assert {name: answer.json()[name] for name in expected} == expected
    run = trailmark.Api(root).run("p/r0")
    assert {name: getattr(run, name) for name in expected} == expected


@pytest.mark.usefixtures("three")
def test_an_edit_is_in_the_list_at_once(client: TestClient) -> None:
    """Who edits and then asks for the list sees the edit."""
    client.patch(f"{RUNS}/r1", json={"deleted": True})
    found = client.post(f"{RUNS}/query", json={}).json()["runs"]
    assert sorted(run["id"] for run in found) == ["r0", "r2"]


def test_an_edit_of_a_running_run_leaves_it_alone(client: TestClient, begin: Any, settle: Any, root: Path) -> None:
    """The run goes on writing into its own journal, and keeps the edit."""
    run = begin(id="live")
    run.log({"loss": 1})
    settle()
    assert client.patch(f"{RUNS}/live", json={"notes": "watch this"}).json()["state"] == "running"
    run.log({"loss": 2})
    run.finish()
    found = trailmark.Api(root).run("p/live")
    assert (found.notes, found.state, found.last_step) == ("watch this", "finished", 1)


@pytest.mark.usefixtures("three")
def test_many_runs_are_changed_and_changed_back(client: TestClient) -> None:
    """What is answered as undo, sent back, leaves all as it was."""
    before = _tags(client)
    body = {"ids": ["r0", "r1", "r2"], "set": {"archived": True}, "add_tags": ["best"], "remove_tags": ["b"]}
    answer = client.post(f"{RUNS}/edit", json=body).json()
    assert answer["changed"] == ["r0", "r1", "r2"]
    assert _tags(client) == {"r0": (["a", "best"], True), "r1": (["a", "best"], True), "r2": (["best"], True)}
    for undo in answer["undo"]:
        client.post(f"{RUNS}/edit", json=undo)
    assert _tags(client) == before == {"r0": (["a"], False), "r1": (["a", "b"], False), "r2": ([], False)}


@pytest.mark.usefixtures("three")
def test_what_changes_nothing_writes_nothing(client: TestClient, root: Path) -> None:
    """No journal is added for an edit that says what is so already."""
    journals = sorted((root / "p" / "r0").iterdir())
    assert client.post(f"{RUNS}/edit", json={"ids": ["r0"], "add_tags": ["a"]}).json() == {"changed": [], "undo": []}
    assert sorted((root / "p" / "r0").iterdir()) == journals


@pytest.mark.usefixtures("three")
def test_of_an_unknown_run_nothing_is_changed(client: TestClient) -> None:
    """One wrong id, and none of the others is edited."""
    answer = client.post(f"{RUNS}/edit", json={"ids": ["r0", "nobody"], "set": {"archived": True}})
    assert answer.status_code == 404
    assert not _tags(client)["r0"][1]


@pytest.mark.parametrize(
    "change",
    [
        {"name": None},
        {"name": ""},
        {"tags": None},
        {"tags": [""]},
        {"tags": "a"},
        {"archived": "maybe"},
        {"state": "x"},
        {"config": {}},
    ],
)
@pytest.mark.usefixtures("three")
def test_what_cannot_be_set_is_refused(client: TestClient, change: dict[str, Any]) -> None:
    """Values of the wrong kind, and what is no field of an edit."""
    assert client.patch(f"{RUNS}/r0", json=change).status_code == 422


def _tags(client: TestClient) -> dict[str, tuple[list[str], bool]]:
    found = client.post(f"{RUNS}/query", json={"archived": True}).json()["runs"]
    return {run["id"]: (run["tags"], run["archived"]) for run in sorted(found, key=lambda run: run["id"])}
