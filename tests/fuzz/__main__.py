"""Fuzz everything that takes bytes from the other end.

    python -m tests.fuzz --seconds 600                  all targets, the time shared between them
    python -m tests.fuzz --target wand --seconds 60     one of them
    python -m tests.fuzz --target wand --input HEX      one input again

Ends with 1 and the input when a promise is broken, hangs included, or when memory grows.
"""

import argparse
import gc
import sys
import time
import tracemalloc
from random import Random
from typing import Final

from microderm_ctl.clock import RealClock
from tests.fuzz import links, streams, wands
from tests.fuzz.engine import Crash, Figures, Target, attempt, fuzz

TARGETS: Final = {
    "stream": Target("stream", streams.run, streams.seeds),
    "wand": Target("wand", wands.run, wands.seeds),
    "link": Target("link", links.run, links.seeds),
}
GROWTH_MOST: Final = 64 * 1024
"""Bytes that a hundred repeats of one input may leave behind."""


def grows(target: Target) -> int:
    """Return how many bytes the same hundred inputs leave behind when they are run for a second and a third time."""
    inputs = target.seeds()[:100]
    for data in inputs:
        attempt(target, data)
    tracemalloc.start()
    for data in inputs:
        attempt(target, data)
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    for data in inputs:
        attempt(target, data)
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return after - before


def main(arguments: list[str] | None = None) -> int:
    """Fuzz, and tell what was done in lines that can be pasted."""
    parser = argparse.ArgumentParser(description="Fuzz both ends of the wire.")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--target", choices=TARGETS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--input", metavar="HEX")
    asked = parser.parse_args(arguments)
    targets = [TARGETS[asked.target]] if asked.target else list(TARGETS.values())
    try:
        if asked.input is not None:
            sys.stdout.write(f"{attempt(targets[0], bytes.fromhex(asked.input))}\n")
            return 0
        return max([_one(target, asked.seconds / len(targets), asked.seed) for target in targets])
    except Crash as crash:
        sys.stdout.write(f"{crash}\n")
        return 1


def _one(target: Target, seconds: float, seed: int) -> int:
    clock = RealClock()
    end_ms = clock.now_ms() + round(seconds * 1000)
    done: Figures = fuzz(target, Random(seed), lambda _: clock.now_ms() >= end_ms)
    growth = grows(target)
    date = time.strftime("%Y-%m-%d", time.gmtime(clock.utc_s()))
    sys.stdout.write(
        f"{date} python -m tests.fuzz --target {target.name} --seconds {seconds:.0f}: {done.runs:,} runs "
        f"({done.seconds:.0f} s CPU), {done.corpus:,} behaviours, 0 crashes, 0 hangs, memory {growth:+,} bytes in 100 repeats\n"
    )
    sys.stdout.flush()
    return 1 if growth > GROWTH_MOST else 0


if __name__ == "__main__":
    sys.exit(main())
