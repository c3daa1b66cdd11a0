"""How one kind of gauge talks: a small TOML file, read strictly.

An answer is cut at a separator into parts, counted from 1, or from -1 backwards. A number is the
last word of its part, so that an echoed header (``:SENS:PRES -12.34``) is no harm. ``docs/bench/gauges.md``
shows a file with every key.
"""

from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

from microderm_ctl.bench.gauges.gauge import Sign
from microderm_ctl.bench.gauges.tables import BAD, Table, parse_toml, read_bytes
from microderm_ctl.bench.gauges.units import UNITS_PA, Unit, parse_unit
from microderm_ctl.errors import FileProblem, UsageProblem
from microderm_ctl.link.ports import LineSettings

PARTS_MOST: Final = 32
BAUD_MOST: Final = 1_000_000
BLANK: Final = " "
"""As a separator it stands for any run of blanks and tabs."""
_PARITIES: Final = ("none", "even", "odd")


class Talk(NamedTuple):
    """How questions are sent and answers awaited."""

    send_end: str = "\r"
    """After every question."""
    answer_end: str = "\r\n\0"
    """Any of these characters ends an answer; empty lines between are skipped."""
    wake: str = ""
    """Sent once after opening, to end what the gauge may have half received; its answer is thrown away."""
    timeout_ms: int = 1000
    """How long one answer may take."""
    tries: int = 3
    pause_ms: int = 0
    """Least time from an answer to the next question."""


class Question(NamedTuple):
    """A question, and how its answer is cut."""

    ask: str
    separator: str = BLANK


class IdentityQuestion(NamedTuple):
    """Who the gauge is; 0 for a part that it does not say."""

    question: Question
    maker: int
    model: int
    serial: int


class ReadQuestion(NamedTuple):
    """What the gauge reads."""

    question: Question
    value: int
    unit: int
    """Where its unit stands; 0 where it stands in no answer of this kind."""
    stamp: int
    """Where its own time or count stands; 0 where there is none."""


class UnitQuestion(NamedTuple):
    """In which unit it reads, for gauges that say so only when asked."""

    question: Question
    unit: int


class Zero(NamedTuple):
    """How it is zeroed from here."""

    send: str
    wait_ms: int


class Errors(NamedTuple):
    """How it says that something is wrong."""

    starts: tuple[str, ...] = ()
    """An answer that begins with one of these is an error, whatever its case."""
    ask: str = ""
    """Asks for the last error once a question has failed."""


class Description(NamedTuple):
    """One kind of gauge."""

    name: str
    title: str
    vacuum_is: Sign
    line: LineSettings
    talk: Talk
    identify: IdentityQuestion | None
    read: ReadQuestion
    fixed_unit: Unit | None
    ask_unit: UnitQuestion | None
    errors: Errors
    zero: Zero | None


def cut(answer: str, separator: str) -> list[str]:
    """Return the parts of an answer, without the blanks around them."""
    return answer.split() if separator == BLANK else [part.strip() for part in answer.split(separator)]


def part_of(parts: list[str], place: int) -> str:
    """Return a part by its place, counted from 1 or from -1 backwards; empty where it is not there."""
    index = place - 1 if place > 0 else place
    return parts[index] if place and -len(parts) <= index < len(parts) else ""


def shipped_names() -> list[str]:
    """Return the names of the descriptions that came with the program."""
    return sorted(
        one.name.removesuffix(".toml") for one in files(__package__).joinpath("descriptions").iterdir() if one.name.endswith(".toml")
    )


def describe(name: str) -> Description:
    """Return a description: a shipped one by name, else that of a file by its path.

    Raises:
        UsageProblem: neither is there.
        FileProblem: the file cannot be read or used.
    """
    if name in shipped_names():
        return parse_description(files(__package__).joinpath("descriptions", f"{name}.toml").read_bytes(), name)
    path = Path(name)
    if path.suffix != ".toml" and not path.exists():
        raise UsageProblem(
            f"There is no description of a gauge '{name}'.", f"Name one of {', '.join(shipped_names())}, or a file that describes yours."
        )
    return parse_description(read_bytes(path), str(path))


def parse_description(content: bytes, source: str = "the description") -> Description:
    """Return the description that a file holds; ``source`` names it in messages.

    Raises:
        FileProblem: no TOML, or a key is unknown, missing, of another type or out of range.
    """
    try:
        with parse_toml(content) as table:
            return _read(table)
    except BAD as error:
        raise FileProblem(
            f"{source} does not describe a gauge: {error}.", "Compare it with the example in docs/bench/gauges.md."
        ) from error


def _read(table: Table) -> Description:
    with table.table("read") as reading:
        read = ReadQuestion(_question(reading), _place(reading, "value"), _place(reading, "unit_part", 0), _place(reading, "stamp_part", 0))
        fixed = _fixed_unit(reading)
    ask_unit = _ask_unit(table) if table.has("unit") else None
    if (read.unit != 0) + (fixed is not None) + (ask_unit is not None) != 1:
        raise ValueError("the unit comes from one place: 'unit_part' or 'unit' in [read], or a table [unit]")
    return Description(
        table.text("name"),
        table.text("title"),
        Sign(table.choice("vacuum_is", tuple(Sign), Sign.NEGATIVE)),
        _line(table),
        _talk(table),
        _identify(table) if table.has("identify") else None,
        read,
        fixed,
        ask_unit,
        _errors(table),
        _zero(table) if table.has("zero") else None,
    )


def _line(table: Table) -> LineSettings:
    with table.table("line") as line:
        return LineSettings(
            line.whole("baud", 50, BAUD_MOST, 9600),
            line.whole("data_bits", 7, 8, 8),
            line.choice("parity", _PARITIES, "none")[0].upper(),
            line.whole("stop_bits", 1, 2, 1),
        )


def _talk(table: Table) -> Talk:
    usual = Talk()
    with table.table("talk") as talk:
        found = Talk(
            talk.text("send_end", usual.send_end),
            talk.text("answer_end", usual.answer_end),
            talk.text("wake", usual.wake),
            talk.whole("timeout_ms", 50, 10_000, usual.timeout_ms),
            talk.whole("tries", 1, 10, usual.tries),
            talk.whole("pause_ms", 0, 5_000, usual.pause_ms),
        )
    for name in ("send_end", "answer_end", "wake"):
        if not getattr(found, name).isascii() or (name == "answer_end" and not found.answer_end):
            raise ValueError(f"'{name}' in [talk] is not made of ASCII characters")
    return found


def _question(table: Table) -> Question:
    return Question(_asked(table, "ask"), table.text("separator", BLANK) or BLANK)


def _asked(table: Table, name: str, default: str | None = None) -> str:
    text = table.text(name, default)
    if not text.isascii():
        raise ValueError(f"'{name}' holds a character that is not ASCII: '{text}'")
    return text


def _place(table: Table, name: str, default: int | None = None) -> int:
    place = table.whole(name, -PARTS_MOST, PARTS_MOST, default)
    if place == 0 and table.has(name):
        raise ValueError(f"'{name}' is 0: parts are counted from 1, or from -1 backwards")
    return place


def _identify(table: Table) -> IdentityQuestion:
    with table.table("identify") as identify:
        return IdentityQuestion(_question(identify), *(_place(identify, name, 0) for name in ("maker", "model", "serial")))


def _ask_unit(table: Table) -> UnitQuestion:
    with table.table("unit") as unit:
        return UnitQuestion(_question(unit), _place(unit, "unit_part", -1))


def _fixed_unit(table: Table) -> Unit | None:
    if not table.has("unit"):
        return None
    text = table.text("unit")
    unit = parse_unit(text)
    if unit is None:
        raise ValueError(f"'unit' in [read] is '{text}'; units are {', '.join(UNITS_PA)}")
    if unit.is_absolute:
        raise ValueError(f"'unit' in [read] is '{text}': an absolute gauge cannot be used, only one that reads 0 when vented")
    return unit


def _errors(table: Table) -> Errors:
    with table.table("error") as errors:
        return Errors(errors.texts("starts"), _asked(errors, "ask", ""))


def _zero(table: Table) -> Zero:
    with table.table("zero") as zero:
        return Zero(_asked(zero, "send"), zero.whole("wait_ms", 0, 60_000, 1_000))
