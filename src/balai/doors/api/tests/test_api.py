"""The machines' door: the same deeds, one error shape, scopes, idempotency keys."""

import json
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test.client import Client, ClientHandler
from django.utils import timezone
from tests.cast import NOW, make_cast, open_service, photo, sku_answers
from tests.windows import stand_still

from balai.base import confined
from balai.base.errors import Conflict
from balai.base.models import Message
from balai.casework.cases import actions, queries
from balai.casework.cases.models import Case
from balai.doors.api import shapes
from balai.doors.api.tokens import SCOPES, make_token
from balai.doors.console.demo.cast import CONSOLE
from balai.records.documents import opening
from balai.records.documents.tests import hostile
from balai.records.people import actions as people
from balai.records.people.models import Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def cast():
    open_service()
    return make_cast(NOW)


def token_for(member, *scopes):
    from django.utils import timezone

    return make_token(
        command_id=uuid4(), actor=CONSOLE, now=timezone.now(), name="uji", person_id=member.person_id,
        scopes=list(scopes or SCOPES),
    )  # fmt: skip


@pytest.fixture
def call(client):
    def call(method, path, token="", body=None, key=None, **headers):
        sent = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
        sent |= {"HTTP_IDEMPOTENCY_KEY": str(key)} if key else {}
        sent |= headers
        return getattr(client, method)(
            f"/api/v1{path}",
            data=json.dumps(body) if body is not None else None,
            content_type="application/json",
            **sent,
        )

    return call


def submit(client, call, token, key=None):
    draft = call("post", "/drafts", token, {"service": "surat-keterangan-usaha"}).json()

    def file(name):
        answer = client.post(
            f"/api/v1/drafts/{draft['id']}/files", {"file": SimpleUploadedFile(name, photo(), "image/jpeg")},
            HTTP_AUTHORIZATION=f"Bearer {token}", HTTP_X_DRAFT_SECRET=draft["secret"],
        )  # fmt: skip
        assert answer.status_code == 201, answer.content
        return answer.json()

    body = {
        "service": "surat-keterangan-usaha",
        "answers": sku_answers(file),
        "draft": draft["id"],
        "secret": draft["secret"],
    }
    return body, call("post", "/cases", token, body, key or uuid4())


def test_a_machine_tells_what_the_letter_prints_and_the_record_lacks(client, call, cast):
    people.change_details(
        command_id=uuid4(), actor=cast.siti.citizen, now=timezone.now(), person_id=cast.siti.person_id, address=""
    )
    siti = token_for(cast.siti)
    body, answer = submit(client, call, siti)
    assert (answer.status_code, answer.json()["code"]) == (422, "identity-missing"), answer.content
    assert list(answer.json()["fields"]) == ["applicant_address"]
    told = body | {"applicant": {"address": "Gang Mesin 4", "name": "Orang Lain"}}
    assert call("post", "/cases", siti, told, uuid4()).status_code == 201
    known = queries.read_case(case_id=Case.objects.get().id).data["applicant"]
    assert (known["address"], known["name"]) == ("Gang Mesin 4", "Siti Rahma Contoh"), "what is known stands"


def test_a_case_lives_through_the_api(client, call, cast):
    siti, budi, ratna = token_for(cast.siti), token_for(cast.budi), token_for(cast.ratna)
    body, answer = submit(client, call, siti, key := uuid4())
    assert answer.status_code == 201, answer.content
    number = answer.json()["number"]
    assert call("post", "/cases", siti, body, key).json()["number"] == number
    assert set(answer.json()) == set(shapes.SubmitOut.model_fields) and shapes.SubmitOut(**answer.json())
    assert Case.objects.count() == 1
    (listed,) = call("get", "/inbox", budi).json()
    assert (listed["number"], listed["step"]) == (number, "check")
    checked = call(
        "post",
        f"/cases/{number}/tasks/{listed['token']}",
        budi,
        {"data": {"result": "complete", "location_seen": True}},
        uuid4(),
    )
    assert checked.json()["next_steps"] == ["decide"], checked.content
    assert set(checked.json()) == set(shapes.MovedOut.model_fields) and shapes.MovedOut(**checked.json())
    seen = call("get", f"/cases/{number}?side=officer", ratna).json()
    assert seen["answers"]["business_name"] == "Warung Siti"
    task = seen["tasks"][0]
    assert task["form"]["type"] == "object"
    back = f"/cases/{number}/tasks/{task['token']}/back"
    assert call("post", back, budi, {"reason": "Foto"}, uuid4()).status_code == 403
    assert call("post", back, ratna, {"reason": "Foto papan nama buram"}, uuid4()).json()["next_steps"] == ["check"]
    (listed,) = call("get", "/inbox", budi).json()
    place = f"/cases/{number}/tasks/{listed['token']}"
    call("post", place, budi, {"data": {"result": "complete", "location_seen": True}}, uuid4())
    task = call("get", f"/cases/{number}?side=officer", ratna).json()["tasks"][0]
    decided = call(
        "post",
        f"/cases/{number}/tasks/{task['token']}",
        ratna,
        {"data": {"outcome": "grant", "reason": "Lengkap"}},
        uuid4(),
    )
    assert decided.json()["next_steps"] == ["sign_grant"]
    token = call("get", f"/cases/{number}?side=officer", ratna).json()["tasks"][0]["token"]
    signed = call("post", f"/cases/{number}/tasks/{token}", ratna, {"data": {}}, uuid4(), HTTP_ACCEPT_LANGUAGE="en")
    assert (signed.status_code, signed.json()["code"]) == (422, "sign-at-desk")


def test_what_a_machine_does_is_told_at_once_and_taken_back_by_nobody(client, call, cast):
    """As docs/reference/api.md says under *No undoing*: the same move from the desk waits a minute."""
    siti, budi = token_for(cast.siti), token_for(cast.budi)
    number = submit(client, call, siti)[1].json()["number"]
    (listed,) = call("get", "/inbox", budi).json()
    Message.objects.all().delete()
    done = call(
        "post", f"/cases/{number}/tasks/{listed['token']}", budi,
        {"data": {"result": "incomplete", "missing": "Foto papan nama buram"}}, uuid4(),
    )  # fmt: skip
    assert done.status_code == 200, done.content
    owed = list(Message.objects.all())
    assert owed and all(one.due_at <= one.created_at for one in owed), "nothing of it waits"
    assert queries.list_undoable(cast.budi.person_id, now=timezone.now()) == []
    with pytest.raises(Conflict, match="undo-late"):
        actions.take_back(
            command_id=uuid4(), actor=cast.budi.officer, now=timezone.now(), case_id=Case.objects.get(number=number).id
        )


def test_refusals_have_one_shape(client, call, cast):
    siti, joko = token_for(cast.siti), token_for(cast.joko)
    _, answer = submit(client, call, siti)
    number = answer.json()["number"]
    cases = [
        (call("get", f"/cases/{number}"), 401, "no-token"),
        (call("get", f"/cases/{number}", joko), 404, "not-found"),
        (call("get", f"/cases/{number}", token_for(cast.siti, "cases:submit")), 403, "not-allowed"),
        (call("get", "/cases/SKU-0000-0000", siti), 404, "not-found"),
        (call("post", "/cases", siti, {"service": "tidak-ada", "answers": {}}, uuid4()), 404, "not-found"),
        (call("post", "/cases", siti, {"service": "surat-keterangan-usaha", "answers": {}}, uuid4()), 422, "invalid"),
        (call("post", "/cases", siti, {"answers": 3}, uuid4()), 422, "bad-shape"),
        (
            call("post", "/cases", siti, {"service": "surat-keterangan-usaha", "answers": {}}, "bukan-uuid"),
            422,
            "invalid",
        ),
        (call("get", "/letters/AAAA"), 404, "not-found"),
    ]
    for answer, status, code in cases:
        assert answer["Content-Type"] == "application/problem+json"
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
        assert answer.json()["detail"]


def test_each_period_a_service_promises_is_told(call, cast):
    open_service("akta-kelahiran")
    akta = call("get", "/services/akta-kelahiran", HTTP_ACCEPT_LANGUAGE="en").json()
    told = [(one["id"], one["amount"], one["unit"], one["confirmed"]) for one in akta["promises"]]
    assert told == [("reported_late", 2, "working-days", False), ("reported_in_time", 1, "working-days", False)]
    assert akta["promises"][0]["applies_to"] == "Reported more than 60 days after birth"
    assert akta["due"].startswith("2 working days (Reported more than 60 days after birth); 1 working day")
    (sku,) = call("get", "/services?q=usaha").json()
    assert [(one["id"], one["due"], one["applies_to"]) for one in sku["promises"]] == [("", "3 hari kerja", "")]


def test_the_catalogue_is_open_and_described(call, cast):
    (service,) = call("get", "/services?q=usaha", HTTP_ACCEPT_LANGUAGE="en").json()
    assert service["id"] == "surat-keterangan-usaha"
    assert service["unconfirmed"] is True
    detail = call("get", "/services/surat-keterangan-usaha").json()
    assert detail["form"]["properties"]["business_name"]["maxLength"] == 120
    described = call("get", "/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert {"401", "404", "409", "422"} <= set(described["paths"]["/api/v1/cases"]["post"]["responses"])


def test_guessing_letter_codes_is_slowed_down(cast, call, monkeypatch):
    stand_still(monkeypatch)
    answers = [call("get", "/letters/AAAA") for _ in range(61)]
    assert {answer.status_code for answer in answers[:60]} == {404}
    assert (answers[60].status_code, answers[60].json()["code"]) == (429, "too-many-requests")
    assert 0 < int(answers[60]["Retry-After"]) <= 60, "a machine is told when to come back"


def test_a_token_whose_person_was_never_reached_cannot_apply(client, call, cast):
    Person.objects.filter(id=cast.siti.person_id).update(identity_level="none")
    _, answer = submit(client, call, token_for(cast.siti))
    assert (answer.status_code, answer.json()["code"]) == (403, "contact-unproven")
    assert not Case.objects.exists()


def test_what_cannot_be_read_is_a_problem_too(client, call, cast, settings):
    siti = token_for(cast.siti)
    sent = {"HTTP_AUTHORIZATION": f"Bearer {siti}", "content_type": "application/json"}
    broken = client.post("/api/v1/cases", data="{", HTTP_IDEMPOTENCY_KEY=str(uuid4()), **sent)
    keyless = call("post", "/cases", siti, {"service": "surat-keterangan-usaha", "answers": {}})
    nothing = client.post("/api/v1/cases", data="", HTTP_IDEMPOTENCY_KEY=str(uuid4()), **sent)
    half = client.post("/api/v1/drafts", data="{", **sent)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    large = call("post", "/cases", siti, {"service": "surat-keterangan-usaha", "answers": {}}, uuid4())
    for answer, status, code in (
        (broken, 400, "bad-shape"), (nothing, 400, "bad-shape"), (half, 400, "bad-shape"), (keyless, 422, "bad-shape"),
        (large, 413, "too-big"),
    ):  # fmt: skip
        assert answer["Content-Type"] == "application/problem+json"
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert keyless.json()["fields"] == {"header.Idempotency-Key": "Field required"}
    assert not Case.objects.exists()


def test_the_openapi_still_tells_what_the_straight_way_takes(call):
    paths = call("get", "/openapi.json").json()["paths"]
    for path, body in (("/api/v1/cases", "SubmitIn"), ("/api/v1/cases/{number}/tasks/{token}", "CompleteIn")):
        operation = paths[path]["post"]
        assert operation["requestBody"]["content"]["application/json"]["schema"] == {
            "$ref": f"#/components/schemas/{body}"
        }
        assert "Idempotency-Key" in {each["name"] for each in operation["parameters"] if each["required"]}


def test_the_machines_door_refuses_a_host_that_is_not_ours(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    client = Client()
    client.handler = ShortChain()
    assert client.get("/api/v1/services", headers={"host": "127.0.0.1"}).status_code == 200
    assert client.get("/api/v1/services", headers={"host": "jahat.example"}).status_code == 400


class ShortChain(ClientHandler):
    """The test client's handler with the middleware of machines."""

    def load_middleware(self, is_async=False):
        from django.conf import settings

        whole, settings.MIDDLEWARE = settings.MIDDLEWARE, settings.BALAI_API_MIDDLEWARE
        super().load_middleware(is_async=is_async)
        settings.MIDDLEWARE = whole


# ---- whose key it is ------------------------------------------------------------------------------------------------


def test_anothers_key_tells_nothing_of_their_case_and_stays_free_for_ones_own(client, call, cast):
    body, hers = submit(client, call, token_for(cast.siti), key := uuid4())
    stolen = call("post", "/cases", token_for(cast.joko), body | {"secret": ""}, key)
    assert stolen.status_code == 404, stolen.content  # the draft is hers, and the key is no door to it
    _, own = submit(client, call, token_for(cast.joko), key)
    assert own.status_code == 201 and own.json()["number"] != hers.json()["number"]
    assert (
        hers.json()["number"] not in stolen.content.decode() and hers.json()["track_code"] not in own.content.decode()
    )
    assert call("post", "/cases", token_for(cast.siti), body, key).json() == hers.json()


def test_anothers_key_for_a_task_is_answered_like_any_stranger_and_does_nothing(client, call, cast):
    _, sent = submit(client, call, token_for(cast.siti))
    number = sent.json()["number"]
    (listed,) = call("get", "/inbox", token_for(cast.budi)).json()
    path, key, body = (
        f"/cases/{number}/tasks/{listed['token']}",
        uuid4(),
        {"data": {"result": "complete", "location_seen": True}},
    )
    done = call("post", path, token_for(cast.budi), body, key)
    assert done.status_code == 200, done.content
    for stranger in (cast.joko, cast.siti):
        assert call("post", path, token_for(stranger), body, key).status_code == 404


def test_a_repeated_key_gets_the_answer_of_its_day_though_the_case_went_on(client, call, cast):
    budi, ratna = token_for(cast.budi), token_for(cast.ratna)
    _, sent = submit(client, call, token_for(cast.siti))
    number = sent.json()["number"]
    (listed,) = call("get", "/inbox", budi).json()
    path, key, body = (
        f"/cases/{number}/tasks/{listed['token']}",
        uuid4(),
        {"data": {"result": "complete", "location_seen": True}},
    )
    first = call("post", path, budi, body, key)
    (waiting,) = call("get", "/inbox", ratna).json()
    decided = call(
        "post",
        f"/cases/{number}/tasks/{waiting['token']}",
        ratna,
        {"data": {"outcome": "grant", "reason": "Lengkap"}},
        uuid4(),
    )
    assert decided.status_code == 200, decided.content
    assert call("post", path, budi, body, key).json() == first.json() != decided.json()


def test_a_repeated_key_is_refused_once_its_owner_may_no_longer_see_the_case(client, call, cast):
    from django.utils import timezone

    from balai.records.offices.models import Appointment

    budi = token_for(cast.budi)
    _, sent = submit(client, call, token_for(cast.siti))
    (listed,) = call("get", "/inbox", budi).json()
    path, key = f"/cases/{sent.json()['number']}/tasks/{listed['token']}", uuid4()
    body = {"data": {"result": "complete", "location_seen": True}}
    assert call("post", path, budi, body, key).status_code == 200
    Appointment.objects.filter(person_id=cast.budi.person_id).update(to_date=timezone.localdate(NOW))
    assert call("post", path, budi, body, key).status_code in (401, 404)
    number = sent.json()["number"]
    assert number not in call("post", path, budi, body, key).content.decode()


def test_a_file_is_refused_with_its_code_and_503_when_too_many_are_open(client, call, cast, monkeypatch):
    token = token_for(cast.siti)
    draft = call("post", "/drafts", token, {"service": "surat-keterangan-usaha"}).json()

    def send(content):
        return client.post(
            f"/api/v1/drafts/{draft['id']}/files", {"file": SimpleUploadedFile("a.pdf", content, "application/pdf")},
            HTTP_AUTHORIZATION=f"Bearer {token}", HTTP_X_DRAFT_SECRET=draft["secret"],
        )  # fmt: skip

    bomb = send(hostile.attachment_bomb(64 * hostile.MB))
    assert (bomb.status_code, bomb.json()["code"]) == (422, "file-too-complex")
    monkeypatch.setattr(opening, "_GATE", confined.Gate(in_hand=0))
    busy = send(hostile.page(hostile.stream(b"")))
    assert (busy.status_code, busy.json()["code"]) == (503, "files-busy")
    monkeypatch.undo()
    assert send(hostile.page(hostile.stream(b""))).status_code == 201


def test_a_database_that_does_not_answer_is_a_problem_of_its_own(call, monkeypatch):
    def silent(*_):
        raise OperationalError("database is locked")

    monkeypatch.setattr("balai.doors.api.web.open_token", silent)
    answer = call("get", "/cases/SKU-1", "x")
    assert (answer.status_code, answer.json()["code"]) == (503, "hall-busy")
