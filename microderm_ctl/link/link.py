"""The protocol from the computer's side, without port, clock or thread.

Bytes go in by ``feed``, frames come out of ``due``, both with the time; what the
wand says is kept as the newest reading and as events. A driver moves the bytes.
"""

import os
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from microderm_ctl.errors import LinkLost, MicrodermError, VersionMismatch, WandGarbled, WandSilent
from microderm_ctl.link import values
from microderm_ctl.link.explain import cause_name, state_name
from microderm_ctl.link.lease import Lease
from microderm_ctl.link.requests import Outcome, Requests, Ticket
from microderm_protocol import TABLE_HASH, Decoder, Frame, ProtocolError, codes, decode, encode
from microderm_protocol.messages import NUMBERS, handshake, treatment

SIGNAL_SEQUENCE: Final = 0
STOP_FRAME: Final = encode(handshake.StopRequest(), SIGNAL_SEQUENCE)
"""What a signal handler writes: STOP needs no session, sequence or state."""
HELLO_EVERY_MS: Final = 100
HELLO_MOST_MS: Final = 2_000
"""So that a person hears of a silent port within 3 s, the program's start and end included."""
FRESH_MS: Final = 300
"""A reading older than three telemetry periods no longer says that nothing moves."""
STOP_EVERY_MS: Final = 100
STOP_TRIES: Final = 10
SILENCE_MS: Final = 1_500
"""Longer than the wand is quiet while it writes its memory (1 s)."""
KEEP_ALIVE_MS: Final = 2_000
"""A wand ends a session that says nothing for 10 s."""
EVENTS_MOST: Final = 512
SAMPLE_MOST: Final = 80
RESTARTED: Final = 5
"""So many events in unbroken order, all older than one that was heard, come from a wand that has started anew: half a second."""
_HELLO_ID: Final = NUMBERS[handshake.HelloRequest][1]
_RENEW_ID: Final = NUMBERS[treatment.RenewRequest][1]
_NO_SESSION: Final = 21
_OTHER_VERSION: Final = 24


def randbits(bits: int) -> int:
    """Return a number of so many random bits, as ``secrets`` does, which imports hashes and more for it."""
    return int.from_bytes(os.urandom(-(-bits // 8)), "little") & ((1 << bits) - 1)


class Link:
    """One wand at the other end of a stream of bytes.

    Attributes:
        session: the token of the open session; 0: none.
        other_hash: the hash of a wand that speaks another version; None if it does not.
        reading: the newest telemetry, None before the first.
        state, cause: the newest that the wand said of itself, by name.
        events: readings and state changes, oldest first; the oldest are dropped when nobody takes them.
        lost: why the link is over, None while it lives.
        lease: what renews.
        strays: frames that were answers to nothing, repeated, out of order, echoes, or not understood.
    """

    def __init__(self, draw: Callable[[int], int] = randbits) -> None:
        """Begin with nothing sent; ``draw(bits)`` gives random numbers."""
        self._draw = draw
        self._decoder = Decoder()
        self._sequence = draw(16)
        self._requests = Requests(self._next_sequence)
        self.lease = Lease()
        self.session = 0
        self.boot_id = 0
        self.other_hash: int | None = None
        self.reading: values.Reading | None = None
        self.state = "BOOT"
        self.cause = "none"
        self.events: deque[values.Event] = deque(maxlen=EVENTS_MOST)
        self.events_dropped = 0
        self.lost: MicrodermError | None = None
        self.strays = 0
        self._received = 0
        self._sample = b""
        self._event: int | None = None
        self._old_event = self._old_events = 0
        self._heard_ms = 0
        self._sent_ms = 0
        self._hello: Ticket | None = None
        self._hello_end_ms = 0
        self._stop: Ticket | None = None

    # What the floor above wants

    def hello(self, now_ms: int) -> Ticket:
        """Ask for a session, every 100 ms for up to 2 s; all tries are one request, so the wand opens one session."""
        self.session = 0
        self._hello = Ticket(handshake.HelloRequest(codes.MAGIC, TABLE_HASH, self._draw(32)))
        self._hello.sequence = self._next_sequence()
        self._hello.due_ms = now_ms
        self._hello_end_ms = now_ms + HELLO_MOST_MS
        return self._hello

    def end_session(self) -> None:
        """Speak no more until the next ``hello``: the wand restarts, and knows this session no more."""
        self.session = 0
        self.lease.wanted = False

    def request(self, message: Any) -> Ticket:
        """Queue a request; its ``session`` is filled in when it is sent."""
        ticket = Ticket(message)
        if self.lost is not None:
            ticket.settle(Outcome.CANCELLED)
        else:
            self._requests.add(ticket)
        return ticket

    def stop(self, now_ms: int) -> Ticket:
        """Send STOP before all else until it is answered; renew no more, take back what moves."""
        self.lease.wanted = False
        self._requests.cancel(everything=False)
        if self._stop is not None and not self._stop.is_settled:
            # A signal and its aftermath both ask: one ticket, sent again at once, so that neither is told "unknown".
            self._stop.due_ms = now_ms
            self._stop.tries = 0
            return self._stop
        self._stop = Ticket(handshake.StopRequest())
        self._stop.sequence = self._next_sequence()
        self._stop.due_ms = now_ms
        if self.lost is not None:
            self._stop.settle(Outcome.CANCELLED)
        return self._stop

    def fail(self, error: MicrodermError) -> None:
        """End the link: everything on its way is settled as unknown; the first error holds."""
        self.lost = self.lost or error
        self.session = 0
        self._requests.cancel(everything=True)
        for ticket in (self._hello, self._stop):
            if ticket is not None:
                ticket.settle(Outcome.UNKNOWN)

    def may_move(self, now_ms: int) -> bool:
        """Return whether something may run at the other end, as far as is known."""
        fresh = self.reading is not None and now_ms - self.reading.received_ms <= FRESH_MS
        at_rest = self.state not in values.MOVING_STATES
        return not at_rest or (self.lease.wanted and not fresh)

    # Bytes

    def feed(self, data: bytes, now_ms: int) -> None:
        """Take in what has arrived. Never raises."""
        self._received += len(data)
        if self._decoder.frames == 0:
            self._sample = (self._sample + data)[:SAMPLE_MOST]
        for frame in self._decoder.feed(data):
            self._heard_ms = now_ms
            try:
                message = decode(frame)
            except ProtocolError:
                self.strays += 1
                continue
            self._take(frame, message, now_ms)

    def due(self, now_ms: int, only_stop: bool = False) -> list[bytes]:
        """Return the frames to send now, STOP first; ``only_stop`` while the port still holds back others."""
        frames = self._due_stop(now_ms)
        if only_stop or self.lost is not None:
            return frames
        frames += self._due_hello(now_ms)
        if self.session and self.lease.is_due(now_ms):
            frames.append(encode(treatment.RenewRequest(self.session, self.lease.tick_ms), self._next_sequence()))
        if self._hello is None:
            frames += self._requests.due(now_ms, self.session)
        if frames:
            self._sent_ms = now_ms
        elif self.session and now_ms - self._sent_ms >= KEEP_ALIVE_MS:
            self._sent_ms = now_ms
            frames.append(encode(handshake.IdentityRequest(), self._next_sequence()))
        self._judge_silence(now_ms)
        return frames

    def next_ms(self, now_ms: int) -> int:
        """Return when ``due`` should be asked again, unless bytes arrive before."""
        times = [now_ms + KEEP_ALIVE_MS]
        if self._stop is not None and not self._stop.is_settled:
            times.append(self._stop.due_ms)
        if self._hello is not None:
            times.append(self._hello.due_ms)
        elif (request := self._requests.next_ms(now_ms)) is not None:
            times.append(request)
        if self.session:
            times += [self._sent_ms + KEEP_ALIVE_MS, self._heard_ms + SILENCE_MS + 1]
            renewal = self.lease.next_ms(now_ms)
            times += [] if renewal is None else [renewal]
        return min(times)

    # Inside

    def _next_sequence(self) -> int:
        self._sequence = (self._sequence + 1) & 0xFFFF
        return self._sequence

    def _due_stop(self, now_ms: int) -> list[bytes]:
        ticket = self._stop
        if ticket is None or ticket.is_settled or now_ms < ticket.due_ms:
            return []
        if ticket.tries >= STOP_TRIES:
            ticket.settle(Outcome.UNKNOWN)
            return []
        flags = codes.FLAG_RETRY if ticket.tries else 0
        ticket.tries += 1
        ticket.due_ms = now_ms + STOP_EVERY_MS
        return [encode(ticket.message, ticket.sequence, flags)]

    def _due_hello(self, now_ms: int) -> list[bytes]:
        ticket = self._hello
        if ticket is None or now_ms < ticket.due_ms:
            return []
        if now_ms >= self._hello_end_ms:
            self.fail(self._unanswered())
            self._hello = None
            return []
        flags = codes.FLAG_RETRY if ticket.tries else 0
        ticket.tries += 1
        ticket.due_ms = now_ms + HELLO_EVERY_MS
        return [encode(ticket.message, ticket.sequence, flags)]

    def _unanswered(self) -> MicrodermError:
        if self._received == 0:
            return WandSilent(
                "The port opened, but nothing answers.",
                "Unplug the wand, wait a moment and plug it in again. Is it the right port? 'microderm devices' lists the wands.",
            )
        if self._decoder.frames in (0, self.strays):
            text = self._sample.decode("ascii", "replace").encode("ascii", "replace").decode()
            return WandGarbled(
                "Something answers at this port, but it is no wand.",
                "Nothing but the greeting was sent to it. 'microderm devices' lists the wands.",
                {"received": text, "bytes": self._received},
            )
        return WandSilent("The wand talks, but does not answer.", "Unplug it, wait a moment and plug it in again.")

    def _judge_silence(self, now_ms: int) -> None:
        if self.session and now_ms - self._heard_ms > SILENCE_MS:
            self.fail(LinkLost("The wand has gone silent.", "It stops on its own within half a second. Check the cable, then begin again."))

    def _take(self, frame: Frame, message: Any, now_ms: int) -> None:
        if frame.kind == codes.EVENT:
            self._take_event(frame, message, now_ms)
        elif frame.kind not in (codes.ANSWER, codes.NAK):
            self.strays += 1  # our own words come back: an echo
        elif frame.message_id == _HELLO_ID:
            self._take_hello(frame, message, now_ms)
        elif frame.message_id == _RENEW_ID:
            self._take_renewal(frame, message, now_ms)
        elif isinstance(message, handshake.StopAnswer):
            self._take_stop(frame, message)
        elif not self._requests.answered(frame, message):
            self.strays += not isinstance(message, handshake.IdentityAnswer)  # which keep-alives bring
        if frame.kind == codes.NAK and message.code == _NO_SESSION:
            self.session = 0

    def _take_stop(self, frame: Frame, message: Any) -> None:
        is_ours = self._stop is not None and frame.sequence == self._stop.sequence
        if is_ours and self._stop is not None:
            self._stop.settle(Outcome.ANSWERED, message)
        if is_ours or frame.sequence == SIGNAL_SEQUENCE:
            self._note(message.state, message.cause)
        else:
            self.strays += 1

    def _take_event(self, frame: Frame, message: Any, now_ms: int) -> None:
        if self._hello is not None:
            return  # of a session before this one
        if not self._is_newest(frame.sequence):
            self.strays += 1
            return
        self.lease.hear(message.tick_ms)
        if isinstance(message, treatment.Telemetry):
            self.lease.telemetry(now_ms, message.tick_ms)
            self.reading = event = values.reading(message, now_ms)
            self._note(message.state, message.cause)
            self._keep(event)
        else:
            self._note(message.after, message.cause)
            self._keep(values.state_change(message, now_ms))

    def _is_newest(self, sequence: int) -> bool:
        """Return whether an event is newer than all before it: one that comes late or twice would tell of a state that is over."""
        if self._event is None or 0 < ((sequence - self._event) & 0xFFFF) < 0x8000:
            self._old_events = 0
        else:
            follows = self._old_events > 0 and sequence == (self._old_event + 1) & 0xFFFF
            self._old_event, self._old_events = sequence, self._old_events + 1 if follows else 1
            if self._old_events < RESTARTED:
                return False
            self._old_events = 0
        self._event = sequence
        return True

    def _keep(self, event: values.Event) -> None:
        self.events_dropped += len(self.events) == EVENTS_MOST
        self.events.append(event)

    def _note(self, state: int, cause: int) -> None:
        self.state, self.cause = state_name(state), cause_name(cause)

    def _take_hello(self, frame: Frame, message: Any, now_ms: int) -> None:
        ticket = self._hello
        if ticket is None or frame.sequence != ticket.sequence:
            self.strays += 1
            return
        self._hello = None
        if frame.kind == codes.NAK:
            self.other_hash = message.allowed if message.code == _OTHER_VERSION else None
            ticket.settle(Outcome.REFUSED, message)
            return
        self.other_hash = None if message.table_hash == TABLE_HASH else message.table_hash
        self.session = message.session if self.other_hash is None else 0
        self.boot_id = message.boot_id
        self._note(message.state, message.cause)
        self.lease.restart(message.tick_ms)
        self._event = None
        self._sent_ms = now_ms
        ticket.settle(Outcome.ANSWERED, message)

    def _take_renewal(self, frame: Frame, message: Any, now_ms: int) -> None:
        if frame.kind == codes.ANSWER:
            self.lease.hear(message.tick_ms)
            self.lease.renewed(now_ms)


def version_mismatch(other_hash: int, who: str) -> VersionMismatch:
    """Return the error for a wand whose message table is another one; ``who`` names the wand."""
    return VersionMismatch(
        f"{who} speaks protocol {other_hash:08x}; this program speaks {TABLE_HASH:08x}.",
        "Bring both to the same version: 'microderm info' tells which one is older. Nothing else can be done with it.",
        {"wand_hash": f"{other_hash:08x}", "own_hash": f"{TABLE_HASH:08x}"},
    )
