"""Writes the man pages, docs/man/*.1, from the commands: `python -m tests.docs.make_man`.

click-man makes the page of a command; what it does not know is added: the example comes
first, and options, environment and exit codes that all commands share stand at the end.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
from click_man.man import ManPage

from microderm_ctl import __version__
from microderm_ctl.cli.commands import Command, Entry, LazyGroup, everywhere
from microderm_ctl.cli.main import root

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = ROOT / "docs" / "man"
_EXIT_CODE: Final = re.compile(r"\| (\d+) \| (.+) \|")
_ENVIRONMENT: Final = {
    "MICRODERM_PORT, MICRODERM_SERIAL, MICRODERM_DATA_DIR": "what --port, --serial and --data-dir say, where these are not given",
    "NO_COLOR": "no colours, whatever its value",
}


def pages() -> Iterator[tuple[str, str]]:
    """Yield the file name and the text of each page."""
    yield from _pages(root, click.Context(root, info_name="microderm"), "safe treatments with a diamond-tip wand, from a terminal")


def _pages(made: click.Command, ctx: click.Context, summary: str) -> Iterator[tuple[str, str]]:
    table = made.table if isinstance(made, LazyGroup) else {}
    yield f"{ctx.command_path.replace(' ', '-')}.1", _page(made, ctx, summary, table)
    for name, entry in table.items():
        command = made.get_command(ctx, name) if isinstance(made, LazyGroup) else None
        if command is not None:
            yield from _pages(command, click.Context(command, info_name=name, parent=ctx), entry.summary)


def _page(made: click.Command, ctx: click.Context, summary: str, table: "dict[str, Entry] | object") -> str:
    page = ManPage(ctx.command_path)
    page.version = f"microderm {__version__}"
    page.date = ""
    page.short_help = summary
    page.synopsis = " ".join(made.collect_usage_pieces(ctx))
    page.description = made.help
    page.options = [_record(one, ctx) for one in made.params if isinstance(one, click.Option) and not one.hidden]
    page.commands = [(name, entry.summary) for name, entry in table.items()] if isinstance(table, dict) else []
    lines = str(page).splitlines()
    example = made.example if isinstance(made, Command | LazyGroup) else ""
    if example:
        lines[lines.index(".SH DESCRIPTION") : lines.index(".SH DESCRIPTION")] = [".SH EXAMPLE", ".nf", example, ".fi"]
    return "\n".join(line.removesuffix(" ") for line in [*lines, *_shared(made, ctx)]) + "\n"


def _record(option: click.Option, ctx: click.Context) -> tuple[str, str]:
    names, help_ = option.get_help_record(ctx) or ("", "")
    return names, "\\&" + help_.replace("\\", "\\e")


def _shared(made: click.Command, ctx: click.Context) -> Iterator[str]:
    """Yield what holds for every command."""
    if made is not root:
        yield ".SH OPTIONS OF EVERY COMMAND"
        for one in everywhere(hidden=False):
            if isinstance(one, click.Option):
                yield from _item(*_record(one, ctx))
    yield ".SH ENVIRONMENT"
    for name, meaning in _ENVIRONMENT.items():
        yield from _item(name, meaning)
    yield ".SH EXIT STATUS"
    for code, meaning in _EXIT_CODE.findall((ROOT / "README.md").read_text(encoding="utf-8")):
        yield from _item(code, meaning.replace("`", ""))


def _item(name: str, meaning: str) -> Iterator[str]:
    yield from (".TP", f"\\fB{name.replace('-', chr(92) + '-')}\\fP", meaning)


def main() -> None:
    """Write all pages anew."""
    PAGES.mkdir(exist_ok=True)
    for old in PAGES.glob("*.1"):
        old.unlink()
    for name, text in pages():
        (PAGES / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
