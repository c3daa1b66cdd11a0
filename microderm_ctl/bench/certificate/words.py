"""What a certificate says in so many words; numbers are filled in by ``content``."""

from typing import Final

from microderm_ctl.bench.decision import Verdict
from microderm_ctl.bench.measurement import Outcome

TITLE: Final = "Calibration certificate"
SIMULATED: Final = "SIMULATED"
SIMULATED_NOTE: Final = (
    "SIMULATED. {what} {verb} simulated by a program. This document shows what a certificate looks like; it certifies nothing, and its "
    "number is of a range that no real certificate has."
)
SIMULATED_UNIT: Final = "The unit"
SIMULATED_GAUGE: Final = "The reference gauge"
SIMULATED_BOTH: Final = "The unit and the reference gauge"

AMENDS: Final = (
    "This certificate replaces certificate {number} (SHA-256 {sha256}). What was changed, and why: {reason} The results are those of "
    "the certificate that it replaces."
)
CONFORMS: Final = "The unit conforms{state}: {specification}."
CONFORMS_NOT: Final = "The unit does not conform{state}: {specification}."
AS_LEFT: Final = ", as left"
NOT_ADJUSTED: Final = ", not adjusted"
AS_FOUND: Final = ", as found and not adjusted"
POINTS_PASS: Final = "At each of the {count} points |error| + U is within {tolerance} kPa{checks}."
AND_CHECKS: Final = ", and each of the {count} other checks is within its limits"
POINTS_FAIL: Final = "Points that do not pass: {points}."
CHECKS_FAIL: Final = "Checks outside their limits: {names}."
NOT_VERIFIED: Final = "It was adjusted, and not measured after that."
WORST_FOUND: Final = "As found{when}: {verdict} (largest error {error} kPa at {at} kPa, {direction})."

BEFORE: Final = ", before it was adjusted"
WITH_OLD: Final = "With the coefficients that the unit came with"
WITH_NEW: Final = "With the new coefficients, at points that the fit has not seen"
WITH_THE_SAME: Final = "With the coefficients unchanged, at other points, after a restart"
RULE: Final = (
    "Specification: {specification}. The rule was agreed before the work and follows ILAC-G8:09/2019 with a guard band as wide as U "
    "(w = U). As left, and where nothing was adjusted, a point passes only if |error| + U \N{LESS-THAN OR EQUAL TO} {tolerance} kPa. As "
    "found, a point up to {tolerance} kPa that does not pass is a conditional pass, one beyond is a conditional fail while |error| "
    "\N{MINUS SIGN} U \N{LESS-THAN OR EQUAL TO} {tolerance} kPa, and else a fail. The risk that a unit out of tolerance passes is at most "
    "{risk} %. Verdicts are made from the values before they are rounded."
)
ADJUST_RULE: Final = (
    "A unit that was calibrated before is adjusted only if an error as found is over {above} kPa, so that its drift can be seen."
)
UNCERTAINTY: Final = (
    "U is the expanded uncertainty after JCGM 100:2008 (GUM): the combined standard uncertainty times k, for a level of confidence of "
    "95.45 %. It is rounded up to two digits, and the result to the same place. As left it is that of a reading of one second on the "
    "bench, coming from either side; at other temperatures, or as the unit ages, it is larger."
)
TRACEABILITY: Final = (
    "Issued by a non-accredited laboratory; results traceable through certificate {certificate} of the reference gauge ({gauge}, serial "
    "{serial}), calibrated on {calibrated}."
)
CONVENTIONS: Final = "Vacuum is stated in kPa below ambient, positive. Error is what the unit shows less the reference."
ONLY_THE_ITEM: Final = "The results relate only to the item calibrated, in the condition and under the conditions stated."
IN_FULL: Final = "This certificate is not to be reproduced except in full, unless the laboratory has approved in writing."
BUDGETS: Final = (
    "Standard uncertainty u of each component at the vacuums below; the table after it shows how they come about at the one with the "
    "largest U. The document of record holds all of them."
)
BY_CUSTOMER: Final = "supplied by the customer"
CHARTED: Final = "Up and down are drawn beside each other, so that both are seen."
NOT_DONE: Final = "Not part of this work: {parts}."
DOCUMENT: Final = "Document of record: JSON, format {format}, SHA-256 {sha256}. Made with {software}."
END: Final = "End of certificate {number}"
NOT_DRAWN: Final = (
    "{count} characters are not in the font of this PDF and are shown as \N{WHITE SQUARE}: {points}. They are whole in the document of "
    "record and on the HTML page."
)

VERDICTS: Final = {
    Verdict.PASS: "pass",
    Verdict.CONDITIONAL_PASS: "conditional pass",
    Verdict.CONDITIONAL_FAIL: "conditional fail",
    Verdict.FAIL: "fail",
}
OUTCOMES: Final = {Outcome.PASS: "pass", Outcome.MARGINAL: "pass, marginal", Outcome.FAIL: "fail"}
MEASURED: Final = {
    "zero_offset": "Offset at vent",
    "gain": "Gain against nominal",
    "bow": "Bow at mid-span",
    "residual": "Largest residual of the fit",
    "hysteresis": "Largest hysteresis h",
    "zero_deviation": "Zero deviation f0",
    "repeatability": "Repeatability b\N{PRIME}",
    "noise": "Noise of single readings s",
    "monotone_least": "Least slope against nominal",
    "monotone_most": "Greatest slope against nominal",
    "bleed": "Decay through the bleed",
    "fixture_leak": "Leak of the fixture alone",
    "start_duty": "Start duty",
    "overshoot": "Overshoot of the step",
    "settle": "Settling time",
    "ripple": "Ripple",
    "map_fall": "Largest fall with rising duty",
    "map_repeat": "A middle point once more",
    "temperature": "Temperature of the room",
    "idle_current": "Current with the pump off",
    "shown": "What it shows against its own record",
    "vent_time": "Time to vent",
    "lease_stop": "Stop without word from the computer",
    "trip": "Vacuum at which it vents by itself",
}
LAWS: Final = {"laminar": "laminar, ln v falls on a straight line", "orifice": "orifice, \N{SQUARE ROOT}v falls on a straight line"}
PARTS: Final = {
    "as_left": "verification as left",
    "leak": "leak-down",
    "duty": "duty map",
    "step": "step response",
    "self_test": "self-test",
}
