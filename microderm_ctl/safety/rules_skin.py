"""Rules that follow from the skin: its row, its Fitzpatrick type, the tip, the wish for depth."""

from typing import Final

from .evidence import (
    COARSEST,
    DEPTH_COARSEST,
    DEPTH_PASSES,
    DWELL_MS,
    FIRST_PASSES,
    FIRST_PERMILLE,
    FITZPATRICK_FINE_ONLY_FROM,
    FITZPATRICK_PERMILLE,
    FITZPATRICK_SOURCE,
    GRIT_ORDER,
    GRIT_SOURCE,
    INTERVAL_DAYS,
    INTERVAL_SOURCE,
    PASSES,
    TREATMENT_S,
    TREATMENT_S_SOURCE,
)
from .limits import WHOLE, Bound, Scale
from .questions import ALL_ZONES
from .situation import Situation, is_size
from .skin import Skin
from .values import Grit, Kind, Refusal
from .zones import FORBIDDEN, PATCH_SITES, join_labels

Found = tuple[Bound | Scale | Refusal, ...]
"""What a rule yields: nothing here can widen."""
ROMAN: Final = ("I", "II", "III", "IV", "V", "VI")


def up_to(coarsest: Grit) -> frozenset[Grit]:
    """Return a grit and all that are finer."""
    return frozenset(GRIT_ORDER[: GRIT_ORDER.index(coarsest) + 1])


def row_name(row: Skin) -> str:
    """Return the name of the rule that a row of the table is."""
    return f"skin: {row.value}"


def skin_bounds(row: Skin, fitzpatrick: int) -> tuple[Bound, ...]:
    """Return the bounds of a row and of a Fitzpatrick type."""
    bounds = [
        Bound(row_name(row), WHOLE._replace(grits=up_to(COARSEST[row])), GRIT_SOURCE),
        Bound(row_name(row), WHOLE._replace(dwell_ms=DWELL_MS[row].value), DWELL_MS[row].source),
        Bound(row_name(row), WHOLE._replace(passes=PASSES[row].value), PASSES[row].source),
        Bound(row_name(row), WHOLE._replace(treatment_s=TREATMENT_S.of(row)), TREATMENT_S_SOURCE),
        Bound(row_name(row), WHOLE._replace(interval_days=INTERVAL_DAYS.of(row)), INTERVAL_SOURCE),
    ]
    if fitzpatrick >= FITZPATRICK_FINE_ONLY_FROM:
        bounds.append(Bound(f"Fitzpatrick {ROMAN[fitzpatrick - 1]}", WHOLE._replace(grits=up_to(Grit.FINE)), FITZPATRICK_SOURCE))
    return tuple(bounds)


def fitzpatrick_scale(fitzpatrick: int) -> Scale:
    """Return the factor of a Fitzpatrick type."""
    number = FITZPATRICK_PERMILLE[fitzpatrick]
    return Scale(f"Fitzpatrick {ROMAN[fitzpatrick - 1]}", number.value, number.sourced, number.source)


FIRST_SCALE: Final = Scale("first treatment or new grit", FIRST_PERMILLE.value, FIRST_PERMILLE.sourced, FIRST_PERMILLE.source)


def skin(situation: Situation) -> Found:
    """Bound by the row of the table, and scale by the Fitzpatrick type."""
    return (*skin_bounds(situation.row, situation.fitzpatrick), fitzpatrick_scale(situation.fitzpatrick))


def first_or_new_grit(situation: Situation) -> Found:
    """Take the first-treatment factor and one pass while this grit is new to this skin."""
    if situation.same_grit:
        return ()
    return (FIRST_SCALE, Bound(FIRST_SCALE.rule, WHOLE._replace(passes=FIRST_PASSES), FIRST_SCALE.source))


def tip(situation: Situation) -> Found:
    """Refuse a tip that is missing, unknown, not the one that was asked for, or too coarse for the skin."""
    grit, asked = situation.grit, situation.request.grit
    if grit is None:
        return (_tip_unknown(situation.wand.tip_um),)
    if asked is not None and asked is not grit:
        return (
            Refusal(
                "grit-not-on-wand",
                "the tip on the wand",
                f"You asked for the {asked.value} tip, and the wand reads the {grit.value} one.",
                "the wand's tip contact",
                f"Put the {asked.value} tip on, or leave --grit out.",
            ),
        )
    bounds = [bound for bound in skin_bounds(situation.row, situation.fitzpatrick) if grit not in bound.limits.grits]
    if not bounds:
        return ()
    coarsest = min((max(bound.limits.grits, key=GRIT_ORDER.index) for bound in bounds), key=GRIT_ORDER.index)
    return (
        Refusal(
            "grit-too-coarse",
            bounds[0].rule,
            f"The {grit.value} tip is too coarse for this skin ({' and '.join(b.rule for b in bounds)}).",
            bounds[0].source,
            f"Put on the {coarsest.value} tip or a finer one; 'microderm limits' shows what is allowed.",
        ),
    )


def _tip_unknown(size_um: int | None) -> Refusal:
    if is_size(size_um):
        return Refusal(
            "tip-too-coarse",
            "the tip on the wand",
            f"The tip has diamonds of {size_um} um; nothing coarser than 150 um is used.",
            GRIT_SOURCE,
            "Put on a tip of at most 150 um; 'microderm limits' shows which.",
        )
    return Refusal(
        "tip-unknown",
        "the tip on the wand",
        "The wand reads no tip, or one that it does not know.",
        "the wand's tip contact",
        "Push the tip on until it clicks, then 'microderm info' shows what is read.",
    )


def depth(situation: Situation) -> Found:
    """Bound passes by the depth that is wished, and refuse a tip that is coarser than it."""
    wish, grit = situation.request.depth, situation.grit
    if wish is None or grit is None:
        return ()
    if grit not in up_to(DEPTH_COARSEST[wish]):
        return (
            Refusal(
                "depth-grit",
                "the depth that you chose",
                f"A {wish.value} treatment takes the {DEPTH_COARSEST[wish].value} tip or a finer one, and the {grit.value} one is on.",
                "our own choice",
                f"Put on the {DEPTH_COARSEST[wish].value} tip, or leave --depth out.",
            ),
        )
    return (Bound(f"depth: {wish.value}", WHOLE._replace(passes=DEPTH_PASSES[wish]), "the person's own wish"),)


def zones(situation: Situation) -> Found:
    """Refuse zones that are never treated, and those that do not go with what is begun."""
    request = situation.request
    if request.kind is Kind.PATCH_TEST:
        return _patch_sites(situation)
    found = [
        Refusal(
            "zone-forbidden",
            "zones that are never treated",
            f"The {join_labels((zone,))} is never treated: {FORBIDDEN[zone]}.",
            "https://www.manualsdir.com/manuals/531103/philips-visacare-mikrodermabrasion.html?page=8 (eyes); the others our own choice",
            "Leave it out; 'microderm limits' lists the zones.",
            zones=(zone,),
        )
        for zone in request.zones
        if zone in FORBIDDEN
    ]
    found += [
        Refusal(
            "zone-only-for-patch-test",
            "zones of a patch test",
            f"The {join_labels((zone,))} is only for the patch test.",
            "our own choice",
            "Choose arm, neck_left or neck_right instead.",
            zones=(zone,),
        )
        for zone in request.zones
        if zone in PATCH_SITES
    ]
    unknown = tuple(zone for zone in request.zones if zone not in ALL_ZONES and zone not in FORBIDDEN)
    if unknown or (not request.zones and request.kind is Kind.TREATMENT):
        found.append(
            Refusal(
                "zone-missing",
                "zones",
                "No zone was chosen, or one that is not known.",
                "the table of zones",
                "Name one with --zone; 'microderm limits' lists them.",
                zones=unknown,
            )
        )
    return tuple(found)


def _patch_sites(situation: Situation) -> Found:
    sites = situation.request.zones
    wrong = tuple(zone for zone in sites if zone not in PATCH_SITES)
    if len(sites) == 1 and not wrong:
        return ()
    return (
        Refusal(
            "patch-site",
            "where a patch test is made",
            "A patch test is made on the inner forearm or on the side of the neck.",
            "Beurer FC 76 manual, p. 18 (neck)",
            "Choose inner_forearm or neck_side.",
            zones=wrong,
        ),
    )
