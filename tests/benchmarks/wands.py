"""Many wands in one simulator, each in a treatment of its own, in real time; all that treats with them is one loop here."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from microderm_ctl.clock import RealClock
from microderm_ctl.link.link import Link
from microderm_ctl.link.ports import Port, open_port
from microderm_ctl.link.requests import Outcome, Ticket
from microderm_ctl.link.values import Reading
from microderm_ctl.simulator.serve import serve_pty
from microderm_ctl.simulator.unit import make_unit
from microderm_protocol import codes
from microderm_protocol.messages.treatment import ArmRequest, ZoneRequest
from tests.benchmarks import peers
from tests.benchmarks.figures import Row

COUNTS: Final = (1, 8, 64)
CORE_PERCENT: Final = 100
LINEAR_MOST: Final = 1.3
LOOK_MS: Final = 10
RUNNING_MOST_S: Final = 60.0
GRIT_UM: Final = 106
CAP_PA: Final = 12_000
TREATMENT_S: Final = 300
NOW_S: Final = 1_780_000_000
_TICKS: Final = os.sysconf("SC_CLK_TCK")


def processor_s(pid: int) -> float:
    """Return the processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def simulated(units: int) -> Iterator[tuple[int, list[str]]]:
    """Serve wands with hands of their own for the time of the body; yields the process and the ports."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.wands", str(units)],
        stdout=subprocess.PIPE, text=True, env=peers.environment(), cwd=peers.ROOT,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield process.pid, [process.stdout.readline().strip() for _ in range(units)]
    finally:
        process.terminate()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def serve(units: int) -> None:
    """Serve wands until a signal ends it, and print their ports."""
    made = [make_unit(f"SIM-{number:04d}", seed=number, utc_s=NOW_S) for number in range(1, units + 1)]
    serve_pty(made, lambda _unit, path: print(path, flush=True))


class Treated:
    """One wand from greeting to running, without a thread: a link that is fed and asked."""

    def __init__(self, path: str) -> None:
        self.port: Port = open_port(path)
        self.link = Link()
        self.lease_least_ms: int | None = None
        self.is_counted = False
        self._waits: Ticket | None = None
        self._steps = iter(self._lead())

    def begin(self, now_ms: int) -> None:
        """Ask for a session."""
        self._waits = self.link.hello(now_ms)

    def turn(self, now_ms: int) -> None:
        """Take in what came, go on where something was answered, and send what is due."""
        self.link.feed(self.port.read(), now_ms)
        self.link.lease.beat(now_ms)
        while self.link.events:
            event = self.link.events.popleft()
            if isinstance(event, Reading) and event.state == "RUN" and self.is_counted:
                self.lease_least_ms = min(self.lease_least_ms or event.lease_least_ms, event.lease_least_ms)
        if self._is_free(now_ms):
            self._waits = next(self._steps, None)
        for frame in self.link.due(now_ms):
            self.port.write(frame)

    def _is_free(self, now_ms: int) -> bool:
        if self.link.lost is not None or (self._waits is not None and not self._waits.is_settled):
            return False
        return not self.link.session or not self.link.lease.wanted or self.link.lease.is_live(now_ms)

    def _lead(self) -> Iterator[Any]:
        """Take the lease, then send one request after another until one of each kind was answered."""
        self.link.lease.wanted = True
        yield None
        for message in (_arm(), ZoneRequest(1, 0, 10_000)):
            ticket = self.link.request(message)
            yield ticket
            while ticket.outcome is not Outcome.ANSWERED:  # a self-test is not over yet
                ticket = self.link.request(message)
                yield ticket


def _arm() -> ArmRequest:
    def padded(value: int) -> tuple[int, ...]:
        return (value, *([0] * (codes.ROWS - 1)))

    rows = (padded(1), padded(CAP_PA), padded(TREATMENT_S), padded(3_000))
    return ArmRequest(1, int.from_bytes(os.urandom(3), "little") + 1, NOW_S, 5, 0, GRIT_UM, TREATMENT_S * 1000, 1, *rows)


def together(paths: list[str], pid: int, duration_s: float) -> dict[str, float]:
    """Treat with all of them, and return what server and loop took, how many ran through, and the least lease that was left."""
    clock, poll = RealClock(), select.poll()
    treated = [Treated(path) for path in paths]
    try:
        for one in treated:
            one.begin(clock.now_ms())
            poll.register(one.port.fileno() or 0, select.POLLIN)

        def turn() -> None:
            poll.poll(LOOK_MS)
            now_ms = clock.now_ms()
            for one in treated:
                one.turn(now_ms)

        end = time.monotonic() + RUNNING_MOST_S
        while any(one.link.state != "RUN" for one in treated):
            turn()
            if time.monotonic() > end:
                break
        for one in treated:
            one.is_counted = True
        began, server_s, own_s = time.monotonic(), processor_s(pid), time.process_time()
        while time.monotonic() - began < duration_s:
            turn()
        wall_s = time.monotonic() - began
        leases = [one.lease_least_ms for one in treated if one.lease_least_ms is not None]
        return {
            "server": (processor_s(pid) - server_s) / wall_s * 100,
            "own": (time.process_time() - own_s) / wall_s * 100,
            "running": sum(one.link.state in ("RUN", "HOLD") for one in treated),
            "lease": min(leases, default=0),
        }
    finally:
        for one in treated:
            one.port.close()


def wands(rounds: int, duration_s: float) -> Row:
    """Measure one process that serves 1, 8 and 64 wands in treatments."""
    row = Row("wands")
    each: dict[int, list[float]] = {}
    for count in COUNTS:
        found = []
        for _ in range(rounds):
            with simulated(count) as (pid, paths):
                found.append(together(paths, pid, duration_s))
        each[count] = [one["server"] / count for one in found]
        what = "1 wand" if count == 1 else f"{count} wands"
        row.within(f"a process that serves {what}", "% of a core", [one["server"] for one in found], CORE_PERCENT, "real time")
        row.least(f"of {what} in a treatment to the end", "", [one["running"] for one in found], count, "no lease lost")
        row.told(f"least lease left, {what}", "ms", [one["lease"] for one in found], "500 ms", scales=False)
        row.told(f"one loop that treats with {what}", "% of a core", [one["own"] for one in found])
    row.versus("one wand among 64", "% of a core", each[64], "one wand among 8", each[8], LINEAR_MOST)
    return row


if __name__ == "__main__":
    serve(int(sys.argv[1]))
