"""``microderm`` alone: where this person stands, and the one next thing to type, in at most five lines."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Final, NamedTuple

from microderm_ctl.cli.context import Invocation, typed_name
from microderm_ctl.cli.outlook import Outlook, outlook
from microderm_ctl.cli.printer import Report, localized
from microderm_ctl.cli.words import WIDTH, iso_time, join, local_time

if TYPE_CHECKING:
    from microderm_ctl.link.ports import PortInfo
    from microderm_ctl.records.rows import PersonRecord

_TYPE_NEXT: Final = {
    "patch-test-missing": "patch-test",
    "patch-test-unanswered": "patch-test --result clean",
    "patch-test-waiting": "history",
    "ending-unsaid": "history",
    "recorded-ahead": "history --confirm-clock",
}
"""What to type at a refusal; at any other the history says from when."""


class Standing(NamedTuple):
    """Where a person stands: a stable word, a sentence, and what to type next."""

    standing: str
    person: str | None
    simulated: bool
    sentence: str
    next: str
    allowed_from: str | None = None


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
        sentence = f"Hello {people[0].name}. No wand is connected: plug it in by USB, or practise on the virtual one."
        return Standing("connect", people[0].name, False, sentence, f"{program} --port sim")
    if not port.simulated and not _may_open(port.spec):
        from microderm_ctl.link.trouble import explain_open

        problem = explain_open(port.spec, PermissionError(errno.EACCES, "Permission denied"))
        to_type = problem.hint.partition(",")[0].removeprefix("Type ").strip("'")
        return Standing("fix-permission", people[0].name, False, problem.sentence, to_type)
    person = call.person(None, port.simulated)
    now_s = call.now_s(port.simulated)
    ahead = outlook(call.store(port.simulated), person, now_s)
    return _ahead(call, program, person, port, ahead, now_s)


def _ahead(call: Invocation, program: str, person: "PersonRecord", port: "PortInfo", ahead: Outlook, now_s: int) -> Standing:
    """Return what records and calendar say."""
    flag = f" --port {call.options.port}" if call.options.port is not None and not os.environ.get("MICRODERM_PORT") else ""
    calendar = f" The practice calendar says {local_time(now_s)}." if port.simulated else ""
    wand = f"Hello {person.name}. Wand {port.serial or port.spec}{' (SIMULATED)' if port.simulated else ''} is there.{calendar}"
    if ahead.can_finish:
        return Standing("finish", person.name, port.simulated, f"{wand} A treatment was interrupted.", f"{program} treat --finish{flag}")
    if ahead.is_open:
        return Standing("ready", person.name, port.simulated, f"{wand} A treatment is allowed.", f"{program} treat{flag}")
    first = ahead.refusals[0]
    until = f" Open from {local_time(ahead.from_s)}." if ahead.from_s else ""
    next_words = f"{program} {_TYPE_NEXT.get(first.code, 'history')}{flag}"
    return Standing(first.code, person.name, port.simulated, f"{wand} {first.why}{until}", next_words, iso_time(ahead.from_s))


def _port(call: Invocation) -> "PortInfo | None":
    from microderm_ctl.errors import NoWand

    try:
        return call.chosen()
    except NoWand:
        return None


def _may_open(spec: str) -> bool:
    return "://" in spec or not Path(spec).exists() or os.access(spec, os.R_OK | os.W_OK)


def _lines(record: Standing) -> Iterator[str]:
    yield from wrap(localized(record.sentence), WIDTH, max_lines=4, break_on_hyphens=False)
    yield f"Next: {record.next}"
