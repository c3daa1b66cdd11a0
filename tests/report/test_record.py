"""What the record of a report holds is what the store holds."""

from microderm_ctl.records.journal import Results
from microderm_ctl.records.rows import PersonRecord, Profile
from microderm_ctl.records.store import Store
from microderm_ctl.safety import Aftermath, ProfessionalPlan, Skin, Thickness, Zone
from tests.report.course import DAY_S, NOW_S, add_entry, add_person, add_treatment, long_trace, report_of


def test_a_treatment_is_told_zone_by_zone(store: Store, ann: PersonRecord) -> None:
    number = add_treatment(store, ann, felt="warm", samples=long_trace(240))
    store.keep_aftermath(number, Aftermath.RED_OVER_24_H, NOW_S - 50 * DAY_S)
    (one,) = report_of(store, ann).treatments
    assert (one.id, one.felt, one.ending, one.aftermath, one.sealed_s) == (str(number), "warm", "done", "red_over_24_h", 240)
    assert one.ended_by == "treatment-done" and one.why.startswith("The time of the treatment")
    assert [(zone.number, zone.zone) for zone in one.zones] == [(1, "forehead"), (2, "cheek_left"), (3, "nose"), (4, "hand_left")]
    assert all(9_990 < zone.mean_pa < 10_090 and zone.max_pa == 10_082 for zone in one.zones)
    assert one.trace is not None and one.trace.samples == 2_400


def test_zones_are_summed_over_treatments_by_time(store: Store, ann: PersonRecord) -> None:
    add_treatment(store, ann, NOW_S - 60 * DAY_S, zones=(Zone.NOSE, Zone.CHIN), samples=long_trace(40, 2), used_ms=20_000)
    strong = [one._replace(vacuum_pa=one.vacuum_pa + 4_000) for one in long_trace(60, 1)]
    add_treatment(store, ann, NOW_S - 30 * DAY_S, zones=(Zone.NOSE,), samples=strong, used_ms=60_000)
    totals = {one.zone: one for one in report_of(store, ann).zones}
    nose = totals["nose"]
    assert (nose.treatments, nose.sealed_s, nose.max_pa) == (2, 80, 14_082)
    assert abs(nose.mean_pa - (10_041 * 20 + 14_041 * 60) / 80) < 20
    assert (totals["chin"].treatments, totals["chin"].sealed_s) == (1, 20)


def test_what_has_no_trace_does_not_lower_a_mean(store: Store, ann: PersonRecord) -> None:
    add_treatment(store, ann, NOW_S - 60 * DAY_S, zones=(Zone.NOSE, Zone.CHIN))
    add_treatment(store, ann, NOW_S - 30 * DAY_S, zones=(Zone.NOSE,), samples=long_trace(60, 1))
    nose, chin = report_of(store, ann).zones
    assert (nose.treatments, nose.sealed_s) == (2, 120) and abs(nose.mean_pa - 10_041) < 20
    assert (chin.mean_pa, chin.max_pa) == (0, 0)


def test_only_what_was_said_besides_no_is_told(store: Store, ann: PersonRecord) -> None:
    add_treatment(store, ann, answers={"inflamed_spots": "cheek_left,chin", "rash": "not_sure"})
    (one,) = report_of(store, ann).treatments
    assert [(said.id, said.answer) for said in one.said_before] == [("inflamed_spots", "left cheek, chin"), ("rash", "not sure")]
    assert "pimples" in one.said_before[0].question


def test_edits_and_what_holds_until_a_patch_test(store: Store) -> None:
    ann = add_person(store)
    wider = Profile(Skin.OILY, Thickness.NORMAL, 2, 1990, {"oil": "shiny"})
    store.edit_profile(ann.id, wider, NOW_S - DAY_S)
    told = report_of(store, store.person(ann.id)).person
    assert [one.skin for one in told.edits] == ["normal"]
    assert (told.profile.skin, told.in_force.skin, told.waiting) == ("oily", "normal", True)
    assert [(one.id, one.answer) for one in told.answered] == [("oil", "It shines all over")]


def test_what_is_not_known_is_the_most_sensitive(store: Store) -> None:
    someone = store.create_person("Bo", Profile(), NOW_S)
    told = report_of(store, someone).person
    assert (told.in_force.skin, told.in_force.fitzpatrick, told.in_force.age_years) == ("sensitive", 6, None)


def test_the_journal_tells_what_counts_and_how_much_was_changed(store: Store, ann: PersonRecord) -> None:
    first = add_entry(store, ann, NOW_S - 9 * DAY_S, (1, 1, 1, 1), "wrong")
    store.keep_results(ann.id, Results(2, None, 4, 5, (), "right"), NOW_S - 8 * DAY_S, corrects_id=first)
    gone = add_entry(store, ann, NOW_S - 7 * DAY_S)
    store.remove_results(ann.id, gone, NOW_S - 6 * DAY_S)
    told = report_of(store, ann).journal
    (entry,) = told.entries
    assert (entry.smoothness, entry.pores, entry.clogged, entry.words) == (2, None, (), "right")
    assert (told.corrected, told.removed) == (1, 1)


def test_a_plan_out_of_date_says_so(store: Store, ann: PersonRecord) -> None:
    store.keep_plan(ann.id, ProfessionalPlan("Dr. Lee", NOW_S - 9 * DAY_S, NOW_S - DAY_S, 42, 8, ("retinoid",)), NOW_S - 9 * DAY_S)
    plan = report_of(store, ann).professional_plan
    assert plan is not None and (plan.by, plan.interval_days, plan.in_date) == ("Dr. Lee", 42, False)


def test_patch_tests_are_told_with_their_results(store: Store, ann: PersonRecord) -> None:
    (patch,) = report_of(store, ann).patch_tests
    assert (patch.site, patch.vacuum_pa, patch.result, patch.complete, patch.sealed_s) == ("inner_forearm", 2_500, "clean", True, 3)


def test_practice_is_marked(practice: Store) -> None:
    ann = add_person(practice)
    number = add_treatment(practice, ann)
    told = report_of(practice, ann)
    assert told.simulated and told.treatments[0].id == f"p{number}"
