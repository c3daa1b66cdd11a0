"""``microderm bench setup``: who issues the certificates of this bench."""

from collections.abc import Iterator
from typing import NamedTuple

import click

from microderm_ctl.bench.certificate.document import Laboratory
from microderm_ctl.cli.bench import laboratory
from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report


class BenchSetup(NamedTuple):
    """A bench: its id, which is part of its certificates' numbers, and who issues them."""

    bench: str
    laboratory: Laboratory


@command("setup", help="say who issues the certificates of this bench; certificates from now on carry it",
         example="microderm bench setup --name 'Service centre' --address 'Street 1, Town' --place 'Bench 2'")  # fmt: skip
@click.option("--name", metavar="NAME", help="of the laboratory or workshop")
@click.option("--address", metavar="TEXT", help="where it can be written to")
@click.option("--place", metavar="TEXT", help="where the work is done")
@click.option("--contact", metavar="TEXT", default="", help="telephone or e-mail")
@click.option("--practice", is_flag=True, help="for the certificates of simulated units")
def setup(call: Invocation, name: str | None, address: str | None, place: str | None, contact: str, practice: bool) -> Report:
    """Ask for what is not given, and keep it."""
    ask = call.ask
    told = Laboratory(
        name or ask.line("Name of the laboratory or workshop?", "--name"),
        address or ask.line("Address?", "--address"),
        place or ask.line("Where is the work done (room, bench)?", "--place"),
        contact,
    )
    store = call.store(practice)
    laboratory.keep(store, told, call.now_s(practice))
    return Report(BenchSetup(store.bench_id(), told), _lines)


def _lines(record: BenchSetup) -> Iterator[str]:
    told = record.laboratory
    yield f"Bench {record.bench}: certificates are issued by {told.name}, {told.address}; the work is done at {told.place}."
