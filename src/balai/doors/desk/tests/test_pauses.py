"""A paused service says why at every door, keeps what was begun, and lets running cases go on."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.cast import apply_for_sku
from tests.costs import count

from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.base.models import Entry
from balai.casework.cases import actions as cases
from balai.casework.cases import jobs
from balai.casework.cases import queries as case_queries
from balai.casework.cases.models import Draft
from balai.casework.catalogue import actions, queries
from balai.casework.catalogue.models import Pause
from balai.doors.api.tokens import SCOPES, make_token
from balai.doors.console import __main__ as console
from balai.doors.console.demo.cast import CONSOLE
from balai.engine.manifest.tests.test_counter_service import SHEET
from balai.engine.problems import Problems
from balai.records.folders import actions as folder_actions
from balai.records.folders import kinds
from balai.records.people.models import Account

from .conftest import Office
from .test_costs import administrator
from .test_counter import begin

SKU = "surat-keterangan-usaha"
WHY = {"reason_id": "Data kependudukan sedang dipelihara", "reason_en": "The population registry is being serviced"}


@pytest.fixture(autouse=True)
def fresh() -> Any:
    queries.forget_current()
    yield
    queries.forget_current()


def pause(office: Office, *, until: date | None = None, now: datetime | None = None, **changes: Any) -> None:
    told: dict[str, Any] = {"actor": CONSOLE, "service_id": SKU, **WHY, **changes}
    actions.pause(command_id=uuid4(), now=now or office.now, until=until, **told)


def resume(office: Office) -> None:
    actions.resume(command_id=uuid4(), actor=CONSOLE, now=office.now, service_id=SKU)


def begun(office: Office) -> Any:
    return cases.start_draft(actor=office.cast.siti.citizen, now=office.now, service_id=SKU, answers={})[0]


def siti(office: Office) -> Client:
    client = Client()
    client.force_login(Account.objects.get(id=office.cast.siti.account_id))
    return client


# ---- the deed ------------------------------------------------------------------------------------------------------


def test_a_paused_service_takes_no_application_and_running_cases_go_on(office: Office) -> None:
    row = office.case()
    pause(office)
    with pytest.raises(Conflict, match="service-not-open") as refused:
        begun(office)
    assert "Data kependudukan sedang dipelihara." in refused.value.message("id")
    assert "The population registry is being serviced." in refused.value.message("en")
    assert [task.node for task in office.do(row, office.cast.budi, result="complete").open_tasks] == ["decide"]
    resume(office)
    assert begun(office)


def test_what_was_begun_is_not_sent_and_is_kept(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    real = cases.submit

    def paused_first(submission: Any) -> Any:
        pause(office)
        return real(submission)

    monkeypatch.setattr("tests.cast.submit", paused_first)
    with pytest.raises(Conflict, match="service-not-open"):
        apply_for_sku(office.cast, now=office.now)
    assert Draft.objects.get().case_id is None
    late = office.now + timedelta(days=45)
    assert jobs.forget_stale_drafts(late) == 0, "it could not be sent, so its time stands still"
    actions.resume(command_id=uuid4(), actor=CONSOLE, now=late, service_id=SKU)
    assert jobs.forget_stale_drafts(late + timedelta(days=29)) == 0
    assert jobs.forget_stale_drafts(late + timedelta(days=31)) == 1


def test_after_its_last_day_it_opens_by_itself_and_its_drafts_get_their_thirty_days(office: Office) -> None:
    draft = begun(office)
    last = timezone.localdate(office.now) + timedelta(days=20)
    pause(office, until=last)
    words = queries.list_paused(office.now)[SKU].words("en")
    assert words.startswith("The population registry is being serviced. It opens again after ")
    assert SKU in queries.list_paused(office.now + timedelta(days=20))
    assert SKU not in queries.list_paused(office.now + timedelta(days=21))
    assert jobs.forget_stale_drafts(office.now + timedelta(days=49)) == 0
    assert jobs.forget_stale_drafts(office.now + timedelta(days=52)) == 1
    assert not Draft.objects.filter(id=draft).exists()
    with pytest.raises(Conflict, match="service-open-already"):
        actions.resume(command_id=uuid4(), actor=CONSOLE, now=office.now + timedelta(days=30), service_id=SKU)


def test_who_may_and_what_is_asked(office: Office) -> None:
    with pytest.raises(NotAllowed):
        pause(office, actor=office.cast.budi.officer)
    with pytest.raises(NotFound):
        pause(office, service_id="tidak-ada")
    with pytest.raises(Invalid) as refused:
        pause(office, reason_id=" ", reason_en="", until=office.now.date() - timedelta(days=3))
    assert set(refused.value.fields) == {"reason_id", "reason_en", "until"}
    with pytest.raises(Conflict, match="service-open-already"):
        resume(office)
    with pytest.raises(NotAllowed):
        actions.resume(command_id=uuid4(), actor=office.cast.budi.officer, now=office.now, service_id=SKU)
    pause(office)
    pause(office, reason_en="Something else")
    resume(office)
    told = Entry.objects.filter(stream=f"service:{SKU}").order_by("seq").values_list("action", flat=True)
    assert list(told) == ["pause", "pause", "resume"]


def test_the_same_command_twice_is_one_pause(office: Office) -> None:
    command = uuid4()
    for _ in range(2):
        actions.pause(command_id=command, actor=CONSOLE, now=office.now, service_id=SKU, **WHY)
    assert Entry.objects.filter(stream=f"service:{SKU}").count() == 1


def test_what_another_office_received_comes_in_all_the_same(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    real = cases.submit
    monkeypatch.setattr(
        "tests.cast.submit", lambda sent: pause(office) or real(replace(sent, origin={"system": "LAMA"}))
    )
    assert apply_for_sku(office.cast, now=office.now).number


# ---- the doors -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "why"), [("id", WHY["reason_id"]), ("en", WHY["reason_en"])])
def test_the_portal_says_why_and_offers_no_start(office: Office, lang: str, why: str) -> None:
    client = Client()
    client.cookies["bahasa"] = lang
    short = {"id": "sedang tidak menerima permohonan", "en": "takes no applications now"}[lang]
    before = client.get(f"/layanan/{SKU}/").content.decode()
    assert f"/layanan/{SKU}/ajukan/" in before and why not in before
    pause(office)
    page = client.get(f"/layanan/{SKU}/").content.decode()
    assert why in page and f'href="/layanan/{SKU}/ajukan/"' not in page
    for address in ("/", "/layanan/"):
        assert short in client.get(address).content.decode(), address
    start = client.get(f"/layanan/{SKU}/ajukan/").content.decode()
    assert why in start and '<button class="button big"' not in start
    refused = client.post(f"/layanan/{SKU}/ajukan/")
    assert refused.status_code == 409 and why in refused.content.decode()


def test_a_writer_is_told_and_loses_nothing(office: Office) -> None:
    draft, client = begun(office), siti(office)
    first = client.get(f"/permohonan/{draft}/").headers["Location"]
    pause(office)
    assert WHY["reason_id"] in client.get(first).content.decode()
    sent = client.post(first, {"business_name": "Warung Siti"})
    assert sent.status_code in (302, 422)
    review = f"/permohonan/{draft}/periksa/"
    for answer in (client.get(review), client.post(review, {"declare": "1"})):
        page = answer.content.decode()
        assert WHY["reason_id"] in page and "tetap tersimpan" in page
        assert "Warung Siti" in page
    assert "sedang tidak menerima permohonan" in client.get("/berkas-saya/").content.decode()
    assert Draft.objects.get(id=draft).case_id is None


def test_the_counter_refuses_before_anybody_is_registered(office: Office, budi: Client) -> None:
    pause(office)
    looked = {"look": "1", "nik": "9901014506900009", "seen": "1"}
    born = {"birth_date-day": "5", "birth_date-month": "6", "birth_date-year": "1990"}
    assert WHY["reason_id"] in budi.post("/meja/loket/", looked | born).content.decode()
    answer = begin(budi)
    assert answer.status_code == 422 and WHY["reason_id"] in answer.content.decode()
    assert Draft.objects.count() == 0


def test_a_counter_that_had_begun_keeps_the_form(office: Office, budi: Client) -> None:
    at = begin(budi).headers["Location"]
    pause(office)
    answer = budi.post(at, {"command": str(uuid4()), "business_name": "Kios Loket"})
    assert "Kios Loket" in answer.content.decode()
    assert Draft.objects.get().case_id is None


def test_the_api_shows_the_state_and_refuses_with_the_reason(office: Office) -> None:
    token = make_token(
        command_id=uuid4(), actor=CONSOLE, now=office.now, name="uji", person_id=office.cast.siti.person_id,
        scopes=list(SCOPES),
    )  # fmt: skip
    (open_,) = Client().get("/api/v1/services").json()
    assert (open_["taking"], open_["paused_reason"], open_["paused_until"]) == (True, "", None)
    last = timezone.localdate(office.now) + timedelta(days=3)
    pause(office, until=last)
    told = Client().get(f"/api/v1/services/{SKU}", headers={"Accept-Language": "en"}).json()
    assert (told["taking"], told["paused_until"]) == (False, last.isoformat())
    assert told["paused_reason"].startswith(WHY["reason_en"])
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4()), "Accept-Language": "en"}
    for path, body in (("drafts", {"service": SKU}), ("cases", {"service": SKU, "answers": {}})):
        answer = Client().post(f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "service-not-open")
        assert WHY["reason_en"] in answer.json()["detail"]


def test_the_administration_pauses_and_opens(office: Office) -> None:
    joko, at = administrator(office), reverse("desk:admin-pause", args=[SKU])
    begun(office)
    office.case()
    asked = joko.get(at).content.decode()
    assert "1 berkas yang sudah masuk berjalan terus" in asked and "1 permohonan yang sedang diisi" in asked
    wrong = joko.post(at, {"command": str(uuid4()), "reason_id": WHY["reason_id"], "reason_en": "", "until": "besok"})
    assert (
        wrong.status_code == 422
        and WHY["reason_id"] in wrong.content.decode()
        and 'href="#until"' in wrong.content.decode()
    )
    assert not Pause.objects.exists()
    assert joko.post(at, {"command": str(uuid4()), **WHY, "until": ""}).status_code == 302
    page = joko.get("/meja/kelola/layanan/").content.decode()
    assert WHY["reason_id"] in page and reverse("desk:admin-resume", args=[SKU]) in page
    assert WHY["reason_en"] in joko.get(at).content.decode(), "what was said can be changed"
    for words in ("menerima permohonan lagi", "sudah menerima permohonan"):
        told = joko.post(reverse("desk:admin-resume", args=[SKU]), {"command": str(uuid4())}, follow=True)
        assert words in told.content.decode()
    assert joko.get(reverse("desk:admin-pause", args=["tidak-ada"])).status_code == 404
    assert office.enter(office.cast.budi).get(at).status_code == 404


def test_the_console_pauses_and_opens(office: Office, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("balai.doors.console.installation.load", lambda args: None)
    told = ["--reason-id", WHY["reason_id"], "--reason-en", WHY["reason_en"]]
    assert console.main(["pause", "tidak-ada", *told]) == 1
    assert console.main(["pause", SKU, *told, "--until", "2001-01-01"]) == 1
    assert console.main(["pause", SKU, *told, "--until", "2099-01-01"]) == 0
    assert queries.find_pause(SKU, office.now) is not None
    assert console.main(["resume", SKU]) == 0
    assert console.main(["resume", SKU]) == 1
    assert "not paused" in capsys.readouterr().out


def test_a_pause_costs_the_portal_nothing_more(office: Office) -> None:
    before = {at: count(Client(), at) for at in ("/", "/layanan/", f"/layanan/{SKU}/")}
    pause(office)
    assert {at: count(Client(), at) for at in before} == before


# ---- closing, and what is not online yet -------------------------------------------------------------------------------


def test_a_closed_service_is_listed_nowhere_and_its_page_says_why(office: Office) -> None:
    running = apply_for_sku(office.cast).case_id
    with pytest.raises(Invalid):
        pause(office, closed=True, until=office.now.date())
    pause(office, closed=True)
    assert [one.action for one in Entry.objects.filter(stream=f"service:{SKU}").order_by("-seq")[:1]] == ["close"]
    visitor = Client()
    assert f"/layanan/{SKU}/" not in visitor.get("/layanan/").content.decode()
    page = visitor.get(f"/layanan/{SKU}/").content.decode()
    assert "Layanan ini sudah ditutup. Data kependudukan sedang dipelihara." in page
    assert queries.search_services("usaha", office.now) == []
    with pytest.raises(Conflict, match="service-not-open"):
        begun(office)
    assert cases_open(running)
    resume(office)
    assert f"/layanan/{SKU}/" in visitor.get("/layanan/").content.decode()


def cases_open(case_id: Any) -> bool:
    return case_queries.read_case(case_id=case_id).status != "closed"


def test_what_is_not_online_yet_says_what_to_bring_until_it_is(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "services" / "surat-numpang-nikah"
    folder.mkdir(parents=True)
    (folder / "counter.yaml").write_text(SHEET, "utf-8")
    kind, town = kinds.get_kind("counter"), settings.BALAI_TOWN_FOLDER
    folder_actions.publish(kind, folder, town, actor=CONSOLE, now=office.now)
    visitor = Client()
    for listed in ("/layanan/", "/layanan/?q=mo+nikahan", "/layanan/?peristiwa=menikah", "/"):
        assert "/layanan/surat-numpang-nikah/" in visitor.get(listed).content.decode(), listed
    guide = visitor.get("/layanan/?peristiwa=menikah").content.decode()
    assert "Siapkan sekali, dipakai untuk semua" in guide and "Akta kelahiran" in guide
    page = visitor.get("/layanan/surat-numpang-nikah/").content.decode()
    for said in ("Belum daring", "KTP kedua calon", "Loket 2 kelurahan", "Gratis", "yang memastikan: bagian hukum"):
        assert said in page
    assert visitor.get("/layanan/tidak-ada/").status_code == 404
    (folder / "counter.yaml").write_text(SHEET.replace("Gratis", "TODO").replace('"1"', '"2"'), "utf-8")
    with pytest.raises(Problems, match="TODO"):
        folder_actions.publish(kind, folder, town, actor=CONSOLE, now=office.now)
