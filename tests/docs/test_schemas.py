"""The schemas are those of the records as they are, every command has one, and they are no rubber stamps."""

import json

import pytest
from jsonschema import Draft202012Validator, ValidationError

from microderm_ctl.cli.commands import LazyGroup
from microderm_ctl.cli.main import TABLE, root
from tests.docs.make_schemas import PAGES, schemas, text_of
from tests.docs.printed import RECORDS, STREAMS, check, command_of


def test_the_files_are_those_of_the_records() -> None:
    """Run `python -m tests.docs.make_schemas` where this fails."""
    assert {path.stem: path.read_text(encoding="utf-8") for path in PAGES.glob("*.json")} == {
        name: text_of(schema) for name, schema in schemas()
    }


@pytest.mark.parametrize(("name", "schema"), list(schemas()))
def test_each_is_a_schema(name: str, schema: dict[str, object]) -> None:
    Draft202012Validator.check_schema(schema)


def test_every_command_is_described() -> None:
    import click

    described = {one.partition(" --")[0].removesuffix(" ID") for one in (*RECORDS, *STREAMS)}
    for name in TABLE:
        found = root.get_command(click.Context(root), name)
        inner = [f"{name} {one}" for one in found.table] if isinstance(found, LazyGroup) else [name]
        assert described >= set(inner), name


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("--json", ""),
        ("limits --json", "limits"),
        ("--port sim profile show --json", "profile show"),
        ("history p1 --json", "history ID"),
        ("history --json", "history"),
        ("patch-test --result clean --json", "patch-test --result"),
        ("--json patch-test", "patch-test"),
    ],
)
def test_words_are_looked_up_by_their_command(words: str, command: str) -> None:
    assert command_of(words.split()) == command


@pytest.mark.parametrize(
    ("words", "out"),
    [
        ("profile forget ana --json", {"forgotten": "ana"}),
        ("profile forget ana --json", {"forgotten": "ana", "treatments": "2"}),
        ("treat --json", {"event": "unheard-of"}),
        ("treat --json", {"event": "telemetry", "tick_ms": 1}),
    ],
)
def test_what_does_not_fit_is_noticed(words: str, out: object) -> None:
    with pytest.raises(ValidationError):
        check(words.split(), json.dumps(out), "")


def test_names_may_be_added() -> None:
    check(["profile", "forget", "--json"], json.dumps({"forgotten": "ana", "treatments": 2, "since": "May"}), "")
