"""What skin needs after a treatment, and for how long.

The waits for retinol and acids: a textbook says 3 days before and 3 after
(http://www.skin-disease-care.com/1575treatment_and_clinical_management.php), a maker says 7
before (https://glowyskin.care/pages/how-to-use-the-microdermabrasion-handset), and doctors of
https://www.realself.com/question/is-microdermabrasion-safe-while-using-retin-a say one week
after. Today's questions ask for 7 days, so the longer wait holds on both sides.
"""

from typing import Final

Care = tuple[str, int, str, str]

CARE: Final[tuple[Care, ...]] = (
    (
        "rinse",
        0,
        "Rinse with cool water and pat dry. Use a plain cream with no scent.",
        "our own choice",
    ),
    (
        "heat",
        2,
        "No hot bath, sauna, tanning bed or sport for two days.",
        "Beurer FC 76 manual, p. 18 (sauna, sweat and tanning bed one day before and after); a second day is our own choice",
    ),
    (
        "make-up",
        1,
        "No make-up for a day.",
        "our own choice",
    ),
    (
        "acids",
        7,
        "Your skin takes in more than before. So use no retinol, acid, peel or scrub for a week.",
        "https://www.realself.com/question/is-microdermabrasion-safe-while-using-retin-a (one week after); 3 days in the textbook above",
    ),
    (
        "sun",
        7,
        "Put on sunscreen of factor 30 or more each day for a week. Stay out of strong sun.",
        "Philips VisaCare manual, p. 8 (factor 30 for at least 3 days); https://skincolorado.com/microdermabrasion/ (sun: 7 days after)",
    ),
    (
        "look",
        7,
        "A little red is gone within a day. If it lasts, or if you see blisters, blood or purple marks, show it to a doctor.",
        "http://uqu-sa.net/?p=534 (small bleeding under the skin); the day is our own choice",
    ),
    (
        "tip",
        0,
        "Rinse the tip and wipe it with alcohol. Look at the filter.",
        "http://www.topwrinkletreatments.com/taking-care-of-your-microdermabrasion-machine/ (a tip loads with skin)",
    ),
)
"""By what it is about: id, days for which it holds (0: now), what to do, source."""

PATCH_CARE: Final[tuple[Care, ...]] = (
    (
        "patch-alone",
        1,
        "Leave the spot alone for 24 hours: no acid cream, no sauna, no sun.",
        "Beurer FC 76 manual, p. 18 (wait 24 hours)",
    ),
    (
        "patch-look",
        1,
        "Then look at it, and say how it is: 'microderm patch-test --result clean', 'red' or 'sore'.",
        "Beurer FC 76 manual, p. 18",
    ),
)
"""The same after a patch test."""

HOLDS: Final = "{text} This holds until {until}."
NOTHING: Final = "There is nothing to take care of now. Sunscreen is always good."
HEADING: Final = "After-care for {person}, from the treatment of {at}:"
HEADING_PATCH: Final = "After-care for {person}, from the patch test of {at}:"
STILL: Final = "Your skin still needs care until {until}: 'microderm after-care'."
