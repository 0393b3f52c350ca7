"""`login`: remembers a server and the key for it. Without a server nothing needs it."""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import urlsplit

from trailmark._run.settings import config_folder, resolve
from trailmark._term import termlog
from trailmark.errors import UsageError


def login(
    key: str | None = None,
    host: str | None = None,
    *,
    relogin: bool | None = None,
    anonymous: Any = None,
    force: bool | None = None,
    timeout: int | None = None,
    verify: bool = False,
) -> bool:
    """Remember the server `host` and the key for it; return whether a key is known.

    They are kept in ``credentials.json`` of the user's configuration folder, readable by the user alone. Without
    arguments nothing is changed. The other arguments are W&B's and change nothing here.

    Args:
        key: the API key of the server.
        host: the server's address, ``https://…``; by default the setting `base_url`.
        relogin: forget the key that is known for the server first.
        anonymous: as in W&B; no effect.
        force: as in W&B; no effect.
        timeout: as in W&B; no effect.
        verify: as in W&B; no effect.

    Raises:
        UsageError: the address is no http(s) address, or a key is given and no server is known.
    """
    del anonymous, force, timeout, verify
    known = credentials()
    server = host or resolve().base_url or known.get("server")
    if server is not None and urlsplit(server).scheme not in ("http", "https"):
        raise UsageError(f"host is the address of a server, such as https://runs.example.org, got {server!r}")
    if key is not None and server is None:
        raise UsageError("login(key=…) needs the server that the key is for: login(key=…, host='https://…')")
    if server is None:
        termlog("runs are kept on this machine; no login is needed", repeat=False)
        return False
    keys = dict(known.get("keys", {}))
    if relogin:
        keys.pop(server, None)
    if key is not None:
        keys[server] = key
    if host is not None or key is not None or relogin:
        _write({"server": server, "keys": keys})
    return server in keys


def credentials() -> dict[str, Any]:
    """Return the server and the keys that `login` remembered."""
    path = config_folder() / "credentials.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(values: dict[str, Any]) -> None:
    folder = config_folder()
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".credentials-{os.getpid()}"
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(values, file, indent=2)
    temporary.replace(folder / "credentials.json")
