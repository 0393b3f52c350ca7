"""`/feed`: what changes, as server-sent events."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import StreamingResponse

from trailmark.server.http.faults import RequestError
from trailmark.server.http.served import Served

router = APIRouter(tags=["feed"])


@router.get("/feed", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}})
async def follow(
    request: Request,
    service: Served,
    cursor: Annotated[int | None, Query(ge=0, le=1 << 62)] = None,
    project: str | None = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Tell what changes from `cursor` on, or from now; a browser that comes back goes on where it was."""
    del request
    if last_event_id:
        if not (last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) < 19):  # noqa: PLR2004 (2^62)
            raise RequestError(400, f"Last-Event-ID is a cursor, got {last_event_id[:40]!r}")
        cursor = int(last_event_id)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(service.feed.stream(cursor, project), media_type="text/event-stream", headers=headers)
