"""Putting the program on a board, in an order in which every half of it is harmless.

First the two files that start a board: with them it comes up with the pump off,
and ends at the prompt where no program is in force. Then the program goes into a
new folder, and is read back. Last a file of one line, renamed over the one there
was, puts the new folder in force. Until then the board starts what it started before.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from microderm_ctl.carried import Program
from microderm_ctl.errors import CheckFailed, FileProblem
from microderm_ctl.firmware.boards import config
from microderm_ctl.install import scripts
from microderm_ctl.install.prompt import Prompt
from microderm_ctl.texts import firmware as texts

CHUNK: Final = 1_024
"""Bytes of a file that are sent at once; as source they take up to four times that of the board's 200 kB."""
IN_FORCE: Final = "program.txt"
FOLDER_MARK: Final = "wand-"
NEW: Final = ".new"
PACKAGE: Final = "firmware"
OLDEST: Final = (1, 28)
PLATFORM: Final = "rp2"
CHIP: Final = "RP2040"
SPARE_BYTES: Final = 65_536
"""What is left free for memory, crash note and littlefs's own blocks of 4 kB."""
BLOCK: Final = 4_096


class Found(NamedTuple):
    """What is on a board: in `serial` the number that its wand has, in `in_force` the folder of the program that it starts."""

    platform: str
    version: tuple[int, ...]
    machine: str
    serial: str
    names: tuple[str, ...]
    in_force: str
    crash: str
    has_usb: bool

    @property
    def is_ours(self) -> bool:
        """Whether a program of ours is in force."""
        return self.in_force.startswith(FOLDER_MARK)


def look(prompt: Prompt) -> Found:
    """Return what is on a board; nothing is changed."""
    platform, version, machine, number, names, in_force, crash, has_usb = prompt.ask(scripts.LOOK)
    serial = number[-12:].upper()
    return Found(platform, version, machine, serial, tuple(names), in_force.strip(), crash.strip(), has_usb)


def check(found: Found) -> None:
    """Refuse a board that cannot be a wand, before anything is written.

    Raises:
        CheckFailed: another chip, an older MicroPython, or no USB library on it.
    """
    if found.platform != PLATFORM or CHIP not in found.machine:
        raise CheckFailed(texts.OTHER_BOARD.format(machine=found.machine), texts.OTHER_BOARD_HINT, {"machine": found.machine})
    if found.version[:2] < OLDEST:
        version = ".".join(str(part) for part in found.version)
        raise CheckFailed(texts.OLD_MICROPYTHON.format(version=version), texts.OLD_MICROPYTHON_HINT, {"micropython": version})
    if not found.has_usb:
        raise CheckFailed(texts.NO_USB, texts.NO_USB_HINT, {"package": "usb-device-cdc"})


def room_needed(program: Program) -> int:
    """Return how many bytes have to be free on a board: whole blocks for each file, and some to spare."""
    return sum(-(-len(file.content) // BLOCK) * BLOCK for file in program.files) + SPARE_BYTES


def old_names(found: Found) -> list[str]:
    """Return what earlier or broken-off installations have left, but for the folder in force."""
    return [name for name in found.names if (name.startswith(FOLDER_MARK) and name != found.in_force) or name.endswith(NEW)]


def copy(prompt: Prompt, found: Found, program: Program, extra: Sequence[tuple[str, bytes]], tell: Callable[[str], None]) -> str:
    """Put the program on a board, switch it over, and return the folder that is in force now.

    Args:
        prompt: the board.
        found: what is on it.
        program: what to put there.
        extra: files at the top besides, by name.
        tell: hears of each part, in words.

    Raises:
        FileProblem: the flash is full or takes no file; nothing was switched over.
        CheckFailed: what lies there is not what was sent; nothing was switched over.
        LinkLost: the board is gone.
    """
    prompt.run(scripts.REST.format(pump=config.PUMP, vent=config.VENT))
    prompt.run(scripts.REMOVE.format(names=old_names(found)))
    for file in program.start_files:
        replace(prompt, file.path, file.content)
    folder = _put_package(prompt, found, program, tell)
    for name, content in extra:
        replace(prompt, name, content)
    replace(prompt, IN_FORCE, f"{folder}\n".encode())
    wanted = [*((file.path, file.sha256) for file in program.start_files), *_placed(folder, program)]
    verify(prompt, wanted)
    return folder


def replace(prompt: Prompt, name: str, content: bytes) -> None:
    """Put a file at the top of a board: under a new name, read back, then renamed over the one there was, which is all or nothing.

    Raises:
        CheckFailed: it cannot be read back as it was sent; the file that was there still is.
    """
    digest = sha256(content).hexdigest()
    if prompt.ask(scripts.HASHES.format(paths=[name])) == [digest]:
        return
    _write(prompt, name + NEW, content)
    verify(prompt, [(name + NEW, digest)])
    prompt.run(scripts.RENAME.format(old=name + NEW, new=name))


def verify(prompt: Prompt, wanted: Sequence[tuple[str, str]]) -> None:
    """Have the board hash its files and compare.

    Raises:
        CheckFailed: one differs or is missing.
    """
    different = _different(prompt, wanted)
    if different:
        raise CheckFailed(texts.DIFFERS.format(name=different[0]), texts.DIFFERS_HINT, {"files": different})


def _different(prompt: Prompt, wanted: Sequence[tuple[str, str]]) -> list[str]:
    digests = prompt.ask(scripts.HASHES.format(paths=[path for path, _ in wanted]))
    return [path for (path, digest), there in zip(wanted, digests, strict=True) if digest != there]


def _put_package(prompt: Prompt, found: Found, program: Program, tell: Callable[[str], None]) -> str:
    """Write the package into a folder that is not in force; one that is, and is whole, stays."""
    folder = f"{FOLDER_MARK}{program.build:08x}"
    if found.in_force.startswith(folder):
        if not _different(prompt, _placed(found.in_force, program)):
            return found.in_force
        folder = f"{folder}b" if found.in_force == folder else folder
    needed, free = room_needed(program), prompt.ask(scripts.FREE)
    if free < needed:
        raise FileProblem(texts.FULL, texts.FULL_HINT, {"needed": needed, "free": free})
    tell(texts.COPYING.format(count=len(program.files), size=-(-program.size // 1000)))
    paths = {path.rpartition("/")[0] for path, _ in _placed(folder, program)}
    prompt.run(scripts.FOLDERS.format(paths=[folder, *sorted(paths)]))
    for file in program.package_files:
        _write(prompt, f"{folder}/{PACKAGE}/{file.path}", file.content)
    verify(prompt, _placed(folder, program))
    tell(texts.COPIED)
    return folder


def _placed(folder: str, program: Program) -> list[tuple[str, str]]:
    return [(f"{folder}/{PACKAGE}/{file.path}", file.sha256) for file in program.package_files]


def _write(prompt: Prompt, path: str, content: bytes) -> None:
    prompt.run(scripts.OPEN.format(path=path))
    for at in range(0, len(content), CHUNK):
        part = content[at : at + CHUNK]
        prompt.run(scripts.WRITE.format(data=part, length=len(part)))
    prompt.run(scripts.CLOSE)
