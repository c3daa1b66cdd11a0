"""Rules that follow from the wand: its calibration, its own limits, its rest after a full treatment."""

from .dates import days, when
from .evidence import (
    AHEAD_S,
    CALIBRATION_END_DAYS,
    CALIBRATION_PERMILLE,
    CALIBRATION_SOURCE,
    CALIBRATION_WARN_DAYS,
    CALIBRATION_WEAK_DAYS,
)
from .limits import WHOLE, Bound, Scale
from .rules_skin import Found
from .situation import Situation
from .values import Refusal

_SEND_IN = "Have a technician calibrate the wand."


def calibration(situation: Situation) -> Found:
    """Scale caps by 0.8 from 12 months, and refuse from 24 or when the calibration is void or its age unknown."""
    made_s, now_s = situation.wand.calibrated_at_s, situation.now_s
    if situation.wand.calibration_void:
        return (
            Refusal(
                "calibration-void",
                "calibration of the wand",
                "The wand says that its calibration is void, so its vacuum may be wrong.",
                CALIBRATION_SOURCE,
                _SEND_IN,
            ),
        )
    if made_s is not None and made_s > situation.clock_s + AHEAD_S:
        return (
            Refusal(
                "calibration-unknown",
                "calibration of the wand",
                f"The wand says that it was calibrated on {when(made_s)}, and the computer's clock says {when(situation.clock_s)}.",
                CALIBRATION_SOURCE,
                f"Set the computer's clock. If it is right: {_SEND_IN}",
            ),
        )
    if made_s is None or made_s <= 0:
        return (
            Refusal(
                "calibration-unknown",
                "calibration of the wand",
                "It is not known when the wand was calibrated, so its vacuum may be wrong.",
                CALIBRATION_SOURCE,
                _SEND_IN,
            ),
        )
    if now_s >= made_s + days(CALIBRATION_END_DAYS):
        return (
            Refusal(
                "calibration-old",
                "calibration of the wand",
                f"The wand was last calibrated on {when(made_s)}, over 24 months ago.",
                CALIBRATION_SOURCE,
                _SEND_IN,
            ),
        )
    if now_s >= made_s + days(CALIBRATION_WEAK_DAYS):
        return (Scale("calibration over 12 months", CALIBRATION_PERMILLE.value, CALIBRATION_PERMILLE.sourced, CALIBRATION_PERMILLE.source),)
    return ()


def calibration_note(situation: Situation) -> tuple[str, ...]:
    """Return the warning that a calibration soon ends or already lowers the caps."""
    made_s = situation.wand.calibrated_at_s
    if made_s is None or situation.now_s < made_s + days(CALIBRATION_WARN_DAYS):
        return ()
    if situation.now_s < made_s + days(CALIBRATION_WEAK_DAYS):
        return (f"From {when(made_s + days(CALIBRATION_WEAK_DAYS))} on caps are lowered to 0.8. A new calibration ends that.",)
    return (
        "Caps are lowered to 0.8: the calibration is over 12 months old. From "
        f"{when(made_s + days(CALIBRATION_END_DAYS))} nothing is started.",
    )


def own_limits(situation: Situation) -> Found:
    """Meet with the limits that the wand itself names."""
    wand = situation.wand
    limits = WHOLE._replace(vacuum_pa=wand.cap_pa, treatment_s=wand.treatment_s, zone_s=wand.zone_s, dwell_ms=wand.dwell_ms)
    return (Bound("the wand's own limits", limits, "the wand"),)


def cool_down(situation: Situation) -> Found:
    """Refuse while the wand rests after a used-up treatment."""
    left_s = situation.wand.cooldown_left_s
    if left_s <= 0:
        return ()
    retry_s = situation.clock_s + left_s
    minutes = -(-left_s // 60)
    return (
        Refusal(
            "cool-down",
            "rest after a full treatment",
            f"The wand rests for {minutes} more min after a full treatment.",
            "the wand",
            f"Leave it plugged in and try again from {when(retry_s)}.",
            retry_at_s=retry_s,
        ),
    )
