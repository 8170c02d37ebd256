"""Finding a service, and its published standard."""

import re

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import Cast, apply_for_sku, open_service

from balai.base.pages import texts
from balai.casework.cases.models import Case, Task
from balai.doors.portal import greeting

from .test_apply import BUSINESS, begin, step
from .test_case import at_nine, send_back

__all__ = ["at_nine"]  # a fixture of the tests beside this one

pytestmark = pytest.mark.django_db


def test_the_first_page_leads_to_every_service(stranger: Client) -> None:
    page = stranger.get("/").content.decode()
    assert "/layanan/surat-keterangan-usaha/" in page
    assert "?peristiwa=usaha" in page


@pytest.mark.parametrize("words", ["usaha", "warng", "KREDIT", "saya mau buat surat usaha"])
def test_a_service_is_found_by_the_words_people_use(stranger: Client, words: str) -> None:
    page = stranger.get("/layanan/", {"q": words}).content.decode()
    assert texts.say("portal.find.nothing", "id") not in page
    assert "Surat Keterangan Usaha" in page


def test_words_that_match_nothing_get_suggestions_and_are_not_believed(stranger: Client) -> None:
    page = stranger.get("/layanan/", {"q": "<script>x</script>"}).content.decode()
    assert texts.say("portal.find.nothing", "id") in page
    assert "Surat Keterangan Usaha" in page
    assert "<script>x" not in page


def test_the_standard_says_time_fee_basis_and_how_sure_they_are(stranger: Client) -> None:
    page = stranger.get("/layanan/surat-keterangan-usaha/").content.decode()
    for expected in (
        "3 hari kerja",
        "Gratis",
        "Surat pengantar RT/RW",
        "UU 25/2009",
        "belum dikonfirmasi pejabat",
        "NIK",
    ):
        assert expected in page


def test_it_is_told_in_english_too(stranger: Client) -> None:
    stranger.cookies["bahasa"] = "en"
    page = stranger.get("/layanan/surat-keterangan-usaha/").content.decode()
    assert '<html lang="en">' in page and "3 working days" in page and "Free" in page


@pytest.mark.parametrize(
    ("lang", "words"),
    [("id", ("Dilaporkan lewat 60 hari", "2 hari kerja", "Dilaporkan dalam 60 hari", "1 hari kerja")),
     ("en", ("Reported more than 60 days", "2 working days", "Reported within 60 days", "1 working day"))],
)  # fmt: skip
@pytest.mark.parametrize("page", ["", "ajukan/"])
def test_periods_by_rule_are_a_table(stranger: Client, lang: str, words: tuple[str, ...], page: str) -> None:
    open_service("akta-kelahiran")
    stranger.cookies["bahasa"] = lang
    shown = stranger.get(f"/layanan/akta-kelahiran/{page}").content.decode()
    table = shown.split("<table")[1].split("</table>")[0]
    assert all(word in table for word in words)
    assert table.count(texts.say("portal.mark.unconfirmed", lang)) == 2, "each period says how sure it is"


def test_a_service_that_is_not_there_is_a_page(stranger: Client) -> None:
    assert stranger.get("/layanan/tidak-ada/").status_code == 404


@pytest.mark.parametrize("path", ["/", "/layanan/surat-keterangan-usaha/", "/lacak/", "/v/"])
def test_pages_carry_a_strict_policy_and_nothing_inline(stranger: Client, path: str) -> None:
    response = stranger.get(path)
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe-inline" not in response["Content-Security-Policy"]
    assert ' style="' not in response.content.decode()


def places(page: str, *words: str) -> list[int]:
    """Find where words stand in a page's text; -1 for those that do not."""
    return [page.find(word) for word in words]


def test_home_says_first_what_waits_then_what_was_begun_then_the_town(siti: Client, cast: Cast) -> None:
    sent = send_back(cast)
    base = begin(siti)
    step(siti, base, "business", BUSINESS)
    page = siti.get("/").content.decode()
    task = Task.objects.get(case_id=sent.case_id, state="open")
    found = places(
        page, "<h1>Perlu tindakan Anda", f'href="/berkas/{sent.number}/jawab/{task.token}/"', f'href="{base}"',
        "Langkah 2 dari 5", sent.number, "Apa yang bisa kami bantu?", "Semua layanan",
    )  # fmt: skip
    # the number of the case stands in the address of its button too, so it is looked for after that
    found[4] = page.rfind(sent.number)
    assert -1 not in found and found == sorted(found)
    mine = siti.get("/berkas-saya/").content.decode()
    assert re.search(rf'href="/berkas/{sent.number}/">Surat Keterangan Usaha</a> <strong class="tag warn">', mine)
    assert page.count("<h1") == mine.count("<h1") == 1


def test_what_a_guest_began_is_found_again_and_offered_before_a_second_begins(stranger: Client) -> None:
    assert "Anda sudah mulai mengisi" not in stranger.get("/layanan/surat-keterangan-usaha/ajukan/").content.decode()
    base = begin(stranger)
    for path in ("/", "/layanan/surat-keterangan-usaha/", "/layanan/surat-keterangan-usaha/ajukan/"):
        assert f'href="{base}"' in stranger.get(path).content.decode(), path
    assert "Anda sudah mulai mengisi" in stranger.get("/layanan/surat-keterangan-usaha/ajukan/").content.decode()
    assert base not in Client().get("/").content.decode()
    held = stranger.session
    held["drafts"] = dict.fromkeys(held["drafts"], "x" * 20)
    held.save()
    assert base not in stranger.get("/").content.decode(), "a draft is shown to whoever holds its secret"


def test_the_page_of_a_service_is_true_for_guests_and_for_whoever_is_signed_in(siti: Client, stranger: Client) -> None:
    guest, known = (each.get("/layanan/surat-keterangan-usaha/").content.decode() for each in (stranger, siti))
    key = [page.split("<aside")[1].split("</aside>")[0] for page in (guest, known)]
    assert "cukup diketik" in guest and "Tidak perlu akun" in key[0]
    assert "jadi tidak ditanyakan" in known and "cukup diketik" not in known and "Tidak perlu akun" not in key[1]
    asked = [int(found[1]) for found in (re.search(r"(\d+) pertanyaan", page) for page in key) if found]
    assert asked[0] > asked[1]


def test_a_process_is_drawn_on_a_page_of_its_own(stranger: Client) -> None:
    assert 'role="img"' not in stranger.get("/layanan/surat-keterangan-usaha/").content.decode()
    assert 'role="img"' in stranger.get("/layanan/surat-keterangan-usaha/proses/").content.decode()


def test_what_is_asked_for_most_is_offered_before_one_searches_and_only_once_somebody_asked(
    stranger: Client, cast: Cast
) -> None:
    for service in ("akta-kelahiran", "ktp-el-hilang-rusak", "surat-keterangan-domisili"):
        open_service(service)
    greeting._ranked.clear()
    assert "Sering diajukan" not in stranger.get("/").content.decode(), "an empty hall claims nothing"
    apply_for_sku(cast)
    Case.objects.update(submitted_at=timezone.now())
    greeting._ranked.clear()
    often = stranger.get("/").content.decode().split('class="often"')[1].split("</p>")[0]
    assert re.findall(r'href="([^"]+)"', often) == ["/layanan/surat-keterangan-usaha/"]
