"""Honest people to whom something happened: each finds a way back by doing only what is printed, and nobody's wait is shortened.

They type into the real program, on a virtual wand and the practice calendar. After a refusal they do what
its hint says, in its order, or wait until the date that it names.
"""

import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest

from microderm_ctl.errors import FileProblem
from microderm_ctl.firmware.memory import COOLDOWN, Memory
from microderm_ctl.records.files import full_problem
from microderm_ctl.records.rows import Profile
from microderm_ctl.safety import Ending, Grit, Kind, Plan, PlannedZone, ProfessionalPlan, Skin, Thickness, Zone
from microderm_ctl.simulator.unit import make_unit
from tests.cli.treating import DAY_S, NONE_OF_ALL, NOW_S, SERIAL, House, Ran

HOUR_S: Final = 3_600
REST_S: Final = 30 * 60
"""A wand that is powered has had its rest after this; its half hour of steps is left out here."""
COMMAND: Final = re.compile(r"'microderm ([^']*)'")
STOP: Final = "@press press\n@touch touch\n@running+11 press\n"
UNPLUG: Final = "@press press\n@touch touch\n@running+11 unplug\n"
MOST_STEPS: Final = 12
Todo = Callable[["Home"], None]
PEOPLE: Final[dict[str, Todo]] = {}


class Home(House):
    """A person at home with a wand; ``now_s`` is the true time, whatever the clock says."""

    def __init__(self, directory: Path, patch: pytest.MonkeyPatch) -> None:
        super().__init__(directory, patch)
        self.patch = patch
        self.now_s = NOW_S
        self.wrong_s = 0
        self.serial = SERIAL
        self.tip = "fine"
        self.words: tuple[str, ...] = ("--zone", "nose")
        self.ending = "done"
        self.treated_s: list[int] = []
        self.told: list[str] = []
        self.skin = Profile(Skin.NORMAL, Thickness.NORMAL, 2, 1990)

    def wait(self, duration_s: int) -> None:
        """Let true time pass; the wand rests meanwhile."""
        self.now_s += duration_s
        self.clock.set_utc_s(NOW_S + self.wrong_s)
        self.advance(duration_s)
        kept = self.directory / "memory"
        for wand in kept.iterdir() if duration_s >= REST_S and kept.is_dir() else ():
            rested = make_unit(wand.name, hand="none", memory=kept, utc_s=self.believed_s())
            Memory(rested.board).write(COOLDOWN, bytes(4))

    def set_clock(self, wrong_s: int) -> None:
        self.wrong_s = wrong_s
        self.clock.set_utc_s(NOW_S + wrong_s)

    def port(self, script: str = "", fault: str = "", serial: str = SERIAL) -> str:
        with self.store() as store:
            utc_s = store.now_s(self.clock.utc_s())
        told = {"serial": self.serial, "seed": "1", "memory": str(self.directory / "memory"), "utc": str(utc_s), "tip": self.tip}
        if script:
            path = self.directory / "hand.txt"
            path.write_text(script)
            told["hand"] = str(path)
        return f"sim://?{urlencode(told | ({'fault': fault} if fault else {}))}"

    def script(self, *words: str, command: str = "treat", port: str = "") -> Ran:
        answers = self.answers(at=self.clock.utc_s())
        return self.run(command, "--port", port or self.port(), "--yes", "--answers", answers, "--json", *words)

    def treat(self, *words: str, port: str = "") -> Ran:
        """Try a treatment, and note when one was had."""
        ran = self.script(*(words or self.words), port=port)
        if ran.code == 0 and "--finish" not in words:
            self.treated_s.append(self.now_s)
        return ran

    def unpack(self) -> None:
        """Have a wand that was calibrated by a right clock."""
        make_unit(self.serial, hand="none", memory=self.directory / "memory", utc_s=self.now_s)

    def begin(self) -> None:
        """Have a profile and a first treatment behind one."""
        self.meet()
        self.come_back()

    def meet(self) -> None:
        with self.store(practice=False) as store:
            store.create_person("Ann", self.skin, self.clock.utc_s() - 100 * DAY_S)

    def come_back(self) -> list[str]:
        """Do what is printed until a treatment is had; return the codes of what stood in the way."""
        told: list[str] = []
        extra: tuple[str, ...] = ()
        for _ in range(MOST_STEPS):
            ran = self.treat(*self.words, *extra)
            if ran.code == 0:
                self.told = told
                return told
            error = ran.error
            told += [refusal["code"] for refusal in error.get("refusals", [{"code": error["code"]}])]
            done = [self._do(words) for words in COMMAND.findall(error["hint"])]
            extra = ("--last-ended", self.ending) if any("--last-ended" in words for words in COMMAND.findall(error["hint"])) else ()
            dates = [refusal["retry_at_s"] for refusal in error.get("refusals", []) if refusal.get("retry_at_s")]
            if any(done) or extra:
                continue
            assert dates, f"there is no way back: {error}"
            self.wait(max(max(dates) - self.believed_s(), 60))
        raise AssertionError(f"locked out: {told}")

    def believed_s(self) -> int:
        with self.store() as store:
            return store.now_s(self.clock.utc_s())

    def _do(self, words: str) -> bool:
        """Do what a hint says; return whether it changed anything."""
        typed = words.split()
        if typed[0] == "patch-test":
            if "--result" in typed:
                return self.run(*typed, "--port", self.port()).code == 0
            return self.script(command="patch-test").code == 0
        if "--confirm-clock" in typed:
            return self.run(*typed, "--yes").code == 0
        return False

    def gaps_days(self) -> list[float]:
        """Return the days between treatments in true time."""
        return [(later - earlier) / DAY_S for earlier, later in zip(self.treated_s, self.treated_s[1:], strict=False)]


def honest(function: Todo) -> Todo:
    PEOPLE[function.__name__] = function
    return function


@honest
def whose_clock_was_a_year_ahead(home: Home) -> None:
    home.unpack()
    home.set_clock(400 * DAY_S)
    home.begin()
    home.set_clock(0)
    assert "recorded-ahead" in home.come_back()


@honest
def whose_clock_was_ahead_at_the_patch_test(home: Home) -> None:
    home.unpack()
    home.meet()
    home.set_clock(400 * DAY_S)
    assert home.script(command="patch-test").code == 0
    home.set_clock(0)
    home.wait(2 * DAY_S)
    assert "recorded-ahead" in home.come_back()


@honest
def whose_clock_fell_back_to_1970(home: Home) -> None:
    home.begin()
    home.wait(DAY_S)
    home.set_clock(-NOW_S)
    ran = home.treat()
    assert ran.code == 7 and "Set the computer's clock" in ran.error["hint"]
    home.set_clock(0)
    assert set(home.come_back()) == {"interval"}


@honest
def who_shares_a_wand(home: Home) -> None:
    home.begin()
    with home.store(practice=False) as store:
        store.create_person("Ben", home.skin, NOW_S)
    home.words = ("--zone", "nose", "--person", "Ben")
    home.run("history", "--person", "Ben")
    before_s = home.now_s
    home.treated_s.clear()
    told = _with_name(home, "Ben")
    assert "interval" not in told and home.now_s - before_s < 2 * DAY_S


@honest
def who_has_a_new_computer(home: Home) -> None:
    home.begin()
    home.wait(3 * DAY_S)
    _lose_the_store(home)
    home.meet()
    assert "interval" in home.come_back()


@honest
def whose_file_was_lost_and_whose_wand_is_another(home: Home) -> None:
    home.begin()
    home.wait(40 * DAY_S)
    _lose_the_store(home)
    home.serial = "SIM-0002"
    home.meet()
    assert "patch-test-missing" in home.come_back()


@honest
def who_was_interrupted_and_finishes(home: Home) -> None:
    home.meet()
    home.come_back()
    home.wait(28 * DAY_S)
    assert home.treat("--zone", "nose", "--zone", "chin", "--last-skin", "fine", port=home.port(STOP)).code == 130
    home.treated_s.append(home.now_s)
    home.wait(600)
    home.words = ("--finish", "--last-ended", "interrupted")
    assert home.come_back() == []
    home.words = ("--zone", "nose")
    home.come_back()


@honest
def who_is_one_of_two_profiles(home: Home) -> None:
    home.meet()
    with home.store(practice=False) as store:
        store.create_person("Ben", home.skin, NOW_S - 100 * DAY_S)
    ran = home.treat()
    assert ran.code == 2 and "--person" in ran.error["hint"] and ran.error["known"] == ["Ann", "Ben"]
    _with_name(home, "Ann")


@honest
def who_edited_the_profile(home: Home) -> None:
    home.begin()
    home.wait(30 * DAY_S)
    with home.store(practice=False) as store:
        store.edit_profile(store.find_person().id, home.skin._replace(skin=Skin.OILY), NOW_S)
    home.come_back()  # the narrower profile holds meanwhile, so this is allowed at once
    assert home.told == []
    home.wait(DAY_S)
    home.come_back()


@honest
def who_moved_abroad(home: Home) -> None:
    home.begin()
    home.patch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    home.wait(27 * DAY_S)
    home.patch.setenv("TZ", "Pacific/Pago_Pago")
    time.tzset()
    assert home.treat().code == 7
    assert set(home.come_back()) == {"interval"}


@honest
def who_began_on_a_leap_day(home: Home) -> None:
    home.meet()
    home.script(command="patch-test")
    home.wait(int(datetime(2028, 2, 29, 23, 59, tzinfo=UTC).timestamp()) - home.now_s)
    home.come_back()
    home.come_back()
    assert datetime.fromtimestamp(home.treated_s[-1], UTC).date().isoformat() >= "2028-03-28"


@honest
def whose_wand_was_replaced(home: Home) -> None:
    home.begin()
    home.wait(DAY_S)
    home.serial = "SIM-0099"
    assert set(home.come_back()) == {"interval"}


@honest
def whose_wand_lost_power_in_the_middle(home: Home) -> None:
    home.meet()
    home.script(command="patch-test")
    home.wait(25 * HOUR_S)
    home.run("patch-test", "--result", "clean", "--port", home.port())
    ran = home.treat(port=home.port(fault="brown-out=400@10"))
    assert ran.code in (6, 8), ran.err
    home.treated_s.append(home.now_s)
    home.ending = "interrupted"
    home.come_back()


@honest
def whose_calibration_expired_and_was_renewed(home: Home) -> None:
    home.begin()
    home.wait(760 * DAY_S)
    ran = home.treat("--zone", "nose", "--last-skin", "fine")
    assert ran.code == 7 and "technician" in ran.error["hint"]
    shutil.rmtree(home.directory / "memory")  # it comes back calibrated anew
    assert home.come_back() == []


@honest
def whose_patch_test_was_red(home: Home) -> None:
    home.meet()
    home.script(command="patch-test")
    home.wait(25 * HOUR_S)
    assert home.run("patch-test", "--result", "red", "--port", home.port()).code == 0
    assert "patch-test-positive" in home.come_back()


@honest
def who_forgot_to_say_how_it_was(home: Home) -> None:
    home.begin()
    home.wait(29 * DAY_S)
    ran = home.run("treat", "--port", home.port(), "--zone", "nose", typed="1\n" + NONE_OF_ALL + "y")  # and went away
    assert ran.code == 130, ran.err
    home.treated_s.append(home.now_s)
    assert "ending-unsaid" in home.come_back()


@honest
def whose_process_was_killed(home: Home) -> None:
    home.begin()
    home.wait(29 * DAY_S)
    assert home.treat().code == 0
    with closing(sqlite3.connect(home.data / "practice.sqlite3")) as store, store:
        store.execute("UPDATE treatments SET ended_s = NULL, sealed_ms = NULL, cause = NULL, settled_by = NULL, ending = NULL WHERE id = 2")
    told = home.come_back()
    assert "ending-unsaid" in told and "interval" in told


@honest
def whose_disk_was_full(home: Home) -> None:
    def full(path: Path) -> None:
        raise full_problem(path, "There is no room to keep a treatment")

    home.begin()
    home.wait(29 * DAY_S)
    with home.patch.context() as patch:
        patch.setattr("microderm_ctl.records.treatments.lay_ballast", full)
        ran = home.treat()
    assert ran.code == FileProblem.exit_code and "Free some space" in ran.error["hint"]
    assert home.come_back() == []


@honest
def whose_power_was_cut_before_the_wand_was_armed(home: Home) -> None:
    home.begin()
    home.wait(29 * DAY_S)
    zone = PlannedZone(Zone.NOSE, 9_000, 15_000, 16_500, 60, 2, 2_000, ())
    with home.store() as store:
        newest = max(entry.entry for entry in store.ledger())
        plan = Plan(Kind.TREATMENT, (zone,), 60, 106, Grit.FINE, False, True, 1_000)
        store.begin_treatment(store.find_person().id, SERIAL, plan, {}, store.now_s(NOW_S), entry_before=newest)
    assert home.come_back() == []


@honest
def who_changed_the_tip(home: Home) -> None:
    home.begin()
    home.wait(29 * DAY_S)
    home.tip = "medium"
    assert home.come_back() == []


@honest
def who_finished_a_course(home: Home) -> None:
    home.begin()
    for _ in range(5):
        assert set(home.come_back()) <= {"interval", "cool-down"}
    assert "course-pause" in home.come_back()
    assert home.gaps_days()[-1] >= 90


@honest
def who_has_a_professionals_plan(home: Home) -> None:
    home.begin()
    with home.store() as store:
        now_s = store.now_s(NOW_S)
        store.keep_plan(store.find_person().id, ProfessionalPlan("Dr. A", now_s, now_s + 400 * DAY_S, interval_days=3), now_s)
    home.come_back()
    assert home.gaps_days()[-1] == pytest.approx(7, abs=0.01)


@honest
def who_had_pain(home: Home) -> None:
    home.begin()
    with home.store() as store:
        (had,) = store.treatments(store.find_person().id)
        store.keep_felt(had.id, Ending.PAIN)
    assert {"stopped-for-pain", "patch-test-missing", "interval"} <= set(home.come_back())


def _with_name(home: Home, name: str) -> list[str]:
    """Follow the hints with --person at every command."""
    home.words = ("--zone", "nose", "--person", name)
    run = home.run

    def named(*words: str, **more: Any) -> Ran:
        has_person = "--person" in words or words[0] in ("simulate",)
        return run(*words, *(() if has_person else ("--person", name)), **more)

    home.patch.setattr(home, "run", named)
    return home.come_back()


def _lose_the_store(home: Home) -> None:
    """Lose people and records; the practice calendar goes on from where it was."""
    with home.store() as store:
        offset_s = store.offset_s()
    shutil.rmtree(home.data)
    home.advance(offset_s)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    yield Home(tmp_path, monkeypatch)
    monkeypatch.delenv("TZ", raising=False)
    time.tzset()


@pytest.mark.hazard("H-05", "computer")
@pytest.mark.hazard("H-33", "computer")
@pytest.mark.parametrize("name", PEOPLE)
def test_an_honest_person_finds_the_way_back(home: Home, name: str) -> None:
    PEOPLE[name](home)
    least_days = 7 if "professional" in name else 28
    assert home.treated_s
    assert all(gap >= least_days for gap in home.gaps_days()), home.gaps_days()


def test_there_are_twenty_of_them() -> None:
    assert len(PEOPLE) >= 20
