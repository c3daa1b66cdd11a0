"""Results for the journal: asked at the terminal one by one, given by options, or read from a file."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from microderm_ctl.cli.answers import read_object
from microderm_ctl.cli.ask import Asker
from microderm_ctl.cli.words import zones_of
from microderm_ctl.errors import UsageProblem
from microderm_ctl.records.journal import WORDS_MOST, JournalEntry, Results
from microderm_ctl.safety import TREATABLE, Zone, label
from microderm_ctl.texts import journal as texts
from microderm_ctl.treatment.choice import clogged_zones
from microderm_ctl.treatment.scales import SCALES

FLAG: Final = "--answers FILE, or options such as --redness"
CANNOT_SAY: Final = "cannot_say"
NONE: Final = "none"
"""Typed for no zones at all; also ``no``."""


def ask_results(ask: Asker, before: Results | None, entries: Sequence[JournalEntry]) -> Results:
    """Ask one question for each scale, where blackheads are, and for free words.

    Args:
        ask: the terminal.
        before: what is corrected; Enter keeps it.
        entries: those that count, by date; the blackheads that were named last are offered.

    Raises:
        UsageProblem: there is no terminal.
        Stopped: the input has ended.
    """
    ask.need(texts.HOW_SKIN_IS, FLAG)
    steps: dict[str, int | None] = {}
    for scale in SCALES:
        kept = scale.step(getattr(before, scale.id)) if before else None
        answer = ask.choose(scale.question, [*scale.steps, (CANNOT_SAY, texts.CANNOT_SAY)], FLAG, keep=kept.id if kept else "")
        steps[scale.id] = scale.value(answer)
    known = before.clogged if before and before.clogged is not None else clogged_zones(entries)
    clogged = _ask_where(ask, known)
    return Results(**steps, clogged=clogged, words=_ask_words(ask, before.words if before else ""))


def _ask_where(ask: Asker, known: tuple[Zone, ...]) -> tuple[Zone, ...]:
    while True:
        typed = ask.line(texts.WHERE, FLAG, ", ".join(label(zone) for zone in known) or NONE)
        try:
            return _zones(typed)
        except UsageProblem as problem:
            ask.say(problem.sentence)


def _ask_words(ask: Asker, before: str) -> str:
    while True:
        typed = ask.line(texts.WORDS, FLAG, before or texts.NOTHING)
        try:
            return "" if typed == texts.NOTHING else _checked_words(typed)
        except UsageProblem as problem:
            ask.say(problem.sentence)


def given_results(said: Mapping[str, Any]) -> Results | None:
    """Return the results of options or of a file, checked; None where nothing is said.

    Raises:
        UsageProblem: a name or a value is not known; all are listed.
    """
    known = {scale.id: scale for scale in SCALES}
    given = {name: value for name, value in said.items() if value is not None}
    wrong = [texts.NOT_ASKED.format(name=name) for name in given if name not in (*known, "clogged", "words")]
    steps: dict[str, int | None] = {}
    for name, scale in known.items():
        if name in given:
            steps[name] = scale.value(given[name])
            wrong += [] if steps[name] else [texts.TAKES.format(name=name, ids=", ".join(step.id for step in scale.steps))]
    if wrong:
        raise UsageProblem(texts.WRONG.format(wrong="; ".join(wrong)), texts.SEE_HELP, {"wrong": wrong})
    clogged = _zones(given["clogged"]) if "clogged" in given else None
    words = _checked_words(given["words"]) if "words" in given else ""
    return Results(**steps, clogged=clogged, words=words) if given else None


def read_results(source: str) -> Results:
    """Read the results of a script: one JSON object with the ids of the scales, ``clogged`` and ``words``.

    Raises:
        FileProblem: the file cannot be read, or is no JSON object.
        UsageProblem: it says nothing, or a name or a value is not known.
    """
    results = given_results(read_object(source))
    if results is None or results.is_empty:
        raise UsageProblem(texts.SAYS_NOTHING, texts.SEE_HELP)
    return results


def merged(before: Results, given: Results) -> Results:
    """Return the results of a correction: what was given, else what stood there."""
    return before._replace(**{name: value for name, value in given._asdict().items() if value not in (None, "")})


def _zones(value: object) -> tuple[Zone, ...]:
    """Return the zones of ``nose, chin``, ``none`` or a list of names.

    Raises:
        UsageProblem: a name is not known, or not of a zone that is ever treated.
    """
    said = value if isinstance(value, list) else [value]
    names = [name for name in said if isinstance(name, str)]
    if len(names) < len(said):
        raise UsageProblem(texts.ZONES_WRONG, texts.SEE_HELP)
    if [name.strip().casefold() for name in names] in ([NONE], ["no"], []):
        return ()
    found = zones_of(names)
    if others := [label(zone) for zone in found if zone not in TREATABLE]:
        raise UsageProblem(texts.NEVER_TREATED.format(zone=others[0]), texts.NEVER_TREATED_HINT)
    return found


def _checked_words(value: object) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else "\n"
    if len(text) > WORDS_MOST or not text.isprintable():
        raise UsageProblem(texts.TOO_LONG.format(most=WORDS_MOST), texts.TOO_LONG_HINT)
    return text
