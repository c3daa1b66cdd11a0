"""An interrupted treatment and what finished it are one; and which zones are still open."""

from itertools import permutations, product
from typing import Any, Final

import pytest

from microderm_ctl.safety import Aftermath, Ending, Grit, History, Kind, PastZone, Treatment, Zone
from microderm_ctl.safety.situation import asked_zones, look_at
from tests.safety.people import NOW, ask, person, wand

T: Final = NOW - 3_000
BEGUN: Final = Treatment(
    T,
    30_000,
    Grit.FINE,
    Ending.INTERRUPTED,
    None,
    (PastZone(Zone.NOSE, 20_000, 30, False), PastZone(Zone.CHIN, 10_000, 30, False), PastZone(Zone.LEG, 5_000, 120, False)),
    T + 200,
)


def part(at_s: int = T + 600, finishes_at_s: int = T, **changes: Any) -> Treatment:
    """Return what finished a treatment."""
    zones = (PastZone(Zone.NOSE, 10_000, 10, True), PastZone(Zone.CHIN, 5_000, 20, False))
    return Treatment(at_s, 15_000, Grit.FINE, Ending.DONE, None, zones, at_s + 100, finishes_at_s)._replace(**changes)


def whole(*treatments: Treatment) -> tuple[Treatment, ...]:
    """Return the treatments as the rules see them; the order of the records must not matter."""
    found = {look_at(ask(), person(), wand(), History(order), NOW).treatments for order in permutations(treatments)}
    assert len(found) == 1
    return found.pop()


def test_what_finished_a_treatment_is_added_to_it() -> None:
    """Sealed time adds up, a zone is done when either part did it; begin and end stay those of the first part."""
    zones = (PastZone(Zone.NOSE, 30_000, 30, True), PastZone(Zone.CHIN, 15_000, 30, False), PastZone(Zone.LEG, 5_000, 120, False))
    assert whole(BEGUN, part()) == (BEGUN._replace(sealed_ms=45_000, ending=Ending.DONE, zones=zones),)


def test_a_zone_that_was_done_stays_done() -> None:
    done = BEGUN._replace(zones=(PastZone(Zone.CHIN, 30_000, 30, True),))
    (found,) = whole(done, part())
    assert found.zones == (PastZone(Zone.CHIN, 35_000, 30, True),)


def test_a_part_of_the_same_second_is_added_too() -> None:
    """However the two are written down."""
    (found,) = whole(BEGUN, part(T))
    assert (found.at_s, found.sealed_ms, found.ended_at_s) == (T, 45_000, T + 200)


def test_a_treatment_is_finished_in_several_parts() -> None:
    """The last part says how it ended."""
    (found,) = whole(BEGUN, part(T + 600, ending=Ending.INTERRUPTED), part(T + 900))
    assert (found.sealed_ms, found.ending) == (60_000, Ending.DONE)


def test_parts_follow_each_other_by_their_times() -> None:
    """As numbers, also where one has a digit more."""
    early = BEGUN._replace(at_s=999_999_000)
    parts = part(999_999_500, 999_999_000, ending=Ending.INTERRUPTED), part(1_000_000_100, 999_999_000)
    (found,) = whole(early, *parts)
    assert found.ending is Ending.DONE


def test_two_parts_of_the_same_second_end_in_one_way() -> None:
    """Which of them is the last is open; that it is the same one each time is not."""
    (found,) = whole(BEGUN, part(ending=Ending.INTERRUPTED), part(ending=Ending.DONE))
    assert found.sealed_ms == 60_000


def test_a_part_goes_to_one_of_two_treatments_of_the_same_second() -> None:
    """The two stay two, for a wand and a record may each have one; the one that sorts last has the part."""
    short, long = BEGUN._replace(sealed_ms=20_000, zones=()), BEGUN._replace(sealed_ms=70_000, zones=())
    found = whole(short, long, part())
    assert [known.sealed_ms for known in found] == [20_000, 85_000]


@pytest.mark.parametrize("apart_s", [-77, -1, 1, 77])
def test_a_part_of_nothing_that_is_known_is_a_treatment_of_its_own(apart_s: int) -> None:
    lost = part(finishes_at_s=T + apart_s)
    assert whole(BEGUN, lost) == (BEGUN, lost)


@pytest.mark.parametrize(("one", "other"), list(product([None, *Aftermath], repeat=2)))
def test_the_worse_of_what_two_parts_did_is_kept(one: Aftermath | None, other: Aftermath | None) -> None:
    order = [None, Aftermath.FINE, Aftermath.RED_OVER_24_H, Aftermath.DARK_MARK]
    (found,) = whole(BEGUN._replace(aftermath=one), part(aftermath=other))
    assert found.aftermath is order[max(order.index(one), order.index(other))]


def asked(kind: Kind, zones: tuple[Zone, ...], *treatments: Treatment) -> tuple[Zone, ...]:
    """Return the zones that are to be treated."""
    return asked_zones(look_at(ask()._replace(kind=kind, zones=zones), person(), wand(), History(treatments), NOW))


def test_a_treatment_has_the_zones_that_were_asked_for() -> None:
    assert asked(Kind.TREATMENT, (Zone.NOSE, Zone.ARM), BEGUN) == (Zone.NOSE, Zone.ARM)


@pytest.mark.parametrize(
    ("zones", "left"),
    [
        ((), (Zone.CHIN, Zone.LEG)),
        ((Zone.LEG,), (Zone.LEG,)),
        ((Zone.LEG, Zone.CHIN, Zone.ARM), (Zone.CHIN, Zone.LEG)),
        ((Zone.NOSE,), ()),
    ],
)
def test_finishing_takes_those_of_the_open_zones_that_are_asked_for(zones: tuple[Zone, ...], left: tuple[Zone, ...]) -> None:
    """All of them where none is named; what is done stays done."""
    again = whole(BEGUN, part())[0]._replace(ending=Ending.INTERRUPTED)
    assert asked(Kind.FINISH, zones, again) == left


@pytest.mark.parametrize("treatments", [(), (BEGUN._replace(ending=Ending.DONE),), (BEGUN, part())])
def test_where_nothing_was_interrupted_nothing_is_left(treatments: tuple[Treatment, ...]) -> None:
    assert asked(Kind.FINISH, (), *treatments) == ()
    assert asked(Kind.FINISH, (Zone.NOSE,), *treatments) == ()


def test_only_the_last_treatment_can_be_finished() -> None:
    """And only when finishing is asked for."""
    older = BEGUN._replace(at_s=T - 5_000)
    found = look_at(ask()._replace(kind=Kind.FINISH), person(), wand(), History((BEGUN, older)), NOW)
    assert found.target == BEGUN
    assert look_at(ask(), person(), wand(), History((BEGUN,)), NOW).target is None
    done = BEGUN._replace(at_s=T + 1, ending=Ending.DONE)
    assert look_at(ask()._replace(kind=Kind.FINISH), person(), wand(), History((BEGUN, done)), NOW).target is None
