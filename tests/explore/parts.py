"""The search in two parts that fit into the suite: a person's treatments, and a technician's work.

In both of them memory never fails to be written.
"""

from typing import Final

from tests.explore.requests import ALL, Request
from tests.explore.scale import Full, Small
from tests.explore.search import Search

_BENCH: Final = ("UNLOCK", "LEAVE", "DRIVE", "MEASURE", "RECORD", "SELF_TEST", "CLEAR", "SIGNAL", "CHALLENGE")
_HOME: Final = ("ARM", "ZONE", "SET_POINT", "PAUSE", "RESUME")
_SILENT: Final = ("IDENTITY", "LIMITS", "ROWS", "LEDGER", "LOADER")
"""They answer and change nothing; the whole search asks them too."""


def _without(*names: str) -> tuple[Request, ...]:
    return tuple(one for one in ALL if not one.name.startswith(names))


def treatments() -> Search:
    """Return the search through treatments: nobody unlocks."""
    search = Search(Small(), 1, (0, 1_250, 5_000, 6_000, 27_000, -2_000), _without(*_BENCH, *_SILENT, "ARM patch", "ZONE patch"))
    search.wand.any_board.may_fail = False
    return search


def bench() -> Search:
    """Return the search through a technician's work: nobody treats."""
    search = Search(Small(), 1, (0, 5_000, 27_000, -2_000), _without(*_HOME, *_SILENT, "MEASURE", "RECORD", "SIGNAL", "CHALLENGE"))
    search.wand.any_board.may_fail = False
    return search


def small() -> Search:
    """Return the whole search with the smaller constants: minutes."""
    return Search(Small())


def full() -> Search:
    """Return the whole search."""
    return Search(Full())
