"""Every skin, thickness, age, Fitzpatrick type, zone and tip, first and later, against the tables of docs/evidence.md.

The oracle below knows the numbers of that page and nothing of the program; a test compares them with the page.
People who are treated as sensitive for another reason than their skin walk one zone of each column here;
``python -m tests.safety.test_every_combination`` walks all zones with everybody, and says how many.
"""

from itertools import product
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from microderm_ctl.safety import TREATABLE, Grit, Person, Skin, Thickness, Zone, decide, next_treatment_at_s
from tests.safety.people import DAY, NOW, ask, codes, history, past, wand

SKINS: Final = ("sensitive", "dry", "combination", "normal", "oily")
KPA: Final = (12, 15, 18, 20, 25)
DWELL_S: Final = (1, 1, 2, 2, 3)
PASSES: Final = (1, 1, 2, 2, 3)
TREATMENT_S: Final = (180, 240, 300, 300, 360)
DAYS: Final = (56, 28, 28, 28, 28)
COARSEST: Final = ("fine", "fine", "medium", "medium", "coarse")
GRITS: Final = ("fine", "medium", "coarse")
GRIT_PERCENT: Final = (100, 90, 75)
FITZPATRICK_PERCENT: Final = (100, 100, 100, 90, 80, 80)
LARGE, SMALL, SIDE, NECK, BODY = (
    (36, 48, 60, 60, 72),
    (18, 24, 30, 30, 36),
    (15, 22, 30, 30, 30),
    (30, 45, 60, 60, 60),
    (60, 90, 120, 120, 120),
)
ZONES: Final = {
    "forehead": (85, LARGE),
    "cheek_left": (85, LARGE),
    "cheek_right": (85, LARGE),
    "nose": (100, SMALL),
    "chin": (100, SMALL),
    "temple_left": (70, SMALL),
    "temple_right": (70, SMALL),
    "jaw_left": (70, SMALL),
    "jaw_right": (70, SMALL),
    "neck_left": (60, SIDE),
    "neck_right": (60, SIDE),
    "around_mouth": (60, SMALL),
    "decollete": (70, NECK),
    "hand_left": (70, SMALL),
    "hand_right": (70, SMALL),
    "arm": (100, BODY),
    "leg": (100, BODY),
    "back": (100, BODY),
}
"""Percent of the skin's number, and seconds for each skin."""


class Allowed(NamedTuple):
    """What one zone may get."""

    cap_pa: int
    level_pa: int
    trip_pa: int
    seconds: int
    passes: int
    dwell_ms: int
    one_level: bool


def row_of(skin: Skin | None, thickness: Thickness | None, age: int | None) -> int:
    """Return the column of the tables: thin, old or unknown skin is treated as sensitive."""
    careful = skin is None or thickness is None or thickness is Thickness.THIN or age is None or age >= 65
    return 0 if careful else SKINS.index(str(skin))


def oracle(row: int, fitzpatrick: int, zone: str, grit: str, first: bool) -> Allowed | None:
    """Return what the page allows, None where it allows nothing."""
    if GRITS.index(grit) > GRITS.index(COARSEST[row]) or (fitzpatrick >= 5 and grit != "fine"):
        return None
    percent, times = ZONES[zone]
    halves = KPA[row] * 2 * percent * GRIT_PERCENT[GRITS.index(grit)] * FITZPATRICK_PERCENT[fitzpatrick - 1] * (60 if first else 100)
    cap_pa = min(50, halves // 100**4) * 500
    level_pa = cap_pa if first else max(2_500, cap_pa * 7 // 10 // 500 * 500)
    margin_pa = min(1_500, max(600, cap_pa * 15 // 100))
    seconds = min(times[one] // PASSES[one] for one in range(row, 5)) if first else times[row]
    return Allowed(
        cap_pa, level_pa, cap_pa + margin_pa, seconds, 1 if first else PASSES[row], DWELL_S[row] * 1000, row == 0 or fitzpatrick >= 4
    )


PEOPLE: Final = tuple(product((*Skin, None), (*Thickness, None), (64, 65, None)))
COLUMNS: Final = (Zone.NOSE, Zone.FOREHEAD, Zone.JAW_LEFT, Zone.HAND_LEFT, Zone.NECK_LEFT, Zone.BACK)


def walk(fitzpatrick: int | None, first: bool, everywhere: bool) -> int:
    """Decide every combination, compare it with the oracle, and return how many there were."""
    walked = 0
    for (skin, thickness, age), grit in product(PEOPLE, Grit):
        who = Person(skin, thickness, fitzpatrick, age, "0a0b0c0d")
        before, on = history(who, *([] if first else [past(60, grit)])), wand(grit)._replace(cap_least_pa=2_500)
        row = row_of(skin, thickness, age)
        for zone in TREATABLE if everywhere or row or thickness is Thickness.NORMAL else COLUMNS:
            decision = decide(ask(zone), who, on, before, NOW)
            expected = oracle(row, fitzpatrick or 6, zone.value, grit.value, first)
            walked += 1
            if expected is None:
                assert codes(decision) == {"grit-too-coarse"}, (who, zone, grit)
                continue
            assert decision.plan is not None, (who, zone, decision.refusals)
            (got,) = decision.plan.zones
            one_level = decision.plan.one_level
            allowed = Allowed(got.cap_pa, got.level_pa, got.trip_pa, got.seconds, got.passes, got.dwell_ms, one_level)
            assert allowed == expected, (who, zone, grit)
            assert (decision.plan.treatment_s, decision.plan.tip_um) == (expected.seconds, on.tip_um)
    return walked


FITZPATRICK: Final = (1, 2, 3, 4, 5, 6, None)


@pytest.mark.hazard("H-01", "computer")
@pytest.mark.hazard("H-06", "computer")
@pytest.mark.hazard("H-07", "computer")
@pytest.mark.parametrize("first", [True, False], ids=["first", "later"])
@pytest.mark.parametrize("fitzpatrick", FITZPATRICK)
def test_every_combination_is_what_the_page_allows(fitzpatrick: int | None, first: bool) -> None:
    assert walk(fitzpatrick, first, everywhere=False) > 1_500


@pytest.mark.hazard("H-05", "computer")
@pytest.mark.parametrize("fitzpatrick", [1, 4, None])
def test_everybody_waits_as_long_as_the_page_says(fitzpatrick: int | None) -> None:
    for skin, thickness, age in PEOPLE:
        who = Person(skin, thickness, fitzpatrick, age, "0a0b0c0d")
        last = past(3)
        expected_s = last.at_s + DAYS[row_of(skin, thickness, age)] * DAY
        assert next_treatment_at_s(who, wand(), history(who, last), NOW) == expected_s


@pytest.mark.hazard("H-04", "computer")
@pytest.mark.parametrize("skin", Skin)
def test_a_treatment_has_the_seconds_of_the_page(skin: Skin) -> None:
    row = SKINS.index(skin.value)
    who = Person(skin, Thickness.NORMAL, 2, 30, "0a0b0c0d")
    for count in range(1, len(TREATABLE) + 1):
        zones = TREATABLE[-count:]
        total_s = sum(ZONES[zone.value][1][row] for zone in zones)
        decision = decide(ask(*zones), who, wand()._replace(cap_least_pa=2_500), history(who, past(60)), NOW)
        fits = total_s <= TREATMENT_S[row] and count <= 12
        assert (decision.plan is not None) is fits, (zones, decision.refusals)
        assert decision.plan is None or decision.plan.treatment_s == total_s


@pytest.mark.hazard("H-44", "computer")
@pytest.mark.parametrize("zone", [zone for zone in Zone if zone not in TREATABLE])
@pytest.mark.parametrize("skin", [*Skin, None])
def test_no_other_zone_is_ever_treated(zone: Zone, skin: Skin | None) -> None:
    for fitzpatrick, grit in product((1, 6, None), Grit):
        who = Person(skin, Thickness.NORMAL, fitzpatrick, 30, "0a0b0c0d")
        decision = decide(ask(zone, Zone.NOSE), who, wand(grit), history(who, past(60, grit)), NOW)
        assert decision.plan is None and zone not in decision.open_zones


def test_the_numbers_of_the_oracle_are_those_of_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:3] for line in page.splitlines() if line.startswith("| ")]
    table = {name.strip(): value.strip() for name, value in rows}
    for index, skin in enumerate(SKINS):
        assert table[f"{skin} skin begins at"] == f"{KPA[index]}.0 kPa"
        assert table[f"one spot, {skin} skin"] == f"{DWELL_S[index]} s"
        assert table[f"passes, {skin} skin"] == str(PASSES[index])
        assert table[f"coarsest tip, {skin} skin"] == COARSEST[index]
    for grit, percent in zip(GRITS, GRIT_PERCENT, strict=True):
        assert table[f"{grit} tip"] == _factor(percent)
    for roman, percent in zip(("I", "II", "III", "IV", "V", "VI"), FITZPATRICK_PERCENT, strict=True):
        assert table[f"Fitzpatrick {roman}"] == _factor(percent)
    assert table["one treatment"] == _by_skin(TREATMENT_S, "s")
    assert table["days between treatments"] == _by_skin(DAYS, "days")
    assert table["a first treatment, or a tip that is new to the skin"] == "x 0.6"
    assert table["no cap is higher than"] == "25.0 kPa"
    assert table["only the fine tip"] == "from Fitzpatrick V"
    for zone, (percent, times) in ZONES.items():
        side, _, name = zone.rpartition("_")
        words = f"{name} {side}" if name in ("left", "right") else zone.replace("_", " ")
        assert [value for names, value in table.items() if words in names.split(", ") and "sensitive" in value] == [_by_skin(times, "s")], (
            words
        )
        column = zone.partition("_")[0] if zone != "around_mouth" else "around mouth"
        (region,) = (
            names for names in table if names.startswith("zones: ") and (column in names or "body" in names) and _in(column, names)
        )
        assert table[region] == _factor(percent)


def _in(column: str, names: str) -> bool:
    return ("body" in names) == (column in ("arm", "leg", "back"))


def _factor(percent: int) -> str:
    return f"x {percent / 100:g}"


def _by_skin(values: tuple[int, ...], unit: str) -> str:
    return ", ".join(f"{skin} {value} {unit}" for skin, value in zip(SKINS, values, strict=True))


if __name__ == "__main__":
    count = sum(walk(fitzpatrick, first, everywhere=True) for fitzpatrick, first in product(FITZPATRICK, (True, False)))
    print(f"{count} combinations of skin, thickness, age, Fitzpatrick type, zone, tip, first or later: all as docs/evidence.md allows")
