"""Pages: the built dashboard, and `index.html` for every address of it."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, HTMLResponse, Response

from trailmark.server.http.faults import RequestError, fault_answer
from trailmark.server.http.places import file_below

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request

BUNDLE = Path(__file__).parent.parent / "static"
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"  # files whose names hold a hash of what is in them
_NO_BUNDLE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Trailmark</title>
<style>:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
main { max-width: 40rem; margin: 15vh auto; padding: 0 1.5rem }</style>
<main><h1>The dashboard is not built</h1>
<p>The server works, and <a href="/api/v1/docs">its HTTP interface</a> too. This checkout has no bundle of the dashboard
yet; in its folder, run</p><pre>cd dashboard
npm ci
npm run build</pre><p>and load this page again. An installed Trailmark has the bundle with it.</p></main></html>
"""


def serve_pages(app: FastAPI, bundle: Path = BUNDLE) -> None:
    """Have `app` answer with the dashboard wherever no other route does."""

    def page(request: Request) -> Response:
        path = request.path_params["path"]
        if path.startswith("api/") or path == "api":
            return fault_answer(404, f"there is no {request.url.path[:200]!r} here")
        found = _file(bundle, path)
        if found is not None:
            kind = _TYPES.get(found.suffix) or mimetypes.guess_type(found.name)[0]
            age = _FOR_EVER if path.startswith("assets/") else "no-cache"
            return FileResponse(found, media_type=kind, headers={"Cache-Control": age})
        if path.startswith("assets/"):
            return fault_answer(404, "there is no such file of the dashboard (any more): load the page again")
        index = bundle / "index.html"
        if index.is_file():
            return FileResponse(index, media_type="text/html", headers={"Cache-Control": "no-cache"})
        return HTMLResponse(_NO_BUNDLE, headers={"Cache-Control": "no-store"})

    app.add_route("/{path:path}", page, methods=["GET"], include_in_schema=False)


def _file(bundle: Path, path: str) -> Path | None:
    try:
        return file_below(bundle, path) if path else None
    except RequestError:
        return None
