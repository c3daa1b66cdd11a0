"""MicroPython's own module, as far as the wand's board uses it."""


def kbd_intr(character: int) -> None:
    """Take no character for an interrupt."""
