"""What tests of the HTTP interface share: a server in this process, and reading binary answers."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from starlette.testclient import TestClient

from trailmark.server.http.app import create_app
from trailmark.server.http.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from trailmark import Run

BARE = {"quiet": True, "console": "off", "system": False, "git": False, "requirements": False}
TOKEN = "token-of-the-tests"
SCRIPT = "<script>alert('xss')</script><img src=x onerror=alert(1)>\"'&"  # in a page, it would be run


class Site(NamedTuple):
    """A root and its server."""

    root: Path
    begin: Callable[..., Run]  # as the fixture
    client: TestClient
    settle: Callable[[], None]  # as the fixture


@contextlib.contextmanager
def serving(root: Path) -> Iterator[TestClient]:
    """Serve a root, and give a client that brings the token; the server follows the root."""
    with contextlib.closing(Service(root, token=TOKEN)) as service:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with TestClient(create_app(service), base_url="http://127.0.0.1", headers=headers) as client:
            yield client


def settling(client: TestClient) -> Callable[[], None]:
    """Return a function that has the server of a client take in all that is in its root."""
    return client.app.state.service.indexer.catch_up  # type: ignore[attr-defined,no-any-return]


class Read(NamedTuple):
    """A binary answer."""

    header: dict[str, Any]
    arrays: list[Any]


def read_arrays(data: bytes) -> Read:
    """Return header and arrays of an answer of the type `application/vnd.trailmark.arrays`."""
    end = 4 + int.from_bytes(data[:4], "little")
    assert end % 8 == 0
    header = json.loads(data[4:end])
    arrays = []
    for each in header["arrays"]:
        array = np.frombuffer(data, np.dtype(f"<{each['type']}"), each["length"], end)
        arrays.append(array)
        end += -(-array.nbytes // 8) * 8
    assert end == len(data)
    return Read(header, arrays)


def encoded(text: str, times: int = 1) -> str:
    """Return a text in which each byte is escaped as in an address, several times over."""
    for _ in range(times):
        text = "".join(f"%{byte:02X}" for byte in text.encode())
    return text
