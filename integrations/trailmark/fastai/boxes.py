"""Detected objects: boxes on pictures, with their classes.

fastai keeps a box as left, top, right and bottom, each from -1 to 1 across the picture, and fills a batch up with boxes
of class 0, which is none. What models of detection return is not settled by it: among their outputs, boxes are known by
their shape (items, boxes, 4), and their classes by (items, boxes), or (items, boxes, classes) with a score for each.
Outputs that have no such shapes are left out, and the pictures show the true boxes alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import trailmark
from trailmark.fastai.cells import kinds, pixels, plain

if TYPE_CHECKING:
    import numpy as np

    from trailmark.fastai.sample import Predicted

    Array = np.ndarray[Any, Any]

_NO_CLASS = 0
_CORNERS = 4


def box_rows(one: Predicted, loader: Any, count: int) -> list[tuple[trailmark.Image, trailmark.Image, trailmark.Image]]:
    """Return for each item of a batch its picture, the same with its true boxes, and with the predicted ones."""
    _, _, samples = loader.show_batch(one.batch, show=False, max_n=count)
    true_boxes = next(plain(part) for part in one.batch if "TensorBBox" in kinds(part))
    true_classes = next((plain(part) for part in one.batch if "TensorMultiCategory" in kinds(part)), None)
    boxes, classes = _found(one.decoded)
    labels = _labels(loader)

    def marked(picture: Any, key: str, boxes: Array | None, classes: Array | None, number: int) -> trailmark.Image:
        told = None if classes is None else classes[number]
        data = [] if boxes is None else _box_data(boxes[number], told, labels)
        return trailmark.Image(picture, boxes={key: {"box_data": data, "class_labels": labels}})

    rows = []
    for number, sample in enumerate(samples):
        picture = pixels(sample[0])
        truth = marked(picture, "Ground_Truth", true_boxes, true_classes, number)
        rows.append((trailmark.Image(picture), truth, marked(picture, "Prediction", boxes, classes, number)))
    return rows


def _found(outputs: Any) -> tuple[Array | None, Array | None]:
    """Return the boxes and the classes among the outputs of a model."""
    parts = outputs if isinstance(outputs, (tuple, list)) else (outputs,)
    arrays = [plain(part) for part in parts if hasattr(part, "detach")]
    boxes = next((part for part in arrays if part.ndim == 3 and part.shape[-1] == _CORNERS), None)  # noqa: PLR2004 (axes)
    if boxes is None:
        trailmark.termwarn(
            "the model's predictions have no tensor of boxes (items, boxes, 4): only true boxes are shown", repeat=False
        )
        return None, None
    classes = (part for part in arrays if part is not boxes and part.ndim > 1 and part.shape[:2] == boxes.shape[:2])
    return boxes, next(classes, None)


def _box_data(boxes: Array, classes: Array | None, labels: dict[int, str]) -> list[dict[str, Any]]:
    """Return boxes in the words of `trailmark.Image`, as fractions of the picture."""
    data = []
    for number, corners in enumerate(boxes):
        told = None if classes is None else classes[number]
        class_id = 1 if told is None else int(told.argmax() if told.ndim else told)
        left, top, right, bottom = ((corners + 1) / 2).tolist()
        if class_id == _NO_CLASS or (classes is not None and left == right and top == bottom):
            continue
        box: dict[str, Any] = {
            "position": {"minX": left, "maxX": right, "minY": top, "maxY": bottom},
            "class_id": class_id,
            "box_caption": labels.get(class_id, str(class_id)),
        }
        if told is not None and told.ndim:
            box["scores"] = {"score": float(told.max())}
        data.append(box)
    return data


def _labels(loader: Any) -> dict[int, str]:
    """Return the names of the classes by their numbers; empty if they are not known."""
    vocab = getattr(loader, "vocab", None) or getattr(getattr(loader, "dataset", None), "vocab", None) or ()
    if vocab and not isinstance(vocab[0], str) and hasattr(vocab[0], "__len__"):
        vocab = vocab[-1]  # one for each target
    return {number: str(name) for number, name in enumerate(vocab)}
