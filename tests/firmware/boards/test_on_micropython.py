"""The board's own files, unchanged, start and run on a real MicroPython."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from microderm_protocol import TABLE_HASH, codes, encode
from microderm_protocol.messages import handshake
from tests.firmware.boards.pico_rig import FAKES, FIRMWARE

PEER = Path(__file__).with_name("peer.py")
ROOT = FIRMWARE.parents[1]
OWN = ROOT / ".venv-micropython" / ("Scripts/micropython.exe" if sys.platform == "win32" else "bin/micropython")
EXPECTED = """\
driven [('pin', 2, 0), ('pin', 3, 0)]
passed 2 0 True True
linked 3 True
written True True
on 20000 False
off [('duty', 2, 0), ('pin', 2, 0), ('pin', 3, 0)]
gone 0 32767 0 0
restarted 1
"""


@pytest.fixture
def micropython() -> str:
    """Return the program to run, from MICROPYTHON or the environment that `make` sets up."""
    chosen = os.environ.get("MICROPYTHON", "")
    if not chosen and not OWN.exists():
        pytest.skip(f"there is no MicroPython: MICROPYTHON is not set and {OWN.relative_to(ROOT)} is missing (make test-micropython)")
    return chosen or str(OWN)


def test_the_board_starts_and_runs_on_micropython(micropython: str, tmp_path: Path) -> None:
    hello = encode(handshake.HelloRequest(codes.MAGIC, TABLE_HASH, 1), 1)
    command = [micropython, str(PEER), str(FAKES), str(FIRMWARE.parent), hello.hex()]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout + done.stderr == EXPECTED
    assert (tmp_path / "service").read_bytes() == b"1"
    assert (tmp_path / "slots-a" / "3").exists()
