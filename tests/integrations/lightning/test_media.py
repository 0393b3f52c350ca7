"""Tables, images and sounds by the methods that Lightning's logger for W&B has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from trailmark.lightning import WandbLogger

if TYPE_CHECKING:
    from collections.abc import Callable


def test_images_with_captions_are_at_their_step(stored: Callable[..., Any]) -> None:
    """A list of images of several kinds is one value, with an item of each further list for each of them."""
    logger = WandbLogger()
    images = [np.zeros((4, 5)), torch.rand(3, 4, 5), np.zeros((4, 5, 3), np.uint8)]
    logger.log_image("images", images, step=3, caption=["a", "b", "c"])
    run = stored()
    (row,) = run.history(["images"], format="rows")
    assert row["_step"] == 3
    assert [image.caption for image in row["images"]] == ["a", "b", "c"]


def test_tables_are_given_by_columns_or_frames(stored: Callable[..., Any]) -> None:
    """`log_table` and `log_text` take columns and rows, or a data frame."""
    pandas = pytest.importorskip("pandas", exc_type=ImportError)
    logger = WandbLogger()
    logger.log_table("table", columns=["x", "y"], data=[[1, 2.0], [3, 4.0]])
    logger.log_table("frame", dataframe=pandas.DataFrame({"x": [1, 2]}))
    logger.log_text("text", columns=["said"], data=[["hello"]])
    rows = {}
    for row in stored().history(["table", "frame", "text"], format="rows"):
        rows.update({key: value for key, value in row.items() if value is not None})
    assert rows["table"].data == [[1, 2.0], [3, 4.0]]
    assert rows["frame"].columns == ["x"]
    assert rows["text"].data == [["hello"]]


def test_sounds_are_given_with_their_rates(stored: Callable[..., Any]) -> None:
    """`log_audio` takes arrays, each with its sample rate."""
    WandbLogger().log_audio("sounds", [np.zeros(80, np.float32)], sample_rate=[8000])
    assert "sounds" in set(stored().keys())


@pytest.mark.parametrize("method", ["log_image", "log_audio", "log_video"])
def test_wrong_calls_raise_as_lightnings_own(method: str) -> None:
    """What is no list is a TypeError, and a list of another length a ValueError."""
    log = getattr(WandbLogger(), method)
    with pytest.raises(TypeError, match="is a list, got ndarray"):
        log("key", np.zeros((4, 4)))
    with pytest.raises(ValueError, match="caption has an item for each of the 2"):
        log("key", [np.zeros((4, 4)), np.zeros((4, 4))], caption=["one"])
