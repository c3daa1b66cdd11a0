"""``microderm profile``: make, see, change and forget what is known of a person's skin."""

import getpass
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from microderm_ctl.cli import offers
from microderm_ctl.cli.answers import AGE, OLDEST, read_object, setup_answers
from microderm_ctl.cli.ask import Asker
from microderm_ctl.cli.commands import Entry, LazyGroup, command, person_option
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.cli.words import ROMAN, columns, iso_time, local_time
from microderm_ctl.errors import Stopped
from microderm_ctl.records.rows import PersonRecord, Profile
from microderm_ctl.safety import SETUP, Person, SetupQuestion, derive_person, limits_of, profile_in_force, widens
from microderm_ctl.safety.questions import NOT_SURE
from microderm_ctl.texts import course as of_course
from microderm_ctl.texts import profile as texts

if TYPE_CHECKING:
    from microderm_ctl.records.store import Store

_HERE: Final = "microderm_ctl.cli.profile"
_ANSWERS: Final = "--answers FILE"

profile = LazyGroup(
    "profile",
    table={
        "create": Entry(f"{_HERE}:create", "answer six questions, once"),
        "show": Entry(f"{_HERE}:show", "show a profile and its edits"),
        "edit": Entry(f"{_HERE}:edit", "change answers"),
        "list": Entry(f"{_HERE}:list_profiles", "list who has a profile"),
        "forget": Entry(f"{_HERE}:forget", "remove a person with all records"),
    },
    example="microderm profile create",
    help="what is known of a person's skin",
)


class SavedProfile(NamedTuple):
    """A profile as it was saved: the row of the table and the Fitzpatrick type that follow from it, and the answers."""

    saved_at: str | None
    skin: str
    fitzpatrick: int
    age_years: int | None
    answers: Mapping[str, str]


class ProfileRecord(NamedTuple):
    """A person's profile. ``in_force`` is narrower than ``profile`` while a wider edit waits for its patch test."""

    person: str
    profile: SavedProfile
    in_force: SavedProfile
    waiting: bool
    edits: tuple[SavedProfile, ...]
    note: str = ""
    next: str = ""
    expect: tuple[str, ...] = ()


@command("create", help="answer six questions about your skin; scripts give --answers", example="microderm profile create")
@click.argument("name", required=False)
@click.option(
    "--answers",
    metavar="FILE",
    shell_complete=offers.files,
    help="the answers as JSON, '-' for standard input; see 'microderm questions --setup'",
)
def create(call: Invocation, name: str | None, answers: str | None) -> Report:
    """Make a profile from the questions of a first use."""
    from microderm_ctl.treatment.course import EXPECT

    given = setup_answers(read_object(answers)) if answers is not None else None
    store = call.store()
    if given is None:
        call.ask.need(texts.NEEDED, _ANSWERS)
        call.ask.say(texts.SIX_QUESTIONS)
    name = name or call.ask.line(texts.NAME, "NAME", _login())
    given = given or _asked(call.ask, {})
    now_s = call.now_s()
    person = store.create_person(name, _profile(given, None, now_s), now_s)
    record = _record(store, person, now_s)
    return Report(record._replace(next="microderm patch-test", expect=EXPECT), _lines_for(call))


@command("show", help="show a profile, what follows from it, and its edits", example="microderm profile show")
@person_option
def show(call: Invocation, person: str | None) -> Report:
    """Show a profile with all that it was before."""
    store = call.store()
    return Report(_record(store, store.find_person(person), call.now_s()), _lines_for(call))


@command("edit", help="change answers; what widens a limit begins again with a patch test", example="microderm profile edit")
@click.option(
    "--answers", metavar="FILE", shell_complete=offers.files, help="the changed answers as JSON, '-' for standard input; others stay"
)
@click.option("--yes", is_flag=True, help="agree that a wider profile begins again")
@person_option
def edit(call: Invocation, answers: str | None, yes: bool, person: str | None) -> Report:
    """Change a profile; the one before is kept and shown."""
    store, now_s = call.store(), call.now_s()
    known = store.find_person(person)
    changes = setup_answers(read_object(answers), may_miss=True) if answers is not None else _asked(call.ask, _told(known, now_s))
    after = _profile({**known.profile.answers, **changes}, known.profile if changes.get(AGE) == _age(known, now_s) else None, now_s)
    is_wider = widens(known.profile.person("", now_s), after.person("", now_s))
    if is_wider and not yes:
        call.ask.need(texts.BEGINS_AGAIN, "--yes")
        call.ask.say("", texts.BEGINS_AGAIN)
        if not call.ask.confirm(texts.CHANGE, "--yes"):
            raise Stopped(texts.NOT_CHANGED)
    record = _record(store, store.edit_profile(known.id, after, now_s), now_s)
    return Report(record._replace(note=texts.BEGINS_AGAIN, next="microderm patch-test") if is_wider else record, _lines_for(call))


@command("list", help="list who has a profile on this computer", example="microderm profile list")
def list_profiles(call: Invocation) -> Report:
    """List the people of the store."""
    now_s = call.now_s()
    people = [
        {"person": known.name, "since": iso_time(known.began_s), "skin": limits_of(known.profile.person(known.tag, now_s)).row}
        for known in call.store().persons()
    ]
    return Report({"people": people}, _list_lines)


@command("forget", help="remove a person with all treatments, traces and copies, for good", example="microderm profile forget ana")
@click.argument("name", shell_complete=offers.people)
@click.option("--yes", is_flag=True, help="do not ask")
def forget(call: Invocation, name: str, yes: bool) -> Report:
    """Remove a person from the store and from the practice store."""
    from microderm_ctl.records.store import forget_everywhere

    person = call.store().find_person(name)
    count = len(call.store().treatments(person.id))
    if not yes:
        call.ask.need(texts.FORGET.format(person=person.name), "--yes")
        call.ask.say(texts.REMOVES.format(person=person.name, count=count))
        if not call.ask.confirm(texts.FORGET.format(person=person.name), "--yes"):
            raise Stopped(texts.NOT_REMOVED)
    call.close_stores()
    forget_everywhere(call.options.data_dir, person.name)
    return Report({"forgotten": person.name, "treatments": count}, _forgotten_lines)


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _asked(ask: Asker, told: Mapping[str, str]) -> dict[str, str]:
    """Ask every question of a first use, one screen each; what was told before is kept with Enter."""
    return {question.id: _ask(ask, question, told.get(question.id, "")) for question in SETUP}


def _ask(ask: Asker, question: SetupQuestion, before: str) -> str:
    if not question.answers:
        return str(ask.number(question.text, 0, OLDEST, _ANSWERS, int(before) if before.isdecimal() else None))
    return ask.choose(question.text, question.answers, _ANSWERS, keep=before)


def _told(known: PersonRecord, now_s: int) -> dict[str, str]:
    return {**known.profile.answers, AGE: _age(known, now_s)}


def _age(known: PersonRecord, now_s: int) -> str:
    age = known.profile.person("", now_s).age_years
    return NOT_SURE if age is None else str(age)


def _profile(answers: Mapping[str, str], before: Profile | None, now_s: int) -> Profile:
    """Return the profile that answers make; an age that was not changed keeps its year of birth."""
    person = derive_person(answers)
    year = datetime.fromtimestamp(now_s, UTC).year
    birth_year = None if person.age_years is None else year - person.age_years
    if before is not None:
        birth_year = before.birth_year
    return Profile(person.skin, person.thickness, person.fitzpatrick, birth_year, dict(answers), now_s)


def _saved(person: Person, answers: Mapping[str, str], at_s: int) -> SavedProfile:
    met = limits_of(person)
    return SavedProfile(iso_time(at_s) if at_s else None, met.row, met.fitzpatrick, person.age_years, answers)


def _record(store: "Store", known: PersonRecord, now_s: int) -> ProfileRecord:
    from microderm_ctl.records.history import summary

    saved = tuple(_saved(one.person("", now_s), one.answers, one.at_s) for one in store.profiles(known.id))
    held = profile_in_force(known.profile.person(known.tag, now_s), summary(store, known, now_s), now_s)
    in_force = _saved(held.person, {}, 0)._replace(saved_at=saved[-1].saved_at)
    return ProfileRecord(known.name, saved[-1], in_force, held.waiting, saved[:-1])


def _lines_for(call: Invocation) -> Callable[[ProfileRecord], Iterator[str]]:
    """Return how a profile is written: its answers as a table, or each in a line of its own."""
    in_tables = call.printer.in_tables
    return lambda record: _lines(record, in_tables)


def _lines(record: ProfileRecord, in_tables: bool) -> Iterator[str]:
    now = record.profile
    yield texts.WHOSE.format(person=record.person, skin=_skin(now))
    if in_tables:
        yield ""
        yield from columns((f"  {name}", words) for name, words in _answer_rows(now.answers))
    else:
        yield from (texts.ANSWER.format(question=name, answer=words) for name, words in _answer_rows(now.answers))
    for before in record.edits:
        yield texts.BEFORE.format(day=_day(before.saved_at), skin=_skin(before))
    if record.waiting and not record.note:
        yield texts.UNTIL_TESTED.format(skin=_skin(record.in_force))
    yield from ([record.note] if record.note else [])
    if record.expect:
        yield of_course.EXPECT
        yield from (f"  {line}" for line in record.expect)
    yield texts.ALLOWS
    yield from ([texts.NEXT.format(command=record.next)] if record.next else [])


def _skin(saved: SavedProfile) -> str:
    age = texts.NO_AGE if saved.age_years is None else texts.YEARS.format(years=saved.age_years)
    return texts.SKIN.format(skin=saved.skin, type=ROMAN[saved.fitzpatrick - 1], age=age)


def _day(saved_at: str | None) -> str:
    return local_time(int(datetime.fromisoformat(saved_at).timestamp())) if saved_at else texts.UNKNOWN


def _answer_rows(answers: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    for question in SETUP:
        words = dict(question.answers)
        answer = answers.get(question.id, NOT_SURE)
        yield question.id.partition("_")[0], words.get(answer, answer)


def _list_lines(record: Mapping[str, list[dict[str, str]]]) -> Iterator[str]:
    if not record["people"]:
        yield texts.NO_PROFILE
    yield from columns(
        (one["person"], texts.LISTED_SKIN.format(skin=one["skin"]), texts.SINCE.format(day=one["since"][:10])) for one in record["people"]
    )


def _forgotten_lines(record: Mapping[str, object]) -> Iterator[str]:
    yield texts.FORGOTTEN.format(person=record["forgotten"], count=record["treatments"])
    yield texts.LEDGER_STAYS
