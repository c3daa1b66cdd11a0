"""Whole treatments over bad links, in virtual time: what may come of them, over many seeds.

    python -m tests.kills.faults 500          500 seeds a fault, and every answer and request lost in turn

Prints a line a fault: how many treatments were completed, and how the others ended.
Exits with 1 if the oracle saw anything that should not be (see ``witness``).
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Final, NamedTuple

from microderm_ctl.simulator.link_faults import LinkFaults, Wire, parse_link_faults
from microderm_protocol import Decoder
from microderm_protocol.messages import NUMBERS, treatment
from tests.kills.treated import House, Treated, bad_link, house

MIXED: Final = "drop=0.01,duplicate=0.05,reorder=0.02,delay=0.01,delay_ms=200,replay=0.01,corrupt=0.01,truncate=0.01,insert=0.01"
FAULTS: Final = (
    "drop=0.01",
    "drop=0.1",
    "drop=0.3",
    "duplicate=0.5",
    "reorder=0.3",
    "delay=0.05,delay_ms=200",
    "delay=0.05,delay_ms=3000",
    "delay=0.05,delay_ms=30000",
    "replay=0.3",
    "replay=0.3,toward=computer",
    "corrupt=0.1",
    "truncate=0.1",
    "insert=0.1",
    MIXED,
)
"""What is tried with every seed; ``cut_at`` besides, at another moment for each."""
CUT_FIRST_S: Final = 0.3
CUT_LAST_S: Final = 13.0
RENEWALS: Final = NUMBERS[treatment.RenewRequest][1]


class Case(NamedTuple):
    """A fault and a seed."""

    faults: LinkFaults
    seed: int


class LosesFrame:
    """A link that loses one frame: the answer, NAK or request with a place, and with ``repeats`` those of its repeats too.

    Attributes:
        renewals: of each such frame, whether it belongs to a renewal.
    """

    def __init__(self, wand: Wire, place: int | None, *, requests: bool = False, repeats: bool = False) -> None:
        self.renewals: list[bool] = []
        self._wand = wand
        self._place = place
        self._requests = requests
        self._repeats = repeats
        self._lost: tuple[int, int] | None = None

    @property
    def now_ms(self) -> int:
        return self._wand.now_ms

    def feed(self, data: bytes, /) -> bytes:
        if self._requests:
            data = self._less(data)
        out = self._wand.feed(data) if data else b""
        return out if self._requests else self._less(out)

    def step(self) -> bytes:
        return self._wand.step()

    def _less(self, data: bytes) -> bytes:
        """Return whole frames without the one that is lost."""
        frames = (b"\0" + block + b"\0" for block in data.split(b"\0") if block)
        return b"".join(frame for frame in frames if not self._loses(frame))

    def _loses(self, data: bytes) -> bool:
        (frame,) = Decoder().feed(data)
        key = (frame.message_id, frame.sequence)
        if key == self._lost:
            return self._repeats
        self.renewals.append(frame.message_id == RENEWALS)
        if len(self.renewals) - 1 == self._place:
            self._lost = key
            return True
        return False


class Loss(NamedTuple):
    """A treatment in which one frame was lost."""

    what: str
    place: int
    treated: Treated


def losses(rooms: House, stride: int = 1) -> Iterator[Loss]:
    """Lose each answer and each request of a treatment in turn, once and with its repeats; of renewals every ``stride``-th, once."""
    for requests, repeats in product((False, True), repeat=2):
        what = f"{'request' if requests else 'answer'}{' and its repeats' if repeats else ''}"
        for place, is_renewal in enumerate(_frames(rooms, requests)):
            if not is_renewal or (not repeats and place % stride == 0):
                yield Loss(what, place, rooms.treat(partial(LosesFrame, place=place, requests=requests, repeats=repeats)))


def _frames(rooms: House, requests: bool) -> list[bool]:
    """Return of each answer (or request) of a treatment without faults whether it belongs to a renewal."""
    wire = rooms.treat(partial(LosesFrame, place=None, requests=requests)).wire
    return wire.renewals if isinstance(wire, LosesFrame) else []


def cases(text: str, seeds: Sequence[int]) -> Iterator[Case]:
    """Return a fault with each seed."""
    for seed in seeds:
        yield Case(parse_link_faults(text), seed)


def cuts(count: int) -> Iterator[Case]:
    """Return cuts at moments spread evenly over a treatment."""
    for seed in range(count):
        at_s = CUT_FIRST_S + (CUT_LAST_S - CUT_FIRST_S) * seed / count
        yield Case(parse_link_faults(f"cut_at={at_s:.3f}"), seed)


class Tally(NamedTuple):
    """What came of many treatments with a fault."""

    done: int
    ended: Counter[tuple[str, int]]
    wrong: list[str]
    treated_s: float


def tally(rooms: House, some: Iterator[Case]) -> Tally:
    """Lead a treatment for each case."""
    return count_up((f"{case}", rooms.treat(bad_link(case.faults, case.seed), case.seed)) for case in some)


def count_up(treatments: Iterable[tuple[str, Treated]]) -> Tally:
    """Count what came of treatments."""
    done, virtual_ms, ended, wrong = 0, 0, Counter[tuple[str, int]](), list[str]()
    for name, treated in treatments:
        done += treated.done
        virtual_ms += treated.virtual_ms
        wrong += [f"{name}: {text}" for text in treated.wrong]
        if not treated.done:
            ended[treated.cause, treated.exit_code] += 1
    return Tally(done, ended, wrong, virtual_ms / 1000)


def _told(name: str, one: Tally) -> str:
    ended = "".join(f"; {cause} (exit {code}) {number}" for (cause, code), number in one.ended.most_common())
    count = one.done + one.ended.total()
    lines = [f"{name:32} {count:5} treatments, {one.treated_s / 3600:5.2f} h: done {one.done}{ended}"]
    return "\n".join(lines + [f"    WRONG {text}" for text in one.wrong[:10]])


def main(arguments: Sequence[str]) -> int:
    """Run all faults with so many seeds."""
    seeds = range(int(arguments[0]) if arguments else 100)
    wrong = 0
    with tempfile.TemporaryDirectory() as name, house(Path(name)) as rooms:
        for text in ("drop=0", *FAULTS):
            one = tally(rooms, cases(text, seeds))
            print(_told(text if text != MIXED else "all mixed", one), flush=True)
            wrong += len(one.wrong) + (one.ended.total() if text == "drop=0" else 0)
        for name_of, some in (
            ("cut_at, all through", tally(rooms, cuts(len(seeds)))),
            ("one frame lost, each in turn", count_up((f"{loss.what} {loss.place}", loss.treated) for loss in losses(rooms))),
        ):
            print(_told(name_of, some), flush=True)
            wrong += len(some.wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
