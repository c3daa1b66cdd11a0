"""The page: whole, escaped, without script or network, the same each time, and readable to who does not see it."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from microderm_ctl.records.rows import PersonRecord, Profile
from microderm_ctl.records.store import Store
from microderm_ctl.report.page import render
from microderm_ctl.report.record import ReportRecord
from microderm_ctl.safety import Aftermath, Ending, Zone
from tests.report.course import COURSE, DAY_S, NOW_S, ZONES, add_entry, add_person, add_treatment, long_trace, report_of

VOID = {"meta", "br", "link", "img", "input", "hr"}
EVIL = "<script>alert('x')</script>\"'&{{ 7 * 7 }}"
TWICE = """
import sys
from datetime import UTC
from pathlib import Path
from microderm_ctl.records.store import open_store
from microderm_ctl.report.page import render
from tests.report.course import report_of
with open_store(Path(sys.argv[1])) as store:
    sys.stdout.buffer.write(render(report_of(store, store.find_person()), UTC).encode())
"""


class Page(HTMLParser):
    """A page as its elements, each with its attributes and the text inside it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.inside: list[tuple[str, int]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.inside.append((tag, len(self.elements) - 1))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.inside and self.inside[-1][0] == tag, f"</{tag}> ends {self.inside[-1:]}"
        self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not any(tag == "style" for tag, _ in self.inside):
            self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


@pytest.fixture
def whole(store: Store, ann: PersonRecord) -> ReportRecord:
    """A person of whom everything is known, evil words included."""
    first = add_treatment(store, ann, NOW_S - 60 * DAY_S, felt=EVIL, samples=long_trace(200), answers={"rash": "chin"})
    store.keep_aftermath(first, Aftermath.FINE, NOW_S - 50 * DAY_S)
    second = add_treatment(store, ann, NOW_S - 30 * DAY_S, samples=long_trace(400), used_ms=30_000)
    store.keep_felt(second, Ending.PAIN, "it stung")
    add_treatment(store, ann, NOW_S - 20 * DAY_S, used_ms=0)
    for number in range(3):
        add_entry(store, ann, NOW_S - (40 - number) * DAY_S, (2 + number, 2, 4, None), EVIL)
    store.edit_profile(ann.id, store.profiles(ann.id)[0]._replace(fitzpatrick=3), NOW_S - 10 * DAY_S)
    return report_of(store, store.person(ann.id))


def page_of(record: ReportRecord) -> Page:
    page = Page(render(record, UTC))
    assert not page.inside
    return page


def test_words_of_a_person_are_only_words(whole: ReportRecord) -> None:
    text = render(whole, UTC)
    assert "<script" not in text.lower() and text.count("&lt;script&gt;") == 4
    assert text.count("{{ 7 * 7 }}") == 4
    assert EVIL in page_of(whole).text


def test_a_name_is_only_a_name(store: Store) -> None:
    ann = add_person(store, "<i>&Ann")
    record = report_of(store, ann)
    assert "<i>" not in render(record, UTC) and "<i>&Ann" in page_of(record).text


def test_nothing_is_loaded_and_nothing_runs(whole: ReportRecord) -> None:
    page, text = page_of(whole), render(whole, UTC)
    assert not {tag for tag, _ in page.elements} & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "a"}
    named = [(name, value) for _, attributes in page.elements for name, value in attributes.items()]
    assert not [name for name, _ in named if name.startswith("on") or name in ("src", "srcset", "style")]
    assert all(value.startswith("#") for name, value in named if name.endswith("href"))
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", text))
    assert "@import" not in text and "@font-face" not in text
    policy = [meta["content"] for meta in page.all("meta") if "content-security-policy" in meta.get("http-equiv", "").lower()]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_ids_are_unique_and_what_names_them_finds_them(whole: ReportRecord) -> None:
    page = page_of(whole)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = [one for _, attributes in page.elements for one in attributes.get("aria-labelledby", "").split()]
    used = [attributes["href"][1:] for attributes in page.all("use")]
    assert named and used and {*named, *used} <= set(ids)


def test_it_can_be_read_without_eyes(whole: ReportRecord) -> None:
    page = page_of(whole)
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("title")) >= 1 and len(page.all("h1")) == 1
    assert len(page.all("caption")) == len(page.all("table")) > 4
    assert all(head.get("scope") in ("col", "row") for head in page.all("th"))
    pictures = [svg for svg in page.all("svg") if svg.get("aria-hidden") != "true"]
    assert len(pictures) >= 6
    assert all(svg.get("role") == "img" and svg.get("aria-labelledby") for svg in pictures)
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_what_cannot_be_seen_can_be_scrolled_to_by_key(whole: ReportRecord) -> None:
    scrolled = [attributes for _, attributes in page_of(whole).elements if attributes.get("class") == "scroll"]
    assert scrolled and all(one.get("tabindex") == "0" and one.get("aria-label") for one in scrolled)


def test_everything_of_a_treatment_is_said(whole: ReportRecord) -> None:
    text = page_of(whole).text
    for said in ("Wand and tip W-1, fine tip", "4 min of 4 min", "The time of the treatment is used up.", "Ann said: done.", "It hurt."):
        assert said in text, said
    assert "Forehead 10.0 12.0 10.0 10.1 60 s of 60 s 2 of 2 whole 2" in text
    assert "30 s of 60 s 2 of 2 part 2" in text
    assert "Not on the face: 4 left hand." in text
    assert "chin" in text and "the skin was fine" in text
    assert "Begun, and nothing was done" in text
    assert "Open again from 2026-05-29 12:00." in text
    assert "You can go on." in text and "Fitzpatrick type III" in text


def test_state_is_told_in_words_hatch_and_number(whole: ReportRecord) -> None:
    page = page_of(whole)
    assert {"hatch whole", "hatch part"} <= {use["class"] for use in page.all("use")}
    assert "1 forehead: whole time; 2 left cheek: whole time" in page.text
    assert "1 forehead: part of the time; 2 left cheek: part of the time" in page.text


def test_practice_is_marked_across_it(practice: Store) -> None:
    ann = add_person(practice)
    add_treatment(practice, ann, samples=long_trace(30))
    page = page_of(report_of(practice, ann))
    assert page.text.count("SIMULATED") >= 4
    assert "Nobody was treated" in page.text
    assert [one for one in page.all("div") if one.get("class") == "watermark"]


def test_treatments_are_not_marked(whole: ReportRecord) -> None:
    assert "SIMULATED" not in render(whole, UTC)


def test_nothing_is_known_only_to_the_page(whole: ReportRecord) -> None:
    """The page is made from the record alone: whatever is changed in one is changed in the other."""
    changed = whole._replace(course=COURSE._replace(done=5), written_at="2031-01-01T00:00:00Z")
    text = page_of(changed).text
    assert "5 of 6 treatments" in text and "2031-01-01" in text


def test_the_same_record_is_the_same_page_in_any_process(store: Store, ann: PersonRecord, tmp_path: Path) -> None:
    add_treatment(store, ann, samples=long_trace(60), felt="fine")
    add_entry(store, ann, NOW_S - DAY_S)
    here = render(report_of(store, ann), UTC).encode()
    assert here == render(report_of(store, ann), UTC).encode()
    environment = os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join(sys.path), "TZ": "Asia/Tokyo"}
    words = [sys.executable, "-c", TWICE, str(tmp_path / "data")]
    there = subprocess.run(words, capture_output=True, check=True, timeout=60, env=environment)
    assert there.stdout == here


def test_a_long_course_is_a_small_file(store: Store, ann: PersonRecord) -> None:
    """Twelve treatments of six minutes each, ten samples a second."""
    for number in range(12):
        samples = long_trace()
        samples[500] = samples[500]._replace(vacuum_pa=11_900 + number)
        add_treatment(store, ann, NOW_S - (400 - 30 * number) * DAY_S, samples=samples)
    record = report_of(store, ann)
    assert [one.trace.max_pa for one in record.treatments if one.trace] == [11_900 + number for number in range(12)]
    assert len(render(record, UTC).encode()) < 400_000
    assert len(json.dumps(record)) < 400_000


@pytest.mark.parametrize("zones", [ZONES, (Zone.BACK,), tuple(Zone)[:12]])
def test_any_zones_are_drawn_and_listed(store: Store, ann: PersonRecord, zones: tuple[Zone, ...]) -> None:
    add_treatment(store, ann, zones=zones, samples=long_trace(60, len(zones)))
    page = page_of(report_of(store, ann))
    marks = [one for one in page.all("g") if one.get("class") == "mark"]
    on_face = [zone for zone in zones if zone in ZONES[:3] or zone not in (*ZONES, Zone.BACK)]
    assert len(marks) == 2 * len(on_face)


def test_who_has_only_begun_has_a_page(store: Store) -> None:
    record = report_of(store, store.create_person("Bo", Profile(), NOW_S))
    text = page_of(record._replace(course=COURSE._replace(done=0, treatments_at=()))).text
    assert "There is no treatment yet." in text and "There is no patch test yet." in text and "Nothing was written down yet." in text
    assert "Age not known" in text and "sensitive" in text
