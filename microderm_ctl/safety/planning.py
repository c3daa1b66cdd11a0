"""From the limits that the rules left to a plan: zones in order, set points, seconds and passes."""

from typing import Final, NamedTuple, cast

from microderm_ctl.units import VACUUM_STEP_PA, format_kpa

from .evidence import DEPTH_PERMILLE, FITZPATRICK_LONG_INTERVAL_FROM, LADDER_PERMILLE, LOWEST_PA, PASSES, PATCH_S, ZONE_S, ZONES_AT_ONCE
from .limits import ONE, Bound, Cap, Limits, Scale, cap_for, meet_all, part_of, trip_for
from .rules_skin import row_name
from .situation import Situation, asked_zones
from .skin import CAREFUL_ORDER, Skin
from .values import Aftermath, Factor, Grit, Kind, Plan, PlannedZone, Refusal
from .zones import OILY_ZONES, REGIONS, TREATABLE, Zone, join_labels

_STEP: Final = {Aftermath.FINE: 1, Aftermath.RED_OVER_24_H: -1, Aftermath.DARK_MARK: -1}
Drafted = tuple[Plan | None, list[Refusal]]


class _Zone(NamedTuple):
    """A zone on its way into a plan."""

    zone: Zone
    cap: Cap
    seconds: int


def draft(situation: Situation, scales: tuple[Scale, ...], bounds: tuple[Bound, ...]) -> Drafted:
    """Return the plan of a treatment, or why the caps, the level or the seconds do not allow it."""
    grit, limits = situation.grit, meet_all(bounds)
    zones = [zone for zone in asked_zones(situation) if zone in REGIONS]
    if grit is None or not zones:
        return None, []
    beside = _passes_beside_skin(situation, bounds)
    caps = [_Zone(zone, cap_for(situation.row, zone, grit, scales, bounds), _seconds(situation, limits, beside, zone)) for zone in zones]
    caps = [known for known in caps if known.seconds > 0]
    too_low = _too_low(situation, caps)
    if _one_level(situation) and caps:
        caps = _levelled(caps, [cap_for(situation.row, zone, grit, scales, bounds) for zone in _begun(situation)])
    refusals = [*too_low, *_level(situation, caps), *_too_long(situation, limits, caps)]
    if not refusals and (not caps or limits.dwell_ms <= 0):
        refusals = [_nothing_left()]
    return (None, refusals) if refusals else (_plan(situation, grit, limits, caps), [])


def draft_patch_test(situation: Situation, scales: tuple[Scale, ...], bounds: tuple[Bound, ...]) -> Drafted:
    """Return the plan of a patch test: the lowest setting for 3 s on one spot."""
    limits, lowest = meet_all(bounds), LOWEST_PA.value
    if limits.vacuum_pa < lowest:
        return None, [_cap_too_low((), limits.vacuum_pa, lowest, ())]
    if min(limits.treatment_s, limits.zone_s) < PATCH_S or limits.dwell_ms <= 0:
        return None, [_nothing_left()]
    grit, sites = situation.grit, situation.request.zones
    if grit is None or len(sites) != 1:
        return None, []
    factors = (Factor("patch test: the lowest setting", ONE, lowest, True, "Beurer FC 76 manual, p. 18"),)
    dwell_ms = min(PATCH_S * 1000, situation.wand.dwell_ms)
    rows = tuple(PlannedZone(site, lowest, lowest, trip_for(lowest), PATCH_S, 1, dwell_ms, factors) for site in sites)
    return Plan(Kind.PATCH_TEST, rows, PATCH_S, _tip_um(situation), grit, True, situation.first, ONE), []


def fraction_permille(situation: Situation) -> int:
    """Return which part of the cap is taken when no level is asked for.

    A first treatment, or one with a new grit, takes the whole cap, which holds the 0.6 already. Then
    comes one step of the ladder more each time the skin was fine, one less after redness over 24 hours.
    """
    if situation.request.depth is not None:
        return DEPTH_PERMILLE[situation.request.depth]
    if not situation.same_grit:
        return ONE
    step = 0
    for known in situation.same_grit:
        step += 0 if known.aftermath is None else _STEP[known.aftermath]
        step = max(0, min(len(LADDER_PERMILLE) - 1, step))
    return LADDER_PERMILLE[step]


def _one_level(situation: Situation) -> bool:
    wish = situation.request.one_level
    return situation.row is Skin.SENSITIVE or situation.fitzpatrick >= FITZPATRICK_LONG_INTERVAL_FROM if wish is None else wish


def _begun(situation: Situation) -> list[Zone]:
    """Return the zones of the treatment that is finished: they held the level down, and still do."""
    return [] if situation.target is None else [past.zone for past in situation.target.zones if past.zone in REGIONS]


def _levelled(caps: list[_Zone], begun: list[Cap]) -> list[_Zone]:
    """Return the zones with the lowest cap of all, and with the line that says so where it lowers one."""
    lowest = min((*begun, *(known.cap for known in caps)), key=lambda cap: cap.vacuum_pa)
    line = Factor("one level: the lowest cap of the chosen zones", ONE, lowest.vacuum_pa, False, "our own choice")
    return [
        known._replace(cap=Cap(lowest.vacuum_pa, (*known.cap.factors, line))) if known.cap.vacuum_pa - lowest.vacuum_pa else known
        for known in caps
    ]


def _passes(situation: Situation, limits: Limits) -> int:
    return max(1, min(limits.passes, PASSES[situation.row].value))


def _passes_beside_skin(situation: Situation, bounds: tuple[Bound, ...]) -> int:
    """Return the passes that every rule but the one of the skin's row leaves."""
    return max(1, meet_all(tuple(bound for bound in bounds if bound.rule != row_name(situation.row))).passes)


def _share(row: Skin, zone: Zone, passes: int) -> int:
    """Return a row's seconds of a zone for some passes: each is an equal share."""
    whole = PASSES[row].value
    return ZONE_S[zone].of(row) * min(passes, whole) // whole


def _seconds(situation: Situation, limits: Limits, passes: int, zone: Zone) -> int:
    """Return a zone's sealed seconds for the passes that other rules leave.

    A pass takes longer on sensitive skin, which has fewer. So that fewer passes never give it more
    seconds than a less sensitive skin has, the least share of all rows from its own on counts.
    """
    rows = CAREFUL_ORDER[CAREFUL_ORDER.index(situation.row) :]
    share = min(_share(row, zone, passes) for row in rows)
    seconds = min(limits.zone_s, share)
    if situation.target is None:
        return seconds
    past = next(known for known in situation.target.zones if known.zone is zone)
    return min(seconds, past.planned_s) - _whole_s(past.sealed_ms)


def _whole_s(duration_ms: int) -> int:
    return -(-duration_ms // 1000)


def _too_low(situation: Situation, caps: list[_Zone]) -> list[Refusal]:
    least_pa = max(LOWEST_PA.value, situation.wand.cap_least_pa)
    low = [known for known in caps if known.cap.vacuum_pa < least_pa]
    return [_cap_too_low((known.zone,), known.cap.vacuum_pa, least_pa, known.cap.factors) for known in low]


def _cap_too_low(zones: tuple[Zone, ...], cap_pa: int, least_pa: int, factors: tuple[Factor, ...]) -> Refusal:
    where = f" for {join_labels(zones)}" if zones else ""
    why = f"The cap{where} is {format_kpa(max(0, cap_pa))}, under the {format_kpa(least_pa)} below which the wand cannot keep to a cap."
    return Refusal(
        "cap-too-low",
        "the lowest setting",
        why,
        LOWEST_PA.source,
        "Choose another zone; 'microderm limits' shows the caps.",
        zones=zones,
        factors=factors,
    )


def _level(situation: Situation, caps: list[_Zone]) -> list[Refusal]:
    level_pa = situation.request.level_pa
    if level_pa is None:
        return []
    if level_pa < LOWEST_PA.value or level_pa % VACUUM_STEP_PA:
        return [
            Refusal(
                "level-invalid",
                "settings",
                f"{format_kpa(level_pa)} is no setting; they are 0.5 kPa apart, from {format_kpa(LOWEST_PA.value)}.",
                LOWEST_PA.source,
                "Choose a setting such as --level '5 kPa'.",
            )
        ]
    if situation.request.up_to_cap:
        return []
    over = [known for known in caps if LOWEST_PA.value <= known.cap.vacuum_pa < level_pa]
    return [
        _above_cap(level_pa, [known for known in over if known.cap.vacuum_pa == cap_pa])
        for cap_pa in sorted({k.cap.vacuum_pa for k in over})
    ]


def _above_cap(level_pa: int, over: list[_Zone]) -> Refusal:
    cap, zones = over[0].cap, tuple(known.zone for known in over)
    allowed = format_kpa(cap.vacuum_pa)
    why = f"{format_kpa(level_pa)} is above the cap of {allowed} for {join_labels(zones)}. It is set by {', '.join(cap.set_by)}."
    return Refusal(
        "above-cap",
        "cap",
        why,
        cap.factors[0].source,
        f"Start at {allowed}: --level '{allowed}', or --up-to-cap.",
        allowed_pa=cap.vacuum_pa,
        zones=zones,
        factors=cap.factors,
    )


def _treatment_s(situation: Situation, limits: Limits) -> int:
    if situation.target is None:
        return limits.treatment_s
    return min(limits.treatment_s - _whole_s(situation.target.sealed_ms), situation.wand.treatment_left_s)


def _too_long(situation: Situation, limits: Limits, caps: list[_Zone]) -> list[Refusal]:
    allowed_s, total_s = _treatment_s(situation, limits), sum(known.seconds for known in caps)
    if situation.target is not None:
        return [] if allowed_s > 0 else [_nothing_left()]
    if len(caps) > ZONES_AT_ONCE:
        return [
            Refusal(
                "too-many-zones",
                "zones in one treatment",
                f"{len(caps)} zones were chosen; one treatment takes {ZONES_AT_ONCE}.",
                "the wand",
                "Choose fewer zones with --zone.",
            )
        ]
    if total_s <= allowed_s:
        return []
    return [
        Refusal(
            "treatment-too-long",
            "seconds of one treatment",
            f"These zones take {total_s} s together; one treatment has {allowed_s} s.",
            "our own choice, far below the 15-60 minutes of a professional treatment",
            f"Leave out zones that take {total_s - allowed_s} s "
            f"together: {', '.join(f'{known.zone} {known.seconds} s' for known in caps)}.",
        )
    ]


def _nothing_left() -> Refusal:
    return Refusal(
        "no-seconds-left",
        "finishing a treatment",
        "No treatment seconds are left for these zones.",
        "the wand's ledger",
        "Run 'microderm history' to see from when the next treatment is possible.",
    )


def _plan(situation: Situation, grit: Grit, limits: Limits, caps: list[_Zone]) -> Plan:
    permille = fraction_permille(situation)
    ordered = sorted(caps, key=lambda known: _order(situation, known))
    rows = tuple(_planned(situation, limits, known, permille) for known in ordered)
    seconds = min(_treatment_s(situation, limits), sum(row.seconds for row in rows))
    return Plan(situation.request.kind, rows, seconds, _tip_um(situation), grit, _one_level(situation), not situation.same_grit, permille)


def _tip_um(situation: Situation) -> int:
    """Return the size of the tip: only where it is known is its grit, and only then is a plan made."""
    return cast("int", situation.wand.tip_um)


def _planned(situation: Situation, limits: Limits, known: _Zone, permille: int) -> PlannedZone:
    cap_pa, asked_pa = known.cap.vacuum_pa, situation.request.level_pa
    level_pa = part_of(cap_pa, permille) if asked_pa is None else min(asked_pa, cap_pa)
    return PlannedZone(
        known.zone, level_pa, cap_pa, trip_for(cap_pa), known.seconds, _passes(situation, limits), limits.dwell_ms, known.cap.factors
    )


def _order(situation: Situation, known: _Zone) -> tuple[int, bool, bool, int]:
    """Sort from the lowest cap to the highest; where caps tie, clogged zones come first, then oily ones."""
    oily = situation.row in (Skin.COMBINATION, Skin.OILY) and known.zone in OILY_ZONES
    return known.cap.vacuum_pa, known.zone not in situation.request.clogged, not oily, TREATABLE.index(known.zone)
