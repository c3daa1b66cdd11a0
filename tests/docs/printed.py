"""What each command prints under `--json`: one record, or a stream of events; and whether what was printed fits.

The tests of the command line ask ``check`` of everything that they make the program print.
"""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, Literal, NamedTuple, cast, get_type_hints

from jsonschema import Draft202012Validator

from microderm_ctl.cli import (
    after_care,
    ahead,
    completion,
    devices,
    doctor,
    dry_run,
    firmware_commands,
    flow,
    guide,
    history,
    journal,
    limits,
    plan_commands,
    profile,
    questions,
    replay,
    report,
    simulate,
    standing,
    stop,
    trace,
)
from microderm_ctl.cli.bench import batch as bench_batch
from microderm_ctl.cli.bench import calibrate as bench_calibrate
from microderm_ctl.cli.bench import certificate as bench_certificate
from microderm_ctl.cli.bench import characterise as bench_characterise
from microderm_ctl.cli.bench import export as bench_export
from microderm_ctl.cli.bench import golden as bench_golden
from microderm_ctl.cli.bench import identify as bench_identify
from microderm_ctl.cli.bench import leak as bench_leak
from microderm_ctl.cli.bench import selftest as bench_selftest
from microderm_ctl.cli.bench import setup as bench_setup
from microderm_ctl.cli.bench import sync as bench_sync
from microderm_ctl.cli.bench import units as bench_units
from microderm_ctl.cli.bench import unlock as bench_unlock
from microderm_ctl.cli.bench import verify as bench_verify
from microderm_ctl.cli.main import TABLE
from microderm_ctl.link import judged
from microderm_ctl.records.rows import PatchTest, TreatmentRecord
from microderm_ctl.records.traces import Sample
from microderm_ctl.report.record import ReportRecord
from microderm_ctl.safety import Kind, Plan
from microderm_ctl.treatment import events


class Wands(NamedTuple):
    """The wands that are there, simulated ones marked."""

    wands: tuple[devices.Device, ...]


class Someone(NamedTuple):
    """A person who has a profile."""

    person: str
    since: str
    skin: str


class People(NamedTuple):
    """Who has a profile on this computer."""

    people: tuple[Someone, ...]


class Forgotten(NamedTuple):
    """Who was removed, with how many treatments."""

    forgotten: str
    treatments: int


class Problem(NamedTuple):
    """An error: a stable word, the exit code, and the sentence. Most have a `hint` as well, and details of their own."""

    code: str
    exit_code: int
    error: str


class Planned(NamedTuple):
    """What will be done, once it is confirmed."""

    event: Literal["plan"]
    person: str
    wand: str
    simulated: bool
    plan: Plan
    notes: tuple[str, ...]


class Telemetry(NamedTuple):
    """The wand's own reading, four times a second. `tick_ms` is its clock."""

    event: Literal["telemetry"]
    tick_ms: int
    state: str
    zone: str
    pass_: int
    vacuum_pa: int
    set_point_pa: int
    cap_pa: int
    trip_pa: int
    sealed: bool
    moving: bool
    dwell_ms: int
    zone_left_ms: int
    treatment_left_ms: int
    signal: str


class Treated(NamedTuple):
    """How a treatment ended, as it is kept in the records."""

    event: Literal["result"]
    simulated: bool
    cause: str
    done: bool
    kind: Kind
    treatment: TreatmentRecord
    can_finish: bool
    next_from: str | None
    after_care: tuple[str, ...]


class Tested(NamedTuple):
    """How a patch test ended, as it is kept in the records, and from when its result may be told."""

    event: Literal["result"]
    simulated: bool
    cause: str
    done: bool
    kind: Kind
    patch_test: PatchTest
    result_from: str | None
    after_care: tuple[str, ...]


class Scene(NamedTuple):
    """A scene of the demo begins."""

    event: Literal["scene"]
    number: int
    title: str


class Text(NamedTuple):
    """A line for people."""

    event: Literal["text"]
    text: str


class Killed(NamedTuple):
    """When the wand let go after its computer died: the pump off, the vacuum below 1.0 kPa; and the vacuum by time."""

    event: Literal["killed"]
    pump_off_ms: int
    vented_ms: int
    points: tuple[tuple[int, int], ...]


class Next(NamedTuple):
    """What to type next."""

    event: Literal["next"]
    type: str


class Ready(NamedTuple):
    """A virtual wand, or the gauge on its fixture, can be opened."""

    event: Literal["ready"]
    kind: Literal["wand", "gauge"]
    serial: str
    port: str
    simulated: bool
    pid: int


class Gone(NamedTuple):
    """The cable of a virtual wand was pulled."""

    event: Literal["gone"]
    serial: str
    simulated: bool


def _event(kind: type) -> type:
    """Return an event of a run as it is printed: its name and time in front, the sentence for people at its end."""
    inner = get_type_hints(kind)
    name = events.name_of(cast(events.Event, kind(*inner)))
    made: Any = NamedTuple(kind.__name__, [("event", Literal[name]), ("t_ms", int), *inner.items(), ("text", str)])  # type: ignore[misc]
    made.__doc__ = kind.__doc__
    return cast(type, made)


def _named(kind: type, *names: str) -> type:
    """Return a record with the names that its field `event` may have."""
    hints = get_type_hints(kind) | {"event": Literal[names]}
    made: Any = NamedTuple(kind.__name__, [("event", hints.pop("event")), *hints.items()])  # type: ignore[misc]
    made.__doc__ = kind.__doc__
    return cast(type, made)


class Told(NamedTuple):
    """What the bench does, what hands have to do now, or what would be written to the unit."""

    event: Literal["doing", "hands", "diff"]
    text: str


class UnitTold(NamedTuple):
    """What the bench does with one unit of a batch, what hands have to do now, or what is written to it."""

    event: Literal["doing", "hands", "diff"]
    serial: str
    text: str


_RUN: Final = tuple(_event(kind) for kind in events.Event.__args__)
_TREAT: Final = (Planned, *_RUN, Telemetry, Treated)

RECORDS: Final[dict[str, type]] = {
    "": standing.Standing,
    "after-care": after_care.AfterCareRecord,
    "bench certificate": bench_certificate.CertificateRecord,
    "bench export": bench_export.Exported,
    "bench sync": bench_sync.SyncRecord,
    "bench units": bench_units.UnitsRecord,
    "bench characterise": bench_characterise.Characterised,
    "bench golden": bench_golden.Golden,
    "bench identify": bench_identify.Identified,
    "bench leak": bench_leak.Leaked,
    "bench selftest": bench_selftest.AllTested,
    "bench setup": bench_setup.BenchSetup,
    "bench unlock": bench_unlock.Unlocked,
    "completion": completion.Completion,
    "devices": Wands,
    "doctor": doctor.Health,
    "firmware check": firmware_commands.FirmwareRecord,
    "firmware info": firmware_commands.FirmwareRecord,
    "firmware install": firmware_commands.InstalledRecord,
    "guide": guide.GuideRecord,
    "history": history.HistoryRecord,
    "history ID": history.Detail,
    "info": devices.Info,
    "journal": journal.JournalRecord,
    "limits": limits.LimitsRecord,
    "patch-test --result": flow.PatchRecord,
    "plan": ahead.PlanRecord,
    "plan example": plan_commands.Example,
    "plan import": plan_commands.KeptPlan,
    "plan remove": plan_commands.KeptPlan,
    "plan show": plan_commands.PlanShown,
    "profile create": profile.ProfileRecord,
    "profile edit": profile.ProfileRecord,
    "profile forget": Forgotten,
    "profile list": People,
    "profile show": profile.ProfileRecord,
    "questions": questions.Form,
    "report": report.Written,
    "simulate --advance": simulate.Advanced,
    "stop": stop.StopRecord,
}
"""What a command prints that prints once; where an option changes it, with that option."""
STREAMS: Final[dict[str, tuple[type, ...]]] = {
    "bench batch": (UnitTold, _named(bench_batch.UnitDone, "unit"), _named(bench_batch.BatchDone, "result")),
    "bench calibrate": (Told, _named(bench_calibrate.Calibrated, "result")),
    "bench demo": (Told, _named(bench_calibrate.Calibrated, "result")),
    "bench verify": (Told, _named(bench_verify.Verified, "result")),
    "demo": (Scene, Text, *_TREAT, Killed, Next),
    "patch-test": (Planned, *_RUN, Telemetry, Tested),
    "simulate": (Ready, Gone),
    "trace": (
        _named(trace.Message, "message"),
        _named(trace.Bad, "bad"),
        _named(trace.Word, "key", "signal", "lost", "end"),
        _named(judged.Silence, "silence"),
        _named(judged.Summary, "summary"),
    ),
    "treat": _TREAT,
    "treat --dry-run": (
        _named(dry_run.DryPlan, "plan"),
        _named(dry_run.DryMessage, "message"),
        _named(dry_run.DryEnd, "end"),
    ),
    "treat --replay": (_named(replay.Replaying, "replay"), *_RUN, Telemetry, _named(replay.Replayed, "replayed")),
}
"""What may stand on a line of a command that prints a stream."""
NAMES: Final = {"pass_": "pass"}
"""Names that Python keeps to itself."""
LATER: Final = {"ReportRecord": ReportRecord, "Sample": Sample}
"""What modules import for types alone."""


def check(words: Sequence[str], out: str, err: str) -> None:
    """Fail where something that was printed under `--json` is not as its schema says."""
    if "--json" not in words:
        return
    command = command_of(words)
    documents = [json.loads(line) for line in out.splitlines()] if command in STREAMS else [json.loads(out)] if out else []
    for document in documents:
        _validator(command).validate(document)
    for line in err.splitlines():
        if line.startswith('{"code"'):
            _validator("error").validate(json.loads(line))


def command_of(words: Sequence[str]) -> str:
    """Return under which name of ``RECORDS`` or ``STREAMS`` what these words print is found."""
    at = next((place for place, word in enumerate(words) if word in TABLE), None)
    if at is None:
        return ""
    name, rest = words[at], [*words[at + 1 :], ""]
    for more in (f"{name} {rest[0]}", *(f"{name} {flag}" for flag in ("--result", "--advance", "--dry-run", "--replay"))):
        if (more in RECORDS or more in STREAMS) and more.split()[1] in rest:
            return more
    return f"{name} ID" if f"{name} ID" in RECORDS and rest[0][:1].isalnum() else name


@cache
def _validator(command: str) -> Draft202012Validator:
    from tests.docs.make_schemas import schema_of

    return Draft202012Validator(schema_of(command))
