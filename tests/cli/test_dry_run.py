"""``treat --dry-run``: what would be done and sent; nothing is sent, asked or kept."""

import re
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from microderm_ctl.link import ports
from microderm_ctl.link.recording import pieces, read_recording
from microderm_ctl.link.replay import ReplayPort
from microderm_ctl.records.rows import Profile
from microderm_ctl.safety import Grit, PatchResult, Skin, Thickness, Zone
from tests.cli.treating import DAY_S, NOW_S, SERIAL, House


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    made = House(tmp_path, monkeypatch)
    made.add_person()
    made.add_clean_patch()
    return made


def _snapshot(house: House) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in house.directory.rglob("*.sqlite3")}


def test_it_shows_plan_limits_and_every_message(ready: House) -> None:
    ran = ready.run("treat", "--port", "sim", "--dry-run", "--zone", "nose", "--zone", "forehead")
    assert ran.code == 0, ran.err
    for said in ("DRY RUN", "Plan for Ann", "nose", "vents above", "taken as answered with no", "Nothing was sent, and nothing was kept"):
        assert said in ran.out
    names = re.findall(r"^ +\d+\.\d{3} (\w+) request", ran.out, re.MULTILINE)
    assert names[:5] == ["HELLO", "IDENTITY", "LEDGER", "LIMITS", "LEDGER"] and names.count("ZONE") == 2 and names[-1] == "ROWS"
    assert re.search(r"RENEW request \d\d\d times, until", ran.out)
    assert "cap=15000,18000 Pa" in ran.out or "cap=" in ran.out


def test_what_is_shown_is_what_a_treatment_sends(ready: House, tmp_path: Path) -> None:
    """The messages are those that a recording of the real treatment has, but for what is drawn and what the wand has kept."""
    told = ready.run("treat", "--port", "sim", "--dry-run", "--zone", "nose", "--json").stream
    file = tmp_path / "real.ndjson"
    assert ready.script("--zone", "nose", "--record", str(file)).code == 0
    sent = ReplayPort(read_recording(file)).requests()
    wanted = [one for one in told if one["event"] == "message" and one["message"] != "RENEW"]
    assert [type(message).__name__.removesuffix("Request").upper() for message in sent] == [one["message"] for one in wanted]
    arm = next(message for message in sent if type(message).__name__ == "ArmRequest")
    shown = next(one["fields"] for one in wanted if one["message"] == "ARM")
    assert shown["cap_pa"] == [arm.cap_pa[0]] and shown["person_tag"] == arm.person_tag and shown["treatment_ms"] == arm.treatment_ms
    zone = next(message for message in sent if type(message).__name__ == "ZoneRequest")
    assert next(one["fields"]["set_point_pa"] for one in wanted if one["message"] == "ZONE") == zone.set_point_pa
    assert len(list(pieces(read_recording(file).rows))) > 100


def test_bytes_are_shown_at_vv(ready: House) -> None:
    plain = ready.run("treat", "--port", "sim", "--dry-run", "--zone", "nose").out
    full = ready.run("treat", "--port", "sim", "--dry-run", "--zone", "nose", "-vv").out
    assert " 00 04 01 01 " not in plain and full.count(" 00 04 01 01 ") == full.count(" request ")


def test_no_port_is_opened_and_nothing_is_kept(ready: House, mocker: MockerFixture) -> None:
    ready.run("treat", "--port", "sim", "--dry-run", "--zone", "nose")
    before = _snapshot(ready)
    opened = mocker.spy(ports, "_opened")
    ran = ready.run("treat", "--port", "sim", "--dry-run", "--zone", "nose")
    assert ran.code == 0 and ready.treatments() == ()
    assert [call.args[0].split("?")[0] for call in opened.call_args_list] == ["sim://"]
    assert _snapshot(ready) == before
    assert not (ready.data / "practice.memory").exists()


def test_with_a_real_port_named_it_is_not_touched(ready: House, mocker: MockerFixture) -> None:
    """The real store decides, and the port that is named is not opened."""
    with ready.store(practice=False) as store:
        person = store.find_person()
        test = store.begin_patch_test(person.id, SERIAL, Zone.INNER_FOREARM, 2_500, Grit.FINE, NOW_S - 2 * DAY_S)
        store.finish_patch_test(test.id, NOW_S - 2 * DAY_S + 5, 3_000, "treatment-done", complete=True)
        store.keep_patch_result(test.id, PatchResult.CLEAN, NOW_S - DAY_S + 60)
    opened = mocker.spy(ports, "_opened")
    ran = ready.run("treat", "--port", "/dev/ttyACM7", "--dry-run", "--zone", "nose")
    assert ran.code == 0, ran.err
    assert all(call.args[0].startswith("sim://") for call in opened.call_args_list)


def test_it_asks_nothing_and_needs_neither_yes_nor_answers(ready: House) -> None:
    assert ready.run("treat", "--port", "sim", "--dry-run", "--zone", "nose", typed="").code == 0


def test_answers_that_are_given_count(ready: House) -> None:
    ran = ready.run("treat", "--port", "sim", "--dry-run", "--zone", "nose", "--answers", ready.answers(sunburn="yes"))
    assert ran.code == 7 and "Burnt skin" in ran.err
    ran = ready.run("treat", "--port", "sim", "--dry-run", "--zone", "nose", "--answers", ready.answers())
    assert ran.code == 0 and "taken as answered with no" not in ran.out


def test_what_is_refused_is_refused_as_a_treatment_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(tmp_path, monkeypatch)
    house.add_person()
    ran = house.run("treat", "--port", "sim", "--dry-run")
    assert ran.code == 7 and "patch-test" in ran.err


def test_a_level_above_the_cap_is_refused_with_the_cap(ready: House) -> None:
    ran = ready.run("treat", "--port", "sim", "--dry-run", "--zone", "nose", "--level", "10")
    assert ran.code == 7 and "kPa" in ran.err
    assert ready.run("treat", "--port", "sim", "--dry-run", "--zone", "nose", "--level", "10", "--up-to-cap").code == 0


def test_the_tip_is_that_of_the_last_treatment_and_what_is_said_of_it_counts(ready: House) -> None:
    assert ready.script("--zone", "nose").code == 0
    ready.advance(30 * DAY_S)
    words = ("treat", "--port", "sim", "--dry-run", "--zone", "nose", "--json")
    same, more = (ready.run(*words, *rest).stream[0] for rest in ((), ("--last-skin", "fine")))
    assert any(SERIAL in fact for fact in same["assumed"])
    assert more["plan"]["zones"][0]["level_pa"] > same["plan"]["zones"][0]["level_pa"]


def test_recording_it_is_refused(ready: House, tmp_path: Path) -> None:
    ran = ready.run("treat", "--port", "sim", "--dry-run", "--record", str(tmp_path / "x"))
    assert ran.code == 2 and "--record" in ran.err


def test_several_people_are_not_guessed(ready: House) -> None:
    with ready.store(practice=False) as store:
        store.create_person("Bea", Profile(Skin.OILY, Thickness.NORMAL, 2, 1990), NOW_S)
    assert ready.run("treat", "--port", "sim", "--dry-run").code == 2
