"""Runs idioms one by one and says what came of each: on MicroPython and on CPython alike.

    micropython idioms_peer.py < idioms.json > results

Each idiom is a source text that sets `r`. One line of result comes back for each.
"""

import json
import sys


def text(value: object) -> str:
    """Return a value in a way that does not depend on the runtime."""
    if value is None or value is True or value is False:
        return str(value)
    if isinstance(value, (bytes, bytearray)):
        return "".join(["%02x" % byte for byte in value])
    if isinstance(value, (tuple, list)):
        return "(" + ",".join([text(part) for part in value]) + ")"
    return str(value)


def result_of(source: str) -> str:
    """Return what an idiom leaves in `r`, or that it fails."""
    names = {"__name__": "idiom"}
    try:
        exec(source, names)
        return text(names.get("r"))
    except Exception as error:
        return "fails: " + type(error).__name__


def main() -> None:
    """Run them all."""
    for source in json.loads(sys.stdin.read()):
        print(result_of(source).replace("\n", " "))


main()
