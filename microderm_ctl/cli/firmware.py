"""``microderm firmware``: the wand's own program, here and in the wand. What each word does is imported once it is typed."""

from typing import Final

import click

from microderm_ctl.cli.commands import Entry, LazyGroup

_HERE: Final = "microderm_ctl.cli.firmware_commands"


@click.group(
    "firmware",
    cls=LazyGroup,
    table={
        "info": Entry(f"{_HERE}:info", "show the program that is here, and the one in the wand"),
        "check": Entry(f"{_HERE}:check", "see whether computer and wand match"),
        "install": Entry(f"{_HERE}:install", "put the program on a wand, or on a new board"),
    },
    example="microderm firmware check",
    help="the program that runs in the wand",
)
def firmware() -> None:
    """Stand for the words that follow."""
