"""Protections that no other test shows alone: found missing when each was taken out."""

import ast
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_mock import MockerFixture

from microderm_ctl.cli.answers import read_object
from microderm_ctl.errors import FileProblem
from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import memory, regulator, wire
from microderm_ctl.firmware import messages as w
from microderm_ctl.firmware.app import App
from microderm_ctl.link.link import Link
from microderm_ctl.link.ports import find
from microderm_ctl.link.requests import Outcome
from microderm_ctl.safety import Grit, Skin, Zone, evidence, limits
from microderm_protocol import Decoder, Frame, build_frame, codes, decode, encode
from microderm_protocol.messages import NUMBERS, handshake, treatment
from tests.firmware.rig import PlainBoard, Rig
from tests.hazards.trace import ROOT
from tests.link.peer import Cable, Peer
from tests.safety import people

SOURCES = sorted(path for part in ("microderm_ctl", "protocol/microderm_protocol") for path in (ROOT / part).rglob("*.py"))


class TellingBoard(PlainBoard):
    """A board that keeps the order in which it is used."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def __getattribute__(self, name: str) -> Any:
        if name in vars(PlainBoard) and not name.startswith("_"):
            object.__getattribute__(self, "told").append(name)
        return object.__getattribute__(self, name)


def linked() -> Rig:
    """Return a wand in a session with a live lease."""
    rig = Rig()
    rig.hello()
    rig.steps(1)
    return rig


@pytest.mark.hazard("H-13", "wand")
def test_a_start_drives_off_and_open_before_it_reads_anything() -> None:
    board = TellingBoard()
    App(board)
    assert board.told[:2] == ["set_pump", "set_vent"]
    assert (board.duty, board.vent) == (0, True)


@pytest.mark.hazard("H-13", "wand")
@pytest.mark.hazard("H-40", "wand")
def test_every_start_goes_through_the_self_test_to_safe() -> None:
    """From RUN, power gone and back: nothing is driven on the way to rest."""
    board = Rig().run().board
    board.ticks, board.vacuum_pa, board.duty, board.vent = 0, 0, 0, True
    app = App(board)
    modes = []
    for _ in range(40):
        board.ticks += 20
        app.step()
        modes.append(app.state.mode)
        assert (board.duty, board.vent) == (0, True)
    assert list(dict.fromkeys(modes)) == [k.SELF_TEST, k.COOLDOWN]


@pytest.mark.hazard("H-40", "wand")
def test_nothing_runs_before_the_press() -> None:
    """Armed, the row named, the lease alive: the pump waits for the button."""
    rig = linked()
    rig.arm()
    rig.ask(treatment.ZoneRequest(rig.session, 0, 8_000))
    for _ in range(40):
        rig.steps(10)
        assert rig.mode == k.ARMED
        assert rig.is_off


@pytest.mark.hazard("H-18", "wand")
@pytest.mark.hazard("H-19", "wand")
@pytest.mark.hazard("H-22", "wand")
def test_a_fault_whose_cause_is_gone_waits_for_word_and_button() -> None:
    """Neither the one nor the other alone leaves it."""
    for word, button in ((False, False), (True, False), (False, True), (True, True)):
        rig = Rig().run()
        rig.steps(3, temperature=600, vacuum_pa=0)
        rig.steps(5, temperature=300)
        if word:
            rig.ask(treatment.AcknowledgeRequest(rig.session))
        if button:
            rig.press()
        rig.steps(40)
        assert (rig.mode != k.FAULT) is (word and button)


@pytest.mark.hazard("H-02", "wand")
@pytest.mark.hazard("H-47", "wand")
def test_a_landing_is_searched_for_with_at_most_26_percent() -> None:
    """Whatever the gains say, and however long the tip only just touches."""

    class Strong(regulator.Gains):
        search_duty = 60_000

    for gains in (regulator.Gains(), Strong()):
        control = regulator.REST
        for _ in range(300):
            duty, _, control = regulator.regulate(gains, control, 25_000, 500)
            assert duty <= 65_535 * 26 // 100


@pytest.mark.hazard("H-14", "wand")
@pytest.mark.hazard("H-39", "wand")
@pytest.mark.parametrize("request_", [handshake.StopRequest(), treatment.SetPointRequest(0x1234_5678, 9_000)], ids=["STOP", "SET_POINT"])
def test_no_flipped_bit_makes_another_frame_for_the_wand(request_: Any) -> None:
    """One or two next to each other, at every place: lost, or the very frame that was sent."""
    sent = encode(request_, 7)
    (whole,) = wire.Receiver().feed(sent)
    for bit in range(len(sent) * 8):
        for width in (1, 2):
            spoiled = (int.from_bytes(sent, "little") ^ (2**width - 1) << bit) % (1 << len(sent) * 8)
            taken = wire.Receiver().feed(b"\0" + spoiled.to_bytes(len(sent), "little") + b"\0")
            assert [frame for frame in taken if frame != whole] == []


@pytest.mark.hazard("H-01", "wand")
@pytest.mark.hazard("H-42", "wand")
def test_a_forged_set_point_above_25_kpa_is_refused_by_the_wand() -> None:
    """A sound frame of this session, from a computer that checks nothing."""
    rig = Rig().run()
    payload = wire.pack("<IH", (rig.session, 25_500))
    (frame,) = Decoder().feed(rig.app.feed(build_frame(Frame(1, codes.REQUEST, w.SET_POINT, 0, 900, payload))))
    assert decode(frame).code == w.BAD_VALUE
    assert rig.app.state.set_point_pa == 8_000


@pytest.mark.hazard("H-03", "wand")
def test_the_wand_meets_dwell_and_seconds_with_its_own() -> None:
    """Constants that a test makes narrower than any message: what is asked comes back as they say."""

    class Narrow(k.Constants):
        dwell_most_ms = 1_000
        treatment_most_ms = 20_000
        set_point_most_pa = 7_000

    rig = linked()
    rig.app.c = Narrow()
    answer = rig.arm(rows=((8_000, 60, 3_000),))
    assert (answer.cap_pa[0], answer.seconds[0], answer.dwell_ms[0], answer.treatment_ms) == (7_000, 20, 1_000, 20_000)


@pytest.mark.hazard("H-07", "wand")
def test_a_tip_that_is_not_in_the_table_has_no_grit() -> None:
    assert [k.grit_of(ohm) for ohm in (0, 899, 1_101, 1_999, 2_401, 4_199, 5_201, k.TIP_ABSENT_OHM)] == [0] * 8
    assert [k.grit_of(ohm) for ohm in (1_000, 2_200, 4_700)] == [106, 125, 150]


@pytest.mark.hazard("H-23", "wand")
def test_a_vented_sensor_that_does_not_read_ambient_is_not_armed() -> None:
    """A second after the vent opened it reads within 0.6 kPa, or nothing starts."""
    rig = linked()
    rig.steps(60, vacuum_pa=-500)
    assert rig.arm().row_count == 1
    rig = linked()
    rig.steps(60, vacuum_pa=-700)
    nak = rig.arm()
    assert (nak.code, nak.asked) == (w.SENSOR, 1 << k.SENSOR_RANGE)


@pytest.mark.hazard("H-23", "wand")
@pytest.mark.hazard("H-45", "wand")
@pytest.mark.parametrize(("offset_pa", "mode"), [(0, k.SAFE), (-990, k.SAFE), (-1_010, k.FAULT)])
def test_a_zero_that_wandered_over_1_kpa_is_a_fault(offset_pa: int, mode: int) -> None:
    """A sensor that reads too little shows it at rest; within the window the self-test takes it as the new zero."""
    board = Rig().board
    board.ticks, board.vacuum_pa = 0, offset_pa
    rig = Rig(board)
    assert rig.mode == mode
    assert mode == k.FAULT or abs(rig.app.measured.vacuum_pa) <= 4


@pytest.mark.hazard("H-35", "wand")
def test_memory_that_is_lost_stops_and_refuses() -> None:
    """Both slots of the lock unreadable: the wand cannot know whether it was locked."""
    rig = Rig().run()
    rig.app.measured.memory_ok = 0
    rig.steps(1)
    assert rig.is_off
    assert rig.cause == k.MEMORY
    board = Rig().board
    board.slots[2 * memory.LATCH] = board.slots[2 * memory.LATCH + 1] = b"damaged"
    rig = Rig(board)
    rig.hello()
    rig.steps(150)
    assert rig.mode == k.FAULT
    assert rig.arm().code == w.IN_FAULT


@pytest.mark.hazard("H-42", "wand")
@pytest.mark.parametrize("value", [-1, 0x1_0000, 1.0, None, "1"])
def test_the_wand_packs_only_integers_in_their_range(value: Any) -> None:
    with pytest.raises(ValueError, match="<H"):
        wire.pack("<H", (value,))
    assert wire.pack("<H", (0xFFFF,)) == b"\xff\xff"


@pytest.mark.hazard("H-46", "wand")
def test_a_cap_under_5_kpa_is_armed_for_a_patch_test_alone() -> None:
    """Below it a seal that suddenly betters may pass the trip, somewhere in the band of pumps."""
    nak = linked().arm(rows=((4_500, 10, 1_000),))
    assert (nak.code, nak.asked, nak.allowed) == (w.BAD_VALUE, 4_500, 5_000)
    assert linked().arm(rows=((5_000, 10, 1_000),)).row_count == 1
    assert linked().arm(rows=((2_500, 3, 1_000),), purpose=1, treatment_ms=3_000).row_count == 1


@pytest.mark.hazard("H-47", "wand")
def test_the_first_second_of_hold_is_not_left_by_motion() -> None:
    """Time to tilt the tip off, and for the vacuum to go."""
    rig = Rig().run(rows=((8_000, 2, 1_000), (8_000, 2, 1_000)))
    rig.steps(110, motion=100)
    assert rig.mode == k.HOLD
    rig.ask(treatment.ZoneRequest(rig.session, 1, 8_000))
    held = rig.app.state.hold
    rig.steps(50 - held)
    assert rig.mode == k.HOLD
    rig.steps(2)
    assert rig.mode == k.RUN


def test_after_a_hold_that_timed_out_the_next_treatment_starts() -> None:
    """No wait of the treatment before counts in this one."""
    rig = Rig().run()
    rig.ask(treatment.PauseRequest(rig.session))
    rig.steps(15_010, vacuum_pa=0)
    assert (rig.mode, rig.cause) == (k.LINKED, k.HOLD_TIMEOUT)
    assert rig.run().mode == k.RUN


@pytest.mark.hazard("H-46", "computer")
def test_a_cap_under_what_the_wand_keeps_to_is_refused() -> None:
    on = people.wand()._replace(cap_pa=4_900)
    who = people.person()
    before = people.history(who, people.past(60))
    assert people.codes(people.judge(people.ask(Zone.NOSE), who, before, on=on)) == {"cap-too-low"}
    assert people.judge(people.ask(Zone.NOSE), who, before, on=on._replace(cap_least_pa=4_500)).plan is not None


@pytest.mark.hazard("H-01", "computer")
def test_no_base_gets_past_the_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if somebody writes a larger base into the table."""
    larger = evidence.BASE_PA[Skin.OILY]._replace(value=60_000)
    monkeypatch.setitem(evidence.BASE_PA, Skin.OILY, larger)
    assert limits.cap_for(Skin.OILY, Zone.NOSE, Grit.FINE).vacuum_pa == 25_000


@pytest.mark.hazard("H-07", "computer")
def test_a_coarse_tip_is_refused_on_sensitive_skin() -> None:
    who = people.person(Skin.SENSITIVE)
    before = people.history(who, people.past(60, Grit.COARSE))
    refused = people.judge(people.ask(Zone.NOSE), who, before, on=people.wand(Grit.COARSE))
    assert "grit-too-coarse" in people.codes(refused)


@pytest.mark.hazard("H-26", "computer")
def test_a_clock_set_back_makes_no_calibration_younger() -> None:
    """The newest record says what day it is at least; a second short of twelve months by the clock is twelve months."""
    who = people.person()
    touched = people.past(0)._replace(sealed_ms=5_000)
    on = people.wand()._replace(calibrated_at_s=people.NOW - 365 * people.DAY)
    back_s = people.NOW - 20 * people.HOUR
    caps = []
    for before in (people.history(who, people.past(60)), people.history(who, people.past(60), touched)):
        plan = people.judge(people.ask(Zone.NOSE, at_s=back_s), who, before, back_s, on=on).plan
        caps.append(plan.zones[0].cap_pa if plan is not None else 0)
    assert caps == [20_000, 16_000]


@pytest.mark.hazard("H-42", "computer")
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_nan_is_no_answer(tmp_path: Path, number: str) -> None:
    """A NaN passes every comparison with a limit."""
    said = tmp_path / "answers.json"
    said.write_text(f'{{"age_years": {number}}}')
    with pytest.raises(FileProblem):
        read_object(str(said))
    said.write_text('{"age_years": 41}')
    assert read_object(str(said)) == {"age_years": 41}


@pytest.mark.hazard("H-15", "computer")
def test_an_answer_to_an_older_request_of_the_same_kind_settles_nothing() -> None:
    cable = Cable(Link(), Peer())
    cable.connect()
    cable.peer.replies[treatment.SetPointRequest] = lambda _: None
    old = cable.link.request(treatment.SetPointRequest(0, 9_000))
    cable.run(1_000)
    assert old.outcome is Outcome.UNKNOWN
    new = cable.link.request(treatment.SetPointRequest(0, 5_000))
    cable.run(20)
    cable.link.feed(encode(treatment.SetPointAnswer(9_000), old.sequence), cable.now_ms)
    assert not new.is_settled
    cable.link.feed(encode(treatment.SetPointAnswer(5_000), new.sequence), cable.now_ms)
    assert new.answer.set_point_pa == 5_000


@pytest.mark.hazard("H-29", "computer")
def test_another_maker_with_our_product_name_is_no_wand(mocker: MockerFixture) -> None:
    printer = SimpleNamespace(device="/dev/ttyACM7", vid=0x2341, pid=0x0001, product="microderm wand", serial_number="MD-0001")
    ours = SimpleNamespace(device="/dev/ttyACM0", vid=0x1209, pid=0x0001, product="microderm wand", serial_number="MD-0001")
    mocker.patch("serial.tools.list_ports.comports", return_value=[printer, ours])
    assert [port.spec for port in find()] == ["/dev/ttyACM0"]


@pytest.mark.hazard("H-29", "computer")
def test_before_the_greeting_is_answered_nothing_else_is_sent() -> None:
    """What hangs there may be no wand."""
    link = Link()
    link.hello(0)
    link.lease.wanted = True
    link.lease.beat(0)
    link.request(treatment.SetPointRequest(0, 9_000))
    sent = [frame for now_ms in range(0, 2_900, 10) for data in link.due(now_ms) for frame in Decoder().feed(data)]
    assert {NUMBERS[type(decode(frame))][1] for frame in sent} == {w.HELLO}


@pytest.mark.hazard("H-43", "computer")
@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_control_is_an_assert(path: Path) -> None:
    """Python leaves asserts out when it is told to optimise."""
    assert not [node.lineno for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Assert)]


@pytest.mark.hazard("H-43", "computer")
@pytest.mark.hazard("H-43", "wand")
def test_the_controls_hold_in_an_optimised_python() -> None:
    """The same refusals and stops with -O as without, told by exit codes that need no assert."""
    for flags in ([], ["-O"], ["-OO"]):
        words = [sys.executable, *flags, "-m", "tests.hazards.optimised"]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), flags
        assert done.stdout.split() == ["above-cap", "BadValue", "ValueError", "no-lease", "over-trip", "lease"]
