"""What must hold on every edge, told in terms of what was put in and what came out, not of the interlock's own judgement.

An input that the program did not look at counts as bad: whoever drives the pump
without having asked for the line breaks the law about the line.
"""

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import interlock
from microderm_ctl.firmware.constants import Constants
from microderm_ctl.firmware.state import State
from tests.explore.world import ACTIVE, AnyMeasured, Memory

STOPPED = frozenset((k.SAFE, k.LINKED, k.STOPPING, k.COOLDOWN, k.FAULT, k.LOCKOUT))
LIMITS = ("cap_pa", "trip_pa", "limit", "dwell_limit", "treatment_limit", "purpose", "grit_um", "count")
OPEN_WITHOUT_LATCH = frozenset((k.SAFE, k.LINKED, k.ARMED, k.RUN, k.HOLD, k.COOLDOWN))


def broken_by_step(c: Constants, was: State, s: State, m: AnyMeasured, kept: Memory) -> list[str]:
    """Return the laws that a step broke, each as a sentence."""
    laws = _always(c, was, s)
    if s.duty or not s.vent:
        laws += _driving(c, was, s, m, kept)
    if was.mode in (k.ARMED, k.HOLD) and s.mode in ACTIVE:
        laws += _waiting(c, s, m)
    if s.lease != max(0, was.lease - 1):
        laws.append("a step only counts the lease down")
    if was.latched and s.latched != was.latched:
        laws.append("no step clears the latch")
    if s.mode == k.LOCKOUT and not s.latched:
        laws.append("LOCKOUT is latched")
    return laws + _ways(c, was, s, m) if s.mode != was.mode else laws


def _ways(c: Constants, was: State, s: State, m: AnyMeasured) -> list[str]:
    """What must be so for a step to lead from one state to another."""
    laws = []
    before, after = was.mode, s.mode
    is_press = bool(m.button and not was.button_was)
    if after == k.RUN:
        laws += _into_run(was, s, m, is_press)
    elif (after == k.HOLD and before != k.RUN) or after == k.ARMED:
        laws.append("HOLD comes after RUN alone, and no step arms")
    if before == k.FAULT and after != k.LOCKOUT:
        is_gone = m.vacuum is not None and c.vacuum_least_pa <= m.vacuum <= c.vacuum_most_pa and _is_sound(c, m)
        if not (after == k.SELF_TEST and was.acknowledged and is_press and is_gone):
            laws.append("FAULT is left by acknowledge and press with its cause gone")
    if before == k.LOCKOUT:
        laws.append("no step leaves LOCKOUT")
    if after == k.SERVICE and not (before == k.SELF_TEST and was.service):
        laws.append("SERVICE is entered by an unlock")
    return laws


def _driving(c: Constants, was: State, s: State, m: AnyMeasured, kept: Memory) -> list[str]:
    """What must be so while the pump is on or the vent closed."""
    needs = {
        "only in RUN or SERVICE": s.mode in (k.RUN, k.SERVICE),
        "with the lease live": s.lease > 0,
        "in a session": s.session == 1,
        "with the line up": m.line == 1,
        "in time": m.late == 0,
        "at a sound sensor": m.vacuum is not None and c.vacuum_least_pa <= m.vacuum <= c.trip_most_pa,
        "without a jump or a frozen reading": not s.jump and s.frozen < c.frozen_steps,
        "within temperature, supply and sound memory": _is_sound(c, m),
        "only once the vacuum of the last stop was gone": s.off <= c.release_steps or (m.vacuum or 0) <= interlock.released_below(c, was),
        "without current while off": s.current < c.off_current_steps,
    }
    if s.mode == k.RUN:
        row = s.row
        needs["below the row's trip"] = m.vacuum is not None and m.vacuum <= s.trip_pa[row]
        needs["with the tip that was armed"] = m.tip == s.grit_um
        needs["with zone, dwell and treatment time left"] = (
            s.used[row] < s.limit[row] and s.dwell < s.dwell_limit[row] and s.treatment < s.treatment_limit
        )
        needs["with a set point within the cap that a press confirmed"] = s.set_point_pa <= s.cap_pa[row] <= s.confirmed_pa
        needs["not after 10 s unsealed or half an hour"] = s.unsealed < c.unsealed_steps and s.wall < c.wall_steps
        needs["not at full duty that gets nowhere"] = s.strain < c.strain_steps
        needs["not with the button pressed while it runs"] = not (was.mode == k.RUN and m.button and not was.button_was)
        needs["with its time reserved in the ledger"] = kept[2] == 1 + s.purpose
        needs["without a latch or cool-down"] = not s.latched and not s.cooldown
    else:
        needs["while SERVICE has time left"] = s.service > 0 and s.service_idle < c.service_idle_steps
        needs["as the technician drives"] = not s.duty or (s.drive_mode != k.DRIVE_OFF and s.drive_left > 0)
    return [f"driven {need}" for need, holds in needs.items() if not holds]


def _waiting(c: Constants, s: State, m: AnyMeasured) -> list[str]:
    """What must be so for ARMED or HOLD to go on."""
    needs = {
        "with the lease live": s.lease > 0,
        "with the line up": m.line == 1,
        "in time": m.late == 0,
        "with the tip that was armed": m.tip == s.grit_um,
        "at a sound wand": _is_sound(c, m) and m.vacuum is not None and c.vacuum_least_pa <= m.vacuum <= c.trip_most_pa and not s.jump,
        "for 10 s, 5 min or half an hour in all": s.armed < c.press_steps and s.hold < c.hold_steps and s.wall < c.wall_steps,
    }
    return [f"waited {need}" for need, holds in needs.items() if not holds]


def _is_sound(c: Constants, m: AnyMeasured) -> bool:
    return m.temperature == 250 and m.supply == 5_000 and m.memory_ok == 1


def _into_run(was: State, s: State, m: AnyMeasured, is_press: bool) -> list[str]:
    if was.mode == k.ARMED:
        return [] if is_press and s.row != k.NO_ROW else ["a press after ARM starts a treatment"]
    if was.mode != k.HOLD:
        return ["RUN comes after ARM and press"]
    laws = []
    if was.press_needed and not is_press:
        laws.append("a higher cap needs a press")
    if k.PAUSED in (s.hold_cause, was.hold_cause):
        laws.append("a pause ends by RESUME")
    if not (was.moved or m.motion == 30):
        laws.append("HOLD is left by motion")
    return laws


def _always(c: Constants, was: State, s: State) -> list[str]:
    """What holds on every edge, of a step or of a request."""
    laws = []
    if s.service and s.mode not in (k.SERVICE, k.SELF_TEST):
        laws.append("SERVICE is open in SERVICE and its self-test alone")
    if s.latched and s.mode in OPEN_WITHOUT_LATCH:
        laws.append("a latched wand stays locked")
    if was.mode in STOPPED and s.mode in STOPPED and s.cause != was.cause:
        is_graver = s.mode in (k.FAULT, k.LOCKOUT) and s.mode != was.mode
        if not is_graver or (s.mode == k.FAULT and was.mode == k.STOPPING and was.cause in k.FAULT_CAUSES):
            laws.append("the first cause is kept")
    return laws + _in_force(c, was, s) if s.mode in ACTIVE else laws


def _in_force(c: Constants, was: State, s: State) -> list[str]:
    """What holds of limits and of what was used of them."""
    laws = []
    if s.treatment_limit * c.step_ms > c.treatment_most_ms or any(one > c.set_point_most_pa for one in s.cap_pa):
        laws.append("no limit is above the wand's own")
    if was.mode not in ACTIVE:
        return laws
    if [getattr(s, name) for name in LIMITS] != [getattr(was, name) for name in LIMITS]:
        laws.append("no limit in force moves")
    if s.treatment < was.treatment or any(now < before for now, before in zip(s.used, was.used, strict=True)):
        laws.append("used time never falls")
    if sum(s.used) != s.treatment:
        laws.append("rows and treatment count alike")
    if s.row != k.NO_ROW and s.set_point_pa > s.cap_pa[s.row]:
        laws.append("a set point is within its cap")
    return laws


def broken_by_request(c: Constants, was: State, s: State, m: AnyMeasured, kept: Memory, name: str) -> list[str]:
    """Return the laws that a request broke."""
    laws = []
    if s.duty > was.duty or s.vent < was.vent:
        laws.append("no request drives the pump or closes the vent")
    if s.lease > was.lease and name != "RENEW":
        laws.append("only a fresh renewal renews")
    if s.mode != was.mode:
        laws += _moved(was, s, name)
    if was.latched and not s.latched and not (name == "CLEAR_LATCH" and was.mode == k.SERVICE):
        laws.append("the latch is cleared in SERVICE")
    if s.mode == k.ARMED and was.mode != k.ARMED:
        laws += _armed(c, was, s, m, kept)
    if name in ("STOP", "HELLO", "HELLO other") and (s.duty or not s.vent or s.mode in (k.RUN, k.HOLD, k.ARMED, k.SERVICE)):
        laws.append("STOP and HELLO stop at once")
    if name in ("STOP", "HELLO", "HELLO other") and s.service:
        laws.append("STOP and HELLO close SERVICE")
    return laws + _always(c, was, s)


def _moved(was: State, s: State, name: str) -> list[str]:
    """Which requests may change the state."""
    before, after = was.mode, s.mode
    allowed = {
        k.RUN: name == "RESUME" and before == k.HOLD and not was.press_needed and not was.duty,
        k.ARMED: name.startswith("ARM") and before == k.LINKED,
        k.HOLD: name == "PAUSE" and before == k.RUN,
        k.SERVICE: name.startswith("UNLOCK") and before in (k.LINKED, k.COOLDOWN, k.LOCKOUT) and was.lease > 0,
        k.SELF_TEST: name == "SELF_TEST" and before == k.SERVICE,
        k.LINKED: name == "HELLO" and before == k.SAFE,
        k.SAFE: name == "HELLO other" and before == k.LINKED,
        k.STOPPING: name in ("STOP", "HELLO", "HELLO other", "LEAVE_SERVICE") and (before in ACTIVE or before == k.SERVICE),
    }
    return [] if allowed.get(after, False) else [f"{name} leads from {before} to {after}"]


def _armed(c: Constants, was: State, s: State, m: AnyMeasured, kept: Memory) -> list[str]:
    """What ARM needs."""
    needs = {
        "lease and session": was.lease > 0 and was.session == 1,
        "no latch, cool-down or fault": not was.latched and not was.cooldown and not interlock.present(c, was, m),  # type: ignore[arg-type]
        "a sound wand": _is_sound(c, m) and m.tip == s.grit_um,
        "its time in the ledger": kept[2] == 1 + s.purpose,
        "nothing used and no row in force": s.treatment == 0 and not any(s.used) and s.row == k.NO_ROW and s.confirmed_pa == 0,
        "trips of its caps": list(s.trip_pa) == [k.trip_of(c, cap) if cap else 0 for cap in s.cap_pa] and max(s.trip_pa) <= c.trip_most_pa,
        "dwell within the wand's": all(one * c.step_ms <= c.dwell_most_ms for one in s.dwell_limit),
    }
    return [f"ARM needs {need}" for need, holds in needs.items() if not holds]
