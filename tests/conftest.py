"""What holds for every test: nobody's data is touched, and a failure can be repeated."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import settings

from tests.hazards.trace import check_marks

if TYPE_CHECKING:
    from tests.postgres import Server

TEST_PG: Final = os.environ.get("MICRODERM_TEST_PG")
"""Read before every such name is taken out of the environment."""

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("search", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """End a run in which a mark names no hazard of the safety case."""
    check_marks(items)


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give the tests, and the programs they start, a home and a data directory of their own."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("MICRODERM_", "XDG_")):
                patch.delenv(name)
        for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
            patch.setenv(name, str(home))
        patch.setenv("MICRODERM_DATA_DIR", str(home / "microderm"))
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator["Server"]:
    """Give a real PostgreSQL; the tests that need it are skipped where there is none."""
    from tests.postgres import server

    with server(TEST_PG) as found:
        yield found
