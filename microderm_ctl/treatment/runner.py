"""Leads a wand through a plan, row by row, and tells what happens; prints nothing and owns no clock.

    outcome = Runner(wand, plan, book, watcher).run(person_tag, utc_s)

The record is on disk before the wand is armed. One turn of the loop takes in one
thing that the wand said, does what the person wishes and beats once, so that the
lease is renewed only while this loop turns. It runs alike on a thread's wand and in
virtual time.
"""

from contextlib import suppress
from typing import Final

from microderm_ctl.errors import FileProblem, LinkLost, MicrodermError, Stopped, WandRefusal
from microderm_ctl.link.values import Event as WandEvent
from microderm_ctl.link.values import Reading
from microderm_ctl.safety import Kind, Plan, PlannedZone, Zone
from microderm_ctl.texts import guide as texts
from microderm_ctl.treatment import outcome
from microderm_ctl.treatment.book import Book, Used, sample_of
from microderm_ctl.treatment.counting import counted
from microderm_ctl.treatment.events import (
    Armed,
    Ended,
    Event,
    Held,
    PassBegins,
    PressButton,
    Refused,
    Running,
    SetPoint,
    Stopping,
    TouchDown,
    Wish,
    ZoneDone,
)
from microderm_ctl.treatment.outcome import Outcome
from microderm_ctl.treatment.plan import met_with, pass_number, rows_of
from microderm_ctl.treatment.watching import Progress, Watcher
from microderm_ctl.units import VACUUM_LOWEST_PA, VACUUM_STEP_PA, format_kpa
from microderm_ctl.wand import Wand
from microderm_protocol import codes

TURN_MS: Final = 50
"""Longest turn of the loop: a fifth of what the lease's heartbeat allows."""
LEAVE_MS: Final = 3_000
"""Time to leave a zone after the wish for the next one, before the wand searches again."""
READING_MS: Final = 300
_ACTIVE: Final = frozenset({"ARMED", "RUN", "HOLD", "STOPPING"})


class Runner:
    """One run of a plan on a wand. Use it once."""

    def __init__(self, wand: Wand, plan: Plan, book: Book, watcher: Watcher) -> None:
        """Take a wand at rest, a plan that was decided for it, and a record that is on disk."""
        self._wand = wand
        self._plan = plan
        self._book = book
        self._watcher = watcher
        self._zones = plan.zones
        self._begun_ms = wand.clock.now_ms()
        self._armed_ms = self._begun_ms
        self._state = "LINKED"
        self._row = 0
        self._due_row: int | None = 0
        self._set_point_pa = 0
        self._row_left_ms = plan.zones[0].seconds * 1000
        self._lowered_pa = 0
        self._press_needed = False
        self._sealed = False
        self._pass = 0
        self._resume_at_ms: int | None = None
        self._now: Event = Refused("")
        self._is_finished = self._armed = False
        self._last: Reading | None = None
        self._problem: MicrodermError | None = None

    def run(self, person_tag: int, utc_s: int) -> Outcome:
        """Arm the wand, lead it through the plan, and write down how it ended.

        Args:
            person_tag: tag of the person's profile, as it goes over the wire.
            utc_s: the store's now, which goes into the wand's ledger.

        Raises:
            FileProblem: the end could not be written down; the treatment counts in full.
        """
        try:
            self._arm(person_tag, utc_s)
            self._lead()
        except MicrodermError as problem:
            self._problem = problem
        except BaseException:
            # A mistake of ours, or the watcher's: the wand comes first, and the record.
            self._end(utc_s)
            raise
        return self._end(utc_s)

    # Arming

    def _arm(self, person_tag: int, utc_s: int) -> None:
        plan = self._plan
        purpose = codes.PURPOSE_PATCH_TEST if plan.kind is Kind.PATCH_TEST else codes.PURPOSE_TREATMENT
        in_force = self._wand.arm(rows_of(plan), plan.treatment_s, plan.tip_um, utc_s, person_tag, purpose, self._book.command_id)
        self._armed_ms = self._wand.clock.now_ms()
        self._state, self._armed = "ARMED", True
        self._zones = met_with(plan, in_force)
        self._book.keep_limits(in_force)
        self._tell(
            Armed(
                tuple(zone.zone for zone in self._zones),
                tuple(zone.cap_pa for zone in self._zones),
                in_force.treatment_ms // 1000,
            )
        )

    # The loop

    def _lead(self) -> None:
        while self._state in _ACTIVE:
            self._wand.heartbeat()
            self._put_row()
            self._take(self._wand.next_event(TURN_MS))
            for wish in self._watcher.wishes():
                self._grant(wish)
            self._resume_when_due()

    def _take(self, event: WandEvent | None) -> None:
        if event is None:
            return
        if isinstance(event, Reading):
            self._enter(event.state, event.cause)
            self._read(event)
        else:
            self._enter(event.after, event.cause)

    def _enter(self, state: str, cause: str) -> None:
        """Follow the wand into another state."""
        if state == self._state:
            return
        self._state = state
        if state == "RUN":
            self._sealed, self._resume_at_ms = False, None
            self._prompt(TouchDown(self._zone.zone, self._set_point_pa))
        elif state == "HOLD":
            self._held(cause)
        elif state == "STOPPING":
            self._prompt(Stopping(cause))

    def _held(self, cause: str) -> None:
        if cause == "zone-done":
            self._leave_zone(skipped=False)
        elif self._due_row is None and self._resume_at_ms is None:
            self._prompt(Held(self._zone.zone, cause))

    def _read(self, reading: Reading) -> None:
        self._sample(reading)
        if reading.row == self._row and self._due_row is None:
            if reading.state == "HOLD":
                self._confirm(reading)
            elif reading.state == "RUN":
                self._follow_contact(reading)
        self._watcher.shown(self._progress(reading))

    def _sample(self, reading: Reading) -> None:
        self._book.sample(sample_of(reading, reading.received_ms - self._armed_ms))

    def _confirm(self, reading: Reading) -> None:
        """Notice the press that allows a higher cap."""
        if self._press_needed and not reading.press_needed:
            self._press_needed = False
            self._prompt(TouchDown(self._zone.zone, self._set_point_pa))

    def _follow_contact(self, reading: Reading) -> None:
        zone = self._zone
        if not reading.sealed:
            if self._sealed:
                self._prompt(TouchDown(zone.zone, self._set_point_pa))
            self._sealed = False
            return
        number = pass_number(zone, reading.row_left_ms)
        if not self._sealed:
            self._sealed = True
            self._tell(Running(zone.zone, reading.row_left_ms))
            self._now = PassBegins(zone.zone, number, zone.passes)
        if number != self._pass:
            self._pass = number
            self._prompt(PassBegins(zone.zone, number, zone.passes), again=True)

    # Rows

    @property
    def _zone(self) -> PlannedZone:
        return self._zones[self._row]

    def _following(self) -> int | None:
        row = self._row + 1 if self._due_row is None else self._due_row + 1
        return row if row < len(self._zones) else None

    def _leave_zone(self, skipped: bool) -> None:
        """Go on to the next row; after the last one all is done."""
        following = self._following()
        zone: Zone | None = None if following is None else self._zones[following].zone
        self._tell(ZoneDone(self._zone.zone, zone, skipped))
        if following is None:
            self._is_finished = True
            self._wand.stop()
        else:
            self._due_row = following

    def _put_row(self) -> None:
        """Name the row that is due, once the wand is where it takes one."""
        row = self._due_row
        if row is None or self._state not in ("ARMED", "HOLD"):
            return
        zone = self._zones[row]
        set_point_pa = max(VACUUM_LOWEST_PA, min(zone.level_pa - self._lowered_pa, zone.cap_pa))
        try:
            answer = self._wand.zone(row, set_point_pa)
        except WandRefusal as problem:
            if problem.details.get("nak") != "wrong-state":
                raise
            return  # it has left that state: what it says next tells where to
        self._row, self._due_row, self._pass = row, None, 0
        self._row_left_ms = answer.left_ms
        self._set_point_pa, self._press_needed = answer.set_point_pa, answer.press_needed
        if self._state == "ARMED" or answer.press_needed:
            self._prompt(PressButton(zone.zone, zone.cap_pa, confirm=self._state != "ARMED"))
        else:
            self._prompt(TouchDown(zone.zone, answer.set_point_pa))

    # What the person wishes

    def _grant(self, wish: Wish) -> None:
        grants = {
            Wish.PAUSE: self._pause_or_resume,
            Wish.UP: lambda: self._shift(VACUUM_STEP_PA),
            Wish.DOWN: lambda: self._shift(-VACUUM_STEP_PA),
            Wish.NEXT: self._skip,
            Wish.STOP: self._stop,
        }
        try:
            grants[wish]()
        except WandRefusal as problem:
            self._tell(Refused(problem.sentence))

    def _pause_or_resume(self) -> None:
        if self._state == "RUN":
            self._wand.pause()
        elif self._state == "HOLD" and self._press_needed:
            self._tell(Refused(texts.PRESS_FIRST))
        elif self._state == "HOLD":
            self._resume_at_ms = None
            self._wand.resume()
        else:
            self._tell(Refused(texts.NOTHING_TO_PAUSE))

    def _shift(self, step_pa: int) -> None:
        zone, wanted_pa = self._zone, self._set_point_pa + step_pa
        if self._state not in ("RUN", "HOLD"):
            self._tell(Refused(texts.NOT_RUNNING))
        elif wanted_pa > zone.cap_pa:
            self._tell(Refused(texts.AT_THE_CAP.format(vacuum=format_kpa(zone.cap_pa))))
        elif wanted_pa < VACUUM_LOWEST_PA:
            self._tell(Refused(texts.AT_THE_LEAST.format(vacuum=format_kpa(VACUUM_LOWEST_PA))))
        else:
            self._set_point_pa = self._wand.set_point(wanted_pa)
            # What was turned down stays so in the zones that follow; what was turned up does not.
            self._lowered_pa = max(0, zone.level_pa - self._set_point_pa)
            self._tell(SetPoint(zone.zone, self._set_point_pa, zone.cap_pa))

    def _skip(self) -> None:
        """Leave this zone. The wand vents at once, and searches again once there was time to lift off."""
        if self._state not in ("ARMED", "RUN", "HOLD"):
            return
        if self._state != "ARMED" and self._following() is not None:
            self._wand.pause()
            self._resume_at_ms = self._wand.clock.now_ms() + LEAVE_MS
        self._leave_zone(skipped=True)

    def _resume_when_due(self) -> None:
        due_ms = self._resume_at_ms
        if due_ms is None or self._state != "HOLD" or self._press_needed or self._due_row is not None:
            return
        if self._wand.clock.now_ms() >= due_ms:
            with suppress(WandRefusal):
                self._wand.resume()

    def _stop(self) -> None:
        self._wand.stop()

    # Telling

    def _t_ms(self) -> int:
        return self._wand.clock.now_ms() - self._armed_ms

    def _tell(self, event: Event) -> None:
        self._watcher.told(event, self._t_ms())

    def _prompt(self, event: Event, again: bool = False) -> None:
        """Tell what to do now, unless that was the last thing told."""
        if event != self._now or again:
            self._now = event
            self._tell(event)

    def _progress(self, reading: Reading) -> Progress:
        zone = self._zone
        if reading.row == self._row and self._due_row is None:
            self._row_left_ms = reading.row_left_ms
        row_left_ms = self._row_left_ms
        later_ms = sum(one.seconds for one in self._zones[self._row + 1 :]) * 1000
        left_ms = min(reading.treatment_left_ms, row_left_ms + later_ms)
        return Progress(reading, self._row, len(self._zones), zone, pass_number(zone, row_left_ms), row_left_ms, left_ms, self._now)

    # The end

    def _end(self, utc_s: int) -> Outcome:
        """Bring the wand to rest, ask what it counted, and write it down."""
        used = self._ask()
        if used is None:
            # The record stays open: all that was reserved counts until the wand's ledger can be read.
            ended = Outcome(None, outcome.LINK_LOST, False, self._problem or outcome.error_of("hang-up"))
        else:
            ended_s = utc_s + (self._wand.clock.now_ms() - self._begun_ms) // 1000
            self._book.end(ended_s, used)
            done = used.cause == outcome.DONE or self._is_finished
            ended = Outcome(used, used.cause, done, self._problem or (None if done else outcome.error_of(used.cause)))
        with suppress(Stopped):  # nobody listens any more; what matters is written
            self._now = Ended(ended.cause, 0 if used is None else used.sealed_ms, ended.done)
            self._tell(self._now)
            if self._last is not None:
                self._watcher.shown(self._progress(self._last))
        return ended

    def _ask(self) -> Used | None:
        """Return what the wand counted, None where it cannot be asked."""
        for _ in range(2):
            try:
                if self._state in _ACTIVE or self._problem is not None:
                    self._wand.stop()
                self._see_it_vent()
                return counted(self._wand, self._book.command_id, self._zones, self._plan.treatment_s)
            except Stopped as stopped:  # the signal came only now; it is told once
                self._problem = self._problem or stopped
            except LinkLost as lost:
                self._problem = self._problem or lost
                return None
        return None

    def _see_it_vent(self) -> None:
        """Take in what the wand said since, so that the trace shows the vacuum gone."""
        since_ms = self._wand.clock.now_ms()
        self._wand.wait(lambda reading: reading.received_ms > since_ms, READING_MS)
        for event in self._wand.events():
            if isinstance(event, Reading) and self._armed:
                self._last = event
                with suppress(FileProblem):  # the end matters more than its last samples
                    self._sample(event)
