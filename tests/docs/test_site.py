"""The site is built with every warning an error: a link that leads nowhere, a page that is on no way."""

from pathlib import Path

import pytest

from tests.docs.make_site import CONFIG, build, lay_out
from tests.docs.pages import ROOT, text_of


@pytest.fixture
def laid_out(tmp_path: Path) -> Path:
    lay_out(tmp_path / "build" / "pages")
    (tmp_path / "docs").mkdir()
    return Path(tmp_path / "docs" / "site.yml").absolute()


def test_it_builds_without_a_warning(laid_out: Path, tmp_path: Path) -> None:
    laid_out.write_text(CONFIG.read_text(encoding="utf-8"), encoding="utf-8")
    ended = build(laid_out, tmp_path / "site")

    assert ended.returncode == 0, ended.stderr
    assert "Safety first" in (tmp_path / "site" / "docs" / "home" / "safety.html").read_text(encoding="utf-8")


def test_a_link_that_leads_nowhere_fails(laid_out: Path, tmp_path: Path) -> None:
    laid_out.write_text(CONFIG.read_text(encoding="utf-8"), encoding="utf-8")
    page = tmp_path / "build" / "pages" / "docs" / "home" / "safety.md"
    page.write_text(page.read_text(encoding="utf-8") + "\n[gone](gone.md)\n", encoding="utf-8")

    assert "gone.md" in build(laid_out, tmp_path / "site").stderr


def test_every_decision_is_listed() -> None:
    listed = text_of("docs/decisions/README.md")
    for path in (ROOT / "docs" / "decisions").glob("0*.md"):
        title = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        assert f"- [{title}]({path.name})" in listed
