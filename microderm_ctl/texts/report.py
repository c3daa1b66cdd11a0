"""The words of the pictures in a report; those of its page are in ``report/templates``."""

from typing import Final

SECONDS: Final = "seconds since the wand was armed"
MINUTES: Final = "minutes since the wand was armed"
SUCTION: Final = "kPa below ambient"
VACUUM: Final = "vacuum"
SET_POINT: Final = "set point"
CAP: Final = "cap"

TRACE: Final = "Suction during treatment {id}"
TRACE_TOLD: Final = (
    "The line of the vacuum over {duration}, with the set point and the cap. On the skin it reached {most} at most, {over}. "
    "Zones in order: {zones}."
)
OVER_CAP: Final = "{pressure} above the cap of that moment"
UNDER_CAP: Final = "never above the cap"

FACE: Final = "Zones of treatment {id} on a face"
FACE_ALL: Final = "Zones of all treatments on a face"
FACE_TOLD: Final = "A face seen from the front; right and left are those of the person. {zones}"
FACE_EMPTY: Final = "No zone of the face was treated."
ZONE_STATES: Final = {"whole": "whole time", "part": "part of the time", "none": "planned, not treated"}
ZONE_TIMES: Final = {"whole": "whole", "part": "part", "none": "none"}
ZONE_COUNTS: Final = {"whole": "three treatments or more", "part": "one or two treatments"}
TIMES: Final = "{zone}: {count} times"
ONCE: Final = "{zone}: once"

RESULT: Final = "{scale} by date, from 1 (worst) to 5 (best)"
RESULT_TOLD: Final = "{entries}. Dashed lines stand for treatments."
STEP: Final = "step"

SCALES: Final = {"smoothness": "How smooth", "pores": "Pores", "redness": "Redness", "comfort": "How it feels"}
