"""The wand's program on the virtual board, with air and a hand, in virtual time."""

import json
import stat
import sys
from pathlib import Path

import pytest

from microderm_ctl.errors import FileProblem, UsageProblem
from microderm_ctl.firmware import calibration
from microderm_ctl.simulator.faults import check_serial
from microderm_ctl.simulator.memory import SLOT_BYTES, DirectoryMemory, Memory
from microderm_ctl.simulator.trace import Trace, trace_line
from microderm_ctl.simulator.unit import Unit, make_unit
from microderm_protocol import codes
from microderm_protocol.messages import handshake, treatment
from tests.simulator.computer import UTC_S, Computer

ENDED = ("COOLDOWN", "SAFE", "LINKED", "FAULT", "LOCKOUT")


class Lines:
    """Keeps the lines of a trace."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def row(self, unit: Unit) -> None:
        self.lines.append(trace_line(unit))


def treated(seed: int, serial: str = "SIM-0001") -> tuple[Computer, list[str]]:
    lines = Lines()
    computer = Computer(make_unit(serial, seed=seed, utc_s=UTC_S, trace=lines))
    computer.begin(5_000, 10_000, seconds=3)
    computer.run_until(*ENDED)
    return computer, lines.lines


def test_a_polite_hand_takes_a_whole_treatment_to_its_end() -> None:
    computer, _ = treated(seed=1)
    assert computer.unit.cause == "treatment-done"
    rows = computer.ask(treatment.RowsRequest())
    assert rows.sealed_ms[:3] == (3_000, 3_000, 0)
    ways = [(codes.STATES[event.before], codes.STATES[event.after]) for event in computer.events]
    assert ways.count(("HOLD", "RUN")) == 1


def test_the_hand_confirms_a_higher_cap_with_a_press() -> None:
    _, lines = treated(seed=1)
    signals = [json.loads(line)["signal"] for line in lines]
    assert "press-to-confirm" in signals
    assert signals.index("press-to-confirm") < signals.index("running", signals.index("press-to-confirm"))


@pytest.mark.hazard("H-02", "wand")
def test_the_true_vacuum_follows_the_set_points_within_their_trips() -> None:
    _, lines = treated(seed=2, serial="SIM-0042")
    rows = [json.loads(line) for line in lines]
    assert 9_500 < max(row["vacuum_pa"] for row in rows) < 11_500
    assert all(row["duty"] == 0 and row["vent"] for row in rows if row["state"] not in ("RUN",))


def test_the_same_seed_gives_the_same_run_and_another_one_another() -> None:
    first, second, other = treated(seed=3)[1], treated(seed=3)[1], treated(seed=4)[1]
    assert first == second
    assert first != other


def test_ambient_reads_near_zero_and_vacuum_near_the_truth_once_calibrated() -> None:
    for number in range(20):
        board = make_unit(f"SIM-{number:04d}", hand="none", seed=number, utc_s=UTC_S).board
        record = calibration.read(board.read_slot(2)[8:-4] or board.read_slot(3)[8:-4], board.serial_number())
        assert record is not None
        zero, gain, curve, _ = record
        for true_pa in (0, 2_500, 12_500, 25_000):
            board.air.vacuum_pa = true_pa
            seen = [calibration.vacuum_of(board.raw_pressure(), zero, gain, curve) for _ in range(200)]
            assert abs(sum(seen) / len(seen) - true_pa) < 60
            assert 5 < max(seen) - min(seen) < 250


def test_uncalibrated_readings_depart_from_the_truth_by_what_the_serial_number_hides() -> None:
    offsets = set()
    for number in range(8):
        board = make_unit(f"SIM-{number:04d}", hand="none", seed=1, utc_s=UTC_S).board
        offsets.add(round(sum(board.raw_pressure() for _ in range(100)) / 100) - 8_192)
    assert len(offsets) > 5
    assert max(map(abs, offsets)) > 50


def test_the_factory_calibrated_a_fresh_wand_thirty_days_ago() -> None:
    computer = Computer(make_unit(hand="none", utc_s=UTC_S))
    assert computer.ask(treatment.LimitsRequest()).calibrated_utc_s == UTC_S - 30 * 86_400


def test_the_pump_warms_the_wand_and_loads_its_supply() -> None:
    computer = Computer(make_unit(seed=1, utc_s=UTC_S))
    computer.begin(10_000, seconds=60)
    before = computer.telemetry[-1]
    computer.run(40_000)
    after = computer.telemetry[-1]
    assert computer.unit.state == "RUN"
    assert after.temperature_dc > before.temperature_dc
    assert after.supply_mv < before.supply_mv
    assert computer.unit.board.pump_ma() > 40


@pytest.mark.hazard("H-05", "wand")
@pytest.mark.hazard("H-36", "wand")
def test_a_power_cycle_keeps_the_ledger_and_the_cool_down(tmp_path: Path) -> None:
    computer = Computer(make_unit(seed=1, utc_s=UTC_S, memory=tmp_path))
    computer.begin(5_000, seconds=3)
    computer.run_until("COOLDOWN")
    again = Computer(make_unit(seed=2, utc_s=UTC_S + 60, memory=tmp_path, hand="none"))
    again.run_until("COOLDOWN", most_ms=2_000)
    entry = again.ask(treatment.LedgerRequest(1, 0))
    assert (entry.found, entry.is_open, entry.used_ms, entry.person_tag) == (1, 0, 3_000, 99)
    assert again.ask(treatment.LimitsRequest()).calibrated_utc_s == UTC_S - 30 * 86_400


@pytest.mark.hazard("H-36", "wand")
def test_power_lost_in_mid_treatment_counts_the_whole_reserve() -> None:
    computer = Computer(make_unit(seed=1, utc_s=UTC_S, faults=["brown-out=200@9"]))
    computer.begin(5_000, seconds=60)
    assert computer.run_until("OFF", most_ms=10_000)
    unit = computer.unit
    assert (unit.board.duty, unit.board.vent_open) == (0, True)
    assert computer.ask(treatment.LedgerRequest(1, 0)) is None
    computer.run_until("COOLDOWN", most_ms=2_000)
    entry = computer.ask(treatment.LedgerRequest(1, 0))
    assert entry.used_ms == entry.reserved_ms == 60_000
    assert unit.board.reset_cause() == 3


def test_restart_comes_back_on_the_same_memory_and_the_loader_stays_silent() -> None:
    computer = Computer(make_unit(hand="none", seed=1, utc_s=UTC_S))
    computer.run(1_000)
    boot_id = computer.hello().boot_id
    computer.ask(handshake.RestartRequest(codes.CONFIRM))
    computer.session = 0
    computer.run_until("OFF", most_ms=1_000)
    computer.run_until("SAFE", most_ms=3_000)
    assert computer.hello().boot_id != boot_id
    computer.ask(handshake.LoaderRequest(codes.CONFIRM))
    computer.session = 0
    computer.run_until("LOADER", most_ms=1_000)
    computer.run(5_000)
    assert (computer.unit.state, computer.ask(handshake.IdentityRequest())) == ("LOADER", None)


def test_slots_in_a_directory_are_private_whole_and_bounded(tmp_path: Path) -> None:
    memory = DirectoryMemory(tmp_path / "wand")
    assert memory.is_fresh
    memory.write(3, b"abc")
    memory.write(3, b"defg")
    assert (memory.read(3), memory.read(4)) == (b"defg", b"")
    again = DirectoryMemory(tmp_path / "wand")
    assert (again.is_fresh, again.read(3)) == (False, b"defg")
    files = list((tmp_path / "wand").iterdir())
    assert [path.name for path in files] == ["slot-03.bin"]
    if sys.platform != "win32":
        assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "wand").stat().st_mode) == 0o700
    with pytest.raises(OSError, match="64"):
        memory.write(1, bytes(SLOT_BYTES + 1))


def test_a_memory_that_is_a_file_is_a_file_problem(tmp_path: Path) -> None:
    (tmp_path / "SIM-0001").write_text("")
    with pytest.raises(FileProblem, match="memory"):
        make_unit(utc_s=UTC_S, memory=tmp_path)


@pytest.mark.hazard("H-35", "wand")
def test_memory_that_fails_while_the_wand_runs_is_a_fault_of_the_wand(tmp_path: Path) -> None:
    class Failing(Memory):
        def _keep(self, slot: int, content: bytes) -> None:
            if not self.is_fresh:
                raise OSError(28, "No space left on device")

    computer = Computer(make_unit(seed=1, utc_s=UTC_S, memory=Failing()))
    computer.run(1_000)
    computer.hello()
    computer.run(200)
    assert isinstance(computer.arm(5_000), handshake.Nak)


@pytest.mark.parametrize("serial", ["", "a" * 13, "../SIM", "SIM 1", "WÄND"])
def test_serial_numbers_fit_wire_and_file_names(serial: str) -> None:
    with pytest.raises(UsageProblem):
        check_serial(serial)


def test_a_trace_file_holds_a_line_a_step_as_soon_as_it_is_made(tmp_path: Path) -> None:
    path = tmp_path / "trace.ndjson"
    with Trace(path) as trace:
        unit = make_unit(hand="none", seed=1, utc_s=UTC_S, trace=trace)
        unit.run(100)
        rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [row["ms"] for row in rows] == [20, 40, 60, 80, 100]
    assert rows[-1] == {
        "serial": "SIM-0001", "ms": 100, "tick": 100, "state": "SELF_TEST", "cause": "none", "line": False, "lease_ms": 0,
        "duty": 0, "vent": True, "vacuum_pa": 0, "seal_mm2": 28, "motion_mg": 4, "signal": "quiet", "dropped_ms": 0,
    }  # fmt: skip


def test_a_trace_that_cannot_be_written_is_a_file_problem(tmp_path: Path) -> None:
    with pytest.raises(FileProblem):
        Trace(tmp_path / "missing" / "trace")
