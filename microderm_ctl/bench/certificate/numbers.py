"""Numbers and times as a certificate writes them: proper minus signs, fixed decimals, the bench's clock."""

import re
from datetime import UTC, datetime, timedelta, timezone
from math import isfinite, isinf
from typing import Final

from microderm_ctl.bench.budget import state

MINUS: Final = "\N{MINUS SIGN}"
PA_PER_KPA: Final = 1000
_UNIT: Final = re.compile(r"(?<=\d) (?=(?:kPa|Pa|hPa|s|%|mL)\b|%|\N{DEGREE SIGN}C)")


def fixed(value: float, decimals: int) -> str:
    """Return a number with so many decimals; negative ones leave out places of the whole number; minus nought is nought."""
    if isinf(value):
        return f"{MINUS if value < 0 else ''}\N{INFINITY}"
    rounded = round(value, decimals) + 0.0
    return f"{rounded:.{max(0, decimals)}f}".replace("-", MINUS)


def signed(value: float, decimals: int) -> str:
    """Return a number with its sign; nought has none."""
    text = fixed(value, decimals)
    return f"+{text}" if round(value, decimals) > 0 else text


def kpa(pascals: float, decimals: int = 2) -> str:
    """Return pascals as a number of kPa, without the unit."""
    return fixed(pascals / PA_PER_KPA, decimals)


def digits(value: float, least: int = 3) -> str:
    """Return a number with at least so many significant digits and no exponent where it can be read without one."""
    if not isfinite(value) or value == 0:
        return fixed(value, 0)
    if not 1e-4 <= abs(value) < 1e7:
        return f"{value:.{least - 1}e}".replace("-", MINUS)
    before = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    zeros = 0 if before else len(f"{abs(value):.10f}"[2:]) - len(f"{abs(value):.10f}"[2:].lstrip("0"))
    return fixed(value, max(0, least - before + zeros))


def exact(value: float) -> str:
    """Return a limit as it was set, never rounded to another one."""
    return f"{value:.9g}".replace("-", MINUS)


def bound(text: str) -> str:
    """Return a text whose numbers stay on one line with their units."""
    return _UNIT.sub("\N{NO-BREAK SPACE}", text)


def stated_kpa(error_pa: float, expanded_pa: float) -> tuple[str, str, int]:
    """Return an error and its U in kPa with their decimals: U rounded up to two digits, the error to the same place (GUM 7.2.6)."""
    stated = state(error_pa / PA_PER_KPA, expanded_pa / PA_PER_KPA)
    return signed(stated.value, stated.decimals), fixed(stated.expanded, stated.decimals), max(0, stated.decimals)


def time_of(utc_s: int, offset_min: int) -> str:
    """Return a moment on the bench's clock, with its distance from UTC."""
    zone = _zone(offset_min)
    return f"{datetime.fromtimestamp(utc_s, zone):%Y-%m-%d %H:%M} ({zone.tzname(None)})"


def day_of(utc_s: int, offset_min: int) -> str:
    """Return the day of a moment by the bench's clock."""
    return f"{datetime.fromtimestamp(utc_s, _zone(offset_min)):%Y-%m-%d}"


def _zone(offset_min: int) -> timezone:
    return timezone(timedelta(minutes=offset_min)) if offset_min else UTC
