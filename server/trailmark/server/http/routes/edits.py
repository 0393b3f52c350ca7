"""Edits: what a person changes of runs, each a record in a journal of its own beside those of the run."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from trailmark.api import edits
from trailmark.errors import Error
from trailmark.journal.runstate import RunState, load
from trailmark.server.http.details import run_json
from trailmark.server.http.faults import RequestError
from trailmark.server.http.places import run_folder
from trailmark.server.http.served import Served
from trailmark.server.http.service import Service
from trailmark.server.http.values import json_answer

router = APIRouter(tags=["runs"])

Text = Annotated[str, Field(max_length=100_000)]
Word = Annotated[str, Field(min_length=1, max_length=1_000)]
Tags = Annotated[list[Word], Field(max_length=1_000)]


class Change(BaseModel):
    """What is set of a run; parts that are not there stay as they are."""

    model_config = ConfigDict(extra="forbid")

    name: Word | None = None
    notes: Text | None = None
    tags: Tags | None = None
    group: Word | None = None
    job_type: Word | None = None
    archived: bool | None = None
    deleted: bool | None = None

    def values(self) -> dict[str, Any]:
        """Return what is set; None is a value of notes, group and job_type only."""
        given = self.model_dump(exclude_unset=True)
        for name in ("name", "tags", "archived", "deleted"):
            if name in given and given[name] is None:
                raise RequestError(422, f"{name}: null is no value of it")
        if "tags" in given:
            given["tags"] = list(dict.fromkeys(given["tags"]))
        return given


class Changes(BaseModel):
    """What is changed of several runs."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[str], Field(max_length=10_000)]
    set: Change = Change()
    add_tags: Tags = []
    remove_tags: Tags = []


class Undo(BaseModel):
    """What takes a change back."""

    ids: list[str]
    set: dict[str, Any]


class Changed(BaseModel):
    """What was changed, and what takes it back."""

    changed: list[str]
    undo: list[Undo]


@router.patch("/projects/{project}/runs/{run}")
def edit_run(request: Request, service: Served, project: str, run: str, change: Change) -> Response:
    """Change name, notes, tags, group, job type of a run, or archive or delete it."""
    state = _state(service, project, run)
    if edits.write(state, change.values()):
        service.refresh([state.path])
    with service.read() as connection:
        return json_answer(request, run_json(service, connection, service.run_row(connection, project, run)))


@router.post("/projects/{project}/runs/edit", responses={200: {"model": Changed}})
def edit_runs(request: Request, service: Served, project: str, changes: Changes) -> Response:
    """Change several runs alike, and tell how to take that back."""
    values = changes.set.values()
    states = [_state(service, project, run) for run in dict.fromkeys(changes.ids)]  # all, before any is changed
    changed: list[RunState] = []
    undo: dict[str, list[str]] = {}
    try:
        for state in states:
            wanted = dict(values)
            if changes.add_tags or changes.remove_tags:
                wanted["tags"] = _tags(wanted.get("tags", state.tags), changes)
            before = {name: getattr(state, name) for name in wanted if getattr(state, name) != wanted[name]}
            if edits.write(state, wanted):
                changed.append(state)
                undo.setdefault(json.dumps(before, sort_keys=True), []).append(state.id)
    except Error as error:
        raise RequestError(503, f"{len(changed)} of {len(states)} runs were changed: {error}") from error
    finally:
        if changed:
            service.refresh([state.path for state in changed])
    answer = {
        "changed": [state.id for state in changed],
        "undo": [{"ids": ids, "set": json.loads(before)} for before, ids in undo.items()],
    }
    return json_answer(request, answer)


def _state(service: Service, project: str, run: str) -> RunState:
    folder = run_folder(service.root, project, run)
    state = load(folder)
    if state is None:
        raise RequestError(404, f"there is no run {run!r} in project {project!r}")
    return state


def _tags(tags: list[str], changes: Changes) -> list[str]:
    kept = [tag for tag in tags if tag not in changes.remove_tags]
    return list(dict.fromkeys([*kept, *changes.add_tags]))
