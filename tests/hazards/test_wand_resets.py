"""A tip swapped, a supply that fails, a step too late, a reset in any state: the wand stops and nothing starts by itself."""

from collections.abc import Callable
from typing import Final

import pytest

from microderm_ctl.firmware import board as base
from microderm_protocol.messages import handshake, treatment
from tests.hazards.watched import TRIP_PA, Case

# Tip, supply, time


@pytest.mark.hazard("H-07", "wand")
@pytest.mark.parametrize(("fault", "cause"), [("tip=coarse", "tip-changed"), ("tip=medium", "tip-changed"), ("tip=none", "tip-missing")])
@pytest.mark.parametrize("at", ["ARMED", "RUN", "HOLD"])
def test_a_tip_that_is_swapped_or_lost_stops_in_the_same_step(fault: str, cause: str, at: str) -> None:
    case = Case(seconds=3)
    if at != "ARMED":
        case.settle(500).until(lambda truth: truth.state == at)
    assert case.unit.state == at
    case.breaks(fault).to_rest()
    assert case.ended == ("LINKED", cause)
    assert case.driven_ms == 0
    assert isinstance(case.computer.arm(8_000), handshake.Nak), "and the plan for the old tip is not taken again"


@pytest.mark.hazard("H-37", "wand")
@pytest.mark.parametrize(
    ("name", "value", "cause"), [("supply_mv", 4_300, "supply"), ("supply_mv", 5_600, "supply"), ("temperature_dc", 560, "temperature")]
)
def test_supply_and_temperature_out_of_range_stop_in_the_same_step(
    name: str, value: int, cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case().settle()
    monkeypatch.setattr(case.unit.board, name, lambda: value)
    case.to_rest()
    assert case.ended == ("FAULT", cause) and case.driven_ms == 0


@pytest.mark.hazard("H-38", "wand")
@pytest.mark.parametrize("late_ms", [60, 80, 500, 2_000])
def test_a_late_step_stops_the_moment_it_comes(late_ms: int) -> None:
    case = Case().settle().breaks(f"late-step={late_ms}").to_rest()
    assert case.ended == ("LINKED", "late-step") and case.driven_ms == 0
    assert case.most_pa < TRIP_PA


@pytest.mark.hazard("H-38", "wand")
def test_a_step_a_little_late_is_lived_with() -> None:
    case = Case().settle().breaks("late-step=40")
    case.computer.run(1_000)
    assert case.ended == ("RUN", "none")


# Reset


def _boot(case: Case) -> None:
    case.unit.power_cycle()


def _self_test(case: Case) -> None:
    case.unit.power_cycle()
    case.computer.run(200)


def _safe(case: Case) -> None:
    _linked(case)
    case.unit.set_line(False)
    case.until(lambda truth: truth.state == "SAFE")
    case.unit.set_line(True)


def _linked(case: Case) -> None:
    case.computer.ask(handshake.StopRequest())
    case.until(lambda truth: truth.state == "LINKED")


def _armed(case: Case) -> None:
    assert case.unit.state == "ARMED"


def _run(case: Case) -> None:
    case.settle(500)


def _hold(case: Case) -> None:
    case.settle(500).until(lambda truth: truth.state == "HOLD")


def _stopping(case: Case) -> None:
    case.settle(500).computer.ask(handshake.StopRequest())


def _cooldown(case: Case) -> None:
    case.settle(500).until(lambda truth: truth.state == "COOLDOWN")


def _fault(case: Case) -> None:
    case.settle().breaks("sensor-dead").until(lambda truth: truth.state == "FAULT")


def _lockout(case: Case) -> None:
    case.breaks("stuck-pump").until(lambda truth: truth.state == "LOCKOUT")


RESETS: Final[dict[str, tuple[Callable[[Case], None], str]]] = {
    "BOOT": (_boot, "COOLDOWN"),
    "SELF_TEST": (_self_test, "COOLDOWN"),
    "SAFE": (_safe, "SAFE"),
    "LINKED": (_linked, "SAFE"),
    "ARMED": (_armed, "COOLDOWN"),
    "RUN": (_run, "COOLDOWN"),
    "HOLD": (_hold, "COOLDOWN"),
    "STOPPING": (_stopping, "COOLDOWN"),
    "COOLDOWN": (_cooldown, "COOLDOWN"),
    "FAULT": (_fault, "FAULT"),
    "LOCKOUT": (_lockout, "LOCKOUT"),
}
"""How each state is reached from ARM on, and where a reset in it ends."""


@pytest.mark.hazard("H-13", "wand")
@pytest.mark.hazard("H-12", "wand")
@pytest.mark.hazard("H-40", "wand")
@pytest.mark.parametrize("cause", [base.RESET_POWER, base.RESET_WATCHDOG, base.RESET_BROWN_OUT])
@pytest.mark.parametrize("state", RESETS)
def test_a_reset_in_any_state_is_off_and_starts_nothing(state: str, cause: int) -> None:
    """The old session is void, an open treatment counts in full, and no press or renewal brings it back."""
    reach, rests = RESETS[state]
    case = Case(seconds=2)
    reach(case)
    assert case.unit.state == state
    case.broken_ms = case.unit.now_ms
    session = case.computer.session
    case.unit.power_cycle(cause)
    assert case.unit.board.duty == 0 and case.unit.board.vent_open
    case.computer.session = 0
    case.computer.run(1_000)
    for _ in range(20):
        case.computer.run(500)
        case.hand.press()
        for request in (treatment.RenewRequest(session or 1, case.computer.tick_ms), treatment.ResumeRequest(session or 1)):
            assert isinstance(case.computer.ask(request), handshake.Nak)
    assert not any(row.is_driven for row in case.since)
    assert case.unit.state == rests
    entry = case.computer.ask(treatment.LedgerRequest(1, 0))
    assert not entry.is_open and entry.used_ms == (entry.reserved_ms if entry.cause == 27 else entry.used_ms)


@pytest.mark.hazard("H-13", "wand")
@pytest.mark.parametrize("lasts_ms", [20, 300, 5_000])
def test_a_brown_out_ends_the_treatment_and_counts_it_in_full(lasts_ms: int) -> None:
    case = Case(seconds=30).settle().breaks(f"brown-out={lasts_ms}").to_rest("COOLDOWN")
    assert case.ended == ("COOLDOWN", "reset") and case.driven_ms == 0
    entry = case.computer.ask(treatment.LedgerRequest(1, 0))
    assert entry.used_ms == entry.reserved_ms == 60_000
