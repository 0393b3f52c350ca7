"""What several tests of the server need: a root, runs in it, its index, and a client of its HTTP interface."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

import pytest

import trailmark
from postgres import database, postgres_url  # noqa: F401 (fixtures)
from trailmark import _term
from trailmark._run.current import current
from trailmark._run.endings import endings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from trailmark import Run
    from trailmark.server.index.indexer import Indexer

BARE = {"quiet": True, "console": "off", "system": False, "git": False, "requirements": False}
TOKEN = "token-of-the-tests"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Keep the machine's own settings out, and finish what a test leaves open."""
    for name in list(os.environ):
        if name.startswith(("TRAILMARK_", "SLURM_", "TORCHELASTIC_")) or name in ("RANK", "WORLD_SIZE"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TRAILMARK_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(_term, "_said", set())
    monkeypatch.setattr(_term, "_silent", False)
    current.early_config = current.root = None
    yield
    for run in list(endings.runs):
        run.finish()
    current.run = None


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the root that `begin` puts runs into."""
    path = tmp_path / "root"
    path.mkdir()
    return path


@pytest.fixture
def begin(root: Path) -> Callable[..., Run]:
    """Begin a run in the root, with nothing captured beside it; arguments are those of `init`."""

    def begin(**arguments: Any) -> Run:
        settings = {**BARE, **arguments.pop("settings", {})}
        return trailmark.init(**{"project": "p", "dir": root, "settings": settings, **arguments})

    return begin


@pytest.fixture
def index(root: Path) -> Iterator[Indexer]:
    """Return the indexer of the root; nothing is in its index before `catch_up`."""
    from trailmark.server.index.open import open_index

    with contextlib.closing(open_index(root)) as indexer:
        yield indexer


@pytest.fixture
def client(root: Path) -> Iterator[Any]:
    """Return a client of the server of the root that brings the token; it follows the root."""
    from starlette.testclient import TestClient

    from trailmark.server.http.app import create_app
    from trailmark.server.http.service import Service

    with contextlib.closing(Service(root, token=TOKEN)) as service:
        app = create_app(service)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with TestClient(app, base_url="http://127.0.0.1", headers=headers) as client:
            yield client


@pytest.fixture
def settle(client: Any) -> Callable[[], None]:
    """Return a function that has the server of `client` take in all that is in the root."""
    return client.app.state.service.indexer.catch_up  # type: ignore[no-any-return]
