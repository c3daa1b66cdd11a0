"""How each zone is done, by the name of the zone, with where the advice comes from.

Each row: where to begin, how to stretch the skin, the strokes of odd passes, those of even
passes (at right angles to the first), what to feel, when to stop or what to keep off, sources.
"""

from typing import Final

_TEACHER: Final = (
    "http://www.skin-disease-care.com/1575treatment_and_clinical_management.php (stretch the skin; second pass at right angles)"
)
_LESSON: Final = "https://businessmama.co.uk/lessons/procedure-11/ (stretch; overlap by half; neck on either side of the windpipe)"
_TILT: Final = "Rodan+Fields Pore Cleansing MD (tilt the tip off, never pull it)"
_EYES: Final = "Philips VisaCare manual, p. 8 (not under or above the eyes)"
_BRUISES: Final = (
    "https://www.mindbodygreen.com/articles/facial-cupping-tutorialhow-to-do-facial-cupping "
    "(the forehead bruises more easily; not over neck veins or broken vessels)"
)
_SOFT_CHEEK: Final = "Panasonic EH2513, as told by https://prod-news.global.ssl.fastly.net/article/guutara-42 (cheeks are soft and mark)"
_BRIDGE: Final = "http://fetchingfashions.blogspot.com/2011_05_01_archive.html (an owner: the bridge of the nose is hard)"
_HAIRLINE: Final = "http://www.cosmtools.com/porecleanfaq591.html (not around the eyes or at the hairline)"
_THIN_TEMPLE: Final = "https://pmc.ncbi.nlm.nih.gov/articles/PMC9205051/table/Tab2 (the temple is thin)"
_LOW: Final = "http://universal-healthcare.org/beauty/how-to-make-the-most-of-your-microdermabrasion-kit/ (neck: low settings)"
_OWN: Final = "our own choice"

_EASY: Final = "You feel a light pull and a fine rub."
_THIN: Final = "The skin is thin here. It should hardly tickle."
_BODY: Final = "You feel a clear pull and a fine rub."
_STINGS: Final = "Stop if it stings."

Row = tuple[str, str, str, str, str, str, tuple[str, ...]]

_CHEEK_BEGIN: Final = "beside the nose, one finger below the bone under the eye"
_CHEEK_ACROSS: Final = "up from the jaw to the bone under the eye"
_CHEEK_STOP: Final = "Cheeks are soft and mark fast: keep moving. Stay off the skin near the eye."
_CHEEK_SOURCES: Final = (_TEACHER, _LESSON, _EYES, _SOFT_CHEEK)
_TEMPLE_ACROSS: Final = "up along the hairline"
_TEMPLE_STOP: Final = "Stay a finger away from the eye and off the hair. Stop if it stings."
_TEMPLE_SOURCES: Final = (_TEACHER, _EYES, _HAIRLINE, _THIN_TEMPLE)
_JAW_ACROSS: Final = "short strokes up over the edge of the jaw"
_JAW_STRETCH: Final = "Turn your head away and pull the skin back to the ear."
_NECK_STRETCH: Final = "Lift your chin and turn your head away."
_NECK_STOP: Final = "Never go over the windpipe or a vein that shows. Stop if it stings."
_NECK_SOURCES: Final = (_LESSON, _BRUISES, _LOW)
_HAND_STRETCH: Final = "Make a loose fist."
_HAND_STOP: Final = "Go round veins that stand out."

ZONES: Final[dict[str, Row]] = {
    "forehead": (
        "in the middle, just above the eyebrows",
        "Hold the skin at the hairline and pull it up a little.",
        "up to the hairline, from the middle to the sides",
        "from the middle to the temples, row by row",
        _EASY,
        "The forehead bruises more easily than the cheeks: never stand still. Stay off the hair.",
        (_TEACHER, _LESSON, _BRUISES, _HAIRLINE),
    ),
    "cheek_left": (
        _CHEEK_BEGIN,
        "Pull the skin to the left ear.",
        "out to the left ear, row by row, going down",
        _CHEEK_ACROSS,
        _EASY,
        _CHEEK_STOP,
        _CHEEK_SOURCES,
    ),
    "cheek_right": (
        _CHEEK_BEGIN,
        "Pull the skin to the right ear.",
        "out to the right ear, row by row, going down",
        _CHEEK_ACROSS,
        _EASY,
        _CHEEK_STOP,
        _CHEEK_SOURCES,
    ),
    "nose": (
        "at the bridge, between the eyes but not on the lids",
        "Stretch the skin beside the nose with one finger.",
        "down to the tip, then down each side",
        "short strokes from the bridge out to each side",
        "You feel a light pull. On the bridge the tip lets go with ease: turn your head a little.",
        "Stay away from the lids.",
        (_TEACHER, _EYES, _BRIDGE),
    ),
    "chin": (
        "in the middle, below the lower lip but not on it",
        "Press your lips together and pull the skin down.",
        "out to each side, row by row, going down",
        "up from the jaw to just below the lip",
        _EASY,
        "Never go over the lip.",
        (_TEACHER, _LESSON, _OWN),
    ),
    "temple_left": (
        "at the end of the left eyebrow",
        "Pull the skin up and back.",
        "out to the hairline",
        _TEMPLE_ACROSS,
        _THIN,
        _TEMPLE_STOP,
        _TEMPLE_SOURCES,
    ),
    "temple_right": (
        "at the end of the right eyebrow",
        "Pull the skin up and back.",
        "out to the hairline",
        _TEMPLE_ACROSS,
        _THIN,
        _TEMPLE_STOP,
        _TEMPLE_SOURCES,
    ),
    "jaw_left": ("beside the chin", _JAW_STRETCH, "along the bone to the left ear", _JAW_ACROSS, _EASY, _STINGS, (_TEACHER, _LESSON)),
    "jaw_right": ("beside the chin", _JAW_STRETCH, "along the bone to the right ear", _JAW_ACROSS, _EASY, _STINGS, (_TEACHER, _LESSON)),
    "neck_left": (
        "on the left side, a hand's width from the windpipe",
        _NECK_STRETCH,
        "up from the collarbone to the jaw",
        "back, away from the windpipe",
        _THIN,
        _NECK_STOP,
        _NECK_SOURCES,
    ),
    "neck_right": (
        "on the right side, a hand's width from the windpipe",
        _NECK_STRETCH,
        "up from the collarbone to the jaw",
        "back, away from the windpipe",
        _THIN,
        _NECK_STOP,
        _NECK_SOURCES,
    ),
    "around_mouth": (
        "beside the nose, with your lips pressed together",
        "Pull the skin to the ear.",
        "down beside the mouth, never on the lips",
        "short strokes out, away from the lips",
        _THIN,
        "Never go over the lips. Stop if it stings.",
        (_TEACHER, _OWN),
    ),
    "decollete": (
        "in the middle, below the collarbones",
        "Stand up straight and pull your shoulders back.",
        "out to the shoulders, row by row",
        "down, row by row, going out",
        _THIN,
        _STINGS,
        (_TEACHER, _OWN),
    ),
    "hand_left": (
        "at the left wrist",
        _HAND_STRETCH,
        "from the wrist to the knuckles",
        "across the back of the hand",
        _THIN,
        _HAND_STOP,
        (_TEACHER, _OWN),
    ),
    "hand_right": (
        "at the right wrist",
        _HAND_STRETCH,
        "from the wrist to the knuckles",
        "across the back of the hand",
        _THIN,
        _HAND_STOP,
        (_TEACHER, _OWN),
    ),
    "arm": (
        "on the outside, above the wrist",
        "Bend the arm, so that the skin is tight.",
        "up to the shoulder",
        "around the arm, row by row",
        _BODY,
        "Stay off the inside of the elbow.",
        (_TEACHER, _OWN),
    ),
    "leg": (
        "on the outside of the shin, above the ankle",
        "Bend the knee, so that the skin is tight.",
        "up to the knee, then to the hip",
        "around the leg, row by row",
        _BODY,
        "Stay off veins that show and off the back of the knee.",
        (_TEACHER, _BRUISES, _OWN),
    ),
    "back": (
        "between the shoulder blades; let somebody help you",
        "Round your back a little.",
        "down beside the spine, never on it",
        "out from the spine",
        _BODY,
        "Never go over the spine.",
        (_TEACHER, _OWN),
    ),
    "inner_forearm": (
        "on the inside, a hand's width above the wrist",
        "Hold the arm straight.",
        "slowly to the elbow",
        "slowly across",
        "You feel a light pull and a fine rub, like a cat's tongue.",
        _STINGS,
        ("Beurer FC 76 manual, p. 18 (test at the lowest setting)", _OWN),
    ),
    "neck_side": (
        "below the ear",
        _NECK_STRETCH,
        "slowly down to the shoulder",
        "slowly back",
        "You feel a light pull and a fine rub, like a cat's tongue.",
        _NECK_STOP,
        ("Beurer FC 76 manual, p. 18 (test on the neck)", _BRUISES),
    ),
}
"""By the name of the zone."""

HOLD_SOURCES: Final = (_TEACHER, _LESSON, _TILT)
"""Where the advice of ``guide.HOW_TO_HOLD`` comes from."""

BEGIN: Final = "Begin {begin}."
ALONG: Final = "First pass: {along}."
ACROSS: Final = "Second pass: {across}."
HEADING: Final = "{zone}:"
