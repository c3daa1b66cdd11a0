"""The sentence and the next step for every code and every cause that a wand can send.

Numbers are those of ``microderm_protocol.codes``; a test holds both tables
complete. A number from a newer wand gets a sentence that names it.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from microderm_ctl.errors import MicrodermError, WandFault, WandRefusal
from microderm_ctl.texts import causes as texts
from microderm_ctl.units import format_kpa
from microderm_protocol import codes


class Explanation(NamedTuple):
    """What happened, in a sentence, and what to do about it."""

    sentence: str
    hint: str


CAUSES: Final[dict[int, Explanation]] = {codes.CAUSES.index(name): Explanation(*told) for name, told in texts.CAUSES.items()}
"""By cause: why the pump last went off."""

REFUSALS: Final[dict[int, Explanation]] = {number: Explanation(*told) for number, told in texts.REFUSALS.items()}
"""By NAK code: why a request was not done."""

_FAULTS: Final = frozenset({30, 31, 35, 36, 40})


def _above_limit(nak: Any) -> str:
    return texts.ABOVE_LIMIT.format(allowed=nak.allowed, asked=nak.asked, field=nak.field)


def _tip(nak: Any) -> str:
    return (texts.WRONG_TIP if nak.allowed else texts.NO_TIP).format(asked=nak.asked, allowed=nak.allowed)


def _cool_down(nak: Any) -> str:
    minutes, seconds = divmod(-(-nak.allowed // 1000), 60)
    return texts.COOL_DOWN.format(minutes=minutes, seconds=seconds)


_MORE: Final[dict[int, Callable[[Any], str]]] = {14: _above_limit, 32: _cool_down, 34: _tip}


def cause_of(number: int) -> Explanation:
    """Return the explanation of a cause, also of one that is not known here."""
    return CAUSES.get(number) or Explanation(texts.UNKNOWN_CAUSE.format(number=number), texts.AGAIN)


def cause_name(number: int) -> str:
    """Return the word for a cause; ``unknown-N`` for one from a newer wand."""
    return codes.CAUSES[number] if number < len(codes.CAUSES) else f"unknown-{number}"


def state_name(number: int) -> str:
    """Return the word for a state; ``UNKNOWN-N`` for one from a newer wand."""
    return codes.STATES[number] if number < len(codes.STATES) else f"UNKNOWN-{number}"


def refusal(nak: Any, what: str) -> MicrodermError:
    """Return the error for a NAK.

    Args:
        nak: the message ``Nak``.
        what: the request that was refused, by its name in the protocol.
    """
    known = REFUSALS.get(nak.code, Explanation(texts.UNKNOWN_REFUSAL.format(number=nak.code), texts.AGAIN))
    sentence, hint = known
    if nak.code in _MORE:
        sentence = f"{sentence} {_MORE[nak.code](nak)}"
    if nak.code in (30, 31) and nak.cause != codes.NONE:
        cause = _fault_of(nak.cause)
        sentence, hint = f"{sentence} {cause.sentence}", cause.hint
    details = {
        "request": what,
        "nak": codes.NAK_CODES.get(nak.code, f"unknown-{nak.code}"),
        "class": codes.NAK_CLASSES.get(nak.reason_class, f"unknown-{nak.reason_class}"),
        "state": state_name(nak.state),
        "cause": cause_name(nak.cause),
        "asked": nak.asked,
        "allowed": nak.allowed,
    }
    return (WandFault if nak.code in _FAULTS else WandRefusal)(sentence, hint, details)


def fault(cause: int) -> WandFault:
    """Return the error for a wand that is in FAULT or LOCKOUT."""
    known = _fault_of(cause)
    return WandFault(known.sentence, known.hint, {"cause": cause_name(cause)})


def _fault_of(cause: int) -> Explanation:
    """Return the explanation of a cause in FAULT or LOCKOUT: a button there was held in the self-test, and has stopped nothing."""
    return Explanation(*texts.BUTTON_HELD) if cause == codes.BUTTON else cause_of(cause)


def wider(what: str, asked: int, in_force: int, is_vacuum: bool) -> WandRefusal:
    """Return the error for a wand that answered with a limit wider than asked."""
    show = format_kpa if is_vacuum else str
    return WandRefusal(
        texts.WIDER.format(what=what, in_force=show(in_force), asked=show(asked)),
        texts.WIDER_HINT,
        {"limit": what, "asked": asked, "in_force": in_force},
    )
