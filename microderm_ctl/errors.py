"""Every error that reaches a person, by cause.

    MicrodermError
    ├── UsageProblem        2   wrong usage or bad input
    ├── NoWand              3   no wand found
    ├── SeveralWands        3   several found and none chosen
    ├── PortProblem         4   the port cannot be opened
    │   ├── PortMissing         it is not there
    │   ├── PortForbidden       no permission
    │   └── PortBusy            another program holds it
    ├── WandSilent          5   nothing answers
    ├── WandGarbled         5   what answers is no wand
    ├── VersionMismatch     5   another protocol version
    ├── LinkLost            6   unplugged or gone silent on the way
    ├── RuleRefusal         7   a safety rule says no, or above the cap without consent
    ├── WandRefusal         8   the wand says no
    ├── WandFault           8   a fault in the wand
    ├── FileProblem         9   a file, store or database cannot be read or written
    ├── CheckFailed        10   a check found problems
    └── Stopped           130   the person stopped it

An error carries the sentence a person reads, a hint that says what to do, and
details for JSON. The tree is mapped once: at the port for link errors, in the
store for file errors, in the command line for usage.
"""

from collections.abc import Mapping
from typing import ClassVar


class MicrodermError(Exception):
    """Something that a person is told in a sentence, with what to do about it."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, sentence: str, hint: str = "", details: Mapping[str, object] | None = None) -> None:
        """Keep the sentence, the hint and whatever JSON readers may want besides."""
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        self.details: dict[str, object] = dict(details or {})

    def record(self) -> dict[str, object]:
        """Return the error as the object that ``--json`` prints."""
        record: dict[str, object] = {"code": self.code, "exit_code": self.exit_code, "error": self.sentence}
        if self.hint:
            record["hint"] = self.hint
        return record | self.details


class UsageProblem(MicrodermError):
    """The command or its input is wrong."""

    code = "usage"
    exit_code = 2


class NoWand(MicrodermError):
    """No wand was found."""

    code = "no-wand"
    exit_code = 3


class SeveralWands(MicrodermError):
    """More than one wand was found and none was chosen."""

    code = "several-wands"
    exit_code = 3


class PortProblem(MicrodermError):
    """The port cannot be opened."""

    code = "port"
    exit_code = 4


class PortMissing(PortProblem):
    """The port is not there."""

    code = "port-missing"


class PortForbidden(PortProblem):
    """This user may not open the port."""

    code = "port-forbidden"


class PortBusy(PortProblem):
    """Another program holds the port."""

    code = "port-busy"


class WandSilent(MicrodermError):
    """The port opened, and nothing answers."""

    code = "wand-silent"
    exit_code = 5


class WandGarbled(MicrodermError):
    """Something answers that is not a wand."""

    code = "wand-garbled"
    exit_code = 5


class VersionMismatch(MicrodermError):
    """Computer and wand speak different versions of the protocol."""

    code = "version-mismatch"
    exit_code = 5


class LinkLost(MicrodermError):
    """The wand was there and is gone."""

    code = "link-lost"
    exit_code = 6


class RuleRefusal(MicrodermError):
    """A safety rule says no."""

    code = "refused"
    exit_code = 7


class WandRefusal(MicrodermError):
    """The wand says no."""

    code = "wand-refused"
    exit_code = 8


class WandFault(MicrodermError):
    """The wand found a fault in itself."""

    code = "wand-fault"
    exit_code = 8


class FileProblem(MicrodermError):
    """A file, store or database cannot be read or written."""

    code = "file"
    exit_code = 9


class CheckFailed(MicrodermError):
    """A check found problems."""

    code = "check-failed"
    exit_code = 10


class Stopped(MicrodermError):
    """The person stopped what was running."""

    code = "stopped"
    exit_code = 130
