"""``microderm bench sync``: finished work goes to the database that benches share, and theirs comes from it."""

from collections.abc import Iterator
from functools import partial
from types import ModuleType
from typing import NamedTuple

import click

from microderm_ctl.cli.bench.story import stores
from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.errors import FileProblem
from microderm_ctl.records.sync import Exchanged, exchange
from microderm_ctl.texts import bench_records as texts


class SyncRecord(NamedTuple):
    """What was exchanged with a database: for the store of real work, and for that of practice where there is one."""

    database: str
    benches: tuple[Exchanged, ...]


@command(
    "sync",
    help="send finished work to the PostgreSQL database of URL, and fetch what other benches did on the units known here",
    example="microderm bench sync postgresql://bench@server/bench",
)
@click.argument("url", metavar="URL")
@click.option("--unit", metavar="SERIAL", help="fetch what others did on this unit alone; it need not be known here")
def sync(call: Invocation, url: str, unit: str | None) -> Report:
    """Exchange rows with the shared database."""
    shared = _shared()
    if shared.holds_password(url):
        call.printer.note(texts.PASSWORD_SEEN)
    with shared.open_shared(url) as database:
        database.bring_up_to_date()
        tell = partial(call.printer.chat, 1)
        done = tuple(exchange(store, database, unit, tell) for store in stores(call))
        return Report(SyncRecord(database.name, done), _lines)


def _shared() -> ModuleType:
    """Return the module that needs psycopg, which is an extra.

    Raises:
        FileProblem: it is not installed, or finds no library of PostgreSQL.
    """
    try:
        from microderm_ctl.records import shared
    except ImportError as error:
        raise FileProblem(texts.NO_PSYCOPG.format(cause=error), texts.NO_PSYCOPG_HINT, {"cause": str(error)}) from error
    return shared


def _lines(record: SyncRecord) -> Iterator[str]:
    yield texts.SYNCED.format(database=record.database)
    for one in record.benches:
        mark = texts.MARK if one.simulated else ""
        yield texts.SENT.format(bench=one.bench, sent=one.sent, finished=one.finished, mark=mark)
        yield texts.FETCHED.format(units=len(one.units), fetched=one.fetched)
