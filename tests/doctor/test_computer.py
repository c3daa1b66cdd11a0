"""Python, packages and the time zone."""

import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from microderm_ctl.doctor import computer
from microderm_ctl.doctor.check import Result
from tests.doctor.parts import NOW_S

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_what_is_needed_is_what_the_project_says() -> None:
    wanted = {Requirement(line).name: str(Requirement(line).specifier) for line in PROJECT["dependencies"]}
    assert {package.name: f">={'.'.join(map(str, package.least))}" for package in computer.PACKAGES} == wanted
    assert SpecifierSet(PROJECT["requires-python"]) == SpecifierSet(f">={'.'.join(map(str, computer.PYTHON_LEAST))}")


@pytest.mark.parametrize(("version", "result"), [((3, 10, 14), Result.WRONG), ((3, 11), Result.OK), ((3, 14, 1), Result.OK)])
def test_an_old_python_is_told(version: tuple[int, ...], result: Result) -> None:
    (check,) = computer.python(version)
    assert (check.result, bool(check.fix)) == (result, result is Result.WRONG)


def test_the_packages_here_load_and_are_named_with_their_versions() -> None:
    (check,) = computer.packages()
    assert check.result is Result.OK
    assert all(package.name in check.found for package in computer.PACKAGES)


def test_a_package_that_is_missing_old_or_another_one_is_told_with_the_line_that_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "other_serial", ModuleType("other_serial"))
    needed = (
        computer.Package("no-such-package", "no_such_module", "x", (1,)),
        computer.Package("pyserial", "other_serial", "serial_for_url", (3, 5)),
        computer.Package("click", "click", "Group", (99,)),
        computer.Package("construct", "construct", "Struct", (2, 10, 70)),
    )
    missing, other, old = computer.packages(needed)
    assert (missing.result, other.result, old.result) == (Result.WRONG, Result.WRONG, Result.WARN)
    assert missing.lines == (f"{sys.executable} -m pip install --force-reinstall 'no-such-package>=1'",)
    assert "not pyserial" in other.found
    assert "99 or newer" in old.found


def test_a_package_that_breaks_on_loading_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "breaks_here.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    (check,) = computer.packages((computer.Package("breaks", "breaks_here", "x", ()),))
    assert "ZeroDivisionError" in check.found


@pytest.mark.parametrize(
    ("name", "result"),
    [("", Result.OK), ("UTC", Result.OK), ("Europe/Vienna", Result.OK), (":Europe/Vienna", Result.OK), ("CET-1CEST", Result.OK),
     ("Europe/Brelin", Result.WARN), ("../nothing", Result.WARN)],
)  # fmt: skip
def test_a_zone_that_the_computer_does_not_know_is_told(name: str, result: Result) -> None:
    (check,) = computer.zone(NOW_S, name)
    assert check.result is result


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no root")
@pytest.mark.parametrize(("user", "name", "warned"), [(0, "ana", True), (0, "root", False), (0, None, False), (1000, "ana", False)])
def test_who_typed_sudo_is_told(monkeypatch: pytest.MonkeyPatch, user: int, name: str | None, warned: bool) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user)
    monkeypatch.delenv("SUDO_USER", raising=False)
    if name is not None:
        monkeypatch.setenv("SUDO_USER", name)
    assert [check.result for check in computer.user()] == [Result.WARN] * warned
