"""The whole wand on its board: how it starts, what stops it, what leaves it, and how one gets back in."""

import importlib
import itertools
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware.boards import config
from microderm_protocol import codes
from microderm_protocol.messages import handshake, treatment
from tests.firmware.boards.pico_rig import FIRMWARE, SERIAL, Wand, chip, program

if TYPE_CHECKING:
    from tests.firmware.boards.fakes.machine import World

Start = Callable[[], Wand]


def test_a_treatment_from_power_up_to_the_set_point_and_a_press_that_stops(world: "World", start: Start) -> None:
    wand = start()
    wand.run(1_000)
    assert (wand.mode, wand.is_off) == (k.SAFE, True)
    wand.treat()
    assert (wand.mode, codes.CAUSES[wand.cause]) == (k.RUN, "none")
    assert not world.vent_is_open()
    assert world.pump_duty() > 0
    world.levels[config.BUTTON] = 0
    wand.run(40)
    assert (wand.mode, wand.cause, wand.is_off) == (k.STOPPING, k.BUTTON, True)


@pytest.mark.hazard("H-39", "wand")
def test_every_byte_that_leaves_is_of_a_frame(world: "World", start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    wand = start()
    wand.treat()
    wand.cdc.host_send(b"\x03\x04import os\r\n\0help\0")
    wand.run(500)
    assert wand.mode == k.RUN
    blocks = [block for block in wand.computer.bytes.split(b"\0") if block]
    assert len(blocks) == len(wand.computer.heard) > 20
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("line", "build"), [("wand-1a2b3c4d\n", 0x1A2B3C4D), ("", 0), (None, 0)])
def test_its_identity_tells_the_build_in_force(world: "World", start: Start, tmp_path: Path, line: str | None, build: int) -> None:
    if line is not None:
        (tmp_path / "program.txt").write_text(line)
    wand = start()
    wand.hello()
    wand.computer.ask(handshake.IdentityRequest())
    wand.run(40)
    who = wand.computer.last(handshake.IdentityAnswer)
    assert (who.build, who.board, who.serial) == (build, 1, SERIAL)


@pytest.mark.hazard("H-39", "wand")
def test_on_usb_it_is_the_wand_and_no_console(world: "World", start: Start) -> None:
    start()
    device = importlib.import_module("usb.device").get()
    assert device.options["builtin_driver"] is False
    assert (device.options["id_vendor"], device.options["id_product"]) == (0x1209, 0x0001)
    assert (device.options["product_str"], device.options["serial_str"]) == ("microderm wand", SERIAL.decode())
    assert len(device.interfaces) == 1


@pytest.mark.parametrize(
    ("broken", "cause"),
    [
        (lambda world, wand: wand.cdc.host_line(0), k.HANG_UP),
        (lambda world, wand: setattr(world, "bus_lives", False), k.HANG_UP),
        (lambda world, wand: setattr(wand.cdc, "is_configured", False), k.HANG_UP),
        (lambda world, wand: setattr(world.xgzp, "is_gone", True), k.SENSOR_RANGE),
        (lambda world, wand: setattr(world.xgzp, "fails", 1), k.SENSOR_RANGE),
        (lambda world, wand: setattr(world.xgzp, "stuck", 0), k.SENSOR_RANGE),
        (lambda world, wand: setattr(world.lis, "is_gone", True), k.SENSOR_RANGE),
        (lambda world, wand: setattr(world.ina, "fails", 1), k.SENSOR_RANGE),
        (lambda world, wand: world.parts.clear(), k.SENSOR_RANGE),
        (lambda world, wand: setattr(world.lm75, "is_gone", True), k.TEMPERATURE),
        (lambda world, wand: world.adc.update({28: 0}), k.SUPPLY),
        (lambda world, wand: world.adc.update({27: 65_535}), k.TIP_MISSING),
        (lambda world, wand: world.adc.update({27: 32_768}), k.TIP_CHANGED),
    ],
    ids=["dtr", "asleep", "usb-reset", "pressure", "glitch", "stuck", "motion", "current", "bus", "hot", "supply", "tip-off", "other-tip"],
)
def test_what_breaks_while_it_runs_stops_within_50_ms(world: "World", start: Start, broken: Any, cause: int) -> None:
    wand = start()
    wand.treat()
    assert wand.mode == k.RUN
    broken(world, wand)
    wand.run(50)
    assert wand.is_off
    assert wand.mode in (k.STOPPING, k.FAULT)
    assert codes.CAUSES[wand.cause] == codes.CAUSES[cause]


@pytest.mark.parametrize(
    ("address", "cause"), [(0x6D, k.SENSOR_RANGE), (0x18, k.SENSOR_RANGE), (0x40, k.SENSOR_RANGE), (0x48, k.TEMPERATURE)]
)
def test_a_part_that_is_missing_at_the_start_ends_in_fault(world: "World", start: Start, address: int, cause: int) -> None:
    world.parts[address].is_gone = True
    wand = start()
    wand.run(4_000)
    assert (wand.mode, wand.cause, wand.is_off) == (k.FAULT, cause, True)


def test_an_unknown_sensor_in_the_boards_file_ends_in_fault(world: "World", start: Start, tmp_path: Path) -> None:
    (tmp_path / config.CONFIG_FILE).write_text("pressure mpx9999\n")
    wand = start()
    wand.run(4_000)
    assert (wand.mode, wand.cause) == (k.FAULT, k.SENSOR_RANGE)


def test_an_accelerometer_that_has_gone_to_sleep_lets_nobody_dwell(world: "World", start: Start) -> None:
    wand = start()
    wand.treat()
    world.lis.registers[0x20] = 0x07  # as after a dip of its supply
    world.lis.samples = []
    wand.run(1_100)
    assert (wand.mode, wand.cause) == (k.HOLD, k.DWELL)


def test_one_step_each_20_ms_and_what_was_late_is_left_out(world: "World", start: Start) -> None:
    wand = start()
    begun = wand.loop.steps
    wand.run(1_000)
    assert 45 <= wand.loop.steps - begun <= 51
    begun = wand.loop.steps
    world.now_us += 500_000
    assert [wand.loop.turn() for _ in range(5)].count(True) == 1
    assert wand.loop.steps == begun + 1


def test_a_late_step_stops(world: "World", start: Start) -> None:
    wand = start()
    wand.treat()
    world.now_us += 80_000
    wand.run(20)
    assert (wand.mode, wand.cause, wand.is_off) == (k.STOPPING, k.LATE_STEP, True)


def test_the_flash_that_arm_writes_makes_no_step_late(world: "World", start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    wand = start()
    wand.hello()
    write = wand.board._slots.write

    def slow(slot: int, content: bytes) -> None:
        world.now_us += 400_000
        assert world.watchdog_ms > 800
        write(slot, content)

    monkeypatch.setattr(wand.board._slots, "write", slow)
    wand.arm()
    assert (wand.mode, world.watchdog_ms) == (k.ARMED, program("loop").WATCHDOG_MS)


def test_waiting_bytes_are_read_before_a_step(world: "World", start: Start) -> None:
    wand = start()
    wand.treat()
    wand.computer.ask(handshake.StopRequest())
    world.now_us += 20_000
    assert wand.loop.turn()
    assert (wand.mode, wand.cause, wand.is_off) == (k.STOPPING, k.STOP, True)


@pytest.mark.hazard("H-38", "wand")
def test_the_watchdog_is_fed_after_a_whole_step_and_by_nothing_else(world: "World", start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    wand = start()
    wand.hello()
    assert world.feeds == wand.loop.steps
    fed, alive = world.feeds, world.levels[config.ALIVE]

    def hang() -> bytes:
        raise RuntimeError("as good as one that never returns")

    monkeypatch.setattr(wand.app, "step", hang)
    world.now_us += 20_000
    with pytest.raises(RuntimeError):
        wand.loop.turn()
    assert (world.feeds, world.levels[config.ALIVE]) == (fed, alive)
    monkeypatch.undo()


def test_the_second_switch_of_the_pump_is_held_by_whole_steps_that_want_it(world: "World", start: Start) -> None:
    wand = start()

    def edges(duration_ms: int) -> int:
        world.driven.clear()
        wand.run(duration_ms)
        levels = [entry[2] for entry in world.driven if entry[1] == config.ALIVE]
        return sum(before != after for before, after in itertools.pairwise(levels))

    assert edges(1_000) == 0
    wand.treat()
    assert edges(400) >= 18
    wand.computer.ask(handshake.StopRequest())
    wand.run(40)
    assert (edges(400), world.levels[config.ALIVE]) == (0, 0)


def test_the_watchdog_runs_from_the_start_and_is_short_once_the_pump_may_run(
    world: "World", start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    app = program("loop").App

    def note(board: Any) -> Any:
        seen.append(world.watchdog_ms)
        return app(board)

    monkeypatch.setattr(program("loop"), "App", note)
    start()
    loop = program("loop")
    assert seen == [loop.WATCHDOG_LONG_MS]
    assert world.watchdog_ms == loop.WATCHDOG_MS == 200


def test_loader_is_refused_while_anything_runs_and_leads_to_the_prompt_else(world: "World", start: Start, tmp_path: Path) -> None:
    wand = start()
    wand.treat()
    request = handshake.LoaderRequest(codes.CONFIRM)
    wand.computer.ask(request)
    wand.run(300)
    assert wand.mode == k.RUN
    assert not (tmp_path / "service").exists()
    wand.world.xgzp.vacuum_pa = 0
    wand.computer.ask(treatment.PauseRequest(wand.computer.session))
    wand.run(40)
    wand.computer.ask(request)
    wand.run(300)
    assert (wand.mode, world.resets) == (k.HOLD, 0)
    wand.computer.ask(handshake.StopRequest())
    wand.run(100)
    wand.computer.ask(request)
    with pytest.raises(sys.modules["machine"].Reset):
        wand.run(300)
    assert (tmp_path / "service").exists()


class TestStartFiles:
    """`boot.py` and `main.py`, which lie at the top of the board's files."""

    @pytest.fixture
    def main(self, world: "World", monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], dict[str, Any]]:
        """Return what runs `main.py`, the program being the one of the package."""
        (tmp_path / "program.txt").write_text("wand-1a2b3c4d\n")
        monkeypatch.setattr(sys, "path", list(sys.path))
        for name in ("firmware", "firmware.boards"):
            monkeypatch.setitem(sys.modules, name, importlib.import_module(f"microderm_ctl.{name}"))
        monkeypatch.setitem(sys.modules, "firmware.boards.loop", program("loop"))
        return lambda: runpy.run_path(str(FIRMWARE / "main.py"))

    def test_boot_drives_pump_and_vent_and_nothing_else(self, world: "World") -> None:
        runpy.run_path(str(FIRMWARE / "boot.py"))
        assert world.driven == [("pin", config.PUMP, 0), ("pin", config.VENT, 0)]

    def test_the_service_file_leads_to_the_prompt_once(self, world: "World", main: Any, tmp_path: Path) -> None:
        (tmp_path / "service").touch()
        main()
        assert not (tmp_path / "service").exists()
        assert (world.watchdog_ms, world.resets) == (0, 0)
        assert world.driven[:2] == [("pin", config.PUMP, 0), ("pin", config.VENT, 0)]

    def test_the_button_held_at_the_start_leads_to_the_prompt(self, world: "World", main: Any) -> None:
        world.levels[config.BUTTON] = 0
        begun_us = world.now_us
        main()
        assert world.watchdog_ms == 0
        assert world.now_us - begun_us >= 2_000_000

    def test_with_no_program_in_force_it_ends_at_the_prompt_at_rest(self, world: "World", main: Any, tmp_path: Path) -> None:
        (tmp_path / "program.txt").unlink()
        with pytest.raises(OSError, match="program"):
            main()
        assert (world.pump_duty(), world.vent_is_open(), world.watchdog_ms) == (0, True, 0)

    def test_the_program_is_looked_for_first_in_the_folder_in_force(self, world: "World", main: Any, monkeypatch: Any) -> None:
        searched: list[str] = []

        def crash() -> None:
            searched.append(sys.path[0])
            raise RuntimeError("enough")

        monkeypatch.setattr(program("loop"), "run", crash)
        monkeypatch.setattr(sys, "print_exception", lambda error, file: None, raising=False)
        with pytest.raises(sys.modules["machine"].Reset):
            main()
        assert searched == ["wand-1a2b3c4d"]

    def test_without_the_program_it_ends_at_the_prompt_at_rest(self, world: "World", main: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "firmware.boards.loop", None)
        with pytest.raises(ImportError):
            main()
        assert (world.pump_duty(), world.vent_is_open(), world.watchdog_ms) == (0, True, 0)

    @pytest.mark.parametrize("error", [RuntimeError("a bug"), MemoryError(), KeyboardInterrupt()])
    def test_a_crash_ends_at_rest_and_restarts(
        self, world: "World", main: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: BaseException
    ) -> None:
        monkeypatch.setattr(sys, "print_exception", lambda error, file: file.write(repr(error)), raising=False)
        machine = sys.modules["machine"]
        at_reset = []

        def reset() -> None:
            at_reset.append((world.pump_duty(), world.vent_is_open(), world.roles[config.PUMP]))
            raise machine.Reset

        monkeypatch.setattr(machine, "reset", reset)

        def crash() -> None:
            pin = machine.Pin(config.PUMP)
            machine.PWM(pin, freq=20_000, duty_u16=40_000)
            machine.Pin(config.VENT, machine.Pin.OUT, value=1)
            raise error

        monkeypatch.setattr(program("loop"), "run", crash)
        with pytest.raises(machine.Reset):
            main()
        assert at_reset == [(0, True, "out")]
        if isinstance(error, Exception):
            assert (tmp_path / "crash.txt").read_text() == repr(error)

    def test_only_the_first_crash_is_kept(self, world: "World", main: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / "crash.txt").write_text("first")
        monkeypatch.setattr(program("loop"), "run", lambda: 1 // 0)
        with pytest.raises(sys.modules["machine"].Reset):
            main()
        assert (tmp_path / "crash.txt").read_text() == "first"

    def test_run_turns_until_something_ends_it(self, world: "World", main: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "print_exception", lambda error, file: None, raising=False)
        loop = program("loop")
        turn = loop.Loop.turn

        def turn_for_a_second(self: Any) -> bool:
            if self.steps == 50:
                raise RuntimeError("enough")
            return bool(turn(self))

        monkeypatch.setattr(loop.Loop, "turn", turn_for_a_second)
        begun_us = world.now_us
        with pytest.raises(sys.modules["machine"].Reset):
            main()
        assert world.feeds == 50
        assert world.now_us - begun_us > 980_000


def test_the_chip_is_taken_away_again(monkeypatch: pytest.MonkeyPatch) -> None:
    before = sys.modules.get("machine")
    with chip(monkeypatch):
        assert sys.modules["machine"] is not before
    assert sys.modules.get("machine") is before
