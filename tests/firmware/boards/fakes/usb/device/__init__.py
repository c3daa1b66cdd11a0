"""Stands for micropython-lib's `usb.device`: keeps how it was set up."""


class Device:
    """What the computer would see."""

    def __init__(self) -> None:
        self.interfaces: tuple[object, ...] = ()
        self.options: dict[str, object] = {}

    def init(self, *interfaces: object, **options: object) -> None:
        """Become this device."""
        self.interfaces = interfaces
        self.options = options


_device = Device()


def get() -> Device:
    """Return the one there is."""
    return _device
