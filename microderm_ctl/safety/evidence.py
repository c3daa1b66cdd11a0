"""The numbers that the rules use, each with where it comes from. Nothing on disk overrides them.

Most are our own careful choice, because no public source gives a table of suction per
skin type for a home diamond wand; ``sourced`` says which are not. The anchors that they
were held against are named in `ANCHORS`.
"""

from typing import Final, NamedTuple

from .skin import Skin
from .values import Depth, Grit
from .zones import Region, Zone


class Number(NamedTuple):
    """A whole number, whether a source gives it (else it is our own), and the source or the reason."""

    value: int
    sourced: bool
    source: str


def _own(value: int, reason: str) -> Number:
    return Number(value, False, f"our own choice: {reason}")


def _from(value: int, source: str) -> Number:
    return Number(value, True, source)


ANCHORS: Final[dict[str, Number]] = {
    "lowest setting named for sensitive skin": _from(
        13_500,
        "4 inHg, https://mountaincoastdistributors.com/blogs/blog/how-much-vacuum-power-do-i-need-to-perform-medical-microdermabrasion",
    ),
    "lowest medical multi-pass setting": _from(
        27_100,
        "8 inHg, https://mountaincoastdistributors.com/blogs/blog/how-much-vacuum-power-do-i-need-to-perform-medical-microdermabrasion",
    ),
    "lower quartile of suction-blister pressures": _from(
        26_700, "200 mmHg, Hatje et al., Br J Dermatol, https://refubium.fu-berlin.de/handle/fub188/12888"
    ),
    "breast-pump line": _from(33_300, "250 mmHg, 21 CFR 884.5150"),
    "horny layer gone in 20 s with crystals": _from(30_000, "Pharm Res 2012, https://pmc.ncbi.nlm.nih.gov/articles/PMC3596453/figure/F5"),
    "research suction, 3 s on a facial-size probe": _from(
        40_000, "Cutometer 6 mm, https://bio-protocol.org/exchange/minidetail?id=564702&type=30"
    ),
}
"""Published pressures in pascals. Caps stay under all of them; one textbook setting with crystals (30 mmHg, Tan) is lower than the caps."""

_ROLLING: Final = "https://www.mindbodygreen.com/articles/facial-cupping-tutorialhow-to-do-facial-cupping"
_RF: Final = "http://www.rodanandfields.com/rfconnection/index.php/2019/09/25/can-the-pore-cleansing-md-system-bruise-skin/"
_GLOWY: Final = "https://glowyskin.care/pages/how-to-use-the-microdermabrasion-handset"
_BEURER: Final = "Beurer FC 76 manual, p. 18, https://manualslib.de/manual/762406/Beurer-Fc-76.html?page=18"
_FREEDMAN: Final = "Freedman 2001, http://www.drbrucefreedman.com/meet-dr-freedman/research/benefits-of-microdermabrasion/"
_PIGMENT: Final = "dark marks follow inflammation in types III-VI, http://onlinelibrary.wiley.com/doi/10.1111/jdv.12050/abstract"

CEILING_PA: Final = _own(25_000, "under the blister, breast-pump and medical settings")
LOWEST_PA: Final = _own(2_500, "the lowest vacuum that a wand holds; below it nothing is started")
TRIP_PERMILLE: Final = 150
TRIP_LEAST_PA: Final = 600
TRIP_MOST_PA: Final = 1_500

BASE_PA: Final[dict[Skin, Number]] = {
    Skin.SENSITIVE: _own(12_000, "under 13.5 kPa, the lowest setting named for sensitive skin; older skin blisters sooner"),
    Skin.DRY: _own(15_000, "between sensitive and normal"),
    Skin.COMBINATION: _own(18_000, "between dry and normal"),
    Skin.NORMAL: _own(20_000, "75 % of 26.7 kPa, the lower quartile of suction-blister pressures"),
    Skin.OILY: _own(25_000, "just under 26.7 kPa, the lower quartile of suction-blister pressures"),
}
"""Vacuum in pascals that each row starts from."""

ZONE_PERMILLE: Final[dict[Region, Number]] = {
    Region.NOSE_CHIN: _own(
        1000,
        "the thickest facial dermis, 1.97 mm, is beside the nose (Chopra 2015, "
        "https://chirurgia-plastica-frenello.it/comprehensive-examination-topographic-thickness-skin-human-face); the number is ours",
    ),
    Region.FOREHEAD_CHEEK: _own(850, f"these bruise more easily than fleshy parts ({_ROLLING}); the number is ours"),
    Region.TEMPLE_JAW: _own(
        700, "temple dermis is 0.80 mm in women (https://pmc.ncbi.nlm.nih.gov/articles/PMC9205051/table/Tab2); the number is ours"
    ),
    Region.DECOLLETE_HAND: _own(700, "thin skin over bone and veins"),
    Region.NECK_MOUTH: _own(
        600,
        "makers advise low settings and the epidermis is thin "
        "(https://pmc.ncbi.nlm.nih.gov/articles/PMC9205051/table/Tab2); the number is ours",
    ),
    Region.BODY: _own(1000, "never above the ceiling"),
}

GRIT_PERMILLE: Final[dict[Grit, Number]] = {
    Grit.FINE: _own(1000, "140 mesh is 106 um by the ASTM table; the factor is ours"),
    Grit.MEDIUM: _own(900, "120 mesh is 125 um by the ASTM table; the factor is ours"),
    Grit.COARSE: _own(750, "100 mesh is 150 um by the ASTM table; the factor is ours"),
}
GRIT_UP_TO_UM: Final = ((106, Grit.FINE), (125, Grit.MEDIUM), (150, Grit.COARSE))
"""Largest diamond size in micrometres of each grit (ASTM 140, 120, 100 mesh)."""

GRIT_ORDER: Final = (Grit.FINE, Grit.MEDIUM, Grit.COARSE)
COARSEST: Final[dict[Skin, Grit]] = {
    Skin.SENSITIVE: Grit.FINE,
    Skin.DRY: Grit.FINE,
    Skin.COMBINATION: Grit.MEDIUM,
    Skin.NORMAL: Grit.MEDIUM,
    Skin.OILY: Grit.COARSE,
}
"""The coarsest grit per row; its direction is sourced, see below, the mapping is ours."""
GRIT_SOURCE: Final = (
    "https://pmdbeauty.com/faq/ and http://www.glendalelasergroup.com/silkpeel/ give the direction; "
    "which grit for which skin is our own choice"
)

FITZPATRICK_PERMILLE: Final[dict[int, Number]] = {
    1: _own(1000, "no source lowers it"),
    2: _own(1000, "no source lowers it"),
    3: _own(1000, "no source lowers it; dark marks are watched for"),
    4: _own(900, f"{_PIGMENT}; the factor is ours"),
    5: _own(800, f"{_PIGMENT}; the factor is ours"),
    6: _own(800, f"{_PIGMENT}; the factor is ours"),
}
FITZPATRICK_FINE_ONLY_FROM: Final = 5
FITZPATRICK_LONG_INTERVAL_FROM: Final = 4
FITZPATRICK_DARK_MARK_FROM: Final = 3
FITZPATRICK_SOURCE: Final = _PIGMENT
FITZPATRICK_FLOOR_DAYS: Final = _from(
    14, "2-4 weeks in darker skin, http://skinspecialistsonline.com/microdermabrasion-for-post-inflammatory-hyperpigmentation/"
)

FIRST_PERMILLE: Final = _own(600, "a first treatment, or a grit that is new to the skin, starts well under the cap")
FIRST_PASSES: Final = 1

DWELL_MS: Final[dict[Skin, Number]] = {
    Skin.SENSITIVE: _own(1_000, "a third of the 3 s that Rodan+Fields allow"),
    Skin.DRY: _own(1_000, "a third of the 3 s that Rodan+Fields allow"),
    Skin.COMBINATION: _own(2_000, "under the 3 s that Rodan+Fields allow"),
    Skin.NORMAL: _own(2_000, "under the 3 s that Rodan+Fields allow"),
    Skin.OILY: _from(3_000, f"hold for at most 3 s, {_RF}"),
}
PASSES: Final[dict[Skin, Number]] = {
    Skin.SENSITIVE: _from(1, "one pass, https://pmdbeauty.com/faq/"),
    Skin.DRY: _from(1, "one pass, https://pmdbeauty.com/faq/"),
    Skin.COMBINATION: _from(2, f"at most two, {_GLOWY}"),
    Skin.NORMAL: _from(2, f"at most two, {_GLOWY}"),
    Skin.OILY: _from(3, f"at most three, {_RF}"),
}


class Span(NamedTuple):
    """Sealed seconds per row, in the order of the skin types below."""

    sensitive: int
    dry: int
    combination: int
    normal: int
    oily: int

    def of(self, row: Skin) -> int:
        """Return the seconds of one row."""
        return self[(Skin.SENSITIVE, Skin.DRY, Skin.COMBINATION, Skin.NORMAL, Skin.OILY).index(row)]


_LARGE: Final = Span(36, 48, 60, 60, 72)
_SMALL: Final = Span(18, 24, 30, 30, 36)
_NECK_SIDE: Final = Span(15, 22, 30, 30, 30)
_NECK: Final = Span(30, 45, 60, 60, 60)
_BODY: Final = Span(60, 90, 120, 120, 120)

ZONE_S: Final[dict[Zone, Span]] = {
    Zone.FOREHEAD: _LARGE,
    Zone.CHEEK_LEFT: _LARGE,
    Zone.CHEEK_RIGHT: _LARGE,
    Zone.NOSE: _SMALL,
    Zone.CHIN: _SMALL,
    Zone.TEMPLE_LEFT: _SMALL,
    Zone.TEMPLE_RIGHT: _SMALL,
    Zone.JAW_LEFT: _SMALL,
    Zone.JAW_RIGHT: _SMALL,
    Zone.NECK_LEFT: _NECK_SIDE,
    Zone.NECK_RIGHT: _NECK_SIDE,
    Zone.AROUND_MOUTH: _SMALL,
    Zone.DECOLLETE: _NECK,
    Zone.HAND_LEFT: _SMALL,
    Zone.HAND_RIGHT: _SMALL,
    Zone.ARM: _BODY,
    Zone.LEG: _BODY,
    Zone.BACK: _BODY,
}
"""Sealed seconds per zone. Our own split of the 2-4 minutes for a whole face of http://www.cosmtools.com/porecleanfaq591.html."""
TREATMENT_S: Final = Span(180, 240, 300, 300, 360)
"""Sealed seconds of one treatment; our own, far below the 15-60 min of a professional one."""
TREATMENT_S_SOURCE: Final = "our own choice, far below the 15-60 minutes of a professional treatment"
ZONES_AT_ONCE: Final = 12
"""The wand takes this many zone rows."""

INTERVAL_DAYS: Final = Span(56, 28, 28, 28, 28)
"""Default days between treatments: four to eight weeks, as professionals advise; the skin renews itself in 26-28 days."""
INTERVAL_SOURCE: Final = (
    "4-8 weeks as professionals advise; the skin needs 26-28 days to renew (http://hopelasercenter.com/diamond-tip-microdermabrasion.html)"
)
FLOOR_DAYS: Final = Span(14, 14, 7, 7, 7)
"""Days that no plan goes under: 7 from Beurer, PMD and glowyskin, 14 our own."""
COURSE_TREATMENTS: Final = _from(6, _FREEDMAN)
COURSE_MOST: Final = _own(12, "the longest course that the studies read used is ten")
PAUSE_DAYS: Final = _from(90, _FREEDMAN)
COUNTS_FROM_MS: Final = 10_000
"""A treatment counts from 10 s sealed."""

LADDER_PERMILLE: Final = (600, 700, 800, 900, 1000)
"""Part of the cap that is taken unasked: the first treatment's, then one step more each time the skin was fine. Our own."""
DEPTH_PERMILLE: Final[dict[Depth, int]] = {Depth.LIGHT: 700, Depth.REGULAR: 850, Depth.DEEP: 1000}
"""Part of the cap; our own."""
DEPTH_PASSES: Final[dict[Depth, int]] = {Depth.LIGHT: 1, Depth.REGULAR: 2, Depth.DEEP: 3}
DEPTH_COARSEST: Final[dict[Depth, Grit]] = {Depth.LIGHT: Grit.FINE, Depth.REGULAR: Grit.MEDIUM, Depth.DEEP: Grit.COARSE}

CALIBRATION_WARN_DAYS: Final = 334
CALIBRATION_WEAK_DAYS: Final = 365
CALIBRATION_END_DAYS: Final = 730
"""11, 12 and 24 months."""
CALIBRATION_PERMILLE: Final = _own(800, "a sensor that was not checked for a year may read too low")
CALIBRATION_SOURCE: Final = "our own choice; pressure sensors drift, makers give about 1.5 % of span"

PATCH_S: Final = 3
PATCH_WAIT_S: Final = 24 * 3600
PATCH_SOURCE: Final = _BEURER
PATCH_RETRY_DAYS: Final = _own(14, "as long as after a stop for pain")
STOP_LOCK_DAYS: Final = _own(14, "skin that hurt or bled needs two weeks")
FINISH_WITHIN_S: Final = 2 * 3600
ANSWERS_FRESH_S: Final = 3600
AHEAD_S: Final = 24 * 3600
DAY_S: Final = 24 * 3600
