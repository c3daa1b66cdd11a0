"""Bit errors on the wire: what both decoders make of frames with flipped bits.

    python -m tests.fuzz.bits               all single and double errors of every golden frame, and a million bursts
    python -m tests.fuzz.bits --bursts N    another number of bursts

A frame is accepted wrongly when a decoder hands out anything but the frame that was
sent. The damaged frames are fed by the thousand, a zero byte between them.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from microderm_ctl.clock import RealClock
from microderm_ctl.firmware import wire
from microderm_protocol import Decoder
from microderm_protocol.framing import Frame

FOLDER: Final = Path(__file__).parents[2] / "protocol" / "vectors"
AT_ONCE: Final = 4_096
BURST_BITS: Final = 96
"""The longest burst; the check sum alone is sure to find those up to 32."""


class Golden(NamedTuple):
    """A frame of the vectors."""

    name: str
    kind: int
    message_id: int
    wire: bytes

    @property
    def bits(self) -> int:
        """How many there are to flip, delimiters included."""
        return 8 * len(self.wire)


def golden() -> list[Golden]:
    """Return every good frame of the vectors."""
    families = (json.loads((FOLDER / f"{family}.json").read_text())["vectors"] for family in ("handshake", "treatment", "bench"))
    return [Golden(f"{one['kind']} {one['name']}", one["kind"], one["id"], bytes.fromhex(one["wire"])) for one in chain(*families)]


def one_each() -> list[Golden]:
    """Return one frame of every type: the last of its vectors, whose fields all differ."""
    return list({(one.kind, one.message_id): one for one in golden()}.values())


def singles(bits: int) -> Iterator[int]:
    """Yield the masks of all single errors."""
    return (1 << bit for bit in range(bits))


def doubles(bits: int) -> Iterator[int]:
    """Yield the masks of all double errors."""
    for first in range(bits):
        mask = 1 << first
        for second in range(first):
            yield mask | 1 << second


def bursts(bits: int, random: Random, count: int) -> Iterator[int]:
    """Yield the masks of bursts: both ends flipped, what lies between by chance."""
    for _ in range(count):
        length = random.randint(3, min(BURST_BITS, bits))
        yield (1 | 1 << length - 1 | random.getrandbits(length)) << random.randint(0, bits - length)


def accepted_wrong(frame: Golden, masks: Iterator[int]) -> tuple[int, list[str]]:
    """Feed a frame under each mask to both decoders.

    Returns:
        How many damaged frames there were, and what was accepted that was never sent.
    """
    (sent,) = Decoder().feed(frame.wire)
    number, size, count, wrong = int.from_bytes(frame.wire), len(frame.wire), 0, []
    computer, wand = Decoder(), wire.Receiver()
    while batch := [(number ^ mask).to_bytes(size) for mask in islice(masks, AT_ONCE)]:
        stream = b"\0".join(batch) + b"\0"
        count += len(batch)
        wrong += [f"computer: {one}" for one in computer.feed(stream) if one != sent]
        wrong += [f"wand: {one}" for one in wand.feed(stream) if Frame(*one) != sent]
    return count, wrong


def main(arguments: list[str] | None = None) -> int:
    """Run everything and tell the counts in a line that can be pasted."""
    parser = argparse.ArgumentParser(description="Bit errors of every frame, for both decoders.")
    parser.add_argument("--bursts", type=int, default=1_000_000)
    asked = parser.parse_args(arguments)
    frames, random, wrong = golden(), Random(1), list[str]()
    counts = {"single": 0, "double": 0, "burst": 0}
    begun_s = time.process_time()
    for number, frame in enumerate(frames):
        share = asked.bursts // len(frames) + (number < asked.bursts % len(frames))
        sources = {"single": singles(frame.bits), "double": doubles(frame.bits), "burst": bursts(frame.bits, random, share)}
        for kind, masks in sources.items():
            count, found = accepted_wrong(frame, masks)
            counts[kind] += count
            wrong += [f"{frame.name}: {one}" for one in found]
    sys.stdout.write("".join(f"{one}\n" for one in wrong[:20]))
    total = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
    date = time.strftime("%Y-%m-%d", time.gmtime(RealClock().utc_s()))
    sys.stdout.write(
        f"{date} python -m tests.fuzz.bits: {len(frames)} frames, {total} errors, "
        f"{len(wrong)} accepted wrong ({time.process_time() - begun_s:.0f} s CPU)\n"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
