"""Opening the wand that a command is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from microderm_ctl.cli.context import Invocation
from microderm_ctl.link.driver import Watcher
from microderm_ctl.wand import Wand

WIRE_LEVEL: Final = 2
"""With so many ``-v`` the wire is shown."""


@contextmanager
def connected(call: Invocation, accept_other_version: bool = False) -> Iterator[Wand]:
    """Open the wand that is meant, for the time of the body.

    Raises:
        NoWand, SeveralWands, PortProblem, WandSilent, WandGarbled, VersionMismatch: as their names say.
    """
    spec = call.spec()
    if call.options.verbose:
        call.printer.chat(1, f"opening {spec}{' (SIMULATED)' if call.chosen().simulated else ''}")
    watcher, serial = _watcher(call), call.options.serial
    with Wand.open(spec, serial, watcher=watcher, accept_other_version=accept_other_version) as wand:
        call.printer.chat(1, f"wand {wand.identity.serial}, program {wand.identity.firmware}, {wand.state}")
        yield wand
    call.printer.chat(1, "closed")


def _watcher(call: Invocation) -> Watcher | None:
    """Return who sees the wire: the screen, a recording, both or nobody."""
    if call.options.record is None and call.options.verbose < WIRE_LEVEL:
        return None
    from microderm_ctl.cli.record import recording, together

    watchers: list[Watcher] = []
    if call.options.record is not None:
        watchers.append(recording(call, call.options.record))
    if call.options.verbose >= WIRE_LEVEL:
        from microderm_ctl.cli.wire_trace import WireTrace

        watchers.append(WireTrace(call.printer))
    return together(watchers)
