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
    """Return year, month and day (the proleptic Gregorian calendar in eras of 400 years that begin in March)."""
    era, of_era = divmod(days_since_1970 + 719_468, 146_097)
    year_of_era = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    march_month = (5 * of_year + 2) // 153
    month = march_month + 3 if march_month < 10 else march_month - 9
    return year_of_era + era * 400 + (month <= 2), month, of_year - (153 * march_month + 2) // 5 + 1
