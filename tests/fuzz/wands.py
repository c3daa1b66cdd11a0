"""Fuzzed: the wand's program behind the check sum, in every state, with sound and forged messages, broken inputs and time."""

import pickle
from functools import cache
from typing import Any, Final
from zlib import crc32

from microderm_ctl.firmware import constants as k
from microderm_protocol import TABLE_HASH, build_frame, codes, decode, encode
from microderm_protocol.framing import Frame
from microderm_protocol.messages import LAYOUTS, NUMBERS, bench, handshake, treatment
from tests.firmware.rig import Rig
from tests.firmware.test_service import HOST_NONCE, keyed, opened
from tests.fuzz.tape import Tape, forged

STAGED_CRC: Final = crc32(bytes(48))
STEPS_MOST: Final = 300
"""Steps of a run; more cost time and show nothing new."""
INPUTS: Final = (
    ("vacuum_pa", (0, 500, 950, 5_000, 8_000, 9_300, 24_900, 26_800, 60_000, -1_600)),
    ("motion", (0, 29, 30, 500)),
    ("tip", (1_000, 2_200, 4_700, k.TIP_ABSENT_OHM, 0)),
    ("temperature", (250, -1, 551)),
    ("supply", (5_000, 4_300, 5_600)),
    ("current", (0, 400)),
    ("line", (True, False)),
    ("pressed", (False, True)),
    ("broken_memory", (False, True)),
    ("vent_works", (True, False)),
)
REQUESTS: Final = tuple(key for key in LAYOUTS if key[0] == codes.REQUEST)
THEN: Final = bytes((0x60, 10, 0x40, 7, 1, 0x60, 20, 0x40, 7, 0, 0x40, 0, 4, 0x60, 30))
"""A moment, a press, and a vacuum."""
BUSY: Final = (3, 4, 5, 10)
"""ARMED, RUN, HOLD and SERVICE among ``states``."""
HIGHEST: Final = 0x91
"""The choice of a tape that takes the highest value of a field."""
LIMITS: Final = ("cap_pa", "trip_pa", "limit", "dwell_limit", "treatment_limit")


@cache
def states() -> tuple[bytes, ...]:
    """Return a wand in each state, as bytes to begin runs from."""
    safe, linked, armed, ran, held = Rig(), Rig(), Rig(), Rig().run(), Rig().run()
    linked.hello()
    linked.steps(1)
    _arm(armed)
    held.ask(treatment.PauseRequest(held.session))
    stopping, fault, lockout = Rig().run(), Rig().run(), Rig()
    stopping.ask(handshake.StopRequest())
    fault.steps(200, supply=4_000)
    fault.board.supply = 5_000
    lockout.steps(30, current=400)
    lockout.board.current = 0
    cooldown = Rig().run(rows=((8_000, 1, 1_000),), treatment_ms=1_000)
    cooldown.steps(100, vacuum_pa=8_000)
    service, boot = opened(), Rig()
    boot.app.state.mode = k.BOOT
    reached = (boot, safe, linked, armed, ran, held, stopping, cooldown, fault, lockout, service, keyed())
    for rig in reached:
        rig.renews = False
    return tuple(pickle.dumps(rig) for rig in reached)


def _arm(rig: Rig) -> None:
    rig.hello()
    rig.steps(1)
    rig.arm(((8_000, 10, 1_000), (9_000, 10, 1_000)))
    rig.ask(treatment.ZoneRequest(rig.session, 0, 8_000))


def known(rig: Rig) -> dict[type, Any]:
    """Return a request of each type that this wand could take now."""
    session = rig.session or 1
    rows = ((1, 2), (8_000, 9_000), (10, 10), (1_000, 1_000))
    columns = [(*one, *[0] * 10) for one in rows]
    sound = (
        handshake.HelloRequest(codes.MAGIC, TABLE_HASH, 7), handshake.IdentityRequest(), handshake.StopRequest(),
        handshake.RestartRequest(codes.CONFIRM), handshake.LoaderRequest(codes.CONFIRM),
        treatment.RenewRequest(session, rig.board.ticks), treatment.LimitsRequest(),
        treatment.ArmRequest(session, 78, 1_770_000_000, 99, 0, 106, 20_000, 2, *columns),
        treatment.ZoneRequest(session, 0, 8_000), treatment.SetPointRequest(session, 7_000), treatment.PauseRequest(session),
        treatment.ResumeRequest(session), treatment.AcknowledgeRequest(session), treatment.RowsRequest(), treatment.LedgerRequest(77, 0),
        bench.ChallengeRequest(session, HOST_NONCE), bench.UnlockRequest(session, 7, 600, bytes(32)),
        bench.UnlockAgainRequest(session, rig.app.unlock.token or bytes(16)), bench.LeaveServiceRequest(session),
        bench.DriveRequest(session, 1, 8_000, 30_000, 0, 10), bench.MeasureRequest(session),
        bench.StageRequest(session, 2, 48, bytes(48)), bench.CommitRequest(session, 2, STAGED_CRC), bench.RecordRequest(session, 1),
        bench.SelfTestRequest(session), bench.ClearLatchRequest(session), bench.SignalRequest(session, 3),
    )  # fmt: skip
    return {type(one): one for one in sound}


def seeds() -> list[bytes]:
    """Return, from every state, every request as it should be, then time and a press; and each field of each at its highest."""
    runs = [bytes((state, 0x10, number)).ljust(80, b"\0") + THEN for state in range(12) for number in range(len(REQUESTS))]
    fields = [(number, field) for number, key in enumerate(REQUESTS) for field in range(len(LAYOUTS[key].fields))]
    edges = [bytes((state, 0x10, number, *[0] * field, HIGHEST, 0)) for state in BUSY for number, field in fields]
    return runs + edges


def run(data: bytes) -> object:
    """Lead one wand from one state through what the bytes say; return what it showed of itself."""
    tape = Tape(data)
    rigs = states()
    rig: Rig = pickle.loads(rigs[tape.byte() % len(rigs)])
    judge = Judge(rig)
    left = STEPS_MOST
    seen: set[tuple[int, ...]] = set()
    for _ in range(40):
        if tape.is_over:
            break
        order = tape.byte() >> 5
        if order == 2:
            name, values = INPUTS[tape.byte() % len(INPUTS)]
            setattr(rig.board, name, values[tape.byte() % len(values)])
        elif order in (3, 4):
            steps = min(left, 1 + tape.byte())
            left -= steps
            judge.steps(steps, order == 3)
            seen.add((rig.mode, rig.cause))
        else:
            seen.add((rig.mode, *judge.ask(tape, order)))
    judge.come_to_rest()
    return tuple(sorted(seen))


class Judge:
    """Asks and steps one wand, and holds it to what it promises whatever comes."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig

    def ask(self, tape: Tape, order: int) -> tuple[int, ...]:
        """Send a request: as it should be or forged, with a new sequence or another, or a payload that is no message."""
        rig, kind_and_id = self.rig, REQUESTS[tape.byte() % len(REQUESTS)]
        rig.sequence = rig.sequence + 1 if order < 6 else tape.byte()
        if order == 5:
            head = (tape.byte() % 3, codes.REQUEST, tape.byte(), tape.byte() & 0x8F, rig.sequence & 0xFFFF)
            frame = build_frame(Frame(*head, tape.take(tape.byte() % 60)))
        else:
            layout = LAYOUTS[kind_and_id]
            frame = encode(forged(layout, known(rig)[layout.message], tape), rig.sequence)
        before, duty, mode = self._limits(), rig.board.duty, rig.mode
        answers = rig.decoder.feed(rig.app.feed(frame))
        assert len(answers) == 1, "each request has one answer"
        message = decode(answers[0])  # which the computer can read
        assert rig.board.duty <= duty, "no message turns the pump up by itself"
        if rig.mode == k.RUN and mode != k.RUN:
            assert mode == k.HOLD and isinstance(message, treatment.ResumeAnswer)
        if not isinstance(message, treatment.ArmAnswer):
            assert self._limits() == before, "no message but ARM moves a limit"
        self._hold()
        if isinstance(message, handshake.HelloAnswer):
            rig.session = message.session
        return (codes.NAK, message.code) if isinstance(message, handshake.Nak) else NUMBERS[type(message)]

    def steps(self, count: int, renews: bool) -> None:
        """Let steps pass, with the lease renewed or not."""
        rig = self.rig
        for number in range(count):
            if renews and rig.session and number % 5 == 0:
                rig.sequence += 1
                rig.app.feed(encode(treatment.RenewRequest(rig.session, rig.board.ticks), rig.sequence))
            mode, live = rig.mode, rig.app.state.lease > 1
            rig.steps(1)
            if rig.mode == k.RUN and mode != k.RUN:
                assert mode in (k.ARMED, k.HOLD) and live and rig.board.line
            if not live or not rig.board.line or not k.TIPS[0][0] <= rig.board.tip <= k.TIPS[-1][1]:
                assert rig.is_off or (rig.mode == k.SERVICE and live and rig.board.line)
            self._hold()

    def come_to_rest(self) -> None:
        """Without a word from the computer the pump is off within the lease."""
        self.rig.steps(self.rig.app.c.lease_steps + 1)
        assert self.rig.is_off

    def _limits(self) -> tuple[Any, ...]:
        return tuple(getattr(self.rig.app.state, name) for name in LIMITS)

    def _hold(self) -> None:
        """What holds at any moment."""
        rig, s, c = self.rig, self.rig.app.state, self.rig.app.c
        assert rig.board.duty == 0 or rig.mode in (k.RUN, k.SERVICE)
        assert rig.board.vent or rig.mode in (k.RUN, k.SERVICE)
        assert 0 <= rig.board.duty <= 0xFFFF
        assert all(cap <= 25_000 for cap in s.cap_pa) and all(trip <= 26_700 for trip in s.trip_pa)
        assert s.treatment_limit * 20 <= 360_000 and all(one * 20 <= 3_000 for one in s.dwell_limit)
        assert s.lease <= c.lease_steps and s.service <= c.service_steps
        assert s.set_point_pa <= (s.cap_pa[s.row] if rig.mode in k.ACTIVE and s.row != k.NO_ROW else 25_000)
        assert len(rig.app._cache) <= 4 and len(rig.app.ledger._entries) <= 8
        rig.events.clear()
