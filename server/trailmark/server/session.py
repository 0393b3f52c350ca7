"""A sitting of `trailmark ui`: the root, the token, one server for it, and the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trailmark._dashboard import find_dashboard, page_of
from trailmark.api import Api
from trailmark.server.browser import has_display, open_page
from trailmark.server.greeting import greet
from trailmark.server.listen import Place
from trailmark.server.token import keep_token, known_token

if TYPE_CHECKING:
    from pathlib import Path


class Session:
    """What a person who types `trailmark ui` gets.

    Args:
        root: where runs are; None: where the settings say.
        token: whether one is asked for.
        browser: whether the browser is opened, if there is a display.
        shown: the project or the run to open; None: all.

    Raises:
        RunNotFoundError: nothing has the name of `shown`.
    """

    def __init__(
        self, root: Path | None, shown: str | None = None, *, token: bool = True, browser: bool = True
    ) -> None:
        self._api = Api(root)
        self._token = token
        self._browser = browser and has_display()
        self._page = self._page_of(shown)

    def _page_of(self, shown: str | None) -> str:
        """Return the path of the page that shows a project or a run."""
        if shown is None:
            return ""
        if shown in [project.name for project in self._api.projects()]:
            return page_of(shown)
        run = self._api.run(shown)
        return page_of(run.project, run.id)

    def run(self, host: str = "127.0.0.1", port: int | None = None, index: str | None = None) -> None:
        """Serve until Ctrl-C; or only show the way, if another process serves this root already.

        Raises:
            UsageError: the host is none of this machine.
            Error: the port is taken, or the index cannot be used.
        """
        root = self._api.root
        found = find_dashboard(root)
        if found is not None:
            self._show(Place(root, found.url, host, None if found.open else known_token(root)), running=True)
            return
        from trailmark.server.serve import serve  # all of the server: whoever is only shown the way need not wait

        token = keep_token(root) if self._token else None
        serve(root, token, self._show, host=host, port=port, index=index)

    def _show(self, place: Place, *, running: bool = False) -> None:
        projects = self._api.projects()
        runs = sum(project.runs for project in projects)
        address = place.address(self._page)
        greet(place, address, (runs, len(projects)), opened=self._browser, running=running)
        if self._browser:
            open_page(address, place.root / ".index")
