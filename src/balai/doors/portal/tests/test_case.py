"""Following a case: what its holder sees and does, and what a stranger does not."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import NOW, Cast, apply_for, apply_for_sku, bring_to_counter, open_service, photo

from balai.base.outbox import Worker
from balai.casework.cases import queries as case_queries
from balai.casework.cases.actions import Command, act
from balai.casework.cases.models import Case, Task
from balai.records.documents import actions as documents

pytestmark = pytest.mark.django_db(transaction=True)
MISSING = "Foto tempat usaha tidak terbaca."
CHANGE = {
    "business_name": "Warung Siti",
    "kind": "kuliner",
    "village": "64.72.05.1003",
    "business_address": "Jalan Contoh 9 RT 02",
    "started_on-day": "1",
    "started_on-month": "2",
    "started_on-year": "2020",
    "employees": "2",
    "has_partner": "false",
    "has_nib": "false",
    "purpose": "kredit",
    "phone": "081200000001",
    "true_statement": "true",
}


@pytest.fixture(autouse=True)
def at_nine() -> Any:
    """Let the door's clock stand an hour after the application."""
    with patch("django.utils.timezone.now", return_value=NOW + timedelta(hours=1)):
        yield


def send_back(cast: Cast) -> Any:
    """Let Siti apply and Budi ask for a better photo."""
    sent = apply_for_sku(cast)
    finish(cast, sent.case_id, cast.budi.officer, {"result": "incomplete", "missing": MISSING})
    return sent


def finish(cast: Cast, case_id: UUID, actor: Any, data: dict[str, Any]) -> None:
    task = Task.objects.get(case_id=case_id, state="open")
    act(Command(id=uuid4(), actor=actor, now=NOW, case_id=case_id, action="complete", token=task.token, data=data))


def test_siti_sees_where_her_case_stands(siti: Client, cast: Cast) -> None:
    sent = apply_for_sku(cast)
    page = siti.get(f"/berkas/{sent.number}/").content.decode()
    for words in (
        "Kelurahan Lempake",
        "Kamis, 5 Maret 2026",
        "Sisa 3 hari kerja",
        "Permohonan diterima",
        "Berkas sedang diperiksa",
    ):
        assert words in page


def way(page: str) -> list[tuple[str, str]]:
    """Read the way off a page: each stage with its state."""
    return re.findall(r'<li class="([^"]*?) *"[^>]*>\s*<span class="mark">.*?<b>([^<]+)</b>', page, re.DOTALL)


def test_the_way_is_drawn_with_what_is_done_and_what_comes(siti: Client, cast: Cast) -> None:
    sent = apply_for_sku(cast)
    page = siti.get(f"/berkas/{sent.number}/").content.decode()
    assert way(page) == [
        ("done", "Permohonan diterima"),
        ("now", "Pemeriksaan berkas"),
        ("later", "Keputusan lurah"),
        ("later", "Tanda tangan surat"),
        ("later end", "Dikabulkan"),
    ]
    beside = [re.findall("<span>([^<]+)</span>", part) for part in re.findall(r'class="aside">(.*?)</p>', page)]
    assert beside == [["Perbaikan dari Anda", "Gugur"], ["Tanda tangan surat penolakan", "Ditolak"]]
    assert 'aria-current="step"' in page


def test_a_correction_is_told_with_what_came_before_and_comes_again(siti: Client, cast: Cast) -> None:
    page = siti.get(f"/berkas/{send_back(cast).number}/").content.decode()
    assert way(page)[:4] == [
        ("done", "Permohonan diterima"),
        ("done", "Pemeriksaan berkas"),
        ("wait", "Perbaikan dari Anda"),
        ("later", "Pemeriksaan berkas"),
    ]
    assert "Menunggu Anda" in page


def test_the_way_ends_where_the_case_ended(siti: Client, cast: Cast) -> None:
    sent = apply_for_sku(cast)
    act(Command(id=uuid4(), actor=cast.siti.citizen, now=NOW, case_id=sent.case_id, action="withdraw"))
    page = siti.get(f"/berkas/{sent.number}/").content.decode()
    assert way(page) == [("done", "Permohonan diterima"), ("done end", "Ditarik")]


def test_neither_way_nor_drawing_names_officers_or_the_machines_steps(siti: Client, cast: Cast) -> None:
    sent = send_back(cast)
    Case.objects.filter(id=sent.case_id).update(stuck_at=NOW)
    for lang, inside in (("id", "Periksa berkas"), ("en", "Check the file")):
        siti.cookies["bahasa"] = lang
        page = siti.get(f"/berkas/{sent.number}/").content.decode()
        drawn = page[page.index('class="journey"') : page.index("</svg></div></figure>")]
        for word in ("Budi", "Ratna", "clerk", inside):
            assert word not in drawn, word


def test_the_english_page_speaks_english_down_to_the_drawing(siti: Client, cast: Cast) -> None:
    sent = apply_for_sku(cast)
    siti.cookies["bahasa"] = "en"
    page = siti.get(f"/berkas/{sent.number}/").content.decode()
    assert ("now", "Check of your file") in way(page)
    drawn = page[page.index('class="journey"') : page.index("</svg></div></figure>")]
    for word in ("Periksa", "Putuskan", "Lengkap", "Dikabulkan", "Gugur", "tidak", "hari"):
        assert word not in drawn, word


def test_a_stranger_is_told_that_there_is_nothing(joko: Client, stranger: Client, cast: Cast) -> None:
    sent = send_back(cast)
    token = Task.objects.get(case_id=sent.case_id, state="open").token
    for client in (joko, stranger):
        for page in (
            "",
            "terkirim/",
            "dilihat/",
            "tarik/",
            f"jawab/{token}/",
            f"bukti/{uuid4()}/",
            f"surat/{uuid4()}/",
        ):
            known, unknown = client.get(f"/berkas/{sent.number}/{page}"), client.get(f"/berkas/SKU-0000-0000/{page}")
            assert known.status_code == unknown.status_code == 404
        assert client.post(f"/berkas/{sent.number}/tarik/").status_code == 404
    assert Case.objects.get(id=sent.case_id).status == "waiting"


def test_a_paused_case_says_why_and_what_is_asked(siti: Client, cast: Cast) -> None:
    sent = send_back(cast)
    page = siti.get(f"/berkas/{sent.number}/").content.decode()
    assert MISSING in page and "Menunggu pemohon melengkapi berkas" in page and "Waktu berhenti sementara" in page


def test_the_correction_marks_what_to_mend_and_keeps_the_rest(siti: Client, cast: Cast) -> None:
    sent = send_back(cast)
    token = Task.objects.get(case_id=sent.case_id, state="open").token
    url = f"/berkas/{sent.number}/jawab/{token}/"
    page = siti.get(url).content.decode()
    assert MISSING in page and 'value="Warung Siti"' in page
    assert page.count("Perlu diperbaiki") == 1  # the photo alone
    wrong = siti.post(url, {**CHANGE, "business_name": ""})
    assert wrong.status_code == 422 and "Jalan Contoh 9" in wrong.content.decode()
    kept = siti.post(
        url, {**CHANGE, "refresh": "1", "photo": SimpleUploadedFile("baru.jpg", photo("blue"), "image/jpeg")}
    )
    assert "baru.jpg" in kept.content.decode()
    assert siti.post(url, CHANGE)["Location"] == f"/berkas/{sent.number}/"
    case = case_queries.read_case(case_id=sent.case_id)
    assert case.status == "open"
    assert case.data["apply"]["photo"]["name"] == "baru.jpg"
    assert case.data["apply"]["rt_letter"]["name"] != "baru.jpg"
    assert case.data["apply"]["business_address"] == "Jalan Contoh 9 RT 02"


def test_a_correction_sent_twice_is_a_plain_conflict(siti: Client, cast: Cast) -> None:
    sent = send_back(cast)
    token = Task.objects.get(case_id=sent.case_id, state="open").token
    siti.post(f"/berkas/{sent.number}/jawab/{token}/", CHANGE)
    assert siti.post(f"/berkas/{sent.number}/jawab/{token}/", CHANGE).status_code == 409


def test_the_holder_of_the_code_may_correct_too(stranger: Client, cast: Cast) -> None:
    sent = send_back(cast)
    token = Task.objects.get(case_id=sent.case_id, state="open").token
    stranger.get(f"/lacak/{sent.number}/{sent.track_code}/")
    assert stranger.post(f"/berkas/{sent.number}/jawab/{token}/", CHANGE).status_code == 302
    assert Case.objects.get(id=sent.case_id).status == "open"


def test_withdrawing_asks_once_and_closes(siti: Client, cast: Cast) -> None:
    sent = apply_for_sku(cast)
    assert siti.get(f"/berkas/{sent.number}/tarik/").status_code == 200
    assert Case.objects.get(id=sent.case_id).status == "open"
    siti.post(f"/berkas/{sent.number}/tarik/")
    assert Case.objects.get(id=sent.case_id).outcome == "withdrawn"
    assert "Ditarik" in siti.get(f"/berkas/{sent.number}/").content.decode()


def test_who_looked_is_told_by_name(siti: Client, cast: Cast) -> None:
    sent = apply_for_sku(cast)
    assert "Belum ada" in siti.get(f"/berkas/{sent.number}/dilihat/").content.decode()
    case_queries.open_case(cast.budi.officer, sent.number, now=NOW)
    page = siti.get(f"/berkas/{sent.number}/dilihat/").content.decode()
    assert "Budi Santoso Contoh" in page and "Kelurahan" in page and "Mengerjakan permohonan" in page
    assert "membuka 1 kali" in page


def test_my_cases_are_mine_alone(siti: Client, joko: Client, stranger: Client, cast: Cast) -> None:
    sent = apply_for_sku(cast)
    assert sent.number in siti.get("/berkas-saya/").content.decode()
    assert sent.number not in joko.get("/berkas-saya/").content.decode()
    assert stranger.get("/berkas-saya/").status_code == 302


def test_following_a_link_takes_the_code_out_of_the_address(stranger: Client, cast: Cast) -> None:
    sent = apply_for_sku(cast)
    response = stranger.get(f"/lacak/{sent.number}/{sent.track_code}/")
    assert response["Location"] == f"/berkas/{sent.number}/"
    assert sent.track_code not in stranger.get(response["Location"]).content.decode()
    assert stranger.get(f"/lacak/{sent.number}/{'0' * 20}/").status_code == 404


def test_guessing_codes_is_slowed(stranger: Client, cast: Cast) -> None:
    codes = [stranger.post("/lacak/", {"nomor": "SKU-0000-0000", "kode": "x"}).status_code for _ in range(21)]
    assert codes[-1] == 429 and set(codes[:-1]) == {422}


def mailbox() -> list[str]:
    """Read what the demonstration's carriers were given."""
    Worker().drain(NOW + timedelta(hours=1))
    return [file.read_text() for file in sorted((Path(settings.BALAI_HOME) / "mailbox").glob("*.txt"))]


def test_news_is_told_and_marked_as_read(siti: Client, cast: Cast) -> None:
    send_back(cast)
    mailbox()
    page = siti.get("/berkas-saya/").content.decode()
    assert MISSING in page and ">Baru<" in page
    siti.post("/berkas-saya/kabar/")
    assert ">Baru<" not in siti.get("/berkas-saya/").content.decode()


def test_a_lost_link_goes_to_the_contact_of_the_case_alone(stranger: Client, cast: Cast) -> None:
    sent = apply_for_sku(cast)
    before = len(mailbox())
    ask = {"nomor": sent.number, "kontak": "0812-0000-0001"}
    wrong = [{**ask, "kontak": "081299999999"}, {**ask, "nomor": "SKU-0000-0000"}, {**ask, "kontak": ""}]
    pages = [stranger.post("/lacak/kirim-ulang/", data, follow=True).content for data in (*wrong, ask, ask)]
    assert all("sedang kami kirim" in page.decode() for page in pages)
    wanted = f"/lacak/{sent.number}/{sent.track_code}/"
    letters = [text for text in mailbox() if wanted in text and "jangan" in text.lower()]
    assert len(letters) == 1 and "+6281200000001" in letters[0]
    assert len(mailbox()) == before + 1


@pytest.mark.parametrize(
    ("lang", "words"),
    [("id", ("Menunggu Anda", "menunggu pemohon mengambilnya di loket", "Menunggu pemohon memilih waktu", "sekarang")),
     ("en", ("Waiting for you", "waiting for the applicant to collect it", "to choose a time", "now"))],
)  # fmt: skip
def test_why_the_clock_stands_still_is_listed(siti: Client, cast: Cast, lang: str, words: tuple[str, ...]) -> None:
    open_service("ktp-el-hilang-rusak")
    number = Case.objects.get(id=bring_to_counter(cast, pickup="2026-03-11")).number
    siti.cookies["bahasa"] = lang
    page = siti.get(f"/berkas/{number}/").content.decode()
    box = page.split("<aside")[1]
    assert all(word in page for word in words)
    assert all(word in box for word in words[1:])


def test_the_state_leads_and_a_stopped_clock_promises_days_after_the_answer(siti: Client, cast: Cast) -> None:
    sent = send_back(cast)
    page = siti.get(f"/berkas/{sent.number}/").content.decode()
    assert re.search(
        r"<h1>Menunggu perbaikan dari Anda</h1><p><strong[^>]*>Menunggu Anda</strong> <span[^>]*>sejak ", page
    )
    key = page.split("<aside")[1].split("</aside>")[0]
    assert (
        re.search(r"<strong>\d hari kerja setelah Anda menjawab</strong>", key) and "Selesai paling lambat" not in key
    )
    assert page.count('class="journey"') == 1 and page.index('class="timeline"') > page.index(
        "<summary>Yang sudah terjadi"
    )


def test_the_file_of_an_answer_is_the_holders_once_it_is_filed_and_nobody_elses(siti: Client, cast: Cast) -> None:
    open_service("permintaan-pelanggan")
    sent = apply_for(cast, "permintaan-pelanggan", "answered")
    finish(cast, sent.case_id, cast.budi.officer, {"next": "jawab", "urgency": "biasa"})
    vault = case_queries.read_case(case_id=sent.case_id).vault_id
    stored = documents.store(vault, BytesIO(photo()), name="syarat.jpg", actor=cast.budi.officer, now=NOW)
    file = {"document": str(stored.id), "name": "syarat.jpg", "type": stored.media_type, "size": stored.size}
    finish(cast, sent.case_id, cast.budi.officer, {"answer": "Ini syarat membuka kios.", "document": file})
    place = f"/berkas/{sent.number}/"
    assert "syarat.jpg" not in siti.get(place).content.decode()  # the step that gives it is still to come
    Worker().drain(NOW)
    page = siti.get(place).content.decode()
    assert "Dokumen untuk Anda" in page and f'href="{place}bukti/{stored.id}/"' in page and "syarat.jpg" in page
    assert siti.get(f"{place}bukti/{stored.id}/").status_code == 200
    assert Client().get(f"{place}bukti/{stored.id}/").status_code in (302, 404)
