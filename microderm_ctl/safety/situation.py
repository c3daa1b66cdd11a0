"""What the rules look at: the request beside a history in which times are right and parts belong together."""

from typing import Final, NamedTuple, TypeGuard, TypeVar

from .evidence import (
    AHEAD_S,
    COUNTS_FROM_MS,
    FITZPATRICK_FLOOR_DAYS,
    FITZPATRICK_LONG_INTERVAL_FROM,
    FLOOR_DAYS,
    GRIT_UP_TO_UM,
    PATCH_WAIT_S,
)
from .skin import Person, Skin, fitzpatrick_of, narrower, row_of, widens
from .values import (
    Aftermath,
    ClockFix,
    Ending,
    Grit,
    History,
    Kind,
    LedgerEntry,
    Patch,
    PatchResult,
    ProfessionalPlan,
    ProfileEdit,
    Request,
    Treatment,
    WandState,
)
from .zones import Zone

_TimeS = TypeVar("_TimeS", int, int | None)
_SAME_S = 30 * 60
"""A ledger entry this close to a record is the same treatment: none lasts longer."""
_WORSE: Final = (None, Aftermath.FINE, Aftermath.RED_OVER_24_H, Aftermath.DARK_MARK)
"""How the skin was afterwards, from what says least to the worst."""


class Profile(NamedTuple):
    """The profile in force, since when it counts as new, and whether a wider edit still waits for its patch test."""

    person: Person
    since_s: int | None
    waiting: bool


class Situation(NamedTuple):
    """All that a rule may look at. ``now_s`` is the latest of clock, records and ledger; ``clock_s`` the clock alone.

    ``treatments`` are whole ones with their parts merged, oldest first; ``counted_s`` the times of
    all that count, from records and ledger; ``same_grit`` those with this grit since the profile
    began; ``target`` the interrupted one that is to be finished.
    """

    request: Request
    wand: WandState
    history: History
    person: Person
    profile: Profile
    row: Skin
    fitzpatrick: int
    grit: Grit | None
    clock_s: int
    now_s: int
    treatments: tuple[Treatment, ...]
    counted_s: tuple[int, ...]
    same_grit: tuple[Treatment, ...]
    first: bool
    target: Treatment | None
    plan: ProfessionalPlan | None

    @property
    def floor_days(self) -> int:
        """Days that no plan goes under for this person."""
        return floor_days(self.row, self.fitzpatrick)


def floor_days(row: Skin, fitzpatrick: int) -> int:
    """Return the least days between two treatments for a row and a Fitzpatrick type."""
    days = FLOOR_DAYS.of(row)
    return max(days, FITZPATRICK_FLOOR_DAYS.value) if fitzpatrick >= FITZPATRICK_LONG_INTERVAL_FROM else days


def is_size(size_um: int | None) -> TypeGuard[int]:
    """Say whether a wand reads the size of a tip at all; none or an unknown one has no size."""
    return size_um is not None and size_um > 0


def grit_of_um(size_um: int | None) -> Grit | None:
    """Return the grit of a diamond size in micrometres; None when it is unknown or coarser than 150 um."""
    if not is_size(size_um):
        return None
    return next((grit for up_to_um, grit in GRIT_UP_TO_UM if size_um <= up_to_um), None)


def look_at(request: Request, person: Person, wand: WandState, history: History, now_s: int) -> Situation:
    """Return the situation that the rules judge; ``now_s`` is the computer's clock."""
    whole = _whole(history)
    wand, history = _with_fixes(wand, history)
    recorded = recorded_times(history, wand, person)
    now = max([now_s, *(at_s for at_s in recorded if at_s <= now_s + AHEAD_S)])
    profile = profile_in_force(person, history, now)
    grit = grit_of_um(wand.tip_um)
    target = _target(request, whole)
    since = [
        known for known in whole if known is not target and _counts(known) and (profile.since_s is None or known.at_s > profile.since_s)
    ]
    counted = [*(known.at_s for known in whole if _counts(known)), *_unrecorded(history, wand, person)]
    return Situation(
        request=request,
        wand=wand,
        history=history,
        person=profile.person,
        profile=profile,
        row=row_of(profile.person),
        fitzpatrick=fitzpatrick_of(profile.person),
        grit=grit,
        clock_s=now_s,
        now_s=now,
        treatments=whole,
        counted_s=tuple(sorted(counted)),
        same_grit=tuple(known for known in since if known.grit == grit),
        first=not since,
        target=target,
        plan=_usable_plan(history.plan, now),
    )


def profile_in_force(person: Person, history: History, now_s: int) -> Profile:
    """Return the profile that holds now: a wider edit waits for a clean patch test made after it."""
    if not history.profiles:
        return Profile(person, None, False)
    created, *later = sorted(history.profiles, key=lambda edit: edit.at_s)
    held, since_s = created.person, created.at_s
    for edit in (*later, ProfileEdit(now_s, person)):  # what was not kept counts as made now
        if not widens(held, edit.person):
            held = edit.person
        elif any(patch.at_s >= edit.at_s and is_clean(patch, now_s) for patch in history.patches):
            held, since_s = edit.person, edit.at_s
        else:
            held = narrower(held, edit.person)
    return Profile(held._replace(tag=person.tag), since_s, widens(held, person))


def is_clean(patch: Patch, now_s: int) -> bool:
    """Say whether a patch test was found clean, and not before its 24 hours were over."""
    ready_s = patch.at_s + PATCH_WAIT_S
    said_late = patch.result_at_s is not None and patch.result_at_s >= ready_s
    return patch.result is PatchResult.CLEAN and said_late and now_s >= ready_s


def recorded_times(history: History, wand: WandState, person: Person) -> list[int]:
    """Return every time that was written down about a person, in seconds since 1970."""
    times = [
        *(known.at_s for known in history.treatments),
        *(patch.at_s for patch in history.patches),
        *(edit.at_s for edit in history.profiles),
    ]
    times += [known.ended_at_s for known in history.treatments if known.ended_at_s is not None]
    times += [patch.result_at_s for patch in history.patches if patch.result_at_s is not None]
    return times + [entry.at_s for entry in _entries(history, wand, person)]


def fixes_for(history: History, wand: WandState, person: Person, now_s: int) -> tuple[ClockFix, ...]:
    """Return what a person confirms who says that the clock is right: every time ahead of it counts as made now."""
    wand, history = _with_fixes(wand, history)
    ahead = {at_s for at_s in recorded_times(history, wand, person) if at_s > now_s + AHEAD_S}
    return tuple(ClockFix(at_s, now_s) for at_s in sorted(ahead))


def asked_zones(situation: Situation) -> tuple[Zone, ...]:
    """Return the zones that are to be treated: those asked for, or when finishing, those of them that are open."""
    target, asked = situation.target, situation.request.zones
    if situation.request.kind is not Kind.FINISH:
        return asked
    left = () if target is None else tuple(past.zone for past in target.zones if not past.completed)
    return tuple(zone for zone in left if not asked or zone in asked)


def _with_fixes(wand: WandState, history: History) -> tuple[WandState, History]:
    if not history.clock_fixes:
        return wand, history
    counts_as: dict[int | None, int] = {fix.recorded_at_s: fix.counts_as_s for fix in history.clock_fixes}

    def fixed(at_s: _TimeS) -> _TimeS:
        return counts_as.get(at_s, at_s)

    treatments = [
        known._replace(at_s=fixed(known.at_s), ended_at_s=fixed(known.ended_at_s), finishes_at_s=fixed(known.finishes_at_s))
        for known in history.treatments
    ]
    patches = [patch._replace(at_s=fixed(patch.at_s), result_at_s=fixed(patch.result_at_s)) for patch in history.patches]
    profiles = [edit._replace(at_s=fixed(edit.at_s)) for edit in history.profiles]
    ledger = [entry._replace(at_s=fixed(entry.at_s)) for entry in wand.ledger]
    history = history._replace(treatments=tuple(treatments), patches=tuple(patches), profiles=tuple(profiles))
    return wand._replace(ledger=tuple(ledger)), history


def _entries(history: History, wand: WandState, person: Person) -> list[LedgerEntry]:
    """Return the ledger entries that count for a person: their own, and until one of these is a treatment, those of nobody here."""
    own = [entry for entry in wand.ledger if entry.tag == person.tag]
    if any(entry.sealed_ms >= COUNTS_FROM_MS for entry in own):
        return own
    return own + [entry for entry in wand.ledger if entry.tag not in history.own_tags]


def _unrecorded(history: History, wand: WandState, person: Person) -> list[int]:
    known_s = [known.at_s for known in history.treatments if _counts(known)]
    counted = [entry.at_s for entry in _entries(history, wand, person) if entry.sealed_ms >= COUNTS_FROM_MS]
    return [at_s for at_s in counted if not any(abs(at_s - other) <= _SAME_S for other in known_s)]


def _counts(treatment: Treatment) -> bool:
    return treatment.sealed_ms >= COUNTS_FROM_MS


def _whole(history: History) -> tuple[Treatment, ...]:
    """Return whole treatments, oldest first: parts are brought together by their times as recorded, which fixes may make equal."""
    merged = _merged(history.treatments)
    _, fixed = _with_fixes(WandState(None, None), history._replace(treatments=merged))
    return tuple(sorted(fixed.treatments, key=lambda known: known.at_s))


def _merged(treatments: tuple[Treatment, ...]) -> tuple[Treatment, ...]:
    """Return treatments with what finished one added to it. Two of the same second stay two."""
    whole: list[Treatment] = []
    place_of: dict[int | None, int] = {}  # by time; of two of the same second the later one
    for part in sorted(treatments, key=_order):
        place = place_of.get(part.finishes_at_s)
        if place is not None:
            whole[place] = _joined(whole[place], part)
        else:
            place_of[part.at_s] = len(whole)
            whole.append(part)
    return tuple(whole)


def _order(known: Treatment) -> tuple[object, ...]:
    """Return what treatments are ordered by: time, a part after the whole ones of its second, then all else that may differ."""
    words = (known.grit, str(known.ending), str(known.aftermath), str(known.ended_at_s), str(known.finishes_at_s))
    return known.at_s, known.finishes_at_s is not None, known.sealed_ms, words, known.zones


def _joined(begun: Treatment, part: Treatment) -> Treatment:
    """Return a treatment with a part added; it keeps the end of its first part, from which the two hours run.

    What either part did to the skin is kept: the worse of the two.
    """
    later = {zone.zone: zone for zone in part.zones}
    zones = [
        zone._replace(sealed_ms=zone.sealed_ms + later[zone.zone].sealed_ms, completed=zone.completed or later[zone.zone].completed)
        if zone.zone in later
        else zone
        for zone in begun.zones
    ]
    aftermath = max(begun.aftermath, part.aftermath, key=_WORSE.index)
    return begun._replace(sealed_ms=begun.sealed_ms + part.sealed_ms, zones=tuple(zones), ending=part.ending, aftermath=aftermath)


def _target(request: Request, whole: tuple[Treatment, ...]) -> Treatment | None:
    if request.kind is not Kind.FINISH or not whole or whole[-1].ending is not Ending.INTERRUPTED:
        return None
    return whole[-1]


def _usable_plan(plan: ProfessionalPlan | None, now_s: int) -> ProfessionalPlan | None:
    """Return a professional's plan that has a name and is in date; any other is as if it were not there."""
    if plan is None or not plan.name.strip():
        return None
    return plan if plan.made_at_s <= now_s < plan.expires_at_s else None
