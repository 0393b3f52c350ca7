"""The table of an evaluation: a row a sample, with its input, its target and what the model says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import trailmark
from trailmark.keras.pictures import class_of, is_picture, picture
from trailmark.keras.samples import parts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from trailmark.keras.samples import Samples

    Processor = Callable[[int, dict[str, Any]], Mapping[str, Any]]

_MAX_CLASSES = 1000  # more columns of scores than labels would have are no classes


class Evaluation(NamedTuple):
    """How the table of an evaluation is made.

    Attributes:
        labels: the names of the classes.
        indexes: the rows of another table that the samples are, for the column "val_row".
        of_sample: called with the number of a sample and ``{"input": …, "target": …}``; returns further columns.
        of_prediction: likewise with ``{"output": …}``.
        infer: show arrays that look like pictures as such, and classes by their names.
    """

    labels: Sequence[str] | None = None
    indexes: Sequence[int] | None = None
    of_sample: Processor | None = None
    of_prediction: Processor | None = None
    infer: bool = True

    def table(self, samples: Samples, predictions: Any) -> trailmark.Table:
        """Return the table of all samples."""
        given = [(f"input{name}", array) for name, array in parts(samples.inputs)]
        if samples.targets is not None:
            given += [(f"target{name}", array) for name, array in parts(samples.targets)]
        said = [(f"output{name}", array) for name, array in parts(predictions)]
        rows = []
        for number in range(len(samples)):
            index = number if self.indexes is None else self.indexes[number]
            row: dict[str, Any] = {"val_row": index}
            row |= self._cells(given, number, self.of_sample) | self._cells(said, number, self.of_prediction)
            rows.append(row)
        columns = list(dict.fromkeys(name for row in rows for name in row))
        data = [[row.get(name) for name in columns] for row in rows]
        return trailmark.Table(columns=columns, data=data, allow_mixed_types=True)

    def _cells(self, arrays: list[tuple[str, Any]], number: int, further: Processor | None) -> dict[str, Any]:
        plain = {name: array[number] for name, array in arrays}
        cells: dict[str, Any] = {}
        for name, array in arrays:
            cells |= self._cell(name, array, number) if self.infer else {name: array[number]}
        return cells | dict(further(number, plain) if further else {})

    def _cell(self, name: str, array: Any, number: int) -> dict[str, Any]:
        """Return what is shown of one value: a picture, a class, or the value."""
        value = array[number]
        if is_picture(array):
            return {name: picture(array, value)}
        if name.startswith("input"):
            return {name: value}
        width = value.size
        if array.ndim == 2 and 1 < width <= _MAX_CLASSES and (self.labels is None or len(self.labels) == width):  # noqa: PLR2004
            best = class_of(value)
            cells = {f"{name}:class": self._name(best)}
            return {**cells, f"{name}:score": float(value[best]), name: value} if name.startswith("output") else cells
        if self.labels is not None and width == 1:
            return {f"{name}:class": self._name(class_of(value)), name: value.reshape(()).item()}
        return {name: value.reshape(()).item() if width == 1 else value}

    def _name(self, number: int) -> Any:
        labels = self.labels or ()
        return labels[number] if 0 <= number < len(labels) else number if not labels else str(number)
