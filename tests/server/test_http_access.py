"""Access: the token, the cookie, hosts, origins, headers and the size of bodies."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

import trailmark
from http_support import BARE
from trailmark.server.http.access import MAX_BODY_BYTES, cookie_name
from trailmark.server.http.app import PREFIX, create_app
from trailmark.server.http.routes import ROUTERS
from trailmark.server.http.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "token-of-these-tests"
HOME = "http://127.0.0.1:7007"
PAGE = {"Accept": "text/html,*/*"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Return the service of a root with one run, which asks for the token."""
    root = tmp_path_factory.mktemp("root")
    trailmark.init(project="p", dir=root, settings=BARE).finish()
    with contextlib.closing(Service(root, token=TOKEN, hosts=["runs.example.org"])) as service:
        service.indexer.catch_up()
        yield service


@pytest.fixture(scope="module")
def visited(service: Service) -> Iterator[TestClient]:
    """Return the client that all tests use."""
    with TestClient(create_app(service), base_url=HOME, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def stranger(visited: TestClient) -> TestClient:
    """Return a client that brings neither token nor cookie, and shows server errors as answers."""
    visited.cookies.clear()
    return visited


def _addresses(app: Any) -> Iterator[tuple[str, str]]:
    """Yield method and path of each route, with a word for each parameter."""
    routes = [(PREFIX + route.path, route.methods) for router in ROUTERS for route in router.routes]
    routes += [(route.path, route.methods) for route in app.routes if getattr(route, "path", None)]
    for path, methods in routes:
        for method in methods:
            yield method, re.sub(r"{[^}]*}", "x", path)


def test_no_route_answers_without_the_token(stranger: TestClient) -> None:
    """Whatever is asked for, 401 is the answer, and nothing else is told."""
    asked = list(_addresses(stranger.app))
    assert len(asked) > 30
    for method, path in asked:
        answer = stranger.request(method, path, json={} if method in ("POST", "PUT", "PATCH") else None)
        assert answer.status_code == 401, (method, path)
        assert method == "HEAD" or set(answer.json()) == {"error"}, (method, path)


@pytest.mark.parametrize("path", ["/nothing", "/assets/app.js", "/api/v1/nothing", "/api", "//", "/p/a/runs/b", "/%00"])
def test_addresses_that_are_no_routes_ask_for_the_token_too(stranger: TestClient, path: str) -> None:
    """Nobody learns without the token what there is and what there is not."""
    assert stranger.get(HOME + path).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
        {"Authorization": "Bearer "},
        {"Cookie": f"{cookie_name(TOKEN)}={TOKEN}"},
        {"Cookie": f"{cookie_name(TOKEN)}="},
        {"Cookie": "other=1"},
    ],
)
def test_a_wrong_token_is_none(stranger: TestClient, headers: dict[str, str]) -> None:
    """Neither a wrong token, nor the right one in a wrong place, lets anybody in."""
    assert stranger.get("/api/v1/status", headers=headers).status_code == 401


def test_the_token_in_an_address_of_the_api_is_not_taken(stranger: TestClient) -> None:
    """Addresses get into logs and histories: only a page takes the token there, and gets rid of it at once."""
    assert stranger.get(f"/api/v1/status?token={TOKEN}").status_code == 401


def test_a_program_brings_the_token_as_bearer(stranger: TestClient) -> None:
    """A header is enough; no cookie is set."""
    answer = stranger.get("/api/v1/status", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer.json()["access"]) == (200, "token")
    assert "set-cookie" not in answer.headers


def test_the_printed_address_sets_a_cookie_and_loses_the_token(stranger: TestClient) -> None:
    """The browser ends at the page it asked for, without the token in its address, and is let in from then on."""
    answer = stranger.get(f"/p/demo?x=1&token={TOKEN}&y=a%26b", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/p/demo?x=1&y=a%26b")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert TOKEN not in cookie
    assert stranger.get("/api/v1/status").status_code == 200


@pytest.mark.parametrize("path", ["//evil.example/p", "/\\evil.example", "///evil.example", "/%2F%2Fevil.example"])
def test_the_redirect_stays_on_this_server(stranger: TestClient, path: str) -> None:
    """An address with the token cannot be made to lead elsewhere."""
    answer = stranger.get(f"{HOME}{path}?token={TOKEN}", follow_redirects=False)
    assert answer.status_code == 303
    location = answer.headers["location"]
    assert re.match(r"/(?![/\\])", location), location


def test_a_wrong_token_in_an_address_gets_a_page_that_says_so(stranger: TestClient) -> None:
    """A person gets words, and a place to put the right one; the wrong one is not shown again."""
    answer = stranger.get("/?token=%3Cscript%3E1", headers=PAGE)
    assert answer.status_code == 401
    assert "not the one of this server" in answer.text
    assert "<script" not in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "host", ["127.0.0.1:7007", "localhost", "localhost:1", "LOCALHOST", "[::1]:7007", "runs.example.org"]
)
def test_hosts_that_the_server_was_told_of_are_answered(stranger: TestClient, host: str) -> None:
    """This machine's loopback, on any port, as tunnels have others, and the names that were given."""
    headers = {"Host": host, "Authorization": f"Bearer {TOKEN}"}
    assert stranger.get("/api/v1/status", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example:7007", "", "[", "a@localhost.b"],
)
def test_a_foreign_host_is_refused(stranger: TestClient, host: str) -> None:
    """A name that somebody else has made to lead here (DNS rebinding) gets nothing, with the token too."""
    headers = {"Host": host, "Authorization": f"Bearer {TOKEN}"}
    assert stranger.get("/api/v1/status", headers=headers).status_code == 403


def test_without_a_token_only_loopback_is_a_host(root: Path) -> None:
    """A server that lets everybody in answers for no other address of the machine."""
    with (
        contextlib.closing(Service(root)) as service,
        TestClient(create_app(service), base_url="http://127.0.0.1") as client,
    ):
        assert client.get("/api/v1/status").json()["access"] == "none"
        assert client.get("/api/v1/status", headers={"Host": "192.168.1.5"}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8888"},
        {"Origin": "127.0.0.1:7007"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_foreign_page_changes_nothing(stranger: TestClient, method: str, headers: dict[str, str]) -> None:
    """Another origin is refused, another port of this machine too, though the browser sends the cookie along."""
    stranger.get(f"/?token={TOKEN}")
    assert stranger.request(method, "/api/v1/projects/p/views/v", headers=headers, json={}).status_code == 403


def test_the_own_page_may_change_things(stranger: TestClient) -> None:
    """The dashboard's own origin, and programs that send none, are let through."""
    stranger.get(f"/?token={TOKEN}")
    for headers in ({"Origin": HOME, "Sec-Fetch-Site": "same-origin"}, {}):
        assert stranger.put("/api/v1/projects/p/views/v", headers=headers, json={}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/api/v1/status", "/api/v1/nothing", "/api/v1/docs"])
@pytest.mark.parametrize("token", [TOKEN, "wrong"])
def test_every_answer_has_the_headers_of_security(stranger: TestClient, path: str, token: str) -> None:
    """Pages, answers and refusals alike forbid foreign scripts, frames, guesses at types, and referrers."""
    answer = stranger.get(path, headers={"Authorization": f"Bearer {token}"})
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in answer.headers


def test_a_body_that_is_too_large_is_refused(client: Any) -> None:
    """More than 1 MiB is not read, whether its length is told or not."""
    body = b"[" + b" " * MAX_BODY_BYTES + b"]"
    told = client.post("/api/v1/series/query", content=body)
    untold = client.post("/api/v1/series/query", content=iter([body[:1000], body[1000:]]))
    assert (told.status_code, untold.status_code) == (413, 413)
    assert untold.json()["error"]["kind"] == "too_large"


def test_a_server_error_tells_of_itself_with_all_headers(
    service: Service, stranger: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody expected is answered as a fault like others, and guarded like others."""
    monkeypatch.setattr(service, "status", lambda: 1 / 0)
    answer = stranger.get("/api/v1/status", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer.json()["error"]["kind"]) == (500, "internal")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_another_dashboard_of_the_machine_does_not_take_the_cookie(stranger: TestClient) -> None:
    """Browsers share cookies among ports: that of another token lies beside ours, and not in its place."""
    ours = stranger.get(f"/?token={TOKEN}", follow_redirects=False).headers["set-cookie"].partition(";")[0]
    stranger.cookies.clear()
    theirs = f"{cookie_name('another' * 5)}=1"
    assert stranger.get("/api/v1/status", headers={"Cookie": f"{ours}; {theirs}"}).status_code == 200
    assert ours.partition("=")[0] != theirs.partition("=")[0]
