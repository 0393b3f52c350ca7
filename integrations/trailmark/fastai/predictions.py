"""What is logged of predictions, for each kind of task.

A task is known by the names of the classes of its inputs and targets, so that nothing of fastai has to be imported for
it, and classes derived from them are known as well. What no task fits is shown item by item, as well as it goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import trailmark
from trailmark.fastai.boxes import box_rows
from trailmark.fastai.cells import cell, is_picture, kinds, pixels, plain, with_points

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from trailmark.fastai.sample import Predicted

TABLE = "Prediction_Samples"
_PICTURE_COLUMNS = ("Input image", "Ground_Truth", "Predictions")
_MASK_COLUMNS = ("Input Image", "Ground_Truth", "Predictions")
_TEXT_COLUMNS = ("Text", "Target", "Prediction")


class Item(NamedTuple):
    """An item with what it is and what was predicted, as fastai decodes them to be shown."""

    inputs: tuple[Any, ...]
    targets: tuple[Any, ...]
    outputs: tuple[Any, ...]
    classes: int  # that the model tells apart; 0 if that cannot be told

    @property
    def output(self) -> Any:
        """What was predicted; a tuple of one is that one."""
        return self.outputs[0] if len(self.outputs) == 1 else self.outputs


class Task(NamedTuple):
    """How items are shown whose first input and first target are of these classes ("" is any).

    Without columns they are lists of images, else the rows of a table.
    """

    x: str
    y: str
    columns: tuple[str, ...]
    row: Callable[[Item], tuple[Any, ...]]


def _category_row(item: Item) -> tuple[Any, ...]:
    return trailmark.Image(pixels(item.inputs[0])), cell(item.targets[0]), cell(item.output)


def _mask_row(item: Item) -> tuple[Any, ...]:
    picture, target = pixels(item.inputs[0]), item.targets[0]
    codes = getattr(item.outputs[0], "codes", None)
    codes = getattr(target, "codes", None) if codes is None else codes
    names = range(item.classes) if codes is None else codes
    labels = {number: str(name) for number, name in enumerate(names)}

    def marked(key: str, mask: Any) -> trailmark.Image:
        return trailmark.Image(picture, masks={key: {"mask_data": plain(mask), "class_labels": labels}})

    return trailmark.Image(picture), marked("Ground_Truth", target), marked("Prediction", item.outputs[0])


def _point_row(item: Item) -> tuple[Any, ...]:
    picture = item.inputs[0]
    return picture, with_points(picture, item.outputs[0]), with_points(picture, item.targets[0])


def _picture_row(item: Item) -> tuple[Any, ...]:
    """Return input, prediction and truth; what is no picture stands below the input."""
    return item.inputs[0], item.output, item.targets[0] if len(item.targets) == 1 else item.targets


def _text_row(item: Item) -> tuple[Any, ...]:
    return str(item.inputs[0]), cell(item.targets[0]), cell(item.output)


# The first that fits counts.
TASKS = (
    Task("TensorImageBase", "TensorMask", _MASK_COLUMNS, _mask_row),
    Task("TensorImageBase", "TensorPoint", (), _point_row),
    Task("TensorImageBase", "TensorCategory", _PICTURE_COLUMNS, _category_row),
    Task("TensorImageBase", "TensorMultiCategory", _PICTURE_COLUMNS, _category_row),
    Task("TensorImageBase", "", (), _picture_row),
    Task("TensorText", "", _TEXT_COLUMNS, _text_row),
    Task("InvisibleTensor", "TensorImageBase", (), _picture_row),
)


def shown(predicted: Iterable[Predicted], loader: Any, count: int) -> dict[str, Any]:
    """Return what to log of predictions: at most `count` items of what `loader` gave."""
    items: list[Item] = []
    rows: list[tuple[Any, ...]] = []
    frames: list[Any] = []
    task: Task | None = None
    for one in predicted:
        left = count - max(len(items), len(rows))
        found = _kinds_of(one, loader)
        if "TensorBBox" in found[1]:
            rows += box_rows(one, loader, left)
            continue
        task = task or next((known for known in TASKS if _fits(known, found)), None)
        try:
            x, y, samples, outputs = loader.show_results(one.batch, one.decoded, show=False, max_n=left)
        except Exception:  # noqa: BLE001 (fastai has no way to show these, or they are not fastai's at all)
            items += _raw_items(one, loader, left)
            task = task if items and is_picture(items[0].inputs[0]) else None
            continue
        if samples is None:
            frames.append(_frame(x, y))
        else:
            items += _decoded_items(one, loader, samples, outputs)
    if frames:
        return {TABLE: trailmark.Table(dataframe=_joined(frames, count))}
    if rows:
        return {TABLE: trailmark.Table(columns=list(_MASK_COLUMNS), data=rows)}
    return _presented(task, items[:count])


def _fits(task: Task, found: tuple[set[str], set[str]]) -> bool:
    return all(not name or name in names for name, names in zip((task.x, task.y), found, strict=True))


def _presented(task: Task | None, items: list[Item]) -> dict[str, Any]:
    if not items:
        return {}
    if task is None:
        return {TABLE: _generic_table(items)}
    rows = [task.row(item) for item in items]
    if task.columns:
        return {TABLE: trailmark.Table(columns=list(task.columns), data=rows)}
    return {
        "Inputs": [_captioned(row[0], row[0], "Input_data") for row in rows],
        "Predictions": [_captioned(row[1], row[0], "Prediction") for row in rows],
        "Ground_Truth": [_captioned(row[2], row[0], "Ground_Truth") for row in rows],
    }


def _captioned(value: Any, below: Any, caption: str) -> trailmark.Image:
    """Return the picture; what is none becomes the caption of the picture that it belongs to."""
    if isinstance(value, trailmark.Image):
        return trailmark.Image(value, caption=caption)
    if is_picture(value):
        return trailmark.Image(pixels(value), caption=caption)
    if is_picture(below):
        return trailmark.Image(pixels(below), caption=f"{caption}: {cell(value)}")
    import numpy as np

    return trailmark.Image(np.zeros((1, 1), np.uint8), caption=f"{caption}: {cell(value)}")


def _generic_table(items: list[Item]) -> trailmark.Table:
    """Return a column for each input, each target and each output."""
    groups = (("Input", items[0].inputs), ("Ground_Truth", items[0].targets), ("Predictions", items[0].outputs))
    columns = [f"{name} {n}" if n > 1 else name for name, parts in groups for n in range(1, len(parts) + 1)]
    rows = [[cell(part) for parts in item[:3] for part in parts] for item in items]
    return trailmark.Table(
        columns=columns, data=[row for row in rows if len(row) == len(columns)], allow_mixed_types=True
    )


def _kinds_of(one: Predicted, loader: Any) -> tuple[set[str], set[str]]:
    """Return the classes of the first input of a batch, and those of all its targets."""
    inputs, targets = _parts(one.batch, loader)
    return kinds(inputs[0]) if inputs else set(), set().union(*map(kinds, targets))


def _parts(parts: Any, loader: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    count = getattr(loader, "n_inp", None) or max(1, len(parts) - 1)
    return tuple(parts[:count]), tuple(parts[count:])


def _decoded_items(one: Predicted, loader: Any, samples: Any, outputs: Any) -> list[Item]:
    shape: tuple[int, ...] = getattr(one.preds, "shape", ())
    classes = int(shape[1]) if len(shape) > 1 else 0
    return [
        Item(*_parts(sample, loader), tuple(output), classes)
        for sample, output in zip(samples, outputs, strict=False)  # of the same batch
    ]


def _raw_items(one: Predicted, loader: Any, count: int) -> list[Item]:
    """Return items as they are in the batch, where fastai cannot decode them."""
    inputs, targets = _parts(one.batch, loader)
    outputs = one.decoded if isinstance(one.decoded, (tuple, list)) else (one.decoded,)
    length = min([count, *(len(part) for part in (*inputs, *outputs) if getattr(part, "ndim", 0))])
    return [Item(_item(inputs, n), _item(targets, n), _item(outputs, n), 0) for n in range(length)]


def _item(parts: Iterable[Any], n: int) -> tuple[Any, ...]:
    return tuple(part[n] for part in parts)


def _frame(truth: Any, predicted: Any) -> Any:
    """Return the rows of a table of fastai as they were before its transforms, with a column for each prediction."""
    try:
        frame, guesses = truth.decode().all_cols.copy(), predicted.decode()
    except Exception:  # noqa: BLE001 (transforms of the user's own may not be reversible)
        frame, guesses = truth.all_cols.copy(), predicted
    for name in truth.y_names:
        frame[f"{name}_pred"] = guesses[name].to_numpy()
    return frame


def _joined(frames: list[Any], count: int) -> Any:
    import pandas as pd

    frame = pd.concat(frames)[:count]
    for name in frame.columns[frame.dtypes == "category"]:
        frame[name] = frame[name].astype(object)
    return frame
