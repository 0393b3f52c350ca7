"""A real server over a root that real training scripts filled, and a browser in front of it.

Whatever a page complains of, an error in its console or a request that was refused, fails the test that saw it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from dashboard_support import TRAINING, Server, Trainer, indexed, start, stop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import ConsoleMessage, Response

RUNS = 7  # that `training/showcase.py` makes
DEADLINE_MS = 15_000
ARGUMENTS = [
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a root with runs of every kind, see `training/showcase.py`."""
    folder = tmp_path_factory.mktemp("showcase") / "runs"
    command = [sys.executable, str(TRAINING / "showcase.py"), str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder.parent)
    return folder


@pytest.fixture(scope="session")
def server(root: Path) -> Iterator[Server]:
    """Serve that root."""
    started = start(root)
    indexed(started, RUNS)
    yield started
    stop(started)


@pytest.fixture
def train(server: Server) -> Iterator[Any]:
    """Return what starts a `Trainer` in the root that is served: `train(project, id)`."""
    begun: list[Trainer] = []

    def begin(project: str, name: str) -> Trainer:
        begun.append(Trainer(server.root, project, name))
        return begun[-1]

    yield begin
    for trainer in begun:
        trainer.finish()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the browser that the machine has."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "these tests need a browser: `apt-get install chromium`"
    expect.set_options(timeout=DEADLINE_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def look(browser: Browser, server: Server) -> Iterator[Any]:
    """Return what opens a page of the dashboard: `look(path, dark=…, width=…)`; each test is a new visitor."""
    complaints: list[str] = []
    contexts = []

    def complain(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def refused(response: Response) -> None:
        if response.status >= 400:
            complaints.append(f"{response.status} {response.request.method} {response.url}")

    def opened(
        path: str = "", *, dark: bool = False, width: int = 1280, height: int = 2400, of: Server = server, **more: Any
    ) -> Page:
        scheme = "dark" if dark else "light"
        size = {"width": width, "height": height}
        context = browser.new_context(viewport=size, color_scheme=scheme, accept_downloads=True, **more)  # type: ignore[arg-type]
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=of.url)
        context.set_default_timeout(DEADLINE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", complain)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("response", refused)
        page.on("request", lambda request: _stays_here(request.url, of, complaints))
        page.goto(of.page(path))
        return page

    provoked: list[str] = []  # parts of complaints that a test means to cause
    opened.provoked = provoked  # type: ignore[attr-defined]
    yield opened
    for context in contexts:
        context.close()
    assert not [text for text in complaints if not any(part in text for part in provoked)]


def _stays_here(url: str, server: Server, complaints: list[str]) -> None:
    """Note a request that leaves the server: the dashboard works offline."""
    if not url.startswith((server.url, "data:", "blob:", "about:")):
        complaints.append(f"a request to {url}")


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the source of axe-core, which finds what keeps people from using a page."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
