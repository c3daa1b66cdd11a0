"""``microderm plan``: the course ahead, and what a professional wrote down, held against the rules.

What each word does is imported once it is typed.
"""

from typing import Final

import click

from microderm_ctl.cli import offers
from microderm_ctl.cli.commands import Entry, LazyGroup, invocation, person_option
from microderm_ctl.cli.words import zones_of
from microderm_ctl.errors import UsageProblem
from microderm_ctl.safety.zones import WHOLE_FACE

_HERE: Final = "microderm_ctl.cli.plan_commands"


@click.group(
    "plan",
    cls=LazyGroup,
    table={
        "show": Entry(f"{_HERE}:show", "show a professional's plan, held against the rules"),
        "import": Entry(f"{_HERE}:import_", "keep the plan that a professional filled in"),
        "remove": Entry(f"{_HERE}:remove", "remove a professional's plan"),
        "example": Entry(f"{_HERE}:example", "print the form of a plan, for a professional to fill in"),
    },
    example="microderm plan",
    invoke_without_command=True,
    help="the course ahead, and what a professional wrote for you",
)
@click.option("--zone", "zones", multiple=True, metavar="NAME", shell_complete=offers.zones, help="a zone; the whole face unless told")
@person_option
@click.pass_context
def plan(ctx: click.Context, zones: tuple[str, ...], person: str | None) -> int:
    """Show the course ahead, where no more is typed."""
    if ctx.invoked_subcommand is not None:
        if zones or person is not None:
            raise UsageProblem(
                "These options come after the word that follows 'plan'.", f"For example 'plan {ctx.invoked_subcommand} --person NAME'."
            )
        return 0
    chosen = zones_of(zones) or WHOLE_FACE
    from microderm_ctl.cli.ahead import report
    from microderm_ctl.cli.progress import progress

    with invocation(ctx) as call:
        call.printer.report(report(progress(call, person), chosen, call.printer.in_tables))
    return 0
