"""No letter is about nobody: at the counter what it prints is asked, and an older case is completed before its letter is made."""

from uuid import uuid4

import pytest
from django.test import Client

from balai.base import journal, journal_check
from balai.base.actors import CLOCK
from balai.base.errors import Invalid
from balai.casework.cases import queries
from balai.casework.cases.actions import complete_identity
from balai.casework.cases.actions.effects import Recorder
from balai.casework.cases.models import Case
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing import actions as issuing
from balai.casework.issuing import flow
from balai.casework.issuing import queries as letters
from balai.casework.issuing.models import Letter

from .conftest import Office
from .test_counter import answers, begin, send
from .test_sign import PASSPHRASE, ready

GIVEN = {
    "applicant_nik": "9901014101900001", "applicant_address": "Gang Uji 7", "applicant_birth_place": "Tenggarong",
    "applicant_birth_date-day": "1", "applicant_birth_date-month": "1", "applicant_birth_date-year": "1990", "seen": "1",
}  # fmt: skip


def strip(row: queries.CaseRow, office: Office) -> None:
    """Make of a case one from before letters asked for anything: it knows a name and nothing else."""
    with journal.deed(uuid4(), actor=CLOCK, now=office.now, name="test.strip") as deed:
        case = queries.lock_case(row.id)
        case.data["applicant"] = {"name": case.data["applicant"]["name"], "identity": "contact", "on_behalf": False}
        recorder = Recorder(deed, case, catalogue.get_service(case.service_id, case.service_key))
        recorder.record("identity", fields=[])
        recorder.finish()


def test_an_older_case_is_completed_before_its_letter_takes_a_number(
    office: Office, ratna: Client, budi: Client
) -> None:
    row, head = ready(office), office.cast.ratna.officer
    strip(row, office)
    token, at = row.open_tasks[0].token, f"/meja/berkas/{row.number}/identitas/"
    looked = ratna.get(f"/meja/tanda-tangan/{row.number}/{token}/konsep.pdf")
    assert looked.status_code == 422 and "NIK, Tempat lahir" in looked.content.decode()
    with pytest.raises(Invalid, match="letter-identity"):
        issuing.reserve(actor=head, now=office.now, case_id=row.id, token=token)
    assert not Letter.objects.exists()
    page = budi.get(at).content.decode()
    assert all(f'name="{name}"' in page for name in GIVEN) and "Siti" not in page
    assert budi.post(at, {**GIVEN, "seen": ""}).status_code == 422, "who did not see the card copies nothing"
    wrong = budi.post(at, {**GIVEN, "applicant_nik": "123"})
    assert wrong.status_code == 422 and "Gang Uji 7" in wrong.content.decode(), "what was typed stays"
    sent = {**GIVEN, "command": str(uuid4())}
    assert [budi.post(at, sent).status_code for _ in range(2)] == [302, 302]
    known = queries.read_case(case_id=row.id).data["applicant"]
    assert (known["nik"], known["address"], known["birth_date"]) == ("9901014101900001", "Gang Uji 7", "1990-01-01")
    assert b"%PDF-" in ratna.get(f"/meja/tanda-tangan/{row.number}/{token}/konsep.pdf").content
    assert journal_check.verify_journal().faults == ()
    assert "Data pemohon dilengkapi" in budi.get(f"/meja/berkas/{row.number}/").content.decode()
    again = budi.post(at, {**GIVEN, "applicant_address": "Gang Lain 8"})
    assert again.status_code in (302, 409), "what is known is written over by nobody"
    assert queries.read_case(case_id=row.id).data["applicant"]["address"] == "Gang Uji 7"
    issuing.enroll_signer(actor=head, now=office.now, name="Ratna", organisation="Kelurahan", passphrase=PASSPHRASE)
    flow.see_letter(head, row.id, token, office.now)
    letter = flow.sign_letter(head, row.id, token, PASSPHRASE, office.now).letter
    printed = letters.text_of(letters.read_file(letter, queries.read_case(case_id=row.id).key))
    assert "Gang Uji 7" in printed and "9901014101900001" in printed and "Tenggarong, 1 Januari 1990" in printed


def test_a_stranger_and_an_officer_of_elsewhere_complete_nothing(office: Office) -> None:
    row = ready(office)
    strip(row, office)
    told = {"nik": "9901014101900001"}
    for actor in (office.cast.joko.citizen, office.cast.joko.officer):
        with pytest.raises(Exception, match="not-found"):
            complete_identity(command_id=uuid4(), actor=actor, now=office.now, case_id=row.id, told=told, lang="id")


def test_the_counter_asks_what_the_card_says_and_the_letter_prints(office: Office, budi: Client) -> None:
    at = begin(budi, address="", birth_place="").headers["Location"]
    page = budi.get(at).content.decode()
    assert 'name="applicant_address"' in page and 'name="applicant_nik"' not in page
    refused = budi.post(at, answers(office))
    assert refused.status_code == 422 and "applicant_address" in refused.content.decode()
    sent = answers(office) | {"applicant_address": "Gang Loket 3", "applicant_birth_place": "Bontang"}
    assert send(budi, at, sent).status_code == 200
    known = queries.read_case(case_id=Case.objects.get().id).data["applicant"]
    assert (known["address"], known["birth_place"]) == ("Gang Loket 3", "Bontang")
