"""Files, code, console, artifacts, views and exports over HTTP."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest

import trailmark
from http_support import encoded

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from http_support import Site
    from trailmark import Run

RUN = "/api/v1/projects/p/runs/one"
TABLES = "/api/v1/projects/tables/runs/tables/table"
ARTIFACTS = "/api/v1/projects/p/artifacts"


@pytest.fixture(scope="module")
def client(site: Site) -> TestClient:
    """Return a client of the server that the tests share."""
    return site.client


@pytest.fixture(scope="module")
def root(site: Site) -> Path:
    """Return the root that the tests share."""
    return site.root


@pytest.fixture(scope="module")
def run(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a finished run with files, lines, media and two versions of an artifact."""
    folder = tmp_path_factory.mktemp("given")
    (folder / "page.html").write_text("<script>fetch('/api/v1/status')</script>")
    (folder / "picture.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>")
    (folder / "app.js").write_text("alert(1)")
    (folder / "notes.unknown").write_text("plain")
    (folder / "data.unknown2").write_bytes(b"\0\1\2")
    run = site.begin(id="one", settings={"console": "wrap"}, config={"lr": 0.1})
    for path in sorted(folder.glob("*.*")):
        run.save(str(path), base_path=str(folder))
    for number in range(5):
        print(f"line {number} \x1b[31mred\x1b[0m")  # noqa: T201 (which the run captures)
    print("an error", file=sys.stderr)  # noqa: T201
    run.log({"image": trailmark.Image(np.zeros((2, 2), np.uint8)), "loss": 1.5})
    run.log({"loss": float("nan")})
    for number in range(2):
        artifact = trailmark.Artifact("model", "model", metadata={"score": number}, description="a net")
        with artifact.new_file("weights.txt") as file:
            file.write(f"weights {number}")
        artifact.add(trailmark.Table(columns=["a"], data=[[number]]), "rows")
        run.log_artifact(artifact, aliases=["best"] if number else None)
    run.finish()
    user = site.begin(id="two")
    user.use_artifact("model:v0")
    user.finish()
    tables = site.begin(id="tables", project="tables")
    _log_tables_of_tables(tables)
    tables.finish()
    site.settle()
    return run


def _log_tables_of_tables(run: Run) -> None:
    """Log two tables as one, by a key they share, and an artifact whose parts are read as one."""
    names = trailmark.Table(columns=["id", "name"], data=[[1, "one"], [2, "two"]])
    scores = trailmark.Table(columns=["id", "score"], data=[[2, 0.5], [3, 0.1]])
    run.log({"joined": trailmark.JoinedTable(names, scores, "id")})
    parts = trailmark.Artifact("parts", "table")
    for number in range(2):
        parts.add(trailmark.Table(columns=["part", "a"], data=[[number, f"of part {number}"]]), f"parts/{number}")
    parts.add(trailmark.PartitionedTable("parts"), "all")
    run.log_artifact(parts)


@pytest.mark.usefixtures("run")
def test_files_are_listed_and_given(client: TestClient) -> None:
    """What was saved is there, byte for byte."""
    listed = {file["path"]: file["size"] for file in client.get(f"{RUN}/files").json()["files"]}
    assert listed["app.js"] == 8
    assert client.get(f"{RUN}/files/app.js").text == "alert(1)"
    assert client.get(f"{RUN}/files/nothing").status_code == 404


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("page.html", "text/html; charset=utf-8"),
        ("picture.svg", "image/svg+xml"),
        ("app.js", "text/plain; charset=utf-8"),
        ("notes.unknown", "text/plain; charset=utf-8"),
        ("data.unknown2", "application/octet-stream"),
    ],
)
@pytest.mark.usefixtures("run")
def test_files_have_types_that_run_nothing(client: TestClient, name: str, kind: str) -> None:
    """Scripts are sent as text, and nothing is left to a browser's guess."""
    answer = client.get(f"{RUN}/files/{name}")
    assert answer.headers["content-type"] == kind
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.usefixtures("run")
def test_pages_and_drawings_are_nobody(client: TestClient) -> None:
    """HTML may run scripts, but in an origin of its own and without this server; SVG may not even that."""
    page = client.get(f"{RUN}/files/page.html").headers["content-security-policy"]
    assert page.startswith("sandbox allow-scripts;")
    assert "allow-same-origin" not in page
    assert "'self'" not in page.replace("frame-ancestors 'self'", "")
    drawing = client.get(f"{RUN}/files/picture.svg").headers["content-security-policy"]
    assert drawing.startswith("sandbox;")
    assert "script" not in drawing


@pytest.mark.usefixtures("run")
def test_a_file_can_be_read_in_part_or_saved(client: TestClient) -> None:
    """Players ask for ranges; `download` has the browser keep the file."""
    part = client.get(f"{RUN}/files/app.js", headers={"Range": "bytes=0-4"})
    assert (part.status_code, part.text) == (206, "alert")
    saved = client.get(f"{RUN}/files/app.js?download=true")
    assert saved.headers["content-disposition"] == "attachment; filename*=utf-8''app.js"


@pytest.mark.usefixtures("run")
def test_media_never_change(client: TestClient) -> None:
    """A browser keeps pictures that were logged, and asks for other files again."""
    (path,) = [file["path"] for file in client.get(f"{RUN}/files").json()["files"] if file["path"].startswith("media/")]
    picture = client.get(f"{RUN}/files/{path}")
    assert picture.headers["content-type"] == "image/png"
    assert "immutable" in picture.headers["cache-control"]
    assert client.get(f"{RUN}/files/app.js").headers["cache-control"] == "no-cache"


def test_code_tells_where_a_run_came_from(site: Site, tmp_path: Path) -> None:
    """The commit, the difference, packages and files, as far as they were captured."""
    (tmp_path / "a.py").write_text("print(1)")
    run = site.begin(project="q", id="code", settings={"requirements": True})
    run.log_code(str(tmp_path))
    run.finish()
    site.settle()
    code = site.client.get("/api/v1/projects/q/runs/code/code").json()
    assert code["files"] == ["code/a.py"]
    assert "numpy==" in code["requirements"]
    assert (code["git"], code["diff"]) == (None, None)


@pytest.mark.usefixtures("run")
def test_console_lines_are_paged_from_either_end(client: TestClient) -> None:
    """Lines keep their colours; a negative number counts from the end; streams can be chosen."""
    whole = client.get(f"{RUN}/console").json()
    texts = [line["text"] for line in whole["lines"]]
    assert whole["total"] == len(texts) == 6
    assert texts[0] == "line 0 \x1b[31mred\x1b[0m"
    last = client.get(f"{RUN}/console?first=-2&count=1").json()
    assert (last["total"], [line["text"] for line in last["lines"]]) == (6, texts[-2:-1])
    errors = client.get(f"{RUN}/console?stream=stderr").json()
    assert (errors["total"], errors["lines"][0]["text"]) == (1, "an error")
    assert client.get(f"{RUN}/console?rank=3").json() == {"total": 0, "lines": []}


@pytest.mark.usefixtures("run")
def test_console_lines_are_searched(client: TestClient) -> None:
    """By a regular expression, whatever the case and the colours."""
    found = client.get(f"{RUN}/console/search", params={"pattern": "LINE [13] red$"}).json()
    assert (found["total"], [line["text"][:6] for line in found["lines"]]) == (2, ["line 1", "line 3"])
    assert client.get(f"{RUN}/console/search?pattern=(").status_code == 400
    assert client.get(f"{RUN}/console?rank=x").status_code == 400


@pytest.mark.usefixtures("run")
def test_artifacts_are_listed_with_their_versions(client: TestClient) -> None:
    """An artifact tells its newest version; a version its files, its maker and its users."""
    (listed,) = client.get(ARTIFACTS).json()["artifacts"]
    told = {name: listed[name] for name in ("name", "type", "description", "versions", "latest", "aliases")}
    assert told == {
        "name": "model",
        "type": "model",
        "description": "a net",
        "versions": 2,
        "latest": "v1",
        "aliases": ["best"],
    }
    found = client.get(f"{ARTIFACTS}/model").json()
    assert [(each["version"], each["aliases"], each["run"], each["used_by"]) for each in found["all"]] == [
        ("v1", ["best", "latest"], "one", []),
        ("v0", [], "one", ["two"]),
    ]
    version = client.get(f"{ARTIFACTS}/model/best").json()
    assert (version["version"], version["metadata"]) == ("v1", {"score": 1})
    assert "weights.txt" in [entry["path"] for entry in version["manifest"]]


@pytest.mark.usefixtures("run")
def test_files_and_tables_of_artifacts_are_given(client: TestClient) -> None:
    """Of a version by its number or an alias."""
    assert client.get(f"{ARTIFACTS}/model/v0/files/weights.txt").text == "weights 0"
    assert client.get(f"{ARTIFACTS}/model/latest/files/weights.txt").text == "weights 1"
    for path in ("rows", "rows.table.json"):
        table = client.post(f"{RUN}/table", json={"artifact": "model:v1", "path": path})
        assert table.json()["rows"] == [[1]], table.text


def test_the_table_of_a_chart_is_given(site: Site) -> None:
    """By the key under which the chart was logged, of any step; what is neither chart nor table has none."""
    run = site.begin(project="charts", id="bars")
    for step in range(2):
        table = trailmark.Table(columns=["label", "value"], data=[["a", step], ["b", step + 1]])
        run.log({"bars": trailmark.plot.bar(table, "label", "value"), "text": "hello"})
    run.finish()
    site.settle()
    where = "/api/v1/projects/charts/runs/bars/table"
    newest = site.client.post(where, json={"key": "bars", "order": [{"column": "value", "descending": True}]}).json()
    assert (newest["step"], newest["total"]) == (1, 2)
    assert [column["name"] for column in newest["columns"]] == ["label", "value"]
    assert newest["rows"] == [["b", 2], ["a", 1]]
    asked = {"key": "bars", "step": 0, "filters": [{"column": "value", "op": "=", "value": 0}]}
    first = site.client.post(where, json=asked).json()
    assert (first["step"], first["rows"]) == (0, [["a", 0]])
    answers = [site.client.post(where, json=asked) for asked in ({"key": "text"}, {"key": "nothing"}, {})]
    assert [answer.status_code for answer in answers] == [400, 404, 400]


@pytest.mark.usefixtures("run")
def test_joined_tables_are_given_as_one(client: TestClient) -> None:
    """Tables that were logged as joined have the rows that agree, side by side."""
    table = client.post(TABLES, json={"key": "joined"})
    assert table.status_code == 200, table.text
    assert [column["name"] for column in table.json()["columns"]] == ["id", "name", "score"]
    assert table.json()["rows"] == [[2, "two", 0.5]]


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize("path", ["all", "all.partitioned-table.json"])
def test_partitioned_tables_are_given_as_one(client: TestClient, path: str) -> None:
    """A table in parts has the rows of all parts, and is searched as any other."""
    asked = {"artifact": "parts:v0", "path": path}
    table = client.post(TABLES, json={**asked, "order": [{"column": "part", "descending": True}]})
    assert table.status_code == 200, table.text
    assert table.json()["rows"] == [[1, "of part 1"], [0, "of part 0"]]
    assert client.post(TABLES, json={**asked, "search": "PART 1"}).json()["total"] == 1


@pytest.mark.usefixtures("run")
def test_lineage_reaches_both_ways(client: TestClient) -> None:
    """From the run that made a version to the one that used it."""
    found = client.get(f"{ARTIFACTS}/model/v0/lineage").json()
    kinds = {node["id"]: node.get("type") or node.get("state") for node in found["nodes"]}
    assert kinds == {"run:p/one": "finished", "artifact:p/model:v0": "model", "run:p/two": "finished"}
    assert {(edge["from"], edge["to"]) for edge in found["edges"]} == {
        ("run:p/one", "artifact:p/model:v0"),
        ("artifact:p/model:v0", "run:p/two"),
    }


@pytest.mark.parametrize(
    "path", ["nothing", "model/v9", "model/nothing", "model/v0/files/nothing", "model/v0/nothing", "a b"]
)
@pytest.mark.usefixtures("run")
def test_an_artifact_that_is_not_there(client: TestClient, path: str) -> None:
    """Names, versions and files that are not there are 404."""
    assert client.get(f"{ARTIFACTS}/{path}").status_code == 404


@pytest.mark.usefixtures("run")
def test_views_are_kept_in_the_project(client: TestClient, root: Path) -> None:
    """A view is any JSON under any name; it is replaced, listed and deleted."""
    views = "/api/v1/projects/p/views"
    for name in ("mine", "a/b", "../../x", "ä ö", "."):
        address = f"{views}/{encoded(name)}"
        client.put(address, json={"old": 1})
        assert client.put(address, json={"panels": [name]}).json()["name"] == name
    listed = {view["name"]: view["view"] for view in client.get(views).json()["views"]}
    assert listed == {name: {"panels": [name]} for name in ("mine", "a/b", "../../x", "ä ö", ".")}
    kept = {path.parent for path in root.rglob("*.json") if ".artifacts" not in path.parts}
    assert kept == {root / "p" / ".views"}
    for name in listed:
        assert client.delete(f"{views}/{encoded(name)}").status_code == 204
    assert client.get(views).json() == {"views": []}
    assert client.delete(f"{views}/mine").status_code == 404


@pytest.mark.parametrize("name", ["%20", "x" * 500])
@pytest.mark.usefixtures("run")
def test_a_view_has_a_name(client: TestClient, name: str) -> None:
    """Neither an empty one nor one that no file could have."""
    assert client.put(f"/api/v1/projects/p/views/{name}", json={}).status_code == 400


@pytest.mark.usefixtures("run")
def test_the_table_of_runs_is_exported(client: TestClient) -> None:
    """As csv, and as parquet with the numbers as numbers."""
    asked = {"columns": ["config.lr", "summary.loss"], "filters": json.dumps({"name": "one"})}
    lines = client.get("/api/v1/projects/p/export", params=asked).text.splitlines()
    assert lines[0].startswith("id,name,state,")
    assert (len(lines), lines[1].endswith(",0.1,NaN")) == (2, True)
    answer = client.get("/api/v1/projects/p/export", params={**asked, "format": "parquet"})
    table = pq.read_table(io.BytesIO(answer.content))
    assert table["config.lr"].to_pylist() == [0.1]
    assert table["id"].to_pylist() == ["one"]


@pytest.mark.usefixtures("run")
def test_all_points_are_exported(client: TestClient) -> None:
    """Every step of each run and key; a value that is missing is empty, NaN is not."""
    asked = {"what": "series", "runs": ["one", "two", "nobody"], "keys": ["loss", "other"]}
    lines = client.get("/api/v1/projects/p/export", params=asked).text.splitlines()
    assert lines[0] == "run,step,time,loss,other"
    assert [line.split(",")[:2] + line.split(",")[3:] for line in lines[1:]] == [
        ["one", "0", "1.5", ""],
        ["one", "1", "NaN", ""],
    ]
    answer = client.get("/api/v1/projects/p/export", params={**asked, "format": "parquet"})
    table = pq.read_table(io.BytesIO(answer.content))
    assert table["step"].to_pylist() == [0, 1]
    assert table["other"].to_pylist() == [None, None]


def test_a_comma_is_a_part_of_a_name(site: Site) -> None:
    """Of a config key, of a metric and of what runs are ordered by."""
    for number, name in enumerate(("low", "high")):
        run = site.begin(project="commas", id=name, config={"a,b": number})
        run.log({"x,y": 0.5})
        run.finish()
    site.settle()
    where = "/api/v1/projects/commas/export"
    asked: dict[str, Any] = {"columns": ["config.a,b"], "order": ["-config.a,b", "+name"]}
    lines = site.client.get(where, params=asked).text.splitlines()
    assert lines[0].endswith(',"config.a,b"')
    assert [(line.split(",")[0], line.split(",")[-1]) for line in lines[1:]] == [("high", "1"), ("low", "0")]
    found = site.client.post("/api/v1/projects/commas/runs/query", json=asked).json()["runs"]
    assert [(run["id"], run["columns"]) for run in found] == [("high", {"config.a,b": 1}), ("low", {"config.a,b": 0})]
    lines = site.client.get(where, params={"what": "series", "runs": ["low"], "keys": ["x,y"]}).text.splitlines()
    assert (lines[0], lines[1].split(",")[-1]) == ('run,step,time,"x,y"', "0.5")


@pytest.mark.parametrize(
    "query", ["what=series", "filters=nothing", "filters=[]", "filters={%22a%22:1}", "columns=nothing"]
)
@pytest.mark.usefixtures("run")
def test_what_cannot_be_exported(client: TestClient, query: str) -> None:
    """A request that is none is told so before a file begins."""
    assert client.get(f"/api/v1/projects/p/export?{query}").status_code == 400
