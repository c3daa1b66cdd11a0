"""Where exactly each judgement of the interlock begins, in which states it is made, and which comes first."""

from typing import Any

import pytest

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import interlock
from tests.firmware.bench import CAP_PA, MODES, TRIP_PA, C, measured, state

Changes = dict[str, Any]
SHUT = {k.BOOT, k.SELF_TEST, k.FAULT, k.LOCKOUT}
WATCHED = {k.ARMED, k.RUN, k.HOLD, k.SERVICE}
HELD = set(k.ACTIVE)
ALL = set(MODES)

FAR = 1_000_000


def at(name: str, edge: int, way: int = 1) -> tuple[str, list[int], list[int]]:
    """Return a name with values that are in order and values that are not: ``edge`` is the first that is not."""
    return name, [edge - way, edge - 2 * way], [edge, edge + way, edge + FAR * way]


@pytest.mark.parametrize("mode", MODES)
def test_nothing_is_wrong_with_a_wand_in_order(mode: int) -> None:
    assert interlock.judge(C, state(mode), measured()) == k.NONE
    assert interlock.present(C, state(mode), measured()) == 0


@pytest.mark.parametrize(
    ("edge", "cause", "modes"),
    [
        (at("current", C.off_current_steps), k.STUCK_PUMP, ALL),
        (at("lease", 0, -1), k.LEASE, WATCHED),
        (at("wall", C.wall_steps), k.TREATMENT_TIMEOUT, HELD),
        (at("armed", C.press_steps), k.NOT_PRESSED, HELD),
        (at("hold", C.hold_steps), k.HOLD_TIMEOUT, HELD),
        (at("unsealed", C.unsealed_steps), k.UNSEALED, {k.RUN}),
        (at("strain", C.strain_steps), k.NO_SEAL_DRIVE, {k.RUN}),
        (at("treatment", 1_000), k.TREATMENT_DONE, {k.RUN}),
        (at("dwell", 50), k.DWELL, {k.RUN}),
        (at("frozen", C.frozen_steps), k.SENSOR_FROZEN, WATCHED),
        (("jump", [0], [1]), k.SENSOR_JUMP, WATCHED),
        (("pressed", [0], [1]), k.BUTTON, {k.RUN}),
        (at("service", 0, -1), k.SERVICE_TIME, {k.SERVICE}),
        (at("service_idle", C.service_idle_steps), k.SERVICE_TIME, {k.SERVICE}),
    ],
)
def test_each_count_stops_from_its_edge_on_and_in_its_states_alone(
    edge: tuple[str, list[int], list[int]], cause: int, modes: set[int]
) -> None:
    name, sound, wrong = edge
    for mode in MODES:
        for value in sound:
            assert interlock.judge(C, state(mode, **{name: value}), measured()) == k.NONE
        for value in wrong:
            found = interlock.judge(C, state(mode, **{name: value}), measured())
            assert found == (cause if mode in modes else k.NONE), f"{name} {value} in state {mode}"


@pytest.mark.parametrize(
    ("edge", "cause", "modes"),
    [
        (at("late_ms", C.late_most_ms + 1), k.LATE_STEP, WATCHED),
        (at("temperature_dc", C.temperature_least_dc - 1, -1), k.TEMPERATURE, WATCHED),
        (at("temperature_dc", C.temperature_most_dc + 1), k.TEMPERATURE, WATCHED),
        (at("supply_mv", C.supply_least_mv - 1, -1), k.SUPPLY, WATCHED),
        (at("supply_mv", C.supply_most_mv + 1), k.SUPPLY, WATCHED),
        (at("raw", C.raw_least - 1, -1), k.SENSOR_RANGE, WATCHED),
        (at("raw", C.raw_most + 1), k.SENSOR_RANGE, WATCHED),
        (at("vacuum_pa", C.vacuum_least_pa - 1, -1), k.SENSOR_RANGE, WATCHED),
        (("line_up", [1], [0]), k.HANG_UP, WATCHED),
        (("memory_ok", [1], [0]), k.MEMORY, WATCHED),
        (("grit_um", [106], [0]), k.TIP_MISSING, HELD),
        (("grit_um", [106], [105, 107, 125, 150]), k.TIP_CHANGED, HELD),
    ],
)
def test_each_measurement_stops_from_its_edge_on_and_in_its_states_alone(
    edge: tuple[str, list[int], list[int]], cause: int, modes: set[int]
) -> None:
    name, sound, wrong = edge
    for mode in MODES:
        for value in sound:
            assert interlock.judge(C, state(mode), measured(**{name: value})) == k.NONE
        for value in wrong:
            found = interlock.judge(C, state(mode), measured(**{name: value}))
            assert found == (cause if mode in modes else k.NONE), f"{name} {value} in state {mode}"


@pytest.mark.parametrize("mode", MODES)
def test_the_hard_limit_holds_wherever_the_pump_may_run(mode: int) -> None:
    """26.7 kPa are still borne; every pascal above stops."""
    tall = state(mode, trip_pa=(C.trip_most_pa,) * k.ROWS)
    assert interlock.judge(C, tall, measured(vacuum_pa=C.trip_most_pa)) == k.NONE
    for vacuum_pa in (C.trip_most_pa + 1, C.trip_most_pa + 2, C.vacuum_most_pa + 1):
        wanted = k.OVER_HARD if mode in WATCHED else k.NONE
        assert interlock.judge(C, tall, measured(vacuum_pa=vacuum_pa)) == wanted


@pytest.mark.parametrize("mode", MODES)
def test_the_trip_is_that_of_the_row_in_force_and_judged_in_run(mode: int) -> None:
    """The vacuum may lie in HOLD while it is vented; in RUN one pascal over the row's trip stops."""
    s = state(mode)
    assert interlock.judge(C, s, measured(vacuum_pa=TRIP_PA)) == k.NONE
    for vacuum_pa in (TRIP_PA + 1, TRIP_PA + 2, 2 * CAP_PA):
        assert interlock.judge(C, s, measured(vacuum_pa=vacuum_pa)) == (k.OVER_TRIP if mode == k.RUN else k.NONE)
    s.row = 0
    assert interlock.judge(C, s, measured(vacuum_pa=5_751)) == (k.OVER_TRIP if mode == k.RUN else k.NONE)


@pytest.mark.parametrize(("used", "cause"), [(399, k.NONE), (400, k.ZONE_DONE), (401, k.ZONE_DONE), (9_999, k.ZONE_DONE)])
def test_a_zone_ends_with_the_seconds_of_its_own_row(used: int, cause: int) -> None:
    rest = (0,) * (k.ROWS - 2)
    assert interlock.judge(C, state(k.RUN, used=(9_999, used, *rest)), measured()) == cause
    assert interlock.judge(C, state(k.HOLD, used=(0, used, *rest)), measured()) == k.NONE


def test_the_dwell_is_that_of_the_row_in_force() -> None:
    assert interlock.judge(C, state(k.RUN, dwell=60, row=0), measured()) == k.NONE
    assert interlock.judge(C, state(k.RUN, dwell=100, row=0), measured()) == k.DWELL


@pytest.mark.parametrize(("strains", "cause"), [(0, k.NO_SEAL_DRIVE), (1, k.NO_SEAL_DRIVE), (2, k.SENSOR_DUTY), (3, k.SENSOR_DUTY)])
def test_the_third_strain_is_a_fault(strains: int, cause: int) -> None:
    """A seal that cannot be held twice may be the hand; a third time it is the sensor or the pump."""
    assert interlock.judge(C, state(k.RUN, strain=C.strain_steps, strains=strains), measured()) == cause


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("stop_pa", [0, 3_000, 10_000])
def test_the_vent_has_300_ms_to_let_the_vacuum_fall(mode: int, stop_pa: int) -> None:
    """To 20 % of what it was, at least 1.0 kPa; where nothing was driven yet, only the pump's current is judged."""
    below_pa = max(1_000, stop_pa // 5)
    assert interlock.released_below(C, state(mode, stop_pa=stop_pa)) == below_pa
    for off, vacuum_pa, is_stuck in [
        (0, 9_000, False),
        (C.release_steps - 1, 9_000, False),
        (C.release_steps, 9_000, False),
        (C.release_steps + 1, below_pa - 1, False),
        (C.release_steps + 1, below_pa, False),
        (C.release_steps + 1, below_pa + 1, True),
        (C.release_steps + 2, below_pa + 2, True),
        (C.ambient_steps - 1, 9_000, True),
    ]:
        s, m = state(mode, off=off, stop_pa=stop_pa), measured(vacuum_pa=vacuum_pa)
        assert interlock.judge(C, s, m) == (k.STUCK_VENT if is_stuck and mode not in SHUT else k.NONE)
        assert interlock.present(C, s, m) == (1 << k.STUCK_VENT if is_stuck else 0)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_sensor_that_was_vented_for_a_second_reads_ambient(mode: int, sign: int) -> None:
    """Within 0.6 kPa either way; the self-test takes its zero then, and in SERVICE a closed chamber may hold its vacuum."""
    most_pa = C.ambient_window_pa * sign
    for off, vacuum_pa, is_wrong in [
        (C.ambient_steps, most_pa, False),
        (C.ambient_steps, most_pa - sign, False),
        (C.ambient_steps - 1, most_pa + sign, False),
        (C.ambient_steps, most_pa + sign, True),
        (C.ambient_steps + 1, most_pa + 2 * sign, True),
    ]:
        s, m = state(mode, off=off), measured(vacuum_pa=vacuum_pa)
        cause = k.SENSOR_RANGE if is_wrong and mode not in (k.SELF_TEST, k.SERVICE) else k.NONE
        assert interlock.judge_sensor(C, s, m) == cause
        assert interlock.judge(C, s, m) == (cause if mode in WATCHED else k.NONE)


def test_the_sensor_has_one_cause_at_a_time() -> None:
    """Range before frozen before a jump; the exact last values of the range are sound."""
    assert interlock.judge_sensor(C, state(k.RUN, frozen=99, jump=1), measured(raw=0)) == k.SENSOR_RANGE
    assert interlock.judge_sensor(C, state(k.RUN, frozen=99, jump=1), measured()) == k.SENSOR_FROZEN
    assert interlock.judge_sensor(C, state(k.RUN, jump=1), measured()) == k.SENSOR_JUMP
    for vacuum_pa in (C.vacuum_least_pa, C.vacuum_most_pa):
        assert interlock.judge_sensor(C, state(k.RUN), measured(vacuum_pa=vacuum_pa)) == k.NONE
    for vacuum_pa in (C.vacuum_least_pa - 2, C.vacuum_least_pa - 1, C.vacuum_most_pa + 1, C.vacuum_most_pa + 2):
        assert interlock.judge_sensor(C, state(k.RUN), measured(vacuum_pa=vacuum_pa)) == k.SENSOR_RANGE


@pytest.mark.parametrize(
    ("state_changes", "measured_changes", "cause"),
    [
        ({"frozen": 10}, {}, k.SENSOR_FROZEN),
        ({}, {"raw": 10}, k.SENSOR_RANGE),
        ({"jump": 1}, {}, k.SENSOR_JUMP),
        ({}, {"temperature_dc": -1}, k.TEMPERATURE),
        ({}, {"temperature_dc": 551}, k.TEMPERATURE),
        ({}, {"temperature_dc": 552}, k.TEMPERATURE),
        ({}, {"supply_mv": 4_398}, k.SUPPLY),
        ({}, {"supply_mv": 4_399}, k.SUPPLY),
        ({}, {"supply_mv": 5_501}, k.SUPPLY),
        ({}, {"supply_mv": 5_502}, k.SUPPLY),
        ({}, {"memory_ok": 0}, k.MEMORY),
        ({"current": 15}, {}, k.STUCK_PUMP),
        ({"current": 16}, {}, k.STUCK_PUMP),
    ],
)
@pytest.mark.parametrize("mode", MODES)
def test_what_stands_is_told_in_every_state(state_changes: Changes, measured_changes: Changes, cause: int, mode: int) -> None:
    """ARM and FAULT go by the faults that stand: one bit each, and all of them together."""
    assert interlock.present(C, state(mode, **state_changes), measured(**measured_changes)) == 1 << cause
    both = interlock.present(C, state(mode, **state_changes), measured(**{"supply_mv": 0, **measured_changes}))
    assert both == 1 << cause | 1 << k.SUPPLY


@pytest.mark.parametrize(
    "changes",
    [{"temperature_dc": 0}, {"temperature_dc": 550}, {"supply_mv": 4_400}, {"supply_mv": 5_500}, {"raw": 64}, {"raw": 65_400}],
)
def test_the_last_sound_value_is_no_fault(changes: Changes) -> None:
    assert interlock.present(C, state(k.SAFE), measured(**changes)) == 0


def test_the_gravest_cause_is_the_one_that_is_kept() -> None:
    """All at once, and then without the gravest: skin before link before wand before tip before waits."""
    s = state(k.RUN, current=99, off=40, lease=0, pressed=1, treatment=9_999, dwell=99, used=(0, 999) + (0,) * 10)
    s.frozen, s.wall, s.unsealed = 99, 99_999, 999
    m = measured(vacuum_pa=30_000, line_up=0, late_ms=99, temperature_dc=999, supply_mv=0, memory_ok=0, grit_um=0)
    for cause, settle in [
        (k.STUCK_PUMP, ("s", "current", 0)),
        (k.STUCK_VENT, ("s", "off", 0)),
        (k.OVER_HARD, ("m", "vacuum_pa", 20_000)),
        (k.OVER_TRIP, ("m", "vacuum_pa", 0)),
        (k.TREATMENT_DONE, ("s", "treatment", 0)),
        (k.ZONE_DONE, ("s", "used", (0,) * k.ROWS)),
        (k.DWELL, ("s", "dwell", 0)),
        (k.HANG_UP, ("m", "line_up", 1)),
        (k.BUTTON, ("s", "pressed", 0)),
        (k.LEASE, ("s", "lease", 1)),
        (k.LATE_STEP, ("m", "late_ms", 0)),
        (k.SENSOR_FROZEN, ("s", "frozen", 0)),
        (k.TEMPERATURE, ("m", "temperature_dc", 250)),
        (k.SUPPLY, ("m", "supply_mv", 5_000)),
        (k.MEMORY, ("m", "memory_ok", 1)),
        (k.TIP_MISSING, ("m", "grit_um", 106)),
        (k.TREATMENT_TIMEOUT, ("s", "wall", 0)),
        (k.UNSEALED, ("s", "unsealed", 0)),
        (k.NONE, ("s", "unsealed", 0)),
    ]:
        assert interlock.judge(C, s, m) == cause
        setattr(s if settle[0] == "s" else m, settle[1], settle[2])
