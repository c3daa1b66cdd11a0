"""Which ports are there, and why each is or is not a wand; none is opened here."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from microderm_ctl.doctor.check import Check, Result, Subject, Target, said
from microderm_ctl.doctor.linux import System, usb_without_port
from microderm_ctl.errors import FileProblem
from microderm_ctl.texts import doctor as texts

if TYPE_CHECKING:
    from microderm_ctl.link.ports import SeenPort
    from microderm_ctl.records.running import RunningSimulator

SIM: Final = "sim"
RASPBERRY_PI: Final = 0x2E8A
"""Of a Pico with another program, or with none."""
_ID: Final = "wands"
_TITLE: Final = "Wands"


def ports() -> Iterator[Check]:
    """Yield each serial port of this computer; those that are not on USB in one line."""
    from microderm_ctl.link.ports import seen

    built_in = []
    for port in seen():
        if port.vendor_id is None and not port.is_wand:
            built_in.append(port.spec)
        else:
            yield Check("port", port.spec, f"Port {port.spec}", Result.OK, why(port))
    if built_in:
        yield said("port", f"Port {_some(sorted(built_in))}", Result.OK, texts.PORTS_BUILT_IN)


def why(port: "SeenPort") -> str:
    """Return why a port is a wand, or why not."""
    from microderm_ctl.link.ports import PRODUCT, PRODUCT_ID, VENDOR_ID

    identity, wanted = usb_id(port.vendor_id, port.product_id), usb_id(VENDOR_ID, PRODUCT_ID)
    words = texts.PORT_IS_OTHER
    if port.is_wand:
        words = texts.PORT_IS_WAND
    elif identity == wanted:
        return texts.PORT_SAME_ID[0].format(id=identity, product=port.product or "", wanted=PRODUCT)
    elif port.vendor_id is None:
        words = texts.PORTS_BUILT_IN
    elif port.vendor_id == RASPBERRY_PI:
        words = texts.PORT_IS_BOARD
    return words[0].format(id=identity, wanted=wanted, product=port.product or PRODUCT, serial=port.serial or "unknown")


def usb_id(vendor: int | None, product: int | None) -> str:
    """Return a USB id as it is written everywhere: ``1209:0001``."""
    return f"{vendor or 0:04x}:{product or 0:04x}"


def _some(names: list[str], most: int = 3) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def targets(subject: Subject, system: System) -> tuple[list[Check], list[Target]]:
    """Return the wands that are to be looked at: the one that was asked for, else all; and what there is to say of that."""
    if subject.port == SIM:
        return [], [Target(subject.virtual, SIM, True)]
    from microderm_ctl.link.ports import seen

    known, simulators = seen(), _running(subject)
    if subject.port is not None:
        return _asked_for(subject.port, known, simulators)
    checks = [said("port", f"Port {one.port}", Result.OK, texts.PORT_IS_SIMULATED, about=one.port, serial=one.serial) for one in simulators]
    found = [(Target(port.spec, port.spec, on_usb=True), port.serial) for port in known if port.is_wand]
    found += [(Target(one.port, one.port, True), one.serial) for one in simulators]
    if subject.serial is not None:
        found = [(target, serial) for target, serial in found if serial == subject.serial]
        if not found:
            return [*checks, said(_ID, _TITLE, Result.WRONG, texts.NO_SUCH_WAND, serial=subject.serial)], []
    if not any(not target.simulated for target, _ in found) and sys.platform == "linux" and usb_without_port(system):
        checks.append(said(_ID, _TITLE, Result.WRONG, texts.NO_PORT_MADE, ("sudo modprobe cdc_acm",)))
    elif found:
        names = ", ".join(f"{serial or target.name}{' (SIMULATED)' if target.simulated else ''}" for target, serial in found)
        checks.append(said(_ID, _TITLE, Result.OK, texts.WANDS, count=len(found), names=names))
    else:
        checks.append(said(_ID, _TITLE, Result.WARN, texts.NO_WAND))
    return checks, [target for target, _ in found]


def _asked_for(spec: str, known: "list[SeenPort]", simulators: "tuple[RunningSimulator, ...]") -> tuple[list[Check], list[Target]]:
    listed = next((port for port in known if port.spec == spec), None)
    if listed is not None and not listed.is_wand:
        return [said(_ID, _TITLE, Result.WRONG, texts.STRANGER, about=spec, why=why(listed), port=spec)], []
    simulated = spec.startswith("sim:") or any(one.port == spec for one in simulators)
    return [], [Target(spec, spec, simulated, listed is not None)]


def _running(subject: Subject) -> "tuple[RunningSimulator, ...]":
    from microderm_ctl.records.running import running_simulators

    try:
        return running_simulators(subject.data_dir)
    except FileProblem:  # the check of the data directory tells
        return ()
