"""`Served`: how a route gets the service that it answers for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request  # noqa: TC002 (FastAPI evaluates the annotations)

from trailmark.server.http.service import Service


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Served = Annotated[Service, Depends(_service)]
