"""Each driver against the registers of its part's data sheet: what goes over the bus, what comes of it, and what fails."""

import sys
from typing import TYPE_CHECKING, Any

import pytest

from microderm_ctl.firmware.boards import sensors

if TYPE_CHECKING:
    from tests.firmware.boards.fakes.machine import World


@pytest.fixture
def bus(world: "World") -> Any:
    machine = sys.modules["machine"]
    return machine.I2C(0, scl=machine.Pin(5), sda=machine.Pin(4), freq=400_000, timeout=2_000)


def _pressure(world: "World", bus: Any) -> sensors.Xgzp6897d:
    def wait(us: int) -> None:
        world.now_us += us

    return sensors.Xgzp6897d(bus, wait)


@pytest.mark.parametrize("vacuum_pa", [0, 25_000, -1_000, 40_000])
def test_a_conversion_is_begun_after_each_reading_and_fetched_with_the_next(world: "World", bus: Any, vacuum_pa: int) -> None:
    world.xgzp.vacuum_pa = vacuum_pa
    sensor = _pressure(world, bus)
    world.now_us += 20_000
    world.traffic.clear()
    assert sensor.raw() == pytest.approx(8_192 + vacuum_pa // 2, abs=1)
    assert [(kind, address, register) for kind, address, register, _ in world.traffic] == [
        ("read", 0x6D, 0x30),
        ("read", 0x6D, 0x06),
        ("write", 0x6D, 0x30),
    ]
    assert world.traffic[-1][3] == b"\x0a"


def test_the_pressure_is_that_of_now_and_not_of_before(world: "World", bus: Any) -> None:
    sensor = _pressure(world, bus)
    for vacuum_pa in (0, 6_000, 12_000):
        world.xgzp.vacuum_pa = vacuum_pa
        world.now_us += 20_000
        sensor.raw()
    world.now_us += 20_000
    assert sensor.raw() == pytest.approx(8_192 + 6_000, abs=1)


def test_a_conversion_a_little_late_is_waited_for_and_one_that_never_ends_is_an_error(world: "World", bus: Any) -> None:
    world.xgzp.convert_us = 22_000
    sensor = _pressure(world, bus)
    world.now_us += 20_000
    assert sensor.raw() == pytest.approx(8_192, abs=1)
    world.xgzp.done_us = world.now_us + 1_000_000
    begun_us = world.now_us
    with pytest.raises(OSError, match="late"):
        sensor.raw()
    assert world.now_us - begun_us < 6_000


def test_after_an_error_the_first_reading_is_of_a_new_conversion(world: "World", bus: Any) -> None:
    sensor = _pressure(world, bus)
    world.now_us += 20_000
    world.xgzp.is_gone = True
    for _ in range(3):
        with pytest.raises(OSError):
            sensor.raw()
        world.now_us += 20_000
    world.xgzp.is_gone = False
    world.xgzp.vacuum_pa = 10_000
    with pytest.raises(OSError, match="no conversion"):
        sensor.raw()
    world.now_us += 20_000
    assert sensor.raw() == pytest.approx(8_192 + 5_000, abs=1)


@pytest.mark.parametrize("level", [0x00, 0xFF])
def test_a_bus_that_is_stuck_is_no_ambient(world: "World", bus: Any, level: int) -> None:
    sensor = _pressure(world, bus)
    world.now_us += 20_000
    world.xgzp.stuck = level
    with pytest.raises(OSError, match=r"stuck|late"):
        sensor.raw()


def test_the_accelerometer_is_set_up_as_its_data_sheet_wants(world: "World", bus: Any) -> None:
    sensors.Lis3dh(bus)
    written = [(register, content) for kind, _, register, content in world.traffic if kind == "write"]
    assert written == [(0x20, b"\x67"), (0x23, b"\x88"), (0x24, b"\x40"), (0x2E, b"\x80")]
    assert world.lis.is_on()


def test_another_part_at_its_address_is_not_the_accelerometer(world: "World", bus: Any) -> None:
    world.lis.registers[0x0F] = 0x44
    with pytest.raises(OSError, match="LIS3DH"):
        sensors.Lis3dh(bus)


def _motion(world: "World", bus: Any, wave: Any, seconds: int = 2) -> list[int]:
    """Return what each step of 20 ms says while the wand moves by a function of the sample's number, mg along x."""
    sensor = sensors.Lis3dh(bus)
    felt = []
    for step in range(50 * seconds):
        world.lis.feel(*[(int(wave(4 * step + place)), 0, 1_000) for place in range(4)])
        felt.append(sensor.motion_mg())
    return felt


def test_gravity_is_no_motion_in_any_direction(world: "World", bus: Any) -> None:
    assert set(_motion(world, bus, lambda sample: 0)) == {0}


def test_a_hand_that_strokes_is_motion_and_the_pump_is_not(world: "World", bus: Any) -> None:
    from math import pi, sin

    stroke = _motion(world, bus, lambda sample: 150 * sin(2 * pi * 1.5 * sample / 200))
    assert sum(felt >= 30 for felt in stroke[25:]) > 50
    pump = _motion(world, bus, lambda sample: 200 * sin(2 * pi * 45 * sample / 200))
    assert max(pump[25:]) < 30


def test_turning_the_wand_over_is_motion_that_ends(world: "World", bus: Any) -> None:
    felt = _motion(world, bus, lambda sample: 1_000 if sample > 200 else 0, seconds=4)
    assert max(felt) > 100
    assert felt[-1] < 30


def test_without_samples_the_wand_stands_still(world: "World", bus: Any) -> None:
    sensor = sensors.Lis3dh(bus)
    assert sensor.motion_mg() == 0
    world.lis.feel(*[(2_000, 0, 1_000)] * 4)
    sensor.motion_mg()
    assert sensor.motion_mg() == 0


def test_the_pump_current_and_its_direction(world: "World", bus: Any) -> None:
    sensor = sensors.Ina219(bus)
    assert ("write", 0x40, 0x00, b"\x11\xe7") in world.traffic
    for current_ma in (0, 41, 800, 1_600):
        world.ina.flow(current_ma)
        assert sensor.pump_ma() == current_ma
    world.ina.flow(-300)
    assert sensor.pump_ma() == 300


def test_a_current_sensor_that_does_not_keep_its_setting_is_none(world: "World", bus: Any) -> None:
    world.ina.stuck = 0
    with pytest.raises(OSError, match="set up"):
        sensors.Ina219(bus)


@pytest.mark.parametrize(("eighths", "temperature_dc"), [(200, 250), (0, 0), (-8, -10), (440, 550), (441, 551)])
def test_the_temperature(world: "World", bus: Any, eighths: int, temperature_dc: int) -> None:
    world.lm75.warm(eighths)
    assert sensors.Lm75a(bus).temperature_dc() == temperature_dc


def test_nobody_at_an_address_is_an_error_of_every_driver(world: "World", bus: Any) -> None:
    world.parts.clear()
    for make in (sensors.Lis3dh, sensors.Ina219, lambda bus: _pressure(world, bus), lambda bus: sensors.Lm75a(bus).temperature_dc()):
        with pytest.raises(OSError):
            make(bus)
    with pytest.raises(OSError, match="no sensor"):
        sensors.NoSensor().raw()
