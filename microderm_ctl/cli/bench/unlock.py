"""``microderm bench unlock``: try the service key on a unit, and keep it in the keyring of the system."""

from collections.abc import Iterator
from typing import NamedTuple

import click

from microderm_ctl.cli.bench.keys import forget_key, keep_key, typed_key
from microderm_ctl.cli.bench.station import opened, unit_option
from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.errors import UsageProblem


class Unlocked(NamedTuple):
    """Whether the key opened SERVICE of a unit, and whether the keyring keeps it now. ``serial`` is none where no unit was tried."""

    serial: str | None
    simulated: bool
    opened: bool
    kept: bool


@command("unlock", help="try the service key on a unit; --keep puts it into the keyring, so that it is not typed each time",
         example="microderm bench unlock --keep")  # fmt: skip
@unit_option
@click.option("--keep", is_flag=True, help="keep the key in the keyring of this computer, once it has opened a real unit")
@click.option("--forget", is_flag=True, help="take the key out of the keyring, and do nothing else")
def unlock(call: Invocation, label: str | None, keep: bool, forget: bool) -> Report:
    """Open SERVICE with the key and the button, and close it again."""
    if forget:
        if keep:
            raise UsageProblem("--keep and --forget do not go together.")
        forget_key()
        return Report(Unlocked(None, False, False, False), _lines)
    with opened(call, label) as station:
        if keep and station.is_simulated:
            raise UsageProblem(
                "This unit is SIMULATED. Its key is no secret, and is not kept.", "Leave out --keep, or plug in a real unit."
            )
        text = typed_key(call) if keep else ""
        station.unlock_with(text)
        station.unit.leave()
        serial, is_simulated = station.unit.serial, station.is_simulated
    if keep:
        keep_key(text)
    return Report(Unlocked(serial, is_simulated, True, keep), _lines)


def _lines(record: Unlocked) -> Iterator[str]:
    if record.serial is None:
        yield "The keyring holds no service key any more."
        return
    mark = " (SIMULATED)" if record.simulated else ""
    yield f"The key and the button opened unit {record.serial}{mark}; it is closed again."
    if record.kept:
        yield "The key is in the keyring of this computer. 'microderm bench unlock --forget' takes it out."
