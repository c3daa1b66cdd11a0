"""A port as a pseudo terminal, which a computer opens like any serial device. Not on Windows."""

import sys
from contextlib import suppress

from microderm_ctl.simulator.ports import READ_BYTES, Port

if sys.platform != "win32":
    import fcntl
    import os
    import termios
    import tty

    def open_slave(path: str) -> int:
        """Open the computer's end of a pseudo terminal for a moment."""
        return os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    class PtyPort(Port):
        """A pseudo terminal whose other end nobody here holds, so that its last close is seen.

        A read of the master fails while nobody has the other end open, would block while
        somebody has and is silent: that is how clients are noticed.
        """

        _master = -1

        def _open(self) -> None:
            self._master, slave = os.openpty()
            try:
                tty.setraw(slave)
                self.path = os.ttyname(slave)
            finally:
                os.close(slave)
            os.set_blocking(self._master, False)

        def _close(self) -> None:
            os.close(self._master)
            self._master = -1

        def _receive(self) -> bytes:
            return os.read(self._master, READ_BYTES)

        def _transmit(self, data: bytes) -> int:
            return os.write(self._master, data)

        def _watch_client(self) -> None:
            self._watch(self._master, self.take_in)

        def _forget_client(self) -> None:
            self._unwatch(self._master)
            if self.is_open:
                self._make_ready()

        def _make_ready(self) -> None:
            """Make the terminal as good as new for the next client.

            A killed client leaves unread bytes behind, and the kernel keeps its exclusive mode
            (TIOCEXCL) while the master is open, which shuts everybody but root out for ever.
            Where it cannot be lifted, another terminal takes its place; it usually gets the same name.
            """
            with suppress(termios.error):
                termios.tcflush(self._master, termios.TCIOFLUSH)
            try:
                slave = open_slave(self.path)
            except OSError:
                self._replace()
                return
            try:
                fcntl.ioctl(slave, termios.TIOCNXCL)
                tty.setraw(slave)
            finally:
                os.close(slave)

        def _replace(self) -> None:
            before = self.path
            self._close()
            self._open()
            if self.path != before:
                self._on_ready(self.unit, self.path)
