"""Units test themselves side by side, in real time on real ports."""

import sys
from pathlib import Path
from typing import Final

from microderm_ctl.records.running import registered
from microderm_ctl.records.store import open_store
from tests.cli.conftest import Run
from tests.cli.test_simulate import serving

KIND: Final = "--tcp" if sys.platform == "win32" else "--pty"


def test_all_units_test_themselves_at_once(run: Run, data_dir: Path) -> None:
    """The zero of one is far off, and one is gone by the time that it is opened: neither holds up the others."""
    with (
        serving(2, "--units", "2", "--hand", "bench", KIND),
        serving(1, "--hand", "bench", "--serial", "SIM-0008", "--errors", "none,offset_pa=3500", KIND),
        registered(data_dir, "socket://127.0.0.1:1", "SIM-0009"),
    ):
        ran = run("bench", "selftest", "--all", "--json")
    assert ran.code == 10, ran.err
    units = {one["serial"]: one for one in ran.record["units"]}
    assert {serial: one["outcome"] for serial, one in units.items()} == {
        "SIM-0001": "pass", "SIM-0002": "pass", "SIM-0008": "fail", "SIM-0009": "fail",
    }  # fmt: skip
    assert [one["name"] for one in units["SIM-0008"]["checks"] if one["outcome"] == "fail"] == ["zero_offset"]
    assert units["SIM-0009"]["problem"]
    assert not list((data_dir / "treating").glob("*"))
    with open_store(data_dir, practice=True) as store:
        ends = {row.unit: row.document for row in store.rows(kind="end")}
    assert {serial: end["outcome"] for serial, end in ends.items()} == {serial: one["outcome"] for serial, one in units.items()}
    assert ends["SIM-0009"]["reason"] == units["SIM-0009"]["problem"]
