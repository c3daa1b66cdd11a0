"""What journal and professional say reaches a treatment: which zones come first, what fits, what a plan clears."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from microderm_ctl.cli.words import zones_of
from tests.cli.treating import NONE_OF_ALL, NOW_S, House

MANY = ("--zone", "face,temple,jaw,neck,back,arm,leg")
"""More zones than one treatment takes."""


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A person whose patch test was clean."""
    house = House(tmp_path, monkeypatch)
    house.add_person()
    house.add_clean_patch()
    return house


def zones(house: House) -> list[str]:
    (record,) = house.treatments()
    return [zone.zone.value for zone in record.zones]


@pytest.mark.parametrize(("clogged", "order"), [(None, ["nose", "chin"]), ("chin", ["chin", "nose"]), ("none", ["nose", "chin"])])
def test_where_caps_tie_the_zone_with_blackheads_comes_first(ready: House, clogged: str | None, order: list[str]) -> None:
    if clogged is not None:
        assert ready.run("journal", "--port", "sim", "--clogged", clogged).code == 0
    assert ready.script("--zone", "nose,chin").code == 0
    assert zones(ready) == order


def test_blackheads_put_no_zone_before_one_with_a_lower_cap(ready: House) -> None:
    ready.run("journal", "--port", "sim", "--clogged", "nose")
    assert ready.script("--zone", "nose,forehead").code == 0
    assert zones(ready) == ["forehead", "nose"]


def test_a_script_is_told_what_fits_clogged_zones_first(ready: House) -> None:
    ready.run("journal", "--port", "sim", "--clogged", "leg,chin")
    ran = ready.script(*MANY)
    assert ran.code == 7
    hint = next(line for line in ran.err.splitlines() if "has room for these" in line)
    names = hint.rpartition("--zone ")[2].split(",")
    assert names[:2] == ["chin", "leg"]
    assert ready.script("--zone", ",".join(names)).code == 0
    assert set(zones(ready)) == set(names)


def test_at_a_terminal_what_fits_is_offered(ready: House) -> None:
    ready.run("journal", "--port", "sim", "--clogged", "leg")
    ran = ready.run("treat", "--port", ready.port(), *MANY, typed=f"{NONE_OF_ALL}yyg")
    assert "Treat the rest: leg, " in ran.err
    done = zones(ready)
    assert done.index("leg") < done.index("nose")  # their caps are the same
    assert len(done) < len(zones_of(MANY[1:]))


def test_a_professionals_plan_clears_what_it_may_and_no_more(ready: House) -> None:
    today = datetime.fromtimestamp(NOW_S, UTC).astimezone().date()
    file = ready.directory / "plan.toml"
    file.write_text(
        f'name = "Dr. Ada"\ndate = {today}\nexpires = {today.replace(year=today.year + 1)}\ncleared = ["diabetes", "rosacea"]\n'
    )

    def ran(*words: str, **answers: str) -> int:
        return ready.run("treat", "--port", ready.port(), "--yes", "--zone", "nose", *words, "--answers", ready.answers(**answers)).code

    assert ran(diabetes="yes") == 7
    kept = ready.run("plan", "import", str(file), "--yes", "--port", "sim", "--json")
    assert [line["holds"] for line in json.loads(kept.out)["professional"]["lines"][2:4]] == [True, False]
    assert ran(diabetes="yes", rosacea="yes") == 7
    assert ran(diabetes="yes") == 0
