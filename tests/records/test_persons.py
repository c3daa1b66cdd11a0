"""People: names, tags, profiles as they were edited, a professional's plan, practice, and being forgotten."""

from pathlib import Path

import pytest

from microderm_ctl.errors import FileProblem, UsageProblem
from microderm_ctl.records.lock import treating
from microderm_ctl.records.rows import PersonRecord, Profile, WandEntry, profile_of, tag_text
from microderm_ctl.records.store import PRACTICE_NAME, STORE_NAME, Store, forget_everywhere, open_store
from microderm_ctl.records.traces import Sample
from microderm_ctl.safety import ClockFix, Grit, Person, Plan, ProfessionalPlan, Skin, Thickness, Zone


def test_a_person_comes_back_as_kept(data_dir: Path, profile: Profile, now_s: int) -> None:
    with open_store(data_dir) as store:
        made = store.create_person("  Zoë ", profile, now_s)
    with open_store(data_dir) as store:
        assert store.persons() == (made,)
    assert made.name == "Zoë"
    assert made.began_s == now_s
    assert made.profile == profile._replace(at_s=now_s)


def test_tags_go_over_the_wire_and_are_one_a_person(store: Store, profile: Profile) -> None:
    people = [store.create_person(f"P{number}", profile, 0) for number in range(20)]
    assert len({person.tag for person in people}) == 20
    for person in people:
        assert 1 <= person.wire_tag < 2**32
        assert tag_text(person.wire_tag) == person.tag
        assert len(person.tag) == 8


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\nb", "bell\x07"])
def test_names_that_nobody_could_type_are_refused(store: Store, profile: Profile, name: str) -> None:
    with pytest.raises(UsageProblem):
        store.create_person(name, profile, 0)
    assert store.persons() == ()


def test_a_name_is_taken_whatever_its_case(store: Store, ana: PersonRecord, profile: Profile) -> None:
    with pytest.raises(UsageProblem, match="already a profile"):
        store.create_person("ANA", profile, 0)
    assert store.persons() == (ana,)


@pytest.mark.hazard("H-06", "computer")
def test_the_only_person_needs_no_name(store: Store, profile: Profile) -> None:
    with pytest.raises(UsageProblem, match="no profile yet") as nobody:
        store.find_person()
    assert "profile create" in nobody.value.hint
    ana = store.create_person("Ana", profile, 0)
    assert store.find_person() == ana
    ben = store.create_person("Ben", profile, 0)
    with pytest.raises(UsageProblem, match="Ana, Ben"):
        store.find_person()
    assert store.find_person("bEN ") == ben


@pytest.mark.parametrize(("typed", "offered"), [("Anna", "Did you mean 'Ana'?"), ("Xerxes", "profile list")])
def test_an_unknown_name_offers_the_nearest(store: Store, ana: PersonRecord, typed: str, offered: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        store.find_person(typed)
    assert offered in caught.value.hint
    assert caught.value.details["known"] == [ana.name]


def test_edits_are_kept_and_a_saving_without_a_change_is_none(store: Store, ana: PersonRecord, now_s: int) -> None:
    store.edit_profile(ana.id, ana.profile._replace(at_s=0), now_s + 50)
    drier = store.edit_profile(ana.id, ana.profile._replace(skin=Skin.DRY), now_s + 100)
    assert [(known.skin, known.at_s) for known in store.profiles(ana.id)] == [(Skin.NORMAL, now_s), (Skin.DRY, now_s + 100)]
    assert drier.profile.skin is Skin.DRY
    assert drier.tag == ana.tag


def test_what_is_not_known_stays_unknown(store: Store, now_s: int) -> None:
    person = store.create_person("Ben", Profile(), now_s)
    judged = person.profile.person(person.tag, now_s)
    assert (judged.skin, judged.thickness, judged.fitzpatrick, judged.age_years) == (None, None, None, None)


def test_age_is_that_of_the_year(profile: Profile, now_s: int) -> None:
    assert profile.person("00000001", now_s).age_years == 36
    assert profile.person("00000001", now_s - 1).age_years == 35


def test_an_age_that_was_asked_grows_with_the_years(store: Store, now_s: int) -> None:
    asked = Person(Skin.DRY, Thickness.THIN, 3, 40)
    kept = store.create_person("Ben", profile_of(asked, {"oil": "tight"}, now_s), now_s)
    assert kept.judged(now_s) == asked._replace(tag=kept.tag)
    assert kept.judged(now_s + 3 * 366 * 86_400).age_years == 43
    assert kept.profile.answers == {"oil": "tight"}


def test_a_professionals_plan_replaces_the_one_before(store: Store, ana: PersonRecord) -> None:
    first = ProfessionalPlan("Dr. A", 10, 1000, 42, 4, ("diabetes", "dark_mark"))
    second = ProfessionalPlan("Dr. B", 20, 2000)
    store.keep_plan(ana.id, first, 10)
    assert store.plan(ana.id) == first
    store.keep_plan(ana.id, second, 20)
    assert store.plan(ana.id) == second
    assert store.remove_plan(ana.id, 30) is True
    assert store.plan(ana.id) is None
    assert store.remove_plan(ana.id, 40) is False


def test_practice_has_its_own_calendar_and_the_real_one_stands_still(data_dir: Path, store: Store) -> None:
    with open_store(data_dir, practice=True) as practice:
        assert practice.now_s(1000) == 1000
        assert practice.advance(28 * 86_400) == 28 * 86_400
    with open_store(data_dir, practice=True) as practice:
        practice.advance(5)
        assert practice.now_s(1000) == 1005 + 28 * 86_400
        with pytest.raises(UsageProblem):
            practice.advance(-1)
    assert store.now_s(1000) == 1000
    with pytest.raises(UsageProblem, match="practice"):
        store.advance(5)


def test_practice_knows_people_by_their_profile_alone(data_dir: Path, store: Store, ana: PersonRecord, plan: Plan, now_s: int) -> None:
    store.begin_treatment(ana.id, "W1", plan, {}, now_s)
    with open_store(data_dir, practice=True) as practice:
        mirrored = practice.mirror_person(ana, 7)
        assert practice.mirror_person(ana, 8) == mirrored
        assert mirrored.tag != ana.tag
        assert mirrored.profile == ana.profile._replace(at_s=7)
        assert practice.treatments(mirrored.id) == ()
        changed = ana._replace(profile=ana.profile._replace(thickness=Thickness.THIN))
        assert practice.mirror_person(changed, 9).profile.thickness is Thickness.THIN
        assert len(practice.persons()) == 1


def test_confirmed_clock_fixes_are_kept(store: Store) -> None:
    store.keep_clock_fixes([ClockFix(900, 5), ClockFix(800, 5)])
    store.keep_clock_fixes([ClockFix(900, 6)])
    assert store.clock_fixes() == (ClockFix(800, 5), ClockFix(900, 6))


SECRET = "a question only Ana was asked"


def _live(store: Store, person: PersonRecord, plan: Plan, now_s: int) -> None:
    """Give a person one of everything."""
    store.edit_profile(person.id, person.profile._replace(answers={"oil": SECRET}), now_s)
    store.keep_plan(person.id, ProfessionalPlan(SECRET, 0, 10), now_s)
    store.begin_patch_test(person.id, "W1", Zone.INNER_FOREARM, 2_500, Grit.FINE, now_s)
    treatment = store.begin_treatment(person.id, "W1", plan, {"today": SECRET}, now_s)
    for number in range(60):
        store.append_sample(treatment.id, Sample(number * 100, 9_000, 9_000, 15_000, 5, 0, 1))
    store.keep_ledger("W1", [WandEntry(1, treatment.command_id, person.tag, now_s, False, True, "none", 90_000, 0)], now_s)
    follow_up = store.begin_treatment(person.id, "W1", plan, {}, now_s, finishes_id=treatment.id)
    store.finish_treatment(follow_up.id, now_s, 1000, "stop")


def test_forgetting_really_removes(store: Store, ana: PersonRecord, profile: Profile, plan: Plan, now_s: int, data_dir: Path) -> None:
    ben = store.create_person("Ben", profile, now_s)
    _live(store, ana, plan, now_s)
    store.begin_treatment(ben.id, "W1", plan, {"today": "Ben's own"}, now_s)
    copies = data_dir / "backups"
    copies.mkdir()
    (copies / "microderm-v1.sqlite3").write_text(SECRET)
    assert any(SECRET.encode() in path.read_bytes() for path in data_dir.iterdir() if path.is_file())

    store.forget(ana.id)

    for path in data_dir.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert SECRET.encode() not in content, path
        assert ana.tag.encode() not in content, path
    assert store.persons() == (ben,)
    assert store.ledger() == ()
    for table in ("traces", "patch_tests", "professional_plans"):
        assert store._read(f"SELECT count(*) FROM {table}") == [(0,)]
    assert [known.answers for known in store.treatments(ben.id)] == [{"today": "Ben's own"}]
    assert not copies.exists()


def test_forgetting_waits_for_nobody_and_says_so(store: Store, ana: PersonRecord, data_dir: Path) -> None:
    with open_store(data_dir) as reader:
        reader._connection.execute("BEGIN")
        reader.persons()
        store.mirror_person(ana._replace(name="Late"), 5)  # something in the log that the reader has not seen
        store._connection.execute("PRAGMA busy_timeout=0")
        with pytest.raises(FileProblem, match="Nothing was removed"):
            store.forget(ana.id)
    assert len(store.persons()) == 2


def test_nobody_is_forgotten_while_a_treatment_runs(store: Store, ana: PersonRecord, data_dir: Path) -> None:
    with treating(data_dir, "/dev/ttyX", "W1", 5), pytest.raises(UsageProblem, match="/dev/ttyX"):
        store.forget(ana.id)
    assert store.persons() == (ana,)


def test_forgetting_reaches_the_practice_store(data_dir: Path, store: Store, ana: PersonRecord) -> None:
    with open_store(data_dir, practice=True) as practice:
        mirrored = practice.mirror_person(ana, 1)
    store.close()
    assert forget_everywhere(data_dir, "ana") is True
    assert forget_everywhere(data_dir, "ana") is False
    for name, tag in ((STORE_NAME, ana.tag), (PRACTICE_NAME, mirrored.tag)):
        content = (data_dir / name).read_bytes()
        assert tag.encode() not in content
        assert ana.name.encode() not in content
