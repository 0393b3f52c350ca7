"""A real PostgreSQL for tests, and the fixture `database`, which is an empty index on SQLite, then on PostgreSQL.

The server is started from Debian's binaries, once a session, listens on nothing but a socket, and keeps its files in a
temporary folder. Root may not run it: then it runs as the user postgres, or else nobody.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from trailmark.server.store.database import Database, default_url

if TYPE_CHECKING:
    from collections.abc import Iterator

_START_S = 60.0
_SETTINGS = ("listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=50")
_numbers = count()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Return the URL of a PostgreSQL of our own, without its database's name."""
    binaries = _binaries()
    if binaries is None or importlib.util.find_spec("psycopg") is None:
        reason = "no PostgreSQL: install Debian's postgresql, and psycopg"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="trailmark-postgres-"))  # short: the path of a socket has 107 bytes
    user = _user()
    if user is not None:
        shutil.chown(folder, user)
    data = folder / "data"
    options = ["--auth=trust", "--username=tests", "--no-sync", "--no-locale", "--encoding=UTF8"]
    command = [str(binaries / "initdb"), f"--pgdata={data}", *options]
    subprocess.run(command, check=True, capture_output=True, user=user, cwd=folder)
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    server = subprocess.Popen(
        [str(binaries / "postgres"), "-D", str(data), "-k", str(folder), *settings],
        user=user,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"postgresql+psycopg://tests@/{{database}}?host={folder}"
        _await(url, server)
        yield url
    finally:
        server.terminate()
        server.wait(_START_S)
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Return an empty index, on each of the databases in turn."""
    if request.param == "sqlite":
        found = Database.open(default_url(tmp_path))
        yield found
        found.close()
        return
    url = request.getfixturevalue("postgres_url")
    name = f"index{next(_numbers)}"
    _administer(url, f"CREATE DATABASE {name}")
    found = Database.open(url.format(database=name))
    yield found
    found.close()
    _administer(url, f"DROP DATABASE {name}")


def _binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: int(path.parent.name))
    known = shutil.which("initdb")
    return Path(known).resolve().parent if known else None


def _user() -> str | None:
    """Return who is to run the server; None: who runs the tests."""
    if os.geteuid():
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _await(url: str, server: subprocess.Popen[Any]) -> None:
    """Return once the server answers."""
    deadline = time.monotonic() + _START_S
    while not _answers(url):
        if server.poll() is not None or time.monotonic() > deadline:
            pytest.fail("PostgreSQL did not start")
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        _administer(url, "SELECT 1")
    except OperationalError:
        return False
    return True


def _administer(url: str, statement: str) -> None:
    engine = sa.create_engine(url.format(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
