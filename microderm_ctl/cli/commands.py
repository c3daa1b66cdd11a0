"""How commands are made: options that are understood everywhere, lazy groups, and errors that become exit codes."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

import click

from microderm_ctl.cli import GIVEN, SOUNDS
from microderm_ctl.errors import MicrodermError, Stopped, UsageProblem

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from microderm_ctl.cli.context import Invocation
    from microderm_ctl.cli.printer import Report

CLOCK: Final = "microderm.clock"
HELP_WIDTH: Final = 100
HELP_LEAST: Final = 50
SETTINGS: Final = {"help_option_names": ["-h", "--help"], "max_content_width": HELP_WIDTH}


class Bug(MicrodermError):
    """Something that should not have happened, and is nobody's fault but this program's."""

    code = "bug"


class Entry(NamedTuple):
    """A command that is not imported yet: its module and name there, and the line that help shows."""

    where: str
    summary: str
    section: str = ""


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    if ctx.get_parameter_source(param.name) is click.core.ParameterSource.COMMANDLINE:
        ctx.meta.setdefault(GIVEN, {})[param.name] = value
    return value


def offered(what: str) -> Callable[[click.Context, click.Parameter, str], list[Any]]:
    """Return what completes a value with a function of ``offers``, which is imported when somebody presses Tab."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from microderm_ctl.cli import offers

        found: list[Any] = getattr(offers, what)(ctx, param, incomplete)
        return found

    return complete


def _hidden(params: Sequence[click.Parameter], incomplete: str) -> "list[CompletionItem]":
    from microderm_ctl.cli import offers

    return offers.hidden(params, incomplete)


def everywhere(hidden: bool) -> list[click.Parameter]:
    """Return the options that are understood before and after every command's name."""

    def option(*names: str, **settings: Any) -> click.Parameter:
        return click.Option(names, expose_value=False, callback=_remember, hidden=hidden, **settings)

    return [
        option(
            "--port",
            metavar="PORT",
            shell_complete=offered("ports"),
            help="device, pyserial URL, or 'sim' for the virtual wand  [MICRODERM_PORT]",
        ),
        option("--serial", metavar="NUMBER", shell_complete=offered("serials"), help="serial number of the wand  [MICRODERM_SERIAL]"),
        option("--json", "as_json", is_flag=True, help="print JSON; it stays stable, text does not"),
        option("--plain", is_flag=True, help="print sentences, fit for a screen reader: no tables, no live view"),
        option("--sound", type=click.Choice(SOUNDS), help="ring the terminal's bell in a treatment, or not  [MICRODERM_SOUND]"),
        option("-v", "--verbose", count=True, help="say more; -vvv shows the wire, decoded"),
        option("--debug", is_flag=True, help="show where an error comes from"),
        option("--record", metavar="FILE", shell_complete=offered("files"), help="keep what crosses the wire in a new file; see 'trace'"),
        option("--data-dir", metavar="DIR", shell_complete=offered("directories"), help="where records are kept  [MICRODERM_DATA_DIR]"),
    ]


class Command(click.Command):
    """A command that takes an invocation and returns a report, which is printed here and nowhere else."""

    def __init__(self, *args: Any, example: str = "", **settings: Any) -> None:
        """Add the options that are understood everywhere, and put the example first."""
        self.example = example
        settings["context_settings"] = SETTINGS | dict(settings.get("context_settings") or {})
        super().__init__(*args, **settings)
        self.params += everywhere(hidden=True)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help: an example first."""
        write_example(self.example, formatter)
        super().format_help(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Point to the options that are understood everywhere."""
        formatter.write_paragraph()
        formatter.write_text("also --port, --serial, --json, --plain, --sound, -v, --debug, --data-dir, --record: see 'microderm --help'")

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Complete options, those that are understood everywhere too."""
        return super().shell_complete(ctx, incomplete) + _hidden(self.params, incomplete)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, print its report, and return the exit code."""
        if self.callback is None:
            return 0
        from microderm_ctl.cli.printer import Report

        with invocation(ctx) as call:
            result = ctx.invoke(self.callback, call, **ctx.params)
            if not isinstance(result, Report):
                return 0
            call.printer.report(result)
            return result.exit_code


def command(name: str, help: str, example: str = "", **settings: Any) -> Callable[[Callable[..., "Report | None"]], Command]:  # noqa: A002 - click's own word
    """Make a command of a function ``f(call: Invocation, **options) -> Report | None``."""

    def made(function: Callable[..., "Report | None"]) -> Command:
        made_command = click.command(name, cls=Command, help=help, example=example, **settings)(function)
        if not isinstance(made_command, Command):
            raise TypeError("click made another command than it was told")
        return made_command

    return made


def person_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--person NAME``, for where several people share a computer."""
    return click.option(
        "--person", metavar="NAME", shell_complete=offered("people"), help="whose profile; not needed where there is only one"
    )(function)


def terminal_columns() -> int:
    """Return how wide the terminal is, as ``shutil`` finds it: COLUMNS, else the terminal itself, else 80."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1).columns or 80
    except (OSError, ValueError):
        return 80


def write_example(example: str, formatter: click.HelpFormatter) -> None:
    """Write an example line."""
    if example:
        formatter.write(f"e.g.  {example}\n\n")


class LazyGroup(click.Group):
    """A group whose commands are imported when they are typed; help and completion need only the table."""

    def __init__(self, *args: Any, table: Mapping[str, Entry], example: str = "", **settings: Any) -> None:
        """Take the table of commands."""
        self.table = table
        self.example = example
        settings["context_settings"] = SETTINGS | dict(settings.get("context_settings") or {})
        super().__init__(*args, **settings)
        self.params += everywhere(hidden=not self._is_root())

    def _is_root(self) -> bool:
        return False

    def get_help(self, ctx: click.Context) -> str:
        """Return the help, as wide as the terminal; click would import shutil for the width, and with it three compressors."""
        ctx.terminal_width = max(min(terminal_columns(), HELP_WIDTH) - 2, HELP_LEAST)
        return super().get_help(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command and return it."""
        entry = self.table.get(cmd_name)
        if entry is None:
            return None
        module, _, attribute = entry.where.partition(":")
        found = getattr(import_module(module), attribute)
        return found if isinstance(found, click.Command) else None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is typed, or name the nearest one."""
        if args and args[0] not in self.table:
            raise unknown("command", args[0], list(self.table), f"'{ctx.command_path} --help' lists them.")
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help: an example first."""
        write_example(self.example, formatter)
        super().format_help(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by section, without importing one."""
        for section in dict.fromkeys(entry.section for entry in self.table.values()):
            with formatter.section(section or "commands"):
                formatter.write_dl([(name, entry.summary) for name, entry in self.table.items() if entry.section == section])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Complete names from the table, and options as a command does."""
        from click.shell_completion import CompletionItem

        names = [CompletionItem(name, help=entry.summary) for name, entry in self.table.items() if name.startswith(incomplete)]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete), *_hidden(self.params, incomplete)]


class RootGroup(LazyGroup):
    """The program itself: whatever happens below becomes a sentence and an exit code here."""

    def _is_root(self) -> bool:
        return True

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *rest: Any, **extra: Any) -> NoReturn:
        """Run and exit with the code of what happened."""
        words = list(sys.argv[1:] if args is None else args)
        extra["standalone_mode"] = False
        sys.exit(self._run(words, prog_name or "microderm", extra))

    def invoke(self, ctx: click.Context) -> Any:
        """Run what was typed; a reader that has gone is met here, before click makes exit code 1 of it."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            return _nobody_reads()
        return result

    def _run(self, words: list[str], prog_name: str, extra: dict[str, Any]) -> int:
        try:
            result = super().main(words, prog_name, **extra)
            return result if isinstance(result, int) else 0
        except BaseException as error:
            problem = explained(error)
            if problem is None:
                raise
            from microderm_ctl.cli.printer import Printer

            Printer("--json" in words, "--debug" in words, plain="--plain" in words).error(problem, error)
            return problem.exit_code


def invocation(ctx: click.Context) -> "Invocation":
    """Return the invocation of a command that was parsed."""
    from microderm_ctl.cli.context import Invocation, Options

    setup: Mapping[str, Any] = ctx.find_root().obj or {}
    return Invocation(Options.of(ctx.meta.get(GIVEN, {}), os.environ), setup.get(CLOCK), ctx.command_path.partition(" ")[2])


def explained(error: BaseException) -> MicrodermError | None:
    """Return what a person is told of anything that was raised; None for what is not ours to explain."""
    if isinstance(error, MicrodermError):
        return error
    if isinstance(error, click.exceptions.Exit):
        return None
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return Stopped("Stopped.")
    if isinstance(error, click.ClickException):
        if isinstance(error, click.exceptions.NoArgsIsHelpError):
            return UsageProblem(error.format_message())
        path = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx is not None else "microderm"
        return UsageProblem(error.format_message(), f"'{path} --help' shows how it is written.")
    if isinstance(error, Exception):
        return Bug(
            f"This is a mistake in microderm, not yours ({type(error).__name__}).",
            "Run the same again with --debug, and please report what it prints.",
            {"cause": str(error)},
        )
    return None


def unknown(kind: str, word: str, known: Sequence[str], hint: str, nearest: str | None = None) -> UsageProblem:
    """Return the problem of a name that is not known, with the nearest that is."""
    from difflib import get_close_matches

    near = [nearest] if nearest else get_close_matches(word.casefold(), known, n=1, cutoff=0.5)
    question = f" Did you mean '{near[0]}'?" if near else ""
    return UsageProblem(f"There is no {kind} '{word}'.{question}", hint, {"unknown": word, "nearest": near[0] if near else None})


def _nobody_reads() -> int:
    """End without a word where the reader has gone, as after ``| head``."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
