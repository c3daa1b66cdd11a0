"""Gauges at a line, in virtual time: what they answer, what they do not, and what each trouble is called."""

import pytest

from microderm_ctl.bench.gauges import Identity, Unit, describe, parse_description
from microderm_ctl.bench.gauges.problems import GaugeGarbled, GaugeProblem, GaugeRefusal, GaugeSilent, GaugeUnfit
from microderm_ctl.errors import PortProblem, UsageProblem
from microderm_ctl.link.ports import LineSettings
from tests.bench.gauge_lines import Bench, same, scripted

ADDITEL = b"""
name = "additel"
title = "Additel 681"
[line]
stop_bits = 2
[talk]
send_end = "\\r\\n"
[identify]
ask = "255:R:OTYPE:1"
separator = ":"
serial = -1
[read]
ask = "255:R:MRMD:1"
separator = ":"
value = 4
unit_part = 5
"""
MENSOR = b"""
name = "mensor"
title = "Mensor CPG2500"
vacuum_is = "positive"
[talk]
timeout_ms = 200
tries = 2
[read]
ask = "?"
separator = ","
value = 1
unit = "mbar"
stamp_part = 2
[error]
starts = ["E"]
[zero]
send = "ZERO"
wait_ms = 500
"""


@pytest.mark.parametrize("dialect", ["fluke-val", "druck-pace"])
def test_a_shipped_description_reads_its_instrument(dialect: str) -> None:
    bench = Bench(dialect, 12_345)
    found = bench.gauge.identify()
    assert found.serial == "SIM-G001"
    assert found.maker in ("FLUKE", "GE Druck")
    reading = bench.gauge.read()
    assert reading.vacuum_pa == pytest.approx(12_340, abs=0.5)
    assert reading.unit == Unit("kPa")
    assert "1.234" in reading.raw or "12.34" in reading.raw
    assert 50 <= reading.at_ms - reading.asked_ms <= 170
    assert reading.middle_ms == (reading.asked_ms + reading.at_ms) / 2
    assert reading.at_ms == bench.clock.now_ms()


@pytest.mark.parametrize("dialect", ["fluke-val", "druck-pace"])
@pytest.mark.parametrize(("unit", "told"), [("psi", "psi"), ("mbar", "mbar"), ("inHg", "inHg"), ("mmHg", "mmHg")])
def test_a_gauge_may_read_in_any_unit_that_it_names(dialect: str, unit: str, told: str) -> None:
    reading = Bench(dialect, 20_000, unit=unit).gauge.read()
    assert reading.unit.name == told
    assert reading.vacuum_pa == pytest.approx(20_000, rel=2e-5)


def test_a_pace_learns_its_unit_anew_with_every_identify() -> None:
    bench = Bench("druck-pace", 10_000)
    assert bench.gauge.read().unit.name == "kPa"
    bench.simulated.break_now("unit=mbar")
    bench.gauge.identify()
    assert bench.gauge.read().vacuum_pa == pytest.approx(10_000)


def test_the_first_of_three_displays_is_taken() -> None:
    gauge, _ = scripted(describe("fluke-val"), {b"VAL?\r": b"-5.830000E00,PSI,0.000000E00,PSI,0.000000E+00,A\r\n"})
    reading = gauge.read()
    assert reading.vacuum_pa == pytest.approx(5.83 * 6894.757)
    assert reading.raw == "-5.830000E00,PSI,0.000000E00,PSI,0.000000E+00,A"


def test_a_bare_number_of_a_pace_is_read_too() -> None:
    gauge, _ = scripted(describe("druck-pace"), {b":UNIT:PRES?\r\n": b"MBAR\r\n", b":SENS:PRES?\r\n": b"-55.5\r\n"})
    assert gauge.read().vacuum_pa == pytest.approx(5_550)


def test_a_file_of_ones_own_describes_another_instrument() -> None:
    answers = {b"255:R:MRMD:1\r\n": b"001:F:MRMD:-12.3456:KPA\r\n\0", b"255:R:OTYPE:1\r\n": b"001:F:OTYPE:218H12345678\r\n"}
    description = parse_description(ADDITEL)
    assert description.line == LineSettings(9600, 8, "N", 2)
    gauge, line = scripted(description, answers)
    assert gauge.identify() == Identity("", "", "218H12345678")
    assert gauge.read().vacuum_pa == pytest.approx(12_345.6)
    gauge.close()
    assert line.is_closed


def test_an_echo_of_the_question_is_no_answer() -> None:
    gauge, _ = scripted(describe("fluke-val"), {b"VAL?\r": b"VAL?\r\n-1.0E+01,KPA\r\n"})
    assert gauge.read().vacuum_pa == pytest.approx(10_000)


def test_an_answer_in_pieces_is_put_together() -> None:
    def in_pieces() -> bytes:
        line.waiting.extend([b"-1.0", b"E+01,K"])
        return b"PA\r"

    gauge, line = scripted(describe("fluke-val"), {b"VAL?\r": in_pieces})
    assert gauge.read().vacuum_pa == pytest.approx(10_000)


def test_what_came_before_the_question_is_not_its_answer() -> None:
    gauge, line = scripted(describe("fluke-val"), {b"VAL?\r": b"-2.0E+01,KPA\r"})
    line.waiting.append(b"-1.0E+01,KPA\r")
    assert gauge.read().vacuum_pa == pytest.approx(20_000)


@pytest.mark.parametrize("slow_ms", [1_020, 1_500, 1_980, 2_040, 2_500, 3_500, 4_500])
def test_a_slow_gauge_is_never_one_answer_behind(slow_ms: int) -> None:
    """Its late answers are thrown away, not taken for those of the next question."""
    bench = Bench(pa=1_000, faults=[f"slow={slow_ms}"])
    with pytest.raises(GaugeGarbled, match="no whole answer within 1000 ms") as raised:
        bench.gauge.read()
    assert "timeout_ms" in raised.value.hint
    bench.vacuum.pa = 9_000
    bench.simulated.repair()
    assert bench.gauge.read().vacuum_pa == pytest.approx(9_000)


def test_what_a_gauge_says_long_after_it_was_given_up_is_no_reading() -> None:
    bench = Bench(pa=1_000, faults=["slow=7200"])
    with pytest.raises(GaugeSilent):
        bench.gauge.read()
    bench.vacuum.pa = 9_000
    bench.simulated.repair()
    assert bench.gauge.read().vacuum_pa == pytest.approx(9_000)
    before_ms = bench.clock.now_ms()
    bench.gauge.read()
    assert bench.clock.now_ms() - before_ms < 200, "it is only waited once"


@pytest.mark.parametrize("lost", [1, 2])
def test_a_question_that_was_lost_is_asked_again(lost: int) -> None:
    left = [lost]

    def deaf_at_first() -> bytes:
        left[0] -= 1
        return b"" if left[0] >= 0 else b"-1.0E+01,KPA\r"

    gauge, line = scripted(describe("fluke-val"), {b"VAL?\r": deaf_at_first})
    assert gauge.read().vacuum_pa == pytest.approx(10_000)
    assert line.sent.count(b"VAL?\r") == lost + 1


def test_a_gauge_that_never_answered_is_told_from_one_that_switched_itself_off() -> None:
    silent = Bench(faults=["silent"])
    with pytest.raises(GaugeSilent, match=r"does not answer '\*IDN\?' \(asked 3 times\)") as raised:
        silent.gauge.identify()
    assert (raised.value.exit_code, raised.value.code) == (10, "gauge-silent")
    tired = Bench(faults=["auto-off=60"])
    tired.gauge.read()
    tired.clock.sleep_ms(60_000)
    before_ms = tired.clock.now_ms()
    with pytest.raises(GaugeSilent, match="has fallen silent") as raised:
        tired.gauge.read()
    assert "auto-off" in raised.value.hint
    assert tired.clock.now_ms() - before_ms <= 8_000, "every wait is bounded"


def test_garbage_is_quoted_and_never_a_reading() -> None:
    bench = Bench(faults=["garbage"])
    with pytest.raises(GaugeGarbled, match=r"answered '\\x") as raised:
        bench.gauge.read()
    assert "baud" in raised.value.hint
    assert bench.simulated.asked >= 3, "it was asked again first"


def test_a_stream_without_an_end_is_given_up() -> None:
    gauge, _ = scripted(describe("fluke-val"), {b"VAL?\r": b"\x7f" * 2_000})
    with pytest.raises(GaugeGarbled, match="no whole answer"):
        gauge.read()


@pytest.mark.parametrize("answer", [b"ABC,KPA", b"1.0", b"nan,KPA", b"inf,KPA", b"1_0,KPA", b",KPA", b"1.0,FURLONG", b"1.0,"])
def test_what_is_no_number_with_a_unit_is_no_reading(answer: bytes) -> None:
    gauge, _ = scripted(describe("fluke-val"), {b"VAL?\r": answer + b"\r"})
    with pytest.raises(GaugeGarbled):
        gauge.read()


def test_a_display_over_its_range_is_no_vacuum() -> None:
    gauge, _ = scripted(describe("fluke-val"), {b"VAL?\r": b"9.9E37,KPA\r"})
    with pytest.raises(GaugeUnfit, match="over its range"):
        gauge.read()


def test_a_gauge_that_names_an_absolute_unit_is_refused_at_once() -> None:
    gauge, _ = scripted(describe("fluke-val"), {b"VAL?\r": b"1.47E+01,PSIA\r"})
    with pytest.raises(GaugeUnfit, match="psi absolute") as raised:
        gauge.read()
    assert raised.value.details["mistake"] == "absolute"


@pytest.mark.parametrize(("dialect", "said"), [("fluke-val", "'110'"), ("druck-pace", "Undefined header")])
def test_a_refused_question_is_explained_by_the_gauges_own_error(dialect: str, said: str) -> None:
    bench = Bench(dialect, faults=["refuses"])
    bench.gauge.identify()
    with pytest.raises(GaugeRefusal, match=said):
        bench.gauge.read()


def test_an_answer_that_begins_as_an_error_is_one() -> None:
    gauge, _ = scripted(parse_description(MENSOR), {b"?\r": b"E04 - missing parameter\r"})
    with pytest.raises(GaugeRefusal, match="E04"):
        gauge.read()


def test_a_stamp_and_a_positive_vacuum_are_read() -> None:
    gauge, _ = scripted(parse_description(MENSOR), {b"?\r": b" 123.4,0017\r\n"})
    reading = gauge.read()
    assert reading.vacuum_pa == pytest.approx(12_340)
    assert (reading.stamp, reading.unit.name) == ("0017", "mbar")


def test_zero_is_sent_only_near_zero() -> None:
    shown = [b" 0.9,1\r"]
    gauge, line = scripted(parse_description(MENSOR), {b"?\r": lambda: shown[0]})
    assert gauge.can_zero
    gauge.zero()
    assert line.sent[-1] == b"ZERO\r"
    line.sent.clear()
    shown[0] = b"1013.2,2\r"
    with pytest.raises(GaugeUnfit, match="not zeroed"):
        gauge.zero()
    assert b"ZERO\r" not in line.sent


def test_a_gauge_without_a_zero_command_says_whose_key_to_press() -> None:
    gauge = same(Bench().gauge)
    assert not gauge.can_zero
    with pytest.raises(GaugeProblem) as raised:
        gauge.zero()
    assert "ZERO key" in raised.value.hint


def test_a_wand_is_no_gauge_and_nothing_at_an_address_is_said_of_the_gauge() -> None:
    from microderm_ctl.bench.gauges import open_gauge

    with pytest.raises(UsageProblem, match="virtual wand"):
        open_gauge("sim", describe("fluke-val"))
    with pytest.raises(PortProblem) as raised:
        open_gauge("socket://127.0.0.1:1", describe("fluke-val"))
    assert raised.value.exit_code == 4
    assert "gauge" in raised.value.hint
