"""The fence before SERVICE: a challenge, a code made with the unit's key, and a wait that doubles after failures.

The key is HMAC-SHA256 of the serial number under the service key, which never
comes near a wand. Everything a code is good for is in what it signs; the hard
limits hold behind the fence as before it.
"""

import hashlib

from . import wire
from .board import Board
from .memory import KEY, UNLOCK, Memory

DOMAIN = b"microderm-unlock-1"
KEY_SIZE = 32
FORM = "<BBHH16s"  # failures, 1 if a token follows, its functions, its seconds, the token
BACK_OFF_MOST_S = 3_600
AGAIN_WITHIN_MS = 60_000


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """Return the HMAC-SHA256 (RFC 2104) of a message under a key of at most 64 bytes."""
    padded = key + b"\0" * (64 - len(key))
    inner = hashlib.sha256(bytes([one ^ 0x36 for one in padded]) + message).digest()
    return hashlib.sha256(bytes([one ^ 0x5C for one in padded]) + inner).digest()


def is_equal(one: bytes, other: bytes) -> bool:
    """Compare two secrets in a time that does not tell where they differ."""
    difference = len(one) ^ len(other)
    for left, right in zip(one, other):
        difference |= left ^ right
    return not difference


def unit_key(service_key: bytes, serial: bytes) -> bytes:
    """Return the key of a unit, from the service key and its serial number."""
    return hmac_sha256(service_key, serial + b"\0" * (12 - len(serial)))


def code_for(key: bytes, wand_nonce: bytes, host_nonce: bytes, serial: bytes, functions: int, seconds: int) -> bytes:
    """Return the code that opens SERVICE once: bound to both nonces, the unit, what it opens and for how long."""
    padded = serial + b"\0" * (12 - len(serial))
    return hmac_sha256(key, DOMAIN + wand_nonce + host_nonce + padded + wire.pack("<HH", (functions, seconds)))


class Unlock:
    """What one wand knows of unlocking."""

    def __init__(self, board: Board, memory: Memory) -> None:
        """Read key, failures and the token that a commit may have left; the token is taken out of memory at once."""
        self._board = board
        self._memory = memory
        key = memory.read(KEY)[1]
        self.key = key if len(key) == KEY_SIZE else b""
        self.failures = 0
        self.token = self._wand_nonce = self._host_nonce = b""
        self.token_functions = self.token_seconds = 0
        kept = wire.unpack(FORM, memory.read(UNLOCK)[1])
        if kept is not None:
            self.failures = kept[0]
            if kept[1]:
                self.token_functions, self.token_seconds, self.token = kept[2], kept[3], bytes(kept[4])
                self._keep(b"", 0, 0)
        self.wait_ms = self._back_off_ms()

    def challenge(self, host_nonce: bytes) -> bytes:
        """Return the wand's half of a new challenge; one that was open is void."""
        self._wand_nonce = self._board.random8() + self._board.random8()
        self._host_nonce = host_nonce
        return self._wand_nonce

    def is_code(self, functions: int, seconds: int, code: bytes) -> bool:
        """Return whether a code answers the open challenge, which is void afterwards; count a failure."""
        wand_nonce, self._wand_nonce = self._wand_nonce, b""
        wanted = code_for(self.key, wand_nonce, self._host_nonce, self._board.serial_number(), functions, seconds)
        is_good = bool(self.key) and bool(wand_nonce) and is_equal(wanted, code)
        failures = 0 if is_good else min(self.failures + 1, 255)
        if failures != self.failures:
            self.failures = failures
            self._keep(b"", 0, 0)
        self.wait_ms = self._back_off_ms()
        return is_good

    def draw_token(self) -> bytes:
        """Return a new token, good for one UNLOCK_AGAIN after the restart of a commit."""
        self.token = self._board.random8() + self._board.random8()
        return self.token

    def keep_token(self, functions: int, seconds: int) -> bool:
        """Write the token down, for a commit that is followed by a restart."""
        return self._keep(self.token, functions, seconds)

    def is_token(self, token: bytes, since_start_ms: int) -> bool:
        """Return whether this is the token that the last commit left, soon enough; it is void afterwards."""
        kept, self.token = self.token, b""
        return bool(kept) and since_start_ms <= AGAIN_WITHIN_MS and is_equal(kept, token)

    def _keep(self, token: bytes, functions: int, seconds: int) -> bool:
        values = (self.failures, int(bool(token)), functions, seconds, token)
        return self._memory.write(UNLOCK, wire.pack(FORM, values))

    def _back_off_ms(self) -> int:
        """Return how long codes are refused: a second after the first failure, doubling."""
        wait_s = 1
        for _ in range(1, self.failures):
            wait_s = min(2 * wait_s, BACK_OFF_MOST_S)
        return wait_s * 1_000 if self.failures else 0
