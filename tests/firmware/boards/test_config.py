"""The wiring can be built: no pin twice, each able to do what it is asked, the pump where a soft reset stops it."""

import ast

import pytest

from microderm_ctl.firmware.boards import config
from microderm_ctl.install import copying
from tests.firmware.boards.pico_rig import FIRMWARE

PINS = (*config.OUTPUTS, *config.INPUTS, *config.I2C_PINS, *config.ANALOG)
ON_THE_EDGE = {*range(23), 26, 27, 28}
"""What a Pico brings out; 23 to 25 and 29 are its own."""
STOPPED_BY_A_SOFT_RESET = range(4)


def test_no_pin_is_used_twice_and_each_is_brought_out() -> None:
    assert len(set(PINS)) == len(PINS)
    assert set(PINS) <= ON_THE_EDGE


def test_each_pin_can_do_what_it_is_asked() -> None:
    assert all(26 <= pin <= 28 for pin in config.ANALOG)
    assert (config.SDA % 4, config.SCL % 4) == (0, 1), "I2C 0"


def test_the_pump_has_a_slice_of_its_own_that_a_soft_reset_stops() -> None:
    slices = [config.pwm_slice(pin) for pin in (config.PUMP, config.BUZZER)]
    assert all(one in STOPPED_BY_A_SOFT_RESET for one in slices)
    assert len(set(slices)) == 2
    assert (config.pwm_slice(15), config.pwm_slice(16)) == (7, 0)


def _numbers(file: str) -> dict[str, int]:
    """Return the whole-number constants of a file, by name."""
    tree = ast.parse((FIRMWARE / file).read_text(encoding="utf-8"))
    assigned = [node for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)]
    return {ast.unparse(node.targets[0]): node.value.value for node in assigned if isinstance(node.value, ast.Constant)}  # type: ignore[misc]


def test_the_files_that_stand_alone_name_the_same_pins_and_files() -> None:
    numbers = _numbers("main.py")
    assert (copying.IN_FORCE, copying.FOLDER_MARK) == (config.PROGRAM_FILE, config.FOLDER_MARK)
    assert f'PROGRAM_FILE = "{config.PROGRAM_FILE}"' in (FIRMWARE / "main.py").read_text(encoding="utf-8")
    assert (numbers["PUMP"], numbers["VENT"], numbers["BUTTON"]) == (config.PUMP, config.VENT, config.BUTTON)
    boot = [node for node in ast.walk(ast.parse((FIRMWARE / "boot.py").read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    assert [ast.unparse(call.args[0]) for call in boot] == [str(config.PUMP), str(config.VENT)]


@pytest.mark.parametrize(
    ("text", "sensor"),
    [
        ("", config.XGZP6897D),
        ("# nothing\n", config.XGZP6897D),
        ("pressure mpxv6115v\n", config.MPXV6115V),
        ("name Anna\r\npressure  xgzp6897d\r\n", config.XGZP6897D),
        ("pressure mpx5700", config.UNKNOWN),
        ("pressure", config.UNKNOWN),
        ("pressure mpxv6115v twice", config.UNKNOWN),
    ],
)
def test_the_boards_file_names_the_sensor(text: str, sensor: str) -> None:
    assert config.pressure_sensor(text) == sensor


@pytest.mark.parametrize(
    ("folder", "build"),
    [
        ("wand-1a2b3c4d\n", 0x1A2B3C4D),
        ("wand-1A2B3C4Db", 0x1A2B3C4D),
        ("wand-1a2b3c4", 0),
        ("wand-1a2b3c4x", 0),
        ("hand-1a2b3c4d", 0),
        ("wand-", 0),
        ("", 0),
    ],
)
def test_the_folder_in_force_names_the_build(folder: str, build: int) -> None:
    assert config.build_of(folder) == build
