"""`…/views`: saved views of the dashboard, one file each in the project's folder: ``.views/<name>.json``."""

import json
import os
import threading
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import APIRouter, Body, Request, Response

from trailmark.server.http.faults import RequestError, not_found
from trailmark.server.http.places import checked_name
from trailmark.server.http.served import Served
from trailmark.server.http.service import Service
from trailmark.server.http.values import json_answer

router = APIRouter(tags=["views"])

FOLDER = ".views"  # no run, as its name begins with a dot
_SUFFIX = ".json"
_LONGEST_BYTES = 200  # of a name, percent-encoded: with the suffix it is a file's name everywhere
_MOST_VIEWS = 1_000
_writing = threading.Lock()


@router.get("/projects/{project}/views")
def list_views(request: Request, service: Served, project: str) -> Response:
    """List the saved views of a project, by name."""
    folder = _folder(service, project)
    found = [view for path in sorted(folder.glob(f"*{_SUFFIX}")) if (view := _read(path)) is not None]
    return json_answer(request, {"views": found})


@router.put("/projects/{project}/views/{name:path}")
def put_view(request: Request, service: Served, project: str, name: str, view: Annotated[Any, Body()]) -> Response:
    """Save a view, in place of one of the same name."""
    folder = _folder(service, project)
    path = _path(folder, name)
    data = json.dumps(view, allow_nan=False).encode()
    with _writing:
        folder.mkdir(exist_ok=True)
        if not path.exists() and len(list(folder.glob(f"*{_SUFFIX}"))) >= _MOST_VIEWS:
            raise RequestError(409, f"project {project!r} has {_MOST_VIEWS} views already: delete some")
        temporary = path.with_name(f".{os.getpid()}{_SUFFIX}.new")
        try:
            temporary.write_bytes(data)
            temporary.replace(path)
        except OSError as error:
            raise RequestError(503, f"the view cannot be kept in {folder}: {error.strerror or error}") from error
        finally:
            temporary.unlink(missing_ok=True)
    return json_answer(request, _read(path))


@router.delete("/projects/{project}/views/{name:path}", status_code=204)
def delete_view(service: Served, project: str, name: str) -> Response:
    """Delete a saved view."""
    try:
        _path(_folder(service, project), name).unlink()
    except FileNotFoundError:
        raise not_found(f"project {project!r} has no view {name[:100]!r}") from None
    return Response(status_code=204)


def _folder(service: Service, project: str) -> Path:
    with service.read() as connection:
        service.need_project(connection, project)
    return service.root / checked_name(project, "project") / FOLDER


def _path(folder: Path, name: str) -> Path:
    """Return the file of a view. Any name will do: what has a meaning in paths is percent-encoded."""
    encoded = quote(name.encode("utf-8", "replace"), safe=" ").replace(".", "%2E")
    if not name.strip() or len(encoded) > _LONGEST_BYTES:
        raise RequestError(400, f"a view's name has 1 to {_LONGEST_BYTES} bytes (percent-encoded), got {name[:100]!r}")
    return folder / f"{encoded}{_SUFFIX}"


def _read(path: Path) -> dict[str, Any] | None:
    """Return a view; None if its file is damaged or gone."""
    try:
        view = json.loads(path.read_bytes())
        time = path.stat().st_mtime
    except (OSError, ValueError, RecursionError):
        return None
    return {"name": unquote(path.name.removesuffix(_SUFFIX)), "time": time, "view": view}
