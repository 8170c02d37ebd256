"""What each page asks of the database: fixed, and the same however much there is to show."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import apply_for_sku, appoint, appoint_legal, enlist, open_service, photo, sign_seen
from tests.costs import count

from balai.casework.archive import actions as archive
from balai.casework.cases import actions as case_actions
from balai.casework.cases import queries as cases
from balai.casework.cases.models import AwaitedSilence, Draft
from balai.casework.catalogue import queries as catalogue
from balai.casework.legal.models import Proposal
from balai.doors.console.demo.cast import CONSOLE, Member
from balai.doors.desk.shown import evidence
from balai.records.documents import queries as documents
from balai.records.law.actions import LegalGround, LegalValue
from balai.records.law.actions import confirm as confirm_law
from balai.records.law.actions import withdraw as withdraw_law
from balai.records.law.queries import forget_marks
from balai.records.offices import actions as offices
from balai.records.people import actions as people
from balai.records.people.models import Account, Person
from balai.records.people.rules import Identity

from .conftest import Office
from .test_counter import begin
from .test_recovery import CARD
from .test_sign import PASSPHRASE, key, ready

__all__ = ["key"]  # a fixture of the tests beside this one

OFFICER = {
    "/meja/": 13,
    "/meja/?meja=unit": 16,
    "/meja/?langkah=check&layanan=surat-keterangan-usaha&jenis=tanda-tangan": 9,
    "/meja/cari/?cari=siti": 15,  # one counts it
    "/meja/lonceng/": 6,
    "/meja/tanda-tangan/": 9,
    "/meja/angka/": 10,
    "/meja/angka/jalur.csv": 4,
    "/meja/angka/berkas/?apa=received&rentang=90": 10,
    "/meja/angka/laporan/": 9,
    "/meja/angka/register/": 6,
    "/meja/loket/": 5,
    "/meja/tanda-tangan/kunci/": 5,
    "/meja/berkas/{number}/": 33,
    "/meja/berkas/{number}/identitas/": 16,
}
ADMINISTRATOR = {  # two of these count what needs attention
    "/meja/kelola/": 20,
    "/meja/arsip/": 12,
    "/meja/arsip/{number}/": 17,
    "/meja/kelola/melupakan/": 10,
    "/meja/kelola/unit/": 12,
    "/meja/kelola/unit/kel-64.72.05.1003/": 17,
    "/meja/kelola/unit/kel-64.72.05.1003/tutup/": 14,
    "/meja/kelola/petugas/": 10,
    "/meja/kelola/kunci-api/": 11,
    "/meja/kelola/layanan/": 13,
    "/meja/kelola/kotak-keluar/": 12,
    "/meja/kelola/layanan/surat-keterangan-usaha/jeda/": 9,
    "/meja/kelola/layanan/surat-keterangan-usaha/poster/": 9,
    "/meja/kelola/pemberitahuan/": 10,
    "/meja/kelola/pemberitahuan/?pesan=1": 10,
    "/meja/kelola/petugas/undang/": 8,
    "/meja/kelola/petugas/impor/": 8,
    "/meja/kelola/jurnal/": 8,
    "/meja/kelola/tersendat/": 9,
    "/meja/kelola/keamanan/": 9,
}

LEGAL = {
    "/meja/hukum/": 5,
    "/meja/hukum/?keadaan=due": 5,
    "/meja/hukum/{law}/": 7,
    "/meja/hukum/usulan/": 6,
    "/meja/hukum/usulan/{proposal}/": 7,
    "/meja/hukum/diam/": 11,
    "/meja/hukum/diam/{case}/": 17,
}


@pytest.mark.parametrize(("address", "cost"), LEGAL.items())
def test_so_does_a_page_of_the_legal_desk(office: Office, address: str, cost: int) -> None:
    forget_marks()
    appoint_legal(office.cast.budi, now=office.now)
    (fee,) = (one for one in catalogue.list_law(office.now) if one.value.what == "value.fee_sku")
    made = [
        Proposal.objects.create(
            service_id="surat-keterangan-usaha", key="f" * 64, key_before="e" * 64, version="2", files=b"", differs=[],
            proposed_at=office.now, proposed_by=office.cast.ratna.person_id, state=state, replay="done",
            counts={"groups": {"same": 12, "end granted granted > waits check": 9}, "hidden": False, "total": 21}, size=21,
        )
        for state in ("open", "published", "dropped")
    ]  # fmt: skip
    case_id = apply_for_sku(office.cast, now=office.now).case_id
    AwaitedSilence.objects.create(case_id=case_id, since=office.now, next_at=office.now)
    number = cases.read_case(case_id=case_id).number
    browser = office.enter(office.cast.budi)
    at = address.format(law=fee.value.digest, proposal=made[0].id, case=number)
    assert count(browser, at) == cost
    use = LegalValue("service", "surat-keterangan-usaha", fee.value.digest, fee.value.what, fee.value.basis)
    ground = LegalGround("Perda 1/2026", office.now.date(), "", office.now.date() + timedelta(days=9))
    for _ in range(3):
        confirm_law(command_id=uuid4(), actor=office.cast.budi.officer, now=office.now, values=[use], ground=ground)
        withdraw_law(
            command_id=uuid4(),
            actor=office.cast.budi.officer,
            now=office.now,
            digest=use.digest,
            reason="Dicabut lagi.",
        )
    assert count(browser, at) == cost


@pytest.mark.parametrize(("address", "cost"), OFFICER.items())
def test_a_page_costs_the_same_however_much_it_shows(office: Office, address: str, cost: int) -> None:
    stays(office, address, cost)


@pytest.mark.parametrize(("address", "cost"), ADMINISTRATOR.items())
def test_so_does_a_page_of_the_administration(office: Office, address: str, cost: int) -> None:
    Account.objects.filter(id=office.cast.budi.account_id).update(is_administrator=True, second_factor_required=True)
    stays(office, address, cost)


def stays(office: Office, address: str, cost: int) -> None:
    budi = office.enter(office.cast.budi)
    at = address.format(number=office.case().number)
    assert count(budi, at) == cost
    for _ in range(3):
        office.case()
    assert count(budi, at) == cost


HEAD = {
    "/meja/?meja=semua": 16,
    "/meja/papan/": 7,
    "/meja/pembacaan/": 7,
    "/meja/perlindungan/": 7,
    "/meja/layanan-pegawai/": 7,
    "/meja/cuti/": 12,
    "/meja/cuti/{person}/": 12,
}


@pytest.mark.parametrize(("address", "cost"), HEAD.items())
def test_so_does_a_page_of_a_head(office: Office, address: str, cost: int) -> None:
    ratna, at = office.enter(office.cast.ratna), address.format(person=office.cast.budi.person_id)
    office.case()
    assert count(ratna, at) == cost
    for name in ("Wahyu", "Tri"):
        other = enlist(name)
        appoint(other, "clerk", "kel-64.72.05.1003")
        today = office.now.date()
        offices.note_absence(
            command_id=uuid4(), actor=CONSOLE, now=office.now, person_id=other.person_id, kind="leave",
            from_date=today, to_date=today,
        )  # fmt: skip
        office.case()
    assert count(ratna, at) == cost


AUDIT_COSTS = {
    "/meja/periksa/": 4,
    "/meja/periksa/akses/": 5,
    "/meja/periksa/pembacaan/": 5,
    "/meja/periksa/jurnal/": 3,
    "/meja/periksa/keamanan/": 4,
    "/meja/periksa/arsip/": 10,
    "/meja/periksa/kotak-keluar/": 7,
    "/meja/periksa/berkas/{number}/?tujuan=Surat+tugas": 24,
}


@pytest.mark.parametrize(("address", "cost"), AUDIT_COSTS.items())
def test_an_auditors_page_costs_the_same_however_much_it_shows(office: Office, address: str, cost: int) -> None:
    office.appoint(office.cast.joko, "auditor", unit="inspektorat")
    joko = office.enter(office.cast.joko)
    at = address.format(number=office.case().number)
    assert count(joko, at) == cost
    for _ in range(3):
        office.case()
    assert count(joko, at) == cost


@pytest.mark.parametrize("address", ["/meja/berkas/{number}/", "/meja/periksa/berkas/{number}/?tujuan=Surat+tugas"])
def test_the_page_of_a_case_costs_the_same_however_much_happened_to_it(office: Office, address: str) -> None:
    office.appoint(office.cast.joko, "auditor", unit="inspektorat")
    reader, row = office.enter(office.cast.joko if "periksa" in address else office.cast.budi), ready(office)
    at, cost = address.format(number=row.number), (OFFICER | AUDIT_COSTS)[address]
    cost -= "periksa" not in address  # for another's step no colleagues are listed
    assert count(reader, at) == cost
    for officer in (office.cast.budi.officer, office.cast.ratna.officer, office.cast.budi.officer):
        case_actions.add_note(command_id=uuid4(), actor=officer, now=office.now, case_id=row.id, body="Sudah dicek")
        cases.open_case(officer, row.number, now=office.now)
    assert count(reader, at) == cost


AUDITED_FILES = {
    "/meja/periksa/berkas/{number}/dokumen/{file}/?tujuan=Surat+tugas": 21,
    "/meja/periksa/berkas/{number}/surat/{letter}/?tujuan=Surat+tugas": 19,
}


@pytest.mark.parametrize(("address", "cost"), AUDITED_FILES.items())
def test_so_does_a_file_that_an_auditor_opens(office: Office, key: None, address: str, cost: int) -> None:
    office.appoint(office.cast.joko, "auditor", unit="inspektorat")
    joko, row = office.enter(office.cast.joko), ready(office)
    signed = sign_seen(office.cast.ratna.officer, row.id, row.open_tasks[0].token, PASSPHRASE, office.now)
    file = documents.list_documents(row.vault_id)[0].id
    at = address.format(number=row.number, file=file, letter=signed.letter.id)
    assert count(joko, at) == cost
    for _ in range(2):
        office.case()
    assert count(joko, at) == cost


OTHERS = {"/meja/berkas/{number}/lain/": 22}


@pytest.mark.parametrize(("address", "cost"), OTHERS.items())
def test_so_does_the_list_of_an_applicants_other_cases(office: Office, address: str, cost: int) -> None:
    office.case()
    stays(office, address, cost)


HANDED = {"/meja/surat/{letter}/serahkan/": 19}


@pytest.mark.parametrize(("address", "cost"), HANDED.items())
def test_so_does_the_page_by_which_a_letter_is_handed_over(office: Office, key: None, address: str, cost: int) -> None:
    budi, row = office.enter(office.cast.budi), ready(office)
    signed = sign_seen(office.cast.ratna.officer, row.id, row.open_tasks[0].token, PASSPHRASE, office.now)
    at = address.format(letter=signed.letter.id)
    assert count(budi, at) == cost
    budi.post(at, {"receiver": "Siti Rahma Contoh", "relation": "self", "card": "ktp"})
    assert count(budi, at) == cost


AMENDED = {"/meja/usulan/{draft}/": 15}


@pytest.mark.parametrize(("address", "cost"), AMENDED.items())
def test_so_does_the_form_by_which_the_office_corrects_a_letter(
    office: Office, key: None, address: str, cost: int
) -> None:
    open_service("pembetulan-surat")
    ratna, row = office.enter(office.cast.ratna), ready(office)
    sign_seen(office.cast.ratna.officer, row.id, row.open_tasks[0].token, PASSPHRASE, office.now)
    begun = ratna.post(f"/meja/berkas/{row.number}/ubah-surat/correction/")["Location"]
    assert count(ratna, address.format(draft=begun.split("/")[-2])) == cost


COUNTER = {
    "/meja/loket/ikat/": 5,
    "/meja/loket/pemulihan/": 5,
    "/meja/loket/data-diri/": 5,
    "/meja/loket/badan-usaha/": 5,
    "/meja/loket/badan-usaha/?nib=9120000000001": 13,
}
OF_ONE_PERSON = {
    "/meja/loket/data-diri/{token}/": 69,
    "/meja/loket/pemulihan/{token}/": 14,
    "/meja/loket/ikat/{token}/": 12,
}


@pytest.mark.parametrize(("address", "cost"), COUNTER.items())
def test_a_page_of_the_counter_costs_the_same_however_much_it_shows(office: Office, address: str, cost: int) -> None:
    budi = office.enter(office.cast.budi)
    let_act(office, office.cast.siti)
    assert count(budi, address) == cost
    let_act(office, office.cast.joko)
    let_act(office, office.cast.ratna)
    assert count(budi, address) == cost


def let_act(office: Office, agent: Member) -> None:
    """Let one more person act for the firm."""
    people.record_mandate(
        command_id=uuid4(), actor=office.cast.budi.officer, now=office.now, firm=Identity("PT Contoh", nik="9120000000001"),
        agent_id=agent.person_id, services=[], to_date=None, may_delegate=False, evidence="Akta",
    )  # fmt: skip


@pytest.mark.parametrize(("address", "cost"), OF_ONE_PERSON.items())
def test_so_do_the_pages_of_one_person_at_the_counter(office: Office, address: str, cost: int) -> None:
    budi, siti = office.enter(office.cast.budi), office.cast.siti
    if "ikat" in address:
        Person.objects.filter(id=siti.person_id).update(nik_hash=None, identity_level="contact")
        letters = people.make_counter_code(command_id=uuid4(), actor=siti.citizen, now=office.now)
        at = budi.post("/meja/loket/ikat/", {"code": letters}).headers["Location"]
    else:
        at = budi.post(address.partition("{")[0], CARD).headers["Location"]
    office.case()  # whoever has no case is told of none, in fewer queries
    assert count(budi, at) == cost
    for _ in range(3):
        office.case()
    assert count(budi, at) == cost


AT_THE_COUNTER = {"/meja/loket/{draft}/": 15}


@pytest.mark.parametrize(("address", "cost"), AT_THE_COUNTER.items())
def test_so_does_the_form_of_an_application_at_the_counter(office: Office, address: str, cost: int) -> None:
    budi = office.enter(office.cast.budi)
    at = begin(budi).headers["Location"]
    assert at == address.format(draft=Draft.objects.get().id)
    assert count(budi, at) == cost
    files = {name: SimpleUploadedFile(f"{name}.jpg", photo(), "image/jpeg") for name in ("rt_letter", "photo")}
    assert budi.post(at, {"business_name": "Kios Loket", "refresh": "1", **files}).status_code == 200
    assert len(documents.list_documents(Draft.objects.get().vault_id)) == 2
    for _ in range(2):
        office.case()
    assert count(budi, at) == cost


FILES = {
    "/meja/berkas/{number}/dokumen/{file}/": 21,
    "/meja/pratinjau/{token}/": 8,
    "/meja/pratinjau/{token}/halaman/": 9,
}


@pytest.mark.parametrize(("address", "cost"), FILES.items())
def test_so_does_a_file_of_a_case(office: Office, address: str, cost: int) -> None:
    budi, row = office.enter(office.cast.budi), office.case()
    file = documents.list_documents(row.vault_id)[0].id
    token = evidence.sign_preview(file, office.cast.budi.person_id)
    at = address.format(number=row.number, file=file, token=token)
    assert count(budi, at) == cost
    for _ in range(2):
        office.case()
    assert count(budi, at) == cost


LETTERS = {
    "/meja/surat/{letter}/": 12,
    "/meja/tanda-tangan/{number}/{token}/konsep.pdf": 25,
    "/meja/tanda-tangan/{number}/{token}/konsep.png": 33,
}


@pytest.mark.parametrize(("address", "cost"), LETTERS.items())
def test_so_does_a_letter(office: Office, key: None, address: str, cost: int) -> None:
    ratna, row = office.enter(office.cast.ratna), ready(office)
    signed = sign_seen(office.cast.ratna.officer, row.id, row.open_tasks[0].token, PASSPHRASE, office.now)
    row = ready(office)
    at = address.format(letter=signed.letter.id, number=row.number, token=row.open_tasks[0].token)
    assert count(ratna, at) == cost
    ready(office)
    assert count(ratna, at) == cost


OF_A_SIGNER = {"/meja/kelola/penanda-tangan/": 10, "/meja/kelola/penanda-tangan/{person}/cabut/": 9}


@pytest.mark.parametrize(("address", "cost"), OF_A_SIGNER.items())
def test_so_does_the_question_about_a_signer(office: Office, key: None, address: str, cost: int) -> None:
    joko, at = administrator(office), address.format(person=office.cast.ratna.person_id)
    assert count(joko, at) == cost
    for _ in range(2):
        ready(office)
    assert count(joko, at) == cost


OF_A_PERSON = {
    "/meja/kelola/petugas/{person}/nip/": 13,
    "/meja/kelola/petugas/{person}/pulihkan/": 16,
    "/meja/kelola/melupakan/{word}/": 24,
}
FORGOTTEN = {"/meja/kelola/melupakan/hasil/{wish}/": 8}


def administrator(office: Office) -> Client:
    """Let Joko, who holds no post, administer the installation."""
    account = Account.objects.filter(id=office.cast.joko.account_id)
    account.update(is_administrator=True, second_factor_required=True)
    return office.enter(office.cast.joko)


@pytest.mark.parametrize(("address", "cost"), OF_A_PERSON.items())
def test_so_does_what_the_administration_knows_of_a_person(office: Office, address: str, cost: int) -> None:
    joko, siti = administrator(office), office.cast.siti
    found = joko.post("/meja/kelola/melupakan/", {"contact": "siti@balai.example"}).headers["Location"]
    at = address.format(person=office.cast.budi.person_id, word=found.strip("/").rpartition("/")[2])
    let_act(office, siti)
    archive.ask_to_be_forgotten(command_id=uuid4(), actor=siti.citizen, now=office.now)
    office.case()
    assert count(joko, at) == cost
    more_of(office, siti)
    office.case()
    assert count(joko, at) == cost


@pytest.mark.parametrize(("address", "cost"), FORGOTTEN.items())
def test_so_does_what_came_of_a_wish(office: Office, address: str, cost: int) -> None:
    joko, siti = administrator(office), office.cast.siti
    let_act(office, siti)
    wish = archive.forget_person(
        command_id=uuid4(), actor=CONSOLE, now=office.now, person_id=siti.person_id, reason="permintaan"
    )
    at = address.format(wish=wish)
    assert count(joko, at) == cost
    more_of(office, office.cast.joko)
    assert count(joko, at) == cost


def more_of(office: Office, member: Member) -> None:
    """Put more on the pages about a person: wishes of others, and mandates."""
    for other in (office.cast.budi, office.cast.ratna):
        archive.ask_to_be_forgotten(command_id=uuid4(), actor=other.citizen, now=office.now)
        people.offer_mandate(
            command_id=uuid4(), actor=other.citizen, now=office.now, principal_id=other.person_id,
            agent_id=member.person_id, kind="family", services=[], from_date=office.now.date(), to_date=None,
        )  # fmt: skip
