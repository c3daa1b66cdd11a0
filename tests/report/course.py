"""People with treatments, traces and journals, laid straight into a store, and the report of them."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing

from microderm_ctl.records.journal import Results
from microderm_ctl.records.rows import PersonRecord, Profile
from microderm_ctl.records.store import Store
from microderm_ctl.records.traces import CHUNK_SAMPLES, LAYOUT, SEALED, Sample, pack
from microderm_ctl.records.treatments import ZoneUse
from microderm_ctl.report.curves import RUN
from microderm_ctl.report.record import CourseView, ReportRecord, ScaleView, WindowView, gather
from microderm_ctl.safety import Ending, Grit, Kind, PatchResult, Plan, PlannedZone, Skin, Thickness, Zone, all_no

NOW_S = 1_780_000_000
DAY_S = 86_400
HOLD = 6
Steps = tuple[int | None, int | None, int | None, int | None]
ZONES = (Zone.FOREHEAD, Zone.CHEEK_LEFT, Zone.NOSE, Zone.HAND_LEFT)
COURSE = CourseView(
    done=1, length=6, interval_days=28, by=None, treatments_at=("2026-05-01T12:00:00Z",), is_full=False, is_over=False,
    allowed_now=False, allowed_from="2026-05-29T12:00:00Z", why="Open again from 2026-05-29 12:00 UTC.",
    windows=(WindowView(2, "2026-05-29T12:00:00Z", "2026-06-26T12:00:00Z"),),
    verdict="go_on", verdict_words="You can go on.", reasons=("It is better.",), source="our own reading",
)  # fmt: skip
SCALES = tuple(
    ScaleView(name, f"How is {name}?", ("Bad", "Poor", "So so", "Good", "Best")) for name in ("smoothness", "pores", "redness", "comfort")
)


def sample(t_ms: int, vacuum_pa: int = 10_000, row: int = 0, *, cap_pa: int = 12_000, state: int = RUN, sealed: bool = True) -> Sample:
    """Return a sample of a wand that runs at a set point of 10 kPa."""
    return Sample(t_ms, vacuum_pa, 10_000, cap_pa, state, row, SEALED if sealed else 0)


def plan(zones: Sequence[Zone] = ZONES, seconds: int = 60) -> Plan:
    """Return a plan of some zones."""
    rows = tuple(PlannedZone(zone, 10_000, 12_000, 13_500, seconds, 2, 3_000, ()) for zone in zones)
    return Plan(Kind.TREATMENT, rows, seconds * len(rows), 100, Grit.FINE, False, False, 1000)


def add_person(store: Store, name: str = "Ann") -> PersonRecord:
    """Make a person with a clean patch test."""
    answers = {"stinging": "no", "oil": "fine", "thickness": "normal", "sun": "burns_easily"}
    person = store.create_person(name, Profile(Skin.NORMAL, Thickness.NORMAL, 2, 1990, answers), NOW_S - 100 * DAY_S)
    patch = store.begin_patch_test(person.id, "W-1", Zone.INNER_FOREARM, 2_500, Grit.FINE, NOW_S - 99 * DAY_S)
    store.finish_patch_test(patch.id, NOW_S - 99 * DAY_S + 5, 3_000, "treatment-done", complete=True)
    store.keep_patch_result(patch.id, PatchResult.CLEAN, NOW_S - 97 * DAY_S)
    return person


def add_treatment(
    store: Store,
    person: PersonRecord,
    at_s: int = NOW_S - 60 * DAY_S,
    *,
    felt: str | None = None,
    samples: Sequence[Sample] = (),
    zones: Sequence[Zone] = ZONES,
    answers: dict[str, object] | None = None,
    used_ms: int = 60_000,
) -> int:
    """Make a treatment of zones of which each used some milliseconds, with a trace."""
    said = {**all_no(0).values, **(answers or {})}
    begun = store.begin_treatment(person.id, "W-1", plan(zones), said, at_s)
    lay_trace(store, begun.id, samples)
    uses = [ZoneUse(row, used_ms, 2, used_ms >= 60_000) for row in range(len(zones))]
    store.finish_treatment(begun.id, at_s + 300, used_ms * len(zones), "treatment-done", uses)
    store.keep_felt(begun.id, Ending.DONE, felt)
    return begun.id


def lay_trace(store: Store, treatment_id: int, samples: Sequence[Sample]) -> None:
    """Lay a whole trace into a store at once; sample by sample it would take a while."""
    chunks = [list(samples[first : first + CHUNK_SAMPLES]) for first in range(0, len(samples), CHUNK_SAMPLES)]
    rows = [(treatment_id, number, LAYOUT, pack(chunk)) for number, chunk in enumerate(chunks)]
    with closing(sqlite3.connect(store.path)) as file, file:
        file.executemany("INSERT INTO traces (treatment_id, chunk, layout, samples) VALUES (?, ?, ?, ?)", rows)


def long_trace(seconds: int = 360, zones: int = 4) -> list[Sample]:
    """Return a trace at 10 Hz that ripples as a real one does."""
    count = seconds * 10
    return [sample(number * 100, 10_000 + (number * 37) % 83, (number - 1) * zones // count) for number in range(1, count + 1)]


def add_entry(store: Store, person: PersonRecord, at_s: int, steps: Steps = (3, 3, 3, 3), words: str = "") -> int:
    """Write an entry of the journal."""
    return store.keep_results(person.id, Results(*steps, (Zone.NOSE,), words), at_s).id


def report_of(store: Store, person: PersonRecord, now_s: int = NOW_S) -> ReportRecord:
    """Return the report of a person."""
    return gather(store, person, now_s, COURSE, SCALES, "microderm 1.2.3")
