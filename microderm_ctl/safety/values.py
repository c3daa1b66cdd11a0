"""What goes into a decision and what comes out, as plain values.

All are tuples of whole numbers, texts and each other, so that the store can keep
them and JSON can print them. Vacuum is pascals below ambient, times ending in
``_at_s`` are seconds since 1970 UTC, other times carry their unit in the name.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from .skin import Person
from .zones import Zone


class Grit(StrEnum):
    """How coarse a tip is, by the size of its diamonds."""

    FINE = "fine"
    MEDIUM = "medium"
    COARSE = "coarse"


class Depth(StrEnum):
    """How much a person wants: a fraction of the cap with its grit and passes. No micrometres are claimed."""

    LIGHT = "light"
    REGULAR = "regular"
    DEEP = "deep"


class Kind(StrEnum):
    """What is to be begun."""

    TREATMENT = "treatment"
    PATCH_TEST = "patch_test"
    FINISH = "finish"


class PatchResult(StrEnum):
    """How the tested spot looked 24 hours later."""

    CLEAN = "clean"
    RED = "red"
    SORE = "sore"


class Ending(StrEnum):
    """Why a treatment ended, as the person said."""

    DONE = "done"
    INTERRUPTED = "interrupted"
    PAIN = "pain"
    BLEEDING = "bleeding"


class Aftermath(StrEnum):
    """How the skin was after a treatment; asked at the next visit."""

    FINE = "fine"
    RED_OVER_24_H = "red_over_24_h"
    DARK_MARK = "dark_mark"


class Patch(NamedTuple):
    """A patch test: when it was made, its result (None until said), and when that was said."""

    at_s: int
    result: PatchResult | None = None
    result_at_s: int | None = None


class PastZone(NamedTuple):
    """What one zone got in a treatment: planned and used sealed time."""

    zone: Zone
    sealed_ms: int
    planned_s: int
    completed: bool


class Treatment(NamedTuple):
    """A treatment that was begun. ``finishes_at_s`` names the interrupted one that it finished."""

    at_s: int
    sealed_ms: int
    grit: Grit | None = None
    ending: Ending | None = None
    aftermath: Aftermath | None = None
    zones: tuple[PastZone, ...] = ()
    ended_at_s: int | None = None
    finishes_at_s: int | None = None


class ProfileEdit(NamedTuple):
    """The profile as it was saved at a time; the first is the person's creation."""

    at_s: int
    person: Person


class ClockFix(NamedTuple):
    """A recorded time that lay ahead of the clock, and the time that it counts as since the person confirmed."""

    recorded_at_s: int
    counts_as_s: int


class ProfessionalPlan(NamedTuple):
    """What a professional wrote down for a person. It never raises a cap.

    ``interval_days`` and ``course_length`` may be missing (None); ``cleared`` holds ids of
    the questions that say "ask a doctor first", and ``dark_mark``.
    """

    name: str
    made_at_s: int
    expires_at_s: int
    interval_days: int | None = None
    course_length: int | None = None
    cleared: tuple[str, ...] = ()


class History(NamedTuple):
    """What the records hand over about one person. Order does not matter.

    ``own_tags`` are the ledger tags of all profiles of this store.
    """

    treatments: tuple[Treatment, ...] = ()
    patches: tuple[Patch, ...] = ()
    profiles: tuple[ProfileEdit, ...] = ()
    plan: ProfessionalPlan | None = None
    clock_fixes: tuple[ClockFix, ...] = ()
    own_tags: tuple[str, ...] = ()


class LedgerEntry(NamedTuple):
    """One treatment as the wand's own ledger keeps it: UTC at ARM, person tag in hex, sealed time."""

    at_s: int
    tag: str
    sealed_ms: int


class WandState(NamedTuple):
    """What the wand says about itself. ``tip_um`` is None when no tip or an unknown one is on.

    ``calibrated_at_s`` is None when it was never calibrated. The limits are the wand's own;
    under a cap of ``cap_least_pa`` it cannot promise to stay below its trip.
    """

    tip_um: int | None
    calibrated_at_s: int | None
    calibration_void: bool = False
    cap_pa: int = 25_000
    cap_least_pa: int = 5_000
    treatment_s: int = 360
    zone_s: int = 360
    dwell_ms: int = 3_000
    treatment_left_s: int = 360
    cooldown_left_s: int = 0
    ledger: tuple[LedgerEntry, ...] = ()
    simulated: bool = False


class Answers(NamedTuple):
    """Today's answers by question id, and when they were given (None is too old).

    An answer is ``no``, ``yes``, ``not_sure``; for questions about time also how long ago
    (``3d``, ``20min``); for questions about zones the zone names with commas between.
    """

    values: Mapping[str, str]
    at_s: int | None


class Request(NamedTuple):
    """What a person asks for.

    ``level_pa`` is a vacuum, None lets the plan choose. ``up_to_cap`` is the person's consent
    to the cap wherever ``level_pa`` is above it. ``one_level`` None takes the default of the skin.
    ``clogged`` are zones with blackheads: they come first where caps tie.
    """

    zones: tuple[Zone, ...]
    answers: Answers
    kind: Kind = Kind.TREATMENT
    level_pa: int | None = None
    depth: Depth | None = None
    grit: Grit | None = None
    one_level: bool | None = None
    up_to_cap: bool = False
    clogged: tuple[Zone, ...] = ()


class Factor(NamedTuple):
    """One line of a cap's arithmetic: the base (permille 1000) or a factor, and the vacuum after it.

    ``sourced`` is False for a number that is our own careful choice; ``source`` then gives its reason.
    """

    name: str
    permille: int
    after_pa: int
    sourced: bool
    source: str


class PlannedZone(NamedTuple):
    """One zone of a plan: set point, cap and trip in pascals, sealed seconds, passes, dwell, and why."""

    zone: Zone
    level_pa: int
    cap_pa: int
    trip_pa: int
    seconds: int
    passes: int
    dwell_ms: int
    factors: tuple[Factor, ...]


class Plan(NamedTuple):
    """What will be done, in this order of zones."""

    kind: Kind
    zones: tuple[PlannedZone, ...]
    treatment_s: int
    tip_um: int
    grit: Grit
    one_level: bool
    first: bool
    fraction_permille: int


class Refusal(NamedTuple):
    """Why not: a stable code, the rule, the reason and its source, and what to do next.

    ``retry_at_s`` is when it may be tried again, ``allowed_pa`` the nearest vacuum that is allowed,
    ``zones`` what it closes (nothing means everything), ``factors`` the arithmetic of a cap.
    """

    code: str
    rule: str
    why: str
    source: str
    do_next: str
    retry_at_s: int | None = None
    allowed_pa: int | None = None
    zones: tuple[Zone, ...] = ()
    factors: tuple[Factor, ...] = ()


class Decision(NamedTuple):
    """Either a plan, or the refusals; notes are sentences for the person in both cases.

    ``open_zones`` are the asked zones that no refusal closes, so that they can be offered instead.
    """

    plan: Plan | None
    refusals: tuple[Refusal, ...]
    notes: tuple[str, ...] = ()
    open_zones: tuple[Zone, ...] = ()
