"""A whole treatment over every kind of bad link: it completes correctly, or stops safely and says why.

The oracle sees the true pump, vent, vacuum and seal of the virtual wand, never its
telemetry (``tests/kills/witness.py``). ``python -m tests.kills.faults 500`` does the
same at length.
"""

import struct
from collections.abc import Iterator
from typing import Any

import pytest

from microderm_ctl.firmware import interlock, replies, wire
from microderm_ctl.firmware import messages as w
from microderm_ctl.firmware.app import App
from microderm_ctl.link.link import Link
from microderm_ctl.simulator.link_faults import LinkFaults, Wire, parse_link_faults
from tests.kills.faults import FAULTS, Case, cases, cuts, losses, tally
from tests.kills.treated import BOUNDS, House, bad_link, house

SEEDS = 4
RENEWALS_SKIPPED = 8
"""Every so manieth renewal is lost in turn here; the long variant loses each."""


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("store")) as opened:
        yield opened


@pytest.mark.hazard("H-09", "wand")
@pytest.mark.hazard("H-14", "computer")
@pytest.mark.hazard("H-14", "wand")
@pytest.mark.hazard("H-15", "computer")
@pytest.mark.hazard("H-15", "wand")
@pytest.mark.hazard("H-16", "computer")
@pytest.mark.hazard("H-16", "wand")
@pytest.mark.parametrize("text", FAULTS)
def test_a_treatment_is_completed_or_stops_safely_with_its_cause(rooms: House, text: str) -> None:
    assert tally(rooms, cases(text, range(SEEDS))).wrong == []


@pytest.mark.hazard("H-12", "computer")
@pytest.mark.hazard("H-12", "wand")
def test_a_link_that_ends_at_any_moment_stops_the_wand(rooms: House) -> None:
    one = tally(rooms, cuts(12))
    assert one.wrong == []
    assert one.done <= 1 and {code for _, code in one.ended} <= {5, 6}


def test_a_sound_link_stops_nothing(rooms: House) -> None:
    one = tally(rooms, iter([Case(LinkFaults(), seed) for seed in range(6)]))
    assert (one.done, one.wrong) == (6, [])


def test_one_frame_in_a_hundred_lost_stops_nothing(rooms: House) -> None:
    one = tally(rooms, cases("drop=0.01", range(100, 112)))
    assert (one.done, one.wrong) == (12, [])


@pytest.mark.hazard("H-17", "computer")
@pytest.mark.hazard("H-17", "wand")
def test_whatever_frame_is_lost_the_total_exposure_is_what_was_planned(rooms: House) -> None:
    wrong, stopped = [], []
    for loss in losses(rooms, RENEWALS_SKIPPED):
        treated = loss.treated
        wrong += [f"{loss.what} {loss.place}: {text}" for text in treated.wrong]
        if not treated.done and "repeats" not in loss.what:
            stopped.append((loss.what, loss.place, treated.cause))
        assert treated.witness.total_ms <= BOUNDS.treatment_ms
    assert wrong == []
    assert stopped == []  # one lost frame is made up for by its repeat


@pytest.mark.hazard("H-15", "wand")
@pytest.mark.hazard("H-16", "wand")
def test_frames_of_a_session_before_start_nothing_in_this_one(rooms: House) -> None:
    """All that was ever written in another session comes again in a later one, again and again."""
    heard: list[bytes] = []

    class Recording:
        def __init__(self, wand: Any) -> None:
            self._wand = wand

        @property
        def now_ms(self) -> int:
            return int(self._wand.now_ms)

        def feed(self, data: bytes, /) -> bytes:
            heard.append(data)
            return bytes(self._wand.feed(data))

        def step(self) -> bytes:
            return bytes(self._wand.step())

    class Replaying(Recording):
        place = 0

        def step(self) -> bytes:
            out = super().step()
            self.place += 1
            old = before[self.place % len(before)]
            if HELLO not in old:  # which opens a session, and so stops what runs
                self._wand._unit.feed(old)  # the witness counts it for nobody's
            return out

    first = rooms.treat(Recording)
    before, heard = list(heard), []
    again = rooms.treat(Replaying)
    assert first.done and first.wrong == ()
    assert again.wrong == () and again.done
    assert again.witness.runs == first.witness.runs


HELLO = b"MDRM"


class Greets:
    """A link on which the greeting of this session comes again every half second, long after it was answered."""

    def __init__(self, wand: Wire) -> None:
        self._wand = wand
        self._hello = b""
        self._steps = 0

    @property
    def now_ms(self) -> int:
        return self._wand.now_ms

    def feed(self, data: bytes, /) -> bytes:
        self._hello = self._hello or data
        return self._wand.feed(data)

    def step(self) -> bytes:
        self._steps += 1
        return self._wand.step() + (self._wand.feed(self._hello) if self._steps % 25 == 0 else b"")


@pytest.mark.hazard("H-15", "computer")
@pytest.mark.hazard("H-15", "wand")
def test_the_greeting_of_this_session_come_again_changes_nothing(rooms: House) -> None:
    greeted = rooms.treat(Greets)
    assert (greeted.done, greeted.wrong) == (True, ())


# The oracle itself: without a protection it sees the harm


@pytest.mark.hazard("H-12", "wand")
def test_the_oracle_sees_a_wand_whose_lease_never_ends(rooms: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interlock, "_judge_link", lambda s, m: 0)
    assert any("longer than any renewal" in text for text in tally(rooms, cuts(4)).wrong)


class Late:
    """A link on which all that the computer says comes 400 ms late, and nothing is lost."""

    LATE_MS = 400

    def __init__(self, wand: Wire) -> None:
        self._wand = wand
        self._on_the_way: list[tuple[int, bytes]] = []

    @property
    def now_ms(self) -> int:
        return self._wand.now_ms

    def feed(self, data: bytes, /) -> bytes:
        self._on_the_way.append((self.now_ms + self.LATE_MS, data))
        return b""

    def step(self) -> bytes:
        out = self._wand.step()
        while self._on_the_way and self._on_the_way[0][0] <= self.now_ms:
            out += self._wand.feed(self._on_the_way.pop(0)[1])
        return out


@pytest.mark.hazard("H-11", "wand")
@pytest.mark.hazard("H-16", "wand")
def test_renewals_that_are_late_start_nothing_and_would_if_the_wand_took_them(rooms: House, monkeypatch: pytest.MonkeyPatch) -> None:
    late = rooms.treat(Late)
    assert (late.witness.runs, late.wrong, late.exit_code) == (0, (), 8)

    def renew(app: App, values: tuple[int, ...]) -> tuple[int, ...]:
        app.state.lease = app.c.lease_steps
        return (app.now,)

    monkeypatch.setitem(replies.HANDLERS, w.RENEW, renew)
    assert rooms.treat(Late).witness.runs > 0


@pytest.mark.hazard("H-14", "wand")
def test_the_oracle_sees_a_wand_that_checks_no_sum(rooms: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "split_body", _split_without_sum)
    assert any("a frame that the computer never sent" in text for text in tally(rooms, cases("corrupt=0.3,toward=wand", range(4))).wrong)


def _split_without_sum(body: bytes | None) -> tuple[int, int, int, int, int, bytes] | None:
    if body is None or len(body) < wire.BODY_LEAST:
        return None
    version, kind, message, flags, sequence, _ = struct.unpack(wire.HEADER, body[: wire.HEADER_SIZE])
    return version, kind, message, flags, sequence, body[wire.HEADER_SIZE : -4]


@pytest.mark.hazard("H-15", "computer")
def test_the_oracle_sees_a_computer_that_believes_old_events(rooms: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Link, "_is_newest", lambda self, sequence: True)
    assert any("done" in text for text in tally(rooms, cases("duplicate=0.5,toward=computer", range(4))).wrong)


@pytest.mark.hazard("H-17", "wand")
def test_the_oracle_sees_a_ledger_that_forgets(rooms: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from microderm_ctl.firmware.ledger import Ledger

    settle = Ledger.settle
    monkeypatch.setattr(Ledger, "settle", lambda self, used_ms, cause: settle(self, used_ms // 2, cause))
    assert any("the ledger says" in text for text in rooms.treat(bad_link(LinkFaults(), 1)).wrong)


def test_the_oracle_sees_wider_limits(rooms: House, monkeypatch: pytest.MonkeyPatch) -> None:
    arm = replies.HANDLERS[w.ARM]

    def widening(app: App, values: tuple[int, ...]) -> tuple[int | bytes, ...]:
        answer = arm(app, values)
        app.state.cap_pa = tuple(one + 500 if one else 0 for one in app.state.cap_pa)
        return answer

    monkeypatch.setitem(replies.HANDLERS, w.ARM, widening)
    assert "limits in force are wider than the plan" in rooms.treat(bad_link(parse_link_faults("drop=0"), 1)).wrong
