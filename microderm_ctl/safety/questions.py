"""What is asked: before a first use, and anew before each treatment.

The words are meant for a reader of twelve. Where an answer is missing or "not sure",
the strictest one counts. No question asks for a skin type by name.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from .skin import Person, Skin, Thickness
from .values import Answers
from .zones import TREATABLE, Zone, resolve_zones

NO: Final = "no"
YES: Final = "yes"
NOT_SURE: Final = "not_sure"
_DAY_S: Final = 24 * 3600
_UNITS_S: Final = {"min": 60, "h": 3600, "d": _DAY_S}


class Answer(StrEnum):
    """Which answers a question takes besides ``not_sure``."""

    YES_NO = "yes_no"
    WHEN = "when"
    ZONES = "zones"


class Scope(StrEnum):
    """What a condition closes: its zones with their neighbours, or the whole person for today."""

    ZONE = "zone"
    PERSON = "person"


class Question(NamedTuple):
    """One question of today.

    ``wait_s`` is how long to wait after it (0: until it is gone), ``doctor_first`` whether a
    professional's plan may clear it, ``closes`` the only zones that a yes closes.
    """

    id: str
    group: str
    text: str
    answer: Answer
    scope: Scope
    why: str
    do_next: str
    source: str
    wait_s: int = 0
    doctor_first: bool = False
    closes: tuple[Zone, ...] = ()


_PHILIPS: Final = "Philips VisaCare manual, p. 8, https://www.manualsdir.com/manuals/531103/philips-visacare-mikrodermabrasion.html?page=8"
_COLORADO: Final = "https://skincolorado.com/microdermabrasion/"
_GLOWY: Final = "https://glowyskin.care/pages/how-to-use-the-microdermabrasion-handset"
_PEEL: Final = "https://www.hauttief.com/products/dr-peel-online-kaufen"
_CHAPTER: Final = "http://www.skin-disease-care.com/1575treatment_and_clinical_management.php"
_BEURER: Final = "Beurer FC 76 manual, p. 18, https://manualslib.de/manual/762406/Beurer-Fc-76.html?page=18"
_LIST: Final = "http://beauty.vinensia.com/2008/12/who-is-candidates-for-microdermabrasion.html"
_CLINIC: Final = "http://www.medspa33154.com/microdermabrasion-contraindications/"
_HEAL: Final = "Wait until it has healed, or choose zones further away."
_DOCTOR: Final = "Ask a doctor first, and leave it until they allow it."


def _zone(name: str, text: str, why: str, source: str, do_next: str = _HEAL) -> Question:
    return Question(name, "skin", text, Answer.ZONES, Scope.ZONE, why, do_next, source)


def _now(name: str, text: str, why: str, do_next: str, source: str) -> Question:
    return Question(name, "skin", text, Answer.YES_NO, Scope.PERSON, why, do_next, source)


def _when(name: str, text: str, why: str, source: str, wait_s: int) -> Question:
    return Question(
        name, "lately", text, Answer.WHEN, Scope.PERSON, why, "Wait, and leave it out until after the treatment.", source, wait_s
    )


def _doctor(name: str, text: str, why: str, source: str, closes: tuple[Zone, ...] = ()) -> Question:
    scope = Scope.ZONE if closes else Scope.PERSON
    return Question(name, "health", text, Answer.YES_NO, scope, why, _DOCTOR, source, doctor_first=True, closes=closes)


def _never(name: str, text: str, why: str, source: str) -> Question:
    return Question(
        name,
        "health",
        text,
        Answer.YES_NO,
        Scope.PERSON,
        why,
        "Do not use the wand. A skin doctor can tell you what is good for your skin.",
        source,
    )


TODAY: Final[tuple[Question, ...]] = (
    _zone(
        "inflamed_spots",
        "Where do you have pimples that are red, sore or filled? (Blackheads and clogged pores are flat and do not hurt: they are fine.)",
        "Suction bursts inflamed pimples and spreads what is in them.",
        _PHILIPS,
    ),
    _zone("broken_skin", "Where is your skin open: a cut, a scab, a burn, a bite?", "Suction opens a wound further.", _PHILIPS),
    _zone(
        "rash",
        "Where do you have a rash? Or eczema, psoriasis, or skin that itches and peels?",
        "Rubbing makes inflamed skin worse.",
        _PHILIPS,
    ),
    _zone(
        "fragile_vessels",
        "Where can you see thin red or blue lines under the skin?",
        "Suction breaks small blood vessels that show.",
        _LIST,
        "Choose zones further away.",
    ),
    _zone(
        "mole_or_tattoo",
        "Where is there a mole, a tattoo or make-up that stays for years?",
        "Moles and tattoos must not be rubbed.",
        _PHILIPS,
        "Choose zones further away.",
    ),
    _zone(
        "unknown_mark",
        "Where is a spot, lump or mark that no doctor has looked at and that changes, bleeds or is new?",
        "It has to be known before anything touches it.",
        _PHILIPS,
        "Show it to a doctor, and choose zones further away.",
    ),
    _zone(
        "operation_scar",
        "Where do you have a scar from an operation in the last 6 months?",
        "A young scar can tear or thicken.",
        _PEEL,
        "Wait until it is 6 months old, or choose zones further away.",
    ),
    _now(
        "infection",
        "Do you have a cold sore, a wart or an infection of the skin? Or anything that spreads?",
        "The wand would carry it to other places.",
        "Wait until it is gone; if it spreads, show it to a doctor.",
        _PHILIPS,
    ),
    _now(
        "sunburn", "Is your skin sunburnt?", "Burnt skin comes off under suction.", "Wait until the redness and peeling are gone.", _PHILIPS
    ),
    _now(
        "still_pink",
        "Is your skin still pink, sore or peeling from a treatment before?",
        "The skin has not closed again yet.",
        "Wait until your skin looks and feels as always.",
        "https://penelopethemovie.com/how-long-do-microdermabrasion-machines-last/",
    ),
    _when(
        "warm_skin",
        "Have you had a hot shower, a bath or steam in the last hour?",
        "Warm skin blisters sooner.",
        "Hatje et al., Br J Dermatol, https://refubium.fu-berlin.de/handle/fub188/12888 (temperature is the "
        "strongest predictor); 60 minutes is our own choice",
        3600,
    ),
    _when(
        "sauna",
        "Have you been in a sauna or a tanning bed, or sweated hard, in the last day?",
        "Heated skin is easily hurt.",
        _BEURER,
        _DAY_S,
    ),
    _when(
        "retinoid",
        "In the last 7 days, did you use a cream with retinol? Or retinal, tretinoin or adapalene?",
        "It makes the skin thin.",
        _GLOWY,
        7 * _DAY_S,
    ),
    _when(
        "acid",
        "In the last 7 days, did you use an acid peel or a scrub? Or a cream with fruit acid, salicylic acid or benzoyl peroxide?",
        "The skin is already peeled.",
        _GLOWY,
        7 * _DAY_S,
    ),
    _when(
        "waxing",
        "In the last 7 days, did you take hair off there with wax, sugar or current?",
        "It takes skin off with the hair.",
        _CHAPTER,
        7 * _DAY_S,
    ),
    _when(
        "hair_laser",
        "Have you had hair removed by laser or flashes of light in the last 14 days?",
        "The skin is still hot inside.",
        _PEEL,
        14 * _DAY_S,
    ),
    _when(
        "peel_or_laser",
        "In the last 14 days, did you have a peel, a laser or filler? Or Botox or other needles in your skin?",
        "The skin is still healing inside.",
        _COLORADO,
        14 * _DAY_S,
    ),
    _when(
        "strong_sun", "Have you been in strong sun for long in the last 14 days?", "Sun-tired skin gets dark marks.", _COLORADO, 14 * _DAY_S
    ),
    _when(
        "isotretinoin",
        "In the last 6 months, did you take pills for acne with isotretinoin? (Some are called 'Accutane' or 'Roaccutane'.)",
        "The skin heals badly for months after them.",
        "package insert; https://insights.ovid.com/pubmed?pmid=28498204",
        184 * _DAY_S,
    ),
    _never("rosacea", "Do you have rosacea: a face that flushes and stays red?", "Suction makes rosacea flare up.", _PHILIPS),
    _never(
        "blood_thinner", "Do you take something that thins the blood, aspirin every day too?", "Bruises and bleeding are likely.", _LIST
    ),
    _never("bruise_easily", "Do you get bruises from small bumps?", "Suction will leave bruises.", _LIST),
    _doctor("bleeding_disorder", "Has a doctor said that your blood does not clot well?", "Suction can bleed under the skin.", _PHILIPS),
    _doctor("diabetes", "Do you have diabetes?", "Blisters come sooner and heal later.", _CLINIC),
    _doctor("keloid", "Do your scars grow thick and raised?", "Each small wound can become such a scar.", _PHILIPS),
    _doctor("immune", "Is your immune system weak, from an illness or from medicine?", "Small wounds get infected.", _CLINIC),
    _doctor("lupus", "Do you have lupus?", "Rubbing can start it up.", _PHILIPS),
    _doctor(
        "skin_cancer", "Have you had skin cancer, or rough scaly spots from the sun?", "A doctor must have looked at your skin.", _PHILIPS
    ),
    _doctor("steroids", "Do you use cortisone, as cream or as pills?", "It makes the skin thin.", _PHILIPS),
    _doctor("pregnancy", "Are you pregnant or breastfeeding?", "Sources do not agree. And the skin gets dark patches more easily.", _PEEL),
    _doctor("melasma", "Do you have brown patches on the face that come and go (melasma)?", "They can get darker.", _PHILIPS),
    _doctor(
        "thyroid",
        "Is your thyroid too active?",
        "The front of neck and chest must be left alone.",
        _PEEL,
        (Zone.NECK_LEFT, Zone.NECK_RIGHT, Zone.NECK_SIDE, Zone.DECOLLETE),
    ),
    _doctor(
        "cold_sores_often",
        "Do you get cold sores again and again?",
        "Suction near the mouth can bring them back.",
        _CHAPTER,
        (Zone.AROUND_MOUTH, Zone.CHIN),
    ),
)
"""Every question of today, in the order in which it is asked."""

BY_ID: Final[dict[str, Question]] = {question.id: question for question in TODAY}
ALL_ZONES: Final = frozenset(TREATABLE) | {Zone.INNER_FOREARM, Zone.NECK_SIDE}


class Problem(NamedTuple):
    """What is wrong with a set of answers: the question's id, and a sentence."""

    id: str
    sentence: str


def check_answers(values: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return every missing or unknown id and every answer that its question does not take."""
    problems = [Problem(name, f"'{name}' is not a question of today.") for name in values if name not in BY_ID]
    for question in TODAY:
        if question.id not in values:
            problems.append(Problem(question.id, f"'{question.id}' is not answered."))
        elif not _fits(question, values[question.id]):
            problems.append(Problem(question.id, f"'{values[question.id]}' is no answer to '{question.id}'; it takes {takes(question)}."))
    return tuple(problems)


def takes(question: Question) -> str:
    """Return in words what a question takes as its answer."""
    if question.answer is Answer.ZONES:
        return "no, not_sure, or zone names with commas between"
    if question.answer is Answer.WHEN:
        return "no, yes, not_sure, or how long ago it was (20min, 5h, 3d)"
    return "no, yes or not_sure"


def all_no(at_s: int) -> Answers:
    """Return today's answers of a person to whom nothing applies, given at a UTC second."""
    return Answers({question.id: NO for question in TODAY}, at_s)


def named_zones(value: str) -> frozenset[Zone] | None:
    """Return the zones that an answer names: none for ``no``, None when it is not sure or not understood."""
    if value == NO:
        return frozenset()
    found = [resolve_zones(name) for name in value.split(",")]
    return frozenset(zone for zones in found for zone in zones) if all(found) else None


def seconds_ago(value: str) -> int | None:
    """Return how long ago an answer says it was, in seconds; 0 for ``yes``, None for ``no`` or when it is not said."""
    if value == YES:
        return 0
    number = value.rstrip("minhd")
    unit = _UNITS_S.get(value[len(number) :])
    if unit is None or not (number.isascii() and number.isdecimal()) or len(number) > 6:
        return None
    return int(number) * unit


def _fits(question: Question, value: str) -> bool:
    if value in (NO, NOT_SURE):
        return True
    if question.answer is Answer.ZONES:
        return named_zones(value) is not None
    if question.answer is Answer.WHEN:
        return seconds_ago(value) is not None
    return value == YES


class SetupQuestion(NamedTuple):
    """One question before the first use, with its answers by id and in words."""

    id: str
    text: str
    answers: tuple[tuple[str, str], ...]


_UNSURE: Final = (NOT_SURE, "I am not sure")
SETUP: Final[tuple[SetupQuestion, ...]] = (
    SetupQuestion(
        "stinging", "Does your skin often sting, burn or turn red, from soap, cream or wind?", (("no", "No"), ("yes", "Yes"), _UNSURE)
    ),
    SetupQuestion(
        "oil",
        "Some hours after washing, with nothing on it, how is your face?",
        (
            ("tight", "It feels tight or flakes"),
            ("fine", "It feels fine and does not shine"),
            ("middle", "Forehead, nose and chin shine, the cheeks do not"),
            ("shiny", "It shines all over"),
            _UNSURE,
        ),
    ),
    SetupQuestion(
        "thickness",
        "Look at your cheek in the mirror. What fits best?",
        (
            ("thin", "Thin as paper, or veins show through"),
            ("normal", "Neither thin nor thick"),
            ("thick", "Firm and thick, with pores that show"),
            _UNSURE,
        ),
    ),
    SetupQuestion(
        "sun",
        "An hour in the first strong sun of the year, with nothing on. What does your skin do?",
        (
            ("burns", "It always burns and never turns brown"),
            ("burns_easily", "It burns easily and turns a little brown"),
            ("burns_sometimes", "It burns sometimes and then turns brown"),
            ("burns_rarely", "It burns rarely and turns brown easily; it is light brown"),
            ("brown", "It hardly ever burns; it is brown"),
            ("dark", "It never burns; it is dark brown or black"),
            _UNSURE,
        ),
    ),
    SetupQuestion("age_years", "How old are you, in years?", ()),
)
"""The questions from which a profile is made."""

_OIL: Final = {"tight": Skin.DRY, "fine": Skin.NORMAL, "middle": Skin.COMBINATION, "shiny": Skin.OILY}
_SUN: Final = {"burns": 1, "burns_easily": 2, "burns_sometimes": 3, "burns_rarely": 4, "brown": 5, "dark": 6}
_THICK: Final = {"thin": Thickness.THIN, "normal": Thickness.NORMAL, "thick": Thickness.THICK}


def derive_person(answers: Mapping[str, str], tag: str = "") -> Person:
    """Return the profile that the setup answers make; what is missing or not sure is left out and so the strictest."""
    stings = answers.get("stinging", NOT_SURE) != NO
    age = answers.get("age_years", "")
    return Person(
        skin=Skin.SENSITIVE if stings else _OIL.get(answers.get("oil", "")),
        thickness=_THICK.get(answers.get("thickness", "")),
        fitzpatrick=_SUN.get(answers.get("sun", "")),
        age_years=int(age) if age.isascii() and age.isdecimal() and len(age) <= 3 else None,
        tag=tag,
    )
