"""The fence before SERVICE to the byte: keys and codes against the standard library, failures, waits, and what memory keeps of them."""

import hmac
import struct
from typing import Any

import pytest

from microderm_ctl.firmware import memory, unlock
from microderm_ctl.firmware.memory import Memory
from microderm_ctl.firmware.unlock import Unlock
from tests.firmware.rig import SERIAL, PlainBoard
from tests.firmware.wands import KEY, resting

SERVICE_KEY = b"the service centre's own"
HOST = bytes(range(16))
WRONG = bytes(32)


def keyed(key: bytes = KEY) -> tuple[PlainBoard, Unlock]:
    """Return a board with a unit key, and what it knows of unlocking at a start."""
    board = resting()
    Memory(board).write(memory.KEY, key)
    return board, Unlock(board, Memory(board))


def kept(board: PlainBoard) -> tuple[Any, ...]:
    """Return failures, mark, functions, seconds and token as they stand in memory."""
    found: tuple[Any, ...] = struct.unpack("<BBHH16s", Memory(board).read(memory.UNLOCK)[1])
    return found


def right(fence: Unlock, functions: int = 7, seconds: int = 600) -> bytes:
    """Return the right code for a new challenge."""
    return unlock.code_for(KEY, fence.challenge(HOST), HOST, SERIAL, functions, seconds)


def test_a_unit_key_is_the_hmac_of_twelve_bytes_of_serial_number() -> None:
    for serial in (b"", b"MD-0001", b"MD-000000012"):
        assert unlock.unit_key(SERVICE_KEY, serial) == hmac.digest(SERVICE_KEY, serial.ljust(12, b"\0"), "sha256")


def test_a_code_signs_all_that_it_is_good_for() -> None:
    signed = b"microderm-unlock-1" + b"w" * 16 + HOST + b"MD-0001\0\0\0\0\0" + b"\x05\x00\x58\x02"
    assert unlock.code_for(KEY, b"w" * 16, HOST, SERIAL, 5, 600) == hmac.digest(KEY, signed, "sha256")


@pytest.mark.parametrize("size", [0, 1, 32, 63, 64])
def test_the_hmac_is_the_standard_one_for_every_size_of_key(size: int) -> None:
    assert unlock.hmac_sha256(b"k" * size, b"text") == hmac.digest(b"k" * size, b"text", "sha256")


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [(b"", b"", True), (b"ab", b"ab", True), (b"ab", b"a", False), (b"a", b"ab", False), (b"ab", b"cb", False), (b"ab", b"ac", False)],
)
def test_secrets_are_equal_in_every_byte_and_in_length(one: bytes, other: bytes, equal: bool) -> None:
    assert unlock.is_equal(one, other) is equal


@pytest.mark.parametrize(("size", "is_key"), [(0, False), (31, False), (32, True), (33, False)])
def test_a_key_has_32_bytes_or_is_none(size: int, is_key: bool) -> None:
    assert keyed(b"k" * size)[1].key == (b"k" * size if is_key else b"")


def test_a_unit_that_was_never_unlocked_has_no_token_and_no_wait() -> None:
    _, fence = keyed()
    assert (fence.failures, fence.wait_ms, fence.token, fence.token_functions, fence.token_seconds) == (0, 0, b"", 0, 0)


def test_a_challenge_is_new_each_time_and_takes_16_bytes_of_chance() -> None:
    board, fence = keyed()
    drawn = board.drawn
    first, second = fence.challenge(HOST), fence.challenge(HOST)
    assert first == bytes([drawn + 1, 2, 3, 4, 5, 6, 7, 8, drawn + 2, 2, 3, 4, 5, 6, 7, 8])
    assert second != first
    assert fence.draw_token() == bytes([drawn + 5, 2, 3, 4, 5, 6, 7, 8, drawn + 6, 2, 3, 4, 5, 6, 7, 8])


def test_a_right_code_opens_once() -> None:
    _, fence = keyed()
    code = right(fence)
    assert fence.is_code(7, 600, code) is True
    assert fence.is_code(7, 600, code) is False


def test_without_an_open_challenge_or_a_key_no_code_is_right() -> None:
    """Not even the one that would answer an empty challenge, or be made with an empty key."""
    _, fence = keyed()
    assert fence.is_code(7, 600, unlock.code_for(KEY, b"", b"", SERIAL, 7, 600)) is False
    _, blank = keyed(b"")
    nonce = blank.challenge(HOST)
    assert blank.is_code(7, 600, unlock.code_for(b"", nonce, HOST, SERIAL, 7, 600)) is False


@pytest.mark.parametrize(
    ("failures", "wait_ms"),
    [(0, 0), (1, 1_000), (2, 2_000), (3, 4_000), (12, 2_048_000), (13, 3_600_000), (14, 3_600_000), (255, 3_600_000)],
)
def test_the_wait_doubles_from_a_second_to_an_hour(failures: int, wait_ms: int) -> None:
    """And a restart does not shorten it."""
    board, _ = keyed()
    Memory(board).write(memory.UNLOCK, struct.pack("<BBHH16s", failures, 0, 0, 0, bytes(16)))
    fence = Unlock(board, Memory(board))
    assert (fence.failures, fence.wait_ms) == (failures, wait_ms)


def test_failures_are_counted_in_memory_before_anything_else_is_answered() -> None:
    board, fence = keyed()
    for count, wait_ms in ((1, 1_000), (2, 2_000), (3, 4_000)):
        fence.challenge(HOST)
        assert fence.is_code(7, 600, WRONG) is False
        assert (fence.failures, fence.wait_ms, kept(board)) == (count, wait_ms, (count, 0, 0, 0, bytes(16)))
    assert fence.is_code(7, 600, right(fence)) is True
    assert (fence.failures, fence.wait_ms, kept(board)) == (0, 0, (0, 0, 0, 0, bytes(16)))


def test_the_count_of_failures_ends_at_255() -> None:
    board, fence = keyed()
    fence.failures = 254
    for _ in range(2):
        fence.is_code(7, 600, WRONG)
        assert (fence.failures, kept(board)[0]) == (255, 255)


def test_memory_is_written_only_when_the_count_changes() -> None:
    """A right code at the first try wears no flash, nor does a failure past the end of the count."""
    board, fence = keyed()
    fence.is_code(7, 600, right(fence))
    assert Memory(board).read(memory.UNLOCK) == (0, b"")
    fence.failures = 254
    fence.is_code(7, 600, WRONG)
    generation = Memory(board).read(memory.UNLOCK)[0]
    fence.is_code(7, 600, WRONG)
    assert Memory(board).read(memory.UNLOCK)[0] == generation


def test_a_token_is_kept_for_one_restart() -> None:
    """With what it opens and for how long; the start that finds it takes it out of memory."""
    board, fence = keyed()
    fence.failures = 3
    token = fence.draw_token()
    assert fence.keep_token(5, 599) is True
    assert kept(board) == (3, 1, 5, 599, token)
    after = Unlock(board, Memory(board))
    assert (after.token, after.token_functions, after.token_seconds, after.failures) == (token, 5, 599, 3)
    assert kept(board) == (3, 0, 0, 0, bytes(16))
    assert Unlock(board, Memory(board)).token == b""


def test_a_token_that_opens_no_function_is_a_token_all_the_same() -> None:
    """SERVICE without functions may still measure; what tells a kept token is its mark."""
    board, fence = keyed()
    token = fence.draw_token()
    fence.keep_token(0, 0)
    assert Unlock(board, Memory(board)).token == token


def test_a_token_that_cannot_be_written_is_told() -> None:
    board, fence = keyed()
    fence.draw_token()
    board.broken_memory = True
    assert fence.keep_token(5, 599) is False


@pytest.mark.parametrize(("since_ms", "opens"), [(0, True), (59_999, True), (60_000, True), (60_001, False)])
def test_a_token_is_good_once_within_a_minute(since_ms: int, opens: bool) -> None:
    _, fence = keyed()
    token = fence.draw_token()
    assert fence.is_token(token, since_ms) is opens
    assert fence.is_token(token, 0) is False


def test_another_token_or_none_opens_nothing() -> None:
    _, fence = keyed()
    assert fence.is_token(b"", 0) is False
    fence.draw_token()
    assert fence.is_token(bytes(16), 0) is False
