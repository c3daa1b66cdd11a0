"""What skin needs in the days after a treatment or a patch test, and until when."""

from typing import Final, NamedTuple

from microderm_ctl.safety import Kind
from microderm_ctl.texts import after_care as texts

DAY_S: Final = 86_400


class Care(NamedTuple):
    """One thing to do or to leave; ``until_s`` is the UTC second until which it holds, None for what is done at once."""

    id: str
    text: str
    until_s: int | None
    source: str


def care_after(kind: Kind, ended_s: int) -> tuple[Care, ...]:
    """Return all the care after something that ended at a UTC second, in the order in which it is told."""
    rows = texts.PATCH_CARE if kind is Kind.PATCH_TEST else texts.CARE
    return tuple(Care(name, text, ended_s + days * DAY_S if days else None, source) for name, days, text, source in rows)


def care_now(kind: Kind, ended_s: int, now_s: int) -> tuple[Care, ...]:
    """Return the care that still holds; empty once all of it is over."""
    return tuple(care for care in care_after(kind, ended_s) if care.until_s is not None and now_s < care.until_s)
