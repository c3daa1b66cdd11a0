"""The virtual wand as a pyserial URL, in virtual time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import serial

from microderm_ctl.errors import FileProblem, UsageProblem
from microderm_ctl.simulator.protocol_sim import Serial
from microderm_protocol import Decoder, decode, encode
from microderm_protocol.messages import handshake, treatment

PORTS: list[Serial] = []


@pytest.fixture(autouse=True)
def _handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(serial, "protocol_handler_packages", [*serial.protocol_handler_packages, "microderm_ctl.simulator"])
    yield
    while PORTS:
        PORTS.pop().close()


def opened(query: str = "hand=none&utc=1767225600", **settings: Any) -> Serial:
    port = serial.serial_for_url(f"sim://?{query}", **settings)
    assert isinstance(port, Serial)
    PORTS.append(port)
    return port


def messages(data: bytes) -> list[Any]:
    return [decode(frame) for frame in Decoder().feed(data)]


def test_a_request_is_answered_at_once_and_no_time_passes() -> None:
    port = opened("serial=SIM-0007&hand=none", timeout=0)
    port.write(encode(handshake.IdentityRequest(), 1))
    assert port.in_waiting > 0
    (answer,) = messages(port.read(500))
    assert answer.serial.rstrip(b"\0") == b"SIM-0007"
    assert (port.clock.now_ms(), port.in_waiting) == (0, 0)


def test_a_read_without_a_time_out_of_zero_lets_the_wand_run() -> None:
    port = opened(timeout=1.0)
    telemetry = [one for one in messages(port.read(10_000)) if isinstance(one, treatment.Telemetry)]
    assert port.clock.now_ms() == 1_000
    assert len(telemetry) == 10


def test_a_read_returns_as_soon_as_it_has_what_it_asked_for() -> None:
    port = opened(timeout=5.0)
    assert len(port.read(10)) == 10
    assert port.clock.now_ms() <= 100


def test_a_read_that_would_wait_for_ever_gives_up() -> None:
    port = opened()
    port.unit.cut_power(1 << 40)  # type: ignore[union-attr]
    with pytest.raises(serial.SerialException, match="nothing came for 60 s"):
        port.read(1)
    assert port.clock.now_ms() == 60_000


def test_dtr_is_the_line() -> None:
    port = opened(timeout=0)
    assert port.unit is not None
    assert port.unit.board.line_up()
    port.dtr = False
    assert not port.unit.board.line_up()
    port.dtr = True
    assert port.unit.board.line_up()


def test_close_hangs_up_and_lets_the_wand_run_on_for_a_second() -> None:
    port = opened(timeout=0)
    unit = port.unit
    assert unit is not None
    port.clock.sleep_ms(500)
    port.close()
    port.close()
    assert (unit.now_ms, unit.board.line_up()) == (1_500, False)
    port.clock.sleep_ms(100)
    assert unit.now_ms == 1_500
    with pytest.raises(serial.PortNotOpenError):
        port.read(1)
    port.open()
    assert port.unit is unit
    assert unit.board.line_up()


def test_a_pulled_cable_is_a_device_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "hand").write_text("0.5 unplug 1")
    port = opened(f"hand={tmp_path / 'hand'}", timeout=0)
    port.clock.sleep_ms(480)
    port.write(b"")
    port.clock.sleep_ms(20)
    for action in (lambda: port.write(b"x"), lambda: port.read(1), lambda: port.in_waiting):
        with pytest.raises(serial.SerialException, match="gone"):
            action()
    port.close()
    port.open()
    assert port.in_waiting == 0


def test_the_memory_is_kept_in_its_directory(tmp_path: Path) -> None:
    first = opened(f"hand=none&utc=1767225600&memory={tmp_path}", timeout=0)
    first.write(encode(treatment.LimitsRequest(), 1))
    (before,) = messages(first.read(500))
    first.close()
    later = opened(f"hand=none&utc=1777225600&memory={tmp_path}", timeout=0)
    later.write(encode(treatment.LimitsRequest(), 1))
    (after,) = messages(later.read(500))
    assert before.calibrated_utc_s == after.calibrated_utc_s == 1_767_225_600 - 30 * 86_400
    assert later.clock.utc_s() == 1_777_225_600


def test_the_same_seed_says_the_same_and_another_one_something_else() -> None:
    def says(seed: int) -> bytes:
        port = opened(f"hand=none&seed={seed}", timeout=2.0)
        return port.read(100_000)

    assert says(1) == says(1)
    assert says(1) != says(2)


def test_tip_faults_and_trace_are_options(tmp_path: Path) -> None:
    path = tmp_path / "trace"
    port = opened(f"hand=none&tip=medium&fault=tip=coarse@0.2&fault=sensor-dead@0.2&trace={path}", timeout=0)
    port.clock.sleep_ms(100)
    assert port.unit is not None
    assert port.unit.board.tip_ohm() == 2_200
    port.clock.sleep_ms(100)
    assert (port.unit.board.tip_ohm(), port.unit.board.raw_pressure()) == (4_700, 0)
    assert len(path.read_text().splitlines()) == 10
    port.close()
    port.open()
    port.clock.sleep_ms(20)
    assert len(path.read_text().splitlines()) == 61


@pytest.mark.parametrize("query", ["hnad=auto", "seed=x", "seed=-1", "utc=", "tip=rough", "fault=bang", "serial=way-too-long-for-it"])
def test_a_wrong_option_is_a_usage_problem(query: str) -> None:
    with pytest.raises(UsageProblem):
        opened(query)


def test_a_missing_script_is_a_file_problem(tmp_path: Path) -> None:
    with pytest.raises(FileProblem):
        opened(f"hand={tmp_path / 'none'}")


def test_opening_twice_is_refused() -> None:
    port = opened()
    with pytest.raises(serial.SerialException, match="already open"):
        port.open()
