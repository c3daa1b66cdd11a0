"""What a page is made of, whatever sets it."""

from typing import NamedTuple

from microderm_ctl.bench.certificate.picture import Picture


class Fact(NamedTuple):
    """A name and what stands behind it, lines kept; ``note`` says where it is from."""

    name: str
    value: str
    note: str = ""


class Facts(NamedTuple):
    """Facts beside each other."""

    rows: tuple[Fact, ...]


class Sentence(NamedTuple):
    """A text; its kind is ``plain``, ``small``, ``pass``, ``fail`` or ``mark``."""

    text: str
    kind: str = "plain"


class Column(NamedTuple):
    """A column of a table; ``part`` is its share of the width."""

    name: str
    part: float
    is_number: bool = True


class Table(NamedTuple):
    """A table with a title. Rows that do not pass are ``failing``, sums are ``strong``, both by their place."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    failing: frozenset[int] = frozenset()
    strong: frozenset[int] = frozenset()


class Figure(NamedTuple):
    """A picture with what is said below it."""

    picture: Picture
    caption: str


Block = Facts | Sentence | Table | Figure


class Section(NamedTuple):
    """Blocks under a heading."""

    title: str
    blocks: tuple[Block, ...]


class Page(NamedTuple):
    """A certificate as it is set. ``number`` stands on every page, ``end`` at the end."""

    title: str
    number: str
    laboratory: str
    address: str
    issued: str
    is_simulated: bool
    notices: tuple[Sentence, ...]
    sections: tuple[Section, ...]
    end: str
