"""The way of a treatment and of a patch test: what is asked, offered, planned and told before and after the run."""

from typing import Final

# How the last treatment ended, how the skin was, how a spot looks: the choices.
ENOUGH: Final = "I had enough, all is well"
CAME_BETWEEN: Final = "Something else came in between"
HURT: Final = "It hurt"
BLED: Final = "It bled, or a purple mark came"
GOOD: Final = "Good"
UNPLEASANT: Final = "Unpleasant, but all right"
SKIN_FINE: Final = "Fine; it was red for less than a day"
SKIN_RED: Final = "Red or sore for more than a day"
SKIN_DARK: Final = "A dark mark came"
SPOT_CLEAN: Final = "Like the skin around it"
SPOT_RED: Final = "Red"
SPOT_SORE: Final = "Sore, swollen, or with blisters"

WHY_CUT_OFF: Final = "The treatment of {at} was cut off. Why did it end?"
HOW_WAS_SKIN: Final = "How was your skin after the treatment of {at}?"
HOW_IS_SPOT: Final = "How does the spot of the patch test look now?"
HOW_WAS_IT: Final = "How was it?"
WHY_ENDED: Final = "Why did it end?"

STOPPED_BY: Final = "Stopped: {signal}."
NOTHING_BEGUN: Final = "Nothing was begun."
IS_CAUSE_GONE: Final = "Is the cause gone? Type y, and then press the button on the wand."

# A patch test.
BEGIN_PATCH: Final = "Begin the patch test now? It takes 3 s; the first treatment is then possible from {ready}."
WHERE_SPOT: Final = "Where is the spot to be tested?"
ON_FOREARM: Final = "On the inner side of the forearm"
ON_NECK: Final = "On the side of the neck, nearer to the face's skin"
NO_PATCH_TEST: Final = "There is no patch test to be judged."
MAKE_PATCH_TEST: Final = "Make one with 'microderm patch-test'."
TOO_EARLY: Final = "The patch test was made at {made}; you look at it after 24 hours."
LOOK_FROM: Final = "From {ready} say how the spot looks. If it is red or sore already, say that now."
PATCH_CLEAN: Final = "The first treatment is possible: 'microderm treat'."
PATCH_BAD: Final = (
    "Your skin does not take it: no treatment. You can make a new patch test in 14 days. If the spot gets worse, ask a doctor."
)
PATCH_RESULT: Final = "Patch test: {result}{mark}."
PATCH_NOT_COMPLETE: Final = "The patch test is not complete, so it does not count. Begin it again: 'microderm patch-test'."
PATCH_DONE: Final = "The patch test is done. From {ready} on you can look at it."
SIMULATED: Final = " (SIMULATED)"

PLACE: Final = "place for a patch test"
PLACES: Final = "It is forearm (the inner side) or neck (its side)."

# Finishing.
CAN_FINISH: Final = "The treatment before was cut off and can be finished: 'microderm treat --finish'."
WAS_CUT_OFF: Final = "The treatment before was cut off."
FINISH_NOW: Final = "Finish it now?"

# Caps and zones.
TREAT_REST: Final = "Treat the rest: {zones}?"
START_AT: Final = "Start at {vacuum}?"
START_AT_CAPS: Final = "Start at the caps ({caps})?"
CAP_ON: Final = "{vacuum} on {zones}"

# The plan.
NO_PLAN: Final = "There is no plan to lead."
PLAN: Final = "Plan for {person}: wand {wand}{mark}, {grit} tip ({tip_um} um)"
PLAN_HEAD: Final = ("  zone", "vacuum", "cap", "time", "passes")
SECONDS: Final = "{seconds} s"
PLAN_ZONE: Final = "{zone}: {vacuum}, the cap is {cap}, for {seconds} s in {passes}."
ONE_PASS: Final = "one pass"
PASSES: Final = "{passes} passes"
PLAN_WHY: Final = "cap of {zones}: {rules}"
PLAN_WHOLE: Final = "  {seconds} s on the skin in all.{level}"
ONE_LEVEL: Final = " One level for all zones: no press in between."
NOTE: Final = "Note: {note}"
GUIDE: Final = "How each zone is done: 'microderm guide'."
ARM: Final = "Arm the wand? Then press its button and begin with the {zone}."
ASKS_WITH: Final = "It asks with {pattern}."
ARM_AGAIN: Final = "Arm it once more?"

# The result.
NOT_ASKED: Final = "The wand did not say how much it used. So all the time that was planned counts, until you plug it in again."
ON_SKIN: Final = "On the skin:"
USED: Final = ("{used} of {planned} s", "{done} of {planned} passes", "mean {vacuum}", "most {vacuum}")
USED_ZONE: Final = "{zone}: {used} of {planned} s, {done} of {passes} passes, on average {mean}, at most {most}."
NOW: Final = "Now:"
LEFT: Final = "What is left can be finished within 2 hours: 'microderm treat --finish'."
NEXT_FROM: Final = "The next treatment is possible from {at}."
