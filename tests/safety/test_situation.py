"""What the rules look at: which time is now, which treatments count, which profile holds, what belongs together."""

from itertools import permutations
from typing import Any, Final

import pytest

from microderm_ctl.safety import (
    Aftermath,
    ClockFix,
    Ending,
    Grit,
    History,
    Kind,
    LedgerEntry,
    PastZone,
    Patch,
    PatchResult,
    Person,
    ProfessionalPlan,
    ProfileEdit,
    Skin,
    Treatment,
    Zone,
    fixes_for,
    profile_in_force,
)
from microderm_ctl.safety.situation import Situation, floor_days, grit_of_um, is_clean, look_at, recorded_times
from tests.safety.people import BORN, DAY, HOUR, NOW, ask, history, judge, past, patch_request, person, wand

WHO: Final = person()
STRANGER: Final = "ffffffff"


def seen(
    past_of: History, now_s: int = NOW, kind: Kind = Kind.TREATMENT, ledger: tuple[LedgerEntry, ...] = (), grit: Grit = Grit.FINE
) -> Situation:
    """Return what the rules see of a history."""
    return look_at(ask()._replace(kind=kind, zones=()), WHO, wand(grit)._replace(ledger=ledger), past_of, now_s)


@pytest.mark.parametrize(
    ("skin", "fitzpatrick", "days"),
    [
        (Skin.OILY, 1, 7),
        (Skin.OILY, 3, 7),
        (Skin.OILY, 4, 14),
        (Skin.OILY, 5, 14),
        (Skin.OILY, 6, 14),
        (Skin.DRY, 1, 14),
        (Skin.DRY, 6, 14),
    ],
)
def test_the_days_that_no_plan_goes_under(skin: Skin, fitzpatrick: int, days: int) -> None:
    assert floor_days(skin, fitzpatrick) == days
    assert look_at(ask(), person(skin, fitzpatrick), wand(), History(), NOW).floor_days == days


@pytest.mark.parametrize(("size_um", "grit"), [(-1, None), (0, None), (1, Grit.FINE), (2, Grit.FINE), (150, Grit.COARSE), (200, None)])
def test_a_tip_has_a_size_of_a_micrometre_at_least(size_um: int, grit: Grit | None) -> None:
    assert grit_of_um(size_um) is grit


@pytest.mark.parametrize(
    ("at_s", "now_s"), [(NOW - DAY, NOW), (NOW + 1, NOW + 1), (NOW + DAY - 1, NOW + DAY - 1), (NOW + DAY, NOW + DAY), (NOW + DAY + 1, NOW)]
)
def test_now_is_the_latest_of_clock_and_records(at_s: int, now_s: int) -> None:
    """What lies over a day ahead is a mistake and moves nothing; a rule refuses it."""
    found = seen(history(WHO, past(0)._replace(at_s=at_s)))
    assert (found.now_s, found.clock_s) == (now_s, NOW)
    assert seen(history(WHO), ledger=(LedgerEntry(at_s, WHO.tag, 60_000),)).now_s == now_s


def test_every_written_time_is_looked_at() -> None:
    """Begin and end of treatments, patch tests and their results, edits, and the ledger's entries but those of others here."""
    treatments = (Treatment(1, 0, ended_at_s=2), Treatment(3, 0))
    patches = (Patch(4, None, 5), Patch(6))
    before = History(treatments, patches, (ProfileEdit(7, WHO),), own_tags=(WHO.tag, "0b0b0b0b", "00000001"))
    ledger = (
        LedgerEntry(8, WHO.tag, 0),
        LedgerEntry(10, STRANGER, 60_000),
        *(LedgerEntry(9, tag, 60_000) for tag in ("0b0b0b0b", "00000001")),
    )
    assert sorted(recorded_times(before, wand()._replace(ledger=ledger), WHO)) == [1, 2, 3, 4, 5, 6, 7, 8, 10]


@pytest.mark.parametrize(("own_ms", "counts"), [(0, True), (9_999, True), (10_000, False), (60_000, False)])
def test_a_strangers_entry_counts_until_there_is_an_own_treatment(own_ms: int, counts: bool) -> None:
    ledger = (LedgerEntry(NOW - 50 * DAY, WHO.tag, own_ms), LedgerEntry(NOW - 40 * DAY, STRANGER, 60_000))
    assert (NOW - 40 * DAY in seen(history(WHO), ledger=ledger).counted_s) is counts


@pytest.mark.parametrize(("apart_s", "count"), [(-1_801, 2), (-1_800, 1), (0, 1), (1_800, 1), (1_801, 2)])
def test_a_record_and_a_ledger_entry_within_half_an_hour_are_one_treatment(apart_s: int, count: int) -> None:
    at_s = NOW - 40 * DAY
    found = seen(history(WHO, past(40)), ledger=(LedgerEntry(at_s + apart_s, WHO.tag, 60_000),))
    assert found.counted_s == tuple(sorted({at_s, at_s + apart_s}) if count == 2 else [at_s])


@pytest.mark.parametrize(("sealed_ms", "counts"), [(9_999, False), (10_000, True)])
def test_a_ledger_entry_counts_from_ten_seconds(sealed_ms: int, counts: bool) -> None:
    """And a record that does not count hides none that does."""
    before = history(WHO, past(40)._replace(sealed_ms=5_000))
    assert bool(seen(before, ledger=(LedgerEntry(NOW - 40 * DAY, WHO.tag, sealed_ms),)).counted_s) is counts


def test_what_counts_is_told_from_the_oldest_on() -> None:
    found = seen(history(WHO, past(10), past(70)), ledger=(LedgerEntry(NOW - 40 * DAY, WHO.tag, 60_000),))
    assert found.counted_s == (NOW - 70 * DAY, NOW - 40 * DAY, NOW - 10 * DAY)
    assert [known.at_s for known in found.treatments] == [NOW - 70 * DAY, NOW - 10 * DAY]


@pytest.mark.parametrize("grit", Grit)
def test_only_treatments_with_this_grit_make_it_known(grit: Grit) -> None:
    treatments = [past(90, Grit.FINE), past(60, Grit.MEDIUM), past(30, Grit.COARSE), past(20)._replace(grit=None)]
    assert [known.grit for known in seen(history(WHO, *treatments), grit=grit).same_grit] == [grit]


@pytest.mark.parametrize(
    ("after_s", "sealed_ms", "is_known"), [(1, 60_000, True), (0, 60_000, False), (-1, 60_000, False), (1, 9_999, False)]
)
def test_a_grit_is_known_by_what_counted_since_the_profile_began(after_s: int, sealed_ms: int, is_known: bool) -> None:
    found = seen(history(WHO, past(0)._replace(at_s=BORN + after_s, sealed_ms=sealed_ms)))
    assert bool(found.same_grit) is is_known
    assert found.first is not is_known


def test_without_a_kept_profile_every_treatment_makes_its_grit_known() -> None:
    assert seen(History((past(60),))).same_grit == (past(60),)


@pytest.mark.parametrize("is_first", [True, False])
def test_a_patch_test_says_whether_treatments_were_before(is_first: bool) -> None:
    plan = judge(patch_request(), WHO, history(WHO) if is_first else history(WHO, past(60))).plan
    assert plan is not None
    assert plan.first is is_first


def held(
    *edits: tuple[int, Person], patch: Patch | None = None, now_s: int = NOW, who: Person | None = None
) -> tuple[Person, int | None, bool]:
    """Return which profile is in force after some edits; the person is as last edited if not given."""
    profiles = tuple(ProfileEdit(at_s, edited) for at_s, edited in edits)
    before = History((), () if patch is None else (patch,), profiles)
    return profile_in_force(who or max(profiles, key=lambda edit: edit.at_s).person, before, now_s)


def clean(at_s: int) -> Patch:
    """Return a patch test that was clean a day later."""
    return Patch(at_s, PatchResult.CLEAN, at_s + DAY)


DRY, OILY = person(Skin.DRY), person(Skin.OILY)


def test_who_never_saved_a_profile_waits_for_nothing() -> None:
    assert profile_in_force(WHO, History(), NOW) == (WHO, None, False)


@pytest.mark.parametrize(("patch_s", "opens"), [(NOW - 10 * DAY - 1, False), (NOW - 10 * DAY, True), (NOW - 10 * DAY + 1, True)])
def test_a_wider_edit_holds_after_a_clean_patch_test_made_since(patch_s: int, opens: bool) -> None:
    wider = (NOW - 10 * DAY, OILY)
    for edits in permutations([(BORN, DRY), wider]):
        assert held(*edits, patch=clean(patch_s)) == ((OILY, NOW - 10 * DAY, False) if opens else (DRY, BORN, True))


@pytest.mark.parametrize("patch", [Patch(NOW - 2 * DAY), Patch(NOW - 2 * DAY, PatchResult.RED, NOW - DAY), clean(NOW - DAY // 2)])
def test_a_patch_test_that_is_not_clean_opens_no_wider_edit(patch: Patch) -> None:
    """Not looked at, red, or not yet a day old."""
    assert held((BORN, DRY), (NOW - 10 * DAY, OILY), patch=patch) == (DRY, BORN, True)


def test_an_edit_that_does_not_widen_begins_nothing_anew() -> None:
    """Nor does a patch test made after it: what was done before still counts."""
    assert held((BORN, OILY), (NOW - 9 * DAY, DRY), patch=clean(NOW - 5 * DAY)) == (DRY, BORN, False)
    older = DRY._replace(age_years=44)
    assert held((BORN, DRY), (NOW - 9 * DAY, older)) == (older, BORN, False)


def test_a_narrower_edit_holds_at_once_and_ends_the_waiting() -> None:
    assert held((BORN, OILY), (NOW - DAY, DRY)) == (DRY, BORN, False)
    assert held((BORN, DRY), (NOW - 9 * DAY, OILY), (NOW - DAY, DRY)) == (DRY, BORN, False)


@pytest.mark.parametrize("patch_s", [BORN + HOUR, NOW - 2 * DAY])
def test_an_edit_that_was_not_kept_counts_as_made_after_all_that_was(patch_s: int) -> None:
    """Whatever patch test there was is older, even where the last edit was written down with a clock that ran ahead."""
    assert held((BORN, DRY), who=OILY, patch=clean(patch_s)) == (DRY, BORN, True)
    assert held((BORN, DRY), (NOW + HOUR, DRY), who=OILY, patch=clean(NOW), now_s=NOW + DAY // 2) == (DRY, BORN, True)


def test_a_wand_that_gives_a_person_another_tag_edits_nothing() -> None:
    assert held((BORN, DRY), who=DRY._replace(tag="0000000f")) == (DRY._replace(tag="0000000f"), BORN, False)


@pytest.mark.parametrize(
    ("result", "said_after_s", "looked_after_s", "is_it"),
    [
        (PatchResult.CLEAN, DAY, DAY, True),
        (PatchResult.CLEAN, DAY + 1, DAY + 1, True),
        (PatchResult.CLEAN, DAY - 1, DAY + 1, False),
        (PatchResult.CLEAN, DAY, DAY - 1, False),
        (PatchResult.CLEAN, None, DAY, False),
        (PatchResult.RED, DAY, DAY, False),
        (None, None, DAY, False),
        (None, DAY, DAY, False),
    ],
)
def test_a_patch_test_is_clean_when_it_was_looked_at_a_day_later(
    result: PatchResult | None, said_after_s: int | None, looked_after_s: int, is_it: bool
) -> None:
    said_s = None if said_after_s is None else NOW + said_after_s
    assert is_clean(Patch(NOW, result, said_s), NOW + looked_after_s) is is_it


AHEAD: Final = NOW + 400 * DAY


def test_who_says_that_the_clock_is_right_confirms_each_time_ahead_once() -> None:
    """A day ahead needs no confirmation; what was confirmed is not asked again."""
    treatments = (Treatment(AHEAD, 0, ended_at_s=AHEAD + 9), Treatment(AHEAD, 1), Treatment(NOW + DAY, 0), Treatment(NOW + DAY + 1, 0))
    wanted = (ClockFix(NOW + DAY + 1, NOW), ClockFix(AHEAD, NOW), ClockFix(AHEAD + 9, NOW))
    before = History(treatments)
    assert fixes_for(before, wand(), WHO, NOW) == wanted
    assert fixes_for(before._replace(clock_fixes=wanted), wand(), WHO, NOW) == ()


def test_a_confirmed_time_counts_as_made_then_wherever_it_stands() -> None:
    def all_at(at_s: int) -> tuple[History, tuple[LedgerEntry, ...]]:
        treatments = (Treatment(at_s, 60_000, Grit.FINE, Ending.DONE, None, (), at_s, at_s),)
        found = History(treatments, (Patch(at_s, PatchResult.CLEAN, at_s),), (ProfileEdit(at_s, WHO),), own_tags=(WHO.tag,))
        return found, (LedgerEntry(at_s, WHO.tag, 60_000),)

    fixes = (ClockFix(AHEAD, NOW - 5),)
    wrong, wrong_ledger = all_at(AHEAD)
    right, right_ledger = all_at(NOW - 5)
    found = seen(wrong._replace(clock_fixes=fixes), ledger=wrong_ledger)
    assert found.history == right._replace(clock_fixes=fixes)
    assert found.wand.ledger == right_ledger
    assert found.treatments == right.treatments
    assert (found.now_s, found.counted_s) == (NOW, (NOW - 5,))


@pytest.mark.parametrize(
    ("name", "made_s", "expires_s", "is_used"),
    [
        ("Dr. Example", NOW, NOW + 1, True),
        ("Dr. Example", NOW - 1, NOW + 1, True),
        ("Dr. Example", NOW + 1, NOW + 2, False),
        ("Dr. Example", NOW - 1, NOW, False),
        ("Dr. Example", NOW - 2, NOW - 1, False),
        ("  ", NOW - 1, NOW + 1, False),
        ("", NOW - 1, NOW + 1, False),
    ],
)
def test_a_plan_is_used_from_its_date_until_it_expires(name: str, made_s: int, expires_s: int, is_used: bool) -> None:
    plan = ProfessionalPlan(name, made_s, expires_s)
    assert seen(history(WHO)._replace(plan=plan)).plan == (plan if is_used else None)


def test_no_plan_is_no_plan() -> None:
    assert seen(history(WHO)).plan is None


def test_without_a_wrong_clock_a_history_is_looked_at_as_it_is() -> None:
    """Nothing is copied where nothing is put right: a decision after a thousand treatments must not take longer for it."""
    known = history(WHO, *(past(days) for days in range(300, 0, -30)))
    found = seen(known)
    assert found.history is known
    assert all(one is other for one, other in zip(found.treatments, known.treatments, strict=True))


@pytest.mark.parametrize(
    "other",
    [
        {"sealed_ms": 130_000},
        {"grit": Grit.MEDIUM},
        {"ending": Ending.INTERRUPTED},
        {"aftermath": Aftermath.RED_OVER_24_H},
        {"zones": (PastZone(Zone.NOSE, 1, 1, True),)},
        {"ended_at_s": NOW - DAY},
        {"finishes_at_s": NOW - 3 * DAY},
    ],
)
def test_what_happened_in_the_same_second_is_seen_in_one_order(other: dict[str, Any]) -> None:
    """However a history is handed over, and whatever tells two of its treatments apart."""
    one = past(2)._replace(finishes_at_s=NOW - 4 * DAY)
    two = one._replace(**other)
    assert seen(history(WHO, one, two)).treatments == seen(history(WHO, two, one)).treatments
