"""The colours of a certificate, light and dark, and what each role in a picture is drawn with."""

from typing import Final, NamedTuple


class Colour(NamedTuple):
    """On white paper, and on a dark screen."""

    light: str
    dark: str


COLOURS: Final = {
    "paper": Colour("#ffffff", "#12171c"),
    "panel": Colour("#f3f6f7", "#1b222a"),
    "ink": Colour("#14202b", "#e4e9ee"),
    "soft": Colour("#4d5a67", "#a3afbb"),
    "rule": Colour("#c9d1d8", "#364150"),
    "grid": Colour("#e3e8ec", "#2a333d"),
    "accent": Colour("#0a656c", "#6fd0cf"),
    "up": Colour("#0b57a4", "#74b6ff"),
    "down": Colour("#a34700", "#ffb27a"),
    "limit": Colour("#b3261e", "#ff8a80"),
    "guard": Colour("#f7e3bd", "#453a1f"),
    "guard-edge": Colour("#9a6700", "#e0b050"),
    "pass": Colour("#0b6b3a", "#7ddba3"),
    "pass-panel": Colour("#e6f4ec", "#14301f"),
    "fail": Colour("#a01c14", "#ffb4ab"),
    "fail-panel": Colour("#fdeceb", "#3b1a18"),
    "mark": Colour("#8a4b00", "#ffb868"),
}


class Stroke(NamedTuple):
    """How a role is drawn: names of colours (empty: none), width of the line, its dashes."""

    line: str
    fill: str = ""
    width: float = 0.8
    dashes: tuple[float, ...] = ()


ROLES: Final = {
    "grid": Stroke("grid", width=0.6),
    "zero": Stroke("soft", width=0.7),
    "axis": Stroke("soft", width=0.7),
    "up": Stroke("up", "up", 1.0),
    "down": Stroke("down", "paper", 1.2),
    "bar-up": Stroke("up", width=0.9),
    "bar-down": Stroke("down", width=0.9),
    "limit": Stroke("limit", width=1.1),
    "guard": Stroke("", "guard"),
    "guard-edge": Stroke("guard-edge", width=0.8, dashes=(4, 2.5)),
    "curve": Stroke("up", width=1.4),
    "sample": Stroke("down", "paper", 0.9),
    "trace": Stroke("up", width=1.1),
    "target": Stroke("soft", width=0.9, dashes=(4, 2.5)),
}
WORDS: Final = {"words": "ink", "soft": "soft"}


def style_sheet() -> str:
    """Return the colours and roles as a style sheet: light, dark, and light again on paper."""

    def colours(dark: bool) -> str:
        return "".join(f"--{name}:{colour.dark if dark else colour.light};" for name, colour in COLOURS.items())

    lines = [
        f":root{{color-scheme:light dark;{colours(False)}}}",
        f"@media (prefers-color-scheme:dark){{:root{{{colours(True)}}}}}",
        f"@media print{{:root{{color-scheme:light;{colours(False)}}}}}",
    ]
    for role, stroke in ROLES.items():
        line = f"var(--{stroke.line})" if stroke.line else "none"
        fill = f"var(--{stroke.fill})" if stroke.fill else "none"
        dashes = f";stroke-dasharray:{' '.join(f'{one:g}' for one in stroke.dashes)}" if stroke.dashes else ""
        lines.append(f"svg .{role}{{stroke:{line};fill:{fill};stroke-width:{stroke.width:g}{dashes}}}")
    lines += [f"svg text.{role}{{fill:var(--{colour})}}" for role, colour in WORDS.items()]
    return "\n".join(lines)
