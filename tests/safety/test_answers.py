"""Today's questions: what each answer closes, for how long, and what is refused without them."""

from typing import Final

import pytest

from microderm_ctl.safety import (
    SETUP,
    TODAY,
    Answers,
    Person,
    ProfessionalPlan,
    Question,
    Request,
    Skin,
    Thickness,
    Zone,
    check_answers,
    derive_person,
)
from microderm_ctl.safety.questions import Answer, seconds_ago
from tests.safety.people import DAY, HOUR, NOW, ask, codes, history, judge, past, person

WHO: Final = person()
BEFORE: Final = history(WHO, past(60))
OF_KIND: Final = {kind: [question for question in TODAY if question.answer is kind] for kind in Answer}
WAITS: Final = {
    "warm_skin": HOUR,
    "sauna": DAY,
    "retinoid": 7 * DAY,
    "acid": 7 * DAY,
    "waxing": 7 * DAY,
    "hair_laser": 14 * DAY,
    "peel_or_laser": 14 * DAY,
    "strong_sun": 14 * DAY,
    "isotretinoin": 184 * DAY,
}
DOCTOR_FIRST: Final = {
    "bleeding_disorder",
    "diabetes",
    "keloid",
    "immune",
    "lupus",
    "skin_cancer",
    "steroids",
    "pregnancy",
    "melasma",
    "thyroid",
    "cold_sores_often",
}


def said(zones: tuple[Zone, ...] = (Zone.FOREHEAD,), /, **values: str) -> Request:
    """Return a request with some of today's answers changed."""
    request = ask(*zones)
    return request._replace(answers=Answers({**request.answers.values, **values}, NOW))


def test_with_no_to_all_a_treatment_is_planned() -> None:
    assert judge(ask(), WHO, BEFORE).plan is not None


@pytest.mark.hazard("H-08", "computer")
@pytest.mark.parametrize("question", TODAY, ids=lambda question: question.id)
def test_not_sure_is_the_strictest(question: Question) -> None:
    zones = question.closes[:1] or (Zone.FOREHEAD,)
    unsure = judge(said(zones, **{question.id: "not_sure"}), WHO, BEFORE)
    assert unsure.plan is None
    worst = ",".join(zones) if question.answer is Answer.ZONES else "yes"
    assert codes(judge(said(zones, **{question.id: worst}), WHO, BEFORE)) <= codes(unsure)


def test_the_waiting_times_are_those_of_the_sources() -> None:
    assert {question.id: question.wait_s for question in OF_KIND[Answer.WHEN]} == WAITS
    assert {question.id for question in TODAY if question.doctor_first} == DOCTOR_FIRST


@pytest.mark.hazard("H-08", "computer")
@pytest.mark.parametrize("name", WAITS)
def test_a_waiting_time_ends_on_its_second(name: str) -> None:
    minutes, code = WAITS[name] // 60, name.replace("_", "-")
    early = judge(said(**{name: f"{minutes - 1}min"}), WHO, BEFORE)
    assert {refusal.retry_at_s for refusal in early.refusals} == {NOW + 60}
    assert codes(early) == {code}
    assert judge(said(**{name: f"{minutes}min"}), WHO, BEFORE).plan is not None
    today = judge(said(**{name: "yes"}), WHO, BEFORE)
    assert {refusal.retry_at_s for refusal in today.refusals} == {NOW + WAITS[name]}


@pytest.mark.hazard("H-08", "computer")
@pytest.mark.parametrize("question", OF_KIND[Answer.ZONES], ids=lambda question: question.id)
def test_a_condition_closes_its_zone_and_the_neighbours_and_leaves_the_rest(question: Question) -> None:
    decision = judge(said((Zone.CHEEK_LEFT, Zone.NOSE, Zone.FOREHEAD, Zone.ARM), **{question.id: "left cheek"}), WHO, BEFORE)
    assert [set(refusal.zones) for refusal in decision.refusals] == [{Zone.CHEEK_LEFT, Zone.NOSE}]
    assert decision.open_zones == (Zone.FOREHEAD, Zone.ARM)
    assert judge(said((Zone.FOREHEAD,), **{question.id: "cheek_left"}), WHO, BEFORE).plan is not None


def test_three_zones_close_the_day() -> None:
    assert judge(said((Zone.ARM,), inflamed_spots="chin", rash="forehead"), WHO, BEFORE).plan is not None
    assert codes(judge(said((Zone.LEG,), inflamed_spots="chin", rash="forehead,nose"), WHO, BEFORE)) == {"many-zones"}


@pytest.mark.parametrize("name", sorted(DOCTOR_FIRST))
def test_a_professional_clears_what_is_asked_a_doctor_first(name: str) -> None:
    zones = (Zone.CHIN, Zone.NECK_LEFT)
    plan = ProfessionalPlan("Dr. Example", NOW - DAY, NOW + DAY, cleared=(name,))
    assert codes(judge(said(zones, **{name: "yes"}), WHO, BEFORE)) == {name.replace("_", "-")}
    assert judge(said(zones, **{name: "yes"}), WHO, BEFORE._replace(plan=plan)).plan is not None
    assert judge(said(zones, **{name: "yes"}), WHO, BEFORE._replace(plan=plan._replace(expires_at_s=NOW))).plan is None


@pytest.mark.hazard("H-08", "computer")
@pytest.mark.parametrize("question", [known for known in TODAY if not known.doctor_first], ids=lambda question: question.id)
def test_no_professional_clears_the_others(question: Question) -> None:
    plan = ProfessionalPlan("Dr. Example", NOW - DAY, NOW + DAY, cleared=(question.id,))
    value = "forehead" if question.answer is Answer.ZONES else "yes"
    assert judge(said(**{question.id: value}), WHO, BEFORE._replace(plan=plan)).plan is None


def test_a_thyroid_closes_only_neck_and_chest() -> None:
    assert judge(said((Zone.FOREHEAD,), thyroid="yes"), WHO, BEFORE).plan is not None
    assert codes(judge(said((Zone.DECOLLETE,), thyroid="yes"), WHO, BEFORE)) == {"thyroid"}


@pytest.mark.hazard("H-08", "computer")
@pytest.mark.parametrize("question", TODAY, ids=lambda question: question.id)
def test_an_answer_left_out_refuses(question: Question) -> None:
    request = ask(*question.closes[:1])
    values = {name: value for name, value in request.answers.values.items() if name != question.id}
    assert [problem.id for problem in check_answers(values)] == [question.id]
    assert "answers-incomplete" in codes(judge(request._replace(answers=Answers(values, NOW)), WHO, BEFORE))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("diabetes", "maybe"),
        ("diabetes", "3d"),
        ("retinoid", "-3d"),
        ("retinoid", "3"),
        ("retinoid", "d"),
        ("retinoid", "9999999d"),
        ("rash", "yes"),
        ("rash", "chek"),
        ("rash", ""),
        ("nonsense", "no"),
    ],
)
def test_an_answer_that_is_not_understood_refuses(name: str, value: str) -> None:
    assert codes(judge(said(**{name: value}), WHO, BEFORE)) >= {"answers-incomplete"}


@pytest.mark.hazard("H-06", "computer")
@pytest.mark.hazard("H-08", "computer")
@pytest.mark.parametrize(("age_s", "fresh"), [(0, True), (HOUR - 1, True), (HOUR, False), (-60, True), (-61, False)])
def test_answers_are_an_hour_old_at_most(age_s: int, fresh: bool) -> None:
    request = ask(at_s=NOW - age_s)
    assert (judge(request, WHO, BEFORE).plan is not None) is fresh
    assert codes(judge(request._replace(answers=request.answers._replace(at_s=None)), WHO, BEFORE)) == {"answers-stale"}


@pytest.mark.parametrize(
    ("value", "ago_s"), [("yes", 0), ("no", None), ("20min", 1_200), ("5h", 18_000), ("3d", 3 * DAY), ("m", None), ("3dd", None)]
)
def test_how_long_ago_is_read_exactly(value: str, ago_s: int | None) -> None:
    assert seconds_ago(value) == ago_s


def test_every_question_has_words_a_reason_a_source_and_a_next_step() -> None:
    assert len({question.id for question in TODAY}) == len(TODAY)
    for question in TODAY:
        assert question.text.endswith(("?", ")"))
        assert question.why.endswith(".")
        assert question.do_next.endswith(".")
        assert question.source


def test_setup_questions_never_name_a_type() -> None:
    words = " ".join(f"{question.text} {answers}" for question in SETUP for answers in question.answers).lower()
    assert not [name for name in ("sensitive", "combination", "fitzpatrick", "type") if name in words]


def test_a_profile_comes_from_plain_answers() -> None:
    answers = {"stinging": "no", "oil": "middle", "thickness": "normal", "sun": "burns_sometimes", "age_years": "41"}
    assert derive_person(answers, "0a0b0c0d") == Person(Skin.COMBINATION, Thickness.NORMAL, 3, 41, "0a0b0c0d")
    assert derive_person({**answers, "stinging": "not_sure"}).skin is Skin.SENSITIVE
    assert derive_person({}) == Person(skin=Skin.SENSITIVE)
    assert derive_person({**answers, "sun": "not_sure", "age_years": "old"}) == Person(Skin.COMBINATION, Thickness.NORMAL)
