"""``treat`` and ``patch-test`` over days and weeks, on the practice calendar."""

from pathlib import Path

import pytest

from microderm_ctl.safety import Aftermath, PatchResult, Skin
from tests.cli.treating import DAY_S, NONE_OF_ALL, House


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    made = House(tmp_path, monkeypatch)
    made.add_person()
    return made


@pytest.fixture
def ready(house: House) -> House:
    """A person whose patch test was clean."""
    house.add_clean_patch()
    return house


@pytest.mark.hazard("H-05", "computer")
def test_the_next_treatment_waits_for_the_interval(ready: House) -> None:
    assert ready.script("--zone", "nose").code == 0
    ready.advance(27 * DAY_S)
    port = ready.port(serial="SIM-0002")
    early = ready.run("treat", "--port", port, "--zone", "nose", "--yes", "--answers", ready.answers(), "--json")
    assert early.code == 7 and [refusal["code"] for refusal in early.error["refusals"]] == ["interval"]
    ready.advance(DAY_S + 3_600)
    assert ready.script("--zone", "nose", "--last-skin", "fine", port=ready.port(serial="SIM-0002")).code == 0
    first, second = ready.treatments()
    assert first.aftermath is Aftermath.FINE
    assert second.zones[0].cap_pa == 20_000 and second.zones[0].level_pa == 14_000  # a step up the ladder


@pytest.mark.hazard("H-44", "computer")
def test_sensitive_skin_holds_one_level(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(tmp_path, monkeypatch)
    house.add_person(Skin.SENSITIVE)
    house.add_clean_patch()
    ran = house.script("--zone", "nose", "--zone", "forehead", "--json")
    assert ran.code == 0, ran.err
    plan = ran.stream[0]["plan"]
    assert plan["one_level"] and {zone["cap_pa"] for zone in plan["zones"]} == {6_000}


def test_one_level_needs_no_press_in_between(ready: House) -> None:
    ran = ready.script("--zone", "nose", "--zone", "forehead", "--one-level", "--json")
    presses = [one for one in ran.stream if one["event"] == "press-button"]
    assert len(presses) == 1 and ran.code == 0
    assert {zone["cap_pa"] for zone in ran.stream[0]["plan"]["zones"]} == {10_000}


# Patch test


def test_from_the_patch_test_to_the_first_treatment(house: House) -> None:
    refused = house.script("--zone", "nose")
    assert refused.code == 7 and "microderm patch-test" in refused.err
    tested = house.script(command="patch-test")
    assert tested.code == 0 and "The patch test is done" in tested.out
    assert "--result clean" in tested.out
    waiting = house.script("--zone", "nose")
    assert waiting.code == 7 and "after 24 hours" in waiting.err
    early = house.run("patch-test", "--port", "sim", "--result", "clean")
    assert early.code == 7
    house.advance(DAY_S + 60)
    unanswered = house.script("--zone", "nose")
    assert unanswered.code == 7 and "not said how the tested spot looks" in unanswered.err
    clean = house.run("patch-test", "--port", "sim", "--result", "clean")
    assert clean.code == 0 and "microderm treat" in clean.out
    assert house.script("--zone", "nose").code == 0


def test_treat_offers_the_patch_test_and_later_asks_for_its_result(house: House) -> None:
    ran = house.run("treat", "--port", house.port(), typed="y" + "1\n" + NONE_OF_ALL + "y")
    assert "Begin the patch test now?" in ran.err and ran.code == 0, ran.err
    house.advance(DAY_S + 60)
    later = house.run("treat", "--port", house.port(), "--zone", "nose", typed="1\n" + NONE_OF_ALL + "y" + "1\n")
    assert "How does the spot of the patch test look now?" in later.err
    assert later.code == 0, later.err
    assert len(house.treatments()) == 1


@pytest.mark.parametrize("result", ["red", "sore"])
def test_a_spot_that_is_red_or_sore_refuses(house: House, result: str) -> None:
    house.script(command="patch-test")
    assert house.run("patch-test", "--port", "sim", "--result", result).code == 0  # at once
    house.advance(2 * DAY_S)
    ran = house.script("--zone", "nose")
    assert ran.code == 7 and f"was {result}" in ran.err
    with house.store() as store:
        assert store.patch_tests(store.find_person().id)[0].result is PatchResult(result)


def test_a_patch_test_that_was_not_complete_does_not_count(house: House) -> None:
    ran = house.run(
        "patch-test", "--port", house.port("@press press\n@touch touch\n@running+1 press\n"), "--yes", "--answers", house.answers()
    )
    assert ran.code == 130 and "not complete" in ran.out
    assert house.run("patch-test", "--port", "sim", "--result", "clean").code == 2


def test_a_place_that_is_not_for_patch_tests_is_refused_with_the_nearest(house: House) -> None:
    ran = house.script("--site", "forarm", command="patch-test")
    assert ran.code == 2 and "Did you mean 'forearm'?" in ran.err


def test_nobody_without_a_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = House(tmp_path, monkeypatch).script("--zone", "nose")
    assert ran.code == 2 and "microderm profile create" in ran.err
