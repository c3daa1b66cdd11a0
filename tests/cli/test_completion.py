"""Pressing Tab: what is offered, in the shells themselves where they are there, and that it leaves no trace."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from microderm_ctl.cli.completion import SHELLS
from tests.cli.conftest import Run


@pytest.fixture
def offered(run: Run, monkeypatch: pytest.MonkeyPatch) -> "Offered":
    return Offered(run, monkeypatch)


class Offered:
    """What is offered after a line; a blank at its end begins a new word."""

    def __init__(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        self._run = run
        self._monkeypatch = monkeypatch

    def __call__(self, line: str) -> list[str]:
        words = line.split()
        self._monkeypatch.setenv("_MICRODERM_COMPLETE", "bash_complete")
        self._monkeypatch.setenv("COMP_WORDS", line)
        self._monkeypatch.setenv("COMP_CWORD", str(len(words) - (not line.endswith(" "))))
        answer = self._run().out
        return [one.partition(",")[2] for one in answer.splitlines() if one]


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("microderm comp", ["completion"]),
        ("microderm limits --zone chi", ["chin"]),
        ("microderm treat --zone nose,chi", ["nose,chin"]),
        ("microderm treat --port s", ["sim"]),
        ("microderm treat --depth ", ["light", "regular", "deep"]),
        ("microderm limits --da", ["--data-dir"]),
        ("microderm --pl", ["--plain"]),
        ("microderm completion ", list(SHELLS)),
    ],
)
def test_what_can_be_typed_is_offered(offered: Offered, line: str, some: list[str]) -> None:
    assert offered(line) == some


def test_a_zone_that_was_typed_is_not_offered_again(offered: Offered) -> None:
    assert "nose,nose" not in offered("microderm limits --zone nose,")


def test_people_and_treatments_come_from_the_records(run: Run, ana: str, offered: Offered) -> None:
    assert offered("microderm profile forget ") == [ana]
    assert offered("microderm limits --person a") == [ana]
    assert offered("microderm history ") == []


def test_tab_makes_no_directory_and_says_nothing_of_what_it_cannot_read(data_dir: Path, offered: Offered) -> None:
    assert offered("microderm profile forget ") == []
    assert not data_dir.exists()
    data_dir.mkdir()
    (data_dir / "microderm.sqlite3").write_bytes(b"torn")
    assert offered("microderm profile forget ") == []
    assert (data_dir / "microderm.sqlite3").read_bytes() == b"torn"


def test_the_running_shell_is_the_one_that_is_meant(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/usr/bin/fish")
    assert run("completion").out == run("completion", "fish").out
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    refused = run("completion")
    assert refused.code == 2
    assert "Name it" in refused.err


_TYPE_IN: dict[str, list[str]] = {
    "bash": [
        "-c", 'eval "$(microderm completion bash)"; COMP_WORDS=(microderm limits --zone chi); COMP_CWORD=3; '
        '_microderm_completion microderm; echo "${COMPREPLY[@]}"',
    ],
    "zsh": [
        "-fc", 'autoload -Uz compinit; compinit -u -D; eval "$(microderm completion zsh)"; '
        "compadd() { print -r -- ${@[-1]}; }; _describe() { print -rl -- ${(P)3} ${(P)4}; }; "
        "words=(microderm limits --zone chi); CURRENT=4; _microderm_completion",
    ],
    "fish": ["-c", "microderm completion fish | source; complete --do-complete 'microderm limits --zone chi'"],
}  # fmt: skip


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_itself_completes(shell: str, data_dir: Path) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed here")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "HOME": str(data_dir.parent), "SHELL": program}

    ended = subprocess.run([program, *_TYPE_IN[shell]], capture_output=True, text=True, env=environment, timeout=60, check=False)

    assert "chin" in ended.stdout, ended.stderr
