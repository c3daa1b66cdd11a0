"""Each request of a treatment by its numbers: what is answered, what is refused with which field, what it leaves behind."""

from typing import Any

import pytest

from microderm_ctl import __version__
from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import messages as w
from microderm_ctl.firmware import replies
from microderm_ctl.firmware.app import App
from microderm_ctl.firmware.core import Core
from tests.firmware.bench import MODES
from tests.firmware.wands import NO_FIELD, ask, refused, resting, wand

REST = (0,) * 10
Row = tuple[int, int, int, int]
TWO: tuple[Row, ...] = ((1, 8_000, 10, 1_000), (2, 9_000, 20, 500))


def arm_values(rows: tuple[Row, ...] = TWO, purpose: int = 0, grit_um: int = 106, treatment_ms: int = 120_000, count: int = -1) -> Any:
    """Return the values of ARM without the token."""
    columns = [tuple(column) + (0,) * (12 - len(rows)) for column in zip(*rows, strict=True)]
    flat = tuple(value for column in columns for value in column)
    return (77, 1_770_000_000, 99, purpose, grit_um, treatment_ms, len(rows) if count < 0 else count, *flat)


def armed(mode: int = k.ARMED, rows: tuple[Row, ...] = TWO, **changes: Any) -> App:
    """Return a wand that was armed with rows, and put into a state."""
    app = wand()
    ask(replies.arm, app, *arm_values(rows))
    app.state.mode = mode
    for name, value in changes.items():
        setattr(app.state, name, value)
    return app


# Always


@pytest.mark.parametrize(("table_hash", "mode"), [(w.TABLE_HASH, k.LINKED), (w.TABLE_HASH - 1, k.SAFE), (w.TABLE_HASH + 1, k.SAFE)])
def test_hello_answers_who_and_when(table_hash: int, mode: int) -> None:
    app = wand(k.SAFE, cause=k.LEASE)
    app.now = 1_234
    drawn = app.board.drawn + 1  # type: ignore[attr-defined]
    token = drawn | 2 << 8 | 3 << 16 | 4 << 24 if mode == k.LINKED else 0
    wanted = (w.MAGIC, w.TABLE_HASH, token, app.boot_id, 1_234, 500, mode, k.LEASE)
    assert replies.hello(app, (w.MAGIC, table_hash, 5)) == wanted


def test_hello_ends_what_was() -> None:
    app = armed(k.RUN)
    replies.hello(app, (w.MAGIC, w.TABLE_HASH, 5))
    assert (app.state.mode, app.state.cause) == (k.STOPPING, k.SESSION_REPLACED)


@pytest.mark.parametrize("simulated", [False, True])
def test_identity_is_twelve_bytes_of_serial_number_and_the_programs_version(simulated: bool) -> None:
    """The wand's program has the version of the package that it comes with."""
    app = wand()
    board: Any = app.board
    board.simulated, board.kind, board.hardware = simulated, 3, 4
    version = tuple(int(part) for part in __version__.split("."))
    app.board.build = 0x6AD65B72
    assert replies.identity(app, ()) == (b"MD-0001\0\0\0\0\0", 3, int(simulated), 4, *version, 0x6AD65B72)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("handler", [replies.restart, replies.loader])
def test_a_restart_waits_for_rest(handler: Any, mode: int) -> None:
    """Not in a treatment, nor while it stops, nor while a technician drives; then five steps, for the answer to leave."""
    for duty in (0, 1, 9):
        app = wand(mode, duty=duty)
        if mode in (k.ARMED, k.RUN, k.HOLD, k.STOPPING) or duty:
            assert refused(handler, app) == (w.WRONG_STATE, NO_FIELD, 0, 0)
            assert app.restart_in == 0
        else:
            assert ask(handler, app) == ()
            assert (app.restart_in, app.restart_to_loader) == (5, handler is replies.loader)


def test_stop_answers_what_is_now() -> None:
    app = armed(k.RUN)
    assert ask(replies.stop, app) == (k.STOPPING, k.STOP)


# The lease


@pytest.mark.parametrize(
    ("now", "echo", "age"),
    [
        (1_000, 1_000, 0),
        (1_000, 700, 300),
        (1_000, 699, 301),
        (100, k.TICK_MASK - 199, 300),
        (100, k.TICK_MASK - 200, 301),
        (5, 6, k.TICK_MASK),
    ],
)
def test_a_renewal_echoes_a_tick_of_at_most_300_ms(now: int, echo: int, age: int) -> None:
    """Over the turn of the ticks too; a tick of the future is the oldest of all."""
    app = wand(lease=3)
    app.now = now
    if age <= 300:
        assert ask(replies.renew, app, echo) == (now,)
        assert (app.state.lease, app.lease_least) == (25, 3)
    else:
        assert refused(replies.renew, app, echo) == (w.STALE, 1, age, 300)
        assert (app.state.lease, app.lease_least) == (3, 25)


def test_the_least_lease_is_kept_until_it_is_told() -> None:
    app = wand(lease=3)
    ask(replies.renew, app, app.now)
    ask(replies.renew, app, app.now)
    assert app.lease_least == 3


def test_limits_are_the_wands_own() -> None:
    app = wand(cooldown=7)
    app.measured.grit_um = 125
    own = (2_500, 5_000, 25_000, 26_700, 360_000, 3_000, 500, 125, 140, 1_760_000_000, 2, app.flags())
    assert ask(replies.limits, app) == own
    assert ask(replies.limits, Core(resting()))[-3:-1] == (0, 0), "never calibrated"  # type: ignore[arg-type]


# ARM


def test_arm_answers_and_keeps_what_is_in_force() -> None:
    dirty: dict[str, Any] = {"armed": 9, "hold": 9, "wall": 9, "strains": 9, "stop_pa": 9, "cause": 9, "confirmed_pa": 9, "press_needed": 9}
    app = wand(**dirty, set_point_pa=9, treatment=9, row=0)
    answer = ask(replies.arm, app, *arm_values())
    s = app.state
    assert answer[:4] == (77, 106, 120_000, 2)
    assert answer[4:16] == s.zone == (1, 2, *REST)
    assert answer[16:28] == s.cap_pa == (8_000, 9_000, *REST)
    assert answer[28:40] == (10, 20, *REST)
    assert answer[40:52] == (1_000, 500, *REST)
    assert answer[52:] == s.trip_pa == (9_200, 10_350, *REST)
    assert (s.limit, s.dwell_limit, s.used) == ((500, 1_000, *REST), (50, 25, *REST), (0, 0, *REST))
    assert (s.row, s.treatment_limit, s.treatment, s.grit_um, s.purpose, s.count, s.mode) == (255, 6_000, 0, 106, 0, 2, k.ARMED)
    assert {name: getattr(s, name) for name in dirty} == dict.fromkeys(dirty, 0)
    assert (s.set_point_pa, app.command_id) == (0, 77)
    assert app.ledger.by_age(0) == (1, 77, 1_770_000_000, 99, 0, 1, 0, 0, 120_000, 120_000)


@pytest.mark.parametrize(("purpose", "most_ms"), [(0, 360_000), (1, 3_000)])
def test_arm_meets_every_limit_with_the_wands_own(purpose: int, most_ms: int) -> None:
    """Also where a message could ask for more than the format lets through."""
    app = wand()
    rows = ((1, 25_500, 400, 3_100), (2, 25_000, 3, 3_000), (3, 24_999, 2, 2_999))
    answer = ask(replies.arm, app, *arm_values(rows, purpose=purpose, treatment_ms=most_ms + 20))
    s = app.state
    assert answer[2] == most_ms
    assert s.cap_pa[:3] == (25_000, 25_000, 24_999)
    assert s.limit[:3] == (most_ms // 20, 150, 100)
    assert s.dwell_limit[:3] == (150, 150, 149)
    assert (s.treatment_limit, s.purpose) == (most_ms // 20, purpose)
    app = wand()
    assert ask(replies.arm, app, *arm_values(rows, purpose=purpose, treatment_ms=most_ms - 20))[2] == most_ms - 20


def test_the_seconds_in_force_are_answered_to_the_second_whatever_the_wand_allows() -> None:
    class Long(k.Constants):
        treatment_most_ms = 3_600_000

    app = wand()
    app.c = Long()
    answer = ask(replies.arm, app, *arm_values(((1, 8_000, 3_000, 1_000), (2, 8_000, 2_999, 1_000)), treatment_ms=3_600_000))
    assert answer[28:30] == (3_000, 2_999)


@pytest.mark.parametrize("mode", MODES)
def test_arm_is_for_linked_alone(mode: int) -> None:
    app = wand(mode, cause=k.SUPPLY, cooldown=50)
    codes = {
        k.FAULT: (w.IN_FAULT, NO_FIELD, k.SUPPLY, 0),
        k.LOCKOUT: (w.IN_LOCKOUT, NO_FIELD, k.SUPPLY, 0),
        k.COOLDOWN: (w.IN_COOLDOWN, NO_FIELD, 0, 1_000),
    }
    if mode == k.LINKED:
        ask(replies.arm, app, *arm_values())
        assert app.state.mode == k.ARMED
    else:
        assert refused(replies.arm, app, *arm_values()) == codes.get(mode, (w.WRONG_STATE, NO_FIELD, 0, 0))


@pytest.mark.parametrize("lease", [0, 1, 25])
def test_arm_needs_a_live_lease(lease: int) -> None:
    app = wand(lease=lease)
    if lease:
        ask(replies.arm, app, *arm_values())
    else:
        assert refused(replies.arm, app, *arm_values()) == (w.NO_LEASE, NO_FIELD, 0, 0)


def test_arm_needs_a_calibration_a_sound_wand_and_its_memory() -> None:
    app = wand()
    app.coefficients = None
    assert refused(replies.arm, app, *arm_values()) == (w.NO_CALIBRATION, NO_FIELD, 0, 0)
    app = wand()
    app.measured.supply_mv, app.measured.temperature_dc = 0, 999
    assert refused(replies.arm, app, *arm_values()) == (w.SENSOR, NO_FIELD, 1 << k.SUPPLY | 1 << k.TEMPERATURE, 0)
    app = wand()
    app.board.broken_memory = True  # type: ignore[attr-defined]
    assert refused(replies.arm, app, *arm_values()) == (w.NO_MEMORY, NO_FIELD, 0, 0)


@pytest.mark.parametrize("grit_um", [0, 105, 107, 150])
def test_arm_needs_the_tip_of_the_plan(grit_um: int) -> None:
    app = wand()
    app.measured.grit_um = grit_um
    assert refused(replies.arm, app, *arm_values()) == (w.WRONG_TIP, 5, 106, grit_um)


@pytest.mark.parametrize(
    ("rows", "changes", "refusal"),
    [
        (((1, 4_999, 10, 1_000),), {}, (9, 4_999, 5_000)),
        (((1, 2_499, 1, 1_000),), {"purpose": 1}, (9, 2_499, 2_500)),
        (((1, 5_000, 0, 1_000),), {}, (10, 0, 1)),
        (((1, 5_000, 1, 19),), {}, (11, 19, 20)),
        ((*TWO, (0, 0, 0, 0), (0, 0, 0, 1)), {"count": 2}, (11, 1, 0)),
        ((*TWO, (0, 0, 2, 0)), {"count": 2}, (10, 2, 0)),
        ((*TWO, (0, 3, 0, 0)), {"count": 2}, (9, 3, 0)),
        ((*TWO, (4, 0, 0, 0)), {"count": 2}, (8, 4, 0)),
        ((TWO[0], (0, 0, 0, 0)), {"count": 2}, (9, 0, 5_000)),
        (((1, 5_000, 1, 20),), {}, None),
        (((0, 2_500, 1, 20),), {"purpose": 1}, None),
        ((TWO * 6), {}, None),
    ],
)
def test_rows_in_use_are_whole_and_the_others_empty(rows: Any, changes: Any, refusal: tuple[int, int, int] | None) -> None:
    """The least cap is 5.0 kPa, for a patch test 2.5; a second, a step of dwell. Any number may name a zone."""
    app = wand()
    if refusal:
        field, asked, allowed = refusal
        assert refused(replies.arm, app, *arm_values(rows, **changes)) == (w.BAD_VALUE, field, asked, allowed)
        assert app.ledger.by_age(0) is None
    else:
        assert ask(replies.arm, app, *arm_values(rows, **changes))[3] == len(rows)


# ZONE and set points


@pytest.mark.parametrize("mode", MODES)
def test_a_zone_is_named_at_rest_within_a_treatment(mode: int) -> None:
    app = armed(mode)
    if mode in (k.ARMED, k.HOLD):
        assert ask(replies.zone, app, 1, 9_000)[:2] == (1, 9_000)
        assert (app.state.row, app.state.set_point_pa) == (1, 9_000)
    else:
        assert refused(replies.zone, app, 1, 9_000) == (w.WRONG_STATE, NO_FIELD, 0, 0)


@pytest.mark.parametrize(
    ("row", "set_point_pa", "refusal"),
    [
        (2, 8_000, (w.BAD_VALUE, 1, 2, 1)),
        (11, 8_000, (w.BAD_VALUE, 1, 11, 1)),
        (0, 2_000, (w.BAD_VALUE, 2, 2_000, 2_500)),
        (0, 2_499, (w.BAD_VALUE, 2, 2_499, 2_500)),
        (0, 2_501, (w.BAD_VALUE, 2, 2_501, 2_500)),
        (0, 7_999, (w.BAD_VALUE, 2, 7_999, 2_500)),
        (0, 8_500, (w.ABOVE_LIMIT, 2, 8_500, 8_000)),
        (1, 9_500, (w.ABOVE_LIMIT, 2, 9_500, 9_000)),
    ],
)
def test_a_zone_that_was_not_armed_or_a_set_point_out_of_its_cap_is_refused(row: int, set_point_pa: int, refusal: Any) -> None:
    app = armed()
    assert refused(replies.zone, app, row, set_point_pa) == refusal
    assert (app.state.row, app.state.set_point_pa) == (k.NO_ROW, 0)


@pytest.mark.parametrize(("mode", "confirmed_pa", "needed"), [(k.HOLD, 8_999, 1), (k.HOLD, 9_000, 0), (k.HOLD, 9_001, 0), (k.ARMED, 0, 0)])
def test_a_higher_cap_than_was_confirmed_needs_a_press(mode: int, confirmed_pa: int, needed: int) -> None:
    """In ARMED a press comes anyhow."""
    app = armed(mode, confirmed_pa=confirmed_pa, press_needed=1 - needed)
    assert ask(replies.zone, app, 1, 2_500) == (1, 2_500, 9_000, 10_350, 20_000, needed)
    assert app.state.press_needed == needed


@pytest.mark.parametrize(("used", "left_ms"), [(0, 20_000), (1, 19_980), (999, 20), (1_000, 0), (1_003, 0)])
def test_what_is_left_of_a_zone_is_told(used: int, left_ms: int) -> None:
    app = armed(k.HOLD, used=(500, used, *REST))
    assert ask(replies.zone, app, 1, 2_500)[4] == left_ms


@pytest.mark.parametrize("mode", MODES)
def test_a_set_point_is_for_a_row_in_force(mode: int) -> None:
    for row, is_row in ((0, True), (1, True), (12, False), (13, False), (k.NO_ROW, False)):
        app = armed(mode, row=row)
        if mode in k.ACTIVE and is_row:
            assert ask(replies.set_point, app, 7_500) == (7_500,)
            assert app.state.set_point_pa == 7_500
        else:
            assert refused(replies.set_point, app, 7_500) == (w.WRONG_STATE, NO_FIELD, 0, 0)
    assert refused(replies.set_point, armed(k.RUN, row=0), 8_500) == (w.ABOVE_LIMIT, 1, 8_500, 8_000)


# PAUSE, RESUME, ACKNOWLEDGE


@pytest.mark.parametrize("mode", MODES)
def test_pause_is_for_run_and_hold(mode: int) -> None:
    app = armed(mode, row=0, hold_cause=k.ZONE_DONE, duty=9)
    if mode in (k.RUN, k.HOLD):
        assert ask(replies.pause, app) == (k.HOLD,)
        assert app.state.hold_cause == k.PAUSED
        assert app.state.duty == (0 if mode == k.RUN else 9)
    else:
        assert refused(replies.pause, app) == (w.WRONG_STATE, NO_FIELD, 0, 0)


@pytest.mark.parametrize("mode", MODES)
def test_resume_is_for_hold(mode: int) -> None:
    app = armed(mode, row=0, hold_cause=k.PAUSED, off=3)
    if mode == k.HOLD:
        assert ask(replies.resume, app) == (k.RUN,)
    else:
        assert refused(replies.resume, app) == (w.WRONG_STATE, NO_FIELD, 0, 0)


@pytest.mark.parametrize("mode", MODES)
def test_acknowledge_is_for_fault(mode: int) -> None:
    app = wand(mode, cause=k.SUPPLY)
    if mode == k.FAULT:
        assert ask(replies.acknowledge, app) == (k.FAULT, k.SUPPLY)
        assert app.state.acknowledged == 1
    else:
        assert refused(replies.acknowledge, app) == (w.WRONG_STATE, NO_FIELD, 0, 0)
        assert app.state.acknowledged == 0


# What was used


def test_rows_are_told_in_milliseconds() -> None:
    assert ask(replies.rows, wand()) == (0,) * 13
    assert ask(replies.rows, armed(used=(500, 3, *REST))) == (77, 10_000, 60, *REST)


def test_the_ledger_is_shown_by_command_or_by_age() -> None:
    """What the wand reserves for itself in an entry is not shown."""
    app = wand()
    for command, tag in ((5, 50), (6, 60)):
        app.ledger.reserve(command, 1_000 + command, tag, 1, 9_000)
    app.ledger.settle(8_000, k.LEASE)
    newest = (1, 2, 6, 1_006, 60, 1, 0, k.LEASE, 9_000, 8_000)
    assert replies.ledger(app, (0, 0)) == replies.ledger(app, (6, 7)) == newest
    assert replies.ledger(app, (0, 1)) == replies.ledger(app, (5, 0)) == (1, 1, 5, 1_005, 50, 1, 1, 0, 9_000, 9_000)
    assert replies.ledger(app, (9, 0)) == replies.ledger(app, (0, 2)) == (0,) * 10
