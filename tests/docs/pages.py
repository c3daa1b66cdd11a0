"""The pages that people read, as blocks of commands with the remarks that their tests need.

A remark is a comment that no reader sees, `<!-- name: value -->`, on the lines right
above a block or below a heading:

    types   what is typed at its questions, as JSON; without a line feed at the end it is a single key
    exit    the exit code that its commands have, 0 unless told
    on      `sim`: its commands run on the virtual wand, where a reader has a real one
    before  a command that is run first, such as a day that passes
    until   the commands run on until they have printed this; then q is typed, or Ctrl-C where they exit with 130
"""

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = (
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "protocol/README.md"),
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")),
)
_REMARK: Final = re.compile(r"<!-- ([a-z ]+): (.*) -->")
_FENCE: Final = re.compile(r"```(\w*)")
SPOKEN: Final = re.compile(r"`(microderm(?: [^`]*)?)`")
"""A command inside a sentence."""


class Block(NamedTuple):
    """One fenced block: its language, its lines and the remarks above it."""

    language: str
    lines: tuple[str, ...]
    remarks: dict[str, str]

    def commands(self) -> Iterator[list[str]]:
        """Yield its commands in words, without their comments."""
        for line in self.lines:
            if words := shlex.split(line.replace("\\", "/"), comments=True):
                yield words


def text_of(page: str) -> str:
    """Return the text of a page."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    found: list[Block] = []
    remarks: dict[str, str] = {}
    inside: list[str] | None = None
    language = ""
    for line in text_of(page).splitlines():
        if inside is not None and line == "```":
            found.append(Block(language, tuple(inside), remarks))
            inside, remarks = None, {}
        elif inside is not None:
            inside.append(line)
        elif fence := _FENCE.fullmatch(line):
            inside, language = [], fence[1]
        elif remark := _REMARK.fullmatch(line):
            remarks[remark[1]] = remark[2]
        else:
            remarks = {}
    return found


def prose(page: str) -> str:
    """Return a page without its fenced blocks."""
    return re.sub(r"```.*?```", "", text_of(page), flags=re.DOTALL)


def headings(page: str) -> list[tuple[str, dict[str, str]]]:
    """Return the headings under the title of a page, each with the remarks below it."""
    found: list[tuple[str, dict[str, str]]] = []
    for line in text_of(page).splitlines():
        if line.startswith("## "):
            found.append((line[3:], {}))
        elif found and (remark := _REMARK.fullmatch(line)):
            found[-1][1][remark[1]] = remark[2]
    return found


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a new user with a home directory."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MICRODERM_", "XDG_"))}
    return kept | {"HOME": str(home), "MICRODERM_DATA_DIR": str(home / "data"), "TERM": "xterm", "COLUMNS": "80"}
