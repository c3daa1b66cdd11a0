"""Messages of a technician's work. All need the session, and all but CHALLENGE need an unlock."""

from typing import Final, NamedTuple

from microderm_protocol.fields import Field, Layout, i16, i32, octets, u8, u16, u32
from microderm_protocol.messages.treatment import SET_POINT_MOST_PA

DRIVE_MOST_S: Final = 180
RECORD_MOST: Final = 48
SERVICE_MOST_S: Final = 3_600


def _session() -> Field:
    return u32("the session's token", low=1)


class ChallengeRequest(NamedTuple):
    """Begin an unlock: the computer's half of what the code is bound to."""

    session: int
    nonce: bytes


CHALLENGE_REQUEST = Layout(ChallengeRequest, session=_session(), nonce=octets(16, "random, the computer's"))


class ChallengeAnswer(NamedTuple):
    """The wand's half, and how long it refuses codes after failures."""

    nonce: bytes
    back_off_s: int


CHALLENGE_ANSWER = Layout(
    ChallengeAnswer, nonce=octets(16, "random, the wand's"), back_off_s=u16("codes are refused for so long", unit="s")
)


class UnlockRequest(NamedTuple):
    """Open SERVICE: needs the code and the wand's button held for 3 s."""

    session: int
    functions: int
    seconds: int
    code: bytes


UNLOCK_REQUEST = Layout(
    UnlockRequest,
    session=_session(),
    functions=u16("a bit a function: 0 drive, 1 write records, 2 clear the latch"),
    seconds=u16("for how long", 1, SERVICE_MOST_S, "s"),
    code=octets(32, "HMAC-SHA256 over what the README says"),
)


class UnlockAnswer(NamedTuple):
    """SERVICE is open; the token opens it once more after the restart of a commit."""

    functions: int
    seconds: int
    token: bytes


UNLOCK_ANSWER = Layout(
    UnlockAnswer,
    functions=u16("as in the request"),
    seconds=u16("for how long", unit="s"),
    token=octets(16, "used once, by UNLOCK_AGAIN"),
)


class UnlockAgainRequest(NamedTuple):
    """Open SERVICE again after the restart that a commit asked for."""

    session: int
    token: bytes


UNLOCK_AGAIN_REQUEST = Layout(UnlockAgainRequest, session=_session(), token=octets(16, "from the unlock"))


class UnlockAgainAnswer(NamedTuple):
    """SERVICE is open again, for what was left."""

    functions: int
    seconds: int
    token: bytes


UNLOCK_AGAIN_ANSWER = Layout(
    UnlockAgainAnswer,
    functions=u16("as in the unlock"),
    seconds=u16("time left", unit="s"),
    token=octets(16, "the next one"),
)


class LeaveServiceRequest(NamedTuple):
    """Close SERVICE."""

    session: int


LEAVE_SERVICE_REQUEST = Layout(LeaveServiceRequest, session=_session())


class LeaveServiceAnswer(NamedTuple):
    """SERVICE is closed."""

    state: int


LEAVE_SERVICE_ANSWER = Layout(LeaveServiceAnswer, state=u8("state, by number"))


class DriveRequest(NamedTuple):
    """Drive pump and vent into a closed chamber; 25.0 and 26.7 kPa, lease, line, STOP and button hold."""

    session: int
    mode: int
    set_point_pa: int
    duty: int
    vent_open: int
    seconds: int


DRIVE_REQUEST = Layout(
    DriveRequest,
    session=_session(),
    mode=u8("0 off, 1 hold the set point, 2 fixed duty", high=2),
    set_point_pa=u16("vacuum to hold in mode 1", high=SET_POINT_MOST_PA, unit="Pa"),
    duty=u16("pump duty in mode 2, 65535 is full"),
    vent_open=u8("1: vent open, with the pump off", high=1),
    seconds=u16("the pump goes off after this", high=DRIVE_MOST_S, unit="s"),
)


class DriveAnswer(NamedTuple):
    """What is driven now."""

    mode: int
    set_point_pa: int
    duty: int
    seconds: int


DRIVE_ANSWER = Layout(
    DriveAnswer,
    mode=u8("as asked", high=2),
    set_point_pa=u16("vacuum to hold", high=SET_POINT_MOST_PA, unit="Pa"),
    duty=u16("pump duty"),
    seconds=u16("the pump goes off after this", high=DRIVE_MOST_S, unit="s"),
)


class MeasureRequest(NamedTuple):
    """The readings since the last MEASURE, summed up, and begin anew."""

    session: int


MEASURE_REQUEST = Layout(MeasureRequest, session=_session())


class MeasureAnswer(NamedTuple):
    """Raw pressure readings, one a step, as sums: enough for mean and spread."""

    readings: int
    raw_least: int
    raw_most: int
    raw_sum: int
    square_sum_low: int
    square_sum_high: int
    vacuum_pa: int
    duty: int
    temperature_dc: int
    supply_mv: int
    pump_ma: int


MEASURE_ANSWER = Layout(
    MeasureAnswer,
    readings=u16("how many"),
    raw_least=u16("least raw reading", unit="counts"),
    raw_most=u16("greatest raw reading", unit="counts"),
    raw_sum=u32("sum of raw readings", unit="counts"),
    square_sum_low=u32("sum of squares, low half", unit="counts squared"),
    square_sum_high=u32("sum of squares, high half", unit="counts squared"),
    vacuum_pa=i32("the last reading, as calibrated", unit="Pa"),
    duty=u16("pump duty now"),
    temperature_dc=i16("temperature", unit="0.1 degC"),
    supply_mv=u16("supply", unit="mV"),
    pump_ma=u16("pump current", unit="mA"),
)


class StageRequest(NamedTuple):
    """Put a record aside in the wand's working memory; nothing is written yet."""

    session: int
    record: int
    length: int
    content: bytes


STAGE_REQUEST = Layout(
    StageRequest,
    session=_session(),
    record=u8("1 calibration, 2 duty map", 1, 2),
    length=u8("bytes in use", 1, RECORD_MOST),
    content=octets(RECORD_MOST, "the record, zero-padded"),
)


class StageAnswer(NamedTuple):
    """What is staged."""

    record: int
    crc32: int


STAGE_ANSWER = Layout(StageAnswer, record=u8("as asked"), crc32=u32("CRC-32 of the bytes in use"))


class CommitRequest(NamedTuple):
    """Write what is staged, if its CRC-32 is this one. A restart puts it in force."""

    session: int
    record: int
    crc32: int


COMMIT_REQUEST = Layout(CommitRequest, session=_session(), record=u8("1 calibration, 2 duty map", 1, 2), crc32=u32("of the staged bytes"))


class CommitAnswer(NamedTuple):
    """The record is written and was read back equal."""

    record: int
    generation: int


COMMIT_ANSWER = Layout(CommitAnswer, record=u8("as asked"), generation=u32("generation of the record now"))


class RecordRequest(NamedTuple):
    """Read a record as it stands in memory."""

    session: int
    record: int


RECORD_REQUEST = Layout(RecordRequest, session=_session(), record=u8("1 calibration, 2 duty map", 1, 2))


class RecordAnswer(NamedTuple):
    """A record as it stands in memory; generation 0 when there is none."""

    record: int
    generation: int
    length: int
    content: bytes


RECORD_ANSWER = Layout(
    RecordAnswer,
    record=u8("as asked"),
    generation=u32("rises by one with each write; 0: none"),
    length=u8("bytes in use", high=RECORD_MOST),
    content=octets(RECORD_MOST, "the record, zero-padded"),
)


class SelfTestRequest(NamedTuple):
    """Run the self-test again; telemetry shows its state."""

    session: int


SELF_TEST_REQUEST = Layout(SelfTestRequest, session=_session())


class SelfTestAnswer(NamedTuple):
    """The self-test has begun; what the last one found."""

    faults: int
    zero_raw: int
    noise_raw: int


SELF_TEST_ANSWER = Layout(
    SelfTestAnswer,
    faults=u32("a bit for each cause that the last one found"),
    zero_raw=u16("mean raw reading at ambient", unit="counts"),
    noise_raw=u16("spread of the raw readings at ambient", unit="counts"),
)


class ClearLatchRequest(NamedTuple):
    """Take the lock of LOCKOUT away; the self-test must pass first."""

    session: int


CLEAR_LATCH_REQUEST = Layout(ClearLatchRequest, session=_session())


class ClearLatchAnswer(NamedTuple):
    """The lock is gone from memory."""

    cause: int


CLEAR_LATCH_ANSWER = Layout(ClearLatchAnswer, cause=u8("what had been latched"))


class SignalRequest(NamedTuple):
    """Show a signal for three seconds, to find the unit on a bench."""

    session: int
    signal: int


SIGNAL_REQUEST = Layout(SignalRequest, session=_session(), signal=u8("signal, by number", high=10))


class SignalAnswer(NamedTuple):
    """The signal is shown."""

    signal: int


SIGNAL_ANSWER = Layout(SignalAnswer, signal=u8("as asked"))
