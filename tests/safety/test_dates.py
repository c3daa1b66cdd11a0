"""Days and times as they are told."""

from datetime import date
from itertools import pairwise
from typing import Final

import pytest

from microderm_ctl.safety.dates import days, when

DAY_S: Final = 86_400
FIRST: Final = date(1970, 1, 1).toordinal()
LAST: Final = date(2401, 3, 2).toordinal()


def test_every_day_of_four_centuries_is_that_of_the_calendar() -> None:
    """Leap years, the years 2000, 2100 and 2400, and each month's end, held against Python's own calendar."""
    wrong = [
        ordinal for ordinal in range(FIRST, LAST) if when((ordinal - FIRST) * DAY_S) != f"{date.fromordinal(ordinal).isoformat()} 00:00 UTC"
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("of_day_s", "told"),
    [
        (0, "2027-01-15 00:00 UTC"),
        (1, "2027-01-15 00:01 UTC"),
        (59, "2027-01-15 00:01 UTC"),
        (60, "2027-01-15 00:01 UTC"),
        (61, "2027-01-15 00:02 UTC"),
        (3_540, "2027-01-15 00:59 UTC"),
        (3_541, "2027-01-15 01:00 UTC"),
        (45_296, "2027-01-15 12:35 UTC"),
        (86_340, "2027-01-15 23:59 UTC"),
        (86_341, "2027-01-16 00:00 UTC"),
    ],
)
def test_a_time_is_told_to_the_minute_and_never_too_early(of_day_s: int, told: str) -> None:
    midnight_s = (date(2027, 1, 15).toordinal() - FIRST) * DAY_S
    assert when(midnight_s + of_day_s) == told


def test_times_are_told_in_their_order() -> None:
    """Across a day's end every minute is told later than the one before it."""
    told = [when(1_800_000_000 + 60 * minute) for minute in range(2 * 1_440)]
    assert all(before < after for before, after in pairwise(told))


@pytest.mark.parametrize(("count", "seconds"), [(0, 0), (1, 86_400), (28, 2_419_200), (90, 7_776_000)])
def test_days_are_told_in_seconds(count: int, seconds: int) -> None:
    assert days(count) == seconds
