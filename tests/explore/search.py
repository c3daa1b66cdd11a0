"""Breadth first over every state and every event, until nothing new turns up."""

from collections import defaultdict
from collections.abc import Iterator
from random import Random
from typing import Final, NamedTuple
from unittest import mock

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import regulator
from microderm_ctl.firmware.constants import Constants
from microderm_ctl.firmware.state import State
from tests.explore import laws
from tests.explore.nodes import DUTY, LEASE, MODE, Reducer, Values, get, put
from tests.explore.requests import ALL, Request, ask
from tests.explore.scale import VACUUMS, trips
from tests.explore.world import ACTIVE, NO_MEMORY, RAW, AnyMeasured, Memory, Oracle, Wand, any_regulator

Node = tuple[Values, Memory, int]
"""Values of the state, what memory holds, and whether memory is sound."""
Moves = dict[tuple[int, int], set[tuple[str, int]]]

VIOLATIONS_MOST: Final = 20


class Found(NamedTuple):
    """What came of it."""

    nodes: int
    edges: int
    by_mode: dict[int, int]
    moves: Moves
    """From a state to another: by what (a request, "step", "power"), and with which cause."""
    violations: list[str]
    lease_steps: int
    silence: int
    """The most steps after a last renewal until the pump is off for good, over every state and every course of inputs."""

    @property
    def broken(self) -> int:
        """How many laws were broken."""
        return len(self.violations)


class Search:
    """One walk over all states."""

    def __init__(self, c: Constants, deviations: int = 1, vacuums: tuple[int, ...] = VACUUMS, requests: tuple[Request, ...] = ALL) -> None:
        """Begin with a wand that is switched on, calibrated and never used.

        Args:
            c: scaled-down constants.
            deviations: how many inputs may be bad at once, beside vacuum, motion and button.
            vacuums: what may be measured.
            requests: what may be asked.
        """
        self.c = c
        self.vacuums = vacuums
        self.requests = requests
        self.oracle = Oracle(deviations)
        self.wand = Wand(c, self.oracle)
        self.wand.any.vacuums = vacuums
        self.was = State()
        self.reducer = Reducer(c, vacuums)
        self.number: dict[Node, int] = {}
        self.nodes: list[Node] = []
        self.came: list[tuple[int, str]] = []
        self.edges = 0
        self.moves: Moves = defaultdict(set)
        self.violations: list[str] = []
        self._told: set[tuple[str, str]] = set()
        self._starts: dict[Memory, Node] = {}
        self.driven_after: dict[int, tuple[int, ...]] = {}

    def run(self, nodes_most: int | None = None) -> Found:
        """Walk until no state is left, or ``nodes_most`` are found (for a trial), and return what was seen."""
        with mock.patch.object(regulator, "regulate", any_regulator(self.oracle)):
            self._add(self._powered(NO_MEMORY), -1, "power")
            place = 0
            while place < len(self.nodes) and len(self.violations) < VIOLATIONS_MOST:
                if nodes_most is not None and len(self.nodes) >= nodes_most:
                    break
                self._expand(place)
                place += 1
        by_mode: dict[int, int] = defaultdict(int)
        for values, _, _ in self.nodes:
            by_mode[values[MODE]] += 1
        return Found(len(self.nodes), self.edges, dict(by_mode), dict(self.moves), self.violations, self.c.lease_steps, self._silence())

    def _expand(self, place: int) -> None:
        """Play every event from a node."""
        node = self.nodes[place]
        put(self.was, node[0])
        after: set[int] = set()
        for _ in self.oracle.runs():
            self._restore(node)
            number = self._step(place)
            after.add(number)
        if node[0][LEASE]:
            self.driven_after[place] = tuple(one for one in after if self.nodes[one][0][LEASE])
        if node[0][MODE] == k.RUN:  # the last step measured nothing that it would have stopped for
            most = max(trips(self.c)) if node[0][DUTY] else self.c.trip_most_pa
            self.wand.any.vacuums = tuple(one for one in self.vacuums if 0 <= one <= most)
        for request in self.requests:
            for _ in self.oracle.runs():
                self._restore(node)
                self._request(place, request.name, ask(self.wand, request), node)
        self.wand.any.vacuums = self.vacuums
        self._note(place, self._powered(node[1]), "power")

    def play(self, node: Node, request: Request | None, random: Random) -> Node:
        """Play one request, or a step, from a node with inputs drawn at random; return what comes of it, not reduced."""
        self.oracle.follow(random)
        self._restore(node)
        if request is not None:
            ask(self.wand, request)
        else:
            self._let_waits_end(self.wand.state)
            self.wand.any.button = self.oracle.choose(2)
            with mock.patch.object(regulator, "regulate", any_regulator(self.oracle)):
                self.wand.control_step()
        return (get(self.wand.state), self._kept(node[1]), self.wand.any.memory_ok)

    def _restore(self, node: Node) -> None:
        wand, any_measured, board = self.wand, self.wand.any, self.wand.any_board
        s = wand.state
        put(s, node[0])
        wand.put_memory(node[1])
        any_measured.forget()
        any_measured.memory_ok = node[2]
        any_measured.is_running, any_measured.is_testing = s.duty > 0, s.mode == k.SELF_TEST
        board.duty, board.vent = s.duty, s.vent == 1
        board.was_written = board.was_wrong = False
        wand._noted = s.mode
        wand.events = []
        wand.test_sum = (self.c.test_steps - 1) * RAW
        wand.restart_in = 0

    def _step(self, place: int) -> int:
        wand, was = self.wand, self.was
        s, m = wand.state, wand.any
        self._let_waits_end(s)
        m.button = self.oracle.choose(2)
        wand.control_step()
        kept = self._kept(self.nodes[place][1])
        broken = laws.broken_by_step(self.c, was, s, m, kept)
        if wand.any_board.duty != s.duty or wand.any_board.vent != (s.vent == 1):
            broken.append("the board is driven as the state says")
        return self._close(place, "step", kept, broken)

    def _let_waits_end(self, s: State) -> None:
        """Perhaps bring a wait of minutes to its end."""
        if s.mode in (k.RUN, k.HOLD):
            s.wall = self.c.wall_steps * self.oracle.deviate(2)
        elif s.mode == k.SERVICE:
            over = self.oracle.deviate(3)
            s.service = 1 if over == 1 else 2
            s.service_idle = self.c.service_idle_steps if over == 2 else 0
        elif s.session and s.mode not in ACTIVE and s.mode != k.STOPPING:
            s.silent = self.c.silent_steps * self.oracle.deviate(2)

    def _request(self, place: int, name: str, is_done: bool, node: Node) -> None:
        wand = self.wand
        s = wand.state
        if not is_done:
            self.edges += 1
            if get(s) != node[0] or wand.any_board.duty != s.duty:
                self._violate(place, name, ["a refusal changes nothing"])
            if wand.any.memory_ok == node[2]:
                return
        elif not wand.any_board.was_written and get(s) == node[0] and wand.any_board.duty == s.duty:
            self.edges += 1
            return
        kept = self._kept(node[1])
        broken = laws.broken_by_request(self.c, self.was, s, wand.any, kept, name)
        if name in ("RESTART", "LOADER") and is_done and (self.was.duty or self.was.mode in ACTIVE):
            broken.append("no restart while something runs")
        self._close(place, name, kept, broken)

    def _kept(self, before: Memory) -> Memory:
        return self.wand.get_memory() if self.wand.any_board.was_written else before

    def _close(self, place: int, name: str, kept: Memory, broken: list[str]) -> int:
        wand = self.wand
        s, before = wand.state, self.nodes[place][1]
        if wand.any_board.was_wrong:
            broken.append("memory is written with the pump off and the vent open")
        if before[2] and not kept[2]:
            entry = wand.ledger.by_age(0)
            if entry is None or entry[9] != min(self.was.treatment + (s.treatment > self.was.treatment), 1 << 30) * self.c.step_ms:
                broken.append("the ledger holds what was used")
        if broken:
            self._violate(place, name, broken)
        if s.mode != self.was.mode:
            self.moves[self.was.mode, s.mode].add((name, s.cause))
        self.reducer.reduce(s)
        return self._note(place, (get(s), kept, wand.any.memory_ok), name)

    def _note(self, place: int, node: Node, name: str) -> int:
        self.edges += 1
        number = self.number.get(node)
        if number is None:
            number = self._add(node, place, name)
        if name == "power":
            self.moves[self.nodes[place][0][MODE], node[0][MODE]].add((name, node[0][1]))
        return number

    def _add(self, node: Node, place: int, name: str) -> int:
        number = self.number[node] = len(self.nodes)
        self.nodes.append(node)
        self.came.append((place, name))
        return number

    def _powered(self, kept: Memory) -> Node:
        """Return the node after a start on what memory holds; the start itself is the real one."""
        if kept not in self._starts:
            wand = Wand(self.c, Oracle(0), kept)
            s = wand.state
            if s.duty or not s.vent or wand.any_board.duty or not wand.any_board.vent:
                self.violations.append("power: a start is pump off and vent open")
            if kept[0] and s.mode != k.LOCKOUT:
                self.violations.append("power: a latch outlives the power")
            if kept[2] == 1 and not s.cooldown:
                self.violations.append("power: a treatment cut short counts in full, with its cool-down")
            self.reducer.reduce(s)
            self._starts[kept] = (get(s), wand.get_memory(), wand.any.memory_ok)
        return self._starts[kept]

    def _violate(self, place: int, name: str, broken: list[str]) -> None:
        for law in broken:
            if (law, name) not in self._told:
                self._told.add((law, name))
                self.violations.append(f"{law}: by {name} ({describe(self.wand.any)}), after {' < '.join(self._way(place))}")

    def _way(self, place: int) -> Iterator[str]:
        """Yield the shortest way to a node, backwards."""
        while place >= 0:
            before, name = self.came[place]
            yield f"{name}:{self.nodes[place][0][MODE]}"
            place = before

    def _silence(self) -> int:
        """Return how many steps after a last renewal the pump can at most be on, over every node and every course of sensors.

        The lease falls with each step, so nodes with less of it are done first.
        """
        longest: dict[int, int] = {}
        for place in sorted(self.driven_after, key=lambda one: int(self.nodes[one][0][LEASE])):
            most = 0
            for after in self.driven_after[place]:
                further = longest.get(after, 0)
                if further or self.nodes[after][0][DUTY]:
                    most = max(most, 1 + further)
            longest[place] = most
        return max((most + 1 for most in longest.values()), default=0)


def describe(m: AnyMeasured) -> str:
    """Return the inputs that were looked at."""
    names = ("vacuum", "motion", "tip", "temperature", "supply", "current", "line", "late", "reading")
    seen = [f"{name} {getattr(m, name)}" for name in names if getattr(m, name) is not None]
    return ", ".join([f"button {m.button}", *seen])
