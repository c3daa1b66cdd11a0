"""The simulator of the sudden deaths: virtual wands on pseudo terminals, in a hand that never loses its thread.

    python -m tests.kills.wands --units 8 --memory DIR --trace FILE --seed 7 [--no-hangup] [--unplugs]

Tells of each port on stdout, as ``microderm simulate --json`` does. A script for the
hand would wait for ever after a treatment that ended out of turn; this hand looks at
light and buzzer alone.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Final

from microderm_ctl.clock import RealClock
from microderm_ctl.firmware import constants as k
from microderm_ctl.simulator.hand import FOREVER_MS, Hand
from microderm_ctl.simulator.serve import serve_pty
from microderm_ctl.simulator.trace import Trace
from microderm_ctl.simulator.unit import Unit, make_unit

REACTION_MS: Final = 100
PRESS_AGAIN_MS: Final = 1_000
PULL_MOST_MS: Final = 2_000
PULLED_MS: Final = 400


class QuickHand(Hand):
    """Presses, touches down and lifts off 0.1 s after it is told to; one that ``unplugs`` pulls the cable while the wand runs."""

    def __init__(self, random: Random, unplugs: bool = False) -> None:
        super().__init__(random)
        self._unplugs = unplugs
        self._signal = k.QUIET
        self._act_ms = self._pull_ms = FOREVER_MS

    def _think(self, signal: int, pulls: bool) -> None:
        if signal != self._signal:
            self._signal, self._act_ms, self._pull_ms = signal, self._now_ms + REACTION_MS, FOREVER_MS
            if signal == k.SIGNAL_RUNNING and self._unplugs:
                self._pull_ms = self._act_ms + self._random.randrange(PULL_MOST_MS)
        if self._now_ms >= self._act_ms:
            self._act(signal)
        if self._now_ms >= self._pull_ms:
            self._pull_ms = FOREVER_MS
            self.unplug(PULLED_MS)

    def _act(self, signal: int) -> None:
        self._act_ms = FOREVER_MS
        if signal == k.SIGNAL_PRESS:
            self.press()
            self._act_ms = self._now_ms + PRESS_AGAIN_MS
        elif signal == k.SIGNAL_TOUCH:
            self.touch()
        elif signal == k.QUIET:
            self.lift()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal ends it."""
    parser = argparse.ArgumentParser(prog="python -m tests.kills.wands")
    parser.add_argument("--units", type=int, default=1)
    parser.add_argument("--memory", type=Path, required=True)
    parser.add_argument("--trace", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--no-hangup", action="store_true")
    parser.add_argument("--unplugs", action="store_true")
    asked = parser.parse_args(arguments)
    serials = [f"SIM-{number:04d}" for number in range(1, asked.units + 1)]
    units = [
        make_unit(
            serial,
            hand=QuickHand(Random(f"hand {asked.seed} {serial}"), asked.unplugs),
            memory=asked.memory,
            seed=asked.seed,
            utc_s=RealClock().utc_s(),
        )
        for serial in serials
    ]
    with Trace(asked.trace) as trace:
        return serve_pty(units, _ready, _gone, no_hangup=asked.no_hangup, trace=trace)


def _ready(unit: Unit, path: str) -> None:
    print(json.dumps({"event": "ready", "serial": unit.serial, "port": path}), flush=True)


def _gone(unit: Unit) -> None:
    print(json.dumps({"event": "gone", "serial": unit.serial}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
