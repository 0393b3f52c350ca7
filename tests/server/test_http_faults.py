"""Tests of `trailmark.server.http.faults`: an index that turns out to be damaged is mended by who was asked for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from http_support import read_arrays
from trailmark.server.store import schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.testclient import TestClient

    from trailmark import Run

PATIENCE_S = 60.0
CHART = {"project": "p", "runs": ["r"], "keys": ["loss"]}


def test_points_that_are_damaged_in_the_index_come_back(
    client: TestClient, begin: Callable[..., Run], settle: Callable[[], None]
) -> None:
    """The first who asks for them is told to wait; the index is made anew of the journals, which have them."""
    with begin(id="r") as run:
        for step in range(20):
            run.log({"loss": 1.0 / (step + 1)})
    settle()
    service: Any = client.app.state.service  # type: ignore[attr-defined]
    with service.indexer.database.write() as connection:
        data = bytearray(connection.execute(sa.select(schema.tails.c.data)).scalar_one())
        data[20] ^= 1
        connection.execute(sa.update(schema.tails).values(data=bytes(data)))
    answer = client.post("/api/v1/series/query", json=CHART)
    assert (answer.status_code, answer.json()["error"]["kind"]) == (503, "unavailable")
    deadline = time.monotonic() + PATIENCE_S
    while True:
        answer = client.post("/api/v1/series/query", json=CHART)
        if answer.status_code == 200 and (told := read_arrays(answer.content)).header["series"][0]["count"]:
            break
        assert time.monotonic() < deadline, answer.text
    assert told.arrays[told.header["series"][0]["y"]].tolist() == [1.0 / (step + 1) for step in range(20)]
