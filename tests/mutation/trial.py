"""Trying mutants: the tests are loaded once, and each mutant gets a fork of that process.

A mutant inside a function takes the place of that function's code in the fork, and only
the tests that were seen to call the function are run, those that found its neighbours
first. A mutant outside of functions, or in one that runs while modules are loaded, is
put in place before anything of ours is imported: the fork comes from a process that has
loaded pytest and the libraries alone, and loads the tests itself.

The limit of a trial is processor time, so a busy machine is no hang.
"""

import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import io
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import types
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, TextIO

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.mutation.mutants import Mutant, mutated

ROOT: Final = Path(__file__).parents[2]
TESTS: Final = {"safety": ("tests/safety", "tests/docs/test_evidence.py"), "firmware": ("tests/firmware",)}
"""The tests that have to notice a mutant, by the folder that it is in."""
LEFT_OUT: Final = ("test_states_explored", "test_stateful", "test_power_cuts", "test_torn_writes", "test_lattice", "test_every_combination")
"""Searches over everything: each takes longer than all others together, and finds what those have to find by themselves."""
ARGUMENTS: Final = (
    *(f"--ignore-glob=*/{name}.py" for name in LEFT_OUT),
    "-x",
    "-p",
    "no:xdist",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:warnings",
    "-p",
    "no:unraisableexception",
    "--assert=plain",
    "-o",
    "faulthandler_timeout=0",
)
"""No xdist and no cache; asserts as they are, for a mutant is noticed and not explained, and a start takes half the time."""
PROFILE: Final = "mutants"
LIMIT_S: Final = 10
"""Processor seconds of a trial, besides five times what its tests take."""
WALL_S: Final = 300
MEMORY_BYTES: Final = 4 << 30
KILLED, SURVIVED, TIME_OUT = "killed", "survived", "time-out"


class Trial(NamedTuple):
    """What became of a mutant, and the test that noticed it."""

    mutant: Mutant
    outcome: str
    by: str = ""


def prepare() -> None:
    """Load what every trial needs and nothing of ours, and choose a short way with properties."""
    import construct  # noqa: F401
    import hypothesis.strategies  # noqa: F401
    import platformdirs  # noqa: F401
    import pytest_mock  # noqa: F401

    import microderm_protocol  # noqa: F401

    os.chdir(ROOT)
    os.environ["HYPOTHESIS_PROFILE"] = PROFILE
    phases = (Phase.explicit, Phase.generate)
    checks = tuple(HealthCheck)
    settings.register_profile(
        PROFILE, max_examples=30, derandomize=True, database=None, deadline=None, phases=phases, suppress_health_check=checks
    )


class Known:
    """The tests as they were loaded and run once without a mutant: what each calls, and how long it takes."""

    def __init__(self, targets: Iterable[str], tests: Sequence[str]) -> None:
        """Watch the functions of some files, by their paths from the root, while some tests run."""
        self.tests = tests
        self.targets = {str(ROOT / target): target for target in targets}
        self.callers: dict[tuple[str, str], set[int]] = defaultdict(set)
        self.at_import: set[tuple[str, str]] = set()
        self.seconds: list[float] = []
        self.items: list[pytest.Item] = []
        self.failing: list[str] = []
        self.found_by: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        self._test = -1

    def watch(self, frame: types.FrameType, event: str, argument: Any) -> None:
        """Note the call of a watched function: a trace function that follows no lines."""
        target = self.targets.get(frame.f_code.co_filename)
        if target is not None:
            name = _outermost(frame.f_code.co_qualname)
            if self._test < 0:
                self.at_import.add((target, name))
            else:
                self.callers[target, name].add(self._test)

    def begin(self, number: int) -> None:
        """From here on, calls are those of this test."""
        self._test = number

    def tell(self, to: TextIO) -> None:
        """Write what was learnt."""
        json.dump([self.seconds, self.failing, [[*place, sorted(callers)] for place, callers in self.callers.items()]], to)

    def hear(self, told: str) -> None:
        """Take over what was learnt in a fork; what fails without a mutant is left out, for it would find every one."""
        self.seconds, self.failing, callers = json.loads(told)
        out = {number for number, item in enumerate(self.items) if item.nodeid in self.failing}
        for path, function, numbers in callers:
            self.callers[path, function] = set(numbers) - out

    def tests_for(self, mutant: Mutant) -> list[int]:
        """Return the tests that call a mutant's function: first what found most of its other mutants, then the quick ones."""
        place = (mutant.path, mutant.function or "")
        found = self.found_by[place]
        return sorted(self.callers[place], key=lambda one: (-found[one], self.seconds[one]))

    def is_swappable(self, mutant: Mutant) -> bool:
        """Say whether a mutant may be put in place after the modules were loaded."""
        return mutant.function is not None and (mutant.path, mutant.function) not in self.at_import


def _outermost(qualified: str) -> str:
    return qualified.split(".<locals>", maxsplit=1)[0]


class Loaded:
    """A plugin that runs all tests once, and then hands over in place of ending."""

    def __init__(self, known: Known, then: "Callable[[Known], None]") -> None:
        """Keep what was learnt in ``known``, then call ``then`` with it."""
        self.known = known
        self.then = then

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run each test in a fork, with its calls watched, so that none was run before where mutants are tried."""
        known = self.known
        known.items = session.items
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            with os.fdopen(writer, "w", encoding="utf-8") as telling:
                _watch_all(known)
                known.tell(telling)
            os._exit(0)
        os.close(writer)
        sys.settrace(None)
        with os.fdopen(reader, encoding="utf-8") as told:
            known.hear(told.read())
        os.waitpid(child, 0)
        self.then(known)
        return True


def _watch_all(known: Known) -> None:
    for number, item in enumerate(known.items):
        known.begin(number)
        begun = time.process_time()
        following = known.items[number + 1] if number + 1 < len(known.items) else None
        if not _passes(item, following):
            known.failing.append(item.nodeid)
        known.seconds.append(time.process_time() - begun)
    sys.settrace(None)


def _passes(item: pytest.Item, following: pytest.Item | None) -> bool:
    from _pytest.runner import runtestprotocol

    return not any(report.failed for report in runtestprotocol(item, nextitem=following, log=False))


def load(known: Known, then: "Callable[[Known], None]") -> None:
    """Load and run the tests in this process, and go on with ``then``."""
    sys.settrace(known.watch)
    code = pytest.main([*ARGUMENTS, *known.tests], plugins=[Loaded(known, then)])
    sys.settrace(None)
    if code:
        raise SystemExit("The tests could not be loaded.")


def try_loaded(known: Known, mutants: list[Mutant], workers: int, until_s: float) -> Iterator[Trial]:
    """Yield what becomes of mutants inside functions, while there is time."""

    def trial(mutant: Mutant, tests: list[int]) -> str:
        if not _put_in_place(mutant):
            return "0"
        factory = known.items[0].config._tmp_path_factory  # type: ignore[attr-defined]
        factory._basetemp = Path(tempfile.mkdtemp())
        try:
            for place, number in enumerate(tests):
                following = known.items[tests[place + 1]] if place + 1 < len(tests) else None
                if not _passes(known.items[number], following):
                    return str(number)
        finally:
            shutil.rmtree(factory._basetemp, ignore_errors=True)
        return ""

    def starts() -> Iterator[tuple[Mutant, Callable[[], str], float]]:
        for mutant in mutants:
            tests = known.tests_for(mutant)
            yield mutant, lambda mutant=mutant, tests=tests: trial(mutant, tests), sum(known.seconds[one] for one in tests)  # type: ignore[misc]

    for mutant, outcome, by in _forked(starts(), workers, until_s):
        if by.isdecimal():
            known.found_by[mutant.path, mutant.function or ""][int(by)] += 1
        yield Trial(mutant, outcome, known.items[int(by)].nodeid if by.isdecimal() else by)


def _put_in_place(mutant: Mutant) -> bool:
    """Give a function the code that it has in the mutated file; a mutant that cannot even be compiled is found."""
    name = mutant.path.removesuffix(".py").replace("/", ".")
    try:
        code = compile(mutated(ROOT / mutant.path, mutant), str(ROOT / mutant.path), "exec")
    except (SyntaxError, ValueError):
        return False
    found: Any = sys.modules[name]
    for part in str(mutant.function).split("."):
        code = next(one for one in code.co_consts if isinstance(one, types.CodeType) and one.co_name == part)
        found = vars(found)[part]
    function: Any = found.fget if isinstance(found, property) else getattr(found, "__func__", found)
    function.__code__ = code
    return True


def try_fresh(files: dict[str, list[str]], without: list[str], mutants: list[Mutant], workers: int, until_s: float) -> Iterator[Trial]:
    """Yield what becomes of mutants that must be there when modules are loaded.

    ``files`` are test files by path, likeliest first, ``without`` tests to leave out.
    """
    found_by: dict[str, Counter[str]] = defaultdict(Counter)

    def trial(mutant: Mutant, order: list[str]) -> str:
        sys.meta_path.insert(0, _Mutated(mutant))
        for part in [order[:1], order[1:]]:
            if _fails(part, without):
                return part[0]
        return ""

    def starts() -> Iterator[tuple[Mutant, Callable[[], str], float]]:
        for mutant in mutants:
            found = found_by[mutant.path]
            order = sorted(files[mutant.path], key=lambda one: -found[one])
            yield mutant, lambda mutant=mutant, order=order: trial(mutant, order), 20.0  # type: ignore[misc]

    for mutant, outcome, by in _forked(starts(), workers, until_s):
        found_by[mutant.path][by] += 1
        yield Trial(mutant, outcome, by)


def _fails(files: list[str], without: list[str]) -> bool:
    """Run test files in a fork of this process, so that the next ones load everything anew; say whether one fails."""
    if not files:
        return False
    with tempfile.TemporaryDirectory() as own:  # pytest would tidy up what all others left behind
        child = os.fork()
        if not child:
            os._exit(1 if pytest.main([*ARGUMENTS, f"--basetemp={own}/t", *(f"--deselect={one}" for one in without), *files]) else 0)
        return os.waitpid(child, 0)[1] != 0


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the module of a mutant with the mutant in it."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.name = mutant.path.removesuffix(".py").replace("/", ".")

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, ROOT / self.mutant.path, loader=self)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        exec(compile(mutated(ROOT / self.mutant.path, self.mutant), str(ROOT / self.mutant.path), "exec"), vars(module))


Start = tuple[Mutant, Callable[[], str], float]


def _forked(starts: Iterator[Start], workers: int, until_s: float) -> Iterator[tuple[Mutant, str, str]]:
    """Run each start in a fork of its own, a few at a time, and yield what came of it."""
    running: dict[int, tuple[Mutant, int, float]] = {}
    is_more = True
    while is_more or running:
        while is_more and len(running) < workers:
            start = next(starts, None) if time.monotonic() < until_s else None
            if start is None:
                is_more = False
                break
            mutant, trial, seconds = start
            pid, reader = _fork(trial, LIMIT_S + int(5 * seconds))
            running[pid] = (mutant, reader, time.monotonic() + WALL_S)
        for pid, (_, _, wall_s) in running.items():
            if time.monotonic() > wall_s:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
        for pid in list(running):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                mutant, reader, _ = running.pop(pid)
                yield mutant, *_outcome(status, reader)
        time.sleep(0.001)


def _fork(trial: Callable[[], str], limit_s: int) -> tuple[int, int]:
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return child, reader
    with contextlib.suppress(BaseException):
        os.setpgid(0, 0)
        resource.setrlimit(resource.RLIMIT_CPU, (limit_s + int(time.process_time()), limit_s + 5 + int(time.process_time())))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        sys.stdout = sys.stderr = io.StringIO()
        by = "an error while the mutant was tried"
        try:
            by = trial()
        finally:
            os.write(writer, (by or "-").encode())
    os._exit(0)


def _outcome(status: int, reader: int) -> tuple[str, str]:
    with os.fdopen(reader, "rb") as pipe:
        by = pipe.read().decode()
    if not os.WIFEXITED(status) or not by:
        return TIME_OUT, ""
    return (SURVIVED, "") if by == "-" else (KILLED, by)
