"""The demo of the bench: as found fails, as left passes, and it ends with a certificate; nobody's records are touched."""

import json
from pathlib import Path

import pytest

from microderm_ctl.bench.certificate.document import thaw
from microderm_ctl.bench.decision import Verdict
from microderm_ctl.cli.bench import calibrate
from tests.bench.live.virtual import QUICK
from tests.cli.conftest import Run


def test_the_demo_ends_with_a_certificate(run: Run, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrate, "shipped", lambda: QUICK)
    ran = run("bench", "demo", "--to", str(tmp_path / "out"), "--json")
    assert ran.code == 0, ran.err
    result = json.loads(ran.out.splitlines()[-1])
    assert (result["outcome"], result["simulated"], result["hand_actions"]) == ("pass", True, 2)
    certificate = thaw(Path(result["files"][-1]).read_text(encoding="utf-8"))
    assert certificate.conforms
    assert Verdict.FAIL in [one.verdict for one in certificate.as_found]
    assert {one.verdict for one in certificate.as_left} == {Verdict.PASS}
    assert not list(data_dir.glob("*.sqlite3"))
