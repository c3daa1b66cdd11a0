"""Who drives pump and vent in which state, and what a state is at power-on."""

import pytest

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import regulator
from microderm_ctl.firmware.state import FIELDS, ROW_FIELDS, State
from tests.firmware.bench import MODES, C, state, stepped


@pytest.mark.parametrize("mode", MODES)
def test_the_pump_runs_in_run_and_for_a_technician_alone(mode: int) -> None:
    """In every other state it is off, the vent open and the regulator forgotten."""
    driven = {"drive_duty": 9, "drive_mode": k.DRIVE_DUTY, "drive_left": 9}
    s = stepped(state(mode, duty=20_000, vent=0, control=(2, 5, 5, 5, 5, 1), **driven))
    if mode == k.RUN:
        assert s.duty > 0
    elif mode == k.SERVICE:
        assert (s.duty, s.vent, s.control) == (9, 0, regulator.REST)
    else:
        assert (s.duty, s.vent, s.control) == (0, 1, regulator.REST)


@pytest.mark.parametrize(
    ("drive_mode", "drive_vent", "duty", "vent"),
    [(k.DRIVE_OFF, 0, 0, 0), (k.DRIVE_OFF, 1, 0, 1), (k.DRIVE_DUTY, 0, 9_000, 0), (k.DRIVE_DUTY, 1, 9_000, 0)],
)
def test_a_technician_drives_pump_and_vent(drive_mode: int, drive_vent: int, duty: int, vent: int) -> None:
    s = stepped(state(k.SERVICE, drive_mode=drive_mode, drive_vent=drive_vent, drive_duty=9_000, drive_left=9, control=(2, 5, 5, 5, 5, 1)))
    assert (s.duty, s.vent, s.control) == (duty, vent, regulator.REST)


@pytest.mark.parametrize("mode", [k.RUN, k.SERVICE])
def test_the_regulator_drives_run_and_a_set_point_of_service(mode: int) -> None:
    for vacuum_pa in (0, 7_000, 7_900):
        s = state(mode, drive_mode=k.DRIVE_SET_POINT, drive_left=9, drive_vent=1)
        control = s.control
        duty, vent, control = regulator.regulate(C.gains, control, 7_000, vacuum_pa)
        stepped(s, vacuum_pa=vacuum_pa)
        assert (s.duty, s.vent, s.control) == (duty, 1 if vent else 0, control)


@pytest.mark.parametrize(("left", "button", "drive_mode"), [(2, 0, 2), (1, 0, 0), (0, 0, 0), (9, 1, 0)])
@pytest.mark.parametrize("begun", [k.DRIVE_SET_POINT, k.DRIVE_DUTY])
def test_a_drive_ends_by_itself_or_by_the_button_and_vents(left: int, button: int, drive_mode: int, begun: int) -> None:
    s = stepped(state(k.SERVICE, drive_mode=begun, drive_left=left, drive_duty=5), button=button)
    if drive_mode:
        assert (s.drive_mode, s.drive_vent) == (begun, 0)
    else:
        assert (s.drive_mode, s.drive_vent, s.duty, s.vent) == (k.DRIVE_OFF, 1, 0, 1)


def test_a_closed_vent_at_rest_stays_closed_for_the_leak_test() -> None:
    """Off is a choice of the technician too: the button and the end of a drive do not open what was closed on purpose."""
    s = stepped(state(k.SERVICE, drive_mode=k.DRIVE_OFF, drive_vent=0, drive_left=0), button=1)
    assert (s.drive_vent, s.vent) == (0, 0)


def test_a_state_begins_with_everything_off_and_nothing_known() -> None:
    """The power-on state: no session, no lease, no row, pump off, vent open."""
    s = State()
    known = {"row": k.NO_ROW, "vent": 1, "last_raw": -1}
    assert {name: getattr(s, name) for name in FIELDS} == {name: known.get(name, 0) for name in FIELDS}
    assert s.zone == s.cap_pa == s.trip_pa == s.limit == s.dwell_limit == s.used == ()
    assert s.control == regulator.REST


def test_a_snapshot_holds_all_of_a_state_as_integers_and_gives_it_back() -> None:
    """A wand that is put back where it was knows everything: each field in its place, and each column of the rows."""
    s = State()
    for number, name in enumerate(FIELDS):
        setattr(s, name, 100 + number)
    for number, name in enumerate(ROW_FIELDS):
        setattr(s, name, (number, number + 1, number + 2))
    taken = s.snapshot()
    assert taken[0] == tuple(range(100, 100 + len(FIELDS)))
    assert taken[1:] == tuple((number, number + 1, number + 2) for number in range(len(ROW_FIELDS)))
    other = State()
    other.restore(taken)
    assert {name: getattr(other, name) for name in State.__slots__} == {name: getattr(s, name) for name in State.__slots__}
    assert set(State.__slots__) == {*FIELDS, *ROW_FIELDS}
