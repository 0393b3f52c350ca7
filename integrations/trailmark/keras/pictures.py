"""Pictures of samples: what went into the model, what came out, and what should have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import trailmark
from trailmark.errors import UsageError
from trailmark.keras.samples import parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trailmark.keras.samples import Samples

INPUTS = ("image", "images", "segmentation_mask", "auto")
OUTPUTS = ("image", "images", "segmentation_mask", "label", "auto")
_CHANNELS = (1, 3, 4)
_MAX_BYTE = 255


class Pictures:
    """Draws samples by what the inputs and outputs of the model are.

    Args:
        input_type: "image" (height, width[, channels]), "images" (several such a sample), "segmentation_mask", or
            "auto" to go by the shape; None for inputs that are not drawn.
        output_type: the same, or "label".
        labels: the names of the classes.
        class_colors: a colour a class, each (red, green, blue) of 0 … 1, for masks that are drawn as pictures.

    Raises:
        UsageError: a type is none of these.
    """

    def __init__(
        self,
        input_type: str | None = None,
        output_type: str | None = None,
        labels: Sequence[str] | None = None,
        class_colors: Sequence[Sequence[float]] | None = None,
    ) -> None:
        for name, given, known in (("input_type", input_type, INPUTS), ("output_type", output_type, OUTPUTS)):
            if given is not None and given not in known:
                raise UsageError(f"{name} is one of {', '.join(known)}, or None, got {given!r}")
        self.input_type = input_type
        self.output_type = output_type
        self.labels = list(labels or [])
        self.class_colors = class_colors

    def __bool__(self) -> bool:
        """Whether anything is to be drawn."""
        return self.input_type is not None or self.output_type is not None

    def draw(self, samples: Samples, predictions: Any) -> list[trailmark.Image]:
        """Return the pictures of all samples one after the other; those of one sample are grouped."""
        inputs = parts(samples.inputs)[0][1]
        outputs = parts(predictions)[0][1]
        targets = None if samples.targets is None else parts(samples.targets)[0][1]
        drawn_in = _input_kind(inputs) if self.input_type == "auto" else self.input_type
        drawn_out = self._output_kind(outputs) if self.output_type == "auto" else self.output_type
        found = []
        for number in range(len(inputs)):
            target = None if targets is None else targets[number]
            group = self._sample(drawn_in, drawn_out, inputs, outputs[number], target, number)
            if len(group) > 1:
                group[0].grouping = len(group)
            found += group
        return found

    def _sample(
        self, drawn_in: str | None, drawn_out: str | None, inputs: Any, output: Any, target: Any, number: int
    ) -> list[trailmark.Image]:
        outcome = {"prediction": output} if target is None else {"prediction": output, "ground truth": target}
        if drawn_out == "segmentation_mask" and drawn_in == "image" and self.class_colors is None:
            masks = {name: self._mask(values) for name, values in outcome.items()}
            return [trailmark.Image(_pixels(inputs, inputs[number]), masks=masks, normalize=_range(inputs))]
        caption = None
        if drawn_out == "label":
            caption = ", truth: ".join(self.label(values) for values in outcome.values())
        group = [
            trailmark.Image(*drawn[:1], **drawn[1]) for drawn in self._drawn(drawn_in, inputs, inputs[number], caption)
        ]
        if drawn_out not in (None, "label"):
            for name, values in outcome.items():
                group += [
                    trailmark.Image(*drawn[:1], **drawn[1])
                    for drawn in self._drawn(drawn_out, values[None], values, name)
                ]
        return group

    def _drawn(
        self, kind: str | None, batch: Any, values: Any, caption: str | None
    ) -> Iterator[tuple[Any, dict[str, Any]]]:
        """Yield pixels, and what else an image of them is made with."""
        if kind == "segmentation_mask":
            yield self._coloured(_ids(values)), {"caption": caption}
        elif kind == "images":
            for one in values:
                yield _pixels(values, one), {"caption": caption, "normalize": _range(batch)}
        elif kind == "image":
            yield _pixels(batch, values), {"caption": caption, "normalize": _range(batch)}

    def _mask(self, values: Any) -> dict[str, Any]:
        names = dict(enumerate(self.labels))
        return {"mask_data": _ids(values), **({"class_labels": names} if names else {})}

    def _coloured(self, ids: Any) -> Any:
        """Return the picture of a mask: in the classes' colours, else in shades of gray."""
        import numpy as np

        count = max(int(ids.max()) + 1, 2)
        gray = np.linspace(0, 1, count)[:, None].repeat(3, axis=1)
        colors = gray if self.class_colors is None else np.asarray(self.class_colors, dtype=float)
        return (np.clip(colors[ids], 0, 1) * _MAX_BYTE).astype(np.uint8)

    def label(self, values: Any) -> str:
        """Return the name of the class of one sample: of scores a class, one score of two classes, or a number."""
        number = class_of(values)
        return self.labels[number] if 0 <= number < len(self.labels) else str(number)

    def _output_kind(self, outputs: Any) -> str | None:
        if outputs.ndim <= 2:  # noqa: PLR2004 (samples and classes)
            return "label"
        return "image" if outputs.shape[-1] in _CHANNELS and outputs.dtype.kind == "f" else "segmentation_mask"


def class_of(values: Any) -> int:
    """Return the class of one sample: the largest of several scores, whether one score is above 0.5, or the number."""
    import numpy as np

    values = np.asarray(values)
    if values.size > 1:
        return int(values.argmax())
    number = values.item()
    return int(number > 0.5) if isinstance(number, float) and 0 < number < 1 else int(number)  # noqa: PLR2004


def is_picture(batch: Any) -> bool:
    """Whether an array of samples looks like pictures: (samples, height, width[, channels])."""
    if batch.dtype.kind not in "uifb" or min(batch.shape[1:3], default=0) < 2:  # noqa: PLR2004 (no line of pixels)
        return False
    return batch.ndim == 3 or (batch.ndim == 4 and (batch.shape[-1] in _CHANNELS or batch.shape[1] in _CHANNELS))  # noqa: PLR2004


def picture(batch: Any, values: Any) -> trailmark.Image:
    """Return the picture of one sample of a batch."""
    return trailmark.Image(_pixels(batch, values), normalize=_range(batch))


def _input_kind(inputs: Any) -> str | None:
    return "image" if is_picture(inputs) else None


def _pixels(batch: Any, values: Any) -> Any:
    """Return an array with the channels last, and with one channel of those that are neither gray nor colours."""
    import numpy as np

    values = np.asarray(values)
    if values.ndim == 3 and values.shape[-1] not in _CHANNELS and values.shape[0] in _CHANNELS:  # noqa: PLR2004
        values = np.moveaxis(values, 0, -1)
    if values.ndim == 3 and values.shape[-1] not in (*_CHANNELS, 2):  # noqa: PLR2004
        values = values[..., :1]
    if values.dtype.kind in "iu" and values.dtype != np.uint8 and _range(batch) is None:
        values = values.astype(np.uint8)
    return values.astype(np.float32) if values.dtype.kind == "f" else values


def _range(batch: Any) -> Any:
    """Return what black and full are in the pictures of a batch, for `Image`: the usual ranges, else its own."""
    low, high = batch.min(), batch.max()
    if batch.dtype.kind in "bu" and high <= _MAX_BYTE:
        return None
    if low >= 0 and high <= (1 if batch.dtype.kind == "f" else _MAX_BYTE):
        return None
    if low >= 0 and high <= _MAX_BYTE:
        return False
    if low >= -1 and high <= 1:
        return (-1.0, 1.0)
    return (float(low), float(high))


def _ids(values: Any) -> Any:
    """Return the class of each pixel of a mask: of ids, of scores a class (channels last), or of one score."""
    import numpy as np

    values = np.asarray(values)
    if values.ndim == 3:  # noqa: PLR2004
        values = values.argmax(axis=-1) if values.shape[-1] > 1 else values[..., 0]
    return (values > 0.5 if values.dtype.kind == "f" and values.max() <= 1 else values).astype(np.uint16)  # noqa: PLR2004
