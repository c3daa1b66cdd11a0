"""A stage for what is only played: a temporary data directory with somebody in it, and nobody who is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from microderm_ctl.cli.ask import Asker
from microderm_ctl.cli.context import Invocation
from microderm_ctl.clock import VirtualClock
from microderm_ctl.records.rows import Profile
from microderm_ctl.records.store import open_store
from microderm_ctl.safety import Skin, Thickness


class Deaf(Asker):
    """Asks nobody."""

    @property
    def can_ask(self) -> bool:
        """Nobody is there."""
        return False


@contextmanager
def staged(call: Invocation, name: str, utc_s: int) -> Iterator[Invocation]:
    """Return an invocation whose records, calendar and person are made up, for the time of the body.

    It has no port, and both its stores lie in a directory that is gone afterwards.
    """
    with TemporaryDirectory(prefix="microderm-stage-") as directory:
        options = call.options._replace(port=None, serial=None, record=None, data_dir=Path(directory))
        with open_store(options.data_dir) as store:
            store.create_person(name, Profile(Skin.NORMAL, Thickness.NORMAL, 3, 1990, {}, utc_s), utc_s)
        with Invocation(options, VirtualClock(utc_s), call.command) as inner:
            inner.ask = Deaf(inner.printer)
            yield inner
