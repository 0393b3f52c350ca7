"""Requests that are made up from the OpenAPI document are answered, and none is a failure of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import schemathesis
from hypothesis import HealthCheck, given, settings

import trailmark

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from http_support import Site

EXAMPLES = 8  # of each operation
UNHURRIED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def test_no_made_up_request_fails(site: Site) -> None:
    """Each answer to each operation is one of the interface's own, with words where it refuses."""
    run = site.begin(project="0", id="0", config={"0": 0})
    run.log({"0": 1, "table": trailmark.Table(["0"], [[0]]), "hist": trailmark.Histogram([1.0])})
    run.finish()
    site.settle()
    document = schemathesis.openapi.from_dict(site.client.get("/api/v1/openapi.json").json())
    endless = "/api/v1/feed"
    found: list[Any] = [each.ok() for each in document.exclude(path=endless).get_all_operations()]  # type: ignore[union-attr]
    assert len(found) > 25
    for operation in found:
        _try(site.client, operation)


def _try(client: TestClient, operation: Any) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=UNHURRIED)
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:
        made = case.as_transport_kwargs(base_url=str(client.base_url))
        content = {"content": made["data"]} if made.get("data") else {"json": made["json"]} if "json" in made else {}
        answer = client.request(
            made["method"], made["url"], params=made.get("params"), headers=made["headers"], **content
        )
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert answer.json()["error"]["message"]

    check()


def test_each_address_says_what_it_does(site: Site) -> None:
    """Every operation of the document has a sentence, and the page of it names all addresses."""
    document = site.client.get("/api/v1/openapi.json").json()
    page = site.client.get("/api/v1/docs").text
    for path, operations in document["paths"].items():
        assert path in page
        for method, about in operations.items():
            assert about["description"].endswith("."), (method, path)
