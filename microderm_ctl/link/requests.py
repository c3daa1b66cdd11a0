"""Requests on their way: one at a time, each with a deadline, repeated as it is, and settled once."""

from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Any, Final

from microderm_protocol import Frame, codes, encode
from microderm_protocol.messages import NUMBERS, TABLE, bench, handshake, treatment

TIMEOUT_MS: Final = 100
TRIES: Final = 3
LAST_WAIT_MS: Final = 400
"""After the last try: the longest gap measured on a loaded desktop is 201 ms at each end."""
SLOW_MS: Final = 1_000
"""For answers that write the wand's memory first."""
SLOW: Final = frozenset(
    {
        treatment.ArmRequest,
        treatment.AcknowledgeRequest,
        bench.UnlockRequest,
        bench.UnlockAgainRequest,
        bench.CommitRequest,
        bench.ClearLatchRequest,
        handshake.RestartRequest,
    }
)
_OUT_OF_ORDER: Final = 26
_NAMES: Final = {row.message_id: row.name for row in TABLE}


class Outcome(Enum):
    """What became of a request."""

    WAITING = "waiting"
    ANSWERED = "answered"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """It was sent and never answered: it may have been done or not."""
    CANCELLED = "cancelled"
    """It was never sent."""


class Ticket:
    """A request and what became of it; ``answer`` is the answer, or the ``Nak``."""

    __slots__ = ("answer", "due_ms", "message", "outcome", "sequence", "tries")

    def __init__(self, message: Any) -> None:
        """Begin unsent.

        Raises:
            ProtocolError: the message cannot be sent as it is.
        """
        self.message = message
        encode(self._with_session(1), 0)
        self.outcome = Outcome.WAITING
        self.answer: Any = None
        self.sequence = 0
        self.tries = 0
        self.due_ms = 0

    @property
    def message_id(self) -> int:
        """The number of the request."""
        return NUMBERS[type(self.message)][1]

    @property
    def name(self) -> str:
        """The name of the request in the protocol."""
        return _NAMES[self.message_id]

    @property
    def is_settled(self) -> bool:
        """Whether something became of it."""
        return self.outcome is not Outcome.WAITING

    @property
    def moves(self) -> bool:
        """Whether it carries the session's token, so that a stop must take it back."""
        return "session" in self.message._fields

    def frame(self, now_ms: int, session: int) -> bytes:
        """Return the bytes of the next try, and note that it is made."""
        flags = codes.FLAG_RETRY if self.tries else 0
        if self.tries == 0:
            self.message = self._with_session(session)
        self.tries += 1
        self.due_ms = now_ms + self._wait_ms()
        return encode(self.message, self.sequence, flags)

    def _with_session(self, session: int) -> Any:
        return self.message._replace(session=session) if self.moves else self.message

    def settle(self, outcome: Outcome, answer: Any = None) -> None:
        """Say what became of it; the first word holds."""
        if not self.is_settled:
            self.outcome, self.answer = outcome, answer

    def _wait_ms(self) -> int:
        step = SLOW_MS if type(self.message) in SLOW else TIMEOUT_MS
        return step if self.tries < TRIES else max(step, LAST_WAIT_MS)


def _outcome(frame: Frame, message: Any, tries: int) -> Outcome:
    if frame.kind != codes.NAK:
        return Outcome.ANSWERED
    # The wand knows the number of a repeat and no longer its answer: it may have been done.
    return Outcome.UNKNOWN if message.code == _OUT_OF_ORDER and tries > 1 else Outcome.REFUSED


class Requests:
    """The queue with a window of one."""

    def __init__(self, next_sequence: Callable[[], int]) -> None:
        """Begin empty; sequence numbers come from outside, renewals use them too."""
        self._next_sequence = next_sequence
        self._queue: deque[Ticket] = deque()
        self._current: Ticket | None = None

    def add(self, ticket: Ticket) -> None:
        """Put a request at the end of the queue."""
        self._queue.append(ticket)

    def due(self, now_ms: int, session: int) -> list[bytes]:
        """Return the frame to send now, if any; gives up a request whose last try has no answer."""
        ticket = self._current
        if ticket is not None and now_ms >= ticket.due_ms and ticket.tries >= TRIES:
            ticket.settle(Outcome.UNKNOWN)
            self._current = ticket = None
        if ticket is None:
            if not self._queue:
                return []
            ticket = self._current = self._queue.popleft()
            ticket.sequence = self._next_sequence()
            ticket.due_ms = now_ms
        if now_ms < ticket.due_ms:
            return []
        return [ticket.frame(now_ms, max(session, 1))]  # without a session the wand says so

    def answered(self, frame: Frame, message: Any) -> bool:
        """Settle the request that this answer or NAK is for; False if it is for none."""
        ticket = self._current
        if ticket is None or (frame.message_id, frame.sequence) != (ticket.message_id, ticket.sequence):
            return False
        ticket.settle(_outcome(frame, message, ticket.tries), message)
        self._current = None
        return True

    def cancel(self, everything: bool) -> None:
        """Take back what moves, or everything: a repeat after a stop must not start the wand again."""
        if self._current is not None and (everything or self._current.moves):
            self._current.settle(Outcome.UNKNOWN)
            self._current = None
        for ticket in tuple(self._queue):
            if everything or ticket.moves:
                ticket.settle(Outcome.CANCELLED)
                self._queue.remove(ticket)

    def next_ms(self, now_ms: int) -> int | None:
        """Return when something falls due, None for an empty queue."""
        if self._current is not None:
            return self._current.due_ms
        return now_ms if self._queue else None
