"""`Histogram`: how a set of numbers is distributed, as one logged value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trailmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

MAX_BINS = 512


class Histogram:
    """Counts of numbers in bins.

    NaN and infinities are no errors: they are in no bin, and counted in `nan`, `inf` and `neg_inf`.

    Args:
        sequence: numbers of any shape; lists, numpy arrays, and what `numpy.asarray` takes.
        np_histogram: what `numpy.histogram` returns, ``(counts, edges)``, instead of `sequence`.
        num_bins: how many bins `sequence` is put in, 1 to 512.

    Attributes:
        bins: the edges, one more than there are bins, ascending.
        histogram: the count of each bin.

    Raises:
        UsageError: neither or both inputs are given, or they do not fit together.
    """

    def __init__(
        self,
        sequence: Sequence[float] | np.ndarray[Any, Any] | None = None,
        np_histogram: tuple[Any, Any] | None = None,
        num_bins: int = 64,
    ) -> None:
        if (sequence is None) == (np_histogram is None):
            raise UsageError("Histogram takes either a sequence of numbers or np_histogram=(counts, edges)")
        if not 0 < num_bins <= MAX_BINS:
            raise UsageError(f"Histogram takes 1 to {MAX_BINS} bins, got num_bins={num_bins}")
        self.nan = self.inf = self.neg_inf = 0
        if np_histogram is not None:
            self.histogram, self.bins = _given(np_histogram)
        else:
            self.histogram, self.bins = self._count(sequence, num_bins)

    def _count(self, sequence: Any, num_bins: int) -> tuple[list[int], list[float]]:
        import numpy as np

        array = np.asarray(sequence)
        if array.dtype.kind not in "biuf":
            raise UsageError(f"Histogram takes numbers, got an array of dtype {array.dtype}")
        values = array.ravel().astype(np.float64)
        finite = np.isfinite(values)
        if not finite.all():
            self.nan = int(np.isnan(values).sum())
            self.inf, self.neg_inf = int((values == np.inf).sum()), int((values == -np.inf).sum())
            values = values[finite]
        if not len(values):
            return [0] * num_bins, np.linspace(0.0, 1.0, num_bins + 1).tolist()
        low, high = values.min(), values.max()
        if not np.isfinite(high - low) or (high - low) / num_bins < np.spacing(max(abs(low), abs(high))):
            # One value, or a range that float64 cannot divide: a bin of its own around it, or halved numbers.
            return _narrow(values, num_bins) if np.isfinite(high - low) else _wide(values, num_bins)
        counts, edges = np.histogram(values, bins=num_bins)
        return counts.tolist(), edges.tolist()

    def to_record(self) -> dict[str, Any]:
        """Return what the journal keeps; bins of one width are kept as their range."""
        import numpy as np

        record: dict[str, Any] = {"_type": "histogram", "counts": self.histogram}
        if np.array_equal(np.linspace(self.bins[0], self.bins[-1], len(self.bins)), self.bins):
            record["range"] = [self.bins[0], self.bins[-1]]
        else:
            record["edges"] = self.bins
        record.update((name, count) for name in ("nan", "inf", "neg_inf") if (count := getattr(self, name)))
        return record

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Histogram:
        """Return the histogram that `to_record` made `record` of.

        Raises:
            UsageError: the record is no histogram.
        """
        import numpy as np

        counts = record.get("counts")
        if record.get("_type") != "histogram" or not counts:
            raise UsageError(f"not the record of a histogram: {str(record)[:80]}")
        low, high = record.get("range", (0.0, 1.0))
        edges = record.get("edges") or np.linspace(low, high, len(counts) + 1)
        histogram = cls(np_histogram=(counts, edges))
        for name in ("nan", "inf", "neg_inf"):
            setattr(histogram, name, record.get(name, 0))
        return histogram

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Histogram) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        total = sum(self.histogram)
        return f"Histogram({total} values in {len(self.histogram)} bins of {self.bins[0]:.4g} … {self.bins[-1]:.4g})"


def _given(np_histogram: Any) -> tuple[list[Any], list[float]]:
    import numpy as np

    try:
        counts, edges = np_histogram
    except (TypeError, ValueError):
        raise UsageError("np_histogram must be the pair (counts, edges) that numpy.histogram returns") from None
    counts, edges = np.asarray(counts), np.asarray(edges, dtype=np.float64)
    if counts.ndim != 1 or edges.ndim != 1 or len(edges) != len(counts) + 1 or len(counts) > MAX_BINS:
        raise UsageError(
            f"np_histogram must hold n counts and n + 1 edges, n at most {MAX_BINS}; "
            f"got shapes {counts.shape} and {edges.shape}"
        )
    if not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
        raise UsageError("np_histogram's edges must be finite and ascending")
    return counts.tolist(), edges.tolist()


def _narrow(values: np.ndarray[Any, Any], num_bins: int) -> tuple[list[int], list[float]]:
    """Put what is as good as one value in the middle of bins around it."""
    import numpy as np

    middle = float(values.mean())
    reach = max(abs(middle) * 1e-6, 0.5)
    edges = np.linspace(middle - reach, middle + reach, num_bins + 1)
    if not np.isfinite(edges).all():
        return _wide(values, num_bins)
    return np.histogram(values, bins=edges)[0].tolist(), edges.tolist()


def _wide(values: np.ndarray[Any, Any], num_bins: int) -> tuple[list[int], list[float]]:
    """Put values whose range overflows float64 in bins, by way of their halves."""
    import numpy as np

    low, high = float(values.min()) / 2, float(values.max()) / 2
    if low == high:
        low = high * (1 - 1e-9) if high > 0 else high * (1 + 1e-9)
    halves = np.linspace(low, high, num_bins + 1)
    counts = np.histogram(values / 2, bins=halves)[0]
    return counts.tolist(), np.clip(halves * 2, -np.finfo(np.float64).max, np.finfo(np.float64).max).tolist()
