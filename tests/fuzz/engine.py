"""A small fuzzer: inputs grown from seeds by mutation, those kept that show behaviour not seen before.

What a target returns for an input stands for its behaviour (frames found, states passed,
answers given), as coverage does elsewhere; it needs no instrumentation and runs on any Python.
"""

import faulthandler
import sys
import time
from collections.abc import Callable
from random import Random
from typing import Final, NamedTuple

Run = Callable[[bytes], object]
SIZE_MOST: Final = 1_024
HANG_S: Final = 20
"""An input that takes longer is a hang: the program ends with its traceback."""
CORPUS_MOST: Final = 20_000
INTERESTING: Final = (0x00, 0x01, 0x03, 0x10, 0x20, 0x40, 0x60, 0x7F, 0x80, 0xA0, 0xC0, 0xE0, 0xFE, 0xFF)


class Target(NamedTuple):
    """Something to fuzz: a function that raises when a promise is broken, and inputs to begin with."""

    name: str
    run: Run
    seeds: Callable[[], list[bytes]]


class Crash(Exception):
    """An input broke a promise; the message holds it as hex."""


class Figures(NamedTuple):
    """What was done."""

    runs: int
    corpus: int
    seconds: float


def mutate(random: Random, data: bytes, other: bytes) -> bytes:
    """Return a neighbour of an input."""
    out = bytearray(data)
    for _ in range(1 << random.randrange(4)):
        way, at = random.randrange(7), random.randrange(len(out) + 1)
        if way == 0 and out:
            out[at % len(out)] ^= 1 << random.randrange(8)
        elif way == 1 and out:
            out[at % len(out)] = random.choice(INTERESTING)
        elif way == 2:
            out[at:at] = random.randbytes(random.randint(1, 8))
        elif way == 3:
            del out[at : at + random.randint(1, 8)]
        elif way == 4:
            out[at:at] = out[at : at + random.randint(1, 64)]
        elif way == 5:
            cut = random.randrange(len(other) + 1)
            out[at:] = other[cut:]
        elif out:
            out[at % len(out)] = random.randrange(256)
    return bytes(out[:SIZE_MOST])


def fuzz(target: Target, random: Random, is_over: Callable[[int], bool]) -> Figures:
    """Run a target on its seeds and on what grows from them until ``is_over(runs)``.

    Raises:
        Crash: an input broke a promise.
    """
    begun_s, corpus, seen, runs = time.process_time(), list[bytes](), set[object](), 0
    waiting = target.seeds()[::-1]
    while not is_over(runs):
        data = waiting.pop() if waiting else mutate(random, random.choice(corpus), random.choice(corpus))
        runs += 1
        behaviour = attempt(target, data)
        if behaviour not in seen or not corpus:
            seen.add(behaviour)
            if len(corpus) < CORPUS_MOST:
                corpus.append(data)
    return Figures(runs, len(corpus), time.process_time() - begun_s)


def attempt(target: Target, data: bytes) -> object:
    """Run a target once, under a watch for hangs.

    Raises:
        Crash: it broke a promise.
    """
    real = sys.__stderr__
    watched = real.fileno() if real is not None and sys.stderr is real else None
    if watched is not None:
        faulthandler.dump_traceback_later(HANG_S, exit=True, file=watched)
    try:
        return target.run(data)
    except Exception as error:
        raise Crash(f"{target.name}: {type(error).__name__}: {error}; the input is {data.hex()}") from error
    finally:
        if watched is not None:
            faulthandler.cancel_dump_traceback_later()
