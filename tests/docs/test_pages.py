"""What the pages say is tried: their commands run, their links lead somewhere, their tables are those of the code."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from microderm_ctl import errors
from microderm_ctl.cli.main import root
from tests.docs.pages import PAGES, ROOT, SPOKEN, Block, blocks, environment, prose, text_of
from tests.docs.terminal import program, run_at_terminal

RUN = tuple(page for page in PAGES if any(words[0] == "microderm" for block in blocks(page) for words in block.commands() if words))
INSTALLS = (
    "make",
    "python3",
    "py",
    "sudo",
    *(f".venv/{folder}/{name}" for folder in ("bin", "Scripts") for name in ("pip", "python", "microderm")),
)
"""What sets the program up or runs the tests; the packaging tests do that."""
INTERRUPTED = 130
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|tmp|Users|mnt|srv)/|(?<![\w.])/home/\w")


def _run_block(block: Block, home: Path) -> None:
    until = block.remarks.get("until")
    extra = ["--port", "sim"] if block.remarks.get("on") == "sim" else []
    before = [shlex.split(block.remarks["before"])] if "before" in block.remarks else []
    typed = json.loads(block.remarks.get("types", "[]"))
    for words in [*before, *block.commands()]:
        assert words[0] == "microderm" or words[0] in INSTALLS, f"nothing tries: {words}"
        if words[0] in INSTALLS:
            continue
        is_before = words in before
        wanted = 0 if is_before else int(block.remarks.get("exit", "0"))
        line = [*program(), *words[1:], *([] if is_before else extra)]
        ended = run_at_terminal(line, [] if is_before else typed, environment(home), home, until, by_signal=wanted == INTERRUPTED)
        assert ended.code == wanted, f"{shlex.join(words)} ended with {ended.code}:\n{ended.text}"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
@pytest.mark.parametrize("page", RUN)
def test_the_commands_of_a_page_run_one_after_another(page: str, tmp_path: Path) -> None:
    """A new user types them from top to bottom."""
    for block in blocks(page):
        if block.language == "sh":
            _run_block(block, tmp_path)


def test_the_library_example_runs(tmp_path: Path) -> None:
    """Ten lines, on the virtual wand."""
    (example,) = [block for block in blocks("README.md") if block.language == "python"]
    source = "\n".join(example.lines)
    words = [sys.executable, "-c", source]
    done = subprocess.run(words, env=environment(tmp_path), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "skin: oily 25.0 kPa" in done.stdout
    assert "SIM-" in done.stdout
    assert len([line for line in example.lines if line and not line.startswith(("from", "import"))]) <= 10


@pytest.mark.parametrize("page", PAGES)
def test_commands_in_sentences_exist(page: str) -> None:
    """Every command that a sentence names has the options that it names."""
    for spoken in SPOKEN.findall(prose(page)):
        _check_spoken([word for word in shlex.split(spoken)[1:] if word != "..."])


def _check_spoken(words: list[str]) -> None:
    context = click.Context(root, info_name="microderm")
    found: click.Command = root
    while isinstance(found, click.Group) and words and not words[0].startswith("-"):
        inner = found.get_command(context, words[0])
        assert inner is not None, f"there is no command {words}"
        found, words = inner, words[1:]
    known = {name for parameter in found.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help", "-h"}
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """Files and headings that a page links to are there."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        path = (ROOT / page).parent / name if name else ROOT / page
        assert path.exists(), target
        assert not anchor or anchor in _anchors(path.read_text(encoding="utf-8")), target


def _anchors(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", [*PAGES, "docs/images/live.svg"])
def test_no_path_of_one_machine(page: str) -> None:
    """Nothing names a directory that only one computer has."""
    assert not MACHINE_PATH.search(text_of(page))


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_exist(page: str) -> None:
    """What a page says to make can be made."""
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), flags=re.MULTILINE))
    commands = [words for block in blocks(page) if block.language == "sh" for words in block.commands()]
    named = [words[1] for words in commands if words[0] == "make"] + re.findall(r"`make ([a-z-]+)`", prose(page))
    assert set(named) <= targets


def test_the_exit_codes_are_those_of_the_errors() -> None:
    """The table has every code that the program ends with, and no other."""
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", text_of("README.md"), flags=re.MULTILINE)}
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.MicrodermError)]
    assert told == {0} | {kind.exit_code for kind in kinds}


def test_every_document_is_on_the_map() -> None:
    """From the map one comes to every page that is no decision."""
    linked = {(ROOT / "docs" / target.split("#")[0]).resolve() for target in re.findall(r"\]\(([^)\s]+)\)", text_of("docs/index.md"))}
    wanted = {ROOT / page for page in PAGES if not page.startswith(("docs/decisions/0", "docs/index"))}
    assert {path.resolve() for path in wanted} <= linked


def test_the_decisions_are_numbered_once() -> None:
    """A decision is cited by its number."""
    pages = [page for page in PAGES if page.startswith("docs/decisions/0")]
    numbers = [Path(page).name[:4] for page in pages]
    assert len(set(numbers)) == len(numbers)
    for page, number in zip(pages, numbers, strict=True):
        assert text_of(page).startswith(f"# {int(number)}. ")
