"""Every message number, of every kind, in every state, with and without an unlock: nothing starts the pump and no limit moves."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any, Final

import pytest

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import messages as w
from microderm_ctl.firmware import wire
from microderm_ctl.firmware.app import App, needs_session
from microderm_protocol import Frame, build_frame, codes
from microderm_protocol.messages import bench, handshake, treatment
from tests.explore.requests import ALL, SESSION
from tests.explore.world import NOW
from tests.firmware.rig import Rig
from tests.firmware.test_service import drive, keyed, opened

KINDS: Final = (codes.REQUEST, 0, wire.ANSWER, wire.EVENT, wire.NAK, 5, 255)
AFTER_STEPS: Final = 40


def _linked(rig: Rig) -> Rig:
    rig.hello()
    rig.steps(1)
    return rig


def _armed() -> Rig:
    rig = _linked(Rig())
    rig.arm()
    rig.ask(treatment.ZoneRequest(rig.session, 0, 8_000))
    return rig


def _held(how: str) -> Rig:
    rig = Rig().run()
    if how == "paused":
        rig.ask(treatment.PauseRequest(rig.session))
    rig.steps(60, motion=0)
    return rig


def _stopping() -> Rig:
    rig = Rig().run()
    rig.ask(handshake.StopRequest())
    return rig


def _faulty() -> Rig:
    rig = keyed()
    rig.board.vacuum_pa, rig.board.vent_works = 3_000, False
    rig.steps(30)
    return rig


def _locked_out() -> Rig:
    rig = keyed()
    rig.steps(20, current=200)
    rig.board.current = 0
    return rig


def _driven() -> Rig:
    rig = opened()
    drive(rig, k.DRIVE_SET_POINT)
    rig.steps(3)
    return rig


def _testing() -> Rig:
    rig = opened()
    rig.ask(bench.SelfTestRequest(rig.session))
    return rig


def _left() -> Rig:
    rig = opened()
    rig.ask(bench.LeaveServiceRequest(rig.session))
    rig.steps(3)
    return rig


def _booting(steps: int) -> Rig:
    rig = Rig()
    rig.app = App(rig.board)
    rig.session = 0
    rig.steps(steps)
    return rig


STATES: Final[dict[str, tuple[int, Callable[[], Rig]]]] = {
    "BOOT": (k.BOOT, lambda: _booting(0)),
    "SELF_TEST": (k.SELF_TEST, lambda: _booting(3)),
    "SAFE": (k.SAFE, Rig),
    "LINKED": (k.LINKED, lambda: _linked(Rig())),
    "LINKED with a key": (k.LINKED, keyed),
    "LINKED after SERVICE": (k.LINKED, _left),
    "ARMED": (k.ARMED, _armed),
    "RUN": (k.RUN, lambda: Rig().run()),
    "HOLD": (k.HOLD, lambda: _held("paused")),
    "HOLD after dwell": (k.HOLD, lambda: _held("dwell")),
    "STOPPING": (k.STOPPING, _stopping),
    "COOLDOWN": (k.COOLDOWN, lambda: _linked(Rig().run().power_cycle())),
    "FAULT": (k.FAULT, _faulty),
    "LOCKOUT": (k.LOCKOUT, _locked_out),
    "SERVICE": (k.SERVICE, opened),
    "SERVICE driven": (k.SERVICE, _driven),
    "SELF_TEST of SERVICE": (k.SELF_TEST, _testing),
}


def payloads(rig: Rig, message: int, random: Random) -> Iterator[bytes]:
    """Yield sound payloads of this session, as far as the number has a meaning, and random ones."""
    session = rig.app.token or 1
    for request in ALL:
        if request.message == message:
            form, _ = w.REQUESTS[message]
            values = [session if one == SESSION else rig.app.now if one == NOW else one for one in request.values]
            yield wire.pack(form, tuple(values))  # type: ignore[arg-type]
    if message in w.REQUESTS:
        form, _ = w.REQUESTS[message]
        for _ in range(3):
            noise = random.randbytes(wire.size_of(form))
            yield session.to_bytes(4, "little") + noise[4:] if needs_session(message) and len(noise) >= 4 else noise
    yield b""
    yield random.randbytes(random.randrange(1, 200))
    yield session.to_bytes(4, "little") + random.randbytes(random.randrange(60))


def limits_of(rig: Rig) -> tuple[Any, ...]:
    s = rig.app.state
    return (s.cap_pa, s.trip_pa, s.limit, s.dwell_limit, s.treatment_limit, s.confirmed_pa)


def fingerprint(rig: Rig) -> tuple[Any, ...]:
    app, board = rig.app, rig.board
    app.state.silent = 0
    kept = (app.restart_in, app.staged, app.token, app.zero, app.gain, app.coefficients, app.unlock.failures, app.command_id)
    return (app.state.snapshot(), board.duty, board.vent, dict(board.slots), kept, vars(app.c))


def check(name: str, rig: Rig, message: int, kind: int, before: tuple[Any, ...], limits: tuple[Any, ...]) -> None:
    """See that what a frame changed starts nothing and widens nothing, now and in the steps after it, with nobody at the button."""
    assert kind == codes.REQUEST, "only a request does anything"
    assert rig.board.duty <= before[1]
    assert rig.board.vent >= before[2]
    assert vars(rig.app.c) == before[5] == {}
    if not (name.startswith("LINKED") and message == w.ARM):
        assert limits_of(rig) == limits
    else:
        s, c = rig.app.state, rig.app.c
        assert max(s.cap_pa) <= c.set_point_most_pa
        assert max(s.trip_pa) <= c.trip_most_pa
        assert s.treatment_limit * c.step_ms <= c.treatment_most_ms
    may_drive = (name, message) in {("HOLD", w.RESUME), ("RUN", w.SET_POINT), ("RUN", w.RENEW)}
    may_drive = may_drive or (name.startswith("SERVICE") and message not in (w.STOP, w.HELLO, w.LEAVE_SERVICE, w.SELF_TEST))
    for _ in range(AFTER_STEPS):
        rig.steps(1, vacuum_pa=0, motion=0)
        assert may_drive or rig.board.duty == 0, (name, message)


@pytest.mark.hazard("H-31", "wand")
@pytest.mark.hazard("H-40", "wand")
@pytest.mark.parametrize("name", STATES)
def test_no_message_starts_the_pump_or_moves_a_limit(name: str) -> None:
    mode, make = STATES[name]
    random = Random(name)
    base = make()
    assert base.mode == mode
    rig = deepcopy(base)
    before, limits = fingerprint(rig), limits_of(rig)
    sequence = 1_000
    changed = set()
    for message in range(256):
        for kind in KINDS:
            for payload in payloads(base, message, random):
                sequence += 1
                rig.app.feed(build_frame(Frame(codes.VERSION, kind, message, 0, sequence & 0xFFFF, payload)))
                if fingerprint(rig) != before:
                    changed.add(message)
                    check(name, rig, message, kind, before, limits)
                    rig = deepcopy(base)
                    sequence = 1_000
    assert changed <= set(w.REQUESTS), "a number without a meaning does nothing"
    assert w.HELLO in changed
