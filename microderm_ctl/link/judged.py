"""What a recording adds up to: how long, how many messages, what was bad, and how near the lease came to its end."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from microderm_ctl.link import values
from microderm_ctl.link.decoded import name_of, told
from microderm_ctl.link.recording import Piece, Recording

GAP_MS: Final = 300
"""Telemetry comes every 100 ms; three of it are missing."""


class Silence(NamedTuple):
    """A time in which the wand said nothing; ``from_ms`` is when it was last heard."""

    from_ms: int
    lasted_ms: int


class Summary(NamedTuple):
    """What a recording adds up to; times in ms.

    Attributes:
        sent, received: whole messages each way.
        bad: pieces that are no message, of both directions; ``bad_lines`` names the first of them.
        longest_silence_ms: longest time in which nothing came from the wand, once it had spoken.
        longest_renewal_ms: longest time between two renewals while the wand was armed or ran; None where it never was.
        lease_least_ms: the least lease that the wand itself says was left meanwhile; None where it never ran.
    """

    command: str
    program: str
    utc_s: int
    duration_ms: int
    sent: int
    received: int
    bad: int
    bad_lines: tuple[int, ...]
    longest_silence_ms: int
    longest_renewal_ms: int | None
    lease_least_ms: int | None
    is_closed: bool
    torn: str | None


class Judge:
    """Adds up pieces one after another."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._counts = {"tx": 0, "rx": 0}
        self._bad: list[int] = []
        self._heard_ms: int | None = None
        self._silence_ms = 0
        self._renewed_ms: int | None = None
        self._renewal_ms: int | None = None
        self._lease_ms: int | None = None
        self._may_move = False

    def take(self, piece: Piece) -> Silence | None:
        """Take in a piece; return the silence that it ended, if that was a long one."""
        silence = self._heard(piece) if piece.kind == "rx" else None
        if piece.trouble:
            self._bad.append(piece.line)
        elif piece.frame is not None:
            self._counts[piece.kind] += 1
            self._follow(piece)
        return silence

    def _heard(self, piece: Piece) -> Silence | None:
        before_ms, self._heard_ms = self._heard_ms, piece.t_ms
        if before_ms is None:
            return None
        lasted_ms = piece.t_ms - before_ms
        self._silence_ms = max(self._silence_ms, lasted_ms)
        return Silence(before_ms, lasted_ms) if lasted_ms > GAP_MS else None

    def _follow(self, piece: Piece) -> None:
        if piece.frame is None:
            return
        name = name_of(piece.frame)
        if name == "RENEW" and piece.kind == "tx":
            if self._renewed_ms is not None and self._may_move:
                self._renewal_ms = max(self._renewal_ms or 0, piece.t_ms - self._renewed_ms)
            self._renewed_ms = piece.t_ms
        elif name in ("TELEMETRY", "STATE"):
            self._state(piece, told(piece.frame).fields or {})

    def _state(self, piece: Piece, fields: dict[str, object]) -> None:
        could_move = self._may_move
        self._may_move = fields.get("after", fields.get("state")) in values.MOVING_STATES
        if fields.get("state") in ("RUN", "HOLD"):
            self._lease_ms = _least(self._lease_ms, fields.get("lease_least_ms"))
        if could_move and not self._may_move:
            if fields.get("cause") == "lease" and self._renewed_ms is not None:
                self._renewal_ms = max(self._renewal_ms or 0, piece.t_ms - self._renewed_ms)
            self._renewed_ms = None

    def summary(self, recording: Recording) -> Summary:
        """Return what was taken in."""
        last_ms = recording.rows[-1].t_ms if recording.rows else 0
        if self._heard_ms is not None:
            self._silence_ms = max(self._silence_ms, last_ms - self._heard_ms)
        return Summary(
            recording.command,
            recording.program,
            recording.utc_s,
            last_ms,
            self._counts["tx"],
            self._counts["rx"],
            len(self._bad),
            tuple(self._bad[:10]),
            self._silence_ms,
            self._renewal_ms,
            self._lease_ms,
            recording.is_closed,
            recording.torn,
        )


def _least(before: int | None, value: object) -> int | None:
    if not isinstance(value, int):
        return before
    return value if before is None else min(before, value)


def judged(found: Iterable[Piece], recording: Recording) -> Iterator[Piece | Silence | Summary]:
    """Yield the pieces with each long silence before the piece that ended it, and last what all adds up to."""
    judge = Judge()
    for piece in found:
        silence = judge.take(piece)
        if silence is not None:
            yield silence
        yield piece
    yield judge.summary(recording)
