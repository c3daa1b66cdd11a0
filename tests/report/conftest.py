"""A store of real wands and one of practice, each in a directory of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from microderm_ctl.records.rows import PersonRecord
from microderm_ctl.records.store import Store, open_store
from tests.report.course import add_person


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "data", practice=True) as opened:
        yield opened


@pytest.fixture
def ann(store: Store) -> PersonRecord:
    return add_person(store)
