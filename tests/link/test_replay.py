"""Whatever was recorded, on whatever link, is replayed by the same program without a difference."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from microderm_ctl.errors import LinkLost, MicrodermError, UsageProblem, WandRefusal
from microderm_ctl.link.recorder import Recorder
from microderm_ctl.link.recording import pieces, read_recording
from microderm_ctl.testing import ReplayDiffers, replayed
from microderm_ctl.wand import Wand
from microderm_protocol import TABLE_HASH
from tests.recordings.make import EXAMPLE, UTC_S, two_zones


def _recorded(file: Path, url: str, body: Callable[[Wand], object]) -> MicrodermError | None:
    recorder = Recorder(file, "0", TABLE_HASH, "tests", UTC_S)
    try:
        with Wand.open(f"{url}&utc={UTC_S}", watcher=recorder) as wand:
            body(wand)
    except MicrodermError as error:
        return error
    finally:
        recorder.close()
    return None


def _rewritten(file: Path, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Path:
    rows = [json.loads(line) for line in EXAMPLE.read_text().splitlines()]
    file.write_text("".join(json.dumps(row) + "\n" for row in change(rows)))
    return file


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("fault", ["drop=0.03", "corrupt=0.03", "insert=0.05", "truncate=0.03", "duplicate=0.1", "delay=0.03,delay_ms=150"])
def test_a_bad_link_is_replayed_as_it_was(tmp_path: Path, fault: str, seed: int) -> None:
    """Lost and damaged frames, late answers and repeats: the same program meets them again, and ends the same way."""
    file = tmp_path / "noisy.ndjson"
    ended = _recorded(file, f"sim://?seed={seed}&fault={fault}", two_zones)
    again: MicrodermError | None = None
    try:
        with replayed(file) as wand:
            two_zones(wand)
    except ReplayDiffers:
        raise
    except MicrodermError as error:
        again = error
    assert type(again) is type(ended)


def test_some_of_these_links_were_bad(tmp_path: Path) -> None:
    """The test above is worth something only where repeats and garbage are in the recordings."""
    repeats = bad = 0
    for seed in range(4):
        file = tmp_path / f"{seed}.ndjson"
        _recorded(file, f"sim://?seed={seed}&fault=corrupt=0.05", two_zones)
        found = list(pieces(read_recording(file).rows))
        repeats += sum(piece.frame is not None and bool(piece.frame.flags & 1) for piece in found)
        bad += sum(bool(piece.trouble) for piece in found)
    assert repeats > 0 and bad > 3


def _waits(wand: Wand) -> None:
    wand.limits()
    wand.wait(lambda _: False, 9_000)
    wand.limits()


def _does_not_wait(wand: Wand) -> None:
    wand.limits()
    wand.limits()


@pytest.mark.parametrize("body", [_waits, _does_not_wait])
def test_a_pause_at_rest_and_its_keep_alives_may_be_left_out(tmp_path: Path, body: Callable[[Wand], None]) -> None:
    file = tmp_path / "waited.ndjson"
    assert _recorded(file, "sim://?seed=3", _waits) is None
    assert file.read_text().count("IDENTITY request") == 5
    with replayed(file) as wand:
        body(wand)


def test_a_cable_that_was_pulled_is_pulled_again(tmp_path: Path) -> None:
    script = tmp_path / "hand.txt"
    script.write_text("@press press\n@touch touch\n@running+0.4 unplug\n")
    file = tmp_path / "pulled.ndjson"
    assert isinstance(_recorded(file, f"sim://?seed=3&hand={script}", two_zones), LinkLost)
    with pytest.raises(LinkLost), replayed(file) as wand:
        two_zones(wand)


def test_a_refusal_of_the_wand_is_refused_again(tmp_path: Path) -> None:
    file = tmp_path / "refused.ndjson"

    def resumed(wand: Wand) -> None:
        wand.take_lease()
        with pytest.raises(WandRefusal):
            wand.resume()
        with pytest.raises(WandRefusal):
            wand.zone(0, 5_000)

    assert _recorded(file, "sim://?seed=3", resumed) is None
    with replayed(file) as wand:
        resumed(wand)


def test_a_recording_that_was_cut_off_ends_in_silence(tmp_path: Path) -> None:
    file = _rewritten(tmp_path / "cut.ndjson", lambda rows: rows[: len(rows) // 2])
    with pytest.raises(LinkLost, match="silent"), replayed(file) as wand:
        two_zones(wand)


def test_what_was_read_at_once_is_read_at_once(tmp_path: Path) -> None:
    """Two answers in one line arrive in one read, two lines in two."""
    file = _rewritten(tmp_path / "same.ndjson", lambda rows: rows)
    seen: list[bytes] = []
    with replayed(file, lambda way, data, _: seen.append(data) if way == "rx" else None) as wand:
        two_zones(wand)
    lines = [bytes.fromhex(str(row["rx"])) for row in map(json.loads, EXAMPLE.read_text().splitlines()) if "rx" in row]
    assert b"".join(seen).count(b"\0") == b"".join(lines).count(b"\0")
    assert len(seen) == len(lines)


def test_a_recording_of_nothing_sent_is_refused(tmp_path: Path) -> None:
    file = _rewritten(tmp_path / "silent.ndjson", lambda rows: [rows[0], *(row for row in rows[1:] if "rx" in row)])
    with pytest.raises(UsageProblem, match="nothing that the computer sent"), replayed(file):
        pass


def test_a_request_a_second_late_is_told(tmp_path: Path) -> None:
    file = tmp_path / "twice.ndjson"
    assert _recorded(file, "sim://?seed=3", _does_not_wait) is None
    with pytest.raises(ReplayDiffers, match="LIMITS was recorded and not sent within 1 s"), replayed(file) as wand:
        wand.limits()
        wand.wait(lambda _: False, 1_500)


def test_after_a_difference_nothing_more_is_said(tmp_path: Path) -> None:
    with suppress(ReplayDiffers), replayed(EXAMPLE) as wand:
        with pytest.raises(ReplayDiffers, match="message 3"):
            wand.limits()
        with pytest.raises(ReplayDiffers, match="message 3"):
            wand.rows()
    assert wand.close()
