"""How a run ended: which causes are the person's, which the link's, which the wand's, and the error each becomes."""

from typing import Final, NamedTuple

from microderm_ctl.errors import LinkLost, MicrodermError, Stopped, WandFault, WandRefusal
from microderm_ctl.link import explain
from microderm_ctl.texts import causes as texts
from microderm_ctl.treatment.book import Used
from microderm_protocol import codes

DONE: Final = "treatment-done"
NOT_PRESSED: Final = "not-pressed"
LINK_LOST: Final = "link-lost"
BUTTON: Final = "button"
STOPPED: Final = "stop"

_OF_PERSON: Final = {BUTTON: texts.STOPPED_BY_BUTTON, STOPPED: texts.STOPPED}
_OF_LINK: Final = frozenset({"lease", "hang-up", "session-replaced", "reset", "silent"})
_OF_TIME: Final = {
    "hold-timeout": texts.HOLD_TIMEOUT,
    "treatment-timeout": texts.TREATMENT_TIMEOUT,
    NOT_PRESSED: texts.NOT_PRESSED,
}


class Outcome(NamedTuple):
    """How a run ended.

    Attributes:
        used: what the wand counted; None where it cannot be asked any more: then all that was reserved counts
            until the wand is connected again.
        cause: the wand's word for why, or ``link-lost``.
        done: nothing is left that the person wished for.
        error: what is told and whose exit code is taken; None when all went well.
    """

    used: Used | None
    cause: str
    done: bool
    error: MicrodermError | None


def error_of(cause: str) -> MicrodermError:
    """Return the error that stands for a cause of the wand which ended a run early."""
    number = codes.CAUSES.index(cause) if cause in codes.CAUSES else codes.NONE
    known = explain.cause_of(number)
    details = {"cause": cause}
    if cause in _OF_PERSON:
        return Stopped(_OF_PERSON[cause], texts.VENTED, details)
    if cause in _OF_LINK:
        return LinkLost(known.sentence, known.hint, details)
    if cause in _OF_TIME:
        return WandRefusal(_OF_TIME[cause], texts.WHEN_READY, details)
    return WandFault(known.sentence, known.hint, details)
