"""The whole way: a wand into its loader, the program onto the board, a restart, and the answer of what runs then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple, TypeVar

from microderm_ctl.carried import Program
from microderm_ctl.clock import Clock
from microderm_ctl.errors import CheckFailed, LinkLost, MicrodermError, PortProblem, WandRefusal
from microderm_ctl.install import copying, scripts
from microderm_ctl.install.key import write_key
from microderm_ctl.install.prompt import Prompt
from microderm_ctl.install.targets import Kind, Target, back_as
from microderm_ctl.link.ports import seen
from microderm_ctl.link.values import Identity
from microderm_ctl.texts import firmware as texts
from microderm_ctl.wand import Wand
from microderm_protocol import TABLE_HASH, codes
from microderm_protocol.messages import handshake

BACK_MS: Final = 20_000
"""Windows may take ten seconds to know a device that it has not seen before."""
LOOK_MS: Final = 200
READY_MS: Final = 5_000
CRASH_FILE: Final = "crash.txt"
STOPPING: Final = "STOPPING"
_Found = TypeVar("_Found")


class Order(NamedTuple):
    """What to put on a board besides the program: files at its top by name, and the service key that the unit's own is made from."""

    extra: tuple[tuple[str, bytes], ...] = ()
    service_key: bytes | None = None


class Installed(NamedTuple):
    """What was done: who answers now, the folder in force, and the crash that the board had written down before."""

    identity: Identity
    port: str
    folder: str
    crash: str


class Installer:
    """Installs on one board."""

    def __init__(self, target: Target, program: Program, clock: Clock, tell: Callable[[str], None]) -> None:
        """Take the port that is meant, the program, a clock to wait by, and who hears of each part in words."""
        self.target = target
        self.program = program
        self.clock = clock
        self.tell = tell

    def install(self, order: Order) -> Installed:
        """Install, and return what answers.

        Raises:
            WandRefusal, WandFault: the wand is not at rest, or does not go into its loader.
            CheckFailed: the board is another one, lacks something, or holds afterwards what was not sent.
            MicrodermError: as the parts raise; until the last one the board starts what it started before.
        """
        spec = self._into_loader() if self.target.kind is Kind.WAND else self.target.spec
        with self._prompt(spec) as prompt:
            found = copying.look(prompt)
            copying.check(found)
            folder = copying.copy(prompt, found, self.program, order.extra, self.tell)
            if order.service_key is not None:
                write_key(prompt, found.serial, order.service_key)
            if found.crash:
                prompt.run(scripts.REMOVE.format(names=[CRASH_FILE]))
        self.tell(texts.RESTARTING)
        identity, port = self._answer(found.serial, spec)
        return Installed(identity, port, folder, found.crash)

    def _into_loader(self) -> str:
        """Send a wand into its loader, and return the port at which its prompt is then."""
        with Wand.open(self.target.spec, accept_other_version=True) as wand:
            serial = wand.identity.serial
            wand.wait(lambda reading: reading.state != STOPPING, 0 if wand.other_version else READY_MS)
            if not wand.other_version and wand.reading is not None and not wand.reading.is_at_rest:
                raise WandRefusal(texts.NOT_AT_REST.format(state=wand.state), texts.NOT_AT_REST_HINT, {"state": wand.state})
            wand.call(handshake.LoaderRequest(codes.CONFIRM))
        self.tell(texts.IN_LOADER)
        spec = self._wait(lambda: back_as(seen(), Kind.BOARD, serial))
        if spec is None:
            raise LinkLost(texts.NO_PROMPT.format(serial=serial), texts.NO_PROMPT_HINT, {"serial": serial})
        return spec

    @contextmanager
    def _prompt(self, spec: str) -> Iterator[Prompt]:
        """Open the prompt, and leave the board by a restart whatever happened; one that is gone restarts on its own."""
        prompt = self._opened(spec)
        try:
            yield prompt
        except LinkLost:
            prompt.close()
            raise
        except BaseException:
            prompt.interrupt()
            prompt.leave(scripts.RESET)
            raise
        prompt.leave(scripts.RESET)

    def _opened(self, spec: str) -> Prompt:
        """Open a port, also one that has just come and that the system has not yet handed over."""
        troubles: list[PortProblem] = []

        def opened() -> Prompt | None:
            try:
                return Prompt(spec)
            except PortProblem as trouble:
                troubles.append(trouble)
                return None

        prompt = self._wait(opened, BACK_MS if self.target.kind is Kind.WAND else 0)
        if prompt is None:
            raise troubles[-1]
        return prompt

    def _answer(self, serial: str, spec: str) -> tuple[Identity, str]:
        """Wait until the wand answers as what was installed."""
        last: list[MicrodermError] = []

        def answered() -> tuple[Identity, str] | None:
            port = back_as(seen(), Kind.WAND, serial) or (spec if self.target.kind is Kind.STRANGER else None)
            if port is None:
                return None
            try:
                with Wand.open(port, accept_other_version=True) as wand:
                    return self._judged(wand, serial), port
            except CheckFailed:
                raise
            except MicrodermError as trouble:
                last.append(trouble)
                return None

        found = self._wait(answered)
        if found is None:
            cause = last[-1].sentence if last else ""
            raise CheckFailed(texts.NO_ANSWER.format(serial=serial), texts.NO_ANSWER_HINT, {"serial": serial, "cause": cause})
        return found

    def _judged(self, wand: Wand, serial: str) -> Identity:
        who = wand.identity
        if (who.serial, who.build, wand.table_hash) != (serial, self.program.build, TABLE_HASH):
            details = {"serial": who.serial, "build": f"{who.build:08x}", "wanted": f"{self.program.build:08x}"}
            raise CheckFailed(texts.OTHER_ANSWER.format(serial=who.serial, build=f"{who.build:08x}"), texts.OTHER_ANSWER_HINT, details)
        return who

    def _wait(self, look: Callable[[], _Found | None], most_ms: int | None = None) -> _Found | None:
        """Look again and again until there is something, for the time in which a board comes back unless told."""
        end_ms = self.clock.now_ms() + (BACK_MS if most_ms is None else most_ms)
        while (found := look()) is None and self.clock.now_ms() < end_ms:
            self.clock.sleep_ms(LOOK_MS)
        return found
