"""The wand's program as this computer carries it: its files, their hashes, and the build number that follows from them."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

FOLDER: Final = Path(__file__).parent / "firmware"
START_FILES: Final = ("boot.py", "main.py")
"""They lie at the top of a board and belong to no build: they start whichever is in force."""


class File(NamedTuple):
    """A file of the program: its path below the program's folder, with slashes, what it holds, and the SHA-256 of that in hex."""

    path: str
    content: bytes
    sha256: str


class Program(NamedTuple):
    """The whole program. ``build`` is never 0, which means unknown."""

    files: tuple[File, ...]
    build: int

    @property
    def start_files(self) -> tuple[File, ...]:
        """The files that go to the top of the board, in the order in which they go there: what makes the pins safe comes first."""
        return tuple(file for name in START_FILES for file in self.files if file.path == name)

    @property
    def package_files(self) -> tuple[File, ...]:
        """The files of the package `firmware`."""
        return tuple(file for file in self.files if file.path not in START_FILES)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(len(file.content) for file in self.files)


def program_of(folder: Path) -> Program:
    """Return the program in a folder."""
    found = []
    for path in folder.rglob("*.py"):
        content = path.read_bytes()
        found.append(File(path.relative_to(folder).as_posix(), content, sha256(content).hexdigest()))
    files = tuple(sorted(found))
    listed = "".join(f"{file.sha256}  {file.path}\n" for file in files)
    return Program(files, int(sha256(listed.encode()).hexdigest()[:8], 16) or 1)


@cache
def program() -> Program:
    """Return the program that comes with this package."""
    return program_of(FOLDER)
