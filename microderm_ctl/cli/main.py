"""The program ``microderm``: its options, and the table of its commands, of which none is imported until it is typed."""

import sys
from typing import Any, Final

import click

from microderm_ctl import __version__
from microderm_ctl.cli.commands import Entry, RootGroup, invocation

_HOME: Final = "at home"
_BOTH: Final = "to try out and to repair"
_BENCH: Final = "for technicians"
_CLI: Final = "microderm_ctl.cli"

TABLE: Final = {
    "devices": Entry(f"{_CLI}.devices:devices", "list the wands that are there", _HOME),
    "info": Entry(f"{_CLI}.devices:info", "show what a wand says of itself", _HOME),
    "profile": Entry(f"{_CLI}.profile:profile", "create, show, edit, list or forget a profile", _HOME),
    "questions": Entry(f"{_CLI}.questions:questions", "show what is asked, with the ids for scripts", _HOME),
    "patch-test": Entry(f"{_CLI}.treat:patch_test", "test one spot, 24 hours before a first treatment", _HOME),
    "limits": Entry(f"{_CLI}.limits:limits", "show what your skin may get, and why", _HOME),
    "treat": Entry(f"{_CLI}.treat:treat", "lead a treatment", _HOME),
    "guide": Entry(f"{_CLI}.guide:guide", "show how each zone is done, and when to stop", _HOME),
    "after-care": Entry(f"{_CLI}.after_care:after_care", "show what your skin needs now, and until when", _HOME),
    "stop": Entry(f"{_CLI}.stop:stop", "stop the wand, from any terminal", _HOME),
    "history": Entry(f"{_CLI}.history:history", "show treatments, and when the next is allowed", _HOME),
    "journal": Entry(f"{_CLI}.journal:journal", "show the course, and write down how your skin is", _HOME),
    "plan": Entry(f"{_CLI}.plan:plan", "show the course ahead, and what a professional wrote for you", _HOME),
    "report": Entry(f"{_CLI}.report:report", "write a page to print and to show to a professional", _HOME),
    "doctor": Entry(f"{_CLI}.doctor:doctor", "find out what does not work, and how to fix it", _BOTH),
    "trace": Entry(f"{_CLI}.trace:trace", "show what a recording of the wire holds", _BOTH),
    "simulate": Entry(f"{_CLI}.simulate:simulate", "run virtual wands on real ports", _BOTH),
    "bench": Entry(f"{_CLI}.bench:bench", "test, calibrate and certify units", _BENCH),
    "firmware": Entry(f"{_CLI}.firmware:firmware", "the program that runs in the wand", _BOTH),
    "completion": Entry(f"{_CLI}.completion:completion", "print what lets your shell complete at a press of Tab", _BOTH),
    "demo": Entry(f"{_CLI}.demo:demo", "three scenes on the virtual wand, nothing plugged in", _BOTH),
}


@click.group(
    "microderm",
    cls=RootGroup,
    table=TABLE,
    example="microderm demo",
    invoke_without_command=True,
    help="safe treatments with a diamond-tip wand, from a terminal",
)
@click.version_option(__version__, "--version", prog_name="microderm", message="%(prog)s %(version)s", help="show the version")
@click.pass_context
def root(ctx: click.Context) -> Any:
    """Say where this person stands, where no command is typed."""
    if ctx.invoked_subcommand is not None:
        return 0
    from microderm_ctl.cli.standing import standing

    with invocation(ctx) as call:
        report = standing(call)
        call.printer.report(report)
        return report.exit_code


def main() -> None:
    """Run the program and exit."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    root.main(prog_name="microderm")
