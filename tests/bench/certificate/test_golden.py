"""A certificate that was issued years ago is written again with the same bytes, on any machine, by any clock."""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from microderm_ctl.bench.certificate.document import freeze
from microderm_ctl.bench.certificate.pdf import render_pdf
from tests.bench.certificate.make_golden import DOCUMENTS, HASHES, hashes_of
from tests.bench.certificate.sample import smallest

ROOT = Path(__file__).resolve().parents[3]
ELSEWHERE = """
import json, sys, time
time.time = lambda: float(sys.argv[1])
time.time_ns = lambda: int(sys.argv[1]) * 10**9
from tests.bench.certificate.make_golden import hashes_of
print(json.dumps(hashes_of('simulated')))
"""


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_has_the_bytes_that_it_had(name: str) -> None:
    known = json.loads(HASHES.read_text(encoding="utf-8"))
    found, here = hashes_of(name), version("reportlab")
    assert found["json"] == known[name]["json"], "A golden document was changed. It stands for certificates that were issued: put it back."
    assert found["html"] == known[name]["html"], (
        "The HTML page of a certificate is no longer what it was. Whoever has an older one can no longer compare the bytes. If a better "
        "page is worth that, say so in CHANGELOG.md and run 'python -m tests.bench.certificate.make_golden'."
    )
    assert found["pdf"] == known[name]["pdf"], (
        f"The PDF of a certificate is no longer what it was. The hashes were made with reportlab {known['reportlab']}, this is {here}. If "
        "the versions differ, stay with the older one (pyproject.toml, constraints.txt); decision 41 says why. If they do not, our own "
        "code changed the PDF: say so in CHANGELOG.md and run 'python -m tests.bench.certificate.make_golden'."
    )


def test_hash_seed_zone_locale_clock_and_process_make_no_difference(tmp_path: Path) -> None:
    known = json.loads(HASHES.read_text(encoding="utf-8"))["simulated"]
    running = []
    for seed, zone, locale, clock in (("1", "Asia/Kathmandu", "C", "0"), ("77", "America/St_Johns", "de_DE.UTF-8", "4102444800")):
        settings = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale, "LANG": locale, "HOME": str(tmp_path)}
        environment = os.environ | settings | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "protocol")))}
        running.append(
            subprocess.Popen([sys.executable, "-c", ELSEWHERE, clock], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True)
        )
    for process in running:
        output, _ = process.communicate(timeout=120)
        assert json.loads(output) == known


def test_one_after_the_other_makes_no_difference() -> None:
    small, other = freeze(smallest()), freeze(smallest(simulated=True))
    first = render_pdf(small)
    assert render_pdf(other) != first and render_pdf(small) == first


def test_nothing_is_compressed_and_no_moment_is_in_it() -> None:
    """Another zlib writes other bytes; the only dates of a PDF's own are reportlab's fixed ones."""
    content = render_pdf(freeze(smallest()))
    assert b"FlateDecode" not in content and content.count(b"(D:2000") == 2 and content.count(b"(D:") == 2
