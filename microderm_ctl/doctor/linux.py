"""What Linux has to say of a port: the udev rule, who may open it, and the programs that grab new ports."""

import os
import re
import shlex
import struct
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from microderm_ctl.doctor.check import Check, Result, Subject, Target, said
from microderm_ctl.texts import doctor as texts

RULE_FILE: Final = Path(__file__).parent / "70-microderm.rules"
LATE: Final = "73-seat-late.rules"
"""Turns the tag ``uaccess`` into access; rules that set the tag must sort before it."""
PLACES: Final = tuple(Path(place) for place in ("/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"))
BRAILLE: Final = "brltty"
MODEMS: Final = "ModemManager"
BRAILLE_LINES: Final = (f"sudo systemctl stop {BRAILLE}",)
_OUR_ID: Final = re.compile(r'ATTRS?\{idVendor\}=="1209"')
_BRAILLE_ID: Final = re.compile(r'"1209/0*1/|ATTRS?\{idVendor\}=="1209"')
_IGNORED: Final = "E:ID_MM_DEVICE_IGNORE=1"
_ACL_NAME: Final = "system.posix_acl_access"
_ACL_VERSION: Final = 2
_ACL_USER: Final = 2
_READ_WRITE: Final = 6


class System(NamedTuple):
    """Where Linux keeps what is asked here; tests have their own."""

    processes: Path = Path("/proc")
    places: tuple[Path, ...] = PLACES
    udev: Path = Path("/run/udev")
    usb: Path = Path("/sys/bus/usb/devices")


def install_lines() -> tuple[str, ...]:
    """Return what to type to install the rule."""
    return (
        f"sudo cp {shlex.quote(str(RULE_FILE))} /etc/udev/rules.d/",
        "sudo udevadm control --reload",
    )


def rule(system: System, subject: Subject, targets: Sequence[Target]) -> Iterator[Check]:
    """Yield whether the udev rule is in place, under a name that is read in time, and if not, whether it is missed."""
    id_, title = "udev-rule", "Rule for Linux"
    if sys.platform != "linux":
        yield said(id_, title, Result.OK, texts.RULE_NOT_HERE)
        return
    path = installed_rule(system)
    if path is None:
        yield _no_rule(system, id_, title, subject, targets)
    elif path.name >= LATE:
        yield said(id_, title, Result.WARN, texts.RULE_LATE, (f"sudo rm {shlex.quote(str(path))}", *install_lines()), path=path)
    elif _rules(path) != _rules(RULE_FILE):
        yield said(id_, title, Result.WARN, texts.RULE_OTHER, install_lines(), path=path)
    else:
        yield said(id_, title, Result.OK, texts.RULE, path=path)


def _no_rule(system: System, id_: str, title: str, subject: Subject, targets: Sequence[Target]) -> Check:
    if not (system.udev.is_dir() or any((place / "udev").is_dir() for place in system.places)):
        return said(id_, title, Result.UNCHECKED, texts.RULE_NO_UDEV)
    wands = [target.spec for target in targets if target.on_usb]
    is_open = all(os.access(spec, os.R_OK | os.W_OK) for spec in wands)
    if (targets or subject.port is not None) and is_open and MODEMS not in running(system):
        return said(id_, title, Result.OK, texts.RULE_NOT_MISSED)
    return said(id_, title, Result.WARN, texts.RULE_MISSING, install_lines())


def installed_rule(system: System) -> Path | None:
    """Return the file with a rule for the wand that udev reads first; None where there is none."""
    found = [path for path in _rule_files(system, "*") if _OUR_ID.search("\n".join(_rules(path))) and "uaccess" in _text(path)]
    return min(found, key=lambda path: path.name, default=None)


def _rule_files(system: System, pattern: str) -> Iterator[Path]:
    for place in system.places:
        yield from sorted((place / "udev" / "rules.d").glob(f"{pattern}.rules"))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _rules(path: Path) -> list[str]:
    lines = (line.strip() for line in _text(path).splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def running(system: System) -> dict[str, int]:
    """Return the programs that run, each with the id of one of its processes."""
    found = {}
    for folder in system.processes.iterdir() if system.processes.is_dir() else ():
        if folder.name.isdecimal() and (name := _text(folder / "comm").strip()):
            found[name] = int(folder.name)
    return found


def modems(system: System, targets: Iterable[Target]) -> Iterator[Check]:
    """Yield whether ModemManager runs, and whether it would take one of these wands for a modem."""
    if sys.platform != "linux":
        return
    result, words = Result.OK, texts.MODEMS_NOT_RUNNING
    devices = [target.spec for target in targets if target.on_usb]
    if MODEMS in running(system):
        if installed_rule(system) or (devices and all(_is_ignored(system, spec) for spec in devices)):
            words = texts.MODEMS_TOLD
        elif devices:
            result, words = Result.WARN, texts.MODEMS_GRAB
        else:
            words = texts.MODEMS_HARMLESS
    yield said("modem-manager", MODEMS, result, words, install_lines() if result is Result.WARN else ())


def _is_ignored(system: System, spec: str) -> bool:
    """Say whether udev's own notes of a port tell ModemManager to leave it alone."""
    if sys.platform == "win32":
        return False
    try:
        number = Path(spec).stat().st_rdev
    except OSError:
        return False
    return _IGNORED in _text(system.udev / "data" / f"c{os.major(number)}:{os.minor(number)}").splitlines()


def braille(system: System) -> Iterator[Check]:
    """Yield whether brltty runs, and whether it claims what has the USB id of a wand."""
    if sys.platform != "linux":
        return
    result, words, path = Result.OK, texts.BRAILLE_NOT_RUNNING, Path()
    if BRAILLE in running(system):
        words = texts.BRAILLE_HARMLESS
        for path in _rule_files(system, f"*{BRAILLE}*"):
            if any(_BRAILLE_ID.search(line) for line in _rules(path)):
                result, words = Result.WARN, texts.BRAILLE_GRABS
                break
    yield said("brltty", BRAILLE, result, words, BRAILLE_LINES if result is Result.WARN else (), path=path)


def usb_without_port(system: System) -> bool:
    """Say whether a wand is on USB as the kernel sees it; asked where no port is."""
    for folder in system.usb.glob("*") if system.usb.is_dir() else ():
        identity = (_text(folder / "idVendor").strip(), _text(folder / "idProduct").strip(), _text(folder / "product").strip())
        if identity == ("1209", "0001", "microderm wand"):
            return True
    return False


def access(spec: str) -> Check | None:
    """Return why this user may open a port that has just been opened."""
    if sys.platform == "win32":
        return None
    try:
        status = Path(spec).stat()
    except OSError:
        return None
    if os.geteuid() == 0:
        why = texts.ACCESS_ROOT
    elif status.st_uid == os.geteuid():
        why = texts.ACCESS_OWNER
    elif os.geteuid() in acl_users(spec):
        why = texts.ACCESS_SEAT
    elif status.st_gid in os.getgroups():
        why = texts.ACCESS_GROUP.format(group=_group(status.st_gid))
    else:
        why = texts.ACCESS_ALL
    return said("permission", f"Permission for {spec}", Result.OK, texts.ACCESS, about=spec, why=why)


def forbidden(target: Target, system: System) -> Check:
    """Return why this user may not open a port, and the shortest way to it."""
    spec, title = target.spec, f"Permission for {target.spec}"
    if sys.platform != "linux":
        return said("permission", title, Result.WRONG, texts.FORBIDDEN_ELSEWHERE, about=spec)
    try:
        status = Path(spec).stat()
    except OSError:
        return said("permission", title, Result.WRONG, texts.FORBIDDEN_ELSEWHERE, about=spec)
    group = _group(status.st_gid)
    join = (f'sudo usermod -aG {group} "$USER"',)
    words, lines = texts.FORBIDDEN, install_lines()
    if group == "root":
        words, lines = (words, lines) if target.on_usb else (texts.FORBIDDEN_ELSEWHERE, ())
    elif _has_joined(group) and status.st_gid not in os.getgroups():
        words, lines = texts.FORBIDDEN_IN_GROUP, ()
    elif not target.on_usb:
        words, lines = texts.FORBIDDEN_PORT, join
    elif os.environ.get("SSH_CONNECTION"):
        words, lines = texts.FORBIDDEN_FROM_AFAR, join
    elif installed_rule(system) is not None:
        words, lines = texts.FORBIDDEN_RULE_THERE, ()
    return said("permission", title, Result.WRONG, words, lines, about=spec, owner=_user(status.st_uid), group=group)


def acl_users(spec: str) -> frozenset[int]:
    """Return the users to whom a file is opened by name, as ``uaccess`` does it: those with reading and writing in its ACL."""
    if sys.platform != "linux":
        return frozenset()
    try:
        packed = os.getxattr(spec, _ACL_NAME)
    except OSError:
        return frozenset()
    return parse_acl(packed)


def parse_acl(packed: bytes) -> frozenset[int]:
    """Return the users with reading and writing in an ACL as the kernel packs it: a version, then tag, rights and id of each entry."""
    if len(packed) < 4 or struct.unpack_from("<I", packed)[0] != _ACL_VERSION:
        return frozenset()
    entries = struct.iter_unpack("<HHI", packed[4 : 4 + (len(packed) - 4) // 8 * 8])
    return frozenset(user for tag, rights, user in entries if tag == _ACL_USER and rights & _READ_WRITE == _READ_WRITE)


def _group(number: int) -> str:
    if sys.platform == "win32":
        return str(number)
    import grp

    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


def _user(number: int) -> str:
    if sys.platform == "win32":
        return str(number)
    import pwd

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _has_joined(group: str) -> bool:
    """Say whether the list of groups has this user in a group, whatever this login has."""
    if sys.platform == "win32":
        return False
    import grp

    try:
        return _user(os.geteuid()) in grp.getgrnam(group).gr_mem
    except KeyError:
        return False
