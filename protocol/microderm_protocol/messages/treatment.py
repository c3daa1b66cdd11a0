"""Messages of a treatment: the lease, arming, zones, telemetry and the ledger."""

from typing import Final, NamedTuple

from microderm_protocol.codes import ROWS, TICK_MASK
from microderm_protocol.fields import Field, Layout, column, i16, i32, u8, u16, u32

SET_POINT_MOST_PA: Final = 25_000
TRIP_MOST_PA: Final = 26_700
TREATMENT_MOST_MS: Final = 360_000
DWELL_MOST_MS: Final = 3_000


def _session() -> Field:
    return u32("the session's token", low=1)


def _tick(meaning: str) -> Field:
    return u32(meaning, high=TICK_MASK, unit="ms")


class RenewRequest(NamedTuple):
    """Go on: renews the lease, if the echoed tick is at most 300 ms old."""

    session: int
    echo_ms: int


RENEW_REQUEST = Layout(RenewRequest, session=_session(), echo_ms=_tick("the newest tick of the wand that the computer has seen"))


class RenewAnswer(NamedTuple):
    """The lease is renewed."""

    tick_ms: int


RENEW_ANSWER = Layout(RenewAnswer, tick_ms=_tick("the wand's tick now"))


class LimitsRequest(NamedTuple):
    """What does the wand itself allow? Needs no session."""


LIMITS_REQUEST = Layout(LimitsRequest)


class LimitsAnswer(NamedTuple):
    """The wand's own limits, tip, calibration and cool-down."""

    set_point_least_pa: int
    cap_least_pa: int
    set_point_most_pa: int
    trip_most_pa: int
    treatment_most_ms: int
    dwell_most_ms: int
    lease_ms: int
    grit_um: int
    cooldown_ms: int
    calibrated_utc_s: int
    calibration_generation: int
    flags: int


LIMITS_ANSWER = Layout(
    LimitsAnswer,
    set_point_least_pa=u16("lowest set point that the wand holds well", high=SET_POINT_MOST_PA, unit="Pa"),
    cap_least_pa=u16("lowest cap of a treatment that the wand can keep to", high=SET_POINT_MOST_PA, unit="Pa"),
    set_point_most_pa=u16("highest cap", high=SET_POINT_MOST_PA, unit="Pa"),
    trip_most_pa=u16("the wand vents above this whatever the row", high=TRIP_MOST_PA, unit="Pa"),
    treatment_most_ms=u32("most sealed time of a treatment", high=TREATMENT_MOST_MS, unit="ms"),
    dwell_most_ms=u16("most sealed time without motion", high=DWELL_MOST_MS, unit="ms"),
    lease_ms=u16("how long the wand goes on without a renewal", unit="ms"),
    grit_um=u16("grit of the tip that the wand reads; 0: no tip", unit="um"),
    cooldown_ms=u32("powered cool-down still to pass", unit="ms"),
    calibrated_utc_s=u32("when the unit was calibrated; 0: never", unit="s since 1970"),
    calibration_generation=u32("generation of the calibration record; 0: none"),
    flags=u16("as in telemetry"),
)


class ArmRequest(NamedTuple):
    """Everything a treatment may do. Rows beyond ``row_count`` are zero."""

    session: int
    command_id: int
    utc_s: int
    person_tag: int
    purpose: int
    grit_um: int
    treatment_ms: int
    row_count: int
    zone: tuple[int, ...]
    cap_pa: tuple[int, ...]
    seconds: tuple[int, ...]
    dwell_ms: tuple[int, ...]


_ROW_COLUMNS = {
    "zone": column(ROWS, u8("id of the row's zone")),
    "cap_pa": column(ROWS, u16("cap of the row", high=SET_POINT_MOST_PA, unit="Pa")),
    "seconds": column(ROWS, u16("most sealed time in the row", high=TREATMENT_MOST_MS // 1000, unit="s")),
    "dwell_ms": column(ROWS, u16("most sealed time without motion", high=DWELL_MOST_MS, unit="ms")),
}
ARM_REQUEST = Layout(
    ArmRequest,
    session=_session(),
    command_id=u32("drawn by the computer; the ledger keeps it", low=1),
    utc_s=u32("the computer's UTC", unit="s since 1970"),
    person_tag=u32("random tag of the person's profile", low=1),
    purpose=u8("0 treatment, 1 patch test", high=1),
    grit_um=u16("grit that the plan is made for; must equal the tip's", low=1, unit="um"),
    treatment_ms=u32("most sealed time of the whole", 1, TREATMENT_MOST_MS, "ms"),
    row_count=u8("rows in use", 1, ROWS),
    **_ROW_COLUMNS,
)


class ArmAnswer(NamedTuple):
    """The limits in force: the meet of what was asked with the wand's own."""

    command_id: int
    grit_um: int
    treatment_ms: int
    row_count: int
    zone: tuple[int, ...]
    cap_pa: tuple[int, ...]
    seconds: tuple[int, ...]
    dwell_ms: tuple[int, ...]
    trip_pa: tuple[int, ...]


ARM_ANSWER = Layout(
    ArmAnswer,
    command_id=u32("as asked", low=1),
    grit_um=u16("grit of the tip", low=1, unit="um"),
    treatment_ms=u32("most sealed time of the whole", high=TREATMENT_MOST_MS, unit="ms"),
    row_count=u8("rows in use", 1, ROWS),
    **_ROW_COLUMNS,
    trip_pa=column(ROWS, u16("the wand vents above this", high=TRIP_MOST_PA, unit="Pa")),
)


class ZoneRequest(NamedTuple):
    """Use this row next, at this set point; only while ARMED or in HOLD."""

    session: int
    row: int
    set_point_pa: int


ZONE_REQUEST = Layout(
    ZoneRequest,
    session=_session(),
    row=u8("row, from 0", high=ROWS - 1),
    set_point_pa=u16("vacuum to hold", 1, SET_POINT_MOST_PA, "Pa"),
)


class ZoneAnswer(NamedTuple):
    """The row in force; a higher cap than the last one needs a short press first."""

    row: int
    set_point_pa: int
    cap_pa: int
    trip_pa: int
    left_ms: int
    press_needed: int


ZONE_ANSWER = Layout(
    ZoneAnswer,
    row=u8("row, from 0", high=ROWS - 1),
    set_point_pa=u16("vacuum to hold", high=SET_POINT_MOST_PA, unit="Pa"),
    cap_pa=u16("cap of the row", high=SET_POINT_MOST_PA, unit="Pa"),
    trip_pa=u16("the wand vents above this", high=TRIP_MOST_PA, unit="Pa"),
    left_ms=u32("sealed time left in the row", high=TREATMENT_MOST_MS, unit="ms"),
    press_needed=u8("1: a press of the button must confirm", high=1),
)


class SetPointRequest(NamedTuple):
    """Hold another vacuum within the row's cap."""

    session: int
    set_point_pa: int


SET_POINT_REQUEST = Layout(SetPointRequest, session=_session(), set_point_pa=u16("vacuum to hold", 1, SET_POINT_MOST_PA, "Pa"))


class SetPointAnswer(NamedTuple):
    """The set point in force."""

    set_point_pa: int


SET_POINT_ANSWER = Layout(SetPointAnswer, set_point_pa=u16("vacuum to hold", high=SET_POINT_MOST_PA, unit="Pa"))


class PauseRequest(NamedTuple):
    """Pump off and vent open, to go on later."""

    session: int


PAUSE_REQUEST = Layout(PauseRequest, session=_session())


class PauseAnswer(NamedTuple):
    """The wand is in HOLD."""

    state: int


PAUSE_ANSWER = Layout(PauseAnswer, state=u8("state, by number"))


class ResumeRequest(NamedTuple):
    """Leave HOLD."""

    session: int


RESUME_REQUEST = Layout(ResumeRequest, session=_session())


class ResumeAnswer(NamedTuple):
    """The wand runs again."""

    state: int


RESUME_ANSWER = Layout(ResumeAnswer, state=u8("state, by number"))


class AcknowledgeRequest(NamedTuple):
    """The person has read of the fault; with its cause gone, a press of the button leaves FAULT."""

    session: int


ACKNOWLEDGE_REQUEST = Layout(AcknowledgeRequest, session=_session())


class AcknowledgeAnswer(NamedTuple):
    """The acknowledgement is kept."""

    state: int
    cause: int


ACKNOWLEDGE_ANSWER = Layout(AcknowledgeAnswer, state=u8("state, by number"), cause=u8("the fault, by number"))


class RowsRequest(NamedTuple):
    """How much sealed time has each row had? Needs no session."""


ROWS_REQUEST = Layout(RowsRequest)


class RowsAnswer(NamedTuple):
    """Sealed time by row, of the last treatment since the start of the wand."""

    command_id: int
    sealed_ms: tuple[int, ...]


ROWS_ANSWER = Layout(
    RowsAnswer,
    command_id=u32("of the ARM that began it; 0: none"),
    sealed_ms=column(ROWS, u32("sealed time", high=TREATMENT_MOST_MS, unit="ms")),
)


class LedgerRequest(NamedTuple):
    """One entry of the ledger: by command id, or by age where that is 0. Needs no session."""

    command_id: int
    age: int


LEDGER_REQUEST = Layout(LedgerRequest, command_id=u32("of the ARM in question; 0: by age"), age=u8("0 the newest entry, 1 the one before"))


class LedgerAnswer(NamedTuple):
    """What the wand wrote down of a treatment."""

    found: int
    entry: int
    command_id: int
    utc_s: int
    person_tag: int
    purpose: int
    is_open: int
    cause: int
    reserved_ms: int
    used_ms: int


LEDGER_ANSWER = Layout(
    LedgerAnswer,
    found=u8("1: there is such an entry; the rest is 0 otherwise", high=1),
    entry=u32("number of the entry, rising by one"),
    command_id=u32("of the ARM that made it"),
    utc_s=u32("the computer's UTC at ARM", unit="s since 1970"),
    person_tag=u32("tag of the person"),
    purpose=u8("0 treatment, 1 patch test"),
    is_open=u8("1: not ended yet, or ended by a loss of power: the reserve counts as used", high=1),
    cause=u8("why it ended, by number"),
    reserved_ms=u32("sealed time reserved before it began", unit="ms"),
    used_ms=u32("sealed time used", unit="ms"),
)


class Telemetry(NamedTuple):
    """The wand's whole state, ten times a second."""

    tick_ms: int
    state: int
    cause: int
    row: int
    signal: int
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
    faults: int
    lease_least_ms: int
    late_ms: int
    dropped: int


TELEMETRY = Layout(
    Telemetry,
    tick_ms=_tick("the wand's tick"),
    state=u8("state, by number"),
    cause=u8("why the pump last went off, by number; the first cause is kept"),
    row=u8("row in force; 255: none"),
    signal=u8("what light and buzzer say, by number"),
    flags=u16("see the table of flags"),
    vacuum_pa=i32("vacuum below ambient, as calibrated", unit="Pa"),
    set_point_pa=u16("vacuum to hold", unit="Pa"),
    cap_pa=u16("cap in force", unit="Pa"),
    trip_pa=u16("trip in force", unit="Pa"),
    duty=u16("pump duty, 65535 is full"),
    motion_mg=u16("motion, RMS", unit="mg"),
    dwell_ms=u16("sealed without motion", unit="ms"),
    row_left_ms=u32("sealed time left in the row", unit="ms"),
    treatment_left_ms=u32("sealed time left in the treatment", unit="ms"),
    hold_left_ms=u32("time left in HOLD, or to press the button while ARMED", unit="ms"),
    cooldown_ms=u32("powered cool-down still to pass", unit="ms"),
    grit_um=u16("grit of the tip; 0: no tip", unit="um"),
    temperature_dc=i16("temperature", unit="0.1 degC"),
    supply_mv=u16("supply", unit="mV"),
    faults=u32("a bit for each cause from 0 to 31 that is present now"),
    lease_least_ms=u16("least lease that was left since the last telemetry", unit="ms"),
    late_ms=u16("time that steps were late, since start", unit="ms"),
    dropped=u16("frames dropped or refused as stale since start, modulo 65536"),
)


class StateEvent(NamedTuple):
    """The wand changed its state; telemetry repeats it, so a lost event costs nothing."""

    tick_ms: int
    before: int
    after: int
    cause: int


STATE_EVENT = Layout(
    StateEvent,
    tick_ms=_tick("the wand's tick"),
    before=u8("state left"),
    after=u8("state entered"),
    cause=u8("cause, by number"),
)
