"""The page: whole, escaped, without script or network, readable to who does not see it; SIMULATED across what is simulated."""

import re
from html.parser import HTMLParser

import pytest

from microderm_ctl.bench.certificate.blocks import Sentence
from microderm_ctl.bench.certificate.content import page_of
from microderm_ctl.bench.certificate.document import Customer, freeze
from microderm_ctl.bench.certificate.html import render_html
from microderm_ctl.errors import FileProblem
from tests.bench.certificate.sample import smallest, whole

VOID = {"meta", "br"}
EVIL = "<script>alert('x')</script>\"'&{{ 7 * 7 }}</style>"


class Read(HTMLParser):
    """A page as its elements, each with its attributes, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.inside: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert not self.inside

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.inside.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.inside.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.inside:
            self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def page() -> Read:
    return Read(render_html(freeze(whole())))


def test_words_are_only_words() -> None:
    certificate = smallest()._replace(customer=Customer(EVIL, EVIL))
    text = render_html(freeze(certificate))
    assert "<script" not in text and text.count("{{ 7 * 7 }}") == 2 and text.count("</style>") == 1
    assert EVIL in " ".join(Read(text).texts)


def test_nothing_is_loaded_and_nothing_runs(page: Read) -> None:
    assert not {tag for tag, _ in page.elements} & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "a"}
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on") or name in ("src", "href", "style")]
    text = render_html(freeze(whole()))
    assert "url(" not in text and "@import" not in text and "http:" not in text.replace("http://www.w3.org/2000/svg", "")
    policy = [one["content"] for one in page.all("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_it_can_be_read_without_eyes(page: Read) -> None:
    assert page.all("html") == [{"lang": "en"}] and len(page.all("h1")) == 1
    assert len(page.all("caption")) == len(page.all("table")) > 8
    assert all(head.get("scope") == "col" for head in page.all("th"))
    pictures = page.all("svg")
    assert len(pictures) == 6 and all(one["role"] == "img" for one in pictures)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids)) and {one for svg in pictures for one in svg["aria-labelledby"].split()} <= set(ids)
    assert all(one["tabindex"] == "0" and one["aria-label"] for _, one in page.elements if one.get("class") == "scroll")


def test_everything_of_the_page_is_in_it(page: Read) -> None:
    text = " ".join(page.texts)
    made = page_of(freeze(whole()))
    for section in made.sections:
        assert section.title in text
        assert all(block.text in text for block in section.blocks if isinstance(block, Sentence))
    assert made.end in text and text.rstrip().endswith(made.end)


def test_on_paper_each_page_has_number_and_count() -> None:
    text = render_html(freeze(whole()))
    assert 'content: "Calibration certificate W-7KQ2M9XA-2026-000123"' in text
    assert re.search(r'"Page " counter\(page\) " of " counter\(pages\)', text)


def test_what_is_simulated_says_so_across_the_page() -> None:
    real, simulated = render_html(freeze(whole())), render_html(freeze(whole(simulated=True)))
    assert '<div class="watermark"' in simulated and "<title>SIMULATED:" in simulated
    assert '<div class="watermark"' not in real and "SIMULATED" not in real


def test_no_certificate_has_no_page() -> None:
    with pytest.raises(FileProblem, match="no certificate"):
        render_html("{}")
