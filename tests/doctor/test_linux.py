"""The rule, the programs that grab ports, and who may open one."""

import os
import struct
import sys
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from microderm_ctl.doctor import linux
from microderm_ctl.doctor.check import Check, Result, Target
from microderm_ctl.doctor.linux import System
from microderm_ctl.link.ports import PRODUCT, PRODUCT_ID, VENDOR_ID
from microderm_ctl.texts import doctor as texts
from tests.doctor.parts import linux as a_linux
from tests.doctor.parts import ordinary_user, subject, told

if sys.platform != "linux":
    pytest.skip("only Linux has udev", allow_module_level=True)

SHIPPED = linux.RULE_FILE.read_text(encoding="utf-8")
WAND = Target("/dev/null", "/dev/null", on_usb=True)


def judged(system: System, folder: Path, targets: tuple[Target, ...] = (), port: str | None = None) -> Check:
    (check,) = linux.rule(system, subject(folder, port), targets)
    return check


def test_the_shipped_rule_is_for_a_wand_and_sorts_in_time() -> None:
    assert linux.RULE_FILE.name < linux.LATE
    rules = [line for line in SHIPPED.splitlines() if line and not line.startswith("#")]
    assert len(rules) == 2
    for line in rules:
        assert f'=="{VENDOR_ID:04x}"' in line
        assert f'=="{PRODUCT_ID:04x}"' in line
        assert f'{{product}}=="{PRODUCT}"' in line
        assert 'ENV{ID_MM_DEVICE_IGNORE}="1"' in line
    assert 'TAG+="uaccess"' in rules[1]


def test_a_missing_rule_is_shown_with_the_lines_that_install_it(tmp_path: Path) -> None:
    check = judged(a_linux(tmp_path), tmp_path)
    assert check.result is Result.WARN
    assert check.lines == (f"sudo cp {linux.RULE_FILE} /etc/udev/rules.d/", "sudo udevadm control --reload")


def test_a_rule_in_place_is_enough(tmp_path: Path) -> None:
    assert judged(a_linux(tmp_path, rules={"70-microderm.rules": SHIPPED}), tmp_path).result is Result.OK


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("99-microderm.rules", SHIPPED, "sorts after"),
        ("70-microderm.rules", SHIPPED.replace('ENV{ID_MM_DEVICE_IGNORE}="1"', ""), "not the one"),
    ],
)
def test_a_rule_that_comes_late_or_is_another_is_told(tmp_path: Path, name: str, text: str, word: str) -> None:
    check = judged(a_linux(tmp_path, rules={name: text}), tmp_path)
    assert (check.result, word in check.found) == (Result.WARN, True)


def test_a_rule_for_something_else_is_none(tmp_path: Path) -> None:
    other = 'ATTRS{idVendor}=="1234", TAG+="uaccess"\n# ATTRS{idVendor}=="1209" TAG+="uaccess"\n'
    assert "not installed" in judged(a_linux(tmp_path, rules={"60-other.rules": other}), tmp_path).found


def test_a_wand_that_opens_anyway_needs_no_rule_unless_modem_software_runs(tmp_path: Path) -> None:
    assert judged(a_linux(tmp_path / "calm"), tmp_path, (WAND,)).result is Result.OK
    assert judged(a_linux(tmp_path / "modems", ["ModemManager"]), tmp_path, (WAND,)).result is Result.WARN
    assert judged(a_linux(tmp_path / "sim"), tmp_path, (), "sim").result is Result.OK


def test_without_udev_there_is_nothing_to_check(tmp_path: Path) -> None:
    assert judged(a_linux(tmp_path, has_udev=False), tmp_path).result is Result.UNCHECKED


def modems(system: System, targets: tuple[Target, ...]) -> Check:
    (check,) = linux.modems(system, targets)
    return check


def test_modem_software_matters_only_while_it_runs_and_nothing_holds_it_back(tmp_path: Path) -> None:
    assert modems(a_linux(tmp_path / "1", ["bash"]), (WAND,)).result is Result.OK
    assert modems(a_linux(tmp_path / "2", ["ModemManager"]), ()).result is Result.OK
    grabs = modems(a_linux(tmp_path / "3", ["bash", "ModemManager"]), (WAND,))
    assert (grabs.result, grabs.lines) == (Result.WARN, linux.install_lines())
    told_off = modems(a_linux(tmp_path / "4", ["ModemManager"], {"70-microderm.rules": SHIPPED}), (WAND,))
    assert (told_off.result, "leave the wand alone" in told_off.found) == (Result.OK, True)


def test_udevs_own_notes_of_the_port_are_proof_enough(tmp_path: Path) -> None:
    system = a_linux(tmp_path, ["ModemManager"])
    number = Path("/dev/null").stat().st_rdev
    notes = system.udev / "data" / f"c{os.major(number)}:{os.minor(number)}"
    notes.parent.mkdir()
    notes.write_text("E:ID_MM_DEVICE_IGNORE=0\nG:uaccess\n")
    assert modems(system, (WAND,)).result is Result.WARN
    notes.write_text("E:ID_MM_DEVICE_IGNORE=1\nG:uaccess\n")
    assert modems(system, (WAND,)).result is Result.OK


@pytest.mark.parametrize(
    ("programs", "rule", "result"),
    [
        (["bash"], 'ENV{PRODUCT}=="1209/1/*", GOTO="brltty"', Result.OK),
        (["brltty"], 'ENV{PRODUCT}=="403/de58/*", GOTO="brltty"', Result.OK),
        (["brltty"], 'ENV{PRODUCT}=="1209/1/*", GOTO="brltty"', Result.WARN),
        (["brltty"], '# ENV{PRODUCT}=="1209/1/*"', Result.OK),
    ],
)
def test_braille_software_matters_only_where_it_claims_the_id(tmp_path: Path, programs: list[str], rule: str, result: Result) -> None:
    (check,) = linux.braille(a_linux(tmp_path, programs, {"85-brltty.rules": rule}))
    assert check.result is result


def test_a_wand_on_usb_is_seen_without_a_port(tmp_path: Path) -> None:
    system = a_linux(tmp_path)
    assert not linux.usb_without_port(system)
    device = system.usb / "1-1"
    device.mkdir(parents=True)
    for name, text in (("idVendor", "1209"), ("idProduct", "0001"), ("product", "CDC gadget")):
        (device / name).write_text(f"{text}\n")
    assert not linux.usb_without_port(system)
    (device / "product").write_text("microderm wand\n")
    assert linux.usb_without_port(system)


def test_who_is_let_in_by_name_is_read_from_the_acl() -> None:
    entries = [(0x01, 6, 0xFFFF_FFFF), (0x02, 6, 1000), (0x02, 4, 1001), (0x04, 6, 20), (0x10, 6, 0xFFFF_FFFF)]
    packed = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    assert linux.parse_acl(packed) == {1000}
    assert linux.parse_acl(packed[:-3]) == {1000}
    assert linux.parse_acl(b"") == linux.parse_acl(b"\x07\0\0\0" + packed[4:]) == frozenset()


def test_why_one_may_use_a_port(tmp_path: Path, mocker: MockerFixture) -> None:
    def why(mode: int = 0o660, user: int = 1000, groups: tuple[int, ...] = (), acl: frozenset[int] = frozenset()) -> str:
        port.chmod(mode)
        mocker.patch("os.geteuid", return_value=user)
        mocker.patch("os.getgroups", return_value=list(groups))
        mocker.patch("microderm_ctl.doctor.linux.acl_users", return_value=acl)
        check = linux.access(str(port))
        return check.found if check else ""

    port = tmp_path / "port"
    port.touch()
    status = port.stat()
    other = status.st_uid + 1_000
    assert texts.ACCESS_ROOT in why(user=0)
    assert status.st_uid == 0 or texts.ACCESS_OWNER in why(user=status.st_uid)
    assert texts.ACCESS_SEAT in why(user=other, acl=frozenset({other}))
    assert texts.ACCESS_GROUP.split("{")[0] in why(user=other, groups=(status.st_gid,))
    assert texts.ACCESS_ALL in why(mode=0o666, user=other)
    assert linux.access(str(tmp_path / "nothing")) is None


class Forbidden:
    """A port of root and a group, and an ordinary user before it."""

    def __init__(self, folder: Path, mocker: MockerFixture, group: str = "dialout", joined: bool = False) -> None:
        self.port = folder / "port"
        self.port.touch()
        self.port.chmod(0o600)
        mocker.patch("microderm_ctl.doctor.linux._group", return_value=group)
        mocker.patch("microderm_ctl.doctor.linux._has_joined", return_value=joined)
        mocker.patch("os.getgroups", return_value=[])
        mocker.patch.dict("os.environ", clear=False)
        os.environ.pop("SSH_CONNECTION", None)

    def check(self, system: System, on_usb: bool = True) -> Check:
        with ordinary_user():
            return linux.forbidden(Target(str(self.port), str(self.port), on_usb=on_usb), system)


def test_without_permission_the_rule_is_the_way(open_folder: Path, mocker: MockerFixture) -> None:
    check = Forbidden(open_folder, mocker).check(a_linux(open_folder / "os"))
    assert (check.result, check.lines) == (Result.WRONG, linux.install_lines())
    assert "dialout" in check.found


def test_where_the_rule_is_there_the_plug_is_the_way(open_folder: Path, mocker: MockerFixture) -> None:
    check = Forbidden(open_folder, mocker).check(a_linux(open_folder / "os", rules={"70-microderm.rules": SHIPPED}))
    assert "plug it in again" in told(check)
    assert check.lines == ()


def test_from_afar_the_group_is_the_way(open_folder: Path, mocker: MockerFixture) -> None:
    forbidden = Forbidden(open_folder, mocker)
    os.environ["SSH_CONNECTION"] = "10.0.0.2 50000 10.0.0.1 22"
    assert forbidden.check(a_linux(open_folder / "os")).lines == ('sudo usermod -aG dialout "$USER"',)


def test_who_has_joined_has_to_log_in_anew(open_folder: Path, mocker: MockerFixture) -> None:
    check = Forbidden(open_folder, mocker, joined=True).check(a_linux(open_folder / "os"))
    assert ("Log out" in check.fix, check.lines) == (True, ())


def test_the_rule_is_not_offered_for_what_it_would_not_open(open_folder: Path, mocker: MockerFixture) -> None:
    system = a_linux(open_folder / "os")
    assert Forbidden(open_folder, mocker).check(system, on_usb=False).lines == ('sudo usermod -aG dialout "$USER"',)
    assert Forbidden(open_folder, mocker, group="root").check(system, on_usb=False).lines == ()
    assert Forbidden(open_folder, mocker, group="root").check(system).lines == linux.install_lines()


def test_this_computers_programs_are_seen() -> None:
    assert Path("/proc/self/comm").read_text(encoding="utf-8").strip() in linux.running(System())
