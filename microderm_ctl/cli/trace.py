"""``microderm trace``: what a recording holds, message by message, and what it adds up to."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from microderm_ctl.cli import offers
from microderm_ctl.cli.commands import command, unknown
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Fixed
from microderm_ctl.cli.words import iso_time
from microderm_ctl.errors import Stopped, UsageProblem
from microderm_ctl.link.decoded import HEARTBEAT, name_of, text, told
from microderm_ctl.link.judged import Silence, Summary, judged
from microderm_ctl.link.recording import Piece, Recording, is_keep_alive, pieces, read_recording
from microderm_ctl.texts import recording as texts
from microderm_protocol import TABLE, TABLE_HASH, codes

if TYPE_CHECKING:
    from microderm_protocol import Frame

LEASE_MS: Final = 500
_NAMES: Final = tuple(entry.name for entry in TABLE)
_FROZEN: Final = frozenset(entry.name for entry in TABLE if entry.frozen)
"""Messages that every version of the protocol has alike."""


class Message(NamedTuple):
    """One message. `fields` has the protocol's names, with words for numbers that stand for words; null where it is not understood."""

    event: str
    line: int
    t_ms: int
    direction: str
    message: str
    kind: str
    sequence: int
    retry: bool
    fields: dict[str, Any] | None
    bytes: str


class Bad(NamedTuple):
    """Bytes that are no message, and why."""

    event: str
    line: int
    t_ms: int
    direction: str
    problem: str
    bytes: str


class Word(NamedTuple):
    """What is no message: `key` (what the person asked), `signal`, `lost` (the port failed), `end`."""

    event: str
    line: int
    t_ms: int
    word: str
    bytes: str


class Filter:
    """What of a recording is shown."""

    def __init__(self, all_of_it: bool, only: tuple[str, ...], since_s: float | None, until_s: float | None) -> None:
        """Take the options.

        Raises:
            UsageProblem: there is no such message.
        """
        for name in only:
            if name.upper().replace("-", "_") not in (*_NAMES, "NAK"):
                raise unknown("message", name, [known.casefold() for known in _NAMES], texts.MESSAGES.format(names=", ".join(_NAMES)))
        self._only = frozenset(name.upper().replace("-", "_") for name in only)
        self._all = all_of_it
        self._from_ms = None if since_s is None else round(since_s * 1000)
        self._to_ms = None if until_s is None else round(until_s * 1000)
        self._sent_ms = 0
        self._kept_alive: int | None = None

    def shows(self, piece: Piece) -> bool:
        """Return whether a piece is shown; what is no message always is, within the times. To be asked of each in order."""
        keeps_alive = self._keeps_alive(piece)
        if not self.spans(piece.t_ms):
            return False
        if piece.frame is None:
            return bool(piece.trouble) or not self._only
        names = {name_of(piece.frame)} | ({"NAK"} if piece.frame.kind == codes.NAK else set())
        return bool(names & self._only) if self._only else self._all or not (names & HEARTBEAT or keeps_alive)

    def shows_silence(self, silence: Silence) -> bool:
        """Return whether a silence is shown."""
        return not self._only and self.spans(silence.from_ms)

    def spans(self, t_ms: int) -> bool:
        """Return whether a time is within what was asked for."""
        return (self._from_ms is None or t_ms >= self._from_ms) and (self._to_ms is None or t_ms <= self._to_ms)

    def _keeps_alive(self, piece: Piece) -> bool:
        """Return whether a message only keeps a quiet session open, or answers to that."""
        if piece.frame is None:
            return False
        if piece.kind == "rx":
            return name_of(piece.frame) == "IDENTITY" and piece.frame.sequence == self._kept_alive
        quiet_ms, self._sent_ms = piece.t_ms - self._sent_ms, piece.t_ms
        if not is_keep_alive(piece.frame, quiet_ms):
            return False
        self._kept_alive = piece.frame.sequence
        return True


@command("trace", help="show what a recording of the wire holds, message by message", example="microderm trace nose.ndjson --only arm")
@click.argument("file", type=click.Path(path_type=Path), shell_complete=offers.files)
@click.option("--all", "all_of_it", is_flag=True, help="show the heartbeat too: renewals, telemetry and keep-alives")
@click.option("--only", multiple=True, metavar="MESSAGE", help="only messages of this name, such as zone or nak; may be repeated")
@click.option("--since", type=click.FloatRange(0), metavar="SECONDS", help="only from this time on")
@click.option("--until", type=click.FloatRange(0), metavar="SECONDS", help="only up to this time")
@click.option("--bytes", "with_bytes", is_flag=True, help="show the bytes of each message")
def trace(
    call: Invocation,
    file: Path,
    all_of_it: bool,
    only: tuple[str, ...],
    since: float | None,
    until: float | None,
    with_bytes: bool,
) -> None:
    """Decode a recording."""
    if since is not None and until is not None and since > until:
        raise UsageProblem(texts.NO_TIME.format(since=f"{since:g}", until=f"{until:g}"))
    chosen = Filter(all_of_it or call.options.verbose >= 3, only, since, until)
    recording = read_recording(file)
    is_ours = recording.protocol == TABLE_HASH
    if not is_ours:
        call.printer.note(texts.OTHER_PROTOCOL.format(recorded=f"{recording.protocol:08x}", own=f"{TABLE_HASH:08x}"))
    try:
        _show(call, recording, chosen, is_ours, with_bytes)
    except Stopped:  # nobody reads any more, as after "| head", and nothing runs that has to be stopped
        raise BrokenPipeError from None
    if recording.torn is not None:
        call.printer.note(texts.TORN.format(what=recording.torn))


def _show(call: Invocation, recording: Recording, chosen: Filter, is_ours: bool, with_bytes: bool) -> None:
    for found in judged(pieces(recording.rows), recording):
        if isinstance(found, Summary):
            call.printer.event({"event": "summary", **found._asdict()}, ["", *summary_lines(found)])
        elif isinstance(found, Silence):
            if chosen.shows_silence(found):
                call.printer.event({"event": "silence", **found._asdict()}, Fixed(_silence_line(found)))
        elif chosen.shows(found):
            call.printer.event(_record(found, is_ours), [Fixed(line) for line in _lines(found, is_ours, with_bytes)])


def _record(piece: Piece, is_ours: bool) -> Message | Bad | Word:
    frame, bytes_ = piece.frame, piece.raw.hex()
    if frame is not None:
        head, known = told(frame), _is_known(frame, is_ours)
        fields = head.fields if known else None
        at = (piece.line, piece.t_ms, piece.kind)
        return Message("message", *at, head.name, head.kind, head.sequence, head.is_retry, fields, bytes_)
    if piece.trouble:
        return Bad("bad", piece.line, piece.t_ms, piece.kind, piece.trouble, bytes_)
    return Word(piece.kind, piece.line, piece.t_ms, piece.word, bytes_)


def _is_known(frame: "Frame", is_ours: bool) -> bool:
    """Return whether this program knows the fields of a message."""
    return is_ours or name_of(frame) in _FROZEN


def _lines(piece: Piece, is_ours: bool, with_bytes: bool) -> Iterator[str]:
    at = f"{piece.t_ms / 1000:9.3f}"
    if piece.frame is not None and _is_known(piece.frame, is_ours):
        yield f"{at} {piece.kind} {text(piece.frame)}"
    elif piece.frame is not None:
        yield f"{at} {piece.kind} {name_of(piece.frame)} {piece.frame.payload.hex(' ')}"
    elif piece.trouble:
        yield f"{at} {piece.kind} " + texts.BAD.format(trouble=piece.trouble, line=piece.line, bytes=piece.raw.hex(" "))
    else:
        yield f"{at} -- " + texts.WORDS.get(piece.kind, "{word}").format(word=piece.word)
    if with_bytes and piece.frame is not None:
        yield f"{'':13}{piece.raw.hex(' ')}"


def _silence_line(silence: Silence) -> str:
    return f"{silence.from_ms / 1000:9.3f} -- " + texts.SILENCE.format(ms=silence.lasted_ms)


def summary_lines(summary: Summary) -> Iterator[str]:
    """Yield what a recording adds up to."""
    yield texts.WHAT.format(
        command=summary.command, program=summary.program, at=iso_time(summary.utc_s), seconds=summary.duration_ms / 1000
    )
    yield texts.COUNTS.format(sent=summary.sent, received=summary.received, bad=_bad(summary))
    yield texts.LONGEST_SILENCE.format(ms=summary.longest_silence_ms) if summary.received else texts.NEVER_HEARD
    if summary.longest_renewal_ms is not None:
        left_ms = max(0, LEASE_MS - summary.longest_renewal_ms)
        yield texts.LEASE.format(ms=summary.longest_renewal_ms, left=left_ms, lease=LEASE_MS)
    if summary.lease_least_ms is not None:
        yield texts.LEASE_LEAST.format(ms=summary.lease_least_ms)
    if not summary.is_closed:
        yield texts.NOT_CLOSED


def _bad(summary: Summary) -> str:
    if not summary.bad:
        return texts.NONE_BAD
    more = texts.AND_MORE if summary.bad > len(summary.bad_lines) else ""
    return texts.SOME_BAD.format(bad=summary.bad, lines=", ".join(map(str, summary.bad_lines)) + more)
