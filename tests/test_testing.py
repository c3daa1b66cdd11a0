"""A recorded exchange as a test, and that it fails where the exchange is another one."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from microderm_ctl.errors import VersionMismatch
from microderm_ctl.link.recorder import Recorder
from microderm_ctl.testing import ReplayDiffers, replayed
from microderm_ctl.wand import Wand
from microderm_protocol import TABLE_HASH
from tests.recordings.make import EXAMPLE, ROWS, UTC_S, two_zones


def test_a_recording_is_played_in_one_line() -> None:
    with replayed(EXAMPLE) as wand:
        causes = two_zones(wand)
    assert wand.identity.serial == "SIM-0007"
    assert causes[-1] == "treatment-done" and "zone-done" in causes


def _other_cap(wand: Wand) -> None:
    wand.arm((ROWS[0], ROWS[1]._replace(cap_pa=12_500)), 2, 106, UTC_S, 9, command_id=42)


def _other_request(wand: Wand) -> None:
    wand.limits()


def _less(wand: Wand) -> None:
    wand.arm(ROWS, 2, 106, UTC_S, 9, command_id=42)


def _nothing(wand: Wand) -> None:
    del wand


def _more(wand: Wand) -> None:
    two_zones(wand)
    wand.limits()


def _no_key(wand: Wand) -> None:
    two_zones(wand, turn_down=False)


def _too_early(wand: Wand) -> None:
    wand.arm(ROWS, 2, 106, UTC_S, 9, command_id=42)
    wand.zone(0, 9_000)
    wand.wait(lambda reading: reading.state == "ARMED", 500)
    wand.set_point(8_500)


def _asleep(wand: Wand) -> None:
    """A program whose logic has stopped renews no lease."""
    wand.arm(ROWS, 2, 106, UTC_S, 9, command_id=42)
    wand.zone(0, 9_000)
    wand.wait(lambda reading: reading.sealed, 5_000)
    wand.set_point(8_500)
    wand.wait(lambda reading: reading.cause == "zone-done", 5_000)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (_other_cap, r"message 3 .*ARM differs: cap=10000,12000 Pa, not 10000,12500 Pa"),
        (_other_request, r"message 3 .*ARM was recorded, LIMITS was sent"),
        (_less, r"message 4 .*ZONE was recorded and not sent. The program ended before"),
        (_nothing, r"message 3 .*ARM was recorded and not sent"),
        (_more, r"after message 7: LIMITS was sent, where nothing more was recorded"),
        (_no_key, r"message 5 .*SET_POINT was recorded, ZONE was sent|SET_POINT was recorded and not sent within 1 s"),
        (_too_early, r"message 5 .*SET_POINT was sent 1\.\d s earlier than recorded"),
        (_asleep, r"lets the lease lapse"),
    ],
)
def test_another_exchange_fails_and_says_where(body: Callable[[Wand], None], said: str) -> None:
    with pytest.raises(ReplayDiffers, match=said), replayed(EXAMPLE) as wand:
        body(wand)


def test_a_lease_that_was_not_taken_is_told(tmp_path: Path) -> None:
    path = tmp_path / "limits.ndjson"
    recorder = Recorder(path, "0", TABLE_HASH, "tests", UTC_S)
    with Wand.open("sim://?seed=3", watcher=recorder) as wand:
        wand.wait(lambda _: False, 1_000)
        wand.limits()
    recorder.close()
    with pytest.raises(ReplayDiffers, match="renews the lease, which was not renewed here"), replayed(path) as wand:
        wand.take_lease()


def test_a_difference_that_the_body_swallows_fails_all_the_same() -> None:
    with pytest.raises(ReplayDiffers, match="LIMITS was sent"), replayed(EXAMPLE) as wand, pytest.raises(ReplayDiffers):
        wand.limits()


def test_an_error_of_the_body_stays_what_it_is() -> None:
    with pytest.raises(AssertionError, match="mine"), replayed(EXAMPLE):
        raise AssertionError("mine")


def test_both_messages_are_told_decoded() -> None:
    with pytest.raises(ReplayDiffers) as caught, replayed(EXAMPLE) as wand:
        _other_cap(wand)
    told = caught.value.record()
    assert told["exit_code"] == 10 and told["message"] == 3
    assert "recorded: ARM request" in caught.value.hint and "sent: ARM request" in caught.value.hint
    assert json.dumps(told)


def test_a_recording_of_another_protocol_is_not_played(tmp_path: Path) -> None:
    other = tmp_path / "other.ndjson"
    first, *rest = EXAMPLE.read_text().splitlines()
    header = json.loads(first) | {"protocol": "00000001"}
    other.write_text("\n".join([json.dumps(header), *rest]) + "\n")
    with pytest.raises(VersionMismatch, match="00000001"), replayed(other):
        pass


@pytest.mark.parametrize("places", [1, 2, 7])
def test_sequence_numbers_may_be_others(tmp_path: Path, places: int) -> None:
    """Where the first number was drawn elsewhere, answers come back under the numbers that were asked with."""
    copy = tmp_path / "copy.ndjson"
    shutil.copy(EXAMPLE, copy)
    with replayed(copy) as wand:
        wand._driver.link._sequence += places  # as if other renewals had gone out
        two_zones(wand)
