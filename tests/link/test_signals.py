"""A signal reaches work whose wands are waited for on other threads, and afterwards everything is as it was."""

import signal
import threading

import pytest

from microderm_ctl.errors import Stopped
from microderm_ctl.link import signals


class Driver:
    """Is told of a signal."""

    number = 0

    def signalled(self, number: int) -> None:
        self.number = number


def test_what_is_guarded_from_a_thread_is_stopped_too() -> None:
    before = signal.getsignal(signal.SIGTERM)
    driver = Driver()
    with signals.interruptible() as interrupt:
        thread = threading.Thread(target=signals.guard, args=(driver,))
        thread.start()
        thread.join()
        interrupt.look()
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(Stopped, match="SIGTERM"):
            interrupt.look()
        thread = threading.Thread(target=signals.release, args=(driver,))
        thread.start()
        thread.join()
    assert driver.number == signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is before
