"""``microderm demo``: three scenes that really play on the virtual wand."""

import json

import pytest

from microderm_ctl.cli.graph import graph
from tests.cli.conftest import Ran, Run


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    from click.testing import CliRunner

    from microderm_ctl.cli.main import root

    outside = tmp_path_factory.mktemp("outside")
    result = CliRunner().invoke(root, ["demo", "--json", "--data-dir", str(outside / "data")])
    assert not (outside / "data").exists()
    return Ran(result.exit_code, result.stdout, result.stderr)


def events(played: Ran) -> list[dict[str, object]]:
    return [json.loads(line) for line in played.out.splitlines()]


def texts(played: Ran) -> str:
    return "\n".join(str(event["text"]) for event in events(played) if event["event"] == "text")


def test_it_ends_well_with_the_next_command(played: Ran) -> None:
    assert (played.code, played.err) == (0, "")
    assert str(events(played)[-1]["type"]).endswith(" profile create")
    assert [event["number"] for event in events(played) if event["event"] == "scene"] == [1, 2, 3]


def test_the_first_scene_shows_the_arithmetic_of_a_refusal(played: Ran) -> None:
    assert "20.0 kPa is above the cap of 10.0 kPa" in texts(played)
    for after in ("20.000 kPa", "17.000 kPa", "10.200 kPa", "10.000 kPa"):
        assert after in texts(played)


def test_the_second_scene_is_a_whole_treatment_of_the_face(played: Ran) -> None:
    ended = next(event for event in events(played) if event["event"] == "ended")

    assert (ended["cause"], ended["done"], ended["sealed_ms"]) == ("treatment-done", True, 96_000)
    assert "The 24 hours after it did not pass" in texts(played)


def test_the_third_scene_vents_within_the_lease(played: Ran) -> None:
    killed = next(event for event in events(played) if event["event"] == "killed")
    points = killed["points"]

    assert isinstance(killed["pump_off_ms"], int)
    assert isinstance(killed["vented_ms"], int)
    assert isinstance(points, list)
    assert 0 < killed["pump_off_ms"] <= 520
    assert killed["vented_ms"] <= 800
    assert max(pa for ms, pa in points if ms <= 0) > 10_000
    assert max(pa for ms, pa in points if ms > killed["vented_ms"]) < 1_000
    assert "ended by: lease" in texts(played)


def test_a_person_reads_it_as_text(run: Run) -> None:
    shown = run("demo", "--fast").out

    assert "--- scene 3 of 3: the computer dies ---" in shown
    assert "pump off and vent open, cause: lease" in shown


def test_a_graph_is_as_high_as_its_vacuum() -> None:
    lines = graph([(0, 0), (100, 10_000), (200, 5_000), (300, 0)], rows=4, unit="ms")

    assert lines[0] == " 10.0 kPa | #"
    assert lines[3] == "  2.5 kPa | ##"
    assert lines[-1].split() == ["0", "ms300", "ms"]
    assert graph([]) == []
    assert graph([(5, 7)])[0].endswith("kPa |")
