"""`login`: remembers a server and the key for it. Without a server nothing needs it."""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import urlsplit

from trailmark._run.settings import config_folder, resolve
from trailmark._term import termlog, termwarn
from trailmark.errors import Error, UsageError


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
        Error: the configuration folder cannot be written.
    """
    del anonymous, force, timeout, verify
    settings, known = resolve(), credentials()
    server = server_address(host or settings.base_url or known.get("server"))
    key = (key or "").strip() or None
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
    return server in keys or settings.api_key is not None


def server_address(given: str | None) -> str | None:
    """Return the address of a server in the form in which it is remembered.

    Raises:
        UsageError: it is no http(s) address.
    """
    if given is None:
        return None
    try:
        parts = urlsplit(given.strip())
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:  # such as an IPv6 address without its bracket
        good = False
    if not good:
        raise UsageError(f"host is the address of a server, such as https://runs.example.org, got {given!r}")
    return given.strip().rstrip("/")


def credentials() -> dict[str, Any]:
    """Return the server and the keys that `login` remembered; nothing if there are none."""
    path = config_folder() / "credentials.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        termwarn(f"{path} is not read: {error}", repeat=False)
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("keys", {}), dict) else {}


def _write(values: dict[str, Any]) -> None:
    folder = config_folder()
    temporary = folder / f".credentials-{os.urandom(4).hex()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(values, file, indent=2)
        temporary.replace(folder / "credentials.json")
    except OSError as error:
        raise Error(
            f"the server and its key cannot be kept in {folder}: {error}; "
            "set TRAILMARK_BASE_URL and TRAILMARK_API_KEY instead"
        ) from error
