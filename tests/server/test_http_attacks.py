"""A catalogue of attacks, each of which comes to nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import trailmark
from http_support import SCRIPT, encoded

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from http_support import Site
    from trailmark import Run

SECRET = "the-secret-of-this-machine"
API = "/api/v1"


@pytest.fixture(scope="module")
def client(site: Site) -> TestClient:
    """Return a client of the server that the tests share."""
    return site.client


@pytest.fixture(scope="module")
def root(site: Site) -> Path:
    """Return the root that the tests share."""
    return site.root


@pytest.fixture(scope="module")
def run(site: Site, root: Path) -> Run:
    """Return a run with a file, beside secrets that must not be told."""
    (root.parent / "secret.txt").write_text(SECRET)
    run = site.begin(id="one")
    file = root.parent / "saved.txt"
    file.write_text("saved")
    run.save(str(file), base_path=str(root.parent))
    artifact = trailmark.Artifact("model", "model")
    with artifact.new_file("weights.txt") as target:
        target.write("weights")
    run.log_artifact(artifact)
    run.finish()
    (root / ".index" / "token").write_text(SECRET)
    (root / "p" / "one" / "secret.txt").write_text(SECRET)
    site.settle()
    return run


UP = "../" * 12
TRAVERSALS = [
    "../secret.txt",
    "../../../secret.txt",
    "a/../../secret.txt",
    "./../secret.txt",
    f"{UP}etc/passwd",
    "/etc/passwd",
    "//etc/passwd",
    "..\\secret.txt",
    "..\\..\\secret.txt",
    "C:\\secret.txt",
    "saved.txt\0",
    "saved.txt\0.png",
    "saved.txt/",
    "saved.txt/..",
    "saved.txt/../saved.txt",
    ".",
    "..",
    "",
    "%2e%2e/secret.txt",
    "..%2f..%2fsecret.txt",
    "%252e%252e%252fsecret.txt",
    "..%c0%afsecret.txt",
    "....//secret.txt",
    "\u2025/secret.txt",
    "file:///etc/passwd",
    "~/secret.txt",
    "x" * 300,
    "a/" * 150 + "b",
]


def _addresses(name: str) -> list[str]:
    """Return all addresses that take a name, with `name` in each place where one stands."""
    runs, artifacts = f"{API}/projects/p/runs", f"{API}/projects/p/artifacts"
    return [
        *(
            f"{API}/projects/{name}/{rest}"
            for rest in ("columns", "artifacts", "views", "export", "runs/one", "runs/one/files")
        ),
        *(f"{runs}/{name}{rest}" for rest in ("", "/files", "/code", "/console", "/steps?key=a", "/histograms?key=a")),
        f"{runs}/{name}/files/secret.txt",
        f"{runs}/one/files/{name}",
        *(f"{artifacts}/{name}{rest}" for rest in ("", "/v0", "/v0/lineage", "/v0/files/weights.txt")),
        *(f"{artifacts}/model/{name}{rest}" for rest in ("", "/lineage", "/files/weights.txt")),
        f"{artifacts}/model/v0/files/{name}",
        f"/{name}",
        f"/assets/{name}",
    ]


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.usefixtures("run")
def test_no_name_leads_out(client: TestClient, times: int) -> None:
    """Dots, slashes, drives, NUL and escapes in any place of an address give no file of the machine, and no failure."""
    for address in (address for name in TRAVERSALS for address in _addresses(encoded(name, times))):
        answer = client.get(address)
        assert answer.status_code < 500, (address, answer.text)
        assert SECRET not in answer.text, address
        assert "root:" not in answer.text, address
        if "/one/files/" in address or "/v0/files/" in address:
            assert answer.status_code in (404, 400), address


@pytest.mark.usefixtures("run")
def test_no_name_in_a_body_leads_out(client: TestClient) -> None:
    """Artifacts and paths that a table is asked for in are names of the root, too."""
    bodies = [({"artifact": name, "path": "a"}, {"artifact": "model:v0", "path": name}) for name in TRAVERSALS]
    for body in (body for pair in bodies for body in pair):
        answer = client.post(f"{API}/projects/p/runs/one/table", json=body)
        assert answer.status_code in (400, 404, 422)
        assert SECRET not in answer.text


@pytest.mark.usefixtures("run")
def test_no_name_of_a_view_leads_out(client: TestClient, root: Path) -> None:
    """Whatever a view is called, its file is in the folder of views; in no project but a real one."""
    before = _files(root.parent)
    pairs = [("p", name) for name in TRAVERSALS] + [(name, "view") for name in TRAVERSALS]
    for project, view in pairs:
        answer = client.put(f"{API}/projects/{encoded(project, 1)}/views/{encoded(view, 1)}", json={"evil": 1})
        assert answer.status_code < 500
    new = {path for path in _files(root.parent) - before if ".index" not in path.parts}
    assert {path.parent for path in new} <= {root / "p" / ".views"}


@pytest.mark.usefixtures("run")
def test_no_name_of_a_run_is_edited_outside(client: TestClient, root: Path, site: Site) -> None:
    """Edits are written into folders of runs of the project, and into no others."""
    site.begin(project="q", id="other").finish()
    before = _files(root)
    for name in ("../q/other", "..", ".", "", "one/../../q/other", str(root / "q" / "other"), "one\0"):
        answer = client.post(f"{API}/projects/p/runs/edit", json={"ids": [name], "set": {"notes": "evil"}})
        assert answer.status_code == 404, name
    assert {path for path in _files(root) - before if ".index" not in path.parts} == set()


@pytest.mark.usefixtures("run")
def test_links_that_lead_out_are_not_followed(client: TestClient, root: Path, site: Site) -> None:
    """A link among the files of a run, to a file or a folder elsewhere, is no file of it."""
    shutil.copytree(root / "p" / "one", root / "links" / "one")
    site.settle()
    files = root / "links" / "one" / "files"
    (files / "link.txt").symlink_to(root.parent / "secret.txt")
    (files / "folder").symlink_to(root.parent)
    (files / "up").symlink_to("../../..")
    (files / "loop").symlink_to("loop")
    for path in ("link.txt", "folder/secret.txt", "up/secret.txt", "up/root/links/one/secret.txt", "loop"):
        answer = client.get(f"{API}/projects/links/runs/one/files/{path}")
        assert (answer.status_code, SECRET in answer.text) == (404, False), path
    assert client.get(f"{API}/projects/links/runs/one/files/saved.txt").text == "saved"


@pytest.mark.usefixtures("run")
def test_what_is_no_file_is_not_opened(client: TestClient, root: Path, site: Site) -> None:
    """A pipe among the files of a run does not hold the server."""
    shutil.copytree(root / "p" / "one", root / "pipes" / "one")
    site.settle()
    os.mkfifo(root / "pipes" / "one" / "files" / "pipe")
    assert client.get(f"{API}/projects/pipes/runs/one/files/saved.txt").text == "saved"
    assert client.get(f"{API}/projects/pipes/runs/one/files/pipe").status_code == 404


@pytest.mark.usefixtures("run")
def test_a_project_that_is_a_link_out_of_the_root_is_none(client: TestClient, root: Path, tmp_path: Path) -> None:
    """Views are written nowhere but below the root."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (root / "linked").symlink_to(elsewhere)
    assert client.put(f"{API}/projects/linked/views/v", json={}).status_code == 404
    assert list(elsewhere.iterdir()) == []


BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"x"',
    b"\xff\xfe",
    b'{"filters": {"a": NaN}}',
    b'{"filters": ' + b'{"$not":' * 5_000 + b"{}" + b"}" * 5_000 + b"}",
    b"[" * 100_000,
    b'{"limit": 1e400}',
    b'{"limit": ' + b"9" * 5_000 + b"}",
    b'{"search": "\\ud800"}',
    b'{"ids": ["\\ud800"]}',
    b'{"columns": ["config.\\ud800"]}',
    b'{"filters": {"config.\\ud800": "\\udfff"}}',
    b'{"order": "config.\\u0000"}',
    b'{"project": "\\u0000", "runs": ["\\u0000"], "keys": ["\\u0000"]}',
    b'{"set": {"name": "\\ud800"}, "ids": ["one"]}',
    b'{"name": "\\ud800"}',
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:30].decode("latin-1"))
@pytest.mark.usefixtures("run")
def test_strange_bodies_are_refused_in_words(client: TestClient, body: bytes) -> None:
    """Broken, deep, endless and half JSON never is a failure of the server."""
    posts = ("projects/p/runs/query", "projects/p/runs/edit", "series/query", "series/aggregate", "objects/query")
    for method, path in [
        *(("POST", path) for path in posts),
        ("POST", "projects/p/runs/one/table"),
        ("PATCH", "projects/p/runs/one"),
    ]:
        answer = client.request(method, f"{API}/{path}", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code < 500, (path, answer.text)


@pytest.mark.parametrize("path", ["projects/p/runs/query", "series/query", "projects/p/runs/one/table"])
def test_a_body_of_any_length_ends(client: TestClient, path: str) -> None:
    """Of a body that tells no length no more than 1 MiB is taken."""
    pieces = iter([b" " * 65_536] * 40)
    assert client.post(f"{API}/{path}", content=pieces).status_code == 413


INJECTIONS: list[Any] = [
    {"$where": "sleep(1000)"},
    {"config.a": {"$where": "1"}},
    {"config.a": {"$function": {"body": "1"}}},
    {"$expr": {"$eq": [1, 1]}},
    {"__class__": 1},
    {"config.__class__.__init__": {"$exists": True}},
    {"state": {"$regex": "'; DROP TABLE runs; --"}},
    {"config.a'; DROP TABLE runs; --": 1},
    {'config.a"': {"$gt": "1 OR 1=1"}},
    {"config.%": "%"},
    {"tags": {"$in": ["' OR '1'='1"]}},
    {"$or": [{"name": "one"}, {"$nor": [{"$and": [{"$where": "1"}]}]}]},
    {"name": {"$in": [{"$regex": "."}]}},
]


@pytest.mark.usefixtures("run")
def test_filters_are_no_code(client: TestClient) -> None:
    """Neither SQL, nor Python, nor JavaScript in a filter is run: it finds nothing or is refused, and all is there."""
    for filters in INJECTIONS:
        answer = client.post(f"{API}/projects/p/runs/query", json={"filters": filters})
        assert answer.status_code == 400 or (answer.status_code == 200 and answer.json()["total"] == 0), answer.text
    assert client.post(f"{API}/projects/p/runs/query", json={}).json()["total"] == 1


SQL = "x' OR '1'='1'; DROP TABLE runs; --"


@pytest.mark.usefixtures("run")
def test_names_are_no_sql(client: TestClient) -> None:
    """Names in addresses and bodies are values of statements, never parts of them."""
    quoted = encoded(SQL, 1)
    for address in (
        f"projects/{quoted}/columns",
        f"projects/p/runs/{quoted}",
        f"projects/p/runs/one/steps?key={quoted}",
    ):
        client.get(f"{API}/{address}")
    client.get(f"{API}/alerts", params={"project": SQL})
    client.get(f"{API}/projects/p/runs/one/console", params={"stream": SQL})
    client.post(
        f"{API}/projects/p/runs/query", json={"order": f"config.{SQL}", "columns": [f"config.{SQL}"], "ids": [SQL]}
    )
    client.post(f"{API}/series/query", json={"project": "p", "runs": [SQL], "keys": [SQL]})
    assert client.post(f"{API}/projects/p/runs/query", json={}).json()["total"] == 1


def test_a_hostile_expression_is_given_up(client: TestClient, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a search, in a filter and in the console: it is refused in words within seconds."""
    monkeypatch.setattr("trailmark.server.store.patterns.LIMIT_S", 0.1)
    pattern = "(a|aa)+$"
    run = site.begin(project="q", id="long", notes="a" * 3000 + "!", settings={"console": "wrap"})
    print("a" * 3000 + "!")  # noqa: T201 (which the run captures)
    run.finish()
    site.settle()
    asked = [
        client.post(f"{API}/projects/q/runs/query", json={"search": pattern}),
        client.post(f"{API}/projects/q/runs/query", json={"filters": {"notes": {"$regex": pattern}}}),
        client.post(
            f"{API}/projects/q/runs/query", json={"filters": {"$or": [{"notes": {"$not": {"$regex": pattern}}}]}}
        ),
        client.get(f"{API}/projects/q/runs/long/console/search", params={"pattern": pattern}),
    ]
    for answer in asked:
        assert (answer.status_code, "takes too long" in answer.text) == (400, True), answer.text


def test_pages_of_the_server_hold_nothing_that_was_asked(client: TestClient) -> None:
    """Neither the address nor the token that was given is in a page."""
    for path in (f"/{encoded(SCRIPT, 1)}", f"/p/{encoded(SCRIPT, 1)}", f"/?q={encoded(SCRIPT, 1)}"):
        answer = client.get(path, headers={"Authorization": "", "Accept": "text/html"})
        assert "<script>alert" not in answer.text
        assert "onerror" not in answer.text
    assert "<script" not in client.get(f"{API}/docs").text


@pytest.mark.parametrize("header", ["-1", "x", "9" * 40, "1; DROP", "\u00b2"])
def test_a_cursor_is_a_number(client: TestClient, header: str) -> None:
    """A header that browsers send for others is checked like all else."""
    headers = {b"Last-Event-ID": header.encode("latin-1", "replace")}
    assert client.get(f"{API}/feed", headers=headers).status_code == 400


def _files(folder: Path) -> set[Path]:
    return {Path(parent) / name for parent, _, names in os.walk(folder) for name in names}
