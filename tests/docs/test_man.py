"""The man pages are those of the commands as they are, and what formats them has nothing to say."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.docs.make_man import PAGES, pages


def test_the_pages_are_those_of_the_commands() -> None:
    """Run `python -m tests.docs.make_man` where this fails."""
    assert {path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.1")} == dict(pages())


def test_an_example_comes_before_everything_that_explains() -> None:
    for name, text in pages():
        assert ".SH EXAMPLE" in text.partition(".SH DESCRIPTION")[0], name


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed here")
def test_they_format_without_a_warning() -> None:
    files: list[Path] = sorted(PAGES.glob("*.1"))
    ended = subprocess.run(["groff", "-man", "-ww", "-z", *files], capture_output=True, text=True, timeout=60, check=True)

    assert ended.stderr == ""
