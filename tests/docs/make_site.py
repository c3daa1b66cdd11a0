"""Builds the documents as a site, every warning an error: `python -m tests.docs.make_site`.

The pages are laid out as they stand in the project, with the files that they link to, so
that every link of a page is checked as a reader meets it.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.docs.pages import PAGES, ROOT, text_of

CONFIG: Final = ROOT / "docs" / "site.yml"
BUILD: Final = ROOT / "build"
_LINK: Final = re.compile(r"\]\(([^)\s#]+)[^)\s]*\)")


def lay_out(target: Path) -> None:
    """Copy the pages, and what they link to or show, into an empty directory."""
    for page in PAGES:
        _copy(ROOT / page, target)
        for link in _LINK.findall(text_of(page)):
            linked = (ROOT / page).parent / link
            if "://" not in link and linked.is_file():
                _copy(linked.resolve(), target)


def _copy(path: Path, target: Path) -> None:
    copy = target / path.relative_to(ROOT)
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, copy)


def build(config: Path = CONFIG, site: Path = BUILD / "site") -> subprocess.CompletedProcess[str]:
    """Build the site from what was laid out; it fails on a warning."""
    words = [sys.executable, "-m", "properdocs", "build", "--strict", "--config-file", str(config), "--site-dir", str(site)]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)


def main() -> int:
    """Lay out and build, and say where it is."""
    shutil.rmtree(BUILD / "pages", ignore_errors=True)
    lay_out(BUILD / "pages")
    ended = build()
    if ended.returncode:
        sys.stderr.write(ended.stderr)
    else:
        sys.stdout.write(f"The site is at {(BUILD / 'site' / 'index.html').relative_to(ROOT)}\n")
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main())
