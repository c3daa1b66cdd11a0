"""The decision, with more and more of a history behind it."""

from collections.abc import Callable
from typing import Final

from microderm_ctl.safety import (
    Aftermath,
    Ending,
    Grit,
    History,
    PastZone,
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
from tests.benchmarks.figures import Row
from tests.benchmarks.measure import cpu_us, in_turn

NOW_S: Final = 1_780_000_000
DAY_S: Final = 86_400
BETWEEN_DAYS: Final = 28
PAUSE_DAYS: Final = 100
OF_THIS_COURSE: Final = 3
LONG_AGO_DAYS: Final = 15
"""More often than the rules allow, so that a thousand fit behind one person's life."""
LENGTHS: Final = (10, 100, 1_000)
MOST_MS: Final = 5
CALLS: Final = 10
PERSON: Final = Person(Skin.NORMAL, Thickness.NORMAL, 2, 35, "0000abcd")
ZONES: Final = (Zone.FOREHEAD, Zone.NOSE, Zone.CHEEK_LEFT, Zone.CHEEK_RIGHT, Zone.CHIN)


def a_history(treatments: int) -> History:
    """Return the history of a person who came every 15 days, then rested as long as the rules want, and is in the middle of a course."""
    past, at_s = [], NOW_S
    for place in range(treatments):
        at_s -= (PAUSE_DAYS if place == OF_THIS_COURSE else BETWEEN_DAYS if place < OF_THIS_COURSE else LONG_AGO_DAYS) * DAY_S
        zones = tuple(PastZone(zone, 40_000, 40, True) for zone in ZONES)
        past.append(Treatment(at_s, 200_000, Grit.FINE, Ending.DONE, Aftermath.FINE, zones))
    began_s = at_s - 10 * DAY_S
    patch = Patch(began_s + 3_600, PatchResult.CLEAN, began_s + 2 * DAY_S)
    return History(tuple(reversed(past)), (patch,), (ProfileEdit(began_s, PERSON),), own_tags=(PERSON.tag,))


def a_wand() -> WandState:
    """Return a wand that was calibrated a month ago, with a fine tip on."""
    return WandState(tip_um=106, calibrated_at_s=NOW_S - 30 * DAY_S)


def rules(rounds: int) -> Row:
    """Measure a decision over histories of several lengths."""
    row, request = Row("rules"), Request(ZONES, all_no(NOW_S))
    for length in LENGTHS:
        if decide(request, PERSON, a_wand(), a_history(length), NOW_S).plan is None:
            raise RuntimeError(f"after {length} treatments nothing is allowed")

    def decision(history: History) -> Callable[[], object]:
        return lambda: decide(request, PERSON, a_wand(), history, NOW_S)

    taken = in_turn({f"{length}": cpu_us(decision(a_history(length)), CALLS) for length in LENGTHS}, rounds)
    for length in LENGTHS:
        row.within(f"a decision after {length:,} treatments", "ms", [one / 1000 for one in taken[f"{length}"]], MOST_MS)
    row.versus(f"a decision after {LENGTHS[-1]:,} treatments", "us", taken[f"{LENGTHS[-1]}"], f"after {LENGTHS[0]}", taken[f"{LENGTHS[0]}"])
    return row
