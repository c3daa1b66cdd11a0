"""The technician at the terminal: told what is done, asked for hands and for consent."""

from typing import Final

from microderm_ctl.cli.context import Invocation
from microderm_ctl.errors import UsageProblem

WRITE: Final = "Write this to the unit?"


class TerminalOperator:
    """Tells in lines, or as a stream of JSON; ``--yes`` consents beforehand."""

    def __init__(self, call: Invocation, says_yes: bool, streams: bool) -> None:
        """Tell through an invocation.

        Args:
            call: the command.
            says_yes: whether ``--yes`` was given.
            streams: whether what is told is data of this command; else it is said beside its one record.
        """
        self._call = call
        self._says_yes = says_yes
        self._streams = streams
        self.hand_actions = 0
        """How often hands were asked for."""

    def tell(self, text: str) -> None:
        """Show what is being done."""
        self._say("doing", text.strip(), text)

    def hands(self, text: str) -> None:
        """Say what hands have to do now; the bell rings where it may."""
        self.hand_actions += 1
        if self._call.is_heard:
            self._call.printer.aside("\a")
        self._say("hands", text, f">>> {text}")

    def agrees(self, text: str) -> bool:
        """Show what would be written, and ask; without a terminal only ``--yes`` consents.

        Raises:
            UsageProblem: nobody can be asked.
        """
        self._say("diff", text, text)
        if self._says_yes:
            return True
        if not self._call.ask.can_ask:
            raise UsageProblem(
                "Nothing is written without consent, and nobody can be asked here.",
                "The readings are kept: go on with '--resume --yes'.",
                {"flag": "--yes"},
            )
        return self._call.ask.confirm(WRITE, "--yes")

    def _say(self, event: str, text: str, line: str) -> None:
        if self._streams:
            self._call.printer.event({"event": event, "text": text}, line.split("\n"))
        else:
            self._call.printer.note(line)
