"""Where the server listens."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

import pytest

from trailmark.errors import Error, UsageError
from trailmark.server.listen import USUAL_PORT, is_loopback, listen, names_of, url_of

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = "127.0.0.1"


@contextlib.contextmanager
def _taken() -> Iterator[int]:
    """Give a port that somebody else listens on."""
    with socket.socket() as other:
        other.bind((HERE, 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_free_port_is_found() -> None:
    """Two servers that say nothing of ports get two."""
    with contextlib.closing(listen(HERE)) as one, contextlib.closing(listen(HERE)) as two:
        assert one.getsockname()[1] != two.getsockname()[1]


def test_the_usual_port_is_left_to_who_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """If something else has the usual port, the next one is taken."""
    with _taken() as port:
        monkeypatch.setattr("trailmark.server.listen.USUAL_PORT", port)
        with contextlib.closing(listen(HERE)) as found:
            assert found.getsockname()[1] != port
    assert USUAL_PORT == 7007


def test_a_port_that_was_asked_for_and_is_taken_is_an_error() -> None:
    """Nobody is given another port than the one that they named."""
    with _taken() as port, pytest.raises(Error, match=rf"port {port} of 127.0.0.1 is taken"):
        listen(HERE, port)


def test_the_socket_answers_at_once() -> None:
    """The address can be opened before the server has begun to answer: the browser waits."""
    with contextlib.closing(listen(HERE, 0)) as found, socket.create_connection(found.getsockname(), timeout=60):
        assert url_of(found, HERE) == f"http://127.0.0.1:{found.getsockname()[1]}"


@pytest.mark.parametrize("host", ["203.0.113.7", "no.such.host.invalid", "x" * 300, "-"])
def test_foreign_host_is_an_error(host: str) -> None:
    """An address that is none of this machine is named in a sentence."""
    with pytest.raises(UsageError, match=r"cannot be listened on|is no address"):
        listen(host, 0)


@pytest.mark.parametrize(("host", "expected"), [(HERE, True), ("localhost", True), ("127.9.9.9", True), ("::1", True)])
def test_loopback_is_known(host: str, expected: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    """Only this machine reaches these."""
    assert is_loopback(host) is expected


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "", "no.such.host.invalid"])
def test_the_rest_of_the_world_is_not_loopback(host: str) -> None:
    """Others may reach these."""
    assert not is_loopback(host)


def test_all_addresses_are_opened_here() -> None:
    """Who listens on all addresses is reached on this machine by that of loopback, and by the names of the machine."""
    with contextlib.closing(listen("0.0.0.0", 0)) as found:
        assert url_of(found, "0.0.0.0").startswith("http://127.0.0.1:")
    assert {HERE, socket.gethostname()} <= names_of("0.0.0.0")
    assert names_of("localhost") == {"localhost"}
