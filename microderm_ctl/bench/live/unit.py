"""A unit in SERVICE: pump, vent, raw readings and records, with the same hard limits as for everybody.

    with BenchUnit(wand, reopen) as unit:
        unit.unlock(key)                      # the technician holds the button meanwhile
        unit.hold(8_000)
        measured = unit.measure()
        unit.write(Record.CALIBRATION, content)
        unit.restart()                        # and SERVICE is open again

Vacuum is pascals below ambient as the wand shows it, duty a part of full duty.
"""

from typing import Any, Final
from zlib import crc32

from microderm_ctl.bench.live.problems import NotKept
from microderm_ctl.bench.live.service import AGAIN_MS, DRIVE_S, DUTY_FULL, RELEASE_MOST_MS, ServiceUnit
from microderm_ctl.bench.live.values import Kept, Measured, Record, SelfTested
from microderm_ctl.bench.settle import Sums
from microderm_ctl.link.explain import cause_name
from microderm_ctl.wand import SESSION
from microderm_protocol import codes
from microderm_protocol.messages import bench

RELEASED_PA: Final = 500
"""The wand writes its memory below 1 kPa only."""
SELF_TEST_MOST_MS: Final = 5_000
"""The wand takes at most 3 s."""
SET_POINT_LEAST_PA: Final = 2_500
RAMP_PA: Final = 200
"""2 kPa a second, in steps well under the 300 Pa at which the regulator opens the vent: faster, and a large chamber hunts."""
RAMP_MS: Final = 100


class BenchUnit(ServiceUnit):
    """One unit under a technician's hands. Leaving the block vents it and closes its port."""

    # Pump and vent

    def hold(self, set_point_pa: int, seconds: int = DRIVE_S) -> None:
        """Hold a vacuum, as the wand shows it, for at most so long."""
        self._drive(codes.DRIVE_SET_POINT, set_point_pa, 0.0, False, seconds)

    def ramp(self, set_point_pa: int, from_pa: int = 0) -> None:
        """Come to a vacuum slowly, and hold it: a set point that jumps makes large chambers hunt, and falls too far downwards.

        Args:
            set_point_pa: where it ends.
            from_pa: the set point that is held now; 0 where the pump is off.
        """
        at_pa = max(from_pa, SET_POINT_LEAST_PA)
        for passed_pa in (*range(at_pa, set_point_pa, RAMP_PA if set_point_pa > at_pa else -RAMP_PA), set_point_pa):
            self.hold(passed_pa)
            self.wait(RAMP_MS / 1000)

    def drive(self, duty: float, seconds: int = DRIVE_S) -> None:
        """Drive the pump with a fixed duty into the closed chamber, for at most so long."""
        self._drive(codes.DRIVE_DUTY, 0, duty, False, seconds)

    def shut(self) -> None:
        """Pump off, vent closed: the chamber is left to its leak."""
        self._drive(codes.DRIVE_OFF, 0, 0.0, False, 0)

    # Readings

    def measure(self) -> Measured:
        """Return what was read since the last time; the first of a series only begins it."""
        answer = self._in_service(bench.MeasureRequest(SESSION))
        now_ms = self.clock.now_ms()
        middle_s = (now_ms + self._measured_ms) / 2000
        self._measured_ms = now_ms
        return Measured(
            Sums(middle_s, answer.readings, answer.raw_sum, answer.square_sum_high << 32 | answer.square_sum_low),
            answer.raw_least,
            answer.raw_most,
            answer.vacuum_pa,
            answer.duty / DUTY_FULL,
            answer.temperature_dc / 10,
            answer.supply_mv / 1000,
            answer.pump_ma,
        )

    def self_test(self) -> SelfTested:
        """Run the wand's self-test, and return what it found.

        Raises:
            UnitProblem: it ended in a fault.
        """
        self._tested()
        found = self._tested()  # the answer tells of the test before it
        faults = tuple(cause_name(number) for number in range(32) if found.faults >> number & 1)
        return SelfTested(faults, found.zero_raw, found.noise_raw)

    def _tested(self) -> Any:
        answer = self._in_service(bench.SelfTestRequest(SESSION))
        self.keep_alive(SELF_TEST_MOST_MS)
        since_ms = self.clock.now_ms()
        self.wand.wait(lambda now: now.received_ms > since_ms + AGAIN_MS and now.state != "SELF_TEST", SELF_TEST_MOST_MS)
        self._check_service()
        return answer

    def show(self, signal: str) -> None:
        """Show a signal of light and buzzer for three seconds."""
        self._in_service(bench.SignalRequest(SESSION, codes.SIGNALS.index(signal)))

    # Records

    def record(self, record: Record) -> Kept:
        """Return a record as it stands in memory."""
        answer = self._in_service(bench.RecordRequest(SESSION, int(record)))
        return Kept(answer.generation, bytes(answer.content[: answer.length]))

    def write(self, record: Record, content: bytes) -> Kept:
        """Write a record and read it back; it comes into force with a restart.

        Raises:
            UnitSwapped: another unit hangs on the cable by now; nothing is written to it.
            NotKept: what is read back is something else.
            WandRefusal: the unit refuses the record.
        """
        self._check_same()
        padded = content + bytes(bench.RECORD_MOST - len(content))
        staged = self._in_service(bench.StageRequest(SESSION, int(record), len(content), padded))
        if staged.crc32 != crc32(content):
            raise NotKept("The unit has put aside something else than it was sent.", "Nothing was written. Try again with another cable.")
        self.vent()
        self.wand.wait(lambda reading: not reading.pump_on and reading.vacuum_pa < RELEASED_PA, RELEASE_MOST_MS)
        generation = self._in_service(bench.CommitRequest(SESSION, int(record), staged.crc32)).generation
        kept = self.record(record)
        if kept != Kept(generation, content):
            raise NotKept(
                f"The unit says that it wrote record {record.name}, and reads back something else.",
                "Its memory is not sound: set the unit aside.",
                {"generation": generation, "read": kept.content.hex(), "written": content.hex()},
            )
        return kept
