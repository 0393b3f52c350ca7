"""Tests of media in artifacts: added by name, and got back as the same class."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import trailmark
from artifacts_support import leftovers, log
from trailmark.artifacts.artifact import Artifact
from trailmark.errors import ArtifactError, MediaError
from trailmark.media.histogram import Histogram

PIXELS = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)


def pixels(image: trailmark.Image) -> np.ndarray:
    """Return what is in an image."""
    return np.asarray(image.image)


@pytest.fixture
def draft() -> Artifact:
    """Return an empty draft."""
    return Artifact("x", "dataset")


def test_an_image(draft: Artifact, tmp_path: Path) -> None:
    """An image becomes its record and its file, named by kind and contents, and comes back pixel by pixel."""
    entry = draft.add(trailmark.Image(PIXELS, caption="c"), "sub/im")
    assert entry.path == "sub/im.image.json"
    record = json.loads(Path(entry.local_path()).read_bytes())
    assert record["path"].startswith("media/image/")
    for artifact in (draft, draft.commit(tmp_path / "root", "p")):
        found = artifact.get("sub/im")
        assert isinstance(found, trailmark.Image)
        assert np.array_equal(pixels(found), PIXELS)
        assert found.caption == "c"
    assert sorted(draft.manifest.entries) == [record["path"], "sub/im.image.json"]
    assert draft.get("sub/im.image.json").caption == "c"
    assert leftovers(tmp_path / "root") == []


def test_a_table_with_images(draft: Artifact, tmp_path: Path) -> None:
    """A table comes back with its cells, pictures too, from another root's point of view as well."""
    table = trailmark.Table(columns=["n", "im"], data=[[1, trailmark.Image(PIXELS)], [2, trailmark.Image(PIXELS)]])
    assert draft.add(table, "preds").path == "preds.table.json"
    found = draft.commit(tmp_path / "root", "p").get("preds")
    assert isinstance(found, trailmark.Table)
    assert list(found.get_column("n")) == [1, 2]
    assert np.array_equal(pixels(found.get_column("im")[1]), PIXELS)


def test_other_values(draft: Artifact) -> None:
    """Histograms are values too; brackets do what add and get do."""
    draft["h"] = Histogram([1, 2, 3])
    assert draft["h"] == Histogram([1, 2, 3])
    assert draft["unknown"] is None


@pytest.mark.parametrize("value", [1, "text", [1, 2], None, {"a": 1}])
def test_plain_values_are_refused(draft: Artifact, value: object) -> None:
    """What is no media is an error that says what takes it, and the draft is as it was."""
    with pytest.raises(ArtifactError, match=r"new_file\(\)"):
        draft.add(value, "x")
    assert draft.file_count == 0


def test_nothing_half_added(draft: Artifact, tmp_path: Path) -> None:
    """A value whose second file cannot be stored leaves none of the first."""

    class Broken:
        def record_in(self, folder: object, _home: object) -> dict[str, str]:
            folder.encode("image", "png", lambda file: file.write(b"1"), held_bytes=0)  # type: ignore[attr-defined]
            folder.copy("image", tmp_path / "gone.png")  # type: ignore[attr-defined]
            return {"_type": "image"}

    with pytest.raises(MediaError, match=r"gone\.png"):
        draft.add(Broken(), "x")
    assert draft.file_count == 0


def test_a_name_that_is_taken(draft: Artifact) -> None:
    """Another value of the same name needs overwrite; names are those of files."""
    draft.add(trailmark.Image(PIXELS), "im")
    draft.add(trailmark.Image(PIXELS), "im")
    with pytest.raises(ArtifactError, match="overwrite"):
        draft.add(trailmark.Image(PIXELS + 1), "im")
    draft.add(trailmark.Image(PIXELS + 1), "im", overwrite=True)
    assert np.array_equal(pixels(draft.get("im")), PIXELS + 1)
    with pytest.raises(ArtifactError, match=r"'\.\.'"):
        draft.add(trailmark.Image(PIXELS), "../im")


def test_a_damaged_record(draft: Artifact, tmp_path: Path) -> None:
    """A record that names a file which is not there is an error that names it."""
    with draft.new_file("im.image.json") as file:
        json.dump({"_type": "image", "path": "../../etc/passwd", "format": "png", "width": 1, "height": 1}, file)
    version = draft.commit(tmp_path, "p")
    with pytest.raises(MediaError, match="passwd"):
        version.get("im")


def test_two_values_of_one_name(draft: Artifact) -> None:
    """A name that an image and a histogram have must be given in full."""
    draft.add(trailmark.Image(PIXELS), "v")
    draft.add(Histogram([1]), "v")
    with pytest.raises(ArtifactError, match=r"v\.histogram\.json"):
        draft.get("v")
    assert isinstance(draft.get("v.histogram.json"), Histogram)


def test_json_of_the_user_is_no_value(tmp_path: Path) -> None:
    """Files that are only called as the records of values are give None, whatever is in them."""
    version = log(tmp_path, files={"conf.v1.json": '{"a": 1}', "x.y.json": "no JSON", "l.z.json": "[1]"})
    assert [version.get(name) for name in ("conf", "conf.v1.json", "x", "l")] == [None] * 4
