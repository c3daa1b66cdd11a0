"""``microderm`` alone, and ``history``: where a person stands, from a first hour to a second visit."""

from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from microderm_ctl.records.history import summary
from microderm_ctl.records.rows import Profile
from microderm_ctl.records.store import Store, open_store
from microderm_ctl.records.traces import Sample
from microderm_ctl.records.treatments import ZoneUse
from microderm_ctl.safety import Aftermath, Ending, Grit, PatchResult, Request, Skin, Thickness, WandState, Zone, all_no, decide
from tests.cli.conftest import Run

DAY_S = 86_400


@pytest.fixture(autouse=True)
def no_ports(mocker: MockerFixture) -> None:
    mocker.patch("microderm_ctl.link.ports._all_ports", return_value=[])


def practice(data_dir: Path) -> Store:
    return open_store(data_dir, practice=True)


def after_patch_test(run: Run, data_dir: Path, result: PatchResult | None = PatchResult.CLEAN) -> None:
    """Let Ana have had a patch test 25 hours ago, on practice."""
    run("--port", "sim")
    run("simulate", "--advance", "1h")
    with practice(data_dir) as store:
        now_s = store.now_s(_utc_s())
        test = store.begin_patch_test(store.find_person().id, "SIM-0000", Zone.INNER_FOREARM, 2500, Grit.FINE, now_s)
        store.finish_patch_test(test.id, now_s + 3, 3000, "treatment-done", complete=True)
        if result is not None:
            store.advance(25 * 3600)
            store.keep_patch_result(test.id, result, store.now_s(_utc_s()))


def treated(data_dir: Path, ending: Ending | None = Ending.DONE, share: int = 1) -> int:
    """Let Ana have had a treatment of her nose, a share of it, with a trace; return its number."""
    with practice(data_dir) as store:
        person, now_s = store.find_person(), store.now_s(_utc_s())
        asked = Request((Zone.NOSE, Zone.CHIN), all_no(now_s))
        wand = WandState(tip_um=106, calibrated_at_s=now_s)
        plan = decide(asked, person.profile.person(person.tag, now_s), wand, summary(store, person, now_s), now_s).plan
        if plan is None:
            raise RuntimeError("there is a plan")
        record = store.begin_treatment(person.id, "SIM-0000", plan, all_no(now_s).values, now_s, entry_before=0)
        for number in range(100):
            store.append_sample(record.id, Sample(number * 100, 15_000, 15_000, 15_000, 5, 0, 1))
        whole_ms = plan.zones[0].seconds * 1000
        uses = [ZoneUse(0, whole_ms, 1, True), ZoneUse(1, whole_ms if share == 1 else 0, 1, share == 1)]
        store.finish_treatment(record.id, now_s + 60, sum(use.sealed_ms for use in uses), "treatment-done", uses)
        if ending is not None:
            store.keep_felt(record.id, ending, "a light pull")
        return record.id


def _utc_s() -> int:
    from microderm_ctl.clock import RealClock

    return RealClock().utc_s()


def test_without_a_profile_the_next_thing_is_to_make_one(run: Run) -> None:
    told = run()

    assert told.code == 0
    assert told.out.splitlines()[-1].endswith(" profile create")


def test_without_a_wand_it_says_so(run: Run, ana: str) -> None:
    assert run("--json").record["standing"] == "connect"


def test_a_wand_that_may_not_be_opened_says_how(run: Run, ana: str, mocker: MockerFixture) -> None:
    mocker.patch("microderm_ctl.link.ports.find", return_value=[_port("/dev/null")])
    mocker.patch("microderm_ctl.cli.standing.os.access", return_value=False)

    told = run("--json").record

    assert told["standing"] == "fix-permission"
    assert told["next"].endswith(" doctor")
    assert "/dev/null" in told["sentence"]


def _port(spec: str) -> object:
    from microderm_ctl.link.ports import PortInfo

    return PortInfo(spec, "MD-1")


def test_two_wands_have_to_be_told_apart(run: Run, ana: str, mocker: MockerFixture) -> None:
    mocker.patch("microderm_ctl.link.ports.find", return_value=[_port("/dev/ttyACM0"), _port("/dev/ttyACM1")])

    assert run("--json").record["standing"] == "several-wands"


def test_from_patch_test_to_the_second_visit(run: Run, ana: str, data_dir: Path) -> None:
    def standing() -> tuple[str, str]:
        told = run("--port", "sim")
        assert (told.code, len(told.out.splitlines()) <= 5) == (0, True)
        record = run("--port", "sim", "--json").record
        assert record["simulated"]
        return record["standing"], record["next"].partition("microderm_ctl ")[2] or record["next"]

    assert standing()[0] == "patch-test-missing"
    after_patch_test(run, data_dir, None)
    assert standing()[0] == "patch-test-waiting"
    run("simulate", "--advance", "24h")
    state, following = standing()
    assert state == "patch-test-unanswered"
    assert "patch-test --result clean" in following
    with practice(data_dir) as store:
        store.keep_patch_result(1, PatchResult.CLEAN, store.now_s(_utc_s()))
    assert standing()[0] == "ready"
    treated(data_dir)
    assert standing()[0] == "interval"
    run("simulate", "--advance", "28d")
    assert standing()[0] == "ready"


def test_what_was_interrupted_can_be_finished_for_two_hours(run: Run, ana: str, data_dir: Path) -> None:
    after_patch_test(run, data_dir)
    treated(data_dir, Ending.INTERRUPTED, share=2)

    assert run("--port", "sim", "--json").record["standing"] == "finish"
    run("simulate", "--advance", "3h")
    assert run("--port", "sim", "--json").record["standing"] == "interval"


def test_history_shows_treatments_marked_and_the_next_date(run: Run, ana: str, data_dir: Path) -> None:
    after_patch_test(run, data_dir)
    number = treated(data_dir)

    record = run("history", "--json").record
    assert [(one["id"], one["simulated"], one["ending"]) for one in record["treatments"]] == [(f"p{number}", True, "done")]
    real, virtual = record["next"]
    assert (real["simulated"], real["because"]) == (False, "patch-test-missing")
    assert (virtual["simulated"], virtual["because"], virtual["allowed_now"]) == (True, "interval", False)
    assert virtual["allowed_from"] > virtual["now"]
    shown = run("history").out
    assert "SIMULATED" in shown
    assert "interval" not in shown.splitlines()[0]


def test_one_treatment_is_shown_whole(run: Run, ana: str, data_dir: Path) -> None:
    after_patch_test(run, data_dir)
    number = treated(data_dir)

    detail = run("history", f"p{number}", "--json").record
    assert len(detail["samples"]) == 100
    assert detail["samples"][0]["vacuum_pa"] == 15_000
    assert detail["treatment"]["zones"][0]["zone"] == "nose"
    assert detail["answers"]["rosacea"] == "no"
    text = run("history", f"P{number}").out
    assert "15.0 kPa |###" in text
    assert "100 samples" in text


@pytest.mark.parametrize("name", ["1", "p77", "x", "-", "p", "99999999999999999999"])
def test_a_treatment_that_is_not_there(run: Run, ana: str, data_dir: Path, name: str) -> None:
    after_patch_test(run, data_dir)
    treated(data_dir)

    assert run("history", name).code == 2


def test_what_was_not_said_can_be_said_later_and_pain_is_not_taken_back(run: Run, ana: str, data_dir: Path) -> None:
    after_patch_test(run, data_dir)
    name = f"p{treated(data_dir, None)}"
    assert run("--port", "sim", "--json").record["standing"] in ("ending-unsaid", "interval")

    said = run("history", name, "--ended", "pain", "--felt", "it stung", "--json").record["treatment"]
    assert (said["ending"], said["felt"]) == ("pain", "it stung")
    assert run("history", name, "--ended", "done").code == 2
    assert run("history", name, "--aftermath", "dark_mark", "--json").record["treatment"]["aftermath"] == "dark_mark"
    assert run("history", name, "--aftermath", "fine").code == 2
    assert run("--port", "sim", "--json").record["standing"] == "stopped-for-pain"


@pytest.mark.hazard("H-26", "computer")
@pytest.mark.hazard("H-27", "computer")
def test_a_clock_that_went_back_locks_nobody_for_ever(run: Run, ana: str, data_dir: Path) -> None:
    after_patch_test(run, data_dir)
    with practice(data_dir) as store:
        ahead_s = store.now_s(_utc_s()) + 400 * DAY_S
        test = store.begin_patch_test(store.find_person().id, "SIM-0000", Zone.INNER_FOREARM, 2500, Grit.FINE, ahead_s)
        store.finish_patch_test(test.id, ahead_s, 3000, "treatment-done", complete=True)

    assert run("--port", "sim", "--json").record["standing"] == "recorded-ahead"
    assert run("history", "--confirm-clock").code == 2
    assert run("history", "--confirm-clock", "--yes").code == 0
    assert run("--port", "sim", "--json").record["standing"] != "recorded-ahead"


def test_practice_never_counts_for_the_person(run: Run, ana: str, data_dir: Path) -> None:
    after_patch_test(run, data_dir)
    treated(data_dir)

    with open_store(data_dir) as store:
        assert store.treatments(store.find_person().id) == ()
        assert store.patch_tests(store.find_person().id) == ()


def on_practice(data_dir: Path, days: int) -> None:
    with practice(data_dir) as store:
        store.advance(days * DAY_S)


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize(("days", "standing"), [(6, "interval"), (7, "journal"), (27, "journal"), (28, "ready")])
def test_a_week_after_a_treatment_the_journal_is_next_while_nothing_else_is(run: Run, data_dir: Path, days: int, standing: str) -> None:
    after_patch_test(run, data_dir)
    treated(data_dir)
    on_practice(data_dir, days)
    told = run("--port", "sim", "--json").record
    assert told["standing"] == standing
    assert "1 of 6 treatments done" in told["sentence"]
    assert told["next"].endswith({"interval": "history --port sim", "journal": "journal --port sim", "ready": "treat --port sim"}[standing])
    assert len(run("--port", "sim").out.splitlines()) <= 5
    assert ("best until" in told["sentence"]) is (standing == "ready")


@pytest.mark.usefixtures("ana")
def test_once_it_is_written_the_journal_is_not_asked_for_again(run: Run, data_dir: Path) -> None:
    after_patch_test(run, data_dir)
    treated(data_dir)
    on_practice(data_dir, 8)
    run("journal", "--port", "sim", "--redness", "not_red")
    assert run("--port", "sim", "--json").record["standing"] == "interval"


@pytest.mark.usefixtures("ana")
def test_a_treatment_that_hurt_is_more_pressing_than_the_journal(run: Run, data_dir: Path) -> None:
    after_patch_test(run, data_dir)
    treated(data_dir, Ending.PAIN)
    on_practice(data_dir, 8)
    assert run("--port", "sim", "--json").record["standing"] == "stopped-for-pain"


def test_without_a_wand_the_journal_of_real_treatments_is_proposed(run: Run, data_dir: Path) -> None:
    utc_s = _utc_s()
    with open_store(data_dir) as store:
        person = store.create_person("Ana", Profile(Skin.OILY, Thickness.NORMAL, 2, 1990), utc_s - 30 * DAY_S)
        test = store.begin_patch_test(person.id, "MD-1", Zone.INNER_FOREARM, 2500, Grit.FINE, utc_s - 20 * DAY_S)
        store.finish_patch_test(test.id, utc_s - 20 * DAY_S + 3, 3000, "treatment-done", complete=True)
        store.keep_patch_result(test.id, PatchResult.CLEAN, utc_s - 18 * DAY_S)
        asked = Request((Zone.NOSE,), all_no(utc_s))
        plan = decide(asked, person.judged(utc_s), WandState(106, utc_s), summary(store, person, utc_s), utc_s).plan
        assert plan is not None
        record = store.begin_treatment(person.id, "MD-1", plan, all_no(0).values, utc_s - 8 * DAY_S)
        store.finish_treatment(record.id, utc_s - 8 * DAY_S + 60, 20_000, "treatment-done", [ZoneUse(0, 20_000, 1, True)])
        store.keep_felt(record.id, Ending.DONE)
    told = run("--json").record
    assert (told["standing"], told["simulated"]) == ("journal", False)
    run("journal", "--redness", "not_red")
    assert run("--json").record["standing"] == "connect"


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize(("days", "holds"), [(2, True), (8, False)])
def test_while_the_skin_needs_care_it_says_until_when(run: Run, data_dir: Path, days: int, holds: bool) -> None:
    after_patch_test(run, data_dir)
    treated(data_dir)
    on_practice(data_dir, days)
    told = run("--port", "sim")
    assert ("Your skin still needs care until" in told.out) is holds
    assert (run("--port", "sim", "--json").record["care_until"] is not None) is holds
    assert len(told.out.splitlines()) <= 5


def test_a_history_whose_rows_do_not_fit_a_terminal_is_told_in_sentences(run: Run, ana: str, data_dir: Path) -> None:
    after_patch_test(run, data_dir)
    number = treated(data_dir, Ending.DONE)
    assert any(line.startswith("id  ") for line in run("history").out.splitlines())
    with practice(data_dir) as store:
        store.keep_aftermath(number, Aftermath.RED_OVER_24_H, store.now_s(_utc_s()))
    lines = run("history").out.splitlines()
    assert any(line.startswith("Treatment p1, ") and line.endswith("SIMULATED.") for line in lines)
    assert not any(line.startswith("id  ") for line in lines)
