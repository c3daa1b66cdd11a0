"""What a wand says, in words and plain integers: vacuum in Pa, time in ms, grit in um. NamedTuples throughout."""

from typing import Any, NamedTuple, TypeAlias

from microderm_ctl.link.explain import cause_name, state_name
from microderm_protocol import codes

MOVING_STATES = frozenset({"ARMED", "RUN", "HOLD", "STOPPING", "SERVICE"})
"""States in which the pump runs, may run at a touch, or has just run."""


class Identity(NamedTuple):
    """Who the wand is; ``build`` is the hash of its program's files, 0 where unknown."""

    serial: str
    board: str
    simulated: bool
    hardware: int
    firmware: str
    build: int


class Limits(NamedTuple):
    """What the wand itself allows, the tip on it (``grit_um`` 0: none), and what stands in the way of a treatment."""

    set_point_least_pa: int
    cap_least_pa: int
    set_point_most_pa: int
    trip_most_pa: int
    treatment_most_ms: int
    dwell_most_ms: int
    lease_ms: int
    grit_um: int
    cooldown_ms: int
    calibrated_utc_s: int | None
    calibration_generation: int
    is_calibrated: bool
    is_budget_used: bool


class Row(NamedTuple):
    """One zone of a treatment as it is asked for."""

    zone: int
    cap_pa: int
    seconds: int
    dwell_ms: int


class RowInForce(NamedTuple):
    """One zone of a treatment as the wand holds it; above ``trip_pa`` it vents."""

    zone: int
    cap_pa: int
    seconds: int
    dwell_ms: int
    trip_pa: int


class LimitsInForce(NamedTuple):
    """What the wand accepted: the meet of what was asked with its own limits."""

    command_id: int
    grit_um: int
    treatment_ms: int
    rows: tuple[RowInForce, ...]


class ZoneInForce(NamedTuple):
    """The row that comes next; ``press_needed``: a short press on the wand must confirm it."""

    row: int
    set_point_pa: int
    cap_pa: int
    trip_pa: int
    left_ms: int
    press_needed: bool


class RowsUsed(NamedTuple):
    """Sealed time of each row of the last treatment since the wand started; ``command_id`` 0: there was none."""

    command_id: int
    sealed_ms: tuple[int, ...]


class LedgerEntry(NamedTuple):
    """What the wand wrote down of a treatment; of an open entry the whole reserve counts as used."""

    entry: int
    command_id: int
    utc_s: int
    person_tag: int
    is_patch_test: bool
    is_open: bool
    cause: str
    cause_number: int
    reserved_ms: int
    used_ms: int


class Reading(NamedTuple):
    """The wand's whole state as its telemetry tells it, ten times a second; ``received_ms`` is on the computer's clock."""

    received_ms: int
    tick_ms: int
    state: str
    cause: str
    cause_number: int
    row: int | None
    signal: str
    flags: int
    vacuum_pa: int
    set_point_pa: int
    cap_pa: int
    trip_pa: int
    duty: int
    motion_mg: int
    dwell_ms: int
    row_left_ms: int
    treatment_left_ms: int
    hold_left_ms: int
    cooldown_ms: int
    grit_um: int
    temperature_dc: int
    supply_mv: int
    faults: tuple[str, ...]
    lease_least_ms: int
    late_ms: int
    dropped: int

    @property
    def sealed(self) -> bool:
        """Whether the tip is sealed on skin."""
        return bool(self.flags & codes.SEALED)

    @property
    def moving(self) -> bool:
        """Whether the wand moves."""
        return bool(self.flags & codes.MOVING)

    @property
    def vent_open(self) -> bool:
        """Whether the vent is open."""
        return bool(self.flags & codes.VENT_OPEN)

    @property
    def pump_on(self) -> bool:
        """Whether the pump is driven."""
        return bool(self.flags & codes.PUMP_ON)

    @property
    def press_needed(self) -> bool:
        """Whether the wand waits for a press of its button."""
        return bool(self.flags & codes.PRESS_NEEDED)

    @property
    def button_down(self) -> bool:
        """Whether the button is held down."""
        return bool(self.flags & codes.BUTTON_DOWN)

    @property
    def lease_live(self) -> bool:
        """Whether the wand believes that the computer is there."""
        return bool(self.flags & codes.LEASE_LIVE)

    @property
    def is_calibrated(self) -> bool:
        """Whether the calibration is valid."""
        return bool(self.flags & codes.CALIBRATED)

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing runs, may run at a touch, or has still to vent."""
        return self.state not in MOVING_STATES and not self.pump_on


class StateChange(NamedTuple):
    """The wand went from one state to another."""

    received_ms: int
    tick_ms: int
    before: str
    after: str
    cause: str
    cause_number: int


Event: TypeAlias = Reading | StateChange


def reading(message: Any, received_ms: int) -> Reading:
    """Return a ``Telemetry`` message as a reading."""
    tick_ms, state, cause, row, signal, *numbers, faults, lease_least_ms, late_ms, dropped = message
    return Reading._make((
        received_ms,
        tick_ms,
        state_name(state),
        cause_name(cause),
        cause,
        None if row == codes.NO_ROW else row,
        codes.SIGNALS[signal] if signal < len(codes.SIGNALS) else f"unknown-{signal}",
        *numbers,  # flags to supply_mv: the same in both
        tuple(cause_name(bit) for bit in range(32) if faults >> bit & 1) if faults else (),
        lease_least_ms,
        late_ms,
        dropped,
    ))  # fmt: skip


def state_change(message: Any, received_ms: int) -> StateChange:
    """Return a ``StateEvent`` message in words."""
    return StateChange(
        received_ms, message.tick_ms, state_name(message.before), state_name(message.after), cause_name(message.cause), message.cause
    )


def identity(message: Any) -> Identity:
    """Return an ``IdentityAnswer`` in words."""
    return Identity(
        serial=message.serial.rstrip(b"\0").decode("ascii", "replace"),
        board=codes.BOARDS.get(message.board, f"unknown-{message.board}"),
        simulated=bool(message.flags & codes.IDENTITY_SIMULATED),
        hardware=message.hardware,
        firmware=f"{message.firmware_major}.{message.firmware_minor}.{message.firmware_patch}",
        build=message.build,
    )


def limits(message: Any) -> Limits:
    """Return a ``LimitsAnswer`` in words."""
    fields = message._asdict()
    flags = fields.pop("flags")
    calibrated = fields.pop("calibrated_utc_s")
    return Limits(
        calibrated_utc_s=calibrated or None,
        is_calibrated=bool(flags & codes.CALIBRATED),
        is_budget_used=bool(flags & codes.BUDGET_USED),
        **fields,
    )


def limits_in_force(message: Any) -> LimitsInForce:
    """Return an ``ArmAnswer`` with its rows side by side."""
    columns = zip(message.zone, message.cap_pa, message.seconds, message.dwell_ms, message.trip_pa, strict=True)
    rows = tuple(RowInForce(*row) for row in columns)
    return LimitsInForce(message.command_id, message.grit_um, message.treatment_ms, rows[: message.row_count])


def zone_in_force(message: Any) -> ZoneInForce:
    """Return a ``ZoneAnswer`` in words."""
    return ZoneInForce(**(message._asdict() | {"press_needed": bool(message.press_needed)}))


def ledger_entry(message: Any) -> LedgerEntry | None:
    """Return a ``LedgerAnswer`` in words, None where there is no such entry."""
    if not message.found:
        return None
    return LedgerEntry(
        entry=message.entry,
        command_id=message.command_id,
        utc_s=message.utc_s,
        person_tag=message.person_tag,
        is_patch_test=message.purpose == codes.PURPOSE_PATCH_TEST,
        is_open=bool(message.is_open),
        cause=cause_name(message.cause),
        cause_number=message.cause,
        reserved_ms=message.reserved_ms,
        used_ms=message.used_ms,
    )
