"""`trailmark.config` and `trailmark.summary` while there is no run: they are those of the run to come.

So that ``from trailmark import config`` works at the top of a module; any use before `init` raises `NoRunError`.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

from trailmark._run.current import current


class Following(MutableMapping[str, Any]):
    """The config or the summary of the current run, whichever that is at each use.

    Raises:
        NoRunError: there is none.
    """

    def __init__(self, name: str) -> None:
        vars(self)["_name"] = name

    def _followed(self) -> Any:
        if self._name == "config" and current.run is None and current.early_config is not None:
            return current.early_config
        return getattr(current.need(f"trailmark.{self._name}"), self._name)

    def __getitem__(self, key: str) -> Any:
        return self._followed()[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._followed()[key] = value

    def __delitem__(self, key: str) -> None:
        del self._followed()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._followed())

    def __len__(self) -> int:
        return len(self._followed())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what Python and its tools ask of any object
            raise AttributeError(name)
        return getattr(self._followed(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._followed(), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._followed(), name)

    def update(self, *arguments: Any, **values: Any) -> None:
        """Update what is followed."""
        self._followed().update(*arguments, **values)

    def __reduce__(self) -> tuple[Any, ...]:
        return Following, (self._name,)

    def __repr__(self) -> str:
        return f"<trailmark.{self._name} of the current run>"
