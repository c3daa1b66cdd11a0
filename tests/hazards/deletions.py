"""Takes each protection out, one at a time, and demands that its test goes red.

Run it as `python -m tests.hazards.deletions [--part N/M] [--jobs N] [--only TEXT] [FILE ...]`.

A deletion is an exact edit of one source file: an old text that stands there once, and
a new one. No file is touched. pytest and its company are loaded once; for each deletion
the process forks, the copy imports the one module with its edit, and runs the tests that
the deletion names. A protection counts as shown only when these tests fail for their own
reason: a module that cannot be imported any more, or a name that is missing, proves nothing.
"""

import argparse
import ast
import importlib
import importlib.abc
import importlib.machinery
import json
import os
import select
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Final, NamedTuple

import pytest

from tests.hazards.trace import ROOT

LISTS: Final = (Path(__file__).with_name("deletions_computer.toml"), Path(__file__).with_name("deletions_wand.toml"))
MOST_S: Final = 150.0
"""Longest that one deletion may take; one that hangs is not detected."""
PRELOADED: Final = ("click", "construct", "hypothesis", "platformdirs", "rich.console", "rich.live", "serial", "sqlite3")
BROKEN: Final = frozenset({"AttributeError", "ImportError", "ModuleNotFoundError", "NameError", "UnboundLocalError"})
"""Raised in the edited file itself, these say that the edit broke the program instead of taking a protection out of it."""
WAND: Final = "microderm_ctl/firmware/"
RED: Final = "red"


class Deletion(NamedTuple):
    """A protection that is taken out.

    Attributes:
        name: what the program then does.
        hazards: whose protection it was.
        file: from the root of the repository.
        old: a text that stands in it once.
        new: what stands there instead.
        tests: node ids below `tests/`, of which one must fail.
    """

    name: str
    hazards: tuple[str, ...]
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def side(self) -> str:
        """Where the protection is: on the computer or in the wand."""
        return "wand" if self.file.startswith(WAND) else "computer"

    def edited(self) -> str:
        """Return the source with the edit.

        Raises:
            ValueError: the old text does not stand there once, or nothing of the program changes.
        """
        source = (ROOT / self.file).read_text(encoding="utf-8")
        if source.count(self.old) != 1:
            raise ValueError(f"'{self.name}' is stale: its text stands {source.count(self.old)} times in {self.file}")
        edited = source.replace(self.old, self.new)
        if self.file.endswith(".py") and ast.dump(ast.parse(source)) == ast.dump(ast.parse(edited)):
            raise ValueError(f"'{self.name}' changes nothing of the program")
        return edited


class Result(NamedTuple):
    """What became of a deletion: `red`, or what else; the first test that failed, and the seconds it took."""

    deletion: Deletion
    verdict: str
    failed: str
    seconds: float


def load(paths: Iterable[Path] = LISTS) -> tuple[Deletion, ...]:
    """Return all deletions."""
    rows = [row for path in paths for row in tomllib.loads(path.read_text(encoding="utf-8"))["deletion"]]
    return tuple(
        Deletion(row["name"], tuple(row["hazards"]), row["file"], row["old"].strip("\n"), row["new"].strip("\n"), tuple(row["tests"]))
        for row in rows
    )


def stale(deletions: Iterable[Deletion]) -> list[str]:
    """Return what is wrong with edits that no longer fit their sources."""
    wrong = []
    for deletion in deletions:
        try:
            deletion.edited()
        except (OSError, SyntaxError, ValueError) as error:
            wrong.append(f"{deletion.file}: {error}")
    return wrong


# In the copy of the process


class _Finder(importlib.abc.MetaPathFinder):
    """Hands out one module with its edit; every other one is found as ever."""

    def __init__(self, deletion: Deletion) -> None:
        self.is_loaded = False
        self._path = ROOT / deletion.file
        self._source = deletion.edited()
        parts = Path(deletion.file.removeprefix("protocol/")).with_suffix("").parts
        self._name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> importlib.machinery.ModuleSpec | None:
        if name != self._name:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is not None:
            spec.loader = _Loader(self, name, str(self._path))
        return spec

    def compiled(self) -> CodeType:
        self.is_loaded = True
        code: CodeType = compile(self._source, str(self._path), "exec", dont_inherit=True)
        return code

    def install(self) -> None:
        """Give the edit to imports, and to tests that read the source."""
        sys.meta_path.insert(0, self)
        honest = Path.read_text

        def read_text(path: Path, *arguments: Any, **options: Any) -> str:
            if path.name == self._path.name and path.resolve() == self._path:
                self.is_loaded = True
                return self._source
            return honest(path, *arguments, **options)

        Path.read_text = read_text  # type: ignore[method-assign,assignment]


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, finder: _Finder, name: str, path: str) -> None:
        super().__init__(name, path)
        self._finder = finder

    def get_code(self, fullname: str) -> CodeType:
        return self._finder.compiled()


class _Watcher:
    """Keeps why the first test failed, and in which file that was raised."""

    def __init__(self) -> None:
        self.failed = ""
        self.kind = ""
        self.raised_in = Path()

    def pytest_exception_interact(self, node: Any, call: Any) -> None:
        if not self.failed and call.excinfo is not None:
            self.failed, self.kind = node.nodeid, call.excinfo.typename
            self.raised_in = Path(call.excinfo.traceback[-1].path)


def _judged(deletion: Deletion | None, tests: Sequence[str], directory: str) -> tuple[str, str]:
    """Run tests with an edit, and return the verdict with the first test that failed."""
    finder = None if deletion is None else _Finder(deletion)
    if finder is not None:
        finder.install()
    watcher = _Watcher()
    nodes = [str(ROOT / "tests" / test) for test in tests]
    options = ["-x", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    code = pytest.main([*options, f"--basetemp={directory}/tmp", *nodes], plugins=[watcher])
    if code == pytest.ExitCode.OK:
        return ("still green" if finder is None or finder.is_loaded else "never loaded"), ""
    if code != pytest.ExitCode.TESTS_FAILED:
        return f"pytest ended with {int(code)} {watcher.kind}", watcher.failed
    if deletion is not None and watcher.kind in BROKEN and watcher.raised_in == ROOT / deletion.file:
        return f"broken by the edit ({watcher.kind})", watcher.failed
    return RED, watcher.failed


def _fork(deletion: Deletion | None, tests: Sequence[str]) -> "_Running":
    directory = tempfile.mkdtemp(prefix="deletion-")
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return _Running(pid, reader, directory, deletion, time.monotonic())
    try:
        os.setpgid(0, 0)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        told: Sequence[str] = _judged(deletion, tests, directory)
    except BaseException as error:
        told = (f"the process stumbled: {error!r}", "")
    with os.fdopen(writer, "wb") as pipe:
        pipe.write(json.dumps(told).encode())
    os._exit(0)


# In the first process


class _Running(NamedTuple):
    pid: int
    reader: int
    directory: str
    deletion: Deletion | None
    since_s: float

    def end(self, verdict: str = "") -> tuple[str, str, float]:
        """Take in what became of it; with a verdict, kill it."""
        if verdict:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        told = b""
        while part := os.read(self.reader, 65_536):
            told += part
        os.close(self.reader)
        os.waitpid(self.pid, 0)
        shutil.rmtree(self.directory, ignore_errors=True)
        seconds = time.monotonic() - self.since_s
        if verdict or not told:
            return verdict or "the process died", "", seconds
        verdict, failed = json.loads(told)
        return verdict, failed, seconds


def run(deletions: Sequence[Deletion], jobs: int) -> Iterator[Result]:
    """Take out each protection, some at a time, and yield what became of each, as they end."""
    waiting, running = deque(deletions), dict[int, _Running]()
    while waiting or running:
        while waiting and len(running) < jobs:
            deletion = waiting.popleft()
            one = _fork(deletion, deletion.tests)
            running[one.reader] = one
        ready = select.select(list(running), [], [], 1.0)[0]
        late = [fd for fd, one in running.items() if fd not in ready and time.monotonic() - one.since_s > MOST_S]
        for reader in (*ready, *late):
            one = running.pop(reader)
            if one.deletion is not None:
                yield Result(one.deletion, *one.end("hangs" if reader in late else ""))


def unedited(deletions: Sequence[Deletion]) -> tuple[str, str]:
    """Run every test that a deletion names without any edit, and return the verdict: it must stay green."""
    tests = sorted({test for deletion in deletions for test in deletion.tests})
    return _fork(None, tests).end()[:2]


def _preload() -> None:
    """Import once what every copy needs and no edit touches."""
    for name in PRELOADED:
        importlib.import_module(name)
    ours = [name for name in sys.modules if name.partition(".")[0] in ("microderm_ctl", "microderm_protocol")]
    if ours:
        raise RuntimeError(f"{ours[0]} is loaded already, so no edit of it would count")


def _told(result: Result) -> str:
    hazards = " ".join(result.deletion.hazards)
    told = result.failed.rpartition("::")[2] if result.verdict == RED else f"NOT DETECTED: {result.verdict} {result.failed}"
    return f"{result.verdict[:5]:5}  {result.seconds:4.1f} s  {hazards:12}  {result.deletion.name}  [{told}]"


def main(words: Sequence[str]) -> int:
    """Print what became of each deletion; 1 where one was not detected."""
    parser = argparse.ArgumentParser(prog="python -m tests.hazards.deletions", description="Take each protection out and demand red tests.")
    parser.add_argument("lists", nargs="*", type=Path, default=LISTS, help="lists of deletions instead of the shipped ones")
    parser.add_argument("--part", default="1/1", help="the first of three parts is 1/3")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", help="deletions whose name, file or hazards contain this")
    asked = parser.parse_args(words)
    number, parts = map(int, asked.part.split("/"))
    chosen = [one for one in load(asked.lists) if asked.only in f"{one.name} {one.file} {' '.join(one.hazards)}"][number - 1 :: parts]
    if wrong := stale(chosen):
        print(*wrong, sep="\n")
        return 1
    _preload()
    begun_s = time.monotonic()
    verdict, failed = unedited(chosen)
    if verdict != "still green":
        print(f"without any edit {failed or 'the tests'}: {verdict}")
        return 1
    red = 0
    for result in run(chosen, asked.jobs):
        red += result.verdict == RED
        print(_told(result), flush=True)
    print(f"{red} of {len(chosen)} protections taken out turned their tests red, in {time.monotonic() - begun_s:.0f} s")
    return 0 if red == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
