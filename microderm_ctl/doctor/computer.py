"""The program's own ground: Python and packages, really imported, and the time zone."""

import os
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Final, NamedTuple

from microderm_ctl.doctor.check import Check, Result, said
from microderm_ctl.texts import doctor as texts

Version = tuple[int, ...]

PYTHON_LEAST: Final[Version] = (3, 11)


class Package(NamedTuple):
    """A package that the program needs: its name, what is imported, a name that only the right one has, the least version."""

    name: str
    module: str
    has: str
    least: Version


PACKAGES: Final = (
    Package("click", "click", "Group", (8, 1)),
    Package("construct", "construct", "Struct", (2, 10, 70)),
    Package("jinja2", "jinja2", "Environment", (3, 1)),
    Package("leather", "leather", "Chart", (0, 4)),
    Package("platformdirs", "platformdirs", "user_data_path", (4,)),
    Package("pyserial", "serial", "serial_for_url", (3, 5)),
    Package("rich", "rich.live", "Live", (13, 7)),
)
"""As pyproject.toml has them; a test compares the two."""
_PROTOCOL: Final = Package("microderm_protocol", "microderm_protocol", "TABLE_HASH", ())
_POSIX_ZONE: Final = re.compile(r"(<[^>]+>|[A-Za-z]{3,})[+-]?\d")


def python(version: Version | None = None) -> Iterator[Check]:
    """Yield whether this Python is new enough."""
    have = tuple(sys.version_info[:3]) if version is None else version
    is_enough = have >= PYTHON_LEAST
    yield said(
        "python",
        "Python",
        Result.OK if is_enough else Result.WRONG,
        texts.PYTHON if is_enough else texts.PYTHON_OLD,
        version=_dotted(have),
        program=sys.executable,
        needed=_dotted(PYTHON_LEAST),
    )


def user() -> Iterator[Check]:
    """Yield a warning where this runs as root for somebody else."""
    if sys.platform == "win32":
        return
    if os.geteuid() == 0 and os.environ.get("SUDO_USER", "root") != "root":
        yield said("user", "User", Result.WARN, texts.WITH_SUDO)


def packages(needed: tuple[Package, ...] = (*PACKAGES, _PROTOCOL)) -> Iterator[Check]:
    """Yield each package that does not load, is another one, or too old; one line for all when all is well."""
    import sqlite3

    trouble = False
    versions = [f"SQLite {sqlite3.sqlite_version}"]
    for package in needed:
        version = _version(package.name)
        if (check := _package(package, version)) is not None:
            trouble = True
            yield check
        elif version:
            versions.append(f"{package.name} {version}")
    if not trouble:
        yield said("packages", "Packages", Result.OK, texts.PACKAGES, versions=", ".join(sorted(versions, key=str.casefold)))


def _package(package: Package, version: str) -> Check | None:
    title, install = f"Package {package.name}", (f"{sys.executable} -m pip install --force-reinstall '{_requirement(package)}'",)
    try:
        module = import_module(package.module)
    except Exception as error:  # a broken package may raise anything
        cause = f"{type(error).__name__}: {error}"
        return said("packages", title, Result.WRONG, texts.PACKAGE_BROKEN, install, name=package.name, cause=cause)
    if not hasattr(module, package.has):
        return said("packages", title, Result.WRONG, texts.PACKAGE_STRANGE, install, module=package.module, name=package.name)
    if version and _numbers(version) < package.least:
        needed = _dotted(package.least)
        return said("packages", title, Result.WARN, texts.PACKAGE_OLD, install, name=package.name, version=version, needed=needed)
    return None


def _requirement(package: Package) -> str:
    return f"{package.name}>={_dotted(package.least)}" if package.least else "microderm-ctl"


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _numbers(version: str) -> Version:
    """Return the leading numbers of a version: ``2.10.70rc1`` is (2, 10, 70)."""
    found = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def _dotted(version: Version) -> str:
    return ".".join(str(part) for part in version)


def zone(now_s: int, name: str | None = None) -> Iterator[Check]:
    """Yield the zone in which times are shown; ``name`` is what TZ says."""
    from datetime import UTC, datetime

    name = os.environ.get("TZ", "") if name is None else name
    if name and not _is_zone(name.removeprefix(":")):
        yield said("time-zone", "Time zone", Result.WARN, texts.ZONE_UNKNOWN, name=name)
        return
    local = datetime.fromtimestamp(now_s, UTC).astimezone()
    offset = f"{local:%z}"
    yield said("time-zone", "Time zone", Result.OK, texts.ZONE, name=local.tzname(), offset=f"{offset[:3]}:{offset[3:]}")


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo, available_timezones

    if _POSIX_ZONE.match(name) or name.startswith("/") or not available_timezones():
        return True
    try:
        ZoneInfo(name)
    except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError
        return False
    except KeyError:
        return False
    return True
