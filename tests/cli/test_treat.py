"""``treat`` and ``patch-test`` as a person and as a script types them, on the virtual wand."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from microderm_ctl.cli.ask import Asker
from microderm_ctl.cli.asked import Asked
from microderm_ctl.cli.context import Invocation, Options
from microderm_ctl.cli.lead import lead
from microderm_ctl.cli.visit import Visit
from microderm_ctl.errors import WandFault
from microderm_ctl.records.files import full_problem
from microderm_ctl.records.lock import treating
from microderm_ctl.safety import TODAY, Aftermath, Ending, Kind, Zone, all_no
from tests.cli.treating import DAY_S, NONE_OF_ALL, NOW_S, SERIAL, House

STOP_IN_NOSE = "@press press\n@touch touch\n@running+11 press\n"
UNPLUG_IN_NOSE = "@press press\n@touch touch\n@running+6 unplug\n"


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


# A script


def test_a_script_leads_a_treatment_and_the_record_is_read_back(ready: House) -> None:
    ran = ready.script("--zone", "nose", "--zone", "forehead")
    assert ran.code == 0, ran.err
    assert ran.out.index("Plan for Ann") < ran.out.index("Press the button") < ran.out.index("Done: 36 s") < ran.out.index("sunscreen")
    assert "SIMULATED" in ran.out
    (record,) = ready.treatments()
    assert record.sealed_ms == 36_000 and record.ending is Ending.DONE and record.cause == "treatment-done"
    assert [zone.zone.value for zone in record.zones] == ["forehead", "nose"]  # from the lowest cap to the highest
    assert record.answers["sunburn"] == "no"


def test_json_is_a_stream_of_events_with_the_record_last(ready: House) -> None:
    ran = ready.script("--zone", "nose", "--json")
    names = [one["event"] for one in ran.stream]
    assert names[0] == "plan" and names[-1] == "result"
    assert [name for name in names if name not in ("telemetry", "plan", "result")] == [
        "armed", "press-button", "touch-down", "running", "pass-begins", "stopping", "ended",
    ]  # fmt: skip
    result = ran.stream[-1]
    assert result["done"] and result["simulated"] and result["treatment"]["zones"][0]["sealed_ms"] == 12_000
    assert result["next_from"] is not None and ran.code == 0
    vacuum = [one["vacuum_pa"] for one in ran.stream if one["event"] == "telemetry"]
    assert max(vacuum) > 11_000 and vacuum[-1] < 1_000


@pytest.mark.hazard("H-40", "computer")
@pytest.mark.parametrize(("missing", "words"), [("--yes", ["--answers", "x"]), ("--answers", ["--yes"])])
def test_without_a_terminal_consent_and_answers_must_be_given(ready: House, missing: str, words: list[str]) -> None:
    ran = ready.run("treat", "--port", "sim", *words)
    assert ran.code == 2 and missing in ran.err


def test_answers_come_from_standard_input_too(ready: House) -> None:
    text = Path(ready.answers()).read_text()
    ran = ready.run("treat", "--port", ready.port(), "--zone", "nose", "--yes", "--answers", "-", stdin=text)
    assert ran.code == 0, ran.err


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"sunburn": None}, 2, "'sunburn' is not answered"),
        ({"sunburnt": "no"}, 2, "'sunburnt' is not a question"),
        ({"sunburn": "maybe"}, 2, "'maybe' is no answer to 'sunburn'"),
        ({"sunburn": False}, 2, "'False' is no answer to 'sunburn'"),
        ({"at": None}, 2, "no time stamp"),
        ({"at": "yesterday"}, 2, "'yesterday' is no time stamp"),
        ({"at": "2026-05-28T20:26:40"}, 2, "no time zone"),
        ({"at": NOW_S - 3_700}, 7, "older than an hour"),
        ({"at": NOW_S + 600}, 7, "older than an hour"),
        ({"sunburn": "yes"}, 7, "Burnt skin"),
        ({"retinoid": "3d"}, 7, "It makes the skin thin"),
        ({"sunburn": "not_sure"}, 7, "Burnt skin"),
    ],
)
def test_answers_that_do_not_allow_a_treatment(ready: House, changes: dict[str, object], code: int, said: str) -> None:
    ran = ready.run("treat", "--port", ready.port(), "--zone", "nose", "--yes", "--answers", ready.answers(**changes))
    assert (ran.code, said in ran.err) == (code, True), ran.err
    assert ready.treatments() == ()


def test_missing_answers_are_all_listed(ready: House) -> None:
    path = ready.directory / "empty.json"
    path.write_text(json.dumps({"at": NOW_S}))
    ran = ready.run("treat", "--port", ready.port(), "--yes", "--answers", str(path), "--json")
    assert {problem["id"] for problem in ran.error["problems"]} == {question.id for question in TODAY}


def test_an_answer_that_stands_there_twice_is_none(ready: House) -> None:
    path = ready.directory / "twice.json"
    path.write_text(Path(ready.answers()).read_text().rstrip().rstrip("}") + ', "sunburn": "no"}')
    ran = ready.run("treat", "--port", ready.port(), "--zone", "nose", "--yes", "--answers", str(path))
    assert ran.code == 9 and "torn or no JSON" in ran.err


def test_input_that_ends_at_a_question_ends_the_command(ready: House, monkeypatch: pytest.MonkeyPatch, mocker: MockerFixture) -> None:
    monkeypatch.setattr(Asker, "can_ask", True)
    mocker.patch("microderm_ctl.cli.keys.one_key", return_value="")
    ran = ready.run("treat", "--port", ready.port(), "--zone", "nose")
    assert ran.code == 130 and "The input has ended" in ran.err
    assert ready.treatments() == ()


def test_iso_time_stamps_are_taken(ready: House) -> None:
    ran = ready.run("treat", "--port", ready.port(), "--zone", "nose", "--yes", "--answers", ready.answers(at="2026-05-28T20:26:40Z"))
    assert ran.code == 0, ran.err


@pytest.mark.hazard("H-40", "computer")
def test_consent_never_comes_from_the_environment(ready: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICRODERM_YES", "1")
    monkeypatch.setenv("MICRODERM_TREAT_YES", "1")
    monkeypatch.setenv("MICRODERM_ANSWERS", ready.answers())
    assert ready.run("treat", "--port", "sim").code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--zone", "chek"], "Did you mean 'cheek'?"),
        (["--level", "12"], "a vacuum needs its unit"),
        (["--level", "-3 kPa"], "outside what the wand can hold"),
        (["--level", "nan"], "is not a vacuum"),
        (["--level", "1e9"], "is not a vacuum"),
        (["--level", "10 mmHg"], "it is 1.3 kPa"),
        (["--depth", "deeper"], "'deeper' is not one of"),
    ],
)
def test_bad_input_is_a_sentence(ready: House, words: list[str], said: str) -> None:
    ran = ready.script(*words)
    assert ran.code == 2 and said in ran.err and "Traceback" not in ran.err


# Above the cap


@pytest.mark.hazard("H-01", "computer")
def test_above_the_cap_a_script_is_refused_with_the_arithmetic(ready: House) -> None:
    ran = ready.script("--zone", "nose", "--level", "8")
    assert ran.code == 7
    assert "20.0 kPa is above the cap of 12.0 kPa for nose" in ran.err and "--up-to-cap" in ran.err
    assert "x 0.6" in ran.err
    assert ready.treatments() == ()


def test_up_to_cap_takes_the_cap(ready: House) -> None:
    ran = ready.script("--zone", "nose", "--level", "8", "--up-to-cap")
    assert ran.code == 0
    assert ready.treatments()[0].zones[0].level_pa == 12_000


@pytest.mark.parametrize(("key", "code", "count"), [("y", 0, 1), ("n", 7, 0)])
def test_a_person_is_asked_whether_to_start_at_the_cap(ready: House, key: str, code: int, count: int) -> None:
    typed = f"{NONE_OF_ALL}{key}" + ("y1\n" if key == "y" else "")
    ran = ready.run("treat", "--port", ready.port(), "--zone", "nose", "--level", "8", typed=typed)
    assert "Start at 12.0 kPa?" in ran.err
    assert (ran.code, len(ready.treatments())) == (code, count), ran.err


def test_a_lower_level_is_held(ready: House) -> None:
    assert ready.script("--zone", "nose", "--level", "7.5 kPa").code == 0
    zone = ready.treatments()[0].zones[0]
    assert zone.level_pa == 7_500 and 7_000 < zone.mean_pa < 8_000


# A person at a terminal


def test_a_return_visit_takes_at_most_six_keys_before_the_button(ready: House) -> None:
    assert ready.script("--zone", "nose").code == 0
    ready.advance(29 * DAY_S)
    before = "1" + NONE_OF_ALL + "y"
    ran = ready.run("treat", "--port", ready.port(serial="SIM-0002"), "--zone", "nose", typed="1\n" + NONE_OF_ALL + "y" + "1\n")
    assert ran.code == 0, ran.err
    assert len(before) + 1 <= 6  # with the Enter after the first
    first, second = ready.treatments()
    assert first.aftermath is Aftermath.FINE and second.ending is Ending.DONE and second.felt == "good"


def test_what_applies_is_asked_in_full(ready: House) -> None:
    typed = "y" + "1\n" + "left chek\n" + "left cheek\n" + "nn" + "y"  # inflamed spots on the left cheek; treat the rest
    ran = ready.run("treat", "--port", ready.port(), typed=typed + "y1\n")
    assert "That was not understood" in ran.err
    assert "Treat the rest: forehead, right cheek, chin?" in ran.err or "Treat the rest:" in ran.err
    assert ran.code == 0, ran.err
    zones = {zone.zone.value for zone in ready.treatments()[0].zones}
    assert "cheek_left" not in zones and "nose" not in zones and "chin" in zones


@pytest.mark.hazard("H-40", "computer")
def test_no_to_the_plan_arms_nothing(ready: House) -> None:
    ran = ready.run("treat", "--port", ready.port(), "--zone", "nose", typed=NONE_OF_ALL + "n")
    assert ran.code == 130 and ready.treatments() == ()


def test_who_does_not_press_is_asked_again(ready: House) -> None:
    script = "@press+11 lift\n@press press\n@touch touch\n"
    ran = ready.run("treat", "--port", ready.port(script), "--zone", "nose", typed=NONE_OF_ALL + "y" + "y" + "1\n")
    assert "Arm it once more?" in ran.err
    assert ran.code == 0, ran.err
    assert [record.cause for record in ready.treatments()] == ["not-pressed", "treatment-done"]


def test_a_script_arms_three_times_and_then_gives_up(ready: House) -> None:
    ran = ready.script("--zone", "nose", port=ready.port("0 lift\n"))
    assert ran.code == 8 and "not pressed within ten seconds" in ran.err
    assert [record.cause for record in ready.treatments()] == ["not-pressed"] * 3


@pytest.mark.parametrize(("number", "ending"), [("1", Ending.DONE), ("2", Ending.INTERRUPTED), ("3", Ending.PAIN), ("4", Ending.BLEEDING)])
def test_stopping_asks_why(ready: House, number: str, ending: Ending) -> None:
    typed = NONE_OF_ALL + "y" + f"{number}\n"
    ran = ready.run("treat", "--port", ready.port(STOP_IN_NOSE), "--zone", "nose", typed=typed)
    assert ran.code == 130 and "Stopped with the button on the wand." in ran.err
    assert ready.treatments()[0].ending is ending
    assert ("treat --finish" in ran.out) == (ending is Ending.INTERRUPTED)


@pytest.mark.hazard("H-08", "computer")
def test_pain_locks_for_two_weeks(ready: House) -> None:
    ready.run("treat", "--port", ready.port(STOP_IN_NOSE), "--zone", "nose", typed=NONE_OF_ALL + "y" + "3\n")
    ready.advance(DAY_S)
    ran = ready.script("--zone", "chin", "--last-skin", "fine")
    assert ran.code == 7 and "ended with pain" in ran.err


# What ends it


@pytest.mark.parametrize(
    ("fault", "code", "cause", "said"),
    [
        ("tip=none@5", 8, "tip-missing", "There is no tip on the wand"),
        ("sensor-dead@6", 8, "sensor-range", "The vacuum sensor reads what cannot be"),
        ("late-step=80@6", 8, "late-step", "The wand was too slow"),
    ],
)
def test_a_fault_of_the_wand_is_exit_8_with_its_sentence(ready: House, fault: str, code: int, cause: str, said: str) -> None:
    ran = ready.script("--zone", "nose", port=ready.port(fault=fault))
    assert ran.code == code and said in ran.err
    assert ready.treatments()[0].cause == cause


def test_too_much_vacuum_vents_and_is_exit_8(ready: House) -> None:
    ran = ready.script("--zone", "nose", "--json", port=ready.port(fault="stuck-pump=on@6"))
    assert ran.code == 8 and ran.stream[-1]["cause"] in ("over-trip", "stuck-pump")
    assert ran.error["code"] == "wand-fault"


def test_a_wand_in_fault_is_refused_before_any_question(ready: House) -> None:
    ran = ready.run("treat", "--port", ready.port(fault="sensor-dead"), typed=NONE_OF_ALL + "n")
    assert ran.code == 8 and "sunburnt" not in ran.err


@pytest.mark.hazard("H-12", "computer")
def test_an_unplug_is_exit_6_and_may_be_finished(ready: House) -> None:
    ran = ready.script("--zone", "nose", "--zone", "chin", port=ready.port(UNPLUG_IN_NOSE))
    assert ran.code == 6 and "no longer connected" in ran.err
    assert "treat --finish" in ran.out
    (cut_off,) = ready.treatments()
    assert cut_off.ended_s is None and cut_off.counted_ms == 24_000
    later = ready.script("--finish", "--last-ended", "interrupted")
    assert later.code == 0, later.err
    first, second = ready.treatments()
    assert first.ending is Ending.INTERRUPTED and first.sealed_ms == pytest.approx(6_000, abs=500)
    assert second.finishes_id == first.id
    assert (first.sealed_ms or 0) + (second.sealed_ms or 0) <= 24_000
    assert (second.sealed_ms or 0) >= 16_000


def test_an_unsaid_ending_cannot_be_finished(ready: House) -> None:
    ready.script("--zone", "nose", port=ready.port(UNPLUG_IN_NOSE))
    ran = ready.script("--finish")
    assert ran.code == 7 and "not interrupted from outside" in ran.err


def test_after_two_hours_nothing_is_finished(ready: House) -> None:
    ready.script("--zone", "nose", port=ready.port(STOP_IN_NOSE))
    ready.advance(2 * 3_600 + 60)
    ran = ready.script("--finish", "--last-ended", "interrupted")
    assert ran.code == 7 and "within 2 hours" in ran.err


def test_what_can_be_finished_is_offered(ready: House) -> None:
    typed = NONE_OF_ALL + "y" + "2\n"
    ready.run("treat", "--port", ready.port(STOP_IN_NOSE), "--zone", "nose", "--zone", "chin", typed=typed)
    ran = ready.run("treat", "--port", ready.port(), typed="y" + NONE_OF_ALL + "y" + "1\n")
    assert "Finish it now?" in ran.err and ran.code == 0, ran.err
    assert ready.treatments()[1].finishes_id == ready.treatments()[0].id


@pytest.mark.hazard("H-34", "computer")
def test_what_cannot_be_written_down_is_not_begun(ready: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> None:
        raise full_problem(path, "There is no room to keep a treatment")

    monkeypatch.setattr("microderm_ctl.records.treatments.lay_ballast", full)
    trace = ready.directory / "trace.ndjson"
    ran = ready.script("--zone", "nose", port=f"{ready.port()}&trace={trace}")
    assert ran.code == 9 and "the disk is full" in ran.err
    assert '"ARMED"' not in trace.read_text() and '"LINKED"' in trace.read_text()


@pytest.mark.hazard("H-28", "computer")
def test_another_treatment_on_the_same_wand_is_kept_out(ready: House) -> None:
    port = ready.port()
    with ready.store(), treating(ready.data, "elsewhere", SERIAL, NOW_S):
        ran = ready.script("--zone", "nose", port=port)
    assert ran.code == 4 and "Another microderm" in ran.err
    assert ready.treatments() == ()


# Faults


def test_a_fault_whose_cause_is_gone_is_left_by_word_and_button(ready: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Asker, "can_ask", True)
    monkeypatch.setattr(Asker, "key", lambda *_: "y")
    monkeypatch.setattr(Asker, "choose", lambda *_: "interrupted")
    script = "@press press\n@touch touch\n@fault lift\n+5 press\n"
    with (
        Invocation(Options(port=ready.port(script, fault="stuck-vent=closed@4"), data_dir=ready.data), ready.clock) as call,
        call.wand() as wand,
    ):
        visit = Visit(call, wand, None)
        asked = Asked(Kind.TREATMENT, (Zone.NOSE, Zone.CHIN), yes=True)
        with pytest.raises(WandFault):
            lead(visit, asked, all_no(NOW_S), visit.decide(asked))
        assert wand.state == "FAULT"
        assert Visit(call, wand, None).wand.state == "LINKED"


# Stop


def test_stop_without_a_holder_stops_over_the_wire(ready: House) -> None:
    ran = ready.run("stop", "--port", ready.port(), "--json")
    assert ran.code == 0
    record = json.loads(ran.out)
    assert record["by"] == "wire" and record["vented"] and record["serial"] == SERIAL


@pytest.fixture
def no_ports(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("microderm_ctl.link.ports._all_ports", list)
    yield


@pytest.mark.usefixtures("no_ports")
def test_stop_without_a_wand(ready: House) -> None:
    assert ready.run("stop").code == 3


def test_stop_says_who_holds_on(ready: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("microderm_ctl.records.lock.os.kill", lambda pid, number: None)
    with ready.store(), treating(ready.data, "/dev/none", SERIAL, NOW_S):
        ran = ready.run("stop")
    assert ran.code == 4 and "has not ended yet" in ran.err


@pytest.mark.parametrize("name", ["treat", "patch-test", "stop"])
def test_help_opens_nothing_slow(name: str) -> None:
    slow = ("construct", "serial", "rich", "sqlite3")
    look = f"root.get_command(None, {name!r}); print([one for one in {slow} if one in sys.modules])"
    probe = f"import sys; from microderm_ctl.cli.main import root; {look}"
    ended = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60)
    assert ended.stdout.strip() == "[]"
