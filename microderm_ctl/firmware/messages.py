"""The payloads of all messages as struct formats, with the ranges that both ends check.

The table at the computer's end is the same; a test compares them, and the hash of
that table stands here as a number.
"""

TABLE_HASH = 0xBDB95B1B

MAGIC = 0x4D52444D
CONFIRM = 0x30594553

HELLO = 0x01
IDENTITY = 0x02
STOP = 0x03
RESTART = 0x04
LOADER = 0x05
RENEW = 0x10
LIMITS = 0x11
ARM = 0x12
ZONE = 0x13
SET_POINT = 0x14
PAUSE = 0x15
RESUME = 0x16
ACKNOWLEDGE = 0x17
ROWS = 0x18
LEDGER = 0x19
CHALLENGE = 0x30
UNLOCK = 0x31
UNLOCK_AGAIN = 0x32
LEAVE_SERVICE = 0x33
DRIVE = 0x34
MEASURE = 0x35
STAGE = 0x36
COMMIT = 0x37
RECORD = 0x38
SELF_TEST = 0x39
CLEAR_LATCH = 0x3A
SIGNAL = 0x3B
TELEMETRY = 0x40
STATE = 0x41

FROZEN = (HELLO, IDENTITY, STOP, RESTART, LOADER)

# Codes of a refusal.
BUSY = 1
NOT_READY = 2
UNKNOWN_MESSAGE = 10
BAD_LENGTH = 11
BAD_VALUE = 12
UNSUPPORTED_FLAG = 13
ABOVE_LIMIT = 14
WRONG_STATE = 20
NO_SESSION = 21
STALE = 22
NO_LEASE = 23
OTHER_VERSION = 24
LOCKED = 25
OUT_OF_ORDER = 26
IN_FAULT = 30
IN_LOCKOUT = 31
IN_COOLDOWN = 32
NO_CALIBRATION = 33
WRONG_TIP = 34
SENSOR = 35
NO_MEMORY = 36
BACK_OFF = 37
HOLD_BUTTON = 38
INTERNAL = 40

NAK_FORM = "<BBBBBII"

_SESSION = (0, 0, 1, 0xFFFFFFFF, 0)

# Of each request: its format, and (first value, last value, low, high, field) of what is narrower than its type.
REQUESTS = {
    HELLO: ("<III", ((0, 0, MAGIC, MAGIC, 0),)),
    IDENTITY: ("<", ()),
    STOP: ("<", ()),
    RESTART: ("<I", ((0, 0, CONFIRM, CONFIRM, 0),)),
    LOADER: ("<I", ((0, 0, CONFIRM, CONFIRM, 0),)),
    RENEW: ("<II", (_SESSION, (1, 1, 0, 0x3FFFFFFF, 1))),
    LIMITS: ("<", ()),
    ARM: (
        "<IIIIBHIB12B12H12H12H",
        (
            _SESSION,
            (1, 1, 1, 0xFFFFFFFF, 1),
            (3, 3, 1, 0xFFFFFFFF, 3),
            (4, 4, 0, 1, 4),
            (5, 5, 1, 0xFFFF, 5),
            (6, 6, 1, 360000, 6),
            (7, 7, 1, 12, 7),
            (20, 31, 0, 25000, 9),
            (32, 43, 0, 360, 10),
            (44, 55, 0, 3000, 11),
        ),
    ),
    ZONE: ("<IBH", (_SESSION, (1, 1, 0, 11, 1), (2, 2, 1, 25000, 2))),
    SET_POINT: ("<IH", (_SESSION, (1, 1, 1, 25000, 1))),
    PAUSE: ("<I", (_SESSION,)),
    RESUME: ("<I", (_SESSION,)),
    ACKNOWLEDGE: ("<I", (_SESSION,)),
    ROWS: ("<", ()),
    LEDGER: ("<IB", ()),
    CHALLENGE: ("<I16s", (_SESSION,)),
    UNLOCK: ("<IHH32s", (_SESSION, (2, 2, 1, 3600, 2))),
    UNLOCK_AGAIN: ("<I16s", (_SESSION,)),
    LEAVE_SERVICE: ("<I", (_SESSION,)),
    DRIVE: ("<IBHHBH", (_SESSION, (1, 1, 0, 2, 1), (2, 2, 0, 25000, 2), (4, 4, 0, 1, 4), (5, 5, 0, 180, 5))),
    MEASURE: ("<I", (_SESSION,)),
    STAGE: ("<IBB48s", (_SESSION, (1, 1, 1, 2, 1), (2, 2, 1, 48, 2))),
    COMMIT: ("<IBI", (_SESSION, (1, 1, 1, 2, 1))),
    RECORD: ("<IB", (_SESSION, (1, 1, 1, 2, 1))),
    SELF_TEST: ("<I", (_SESSION,)),
    CLEAR_LATCH: ("<I", (_SESSION,)),
    SIGNAL: ("<IB", (_SESSION, (1, 1, 0, 10, 1))),
}

ANSWERS = {
    HELLO: "<IIIIIHBB",
    IDENTITY: "<12sBBBBBBI",
    STOP: "<BB",
    RESTART: "<",
    LOADER: "<",
    RENEW: "<I",
    LIMITS: "<HHHHIHHHIIIH",
    ARM: "<IHIB12B12H12H12H12H",
    ZONE: "<BHHHIB",
    SET_POINT: "<H",
    PAUSE: "<B",
    RESUME: "<B",
    ACKNOWLEDGE: "<BB",
    ROWS: "<I12I",
    LEDGER: "<BIIIIBBBII",
    CHALLENGE: "<16sH",
    UNLOCK: "<HH16s",
    UNLOCK_AGAIN: "<HH16s",
    LEAVE_SERVICE: "<B",
    DRIVE: "<BHHH",
    MEASURE: "<HHHIIIiHhHH",
    STAGE: "<BI",
    COMMIT: "<BI",
    RECORD: "<BIB48s",
    SELF_TEST: "<IHH",
    CLEAR_LATCH: "<B",
    SIGNAL: "<B",
}

EVENTS = {
    TELEMETRY: "<IBBBBHiHHHHHHIIIIHhHIHHH",
    STATE: "<IBBB",
}


def bad_field(message: int, values: "tuple[int, ...]") -> int:
    """Return the position of the first field out of its range, or -1."""
    for first, last, low, high, field in REQUESTS[message][1]:
        for value in values[first : last + 1]:
            if value < low or value > high:
                return field
    return -1
