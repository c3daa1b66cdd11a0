"""Several benches, one memory: finished rows go to the shared database, those of other benches come from it.

The store of a bench stays the truth. What is in the database is compared with it each time, so nothing
has to be kept in step: after an interruption at whatever moment, the same again sends what is missing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from microderm_ctl.errors import FileProblem
from microderm_ctl.records.bench import Mark, contradiction
from microderm_ctl.records.store import Store

if TYPE_CHECKING:
    from microderm_ctl.records.shared import SharedDatabase

BATCH_ROWS: Final = 200
"""Rows of one transaction. What an interruption undoes is sent again; a row has some 500 bytes, so this is 100 kB."""

T = TypeVar("T")


class Exchanged(NamedTuple):
    """What a bench and the database have exchanged: its finished rows, how many of them were sent, how many of others came."""

    bench: str
    simulated: bool
    finished: int
    sent: int
    units: tuple[str, ...]
    fetched: int


def exchange(store: Store, shared: "SharedDatabase", unit: str | None = None, tell: Callable[[str], None] = lambda _: None) -> Exchanged:
    """Send what this bench has finished, then fetch what others have on the units that it knows, or on one unit.

    Rows of practice and of real work lie in one table, told apart by their bench, and neither is fetched for the other.

    Raises:
        FileProblem: store and database contradict each other (then nothing is sent), or one of them fails.
    """
    finished, sent = _send(store, shared, tell)
    units = store.known_units() if unit is None else (unit,)
    fetched = _fetch(store, shared, units, tell)
    return Exchanged(store.bench_id(), store.practice, finished, sent, units, fetched)


def _send(store: Store, shared: "SharedDatabase", tell: Callable[[str], None]) -> tuple[int, int]:
    """Send the rows that are missing, and return how many are finished and how many were sent."""
    bench = store.bench_id()
    there = shared.marks(bench)  # first: what another process of this bench sends meanwhile is then here as well
    here = store.finished_marks()
    _compare(bench, there, here, store)
    sent = 0
    for numbers in _batches([number for number in here if number not in there]):
        sent += shared.add(store.numbered_rows(numbers))
        tell(f"Bench {bench}: {sent} rows sent.")
    return len(here), sent


def _compare(bench: str, there: Mapping[int, Mark], here: Mapping[int, Mark], store: Store) -> None:
    for number, mark in there.items():
        if number not in here:
            raise _older_copy(bench, number, store)
        if here[number] != mark:
            raise contradiction(bench, number, mark, here[number])


def _older_copy(bench: str, number: int, store: Store) -> FileProblem:
    return FileProblem(
        f"Row {number} of bench {bench} is in the database, but not in '{store.path}': this is an older copy of the store.",
        "Nothing was sent. Put the newest copy back. If it is gone, move this one away: a new store is a new bench.",
        {"bench": bench, "number": number, "path": str(store.path)},
    )


def _fetch(store: Store, shared: "SharedDatabase", units: Sequence[str], tell: Callable[[str], None]) -> int:
    """Fetch what is not here yet of other benches' work on these units, and return how many rows that were."""
    here = store.other_marks()
    there = shared.marks_about(units, store.bench_id(), store.practice)
    for (bench, number), mark in there.items():
        if here.get((bench, number), mark) != mark:
            raise contradiction(bench, number, mark, here[bench, number])
    fetched = 0
    for keys in _batches([key for key in there if key not in here]):
        fetched += store.keep_other_rows(shared.fetch(keys))
        tell(f"{fetched} rows of other benches fetched.")
    return fetched


def _batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), BATCH_ROWS):
        yield values[start : start + BATCH_ROWS]
