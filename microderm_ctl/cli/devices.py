"""``microderm devices`` and ``microderm info``: which wands are there, and what one says of itself.

The rules and their words are imported when something is told, so that nothing stands between a start and the first byte.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.errors import VersionMismatch
from microderm_ctl.units import format_kpa

if TYPE_CHECKING:
    from microderm_ctl.wand import Limits, Reading, Wand

MARK: Final = "SIMULATED"
STARTING: Final = ("BOOT", "SELF_TEST")
SELF_TEST_MS: Final = 4_000
"""A self-test takes at most 3 s."""


_NO_WAND: Final = (
    "No wand is connected.",
    "Plug one in by USB, or try it out on the virtual wand: 'microderm info --port sim'.",
)


class Device(NamedTuple):
    """A wand that is there; ``choose`` is what to add to a command to mean it."""

    serial: str
    port: str
    simulated: bool
    choose: str


@command("devices", help="list the wands that are there, simulated ones marked", example="microderm devices --json")
def devices(call: Invocation) -> Report:
    """List wands without opening any."""
    found = [
        Device(port.serial, port.spec, port.simulated, f"--serial {port.serial}" if port.serial else f"--port {port.spec}")
        for port in call.candidates()
    ]
    return Report({"wands": found}, _device_lines if call.printer.in_tables else _device_sentences)


def _device_lines(record: dict[str, list[Device]]) -> Iterator[str]:
    if not record["wands"]:
        yield from _NO_WAND
        return
    from microderm_ctl.cli.words import columns

    yield from columns([
        ("serial number", "port", "", "choose it with"),
        *((wand.serial or "-", wand.port, MARK if wand.simulated else "", wand.choose) for wand in record["wands"]),
    ])  # fmt: skip


def _device_sentences(record: dict[str, list[Device]]) -> Iterator[str]:
    if not record["wands"]:
        yield from _NO_WAND
    for wand in record["wands"]:
        mark = f" {MARK}." if wand.simulated else ""
        yield f"Wand {wand.serial or '-'} at {wand.port}.{mark} Choose it with {wand.choose}."


class Calibration(NamedTuple):
    """When a wand was calibrated, and what follows: ``good``, ``due``, ``weak`` (caps x 0.8), ``refused``."""

    made_at: str | None
    age_days: int | None
    generation: int
    state: str


class OwnLimits(NamedTuple):
    """What a wand itself allows at most."""

    set_point_least_pa: int
    set_point_most_pa: int
    cap_least_pa: int
    trip_most_pa: int
    treatment_most_s: int
    dwell_most_ms: int
    lease_ms: int


class Entry(NamedTuple):
    """The newest entry of a wand's ledger."""

    at: str | None
    patch_test: bool
    cause: str
    used_s: float


class Info(NamedTuple):
    """What a wand says of itself. What only a wand of this protocol version tells is None otherwise."""

    serial: str
    port: str
    simulated: bool
    board: str
    hardware: int
    firmware: str
    build: str
    same_protocol: bool
    state: str | None = None
    cause: str | None = None
    faults: tuple[str, ...] = ()
    tip_um: int | None = None
    grit: str | None = None
    vacuum_pa: int | None = None
    temperature_c: float | None = None
    supply_v: float | None = None
    cool_down_s: int | None = None
    limits: OwnLimits | None = None
    calibration: Calibration | None = None
    last_entry: Entry | None = None


@command("info", help="show what a wand says of itself: versions, limits, calibration, tip, state", example="microderm info")
def info(call: Invocation) -> Report:
    """Show identity, versions, limits, calibration, tip and state; a wand of another version tells who it is."""
    from microderm_ctl.cli.connect import connected

    with connected(call, accept_other_version=True) as wand:
        who = wand.identity
        port = call.options.port or wand.port
        told = Info(who.serial, port, who.simulated, who.board, who.hardware, who.firmware, f"{who.build:08x}", not wand.other_version)
        if wand.other_version:
            return Report(told, _info_lines, VersionMismatch.exit_code)
        wand.wait(lambda reading: reading.state not in STARTING, SELF_TEST_MS)
        told = _with_reading(_with_limits(told, wand, call.now_s(who.simulated)), wand.reading)
    return Report(told, _info_lines)


def _with_limits(told: Info, wand: "Wand", now_s: int) -> Info:
    from microderm_ctl.cli.words import iso_time
    from microderm_ctl.safety import grit_of_um

    limits, entry = wand.limits(), wand.ledger()
    grit = grit_of_um(limits.grit_um)
    return told._replace(
        tip_um=limits.grit_um or None,
        grit=grit.value if grit else None,
        cool_down_s=-(-limits.cooldown_ms // 1000),
        limits=OwnLimits(
            limits.set_point_least_pa,
            limits.set_point_most_pa,
            limits.cap_least_pa,
            limits.trip_most_pa,
            limits.treatment_most_ms // 1000,
            limits.dwell_most_ms,
            limits.lease_ms,
        ),
        calibration=_calibration(limits, now_s),
        last_entry=Entry(iso_time(entry.utc_s), entry.is_patch_test, entry.cause, entry.used_ms / 1000) if entry else None,
    )


def _with_reading(told: Info, now: "Reading | None") -> Info:
    if now is None:
        return told
    return told._replace(
        state=now.state,
        cause=now.cause,
        faults=now.faults,
        vacuum_pa=now.vacuum_pa,
        temperature_c=now.temperature_dc / 10,
        supply_v=now.supply_mv / 1000,
    )


def _calibration(limits: "Limits", now_s: int) -> Calibration:
    from microderm_ctl.cli.words import iso_time
    from microderm_ctl.safety.evidence import CALIBRATION_END_DAYS, CALIBRATION_WARN_DAYS, CALIBRATION_WEAK_DAYS, DAY_S

    made_s, generation = limits.calibrated_utc_s, limits.calibration_generation
    if made_s is None or not limits.is_calibrated:
        return Calibration(iso_time(made_s), None, generation, "refused")
    age_days = max(0, now_s - made_s) // DAY_S
    for least_days, state in ((CALIBRATION_END_DAYS, "refused"), (CALIBRATION_WEAK_DAYS, "weak"), (CALIBRATION_WARN_DAYS, "due")):
        if age_days >= least_days:
            return Calibration(iso_time(made_s), age_days, generation, state)
    return Calibration(iso_time(made_s), age_days, generation, "good")


_CALIBRATED: Final = {
    "good": "",
    "due": "; due soon: from 12 months on caps are lowered",
    "weak": "; over 12 months old, so caps are lowered to 0.8",
    "refused": "; nothing is started with it: a technician has to calibrate the wand",
}


def _info_lines(record: Info) -> Iterator[str]:
    mark = f"  {MARK}" if record.simulated else ""
    yield f"wand         {record.serial} at {record.port}{mark}"
    yield f"board        {record.board}, hardware {record.hardware}"
    yield f"program      {record.firmware}, build {record.build}"
    if not record.same_protocol:
        yield "protocol     another version than this program speaks, so nothing more can be asked"
        yield "Update the program on this computer, or have the wand updated."
        return
    if record.state is not None:
        faults = f"; faults: {', '.join(record.faults)}" if record.faults else ""
        yield f"state        {record.state}, last stopped by: {record.cause}{faults}"
        yield f"now          {max(0, record.vacuum_pa or 0) / 1000:.1f} kPa, {record.temperature_c} C, {record.supply_v:.2f} V"
    tip = f"{record.grit or 'unknown'}, {record.tip_um} um" if record.tip_um else "none"
    yield f"tip          {tip}"
    yield from _limit_lines(record)


def _limit_lines(record: Info) -> Iterator[str]:
    if record.calibration is not None:
        known = record.calibration
        made = f"{(known.made_at or '')[:10]}, {known.age_days} days ago" if known.age_days is not None else "void or unknown"
        yield f"calibration  {made}{_CALIBRATED[known.state]}"
    if record.limits is not None:
        own = record.limits
        span = f"{format_kpa(own.set_point_least_pa)} to {format_kpa(own.set_point_most_pa)}"
        yield f"settings     {span}; a cap under {format_kpa(own.cap_least_pa)} is refused"
        yield f"trip         it vents by itself at {format_kpa(own.trip_most_pa)}"
        yield f"time         {own.treatment_most_s} s, {own.dwell_most_ms / 1000:.0f} s on one spot, {own.lease_ms} ms without the computer"
    if record.cool_down_s:
        yield f"rest         {-(-record.cool_down_s // 60)} min, after a full treatment"
    if record.last_entry is not None:
        entry = record.last_entry
        yield f"last used    {entry.at}: {'patch test' if entry.patch_test else 'treatment'}, {entry.used_s:.0f} s, ended by {entry.cause}"
