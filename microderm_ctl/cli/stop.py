"""``microderm stop``: from any terminal, whoever holds the wand."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.errors import LinkLost, MicrodermError, PortBusy, SeveralWands
from microderm_ctl.texts import stopping as texts
from microderm_ctl.units import format_kpa

if TYPE_CHECKING:
    from microderm_ctl.records.lock import Holder

WAIT_MS: Final = 10_000
"""A stop takes 300 ms, its books a second; the rest is for a loaded computer."""
STEP_MS: Final = 20


class StopRecord(NamedTuple):
    """What was stopped: ``by`` is ``process`` (ours was asked to) or ``wire``; ``vented`` None if the wand cannot be asked."""

    by: str
    pid: int | None
    port: str
    serial: str
    vented: bool | None
    state: str | None
    vacuum_pa: int | None


@command("stop", help="stop the wand at once, from any terminal", example="microderm stop")
def stop(call: Invocation) -> Report:
    """Stop whatever runs: by asking our own process that holds the wand, else over the wire."""
    from microderm_ctl.records.lock import ask_to_stop

    holding = _holder(call)
    if holding is None:
        return Report(_over_wire(call), _lines)
    if ask_to_stop(holding):
        _wait_until_gone(call, holding)
    return Report(_look(call, holding), _lines)


def _holder(call: Invocation) -> "Holder | None":
    from microderm_ctl.records.lock import holders

    port, serial = call.options.port, call.options.serial
    if port is not None:
        port = call.chosen().spec
    fitting = [one for one in holders(call.data_dir()) if _is_port(port, one) and serial in (None, one.serial)]
    if len(fitting) > 1:
        listed = ", ".join(texts.IN_USE_ONE.format(serial=one.serial, port=one.port, pid=one.pid) for one in fitting)
        raise SeveralWands(texts.IN_USE.format(count=len(fitting), listed=listed), texts.CHOOSE)
    return fitting[0] if fitting else None


def _is_port(port: str | None, one: "Holder") -> bool:
    """Whether a holder is on a port; a wand inside a process has no port that two could name alike, only its number."""
    return port is None or port == one.port or (port.startswith("sim:") and one.port.startswith("sim:"))


def _wait_until_gone(call: Invocation, holding: "Holder") -> None:
    """Wait until a process has let go of its wand: it does so once the wand has vented and the record is written."""
    from microderm_ctl.records.lock import holders

    for _ in range(WAIT_MS // STEP_MS):
        if holding not in holders(call.data_dir()):
            return
        call.clock.sleep_ms(STEP_MS)
    raise PortBusy(
        texts.NOT_ENDED.format(pid=holding.pid, port=holding.port),
        texts.NOT_ENDED_HINT,
        {"pid": holding.pid, "port": holding.port, "serial": holding.serial},
    )


def _look(call: Invocation, holding: "Holder") -> StopRecord:
    """Ask the wand that a process of ours let go of; one that lived inside that process is gone with it."""
    record = StopRecord("process", holding.pid, holding.port, holding.serial, None, None, None)
    if holding.port.startswith("sim:"):
        return record._replace(vented=True)
    from microderm_ctl.wand import Wand

    for _ in range(WAIT_MS // STEP_MS):
        try:
            with Wand.open(holding.port, accept_other_version=True) as wand:
                reading = wand.reading
                if reading is None:
                    return record
                return record._replace(vented=reading.is_at_rest, state=reading.state, vacuum_pa=reading.vacuum_pa)
        except PortBusy:
            call.clock.sleep_ms(STEP_MS)  # the note goes first, the port right after
        except MicrodermError:
            return record
    return record


def _over_wire(call: Invocation) -> StopRecord:
    from microderm_ctl.cli.connect import connected

    with connected(call, accept_other_version=True) as wand:
        vented = wand.stop()
        if not vented:
            raise LinkLost(texts.NOT_VENTED, texts.NOT_VENTED_HINT)
        reading = wand.reading
        return StopRecord("wire", None, wand.port, wand.identity.serial, vented, wand.state, None if reading is None else reading.vacuum_pa)


def _lines(record: StopRecord) -> Iterator[str]:
    how = texts.ASKED.format(pid=record.pid) if record.pid is not None else ""
    yield texts.STOPPED.format(serial=record.serial, port=record.port, how=how)
    if record.vacuum_pa is not None:
        yield texts.AT_REST.format(vacuum=format_kpa(max(0, record.vacuum_pa))) if record.vented else texts.VENTING
    elif record.vented is None:
        yield texts.SILENT
