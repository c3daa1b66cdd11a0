"""The bench at the command line, on the virtual unit and gauge: what is printed, kept, refused and asked."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from microderm_ctl.bench.procedure import shipped
from microderm_ctl.cli.bench import calibrate, keys
from microderm_ctl.cli.bench.papers import issue_files
from microderm_ctl.cli.bench.quantities import humidity_percent, pressure_pa, temperature_c
from microderm_ctl.errors import FileProblem, UsageProblem
from microderm_ctl.simulator.bench_gauge import gauge_beside
from tests.bench.certificate.make_golden import text_of
from tests.bench.live.virtual import QUICK
from tests.cli.conftest import Run

CALIBRATE = (
    "bench", "calibrate", "--port", "sim", "--gauge", "sim", "--unit", "SIM-0000", "--operator", "Kim", "--temperature", "22 C", "--json",
)  # fmt: skip


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Wait shortly: what is tried here is not how good a result is."""
    monkeypatch.setattr(calibrate, "shipped", lambda: QUICK)
    yield


def events(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def gauge_beside_with(fault: str) -> Any:
    """Return what gives a gauge with a fault."""
    return lambda serial, dialect: gauge_beside(serial, dialect, faults=[fault])


def test_without_consent_nothing_is_written_and_the_readings_are_kept(run: Run, tmp_path: Path) -> None:
    """Then it is resumed, and ends with a certificate."""
    ran = run(*CALIBRATE, "--to", str(tmp_path), "--customer", "Studio Ana", "--condition", "new")
    assert ran.code == 2
    assert "--yes" in ran.err
    assert not list(tmp_path.glob("*.pdf"))
    beside = run(*CALIBRATE, "--to", str(tmp_path))
    assert beside.code == 2
    assert "--resume" in beside.err
    ran = run(*CALIBRATE, "--to", str(tmp_path), "--resume", "--yes")
    assert ran.code == 0, ran.err
    result = events(ran.out)[-1]
    assert result["outcome"] == "pass"
    assert result["number"].startswith("SIMULATED-")
    assert [Path(name).suffix for name in result["files"]] == [".pdf", ".html", ".json"]
    assert all(Path(name).exists() for name in result["files"])
    text = Path(result["files"][-1]).read_text(encoding="utf-8")
    assert '"name":"Studio Ana"' in text
    assert '"condition":"new"' in text
    told = [one["text"] for one in events(ran.out) if one["event"] == "doing"]
    assert not [text for text in told if "warming" in text]


def test_a_place_that_takes_no_files_leaves_the_certificate_in_the_records(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(FileProblem) as caught:
        issue_files(text_of("hashes"), tmp_path / "out", "W-1")
    assert "'microderm bench certificate W-1'" in str(caught.value.hint)


def test_short_work_on_a_unit(run: Run) -> None:
    for words in (("identify", "--unit", "SIM-0000"), ("selftest",), ("leak",), ("unlock",)):
        ran = run("bench", *words, "--port", "sim", "--json")
        assert ran.code == 0, ran.err
    kept = run("bench", "setup", "--name", "Lab", "--address", "Street 1", "--place", "Bench 2", "--json")
    assert kept.record["laboratory"]["name"] == "Lab"


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("identify", "--unit", "SIM-0009", "--port", "sim"), 10, "label"),
        (("calibrate", "--port", "sim"), 2, "--gauge"),
        (("calibrate", "--port", "sim", "--gauge", "/dev/nowhere"), 2, "record"),
        (("golden", "--port", "sim", "--gauge", "sim", "--gauge-record", "/nowhere.toml"), 9, "nowhere"),
        (("verify", "--port", "sim", "--gauge", "sim", "--operator", "Kim", "--temperature", "22"), 2, "unit"),
        (("calibrate", "--resume", "--port", "sim", "--gauge", "sim"), 2, "cut off"),
        (("selftest", "--all", "--unit", "SIM-1"), 2, "--all"),
        (("selftest", "--all"), 3, "connected"),
        (("unlock", "--keep", "--port", "sim"), 2, "no secret"),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, words: tuple[str, ...], code: int, text: str) -> None:
    ran = run("bench", *words)
    assert ran.code == code, ran.err
    assert text in ran.err


def test_a_wrong_key_opens_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "practice_key", lambda: b"somebody's guess")
    ran = run("bench", "identify", "--port", "sim")
    assert ran.code == 8
    assert "This is not the service key of unit SIM-0000." in ran.err


def test_a_wrong_key_leaves_no_run_behind(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(keys, "practice_key", lambda: b"somebody's guess")
        assert run(*CALIBRATE, "--to", str(tmp_path)).code == 8
    assert "No calibration" in run(*CALIBRATE, "--resume").err


@pytest.mark.usefixtures("at_terminal")
def test_a_temperature_without_its_unit_is_asked_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is asked for after it, and is a wrong one: no more is tried here."""
    monkeypatch.setattr("microderm_ctl.cli.ask.Asker.secret", lambda *_words, **_named: "somebody's guess")
    ran = run("bench", "verify", "--port", "sim", "--gauge", "sim", text="Kim\n22.4\n22.4 C\n")
    assert ran.code == 8
    assert ran.err.count("Temperature of the room") == 2
    assert "Write it with its unit" in ran.err


def test_a_silent_gauge_is_noticed_before_the_warm_up(run: Run, mocker: Any) -> None:
    line = gauge_beside_with("silent")
    mocker.patch("microderm_ctl.simulator.bench_gauge.gauge_beside", line)
    ran = run(*CALIBRATE)
    assert ran.code == 10
    assert "does not answer" in json.loads(ran.err)["error"]
    assert "No calibration" in run(*CALIBRATE, "--resume").err


def test_an_overdue_gauge_is_refused(run: Run, tmp_path: Path) -> None:
    record = tmp_path / "gauge.toml"
    record.write_text(
        'maker = "FLUKE"\nmodel = "700G"\nserial = "SIM-G001"\ncertificate = "SIMULATED"\nsimulated = true\ndescription = "fluke-val"\n'
        "calibrated = 2020-01-01\ndue = 2021-01-01\nU_pa = 30\nk = 2\ndrift_pa = 8\nresolution_pa = 10\n"
    )
    ran = run("bench", "golden", "--port", "sim", "--gauge", "sim", "--gauge-record", str(record))
    assert ran.code == 10
    assert "overdue" in ran.err


def test_a_home_user_gets_no_further(data_dir: Path, mocker: Any) -> None:
    """A real unit asks for a key that they do not have; nothing on the command line or in the environment stands for it."""
    call = mocker.Mock()
    call.ask.can_ask = False
    mocker.patch.object(keys, "kept_key", return_value=None)
    with pytest.raises(UsageProblem, match="typed"):
        keys.find_key(call, is_simulated=False)


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [
        (temperature_c, "22,4 C", 22.4),
        (temperature_c, "295.15 K", 22.0),
        (pressure_pa, "1013.2 hPa", 101_320),
        (humidity_percent, "45 %", 45.0),
    ],
)
def test_quantities_carry_their_unit(reader: Any, text: str, value: float) -> None:
    assert reader(text) == pytest.approx(value)


@pytest.mark.parametrize(
    ("reader", "text"),
    [(temperature_c, "22"), (temperature_c, "72 F"), (pressure_pa, "1013"), (humidity_percent, "0.4"), (temperature_c, "nan C")],
)
def test_what_has_no_unit_or_another_is_refused(reader: Any, text: str) -> None:
    with pytest.raises(UsageProblem):
        reader(text)


def test_the_quick_procedure_is_not_the_one_that_is_shipped() -> None:
    assert shipped().numbers.dwell_s == 10
