"""Rules that follow from what was before: patch test, interval, course, stops, dark marks, recorded times."""

from .dates import days, when
from .evidence import (
    AHEAD_S,
    COURSE_MOST,
    COURSE_TREATMENTS,
    FINISH_WITHIN_S,
    FITZPATRICK_DARK_MARK_FROM,
    FITZPATRICK_SOURCE,
    INTERVAL_DAYS,
    INTERVAL_SOURCE,
    PATCH_RETRY_DAYS,
    PATCH_SOURCE,
    PATCH_WAIT_S,
    PAUSE_DAYS,
    STOP_LOCK_DAYS,
)
from .rules_skin import Found
from .situation import Situation, is_clean, recorded_times
from .values import Aftermath, Ending, Kind, Patch, PatchResult, Refusal, Treatment

_PAINFUL = (Ending.PAIN, Ending.BLEEDING)
_POSITIVE = (PatchResult.RED, PatchResult.SORE)


def recorded_ahead(situation: Situation) -> Found:
    """Refuse while something was written down more than 24 hours ahead of the clock."""
    ahead = [at_s for at_s in recorded_times(situation.history, situation.wand, situation.person) if at_s > situation.clock_s + AHEAD_S]
    if not ahead:
        return ()
    return (
        Refusal(
            "recorded-ahead",
            "recorded times",
            f"Something was recorded at {when(max(ahead))}, and the computer's clock says {when(situation.clock_s)}.",
            "our own choice",
            "Set the computer's clock. If it is right, confirm it with "
            "'microderm history --confirm-clock': what lies ahead then counts as made today.",
        ),
    )


def interval_days(situation: Situation) -> int:
    """Return the days between treatments: the default of the row, or a professional's, never under the floor."""
    theirs = None if situation.plan is None else situation.plan.interval_days
    return max(situation.floor_days, INTERVAL_DAYS.of(situation.row) if theirs is None else theirs)


def course_length(situation: Situation) -> int:
    """Return the treatments of one course: six, or a professional's number."""
    theirs = None if situation.plan is None else situation.plan.course_length
    return max(1, min(COURSE_MOST.value, COURSE_TREATMENTS.value if theirs is None else theirs))


def next_treatment_at_s(situation: Situation) -> int | None:
    """Return from when the calendar allows a treatment: interval, or the pause after a full course; None when it always does."""
    if not situation.counted_s:
        return None
    wait_days = interval_days(situation)
    if _course_so_far(situation.counted_s) >= course_length(situation):
        wait_days = max(wait_days, PAUSE_DAYS.value)
    return situation.counted_s[-1] + days(wait_days)


def calendar(situation: Situation) -> Found:
    """Refuse before the interval is over, and after a full course before the pause is."""
    retry_s = next_treatment_at_s(situation)
    if situation.request.kind is not Kind.TREATMENT or retry_s is None or situation.now_s >= retry_s:
        return ()
    last, do_next = when(situation.counted_s[-1]), f"The next treatment is possible from {when(retry_s)}."
    count = _course_so_far(situation.counted_s)
    if count >= course_length(situation):
        return (
            Refusal(
                "course-pause",
                "pause after a course",
                f"A course of {count} treatments is done, the last on {last}; then the skin rests {PAUSE_DAYS.value} days.",
                PAUSE_DAYS.source,
                do_next,
                retry_at_s=retry_s,
            ),
        )
    return (
        Refusal(
            "interval",
            "interval between treatments",
            f"The last treatment was on {last}; {interval_days(situation)} days lie between two.",
            INTERVAL_SOURCE,
            do_next,
            retry_at_s=retry_s,
        ),
    )


def _course_so_far(counted_s: tuple[int, ...]) -> int:
    """Return how many treatments the latest course has: those with gaps under 90 days belong together."""
    count = 1
    for later, earlier in zip(reversed(counted_s), reversed(counted_s[:-1]), strict=False):
        if later - earlier >= days(PAUSE_DAYS.value):
            return count
        count += 1
    return count


def _ended_s(treatment: Treatment) -> int:
    return treatment.at_s if treatment.ended_at_s is None else max(treatment.at_s, treatment.ended_at_s)


def _locks(situation: Situation) -> list[tuple[Treatment, int]]:
    lock_days = max(situation.floor_days, STOP_LOCK_DAYS.value)
    return [(known, _ended_s(known) + days(lock_days)) for known in situation.history.treatments if known.ending in _PAINFUL]


def stopped_for_pain(situation: Situation) -> Found:
    """Lock for at least 14 days after a stop for pain or bleeding; a new patch test comes after that."""
    found = []
    for known, until_s in _locks(situation):
        if situation.now_s < until_s:
            said = "pain" if known.ending is Ending.PAIN else "bleeding or a purple mark"
            found.append(
                Refusal(
                    "stopped-for-pain",
                    "stops for pain or bleeding",
                    f"The treatment of {when(known.at_s)} ended with {said}; the skin has to heal.",
                    STOP_LOCK_DAYS.source,
                    f"From {when(until_s)} make a new patch test: 'microderm patch-test'.",
                    retry_at_s=until_s,
                )
            )
    return tuple(found)


def ending_unsaid(situation: Situation) -> Found:
    """Treat an ending that nobody explained as the strictest: at least 14 days, until it is said."""
    if situation.request.kind is not Kind.TREATMENT:
        return ()
    lock_days = max(situation.floor_days, STOP_LOCK_DAYS.value)
    late = [
        known
        for known in sorted(situation.history.treatments, key=_ended_s)
        if known.ending is None and known.sealed_ms > 0 and situation.now_s < _ended_s(known) + days(lock_days)
    ]
    if not late:
        return ()
    retry_s = _ended_s(late[-1]) + days(lock_days)
    return (
        Refusal(
            "ending-unsaid",
            "how the last treatment ended",
            f"It was not said why the treatment of {when(late[-1].at_s)} ended.",
            "our own choice: unknown counts as the strictest",
            f"Say it with 'microderm treat --last-ended done' (or interrupted, pain, bleeding), or wait until {when(retry_s)}.",
            retry_at_s=retry_s,
        ),
    )


def dark_mark(situation: Situation) -> Found:
    """Refuse after a dark mark on Fitzpatrick III-VI until a professional has seen it."""
    marks = sorted(known.at_s for known in situation.history.treatments if known.aftermath is Aftermath.DARK_MARK)
    if not marks or situation.fitzpatrick < FITZPATRICK_DARK_MARK_FROM:
        return ()
    plan = situation.plan
    if plan is not None and "dark_mark" in plan.cleared and plan.made_at_s >= marks[-1]:
        return ()
    return (
        Refusal(
            "dark-mark",
            "dark marks after a treatment",
            f"A dark mark came after the treatment of {when(marks[-1])}; another could make it worse.",
            FITZPATRICK_SOURCE,
            "Show it to a skin doctor, and leave treatments until they allow them.",
        ),
    )


def _newest(patch: Patch) -> tuple[int, bool, int]:
    """Sort patch tests by time; of two of the same second the one that was not clean comes last."""
    return patch.at_s, patch.result in _POSITIVE, patch.result_at_s or patch.at_s


def patch_test(situation: Situation) -> Found:
    """Ask for a patch test that is younger than the profile and any painful stop, 24 hours old, and clean."""
    patch = max(situation.history.patches, key=_newest, default=None)
    if patch is not None and patch.result in _POSITIVE:
        return _patch_positive(situation, patch)
    if situation.request.kind is Kind.PATCH_TEST:
        return ()
    begun_s = (situation.profile.since_s, *(until_s for _, until_s in _locks(situation)))
    needed_s = max([0, *(at_s for at_s in begun_s if at_s is not None)])
    if patch is None or patch.at_s < needed_s:
        return (
            Refusal(
                "patch-test-missing",
                "patch test",
                "First you test a small spot: before the first treatment, after a changed profile, and after a stop for pain.",
                PATCH_SOURCE,
                "Run 'microderm patch-test'; 24 hours later the treatment is possible.",
            ),
        )
    if is_clean(patch, situation.now_s):
        return ()
    ready_s = patch.at_s + PATCH_WAIT_S
    if situation.now_s < ready_s:
        return (
            Refusal(
                "patch-test-waiting",
                "patch test",
                f"The patch test was made at {when(patch.at_s)}; it is looked at after 24 hours.",
                PATCH_SOURCE,
                f"From {when(ready_s)} say how the spot looks: 'microderm patch-test --result clean'.",
                retry_at_s=ready_s,
            ),
        )
    return (
        Refusal(
            "patch-test-unanswered",
            "patch test",
            "It was not said how the tested spot looks after 24 hours.",
            PATCH_SOURCE,
            "Say it: 'microderm patch-test --result clean', 'red' or 'sore'.",
        ),
    )


def _patch_positive(situation: Situation, patch: Patch) -> Found:
    retry_s = patch.at_s + days(PATCH_RETRY_DAYS.value)
    if situation.now_s >= retry_s and situation.request.kind is Kind.PATCH_TEST:
        return ()
    result = "red" if patch.result is PatchResult.RED else "sore"
    return (
        Refusal(
            "patch-test-positive",
            "patch test",
            f"The spot of the patch test of {when(patch.at_s)} was {result}: your skin does not take it.",
            PATCH_SOURCE,
            f"From {when(retry_s)} you can make a new patch test: 'microderm patch-test'.",
            retry_at_s=retry_s,
        ),
    )


def finishing(situation: Situation) -> Found:
    """Allow finishing only what was interrupted from outside in the last two hours, and only its open zones."""
    if situation.request.kind is not Kind.FINISH:
        return ()
    target = situation.target
    if target is None or all(past.completed for past in target.zones):
        return (
            Refusal(
                "nothing-to-finish",
                "finishing a treatment",
                "The last treatment was not interrupted from outside, or all its zones are done.",
                "our own choice",
                "Run 'microderm history' to see from when the next treatment is possible.",
            ),
        )
    if situation.now_s > _ended_s(target) + FINISH_WITHIN_S:
        retry_s = next_treatment_at_s(situation)
        later = "Begin a new treatment: 'microderm treat'." if retry_s is None else f"The next treatment is possible from {when(retry_s)}."
        return (
            Refusal(
                "finish-too-late",
                "finishing a treatment",
                f"The treatment ended at {when(_ended_s(target))}; it can be finished within 2 hours.",
                "our own choice",
                later,
                retry_at_s=retry_s,
            ),
        )
    open_zones = tuple(past.zone for past in target.zones if not past.completed)
    wrong = tuple(zone for zone in situation.request.zones if zone not in open_zones)
    if wrong:
        return (
            Refusal(
                "zone-not-to-finish",
                "finishing a treatment",
                "Only zones that were not completed can be finished.",
                "our own choice",
                f"Leave --zone out, or name from: {', '.join(open_zones)}.",
                zones=wrong,
            ),
        )
    return ()
