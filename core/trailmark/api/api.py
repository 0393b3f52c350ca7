"""`Api`: the runs of a root, and its artifacts."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from trailmark.api import listing
from trailmark.api import order as ordering
from trailmark.api.artifacts import Artifacts
from trailmark.api.contents import Shelf
from trailmark.api.filters import compile_query, mentions
from trailmark.api.run import Run
from trailmark.api.runs import Runs
from trailmark.errors import RunNotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from trailmark.api.listing import Project
    from trailmark.journal.runstate import RunState

_SHOWN = 5  # runs that an error names


class Api(Artifacts):
    """Reads the runs and artifacts of a root. Needs no server and no run of its own; runs may be running meanwhile.

    Args:
        root: the directory that holds runs. By default that which `init` was given last in this process, else what the
            setting `dir` says (`TRAILMARK_DIR`, the nearest pyproject.toml), else ``./trailmark-runs``.

    Attributes:
        root: that directory, which need not exist yet.
    """

    def __init__(self, root: str | Path | None = None) -> None:
        from trailmark._run.current import current
        from trailmark._run.settings import find_root

        self.root = current.root if root is None and current.root is not None else find_root(root)
        self._shelf = Shelf()

    def projects(self) -> list[Project]:
        """Return the projects that hold runs, by name: name, path, number of runs, time of the last activity."""
        return listing.find_projects(self.root)

    def runs(
        self,
        project: str | None = None,
        filters: Mapping[str, Any] | None = None,
        order: str | Sequence[str] = "+created_at",
        per_page: int = 50,
        lazy: bool = True,  # noqa: FBT001, FBT002 (W&B's signature)
        *,
        include_archived: bool = False,
        path: str | None = None,
    ) -> Runs:
        """Return the runs of a project, or of all, that match `filters`, in `order`.

        Args:
            project: its name; W&B's "entity/project" is understood, the entity ignored.
            filters: a query in the style of MongoDB, such as ``{"config.lr": {"$lt": 0.1}, "state": "finished"}``;
                `docs/reading.md` lists fields and operators.
            order: a field, with ``-`` in front for descending; several with commas, or as a list.
            per_page: has no effect, for W&B's sake; all runs are found at once.
            lazy: has no effect either; rows are always read when they are asked for.
            include_archived: return archived runs too. Filters that mention `archived` do as well; runs that were
                deleted in the dashboard, and are still on the disk, are returned if filters mention `deleted`.
            path: W&B's name for `project`.

        Raises:
            RunNotFoundError: there is no such project.
            UsageError: the filters or the order name an unknown field or operator.
        """
        del per_page, lazy
        matches = compile_query(filters or {})
        ordering.parse(order)
        include_archived = include_archived or mentions(filters, "archived")
        include_deleted = mentions(filters, "deleted")
        directories = self._directories(project if path is None else path)
        with listing.many_objects():
            states = listing.load_states(directories)
            found = [
                state
                for state in states
                if (include_archived or not state.archived)
                and (include_deleted or not state.deleted)
                and matches(state)
            ]
            return Runs(ordering.ordered(found, order), self._shelf)

    def run(self, path: str) -> Run:
        """Return one run.

        Args:
            path: "project/id", W&B's "entity/project/id", or an id alone if it is in one project only; in each of
                these a name that only one run has may stand for the id.

        Raises:
            RunNotFoundError: there is no such run, or more than one; the message names those that may be meant.
        """
        if not isinstance(path, str) or not path.strip("/"):
            raise UsageError(f"a run is named by 'project/id', got {path!r}")
        *parents, name = [part for part in path.split("/") if part]
        if parents and parents[-1] == "runs":  # as in the address of a page of W&B
            parents.pop()
        projects = [known for known in listing.project_names(self.root) if not parents or known == parents[-1]]
        folders = [self.root / project / name for project in projects if not name.startswith(".")]
        by_id = [folder for folder in folders if listing.has_run(folder)]
        if len(by_id) == 1:
            return Run(by_id[0], self._shelf)
        if by_id:
            raise RunNotFoundError(f"{path!r} may mean {_listed(by_id)}: give one of these")
        with listing.many_objects():
            states = list(listing.load_states(self._directories(parents[-1] if parents else None)))
        by_name = [state for state in states if state.name == name and not state.deleted]
        if len(by_name) == 1:
            return Run(by_name[0].path, self._shelf, by_name[0])
        if by_name:
            raise RunNotFoundError(f"{path!r} may mean {_listed(state.path for state in by_name)}: give one of these")
        raise RunNotFoundError(f"there is no run {path!r} in {self.root}{_close(name, states)}")

    def flush(self) -> None:
        """Forget what was kept of journals that were read."""
        self._shelf.clear()

    def _directories(self, project: str | None) -> list[Path]:
        """Return the folders that may hold runs of `project`, or of all projects."""
        names = listing.project_names(self.root)
        if project is not None:
            name = project.strip("/").rpartition("/")[2]
            if name not in names:
                close = difflib.get_close_matches(name, names, 3, 0.5)
                hint = f"; did you mean {' or '.join(map(repr, close))}?" if close else ""
                raise RunNotFoundError(f"there is no project {name!r} in {self.root}{hint}")
            names = [name]
        return [directory for name in names for directory in listing.run_directories(self.root / name)]

    def __repr__(self) -> str:
        return f"Api({str(self.root)!r})"


def _listed(directories: Iterable[Path]) -> str:
    names = [f"{directory.parent.name}/{directory.name}" for directory in directories]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def _close(name: str, states: list[RunState]) -> str:
    known = {known: state for state in states for known in (state.id, state.name)}
    close = difflib.get_close_matches(name, known, 3, 0.5)
    shown = dict.fromkeys(f"{known[text].project}/{known[text].id} ({known[text].name})" for text in close)
    return f"; did you mean {' or '.join(shown)}?" if shown else ""
