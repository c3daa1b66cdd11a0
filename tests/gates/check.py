"""Runs every check of the repository, two at a time, and shows the output of those that failed.

Run it as `python -m tests.gates.check [NAME ...]`: all of them, or those named.
"""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[2]
SHIPPED: Final = ("microderm_ctl", "protocol/microderm_protocol")
"""What is checked for the other platforms too; the tests run where they are checked."""


class Check(NamedTuple):
    """A command that exits with 0 when all is well."""

    name: str
    command: tuple[str, ...]


class Outcome(NamedTuple):
    """How a check went."""

    check: Check
    passed: bool
    output: str
    seconds: float


def _python(name: str, *arguments: str) -> Check:
    return Check(name, (sys.executable, "-m", *arguments))


def _types(platform: str) -> Check:
    options = ("--platform", platform, "--cache-dir", f".mypy_cache/{platform}")
    return _python(f"types on {platform}", "mypy", "--no-error-summary", *options, *SHIPPED)


CHECKS: Final = (
    _python("types", "mypy", "--no-error-summary"),
    _types("win32"),
    _types("darwin"),
    _python("style", "ruff", "check", "--output-format", "concise"),
    _python("format", "ruff", "format", "--check", "--output-format", "concise"),
    Check("imports", (str(Path(sys.executable).with_name("lint-imports")), "--no-logo")),
    Check("spelling", (str(Path(sys.executable).with_name("codespell")),)),
    _python("firmware", "tests.gates.firmware_subset"),
)


def run(check: Check) -> Outcome:
    """Run one check to its end."""
    start = time.monotonic()
    done = subprocess.run(
        check.command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return Outcome(check, done.returncode == 0, done.stdout.strip(), time.monotonic() - start)


def main(names: list[str]) -> int:
    """Run the checks, report each as it ends, and name the first that failed."""
    chosen = [check for check in CHECKS if not names or check.name in names]
    failed: list[str] = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for outcome in pool.map(run, chosen):
            print(f"{'ok    ' if outcome.passed else 'FAILED'}  {outcome.check.name}  ({outcome.seconds:.1f} s)", flush=True)
            if not outcome.passed:
                failed.append(outcome.check.name)
                print(outcome.output + "\n", flush=True)
    if failed or not chosen:
        print(f"make check: {failed[0] if failed else 'no such check'} failed" + (f", and {', '.join(failed[1:])}" if failed[1:] else ""))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
