"""People, wands and histories that the tests of the rules begin from."""

from typing import Final

from microderm_ctl.safety import (
    Aftermath,
    Decision,
    Ending,
    Grit,
    History,
    Kind,
    Patch,
    PatchResult,
    Person,
    ProfileEdit,
    Request,
    Skin,
    Thickness,
    Treatment,
    WandState,
    Zone,
    all_no,
    decide,
)

NOW: Final = 1_800_000_000
HOUR: Final = 3_600
DAY: Final = 24 * HOUR
BORN: Final = NOW - 900 * DAY
TIP_UM: Final = {Grit.FINE: 106, Grit.MEDIUM: 125, Grit.COARSE: 150}


def person(skin: Skin = Skin.NORMAL, fitzpatrick: int = 2, age_years: int = 30) -> Person:
    """Return somebody about whom everything is known."""
    return Person(skin, Thickness.NORMAL, fitzpatrick, age_years, "0a0b0c0d")


def wand(grit: Grit = Grit.FINE) -> WandState:
    """Return a wand that was calibrated a month ago."""
    return WandState(TIP_UM[grit], NOW - 30 * DAY)


def past(days_ago: int, grit: Grit = Grit.FINE, aftermath: Aftermath | None = Aftermath.FINE) -> Treatment:
    """Return a treatment that went well."""
    return Treatment(NOW - days_ago * DAY, 120_000, grit, Ending.DONE, aftermath)


def history(who: Person, *treatments: Treatment) -> History:
    """Return a history that begins with the person's profile and a clean patch test."""
    patch = Patch(BORN + HOUR, PatchResult.CLEAN, BORN + 26 * HOUR)
    return History(treatments, (patch,), (ProfileEdit(BORN, who),), own_tags=(who.tag,))


def ask(*zones: Zone, at_s: int = NOW) -> Request:
    """Return a request with today's answers, none of which closes anything."""
    return Request(zones or (Zone.FOREHEAD,), all_no(at_s))


def patch_request(at_s: int = NOW) -> Request:
    """Return a request for a patch test."""
    return ask(Zone.INNER_FOREARM, at_s=at_s)._replace(kind=Kind.PATCH_TEST)


def codes(decision: Decision) -> set[str]:
    """Return the codes of all refusals."""
    return {refusal.code for refusal in decision.refusals}


def judge(request: Request, who: Person, past_of: History, now_s: int = NOW, on: WandState | None = None) -> Decision:
    """Return the decision for a person with a wand that is in order at that time."""
    return decide(request, who, on or WandState(106, now_s - 30 * DAY), past_of, now_s)
