"""UTC seconds as people read them, in whole numbers and without a clock."""

from .evidence import DAY_S


def when(utc_s: int) -> str:
    """Return a UTC second, rounded up to the minute, as ``2026-05-01 14:05 UTC``."""
    minutes = -(-utc_s // 60)
    year, month, day = _civil(minutes // 1440)
    return f"{year:04d}-{month:02d}-{day:02d} {minutes % 1440 // 60:02d}:{minutes % 60:02d} UTC"


def days(count: int) -> int:
    """Return the seconds of some days."""
    return count * DAY_S


def _civil(days_since_1970: int) -> tuple[int, int, int]:
    """Return year, month and day of the Gregorian calendar.

    Years begin in March here, so that the leap day is the last of a year, of four, and of 400.
    """
    eras, left = divmod(days_since_1970 + 719_468, 146_097)
    centuries = min(3, left // 36_524)
    fours, left = divmod(left - centuries * 36_524, 1_461)
    years = min(3, left // 365)
    of_year = left - years * 365
    march_month = (5 * of_year + 2) // 153
    month = march_month + 3 if march_month < 10 else march_month - 9
    year = eras * 400 + centuries * 100 + fours * 4 + years
    return year + (month <= 2), month, of_year - (153 * march_month + 2) // 5 + 1
