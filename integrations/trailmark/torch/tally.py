"""Histograms, norms and counts of many tensors at once: exact, in bounded memory, with one wait for each device.

Large tensors of the CPU are counted here: in pieces that stay in a core's cache, by as many threads as torch uses, each
with buffers of its own. In a first pass the ranges are found, in a second one the numbers are put in bins. Small
tensors, and what is on another device, are counted together by `trailmark.torch.batch`.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from trailmark.torch.edges import BINS, Moved, edges_of, moved, scale_of
from trailmark.torch.found import NOTHING, Found, Span, Tally, is_extreme, tally_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from torch import Tensor

    from trailmark.torch.values import Values

PIECE = 1 << 15  # numbers: their buffers fit the L2 cache, and torch's own threads stay out of so small a call
_JOB = 32 * PIECE  # what a thread takes at a time
_WORTH_A_THREAD = 8 * PIECE
_THREADS = 8  # more gain nothing, as Python runs one at a time between two calls
_ROWS = 8  # pieces whose pairs are counted together
_MANY_MOVED = 4  # with more, comparing with each edge is as fast


class Plan(NamedTuple):
    """How the second pass counts the finite numbers of a tensor."""

    span: Span
    moved: list[Moved]
    by_edges: bool  # each number is compared with the edges


class Buffers:
    """The memory of a thread, 1 MB."""

    def __init__(self) -> None:
        self.wide = torch.empty(PIECE, dtype=torch.float64, device="cpu")
        self.single = torch.empty(PIECE, dtype=torch.float32, device="cpu")
        self.bins = torch.empty(PIECE, dtype=torch.int16, device="cpu")
        self.first, self.second = self.bins.split(PIECE // 2)
        self.pairs = torch.empty((_ROWS, PIECE // 2), dtype=torch.int16, device="cpu")
        self.rows = self.pairs.unbind(0)
        self.zero = torch.zeros((), dtype=torch.float32, device="cpu")


def tally_cpu(values: list[Values]) -> list[Tally]:
    """Return what is in each of some tensors of the CPU."""
    spans = [NOTHING] * len(values)
    jobs = [(at, part) for at, one in enumerate(values) for part in one.numbers.split(_JOB)]
    for (at, _), span in zip(jobs, _in_threads(_span, jobs), strict=True):
        spans[at] = spans[at].joined(span)
    spans = [span.with_zero() if one.implied_zeros else span for one, span in zip(values, spans, strict=True)]
    plans = _plans(values, spans)
    counted = [(at, plan, part) for at, part in jobs if (plan := plans[at]) is not None]
    found: list[Found | None] = [None] * len(values)
    for (at, *_), result in zip(counted, _in_threads(_count, [job[1:] for job in counted]), strict=True):
        found[at] = result.joined(found[at])
    return [tally_of(*one) for one in zip(values, spans, found, strict=True)]


def _in_threads(work: Callable[[Any, Any, Buffers], Any], jobs: list[tuple[Any, Any]]) -> Iterable[Any]:
    """Return the results of `work` on each job, in their order."""
    threads = min(torch.get_num_threads(), _THREADS, len(jobs))

    def share(first: int) -> list[Any]:
        buffers = Buffers()
        with torch.no_grad():
            return [work(*job, buffers) for job in jobs[first::threads]]

    if threads <= 1 or sum(part.numel() for _, part in jobs) < _WORTH_A_THREAD:
        threads = 1
        return share(0)
    with ThreadPoolExecutor(threads) as pool:
        shares = list(pool.map(share, range(threads)))
    return [shares[at % threads][at // threads] for at in range(len(jobs))]


def _span(_: int, numbers: Tensor, buffers: Buffers) -> Span:
    """First pass over a part of a tensor."""
    pieces = numbers.split(PIECE)
    lows, highs = zip(*(torch.aminmax(_comparable(piece, buffers)) for piece in pieces), strict=True)
    span = Span(float(torch.stack(lows).min().item()), float(torch.stack(highs).max().item()))
    if math.isfinite(span.low) and math.isfinite(span.high):
        return span
    span = NOTHING
    for piece in pieces:
        span = span.joined(_span_of_finite(_comparable(piece, buffers)))
    return span


def _comparable(piece: Tensor, buffers: Buffers) -> Tensor:
    """Return the numbers of a piece in a type that is compared fast; the same numbers."""
    if piece.dtype in (torch.float32, torch.float64):
        return piece
    buffer = buffers.single if piece.is_floating_point() else buffers.wide
    return buffer[: len(piece)].copy_(piece)


def _span_of_finite(numbers: Tensor) -> Span:
    finite = numbers[torch.isfinite(numbers)]
    low, high = (limit.item() for limit in torch.aminmax(finite)) if len(finite) else (math.inf, -math.inf)
    others = (torch.isnan(numbers), numbers == math.inf, numbers == -math.inf)
    return Span(float(low), float(high), *(int(torch.count_nonzero(which).item()) for which in others))


def _plans(values: list[Values], spans: list[Span]) -> list[Plan | None]:
    """Return how to count each tensor; None for what needs no second pass, or is nothing for it."""
    plans: list[Plan | None] = [None] * len(spans)
    plain = []
    for at, (one, span) in enumerate(zip(values, spans, strict=True)):
        if span.low < span.high and not is_extreme(span):
            plans[at] = Plan(span, [], by_edges=True)
            if one.numbers.is_floating_point() and one.numbers.dtype != torch.float64:
                plain.append(at)
    for at, few in zip(plain, moved([spans[at][:2] for at in plain]), strict=True):
        plans[at] = Plan(spans[at], few, by_edges=len(few) > _MANY_MOVED)
    return plans


def _count(plan: Plan, numbers: Tensor, buffers: Buffers) -> Found:
    """Second pass over a part of a tensor."""
    span, squares, zeros = plan.span, [], []
    has_zero, has_others = span.low <= 0 <= span.high, bool(span.nan or span.inf or span.neg_inf)
    bins = _ByEdges(span) if plan.by_edges else _ByPairs(plan, buffers)
    for whole in numbers.split(PIECE):
        piece = _comparable(whole, buffers)
        if has_others:
            piece = piece[torch.isfinite(piece)]
        is_full = len(piece) == PIECE
        wide = buffers.wide if is_full else buffers.wide[: len(piece)]
        wide.copy_(piece)
        squares.append(torch.dot(wide, wide))
        if has_zero:
            single = buffers.single if is_full else buffers.single[: len(piece)]
            torch.eq(piece, buffers.zero, out=single)
            zeros.append(torch.dot(single, single))  # faster than a sum
        bins.add(wide)
    zero_count = int(torch.stack(zeros).double().sum().item()) if zeros else 0
    return Found(bins.counts().tolist(), float(torch.stack(squares).sum().item()), zero_count)


class _ByEdges:
    """Counts numbers by comparing them with the edges: exact for any number, and slow."""

    def __init__(self, span: Span) -> None:
        self.edges = torch.tensor(edges_of(span.low, span.high), dtype=torch.float64, device="cpu")
        self.found = torch.zeros(BINS + 1, dtype=torch.int64, device="cpu")

    def add(self, wide: Tensor) -> None:
        """Count numbers of float64."""
        self.found += torch.bincount(torch.bucketize(wide, self.edges, right=True).sub_(1), minlength=BINS + 1)

    def counts(self) -> Tensor:
        """Return the count of each bin."""
        return _folded(self.found)


class _ByPairs:
    """Counts numbers by arithmetic, two at a time: `bincount`, the slowest part, has half as many to count."""

    def __init__(self, plan: Plan, buffers: Buffers) -> None:
        low, scale = plan.span.low, scale_of(plan.span.low, plan.span.high)
        self.low, self.scale = (torch.tensor(one, dtype=torch.float64, device="cpu") for one in (low, scale))
        self.moved, self.buffers, self.filled = plan.moved, buffers, 0
        self.found = torch.zeros(BINS + 1, dtype=torch.int64, device="cpu")

    def add(self, wide: Tensor) -> None:
        """Count numbers of float64, which are lost."""
        for few in self.moved:
            found = int(torch.count_nonzero((wide >= few.first) & (wide < few.end)).item())
            self.found[few.counted_in] -= found
            self.found[few.belongs_to] += found
        wide.sub_(self.low).mul_(self.scale)
        buffers = self.buffers
        if len(wide) < PIECE:
            self.found += torch.bincount(buffers.bins[: len(wide)].copy_(wide), minlength=BINS + 1)
            return
        buffers.bins.copy_(wide)
        torch.add(buffers.first, buffers.second, alpha=BINS + 1, out=buffers.rows[self.filled])
        self.filled += 1
        if self.filled == _ROWS:
            self._count_pairs()

    def _count_pairs(self) -> None:
        pairs = self.buffers.pairs[: self.filled].view(-1)
        table = torch.bincount(pairs, minlength=(BINS + 1) ** 2).view(BINS + 1, BINS + 1)
        self.found += table.sum(0) + table.sum(1)
        self.filled = 0

    def counts(self) -> Tensor:
        """Return the count of each bin."""
        if self.filled:
            self._count_pairs()
        return _folded(self.found)


def _folded(counts: Tensor) -> Tensor:
    """Return the counts of the bins, of which the last includes its upper edge."""
    counts[BINS - 1] += counts[BINS]
    return counts[:BINS]
