"""The golden certificates: ``python -m tests.bench.certificate.make_golden`` writes down what they hash to.

The documents are kept, not made anew: a certificate that was issued does not change. Before new
hashes are committed, look at ``test_golden`` for what that means.
"""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Final

from microderm_ctl.bench.certificate.document import freeze
from microderm_ctl.bench.certificate.html import render_html
from microderm_ctl.bench.certificate.pdf import render_pdf
from microderm_ctl.records.canonical import sha256_of
from tests.bench.certificate.sample import whole

FOLDER: Final = Path(__file__).with_name("golden")
HASHES: Final = FOLDER / "hashes.json"
DOCUMENTS: Final = {"whole": False, "simulated": True}


def text_of(name: str) -> str:
    """The text of a golden certificate."""
    return (FOLDER / f"{name}.json").read_text(encoding="utf-8")


def hashes_of(name: str) -> dict[str, str]:
    """What its document, page and PDF hash to."""
    text = text_of(name)
    return {"json": sha256_of(text), "html": sha256_of(render_html(text)), "pdf": hashlib.sha256(render_pdf(text)).hexdigest()}


def main() -> None:
    """Write the hashes, and a document that is missing."""
    for name, simulated in DOCUMENTS.items():
        path = FOLDER / f"{name}.json"
        if not path.exists():
            path.write_text(freeze(whole(simulated)), encoding="utf-8", newline="\n")
    known = {"reportlab": version("reportlab"), **{name: hashes_of(name) for name in DOCUMENTS}}
    HASHES.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
