"""A store that is only looked at: nothing is made, changed, or brought up to date."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from microderm_ctl.records.database import explained_sql, judge_header, schema_version, shipped_migrations, torn_problem
from microderm_ctl.records.files import explained
from microderm_ctl.records.store import PRACTICE_NAME, Store

_SENTENCE = "The records cannot be read"


def newest_version() -> int:
    """Return the version of a store that this program brings every store to."""
    return shipped_migrations()[-1].version


@contextmanager
def looking_at(path: Path, practice: bool = False) -> Iterator[tuple[Store, int]]:
    """Open a store for reading only, for the time of the body; yield it with its version, 0 for one without tables.

    Every page of it was read and checked before. A store of an older version lacks what came
    later; only the version tells.

    Raises:
        FileProblem: it is torn, not ours, of a newer version, or cannot be read.
    """
    with explained(path, _SENTENCE):
        judge_header(path, newest_version())
    with explained_sql(path, _SENTENCE), closing(_connected(path)) as connection:
        if not _is_whole(connection):
            raise torn_problem(path)
        yield Store(connection, path, practice), schema_version(connection)


def practice_offset_s(data_dir: Path) -> int:
    """Return how many seconds the practice calendar is ahead of the computer's, 0 where no practice store is or it cannot be read."""
    from microderm_ctl.errors import FileProblem

    path = data_dir / PRACTICE_NAME
    try:
        if not path.is_file():
            return 0
        with looking_at(path, practice=True) as (store, version):
            return store.offset_s() if version else 0
    except (OSError, FileProblem):
        return 0


def _connected(path: Path) -> sqlite3.Connection:
    # Without "immutable" SQLite would leave its log and index beside a store that has neither;
    # with it, it would not see what a running or a killed program left in them.
    log = path.with_name(f"{path.name}-wal")
    mode = "mode=ro" if log.exists() else "mode=ro&immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None)


def _is_whole(connection: sqlite3.Connection) -> bool:
    if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
        return False
    return connection.execute("PRAGMA foreign_key_check").fetchone() is None
