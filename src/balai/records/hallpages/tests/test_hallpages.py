"""The hall's own pages: published as their folders say, read by everybody, told of at the foot of every page, taken down."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core.cache import caches
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import timezone
from lxml import etree
from tests.cast import NOW, Cast, make_cast, open_service
from tests.sessions import sign_in

from balai.base.errors import NotAllowed, NotFound
from balai.base.models import Entry
from balai.base.pages import contact
from balai.engine import manifest
from balai.engine.manifest import markdown
from balai.engine.problems import Problems
from balai.records.folders import kinds
from balai.records.folders import queries as folders
from balai.records.hallpages import actions, feed, queries
from balai.records.hallpages.tests.cast import ROOT, lay_town, publish, write_page
from balai.records.people.models import Account

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
ATOM = {"a": feed.ATOM}


@pytest.fixture(autouse=True)
def read_anew() -> Iterator[None]:
    caches["local"].clear()
    contact.get_contact.cache_clear()
    yield
    caches["local"].clear()
    contact.get_contact.cache_clear()


@pytest.fixture
def town(tmp_path: Path, settings: LazySettings) -> Path:
    return lay_town(tmp_path, settings)


@pytest.fixture
def cast() -> Cast:
    made = make_cast(NOW)
    Account.objects.filter(id=made.ratna.account_id).update(is_administrator=True, second_factor_required=True)
    return made


def read(path: str, lang: str = "id") -> str:
    answer = Client().get(path, headers={"accept-language": lang})
    assert answer.status_code == 200, path
    return answer.content.decode()


# ---- reading --------------------------------------------------------------------------------------------------------


def test_a_page_is_read_in_both_languages_with_what_stands_in_one_place(town: Path) -> None:
    publish("kontak", NOW, town)
    page = read("/halaman/kontak/")
    assert "<h1>Kontak dan jam buka</h1>" in page and "Jalan Contoh No. 1" in page and "0541 000000" in page
    assert "Senin" in page and "07.30" in page and 'href="tel:' not in page
    assert "Contact and opening hours" in read("/halaman/kontak/", "en")


def test_law_that_is_not_confirmed_and_examples_say_so(town: Path) -> None:
    for name in ("privasi", "kontak", "bantuan"):
        publish(name, NOW, town)
    page = read("/halaman/privasi/")
    assert "belum dikonfirmasi pejabat" in page and "Isi halaman ini hanya contoh." in page
    assert '<a href="/halaman/kontak/">' in page and '<div class="table-box" tabindex="0">' in page


def test_an_unpublished_page_is_not_there_and_a_later_folder_changes_nothing(town: Path) -> None:
    assert Client().get("/halaman/kontak/").status_code == 404
    folder = write_page(town, "loket", "", id="Loket dibuka.\n", en="Open.\n")
    publish("loket", NOW, town)
    (folder / "id.md").write_text("---\ntitle: Lain\nsummary: Lain.\n---\nLoket ditutup.\n", "utf-8")
    assert "Loket dibuka." in read("/halaman/loket/")


def test_a_picture_of_the_folder_is_sent_as_what_it_is_and_nothing_else(town: Path) -> None:
    folder = write_page(town, "peta", "", id="![peta](peta.png)\n", en="![map](peta.png)\n")
    (folder / "peta.png").write_bytes(PNG)
    publish("peta", NOW, town)
    assert 'src="/halaman/peta/peta.png"' in read("/halaman/peta/")
    answer = Client().get("/halaman/peta/peta.png")
    assert (answer.content, answer["Content-Type"]) == (PNG, "image/png")
    assert answer["X-Content-Type-Options"] == "nosniff"
    for other in ("page.yaml", "id.md", "..%2Fx.png", "x.png"):
        assert Client().get(f"/halaman/peta/{other}").status_code == 404
    assert Client().get("/halaman/lain/peta.png").status_code == 404


def test_the_foot_of_every_page_names_the_pages_in_their_order(town: Path) -> None:
    for name in ("bantuan", "kontak"):
        publish(name, NOW, town)
    foot = read("/lacak/").partition("<footer")[2]
    assert foot.index('href="/halaman/kontak/"') < foot.index('href="/halaman/bantuan/"') < foot.index('href="/kabar/"')
    assert "privasi" not in foot
    assert ">Help<" in read("/lacak/", "en").partition("<footer")[2]


def test_a_service_leads_to_the_page_once_it_stands() -> None:
    open_service()
    path = "/layanan/surat-keterangan-usaha/"
    words = "telepon atau WhatsApp kantor"
    assert words in read(path) and f">{words}</a>" not in read(path)
    publish("kontak", NOW)
    assert f'<a href="/halaman/kontak/">{words}</a>' in read(path)


# ---- news -----------------------------------------------------------------------------------------------------------


def news(town: Path, name: str, day: datetime) -> None:
    write_page(
        town,
        name,
        f'news: "{day.date()}"\n',
        **dict.fromkeys(("id", "en"), f"Isi {name} <&>.\n\n[kontak](page:kontak)\n"),
    )
    publish(name, NOW, town)


def test_news_is_told_newest_first_three_on_the_first_page_and_never_before_its_day(town: Path) -> None:
    today = timezone.localtime(timezone.now())
    publish("kontak", NOW, town)
    for age, name in enumerate(("satu", "dua", "tiga", "empat")):
        news(town, name, today - timedelta(days=age))
    news(town, "besok", today + timedelta(days=1))
    listed = read("/kabar/")
    assert [listed.index(f'href="/halaman/{name}/"') for name in ("satu", "dua", "tiga", "empat")] == sorted(
        listed.index(f'href="/halaman/{name}/"') for name in ("satu", "dua", "tiga", "empat")
    )
    home = read("/")
    assert (
        all(f"/halaman/{name}/" in home for name in ("satu", "dua", "tiga", "kontak")) and "/halaman/empat/" not in home
    )
    assert "besok" not in listed and "besok" not in home and "besok" not in read("/kabar/atom.xml")
    assert Client().get("/halaman/besok/").status_code == 404


def test_without_news_nothing_is_promised(town: Path) -> None:
    assert "Belum ada kabar" in read("/kabar/") and 'id="news"' not in read("/")


@pytest.mark.parametrize(("path", "lang"), [("/kabar/atom.xml", "id"), ("/kabar/atom.en.xml", "en")])
@pytest.mark.parametrize("count", [0, 2])
def test_the_feed_is_atom(town: Path, settings: LazySettings, path: str, lang: str, count: int) -> None:
    publish("kontak", NOW, town)
    for age in range(count):
        news(town, f"kabar-{age}", NOW - timedelta(days=age))
    answer = Client().get(path, headers={"accept-language": "xx"})
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = etree.fromstring(answer.content)
    assert root.tag == f"{{{feed.ATOM}}}feed" and root.get("{http://www.w3.org/XML/1998/namespace}lang") == lang
    ids = [one.text or "" for one in root.iter(f"{{{feed.ATOM}}}id")]
    assert len(ids) == count + 1 == len(set(ids)) and all(one.startswith("urn:uuid:") for one in ids)
    (self_,) = root.xpath("a:link[@rel='self']/@href", namespaces=ATOM)
    assert self_ == f"{settings.BALAI_URL}{path}"
    assert root.xpath("count(a:title)=1 and count(a:updated)=1 and count(a:author/a:name)=1", namespaces=ATOM)
    alternates = root.xpath("a:link[@rel='alternate']", namespaces=ATOM)
    assert len({(one.get("type"), one.get("hreflang")) for one in alternates}) == len(alternates)  # 4.1.1
    entries = root.xpath("a:entry", namespaces=ATOM)
    assert len(entries) == count
    for entry in entries:
        assert entry.xpath("count(a:id)=1 and count(a:title)=1 and count(a:updated)=1", namespaces=ATOM)
        assert entry.xpath("count(a:summary)=1 and count(a:content[@type='html'])=1", namespaces=ATOM)
        assert entry.xpath("string(a:link[@rel='alternate']/@href)", namespaces=ATOM).startswith(
            f"{settings.BALAI_URL}/halaman/"
        )
        assert 'href="/' not in entry.xpath("string(a:content)", namespaces=ATOM)
    for moment in root.xpath("//a:updated/text() | //a:published/text()", namespaces=ATOM):
        assert datetime.fromisoformat(moment).tzinfo is not None and moment.endswith("Z")
    if count:
        newest = max(root.xpath("//a:entry/a:updated/text()", namespaces=ATOM))
        assert (
            root.xpath("string(a:updated)", namespaces=ATOM)
            == newest
            == NOW.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        )
        assert "Isi kabar-0 &lt;&amp;&gt;." in root.xpath("string(a:entry[1]/a:content)", namespaces=ATOM)


def test_an_entry_keeps_its_id_when_the_hall_moves(town: Path, settings: LazySettings) -> None:
    news(town, "pindah", NOW)
    first = etree.fromstring(Client().get("/kabar/atom.xml").content).xpath("//a:id/text()", namespaces=ATOM)
    settings.BALAI_URL = "https://lain.example"
    answer = Client().get("/kabar/atom.xml").content
    assert (
        etree.fromstring(answer).xpath("//a:id/text()", namespaces=ATOM) == first and b"https://lain.example" in answer
    )


def test_a_feed_in_a_language_nobody_speaks_is_not_there() -> None:
    assert Client().get("/kabar/atom.xx.xml").status_code == 404


# ---- publishing -----------------------------------------------------------------------------------------------------


def test_an_administrator_publishes_what_changed_and_takes_it_down(cast: Cast, town: Path) -> None:
    browser = sign_in(cast.ratna)
    write_page(town, "loket", "", id="Buka sampai 16.\n")
    assert "loket" in browser.get("/meja/kelola/halaman/").content.decode()
    sent = {"command": str(uuid4())}
    for _ in range(2):
        assert browser.post("/meja/kelola/halaman/loket/terbitkan/", sent).status_code == 302
    assert "Buka sampai 16." in read("/halaman/loket/")
    assert Entry.objects.filter(stream="page:loket", action="publish").count() == 1
    sent = {"command": str(uuid4())}
    for _ in range(2):
        assert browser.post("/meja/kelola/halaman/loket/turunkan/", sent).status_code == 302
    assert Client().get("/halaman/loket/").status_code == 404
    assert Entry.objects.filter(stream="page:loket", action="withdraw").count() == 1
    browser.post("/meja/kelola/halaman/loket/terbitkan/", {"command": str(uuid4())})
    assert "Buka sampai 16." in read("/halaman/loket/")


def test_a_faulty_page_is_refused_with_file_and_line_and_what_is_shown_stays(cast: Cast, town: Path) -> None:
    folder = write_page(town, "loket", "", id="Buka.\n")
    publish("loket", NOW, town)
    (folder / "id.md").write_text("---\ntitle: Loket\nsummary: Loket.\n---\n[x](page:tidak-ada)\n", "utf-8")
    answer = sign_in(cast.ratna).post("/meja/kelola/halaman/loket/terbitkan/", {"command": str(uuid4())})
    assert answer.status_code == 422 and "town/pages/loket/id.md:5" in answer.content.decode()
    assert "Buka." in read("/halaman/loket/")


def test_other_content_needs_another_version(cast: Cast, town: Path) -> None:
    folder = write_page(town, "loket", "", id="Buka.\n")
    publish("loket", NOW, town)
    (folder / "id.md").write_text("---\ntitle: Loket\nsummary: Loket.\n---\nTutup.\n", "utf-8")
    answer = sign_in(cast.ratna).post("/meja/kelola/halaman/loket/terbitkan/", {"command": str(uuid4())})
    assert answer.status_code == 422 and "Buka." in read("/halaman/loket/")
    page = sign_in(cast.ratna).get("/meja/kelola/halaman/").content.decode()
    assert "Berkasnya sudah berubah" in page


def test_nobody_publishes_or_takes_down_who_does_not_administer(cast: Cast, town: Path) -> None:
    publish("kontak", NOW, town)
    with pytest.raises(NotAllowed):
        actions.publish(command_id=uuid4(), actor=cast.budi.officer, now=NOW, page_id="kontak")
    with pytest.raises(NotAllowed):
        actions.take_down(command_id=uuid4(), actor=cast.budi.officer, now=NOW, page_id="kontak")
    assert queries.find_page("kontak") is not None


def test_what_is_not_there_is_neither_published_nor_taken_down(cast: Cast, town: Path) -> None:
    admin = cast.ratna.officer
    for act in (actions.publish, actions.take_down):
        with pytest.raises(NotFound):
            act(command_id=uuid4(), actor=admin, now=NOW, page_id="tidak-ada")


# ---- the kind -------------------------------------------------------------------------------------------------------


def test_every_page_of_the_town_is_good_and_its_versions_are_kept(town: Path) -> None:
    found = queries.list_standing()
    assert len(found) > 5 and all(one.folder and not one.faults for one in found)
    publish("kontak", NOW, town)
    assert [one.version for one in folders.list_versions("page", "kontak")] == ["2026.1"]
    assert [one.status for one in kinds.get_kind("page").law(folders.get("page", "kontak"))] == []
    publish("privasi", NOW, town)
    (law,) = kinds.get_kind("page").law(folders.get("page", "privasi"))
    assert (law.status, law.file, law.line > 0) == ("unconfirmed", "town/pages/privasi/page.yaml", True)


def test_a_service_that_leads_to_a_missing_page_is_refused(town: Path) -> None:
    from balai.records.folders import judging

    services = kinds.get_kind("service")
    here = ROOT / "services" / "surat-keterangan-usaha"
    judging.read(services, here, town)
    (town / "pages" / "kontak" / "page.yaml").unlink()
    with pytest.raises(Problems, match='There is no page "kontak"'):
        judging.read(services, here, town)


def test_how_the_hall_is_reached_is_no_part_of_a_version(town: Path) -> None:
    open_service()
    publish("kontak", NOW, town)
    before = folders.current_keys("page")["kontak"]
    (town / "contact.yaml").write_text('phone: "0541 000001"\n', "utf-8")
    publish("kontak", NOW, town)
    assert folders.current_keys("page")["kontak"] == before
    for _, held in folders.iter_current_files("page"):
        assert "contact.yaml" not in held.town
    contact.get_contact.cache_clear()
    assert "0541 000001" in read("/halaman/kontak/") and "0541 000000" not in read("/halaman/kontak/")


def test_every_address_a_page_may_lead_to_is_open_to_a_guest() -> None:
    kinds.list_kinds()
    open_service()
    publish("kontak", NOW)
    assert len(markdown.open_addresses()) > 10
    for template in markdown.open_addresses():
        path = template.format(service="surat-keterangan-usaha", page="kontak")
        try:
            resolve(path)
        except Resolver404:
            pytest.fail(path)
        if path != "/keadaan/":  # a file that the worker writes
            assert Client().get(path).status_code in (200, 302), path


def test_a_page_keeps_what_was_published_though_the_program_is_stricter_now() -> None:
    page = manifest.read_page(
        {"page.yaml": b'id: x\nversion: "1"\nold: 1\n', "id.md": b"---\ntitle: A\nsummary: B\n---\n# C\n",
         "en.md": b"---\ntitle: A\nsummary: B\n---\n# C\n"},
        folder="town/pages/x", published=True,
    )  # fmt: skip
    assert page.said("id").html == "<h1>C</h1>\n"
