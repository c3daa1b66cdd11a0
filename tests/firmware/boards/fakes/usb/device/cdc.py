"""Stands for micropython-lib's CDC interface, with a computer at its other end."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class CDCInterface:
    """A serial port: the computer's half are the methods that begin with `host`."""

    def __init__(self, timeout: int = 1000, txbuf: int = 256, rxbuf: int = 256) -> None:
        if timeout:
            raise ValueError("a read or write would wait")
        self.txbuf = txbuf
        self.rxbuf = rxbuf
        self.inbox = b""
        self.outbox = b""
        self.is_configured = False
        self.callback: Callable[[int], None] | None = None

    def set_line_state_cb(self, callback: "Callable[[int], None]") -> None:
        self.callback = callback

    def is_open(self) -> bool:
        return self.is_configured

    def read(self, size: int) -> "bytes | None":
        if size != -1:
            raise ValueError("would wait")
        data, self.inbox = self.inbox, b""
        return data or None

    def write(self, content: bytes) -> int:
        taken = min(len(content), self.txbuf - len(self.outbox))
        self.outbox += content[:taken]
        return taken

    def host_line(self, state: int) -> None:
        """Set DTR (1) and RTS (2); this also configures the device."""
        self.is_configured = True
        if self.callback:
            self.callback(state)

    def host_send(self, data: bytes) -> None:
        """Send what fits into the board's buffer."""
        self.inbox = (self.inbox + data)[: self.rxbuf]

    def host_fetch(self) -> bytes:
        """Take what the board sent."""
        data, self.outbox = self.outbox, b""
        return data
