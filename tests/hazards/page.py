"""The generated parts of docs/safety-case.md: the table of hazards, and what is taken out to try it."""

from collections.abc import Iterable, Iterator
from typing import Final

from tests.hazards.deletions import Deletion, load
from tests.hazards.trace import ROOT, SIDES, Hazard, Mark, collect, hazards

PAGE: Final = ROOT / "docs" / "safety-case.md"
BEGIN: Final = "<!-- tables: made by `python -m tests.hazards` -->\n"
END: Final = "<!-- end of the tables -->\n"


def tables(rows: Iterable[Hazard], marks: Iterable[Mark], deletions: Iterable[Deletion]) -> str:
    """Return all that stands between the two marks of the page."""
    known, taken_out = list(marks), list(deletions)
    parts = [
        "| id | what happens | harm | severity* | on the computer | in the wand | tests |",
        "|---|---|---|---|---|---|---|",
        *(_row(row, [mark for mark in known if mark.hazard == row.id]) for row in rows),
        "",
        "\\* S1 passing, S2 minor and heals by itself, S3 needs care, S4 lasting. **Every severity awaits a clinician.**",
        "",
        "## Each protection taken out",
        "",
        f"Each of these {len(taken_out)} edits takes one protection out of the program. With it, at least one of the",
        "tests beside it fails; `python -m tests.hazards.deletions` shows it again, and CI does it on every run.",
        "",
        "| without it | where | hazards | tests, one of which fails |",
        "|---|---|---|---|",
        *(_edit(deletion) for deletion in taken_out),
    ]
    return "\n".join(parts) + "\n"


def _row(row: Hazard, marks: list[Mark]) -> str:
    wand = row.wand or "—"
    if row.missing:
        wand += f"<br>*Missing:* {row.missing}"
    tests = "<br>".join(f"*{side}:* {_by_file(mark.test for mark in marks if mark.side == side)}" for side in SIDES if _has(marks, side))
    return f"| {row.id} | **{row.title}.** {row.happens} | {row.harm} | {row.severity} | {row.computer or '—'} | {wand} | {tests} |"


def _has(marks: list[Mark], side: str) -> bool:
    return any(mark.side == side for mark in marks)


def _edit(deletion: Deletion) -> str:
    return f"| {deletion.name} | `{deletion.file}` | {', '.join(deletion.hazards)} | {_by_file(deletion.tests)} |"


def _by_file(tests: Iterable[str]) -> str:
    """Return node ids, shortened and with each file named once."""
    files: dict[str, list[str]] = {}
    for test in sorted(set(tests)):
        file, _, name = test.partition("::")
        files.setdefault(file.removeprefix("tests/"), []).append(name.split("[", 1)[0].removeprefix("test_"))
    return "; ".join(_named(file, names) for file, names in files.items())


def _named(file: str, names: Iterable[str]) -> str:
    return f"[{file}](../tests/{file}) " + ", ".join(f"`{name}`" for name in names)


def page_with(tables_text: str, page: str) -> str:
    """Return the page with these tables between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{tables_text}{END}{after}"


def problems(rows: dict[str, Hazard], marks: Iterable[Mark], deletions: Iterable[Deletion]) -> Iterator[str]:
    """Yield what the safety case lacks: a test or a deletion of a protection, or a deletion whose test shows another hazard."""
    known, taken_out = set(marks), list(deletions)
    shown, deleted = {(mark.hazard, mark.side) for mark in known}, {(id_, one.side) for one in taken_out for id_ in one.hazards}
    for row in rows.values():
        for side in row.protected_on():
            if (row.id, side) not in shown:
                yield f"{row.id} has a protection on the side of the {side}, and no test that shows it"
            if (row.id, side) not in deleted:
                yield f"{row.id} has a protection on the side of the {side}, and nothing takes it out"
        for side in sorted(set(SIDES) - set(row.protected_on())):
            if (row.id, side) in shown:
                yield f"{row.id} has a test on the side of the {side}, and tells of no protection there"
    for one in taken_out:
        named = {f"tests/{test.split('[', 1)[0]}" for test in one.tests}
        for id_ in one.hazards:
            if id_ not in rows or not any(Mark(test, id_, one.side) in known for test in named):
                yield f"'{one.name}' is for {id_}, which none of its tests is marked with"


def current() -> str:
    """Return the tables as they are now."""
    return tables(hazards().values(), collect(), load())
