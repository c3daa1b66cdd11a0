"""All checks, one after another.

for check in examine(Subject(now_s, now_s, data_dir)):
    ...
"""

from collections.abc import Iterator

from microderm_ctl.doctor import computer, dates, files, linux, ports, wands
from microderm_ctl.doctor.check import Check, Subject, Target, proven
from microderm_ctl.doctor.linux import System
from microderm_ctl.records.store import PRACTICE_NAME, STORE_NAME


def examine(subject: Subject, system: System | None = None) -> Iterator[Check]:
    """Yield every check as it ends, the computer's own first; none hides another.

    Raises:
        Stopped: the person stopped it.
    """
    system = system or System()
    store, practice = subject.data_dir / STORE_NAME, subject.data_dir / PRACTICE_NAME
    yield from proven("python", "Python", computer.python)
    yield from proven("user", "User", computer.user)
    yield from proven("packages", "Packages", computer.packages)
    yield from proven("data-directory", "Data directory", lambda: files.directory(subject.data_dir))
    yield from proven("store", "Records", lambda: files.store(store, False))
    yield from proven("practice-store", "Practice records", lambda: files.store(practice, True))
    yield from proven("clock", "Clock", lambda: dates.clock(store, subject.now_s))
    yield from proven("time-zone", "Time zone", lambda: computer.zone(subject.now_s))
    yield from proven("port", "Ports", ports.ports)
    found: list[Target] = []
    yield from proven("wands", "Wands", lambda: _found(subject, system, found))
    yield from proven("udev-rule", "Rule for Linux", lambda: linux.rule(system, subject, found))
    yield from proven("modem-manager", linux.MODEMS, lambda: linux.modems(system, found))
    yield from proven("brltty", linux.BRAILLE, lambda: linux.braille(system))
    for target in found:
        yield from _wand(target, subject, system)


def _found(subject: Subject, system: System, found: list[Target]) -> list[Check]:
    checks, meant = ports.targets(subject, system)
    found += meant
    return checks


def _wand(target: Target, subject: Subject, system: System) -> Iterator[Check]:
    yield from proven("connection", f"Wand at {target.name}", lambda: wands.wand(target, subject, system), target.name)
