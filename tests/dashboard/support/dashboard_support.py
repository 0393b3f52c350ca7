"""What the tests of the dashboard share: servers, training scripts that do what they are told, and axe."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from playwright.sync_api import Page

DEADLINE_S = 60.0
TRAINING = Path(__file__).parent.parent / "training"


class Server(NamedTuple):
    """A dashboard that is being served."""

    root: Path
    url: str  # without a slash at the end
    token: str
    process: subprocess.Popen[str]

    def page(self, path: str = "") -> str:
        """Return the address of a page for somebody who has no cookie yet."""
        return (
            f"{self.url}/{path}{'&' if '?' in path else '?'}token={self.token}" if self.token else f"{self.url}/{path}"
        )


class Trainer:
    """A training script that logs what it is told."""

    def __init__(self, root: Path, project: str, name: str) -> None:
        command = [sys.executable, str(TRAINING / "obedient.py"), str(root), project, name]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answered("begun")

    def log(self, **values: Any) -> None:
        """Log one row; when this returns, `log()` has."""
        self._say(values)
        self._answered("logged")

    def finish(self) -> None:
        """Finish the run, and wait for the end of the script."""
        if self.process.poll() is None:
            self._say({"!": "finish"})
        self.process.communicate(timeout=30)

    def _say(self, told: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()

    def _answered(self, word: str) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == word


def start(root: Path, *arguments: str, port: str = "0") -> Server:
    """Start `trailmark ui` as a process of its own, and return when it can be opened."""
    ui = ["ui", "--no-browser", "--port", port, *arguments]
    command = [sys.executable, "-m", "trailmark", "--root", str(root), *ui]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = [process.stdout.readline().rstrip("\n").split("\t") for _ in range(2)]
    address = dict(line for line in said if len(line) == 2)["url"]
    url, _, token = address.partition("/?token=")
    return Server(root, url.rstrip("/"), token, process)


def indexed(server: Server, runs: int) -> None:
    """Wait until so many runs are in the index of a server that was just started."""
    headers = {"Authorization": f"Bearer {server.token}"}
    deadline = time.monotonic() + DEADLINE_S
    while True:
        asked = urllib.request.Request(f"{server.url}/api/v1/projects", headers=headers)
        with urllib.request.urlopen(asked) as answer:
            found = sum(project["runs"] for project in json.load(answer)["projects"])
        if found == runs:
            return
        assert time.monotonic() < deadline, f"{found} of {runs} runs are in the index"
        time.sleep(0.05)


def stop(server: Server) -> None:
    """Stop a server as Ctrl-C does."""
    server.process.send_signal(signal.SIGINT)
    try:
        server.process.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.communicate()
        raise


def check_accessible(page: Page, axe: str) -> None:
    """Assert that axe finds nothing serious on a page as it is now."""
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [
        f"{fault['id']}: {fault['help']}: {' '.join(node['html'].split())[:200]}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"][:5]
    ]
    assert not serious, "\n".join(serious)
