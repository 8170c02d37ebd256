"""An account made online, bound at the counter: by its holder's code and the card seen, and nobody else's taken for it."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from balai.base import crypto
from balai.base.journal_check import verify_journal
from balai.base.models import Access, Entry, SecurityEvent
from balai.base.outbox import Worker
from balai.casework.cases.actions import bind_all
from balai.casework.cases.models import Case, Draft, Task
from balai.casework.notices.models import Notice
from balai.doors.console.demo.cast import CONSOLE
from balai.records.people import actions, queries
from balai.records.people.models import Account, Binding, CounterCode, Person
from balai.records.people.rules import Identity

from .conftest import Office

NIK = "9901 0141 0190 0001"
CARD = {
    "nik": NIK, "name": "Siti Rahma Contoh", "birth_date-day": "1", "birth_date-month": "1", "birth_date-year": "1990",
    "seen": "1",
}  # fmt: skip


@pytest.fixture
def siti(office: Office) -> Client:
    """Let Siti be who she is before anybody saw her card: an account with a proven address."""
    unbind(office.cast.siti.person_id)
    return office.enter(office.cast.siti)


def unbind(person_id: UUID) -> None:
    Person.objects.filter(id=person_id).update(nik_hash=None, identity_level="contact")


def ask_code(siti: Client, command: str | None = None) -> str:
    """Let the holder of an account make a code and read it off the page."""
    page = siti.post("/akun-saya/kode-loket/", {"command": command or str(uuid4())})
    assert page.status_code == 200 and "no-store" in page.headers["Cache-Control"]
    found = re.search(r'class="big short code">([0-9A-Z]{4}-[0-9A-Z]{4})<', page.content.decode())
    assert found is not None
    return found[1]


def opened(budi: Client, code: str) -> str:
    """Let an officer type a code and give the address of the account's page."""
    answer = budi.post("/meja/loket/ikat/", {"code": code})
    assert answer.status_code == 302, answer.context["fault"]
    return answer.headers["Location"]


def bind(budi: Client, address: str, **changes: str) -> Any:
    return budi.post(address, {"command": str(uuid4()), **CARD, **changes})


def at_counter(office: Office, budi: Client, *, ago: timedelta = timedelta(0)) -> Person:
    """Let the same Siti have come to the counter before, without an account, and give who was registered there."""
    sent = {"command": str(uuid4()), "service": "surat-keterangan-usaha", **CARD, "phone": "081200000009", "sex": "P",
            "address": "Jalan Kartu Nomor 9"}  # fmt: skip
    assert budi.post("/meja/loket/", sent).status_code == 302
    found = queries.find_person_by_nik(NIK.replace(" ", ""))
    assert found is not None and found != office.cast.siti.person_id
    return Person.objects.get(id=found)


def test_an_online_account_becomes_seen(office: Office, siti: Client, budi: Client) -> None:
    before = siti.get("/akun-saya/").content.decode()
    assert "Pastikan identitas di loket" in before and "Kode terakhir" not in before
    code = ask_code(siti)
    assert "Kode terakhir Anda berlaku sampai" in siti.get("/akun-saya/").content.decode()
    address = opened(budi, code.lower().replace("-", " "))
    page = budi.get(address).content.decode()
    assert "Siti Rahma Contoh" in page and "s***@balai.example" in page and "siti@balai.example" not in page
    assert Access.objects.filter(person_id=office.cast.siti.person_id, purpose="binding").exists()
    done = bind(budi, address, name="Siti Rahma Kartu")
    assert done.status_code == 302
    person = queries.get_person(office.cast.siti.person_id)
    assert (person.identity_level, person.name, person.birth_date) == ("seen", "Siti Rahma Kartu", date(1990, 1, 1))
    assert queries.find_person_by_nik("9901014101900001") == person.id
    bound = Binding.objects.get(person_id=person.id)
    assert (bound.officer_id, bound.evidence) == (office.cast.budi.person_id, "ktp-el")
    entry = Entry.objects.get(action="identity-bound")
    assert "9901014101900001" not in str(entry.body) and "Siti" not in str(entry.body)
    assert "Akun sudah diikat" in budi.get("/meja/loket/ikat/").content.decode()
    assert "Buat kode loket" not in siti.get("/akun-saya/").content.decode()
    Worker().drain(timezone.now())
    told = Notice.objects.filter(event="identity-bound", person_id=person.id)
    assert {row.channel for row in told} == {"portal", "email", "sms"}
    assert "Identitas akun Anda sudah dipastikan" in siti.get("/berkas-saya/").content.decode()
    assert "Mengikat akun ke KTP-el" in siti.get("/akun-saya/").content.decode()


def test_the_code_lies_keyed_and_two_clicks_show_the_same_one(office: Office, siti: Client) -> None:
    command = str(uuid4())
    code = ask_code(siti, command)
    assert ask_code(siti, command) == code
    kept = CounterCode.objects.get()
    assert bytes(kept.digest) == crypto.lookup_hash("counter-code", code.replace("-", ""))
    newer = ask_code(siti)
    assert newer != code and CounterCode.objects.count() == 1
    answer = siti.post("/akun-saya/kode-loket/", {"command": command}, follow=True)
    assert "Kode ini tidak berlaku" in answer.content.decode(), "a newer one took its place"


def test_codes_are_asked_for_a_few_times_an_hour(siti: Client) -> None:
    for _ in range(6):
        ask_code(siti)
    assert siti.post("/akun-saya/kode-loket/", {}).status_code == 429


def test_whoever_is_bound_needs_no_code_and_strangers_sign_in_first(office: Office) -> None:
    joko = office.enter(office.cast.joko)
    assert "Buat kode loket" not in joko.get("/akun-saya/").content.decode()
    answer = joko.post("/akun-saya/kode-loket/", {}, follow=True)
    assert "sudah dipastikan" in answer.content.decode() and not CounterCode.objects.exists()
    assert Client().post("/akun-saya/kode-loket/", {}).status_code == 302
    assert joko.get("/akun-saya/kode-loket/").status_code == 405


def test_a_code_is_used_once_and_two_clicks_are_one_deed(office: Office, siti: Client, budi: Client) -> None:
    address, command = opened(budi, ask_code(siti)), str(uuid4())
    for _ in range(2):
        assert bind(budi, address, command=command).status_code == 302
    assert Binding.objects.count() == 1
    again = bind(budi, address)
    assert again.status_code == 409 and "sudah dipakai" in again.content.decode()
    assert budi.get(address).status_code == 409
    assert Binding.objects.count() == 1


def test_of_two_officers_with_one_code_the_first_binds(office: Office, siti: Client, budi: Client) -> None:
    office.appoint(office.cast.joko, "counter")
    joko, code = office.enter(office.cast.joko), ask_code(siti)
    first, second = opened(budi, code), opened(joko, code)
    assert joko.get(first).status_code == 404, "a page opens for the officer who typed the code alone"
    assert bind(joko, second).status_code == 302
    assert bind(budi, first).status_code == 409
    assert Binding.objects.get().officer_id == office.cast.joko.person_id


@pytest.mark.parametrize("typed", ["", "7K3M-Q2XF", "7K3M", "7K3M-Q2XF-7K3M", "<b>"])
def test_a_wrong_code_opens_nothing_and_is_recorded(office: Office, siti: Client, budi: Client, typed: str) -> None:
    ask_code(siti)
    answer = budi.post("/meja/loket/ikat/", {"code": typed})
    assert answer.status_code == 422 and "Minta orangnya membuat kode baru" in answer.content.decode()
    event = SecurityEvent.objects.get(kind="counter-code-wrong")
    assert str(office.cast.budi.person_id) in event.actor and event.body == {}


def test_typing_codes_is_slowed_down(siti: Client, budi: Client) -> None:
    code = ask_code(siti)
    codes = [budi.post("/meja/loket/ikat/", {"code": "00000000"}).status_code for _ in range(11)]
    assert codes[0] == 422 and codes[-1] == 429
    assert budi.post("/meja/loket/ikat/", {"code": code}).status_code == 429


def test_a_code_runs_out(office: Office, siti: Client, budi: Client) -> None:
    code = ask_code(siti)
    address = opened(budi, code)
    CounterCode.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert budi.post("/meja/loket/ikat/", {"code": code}).status_code == 422
    CounterCode.objects.update(expires_at=timezone.now() - timedelta(minutes=16))
    assert bind(budi, address).status_code == 409, "an officer who copies the card has a quarter of an hour more"
    assert queries.get_identity_level(office.cast.siti.person_id) == "contact"


def test_nobody_binds_their_own_account(office: Office, budi: Client) -> None:
    unbind(office.cast.budi.person_id)
    answer = budi.post("/meja/loket/ikat/", {"code": ask_code(budi)})
    assert answer.status_code == 403 and "Minta rekan lain" in answer.content.decode()
    code = CounterCode.objects.get()
    with pytest.raises(Exception, match="four-eyes"):
        actions.bind_account(
            command_id=uuid4(), actor=office.cast.budi.officer, now=office.now, code_id=code.id, nik="9901011202850002",
            name="Budi", birth_date=date(1985, 2, 12), reason="counter",
        )  # fmt: skip
    assert not Binding.objects.exists()


def test_only_a_counter_binds(office: Office, siti: Client, ratna: Client, budi: Client) -> None:
    assert ratna.get("/meja/loket/ikat/").status_code == 404
    assert ratna.get(opened(budi, ask_code(siti))).status_code == 404
    assert siti.get("/meja/loket/ikat/").status_code == 404
    assert budi.get("/meja/loket/ikat/palsu/").status_code == 404


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"nik": "123"}, "NIK terdiri atas 16 angka"),
        ({"nik": "9901019901900001"}, "NIK harus 16 angka"),
        ({"name": ""}, "Tulis nama sesuai KTP-el"),
        ({"birth_date-month": "13"}, "Tulis tanggal lahir"),
        ({"seen": ""}, "Centang hanya bila KTP-el asli"),
    ],
)
def test_faults_say_what_to_do_and_keep_what_was_typed(
    siti: Client, budi: Client, change: dict[str, str], words: str
) -> None:
    answer = bind(budi, opened(budi, ask_code(siti)), **change)
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page and 'value="1990"' in page
    assert not Binding.objects.exists()


def test_another_persons_account_is_never_taken(office: Office, siti: Client, budi: Client) -> None:
    address = opened(budi, ask_code(siti))
    joko = {"nik": "9901010107950004", "birth_date-day": "1", "birth_date-month": "7", "birth_date-year": "1995"}
    answer = bind(budi, address, **joko, join="1")
    assert answer.status_code == 409 and "Pulihkan akun" in answer.content.decode()
    assert SecurityEvent.objects.filter(kind="has-account").exists()
    guessed = bind(budi, address, **(joko | {"birth_date-day": "2"}), join="1")
    assert guessed.status_code == 409 and "Pulihkan akun" not in guessed.content.decode().split("</nav>")[-1]
    assert SecurityEvent.objects.filter(kind="identity-elsewhere").exists()
    assert Person.objects.get(id=office.cast.joko.person_id).account_id == office.cast.joko.account_id
    assert queries.get_identity_level(office.cast.siti.person_id) == "contact"
    assert bind(budi, address).status_code == 302, "the right card still binds"


def test_whoever_came_to_the_counter_before_is_joined(office: Office, siti: Client, budi: Client) -> None:
    online = office.case()
    earlier = at_counter(office, budi)
    draft = Draft.objects.get(on_behalf_of=earlier)
    counted = office.case()  # made for the account, and put where a counter had made it
    Case.objects.filter(id=counted.id).update(applicant=earlier, submitted_by=office.cast.budi.person_id)
    bind_all()
    Task.objects.filter(case_id=counted.id).update(assignee=earlier)
    assert siti.get(f"/berkas/{counted.number}/").status_code == 404
    firm = actions.record_mandate(
        command_id=uuid4(), actor=office.cast.budi.officer, now=office.now, firm=Identity("PT Contoh", nik="9120000000001"),
        agent_id=earlier.id, services=[], to_date=None, may_delegate=True, evidence="Akta",
    )  # fmt: skip
    Worker().drain(office.now)
    assert Notice.objects.filter(event="mandate-recorded", person=earlier).exists()
    address = opened(budi, ask_code(siti))
    asked = bind(budi, address)
    assert asked.status_code == 409 and "digabungkan" in asked.content.decode()
    assert queries.get_identity_level(office.cast.siti.person_id) == "contact", "not before the officer agreed to it"
    assert bind(budi, address, join="1").status_code == 302
    Worker().drain(timezone.now())
    for number in (online.number, counted.number):
        assert siti.get(f"/berkas/{number}/").status_code == 200
        assert number in siti.get("/berkas-saya/").content.decode()
    kept = queries.get_person(office.cast.siti.person_id)
    assert (kept.identity_level, kept.identity.sex, kept.account_id) == ("seen", "P", office.cast.siti.account_id)
    assert kept.email == "siti@balai.example" and kept.address == "Jalan Contoh Nomor 1 RT 02", "what she said stays"
    earlier.refresh_from_db()
    assert earlier.nik_hash is None and bytes(earlier.sealed) == b"" and earlier.erased_at is not None
    assert queries.get_mandate(firm).agent_id == kept.id
    draft.refresh_from_db()
    assert draft.on_behalf_of_id == kept.id
    assert "PT Contoh" in siti.get("/kuasa/").content.decode()
    assert "PT Contoh" in siti.get("/berkas-saya/").content.decode(), "the notice of before opens under her own key"
    assert Entry.objects.filter(action="holder-joined", stream=f"case:{counted.id}").exists()
    assert verify_journal().faults == ()
    assert not Notice.objects.filter(person=earlier).exists()


def test_a_card_with_another_birth_date_joins_nobody(office: Office, siti: Client, budi: Client) -> None:
    """A digit typed wrong must not give one citizen's cases to another."""
    earlier = at_counter(office, budi)
    address = opened(budi, ask_code(siti))
    answer = bind(budi, address, join="1", **{"birth_date-year": "1991"})
    assert answer.status_code == 409 and 'id="join"' not in answer.content.decode().split("faulty")[0]
    earlier.refresh_from_db()
    assert earlier.joined_into_id is None and earlier.nik_hash is not None


def test_who_is_forgotten_is_forgotten_whole(office: Office, siti: Client, budi: Client) -> None:
    earlier = at_counter(office, budi)
    people_looked = queries.read_person(office.cast.ratna.officer, earlier.id, purpose="recovery", now=office.now)
    assert people_looked.name == "Siti Rahma Contoh"
    assert bind(budi, opened(budi, ask_code(siti)), join="1").status_code == 302
    Worker().drain(timezone.now())
    assert "Ratna Dewi Contoh" in siti.get("/akun-saya/").content.decode(), "who opened the record of before is told"
    actions.erase_person(
        command_id=uuid4(), actor=CONSOLE, now=timezone.now(), person_id=office.cast.siti.person_id, reason="permintaan"
    )
    assert not Account.objects.filter(id=office.cast.siti.account_id).exists()
    keys = Person.objects.filter(id__in=(earlier.id, office.cast.siti.person_id)).values_list("vault__wrapped_key")
    assert [key for (key,) in keys] == [None, None]


# Who is named in a row of each table, and what becomes of it when two records of one person are joined.
FOLLOWS = {
    ("people_binding", "person"), ("people_mandate", "principal"), ("people_mandate", "agent"),
    ("people_person", "joined_into"), ("cases_case", "applicant"), ("cases_case", "submitted_by"),
    ("cases_task", "assignee"), ("cases_task", "done_by"), ("cases_barred", "person"), ("cases_draft", "person"), ("cases_draft", "on_behalf_of"),
    ("notices_notice", "person"),
}  # fmt: skip
NEEDS_AN_ACCOUNT = {  # and the record that goes has none
    ("people_countercode", "person"), ("people_recovery", "person"), ("archive_forgetting", "person"),
    ("offices_appointment", "person"), ("offices_absence", "person"), ("cases_note", "author"),
    ("issuing_letter", "reserved_by"), ("issuing_letter", "signed_by"), ("issuing_letter", "revoked_by"),
    ("api_token", "person"), ("people_freeze", "person"), ("readings_wish", "person"), ("people_invitation", "principal"),
    ("cases_sketch", "person"), ("cases_undo", "person"), ("cases_workview", "person"), ("issuing_delivery", "by"), ("issuing_sight", "person"),
}  # fmt: skip
ASKED_BY_BOTH = {  # they stay with the record that goes, and whoever asks for one asks for those joined into it
    ("protection_protection", "person"), ("readings_delay", "person"), ("readings_finding", "person"),
}  # fmt: skip


def test_every_table_that_names_a_person_was_thought_of() -> None:
    named = {
        (relation.related_model._meta.db_table, relation.field.name)
        for relation in Person._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete
    }
    rooms = {(table, column) for table, column in named if table.startswith("room_")}  # each proves its own
    assert named - rooms == FOLLOWS | NEEDS_AN_ACCOUNT | ASKED_BY_BOTH
