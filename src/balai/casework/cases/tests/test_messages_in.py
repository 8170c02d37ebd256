"""A message comes into a case by an officer's button, by a machine and by another case of the same applicant, and from nobody else."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_grown
from tests.sessions import sign_in

from balai.base.errors import Conflict, NotAllowed, NotFound
from balai.base.outbox import Worker
from balai.casework.cases import history, listeners, operations, queries
from balai.casework.cases.actions import Command, act
from balai.casework.cases.models import Task
from balai.casework.notices import queries as notices
from balai.casework.notices.models import Notice
from balai.doors.api.tokens import make_token
from balai.doors.console.demo.cast import CONSOLE
from balai.engine.manifest.tests.grown_folder import ROOT, list_blocks

pytestmark = pytest.mark.django_db(transaction=True)
HANDBOOK = (ROOT / "docs/handbook/service-author.md").read_text(encoding="utf-8")


@pytest.fixture
def cast() -> Cast:
    made = make_cast(NOW)
    blocks = list_blocks(HANDBOOK, "Let news come into a case")
    open_grown([(path, body.replace("from: [officer, api]", "from: [officer, api, case], services: [surat-keterangan-usaha]"))
                for path, body in blocks])  # fmt: skip
    return made


def waiting(cast: Cast) -> tuple[UUID, str]:
    """Bring a case to its decision, where it waits for what is found outside."""
    made = apply_for_sku(cast)
    token = Task.objects.get(case_id=made.case_id, state="open").token
    act(Command(id=uuid4(), actor=cast.budi.officer, now=NOW, case_id=made.case_id, action="complete", token=token,
                data={"result": "complete", "location_seen": "ya"}))  # fmt: skip
    return made.case_id, made.number


def say(case_id: UUID, actor: object, day: str = "3 Maret 2026", name: str = "found") -> None:
    act(Command(id=uuid4(), actor=actor, now=NOW, case_id=case_id, action="message",  # type: ignore[arg-type]
                data={"name": name, "data": {"visited_on": day}}))  # fmt: skip


def told(case_id: UUID) -> list[str]:
    Worker().drain(NOW)
    found = Notice.objects.filter(case_id=case_id, event="visited", channel="portal")
    return [notices.open_content(one)["body"] for one in found]


def test_an_officer_sends_it_by_a_button(cast: Cast, django_assert_max_num_queries: Any) -> None:
    case_id, number = waiting(cast)
    budi = sign_in(cast.budi)
    page = budi.get(f"/meja/berkas/{number}/").content.decode()
    assert f"/meja/berkas/{number}/kabar/found/" in page
    assert "Catat temuan lapangan" in page
    asked = f"/meja/berkas/{number}/kabar/found/"
    with django_assert_max_num_queries(30):
        assert "Tanggal kunjungan" in budi.get(asked).content.decode()
    assert budi.post(asked, {"command": str(uuid4()), "visited_on": "besok"}).status_code == 422
    assert budi.post(asked, {"command": str(uuid4()), "visited_on": "3 Maret 2026"}).status_code == 302
    assert told(case_id) == ["Petugas datang pada 3 Maret 2026."]
    assert queries.read_case(case_id=case_id).data["found"] == {"visited_on": "2026-03-03"}
    assert history.replay(history.get_position(number))[1] == ""


def test_nobody_else_sends_it(cast: Cast) -> None:
    case_id, number = waiting(cast)
    for actor, refusal in (
        (cast.siti.citizen, NotAllowed),
        (cast.ratna.officer, NotAllowed),
        (cast.joko.citizen, NotFound),
    ):
        with pytest.raises(refusal):
            say(case_id, actor)
    with pytest.raises(NotAllowed):
        say(case_id, cast.budi.officer, name="paid")
    assert "kabar/found" not in sign_in(cast.ratna).get(f"/meja/berkas/{number}/").content.decode()
    assert told(case_id) == []


def test_a_case_that_does_not_wait_takes_none(cast: Cast) -> None:
    with pytest.raises(Conflict) as refused:
        say(apply_for_sku(cast).case_id, cast.budi.officer)
    assert refused.value.code == "message-unawaited"


def test_a_machine_sends_it_with_a_key_for_just_that(cast: Cast) -> None:
    case_id, number = waiting(cast)
    client, now = sign_in(cast.joko), timezone.now()

    def send(scope: str, day: str) -> int:
        token = make_token(
            command_id=uuid4(), actor=CONSOLE, now=now, name=scope, person_id=cast.budi.person_id, scopes=[scope]
        )
        body = json.dumps({"data": {"visited_on": day}})
        head = {"HTTP_AUTHORIZATION": f"Bearer {token}", "HTTP_IDEMPOTENCY_KEY": str(uuid4())}
        address = f"/api/v1/cases/{number}/process-messages/found"
        return client.post(address, body, content_type="application/json", **head).status_code  # type: ignore[arg-type]

    assert send("tasks:complete", "2026-03-03") == 403
    assert send("messages:send", "kemarin") == 422
    assert send("messages:send", "2026-03-03") == 200
    assert len(told(case_id)) == 1


def test_another_case_of_the_same_applicant_sends_it(cast: Cast) -> None:
    case_id, number = waiting(cast)
    sender, strangers = apply_for_sku(cast).case_id, queries.read_case(case_id=waiting(cast)[0])
    case = queries.read_case(case_id=sender)

    def send(by: queries.CaseRow, **inputs: object) -> str:
        service = listeners.catalogue.get_service(by.service_id, by.service_key)
        call = operations.OperationCall(uuid4(), by, service, service.steps["tell_found"], "1", inputs, NOW)
        try:
            with transaction.atomic():
                return str(listeners.send_message(call)["case"])
        except operations.Failed as failed:
            return failed.code

    brought = {"visited_on": "2026-03-03"}
    strangers.applicant_id = cast.joko.person_id
    assert send(strangers, case=number, message="found", data=brought) == "case-unknown"
    assert send(case, case="SKU-0000-0000", message="found") == "case-unknown"
    assert send(case, case=number, message="paid") == "case-unknown"
    assert send(case, case=number, message="found", data={}) == "not-taken"
    assert send(case, case=number, message="found", data=brought) == number
    assert len(told(case_id)) == 1
