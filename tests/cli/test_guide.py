"""The guide of zones, and the after-care while it holds."""

import json
from pathlib import Path

import pytest

from microderm_ctl.safety import TREATABLE
from tests.cli.conftest import Run
from tests.cli.treating import DAY_S, House


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    made = House(tmp_path, monkeypatch)
    made.add_person()
    made.add_clean_patch()
    return made


def test_the_guide_tells_begin_stretch_strokes_feeling_and_stop(run: Run) -> None:
    shown = run("guide", "--zone", "nose").out
    for said in (
        "Begin at the bridge",
        "Stretch the skin",
        "First pass: down",
        "Second pass: short",
        "You feel",
        "Stay away from the lids",
    ):
        assert said in shown, said


def test_every_zone_that_may_be_treated_has_its_guide_with_sources(run: Run) -> None:
    told = json.loads(run("guide", "--json", *(word for zone in TREATABLE for word in ("--zone", zone.value))).out)
    assert [zone["zone"] for zone in told["zones"]] == [zone.value for zone in TREATABLE]
    assert all(zone["sources"] for zone in told["zones"]) and told["sources"]


def test_after_care_holds_for_its_days_and_is_told_with_the_history(house: House) -> None:
    port = house.port()
    assert house.run("after-care", "--port", port).out.startswith("After-care for Ann, from the patch test") is False
    assert house.script("--zone", "nose").code == 0
    shown = house.run("after-care", "--port", port).out
    assert "from the treatment of" in shown and "no retinol" in shown and shown.count("This holds until") == 5
    assert "'microderm after-care'" in house.run("history").out
    house.advance(3 * DAY_S)
    later = house.run("after-care", "--port", port).out
    assert "no retinol" in later and "sunscreen" in later and "make-up" not in later
    house.advance(5 * DAY_S)
    assert "nothing to take care of" in house.run("after-care", "--port", port).out
    assert "'microderm after-care'" not in house.run("history").out


def test_the_spot_of_a_patch_test_is_cared_for_first(house: House) -> None:
    assert house.script("--site", "forearm", command="patch-test").code == 0
    assert "Leave the spot alone" in house.run("after-care", "--port", house.port()).out


def test_after_care_as_json_has_a_date_and_a_source_for_each(house: House) -> None:
    assert house.script("--zone", "nose").code == 0
    told = json.loads(house.run("after-care", "--json", "--port", house.port()).out)
    assert told["after"] == "treatment" and told["simulated"] is True
    assert {care["id"] for care in told["care"]} == {"heat", "make-up", "acids", "sun", "look"}
    assert all(care["until"].endswith("Z") and care["source"] for care in told["care"])


def test_a_small_window_asks_today_in_more_parts(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """No question scrolls away before the key that answers it."""
    from microderm_ctl.cli.printer import Printer

    monkeypatch.setattr(Printer, "height", property(lambda _: 12))
    ran = house.run("treat", "--port", house.port(), "--zone", "nose", "--yes", typed="n" * 8 + "1\n")
    heads = ran.err.count("Your health:") + ran.err.count("The last days and weeks:") + ran.err.count("Your skin today")
    assert heads > 3, ran.err


def test_what_a_wand_refuses_is_said_with_its_settings(run: Run) -> None:
    assert "a cap under 5.0 kPa is refused" in run("info", "--port", "sim").out
