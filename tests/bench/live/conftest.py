from collections.abc import Iterator
from pathlib import Path

import pytest

from microderm_ctl.records.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "data", practice=True) as opened:
        yield opened
