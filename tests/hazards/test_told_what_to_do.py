"""Whatever ends a treatment, the person at the terminal reads what happened and what to do next, and the record keeps the cause."""

from pathlib import Path
from typing import Final, NamedTuple

import pytest

from microderm_ctl.firmware import memory
from microderm_ctl.firmware.memory import build_slot
from microderm_ctl.link import explain
from microderm_ctl.simulator.errors_model import draw_errors
from microderm_ctl.simulator.sensor import factory_record
from microderm_ctl.treatment import outcome
from microderm_protocol import codes
from tests.cli.treating import NOW_S, SERIAL, House

ENDS_WELL: Final = frozenset({"none", "treatment-done", "zone-done", "dwell", "paused", "unsealed", "no-seal-drive"})
"""Not errors: nothing happened, it is complete, or the wand only holds and goes on."""


class Told(NamedTuple):
    """A fault of a hazard, and how it ends: exit code, cause, and words of the sentence and of the next step."""

    hazard: str
    fault: str
    code: int
    causes: tuple[str, ...]
    sentence: str
    step: str


CASES: Final = (
    Told("H-18", "stuck-pump=on@8", 8, ("stuck-pump",), "draws current although it is switched off", "Unplug the wand and do not use it"),
    Told("H-19", "stuck-vent=closed@8", 8, ("stuck-vent",), "does not fall although the vent is open", "sideways. Unplug the wand"),
    Told("H-21", "clogged-filter=100@8", 8, ("sensor-duty",), "works hard and the vacuum does not follow", "Clean or change the filter"),
    Told("H-22", "sensor-frozen@8", 8, ("sensor-frozen",), "does not move any more", "Lift the wand off"),
    Told("H-22", "sensor-dead@8", 8, ("sensor-range",), "reads what cannot be", "Lift the wand off"),
    Told("H-22", "sensor-noisy=1000@8", 8, ("over-trip", "stuck-vent", "sensor-jump", "sensor-range"), "vac", " the "),
    Told("H-22", "sensor-drifting=-300@8", 8, ("sensor-range",), "reads what cannot be", "press its button once"),
    Told("H-22", "sensor-drifting=500@8", 8, ("stuck-vent", "sensor-range"), "vac", "Lift the "),
    Told("H-07", "tip=coarse@8", 8, ("tip-changed",), "The tip was changed", "Begin again with the tip"),
    Told("H-07", "tip=none@8", 8, ("tip-missing",), "There is no tip", "until it clicks"),
    Told("H-38", "late-step=80@8", 8, ("late-step",), "too slow for a moment", "Begin again"),
    Told("H-13", "brown-out=300@8", 6, ("reset",), "started anew", "check the cable and the plug"),
)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    made = House(tmp_path, monkeypatch)
    made.add_person()
    made.add_clean_patch()
    return made


@pytest.mark.parametrize(
    "told", [pytest.param(one, marks=pytest.mark.hazard(one.hazard, "computer"), id=one.fault.partition("@")[0]) for one in CASES]
)
def test_a_fault_in_mid_treatment_is_told_with_its_next_step(house: House, told: Told) -> None:
    ran = house.script("--zone", "nose", "--zone", "chin", port=house.port(fault=told.fault))
    assert ran.code == told.code, ran.err
    assert told.sentence in ran.err and told.step in ran.err, ran.err
    (record,) = house.treatments()
    assert record.cause in told.causes
    assert (record.sealed_ms or 0) < 30_000 or told.code == 6


@pytest.mark.parametrize("cause", [name for name in codes.CAUSES if name not in ENDS_WELL])
def test_every_cause_that_ends_a_run_has_a_sentence_and_a_step(cause: str) -> None:
    error = outcome.error_of(cause)
    assert error.sentence.endswith(".")
    assert error.hint.endswith(".") and len(error.hint.split()) >= 4
    assert error.exit_code in (6, 8, 130)
    assert error.details["cause"] == cause
    assert "-" not in cause or cause not in error.sentence, "words, not our own names for them"


@pytest.mark.hazard("H-21", "computer")
@pytest.mark.parametrize("fault", ["stuck-vent=open@8", "stuck-pump=off@8"])
def test_a_wand_that_no_longer_draws_sends_to_the_filter(house: House, fault: str) -> None:
    """Nothing hurts; the wand holds again and again, and says where to look."""
    script = "@press press\n@touch touch\n@touch+30 press\n"
    ran = house.script("--zone", "nose", port=house.port(script, fault=fault))
    assert ran.code == 130, ran.err
    assert "If it does not draw, look at the filter." in ran.out


@pytest.mark.parametrize("cause", ["stuck-pump", "stuck-vent", "memory"])
def test_what_no_person_can_mend_sends_to_a_technician(cause: str) -> None:
    assert "Unplug the wand and do not use it. It needs a technician." in explain.cause_of(codes.CAUSES.index(cause)).hint


def test_a_locked_wand_says_so_before_any_question(house: House) -> None:
    house.script("--zone", "nose", port=house.port(fault="stuck-pump=on@8"))
    ran = house.script("--zone", "nose", port=house.port())
    assert ran.code == 8
    assert "draws current although it is switched off" in ran.err and "needs a technician" in ran.err


@pytest.mark.hazard("H-24", "computer")
def test_a_wand_with_another_units_calibration_is_refused_with_its_remedy(house: House) -> None:
    house.run("info", "--port", house.port())
    slots = house.directory / "memory" / SERIAL
    record = factory_record(draw_errors("SIM-0002"), "SIM-0002", NOW_S)
    for path in slots.glob("slot-0[23].bin"):
        path.write_bytes(build_slot(memory.CALIBRATION, 9, record))
    ran = house.script("--zone", "nose")
    assert ran.code in (7, 8), ran.err
    assert "calibrat" in ran.err and "technician" in ran.err
    assert all(not one.sealed_ms for one in house.treatments())


@pytest.mark.hazard("H-35", "computer")
@pytest.mark.parametrize("kind", [memory.LATCH, memory.COOLDOWN, memory.LEDGER + 3])
def test_a_wand_that_lost_a_book_is_refused_with_its_remedy(house: House, kind: int) -> None:
    house.run("info", "--port", house.port())
    for slot in (2 * kind, 2 * kind + 1):
        (house.directory / "memory" / SERIAL / f"slot-{slot:02d}.bin").write_bytes(b"damaged")
    ran = house.script("--zone", "nose")
    assert ran.code == 8
    assert "cannot trust its memory" in ran.err and "needs a technician" in ran.err
