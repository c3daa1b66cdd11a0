"""Messages and streams: the codec beside a struct codec by hand and the framers of two protocol stacks, in one process."""

import json
import subprocess
from typing import Final

from tests.benchmarks import peers
from tests.benchmarks.figures import Row

TELEMETRY_HZ: Final = 20
RENEWALS_HZ: Final = 10
CORE_MOST_PERCENT: Final = 1
LINEAR_MOST: Final = 1.3
"""How much more a frame may cost in a stream four times as long: nothing but noise."""
STACKS: Final = ("pymavlink SYS_STATUS (13 fields)", "pymodbus RTU (15 registers)")
BY_HAND: Final = "struct by hand (24 fields)"


def _taken(what: str, rounds: int) -> dict[str, list[float]]:
    """Measure in the peers' interpreter."""
    ended = subprocess.run(
        [peers.python(), "-m", "tests.benchmarks.codec_cases", what, str(rounds)],
        capture_output=True, text=True, check=True, env=peers.environment(), cwd=peers.ROOT,
    )  # fmt: skip
    taken: dict[str, list[float]] = json.loads(ended.stdout)
    return taken


def codec(rounds: int) -> Row:
    """Measure every message, bytes to typed message and back, framing and check included."""
    row, taken = Row("codec"), _taken("codec", rounds)
    for ours in ("telemetry (24 fields)", "limits (12 fields)"):
        for theirs in (*STACKS, BY_HAND) if "24" in ours else STACKS:
            if f"parse {theirs}" in taken:
                both = [[a + b for a, b in zip(taken[f"parse {one}"], taken[f"build {one}"], strict=True)] for one in (ours, theirs)]
                row.versus(f"there and back: {ours}", "us", both[0], theirs, both[1], None if theirs == BY_HAND else 1)
    for verb in ("parse", "build"):
        for ours in ("telemetry (24 fields)", "limits (12 fields)"):
            for theirs in STACKS:
                if f"{verb} {theirs}" in taken:
                    row.versus(f"{verb} {ours}", "us", taken[f"{verb} {ours}"], theirs, taken[f"{verb} {theirs}"])
        row.versus(f"{verb} telemetry (24 fields)", "us", taken[f"{verb} telemetry (24 fields)"], BY_HAND, taken[f"{verb} {BY_HAND}"])
        row.told(f"{verb} each message of the table, mean", "us", taken[f"{verb} all"])
    parse, build = taken["parse telemetry (24 fields)"], taken["build all"]
    percent = [(TELEMETRY_HZ * a + RENEWALS_HZ * (a + b)) / 1e4 for a, b in zip(parse, build, strict=True)]
    row.within("of a core for a wand at 20 Hz, renewals included", "%", percent, CORE_MOST_PERCENT)
    return row


def stream(rounds: int) -> Row:
    """Measure the decoder on a stream in chunks, clean and damaged."""
    row, taken = Row("stream"), _taken("stream", rounds)
    for kind in ("clean", "1 % damaged"):
        for size in (1, 64, 4096):
            name = f"{size} bytes, {kind}"
            if f"pymavlink, {name}" in taken:
                row.versus(f"a frame, chunks of {name}", "us", taken[f"ours, {name}"], "pymavlink", taken[f"pymavlink, {name}"], 1)
            hand = taken[f"split and struct, {name}"]
            row.versus(f"a frame, chunks of {name}", "us", taken[f"ours, {name}"], "bytes.split and struct", hand)
    base = taken["ours, 4096 bytes, clean"]
    row.versus("a frame, a stream four times as long", "us", taken["ours, four times the stream"], "the shorter stream", base, LINEAR_MOST)
    sound = taken["ours, 64 bytes, clean"]
    for name in ("nothing but noise", "no zero at all"):
        row.versus(f"90 bytes, {name}", "us", taken[f"ours, {name}"], "a sound frame, 64 bytes", sound, LINEAR_MOST)
    return row
