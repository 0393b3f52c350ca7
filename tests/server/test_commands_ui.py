"""`trailmark ui`, as a process of its own."""

from __future__ import annotations

import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import trailmark
from trailmark._dashboard import announced, find_dashboard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEADLINE_S = 120.0  # of processes that load the whole server, on a busy machine
QUIET = {"system": False, "console": "off", "git": False, "requirements": False, "silent": True}


class Server:
    """A running `trailmark ui`."""

    def __init__(self, root: Path, *arguments: str) -> None:
        self.root = root
        self.process = _start(root, "--port", "0", "--no-browser", *arguments, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.said = dict(self.process.stdout.readline().rstrip("\n").split("\t") for _ in range(2))
        self.address = self.said["url"]
        self.url, _, self.token = self.address.partition("/?token=")

    def get(self, path: str) -> httpx.Response:
        """Ask for something, with the token."""
        return httpx.get(self.url + path, headers={"Authorization": f"Bearer {self.token}"}, timeout=DEADLINE_S)

    def stop(self, how: int = signal.SIGINT) -> int:
        """End it with a signal, and return its exit code."""
        self.process.send_signal(how)
        try:
            self.process.communicate(timeout=DEADLINE_S)
        finally:
            self.process.kill()
        return int(self.process.returncode)


def _start(root: Path, *arguments: str, **options: Any) -> subprocess.Popen[Any]:
    return subprocess.Popen([sys.executable, "-m", "trailmark", "--root", str(root), "ui", *arguments], **options)


def _run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "trailmark", "--root", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)


def _a_run(root: Path, project: str = "p", run: str = "a") -> None:
    with trailmark.init(project=project, id=run, dir=root, settings=QUIET) as begun:
        begun.log({"loss": 0.5})


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve a root with one run, to all tests that leave the server as it was."""
    root = tmp_path_factory.mktemp("served")
    _a_run(root)
    server = Server(root)
    yield server
    server.stop()


def test_a_pipe_gets_address_and_root(served: Server) -> None:
    """What a program reads: where to ask, with the token in the address, and whose runs these are."""
    assert served.said["root"] == str(served.root)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{22,}", served.address)
    assert served.get("/api/v1/status").json()["root"] == str(served.root)


def test_nobody_gets_in_without_the_token(served: Server) -> None:
    """The address without its token opens nothing."""
    assert httpx.get(f"{served.url}/api/v1/status", timeout=DEADLINE_S).status_code == 401
    assert httpx.get(f"{served.url}/", timeout=DEADLINE_S).status_code == 401


def test_the_printed_address_opens_the_dashboard(served: Server) -> None:
    """The first visit brings a cookie, with which the token is needed no more."""
    with httpx.Client(follow_redirects=True, headers={"Accept": "text/html"}, timeout=DEADLINE_S) as visitor:
        first = visitor.get(served.address)
        assert first.status_code == 200
        assert "token" not in str(first.url)
        assert visitor.get(f"{served.url}/api/v1/status").status_code == 200


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_while_somebody_follows(tmp_path: Path, how: int) -> None:
    """A browser that follows the feed keeps nobody waiting; the note in the root goes, too."""
    server = Server(tmp_path)
    headers = {"Authorization": f"Bearer {server.token}"}
    with httpx.stream("GET", f"{server.url}/api/v1/feed", headers=headers, timeout=DEADLINE_S) as feed:
        assert feed.status_code == 200
        next(feed.iter_lines())
        assert server.stop(how) == 0
    assert find_dashboard(tmp_path) is None
    assert not (tmp_path / ".index/server.json").exists()


def test_nothing_is_said_at_the_end(tmp_path: Path) -> None:
    """Ctrl-C shows no traceback and no warning."""
    process = _start(tmp_path, "--port", "0", "--no-browser", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=DEADLINE_S)[1] == ""


def test_a_second_one_names_the_first(served: Server) -> None:
    """Who types it twice is led to the server that runs."""
    again = _run(served.root, "ui", "--no-browser")
    assert again.returncode == 0
    assert f"url\t{served.address}\n" in again.stdout


def test_the_note_says_where_runs_are_seen(served: Server) -> None:
    """A run that begins while the dashboard runs knows its address there, without the token."""
    with trailmark.init(project="p", id="b", dir=served.root, settings=QUIET) as run:
        assert run.url == f"{served.url}/p/p/runs/b"
    assert served.token not in (served.root / ".index/server.json").read_text()


def test_a_run_that_begins_is_seen(served: Server) -> None:
    """What a training script logs meanwhile is served."""
    _a_run(served.root, run="later")
    deadline = time.monotonic() + DEADLINE_S
    while served.get("/api/v1/projects/p/runs/later").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(("what", "page"), [("p", "p/p"), ("p/a", "p/p/runs/a"), ("a", "p/p/runs/a")])
def test_a_project_or_a_run_can_be_named(tmp_path: Path, what: str, page: str) -> None:
    """The address leads to what was named."""
    _a_run(tmp_path)
    with announced(tmp_path, "http://127.0.0.1:1", open_to_all=True):
        # Somebody serves it already, so that the command ends.
        code = f"import sys; sys.argv[1:] = ['--root', {str(tmp_path)!r}, 'ui', {what!r}]; from trailmark.cli import main; main()"  # noqa: E501
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[0] == f"url\thttp://127.0.0.1:1/{page}"


def test_a_wrong_name_is_an_error(tmp_path: Path) -> None:
    """Nothing is served for a name that nothing has."""
    _a_run(tmp_path, run="brisk")
    done = _run(tmp_path, "ui", "brisq")
    assert done.returncode == 1
    assert "brisk" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_token_is_for_this_machine(tmp_path: Path) -> None:
    """A server that others reach asks for a token."""
    done = _run(tmp_path, "ui", "--no-token", "--host", "0.0.0.0")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_no_token_asks_for_none(tmp_path: Path) -> None:
    """On this machine one may do without."""
    server = Server(tmp_path, "--no-token")
    assert server.token == ""
    assert httpx.get(f"{server.address}api/v1/status", timeout=DEADLINE_S).json()["access"] == "none"
    server.stop()


def test_a_taken_port_is_an_error(tmp_path: Path) -> None:
    """A port that somebody else has is said in a sentence."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = _run(tmp_path, "ui", "--port", str(other.getsockname()[1]))
    assert done.returncode == 1
    assert "is taken" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(("command", "package"), [("ui", "uvicorn"), ("ui", "alembic"), ("reindex", "sqlalchemy")])
def test_a_missing_extra_is_named(tmp_path: Path, package: str, command: str) -> None:
    """Without the server's packages, the error is one sentence with the command that installs them."""
    code = (
        "import sys\n"
        "class Gone:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.split('.')[0] == {package!r}:\n"
        f"            raise ModuleNotFoundError(f'No module named {{name!r}}', name=name)\n"
        "sys.meta_path.insert(0, Gone())\n"
        f"sys.argv[1:] = ['--root', {str(tmp_path)!r}, {command!r}]\n"
        "from trailmark.cli import main; main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=DEADLINE_S)
    assert done.returncode == 1
    assert done.stderr.endswith("run `pip install 'trailmark[server]'`\n")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(("ssh", "expected"), [("", "Ctrl-C stops."), ("1.2.3.4 5 6.7.8.9 22", "ssh -N -L")])
def test_a_person_reads_where_to_click(tmp_path: Path, ssh: str, expected: str) -> None:
    """A terminal gets the address, the root and how to stop; over ssh, also how to come from one's own machine."""
    _a_run(tmp_path)
    ours, theirs = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name not in ("SSH_CONNECTION", "DISPLAY")}
    environment = {**kept, "NO_COLOR": "1", **({"SSH_CONNECTION": ssh} if ssh else {})}
    process = _start(tmp_path, "--port", "0", stdout=theirs, stderr=theirs, stdin=theirs, env=environment)
    os.close(theirs)
    seen = ""
    while "Ctrl-C" not in seen:
        seen += os.read(ours, 4096).decode()
    process.send_signal(signal.SIGINT)
    assert process.wait(DEADLINE_S) == 0
    os.close(ours)
    assert re.search(r"Open +http://127\.0\.0\.1:\d+/\?token=", seen)
    assert "1 run in 1 project" in seen
    assert expected in seen


def test_reindex_counts_runs(tmp_path: Path) -> None:
    """The index is made again from the journals, and the number of runs is told."""
    _a_run(tmp_path)
    done = _run(tmp_path, "reindex")
    assert done.stdout.splitlines()[0] == "runs\t1"
    assert (tmp_path / ".index/index.db").stat().st_size


def test_reindex_leaves_a_running_dashboard_alone(served: Server) -> None:
    """An index that somebody uses is not taken away."""
    done = _run(served.root, "reindex")
    assert done.returncode == 2
    assert served.url in done.stderr
