"""The questions themselves: which there are, what each closes and for how long, and how an answer is read."""

from typing import Final

import pytest

from microderm_ctl.safety import SETUP, TODAY, Person, Skin, Thickness, Zone, all_no, check_answers, derive_person
from microderm_ctl.safety.questions import ALL_ZONES, BY_ID, Answer, Question, Scope, named_zones, seconds_ago, takes
from microderm_ctl.safety.zones import PATCH_SITES, TREATABLE
from tests.safety.people import DAY, HOUR, NOW

WHERE: Final = ("inflamed_spots", "broken_skin", "rash", "fragile_vessels", "mole_or_tattoo", "unknown_mark", "operation_scar")
IS_IT_SO: Final = ("infection", "sunburn", "still_pink")
WHEN: Final = {
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
NEVER: Final = ("rosacea", "blood_thinner", "bruise_easily")
ASK_A_DOCTOR: Final[dict[str, tuple[Zone, ...]]] = {
    **dict.fromkeys(("bleeding_disorder", "diabetes", "keloid", "immune", "lupus", "skin_cancer"), ()),
    **dict.fromkeys(("steroids", "pregnancy", "melasma"), ()),
    "thyroid": (Zone.NECK_LEFT, Zone.NECK_RIGHT, Zone.NECK_SIDE, Zone.DECOLLETE),
    "cold_sores_often": (Zone.AROUND_MOUTH, Zone.CHIN),
}
ANSWERS: Final = {
    "stinging": ("no", "yes", "not_sure"),
    "oil": ("tight", "fine", "middle", "shiny", "not_sure"),
    "thickness": ("thin", "normal", "thick", "not_sure"),
    "sun": ("burns", "burns_easily", "burns_sometimes", "burns_rarely", "brown", "dark", "not_sure"),
    "age_years": (),
}
KNOWN: Final = {"stinging": "no", "oil": "fine", "thickness": "normal", "sun": "burns_easily", "age_years": "41"}


def test_these_are_asked_in_this_order() -> None:
    assert tuple(question.id for question in TODAY) == (*WHERE, *IS_IT_SO, *WHEN, *NEVER, *ASK_A_DOCTOR)
    assert {name: question.id for name, question in BY_ID.items()} == {question.id: question.id for question in TODAY}


@pytest.mark.parametrize("question", TODAY, ids=lambda question: question.id)
def test_what_a_question_takes_and_closes(question: Question) -> None:
    """Where something is closes zones, what one is or has closes the day, save for two that have their own zones."""
    name, own_zones = question.id, ASK_A_DOCTOR.get(question.id, ())
    kind = Answer.ZONES if name in WHERE else Answer.WHEN if name in WHEN else Answer.YES_NO
    assert question.answer is kind
    assert question.scope is (Scope.ZONE if name in WHERE or own_zones else Scope.PERSON)
    assert (question.wait_s, question.doctor_first, question.closes) == (WHEN.get(name, 0), name in ASK_A_DOCTOR, own_zones)


def test_not_sure_where_closes_every_zone_and_both_patch_sites() -> None:
    assert {*TREATABLE, *PATCH_SITES} == ALL_ZONES


@pytest.mark.parametrize(
    ("name", "value", "fits"),
    [
        ("diabetes", "no", True),
        ("diabetes", "yes", True),
        ("diabetes", "not_sure", True),
        ("diabetes", "nose", False),
        ("diabetes", "yes!", False),
        ("diabetes", "3d", False),
        ("retinoid", "no", True),
        ("retinoid", "yes", True),
        ("retinoid", "not_sure", True),
        ("retinoid", "3d", True),
        ("retinoid", "nose", False),
        ("rash", "no", True),
        ("rash", "not_sure", True),
        ("rash", "nose,chin", True),
        ("rash", "nose,chek", False),
        ("rash", "yes", False),
        ("rash", "3d", False),
    ],
)
def test_a_question_takes_the_answers_of_its_kind(name: str, value: str, fits: bool) -> None:
    problems = check_answers({**all_no(NOW).values, name: value})
    assert [problem.id for problem in problems] == ([] if fits else [name])


def test_what_is_wrong_with_an_answer_is_told() -> None:
    """An id that is none, an answer left out, an answer of another kind: each with its own sentence."""
    values = {**all_no(NOW).values, "nonsense": "no", "rash": "3d"}
    del values["acid"]
    assert [(problem.id, problem.sentence) for problem in check_answers(values)] == [
        ("nonsense", "'nonsense' is not a question of today."),
        ("rash", "'3d' is no answer to 'rash'; it takes no, not_sure, or zone names with commas between."),
        ("acid", "'acid' is not answered."),
    ]


def test_what_a_question_takes_in_words() -> None:
    assert {question.answer: takes(question) for question in TODAY} == {
        Answer.ZONES: "no, not_sure, or zone names with commas between",
        Answer.WHEN: "no, yes, not_sure, or how long ago it was (20min, 5h, 3d)",
        Answer.YES_NO: "no, yes or not_sure",
    }


def test_a_person_to_whom_nothing_applies() -> None:
    answers = all_no(NOW)
    assert answers.at_s == NOW
    assert dict(answers.values) == dict.fromkeys(BY_ID, "no")


@pytest.mark.parametrize(
    ("value", "zones"),
    [
        ("no", set()),
        ("nose", {Zone.NOSE}),
        ("nose, left cheek", {Zone.NOSE, Zone.CHEEK_LEFT}),
        ("cheeks,nose", {Zone.NOSE, Zone.CHEEK_LEFT, Zone.CHEEK_RIGHT}),
        ("not_sure", None),
        ("nose,elbow", None),
        ("nose,", None),
        ("", None),
    ],
)
def test_the_zones_of_an_answer_are_all_understood_or_none_is(value: str, zones: set[Zone] | None) -> None:
    """Half an answer would leave open what the other half meant to close."""
    assert named_zones(value) == zones


@pytest.mark.parametrize(
    ("value", "ago_s"),
    [
        ("yes", 0),
        ("1min", 60),
        ("0d", 0),
        ("2h", 7_200),
        ("184d", 184 * DAY),
        ("999999min", 59_999_940),
        ("1000000min", None),
        ("0000003d", None),
        ("about3d", None),
        ("\u0663d", None),
        ("\u00b2d", None),
        ("3", None),
        ("3w", None),
        ("-3d", None),
        ("3 d", None),
        ("no", None),
    ],
)
def test_how_long_ago_takes_plain_digits_and_a_unit(value: str, ago_s: int | None) -> None:
    """Up to six digits; Arabic and raised ones are no answer, though Python could count some."""
    assert seconds_ago(value) == ago_s


def test_what_is_asked_before_the_first_use() -> None:
    """Each answer is an id with words, and every choice has a way to be unsure."""
    assert {question.id: tuple(name for name, _ in question.answers) for question in SETUP} == ANSWERS
    words = {question.id: [text for _, text in question.answers] for question in SETUP}
    assert all(len(set(texts)) == len(texts) for texts in words.values())
    assert {texts[-1] for texts in words.values() if texts} == {"I am not sure"}


@pytest.mark.parametrize(
    ("oil", "skin"),
    [("tight", Skin.DRY), ("fine", Skin.NORMAL), ("middle", Skin.COMBINATION), ("shiny", Skin.OILY), ("not_sure", None), ("", None)],
)
def test_the_skin_comes_from_its_oil_unless_it_stings(oil: str, skin: Skin | None) -> None:
    assert derive_person({**KNOWN, "oil": oil}).skin is skin
    for stinging in ("yes", "not_sure", ""):
        assert derive_person({**KNOWN, "oil": oil, "stinging": stinging}).skin is Skin.SENSITIVE


def test_sun_and_thickness_give_their_types() -> None:
    types = [derive_person({**KNOWN, "sun": name}).fitzpatrick for name in ANSWERS["sun"]]
    assert types == [1, 2, 3, 4, 5, 6, None]
    thick = [derive_person({**KNOWN, "thickness": name}).thickness for name in ANSWERS["thickness"]]
    assert thick == [Thickness.THIN, Thickness.NORMAL, Thickness.THICK, None]


@pytest.mark.parametrize(
    ("told", "age_years"),
    [("41", 41), ("7", 7), ("104", 104), ("999", 999), ("1000", None), ("0041", None), ("", None), ("-4", None), ("4.5", None)],
)
def test_an_age_is_up_to_three_plain_digits(told: str, age_years: int | None) -> None:
    assert derive_person({**KNOWN, "age_years": told}).age_years == age_years


def test_an_age_in_other_digits_is_not_known() -> None:
    assert derive_person({**KNOWN, "age_years": "\u0664\u0661"}).age_years is None
    assert derive_person({**KNOWN, "age_years": "\u2074\u00b9"}).age_years is None


def test_nothing_answered_is_the_strictest_and_keeps_the_tag() -> None:
    assert derive_person({}, "0a0b0c0d") == Person(Skin.SENSITIVE, None, None, None, "0a0b0c0d")
