"""The key of a unit: made from the service key and the unit's serial number, and written into the board's memory."""

from microderm_ctl.errors import CheckFailed
from microderm_ctl.firmware.board import Board
from microderm_ctl.firmware.boards.slots import FOLDERS, SLOT_BYTES
from microderm_ctl.firmware.memory import KEY, Memory
from microderm_ctl.firmware.unlock import unit_key
from microderm_ctl.install import scripts
from microderm_ctl.install.prompt import Prompt
from microderm_ctl.texts import firmware as texts


def write_key(prompt: Prompt, serial: str, service_key: bytes) -> None:
    """Write the key of a unit over the older slot of its pair, and read it back.

    Raises:
        CheckFailed: what lies there is not what was written.
        FileProblem, LinkLost: as ``Prompt.run`` raises them.
    """
    key = unit_key(service_key, serial.encode("ascii"))
    if not Memory(RemoteSlots(prompt)).write(KEY, key):
        raise CheckFailed(texts.KEY_DIFFERS, texts.DIFFERS_HINT)


class RemoteSlots(Board):
    """The slots of a board that waits at its prompt, in the files that `boards/slots.py` keeps them in."""

    def __init__(self, prompt: Prompt) -> None:
        """Take the prompt."""
        self._prompt = prompt

    def read_slot(self, slot: int) -> bytes:
        """Return the bytes of a slot, empty when it was never written."""
        return bytes.fromhex(self._prompt.ask(scripts.READ.format(path=_path(slot), most=SLOT_BYTES + 1)))

    def write_slot(self, slot: int, content: bytes) -> None:
        """Replace the bytes of a slot."""
        self._prompt.run(scripts.FOLDERS.format(paths=[FOLDERS[slot & 1]]))
        self._prompt.run(scripts.OPEN.format(path=_path(slot)))
        self._prompt.run(scripts.WRITE.format(data=content, length=len(content)))
        self._prompt.run(scripts.CLOSE)


def _path(slot: int) -> str:
    return f"{FOLDERS[slot & 1]}/{slot // 2}"
