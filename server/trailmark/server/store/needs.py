"""Needs: which values of runs a query looks at, found by letting its fields look at a run that takes notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trailmark.journal.runstate import RunState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trailmark.api.fields import Field

NOWHERE = Path()  # the path of a state that was not read from a folder


class Needs:
    """What of runs some fields look at.

    Attributes:
        config: keys of the config; None for all.
        summary: likewise of the summary.
        environment: whether the environment is looked at.
    """

    def __init__(self, looked_at: Iterable[Field]) -> None:
        config, summary, environment = _Asked(), _Asked(), _Asked()
        run: Any = RunState(id="", project="", path=NOWHERE, state="")
        run.config, run.summary, run.environment = config, summary, environment
        for field in looked_at:
            found = field.get(run)
            if isinstance(found, _Asked):
                found.keys_asked = None  # it is handed on whole
        self.config = config.keys_asked
        self.summary = summary.keys_asked
        self.environment = environment.keys_asked is None or bool(environment.keys_asked)


class _Asked(Mapping[str, Any]):
    """A mapping that holds nothing, and notes what it is asked for."""

    def __init__(self) -> None:
        self.keys_asked: set[str] | None = set()

    def __contains__(self, key: object) -> bool:
        if self.keys_asked is not None and isinstance(key, str):
            self.keys_asked.add(key)
        return False

    def __getitem__(self, key: str) -> Any:
        if key not in self:  # which notes it
            raise KeyError(key)

    def get(self, key: str, default: Any = None) -> Any:
        """Return `default`."""
        return default if key not in self else None

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def mentioned(query: Any) -> Iterator[str]:
    """Yield the fields that a filter mentions."""
    if isinstance(query, Mapping):
        for name, part in query.items():
            if not name.startswith("$"):
                yield name
            else:
                yield from mentioned(part)
    elif isinstance(query, (list, tuple)):
        for part in query:
            yield from mentioned(part)
