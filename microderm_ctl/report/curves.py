"""A suction trace as few points as a picture needs, without hiding a peak: each bin of time keeps its least and its greatest."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from microderm_ctl.records.traces import SEALED, Sample

BINS: Final = 360
"""Bins of one trace; on paper each is half a millimetre wide."""
GAP_MS: Final = 1_000
"""Where no sample came for longer than this, a line is broken: telemetry comes every 100 ms."""
RUN: Final = 5
"""The wand's number for the state in which it builds up vacuum, as in its telemetry."""

Point = tuple[int, int]


class Piece(NamedTuple):
    """A stretch of a line without a gap: milliseconds since ARM, and pascals."""

    t_ms: tuple[int, ...]
    pa: tuple[int, ...]


class Stretch(NamedTuple):
    """The time in which the wand was on one zone, by its place in the plan, from 1."""

    number: int
    from_ms: int
    to_ms: int


class TraceView(NamedTuple):
    """A trace as it is drawn.

    The greatest vacuum is of all samples on skin, what it was above the cap of its moment (less than 0: below) of those while
    the wand ran: a cap in force is what the wand may build up, and venting takes a moment.
    """

    samples: int
    lasted_ms: int
    max_pa: int
    over_cap_pa: int
    vacuum: tuple[Piece, ...]
    set_point: tuple[Piece, ...]
    cap: tuple[Piece, ...]
    stretches: tuple[Stretch, ...]


def view_of(samples: Sequence[Sample], bins: int = BINS) -> TraceView | None:
    """Return a trace as it is drawn; None where nothing was kept."""
    if not samples:
        return None
    on_skin = [sample for sample in samples if sample.flags & SEALED]
    runs = _runs(samples)
    return TraceView(
        samples=len(samples),
        lasted_ms=samples[-1].t_ms,
        max_pa=max((sample.vacuum_pa for sample in on_skin), default=0),
        over_cap_pa=max((sample.vacuum_pa - sample.cap_pa for sample in on_skin if sample.state == RUN), default=0),
        vacuum=tuple(_piece(points) for points in _thin_runs(runs, samples[-1].t_ms, bins)),
        set_point=_steps(runs, lambda sample: sample.set_point_pa),
        cap=_steps(runs, lambda sample: sample.cap_pa),
        stretches=_stretches(samples),
    )


def thinned(points: Sequence[Point], width_ms: int) -> list[Point]:
    """Return of each bin of time the points of least and greatest value, in their order; first and last always stay."""
    kept: list[Point] = []
    bin_points: list[Point] = []
    for point in points:
        if bin_points and point[0] // width_ms != bin_points[0][0] // width_ms:
            kept += _extremes(bin_points)
            bin_points = []
        bin_points.append(point)
    kept += _extremes(bin_points)
    ends = (points[0], points[-1]) if points else ()
    return sorted({*kept, *ends})


def _extremes(points: Sequence[Point]) -> list[Point]:
    if not points:
        return []
    return [min(points, key=lambda point: point[1]), max(points, key=lambda point: point[1])]


def _runs(samples: Sequence[Sample]) -> list[list[Sample]]:
    """Return the samples in runs without a gap."""
    runs = [[samples[0]]]
    for before, sample in pairwise(samples):
        if sample.t_ms - before.t_ms > GAP_MS:
            runs.append([])
        runs[-1].append(sample)
    return runs


def _thin_runs(runs: Sequence[Sequence[Sample]], lasted_ms: int, bins: int) -> list[list[Point]]:
    width_ms = max(1, -(-lasted_ms // bins))
    return [thinned([(sample.t_ms, sample.vacuum_pa) for sample in run], width_ms) for run in runs]


def _piece(points: Sequence[Point]) -> Piece:
    return Piece(tuple(t_ms for t_ms, _ in points), tuple(pa for _, pa in points))


def _steps(runs: Sequence[Sequence[Sample]], value: Callable[[Sample], int]) -> tuple[Piece, ...]:
    """Return a setting as steps; where it is nought, nothing is set, and the line is broken."""
    pieces: list[list[Point]] = []
    for run in runs:
        before = 0
        for sample in run:
            now = value(sample)
            if now and not before:
                pieces.append([(sample.t_ms, now)])
            elif now and now != before:
                pieces[-1] += [(sample.t_ms, before), (sample.t_ms, now)]
            elif before and not now:
                pieces[-1].append((sample.t_ms, before))
            before = now
        if before:
            pieces[-1].append((run[-1].t_ms, before))
    return tuple(_piece(points) for points in pieces)


def _stretches(samples: Sequence[Sample]) -> tuple[Stretch, ...]:
    """Return from its first touch to its last how long the wand was on each zone, in the order of time."""
    found: list[Stretch] = []
    for sample in samples:
        if not sample.flags & SEALED:
            continue
        if found and found[-1].number == sample.row + 1:
            found[-1] = found[-1]._replace(to_ms=sample.t_ms)
        else:
            found.append(Stretch(sample.row + 1, sample.t_ms, sample.t_ms))
    return tuple(found)
