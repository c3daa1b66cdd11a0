"""Records the example anew, after the protocol has changed: python -m tests.recordings.make."""

from pathlib import Path

from microderm_ctl import __version__
from microderm_ctl.link.recorder import Recorder
from microderm_ctl.link.values import Reading, StateChange
from microderm_ctl.wand import Row, Wand
from microderm_protocol import TABLE_HASH

EXAMPLE = Path(__file__).with_name("two_zones.ndjson")
UTC_S = 1_780_000_000
ROWS = (Row(1, 10_000, 1, 1_500), Row(2, 12_000, 1, 1_500))


def two_zones(wand: Wand, turn_down: bool = True) -> list[str]:
    """Lead two zones of a second each, the first one turned down by half a kilopascal; return the causes of all states."""
    wand.arm(ROWS, 2, 106, UTC_S, 9, command_id=42)
    wand.zone(0, 9_000)
    causes: list[str] = []
    is_down = not turn_down
    while wand.state in ("LINKED", "ARMED", "RUN", "HOLD", "STOPPING"):
        wand.heartbeat()
        event = wand.next_event(200)
        if isinstance(event, StateChange):
            causes.append(event.cause)
            if event.cause == "zone-done":
                wand.zone(1, 9_000)
        elif isinstance(event, Reading) and event.sealed and not is_down:
            is_down = bool(wand.set_point(8_500))
    wand.rows()
    return causes


def record(path: Path, url: str = "sim://?serial=SIM-0007&seed=3") -> Recorder:
    """Record the two zones on a virtual wand."""
    recorder = Recorder(path, __version__, TABLE_HASH, "tests", UTC_S)
    with Wand.open(f"{url}&utc={UTC_S}", watcher=recorder) as wand:
        two_zones(wand)
    recorder.close()
    return recorder


if __name__ == "__main__":
    EXAMPLE.unlink(missing_ok=True)
    record(EXAMPLE)
