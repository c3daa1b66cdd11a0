"""Directories that an ordinary user can reach, and no real port."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_mock import MockerFixture


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A directory below which nothing is closed to others; pytest's own is."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def no_ports(mocker: MockerFixture) -> None:
    mocker.patch("microderm_ctl.link.ports._all_ports", return_value=[])
