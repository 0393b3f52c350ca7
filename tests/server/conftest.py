"""What several tests of the server need: a root, runs in it, its index, and a client of its HTTP interface."""

from __future__ import annotations

import contextlib
import os
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

import trailmark
from http_support import BARE, Site, serving, settling
from postgres import database, postgres_url  # noqa: F401 (fixtures)
from trailmark import _term
from trailmark._run.current import current
from trailmark._run.endings import endings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.testclient import TestClient

    from trailmark import Run
    from trailmark.server.index.indexer import Indexer


@pytest.fixture(scope="session", autouse=True)
def _nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the machine's own settings out."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("TRAILMARK_", "SLURM_", "TORCHELASTIC_")) or name in ("RANK", "WORLD_SIZE"):
                patch.delenv(name)
        patch.setenv("TRAILMARK_CONFIG_DIR", str(home / "config"))
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        yield


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Give each test settings of its own, and finish what it leaves open."""
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
    return partial(_begin, root)


def _begin(root: Path, **arguments: Any) -> Run:
    settings = {**BARE, **arguments.pop("settings", {})}
    return trailmark.init(**{"project": "p", "dir": root, "settings": settings, **arguments})


@pytest.fixture
def index(root: Path) -> Iterator[Indexer]:
    """Return the indexer of the root; nothing is in its index before `catch_up`."""
    from trailmark.server.index.open import open_index

    with contextlib.closing(open_index(root)) as indexer:
        yield indexer


@pytest.fixture
def client(root: Path) -> Iterator[TestClient]:
    """Return a client of the server of the root that brings the token; it follows the root."""
    with serving(root) as client:
        yield client


@pytest.fixture
def settle(client: TestClient) -> Callable[[], None]:
    """Return a function that has the server of `client` take in all that is in the root."""
    return settling(client)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a root and its server that all tests of a module share: they only look, or write beside one another."""
    root = tmp_path_factory.mktemp("site") / "root"
    root.mkdir()
    with serving(root) as client:
        yield Site(root, partial(_begin, root), client, settling(client))
