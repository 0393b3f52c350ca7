"""Serving a root to browsers: the socket, the note that says so, and an end without delay.

What is served is `trailmark.server.http`'s; this module owns how it begins, where it listens and how it stops.
"""

from __future__ import annotations

import contextlib
import logging
import os
from typing import TYPE_CHECKING

import uvicorn

from trailmark._dashboard import announced
from trailmark._term import termwarn
from trailmark.server.http.app import create_app
from trailmark.server.http.service import Service
from trailmark.server.listen import Place, listen, names_of, url_of

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType

    from fastapi import FastAPI


def serve(
    root: Path,
    token: str | None,
    ready: Callable[[Place], object],
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    index: str | None = None,
) -> None:
    """Serve `root` until Ctrl-C or SIGTERM, and call `ready` when the first request would be answered.

    Args:
        root: where runs are; it need not be there yet.
        token: what every request must bring; None lets everybody in who reaches `host`.
        ready: called once, from the thread that serves.
        host: the address to listen on.
        port: the port; without it 7007, or else one that is free.
        index: the URL of the index, such as ``postgresql+psycopg://…``; otherwise a file in the root.

    Raises:
        UsageError: the host is none of this machine.
        Error: the port is taken, or the index cannot be used.
    """
    listening = listen(host, port)
    place = Place(root, url_of(listening, host), host, token)
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.closing(listening))
        service = stack.enter_context(contextlib.closing(Service(root, index, token=token, hosts=names_of(host))))
        app = create_app(service)
        service.start()
        stack.enter_context(_noted(place))
        _Server(app, lambda: ready(place)).run(sockets=[listening])


@contextlib.contextmanager
def _noted(place: Place) -> Iterator[None]:
    """Leave a note in the root; one that cannot be written is served all the same."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(announced(place.root, place.url, open_to_all=place.token is None))
        except OSError as error:
            termwarn(f"new runs will not name this address, as {place.root} cannot be written: {error.strerror}")
        yield


class _Server(uvicorn.Server):
    """A server that says when it is ready, and that ends at once, whoever is still listening to the feed."""

    def __init__(self, app: FastAPI, ready: Callable[[], object]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=0,
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so."""
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; the second time without any order."""
        del frame
        if self.should_exit:
            os._exit(128 + sig)
        self.should_exit = True
        # Whoever follows the feed is cut off, which is no error to report.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
