"""One unit and its SERVICE: opened with the key and the button, kept alive, opened again after a restart, and left.

The wand behind it may be another object after a restart, and another unit may come to hang on the cable:
both are noticed here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Final, Self

from microderm_ctl.bench.live import unlock
from microderm_ctl.bench.live.keeper import Keeper
from microderm_ctl.bench.live.problems import (
    HOLD_BUTTON,
    LOCKED,
    NO_CAUSE,
    NO_SESSION,
    WRONG_STATE,
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
RESTART_MOST_MS: Final = 15_000
"""A board on USB is gone for some seconds; the token of SERVICE holds for a minute."""
GONE_MS: Final = 400
"""The wand sends its answer, waits 100 ms and restarts."""
ALIVE_MOST_MS: Final = 300_000
"""SERVICE ends by itself after 5 min without a request."""


class ServiceUnit:
    """One unit and its SERVICE. Leaving the block vents it and closes its port.

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

    # Restarts

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

    def vent(self) -> None:
        """Pump off, vent open."""
        self._drive(codes.DRIVE_OFF, 0, 0.0, True, 0)

    def _drive(self, mode: int, set_point_pa: int, duty: float, is_vented: bool, seconds: int) -> None:
        self.keep_alive(max(seconds * 1000, RELEASE_MOST_MS))
        self._in_service(bench.DriveRequest(SESSION, mode, set_point_pa, round(duty * DUTY_FULL), int(is_vented), seconds))

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
