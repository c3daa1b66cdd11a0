"""``microderm completion``: what lets bash, zsh and fish complete commands, zones, profiles and ports at a press of Tab."""

import os
from collections.abc import Iterator
from pathlib import PurePath
from typing import Final, NamedTuple

import click

from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import PROGRAM, Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.errors import UsageProblem

SHELLS: Final = ("bash", "zsh", "fish")
_ONCE: Final = {
    "bash": 'once, in ~/.bashrc:  eval "$(microderm completion bash)"',
    "zsh": 'once, in ~/.zshrc, below compinit:  eval "$(microderm completion zsh)"',
    "fish": "once:  microderm completion fish > ~/.config/fish/completions/microderm.fish",
}


class Completion(NamedTuple):
    """The script of one shell, and what is done with it once."""

    shell: str
    once: str
    script: str


@command("completion", help="print what lets your shell complete at a press of Tab", example='eval "$(microderm completion bash)"')
@click.argument("shell", required=False, type=click.Choice(SHELLS))
def completion(call: Invocation, shell: str | None) -> Report:
    """Print the script of a shell: the one that is named, else the one that runs."""
    shell = shell or PurePath(os.environ.get("SHELL", "")).name
    if shell not in SHELLS:
        raise UsageProblem(
            "Which shell is meant cannot be told.", f"Name it: 'microderm completion {SHELLS[0]}', {SHELLS[1]} or {SHELLS[2]}."
        )
    if call.is_watched:
        call.printer.note(f"# {_ONCE[shell]}")
    return Report(Completion(shell, _ONCE[shell], _script(shell)), _lines)


def _script(shell: str) -> str:
    from click.shell_completion import get_completion_class

    from microderm_ctl.cli.main import root

    made = get_completion_class(shell)
    if made is None:
        raise TypeError(f"click has no completion for {shell}")
    complete = made(root, {}, PROGRAM, f"_{PROGRAM.upper()}_COMPLETE")
    return complete.source_template % complete.source_vars()


def _lines(record: Completion) -> Iterator[str]:
    yield record.script.rstrip("\n")
