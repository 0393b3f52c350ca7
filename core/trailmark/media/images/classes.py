"""`Classes`: what the numbers in masks and boxes stand for.

Kept as a JSON file, ``[{"id": 0, "name": "cat"}, …]``, once for all images that have the same classes.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError
from trailmark.media.media import StoredFile
from trailmark.media.source import read_json

if TYPE_CHECKING:
    from trailmark.media.media import Folder

_KIND = "classes"


class Classes:
    """The names of class ids.

    Args:
        class_set: ``[{"id": 0, "name": "cat"}, …]``, as W&B has it; also ``{0: "cat", …}``, or names alone, whose
            ids are 0, 1, ….

    Attributes:
        class_set: one mapping for each class, with its "id", its "name", and what else was given.
        labels: the name of each id.

    Raises:
        MediaError: an id is no integer, or has two names.
    """

    def __init__(self, class_set: Sequence[Mapping[str, Any] | str] | Mapping[int, str]) -> None:
        if isinstance(class_set, Mapping):
            entries: list[Any] = [{"id": number, "name": name} for number, name in class_set.items()]
        elif isinstance(class_set, Sequence) and not isinstance(class_set, (str, bytes)):
            entries = [{"id": n, "name": item} if isinstance(item, str) else item for n, item in enumerate(class_set)]
        else:
            raise MediaError(
                f"classes are given as [{{'id': 0, 'name': 'cat'}}, …] or {{0: 'cat', …}}, got {class_set!r:.80}"
            )
        self.class_set: list[dict[str, Any]] = [_entry(entry) for entry in entries]
        self.labels: dict[int, str] = {}
        for entry in self.class_set:
            if self.labels.setdefault(entry["id"], entry["name"]) != entry["name"]:
                raise MediaError(
                    f"the class {entry['id']} has two names, {self.labels[entry['id']]!r} and {entry['name']!r}"
                )
        self._data = json.dumps(self.class_set, ensure_ascii=False, default=str).encode("utf-8", "replace")

    def store(self, folder: Folder) -> str:
        """Put the classes into `folder`, where those that are equal lie once, and return their path."""
        return folder.share(_KIND, "json", self._data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Classes) and self.class_set == other.class_set

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self.class_set)

    def __repr__(self) -> str:
        return f"Classes({self.class_set!r})"


def classes_of(value: Any) -> Classes | StoredFile | None:
    """Return what was given as classes or class labels, or where they lie; None for None and for no classes at all.

    Raises:
        MediaError: these are no classes.
    """
    classes = value if value is None or isinstance(value, (Classes, StoredFile)) else Classes(value)
    return classes or None


def read_classes(stored: Classes | StoredFile | None) -> Classes | None:
    """Return classes that may still lie in a file.

    Raises:
        MediaError: the file is not there, or damaged.
    """
    if stored is None or isinstance(stored, Classes):
        return stored
    try:
        return Classes(read_json(stored.check(), "classes"))
    except MediaError as error:
        raise MediaError(f"the classes in {stored.name} cannot be read: {error}") from error


def class_id(value: Any, what: str) -> int:
    """Return the id of a class as an int; text of digits is one, as JSON has no other keys.

    Raises:
        MediaError: it is no integer.
    """
    try:
        return int(value) if isinstance(value, str) else operator.index(value)
    except (TypeError, ValueError):
        raise MediaError(f"{what} must be an integer, got {value!r:.80}") from None


def _entry(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, Mapping) or "id" not in entry or "name" not in entry:
        raise MediaError(f"a class is given as {{'id': 0, 'name': 'cat'}}, got {entry!r:.80}")
    return {**entry, "id": class_id(entry["id"], "the id of a class"), "name": str(entry["name"])}
