"""``microderm`` alone: where this person stands, and the one next thing to type, in at most five lines."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from microderm_ctl.cli.after_care import care_record, care_until_s
from microderm_ctl.cli.context import Invocation, typed_name
from microderm_ctl.cli.outlook import Outlook, outlook
from microderm_ctl.cli.printer import Report, localized
from microderm_ctl.cli.progress import CourseRecord, Progress, course_record, progress_in
from microderm_ctl.cli.words import iso_time, join, local_time
from microderm_ctl.texts import after_care
from microderm_ctl.texts import course as texts

if TYPE_CHECKING:
    from microderm_ctl.link.ports import PortInfo
    from microderm_ctl.records.store import Store

_TYPE_NEXT: Final = {
    "patch-test-missing": "patch-test",
    "patch-test-unanswered": "patch-test --result clean",
    "patch-test-waiting": "history",
    "ending-unsaid": "history",
    "recorded-ahead": "history --confirm-clock",
}
"""What to type at a refusal; at any other the history says from when."""
_NOTHING_TO_DO: Final = frozenset({"interval", "course-pause"})
"""Refusals in which a person only waits: time to write down how the skin is."""


class Standing(NamedTuple):
    """Where a person stands: a stable word, a sentence, what to type next, and until when the skin needs after-care."""

    standing: str
    person: str | None
    simulated: bool
    sentence: str
    next: str
    allowed_from: str | None = None
    course: CourseRecord | None = None
    care_until: str | None = None


def standing(call: Invocation) -> Report:
    """Say where the person stands; never asks and never opens a wand."""
    return Report(_standing(call), _lines)


def _standing(call: Invocation) -> Standing:
    program = typed_name()
    people = call.store().persons()
    if not people:
        sentence = "There is no profile yet: six short questions about your skin."
        return Standing("no-profile", None, False, sentence, f"{program} profile create")
    if len(people) > 1:
        names = join(person.name for person in people)
        return Standing("several-people", None, False, f"Several people have a profile here: {names}.", f"{program} history --person NAME")
    found = call.candidates() if call.options.port is None else []
    meant = [one for one in found if call.options.serial in (None, one.serial)]
    if len([one for one in meant if not one.simulated] or meant) > 1:
        names = join(one.serial or one.spec for one in meant)
        return Standing("several-wands", people[0].name, False, f"Several wands are connected: {names}.", f"{program} --serial NUMBER")
    port = _port(call)
    if port is None:
        if (to_write := _to_write(call, program)) is not None:
            return to_write
        sentence = f"Hello {people[0].name}. No wand is connected: plug it in by USB, or practise on the virtual one."
        care = _care_until(call.store(), people[0].id, call.now_s())
        return Standing("connect", people[0].name, False, sentence, f"{program} --port sim", care_until=care)
    if not port.simulated and not _may_open(port.spec):
        from microderm_ctl.link.trouble import explain_open

        problem = explain_open(port.spec, PermissionError(errno.EACCES, "Permission denied"))
        return Standing("fix-permission", people[0].name, False, problem.sentence, f"{program} doctor")
    return _ahead(call, program, port)


def _to_write(call: Invocation, program: str) -> Standing | None:
    """Propose the journal where no wand is connected, none is needed now, and it is time to write."""
    now_s = call.now_s()
    known = progress_in(call.store(), call.person(None), now_s)
    ahead = outlook(known.store, known.record, now_s)
    if not known.is_due or not _waits(ahead):
        return None
    sentence = f"Hello {known.record.name}. {_so_far(known, ahead)} {texts.WRITE}"
    return Standing(
        "journal", known.record.name, False, sentence, f"{program} journal", iso_time(ahead.from_s), course_record(known.course)
    )


def _waits(ahead: Outlook) -> bool:
    return bool(ahead.refusals) and all(refusal.code in _NOTHING_TO_DO for refusal in ahead.refusals) and not ahead.can_finish


def _so_far(known: Progress, ahead: Outlook) -> str:
    """Return how far the course is; nothing before its first treatment, or once it is over."""
    course = known.course
    if not course.done or course.is_over:
        return ""
    if ahead.is_open and course.next_until_s is not None:
        return texts.STANDS_OPEN.format(done=course.done, length=course.length, day=local_time(course.next_until_s)[:10])
    return texts.STANDS.format(done=course.done, length=course.length)


def _ahead(call: Invocation, program: str, port: "PortInfo") -> Standing:
    """Return what records and calendar say."""
    person, store, now_s = call.person(None, port.simulated), call.store(port.simulated), call.now_s(port.simulated)
    ahead, known = outlook(store, person, now_s), progress_in(store, person, now_s)
    flag = f" --port {call.options.port}" if call.options.port is not None and not os.environ.get("MICRODERM_PORT") else ""
    calendar = f" The practice calendar says {local_time(now_s)}." if port.simulated else ""
    wand = f"Hello {person.name}. Wand {port.serial or port.spec}{' (SIMULATED)' if port.simulated else ''} is there.{calendar}"
    course, so_far = course_record(known.course), " ".join(["", *_so_far(known, ahead).split()])

    care = _care_until(store, person.id, now_s)

    def stands(word: str, sentence: str, to_type: str) -> Standing:
        typed = f"{program} {to_type}{flag}"
        return Standing(word, person.name, port.simulated, f"{wand} {sentence}", typed, iso_time(ahead.from_s), course, care)

    if ahead.can_finish:
        return stands("finish", "A treatment was interrupted.", "treat --finish")
    if ahead.is_open:
        return stands("ready", f"A treatment is allowed.{so_far}", "treat")
    until = f" Open from {local_time(ahead.from_s)}." if ahead.from_s else ""
    if known.is_due and _waits(ahead):
        return stands("journal", f"{so_far.strip()}{until} {texts.WRITE}", "journal")
    first = ahead.refusals[0]
    return stands(first.code, f"{first.why}{until}{so_far}", _TYPE_NEXT.get(first.code, "history"))


def _care_until(store: "Store", person_id: int, now_s: int) -> str | None:
    return iso_time(care_until_s(care_record(store, person_id, "", now_s)))


def _port(call: Invocation) -> "PortInfo | None":
    from microderm_ctl.errors import NoWand

    try:
        return call.chosen()
    except NoWand:
        return None


def _may_open(spec: str) -> bool:
    return "://" in spec or not Path(spec).exists() or os.access(spec, os.R_OK | os.W_OK)


def _lines(record: Standing) -> Iterator[str]:
    yield localized(record.sentence)
    if record.care_until is not None:
        yield localized(after_care.STILL.format(until=record.care_until[:16].replace("T", " ") + " UTC"))
    yield f"Next: {record.next}"
