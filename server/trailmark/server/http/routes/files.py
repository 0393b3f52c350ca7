"""`…/files` and `…/code`: what was saved with a run."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response

from trailmark.api.files import FOLDER, list_files
from trailmark.server.http.faults import RequestError
from trailmark.server.http.file_answers import file_answer
from trailmark.server.http.places import file_below
from trailmark.server.http.served import Served
from trailmark.server.http.service import Service
from trailmark.server.http.values import json_answer, plain
from trailmark.server.store.states import unpack_details

router = APIRouter(tags=["files"])

_CODE = "code/"  # source files, below the run's files
_MOST_TEXT_BYTES = 8 << 20  # of a diff; more is in the file itself


@router.get("/projects/{project}/runs/{run}/files")
def get_files(request: Request, service: Served, project: str, run: str) -> Response:
    """List the files that were saved with a run, media among them."""
    folder = _folder(service, project, run)
    found = [{"path": file.name, "size": file.size, "time": file.mtime} for file in list_files(folder)]
    return json_answer(request, {"files": found})


@router.get("/projects/{project}/runs/{run}/files/{path:path}")
def get_file(service: Served, project: str, run: str, path: str, *, download: bool = False) -> Response:
    """Give a file of a run; what a browser would run comes in a sandbox."""
    found = file_below(_folder(service, project, run) / FOLDER, path)
    return file_answer(found, path, attachment=download, for_ever=path.startswith("media/"))


@router.get("/projects/{project}/runs/{run}/code")
def get_code(request: Request, service: Served, project: str, run: str) -> Response:
    """Tell from which code a run came: its commit, what was changed since, its packages and its source files."""
    with service.read() as connection:
        row = service.run_row(connection, project, run)
        environment = unpack_details(row.details).environment
    folder = service.root / row.project / row.id
    names = [file.name for file in list_files(folder)]
    program = environment.get("code_path") or environment.get("program")
    return json_answer(
        request,
        {
            "git": _git(environment.get("git")),
            "diff": _text(folder, "diff.patch"),
            "requirements": _text(folder, "requirements.txt"),
            "program": program if isinstance(program, str) else None,
            "files": [name for name in names if name.startswith(_CODE)],
        },
    )


def _folder(service: Service, project: str, run: str) -> Path:
    with service.read() as connection:
        row = service.run_row(connection, project, run)
    return service.root.joinpath(row.project, row.id)


def _git(git: Any) -> dict[str, Any] | None:
    if not isinstance(git, dict):
        return None
    told = {name: plain(git.get(name)) for name in ("commit", "branch", "remote")}
    return {**told, "dirty": bool(git.get("dirty", False))}


def _text(folder: Path, name: str) -> str | None:
    try:
        path = file_below(folder / FOLDER, name)
    except RequestError:
        return None
    with path.open("rb") as file:
        return file.read(_MOST_TEXT_BYTES).decode("utf-8", "replace")
