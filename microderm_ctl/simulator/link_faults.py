"""What can go wrong on the link between a computer and a virtual wand: frames lost, late, doubled or damaged.

Faults of the link are written ``NAME=VALUE[,NAME=VALUE...]``, and are told by their
names from the faults in the wand (``stuck-pump@6``, see ``faults``):

    drop=0.01         a frame is lost                  corrupt=0.01    one to four bits of it are turned over
    duplicate=0.01    a frame comes twice              truncate=0.01   its end is lost
    reorder=0.01      a frame comes after the next     insert=0.01     up to 24 bytes come in its middle
    delay=0.01        the link stands still for a      replay=0.01     an old frame comes again, be it of
                      time before a frame                              another session
    delay_ms=400      how long at most, 20 to 30000    cut_at=12       after so many seconds nothing passes any more
    toward=wand       only in one direction: wand, computer; both unless told

The numbers of the first eight are chances, 0 to 1, for each frame. Frames are what
stands between zero bytes; damage may hit the zeros too. The seconds of ``cut_at``
count from the wand's first start, and the line stays up: only the lease is left.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from heapq import heappop, heappush
from random import Random
from typing import Any, Final, NamedTuple, Protocol

from microderm_ctl.errors import UsageProblem
from microderm_ctl.simulator.faults import KINDS, Fault, parse_fault

CHANCES: Final = ("drop", "duplicate", "reorder", "delay", "replay", "corrupt", "truncate", "insert")
DIRECTIONS: Final = ("both", "wand", "computer")
DELAY_LEAST_MS: Final = 20
DELAY_MOST_MS: Final = 30_000
CUT_MOST_S: Final = 86_400
OVERTAKE_MS: Final = 300
"""A frame that waits to be overtaken goes on after this, if nothing overtakes it."""
OLD_FRAMES: Final = 64
BITS_MOST: Final = 4
INSERT_MOST: Final = 24
BLOCK_MOST: Final = 1024
"""Bytes without a zero that are held back for the rest of their frame; more are passed on as they are."""


class LinkFaults(NamedTuple):
    """What goes wrong on a link: a chance from 0 to 1 for each frame, and when the link ends."""

    drop: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    delay: float = 0.0
    replay: float = 0.0
    corrupt: float = 0.0
    truncate: float = 0.0
    insert: float = 0.0
    delay_ms: int = 400
    """The longest that a frame is late."""
    cut_at_ms: int | None = None
    """From when on nothing passes, in ms since the wand's first start."""
    toward: str = "both"
    """The direction in which they happen: both, wand, computer."""


NAMES: Final = (*CHANCES, "delay_ms", "cut_at", "toward")


class Faults(NamedTuple):
    """What goes wrong, sorted: in the wand, and on its link."""

    wand: tuple[Fault, ...]
    link: LinkFaults | None


def sort_faults(texts: Iterable[str]) -> Faults:
    """Return the faults that texts ask for, each of them either in the wand or on the link.

    Raises:
        UsageProblem: a text is neither, mixes both, says something twice, or has a value out of range.
    """
    wand: list[Fault] = []
    parts: list[str] = []
    for text in texts:
        first = _name(text.split(",")[0])
        if first in NAMES:
            parts += text.split(",")
        elif first in KINDS:
            wand.append(_in_wand(text))
        else:
            raise _unknown(first)
    return Faults(tuple(wand), _link_faults(parts) if parts else None)


def parse_link_faults(text: str) -> LinkFaults:
    """Return the faults of the link that a text asks for.

    Raises:
        UsageProblem: a name is unknown (the nearest is named) or said twice, or a value is out of range.
    """
    return _link_faults(text.split(","))


def _name(part: str) -> str:
    return part.strip().partition("@")[0].partition("=")[0].strip()


def _in_wand(text: str) -> Fault:
    for part in text.split(",")[1:]:
        if _name(part) in NAMES or _name(part) in KINDS:
            raise UsageProblem(f"'{text}' is more than one fault.", "A fault in the wand stands alone: repeat --fault for each.")
    return parse_fault(text)


def _unknown(name: str) -> UsageProblem:
    near = get_close_matches(name, (*KINDS, *NAMES), 1)
    question = f" Did you mean '{near[0]}'?" if near else ""
    return UsageProblem(
        f"There is no fault '{name}'.{question}", f"Faults in the wand are {', '.join(KINDS)}; on the link {', '.join(NAMES)}."
    )


def _link_faults(parts: Iterable[str]) -> LinkFaults:
    values: dict[str, Any] = {}
    for part in parts:
        name, value = _name(part), part.partition("=")[2].strip()
        if name in KINDS:
            raise UsageProblem(f"'{name}' is a fault in the wand, not on the link.", "It stands alone: repeat --fault for each.")
        if name not in NAMES:
            raise _unknown(name)
        field = "cut_at_ms" if name == "cut_at" else name
        if field in values:
            raise UsageProblem(f"The fault '{name}' is said twice.")
        values[field] = _value(name, value)
    return LinkFaults()._replace(**values)


def _value(name: str, value: str) -> float | int | str:
    if name == "toward":
        if value not in DIRECTIONS:
            raise UsageProblem(f"'{value}' is not a direction of the link.", f"toward takes {', '.join(DIRECTIONS)}.")
        return value
    if name == "delay_ms":
        return round(_number(name, value, DELAY_LEAST_MS, DELAY_MOST_MS))
    if name == "cut_at":
        return round(_number(name, value, 0, CUT_MOST_S) * 1000)
    return _number(name, value, 0, 1)


def _number(name: str, value: str, least: float, most: float) -> float:
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        raise UsageProblem(f"'{value}' is not a number from {least:g} to {most:g}, which the fault '{name}' takes.")
    return number


class Wire(Protocol):
    """What a port feeds and steps: a virtual wand, or a bad link before it."""

    @property
    def now_ms(self) -> int:
        """Milliseconds since the wand's first start."""

    def feed(self, data: bytes, /) -> bytes:
        """Take bytes from the computer and return what arrives at it."""

    def step(self) -> bytes:
        """Let 20 ms pass and return what arrives at the computer."""


class FaultyWire:
    """A link on which things go wrong, before a virtual wand.

    It outlives sessions: what is on its way when the computer hangs up still arrives.
    """

    def __init__(self, wand: Wire, faults: LinkFaults, random: Random) -> None:
        """Stand before a wand; the same numbers from ``random`` give the same faults."""
        self.down = Lane(faults if faults.toward != "computer" else LinkFaults(cut_at_ms=faults.cut_at_ms), random)
        """Towards the wand."""
        self.up = Lane(faults if faults.toward != "wand" else LinkFaults(cut_at_ms=faults.cut_at_ms), random)
        """Towards the computer."""
        self._wand = wand

    @property
    def now_ms(self) -> int:
        """Milliseconds since the wand's first start."""
        return self._wand.now_ms

    def feed(self, data: bytes, /) -> bytes:
        """Take bytes from the computer and return what arrives at it."""
        now_ms = self.now_ms
        arrived = self.down.take(data, now_ms)
        return self.up.take(self._wand.feed(arrived) if arrived else b"", now_ms)

    def step(self) -> bytes:
        """Let 20 ms pass and return what arrives at the computer."""
        events = self._wand.step()
        late = self.down.take(b"", self.now_ms)
        return self.up.take(events + (self._wand.feed(late) if late else b""), self.now_ms)


class Lane:
    """One direction of a link.

    Attributes:
        counts: how often each fault has happened.
    """

    def __init__(self, faults: LinkFaults, random: Random) -> None:
        """Begin with nothing on its way."""
        self.counts = dict.fromkeys((*CHANCES, "cut_at"), 0)
        self._faults = faults
        self._random = random
        self._tail = b""
        self._queue: list[tuple[int, int, bytes]] = []
        self._number = 0
        self._clear_ms = 0
        self._overtaken: list[tuple[int, bytes]] = []
        self._old: list[bytes] = []
        self._seen = 0

    def take(self, data: bytes, now_ms: int) -> bytes:
        """Take bytes in and return those that arrive now."""
        *blocks, self._tail = (self._tail + data).split(b"\0")
        for block in blocks:
            if block:
                self._meet(b"\0" + block + b"\0", now_ms)
        if len(self._tail) > BLOCK_MOST:
            self._put(self._tail, now_ms, now_ms)
            self._tail = b""
        return self._due(now_ms)

    def _meet(self, frame: bytes, now_ms: int) -> None:
        """Let a frame meet its fate."""
        faults = self._faults
        self._remember(frame)
        if faults.cut_at_ms is not None and now_ms >= faults.cut_at_ms:
            self.counts["cut_at"] += 1
            return
        if self._happens("drop"):
            return
        if self._happens("delay"):
            self._clear_ms = max(self._clear_ms, now_ms + self._late_ms())
        due_ms = max(now_ms, self._clear_ms)
        overtaken, self._overtaken = self._overtaken, []
        if self._happens("reorder"):
            self._overtaken.append((due_ms + OVERTAKE_MS, self._damaged(frame)))
        else:
            self._put(self._damaged(frame), due_ms, now_ms)
        for _, late in overtaken:
            self._put(late, due_ms, now_ms)
        if self._happens("duplicate"):
            self._put(frame, due_ms + self._random.choice((0, self._late_ms())), now_ms)
        if self._happens("replay"):
            self._put(self._random.choice(self._old), due_ms, now_ms)

    def _happens(self, name: str) -> bool:
        chance: float = getattr(self._faults, name)
        happens = chance > 0 and self._random.random() < chance
        self.counts[name] += happens
        return happens

    def _late_ms(self) -> int:
        return self._random.randint(DELAY_LEAST_MS, self._faults.delay_ms)

    def _damaged(self, frame: bytes) -> bytes:
        random = self._random
        if self._happens("corrupt"):
            number = int.from_bytes(frame, "little")
            for bit in random.sample(range(len(frame) * 8), random.randint(1, BITS_MOST)):
                number ^= 1 << bit
            frame = number.to_bytes(len(frame), "little")
        if self._happens("truncate"):
            frame = frame[: random.randrange(1, len(frame))]
        if self._happens("insert"):
            place = random.randrange(len(frame))
            frame = frame[:place] + random.randbytes(random.randint(1, INSERT_MOST)) + frame[place:]
        return frame

    def _remember(self, frame: bytes) -> None:
        """Keep an even sample of all frames that ever passed, of sessions before this one too."""
        if self._faults.replay == 0:
            return
        self._seen += 1
        if len(self._old) < OLD_FRAMES:
            self._old.append(frame)
        elif (place := self._random.randrange(self._seen)) < OLD_FRAMES:
            self._old[place] = frame

    def _put(self, data: bytes, due_ms: int, now_ms: int) -> None:
        self._number += 1
        heappush(self._queue, (max(due_ms, now_ms), self._number, data))

    def _due(self, now_ms: int) -> bytes:
        for end_ms, frame in self._overtaken:
            if end_ms <= now_ms:
                self._put(frame, now_ms, now_ms)
        self._overtaken = [one for one in self._overtaken if one[0] > now_ms]
        arrived = []
        while self._queue and self._queue[0][0] <= now_ms:
            arrived.append(heappop(self._queue)[2])
        if self._faults.cut_at_ms is not None and now_ms >= self._faults.cut_at_ms:
            return b""  # what was still on its way is lost with the link
        return b"".join(arrived)


def faulty(wand: Wire, faults: LinkFaults | None, seed: int | None, serial: str) -> Wire:
    """Return a wand behind its link: itself, if nothing goes wrong there.

    Args:
        wand: the virtual wand.
        faults: what goes wrong on the link; None: nothing.
        seed: the same one gives the same run; None draws one.
        serial: of the wand, so that each of several has its own run.
    """
    if faults is None:
        return wand
    return FaultyWire(wand, faults, Random() if seed is None else Random(f"{seed} {serial} link"))
