"""A few controls of both sides, tried without an assert; `test_protections.py` runs this with and without -O.

It prints what refused or stopped, one word each. Run it as `python -O -m tests.hazards.optimised`.
"""

import sys
from collections.abc import Iterator

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import memory
from microderm_ctl.firmware.messages import NO_LEASE
from microderm_ctl.safety import Zone
from microderm_protocol import BadValue, encode
from microderm_protocol.messages import treatment
from tests.firmware.rig import Rig
from tests.safety import people


def controls() -> Iterator[str]:
    """Yield what refused or stopped."""
    who = people.person()
    decision = people.judge(people.ask(Zone.NOSE)._replace(level_pa=25_000), who, people.history(who, people.past(60)))
    yield decision.refusals[0].code if decision.plan is None else "planned"
    try:
        encode(treatment.SetPointRequest(1, float("nan")), 1)  # type: ignore[arg-type]
    except BadValue:
        yield "BadValue"
    try:
        memory.build_slot(1, 1, bytes(53))
    except ValueError:
        yield "ValueError"
    rig = Rig()
    rig.hello()
    yield "no-lease" if rig.arm().code == NO_LEASE else "armed"
    rig = Rig().run()
    rig.steps(1, vacuum_pa=9_300)
    yield "over-trip" if rig.is_off and rig.cause == k.OVER_TRIP else "runs on"
    rig = Rig().run()
    rig.renews = False
    rig.steps(26)
    yield "lease" if rig.is_off and rig.cause == k.LEASE else "runs on"


if __name__ == "__main__":
    print(" ".join(controls()))
    sys.exit(0)
