"""Walks every state of the wand's program.

Run it as `python -m tests.explore`, with `--small` for the smaller constants (some minutes),
with `--suite` for the two parts of the suite (seconds). `--write` puts the table that was
found into docs/wand/states.md.
"""

import sys
import time

from tests.explore import parts, table
from tests.explore.search import Found


def main(words: list[str]) -> int:
    """Search, print what was found, and say whether it broke a law or the page tells another table."""
    started = time.process_time()
    if "--suite" in words:
        found = [parts.treatments().run(), parts.bench().run()]
    else:
        found = [(parts.small() if "--small" in words else parts.full()).run()]
    seconds = time.process_time() - started
    moves = table.merged(*[one.moves for one in found])
    if "--write" in words:
        table.write(moves)
    rows = table.lines(moves)
    print("\n".join(rows))
    for sentence in (sentence for one in found for sentence in one.violations):
        print(f"VIOLATION  {sentence}")
    is_told = table.on_page() == "\n".join(rows) + "\n"
    print(f"docs/wand/states.md {'tells the same' if is_told else 'tells ANOTHER'} table")
    print(figures(found, seconds, words))
    return 0 if is_told and not any(one.violations for one in found) else 1


def figures(found: list[Found], seconds: float, words: list[str]) -> str:
    """Return the line for the safety case."""
    nodes, edges, broken = (sum(getattr(one, name) for one in found) for name in ("nodes", "edges", "broken"))
    silence = max(one.silence for one in found)
    command = " ".join(["python -m tests.explore", *words])
    return (
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, `{command}`: {nodes:,} states, {edges:,} transitions, {broken} violations, "
        f"pump off {silence} steps after the last renewal at the latest (lease {found[0].lease_steps}), {seconds:.0f} s CPU"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
