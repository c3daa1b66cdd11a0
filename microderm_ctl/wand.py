"""The wand as an object: verbs with units, answers in words, errors that say what to do.

    with Wand.open() as wand:
        print(wand.identity.serial, wand.limits().grit_um)

Vacuum is in pascals, time in milliseconds or seconds as the name says. Leaving the
block, an exception, Ctrl-C, SIGTERM and SIGHUP all end the same way: STOP is sent,
the wand vents, the port is closed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Final

from microderm_ctl.clock import Clock
from microderm_ctl.errors import LinkLost, NoWand, UsageProblem, WandFault, WandSilent
from microderm_ctl.link import explain, signals, values
from microderm_ctl.link.driver import VENT_MOST_MS, Driver, Watcher, drive
from microderm_ctl.link.link import randbits, version_mismatch
from microderm_ctl.link.ports import PortInfo, choose, find, open_port
from microderm_ctl.link.requests import Outcome
from microderm_ctl.link.values import Event, Identity, LedgerEntry, Limits, LimitsInForce, Reading, Row, RowsUsed, ZoneInForce
from microderm_protocol import TABLE_HASH, ProtocolError, codes
from microderm_protocol.messages import handshake, treatment

__all__ = ["Event", "Identity", "LedgerEntry", "Limits", "LimitsInForce", "Reading", "Row", "RowsUsed", "Wand", "ZoneInForce"]

FIRST_READING_MS: Final = 1_000
LEASE_MS: Final = 1_000
READY_MS: Final = 5_000
"""A self-test takes at most 3 s, a stop 0.3 s."""
PASSING_STATES: Final = frozenset({"BOOT", "SELF_TEST", "SAFE", "STOPPING"})
LEDGER_MOST: Final = 64
SESSION: Final = 0
"""Stands in a message for the session's token, which the link fills in."""
TRIP_MARGIN_LEAST_PA: Final = 600
TRIP_MARGIN_MOST_PA: Final = 1_500
TRIP_MARGIN_PERMILLE: Final = 150


class Wand:
    """A wand that answered: open one with ``Wand.open`` and use it as a context manager.

    Attributes:
        identity: who it is.
        other_version: whether it speaks another protocol, so that only ``identity`` and ``stop`` work.
    """

    def __init__(self, driver: Driver, identity: Identity, other_version: bool = False) -> None:
        """Take over a driver whose handshake is done."""
        self._driver = driver
        self.identity = identity
        self.other_version = other_version

    @classmethod
    def open(
        cls,
        port: str | None = None,
        serial: str | None = None,
        *,
        running: Iterable[PortInfo] = (),
        watcher: Watcher | None = None,
        use_descriptor: bool = True,
        accept_other_version: bool = False,
    ) -> "Wand":
        """Find a wand, open its port for ourselves alone and shake hands.

        Args:
            port: a device, a pyserial URL or ``sim``; None finds the one wand that is connected.
            serial: the serial number that the wand must have.
            running: simulators that are known to run.
            watcher: sees every byte on the wire, as ``watcher("tx" or "rx", bytes, time in ms)``.
            use_descriptor: False takes the path that Windows takes.
            accept_other_version: return even a wand that speaks another protocol.

        Raises:
            NoWand, SeveralWands: none is there, or it is not clear which is meant.
            PortProblem: the port cannot be opened.
            WandSilent, WandGarbled, VersionMismatch: what is there does not talk as a wand does.
            Stopped: a signal came meanwhile.
        """
        spec = port if port is not None else choose(find(running), serial).spec
        driver = drive(open_port(spec, use_descriptor), watcher)
        signals.guard(driver)
        try:
            wand = cls.greet(driver)
            if serial is not None and wand.identity.serial != serial:
                raise NoWand(f"The wand at {spec} is {wand.identity.serial}, not {serial}.", "'microderm devices' lists the wands.")
            if wand.other_version and not accept_other_version:
                raise version_mismatch(driver.link.other_hash or 0, f"Wand {wand.identity.serial} ({wand.identity.firmware})")
        except BaseException:
            driver.close()
            raise
        return wand

    @classmethod
    def greet(cls, driver: Driver) -> "Wand":
        """Shake hands over a driver of one's own; raises what ``open`` does once the port is open."""
        hello = driver.settled(driver.do(driver.link.hello))
        driver.raise_failure()
        other_version = driver.link.other_hash is not None
        if hello.outcome is Outcome.REFUSED and not other_version:
            raise explain.refusal(hello.answer, hello.name)
        identity = values.identity(driver.call(handshake.IdentityRequest()))
        if not other_version and not driver.wait(lambda: driver.link.reading is not None, FIRST_READING_MS):
            raise LinkLost("The wand answers, but sends no readings.", "Unplug it, wait a moment and plug it in again.")
        return cls(driver, identity, other_version)

    def __enter__(self) -> "Wand":
        """Return the wand itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End in order, whatever happened."""
        self.close()

    def close(self) -> bool:
        """Send STOP if anything may run, wait until the wand has vented, close the port; return whether it is at rest."""
        return self._driver.close()

    # What is known without asking

    @property
    def clock(self) -> Clock:
        """The clock by which the wand lives: the computer's, or the virtual one of ``sim``."""
        return self._driver.clock

    @property
    def port(self) -> str:
        """The port as it was asked for."""
        return self._driver.port.name

    @property
    def table_hash(self) -> int:
        """The hash of the wand's message table: the version of the protocol that it speaks."""
        return TABLE_HASH if self._driver.link.other_hash is None else self._driver.link.other_hash

    @property
    def is_interrupted(self) -> bool:
        """Whether a signal has come; the wand was told to stop."""
        return self._driver.interrupted != 0

    @property
    def reading(self) -> Reading | None:
        """The newest telemetry; None only from a wand of another version."""
        return self._driver.link.reading

    @property
    def state(self) -> str:
        """The newest state that is known, by name."""
        return self._driver.link.state

    @property
    def cause(self) -> str:
        """Why the pump last went off, by name."""
        return self._driver.link.cause

    @property
    def worst_gap_ms(self) -> int:
        """The longest that the wand had to wait for a renewal so far; its lease is 500 ms."""
        return self._driver.link.lease.worst_gap_ms

    # Time and events

    def heartbeat(self) -> None:
        """Say that the treatment's logic ticks; without one for 250 ms the lease is not renewed and the wand stops."""
        self._driver.beat()

    def wait(self, is_done: Callable[[Reading], bool], timeout_ms: int) -> bool:
        """Wait until a reading is as wanted; False once the time is over. No heartbeat comes from waiting."""

        def is_so() -> bool:
            reading = self.reading
            return reading is not None and is_done(reading)

        return self._driver.wait(is_so, timeout_ms)

    def next_event(self, timeout_ms: int = 0) -> Event | None:
        """Return the next reading or state change, None when none comes in time. No heartbeat comes from waiting."""
        queue = self._driver.link.events
        return queue.popleft() if self._driver.wait(lambda: len(queue) > 0, timeout_ms) else None

    def events(self) -> Iterator[Event]:
        """Yield the readings and state changes that are there, without waiting for more."""
        while (event := self.next_event()) is not None:
            yield event

    # Asking

    def call(self, message: Any) -> Any:
        """Send any message of ``microderm_protocol`` and return its answer; ``SESSION`` stands for the token.

        Raises:
            UsageProblem: a field is out of its range.
            WandRefusal, WandFault: the wand said no.
            LinkLost: the wand is gone or did not answer.
        """
        try:
            return self._driver.call(message)
        except ProtocolError as error:
            raise UsageProblem(f"This cannot be sent to a wand: {error}.") from error

    def ask_identity(self) -> Identity:
        """Ask the wand anew who it is; ``identity`` is what it said at the handshake."""
        return values.identity(self.call(handshake.IdentityRequest()))

    def limits(self) -> Limits:
        """Return what the wand itself allows now."""
        return values.limits(self.call(treatment.LimitsRequest()))

    def rows(self) -> RowsUsed:
        """Return the sealed time of each row of the last treatment since the wand started."""
        return RowsUsed(*self.call(treatment.RowsRequest()))

    def ledger(self, age: int = 0) -> LedgerEntry | None:
        """Return an entry of the wand's ledger, 0 the newest; None where there is none."""
        return values.ledger_entry(self.call(treatment.LedgerRequest(0, age)))

    def ledger_of(self, command_id: int) -> LedgerEntry | None:
        """Return what the wand wrote down of an ARM; None where it never acted on it."""
        return values.ledger_entry(self.call(treatment.LedgerRequest(command_id, 0)))

    def ledger_entries(self) -> tuple[LedgerEntry, ...]:
        """Return the whole ledger, newest first."""
        entries: list[LedgerEntry] = []
        while len(entries) < LEDGER_MOST and (entry := self.ledger(len(entries))) is not None:
            entries.append(entry)
        return tuple(entries)

    # A treatment

    def arm(
        self,
        rows: Sequence[Row],
        treatment_s: int,
        grit_um: int,
        utc_s: int,
        person_tag: int,
        purpose: int = codes.PURPOSE_TREATMENT,
        command_id: int | None = None,
    ) -> LimitsInForce:
        """Hand the limits of a treatment to the wand; the press of its button is still to come.

        Events from before are dropped, so that those which follow are of this treatment.

        Args:
            rows: one for each zone, at most 12.
            treatment_s: most sealed seconds of the whole.
            grit_um: the grit that the plan is made for.
            utc_s: the computer's UTC.
            person_tag: tag of the person's profile, not 0.
            purpose: ``codes.PURPOSE_TREATMENT`` or ``PURPOSE_PATCH_TEST``.
            command_id: what the ledger keeps; drawn where None.

        Raises:
            WandRefusal, WandFault: the wand said no, or would allow more than was asked; then it was stopped.
            LinkLost: no answer came; where the wand had acted nonetheless it was stopped.
        """
        asked = _arm_request(rows, treatment_s * 1000, grit_um, utc_s, person_tag, purpose, command_id or max(1, randbits(32)))
        self.be_ready()
        self.take_lease()
        in_force = values.limits_in_force(self._armed(asked))
        self._driver.link.events.clear()
        trouble = _wider(asked, in_force)
        if trouble is not None:
            self.stop()
            raise trouble
        return in_force

    def be_ready(self) -> None:
        """Wait until a self-test or a stop is over.

        Raises:
            WandFault: the wand has found a fault in itself.
        """
        self._driver.wait(lambda: self.state not in PASSING_STATES, READY_MS)
        if self.state in ("FAULT", "LOCKOUT"):
            reading = self.reading
            raise explain.fault(reading.cause_number) if reading is not None else WandFault("The wand has found a fault in itself.")

    def take_lease(self) -> None:
        """Begin to renew the lease and wait until the wand confirms it; what moves needs it.

        Raises:
            WandRefusal: the wand confirmed nothing within a second.
        """
        link, clock = self._driver.link, self._driver.clock
        if not link.session:
            self._driver.settled(self._driver.do(link.hello))
        link.lease.wanted = True

        def is_live() -> bool:
            self.heartbeat()
            return link.lease.is_live(clock.now_ms())

        if not self._driver.wait(is_live, LEASE_MS):
            link.lease.wanted = False
            raise explain.refusal(handshake.Nak(3, 23, 0xFF, 0, 0, 0, 0), "RENEW")

    def zone(self, row: int, set_point_pa: int) -> ZoneInForce:
        """Put a row in force, while ARMED or in HOLD, at a set point in Pa."""
        answer = self.call(treatment.ZoneRequest(SESSION, row, set_point_pa))
        self._check("set point", set_point_pa, answer.set_point_pa)
        return values.zone_in_force(answer)

    def set_point(self, set_point_pa: int) -> int:
        """Hold another vacuum within the row's cap; return what the wand took, in Pa."""
        answer = self.call(treatment.SetPointRequest(SESSION, set_point_pa))
        self._check("set point", set_point_pa, answer.set_point_pa)
        return int(answer.set_point_pa)

    def pause(self) -> str:
        """Pump off and vent open, to go on later; return the state."""
        return explain.state_name(self.call(treatment.PauseRequest(SESSION)).state)

    def resume(self) -> str:
        """Leave HOLD; return the state."""
        return explain.state_name(self.call(treatment.ResumeRequest(SESSION)).state)

    def acknowledge(self) -> str:
        """Say that the person has read of the fault; return its cause. A press of the button then leaves FAULT."""
        return explain.cause_name(self.call(treatment.AcknowledgeRequest(SESSION)).cause)

    def restart(self, gone_ms: int, timeout_ms: int) -> bool:
        """Restart the wand, which ends session and lease, and shake hands anew; False where its port went away with it.

        Args:
            gone_ms: how long after its answer it is not to be spoken to.
            timeout_ms: how long it may take to answer again.

        Raises:
            WandRefusal: something runs.
            Stopped: a signal came meanwhile.
        """
        driver, link = self._driver, self._driver.link
        self.call(handshake.RestartRequest(codes.CONFIRM))
        before, end_ms = link.boot_id, self.clock.now_ms() + timeout_ms
        driver.do(lambda _: link.end_session())
        try:
            driver.wait(lambda: False, gone_ms)
            while link.boot_id == before and self.clock.now_ms() < end_ms:
                driver.settled(driver.do(link.hello))
                driver.raise_failure()
        except (LinkLost, WandSilent):
            return False
        return link.boot_id != before

    def stop(self, timeout_ms: int = VENT_MOST_MS) -> bool:
        """Stop, before all else, and wait until the wand has vented; False if it has not in time.

        Raises:
            LinkLost: the wand is gone, or does not answer STOP; then it stops on its own.
        """
        ticket = self._driver.settled(self._driver.do(self._driver.link.stop))
        if ticket.outcome is not Outcome.ANSWERED:
            self._driver.raise_failure()
            raise LinkLost("The wand did not answer STOP.", "It stops on its own within half a second. Press its button, or unplug it.")
        return self._driver.wait_for_rest(timeout_ms)

    # Inside

    def _armed(self, asked: treatment.ArmRequest) -> Any:
        """Return the answer to ARM; after a lost one ask the ledger, and send again only what never arrived."""
        for _ in range(2):
            try:
                ticket = self._driver.ticket(asked)
            except ProtocolError as error:
                raise UsageProblem(f"These limits cannot be sent to a wand: {error}.") from error
            if ticket.outcome is Outcome.ANSWERED:
                return ticket.answer
            if ticket.outcome is Outcome.REFUSED:
                raise explain.refusal(ticket.answer, ticket.name)
            self._driver.raise_failure()
            if self.ledger_of(asked.command_id) is not None or self.state in values.MOVING_STATES:
                break
        self.stop()
        raise LinkLost(
            "The wand's answer was lost, so it was stopped before anything ran.",
            "Check the cable, then begin again.",
            {"request": "ARM", "outcome": "stopped", "command_id": asked.command_id},
        )

    def _check(self, what: str, asked: int, in_force: int) -> None:
        if in_force > asked:
            self.stop()
            raise explain.wider(what, asked, in_force, is_vacuum=True)


def _arm_request(
    rows: Sequence[Row], treatment_ms: int, grit_um: int, utc_s: int, person_tag: int, purpose: int, command_id: int
) -> treatment.ArmRequest:
    if not 1 <= len(rows) <= codes.ROWS:
        raise UsageProblem(f"A treatment has 1 to {codes.ROWS} zones, not {len(rows)}.")
    padded = (*rows, *(Row(0, 0, 0, 0) for _ in range(codes.ROWS - len(rows))))
    columns = tuple(zip(*padded, strict=True))
    return treatment.ArmRequest(
        SESSION, command_id, utc_s, person_tag, purpose, grit_um, treatment_ms, len(rows), columns[0], columns[1], columns[2], columns[3]
    )


def _wider(asked: treatment.ArmRequest, in_force: LimitsInForce) -> Exception | None:
    """Return the error for limits in force that are wider than asked, or of other zones; None if they are not."""
    same = (
        ("command", asked.command_id, in_force.command_id),
        ("grit", asked.grit_um, in_force.grit_um),
        ("rows", asked.row_count, len(in_force.rows)),
    )
    for what, wanted, answered in same:
        if answered != wanted:
            return explain.wider(what, wanted, answered, is_vacuum=False)
    bounds = [("treatment ms", asked.treatment_ms, in_force.treatment_ms, False)]
    for place, row in enumerate(in_force.rows):
        bounds += [
            (f"row {place + 1} zone", asked.zone[place], row.zone if row.zone == asked.zone[place] else 1 << 16, False),
            (f"row {place + 1} cap", asked.cap_pa[place], row.cap_pa, True),
            (f"row {place + 1} seconds", asked.seconds[place], row.seconds, False),
            (f"row {place + 1} dwell ms", asked.dwell_ms[place], row.dwell_ms, False),
            (f"row {place + 1} trip", _trip_most_pa(row.cap_pa), row.trip_pa, True),
        ]
    for what, most, value, is_vacuum in bounds:
        if value > most:
            return explain.wider(what, most, value, is_vacuum)
    return None


def _trip_most_pa(cap_pa: int) -> int:
    """Return the highest trip that a cap may have: 15 % above, at least 0.6 and at most 1.5 kPa, never over 26.7."""
    margin = min(max(cap_pa * TRIP_MARGIN_PERMILLE // 1000, TRIP_MARGIN_LEAST_PA), TRIP_MARGIN_MOST_PA)
    return min(cap_pa + margin, treatment.TRIP_MOST_PA)
