"""The town's own pages and how the hall is reached: one mistake at a time, and nothing drawn that our rules do not allow."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from balai.engine import manifest
from balai.engine.manifest import markdown
from balai.engine.manifest.contact import HallContact, PhoneNumber
from balai.engine.manifest.markdown import PageSurroundings, render
from balai.engine.manifest.townpages import PLACE
from balai.engine.problems import Problem, Problems

FOLDER = f"{PLACE}/kontak"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
TOWN = manifest.Town(
    "64.72", "Kota Contoh", contact=HallContact(phone=PhoneNumber("0541 000000", "+62541000000")),
    folders={PLACE: frozenset({"kontak", "bantuan"}), "services": frozenset({"surat"})},
)  # fmt: skip
SHEET = """id: kontak
version: "1"
foot: 10
news: "2026-11-10"
shows: [contact, hours]
legal_basis:
  - {ref: "UU 27/2022", status: unconfirmed}
"""
TEXT = """---
title: Kontak
summary: Cara menghubungi kami.
---
## Datang

Lihat [bantuan](page:bantuan), [surat](/layanan/surat/) dan ![peta](peta.png).
"""


@pytest.fixture(autouse=True)
def what_is_open(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(markdown, "_OPEN", {})
    for template in ("/layanan/", "/layanan/{service}/", "/halaman/{page}/"):
        markdown.open_address(template)
    yield


def files(**changes: str) -> dict[str, bytes]:
    """Give a good page; changes are given as `id_md="old => new"`."""
    made = {"page.yaml": SHEET.encode(), "id.md": TEXT.encode(), "en.md": TEXT.encode(), "peta.png": PNG}
    for name, change in changes.items():
        path = name.replace("_", ".")
        old, _, new = change.partition(" => ")
        assert old in made[path].decode(), f"{old!r} is not in {path}"
        made[path] = made[path].decode().replace(old, new, 1).encode()
    return made


def problems_of(given: Mapping[str, bytes]) -> list[Problem]:
    try:
        manifest.read_page(given, folder=FOLDER, town=TOWN)
    except Problems as wrong:
        return list(wrong.problems)
    return []


def test_a_page_is_read_whole() -> None:
    page = manifest.read_page(files(), folder=FOLDER, town=TOWN)
    assert (page.id, page.version, page.foot, page.news) == ("kontak", "1", 10, date(2026, 11, 10))
    assert (page.shows, page.said("id").title, page.pictures) == (("contact", "hours"), "Kontak", {"peta.png": PNG})
    assert [(one.file, one.line) for one in page.warnings] == [(f"{FOLDER}/page.yaml", 7)]
    body = page.said("en").html
    assert '<a href="/halaman/bantuan/">' in body and '<a href="/layanan/surat/">' in body
    assert 'src="/halaman/kontak/peta.png"' in body and 'alt="peta"' in body and 'loading="lazy"' in body


def test_another_language_is_only_another_file() -> None:
    page = manifest.read_page(files() | {"ban.md": TEXT.replace("Kontak", "Hubungi").encode()}, folder=FOLDER)
    assert (page.said("ban").title, page.said("xx").title) == ("Hubungi", "Kontak")


def test_the_key_follows_every_byte() -> None:
    one, other = (manifest.read_page(given, folder=FOLDER) for given in (files(), files(en_md="Datang => Datanglah")))
    assert one.key != other.key and len(one.key) == 64
    assert manifest.read_page(files(), folder=FOLDER, town=TOWN).key == one.key


MISTAKES = [
    ("page_yaml", "id: kontak => id: kontk", 1, "folder's name"),
    ("page_yaml", 'version: "1" => version: 1', 2, "quotes"),
    ("page_yaml", "foot: 10 => foots: 10", 3, 'Did you mean "foot"'),
    ("page_yaml", "2026-11-10 => 2026-11-31", 4, "is not a date"),
    ("page_yaml", "[contact, hours] => [contract, hours]", 5, 'Did you mean "contact"'),
    ("page_yaml", "status: unconfirmed => status: sure", 7, "Known here: confirmed, unconfirmed"),
    ("id_md", "summary: Cara => subtitle: Kontak\nsummary: Cara", 3, "Unknown key"),
    ("id_md", "title: Kontak\n => ", 2, '"title" is missing'),
    ("id_md", "summary: Cara menghubungi kami. => summary: ''", 3, "The text is empty"),
    ("id_md", "--- => ", 1, "does not say its title"),
    ("id_md", "## Datang => # Datang", 5, "is its heading"),
    ("id_md", "## Datang => ### Datang", 5, "A heading is left out"),
    ("id_md", "page:bantuan => page:bantuann", 7, 'Did you mean "bantuan"'),
    ("id_md", "page:bantuan => /halaman/bantuann/", 7, 'There is no page "bantuann"'),
    ("id_md", "/layanan/surat/ => /layanan/surut/", 7, 'Did you mean "surat"'),
    ("id_md", "/layanan/surat/ => /lyanan/", 7, "leads nowhere in this hall"),
    ("id_md", "/layanan/surat/ => javascript:alert(1)", 7, "may not be linked"),
    ("id_md", "/layanan/surat/ => http://contoh.example", 7, "may not be linked"),
    ("id_md", "/layanan/surat/ => //contoh.example/x", 7, "may not be linked"),
    ("id_md", "/layanan/surat/ => data:text/html;base64,xx", 7, "may not be linked"),
    ("id_md", "/layanan/surat/ => tel:+62541000000", 7, "stand in one place"),
    ("id_md", "/layanan/surat/ => https://wa.me/62812", 7, "stand in one place"),
    ("id_md", "peta.png => petta.png", 7, 'Did you mean "peta.png"'),
    ("id_md", "peta.png => https://contoh.example/x.png", 7, "There is no picture"),
    ("id_md", "![peta] => ![]", 7, "Nothing says what the picture shows"),
    ("id_md", "Lihat => Lihat\n<b>ini</b>", 8, "HTML is not used here"),
    ("id_md", "Lihat => Lihat\n<script>alert(1)</script>", 8, "HTML is not used here"),
    ("id_md", "Lihat => Telepon\n0541 000000", 8, "not said twice"),
    ("id_md", "Lihat => Telepon +62 541-000000", 7, "not said twice"),
    ("id_md", "Lihat => Telepon 08 00 00 00", 7, "is no telephone number"),
]


@pytest.mark.parametrize(("name", "change", "line", "told"), MISTAKES, ids=[one[1][:40] for one in MISTAKES])
def test_a_mistake_is_told_with_its_line(name: str, change: str, line: int, told: str) -> None:
    found = problems_of(files(**{name: change}))
    assert [(one.file, one.line) for one in found] == [(f"{FOLDER}/{name.replace('_', '.')}", line)], found
    assert told in f"{found[0].message} {found[0].fix}" and found[0].fix


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"en.md": None}, "This file is missing"),
        ({"page.yaml": None}, "no page.yaml"),
        ({"peta.png": b"<svg/>"}, "not what its name says"),
        ({"peta.png": PNG + b"0" * 100_000}, "bytes"),
        ({"map.svg": b"<svg/>"}, "does not belong to a page"),
        ({"script.js": b""}, "does not belong to a page"),
        ({"id.md": b"\xff\xfe"}, "not UTF-8"),
    ],
)
def test_files_that_are_missing_or_strange_are_told(given: dict[str, bytes | None], told: str) -> None:
    made = {path: content for path, content in {**files(), **given}.items() if content is not None}
    assert any(told in one.message for one in problems_of(made))


def test_what_was_published_is_read_by_a_stricter_program_and_stays_safe() -> None:
    evil = files(id_md="Lihat => Lihat [ini](javascript:alert(1)) <img src=x onerror=alert(1)>\n\n# Besar\n\n")
    body = manifest.read_page(evil, folder=FOLDER, published=True).said("id").html
    assert "javascript" not in body and "<img src=x" not in body and "<h1>Besar</h1>" in body


def test_a_table_can_be_scrolled_and_has_no_inline_style() -> None:
    body = render("| a | b |\n| :-- | --: |\n| 1 | 2 |\n", PageSurroundings())
    assert '<div class="table-box" tabindex="0"><table>' in body and "style" not in body
    assert body.count('<th scope="col">') == 2


ALLOWED = {
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "a", "em", "strong", "code", "pre", "blockquote", "hr", "br",
    "img", "div", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
MARKS = (
    "<",
    ">",
    "[",
    "](",
    ")",
    "javascript:",
    "&#106;avascript:",
    "onclick=",
    '"',
    "'",
    "`",
    "\n",
    "![",
    "| a |\n|--|\n",
    "# ",
    "x",
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(MARKS), max_size=14).map("".join))
def test_nothing_is_drawn_that_the_rules_do_not_name(text: str) -> None:
    body = render(text, PageSurroundings(pictures=frozenset({"x.png"})))
    for node in html.fragments_fromstring(f"<div>{body}</div>")[0].iter():
        assert node.tag in ALLOWED
        assert set(node.attrib) <= {"href", "src", "alt", "loading", "title", "class", "tabindex", "scope", "start"}
        assert node.get("href", "/").startswith(("/", "https://", "mailto:")) and node.get("src", "/").startswith("/")


CONTACT = b'example: true\naddress: {id: "Jalan Contoh 1", en: "1 Example Street"}\nphone: "0541 000000"\nemail: a@contoh.example\ncentre: {point: "-0.5022, 117.1536", reach: 35 km}\n'


def test_how_the_hall_is_reached_stands_in_one_place() -> None:
    problems: list[Problem] = []
    found = manifest.read_contact({"contact.yaml": CONTACT}, problems)
    assert not problems and found.example and found.phone == PhoneNumber("0541 000000", "+62541000000")
    assert [found.say_address(lang) for lang in ("en", "ban")] == ["1 Example Street", "Jalan Contoh 1"]
    assert manifest.read_contact({}, problems) == HallContact()
    assert found.centre is not None and found.centre.distance(-0.5022, 117.1536) == 0
    assert found.centre.distance(-1.2654, 116.8312) == 92  # Balikpapan, by the road atlas about as far in the air


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ('"0541 000000"', '"0541 00"', 3, "no telephone number"),
        ("phone:", "fone:", 3, 'Did you mean "phone"'),
        ("a@contoh.example", "a@contoh", 4, "no e-mail address"),
        ("117.1536", "217.1536", 5, "is no point"),
        ("35 km", "35 mil", 5, "is no distance"),
        (', en: "1 Example Street"', "", 2, '"en" is missing'),
    ],
)
def test_a_contact_that_cannot_be_used_is_told(old: str, new: str, line: int, told: str) -> None:
    problems: list[Problem] = []
    manifest.read_contact({"contact.yaml": CONTACT.replace(old.encode(), new.encode())}, problems)
    assert [(one.file, one.line) for one in problems] == [("town/contact.yaml", line)]
    assert told in str(problems[0])


def test_a_town_without_a_telephone_gives_none() -> None:
    town = manifest.read_town({"town.yaml": b'code: "64.72"\nname: Kota\n'})
    assert town.contact == HallContact() and replace(town, contact=None).contact is None
