"""What cannot become a case by itself waits in the tray for a person; the time it was taken stays, whatever the device's clock did."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from tests import cast as the_cast
from tests.cast import make_cast, open_service
from tests.counterday import CARD, SKU, bring, counter, stock
from tests.sessions import sign_in

from balai.base.errors import BalaiError, Conflict
from balai.base.models import Access
from balai.casework.cases import queries
from balai.casework.cases.models import Case
from balai.doors.console.demo.cast import Cast
from balai.records.people import actions as people
from balai.rooms.counterdays import actions, checks, jobs, rules
from balai.rooms.counterdays.models import Arrival, Supply

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    made = make_cast(the_cast.NOW)
    open_service()
    return made


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def budi(cast: Cast) -> Client:
    return sign_in(cast.budi)


@pytest.mark.parametrize(
    ("ahead", "later", "told", "expected", "jumped"),
    [
        (
            timedelta(hours=9),
            timedelta(hours=9),
            timedelta(hours=2),
            timedelta(hours=2),
            False,
        ),  # wrong all day, and steadily
        (timedelta(0), timedelta(minutes=40), timedelta(hours=2), timedelta(hours=2), True),  # it moved during the day
        (timedelta(0), timedelta(0), timedelta(hours=-3), timedelta(0), True),  # before anything was drawn
        (timedelta(0), timedelta(0), timedelta(hours=9), timedelta(hours=6), True),  # still to come
    ],
)
def test_a_time_is_set_right_by_the_morning_and_a_jump_is_marked(
    ahead: timedelta, later: timedelta, told: timedelta, expected: timedelta, jumped: bool
) -> None:
    drawn, now = the_cast.NOW, the_cast.NOW + timedelta(hours=6)
    found = rules.set_right(
        told=drawn + told + ahead, sent=now + later, offset=-ahead, drawn=drawn, now=now, back=False
    )
    assert (found.at - drawn, found.jumped) == (expected, jumped)


def conflict(cast: Cast, now: datetime, kind: str, monkeypatch: pytest.MonkeyPatch) -> actions.Brought:
    """Bring an application in whose way something came while there was no line."""
    drawn = stock(cast, now - timedelta(hours=5))
    one = bring(cast, drawn, 0, taken=now - timedelta(hours=2), now=now)
    if kind == "seen-open-case":
        actions.take_in(bring(cast, drawn, 1, taken=now - timedelta(hours=3), now=now))
    elif kind == "seen-version":
        monkeypatch.setattr("balai.casework.catalogue.queries.current_keys", lambda: {SKU: "f" * 64})
    elif kind == "seen-other-person":
        known = actions._identity(CARD)
        people.know_by_card(command_id=uuid4(), actor=counter(cast), now=now, identity=known, reason="counter")
        one = replace(one, told={**one.told, "card": {**CARD, "name": "Joko Berbeda", "birth_date": "1971-01-01"}})
    elif kind == "seen-clerk-left":
        monkeypatch.setattr(actions, "_works", lambda *told: False)
    elif kind == "seen-file":
        files = [replace(one.files[0], bytes=[b"no picture"]), one.files[1]]
        one = replace(one, files=files)
    elif kind == "invalid":
        answers = {name: value for name, value in one.told["answers"].items() if name != "business_name"}
        one = replace(one, told={**one.told, "answers": answers})
    return one


@pytest.mark.parametrize(
    "kind", ["seen-open-case", "seen-version", "seen-other-person", "seen-clerk-left", "seen-file", "invalid"]
)
def test_what_came_between_is_kept_and_told(
    cast: Cast, now: datetime, budi: Client, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = conflict(cast, now, kind, monkeypatch)
    before = Case.objects.count()
    outcome = actions.take_in(one)
    monkeypatch.undo()
    assert (outcome.state, Case.objects.count()) == ("tray", before), outcome
    assert outcome.why == kind, outcome
    listed = budi.get("/meja/loket/bekal/perlu-dilihat/").content.decode()
    assert outcome.number in listed and CARD["name"] not in listed and CARD["nik"] not in listed
    page = budi.get(f"/meja/loket/bekal/perlu-dilihat/{one.id}/").content.decode()
    assert one.told["card"]["name"] in page and one.told["number"] in page
    assert Access.objects.filter(object=f"arrival:{one.id}", reader_id=cast.budi.person_id).exists()
    assert sign_in(cast.siti).get(f"/meja/loket/bekal/perlu-dilihat/{one.id}/").status_code in (302, 404)


def test_a_person_opens_it_all_the_same_under_its_number_and_time(
    cast: Cast, now: datetime, budi: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = conflict(cast, now, "seen-open-case", monkeypatch)
    actions.take_in(one)
    at = f"/meja/loket/bekal/perlu-dilihat/{one.id}/"
    sent = {"do": "open", "nik": CARD["nik"], "name": CARD["name"], "birth_date": CARD["birth_date"]}
    assert budi.post(at, sent).status_code == 200 and Case.objects.count() == 1, "not without having looked"
    assert budi.post(at, sent | {"seen": "seen-open-case"}).status_code == 302
    row = queries.read_case(number=one.told["number"])
    assert abs(row.submitted_at - one.taken) < timedelta(seconds=1)
    assert budi.post(at, sent | {"seen": "seen-open-case"}).status_code == 404, "and once"
    page = budi.get(f"/meja/berkas/{row.number}/").content.decode()
    assert "Diterima tanpa jaringan" in page and "Diterima di loket tanpa jaringan" in page and "melompat" not in page


@pytest.mark.parametrize(("do", "state"), [("open", "opened"), ("form", "form")])
def test_a_card_that_differs_from_the_record_goes_on_once_somebody_looked(
    cast: Cast, now: datetime, budi: Client, monkeypatch: pytest.MonkeyPatch, do: str, state: str
) -> None:
    one = conflict(cast, now, "seen-other-person", monkeypatch)
    actions.take_in(one)
    at, card = f"/meja/loket/bekal/perlu-dilihat/{one.id}/", one.told["card"]
    sent = {"do": do, **{name: card[name] for name in ("nik", "name", "birth_date")}}
    assert budi.post(at, sent).status_code in (200, 409)
    assert Arrival.objects.get(id=one.id).state == "tray", "not without having looked"
    assert budi.post(at, sent | {"seen": "seen-other-person"}).status_code == 302
    assert Arrival.objects.get(id=one.id).state == state


def test_what_the_form_would_not_take_is_mended_at_the_counter_under_its_number(
    cast: Cast, now: datetime, budi: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = conflict(cast, now, "invalid", monkeypatch)
    actions.take_in(one)
    sent = {"do": "form", "nik": CARD["nik"], "name": CARD["name"], "birth_date": CARD["birth_date"]}
    form = budi.post(f"/meja/loket/bekal/perlu-dilihat/{one.id}/", sent).headers["Location"]
    page = budi.get(form).content.decode()
    assert one.told["number"] in page and "Jalan Contoh 9" in page and "photo.jpg" in page
    assert one.told["number"] in budi.get("/meja/loket/bekal/perlu-dilihat/").content.decode(), "until it is sent"
    told = {
        "business_name": "Kios Loket", "kind": "kuliner", "village": CARD["village"], "business_address": "Jalan Contoh 9",
        "started_on-day": "1", "started_on-month": "1", "started_on-year": "2020", "has_partner": "false",
        "has_nib": "false", "purpose": "kredit", "phone": "081200000009", "true_statement": "true",
    }  # fmt: skip
    shown = budi.post(form, told)
    assert shown.status_code == 200, shown.context["faults"]
    assert budi.post(form, {"send": "1"}).status_code == 200
    row = queries.read_case(number=one.told["number"])
    assert row.data["contact"]["track_code"] == one.told["code"] and abs(row.submitted_at - one.taken) < timedelta(
        seconds=1
    )
    assert one.told["number"] not in budi.get("/meja/loket/bekal/perlu-dilihat/").content.decode()


def test_it_is_left_with_a_reason_alone_and_emptied_a_month_later(
    cast: Cast, now: datetime, budi: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = conflict(cast, now, "invalid", monkeypatch)
    actions.take_in(one)
    at = f"/meja/loket/bekal/perlu-dilihat/{one.id}/"
    assert budi.post(at, {"do": "leave", "reason": "x"}).status_code == 422
    assert budi.post(at, {"do": "leave", "reason": "Pemohon menarik permohonannya"}).status_code == 302
    assert [
        jobs.empty_left(now + days) for days in (rules.KEPT - timedelta(days=1), rules.KEPT + timedelta(days=1))
    ] == [0, 1]
    kept = Arrival.objects.get(id=one.id)
    assert bytes(kept.sealed) == b"" and kept.reason == "Pemohon menarik permohonannya"


def test_a_clock_that_jumped_is_seen_by_whoever_opens_the_case(cast: Cast, now: datetime, budi: Client) -> None:
    drawn = stock(cast, now - timedelta(hours=5))
    one = bring(cast, drawn, 0, taken=now - timedelta(hours=2), now=now, sent_ahead=timedelta(minutes=47))
    number = actions.take_in(one).number
    assert "melompat (sekarang selisih 47 menit" in budi.get(f"/meja/berkas/{number}/").content.decode()


def test_the_doors_of_a_device_refuse_what_is_broken_and_lose_nothing(cast: Cast, now: datetime, budi: Client) -> None:
    def draw(**changes: str) -> Any:
        told = {"command": str(uuid4()), "count": "2", "device": now.isoformat(), **changes}
        return budi.post("/meja/loket/bekal/ambil/", told)

    assert [draw(count=count).status_code for count in ("0", "41", "x")] == [422, 422, 422]
    assert draw(device="kemarin").status_code == 422
    stocked = draw().json()
    assert len(stocked["numbers"]) == 2 and stocked["services"][0]["printed"], stocked["services"][0]
    assert "track_hash" not in json.dumps(stocked)
    for told in ("", "[]", "{}", json.dumps({"id": str(uuid4())})):
        answer = budi.post("/meja/loket/bekal/kirim/", {"told": told})
        assert (answer.status_code, answer.json()["refused"]) == (422, "arrival-shape"), told
    assert budi.get("/meja/loket/bekal/garis/").json()["csrf"]
    assert not Arrival.objects.exists()
    outcomes = list(checks.look_at_supplies(None, now))  # type: ignore[arg-type]
    assert outcomes == []
    Supply.objects.update(drawn_at=now - timedelta(hours=25))
    (finding,) = checks.look_at_supplies(None, now)  # type: ignore[arg-type]
    assert finding.state == "note" and "1 supplies" in finding.words
    lost = budi.post(
        "/meja/loket/bekal/kembali/", {"supply": stocked["supply"], "why": "lost", "command": str(uuid4())}
    )
    assert lost.status_code == 302 and Supply.objects.get().unused == 2
    with pytest.raises(Conflict):
        actions.give_back(
            command_id=uuid4(), actor=counter(cast), now=now, supply_id=Supply.objects.get().id, why="lost"
        )


def test_the_page_without_a_line_is_kept_by_a_worker_of_its_own_and_says_what_it_needs(
    cast: Cast, budi: Client
) -> None:
    worker = budi.get("/meja/loket/bekal/pekerja.js")
    assert (
        worker.headers["Content-Type"].startswith("text/javascript")
        and "/meja/loket/bekal/hari/" in worker.content.decode()
    )
    page = budi.get("/meja/loket/bekal/").content.decode()
    assert "tidak dapat dipakai" in page and f"/layanan/{SKU}/formulir/" in page
    with pytest.raises(BalaiError):
        actions.stock_up(command_id=uuid4(), actor=cast.siti.citizen, now=the_cast.NOW, count=1, device_at=the_cast.NOW)
