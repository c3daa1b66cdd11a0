"""A unit in SERVICE: pump, vent, raw readings and records, with the same hard limits as for everybody.

    with BenchUnit(wand, reopen) as unit:
        unit.unlock(key)                      # the technician holds the button meanwhile
        unit.hold(8_000)
        measured = unit.measure()
        unit.write(Record.CALIBRATION, content)
        unit.restart()                        # and SERVICE is open again

Vacuum is pascals below ambient as the wand shows it, duty a part of full duty.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from types import TracebackType
from typing import Any, Final, NamedTuple, Self
from zlib import crc32

from microderm_ctl.bench.settle import Sums
from microderm_ctl.bench.work import unlock
from microderm_ctl.bench.work.keeper import Keeper
from microderm_ctl.bench.work.problems import (
    HOLD_BUTTON,
    LOCKED,
    NO_CAUSE,
    NO_SESSION,
    WRONG_STATE,
    NotKept,
    UnitProblem,
    has_left,
    no_key,
    not_held,
    not_ready,
    refused_as,
    swapped,
    token_lost,
    wrong_key,
)
from microderm_ctl.clock import Clock
from microderm_ctl.errors import LinkLost, PortProblem, WandRefusal
from microderm_ctl.link.explain import cause_name
from microderm_ctl.wand import SESSION, Identity, Reading, Wand
from microderm_protocol import codes
from microderm_protocol.messages import bench

DUTY_FULL: Final = 65_535
DRIVE_S: Final = bench.DRIVE_MOST_S
"""The pump goes off after so long by itself; a step that needs it longer drives again."""
UNLOCK_MOST_MS: Final = 60_000
"""How long a technician has to find and hold the button."""
AGAIN_MS: Final = 200
RELEASE_MOST_MS: Final = 10_000
RELEASED_PA: Final = 500
"""The wand writes its memory below 1 kPa only."""
SELF_TEST_MOST_MS: Final = 5_000
"""The wand takes at most 3 s."""
RESTART_MOST_MS: Final = 15_000
"""A board on USB is gone for some seconds; the token of SERVICE holds for a minute."""
GONE_MS: Final = 400
"""The wand sends its answer, waits 100 ms and restarts."""
ALIVE_MOST_MS: Final = 300_000
"""SERVICE ends by itself after 5 min without a request."""


SET_POINT_LEAST_PA: Final = 2_500
RAMP_PA: Final = 200
"""2 kPa a second, in steps well under the 300 Pa at which the regulator opens the vent: faster, and a large chamber hunts."""
RAMP_MS: Final = 100


class Record(IntEnum):
    """What the wand keeps for a technician."""

    CALIBRATION = codes.RECORD_CALIBRATION
    MAP = codes.RECORD_MAP


class Kept(NamedTuple):
    """A record as it stands in the wand's memory; generation 0: there is none."""

    generation: int
    content: bytes


class Measured(NamedTuple):
    """What the wand read since the last time, and what it shows now."""

    sums: Sums
    raw_least: int
    raw_most: int
    vacuum_pa: int
    duty: float
    temperature_c: float
    supply_v: float
    pump_ma: int


class SelfTested(NamedTuple):
    """What the wand's last self-test found."""

    faults: tuple[str, ...]
    zero_raw: int
    noise_raw: int


class BenchUnit:
    """One unit under a technician's hands. Leaving the block vents it and closes its port.

    Attributes:
        wand: the open wand; another object after a restart in which the port went away.
        serial: of the unit that the work was begun with.
    """

    def __init__(self, wand: Wand, reopen: Callable[[], Wand]) -> None:
        """Take over an open wand.

        Args:
            wand: after its handshake.
            reopen: opens the same port again, after a restart took it away.
        """
        self.wand = wand
        self.serial = wand.identity.serial
        self._reopen = reopen
        self._token = b""
        self._measured_ms = 0
        self._keeper: Keeper | None = None

    def __enter__(self) -> Self:
        """Return the unit itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End in order, whatever happened."""
        self.close()

    def close(self) -> None:
        """Stop, vent and close the port; a second time does nothing."""
        self._end_keeper()
        self.wand.close()

    @property
    def identity(self) -> Identity:
        """Who the unit said it is."""
        return self.wand.identity

    @property
    def clock(self) -> Clock:
        """The clock by which the unit lives."""
        return self.wand.clock

    @property
    def now_s(self) -> float:
        """Seconds on that clock."""
        return self.clock.now_ms() / 1000

    @property
    def reading(self) -> Reading:
        """The newest telemetry.

        Raises:
            LinkLost: none has ever come.
        """
        reading = self.wand.reading
        if reading is None:
            raise LinkLost("The unit sends no readings.", "Unplug it, wait a moment and plug it in again.")
        return reading

    def keep_alive(self, duration_ms: int) -> None:
        """Say that the work goes on for so long without a word to the unit, as while a person types."""
        if self._keeper is not None:
            self._keeper.extend(min(duration_ms, ALIVE_MOST_MS))

    def wait(self, duration_s: float) -> None:
        """Let time pass; the unit stays alive and goes on as it was told.

        Raises:
            LinkLost, Stopped: as their names say.
        """
        end_ms = self.clock.now_ms() + round(duration_s * 1000)
        while (left_ms := end_ms - self.clock.now_ms()) > 0:
            self.keep_alive(left_ms + AGAIN_MS)
            with self._looking_again():
                self.wand.wait(lambda _: False, min(left_ms, ALIVE_MOST_MS // 2))
            self._check_service()

    def fall_silent(self) -> None:
        """Beat no more: the lease ends, and the unit has to stop by itself."""
        if self._keeper is not None:
            self._keeper.let_go()

    # The fence

    def unlock(self, key: bytes, asks_to_hold: Callable[[], None] = lambda: None, seconds: int = unlock.SERVICE_S) -> None:
        """Open SERVICE; the technician holds the unit's button for 3 s meanwhile.

        Args:
            key: the service key.
            asks_to_hold: called once the button has to be held.
            seconds: for how long.

        Raises:
            WandRefusal: a wrong key, a unit without one, or it waits after failures.
            UnitProblem: the button was not held in time.
        """
        self._check_same()
        self._be_ready()
        self._begin_keeper()
        with refused_as(WRONG_STATE, lambda refusal: not_ready(self.serial, refusal.details["state"], refusal.details["cause"])):
            self._open_service(key, asks_to_hold, seconds)

    def _open_service(self, key: bytes, asks_to_hold: Callable[[], None], seconds: int) -> None:
        own = unlock.draw_nonce()
        with refused_as(LOCKED, lambda _: no_key(self.serial)):
            challenge = self.wand.call(bench.ChallengeRequest(SESSION, own))
        if challenge.back_off_s:
            self._wait_back_off(challenge.back_off_s)
            challenge = self.wand.call(bench.ChallengeRequest(SESSION, own))
        asks_to_hold()
        code = unlock.code(key, self.serial, challenge.nonce, own, unlock.ALL, seconds)
        with refused_as(LOCKED, lambda _: wrong_key(self.serial)), refused_as(HOLD_BUTTON, lambda _: not_held(self.serial)):
            answer = self._when_held(bench.UnlockRequest(SESSION, unlock.ALL, seconds, code))
        self._token = answer.token
        self.wand.wait(lambda reading: not reading.button_down and reading.state == "SERVICE", RELEASE_MOST_MS)
        self.vent()

    def _wait_back_off(self, seconds: int) -> None:
        if seconds > UNLOCK_MOST_MS // 1000:
            raise UnitProblem(
                f"The unit takes no key for another {seconds} s, after wrong ones.",
                "Leave it switched on until then, and have the right key at hand.",
                {"back_off_s": seconds},
            )
        self.keep_alive((seconds + 1) * 1000)
        self.wand.wait(lambda _: False, seconds * 1000)

    def _when_held(self, request: bench.UnlockRequest) -> bench.UnlockAnswer:
        end_ms = self.clock.now_ms() + UNLOCK_MOST_MS
        self.keep_alive(UNLOCK_MOST_MS)
        while True:
            try:
                answer: bench.UnlockAnswer = self.wand.call(request)
                return answer
            except WandRefusal as refusal:
                if refusal.details.get("nak") != HOLD_BUTTON or self.clock.now_ms() >= end_ms:
                    raise
            self.wand.wait(lambda _: False, AGAIN_MS)

    def leave(self) -> None:
        """Close SERVICE and vent."""
        self.wand.call(bench.LeaveServiceRequest(SESSION))
        self._end_keeper()
        self.wand.stop()

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

    def vent(self) -> None:
        """Pump off, vent open."""
        self._drive(codes.DRIVE_OFF, 0, 0.0, True, 0)

    def _drive(self, mode: int, set_point_pa: int, duty: float, is_vented: bool, seconds: int) -> None:
        self.keep_alive(max(seconds * 1000, RELEASE_MOST_MS))
        self._in_service(bench.DriveRequest(SESSION, mode, set_point_pa, round(duty * DUTY_FULL), int(is_vented), seconds))

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

    def restart(self) -> None:
        """Restart the unit and open SERVICE again with the token of its commit; then the self-test is done.

        Raises:
            LinkLost: it did not come back.
            UnitSwapped: another one did.
            UnitProblem: the token is not taken any more.
        """
        token = self._token
        self._end_keeper()
        self._await_rest()
        self._restarted()
        self._check_same()
        self._be_ready()
        self._begin_keeper()
        with refused_as(LOCKED, lambda _: token_lost(self.serial)):
            self._token = self.wand.call(bench.UnlockAgainRequest(SESSION, token)).token
        self.vent()
        self._measured_ms = self.clock.now_ms()

    def start_anew(self) -> None:
        """Restart the unit with SERVICE closed: it is left as a person at home finds it.

        Raises:
            LinkLost: it did not come back.
            WandFault: it comes up in a fault.
        """
        self._end_keeper()
        self._await_rest()
        self._restarted()
        self.wand.be_ready()

    def _await_rest(self) -> None:
        """Wait until a stop is over; SERVICE with the pump off is at rest too."""
        since_ms = self.clock.now_ms()
        self.wand.wait(lambda now: now.received_ms > since_ms and not now.pump_on and now.state != "STOPPING", RELEASE_MOST_MS)

    def _restarted(self) -> None:
        """Restart, and open the port again where it went away with the unit."""
        if not self.wand.restart(GONE_MS, RESTART_MOST_MS):
            self.wand.close()
            self.wand = self._opened_again()

    def _opened_again(self) -> Wand:
        end_ms = self.clock.now_ms() + RESTART_MOST_MS
        while True:
            self.clock.sleep_ms(AGAIN_MS)
            try:
                return self._reopen()
            except Exception:
                if self.clock.now_ms() >= end_ms:
                    raise

    # Inside

    def _in_service(self, request: object) -> Any:
        self.keep_alive(RELEASE_MOST_MS)
        with (
            self._looking_again(),
            refused_as(LOCKED, lambda refusal: has_left(refusal.details["state"], refusal.details["cause"])),
        ):
            return self.wand.call(request)

    @contextmanager
    def _looking_again(self) -> Iterator[None]:
        """Tell of a link or session that ended because another unit hangs on the cable, or this one has started anew."""
        try:
            yield
        except (LinkLost, WandRefusal) as problem:
            if isinstance(problem, LinkLost) or problem.details.get("nak") == NO_SESSION:
                self._end_keeper()
                self._look_again()
            raise

    def _look_again(self) -> None:
        """Ask once more who is there, and whether it still knows the session; say nothing where nobody answers.

        Raises:
            UnitSwapped, UnitProblem: another unit, or one that has started anew.
        """
        with suppress(LinkLost, WandRefusal, PortProblem):
            self._check_same()
            with refused_as(NO_SESSION, lambda refusal: has_left(refusal.details["state"], NO_CAUSE)):
                self.wand.call(bench.MeasureRequest(SESSION))

    def _check_same(self) -> None:
        """Ask the unit who it is, and refuse another one than the work was begun with."""
        found = self.wand.ask_identity().serial
        if found != self.serial:
            raise swapped(self.serial, found)

    def _check_service(self) -> None:
        state = self.wand.state
        if self._keeper is not None and state not in ("SERVICE", "SELF_TEST", "BOOT"):
            raise has_left(state, self.wand.cause)

    def _be_ready(self) -> None:
        """Wait until a self-test or a stop is over, and take the lease."""
        self.wand.be_ready()
        self.wand.take_lease()

    def _begin_keeper(self) -> None:
        self._end_keeper()
        self._keeper = Keeper(self.clock, self.wand.heartbeat)

    def _end_keeper(self) -> None:
        if self._keeper is not None:
            self._keeper.end()
            self._keeper = None
