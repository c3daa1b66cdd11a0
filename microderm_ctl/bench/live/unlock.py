"""The technician's side of the fence: from the service key to the code that opens SERVICE once (decision 22).

The service key never goes to a wand and never into a file, an argument or the environment:
it is typed, or comes from the keyring of the system. A unit's key is derived from it and the serial number.
"""

from secrets import token_bytes
from typing import Final

from microderm_ctl.errors import UsageProblem
from microderm_ctl.firmware import unlock as wand

DRIVE: Final = 1
WRITE: Final = 2
CLEAR: Final = 4
ALL: Final = DRIVE | WRITE | CLEAR
"""Functions of SERVICE, a bit each: drive pump and vent, write records, clear the latch."""
SERVICE_S: Final = 3_600
"""The longest that the wand grants."""
NONCE_BYTES: Final = 16
KEY_LEAST: Final = 8
KEY_MOST: Final = 64
"""What the wand's HMAC takes as a key without hashing it first."""


def service_key(text: str) -> bytes:
    """Return the bytes of a service key as it was typed.

    Raises:
        UsageProblem: shorter or longer than a service key is.
    """
    key = text.strip().encode("utf-8")
    if not KEY_LEAST <= len(key) <= KEY_MOST:
        raise UsageProblem(f"A service key has {KEY_LEAST} to {KEY_MOST} characters.", "Type it as your service centre gave it to you.")
    return key


def draw_nonce() -> bytes:
    """Return the computer's half of what a code is bound to."""
    return token_bytes(NONCE_BYTES)


def code(key: bytes, serial: str, wand_nonce: bytes, own_nonce: bytes, functions: int, seconds: int) -> bytes:
    """Return the code that opens SERVICE of one unit, once.

    Args:
        key: the service key.
        serial: of the unit.
        wand_nonce: drawn by the wand for this attempt.
        own_nonce: as it was sent with CHALLENGE.
        functions: bits of what is opened.
        seconds: for how long.
    """
    name = serial.encode("ascii")
    return wand.code_for(wand.unit_key(key, name), wand_nonce, own_nonce, name, functions, seconds)
