"""A computer of one's own to examine: ports that are listed, a Linux in a directory, an ordinary user, a pseudo terminal."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from microderm_ctl.doctor.check import Check, Subject
from microderm_ctl.doctor.linux import System

NOW_S = 1_780_000_000  # 2026-05-28
NOBODY = 65_534


def usb(
    device: str, vid: int | None = 0x1209, pid: int | None = 0x0001, product: str | None = "microderm wand", serial: str = "MD-1"
) -> Any:
    """Return a port as pyserial lists it."""
    return SimpleNamespace(device=device, vid=vid, pid=pid, product=product, serial_number=serial)


def subject(data_dir: Path, port: str | None = None, serial: str | None = None, now_s: int = NOW_S) -> Subject:
    """Return what is to be looked at."""
    return Subject(now_s, now_s, data_dir, port, serial)


def linux(folder: Path, programs: Iterable[str] = (), rules: dict[str, str] | None = None, has_udev: bool = True) -> System:
    """Return a Linux with these programs running and these rules in /etc."""
    for number, name in enumerate(programs, start=100):
        (folder / "proc" / str(number)).mkdir(parents=True)
        (folder / "proc" / str(number) / "comm").write_text(f"{name}\n")
    if has_udev:
        (folder / "etc" / "udev" / "rules.d").mkdir(parents=True, exist_ok=True)
        (folder / "run").mkdir(exist_ok=True)
    for name, text in (rules or {}).items():
        (folder / "etc" / "udev" / "rules.d" / name).write_text(text)
    return System(folder / "proc", (folder / "etc",), folder / "run", folder / "usb")


def by_id(checks: Iterable[Check]) -> dict[str, Check]:
    """Return checks by their ids, the last of each."""
    return {check.id: check for check in checks}


def told(check: Check) -> str:
    """Return all that a check says."""
    return " ".join((check.found, check.means, check.fix, *check.lines))


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Be nobody in particular for the time of the body, where the tests run as root; root may do everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
