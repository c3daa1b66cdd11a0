"""What the wand says about itself, and what a plan looks like."""

from typing import Final

import pytest

from microderm_ctl.safety import (
    Depth,
    Grit,
    Skin,
    WandState,
    Zone,
    decide,
    grit_of_um,
    limits_of,
    nearest_zone_name,
    resolve_zones,
)
from microderm_ctl.safety.dates import when
from microderm_ctl.safety.evidence import ANCHORS, CEILING_PA, ZONE_S
from microderm_ctl.safety.zones import FORBIDDEN, NEIGHBOURS, PATCH_SITES, TREATABLE, WHOLE_FACE
from tests.safety.people import DAY, NOW, ask, codes, history, judge, past, person, wand

WHO: Final = person()
BEFORE: Final = history(WHO, past(60))


def cap_with(on: WandState) -> int:
    """Return the nose's cap."""
    plan = decide(ask(Zone.NOSE), WHO, on, BEFORE, NOW).plan
    assert plan is not None
    return plan.zones[0].cap_pa


@pytest.mark.hazard("H-23", "computer")
@pytest.mark.hazard("H-24", "computer")
@pytest.mark.hazard("H-45", "computer")
@pytest.mark.parametrize(
    ("age_days", "cap_pa", "noted"),
    [(333, 20_000, False), (334, 20_000, True), (364, 20_000, True), (365, 16_000, True), (729, 16_000, True)],
)
def test_an_old_calibration_lowers_the_caps(age_days: int, cap_pa: int, noted: bool) -> None:
    on = wand()._replace(calibrated_at_s=NOW - age_days * DAY)
    assert cap_with(on) == cap_pa
    assert bool(decide(ask(), WHO, on, BEFORE, NOW).notes) is noted


@pytest.mark.hazard("H-23", "computer")
@pytest.mark.hazard("H-24", "computer")
@pytest.mark.parametrize(
    ("on", "code"),
    [
        (wand()._replace(calibrated_at_s=NOW - 730 * DAY), "calibration-old"),
        (wand()._replace(calibration_void=True), "calibration-void"),
        (wand()._replace(calibrated_at_s=None), "calibration-unknown"),
        (wand()._replace(calibrated_at_s=NOW + 2 * DAY), "calibration-unknown"),
        (wand()._replace(tip_um=None), "tip-unknown"),
        (wand()._replace(tip_um=0), "tip-unknown"),
        (wand()._replace(tip_um=180), "tip-too-coarse"),
        (wand()._replace(cooldown_left_s=1), "cool-down"),
        (wand()._replace(cap_pa=2_499), "cap-too-low"),
    ],
)
def test_a_wand_that_is_not_in_order_is_refused(on: WandState, code: str) -> None:
    assert codes(decide(ask(), WHO, on, BEFORE, NOW)) == {code}


def test_the_rest_of_the_wand_has_a_date() -> None:
    assert decide(ask(), WHO, wand()._replace(cooldown_left_s=90), BEFORE, NOW).refusals[0].retry_at_s == NOW + 90


@pytest.mark.hazard("H-32", "computer")
def test_the_wands_own_limits_are_met() -> None:
    on = wand()._replace(cap_pa=9_800, dwell_ms=1_500, zone_s=20)
    plan = decide(ask(Zone.NOSE), WHO, on, BEFORE, NOW).plan
    assert plan is not None
    row = plan.zones[0]
    assert (row.cap_pa, row.dwell_ms, row.seconds) == (9_500, 1_500, 20)


@pytest.mark.hazard("H-07", "computer")
@pytest.mark.parametrize(
    ("size_um", "grit"),
    [
        (1, Grit.FINE),
        (106, Grit.FINE),
        (107, Grit.MEDIUM),
        (125, Grit.MEDIUM),
        (126, Grit.COARSE),
        (150, Grit.COARSE),
        (151, None),
        (0, None),
        (None, None),
    ],
)
def test_the_grit_is_that_of_the_largest_diamond(size_um: int | None, grit: Grit | None) -> None:
    assert grit_of_um(size_um) is grit


def test_the_grit_must_be_the_one_on_the_wand() -> None:
    assert codes(judge(ask()._replace(grit=Grit.MEDIUM), WHO, BEFORE)) == {"grit-not-on-wand"}
    assert judge(ask()._replace(grit=Grit.FINE), WHO, BEFORE).plan is not None


@pytest.mark.parametrize(
    ("depth", "grit", "level_pa", "passes", "seconds"),
    [(Depth.LIGHT, Grit.FINE, 17_500, 1, 12), (Depth.REGULAR, Grit.MEDIUM, 19_000, 2, 24), (Depth.DEEP, Grit.COARSE, 18_500, 3, 36)],
)
def test_depth_is_a_part_of_the_cap_with_its_passes(depth: Depth, grit: Grit, level_pa: int, passes: int, seconds: int) -> None:
    who = person(Skin.OILY)
    plan = decide(ask(Zone.NOSE)._replace(depth=depth), who, wand(grit), history(who, past(60, grit)), NOW).plan
    assert plan is not None
    row = plan.zones[0]
    assert (row.level_pa, row.passes, row.seconds) == (level_pa, passes, seconds)


@pytest.mark.parametrize(("depth", "grit"), [(Depth.LIGHT, Grit.MEDIUM), (Depth.REGULAR, Grit.COARSE)])
def test_a_tip_coarser_than_the_depth_is_refused(depth: Depth, grit: Grit) -> None:
    who = person(Skin.OILY)
    assert codes(decide(ask()._replace(depth=depth), who, wand(grit), history(who), NOW)) == {"depth-grit"}


@pytest.mark.hazard("H-01", "computer")
def test_a_level_above_the_cap_is_not_started_and_the_cap_is_offered() -> None:
    request = ask(Zone.NOSE, Zone.CHIN, Zone.FOREHEAD)._replace(level_pa=18_000)
    decision = judge(request, WHO, BEFORE)
    assert decision.plan is None
    assert [(refusal.code, refusal.allowed_pa, refusal.zones) for refusal in decision.refusals] == [("above-cap", 17_000, (Zone.FOREHEAD,))]
    assert "18.0 kPa" in decision.refusals[0].why
    assert "17.0 kPa" in decision.refusals[0].why
    plan = judge(request._replace(up_to_cap=True), WHO, BEFORE).plan
    assert plan is not None
    assert {row.zone: row.level_pa for row in plan.zones} == {Zone.NOSE: 18_000, Zone.CHIN: 18_000, Zone.FOREHEAD: 17_000}


def test_the_cap_itself_may_be_asked_for() -> None:
    plan = judge(ask(Zone.NOSE)._replace(level_pa=20_000), WHO, BEFORE).plan
    assert plan is not None
    assert plan.zones[0].level_pa == 20_000


@pytest.mark.parametrize("level_pa", [-500, 0, 2_000, 2_499, 10_250])
@pytest.mark.parametrize("up_to_cap", [True, False])
def test_what_is_no_setting_is_refused(level_pa: int, up_to_cap: bool) -> None:
    assert codes(judge(ask()._replace(level_pa=level_pa, up_to_cap=up_to_cap), WHO, BEFORE)) == {"level-invalid"}


def test_a_cap_under_the_lowest_setting_is_refused() -> None:
    decision = decide(ask(), WHO, wand()._replace(cap_pa=2_400), BEFORE, NOW)
    assert codes(decision) == {"cap-too-low"}


@pytest.mark.hazard("H-44", "computer")
@pytest.mark.parametrize(
    ("skin", "fitzpatrick", "wish", "one"),
    [
        (Skin.NORMAL, 3, None, False),
        (Skin.NORMAL, 4, None, True),
        (Skin.SENSITIVE, 1, None, True),
        (Skin.NORMAL, 1, True, True),
        (Skin.SENSITIVE, 1, False, False),
    ],
)
def test_one_level_holds_the_lowest_cap(skin: Skin, fitzpatrick: int, wish: bool | None, one: bool) -> None:
    who = person(skin, fitzpatrick)
    plan = judge(ask(Zone.NOSE, Zone.FOREHEAD, Zone.JAW_LEFT)._replace(one_level=wish), who, history(who, past(60))).plan
    assert plan is not None
    caps = [row.cap_pa for row in plan.zones]
    assert (len(set(caps)) == 1) is one
    assert caps == sorted(caps)


@pytest.mark.hazard("H-44", "computer")
def test_zones_run_from_the_lowest_cap_and_clogged_ones_first_only_where_caps_tie() -> None:
    request = ask(Zone.NOSE, Zone.CHEEK_RIGHT, Zone.FOREHEAD, Zone.CHIN)._replace(clogged=(Zone.CHIN, Zone.CHEEK_RIGHT))
    plan = judge(request, WHO, BEFORE).plan
    assert plan is not None
    assert [row.zone for row in plan.zones] == [Zone.CHEEK_RIGHT, Zone.FOREHEAD, Zone.CHIN, Zone.NOSE]
    mixed = person(Skin.COMBINATION)
    plan = judge(ask(Zone.CHEEK_LEFT, Zone.FOREHEAD), mixed, history(mixed, past(60))).plan
    assert plan is not None
    assert [row.zone for row in plan.zones] == [Zone.FOREHEAD, Zone.CHEEK_LEFT]


@pytest.mark.hazard("H-04", "computer")
def test_a_treatment_has_its_seconds_and_no_more() -> None:
    assert codes(judge(ask(Zone.ARM, Zone.LEG, Zone.BACK), WHO, BEFORE)) == {"treatment-too-long"}
    assert judge(ask(Zone.ARM, Zone.LEG, Zone.NOSE, Zone.CHIN), WHO, BEFORE).plan is not None
    assert "too-many-zones" in codes(judge(ask(*TREATABLE[:13]), WHO, BEFORE))


@pytest.mark.parametrize(
    ("skin", "row"),
    [
        ("sensitive", (1_000, 1, 36, 36, 18, 144, 30, 60, 180, 56, 14)),
        ("dry", (1_000, 1, 48, 48, 24, 192, 44, 90, 240, 28, 14)),
        ("normal", (2_000, 2, 60, 60, 30, 240, 60, 120, 300, 28, 7)),
        ("combination", (2_000, 2, 60, 60, 30, 240, 60, 120, 300, 28, 7)),
        ("oily", (3_000, 3, 72, 72, 36, 288, 60, 120, 360, 28, 7)),
    ],
)
def test_the_table_of_times_comes_out(skin: str, row: tuple[int, ...]) -> None:
    kind = Skin(skin)
    limits = limits_of(person(kind, 1))
    face = sum(ZONE_S[zone].of(kind) for zone in WHOLE_FACE)
    neck = ZONE_S[Zone.NECK_LEFT].of(kind) + ZONE_S[Zone.NECK_RIGHT].of(kind)
    each = [ZONE_S[zone].of(kind) for zone in (Zone.FOREHEAD, Zone.CHEEK_LEFT, Zone.NOSE)]
    met = limits.limits
    assert (
        met.dwell_ms,
        met.passes,
        *each,
        face,
        neck,
        ZONE_S[Zone.ARM].of(kind),
        met.treatment_s,
        met.interval_days,
        limits.floor_days,
    ) == row


@pytest.mark.hazard("H-08", "computer")
@pytest.mark.parametrize("zone", FORBIDDEN)
def test_forbidden_zones_are_refused_with_their_reason(zone: Zone) -> None:
    decision = judge(ask(zone, Zone.FOREHEAD), WHO, BEFORE)
    assert codes(decision) == {"zone-forbidden"}
    assert FORBIDDEN[zone] in decision.refusals[0].why
    assert decision.open_zones == (Zone.FOREHEAD,)


def test_patch_sites_are_not_treated_and_no_zone_is_refused() -> None:
    assert codes(judge(ask(Zone.NECK_SIDE), WHO, BEFORE)) == {"zone-only-for-patch-test"}
    assert codes(judge(ask()._replace(zones=()), WHO, BEFORE)) == {"zone-missing"}


@pytest.mark.parametrize(
    ("text", "zones"),
    [
        ("Left cheek", (Zone.CHEEK_LEFT,)),
        ("cheek-left", (Zone.CHEEK_LEFT,)),
        (" NOSE ", (Zone.NOSE,)),
        ("face", WHOLE_FACE),
        ("cheek", (Zone.CHEEK_LEFT, Zone.CHEEK_RIGHT)),
        ("chek", ()),
        ("", ()),
    ],
)
def test_zone_names_are_understood(text: str, zones: tuple[Zone, ...]) -> None:
    assert resolve_zones(text) == zones


@pytest.mark.parametrize(("text", "name"), [("chek", "cheek"), ("forhead", "forehead"), ("jaw left", "jaw_left"), ("noes", "nose")])
def test_the_nearest_name_is_suggested(text: str, name: str) -> None:
    assert nearest_zone_name(text) == name


def test_neighbours_go_both_ways() -> None:
    assert all(zone in NEIGHBOURS[other] for zone in Zone for other in NEIGHBOURS[zone])
    assert all(zone not in NEIGHBOURS[zone] for zone in Zone)
    assert all(NEIGHBOURS[zone] for zone in (*TREATABLE, *PATCH_SITES))


def test_the_ceiling_is_under_every_anchor_but_the_named_one() -> None:
    assert [name for name, anchor in ANCHORS.items() if anchor.value <= CEILING_PA.value] == ["lowest setting named for sensitive skin"]


@pytest.mark.parametrize(
    ("utc_s", "text"),
    [
        (0, "1970-01-01 00:00 UTC"),
        (951_782_400, "2000-02-29 00:00 UTC"),
        (1_800_000_000, "2027-01-15 08:00 UTC"),
        (1_767_225_599, "2026-01-01 00:00 UTC"),
        (4_107_542_400, "2100-03-01 00:00 UTC"),
    ],
)
def test_dates_are_told_in_utc_and_never_too_early(utc_s: int, text: str) -> None:
    assert when(utc_s) == text
