"""People without a KTP-el at the counter and on the pages, a child through its parent, and an officer who applies in their own right."""

from datetime import date, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from tests import cast as the_cast

from balai.base.errors import Invalid, NotAllowed
from balai.casework.cases import actions, queries
from balai.casework.cases.finding import index_hashes, search_hashes
from balai.casework.catalogue import queries as catalogue
from balai.casework.catalogue.folders import SERVICES
from balai.doors.console.demo.cast import CONSOLE, Member
from balai.engine.problems import Problems
from balai.records.folders import actions as publishing
from balai.records.folders import judging
from balai.records.offices import queries as offices
from balai.records.people import queries as people
from balai.records.people import rules
from balai.records.people.models import Binding

from .conftest import Office
from .test_counter import CARD

NONPERMANENT, LEAVE = "pendataan-penduduk-nonpermanen", "cuti-pegawai"
STAY: dict[str, Any] = {
    "village": "64.72.05.1003", "address": "Jl. Contoh 9, RT 4", "tie": "kos", "true_statement": "ya",
}  # fmt: skip
SELF = {"name": "Pemohon Asing Contoh", "birth_place": "Kuching", "birth_date": "1991-05-01"}


def stay(office: Office) -> dict[str, Any]:
    today = timezone.localdate(office.now)
    return {**STAY, "since": (today - timedelta(days=9)).isoformat(), "until": (today + timedelta(days=90)).isoformat()}


def submission(office: Office, actor: Any, contact: dict[str, str], **more: Any) -> actions.Submission:
    sent = {"service_id": NONPERMANENT, "answers": stay(office), **more}
    return actions.Submission(id=uuid4(), actor=actor, now=office.now, contact=contact, **sent)


def applicant_of(made: actions.Submitted) -> dict[str, Any]:
    known: dict[str, Any] = queries.read_case(case_id=made.case_id).data["applicant"]
    return known


def test_a_passport_is_seen_at_the_counter_and_is_no_nik(office: Office, budi: Client) -> None:
    the_cast.open_service(NONPERMANENT)
    shown = {**CARD, "service": NONPERMANENT, "document": "passport", "nik": "a 1234567", "command": str(uuid4())}
    lacking = budi.post("/meja/loket/", shown)
    assert lacking.status_code == 422 and 'name="nationality"' in lacking.content.decode()
    begun = budi.post("/meja/loket/", {**shown, "nationality": "Malaysia"})
    assert begun.status_code == 302
    seen = rules.read_document("passport", "A1234567", "malaysia")
    assert seen is not None
    person = people.find_person_by_document(seen)
    assert person is not None and people.get_person(person).nik == "" and people.find_person_by_nik("A1234567") is None
    assert people.get_person(person).identity.document_number == "A1234567"
    assert Binding.objects.get(person_id=person).evidence == "passport"
    other = rules.read_document("itas", "A1234567", "Malaysia")
    assert other is not None and people.find_person_by_document(other) is None, "found by its kind alone"
    look = {"look": "1", "document": "passport", "nik": "A1234567", "nationality": "Malaysia", "seen": "1"}
    look |= {name: value for name, value in CARD.items() if name.startswith("birth_date-")}
    assert CARD["name"] in budi.post("/meja/loket/", look).content.decode(), "and nothing is asked again"
    form = budi.get(begun["Location"]).content.decode()
    assert 'name="applicant_document"' in form, "the service takes children's documents too, so it asks which"
    assert budi.post("/meja/loket/", {**shown, "nik": "??"}).status_code == 422


def test_whoever_has_no_ktp_applies_where_the_service_allows_it(office: Office) -> None:
    the_cast.open_service(NONPERMANENT)
    siti = office.cast.siti.citizen
    told = {"document": "kia", "nik": "9901014101180001", "name": "Anak Contoh", "birth_place": "Samarinda"}
    made = actions.submit(submission(office, siti, {**told, "birth_date": "2018-01-01"}))
    child = applicant_of(made)
    row = queries.read_case(case_id=made.case_id)
    assert row.applicant_id == office.cast.siti.person_id and row.holder_masked == "A*** C***", (
        "as a stranger checks it"
    )
    assert (child["name"], child["nik"], child["document"]) == ("Anak Contoh", "9901014101180001", "kia")
    assert child["guardian"] == people.get_person(office.cast.siti.person_id).name, "the adult stays the holder"
    own = applicant_of(actions.submit(submission(office, siti, {})))
    assert own["document"] == "ktp" and own["nik"] and "guardian" not in own
    for wrong, field in (
        ({"document": "kia", "nik": "1", "name": "Anak"}, "applicant_nik"),
        ({"document": "passport", "document_number": "!", "nationality": "Malaysia"}, "applicant_document_number"),
        ({"document": "sim", "document_number": "A1234567"}, "applicant_document"),
    ):
        with pytest.raises(Invalid) as refused:
            actions.submit(submission(office, siti, wrong))
        assert field in refused.value.fields, wrong
    hashes = index_hashes("PNP-AAAA-BBBB", {"document_number": "A1234567"}, {})
    assert set(search_hashes("a1234567")) <= set(hashes), "an officer finds the case by the number"


def posts(office: Office, member: Member) -> tuple[offices.HeldRole, ...]:
    return offices.list_roles(member.person_id, timezone.localdate(office.now))


def leave(office: Office) -> dict[str, Any]:
    first = timezone.localdate(office.now) + timedelta(days=7)
    return {
        "kind": "tahunan", "starts_on": first.isoformat(), "ends_on": first.isoformat(), "reason": "Keperluan keluarga",
        "address": "Jl. Contoh 2", "phone": "0812 0000 0002",
    }  # fmt: skip


def test_an_officer_asks_for_leave_and_their_head_decides_never_themself(office: Office, budi: Client) -> None:
    the_cast.open_service(LEAVE)
    assert LEAVE not in {one.id for one in catalogue.list_offered(office.now)}, "the public is shown none of it"
    assert LEAVE not in {one.id for one in catalogue.list_at_counter()}
    assert budi.get(f"/layanan/{LEAVE}/").status_code == budi.get(f"/layanan/{LEAVE}/ajukan/").status_code == 404
    shown = budi.get("/meja/layanan-pegawai/").content.decode()
    assert "Cuti pegawai" in shown and "Layanan pegawai" in shown
    village = next(one for one in posts(office, office.cast.budi) if one.unit_code == "kel-64.72.05.1003")
    begun = budi.post("/meja/layanan-pegawai/mulai/", {"service": LEAVE, "post": str(village.post_id)})
    assert begun.status_code == 302 and budi.get(begun["Location"], follow=True).status_code == 200
    assert budi.post("/meja/layanan-pegawai/mulai/", {"service": LEAVE, "post": str(uuid4())}).status_code == 404
    assert (
        budi.post("/meja/layanan-pegawai/mulai/", {"service": NONPERMANENT, "post": str(village.post_id)}).status_code
        == 404
    )
    asked = {"service_id": LEAVE, "answers": leave(office), "post_id": village.post_id}
    case = queries.read_case(case_id=actions.submit(submission(office, office.cast.budi.citizen, {}, **asked)).case_id)
    assert case.unit_code == case.data["applicant"]["unit"] == "kel-64.72.05.1003"
    assert case.data["applicant"]["post"] == village.post_title
    assert case.open_tasks[0].assignee_id == office.cast.ratna.person_id
    assert case.number in budi.get("/meja/layanan-pegawai/").content.decode()
    head = next(one for one in posts(office, office.cast.ratna) if one.unit_code == "kel-64.72.05.1003")
    own = {**asked, "post_id": head.post_id}
    heads = queries.read_case(case_id=actions.submit(submission(office, office.cast.ratna.citizen, {}, **own)).case_id)
    assert heads.open_tasks[0].assignee_id != office.cast.ratna.person_id
    with pytest.raises(NotAllowed):
        queries.open_case(office.cast.ratna.officer, heads.number, now=office.now)


def test_a_running_hall_publishes_against_its_own_units(office: Office, tmp_path: Path) -> None:
    root = Path(settings.BALAI_SERVICES)
    folder = tmp_path / LEAVE
    copytree(root / LEAVE, folder)
    sheet = folder / "service.yaml"
    plain = sheet.read_text()
    known = offices.list_unit_codes()
    sheet.write_text(plain.replace("{unit: applicant.unit}", "{unit: kec-64.72.05}"))
    assert judging.read(SERVICES, folder, Path(settings.BALAI_TOWN_FOLDER), units=known).thing.handled_by.unit in known
    sheet.write_text(plain.replace("{unit: applicant.unit}", "{unit: bkpsdm}"))
    with pytest.raises(Problems) as wrong:
        publishing.publish(SERVICES, folder, Path(settings.BALAI_TOWN_FOLDER), actor=CONSOLE, now=office.now)
    assert "no unit" in wrong.value.problems[0].message and "make the unit first" in wrong.value.problems[0].fix


@pytest.mark.parametrize("who", ["siti", "joko"])
def test_nobody_else_applies_for_what_is_for_officers(office: Office, who: str) -> None:
    the_cast.open_service(LEAVE)
    asked = {"service_id": LEAVE, "answers": leave(office)}
    with pytest.raises(NotAllowed) as refused:
        actions.submit(submission(office, getattr(office.cast, who).citizen, {}, **asked))
    assert refused.value.code == "officers-only"
    stranger = office.enter(getattr(office.cast, who))
    assert stranger.get("/meja/layanan-pegawai/").status_code in (302, 403, 404)


def test_a_document_without_a_number_or_a_state_is_none() -> None:
    assert rules.read_document("passport", "A1234567") is None, "whose state it is of is part of it"
    assert rules.read_document("none", "A1234567", "Malaysia") is None
    assert rules.read_document("ktp", "A1234567") is None
    kia = rules.read_document("kia", "9901014101180001")
    assert kia is not None and kia.looked_up == ("nik", "9901014101180001"), "a NIK is a NIK on whichever card"
    identity = rules.Identity("A", document="itas", document_number="X1", birth_date=date(1991, 5, 1))
    assert rules.Identity.from_bytes(identity.to_bytes()) == identity
