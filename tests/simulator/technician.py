"""A technician's computer in a few lines: just enough to open SERVICE on a unit in its fixture and drive it."""

from typing import Any, Final

from microderm_ctl.clock import STEP_MS
from microderm_ctl.firmware import unlock
from microderm_ctl.simulator.board import PRACTICE_SERVICE_KEY
from microderm_ctl.simulator.unit import make_unit
from microderm_protocol import codes
from microderm_protocol.messages import bench
from tests.simulator.computer import UTC_S, Computer

NONCE: Final = bytes(16)
ALL: Final = 7
RAMP_PA: Final = 100
"""A step of the set point every 100 ms: 1 kPa/s."""


def opened(serial: str = "SIM-0001", **more: Any) -> Computer:
    """Return a computer whose unit is in SERVICE, opened with the button that the technician's hand holds."""
    computer = Computer(make_unit(serial, hand="bench", seed=1, utc_s=UTC_S, **more))
    computer.run(1_000)
    computer.hello()
    computer.run(200)
    unlocked(computer)
    return computer


def unlocked(computer: Computer) -> None:
    """Open SERVICE as soon as the button was held."""
    serial = computer.unit.serial.encode()
    nonce = computer.ask(bench.ChallengeRequest(computer.session, NONCE)).nonce
    code = unlock.code_for(unlock.unit_key(PRACTICE_SERVICE_KEY, serial), nonce, NONCE, serial, ALL, 3_600)
    for _ in range(200):
        computer.run(100)
        if isinstance(computer.ask(bench.UnlockRequest(computer.session, ALL, 3_600, code)), bench.UnlockAnswer):
            return
    raise AssertionError("nobody held the button")


def drive(computer: Computer, mode: int, set_point_pa: int = 0, duty: int = 0, vent_open: int = 0, seconds: int = 180) -> Any:
    """Drive pump and vent."""
    return computer.ask(bench.DriveRequest(computer.session, mode, set_point_pa, duty, vent_open, seconds if mode else 0))


def hold(computer: Computer, from_pa: int, to_pa: int, rest_ms: int = 3_000) -> list[float]:
    """Lead the set point from one vacuum to another and rest there; return the true vacuum, step by step."""
    vacuum_pa = []
    for set_point_pa in [*range(from_pa, to_pa, RAMP_PA if to_pa > from_pa else -RAMP_PA), to_pa]:
        drive(computer, codes.DRIVE_SET_POINT, set_point_pa)
        vacuum_pa += watched(computer, 100)
    return vacuum_pa + watched(computer, rest_ms)


def watched(computer: Computer, duration_ms: int) -> list[float]:
    """Let time pass, and return the true vacuum, step by step."""
    vacuum_pa = []
    for _ in range(duration_ms // STEP_MS):
        computer.run(STEP_MS)
        vacuum_pa.append(computer.unit.board.vacuum_pa)
    return vacuum_pa
