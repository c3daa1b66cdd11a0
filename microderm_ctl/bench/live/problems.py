"""What can be wrong with a unit on the bench.

CheckFailed (10)
└── UnitProblem         the unit, or what hangs on it, cannot be worked with
    ├── UnitSwapped         another unit than the one that was scanned
    ├── NotSettled          a point does not come to rest
    │   └── PassedBy            it was passed by
    ├── OutOfLimits         a check failed; nothing is written
    └── NotKept             the unit says written, and has it no more

What the wand refuses is told here in a technician's words; ``link.explain`` tells it to people at home.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from microderm_ctl.errors import CheckFailed, MicrodermError, WandRefusal
from microderm_protocol import codes

LOCKED: Final = codes.NAK_CODES[25]
WRONG_STATE: Final = codes.NAK_CODES[20]
NO_SESSION: Final = codes.NAK_CODES[21]
NO_CAUSE: Final = codes.CAUSES[codes.NONE]
HOLD_BUTTON: Final = codes.NAK_CODES[38]


class UnitProblem(CheckFailed):
    """The unit cannot be worked with as it is."""

    code = "unit"


class UnitSwapped(UnitProblem):
    """Another unit hangs on the cable than the work was begun with."""

    code = "unit-swapped"


class NotSettled(UnitProblem):
    """A point does not come to rest, or was passed by."""

    code = "not-settled"


class PassedBy(NotSettled):
    """A point was passed by, so that it stands on the other branch of the loop."""

    code = "passed-by"


class OutOfLimits(UnitProblem):
    """A check is outside its limits."""

    code = "out-of-limits"


class NotKept(UnitProblem):
    """The unit did not keep what it said was written."""

    code = "not-kept"


@contextmanager
def refused_as(nak: str, problem: Callable[[WandRefusal], MicrodermError]) -> Iterator[None]:
    """Tell one kind of the wand's refusals otherwise, for the time of the body."""
    try:
        yield
    except WandRefusal as refusal:
        if refusal.details.get("nak") != nak:
            raise
        raise problem(refusal) from refusal


def no_key(serial: str) -> WandRefusal:
    """Return the refusal of a unit that nobody can unlock."""
    return WandRefusal(f"Unit {serial} has no service key.", "It gets one when its program is installed; until then nobody can unlock it.")


def wrong_key(serial: str) -> WandRefusal:
    """Return the refusal of a key that does not open a unit."""
    return WandRefusal(
        f"This is not the service key of unit {serial}.",
        "Type it again. If the keyring keeps a wrong one, 'microderm bench unlock --forget' takes it out.",
    )


def not_held(serial: str) -> UnitProblem:
    """Return the problem of a button that nobody held."""
    return UnitProblem(f"The button of unit {serial} was not held down for 3 seconds.", "Begin again, and hold it when you are asked to.")


def token_lost(serial: str) -> UnitProblem:
    """Return the problem of a unit that does not let its bench in again after a restart."""
    return UnitProblem(
        f"Unit {serial} does not know its bench any more after its restart.",
        "Resume. If it comes to this again, its memory is not sound: set the unit aside.",
    )


def not_ready(serial: str, state: object, cause: object) -> UnitProblem:
    """Return the problem of a unit that cannot be unlocked as it stands."""
    return UnitProblem(
        f"Unit {serial} cannot be unlocked: it is in {state}, because of: {cause}.",
        "'microderm info' says more. If it comes to this each time, set the unit aside.",
        {"state": state, "cause": cause},
    )


def swapped(begun: str, found: str) -> UnitSwapped:
    """Return the problem of another unit on the cable."""
    return UnitSwapped(
        f"The work was begun with unit {begun}, and {found} answers now.",
        f"Nothing was written to {found}. Connect {begun} again and resume, or begin anew with {found}.",
        {"begun": begun, "found": found},
    )


def has_left(state: object, cause: object) -> UnitProblem:
    """Return the problem of a unit that ended SERVICE by itself; one without a cause has lost its power."""
    if cause == NO_CAUSE:
        return UnitProblem(
            f"The unit has started anew by itself: it is in {state}.",
            "Its supply has dropped. Try another socket and cable, without a hub; then resume.",
            {"state": state, "cause": cause},
        )
    return UnitProblem(
        f"The unit has left SERVICE: it is in {state}, because of: {cause}.",
        "It has vented by itself. Find the reason, then resume.",
        {"state": state, "cause": cause},
    )
