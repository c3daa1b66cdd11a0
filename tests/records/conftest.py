"""A store in a directory of its own, somebody in it, and a plan of two zones."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from microderm_ctl.records.rows import PersonRecord, Profile
from microderm_ctl.records.store import Store, open_store
from microderm_ctl.safety import Grit, Kind, Plan, PlannedZone, Skin, Thickness, Zone

NOW_S = 1_767_225_600  # 2026-01-01


@pytest.fixture
def now_s() -> int:
    return NOW_S


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def store(data_dir: Path) -> Iterator[Store]:
    with open_store(data_dir) as opened:
        yield opened


@pytest.fixture
def profile() -> Profile:
    return Profile(Skin.NORMAL, Thickness.NORMAL, 2, 1990, {"oil": "by noon"})


@pytest.fixture
def ana(store: Store, profile: Profile) -> PersonRecord:
    return store.create_person("Ana", profile, NOW_S)


@pytest.fixture
def plan() -> Plan:
    forehead = PlannedZone(Zone.FOREHEAD, 9_000, 15_000, 16_500, 60, 2, 2_000, ())
    nose = PlannedZone(Zone.NOSE, 11_000, 18_000, 19_500, 30, 2, 2_000, ())
    return Plan(Kind.TREATMENT, (forehead, nose), 90, 125, Grit.MEDIUM, False, True, 1000)
