"""`Histogram`: how a set of numbers is distributed, as one logged value."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError
from trailmark.media.array import as_numpy

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    Array = np.ndarray[Any, Any]

MAX_BINS = 512
_TINY = 1e-300  # widths of bins below it are lost among float64's smallest numbers
_HUGE = 8e307  # numpy divides a larger range only with overflows on the way


class Histogram:
    """Counts of numbers in bins.

    NaN and infinities are no errors: they are in no bin, and counted in `nan`, `inf` and `neg_inf`. What is masked, or
    None, is in no bin either; None counts as NaN.

    Args:
        sequence: numbers of any shape; lists, arrays and tensors of numpy, torch, JAX and others.
        np_histogram: what `numpy.histogram` returns, ``(counts, edges)``, instead of `sequence`.
        num_bins: how many bins `sequence` is put in, 1 to 512.

    Attributes:
        bins: the edges, one more than there are bins, ascending.
        histogram: the count of each bin.
        nan: how many NaN there were.
        inf: how many times infinity.
        neg_inf: how many times minus infinity.
        zeros: how many were exactly zero; None if they were not counted. `trailmark.watch` counts them.
        norm: the square root of the sum of squares; None if it is not known. `trailmark.watch` knows it.

    Raises:
        MediaError: neither or both inputs are given, or they do not fit together.
    """

    def __init__(
        self,
        sequence: Sequence[float] | Array | Any | None = None,
        np_histogram: tuple[Any, Any] | None = None,
        num_bins: int = 64,
    ) -> None:
        if (sequence is None) == (np_histogram is None):
            raise MediaError("Histogram takes either a sequence of numbers or np_histogram=(counts, edges)")
        self.nan = self.inf = self.neg_inf = 0
        self.zeros: int | None = None
        self.norm: float | None = None
        self.histogram: list[int] | list[float]
        self._edges: list[float] | None
        self._range: tuple[float, float] | None = None  # of bins of one width, whose edges are made when asked for
        if np_histogram is not None:
            self.histogram, self._edges = _given(np_histogram)
        else:
            self.histogram, self._edges = self._count(_numbers(sequence, "Histogram"), _bin_count(num_bins))

    @classmethod
    def from_counts(
        cls,
        counts: Sequence[float],
        low: float,
        high: float,
        *,
        nan: int = 0,
        inf: int = 0,
        neg_inf: int = 0,
        zeros: int | None = None,
        norm: float | None = None,
    ) -> Histogram:
        """Return the histogram of numbers that were counted already, in bins of one width between `low` and `high`.

        The edges are ``numpy.linspace(low, high, len(counts) + 1)``. The other arguments are the attributes.

        Raises:
            MediaError: there are no counts or more than 512, or `low` and `high` are not finite and ascending.
        """
        if not 0 < len(counts) <= MAX_BINS:
            raise MediaError(f"Histogram.from_counts takes 1 to {MAX_BINS} counts, got {len(counts)}")
        if not -math.inf < low < high < math.inf:
            raise MediaError(f"Histogram.from_counts takes a finite low below a finite high, got {low} and {high}")
        self = cls.__new__(cls)
        self.histogram, self._edges, self._range = list(counts), None, (float(low), float(high))
        self.nan, self.inf, self.neg_inf, self.zeros, self.norm = nan, inf, neg_inf, zeros, norm
        return self

    @property
    def bins(self) -> list[float]:
        """The edges, one more than there are bins, ascending."""
        if self._edges is None:
            assert self._range is not None  # noqa: S101 (one of them is known)
            self._edges = _even(*self._range, len(self.histogram))
            self._range = None  # the caller may change the list
        return self._edges

    @bins.setter
    def bins(self, edges: list[float]) -> None:
        self._edges, self._range = edges, None

    def _count(self, values: Array, num_bins: int) -> tuple[list[int], list[float]]:
        import numpy as np

        finite = np.isfinite(values)
        if not finite.all():
            self.nan = int(np.isnan(values).sum())
            self.inf, self.neg_inf = int((values == np.inf).sum()), int((values == -np.inf).sum())
            values = values[finite]
        if not len(values):
            return [0] * num_bins, np.linspace(0.0, 1.0, num_bins + 1).tolist()
        low, high = float(values.min()), float(values.max())
        width = high - low  # of floats, as numpy's would warn when it overflows
        if width > _HUGE:
            return _wide(values, num_bins)
        if width / num_bins < max(math.ulp(max(abs(low), abs(high))), _TINY):
            return _narrow(values, low, num_bins)
        counts, edges = np.histogram(values, bins=num_bins)
        return counts.tolist(), edges.tolist()

    def to_record(self) -> dict[str, Any]:
        """Return what the journal keeps; bins of one width are kept as their range."""
        record: dict[str, Any] = {"_type": "histogram", "counts": list(self.histogram)}
        if self._range is not None:
            record["range"] = list(self._range)
        elif self.bins == _even(self.bins[0], self.bins[-1], len(self.histogram)):
            record["range"] = [self.bins[0], self.bins[-1]]
        else:
            record["edges"] = list(self.bins)
        record.update((name, count) for name in ("nan", "inf", "neg_inf") if (count := getattr(self, name)))
        record.update((name, known) for name in ("zeros", "norm") if (known := getattr(self, name)) is not None)
        return record

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Histogram:
        """Return the histogram that `to_record` made `record` of.

        Raises:
            MediaError: the record is no histogram.
        """
        counts, edges = record.get("counts"), record.get("edges")
        if record.get("_type") != "histogram" or not isinstance(counts, list):
            raise MediaError(f"not the record of a histogram: {str(record)[:80]}")
        if edges is None:
            try:
                low, high = record["range"]
                edges = _even(low, high, len(counts))
            except (KeyError, TypeError, ValueError) as error:
                raise MediaError(f"not the record of a histogram: {str(record)[:80]}") from error
        histogram = cls(np_histogram=(counts, edges))
        for name in ("nan", "inf", "neg_inf"):
            setattr(histogram, name, record.get(name, 0))
        histogram.zeros, histogram.norm = record.get("zeros"), record.get("norm")
        return histogram

    def _compared(self) -> tuple[Any, ...]:
        return (self.histogram, self.bins, self.nan, self.inf, self.neg_inf, self.zeros, self.norm)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Histogram) and self._compared() == other._compared()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        total = sum(self.histogram)
        return (
            f"Histogram({total:.12g} values in {len(self.histogram)} bins of {self.bins[0]:.4g} … {self.bins[-1]:.4g})"
        )


def _array(values: Any, what: str) -> Array:
    """Return what was given as an array, which may be masked.

    Raises:
        MediaError: it holds no numbers.
    """
    import numpy as np

    try:
        array = as_numpy(values)
        array = np.asarray(values) if array is None else array
        if array.dtype.kind == "O":  # Decimals, None, integers beyond 64 bits
            array = array.astype(np.float64)
    except Exception as error:
        raise MediaError(f"{what} takes numbers, got a {type(values).__name__}: {error}") from error
    if array.dtype.kind not in "biuf":
        raise MediaError(f"{what} takes numbers, got a {type(values).__name__} of dtype {array.dtype}")
    return array


def _numbers(values: Any, what: str) -> Array:
    """Return what was given as one dimension of float64."""
    import numpy as np

    array = _array(values, what)
    if isinstance(array, np.ma.MaskedArray):
        array = array.compressed()
    with np.errstate(over="ignore"):  # a long double beyond float64 is an infinity
        return array.ravel().astype(np.float64)


def _bin_count(num_bins: Any) -> int:
    try:
        count = operator.index(num_bins)
    except TypeError:
        count = 0
    if not 0 < count <= MAX_BINS:
        raise MediaError(f"Histogram takes 1 to {MAX_BINS} bins, got num_bins={num_bins!r}")
    return count


def _given(np_histogram: Any) -> tuple[list[Any], list[float]]:
    import numpy as np

    try:
        counts, edges = np_histogram
    except (TypeError, ValueError):
        raise MediaError("np_histogram must be the pair (counts, edges) that numpy.histogram returns") from None
    counts = _array(counts, "np_histogram")
    edges = _numbers(edges, "np_histogram")
    if counts.ndim != 1 or not 0 < len(counts) <= MAX_BINS:
        raise MediaError(f"np_histogram must hold 1 to {MAX_BINS} counts, got the shape {counts.shape}")
    if len(edges) != len(counts) + 1:
        raise MediaError(f"np_histogram must hold one more edge than counts, got {len(edges)} for {len(counts)} counts")
    if not np.isfinite(edges).all() or (edges[1:] <= edges[:-1]).any():
        raise MediaError("np_histogram's edges must be finite and ascending")
    return (counts.astype(np.float64) if counts.dtype.kind == "f" else counts).tolist(), edges.tolist()


def _even(low: float, high: float, count: int) -> list[float]:
    """Return the edges of `count` bins of one width."""
    import numpy as np

    with np.errstate(over="ignore", invalid="ignore"):  # a range beyond float64 has no such bins
        edges: list[float] = np.linspace(low, high, count + 1).tolist()
    return edges


def _narrow(values: Array, low: float, num_bins: int) -> tuple[list[int], list[float]]:
    """Put what is as good as one value in the middle of bins around it."""
    import numpy as np

    reach = max(abs(low) * 1e-6, 0.5)
    edges = _even(low - reach, low + reach, num_bins)
    if not np.isfinite(edges).all():
        return _wide(values, num_bins)
    return np.histogram(values, bins=edges)[0].tolist(), edges


def _wide(values: Array, num_bins: int) -> tuple[list[int], list[float]]:
    """Put values of a range near or beyond the largest float64 in bins, by way of their quarters."""
    import numpy as np

    low, high = float(values.min()) / 4, float(values.max()) / 4
    if low == high:  # the largest numbers there are
        low, high = (low * (1 - 1e-9), high) if high > 0 else (low, high * (1 - 1e-9))
    quarters = np.linspace(low, high, num_bins + 1)
    counts = np.histogram(values / 4, bins=quarters)[0]
    edges: list[float] = (quarters * 4).tolist()
    edges[0], edges[-1] = min(edges[0], float(values.min())), max(edges[-1], float(values.max()))  # not rounded
    return counts.tolist(), edges
