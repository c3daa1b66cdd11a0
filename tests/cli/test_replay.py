"""``treat --replay``: the same treatment once more, what differs is told, and nothing real is touched."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from microderm_ctl.records import store
from microderm_ctl.treatment.book import TreatmentBook
from microderm_ctl.treatment.plan import rows_of
from microderm_protocol import Decoder, decode, encode
from tests.cli.test_record import UNPLUG_IN_NOSE, press_in_run
from tests.cli.treating import House, Ran


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    made = House(tmp_path, monkeypatch)
    made.add_person()
    made.add_clean_patch()
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "treated.ndjson"


def _recorded(ready: House, file: Path, *words: str, port: str = "") -> Ran:
    return ready.script(*(words or ("--zone", "nose")), "--record", str(file), port=port)


def _snapshot(directory: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def _changed(file: Path, name: str, change: Callable[[dict[str, Any]], None]) -> int:
    """Change the first row that says something; return its line number."""
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    place = next(number for number, row in enumerate(rows) if name in str(row.get("is", "")))
    change(rows[place])
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return place + 1


def test_a_treatment_of_two_zones_is_replayed(ready: House, file: Path) -> None:
    first = _recorded(ready, file, "--zone", "nose", "--zone", "forehead")
    ran = ready.run("treat", "--replay", str(file))
    assert ran.code == 0, ran.err
    assert ran.out.startswith("REPLAY of") and "all 10 requests were as recorded" in ran.out
    for line in ("Done: 36 s on the skin.", "The forehead is done."):
        assert any(line in one for one in first.out.splitlines()) and line in ran.out


def test_json_is_a_stream(ready: House, file: Path) -> None:
    _recorded(ready, file)
    stream = ready.run("treat", "--replay", str(file), "--json").stream
    assert stream[0]["event"] == "replay" and stream[-1]["event"] == "replayed"
    assert stream[-1]["done"] and stream[-1]["sealed_ms"] == 12_000 and stream[-1]["requests"] == 9
    assert {"armed", "running", "ended"} <= {one["event"] for one in stream}


def test_a_patch_test_is_replayed(ready: House, file: Path) -> None:
    ready.script("--record", str(file), command="patch-test")
    ran = ready.run("treat", "--replay", str(file))
    assert ran.code == 0 and "3 s on the skin" in ran.out, ran.err


@pytest.mark.parametrize(
    "keys",
    [{30: "q"}, {30: " ", 60: " "}, {30: "-", 40: "-", 50: "+", 60: "+++"}, {40: "n"}, {40: "-", 60: "n", 300: "n"}, {5: "n", 30: "n"}],
)
def test_keys_are_pressed_again(ready: House, file: Path, monkeypatch: pytest.MonkeyPatch, keys: dict[int, str]) -> None:
    with monkeypatch.context() as patch:
        press_in_run(patch, keys)
        _recorded(ready, file, "--zone", "nose", "--zone", "chin")
    assert '"key"' in file.read_text()
    ran = ready.run("treat", "--replay", str(file))
    assert ran.code == 0, ran.err


def test_a_pulled_cable_is_replayed(ready: House, file: Path) -> None:
    _recorded(ready, file, port=ready.port(UNPLUG_IN_NOSE))
    ran = ready.run("treat", "--replay", str(file))
    assert ran.code == 0 and "requests were as recorded" in ran.out, ran.err


def test_nobody_pressing_is_replayed_with_each_try(ready: House, file: Path) -> None:
    first = _recorded(ready, file, port=f"{ready.port()}&hand=none")
    assert first.code == 8
    ran = ready.run("treat", "--replay", str(file))
    assert ran.code == 0, ran.err
    assert ran.out.count("Press the button on the wand when") == 3


def test_nothing_real_is_touched(ready: House, file: Path, mocker: MockerFixture) -> None:
    _recorded(ready, file)
    before = _snapshot(ready.data), _snapshot(ready.directory / "memory")
    opened = mocker.patch("microderm_ctl.wand.open_port", side_effect=AssertionError("a port was opened"))
    mocker.patch("microderm_ctl.link.ports.open_port", side_effect=AssertionError("a port was opened"))
    ran = ready.run("treat", "--replay", str(file), "--port", "/dev/ttyACM0")
    assert ran.code == 0, ran.err
    assert (_snapshot(ready.data), _snapshot(ready.directory / "memory")) == before
    assert not opened.called


def test_a_recording_of_a_real_wand_is_played_on_the_stage_too(ready: House, file: Path, mocker: MockerFixture) -> None:
    """Even where the recorded wand says that it is real, nothing of the person's own is opened, and no wand is real."""
    _recorded(ready, file)

    def real(row: dict[str, Any]) -> None:
        (frame,) = Decoder().feed(bytes.fromhex(row["rx"]))
        row["rx"] = encode(decode(frame)._replace(flags=0, board=1), frame.sequence).hex()

    _changed(file, "IDENTITY answer", real)
    opened = mocker.spy(store, "connect")
    begun = mocker.spy(TreatmentBook, "__init__")
    ran = ready.run("treat", "--replay", str(file))
    assert ran.code == 0, ran.err
    paths = [str(call.args[0]) for call in opened.call_args_list]
    assert paths and not any(path.startswith(str(ready.directory)) for path in paths), paths
    assert [call.args[1].practice for call in begun.call_args_list] == [True]


def test_a_plan_that_differs_is_told(ready: House, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _recorded(ready, file)
    monkeypatch.setattr(
        "microderm_ctl.treatment.runner.rows_of", lambda plan: tuple(row._replace(cap_pa=row.cap_pa + 500) for row in rows_of(plan))
    )
    ran = ready.run("treat", "--replay", str(file))
    assert ran.code == 10
    assert "ARM differs: cap=" in ran.err and "recorded: ARM request" in ran.err and "sent: ARM request" in ran.err
    told = ready.run("treat", "--replay", str(file), "--json").error
    assert told["code"] == "replay-differs" and told["recorded"]["fields"]["cap_pa"] != told["sent"]["fields"]["cap_pa"]


def test_one_byte_of_an_answer_is_told_with_its_line(ready: House, file: Path) -> None:
    _recorded(ready, file)

    def spoil(row: dict[str, Any]) -> None:
        row["rx"] = row["rx"][:30] + ("7" if row["rx"][30] != "7" else "8") + row["rx"][31:]

    line = _changed(file, "LIMITS answer", spoil)
    ran = ready.run("treat", "--replay", str(file))
    assert ran.code == 10
    assert f"Line {line} holds bytes that are no message: its check sum is wrong." in ran.err


def test_one_byte_of_a_request_is_told(ready: House, file: Path) -> None:
    _recorded(ready, file)
    line = _changed(file, "ZONE request", lambda row: row.update(tx=row["tx"][:20] + "ff" + row["tx"][22:]))
    ran = ready.run("treat", "--replay", str(file))
    assert ran.code == 10 and f"line {line}" in ran.err and "no message" in ran.err


def test_what_holds_no_treatment_is_refused(ready: House, file: Path) -> None:
    ready.run("info", "--port", "sim", "--record", str(file))
    ran = ready.run("treat", "--replay", str(file))
    assert ran.code == 2 and "holds no treatment" in ran.err and "microderm trace" in ran.err


def test_another_protocol_is_refused(ready: House, file: Path) -> None:
    _recorded(ready, file)
    first, *rest = file.read_text().splitlines()
    file.write_text("\n".join([json.dumps(json.loads(first) | {"protocol": "00000001"}), *rest]) + "\n")
    ran = ready.run("treat", "--replay", str(file))
    assert ran.code == 5 and "00000001" in ran.err


@pytest.mark.parametrize("words", [("--zone", "nose"), ("--record", "x"), ("--dry-run",), ("--level", "3"), ("--yes",)])
def test_a_replay_stands_alone(ready: House, file: Path, words: tuple[str, ...]) -> None:
    _recorded(ready, file)
    assert ready.run("treat", "--replay", str(file), *words).code == 2


def test_a_file_that_is_missing(ready: House, file: Path) -> None:
    assert ready.run("treat", "--replay", str(file)).code == 9
