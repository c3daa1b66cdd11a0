"""What can be wrong with bytes or with a message."""


class ProtocolError(Exception):
    """The root of everything this package raises."""


class BadLength(ProtocolError):
    """A payload is not exactly as long as its layout."""


class BadValue(ProtocolError):
    """A field holds a value that its layout does not allow.

    Attributes:
        field: position of the field in its layout, from 0.
    """

    def __init__(self, field: int, sentence: str) -> None:
        """Keep the position of the field with the sentence."""
        super().__init__(sentence)
        self.field = field


class UnknownMessage(ProtocolError):
    """No layout has this kind and id."""
