"""The computer's clock against what was written down."""

from pathlib import Path

import pytest

from microderm_ctl.doctor import dates
from microderm_ctl.doctor.check import Check, Result
from microderm_ctl.records.rows import Profile, WandEntry
from microderm_ctl.records.store import STORE_NAME, open_store
from microderm_ctl.safety import ClockFix, Skin, Thickness
from tests.doctor.parts import NOW_S

HOUR_S = 3_600
DAY_S = 24 * HOUR_S


def judged(data_dir: Path, now_s: int) -> Check:
    (check,) = dates.clock(data_dir / STORE_NAME, now_s)
    return check


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Ana's profile is of NOW_S."""
    with open_store(tmp_path / "data") as store:
        store.create_person("Ana", Profile(Skin.NORMAL, Thickness.NORMAL, 2, 1990, {}), NOW_S)
    return tmp_path / "data"


@pytest.mark.parametrize(
    ("ahead_s", "result"),
    [(-DAY_S, Result.OK), (5 * 60, Result.OK), (HOUR_S, Result.WARN), (DAY_S, Result.WARN), (DAY_S + 1, Result.WRONG)],
)
def test_a_record_ahead_of_the_clock(data_dir: Path, ahead_s: int, result: Result) -> None:
    assert judged(data_dir, NOW_S - ahead_s).result is result


def test_what_the_person_confirmed_is_no_trouble(data_dir: Path) -> None:
    with open_store(data_dir) as store:
        store.keep_clock_fixes([ClockFix(NOW_S, NOW_S - 9 * DAY_S)])
    assert judged(data_dir, NOW_S - 9 * DAY_S).result is Result.OK


def test_what_a_wand_wrote_down_counts(data_dir: Path) -> None:
    with open_store(data_dir) as store:
        tag = store.find_person().tag
        store.keep_ledger("MD-1", [WandEntry(1, 7, tag, NOW_S + 3 * DAY_S, False, False, "stop", 9_000, 9_000)], NOW_S)
    check = judged(data_dir, NOW_S)
    assert (check.result, "history --confirm-clock" in check.fix) == (Result.WRONG, True)


def test_a_clock_from_before_the_program_is_wrong_by_itself(tmp_path: Path) -> None:
    assert judged(tmp_path, 1_000_000).result is Result.WRONG


def test_no_records_or_broken_ones_say_nothing_of_the_clock(data_dir: Path, tmp_path: Path) -> None:
    assert judged(tmp_path / "nowhere", NOW_S).result is Result.OK
    (data_dir / STORE_NAME).write_bytes(b"nonsense" * 100)
    assert judged(data_dir, 1_770_000_000).result is Result.OK
