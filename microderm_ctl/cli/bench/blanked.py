"""What is known of the fixture's own leak: the newest measurement of it that passed, for a day."""

from typing import Final

from microderm_ctl.bench.frozen import from_plain
from microderm_ctl.bench.leak import Decay
from microderm_ctl.bench.live.fixture import HOLDS_S, FixtureDown, judge_fixture
from microderm_ctl.bench.live.journal import STEP
from microderm_ctl.bench.procedure import shipped
from microderm_ctl.records.bench import END
from microderm_ctl.records.store import Store

FIXTURE: Final = "fixture"
"""The work, and its only step."""


def known_today(store: Store, now_s: int) -> Decay | None:
    """Return the decay of the fixture alone, if it was measured within a day and passed."""
    passed = {row.run_id for row in store.rows(kind=END) if row.document["outcome"] == "pass"}
    for row in reversed(store.rows(kind=STEP, unit="")):
        if row.document["name"] == FIXTURE and row.run_id in passed and 0 <= now_s - row.at_s <= HOLDS_S:
            return judge_fixture(shipped(), from_plain(FixtureDown, row.document["found"]))[0]
    return None
