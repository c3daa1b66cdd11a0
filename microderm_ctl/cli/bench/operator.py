"""The technician at the terminal: told what is done, asked for hands and for consent."""

from typing import Final

from microderm_ctl.cli.context import Invocation
from microderm_ctl.errors import UsageProblem

WRITE: Final = "Write this to the unit?"


class TerminalOperator:
    """Tells in lines, or as a stream of JSON; ``--yes`` consents beforehand."""

    def __init__(self, call: Invocation, says_yes: bool) -> None:
        """Tell through an invocation."""
        self._call = call
        self._says_yes = says_yes
        self.hand_actions = 0
        """How often hands were asked for."""

    def tell(self, text: str) -> None:
        """Show what is being done."""
        self._call.printer.event({"event": "doing", "text": text.strip()}, text)

    def hands(self, text: str) -> None:
        """Say what hands have to do now; the bell rings where it may."""
        self.hand_actions += 1
        if self._call.is_heard:
            self._call.printer.aside("\a")
        self._call.printer.event({"event": "hands", "text": text}, f">>> {text}")

    def agrees(self, text: str) -> bool:
        """Show what would be written, and ask; without a terminal only ``--yes`` consents.

        Raises:
            UsageProblem: nobody can be asked.
        """
        self._call.printer.event({"event": "diff", "text": text}, text.split("\n"))
        if self._says_yes:
            return True
        if not self._call.ask.can_ask:
            raise UsageProblem(
                "Nothing is written without consent, and nobody can be asked here.",
                "The readings are kept: go on with '--resume --yes'.",
                {"flag": "--yes"},
            )
        return self._call.ask.confirm(WRITE, "--yes")
