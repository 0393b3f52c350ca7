"""Boxes on images."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from media_support import PlainFolder
from trailmark.errors import MediaError
from trailmark.media.images.boxes import Boxes, boxes_of
from trailmark.media.images.classes import Classes

if TYPE_CHECKING:
    from pathlib import Path

CORNERS = {"position": {"minX": 0.1, "maxX": 0.2, "minY": 0.3, "maxY": 0.4}, "class_id": 2}
CENTRE: dict[str, Any] = {
    "position": {"middle": [150, 20], "width": 68, "height": 112.5},
    "domain": "pixel",
    "class_id": 0,
    "scores": {"confidence": 0.9, "iou": 1},
    "box_caption": "a cat (90 %) é",
}


def _box(**changes: Any) -> dict[str, Any]:
    return {**CORNERS, **changes}


def _at(**changes: Any) -> dict[str, Any]:
    return {**CORNERS, "position": {**CORNERS["position"], **changes}}  # type: ignore[dict-item]


def _again(boxes: Boxes, folder: PlainFolder) -> Boxes:
    return Boxes.from_record(boxes.store(folder), folder)


def test_boxes_come_back(tmp_path: Path) -> None:
    """All that W&B's boxes hold comes back in the same words."""
    boxes = Boxes([CORNERS, CENTRE], {0: "cat", 2: "dog"})
    again = _again(boxes, PlainFolder(tmp_path))
    assert again.box_data == [CORNERS, CENTRE]
    assert again.class_labels == {0: "cat", 2: "dog"}
    assert again == boxes
    assert _again(again, PlainFolder(tmp_path / "other")) == boxes
    assert again != Boxes([CORNERS], {0: "cat", 2: "dog"})
    assert again != Boxes([CORNERS, CENTRE])


def test_the_record_counts(tmp_path: Path) -> None:
    """A record tells how many boxes there are without its file being read."""
    folder = PlainFolder(tmp_path)
    record = Boxes([CORNERS, CENTRE]).store(folder)
    assert record["count"] == 2
    assert "classes" not in record
    assert json.loads((tmp_path / record["path"]).read_bytes()) == {"box_data": [CORNERS, CENTRE]}


def test_no_boxes(tmp_path: Path) -> None:
    """An image on which nothing was found has a set without boxes."""
    assert _again(Boxes([]), PlainFolder(tmp_path)).box_data == []


def test_numbers_of_numpy() -> None:
    """Arrays and scalars become Python's numbers."""
    position = {"middle": np.array([0.5, 0.25], np.float32), "width": np.float64(0.5), "height": np.array(0.125)}
    boxes = Boxes([{"position": position, "class_id": np.int64(3), "scores": {"s": np.float32(0.5)}}])
    (box,) = boxes.box_data
    assert box == {
        "position": {"middle": [0.5, 0.25], "width": 0.5, "height": 0.125},
        "class_id": 3,
        "scores": {"s": 0.5},
    }
    json.dumps(box)


def test_not_numbers_are_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """NaN and infinities of a diverged model come back, are warned of once, and are JSON for any reader."""
    strange = [_at(minX=math.nan), _at(maxX=math.inf), _box(scores={"a": math.nan, "b": -math.inf})]
    folder = PlainFolder(tmp_path)
    boxes = Boxes(strange)
    record = boxes.store(folder)
    json.loads((tmp_path / record["path"]).read_bytes(), parse_constant=pytest.fail)
    again = Boxes.from_record(record, folder)
    assert math.isnan(again.box_data[0]["position"]["minX"])
    assert again.box_data[1]["position"]["maxX"] == math.inf
    assert again.box_data[2]["scores"]["b"] == -math.inf
    assert again == boxes
    assert capsys.readouterr().err.count("no finite numbers") == 1


def test_boxes_over_the_edge_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    """A prediction that reaches over the edge is nothing to warn of."""
    assert Boxes([_at(minX=-0.1), _at(maxY=1.05)]).box_data[0]["position"]["minX"] == -0.1
    assert capsys.readouterr().err == ""


def test_pixels_without_domain_are_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    """Fractions far outside are most likely pixels, which the warning says how to tell."""
    Boxes([{**CENTRE, "domain": None}])
    assert "add 'domain': 'pixel'" in capsys.readouterr().err
    Boxes([CENTRE])
    assert capsys.readouterr().err == ""


def test_ends_before_beginnings_are_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    """A box whose corners are exchanged is kept, and warned of once."""
    exchanged = _at(minX=0.9)
    assert Boxes([exchanged, _at(minY=0.9)]).box_data[0] == exchanged
    told = capsys.readouterr().err
    assert told.count("before their beginning") == 1
    assert "box 0" in told


@pytest.mark.parametrize(
    ("box", "told"),
    [
        ("box", "must have a 'position'"),
        ({"position": CORNERS["position"]}, "'class_id'"),
        ({"class_id": 1}, "'position'"),
        (_box(class_id=1.5), "class_id of box 1 must be an integer"),
        (_box(position=[1, 2, 3, 4]), "position of box 1"),
        (_box(position={"minX": 1}), "position of box 1"),
        (_at(minX="left"), "minX of box 1 must be a number, got 'left'"),
        (_at(minX=True), "minX of box 1 must be a number"),
        (_box(position={"middle": [1, 2, 3], "width": 1, "height": 1}), "middle of box 1 must be"),
        (_box(position={"middle": "ab", "width": 1, "height": 1}), "middle of box 1 must be"),
        (_box(domain="percent"), "domain 'percent'"),
        (_box(scores=[0.5]), "scores of box 1"),
        (_box(scores={"s": None}), "score 's' of box 1"),
        (_box(score=0.5), r"unknown fields \['score'\]"),
    ],
)
def test_what_is_no_box_is_refused(box: Any, told: str) -> None:
    """A box with something else in it is an error that names the box and the field."""
    with pytest.raises(MediaError, match=told):
        Boxes([CORNERS, box])


@pytest.mark.parametrize("given", [None, 5, "boxes", CORNERS])
def test_box_data_is_a_list(given: Any) -> None:
    """Anything but a list of boxes is an error."""
    with pytest.raises(MediaError, match="must be a list"):
        Boxes(given)


def test_sets_keep_their_own_labels() -> None:
    """Several sets have their own names of ids, and the image's where they have none."""
    sets = boxes_of(
        {
            "own": {"box_data": [CORNERS], "class_labels": {2: "mouse"}},
            "other": {"box_data": [CORNERS], "class_labels": {2: "horse"}},
            "image's": {"box_data": []},
            "made": Boxes([CENTRE]),
        },
        Classes({2: "dog"}),
    )
    assert [boxes.class_labels for boxes in sets.values()] == [{2: "mouse"}, {2: "horse"}, {2: "dog"}, {}]
    assert boxes_of(None, None) == {}


@pytest.mark.parametrize("given", [[CORNERS], {"k": [CORNERS]}, {"k": {}}, {"k": {"box_data": [], "labels": {}}}])
def test_other_forms_are_refused(given: Any) -> None:
    """Boxes that are no sets by their keys are an error; one in a set names the key."""
    with pytest.raises(MediaError, match=r"boxes are given as|the boxes 'k'"):
        boxes_of(given, None)


def test_faults_name_the_set() -> None:
    """An error tells in which set the box is."""
    with pytest.raises(MediaError, match="the boxes 'predictions': the class_id of box 0"):
        boxes_of({"predictions": {"box_data": [_box(class_id="cat")]}}, None)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"box_data": [1]}'])
def test_damaged_files_are_told(tmp_path: Path, text: str) -> None:
    """A file that holds something else is an error that names it."""
    folder = PlainFolder(tmp_path)
    record = Boxes([CORNERS]).store(folder)
    (tmp_path / record["path"]).write_text(text, encoding="utf-8")
    with pytest.raises(MediaError, match=record["path"]):
        len(Boxes.from_record(record, folder))
