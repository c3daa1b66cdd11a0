"""The data port: frames in and out, and whether the computer is there. No text ever goes this way."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .hardware import Cdc

DTR = 1
BURST = 512
"""The most that a computer may have in flight, and what the port's buffer holds."""
WAITING_MOST = 1_024


class DataPort:
    """A CDC interface of its own."""

    def __init__(self, cdc: "Cdc", frame_number: "Callable[[], int]") -> None:
        """Take the interface, and where USB's frame number is read.

        While the bus lives, the computer sends a frame each millisecond. A number that
        stands still for a step is a bus that is suspended or unplugged; MicroPython
        tells neither.
        """
        self._cdc = cdc
        self._frame_number = frame_number
        self._frame = -1
        self._has_dtr = False
        self._waiting = b""
        self.dropped = 0
        """Bytes that nobody fetched in time."""
        cdc.set_line_state_cb(self._note_line)

    def look(self) -> bool:
        """Return whether the computer holds the port open, DTR up and the bus alive; once a step."""
        last, self._frame = self._frame, self._frame_number()
        is_up = self._has_dtr and self._cdc.is_open() and self._frame != last
        if not is_up:
            # DTR of before a suspend or a pulled plug counts no more, and what waits is of a session that is over.
            self._has_dtr = False
            self._forget()
        return is_up

    def read(self) -> bytes:
        """Return the bytes that wait, at most 512, without waiting."""
        return bytes(self._cdc.read(-1) or b"") if self._has_dtr else b""

    def send(self, frames: bytes) -> None:
        """Send whole frames as soon as the computer takes them; what finds too many waiting is dropped whole."""
        if not self._has_dtr:
            return
        if len(self._waiting) + len(frames) > WAITING_MOST:
            self.dropped += len(frames)
        else:
            self._waiting += frames
        if self._waiting:
            self._waiting = self._waiting[self._cdc.write(self._waiting) :]

    def _note_line(self, state: int) -> None:
        self._has_dtr = bool(state & DTR)

    def _forget(self) -> None:
        """Leave out what waits in either direction."""
        self._waiting = b""
        if self._cdc.is_open():
            self._cdc.read(-1)
