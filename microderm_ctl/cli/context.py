"""What a command is handed: the options that are understood everywhere, and the way to store, clock and wand.

Everything is opened on first use and closed at the end, so that a command pays
only for what it touches.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from microderm_ctl.cli import SOUNDS
from microderm_ctl.clock import Clock, RealClock

if TYPE_CHECKING:
    from pathlib import Path

    from microderm_ctl.link.ports import PortInfo
    from microderm_ctl.link.recorder import Recorder
    from microderm_ctl.records.rows import PersonRecord
    from microderm_ctl.records.store import Store
    from microderm_ctl.wand import Wand

PROGRAM: Final = "microderm"
IN_ENVIRONMENT: Final = ("port", "serial", "data_dir", "sound")
SOUND_OFF: Final = "off"
CANNOT_DRAW: Final = ("dumb", "unknown")
"""Terminals by ``TERM`` that know no place on a screen."""
SIM: Final = "sim"
BENCH: Final = "bench"
"""The group of a technician's commands, and the hand that holds the virtual wand for them."""
SIM_SERIAL: Final = "SIM-0000"
"""The wand behind ``--port sim``; those of ``simulate`` count from 1."""
SIM_MEMORY: Final = "practice.memory"
"""Where the wand behind ``--port sim`` keeps its memory, in the data directory."""


class Options(NamedTuple):
    """The options that every command takes, before or after its name; the environment fills in what is not given."""

    port: str | None = None
    serial: str | None = None
    as_json: bool = False
    plain: bool = False
    verbose: int = 0
    debug: bool = False
    data_dir: "Path | None" = None
    record: "Path | None" = None
    sound: str | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any], environment: Mapping[str, str]) -> Self:
        """Return the options: those given, else those of ``MICRODERM_PORT``, ``_SERIAL``, ``_DATA_DIR`` and ``_SOUND``."""
        known: dict[str, Any] = {name: environment.get(f"MICRODERM_{name.upper()}") or None for name in IN_ENVIRONMENT}
        known |= {name: value for name, value in given.items() if value is not None}
        for name in ("data_dir", "record"):
            if known.get(name) is not None:
                from pathlib import Path

                known[name] = Path(known[name])
        return cls(**known)


class Invocation:
    """One command on its way: its options, and all that it may open. Use it with ``with``."""

    def __init__(self, options: Options, clock: Clock | None = None, command: str = "") -> None:
        """Take the options and the command's name; nothing is opened."""
        from microderm_ctl.cli.ask import Asker
        from microderm_ctl.cli.printer import Printer

        self.options = options
        self.command = command
        self.recorder: Recorder | None = None
        self.clock: Clock = clock or RealClock()
        self.printer = Printer(options.as_json, options.debug, options.verbose, options.plain)
        self.ask = Asker(self.printer)
        self._stores: dict[bool, Store] = {}

    def __enter__(self) -> Self:
        """Return the invocation itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close whatever was opened."""
        self.close_stores()
        if self.options.record is not None and (self.recorder is not None or exception[0] is None):
            from microderm_ctl.cli.record import end_recording

            end_recording(self, self.options.record)

    @property
    def is_watched(self) -> bool:
        """Whether a person sees the output as it comes: a terminal that can be drawn on, and neither ``--json`` nor ``--plain``."""
        from microderm_ctl.cli.printer import is_terminal

        is_drawn = is_terminal(sys.stdout) and os.environ.get("TERM", "").casefold() not in CANNOT_DRAW
        return is_drawn and not self.options.as_json and not self.options.plain

    @property
    def is_heard(self) -> bool:
        """Whether the terminal's bell is rung: there is one, and nobody said ``--sound off``; under ``--json`` only if asked for."""
        from microderm_ctl.cli.printer import is_terminal

        wanted = self.options.sound or (SOUND_OFF if self.options.as_json else SOUNDS[0])
        return wanted != SOUND_OFF and is_terminal(sys.stderr)

    def data_dir(self) -> "Path":
        """Return the data directory, made if it is missing.

        Raises:
            FileProblem: it cannot be made or used.
        """
        from microderm_ctl.records.files import data_directory

        return data_directory(self.options.data_dir)

    def store(self, practice: bool = False) -> "Store":
        """Return the store, or the practice store of simulated wands; opened once and closed at the end.

        Raises:
            FileProblem: it is torn, from a newer version, or cannot be written.
        """
        if practice not in self._stores:
            from microderm_ctl.records.store import open_store

            self._stores[practice] = open_store(self.options.data_dir, practice)
        return self._stores[practice]

    def close_stores(self) -> None:
        """Close the stores that are open; the next use opens them anew."""
        for store in self._stores.values():
            store.close()
        self._stores.clear()

    def now_s(self, practice: bool = False) -> int:
        """Return the UTC second: the computer's, or that of the practice calendar."""
        return self.store(True).now_s(self.clock.utc_s()) if practice else self.clock.utc_s()

    def person(self, name: str | None, practice: bool = False) -> "PersonRecord":
        """Return the person of a name, or the only one; on practice, who stands for them in the practice store.

        Raises:
            UsageProblem: nobody is known yet, the name is unknown, or several are known and none was named.
        """
        person = self.store().find_person(name)
        return self.store(True).mirror_person(person, self.now_s(True)) if practice else person

    def candidates(self) -> "list[PortInfo]":
        """Return the wands that can be seen: real ones first, then running simulators."""
        from microderm_ctl.link.ports import PortInfo, find
        from microderm_ctl.records.running import running_simulators

        running = (PortInfo(known.port, known.serial, True) for known in running_simulators(self.data_dir()))
        return find(running)

    def spec(self) -> str:
        """Return the port that is meant; where it was named, without a look at what else is there: that would cost more than opening it.

        Raises:
            NoWand, SeveralWands: none or several could be meant.
        """
        port = self.options.port
        return self.chosen().spec if port is None or port == SIM else port

    def chosen(self) -> "PortInfo":
        """Return the wand that is meant: ``--port`` as it is (``sim``: the virtual wand in this process), else the only one.

        Raises:
            NoWand, SeveralWands: none or several could be meant.
        """
        from microderm_ctl.link.ports import PortInfo, choose

        port = self.options.port
        if port is None:
            return choose(self.candidates(), self.options.serial)
        if port == SIM:
            return PortInfo(self._sim_url(), self.options.serial or SIM_SERIAL, True)
        known = [one for one in self.candidates() if one.spec == port]
        return known[0] if known else PortInfo(port, self.options.serial or "", port.startswith("sim:"))

    def practices(self) -> bool:
        """Return whether this command is about a simulated wand, as far as can be told without opening it."""
        if self.options.port is not None:
            return self.chosen().simulated
        known = self.candidates()
        meant = [one for one in known if self.options.serial in (None, one.serial)]
        return bool(meant) and all(one.simulated for one in meant)

    @contextmanager
    def wand(self) -> "Iterator[Wand]":
        """Open the wand that is meant, for the time of the body; it ends with STOP where anything may move.

        Raises:
            NoWand, SeveralWands, PortProblem, WandSilent, WandGarbled, VersionMismatch: as their names say.
        """
        from microderm_ctl.cli.connect import connected

        with connected(self) as wand:
            yield wand

    def _sim_url(self) -> str:
        from urllib.parse import urlencode

        told = {"serial": self.options.serial or SIM_SERIAL, "memory": str(self.data_dir() / SIM_MEMORY), "utc": str(self.now_s(True))}
        if self.command.split(" ")[0] == BENCH:
            told["hand"] = BENCH
        return f"sim://?{urlencode(told)}"


def typed_name() -> str:
    """Return what a person types for this program from where they are: ``microderm``, or the path to it."""
    from pathlib import Path

    started = Path(sys.argv[0])
    if started.name == "__main__.py" or not started.name.startswith(PROGRAM):
        return f"{_typed(Path(sys.executable))} -m microderm_ctl"
    return _typed(started)


def _typed(program: "Path") -> str:
    """Return how a program is typed: its name where the path finds it, else its place, from here where it is below."""
    from shutil import which

    for name in (program.name, program.stem):
        if (on_path := which(name)) is not None and type(program)(on_path).absolute() == program.absolute():
            return name
    full, here = program.absolute(), program.cwd()
    return str(full.relative_to(here)) if full.is_relative_to(here) else str(full)
