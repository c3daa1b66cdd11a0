"""Writes the tables of docs/evidence.md from the numbers of the rules: `python -m tests.docs.make_evidence`.

What is sourced and what is our own is told by the numbers themselves; where a number
of the rules is a bare integer, it is told here.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from microderm_ctl.safety import evidence as e
from microderm_ctl.safety.evidence import Number, Span
from microderm_ctl.safety.questions import TODAY, Question, Scope
from microderm_ctl.safety.values import Depth
from microderm_ctl.safety.zones import FORBIDDEN, label

PAGE: Final = Path(__file__).parents[2] / "docs" / "evidence.md"
BEGIN: Final = "<!-- tables: made by `python -m tests.docs.make_evidence` -->\n"
END: Final = "<!-- end of the tables -->\n"
ROMAN: Final = ("I", "II", "III", "IV", "V", "VI")


class Line(NamedTuple):
    """One limit: what it is, its value in words, whether a source gives it, and that source or our reason."""

    what: str
    value: str
    sourced: bool
    source: str


def _kpa(number: Number, what: str) -> Line:
    return Line(what, f"{number.value / 1000:.1f} kPa", number.sourced, number.source)


def _factor(number: Number, what: str) -> Line:
    return Line(what, f"x {number.value / 1000:g}", number.sourced, number.source)


def suction() -> list[Line]:
    """Return every number of which a cap of suction is made."""
    return [
        _kpa(e.CEILING_PA, "no cap is higher than"),
        _kpa(e.LOWEST_PA, "nothing is started below"),
        *(_kpa(number, f"{skin} skin begins at") for skin, number in e.BASE_PA.items()),
        *(_factor(number, f"zones: {region}") for region, number in e.ZONE_PERMILLE.items()),
        *(_factor(number, f"{grit} tip") for grit, number in e.GRIT_PERMILLE.items()),
        *(_factor(number, f"Fitzpatrick {ROMAN[kind - 1]}") for kind, number in e.FITZPATRICK_PERMILLE.items()),
        _factor(e.FIRST_PERMILLE, "a first treatment, or a tip that is new to the skin"),
        _factor(e.CALIBRATION_PERMILLE, "calibration older than 12 months"),
    ]


def _line(what: str, value: str, number: Number) -> Line:
    return Line(what, value, number.sourced, number.source)


def _days(what: str, number: Number) -> Line:
    return _line(what, f"{number.value} days", number)


def _own(what: str, value: str, reason: str) -> Line:
    return Line(what, value, False, reason)


def _span(span: Span, unit: str) -> str:
    return ", ".join(f"{skin} {value} {unit}" for skin, value in zip(span._fields, span, strict=True))


def times() -> list[Line]:
    """Return every limit of time, passes and grit."""
    trip = f"cap + {e.TRIP_PERMILLE / 10:g} %, at least {e.TRIP_LEAST_PA / 1000:g} and at most {e.TRIP_MOST_PA / 1000:g} kPa above it"
    return [
        _own("the wand vents on its own above", trip, "about the error of the sensors that are used"),
        *(_line(f"one spot, {skin} skin", f"{number.value / 1000:g} s", number) for skin, number in e.DWELL_MS.items()),
        *(_line(f"passes, {skin} skin", str(number.value), number) for skin, number in e.PASSES.items()),
        _own("passes in a first treatment", str(e.FIRST_PASSES), e.FIRST_PERMILLE.source),
        *_zone_times(),
        _own("one treatment", _span(e.TREATMENT_S, "s"), e.TREATMENT_S_SOURCE),
        *(_own(f"coarsest tip, {skin} skin", str(grit), e.GRIT_SOURCE) for skin, grit in e.COARSEST.items()),
        _own("only the fine tip", f"from Fitzpatrick {ROMAN[e.FITZPATRICK_FINE_ONLY_FROM - 1]}", e.FITZPATRICK_SOURCE),
        _own("part of the cap that is taken unasked", _ladder(), "a step more each time the skin was fine"),
        *(_own(f"depth {depth}", _depth(depth), "a part of the cap; no depth in micrometres is claimed") for depth in e.DEPTH_PERMILLE),
    ]


def _ladder() -> str:
    return ", ".join(f"{permille / 10:g} %" for permille in e.LADDER_PERMILLE)


def _depth(depth: Depth) -> str:
    return f"{e.DEPTH_PERMILLE[depth] / 10:g} % of the cap, at most {e.DEPTH_PASSES[depth]} passes, {e.DEPTH_COARSEST[depth]} tip or finer"


def _zone_times() -> Iterator[Line]:
    same: dict[Span, list[str]] = {}
    for zone, span in e.ZONE_S.items():
        same.setdefault(span, []).append(label(zone))
    for span, zones in same.items():
        reason = "our own split of the 2-4 minutes for a whole face of http://www.cosmtools.com/porecleanfaq591.html"
        yield _own(", ".join(zones), _span(span, "s"), reason)


def days() -> list[Line]:
    """Return every limit of the calendar."""
    floor = "7 days from Beurer FC 76 (at most once a week), PMD and glowyskin; 14 for sensitive and dry skin our own"
    return [
        Line("days between treatments", _span(e.INTERVAL_DAYS, "days"), True, e.INTERVAL_SOURCE),
        Line("no plan goes under", _span(e.FLOOR_DAYS, "days"), True, floor),
        _days(f"nor, from Fitzpatrick {ROMAN[e.FITZPATRICK_LONG_INTERVAL_FROM - 1]}, under", e.FITZPATRICK_FLOOR_DAYS),
        _line("treatments in a course", str(e.COURSE_TREATMENTS.value), e.COURSE_TREATMENTS),
        _line("treatments in a course, with a professional's plan", f"at most {e.COURSE_MOST.value}", e.COURSE_MOST),
        _days("pause after a course", e.PAUSE_DAYS),
        _own("a treatment counts from", f"{e.COUNTS_FROM_MS / 1000:g} s on the skin", "a touch to try it should not cost a treatment"),
        Line("patch test", f"{e.PATCH_S} s at the lowest setting, looked at after {e.PATCH_WAIT_S // 3600} h", True, e.PATCH_SOURCE),
        _days("a new patch test after one that was red or sore", e.PATCH_RETRY_DAYS),
        _days("rest after pain, bleeding or a purple mark", e.STOP_LOCK_DAYS),
        Line("a dark mark closes treatments", f"from Fitzpatrick {ROMAN[e.FITZPATRICK_DARK_MARK_FROM - 1]}", True, e.FITZPATRICK_SOURCE),
        _own(
            "an interrupted treatment may be finished within",
            f"{e.FINISH_WITHIN_S // 3600} h",
            "an accident should not cost the treatment; later it would be a second one",
        ),
        _own("today's answers hold for", f"{e.ANSWERS_FRESH_S // 60} min", "they are about today"),
        _own(
            "calibration",
            f"warned after {e.CALIBRATION_WARN_DAYS} days, caps lowered after {e.CALIBRATION_WEAK_DAYS}, "
            f"refused after {e.CALIBRATION_END_DAYS}",
            e.CALIBRATION_SOURCE,
        ),
    ]


def anchors() -> list[Line]:
    """Return the published pressures that the caps were chosen by."""
    return [_kpa(number, name) for name, number in e.ANCHORS.items()]


def count(lines: Iterable[Line]) -> tuple[int, int]:
    """Return how many limits there are, and how many of them are our own choice."""
    all_lines = list(lines)
    return len(all_lines), sum(not line.sourced for line in all_lines)


def sentence() -> str:
    """Return the sentence that the README says too: how many numbers of the caps are our own."""
    number, own = count(suction())
    return f"Of the {number} numbers that make a cap of suction, {own} are our own cautious choice."


def tables() -> str:
    """Return all that stands between the two marks of the page."""
    all_number, all_own = count([*suction(), *times(), *days()])
    parts = [
        f"{sentence()} Of all {all_number} lines in the tables of limits, {all_own} are.\n",
        "## Suction\n",
        "A cap is the number of the skin, times those of the zone, the tip and the Fitzpatrick",
        "type, and where they apply the last two; then rounded down to 0.5 kPa.\n",
        *_table(suction()),
        "\n## Published pressures that the caps were chosen by\n",
        *_table(anchors()),
        "\n## Seconds, passes and tips\n",
        *_table(times()),
        "\n## Days\n",
        *_table(days()),
        "\n## What closes a zone or the day\n",
        *_questions(),
        "\n## Zones that are never treated\n",
        *(f"- {label(zone)}: {reason}" for zone, reason in FORBIDDEN.items()),
    ]
    return "\n".join(parts) + "\n"


def _table(lines: Iterable[Line]) -> Iterator[str]:
    yield "| limit | value | whose | source, or our reason |"
    yield "|---|---|---|---|"
    for line in lines:
        source = line.source.removeprefix("our own choice: ").removeprefix("our own choice, ")
        yield f"| {line.what} | {line.value} | {'sourced' if line.sourced else '**our own**'} | {source} |"


def _questions() -> Iterator[str]:
    yield "Asked anew before each treatment; in scripts by their id."
    yield ""
    yield "| id | question | what it closes | why | source |"
    yield "|---|---|---|---|---|"
    for question in TODAY:
        yield f"| `{question.id}` | {question.text} | {_closes(question)} | {question.why} | {question.source} |"


def _closes(question: Question) -> str:
    if question.closes:
        closed = ", ".join(label(zone) for zone in question.closes)
    elif question.scope is Scope.ZONE:
        closed = "the named zones and those beside them"
    else:
        closed = "the day"
    if question.wait_s:
        closed += f", for {_wait(question.wait_s)}"
    return closed + ("; a professional's plan may clear it" if question.doctor_first else "")


def _wait(wait_s: int) -> str:
    return f"{wait_s // 86_400} days" if wait_s > 86_400 else f"{wait_s // 3600} h"


def page_with(tables_text: str, page: str) -> str:
    """Return the page with these tables between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{tables_text}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page_with(tables(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
