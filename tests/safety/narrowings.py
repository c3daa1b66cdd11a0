"""Cases that are mostly allowed, and one way after the other to make something in them more careful."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, cast

from hypothesis import strategies as st

from microderm_ctl.safety import (
    TODAY,
    TREATABLE,
    Aftermath,
    Answers,
    Decision,
    Depth,
    Ending,
    Grit,
    History,
    Kind,
    LedgerEntry,
    PastZone,
    Patch,
    PatchResult,
    Person,
    Plan,
    ProfessionalPlan,
    ProfileEdit,
    Request,
    Skin,
    Thickness,
    Treatment,
    WandState,
    Zone,
    all_no,
    decide,
    next_treatment_at_s,
)
from microderm_ctl.safety.decide import limits_in_force
from microderm_ctl.safety.questions import Answer
from microderm_ctl.safety.skin import CAREFUL_ORDER
from tests.safety import people, test_narrowing
from tests.safety.people import BORN, DAY, HOUR, NOW, TIP_UM

TOO_MUCH: Final = {"treatment-too-long", "too-many-zones"}
"""Refusals of how much was asked for at once, not of what; fewer seconds a zone may fit where more did not."""


class Case(NamedTuple):
    """All that a decision is made of."""

    request: Request
    person: Person
    wand: WandState
    history: History
    now_s: int = NOW

    def decide(self) -> Decision:
        return decide(*self)

    def next_s(self) -> int:
        return next_treatment_at_s(self.person, self.wand, self.history, self.now_s) or 0

    def with_zones(self, *zones: Zone) -> "Case":
        return self._replace(request=self.request._replace(zones=zones))

    def with_person(self, **changes: object) -> "Case":
        """Return the case of a person who always was another."""
        who = Person(**{**self.person._asdict(), **changes})
        profiles = tuple(edit._replace(person=who) if edit.person == self.person else edit for edit in self.history.profiles)
        return self._replace(person=who, history=self.history._replace(profiles=profiles))

    def with_wand(self, **changes: object) -> "Case":
        return self._replace(wand=WandState(**{**self.wand._asdict(), **changes}))

    def with_answer(self, name: str, value: str | None) -> "Case":
        values = {**self.request.answers.values, name: value}
        told = Answers({key: told for key, told in values.items() if told is not None}, self.request.answers.at_s)
        return self._replace(request=self.request._replace(answers=told))

    def with_treatments(self, treatments: list[Treatment]) -> "Case":
        return self._replace(history=self.history._replace(treatments=tuple(treatments)))


@st.composite
def treatments(draw: st.DrawFn) -> list[Treatment]:
    """Return treatments with each grit, with weeks between them, the last long enough ago."""
    gaps = draw(st.lists(st.integers(7, 120), max_size=4))
    days_ago = draw(st.integers(29, 100))
    made = []
    for gap in gaps:
        aftermath = draw(st.sampled_from([Aftermath.FINE, Aftermath.FINE, Aftermath.RED_OVER_24_H, None]))
        sealed_ms = draw(st.sampled_from([9_999, 10_000, 120_000]))
        made.append(people.past(days_ago, draw(st.sampled_from(Grit)), aftermath)._replace(sealed_ms=sealed_ms))
        days_ago += gap
    return made[::-1]


@st.composite
def cases(draw: st.DrawFn, kind: Kind = Kind.TREATMENT) -> Case:
    """Return a case that is mostly allowed: a known person, a good wand, a clean patch test, no condition."""
    who = people.person(draw(st.sampled_from(Skin)), draw(st.integers(1, 6)), draw(st.integers(18, 80)))
    asked = Request(
        tuple(draw(st.lists(st.sampled_from(TREATABLE), min_size=1, max_size=4, unique=True))),
        all_no(NOW),
        kind,
        level_pa=draw(st.none() | st.integers(5, 30).map(lambda halves: halves * 500)),
        depth=draw(st.none() | st.none() | st.sampled_from(Depth)),
        one_level=draw(st.none() | st.booleans()),
        up_to_cap=draw(st.sampled_from([True, True, False])),
    )
    grit = draw(st.sampled_from([Grit.FINE, Grit.FINE, Grit.MEDIUM, Grit.COARSE]))
    wand = WandState(TIP_UM[grit], NOW - draw(st.integers(0, 700)) * DAY, cap_least_pa=draw(st.sampled_from([2_500, 5_000])))
    history = people.history(who, *draw(treatments()))
    if draw(st.booleans()):
        days, length = draw(st.none() | st.integers(0, 70)), draw(st.none() | st.integers(1, 14))
        cleared = tuple(draw(st.lists(st.sampled_from([q.id for q in TODAY if q.doctor_first]), max_size=2)))
        history = history._replace(plan=ProfessionalPlan("Dr. A", NOW - 900 * DAY, NOW + DAY, days, length, cleared))
    return Case(asked, who, wand, history)


@st.composite
def interrupted(draw: st.DrawFn) -> Case:
    """Return a treatment that was interrupted within the last two hours, and is to be finished."""
    case = draw(cases(Kind.FINISH))
    grit = draw(st.sampled_from(Grit))
    chosen = draw(st.lists(st.sampled_from(TREATABLE), min_size=1, max_size=3, unique=True))
    zones = [PastZone(zone, draw(st.integers(0, 40_000)), draw(st.integers(1, 60)), draw(st.booleans())) for zone in chosen]
    ago_s, sealed_ms = draw(st.integers(1, 2 * HOUR)), sum(zone.sealed_ms for zone in zones)
    broken_off = Treatment(NOW - ago_s, sealed_ms, grit, Ending.INTERRUPTED, None, tuple(zones), NOW - ago_s + 60)
    case = case.with_wand(treatment_left_s=draw(st.integers(1, 300)), tip_um=TIP_UM[grit])
    return case.with_zones().with_treatments([*case.history.treatments, broken_off])


def wider_fields(narrow: Plan, wide: Plan) -> Iterator[str]:
    """Yield what of the first plan is wider than the second."""
    if narrow.treatment_s > wide.treatment_s:
        yield "treatment_s"
    allowed = {row.zone: row for row in wide.zones}
    for row in narrow.zones:
        other = allowed.get(row.zone)
        if other is None:
            yield f"{row.zone}"
            continue
        for name in ("level_pa", "cap_pa", "trip_pa", "seconds", "passes", "dwell_ms"):
            if getattr(row, name) > getattr(other, name):
                yield f"{row.zone}.{name}"


def wider(narrow: Case, wide: Case) -> list[str]:
    """Return what the first case allows and the second does not."""
    plan, other = narrow.decide().plan, wide.decide()
    if plan is None:
        return []
    if other.plan is not None:
        return list(wider_fields(plan, other.plan))
    codes = people.codes(other)
    if not codes <= TOO_MUCH:
        return sorted(codes)
    # Too much at once: then no zone by itself is wider, and the seconds are within what one treatment has.
    alone = [(narrow.with_zones(row.zone).decide().plan, wide.with_zones(row.zone).decide().plan) for row in plan.zones]
    found = [name for one, many in alone for name in (["zone"] if one is None or many is None else wider_fields(one, many))]
    least_s = limits_in_force(*wide).treatment_s
    return found + (["treatment_s"] if plan.treatment_s > least_s else [])


Narrowing = Callable[[Case, st.DataObject], Case]
NARROWINGS: Final[dict[str, Narrowing]] = {}


def narrowing(function: Narrowing) -> Narrowing:
    NARROWINGS[function.__name__] = function
    return function


# The person


@narrowing
def a_more_sensitive_skin(case: Case, data: st.DataObject) -> Case:
    order = CAREFUL_ORDER[: CAREFUL_ORDER.index(cast(Skin, case.person.skin)) + 1]
    return case.with_person(skin=data.draw(st.sampled_from(order)))


@narrowing
def thinner_skin(case: Case, data: st.DataObject) -> Case:
    return case.with_person(thickness=data.draw(st.sampled_from([Thickness.THIN, None])))


@narrowing
def a_darker_fitzpatrick_type(case: Case, data: st.DataObject) -> Case:
    return case.with_person(fitzpatrick=data.draw(st.integers(case.person.fitzpatrick or 6, 6)))


@narrowing
def a_higher_age(case: Case, data: st.DataObject) -> Case:
    return case.with_person(age_years=data.draw(st.integers(case.person.age_years or 0, 150)))


@narrowing
def something_unknown_about_the_person(case: Case, data: st.DataObject) -> Case:
    unknown = data.draw(st.lists(st.sampled_from(["skin", "thickness", "fitzpatrick", "age_years"]), min_size=1, unique=True))
    return case.with_person(**dict.fromkeys(unknown))


@narrowing
def a_profile_that_was_narrower_before(case: Case, data: st.DataObject) -> Case:
    before = case.person._replace(skin=Skin.SENSITIVE, fitzpatrick=data.draw(st.integers(case.person.fitzpatrick or 6, 6)))
    edits = (ProfileEdit(BORN - data.draw(st.integers(0, 9)) * DAY, before), ProfileEdit(BORN + 2 * HOUR, case.person))
    return case._replace(history=case.history._replace(profiles=edits))


@narrowing
def an_edit_of_the_profile(case: Case, data: st.DataObject) -> Case:
    changed = data.draw(test_narrowing.PEOPLE)._replace(tag=case.person.tag)
    edit = ProfileEdit(NOW - data.draw(st.integers(0, 300)) * DAY, changed)
    history = case.history._replace(profiles=(*case.history.profiles, edit))
    return case._replace(person=changed, history=history)


# Today's answers


@narrowing
def a_condition(case: Case, data: st.DataObject) -> Case:
    question = data.draw(st.sampled_from(TODAY))
    zones = st.lists(st.sampled_from(TREATABLE), min_size=1, max_size=4).map(",".join)
    values = {
        Answer.ZONES: zones | st.just("not_sure"),
        Answer.WHEN: st.sampled_from(["yes", "not_sure", "0min", "59min", "23h", "6d", "13d", "183d", "400d"]),
        Answer.YES_NO: st.sampled_from(["yes", "not_sure"]),
    }
    return case.with_answer(question.id, data.draw(values[question.answer]))


@narrowing
def a_missing_answer(case: Case, data: st.DataObject) -> Case:
    return case.with_answer(data.draw(st.sampled_from(TODAY)).id, None)


@narrowing
def an_answer_to_nothing(case: Case, data: st.DataObject) -> Case:
    return case.with_answer(data.draw(st.text(max_size=9)), "no")


@narrowing
def older_answers(case: Case, data: st.DataObject) -> Case:
    at_s = data.draw(st.none() | st.integers(0, 3 * DAY).map(lambda ago_s: NOW - ago_s))
    return case._replace(request=case.request._replace(answers=case.request.answers._replace(at_s=at_s)))


# The wish


@narrowing
def a_lower_level(case: Case, data: st.DataObject) -> Case:
    least = 2_500 if case.request.level_pa is None else case.request.level_pa
    return case._replace(request=case.request._replace(level_pa=data.draw(st.integers(-1_000, least))))


@narrowing
def no_consent_to_the_cap(case: Case, data: st.DataObject) -> Case:
    return case._replace(request=case.request._replace(up_to_cap=False))


@narrowing
def one_level(case: Case, data: st.DataObject) -> Case:
    return case._replace(request=case.request._replace(one_level=True))


@narrowing
def another_tip_asked_for(case: Case, data: st.DataObject) -> Case:
    return case._replace(request=case.request._replace(grit=data.draw(st.sampled_from(Grit))))


# The wand


@narrowing
def less_that_the_wand_allows(case: Case, data: st.DataObject) -> Case:
    most = {"cap_pa": 25_000, "treatment_s": 360, "zone_s": 360, "dwell_ms": 3_000, "treatment_left_s": case.wand.treatment_left_s}
    name = data.draw(st.sampled_from(sorted(most)))
    return case.with_wand(**{name: data.draw(st.integers(0, most[name]))})


@narrowing
def a_higher_least_cap(case: Case, data: st.DataObject) -> Case:
    return case.with_wand(cap_least_pa=data.draw(st.integers(case.wand.cap_least_pa, 26_000)))


@narrowing
def an_older_calibration(case: Case, data: st.DataObject) -> Case:
    return case.with_wand(calibrated_at_s=data.draw(st.integers(-DAY, case.wand.calibrated_at_s or 0)))


@narrowing
def a_calibration_that_is_void_or_unknown(case: Case, data: st.DataObject) -> Case:
    unknown = data.draw(st.sampled_from([None, 0, NOW + DAY + 1]))
    return case.with_wand(calibration_void=True) if data.draw(st.booleans()) else case.with_wand(calibrated_at_s=unknown)


@narrowing
def a_tip_that_is_not_known(case: Case, data: st.DataObject) -> Case:
    return case.with_wand(tip_um=data.draw(st.none() | st.integers(-9, 0) | st.integers(151, 500)))


@narrowing
def a_rest_of_the_wand(case: Case, data: st.DataObject) -> Case:
    return case.with_wand(cooldown_left_s=data.draw(st.integers(0, 1_800)))


@narrowing
def an_entry_in_the_ledger(case: Case, data: st.DataObject) -> Case:
    at_s = NOW - data.draw(st.integers(0, 300 * DAY))
    entry = LedgerEntry(at_s, data.draw(st.sampled_from([case.person.tag, "ffffffff"])), data.draw(st.integers(0, 400_000)))
    return case.with_wand(ledger=(*case.wand.ledger, entry))


# What was before


@narrowing
def a_worse_ending(case: Case, data: st.DataObject) -> Case:
    ending = data.draw(st.sampled_from([None, Ending.PAIN, Ending.BLEEDING]))
    return _changed(case, data, lambda known: known._replace(ending=ending))


@narrowing
def a_worse_aftermath(case: Case, data: st.DataObject) -> Case:
    worse = data.draw(st.sampled_from([None, Aftermath.RED_OVER_24_H, Aftermath.DARK_MARK]))
    return _changed(case, data, lambda known: known._replace(aftermath=worse if known.aftermath is Aftermath.FINE else known.aftermath))


@narrowing
def a_grit_that_was_not_recorded(case: Case, data: st.DataObject) -> Case:
    return _changed(case, data, lambda known: known._replace(grit=None))


@narrowing
def a_treatment_that_lasted_longer_than_was_counted(case: Case, data: st.DataObject) -> Case:
    """The calendar alone is compared: a treatment that counts also ends the first one."""
    return _changed(case, data, lambda known: known._replace(sealed_ms=400_000))


@narrowing
def a_later_record(case: Case, data: st.DataObject) -> Case:
    """The last treatment is moved to a later time, in the same course as before."""
    known = list(case.history.treatments)
    if not known:
        return case
    least_s = known[-2].at_s if len(known) > 1 else BORN + DAY
    if len(known) > 1 and known[-1].at_s - least_s < 90 * DAY:
        at_s = data.draw(st.integers(known[-1].at_s, min(NOW, least_s + 90 * DAY - 1)))
    else:
        at_s = data.draw(st.integers(known[-1].at_s, NOW))
    return case.with_treatments([*known[:-1], known[-1]._replace(at_s=at_s)])


@narrowing
def a_treatment_that_hurt(case: Case, data: st.DataObject) -> Case:
    at_s = NOW - data.draw(st.integers(0, 300 * DAY))
    hurt = Treatment(at_s, data.draw(st.integers(0, 9_999)), None, data.draw(st.sampled_from([Ending.PAIN, Ending.BLEEDING])))
    return case.with_treatments([*case.history.treatments, hurt])


@narrowing
def a_patch_test_that_says_less(case: Case, data: st.DataObject) -> Case:
    said = data.draw(st.sampled_from([None, PatchResult.RED, PatchResult.SORE, PatchResult.CLEAN]))
    at_s = NOW - data.draw(st.integers(0, 30 * DAY))
    newer = Patch(at_s, said, None if said is None else at_s + data.draw(st.integers(0, DAY - 1)))
    return case._replace(history=case.history._replace(patches=(*case.history.patches, newer)))


@narrowing
def no_patch_test(case: Case, data: st.DataObject) -> Case:
    return case._replace(history=case.history._replace(patches=()))


@narrowing
def no_plan_of_a_professional(case: Case, data: st.DataObject) -> Case:
    """Theirs may be the longer wait, so the calendar is not compared where it is."""
    theirs = case.history.plan
    long = theirs is not None and ((theirs.interval_days or 0) > 28 or (theirs.course_length or 6) < 6)
    return case if long else case._replace(history=case.history._replace(plan=None))


@narrowing
def profiles_that_are_not_known_here(case: Case, data: st.DataObject) -> Case:
    """A stranger's entry counts for everybody, that of another profile for nobody else."""
    known = case.history._replace(own_tags=(case.person.tag,))
    return case._replace(history=known).with_wand(ledger=(*case.wand.ledger, LedgerEntry(NOW - DAY, "ffffffff", 60_000)))


@narrowing
def a_clock_set_back(case: Case, data: st.DataObject) -> Case:
    """Today's answers are given by the same clock. The calibration is not made younger by it here: it is known since a year."""
    back_s = data.draw(st.integers(0, 400 * DAY))
    now_s = NOW - back_s
    answers = case.request.answers._replace(at_s=now_s)
    return case._replace(request=case.request._replace(answers=answers), now_s=now_s).with_wand(
        calibrated_at_s=min(case.wand.calibrated_at_s or 0, now_s - 366 * DAY)
    )


def _changed(case: Case, data: st.DataObject, change: Callable[[Treatment], Treatment]) -> Case:
    known = list(case.history.treatments)
    if not known:
        return case
    number = data.draw(st.integers(0, len(known) - 1))
    known[number] = change(known[number])
    return case.with_treatments(known)
