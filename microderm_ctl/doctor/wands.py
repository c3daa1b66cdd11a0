"""What a wand answers when it is opened, or why it cannot be; each port has its cause told within 3 s."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from microderm_ctl.doctor.check import Check, Result, Subject, Target, said
from microderm_ctl.doctor.dates import SLACK_S, shown
from microderm_ctl.doctor.linux import BRAILLE, BRAILLE_LINES, MODEMS, System, access, forbidden, install_lines
from microderm_ctl.errors import (
    FileProblem,
    LinkLost,
    MicrodermError,
    PortBusy,
    PortForbidden,
    PortMissing,
    PortProblem,
    Stopped,
    UsageProblem,
    VersionMismatch,
    WandGarbled,
    WandSilent,
)
from microderm_ctl.safety.evidence import AHEAD_S, CALIBRATION_END_DAYS, CALIBRATION_WARN_DAYS, CALIBRATION_WEAK_DAYS, DAY_S
from microderm_ctl.texts import doctor as texts

if TYPE_CHECKING:
    from microderm_ctl.records.lock import Holder
    from microderm_ctl.wand import Wand

STARTING: Final = ("BOOT", "SELF_TEST")
SELF_TEST_MS: Final = 4_000
"""A self-test takes at most 3 s."""
_MEANS: Final[dict[type[MicrodermError], str]] = {
    PortMissing: texts.MISSING_MEANS,
    PortProblem: texts.NO_PORT_MEANS,
    UsageProblem: texts.MISSING_MEANS,
    PortBusy: texts.BUSY_MEANS,
    WandSilent: texts.SILENT_MEANS,
    WandGarbled: texts.GARBLED_MEANS,
    VersionMismatch: texts.SPEAKS_OTHERWISE_MEANS,
}


def wand(target: Target, subject: Subject, system: System) -> Iterator[Check]:
    """Yield what one wand says of itself; one that a process of ours uses is left alone."""
    from microderm_ctl.wand import Wand

    title = f"Wand at {target.name}"
    if (holder := _holder(target, subject)) is not None:
        yield said("connection", title, Result.UNCHECKED, texts.LOOKED_AT_BY_US, about=target.name, pid=holder.pid)
        return
    try:
        with Wand.open(target.spec, subject.serial) as open_wand:
            yield from _opened(open_wand, target, subject)
    except Stopped:
        raise
    except PortForbidden:
        yield forbidden(target, system)
    except LinkLost as problem:
        is_pulled = "cause" in problem.details  # what the system said; else only time ran out
        found, means, fix = texts.LOST
        yield Check("link-lost", target.name, title, Result.WRONG, found if is_pulled else texts.WENT_SILENT, means, fix)
    except MicrodermError as problem:
        yield _unopened(problem, title, target)


def _holder(target: Target, subject: Subject) -> "Holder | None":
    """Return the process of ours that uses a wand; in-process wands share one memory, whatever their URL."""
    from microderm_ctl.records.lock import holders

    try:
        known = holders(subject.data_dir)
    except FileProblem:  # the check of the data directory tells
        return None
    in_process = target.spec.startswith("sim:")
    return next((one for one in known if one.port == target.spec or (in_process and one.port.startswith("sim:"))), None)


def _unopened(problem: MicrodermError, title: str, target: Target) -> Check:
    found, (fix, lines) = problem.sentence, _freed(problem) if isinstance(problem, PortBusy) else (problem.hint, ())
    if isinstance(problem, WandGarbled):
        fix = texts.GARBLED_FIX
    elif isinstance(problem, PortMissing) and "://" not in target.spec:
        fix = f"{texts.FIND_IT} {problem.hint}"
    elif type(problem) is PortProblem:
        found, fix = f"{problem.sentence} {problem.hint}", texts.FIND_IT
    id_ = "protocol" if isinstance(problem, VersionMismatch) else "connection"
    return Check(id_, target.name, title, Result.WRONG, found, _MEANS.get(type(problem), texts.NO_TREATMENT), fix, lines)


def _freed(problem: PortBusy) -> tuple[str, tuple[str, ...]]:
    """Return how a busy port gets free, by who holds it."""
    if MODEMS in problem.sentence:
        return texts.BUSY_MODEMS, install_lines()
    if BRAILLE in problem.sentence:
        return texts.BUSY_BRAILLE, BRAILLE_LINES
    return problem.hint, ()


def _opened(open_wand: "Wand", target: Target, subject: Subject) -> Iterator[Check]:
    yield said("connection", f"Wand at {target.name}", Result.OK, texts.OPENED, about=target.name)
    if not target.simulated and (allowed := access(target.spec)) is not None:
        yield allowed
    now_s = subject.practice_now_s if target.simulated or open_wand.identity.simulated else subject.now_s
    serial = open_wand.identity.serial
    yield _program(open_wand, target)
    yield _self_test(open_wand, target, f"Self-test of {serial}")
    limits = open_wand.limits()
    if limits.grit_um:
        yield said("tip", f"Tip of {serial}", Result.OK, texts.TIP, about=target.name, um=limits.grit_um)
    else:
        yield said("tip", f"Tip of {serial}", Result.WARN, texts.NO_TIP, about=target.name)
    made_s = limits.calibrated_utc_s if limits.is_calibrated else None
    yield _calibration(made_s, now_s, target, f"Calibration of {serial}")
    yield _ledger(open_wand, now_s, target, f"Memory of {serial}")


def _program(open_wand: "Wand", target: Target) -> Check:
    from microderm_ctl.firmware.replies import VERSION_NUMBERS

    who = open_wand.identity
    newest = ".".join(str(part) for part in VERSION_NUMBERS)
    words, result = texts.SPEAKS, Result.OK
    if _numbers(who.firmware) < VERSION_NUMBERS:
        words, result = texts.SPEAKS_OLDER, Result.WARN
    serial = f"{who.serial}{' (SIMULATED)' if who.simulated else ''}"
    return said(
        "protocol", f"Program of {who.serial}", result, words, about=target.name, serial=serial, firmware=who.firmware, newest=newest
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def _self_test(open_wand: "Wand", target: Target, title: str) -> Check:
    from microderm_ctl.link.explain import fault
    from microderm_protocol import codes

    is_over = open_wand.wait(lambda reading: reading.state not in STARTING, SELF_TEST_MS)
    now = open_wand.reading
    if now is None:
        return said("self-test", title, Result.WRONG, texts.NO_READING, about=target.name)
    if now.state in ("FAULT", "LOCKOUT") or now.faults:
        stands = next((codes.CAUSES.index(name) for name in now.faults if name in codes.CAUSES), now.cause_number)
        known = fault(now.cause_number if now.state in ("FAULT", "LOCKOUT") else stands)
        return Check("self-test", target.name, title, Result.WRONG, known.sentence, texts.SELF_TEST_MEANS, known.hint)
    if not is_over:
        return said("self-test", title, Result.WRONG, texts.SELF_TEST_RUNS, about=target.name, seconds=SELF_TEST_MS // 1000)
    celsius, volts = now.temperature_dc / 10, f"{now.supply_mv / 1000:.2f}"
    return said("self-test", title, Result.OK, texts.SELF_TEST, about=target.name, state=now.state, celsius=celsius, volts=volts)


def _calibration(made_s: int | None, now_s: int, target: Target, title: str) -> Check:
    if not made_s:
        return said("calibration", title, Result.WRONG, texts.CALIBRATION_VOID, about=target.name)
    days = max(0, now_s - made_s) // DAY_S
    result, words = Result.OK, texts.CALIBRATION
    if made_s > now_s + AHEAD_S:
        result, words = Result.WRONG, texts.CALIBRATION_AHEAD
    elif days >= CALIBRATION_END_DAYS:
        result, words = Result.WRONG, texts.CALIBRATION_OLD
    elif days >= CALIBRATION_WEAK_DAYS:
        result, words = Result.WARN, texts.CALIBRATION_WEAK
    elif days >= CALIBRATION_WARN_DAYS:
        result, words = Result.WARN, texts.CALIBRATION_DUE
    return said("calibration", title, result, words, about=target.name, date=shown(made_s)[:10], days=days, now=shown(now_s))


def _ledger(open_wand: "Wand", now_s: int, target: Target, title: str) -> Check:
    entries = open_wand.ledger_entries()
    if not entries:
        return said("ledger", title, Result.OK, texts.LEDGER_EMPTY, about=target.name)
    newest_s = max(entry.utc_s for entry in entries)
    result, words = Result.OK, texts.LEDGER
    if newest_s > now_s + AHEAD_S:
        result, words = Result.WRONG, texts.LEDGER_AHEAD
    elif newest_s > now_s + SLACK_S:
        result, words = Result.WARN, texts.LEDGER_BEHIND
    return said("ledger", title, result, words, about=target.name, count=len(entries), newest=shown(newest_s), now=shown(now_s))
