"""`create_app`: the HTTP interface and the dashboard of one service, as an ASGI application."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

from trailmark._version import __version__
from trailmark.server.http.access import Access
from trailmark.server.http.faults import handle_faults
from trailmark.server.http.pages import serve_pages
from trailmark.server.http.routes import ROUTERS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from trailmark.server.http.service import Service

PREFIX = "/api/v1"


def create_app(service: Service) -> FastAPI:
    """Return the application that serves `service`; it starts the service when it starts, and leaves closing to others.

    `app.state.service` is the service.
    """
    app = FastAPI(
        title="Trailmark",
        version=__version__,
        description="The runs of a root: what was logged, live. `docs/http.md` tells more of each.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        separate_input_output_schemas=False,
    )
    app.state.service = service
    handle_faults(app)
    for router in ROUTERS:
        app.include_router(router, prefix=PREFIX)
    serve_pages(app)
    app.add_middleware(Access, token=service.token, hosts=service.hosts)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    service.start()
    try:
        yield
    finally:
        service.feed.close()
