"""``microderm after-care``: what the skin needs in the days after a treatment or a patch test, and until when."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from microderm_ctl.cli.commands import command, person_option
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.cli.words import iso_time, local_time
from microderm_ctl.safety import Kind
from microderm_ctl.texts import after_care as texts
from microderm_ctl.treatment.after_care import care_now

if TYPE_CHECKING:
    from microderm_ctl.records.store import Store


class CareLine(NamedTuple):
    """One thing to do or to leave, and until when."""

    id: str
    text: str
    until: str
    until_s: int
    source: str


class AfterCareRecord(NamedTuple):
    """What the skin of a person needs now; ``after`` is what came last: treatment, patch-test, or nothing."""

    person: str
    simulated: bool
    after: str | None
    at: str | None
    at_s: int | None
    care: tuple[CareLine, ...]


@command("after-care", help="show what your skin needs now, and until when", example="microderm after-care")
@person_option
def after_care(call: Invocation, person: str | None) -> Report:
    """Show the after-care that still holds."""
    practice = call.practices()
    known = call.person(person, practice)
    return Report(care_record(call.store(practice), known.id, known.name, call.now_s(practice)), _lines)


def care_record(store: "Store", person_id: int, name: str, now_s: int) -> AfterCareRecord:
    """Return the after-care of a person that holds now, of the treatment or the patch test that came last."""
    ended = [(one.ended_s or one.started_s, Kind.TREATMENT) for one in store.treatments(person_id) if one.counted_ms]
    ended += [(one.started_s, Kind.PATCH_TEST) for one in store.patch_tests(person_id) if one.complete]
    if not ended:
        return AfterCareRecord(name, store.practice, None, None, None, ())
    at_s, kind = max(ended, key=lambda one: one[0])
    care = tuple(
        CareLine(one.id, one.text, iso_time(one.until_s) or "", one.until_s, one.source)
        for one in care_now(kind, at_s, now_s)
        if one.until_s is not None
    )
    after = "patch-test" if kind is Kind.PATCH_TEST else "treatment"
    return AfterCareRecord(name, store.practice, after, iso_time(at_s), at_s, care)


def care_until_s(record: AfterCareRecord) -> int | None:
    """Return the UTC second until which any care holds; None if none does."""
    return max((one.until_s for one in record.care), default=None)


def _lines(record: AfterCareRecord) -> Iterator[str]:
    if not record.care or record.at_s is None:
        yield texts.NOTHING
        return
    heading = texts.HEADING_PATCH if record.after == "patch-test" else texts.HEADING
    yield heading.format(person=record.person, at=local_time(record.at_s))
    for one in record.care:
        yield "  " + texts.HOLDS.format(text=one.text, until=local_time(one.until_s))
