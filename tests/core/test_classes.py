"""The names of class ids."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from media_support import PlainFolder
from trailmark.errors import MediaError
from trailmark.media.images.classes import Classes, class_id, classes_of, read_classes
from trailmark.media.media import StoredFile

if TYPE_CHECKING:
    from pathlib import Path

ANIMALS = [{"id": 0, "name": "cat"}, {"id": 7, "name": "dog"}]


@pytest.mark.parametrize(
    "given", [ANIMALS, {0: "cat", 7: "dog"}, {"0": "cat", "7": "dog"}, {np.int64(0): "cat", 7: "dog"}]
)
def test_forms(given: Any) -> None:
    """Classes are given as W&B has them, or as names by their ids."""
    classes = Classes(given)
    assert classes.class_set == ANIMALS
    assert classes.labels == {0: "cat", 7: "dog"}
    assert len(classes) == 2


def test_names_alone() -> None:
    """Names without ids are numbered from 0."""
    assert Classes(["cat", "dog"]).labels == {0: "cat", 1: "dog"}


def test_other_fields_are_kept(tmp_path: Path) -> None:
    """A class may have more than an id and a name."""
    folder = PlainFolder(tmp_path)
    classes = Classes([{"id": 1, "name": "cat", "color": "#ff0000"}])
    assert read_classes(folder.file(classes.store(folder))) == classes


@pytest.mark.parametrize(
    "given", ["cat", 5, [1], [{"id": 1}], [{"name": "x"}], [{"id": "x", "name": "x"}], {1.5: "cat"}]
)
def test_what_is_no_class_is_refused(given: Any) -> None:
    """What has no id or no name is an error."""
    with pytest.raises(MediaError):
        Classes(given)


def test_ids_have_one_name() -> None:
    """An id with two names is an error that tells both, with one name twice it is not."""
    with pytest.raises(MediaError, match="the class 1 has two names, 'cat' and 'dog'"):
        Classes([{"id": 1, "name": "cat"}, {"id": 1, "name": "dog"}])
    assert Classes([{"id": 1, "name": "cat"}, {"id": 1, "name": "cat"}]).labels == {1: "cat"}


def test_equal_classes_share_a_file(tmp_path: Path) -> None:
    """Two objects with the same classes lie in one file, of plain JSON."""
    folder = PlainFolder(tmp_path)
    paths = {Classes(ANIMALS).store(folder), Classes({0: "cat", 7: "dog"}).store(folder)}
    assert len(paths) == 1
    assert json.loads((tmp_path / paths.pop()).read_bytes()) == ANIMALS


def test_none_are_none() -> None:
    """No classes, and an empty set of them, are None."""
    assert classes_of(None) is None
    assert classes_of({}) is None
    assert classes_of([]) is None
    assert read_classes(None) is None


def test_damaged_files_are_told(tmp_path: Path) -> None:
    """A file that is missing, or holds something else, is an error that names it."""
    path = tmp_path / "classes.json"
    with pytest.raises(MediaError, match=r"c\.json"):
        read_classes(StoredFile(path, "c.json"))
    for text in ("[", "5", '[{"id": 1}]'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(MediaError, match=r"c\.json"):
            read_classes(StoredFile(path, "c.json"))


def test_ids() -> None:
    """Integers of all kinds are ids, and text of digits; anything else is an error that tells what it was for."""
    assert [class_id(value, "it") for value in (3, np.uint8(3), "3")] == [3, 3, 3]
    with pytest.raises(MediaError, match=r"it must be an integer, got 3\.5"):
        class_id(3.5, "it")
