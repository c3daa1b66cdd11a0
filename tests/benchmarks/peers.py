"""The peers, in an environment of their own: what was installed there, and what was left out and why."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
REQUIREMENTS: Final = Path(__file__).with_name("requirements.txt")
PLACE: Final = ROOT / ".venv-bench"
STAMP: Final = "peers.json"
REASON_MOST: Final = 120


def wanted() -> dict[str, str]:
    """Return the peers with the requirement of each."""
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    return {line.partition("==")[0]: line for line in lines if line and not line.startswith("#")}


def set_up(place: Path = PLACE) -> dict[str, str]:
    """Make the environment, once for these requirements, and return who is left out and why."""
    if _stamp(place).get("wanted") == wanted():
        return left_out(place)
    print(f"Setting up {place.name} (once): what this program is measured against.", flush=True)
    venv.create(place, clear=True, symlinks=sys.platform != "win32", with_pip=True)
    missing = {}
    for name, requirement in wanted().items():
        ended = subprocess.run(
            [python(place), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if ended.returncode:
            missing[name] = _reason(ended.stderr)
    (place / STAMP).write_text(json.dumps({"wanted": wanted(), "left_out": missing}), encoding="utf-8")
    return missing


def _stamp(place: Path) -> dict[str, dict[str, str]]:
    """Return what was wanted when the environment was made, and what was left out; nothing where it never was."""
    try:
        known: dict[str, dict[str, str]] = json.loads((place / STAMP).read_text(encoding="utf-8"))
    except OSError:
        return {}
    return known


def _reason(said: str) -> str:
    """Return the last error of pip without what belongs to this machine."""
    lines = [line.strip() for line in said.splitlines() if line.strip().casefold().startswith("error")]
    words = [word for word in (lines[-1] if lines else "it could not be installed").split() if "/" not in word and word != "ERROR:"]
    return " ".join(words)[:REASON_MOST]


def left_out(place: Path = PLACE) -> dict[str, str]:
    """Return who is left out and why; everybody, where the environment was never made."""
    return _stamp(place).get("left_out", dict.fromkeys(wanted(), "its environment was not set up"))


def python(place: Path = PLACE) -> str:
    """Return the interpreter of the peers; our own where they have none."""
    theirs = place / "bin" / "python"
    return str(theirs) if theirs.exists() else sys.executable


def program(name: str, place: Path = PLACE) -> str | None:
    """Return a peer's program, None where it is left out."""
    path = place / "bin" / name
    return str(path) if path.exists() else None


def environment() -> dict[str, str]:
    """Return the environment of a measured process: ours, with nothing of a person's microderm in it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MICRODERM_", "COV", "PYTHON"))}
    return kept | {"PYTHONPATH": f"{ROOT}:{ROOT / 'protocol'}"}
