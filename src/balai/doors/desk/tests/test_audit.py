"""The auditor reads: cases for a purpose, journal, access log, chains, archive, outbox; and can change nothing at all."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone
from tests.cast import sign_seen

from balai.base import access_log, journal, journal_check
from balai.base.errors import NotFound
from balai.base.models import Access, Deed, Entry, Message, SecurityEvent
from balai.base.outbox import Worker
from balai.casework.cases import actions, queries
from balai.casework.cases.models import Case, Note
from balai.casework.issuing import queries as issuing
from balai.doors.desk.urls import urlpatterns
from balai.records.documents import queries as documents
from balai.records.offices.models import Appointment
from balai.records.people.models import Account

from .conftest import Office
from .test_sign import PASSPHRASE, key, ready

__all__ = ["key"]  # a fixture of the tests beside this one

AT = "/meja/periksa/"
WHY = "Surat tugas 7"
PAGES = ("", "akses/", "jurnal/", "keamanan/", "arsip/", "arsip/?pilih=semua", "kotak-keluar/")


@pytest.fixture(autouse=True)
def fresh() -> None:
    caches["local"].clear()


@pytest.fixture
def joko(office: Office) -> Client:
    """Let Joko be an auditor of the town's inspectorate."""
    office.appoint(office.cast.joko, "auditor", unit="inspektorat")
    return office.enter(office.cast.joko)


def opened(joko: Client, number: str, why: str = WHY) -> Any:
    return joko.get(f"{AT}berkas/{number}/", {"tujuan": why})


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_each_page_opens_for_the_auditor_and_for_nobody_else(
    office: Office, joko: Client, budi: Client, page: str, lang: str
) -> None:
    office.case()
    joko.cookies["bahasa"] = lang
    assert joko.get(f"{AT}{page}").status_code == 200
    assert budi.get(f"{AT}{page}").status_code == 404
    assert office.enter(office.cast.siti).get(f"{AT}{page}").status_code == 404


def test_an_administrator_is_no_auditor(office: Office) -> None:
    Account.objects.filter(id=office.cast.joko.account_id).update(is_administrator=True, second_factor_required=True)
    row = office.case()
    joko = office.enter(office.cast.joko)
    assert joko.get(AT).status_code == 404
    assert opened(joko, row.number).status_code == 404


def test_the_desk_leads_the_auditor_to_their_pages(office: Office, joko: Client) -> None:
    assert joko.get("/meja/").headers["Location"] == AT
    page = joko.get(AT).content.decode()
    assert "/meja/loket/" not in page and "/meja/kelola/" not in page and "Pemeriksaan" in page
    assert "/2fa/" in office.enter(office.cast.joko, second_factor=False).get(AT).headers["Location"]


def test_a_case_opens_for_a_purpose_which_is_recorded_and_its_holder_sees_it(office: Office, joko: Client) -> None:
    row = office.case()
    actions.add_note(
        command_id=uuid4(), actor=office.cast.budi.officer, now=timezone.now(), case_id=row.id, body="Sudah dicek"
    )
    page = opened(joko, row.number).content.decode()
    assert "Siti Rahma Contoh" in page and "Sudah dicek" in page and WHY in page
    assert "9901014101900001" not in page, "the NIK stays masked"
    kept = Access.objects.get(reader_id=office.cast.joko.person_id)
    assert (kept.purpose, kept.object, kept.person_id) == (
        f"audit: {WHY}",
        f"case:{row.id}",
        office.cast.siti.person_id,
    )
    seen = office.enter(office.cast.siti).get(f"/berkas/{row.number}/dilihat/").content.decode()
    assert "Joko Prasetyo Contoh" in seen and "Pemeriksaan" in seen


@pytest.mark.parametrize("why", ["", "x", "       "])
def test_without_a_purpose_nothing_opens(office: Office, joko: Client, why: str) -> None:
    row = office.case()
    answer = joko.get(f"{AT}berkas/{row.number}/", {"tujuan": why}, follow=True)
    page = answer.content.decode()
    assert "Siti" not in page and row.number in page
    again = joko.get(AT, {"nomor": row.number, "tujuan": why})
    assert again.status_code == 422 and "Tulis tujuannya" in again.content.decode()
    assert not Access.objects.exists()


def test_a_number_that_is_none_says_so(office: Office, joko: Client) -> None:
    answer = joko.get(AT, {"nomor": "siti", "tujuan": WHY})
    assert answer.status_code == 422 and "Itu bukan nomor berkas" in answer.content.decode()
    assert opened(joko, "SKU-AAAA-AAAA").status_code == 404


def test_the_journal_of_a_case_is_shown_and_a_changed_entry_is_marked(office: Office, joko: Client) -> None:
    row = office.case()
    page = opened(joko, row.number).content.decode()
    assert "Rantai jurnal berkas ini utuh." in page and "submit" in page
    Entry.objects.filter(stream=f"case:{row.id}").update(action="lain")
    page = opened(joko, row.number).content.decode()
    assert "tidak utuh" in page and "tidak menyambung" in page


def test_the_chains_are_verified_and_their_end_can_be_kept(office: Office, joko: Client) -> None:
    row = office.case()
    Worker().drain(timezone.now())
    count, head = journal_check.read_global_head()
    page = joko.get(f"{AT}jurnal/").content.decode()
    assert head in page and str(count) in page and count > 0
    assert "Jurnal utuh" in joko.get(f"{AT}jurnal/?periksa=1").content.decode()
    Entry.objects.filter(stream=f"case:{row.id}").update(action="lain")
    assert "Jurnal rusak di" in joko.get(f"{AT}jurnal/?periksa=1").content.decode()
    assert SecurityEvent.objects.filter(kind="journal-broken").exists()


def test_rows_of_the_last_second_are_named_and_are_no_fault(office: Office, joko: Client, budi: Client) -> None:
    row = office.case()
    budi.get(f"/meja/berkas/{row.number}/")
    page = joko.get(f"{AT}jurnal/?periksa=1").content.decode()
    assert "Jurnal utuh" in page and "belum dijamin catatan jurnal" in page and "base_access" in page
    Worker().drain(timezone.now())
    journal.link_new_rows(timezone.now())  # the marks of the notices that were carried meanwhile
    page = joko.get(f"{AT}jurnal/?periksa=1").content.decode()
    assert "Jurnal utuh" in page and "belum dijamin" not in page


@pytest.mark.django_db(transaction=True)  # an alarm outlives the transaction that was refused
def test_a_case_that_was_given_away_by_hand_opens_to_no_auditor_and_stands_among_the_alarms(
    office: Office, joko: Client
) -> None:
    row = office.case()
    Case.objects.filter(id=row.id).update(applicant_id=office.cast.ratna.person_id)
    answer = opened(joko, row.number)
    assert answer.status_code == 503 and "diubah di luar sistem" in answer.content.decode()
    page = joko.get(f"{AT}keamanan/").content.decode()
    assert "Berkas diubah di luar sistem" in page and row.number in page
    assert "applicant_id is" in joko.get(f"{AT}jurnal/?periksa=1").content.decode()


def test_the_access_log_tells_who_read_what_for_and_pages_back(office: Office, joko: Client, budi: Client) -> None:
    row, other = office.case(), office.case()
    budi.get(f"/meja/berkas/{row.number}/")
    page = joko.get(f"{AT}akses/").content.decode()
    assert "Budi Santoso Contoh" in page and row.number in page and "mengerjakan berkas" in page
    assert row.number in joko.get(f"{AT}akses/?nomor={row.number}").content.decode()
    assert "Budi" not in joko.get(f"{AT}akses/?nomor={other.number}").content.decode()
    assert "Tidak ada berkas dengan nomor itu" in joko.get(f"{AT}akses/?nomor=SKU-AAAA-AAAA").content.decode()
    for _ in range(60):
        access_log.record_access(
            office.cast.budi.officer, purpose="casework", object=f"case:{row.id}", person_id=None, now=office.now
        )
    page = joko.get(f"{AT}akses/").content.decode()
    older = re.search(r"sebelum=(\d+)", page)
    assert older is not None
    assert joko.get(f"{AT}akses/?sebelum={older[1]}").status_code == 200


# ---- evidence and letters -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Papers:
    """A case with what an auditor may open of it: each file's address, what it is, and how the access log names it."""

    row: queries.CaseRow
    files: tuple[tuple[str, str, str], ...]


@pytest.fixture
def papers(office: Office, key: None) -> Papers:
    """Let Siti's letter be signed."""
    row = ready(office)
    letter = sign_seen(office.cast.ratna.officer, row.id, row.open_tasks[0].token, PASSPHRASE, office.now).letter
    at = f"{AT}berkas/{row.number}"
    found = documents.list_documents(row.vault_id)
    files = tuple((f"{at}/dokumen/{one.id}/", one.media_type, f"document:{one.id}") for one in found)
    return Papers(row, (*files, (f"{at}/surat/{letter.id}/", "application/pdf", f"letter:{letter.id}")))


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def test_evidence_and_letters_are_opened_from_the_case_for_its_purpose(joko: Client, papers: Papers) -> None:
    page = opened(joko, papers.row.number).content.decode()
    links = re.findall(r'href="([^"]*/(?:dokumen|surat)/[^"]*)"', page)
    assert links == [f"{at}?tujuan=Surat+tugas+7" for at, _, _ in papers.files] and len(links) == 3
    assert "/meja/pratinjau/" not in page and "/meja/surat/" not in page
    for link, (_, media_type, _) in zip(links, papers.files, strict=True):
        answer = joko.get(link)
        assert answer.status_code == 200 and answer.headers["Content-Type"] == media_type
        assert content(answer).startswith(b"%PDF-" if media_type == "application/pdf" else b"\xff\xd8")
        assert "no-store" in answer.headers["Cache-Control"]
        assert joko.post(link).status_code == 405


def test_each_opening_is_recorded_with_its_purpose_and_its_holder_sees_it(
    office: Office, joko: Client, papers: Papers
) -> None:
    for at, _, _ in papers.files:
        content(joko.get(at, {"tujuan": WHY}))
    kept = Access.objects.filter(reader_id=office.cast.joko.person_id).order_by("id")
    assert {(row.purpose, row.person_id) for row in kept} == {(f"audit: {WHY}", office.cast.siti.person_id)}
    case = f"case:{papers.row.id}"
    assert [row.object for row in kept] == [each for _, _, named in papers.files for each in (case, named)]
    seen = office.enter(office.cast.siti).get(f"/berkas/{papers.row.number}/dilihat/").content.decode()
    assert "Joko Prasetyo Contoh" in seen and "Pemeriksaan" in seen
    log = joko.get(f"{AT}akses/").content.decode()
    assert ">Dokumen<" in log and ">Surat<" in log


@pytest.mark.parametrize("why", ["", "x", "       "])
def test_without_a_purpose_no_file_opens(joko: Client, papers: Papers, why: str) -> None:
    for at, _, _ in papers.files:
        assert joko.get(at, {"tujuan": why}).headers["Location"] == f"{AT}?nomor={papers.row.number}"
    assert not Access.objects.filter(purpose__startswith="audit").exists()


def test_files_open_for_the_auditor_alone_and_with_a_second_factor(
    office: Office, joko: Client, budi: Client, papers: Papers
) -> None:
    half = office.enter(office.cast.joko, second_factor=False)
    siti = office.enter(office.cast.siti)
    for at, _, _ in papers.files:
        assert "/2fa/" in half.get(at, {"tujuan": WHY}).headers["Location"]
        assert "/akun/" in Client().get(at, {"tujuan": WHY}).headers["Location"]
        for other in (budi, siti):
            assert other.get(at, {"tujuan": WHY}).status_code == 404
    assert not Access.objects.filter(purpose__startswith="audit").exists()


def test_a_file_of_another_case_does_not_open(office: Office, joko: Client, papers: Papers) -> None:
    other = office.case()
    for at, _, named in papers.files:
        elsewhere = at.replace(papers.row.number, other.number)
        assert joko.get(elsewhere, {"tujuan": WHY}).status_code == 404
        assert not Access.objects.filter(object=named, purpose__startswith="audit").exists()
    for kind in ("dokumen", "surat"):
        assert joko.get(f"{AT}berkas/{other.number}/{kind}/{uuid4()}/", {"tujuan": WHY}).status_code == 404


def test_the_deed_beneath_refuses_whoever_is_no_auditor(office: Office, papers: Papers) -> None:
    letter = UUID(papers.files[-1][2].partition(":")[2])
    for member in (office.cast.budi, office.cast.siti):
        with pytest.raises(NotFound):
            issuing.audit_letter(member.officer, papers.row.number, letter, now=timezone.now(), purpose=WHY)


# ---- the auditor writes nothing -------------------------------------------------------------------------------------


def address(pattern: URLPattern, row: queries.CaseRow, token: str) -> str:
    """Fill the places of an address with what really is there, so that a refusal is no mere typing error."""
    values = {"number": row.number, "token": token, "code": "kel-64.72.05.1003", "word": "x", "lang": "id"}
    path = str(pattern.pattern)
    for kind, name in re.findall(r"<(\w+):(\w+)>", path):
        path = path.replace(f"<{kind}:{name}>", values.get(name, str(uuid4())))
    return f"/meja/{path}"


def written() -> tuple[int, ...]:
    """Count everything a deed leaves behind."""
    return tuple(model.objects.count() for model in (Deed, Entry, Message, Note, Appointment, Access))


def test_nothing_an_auditor_sends_is_taken(office: Office, joko: Client) -> None:
    """Walk every address of the desk as auditor: what can be posted to is refused, and nothing is written."""
    row = office.case()
    token = row.open_tasks[0].token
    sent = {
        "command": str(uuid4()), "case": str(row.id), "token": token, "body": "catatan", "reason": "alasan",
        "basis": "dasar", "system": "SIAK", "value": "1", "number": row.number, "email": "joko@balai.example",
        "contact": "siti@balai.example", "confirm": "LUPAKAN", "passphrase": "kunci joko contoh", "again": "kunci joko contoh",
        "to": str(office.cast.budi.person_id), "letter": str(uuid4()), "sure": "1",
    }  # fmt: skip
    before, walked = written(), 0
    for pattern in urlpatterns:
        at = address(pattern, row, token)
        answer = joko.post(at, sent)
        assert answer.status_code in (404, 405), f"{at} answered {answer.status_code}"
        walked += 1
    assert walked == len(urlpatterns) > 60
    assert written() == before
    office.case()
    assert written() != before, "the counts would have shown a deed"


def test_the_desks_own_pages_are_not_there_for_an_auditor(office: Office, joko: Client) -> None:
    row = office.case()
    token = row.open_tasks[0].token
    mine = {
        f"/meja/periksa/{rest}"
        for rest in ("", "akses/", "pembacaan/", "jurnal/", "keamanan/", "arsip/", "kotak-keluar/")
    }
    for pattern in urlpatterns:
        at = address(pattern, row, token)
        answer = joko.get(at)
        if at in mine:
            assert answer.status_code == 200, at
        elif at == "/meja/" or at.startswith(f"/meja/periksa/berkas/{row.number}/"):
            assert answer.status_code == 302, at
        else:
            assert answer.status_code in (404, 405), at
    assert not Access.objects.exists()


def test_no_action_takes_an_auditors_post_for_a_role(office: Office) -> None:
    """The wall at the door is not the only one: the deeds themselves refuse an auditor, above whose unit the case lies."""
    office.appoint(office.cast.joko, "auditor", unit="kota")
    row, actor = office.case(), office.cast.joko.officer
    told = {"command_id": uuid4(), "actor": actor, "now": timezone.now(), "case_id": row.id}
    with pytest.raises(NotFound):
        actions.add_note(body="x", **told)
    with pytest.raises(NotFound):
        actions.file_external_id(system="SIAK", value="1", **told)
    with pytest.raises(NotFound):
        actions.claim(token=row.open_tasks[0].token, **told)
    with pytest.raises(NotFound):
        queries.open_case(actor, row.number, now=timezone.now())
    assert queries.search_cases(actor.person_id, row.number, now=timezone.now()) == []


def test_who_also_works_keeps_their_work_and_reads_as_auditor(office: Office) -> None:
    office.appoint(office.cast.budi, "auditor", unit="kota")
    row, budi = office.case(), office.enter(office.cast.budi)
    assert budi.get(f"/meja/berkas/{row.number}/").status_code == 200
    assert opened(budi, row.number).status_code == 200


def test_who_is_no_longer_an_auditor_reads_nothing(office: Office, joko: Client) -> None:
    row = office.case()
    Appointment.objects.filter(person_id=office.cast.joko.person_id).delete()
    assert opened(joko, row.number).status_code == 404
    assert not Access.objects.exists()
