"""The simulated gauge: it follows a vacuum with errors of its own, and fails as gauges do. Bytes in, bytes out."""

from random import Random
from statistics import fmean, pstdev
from types import SimpleNamespace
from typing import NamedTuple, cast

import pytest

from microderm_ctl.clock import VirtualClock
from microderm_ctl.errors import MicrodermError, PortProblem, UsageProblem
from microderm_ctl.simulator.errors_model import GaugeErrors, draw_gauge
from microderm_ctl.simulator.faults import Fault
from microderm_ctl.simulator.gauge import KINDS, SimulatedGauge, VirtualLine, parse_gauge_fault, serving, vacuum_handed_on
from microderm_ctl.simulator.unit import Unit

EXACT = GaugeErrors(wander_pa=0.0, line_pa=0.0, noise_pa=0.0)


def said(gauge: SimulatedGauge, question: bytes, most_ms: int = 200) -> bytes:
    """Return all that a gauge says to a question within a time."""
    return gauge.feed(question) + b"".join(gauge.step() for _ in range(most_ms // 20))


def at(pa: float, *faults: str, errors: GaugeErrors = EXACT, dialect: str = "fluke-val", unit: str = "kPa") -> SimulatedGauge:
    return SimulatedGauge(lambda: pa, errors, dialect=dialect, unit=unit, faults=faults, seed=1)


@pytest.mark.parametrize("question", [b"VAL?\r", b"val?\r\n", b"\rVAL?\r", b"VAL?\n"])
def test_it_answers_as_a_fluke_does(question: bytes) -> None:
    assert said(at(12_340), question) == b"-1.23400E+01,KPA\r"


def test_it_answers_as_a_pace_does() -> None:
    gauge = at(12_340, dialect="druck-pace")
    assert said(gauge, b":SENS:PRES?\r\n") == b":SENS:PRES -12.3400000\r\n"
    assert said(gauge, b":unit:pres?\n") == b":UNIT:PRES KPA\r\n"
    assert said(gauge, b":SYST:ERR?\r\n") == b':SYST:ERR 0,"No error"\r\n'


def test_a_question_that_it_does_not_know_ends_in_its_error_queue() -> None:
    for dialect, error in (("fluke-val", (b"FAULT?\r", b"110\r", b"0\r")), ("druck-pace", (b":SYST:ERR?\n", b"-113", b" 0,"))):
        gauge = at(0, dialect=dialect)
        assert said(gauge, b"WHO?\r") == b""
        assert error[1] in said(gauge, error[0])
        assert error[2] in said(gauge, error[0])


def test_an_answer_takes_from_50_to_150_ms() -> None:
    gauge, waits = at(0), []
    for _ in range(100):
        gauge.feed(b"VAL?\r")
        begun_ms = gauge.now_ms
        while not gauge.step():
            pass
        waits.append(gauge.now_ms - begun_ms)
    assert 60 <= min(waits) <= 80
    assert 140 <= max(waits) <= 160


def test_its_errors_are_those_it_was_given() -> None:
    vacuum = [0.0]
    gauge = SimulatedGauge(lambda: vacuum[0], EXACT._replace(offset_pa=20, span_pa=30, drift_pa=10, bow_pa=40), seed=1)
    assert gauge.measure_pa() == 20
    vacuum[0] = 12_500.0
    assert gauge.measure_pa() == 12_500 + 20 + 20 + 40
    vacuum[0] = 25_000.0
    assert gauge.measure_pa() == 25_000 + 20 + 40


def test_noise_resolution_and_wander_have_their_sizes() -> None:
    noisy = at(5_000, errors=EXACT._replace(noise_pa=40))
    shown = [noisy.measure_pa() for _ in range(2_000)]
    assert all(one % 10 == 0 for one in shown)
    assert pstdev(shown) == pytest.approx(40, rel=0.1)
    assert at(5_003.7, errors=EXACT._replace(resolution_pa=0)).measure_pa() == 5_003.7
    place, errors = [0.0], EXACT._replace(wander_pa=50, resolution_pa=0)
    wandering = SimulatedGauge(lambda: place[0], errors, seed=2)
    found = []
    for number in range(2_000):
        place[0] = 1_000.0 * (number % 2)
        found.append(wandering.measure_pa() - place[0])
        assert wandering.measure_pa() - place[0] == pytest.approx(found[-1]), "it stays as it is at one point"
    assert pstdev(found) == pytest.approx(50, rel=0.1)
    assert abs(fmean(found)) < 5


def test_a_drawn_gauge_is_near_its_vacuum() -> None:
    for seed in range(20):
        gauge = SimulatedGauge(lambda: 20_000.0, draw_gauge(Random(seed)), seed=seed)
        assert 0 < abs(gauge.measure_pa() - 20_000) < 150 or gauge.measure_pa() == 20_000


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        ("unit=psi", b"-1.45038E+00,PSI\r"),
        ("wrong-unit=mbar", b"-1.00000E+02,KPA\r"),
        ("absolute", b"9.13250E+01,KPA\r"),
        ("sign", b"1.00000E+01,KPA\r"),
        ("silent", b""),
        ("refuses", b""),
        ("auto-off=0", b""),
        ("slow=300", b""),
    ],
)
def test_a_fault_shows_in_what_it_says(fault: str, answer: bytes) -> None:
    assert said(at(10_000, fault), b"VAL?\r") == answer


def test_a_stale_gauge_repeats_itself() -> None:
    vacuum = [5_000.0]
    gauge = SimulatedGauge(lambda: vacuum[0], EXACT, seed=1)
    first = said(gauge, b"VAL?\r")
    gauge.break_now("stale")
    vacuum[0] = 15_000.0
    assert said(gauge, b"VAL?\r") == first
    gauge.repair()
    assert said(gauge, b"VAL?\r") == b"-1.50000E+01,KPA\r"


def test_garbage_is_no_text_and_still_ends() -> None:
    answer = said(at(0, "garbage"), b"VAL?\r")
    assert answer.endswith(b"\r")
    assert all(byte > 0x7F for byte in answer[:-1])
    assert len(answer) == 13


def test_a_fault_begins_at_its_time() -> None:
    gauge = at(10_000, "sign@1", "auto-off=2")
    assert said(gauge, b"VAL?\r", 1_000).startswith(b"-")
    assert said(gauge, b"VAL?\r", 980).startswith(b"1.0")
    gauge.step()
    assert gauge.now_ms == 2_000
    assert said(gauge, b"VAL?\r", 1_000) == b""


def test_faults_are_read_and_mistakes_named() -> None:
    assert parse_gauge_fault("wrong-unit=psi@60") == Fault("wrong-unit", "psi", 0.0, 60_000)
    assert parse_gauge_fault("slow") == Fault("slow", "", 1_500.0, 0)
    assert {parse_gauge_fault(f"{kind}=psi" if kind.endswith("unit") else kind).kind for kind in KINDS} == set(KINDS)
    for text, told in (
        ("absolutely", "Did you mean 'absolute'"),
        ("unit=furlong", "not a unit"),
        ("unit", "not a unit"),
        ("stale=3", "takes no value"),
        ("slow=x", "not a number from 0 to 60000"),
        ("sign@-1", "not a number"),
    ):
        with pytest.raises(UsageProblem, match=told):
            parse_gauge_fault(text)
    with pytest.raises(UsageProblem):
        SimulatedGauge(lambda: 0.0, dialect="heise")


def test_what_never_ends_does_not_fill_its_memory() -> None:
    gauge = at(0)
    gauge.feed(b"x" * 250)
    assert gauge.error_queue == []
    gauge.feed(b"x")
    assert gauge.error_queue == [111]
    assert said(gauge, b"VAL?\r") != b""


def test_in_virtual_time_waiting_for_an_answer_lets_time_pass() -> None:
    clock = VirtualClock()
    line = VirtualLine(at(10_000), clock)
    assert line.receive(500) == b""
    assert clock.now_ms() == 500
    line.send(b"VAL?\r")
    assert line.receive(1_000) == b"-1.00000E+01,KPA\r"
    assert 550 <= clock.now_ms() <= 660
    line.close()
    line.close()
    clock.sleep_ms(100)
    line.send(b"VAL?\r")
    assert line.receive(200) == b""


def test_a_client_that_left_gets_no_old_answers() -> None:
    gauge = at(10_000)
    gauge.feed(b"VAL?\rVA")
    gauge.set_line(False)
    gauge.set_line(True)
    assert said(gauge, b"L?\r") == b""


def test_a_port_that_cannot_be_made_is_said_where_it_was_asked_for() -> None:
    with serving(at(0), "tcp") as path:
        number = int(path.rpartition(":")[2])
        with pytest.raises(PortProblem, match="SIM-G001"), serving(at(0), "tcp", number):
            raise MicrodermError("it was served twice")


class OnFixture(NamedTuple):
    """As much of a wand as a gauge sees."""

    board: SimpleNamespace


def test_a_gauge_is_handed_on_when_a_wand_is_closed() -> None:
    """It stays with the one that was opened first, whatever the others do beside it."""
    wands = [OnFixture(SimpleNamespace(line=False, vacuum_pa=pa)) for pa in (1_000.0, 2_000.0, 3_000.0)]
    seen = vacuum_handed_on(cast(list[Unit], wands))
    seen_pa = [seen()]
    for number, is_open in ((1, True), (0, True), (2, True), (1, False), (0, False), (2, False), (1, True)):
        wands[number].board.line = is_open
        seen_pa.append(seen())
    assert seen_pa == [1_000, 2_000, 2_000, 2_000, 1_000, 3_000, 3_000, 2_000]
