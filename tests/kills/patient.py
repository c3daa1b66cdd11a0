"""A treatment in a process of its own, forked off, that tells what it does on a pipe until it dies."""

import fcntl
import os
import termios
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

from microderm_ctl.clock import RealClock
from microderm_ctl.errors import MicrodermError
from microderm_ctl.records.rows import PersonRecord, Profile
from microderm_ctl.records.store import Store, open_store
from microderm_ctl.records.traces import Sample
from microderm_ctl.safety import Skin, Thickness, Zone
from microderm_ctl.treatment.book import TreatmentBook, Used
from microderm_ctl.treatment.events import Event, Wish
from microderm_ctl.treatment.plan import prepare
from microderm_ctl.treatment.runner import Runner
from microderm_ctl.treatment.watching import Progress
from microderm_ctl.wand import LimitsInForce, Wand
from tests.treatment.leading import plan_of, planned

PLAN: Final = plan_of(planned(Zone.NOSE, seconds=60), planned(Zone.CHIN, seconds=60))
MISTAKE: Final = 99
"""The exit code of a mistake in here."""
DESCRIPTORS_MOST: Final = 1024


class Patient:
    """The parent's view of the process.

    Attributes:
        samples_given, samples_kept: how many samples were handed to the store, and how many it had taken.
        ticks: the wand's tick of samples that were kept, by their place.
        settled: what became of the treatment before this one: its number, sealed ms, and the ledger's.
        begun: the number of its treatment; 0 before it began.
        armed: whether the wand was armed.
        exit_code: once it has ended; negative for a signal.
    """

    def __init__(self, port: str, data: Path, with_terminal: bool = False) -> None:
        """Fork it off; ``with_terminal`` makes it the leader of a terminal that ``close_terminal`` closes."""
        self.samples_given = self.samples_kept = self.begun = 0
        self.ticks: dict[int, int] = {}
        self.settled: list[tuple[int, int, int]] = []
        self.armed = False
        self.exit_code: int | None = None
        self._said = b""
        self._terminal, slave = os.openpty() if with_terminal else (-1, -1)
        self._pipe, told = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _be_patient(port, data, told, slave)
        os.close(told)
        if slave >= 0:
            os.close(slave)
        os.set_blocking(self._pipe, False)

    def fileno(self) -> int:
        """Return the pipe on which it tells."""
        return self._pipe

    def hear(self) -> None:
        """Take in what it has told, without waiting."""
        try:
            while data := os.read(self._pipe, 65_536):
                self._said += data
        except BlockingIOError:
            pass
        *lines, self._said = self._said.split(b"\n")
        for line in lines:
            self._heed(line.decode().split())

    def _heed(self, words: Sequence[str]) -> None:
        match words:
            case ["given"]:
                self.samples_given += 1
            case ["kept"]:
                self.samples_kept += 1
            case ["tick", tick]:
                self.ticks[self.samples_kept - 1] = int(tick)
            case ["settled", number, sealed_ms, ledger_ms]:
                self.settled.append((int(number), int(sealed_ms), int(ledger_ms)))
            case ["begun", number]:
                self.begun = int(number)
            case ["armed"]:
                self.armed = True

    def kill(self, number: int) -> None:
        """Send a signal."""
        os.kill(self.pid, number)

    def wait_until_stopped(self) -> bool:
        """Wait until a SIGSTOP holds it, and return whether it does: it may have ended before."""
        if self.exit_code is None:
            _, status = os.waitpid(self.pid, os.WUNTRACED)
            if os.WIFSTOPPED(status):
                return True
            self._ended(status)
        return False

    def close_terminal(self) -> None:
        """Close the window that it sits in."""
        os.close(self._terminal)
        self._terminal = -1

    def has_ended(self, wait: bool = False) -> bool:
        """Return whether it has ended; at the latest once everything it told is heard."""
        if self.exit_code is None:
            pid, status = os.waitpid(self.pid, 0 if wait else os.WNOHANG)
            if pid:
                self._ended(status)
        return self.exit_code is not None

    def _ended(self, status: int) -> None:
        self.exit_code = os.waitstatus_to_exitcode(status)
        self.hear()

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is to be heard."""
        return self._pipe < 0

    def close(self) -> None:
        """End it, if it has not."""
        if not self.has_ended():
            self.kill(9)
            self.has_ended(wait=True)
        os.close(self._pipe)
        self._pipe = -1
        if self._terminal >= 0:
            self.close_terminal()


# In the process itself


def _be_patient(port: str, data: Path, told: int, terminal: int) -> NoReturn:
    code = MISTAKE
    try:
        if terminal < 0:
            os.setpgid(0, 0)  # a signal to the tests and their group is not meant for the patient
        else:
            os.setsid()
            fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
            for descriptor in range(3):
                os.dup2(terminal, descriptor)
        # What the parent holds for others must not stay open here: a terminal closes with its last descriptor.
        os.closerange(3, told)
        os.closerange(told + 1, DESCRIPTORS_MOST)
        code = _treat(port, data, told)
    except MicrodermError as error:
        code = error.exit_code
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


class Told:
    """A book and a watcher that tell of every sample before and after it is kept."""

    def __init__(self, book: TreatmentBook, told: int) -> None:
        self._book = book
        self._told = told

    @property
    def command_id(self) -> int:
        return self._book.command_id

    def keep_limits(self, in_force: LimitsInForce) -> None:
        self._book.keep_limits(in_force)
        os.write(self._told, b"armed\n")

    def sample(self, sample: Sample) -> None:
        os.write(self._told, b"given\n")
        self._book.sample(sample)
        os.write(self._told, b"kept\n")

    def end(self, ended_s: int, used: Used) -> None:
        self._book.end(ended_s, used)

    def told(self, event: Event, t_ms: int) -> None:
        pass

    def shown(self, progress: Progress) -> None:
        os.write(self._told, b"tick %d\n" % progress.reading.tick_ms)

    def wishes(self) -> Sequence[Wish]:
        return ()


def person_of(store: Store, now_s: int) -> PersonRecord:
    """Return the one person of a store, made if there is none."""
    known = store.persons()
    return known[0] if known else store.create_person("Ann", Profile(Skin.NORMAL, Thickness.NORMAL, 2, 1990), now_s - 8_640_000)


def _treat(port: str, data: Path, told: int) -> int:
    now_s = RealClock().utc_s()
    with open_store(data, practice=True) as store:
        person = person_of(store, now_s)
        with Wand.open(port) as wand:
            prepared = prepare(store, person, wand, now_s)
            for record in prepared.settled:
                entry = wand.ledger_of(record.command_id)
                os.write(told, b"settled %d %d %d\n" % (record.id, record.sealed_ms or 0, entry.used_ms if entry else 0))
            book = TreatmentBook(store, prepared, wand.identity.serial, PLAN, {}, finishes=False)
            os.write(told, b"begun %d\n" % book.record.id)
            teller = Told(book, told)
            outcome = Runner(wand, PLAN, teller, teller).run(person.wire_tag, now_s)
    return 0 if outcome.error is None else outcome.error.exit_code
