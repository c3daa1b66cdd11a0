"""Messages that are frozen for ever: finding out who is there, stopping, and the ways to an update."""

from typing import NamedTuple

from microderm_protocol.codes import CONFIRM, MAGIC, TICK_MASK
from microderm_protocol.fields import Layout, octets, u8, u16, u32


class HelloRequest(NamedTuple):
    """The computer introduces itself and asks for a session; a session that was open ends."""

    magic: int
    table_hash: int
    nonce: int


HELLO_REQUEST = Layout(
    HelloRequest,
    magic=u32("the letters MDRM", MAGIC, MAGIC),
    table_hash=u32("hash of the computer's message table"),
    nonce=u32("drawn anew for each HELLO, so that no two are alike"),
)


class HelloAnswer(NamedTuple):
    """The wand answers; ``session`` is 0 when the hashes differ and no session was opened."""

    magic: int
    table_hash: int
    session: int
    boot_id: int
    tick_ms: int
    lease_ms: int
    state: int
    cause: int


HELLO_ANSWER = Layout(
    HelloAnswer,
    magic=u32("the letters MDRM", MAGIC, MAGIC),
    table_hash=u32("hash of the wand's message table"),
    session=u32("token that every renewing or moving request carries; 0: none"),
    boot_id=u32("drawn at each start of the wand"),
    tick_ms=u32("the wand's tick", high=TICK_MASK, unit="ms"),
    lease_ms=u16("how long the wand goes on without a renewal", unit="ms"),
    state=u8("state, by number"),
    cause=u8("why the pump last went off, by number"),
)


class IdentityRequest(NamedTuple):
    """Who are you? Needs no session."""


IDENTITY_REQUEST = Layout(IdentityRequest)


class IdentityAnswer(NamedTuple):
    """What the wand is and what runs in it."""

    serial: bytes
    board: int
    flags: int
    hardware: int
    firmware_major: int
    firmware_minor: int
    firmware_patch: int
    build: int


IDENTITY_ANSWER = Layout(
    IdentityAnswer,
    serial=octets(12, "serial number, ASCII, zero-padded"),
    board=u8("board, by number"),
    flags=u8("bit 0: simulated"),
    hardware=u8("hardware revision"),
    firmware_major=u8("firmware version, first number"),
    firmware_minor=u8("firmware version, second number"),
    firmware_patch=u8("firmware version, third number"),
    build=u32("hash of the firmware's files; 0: unknown"),
)


class StopRequest(NamedTuple):
    """Pump off, vent open. Needs no session, sequence, state or version."""


STOP_REQUEST = Layout(StopRequest)


class StopAnswer(NamedTuple):
    """STOP was obeyed."""

    state: int
    cause: int


STOP_ANSWER = Layout(StopAnswer, state=u8("state after the stop"), cause=u8("cause that is kept: the first one"))


class RestartRequest(NamedTuple):
    """Restart the wand; only while nothing runs."""

    confirm: int


RESTART_REQUEST = Layout(RestartRequest, confirm=u32("the confirming word", CONFIRM, CONFIRM))


class RestartAnswer(NamedTuple):
    """The wand restarts after this answer."""


RESTART_ANSWER = Layout(RestartAnswer)


class LoaderRequest(NamedTuple):
    """Restart into the board's loader, so that its program can be replaced; only while nothing runs."""

    confirm: int


LOADER_REQUEST = Layout(LoaderRequest, confirm=u32("the confirming word", CONFIRM, CONFIRM))


class LoaderAnswer(NamedTuple):
    """The wand restarts into its loader after this answer."""


LOADER_ANSWER = Layout(LoaderAnswer)


class Nak(NamedTuple):
    """The wand did not do it: a class to act on, a code, what was asked and what is allowed."""

    reason_class: int
    code: int
    field: int
    state: int
    cause: int
    asked: int
    allowed: int


NAK_LAYOUT = Layout(
    Nak,
    reason_class=u8("1 retry later, 2 fix the request, 3 fix the state, 4 needs a person, 5 bug"),
    code=u8("code, by number"),
    field=u8("position of the field in question, from 0; 255: none"),
    state=u8("state, by number"),
    cause=u8("why the pump last went off, by number"),
    asked=u32("what was asked, where that is a number"),
    allowed=u32("what is allowed, where that is a number"),
)
