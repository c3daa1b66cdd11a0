"""The telemetry trace of a treatment: packed samples, ten a second, each one safe from a kill once it is handed over.

A chunk holds up to 50 samples. The newest chunk is written anew with every sample,
800 bytes at most, so that a process killed between two samples loses neither.
"""

import struct
from typing import Final, NamedTuple

from microderm_ctl.records.base import StoreBase

LAYOUT: Final = 1
"""Number of the packing below; a chunk carries the number that it was packed with."""
CHUNK_SAMPLES: Final = 50
SEALED: Final = 0x01
"""The bit of ``flags`` that says sealed, as in the wand's telemetry."""
LONGEST_SAMPLE_MS: Final = 250
"""A sample stands for the time since the one before, but no longer than this: telemetry comes every 100 ms."""

_SAMPLE: Final = struct.Struct("<IiHHBBH")
CHUNK_BYTES: Final = CHUNK_SAMPLES * _SAMPLE.size
_INSERT_CHUNK: Final = "INSERT INTO traces (layout, samples, treatment_id, chunk) VALUES (?, ?, ?, ?)"
_UPDATE_CHUNK: Final = "UPDATE traces SET layout = ?, samples = ? WHERE treatment_id = ? AND chunk = ?"


class Sample(NamedTuple):
    """One telemetry sample: milliseconds since ARM, pascals, and the wand's numbers for state, row and flags."""

    t_ms: int
    vacuum_pa: int
    set_point_pa: int
    cap_pa: int
    state: int
    row: int
    flags: int


class RowUse(NamedTuple):
    """What a trace says of one row: sealed time, and mean and greatest vacuum over it."""

    sealed_ms: int = 0
    mean_pa: int = 0
    max_pa: int = 0


def pack(samples: list[Sample]) -> bytes:
    """Return samples as one chunk."""
    return b"".join(_SAMPLE.pack(*sample) for sample in samples)


def unpack(layout: int, chunk: bytes) -> list[Sample]:
    """Return the samples of a chunk.

    Raises:
        ValueError: the layout is unknown, or the chunk does not end with a sample.
    """
    if layout != LAYOUT or len(chunk) % _SAMPLE.size:
        raise ValueError("not a chunk of a trace")
    return [Sample(*fields) for fields in _SAMPLE.iter_unpack(chunk)]


def use_of_rows(samples: tuple[Sample, ...]) -> dict[int, RowUse]:
    """Return by row what was used of it, as far as the samples show."""
    time_ms: dict[int, int] = {}
    vacuum_pa_ms: dict[int, int] = {}
    most_pa: dict[int, int] = {}
    before_ms = 0
    for sample in samples:
        lasted_ms = min(max(sample.t_ms - before_ms, 0), LONGEST_SAMPLE_MS)
        before_ms = sample.t_ms
        if sample.flags & SEALED:
            time_ms[sample.row] = time_ms.get(sample.row, 0) + lasted_ms
            vacuum_pa_ms[sample.row] = vacuum_pa_ms.get(sample.row, 0) + sample.vacuum_pa * lasted_ms
            most_pa[sample.row] = max(most_pa.get(sample.row, 0), sample.vacuum_pa)
    return {row: RowUse(lasted, vacuum_pa_ms[row] // max(lasted, 1), most_pa[row]) for row, lasted in time_ms.items()}


class TracesPart(StoreBase):
    """The traces of a store."""

    _growing: tuple[int, int, bytes] | None = None  # treatment, chunk, its samples packed

    def append_sample(self, treatment_id: int, sample: Sample) -> None:
        """Keep one more sample of a treatment's trace; it outlives the process from here on.

        Raises:
            FileProblem: it cannot be written; the samples before it are kept.
        """
        chunk, packed = self._open_chunk(treatment_id)
        grown = packed + _SAMPLE.pack(*sample)
        self._write_quickly(_UPDATE_CHUNK if packed else _INSERT_CHUNK, LAYOUT, grown, treatment_id, chunk)
        self._growing = (treatment_id, chunk, grown)

    def _open_chunk(self, treatment_id: int) -> tuple[int, bytes]:
        if self._growing is None or self._growing[0] != treatment_id:
            newest = self._read("SELECT coalesce(max(chunk), -1) FROM traces WHERE treatment_id = ?", treatment_id)[0][0]
            return newest + 1, b""
        _, chunk, packed = self._growing
        return (chunk, packed) if len(packed) < CHUNK_BYTES else (chunk + 1, b"")

    def trace(self, treatment_id: int) -> tuple[Sample, ...]:
        """Return a treatment's trace in the order of time.

        Raises:
            FileProblem: a chunk is damaged.
        """
        rows = self._read("SELECT layout, samples FROM traces WHERE treatment_id = ? ORDER BY chunk", treatment_id)
        with self._understood():
            return tuple(sample for layout, chunk in rows for sample in unpack(layout, chunk))
