"""The board: at rest before anything else, at rest again without fail, and never a good value of a part that does not answer."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from microderm_ctl.firmware import board as base
from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware.boards import config
from microderm_ctl.firmware.boards.slots import Slots
from tests.firmware.boards.pico_rig import SERIAL, program

if TYPE_CHECKING:
    from tests.firmware.boards.fakes.machine import World


class NoPort:
    """A port that nobody opens."""

    def look(self) -> bool:
        return False


@pytest.fixture
def guards() -> list[bool]:
    return []


def _make(guards: list[bool], sensor: str = config.XGZP6897D) -> Any:
    return program("pico").Pico(sensor, NoPort(), Slots(), guards.append)


@pytest.fixture
def pico(world: "World", guards: list[bool]) -> Any:
    board = _make(guards)
    world.now_us += 20_000
    return board


def test_pump_and_vent_are_the_first_two_things_that_are_driven(world: "World", guards: list[bool]) -> None:
    world.driven.clear()
    _make(guards)
    assert world.driven[:2] == [("pin", config.PUMP, 0), ("pin", config.VENT, 0)]
    assert not any(entry[1] in (config.PUMP, config.VENT) and entry[2] for entry in world.driven)


def test_the_pump_is_driven_by_pwm_and_off_it_is_a_pin_that_is_low(world: "World", pico: Any) -> None:
    pico.set_vent(False)
    for duty in (1, 20_000, 65_535, 70_000):
        pico.set_pump(duty)
        assert world.pump_duty() == min(duty, 65_535)
    assert world.slices[1] == (config.PUMP, 20_000)
    assert not world.vent_is_open()
    world.driven.clear()
    pico.set_pump(0)
    assert world.driven == [("duty", config.PUMP, 0), ("pin", config.PUMP, 0)]
    assert (world.roles[config.PUMP], world.pump_duty()) == ("out", 0)
    pico.set_pump(-5)
    assert world.pump_duty() == 0
    pico.set_pump(9_000)
    assert world.pump_duty() == 9_000


def test_every_part_is_read_in_the_units_of_the_program(world: "World", pico: Any) -> None:
    world.xgzp.vacuum_pa = 4_000
    pico.raw_pressure()
    world.now_us += 20_000
    assert pico.raw_pressure() == pytest.approx(10_192, abs=1)
    world.ina.flow(350)
    world.lm75.warm(8 * 31)
    assert (pico.pump_ma(), pico.temperature_dc()) == (350, 310)
    assert k.grit_of(pico.tip_ohm()) == 106
    assert pico.supply_mv() == pytest.approx(5_000, abs=2)
    assert (pico.kind, pico.hardware, pico.simulated) == (base.BOARD_PICO, 1, False)
    assert pico.serial_number() == SERIAL
    assert len(pico.random8()) == 8
    assert pico.random8() != pico.random8()


def test_the_analog_sensor_is_taken_when_it_is_named(world: "World", guards: list[bool]) -> None:
    world.parts.pop(0x6D)
    board = _make(guards, config.MPXV6115V)
    assert board.raw_pressure() == pytest.approx(8_192, abs=60)
    world.adc[26] -= int(10 * 38.26 * 2 / 3 * 65_535 / 3_300)
    assert board.raw_pressure() == pytest.approx(8_192 + 5_000, abs=60)
    world.adc[26] = 0
    assert board.raw_pressure() > k.Constants.raw_most


@pytest.mark.parametrize(("address", "read", "code"), [(0x18, "motion_mg", 1), (0x40, "pump_ma", 2)])
def test_a_part_that_fails_once_makes_the_next_pressure_no_measurement(
    world: "World", pico: Any, address: int, read: str, code: int
) -> None:
    world.parts[address].fails = 1
    assert getattr(pico, read)() == 0
    assert pico.raw_pressure() == code < k.Constants.raw_least
    world.now_us += 20_000
    getattr(pico, read)()
    assert pico.raw_pressure() == pytest.approx(8_192, abs=1)


def test_a_pressure_that_fails_is_no_measurement_in_the_same_step(world: "World", pico: Any) -> None:
    world.xgzp.fails = 1
    assert pico.raw_pressure() == 0
    world.now_us += 20_000
    assert pico.raw_pressure() == 0, "no conversion was running"
    world.now_us += 20_000
    assert pico.raw_pressure() == pytest.approx(8_192, abs=1)


def test_a_temperature_that_fails_is_out_of_range(world: "World", pico: Any) -> None:
    world.lm75.fails = 1
    assert pico.temperature_dc() > k.Constants.temperature_most_dc
    assert pico.temperature_dc() == 250


@pytest.mark.parametrize(("address", "code"), [(0x6D, 0), (0x18, 1), (0x40, 2)])
def test_a_part_that_is_missing_at_the_start_stays_missing(world: "World", guards: list[bool], address: int, code: int) -> None:
    world.parts[address].is_gone = True
    board = _make(guards)
    world.parts[address].is_gone = False
    for _ in range(3):
        world.now_us += 20_000
        board.motion_mg(), board.pump_ma()
        assert board.raw_pressure() == code


def test_a_sensor_that_nobody_knows_is_none(world: "World", guards: list[bool]) -> None:
    assert _make(guards, config.UNKNOWN).raw_pressure() == 0


def test_a_bus_that_a_part_holds_is_clocked_free(world: "World", guards: list[bool]) -> None:
    world.levels[config.SDA] = 0
    _make(guards)
    clocked = [entry[2] for entry in world.driven if entry[1] == config.SCL]
    assert clocked == [1, *[0, 1] * 9]


def test_the_button_is_down_at_once_and_up_after_two_steps(world: "World", pico: Any) -> None:
    assert not pico.button()
    world.levels[config.BUTTON] = 0
    begun_us = world.now_us
    assert pico.button()
    assert 800 <= world.now_us - begun_us <= 2_000
    world.levels[config.BUTTON] = 1
    assert pico.button()
    world.levels[config.BUTTON] = 0
    assert pico.button(), "a bounce is one press"
    world.levels[config.BUTTON] = 1
    assert [pico.button(), pico.button(), pico.button()] == [True, False, False]


def test_a_spike_on_the_buttons_wire_is_no_press(world: "World", pico: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world.levels[config.BUTTON] = 0

    def end_of_the_spike(us: int) -> None:
        world.levels[config.BUTTON] = 1

    monkeypatch.setattr(program("pico"), "sleep_us", end_of_the_spike)
    assert not pico.button()


def test_memory_is_written_only_with_the_pump_off_and_the_vent_open(world: "World", pico: Any, guards: list[bool]) -> None:
    for duty, is_open in ((9_000, True), (0, False), (9_000, False)):
        pico.set_pump(duty)
        pico.set_vent(is_open)
        with pytest.raises(OSError, match="pump"):
            pico.write_slot(3, b"x")
    assert guards == []
    pico.rest()
    pico.write_slot(3, b"x")
    assert guards == [True, False]
    assert pico.read_slot(3) == b"x"


def test_no_step_is_due_while_the_flash_is_written(world: "World", pico: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(slot: int, content: bytes) -> None:
        world.now_us += 400_000
        raise OSError("flash")

    monkeypatch.setattr(pico._slots, "write", slow)
    before_ms = pico.ticks_ms()
    with pytest.raises(OSError, match="flash"):
        pico.write_slot(3, b"x")
    assert pico.ticks_ms() == before_ms


def test_the_clock_wraps_at_30_bits(world: "World", pico: Any) -> None:
    world.now_us = (k.TICK_MASK * 1000) + 999
    assert pico.ticks_ms() == k.TICK_MASK
    world.now_us += 1
    assert pico.ticks_ms() == 0


def test_a_restart_is_at_rest_and_says_that_it_was_asked_for(world: "World", pico: Any, guards: list[bool], tmp_path: Path) -> None:
    pico.set_vent(False)
    pico.set_pump(20_000)
    world.driven.clear()
    with pytest.raises(sys.modules["machine"].Reset):
        pico.restart(True)
    assert world.driven[-2:] == [("pin", config.PUMP, 0), ("pin", config.VENT, 0)]
    assert not (tmp_path / "service").exists(), "nothing leads to the prompt while anything runs"
    assert _make(guards).reset_cause() == base.RESET_COMMAND
    assert _make(guards).reset_cause() == base.RESET_WATCHDOG
    world.cause = sys.modules["machine"].PWRON_RESET
    assert _make(guards).reset_cause() == base.RESET_POWER


@pytest.mark.parametrize("to_loader", [False, True])
def test_only_to_the_loader_leads_to_the_prompt(pico: Any, guards: list[bool], tmp_path: Path, to_loader: bool) -> None:
    with pytest.raises(sys.modules["machine"].Reset):
        pico.restart(to_loader)
    assert (tmp_path / "service").exists() is to_loader
    assert guards == [True] * to_loader


def test_light_and_buzzer_follow_the_signal_in_time(world: "World", pico: Any) -> None:
    pico.set_signal(k.SIGNAL_FAULT)
    assert [world.levels[pin] for pin in (config.RED, config.GREEN, config.BLUE)] == [1, 0, 0]
    assert (world.duty[config.BUZZER], world.slices[3]) == (32_768, (config.BUZZER, 800))
    world.now_us += 700_000
    pico.end_step()
    assert world.duty[config.BUZZER] == 0
    pico.set_signal(k.QUIET)
    assert [world.levels[pin] for pin in (config.RED, config.GREEN, config.BLUE)] == [0, 0, 0]
