"""The state machine walked to its end: every state, every event, and the laws on every edge; and that the walk itself is sound."""

from random import Random

import pytest

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware.state import State
from tests.explore import parts, table
from tests.explore.nodes import LAST_RAW, MODE, NAMES, Reducer, get, put
from tests.explore.requests import ALL, ask
from tests.explore.search import Found, Node, Search


@pytest.fixture(scope="module")
def searched() -> Search:
    return parts.treatments()


@pytest.fixture(scope="module")
def home(searched: Search) -> Found:
    return searched.run()


@pytest.fixture(scope="module")
def bench() -> Found:
    return parts.bench().run()


@pytest.mark.hazard("H-04", "wand")
@pytest.mark.hazard("H-18", "wand")
@pytest.mark.hazard("H-40", "wand")
def test_no_treatment_breaks_a_law(home: Found) -> None:
    assert home.violations == []
    assert set(home.by_mode) == set(range(k.SERVICE + 1)) - {k.SERVICE}


@pytest.mark.hazard("H-31", "wand")
def test_no_work_on_a_bench_breaks_a_law(bench: Found) -> None:
    assert bench.violations == []
    assert set(bench.by_mode) == set(range(k.SERVICE + 1)) - {k.ARMED, k.RUN, k.HOLD, k.COOLDOWN}


@pytest.mark.hazard("H-09", "wand")
@pytest.mark.hazard("H-10", "wand")
def test_from_every_state_silence_ends_the_pump_within_the_lease(home: Found, bench: Found) -> None:
    for found in (home, bench):
        assert 1 < found.silence <= found.lease_steps + 1


def test_the_page_has_the_same_ways_between_states(home: Found, bench: Found) -> None:
    """But for a memory that fails and an unlock right after a treatment, which only the longer searches play; they compare all."""
    said = [line.replace(" memory,", "") for line in table.on_page().splitlines() if not line.startswith("| COOLDOWN | SERVICE |")]
    assert table.lines(table.merged(home.moves, bench.moves)) == said


def test_the_fast_ways_in_and_out_of_a_state_are_its_own() -> None:
    one, other = State(), State()
    put(one, tuple(range(len(get(one)) - 7)) + tuple((number, number) for number in range(7)))
    other.restore(one.snapshot())
    assert get(other) == get(one)
    assert one.snapshot()[0] + one.snapshot()[1:] == get(one)


def _shown(node: Node) -> tuple[object, ...]:
    """What anybody can see of a node, or comes to feel later."""
    values, kept, is_sound = node
    names = ["mode", "duty", "vent", "latched", "cooldown", "session"]
    if values[MODE] == k.STOPPING:  # rows count no more, only the whole that the ledger is told
        names += ["treatment", "lease"]
    elif values[MODE] in k.ACTIVE:
        names += ["used", "treatment", "treatment_limit", "limit", "lease", "row"]
        names += ["hold"] if values[MODE] == k.HOLD else []
    seen = tuple(values[NAMES.index(name)] for name in names)
    return (*seen, kept, is_sound)


def test_what_the_reduction_makes_equal_nothing_tells_apart(searched: Search, home: Found) -> None:
    """From all over the walk: a wand with its whole state, and one that is reduced after every event, side by side."""
    random = Random(5)
    plain, reduced = parts.small(), parts.small()
    reducer = Reducer(plain.c)
    requests = [one for one in ALL if one.name != "UNLOCK"]  # how long the button was held is told apart in some states only
    for start in random.choices(searched.nodes, k=1_500):
        whole = less = start
        for _ in range(12):
            place, seed = random.randrange(3 * len(requests)), random.random()
            request = requests[place] if place < len(requests) else None
            whole, less = plain.play(_anew(whole), request, Random(seed)), reduced.play(less, request, Random(seed))
            assert _shown(whole) == _shown(less), (request, start)
            reducer.reduce(reduced.wand.state)
            less = (get(reduced.wand.state), less[1], less[2])


def _anew(node: Node) -> Node:
    """Leave out the last raw reading, as every step of the search chooses it."""
    values = list(node[0])
    values[NAMES.index("last_raw")] = LAST_RAW
    return (tuple(values), node[1], node[2])


@pytest.mark.parametrize("request_name", ["ARM", "RENEW", "STOP", "UNLOCK"])
def test_requests_of_the_search_are_understood(request_name: str) -> None:
    """Each is done in some state: a search whose requests are all refused would prove nothing."""
    search = parts.small()
    s = search.wand.state
    s.mode, s.session, s.lease, s.held = k.LINKED, 1, 2, 5
    (request,) = [one for one in ALL if one.name == request_name]
    for _ in search.oracle.runs():
        assert ask(search.wand, request)
        break
