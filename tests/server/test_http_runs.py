"""Runs, projects and alerts over HTTP."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

import trailmark

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from http_support import Site
    from trailmark import Run

QUERY = "/api/v1/projects/p/runs/query"


@pytest.fixture(scope="module")
def client(site: Site) -> TestClient:
    """Return a client of the server that the tests share."""
    return site.client


@pytest.fixture(scope="module")
def root(site: Site) -> Path:
    """Return the root that the tests share."""
    return site.root


@pytest.fixture(scope="module")
def run(site: Site) -> Run:
    """Return a finished run that is in the index."""
    config = {"lr": 0.1, "nan": math.nan, "big": 2**60, "data": b"\x00\xff"}
    run = site.begin(id="one", name="first", config=config, tags=["a"], group="g", notes="hello")
    run.define_metric("loss", summary="min", goal="minimize")
    for step in range(3):
        run.log({"loss": 1.0 / (step + 1), "text": "said"})
    run.alert("careful", "it is hot", level="WARN")
    run.finish()
    site.settle()
    return run


@pytest.mark.usefixtures("run")
def test_the_status_tells_of_the_index(client: TestClient, root: Path) -> None:
    """Version, root and cursor are told; nothing is left to index, and there are no problems."""
    status = client.get("/api/v1/status").json()
    assert (status["version"], status["root"], status["access"]) == (trailmark.__version__, str(root), "token")
    assert status["cursor"] > 0
    assert status["problems"] == []


@pytest.mark.usefixtures("run")
def test_projects_come_with_their_newest_runs(client: TestClient, site: Site) -> None:
    """A project counts its runs, and shows five of them, newest first, each with a curve."""
    for number in range(6):
        site.begin(project="q", id=f"q{number}").finish()
    site.settle()
    projects = {project["name"]: project for project in client.get("/api/v1/projects").json()["projects"]}
    assert (projects["p"]["runs"], projects["p"]["running"], projects["q"]["runs"]) == (1, 0, 6)
    assert [recent["id"] for recent in projects["q"]["recent"]] == ["q5", "q4", "q3", "q2", "q1"]
    assert projects["q"]["recent"][0]["spark"] is None
    (recent,) = projects["p"]["recent"]
    assert recent["spark"] == {"key": "loss", "values": [1.0, 0.5, pytest.approx(1 / 3)]}


@pytest.mark.usefixtures("run")
def test_a_query_answers_briefs_with_columns(client: TestClient) -> None:
    """A brief has all that lists show, and the columns that were asked for, in terms of JSON."""
    columns = ["config.lr", "config.nan", "config.big", "config.data", "summary.loss.min", "config.nothing"]
    answer = client.post(QUERY, json={"columns": columns}).json()
    (brief,) = answer["runs"]
    assert brief["columns"] == {
        "config.lr": 0.1,
        "config.nan": {"$number": "NaN"},
        "config.big": {"$number": str(2**60)},
        "config.data": {"$bytes": "AP8="},
        "summary.loss.min": pytest.approx(1 / 3),
    }
    told = {
        name: brief[name] for name in ("id", "project", "name", "state", "tags", "group", "notes", "last_step", "rows")
    }
    assert told == {
        "id": "one",
        "project": "p",
        "name": "first",
        "state": "finished",
        "tags": ["a"],
        "group": "g",
        "notes": "hello",
        "last_step": 2,
        "rows": 3,
    }
    assert answer["total"] == 1
    assert answer["cursor"] >= brief["revision"] > 0


@pytest.mark.usefixtures("run")
def test_a_filter_may_hold_what_json_has_no_form_for(client: TestClient) -> None:
    """NaN and large integers are written in filters as they are in answers."""
    for filters in ({"config.nan": {"$number": "NaN"}}, {"config.big": {"$gte": {"$number": str(2**60)}}}):
        assert client.post(QUERY, json={"filters": filters}).json()["total"] == 1


@pytest.mark.usefixtures("run")
def test_groups_are_answered_in_place_of_runs(client: TestClient) -> None:
    """Grouping tells the groups; asking for one of them tells its runs."""
    answer = client.post(QUERY, json={"group_by": ["group"], "columns": ["summary.loss.min"]}).json()
    spread = {part: pytest.approx(1 / 3) for part in ("mean", "min", "max")}
    assert answer["groups"] == [
        {"values": ["g"], "runs": 1, "running": 0, "ids": ["one"], "columns": {"summary.loss.min": spread}}
    ]
    assert "runs" not in answer
    assert client.post(QUERY, json={"group_by": ["group"], "group": ["g"]}).json()["runs"][0]["id"] == "one"


@pytest.mark.usefixtures("run")
def test_a_run_is_told_whole(client: TestClient, root: Path) -> None:
    """Config, summary, series, definitions and alerts are those of the run."""
    told = client.get("/api/v1/projects/p/runs/one").json()
    assert told["config"] == {
        "lr": 0.1,
        "nan": {"$number": "NaN"},
        "big": {"$number": str(2**60)},
        "data": {"$bytes": "AP8="},
    }
    assert told["summary"]["loss"] == {"min": pytest.approx(1 / 3)}
    keys = {key["key"]: (key["kind"], key["points"], key["goal"]) for key in told["keys"]}
    assert keys == {"loss": ("number", 3, "minimize"), "text": ("object", 3, None)}
    assert told["metrics"]["loss"]["summary"] == ["min"]
    assert [(alert["title"], alert["level"], alert["run"]) for alert in told["alerts"]] == [("careful", "WARN", "one")]
    assert (told["path"], told["ranks"], told["exit_code"]) == (str(root / "p" / "one"), [0], 0)


@pytest.mark.usefixtures("run")
def test_alerts_of_all_runs_come_newest_first(client: TestClient, site: Site) -> None:
    """They may be limited, and asked for of one project."""
    other = site.begin(project="other", id="two")
    other.alert("second", "")
    other.finish()
    site.settle()
    found = client.get("/api/v1/alerts").json()["alerts"]
    assert [alert["title"] for alert in found] == ["second", "careful"]
    assert [alert["title"] for alert in client.get("/api/v1/alerts?limit=1").json()["alerts"]] == ["second"]
    assert [alert["run"] for alert in client.get("/api/v1/alerts?project=p").json()["alerts"]] == ["one"]


@pytest.mark.usefixtures("run")
def test_columns_tell_what_there_is_to_choose(client: TestClient) -> None:
    """Columns of config and summary, series, and words."""
    found = client.get("/api/v1/projects/p/columns").json()
    assert {"name": "config.lr", "runs": 1, "kinds": ["number"]} in found["config"]
    assert {"name": "summary.loss.min", "runs": 1, "kinds": ["number"]} in found["summary"]
    assert (found["tags"], found["groups"], found["job_types"]) == (["a"], ["g"], [])
    (text,) = [key for key in found["keys"] if key["key"] == "text"]
    assert (text["kind"], text["types"]) == ("object", ["text"])


@pytest.mark.usefixtures("run")
def test_a_long_answer_is_compressed(client: TestClient) -> None:
    """Whoever takes gzip gets it, if the answer is long."""
    columns = [f"config.nothing{number}" for number in range(3)]
    short = client.post(QUERY, json={"columns": columns})
    assert "content-encoding" not in short.headers
    assert client.get("/api/v1/openapi.json").status_code == 200
    plain = client.get("/api/v1/projects/p/runs/one", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"filters": {"nothing": 1}}, 400),
        ({"filters": {"config.a": {"$where": "x"}}}, 400),
        ({"search": "("}, 400),
        ({"order": "nothing"}, 400),
        ({"columns": ["nothing"]}, 400),
        ({"unknown": 1}, 422),
        ({"limit": -1}, 422),
        ({"limit": 10**9}, 422),
        ({"filters": []}, 422),
        ({"ids": "one"}, 422),
        ([], 422),
    ],
)
@pytest.mark.usefixtures("run")
def test_what_cannot_be_asked_is_told_in_words(client: TestClient, body: Any, status: int) -> None:
    """An unknown field is 400 and a body of the wrong shape 422, each with a message."""
    answer = client.post(QUERY, json=body)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["projects/x/columns", "projects/p/runs/x", "projects/x/runs/one", "nothing"])
@pytest.mark.usefixtures("run")
def test_what_is_not_there_is_404(client: TestClient, path: str) -> None:
    """A project, a run or an address that is not there is told to be missing."""
    answer = client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()["error"]["kind"]) == (404, "not_found")
