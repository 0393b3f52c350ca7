"""Where the server listens: a socket on the port that was asked for, or on a free one near the usual port."""

from __future__ import annotations

import errno
import ipaddress
import socket
from typing import TYPE_CHECKING, NamedTuple

from trailmark.errors import Error, UsageError

if TYPE_CHECKING:
    from pathlib import Path

USUAL_PORT = 7007
EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 (compared, and bound only if somebody asks for it)
_TRIED = 20  # ports after the usual one, before the system is asked for any


class Place(NamedTuple):
    """Where a dashboard is, and how to get in."""

    root: Path
    url: str
    host: str
    token: str | None  # None: nobody is asked for one

    def address(self, page: str = "") -> str:
        """Return what to open in a browser for the first time; the cookie that comes of it is enough from then on."""
        return f"{self.url}/{page}" if self.token is None else f"{self.url}/{page}?token={self.token}"


def listen(host: str, port: int | None = None) -> socket.socket:
    """Return a socket that listens on `port` of `host`; without a port on the usual one, or else one that is free.

    Raises:
        UsageError: the host is none of this machine, or may not be listened on.
        Error: `port` is taken.
    """
    address, family = _resolved(host)
    if port is not None:
        found = _bound(address, family, port)
        if found is None:
            raise Error(f"port {port} of {host} is taken: leave --port out to get a free one")
        return found
    for candidate in (*range(USUAL_PORT, USUAL_PORT + _TRIED), 0):
        found = _bound(address, family, candidate)
        if found is not None:
            return found
    raise Error(f"no port of {host} is free")


def url_of(listening: socket.socket, host: str) -> str:
    """Return the address that a browser on this machine takes."""
    port = listening.getsockname()[1]
    if host in EVERYWHERE:  # which is also here
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def names_of(host: str) -> set[str]:
    """Return what browsers may call this machine to reach what listens on `host`, besides the names of loopback."""
    if is_loopback(host):
        return {host}
    if host not in EVERYWHERE:
        return {host, _resolved(host)[0]}
    import psutil

    addresses = [found.address for interface in psutil.net_if_addrs().values() for found in interface]
    return {socket.gethostname(), socket.getfqdn(), *(address.partition("%")[0] for address in addresses)}


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(_resolved(host)[0]).is_loopback
    except (UsageError, ValueError):
        return False


def _resolved(host: str) -> tuple[str, socket.AddressFamily]:
    """Return the address of a host, and its kind; of several the one of IPv4, which every browser tries."""
    try:
        found = socket.getaddrinfo(host or None, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise UsageError(f"--host {host!r} is no address of this machine: {error}") from error
    family, *_, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return str(address[0]), family


def _bound(address: str, family: socket.AddressFamily, port: int) -> socket.socket | None:
    """Return a socket that listens; None if the port is taken.

    Raises:
        UsageError: the address or the port cannot be listened on.
    """
    made = socket.socket(family, socket.SOCK_STREAM)
    # A port whose last connections are still being closed is free; one that somebody listens on is not.
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((address, port))
        made.listen(128)
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise UsageError(f"{address}, port {port}, cannot be listened on: {error.strerror or error}") from error
    return made
