"""Series, aggregates, histograms and objects over HTTP are those of `trailmark.Api`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import trailmark
from http_support import read_arrays

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from http_support import Site

POINTS = 3000
QUERY = "/api/v1/series/query"


@pytest.fixture(scope="module")
def client(site: Site) -> TestClient:
    """Return a client of the server that the tests share."""
    return site.client


@pytest.fixture(scope="module")
def root(site: Site) -> Path:
    """Return the root that the tests share."""
    return site.root


@pytest.fixture(scope="module")
def curves(site: Site) -> None:
    """Have two runs of some thousand points in the index."""
    for number in range(2):
        run = site.begin(id=f"r{number}")
        for step in range(POINTS):
            run.log({"loss": float(number) + (1e6 if step == 1234 else 1.0 / (step + 1)), "n": step})
        run.finish()
    site.settle()


@pytest.mark.usefixtures("curves")
def test_few_points_are_exact(client: TestClient, root: Path) -> None:
    """Up to the resolution, steps and values are those that were logged, each in its own type."""
    answer = client.post(
        QUERY, json={"project": "p", "runs": ["r0", "r1"], "keys": ["loss", "n"], "resolution": POINTS}
    )
    header, arrays = read_arrays(answer.content)
    assert answer.headers["content-type"] == "application/vnd.trailmark.arrays"
    for told in header["series"]:
        expected = trailmark.Api(root).run(f"p/{told['run']}").series(told["key"])
        assert (told["exact"], told["count"]) == (True, POINTS)
        np.testing.assert_array_equal(arrays[told["x"]], expected.step)
        np.testing.assert_array_equal(arrays[told["y"]], expected.value)
    assert [told["key"] for told in header["series"]] == ["loss", "n", "loss", "n"]


@pytest.mark.usefixtures("curves")
def test_many_points_are_buckets_that_leave_out_no_spike(client: TestClient) -> None:
    """Beyond the resolution there are least and largest values, and the one high point is among them."""
    answer = client.post(QUERY, json={"project": "p", "runs": ["r0"], "keys": ["loss"], "resolution": 50})
    header, arrays = read_arrays(answer.content)
    (told,) = header["series"]
    assert (told["exact"], told["count"]) == (False, POINTS)
    assert len(arrays[told["x"]]) <= 50
    assert arrays[told["max"]].max() > 1e6 - 1
    assert {len(arrays[told[part]]) for part in ("x", "y", "x_end", "min", "max", "nan")} == {len(arrays[told["x"]])}


@pytest.mark.usefixtures("curves")
def test_only_new_points_are_asked_for(client: TestClient) -> None:
    """`from` leaves out what is known; with another epoch the answer is whole, and says so."""
    known = {"run": "r0", "key": "n", "from": POINTS - 2, "epoch": 0}
    header, arrays = read_arrays(client.post(QUERY, json={"project": "p", "series": [known]}).content)
    (told,) = header["series"]
    assert arrays[told["y"]].tolist() == [POINTS - 2, POINTS - 1]
    assert "reset" not in told
    header, _ = read_arrays(client.post(QUERY, json={"project": "p", "series": [{**known, "epoch": 7}]}).content)
    assert header["series"][0]["reset"]


@pytest.mark.usefixtures("curves")
def test_a_range_on_any_axis(client: TestClient) -> None:
    """Points from one x to another, of steps or of another metric."""
    for axis in ("step", "key:n"):
        body = {"project": "p", "runs": ["r0"], "keys": ["loss"], "x": axis, "range": [10, 12]}
        header, arrays = read_arrays(client.post(QUERY, json=body).content)
        assert arrays[header["series"][0]["x"]].tolist() == [10, 11, 12]


@pytest.mark.usefixtures("curves")
def test_a_series_nobody_logged_has_no_points(client: TestClient) -> None:
    """An unknown run or key is no fault."""
    header, arrays = read_arrays(
        client.post(QUERY, json={"project": "p", "runs": ["no", "r0"], "keys": ["no"]}).content
    )
    assert [told["count"] for told in header["series"]] == [0, 0]
    assert all(len(array) == 0 for array in arrays)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"project": "p"}, 400),
        ({"project": "p", "runs": ["r0"]}, 400),
        ({"project": "p", "runs": [], "keys": [], "series": []}, 400),
        ({"project": "p", "runs": ["r0"], "keys": ["n"], "x": "nothing"}, 400),
        ({"project": "p", "runs": ["r0"], "keys": ["n"], "range": [2, 1]}, 400),
        ({"project": "p", "runs": ["r"] * 200, "keys": ["n"] * 200}, 400),
        ({"project": "p", "runs": ["r"] * 100, "keys": ["n"], "resolution": 10**6}, 400),
        ({"project": "p", "runs": ["r0"], "keys": ["n"], "resolution": 0}, 422),
        ({"project": "p", "runs": ["r0"], "keys": ["n"], "stream": "other"}, 422),
        ({"project": "x", "runs": ["r0"], "keys": ["n"]}, 404),
    ],
)
@pytest.mark.usefixtures("curves")
def test_what_cannot_be_asked_is_refused(client: TestClient, body: dict[str, Any], status: int) -> None:
    """Wrong shapes, axes and ranges, and more than an answer holds."""
    assert client.post(QUERY, json=body).status_code == status


@pytest.mark.usefixtures("curves")
def test_groups_of_runs_are_aggregated(client: TestClient) -> None:
    """Mean, median, spread and count of the runs of a group."""
    body = {"project": "p", "groups": [{"name": "both", "runs": ["r0", "r1"]}], "keys": ["n", "loss"], "range": [5, 7]}
    header, arrays = read_arrays(client.post("/api/v1/series/aggregate", json=body).content)
    told = header["groups"][1]
    assert (told["name"], told["key"], told["runs"]) == ("both", "loss", 2)
    assert arrays[told["x"]].tolist() == [5, 6, 7]
    np.testing.assert_allclose(arrays[told["mean"]], [0.5 + 1 / 6, 0.5 + 1 / 7, 0.5 + 1 / 8])
    assert arrays[told["count"]].tolist() == [2, 2, 2]
    np.testing.assert_allclose(arrays[told["max"]] - arrays[told["min"]], 1.0)


@pytest.fixture(scope="module")
def logged(site: Site) -> None:
    """Have a run with histograms, tables and texts in the index."""
    run = site.begin(id="r")
    table = trailmark.Table(columns=["id", "word", "score"])
    for number, word in enumerate(("Cat", "dog", "cow", None, "bird")):
        table.add_data(number, word, 10.0 - number if number != 2 else float("nan"))
    for step in range(4):
        run.log({"weights": trailmark.Histogram(np_histogram=([step, 1], [0.0, 1.0, 2.0])), "said": f"word {step}"})
    run.log({"table": table, "big": {"a": [2**70]}})
    run.finish()
    site.settle()


@pytest.mark.usefixtures("logged")
def test_histograms_are_a_heat_map(client: TestClient) -> None:
    """Each column has the counts of a step, in common bins."""
    answer = client.get("/api/v1/projects/p/runs/r/histograms?key=weights&bins=2")
    header, arrays = read_arrays(answer.content)
    assert (header["count"], header["columns"]) == (4, 4)
    assert arrays[header["step"]].tolist() == [0, 1, 2, 3]
    assert arrays[header["edges"]].tolist() == [0.0, 1.0, 2.0]
    assert arrays[header["counts"]].reshape(4, 2).tolist() == [[0, 1], [1, 1], [2, 1], [3, 1]]


@pytest.mark.parametrize(("step", "expected"), [(None, "word 3"), (2, "word 2"), (100, "word 3"), (0, "word 0")])
@pytest.mark.usefixtures("logged")
def test_an_object_is_the_newest_up_to_a_step(client: TestClient, step: int | None, expected: str) -> None:
    """What was logged at or before the step, of each run and key that has one."""
    body = {"project": "p", "runs": ["r", "nobody"], "keys": ["said", "nothing"], "step": step}
    (found,) = client.post("/api/v1/objects/query", json=body).json()["objects"]
    assert (found["run"], found["key"], found["count"], found["value"]) == ("r", "said", 4, expected)


@pytest.mark.usefixtures("logged")
def test_objects_are_json_without_loss(client: TestClient) -> None:
    """Mappings that were logged keep their large integers."""
    body = {"project": "p", "runs": ["r"], "keys": ["big.a"]}
    (found,) = client.post("/api/v1/objects/query", json=body).json()["objects"]
    assert found["value"] == [{"$number": str(2**70)}]


@pytest.mark.usefixtures("logged")
def test_steps_are_those_that_have_an_object(client: TestClient) -> None:
    """The steps of one key; of an unknown key none."""
    steps = "/api/v1/projects/p/runs/r/steps"
    assert client.get(f"{steps}?key=said").json() == {"steps": [0, 1, 2, 3]}
    assert client.get(f"{steps}?key=nothing").json() == {"steps": []}


TABLES: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [0, 1, 2, 3, 4]),
    ({"offset": 1, "limit": 2}, [1, 2]),
    ({"order": [{"column": "score", "descending": True}]}, [0, 1, 3, 4, 2]),
    ({"order": [{"column": "word"}], "limit": 2}, [0, 4]),
    ({"search": "C"}, [0, 2]),
    ({"search": "nobody"}, []),
    ({"filters": [{"column": "score", "op": ">=", "value": 7}]}, [0, 1, 3]),
    ({"filters": [{"column": "word", "op": "contains", "value": "o"}]}, [1, 2]),
    ({"filters": [{"column": "word", "op": "=", "value": None}]}, [3]),
    ({"filters": [{"column": "id", "op": ">", "value": 0}], "search": "c", "columns": ["word"]}, [2]),
    (
        {
            "filters": [{"column": "id", "op": "!=", "value": 0}],
            "order": [{"column": "id", "descending": True}],
            "offset": 1,
        },
        [3, 2, 1],
    ),
]


@pytest.mark.parametrize(("body", "numbers"), TABLES, ids=str)
@pytest.mark.usefixtures("logged")
def test_rows_of_a_table(client: TestClient, body: dict[str, Any], numbers: list[int]) -> None:
    """Filtered, searched, ordered and paged; each row knows its number in the whole table."""
    answer = client.post("/api/v1/projects/p/runs/r/table", json={"key": "table", **body})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["numbers"] == numbers
    assert len(found["rows"]) == len(numbers)
    if "columns" not in body:
        assert [row[0] for row in found["rows"]] == numbers
        assert found["columns"] == [
            {"name": "id", "type": "number"},
            {"name": "word", "type": "string"},
            {"name": "score", "type": "number"},
        ]


@pytest.mark.usefixtures("logged")
def test_cells_that_json_has_no_form_for(client: TestClient) -> None:
    """NaN is told apart from a missing value."""
    rows = client.post("/api/v1/projects/p/runs/r/table", json={"key": "table"}).json()["rows"]
    assert rows[2] == [2, "cow", {"$number": "NaN"}]
    assert rows[3][1] is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"key": "said"}, 400),
        ({"key": "nothing"}, 404),
        ({"key": "table", "step": -5}, 404),
        ({"key": "table", "columns": ["nothing"]}, 400),
        ({"key": "table", "order": [{"column": "nothing"}]}, 400),
        ({"key": "table", "filters": [{"column": "id", "op": "like", "value": 1}]}, 400),
        ({"key": "table", "filters": [{"column": "id", "op": "=", "value": "x"}]}, 400),
        ({"key": "table", "filters": [{"column": "id", "op": "=", "value": [1]}]}, 400),
        ({"key": "table", "filters": [{"column": "word", "op": "=", "value": {"a": 1}}]}, 400),
        ({"key": "table", "filters": [{"column": "id", "op": "contains", "value": 1}]}, 400),
        ({"artifact": "nothing:v0", "path": "x"}, 404),
        ({"artifact": "nothing:v0"}, 400),
        ({"key": "table", "limit": -1}, 422),
    ],
)
@pytest.mark.usefixtures("logged")
def test_what_cannot_be_asked_of_a_table(client: TestClient, body: dict[str, Any], status: int) -> None:
    """Tables, columns and comparisons that are none."""
    answer = client.post("/api/v1/projects/p/runs/r/table", json=body)
    assert (answer.status_code, "error" in answer.json()) == (status, True), answer.text
