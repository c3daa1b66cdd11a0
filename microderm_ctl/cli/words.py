"""From what people type to the rules' own words; a name that is not known is answered with the nearest one."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TypeVar

from microderm_ctl.cli import printer
from microderm_ctl.cli.commands import unknown
from microderm_ctl.errors import UsageProblem
from microderm_ctl.safety import Grit, Skin, Thickness, Zone, nearest_zone_name, resolve_zones

Word = TypeVar("Word", bound=StrEnum)

ROMAN: Final = ("I", "II", "III", "IV", "V", "VI")
WIDTH: Final = printer.WIDTH
_UNITS_S: Final = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
_LONGEST_S: Final = 3_700 * 86_400


def zones_of(texts: Iterable[str]) -> tuple[Zone, ...]:
    """Return the zones that ``--zone`` means; names may also have commas between, and ``cheek`` means both.

    Raises:
        UsageProblem: a name is not known; the nearest is given.
    """
    found: list[Zone] = []
    for word in (part.strip() for text in texts for part in text.split(",")):
        zones = resolve_zones(word)
        if not zones:
            raise unknown("zone", word, [], "'microderm limits' lists the zones.", nearest_zone_name(word))
        found += zones
    return tuple(dict.fromkeys(found))


def _one_of(kind: str, known: type[Word], text: str) -> Word:
    word = text.strip().casefold()
    if word not in list(known):
        names = [member.value for member in known]
        raise unknown(kind, text, names, f"It is one of {', '.join(names)}.")
    return known(word)


def grit_of(text: str) -> Grit:
    """Return the grit of a name.

    Raises:
        UsageProblem: there is none.
    """
    return _one_of("grit", Grit, text)


def skin_of(text: str) -> Skin:
    """Return the skin type of a name.

    Raises:
        UsageProblem: there is none.
    """
    return _one_of("skin type", Skin, text)


def thickness_of(text: str) -> Thickness:
    """Return the thickness of a name.

    Raises:
        UsageProblem: there is none.
    """
    return _one_of("thickness", Thickness, text)


def fitzpatrick_of(text: str) -> int:
    """Return the Fitzpatrick type, written 1..6 or I..VI.

    Raises:
        UsageProblem: it is neither.
    """
    word = text.strip().upper()
    if word in ROMAN:
        return ROMAN.index(word) + 1
    if word.isascii() and word.isdecimal() and len(word) == 1 and 1 <= int(word) <= len(ROMAN):
        return int(word)
    raise UsageProblem(f"'{text}' is not a Fitzpatrick type.", "It is a number from 1 to 6, or I to VI.")


def duration_of(text: str) -> int:
    """Return the seconds of a time such as ``28d``, ``24h`` or ``90min``.

    Raises:
        UsageProblem: it is none, has no unit, or is longer than ten years.
    """
    word = text.strip()
    number = word.rstrip("minhds")
    unit_s = _UNITS_S.get(word[len(number) :])
    if not (number.isascii() and number.isdecimal()) or len(number) > 9 or unit_s is None:
        raise UsageProblem(f"'{text}' is not a time.", "Write a number and its unit: 28d, 24h, 90min or 30s.")
    if int(number) * unit_s > _LONGEST_S:
        raise UsageProblem(f"'{text}' is more than ten years.", "Write a shorter time.")
    return int(number) * unit_s


def local_time(utc_s: int) -> str:
    """Return a UTC second, rounded up to the minute, as people here read it: ``2026-05-01 14:05``, on the clock of this computer."""
    return datetime.fromtimestamp(-(-utc_s // 60) * 60, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def iso_time(utc_s: int | None) -> str | None:
    """Return a UTC second as programs read it: ``2026-05-01T12:05:00Z``."""
    return None if utc_s is None else datetime.fromtimestamp(utc_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def join(words: Iterable[str]) -> str:
    """Return words as a list in a sentence."""
    *most, last = list(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def columns(rows: Iterable[tuple[str, ...]], gap: str = "  ") -> list[str]:
    """Return rows as lines, each column as wide as its widest cell."""
    table = list(rows)
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))] if table else []
    return [printer.Fixed(gap.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()) for row in table]
