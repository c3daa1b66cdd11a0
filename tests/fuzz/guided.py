"""The same targets under atheris, guided by coverage.

Atheris is no dependency, and there is none for Windows, so it gets an environment of its own:

    python -m venv /tmp/atheris && /tmp/atheris/bin/pip install atheris -e '.[dev]'
    /tmp/atheris/bin/python -m tests.fuzz.guided wand -max_total_time=600

What follows the target's name are options of libFuzzer.
"""

import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

INSTRUMENTED = ["microderm_protocol", "microderm_ctl.firmware", "microderm_ctl.link"]


def main(arguments: list[str]) -> None:
    """Grow a corpus from the seeds of the target that is named first; libFuzzer takes the rest, and ends the program."""
    try:
        atheris: Any = import_module("atheris")
    except ImportError:
        sys.exit("atheris is not installed here; 'python -m tests.fuzz' needs nothing. See the head of this file.")
    with atheris.instrument_imports(include=INSTRUMENTED):
        targets = import_module("tests.fuzz.__main__").TARGETS
    name, *options = arguments or [""]
    if name not in targets:
        sys.exit(f"Name a target: {', '.join(targets)}.")
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(targets[name].seeds()):
            (Path(corpus) / f"seed-{number:04d}").write_bytes(seed)
        atheris.Setup([sys.argv[0], *options, os.fspath(corpus)], targets[name].run)
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
