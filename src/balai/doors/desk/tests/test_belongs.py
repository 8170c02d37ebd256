"""What stands in an address is what a form is about: an id of anything else, posted or asked beside it, has no effect.

The addresses are read from the doors themselves, so a new one under `berkas/<number>/` or `unit/<code>/` is tried as well.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.cast import photo, sign_seen
from tests.house.test_costs import addresses

from balai.base import journal
from balai.casework.archive import actions as archive
from balai.casework.cases import actions, queries
from balai.casework.cases.models import Draft, ExternalId, Note, Task
from balai.casework.issuing.models import Letter
from balai.doors.console.demo.cast import CONSOLE
from balai.records.documents import queries as documents
from balai.records.filing.models import Hold
from balai.records.offices import queries as offices
from balai.records.offices.models import Appointment, Post
from balai.records.people import actions as people
from balai.records.people.models import Account, Mandate
from balai.records.people.rules import Identity

from .conftest import Office
from .test_sign import PASSPHRASE, key, ready

__all__ = ["key"]  # a fixture of the tests beside this one

HERE, THERE = "kel-64.72.05.1003", "kel-64.72.05.1002"


def places(param: str, doors: tuple[str, ...] = ("desk", "portal")) -> list[str]:
    """Name the addresses with this one place in them that answer what is sent to them."""
    found: Iterator[tuple[str, URLPattern]] = addresses(get_resolver().url_patterns)
    return sorted(
        name for name, each in found if name.split(":")[0] in doors and set(each.pattern.converters) == {param}
    )


CASES, UNITS, DRAFTS = places("number"), places("code"), places("draft_id")


def test_the_addresses_are_seen() -> None:
    assert {"desk:complete", "desk:note", "desk:hand-over", "desk:revoke", "desk:hold-lift", "portal:withdraw"} <= set(
        CASES
    )
    assert {"desk:admin-appoint", "desk:admin-deputy", "desk:admin-end"} <= set(UNITS)
    assert {"desk:counter-form", "portal:review"} <= set(DRAFTS)
    assert all(isinstance(each, URLPattern | URLResolver) for each in get_resolver().url_patterns)


def ids_of(row: queries.CaseRow, **more: str) -> dict[str, str]:
    """Give whatever a form could say of a case, in every name that a form gives it."""
    task = Task.objects.filter(case_id=row.id).order_by("opened_at").last()
    letter = Letter.objects.filter(case_id=row.id).first()
    hold = Hold.objects.filter(object_id=row.id).first()
    document = documents.list_documents(row.vault_id)[0]
    return {
        "case": str(row.id), "case_id": str(row.id), "number": row.number, "nomor": row.number, "berkas": row.number,
        "service": row.service_id, "version": row.service_key, "node": task.node if task else "",
        "token": task.token if task else "", "letter": str(letter.id) if letter else "", "hold": str(hold.id) if hold else "",
        "document": str(document.id), "draft": str(Draft.objects.get(case_id=row.id).id),
        "reason": "Alasan yang ditulis", "basis": "Pasal contoh", "body": "Catatan untuk berkas lain", "system": "SIAK",
        "value": "SIAK-1", "result": "complete", "declare": "1", "sure": "1", **more,
    }  # fmt: skip


def state_of(row: queries.CaseRow) -> tuple[object, ...]:
    """Tell everything of a case that a deed could change."""
    return (
        journal.read_stream(f"case:{row.id}"),
        journal.read_stream(f"archive:{row.id}"),
        sorted(Task.objects.filter(case_id=row.id).values_list("token", "state", "assignee_id")),
        list(Letter.objects.filter(case_id=row.id).values_list("state", "revoked_reason")),
        list(Hold.objects.filter(object_id=row.id).values_list("id", "lifted_at")),
        Note.objects.filter(case_id=row.id).count(),
        ExternalId.objects.filter(case_id=row.id).count(),
        sorted(str(one.id) for one in documents.list_documents(row.vault_id)),
    )


def held(office: Office, row: queries.CaseRow) -> queries.CaseRow:
    """Place a hold on a case."""
    archive.place_hold(
        command_id=uuid4(), actor=CONSOLE, now=office.now, case_id=row.id, reason="Sengketa", basis="Pasal contoh"
    )
    return row


@pytest.mark.parametrize("address", CASES)
def test_a_deed_on_one_case_never_reaches_another(office: Office, key: None, address: str) -> None:
    Account.objects.filter(id=office.cast.budi.account_id).update(is_administrator=True, second_factor_required=True)
    working, signed = held(office, office.case()), held(office, ready(office))
    sign_seen(office.cast.ratna.officer, signed.id, signed.open_tasks[0].token, PASSPHRASE, office.now)
    before = [state_of(working), state_of(signed)]
    own = office.case()
    siti = Client()
    siti.force_login(Account.objects.get(id=office.cast.siti.account_id))
    readers = (
        [siti] if address.startswith("portal") else [office.enter(one) for one in (office.cast.budi, office.cast.ratna)]
    )
    for reader in readers:
        for other in (working, signed):
            sent = ids_of(other, to=str(office.cast.budi.person_id), command=str(uuid4()))
            files = {"photo": SimpleUploadedFile("a.jpg", photo(), "image/jpeg")}
            reader.post(reverse(address, args=[own.number]), {**sent, **files})
            assert [state_of(working), state_of(signed)] == before, address


def unit_state(unit_id: UUID) -> tuple[object, ...]:
    """Tell everything of a unit that a deed could change."""
    return (
        sorted(Post.objects.filter(unit_id=unit_id).values_list("role", "title", "seats")),
        sorted(map(str, Appointment.objects.filter(post__unit_id=unit_id).values_list("person_id", "kind", "to_date"))),
    )


@pytest.mark.parametrize("address", UNITS)
def test_a_deed_on_one_unit_never_reaches_another(office: Office, address: str) -> None:
    Account.objects.filter(id=office.cast.budi.account_id).update(is_administrator=True, second_factor_required=True)
    office.appoint(office.cast.joko, "head", unit=THERE)
    other = offices.get_unit(THERE)
    post = next(one for one in offices.list_posts(other.id) if one.role == "clerk")
    appointment = Appointment.objects.get(person_id=office.cast.joko.person_id)
    before, today = unit_state(other.id), office.now.date()
    sent = {
        "command": str(uuid4()), "unit": THERE, "unit_id": str(other.id), "code": THERE, "post": str(post.id),
        "appointment": str(appointment.id), "email": "siti@balai.example", "basis": "SK Contoh", "reason": "Pindah",
        "from_date": today.isoformat(), "to_date": (today + timedelta(days=3)).isoformat(), "last_day": today.isoformat(),
        "role": "clerk", "title": "Petugas tambahan", "seats": "9",
    }  # fmt: skip
    office.enter(office.cast.budi).post(reverse(address, args=[HERE]), sent)
    assert unit_state(other.id) == before, address


@pytest.mark.parametrize("address", DRAFTS)
def test_what_is_done_to_one_draft_never_reaches_another(office: Office, address: str) -> None:
    actor = office.cast.siti.citizen if address.startswith("portal") else office.cast.budi.officer
    own, other = begun(office, actor), begun(office, actor)
    vault = Draft.objects.get(id=other).vault_id
    before = (bytes(Draft.objects.get(id=other).answers_sealed), Draft.objects.get(id=other).revision)
    reader = Client()
    if address.startswith("portal"):
        reader.force_login(Account.objects.get(id=office.cast.siti.account_id))
    else:
        reader = office.enter(office.cast.budi)
    files = {"photo": SimpleUploadedFile("a.jpg", photo(), "image/jpeg")}
    sent = {
        "draft": str(other),
        "draft_id": str(other),
        "business_name": "Kios lain",
        "declare": "1",
        "sure": "1",
        "refresh": "1",
    }
    reader.post(reverse(address, args=[own]), {**sent, **files})
    found = Draft.objects.filter(id=other).first()
    assert found is not None, address
    assert (bytes(found.answers_sealed), found.revision) == before, address
    assert documents.list_documents(vault) == [], address


def begun(office: Office, actor: Any) -> UUID:
    """Begin an application, at the portal or at the counter."""
    behalf = office.cast.siti.person_id if actor.kind == "officer" else None
    return actions.start_draft(
        actor=actor, now=office.now, service_id="surat-keterangan-usaha", answers={}, on_behalf_of=behalf
    )[0]


def test_files_taken_in_on_one_case_are_not_offered_on_another(office: Office, monkeypatch: Any) -> None:
    """A case page seals the list of files it took in: the list of one case opens on no other."""
    from balai.doors.desk.web import case as web

    seen: list[Mapping[str, Any]] = []
    real: Callable[..., dict[str, dict[str, Any]]] = web._kept_files
    monkeypatch.setattr(web, "_kept_files", lambda *given: seen.append(real(*given)) or real(*given))
    one, other = office.case(), office.case()
    told = {"photo": {"document": str(uuid4()), "name": "a.jpg", "size": 3}}
    budi = office.enter(office.cast.budi)
    for row, of in ((one, one), (one, other)):
        budi.post(
            reverse("desk:complete", args=[row.number]),
            {**ids_of(row), "kept": web.seal_files(of.number, told), "refresh": "1"},
        )
    assert seen == [told, {}]


def test_a_firm_s_mandate_is_ended_at_that_firm_alone(office: Office) -> None:
    """The number of the firm and the mandate come in one form; a mandate of anybody else is not there."""
    siti, joko = office.cast.siti, office.cast.joko
    people.record_mandate(
        command_id=uuid4(), actor=office.cast.budi.officer, now=office.now, firm=Identity("PT Contoh", nik="9120000000001"),
        agent_id=siti.person_id, services=[], to_date=None, may_delegate=False, evidence="Akta",
    )  # fmt: skip
    private = people.offer_mandate(
        command_id=uuid4(), actor=siti.citizen, now=office.now, principal_id=siti.person_id, agent_id=joko.person_id,
        kind="family", services=[], from_date=office.now.date(), to_date=None,
    )  # fmt: skip
    people.accept_mandate(command_id=uuid4(), actor=joko.citizen, now=office.now, mandate_id=private)
    budi, own = office.enter(office.cast.budi), Mandate.objects.exclude(id=private).get()
    at = reverse("desk:firm-revoke")
    sent = {"number": "9120000000001", "reason": "Akta baru"}
    assert budi.post(at, {**sent, "mandate": str(private)}).status_code == 404
    assert Mandate.objects.get(id=private).state == "active"
    assert budi.post(at, {**sent, "mandate": str(own.id)}).status_code == 302
    assert Mandate.objects.get(id=own.id).state == "revoked"
