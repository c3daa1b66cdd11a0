"""What was asked for on the command line, before anything is opened."""

from typing import Final, NamedTuple

from microderm_ctl.cli.context import Invocation
from microderm_ctl.errors import UsageProblem
from microderm_ctl.safety import Aftermath, Depth, Ending, Kind, Zone
from microderm_ctl.texts import asking as texts

SITES: Final = {"forearm": Zone.INNER_FOREARM, "neck": Zone.NECK_SIDE}
"""Where a patch test is made, by the names that people type."""


class Asked(NamedTuple):
    """What was asked for on the command line."""

    kind: Kind
    zones: tuple[Zone, ...]
    level_pa: int | None = None
    depth: Depth | None = None
    one_level: bool | None = None
    answers: str | None = None
    yes: bool = False
    up_to_cap: bool = False
    last_ended: Ending | None = None
    last_skin: Aftermath | None = None


def check_script(call: Invocation, asked: Asked) -> None:
    """Without a terminal everything must be given: consent and answers are never guessed.

    Raises:
        UsageProblem: a flag is missing; it is named.
    """
    missing = [flag for flag, given in (("--yes", asked.yes), ("--answers FILE", asked.answers)) if not given]
    if missing and not call.ask.can_ask:
        raise UsageProblem(
            texts.MUST_BE_GIVEN.format(flags=texts.AND.join(missing)),
            texts.CONSENT,
            {"flags": missing},
        )
