"""Faults: what is answered when a request cannot be served, ``{"error": {"kind", "message"}}``."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DatabaseError, DBAPIError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from trailmark.errors import ArtifactError, Error, MediaError, RunNotFoundError, UsageError
from trailmark.server.store.database import IndexDamagedError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

KINDS = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    416: "range_not_satisfiable",
    422: "unprocessable",
    500: "internal",
    503: "unavailable",
}
_log = logging.getLogger(__name__)


class RequestError(Error):
    """A request that cannot be served: the status to answer with, and why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def not_found(message: str) -> RequestError:
    """Return the fault of something that is not there."""
    return RequestError(404, message)


def fault_answer(status: int, message: str) -> JSONResponse:
    """Return the answer that tells of a fault."""
    kind = KINDS.get(status, "error")
    return JSONResponse({"error": {"kind": kind, "message": message}}, status, {"Cache-Control": "no-store"})


def handle_faults(app: FastAPI) -> None:
    """Have `app` answer with a fault whatever is raised in it."""
    for kind in (Error, RecursionError, UnicodeError, DBAPIError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _answer)
    app.add_middleware(_Unexpected)


class _Unexpected:
    """Answers for what no handler expected, unless an answer has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def send_noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except Exception as error:
            if begun:
                raise
            _log.exception("a request failed")
            await fault_answer(500, f"the server failed: {type(error).__name__}: {error}")(scope, receive, send)


def _answer(request: Request, error: Exception) -> Response:
    if isinstance(error, IndexDamagedError):
        request.app.state.service.indexer.distrust()
    return fault_answer(*_told(error))


def _told(error: Exception) -> tuple[int, str]:  # noqa: PLR0911 (one kind, one line)
    """Return the status of a fault, and what to say of it."""
    if isinstance(error, RequestError):
        return error.status, str(error)
    if isinstance(error, RequestValidationError):
        return 422, "; ".join(map(_shape, error.errors()))
    if isinstance(error, HTTPException):
        return error.status_code, str(error.detail)
    if isinstance(error, RunNotFoundError):
        return 404, str(error)
    if isinstance(error, (UsageError, MediaError, ArtifactError)):
        return 400, str(error)
    if isinstance(error, RecursionError):
        return 400, "the request is nested too deeply"
    if isinstance(error, UnicodeError):  # half of a surrogate pair, which JSON can hold
        return 400, "the request holds text that is no Unicode"
    if isinstance(error, IndexDamagedError):
        return 503, f"the index cannot be used just now: {error}"
    if isinstance(error, DatabaseError):
        return 503, f"the index cannot be used just now: {error.orig}"
    return 500, f"the server failed: {type(error).__name__}: {error}"


def _shape(fault: Any) -> str:
    where = ".".join(str(part) for part in fault["loc"] if part != "body")
    return f"{where}: {fault['msg']}" if where else str(fault["msg"])
