"""The computer's clock, held against what was written down."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from microderm_ctl.doctor.check import Check, Result, said
from microderm_ctl.errors import FileProblem
from microderm_ctl.safety.evidence import AHEAD_S
from microderm_ctl.texts import doctor as texts

MADE_S: Final = 1_767_225_600
"""2026-01-01: no clock that is right says less."""
SLACK_S: Final = 600
"""Clocks are set by minutes without harm."""
_ID: Final = "clock"
_TITLE: Final = "Clock"


def shown(utc_s: int) -> str:
    """Return a UTC second on the clock of this computer: ``2026-05-01 14:05``."""
    return f"{datetime.fromtimestamp(utc_s, UTC).astimezone():%Y-%m-%d %H:%M}"


def clock(store: Path, now_s: int) -> Iterator[Check]:
    """Yield whether the clock can be right, by itself and by the newest record in a store."""
    if now_s < MADE_S:
        yield said(_ID, _TITLE, Result.WRONG, texts.CLOCK_WRONG, now=shown(now_s))
        return
    newest_s = _newest_s(store, now_s)
    if newest_s is None:
        yield said(_ID, _TITLE, Result.OK, texts.CLOCK_ALONE, now=shown(now_s))
        return
    result, words = Result.OK, texts.CLOCK
    if newest_s > now_s + AHEAD_S:
        result, words = Result.WRONG, texts.CLOCK_AHEAD
    elif newest_s > now_s + SLACK_S:
        result, words = Result.WARN, texts.CLOCK_BEHIND
    yield said(_ID, _TITLE, result, words, now=shown(now_s), newest=shown(newest_s))


def _newest_s(path: Path, now_s: int) -> int | None:
    """Return the newest time in a store that the person has not confirmed to be wrong; None where none can be read."""
    from microderm_ctl.records.history import seen_ledger, summary
    from microderm_ctl.records.readonly import looking_at, newest_version
    from microderm_ctl.safety import WandState
    from microderm_ctl.safety.situation import recorded_times

    times: list[int] = []
    try:
        if not path.exists():
            return None
        with looking_at(path) as (store, version):
            if version != newest_version():
                return None
            fixed = {fix.recorded_at_s for fix in store.clock_fixes()}
            wand = WandState(None, None, ledger=seen_ledger(store))
            for person in store.persons():
                history = summary(store, person, now_s)
                times += recorded_times(history, wand, person.judged(now_s))
    except (FileProblem, OSError):
        return None  # the check of the store tells
    return max((at_s for at_s in times if at_s not in fixed), default=None)
