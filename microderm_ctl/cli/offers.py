"""What the shell offers for a word that is being typed: people, zones, treatments, ports and serial numbers.

Pressing Tab changes nothing and says nothing: no directory is made, no store is brought
up to date, no port is opened, and what cannot be read is not offered.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from microderm_ctl.cli import GIVEN
from microderm_ctl.cli.context import SIM, Options

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Offer = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]
Found = Iterable[tuple[str, str]]
"""Words, each with what it is."""

_PEOPLE: Final = "SELECT name, 'a profile' FROM persons ORDER BY id"
_TREATMENTS: Final = "SELECT t.id, p.name || ', ' || date(t.started_s, 'unixepoch') FROM treatments t JOIN persons p ON p.id = t.person_id"


def _offer(find: Callable[[Options, str], Found]) -> Offer:
    def offered(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        from click.shell_completion import CompletionItem

        options = Options.of(ctx.meta.get(GIVEN, {}), os.environ)
        try:
            found = list(find(options, incomplete))
        except Exception:  # somebody is typing: whatever is wrong is said when the command runs
            return []
        return [CompletionItem(word, help=what) for word, what in found if word.casefold().startswith(incomplete.casefold())]

    return offered


def _people(options: Options, _: str) -> Found:
    return ((name, what) for name, what in _rows(options, False, _PEOPLE))


def _treatments(options: Options, _: str) -> Found:
    for practice, prefix in ((False, ""), (True, "p")):
        yield from ((f"{prefix}{number}", what) for number, what in _rows(options, practice, _TREATMENTS))


def _rows(options: Options, practice: bool, sql: str) -> list[tuple[Any, Any]]:
    """Return the rows of a query on a store that is there; it is opened for reading alone."""
    import sqlite3

    from microderm_ctl.records.store import PRACTICE_NAME, STORE_NAME

    path = _directory(options) / (PRACTICE_NAME if practice else STORE_NAME)
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0.2)) as store:
        return store.execute(sql).fetchall()


def _directory(options: Options) -> Path:
    from platformdirs import user_data_path

    from microderm_ctl.records.files import APP_NAME

    return options.data_dir or user_data_path(APP_NAME, appauthor=False)


def _zones(_: Options, incomplete: str) -> Found:
    from microderm_ctl.safety.zones import GROUPS, TREATABLE

    before, comma = incomplete.rpartition(",")[:2]
    names = {**{zone.value: "a zone" for zone in TREATABLE}, **{name: f"{len(group)} zones" for name, group in GROUPS.items()}}
    return ((f"{before}{comma}{name}", what) for name, what in names.items() if name not in before.split(","))


def _ports(options: Options, _: str) -> Iterator[tuple[str, str]]:
    yield SIM, "the virtual wand"
    yield from ((one.spec, one.serial or "a wand") for one in _wands(options))


def _serials(options: Options, _: str) -> Found:
    return ((one.serial, one.spec) for one in _wands(options) if one.serial)


def _wands(options: Options) -> list[Any]:
    from microderm_ctl.link.ports import PortInfo, find
    from microderm_ctl.records.running import running_simulators

    return find(PortInfo(known.port, known.serial, True) for known in running_simulators(_directory(options)))


def directories(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Let the shell offer directories."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="dir")]


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Let the shell offer files."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def hidden(params: Iterable[click.Parameter], incomplete: str) -> "list[CompletionItem]":
    """Return the options that help does not repeat, once their first letters are typed."""
    from click.shell_completion import CompletionItem

    if len(incomplete) < len("--x"):
        return []
    found = (one for one in params if isinstance(one, click.Option) and one.hidden)
    return [CompletionItem(name, help=one.help) for one in found for name in one.opts if name.startswith(incomplete)]


people: Final = _offer(_people)
"""The names of the profiles on this computer."""
treatments: Final = _offer(_treatments)
"""The numbers of the treatments; a ``p`` in front means practice."""
zones: Final = _offer(_zones)
"""The zones, also after a comma."""
ports: Final = _offer(_ports)
"""The ports of the wands that are there, and ``sim``."""
serials: Final = _offer(_serials)
"""The serial numbers of the wands that are there."""
